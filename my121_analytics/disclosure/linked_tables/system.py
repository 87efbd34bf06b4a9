"""What is known of whole numbers: equations and inequalities between them, and what follows one equation at a time.

No people and no tables in here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from my121_analytics.errors import DisclosureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROUNDING = 1e-6
"""HiGHS keeps to its constraints within 1e-7; what is nearer than this to a whole number is that number."""
MAX_ROUNDS = 60
"""Rounds of propagation; stopping early leaves wider bounds, never wrong ones."""


@dataclass(frozen=True)
class System:
    """Equations between whole numbers that are not negative.

    Parameters
    ----------
    equal, equal_to
        Sparse rows and right-hand sides of ``equal @ x == equal_to``.
    most, most_to
        The same of ``most @ x <= most_to``.
    lower, upper
        What is known of each variable from the start; upper is infinite where nothing is.
    """

    equal: scipy.sparse.csr_matrix
    equal_to: Floats
    most: scipy.sparse.csr_matrix
    most_to: Floats
    lower: Floats
    upper: Floats


def propagate(system: System) -> tuple[Floats, Floats]:
    """Tighten the bounds of all variables, one equation at a time, until nothing moves.

    Returns
    -------
    lower, upper : numpy.ndarray
        One entry a variable.

    Raises
    ------
    DisclosureError
        A lower bound passes its upper one.
    """
    rows = scipy.sparse.vstack([system.equal, -system.equal, system.most], format="coo")
    limit = np.concatenate([system.equal_to, -system.equal_to, system.most_to])
    lower, upper = system.lower.copy(), system.upper.copy()
    if (lower > upper).any():
        raise ContradictionError
    for _ in range(MAX_ROUNDS if rows.nnz else 0):
        new_lower, new_upper = _tighten_once(rows, limit, lower, upper)
        moved = (new_lower > lower) | (new_upper < upper)
        lower, upper = new_lower, new_upper
        if (lower > upper).any():
            raise ContradictionError
        if not moved.any():
            break
    return lower, upper


def _tighten_once(rows: scipy.sparse.coo_matrix, limit: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """In a row ``a @ x <= b`` each term can be at most b less the least that the others can be."""
    at, of, weight = rows.row, rows.col, rows.data
    least = np.where(weight > 0, weight * lower[of], weight * upper[of])
    endless = ~np.isfinite(least)
    finite = np.where(endless, 0.0, least)
    n_endless = np.bincount(at, weights=endless, minlength=len(limit))
    of_others = np.bincount(at, weights=finite, minlength=len(limit))[at] - finite
    known = n_endless[at] - endless == 0
    room = (limit[at] - of_others)[known] / weight[known]
    of, rising = of[known], weight[known] > 0
    new_lower, new_upper = lower.copy(), upper.copy()
    np.minimum.at(new_upper, of[rising], np.floor(room[rising] + ROUNDING))
    np.maximum.at(new_lower, of[~rising], np.ceil(room[~rising] - ROUNDING))
    return new_lower, new_upper


def round_up(values: Floats) -> Floats:
    """Give the least whole numbers that are not below these."""
    return np.ceil(values - ROUNDING) + 0.0  # no minus zero


def round_down(values: Floats) -> Floats:
    """Give the greatest whole numbers that are not above these."""
    return np.floor(values + ROUNDING)


class ContradictionError(DisclosureError):
    """No whole numbers fit what is shown."""

    def __init__(self) -> None:
        super().__init__("The figures shown contradict each other: no whole numbers fit them all.",
                         hints=["Attack tables made from one and the same record, as they were released."])
