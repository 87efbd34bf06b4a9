"""Text beside a timescale that says something else: set aside only where it cannot change what the timescale means."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from my121_analytics.improvement.timescale.tokens import Token, load_table, scan

_TELLING = ("every", "immediate", "moved", "revised", "was", "status", "not_quite")
"""Kinds of words that change what a timescale means, beside the words listed in ``time_words.toml``."""
_LONGEST = 14
"""Words beyond which a cell holds prose, whose bearing on the timescale cannot be told."""


def is_aside(part: str | Sequence[Token]) -> bool:
    """Say whether a part of a cell can be set aside: ``linked to PDR cycle``, ``HR to lead``.

    Parameters
    ----------
    part
        Part of a cell that is no timescale itself.

    Returns
    -------
    bool
        False where it holds a figure, a word of time, or a word that may change the meaning (``if``, ``subject to``,
        ``review``, ``delayed``).
    """
    tokens = scan(part) if isinstance(part, str) else part
    words = _words_of(tokens)
    is_plain = not any(character.isdigit() or character in "?%" for token in tokens for character in token.text)
    is_telling = bool(set(words) & _telling_words()) or any(token.kind in _TELLING for token in tokens)
    return 0 < len(words) <= _LONGEST and is_plain and not is_telling


def is_undated(tokens: Sequence[Token]) -> bool:
    """Say whether a part of a cell names no time: beside ``TBC``, any reason for it may stand."""
    times = set(load_table("time_words.toml")["words"]) - {"agreed", "confirmed", "priority", "financial"}
    return bool(tokens) and not any(character.isdigit() for token in tokens for character in token.text) \
        and not set(_words_of(tokens)) & times


def _words_of(tokens: Sequence[Token]) -> list[str]:
    text = " ".join(token.text for token in tokens).replace("-", " ").replace("_", " ")
    return [word for word in text.split() if word[0].isalpha()]


@lru_cache(maxsize=1)
def _telling_words() -> frozenset[str]:
    return frozenset(load_table("time_words.toml")["telling_words"])
