"""Slips of the hand in a timescale's words, and its words in Welsh: put right only where one word can be meant."""

from __future__ import annotations

import re

from my121_analytics.improvement.timescale.tokens import load_table

_YEAR = r"(?:fy ?)?(?:\d{4}|\d{2})[/-](?:\d{4}|\d{2})"
_QUARTER = r"(?:q|quarter )([1-4])"
_COLON = re.compile(rf"\b({_YEAR}) ?: ?(?=q(?:uarter )?[1-4]\b)|\b(q(?:uarter )?[1-4]) ?: ?(?=(?:fy ?)?\d)")
_ROW = re.compile(rf"{_QUARTER}(?: ?/ ?{_QUARTER})+".replace("([1-4])", "[1-4]"))
_WITH_YEAR = re.compile(rf"(?:(?P<before>{_YEAR}) )?(?P<row>{_ROW.pattern})(?: (?P<after>{_YEAR}))?")
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_FOR_ANY_SLIP = 5
"""A shorter word is one slip away from too many others; in it only two letters that changed places are put right."""
_SHORTEST = 4


def mend_words(phrase: str) -> str:
    """Put right the words of a phrase that are one slip away from exactly one word of timescales.

    Parameters
    ----------
    phrase
        Tidied text that could not be read as it stands.

    Returns
    -------
    str
        With Welsh words of time in English, and ``febuary`` as ``february``; a word near to two known ones, or that is
        a word of its own (``match``), is left as it is.
    """
    known = load_table("time_words.toml")["welsh"] | load_table("time_words.toml")["slips"]
    mended = _WORD.sub(lambda word: known.get(word[0], word[0]), phrase)
    return _WORD.sub(lambda word: _nearest(word[0]), mended)


def join_quarters(phrase: str) -> str:
    """Write quarters beside their year in the one form that is read.

    Parameters
    ----------
    phrase
        Tidied text.

    Returns
    -------
    str
        Without the colon between year and quarter, and with quarters that follow each other as the first and the last:
        ``2024/25: q1/q2/q3`` is ``2024/25 q1-q3``. Quarters with a gap between them, or with a comma or an "and", which
        may be two days for two actions, are left as they are.
    """
    phrase = _COLON.sub(lambda found: f"{found[1] or found[2]} ", phrase)
    found = _WITH_YEAR.fullmatch(phrase)
    if found is None or bool(found["before"]) == bool(found["after"]):
        return phrase
    numbers = [int(number) for number in re.findall(r"(?:q|quarter )([1-4])", found["row"])]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return phrase
    return " ".join(filter(None, (found["before"], f"q{numbers[0]}-q{numbers[-1]}", found["after"])))


def _nearest(word: str) -> str:
    vocabulary = load_table("time_words.toml")
    words = vocabulary["words"]
    if len(word) < _SHORTEST or word in words or word in vocabulary["other_words"]:
        return word
    near = [known for known in words if _is_one_slip(word, known)]
    stems = {known.removesuffix("s") for known in near}
    return max(near, key=len) if len(stems) == 1 else word


def _is_one_slip(word: str, known: str) -> bool:
    """Tell whether one letter was missed, added, mistaken, or changed places with the next."""
    if len(word) == len(known):
        differ = [i for i in range(len(word)) if word[i] != known[i]]
        if len(differ) == 2 and differ[1] == differ[0] + 1:
            return word[differ[0]] == known[differ[1]] and word[differ[1]] == known[differ[0]]
        return len(differ) == 1 and len(word) >= _SHORTEST_FOR_ANY_SLIP
    shorter, longer = sorted((word, known), key=len)
    if len(longer) - len(shorter) != 1 or len(word) < _SHORTEST_FOR_ANY_SLIP:
        return False
    return any(longer[:i] + longer[i + 1:] == shorter for i in range(len(longer)))
