"""A page as a Word document: headings, tables, blanks, pictures, and a way of lying that fits."""

import io
from datetime import date

import pytest

from my121_analytics.writing.document import column_widths, render_document
from my121_analytics.writing.page import Bullets, Page, PageTable, Section, Subheading, Text

docx = pytest.importorskip("docx")
AS_OF = date(2024, 6, 30)


def page_of(*blocks, sections=()):
    return Page("Title", ("Council", "30 June 2024"), "For anybody", tuple(blocks), None, tuple(sections), "Foot")


def opened(page):
    return docx.Document(io.BytesIO(render_document(page, as_of=AS_OF)))


def grid(n_columns, rows=(), *, numeric=()):
    return PageTable("Caption", tuple(f"Heading {j}" for j in range(n_columns)), tuple(rows), numeric)


def test_blocks_become_headings_paragraphs_lists_and_tables():
    table = grid(2, [("a", "1"), ("b", "2")], numeric=(False, True))
    document = opened(page_of(Text("Lead", "lead"), sections=[
        Section("one", "Chapter", (Subheading("Part"), Bullets(("x", "y")), table, Text("Write here", "blank")))]))
    styles = {p.text: p.style.name for p in document.paragraphs if p.text}
    assert styles["Title"] == "Title"
    assert styles["1. Chapter"] == "Heading 1"
    assert styles["Part"] == "Heading 2"
    assert styles["x"] == "List Bullet"
    assert styles["Caption"] == "Caption"
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["Heading 0", "Heading 1"], ["a", "1"], ["b", "2"]]
    assert document.tables[0].rows[0]._tr.find(".//{*}tblHeader") is not None
    framed = [p.text for p in document.paragraphs if p._p.find(".//{*}pBdr") is not None and p.style.name == "Normal"]
    assert framed == ["Write here"]


def test_a_chapter_with_a_wide_table_lies_across_and_the_next_stands_upright():
    wide, narrow = grid(10, [tuple("abcdefghij")]), grid(2, [("a", "b")])
    document = opened(page_of(sections=[Section("a", "A", (narrow,)), Section("b", "B", (wide,)),
                                        Section("c", "C", (narrow,))]))
    assert [section.page_width > section.page_height for section in document.sections] == [False, True, False]


@pytest.mark.parametrize("room", [16.0, 25.7])
def test_columns_share_the_page_and_hold_their_longest_word(room):
    rows = [("1", "Responsibilities of everybody who manages others", "2024-06-30")]
    widths = column_widths(PageTable("c", ("No", "What is to be done", "Due"), tuple(rows)), room)
    assert sum(widths) == pytest.approx(room)
    assert widths[1] > widths[2] > widths[0]
    assert widths[2] > len("2024-06-30") * .2


def test_hostile_text_stays_text_and_the_same_page_gives_the_same_bytes():
    page = page_of(Text("<w:p/> & \x07 =cmd"))
    assert any("<w:p/> &" in p.text for p in opened(page).paragraphs)
    assert render_document(page, as_of=AS_OF) == render_document(page, as_of=AS_OF)
