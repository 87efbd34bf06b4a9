"""What a publication prints, read back from its files: workbooks, CSV twins, pages, pictures and release records.

Nothing of the product is imported here or anywhere in this folder: an outsider has the files and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import openpyxl

_DIRECTION_MARKS = re.compile("[\u2066-\u2069\u200e\u200f]")
_NOTE = re.compile(r" ?\[note \d+\]")
_CYCLE = re.compile(r"\b\d{4}/\d\d(?: H\d)?\b")


@dataclass(frozen=True)
class PrintedTable:
    """One table as it stands in a file.

    Parameters
    ----------
    place
        File below the publication's folder, and the sheet or the number of the table in it.
    kind
        ``book``, ``csv``, ``page`` or ``raw`` (a CSV file whose headings are column names).
    title
        Of the sheet or the caption; empty where the file has none.
    unit
        Part of the organisation that the paper is about, empty for the whole council.
    headings
        Of the columns.
    rows
        Cells as text; a withheld cell holds the marker.
    """

    place: str
    kind: str
    title: str
    unit: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def records(self) -> Iterator[dict[str, str]]:
        """Give each row as heading -> cell; the first of two columns with one heading counts."""
        for row in self.rows:
            yield dict(reversed(list(zip(self.headings, row, strict=True))))


@dataclass(frozen=True)
class PrintedText:
    """The words of a page or picture, tables left in as lines.

    Parameters
    ----------
    place
        File below the publication's folder.
    unit
        As for tables.
    lines
        Of text, one for each element.
    """

    place: str
    unit: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Publication:
    """Everything in one folder that was published.

    Parameters
    ----------
    name
        Of the folder.
    tables, texts
        As read.
    cycles
        Review cycles that the papers name, the earliest first.
    """

    name: str
    tables: tuple[PrintedTable, ...]
    texts: tuple[PrintedText, ...]
    cycles: tuple[str, ...]


def read_publication(folder: Path) -> Publication:
    """Read every file of a publication that holds words or numbers."""
    tables: list[PrintedTable] = []
    texts: list[PrintedText] = []
    titles: dict[tuple[Path, str], str] = {}
    for path in sorted(folder.rglob("*.xlsx")):
        unit = _unit_of(folder, path)
        for sheet, title, headings, rows in _tables_of_book(path):
            titles[path.parent, _slug(sheet)] = title
            tables.append(PrintedTable(f"{path.relative_to(folder)}:{sheet}", "book", title, unit, headings, rows))
    for path in sorted(folder.rglob("*.csv")):
        headings, rows = _merge_markers(*_rows_of_csv(path))
        title = titles.get((path.parent.parent, path.stem), "")
        raw = bool(headings) and all(heading == heading.lower() and " " not in heading for heading in headings)
        tables.append(PrintedTable(str(path.relative_to(folder)), "raw" if raw else "csv", title,
                                   _unit_of(folder, path), headings, rows))
    for path in sorted([*folder.rglob("*.html"), *folder.rglob("*.svg")]):
        page = _Page(path.read_text("utf-8"))
        unit = _unit_of(folder, path)
        texts.append(PrintedText(str(path.relative_to(folder)), unit, tuple(page.lines)))
        tables += [PrintedTable(f"{path.relative_to(folder)}:{number}", "page", caption, unit, rows[0], tuple(rows[1:]))
                   for number, (caption, rows) in enumerate(page.tables) if rows and
                   all(len(row) == len(rows[0]) for row in rows)]
    return Publication(folder.name, tuple(tables), tuple(texts), _find_cycles(folder, tables))


def _tables_of_book(path: Path) -> Iterator[tuple[str, str, tuple[str, ...], tuple[tuple[str, ...], ...]]]:
    for sheet in openpyxl.load_workbook(path).worksheets:
        for table in sheet.tables.values():
            headings, *rows = [tuple(_clean(cell.value) for cell in row) for row in sheet[table.ref]]
            yield sheet.title, _clean(sheet["A1"].value), tuple(_NOTE.sub("", text) for text in headings), tuple(rows)


def _rows_of_csv(path: Path) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    headings, *rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig")))) or [[]]
    return tuple(map(_clean, headings)), tuple(tuple(map(_clean, row)) for row in rows)


def _merge_markers(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]
                   ) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Put the marker of a twin's column beside it into the column itself; a twin keeps the two apart."""
    beside = {heading[:-len(" marker")]: at for at, heading in enumerate(headings)
              if heading.endswith((" marker", "_marker"))}
    kept = [at for at, heading in enumerate(headings) if not heading.endswith((" marker", "_marker"))]
    merged = [tuple(row[at] or (row[beside[headings[at]]] if headings[at] in beside else "") for at in kept)
              for row in rows if len(row) == len(headings)]
    return tuple(headings[at] for at in kept), tuple(merged)


def _unit_of(folder: Path, path: Path) -> str:
    """Give the unit of a pack: each has a folder of its own with a manifest that names it."""
    for parent in path.parents:
        manifest = parent / "manifest.json"
        if manifest.is_file():
            units = json.loads(manifest.read_text("utf-8")).get("options", {}).get("units")
            if isinstance(units, dict) and parent.name in units:
                return str(units[parent.name])
        if parent == folder:
            break
    return ""


def _find_cycles(folder: Path, tables: Sequence[PrintedTable]) -> tuple[str, ...]:
    """List the cycles that the release records and the tables name; labels sort as their years do."""
    found = {record["cycle"] for table in tables if table.place.endswith("release_record.csv")
             for record in table.records() if " to " not in record["cycle"] and record["cycle"]}
    found |= {re.sub(r" \[.*", "", record["Cycle"]) for table in tables if "Cycle" in table.headings
              for record in table.records()}
    found |= {label for table in tables for label in _CYCLE.findall(table.title)}
    return tuple(sorted(found))


def _slug(sheet: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", sheet.lower()).strip("-")


def _clean(value: object) -> str:
    return "" if value is None else _DIRECTION_MARKS.sub("", str(value)).strip()


class _Page(HTMLParser):
    """The tables of a page as caption and rows, and all its words, line by line."""

    _ENDS_LINE = frozenset(("p", "li", "h1", "h2", "h3", "h4", "h5", "tr", "td", "th", "caption", "figcaption", "text",
                            "title", "desc", "div", "dt", "dd", "summary"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[tuple[str, ...]]]] = []
        self.lines: list[str] = []
        self._line: list[str] = []
        self._cell: list[str] | None = None
        self._row: list[str] = []
        self._silent = 0
        self.feed(text)
        self._end_line()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._silent += 1
        elif tag == "table":
            self.tables.append(("", []))
        elif tag == "tr":
            self._row = []
        elif tag in ("td", "th", "caption"):
            self._cell = []
        for name, value in attrs:  # words for those who hear a page or picture
            if value and name in ("aria-label", "alt", "title"):
                self.lines.append(_clean(value))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._silent -= 1
        if tag in ("td", "th") and self._cell is not None:
            self._row.append(_clean(" ".join("".join(self._cell).split())))
        elif tag == "caption" and self._cell is not None:
            self.tables[-1] = (_clean(" ".join("".join(self._cell).split())), self.tables[-1][1])
        elif tag == "tr" and self.tables and self._row:
            self.tables[-1][1].append(tuple(self._row))
        if tag in ("td", "th", "caption"):
            self._cell = None
        if tag in self._ENDS_LINE:
            self._end_line()

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._cell is not None:
            self._cell.append(data)
        self._line.append(data)

    def _end_line(self) -> None:
        line = _clean(" ".join("".join(self._line).split()))
        self._line = []
        if line:
            self.lines.append(line)
