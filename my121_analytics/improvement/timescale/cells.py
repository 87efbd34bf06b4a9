"""One cell of timescales: a phrase, a phrase with a priority, parts that must agree, or one that replaced another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from my121_analytics.improvement.timescale.comments import is_aside, is_undated
from my121_analytics.improvement.timescale.due_dates import Scene, Timescale, is_calendar, is_length, join_notes
from my121_analytics.improvement.timescale.phrases import (
    is_label,
    is_progress,
    quarter_named,
    read_phrase,
    refuse_known,
)
from my121_analytics.improvement.timescale.refusal import UNREADABLE_CODES, TimescaleError
from my121_analytics.improvement.timescale.revisions import Revision, find_revisions
from my121_analytics.improvement.timescale.tokens import (
    PUNCTUATION,
    Token,
    Tokens,
    compile_pattern,
    kinds_of,
    text_of,
    trim,
)

_LEAD_IN = ("so|then|and|is comma? <rest>", "expected* heading is|for|dash|colon* <rest>", "expected for? <rest>")
_DATED = ("by", "in", "for", "month", "season", "part", "number", "ordinal", "figures", "year", "fy_label", "weekday",
          "month_year", "start", "end")
"""What may stand directly behind ``planned``: "agreed with DMT" announces nothing."""


def read_cell(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read a cell: a timescale that replaced another, a phrase, or parts that agree.

    Parameters
    ----------
    tokens
        Of :func:`~my121_analytics.improvement.timescale.tokens.scan`.
    scene
        Anchor and order of dates.

    Returns
    -------
    Timescale or None
        None where it has no reading.

    Raises
    ------
    TimescaleError
        It has more than one.
    """
    revised = _read_revised(tokens, scene)
    return revised if revised is not None else _read_one(tokens, scene)


def refuse(tokens: Tokens) -> None:
    """Raise the reason why a cell that has no reading cannot be read, where there is a better one than that.

    Raises
    ------
    TimescaleError
        It is known to settle no day, or offers two timescales.
    """
    phrase = _without_lead_in(tokens)
    refuse_known(_without_brackets(phrase) if len(phrase) < len(tokens) else phrase)
    for i, token in enumerate(tokens):
        if token.kind in ("or", "and") and is_timescale(tokens[i + 1:]):
            raise TimescaleError(text_of(tokens), "two_readings")


@lru_cache(maxsize=4096)
def reason_refused(tokens: Tokens) -> str:
    """Give the code of a refusal, empty where it is read; the day it counts from does not matter for that."""
    try:
        if read_cell(tokens, Scene(date(2000, 6, 15))) is None:
            refuse(tokens)
            return "unreadable" if tokens else "blank"
    except TimescaleError as problem:
        return problem.code
    return ""


def is_timescale(tokens: Tokens) -> bool:
    """Say whether the words are about time at all."""
    code = reason_refused(tokens)
    return not code or code not in UNREADABLE_CODES


def is_priority(tokens: Tokens) -> bool:
    """Say whether they are a priority and nothing else."""
    return [token.kind for token in _without_brackets(tokens)] == ["priority"]


def _read_one(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read a cell as one phrase, else as a priority and a phrase, else as parts that must agree."""
    tokens = _without_lead_in(tokens)
    if not tokens:
        return None
    if is_priority(tokens):
        return Timescale("unscheduled", priority=_without_brackets(tokens)[0].value)
    whole = read_phrase(tokens, scene) or _read_unbracketed(tokens, scene)
    if whole is not None:
        return whole
    parts = _split_parts(tokens)
    if len(parts) > 1:
        return _combine(parts, scene)
    return _read_beside_priority(tokens, scene)


def _read_beside_priority(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read ``High 6 months`` and ``6 months P1``; a single letter counts at the beginning only."""
    first, last = tokens[0], tokens[-1]
    if first.kind == "priority":
        priority, rest = first.value, tokens[1:]
    elif last.kind == "priority" and len(last.text) > 1:
        priority, rest = last.value, tokens[:-1]
    else:
        return None
    reading = _read_one(trim(rest, ("colon", "slash", "dash")), scene)
    if reading is not None and reading.priority:
        raise TimescaleError(text_of(tokens), "two_readings")
    return reading and replace(reading, priority=priority)


def _without_lead_in(tokens: Tokens) -> Tokens:
    """Leave out what only announces a timescale: ``target date:``, ``due``, ``then``."""
    kinds = kinds_of(tokens)
    for pattern in _LEAD_IN:
        found = compile_pattern(pattern).fullmatch(kinds)
        if found is not None:
            rest = tokens[kinds.count(" ", 0, found.start("rest")):]
            if not pattern.startswith("expected for") or rest[0].kind in _DATED:
                return _without_lead_in(rest)
    return tokens


def _without_brackets(tokens: Tokens) -> Tokens:
    return tuple(token for token in tokens if token.kind != "bracket")


def _read_unbracketed(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read ``Q1 (2014/15)`` as ``Q1 2014/15``; what is only known to be unsettled is left to its parts."""
    plain = _without_brackets(tokens)
    if len(plain) == len(tokens) or tokens[0].kind == "complete":
        return None
    is_enclosed = [i for i, token in enumerate(tokens) if token.kind == "bracket"] == [0, len(tokens) - 1]
    if is_enclosed:
        return _read_one(plain, scene)
    try:
        reading = read_phrase(plain, scene)
    except TimescaleError:
        return None
    return None if reading is None or is_length(reading) else reading  # "1 year (12 months)" is no sum


# Timescales that replaced another -------------------------------------------------------------------------------


def _read_revised(tokens: Tokens, scene: Scene) -> Timescale | None:
    """Read a timescale that replaced another; the other is kept as written, by its place in the cell."""
    for revision in find_revisions(_without_lead_in(tokens)):
        if revision.old and not is_timescale(revision.old):
            continue
        if revision.new[0].kind == "by" and _is_length(revision.new[1:], scene):
            raise TimescaleError(text_of(tokens), "two_readings")  # "extended by 6 months": from when?
        new = _read_one(revision.new, scene)
        if new is None:
            continue
        if revision.is_loose and not _is_later(revision, new, scene):
            raise TimescaleError(text_of(tokens), "two_readings")
        priorities = {new.priority, _priority_beside(revision.old, scene)} - {""}
        if len(priorities) > 1:
            raise TimescaleError(text_of(tokens), "two_readings")
        original = f"{revision.old[0].start}:{revision.old[-1].end}" if revision.old else ""
        return replace(new, note=join_notes(new.note, "revised"), original=original,
                       priority=min(priorities, default=""))
    return None


def _priority_beside(tokens: Tokens, scene: Scene) -> str:
    """Give the priority that stands with the timescale replaced: it is the action's, whichever counts."""
    try:
        reading = _read_one(tokens, scene)
    except TimescaleError:
        return ""
    return reading.priority if reading is not None else ""


def _is_length(tokens: Tokens, scene: Scene) -> bool:
    reading = read_phrase(tokens, scene)
    return reading is not None and is_length(reading)


def _is_later(revision: Revision, new: Timescale, scene: Scene) -> bool:
    """Tell whether both are dates and the new one is the later."""
    old = _read_one(revision.old, scene)
    return (old is not None and is_calendar(old) and is_calendar(new) and old.latest is not None
            and new.latest is not None and new.latest > old.latest)


# Parts of a cell ------------------------------------------------------------------------------------------------


def _split_parts(tokens: Tokens) -> list[Tokens]:
    """Split at the strongest separators there are, so that ``6 - 12 months (High)`` keeps its range in one part."""
    parts = [tokens]
    for is_separator in _SEPARATORS:
        parts = [part for part in split_at(tokens, is_separator) if part]
        if len(parts) > 1:
            return parts
    return parts


def split_at(tokens: Tokens, is_separator: Callable[[Token, Token | None], bool],
             around: Sequence[str] = PUNCTUATION) -> list[Tokens]:
    """Split where a token separates, seen beside the next one; without some punctuation around the parts."""
    parts: list[list[Token]] = [[]]
    for token, following in zip(tokens, (*tokens[1:], None)[: len(tokens)], strict=True):
        if is_separator(token, following):
            parts.append([token] if token.kind == "so" else [])
        else:
            parts[-1].append(token)
    return [trim(tuple(part), around) for part in parts]


def _starts_word(token: Token | None, letters: int) -> bool:
    return token is not None and token.text[:letters].isalpha() and len(token.text) >= letters


_SEPARATORS: tuple[Callable[[Token, Token | None], bool], ...] = (
    lambda token, following: token.kind in ("bracket", "semicolon", "bar"),
    lambda token, following: token.kind in ("comma", "so") or (token.kind == "stop" and _starts_word(following, 3)),
    lambda token, following: (token.text in (" - ", " / ") or (token.kind == "slash" and _starts_word(following, 1))
                              or (token.kind == "colon" and not (following and following.kind == "part"))),
)
"""What parts a cell, the strongest first."""


def _combine(parts: list[Tokens], scene: Scene) -> Timescale | None:
    """Put the parts of a cell together; what is no timescale may only stand behind one, and must not change it."""
    readings: list[Timescale] = []
    priorities: list[str] = []
    unread: list[Tokens] = []
    problem: TimescaleError | None = None
    for position, part in enumerate(parts):
        try:
            reading = _read_one(part, scene)
        except TimescaleError as refused:
            problem = problem or refused
            unread.append(part)
            continue
        if reading is None:
            if position == 0 and not (is_label(part) or is_progress(part)):
                return None
            unread.append(part)
            continue
        if reading.priority:
            priorities.append(reading.priority)
        if reading.kind != "unscheduled" or not is_priority(part):
            readings.append(replace(reading, priority=""))
    if len(set(priorities)) > 1:
        raise TimescaleError("", "two_readings")
    note = _set_aside(unread, parts, readings, priorities)
    if note is None:
        if problem is not None:
            raise problem
        return None
    whole = _agree(readings, parts) if readings else Timescale("unscheduled")
    return replace(whole, priority=priorities[0] if priorities else "", note=join_notes(whole.note, note))


def _set_aside(unread: list[Tokens], parts: list[Tokens], readings: list[Timescale],
               priorities: list[str]) -> str | None:
    """Give the notes for parts that can be left out; None where one of them cannot."""
    notes: list[str] = []
    dated = [reading for reading in readings if is_calendar(reading) or is_length(reading)]
    only_dated = len(dated) == len(readings) > 0
    only_unscheduled = bool(readings) and all(reading.kind == "unscheduled" for reading in readings)
    for part in unread:
        n_quarters = sum(token.kind in ("part", "quarter_word") for other in parts for token in other)  # "Q3, Q4"
        names_quarter = n_quarters == 1 and any(quarter_named(part) in _quarters(reading) for reading in dated)
        if (is_label(part) and only_dated) or (is_progress(part) and readings) or names_quarter:
            notes.append("label_set_aside")
        elif (is_aside(part) and (readings or priorities)) or (only_unscheduled and is_undated(part)):
            notes.append("text_set_aside")
        else:
            return None
    return join_notes(*dict.fromkeys(notes))


def _quarters(reading: Timescale) -> set[int]:
    """Give the numbers of the quarter that a timescale covers, of the financial and of the calendar year."""
    start, end = reading.earliest, reading.latest
    if reading.kind != "window" or start is None or end is None or start.day != 1 or start.month % 3 != 1:
        return set()
    if (end.year, end.month) != (start.year, start.month + 2):
        return set()
    return {(start.month - 4) % 12 // 3 + 1, (start.month - 1) // 3 + 1}


def _agree(readings: list[Timescale], parts: list[Tokens]) -> Timescale:
    """Choose among several readings of one cell, or refuse."""
    distinct = list(dict.fromkeys(replace(reading, note="") for reading in readings))
    if len(distinct) == 1:
        return readings[0]
    kinds = [reading.kind for reading in distinct]
    if "complete" in kinds:
        # "complete (March 2014)" may be an instruction; "March 2014 (completed)" is not.
        if kinds[-1] != "complete" or len(distinct) != 2 or not (is_length(readings[0]) or is_calendar(readings[0])):
            raise TimescaleError("", "done_or_due")
        return replace(distinct[-1], note=join_notes(distinct[-1].note, "due_set_aside"))
    repeated = [reading for reading in distinct if reading.kind == "recurring"]
    lasting = [reading for reading in distinct if reading.kind != "recurring"]
    if (len(repeated) == len(lasting) == 1 and lasting[0].kind == "open" and repeated[0].earliest is None
            and not any("review" in token.text for part in parts for token in part)):
        return replace(repeated[0], earliest=lasting[0].earliest)
    if kinds == ["immediate", "open"] and distinct[1].earliest is None:
        return replace(distinct[1], earliest=distinct[0].earliest)
    if set(kinds) == {"open"} and len(distinct) == 2 and not (distinct[0].earliest and distinct[1].earliest):
        return max(distinct, key=lambda reading: reading.earliest is not None)
    dated = [reading for reading in readings if is_calendar(reading)]
    lengths = [reading for reading in readings if is_length(reading)]
    if dated and len(set(dated)) == 1 and len(dated) + len(lengths) == len(readings):
        return replace(dated[0], note=join_notes(dated[0].note, "length_set_aside"))
    raise TimescaleError("", "two_readings")
