"""What day a cell says: UK order unless set otherwise, every form that leaves no doubt, and a refusal for the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from my121_analytics.ingest.reading.cells import (
    Parsed,
    Texts,
    clean,
    collect,
    is_missing,
    narrow,
    plain_dashes,
    value_table,
)

MONTHS = {name: number for number, names in enumerate(
    (("jan", "january"), ("feb", "february"), ("mar", "march"), ("apr", "april"), ("may",), ("jun", "june"),
     ("jul", "july"), ("aug", "august"), ("sep", "sept", "september"), ("oct", "october"), ("nov", "november"),
     ("dec", "december")), start=1) for name in names} | {
    name: number for number, names in enumerate(
        (("ion", "ionawr"), ("chwef", "chwefror"), ("maw", "mawrth"), ("ebr", "ebrill"), ("mai",), ("meh", "mehefin"),
         ("gorff", "gorffennaf"), ("awst",), ("medi",), ("hyd", "hydref"), ("tach", "tachwedd"),
         ("rhag", "rhagfyr")), start=1) for name in names}
"""Names of months, English and Welsh."""
_TIME = re.compile(r",?[ T](?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?"
                   r"\s*(?:[ap]\.?m\.?)?\s*(?:Z|UTC|BST|(?:GMT)?[+-]\d{2}:?\d{2}|GMT)?(?:\s*\([A-Za-z ]+\))?$", re.I)
_ZONE = re.compile(r"(?<=^\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)$")
_WEEKDAY = re.compile(r"^(mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?[.,]?\s+"
                      r"(?=\w)", re.I)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ISO = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_NUMERIC = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*(?:of )?([A-Za-z]{3,10})[-/., ]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,10})[-/. ]*(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4}|\d{2})")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_EMPTY = re.compile(r"[0\s/\-_.:]+")
"""The shell of a date with nothing in it: ``00/00/0000``, ``__/__/____``, a bare 0."""
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_SERIAL, _LAST_SERIAL = 7_306, 73_050
"""Serials of 1920-01-01 and 2099-12-31: other five-digit numbers are no dates of this record."""
_FINAL_SERIAL = "2958465"
"""The last day that a spreadsheet knows, 9999-12-31."""
_OPEN = np.datetime64("9999-12-31", "s")
"""Marks an end-of-time date while the column is read."""
_LAST_MONTH = 12
_DAYS_AFTER_12 = 0.6
"""Share of days that no month can be taken for: 18 of 30."""
_CHANCE = 0.05
"""A column is held for half converted where dates that nobody touched would look like that less often."""
_OPEN_YEARS = (4712, 9999)
_OPEN_DAYS = ((12, 31), (12, 30), (1, 1))
"""Far years mean an open end on the days that systems use for it; 30/06/2105 is a slip of the pen."""


@dataclass(frozen=True)
class Dates:
    """The reading of a column of dates; ``open_end`` marks end-of-time dates, whose value is missing."""

    parsed: Parsed
    open_end: np.ndarray
    order_doubtful: bool
    """More dates fit the other order of day and month than fit the one set."""
    half_converted: tuple[str, str] | None = None
    """A text and a true date of a column that a spreadsheet program has half converted; None for other columns."""


def parse_dates(texts: Texts, order: str = "dmy", latest_year: int | None = None, half_converted: str = "ask",
                ) -> Dates:
    """Read dates in the order set, and in every way that leaves no doubt.

    Parameters
    ----------
    texts
        Distinct texts of a column.
    order
        ``dmy``, ``mdy`` or ``ymd``.
    latest_year
        Two-digit years do not lie after it; None splits at 69, as POSIX does.
    half_converted
        ``ask``, ``swap`` or ``keep``: what to do with a column of which a spreadsheet program has turned the dates
        that fit its own order into true dates, with day and month in each other's place, and left the others as text.

    Returns
    -------
    Dates
        Faults: ``not_a_date``, ``impossible_date``, ``date_order_unsettled``; ``half_converted_date`` for every date
        of a half converted column that is to be asked about.
    """
    pivot = latest_year if latest_year is not None else 2068
    readings = [_read_cell(text, order, pivot) for text in texts]
    half = _find_half_converted(texts, readings, order)
    if half is not None:
        readings = [_settle_half(reading, half_converted) for reading in
                    (_read_cell(text, half.order, pivot) for text in texts)]
    for_order = sum(r.fits == "order" for r in readings)
    for_other = sum(r.fits == "other" for r in readings)
    doubtful = for_other > for_order
    rows = [(np.datetime64("NaT"), "date_order_unsettled", "") if doubtful and r.fits == "both" else
            (r.day, r.fault, "") for r in readings]
    found = collect(rows, "datetime64[s]", {"dmy": "day/month/year", "mdy": "month/day/year",
                                            "ymd": "year-month-day"}[order])
    open_end = found.values == _OPEN
    values = found.values.copy()
    values[open_end] = np.datetime64("NaT")
    return Dates(Parsed(values, found.faults, found.repairs, found.expected), open_end, doubtful,
                 None if half is None else (half.text, half.true))


@dataclass(frozen=True)
class _Half:
    """A half converted column: the order of its texts, and one text and one true date to show."""

    order: str
    text: str
    true: str


def _find_half_converted(texts: Texts, readings: Sequence[_Day], order: str) -> _Half | None:
    """Tell a column in which a spreadsheet program took the dates that fit its own order of day and month.

    Such a program turns ``03/04/2024`` into a true date, by its own order, and leaves ``04/25/2024`` as text. So no
    text fits both orders and all fit the same one, while no true date has a day after the 12th.
    """
    one_way: dict[str, list[int]] = {"order": [], "other": [], "both": []}
    for place, reading in enumerate(readings):
        if reading.fits:
            one_way[reading.fits].append(place)
    true = [place for place, reading in enumerate(readings) if reading.is_true]
    wanted = [kind for kind in ("order", "other") if one_way[kind]]
    if order == "ymd" or len(wanted) != 1 or not true or any(_day_of_month(readings[p]) > _LAST_MONTH for p in true):
        return None
    texts_in = order if wanted == ["order"] else "mdy" if order == "dmy" else "dmy"
    n_texts = len(one_way[wanted[0]])
    by_chance = _DAYS_AFTER_12 ** n_texts * (1 - _DAYS_AFTER_12) ** len(true)
    if one_way["both"]:
        by_chance = (1 - _DAYS_AFTER_12) ** len(true) if texts_in == "mdy" else 1.0
    elif texts_in == "mdy":
        by_chance = 0.0  # month first is foreign to a council's own system: one such text beside a true date will do
    if by_chance > _CHANCE:
        return None
    return _Half(texts_in, str(texts[one_way[wanted[0]][0]]), str(texts[true[0]]))


def _settle_half(reading: _Day, decision: str) -> _Day:
    if decision == "ask":
        return reading if np.isnat(reading.day) and not reading.fault else _HALF_CONVERTED
    if decision == "keep" or not reading.is_true:
        return reading
    day = reading.day.astype("datetime64[D]").item()
    return _Day(np.datetime64(day.replace(month=day.day, day=day.month), "s"))


def _day_of_month(reading: _Day) -> int:
    return int(reading.day.astype("datetime64[D]").item().day)


@dataclass(frozen=True)
class _Day:
    day: np.datetime64
    fault: str = ""
    fits: str = ""
    """For all-number dates: ``order``, ``other`` or ``both`` orders of day and month give a real day."""
    is_true: bool = False
    """Written so that its month is settled: as a spreadsheet's date, year first, or with the month's name."""


_NO_DAY = _Day(np.datetime64("NaT"))
_NOT_A_DATE = _Day(np.datetime64("NaT"), "not_a_date")
_IMPOSSIBLE = _Day(np.datetime64("NaT"), "impossible_date")
_HALF_CONVERTED = _Day(np.datetime64("NaT"), "half_converted_date")


def _read_cell(text: str, order: str, pivot: int) -> _Day:
    """Read a cell: the time of day, the zone and the weekday are taken off, and must be possible ones."""
    if text.isascii() and (_ISO.fullmatch(text) or _NUMERIC.fullmatch(text)):  # nearly all dates
        return _read_date(text, order, pivot) if text.strip("0/-. ") else _NO_DAY
    if is_missing(text):
        return _NO_DAY
    text = plain_dashes(narrow(clean(text))).replace("\\", "/").rstrip(".,;")
    if _EMPTY.fullmatch(text):
        return _NO_DAY
    if not 8 <= len(text) <= 10 or " " in text:
        text = _ZONE.sub("", text)
        time = _TIME.search(text)
        if time:
            if int(time["hour"]) > 24 or int(time["minute"]) > 59 or int(time["second"] or 0) > 59:
                return _NOT_A_DATE
            text = text[:time.start()]
        text = re.sub(r"(?<=\d)\s*([/-])\s*(?=\d)", r"\1", re.sub(r"(?<=[ /-])'(?=\d\d$)", "", text))
    weekday = _WEEKDAY.match(text)
    found = _read_date(text[weekday.end():] if weekday else text, order, pivot)
    wrong_weekday = weekday and not np.isnat(found.day) and (
        _WEEKDAYS[(found.day.astype("datetime64[D]").astype(int) + 3) % 7] != weekday[1][:3].casefold())
    return _IMPOSSIBLE if wrong_weekday else found


def _read_date(text: str, order: str, pivot: int) -> _Day:
    found = _ISO.fullmatch(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]))
    found = _NUMERIC.fullmatch(text)
    if found:
        return _read_numeric(found, order, pivot)
    found = _NAMED.fullmatch(text)
    if found and found[2].casefold() in MONTHS:
        return _day(_year(found[3], pivot), MONTHS[found[2].casefold()], int(found[1]))
    found = _NAMED_FIRST.fullmatch(text)
    if found and found[1].casefold() in MONTHS:
        return _day(_year(found[3], pivot), MONTHS[found[1].casefold()], int(found[2]))
    if len(text) == 8 and text.isdigit():
        return _read_eight(text, order)
    found = _SERIAL.fullmatch(text)
    if found and _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
        day = _EXCEL_EPOCH + timedelta(days=int(found[1]))
        return _day(day.year, day.month, day.day)
    return _Day(_OPEN) if text.split(".")[0] == _FINAL_SERIAL else _NOT_A_DATE


def _read_numeric(found: re.Match[str], order: str, pivot: int) -> _Day:
    first, second = int(found[1]), int(found[2])
    if order == "ymd" and len(found[3]) == 2:
        return _day(_year(found[1], pivot), second, int(found[3]))
    year = _year(found[3], pivot)
    day_first, month_first = _day(year, second, first), _day(year, first, second)
    chosen, other = (month_first, day_first) if order == "mdy" else (day_first, month_first)
    if first == second:
        return _Day(chosen.day, chosen.fault)
    fits = "both" if not chosen.fault and not other.fault else "order" if not chosen.fault else (
        "other" if not other.fault else "")
    return _Day(chosen.day, chosen.fault, fits)


def _read_eight(text: str, order: str) -> _Day:
    """Read eight digits: year first where that is a day of our time, else in the column's order."""
    year_first = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    year = int(text[4:])
    day, month = (text[2:4], text[:2]) if order == "mdy" else (text[:2], text[2:4])
    if not year_first.fault or not 1900 <= year <= 2100:  # never both: 19, 20 and 21 are no months
        return year_first
    return _day(year, int(month), int(day))


def _day(year: int, month: int, day: int) -> _Day:
    table = value_table()
    if year >= table["end_of_time_year"]:
        return _Day(_OPEN) if year in _OPEN_YEARS or (month, day) in _OPEN_DAYS else _IMPOSSIBLE
    if year == 1900 and month <= 1 and day <= 1:
        return _NO_DAY
    try:
        found = date(year, month, day)
    except ValueError:
        return _IMPOSSIBLE
    if found.isoformat() in table["start_of_time"]:
        return _NO_DAY
    return _IMPOSSIBLE if year < table["earliest_year"] else _Day(np.datetime64(found, "s"), is_true=True)


def _year(text: str, pivot: int) -> int:
    if len(text) == 4:
        return int(text)
    year = pivot - pivot % 100 + int(text)
    return year if year <= pivot else year - 100
