"""Tables of our own are found again by their headings, wherever people have moved them."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.improvement.returned_tables import find_own_table
from my121_analytics.ingest.files.exports import SourceSheet

HEADINGS = {"action_id": "Reference", "status": "Status now", "note": "Your words"}


def sheet_of(rows, name="Tracker"):
    columns = tuple(np.array(column, dtype=object) for column in zip(*rows, strict=True))
    return SourceSheet("back.xlsx", name, columns)


def found_in(rows, required=("action_id", "status")):
    return find_own_table([sheet_of(rows)], HEADINGS, required)


def test_rows_below_the_headings_are_given_by_field_with_their_place():
    rows = found_in([["Plan of 2014", "", ""], ["Reference", "Status now", "Your words"], ["1", "done", " well "],
                     ["", "", ""], ["2", "late", ""]])
    assert [(row.file, row.sheet, row.row) for row in rows] == [("back.xlsx", "Tracker", n) for n in (3, 5)]
    assert rows[0].cells == {"action_id": "1", "status": "done", "note": "well"}


@pytest.mark.parametrize("headings", [["action_id", "status", "other"], ["REFERENCE", "Status now [note 2]", ""],
                                      ["Reference:", "status-now", "x"]])
def test_a_heading_is_known_by_its_words_or_its_field_and_a_note_beside_it_does_not_matter(headings):
    assert found_in([headings, ["1", "done", "x"]])[0].cells["status"] == "done"


def test_columns_in_another_order_and_the_first_of_two_alike():
    rows = found_in([["Status now", "Reference", "Reference"], ["done", "1", "9"]])
    assert rows[0].cells == {"status": "done", "action_id": "1"}


def test_without_a_required_column_there_is_no_table():
    assert found_in([["Reference", "Your words", "x"], ["1", "a", "b"]]) is None
    assert find_own_table([], HEADINGS, ("action_id",)) is None


def test_the_table_of_the_first_sheet_that_has_one_is_read():
    sheets = [sheet_of([["Nothing"], ["here"]], "Cover"), sheet_of([["Reference"], ["1"]]),
              sheet_of([["Reference"], ["2"]], "Old")]
    assert [row.sheet for row in find_own_table(sheets, HEADINGS, ("action_id",))] == ["Tracker"]


@pytest.mark.parametrize(("cell", "text"), [("'=1+1", "=1+1"), ("'-5", "-5"), ("'quoted'", "'quoted'"), ("'", "'")])
def test_the_apostrophe_that_guards_a_formula_is_taken_off_and_no_other(cell, text):
    assert found_in([["Reference", "Status now"], ["1", cell]])[0].cells["status"] == text
