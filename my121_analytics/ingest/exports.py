"""Read a messy file as text: every cell of every sheet, in its place, before anyone says what it means."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.pages import looks_like_page, read_page
from my121_analytics.wording.catalogue import say

SUFFIXES = (".csv", ".txt", ".tsv", ".tab", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""Files of a folder that are read; anything else in it is listed and left alone."""

DELIMITERS = (",", ";", "\t", "|")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_NOTHING = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
_HEAD_BYTES = 262_144
_HEAD_LINES = 200
_TELLING_WIDTH = 3
_LONGEST_CELL = 200
"""Lines that one quoted cell may run over where quotes are known to be astray."""
_EXACT_INTEGER = 1e15
"""Whole numbers above this are no longer exact in a spreadsheet's floating point, so they stay as written."""


@dataclass(frozen=True, eq=False)
class Sheet:
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
    """

    file: str
    name: str
    columns: tuple[np.ndarray, ...]
    notes: tuple[tuple[str, str], ...] = ()
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
            codes, uniques = pd.factorize(self.columns[column])
            self._factors[column] = codes, np.asarray(uniques, dtype=object)
        return self._factors[column]

    def without(self, columns: set[int]) -> Sheet:
        """Give the sheet with some columns emptied, so that what they held exists nowhere any more."""
        blank = np.full(self.n_rows, "", dtype=object)
        kept = tuple(blank if j in columns else values for j, values in enumerate(self.columns))
        return Sheet(self.file, self.name, kept, self.notes)


def list_files(source: Path | str) -> tuple[list[Path], list[Path]]:
    """List the files of a source: those to read, and those left alone.

    Parameters
    ----------
    source
        A file, or a folder of which only the files directly in it are read.

    Returns
    -------
    tuple of list
        Files to read and other files, each by name. Hidden files and the locks of open workbooks are in neither.

    Raises
    ------
    UnreadableFileError
        There is no such file or folder, or the folder holds nothing to read.
    """
    source = Path(source)
    if source.is_file():
        return [source], []
    if not source.is_dir():
        raise _refuse(source, "missing_file")
    files = [f for f in sorted(source.iterdir()) if f.is_file() and not f.name.startswith((".", "~$"))]
    wanted = [f for f in files if f.suffix.lower() in SUFFIXES]
    if not wanted:
        raise _refuse(source, "empty_folder")
    return wanted, [f for f in files if f not in wanted and f.suffix.lower() != ".toml"]


def read_sheets(path: Path | str) -> list[Sheet]:
    """Read one file, whatever its name says it is, as sheets of text cells.

    Parameters
    ----------
    path
        A workbook (xlsx, xlsm, xlsb, xls, ods), delimited text (comma, semicolon, tab or pipe; UTF-8, UTF-16 or
        cp1252), or tables of a web page saved as ``.xls``.

    Returns
    -------
    list of Sheet
        One a sheet, in the workbook's order; at least one holds a cell.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, protected by a password, damaged, or not a table.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError as problem:
        raise _refuse(path, "missing_file") from problem
    except OSError as problem:
        raise _refuse(path, "locked_file", problem=problem.strerror or type(problem).__name__) from problem
    if not content[:_HEAD_BYTES].strip(_NOTHING) and not content.strip(_NOTHING):
        raise _refuse(path, "empty_file")
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise _refuse(path, "password")
    if content.startswith(_NOT_TABLES):
        raise _refuse(path, "not_a_table")
    sheets = _read_workbook(path, content) if content.startswith((b"PK\x03\x04", _OLE)) else _read_text(path, content)
    if not any(sheet.n_rows for sheet in sheets):
        raise _refuse(path, "empty_file")
    return sheets


def _refuse(path: Path, reason: str, **values: str) -> UnreadableFileError:
    return UnreadableFileError(say("unreadable", reason, file=path.name, **values), file=path.name, reason=reason,
                               hints=[say("unreadable_remedy", reason, file=path.name, **values)])


# Workbooks ------------------------------------------------------------------------------------------------------


def _read_workbook(path: Path, content: bytes) -> list[Sheet]:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            return [_read_sheet(path, workbook, about) for about in workbook.sheets_metadata
                    if about.typ == SheetTypeEnum.WorkSheet]
    except PasswordError as problem:
        raise _refuse(path, "password") from problem
    except (CalamineError, OSError, ValueError) as problem:
        raise _refuse(path, "damaged", problem=str(problem)) from problem


def _read_sheet(path: Path, workbook: CalamineWorkbook, about: Any) -> Sheet:
    rows = workbook.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
    columns = [np.array([c if type(c) is str else _as_text(c) for c in column], dtype=object)
               for column in zip(*rows, strict=True)]
    hidden = about.visible != SheetVisibleEnum.Visible
    return Sheet(path.name, about.name, tuple(columns), (("hidden_sheet", about.name),) if hidden else ())


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
    return str(cell)


# Delimited text -------------------------------------------------------------------------------------------------


def _read_text(path: Path, content: bytes) -> list[Sheet]:
    encoding, notes = _find_encoding(path, content)
    if looks_like_page(content[:4096].decode(encoding, "replace")):
        tables = read_page(content.decode(encoding, "replace"))
        return [Sheet(path.name, f"Table {i}", _columns_of(rows)) for i, rows in enumerate(tables, start=1)]
    if encoding != "utf-8":
        content = content.decode(encoding).encode("utf-8")
    content = content.removeprefix(codecs.BOM_UTF8)
    head = content[:_HEAD_BYTES].decode("utf-8", "ignore")
    delimiter = _find_delimiter(head)
    columns = _parse_fast(content, delimiter, _width(head, delimiter))
    if columns is None:
        columns, more = _parse_carefully(content.decode("utf-8"), delimiter)
        notes += more
    return [Sheet(path.name, "", columns, tuple(notes))]


def _find_encoding(path: Path, content: bytes) -> tuple[str, list[tuple[str, str]]]:
    """Tell the encoding by its mark, else by trial: bytes that are valid UTF-8 by chance hardly occur."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", [("encoding", "UTF-16")]
    head = content[:4096]
    zeros = head.count(0)
    if zeros > len(head) // 4:
        encoding = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        return encoding, [("encoding", "UTF-16")]
    if zeros or sum(byte < 9 for byte in head) > len(head) // 100:
        raise _refuse(path, "not_a_table")
    if content.isascii():
        return "utf-8", []
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8", []
    try:
        content.decode("cp1252")
    except UnicodeDecodeError:  # five bytes mean nothing in cp1252; latin-1 keeps them instead of losing the file
        return "latin-1", [("encoding", "latin-1")]
    return "cp1252", [("encoding", "cp1252")]


def _find_delimiter(head: str) -> str:
    """Choose the delimiter that cuts most rows into the same, large number of cells."""
    first = head.lstrip("\ufeff").split("\n", 1)[0].strip().strip('"').lower()
    if first.startswith("sep=") and first[4:5] in DELIMITERS:
        return first[4]

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _head_rows(head, delimiter) if len(row) > 1)
        best = max(((n * (width - 1), width) for width, n in widths.items()), default=(0, 0))
        return float(best[0]), best[1]

    return max(DELIMITERS, key=score)


def _width(head: str, delimiter: str) -> int:
    return max((len(row) for row in _head_rows(head, delimiter)), default=1)


def _head_rows(head: str, delimiter: str) -> list[list[str]]:
    lines = io.StringIO(head, newline="")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if len(rows) >= _HEAD_LINES:
                return rows
    except csv.Error:
        return rows
    return rows[:-1] if len(rows) > 1 and len(head) > _HEAD_BYTES // 2 else rows  # the last may be cut off


def _parse_fast(content: bytes, delimiter: str, width: int) -> tuple[np.ndarray, ...] | None:
    """Parse regular text in one go; None where rows differ in width or cells run over lines."""
    try:
        frame = pd.read_csv(io.BytesIO(content), sep=delimiter, header=None, names=range(width), index_col=False,
                            dtype=str, na_filter=False, skip_blank_lines=False, low_memory=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    breaks = content.count(b"\n") or content.count(b"\r")
    if len(frame) != breaks + (not content.endswith((b"\n", b"\r"))):
        return None
    return _without_trailing_blanks(tuple(frame[j].to_numpy(dtype=object) for j in frame.columns))


def _parse_carefully(text: str, delimiter: str) -> tuple[tuple[np.ndarray, ...], list[tuple[str, str]]]:
    """Parse text with rows of unequal width, cells that run over lines, or stray quotes; nothing is dropped."""
    # A cell can be as long as the file; the module's own limit would refuse long comments.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return _columns_of(_parse_lines(text, delimiter)), [("stray_quotes", "")]
    if _has_swallowed_rows(rows, delimiter):
        return _columns_of(_parse_lines(text, delimiter)), [("stray_quotes", "")]
    return _columns_of(rows), []


def _usual_width(rows: list[list[str]]) -> int:
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return widths.most_common(1)[0][0] if widths else 1


def _has_swallowed_rows(rows: list[list[str]], delimiter: str) -> bool:
    """Say whether a stray quote has pulled the following rows into one cell.

    Quoted cells may well run over lines; but where each of the lines would by itself be a row of the usual width,
    they are rows. With two columns that happens by chance, so there a well-formed file is taken at its word.
    """
    width = _usual_width(rows)
    if width < _TELLING_WIDTH:
        return False
    broken = (delimiter.join(row) for row in rows if any("\n" in cell or "\r" in cell for cell in row))
    return any(all(line.count(delimiter) == width - 1 for line in text.splitlines()) for text in broken)


def _parse_lines(text: str, delimiter: str) -> list[list[str]]:
    """Parse line by line: a quote opens a cell over several lines only where a row of the usual width comes out."""
    lines = re.split(r"\r\n|\n|\r", text)
    if not lines[-1]:
        lines.pop()
    sole = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    width = _usual_width([row for line, row in zip(lines, sole, strict=True) if line.count('"') % 2 == 0])
    rows: list[list[str]] = []
    position = 0
    while position < len(lines):
        taken, row = 1, sole[position]
        if lines[position].count('"') % 2:
            taken, row = _close_quote(lines, position, delimiter, width)
        rows.append(row)
        position += taken
    return rows


def _close_quote(lines: list[str], start: int, delimiter: str, width: int) -> tuple[int, list[str]]:
    """Give how many lines an open quote spans and the row; the quote is plain text if no fitting row comes out."""
    for end in range(start + 1, min(start + _LONGEST_CELL, len(lines))):
        if lines[end].count('"') % 2:
            joined = list(csv.reader(io.StringIO("\n".join(lines[start:end + 1]), newline=""), delimiter=delimiter))
            if len(joined) == 1 and len(joined[0]) == width and not _has_swallowed_rows(joined, delimiter):
                return end - start + 1, joined[0]
            break
    return 1, next(csv.reader([lines[start]], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])


def _columns_of(rows: Sequence[Sequence[str]]) -> tuple[np.ndarray, ...]:
    width = max((len(row) for row in rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return _without_trailing_blanks(tuple(np.array(column, dtype=object) for column in zip(*padded, strict=True)))


def _without_trailing_blanks(columns: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """Drop blank columns at the right: a delimiter at each line's end makes one."""
    kept = len(columns)
    while kept > 1 and not any(columns[kept - 1]):
        kept -= 1
    return columns[:kept]
