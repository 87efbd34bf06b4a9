"""The search for a pattern where a problem is too large to be solved exactly: hide the cheapest, then show again.

All of this is done with one linear program that is kept (``linear_program``), whose corners may hold fractions and
which takes a tenth of the time of an integer one. Only what is left in the end is proved in whole numbers
(:meth:`Search.confirm`), and mended where these tell more.
"""

from __future__ import annotations

import numpy as np
import scipy

from my121_analytics.disclosure.components import Component, label_parts
from my121_analytics.disclosure.linear_program import LinearProgram
from my121_analytics.disclosure.linked_tables.system import ROUNDING, Bools, ContradictionError, Floats, Ints
from my121_analytics.disclosure.secondary.cheapest_changes import MOVED, CheapestChanges
from my121_analytics.disclosure.secondary.hidden_cells import HiddenCellProblem, Pattern
from my121_analytics.errors import DisclosureError

MOST_NODES = 200
"""Branches of an integer program; where they do not do, there is no proof. A number, not a time: runs repeat."""
N_PUSHES = 3
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
    seed
        Decides in which directions many numbers are pushed at once, and so which are hidden first.
    """

    def __init__(self, problem: HiddenCellProblem, *, strict: bool, cap: float, seed: int = 0) -> None:
        self.problem, self.strict, self.cap = problem, strict, cap
        self.is_whole = False
        system = problem.system
        self.rows = scipy.sparse.vstack([system.equal, system.most], format="csr")
        self.n_equal = system.equal.shape[0]
        self.right = np.concatenate([system.equal_to, system.most_to])
        self.least = np.where(np.arange(len(self.right)) < self.n_equal, self.right, -np.inf)
        self.columns = self.rows.tocsc()
        self.value = np.where(system.lower == system.upper, system.lower, np.nan)
        self.movable = problem.movable
        self.lower, self.upper = system.lower.copy(), np.minimum(system.upper, cap)
        self.hidden: Bools = problem.hidden.copy()
        self.needed = problem.needed
        self.low, self.high = self.lower.copy(), self.lower.copy()
        self.points = np.empty((0, len(self.lower)))
        self.rng = np.random.default_rng(seed)
        self.n_programs = 0
        self.refusals = np.zeros(len(self.lower), dtype=np.int64)
        self.labels: tuple[Ints, Ints] | None = None
        self.parts: dict[int, Ints] = {}
        self.every: Component | None = None
        self.widest: LinearProgram | None = None
        self.lowest, self.highest = self.low.copy(), self.high.copy()
        pinned = (self.lower == self.upper) & self.hidden & (self.needed > 0)
        self.stuck: set[int] = set(np.flatnonzero(pinned).tolist())
        self.program = LinearProgram(self.rows, self.least, self.right, self.lower, self.upper)
        self.changes = CheapestChanges(self.rows, self.least, self.right, self.lower, self.upper, self.movable,
                                       problem.cost, cap)

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

    def protect(self, enough: float = np.inf, *, most_cost: float = np.inf) -> None:
        """Hide more until every hidden number is protected or stuck, so many are stuck, or it costs this much."""
        if self.strict:
            self._raise_zeros()
        self._start()
        self._protect_short(enough, most_cost)

    def confirm(self) -> None:
        """Prove every range in whole numbers, and hide more where whole numbers leave less than fractions do."""
        self.is_whole = True
        whole = (np.abs(self.points - np.round(self.points)) <= ROUNDING).all(axis=1)
        points = [found for point in self.points[whole] if (found := self._to_whole(point)) is not None]
        if points:
            self.points = np.array(points)
            self.low, self.high = self.points.min(axis=0), self.points.max(axis=0)
        else:
            self._start()
        self._protect_short()

    def _protect_short(self, enough: float = np.inf, most_cost: float = np.inf) -> None:
        turn = 0
        while (short := self._short()).size and len(self.stuck) < enough and self.total < most_cost:
            if turn % N_BETWEEN == 0:
                self._push()
            else:
                self._widen(int(short[np.argmin((self.high - self.low)[short])]))
            turn += 1

    def _short(self) -> Ints:
        asked = self.hidden & (self.needed > 0)
        found = np.flatnonzero(asked & (self.high - self.low < self.needed - ROUNDING))
        return np.array([k for k in found if k not in self.stuck], dtype=np.int64) if self.stuck else found

    def _start(self) -> None:
        """Find one solution of what is shown."""
        point = self._start_whole() if self.is_whole else self.program.minimise(np.zeros(len(self.lower)))
        if point is None and self.strict:
            raise TooTightError("hidden numbers cannot all be at least 1")
        if point is None:
            raise contradiction()
        self.low[:], self.high[:] = point, point
        self.points = point[None, :]

    def _start_whole(self) -> Floats | None:
        """Find a solution in whole numbers, part by part."""
        point = self.lower.copy()
        of_number, of_row = self._label()
        for part in np.unique(of_row[np.isin(of_row, of_number)]):  # what stands in no equation is what it is
            component = self._component(np.flatnonzero(of_number == part))
            values = component.find_whole(np.zeros(len(component.variables)), MOST_NODES)
            if values is None:
                return None
            point[component.variables] = values
        return point

    def _raise_zeros(self) -> None:
        """Take every hidden number to be at least 1, hiding more where that cannot be; where it fails, leave it.

        Otherwise whoever tries it would learn that a zero is hidden, and so that a group is all in one place.
        """
        zero = np.flatnonzero(self.hidden & (self.lower < 1) & (self.upper >= 1))
        before = self.lower[zero].copy()
        self._set(zero, np.ones(len(zero)), self.upper[zero])
        found = self._cheapest(None, None, None)
        if found is None:
            self._set(zero, before, self.upper[zero])
        else:
            self._hide_moved(found)

    def _hide_moved(self, point: Floats) -> Ints:
        """Hide the shown numbers that a solution has moved."""
        moved = np.flatnonzero((np.abs(point - self.value) > MOVED) & ~np.isnan(self.value) & ~self.hidden)
        self.hidden[moved] = True
        self._set(moved, np.ones(len(moved)), np.full(len(moved), self.cap))
        return moved

    def _label(self) -> tuple[Ints, Ints]:
        """Number the parts that share no equation: a number for each unknown (-1 where it is known) and each row."""
        if self.labels is None:
            free = self.lower < self.upper
            self.labels = label_parts(self.columns, np.flatnonzero(free), len(free))
        return self.labels

    def _beside(self, k: int) -> Ints:
        """List the unknowns that hang together with one of them."""
        of_number, _ = self._label()
        part = int(of_number[k])
        if part not in self.parts:
            self.parts[part] = np.flatnonzero(of_number == part)
        return self.parts[part]

    def _component(self, at: Ints, lower: Floats | None = None, upper: Floats | None = None) -> Component:
        """Take out unknowns that hang together, with bounds of their own where these are given."""
        of_number, of_row = self._label()
        inside = np.flatnonzero(of_row == of_number[at[0]])
        fixed = self.rows[inside] @ np.where(self.lower < self.upper, 0.0, self.lower)
        return Component(at, self.rows[inside][:, at], self.least[inside] - fixed, self.right[inside] - fixed,
                         self.lower[at] if lower is None else lower, self.upper[at] if upper is None else upper)

    def _set(self, numbers: Ints, lower: Floats, upper: Floats) -> None:
        """Change what is known of some numbers."""
        self.lower[numbers], self.upper[numbers] = lower, upper
        self.labels, self.parts, self.every = None, {}, None
        self.program.set_bounds(numbers, lower, upper)
        self.changes.set_bounds(numbers, lower, upper)
        if self.widest is not None:
            held = ~self.movable[numbers]
            self.widest.set_bounds(numbers[held], lower[held], upper[held])

    def _solve(self, at: Ints, aim: Floats, lower: Floats | None = None, upper: Floats | None = None, *,
               thorough: bool = False) -> Floats | None:
        """Give values of unknowns that hang together where ``aim @ x`` is least, within narrower bounds where given.

        In whole numbers, once these are asked for: as near to it as is soon found, or, thorough, as the limits allow.
        """
        self.n_programs += 1
        of_all = np.zeros(len(self.lower))
        of_all[at] = aim
        if lower is not None and upper is not None:
            self.program.set_bounds(at, lower, upper)
        corner = self.program.minimise(of_all)
        if lower is not None:
            self.program.set_bounds(at, self.lower[at], self.upper[at])
        if corner is None or not self.is_whole:
            return None if corner is None else corner[at]
        point = self.points[0].copy()
        point[at] = corner[at]
        whole = self._to_whole(point)
        if whole is not None:
            return whole[at]
        if thorough:
            return _minimise_whole(self._component(at, lower, upper), aim)
        return self._solve_where_apart(at, aim, corner[at], lower, upper)

    def _solve_where_apart(self, at: Ints, aim: Floats, corner: Floats, lower: Floats | None,
                           upper: Floats | None) -> Floats | None:
        """Search in whole numbers only where a corner and a solution in whole numbers are apart.

        All others are held. The program over all of them takes seconds, this one milliseconds, and most corners have a
        solution nearby (relaxation induced neighbourhoods: Danna, Rothberg and Le Pape, 2005).
        """
        values = self.points[0][at].copy()
        apart = np.flatnonzero(np.abs(corner - values) > ROUNDING)
        numbers, point = at[apart], self.points[0].copy()
        point[numbers] = 0.0
        columns = self.columns[:, numbers]
        inside = np.unique(columns.indices)
        held = self.rows[inside] @ point
        low, high = self.lower[numbers] if lower is None else lower[apart], (
            self.upper[numbers] if upper is None else upper[apart])
        part = Component(numbers, columns.tocsr()[inside], self.least[inside] - held, self.right[inside] - held, low,
                         high)
        found = _minimise_whole(part, aim[apart])
        if found is None:
            return None
        values[apart] = found
        return values

    def _push(self) -> None:
        """Widen many ranges with few programs."""
        of_number, _ = self._label()
        for part in np.unique(of_number[self._short()]):
            at = self._beside(int(np.flatnonzero(of_number == part)[0]))
            for _ in range(N_PUSHES):
                short = np.intersect1d(self._short(), at)
                if short.size < 2 or not self._push_once(at, short):
                    break

    def _push_once(self, at: Ints, short: Ints) -> bool:
        """Move many numbers at once, up or down as it falls, each as far as its range must be and no farther."""
        aim = np.zeros(len(at))
        where = np.searchsorted(at, short)
        aim[where] = self.rng.exponential(1.0, len(where)) ** 2 * self.rng.choice([-1.0, 1.0], len(where))
        start, reach = self.points[0][at], np.where(self.needed[at] > 0, self.needed[at], np.inf)
        return self._learn(at, self._solve(at, aim, np.maximum(self.lower[at], start - reach),
                                           np.minimum(self.upper[at], start + reach)))

    @property
    def whole_system(self) -> Component:
        """All numbers, with what is known of them now."""
        if self.every is None:
            self.every = Component(np.arange(len(self.lower)), self.rows, self.least, self.right, self.lower.copy(),
                                   self.upper.copy())
        return self.every

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

    def _stretch(self, target: int, *, thorough: bool = False) -> bool:
        """Move one number as far as it goes, down and up, the others along with it; say whether that is enough."""
        at = self._beside(target)
        aim = np.zeros(len(at))
        short = np.searchsorted(at, np.intersect1d(self._short(), at))
        aim[short] = LIGHT * (self.rng.random(len(short)) - 0.5)
        aim[np.searchsorted(at, target)] = 1.0
        for sign in (1.0, -1.0):
            self._learn(at, self._solve(at, sign * aim, thorough=thorough))
            if self.high[target] - self.low[target] >= self.needed[target] - ROUNDING:
                return True
        return False

    def _widen(self, target: int) -> None:
        """Protect one number: move it far enough, and hide the shown numbers that must move with it."""
        # Where one number is out of reach others mostly are, and to ask that first takes a thirtieth of the time.
        if self.stuck and self._is_out_of_reach(target):
            self.stuck.add(target)
            return
        if self._stretch(target) or (self.is_whole and self._stretch(target, thorough=True)):
            return
        for whole in (False, False, True):
            found = self._cheapest_move(target, whole=whole)
            if found is None:
                break
            moved = self._hide_moved(found)
            if not self._learn_move(found):
                self._stretch(target)
            if self.high[target] - self.low[target] >= self.needed[target] - ROUNDING:
                return
            if whole and moved.size:  # on the way
                return
        self.stuck.add(target)

    def _learn_move(self, point: Floats) -> bool:
        """Take in a solution for everything; where whole numbers are asked for, if it is one in these."""
        return self._learn(np.arange(len(point)), self._to_whole(point) if self.is_whole else point)

    def _to_whole(self, point: Floats) -> Floats | None:
        """Round a solution for everything; None where it, rounded, is none."""
        return self.whole_system.near(point)

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

    def _is_out_of_reach(self, target: int) -> bool:
        """Say whether the range of a number would be too narrow even if everything were hidden that can be."""
        for sign in (0.0, 1.0, -1.0):
            if sign:
                self._move_furthest(target, sign)
            low, high = min(self.low[target], self.lowest[target]), max(self.high[target], self.highest[target])
            if high - low >= self.needed[target] - ROUNDING:
                return False
        return True

    def _furthest(self, target: int, sign: float) -> float:
        """Say how far a number could go if everything were hidden that can be."""
        corner = self._move_furthest(target, sign)
        return float(self.low[target] if corner is None else np.round(corner[target] - sign * ROUNDING))

    def _move_furthest(self, target: int, sign: float) -> Floats | None:
        """Move a number as far as it goes, down or up, with everything hidden that can be."""
        if self.widest is None:  # kept, as the other programs are: to begin anew takes many times as long
            self.widest = LinearProgram(self.rows, self.least, self.right, np.where(self.movable, 1.0, self.lower),
                                        np.where(self.movable, self.cap, self.upper))
            self.lowest, self.highest = self.points[0].copy(), self.points[0].copy()
        self.n_programs += 1
        corner = self.widest.minimise(sign * (np.arange(len(self.lower)) == target))
        if corner is not None:
            self.lowest, self.highest = np.minimum(self.lowest, corner), np.maximum(self.highest, corner)
        return corner

    def _cheapest(self, target: int | None, at_least: float | None, at_most: float | None, *,
                  whole: bool = False) -> Floats | None:
        """Find values of all numbers in which the target has moved, and as little as possible that is shown."""
        if target is None:
            return self.changes.find(thorough=True)
        k = np.array([target])
        lower = self.lower[k] if at_least is None else np.array([at_least])
        upper = self.upper[k] if at_most is None else np.array([at_most])
        if (lower > upper).any():
            return None
        self.changes.set_bounds(k, lower, upper)
        found = self.changes.find_whole() if whole else self.changes.find(thorough=False)
        self.changes.set_bounds(k, self.lower[k], self.upper[k])
        return found

    # --- showing again ---------------------------------------------------------------------------------------------

    def show_again(self, most_programs: int) -> None:
        """Show what was hidden for others' sake, where every range stays wide enough without it."""
        self.n_programs, self.is_whole = 0, False
        for k in self._dearest_first(self.added):
            if self.n_programs >= most_programs:
                return
            self._try_to_show(k)

    def _dearest_first(self, numbers: Bools) -> list[int]:
        found = np.flatnonzero(numbers)
        return [int(k) for k in found[np.lexsort((found, -self.problem.cost[found]))]]

    def _try_to_show(self, k: int) -> None:
        before = self.low.copy(), self.high.copy(), self.points
        at, number, value = self._beside(k), np.array([k]), np.array([self.value[k]])
        labels = self.labels, self.parts
        self.hidden[k] = False
        self._set(number, value, value)
        # Solutions already met are cheaper than new ones: mixed, they prove most ranges at once.
        self.points = self._mix(k)
        if len(self.points) > 0 and not self._pins_another(k) and self._prove_again(k, at):
            return
        self.hidden[k] = True
        self._set(number, np.ones(1), np.array([self.cap]))
        self.low, self.high, self.points = before
        self.labels, self.parts = labels

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
        below, above = self.points[at < value - ROUNDING], self.points[at > value + ROUNDING]
        same = self.points[np.abs(at - value) <= ROUNDING]
        out = [same]
        if len(below) and len(above):
            for first, second in ((below, above[:1]), (below[-1:], above)):
                share = (value - first[:, k][:, None]) / (second[:, k][:, None] - first[:, k][:, None])
                out.append(first + share * (second - first))
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
            narrowest = int(left[np.argmin((self.high - self.low)[left])])
            beside = self._beside(narrowest)
            together = np.intersect1d(left, beside)
            if together.size >= N_MANY and n_pushes < N_PUSHES:
                n_pushes += 1
                self._push_once(beside, together)
            elif not self._agrees(narrowest):
                return False
        return True

    def _agrees(self, j: int) -> bool:
        """Say whether a number keeps its range; one that did not may well refuse the next time too."""
        agrees = self._stretch(j)
        self.refusals[j] += not agrees
        return agrees


class TooTightError(DisclosureError):
    """No solution has every hidden number at 1 or more."""


def contradiction() -> DisclosureError:
    """Say that what is known cannot be true."""
    return DisclosureError("The figures contradict each other: no whole numbers fit them all.",
                           hints=["Release tables together that were made from one and the same record."])


def _minimise_whole(component: Component, aim: Floats) -> Floats | None:
    """Give whole numbers where ``aim @ x`` is least, or nearly; None where none are found."""
    try:
        return component.minimise_whole(aim, MOST_NODES)[0]
    except ContradictionError:
        return None
