"""Stretches of the calendar in words: a day, a month, a quarter, a season, a year, and from one to another."""

from __future__ import annotations

import re
from calendar import day_name, month_name, monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from my121_analytics.improvement.timescale.refusal import TimescaleError

Span = Literal["day", "week", "month", "quarter", "season", "half", "year"]
DateOrder = Literal["dmy", "mdy", "ymd"]

_MONTHS = {name.lower(): n for n, name in enumerate(month_name) if name}
_MONTHS |= {name[:3]: n for name, n in list(_MONTHS.items())} | {"sept": 9}
_WEEKDAYS = {name.lower(): n for n, name in enumerate(day_name)} | {name[:3].lower(): n
                                                                    for n, name in enumerate(day_name)}
_WEEKDAYS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
_MONTH = rf"(?P<month>{'|'.join(sorted(_MONTHS, key=len, reverse=True))})\.?"
_WEEKDAY = rf"(?:(?P<weekday>{'|'.join(sorted(_WEEKDAYS, key=len, reverse=True))})\.?,? )?"
_DAY = r"(?P<day>\d{1,2})(?P<ordinal>st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})"
_FINANCIAL = r"(?P<fy_label>(?:fy|f/y|financial year|fiscal year) ?)?(?P<fy>\d{4}|\d{2}) ?[/-] ?(?P<fy_end>\d{4}|\d{2})"
_TIME = r"(?:[t ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_NTH = rf"(?P<nth>{'|'.join(_ORDINALS)})"
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}  # meteorological: first month of three

_DAY_WITH_YEAR = re.compile(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of)?[ /.-]?{_MONTH},?[ /-]?(?P<year>\d{{4}}|"
                            rf"'?\d{{2}}){_TIME}")
_MONTH_FIRST = re.compile(rf"{_WEEKDAY}{_MONTH} (?:the )?{_DAY},? {_YEAR}")
_DAY_WITHOUT_YEAR = re.compile(rf"{_WEEKDAY}(?:the )?{_DAY}(?: of)?[ -]?{_MONTH}")
_MONTH_DAY_WITHOUT_YEAR = re.compile(rf"{_WEEKDAY}{_MONTH} (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)")
_NUMERIC = re.compile(rf"{_WEEKDAY}(?P<a>\d{{1,2}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{4}}|\d{{2}}){_TIME}")
_ISO = re.compile(rf"(?P<a>\d{{4}})(?P<sep>[/.-])(?P<b>\d{{1,2}})(?P=sep)(?P<c>\d{{1,2}}){_TIME}z?")
_COMPACT = re.compile(r"(?P<a>(?:19|20)\d{2})(?P<b>\d{2})(?P<c>\d{2})")
_MONTH_YEAR = re.compile(rf"{_MONTH},?[ -]?(?:of )?(?P<year>\d{{4}}|'\d{{2}})")
_MONTH_SHORT_YEAR = re.compile(rf"{_MONTH}[ -]?\d{{2}}")
_MONTH_FINANCIAL = re.compile(rf"{_MONTH},? (?:of |in )?{_FINANCIAL}")
_MONTH_ALONE = re.compile(_MONTH)
_MONTH_NUMBER = re.compile(r"(?P<number>\d{1,2})/(?P<year>\d{4})")
_YEAR_NUMBER = re.compile(r"(?P<year>\d{4})-(?P<number>\d{2})")
_PART_OF = r"(?:,? ?- ?|,? (?:of |in )?(?:the )?)"
_CARDINALS = {"one": "1", "two": "2", "three": "3", "four": "4"}
_QUARTER_NAME = r"(?:(?:q|qtr|quarter)\.? ?(?P<n>[1-4]|one|two|three|four)|" + _NTH + r" (?:quarter|qtr))"
_QUARTERS = re.compile(r"(?:q|qtrs?|quarters?)\.? ?(?P<first>[1-4]) ?(?P<gap>-|/|&|and|to) ?(?:q|qtr|quarter)?\.? ?"
                       r"(?P<last>[1-4])(?:,? (?:of |in )?(?:the )?|,? ?- ?)(?P<rest>.+)")
_HALF_NAME = r"(?:h(?P<n>[12])|half (?P<m>[12])|" + _NTH + r" half)"
_SEASON = re.compile(r"(?:the )?(?P<season>spring|summer|autumn|winter)(?:(?:,? |-)(?:of )?(?P<rest>.+))?")
_FINANCIAL_YEAR = re.compile(rf"(?:the )?{_FINANCIAL}(?P<fy_suffix> ?(?:fy|f/y|financial year|fiscal year))?")
_CALENDAR_YEAR = re.compile(r"(?:the )?(?P<label>calendar(?: year)? |year )?(?P<year>\d{4})"
                            r"(?P<suffix> calendar(?: year)?)?")
_OWN_FINANCIAL_YEAR = re.compile(r"(?:the )?(?P<which>this |current |next |coming |following )?"
                                 r"(?:financial year|fiscal year|fy|f/y)")
_OWN_CALENDAR_YEAR = re.compile(r"(?:the )?(?:this |current )?calendar year")
_WEEK = re.compile(r"(?:the )?(?:w/c|wc|week commencing|week beginning|week starting|w/b)[.:]? ?(?P<rest>.+)")
_WEEK_ENDING = re.compile(r"(?:the )?(?:w/e|week ending)[.:]? ?(?P<rest>.+)")


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
    """

    start: date
    end: date
    span: Span
    note: str = ""


def read_period(text: str, *, anchor: date | None, order: DateOrder = "dmy") -> Period | None:
    """Read one stretch of the calendar.

    Parameters
    ----------
    text
        Tidied: lower case, plain dashes, single spaces.
    anchor
        Day the plan counts from; where a month has no year, its next occurrence after the anchor is meant.
        None refuses such a month.
    order
        Order of numeric dates.

    Returns
    -------
    Period or None
        None where the text is no stretch of the calendar.

    Raises
    ------
    TimescaleError
        It is one, but with two readings (``q3 2014``, ``august 13``, ``winter 2014``) or an impossible date.
    """
    for reader in (_read_day, _read_week, _read_month, _read_quarter, _read_half, _read_season, _read_year):
        period = reader(text, anchor, order)
        if period is not None:
            return period
    return None


def read_period_range(text: str, *, anchor: date | None, order: DateOrder = "dmy") -> Period | None:
    """Read a stretch from one part of the calendar to another: ``april - june 2014``, ``q1 to q2 2014/15``.

    Parameters
    ----------
    text, anchor, order
        As for :func:`read_period`.

    Returns
    -------
    Period or None
        From the start of the first to the end of the second; None where the text is no such range.

    Raises
    ------
    TimescaleError
        The range runs backwards, or one of its ends has two readings.
    """
    inner = re.sub(r"^(?:between|from) ", "", text)
    quarters = _QUARTERS.fullmatch(inner)
    if quarters:
        gap = "to" if quarters["gap"] in ("-", "to") else quarters["gap"]
        inner = f"q{quarters['first']} {quarters['rest']} {gap} q{quarters['last']} {quarters['rest']}"
    problem: TimescaleError | None = None
    for found in re.finditer(r" to | and | or | until | till | through to | ?& ?| ?- ?| ?/ ?", inner):
        gap = found[0].strip()
        if found[0] == "/" and inner[: found.start()][-1:].isdigit() and inner[found.end():][:1].isdigit():
            continue  # within one date
        try:
            period = _join(inner[: found.start()], inner[found.end():], anchor, order)
        except TimescaleError as refused:
            problem = problem or refused
            continue
        if period is None:
            continue
        first, last = period
        if first == last:
            continue  # the same in two languages
        # "March/April 2014" is one stretch, "March/June 2014" two answers.
        is_pair = gap in ("or", "&", "/") or (gap == "and" and not text.startswith("between "))
        if is_pair and last.start != first.end + timedelta(days=1):
            raise TimescaleError(text, "two_readings")
        return Period(first.start, last.end, last.span, last.note)
    if problem is not None:
        raise problem
    return None


def _join(left: str, right: str, anchor: date | None, order: DateOrder) -> tuple[Period, Period] | None:
    """Read both ends; an end without a year takes the other's, and only where neither has one the anchor's."""
    right = re.sub(r"^(?:the )?end(?:[ -]of)?(?: the)?[ -]", "", right.strip())
    left = re.sub(r"^(?:the )?(?:start|beginning)(?: of)?(?: the)? ", "", left.strip())
    last = _read_or_none(right, order)
    if last is None:
        return _join_without_years(left, right, anchor, order)
    year = re.search(r"(?:\d{4} ?[/-] ?(?:\d{4}|\d{2})|\d{4}|'\d{2})$", right)
    first = _read_or_none(left, order)
    if first is None and last.span == "day" and re.fullmatch(r"(?:the )?\d{1,2}(?:st|nd|rd|th)?", left.strip()):
        month = re.sub(r"^\D*\d{1,2}(?:st|nd|rd|th)?", "", right)  # "1-30 June 2014"
        first = _read_or_none(f"{left.strip()}{month}", order)
    if first is None and year is not None and not re.search(r"\d{4}", left):
        first = _read_or_none(f"{left} {year[0]}", order)
    if first is None:
        return None
    if first.span == last.span == "year" and (first.start.month, last.end.month) == (1, 12):
        raise TimescaleError(f"{left}-{right}", "two_years")
    if first.start > last.start or first.end > last.end:
        raise TimescaleError(f"{left} - {right}", "backwards")
    return first, last


def _join_without_years(left: str, right: str, anchor: date | None, order: DateOrder) -> tuple[Period, Period] | None:
    """Read two months without years as the next such stretch; one that the anchor lies in has two readings."""
    if anchor is None or not (_MONTH_ALONE.fullmatch(left.strip()) and _MONTH_ALONE.fullmatch(right.strip())):
        return None
    first = read_period(left.strip(), anchor=anchor, order=order)
    last = read_period(right.strip(), anchor=anchor, order=order)
    if first is None or last is None:
        return None
    if last.start < first.start:
        raise TimescaleError(f"{left} - {right}", "no_year")
    return first, last


def _read_or_none(text: str, order: DateOrder) -> Period | None:
    try:
        return read_period(text.strip(), anchor=None, order=order)
    except TimescaleError as problem:
        if problem.code in ("no_year", "no_year_quarter"):
            return None
        raise


def _read_day(text: str, anchor: date | None, order: DateOrder) -> Period | None:
    found = _DAY_WITH_YEAR.fullmatch(text) or _MONTH_FIRST.fullmatch(text)
    if found:
        return _day(text, _year(found["year"]), _MONTHS[found["month"]], int(found["day"]), found["weekday"])
    found = _ISO.fullmatch(text) or _COMPACT.fullmatch(text)
    if found:
        return _day(text, int(found["a"]), int(found["b"]), int(found["c"]))
    found = _NUMERIC.fullmatch(text)
    if found:
        weekday = found["weekday"]
        parts = dict(zip(order, (found["a"], found["b"], found["c"]), strict=True))
        if len(found["c"]) == 4:  # a year of four figures stands last whatever the order of the other two
            parts = {"y": found["c"]} | dict(zip("md" if order == "mdy" else "dm", (found["a"], found["b"]),
                                                 strict=True))
        return _day(text, _year(parts["y"]), int(parts["m"]), int(parts["d"]), weekday)
    found = _DAY_WITHOUT_YEAR.fullmatch(text) or _MONTH_DAY_WITHOUT_YEAR.fullmatch(text)
    if found:
        month, day = _MONTHS[found["month"]], int(found["day"])
        return _next_day(text, anchor, month, day, found["weekday"])
    return None


def _next_day(text: str, anchor: date | None, month: int, day: int, weekday: str | None) -> Period:
    if anchor is None or month == anchor.month:
        raise TimescaleError(text, "no_year")
    year = anchor.year + (month < anchor.month)
    return replace(_day(text, year, month, day, weekday), note="year_from_anchor")


def _day(text: str, year: int, month: int, day: int, weekday: str | None = None) -> Period:
    _check_year(text, year)
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:
        raise TimescaleError(text, "impossible_date")
    read = date(year, month, day)
    if weekday and read.weekday() != _WEEKDAYS[weekday]:
        raise TimescaleError(text, "weekday")
    return Period(read, read, "day")


def _read_week(text: str, anchor: date | None, order: DateOrder) -> Period | None:
    begins, ends = _WEEK.fullmatch(text), _WEEK_ENDING.fullmatch(text)
    found = begins or ends
    if not found:
        return None
    day = _read_day(found["rest"], anchor, order)
    if day is None:
        return None
    if begins:
        return replace(day, end=day.start + timedelta(days=6), span="week")
    return replace(day, start=day.end - timedelta(days=6), span="week")


def _read_month(text: str, anchor: date | None, order: DateOrder) -> Period | None:
    found = _MONTH_FINANCIAL.fullmatch(text)
    if found and (first := _financial_year(text, found)) is not None:
        month = _MONTHS[found["month"]]
        return _months(text, first + (month < 4), month, 1, "month")
    found = _MONTH_YEAR.fullmatch(text)
    if found:
        return _months(text, _year(found["year"]), _MONTHS[found["month"]], 1, "month")
    if _MONTH_SHORT_YEAR.fullmatch(text):
        raise TimescaleError(text, "day_or_year")
    found = _MONTH_NUMBER.fullmatch(text) or _YEAR_NUMBER.fullmatch(text)
    if found and 1 <= int(found["number"]) <= 12:
        year, number = int(found["year"]), int(found["number"])
        if found.re is _YEAR_NUMBER and number == (year + 1) % 100:
            raise TimescaleError(text, "month_or_year")
        return _months(text, year, number, 1, "month")
    found = _MONTH_ALONE.fullmatch(text)
    if found:
        return _next_months(text, anchor, _MONTHS[found["month"]], 1, "month")
    return None


def _read_quarter(text: str, anchor: date | None, order: DateOrder) -> Period | None:
    return _read_part(text, _QUARTER_NAME, 3, "quarter")


def _read_half(text: str, anchor: date | None, order: DateOrder) -> Period | None:
    return _read_part(text, _HALF_NAME, 6, "half")


def _read_part(text: str, name: str, months: int, span: Span) -> Period | None:
    """Read a quarter or half: of a financial year from 1 April, or of a year that is said to be the calendar's."""
    text = re.sub(r"^calendar (?:year )?(?P<name>.+?) (?P<year>\d{4})$", r"\g<name> \g<year> calendar year", text)
    found = re.fullmatch(rf"(?:the )?{name}(?:{_PART_OF}(?P<rest>.+))?", text) or re.fullmatch(
        rf"(?P<rest>(?:fy ?|financial year )?[\d/-]+)(?: ?- ?|,? ){name}", text)
    if not found:
        return None
    groups = found.groupdict()
    numeral = groups["n"] or groups.get("m")
    number = int(_CARDINALS.get(numeral, numeral)) if numeral else _ORDINALS[groups["nth"]]
    if groups["nth"] == "last":
        number = 12 // months
    if number > 12 // months:
        return None
    rest = (groups["rest"] or "").strip()
    if not rest:
        raise TimescaleError(text, "no_year_quarter")
    financial = _FINANCIAL_YEAR.fullmatch(rest)
    if financial and (first := _financial_year(rest, financial)) is not None:
        begin = 3 + (number - 1) * months
        return _months(text, first + begin // 12, begin % 12 + 1, months, span)
    calendar = _CALENDAR_YEAR.fullmatch(rest)
    if calendar and (calendar["suffix"] or (calendar["label"] or "").startswith("calendar")):
        return _months(text, int(calendar["year"]), (number - 1) * months + 1, months, span)
    if calendar or re.fullmatch(r"(?:fy|f/y|financial year|fiscal year)? ?'?(?:\d{4}|\d{2})", rest):
        raise TimescaleError(text, "which_year")
    return None


def _read_season(text: str, anchor: date | None, order: DateOrder) -> Period | None:
    found = _SEASON.fullmatch(text)
    if not found:
        return None
    month, rest = _SEASONS[found["season"]], found["rest"]
    if rest is None:
        return _next_months(text, anchor, month, 3, "season")
    financial = _FINANCIAL_YEAR.fullmatch(rest)
    if financial:
        first = _financial_year(rest, financial)
        if first is None or month != 12:
            raise TimescaleError(text, "season_year")
        return _months(text, first, 12, 3, "season")
    if not re.fullmatch(r"\d{4}|'?\d{2}", rest):
        return None
    if month == 12:
        raise TimescaleError(text, "season_year")
    return _months(text, _year(rest), month, 3, "season")


def _read_year(text: str, anchor: date | None, order: DateOrder) -> Period | None:
    own = _OWN_FINANCIAL_YEAR.fullmatch(text)
    if own and anchor:
        later = (own["which"] or "").strip() in ("next", "coming", "following")
        return replace(_months(text, anchor.year - (anchor.month < 4) + later, 4, 12, "year"), note="year_from_anchor")
    if anchor and _OWN_CALENDAR_YEAR.fullmatch(text):
        return replace(_months(text, anchor.year, 1, 12, "year"), note="year_from_anchor")
    found = _FINANCIAL_YEAR.fullmatch(text)
    if found:
        labelled = found["fy_label"] or found["fy_suffix"]
        if len(found["fy"]) == 2 and not labelled and (int(found["fy"]) <= 12 or "-" in text):
            raise TimescaleError(text, "day_or_year")  # "13/14" names no day and no month, "12/13" may
        first = _financial_year(text, found)
        if first is None:
            return None
        if len(found["fy_end"]) == 4 and "-" in text and not labelled:
            raise TimescaleError(text, "two_years")
        return _months(text, first, 4, 12, "year")
    if re.fullmatch(r"(?:fy|f/y|financial year|fiscal year) ?'?(?:\d{4}|\d{2})", text):
        raise TimescaleError(text, "which_year")
    found = _CALENDAR_YEAR.fullmatch(text)
    if found and found["label"] and found["suffix"]:
        return None
    if found and 1990 <= int(found["year"]) <= 2100:
        return _months(text, int(found["year"]), 1, 12, "year")
    return None


def _financial_year(text: str, found: re.Match[str]) -> int | None:
    """Give the year a financial year starts in; None where the two years do not follow each other."""
    first = int(found["fy"]) if len(found["fy"]) == 4 else 2000 + int(found["fy"])
    if int(found["fy_end"]) % 100 != (first + 1) % 100 or (len(found["fy_end"]) == 4 and int(found["fy_end"]) < first):
        return None
    _check_year(text, first)
    return first


def _next_months(text: str, anchor: date | None, month: int, months: int, span: Span) -> Period:
    """Give the next such stretch that starts after the anchor; one that the anchor lies in has two readings."""
    if anchor is None:
        raise TimescaleError(text, "no_year")
    this_year = _months(text, anchor.year, month, months, span)
    last_year = _months(text, anchor.year - 1, month, months, span)
    if any(period.start <= anchor <= period.end for period in (this_year, last_year)):
        raise TimescaleError(text, "no_year")
    period = this_year if this_year.start > anchor else _months(text, anchor.year + 1, month, months, span)
    return replace(period, note="year_from_anchor")


def _months(text: str, year: int, month: int, months: int, span: Span) -> Period:
    _check_year(text, year)
    last = year * 12 + month - 2 + months
    end_year, end_month = last // 12, last % 12 + 1
    return Period(date(year, month, 1), date(end_year, end_month, monthrange(end_year, end_month)[1]), span)


def _year(text: str) -> int:
    """Give a year written with four figures or two; plans are of this century."""
    figures = text.lstrip("'")
    return int(figures) if len(figures) == 4 else 2000 + int(figures)


def _check_year(text: str, year: int) -> None:
    if not 1990 <= year <= 2100:  # Investors in People began in 1991
        raise TimescaleError(text, "out_of_range")
