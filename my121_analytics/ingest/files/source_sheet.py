"""A sheet as text cells, each in its place."""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd

_HEAD = 1_000
_ALIKE = 2
"""Where the first cells are more than this many objects for each text, a text that occurs again is a new object."""
UNREAD = "#FORMULA!"
"""Stands where a formula's value was never saved; no column may take it for a value."""
_FIRST_OF_1904 = date(1904, 1, 1)
_SERIAL = re.compile(r"\d{4,5}(?:\.\d+)?")
"""Days of this record counted from 1904: 5,844 is the first of 1920, 99,999 the year 2177."""


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
        One object array of text per column, all of one length; blank cells are ``""``. Row ``i`` of the arrays is row
        ``i + 1`` of the spreadsheet.
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
    columns: tuple[np.ndarray, ...]
    notes: tuple[tuple[str, str], ...] = ()
    epoch_1904: bool = False
    widths: np.ndarray | None = None
    decimal_comma: bool = False
    _factors: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict, repr=False)

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
        if column not in self._factors:
            self._factors[column] = _factorize(self.columns[column])
        return self._factors[column]

    def without(self, columns: set[int]) -> SourceSheet:
        """Give the sheet with some columns emptied, so that what they held exists nowhere any more."""
        blank = np.full(self.n_rows, "", dtype=object)
        kept = tuple(blank if j in columns else values for j, values in enumerate(self.columns))
        return replace(self, columns=kept, _factors={})

    def settle_serials(self, column: int, first: int) -> tuple[SourceSheet, int]:
        """Give the sheet with a column's numbers from a row on written as days counted from 1904, and how many."""
        values = self.columns[column].copy()
        serials = [i for i in range(first, len(values)) if _SERIAL.fullmatch(values[i])]
        for i in serials:
            values[i] = (_FIRST_OF_1904 + timedelta(days=int(float(values[i])))).isoformat()
        kept = tuple(values if j == column else old for j, old in enumerate(self.columns))
        return (replace(self, columns=kept, _factors={}) if serials else self), len(serials)


def _factorize(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give codes and distinct texts in order of first appearance.

    Readers hold a text that occurs again mostly as one object: where they stand in memory tells texts apart several
    times as fast as reading them. Only CPython keeps addresses in such an array.
    """
    if len(cells) < _HEAD or sys.implementation.name != "cpython":
        return _factorize_texts(cells)
    cells = np.ascontiguousarray(cells)
    memory = memoryview((ctypes.c_char * cells.nbytes).from_address(cells.ctypes.data))
    places = np.frombuffer(memory, dtype=np.intp)
    if len(set(places[:_HEAD].tolist())) > _ALIKE * len(set(cells[:_HEAD].tolist())):
        return _factorize_texts(cells)
    begins = np.flatnonzero(np.append(True, places[1:] != places[:-1]))  # of runs of one object
    if 2 * len(begins) > len(cells):
        begins = np.arange(len(cells))
    runs, objects = pd.factorize(places[begins])
    first = np.empty(len(objects), dtype=np.intp)
    first[runs[::-1]] = begins[::-1]
    codes, texts = _factorize_texts(cells[first])
    of_runs = codes[runs]
    by_row = of_runs if len(begins) == len(cells) else np.repeat(of_runs, np.diff(begins, append=len(cells)))
    return by_row, texts


def _factorize_texts(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    codes, texts = pd.factorize(cells)
    return codes, np.asarray(texts, dtype=object)


def longest_cell(sheet: SourceSheet) -> tuple[int, int]:
    """Give the letters of the longest cell and its row, counted as a spreadsheet counts."""
    lengths = [max(map(len, sheet.factor(column)[1]), default=0) for column in range(sheet.n_columns)]
    most = max(lengths, default=0)
    if not most:
        return 0, 0
    codes, texts = sheet.factor(lengths.index(most))
    longest = [len(text) == most for text in texts]
    return most, 1 + int(np.argmax(np.array(longest)[codes]))


def columns_of(rows: Sequence[Sequence[str]]) -> tuple[np.ndarray, ...]:
    """Turn rows of unequal width into columns; what is missing at their ends is blank."""
    width = max((len(row) for row in rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return without_trailing_blanks(tuple(np.array(column, dtype=object) for column in zip(*padded, strict=True)))


def without_trailing_blanks(columns: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """Drop blank columns at the right: a delimiter at each line's end makes one."""
    kept = len(columns)
    while kept > 1 and not any(columns[kept - 1]):
        kept -= 1
    return columns[:kept]
