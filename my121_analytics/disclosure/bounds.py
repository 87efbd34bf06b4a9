"""How narrowly equations pin whole numbers down: the range of each over all solutions in whole numbers.

No people and no tables in here: variables that are whole numbers, equations and inequalities between them.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from my121_analytics.disclosure.components import N_STEPS, N_TERMS, Component, split
from my121_analytics.disclosure.linked_tables.system import (
    ContradictionError,
    Floats,
    Ints,
    System,
    propagate,
    round_down,
    round_up,
)
from my121_analytics.errors import DisclosureError

FOLLOWING = 0.05
"""Weight of the other open variables where one is pushed; the less, the surer that this one goes to its end."""
LARGE = 1_000
"""Variables from which on neighbourhoods are tried first: a program over all of them takes long."""
BATCHES = (12, 4, 1)
"""Variables whose neighbourhoods are moved at one go, round after round: starting a program costs the most."""
MOST_NODES = 500
"""Nodes of a search in whole numbers; of those met with in practice nearly all end at the first."""


def find_bounds(system: System, asked: Ints, needed: Floats, *, witness: Floats | None = None,
                points: Floats | None = None, exact: bool = False) -> tuple[Floats, Floats]:
    """Give the lowest and highest whole number that each asked variable can be.

    Parameters
    ----------
    system
        What is known.
    asked
        Variables.
    needed
        For each of them the width that is enough.
    witness
        A solution that is known already; NaN where it is not.
    points
        Claimed solutions, one a row: each is checked, part by part of what hangs together, and counts where it is one
        in whole numbers.
    exact
        True: the ends of every range. False: only as far as needed to tell; a range wide enough may be wider still,
        and one that is too narrow already may be narrower still.

    Returns
    -------
    lower, upper : numpy.ndarray
        One entry for each asked variable, whole numbers. Where a limit of the search was reached before it could be
        told, they are the lowest and highest that were met, which are too close then; NaN where nothing was met.

    Raises
    ------
    DisclosureError
        No solution exists: what is known contradicts itself. Or, where exact, an end could not be found.

    Notes
    -----
    A range counts as wide enough only where solutions in whole numbers reach that far apart, all equations and bounds
    checked with these numbers: a reader who knows that people come in whole numbers can know more than linear
    equations tell, as soon as tables are linked in rings. Linear programs are solved first, since their corners are
    mostly whole numbers; where a corner is not, an integer program is. A range counts as too narrow where linear or
    integer programs prove that no solution lies outside.
    """
    lower, upper = propagate(system)
    low, high = lower[asked], upper[asked]
    open_ = (high > low) if exact else (high - low >= needed)
    if not open_.any():
        return low, high
    claims = _claims(len(lower), witness, None if exact else points)
    for component in split(system, lower, upper, asked[open_]):
        mine = np.flatnonzero(open_ & np.isin(asked, component.variables))
        search = _Search(component, np.searchsorted(component.variables, asked[mine]), needed[mine],
                         claims[:, component.variables])
        low[mine], high[mine] = search.find_ends() if exact else search.find_widths()
    return low, high


def has_solution(system: System) -> bool:
    """Say whether what is known can be true, in whole numbers where that can be told soon."""
    if not len(system.lower):  # no count at all
        return not system.equal_to.any() and not (system.most_to < 0).any()
    try:
        lower, upper = propagate(system)
        free = np.flatnonzero(lower < upper)
        for component in split(system, lower, upper, free) if len(free) else []:
            nothing = np.zeros(len(component.variables))
            if component.near(component.minimise(nothing)) is None:
                component.minimise_whole(nothing, MOST_NODES)
    except ContradictionError:
        return False
    return True


def _claims(n: int, witness: Floats | None, points: Floats | None) -> Floats:
    """Put all claimed solutions under each other; those of another system are left out."""
    solutions = [] if witness is None else [witness[None, :]]
    solutions += [points] if points is not None and points.ndim == 2 and points.shape[1] == n else []
    return np.vstack(solutions) if solutions else np.empty((0, n))


class _Search:
    """What is known of the ranges in one component: every solution in whole numbers that is met widens them."""

    def __init__(self, component: Component, asked: Ints, needed: Floats, claims: Floats) -> None:
        self.component, self.asked = component, asked
        n = len(component.variables)
        self.everything = np.arange(n)
        self.needed = np.zeros(n)
        self.needed[asked] = needed
        self.floor, self.ceiling = component.lower.copy(), component.upper.copy()  # no solution lies outside
        self.low, self.high = np.full(n, np.inf), np.full(n, -np.inf)  # solutions reach so far
        self.point: Floats | None = None
        self.rng = np.random.default_rng(0)  # which directions are pushed changes the time taken, not the answer
        for claim in claims:
            self._learn(self.everything, component.near(claim))
        if self.point is None and len(claims):
            self._complete(claims[0])

    def find_widths(self) -> tuple[Floats, Floats]:
        """Give ranges that are as wide as needed, where there are such."""
        if len(self.component.variables) > LARGE and self.point is not None:
            self._push_nearby()
        for k in self.rng.permutation(self.asked):
            # The cheapest first: a push that may settle several, then the end in any numbers, then in whole ones.
            for settle in (self._push_towards, self._relax, self._search_whole):
                for sign in (-1.0, 1.0):
                    if len(self._short(np.array([k]))):
                        settle(int(k), sign)
        narrow = (self.ceiling - self.floor)[self.asked] < self.needed[self.asked]
        met = np.isfinite(self.low)
        low, high = np.where(met, self.low, np.nan)[self.asked], np.where(met, self.high, np.nan)[self.asked]
        return self._ends(np.where(narrow, self.floor[self.asked], low),
                          np.where(narrow, self.ceiling[self.asked], high))

    def find_ends(self) -> tuple[Floats, Floats]:
        """Give the ends of all ranges."""
        for k in self.asked:
            for sign in (1.0, -1.0):
                if not self._is_end(int(k), sign):
                    self._relax(int(k), sign)
                if not self._is_end(int(k), sign):
                    self._search_whole(int(k), sign, most_nodes=None)
                if not self._is_end(int(k), sign):
                    raise DisclosureError("The ends of a range could not be found in whole numbers.",
                                          hints=["Attack fewer tables together."])
        return self._ends(self.low[self.asked], self.high[self.asked])

    def _ends(self, low: Floats, high: Floats) -> tuple[Floats, Floats]:
        return low, np.where(high >= self.component.cap / 2, np.inf, high)

    def _is_end(self, k: int, sign: float) -> bool:
        return bool(self.low[k] <= self.floor[k] if sign > 0 else self.high[k] >= self.ceiling[k])

    def _short(self, of: Ints) -> Ints:
        """Give those of some variables of which it is still open whether their range is wide enough."""
        reached, possible = self.high[of] - self.low[of], self.ceiling[of] - self.floor[of]
        return of[(reached < self.needed[of]) & (possible >= self.needed[of])]

    def _learn(self, at: Ints, values: Floats | None) -> None:
        """Take in a solution in whole numbers: values of some variables, the others as they are known."""
        if values is None:
            return
        self.low[at] = np.minimum(self.low[at], values)
        self.high[at] = np.maximum(self.high[at], values)
        if self.point is None:
            self.point = values.copy()

    def _complete(self, claim: Floats) -> None:
        """Find a solution from one that is known in part."""
        known = np.isfinite(claim)
        if not known.any() or known.all():
            return
        value = np.where(known, np.rint(np.nan_to_num(claim)), 0.0)
        if ((value < self.component.lower) | (value > self.component.upper))[known].any():
            return
        part = replace(self.component, lower=np.where(known, value, self.component.lower),
                       upper=np.where(known, value, self.component.upper))
        try:
            self._learn(self.everything, part.minimise_whole(np.zeros(len(value)), MOST_NODES)[0])
        except ContradictionError:
            return

    def _push(self, component: Component, at: Ints, aim: Floats) -> None:
        """Go far in a direction, and widen the ranges of these variables by what is met."""
        found = component.near(component.minimise(aim))
        self._learn(at, found if found is not None else component.minimise_whole(aim, MOST_NODES)[0])

    def _push_towards(self, k: int, sign: float) -> None:
        """Go far with one variable, and with the others that are open as it comes: most programs settle several."""
        left = self._short(self.asked)
        aim = np.zeros(len(self.everything))
        aim[left] = sign * FOLLOWING * self.rng.exponential(1.0, len(left))
        aim[k] = sign
        self._push(self.component, self.everything, aim)

    def _relax(self, k: int, sign: float) -> None:
        """Find an end of one range in any numbers: no whole number lies beyond."""
        aim = np.zeros(len(self.everything))
        aim[k] = sign
        solution = self.component.minimise(aim)
        self._bound(k, sign, float(solution[k]))
        self._learn(self.everything, self.component.near(solution))

    def _search_whole(self, k: int, sign: float, most_nodes: int | None = MOST_NODES) -> None:
        """Find an end of one range in whole numbers."""
        if self._is_end(k, sign):
            return
        aim = np.zeros(len(self.everything))
        aim[k] = sign
        found, bound = self.component.minimise_whole(aim, most_nodes)
        self._bound(k, sign, sign * bound)
        self._learn(self.everything, found)

    def _bound(self, k: int, sign: float, end: float) -> None:
        if sign > 0:
            self.floor[k] = max(self.floor[k], round_up(np.array(end)))
        else:
            self.ceiling[k] = min(self.ceiling[k], round_down(np.array(end)))
        if self.floor[k] > self.ceiling[k]:
            raise ContradictionError

    # --- in large components -----------------------------------------------------------------------------------

    def _push_nearby(self) -> None:
        """Widen ranges by moving a few counts only, all others held at one solution: a small program each time."""
        for size in BATCHES:
            starts = self.rng.permutation(self._short(self.asked))
            for first in range(0, len(starts), size):
                for sign in (-1.0, 1.0):
                    left = self._short(starts[first:first + size])
                    if len(left):
                        self._push_around(left, sign)
        for k in self._short(self.asked):
            self._bound_nearby(int(k))

    def _push_around(self, starts: Ints, sign: float) -> None:
        near = self.component.find_surroundings(starts, self.rng)
        aim = np.zeros(len(near))
        left = np.isin(near, self._short(np.intersect1d(near, self.asked)))
        aim[left] = sign * self.rng.exponential(1.0, int(left.sum()))
        aim[np.isin(near, starts)] = sign * 20.0
        self._push(self.component.hold_others(near, np.asarray(self.point)), near, aim)

    def _bound_nearby(self, k: int) -> None:
        """Bound a variable by the equations around it alone; true bounds are no wider."""
        component = self.component
        edge, rows = np.array([k]), np.array([], dtype=np.int64)
        sizes = np.diff(component.rows.indptr)
        for _ in range(N_STEPS):
            rows = np.union1d(rows, component.equations_of(edge))
            edge = np.unique(component.rows[rows[sizes[rows] <= N_TERMS]].indices)
        near = np.unique(np.append(component.rows[rows].indices, k))
        part = replace(component, variables=near, rows=component.rows[rows][:, near], least=component.least[rows],
                       most=component.most[rows], lower=component.lower[near], upper=component.upper[near])
        aim = (near == k).astype(float)
        for sign in (1.0, -1.0):
            self._bound(k, sign, float(part.minimise(sign * aim)[near == k][0]))
