"""Workbooks: a cover, contents with links, one titled and marked-up table to a sheet, and notes.

Profile ``publish`` follows the UK Analysis Function's guidance on spreadsheets; ``working`` adds filters, frozen
headings, drop-down lists and shading.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL
from my121_analytics.writing.tables import NUMERIC, Field, View, clean_text, format_value

Profile = Literal["publish", "working"]
FONT = "Arial"
SIZE = 12
WIDEST, WIDEST_WORDS, NARROWEST = 48, 80, 9
WIDEST_PRINT = 180
"""Widths of a letter on one printed page that lies across: the 12-point face is then printed at nearly 8 points."""
ROOM_TO_WRITE = 18
"""Least width of a column that people write in."""
WIDER = 1.08
"""Width of a letter of the sheet's 12-point face against the 11-point one that column widths are counted in."""
LINE, TITLE_LINE = 16, 24
"""Points that a line of text takes; programs that do not fit heights to wrapped text need it set."""
MOST_LINES = 25
LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds."""
_NUMBER_FORMATS = {"integer": "#,##0", "number": "#,##0.00", "signed": "+0.00;-0.00;0.00", "share": "0.0%",
                   "points": "+0.0%;-0.0%;0.0%", "date": "yyyy-mm-dd", "id": "@", "text": "@", "range": "@"}
_AS_WORDS: dict[bool, dict[str, object]] = {False: {"text_wrap": True}, True: {"text_wrap": True, "align": "left"}}
"""A day stands like a word: set to the right, it would run into the text of the next column."""
_EPOCH = pd.Timestamp("1899-12-30")
_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SERIES = ("#12436D", "#F46A25")
"""Two series: the Analysis Function's dark blue and orange."""
_LONGEST_ALT = 2000
_SHADES = ("#FFFFFF", "#9CBFE3")
"""White to a blue on which black text keeps a contrast above 7 to 1."""


@dataclass(frozen=True)
class Chart:
    """A native chart of a table, in the ``working`` profile.

    Parameters
    ----------
    kind
        ``column``, or ``bar`` where names are long.
    category
        Column whose entries name the bars.
    values
        Columns drawn; at most two.
    """

    kind: Literal["column", "bar"]
    category: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One table of released rows.

    Parameters
    ----------
    name
        Name of the sheet; shortened and made unique when written.
    view
        Which released table, under which headings.
    lines
        Scope, source and units, one sentence a row above the table.
    table_name
        Name of the marked-up table, telling and without spaces.
    chart
        Drawn to the right of the table in the ``working`` profile; None where a figure was withheld, since a withheld
        bar would look like none.
    frozen
        Columns at the left that stay in sight (``working`` profile).
    protected
        True where only the columns for people can be changed; without a password, so that it guards against slips.
    """

    name: str
    view: View
    lines: tuple[str, ...] = ()
    table_name: str = ""
    chart: Chart | None = None
    frozen: int = 1
    protected: bool = False


@dataclass(frozen=True)
class WordSheet:
    """A table of words or of file-level figures that is about no person and no group of people (notes, data quality).

    Parameters
    ----------
    name, lines, table_name
        As for :class:`Sheet`.
    title
        Heading of the sheet.
    headings
        Of the columns.
    rows
        Text or whole numbers.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]
    lines: tuple[str, ...] = ()
    table_name: str = ""


@dataclass(frozen=True)
class PictureSheet:
    """One picture with its text alternative."""

    name: str
    title: str
    png: bytes
    alt: str
    lines: tuple[str, ...] = ()


AnySheet = Sheet | WordSheet | PictureSheet


@dataclass(frozen=True)
class Book:
    """A whole workbook.

    Parameters
    ----------
    title
        Of the cover and of the document.
    cover
        Label and text: council, period, as of, source, contact, status.
    sheets
        In order.
    notes
        Text by code, for every code that a column refers to.
    as_of
        Stands in for the creation date, so that the same inputs give the same bytes.
    profile
        ``publish`` or ``working``.
    accent
        Colour of titles and links.
    logo, logo_alt
        PNG or JPEG for the cover, and its text alternative.
    subject
        Of the document; default: a calibration pack.
    """

    title: str
    cover: tuple[tuple[str, str], ...]
    sheets: tuple[AnySheet, ...]
    as_of: date
    notes: dict[str, str]
    profile: Profile = "publish"
    language: str = "en-GB"
    accent: str = "#12436D"
    logo: bytes = b""
    logo_alt: str = ""
    subject: str = ""


def write_workbook(book: Book) -> bytes:
    """Write a workbook.

    Parameters
    ----------
    book
        Its sheets hold released results only; a plain result is refused when the :class:`View` is made.

    Returns
    -------
    bytes
        An xlsx file; the same book gives the same bytes.

    Raises
    ------
    KeyError
        A column refers to a note that the book does not hold.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as file:
        file.set_properties({"title": clean_text(book.title), "subject": book.subject or say("workbook", "subject"),
                             "created": datetime(book.as_of.year, book.as_of.month, book.as_of.day)})
        _BookWriter(file, book).write()
    return _with_language(buffer.getvalue(), book.language)


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Make sheet names that Excel accepts: 31 characters or fewer, no forbidden signs, unique in any case.

    Parameters
    ----------
    wanted
        Names as one would like them.

    Returns
    -------
    list of str
        In the same order.
    """
    used = {"history"}  # reserved by Excel
    names = []
    for want in wanted:
        stem = re.sub(r"\s+", " ", _NAME_FORBIDDEN.sub(" ", clean_text(want))).strip(" '")[:31].strip(" '") or "Sheet"
        name, number = stem, 1
        while name.casefold() in used:
            number += 1
            ending = f" {number}"
            name = stem[:31 - len(ending)].rstrip() + ending
        used.add(name.casefold())
        names.append(name)
    return names


class _BookWriter:
    """Writes one book into an open file; holds the formats, which a file must share."""

    def __init__(self, file: xlsxwriter.Workbook, book: Book) -> None:
        self.file = file
        self.book = book
        self.working = book.profile == "working"
        base = {"font_name": FONT, "font_size": SIZE, "valign": "top"}
        self.plain = file.add_format(base)
        self.text = file.add_format({**base, "text_wrap": True})
        self.bold = file.add_format({**base, "bold": True})
        self.title = file.add_format({**base, "bold": True, "font_size": 16, "font_color": book.accent})
        self.link = file.add_format({**base, "font_color": book.accent, "underline": 1})
        self.heading = file.add_format({**base, "bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom"})
        to_the_right = {"align": "right", "indent": 1}
        self.heading_right = file.add_format({**base, "bold": True, "text_wrap": True, "bottom": 2, "valign": "bottom",
                                              **to_the_right})
        self.right = file.add_format({**base, **to_the_right})
        to_fill = {**base, "text_wrap": True, "border": 1, "border_color": "#12436D", "num_format": "@",
                   "locked": False}
        self.entry = file.add_format(to_fill)
        self.entry_marked = file.add_format({**to_fill, "border": 2, "bold": True, "bg_color": "#FFF3C4"})
        self.kinds = {kind: file.add_format({**base, "num_format": code,
                                             **(to_the_right if kind in NUMERIC else _AS_WORDS[kind == "date"])})
                      for kind, code in _NUMBER_FORMATS.items()}
        self.entries = {kind: file.add_format({**to_fill, "num_format": code,
                                               **(to_the_right if kind in NUMERIC else _AS_WORDS[kind == "date"])})
                        for kind, code in _NUMBER_FORMATS.items()}
        self.note_numbers = _number_notes(book)
        self.choices = _list_choices(book)
        own = ["Cover", "Contents", *(["Notes"] if self.note_numbers else []), *(["Choices"] if self.choices else [])]
        names = sheet_names([*own, *(sheet.name for sheet in book.sheets)])
        self.names = names[len(own):]
        self.table_names: set[str] = set()

    def write(self) -> None:
        cover, contents = self._add("Cover"), self._add("Contents")
        notes = self._add("Notes") if self.note_numbers else None
        pages = [self._add(name) for name in self.names]
        choices = self._add("Choices") if self.choices else None
        self._write_cover(cover)
        self._write_contents(contents)
        if notes is not None:
            rows = tuple((f"[note {number}]", self.book.notes[code]) for code, number in self.note_numbers.items())
            self._write_words(notes, WordSheet("Notes", say("workbook", "notes_title"), (
                say("workbook", "note"), say("workbook", "note_text")), rows, table_name="notes"))
        for page, sheet in zip(pages, self.book.sheets, strict=True):
            if isinstance(sheet, Sheet):
                self._write_rows(page, sheet)
            elif isinstance(sheet, WordSheet):
                self._write_words(page, sheet)
            else:
                self._write_picture(page, sheet)
        if choices is not None:
            rows = tuple((heading, value) for heading, values in self.choices for value in values)
            self._write_words(choices, WordSheet("Choices", say("workbook", "choices_title"), (
                say("workbook", "column"), say("workbook", "choice")), rows, table_name="choices"))
        cover.activate()

    def _add(self, name: str) -> Worksheet:
        page = self.file.add_worksheet(name)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.set_row(0, TITLE_LINE)
        return page

    def _write_cover(self, page: Worksheet) -> None:
        page.set_column(0, 0, 26, self.plain)
        page.set_column(1, 1, 90, self.plain)
        _put(page, 0, 0, self.book.title, self.title)
        for row, (label, text) in enumerate(self.book.cover, start=1):
            _put(page, row, 0, label, self.bold)
            _put(page, row, 1, text, self.text)
            _set_heights(page, row, [(90, [text])])
        if self.book.logo:
            page.insert_image(len(self.book.cover) + 2, 0, "logo", {
                "image_data": io.BytesIO(self.book.logo), "description": clean_text(self.book.logo_alt),
                "object_position": 3})

    def _write_contents(self, page: Worksheet) -> None:
        listed = [("Cover", self.book.title)]
        if self.note_numbers:
            listed.append(("Notes", say("workbook", "notes_title")))
        listed += [(name, _title_of(sheet)) for name, sheet in zip(self.names, self.book.sheets, strict=True)]
        if self.choices:
            listed.append(("Choices", say("workbook", "choices_title")))
        sheet = WordSheet("Contents", say("workbook", "contents_title"),
                          (say("workbook", "sheet"), say("workbook", "sheet_holds")), tuple(listed),
                          table_name="contents")
        first = self._write_words(page, sheet)
        for row, (name, _) in enumerate(listed, start=first):
            target = name.replace("'", "''")
            page.write_url(row, 0, f"internal:'{target}'!A1", self.link, name)

    def _write_words(self, page: Worksheet, sheet: WordSheet) -> int:
        """Write a table of words; gives the row of its first entry."""
        head = self._write_head(page, sheet.title, sheet.lines, n_tables=1)
        rows = sheet.rows or ((say("workbook", "no_rows"), *[""] * (len(sheet.headings) - 1)),)
        numeric = [all(isinstance(row[c], int) for row in rows) for c in range(len(sheet.headings))]
        columns = []
        for column, heading in enumerate(sheet.headings):
            cells = [row[column] for row in rows]
            width = _width(heading, [str(c) for c in cells], WIDEST_WORDS)
            columns.append((width, [str(c) for c in cells]))
            page.set_column(column, column, width, self.plain)
            for offset, cell in enumerate(cells, start=1):
                if isinstance(cell, int):
                    page.write_number(head + offset, column, cell, self.kinds["integer"])
                else:
                    _put(page, head + offset, column, cell, self.text)
        self._mark_up(page, head, len(rows), list(sheet.headings), numeric, sheet.table_name or sheet.name)
        _set_heights(page, head, [(w, [h]) for (w, _), h in zip(columns, sheet.headings, strict=True)])
        _set_heights(page, head + 1, columns)
        return head + 1

    def _write_rows(self, page: Worksheet, sheet: Sheet) -> None:
        view = sheet.view
        blank_columns = [field for field in view.fields if field.blank or field.entry]
        lines = [*sheet.lines]
        if view.has_hidden:
            lines.append(say("workbook", "confidential"))
        if any((view.frame[f.name].isna().to_numpy() & ~view.hides(f)).any() for f in view.fields
               if not (f.blank or f.entry)):
            lines.append(say("workbook", "empty_cells"))
        if blank_columns:
            lines.append(say("workbook", "to_fill_in", columns=", ".join(f.heading for f in blank_columns)))
        head = self._write_head(page, view.title, lines, n_tables=1)
        n_rows = max(len(view.frame), 1)
        headings = [self._heading(field) for field in view.fields]
        columns = []
        has_total = len(view.frame) > 0 and str(view.frame[view.fields[0].name].iloc[-1]) == TOTAL
        n_shaded = len(view.frame) - has_total  # a total would leave every part of it pale
        for column, field in enumerate(view.fields):
            columns.append(self._write_column(page, head, column, field, view))
            if self.working and field.choices and len(view.frame):
                page.data_validation(head + 1, column, head + n_rows, column, self._choice_rule(field))
            if self.working and field.heat and n_shaded:
                page.conditional_format(head + 1, column, head + n_shaded, column, {
                    "type": "2_color_scale", "min_color": _SHADES[0], "max_color": _SHADES[1]})
        if view.frame.empty:
            _put(page, head + 1, 0, say("workbook", "no_rows"), self.text)
        self._mark_up(page, head, n_rows, headings, [f.kind in NUMERIC for f in view.fields],
                      sheet.table_name or sheet.name)
        _set_heights(page, head, [(width, [h]) for (width, _), h in zip(columns, headings, strict=True)])
        _set_heights(page, head + 1, columns)
        _print_legibly(page, [width for width, _ in columns], sheet.frozen)
        if self.working:
            if sheet.chart is not None and len(view.frame):
                self._draw_chart(page, sheet, sheet.chart, head, len(view.frame) - has_total)
            page.freeze_panes(head + 1, sheet.frozen)
            if sheet.protected:
                page.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})
            page.repeat_rows(head)
        page.ignore_errors({"number_stored_as_text": f"A{head + 1}:{xl_col_to_name(len(headings))}{head + n_rows + 1}"})

    def _draw_chart(self, page: Worksheet, sheet: Sheet, chart: Chart, head: int, n_rows: int) -> None:
        """Draw a native chart to the right of the table, with the figures it shows as its text alternative."""
        view = sheet.view
        place = {field.name: number for number, field in enumerate(view.fields)}
        drawn = self.file.add_chart({"type": chart.kind})
        for number, name in enumerate(chart.values):
            drawn.add_series({
                "name": [page.name, head, place[name]],
                "categories": [page.name, head + 1, place[chart.category], head + n_rows, place[chart.category]],
                "values": [page.name, head + 1, place[name], head + n_rows, place[name]],
                "fill": {"color": _SERIES[number]}, "data_labels": {"value": True}, "gap": 60})
        drawn.set_title({"name": clean_text(view.title), "name_font": {"name": FONT, "size": SIZE}, "overlay": False})
        if len(chart.values) == 1:
            drawn.set_legend({"none": True})
        else:
            drawn.set_legend({"position": "bottom"})
        values, names = {"major_gridlines": {"visible": False}, "min": 0}, {"reverse": chart.kind == "bar"}
        drawn.set_y_axis(names if chart.kind == "bar" else values)
        drawn.set_x_axis(values if chart.kind == "bar" else names)
        drawn.set_size({"width": 760, "height": max(340, 60 + 34 * n_rows * len(chart.values))})
        page.insert_chart(head, len(view.fields) + 1, drawn, {"description": self._chart_words(view, chart, n_rows),
                                                              "object_position": 3})

    def _chart_words(self, view: View, chart: Chart, n_rows: int) -> str:
        fields = {field.name: field for field in view.fields}
        rows = view.frame.head(n_rows)
        said = [f"{clean_text(str(name))}: " + ", ".join(format_value(rows[v].iloc[row], fields[v].kind)
                                                         for v in chart.values)
                for row, name in enumerate(rows[chart.category])]
        series = " / ".join(fields[v].heading for v in chart.values)
        return clean_text(f"{view.title}. {series}. {'; '.join(said)}.")[:_LONGEST_ALT]

    def _write_column(self, page: Worksheet, head: int, column: int, field: Field,
                      view: View) -> tuple[float, Sequence[str]]:
        """Write one column; gives its width and the texts that may need several lines."""
        if field.blank:
            width = max(len(field.heading) * 1.3 + 2, 24 if field.choices else 32)
            page.set_column(column, column, width, self.plain)
            for row in range(head + 1, head + 1 + len(view.frame)):
                page.write_blank(row, column, None, self.entry)
            return width, []
        look = (self.entries if field.entry else self.kinds)[field.kind]
        marked = view.frame[field.marked_by].to_numpy(bool) if field.marked_by else np.zeros(len(view.frame), bool)
        values = view.frame[field.name]
        missing = values.isna().to_numpy()
        hidden = view.hides(field)
        if field.kind in NUMERIC:
            cells: Sequence[Any] = pd.to_numeric(values).astype("float64").to_numpy()
            shown = [f"{len(str(int(v))) * '0'}.0000" for v in np.asarray(cells)[~missing][:1]]
        elif field.kind == "date":
            cells = ((pd.to_datetime(values) - _EPOCH).dt.days.astype("float64")).to_numpy()
            shown = ["2024-04-01"]
        else:
            cells = [clean_text(str(value)) for value in values]
            shown = list(cells)
        width = _width(self._heading(field), [*shown, *field.choices], WIDEST)
        width = max(width, ROOM_TO_WRITE) if field.entry else width
        page.set_column(column, column, width, self.plain)
        for offset, cell in enumerate(cells):
            row = head + 1 + offset
            if hidden[offset]:
                _put(page, row, column, str(view.frame["marker"].iloc[offset]), self.right)
            elif missing[offset]:
                page.write_blank(row, column, None, look)
            elif isinstance(cell, str):
                _put(page, row, column, cell, self.entry_marked if marked[offset] else look)
            else:
                page.write_number(row, column, cell, look)
        return width, [] if field.kind in NUMERIC else shown

    def _write_picture(self, page: Worksheet, sheet: PictureSheet) -> None:
        page.set_column(0, 0, 110, self.plain)
        page.fit_to_pages(1, 1)
        _put(page, 0, 0, sheet.title, self.title)
        lines = [say("workbook", "one_picture"), *sheet.lines, sheet.alt]
        for row, line in enumerate(lines, start=1):
            _put(page, row, 0, line, self.text)
            _set_heights(page, row, [(110, [line])])
        page.insert_image(len(lines) + 1, 0, "picture.png", {
            "image_data": io.BytesIO(sheet.png), "description": clean_text(sheet.alt), "object_position": 3,
            "x_scale": 0.8, "y_scale": 0.8})

    def _write_head(self, page: Worksheet, title: str, lines: Sequence[str], *, n_tables: int) -> int:
        """Write the title and the lines under it; gives the row of the table's headings."""
        _put(page, 0, 0, title, self.title)
        for row, line in enumerate([say("workbook", "one_table", n=n_tables), *lines], start=1):
            _put(page, row, 0, line, self.plain)
        return len(lines) + 2

    def _mark_up(self, page: Worksheet, head: int, n_rows: int, headings: list[str], numeric: list[bool],
                 name: str) -> None:
        page.add_table(head, 0, head + n_rows, len(headings) - 1, {
            "name": self._table_name(name), "autofilter": self.working, "style": None, "columns": [
                {"header": clean_text(heading), "header_format": self.heading_right if right else self.heading}
                for heading, right in zip(headings, numeric, strict=True)]})

    def _table_name(self, wanted: str) -> str:
        stem = re.sub(r"\W+", "_", wanted.lower(), flags=re.ASCII).strip("_") or "table"
        stem = f"my121_{stem}"[:200]  # never a cell's address (such as B12) or a bare number
        name, number = stem, 1
        while name in self.table_names:
            number += 1
            name = f"{stem}_{number}"
        self.table_names.add(name)
        return name

    def _heading(self, field: Field) -> str:
        return f"{field.heading} [note {self.note_numbers[field.note]}]" if field.note else field.heading

    def _choice_rule(self, field: Field) -> dict[str, Any]:
        place = self.choices.index((field.heading, field.choices))
        first = 4 + sum(len(values) for _, values in self.choices[:place])  # title, line, headings, then the choices
        return {"validate": "list", "source": f"=Choices!$B${first}:$B${first + len(field.choices) - 1}",
                "error_type": "information" if field.is_open else "stop", "error_title": say("workbook", "not_on_list"),
                "error_message": say("workbook", "choose_or_write" if field.is_open else "choose_from_list"),
                "ignore_blank": True}


def _number_notes(book: Book) -> dict[str, int]:
    """Number the notes in the order in which the sheets first refer to them."""
    used = [field.note for sheet in book.sheets if isinstance(sheet, Sheet)
            for field in sheet.view.fields if field.note]
    unknown = sorted({code for code in used if code not in book.notes})
    if unknown:
        raise KeyError(f"the workbook has no note {unknown}")
    return {code: number for number, code in enumerate(dict.fromkeys(used), start=1)}


def _list_choices(book: Book) -> list[tuple[str, tuple[str, ...]]]:
    """List each heading's choices once; two sheets may offer different ones under one heading."""
    if book.profile != "working":
        return []
    return list(dict.fromkeys((field.heading, field.choices) for sheet in book.sheets if isinstance(sheet, Sheet)
                              for field in sheet.view.fields if field.choices))


def _title_of(sheet: AnySheet) -> str:
    return sheet.view.title if isinstance(sheet, Sheet) else sheet.title


def _put(page: Worksheet, row: int, column: int, text: str, look: Any) -> None:
    """Write text as text: never a formula, a link or a number, whatever it starts with."""
    text = clean_text(text)
    if len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT - 1] + "…"
    if text:
        page.write_string(row, column, text, look)
    else:
        page.write_blank(row, column, None, look)


def _print_legibly(page: Worksheet, widths: Sequence[float], frozen: int) -> None:
    """Print a wide table over several pages side by side, with its first columns on each, rather than too small."""
    if sum(widths) <= WIDEST_PRINT:
        return
    while sum(widths[:frozen]) > WIDEST_PRINT / 2:
        frozen -= 1
    repeated = sum(widths[:frozen])
    page.fit_to_pages(math.ceil((sum(widths) - repeated) / (WIDEST_PRINT - repeated)), 0)
    if frozen:
        page.repeat_columns(0, frozen - 1)


def _width(heading: str, cells: Sequence[str], widest: float) -> float:
    """Give a width in characters that fits the cells, and the heading on two lines or so."""
    longest_word = max((len(word) for word in heading.split()), default=0)
    wanted = max(max((len(cell) for cell in cells), default=0), longest_word + 2, (len(heading) + 1) // 2 + 2)
    return min(max(wanted * WIDER + 2, NARROWEST), widest)


def _set_heights(page: Worksheet, first: int, columns: Sequence[tuple[float, Sequence[str]]]) -> None:
    """Make rows high enough for text that wraps in columns of these widths."""
    lines: dict[int, int] = {}
    for width, texts in columns:
        room = width - 1  # letters are narrower than the digits that widths are counted in
        for offset, text in enumerate(texts):
            if len(text) > room or "\n" in text:
                n_lines = sum(max(math.ceil(len(part) / room), 1) for part in text.split("\n"))
                lines[offset] = max(lines.get(offset, 1), n_lines)
    for offset, n_lines in lines.items():
        if n_lines > 1:
            page.set_row(first + offset, LINE * min(n_lines, MOST_LINES))


def _with_language(content: bytes, language: str) -> bytes:
    """Add the document's language to its properties, which XlsxWriter cannot write."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == "docProps/core.xml":
                tag = f"<dc:language>{language}</dc:language></cp:coreProperties>"
                data = data.replace(b"</cp:coreProperties>", tag.encode())
            target.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
