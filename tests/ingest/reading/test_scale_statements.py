"""What an export says of its own scale stops bare codes that are read otherwise; other numbers stop nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.ingest.reading.scale_statements import read_statement

PEOPLE = [str(1001 + n) for n in range(12)]
THREE = [1, 2, 3] * 4
TURNED = ["1 = Exceeds", "2 = Meets", "3 = Partially meets"]


def write(folder: Path, *, performance: str = "Performance rating", potential: str = "Potential rating",
          above: tuple[str, ...] = (), below: tuple[str, ...] = (), key: tuple[tuple[object, str], ...] = ()) -> Intake:
    staff = "".join(f"{person},Housing\n" for person in PEOPLE)
    (folder / "staff.csv").write_text(f"Employee number,Directorate\n{staff}", encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.title = "Ratings"
    for line in above:
        book.active.append([line])
    book.active.append(["Employee number", "Review period", performance, potential])
    for person, level in zip(PEOPLE, THREE, strict=True):
        book.active.append([person, "2024/25", level, level])
    for line in below:
        book.active.append([line])
    if key:
        sheet = book.create_sheet("Key")
        for row in key:
            sheet.append(list(row))
    book.save(folder / "ratings.xlsx")
    return read_exports(folder)


def levels(intake: Intake, axis: str = "performance") -> list[int]:
    return intake.workforce.placements.sort_values("employee_id")[axis].fillna(0).astype(int).tolist()


@pytest.mark.parametrize(("text", "first", "last"), [
    ("Performance rating (1-5)", 1, 5), ("Rating 1 to 4", 1, 4), ("Score [0\u201310]", 0, 10), ("Rated out of 7", 1, 7),
    ("rated from 1 (low) to 5 (high)", 1, 5)])
def test_a_range_is_read(text, first, last):
    found = read_statement(text)
    assert found is not None
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("text", ["My 1-1 rating", "1-2-1 rating", "Rating 2024-25", "My 1:1 performance rating",
                                  "Performance rating 01/04/2024", "Rating Q1-Q2", "Section 1.2-1.5"])
def test_numbers_that_are_no_scale_are_left_alone(text):
    assert read_statement(text) is None


@pytest.mark.parametrize("heading", ["Performance rating (1-5)", "Performance rating (0-3)",
                                     "Performance rating (out of 5)"])
def test_codes_under_a_heading_that_names_another_range_are_stopped(tmp_path, heading):
    intake = write(tmp_path, performance=heading)
    assert levels(intake) == [0] * 12
    assert levels(intake, "potential") == THREE
    (line,) = intake.findings[intake.findings["code"] == "stated_range"].to_dict("records")
    assert (line["severity"], line["n"]) == ("error", 12)
    assert "were not read" in intake.unread.headlines()[0]


@pytest.mark.parametrize("place", ["heading", "above", "below", "lines below", "key"])
def test_a_key_that_turns_the_codes_stops_them_wherever_it_stands_and_the_proposed_lines_mend_it(tmp_path, place):
    said = ", ".join(TURNED)
    if place == "heading":
        intake = write(tmp_path, performance=f"Performance rating ({said})")
    elif place == "key":
        intake = write(tmp_path, key=(("Code", "Meaning"), (1, "Exceeds"), (2, "Meets"), (3, "Partially meets")))
    else:
        lines = {"above": (f"Rating scale: {said}",), "below": (f"Key: {said}",), "lines below": tuple(TURNED)}[place]
        intake = write(tmp_path, above=lines if place == "above" else (), below=lines if place != "above" else ())
    assert levels(intake) == [0] * 12
    (tmp_path / "pasted.toml").write_text(intake.unread.settings, encoding="utf-8")
    pasted = read_exports(tmp_path, settings=tmp_path / "pasted.toml")
    assert levels(pasted) == [4 - level for level in THREE]


@pytest.mark.parametrize("said", [
    {"performance": "Performance rating (1-3)"}, {"performance": "Performance rating (1 = low, 3 = high)"},
    {"above": ("Ratings report, page 1 to 5", "Showing records 1 - 12")}, {"performance": "My 1-1 performance rating"},
    {"below": ("Key: 1 = Partially meets, 2 = Meets, 3 = Exceeds",)},
    {"key": ((3, "Exceeds expectations"), (2, "Meets expectations"), (1, "Partially meets expectations"))},
    {"potential": "Potential rating (1=Low, 2=Moderate, 3=High)"}])
def test_a_statement_that_agrees_or_is_of_something_else_changes_nothing(tmp_path, said):
    intake = write(tmp_path, **said)
    assert levels(intake) == THREE
    assert intake.unread.is_whole


@pytest.mark.parametrize("heading", ["Potential rating (1 = High, 3 = Low)", "Potential rating (1=best)"])
def test_the_direction_of_the_other_axis_is_held_against_that_axis_alone(tmp_path, heading):
    intake = write(tmp_path, potential=heading)
    assert levels(intake) == THREE
    assert levels(intake, "potential") == [0] * 12


def test_another_scale_is_not_proposed_for_files_that_were_read_on_the_present_one(tmp_path):
    write(tmp_path)
    rows = "".join(f"{person},2023/24,{1 + n % 5}\n" for n, person in enumerate(PEOPLE * 3))
    (tmp_path / "older.csv").write_text(f"Employee number,Review period,Performance rating\n{rows}", encoding="utf-8")
    intake = read_exports(tmp_path)
    assert "# performance_levels" in intake.unread.settings
    assert "two folders" in intake.unread.settings
