"""Sections for readers inside the council: there for them, never in what is published."""

from __future__ import annotations

import io

import openpyxl
import pytest

from my121_analytics.analysis.agreement import compare_self
from my121_analytics.reports.workforce_report.report import INSIDE, build_report
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings
from my121_analytics.workforce.record import Workforce

SHEETS = {"Own placements", "Directions by directorate", "Agreement by directorate", "Reasons on record",
          "Interventions", "In hand by directorate"}


@pytest.fixture(scope="module")
def workforce() -> Workforce:
    return make_sample(120, seed=4).workforce


def test_the_sections_stand_in_a_report_for_the_analyst(workforce) -> None:
    made = build_report(workforce, report=ReportSettings(audience="analyst", profile="working", sections=[*INSIDE]))
    assert made.failed == {}
    assert made.absent == {}
    book = openpyxl.load_workbook(io.BytesIO(made.files["workforce.xlsx"]))
    assert set(book.sheetnames) >= SHEETS
    steps = compare_self(workforce).frame("steps")
    cells = {value for row in book["Own placements"].iter_rows(values_only=True) for value in row}
    assert set(steps["n"]) <= cells


def test_a_public_report_leaves_them_out_and_says_so_where_they_were_asked_for(workforce) -> None:
    made = build_report(workforce, report=ReportSettings(audience="publish", sections=["talent", *INSIDE]))
    assert set(made.absent) == set(INSIDE)
    names = set(openpyxl.load_workbook(io.BytesIO(made.files["workforce.xlsx"])).sheetnames)
    assert not names & SHEETS


def test_coverage_says_why_the_map_may_count_more_posts(workforce) -> None:
    made = build_report(workforce, report=ReportSettings(audience="analyst", sections=["coverage"]))
    book = openpyxl.load_workbook(io.BytesIO(made.files["workforce.xlsx"]))
    lines = [str(row[0]) for row in book["Coverage by directorate"].iter_rows(values_only=True)]
    assert any("posts that ended before" in line for line in lines)
