"""Slips of the hand in a timescale's words, and its words in Welsh: put right only where one word can be meant."""

from __future__ import annotations

from my121_analytics.improvement.timescale.tokens import load_table, words_of

_SHORTEST_FOR_ANY_SLIP = 5
"""A shorter word is one slip away from too many others; in it only two letters that changed places are put right."""
_SHORTEST = 4


def find_slips(text: str) -> dict[str, str]:
    """Find the words of a text that are one slip away from exactly one word of timescales.

    Parameters
    ----------
    text
        That could not be read as it stands.

    Returns
    -------
    dict of str to str
        What is written, and the word that is meant: Welsh words of time in English, and ``febuary`` as ``february``.
        A word near to two known ones, or that is a word of its own (``match``), is left out.
    """
    known = load_table("time_words.toml")["welsh"] | load_table("time_words.toml")["slips"]
    words = {word for _, word in words_of(text.lower()) if word.isalpha()}
    return {word: meant for word in words if (meant := known.get(word) or _nearest(word)) != word}


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
