"""Stretches of the calendar: a day, a month, a quarter, a half-year, a season, a year."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from my121_analytics.improvement.timescale.refusal import TimescaleError

Span = Literal["day", "week", "month", "quarter", "season", "half", "year", "range"]
FIRST_YEAR, LAST_YEAR = 1990, 2100  # Investors in People began in 1991


@dataclass(frozen=True)
class Period:
    """A stretch of days; both ends belong to it.

    Parameters
    ----------
    start, end
        First and last day.
    span
        What it was written as.
    note
        Code of what the reader supplied: ``year_from_anchor`` where the year was not written.
    ends_with
        Of a range, what its end was written as.
    """

    start: date
    end: date
    span: Span
    note: str = ""
    ends_with: Span | None = None

    @property
    def day_after(self) -> date:
        """The day after its last."""
        return self.end + timedelta(days=1)

    @property
    def is_calendar_year(self) -> bool:
        """Whether it is a year from January."""
        return self.span == "year" and self.start.month == 1


@dataclass(frozen=True)
class FinancialYear:
    """A year from 1 April.

    Parameters
    ----------
    first
        Year in which it starts.
    doubt
        Code of the refusal where it stands alone: ``2011-12`` may be a month, ``2014-2015`` two calendar years.
    """

    first: int
    doubt: str = ""


def period_of_day(text: str, year: int, month: int, day: int, weekday: int | None = None) -> Period:
    """Give one day.

    Raises
    ------
    TimescaleError
        There is no such day, or it is another day of the week.
    """
    check_year(text, year)
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        raise TimescaleError(text, "impossible_date")
    only_day = date(year, month, day)
    if weekday is not None and only_day.weekday() != weekday:
        raise TimescaleError(text, "weekday")
    return Period(only_day, only_day, "day")


def period_of_months(text: str, year: int, month: int, months: int, span: Span) -> Period:
    """Give some whole months from the first of one; ``text`` is for the refusal of a year out of range."""
    check_year(text, year)
    last = year * 12 + month - 2 + months
    end_year, end_month = last // 12, last % 12 + 1
    return Period(date(year, month, 1), date(end_year, end_month, monthrange(end_year, end_month)[1]), span)


def part_of_year(text: str, number: int, months: int, year: int, *, starts: int = 4) -> Period:
    """Give the nth quarter (``months=3``) or half (``months=6``) of a year that starts in a month."""
    begin = starts - 1 + (number - 1) * months
    return period_of_months(text, year + begin // 12, begin % 12 + 1, months, "quarter" if months == 3 else "half")


def next_months(text: str, anchor: date | None, month: int, months: int, span: Span) -> Period:
    """Give the next such stretch that starts after the anchor.

    Raises
    ------
    TimescaleError
        There is no anchor, or it lies in such a stretch, so that two are possible.
    """
    if anchor is None:
        raise TimescaleError(text, "no_year")
    this_year = period_of_months(text, anchor.year, month, months, span)
    last_year = period_of_months(text, anchor.year - 1, month, months, span)
    if any(period.start <= anchor <= period.end for period in (this_year, last_year)):
        raise TimescaleError(text, "no_year")
    period = this_year if this_year.start > anchor else period_of_months(text, anchor.year + 1, month, months, span)
    return replace(period, note="year_from_anchor")


def next_day(text: str, anchor: date | None, month: int, day: int, weekday: int | None) -> Period:
    """Give the next such day after the anchor; in the anchor's own month the year is not settled."""
    if anchor is None or month == anchor.month:
        raise TimescaleError(text, "no_year")
    year = anchor.year + (month < anchor.month)
    return replace(period_of_day(text, year, month, day, weekday), note="year_from_anchor")


def consecutive_year(first: str, second: str) -> int | None:
    """Give the year a financial year starts in; None where the two years do not follow each other."""
    year = int(first) if len(first) == 4 else 2000 + int(first)
    follows = int(second) % 100 == (year + 1) % 100 and (len(second) == 2 or int(second) > year)
    return year if follows else None


def full_year(text: str) -> int:
    """Give a year written with four figures or two; plans are of this century."""
    figures = text.lstrip("'")
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


def check_year(text: str, year: int) -> None:
    """Refuse a year that no plan can mean."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise TimescaleError(text, "out_of_range")
