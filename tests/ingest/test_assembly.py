"""Known answers of putting sheets together: one row a person, posts through time, and who placed whom."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from my121_analytics.ingest.intake import Intake, read_exports

LIST = "Employee Number,Name,Directorate,Grade,Manager Number"
RATINGS = "Employee Number,Name,Directorate,Grade,Review Date,Performance Rating"


def read(folder: Path, **files: list[str]) -> Intake:
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return read_exports(folder)


def rows_of(frame: pd.DataFrame, *columns: str) -> list[tuple[str, ...]]:
    texts = {column: frame[column].dt.strftime("%Y-%m-%d") if frame[column].dtype.kind == "M"
             else frame[column].astype("str") for column in columns}
    return list(pd.DataFrame(texts).fillna("").itertuples(index=False, name=None))


def test_what_the_staff_list_says_of_a_person_goes_before_what_other_sheets_say(tmp_path: Path) -> None:
    intake = read(tmp_path, staff=[LIST, "1001,Ann Able,Adults,G7,1009", "1009,Ed Nine,Adults,G10,"],
                  ratings=[RATINGS, "1001,Ann B Able,Places,G6,2024-03-01,Meets"])
    record = intake.workforce
    assert rows_of(record.employees, "employee_id", "name") == [("1001", "Ann Able"), ("1009", "Ed Nine")]
    assert rows_of(record.posts, "employee_id", "directorate", "grade") == [("1001", "Adults", "G7"),
                                                                           ("1009", "Adults", "G10")]


def test_without_a_staff_list_a_post_changes_where_its_rows_do(tmp_path: Path) -> None:
    intake = read(tmp_path, ratings=[
        RATINGS, "1001,Ann Able,Adults,G7,2023-03-01,Meets", "1001,Ann Able,Adults,G7,2023-09-01,Meets",
        "1001,Ann Able,Places,G7,2024-03-01,Exceeds"])
    posts = intake.workforce.posts
    assert rows_of(posts, "directorate", "valid_from", "valid_to") == [
        ("Adults", "", "2023-09-30"), ("Places", "2023-10-01", "")], "from the first day of the cycle that says so"


def test_the_later_name_of_a_person_counts_wherever_it_stands(tmp_path: Path) -> None:
    intake = read(tmp_path, ratings=[RATINGS, "1001,Ann Smith,Adults,G7,2024-03-01,Meets",
                                     "1001,Ann Able,Adults,G7,2023-03-01,Meets"])
    assert rows_of(intake.workforce.employees, "name") == [("Ann Smith",)]
    assert "two_names" in set(intake.findings["code"])


def test_the_posts_manager_on_the_day_is_the_rater_where_a_sheet_names_none(tmp_path: Path) -> None:
    intake = read(tmp_path, staff=[LIST + ",Valid From,Valid To",
                                   "1001,Ann Able,Adults,G7,1008,2020-01-01,2023-12-31",
                                   "1001,Ann Able,Adults,G7,1009,2024-01-01,",
                                   "1008,Di Eight,Adults,G10,,2020-01-01,", "1009,Ed Nine,Adults,G10,,2020-01-01,"],
                  ratings=["Employee Number,Review Date,Performance Rating", "1001,2023-09-01,Meets",
                           "1001,2024-03-01,Exceeds"])
    assert rows_of(intake.workforce.placements, "placed_on", "rater_id") == [("2023-09-01", "1008"),
                                                                            ("2024-03-01", "1009")]
    assert "rater_from_post" in set(intake.findings["code"])


def test_a_placement_without_a_post_is_for_the_only_post_and_of_several_for_the_one_its_rater_manages(
        tmp_path: Path) -> None:
    intake = read(tmp_path, staff=["Employee Number,Post Number,Name,Directorate,Manager Number",
                                   "1001,P1,Ann Able,Adults,1008", "1001,P2,Ann Able,Places,1009",
                                   "1002,P3,Bob Best,Adults,1008", "1008,P8,Di Eight,Adults,",
                                   "1009,P9,Ed Nine,Places,"],
                  ratings=["Employee Number,Manager Number,Review Date,Performance Rating",
                           "1001,1009,2024-03-01,Meets", "1002,1009,2024-03-01,Exceeds"])
    assert rows_of(intake.workforce.placements, "employee_id", "post_id") == [("1001", "P2"), ("1002", "P3")]


def test_a_main_post_is_chosen_where_an_export_marks_none(tmp_path: Path) -> None:
    intake = read(tmp_path, staff=["Employee Number,Post Number,Name,Directorate,FTE",
                                   "1001,P1,Ann Able,Adults,0.4", "1001,P2,Ann Able,Places,0.6",
                                   "1002,P3,Bob Best,Adults,0.5", "1002,P4,Bob Best,Places,0.5"])
    posts = intake.workforce.posts
    assert rows_of(posts[posts["is_main"]], "post_id") == [("P2",), ("P3",)]
