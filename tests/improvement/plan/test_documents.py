"""Plans as files of several kinds give the same cells; a merged cell stands in every row it covers."""

from __future__ import annotations

import pytest
import xlsxwriter

from my121_analytics.errors import UnreadableFileError
from my121_analytics.improvement.plan.documents import read_plan_sheets

ROWS = [["Action", "Timescale"], ["Coach managers", "12 months"], ["Train staff", "6 months"]]


def rows_of(path):
    """Give the rows of the first sheet that hold anything."""
    return [[str(cell) for cell in row] for row in read_plan_sheets(path)[0].sheet.rows if any(map(str.strip, row))]


def test_delimited_text_a_web_page_and_a_report_with_pipes_give_the_same_cells(tmp_path):
    texts = {"plan.csv": "\n".join(",".join(row) for row in ROWS) + "\n",
             "plan.html": "<table>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>"
                                              for row in ROWS) + "</table>",
             "plan.md": "# Plan\n\n| Action | Timescale |\n|---|---|\n" + "".join(
                 f"| {' | '.join(row)} |\n" for row in ROWS[1:])}
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert rows_of(tmp_path / name) == ROWS, name


def test_lists_and_breaks_within_a_cell_become_bullets_and_lines(tmp_path):
    path = tmp_path / "plan.md"
    path.write_text("| Action | Timescale |\n|:--|--:|\n| <ul><li>One</li><li>**Two**</li></ul> | a<br>b \\| c |\n",
                    encoding="utf-8")
    assert rows_of(path)[1] == ["• One\n• Two", "a\nb | c"]


def test_rows_of_a_written_report_keep_the_number_of_their_line(tmp_path):
    path = tmp_path / "plan.md"
    path.write_text("Intro\n\n| Action | When |\n|---|---|\n| Coach | now |\n", encoding="utf-8")
    sheet = read_plan_sheets(path)[0].sheet
    assert [i for i, row in enumerate(sheet.rows, start=1) if any(row)] == [3, 5]


def test_a_cell_merged_over_rows_stands_in_each_of_them_and_its_places_are_known(tmp_path):
    path = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Plan")
        sheet.write_row(0, 0, ["Issue", "Action"])
        sheet.merge_range(1, 0, 2, 0, "Coaching")
        sheet.write(1, 1, "One")
        sheet.write(2, 1, "Two")
    page = read_plan_sheets(path)[0]
    assert [list(row) for row in page.sheet.rows] == [["Issue", "Action"], ["Coaching", "One"], ["Coaching", "Two"]]
    assert page.spread == {(2, 0)}


def test_text_of_an_older_windows_is_read(tmp_path):
    path = tmp_path / "plan.md"
    path.write_bytes("| Action | When |\n|---|---|\n| Zoë – café | now |\n".encode("cp1252"))
    assert rows_of(path)[1] == ["Zoë – café", "now"]


@pytest.mark.parametrize(("name", "content"), [("old.doc", b"\xd0\xcf\x11\xe0 Word"), ("none.csv", None)])
def test_an_old_word_document_and_a_missing_file_are_refused(tmp_path, name, content):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableFileError):
        read_plan_sheets(tmp_path / name)
