"""Known answers of what a row of an export enters: levels, boxes, what is worked out, and what is stopped."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.ingest.intake import Intake, read_exports

HEADINGS = "Employee Number,Manager,Review Date,Performance Rating,Potential Rating,Box"


def read(folder: Path, *rows: str, headings: str = HEADINGS) -> Intake:
    (folder / "reviews.csv").write_text("\n".join([headings, *rows]) + "\n", "utf-8")
    return read_exports(folder)


def entered(intake: Intake) -> list[tuple[object, ...]]:
    frame = intake.workforce.placements
    return [tuple(None if pd.isna(value) else value for value in row) for row in
            frame[["performance", "potential", "box", "derived"]].itertuples(index=False, name=None)]


@pytest.mark.parametrize(("cells", "levels"), [
    ("Meets,Moderate,5", (2, 2, 5, False)), (",,5", (2, 2, 5, True)), ("Exceeds,,", (3, None, None, False)),
    ("Exceeds,High,", (3, 3, 1, True)), (",High,2", (2, 3, 2, True))])
def test_a_missing_axis_comes_from_the_box_and_a_missing_box_from_both_axes(tmp_path: Path, cells: str,
                                                                            levels: tuple[object, ...]) -> None:
    intake = read(tmp_path, f"1001,1009,2024-03-01,{cells}", "1002,1009,2024-03-01,Meets,Moderate,5")
    assert entered(intake)[0] == levels
    assert intake.quarantine.empty


def test_ratings_that_contradict_their_box_stay_and_are_a_finding(tmp_path: Path) -> None:
    good_rows = [f"10{n},1009,2024-03-01,Meets,Moderate,5" for n in range(10, 30)]
    intake = read(tmp_path, "1001,1009,2024-03-01,Exceeds,Moderate,5", *good_rows)
    assert entered(intake)[0] == (3, 2, 5, False)
    (finding,) = intake.findings[intake.findings["code"] == "rating_disagrees_with_box"].itertuples()
    assert finding.row == 2
    assert "Meets" in finding.message


@pytest.mark.parametrize(("row", "reason"), [
    ("1001,1009,soon,Meets,Moderate,5", "date"), ("1001,1009,2024-03-01,Splendid,Moderate,5", "rating"),
    (",1009,2024-03-01,Meets,Moderate,5", "id")])
def test_a_bad_day_rating_or_number_stops_the_placement_and_counts_the_row_once(tmp_path: Path, row: str,
                                                                                reason: str) -> None:
    good_rows = [f"10{n},1009,2024-03-01,Meets,Moderate,5" for n in range(10, 30)]
    intake = read(tmp_path, row, *good_rows)
    assert reason in str(intake.quarantine["reason"].iloc[0]) or reason in str(intake.quarantine["message"].iloc[0])
    assert intake.quarantine["row"].tolist() == [2]
    (line,) = intake.reconciliation.itertuples()
    assert (line.rows_accepted, line.rows_quarantined) == (20, 1)
    assert line.rows_read == line.rows_accepted + line.rows_quarantined + line.rows_set_aside


def test_of_two_columns_of_ratings_each_enters_a_placement_of_its_own_source(tmp_path: Path) -> None:
    intake = read(tmp_path, "1001,1009,2024-03-01,Meets,Exceeds", "1002,1009,2024-03-01,Meets,",
                  headings="Employee Number,Manager,Review Date,Manager Performance Rating,Self Performance Rating")
    rows = intake.workforce.placements.astype({"source": "str", "rater_id": "str", "employee_id": "str"})
    assert sorted(rows[["employee_id", "source", "rater_id", "performance"]].itertuples(index=False, name=None)) == [
        ("1001", "manager", "1009", 2), ("1001", "self", "1001", 3), ("1002", "manager", "1009", 2)]
