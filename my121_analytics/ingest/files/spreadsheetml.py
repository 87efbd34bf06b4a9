"""Workbooks in the XML of Excel 2003, which some ERPs write under the name ``.xls``."""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers import expat

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.files.number_formats import NumberFormat, read_format
from my121_analytics.ingest.files.refusal import refuse
from my121_analytics.ingest.files.sheet_xml import column_name
from my121_analytics.ingest.files.source_sheet import UNREAD, SourceSheet, columns_of, fill_merged

_NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_LARGEST_TABLE = 30_000_000
"""Cells of one sheet with blank ones filled up; an index can point anywhere."""
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_MIDNIGHT = re.compile(r"(\d{4}-\d\d-\d\d)T(?:00:00:00(?:\.0+)?|(\d\d:\d\d:\d\d)(?:\.\d+)?)")


def looks_like_spreadsheetml(head: str) -> bool:
    """Say whether text starts as a workbook of Excel 2003 does."""
    return head.lstrip("\ufeff \t\r\n").startswith("<") and _NAMESPACE in head


def read_spreadsheetml(path: Path, content: bytes) -> list[SourceSheet]:
    """Read a workbook of Excel 2003.

    Parameters
    ----------
    path
        The file, for its name.
    content
        UTF-8 text.

    Returns
    -------
    list of SourceSheet

    Raises
    ------
    UnreadableFileError
        The XML is damaged, has a document type, or asks for more cells than fit into memory.
    """
    content = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", content, count=1)  # its encoding is no longer true
    return _Workbook(path).read(content)


class _Workbook:
    """The workbook while it is read: one sheet at a time, rows of text."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sheets: list[SourceSheet] = []
        self._formats: dict[str, NumberFormat] = {}
        self._style = ""
        self._text: list[str] | None = None
        self._kind = self._cell_style = self._formula = ""
        self._begin_sheet("")
        self._is_inside = False

    def _begin_sheet(self, name: str) -> None:
        self._is_inside = True
        self._name = name
        self._rows: list[list[str]] = []
        self._notes: list[tuple[str, str]] = []
        self._row = self._column = -1
        self._after = self._n_cells = self._next_column = 0
        self._merged: list[tuple[int, int, int]] = []
        self._hidden_rows: list[int] = []
        self._hidden_columns: list[int] = []

    def read(self, content: bytes) -> list[SourceSheet]:
        parser = expat.ParserCreate("utf-8", namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._write
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.buffer_text = True
        try:
            parser.Parse(content, True)
        except expat.ExpatError as problem:
            raise refuse(self._path, "damaged", problem=str(problem)) from problem
        return self._sheets

    def _refuse_doctype(self, *_: object) -> None:
        raise refuse(self._path, "doctype")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        known = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        if name == "Style":
            self._style = known.get("ID", "")
        elif name == "NumberFormat":
            shown = read_format(known.get("Format", ""))
            if shown is not None:
                self._formats[self._style] = shown
        elif name == "Worksheet":
            self._begin_sheet(known.get("Name", ""))
        elif not self._is_inside:
            return
        elif name == "Column":
            first = self._number(known, "Index", self._next_column + 1) - 1
            self._next_column = first + 1 + self._number(known, "Span", 0)
            if known.get("Hidden") == "1":
                self._hidden_columns.extend(range(first, min(self._next_column, _LAST_COLUMN)))
        elif name == "Row":
            self._begin_row(known)
        elif name == "Cell":
            self._begin_cell(known)
        elif name == "Data":
            self._text, self._kind = [], known.get("Type", "String")

    def _begin_row(self, known: dict[str, str]) -> None:
        self._row = self._number(known, "Index", self._row + 2) - 1
        self._column = -1
        self._after = 0
        if known.get("Hidden") == "1":
            self._hidden_rows.append(self._row)

    def _begin_cell(self, known: dict[str, str]) -> None:
        self._column = self._number(known, "Index", self._column + 2 + self._after) - 1
        self._after = self._number(known, "MergeAcross", 0)
        self._cell_style = known.get("StyleID", "")
        self._formula = known.get("Formula", "")
        if "MergeDown" in known:
            self._merged.append((self._row, self._column, self._number(known, "MergeDown", 0)))
        if self._row >= _LAST_ROW or self._column >= _LAST_COLUMN:
            raise self._too_far()
        if self._formula:
            self._put(UNREAD)  # until its value comes

    def _number(self, known: dict[str, str], name: str, default: int) -> int:
        text = known.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 9 else default

    def _write(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name == "Data" and self._text is not None:
            self._put(self._shown("".join(self._text)))
            self._formula = ""
            self._text = None
        elif name == "Cell" and self._formula:
            self._notes.append(("formula_without_value", f"{column_name(self._column)}{self._row + 1}"))
        elif name == "Worksheet" and self._is_inside:
            self._finish()

    def _shown(self, text: str) -> str:
        if self._kind == "Number":
            shown = self._formats[self._cell_style].show(text) if self._cell_style in self._formats else None
            return shown if shown is not None else text.removesuffix(".0")
        if self._kind == "DateTime":
            day = _MIDNIGHT.fullmatch(text)
            return text if day is None else day[1] + (f"T{day[2]}" if day[2] else "")
        if self._kind == "Boolean":
            return "TRUE" if text == "1" else "FALSE"
        return text

    def _put(self, text: str) -> None:
        if self._row < 0 or self._column < 0:
            return
        while len(self._rows) <= self._row:
            self._rows.append([])
        row = self._rows[self._row]
        self._n_cells += max(self._column + 1 - len(row), 0)
        if self._n_cells > _LARGEST_TABLE:
            raise self._too_far()
        row.extend([""] * (self._column + 1 - len(row)))
        row[self._column] = text

    def _too_far(self) -> UnreadableFileError:
        return refuse(self._path, "far_cell", sheet=self._name, cell=f"{column_name(self._column)}{self._row + 1}")

    def _finish(self) -> None:
        if max(map(len, self._rows), default=0) * len(self._rows) > _LARGEST_TABLE:
            raise self._too_far()
        columns = columns_of(self._rows)
        filled = fill_merged(columns, [((row, column), (row + down, column)) for row, column, down in self._merged])
        for code, names in (("hidden_rows", [str(r + 1) for r in self._hidden_rows]),
                            ("hidden_columns", list(map(column_name, self._hidden_columns)))):
            if names:
                self._notes.append((code, ", ".join(names[:20]) + (" ..." if len(names) > 20 else "")))
        self._sheets.append(SourceSheet(self._path.name, self._name, columns, tuple(self._notes)).with_columns(filled))
        self._is_inside = False
