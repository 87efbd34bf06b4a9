"""Parts of a system that share no equation, and programs over one of them: linear ones, and over whole numbers.

No people and no tables in here. A reader knows that counts are whole numbers, so that only solutions in whole numbers
prove anything. The corners that a linear program meets mostly are such; where one is not, an integer program looks for
one that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import scipy

from my121_analytics.disclosure.linear_program import FOUND, IMPOSSIBLE, STOPPED, LinearProgram, solve, unfinished
from my121_analytics.disclosure.linked_tables.system import ROUNDING, Bools, ContradictionError, Floats, Ints, System

MAX_NEARBY = 120
"""Variables of a neighbourhood: a program of that size takes milliseconds."""
N_TERMS = 12
"""Terms of an equation that are followed; of longer ones as many are drawn."""
N_STEPS = 3
"""Equations between a variable and what may make up for it: a row, a column, and the row of the other."""


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
    rows: scipy.sparse.csr_matrix
    least: Floats
    most: Floats
    lower: Floats
    upper: Floats
    cap: float = np.inf

    @cached_property
    def columns(self) -> scipy.sparse.csc_matrix:
        """The same rows, to be looked up by variable."""
        return self.rows.tocsc()

    @cached_property
    def is_equation(self) -> Bools:
        """Rows with one value, by row."""
        return np.asarray(self.least == self.most)

    @cached_property
    def program(self) -> LinearProgram:
        """The same as a linear program, which is kept for all questions about this part."""
        return LinearProgram(self.rows, self.least, self.most, self.lower, self.upper)

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
        """Give a solution in any numbers that makes ``aim @ x`` least: a corner of what is possible.

        Raises
        ------
        ContradictionError
            There is none.
        """
        found = self.program.minimise(aim)
        if found is None:
            raise ContradictionError
        return found

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

        Raises
        ------
        ContradictionError
            There is none.
        """
        limit: dict[str, object] = {} if most_nodes is None else {"node_limit": most_nodes}
        answer = solve(aim, self.rows, self.least, self.most, self.lower, self.upper,
                       {**limit, "presolve": False}, whole=True)  # with it HiGHS writes to the terminal
        if answer.status == IMPOSSIBLE:
            raise ContradictionError
        if answer.status not in (FOUND, STOPPED):
            raise unfinished(answer.message)
        found = None if answer.x is None else self.near(answer.x)
        bound = answer.get("mip_dual_bound")
        return found, -np.inf if bound is None or np.isnan(bound) else float(bound)

    def find_whole(self, aim: Floats, most_nodes: int) -> Floats | None:
        """Give whole numbers where ``aim @ x`` is least, or nearly; None where none are found."""
        corner = self.program.minimise(aim)
        if corner is None:
            return None
        whole = self.near(corner)
        try:
            return self.minimise_whole(aim, most_nodes)[0] if whole is None else whole
        except ContradictionError:
            return None

    def find_surroundings(self, starts: Ints, rng: np.random.Generator) -> Ints:
        """Collect variables that could make up for a change of these, at random where there are many."""
        return np.unique(np.concatenate([self._surroundings_of(int(start), rng) for start in starts]))

    def _surroundings_of(self, start: int, rng: np.random.Generator) -> Ints:
        found = {start}
        edge = np.array([start])
        for _ in range(N_STEPS):
            rows = self.equations_of(edge)
            terms = [self.rows.indices[self.rows.indptr[row]:self.rows.indptr[row + 1]]
                     for row in rng.permutation(rows)[:MAX_NEARBY]]
            terms = [t if len(t) <= N_TERMS else rng.choice(t, N_TERMS, replace=False) for t in terms]
            edge = np.setdiff1d(np.concatenate([np.array([], dtype=np.int64), *terms]), list(found))
            found.update(edge.tolist())
            if not len(edge) or len(found) > MAX_NEARBY:
                break
        return np.array(sorted(found))

    def equations_of(self, variables: Ints) -> Ints:
        """List the rows with one value in which these variables stand."""
        rows = np.unique(self.columns[:, variables].indices)
        return np.asarray(rows[self.is_equation[rows]], dtype=np.int64)

    def hold_others(self, near: Ints, point: Floats) -> Component:
        """Give the part that is left where all but some variables are held at a solution."""
        columns = self.columns[:, near]
        rows = np.unique(columns.indices)
        part = columns.tocsr()[rows]
        held = self.rows[rows] @ point - part @ point[near]
        return replace(self, variables=self.variables[near], rows=part, least=self.least[rows] - held,
                       most=self.most[rows] - held, lower=self.lower[near], upper=self.upper[near])


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
    rows = scipy.sparse.vstack([system.equal, system.most], format="csr")
    n_equal = system.equal.shape[0]
    most = np.concatenate([system.equal_to, system.most_to]) - rows @ np.where(free, 0.0, lower)
    least = np.where(np.arange(rows.shape[0]) < n_equal, most, -np.inf)
    of_variable, of_row = label_parts(rows.tocsc(), np.flatnonzero(free), len(free))
    finite = upper[np.isfinite(upper)]
    largest = max(finite.max(initial=0), lower.max(initial=0), (abs(rows) @ lower).max(initial=0))
    cap = 1000.0 + 4 * float(np.ceil(largest))
    found = []
    for part in np.unique(of_variable[asked]):
        inside, members = np.flatnonzero(of_row == part), np.flatnonzero(of_variable == part)
        found.append(Component(members, rows[inside][:, members], least[inside], most[inside], lower[members],
                               np.minimum(upper[members], cap), cap))
    return found


def label_parts(columns: scipy.sparse.csc_matrix, linking: Ints, n: int) -> tuple[Ints, Ints]:
    """Number the parts that share no equation.

    Parameters
    ----------
    columns
        Coefficients of all variables.
    linking
        The variables that link equations: those not known for certain.
    n
        How many variables there are.

    Returns
    -------
    of_variable, of_row
        A part for each variable (-1 for those that link nothing) and each row.
    """
    from scipy.sparse.csgraph import connected_components  # few commands come here, and loading it takes a while

    inner = columns[:, linking]
    n_rows = inner.shape[0]
    links = scipy.sparse.csr_matrix((np.ones(inner.nnz, dtype=np.int8), inner.indices, inner.indptr),
                                    shape=(len(linking), n_rows))
    graph = scipy.sparse.bmat([[None, links], [links.T, None]], format="csr") if n_rows else scipy.sparse.csr_matrix(
        (len(linking), len(linking)))
    codes = connected_components(graph, directed=False)[1]
    of_variable = np.full(n, -1)
    of_variable[linking] = codes[:len(linking)]
    return of_variable, codes[len(linking):]


def each_part(of_variable: Ints) -> Iterator[Ints]:
    """Give the variables of each part."""
    order = np.argsort(of_variable, kind="stable")
    order = order[of_variable[order] >= 0]
    if len(order):
        yield from np.split(order, np.flatnonzero(np.diff(of_variable[order])) + 1)
