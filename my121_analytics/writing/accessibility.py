"""Is a workbook fit for every reader: the checklist of the UK Analysis Function's guidance that a program can tick off.

It reads the file as any reader's program would, and knows nothing of how it was written.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.errors import UnreadableFileError
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.accessible_text import (
    MARK,
    are_codes,
    has_marker_with_number,
    heads_codes,
    holds_address,
    is_empty_link,
    is_language,
    is_number_in_text,
    is_placeholder,
    is_sign_for_missing,
    refers_to_note,
    says_nothing,
)
from my121_analytics.writing.book import Profile
from my121_analytics.writing.workbook_colours import is_chromatic, seen_colour, theme_colours

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

SANS_SERIF = {"arial", "calibri", "helvetica", "liberation sans", "verdana", "tahoma", "segoe ui", "aptos", "open sans"}
SMALLEST, LEAST_CONTRAST = 12.0, 4.5
MOST_CELLS = 200_000
"""Cells looked at one by one in each sheet; the rest have the same formats in a file of ours."""
_NOTE = re.compile(r"\[note (\d+)\]")
_PLAIN_NAME = re.compile(r"(table|tabelle|range|list|data)[_ ]?\d*", re.IGNORECASE)
_CONTACT = re.compile(r"contact|question|enquir|e-?mail|telephone|phone|@", re.IGNORECASE)
_RUN = re.compile(rb"<(?:\w+:)?rPr>(.*?)</(?:\w+:)?rPr>", re.S)
_HIDDEN_FORMAT = re.compile(r";\s*;|^;|^\s*\"\s*\"\s*$")
_COLOUR_FORMAT = re.compile(r"\[(?:red|green|blue|yellow|cyan|magenta|color ?\d+)\]", re.IGNORECASE)
_WORDS_OF_FORMAT = re.compile(r"\"([^\"]*)\"")
_LOWEST = 9.0
"""Height of a row in points below which no text can be read."""
_LETTERS_A_WIDTH = 1.35
"""Most letters of prose that fit a unit of column width, so that a row is called cut off only where it surely is."""
_LINE_OF_SIZE = 1.15
"""Height of a line against the size of its letters."""
COLUMNS = ("item", "sheet", "cell", "message", "remedy")


@dataclass(frozen=True)
class _Sheet:
    """One sheet and where its table is."""

    page: Worksheet
    table: str
    first: int
    last: int
    n_columns: int
    theme: tuple[str, ...] = ()
    """Colours of the workbook's theme."""

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
    What needs a person's eye is listed by :func:`list_for_eyes`, and never passed as found in order.
    """
    book, parts = _open(Path(path))
    faults: list[_Fault] = [*_check_package(parts), *_check_book(book)]
    for page in book.worksheets:
        faults += _check_sheet(page, profile)
    faults += _check_notes(book)
    rows = [(item, sheet, cell, say("audit_fault", code), say("audit_remedy", code))
            for item, sheet, cell, code in faults]
    return pd.DataFrame(rows, columns=list(COLUMNS)).drop_duplicates(ignore_index=True)


def list_for_eyes(path: Path | str) -> pd.DataFrame:
    """List what no program can judge, so that a person looks at it.

    Parameters
    ----------
    path
        An xlsx file.

    Returns
    -------
    pandas.DataFrame
        ``item``, ``sheet``, ``cell``, ``message``, ``remedy``: pictures and charts (do the words say what they show),
        coloured text and shades (does the text say it too), titles and names of tables (are they telling).

    Raises
    ------
    UnreadableFileError
        There is no such file, or it is no workbook.
    """
    book, _ = _open(Path(path))
    to_look_at: list[_Fault] = [("A2", "", "", "titles"), ("A1", "", "", "table_names"), ("A4", "", "", "screen")]
    for page in book.worksheets:
        if page._images or page._charts:
            to_look_at.append(("A4", page.title, "", "pictures"))
        if page.conditional_formatting:
            to_look_at.append(("A8", page.title, "", "shades"))
        described = _describe(page)
        coloured = next((cell.coordinate for cell in described.cells()
                         if cell.row > 1 and cell.hyperlink is None and _is_coloured(cell, described)), None)
        if coloured is not None:
            to_look_at.append(("A8", page.title, coloured, "coloured"))
    rows = [(item, sheet, cell, say("audit_look", code), say("audit_look_for", code))
            for item, sheet, cell, code in to_look_at]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _open(path: Path) -> tuple[Workbook, dict[str, bytes]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path)
        with zipfile.ZipFile(path) as package:
            return book, {name: package.read(name) for name in package.namelist() if not name.startswith("xl/media")}
    except (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as problem:
        raise UnreadableFileError(say("audit", "not_a_workbook", file=path.name), file=path.name,
                                  hints=[say("audit", "not_a_workbook_remedy")]) from problem


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
            if any(not re.search(rb'\bdescr="[^"]+"', drawn) for drawn in objects):
                yield "A4", "", "", "no_alt_text"
        if name.startswith("xl/worksheets/_rels/") and b'TargetMode="External"' in content:
            yield "A11", "", "", "outside_link"
    texts = [content for name, content in parts.items()
             if name.startswith(("xl/sharedStrings", "xl/styles", "xl/worksheets/sheet"))]
    if any(re.search(rb'vertAlign val="(?:super|sub)script"', content) for content in texts):
        yield "A6", "", "", "superscript"
    runs = {run for content in texts for run in _RUN.findall(content)}
    yield from (("A8", "", "", code) for code in sorted({code for run in runs for code in _faults_of_run(run)}))
    core = parts.get("docProps/core.xml", b"").decode("utf-8", "replace")
    title = re.search(r"<(?:\w+:)?title\b[^>]*>([^<]*)<", core)
    if title is None or not title.group(1).strip():
        yield "A9", "", "", "no_title_property"
    elif says_nothing(title.group(1)):
        yield "A9", "", "", "title_says_nothing"
    language = re.search(r"<(?:\w+:)?language\b[^>]*>([^<]*)<", core)
    if language is None or not language.group(1).strip():
        yield "A9", "", "", "no_language"
    elif not is_language(language.group(1)):
        yield "A9", "", "", "language_unknown"


def _faults_of_run(run: bytes) -> Iterator[str]:
    """Look at the look of a part of a text: a word in italics, in red, in small or in another face."""
    if re.search(rb"<(?:\w+:)?(?:i|u|strike)(?:\s*/>|\s+val=\"(?!0|none|false)[^\"]*\")", run):
        yield "italic_or_underlined"
    size = re.search(rb'<(?:\w+:)?sz val="([\d.]+)"', run)
    if size and float(size[1]) < SMALLEST:
        yield "small"
    face = re.search(rb'<(?:\w+:)?rFont val="([^"]+)"', run)
    if face and face[1].decode("utf-8", "replace").casefold() not in SANS_SERIF:
        yield "serif"
    colour = re.search(rb'<(?:\w+:)?color rgb="([0-9A-Fa-f]{6,8})"', run)
    if colour and is_chromatic(colour[1].decode()[-6:]):
        yield "colour_in_text"


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
    if "Cover" in names and not _names_contact(book["Cover"]):
        yield "A7", "Cover", "", "no_contact"
    if "Contents" in names:
        links = [cell.hyperlink.location for row in book["Contents"].iter_rows() for cell in row
                 if cell.hyperlink is not None and cell.hyperlink.location]
        linked = {link.split("!")[0].strip("'").replace("''", "'") for link in links}
        if linked - set(names):
            yield "A7", "Contents", "", "dead_link"
        for name in set(names) - linked - {"Contents", "Cover"}:
            yield "A7", name, "", "not_in_contents"


def _names_contact(cover: Worksheet) -> bool:
    """Say whether the cover names whom to ask: a label with something beside it, or an address."""
    for row in cover.iter_rows(values_only=True):
        texts = [str(value) for value in row if value not in (None, "")]
        if not texts or not _CONTACT.search(texts[0]):
            continue
        given = texts[1] if len(texts) > 1 else texts[0].partition(":")[2]
        if "@" in texts[0] or (given.strip() and not is_placeholder(given)):
            return True
    return False


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

    theme = theme_colours(page.parent)
    if len(page.tables) == 0:
        return _Sheet(page, "", 0, 0, 0, theme)
    name, place = next(iter(page.tables.items()))
    _, first, width, last = range_boundaries(place)
    return _Sheet(page, name, int(first), int(last), int(width), theme)


def _check_structure(sheet: _Sheet) -> Iterator[_Fault]:
    page, name = sheet.page, sheet.page.title
    if page.merged_cells.ranges:
        yield "A3", name, str(next(iter(page.merged_cells.ranges))), "merged"
    if any(row.hidden or row.height == 0 for row in page.row_dimensions.values()):
        yield "A3", name, "", "hidden_row"
    if any(column.hidden or (column.customWidth and column.width == 0) for column in page.column_dimensions.values()):
        yield "A3", name, "", "hidden_column"
    title = page["A1"]
    if title.value in (None, ""):
        yield "A2", name, "A1", "no_sheet_title"
    elif not str(title.style).startswith(("Heading", "Title")):
        yield "A2", name, "A1", "title_not_heading"
    if len(page.tables) > 1:
        yield "A2", name, "", "several_tables"


def _check_table(sheet: _Sheet) -> Iterator[_Fault]:
    headings = [str(sheet.page.cell(sheet.first, column).value or "") for column in range(1, sheet.n_columns + 1)]
    lines = " ".join(str(sheet.page.cell(row, 1).value or "") for row in range(1, sheet.first))
    yield from _check_place(sheet)
    if not all(h.strip() for h in headings) or len({h.casefold() for h in headings}) < len(headings):
        yield "A1", sheet.page.title, sheet.page.tables[sheet.table].ref, "headings"
    yield from _check_columns(sheet, headings)
    yield from _check_cells(sheet, lines)


def _check_place(sheet: _Sheet) -> Iterator[_Fault]:
    """Check the table's name, where it stands, and that nothing else stands around it."""
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
    if any(cell.value not in (None, "") for row in page.iter_rows(min_col=sheet.n_columns + 1) for cell in row):
        yield "A2", name, "", "beside_table"
    if any(page.cell(row, column).value not in (None, "") for row in range(2, sheet.first)
           for column in range(2, sheet.n_columns + 1)) or _begins_with_headings(sheet) or _repeats_headings(sheet):
        yield "A1", name, table.ref, "two_header_rows"


def _check_cells(sheet: _Sheet, lines: str) -> Iterator[_Fault]:
    """Check that blank cells and marks are explained in the lines above the table, and that no row is blank."""
    page, name = sheet.page, sheet.page.title
    blank_explained = any(word in lines.lower() for word in ("empty", "left empty", "filled in"))
    blank_rows = 0
    marks: set[str] = set()
    for row in page.iter_rows(min_row=sheet.first + 1, max_row=min(sheet.last, sheet.first + MOST_CELLS
                                                                   // max(sheet.n_columns, 1)),
                              max_col=sheet.n_columns, values_only=True):
        texts = ["" if value is None else str(value) for value in row]
        blank_rows += not any(texts)
        explains = len(texts) == 2 and not MARK.fullmatch(texts[1])  # a list of symbols explains its own
        marks |= set() if explains else {text for text in texts if MARK.fullmatch(text)}
        if not all(texts) and not blank_explained:
            yield "A5", name, "", "empty_unexplained"
            blank_explained = True  # told once a sheet
    if blank_rows:
        yield "A3", name, "", "blank_row"
    for mark in sorted(marks):
        if mark not in lines:
            yield "A5", name, mark, "marker_unexplained"


def _begins_with_headings(sheet: _Sheet) -> bool:
    """Say whether the first row of data is words where all rows below it hold numbers."""
    if sheet.last - sheet.first < 2:
        return False
    columns = list(sheet.page.iter_cols(min_row=sheet.first + 1, max_row=min(sheet.last, sheet.first + 200),
                                        max_col=sheet.n_columns, values_only=True))
    numeric = [column for column in columns if len(column) > 1 and all(_is_number(value) for value in column[1:])]
    return bool(numeric) and all(isinstance(column[0], str) and not MARK.fullmatch(column[0]) for column in numeric)


def _repeats_headings(sheet: _Sheet) -> bool:
    """Say whether a row of data holds the headings again, or years under headings that name none."""
    rows = sheet.page.iter_rows(min_row=sheet.first, max_row=sheet.last, max_col=sheet.n_columns, values_only=True)
    headings = [str(value or "").casefold() for value in next(rows, ())]
    for place, row in enumerate(rows):
        if [str(value or "").casefold() for value in row] == headings:
            return True
        numbers = [value for value in row if _is_number(value)]
        if place == 0 and sheet.last - sheet.first > 1 and len(numbers) > 1 and len(numbers) == len(row) - 1 and all(
                1990 <= value <= 2100 and value == int(value) for value in numbers):
            return True
    return False


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_columns(sheet: _Sheet, headings: list[str]) -> Iterator[_Fault]:
    """Look for numbers kept as text, and for signs other than markers where something is missing."""
    for heading, column in zip(headings, sheet.page.iter_cols(
            min_row=sheet.first + 1, max_row=sheet.last, max_col=sheet.n_columns), strict=False):
        texts = [cell for cell in column if isinstance(cell.value, str)]
        n_numbers = sum(_is_number(cell.value) for cell in column)
        is_numeric = n_numbers * 2 >= sum(cell.value is not None for cell in column) > 0
        yield from _check_numbers(sheet, heading, column, texts, n_numbers)
        for cell in texts:
            if is_sign_for_missing(cell.value) or (is_numeric and not any(c.isdigit() for c in cell.value)
                                                   and not MARK.fullmatch(cell.value)):
                yield "A5", sheet.page.title, cell.coordinate, "sign_for_missing"
            elif has_marker_with_number(cell.value):
                yield "A5", sheet.page.title, cell.coordinate, "marker_with_number"
        for cell in column:
            if cell.data_type == "e":
                yield "A5", sheet.page.title, cell.coordinate, "error_value"


def _check_numbers(sheet: _Sheet, heading: str, column: Sequence[Cell], texts: Sequence[Cell],
                   n_numbers: int) -> Iterator[_Fault]:
    """Look for numbers kept as text, and for colours, signs and blanks that only a format shows."""
    as_text = [cell for cell in texts if is_number_in_text(cell.value)]
    words = [cell for cell in texts if cell not in as_text and cell.value.strip() and not MARK.fullmatch(cell.value)]
    is_numeric = n_numbers >= len(words)
    mixed = [cell for cell in texts if is_numeric and any(c.isdigit() for c in cell.value)
             and not has_marker_with_number(cell.value)]
    if (as_text or mixed) and ((is_numeric and n_numbers) or not words) and not (
            heads_codes(heading) or (not n_numbers and are_codes([cell.value for cell in as_text]))):
        yield "A8", sheet.page.title, (as_text or mixed)[0].coordinate, "number_as_text"
    plain = [cell for cell in column if _is_number(cell.value) and not is_chromatic(
        seen_colour(cell.font.color, sheet.theme))]
    coloured = [cell for cell in column if (_is_number(cell.value) or MARK.fullmatch(str(cell.value)))
                and is_chromatic(seen_colour(cell.font.color, sheet.theme))]
    if coloured and plain:
        yield "A8", sheet.page.title, coloured[0].coordinate, "red_alone"
    for cell in column:
        form = str(cell.number_format or "")
        if not _is_number(cell.value) or form == "General":
            continue
        if _COLOUR_FORMAT.search(form):
            yield "A8", sheet.page.title, cell.coordinate, "red_alone"
        if _HIDDEN_FORMAT.search(form):
            yield "A3", sheet.page.title, cell.coordinate, "hidden_by_format"
        for word in _WORDS_OF_FORMAT.findall(form):
            if MARK.search(word) or (word.strip() and is_sign_for_missing(word)):
                yield "A5", sheet.page.title, cell.coordinate, "sign_by_format"


def _check_plainness(sheet: _Sheet) -> Iterator[_Fault]:
    page, name = sheet.page, sheet.page.title
    if page.auto_filter.ref or any(table.autoFilter is not None for table in page.tables.values()):
        yield "A4", name, "", "filter"
    if page.freeze_panes:
        yield "A4", name, str(page.freeze_panes), "frozen"
    header = page.oddHeader, page.oddFooter, page.evenHeader, page.evenFooter
    if any(part.left.text or part.center.text or part.right.text for part in header):
        yield "A4", name, "", "header_footer"
    cells = [cell for row in page.iter_rows(max_row=min(page.max_row, 5000)) for cell in row]
    whole = [*page.row_dimensions.values(), *page.column_dimensions.values()]
    if page.conditional_formatting or any(part.fill.fill_type for part in (*cells, *whole)):
        yield "A4", name, "", "fill"


def _check_text(sheet: _Sheet) -> Iterator[_Fault]:
    page, name = sheet.page, sheet.page.title
    codes_found: set[str] = set()
    for cell in sheet.cells():
        for item, code in _faults_of(cell, page, sheet):
            if code not in codes_found:
                codes_found.add(code)
                yield item, name, cell.coordinate, code


def _faults_of(cell: Cell, page: Worksheet, sheet: _Sheet) -> Iterator[tuple[str, str]]:
    text = cell.value if isinstance(cell.value, str) else ""
    yield from _faults_of_font(cell, text, sheet)
    yield from _faults_of_words(cell, text)
    if cell.alignment.textRotation or cell.alignment.shrink_to_fit:
        yield "A4", "rotated"
    if _is_cut_off(cell, page):
        yield "A4", "row_too_low"
    inside = sheet.table and sheet.first < cell.row <= sheet.last
    if inside and isinstance(cell.value, int | float) and cell.alignment.horizontal not in ("right", None, "general"):
        yield "A8", "number_not_right"
    if inside and text and not cell.alignment.wrap_text:
        width = _width_of(page, cell.column)
        if len(text) > width * 1.15:
            yield "A4", "cut_off"


def _faults_of_font(cell: Cell, text: str, sheet: _Sheet) -> Iterator[tuple[str, str]]:
    font = cell.font
    if (font.name or "").lower() not in SANS_SERIF:
        yield "A8", "serif"
    if (font.sz or 0) < SMALLEST:
        yield "A8", "small"
    colour = seen_colour(font.color, sheet.theme)
    if colour and _contrast(colour) < LEAST_CONTRAST:
        yield "A8", "contrast"
    underlined = font.u and cell.row > 1 and cell.hyperlink is None
    if font.i or font.strike or underlined:
        yield "A8", "italic_or_underlined"
    if _is_red(colour) and (_is_number(cell.value) or MARK.fullmatch(text)):
        yield "A8", "red_alone"


def _faults_of_words(cell: Cell, text: str) -> Iterator[tuple[str, str]]:
    if cell.data_type == "f":
        yield "A11", "formula"
    if cell.hyperlink is not None and cell.hyperlink.target:
        yield "A11", "outside_link"
    if cell.hyperlink is not None and is_empty_link(text):
        yield "A7", "link_says_nothing"
    if cell.comment is not None:
        yield "A6", "comment"
    if holds_address(text):
        yield "A7", "bare_url"
    if refers_to_note(text):
        yield "A6", "superscript"


def _is_red(colour: str) -> bool:
    red, green, blue = (int(colour[place:place + 2], 16) for place in (0, 2, 4)) if colour else (0, 0, 0)
    return red > 0xA0 and green < 0x60 and blue < 0x60


def _is_coloured(cell: Cell, sheet: _Sheet) -> bool:
    return is_chromatic(seen_colour(cell.font.color, sheet.theme))


def _width_of(page: Worksheet, column: int) -> float:
    """Give the width of a column; neighbours of one width are kept as one entry, under the first one's letter."""
    return next((float(dimension.width) for dimension in page.column_dimensions.values()
                 if dimension.min is not None and dimension.min <= column <= dimension.max), 9.0)


def _is_cut_off(cell: Cell, page: Worksheet) -> bool:
    """Say whether text that wraps needs more lines than its row, whose height is set, has room for."""
    height = page.row_dimensions[cell.row].height if cell.row in page.row_dimensions else None
    if height is None or not height:
        return False
    if height < _LOWEST:
        return True
    if not isinstance(cell.value, str) or not cell.alignment.wrap_text:
        return False
    width = _width_of(page, cell.column) * _LETTERS_A_WIDTH * SMALLEST / (cell.font.sz or SMALLEST)
    needed = sum(max(-(-len(part) // int(max(width, 1))), 1) for part in cell.value.split("\n"))
    return needed > max(int((height + 2) / ((cell.font.sz or SMALLEST) * _LINE_OF_SIZE)), 1) and needed > 1


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
