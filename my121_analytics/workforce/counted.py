"""What is counted in more than one table, and what holds between such counts by definition.

The release gate takes these laws for what a reader knows. Whoever adds a table that counts people already counted
elsewhere declares them with a code from here (``results.Count``), or adds a code and its laws.

Codes, each of one cycle unless it says otherwise:

- ``posts``: everyone in post at the end of the cycle, and placements made for posts that ended before; by ``box`` or
  ``level``, 0 where there is none; those ``placed`` have a ``box``, or a ``level``.
- ``posts_in_force``, ``placed_in_force``, ``unplaced_in_force``, ``agreed_in_force``: those in post at its end, and of
  these with a placement, without one, with one that is agreed. ``ended``: placements of posts that ended before.
- ``people``: those in post, each once; ``owing`` conversations, with ``enough`` of them or ``too_few``, and those who
  have ``conversed`` at all; ``not_owing``: too new to owe any.
- ``stayers_box``, ``stayers_level``: posts placed in both of two cycles (by box, by level), by ``box_before`` and
  ``box_after`` (``level_...``), or by ``performance_step`` and ``potential_step``.
- ``present``, ``joined``, ``left``: posts that are there in both of two cycles, in the later only, in the earlier only;
  ``either``: all of these.
  ``present_box``, ``present_level``: those in both by box or level before and after, 0 where there is none.
- ``key_posts``, ``key_posts_named``, ``key_posts_ready``; ``actions``, ``actions_completed``, ``actions_overdue``;
  ``managers`` by ``verdict``; ``pairs`` of a manager's and an own placement;
  ``pairs_on_axis`` on one axis; ``conversations`` recorded as formal, and of these ``conversations_filled`` in a part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from my121_analytics.workforce.verdicts import VERDICTS

When = Literal["", "before", "after"]
WHENS: tuple[When, When] = ("before", "after")


@dataclass(frozen=True)
class Term:
    """One count of a law.

    Parameters
    ----------
    what
        Code.
    when
        Of a law on two cycles: empty for a count of both, else which of them.
    where
        Attribute and value in addition to the group that the law is about.
    rename
        Attribute of the group -> what it is called in this count.
    """

    what: str
    when: When = ""
    where: tuple[tuple[str, str], ...] = ()
    rename: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Law:
    """``whole`` is the sum of ``parts``, or at least that.

    Parameters
    ----------
    whole, parts
        Counts of one and the same group.
    exact
        Equal; else the parts make at most the whole.
    aside
        Attributes that a group may have for the law to hold; None: any. Someone may have been in another unit in the
        cycle before, so that a count of then is not split by units of now.
    """

    whole: Term
    parts: tuple[Term, ...]
    exact: bool = True
    aside: tuple[str, ...] | None = None


def _at_most(part: str, whole: str) -> Law:
    return Law(Term(whole), (Term(part),), exact=False)


def _of_outcome(outcome: str) -> tuple[Law, ...]:
    """Laws on posts placed in two cycles, by box or by level."""
    stayers, present = f"stayers_{outcome}", f"present_{outcome}"
    laws = []
    for when in WHENS:
        by = f"{outcome}_{when}"
        aside = (by,) if when == "before" else None
        laws += [Law(Term("posts", when, rename=((by, outcome),)), (Term(stayers),), exact=False, aside=aside),
                 Law(Term("posts", when, rename=((by, outcome),)), (Term(present),), exact=False, aside=aside)]
    return (*laws, Law(Term(present), (Term(stayers),), exact=False),
            Law(Term("present"), (Term(stayers),), exact=False, aside=("directorate", "service", "team")),
            Law(Term("present"), (Term(present),), aside=("directorate", "service", "team")))


LAWS: tuple[Law, ...] = (
    Law(Term("posts"), (Term("posts_in_force"), Term("ended"))),
    Law(Term("posts_in_force"), (Term("placed_in_force"), Term("unplaced_in_force"))),
    # Whoever has no placement is in post: posts that ended come in by their placements alone.
    Law(Term("posts", where=(("box", "0"),)), (Term("unplaced_in_force"),)),
    Law(Term("posts", where=(("level", "0"),)), (Term("unplaced_in_force"),)),
    Law(Term("posts", where=(("placed", "box"),)), (Term("posts", where=(("placed", "level"),)),)),
    Law(Term("posts"), (Term("posts", where=(("placed", "box"),)),), exact=False),
    _at_most("agreed_in_force", "placed_in_force"),
    _at_most("people", "posts_in_force"),
    _at_most("people", "posts"),  # by level too: each counts with the main post
    Law(Term("people"), (Term("owing"), Term("not_owing"))),
    _at_most("owing", "people"),
    Law(Term("owing"), (Term("enough"), Term("too_few"))),
    _at_most("enough", "conversed"),
    _at_most("conversed", "people"),
    _at_most("without_manager", "people"),
    Law(Term("posts", "after"), (Term("present"), Term("joined")), aside=("directorate", "service", "team")),
    Law(Term("posts", "before"), (Term("present"), Term("left")), aside=()),
    Law(Term("either"), (Term("present"), Term("joined"), Term("left"))),
    *_of_outcome("box"), *_of_outcome("level"),
    Law(Term("stayers_box"), (Term("stayers_level"),), aside=("directorate", "service", "team")),
    Law(Term("managers"), tuple(Term("managers", where=(("verdict", verdict),))
                                for verdict in VERDICTS)),
    _at_most("key_posts_ready", "key_posts_named"),
    _at_most("key_posts_named", "key_posts"),
    Law(Term("actions"), (Term("actions_completed"), Term("actions_overdue")), exact=False),
)
"""Laws that a record breaks (a rating that its box contradicts, a post that ended without a trace) are kept by the gate
with as much slack as the record needs."""

_PARTS: dict[str, set[str]] = {}
for _law in LAWS:
    _PARTS.setdefault(_law.whole.what, set()).update(part.what for part in _law.parts)
_NAMED = frozenset(_PARTS).union(*_PARTS.values())


def may_be_part(part: str, whole: str) -> bool:
    """Say whether those counted under one code may be some of those counted under another.

    Placements of posts are no part of the people in post, though there are fewer of them as a rule. What no law speaks
    of may be part of anything.
    """
    if part == whole or not {part, whole} <= _NAMED:
        return True
    found, left = {whole}, [whole]
    while left:
        more = _PARTS.get(left.pop(), set()) - found
        found |= more
        left += more
    return part in found


def find_rest(part: str, whole: str) -> str:
    """Give the code of what a whole is made of beside a part, by a law that is exact; empty where no law says so."""
    rests = [{term.what for term in law.parts} - {part} for law in LAWS
             if law.exact and law.whole == Term(whole) and Term(part) in law.parts and len(law.parts) == 2]
    return next((rest.pop() for rest in rests if rest), "")


UNPRINTED = ("ended",)
"""Counts that no table prints and that laws need."""
