"""The attacker against every table of whole numbers that fits, worked examples, and released councils."""

from __future__ import annotations

import ast
from datetime import date
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure import attacker
from my121_analytics.disclosure.attacker import attack, attack_release, find_nesting, require_proven
from my121_analytics.disclosure.facts import FACTS
from my121_analytics.disclosure.kept import Earlier
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, Result, Table, describe


def cross(counts: np.ndarray, *, by: str = "directorate", base: bool = False, protected: bool = False) -> Table:
    """A table of groups by boxes 1, 2, ... with its totals by group; boxes add up to the base."""
    whole = np.vstack([counts, counts.sum(axis=0)])
    groups = [*(f"{by} {k}" for k in range(len(counts))), TOTAL]
    frame = pd.DataFrame([(group, box + 1, int(n), int(row.sum())) for group, row in zip(groups, whole, strict=True)
                          for box, n in enumerate(row)], columns=[by, "box", "n", "base"])
    frame = frame if base else frame.drop(columns="base")
    return Table(frame, keys=(by, "box"), count="n", base="base" if base else None, sums=(by, "box"),
                 protected=(by,) if protected else (), unit_columns=() if protected else (by,))


def hide(table: Table, rows: list[int], column: str = "n") -> pd.DataFrame:
    frame = table.frame.astype({column: "Int64"})
    frame.loc[rows, column] = pd.NA
    return frame.assign(marker=np.where(frame.isna().any(axis="columns"), "[c]", ""))


def ranges(report) -> dict:
    return {(c.table, c.row): (c.lower, c.upper) for c in report.cells.itertuples()}


# --- worked examples -------------------------------------------------------------------------------------------


def test_one_hidden_count_in_a_row_with_its_total_is_known_exactly():
    table = cross(np.array([[3, 12, 9], [10, 11, 12]]))
    report = attack({"t": hide(table, [0])}, {"t": table})
    assert ranges(report) == {("t", 0): (3, 3)}
    assert not report.passed
    assert report.n_hidden == report.n_narrow == 1


def test_a_cycle_of_hidden_counts_keeps_the_range_of_its_smallest():
    table = cross(np.array([[6, 7, 20], [8, 30, 7], [40, 6, 9]]), base=True)
    hidden = [0, 1, 3, 5, 7, 8]  # two in every row and column
    report = attack({"t": hide(table, hidden)}, {"t": table}, exact=True)
    # one number turns the cycle: n11 = 13 - n12 and so on; each count is at least 1, and n12 + n32 = 13
    assert ranges(report) == {("t", 0): (1, 12), ("t", 1): (1, 12), ("t", 3): (2, 13), ("t", 5): (2, 13),
                              ("t", 7): (1, 12), ("t", 8): (3, 14)}
    assert report.passed


def test_two_tables_that_share_a_margin_give_away_what_each_of_them_protects():
    one = Table(pd.DataFrame({"box": [1, 2, 3], "n": [20, 30, 3]}), keys=("box",), count="n", sums=("box",))
    groups = cross(np.array([[12, 20, 2], [8, 10, 1]]))
    hidden_one, hidden_groups = [0, 2], [2, 5, 6, 8]
    frames = {"map": hide(one, hidden_one).assign(total=53), "by": hide(groups, hidden_groups)}
    assert attack({"map": frames["map"]}, {"map": one}).passed
    together = attack(frames, {"map": one, "by": groups}, exact=True)
    assert ranges(together)["map", 0] == (20, 20)  # 12 + 8, shown by group


def test_the_number_of_everybody_is_used_where_it_is_shown():
    table = Table(pd.DataFrame({"box": [1, 2, 3], "n": [20, 30, 3]}), keys=("box",), count="n", sums=("box",))
    about = describe("profile", counts="posts", as_of=date(2024, 9, 30), cycle="2024/25 H1", n=53)
    result = Result(about, {"map": table})
    released = release(result, audience="publish")
    report = attack_release({"r": released}, {"r": result}, exact=True)
    hidden = released.tables["map"]["n"].isna().to_numpy()
    assert hidden.sum() == 2
    assert (report.cells["upper"] == 53 - 30 - 1).all()


def test_a_shown_share_gives_its_count_away_and_so_does_its_range():
    table = cross(np.array([[3, 12, 9], [4, 11, 12]]), base=True)
    frame = table.frame.assign(share=table.frame["n"] / table.frame["base"], lower=0.1)
    table = Table(frame, keys=table.keys, count="n", base="base", sums=table.sums, follows=("share", "lower"))
    small = [0, 1, 3, 4]
    shares = hide(table, small).assign(lower=np.nan)
    assert ranges(attack({"t": shares}, {"t": table}))["t", 0] == (3, 3)
    report = attack({"t": hide(table, small).assign(share=np.nan)}, {"t": table}, DisclosureSettings(threshold=2))
    assert set(report.cells["why"]) == {"follows_shown"}


def test_services_add_up_to_their_directorate_once_it_is_known_which_belong_to_it():
    services = cross(np.array([[9, 9], [3, 9], [9, 9], [20, 9]]), by="service")
    directorates = cross(np.array([[12, 18], [29, 18]]))
    frames = {"s": hide(services, [0, 2, 4, 6]), "d": hide(directorates, [])}
    tables = {"s": services, "d": directorates}
    belongs = {("service", "directorate"): {"service 0": "directorate 0", "service 1": "directorate 0",
                                            "service 2": "directorate 1", "service 3": "directorate 1"}}
    frames["s"]["n"] = frames["s"]["n"].mask(frames["s"]["service"] == TOTAL)
    shown = {"s": hide(services, [0, 2, 4, 6]), "d": frames["d"]}
    apart = attack(shown, tables, exact=True)
    nested = attack(shown, tables, nesting=belongs, exact=True)
    assert ranges(nested)["s", 2] == (1, 11)
    assert ranges(apart)["s", 2] == (1, 38)
    assert (apart.cells["width"] >= nested.cells["width"]).all()


def test_a_unit_that_straddles_two_others_makes_no_equation():
    services = cross(np.array([[9, 9], [13, 9]]), by="service")
    directorates = cross(np.array([[12, 9], [10, 9]]))
    belongs = {("service", "directorate"): {"service 0": "directorate 0", "service 1": "directorate 1"}}
    report = attack({"s": hide(services, [0, 2]), "d": hide(directorates, [])}, {"s": services, "d": directorates},
                    nesting=belongs, exact=True)
    assert ranges(report) == {("s", 0): (1, 21), ("s", 2): (1, 21)}


def test_only_units_with_one_parent_are_nested():
    posts = pd.DataFrame({"directorate": ["A", "A", "B", "B"], "service": ["s", "t", "t", "u"],
                          "team": ["1", "2", "3", "4"]})
    assert find_nesting(posts) == {
        ("service", "directorate"): {"s": "A", "u": "B"}, ("team", "service"): {"1": "s", "2": "t", "3": "t", "4": "u"},
        ("team", "directorate"): {"1": "A", "2": "A", "3": "B", "4": "B"}}


def test_equality_tables_need_the_higher_threshold():
    counts, hidden = np.array([[4, 5, 20], [4, 4, 20]]), [0, 1, 3, 4]
    plain, equal = cross(counts, base=True), cross(counts, base=True, by="sex", protected=True)
    assert attack({"t": hide(plain, hidden)}, {"t": plain}).passed
    report = attack({"t": hide(equal, hidden)}, {"t": equal})
    assert not report.passed
    assert set(report.cells["needed"]) == {10}


def test_an_earlier_release_of_the_same_record_is_attacked_together_with_this_one():
    table = cross(np.array([[3, 12, 9], [10, 4, 12], [9, 8, 30]]))
    about = describe("profile", counts="posts", as_of=date(2024, 9, 30), cycle="2024/25 H1", n=None)
    result = Result(about, {"t": table})
    now = release(result, audience="publish")
    assert attack_release({"r": now}, {"r": result}).passed
    then = Earlier(about, {"t": hide(table, [4])}, {"t": table})  # hid one count only
    assert not attack_release({"r": now}, {"r": result}, earlier={"last": then}).passed
    other = Earlier(describe("profile", counts="posts", as_of=date(2024, 3, 31), cycle="2023/24 H2", n=None), {},
                    {"t": table})
    assert attack_release({"r": now}, {"r": result}, earlier={"last": other}).passed


def test_a_release_before_a_correction_is_near_to_todays_counts():
    table = cross(np.array([[3, 12, 9], [10, 4, 12], [9, 8, 30]]))
    about = describe("profile", counts="posts", as_of=date(2024, 9, 30), cycle="2024/25 H1", n=None)
    result = Result(about, {"t": table})
    now = release(result, audience="publish")
    corrected = cross(np.array([[3, 12, 9], [10, 4, 12], [9, 8, 31]]))
    report = attack_release({"r": now}, {"r": result}, exact=True,
                            earlier={"last": Earlier(about, {"t": hide(corrected, [])}, {"t": corrected})})
    assert report.links.corrected == ("last",)
    assert report.unlinked == ()
    assert not report.passed
    ranges = report.cells[report.cells["table"] == "r.t"].set_index("row")[["lower", "upper"]]
    assert ranges.loc[0].tolist() == [3, 3]  # it was shown, and the one change that is seen was elsewhere


def test_a_release_of_other_people_altogether_is_unlinked_and_named():
    table, other = cross(np.array([[30, 12, 9], [10, 40, 12]])), cross(np.array([[3, 120, 9], [900, 4, 12]]))
    about = describe("profile", counts="posts", as_of=date(2024, 9, 30), cycle="2024/25 H1", n=None)
    shown = hide(other, [0, 1, 3, 4])
    report = attack_release({"r": release(Result(about, {"t": table}), audience="publish")},
                            {"r": Result(about, {"t": table})},
                            earlier={"last": Earlier(about, {"t": shown}, {"t": other})})
    assert report.links.same == ()


def test_a_release_that_does_not_pass_is_refused_with_its_exit_code_and_no_figure():
    table = cross(np.array([[3, 12, 9], [10, 11, 12]]))
    report = attack({"t": hide(table, [0])}, {"t": table})
    with pytest.raises(DisclosureError, match=r"1 of 1 hidden counts.*table t, directorate=directorate 0, box=1"
                       ) as refusal:
        require_proven(report)
    assert refusal.value.exit_code == 4
    assert "3" not in refusal.value.headline
    passed = attack({"t": hide(table, [])}, {"t": table})
    assert require_proven(passed) is passed
    assert passed.n_hidden == 0


def test_figures_that_contradict_each_other_are_refused():
    table = cross(np.array([[3, 12, 9], [10, 11, 12]]))
    frame = hide(table, [0])
    frame.loc[6, "n"] = 2  # a total below its part
    with pytest.raises(DisclosureError, match="contradict"):
        attack({"t": frame}, {"t": table})
    with pytest.raises(DisclosureError, match="no declaration of the table 'u'"):
        attack({"u": frame}, {"t": table})


def test_true_counts_are_not_what_is_attacked():
    one, other = cross(np.array([[6, 7, 20], [8, 30, 7]])), cross(np.array([[4, 9, 20], [10, 28, 7]]))
    hidden = [0, 1, 3, 4]
    frames = hide(one, hidden)
    assert frames.equals(hide(other, hidden))  # the same is shown of both
    assert ranges(attack({"t": frames}, {"t": one}, exact=True)) == ranges(
        attack({"t": frames}, {"t": other}, exact=True))


def test_the_attacker_uses_nothing_of_what_protects():
    """A mistake in what chooses what to hide must not be able to hide itself."""
    folder = Path(attacker.__file__).parent
    knowledge = {f"linked_tables.{path.stem}" for path in (folder / "linked_tables").glob("*.py")}
    assert "linked_tables.equations" in knowledge
    for path in (folder / name for name in ("attacker.py", "bounds.py", "components.py", *(
            f"{name.replace('.', '/')}.py" for name in sorted(knowledge)))):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        taken = {(str(node.module).removeprefix("my121_analytics.disclosure."), alias.name)
                 for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
                 for alias in node.names if str(node.module).startswith("my121_analytics.disclosure")}
        assert {module for module, _ in taken} <= {"bounds", "components", "facts", "kept", "released",
                                                   "linear_program", "suppression"} | knowledge
        assert {what for module, what in taken if module == "suppression"} <= {"MARKER"}
        assert {what for module, what in taken if module in ("facts", "kept", "released")} <= {
            "FACTS", "SIZE", "counts_of_people", "tabulate_facts", "Earlier", "Released"}


# --- against every table that fits -----------------------------------------------------------------------------


def fitting_tables(frame: pd.DataFrame, shape: tuple[int, int], base: pd.Series | None) -> list[np.ndarray]:
    """List all tables of whole numbers that fit a shown frame, by trying them cell by cell.

    A hidden count is at least 1, unless nothing of its group is shown.
    """
    shown = frame["n"].to_numpy("float64", na_value=np.nan).reshape(shape[0] + 1, shape[1])
    inner, totals = shown[:-1], shown[-1]
    sums = np.full(shape[0], np.nan) if base is None else base.to_numpy("float64", na_value=np.nan).reshape(
        shape[0] + 1, shape[1])[:-1].max(axis=1)
    everybody = np.nan if base is None else float(base.iloc[-1])
    least = np.where(np.isnan(shown).all(axis=1), 0, 1)
    found: list[np.ndarray] = []
    table = inner.copy()
    where = list(map(tuple, np.argwhere(np.isnan(inner))))

    def fits(at: int) -> bool:
        done = np.where(np.isnan(table), 0, table)
        complete = at == len(where)
        rows = done.sum(axis=1) - sums
        columns = done.sum(axis=0) - totals
        if np.nanmax(np.append(rows, -1)) > 0 or np.nanmax(np.append(columns, -1)) > 0:
            return False
        return not complete or (not np.nan_to_num(rows).any() and not np.nan_to_num(columns).any()
                                and (np.isnan(everybody) or done.sum() == everybody)
                                and (done.sum(axis=0)[np.isnan(totals)] >= least[-1]).all())

    def fill(at: int) -> None:
        if at == len(where):
            found.append(np.vstack([table, table.sum(axis=0)]))
            return
        row, column = where[at]
        most = np.nanmin([totals[column], sums[row], everybody, 40])
        for n in range(least[row], int(most) + 1):
            table[row, column] = n
            if fits(at + 1):
                fill(at + 1)
        table[row, column] = np.nan

    fill(0)
    return found


@st.composite
def hidden_tables(draw, shape, with_base):
    counts = np.array(draw(st.lists(st.integers(0, 6), min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])))
    table = cross(counts.reshape(shape), base=with_base)
    positive = [int(k) for k in np.flatnonzero(table.frame["n"].to_numpy() > 0)]
    inner = [k for k in positive if k < shape[0] * shape[1]]
    totals = [k for k in positive if k >= shape[0] * shape[1]]
    rows = draw(st.lists(st.sampled_from(inner), unique=True, max_size=5)) if inner else []
    if with_base and totals:
        rows += draw(st.lists(st.sampled_from(totals), unique=True, max_size=2))
    return table, hide(table, rows)


def check_against_brute_force(table: Table, frame: pd.DataFrame, shape: tuple[int, int]) -> None:
    report = attack({"t": frame}, {"t": table}, exact=True)
    fitting = np.array([fit.ravel() for fit in fitting_tables(frame, shape, frame.get("base"))])
    assert len(fitting) >= 1  # the true one at least
    for cell in report.cells.itertuples():
        assert (cell.lower, cell.upper) == (fitting[:, cell.row].min(), fitting[:, cell.row].max())
    quick = attack({"t": frame}, {"t": table})
    assert (quick.cells["proven"] == report.cells["proven"]).all()


@given(hidden_tables((2, 3), False))
@settings(max_examples=6, deadline=None)
def test_with_totals_shown_ranges_are_those_of_all_tables_that_fit(drawn):
    check_against_brute_force(*drawn, (2, 3))


@given(hidden_tables((3, 3), True))
@settings(max_examples=12, deadline=None)
def test_with_bases_and_hidden_totals_ranges_are_those_of_all_tables_that_fit(drawn):
    check_against_brute_force(*drawn, (3, 3))


@pytest.mark.slow
@given(hidden_tables((2, 3), False))
@settings(max_examples=60, deadline=None)
def test_many_with_totals_shown_have_the_ranges_of_all_tables_that_fit(drawn):
    check_against_brute_force(*drawn, (2, 3))


@pytest.mark.slow
@given(hidden_tables((3, 4), True))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_larger_tables_have_the_ranges_of_all_tables_that_fit(drawn):
    check_against_brute_force(*drawn, (3, 4))


@pytest.mark.slow
@given(st.lists(st.integers(0, 5), min_size=8, max_size=8), st.integers(0, 255), st.integers(0, 3))
@settings(max_examples=300, deadline=None)
def test_two_linked_tables_have_the_ranges_of_all_populations_that_fit(counts, hidden, more):
    """Two groupings of the same people by box: every pair of tables with one box margin is some population."""
    people = np.array(counts).reshape(2, 2, 2)
    one, two = cross(people.sum(axis=1)), cross(people.sum(axis=0), by="service")
    frames = []
    for shift, table in ((0, one), (4, two)):
        rows = [k for k in range(4) if hidden >> (shift + k) & 1 and table.frame["n"].iloc[k] > 0]
        rows += [4 + k for k in range(2) if more >> k & 1 and table.frame["n"].iloc[4 + k] > 0]
        frames.append(hide(table, rows))
    fits = []
    for frame in frames:
        shown = frame["n"].to_numpy("float64", na_value=np.nan).reshape(3, 2)
        least = np.where(np.isnan(shown).all(axis=1), 0, 1)[:, None] * np.ones(2, dtype=int)
        options = [[int(n)] if n == n else range(low, 21)
                   for n, low in zip(shown[:2].ravel(), least[:2].ravel(), strict=True)]
        tables = [np.array(t).reshape(2, 2) for t in product(*options)] if np.isnan(shown[:2]).sum() < 4 else None
        fits.append((shown, least, tables))
    if any(tables is None for *_, tables in fits):
        return  # too many to try; the others are plenty
    by_margin: list[dict[tuple[int, int], list[np.ndarray]]] = []
    for shown, least, tables in fits:
        kept: dict[tuple[int, int], list[np.ndarray]] = {}
        for table in tables:
            margin = table.sum(axis=0)
            known = np.where(np.isnan(shown[2]), margin, shown[2])
            if (margin == known).all() and (margin[np.isnan(shown[2])] >= least[2][np.isnan(shown[2])]).all():
                kept.setdefault((int(margin[0]), int(margin[1])), []).append(np.vstack([table, margin]))
        by_margin.append(kept)
    shared = set(by_margin[0]) & set(by_margin[1])
    report = attack({"a": frames[0], "b": frames[1]}, {"a": one, "b": two}, exact=True)
    for number, name in enumerate("ab"):
        all_fits = np.array([t.ravel() for margin in shared for t in by_margin[number][margin]])
        for cell in report.cells[report.cells["table"] == name].itertuples():
            lowest, highest = all_fits[:, cell.row].min(), all_fits[:, cell.row].max()
            assert cell.lower == lowest
            assert cell.upper >= highest
            assert cell.upper == highest or cell.upper > 14  # trying stopped at 20 in each table


# --- released councils -----------------------------------------------------------------------------------------


def check_sound(report, tables: dict[str, Table]) -> None:
    """What is true is never ruled out, whatever the release shows."""
    for cell in report.cells.itertuples():
        result, name = cell.table.split(".")
        if name == FACTS:
            given = tables[result]
            true = float({**given.facts, "n": given.about.n}[cell.column])
        else:
            true = float(tables[result].tables[name].frame[cell.column].iloc[cell.row])
        assert cell.lower <= true <= cell.upper, cell


def test_a_released_council_never_contradicts_its_attacker():
    workforce = make_sample(150).workforce
    results = {"profile": tabulate_profile(workforce, by="grade"), "coverage": measure_coverage(workforce)}
    released = {name: release(result, audience="publish") for name, result in results.items()}
    report = attack_release(released, results, exact=True)
    assert report.n_hidden > 50
    check_sound(report, results)
    hidden = sum(int(released["profile"].tables[name][["n", "base"]].isna().sum().sum())
                 for name in released["profile"].tables)
    assert (report.cells["table"].str.startswith("profile")).sum() == hidden


def test_the_quick_answer_is_the_exact_one():
    workforce = make_sample(150).workforce
    result = tabulate_profile(workforce, by="directorate")
    released = {"p": release(result, audience="publish")}
    quick, exact = (attack_release(released, {"p": result}, exact=flag) for flag in (False, True))
    assert (quick.cells["proven"] == exact.cells["proven"]).all()
    narrow = ~exact.cells["proven"]
    assert (quick.cells["width"][~narrow] <= exact.cells["width"][~narrow]).all()
    assert (quick.cells["width"][narrow] >= exact.cells["width"][narrow]).all()


@pytest.mark.slow
@pytest.mark.parametrize("n", [50, 200, 500])
def test_no_released_council_contradicts_its_attacker(n):
    workforce = make_sample(n).workforce
    results = {by: tabulate_profile(workforce, by=by) for by in ("directorate", "service", "grade", "sex")}
    released = {by: release(result, audience="publish", settings=Settings()) for by, result in results.items()}
    for by, result in results.items():
        check_sound(attack_release({by: released[by]}, {by: result}), {by: result})
    together = attack_release(released, results)
    check_sound(together, results)
    assert together.n_narrow >= sum(attack_release({by: released[by]}, {by: results[by]}).n_narrow for by in results)
