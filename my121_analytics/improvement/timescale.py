"""When an action is due, read from the words of a plan: ``12 months``, ``by March 2014``, ``Q3 2013/14``, ``ongoing``.

The reader takes a whole phrase or nothing. A phrase with two readings is refused with a way to write it, because a due
date that nobody meant does more harm than a line in a list of cells to mend.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

from my121_analytics.improvement.durations import read_duration, read_duration_range
from my121_analytics.improvement.periods import DateOrder, Period, read_period, read_period_range
from my121_analytics.improvement.refusals import TimescaleError

Kind = Literal["date", "window", "relative", "immediate", "open", "recurring", "unscheduled", "complete"]
KINDS: tuple[Kind, ...] = ("date", "window", "relative", "immediate", "open", "recurring", "unscheduled", "complete")
_LONGEST = 200
"""Characters beyond which a cell holds prose, not a timescale."""
PRIORITIES = ("High", "Medium", "Low")

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | dict.fromkeys(map(ord, "’‘ʼ`´"), "'")
_BULLET = re.compile(r"^\s*(?:[•·▪●○◦■□➢►‣*]|o(?=\s)|-(?=\s)|–(?=\s))\s*")
_LIST_NUMBER = re.compile(r"^\s*\(?(\d{1,2}|[a-z])[.)]\s+", re.I)
_LEAD_IN = re.compile(r"^(?:(?:suggested |proposed )?(?:timescales?|target date|target|deadline|due date|due|when)"
                      r"(?: is| :| -|:| )+)")
_PRIORITY = re.compile(r"(?:priority )?(?P<priority>high|medium|low)(?: priority)?")
_DONE_ON = re.compile(r"(?:completed|done|achieved|finished|closed|actioned)(?: on| in|:| -)? (?P<rest>.+)")
_DONE_OR_DUE = re.compile(r"(?:complete|completed|done|achieved|finished|closed|actioned)[ :-]+(?P<rest>.+)")
_TO_DO_BY = re.compile(r"(?:(?:to be )?(?:completed|done|achieved|finished|in place|delivered|implemented)|"
                       r"(?:for )?completion|to complete|complete|deliver|finish|implementation)(?: date)? ?"
                       r"(?P<by>by|no later than|before|within)(?= )")
_STATUS = re.compile(r"(?:in progress|in hand|under ?way|started|commenced|not started|not complete|incomplete|"
                     r"on track|on target|delayed|slipped|overdue|on hold|partially .*|partly .*|part complete.*|"
                     r"nearly .*|almost .*|not yet .*|.*\d ?%.*|.*per cent.*)")
_VAGUE = re.compile(r"(?:short|medium|long|near|longer|shorter)(?:er)?[ -]term.*|"
                    r"(?:a )?(?:few|several|couple of|some) .*|"
                    r"(?:approx(?:imately|\.)?|circa|about|around|roughly) .*|c\.? ?\d.*|soon|shortly|"
                    r"in due course|asap|a\.s\.a\.p|as soon as .*|until further notice|"
                    r"as (?:and when|required|needed|appropriate|necessary).*|"
                    r"when (?:possible|required).*|"
                    r"later|urgent|next (?:year|month|week|quarter)|this (?:year|month|week|quarter)|"
                    r"years? \d.*|months? \d.*|phase \d.*|(?:at )?(?:the )?(?:end of (?:the )?year|year[ -]end)")
_WORKING_DAYS = re.compile(r".*\b(?:working|school|business) (?:day|week)s?\b.*")
_TWO_WAY_WORDS = re.compile(r".*\b(?:bi|semi)[ -]?(?:annual|annually|monthly|month|weekly|yearly)\b.*")
_EACH = re.compile(r"(?:every|each|per|once every|once per) (?P<rest>.+)")
_LENGTH_LY = re.compile(r"(?P<number>[a-z]+|\d+)[ -](?P<unit>month|week|year)ly")
_FROM = re.compile(r"(?P<head>.*?) ?(?:from|starting|starting from|starting in|commencing|beginning|with effect from|"
                   r"wef|w\.e\.f\.) (?P<rest>.+?)(?: onwards?)?")
_START_ONLY = re.compile(r"(?:from|starting|starting from|starting in|commencing|to start in|to start from|"
                         r"with effect from|wef|ongoing from|on-going from) (?P<rest>.+?)(?: onwards?)?")
_UNTIL = re.compile(r"(?:(?P<head>ongoing|on-going|continuous|continuing|.*?) )?(?:until|till|up to and including) "
                    r"(?:the )?(?P<rest>.+)")
_WITHIN = re.compile(r"(?:within|in|during|over)(?: the)? (?:next|first|coming) (?P<rest>.+)")
_UP_TO = re.compile(r"(?:within(?: the)?|up to|no more than|not more than|no longer than|not longer than|no later than|"
                    r"by|maximum(?: of)?|max\.?(?: of)?|in under|inside) (?P<rest>.+)")
_AT_LEAST = re.compile(r"(?:at least|a minimum of|minimum(?: of)?|min\.?(?: of)?|no less than|not less than|"
                       r"no fewer than|more than|not before|no earlier than) (?P<rest>.+)")
_PLUS = re.compile(r"(?P<number>[\w ]+?) ?\+ ?(?P<unit>[a-z]+)|"
                   r"(?P<rest>.+?) ?(?:\+|plus|or more|or longer|minimum|min)")
_MAXIMUM = re.compile(r"(?P<rest>.+?) (?:max\.?|maximum|at most|or less|or sooner)")
_UNSETTLED = re.compile(r"(?:over|after|for|under|less than) (?P<rest>.+)")
_OWN_START = re.compile(r"(?P<length>.+?) (?:from|of|after|following|starting|commencing) (?:the )?(?P<start>.+)")
_ENDING = re.compile(r"(?:by |at |before |no later than |not later than )?(?:the )?(?:very )?(?:end(?:ing)?|close)"
                     r"(?: of| in)?(?: the)?,? (?P<rest>.+)|(?P<rest2>.+?) end")
_PART_OF = re.compile(r"(?:by |in |during )?(?:the )?(?:(?:early|mid|middle|late)(?:[ -]?(?:of|in))?"
                      r"|(?:beginning|start) of)(?: the)?[ -](?P<rest>.+)")
_BY = re.compile(r"(?:(?:by )?(?:no|not) later than|on or before|by or before|by|for) (?:the )?(?P<rest>.+)")
_IN = re.compile(r"(?:in|on|during|within|throughout|at|for) (?:the )?(?P<rest>.+)")
_BEFORE = re.compile(r"(?:before|prior to|ahead of|in advance of) (?:the )?(?P<rest>.+)")
_AFTER = re.compile(r"(?:after|following) (?:the )?(?P<rest>.+)")


@dataclass(frozen=True)
class Timescale:
    """When an action is due.

    Parameters
    ----------
    kind
        ``date`` (one day), ``window`` (due within a stretch of the calendar or between two lengths of time),
        ``relative`` (a length of time from the anchor), ``immediate``, ``open`` (no due date), ``recurring``,
        ``unscheduled`` (no timescale yet) or ``complete``.
    earliest
        First day on which it is expected; for a deadline written as ``within`` or ``until``, the anchor; for a
        completed action, the first day it can have been completed. None where there is none.
    latest
        Last day before it is late. None where it is never late.
    open_ended
        It has no last day.
    every
        ISO 8601 duration between repeats (``P3M``), empty unless recurring.
    priority
        ``High``, ``Medium``, ``Low`` or empty.
    note
        Codes of what the reader did beyond the words, joined by ``; ``: entries of the wording's ``timescale_note``.
    """

    kind: Kind
    earliest: date | None = None
    latest: date | None = None
    open_ended: bool = False
    every: str = ""
    priority: str = ""
    note: str = ""


@dataclass(frozen=True)
class _Scene:
    """What a reader needs besides the words."""

    anchor: date
    order: DateOrder


_Reader = Callable[[str, _Scene], Timescale | None]


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
    months from 30 June are 30 December (see :class:`~my121_analytics.improvement.durations.Duration`). Quarters and
    half-years are read only where the year says which kind it is: ``2013/14`` starts on 1 April. Seasons are the
    meteorological ones. An explicit date beats a length of time beside it. A month without a year is the next one
    after the anchor, and refused in the anchor's own month.
    """
    scene = _Scene(_as_day(anchor), date_order)
    phrase = _tidy(text)
    if not phrase:
        raise TimescaleError(_shown(text), "blank")
    if len(phrase) > _LONGEST:
        raise TimescaleError(_shown(text), "unreadable")
    try:
        timescale = _read_cell(phrase, scene)
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
        period = read_period(phrase, anchor=None, order=date_order)
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
        The cell: one timescale a line, or separated by semicolons or wide gaps, with or without bullets. A line that
        only holds a priority belongs to the timescale beside it, and a line that only continues the one above is
        joined to it.

    Returns
    -------
    list of str
        As written, without bullets; empty for a blank cell.
    """
    lines = _list_items(text)
    if len(lines) > 1 and not all(map(_is_timescale, lines)) and _is_timescale(" ".join(lines)):
        return [" ".join(lines)]
    pieces = _attach_priorities(lines)
    parts: list[str] = []
    for piece in pieces:
        halves = [half.strip() for half in re.split(r";|\||\s{2,}", piece) if half.strip()]
        dated = [half for half in halves if _is_timescale(half) and not _is_priority(half)]
        parts += halves if len(dated) == len(halves) > 1 else [piece]
    return parts


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
    return _PRIORITY.fullmatch(_tidy(text)) is not None


def _is_timescale(text: str) -> bool:
    """Say whether the words are about time at all; the day they count from does not matter for that."""
    try:
        parse_timescale(text, anchor=date(2000, 6, 15))
    except TimescaleError as problem:
        return problem.reason == "ambiguous"
    return True


def _tidy(text: str) -> str:
    """Lower case, plain dashes and quotes, single spaces, no outer punctuation; line ends become semicolons."""
    lines = _list_items(unicodedata.normalize("NFKC", str(text)))
    plain = "; ".join(lines).translate(_DASHES).lower()
    plain = re.sub(r"\bpriority ?[:=-] ?", "priority ", re.sub(r"\s+", " ", plain).strip(" ;,"))
    plain = re.sub(r"(?<![a-z]\.[a-z])\.$", "", plain)
    return re.sub(r"(\d) (st|nd|rd|th)\b", r"\1\2", plain)


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", str(text)).strip()[:120]


def _as_day(anchor: date) -> date:
    return anchor.date() if isinstance(anchor, datetime) else anchor


def _read_cell(phrase: str, scene: _Scene) -> Timescale | None:
    """Read a whole cell as one phrase, else as a priority and a phrase, else as parts that must agree."""
    phrase = _LEAD_IN.sub("", phrase)
    whole = _read_phrase(phrase, scene)
    if whole is not None:
        return whole
    parts = _split_parts(phrase)
    if len(parts) > 1:
        return _combine(parts, scene, is_aside=re.search(r"\(|\[| / ", phrase) is not None)
    found = re.fullmatch(rf"{_PRIORITY.pattern}[ :-]+(?P<rest>.+)", phrase) or re.fullmatch(
        rf"(?P<rest>.+?)[ :-]+{_PRIORITY.pattern}", phrase)
    if found:
        rest = _read_cell(found["rest"], scene)
        if rest is not None and rest.priority:
            raise TimescaleError(phrase, "two_readings")
        return rest and replace(rest, priority=found["priority"].capitalize())
    return None


def _split_parts(phrase: str) -> list[str]:
    """Split at brackets, semicolons, commas, bars and spaced dashes or slashes, never inside a date or a range."""
    parts = [part.strip(" ,;:-/") for part in re.split(r"[()\[\];|,]| - | / | ?/(?=[a-z])|: ", phrase)]
    return [part for part in parts if part]


def _combine(parts: list[str], scene: _Scene, *, is_aside: bool) -> Timescale | None:
    """Put the parts of a cell together; anything but a priority, a due date and a length of time must agree."""
    readings = []
    priorities = []
    for part in parts:
        found = _PRIORITY.fullmatch(part)
        if found:
            priorities.append(found["priority"].capitalize())
            continue
        reading = _read_cell(part, scene)
        if reading is None:
            return None
        if reading.priority:
            priorities.append(reading.priority)
        readings.append(replace(reading, priority=""))
    if len(set(priorities)) > 1:
        raise TimescaleError("; ".join(parts), "two_readings")
    priority = priorities[0] if priorities else ""
    if not readings:
        return Timescale("unscheduled", priority=priority)
    return replace(_agree(readings, parts, is_aside=is_aside), priority=priority)


def _agree(readings: list[Timescale], parts: list[str], *, is_aside: bool) -> Timescale:
    """Choose among several readings of one cell, or refuse."""
    distinct = list(dict.fromkeys(replace(reading, note="") for reading in readings))
    if len(distinct) == 1:
        return readings[0]
    kinds = [reading.kind for reading in distinct]
    if "complete" in kinds:
        # "complete (March 2014)" may be an instruction; "March 2014 (completed)" is not.
        if kinds[-1] != "complete" or len(distinct) != 2 or not (_is_length(readings[0]) or _is_calendar(readings[0])):
            raise TimescaleError("; ".join(parts), "done_or_due")
        return replace(distinct[-1], note=_join_notes(distinct[-1].note, "due_set_aside"))
    if set(kinds) == {"open", "recurring"} and len(distinct) == 2:
        return distinct[kinds.index("recurring")]
    if kinds == ["immediate", "open"]:
        return replace(distinct[1], earliest=distinct[0].earliest)
    dated = [reading for reading in readings if _is_calendar(reading)]
    lengths = [reading for reading in readings if _is_length(reading)]
    # A length after a date may say how long the action takes from then, unless it stands in brackets or after a slash.
    apart = readings[-1] is dated[0] if len(dated) == 1 else False
    if len(dated) == 1 and len(lengths) == len(readings) - 1 and (apart or is_aside):
        return replace(dated[0], note=_join_notes(dated[0].note, "length_set_aside"))
    raise TimescaleError("; ".join(parts), "two_readings")


def _is_length(reading: Timescale) -> bool:
    return "from_anchor" in reading.note.split("; ")


def _is_calendar(reading: Timescale) -> bool:
    return reading.kind in ("date", "window") and not _is_length(reading)


def _read_phrase(phrase: str, scene: _Scene) -> Timescale | None:
    """Read one phrase as a whole; the first reader that knows it decides."""
    readers: tuple[_Reader, ...] = (_read_word, _read_recurring, _read_completion, _read_length, _read_bounded_length,
                                    _read_start_or_end, _read_calendar)
    for reader in readers:
        timescale = reader(phrase, scene)
        if timescale is not None:
            return timescale
    _refuse_known(phrase)
    return None


def _read_word(phrase: str, scene: _Scene) -> Timescale | None:
    found = _PRIORITY.fullmatch(phrase)
    if found:
        return Timescale("unscheduled", priority=found["priority"].capitalize())
    fixed = {"immediate": Timescale("immediate", scene.anchor, scene.anchor),
             "open": Timescale("open", open_ended=True),
             "open_from_now": Timescale("open", scene.anchor, open_ended=True),
             "unscheduled": Timescale("unscheduled"), "complete": Timescale("complete")}
    return next((timescale for name, timescale in fixed.items() if phrase in _phrases()[name]), None)


def _read_recurring(phrase: str, scene: _Scene) -> Timescale | None:
    if _TWO_WAY_WORDS.fullmatch(phrase):
        raise TimescaleError(phrase, "twice_or_every_two")
    phrase = re.sub(r"^(?:ongoing|on-going),? (?:and |- )?", "", phrase)
    every = _interval(phrase)
    if every:
        return Timescale("recurring", open_ended=True, every=every)
    found = _FROM.fullmatch(phrase)
    if found and (every := _interval(found["head"])):
        start = _period(found["rest"], scene)
        return None if start is None else Timescale("recurring", start.start, open_ended=True, every=every,
                                                    note=start.note)
    found = _UNTIL.fullmatch(phrase)
    if found and found["head"] and (every := _interval(found["head"])):
        end = _period(_without_end(found["rest"]), scene)
        return None if end is None else Timescale("recurring", latest=end.end, every=every, note=end.note)
    return None


def _interval(phrase: str) -> str:
    """Give the ISO duration of ``quarterly``, ``every six months``, ``3-monthly``; empty where it is none."""
    if phrase in _phrases()["recurring"]:
        return str(_phrases()["recurring"][phrase])
    found = _EACH.fullmatch(phrase)
    text = found["rest"] if found else ""
    if text in ("day", "week", "fortnight", "month", "year"):
        text = f"one {text}"
    found = _LENGTH_LY.fullmatch(phrase)
    if found:
        text = f"{found['number']} {found['unit']}s"
    length = read_duration(text) if text else None
    if length is None:
        return ""
    if length.months:
        return f"P{length.months // 12}Y" if length.months % 12 == 0 else f"P{length.months}M"
    return f"P{length.days // 7}W" if length.days % 7 == 0 else f"P{length.days}D"


def _read_completion(phrase: str, scene: _Scene) -> Timescale | None:
    """Read ``completed March 2014`` as done then, ``to be completed by March 2014`` as due, and refuse between."""
    found = _TO_DO_BY.match(phrase)
    if found and not phrase.startswith(("completed by", "done by", "achieved by", "finished by", "delivered by",
                                        "implemented by", "completed before", "completed within")):
        return _read_phrase(phrase[found.start("by"):], scene)
    done = _DONE_ON.fullmatch(phrase)
    if done and not done["rest"].startswith(("by ", "within ", "before ")):
        period = _period(done["rest"], scene, with_year=True)
        if period is not None:
            return Timescale("complete", period.start, period.end)
    either = _DONE_OR_DUE.fullmatch(phrase)
    if either and (either["rest"].startswith(("by ", "within ", "before ", "in ")) or _is_timescale(either["rest"])
                   ) and not _is_priority(either["rest"]):
        raise TimescaleError(phrase, "done_or_due")
    return None


def _read_length(phrase: str, scene: _Scene) -> Timescale | None:
    """Read ``12 months``, ``in six weeks``, ``18-24 months``, ``12 months from 1 April 2014``."""
    phrase = re.sub(r"^(?:in|within) (?=(?:between )?.*(?:-| to | and ))", "", phrase)
    phrase = re.sub(r"^in (?!the )", "", phrase)
    phrase = re.sub(r"'? time$", "", phrase)
    scene, phrase, note = _own_start(phrase, scene)
    length = read_duration(phrase)  # before the range, so that "twenty-four" is a number
    if length is not None:
        due = length.after(scene.anchor)
        return Timescale("relative", due, due, note=note)
    between = read_duration_range(phrase)
    if between is None:
        return None
    low, high = (end.after(scene.anchor) for end in between)
    return Timescale("window", low, high, note=note) if low < high else Timescale("relative", high, high, note=note)


def _own_start(phrase: str, scene: _Scene) -> tuple[_Scene, str, str]:
    """Let a length count from a day that the phrase names itself; a month stands for its last day."""
    found = _OWN_START.fullmatch(phrase)
    if not found or (read_duration(found["length"]) is None and read_duration_range(found["length"]) is None):
        return scene, phrase, "from_anchor"
    if re.fullmatch(r"now|today", found["start"]):
        return scene, found["length"], "from_anchor"
    start = _period(found["start"], scene, with_year=True)
    if start is None or start.span not in ("day", "month"):
        raise TimescaleError(phrase, "from_event")
    return replace(scene, anchor=start.end), found["length"], "own_start"


def _read_bounded_length(phrase: str, scene: _Scene) -> Timescale | None:
    """Read ``within 6 months``, ``up to three years``, ``at least 12 months``, ``12 months+``."""
    for pattern in (_WITHIN, _UP_TO, _MAXIMUM):
        found = pattern.fullmatch(phrase)
        inner = _read_length(found["rest"], scene) if found else None
        if inner is not None:
            start = scene.anchor if inner.kind == "relative" and "own_start" not in inner.note else inner.earliest
            return replace(inner, earliest=start)
    found = _AT_LEAST.fullmatch(phrase)
    rest = found["rest"] if found else ""
    plus = _PLUS.fullmatch(phrase)
    if plus and not rest:
        rest = plus["rest"] or f"{plus['number']} {plus['unit']}"
    inner = _read_length(rest, scene) if rest else None
    if inner is not None:
        return replace(inner, latest=None, open_ended=True)
    found = _UNSETTLED.fullmatch(phrase)
    if found and _read_length(found["rest"], scene) is not None:
        raise TimescaleError(phrase, "during_or_after")
    return None


def _read_start_or_end(phrase: str, scene: _Scene) -> Timescale | None:
    """Read ``from April 2014``, ``April 2014 onwards``, ``ongoing until March 2015``, ``after June 2014``."""
    found = _UNTIL.fullmatch(phrase)
    if found and (not found["head"] or found["head"] in _phrases()["open"]):
        period = _period(_without_end(found["rest"]), scene)
        if period is None:
            return None
        if period.end < scene.anchor:
            raise TimescaleError(phrase, "backwards")
        return Timescale("window", scene.anchor, period.end, note=period.note)
    onwards = re.fullmatch(r"(?P<rest>.+?),? (?:onwards?|and ongoing|and onwards?)", phrase)
    found = _START_ONLY.fullmatch(phrase) or onwards
    if found:
        period = _period(found["rest"], scene)
        if period is not None:
            return Timescale("open", earliest=period.start, open_ended=True, note=period.note)
    found = _AFTER.fullmatch(phrase)
    period = _period(found["rest"], scene) if found else None
    if period is not None:
        return Timescale("open", earliest=period.end + timedelta(days=1), open_ended=True, note=period.note)
    return None


def _read_calendar(phrase: str, scene: _Scene) -> Timescale | None:
    """Read days, windows, and what stands before them: ``by``, ``end of``, ``mid``, ``before``."""
    period = _period(phrase, scene) or read_period_range(phrase, anchor=scene.anchor, order=scene.order)
    if period is not None:
        return _as_timescale(period)
    for pattern, reader in ((_ENDING, _read_ending), (_PART_OF, _read_part_of), (_BEFORE, _read_before),
                            (_BY, _read_by), (_IN, _read_in)):
        found = pattern.fullmatch(phrase)
        timescale = reader(found, scene) if found else None
        if timescale is not None:
            return timescale
    return None


def _read_ending(found: re.Match[str], scene: _Scene) -> Timescale | None:
    period = _period(found["rest"] or found["rest2"], scene)
    if period is None or period.span == "day":
        return None
    return Timescale("date", period.end, period.end, note=period.note)


def _read_part_of(found: re.Match[str], scene: _Scene) -> Timescale | None:
    period = _period(found["rest"], scene)
    if period is None or period.span == "day":
        return None
    if period.span != "month":
        raise TimescaleError(found[0], "part_of_year")
    return _as_timescale(replace(period, note=_join_notes(period.note, "part_of_month")))


def _read_before(found: re.Match[str], scene: _Scene) -> Timescale | None:
    period = _period(found["rest"], scene)
    if period is None:
        return None
    day = period.start - timedelta(days=1)
    return Timescale("date", day, day, note=period.note)


def _read_by(found: re.Match[str], scene: _Scene) -> Timescale | None:
    period = _period(found["rest"], scene) or read_period_range(found["rest"], anchor=scene.anchor, order=scene.order)
    if period is not None and period.span == "year":
        raise TimescaleError(found[0], "by_year")
    return None if period is None else _as_timescale(period)


def _read_in(found: re.Match[str], scene: _Scene) -> Timescale | None:
    period = _period(found["rest"], scene) or read_period_range(found["rest"], anchor=scene.anchor, order=scene.order)
    return None if period is None else _as_timescale(period)


def _as_timescale(period: Period) -> Timescale:
    kind: Kind = "date" if period.start == period.end else "window"
    return Timescale(kind, period.start, period.end, note=period.note)


def _period(text: str, scene: _Scene, *, with_year: bool = False) -> Period | None:
    return read_period(text.strip(), anchor=None if with_year else scene.anchor, order=scene.order)


def _without_end(text: str) -> str:
    return re.sub(r"^end(?: of)? (?:the )?", "", text)


def _refuse_known(phrase: str) -> None:
    """Give phrases that are known to be unsettled their own reason, so that the remedy fits."""
    for pattern, code in ((_WORKING_DAYS, "working_days"), (_STATUS, "status"), (_VAGUE, "vague")):
        if pattern.fullmatch(phrase):
            raise TimescaleError(phrase, code)


def _join_notes(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


@lru_cache(maxsize=1)
def _phrases() -> dict[str, Any]:
    return tomllib.loads(resources.files("my121_analytics.improvement").joinpath("phrases.toml").read_text("utf-8"))
