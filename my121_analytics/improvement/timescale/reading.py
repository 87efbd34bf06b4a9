"""When an action is due, read from the words of a plan: ``12 months``, ``by March 2014``, ``Q3 2013/14``, ``ongoing``.

The reader takes a whole phrase or nothing. A phrase with two readings is refused with a way to write it, because a due
date that nobody meant does more harm than a line in a list of cells to mend.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache

from my121_analytics.improvement.timescale.clauses import (
    is_label,
    is_progress,
    names_a_quarter,
    quarter_named,
    read_day_or_month,
    read_phrase,
    refuse_known,
)
from my121_analytics.improvement.timescale.comments import is_aside, is_undated
from my121_analytics.improvement.timescale.due_dates import (
    KINDS,
    DateOrder,
    Kind,
    Scene,
    Timescale,
    is_calendar,
    is_length,
    join_notes,
)
from my121_analytics.improvement.timescale.priorities import PRIORITIES, read_priority, split_priority
from my121_analytics.improvement.timescale.refusal import UNREADABLE_CODES, TimescaleError
from my121_analytics.improvement.timescale.revisions import Revision, find_revisions
from my121_analytics.improvement.timescale.spelling import join_quarters, mend_words
from my121_analytics.improvement.timescale.tokens import number_of

__all__ = ["KINDS", "PRIORITIES", "Kind", "Timescale", "parse_anchor", "parse_timescale", "split_timescales"]

_LONGEST = 200
"""Characters beyond which a cell holds prose, not a timescale."""

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | dict.fromkeys(map(ord, "’‘ʼ`´"), "'")
_SIGNS = ((re.compile(r"^(?:≤|<=) ?"), "up to "), (re.compile(r"^< ?"), "less than "), (re.compile(r"^(?:≥|"
                      r">=) ?"), "at least "),
          (re.compile(r"^> ?"), "more than "))
_BULLET = re.compile(r"^\s*(?:[•·▪●○◦■□➢►‣*]|o(?=\s)|-(?=\s)|–(?=\s))\s*")
_LIST_NUMBER = re.compile(r"^\s*\(?(\d{1,2}|[a-z])[.)]\s+", re.I)
_INLINE_NUMBER = re.compile(r"(?:^|\s)\(?(?:\d|[a-e])\)\s*", re.I)
_CONTINUES = re.compile(r"(?:\(|now\b|then\b|was\b|revised\b|extended\b|moved\b|slipped\b|deferred\b|delayed\b|"
                        r"originally\b|"
                        r"previously\b|postponed\b)", re.I)
_EXPECTED = (r"(?:suggested|proposed|planned|expected|anticipated|estimated|agreed|scheduled|target|intended|"
             r"indicative|overall)")
_LEAD_IN = re.compile(rf"^(?:{_EXPECTED} )*(?:timescales?|time[ -]?frame|target date|target|deadline|due date|due|"
                      rf"when|date|"
                      r"by when|completion date|completion|end date|finish date|delivery date)(?: is| for| -|"
                      r"[ :-])+(?=.)|"
                      rf"^{_EXPECTED} (?:for|to be|start)? ?(?=(?:by|in|for|january|february|march|april|may|june|"
                      rf"july|august|"
                      r"september|october|november|december|spring|summer|autumn|q[1-4]|\d)\b)(?:for )?")
_CONNECTIVE = re.compile(r"^(?:(?:and |so )?then|and|i\.?e\.?|that is|namely|so|=),? (?=.)")


def parse_timescale(text: str, *, anchor: date, date_order: DateOrder = "dmy") -> Timescale:
    """Read when an action is due.

    Parameters
    ----------
    text
        One action's timescale as written in the plan; a priority may stand in the same cell.
    anchor
        Day that lengths of time count from: the day of the plan, or of the assessment it follows. There is no
        default, because the same ``12 months`` moves by a year between two anchors that a plan may name.
    date_order
        Order of numeric dates (``[exports] date_order``).

    Returns
    -------
    Timescale

    Raises
    ------
    TimescaleError
        The text has more than one reading (``ambiguous``) or none (``unreadable``); it says what was read and how to
        write it.

    Notes
    -----
    A month, quarter, season or year is a window to its last day. Months count to the corresponding date, so six
    months from 30 June are 30 December (see
    :class:`~my121_analytics.improvement.timescale.durations.Duration`). Quarters and
    half-years are read only where the year says which kind it is: ``2013/14`` starts on 1 April. Seasons are the
    meteorological ones. An explicit date beats a length of time beside it; of a revised timescale the later word
    counts and the earlier is kept in ``original``. Text beside a timescale is set aside, and noted,
    only where it cannot change its meaning. A month without a year is the next one
    after the anchor, and refused in the anchor's own month.

    Examples
    --------
    >>> parse_timescale("By March 2025", anchor=date(2024, 6, 30))
    """
    scene = Scene(_as_day(anchor), date_order)
    phrase = _tidy(text)
    if not phrase:
        raise TimescaleError(_shown(text), "blank")
    if len(phrase) > _LONGEST:
        raise TimescaleError(_shown(text), "unreadable")
    try:
        timescale = _read_revised(phrase, scene, text) or _read_cell(phrase, scene)
        mended = mend_words(phrase) if timescale is None else phrase
        if mended != phrase:
            timescale = _read_cell(mended, scene) or _read_revised(mended, scene, text)
            timescale = timescale and replace(timescale, note=join_notes(timescale.note, "spelling"))
        if timescale is None:
            refuse_known(_without_lead_in(phrase))
            _refuse_alternatives(phrase)
    except TimescaleError as problem:
        raise TimescaleError(_shown(text), problem.code) from None
    if timescale is None:
        raise TimescaleError(_shown(text), "unreadable")
    return timescale


def parse_anchor(text: str, *, date_order: DateOrder = "dmy") -> date:
    """Read the day that a plan counts from.

    Parameters
    ----------
    text
        A day, or a month with its year; a month stands for its last day, so that no action is called late by a day
        the plan does not name.
    date_order
        Order of numeric dates.

    Returns
    -------
    datetime.date

    Raises
    ------
    TimescaleError
        The text is not one day or one month, or has more than one reading.
    """
    phrase = _tidy(text)
    if not phrase:
        raise TimescaleError(_shown(text), "blank")
    try:
        period = read_day_or_month(phrase, Scene(None, date_order))
    except TimescaleError as problem:
        raise TimescaleError(_shown(text), problem.code) from None
    if period is None or period.span not in ("day", "month"):
        raise TimescaleError(_shown(text), "no_day")
    return period.end


def split_timescales(text: str) -> list[str]:
    """Split one cell into the timescales of several actions.

    Parameters
    ----------
    text
        The cell: one timescale a line, or separated by semicolons or wide gaps, with or without bullets; at commas,
        slashes or ``and`` only where the whole would be two answers. A line that only holds a priority belongs to the
        timescale beside it, and a line that only continues the one above is joined to it.

    Returns
    -------
    list of str
        As written, without bullets; empty for a blank cell.
    """
    pieces = _attach_priorities(_join_continuations(_list_items(text)))
    return [part for piece in pieces for part in _split_piece(piece)]


def _split_piece(piece: str) -> list[str]:
    """Split one line where strong separators stand, and at weaker ones only where the whole would be two answers."""
    inline = _INLINE_NUMBER.split(piece)
    if len(inline) > 2 and not inline[0]:
        inline = [part.strip(" ,;") for part in inline[1:]]
        if all(_is_timescale(part) and not _is_priority(part) for part in inline):
            return inline
    for separators in (r";|\||\s{2,}", r",| / | and "):
        halves = [half.strip() for half in re.split(separators, piece) if half.strip()]
        dated = [half for half in halves if _is_timescale(half) and not _is_priority(half)]
        is_sure = separators.startswith(";") or _reason_refused(piece) == "two_readings"
        if len(dated) == len(halves) > 1 and is_sure:
            return halves
    return [piece]


def _join_continuations(lines: list[str]) -> list[str]:
    """Join a line to the one above where it only continues it: ``18-24`` and ``months``, ``revised to Dec 2013``."""
    pieces: list[str] = []
    for line in lines:
        joined = f"{pieces[-1]} {line}" if pieces else line
        continues = _CONTINUES.match(line) or not all(map(_is_timescale, [line, *pieces[-1:]]))
        if pieces and continues and not _is_priority(line) and not _reason_refused(joined):
            pieces[-1] = joined
        else:
            pieces.append(line)
    if len(pieces) > 1 and not all(map(_is_timescale, pieces)) and not _reason_refused(" ".join(pieces)):
        return [" ".join(pieces)]
    return pieces


def _list_items(text: str) -> list[str]:
    """Give the lines of a cell without bullets, and without numbers that only number the lines."""
    lines = [_BULLET.sub("", line).strip() for line in str(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    numbers = [found[1] for line in lines if (found := _LIST_NUMBER.match(line))]
    n = len(lines)
    if n > 1 and numbers in ([str(i) for i in range(1, n + 1)], [chr(96 + i) for i in range(1, n + 1)]):
        lines = [_LIST_NUMBER.sub("", line) for line in lines]
    return lines


def _attach_priorities(lines: list[str]) -> list[str]:
    if not any(map(_is_priority, lines)) or all(map(_is_priority, lines)):
        return lines
    pieces: list[str] = []
    leading = _is_priority(lines[0])
    waiting = ""
    for line in lines:
        if not _is_priority(line):
            pieces.append(f"{waiting}; {line}" if waiting else line)
            waiting = ""
        elif leading:
            waiting = line
        else:
            pieces[-1] = f"{pieces[-1]}; {line}"
    return [*pieces, waiting] if waiting else pieces


def _is_priority(text: str) -> bool:
    return bool(read_priority(_tidy(text)))


def _is_timescale(text: str) -> bool:
    """Say whether the words are about time at all."""
    code = _reason_refused(text)
    return not code or code not in UNREADABLE_CODES


@lru_cache(maxsize=4096)
def _reason_refused(text: str) -> str:
    """Give the code of a refusal, empty where it is read; the day it counts from does not matter for that."""
    try:
        parse_timescale(text, anchor=date(2000, 6, 15))
    except TimescaleError as problem:
        return problem.code
    return ""


def _tidy(text: str) -> str:
    """Lower case, plain dashes and quotes, single spaces, no outer punctuation; line ends become semicolons."""
    text = re.sub(r"(?<=\d) ?½", ".5", html.unescape(str(text))).replace("½", "0.5")
    visible = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    plain = "; ".join(_list_items(visible)).translate(_DASHES).lower()
    plain = re.sub(r"\s+", " ", plain).strip(" ;,*!†‡'")
    plain = re.sub(r"\bon[ -]going\b", "ongoing", plain)
    plain = re.sub(r"\bpriority ?[:=-] ?", "priority ", plain)
    for sign, words in _SIGNS:
        plain = sign.sub(words, plain)
    plain = re.sub(r"\b(?P<stem>month|year|week|day)\(s\)", r"\g<stem>s", plain)
    plain = re.sub(r"(?<=\d) 1/2 (?=years?|yrs?)", ".5 ", plain)
    plain = re.sub(r" ?& ?", " and ", plain)
    plain = re.sub(r"(?<![,;(]) (?=i\.?e\.? )", ", ", plain)
    if plain.startswith("(") and plain.endswith(")") and plain.count("(") == 1:
        plain = plain[1:-1].strip()
    if plain.startswith("[") and plain.endswith("]") and plain.count("[") == 1:
        plain = plain[1:-1].strip()
    plain = plain.removesuffix(".") if plain.strip(".") else plain
    return join_quarters(re.sub(r"(\d) (st|nd|rd|th)\b", r"\1\2", plain))


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", str(text)).strip()[:120]


def _as_written(text: str, tidied: str) -> str:
    """Find a tidied part in the cell, so that it is kept in its own letters."""
    shown = _shown(text)
    position = shown.lower().translate(_DASHES).find(tidied)
    return shown[position: position + len(tidied)] if position >= 0 else tidied


def _as_day(anchor: date) -> date:
    return anchor.date() if isinstance(anchor, datetime) else anchor


def _read_revised(phrase: str, scene: Scene, text: str) -> Timescale | None:
    """Read a timescale that replaced another; the other is kept as written."""
    for revision in find_revisions(_without_lead_in(phrase)):
        if revision.old and not _is_timescale(revision.old):
            continue
        if revision.new.startswith("by ") and _is_length_text(revision.new.removeprefix("by "), scene):
            raise TimescaleError(phrase, "two_readings")  # "extended by 6 months": from when?
        new = _read_cell(revision.new, scene)
        if new is None:
            continue
        if revision.is_loose and not _is_later(revision, new, scene):
            raise TimescaleError(phrase, "two_readings")
        return replace(new, note=join_notes(new.note, "revised"), original=_as_written(text, revision.old),
                       priority=new.priority or _priority_beside(revision.old, scene))
    return None


def _priority_beside(phrase: str, scene: Scene) -> str:
    """Give the priority that stands with the timescale replaced: it is the action's, whichever counts."""
    try:
        reading = _read_cell(phrase, scene)
    except TimescaleError:
        return ""
    return reading.priority if reading is not None else ""


def _is_length_text(phrase: str, scene: Scene) -> bool:
    reading = read_phrase(phrase, scene)
    return reading is not None and is_length(reading)


def _is_later(revision: Revision, new: Timescale, scene: Scene) -> bool:
    """Tell whether both are dates and the new one is the later."""
    old = _read_cell(revision.old, scene)
    return (old is not None and is_calendar(old) and is_calendar(new) and old.latest is not None
            and new.latest is not None and new.latest > old.latest)


def _read_cell(phrase: str, scene: Scene) -> Timescale | None:
    """Read a whole cell as one phrase, else as a priority and a phrase, else as parts that must agree."""
    phrase = _without_lead_in(phrase)
    priority = read_priority(phrase)
    if priority:
        return Timescale("unscheduled", priority=priority)
    whole = read_phrase(_merge_numbers(phrase), scene) or _read_unbracketed(phrase, scene)
    if whole is not None:
        return whole
    parts = _split_parts(phrase)
    if len(parts) > 1:
        return _combine(parts, scene, phrase)
    priority, rest = split_priority(phrase)
    if priority:
        reading = _read_cell(rest, scene)
        if reading is not None and reading.priority:
            raise TimescaleError(phrase, "two_readings")
        return reading and replace(reading, priority=priority)
    return _read_date_and_length(phrase, scene)


def _without_lead_in(phrase: str) -> str:
    """Leave out what only announces a timescale: ``target date:``, ``due``, ``then``."""
    shorter = _CONNECTIVE.sub("", _LEAD_IN.sub("", phrase))
    return phrase if shorter == phrase else _without_lead_in(shorter)


def _merge_numbers(phrase: str) -> str:
    """Give ``six months`` for ``six (6) months``: a number in words and figures is written once."""
    found = re.search(r"\b(?P<first>[a-z]+|\d+) \((?P<second>[a-z]+|\d+)\) (?=[a-z])", phrase)
    if not found:
        return phrase
    first, second = (number_of(found[name]) for name in ("first", "second"))
    return phrase[: found.start()] + f"{first} " + phrase[found.end():] if first == second is not None else phrase


def _read_unbracketed(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``Q1 (2014/15)`` as ``Q1 2014/15``; what is only known to be unsettled is left to its parts."""
    if not re.search(r"[()\[\]]", phrase) or phrase.startswith("complete "):
        return None
    plain = re.sub(r"\s+", " ", re.sub(r"[()\[\]]", " ", phrase)).strip()
    try:
        reading = read_phrase(plain, scene)
    except TimescaleError:
        return None
    return None if reading is None or is_length(reading) else reading  # "1 year (12 months)" is no sum


def _read_date_and_length(phrase: str, scene: Scene) -> Timescale | None:
    """Read ``12 months by 30 June 2014``: two timescales with only a word between them."""
    found = re.fullmatch(r"(?P<length>.+?) (?:and )?(?P<date>(?:by|until) .+)", phrase)
    if not found or not _is_length_text(found["length"], scene):
        return None
    dated = read_phrase(found["date"], scene)
    if dated is None or not is_calendar(dated):
        return None
    return replace(dated, note=join_notes(dated.note, "length_set_aside"))


def _refuse_alternatives(phrase: str) -> None:
    """Refuse ``6 or 12 months`` and ``31 March 2014 or 30 June 2014`` as two answers rather than none."""
    for found in re.finditer(r" or | and | & ", phrase):
        if _is_timescale(phrase[found.end():]):
            raise TimescaleError(phrase, "two_readings")


def _split_parts(phrase: str) -> list[str]:
    """Split at the strongest separators there are, so that ``6 - 12 months (High)`` keeps its range in one part."""
    for separators in (r"[()\[\];|]", r",|\. (?=[a-z]{3})", r" - | / | ?/(?=[a-z])|: "):
        parts = [stripped for part in re.split(separators, phrase) if (stripped := part.strip(" ,;:-/"))]
        if len(parts) > 1:
            return parts
    return parts


def _combine(parts: list[str], scene: Scene, phrase: str) -> Timescale | None:
    """Put the parts of a cell together; what is no timescale may only stand behind one, and must not change it."""
    readings: list[Timescale] = []
    priorities: list[str] = []
    others: list[str] = []
    problem: TimescaleError | None = None
    for position, part in enumerate(parts):
        try:
            reading = _read_cell(part, scene)
        except TimescaleError as refused:
            problem = problem or refused
            others.append(part)
            continue
        if reading is None:
            if position == 0 and not (is_label(part) or is_progress(part)):
                return None
            others.append(part)
            continue
        if reading.priority:
            priorities.append(reading.priority)
        if reading.kind != "unscheduled" or not read_priority(part):
            readings.append(replace(reading, priority=""))
    if len(set(priorities)) > 1:
        raise TimescaleError(phrase, "two_readings")
    note = _set_aside(others, parts, readings, priorities)
    if note is None:
        if problem is not None:
            raise problem
        return None
    priority = priorities[0] if priorities else ""
    if not readings:
        return Timescale("unscheduled", priority=priority, note=note)
    whole = _agree(readings, parts)
    return replace(whole, priority=priority, note=join_notes(whole.note, note))


def _set_aside(others: list[str], parts: list[str], readings: list[Timescale], priorities: list[str]) -> str | None:
    """Give the notes for parts that can be left out; None where one of them cannot."""
    notes: list[str] = []
    dated = [reading for reading in readings if is_calendar(reading) or is_length(reading)]
    for part in others:
        only_dated = len(dated) == len(readings) > 0
        only_unscheduled = bool(readings) and all(reading.kind == "unscheduled" for reading in readings)
        is_only_quarter = not any(names_a_quarter(other) for other in parts if other != part)  # "Q3, Q4" are two
        names_quarter = is_only_quarter and any(quarter_named(part) in _quarters(reading) for reading in dated)
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


def _agree(readings: list[Timescale], parts: list[str]) -> Timescale:
    """Choose among several readings of one cell, or refuse."""
    distinct = list(dict.fromkeys(replace(reading, note="") for reading in readings))
    if len(distinct) == 1:
        return readings[0]
    kinds = [reading.kind for reading in distinct]
    if "complete" in kinds:
        # "complete (March 2014)" may be an instruction; "March 2014 (completed)" is not.
        if kinds[-1] != "complete" or len(distinct) != 2 or not (is_length(readings[0]) or is_calendar(readings[0])):
            raise TimescaleError("; ".join(parts), "done_or_due")
        return replace(distinct[-1], note=join_notes(distinct[-1].note, "due_set_aside"))
    repeated = [reading for reading in distinct if reading.kind == "recurring"]
    others = [reading for reading in distinct if reading.kind != "recurring"]
    if (len(repeated) == len(others) == 1 and others[0].kind == "open" and repeated[0].earliest is None
            and not any("review" in part for part in parts)):
        return replace(repeated[0], earliest=others[0].earliest)
    if kinds == ["immediate", "open"] and distinct[1].earliest is None:
        return replace(distinct[1], earliest=distinct[0].earliest)
    if set(kinds) == {"open"} and len(distinct) == 2 and not (distinct[0].earliest and distinct[1].earliest):
        return max(distinct, key=lambda reading: reading.earliest is not None)
    dated = [reading for reading in readings if is_calendar(reading)]
    lengths = [reading for reading in readings if is_length(reading)]
    if dated and len(set(dated)) == 1 and len(dated) + len(lengths) == len(readings):
        return replace(dated[0], note=join_notes(dated[0].note, "length_set_aside"))
    raise TimescaleError("; ".join(parts), "two_readings")
