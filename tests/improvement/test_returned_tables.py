"""Known answers of reading back a table that this product wrote and people have moved about."""

from __future__ import annotations

import numpy as np

from my121_analytics.improvement.returned_tables import OwnRow, find_own_table
from my121_analytics.ingest.files.exports import SourceSheet

HEADINGS = {"action_id": "Ref", "progress": "Progress", "completed_on": "Completed on"}


def sheet(rows: list[list[str]], name: str = "Tracker") -> SourceSheet:
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return SourceSheet("tracker.xlsx", name,
                       tuple(np.array(column, dtype=object) for column in zip(*padded, strict=True)))


def test_rows_are_found_by_headings_wherever_the_columns_stand() -> None:
    moved = sheet([["Our tracker"], [""], ["Notes", "PROGRESS [note 3]", "Ref"], ["x", " started ", "A1"], ["", "", ""],
                   ["", "", "A2"]])
    assert find_own_table([sheet([["Cover"]], "Cover"), moved], HEADINGS, {"action_id"}) == [
        OwnRow("tracker.xlsx", "Tracker", 4, {"progress": "started", "action_id": "A1"}),
        OwnRow("tracker.xlsx", "Tracker", 6, {"progress": "", "action_id": "A2"})]


def test_a_fields_own_name_is_understood_and_of_two_columns_of_one_name_the_first_counts() -> None:
    (row,) = find_own_table([sheet([["action_id", "Ref"], ["A1", "A9"]])], HEADINGS, {"action_id"}) or []
    assert row.cells == {"action_id": "A1"}


def test_the_apostrophe_that_keeps_text_from_being_a_formula_is_taken_off() -> None:
    rows = find_own_table([sheet([["Ref", "Progress"], ["A1", "'=done"], ["A2", "'twas done"]])], HEADINGS,
                          {"action_id"})
    assert rows is not None
    assert [row.cells["progress"] for row in rows] == ["=done", "'twas done"]


def test_without_a_required_column_there_is_no_table_and_without_rows_an_empty_one() -> None:
    lacking = sheet([["Ref", "Completed on"], ["A1", "2024-01-31"]])
    assert find_own_table([lacking], HEADINGS, {"action_id", "progress"}) is None
    assert find_own_table([], HEADINGS, {"action_id"}) is None
    assert find_own_table([sheet([["Ref", "Progress"]])], HEADINGS, {"action_id", "progress"}) == []
