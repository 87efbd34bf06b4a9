"""Ranges over whole numbers: systems whose every solution can be listed, and claims that are none."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from my121_analytics.disclosure import bounds
from my121_analytics.disclosure.bounds import find_bounds, has_solution
from my121_analytics.disclosure.components import Component
from my121_analytics.disclosure.linked_tables.system import System
from my121_analytics.errors import DisclosureError


def system_of(equal, equal_to, lower, upper, most=None, most_to=()) -> System:
    n = len(lower)
    rows = np.array(equal, dtype=float).reshape(-1, n)
    less = np.array(most if most is not None else [], dtype=float).reshape(-1, n)
    return System(sparse.csr_matrix(rows), np.array(equal_to, dtype=float), sparse.csr_matrix(less),
                  np.array(most_to, dtype=float), np.array(lower, dtype=float), np.array(upper, dtype=float))


def list_solutions(system: System) -> np.ndarray:
    """Try all whole numbers within the bounds."""
    every = np.array(list(product(*(range(int(a), int(b) + 1) for a, b in zip(system.lower, system.upper,
                                                                                strict=True)))))
    fits = (every @ system.equal.toarray().T == system.equal_to).all(axis=1)
    return every[fits & (every @ system.most.toarray().T <= system.most_to).all(axis=1)]


RING = system_of([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, -1]], [5, 5, 0], [0, 0, 0, 0], [9, 9, 9, 5])
"""x + y = 5, y + z = 5, x + z = u: u is even, which linear equations do not know."""


def test_a_range_is_that_of_whole_numbers_where_linear_equations_would_allow_more():
    assert {tuple(row) for row in list_solutions(RING)} == {(0, 5, 0, 0), (1, 4, 1, 2), (2, 3, 2, 4)}
    every = np.arange(4)
    lower, upper = find_bounds(RING, every, np.full(4, 1.0), exact=True)
    assert list(zip(lower, upper, strict=True)) == [(0, 2), (3, 5), (0, 2), (0, 4)]
    for needed, is_wide in ((4.0, True), (5.0, False)):  # of any numbers, u spans 0 to 5
        lower, upper = find_bounds(RING, np.array([3]), np.array([needed]))
        assert (upper[0] - lower[0] >= needed) == is_wide


def test_claimed_solutions_count_only_where_they_are_whole_and_solve_everything():
    asked, needed = np.array([3]), np.array([4.0])
    halves = np.array([[0.0, 5.0, 0.0, 0.0], [2.5, 2.5, 2.5, 5.0]])
    for points in (halves, np.array([[0.0, 5.0, 0.0, 0.0], [2.0, 3.0, 2.0, 5.0]]), np.full((2, 4), np.nan),
                   np.empty((0, 0)), np.zeros((3, 7))):
        lower, upper = find_bounds(RING, asked, np.array([5.0]), points=points)
        assert upper[0] - lower[0] < 5
    whole = np.array([[0.0, 5.0, 0.0, 0.0], [2.0, 3.0, 2.0, 4.0]])
    lower, upper = find_bounds(RING, asked, needed, points=whole)
    assert (lower[0], upper[0]) == (0, 4)


def test_a_claim_counts_for_the_parts_in_which_it_holds(monkeypatch):
    twice = system_of(np.kron(np.eye(2), [[1, 1]]), [9, 9], np.zeros(4), np.full(4, 9.0))
    points = np.array([[0.0, 9.0, 0.5, 8.5], [9.0, 0.0, 3.0, 3.0], [4.0, 5.0, 0.0, 9.0]])
    asked = []
    real = Component.minimise
    monkeypatch.setattr(Component, "minimise", lambda self, aim: asked.append(list(self.variables)) or real(self, aim))
    lower, upper = find_bounds(twice, np.array([0, 2]), np.full(2, 6.0), points=points)
    assert (upper - lower >= 6).all()
    assert asked
    assert all(variables == [2, 3] for variables in asked)


def test_what_cannot_be_told_within_the_limit_is_not_wide_enough(monkeypatch):
    monkeypatch.setattr(Component, "minimise_whole", lambda self, aim, most_nodes: (None, -np.inf))
    monkeypatch.setattr(Component, "near", lambda self, point: None)
    lower, upper = find_bounds(RING, np.array([3]), np.array([4.0]))
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
    with pytest.raises(DisclosureError, match="could not be found"):
        find_bounds(RING, np.array([3]), np.array([4.0]), exact=True)


def test_equations_that_only_fractions_solve_contradict_each_other():
    odd = system_of([[1, 1, 0], [0, 1, 1], [1, 0, 1]], [3, 3, 3], np.zeros(3), np.full(3, 9.0))
    assert not has_solution(odd)
    assert has_solution(RING)
    with pytest.raises(DisclosureError, match="contradict"):
        find_bounds(odd, np.array([0]), np.array([1.0]))


def test_a_solution_known_in_part_is_completed_in_whole_numbers():
    known = np.array([1.0, np.nan, 1.0, np.nan])
    lower, upper = find_bounds(RING, np.array([0, 3]), np.array([2.0, 4.0]), witness=known)
    assert (upper - lower).tolist() == [2, 4]


@st.composite
def systems(draw):
    """Few whole numbers tied by sums, as margins and rings of tables tie them."""
    n = draw(st.integers(3, 6))
    true = np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)))
    weights = st.lists(st.sampled_from([0, 0, 1, 1, -1]), min_size=n, max_size=n)
    equal = np.array(draw(st.lists(weights, min_size=1, max_size=4)))
    most = np.array(draw(st.lists(weights, min_size=0, max_size=2))).reshape(-1, n)
    slack = np.array(draw(st.lists(st.integers(0, 2), min_size=len(most), max_size=len(most))), dtype=float)
    upper = np.array(draw(st.lists(st.integers(4, 6), min_size=n, max_size=n)))
    lower = np.minimum(true, draw(st.integers(0, 1)))
    return system_of(equal, equal @ true, lower, upper, most, most @ true + slack), true.astype(float)


@given(systems(), st.booleans(), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_ranges_are_those_of_all_solutions_in_whole_numbers(drawn, with_witness, needed):
    check_ranges(drawn, with_witness, needed)


@pytest.mark.slow
@given(systems(), st.booleans(), st.integers(1, 5))
@settings(max_examples=1000, deadline=None)
def test_ranges_of_many_systems_are_those_of_all_solutions_in_whole_numbers(drawn, with_witness, needed):
    check_ranges(drawn, with_witness, needed)


def check_ranges(drawn, with_witness, needed) -> None:
    system, true = drawn
    every, widths = np.arange(len(true)), np.full(len(true), float(needed))
    solutions = list_solutions(system)
    witness = true if with_witness else None
    lower, upper = find_bounds(system, every, widths, witness=witness, exact=True)
    assert (lower == solutions.min(axis=0)).all()
    assert (upper == solutions.max(axis=0)).all()
    wide = upper - lower >= needed
    lower, upper = find_bounds(system, every, widths, witness=witness)
    assert ((upper - lower >= needed) == wide).all()


@pytest.mark.parametrize("large", [600, 2])
def test_a_large_component_is_answered_like_a_small_one(monkeypatch, large):
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 12, size=(8, 7))
    index = np.arange(counts.size).reshape(counts.shape)
    rows = np.zeros((15, counts.size))
    for k, cells in enumerate([*index, *index.T]):
        rows[k, cells] = 1
    system = system_of(rows, rows @ counts.ravel(), np.ones(counts.size), np.full(counts.size, np.inf))
    every, needed = np.arange(counts.size), np.full(counts.size, 30.0)
    exact = find_bounds(system, every, needed, exact=True)
    wide = exact[1] - exact[0] >= needed
    assert wide.any()
    assert not wide.all()
    monkeypatch.setattr(bounds, "LARGE", large)
    lower, upper = find_bounds(system, every, needed, witness=counts.ravel().astype(float))
    assert ((upper - lower >= needed) == wide).all()
