"""What follows from one equation at a time, and the ends of ranges in whole numbers, on systems solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from my121_analytics.disclosure.linked_tables.system import (
    MAX_ROUNDS,
    ContradictionError,
    System,
    propagate,
    round_down,
    round_up,
)

ENDLESS = np.inf


def make(equal: list[tuple[list[float], float]], most: list[tuple[list[float], float]] = (), *, n: int = 3,
         lower: list[float] | None = None, upper: list[float] | None = None) -> System:
    def rows(sums: list[tuple[list[float], float]]) -> tuple[sparse.csr_matrix, np.ndarray]:
        weights = np.array([row for row, _ in sums]).reshape(len(sums), n)
        return sparse.csr_matrix(weights), np.array([limit for _, limit in sums], dtype=float)

    return System(*rows(equal), *rows(list(most)), np.array(lower or [0.0] * n), np.array(upper or [ENDLESS] * n))


def test_parts_are_at_most_the_whole_less_the_least_of_the_others():
    """x + y + z = 10 with x at least 2 and y at least 3."""
    lower, upper = propagate(make([([1, 1, 1], 10)], lower=[2, 3, 0]))
    assert upper.tolist() == [7, 8, 5]
    assert lower.tolist() == [2, 3, 0]


def test_parts_are_at_least_the_whole_less_the_most_of_the_others():
    lower, upper = propagate(make([([1, 1, 1], 10)], upper=[2, 3, ENDLESS]))
    assert lower.tolist() == [0, 0, 5]
    assert upper.tolist() == [2, 3, 10]


def test_what_one_equation_tells_is_used_in_the_next_until_nothing_moves():
    """x + y = 4 and y + z = 9 with x = 1: y = 3, z = 6."""
    lower, upper = propagate(make([([1, 1, 0], 4), ([0, 1, 1], 9)], lower=[1, 0, 0], upper=[1, ENDLESS, ENDLESS]))
    assert lower.tolist() == upper.tolist() == [1, 3, 6]


def test_a_limit_is_met_and_not_an_equation():
    """x - y <= 0: x is at most y, which may be more."""
    lower, upper = propagate(make([], [([1, -1, 0], 0)], lower=[4, 0, 0], upper=[ENDLESS, 9, ENDLESS]))
    assert lower.tolist() == [4, 4, 0]
    assert upper.tolist() == [9, 9, ENDLESS]


def test_ends_are_whole_numbers():
    """2x = y with y from 3 to 8: x is 2, 3 or 4."""
    lower, upper = propagate(make([([2, -1, 0], 0)], lower=[0, 3, 0], upper=[ENDLESS, 8, ENDLESS]))
    assert (lower[0], upper[0]) == (2, 4)


def test_with_two_endless_terms_nothing_follows_and_with_one_that_one_is_bounded():
    """x - y - z = 0: x is above y, and nothing bounds it while y and z are endless."""
    lower, upper = propagate(make([([1, -1, -1], 0)], lower=[0, 2, 3]))
    assert upper.tolist() == [ENDLESS, ENDLESS, ENDLESS]
    assert lower.tolist() == [5, 2, 3]
    assert propagate(make([([1, -1, -1], 0)], lower=[0, 2, 3], upper=[ENDLESS, 4, 5]))[1].tolist() == [9, 4, 5]


@pytest.mark.parametrize("system", [
    make([([1, 1, 1], 10)], lower=[5, 4, 2]), make([([1, 0, 0], 3)], lower=[4, 0, 0]),
    make([], lower=[2, 0, 0], upper=[1, 9, 9])])
def test_figures_that_contradict_each_other_are_refused(system):
    with pytest.raises(ContradictionError, match="contradict"):
        propagate(system)


def test_nothing_known_of_nothing_leaves_everything_open():
    lower, upper = propagate(make([]))
    assert lower.tolist() == [0, 0, 0]
    assert np.isinf(upper).all()


def test_stopping_early_leaves_wider_ranges_never_wrong_ones():
    """x <= y - 1 and y <= x - 1 can never be true, and close in by one a round."""
    lower, upper = propagate(make([], [([1, -1, 0], -1), ([-1, 1, 0], -1)], upper=[1000, 1000, 0]))
    assert MAX_ROUNDS <= lower[:2].max() < 1000
    assert (lower <= upper).all()


def test_the_system_is_not_changed():
    system = make([([1, 1, 1], 10)], lower=[2, 3, 0])
    propagate(system)
    assert system.lower.tolist() == [2, 3, 0]
    assert np.isinf(system.upper).all()


def test_a_hair_beside_a_whole_number_is_that_number():
    assert round_up(np.array([2.0000001, 2.1, -0.0000001])).tolist() == [2.0, 3.0, 0.0]
    assert round_down(np.array([2.9999999, 2.9, 3.0])).tolist() == [3.0, 2.0, 3.0]
    assert not np.signbit(round_up(np.array([-0.0000001]))).any()
