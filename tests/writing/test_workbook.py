"""Workbooks that screen readers, programs and suspicious readers can take: CHECK A of files that leave the house."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from my121_analytics.disclosure.release import Released, release
from my121_analytics.errors import DisclosureError
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.reports.pack.papers import assemble_papers
from my121_analytics.workforce.results import Result, Table, describe
from my121_analytics.writing.book import Book, Profile, Sheet, WordSheet
from my121_analytics.writing.tables import Field, View
from my121_analytics.writing.workbook import sheet_names, write_workbook

MakeMeeting = Callable[..., Meeting]
AS_OF = date(2024, 9, 30)
ABOUT = describe("profile", population="people_in_post", counts="posts", source="manager", as_of=AS_OF,
                 cycle="2024/25 H1", n=9)


def released(frame: pd.DataFrame, audience: str = "analyst") -> Released:
    return release(Result(ABOUT, {"t": Table(frame, ("key",), count="n")}), audience=audience)


def book_of(view: View, profile: Profile = "publish", notes: dict[str, str] | None = None) -> Book:
    return Book("Title", (("Council", "Anyshire"),), (Sheet("Rows", view),), AS_OF, notes or {}, profile)


@cache
def usual_bytes(make_meeting: MakeMeeting) -> bytes:
    return write_workbook(assemble_papers(make_meeting()).book)


def reopen(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def table_rows(page: Worksheet) -> list[dict[str, object]]:
    table = next(iter(page.tables.values()))
    head, *rows = page[table.ref]
    return [dict(zip([c.value for c in head], [c.value for c in row], strict=True)) for row in rows]


def check_accessible(content: bytes, profile: Profile) -> None:
    """Check what a program can of the guidance on published spreadsheets."""
    book = reopen(content)
    names: set[str] = set()
    assert len({name.casefold() for name in book.sheetnames}) == len(book.sheetnames)
    assert book.active is not None
    assert book.active.title == "Cover"
    assert book.properties.title
    assert book.properties.language == "en-GB"
    for page in book.worksheets:
        assert len(page.title) <= 31
        assert page.sheet_state == "visible"
        assert isinstance(page["A1"].value, str)
        assert page["A1"].font.bold
        assert not page.merged_cells.ranges
        assert not any(d.hidden for d in [*page.row_dimensions.values(), *page.column_dimensions.values()])
        assert {c.font.name for row in page.iter_rows() for c in row if c.value is not None} <= {"Arial"}
        assert min(c.font.sz for row in page.iter_rows() for c in row if c.value is not None) >= 12
        if profile == "publish":
            assert page.freeze_panes is None
            assert not page.oddHeader.center.text
        if page.title == "Cover" or page._images:
            continue
        assert len(page.tables) == 1
        table = next(iter(page.tables.values()))
        names.add(table.name)
        assert re.fullmatch(r"[a-z_]\w{2,}", table.name)
        assert table.ref.startswith("A")
        headings = [c.value for c in page[table.ref][0]]
        assert len({str(h).casefold() for h in headings}) == len(headings)
        assert all(headings)
        last = int(re.findall(r"\d+", table.ref)[-1])
        assert page.max_row == last
        assert (table.autoFilter is None) == (profile == "publish")
        if profile == "publish":
            fills = {c.fill.fill_type for row in page.iter_rows() for c in row}
            assert fills == {None}
    assert len(names) == sum(bool(page.tables) for page in book.worksheets)


def check_inert(content: bytes) -> None:
    """Check that nothing in the file calculates, links outwards or runs."""
    parts = parts_of(content)
    assert not [name for name in parts if "externalLink" in name or "vba" in name.lower() or "connections" in name]
    for name, data in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            assert b"<f>" not in data
            assert b"<f " not in data
        if name.endswith(".rels"):
            assert b"/hyperlink" not in data
            assert b'TargetMode="External"' not in data
    assert all(c.data_type != "f" for page in reopen(content).worksheets for row in page.iter_rows() for c in row)


@pytest.mark.parametrize("audience", ["panel", "analyst", "publish"])
def test_the_whole_workbook_follows_the_guidance(make_meeting: MakeMeeting, audience: str) -> None:
    book = assemble_papers(make_meeting(audience=audience)).book
    check_accessible(write_workbook(book), book.profile)
    assert book.profile == ("publish" if audience == "publish" else "working")


def test_text_of_an_export_never_becomes_a_formula_or_a_link(make_meeting: MakeMeeting,
                                                             hostile_names: list[str]) -> None:
    content = write_workbook(assemble_papers(make_meeting(hostile_names)).book)
    check_inert(content)
    names = {row["name"] for row in table_rows(reopen(content)["Decisions"])}
    assert {n for n in hostile_names if "\x00" not in n} <= names
    assert "a\ufffdb\ufffdc" in names


def test_values_come_back_as_they_went_in() -> None:
    frame = pd.DataFrame({"key": ["004711", "12"], "n": [7, 9], "share": [.25, float("nan")], "estimate": [-.5, 1.25],
                          "day": pd.to_datetime(["2024-02-29", None])})
    view = View(released(frame), "t", "Rows", (Field("key", "Id", "id"), Field("n", "Number", "integer"), Field(
        "share", "Share", "share"), Field("estimate", "Difference", "signed"), Field("day", "Day", "date")))
    page = reopen(write_workbook(book_of(view)))["Rows"]
    rows = table_rows(page)
    assert rows[0]["Id"] == "004711"
    assert rows[0]["Number"] == 7
    assert rows[0]["Share"] == .25
    assert rows[1]["Share"] == "[x]", "not available"
    assert rows[0]["Difference"] == -.5
    assert str(rows[0]["Day"])[:10] == "2024-02-29"
    assert rows[1]["Day"] == "[x]"
    above = [page.cell(row, 1).value for row in range(1, 6)]
    assert any("[x] means not available" in str(text) for text in above)


def test_withheld_numbers_show_their_marker_and_the_marker_is_explained() -> None:
    frame = pd.DataFrame({"key": ["a", "b", "c"], "n": [2, 50, 30]})
    view = View(released(frame, "publish"), "t", "Rows", (Field("key", "Group"), Field("n", "Number", "integer")))
    content = write_workbook(book_of(view))
    page = reopen(content)["Rows"]
    assert table_rows(page)[0]["Number"] == "[c]"
    assert any("[c] means confidential" in str(page.cell(row, 1).value) for row in range(1, 6))


def test_a_plain_result_is_refused() -> None:
    result = Result(ABOUT, {"t": Table(pd.DataFrame({"key": ["a"], "n": [1]}), ("key",))})
    with pytest.raises(DisclosureError, match="View takes a released result"):
        View(result, "t", "Rows", (Field("key", "Group"),))  # type: ignore[arg-type]


def test_rows_may_be_rearranged_but_hold_nothing_that_was_not_let_through() -> None:
    given = released(pd.DataFrame({"key": ["a", "b"], "n": [7, 9]}))
    fields = (Field("key", "Group"), Field("n", "Number", "integer"))
    view = View(given, "t", "Rows", fields, given.tables["t"].iloc[::-1])
    assert view.cells() == [["b", "9"], ["a", "7"]]
    with pytest.raises(DisclosureError, match="values of n that were not let through"):
        View(given, "t", "Rows", fields, pd.DataFrame({"key": ["a"], "n": [8]}))


def test_a_meeting_takes_released_results_only(make_meeting: MakeMeeting) -> None:
    meeting = make_meeting()
    plain = Result(ABOUT, {"t": Table(pd.DataFrame({"key": ["a"]}), ("key",))})
    with pytest.raises(DisclosureError):
        replace(meeting, results={"profile": plain})  # type: ignore[dict-item]


def test_the_same_book_gives_the_same_bytes(make_meeting: MakeMeeting) -> None:
    assert usual_bytes(make_meeting) == write_workbook(assemble_papers(make_meeting()).book)


def test_contents_link_to_every_sheet(make_meeting: MakeMeeting) -> None:
    book = reopen(usual_bytes(make_meeting))
    page = book["Contents"]
    links = {c.value: c.hyperlink.location for row in page.iter_rows() for c in row if c.hyperlink is not None}
    assert set(links) | {"Contents"} == set(book.sheetnames)
    assert all(location == f"'{name}'!A1" for name, location in links.items())


def test_every_note_is_used_and_every_reference_resolves(make_meeting: MakeMeeting) -> None:
    book = reopen(usual_bytes(make_meeting))
    listed = {row["Note"] for row in table_rows(book["Notes"])}
    used = {found for page in book.worksheets if page.title != "Notes" for row in page.iter_rows() for c in row
            for found in re.findall(r"\[note \d+\]", str(c.value))}
    assert used == listed
    view = View(released(pd.DataFrame({"key": ["a"], "n": [9]})), "t", "Rows", (Field("key", "Key", note="absent"),))
    with pytest.raises(KeyError, match="absent"):
        write_workbook(book_of(view))


def test_pictures_carry_their_text_alternative(make_meeting: MakeMeeting) -> None:
    drawings = [data for name, data in parts_of(usual_bytes(make_meeting)).items()
                if name.startswith("xl/drawings/drawing")]
    assert drawings
    assert all(b'descr="Box 5 holds 12 of 44 posts."' in data for data in drawings)


def test_decisions_offer_the_choices_and_keep_ids_as_text(make_meeting: MakeMeeting) -> None:
    book = reopen(usual_bytes(make_meeting))
    page = book["Decisions"]
    rows = table_rows(page)
    assert rows[0]["employee_id"] == "000000"
    assert rows[0]["box"] == "1 - High Potential to Go Further"
    assert {"employee_id", "name", "post_id", "cycle", "manager", "box", "performance", "potential", "question",
            "agreed_box", "agreed_performance", "agreed_potential", "decision_reason", "agreed_by"} <= set(rows[0])
    assert all(row["agreed_box"] is None for row in rows)
    rules = {str(rule.formula1) for rule in page.data_validations.dataValidation}
    choices = book["Choices"]
    offered = [[choices[cell].value for cell in re.findall(r"\$?B\$?\d+", rule.replace("$", ""))] for rule in rules]
    assert sorted(offered) == [["1 - High Potential to Go Further", "9 - Scope to Improve"],
                               ["1 - Low", "3 - High"], ["1 - Partially meets", "3 - Exceeds"],
                               ["Stands", "Not discussed"]]


def test_sheet_names_are_unique_and_allowed() -> None:
    names = sheet_names(["Map", "map", "a/b:c*?[d]\\e", "x" * 40, "x" * 41, "'quoted'", "", "History", "日本語" * 20])
    assert len({n.casefold() for n in names}) == len(names)
    for name in names:
        assert 0 < len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\]", name)
        assert not name.startswith("'")
        assert name.casefold() != "history"


def test_an_empty_table_says_so_and_still_opens() -> None:
    frame = pd.DataFrame({"key": pd.Series([], dtype="str"), "n": pd.Series([], dtype="int64")})
    view = View(released(frame), "t", "Rows", (Field("key", "Key"), Field("n", "Number", "integer")))
    content = write_workbook(book_of(view, "working"))
    assert table_rows(reopen(content)["Rows"]) == [{"Key": "No entries", "Number": None}]
    words = WordSheet("Words", "Words", ("A", "B"), ())
    assert "Words" in reopen(write_workbook(Book("T", (), (words,), AS_OF, {}))).sheetnames


def test_text_longer_than_a_cell_is_cut_with_a_sign() -> None:
    view = View(released(pd.DataFrame({"key": ["y" * 40_000], "n": [9]})), "t", "Rows", (Field("key", "Key"),))
    value = table_rows(reopen(write_workbook(book_of(view)))["Rows"])[0]["Key"]
    assert len(str(value)) == 32_767
    assert str(value).endswith("…")


def wide_view(n_numbers: int) -> View:
    columns = [f"x{number}" for number in range(n_numbers)]
    frame = pd.DataFrame({"key": ["Unit with a longer name", "Roads"], "n": [40, 50], **dict.fromkeys(columns, 1)})
    fields = [Field("key", "Unit"), *(Field(c, f"Number the share is of {c}", "integer") for c in ("n", *columns))]
    title = "A title that runs on over more than one printed page where it is not wrapped, 2024/25 H1"
    return View(released(frame), "t", title, tuple(fields))


def test_headings_of_numbers_take_more_lines_where_a_table_then_prints_on_one_page() -> None:
    page = reopen(write_workbook(book_of(wide_view(11), "working")))["Rows"]
    assert page.page_setup.fitToWidth in (None, 1)
    assert page["A1"].alignment.wrap_text is not True, "the title runs on over the columns beside it"


def test_a_title_is_whole_on_every_page_of_a_table_printed_side_by_side() -> None:
    view = wide_view(24)
    page = reopen(write_workbook(book_of(view, "working")))["Rows"]
    assert page.page_setup.fitToWidth > 1
    assert page.print_title_cols == "$A:$A"
    assert page.page_setup.pageOrder == "overThenDown", "a reader of one row turns one page"
    assert page["A1"].style == "Heading 1"
    assert view.title in page.oddFooter.left.text, "above the repeated column it is cut where that ends"
    assert "&P" in page.oddFooter.right.text
    published = reopen(write_workbook(book_of(view)))["Rows"]
    assert not published.oddFooter.left.text, "guidance on what is published allows no footers"
    assert published["A1"].alignment.wrap_text
    assert published.row_dimensions[1].height >= 24 * len(view.title) / published.column_dimensions["A"].width


def test_widths_are_counted_in_a_font_that_every_program_has_or_one_as_wide() -> None:
    styles = parts_of(write_workbook(book_of(wide_view(1))))["xl/styles.xml"].decode()
    first = re.search(r"<font>.*?</font>", styles)
    assert first is not None
    assert '<sz val="10"/>' in first[0]
    assert '<name val="Arial"/>' in first[0]


def test_labels_of_the_cover_end_before_what_they_head(make_meeting: MakeMeeting) -> None:
    cover = reopen(usual_bytes(make_meeting))["Cover"]
    longest = max(len(str(cover.cell(row, 1).value or "")) for row in range(2, cover.max_row + 1))
    assert cover.column_dimensions["A"].width * 7 > longest * 16 * 0.53  # bold letters are .53 of 16 dots wide


def test_rows_are_high_enough_for_capitals() -> None:
    frame = pd.DataFrame({"key": ["Homes"], "n": [40], "t": ["SENIOR SUPPORT WORKER " * 6]})
    fields = (Field("key", "Unit"), Field("n", "Number", "integer"), Field("t", "Post"))
    page = reopen(write_workbook(book_of(View(released(frame), "t", "Title", fields), "working")))["Rows"]
    row = next(cell.row for cell in page["A"] if cell.value == "Homes")
    n_a_line = int(page.column_dimensions["C"].width * 7 / (16 * 0.68))  # capitals are .68 of 16 dots wide
    assert page.row_dimensions[row].height >= 16 * 132 / n_a_line


def test_the_sheets_of_a_meeting_print_on_as_little_paper_as_can_be_read(make_meeting: MakeMeeting) -> None:
    book = reopen(usual_bytes(make_meeting))
    assert book["Agenda"].page_setup.fitToWidth in (None, 1)
    assert book["Decisions"].page_setup.fitToWidth == 2
    assert book["Decisions"].print_title_cols == "$A:$B", "each sheet of paper says whom its lines are about"


def test_rows_that_stay_in_sight_leave_room_for_the_table() -> None:
    view = replace(wide_view(24), title="A title " * 20)
    sheet = Sheet("Rows", view, (("A sentence of some length that explains the table to its readers. " * 5).strip(),))
    book = Book("Title", (("Council", "Anyshire"),), (sheet,), AS_OF, {}, "working")
    page = reopen(write_workbook(book))["Rows"]
    top = int(re.sub(r"\D", "", page.freeze_panes))
    heights = [page.row_dimensions[row].height or 16 for row in range(1, top)]
    assert sum(heights) <= 200, "a laptop shows rows of some 375 points below the ribbon"
    lines = [page.cell(row, 1).value for row in range(3, top - 1)]
    assert " ".join(lines) == sheet.lines[0]
    assert max(map(len, lines)) <= 240, "a longer line runs over on to the second sheet of paper"


def test_widths_that_were_made_to_fit_a_page_print_on_one() -> None:
    frame = pd.DataFrame({"key": ["Homes", "Roads"], "n": [40, 50], **{f"t{i}": "words " * 5 for i in range(6)}})
    fields = (Field("key", "Unit"), Field("n", "Number", "integer"), *(Field(f"t{i}", f"Text {i}") for i in range(6)))
    page = reopen(write_workbook(book_of(View(released(frame), "t", "Title", fields), "working")))["Rows"]
    assert page.page_setup.fitToWidth in (None, 1)
