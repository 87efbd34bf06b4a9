"""What a timescale is once it is read: the answer that every rule gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

DateOrder = Literal["dmy", "mdy", "ymd"]
Kind = Literal["date", "window", "relative", "immediate", "open", "recurring", "unscheduled", "complete"]
KINDS: tuple[Kind, ...] = ("date", "window", "relative", "immediate", "open", "recurring", "unscheduled", "complete")


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
        ``High``, ``Medium``, ``Low``, the figure of a numbered priority (``1``), or empty.
    note
        Codes of what the reader did beyond the words, joined by ``; ``: entries of the wording's ``timescale_note``.
    original
        The timescale that a revised one replaced, as written; empty unless revised.
    """

    kind: Kind
    earliest: date | None = None
    latest: date | None = None
    open_ended: bool = False
    every: str = ""
    priority: str = ""
    note: str = ""
    original: str = ""


@dataclass(frozen=True)
class Scene:
    """What a rule needs besides the words.

    Parameters
    ----------
    anchor
        Day that lengths count from, and after which a month without a year lies; None where every year must be
        written.
    order
        Order of numeric dates.
    """

    anchor: date | None
    order: DateOrder = "dmy"

    @property
    def start(self) -> date:
        """The anchor, for phrases that are only read where there is one."""
        if self.anchor is None:
            raise ValueError("a phrase that counts from the anchor was read without one")
        return self.anchor


def is_length(reading: Timescale) -> bool:
    """Say whether it is a length of time that counts from the plan's anchor."""
    return "from_anchor" in reading.note.split("; ")


def is_calendar(reading: Timescale) -> bool:
    """Say whether it names a day or a stretch of the calendar."""
    return reading.kind in ("date", "window") and not is_length(reading)


def join_notes(*notes: str) -> str:
    """Join codes of notes, leaving out empty ones."""
    return "; ".join(note for note in notes if note)
