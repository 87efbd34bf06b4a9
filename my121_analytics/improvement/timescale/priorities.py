"""Priorities as plans write them beside or instead of a timescale: ``High``, ``H``, ``Priority 1``, ``P2``."""

from __future__ import annotations

import re

PRIORITIES = ("High", "Medium", "Low")
_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
PRIORITY = re.compile(r"(?:priority (?:level )?)?(?P<word>high|medium|med|low|[hml])(?: priority)?|"
                      r"(?:priority (?:level |no\.? ?)?|pri\.? ?|p ?)(?P<number>[1-5])|"
                      r"priority (?P<spelt>one|two|three|four|five)")
_BESIDE_FIRST = re.compile(rf"(?P<priority>{re.sub(r'[?]P<[a-z]+>', '', PRIORITY.pattern)})[ :/-]+(?P<rest>.+)")
_BESIDE_LAST = re.compile(rf"(?P<rest>.+?)[ :/-]+(?P<priority>{re.sub(r'[?]P<[a-z]+>', '', PRIORITY.pattern)})")
_SINGLE_LETTER = re.compile(r"[hml]")


def read_priority(phrase: str) -> str:
    """Give the priority that a phrase is, and nothing else.

    Parameters
    ----------
    phrase
        Tidied: lower case, single spaces.

    Returns
    -------
    str
        ``High``, ``Medium``, ``Low``, or the figure of a numbered priority (plans number them on scales of their
        own); empty where the phrase is no priority.
    """
    found = PRIORITY.fullmatch(phrase)
    if not found:
        return ""
    if found["word"]:
        return {"h": "High", "m": "Medium", "l": "Low"}[found["word"][0]]
    return found["number"] or _NUMBERS[found["spelt"]]


def split_priority(phrase: str) -> tuple[str, str]:
    """Split a phrase that begins or ends with a priority.

    Parameters
    ----------
    phrase
        Tidied: lower case, single spaces.

    Returns
    -------
    tuple of str
        The priority and the rest; both empty where there is none. A single letter counts at the beginning only:
        ``12 m`` is a length of time.
    """
    found = _BESIDE_FIRST.fullmatch(phrase)
    if not found:
        found = _BESIDE_LAST.fullmatch(phrase)
        if found and _SINGLE_LETTER.fullmatch(found["priority"]):
            found = None
    return (read_priority(found["priority"]), found["rest"]) if found else ("", "")
