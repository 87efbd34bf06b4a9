"""The cheapest shown numbers to hide so that there is a solution: a program in which hiding costs once, however far.

A linear program can only charge by how far a number moves. It is asked again and again with each number's cost
spread over how far it moved the time before, which soon makes the moves few (Kim and Pardalos, 1999); where it matters
most, an integer program then chooses among all numbers that any of these solutions has moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints
from my121_analytics.disclosure.secondary.programs import IMPOSSIBLE, SOLVED, unfinished

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


@dataclass(frozen=True)
class CheapestChanges:
    """Unknowns that move for nothing and shown numbers that move at a cost.

    Parameters
    ----------
    free, movable
        Which numbers they are.
    matrix, right, is_equal
        Rows over ``free``, then ``movable``; equations, or at most ``right``. The value of shown numbers is taken
        out of ``right``: their moves count from 0.
    lower, upper
        Of the unknowns.
    value, cost
        Of the shown numbers.
    cap
        Stands for "without end".
    """

    free: Ints
    movable: Ints
    matrix: sparse.csr_matrix
    right: Floats
    is_equal: Bools
    lower: Floats
    upper: Floats
    value: Floats
    cost: Floats
    cap: float

    def find(self, *, thorough: bool) -> tuple[Floats, Floats] | None:
        """Give the unknowns and how far each shown number moves, at the least cost met; None where nothing does.

        Thorough: with further starts and the integer program, which takes ten times as long.
        """
        if (self.lower > self.upper).any():
            return None
        fall = np.maximum(self.value - 1.0, 1.0)
        starts = [(self.cost, self.cost)]
        starts += [(self.cost / reach, self.cost / np.minimum(fall, reach)) for reach in REACHES] if thorough else []
        found = []
        for up, down in starts:
            one = self._descend(up, down)
            if one is None:
                return None
            found.append(one)
        best = min(found, key=self._charge)
        if thorough and self._charge(best) > 0:
            chosen = self._choose([move for _, move in found])
            best = chosen if chosen is not None and self._charge(chosen) < self._charge(best) else best
        return best

    def find_whole(self) -> tuple[Floats, Floats] | None:
        """Give the same in whole numbers, any shown number moving; None where none are found."""
        if (self.lower > self.upper).any():
            return None
        return self._choose([np.ones(len(self.movable))])

    def _charge(self, found: tuple[Floats, Floats]) -> float:
        return float(self.cost[np.abs(found[1]) > MOVED].sum())

    def _descend(self, up: Floats, down: Floats) -> tuple[Floats, Floats] | None:
        best, least, idle = None, np.inf, 0
        for _ in range(N_SLOPES):
            found = self._solve(up, down)
            if found is None:
                return None
            size = np.abs(found[1])
            moved = size > MOVED
            charge = self._charge(found)
            best, least, idle = (found, charge, 0) if charge < least * (1 - 1e-9) else (best, least, idle + 1)
            if moved.sum() < 2 or idle >= N_IDLE:
                break
            up = down = self.cost / np.where(moved, size, max(float(size[moved].mean()), MOVED))
        return best

    def _solve(self, up: Floats, down: Floats) -> tuple[Floats, Floats] | None:
        n, m = len(self.free), len(self.movable)
        part = self.matrix[:, n:]
        limits = LinearConstraint(sparse.hstack([self.matrix, -part], format="csr"),
                                  np.where(self.is_equal, self.right, -np.inf), self.right)
        for presolve in (False, True):
            answer = milp(np.concatenate([np.zeros(n), up, down]), constraints=limits if len(self.right) else None,
                          bounds=Bounds(np.concatenate([self.lower, np.zeros(2 * m)]),
                                        np.concatenate([self.upper, np.full(m, self.cap), self.value - 1.0])),
                          options={"presolve": presolve})
            if answer.status in (SOLVED, IMPOSSIBLE):
                break
        if answer.status == IMPOSSIBLE:
            return None
        if answer.x is None:
            raise unfinished(answer.message)
        return np.clip(answer.x[:n], self.lower, self.upper), answer.x[n:n + m] - answer.x[n + m:]

    def _choose(self, seen: list[Floats]) -> tuple[Floats, Floats] | None:
        """Choose among the numbers that were seen to move."""
        size = np.abs(np.array(seen)).max(axis=0)
        some = np.flatnonzero(size > MOVED)
        n, m = len(self.free), len(some)
        rise = np.maximum(ROOM, np.ceil(2 * size[some]))
        fall = self.value[some] - 1.0
        rows = sparse.hstack([self.matrix[:, :n], self.matrix[:, n + some],
                              sparse.csr_matrix((self.matrix.shape[0], m))], format="csr")
        none, each = sparse.csr_matrix((m, n)), sparse.identity(m)
        limits = [LinearConstraint(rows, np.where(self.is_equal, self.right, -np.inf), self.right),
                  LinearConstraint(sparse.hstack([none, each, -sparse.diags(rise)]), -np.inf, 0.0),
                  LinearConstraint(sparse.hstack([none, each, sparse.diags(fall)]), 0.0, np.inf)]
        answer = milp(np.concatenate([np.zeros(n + m), self.cost[some]]), integrality=np.ones(n + 2 * m),
                      bounds=Bounds(np.concatenate([self.lower, -fall, np.zeros(m)]),
                                    np.concatenate([self.upper, rise, np.ones(m)])),
                      constraints=limits, options={"node_limit": MOST_NODES, "presolve": False})
        if answer.x is None:
            return None
        move = np.zeros(len(self.movable))
        move[some] = np.round(answer.x[n:n + m])
        return np.clip(np.round(answer.x[:n]), self.lower, self.upper), move
