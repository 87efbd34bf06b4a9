"""Workbooks as text cells: values as calamine reads them, and from the file itself what it does not tell."""

from __future__ import annotations

import io
import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from heapq import nsmallest
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from my121_analytics.ingest.files.binary_sheets import DamagedFileError, ProtectedFileError, scan_binary
from my121_analytics.ingest.files.number_formats import NumberFormat
from my121_analytics.ingest.files.open_document import scan_tables
from my121_analytics.ingest.files.packages import Package
from my121_analytics.ingest.files.refusal import refuse
from my121_analytics.ingest.files.sheet_xml import (
    SheetFacts,
    column_name,
    read_workbook_facts,
    scan_sheet,
)
from my121_analytics.ingest.files.source_sheet import Place, SourceSheet, TextColumn, fill_merged

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How xls files, and workbooks under a password, begin."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_EXACT_INTEGER = 1e15
"""Whole numbers above this are no longer exact in a spreadsheet's floating point, so they stay as written."""
_LARGEST_AREA = 40_000_000
"""Cells from the first to the farthest one, blank ones included: a million rows of forty columns, about 2 GB."""
_MOST_REPEATED = 10_000
"""Times that an OpenDocument sheet may repeat one filled row; a formula filled down is written out row by row."""
_PLACES_SHOWN = 6
_ROWS_AT_ONCE = 200


def read_workbook(path: Path, content: bytes) -> list[SourceSheet]:
    """Read a workbook as sheets of text cells.

    Parameters
    ----------
    path
        The file, for its name.
    content
        Its bytes: xlsx, xlsm, xlsb, ods or xls.

    Returns
    -------
    list of SourceSheet
        One a worksheet, in the workbook's order.

    Raises
    ------
    UnreadableFileError
        It is protected by a password, damaged, no workbook, or made to exhaust the machine.
    """
    if content.startswith(OLE):
        if _ENCRYPTED in content:
            raise refuse(path, "password")
        return _read_binary(path, content)
    package = Package(path, content)
    if "xl/workbook.bin" in package:
        package.check()
        return _read_values(path, content, lambda _: SheetFacts())
    if "content.xml" in package:
        tables = scan_tables(package)
        for name, found in tables.items():  # calamine fills sheets when it opens the file
            _check_reach(path, name, found)
        return _read_values(path, content, lambda name: tables.get(name, SheetFacts()))
    if not any(name.startswith("xl/") for name in package.names):
        raise refuse(path, "archive")
    facts = read_workbook_facts(package)

    def scan(name: str) -> SheetFacts:
        if name not in facts.parts:
            raise package.damaged(f"sheet '{name}' is missing")
        return scan_sheet(package, facts.parts[name], facts)

    return [replace(sheet, epoch_1904=facts.epoch_1904) for sheet in _read_values(path, content, scan)]


def _read_binary(path: Path, content: bytes) -> list[SourceSheet]:
    """Read an xls; its parts are held against each other first, as calamine trusts them."""
    try:
        epoch_1904, scanned = scan_binary(content)
    except ProtectedFileError as problem:
        raise refuse(path, "password") from problem
    except DamagedFileError as problem:
        raise refuse(path, "damaged", problem=str(problem)) from problem
    found = iter(scanned)
    with _stderr_closed():
        sheets = _read_values(path, content, lambda _: next(found, SheetFacts()))
    return [replace(sheet, epoch_1904=epoch_1904) for sheet in sheets]


@contextmanager
def _stderr_closed() -> Iterator[None]:
    """Keep off the screen what calamine's panics write there on their own, beside raising what is refused in words."""
    try:
        kept = os.dup(2)
    except OSError:  # there is no screen
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _read_values(path: Path, content: bytes, scan: Callable[[str], SheetFacts]) -> list[SourceSheet]:
    sheets = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            for about in workbook.sheets_metadata:
                if about.typ != SheetTypeEnum.WorkSheet:
                    continue
                found = scan(about.name)
                _check_reach(path, about.name, found)
                sheets.append(_read_sheet(path, workbook, about, found))
    except PasswordError as problem:
        raise refuse(path, "password") from problem
    except (CalamineError, OSError, ValueError) as problem:
        raise refuse(path, "damaged", problem=str(problem)) from problem
    except BaseException as problem:
        # A panic of calamine's is no Exception and has no importable name; all else goes on its way.
        if type(problem).__name__ != "PanicException":
            raise
        raise refuse(path, "unsteady") from problem
    return sheets


def _check_reach(path: Path, name: str, found: SheetFacts) -> None:
    if found.n_rows * found.n_columns > _LARGEST_AREA:
        raise refuse(path, "far_cell", sheet=name, cell=f"{column_name(found.n_columns - 1)}{found.n_rows}")
    if found.n_repeated > _MOST_REPEATED:
        raise refuse(path, "repeated_rows", sheet=name, n=f"{found.n_repeated:,}")


def _read_sheet(path: Path, workbook: CalamineWorkbook, about: Any, found: SheetFacts) -> SourceSheet:
    read = workbook.get_sheet_by_name(about.name)
    cells = _read_columns(read)
    if any(j >= len(cells) or cells[j].n_numbers != n for j, (_, n) in found.formats.items()):
        found = replace(found, formats={}, numbers={**found.numbers, **found.each_number()})
    formats = {j: number_format for j, (number_format, _) in found.formats.items()}
    columns = [column.as_text(formats.get(j)) for j, column in enumerate(cells)]
    otherwise = {j: cells[j].shown_otherwise(number_format) for j, number_format in formats.items()}
    notes = [("hidden_sheet", about.name)] if about.visible != SheetVisibleEnum.Visible else []
    notes += _apply(columns, found, otherwise)
    filled = fill_merged(columns, read.merged_cell_ranges or found.merged)
    if filled:
        notes.append(("merged_cells", about.name))
    return SourceSheet(path.name, about.name, tuple(columns), tuple(notes)).with_columns(filled)


def _read_columns(sheet: CalamineSheet) -> list[_Cells]:
    """Read a sheet's columns from its first cell on, some rows at a time: these stay in the processor's cache."""
    if sheet.start is None:
        return []
    left = sheet.start[1]  # calamine gives the blank rows above the cells, not the blank columns before them
    columns = [_Cells() for _ in range(left + sheet.width)]
    rows = sheet.iter_rows()
    while part := list(islice(rows, _ROWS_AT_ONCE)):
        for column in columns[:left]:
            column.take([""] * len(part))
        for column, cells in zip(columns[left:], zip(*part, strict=True), strict=True):
            column.take(cells)
    return columns


def _apply(columns: list[TextColumn], found: SheetFacts, otherwise: dict[int, np.ndarray]) -> list[tuple[str, str]]:
    """Put into their columns what the sheet's XML says; give what is worth a finding.

    ``otherwise``: by column, rows that are there already as their format shows them.
    """
    lost = {**found.errors, **found.formulas}
    _widen(columns, 1 + max((row for row, _ in lost), default=-1), 1 + max((column for _, column in lost), default=-1))
    n_columns, n_rows = len(columns), len(columns[0]) if columns else 0
    notes = []
    for code, cells in (("error_cells", found.errors), ("formula_without_value", found.formulas),
                        ("shown_by_format", found.numbers)):
        inside = [(row, column) for row, column in cells if row < n_rows and column < n_columns]
        by_column: dict[int, list[int]] = {}
        for row, column in inside:
            by_column.setdefault(column, []).append(row)
        for j, rows in by_column.items():
            columns[j] = columns[j].written(rows, [cells[row, j] for row in rows])
        shown = otherwise if cells is found.numbers else {}
        first = [(row, j) for j, rows in shown.items() for row in rows[:_PLACES_SHOWN].tolist()]
        n_places = len(inside) + sum(map(len, shown.values()))
        if n_places:
            notes.append((code, _name_places([*inside, *first], n_places)))
        if cells is found.numbers:
            notes += _words_shown(columns, inside, shown)
    for (top, left), (bottom, right) in found.pivots:
        for j in range(left, min(right + 1, n_columns)):
            columns[j] = columns[j].written(slice(top, bottom + 1), "")
        notes.append(("pivot_left_out", f"{column_name(left)}{top + 1}:{column_name(right)}{bottom + 1}"))
    hidden = sorted(c for c in found.hidden_columns if c < n_columns and not columns[c].is_blank)
    if hidden:
        notes.append(("hidden_columns", ", ".join(map(column_name, hidden))))
    below = np.array(sorted(r for r in found.hidden_rows if r < n_rows), dtype=np.int64)
    filled = np.logical_or.reduce([column[below] != "" for column in columns]) if len(below) else below > 0
    if filled.any():
        notes.append(("hidden_rows", _name_rows(below[filled].tolist())))
    return notes


def _words_shown(columns: Sequence[TextColumn], places: Sequence[Place],
                 whole: Mapping[int, np.ndarray]) -> list[tuple[str, str]]:
    """Name words that cells show in the place of their numbers; they may say another level than the number does."""
    texts = {columns[j][row] for row, j in places} | {text for j, rows in whole.items() for text in columns[j][rows]}
    words = sorted(text for text in texts if not any(c.isdigit() for c in text))
    shown = ", ".join(f"'{text}'" for text in words[:_PLACES_SHOWN])
    return [("shown_as_words", shown)] if words else []


def _widen(columns: list[TextColumn], n_rows: int, n_columns: int) -> None:
    """Make room, in place, for cells that calamine takes for blank ones beyond all others."""
    height = max(n_rows, len(columns[0]) if columns else 0)
    if n_rows and height > (len(columns[0]) if columns else 0):
        for j, column in enumerate(columns):
            columns[j] = TextColumn.of_cells([*column[:], *[""] * (height - len(column))])
    columns += [TextColumn.of_cells([""] * height) for _ in range(n_columns - len(columns))]


def _name_places(places: Collection[Place], n: int) -> str:
    """Name the first places of n, row by row."""
    shown = ", ".join(f"{column_name(column)}{row + 1}" for row, column in nsmallest(_PLACES_SHOWN, places))
    return shown + (f" and {n - _PLACES_SHOWN:,} more" if n > _PLACES_SHOWN else "")


def _name_rows(rows: Sequence[int]) -> str:
    """Write rows as runs: ``3, 7-9``."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    shown = [str(a + 1) if a == b else f"{a + 1}-{b + 1}" for a, b in runs[:_PLACES_SHOWN]]
    left = len(rows) - sum(b - a + 1 for a, b in runs[:_PLACES_SHOWN])
    return ", ".join(shown) + (f" and {left:,} more" if left else "")


class _Cells:
    """A column's cells as calamine reads them, each distinct value once."""

    def __init__(self) -> None:
        self._places: defaultdict[Any, int] = defaultdict(count().__next__)
        self._parts: list[np.ndarray] = []

    def take(self, cells: Sequence[Any]) -> None:
        """Take further cells, from the top down."""
        if bool in set(map(type, cells)):  # which Python takes for equal to numbers
            cells = [_as_text(cell) if type(cell) is bool else cell for cell in cells]
        self._parts.append(np.fromiter(map(self._places.__getitem__, cells), dtype=np.int32, count=len(cells)))

    @cached_property
    def _codes(self) -> np.ndarray:
        return np.concatenate(self._parts)

    @cached_property
    def _values(self) -> list[Any]:
        return list(self._places)

    @property
    def n_numbers(self) -> int:
        """Cells that hold a number."""
        return int(self._where([type(value) in (int, float) for value in self._values]).sum())

    def as_text(self, number_format: NumberFormat | None) -> TextColumn:
        """Write the cells as text, numbers as their format shows them."""
        return TextColumn.of_codes(self._codes, [value if type(value) is str else _show(value, number_format)
                                                 for value in self._values])

    def shown_otherwise(self, number_format: NumberFormat) -> np.ndarray:
        """Give the rows whose numbers are not shown as they are."""
        return np.flatnonzero(self._where([type(value) is not str and _show(value, number_format) != _as_text(value)
                                           for value in self._values]))

    def _where(self, of_values: Sequence[bool]) -> np.ndarray:
        return np.array(of_values, dtype=bool)[self._codes]


def _show(value: Any, number_format: NumberFormat | None) -> str:
    text = _as_text(value)
    shown = number_format.show(text) if number_format is not None and type(value) in (int, float) else None
    return text if shown is None else shown


def _as_text(cell: Any) -> str:
    """Write a typed cell as the text a careful typist would: whole numbers without a point, dates as ISO."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT_INTEGER else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        minutes = round(cell.total_seconds() / 60)
        return f"{minutes // 60}:{minutes % 60:02d}"
    return str(cell)
