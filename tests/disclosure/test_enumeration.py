"""Releases against every population of whole people that fits them, listed one by one.

A population is a box of small whole numbers, one axis per key (unit, sex, box). Whatever was shown - cells, margins,
the number of everybody - is a sum over some of its cells, and so is whatever was hidden. The populations that fit are
found by trying every count of every cell, without any equation, program or solver of the product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from my121_analytics.disclosure.attacker import attack, attack_release
from my121_analytics.disclosure.release import release_together
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, About, Result, Table

LOW = Settings(disclosure=DisclosureSettings(threshold=3, equality_threshold=5))
"""Low thresholds, so that all populations that fit can be listed; nothing in the method depends on their size."""
MOST_FITTING = 150_000
"""Kinds of populations that are followed at a time; a release with more is not judged."""
MOST_EACH = 25
"""Where nothing limits a count it is tried up to here; a range that goes so far is wide."""

Cells = Mapping[tuple[str, int], np.ndarray]


@dataclass(frozen=True)
class Plan:
    """Which tables there are of a population: the levels of each axis, and the keys of each table.

    A key that is no axis is worked out from one: ``parents["directorate"] = ("service", service -> directorate)``.
    """

    levels: Mapping[str, int]
    tables: tuple[tuple[str, ...], ...]
    parents: Mapping[str, tuple[str, Callable[[int], int]]]

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.levels.values())

    def value(self, key: str, cell: tuple[int, ...]) -> str:
        axis, of = self.parents.get(key, (key, lambda number: number))
        return f"{key} {of(cell[list(self.levels).index(axis)])}"

    def tabulate(self, people: np.ndarray) -> tuple[dict[str, Table], dict[tuple[str, int], np.ndarray]]:
        """Give the tables with their margins, and for each row of each which cells of the population it sums."""
        joint = list(np.ndindex(self.shape))
        tables: dict[str, Table] = {}
        members: dict[tuple[str, int], np.ndarray] = {}
        for keys in self.tables:
            named = [[self.value(key, cell) for cell in joint] for key in keys]
            levels = [[*dict.fromkeys(of), *([TOTAL] if key != "box" else [])] for key, of in zip(keys, named,
                                                                                                    strict=True)]
            rows = []
            for number, row in enumerate(product(*levels)):
                inside = np.array([all(level in (TOTAL, of[at]) for level, of in zip(row, named, strict=True))
                                   for at in range(len(joint))])
                members["_".join(keys), number] = inside
                rows.append([*row, int(people.ravel()[inside].sum())])
            units = tuple(key for key in keys if key in ("directorate", "service"))
            tables["_".join(keys)] = Table(
                pd.DataFrame(rows, columns=[*keys, "n"]), keys=keys, count="n", sums=keys, unit_columns=units,
                protected=tuple(key for key in keys if key == "sex"))
        return tables, members


TWO_WAY = Plan({"directorate": 3, "box": 3}, (("directorate", "box"),), {})
LINKED = Plan({"directorate": 2, "sex": 2, "box": 3}, (("directorate", "box"), ("sex", "box")), {})
RING = Plan({"directorate": 2, "sex": 2, "box": 2}, (("directorate", "box"), ("sex", "box"), ("directorate", "sex")),
            {})
NESTED = Plan({"service": 4, "box": 2}, (("service", "box"), ("directorate", "box")),
              {"directorate": ("service", lambda number: number // 2)})
WIDE_RING = Plan({"directorate": 3, "sex": 2, "box": 3},
                 (("directorate", "box"), ("sex", "box"), ("directorate", "sex")), {})
NESTED_BESIDE = Plan({"service": 4, "sex": 2, "box": 2}, (("service", "box"), ("directorate", "box"), ("sex", "box")),
                     {"directorate": ("service", lambda number: number // 2)})
BELONGS = {("service", "directorate"): {f"service {n}": f"directorate {n // 2}" for n in range(4)}}


def list_sums(shape: tuple[int, ...], shown: list[tuple[np.ndarray, int]], hidden: list[tuple[np.ndarray, int]]
              ) -> np.ndarray | None:
    """Give the hidden sums of every population that fits, one kind of population a row; None where there are too many.

    ``shown`` are cells of the population with their sum, ``hidden`` cells with the least they can sum to. Populations
    that do not differ in any sum so far are followed once.
    """
    n = int(np.prod(shape))
    of = np.array([inside for inside, _ in [*shown, *hidden]], dtype=np.int64).reshape(-1, n)
    limit = np.array([*(total for _, total in shown), *([np.inf] * len(hidden))])
    exact = np.arange(len(of)) < len(shown)
    states = np.zeros((1, len(of)), dtype=np.int64)
    for cell in range(n):
        room = np.where(of[:, cell] == 1, limit, np.inf).min()
        counts = np.arange(int(min(room, MOST_EACH)) + 1)
        states = (states[:, None, :] + counts[None, :, None] * of[:, cell]).reshape(-1, len(of))
        states = states[(states <= limit).all(axis=1)]
        done = exact & (of[:, cell + 1:].sum(axis=1) == 0)
        states = np.unique(states[(states == limit)[:, done].all(axis=1)], axis=0)
        if len(states) > MOST_FITTING:
            return None
    found = states[:, len(shown):]
    return found[(found >= np.array([least for _, least in hidden])).all(axis=1)]


def may_be_zero(frame: pd.DataFrame, keys: tuple[str, ...]) -> np.ndarray:
    """A zero is hidden together with the whole group only, so that it is not seen where the group is."""
    if "box" not in keys:
        return np.zeros(len(frame), dtype=bool)
    others = [key for key in keys if key != "box"]
    hidden = frame["n"].isna()
    return (hidden.groupby([frame[key] for key in others]).transform("all") if others
            else pd.Series(hidden.all(), index=frame.index)).to_numpy()


def lay_out(plan: Plan, frames: Mapping[str, pd.DataFrame], members: Cells, everybody: int | None
            ) -> tuple[list[tuple[np.ndarray, int]], list[tuple[np.ndarray, int]], list[tuple[str, int]]]:
    """Read off the released frames what a reader sees."""
    shown = [] if everybody is None else [(np.ones(int(np.prod(plan.shape)), dtype=bool), everybody)]
    hidden, names = [], []
    for name, frame in frames.items():
        zero = may_be_zero(frame, tuple(name.split("_")))
        for row, n in enumerate(frame["n"]):
            if pd.isna(n):
                hidden.append((members[name, row], 0 if zero[row] else 1))
                names.append((name, row))
            else:
                shown.append((members[name, row], int(n)))
    return shown, hidden, names


# --- what the attacker says --------------------------------------------------------------------------------------


def check_ranges(plan: Plan, people: np.ndarray, hide: list[bool], everybody: bool, *, equal: bool) -> None:
    """Hide some counts at random, and hold the attacker's exact ranges against those of all that fits."""
    tables, members = plan.tabulate(people)
    frames, flags = {}, iter(hide)
    for name, table in tables.items():
        gone = np.array([next(flags) for _ in range(len(table.frame))]) & (table.frame["n"] > 0).to_numpy()
        n = table.frame["n"].astype("Int64").mask(gone)
        frames[name] = table.frame.assign(n=n, marker=np.where(gone, "[c]", ""))
    shown, hidden, names = lay_out(plan, frames, members, int(people.sum()) if everybody else None)
    assume(hidden)
    fitting = list_sums(plan.shape, shown, hidden)
    assume(fitting is not None)
    nesting = BELONGS if "directorate" in plan.parents else None
    if everybody:
        tables["all"] = Table(pd.DataFrame({"cycle": [TOTAL], "n": [int(people.sum())]}), keys=("cycle",), count="n")
        frames["all"] = tables["all"].frame.assign(marker="")
    report = attack(frames, tables, nesting=nesting, exact=True)
    cells = report.cells.set_index(["table", "row"])
    assert len(cells) == len(names)
    for at, place in enumerate(names):
        lower, upper = cells.loc[place, "lower"], cells.loc[place, "upper"]
        lowest, highest = fitting[:, at].min(), fitting[:, at].max()
        assert lower <= lowest, place
        assert upper >= highest, place
        if equal:
            assert lower == lowest, place
            assert upper == highest or highest >= MOST_EACH, place


def small(shape: tuple[int, ...], most: int):
    size = int(np.prod(shape))
    return st.lists(st.integers(0, most), min_size=size, max_size=size).map(lambda v: np.array(v).reshape(shape))


def drawn(plan: Plan, most: int):
    rows = sum(len(table.frame) for table in plan.tabulate(np.zeros(plan.shape, dtype=int))[0].values())
    return st.tuples(st.just(plan), small(plan.shape, most), st.lists(st.sampled_from([False, True]), min_size=rows,
                                                                     max_size=rows), st.booleans())


QUICK = settings(max_examples=12, deadline=None,
                 suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
LONG = settings(max_examples=250, deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@given(drawn(TWO_WAY, 4))
@QUICK
def test_the_ranges_of_a_two_way_table_are_those_of_all_that_fits(case):
    check_ranges(*case, equal=True)


@given(st.one_of(drawn(LINKED, 3), drawn(RING, 4), drawn(NESTED, 4)))
@QUICK
def test_the_ranges_of_linked_tables_are_those_of_all_populations_that_fit(case):
    check_ranges(*case, equal=True)


@pytest.mark.slow
@given(st.one_of(drawn(TWO_WAY, 6), drawn(LINKED, 3), drawn(RING, 5), drawn(NESTED, 5), drawn(NESTED_BESIDE, 2),
                 drawn(WIDE_RING, 2)))
@LONG
def test_the_ranges_of_many_linked_tables_are_those_of_all_populations_that_fit(case):
    check_ranges(*case, equal=True)


# --- what a release leaves open ----------------------------------------------------------------------------------


def release_all(plan: Plan, people: np.ndarray, *, with_n: bool, rules: Settings
                ) -> tuple[dict[str, pd.DataFrame], Cells, int | None, object]:
    tables, members = plan.tabulate(people)
    n = int(people.sum())
    about = About("Profile", "People by box", "Employees in post", "people", date(2025, 3, 31), "2024/25 H2",
                  n if with_n else None)
    results = [Result(about, {name: table}, {"n_people": n} if with_n else {}) for name, table in tables.items()]
    nesting = BELONGS if "directorate" in plan.parents else None
    released = release_together(results, audience="publish", settings=rules, nesting=nesting)
    frames = {name: frame for one in released for name, frame in one.tables.items()}
    seen = [fact for one in released for fact in (one.about.n, one.facts.get("n_people")) if fact is not None]
    report = attack_release({f"{k}": one for k, one in enumerate(released)},
                            {f"{k}": one for k, one in enumerate(results)}, rules.disclosure, nesting=nesting)
    return frames, members, int(seen[0]) if seen else None, report


def check_release(plan: Plan, people: np.ndarray, with_n: bool, rules: Settings = LOW) -> bool:
    """Release everything, and see that populations fit in which each hidden count is as far apart as it must be."""
    frames, members, everybody, report = release_all(plan, people, with_n=with_n, rules=rules)
    assert report.passed
    shown, hidden, names = lay_out(plan, frames, members, everybody)
    if not hidden:
        return True
    fitting = list_sums(plan.shape, shown, hidden)
    if fitting is None:
        return False
    for at, (name, row) in enumerate(names):
        needed = rules.disclosure.equality_threshold if "sex" in name else rules.disclosure.threshold
        lowest, highest = fitting[:, at].min(), fitting[:, at].max()
        assert highest - lowest >= needed, (name, row, lowest, highest)
    return True


@given(st.sampled_from([TWO_WAY, LINKED, RING, NESTED]).flatmap(lambda plan: st.tuples(st.just(plan),
                                                                                      small(plan.shape, 6))),
       st.booleans())
@QUICK
def test_every_hidden_count_of_a_release_keeps_its_range_among_all_populations_that_fit(case, with_n):
    assume(check_release(*case, with_n))


@pytest.mark.slow
@given(st.sampled_from([TWO_WAY, LINKED, RING, NESTED, NESTED_BESIDE, WIDE_RING]).flatmap(
    lambda plan: st.tuples(st.just(plan), small(plan.shape, 6))), st.booleans())
@LONG
def test_every_hidden_count_of_many_releases_keeps_its_range_among_all_populations_that_fit(case, with_n):
    assume(check_release(*case, with_n))


@pytest.mark.slow
@given(small(TWO_WAY.shape, 14), st.booleans())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_the_same_holds_at_the_usual_thresholds(people, with_n):
    assume(check_release(TWO_WAY, people, with_n, Settings()))
