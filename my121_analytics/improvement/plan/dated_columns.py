"""Columns that a tracker adds for each month or quarter: ``RAG Jun``, ``Q2 update``, ``Progress Sept 2024``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

DATED = ("progress", "rag", "percent", "progress_text")
"""Parts that may stand in a column for each period; the latest that is filled counts."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PERIOD = re.compile(
    r"(?:\b(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+)?\b(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\b"
    r"(?:[\s\-'’/]*(?P<year>(?:19|20)?\d\d)\b)?"
    r"|\b(?:q|qtr|quarter)\s?(?P<quarter>[1-4])\b(?:[\s\-]*(?P<of>(?:19|20)\d\d|\d\d(?=\s*[/-]\s*\d\d\b))(?:\s*[/-]\s*\d\d(?:\d\d)?)?)?"
    r"|\b(?P<nth>[1-4])(?:st|nd|rd|th)\s+quarter\b", re.I)
_FIRST_MONTH = 4
"""Of a council's year."""


def find_dated_columns(row: Sequence[str], name_of: Callable[[str], str],
                       columns: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Find the columns that hold one part of an action for several periods.

    Parameters
    ----------
    row
        Headings.
    name_of
        Gives the part that a heading holds, empty for none.
    columns
        Part -> its column, as the headings are matched one by one: a part with a heading of no period keeps it.

    Returns
    -------
    dict
        Part -> its columns, the latest period last; none where the periods cannot be put in order.
    """
    found: dict[str, list[tuple[int, _Period]]] = {}
    for j, cell in enumerate(row):
        period = _PERIOD.search(cell)
        if period is None or j in set(columns.values()) - {columns.get(name) for name in DATED}:
            continue
        rest = f"{cell[:period.start()]} {cell[period.end():]}".strip(" -–—:;,()[]/")
        name = name_of(re.sub(r"\s+(?:as at|at|for|to|in|on|of)$", "", rest, flags=re.I))
        if name in DATED:
            found.setdefault(name, []).append((j, _read_period(period)))
    own = {name: dated for name, dated in found.items() if columns.get(name, dated[0][0]) in {j for j, _ in dated}}
    return {name: _put_in_order(dated) for name, dated in own.items()}


_Period = tuple[str, int | None, int, int]
"""Kind (``month`` or ``quarter``), year, number within it, day."""


def _read_period(found: re.Match[str]) -> _Period:
    if found["month"]:
        year = int(found["year"]) if found["year"] else None
        return "month", year + 2000 if year is not None and year < 100 else year, _MONTHS.index(
            found["month"][:3].lower()) + 1, int(found["day"] or 0)
    year = int(found["of"]) if found["of"] else None
    return ("quarter", year + 2000 if year is not None and year < 100 else year,
            int(found["quarter"] or found["nth"]), 0)


def _put_in_order(columns: Sequence[tuple[int, _Period]]) -> tuple[int, ...]:
    """Give the columns with the latest period last; none where the periods do not say which that is.

    Without years the columns run from left to right or from right to left, in a council's year and in a calendar's
    alike: December beside January may be either's first.
    """
    places = [j for j, _ in columns]
    periods = [period for _, period in columns]
    if len({kind for kind, *_ in periods}) > 1:
        return ()
    years = [year for _, year, *_ in periods]
    if all(year is not None for year in years):
        keys = [(year, n, day) for _, year, n, day in periods]
        return tuple(j for _, j in sorted(zip(keys, places, strict=True))) if len(set(keys)) == len(keys) else ()
    if any(year is not None for year in years):
        return ()
    months = periods[0][0] == "month"
    calendar = [(n, day) for *_, n, day in periods]
    council = [((n - _FIRST_MONTH) % 12 if months else n, day) for *_, n, day in periods]
    runs = {_direction(calendar), _direction(council)}
    if runs <= {1, 0} and 1 in runs:
        return tuple(places)
    return tuple(reversed(places)) if runs <= {-1, 0} and -1 in runs else tuple(places) if len(places) == 1 else ()


def _direction(keys: Sequence[tuple[int, int]]) -> int:
    """Give 1 for periods that run forward, -1 for those that run back, 0 for neither."""
    steps = [b > a for a, b in pairwise(keys)]
    return 0 if not steps or len(set(keys)) < len(keys) else 1 if all(steps) else 0 if any(steps) else -1


def last_filled(row: Sequence[str], places: Sequence[int]) -> str:
    """Give the cell of the latest period that has one."""
    return next((text for j in reversed(places) if (text := row[j].strip())), "")

