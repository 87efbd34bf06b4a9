"""Which further counts to hide so that no hidden one can be worked out: a pattern over all linked tables at once.

What is chosen depends on the numbers that are shown and on which are hidden, never on hidden values: two records that
look alike get the same pattern, so that the pattern itself tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from my121_analytics.disclosure.linked_tables.system import Ints
from my121_analytics.disclosure.secondary.exact_pattern import find_cheapest
from my121_analytics.disclosure.secondary.hidden_cells import HiddenCellProblem, Pattern
from my121_analytics.disclosure.secondary.search import N_POINTS, Search, TooTightError

MOST_PROGRAMS = 4000
"""Programs spent on showing again what is hidden without need; a number, not a time, so that runs repeat."""
MANY = 150
"""Numbers of a part from which on a program takes notably longer: fewer are spent there, in proportion."""
FEWEST_PROGRAMS = 30
"""But no fewer than these."""
MOST_EXACT = 80
"""Numbers that could be hidden, up to which a part is solved exactly."""
LARGE_FOR_EXACT = 200
"""Numbers of a part, hidden ones included, from which on it is not solved exactly, however few could be hidden: beside
an earlier release most numbers are unknowns, and each of the reader's programs then takes a second. What the search
found is published, which may be a little less."""
MOST_CONFIRMED = 1_000
"""Numbers of a part up to which ranges are proven in whole numbers here. In larger ones corners are hardly ever whole,
and a search without a solution to begin with takes minutes. The attacker, who must find the proof in any case, has one:
the true counts; where it finds none, a table is kept back."""
N_STARTS = 3
"""Searches of a part that begin in different directions. Which numbers happen to be hidden first decides which others
follow: measured on reports of 150 staff, the cost of one search and another differ by a tenth, now and then by half."""
LARGE_FOR_STARTS = 1100
"""Numbers of a part from which on it is searched once; of a smaller one as many searches are made as take that time,
which grows with the square of the numbers."""

__all__ = ["Draft", "HiddenCellProblem", "Pattern", "choose_pattern", "count_open", "draft_pattern"]


def choose_pattern(problem: HiddenCellProblem, *, most_programs: int = MOST_PROGRAMS,
                   most_exact: int = MOST_EXACT) -> Pattern:
    """Hide numbers until each hidden one keeps a wide enough range, at the least cost that is found.

    Parameters
    ----------
    problem
        What is known and what may be hidden.
    most_programs
        Programs spent on showing numbers again.
    most_exact
        Numbers that could be hidden, up to which a part that shares no equation with others is solved exactly.

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
    turn. Its solution is kept: together with the others it proves the ranges of many numbers at once. The cheapest of a
    few such searches goes on: what was hidden for others' sake is shown again, the dearest first, where every range
    stays wide enough without it. In a small part an integer program then looks for something cheaper still
    (``exact_pattern``).

    Some zeros are hidden too. A reader who takes every hidden number to be at least 1 is mistaken there; where it can
    be had, the ranges that such a reader works out are wide enough as well.
    """
    return draft_pattern(problem, most_exact=most_exact).finish(most_programs)


def draft_pattern(problem: HiddenCellProblem, *, most_exact: int = MOST_EXACT) -> Draft:
    """Do the first half of :func:`choose_pattern`, a fraction of the work: enough to compare two sets of tables."""
    cap = problem.largest
    return Draft(problem, tuple((at, _draft_part(part, cap, most_exact)) for at, part in problem.split()))


@dataclass(frozen=True)
class Draft:
    """Patterns that protect in fractions, with numbers hidden that could be shown.

    Parameters
    ----------
    problem
        What is known and what may be hidden.
    parts
        The numbers of each part, and how far it has come.
    """

    problem: HiddenCellProblem
    parts: tuple[tuple[Ints, _PartDraft], ...]

    @property
    def pattern(self) -> Pattern:
        """What is hidden so far; ranges are proven in fractions only."""
        return self._join([(at, part.pattern) for at, part in self.parts])

    def finish(self, most_programs: int = MOST_PROGRAMS) -> Pattern:
        """Show what is hidden without need, and prove ranges in whole numbers but in parts above ``MOST_CONFIRMED``."""
        return self._join([(at, part.finish(most_programs)) for at, part in self.parts])

    def _join(self, parts: list[tuple[Ints, Pattern]]) -> Pattern:
        """Put the solutions of parts together: any of one part goes with any of another."""
        problem = self.problem
        hidden, pinned = problem.hidden.copy(), problem.hidden & ~problem.free & (problem.needed > 0)
        n = min(N_POINTS, max((len(pattern.points) for _, pattern in parts), default=1))
        points, stuck = np.tile(problem.system.lower, (n, 1)), [np.flatnonzero(pinned)]
        for at, pattern in parts:
            hidden[at] = pattern.hidden
            stuck.append(at[pattern.open])
            latest = np.arange(max(len(pattern.points) - n + 1, 1), len(pattern.points))
            chosen = pattern.points[np.concatenate([[0], latest])]
            points[:, at] = chosen[0]
            points[:len(chosen), at] = chosen
        return Pattern(hidden, np.sort(np.concatenate(stuck)), points)


@dataclass(frozen=True)
class _PartDraft:
    """How far the search in one part has come.

    Parameters
    ----------
    problem
        The part.
    search
        The state of the search; none where the pattern is final.
    settled
        The pattern where it is final.
    is_cheapest
        No pattern is cheaper.
    otherwise
        The part with more that may be hidden, where this does not do in the end.
    """

    problem: HiddenCellProblem
    search: Search | None = None
    settled: Pattern | None = None
    is_cheapest: bool = False
    otherwise: HiddenCellProblem | None = None

    @property
    def pattern(self) -> Pattern:
        """What is hidden so far."""
        if self.settled is not None:
            return self.settled
        assert self.search is not None
        return self.search.pattern

    def finish(self, most_programs: int) -> Pattern:
        """Show what is hidden without need, and prove the ranges."""
        pattern = self._finish(most_programs)
        if self.otherwise is None or not pattern.open.size:
            return pattern
        assert self.search is not None
        return _draft_all(self.otherwise, self.search.cap, MOST_EXACT).finish(most_programs)

    def _finish(self, most_programs: int) -> Pattern:
        """Do it once; where ranges cannot be proven, no zero is taken to be 1."""
        search = self.search
        if self.settled is not None or search is None or search.stuck:
            return self.pattern
        n = len(self.problem.cost)
        search.show_again(0 if self.is_cheapest else max(min(most_programs, most_programs * MANY // n),
                                                         FEWEST_PROGRAMS))
        if n <= MOST_CONFIRMED:
            search.confirm()
        if search.stuck and search.strict:
            return _PartDraft(self.problem, _begin(self.problem, search.cap, strict=False))._finish(most_programs)
        return search.pattern


def count_open(problem: HiddenCellProblem, enough: float) -> int:
    """Count the hidden numbers that nothing protects, up to as many as are enough to know."""
    n_open, cap = int((problem.hidden & ~problem.free & (problem.needed > 0)).sum()), problem.largest
    for _, part in problem.split():
        if n_open >= enough:
            break
        search = Search(part, strict=False, cap=cap)
        search.protect(enough - n_open)
        n_open += len(search.stuck)
    return n_open


def _draft_part(part: HiddenCellProblem, cap: float, most_exact: int) -> _PartDraft:
    """Hide what is to be hidden last only where hiding others does not do."""
    held = part.without_last
    draft = None if held is None else _draft_all(held, cap, most_exact)
    if draft is None or draft.pattern.open.size:
        return _draft_all(part, cap, most_exact)
    return replace(draft, otherwise=part)


def _draft_all(part: HiddenCellProblem, cap: float, most_exact: int) -> _PartDraft:
    if not part.system.equal.shape[0] + part.system.most.shape[0]:
        return _PartDraft(part, settled=_leave(part))
    try:
        # What leaves a number open here is thrown away, unless an exact solution may follow.
        search = _begin(part, cap, strict=True, enough=np.inf if _is_small(part, most_exact) else 1)
        draft = _improve_exactly(part, search, most_exact)
    except TooTightError:
        draft = None
    if draft is None or draft.pattern.open.size:
        draft = _improve_exactly(part, _begin(part, cap, strict=False), most_exact)
    return draft


def _begin(part: HiddenCellProblem, cap: float, *, strict: bool, enough: float = np.inf) -> Search:
    """Search in a few directions, and give the search that hides at the least cost.

    A search that is dearer already than another was in the end is given up, as hiding more only adds to it. One that
    leaves a number open ends the matter: what cannot be protected mostly cannot be from any start. Once so many are
    open as are enough to know, a search ends.
    """
    best = Search(part, strict=strict, cap=cap)
    best.protect(enough)
    if part.movable.sum() <= MOST_EXACT:
        return best
    for seed in range(1, min(N_STARTS, int((LARGE_FOR_STARTS / len(part.cost)) ** 2))):
        if best.stuck or not best.added.any():
            break
        other = Search(part, strict=strict, cap=cap, seed=seed)
        other.protect(most_cost=best.total)
        if not other.stuck and other.total < best.total:
            best = other
    return best


def _improve_exactly(part: HiddenCellProblem, search: Search, most_exact: int) -> _PartDraft:
    """Look for the cheapest pattern of all where a part is small."""
    is_cheapest = not search.added.any() and not search.stuck
    if is_cheapest or not _is_small(part, most_exact):
        return _PartDraft(part, search, is_cheapest=is_cheapest)
    search.confirm()
    exact = find_cheapest(part, *search.bounds, search.points, np.inf if search.stuck else search.total)
    return _PartDraft(part, search, exact.pattern, is_cheapest=exact.done)


def _is_small(part: HiddenCellProblem, most_exact: int) -> bool:
    """Say whether a part is solved exactly."""
    return bool(part.movable.sum() <= most_exact and len(part.cost) <= LARGE_FOR_EXACT)


def _leave(part: HiddenCellProblem) -> Pattern:
    """A count in no equation needs no further suppression."""
    least = np.where(part.hidden, np.maximum(part.system.lower, 1.0), part.system.lower)
    most = np.minimum(least + part.needed, part.system.upper)
    open_ = part.hidden & (most - least < part.needed)
    return Pattern(part.hidden, np.flatnonzero(open_), np.vstack([least, most]))
