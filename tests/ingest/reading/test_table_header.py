"""Which rows are data: titles, repeated headers, subtotals and footers are set aside, a row of data never is."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.reading.cells import parse_ids
from my121_analytics.ingest.reading.table_header import ASIDE, classify_rows, find_header

HEAD = ["Employee no", "Name", "Review period", "Performance", "Box"]


def sheet_of(rows: list[list[str]]) -> SourceSheet:
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return SourceSheet("a.xlsx", "S", tuple(np.array(column, dtype=object) for column in zip(*padded, strict=True)))


def kinds(rows: list[list[str]], key: int = 0) -> list[str]:
    sheet = sheet_of(rows)
    header = find_header(sheet)
    assert header is not None
    found = classify_rows(sheet, header, key, parse_ids(sheet.factor(key)[1]))
    return [("data", *ASIDE)[k] for k in found]


def test_titles_blanks_and_the_header_are_told_apart():
    rows = [["My 1:1 ratings"], [], ["Run: 1 May"], HEAD, ["004711", "A", "2023/24", "2", "5"]]
    assert kinds(rows) == ["title", "blank", "title", "header", "data"]


@pytest.mark.parametrize(("row", "kind"), [
    (["", "", "", "", ""], "blank"), ([" ", "\u00a0"], "blank"), (HEAD, "header"),
    ([h.upper() for h in HEAD], "header"),
    (["Total Adult Care: 123"], "subtotal"), (["", "Total", "", "", "123"], "subtotal"),
    (["Sub-total", "Adult Care", "", "", "12"], "subtotal"), (["Grand total", "", "", "", "999"], "subtotal"),
    (["Adult Care Total", "", "", "", "999"], "subtotal"), (["12", "Total", "", "", ""], "subtotal"),
    (["12", "Grand total:", "", "", "3"], "subtotal"), (["004712", "Total, Ann", "", "", ""], "data"),
    (["004712", "Total", "2023/24", "Meets", "5"], "data"), (["End of report"], "footer"),
    (["*** 1,234 records ***"], "footer"), (["Page 3 of 9"], "footer"), (["OFFICIAL - SENSITIVE"], "footer"),
    (["Produced by HR on 1 May"], "footer"), (["Some remark of nobody's"], "note"),
    (["004712", "Total, Ann", "2023/24", "2", "5"], "data"), (["JSMITH", "B", "2023/24", "2", "5"], "data"),
    (["", "Page, Robert", "2023/24", "2", "5"], "data"), (["", "Ann Lee", "2023/24", "2", "5"], "data"),
    (["", "Total Quality Officer", "2023/24", "Meets", "Good Performer"], "data"), (["004713"], "data"),
    (["see note", "C", "2023/24", "2", "5"], "data"), (["4.7E+05", "C", "2023/24", "2", "5"], "data")])
def test_each_kind_of_row_is_recognised(row, kind):
    assert kinds([HEAD, ["004711", "A", "2023/24", "2", "5"], row])[2] == kind


def test_a_title_repeated_inside_is_a_title_again():
    title = ["Ratings", "", "", "", "Page"]
    rows = [title, HEAD, ["004711", "A", "2023/24", "2", "5"], title, HEAD, ["004712", "A", "2023/24", "2", "5"]]
    assert kinds(rows) == ["title", "header", "data", "title", "header", "data"]


@pytest.mark.parametrize(("row", "kind"), [
    (["Staff id", "Full name", "Appraisal period", "Overall performance", "Map placement"], "header"),
    (["-----------", "----", "-------------", "-----------", "---"], "note"),
    (["=====", "=====", "=====", "=====", "====="], "note"), (["-", "-", "-", "-", "-"], "data")])
def test_a_header_in_other_words_and_a_drawn_line_are_no_data(row, kind):
    assert kinds([HEAD, row, ["004711", "A", "2023/24", "2", "5"]])[1:] == [kind, "data"]


def test_a_header_of_two_rows_is_joined():
    rows = [["Ratings of the year"], ["", "", "Manager", "", "Self", ""],
            ["Employee no", "Period", "Performance", "Potential", "Performance", "Potential"],
            ["004711", "2023/24", "2", "1", "3", "1"]]
    header = find_header(sheet_of(rows))
    assert header is not None
    assert (header.first, header.last) == (1, 2)
    assert header.texts == ("Employee no", "Period", "Manager Performance", "Manager Potential", "Self Performance",
                            "Self Potential")
    assert kinds(rows) == ["title", "header", "header", "data"]


def test_a_sheet_of_prose_has_no_header():
    assert find_header(sheet_of([["Welcome"], ["This workbook holds ratings", "of our staff"]])) is None
