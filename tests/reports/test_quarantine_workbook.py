"""The workbook of refused rows opens, holds every refusal, and names its columns in words."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest
from my121_analytics.reports.refusals import write_quarantine

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.workforce.results import About, Result, Table

ABOUT = About("Check", "rows", "all", "people", date(2025, 3, 31), "2024/25 H2", 2)


def result():
    quarantine = pd.DataFrame({
        "file": ["a.csv", "a.csv"], "sheet": ["", ""], "row": [4, 9], "column": ["Rating", "Employee no"],
        "value": ["Execeeds", "=1+1"], "reason": ["unknown_rating", "bad_id"], "message": ["m1", "m2"],
        "record": ['{"Employee no": "0001"}', '{"Employee no": "=1+1"}']})
    findings = pd.DataFrame(columns=["code", "severity", "file", "sheet", "row", "column", "value", "message",
                                     "remedy", "n"])
    return Result(ABOUT, {"quarantine": Table(quarantine, keys=(), people=("value", "record")),
                          "findings": Table(findings, keys=(), people=("value",))})


def test_every_refusal_is_in_the_workbook_with_room_for_the_right_value(tmp_path):
    write_quarantine(release(result(), audience="analyst"), tmp_path / "quarantine.xlsx")
    book = openpyxl.load_workbook(tmp_path / "quarantine.xlsx")
    sheet = book["Refused rows"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    header = next(i for i, row in enumerate(rows) if row[0] == "File")
    assert rows[header][-1] == "Right value"
    assert [row[2] for row in rows[header + 1:]] == [4, 9]
    assert rows[header + 2][4] == "=1+1"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_same_refusals_give_the_same_bytes(tmp_path):
    for name in ("one.xlsx", "two.xlsx"):
        write_quarantine(release(result(), audience="analyst"), tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()


def test_a_plain_result_is_refused(tmp_path):
    with pytest.raises(DisclosureError):
        write_quarantine(result(), tmp_path / "quarantine.xlsx")
