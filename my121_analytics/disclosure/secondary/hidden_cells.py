"""What is asked of the search for a pattern, and what it answers; and how a problem falls into parts.

No people and no tables in here: whole numbers, equations between them, which of them are hidden, and what it costs to
hide another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import scipy

from my121_analytics.disclosure.components import each_part, label_parts
from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints, System


@dataclass(frozen=True)
class HiddenCellProblem:
    """Numbers, what is known of them, and what may be hidden.

    Parameters
    ----------
    system
        Equations; bounds of hidden numbers as a reader knows them, shown numbers fixed.
    hidden
        Numbers that are hidden already.
    needed
        Width of the range that must be left of each number once it is hidden; 0 for numbers that stand nowhere.
    cost
        Of hiding a number; infinite where it cannot be hidden.
    last
        Numbers that are hidden only where hiding others does not do.
    """

    system: System
    hidden: Bools
    needed: Floats
    cost: Floats
    last: Bools = field(default_factory=lambda: np.array([], dtype=bool))

    @property
    def without_last(self) -> HiddenCellProblem | None:
        """The same without hiding these; None where there are none to hide."""
        last = self.last & self.movable if len(self.last) else self.last
        return replace(self, cost=np.where(last, np.inf, self.cost)) if last.any() else None

    @property
    def free(self) -> Bools:
        """Numbers that are not known for certain."""
        return np.asarray(self.system.lower < self.system.upper, dtype=bool)

    @property
    def movable(self) -> Bools:
        """Shown numbers that could be hidden: no zeros, since a reader knows that hidden counts are at least 1."""
        fixed = (self.system.lower == self.system.upper) & ~self.hidden
        return np.asarray(fixed & np.isfinite(self.cost) & (self.system.lower > 0), dtype=bool)

    @property
    def largest(self) -> float:
        """A number that stands for "without end": far above every number that is shown."""
        system = self.system
        rows = abs(scipy.sparse.vstack([system.equal, system.most], format="csr"))
        finite = system.upper[np.isfinite(system.upper)]
        found = [finite, system.lower, rows @ system.lower, abs(system.equal_to), abs(system.most_to)]
        return 1000.0 + 4 * max(float(values.max(initial=0)) for values in found)

    def split(self) -> Iterator[tuple[Ints, HiddenCellProblem]]:
        """Give the parts that share no equation, whatever is hidden: which numbers they are, and each as a problem."""
        system = self.system
        rows = scipy.sparse.vstack([system.equal, system.most], format="csr")
        n_equal = system.equal.shape[0]
        open_ = self.free | self.movable
        of_number, of_row = label_parts(rows.tocsc(), np.flatnonzero(open_), len(open_))
        fixed = np.where(open_, 0.0, system.lower)
        equal_left, most_left = system.equal_to - system.equal @ fixed, system.most_to - system.most @ fixed
        for at in each_part(of_number):
            mine = np.flatnonzero(of_row == of_number[at[0]])
            equal, most = mine[mine < n_equal], mine[mine >= n_equal] - n_equal
            part = System(system.equal[equal][:, at], equal_left[equal], system.most[most][:, at], most_left[most],
                          system.lower[at], system.upper[at])
            yield at, HiddenCellProblem(part, self.hidden[at], self.needed[at], self.cost[at],
                                        self.last[at] if len(self.last) else self.last)


@dataclass(frozen=True)
class Pattern:
    """What to hide.

    Parameters
    ----------
    hidden
        At least what was hidden before.
    open
        Hidden numbers for which nothing more can be hidden that would protect them.
    points
        Values of all numbers, a solution a row: together they prove the ranges. Whole ones, but in parts too large for
        that (``pattern.MOST_CONFIRMED``).
    """

    hidden: Bools
    open: Ints
    points: Floats
