"""Timescales that replaced another: ``Sept 2013 revised to Dec 2013``, ``Dec 2013 (was Sept 2013)``."""

from __future__ import annotations

from typing import NamedTuple

from my121_analytics.improvement.timescale.tokens import PUNCTUATION, Tokens, compile_pattern, kinds_of, trim


class RevisionRule(NamedTuple):
    """A pattern that names the ``old`` and the ``new`` timescale, whether it is loose, and a phrase that it reads."""

    pattern: str
    is_loose: bool
    example: str


class Revision(NamedTuple):
    """A timescale and the one it replaced.

    Parameters
    ----------
    old, new
        Their tokens; ``old`` is empty where only the new one is given.
    is_loose
        The words may also say when the plan was revised; the two must then be dates in order.
    """

    old: Tokens
    new: Tokens
    is_loose: bool


RULES: tuple[RevisionRule, ...] = tuple(RevisionRule(*row) for row in (
    ("heading? now? CHANGED heading? from <old> to|until|arrow <new>", False, "revised from Sept 2013 to Dec 2013"),
    ("bracket was colon? <old> bracket comma? <new>", False, "(was June 2013) Sept 2013"),
    ("was? heading? SIGN* <old> SIGN* then|and|but|heading* ( now? CHANGED heading? to|until|colon | revised|new "
     "heading | now|arrow ) SIGN* <new>", False, "Sept 2013 revised to Dec 2013"),
    ("was? heading? SIGN* <old> SIGN* revised|new|updated SIGN* <new>", True, "Sept 2013 (revised Dec 2013)"),
    ("revised|now|new? heading? SIGN* <new> SIGN* ( was | now? CHANGED from ) heading? SIGN* <old>", False,
     "Dec 2013 (was Sept 2013)"),
    ("( now? CHANGED heading? to|until | revised|new|updated ( heading colon|is|to|dash* | colon|dash ) ) SIGN* <new>",
     False, "revised to March 2014"),
))
"""How a timescale that replaced another is written."""
_SPEAK_OF_ONE = ("moved", "revised", "updated", "new", "now", "was", "arrow")


def find_revisions(tokens: Tokens) -> list[Revision]:
    """List the ways in which a phrase may be a revised timescale.

    Parameters
    ----------
    tokens
        Of :func:`~my121_analytics.improvement.timescale.tokens.scan`.

    Returns
    -------
    list of Revision
        Whether the two parts are timescales is for the caller to see; empty where the phrase speaks of no revision.
    """
    if not any(token.kind in _SPEAK_OF_ONE for token in tokens):
        return []
    kinds = kinds_of(tokens)
    found = []
    for rule in RULES:
        match = compile_pattern(rule.pattern).fullmatch(kinds)
        if match is None:
            continue
        old, new = (trim(_tokens_at(tokens, kinds, match.span(name)) if name in match.groupdict() else (),
                         (*PUNCTUATION, "heading")) for name in ("old", "new"))
        if new and new[0].kind != "from":
            found.append(Revision(old, new, rule.is_loose))
    return found


def _tokens_at(tokens: Tokens, kinds: str, place: tuple[int, int]) -> Tokens:
    first, last = (kinds.count(" ", 0, end) for end in place)
    return tokens[first:last]
