"""Is a workbook fit for every reader: the checklist of the UK Analysis Function's guidance that a program can tick off.

It reads the file as any reader's program would, and knows nothing of how it was written.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.errors import UnreadableFileError
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.workbook import Profile

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

SANS_SERIF = {"arial", "calibri", "helvetica", "liberation sans", "verdana", "tahoma", "segoe ui", "aptos", "open sans"}
SMALLEST, LEAST_CONTRAST = 12.0, 4.5
MOST_CELLS = 200_000
"""Cells looked at one by one in each sheet; the rest have the same formats in a file of ours."""
_NOTE, _MARK = re.compile(r"\[note (\d+)\]"), re.compile(r"\[[a-z]\]")
_URL = re.compile(r"\bhttps?://\S+|\bwww\.\S+", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"table\d*", re.IGNORECASE)
COLUMNS = ("item", "sheet", "cell", "message", "remedy")


@dataclass(frozen=True)
class _Sheet:
    """One sheet and where its table is."""

    page: Worksheet
    table: str
    first: int
    last: int
    n_columns: int

    def cells(self) -> Iterator[Cell]:
        for number, row in enumerate(self.page.iter_rows()):
            if number * max(len(row), 1) > MOST_CELLS:
                return
            yield from (cell for cell in row if cell.value is not None)


_Fault = tuple[str, str, str, str]
"""Item, sheet, cell, code of the message."""


def audit_workbook(path: Path | str, *, profile: Profile = "publish") -> pd.DataFrame:
    """Check a workbook against every item of the checklist that a program can judge.

    Parameters
    ----------
    path
        An xlsx file.
    profile
        ``publish``: all of it. ``working``: filters, frozen headings and shading are allowed.

    Returns
    -------
    pandas.DataFrame
        One row per fault: ``item`` (of the checklist, A1 to A11), ``sheet``, ``cell``, ``message``, ``remedy``. Empty
        where nothing was found.

    Raises
    ------
    UnreadableFileError
        There is no such file, or it is no workbook.

    Notes
    -----
    Whether titles are telling, and whether anything is cut off on a screen, is for a person to see.
    """
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    path = Path(path)
    try:
        book = load_workbook(path)
        with zipfile.ZipFile(path) as package:
            parts = {name: package.read(name) for name in package.namelist() if not name.startswith("xl/media")}
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as problem:
        raise UnreadableFileError(say("audit", "not_a_workbook", file=path.name), file=path.name,
                                  hints=[say("audit", "not_a_workbook_remedy")]) from problem
    faults: list[_Fault] = [*_check_package(parts), *_check_book(book)]
    for page in book.worksheets:
        faults += _check_sheet(page, profile)
    faults += _check_notes(book)
    rows = [(item, sheet, cell, say("audit_fault", code), say("audit_remedy", code))
            for item, sheet, cell, code in faults]
    return pd.DataFrame(rows, columns=list(COLUMNS)).drop_duplicates(ignore_index=True)


def _check_package(parts: Mapping[str, bytes]) -> Iterator[_Fault]:
    """Look at what the file holds beside its cells."""
    for name in parts:
        if name.endswith("vbaProject.bin"):
            yield "A3", "", "", "macros"
        if name.startswith("xl/externalLinks/"):
            yield "A3", "", "", "external_links"
    for name, content in parts.items():
        if name.startswith("xl/drawings/drawing"):
            if b"txBox=" in content:
                yield "A4", "", "", "text_box"
            objects = re.findall(rb"<xdr:cNvPr\b[^>]*>", content)
            if any(not re.search(rb'\bdescr="[^"]+"', one) for one in objects):
                yield "A4", "", "", "no_alt_text"
        if name.startswith("xl/worksheets/_rels/") and b'TargetMode="External"' in content:
            yield "A11", "", "", "outside_link"
    core = parts.get("docProps/core.xml", b"")
    if not re.search(rb"<(?:\w+:)?title\b[^>]*>[^<]+<", core):
        yield "A9", "", "", "no_title_property"
    if not re.search(rb"<(?:\w+:)?language\b[^>]*>[^<]+<", core):
        yield "A9", "", "", "no_language"


def _check_book(book: Workbook) -> Iterator[_Fault]:
    names = [page.title for page in book.worksheets]
    if book.active is not book.worksheets[0]:
        yield "A9", "", "", "opens_elsewhere"
    for name in names:
        if len(name) > 31:
            yield "A9", name, "", "long_name"
    if len({name.casefold() for name in names}) < len(names):
        yield "A9", "", "", "same_names"
    for wanted in ("Cover", "Contents"):
        if wanted not in names:
            yield "A7", "", "", f"no_{wanted.lower()}"
    if "Contents" in names:
        links = [cell.hyperlink.location for row in book["Contents"].iter_rows() for cell in row
                 if cell.hyperlink is not None and cell.hyperlink.location]
        linked = {link.split("!")[0].strip("'").replace("''", "'") for link in links}
        if linked - set(names):
            yield "A7", "Contents", "", "dead_link"
        for name in set(names) - linked - {"Contents", "Cover"}:
            yield "A7", name, "", "not_in_contents"


def _check_sheet(page: Worksheet, profile: Profile) -> Iterator[_Fault]:
    checks: list[Callable[[_Sheet], Iterator[_Fault]]] = [_check_structure, _check_text]
    if profile == "publish":
        checks.append(_check_plainness)
    described = _describe(page)
    if page.sheet_state != "visible":
        yield "A3", page.title, "", "hidden_sheet"
    for check in checks:
        yield from check(described)
    if described.table:
        yield from _check_table(described)
    elif page.title != "Cover" and not page._images and not page._charts:
        yield "A1", page.title, "", "no_table"


def _describe(page: Worksheet) -> _Sheet:
    from openpyxl.utils import range_boundaries

    if len(page.tables) == 0:
        return _Sheet(page, "", 0, 0, 0)
    name, place = next(iter(page.tables.items()))
    _, first, width, last = range_boundaries(place)
    return _Sheet(page, name, int(first), int(last), int(width))


def _check_structure(sheet: _Sheet) -> Iterator[_Fault]:
    page, name = sheet.page, sheet.page.title
    if page.merged_cells.ranges:
        yield "A3", name, str(next(iter(page.merged_cells.ranges))), "merged"
    if any(row.hidden for row in page.row_dimensions.values()):
        yield "A3", name, "", "hidden_row"
    if any(column.hidden for column in page.column_dimensions.values()):
        yield "A3", name, "", "hidden_column"
    title = page["A1"]
    if title.value in (None, ""):
        yield "A2", name, "A1", "no_sheet_title"
    elif not title.font.b or (title.font.sz or 0) <= SMALLEST:
        yield "A2", name, "A1", "title_not_heading"
    if len(page.tables) > 1:
        yield "A2", name, "", "several_tables"


def _check_table(sheet: _Sheet) -> Iterator[_Fault]:
    page, name = sheet.page, sheet.page.title
    table = page.tables[sheet.table]
    if _PLAIN_NAME.fullmatch(sheet.table):
        yield "A1", name, table.ref, "plain_table_name"
    if not table.ref.startswith("A"):
        yield "A2", name, table.ref, "not_in_column_a"
    if not re.search(r"\d", str(page["A2"].value or "")):
        yield "A2", name, "A2", "tables_not_counted"
    if page.max_row > sheet.last and any(c.value not in (None, "") for row in page.iter_rows(min_row=sheet.last + 1)
                                         for c in row):
        yield "A2", name, "", "below_table"
    headings = [str(page.cell(sheet.first, column).value or "") for column in range(1, sheet.n_columns + 1)]
    if not all(h.strip() for h in headings) or len({h.casefold() for h in headings}) < len(headings):
        yield "A1", name, table.ref, "headings"
    lines = " ".join(str(page.cell(row, 1).value or "") for row in range(1, sheet.first))
    blank_explained = any(word in lines.lower() for word in ("empty", "left empty", "filled in"))
    blank_rows = 0
    marks: set[str] = set()
    for row in page.iter_rows(min_row=sheet.first + 1, max_row=min(sheet.last, sheet.first + MOST_CELLS
                                                                   // max(sheet.n_columns, 1)),
                              max_col=sheet.n_columns, values_only=True):
        texts = ["" if value is None else str(value) for value in row]
        blank_rows += not any(texts)
        explains = len(texts) == 2 and not _MARK.fullmatch(texts[1])  # a list of symbols explains its own
        marks |= set() if explains else {text for text in texts if _MARK.fullmatch(text)}
        if not all(texts) and not blank_explained:
            yield "A5", name, "", "empty_unexplained"
            blank_explained = True  # told once a sheet
    if blank_rows:
        yield "A3", name, "", "blank_row"
    for mark in sorted(marks):
        if mark not in lines:
            yield "A5", name, mark, "marker_unexplained"


def _check_plainness(sheet: _Sheet) -> Iterator[_Fault]:
    page, name = sheet.page, sheet.page.title
    if page.auto_filter.ref or any(table.autoFilter is not None for table in page.tables.values()):
        yield "A4", name, "", "filter"
    if page.freeze_panes:
        yield "A4", name, str(page.freeze_panes), "frozen"
    header = page.oddHeader, page.oddFooter, page.evenHeader, page.evenFooter
    if any(part.left.text or part.center.text or part.right.text for part in header):
        yield "A4", name, "", "header_footer"
    if page.conditional_formatting or any(c.fill.fill_type for c in sheet.cells()):
        yield "A4", name, "", "fill"


def _check_text(sheet: _Sheet) -> Iterator[_Fault]:
    page, name = sheet.page, sheet.page.title
    told: set[str] = set()
    for cell in sheet.cells():
        for item, code in _faults_of(cell, page, sheet):
            if code not in told:
                told.add(code)
                yield item, name, cell.coordinate, code


def _faults_of(cell: Cell, page: Worksheet, sheet: _Sheet) -> Iterator[tuple[str, str]]:
    font = cell.font
    if (font.name or "").lower() not in SANS_SERIF:
        yield "A8", "serif"
    if (font.sz or 0) < SMALLEST:
        yield "A8", "small"
    if font.color is not None and isinstance(font.color.rgb, str) and _contrast(font.color.rgb) < LEAST_CONTRAST:
        yield "A8", "contrast"
    if cell.data_type == "f":
        yield "A11", "formula"
    if cell.hyperlink is not None and cell.hyperlink.target:
        yield "A11", "outside_link"
    text = cell.value if isinstance(cell.value, str) else ""
    if _URL.fullmatch(text.strip()):
        yield "A7", "bare_url"
    inside = sheet.table and sheet.first < cell.row <= sheet.last
    if inside and isinstance(cell.value, int | float) and cell.alignment.horizontal not in ("right", None, "general"):
        yield "A8", "number_not_right"
    if inside and text and not cell.alignment.wrap_text:
        width = page.column_dimensions[cell.column_letter].width or 9
        if len(text) > width * 1.15:
            yield "A4", "cut_off"


def _check_notes(book: Workbook) -> Iterator[_Fault]:
    """Every note that is referred to stands on the sheet of notes, and every note there is referred to."""
    used: dict[str, str] = {}
    there: set[str] = set()
    for page in book.worksheets:
        for row in page.iter_rows(max_row=min(page.max_row, 2000)):
            for cell in row:
                for number in _NOTE.findall(cell.value) if isinstance(cell.value, str) else ():
                    if page.title == "Notes" and cell.column == 1:
                        there.add(number)
                    else:
                        used.setdefault(number, page.title)
    for number in sorted(set(used) - there, key=int):
        yield "A6", used[number], f"[note {number}]", "note_missing"
    for number in sorted(there - set(used), key=int):
        yield "A6", "Notes", f"[note {number}]", "note_unused"


def _contrast(rgb: str) -> float:
    """Give the contrast of a colour on white (WCAG 2.2)."""
    digits = rgb[-6:]
    channels = [int(digits[place:place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
