"""Which further counts to hide so that no hidden one can be worked out: a pattern over all linked tables at once.

No people and no tables in here: whole numbers, equations between them, which of them are hidden, and what it costs to
hide another. What is chosen depends on the numbers that are shown and on which are hidden, never on hidden values:
two records that look alike get the same pattern, so that the pattern itself tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from my121_analytics.disclosure.bounds import Bools, Floats, Ints, System
from my121_analytics.errors import DisclosureError

NEAR = 1e-6
"""HiGHS keeps to its constraints within 1e-7; what is nearer than this to a whole number is that number."""
MOVED = 1e-6
"""A shown number that a program would move by less than this is not moved."""
N_PUSHES = 6
"""Programs that push many hidden numbers at once, before single ones are asked about."""
MOST_PROGRAMS = 400
"""Programs spent on showing again what is hidden without need; a number, not a time, so that runs repeat."""
N_BETWEEN = 25
"""Single numbers protected between pushes: what was hidden for them must be proven too."""
N_POINTS = 60
"""Solutions kept: each of them is a solution for every hidden number at once."""


@dataclass(frozen=True)
class Puzzle:
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
    """

    system: System
    hidden: Bools
    needed: Floats
    cost: Floats


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
        Values of all numbers, one solution a row, that prove most of the ranges.
    """

    hidden: Bools
    open: Ints
    points: Floats


def choose_pattern(puzzle: Puzzle, *, most_programs: int = MOST_PROGRAMS) -> Pattern:
    """Hide numbers, the cheapest first, until each hidden one keeps a wide enough range; then show what need not go.

    Parameters
    ----------
    puzzle
        What is known and what may be hidden.
    most_programs
        Programs spent on showing numbers again.

    Returns
    -------
    Pattern

    Raises
    ------
    DisclosureError
        What is known contradicts itself.

    Notes
    -----
    For a number with too narrow a range, a linear program looks for other values of all numbers in which it has moved
    far enough and the shown numbers that had to move too are the cheapest; these are hidden, and must be protected in
    turn. Its solution is kept: together with the others it proves the ranges of many numbers at once. What was hidden
    for others' sake is shown again, the dearest first, where every range stays wide enough without it.

    Some zeros are hidden too. A reader who takes every hidden number to be at least 1 is mistaken there; where it can
    be had, the ranges that such a reader works out are wide enough as well.
    """
    search = _Search(puzzle, strict=True)
    try:
        search.protect()
        lost = bool(search.stuck)
    except _TooTightError:
        lost = True
    if lost:
        search = _Search(puzzle, strict=False)
        search.protect()
    if not search.stuck:
        search.show_again(most_programs)
    return Pattern(search.hidden, np.array(sorted(search.stuck), dtype=np.int64), search.points)


def count_open(puzzle: Puzzle, enough: float) -> int:
    """Count the hidden numbers that nothing protects, up to as many as are enough to know."""
    search = _Search(puzzle, strict=False)
    search.protect(enough)
    return len(search.stuck)


class _Search:
    """The state of a search: what is hidden, and the lowest and highest value met of each number."""

    def __init__(self, puzzle: Puzzle, *, strict: bool) -> None:
        self.puzzle, self.strict = puzzle, strict
        system = puzzle.system
        self.rows = sparse.vstack([system.equal, system.most], format="csr")
        self.n_equal = system.equal.shape[0]
        self.right = np.concatenate([system.equal_to, system.most_to])
        self.columns = self.rows.tocsc()
        self.value = np.where(system.lower == system.upper, system.lower, np.nan)
        self.lower, self.upper = system.lower.copy(), system.upper.copy()
        finite = self.upper[np.isfinite(self.upper)]
        sums = abs(self.rows) @ self.lower
        self.cap = 1000.0 + 4 * float(max(finite.max(initial=0), self.lower.max(initial=0), sums.max(initial=0)))
        self.upper = np.minimum(self.upper, self.cap)
        self.hidden = puzzle.hidden.copy()
        self.needed = puzzle.needed
        self.stuck: set[int] = set()
        self.low, self.high = self.lower.copy(), self.lower.copy()
        self.points = np.empty((0, len(self.lower)))
        self.rng = np.random.default_rng(0)
        self.n_programs = 0
        self.labels: tuple[Ints, Ints] | None = None
        self.left = self.right

    # --- hiding more -----------------------------------------------------------------------------------------------

    def protect(self, enough: float = np.inf) -> None:
        """Hide more until every hidden number is protected or stuck, or so many are stuck."""
        if not self._short().size:
            return
        self._start()
        turn = 0
        while (short := self._short()).size and len(self.stuck) < enough:
            if turn % N_BETWEEN == 0:
                self._push()
                turn += 1
                continue
            turn += 1
            target = int(short[np.argmin((self.high - self.low)[short])])
            self._widen(target)

    def _short(self) -> Ints:
        asked = self.hidden & (self.needed > 0)
        width = np.floor(self.high + NEAR) - np.ceil(self.low - NEAR)
        found = np.flatnonzero(asked & (width < self.needed))
        return np.array([k for k in found if k not in self.stuck], dtype=np.int64) if self.stuck else found

    def _start(self) -> None:
        """Find one solution of what is shown."""
        point = self._start_strictly() if self.strict else None
        if point is None:
            point = self.lower.copy()
            of, _ = self._label()
            for code in np.unique(of[of >= 0]):
                one = self._component(int(np.flatnonzero(of == code)[0]))
                point[one.at] = one.solve(np.zeros(len(one.at)), self)
        self.low[:], self.high[:] = point, point
        self.points = point[None, :]

    def _start_strictly(self) -> Floats | None:
        """Find one in which every hidden number is at least 1, hiding more where there is none; None where it fails.

        Without one, whoever tries it would learn that a zero is hidden, and so that a group is all in one place.
        """
        zero = np.flatnonzero(self.hidden & (self.lower < 1) & (self.upper >= 1))
        before = self.lower[zero].copy()
        for k in zero:
            self._set(int(k), 1.0, float(self.upper[k]))
        found = self._cheapest(None, None, None)
        if found is None:
            for k, lower in zip(zero, before, strict=True):
                self._set(int(k), float(lower), float(self.upper[k]))
            return None
        self._hide_moved(found)
        return found

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
            free = np.flatnonzero(self.lower < self.upper)
            part = self.columns[:, free]
            n_rows = part.shape[0]
            links = sparse.csr_matrix((np.ones(part.nnz, dtype=np.int8), part.indices, part.indptr),
                                      shape=(len(free), n_rows))
            graph = sparse.bmat([[None, links], [links.T, None]], format="csr")
            codes = connected_components(graph, directed=False)[1]
            of = np.full(len(self.lower), -1)
            of[free] = codes[:len(free)]
            fixed = np.where(self.lower < self.upper, 0.0, self.lower)
            self.labels, self.left = (of, codes[len(free):]), self.right - self.rows @ fixed
        return self.labels

    def _component(self, k: int) -> _Component:
        """Take out the unknowns that hang together with one of them."""
        of, of_row = self._label()
        at, rows = np.flatnonzero(of == of[k]), np.flatnonzero(of_row == of[k])
        return _Component(at, self.rows[rows][:, at], self.left[rows], rows < self.n_equal, self.lower[at],
                          self.upper[at])

    def _set(self, k: int, lower: float, upper: float) -> None:
        """Change what is known of a number."""
        self.lower[k], self.upper[k] = lower, upper
        self.labels = None

    def _push(self) -> None:
        """Widen many ranges with few programs."""
        of, _ = self._label()
        for code in np.unique(of[self._short()]):
            one = self._component(int(np.flatnonzero(of == code)[0]))
            for turn in range(N_PUSHES):
                short = np.intersect1d(self._short(), one.at)
                if short.size < 2:
                    break
                aim = np.zeros(len(one.at))
                where = np.searchsorted(one.at, short)
                aim[where] = self.rng.exponential(1.0, len(where)) ** 2 * (-1 if turn % 2 == 0 else 1)
                self._learn(one.at, one.solve(aim, self))

    def _learn(self, at: Ints, values: Floats, *, keep: bool = True) -> None:
        """Take in a solution of some numbers, the others as in the first solution."""
        self.low[at] = np.minimum(self.low[at], values)
        self.high[at] = np.maximum(self.high[at], values)
        if keep:
            point = self.points[0].copy()
            point[at] = values
            self.points = np.vstack([self.points[:1], self.points[1:][-(N_POINTS - 2):], point[None, :]])

    def _widen(self, target: int) -> None:
        """Protect one number: move it far enough, and hide the shown numbers that must move with it."""
        one = self._component(target)
        where = int(np.searchsorted(one.at, target))
        aim = np.zeros(len(one.at))
        aim[where] = 1.0
        for sign in (1.0, -1.0):
            self._learn(one.at, one.solve(sign * aim, self))
            if target not in self._short():
                return
        lowest, highest = np.ceil(self.low[target] - NEAR), np.floor(self.high[target] + NEAR)
        found = self._cheapest(target, lowest + self.needed[target], None)
        if found is None and highest - self.needed[target] >= self.puzzle.system.lower[target]:
            found = self._cheapest(target, None, highest - self.needed[target])
        if found is None:
            self.stuck.add(target)
            return
        moved = self._hide_moved(found)
        self._learn(np.arange(len(found)), found)
        if not moved.size and target in self._short():
            self.stuck.add(target)  # within what the solver can tell apart

    def _cheapest(self, target: int | None, at_least: float | None, at_most: float | None) -> Floats | None:
        """Find values of all numbers in which the target has moved, and as little as possible that is shown."""
        free = np.flatnonzero(self.lower < self.upper)
        movable = np.flatnonzero((self.lower == self.upper) & np.isfinite(self.puzzle.cost) & (self.lower > 0))
        lower, upper = self.lower[free].copy(), self.upper[free].copy()
        if target is not None:
            where = int(np.searchsorted(free, target))
            lower[where] = at_least if at_least is not None else lower[where]
            upper[where] = at_most if at_most is not None else upper[where]
        if (lower > upper).any():
            return None
        matrix = sparse.hstack([self.columns[:, free], self.columns[:, movable], -self.columns[:, movable]],
                               format="csr")
        fixed = np.where(self.lower == self.upper, self.lower, 0.0)
        right = self.right - self.rows @ fixed
        cost = self.puzzle.cost[movable]
        value = self.lower[movable]
        bounds = np.column_stack([np.concatenate([lower, np.zeros(2 * len(movable))]),
                                  np.concatenate([upper, np.full(len(movable), self.cap), value - 1.0])])
        used = np.flatnonzero(np.diff(matrix.indptr))
        equal, most = used[used < self.n_equal], used[used >= self.n_equal]
        self.n_programs += 1
        answer = linprog(np.concatenate([np.zeros(len(free)), cost, cost]), A_ub=matrix[most] if len(most) else None,
                         b_ub=right[most] + 0.0 if len(most) else None, A_eq=matrix[equal] if len(equal) else None,
                         b_eq=right[equal] if len(equal) else None, bounds=bounds, method="highs-ds")
        if answer.status == 2:
            return None
        if answer.status != 0:
            raise _unfinished(answer.message)
        out = self.lower.copy()
        out[free] = np.clip(answer.x[:len(free)], lower, upper)
        up, down = np.split(answer.x[len(free):], 2)
        out[movable] = value + up - down
        return out

    # --- showing again ---------------------------------------------------------------------------------------------

    def show_again(self, most_programs: int) -> None:
        """Show what was hidden for others' sake, where every range stays wide enough without it."""
        added = np.flatnonzero(self.hidden & ~self.puzzle.hidden)
        self.n_programs = 0
        for k in added[np.lexsort((added, -self.puzzle.cost[added]))]:
            if self.n_programs >= most_programs:
                return
            self._try_to_show(int(k))

    def _try_to_show(self, k: int) -> None:
        kept = (self.lower[k], self.upper[k], self.low.copy(), self.high.copy(), self.points)
        of, _ = self._label()
        at = np.flatnonzero(of == of[k])
        self.hidden[k] = False
        self._set(k, self.value[k], self.value[k])
        self.points = _mix(self.points, k, self.value[k])
        done = self._prove_again(at) if len(self.points) else False
        if not done:
            self.hidden[k] = True
            lower, upper, self.low, self.high, self.points = kept
            self._set(k, float(lower), float(upper))

    def _prove_again(self, at: Ints) -> bool:
        """Say whether the numbers of what was one component are still protected, with one of them shown."""
        self.low[at], self.high[at] = self.points[:, at].min(axis=0), self.points[:, at].max(axis=0)
        while (short := np.intersect1d(self._short(), at)).size:
            k = int(short[np.argmin((self.high - self.low)[short])])
            one = self._component(k)
            aim = (one.at == k).astype(float)
            for sign in (-1.0, 1.0):
                found = one.try_solve(sign * aim, self)
                if found is None:  # the mixtures were solutions within what the solver can tell apart only
                    return False
                self._learn(one.at, found)
            if k in self._short():
                return False
        return True


@dataclass(frozen=True)
class _Component:
    """Numbers that hang together, with what is fixed taken out of the equations."""

    at: Ints
    rows: sparse.csr_matrix
    right: Floats
    is_equal: Bools
    lower: Floats
    upper: Floats

    def solve(self, aim: Floats, search: _Search) -> Floats:
        """Give the solution that makes ``aim @ x`` least."""
        found = self.try_solve(aim, search)
        if found is None and search.strict:
            raise _TooTightError("hidden numbers cannot all be at least 1")
        if found is None:
            raise DisclosureError("The figures contradict each other: no whole numbers fit them all.",
                                  hints=["Release tables together that were made from one and the same record."])
        return found

    def try_solve(self, aim: Floats, search: _Search) -> Floats | None:
        """Give the same, None where there is no solution."""
        if (self.lower > self.upper).any():
            return None
        search.n_programs += 1
        equal, most = np.flatnonzero(self.is_equal), np.flatnonzero(~self.is_equal)
        answer = linprog(aim, A_ub=self.rows[most] if len(most) else None, b_ub=self.right[most] if len(most) else None,
                         A_eq=self.rows[equal] if len(equal) else None,
                         b_eq=self.right[equal] if len(equal) else None,
                         bounds=np.column_stack([self.lower, self.upper]), method="highs-ds")
        if answer.status == 2:
            return None
        if answer.status != 0:
            raise _unfinished(answer.message)
        return np.asarray(np.clip(answer.x, self.lower, self.upper), dtype=np.float64)


class _TooTightError(DisclosureError):
    """No solution has every hidden number at 1 or more, within what the solver can tell apart."""


def _mix(points: Floats, k: int, value: float) -> Floats:
    """Give mixtures of solutions in which one number has a given value; a mixture of two solutions is one."""
    at = points[:, k]
    same = points[np.abs(at - value) <= NEAR / 10]
    below, above = points[at < value - NEAR / 10], points[at > value + NEAR / 10]
    out = [same]
    if len(below) and len(above):
        for some, other in ((below, above[:1]), (below[-1:], above)):
            share = (value - some[:, k][:, None]) / (other[:, k][:, None] - some[:, k][:, None])
            out.append(some + share * (other - some))
    mixed = np.vstack(out)
    mixed[:, k] = value
    return mixed


def _unfinished(message: str) -> DisclosureError:
    return DisclosureError(f"The search for what to hide could not be finished: {message}",
                           hints=["Release fewer tables together, or coarser groups."])
