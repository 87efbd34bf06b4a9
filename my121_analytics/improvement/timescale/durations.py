"""Lengths of time: calendar months and days, counted from a day."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from my121_analytics.improvement.timescale.refusal import TimescaleError

_LONGEST_MONTHS = 240  # twenty years: a longer figure in a plan is a slip of the key
_LONGEST_DAYS = 3660


@dataclass(frozen=True, order=True)
class Duration:
    """A length of time; calendar months and days are kept apart, since a month has no fixed number of days."""

    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """Give the day this long after another.

        Parameters
        ----------
        start
            Day to count from.

        Returns
        -------
        datetime.date
            Months end on the corresponding date, or on the last day of a month that has no such date: six months
            from 31 August end on 28 February, and six months from 30 June on 30 December.

        Notes
        -----
        This is the corresponding-date rule by which periods of months run in English law (Dodds v Walker, 1981), and
        what EDATE does in a spreadsheet.
        """
        month = start.year * 12 + start.month - 1 + self.months
        year, month = month // 12, month % 12 + 1
        day = min(start.day, monthrange(year, month)[1])
        return date(year, month, day) + timedelta(days=self.days)

    @property
    def roughly_days(self) -> float:
        """Length in days, with a month of average length; for putting two durations in order."""
        return self.months * 30.44 + self.days

    @property
    def iso(self) -> str:
        """The ISO 8601 duration: ``P3M``, ``P2W``."""
        if self.months:
            return f"P{self.months // 12}Y" if self.months % 12 == 0 else f"P{self.months}M"
        return f"P{self.days // 7}W" if self.days % 7 == 0 else f"P{self.days}D"


def count_units(number: int, unit: tuple[str, int], text: str) -> Duration | None:
    """Give the length of a number of units.

    Parameters
    ----------
    number
        How many.
    unit
        ``("months", 12)``: what the unit is counted in, and how many of that it holds.
    text
        As written, for the refusal.

    Returns
    -------
    Duration or None
        None for hours that are no whole days, since a due date has no hour.

    Raises
    ------
    TimescaleError
        The length is nothing, or longer than a plan can mean.
    """
    base, size = unit
    if base == "hours":
        if number % 24 or not number:
            return None
        base, number = "days", number // 24
    length = Duration(months=number * size) if base == "months" else Duration(days=number * size)
    if not 0 < length.months <= _LONGEST_MONTHS and not 0 < length.days <= _LONGEST_DAYS:
        raise TimescaleError(text, "out_of_range")
    return length
