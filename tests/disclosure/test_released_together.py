"""Releases against an attacker written for the test alone: whoever knows the people's table knows every sum in it.

A population is an array (one axis per key). Every table is a sum of it, so that all tables of a release are tied to
each other through the array itself, without any of the product's own equations.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.movement import track_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.attacker import attack_release, find_nesting
from my121_analytics.disclosure.release import release_together
from my121_analytics.sample_council.council import make_sample
from my121_analytics.workforce.results import TOTAL, About, Result, Table, describe

THRESHOLD = 5
AXES = ("directorate", "grade", "box")
PROTECTED = ("sex",)


def about(n: int | None) -> About:
    return describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2", n=n)


def tabulate(people: np.ndarray, axes: tuple[str, ...], keys: tuple[str, ...], *, margins: bool = True) -> Table:
    """Sum a population to some keys, with a margin row for each key but the outcome."""
    levels = [[*range(people.shape[axes.index(key)]), *([TOTAL] if margins and key != "box" else [])] for key in keys]
    rows = []
    for cell in product(*levels):
        n = people[members(people, axes, keys, cell)].sum()
        rows.append([*(str(level) for level in cell), int(n)])
    frame = pd.DataFrame(rows, columns=[*keys, "n"])
    units = tuple(key for key in keys if key in ("directorate", "service"))
    return Table(frame, keys=keys, count="n", sums=keys, unit_columns=units,
                 protected=tuple(key for key in keys if key in PROTECTED))


def members(people: np.ndarray, axes: tuple[str, ...], keys: tuple[str, ...], cell: tuple) -> tuple:
    return tuple(slice(None) if axis not in keys or cell[keys.index(axis)] == TOTAL else int(cell[keys.index(axis)])
                 for axis in axes)


def widths(people: np.ndarray, axes: tuple[str, ...], shown: list[tuple[tuple[str, ...], pd.DataFrame, Table]],
           total: int | None) -> list[tuple[float, float, int]]:
    """Give for each hidden count how far an attacker can pin it down, and how far is allowed."""
    index = np.arange(people.size).reshape(people.shape)
    equal, right, hidden = [], [], []
    for keys, frame, table in shown:
        needed = 10 if table.protected else THRESHOLD
        for cell, n in zip(frame[list(keys)].itertuples(index=False), frame["n"], strict=True):
            row = np.zeros(people.size)
            at = members(people, axes, keys, tuple(c if c == TOTAL else int(c) for c in cell))
            row[index[at].ravel()] = 1
            if pd.isna(n):
                hidden.append((row, needed, float(people[at].sum())))
            else:
                equal.append(row)
                right.append(float(n))
    if total is not None:
        equal.append(np.ones(people.size))
        right.append(float(total))
    found = []
    at_least = [(row, 1.0) for row, _, true in hidden if true > 0]
    for row, needed, _ in hidden:
        ends = []
        for sign in (1, -1):
            answer = linprog(sign * row, A_eq=sparse.csr_matrix(equal) if equal else None, b_eq=right or None,
                             A_ub=sparse.csr_matrix([-r for r, _ in at_least]), b_ub=[-least for _, least in at_least],
                             bounds=(0, None), method="highs")
            ends.append(np.inf if answer.status == 3 else sign * answer.fun)
        found.append((abs(ends[0]), abs(ends[1]), needed))
    return found


def check_release(people: np.ndarray, axes: tuple[str, ...], cuts: list[tuple[str, ...]], *, apart: bool = True,
                  n: int | None = None) -> list[pd.DataFrame]:
    tables = {"_by_".join(keys): tabulate(people, axes, keys) for keys in cuts}
    if apart:
        results = [Result(about(n), {name: table}) for name, table in tables.items()]
    else:
        results = [Result(about(n), tables)]
    released = release_together(results, audience="publish")
    frames = {name: frame for one in released for name, frame in one.tables.items()}
    shown = [(keys, frames["_by_".join(keys)], tables["_by_".join(keys)]) for keys in cuts
             if "_by_".join(keys) in frames]
    for _, frame, table in shown:
        limit = 10 if table.protected else THRESHOLD
        counts = frame["n"].astype("Float64")
        assert not counts.between(1, limit - 1).any()
        seen = counts.notna().to_numpy()
        assert (counts[seen].to_numpy(float) == table.frame["n"][seen].to_numpy(float)).all()
    known = [one.about.n for one in released if one.about.n is not None]
    for low, high, needed in widths(people, axes, shown, known[0] if known else None):
        assert high - low >= needed - 1e-6, (low, high, needed)
    return [frame for _, frame, _ in shown]


def populations(shape: tuple[int, ...], most: int = 12):
    size = int(np.prod(shape))
    values = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, most))
    return st.lists(values, min_size=size, max_size=size).map(lambda v: np.array(v).reshape(shape))


TWO = [("directorate", "box")]
LINKED = [("directorate", "box"), ("grade", "box"), ("box",)]
CROSSED = [("directorate", "grade"), ("directorate", "box"), ("grade", "box")]
EQUAL = [("directorate", "box"), ("sex", "box")]


@given(populations((3, 2, 4)))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_linked_tables_released_together_give_no_hidden_count_away(people):
    check_release(people, AXES, LINKED)


@given(populations((3, 3, 3)))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_three_tables_that_share_every_margin_give_no_hidden_count_away(people):
    check_release(people, AXES, CROSSED, apart=False, n=int(people.sum()))


@given(populations((4, 2, 3)))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_table_by_sex_beside_one_by_directorate_keeps_its_higher_threshold(people):
    check_release(people, ("directorate", "sex", "box"), EQUAL)


@pytest.mark.slow
@given(populations((4, 3, 5)), st.booleans(), st.sampled_from([TWO, LINKED, CROSSED]), st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_release_of_any_of_many_populations_gives_a_hidden_count_away(people, apart, cuts, with_n):
    check_release(people, AXES, cuts, apart=apart, n=int(people.sum()) if with_n else None)


# --- councils --------------------------------------------------------------------------------------------------

N_COUNCILS = int(os.environ.get("MY121_RANDOM_COUNCILS", "150"))
"""Random councils that publish their profile: about a second of one processor each."""
N_WHOLE = int(os.environ.get("MY121_WHOLE_PUBLICATIONS", "6"))
"""Random councils that publish all there is, six seconds each, nearly all of it for choosing what to hide; ``python -m
benchmarks.attack --councils 1000`` does the same at length."""
AT_A_TIME = 50
GROUPINGS = ("directorate", "service", "grade", "sex")
PROFILES = (("directorate", "sex"), ("grade",), ("directorate",), ("sex",), ("directorate", "sex"), ("service",))


def publish_council(n_employees: int, seed: int, groupings: Sequence[str] = GROUPINGS, *, profile_only: bool = False):
    workforce = make_sample(n_employees, seed=seed).workforce
    results = [tabulate_profile(workforce, by=by) for by in groupings]
    if not profile_only:
        results += [track_movement(workforce), measure_coverage(workforce)]
    nesting = find_nesting(workforce.posts_in_cycle(workforce.latest_cycle))
    released = release_together(results, audience="publish", nesting=nesting)
    names = [str(at) for at in range(len(results))]
    report = attack_release(dict(zip(names, released, strict=True)), dict(zip(names, results, strict=True)),
                            nesting=nesting)
    return results, released, report


def check_council(results, released, report):
    assert report.n_hidden > 0
    assert report.passed
    for result, one in zip(results, released, strict=True):
        for name, frame in one.tables.items():
            table = result.tables[name]
            if table.count is None or not table.about_people:
                continue
            limit = 10 if table.protected else THRESHOLD
            counts = frame[table.count].astype("Float64")
            assert not counts.between(1, limit - 1).any()
            for column in ("share", "estimate"):
                if column in frame:  # a share rests on its own count and base, which may be shown where others are not
                    own = [c for c in ("n_with_enough", table.base) if c in frame] if column == "estimate" else [
                        table.count]
                    masked = frame[own].isna().any(axis="columns")
                    assert frame.loc[masked, column].isna().all()


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, N_COUNCILS, AT_A_TIME))
def test_an_attack_afresh_on_the_profile_of_a_random_council_narrows_nothing(first):
    for number in range(first, min(first + AT_A_TIME, N_COUNCILS)):
        n_employees = 50 + (number * 193) % 451
        groupings = PROFILES[number % len(PROFILES)]
        check_council(*publish_council(n_employees, 10_000 + number, groupings, profile_only=True))


@pytest.mark.slow
@pytest.mark.parametrize("number", range(N_WHOLE))
def test_an_attack_afresh_on_all_tables_of_a_random_council_narrows_nothing(number):
    check_council(*publish_council(50 + (number * 193) % 451, number))


@pytest.mark.slow
def test_a_whole_publication_of_a_small_council_is_proved_and_still_shows_something():
    _, released, report = publish_council(120, 7)
    assert report.passed
    shown = [frame for one in released for frame in one.tables.values()]
    assert sum(int((frame["marker"] == "").sum()) for frame in shown) > 25
    assert "change" in released[4].tables
