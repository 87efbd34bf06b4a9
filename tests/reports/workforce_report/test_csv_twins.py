"""Known answers of the CSV twin of a sheet: numbers stay numbers, markers have a column of their own."""

from __future__ import annotations

import csv
import io
from datetime import date

import pandas as pd

from my121_analytics.disclosure.release import release
from my121_analytics.reports.workforce_report.csv_twins import write_twins
from my121_analytics.workforce.results import Result, Table, describe
from my121_analytics.writing.book import Figure, PictureSheet, Sheet, WordSheet
from my121_analytics.writing.tables import Field, View

FIELDS = (Field("box", "Box", "integer"), Field("n", "Number", "integer"), Field("share", "Share", "share"),
          Field("reason", "Reason", blank=True))


def rows_of(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "so that Excel reads it as UTF-8"
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(name: str, audience: str) -> Sheet:
    frame = pd.DataFrame({"box": [1, 2, 3, 4], "n": [20, 3, 4, 40], "share": [20 / 67, 3 / 67, 4 / 67, 40 / 67]})
    about = describe("profile", population="people_in_post", as_of=date(2024, 9, 30), cycle="2024/25 H1", n=67)
    table = Table(frame, keys=("box",), count="n", follows=("share",), sums=("box",))
    return Sheet(name, View(release(Result(about, {"map": table}), audience=audience), "map", name, FIELDS))


def test_a_withheld_number_is_empty_and_its_marker_stands_in_a_column_beside_it() -> None:
    ((name, content),) = write_twins([sheet("The map", "publish")]).items()
    head, *rows = rows_of(content)
    assert name == "the-map.csv"
    assert head == ["Box", "Number", "Number marker", "Share", "Share marker"], "what people fill in is not there"
    assert [row[:3] for row in rows] == [["1", "20", ""], ["2", "", "[c]"], ["3", "", "[c]"], ["4", "40", ""]]


def test_a_table_of_which_nothing_is_withheld_has_no_column_of_markers() -> None:
    head, *rows = rows_of(write_twins([sheet("The map", "analyst")])["the-map.csv"])
    assert head == ["Box", "Number", "Share"]
    assert [row[1] for row in rows] == ["20", "3", "4", "40"]


def test_a_sheet_of_words_keeps_its_figures_as_numbers_and_names_no_formula() -> None:
    words = WordSheet("Headline", "Headline figures", ("Figure", "Value"), (
        ("Head count", Figure(1234.0, "integer")), ("=Turnover", Figure(0.125, "share")),
        ("Spread", Figure(None, "number", "[x]"))), table_name="headline")
    head, *rows = rows_of(write_twins([words])["headline.csv"])
    assert head == ["Figure", "Value", "Value marker"]
    assert rows == [["Head count", "1234", ""], ["'=Turnover", "0.125", ""], ["Spread", "", "[x]"]]


def test_sheets_of_one_name_get_files_of_their_own_and_pictures_have_no_twin() -> None:
    twins = write_twins([sheet("Map", "analyst"), sheet("map", "analyst"), PictureSheet("Drawn", "Drawn", b"", "")])
    assert list(twins) == ["map.csv", "map-2.csv"]
