"""A linear program that is kept from one question to the next.

The gate asks thousands of questions of one and the same program: how low, how high can this count be, and that one? The
rows never change, only the aim and a few bounds. Built anew for each question a program costs more than its answer, and
the simplex method starts from nothing; kept, it starts from the corner that it met last, from which the next one is
mostly a few steps away (a "warm start": Bertsimas and Tsitsiklis, Introduction to Linear Optimization, 1997, ch. 5).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import scipy

from my121_analytics.disclosure.linked_tables.system import Floats, Ints
from my121_analytics.disclosure.solver_output import solver_silenced
from my121_analytics.errors import DisclosureError

if TYPE_CHECKING:
    from types import ModuleType

    from highspy import Highs
    from scipy.optimize import OptimizeResult

FOUND, STOPPED, IMPOSSIBLE = 0, 1, 2
"""How a program of scipy's ``milp`` ends."""
CHOOSE_SIMPLEX = 0
"""HiGHS's own choice: the primal simplex method after a change of aim, the dual one after a change of bounds."""


class LinearProgram:
    """Rows that stay, bounds that may change, and an aim for each question.

    Parameters
    ----------
    rows, least, most
        ``least <= rows @ x <= most``.
    lower, upper
        Of each variable, at the start.
    """

    def __init__(self, rows: scipy.sparse.csr_matrix, least: Floats, most: Floats, lower: Floats,
                 upper: Floats) -> None:
        self.rows, self.least, self.most = rows, least, most
        self.lower, self.upper = lower.copy(), upper.copy()
        self._highs = _build(rows, least, most, lower, upper)
        self._aim = np.zeros(len(lower))

    def set_bounds(self, at: Ints, lower: Floats, upper: Floats) -> None:
        """Change the bounds of some variables, given by their numbers."""
        self.lower[at], self.upper[at] = lower, upper
        if len(at):
            self._highs.changeColsBounds(len(at), np.asarray(at, dtype=np.int32), self.lower[at], self.upper[at])

    def minimise(self, aim: Floats) -> Floats | None:
        """Give a corner where ``aim @ x`` is least, which may hold fractions; None where there is no solution.

        Raises
        ------
        DisclosureError
            The solver came to no end.
        """
        if (self.lower > self.upper).any():
            return None
        found = self._go_on(aim)
        found = self._start_again(aim) if found is None else found
        return None if found is None else np.asarray(np.clip(found, self.lower, self.upper), dtype=np.float64)

    def _go_on(self, aim: Floats) -> Floats | None:
        """Search from the corner met last; None where none is found, which is no proof that there is none."""
        highs = self._highs
        changed = np.flatnonzero(aim != self._aim).astype(np.int32)
        if len(changed):
            highs.changeColsCost(len(changed), changed, aim[changed])
            self._aim = aim.copy()
        highs.run()
        if highs.getModelStatus() != load_highs().HighsModelStatus.kOptimal:
            highs.clearSolver()
            return None
        return np.array(highs.getSolution().col_value)

    def _start_again(self, aim: Floats) -> Floats | None:
        """Ask scipy, which simplifies the program first: "impossible" is only believed of a search from nothing."""
        answer = solve(aim, self.rows, self.least, self.most, self.lower, self.upper, {})
        if answer.status == IMPOSSIBLE:
            return None
        if answer.x is None:
            raise unfinished(answer.message)
        return np.asarray(answer.x)


def solve(aim: Floats, rows: scipy.sparse.csr_matrix, least: Floats, most: Floats, lower: Floats, upper: Floats,
          options: dict[str, object], *, whole: bool = False) -> OptimizeResult:
    """Solve a program once, over whole numbers or over any, as scipy's ``milp`` does."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # few commands come here, and loading it takes a while

    limits = [LinearConstraint(rows, least, most)] if rows.shape[0] and rows.nnz else None
    return milp(aim, integrality=np.full(len(aim), int(whole)), bounds=Bounds(lower, upper), constraints=limits,
                options=options)


@cache
def load_highs() -> ModuleType:
    """Give the solver with the calls that keep a program; scipy's public functions build each program anew.

    ``milp`` calls the same solver, but what scipy has of its interface is private. Measured on reports of 150 and 600
    staff, answers are as good, the gate's time is the same within 5 %, and it loads in a tenth of the time.
    """
    import highspy  # few commands come here

    with solver_silenced():
        highspy.Highs()  # the first of a process says its name before it can be told not to
    return highspy


def _build(rows: scipy.sparse.csr_matrix, least: Floats, most: Floats, lower: Floats, upper: Floats) -> Highs:
    """Hand a program to HiGHS; it says nothing on the terminal, and what it is to forget is not simplified first."""
    core = load_highs()
    program = core.HighsLp()
    program.num_row_, program.num_col_ = rows.shape
    program.col_cost_, program.col_lower_, program.col_upper_ = np.zeros(rows.shape[1]), lower, upper
    program.row_lower_, program.row_upper_ = least, most
    matrix = program.a_matrix_
    matrix.format_ = core.MatrixFormat.kRowwise
    matrix.num_row_, matrix.num_col_ = rows.shape
    matrix.start_, matrix.index_ = rows.indptr.astype(np.int32), rows.indices.astype(np.int32)
    matrix.value_ = rows.data.astype(np.float64)
    highs: Highs = core.Highs()
    for option, value in (("output_flag", False), ("presolve", "off"), ("simplex_strategy", CHOOSE_SIMPLEX)):
        highs.setOptionValue(option, value)
    highs.passModel(program)
    return highs


def unfinished(message: str) -> DisclosureError:
    """Say that a program came to no end."""
    return DisclosureError(f"The reckoning with hidden counts could not be finished: {message}",
                           hints=["Release fewer tables together, or coarser groups."])
