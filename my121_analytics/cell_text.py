"""Text on its way into a cell and back: what no file may hold, and what keeps it from being a formula."""

from __future__ import annotations

import re

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula; the list is OWASP's, on CSV injection."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def clean_text(text: str) -> str:
    """Take out what neither XML nor HTML may hold (control characters, lone surrogates); everything else stays."""
    return _UNPRINTABLE.sub("\ufffd", text)


def guard(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run."""
    return f"'{text}" if text.startswith(RISKY) else text


def unguard(text: str) -> str:
    """Take off the apostrophe that keeps a spreadsheet from running a text."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(RISKY) else text
