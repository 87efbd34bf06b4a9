"""Values that stand on the first row of their group only, as in printed reports: carried down, or asked about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.source_sheet import SourceSheet, TextColumn
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import clean, is_missing
from my121_analytics.ingest.reading.headings import SheetMap
from my121_analytics.ingest.reading.table_header import ASIDE
from my121_analytics.workforce.schema import GROUPS, ORGANISATION

_GROUPED = (*(column.name for column in GROUPS if column.changes and column.kind == "category"), "cycle", "manager_id",
            "manager_name", "manager_post", "rater_id", "rater_name", "rater_post")
"""Columns by which a report may be grouped: those of posts, the period, and who manages or rates."""
_FEWEST_ROWS = 4
_MOST_BANDS = 2_000
_LEAST_BLANK = 0.5
"""A column that stands for groups is blank on at least this share of the rows."""


def carry_groups(sheet: SourceSheet, smap: SheetMap, aside: np.ndarray, log: Log) -> SourceSheet:
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
    SourceSheet
        The sheet with those columns filled. A column is carried down where its first row of data is filled, at least
        half of the rows are blank, and each value stands once: a column with gaps would repeat its values.
    """
    sheet = _write_out_dittos(sheet, smap, aside, log)
    if int((aside == 0).sum()) < _FEWEST_ROWS:
        return sheet
    columns: dict[int, TextColumn] = {}
    ends = np.zeros(sheet.n_rows, dtype=bool)  # a group within a group ends with it
    for name in (*ORGANISATION, *(c for c in _GROUPED if c not in ORGANISATION)):
        is_unit = name in ORGANISATION
        found = _find_groups(sheet, smap.columns.get(name), aside, ends, is_unit=is_unit)
        if found is None:
            continue
        position, rows, filled = smap.columns[name], found.rows, found.filled
        heading = smap.text(position)
        if not found.is_sure:
            if is_unit:
                log.add("group_asked", file=sheet.file, sheet=sheet.name, column=heading,
                        expected=str(int(filled.sum())), n=len(rows))
            continue
        values = sheet.columns[position][rows]
        carried, n = _carry(values, filled, ends[rows] if is_unit else filled)
        columns[position] = sheet.columns[position].written(rows, carried)
        log.add("group_carried", file=sheet.file, sheet=sheet.name, column=heading, values=str(values[0]), n=n)
        if is_unit:
            ends[rows[filled]] = True
    return sheet.with_columns(columns) if columns else sheet


def _write_out_dittos(sheet: SourceSheet, smap: SheetMap, aside: np.ndarray, log: Log) -> SourceSheet:
    """Put the value above in the place of ditto marks (``"``, ``ditto``, ``as above``)."""
    columns: dict[int, TextColumn] = {}
    rows = np.flatnonzero(aside == 0)
    for name in _GROUPED:
        position = smap.columns.get(name)
        if position is None:
            continue
        codes, texts = sheet.factor(position)
        marks = np.array([clean(str(text)).casefold() in _DITTOS for text in texts], dtype=bool)
        is_ditto = marks[codes[rows]] if marks.any() else marks
        if not is_ditto.any() or is_ditto[0]:
            continue
        above = np.maximum.accumulate(np.where(is_ditto, -1, np.arange(len(rows))))
        columns[position] = sheet.columns[position].written(rows, sheet.columns[position][rows[above]])
        log.add("group_carried", file=sheet.file, sheet=sheet.name, column=smap.text(position),
                values=str(columns[position][rows[np.argmax(is_ditto)]]), n=int(is_ditto.sum()))
    return sheet.with_columns(columns) if columns else sheet


_DITTOS = frozenset({'"', "''", "\u201d", "\u3003", "-\"-", "ditto", "do", "do.", "as above", "same as above", "idem"})


@dataclass(frozen=True, eq=False)
class _Groups:
    """The rows of a column of which some are filled, and whether these stand for the rows below them."""

    rows: np.ndarray
    filled: np.ndarray
    is_sure: bool


def _find_groups(sheet: SourceSheet, position: int | None, aside: np.ndarray, ends: np.ndarray, *,
                 is_unit: bool) -> _Groups | None:
    """Tell a column that is filled on its first row and few others; None for every other column."""
    if position is None:
        return None
    rows = np.flatnonzero(aside == 0)
    bands = _bands(sheet, position, aside) if is_unit else np.array([], dtype=np.int64)
    rows = np.union1d(rows, bands) if len(bands) else rows
    filled = _filled(sheet, position, rows)
    if filled is None:
        return None
    group_texts = sheet.columns[position][rows][filled]
    # Within an outer group a value may come again: a team called Management in each service.
    outer = np.cumsum(ends[rows])[filled] if is_unit else np.zeros(len(group_texts), dtype=np.int64)
    if pd.DataFrame({"outer": outer, "given": group_texts}).duplicated().any():
        return None  # a column with gaps
    return _Groups(rows, filled, len(group_texts) > 1)


def _bands(sheet: SourceSheet, position: int, aside: np.ndarray) -> np.ndarray:
    """Give the rows set aside that hold the name of a group and nothing else, as a line above its people."""
    noted = np.flatnonzero(aside == ASIDE.index("note") + 1)[:_MOST_BANDS]
    return np.array([row for row in noted if clean(str(sheet.columns[position][row])) and
                     sum(bool(clean(cell)) for cell in sheet.row(row)) == 1], dtype=np.int64)


def _filled(sheet: SourceSheet, position: int, rows: np.ndarray) -> np.ndarray | None:
    """Say which rows hold a value; None for columns that are filled on most rows, told without a look at each."""
    codes, texts = sheet.factor(position)
    blank = np.array([is_missing(text) for text in texts], dtype=bool)
    if not blank.any():
        return None
    filled = ~blank[codes[rows]]
    return filled if filled[0] and filled.sum() <= (1 - _LEAST_BLANK) * len(rows) else None


def _carry(values: np.ndarray, filled: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, int]:
    """Give each blank cell the value above it, unless a group ends between; and how many were given one."""
    place = np.maximum.accumulate(np.where(filled, np.arange(len(values)), -1))
    last_end = np.maximum.accumulate(np.where(ends, np.arange(len(values)), -1))
    takes = ~filled & (place >= 0) & (place >= last_end)
    carried = values.copy()
    carried[takes] = values[place[takes]]
    return carried, int(takes.sum())
