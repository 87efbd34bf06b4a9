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
from my121_analytics.errors import DisclosureError
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, Fact, Result, Table, describe

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


Sum = tuple[np.ndarray, float, float]
"""Cells of the population, and the least and the most that their sum can be."""


def list_sums(shape: tuple[int, ...], sums: list[Sum]) -> np.ndarray | None:
    """Give the sums of every population that fits, one kind of population a row; None where there are too many.

    Populations that do not differ in any sum so far are followed once.
    """
    n = int(np.prod(shape))
    of = np.array([inside for inside, _, _ in sums], dtype=np.int64).reshape(-1, n)
    least, most = np.array([low for _, low, _ in sums]), np.array([high for _, _, high in sums])
    states = np.zeros((1, len(of)), dtype=np.int64)
    for cell in range(n):
        room = np.where(of[:, cell] == 1, most, np.inf).min()
        counts = np.arange(int(min(room, MOST_EACH)) + 1)
        states = (states[:, None, :] + counts[None, :, None] * of[:, cell]).reshape(-1, len(of))
        done = of[:, cell + 1:].sum(axis=1) == 0
        states = states[(states <= most).all(axis=1) & (states >= least)[:, done].all(axis=1)]
        states = np.unique(states, axis=0)
        if len(states) > MOST_FITTING:
            return None
    return states


def may_be_zero(frame: pd.DataFrame, keys: tuple[str, ...]) -> np.ndarray:
    """A zero is hidden together with the whole group only, so that it is not seen where the group is."""
    if "box" not in keys:
        return np.zeros(len(frame), dtype=bool)
    others = [key for key in keys if key != "box"]
    hidden = frame["n"].isna()
    return (hidden.groupby([frame[key] for key in others]).transform("all") if others
            else pd.Series(hidden.all(), index=frame.index)).to_numpy()


def lay_out(plan: Plan, frames: Mapping[str, pd.DataFrame], members: Cells, everybody: int | None
            ) -> tuple[list[Sum], list[tuple[str, int]]]:
    """Read off the released frames what a reader sees; the sums that are hidden come first, with their places."""
    shown: list[Sum] = [] if everybody is None else [(np.ones(int(np.prod(plan.shape)), dtype=bool), everybody,
                                                      everybody)]
    hidden: list[Sum] = []
    names = []
    for name, frame in frames.items():
        zero = may_be_zero(frame, tuple(name.split("_")))
        for row, n in enumerate(frame["n"]):
            if pd.isna(n):
                hidden.append((members[name, row], 0 if zero[row] else 1, np.inf))
                names.append((name, row))
            else:
                shown.append((members[name, row], int(n), int(n)))
    return [*hidden, *shown], names


# --- what the attacker says --------------------------------------------------------------------------------------


def check_ranges(plan: Plan, people: np.ndarray, hide: list[bool], everybody: bool, *, equal: bool) -> None:
    """Hide some counts at random, and hold the attacker's exact ranges against those of all that fits."""
    tables, members = plan.tabulate(people)
    frames, flags = {}, iter(hide)
    for name, table in tables.items():
        gone = np.array([next(flags) for _ in range(len(table.frame))]) & (table.frame["n"] > 0).to_numpy()
        n = table.frame["n"].astype("Int64").mask(gone)
        frames[name] = table.frame.assign(n=n, marker=np.where(gone, "[c]", ""))
    sums, names = lay_out(plan, frames, members, int(people.sum()) if everybody else None)
    assume(names)
    fitting = list_sums(plan.shape, sums)
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


QUICK = settings(max_examples=5, deadline=None,
                 suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
LONG = settings(max_examples=120, deadline=None,
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
    about = describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2",
                     n=n if with_n else None)
    results = [Result(about, {name: table}, {"n_people": n} if with_n else {}, {"n_people": Fact("people")}) for name,
               table in tables.items()]
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
    sums, names = lay_out(plan, frames, members, everybody)
    if not names:
        return True
    fitting = list_sums(plan.shape, sums)
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


# --- rounded counts ----------------------------------------------------------------------------------------------


def rounded_to(value: int, base: int) -> int:
    """The nearest multiple, half way up, found by trying."""
    return min(range(0, value + base + 1, base), key=lambda multiple: (abs(multiple - value), -multiple))


def before_rounding(shown: int | None, base: int, threshold: int) -> list[int]:
    """All counts that a reader must think of: those that round to what is shown, or that are withheld at all."""
    if shown is not None:
        return [n for n in range(shown + base + 1) if rounded_to(n, base) == shown]
    small = {rounded_to(n, base) for n in range(threshold)}
    return [n for n in range(threshold + 2 * base) if rounded_to(n, base) in small]


ROUNDED = {base: Settings(disclosure=DisclosureSettings(method="round", round_to=base, threshold=threshold,
                                                        equality_threshold=threshold + 2))
           for base, threshold in ((3, 3), (4, 4), (5, 4))}


def check_rounded(plan: Plan, people: np.ndarray, with_n: bool, base: int) -> bool:
    """Release everything rounded, and see how many values are left of each count that may be small."""
    rules = ROUNDED[base]
    tables, members = plan.tabulate(people)
    n = int(people.sum())
    about = describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2",
                     n=n if with_n else None)
    results = [Result(about, {name: table}) for name, table in tables.items()]
    nesting = BELONGS if "directorate" in plan.parents else None
    try:
        released = release_together(results, audience="publish", settings=rules, nesting=nesting)
    except DisclosureError:
        return False  # nothing could be released
    everybody = np.ones(people.size, dtype=bool)
    possible = before_rounding(released[0].about.n, base, 0) if with_n else []
    sums: list[Sum] = [(everybody, possible[0], possible[-1])] if with_n else []
    names = [("everybody", 0)] * len(sums)
    limits = {name: rules.disclosure.equality_threshold if "sex" in name else rules.disclosure.threshold
              for name in tables}
    for name, frame in ((name, frame) for one in released for name, frame in one.tables.items()):
        for row, shown in enumerate(frame["n"]):
            possible = before_rounding(None if pd.isna(shown) else int(shown), base, limits[name])
            sums.append((members[name, row], possible[0], possible[-1]))
            names.append((name, row))
            true = int(people.ravel()[members[name, row]].sum())
            assert pd.isna(shown) or shown == rounded_to(true, base)
            assert true in possible
    fitting = list_sums(plan.shape, sums)
    if fitting is None:
        return False
    report = attack_release({f"{k}": one for k, one in enumerate(released)},
                            {f"{k}": one for k, one in enumerate(results)}, rules.disclosure, nesting=nesting,
                            exact=True)
    cells = report.cells.assign(table=[name.split(".")[1] for name in report.cells["table"]])
    cells = cells.set_index(["table", "row"])
    for at, (name, row) in enumerate(names):
        lowest, highest = fitting[:, at].min(), fitting[:, at].max()
        if (name, row) not in cells.index:
            assert name == "everybody" or lowest >= limits[name]
            continue
        assert (cells.loc[(name, row), ["lower", "upper"]] == [lowest, highest]).all()
        if lowest < limits[name] and highest > 0:
            values = np.unique(fitting[:, at])
            assert values[-1] - values[0] + 1 >= len(before_rounding(0, base, 0)), (name, row, values)
    return True


def rounded_cases(plans: list[Plan], most: int):
    return st.tuples(st.sampled_from(plans).flatmap(lambda plan: st.tuples(st.just(plan), small(plan.shape, most))),
                     st.booleans(), st.sampled_from(sorted(ROUNDED)))


SMALL_TABLE = Plan({"directorate": 2, "box": 3}, (("directorate", "box"),), {})


@given(rounded_cases([SMALL_TABLE, RING], 5))
@QUICK
def test_adding_up_leaves_as_many_values_of_a_rounded_small_count_as_rounding_leaves_of_none(case):
    (plan, people), with_n, base = case
    assume(check_rounded(plan, people, with_n, base))


@pytest.mark.slow
@given(rounded_cases([SMALL_TABLE, RING, NESTED], 6))
@LONG
def test_adding_up_leaves_as_many_values_in_many_rounded_releases(case):
    (plan, people), with_n, base = case
    assume(check_rounded(plan, people, with_n, base))
