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
from openpyxl.styles import Alignment, Font, PatternFill
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
    ("A8", "red, and nothing else", paint_number),
    ("A8", "italic, or underlined", style(italic=True)),
    ("A8", "italic, or underlined", style(underline="single")),
    *[("A9", "says nothing", properties(title=title)) for title in ("Book1", "Workbook", "untitled")],
    *[("A9", "not one that a UK council", properties(language=language)) for language in ("xx", "zz-ZZ", "klingon")],
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
