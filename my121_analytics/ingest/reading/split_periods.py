"""Review periods that stand in two columns: a year and a part of it, or a first and a last day."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.reading.cells import clean, is_missing, plain_words
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.ingest.reading.synonyms import canonical, column_of
from my121_analytics.settings import CycleSettings
from my121_analytics.workforce.cycles import Cycle

_PART = re.compile(r"(?:h|half|half year|q|quarter|qtr)? ?([1-4])(?: ?(?:h|st half|nd half|half|q))?")
_HALVES = {"mid year": "H1", "midyear": "H1", "mid year review": "H1", "first half": "H1", "interim": "H1",
           "year end": "H2", "yearend": "H2", "end of year": "H2", "year end review": "H2", "second half": "H2",
           "end of year review": "H2", "mid year 1 1": "H1", "year end 1 1": "H2"}
_PART_HEADINGS = frozenset({"half", "halfyear", "quarter", "qtr", "reviewhalf", "reviewquarter", "partofyear",
                            "reviewpoint", "reviewstage"})
_PERIODS = ("reviewperiod", "period", "performanceperiod", "appraisalperiod", "review", "appraisal", "cycle",
            "reviewcycle", "plan", "form")
_BEGINS, _ENDS = (
    {f"{what}{word}{end}" for what in _PERIODS for word in words for end in ("", "date")}
    | {f"{word}of{what}" for what in _PERIODS for word in words}
    for words in (("start", "from", "begin", "begins", "starts"), ("end", "to", "until", "ends", "finish")))
_HALF = 6


def join_periods(sheet: SourceSheet, texts: Sequence[str], below: int, rules: CycleSettings | None,
                 overrides: dict[str, str], order: str = "dmy") -> tuple[SourceSheet, dict[str, str]]:
    """Put a period that stands in two columns into one of them.

    Parameters
    ----------
    sheet
        Text cells.
    texts
        Headings.
    below
        First row of data.
    rules
        Lengths of cycles.
    overrides
        ``[exports.columns]``; a sheet whose periods are named there is left as it is.
    order
        Of day and month, as for ``parse_dates``.

    Returns
    -------
    tuple
        The sheet, and the headings of the two columns with what they are now; nothing where there are no two.
    """
    if rules is None or "cycle" in overrides.values():
        return sheet, {}
    pairs = (*_year_and_part(sheet, texts, below, rules), *_begin_and_end(sheet, texts, below, order))
    for first, second, write in pairs:
        joined = [write(a, b) for a, b in zip(sheet.columns[first][below:], sheet.columns[second][below:], strict=True)]
        return (sheet.with_columns({first: sheet.columns[first].written(slice(below, None), joined)}),
                {texts[first]: "cycle", texts[second]: "ignore"})
    return sheet, {}


def _year_and_part(sheet: SourceSheet, texts: Sequence[str], below: int, rules: CycleSettings) -> list:
    """Find a column of years beside one of halves or quarters."""
    years, parts = [], []
    for j, text in enumerate(texts):
        is_part_heading = canonical(text) in _PART_HEADINGS
        if not is_part_heading and column_of(text, ("people", "placements")) != "cycle":
            continue
        cells = _distinct(sheet, j, below)
        if cells and all(_part_of(cell, rules) for cell in cells):
            parts.append(j)
        elif cells and not is_part_heading and all(_is_year(cell, rules) for cell in cells):
            years.append(j)
    if len(years) != 1 or len(parts) != 1:
        return []
    return [(years[0], parts[0], lambda year, part: f"{year} {_part_of(part, rules)}".strip() if clean(year) else year)]


def _begin_and_end(sheet: SourceSheet, texts: Sequence[str], below: int, order: str) -> list:
    """Find a column of first days beside one of last days, where no column names the period."""
    keys = [canonical(text) for text in texts]
    if any(column_of(text, ("people", "placements")) == "cycle" for text in texts):
        return []
    begins = [j for j, key in enumerate(keys) if key in _BEGINS and _are_days(sheet, j, below, order)]
    ends = [j for j, key in enumerate(keys) if key in _ENDS and _are_days(sheet, j, below, order)]
    if len(begins) != 1 or len(ends) != 1 or suits_other_order(_distinct(sheet, begins[0], below), order):
        return []
    return [(begins[0], ends[0], lambda first, last: f"{_day(first, order)} to {_day(last, order)}"
             if clean(first) and clean(last) else "")]


def bounds_periods(heading: str) -> bool:
    """Say whether a heading is about the first or the last day of a review period."""
    return canonical(heading) in _BEGINS | _ENDS


def suits_other_order(days: Sequence[str], order: str) -> bool:
    """Say whether days are none in the order set and days in the other; or first of a month in the other order alone.

    Parameters
    ----------
    days
        Distinct texts.
    order
        Of day and month, as set.
    """
    if order == "ymd" or not days:
        return False
    ours, other = (parse_dates(days, o).parsed for o in (order, "dmy" if order == "mdy" else "mdy"))
    if (other.faults != "").any():
        return False
    if (ours.faults != "").any():
        return True
    firsts = [[str(day)[8:10] == "01" for day in found.values.astype("datetime64[D]")] for found in (ours, other)]
    return all(firsts[1]) and not any(firsts[0])


def _part_of(cell: str, rules: CycleSettings) -> str:
    """Give ``H1`` or ``Q3`` for a part of a year; empty where it is none, or a half where cycles are no halves."""
    if is_missing(cell):
        return ""
    words = plain_words(clean(cell))
    if words in _HALVES:
        return _HALVES[words] if rules.months == _HALF else ""
    found = _PART.fullmatch(words)
    if not found or not any(c.isalpha() for c in words):
        return ""
    return ("Q" if "q" in words else "H") + found[1]


def _is_year(cell: str, rules: CycleSettings) -> bool:
    period = read_period(cell, rules)
    if isinstance(period, Cycle):
        return (period.end - period.start).days > 360
    return bool(period) and bool(re.fullmatch(r"(?:19|20)\d\d", str(period)))


def _day(cell: str, order: str) -> str:
    """Write a day as year-month-day, so that the span is read alike whatever order the column has."""
    day = parse_dates([clean(cell)], order).parsed.values[0]
    return clean(cell) if np.isnat(day) else str(day.astype("datetime64[D]"))


def _are_days(sheet: SourceSheet, column: int, below: int, order: str) -> bool:
    found = _distinct(sheet, column, below)
    return bool(found) and bool((parse_dates(found, order).parsed.faults == "").all())


def _distinct(sheet: SourceSheet, column: int, below: int) -> list[str]:
    return [text for text in sheet.distinct(column, slice(below, None)).tolist() if not is_missing(text)]
