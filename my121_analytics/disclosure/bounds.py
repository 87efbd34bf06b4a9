"""How narrowly linear equations pin whole numbers down: bound propagation, and linear programs where it cannot tell.

No people and no tables in here: variables that are whole numbers, equations and inequalities between them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from my121_analytics.errors import DisclosureError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROUNDING = 1e-6
"""HiGHS keeps to its constraints within 1e-7; a bound nearer than this to a whole number is that number."""
MAX_ROUNDS = 60
"""Rounds of propagation; stopping early leaves wider bounds, never wrong ones."""
N_PUSHES = 12
"""Programs that push many variables at once before single ones are asked about."""
LARGE = 600
"""Variables from which on neighbourhoods are tried first: a program over all of them takes a quarter of a second."""
MAX_NEARBY = 120
"""Variables of a neighbourhood: a program of that size takes milliseconds."""
N_TERMS = 12
"""Terms of an equation that are followed; of longer ones as many are drawn."""
BATCHES = (12, 4, 1)
"""Variables whose neighbourhoods are moved at one go, round after round: starting a program costs the most."""
N_STEPS = 3
"""Equations between a variable and what may make up for it: a row, a column, and the row of the other."""


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

    equal: sparse.csr_matrix
    equal_to: Floats
    most: sparse.csr_matrix
    most_to: Floats
    lower: Floats
    upper: Floats


def find_bounds(system: System, asked: Ints, needed: Floats, *, witness: Floats | None = None,
                points: Floats | None = None, exact: bool = False) -> tuple[Floats, Floats]:
    """Give the lowest and highest value that each asked variable can take.

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
        Claimed solutions, one a row: each is checked, and those that are none are left out. Not used where exact.
    exact
        True: the ends of every range. False: only as far as needed to tell; a range wide enough may be wider still,
        and one that is too narrow already may be narrower still.

    Returns
    -------
    lower, upper : numpy.ndarray
        One entry for each asked variable, whole numbers.

    Raises
    ------
    DisclosureError
        No solution exists: what is known contradicts itself.

    Notes
    -----
    Linear bounds, rounded inwards to whole numbers: of all tables of whole numbers the range can be narrower still,
    which for sums over two keys it never is (their matrix is totally unimodular).
    """
    lower, upper = propagate(system)
    low, high = lower[asked], upper[asked]
    open_ = (high > low) if exact else (high - low >= needed)
    if points is not None and not exact:
        met = points[_solves(system, points)]
        if len(met):
            least, most = _up(met[:, asked].min(axis=0)), _down(met[:, asked].max(axis=0))
            shown = open_ & (most - least >= needed)
            low, high, open_ = np.where(shown, least, low), np.where(shown, most, high), open_ & ~shown
    if not open_.any():
        return low, high
    for one in _components(system, lower, upper, asked[open_]):
        mine = np.flatnonzero(open_ & np.isin(asked, one.variables))
        at = np.searchsorted(one.variables, asked[mine])
        seen = None if witness is None else witness[one.variables]
        low[mine], high[mine] = _solve(one, at, needed[mine], seen, exact=exact)
    return low, high


def _solves(system: System, points: Floats) -> Bools:
    """Say which points keep to all equations and bounds."""
    if points.ndim != 2 or points.shape[1] != len(system.lower):
        return np.zeros(len(points), dtype=bool)
    fits = ((points >= system.lower - ROUNDING) & (points <= system.upper + ROUNDING)).all(axis=1)
    equal = np.abs(system.equal @ points.T - system.equal_to[:, None]) <= ROUNDING
    most = system.most @ points.T - system.most_to[:, None] <= ROUNDING
    return np.asarray(fits & equal.all(axis=0) & most.all(axis=0), dtype=bool)


def has_solution(system: System) -> bool:
    """Say whether what is known can be true."""
    if not len(system.lower):  # no count at all: linprog takes no empty programme
        return not system.equal_to.any() and not (system.most_to < 0).any()
    answer = linprog(np.zeros(len(system.lower)), A_ub=system.most if system.most.shape[0] else None,
                     b_ub=system.most_to if len(system.most_to) else None,
                     A_eq=system.equal if system.equal.shape[0] else None,
                     b_eq=system.equal_to if len(system.equal_to) else None,
                     bounds=np.column_stack([system.lower, system.upper]), method="highs")
    return bool(answer.status == 0)


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
    rows = sparse.vstack([system.equal, -system.equal, system.most], format="coo")
    limit = np.concatenate([system.equal_to, -system.equal_to, system.most_to])
    lower, upper = system.lower.copy(), system.upper.copy()
    for _ in range(MAX_ROUNDS if rows.nnz else 0):
        new_lower, new_upper = _tighten_once(rows, limit, lower, upper)
        moved = (new_lower > lower) | (new_upper < upper)
        lower, upper = new_lower, new_upper
        if (lower > upper).any():
            raise _contradiction()
        if not moved.any():
            break
    return lower, upper


def _tighten_once(rows: sparse.coo_matrix, limit: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """In a row ``a @ x <= b`` each term can be at most b less the least that the others can be."""
    at, of, weight = rows.row, rows.col, rows.data
    least = np.where(weight > 0, weight * lower[of], weight * upper[of])
    endless = ~np.isfinite(least)
    finite = np.where(endless, 0.0, least)
    n_endless = np.bincount(at, weights=endless, minlength=len(limit))
    others = np.bincount(at, weights=finite, minlength=len(limit))[at] - finite
    known = n_endless[at] - endless == 0
    room = (limit[at] - others)[known] / weight[known]
    of, rising = of[known], weight[known] > 0
    new_lower, new_upper = lower.copy(), upper.copy()
    np.minimum.at(new_upper, of[rising], np.floor(room[rising] + ROUNDING))
    np.maximum.at(new_lower, of[~rising], np.ceil(room[~rising] - ROUNDING))
    return new_lower, new_upper


@dataclass(frozen=True)
class _Component:
    """Variables that hang together, with what is fixed taken out of the equations."""

    variables: Ints
    equal: sparse.csr_matrix
    equal_to: Floats
    most: sparse.csr_matrix
    most_to: Floats
    lower: Floats
    upper: Floats
    cap: float


def _components(system: System, lower: Floats, upper: Floats, asked: Ints) -> list[_Component]:
    """Split what is not fixed into parts that share no equation; only those with an asked variable."""
    free = lower < upper
    rows = sparse.vstack([system.equal, system.most], format="csr")
    picks = sparse.diags(free.astype(float), format="csr")
    linked = (rows @ picks).astype(bool).astype(np.int8)
    linked.eliminate_zeros()
    n_rows = rows.shape[0]
    graph = sparse.bmat([[None, linked], [linked.T, None]], format="csr") if n_rows else sparse.csr_matrix(
        (len(lower), len(lower)))
    _, codes = connected_components(graph, directed=False)
    row_code, code = codes[:n_rows], codes[n_rows:]
    fixed = np.where(free, 0.0, lower)
    n_equal = system.equal.shape[0]
    equal_left, most_left = system.equal_to - system.equal @ fixed, system.most_to - system.most @ fixed
    finite = upper[np.isfinite(upper)]
    most = max(finite.max(initial=0), lower.max(initial=0), (abs(rows) @ lower).max(initial=0))
    cap = 1000.0 + 4 * float(most)  # stands for "without end"
    found = []
    for number in np.unique(code[asked]):
        mine = np.flatnonzero((code == number) & free)
        equal = np.flatnonzero(row_code[:n_equal] == number)
        less = np.flatnonzero(row_code[n_equal:] == number)
        found.append(_Component(mine, system.equal[equal][:, mine], equal_left[equal], system.most[less][:, mine],
                                most_left[less], lower[mine], np.minimum(upper[mine], cap), cap))
    return found


class _Search:
    """What is known of the ranges in one component: every solution met widens them."""

    def __init__(self, one: _Component, asked: Ints, needed: Floats, witness: Floats | None) -> None:
        self.one = one
        self.needed = np.zeros(len(one.variables))
        self.needed[asked] = needed
        self.asked = asked
        self.equal, self.most = one.equal.tocsc(), one.most.tocsc()
        known = witness is not None and bool(np.isfinite(witness).all())
        self.point = witness.copy() if known and witness is not None else _optimise(one, np.zeros(len(one.variables)))
        self.low, self.high = self.point.copy(), self.point.copy()
        self.rng = np.random.default_rng(0)  # which directions are pushed changes the time taken, not the answer

    def short(self, of: Ints) -> Ints:
        """Give those of some variables whose range is not yet known to be wide enough."""
        return of[_down(self.high[of]) - _up(self.low[of]) < self.needed[of]]

    def push(self, one: _Component, of: Ints, aim: Floats) -> None:
        """Go as far as possible in a direction and widen the ranges of these variables by what is met."""
        solution = _optimise(one, aim)
        self.low[of] = np.minimum(self.low[of], solution)
        self.high[of] = np.maximum(self.high[of], solution)

    def push_nearby(self) -> None:
        """Prove ranges by moving a few counts only, all others held at one solution: a small program each time."""
        for size in BATCHES:
            starts = self.rng.permutation(self.short(self.asked))
            for first in range(0, len(starts), size):
                for sign in (-1.0, 1.0):
                    left = self.short(starts[first:first + size])
                    if len(left):
                        self._push_around(left, sign)

    def _push_around(self, starts: Ints, sign: float) -> None:
        near = np.unique(np.concatenate([self._surroundings(int(start)) for start in starts]))
        aim = np.zeros(len(near))
        left = np.isin(near, self.short(np.intersect1d(near, self.asked)))
        aim[left] = sign * self.rng.exponential(1.0, int(left.sum()))
        aim[np.isin(near, starts)] = sign * 20.0
        self.push(self._hold_others(near), near, aim)

    def _surroundings(self, start: int) -> Ints:
        """Collect variables that could make up for a change of this one, at random where there are many."""
        found = {start}
        edge = np.array([start])
        for _ in range(N_STEPS):
            rows = np.unique(self.equal[:, edge].indices)
            terms = [self.one.equal.indices[self.one.equal.indptr[row]:self.one.equal.indptr[row + 1]]
                     for row in self.rng.permutation(rows)[:MAX_NEARBY]]
            terms = [t if len(t) <= N_TERMS else self.rng.choice(t, N_TERMS, replace=False) for t in terms]
            edge = np.setdiff1d(np.concatenate([np.array([], dtype=np.int64), *terms]), list(found))
            found.update(edge.tolist())
            if not len(edge) or len(found) > MAX_NEARBY:
                break
        return np.array(sorted(found))

    def _hold_others(self, near: Ints) -> _Component:
        equal, most = self.equal[:, near], self.most[:, near]
        rows, limits = np.unique(equal.indices), np.unique(most.indices)
        equal, most = equal.tocsr()[rows], most.tocsr()[limits]
        slack = (self.one.most_to - self.one.most @ self.point)[limits]
        return replace(self.one, variables=near, equal=equal, equal_to=equal @ self.point[near], most=most,
                       most_to=slack + most @ self.point[near], lower=self.one.lower[near],
                       upper=self.one.upper[near])

    def outer(self, k: int) -> tuple[float, float]:
        """Bound a variable by the equations around it alone; true bounds are no wider."""
        edge, rows = np.array([k]), np.array([], dtype=np.int64)
        sizes = np.diff(self.one.equal.indptr)
        for _ in range(N_STEPS):
            rows = np.union1d(rows, self.equal[:, edge].indices)
            small = rows[sizes[rows] <= N_TERMS]
            edge = np.unique(self.one.equal[small].indices)
        part = self.one.equal[rows]
        near = np.unique(np.append(part.indices, k))
        none = sparse.csr_matrix((0, len(near)))
        one = replace(self.one, variables=near, equal=part[:, near], equal_to=self.one.equal_to[rows], most=none,
                      most_to=np.array([]), lower=self.one.lower[near], upper=self.one.upper[near])
        aim = (near == k).astype(float)
        return float(aim @ _optimise(one, aim)), float(aim @ _optimise(one, -aim))


def _solve(one: _Component, asked: Ints, needed: Floats, witness: Floats | None, *,
           exact: bool) -> tuple[Floats, Floats]:
    """Find the range of some variables of a component."""
    search = _Search(one, asked, needed, witness)
    low, high = search.low, search.high
    everything = np.arange(len(one.variables))
    narrow_low, narrow_high = np.full(len(asked), np.nan), np.full(len(asked), np.nan)
    is_large = len(one.variables) > LARGE
    for _ in range(0 if exact or is_large else N_PUSHES):
        left = search.short(asked)
        if not len(left):
            break
        aim = np.zeros(len(one.variables))
        aim[left] = search.rng.exponential(1.0, len(left)) ** 2  # a few at a time lead, which frees them to go far
        search.push(one, everything, -aim)
    if is_large and not exact:
        search.push_nearby()
    for at, k in enumerate(asked):
        if not exact and not len(search.short(np.array([k]))):
            continue
        if is_large and not exact:
            lowest, highest = search.outer(int(k))
            if float(_down(np.array(highest)) - _up(np.array(lowest))) < needed[at]:
                narrow_low[at], narrow_high[at] = lowest, highest
                continue
        aim = np.zeros(len(one.variables))
        aim[k] = 1.0
        search.push(one, everything, aim)
        search.push(one, everything, -aim)
    all_low = np.where(np.isnan(narrow_low), low[asked], narrow_low)
    all_high = np.where(np.isnan(narrow_high), high[asked], narrow_high)
    return _up(all_low), np.where(all_high >= one.cap / 2, np.inf, _down(all_high))


def _optimise(one: _Component, aim: Floats) -> Floats:
    """Give the solution that makes ``aim @ x`` least."""
    answer = linprog(aim, A_ub=one.most if one.most.shape[0] else None, b_ub=one.most_to if len(one.most_to) else None,
                     A_eq=one.equal if one.equal.shape[0] else None,
                     b_eq=one.equal_to if len(one.equal_to) else None,
                     bounds=np.column_stack([one.lower, one.upper]), method="highs-ds")
    if answer.status == 2:
        raise _contradiction()
    if answer.status != 0:
        raise DisclosureError(f"The attack on hidden counts could not be finished: {answer.message}",
                              hints=["Release fewer tables together, or coarser groups."])
    return np.clip(answer.x, one.lower, one.upper)


def _up(values: Floats) -> Floats:
    return np.ceil(values - ROUNDING) + 0.0  # no minus zero


def _down(values: Floats) -> Floats:
    return np.floor(values + ROUNDING)


def _contradiction() -> DisclosureError:
    return DisclosureError("The figures shown contradict each other: no whole numbers fit them all.",
                           hints=["Attack tables made from one and the same record, as they were released."])
