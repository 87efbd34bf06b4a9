"""Review cycles: intervals with a label, taken from a period's text or from a date; their order is by start date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.settings import CycleSettings

UNDATED = date(1900, 1, 1)
"""Stands for the day of a record without a single date; printed as such, never as a day."""
_PARTS = {12: "", 6: "H", 4: "T", 3: "Q", 2: "P", 1: "M"}
_YEAR_FIRST = re.compile(
    r"^(?:fy\s*)?(?P<first>(?:19|20)\d{2})\s*(?:[/\-–]\s*(?P<second>\d{4}|\d{2}))?\s*(?P<part>[HTQPM]\d{1,2})?$", re.I)
_PART_FIRST = re.compile(
    r"^(?P<part>[HTQPM]\d{1,2})\s*(?P<first>(?:19|20)\d{2})\s*(?:[/\-–]\s*(?P<second>\d{4}|\d{2}))?$", re.I)


@dataclass(frozen=True, order=True)
class Cycle:
    """One review cycle; both days belong to it."""

    start: date
    end: date
    label: str


def cycle_of(day: date, settings: CycleSettings | None = None) -> Cycle:
    """Find the cycle that a day falls into.

    Parameters
    ----------
    day
        Any calendar day.
    settings
        First month of the year and months per cycle.

    Returns
    -------
    Cycle
        Labelled ``2017/18 H1`` (``2017 H1`` where the year starts in January; no part for yearly cycles).
    """
    settings = settings or CycleSettings()
    year = day.year - (day.month < settings.start_month)
    part = ((day.year - year) * 12 + day.month - settings.start_month) // settings.months
    return _build(year, part + 1, settings)


def parse_cycle(text: str, settings: CycleSettings | None = None) -> Cycle | None:
    """Read a review period such as ``2017/18``, ``2017-18 H1`` or ``Q2 2017/18``.

    Parameters
    ----------
    text
        The period as written in the export.
    settings
        First month of the year; a part (``H2``) is read by its own letter, whatever the usual length.

    Returns
    -------
    Cycle or None
        None where the text is no period of this form (a single year with a year that starts in April included:
        ``2017`` could be 2016/17 or 2017/18).
    """
    settings = settings or CycleSettings()
    text = re.sub(r"\s+", " ", text.strip())
    found = _YEAR_FIRST.match(text) or _PART_FIRST.match(text)
    if not found:
        return None
    first, second, part = int(found["first"]), found["second"], (found["part"] or "").upper()
    if second is not None and int(second) != (first + 1) % 10 ** len(second):
        return None
    if second is None and settings.start_month != 1:
        return None
    if second is not None and settings.start_month == 1:
        return None
    if not part:
        return _build(first, 1, settings.model_copy(update={"months": 12}))
    months = {letter: n for n, letter in _PARTS.items() if letter}[part[0]]
    if not 1 <= int(part[1:]) <= 12 // months:
        return None
    return _build(first, int(part[1:]), settings.model_copy(update={"months": months}))


def tabulate_cycles(labels: pd.Series, placed_on: pd.Series, settings: CycleSettings | None = None) -> pd.DataFrame:
    """List the cycles in the record, ordered by start date.

    Parameters
    ----------
    labels
        Cycle label of each placement.
    placed_on
        Day of each placement; used for the interval of a label that is no standard period.
    settings
        As for :func:`cycle_of`.

    Returns
    -------
    pandas.DataFrame
        One row per label: ``label``, ``start``, ``end`` (days as datetimes).
    """
    texts, starts, ends = [], [], []
    known = labels.astype("category").cat.remove_unused_categories()
    for code, label in enumerate(known.cat.categories.astype("str")):
        cycle = parse_cycle(label, settings)
        if cycle is not None:
            start, end = pd.Timestamp(cycle.start), pd.Timestamp(cycle.end)
        else:
            days = placed_on[(known.cat.codes == code).to_numpy()]
            start, end = days.min(), days.max()
        texts.append(label)
        starts.append(start)
        ends.append(end)
    table = pd.DataFrame({"label": pd.array(texts, dtype="str"), "start": pd.array(starts, dtype="datetime64[s]"),
                          "end": pd.array(ends, dtype="datetime64[s]")})
    return table.sort_values(["start", "label"], kind="stable", na_position="first").reset_index(drop=True)


def label_dates(days: pd.Series, settings: CycleSettings | None = None) -> pd.Series:
    """Give the cycle label of each day, computed once per distinct month.

    Parameters
    ----------
    days
        Datetimes; may be missing.
    settings
        As for :func:`cycle_of`.

    Returns
    -------
    pandas.Series
        Text labels on the same index; missing where the day is missing.
    """
    codes, months = pd.factorize(days.to_numpy("datetime64[M]"))
    labels = np.array([*(cycle_of(month.item(), settings).label for month in months), None], dtype=object)
    return pd.Series(labels[codes], index=days.index, dtype="str", name=days.name)


def _build(year: int, part: int, settings: CycleSettings) -> Cycle:
    """Build the part-th cycle of the year that starts in ``year``."""
    begin = year * 12 + settings.start_month - 1 + (part - 1) * settings.months
    finish = begin + settings.months
    start = date(begin // 12, begin % 12 + 1, 1)
    end = date.fromordinal(date(finish // 12, finish % 12 + 1, 1).toordinal() - 1)
    name = f"{year}" if settings.start_month == 1 else f"{year}/{(year + 1) % 100:02d}"
    letter = _PARTS[settings.months]
    return Cycle(start, end, f"{name} {letter}{part}" if letter else name)
