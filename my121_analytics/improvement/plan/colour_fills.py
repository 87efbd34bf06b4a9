"""Colours that a tracker shows by filling cells, with no word in them: nothing reads these, so they are asked about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_NO_COLOUR = {"00000000", "FFFFFFFF", "00FFFFFF"}
_WORKBOOKS = {".xlsx", ".xlsm"}


@dataclass(frozen=True)
class BlankColumn:
    """A column for a status or colour without a word in it.

    Parameters
    ----------
    sheet, heading
        Where it stands.
    column, first, last
        Column, and rows of its table, from 0.
    """

    sheet: str
    heading: str
    column: int
    first: int
    last: int


def find_fills(path: Path, columns: Iterable[BlankColumn]) -> list[tuple[BlankColumn, int]]:
    """Give the blank columns of a workbook whose cells are filled with colours, and how many cells are.

    Parameters
    ----------
    path
        The plan; only workbooks (xlsx) keep fills that can be looked up.
    columns
        To look at.

    Returns
    -------
    list of tuple
    """
    wanted = list(columns)
    if not wanted or path.suffix.casefold() not in _WORKBOOKS:
        return []
    from openpyxl import load_workbook

    book = load_workbook(path)
    found = []
    for blank in wanted:
        if blank.sheet not in book.sheetnames:
            continue
        cells = book[blank.sheet].iter_cols(blank.column + 1, blank.column + 1, blank.first + 1, blank.last)
        n_filled = sum(cell.fill.fill_type == "solid" and str(cell.fill.fgColor.rgb) not in _NO_COLOUR
                       for column in cells for cell in column)
        if n_filled:
            found.append((blank, n_filled))
    return found
