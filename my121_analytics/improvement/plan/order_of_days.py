"""Whether days written in figures can be trusted to have day and month in the order that the settings say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from my121_analytics.improvement.timescale.due_dates import DateOrder

_FIGURES = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(?:\d{4}|\d{2})(?![\d/.-])")
_TRUE_DATE = re.compile(r"\d{4}-(\d{2})-(\d{2})(?: 00:00:00)?")
"""A cell that a spreadsheet keeps as a day."""
_MONTHS = 12


def doubts_order(cells: Sequence[str], order: DateOrder) -> bool:
    """Say whether the days of a column speak against the order in which they are read.

    They do where one of them exists in the other order only; and where some became dates with a day up to 12 while
    only those with a figure above 12 stayed text, as in a spreadsheet that reads the other order.

    Parameters
    ----------
    cells
        Of a column, as written; true dates as year-month-day.
    order
        ``[exports] date_order``.

    Returns
    -------
    bool
    """
    written = [(int(first), int(second)) for cell in cells for first, _, second in _FIGURES.findall(cell)]
    dates = [(int(found[1]), int(found[2])) for cell in cells if (found := _TRUE_DATE.fullmatch(cell.strip()))]
    read = [(day, month) if order == "dmy" else (month, day) for day, month in written]
    if any(month > _MONTHS >= day for day, month in read):
        return True
    return bool(written and dates) and all(max(pair) > _MONTHS for pair in written) and all(
        day <= _MONTHS for _, day in dates)


def may_be_either(cell: str) -> bool:
    """Say whether a cell holds a day that is another day with day and month exchanged."""
    found = _TRUE_DATE.fullmatch(cell.strip())
    pairs = [(int(found[1]), int(found[2]))] if found else [
        (int(first), int(second)) for first, _, second in _FIGURES.findall(cell)]
    return any(first != second and max(first, second) <= _MONTHS for first, second in pairs)
