"""The cheapest shown numbers to hide so that there is a solution: a program in which hiding costs once, however far.

A linear program can only charge by how far a number moves. It is asked again and again with each number's cost
spread over how far it moved the time before, which soon makes the moves few (Kim and Pardalos, 1999); where it matters
most, an integer program then chooses among all numbers that any of these solutions has moved.
"""

from __future__ import annotations

import numpy as np
import scipy

from my121_analytics.disclosure.linear_program import LinearProgram
from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints

MOVED = 1e-6
"""A shown number that a program would move by less than this is not moved."""
N_SLOPES = 15
"""Programs of one descent, at most."""
N_IDLE = 2
"""Programs in a row that make it no cheaper, after which a descent ends."""
REACHES = (10.0, 30.0)
"""Further starts: the cost spread over so many units, or over as far as a number can fall."""
ROOM = 15.0
"""How far a number may move in the integer program, and twice as far as it was seen to move."""
MOST_NODES = 1
"""Branches of the integer program."""


class CheapestChanges:
    """Unknowns that move for nothing and shown numbers that move at a cost, in one program for a whole search.

    Parameters
    ----------
    rows, least, most
        ``least <= rows @ x <= most`` over all numbers.
    lower, upper
        Of all numbers, shown ones fixed.
    movable
        Shown numbers that may be hidden.
    cost
        Of hiding each number.
    cap
        Stands for "without end".

    Notes
    -----
    Beside a column for each number the program has two for each movable one: how far it rises and how far it falls.
    Once a number is hidden, these two are closed and its own bounds opened, so that the program need not be built anew.
    """

    def __init__(self, rows: scipy.sparse.csr_matrix, least: Floats, most: Floats, lower: Floats, upper: Floats,
                 movable: Bools, cost: Floats, cap: float) -> None:
        self.rows, self.least, self.most, self.cost, self.cap = rows, least, most, cost, cap
        self.lower, self.upper = lower.copy(), upper.copy()
        self.movable: Ints = np.flatnonzero(movable)
        self.fall = lower[self.movable] - 1.0
        part = rows[:, self.movable]
        self.is_closed = np.zeros(len(self.movable), dtype=bool)
        self.program = LinearProgram(
            scipy.sparse.hstack([rows, part, -part], format="csr"), least, most,
            np.concatenate([lower, np.zeros(2 * len(self.movable))]),
            np.concatenate([upper, np.full(len(self.movable), cap), self.fall]))

    def set_bounds(self, numbers: Ints, lower: Floats, upper: Floats) -> None:
        """Change what is known of some numbers: hidden ones move for nothing from now on, shown ones at a cost."""
        self.lower[numbers], self.upper[numbers] = lower, upper
        self.program.set_bounds(numbers, lower, upper)
        self._close(np.flatnonzero(np.isin(self.movable, numbers)))

    def _close(self, at: Ints) -> None:
        """Open the moves of shown numbers, and close those of hidden ones."""
        numbers, n, m = self.movable[at], len(self.lower), len(self.movable)
        self.is_closed[at] = (self.lower < self.upper)[numbers]
        nothing = np.zeros(len(at))
        self.program.set_bounds(n + at, nothing, np.where(self.is_closed[at], 0.0, self.cap))
        self.program.set_bounds(n + m + at, nothing, np.where(self.is_closed[at], 0.0, self.fall[at]))

    def find(self, *, thorough: bool) -> Floats | None:
        """Give all numbers, the shown ones moved at the least cost met; None where there is no solution.

        Thorough: with further starts and the integer program, which takes ten times as long.
        """
        price, fall = self.cost[self.movable], np.maximum(self.fall, 1.0)
        starts = [(price, price)]
        starts += [(price / reach, price / np.minimum(fall, reach)) for reach in REACHES] if thorough else []
        descents = []
        for up, down in starts:
            end = self._descend(up, down)
            if end is None:
                return None
            descents.append(end)
        best = min(descents, key=self._charge)
        if thorough and self._charge(best) > 0:
            chosen = self._choose([move for _, move in descents])
            best = chosen if chosen is not None and self._charge(chosen) < self._charge(best) else best
        return self._moved(best)

    def find_whole(self) -> Floats | None:
        """Give the same in whole numbers, any shown number moving; None where none are found."""
        if (self.lower > self.upper).any():
            return None
        chosen = self._choose([np.where(self.is_closed, 0.0, 1.0)])
        return None if chosen is None else self._moved(chosen)

    def _moved(self, solution: tuple[Floats, Floats]) -> Floats:
        values, moves = solution[0].copy(), solution[1]
        values[self.movable] += moves
        return values

    def _charge(self, solution: tuple[Floats, Floats]) -> float:
        return float(self.cost[self.movable][np.abs(solution[1]) > MOVED].sum())

    def _descend(self, up: Floats, down: Floats) -> tuple[Floats, Floats] | None:
        best, least, idle, price = None, np.inf, 0, self.cost[self.movable]
        for _ in range(N_SLOPES):
            solution = self._solve(up, down)
            if solution is None:
                return None
            size = np.abs(solution[1])
            moved = size > MOVED
            charge = self._charge(solution)
            best, least, idle = (solution, charge, 0) if charge < least * (1 - 1e-9) else (best, least, idle + 1)
            if moved.sum() < 2 or idle >= N_IDLE:
                break
            up = down = price / np.where(moved, size, max(float(size[moved].mean()), MOVED))
        return best

    def _solve(self, up: Floats, down: Floats) -> tuple[Floats, Floats] | None:
        """Give values of all numbers before, and moves of the movable ones, with these prices for each step."""
        n, m = len(self.lower), len(self.movable)
        corner = self.program.minimise(np.concatenate([np.zeros(n), up, down]))
        return None if corner is None else (corner[:n], corner[n:n + m] - corner[n + m:])

    def _choose(self, moves: list[Floats]) -> tuple[Floats, Floats] | None:
        """Choose among the numbers that were seen to move, each at its cost once it moves at all.

        A number that moves switches on a variable of its own that is 0 or 1 (a "big M" for each number: as far as it
        may rise, as far as it may fall).
        """
        from scipy.optimize import Bounds, LinearConstraint, milp  # loading it takes a while

        size = np.abs(np.array(moves)).max(axis=0)
        chosen = np.flatnonzero(size > MOVED)
        free = np.flatnonzero(self.lower < self.upper)
        n, m = len(free), len(chosen)
        rise, fall = np.maximum(ROOM, np.ceil(2 * size[chosen])), self.fall[chosen]
        fixed = self.rows @ np.where(self.lower < self.upper, 0.0, self.lower)
        rows = scipy.sparse.hstack([self.rows[:, free], self.rows[:, self.movable[chosen]],
                                    scipy.sparse.csr_matrix((self.rows.shape[0], m))], format="csr")
        used = np.flatnonzero(np.diff(rows.indptr))
        none, each = scipy.sparse.csr_matrix((m, n)), scipy.sparse.identity(m)
        limits = [LinearConstraint(rows[used], (self.least - fixed)[used], (self.most - fixed)[used]),
                  LinearConstraint(scipy.sparse.hstack([none, each, -scipy.sparse.diags(rise)]), -np.inf, 0.0),
                  LinearConstraint(scipy.sparse.hstack([none, each, scipy.sparse.diags(fall)]), 0.0, np.inf)]
        answer = milp(np.concatenate([np.zeros(n + m), self.cost[self.movable[chosen]]]),
                      integrality=np.ones(n + 2 * m),
                      bounds=Bounds(np.concatenate([self.lower[free], -fall, np.zeros(m)]),
                                    np.concatenate([self.upper[free], rise, np.ones(m)])),
                      constraints=limits, options={"node_limit": MOST_NODES, "presolve": False})
        if answer.x is None:
            return None
        values, move = self.lower.copy(), np.zeros(len(self.movable))
        values[free] = np.clip(np.round(answer.x[:n]), self.lower[free], self.upper[free])
        move[chosen] = np.round(answer.x[n:n + m])
        return values, move
