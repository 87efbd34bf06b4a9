"""Workbooks: a cover, contents with links, one titled and marked-up table to a sheet, and notes.

Profile ``publish`` follows the UK Analysis Function's guidance on spreadsheets; ``working`` adds filters, frozen
headings, drop-down lists and shading.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from my121_analytics.cell_text import clean_text
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL
from my121_analytics.writing.book import (
    FONT,
    NOT_AVAILABLE,
    AnySheet,
    Book,
    Chart,
    Figure,
    PictureBeside,
    PictureSheet,
    Sheet,
    WordSheet,
)
from my121_analytics.writing.letter_widths import SIZE, measure, measure_longest_word, wrap_text
from my121_analytics.writing.printed_columns import (
    PAPER,
    divide_columns,
    narrow_columns,
    print_side_by_side,
    set_paper,
)
from my121_analytics.writing.tables import NOT_APPLICABLE, NUMERIC, Field, View, format_value
from my121_analytics.writing.workbook_package import finish_package

WIDEST, NARROWEST = 48, 9
ROOM_TO_WRITE = 18
"""Least width of a column that people write in."""
LINE, TITLE_LINE = 16, 24
"""Points that a line of text takes; programs that do not fit heights to wrapped text need it set."""
_BESIDE_A_PICTURE = 16  # rows of a table that print legibly on one page with its picture
_TITLE_SIZE = 16
_BUTTON = 2
"""Width of the button of a filter beside a heading."""
MOST_LINES = 25
_LEAST_LINES = 100
"""Width from which on the lines above a table that run on over its columns are broken."""
_INDENT = 1.5
"""Width of a cell's indent."""
MOST_NAMED = 8
"""Columns to be filled in that are named one by one above a table."""
WIDEST_LINES = 62
"""Width in which the lines above a table wrap, in what is published: they stand in column A alone."""
NARROWEST_LINES, NARROWEST_TEXT = 36, 12
"""What the first column, in which the lines above a table wrap, and other text may be narrowed to for less paper."""
_LONG_WORD = 22
"""Width beyond which a word is broken where that takes less paper."""
_MOST_WRAPPED = 8
"""Lines that the longest text of a column may wrap over where that takes less paper."""
LONGEST_TEXT = 32_767
"""Characters that a cell of Excel holds."""
_NUMBER_FORMATS = {"integer": "#,##0", "number": "#,##0.00", "decimal": "#,##0.0",
                   "signed": "+0.00;-0.00;0.00", "share": "0.0%",
                   "points": "+0.0%;-0.0%;0.0%", "date": "yyyy-mm-dd", "id": "@", "text": "@", "range": "@"}
_AS_WORDS: dict[bool, dict[str, object]] = {False: {"text_wrap": True}, True: {"text_wrap": True, "align": "left"}}
"""A day stands like a word: set to the right, it would run into the text of the next column."""
_OWN_SIZE = 10
"""Points of the font in whose digits column widths are counted. Every program has Arial or one as wide; of Excel's own
font, another takes the place where it is missing, and columns are then a third wider against their text."""
_EPOCH = pd.Timestamp("1899-12-30")
_NAME_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_SERIES = ("#12436D", "#F46A25")
"""Two series: the Analysis Function's dark blue and orange."""
_LONGEST_ALT = 2000
_SHADES = ("#FFFFFF", "#9CBFE3")
"""White to a blue on which black text keeps a contrast above 7 to 1."""


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
    # in memory: a killed run leaves no temporary file with names; no strings_to_...: text of an export stays text
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
               "default_format_properties": {"font_name": FONT, "font_size": _OWN_SIZE}}
    with xlsxwriter.Workbook(buffer, options) as file:
        file.set_properties({"title": clean_text(book.title), "subject": book.subject or say("workbook", "subject"),
                             "created": datetime(book.as_of.year, book.as_of.month, book.as_of.day)})
        writer = _BookWriter(file, book)
        writer.write()
    return finish_package(buffer.getvalue(), book.language, styles=writer.named_styles())


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
        self.text_apart = file.add_format({**base, "text_wrap": True, "indent": 1, "align": "left"})
        self.bold = file.add_format({**base, "bold": True})
        title = {**base, "bold": True, "font_size": _TITLE_SIZE, "font_color": book.accent}
        self.title = file.add_format(title if self.working else {**title, "text_wrap": True})
        self.cover_title = file.add_format({**base, "bold": True, "font_size": 18, "font_color": book.accent})
        self.link = file.add_format({**base, "font_color": book.accent, "underline": 1})
        self.heading = file.add_format({**base, "bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom"})
        self.heading_apart = file.add_format({**base, "bold": True, "text_wrap": True, "bottom": 1,
                                              "valign": "bottom", "indent": 1})
        to_the_right = {"align": "right", "indent": 1}
        self.heading_right = file.add_format({**base, "bold": True, "text_wrap": True, "bottom": 1, "valign": "bottom",
                                              **to_the_right})
        self.right = file.add_format({**base, **to_the_right})
        # what people fill in is text ("@"): Excel would take 1-2 for a day
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
        self.kinds_apart = {kind: file.add_format({**base, "num_format": _NUMBER_FORMATS[kind], "indent": 1,
                                                   "text_wrap": True, "align": "left"})
                            for kind in _NUMBER_FORMATS if kind not in NUMERIC}
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

    def named_styles(self) -> dict[str, list[int]]:
        """Give the numbers of the formats by the built-in style that they stand for, once the file is written."""
        return {"Title": [int(self.cover_title.xf_index)], "Heading 1": [int(self.title.xf_index)]}

    def _add(self, name: str) -> Worksheet:
        page = self.file.add_worksheet(name)
        set_paper(page)
        page.set_default_row(LINE)
        page.set_row(0, TITLE_LINE)
        return page

    def _write_cover(self, page: Worksheet) -> None:
        widest = max((measure(label, bold=True) for label, _ in self.book.cover), default=0.0)
        page.set_column(0, 0, max(26, widest + 2), self.plain)
        page.set_column(1, 1, 90, self.plain)
        _put(page, 0, 0, self.book.title, self.cover_title)
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
                          (say("workbook", "contents_lead"),), "contents")
        first = self._write_words(page, sheet)
        for row, (name, _) in enumerate(listed, start=first):
            target = name.replace("'", "''")  # one apostrophe would end the sheet's name
            page.write_url(row, 0, f"internal:'{target}'!A1", self.link, name)

    def _write_words(self, page: Worksheet, sheet: WordSheet) -> int:
        """Write a table of words and figures; gives the row of its first entry."""
        rows = sheet.rows or ((say("workbook", "no_rows"), *[""] * (len(sheet.headings) - 1)),)
        markers = {cell.marker for row in rows for cell in row if isinstance(cell, Figure) and cell.value is None}
        lines = [*sheet.lines, *self._explain_markers(markers, sheet.lines), *self._refer_to_notes(sheet.notes)]
        texts = [[_text_of(row[column]) for row in rows] for column in range(len(sheet.headings))]
        numeric = [all(isinstance(row[column], int | Figure) for row in rows) for column in range(len(sheet.headings))]
        widths = [_width(heading, cells, sheet.widest)
                  for heading, cells in zip(sheet.headings, texts, strict=True)]
        widths[0] = self._first_width(widths[0], [say("workbook", "one_table", n=1), *lines])
        head = self._write_head(page, sheet.title, lines, width=PAPER if self.working else widths[0])
        for column, width in enumerate(widths):
            page.set_column(column, column, width, self.plain)
            look = self.text_apart if column and numeric[column - 1] else self.text
            for offset, row in enumerate(rows, start=1):
                self._write_cell(page, head + offset, column, row[column], look)
        looks = [self.heading_right if right else self.heading for right in numeric]
        self._mark_up(page, head, list(sheet.headings), looks, len(rows), sheet.table_name or sheet.name)
        for column in sheet.heat if self.working else ():
            self._shade(page, head + 1, column, head + len(rows))
        _set_heights(page, head, [(w, [h]) for w, h in zip(widths, sheet.headings, strict=True)], bold=True)
        _set_heights(page, head + 1, list(zip(widths, texts, strict=True)))
        self._insert_picture(page, sheet.picture, head, len(rows), len(sheet.headings))
        return head + 1

    def _write_cell(self, page: Worksheet, row: int, column: int, cell: str | int | Figure, look: Any) -> None:
        if isinstance(cell, Figure) and cell.value is not None:
            page.write_number(row, column, cell.value, self.kinds[cell.kind])
        elif isinstance(cell, Figure):
            _put(page, row, column, cell.marker, self.right)
        elif isinstance(cell, int):
            page.write_number(row, column, cell, self.kinds["integer"])
        else:
            _put(page, row, column, cell, look)

    def _shade(self, page: Worksheet, first: int, column: int, last: int) -> None:
        page.conditional_format(first, column, last, column, {
            "type": "2_color_scale", "min_color": _SHADES[0], "max_color": _SHADES[1]})

    def _write_rows(self, page: Worksheet, sheet: Sheet) -> None:
        view = sheet.view
        lines = [*sheet.lines, *self._explain_view(view), *self._refer_to_notes(sheet.notes)]
        shown = [[] if field.blank else self._shown(field, view) for field in view.fields]
        widths = [self._column_width(field, texts) + _INDENT * _stands_apart(field, column)
                  for column, (field, texts) in enumerate(zip(view.fields, shown, strict=True))]
        widths[0] = self._first_width(widths[0], [say("workbook", "one_table", n=1), *lines])
        widths = self._fit_paper(widths, sheet, shown)
        on_first = sum(widths[place] for place in divide_columns(widths, sheet.frozen)[0])
        head = self._write_head(page, view.title, lines, width=on_first if self.working else widths[0])
        n_rows = max(len(view.frame), 1)
        headings = [self._heading(field) for field in view.fields]
        columns = []
        has_total = len(view.frame) > 0 and str(view.frame[view.fields[0].name].iloc[-1]) == TOTAL
        n_shaded = len(view.frame) - has_total  # a total would leave every part of it pale
        for column, field in enumerate(view.fields):
            room = widths[column] - _INDENT * _stands_apart(field, column)
            self._write_column(page, head, column, field, view, widths[column])
            columns.append((room, [] if field.kind in NUMERIC else shown[column]))
            if self.working and field.choices and len(view.frame):
                page.data_validation(head + 1, column, head + n_rows, column, self._choice_rule(field))
            if self.working and field.heat and n_shaded:
                self._shade(page, head + 1, column, head + n_shaded)
        if view.frame.empty:
            _put(page, head + 1, 0, say("workbook", "no_rows"), self.text)
        self._mark_up(page, head, headings, [self._heading_look(f, j) for j, f in enumerate(view.fields)], n_rows,
                      sheet.table_name or sheet.name)
        _set_heights(page, head, [(width, [h]) for width, h in zip(widths, headings, strict=True)], bold=True)
        _set_heights(page, head + 1, columns)
        print_side_by_side(page, widths, sheet.frozen, view.title if self.working else "")
        self._insert_picture(page, sheet.picture, head, n_rows, len(view.fields))
        page.repeat_rows(head)  # headings on every printed page
        if self.working:
            if sheet.chart is not None and len(view.frame):
                self._draw_chart(page, sheet, sheet.chart, head, len(view.frame) - has_total)
            page.freeze_panes(head + 1, sheet.frozen)
            if sheet.protected:
                page.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})
        # ids are text for the sake of their zeros; Excel would mark every one of them with a green corner
        page.ignore_errors({"number_stored_as_text": f"A{head + 1}:{xl_col_to_name(len(headings))}{head + n_rows + 1}"})

    def _explain_view(self, view: View) -> list[str]:
        """Say what markers and empty cells mean, and what people fill in."""
        to_fill = [field for field in view.fields if field.blank or field.entry]
        has_gaps = any((view.frame[f.name].isna().to_numpy() & ~view.hides(f)).any() for f in view.fields
                       if f not in to_fill)
        lines = [say("workbook", "confidential")] if view.has_hidden else []
        lines += [say("workbook", "empty_cells" if self.working else "not_available")] if has_gaps else []
        lines += [say("workbook", "not_applicable")] if any(view.has_none(f).any() for f in view.fields) else []
        return [*lines, *_list_to_fill(to_fill)]

    def _explain_markers(self, markers: set[str], said: Sequence[str]) -> list[str]:
        """Explain the markers of a table of words that no line above it explains yet."""
        known = {"[c]": "confidential", NOT_AVAILABLE: "not_available", NOT_APPLICABLE: "not_applicable"}
        return [say("workbook", code) for marker, code in known.items()
                if marker in markers and not any(line.startswith(marker) for line in said)]

    def _refer_to_notes(self, codes: Sequence[str]) -> list[str]:
        if not codes:
            return []
        notes = ", ".join(f"[note {self.note_numbers[code]}]" for code in dict.fromkeys(codes))
        return [say("workbook", "notes_of_table", notes=notes)]

    def _first_width(self, width: float, lines: Sequence[str]) -> float:
        """Widen the first column for the lines above a table, which wrap in it in what is published."""
        if self.working:
            return width
        return max(width, min(WIDEST_LINES, max(measure(line) for line in lines) + 2))

    def _insert_picture(self, page: Worksheet, picture: PictureBeside | None, head: int, n_rows: int,
                        n_columns: int) -> None:
        """Place a picture beside the table on a working sheet, and below it on a published one, which is printed."""
        if picture is not None:
            row, column = (head, n_columns + 1) if self.working else (head + n_rows + 2, 0)
            if not self.working and n_rows <= _BESIDE_A_PICTURE:
                page.fit_to_pages(1, 1)
            elif not self.working:
                page.set_h_pagebreaks([row])
            page.insert_image(row, column, "picture.png", {
                "image_data": io.BytesIO(picture.png), "description": clean_text(picture.alt)[:_LONGEST_ALT],
                "object_position": 3, "x_scale": 0.8, "y_scale": 0.8})

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

    def _column_width(self, field: Field, texts: Sequence[str]) -> float:
        if field.blank:
            return max(len(field.heading) * 1.3 + 2, 24 if field.choices else 32)
        width = _width(self._heading(field), [*texts, *field.choices], WIDEST)
        return max(width, ROOM_TO_WRITE) if field.entry else width

    def _fit_paper(self, widths: Sequence[float], sheet: Sheet, shown: Sequence[Sequence[str]]) -> list[float]:
        """Narrow columns where the table then prints on less paper."""
        if len(divide_columns(widths, sheet.frozen)) == 1:
            return list(widths)
        least = [self._least_width(field, texts, width)
                 for field, texts, width in zip(sheet.view.fields, shown, widths, strict=True)]
        if not self.working:
            least[0] = min(widths[0], NARROWEST_LINES)
        return narrow_columns(widths, least, sheet.frozen)

    def _least_width(self, field: Field, texts: Sequence[str], width: float) -> float:
        """Give what a column may be narrowed to: text and headings wrap, and whole words stay whole."""
        heading = self._heading(field)
        word = measure_longest_word([heading], bold=True) + _BUTTON + 1
        if field.blank:
            return min(width, max(ROOM_TO_WRITE, word))
        if field.kind != "text":
            return min(width, _width(heading, texts, WIDEST, lines=4, spare=1))
        longest = max((measure(text) for text in texts), default=0.0)
        return min(width, max(ROOM_TO_WRITE if field.entry else NARROWEST_TEXT, word,
                              min(measure_longest_word(texts) + 1, _LONG_WORD),
                              min(longest / _MOST_WRAPPED, NARROWEST_LINES)))

    def _shown(self, field: Field, view: View) -> list[str]:
        """Give the texts of a column as they will be read; of numbers, one that is as long as they are."""
        values = view.frame[field.name]
        if field.kind in NUMERIC:
            known = values.dropna()
            return [f"{len(str(int(float(known.iloc[0])))) * '0'}.0000"] if len(known) else []
        return ["2024-04-01"] if field.kind == "date" else [clean_text(str(value)) for value in values]

    def _write_column(self, page: Worksheet, head: int, column: int, field: Field, view: View, width: float) -> None:
        """Write one column."""
        page.set_column(column, column, width, self.plain)
        if field.blank:
            for row in range(head + 1, head + 1 + len(view.frame)):
                page.write_blank(row, column, None, self.entry)
            return
        look = (self.entries if field.entry else self.kinds_apart if _stands_apart(field, column)
                else self.kinds)[field.kind]
        marked = view.frame[field.marked_by].to_numpy(bool) if field.marked_by else np.zeros(len(view.frame), bool)
        values = view.frame[field.name]
        missing, hidden, none = values.isna().to_numpy(), view.hides(field), view.has_none(field)
        if field.kind in NUMERIC:
            cells: Sequence[Any] = pd.to_numeric(values).astype("float64").to_numpy()
        elif field.kind == "date":
            cells = ((pd.to_datetime(values) - _EPOCH).dt.days.astype("float64")).to_numpy()
        else:
            cells = [clean_text(str(value)) for value in values]
        for offset, cell in enumerate(cells):
            row = head + 1 + offset
            if hidden[offset]:
                _put(page, row, column, str(view.frame["marker"].iloc[offset]), self.right)
            elif none[offset]:
                _put(page, row, column, NOT_APPLICABLE, self.right)
            elif missing[offset] and (self.working or field.entry):
                page.write_blank(row, column, None, look)
            elif missing[offset]:
                _put(page, row, column, NOT_AVAILABLE, self.right if field.kind in NUMERIC else look)
            elif isinstance(cell, str):
                _put(page, row, column, cell, self.entry_marked if marked[offset] else look)
            else:
                page.write_number(row, column, cell, look)

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

    def _write_head(self, page: Worksheet, title: str, lines: Sequence[str], *, width: float) -> int:
        """Write the title and the lines under it; gives the row of the headings.

        In what is published they wrap in the first column. On a working sheet they run on over the columns beside it,
        since rows above the headings stay in sight there and must leave room for the table; a line that is wider than
        the paper goes on in the next row.
        """
        lines = [say("workbook", "one_table", n=1), *lines]
        if self.working:
            lines = [part for line in lines for part in wrap_text(clean_text(line), max(width, _LEAST_LINES))]
        _put(page, 0, 0, title, self.title)
        for row, line in enumerate(lines, start=1):
            _put(page, row, 0, line, self.plain if self.working else self.text)
        if not self.working:
            _set_heights(page, 0, [(width, [title])], line=TITLE_LINE, size=_TITLE_SIZE, bold=True)
            _set_heights(page, 1, [(width, lines)])
        return len(lines) + 1

    def _heading_look(self, field: Field, column: int) -> Any:
        if field.kind in NUMERIC:
            return self.heading_right
        return self.heading_apart if _stands_apart(field, column) else self.heading

    def _mark_up(self, page: Worksheet, head: int, headings: list[str], looks: Sequence[Any], n_rows: int,
                 name: str) -> None:
        page.add_table(head, 0, head + n_rows, len(headings) - 1, {
            "name": self._table_name(name), "autofilter": self.working, "style": None, "columns": [
                {"header": clean_text(heading), "header_format": look}
                for heading, look in zip(headings, looks, strict=True)]})

    def _table_name(self, wanted: str) -> str:
        stem = re.sub(r"\W+", "_", wanted.lower(), flags=re.ASCII).strip("_") or "table"
        stem = stem[:200]
        if re.fullmatch(r"[a-z]{1,3}\d*|\d\w*", stem):  # a cell's address (such as B12), or a bare number
            stem = f"table_of_{stem}"
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


def _stands_apart(field: Field, column: int) -> bool:
    """Say whether a column is set in a little: words beside words would run into each other in a full cell."""
    return column > 0 and field.kind not in NUMERIC and not field.entry and not field.blank


def _list_to_fill(fields: Sequence[Field]) -> list[str]:
    """Name the columns that people fill in; of many only the first and the last, so that the line can be read."""
    if len(fields) > MOST_NAMED:
        return [say("workbook", "to_fill_in_many", n=len(fields), first=fields[0].heading, last=fields[-1].heading)]
    return [say("workbook", "to_fill_in", columns=", ".join(f.heading for f in fields))] if fields else []


def _number_notes(book: Book) -> dict[str, int]:
    """Number the notes in the order in which the sheets first refer to them."""
    used: list[str] = []
    for sheet in book.sheets:
        if not isinstance(sheet, PictureSheet):
            used += sheet.notes
        if isinstance(sheet, Sheet):
            used += [field.note for field in sheet.view.fields if field.note]
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


def _width(heading: str, cells: Sequence[str], widest: float, *, lines: int = 2, spare: float = 2) -> float:
    """Give a width that fits the cells, and the heading on two lines or so, or as many as given."""
    wanted = max(max(map(measure, cells), default=0.0), measure_longest_word([heading], bold=True) + _BUTTON,
                 measure(heading, bold=True) / lines + _BUTTON)
    return min(max(wanted + spare, NARROWEST), widest)


def _text_of(cell: str | int | Figure) -> str:
    """Give a cell of a table of words as a reader sees it."""
    if isinstance(cell, Figure):
        return cell.marker if cell.value is None else format_value(cell.value, cell.kind) + " "
    return str(cell)


def _set_heights(page: Worksheet, first: int, columns: Sequence[tuple[float, Sequence[str]]], *,
                 line: float = LINE, size: float = SIZE, bold: bool = False) -> None:
    """Make rows high enough for text that wraps in columns of these widths."""
    lines: dict[int, int] = {}
    for width, texts in columns:
        for offset, text in enumerate(texts):
            n_lines = len(wrap_text(text, width, size=size, bold=bold))
            lines[offset] = max(lines.get(offset, 1), n_lines)
    for offset, n_lines in lines.items():
        if n_lines > 1:
            page.set_row(first + offset, line * min(n_lines, MOST_LINES))
