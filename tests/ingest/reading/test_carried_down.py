"""Values that stand on the first row of their group only, as in printed reports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.ingest.reading.carried_down import _carry


def read(folder: Path, *rows: str) -> Intake:
    (folder / "staff.csv").write_text("\n".join(["Directorate,Service,Employee number,Manager number", *rows]) + "\n",
                                      encoding="utf-8")
    return read_exports(folder)


def units(intake: Intake, column: str = "directorate") -> list[str]:
    posts = intake.workforce.posts.sort_values("employee_id")
    return posts[column].astype("object").where(posts[column].notna(), "").astype(str).tolist()


def codes(intake: Intake) -> set[str]:
    return set(intake.findings["code"]) & {"group_carried", "group_asked"}


def test_a_value_is_carried_down_to_the_next_one(tmp_path):
    intake = read(tmp_path, "Care,Homes,101,", ",Homes,102,101", ",Homes,103,101", "Roads,Lamps,104,101",
                  ",Lamps,105,101", ",Lamps,106,101")
    assert units(intake) == ["Care"] * 3 + ["Roads"] * 3
    line = intake.findings[intake.findings["code"] == "group_carried"].iloc[0]
    assert int(line["n"]) == 4


def test_a_group_within_a_group_ends_with_it(tmp_path):
    """The second directorate's first row has no service: it gets none from the directorate before."""
    intake = read(tmp_path, "Care,Homes,101,", ",,102,101", ",,103,101", "Roads,,104,101", ",Lamps,105,101",
                  ",,106,101")
    assert units(intake) == ["Care"] * 3 + ["Roads"] * 3
    assert units(intake, "service") == ["Homes"] * 3 + ["", "Lamps", "Lamps"]


@pytest.mark.parametrize(("rows", "why"), [
    (["Care,Homes,101,", ",Homes,102,101", "Roads,Homes,103,101", ",Homes,104,101", "Care,Homes,105,101",
      ",Homes,106,101"], "a value comes again"),
    ([",Homes,101,", "Care,Homes,102,101", ",Homes,103,101", "Roads,Homes,104,101", ",Homes,105,101"],
     "the first row is blank"),
    (["Care,Homes,101,", "Roads,Homes,102,101", ",Homes,103,101", "Parks,Homes,104,101", ",Homes,105,101"],
     "more than half are filled"),
    (["Care,Homes,101,", ",Homes,102,101", "Roads,Homes,103,101"], "three rows")],
    ids=lambda value: value if isinstance(value, str) else "")
def test_a_column_with_gaps_is_left_as_it_is(tmp_path, rows, why):
    intake = read(tmp_path, *rows)
    assert codes(intake) == set(), why
    assert units(intake) == [row.partition(",")[0] for row in rows], why


def test_a_column_with_one_value_is_asked_about(tmp_path):
    intake = read(tmp_path, "Care,Homes,101,", ",Homes,102,101", ",Homes,103,101", ",Homes,104,101")
    assert codes(intake) == {"group_asked"}
    assert units(intake) == ["Care", "", "", ""]


def test_blank_cells_take_the_value_above_unless_a_group_ended_between():
    values = np.array(["", "a", "", "", "b", ""], dtype=object)
    filled = values != ""
    carried, n = _carry(values, filled, np.array([0, 0, 0, 1, 0, 0], dtype=bool))
    assert carried.tolist() == ["", "a", "a", "", "b", "b"]
    assert n == 2
    assert values.tolist() == ["", "a", "", "", "b", ""]
