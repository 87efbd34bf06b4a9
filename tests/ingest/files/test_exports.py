"""Files as text: whatever the encoding, the delimiter or the dirt, every cell comes back in its place."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.files.exports import list_files, read_sheets

ROWS = [["Employee no", "Name", "Note"], ["004711", "Zoë Müller", "a; b, c | d"], ["0042", "Seán O’Neill", "– fine"]]


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def delimited(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    return "".join(delimiter.join(f'"{c}"' if set(c) & set(',;|\t"\n') else c for c in row) + end for row in rows)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_gives_the_same_cells(tmp_path, encoding):
    (sheet,) = read_sheets(write(tmp_path / "a.csv", delimited(ROWS), encoding))
    assert sheet.rows == ROWS


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_gives_the_same_cells(tmp_path, delimiter, end):
    (sheet,) = read_sheets(write(tmp_path / "a.txt", delimited(ROWS, delimiter, end)))
    assert sheet.rows == ROWS


def test_names_with_commas_do_not_make_a_semicolon_file_a_comma_file(tmp_path):
    text = "Employee;Appraiser;Rating\n" + "".join(f"{i:04d};SMITH, Jo;2\n" for i in range(9))
    (sheet,) = read_sheets(write(tmp_path / "a.csv", text))
    assert sheet.n_columns == 3
    assert sheet.row(1) == ["0000", "SMITH, Jo", "2"]


def test_title_rows_and_short_and_long_rows_keep_every_cell(tmp_path):
    text = "Ratings report\n\nEmployee no,Rating\n1,2\n3\n4,5,one more\n"
    (sheet,) = read_sheets(write(tmp_path / "a.csv", text))
    assert sheet.rows == [["Ratings report", "", ""], ["", "", ""], ["Employee no", "Rating", ""], ["1", "2", ""],
                          ["3", "", ""], ["4", "5", "one more"]]


def test_a_row_longer_than_the_head_of_the_file_is_not_cut(tmp_path):
    text = "a,b\n" + "1,2\n" * 500 + "7,8,9,10\n"
    (sheet,) = read_sheets(write(tmp_path / "a.csv", text))
    assert sheet.row(501) == ["7", "8", "9", "10"]


def test_a_cell_over_several_lines_stays_one_cell(tmp_path):
    (sheet,) = read_sheets(write(tmp_path / "a.csv", 'no,note\n1,"first\nsecond, with ""quotes"""\n2,plain\n'))
    assert sheet.rows == [["no", "note"], ["1", 'first\nsecond, with "quotes"'], ["2", "plain"]]


def test_a_stray_quote_does_not_swallow_the_rows_after_it(tmp_path):
    text = 'no,name,rating\n1,"Bob" Ray,2\n2,"open,3\n3,Ann,1\n4,"Lee, Al",2\n5,"open again,1\n'
    (sheet,) = read_sheets(write(tmp_path / "a.csv", text))
    assert [row[0] for row in sheet.rows] == ["no", "1", "2", "3", "4", "5"]
    assert sheet.row(4) == ["4", "Lee, Al", "2"]
    assert ("stray_quotes", "") in sheet.notes


def test_a_workbook_gives_text_with_dates_as_iso_and_whole_numbers_without_a_point(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Employee no", "Started", "Seen", "FTE", "Main"])
    sheet.append([4711, date(2024, 5, 1), datetime(2024, 5, 1, 9, 30), 0.81, True])
    hidden = book.create_sheet("Old")
    hidden["B3"] = "x"
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    first, second = read_sheets(tmp_path / "a.xlsx")
    assert first.rows[1] == ["4711", "2024-05-01", "2024-05-01T09:30:00", "0.81", "TRUE"]
    assert second.rows == [["", ""], ["", ""], ["", "x"]]
    assert second.notes == (("hidden_sheet", "Old"),)


def test_a_web_page_named_xls_is_read_as_its_table(tmp_path):
    page = ("<html><body><table><tr><th colspan=2>Ratings</th></tr><tr><td>Employee no</td><td>Rating</td></tr>"
            "<tr><td>007</td><td>2 &ndash; Meets</td></tr></table></body></html>")
    (sheet,) = read_sheets(write(tmp_path / "a.xls", page))
    assert sheet.rows == [["Ratings", ""], ["Employee no", "Rating"], ["007", "2 – Meets"]]


def test_text_named_xls_is_read_as_text(tmp_path):
    (sheet,) = read_sheets(write(tmp_path / "a.xls", "Employee no\tRating\n1\t2\n"))
    assert sheet.rows == [["Employee no", "Rating"], ["1", "2"]]


def test_a_separator_line_for_excel_is_obeyed(tmp_path):
    (sheet,) = read_sheets(write(tmp_path / "a.csv", "sep=;\nno;rating\n1;2\n"))
    assert sheet.rows[1:] == [["no", "rating"], ["1", "2"]]


@pytest.mark.parametrize(("content", "reason"), [
    (b"", "empty_file"), (b"\xef\xbb\xbf\r\n \r\n", "empty_file"), (b"%PDF-1.7 ...", "not_a_table"),
    (b"PK\x03\x04 cut short", "damaged"), (b"\x00\x01\x02\x03" * 50, "not_a_table"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "password")])
def test_a_file_that_is_no_table_says_why(tmp_path, content, reason):
    path = tmp_path / "export.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=r"export\.xlsx") as caught:
        read_sheets(path)
    assert caught.value.reason == reason
    assert caught.value.hints


def test_an_empty_workbook_says_so(tmp_path):
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(UnreadableFileError) as caught:
        read_sheets(tmp_path / "a.xlsx")
    assert caught.value.reason == "empty_file"


def test_a_folder_gives_its_tables_and_leaves_the_rest(tmp_path):
    for name in ("b.csv", "a.xlsx", "~$a.xlsx", "my121.toml", "README.md", ".hidden.csv", "notes.json"):
        (tmp_path / name).write_text("x")
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "c.csv").write_text("x")
    wanted, others = list_files(tmp_path)
    assert [f.name for f in wanted] == ["a.xlsx", "b.csv"]
    assert [f.name for f in others] == ["README.md", "notes.json"]


@pytest.mark.parametrize("name", ["nowhere", "nothing.csv"])
def test_a_missing_source_is_named(tmp_path, name):
    with pytest.raises(UnreadableFileError, match=name):
        list_files(tmp_path / name)
