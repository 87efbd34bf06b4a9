"""When an action is due, read from the words of a plan: ``12 months``, ``by March 2014``, ``Q3 2013/14``, ``ongoing``.

The reader takes a whole phrase or nothing. A phrase with two readings is refused with a way to write it, because a due
date that nobody meant does more harm than a line in a list of cells to mend.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from html import unescape

from my121_analytics.improvement.timescale.cells import read_cell, refuse
from my121_analytics.improvement.timescale.due_dates import KINDS, DateOrder, Kind, Scene, Timescale, join_notes
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.spelling import find_slips
from my121_analytics.improvement.timescale.splitting import split_cell, split_lines
from my121_analytics.improvement.timescale.tokens import scan
from my121_analytics.improvement.timescale.values import PERIODS, reduce_values, resolve

__all__ = ["KINDS", "Kind", "Timescale", "parse_anchor", "parse_timescale", "split_timescales"]

_LONGEST = 200
"""Characters beyond which a cell holds prose, not a timescale."""


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
    :meth:`~my121_analytics.improvement.timescale.durations.Duration.after`). Quarters and
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
    written = "\n".join(split_lines(unescape(str(text))))
    if not written:
        raise TimescaleError("", "blank")
    if len(written) > _LONGEST:
        raise TimescaleError(_shown(text), "unreadable")
    try:
        timescale = _read(written, scene)
    except TimescaleError as problem:
        raise TimescaleError(_shown(text), problem.code) from None
    if timescale is None:
        raise TimescaleError(_shown(text), "unreadable")
    return timescale


def _read(written: str, scene: Scene) -> Timescale | None:
    """Read a cell as it stands, else with slips of the hand put right."""
    tokens = scan(written)
    timescale = read_cell(tokens, scene)
    slips = find_slips(written) if timescale is None else {}
    if slips:
        timescale = read_cell(scan(written, spelling=slips), scene)
        timescale = timescale and replace(timescale, note=join_notes(timescale.note, "spelling"))
    if timescale is None:
        refuse(tokens)
        return None
    return replace(timescale, original=_slice(written, timescale.original))


def _slice(written: str, place: str) -> str:
    """Give the part of a cell that a place such as ``0:9`` names; empty for none."""
    start, _, end = place.partition(":")
    return " ".join(written[int(start): int(end)].split()).strip(" .,;:") if place else ""


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
    tokens = scan(unescape(str(text)))
    if not tokens:
        raise TimescaleError(_shown(text), "blank" if not str(text).strip() else "unreadable")
    try:
        values = reduce_values(tokens, Scene(None, date_order))
        period = resolve(values[0], Scene(None)) if len(values) == 1 and values[0].kind in PERIODS else None
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
    return split_cell(unescape(str(text)))


def _shown(text: str) -> str:
    return " ".join(str(text).split())[:120]


def _as_day(anchor: date) -> date:
    return anchor.date() if isinstance(anchor, datetime) else anchor
