"""The search for a pattern where a problem is too large to be solved exactly: hide the cheapest, then show again.

All of this is done with linear programs, whose corners may hold fractions and which take a tenth of the time of
integer ones. Only what is left in the end is proved in whole numbers (:meth:`Search.confirm`), and mended where these
tell more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints
from my121_analytics.disclosure.secondary.cheapest_changes import MOVED, CheapestChanges
from my121_analytics.disclosure.secondary.hidden_cells import HiddenCellProblem, Pattern
from my121_analytics.disclosure.secondary.programs import NEAR, Component, contradiction, label_parts
from my121_analytics.errors import DisclosureError

N_PUSHES = 6
"""Programs that push many hidden numbers at once, before single ones are asked about."""
N_BETWEEN = 25
"""Single numbers protected between pushes: what was hidden for them must be proven too."""
N_POINTS = 300
"""Solutions kept: each of them is a solution for every hidden number at once."""
N_FIRST = 3
"""Numbers next to one that is shown again which are asked first: mostly one of them refuses."""
N_MANY = 4
"""From so many ranges on it is worth pushing them all at once."""
LIGHT = 1e-3
"""Weight of the others where one number is pushed, so that they move along where it costs nothing."""


class Search:
    """The state of a search: what is hidden, and the lowest and highest value met of each number.

    Parameters
    ----------
    problem
        What is known and what may be hidden.
    strict
        Every hidden number that could be at least 1 is taken to be: see :func:`pattern.choose_pattern`.
    cap
        Stands for "without end".
    also
        Numbers to hide from the start.
    """

    def __init__(self, problem: HiddenCellProblem, *, strict: bool, cap: float, also: Bools | None = None) -> None:
        self.problem, self.strict, self.cap = problem, strict, cap
        self.is_whole = False
        system = problem.system
        self.rows = sparse.vstack([system.equal, system.most], format="csr")
        self.n_equal = system.equal.shape[0]
        self.right = np.concatenate([system.equal_to, system.most_to])
        self.columns = self.rows.tocsc()
        self.value = np.where(system.lower == system.upper, system.lower, np.nan)
        self.movable = problem.movable
        self.lower, self.upper = system.lower.copy(), np.minimum(system.upper, cap)
        self.hidden: Bools = problem.hidden.copy()
        self.needed = problem.needed
        self.low, self.high = self.lower.copy(), self.lower.copy()
        self.points = np.empty((0, len(self.lower)))
        self.rng = np.random.default_rng(0)
        self.n_programs = 0
        self.refusals = np.zeros(len(self.lower), dtype=np.int64)
        self.labels: tuple[Ints, Ints] | None = None
        self.parts: dict[int, Component] = {}
        self.left = self.right
        pinned = (self.lower == self.upper) & self.hidden & (self.needed > 0)
        self.stuck: set[int] = set(np.flatnonzero(pinned).tolist())
        if also is not None:
            more = also & self.movable
            self.hidden |= more
            self.lower[more], self.upper[more] = 1.0, cap

    @property
    def added(self) -> Bools:
        """What is hidden for others' sake."""
        return self.hidden & ~self.problem.hidden

    @property
    def total(self) -> float:
        """What hiding these costs."""
        return float(self.problem.cost[self.added].sum())

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """What is known of all numbers while nothing is hidden for others' sake."""
        return np.where(self.added, self.value, self.lower), np.where(self.added, self.value, self.upper)

    @property
    def pattern(self) -> Pattern:
        """What was found."""
        return Pattern(self.hidden, np.array(sorted(self.stuck), dtype=np.int64), self.points)

    # --- hiding more -----------------------------------------------------------------------------------------------

    def protect(self, enough: float = np.inf) -> None:
        """Hide more until every hidden number is protected or stuck, or so many are stuck."""
        if self.strict:
            self._raise_zeros()
        self._start()
        self._protect_short(enough)

    def confirm(self) -> None:
        """Prove every range in whole numbers, and hide more where whole numbers leave less than fractions do."""
        self.is_whole = True
        whole = (np.abs(self.points - np.round(self.points)) <= NEAR).all(axis=1)
        points = [found for point in self.points[whole] if (found := self._to_whole(point)) is not None]
        if points:
            self.points = np.array(points)
            self.low, self.high = self.points.min(axis=0), self.points.max(axis=0)
        else:
            self._start()
        self._protect_short()

    def _protect_short(self, enough: float = np.inf) -> None:
        turn = 0
        while (short := self._short()).size and len(self.stuck) < enough:
            if turn % N_BETWEEN == 0:
                self._push()
            else:
                self._widen(int(short[np.argmin((self.high - self.low)[short])]))
            turn += 1

    def _short(self) -> Ints:
        asked = self.hidden & (self.needed > 0)
        found = np.flatnonzero(asked & (self.high - self.low < self.needed - NEAR))
        return np.array([k for k in found if k not in self.stuck], dtype=np.int64) if self.stuck else found

    def _start(self) -> None:
        """Find one solution of what is shown."""
        point = self.lower.copy()
        of, of_row = self._label()
        for code in np.unique(of_row[np.isin(of_row, of)]):  # what stands in no equation is what it is
            one = self._component(int(np.flatnonzero(of == code)[0]))
            values = self._solve(one, np.zeros(len(one.at)))
            if values is None and self.strict:
                raise TooTightError("hidden numbers cannot all be at least 1")
            if values is None:
                raise contradiction()
            point[one.at] = values
        self.low[:], self.high[:] = point, point
        self.points = point[None, :]

    def _raise_zeros(self) -> None:
        """Take every hidden number to be at least 1, hiding more where that cannot be; where it fails, leave it.

        Otherwise whoever tries it would learn that a zero is hidden, and so that a group is all in one place.
        """
        zero = np.flatnonzero(self.hidden & (self.lower < 1) & (self.upper >= 1))
        before = self.lower[zero].copy()
        for k in zero:
            self._set(int(k), 1.0, float(self.upper[k]))
        found = self._cheapest(None, None, None)
        if found is None:
            for k, lower in zip(zero, before, strict=True):
                self._set(int(k), float(lower), float(self.upper[k]))
        else:
            self._hide_moved(found)

    def _hide_moved(self, point: Floats) -> Ints:
        """Hide the shown numbers that a solution has moved."""
        moved = np.flatnonzero((np.abs(point - self.value) > MOVED) & ~np.isnan(self.value) & ~self.hidden)
        for k in moved:
            self.hidden[k] = True
            self._set(int(k), 1.0, self.cap)
        return moved

    def _label(self) -> tuple[Ints, Ints]:
        """Number the parts that share no equation: a number for each unknown (-1 where it is known) and each row."""
        if self.labels is None:
            free = self.lower < self.upper
            self.labels = label_parts(self.columns, np.flatnonzero(free), len(free))
            self.left = self.right - self.rows @ np.where(free, 0.0, self.lower)
        return self.labels

    def _component(self, k: int) -> Component:
        """Take out the unknowns that hang together with one of them."""
        of, of_row = self._label()
        code = int(of[k])
        if code not in self.parts:
            at, rows = np.flatnonzero(of == code), np.flatnonzero(of_row == code)
            self.parts[code] = Component(at, self.rows[rows][:, at], self.left[rows], rows < self.n_equal,
                                         self.lower[at], self.upper[at])
        return self.parts[code]

    def _set(self, k: int, lower: float, upper: float) -> None:
        """Change what is known of a number."""
        self.lower[k], self.upper[k] = lower, upper
        self.labels, self.parts = None, {}

    def _solve(self, one: Component, aim: Floats) -> Floats | None:
        self.n_programs += 1
        return one.solve_whole(aim) if self.is_whole else one.solve(aim)

    def _push(self) -> None:
        """Widen many ranges with few programs."""
        of, _ = self._label()
        for code in np.unique(of[self._short()]):
            one = self._component(int(np.flatnonzero(of == code)[0]))
            for _ in range(N_PUSHES):
                short = np.intersect1d(self._short(), one.at)
                if short.size < 2 or not self._push_once(one, short):
                    break

    def _push_once(self, one: Component, short: Ints) -> bool:
        """Move many numbers at once, up or down as it falls, each as far as its range must be and no farther."""
        aim = np.zeros(len(one.at))
        where = np.searchsorted(one.at, short)
        aim[where] = self.rng.exponential(1.0, len(where)) ** 2 * self.rng.choice([-1.0, 1.0], len(where))
        start, reach = self.points[0][one.at], np.where(self.needed[one.at] > 0, self.needed[one.at], np.inf)
        near = replace(one, lower=np.maximum(one.lower, start - reach), upper=np.minimum(one.upper, start + reach))
        return self._learn(one.at, self._solve(near, aim))

    def _learn(self, at: Ints, values: Floats | None) -> bool:
        """Take in a solution of some numbers, the others as in the first solution; False where there is none."""
        if values is None:
            return False
        self.low[at] = np.minimum(self.low[at], values)
        self.high[at] = np.maximum(self.high[at], values)
        point = self.points[0].copy()
        point[at] = values
        self.points = np.vstack([self.points[:1], self.points[1:][-(N_POINTS - 2):], point[None, :]])
        return True

    def _stretch(self, one: Component, target: int) -> bool:
        """Move one number as far as it goes, down and up, the others along with it; say whether that is enough."""
        aim = np.zeros(len(one.at))
        short = np.searchsorted(one.at, np.intersect1d(self._short(), one.at))
        aim[short] = LIGHT * (self.rng.random(len(short)) - 0.5)
        aim[np.searchsorted(one.at, target)] = 1.0
        for sign in (1.0, -1.0):
            self._learn(one.at, self._solve(one, sign * aim))
            if self.high[target] - self.low[target] >= self.needed[target] - NEAR:
                return True
        return False

    def _widen(self, target: int) -> None:
        """Protect one number: move it far enough, and hide the shown numbers that must move with it."""
        if self._stretch(self._component(target), target):
            return
        for whole in (False, False, True):
            found = self._cheapest_move(target, whole=whole)
            if found is None:
                break
            moved = self._hide_moved(found)
            if not self._learn_move(found):
                self._stretch(self._component(target), target)
            if self.high[target] - self.low[target] >= self.needed[target] - NEAR:
                return
            if whole and moved.size:  # on the way
                return
        self.stuck.add(target)

    def _learn_move(self, point: Floats) -> bool:
        """Take in a solution for everything; where whole numbers are asked for, if it is one in these."""
        return self._learn(np.arange(len(point)), self._to_whole(point) if self.is_whole else point)

    def _to_whole(self, point: Floats) -> Floats | None:
        """Round a solution for everything; None where it, rounded, is none."""
        every = Component(np.arange(len(point)), self.rows, self.right, np.arange(len(self.right)) < self.n_equal,
                          self.lower, self.upper)
        return every.to_whole(point, self.lower, self.upper)

    def _cheapest_move(self, target: int, *, whole: bool) -> Floats | None:
        """Find what must move for a number to reach beyond what it has reached, upwards, downwards, or both in turn."""
        lowest, highest, needed = self.low[target], self.high[target], self.needed[target]
        found = self._cheapest(target, lowest + needed, None, whole=whole)
        if found is None and highest - needed >= self.lower[target]:
            found = self._cheapest(target, None, highest - needed, whole=whole)
        if found is not None or whole:
            return found
        least, most = self._furthest(target, 1.0), self._furthest(target, -1.0)
        if most - least < needed:
            return None
        return self._cheapest(target, most, None) if most > highest else self._cheapest(target, None, least)

    def _furthest(self, target: int, sign: float) -> float:
        """Say how far a number could go if everything were hidden that can be."""
        free = (self.lower < self.upper) | self.movable
        at = np.flatnonzero(free)
        lower, upper = np.where(self.movable, 1.0, self.lower), np.where(self.movable, self.cap, self.upper)
        left = self.right - self.rows @ np.where(free, 0.0, self.lower)
        one = Component(at, self.columns[:, at].tocsr(), left, np.arange(len(left)) < self.n_equal, lower[at],
                        upper[at])
        self.n_programs += 1
        found = one.solve(sign * (at == target))
        return float(self.low[target] if found is None else np.round(found[np.searchsorted(at, target)] - sign * NEAR))

    def _cheapest(self, target: int | None, at_least: float | None, at_most: float | None, *,
                  whole: bool = False) -> Floats | None:
        """Find values of all numbers in which the target has moved, and as little as possible that is shown."""
        free = np.flatnonzero(self.lower < self.upper)
        movable = np.flatnonzero(self.movable & ~self.hidden)
        lower, upper = self.lower[free].copy(), self.upper[free].copy()
        if target is not None:
            where = int(np.searchsorted(free, target))
            lower[where] = at_least if at_least is not None else lower[where]
            upper[where] = at_most if at_most is not None else upper[where]
        if (lower > upper).any():
            return None
        at = np.concatenate([free, movable])
        matrix = self.columns[:, at].tocsr()
        right = self.right - self.rows @ np.where(self.lower == self.upper, self.lower, 0.0)
        used = np.flatnonzero(np.diff(matrix.indptr))
        changes = CheapestChanges(free, movable, matrix[used], right[used], used < self.n_equal, lower, upper,
                      self.lower[movable], self.problem.cost[movable], self.cap)
        found = changes.find_whole() if whole else changes.find(thorough=target is None)
        if found is None:
            return None
        out = self.lower.copy()
        out[free], out[movable] = found[0], self.lower[movable] + found[1]
        return out

    # --- showing again ---------------------------------------------------------------------------------------------

    def show_again(self, most_programs: int) -> None:
        """Show what was hidden for others' sake, where every range stays wide enough without it."""
        added = np.flatnonzero(self.added)
        self.n_programs, self.is_whole = 0, False
        for k in added[np.lexsort((added, -self.problem.cost[added]))]:
            if self.n_programs >= most_programs:
                return
            self._try_to_show(int(k))

    def _try_to_show(self, k: int) -> None:
        kept = (self.lower[k], self.upper[k], self.low.copy(), self.high.copy(), self.points, self.labels, self.left,
                self.parts)
        at = self._component(k).at
        self.hidden[k] = False
        self._set(k, self.value[k], self.value[k])
        self.points = self._mix(k)
        done = len(self.points) > 0 and not self._pins_another(k) and self._prove_again(k, at)
        if not done:
            self.hidden[k] = True
            self.lower[k], self.upper[k], self.low, self.high, self.points, self.labels, self.left, self.parts = kept

    def _neighbours(self, k: int) -> Ints:
        """List the unknowns that share an equation with a number, those of short equations first."""
        rows = self.columns.indices[self.columns.indptr[k]:self.columns.indptr[k + 1]]
        rows = rows[np.argsort(np.diff(self.rows.indptr)[rows], kind="stable")]
        terms = [self.rows.indices[self.rows.indptr[row]:self.rows.indptr[row + 1]] for row in rows]
        found = np.array(list(dict.fromkeys(np.concatenate([np.array([], dtype=np.int64), *terms]).tolist())),
                         dtype=np.int64)
        return found[(self.lower < self.upper)[found]]

    def _pins_another(self, k: int) -> bool:
        """Say whether an equation with a number, once it is shown, has one hidden number left that needs a range."""
        for row in self.columns.indices[self.columns.indptr[k]:self.columns.indptr[k + 1]]:
            if row < self.n_equal:
                terms = self.rows.indices[self.rows.indptr[row]:self.rows.indptr[row + 1]]
                free = terms[(self.lower < self.upper)[terms]]
                if len(free) == 1 and self.hidden[free[0]] and self.needed[free[0]] > 0:
                    return True
        return False

    def _mix(self, k: int) -> Floats:
        """Give solutions in which one number has its true value: those met, and mixtures of two."""
        value, at = self.value[k], self.points[:, k]
        below, above = self.points[at < value - NEAR], self.points[at > value + NEAR]
        same = self.points[np.abs(at - value) <= NEAR]
        out = [same]
        if len(below) and len(above):
            for some, other in ((below, above[:1]), (below[-1:], above)):
                share = (value - some[:, k][:, None]) / (other[:, k][:, None] - some[:, k][:, None])
                out.append(some + share * (other - some))
        return np.vstack(out)

    def _prove_again(self, k: int, at: Ints) -> bool:
        """Say whether the numbers of what was one component are still protected, with one of them shown."""
        self.low[at], self.high[at] = self.points[:, at].min(axis=0), self.points[:, at].max(axis=0)
        short = set(self._short().tolist())
        first = [j for j in self._neighbours(k).tolist() if j in short][:N_FIRST]
        often = sorted((j for j in short if self.refusals[j]), key=lambda j: (-self.refusals[j], j))[:N_FIRST]
        for j in [*first, *often]:
            if j in self._short() and not self._agrees(j):
                return False
        inside = np.isin(np.arange(len(self.lower)), at)
        n_pushes = 0
        while (left := self._short()[inside[self._short()]]).size:
            one = self._component(int(left[np.argmin((self.high - self.low)[left])]))
            some = np.intersect1d(left, one.at)
            if some.size >= N_MANY and n_pushes < N_PUSHES:
                n_pushes += 1
                self._push_once(one, some)
                continue
            j = int(left[np.argmin((self.high - self.low)[left])])
            if not self._agrees(j):
                return False
        return True

    def _agrees(self, j: int) -> bool:
        """Say whether a number keeps its range; one that did not may well refuse the next time too."""
        agrees = self._stretch(self._component(j), j)
        self.refusals[j] += not agrees
        return agrees


class TooTightError(DisclosureError):
    """No solution has every hidden number at 1 or more."""
