"""A sheet as text cells, each in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

UNREAD = "#FORMULA!"
"""Stands where a formula's value was never saved; no column may take it for a value."""
Place = tuple[int, int]
"""Row and column, counted from 0."""
_FIRST_OF_1904 = date(1904, 1, 1)
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
"""Days of this record counted from 1904: 5,844 is the first of 1920, 99,999 the year 2177."""


@dataclass(frozen=True, eq=False)
class TextColumn:
    """A column's cells, each distinct text once.

    Parameters
    ----------
    codes
        Place in ``texts`` of each row's text.
    texts
        The distinct texts, an object array in order of first appearance.
    """

    codes: np.ndarray
    texts: np.ndarray

    @classmethod
    def of_cells(cls, cells: Sequence[str] | np.ndarray) -> TextColumn:
        """Build a column from one text per row."""
        return cls(*pd.factorize(np.asarray(cells, dtype=object), use_na_sentinel=False))

    @classmethod
    def of_codes(cls, codes: np.ndarray, texts: Sequence[str] | np.ndarray) -> TextColumn:
        """Build a column from codes by order of appearance, and texts of which several may be the same."""
        places, distinct = pd.factorize(np.asarray(texts, dtype=object))
        return cls(codes if len(distinct) == len(texts) else places.astype(np.int32)[codes], distinct)

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return iter(self[:].tolist())

    def __getitem__(self, rows: Any) -> Any:
        """Give the text of one row, or an array of those of several."""
        return self.texts[self.codes[rows]]

    @property
    def is_blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(self.texts)

    def written(self, rows: Any, cells: str | Sequence[str] | np.ndarray) -> TextColumn:
        """Give the column with other texts in some rows: one for all of them, or one for each."""
        places = {text: place for place, text in enumerate(self.texts.tolist())}
        codes = self.codes.copy()
        codes[rows] = [places.setdefault(cell, len(places)) for cell in ([cells] if isinstance(cells, str) else cells)]
        codes, kept = pd.factorize(codes)
        return TextColumn(codes, np.array(list(places), dtype=object)[kept])


@dataclass(frozen=True, eq=False)
class SourceSheet:
    """One sheet, or one text file, as text cells.

    Parameters
    ----------
    file
        Name of the file, without its folder.
    name
        Name of the sheet; empty for text files.
    columns
        The columns, all of one length; arrays of text are taken as well. Blank cells are ``""``. Row ``i`` of a column
        is row ``i + 1`` of the spreadsheet.
    notes
        What was noticed in reading: pairs of a rule's code and the value it is about.
    epoch_1904
        The workbook counts its days from 1904; a number under a date's heading is such a day.
    widths
        For text files: how many cells each row was written with; the first rows only where all rows are alike.
    decimal_comma
        Its delimiter leaves the comma free for decimals.
    """

    file: str
    name: str
    columns: tuple[TextColumn, ...]
    notes: tuple[tuple[str, str], ...] = ()
    epoch_1904: bool = False
    widths: np.ndarray | None = None
    decimal_comma: bool = False

    def __post_init__(self) -> None:
        columns = tuple(column if isinstance(column, TextColumn) else TextColumn.of_cells(column)
                        for column in self.columns)
        object.__setattr__(self, "columns", columns)

    @property
    def n_rows(self) -> int:
        """Rows of the sheet, blank ones included."""
        return len(self.columns[0]) if self.columns else 0

    @property
    def n_columns(self) -> int:
        """Columns up to the last that holds anything."""
        return len(self.columns)

    def row(self, position: int) -> list[str]:
        """Give the cells of one row, counted from 0."""
        return [str(column[position]) for column in self.columns]

    @cached_property
    def rows(self) -> list[list[str]]:
        """All rows as lists of text; for small sheets such as forms."""
        return [self.row(position) for position in range(self.n_rows)]

    def factor(self, column: int) -> tuple[np.ndarray, np.ndarray]:
        """Give a column as codes and its distinct texts, so that each text is read once.

        Returns
        -------
        tuple of numpy.ndarray
            Integer codes per row, and the distinct texts in order of first appearance.
        """
        return self.columns[column].codes, self.columns[column].texts

    def distinct(self, column: int, rows: slice) -> np.ndarray:
        """Give a column's distinct texts in some rows, in order of appearance."""
        codes, texts = self.factor(column)
        return texts[pd.unique(codes[rows])]

    def with_columns(self, columns: Mapping[int, TextColumn]) -> SourceSheet:
        """Give the sheet with other columns in some places."""
        return replace(self, columns=tuple(columns.get(j, column) for j, column in enumerate(self.columns)))

    def without(self, columns: set[int]) -> SourceSheet:
        """Give the sheet with some columns emptied, so that what they held exists nowhere any more."""
        return self.with_columns({j: self.columns[j].written(slice(None), "") for j in columns})

    def settle_serials(self, column: int, first: int) -> tuple[SourceSheet, int]:
        """Give the sheet with a column's numbers from a row on written as days counted from 1904, and how many."""
        codes, texts = self.factor(column)
        days = [(_FIRST_OF_1904 + timedelta(days=int(float(text)))).isoformat() if _SERIAL.fullmatch(text) else ""
                for text in texts]
        serials = first + np.flatnonzero(np.array(days, dtype=object)[codes[first:]])
        if not len(serials):
            return self, 0
        written = self.columns[column].written(serials, [days[code] for code in codes[serials]])
        return self.with_columns({column: written}), len(serials)


def longest_cell(sheet: SourceSheet) -> tuple[int, int]:
    """Give the letters of the longest cell and its row, counted as a spreadsheet counts."""
    lengths = [max(map(len, sheet.factor(column)[1]), default=0) for column in range(sheet.n_columns)]
    most = max(lengths, default=0)
    if not most:
        return 0, 0
    codes, texts = sheet.factor(lengths.index(most))
    longest = [len(text) == most for text in texts]
    return most, 1 + int(np.argmax(np.array(longest)[codes]))


def fill_merged(columns: Sequence[TextColumn], merged: Iterable[tuple[Place, Place]]) -> dict[int, TextColumn]:
    """Give a cell that spans rows to each of them that holds anything else.

    Parameters
    ----------
    columns
        Of a sheet.
    merged
        First and last cell of each merged one.

    Returns
    -------
    dict
        Place -> column, for those in which a cell was filled.
    """
    n_rows = len(columns[0]) if columns else 0
    filled: dict[int, dict[int, str]] = {}
    for (top, left), (bottom, _) in merged:
        if left >= len(columns) or top >= n_rows:
            continue
        cells = filled.setdefault(left, {})
        text = cells.get(top, columns[left][top])
        for row in range(top + 1, min(bottom + 1, n_rows)) if text else ():
            if row not in cells and not columns[left][row] and any(column[row] for column in columns):
                cells[row] = text
    return {j: columns[j].written(list(cells), list(cells.values())) for j, cells in filled.items() if cells}


def columns_of(rows: Sequence[Sequence[str]]) -> tuple[TextColumn, ...]:
    """Turn rows of unequal width into columns; what is missing at their ends is blank."""
    width = max((len(row) for row in rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return without_trailing_blanks(tuple(map(TextColumn.of_cells, zip(*padded, strict=True))))


def without_trailing_blanks(columns: tuple[TextColumn, ...]) -> tuple[TextColumn, ...]:
    """Drop blank columns at the right: a delimiter at each line's end makes one."""
    kept = len(columns)
    while kept > 1 and columns[kept - 1].is_blank:
        kept -= 1
    return columns[:kept]
