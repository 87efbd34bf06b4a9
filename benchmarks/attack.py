"""How long a council's publication takes to protect and to prove, how much of it is kept, and whether it holds.

    python -m benchmarks.attack [EMPLOYEES ...]         profile by four groupings, movement and coverage, as one release
    python -m benchmarks.attack --councils 1000         random councils of 50 to 500 people, each attacked afresh
    python -m benchmarks.attack --optimum 50            random small tables against the least that could be hidden

The attack afresh gets none of the solutions that the protection found.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import LinearConstraint, linprog, milp

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.movement import track_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.attacker import attack_release, find_nesting
from my121_analytics.disclosure.linked_tables.system import System
from my121_analytics.disclosure.release import Released, release_together
from my121_analytics.disclosure.secondary.pattern import HiddenCellProblem, choose_pattern
from my121_analytics.disclosure.suppression import find_small
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Result

SIZES = (600, 5_000)
GROUPINGS = ("directorate", "service", "grade", "sex")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--councils", type=int, default=0)
    parser.add_argument("--optimum", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    if given.councils:
        attack_councils(given.councils, given.seed)
    elif given.optimum:
        compare_optimum(given.optimum, given.seed)
    else:
        for n_employees in given.sizes:
            publish(make_sample(n_employees).workforce, label=f"{n_employees:,} employees", afresh=True,
                    by_table=True)


def publish(workforce: Workforce, *, label: str, afresh: bool, by_table: bool = False) -> int:
    """Release a council's publication; gives the hidden counts that an attack afresh narrows."""
    results = [*(tabulate_profile(workforce, by=by) for by in GROUPINGS), track_movement(workforce),
               measure_coverage(workforce)]
    nesting = find_nesting(workforce.posts_in_cycle(workforce.latest_cycle))
    started, worked = time.perf_counter(), time.process_time()
    released = release_together(results, audience="publish", nesting=nesting)
    seconds, cpu = time.perf_counter() - started, time.process_time() - worked
    kept = tabulate_kept(results, released)
    n_cells, n_kept = int(kept["rows"].sum()), int(kept["whole"].sum())
    n_asked, n_tables = len(kept), int((kept["back"] == 0).sum())
    n_hidden, n_narrow, again = 0, 0, 0.0
    if afresh:
        started = time.perf_counter()
        names = [str(at) for at in range(len(results))]
        report = attack_release(dict(zip(names, released, strict=True)), dict(zip(names, results, strict=True)),
                                nesting=nesting)
        n_hidden, n_narrow, again = report.n_hidden, report.n_narrow, time.perf_counter() - started
    print(f"{label}: {n_tables} of {n_asked} tables, {n_kept:,} of {n_cells:,} rows whole ({n_kept / n_cells:.0%}); "
          f"{n_hidden:,} counts hidden, {n_narrow} narrow; {seconds:.1f} s ({cpu:.1f} s of one processor) to protect "
          f"and prove, {again:.1f} s to attack afresh", flush=True)
    if by_table:
        counted = kept.drop(columns="table").groupby("result", sort=False).sum()
        print(pd.concat([counted, counted.sum().rename("all").to_frame().T]).assign(
            share=lambda frame: (frame["whole"] / (frame["rows"] - frame["small"])).map("{:.0%}".format)).to_string())
    return n_narrow


def tabulate_kept(results: Sequence[Result], released: Sequence[Released]) -> pd.DataFrame:
    """Say of each table what became of its rows.

    Returns
    -------
    pandas.DataFrame
        ``rows``; ``small`` (something hidden in its own right), ``others`` (hidden for others' sake), ``back`` (in a
        table that was kept back), and ``whole``.
    """
    rules, rows = DisclosureSettings(), []
    for result, one in zip(results, released, strict=True):
        for name, table in result.tables.items():
            if not table.count or table.people:
                continue
            small, shown = find_small(table, rules).rows, name in one.tables
            whole = (one.tables[name]["marker"] == "").to_numpy() if shown else np.zeros(len(small), dtype=bool)
            label = f"{name} by {table.keys[0]}" if name.endswith("_by_group") else name
            rows.append((label if len(table.frame) > 10 else "small tables", name, len(small), int(small.sum()),
                         int((~small & ~whole).sum()) if shown else 0, 0 if shown else int((~small).sum()),
                         int(whole.sum())))
    return pd.DataFrame(rows, columns=["result", "table", "rows", "small", "others", "back", "whole"])


def attack_councils(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n_narrow = 0
    for number in range(n):
        size = int(rng.integers(50, 501))
        n_narrow += publish(make_sample(size, seed=seed + number).workforce, label=f"council {number + 1} ({size})",
                            afresh=True)
    print(f"{n} councils: {n_narrow} hidden counts narrow")


def compare_optimum(n: int, seed: int) -> None:
    """Compare the pattern with the cheapest one: random tables of groups by boxes, and three that share the boxes."""
    for label, draw in (("single tables", draw_table), ("three linked tables", draw_linked)):
        rng = np.random.default_rng(seed)
        rows = []
        while len(rows) < n:
            problem, values = draw(rng)
            best = find_optimum(problem, values)
            answers = choose_pattern(problem, most_exact=0), choose_pattern(problem)
            if best is None or any(len(one.open) for one in answers):
                continue
            inner = np.isfinite(problem.cost)
            rows.append((inner.sum(), problem.hidden.sum(), best.sum(), *(one.hidden.sum() for one in answers),
                         *((~one.hidden & inner).sum() / max((~best & inner).sum(), 1) for one in answers)))
        frame = pd.DataFrame(rows, columns=["cells", "small", "best", "search", "exact", "kept_search", "kept_exact"])
        print(f"{n} {label} of {frame['cells'].mean():.0f} counts, {frame['small'].mean():.1f} of them small; hidden "
              f"at least {frame['best'].sum()}")
        for name, how in (("search", "by the search alone"), ("exact", "with small parts solved exactly")):
            print(f"  {how}: hidden {frame[name].sum()}; kept {frame[f'kept_{name}'].mean():.1%} of what could be "
                  f"kept, the same number in {(frame[name] == frame['best']).mean():.0%}", flush=True)


def draw_table(rng: np.random.Generator) -> tuple[HiddenCellProblem, np.ndarray]:
    """Draw a table of groups by boxes with both margins."""
    shape = (int(rng.integers(3, 6)), int(rng.integers(3, 6)))
    return make_hidden_cell_problem([rng.negative_binomial(1, 0.07, size=shape)])


def draw_linked(rng: np.random.Generator) -> tuple[HiddenCellProblem, np.ndarray]:
    """Draw people with a directorate, a grade, a sex and a box: each by box, with the same margin."""
    people = rng.negative_binomial(0.25, 0.15, size=(5, 3, 2, 4))
    return make_hidden_cell_problem([people.sum(axis=axes) for axes in ((1, 2), (0, 2), (0, 1))])


def make_hidden_cell_problem(tables: list[np.ndarray], threshold: int = 5) -> tuple[HiddenCellProblem, np.ndarray]:
    """Lay out tables with their margins, the column totals being the same; every cell costs the same to hide."""
    columns = tables[0].shape[1] + 1
    whole = np.append(tables[0].sum(axis=0), tables[0].sum())
    values, laws, n = [whole], [(np.arange(columns - 1), columns - 1)], columns
    for counts in tables:
        rows = np.column_stack([counts, counts.sum(axis=1)])
        index = n + np.arange(rows.size).reshape(rows.shape)
        laws += [(index[k, :-1], index[k, -1]) for k in range(len(rows))]
        laws += [(index[:, k], k) for k in range(columns)]
        values.append(rows.ravel())
        n += rows.size
    equal = np.zeros((len(laws), n))
    for row, (parts, total) in enumerate(laws):
        equal[row, parts], equal[row, total] = 1, -1
    values = np.concatenate(values).astype(float)
    hidden = (values > 0) & (values < threshold)
    lower, upper = np.where(hidden, 1.0, values), np.where(hidden, np.inf, values)
    system = System(sparse.csr_matrix(equal), np.zeros(len(laws)), sparse.csr_matrix((0, n)), np.array([]), lower,
                    upper)
    return HiddenCellProblem(system, hidden, np.full(n, float(threshold)), np.where(values > 0, 1.0, np.inf)), values


def find_optimum(problem: HiddenCellProblem, values: np.ndarray, rounds: int = 400) -> np.ndarray | None:
    """Find the fewest cells to hide by an integer programme with a cut for every pattern that fails."""
    n, needed, cap = len(values), float(problem.needed[0]), 10 * values.max() + 100
    may = np.isfinite(problem.cost)
    cuts, limits = [], []
    for _ in range(rounds):
        answer = milp(may.astype(float), integrality=np.ones(n),
                      bounds=(problem.hidden.astype(float), (problem.hidden | may).astype(float)),
                      constraints=[LinearConstraint(np.array(cuts), np.array(limits), np.inf)] if cuts else None)
        if answer.status != 0:
            return None
        hidden = answer.x > 0.5
        more = _failures(problem, values, hidden, needed, cap)
        if not more:
            return hidden
        for cut, limit in more:
            cuts.append(cut)
            limits.append(limit)
    return None


def _failures(problem: HiddenCellProblem, values: np.ndarray, hidden: np.ndarray, needed: float, cap: float) -> list:
    """Give a cut for each hidden cell with a narrow range: what must be hidden for it to be wider."""
    n = len(values)
    lower, upper = np.where(hidden, 1.0, values), np.where(hidden, cap, values)
    equal = problem.system.equal.toarray()
    both = np.block([[equal, np.zeros_like(equal)], [np.zeros_like(equal), equal]])
    found = []
    for k in np.flatnonzero(hidden):
        aim = np.zeros(2 * n)
        aim[k], aim[n + k] = 1.0, -1.0
        answer = linprog(aim, A_eq=both, b_eq=np.zeros(len(both)), method="highs",
                         bounds=np.column_stack([np.tile(lower, 2), np.tile(upper, 2)]))
        if -answer.fun >= needed - 1e-6:
            continue
        down, up = answer.lower.marginals, -answer.upper.marginals
        down, up = down[:n] + down[n:], up[:n] + up[n:]
        gain = (cap - values) * up + (values - 1) * down  # what hiding a cell adds to the bound on the range
        gain[~np.isfinite(problem.cost)] = 0.0
        constant = float(up @ values - down @ values)
        gain = np.minimum(np.maximum(gain, 0.0), needed - constant)
        gain[k] -= needed
        found.append((gain, -constant))
    return found


if __name__ == "__main__":
    main()
