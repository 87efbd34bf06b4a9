"""What may be hidden further, and how a problem falls into parts, on a system small enough for hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from my121_analytics.disclosure.linked_tables.system import System
from my121_analytics.disclosure.secondary.hidden_cells import HiddenCellProblem


def problem() -> HiddenCellProblem:
    """a + b = 10 with a hidden; c + d = 8, both shown, d a nought; e at most 5, which may not be hidden."""
    equal = sparse.csr_matrix(np.array([[1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0, 0.0]]))
    most = sparse.csr_matrix(np.array([[0.0, 0.0, 0.0, 0.0, 1.0]]))
    system = System(equal, np.array([10.0, 8.0]), most, np.array([5.0]),
                    lower=np.array([1.0, 7.0, 8.0, 0.0, 4.0]), upper=np.array([np.inf, 7.0, 8.0, 0.0, 4.0]))
    return HiddenCellProblem(system, hidden=np.array([True, False, False, False, False]),
                             needed=np.array([5.0, 5.0, 5.0, 5.0, 0.0]), cost=np.array([1.0, 7.0, 8.0, 1.0, np.inf]))


def test_free_is_what_is_not_known_for_certain():
    assert problem().free.tolist() == [True, False, False, False, False]


def test_movable_are_shown_numbers_that_are_no_noughts_and_may_be_hidden():
    assert problem().movable.tolist() == [False, True, True, False, False]


def test_the_number_for_endless_is_a_thousand_above_four_times_the_largest():
    """The largest of all is the total of 10."""
    assert problem().largest == 1040


def test_a_problem_falls_into_parts_that_share_no_equation_with_what_is_shown_taken_out():
    parts = {tuple(at): part for at, part in problem().split()}
    assert set(parts) == {(0, 1), (2,)}
    first, second = parts[0, 1], parts[2,]
    assert first.system.equal.toarray().tolist() == [[1, 1]]
    assert first.system.equal_to.tolist() == [10]
    assert first.system.most.shape == (0, 2)
    assert first.hidden.tolist() == [True, False]
    assert first.needed.tolist() == [5, 5]
    assert second.system.equal_to.tolist() == [8]
    assert second.cost.tolist() == [8]


def test_a_limit_goes_with_its_part_less_what_is_fixed_in_it():
    whole = problem()
    most = sparse.csr_matrix(np.array([[1.0, 0.0, 0.0, 0.0, 1.0]]))
    system = System(whole.system.equal, whole.system.equal_to, most, np.array([9.0]), whole.system.lower,
                    whole.system.upper)
    (part,) = [part for at, part in HiddenCellProblem(system, whole.hidden, whole.needed, whole.cost).split()
               if 0 in at]
    assert part.system.most.toarray().tolist() == [[1, 0]]
    assert part.system.most_to.tolist() == [5]


def test_numbers_to_be_hidden_last_cannot_be_hidden_at_first():
    whole = problem()
    assert whole.without_last is None
    held = replace(whole, last=np.array([True, True, False, True, False])).without_last
    assert held is not None
    assert held.movable.tolist() == [False, False, True, False, False]
    assert replace(whole, last=np.array([True, False, False, True, True])).without_last is None  # none could be hidden
    parts = {tuple(at): part for at, part in replace(whole, last=np.array([False, True, False, True, False])).split()}
    assert parts[0, 1].last.tolist() == [False, True]
