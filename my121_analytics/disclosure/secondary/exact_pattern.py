"""The cheapest pattern of a small problem, by an integer program to which cuts are added (Fischetti and Salazar, 2001).

The program chooses what to hide; linear programs then play the reader. Where the reader gets a hidden number too
narrowly, the program's dual says what would have to be hidden for it to be wider: that is a cut, and the program
chooses anew. When no cut is found, nothing cheaper can protect. The cuts are made from what is shown alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy

from my121_analytics.disclosure.components import Component
from my121_analytics.disclosure.linear_program import FOUND
from my121_analytics.disclosure.linked_tables.system import ROUNDING, Bools, Floats, Ints
from my121_analytics.disclosure.secondary.hidden_cells import HiddenCellProblem, Pattern

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

MOST_ROUNDS = 40
"""Times that the integer program is asked anew. Numbers, not seconds, so that runs repeat."""
MOST_IMPOSSIBLE = 6
"""Rounds in a row without any solution at all: then nearly everything must be hidden, and little can be won."""
MOST_PLAYS = 300
"""Programs of a reader, over all rounds."""
MOST_NODES = 300
"""Branches of one integer program; with the best choice met by then the search goes on, but is not certain."""
MOST_CUTS = 20
"""Cuts of one round."""
N_PUSHES = 6
"""Programs of each round that push many hidden numbers at once, before single ones are asked about."""
N_POINTS = 400
"""Solutions kept for the rounds that follow."""


@dataclass(frozen=True)
class Exact:
    """The end of a search for the cheapest pattern.

    Parameters
    ----------
    pattern
        One that is cheaper than the one known before; None where none was found.
    done
        It is certain that none is cheaper than the one in hand.
    bound
        No pattern costs less.
    near
        The last choice, which may lack a little: a start for a search.
    """

    pattern: Pattern | None
    done: bool
    bound: float
    near: Bools


def find_cheapest(problem: HiddenCellProblem, lower: Floats, upper: Floats, known: Floats, at_most: float, *,
                  most_rounds: int = MOST_ROUNDS) -> Exact:
    """Find the cheapest numbers to hide so that every hidden one keeps its range.

    Parameters
    ----------
    problem
        What is known and what may be hidden.
    lower, upper
        Bounds of all numbers, finite, the shown ones fixed.
    known
        Solutions that are known already, whatever is hidden in them.
    at_most
        Cost of a pattern that is known; only a cheaper one is looked for.
    most_rounds
        Times that the integer program is asked anew.

    Returns
    -------
    Exact
    """
    return _Cuts(problem, lower, upper, known).find(at_most, most_rounds)


@dataclass
class _Cuts:
    """The cuts met so far, and solutions that prove ranges."""

    problem: HiddenCellProblem
    lower: Floats
    upper: Floats
    points: Floats
    rows: list[Floats] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        system = self.problem.system
        self.corners = self.points
        self.rng = np.random.default_rng(0)
        self.n_plays = self.n_impossible = 0
        self.n = len(self.lower)
        self.cap = float(self.problem.largest)
        self.movable = self.problem.movable
        self.equal, self.most = system.equal, system.most
        self.right = np.concatenate([system.equal_to, system.most_to])
        self.all_rows = scipy.sparse.vstack([self.equal, self.most], format="csr")
        self.is_equal = np.arange(self.all_rows.shape[0]) < self.equal.shape[0]
        self.least = np.where(self.is_equal, self.right, -np.inf)
        self.cost = np.where(self.movable, self.problem.cost, 0.0)

    def find(self, at_most: float, most_rounds: int) -> Exact:
        bound, sure, near = 0.0, True, np.zeros(self.n, dtype=bool)
        for _ in range(most_rounds):
            hidden, bound, chosen = self._choose()
            if hidden is None or self.n_plays > MOST_PLAYS or self.n_impossible > MOST_IMPOSSIBLE:
                break
            sure, near = sure and chosen, hidden
            if float(self.cost @ hidden) >= at_most * (1 - 1e-9):
                return Exact(None, sure, bound, hidden)
            lower, upper = self._bounds(hidden)
            component = Component(np.arange(self.n), self.all_rows, self.least, self.right, lower, upper)
            if self._cut(hidden, component):
                continue
            points = self._prove(hidden, component)
            if points is not None:
                nothing = np.array([], dtype=np.int64)
                return Exact(Pattern(hidden | self.problem.hidden, nothing, points), sure, bound, hidden)
            self._add(np.where(self.movable & ~hidden, 1.0, 0.0), 1.0)  # no part of this one does either
            sure = False
        return Exact(None, False, bound, near)

    # --- choosing --------------------------------------------------------------------------------------------------

    def _choose(self) -> tuple[Bools | None, float, bool]:
        """Give the cheapest numbers to hide that keep to all cuts, what none is cheaper than, and whether it is sure.

        None where nothing that could be hidden protects everything, or where it takes too long to tell.
        """
        from scipy.optimize import Bounds, LinearConstraint, milp  # loading it takes a while

        answer = milp(self.cost, integrality=np.ones(self.n),
                      bounds=Bounds(np.zeros(self.n), self.movable.astype(float)),
                      constraints=LinearConstraint(np.array(self.rows), np.array(self.limits), np.inf)
                      if self.rows else None, options={"node_limit": MOST_NODES, "mip_rel_gap": 0.0,
                                                             "presolve": False})  # with it HiGHS writes to the terminal
        if answer.x is None:
            return None, 0.0, False
        return np.asarray(answer.x > 0.5, dtype=bool), float(answer.mip_dual_bound), answer.status == FOUND

    def _bounds(self, hidden: Bools) -> tuple[Floats, Floats]:
        more = hidden & self.movable
        return np.where(more, 1.0, self.lower), np.where(more, self.cap, self.upper)

    def _add(self, row: Floats, limit: float) -> None:
        self.rows.append(row)
        self.limits.append(limit)

    # --- playing the reader ----------------------------------------------------------------------------------------

    def _short(self, hidden: Bools, met: Floats) -> tuple[Ints, Floats]:
        """List the hidden numbers whose range no solution met proves, the narrowest first; and the solutions."""
        shown = self.movable & ~hidden
        points = met[(np.abs(met[:, shown] - self.lower[shown]) <= ROUNDING).all(axis=1)]
        asked = np.flatnonzero((hidden | self.problem.hidden) & (self.problem.needed > 0))
        width = np.ptp(points[:, asked], axis=0) if len(points) else np.full(len(asked), -1.0)
        left = width < self.problem.needed[asked] - ROUNDING
        return asked[left][np.argsort(width[left], kind="stable")], points

    def _keep(self, component: Component, values: Floats) -> None:
        self.corners = np.vstack([self.corners, values[None, :]])[-N_POINTS:]
        whole = component.near(values)
        if whole is not None:
            self.points = np.vstack([self.points, whole[None, :]])[-N_POINTS:]

    def _cut(self, hidden: Bools, component: Component) -> bool:
        """Add cuts for numbers that the reader gets too narrowly; False where there are none."""
        n_before = len(self.rows)
        self._push(hidden, component)
        tried: set[int] = set()
        while len(self.rows) - n_before < MOST_CUTS:
            short = [int(k) for k in self._short(hidden, self.corners)[0] if int(k) not in tried]
            if not short:
                break
            k = short[0]
            tried.add(k)
            aim = np.zeros(self.n)
            aim[k] = 1.0
            ends = []
            for sign in (1.0, -1.0):
                end = self._play(component, sign * aim)
                if end is None:
                    self.n_impossible += 1
                    return self._cut_impossible(component) or len(self.rows) > n_before
                ends.append((end, sign * aim))
                if k not in self._short(hidden, self.corners)[0]:
                    break
            else:
                self._cut_narrow(k, ends)
        self.n_impossible = 0
        return len(self.rows) > n_before

    def _push(self, hidden: Bools, component: Component) -> None:
        """Widen many ranges with few programs."""
        for turn in range(N_PUSHES):
            short = self._short(hidden, self.corners)[0]
            if len(short) < N_PUSHES:
                return
            aim = np.zeros(self.n)
            aim[short] = self.rng.exponential(1.0, len(short)) ** 2 * (-1.0 if turn % 2 else 1.0)
            found = component.program.minimise(aim)
            if found is None:
                return
            self._keep(component, found)

    def _play(self, component: Component, aim: Floats) -> OptimizeResult | None:
        from scipy.optimize import linprog

        self.n_plays += 1
        answer = linprog(aim, A_ub=self.most if self.most.shape[0] else None,
                         b_ub=self.right[~self.is_equal] if self.most.shape[0] else None,
                         A_eq=self.equal if self.equal.shape[0] else None,
                         b_eq=self.right[self.is_equal] if self.equal.shape[0] else None,
                         bounds=np.column_stack([component.lower, component.upper]), method="highs-ds",
                         options={"presolve": False})
        if answer.status != FOUND:
            return None
        self._keep(component, answer.x)
        return answer

    def _gain(self, aim: Floats, equal: Floats, most: Floats) -> tuple[float, Floats]:
        """Turn a dual into a bound on ``aim @ x`` from below: what it is with nothing hidden, and what hiding takes."""
        most = np.minimum(most, 0.0)
        rest = aim - self.equal.T @ equal - self.most.T @ most
        up, down = np.maximum(rest, 0.0), np.minimum(rest, 0.0)
        constant = float(np.concatenate([equal, most]) @ self.right + up @ self.lower + down @ self.upper)
        return constant, np.where(self.movable, up * (self.lower - 1.0) - down * (self.cap - self.lower), 0.0)

    def _cut_narrow(self, k: int, ends: list[tuple[OptimizeResult, Floats]]) -> None:
        """Say that more must be hidden for the range of a number to be wide enough, if it is hidden."""
        duals = [self._gain(aim, end.eqlin.marginals, end.ineqlin.marginals) for end, aim in ends]
        gain = duals[0][1] + duals[1][1]
        missing = self.problem.needed[k] + duals[0][0] + duals[1][0] - gain[k]
        if missing <= ROUNDING:
            return
        row = np.minimum(np.where(gain > ROUNDING, gain / missing, 0.0), 1.0)
        row[k] = -1.0 if self.movable[k] else 0.0
        self._add(row, 0.0 if self.movable[k] else 1.0)

    def _cut_impossible(self, component: Component) -> bool:
        """Say that more must be hidden for there to be a solution at all."""
        from scipy.optimize import linprog

        n_equal, n_most = self.equal.shape[0], self.most.shape[0]
        slack = scipy.sparse.hstack([scipy.sparse.identity(n_equal), -scipy.sparse.identity(n_equal)])
        total = np.concatenate([np.zeros(self.n), np.ones(2 * n_equal + n_most)])
        none = scipy.sparse.csr_matrix((n_equal, n_most))
        limits = scipy.sparse.hstack([self.most, scipy.sparse.csr_matrix((n_most, 2 * n_equal)),
                                      -scipy.sparse.identity(n_most)])
        answer = linprog(total, A_eq=scipy.sparse.hstack([self.equal, slack, none]) if n_equal else None,
                         b_eq=self.right[self.is_equal] if n_equal else None,
                         A_ub=limits if n_most else None, b_ub=self.right[~self.is_equal] if n_most else None,
                         bounds=np.vstack([np.column_stack([component.lower, component.upper]),
                                           np.tile([0.0, np.inf], (2 * n_equal + n_most, 1))]), method="highs-ds")
        if answer.status != FOUND:
            return False
        constant, gain = self._gain(np.zeros(self.n), answer.eqlin.marginals, answer.ineqlin.marginals)
        if constant <= ROUNDING:
            return False
        self._add(np.minimum(np.where(gain > ROUNDING, gain / constant, 0.0), 1.0), 1.0)
        return True

    # --- proving ---------------------------------------------------------------------------------------------------

    def _prove(self, hidden: Bools, component: Component) -> Floats | None:
        """Give whole numbers that prove every range; None where there are none."""
        while True:
            short, points = self._short(hidden, self.points)
            if not len(short):
                return points
            k = int(short[0])
            aim = np.zeros(self.n)
            aim[k] = 1.0
            for sign in (1.0, -1.0):
                found = component.find_whole(sign * aim, MOST_NODES)
                if found is None:
                    return None
                self._keep(component, found)
            if k in self._short(hidden, self.points)[0]:
                return None


