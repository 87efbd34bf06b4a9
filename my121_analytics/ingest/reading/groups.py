"""Values that stand on the first row of their group only, as in printed reports: carried down, or asked about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import Sheet
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import is_missing
from my121_analytics.ingest.reading.headings import SheetMap
from my121_analytics.workforce.schema import GROUPS, ORGANISATION

_GROUPED = (*(column.name for column in GROUPS if column.changes and column.kind == "category"), "cycle", "manager_id",
            "manager_name", "manager_post", "rater_id", "rater_name", "rater_post")
"""Columns by which a report may be grouped: those of posts, the period, and who manages or rates."""
_FEWEST_ROWS = 4
_LEAST_BLANK = 0.5
"""A column that stands for groups is blank on at least this share of the rows."""


def carry_groups(sheet: Sheet, smap: SheetMap, aside: np.ndarray, log: Log) -> Sheet:
    """Carry values down that stand only on the first row of their group.

    Parameters
    ----------
    sheet
        Text cells.
    smap
        What its columns are.
    aside
        Per row 0 for data.
    log
        Where findings go: what was carried down, and columns that look so but may be filled for few people only.

    Returns
    -------
    Sheet
        The sheet with those columns filled. A column is carried down where its first row of data is filled, at least
        half of the rows are blank, and each value stands once: a column with gaps would repeat its values.
    """
    rows = np.flatnonzero(aside == 0)
    if len(rows) < _FEWEST_ROWS:
        return sheet
    columns: dict[int, np.ndarray] = {}
    ends = np.zeros(len(rows), dtype=bool)  # a group within a group ends with it
    for name in (*ORGANISATION, *(c for c in _GROUPED if c not in ORGANISATION)):
        position = smap.columns.get(name)
        filled = None if position is None else _filled(sheet, position, rows)
        if filled is None or position is None:
            continue
        values = sheet.columns[position][rows]
        kind = _kind_of(values, filled, ends if name in ORGANISATION else np.zeros(len(rows), dtype=bool))
        if kind == "grouped":
            carried, n = _carry(values, filled, ends if name in ORGANISATION else filled)
            column = sheet.columns[position].copy()
            column[rows] = carried
            columns[position] = column
            log.add("group_carried", file=sheet.file, sheet=sheet.name, column=smap.text(position),
                    values=str(values[0]), n=n)
        elif kind == "unsure" and name in ORGANISATION:
            log.add("group_asked", file=sheet.file, sheet=sheet.name, column=smap.text(position),
                    expected=str(int(filled.sum())), n=len(rows))
        if name in ORGANISATION and kind == "grouped":
            ends |= filled
    if not columns:
        return sheet
    return replace(sheet, columns=tuple(columns.get(j, old) for j, old in enumerate(sheet.columns)), _factors={})


def _filled(sheet: Sheet, position: int, rows: np.ndarray) -> np.ndarray | None:
    """Say which rows hold a value; None for columns that are filled on most rows, told without a look at each."""
    codes, texts = sheet.factor(position)
    blank = np.array([is_missing(text) for text in texts], dtype=bool)
    if not blank.any():
        return None
    filled = ~blank[codes[rows]]
    return filled if filled[0] and filled.sum() <= (1 - _LEAST_BLANK) * len(rows) else None


def _kind_of(values: np.ndarray, filled: np.ndarray, ends: np.ndarray) -> str:
    """Say whether a column's values stand for the rows below them: ``grouped``, ``unsure`` or nothing."""
    given = pd.Series(values[filled])
    if len(given) < 2:
        return "unsure"
    # Within an outer group a value may come again: a team called Management in each service.
    outer = np.cumsum(ends)[filled]
    return "" if pd.DataFrame({"outer": outer, "given": given.to_numpy()}).duplicated().any() else "grouped"


def _carry(values: np.ndarray, filled: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, int]:
    """Give each blank cell the value above it, unless a group ends between; and how many were given one."""
    place = np.maximum.accumulate(np.where(filled, np.arange(len(values)), -1))
    last_end = np.maximum.accumulate(np.where(ends, np.arange(len(values)), -1))
    takes = ~filled & (place >= 0) & (place >= last_end)
    carried = values.copy()
    carried[takes] = values[place[takes]]
    return carried, int(takes.sum())
