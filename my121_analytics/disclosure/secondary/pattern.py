"""Which further counts to hide so that no hidden one can be worked out: a pattern over all linked tables at once.

What is chosen depends on the numbers that are shown and on which are hidden, never on hidden values: two records that
look alike get the same pattern, so that the pattern itself tells nothing.
"""

from __future__ import annotations

import numpy as np

from my121_analytics.disclosure.linked_tables.system import Floats, Ints
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

__all__ = ["HiddenCellProblem", "Pattern", "choose_pattern", "count_open"]


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
    turn. Its solution is kept: together with the others it proves the ranges of many numbers at once. What was hidden
    for others' sake is shown again, the dearest first, where every range stays wide enough without it. In a small part
    an integer program then looks for something cheaper still (``exact_pattern``).

    Some zeros are hidden too. A reader who takes every hidden number to be at least 1 is mistaken there; where it can
    be had, the ranges that such a reader works out are wide enough as well.
    """
    hidden, cap = problem.hidden.copy(), problem.largest
    pinned = problem.hidden & ~problem.free & (problem.needed > 0)
    stuck = [np.flatnonzero(pinned)]
    found: list[tuple[Ints, Floats]] = []
    for at, part in problem.split():
        one = _choose_in_part(part, cap, most_programs, most_exact)
        hidden[at] = one.hidden
        stuck.append(at[one.open])
        found.append((at, one.points))
    return Pattern(hidden, np.sort(np.concatenate(stuck)), _join(problem.system.lower, found))


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


def _choose_in_part(part: HiddenCellProblem, cap: float, most_programs: int, most_exact: int) -> Pattern:
    if not part.system.equal.shape[0] + part.system.most.shape[0]:
        return _leave(part)
    try:
        found = _search(part, Search(part, strict=True, cap=cap), most_programs, most_exact)
    except TooTightError:
        found = None
    if found is None or found.open.size:
        found = _search(part, Search(part, strict=False, cap=cap), most_programs, most_exact)
    return found


def _search(part: HiddenCellProblem, search: Search, most_programs: int, most_exact: int) -> Pattern:
    search.protect()
    is_best = not search.added.any() and not search.stuck
    if not is_best and part.movable.sum() <= most_exact:
        search.confirm()
        exact = find_cheapest(part, *search.bounds, search.points, np.inf if search.stuck else search.total)
        if exact.pattern is not None:
            return exact.pattern
        is_best = exact.done
    if not search.stuck:
        n = len(part.cost)
        search.show_again(0 if is_best else max(min(most_programs, most_programs * MANY // n), FEWEST_PROGRAMS))
        search.confirm()
    return search.pattern


def _leave(part: HiddenCellProblem) -> Pattern:
    """A number that stands in no equation is safe once it is hidden."""
    least = np.where(part.hidden, np.maximum(part.system.lower, 1.0), part.system.lower)
    most = np.minimum(least + part.needed, part.system.upper)
    open_ = part.hidden & (most - least < part.needed)
    return Pattern(part.hidden, np.flatnonzero(open_), np.vstack([least, most]))


def _join(values: Floats, found: list[tuple[Ints, Floats]]) -> Floats:
    """Put the solutions of parts together: any of one part goes with any of another."""
    n = min(N_POINTS, max((len(points) for _, points in found), default=1))
    out = np.tile(values, (n, 1))
    for at, points in found:
        points = points[np.concatenate([[0], np.arange(max(len(points) - n + 1, 1), len(points))])]
        out[:, at] = points[0]
        out[:len(points), at] = points
    return out
