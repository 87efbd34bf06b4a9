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
_TICKS = ("\u2713", "\u2714", "\u2611", "\u2705")
_PERCENT, _WHOLE = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%"), 100
_LONGEST = 80
"""Letters; a longer text is a comment."""
MOST_STATES = 12
"""Distinct states beyond which an unknown heading is no column of states."""


def state_words(column: str) -> tuple[str, ...]:
    """List the states that a column of states tells apart, in the order of the packaged words."""
    return tuple(_words()[column])


_FLAGS = {
    EMPLOYMENT: ((("leaver", "leavers", "left", "terminated", "departed", "exited", "inactive", "ended", "retired",
                   "resigned", "ceased"), "left", "employed"),
                 (("active", "current", "currently", "employed", "live"), "employed", "left")),
    POSITION: ((("vacant", "vacancy", "unfilled"), "vacant", "filled"), (("filled", "occupied"), "filled", "vacant")),
    FORM: ((("cancelled", "canceled", "withdrawn", "void", "voided", "deleted", "rejected", "invalid", "draft"),
            "cancelled", "finished"),
           (("complete", "completed", "finished", "signed", "approved", "closed", "final", "valid", "submitted",
             "authorised", "authorized", "acknowledged"), "finished", "unfinished")),
    RELATIONSHIP: ((("matrix", "dotted", "secondary"), "other", "line"),
                   (("primary", "prim", "main", "solid", "line", "direct"), "line", "other"))}
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
            return {**dict.fromkeys(("yes", "y", "true", "t", "1", "x", "ticked"), yes),
                    **dict.fromkeys(("no", "n", "false", "f", "0"), no)}
    return {}


def column_of_flag(heading: str) -> str:
    """Give the column of states that a heading which asks yes or no is; empty where it asks something else.

    Parameters
    ----------
    heading
        As written: ``Void?``, ``Prim Mgr Ind``; not ``Valid licence``.

    Returns
    -------
    str
        One of ``STATE_COLUMNS``.
    """
    words = set(_words_of_heading(heading)) - _around_flags()
    found = [column for column, rules in _FLAGS.items() for telling, _, _ in rules if words and words <= set(telling)]
    return found[0] if len(set(found)) == 1 else ""


def state_if_filled(heading: str) -> tuple[str, str]:
    """Give the column and the state that any entry under a heading tells: ``Termination reason``, ``Cancelled on``.

    Parameters
    ----------
    heading
        As written.

    Returns
    -------
    tuple of str
        Column of ``STATE_COLUMNS`` and state; both empty for other headings.
    """
    key = " ".join(_words_of_heading(heading))
    for column, states in _words()["filled"].items():
        for state, headings in states.items():
            if key in headings:
                return column, state
    return "", ""


def states_of_heading(column: str, heading: str, texts: Texts) -> dict[str, str]:
    """Say what words of a column of states mean by its heading alone: yes and no, or any entry at all.

    Parameters
    ----------
    column
        One of ``STATE_COLUMNS``.
    heading
        As written.
    texts
        Distinct texts of the column.

    Returns
    -------
    dict
        Word -> state.
    """
    meant, state = state_if_filled(heading)
    if meant != column:
        return states_of_flag(column, heading)
    filled = [plain_words(mend_encoding(clean(text))) for text in texts if not is_missing(text)]
    return {key: state for key in filled if _phrases(column).get(key) != "employed"}


def _words_of_heading(heading: str) -> list[str]:
    return plain_words(re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", heading).replace("?", " ")).split()


def parse_states(texts: Texts, column: str, own_words: Mapping[str, str] | None = None) -> Parsed:
    """Read the state in each distinct text.

    Parameters
    ----------
    texts
        Distinct texts of a column.
    column
        One of ``STATE_COLUMNS``.
    own_words
        The council's own words: word -> state, from ``[exports.states]``; words of other columns are passed over.

    Returns
    -------
    Parsed
        A state of :func:`state_words`, None where the cell is blank; fault ``unknown_state`` for any other word.
    """
    states = state_words(column)
    own = {plain_words(word): state for word, state in (own_words or {}).items()
           if state in states and plain_words(word)}

    def read(text: str) -> tuple[str | None, str, str]:
        if is_missing(text) and plain_words(clean(text)) not in own:
            return None, "", ""
        key = "yes" if clean(text) in _TICKS else plain_words(mend_encoding(clean(text)))
        share = _PERCENT.fullmatch(clean(text)) if column == FORM and key not in own else None
        if share:
            return "finished" if float(share[1]) == _WHOLE else "unfinished", "", ""
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
def _around_flags() -> frozenset[str]:
    return frozenset(_words()["around_flags"])


@cache
def _phrases(column: str) -> dict[str, str]:
    return {plain_words(word): state for state, words in _words()[column].items() for word in (*words, state)}


@cache
def _longest_first(column: str) -> tuple[str, ...]:
    alone = {plain_words(word) for word in _words()["only_alone"]}
    return tuple(sorted(set(_phrases(column)) - alone, key=len, reverse=True))
