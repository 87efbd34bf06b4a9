"""Linear and integer programs over counts that hang together: the tool of the search for what to hide.

A reader knows that counts are whole numbers, so that only solutions in whole numbers prove anything. The corners that a
linear program meets mostly are such; where one is not, an integer program looks for one that is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse.csgraph import connected_components

from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints
from my121_analytics.errors import DisclosureError

NEAR = 1e-6
"""HiGHS keeps to its constraints within 1e-7; what is nearer than this to a whole number is that number."""
MOST_NODES = 200
"""Branches of an integer program; where they do not do, there is no proof. A number, not a time: runs repeat."""
SOLVED, IMPOSSIBLE = 0, 2
"""What scipy says became of a program."""


@dataclass(frozen=True)
class Component:
    """Numbers that hang together, with what is fixed taken out of the equations.

    Parameters
    ----------
    at
        Which numbers they are.
    rows, right, is_equal
        ``rows @ x == right`` where ``is_equal``, ``rows @ x <= right`` elsewhere.
    lower, upper
        Of each number; both finite.
    """

    at: Ints
    rows: sparse.csr_matrix
    right: Floats
    is_equal: Bools
    lower: Floats
    upper: Floats

    @cached_property
    def limits(self) -> LinearConstraint | None:
        """The rows as scipy takes them."""
        if not self.rows.shape[0]:
            return None
        return LinearConstraint(self.rows, np.where(self.is_equal, self.right, -np.inf), self.right)

    def solve(self, aim: Floats) -> Floats | None:
        """Give a corner where ``aim @ x`` is least, which may hold fractions; None where there is no solution."""
        return self._solve(aim, self.lower, self.upper, whole=False)

    def solve_whole(self, aim: Floats, lower: Floats | None = None, upper: Floats | None = None) -> Floats | None:
        """Give whole numbers where ``aim @ x`` is least, or nearly; None where none are found.

        The bounds may be given anew.
        """
        lower, upper = self.lower if lower is None else lower, self.upper if upper is None else upper
        found = self._solve(aim, lower, upper, whole=False)
        if found is None:
            return None
        rounded = self.to_whole(found, lower, upper)
        if rounded is not None:
            return rounded
        found = self._solve(aim, lower, upper, whole=True)
        return None if found is None else self.to_whole(found, lower, upper)

    def to_whole(self, values: Floats, lower: Floats, upper: Floats) -> Floats | None:
        """Round values that are whole but for the solver's error; None where they, rounded, are no solution."""
        rounded = np.round(values)
        if (np.abs(rounded - values) > NEAR).any() or (rounded < lower).any() or (rounded > upper).any():
            return None
        left = self.rows @ rounded - self.right
        return rounded if (np.where(self.is_equal, np.abs(left), left) <= NEAR).all() else None

    def _solve(self, aim: Floats, lower: Floats, upper: Floats, *, whole: bool) -> Floats | None:
        if (lower > upper).any():
            return None
        for presolve in (False,) if whole else (False, True):  # without it most programs take a third of the time
            answer = milp(aim, integrality=np.ones(len(aim)) if whole else None, bounds=Bounds(lower, upper),
                          constraints=self.limits,
                          options={"presolve": presolve} | ({"node_limit": MOST_NODES} if whole else {}))
            if answer.status in (SOLVED, IMPOSSIBLE):
                break
        if answer.x is not None:
            return np.asarray(np.clip(answer.x, lower, upper), dtype=np.float64)
        if answer.status == IMPOSSIBLE or whole:
            return None
        raise unfinished(answer.message)


def label_parts(columns: sparse.csc_matrix, of: Ints, n: int) -> tuple[Ints, Ints]:
    """Number the parts that share no equation.

    Parameters
    ----------
    columns
        Coefficients of all numbers.
    of
        The numbers that link equations: those not known for certain.
    n
        How many numbers there are.

    Returns
    -------
    of_number, of_row
        A part for each number (-1 for those that link nothing) and each row.
    """
    part = columns[:, of]
    n_rows = part.shape[0]
    links = sparse.csr_matrix((np.ones(part.nnz, dtype=np.int8), part.indices, part.indptr), shape=(len(of), n_rows))
    graph = sparse.bmat([[None, links], [links.T, None]], format="csr")
    codes = connected_components(graph, directed=False)[1]
    numbers = np.full(n, -1)
    numbers[of] = codes[:len(of)]
    return numbers, codes[len(of):]


def each_part(of_number: Ints) -> Iterator[Ints]:
    """Give the numbers of each part."""
    order = np.argsort(of_number, kind="stable")
    order = order[of_number[order] >= 0]
    if len(order):
        yield from np.split(order, np.flatnonzero(np.diff(of_number[order])) + 1)


def unfinished(message: str) -> DisclosureError:
    """Say that a program came to no end."""
    return DisclosureError(f"The search for what to hide could not be finished: {message}",
                           hints=["Release fewer tables together, or coarser groups."])


def contradiction() -> DisclosureError:
    """Say that what is known cannot be true."""
    return DisclosureError("The figures contradict each other: no whole numbers fit them all.",
                           hints=["Release tables together that were made from one and the same record."])
