"""Text files in the encodings and with the delimiters that systems write, down to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.files import delimited
from my121_analytics.ingest.files.delimited import decode, read_delimited

FILE = Path("ratings.csv")


@pytest.mark.parametrize(("content", "text", "notes"), [
    ("Müller".encode(), "Müller", []),
    ("Müller – 3".encode("cp1252"), "Müller – 3", [("encoding", "cp1252")]),
    ("Müller\n".encode() + "Böhm".encode("cp1252"), "Müller\nBöhm", [("mixed_encoding", "1")]),
    ("\ufeffId,Name".encode("utf-16"), "Id,Name", [("encoding", "UTF-16")]),
    ("Id,Name".encode("utf-16-be"), "Id,Name", [("encoding", "UTF-16")]),
    (b"a,b\0\n", "a,b\n", [("zero_bytes", "1")])])
def test_the_text_is_the_one_that_was_written_and_its_encoding_is_said(content, text, notes):
    decoded, noticed = decode(FILE, content)
    assert decoded.decode("utf-8") == text
    assert noticed == notes


@pytest.mark.parametrize("content", ["Id,Name".encode("utf-16")[:-1], bytes(range(9)) * 50])
def test_what_was_cut_or_is_no_text_is_refused(content):
    with pytest.raises(UnreadableFileError):
        decode(FILE, content)


def columns_of(content: bytes) -> list[list[str]]:
    return [list(column) for column in read_delimited(FILE, content, []).columns]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_delimiter_is_found(delimiter):
    rows = [["Id", "Name", "Grade"], ["1", "Ann", "G5"], ["2", "Bea", "G6"]]
    content = "\n".join(delimiter.join(row) for row in rows).encode()
    assert columns_of(content) == [list(column) for column in zip(*rows, strict=True)]


def test_a_comma_inside_quotes_is_text_and_beside_semicolons_a_decimal_comma():
    assert columns_of(b'Id,Name\n1,"Rao, Jo"\n2,Bea\n')[1] == ["Name", "Rao, Jo", "Bea"]
    sheet = read_delimited(FILE, b"Id;FTE\n1;0,5\n2;1,0\n", [])
    assert sheet.decimal_comma
    assert list(sheet.columns[1]) == ["FTE", "0,5", "1,0"]


@pytest.mark.parametrize("interpreter", ["cpython", "other"])
@pytest.mark.parametrize("cells", [
    ["Team", "A", "A", "B", "A", "C", "C", "B", ""], ["Id", *(f"P{k}" for k in range(20))], ["Alone"]])
def test_a_column_read_in_parts_holds_each_text_once_in_order_of_appearance(cells, interpreter, monkeypatch):
    monkeypatch.setattr(delimited, "_ROWS_AT_ONCE", 3)
    monkeypatch.setattr(delimited.sys.implementation, "name", interpreter)
    sheet = read_delimited(FILE, "".join(f"{cell},x\n" for cell in cells).encode(), [])
    codes, texts = sheet.factor(0)
    assert texts[codes].tolist() == cells
    assert texts.tolist() == list(dict.fromkeys(cells))
    assert sheet.n_rows == len(cells)


def test_a_row_that_is_wider_beyond_the_first_part_keeps_its_cells(monkeypatch):
    monkeypatch.setattr(delimited, "_ROWS_AT_ONCE", 250)
    rows = ["Id,Name", *("1,Ann" for _ in range(299)), "2,Bea,extra", "3,Cy"]
    columns = columns_of("\n".join([*rows, ""]).encode())
    assert columns[2][299:] == ["", "extra", ""]


def test_a_row_that_is_wider_than_the_heading_keeps_its_cells_and_its_width():
    sheet = read_delimited(FILE, b"Id,Name\n1,Ann\n2,Bea,extra\n", [])
    assert list(sheet.columns[2]) == ["", "", "extra"]
    assert sheet.widths is not None
    assert sheet.widths.tolist() == [2, 2, 3]
