"""Read a messy file as text: every cell of every sheet, in its place, before anyone says what it means."""

from __future__ import annotations

from pathlib import Path

from my121_analytics.ingest.files.delimited import decode, read_delimited
from my121_analytics.ingest.files.pages import PageTooLargeError, breaks_off_within_table, looks_like_page, read_page
from my121_analytics.ingest.files.refusal import LONGEST_CELL, refuse
from my121_analytics.ingest.files.source_sheet import SourceSheet, columns_of, longest_cell
from my121_analytics.ingest.files.spreadsheetml import looks_like_spreadsheetml, read_spreadsheetml
from my121_analytics.ingest.files.workbooks import OLE, read_workbook

SUFFIXES = (".csv", ".txt", ".tsv", ".tab", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
"""Files of a folder that are read; anything else in it is listed and left alone."""
__all__ = ["SUFFIXES", "SourceSheet", "list_files", "read_sheets"]

_NOT_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_NOTHING = b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"
_HEAD_BYTES = 262_144


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
        raise refuse(source, "missing_file")
    files = [f for f in sorted(source.iterdir()) if f.is_file() and not f.name.startswith((".", "~$"))]
    wanted = [f for f in files if f.suffix.lower() in SUFFIXES]
    if not wanted:
        raise refuse(source, "empty_folder")
    return wanted, [f for f in files if f not in wanted and f.suffix.lower() != ".toml"]


def read_sheets(path: Path | str) -> list[SourceSheet]:
    """Read one file, whatever its name says it is, as sheets of text cells.

    Parameters
    ----------
    path
        A workbook (xlsx, xlsm, xlsb, xls, ods, or the XML of Excel 2003), delimited text (comma, semicolon, tab or
        pipe; UTF-8, UTF-16 or cp1252), or tables of a web page saved as ``.xls``.

    Returns
    -------
    list of SourceSheet
        One a sheet, in the workbook's order; at least one holds a cell.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, protected by a password, damaged, cut short, not a table, or made to exhaust the
        machine.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError as problem:
        raise refuse(path, "missing_file") from problem
    except OSError as problem:
        raise refuse(path, "locked_file", problem=problem.strerror or type(problem).__name__) from problem
    if not content[:_HEAD_BYTES].strip(_NOTHING) and not content.strip(_NOTHING):
        raise refuse(path, "empty_file")
    if content.startswith(_NOT_TABLES):
        raise refuse(path, "not_a_table")
    sheets = read_workbook(path, content) if content.startswith((b"PK\x03\x04", OLE)) else _read_text(path, content)
    if not any(sheet.n_rows for sheet in sheets):
        raise refuse(path, "empty_file")
    for sheet in sheets if sheets[0].widths is None else ():  # of text, each line was looked at
        letters, row = longest_cell(sheet.columns)
        if letters > LONGEST_CELL:
            raise refuse(path, "long_cell", row=f"{row:,}", n=f"{LONGEST_CELL:,}")
    return sheets


def _read_text(path: Path, content: bytes) -> list[SourceSheet]:
    content, notes = decode(path, content)
    head = content[:4096].decode("utf-8", "ignore")
    if looks_like_spreadsheetml(head):
        return read_spreadsheetml(path, content)
    if looks_like_page(head):
        text = content.decode("utf-8")
        try:
            tables = read_page(text)
        except PageTooLargeError as problem:
            raise refuse(path, "too_large") from problem
        if breaks_off_within_table(text):
            raise refuse(path, "cut_page")
        return [SourceSheet(path.name, f"Table {i}", columns_of(rows)) for i, rows in enumerate(tables, start=1)]
    return [read_delimited(path, content, notes)]
