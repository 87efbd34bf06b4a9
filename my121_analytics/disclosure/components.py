"""Parts of a system that share no equation, and programs over one of them: linear ones, and over whole numbers.

No people and no tables in here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse.csgraph import connected_components

from my121_analytics.disclosure.linked_tables.system import ROUNDING, Bools, ContradictionError, Floats, Ints, System
from my121_analytics.errors import DisclosureError

FOUND, STOPPED, IMPOSSIBLE = 0, 1, 2
"""How a program of scipy's ``milp`` ends."""


@dataclass(frozen=True)
class Component:
    """Variables that hang together, with what is fixed taken out of the equations.

    Parameters
    ----------
    variables
        Their numbers in the system.
    rows, least, most
        Sparse rows and the limits of ``rows @ x``; alike for an equation.
    lower, upper
        What is known of each variable; nothing is endless.
    cap
        Whole number that stands for "without end".
    """

    variables: Ints
    rows: sparse.csr_matrix
    least: Floats
    most: Floats
    lower: Floats
    upper: Floats
    cap: float

    @cached_property
    def columns(self) -> sparse.csc_matrix:
        """The same rows, to be looked up by variable."""
        return self.rows.tocsc()

    @cached_property
    def is_equation(self) -> Bools:
        """Rows with one value, by row."""
        return np.asarray(self.least == self.most)

    def near(self, point: Floats) -> Floats | None:
        """Give the whole numbers next to a point where they solve everything, None where they do not."""
        whole = np.rint(point)
        if not np.isfinite(point).all() or (np.abs(point - whole) > ROUNDING).any() or not self.fits(whole[None, :])[0]:
            return None
        return whole

    def fits(self, points: Floats) -> Bools:
        """Say which points, one a row, keep to all rows and bounds."""
        inside = ((points >= self.lower) & (points <= self.upper)).all(axis=1)
        if not self.rows.shape[0]:
            return np.asarray(inside, dtype=bool)
        sums = self.rows @ points.T
        kept = (sums >= self.least[:, None] - ROUNDING) & (sums <= self.most[:, None] + ROUNDING)
        return np.asarray(inside & kept.all(axis=0), dtype=bool)

    def minimise(self, aim: Floats) -> Floats:
        """Give a solution in any numbers that makes ``aim @ x`` least: a corner of what is possible."""
        answer = self._solve(aim, {"presolve": False})  # most programs are solved faster than they are simplified
        if answer.status != FOUND:  # nor is "impossible" to be trusted, which rounding alone can lead to
            answer = self._solve(aim, {})
        if answer.status == IMPOSSIBLE:
            raise ContradictionError
        if answer.status != FOUND:
            raise _unfinished(answer)
        return np.clip(answer.x, self.lower, self.upper)

    def minimise_whole(self, aim: Floats, most_nodes: int | None) -> tuple[Floats | None, float]:
        """Give a solution in whole numbers that makes ``aim @ x`` least, or nearly, and what it is never below.

        Parameters
        ----------
        aim
            Weights.
        most_nodes
            Nodes of the search, a number, not a time, so that runs repeat; None: to the end.

        Returns
        -------
        solution : numpy.ndarray or None
            None where none was found within the limit.
        bound : float
            ``aim @ x`` of every solution is at least this.
        """
        limit: dict[str, object] = {} if most_nodes is None else {"node_limit": most_nodes}
        answer = self._solve(aim, {**limit, "presolve": False}, whole=True)  # with it HiGHS writes to the terminal
        if answer.status == IMPOSSIBLE:
            raise ContradictionError
        if answer.status not in (FOUND, STOPPED):
            raise _unfinished(answer)
        found = None if answer.x is None else self.near(answer.x)
        bound = answer.get("mip_dual_bound")
        return found, -np.inf if bound is None or np.isnan(bound) else float(bound)

    def _solve(self, aim: Floats, options: dict[str, object], *, whole: bool = False) -> OptimizeResult:
        return milp(aim, integrality=np.full(len(aim), int(whole)), bounds=Bounds(self.lower, self.upper),
                    constraints=[LinearConstraint(self.columns, self.least, self.most)] if self.rows.nnz else None,
                    options=options)


def split(system: System, lower: Floats, upper: Floats, asked: Ints) -> list[Component]:
    """Split what is not fixed into parts that share no equation.

    Parameters
    ----------
    system
        What is known.
    lower, upper
        Bounds of all variables, as propagated.
    asked
        Variables; parts with none of them are left out.

    Returns
    -------
    list of Component
    """
    free = lower < upper
    rows = sparse.vstack([system.equal, system.most], format="csr")
    n_rows, n_equal = rows.shape[0], system.equal.shape[0]
    fixed = np.where(free, 0.0, lower)
    most = np.concatenate([system.equal_to, system.most_to]) - rows @ fixed
    least = np.where(np.arange(n_rows) < n_equal, most, -np.inf)
    at = np.flatnonzero(free)
    inner = rows[:, at]
    links = sparse.csr_matrix((np.ones(inner.nnz, dtype=np.int8), inner.indices, inner.indptr), shape=inner.shape)
    graph = sparse.bmat([[None, links], [links.T, None]], format="csr") if n_rows else sparse.csr_matrix(
        (len(at), len(at)))
    codes = connected_components(graph, directed=False)[1]
    row_code, code = codes[:n_rows], codes[n_rows:]
    finite = upper[np.isfinite(upper)]
    largest = max(finite.max(initial=0), lower.max(initial=0), (abs(rows) @ lower).max(initial=0))
    cap = 1000.0 + 4 * float(np.ceil(largest))
    found = []
    for number in np.unique(code[np.searchsorted(at, asked)]):
        some, mine = np.flatnonzero(row_code == number), np.flatnonzero(code == number)
        found.append(Component(at[mine], inner[some][:, mine], least[some], most[some], lower[at[mine]],
                               np.minimum(upper[at[mine]], cap), cap))
    return found


def _unfinished(answer: OptimizeResult) -> DisclosureError:
    return DisclosureError(f"The attack on hidden counts could not be finished: {answer.message}",
                           hints=["Release fewer tables together, or coarser groups."])
