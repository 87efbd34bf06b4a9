"""Parts that share no equation, and claimed solutions checked number by number."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from my121_analytics.disclosure.components import Component, each_part, label_parts, split
from my121_analytics.disclosure.linked_tables.system import System


def system(equal: list[list[float]], equal_to: list[float], most: list[list[float]], most_to: list[float],
           lower: list[float], upper: list[float]) -> System:
    n = len(lower)
    return System(sparse.csr_matrix(np.array(equal, dtype=float).reshape(-1, n)), np.array(equal_to, dtype=float),
                  sparse.csr_matrix(np.array(most, dtype=float).reshape(-1, n)), np.array(most_to, dtype=float),
                  np.array(lower, dtype=float), np.array(upper, dtype=float))


TWO_PARTS = system([[1, 1, 0, 0, 1], [0, 0, 1, 1, 0]], [12, 7], [[1, -1, 0, 0, 0]], [2],
                   [0, 0, 0, 0, 3], [np.inf, np.inf, np.inf, np.inf, 3])
"""a + b + 3 = 12 with a at most b + 2; and c + d = 7."""


def test_what_is_fixed_is_taken_out_of_the_equations_and_links_nothing():
    first, second = split(TWO_PARTS, TWO_PARTS.lower, TWO_PARTS.upper, np.arange(4))
    assert first.variables.tolist() == [0, 1]
    assert first.most.tolist() == [9, 2]
    assert first.least.tolist() == [9, -np.inf]
    assert first.is_equation.tolist() == [True, False]
    assert second.variables.tolist() == [2, 3]
    assert second.most.tolist() == second.least.tolist() == [7]


def test_parts_of_which_nothing_is_asked_are_left_out():
    (only,) = split(TWO_PARTS, TWO_PARTS.lower, TWO_PARTS.upper, np.array([3]))
    assert only.variables.tolist() == [2, 3]


def test_the_number_that_stands_for_endless_is_far_above_every_number_shown():
    """The largest known: 3, the fixed number. A cap of 1000 and four times that."""
    (only,) = split(TWO_PARTS, TWO_PARTS.lower, TWO_PARTS.upper, np.array([2]))
    assert only.cap == 1012
    assert only.upper.tolist() == [1012, 1012]


def part() -> Component:
    return split(TWO_PARTS, TWO_PARTS.lower, TWO_PARTS.upper, np.array([0]))[0]


def test_a_claimed_solution_counts_where_every_equation_limit_and_bound_holds():
    points = np.array([[4.0, 5.0], [5.0, 4.0], [6.0, 3.0], [4.0, 4.0], [-1.0, 10.0]])
    assert part().fits(points).tolist() == [True, True, False, False, False]


def test_a_point_a_hair_beside_whole_numbers_is_they_and_any_other_is_none():
    near = part().near(np.array([4.0000001, 4.9999999]))
    assert near is not None
    assert near.tolist() == [4, 5]
    assert part().near(np.array([4.5, 4.5])) is None
    assert part().near(np.array([4.4, 5.0])) is None
    assert part().near(np.array([6.0, 3.0])) is None
    assert part().near(np.array([np.nan, 5.0])) is None


def test_the_ends_of_a_range_are_those_found_by_hand():
    """a + b = 9 and a at most b + 2: a is 0 to 5."""
    low, high = (part().minimise(np.array([sign, 0.0])) for sign in (1.0, -1.0))
    assert low is not None
    assert high is not None
    assert (round(low[0]), int(np.floor(high[0] + 1e-6))) == (0, 5)


def test_with_the_others_held_at_a_solution_what_is_left_is_one_number():
    """With b = 6 held, a + b = 9 leaves a = 3, and a - b <= 2 leaves a at most 8."""
    rest = part().hold_others(np.array([0]), np.array([3.0, 6.0]))
    assert rest.variables.tolist() == [0]
    assert rest.most.tolist() == [3, 8]
    assert rest.least.tolist() == [3, -np.inf]


def test_what_could_make_up_for_a_change_is_found_three_equations_away_and_no_further():
    """a + b = 5, b + c = 5 and so on: from a to d three equations lead, to e four."""
    chain = np.eye(5)[:4] + np.eye(5)[1:]
    whole = system(chain.tolist(), [5] * 4, [], [], [0] * 5, [9] * 5)
    (part_of_five,) = split(whole, whole.lower, whole.upper, np.arange(5))
    rng = np.random.default_rng(1)
    assert part_of_five.find_surroundings(np.array([0]), rng).tolist() == [0, 1, 2, 3]
    assert part_of_five.find_surroundings(np.array([0, 4]), rng).tolist() == [0, 1, 2, 3, 4]
    assert part_of_five.equations_of(np.array([1])).tolist() == [0, 1]


def test_parts_are_numbered_and_what_links_nothing_has_no_number():
    rows = sparse.vstack([TWO_PARTS.equal, TWO_PARTS.most]).tocsc()
    of_variable, of_row = label_parts(rows, np.array([0, 1, 2, 3]), 5)
    assert of_variable[4] == -1
    assert of_variable[0] == of_variable[1] == of_row[0] == of_row[2]
    assert of_variable[2] == of_variable[3] == of_row[1]
    assert of_variable[0] != of_variable[2]


def test_numbers_that_stand_in_no_equation_are_parts_by_themselves():
    of_variable, of_row = label_parts(sparse.csc_matrix((0, 2)), np.array([0, 1]), 2)
    assert sorted(of_variable) == [0, 1]
    assert not len(of_row)


def test_each_part_is_given_once_and_those_without_a_number_never():
    assert [at.tolist() for at in each_part(np.array([1, -1, 0, 1, 0]))] == [[2, 4], [0, 3]]
    assert not list(each_part(np.array([-1, -1])))
