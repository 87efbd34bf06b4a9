"""The accessibility check finds each fault that is planted, and names what to mend."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Color, Font, PatternFill
from openpyxl.worksheet.table import Table

from my121_analytics.cli.audit import run_audit
from my121_analytics.errors import UnreadableFileError
from my121_analytics.writing.accessibility import audit_workbook, list_for_eyes
from my121_analytics.writing.book import Book, WordSheet
from my121_analytics.writing.workbook import write_workbook


@pytest.fixture
def good(tmp_path: Path) -> Path:
    sheet = WordSheet("Figures", "Figures of the year", ("What", "Number"), (("One", 1), ("Two", 2)), ("A line.",),
                      "figures")
    path = tmp_path / "good.xlsx"
    cover = (("Council", "Aldermere"), ("Contact", "HR"))
    path.write_bytes(write_workbook(Book("Figures of the council", cover, (sheet,), date(2024, 9, 30), {})))
    return path


def hide_row(book: Any) -> None:
    book["Figures"].row_dimensions[6].hidden = True


def hide_column(book: Any) -> None:
    book["Figures"].column_dimensions["B"].hidden = True


def hide_sheet(book: Any) -> None:
    book["Figures"].sheet_state = "hidden"


def put(cell: str, value: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["Figures"][cell] = value
        book["Figures"][cell].font = Font(name="Arial", size=12)
    return change


def style(**font: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["Figures"]["A6"].font = Font(**{"name": "Arial", "size": 12, **font})
    return change


def rename_table(book: Any) -> None:
    page = book["Figures"]
    old = page.tables.pop(next(iter(page.tables)))
    page.add_table(Table(displayName="Table1", ref=old.ref))


def fill(book: Any) -> None:
    book["Figures"]["A6"].fill = PatternFill("solid", fgColor="FFFF00")


def link(book: Any) -> None:
    book["Figures"]["A6"].hyperlink = "https://example.org/"


def second_table(book: Any) -> None:
    page = book["Figures"]
    for cell, value in (("D4", "Other"), ("D5", 3), ("D6", 4)):
        page[cell] = value
        page[cell].font = Font(name="Arial", size=12)


def heading_above(book: Any) -> None:
    page = book["Figures"]
    page["A3"], page["B3"] = "Group", "Group of numbers"
    for cell in ("A3", "B3"):
        page[cell].font = Font(name="Arial", size=12, bold=True)


def heading_below(book: Any) -> None:
    put("B5", "of people")(book)
    put("A5", "Kind")(book)
    page = book["Figures"]
    page["B7"] = 5
    page["A7"] = "Three"
    for cell in ("A7", "B7"):
        page[cell].font = Font(name="Arial", size=12)
    page.tables[next(iter(page.tables))].ref = "A4:B7"


def low_row(book: Any) -> None:
    page = book["Figures"]
    page["A6"] = "A long text that needs several lines in a column as narrow as this one is. " * 3
    page["A6"].alignment = Alignment(wrap_text=True)
    page["A6"].font = Font(name="Arial", size=12)
    page.row_dimensions[6].height = 16


def fill_empty(book: Any) -> None:
    book["Figures"]["H9"].fill = PatternFill("solid", fgColor="FFFF00")


def align(**how: object) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["Figures"]["A6"].alignment = Alignment(**how)
    return change


def superscript(book: Any) -> None:
    raised = TextBlock(InlineFont(rFont="Arial", sz=12, vertAlign="superscript"), "1")
    book["Figures"]["A6"] = CellRichText("One", raised)


def paint_number(book: Any) -> None:
    book["Figures"]["B6"].font = Font(name="Arial", size=12, color="FFC00000")


def plain_title(book: Any) -> None:
    page = book["Figures"]
    page["A1"].style = "Normal"
    page["A1"].font = Font(name="Arial", size=16, bold=True)


def properties(**given: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        for name, value in given.items():
            setattr(book.properties, name, value)
    return change


def forget_contact(book: Any) -> None:
    for row in book["Cover"].iter_rows():
        for cell in row:
            if str(cell.value) in ("Contact", "HR"):
                cell.value = None


def paint(color: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["Figures"]["B6"].font = Font(name="Arial", size=12, color=color)
    return change


def number_format(code: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["Figures"]["B6"].number_format = code
    return change


def error_value(book: Any) -> None:
    put("B6", "#N/A")(book)
    book["Figures"]["B6"].data_type = "e"


def run(**look: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        book["Figures"]["A6"] = CellRichText("T", TextBlock(InlineFont(**{"rFont": "Arial", "sz": 12, **look}), "wo"))
    return change


def contact(text: str) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        next(cell for row in book["Cover"].iter_rows() for cell in row if cell.value == "HR").value = text
    return change


def fill_whole(dimensions: str, key: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        getattr(book["Figures"], dimensions)[key].fill = PatternFill("solid", fgColor="FFFF00")
    return change


def rows_below(book: Any, *rows: tuple[object, object]) -> None:
    page = book["Figures"]
    for number, row in enumerate(rows, start=5):
        for column, value in zip("AB", row, strict=True):
            put(f"{column}{number}", value)(book)
    page.tables[next(iter(page.tables))].ref = f"A4:B{4 + len(rows)}"


def heading_again(book: Any) -> None:
    rows_below(book, ("One", 1), ("What", "Number"), ("Two", 2))


PLANTED: list[tuple[str, str, Callable[[Any], None]]] = [
    ("A1", "name says nothing", rename_table),
    ("A1", "heading is empty, or two", put("B4", "What")),
    ("A2", "stands below the table", put("A9", "A stray line")),
    ("A2", "does not look like a heading", plain_title),
    ("A2", "how many tables", put("A2", "Some words")),
    ("A3", "Cells are merged", lambda book: book["Figures"].merge_cells("A5:B5")),
    ("A3", "row is hidden", hide_row),
    ("A3", "column is hidden", hide_column),
    ("A3", "sheet is hidden", hide_sheet),
    ("A4", "frozen", lambda book: setattr(book["Figures"], "freeze_panes", "A5")),
    ("A4", "filled with colour", fill),
    ("A4", "header or footer", lambda book: setattr(book["Figures"].oddHeader.center, "text", "Secret")),
    ("A5", "empty cells", put("A6", None)),
    ("A5", "marker is not explained", put("B6", "[c]")),
    ("A6", "does not stand on the sheet Notes", put("B4", "Number [note 3]")),
    ("A7", "bare address", put("A6", "https://example.org/x")),
    ("A8", "sans-serif", style(name="Times New Roman")),
    ("A8", "smaller than 12", style(size=9)),
    ("A8", "too pale", style(color="FFB0B0B0")),
    ("A9", "does not open at its first sheet", lambda book: setattr(book, "active", 2)),
    ("A11", "holds a formula", put("B6", "=1+1")),
    ("A11", "links out", link),
    ("A1", "more than one row of headings", heading_above),
    ("A1", "more than one row of headings", heading_below),
    ("A2", "stands beside the table", second_table),
    ("A4", "row of fixed height", low_row),
    ("A4", "filled with colour", fill_empty),
    ("A4", "turned round or shrunk", align(textRotation=90)),
    ("A4", "turned round or shrunk", align(shrink_to_fit=True)),
    *[("A5", "stands where a value is missing", put("B6", sign)) for sign in ("-", "–", "n/a", "None", "..", "*")],
    *[("A5", "marker and a number", put("B6", text)) for text in ("59 [x]", "[c] 12", "12% [p]")],
    ("A6", "small figure or a star", superscript),
    ("A6", "small figure or a star", put("A6", "One¹")),
    ("A6", "small figure or a star", put("A6", "One*")),
    ("A7", "bare address", put("A6", "See https://example.org/x for more")),
    ("A7", "whom to ask", forget_contact),
    ("A8", "kept as text", put("B6", "1,234")),
    ("A8", "kept as text", put("B6", "59%")),
    ("A8", "A number is red", paint_number),
    ("A8", "italic, or underlined", style(italic=True)),
    ("A8", "italic, or underlined", style(underline="single")),
    *[("A9", "says nothing", properties(title=title)) for title in ("Book1", "Workbook", "untitled")],
    *[("A9", "not one that a UK council", properties(language=language)) for language in ("xx", "zz-ZZ", "klingon")],
    *[("A5", "stands where a value is missing", put("B6", sign)) for sign in (
        ":", "x", "(c)", "[C]", "[ x ]", "{c}", "Suppressed", "TBC", "~", "blank", "not known", "\u2012", "**", " ")],
    *[("A5", "marker and a number", put("A6", text)) for text in ("Two 59 [x]",)],
    *[("A8", "kept as text", put("B6", text)) for text in ("<5", "59 (c)", "59 †", "1 234", "(5)", "+5", "1e3", "1.2m",
                                                          "½", "22\u00a0", "'22")],
    ("A5", "error of a formula", error_value),
    *[("A5", "shown by the format", number_format(code)) for code in ('0" [x]"', '0;-0;"-"')],
    ("A3", "hidden by its format", number_format(";;;")),
    ("A8", "A number is red", number_format("0;[Red]-0")),
    ("A8", "in another colour", paint("FF00803C")), ("A8", "in another colour", paint("FF7F0000")),
    ("A8", "A number is red", paint(Color(indexed=10))),
    *[("A8", "too pale", paint(color)) for color in (Color(theme=0), Color(indexed=13), Color(theme=1, tint=.8))],
    *[("A6", "small figure or a star", put("A6", text)) for text in (
        "One **", "One †", "One [1]", "One (note 1)", "One note 1", "One [Note 1]", "One [notes 1 and 2]", "One ᵃ",
        "One^1", "One (a)", "One (1)", "*One")],
    ("A6", "has a comment", lambda book: setattr(book["Figures"]["A6"], "comment", Comment("of what", "HR"))),
    ("A6", "small figure or a star", style(vertAlign="subscript")),
    *[("A7", "bare address", put("A6", text)) for text in (
        "visit gov.uk/guidance", "mailto:hr@council.example", "ftp://x.example", "file://server/x", "\\\\server\\share",
        "Data: council.gov.uk/open-data", "see www.x.example.")],
    ("A7", "do not say where it leads", lambda book: setattr(book["Contents"]["A5"], "value", "Click here")),
    *[("A7", "whom to ask", contact(text)) for text in ("-", "TBC", "n/a", "[insert contact]", "xxx", " ", "?")],
    *[("A8", "italic, or underlined", run(**look)) for look in ({"i": True}, {"u": "single"}, {"strike": True})],
    ("A8", "smaller than 12", run(sz=7)), ("A8", "sans-serif", run(rFont="Georgia")),
    ("A8", "Part of a text is in colour", run(color="FFC00000")),
    ("A8", "italic, or underlined", style(strike=True)),
    ("A4", "filled with colour", fill_whole("row_dimensions", 7)),
    ("A4", "filled with colour", fill_whole("column_dimensions", "E")),
    ("A4", "too low for its text", lambda book: setattr(book["Figures"].row_dimensions[6], "height", 5)),
    ("A1", "more than one row of headings", heading_again),
    *[("A9", "says nothing", properties(title=title)) for title in (
        "Copy of Book1", "New Microsoft Excel Worksheet (2)", "untitled spreadsheet", "DRAFT", "Final_v3", "asdf",
        "Mappe1", "Export 1", "2024", "....")],
    *[("A9", "not one that a UK council", properties(language=language)) for language in (
        "en-XX", "en-", "en_GB", "English", "gb", "und")],
    ("A7", "no sheet called Cover", lambda book: book.remove(book["Cover"])),
]


def test_a_workbook_of_ours_has_nothing_to_mend(good: Path) -> None:
    assert audit_workbook(good).empty
    assert set(list_for_eyes(good)["item"]) == {"A1", "A2", "A4"}, "what only a person can judge is never passed"


@pytest.mark.parametrize(("item", "words", "change"), PLANTED,
                         ids=[f"{item} {words} {n}" for n, (item, words, _) in enumerate(PLANTED)])
def test_a_planted_fault_is_found(good: Path, item: str, words: str, change: Callable[[Any], None]) -> None:
    book = load_workbook(good)
    change(book)
    book.save(good)
    faults = audit_workbook(good)
    found = faults[(faults["item"] == item) & faults["message"].str.contains(words, regex=False)]
    assert len(found), faults.to_string()
    assert found["remedy"].str.len().min() > 10


def test_what_a_working_book_may_have_is_no_fault_there(good: Path) -> None:
    book = load_workbook(good)
    book["Figures"].freeze_panes = "A5"
    fill(book)
    book.properties.language = "en-GB"
    book.save(good)
    assert audit_workbook(good, profile="working").empty
    assert len(audit_workbook(good, profile="publish")) == 2


def test_a_file_that_is_no_workbook_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_text("PK nothing")
    for name in ("a.xlsx", "missing.xlsx"):
        with pytest.raises(UnreadableFileError, match="not an xlsx workbook"):
            audit_workbook(tmp_path / name)


def test_the_command_leaves_with_code_3_where_something_is_to_mend(
        good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    run_audit([good.parent])
    assert "nothing found" in capsys.readouterr().out
    book = load_workbook(good)
    hide_row(book)
    book.save(good)
    with pytest.raises(typer.Exit) as left:
        run_audit([good])
    assert left.value.exit_code == 3
    assert "A row is hidden. Show it" in capsys.readouterr().out


@pytest.mark.parametrize("title", ["Workforce report", "Figures of the council", "My 1:1 placements 2024/25",
                                   "Calibration pack: Adult Services"])
def test_titles_that_say_something_pass(good: Path, title: str) -> None:
    book = load_workbook(good)
    properties(title=title, language="cy-GB")(book)
    book.save(good)
    assert audit_workbook(good).empty


@pytest.mark.parametrize("text", ["Low", "Missing data", "Box 3 (new to role)", "Formal or catch-up",
                                  "hr@council.example", "m²", "Ann O'Neil", "See the sheet Notes", "e.g. 12 of 59",
                                  "Annex A", "Co. Durham",
                                  "2.5 hours of work", "St. Helens", "*** 941 records ***"])
def test_words_that_look_like_faults_and_are_none_pass(good: Path, text: str) -> None:
    book = load_workbook(good)
    put("A6", text)(book)
    book["Figures"]["A6"].alignment = Alignment(wrap_text=True)
    book.save(good)
    assert audit_workbook(good).empty


def test_numbers_of_people_kept_as_text_are_names_and_pass(good: Path) -> None:
    book = load_workbook(good)
    for cell, value in (("A4", "Theirs"), ("A5", "012345"), ("A6", "543210")):
        put(cell, value)(book)
    book.save(good)
    assert "A number is kept as text." not in audit_workbook(good)["message"].tolist()
