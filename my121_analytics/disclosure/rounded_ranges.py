"""Which rounded counts to withhold so that a count beside them can be told less narrowly.

A count that is withheld already may still follow from printed ones: of a rounded total and its rounded parts one part
is left. Linear programs say how low and how high it can be, and at each end the reduced costs say which printed counts
hold it there (Bertsimas and Tsitsiklis, Introduction to Linear Optimization, 1997, ch. 4); of these the smallest is
withheld, until the range is wide enough. What is chosen depends on what is printed alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy

from my121_analytics.disclosure.linear_program import LinearProgram
from my121_analytics.disclosure.linked_tables.gathered import Knowledge
from my121_analytics.disclosure.linked_tables.system import (
    Bools,
    ContradictionError,
    Floats,
    Ints,
    System,
    round_down,
    round_up,
)

HOLDS = 1e-7
"""Reduced cost above which a count's bound holds another one."""


def find_holding_cells(known: Knowledge, narrow: pd.DataFrame, is_printed: Bools) -> pd.DataFrame:
    """Choose rounded cells to withhold so that others keep wide enough ranges.

    Parameters
    ----------
    known
        What is known of all tables.
    narrow
        Cells as an attack lists them, the narrowest first: ``table``, ``row``, ``column``, ``needed``.
    is_printed
        For each cell of ``known.rounded``: it is printed and may be withheld.

    Returns
    -------
    pandas.DataFrame
        ``table``, ``row`` and ``column`` of each cell.
    """
    where = ["table", "row", "column"]
    every = pd.concat([known.cells, known.rounded]).drop_duplicates(where).set_index(where)["variable"]
    variable = known.rounded["variable"].to_numpy(np.int64)
    may_go = np.zeros(len(known.truth), dtype=bool)
    may_go[variable[is_printed]] = True
    asked = every.loc[pd.MultiIndex.from_frame(narrow[where])].to_numpy(np.int64)
    chosen = find_holding(known.system, asked, narrow["needed"].to_numpy(np.float64), may_go)
    return known.rounded.loc[np.isin(variable, chosen) & is_printed, where]


def find_holding(system: System, narrow: Ints, needed: Floats, may_go: Bools) -> Ints:
    """Choose printed counts to withhold so that others keep wide enough ranges.

    Parameters
    ----------
    system
        What is known; a printed count lies between what rounds to it.
    narrow
        Counts that are known too narrowly, the narrowest first.
    needed
        Width that each of them must have.
    may_go
        For each count of the system: it is printed and may be withheld.

    Returns
    -------
    numpy.ndarray
        Counts to withhold; none where nothing that may be withheld holds any of the narrow ones. Ranges are reckoned
        in any numbers: whether they are wide enough in whole ones is for the attacker to say.
    """
    ranges = _Ranges(system, may_go)
    for k, wide in zip(narrow.tolist(), needed.tolist(), strict=True):
        ranges.widen(k, wide)
    return np.flatnonzero(ranges.is_withheld)


class _Ranges:
    """One program for all questions, whose bounds open as counts are withheld."""

    def __init__(self, system: System, may_go: Bools) -> None:
        self.may_go = may_go.copy()
        self.cost = system.lower + system.upper  # twice what is printed
        self.is_withheld = np.zeros(len(may_go), dtype=bool)
        finite = system.upper[np.isfinite(system.upper)]
        self.cap = 1000.0 + 4.0 * float(max(finite.max(initial=0.0), system.lower.max(initial=0.0)))
        right = np.concatenate([system.equal_to, system.most_to])
        least = np.where(np.arange(len(right)) < len(system.equal_to), right, -np.inf)
        self.program = LinearProgram(scipy.sparse.vstack([system.equal, system.most], format="csr"), least, right,
                                     system.lower, np.minimum(system.upper, self.cap))

    def widen(self, k: int, needed: float) -> None:
        """Withhold what holds a count, the smallest first, until its range is wide enough or nothing holds it."""
        while True:
            low, below = self._end(k, 1.0)
            high, above = self._end(k, -1.0)
            holding = np.flatnonzero((below | above) & self.may_go)
            if (round_down(high) - round_up(low))[0] >= needed or not len(holding):
                return
            self._withhold(int(holding[np.argmin(self.cost[holding])]))

    def _end(self, k: int, sign: float) -> tuple[Floats, Bools]:
        """Give how low (or high) a count can be, and the counts whose bounds keep it from going further."""
        aim = np.zeros(len(self.may_go))
        aim[k] = sign
        corner = self.program.minimise(aim)
        if corner is None:
            raise ContradictionError
        return corner[[k]], np.abs(self.program.reduced_costs()) > HOLDS

    def _withhold(self, k: int) -> None:
        self.may_go[k], self.is_withheld[k] = False, True
        self.program.set_bounds(np.array([k]), np.zeros(1), np.array([self.cap]))
