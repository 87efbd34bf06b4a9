"""Cells counted all at once are those that a regular expression finds one by one."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from my121_analytics.ingest.files import cell_marks
from my121_analytics.ingest.files.cell_marks import count_whole_numbers, find_marks, may_reach_far

PIECES = ["<c r=\"", "<x:c r=\"", "A", "Z", "AB", "XFD", "ABCD", "a", "1", "12", "9999999", "12345678", "\"",
          " s=\"1\"", " s=\"12\"", " s=\"2\"", " s=\"x\"", " s=\"\"", " t=\"n\"", " t=\"s\"", ">", "<v>", "<x:v>", "0",
          "7", "07",
          ":", "123456789012345", "1234567890123456", "</", "v></c>", "/>", " r=\"", "<row r=\"5\">", "é"]


def in_sheet(cells: str) -> bytes:
    return f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode()


def count_one_by_one(data: bytes, prefix: bytes, styles: tuple[int, ...]) -> tuple[dict[tuple[str, int], int], int]:
    one_of = b"|".join(b"%d" % style for style in styles)
    cells = re.findall(rb'(?<=<%bc r=")([A-Z]{1,3})\d{1,7}" s="(%b)"(?: t="n")?><%bv>(?:0|[1-9]\d{0,14})</'
                       % (prefix, one_of, prefix), data)
    return (dict(Counter((letters.decode(), int(style)) for letters, style in cells)),
            len(re.findall(rb' s="(?:%b)"' % one_of, data)))


def number_of(letters: str) -> int:
    return int("".join("0123456789ABCDEFGHIJKLMNOP"["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(x)] for x in letters), 26) + sum(
        26**k for k in range(1, len(letters)))


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join), st.sampled_from(["", "x:"]))
@example('<c r="A1" s="1"><v>7</v></c><c r="B1" s="12" t="n"><v>0</v></c><c r="A2" s="1"><v>123456789012345</v>', "")
@example('<c r="XFD9999999" s="12"><v>7</v></c><c r="ZZ12345678" s="1"><v>7</v></c><c r="ABCD1" s="1"><v>7</v>', "")
@example('<x:c r="AB12" s="2"><x:v>7</x:v></x:c><x:c r="A1" s="1"><x:v>07</x:v></x:c><c r="A1" s="1"><v>1</v>', "x:")
@example('<c r="A1" s="1"><v>1234567890123456</v></c><c r="a1" s="1"><v>7</v></c><c r="1" s="1"><v>7</v></c>', "")
@example('<c r="A1" s="1"><v></v></c><c r="A" s="1"><v>7</v></c><c r="A1" s="1"/><c r="A1" s="1"><v>7', "")
def test_cells_are_counted_as_one_by_one(text, prefix):
    data = in_sheet(text)
    counts, n_cells = count_whole_numbers(data, prefix.encode(), (1, 12))
    expected, n_expected = count_one_by_one(data, prefix.encode(), (1, 12))
    assert counts == {(number_of(letters), style): n for (letters, style), n in expected.items()}
    assert n_cells == n_expected


@pytest.mark.parametrize(("cell", "n"), [
    ("A1", 0), ("Z1", 25), ("AA1", 26), ("AB1", 27), ("ZZ1", 701), ("XFD1", 16_383)])
def test_columns_are_numbered_from_zero(cell, n):
    assert count_whole_numbers(in_sheet(f'<c r="{cell}" s="3"><v>1</v>'), b"", [3]) == ({(n, 3): 1}, 1)


@pytest.mark.parametrize("at", [*range(8), *range((1 << 20) - 8, (1 << 20) + 8)])
def test_a_mark_is_found_once_wherever_it_stands(at):
    data = b"." * at + b" s=\"" + b"." * 10
    assert [place for part in find_marks(data, b' s="') for place in part.tolist()] == [at]


def test_cells_either_side_of_a_chunk_are_all_counted(monkeypatch):
    monkeypatch.setattr(cell_marks, "_CHUNK", 64)
    data = in_sheet("".join(f'<c r="{"AB"[row % 2]}{row}" s="1"><v>{row}</v></c>' for row in range(1, 1_001)))
    assert count_whole_numbers(data, b"", [1]) == ({(0, 1): 500, (1, 1): 500}, 1_000)


@pytest.mark.parametrize(("cell", "is_far"), [
    ("A1", False), ("Z99", False), ("z9", False), ("AA1", True), ("XFD1", True), ("A100", True), ("A1000000", True)])
def test_cells_in_far_columns_and_below_the_last_row_are_noticed(cell, is_far):
    near = '<row r="99"><c r="B98" s="1"/>' * 3
    assert may_reach_far(in_sheet(f'{near}<c r="{cell}"/>{near}'), 2) is is_far
    assert may_reach_far(in_sheet(f'{near}<c r="{cell}"/>'), 2) is is_far


def test_no_cells_reach_nowhere():
    assert not may_reach_far(b"", 1)
    assert not may_reach_far(b"<worksheet/>", 1)
    assert count_whole_numbers(b"", b"", [1]) == ({}, 0)
