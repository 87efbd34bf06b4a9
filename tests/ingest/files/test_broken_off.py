"""A text file that breaks off within a row is refused; whole files that end oddly are not."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.files.exports import read_sheets
from my121_analytics.ingest.intake import read_exports

HEAD = "Employee no,Directorate,Date held,Performance rating\n"
ROWS = [f"{100200 + i},Adult Care,2024-05-{i % 28 + 1:02d},{('Meets', 'Exceeds', 'Partially meets')[i % 3]}\n"
        for i in range(60)]
WHOLE = HEAD + "".join(ROWS)


def write(folder, text, name="ratings.csv"):
    path = folder / name
    path.write_bytes(text.encode("utf-8"))
    return path


@pytest.mark.parametrize("n_letters", [4, 12, 20, 26, 30])
def test_a_file_cut_within_its_last_row_is_refused_with_the_row_and_a_remedy(tmp_path, n_letters):
    path = write(tmp_path, HEAD + "".join(ROWS[:30]) + ROWS[30][:n_letters])
    with pytest.raises(UnreadableFileError) as problem:
        read_sheets(path)
    assert problem.value.reason == "cut_line"
    assert "row 32" in problem.value.headline
    assert "press Enter at its very end" in problem.value.hints[0]


def test_the_remedy_helps(tmp_path):
    path = write(tmp_path, HEAD + "".join(ROWS[:30]) + ROWS[30][:20] + "\n")
    assert len(read_sheets(path)[0].rows) == 32


@pytest.mark.parametrize("ending", [
    "", "\n", "Total", "Total,,,60", "*** 60 records ***", "60 rows", "End of report", "Printed on 3 May 2024,page 1",
    "Official - sensitive", "Source: payroll, HR", "100999,Adult Care,2024-05-01,Meets",
    "100999,Adult Care,2024-05-01,\n", "100999,Adult Care,2024-05-01,", "100999,Adult Care,2024-05-01,Not yet known"])
def test_whole_files_without_a_line_end_or_with_a_footer_are_read(tmp_path, ending):
    text = WHOLE.replace("00,Adult Care,2024-05-01,Meets", "00,Adult Care,2024-05-01,")
    sheet, = read_sheets(write(tmp_path, (text + ending) if ending else text.rstrip("\n")))
    assert sheet.n_rows >= 61


def test_rows_whose_trailing_blanks_are_left_out_may_end_early(tmp_path):
    ragged = HEAD + "".join(row.rsplit(",", 1 + i % 2)[0] + "\n" for i, row in enumerate(ROWS)) + "100999,Adult Care"
    assert read_sheets(write(tmp_path, ragged))[0].n_rows == 62


def test_a_quote_that_the_end_of_the_file_leaves_open_is_a_cut(tmp_path):
    text = 'Employee no,Rating,Comment\n' + "".join(f'10020{i},Meets,"Went well, overall"\n' for i in range(9))
    with pytest.raises(UnreadableFileError):
        read_sheets(write(tmp_path, text + '100300,Meets,"Went w'))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_whatever_the_encoding_the_line_ends_and_the_delimiter(tmp_path, encoding, line_end, delimiter):
    text = (HEAD + "".join(ROWS[:20]) + ROWS[20][:15]).replace("\n", line_end).replace(",", delimiter)
    path = tmp_path / "ratings.txt"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(UnreadableFileError):
        read_sheets(path)


def test_most_cuts_of_a_file_are_seen_and_no_whole_row_is_called_cut(tmp_path):
    """Where a row happens to end at the cut, nothing tells; anywhere else something does."""
    places = np.random.default_rng(5).integers(len(HEAD) + 300, len(WHOLE) - 1, 80)
    for place in places.tolist():
        text = WHOLE[:place]
        last = text[text.rfind("\n") + 1:]
        path = write(tmp_path, text)
        if last == "" or last + "\n" in ROWS:
            read_sheets(path)
            continue
        with pytest.raises(UnreadableFileError):
            read_sheets(path)


def test_a_page_that_breaks_off_within_its_table_is_refused(tmp_path):
    page = "<html><body><table>" + "".join(f"<tr><td>{100200 + i}</td><td>Meets</td></tr>" for i in range(30))
    with pytest.raises(UnreadableFileError) as problem:
        read_sheets(write(tmp_path, page + "<tr><td>1002", "ratings.xls"))
    assert problem.value.reason == "cut_page"
    assert read_sheets(write(tmp_path, page + "</table></body></html>", "ratings.xls"))[0].n_rows == 30
    assert read_sheets(write(tmp_path, page + "</body></html>", "ratings.xls"))[0].n_rows == 30


@pytest.mark.parametrize("footer", ["*** 60 records ***", "Number of records: 60", "Total rows,60", "60 rows exported",
                                    "Records: 60"])
def test_an_export_that_holds_as_many_rows_as_it_says_passes(tmp_path, footer):
    intake = read_exports(write(tmp_path, WHOLE + footer + "\n"))
    assert "own_count_differs" not in set(intake.findings["code"])


@pytest.mark.parametrize("footer", ["*** 64 records ***", "Number of records: 64", "Total records,64", "64 rows"])
def test_rows_that_an_export_says_it_has_and_has_not_are_its_first_line(tmp_path, footer):
    intake = read_exports(write(tmp_path, WHOLE + footer + "\n"))
    assert intake.unread.headlines()[0].startswith("4 rows about your people of ratings.csv were not read")
    assert "own_count_differs" in set(intake.findings["code"])


def test_rows_added_to_an_export_are_told_and_none_is_said_to_be_missing(tmp_path):
    intake = read_exports(write(tmp_path, WHOLE + "*** 50 records ***\n"))
    assert "own_count_differs" in set(intake.findings["code"])
    assert intake.unread.is_whole


def test_every_command_says_first_which_file_is_cut(my121, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    staff = "Employee no,Name,Directorate\n" + "".join(f"{100200 + i},Person {i},Adult Care\n" for i in range(60))
    write(folder, staff, "staff.csv")
    write(folder, HEAD + "".join(ROWS[:30]) + ROWS[30][:20])
    check = my121("check", folder, "--out", tmp_path / "out")
    assert check.returncode == 3
    assert check.stdout.splitlines()[0].startswith("Not read: ratings.csv: the file breaks off in the middle of row 32")
