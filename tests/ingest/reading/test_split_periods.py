"""Review periods in two columns become one: a year beside a half, a first day beside a last."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.ingest.intake import Intake, read_exports

PEOPLE = [str(1001 + n) for n in range(6)]


def write(folder: Path, **columns: str) -> Intake:
    (folder / "staff.csv").write_text("Employee number,Directorate\n" + "".join(f"{p},Housing\n" for p in PEOPLE),
                                      encoding="utf-8")
    head = ",".join(["Employee number", *(name.replace("_", " ") for name in columns), "Performance rating"])
    rows = "".join(",".join([person, *columns.values(), "Meets"]) + "\n" for person in PEOPLE)
    (folder / "ratings.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    return read_exports(folder)


def cycles(intake: Intake) -> list[str]:
    return intake.workforce.cycles["label"].astype(str).tolist()


@pytest.mark.parametrize(("year", "part", "cycle"), [
    ("2024/25", "H1", "2024/25 H1"), ("2024-25", "Mid Year", "2024/25 H1"),
    ("2024/25", "Year end review", "2024/25 H2"),
    ("FY24/25", "Half 2", "2024/25 H2"), ("2024/25", "Q3", "2024/25 Q3"), ("2024/25", "Second half", "2024/25 H2")])
def test_a_year_and_its_part_are_one_period(tmp_path, year, part, cycle):
    assert cycles(write(tmp_path, Review_year=year, Review_period=part)) == [cycle]


def test_a_half_under_a_heading_of_its_own_counts(tmp_path):
    assert cycles(write(tmp_path, Review_period="2024/25", Half="H2")) == ["2024/25 H2"]


@pytest.mark.parametrize(("first", "last"), [
    ("Review period start", "Review period end"), ("Period from", "Period to"),
    ("Review start date", "Review end date")])
def test_first_and_last_days_are_the_period_whenever_the_form_was_completed(tmp_path, first, last):
    intake = write(tmp_path, **{first: "01/04/2024", last: "31/03/2025", "Review completion date": "10/05/2026"})
    assert cycles(intake) == ["2024/25"]
    assert intake.unread.is_whole


def test_years_that_agree_and_parts_that_say_no_part_are_left_as_they_are(tmp_path):
    assert len(cycles(write(tmp_path, Review_year="2024", Review_cycle="2024 Annual Review"))) == 1
    intake = write(tmp_path, Review_period="2024/25 H1", Review_point="Mid Year")
    assert cycles(intake) == ["2024/25 H1"]
