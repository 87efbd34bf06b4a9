"""Stretches of the calendar: a day, a month, a quarter, a half-year, a season, a year, with and without its year."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from my121_analytics.improvement.timescale.refusal import TimescaleError

Span = Literal["day", "week", "month", "quarter", "season", "half", "year", "range"]
FIRST_YEAR, LAST_YEAR = 1990, 2100  # Investors in People began in 1991
MONTHS_IN = {"month": 1, "quarter": 3, "season": 3, "half": 6}


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
class Named:
    """A stretch named without a year: ``31 March``, ``Q3``, ``Q1 - Q2``, ``autumn``, ``Christmas``.

    Parameters
    ----------
    span
        ``day``, ``month``, ``quarter``, ``half``, ``season`` or ``feast`` (Christmas day).
    number
        Its month, or which quarter or half of a year it is.
    last
        Day of the month; of quarters and halves, the last of them.
    weekday
        Day of the week that was written beside a day.
    """

    span: str
    number: int
    last: int = 0
    weekday: int | None = None


@dataclass(frozen=True)
class Year:
    """A year as written beside or instead of a stretch of it.

    Parameters
    ----------
    first
        Year in which it starts.
    style
        ``financial`` (from 1 April), ``calendar`` (said to be one), or ``plain``, which for a quarter may be either.
    doubt
        Code of the refusal where it stands alone: ``2011-12`` may be a month, ``2014-2015`` two calendar years.
    """

    first: int
    style: Literal["financial", "calendar", "plain"]
    doubt: str = ""


@dataclass(frozen=True)
class Doubtful:
    """A stretch that only some words before it settle: ``August 13`` may be a day, ``in August 13`` is a month."""

    period: Period
    doubt: str


def in_year(text: str, named: Named, year: Year) -> Period:
    """Give a named stretch of a year.

    Parameters
    ----------
    text
        As written, for the refusal.
    named, year
        The stretch and its year.

    Returns
    -------
    Period

    Raises
    ------
    TimescaleError
        The year does not settle it: a quarter of ``2014`` may be of either kind of year, and winter lies in two.
    """
    is_financial = year.style == "financial"
    if named.span in ("quarter", "half"):
        if year.style == "plain":
            raise TimescaleError(text, "which_year")
        parts = [part_of_year(text, number, MONTHS_IN[named.span], year.first, starts=4 if is_financial else 1)
                 for number in (named.number, named.last)]
        return join_periods(*parts) if named.number != named.last else parts[0]
    if named.span == "season":
        if is_financial != (named.number == 12):
            raise TimescaleError(text, "season_year")
        return period_of_months(text, year.first, named.number, 3, "season")
    if named.span == "month":
        return period_of_months(text, year.first + (is_financial and named.number < 4), named.number, 1, "month")
    if is_financial:
        raise TimescaleError(text, "unreadable")
    day = 25 if named.span == "feast" else named.last
    return period_of_day(text, year.first, named.number, day, named.weekday)


def next_after(text: str, named: Named, anchor: date | None) -> Period:
    """Give the next such stretch after the anchor, noted as such.

    Raises
    ------
    TimescaleError
        There is no anchor, or two years are possible.
    """
    if named.span in ("quarter", "half"):
        raise TimescaleError(text, "no_year_quarter")
    if named.span in ("month", "season"):
        return next_months(text, anchor, named.number, MONTHS_IN[named.span], named.span)  # type: ignore[arg-type]
    return next_day(text, anchor, named.number, 25 if named.span == "feast" else named.last, named.weekday)


def join_periods(first: Period, last: Period) -> Period:
    """Give the stretch from one to another."""
    return Period(first.start, last.end, "range", last.note, last.span)


def period_of_year(text: str, year: Year) -> Period:
    """Give a year that stands alone; raises the refusal of one that may be of either kind."""
    if year.doubt:
        raise TimescaleError(text, year.doubt)
    return period_of_months(text, year.first, 4 if year.style == "financial" else 1, 12, "year")


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
