"""Headings and words of plans and evidence files, by what they mean: read from data, compared as plain text."""

from __future__ import annotations

import re
from functools import lru_cache

from my121_analytics.packaged_data import read_packaged_toml

BULLETS = "•·▪●○◦■□➢►‣*"
"""Signs that plans put before the items of a list."""


def plain(text: str) -> str:
    """Give a text in lower case with letters and figures only, so that dashes and brackets do not matter.

    A per cent sign becomes its word, since "% complete" is a figure and "complete" a claim.
    """
    return re.sub(r"[^a-z0-9]+", " ", str(text).lower().replace("%", " percent ")).strip()


def spellings(table: str) -> dict[str, tuple[str, ...]]:
    """Give one table of the data: meaning -> spellings as plain text, the usual one first.

    Parameters
    ----------
    table
        A heading of ``headings.toml``: ``columns``, ``information``, ``progress``, ``evidence`` ...

    Returns
    -------
    dict
    """
    return _tables()[table]


def is_nothing(text: str) -> bool:
    """Say whether a cell stands for nothing: blank, dashes, question marks, ``n/a``, ``TBC``, ``nil``."""
    return not text.strip(" -–—.?") or plain(text) in spellings("nothing")["cell"]


def is_no_cost(text: str) -> bool:
    """Say whether a cell of costs or officer time says that there are none."""
    return plain(text) in spellings("nothing")["cost"]


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, tuple[str, ...]]]:
    return {table: {name: tuple(map(plain, synonyms)) for name, synonyms in entries.items()}
            for table, entries in read_packaged_toml("improvement", "headings.toml").items()}
