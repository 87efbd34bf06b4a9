"""Plans as files: workbooks with merged cells, delimited text, web pages, and the tables of a written report."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
from python_calamine import CalamineError, CalamineWorkbook

from my121_analytics.ingest.files.exports import Sheet, read_sheets

_TAGS_IN_CELLS = re.compile(r"<(?:b|ul|li|p|br|strong|em|a)\b[^>]*>", re.I)
_RULER = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True)
class PlanSheet:
    """One sheet of a plan.

    Parameters
    ----------
    sheet
        Its cells; a cell merged over several rows stands in each of them.
    spread
        Places (row, column, from 0) that hold the value of a merged cell above.
    """

    sheet: Sheet
    spread: frozenset[tuple[int, int]]


def read_plan_sheets(path: Path | str) -> list[PlanSheet]:
    """Read the file of a plan as sheets of text cells.

    Parameters
    ----------
    path
        A workbook, delimited text, a web page, or a written report whose tables are marked with pipes or with tabs
        and tags.

    Returns
    -------
    list of PlanSheet
        At least one. In a written report a row has the number of its line, and lines outside tables are blank.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, protected or not a table.
    """
    path = Path(path)
    content = path.read_bytes() if path.is_file() else b""
    if content.startswith(_WORKBOOKS):
        merges = _find_merges(content)
        return [_spread(sheet, merges.get(sheet.name, [])) for sheet in read_sheets(path)]
    text = _decode(content)
    if re.search(r"<table\b", text, re.I):
        tables = _Page.read(text)
        if tables:
            return [_as_sheet(path, f"Table {i}", rows, frozenset(spread))
                    for i, (rows, spread) in enumerate(tables, start=1)]
    lines = text.splitlines()
    if any(_RULER.match(line) and "|" in line for line in lines):
        return [_as_sheet(path, "", _pipe_rows(lines))]
    if any("\t" in line and _TAGS_IN_CELLS.search(line) for line in lines):
        rows = [[_plain_cell(cell) for cell in line.split("\t")] if "\t" in line else [] for line in lines]
        return [_as_sheet(path, "", rows)]
    return [PlanSheet(sheet, frozenset()) for sheet in read_sheets(path)]


def _as_sheet(path: Path, name: str, rows: list[list[str]],
              spread: frozenset[tuple[int, int]] = frozenset()) -> PlanSheet:
    width = max(map(len, rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    columns = tuple(np.array([row[j] for row in padded], dtype=object) for j in range(width))
    return PlanSheet(Sheet(path.name, name, columns), spread)


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


# Merged cells of a workbook -------------------------------------------------------------------------------------


def _find_merges(content: bytes) -> dict[str, list[tuple[int, int, int, int]]]:
    """Give the cells merged over several rows: first row, first column, last row, last column, by sheet."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            found = {}
            for name in book.sheet_names:
                ranges = book.get_sheet_by_name(name).merged_cell_ranges or []
                found[name] = [(*first, *last) for first, last in ranges if last[0] > first[0]]
            return found
    except (CalamineError, OSError, ValueError):
        return {}  # read_sheets says what is wrong with the file


def _spread(sheet: Sheet, merges: list[tuple[int, int, int, int]]) -> PlanSheet:
    if not merges:
        return PlanSheet(sheet, frozenset())
    columns, places = [column.copy() for column in sheet.columns], set()
    for top, left, bottom, _ in merges:
        for row in range(top + 1, min(bottom, sheet.n_rows - 1) + 1):
            if left < len(columns):  # the reader may have filled it already
                columns[left][row] = columns[left][top]
                places.add((row, left))
    return PlanSheet(Sheet(sheet.file, sheet.name, tuple(columns), sheet.notes), frozenset(places))


# Tables of written reports --------------------------------------------------------------------------------------


def _pipe_rows(lines: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for i, line in enumerate(lines):
        in_table = line.strip().startswith("|") or (
            "|" in line and any(_RULER.match(near) and "|" in near for near in lines[max(i - 60, 0):i + 2]))
        if not in_table or _RULER.match(line):
            rows.append([])
            continue
        inner = line.strip()
        inner = inner.removeprefix("|")
        inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
        rows.append([_plain_cell(cell.replace("\\|", "|")) for cell in _CELL_EDGE.split(inner)])
    return rows


def _plain_cell(cell: str) -> str:
    """Give a cell without marks of layout: lists become bullets, paragraphs are parted by blank lines."""
    text = re.sub(r"\s*<li\b[^>]*>\s*(?:[•▪●]\s*)?", "\n• ", cell, flags=re.I)
    text = re.sub(r"\s*</p>\s*<p\b[^>]*>\s*", "\n\n", text, flags=re.I)
    text = re.sub(r"\s*<br\s*/?>\s*", "\n", text, flags=re.I)
    text = html.unescape(re.sub(r"<[^<>]+>", "", text))
    text = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text))
    return "\n".join(line.strip() for line in text.strip().split("\n"))


class _Page(HTMLParser):
    """Tables of a page; a cell that spans rows stands in each of them, one that spans columns in the first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[list[str]], set[tuple[int, int]]]] = []
        self._below: dict[int, tuple[int, str]] = {}
        self._carried: dict[int, tuple[int, str]] = {}
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    @classmethod
    def read(cls, text: str) -> list[tuple[list[list[str]], set[tuple[int, int]]]]:
        reader = cls()
        reader.feed(text)
        reader.close()
        return [table for table in reader.tables if table[0]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._end_row()
            self.tables.append(([], set()))
            self._carried = {}
        elif tag == "tr" and self.tables:
            self._end_row()
            self.tables[-1][0].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1][0]:
            self._end_cell()
            given = dict(attrs)
            self._spans = (_span(given.get("rowspan")), _span(given.get("colspan")))
            self._fill()
            self._cell = []
        elif self._cell is not None and tag in ("br", "li", "p", "div"):
            self._cell.append({"br": "\n", "li": "\n• ", "p": "\n\n", "div": "\n"}[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._end_cell()
        elif tag in ("tr", "table"):
            self._end_row()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(re.sub(r"\s+", " ", data))

    def _fill(self) -> None:
        """Put in the cells that reach down from the rows above, up to the next free place."""
        rows, places = self.tables[-1]
        while (column := len(rows[-1])) in self._carried:
            left, text = self._carried.pop(column)
            rows[-1].append(text)
            places.add((len(rows) - 1, column))
            if left > 1:
                self._below[column] = (left - 1, text)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", "".join(self._cell))
        text = re.sub(r"• (?:[•▪●]\s*)", "• ", re.sub(r"\n{3,}", "\n\n", text)).strip()
        rows, (n_rows, n_columns) = self.tables[-1][0], self._spans
        for k in range(n_columns):
            if n_rows > 1:
                self._below[len(rows[-1])] = (n_rows - 1, text if k == 0 else "")
            rows[-1].append(text if k == 0 else "")
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self.tables and self.tables[-1][0] and self.tables[-1][0][-1]:
            self._fill()
        self._carried = {**self._carried, **self._below}
        self._below.clear()


def _span(given: str | None) -> int:
    return min(int(given), 200) if given and given.isdigit() and int(given) > 0 else 1
