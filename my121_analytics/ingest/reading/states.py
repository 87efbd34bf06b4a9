"""In what state something is: employed or left, filled or vacant, finished or not, line manager or another."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from my121_analytics.ingest.reading.cells import Parsed, Texts, clean, collect, is_missing, mend_encoding, plain_words
from my121_analytics.packaged_data import read_packaged_toml

EMPLOYMENT, POSITION, FORM, RELATIONSHIP = "employment_status", "position_status", "form_status", "relationship"
STATE_COLUMNS = (EMPLOYMENT, POSITION, FORM, RELATIONSHIP)
"""Columns that say in what state something is; they help to read a row and are not kept in the record."""
STATUS_MEANINGS = (FORM, EMPLOYMENT, POSITION, "source", "contract")
"""What a bare ``Status`` may be, where its words do not tell."""
_TELLING = 0.8
"""A column without a heading of its own is one of states where this share of its distinct words is known."""
_LONGEST = 80
"""Letters; a longer text is a comment."""
MOST_STATES = 12
"""Distinct states beyond which an unknown heading is no column of states."""


def state_words(column: str) -> tuple[str, ...]:
    """List the states that a column of states tells apart, in the order of the packaged words."""
    return tuple(_words()[column])


_FLAGS = {
    EMPLOYMENT: ((("leaver", "leavers", "left", "terminated", "departed", "exited", "inactive"), "left", "employed"),
                 (("active", "current", "currently", "employed", "live"), "employed", "left")),
    POSITION: ((("vacant", "vacancy", "unfilled"), "vacant", "filled"), (("filled", "occupied"), "filled", "vacant")),
    FORM: ((("cancelled", "withdrawn", "void", "draft"), "cancelled", "finished"),
           (("complete", "completed", "finished", "signed", "approved", "closed", "final"), "finished", "unfinished")),
    RELATIONSHIP: ((("matrix", "dotted", "secondary"), "other", "line"),
                   (("primary", "main", "solid", "line", "direct"), "line", "other"))}
"""Words of a heading that asks yes or no -> the state that yes means, and no."""


def states_of_flag(column: str, heading: str) -> dict[str, str]:
    """Say what yes and no mean in a column of states, by its heading: ``Leaver?`` and ``Is active`` differ.

    Parameters
    ----------
    column
        One of ``STATE_COLUMNS``.
    heading
        As written.

    Returns
    -------
    dict
        Word -> state; empty where the heading asks for no yes or no.
    """
    words = set(plain_words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading)).split())
    for telling, yes, no in _FLAGS[column]:
        if words & set(telling):
            return {**dict.fromkeys(("yes", "y", "true", "t", "1"), yes),
                    **dict.fromkeys(("no", "n", "false", "f", "0"), no)}
    return {}


def parse_states(texts: Texts, column: str, given: Mapping[str, str] | None = None) -> Parsed:
    """Read the state in each distinct text.

    Parameters
    ----------
    texts
        Distinct texts of a column.
    column
        One of ``STATE_COLUMNS``.
    given
        The council's own words: word -> state, from ``[exports.states]``; words of other columns are passed over.

    Returns
    -------
    Parsed
        A state of :func:`state_words`, None where the cell is blank; fault ``unknown_state`` for any other word.
    """
    states = state_words(column)
    own = {plain_words(word): state for word, state in (given or {}).items() if state in states}

    def read(text: str) -> tuple[str | None, str, str]:
        if is_missing(text) and plain_words(clean(text)) not in own:
            return None, "", ""
        key = plain_words(mend_encoding(clean(text)))
        found = own.get(key) or _phrases(column).get(key) or _by_phrases(key, column)
        return found, "" if found else "unknown_state", ""

    return collect(map(read, texts), object, ", ".join(states))


def looks_like_states(texts: Texts, column: str) -> bool:
    """Say whether nearly all of some texts are states of a kind, and of at least two different ones.

    Parameters
    ----------
    texts
        Distinct texts that hold anything.
    column
        One of ``STATE_COLUMNS``.
    """
    if not 2 <= len(texts) <= MOST_STATES:
        return False
    states = [state for state in parse_states(texts, column).values if state]
    return len(states) >= _TELLING * len(texts) and len(set(states)) > 1


def may_head_states(heading: str) -> bool:
    """Say whether an unknown heading speaks of a status and nothing else: ``emp_stat_cd``, not ``Training status``."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", heading).casefold())
    return bool(words) and all(word in _of_status() or len(word) == 1 for word in words)


def kind_of_states(texts: Texts) -> str:
    """Say which kind of states some texts are; empty where they are none, or could be of two kinds.

    Words for somebody who left tell employment, though a position may be active or terminated as well.
    """
    kinds = [column for column in STATE_COLUMNS if looks_like_states(texts, column)]
    if EMPLOYMENT in kinds and "left" in parse_states(texts, EMPLOYMENT).values:
        return EMPLOYMENT
    return kinds[0] if len(kinds) == 1 else ""


def _by_phrases(key: str, column: str) -> str | None:
    """Find the one state that the phrases of a longer text agree on; None where they do not, or a word denies them."""
    if len(key) > _LONGEST or set(key.split()) & _negations():
        return None
    rest, found = f" {key} ", set()
    for phrase in _longest_first(column):
        if f" {phrase} " in rest:
            found.add(_phrases(column)[phrase])
            rest = rest.replace(f" {phrase} ", "  ")
    return found.pop() if len(found) == 1 else None


@cache
def _words() -> dict[str, Any]:
    return read_packaged_toml("ingest.reading", "states.toml")


@cache
def _negations() -> frozenset[str]:
    return frozenset(_words()["negations"])


@cache
def _of_status() -> frozenset[str]:
    return frozenset(_words()["of_status"])


@cache
def _phrases(column: str) -> dict[str, str]:
    return {plain_words(word): state for state, words in _words()[column].items() for word in (*words, state)}


@cache
def _longest_first(column: str) -> tuple[str, ...]:
    alone = {plain_words(word) for word in _words()["only_alone"]}
    return tuple(sorted(set(_phrases(column)) - alone, key=len, reverse=True))
