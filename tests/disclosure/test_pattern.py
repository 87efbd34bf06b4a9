"""The pattern of hidden counts: against every pattern there is in small tables, and against the attacker's programs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from my121_analytics.disclosure.bounds import find_bounds
from my121_analytics.disclosure.linked_tables.system import System
from my121_analytics.disclosure.release import release
from my121_analytics.disclosure.secondary import pattern as secondary_pattern
from my121_analytics.disclosure.secondary.exact_pattern import find_cheapest
from my121_analytics.disclosure.secondary.pattern import (
    HiddenCellProblem,
    Pattern,
    choose_pattern,
    count_open,
    draft_pattern,
)
from my121_analytics.disclosure.secondary.search import Search
from my121_analytics.workforce.results import TOTAL, Result, Table, describe

THRESHOLD = 5.0
NOTHING = sparse.csr_matrix


def lay_out(counts: np.ndarray, *, cost: np.ndarray | None = None,
            hidden: np.ndarray | None = None) -> HiddenCellProblem:
    """Lay out a table of any number of keys with all its margins: each sum over a key is an equation."""
    table = counts.astype(float)
    for axis in range(table.ndim):
        table = np.concatenate([table, table.sum(axis=axis, keepdims=True)], axis=axis)
    index = np.arange(table.size).reshape(table.shape)
    rows = []
    for axis in range(table.ndim):
        for line in np.moveaxis(index, axis, -1).reshape(-1, table.shape[axis]):
            row = np.zeros(table.size)
            row[line[:-1]], row[line[-1]] = 1.0, -1.0
            rows.append(row)
    values = table.ravel()
    small = (values > 0) & (values < THRESHOLD) if hidden is None else hidden.ravel()
    system = System(sparse.csr_matrix(np.array(rows)), np.zeros(len(rows)), NOTHING((0, table.size)), np.array([]),
                    np.where(small, 1.0, values), np.where(small, np.inf, values))
    plain = np.where(values > 0, 1.0, np.inf) if cost is None else np.where(values > 0, cost.ravel(), np.inf)
    return HiddenCellProblem(system, small, np.full(table.size, THRESHOLD), plain)


def with_hidden(problem: HiddenCellProblem, hidden: np.ndarray) -> System:
    more = hidden & ~problem.hidden
    system = problem.system
    return System(system.equal, system.equal_to, system.most, system.most_to, np.where(more, 1.0, system.lower),
                  np.where(more, np.inf, system.upper))


def narrow(problem: HiddenCellProblem, hidden: np.ndarray) -> np.ndarray:
    """List the hidden numbers that the attacker's programs get too narrowly."""
    asked = np.flatnonzero(hidden & (problem.needed > 0))
    lower, upper = find_bounds(with_hidden(problem, hidden), asked, problem.needed[asked])
    return asked[upper - lower < problem.needed[asked]]


def protects(problem: HiddenCellProblem, hidden: np.ndarray) -> bool:
    """Say the same in the fewest words: every range by two programs of its own."""
    system = with_hidden(problem, hidden)
    for k in np.flatnonzero(hidden & (problem.needed > 0)):
        ends = []
        for sign in (1.0, -1.0):
            aim = np.zeros(len(hidden))
            aim[k] = sign
            answer = linprog(aim, A_eq=system.equal, b_eq=system.equal_to, method="highs",
                             bounds=np.column_stack([system.lower, np.minimum(system.upper, 10_000.0)]))
            if answer.status != 0:
                return False
            ends.append(sign * answer.fun)
        if np.floor(ends[1] + 1e-6) - np.ceil(ends[0] - 1e-6) < problem.needed[k]:
            return False
    return True


def cheapest_of_all(problem: HiddenCellProblem) -> float:
    """Try every pattern, the cheapest first."""
    may = np.flatnonzero(problem.movable)
    every = sorted((float(problem.cost[list(some)].sum()), some) for size in range(7)
                   for some in combinations(may.tolist(), size))
    lines = problem.system.equal.toarray() != 0
    for cost, some in every:
        hidden = problem.hidden.copy()
        hidden[list(some)] = True
        if ((lines & hidden).sum(axis=1) != 1).all() and protects(problem, hidden):
            return cost
    raise AssertionError("no pattern of up to six protects this table")


def cost_of(problem: HiddenCellProblem, pattern: Pattern) -> float:
    return float(problem.cost[pattern.hidden & ~problem.hidden].sum())


def check(problem: HiddenCellProblem, pattern: Pattern) -> None:
    """What every answer must keep to."""
    assert pattern.hidden[problem.hidden].all()
    assert np.isfinite(problem.cost[pattern.hidden & ~problem.hidden]).all()
    assert set(narrow(problem, pattern.hidden)) <= set(pattern.open)
    points, system = pattern.points, with_hidden(problem, pattern.hidden)
    assert (points == np.round(points)).all()
    assert (system.equal @ points.T == system.equal_to[:, None]).all()
    assert (points >= system.lower).all()
    assert (points <= system.upper).all()


# --- known answers ---------------------------------------------------------------------------------------------------

def test_one_small_count_in_two_groups_by_two_takes_the_other_three_cells_with_it():
    problem = lay_out(np.array([[3, 20], [21, 22]]), cost=np.array([[1, 1, 3], [1, 1, 3], [3, 3, 9]]))
    pattern = choose_pattern(problem)
    assert pattern.hidden.reshape(3, 3).tolist() == [[True, True, False], [True, True, False], [False] * 3]


def test_the_dear_cells_are_left_where_cheap_ones_do():
    counts = np.array([[2, 30, 31], [32, 33, 34], [35, 36, 37]])
    cost = np.ones((4, 4)) * 50
    cost[:3, :3] = [[1, 9, 1], [9, 9, 9], [1, 9, 1]]
    pattern = choose_pattern(lay_out(counts, cost=cost))
    assert pattern.hidden.reshape(4, 4)[:3, :3].tolist() == [[True, False, True], [False] * 3, [True, False, True]]


def test_a_total_is_hidden_where_that_is_cheaper_than_a_ring_of_cells():
    cost = np.array([[1, 40, 40], [1, 40, 40], [1, 40, 9]])
    pattern = choose_pattern(lay_out(np.array([[3, 40], [20, 41]]), cost=cost))
    assert cost_of(lay_out(np.array([[3, 40], [20, 41]]), cost=cost), pattern) == cheapest_of_all(
        lay_out(np.array([[3, 40], [20, 41]]), cost=cost))


def test_two_small_counts_that_protect_each_other_in_no_line_are_not_left_alone():
    problem = lay_out(np.array([[4, 20, 21], [22, 4, 23], [24, 25, 26]]))
    pattern = choose_pattern(problem)
    assert pattern.hidden.reshape(4, 4)[:2, :2].all()
    assert cost_of(problem, pattern) == 2.0


def test_nothing_more_is_hidden_where_the_small_counts_protect_each_other():
    counts = np.array([[4, 4, 4, 30], [4, 4, 4, 31], [4, 4, 4, 32], [33, 34, 35, 36]])
    problem = lay_out(counts)
    assert (choose_pattern(problem).hidden == problem.hidden).all()


def test_a_count_that_nothing_may_protect_is_open_and_counted():
    problem = lay_out(np.array([[3, 20], [21, 22]]), cost=np.full((3, 3), np.inf))
    assert choose_pattern(problem).open.tolist() == [0]
    assert count_open(problem, np.inf) == 1


def test_a_count_that_is_hidden_here_but_was_shown_before_is_open():
    problem = lay_out(np.array([[30, 20], [21, 22]]))
    hidden = np.zeros(9, dtype=bool)
    hidden[0] = True
    pinned = HiddenCellProblem(problem.system, hidden, problem.needed, np.full(9, np.inf))
    assert choose_pattern(pinned).open.tolist() == [0]
    assert count_open(pinned, np.inf) == 1


TABLES = ([[3, 12, 0], [7, 9, 15], [2, 30, 8]], [[1, 6, 9], [14, 0, 22], [8, 17, 4]],
          [[2, 2, 40], [9, 0, 7], [11, 13, 5]],
          [[4, 50, 6], [6, 7, 8], [9, 3, 10]], [[0, 0, 3], [12, 25, 0], [31, 7, 16]], [[3, 6], [8, 11], [2, 19]],
          [[1, 1, 1], [6, 7, 8], [20, 0, 40]])


@pytest.mark.parametrize("counts", TABLES)
def test_no_pattern_of_all_there_are_costs_less(counts):
    shape = np.array(counts).shape
    cost = np.ones((shape[0] + 1, shape[1] + 1))
    cost[-1], cost[:, -1] = 2.0, 2.0
    cost += np.arange(cost.size).reshape(cost.shape) / 1000.0
    problem = lay_out(np.array(counts), cost=cost)
    pattern = choose_pattern(problem)
    check(problem, pattern)
    assert not pattern.open.size
    assert cost_of(problem, pattern) == pytest.approx(cheapest_of_all(problem))


# --- what holds for every problem -------------------------------------------------------------------------------------

def tables(shape: tuple[int, ...], most: int):
    size = int(np.prod(shape))
    return st.lists(st.one_of(st.integers(0, 6), st.integers(0, most)), min_size=size, max_size=size).map(
        lambda v: np.array(v).reshape(shape))


@given(st.one_of(tables((3, 4), 40), tables((2, 3, 3), 30), tables((5, 3), 12)))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_answer_is_proven_in_whole_numbers_and_never_dearer_than_the_search_alone(counts):
    check_both_ways(counts)


@pytest.mark.slow
@given(st.one_of(tables((4, 4), 40), tables((3, 3, 3), 30), tables((6, 4), 12), tables((2, 2, 5), 60)))
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_so_is_every_answer_to_many_tables(counts):
    check_both_ways(counts)


def check_both_ways(counts: np.ndarray) -> None:
    problem = lay_out(counts)
    exact, quick = choose_pattern(problem), choose_pattern(problem, most_exact=0)
    check(problem, exact)
    check(problem, quick)
    assert exact.open.size <= quick.open.size
    if not quick.open.size:
        assert cost_of(problem, exact) <= cost_of(problem, quick) + 1e-9


@given(tables((4, 4), 25))
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_puzzle_gets_the_same_pattern_each_time(counts):
    first, second = choose_pattern(lay_out(counts)), choose_pattern(lay_out(counts))
    assert (first.hidden == second.hidden).all()
    assert (first.points == second.points).all()


def test_parts_that_share_no_equation_are_answered_one_by_one():
    one, other = lay_out(np.array([[3, 12, 0], [7, 9, 15]])), lay_out(np.array([[1, 6, 9], [14, 20, 22]]))
    none = np.array([])
    both = HiddenCellProblem(System(sparse.block_diag([one.system.equal, other.system.equal], format="csr"),
                         np.concatenate([one.system.equal_to, other.system.equal_to]),
                         NOTHING((0, len(one.cost) + len(other.cost))), none,
                         np.concatenate([one.system.lower, other.system.lower]),
                         np.concatenate([one.system.upper, other.system.upper])),
                  np.concatenate([one.hidden, other.hidden]), np.concatenate([one.needed, other.needed]),
                  np.concatenate([one.cost, other.cost]))
    pattern = choose_pattern(both)
    check(both, pattern)
    assert pattern.hidden.tolist() == [*choose_pattern(one).hidden, *choose_pattern(other).hidden]


def test_a_part_that_must_stay_within_its_whole_is_protected_too():
    equal = sparse.csr_matrix(np.array([[1.0, 1.0, -1.0, 0, 0, 0], [0, 0, 0, 1.0, 1.0, -1.0]]))
    most = sparse.csr_matrix(np.array([[1.0, 0, 0, -1.0, 0, 0], [0, 1.0, 0, 0, -1.0, 0]]))
    values = np.array([4.0, 40.0, 44.0, 9.0, 50.0, 59.0])
    hidden = values < THRESHOLD
    system = System(equal, np.zeros(2), most, np.zeros(2), np.where(hidden, 1.0, values),
                    np.where(hidden, np.inf, values))
    problem = HiddenCellProblem(system, hidden, np.full(6, THRESHOLD), np.ones(6))
    pattern = choose_pattern(problem)
    check(problem, pattern)
    assert not pattern.open.size
    assert pattern.hidden.sum() == 2


def test_zeros_that_are_hidden_get_ranges_that_hold_for_who_takes_them_to_be_at_least_one():
    counts = np.array([[0, 4, 0], [20, 21, 22], [23, 24, 25]])
    hidden = np.zeros((4, 4), dtype=bool)
    hidden[0] = True
    problem = lay_out(counts, hidden=hidden)
    system = problem.system
    loose = HiddenCellProblem(System(system.equal, system.equal_to, system.most, system.most_to,
                          np.where(problem.hidden, 0.0, system.lower), system.upper), problem.hidden, problem.needed,
                   problem.cost)
    pattern = choose_pattern(loose)
    check(loose, pattern)
    assert (pattern.points[:, pattern.hidden] >= 1).all()
    assert protects(problem, pattern.hidden)


def test_the_exact_search_says_so_when_the_pattern_in_hand_is_the_cheapest():
    problem = lay_out(np.array([[3, 12, 0], [7, 9, 15], [2, 30, 8]]))
    best = choose_pattern(problem)
    upper = np.minimum(problem.system.upper, problem.largest)
    answer = find_cheapest(problem, problem.system.lower, upper, best.points, cost_of(problem, best))
    assert answer.pattern is None
    assert answer.done
    assert answer.bound == pytest.approx(cost_of(problem, best))


# --- as releases use it ----------------------------------------------------------------------------------------------

def tabulate(counts: list[list[int]]) -> Result:
    rows = [(f"service {at}", str(box), n) for at, line in enumerate(counts) for box, n in enumerate(line, start=1)]
    rows += [(TOTAL, str(box), sum(column)) for box, column in enumerate(zip(*counts, strict=True), start=1)]
    table = Table(pd.DataFrame(rows, columns=["service", "box", "n"]), keys=("service", "box"), count="n",
                  sums=("service", "box"))
    return Result(describe("profile", population="people_in_post", as_of=date(2025, 3, 31), cycle="2024/25 H2",
                           n=sum(map(sum, counts))), {"t": table})


@pytest.mark.parametrize(("counts", "others"), [
    ([[3, 2, 30], [2, 3, 31], [20, 21, 40]], [[2, 3, 30], [3, 2, 31], [20, 21, 40]]),
    ([[4, 1, 30, 9], [1, 4, 8, 31], [20, 21, 40, 12]], [[1, 4, 30, 9], [4, 1, 8, 31], [20, 21, 40, 12]]),
    ([[1, 2, 3, 50], [2, 3, 1, 50], [3, 1, 2, 7], [30, 40, 50, 60]],
     [[3, 1, 2, 50], [1, 2, 3, 50], [2, 3, 1, 7], [30, 40, 50, 60]])])
def test_two_records_that_look_alike_get_the_same_release(counts: list[list[int]], others: list[list[int]]):
    one, other = (release(tabulate(some), audience="publish") for some in (counts, others))
    pd.testing.assert_frame_equal(one.tables["t"], other.tables["t"])
    assert one.tables["t"]["n"].isna().any()


def large_table(seed: int = 5) -> HiddenCellProblem:
    """Lay out a table with more counts than are solved exactly."""
    rng = np.random.default_rng(seed)
    problem = lay_out(rng.integers(1, 30, (5, 5, 5)), cost=rng.integers(1, 9, (6, 6, 6)).astype(float))
    assert problem.movable.sum() > secondary_pattern.MOST_EXACT
    return problem


@pytest.mark.parametrize(("n_services", "is_exact"), [(8, True), (14, False)])
def test_a_part_of_many_numbers_is_not_solved_exactly_however_few_can_be_hidden(n_services, is_exact, monkeypatch):
    counts = np.tile([[3, 12, 20], [7, 9, 15], [2, 30, 8]], (n_services, 1, 1))
    hidden = np.zeros((n_services + 1, 4, 4), dtype=bool)
    hidden[:, 1] = hidden[2:n_services] = hidden[0, 0, :2] = True
    problem = lay_out(counts, hidden=hidden)
    assert problem.movable.sum() <= secondary_pattern.MOST_EXACT
    assert (len(problem.cost) <= 200) is is_exact
    asked = []

    def note(*arguments):
        asked.append(arguments[0])
        return find_cheapest(*arguments, most_rounds=1)

    monkeypatch.setattr(secondary_pattern, "find_cheapest", note)
    pattern = choose_pattern(problem)
    check(problem, pattern)
    assert bool(asked) is is_exact


def test_the_numbers_out_of_reach_are_those_that_hiding_everything_leaves_too_narrow():
    """Nothing may be hidden in two rows and one column beside the small numbers; elsewhere all may."""
    counts = np.array([[3, 2, 4, 30], [2, 1, 3, 20], [9, 8, 20, 7], [1, 6, 40, 3]])
    cost = np.ones((5, 5))
    cost[:2] = cost[:, 0] = np.inf
    problem = lay_out(counts, cost=cost)
    everything = problem.hidden | problem.movable
    expected = set(narrow(problem, everything)) & set(np.flatnonzero(problem.hidden))
    assert 1 < len(expected) < problem.hidden.sum()
    assert set(draft_pattern(problem).pattern.open) == expected


def test_of_a_few_searches_the_cheapest_goes_on(monkeypatch):
    class StartsBadly(Search):
        def __init__(self, *arguments, seed: int = 0, **options) -> None:
            super().__init__(*arguments, seed=seed, **options)
            self.starts_badly = seed != 1

        def protect(self, *arguments, **options) -> None:
            super().protect(*arguments, **options)
            if self.starts_badly:
                self.hidden |= self.movable

    problem = large_table()
    expected = draft_pattern(problem).pattern.hidden
    monkeypatch.setattr(secondary_pattern, "Search", StartsBadly)
    hidden = draft_pattern(problem).pattern.hidden
    assert hidden.sum() < (problem.hidden | problem.movable).sum()
    assert problem.cost[hidden].sum() == pytest.approx(problem.cost[expected].sum(), rel=0.2)


def test_a_draft_hides_all_that_is_needed_and_its_end_no_more():
    problem = large_table()
    draft = draft_pattern(problem)
    drafted = draft.pattern.hidden
    final = draft.finish().hidden
    assert protects(problem, drafted)
    assert protects(problem, final)
    assert (final <= drafted).all()
    assert final.sum() < drafted.sum()


def test_what_is_too_large_to_be_proven_in_the_search_is_protected_all_the_same(monkeypatch):
    monkeypatch.setattr(secondary_pattern, "MOST_CONFIRMED", 0)
    problem = large_table()
    assert protects(problem, choose_pattern(problem).hidden)


def test_what_is_to_be_hidden_last_is_hidden_only_where_others_do_not_do():
    """The 2 is hidden; hiding the first 10 is cheapest, but that is to be hidden last."""
    problem = lay_out(np.array([2, 10, 10]), cost=np.array([1.0, 1.0, 3.0, 9.0]))
    added = [np.flatnonzero(choose_pattern(asked).hidden & ~problem.hidden).tolist() for asked in (
        problem, replace(problem, last=np.array([False, True, False, False])),
        replace(problem, last=np.array([False, True, True, True])))]
    assert added == [[1], [2], [1]]
