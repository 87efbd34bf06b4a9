"""Text beside a timescale that says something else: set aside only where it cannot change what the timescale means."""

from __future__ import annotations

import re
from functools import lru_cache

from my121_analytics.improvement.timescale.tokens import load_table

_LONGEST = 14
"""Words beyond which a cell holds prose, whose bearing on the timescale cannot be told."""


def is_aside(phrase: str) -> bool:
    """Say whether a part of a cell can be set aside: ``linked to PDR cycle``, ``HR to lead``.

    Parameters
    ----------
    phrase
        Tidied part of a cell that is no timescale itself.

    Returns
    -------
    bool
        False where it holds a figure, a word of time, or a word that may change the meaning (``if``, ``subject to``,
        ``review``, ``delayed``).
    """
    words = re.findall(r"[a-z][a-z'-]*", phrase)
    return 0 < len(words) <= _LONGEST and not re.search(r"\d|[?%]", phrase) and not _telling_words() & {
        part for word in words for part in (word, *word.split("-"))}


def is_undated(phrase: str) -> bool:
    """Say whether a part of a cell names no time: beside ``TBC``, any reason for it may stand."""
    words = set(re.findall(r"[a-z]+", phrase))
    times = set(load_table("time_words.toml")["words"]) - {"agreed", "confirmed", "priority", "financial"}
    return not re.search(r"\d", phrase) and not words & times


@lru_cache(maxsize=1)
def _telling_words() -> frozenset[str]:
    return frozenset(load_table("time_words.toml")["telling_words"])
