"""A linear program that is kept: the same answers as one made anew, whatever was asked before."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from my121_analytics.disclosure.linear_program import LinearProgram

ROWS = sparse.csr_matrix(np.array([[1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0], [1.0, 0.0, 1.0, -1.0]]))
LEAST = np.array([5.0, 5.0, -np.inf])
MOST = np.array([5.0, 5.0, 0.0])


def make() -> LinearProgram:
    """x + y = 5, y + z = 5, x + z <= u."""
    return LinearProgram(ROWS, LEAST, MOST, np.zeros(4), np.full(4, 9.0))


def least(aim: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float | None:
    answer = linprog(aim, A_eq=ROWS[:2], b_eq=MOST[:2], A_ub=ROWS[2:], b_ub=MOST[2:],
                     bounds=np.column_stack([lower, upper]))
    return None if answer.x is None else float(answer.fun)


def test_the_ends_of_a_range_are_found_one_after_the_other():
    program = make()
    u = np.array([0.0, 0.0, 0.0, 1.0])
    assert program.minimise(u)[3] == pytest.approx(0.0)
    assert program.minimise(-u)[3] == pytest.approx(9.0)
    program.set_bounds(np.array([0]), np.array([3.0]), np.array([3.0]))
    assert program.minimise(u) == pytest.approx([3.0, 2.0, 3.0, 6.0])
    program.set_bounds(np.array([0]), np.array([0.0]), np.array([9.0]))
    assert program.minimise(u)[3] == pytest.approx(0.0)


def test_a_program_without_solution_says_so_and_answers_again_once_it_has_one():
    program = make()
    aim = np.ones(4)
    first = np.array([0])
    program.set_bounds(first, np.array([6.0]), np.array([9.0]))
    assert program.minimise(aim) is None
    program.set_bounds(first, np.array([3.0]), np.array([2.0]))
    assert program.minimise(aim) is None
    program.set_bounds(first, np.array([0.0]), np.array([9.0]))
    assert aim @ program.minimise(aim) == pytest.approx(5.0)


def test_a_program_without_rows_goes_to_its_bounds():
    program = LinearProgram(sparse.csr_matrix((0, 2)), np.empty(0), np.empty(0), np.array([1.0, 2.0]),
                            np.array([3.0, 4.0]))
    assert program.minimise(np.array([1.0, -1.0])).tolist() == [1.0, 4.0]


def test_the_solver_says_nothing_on_the_terminal_not_even_its_name():
    code = ("import numpy as np; from scipy import sparse; "
            "from my121_analytics.disclosure.linear_program import LinearProgram; "
            "LinearProgram(sparse.csr_matrix(np.ones((1, 2))), np.ones(1), np.ones(1), np.zeros(2), np.ones(2))"
            ".minimise(np.array([1.0, 2.0]))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.lists(st.integers(-3, 3), min_size=4, max_size=4), st.integers(0, 3),
                          st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8))
def test_whatever_was_asked_before_the_answer_is_that_of_a_new_program(questions):
    program, lower, upper = make(), np.zeros(4), np.full(4, 9.0)
    for aim, number, low, high in questions:
        lower[number], upper[number] = min(low, high), max(low, high)
        program.set_bounds(np.array([number]), lower[[number]], upper[[number]])
        answer, expected = program.minimise(np.array(aim, dtype=float)), least(np.array(aim, dtype=float), lower, upper)
        assert (answer is None) == (expected is None)
        if answer is not None:
            assert np.array(aim) @ answer == pytest.approx(expected, abs=1e-6)
            sums = ROWS @ answer
            assert (sums >= LEAST - 1e-6).all()
            assert (sums <= MOST + 1e-6).all()
