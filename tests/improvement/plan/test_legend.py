"""The key of a tracker is read wherever it stands, and a label explained in two ways means nothing."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.improvement.plan.legend import find_vocabulary, is_key_row
from my121_analytics.ingest.files.exports import SourceSheet


def sheet_of(*rows):
    width = max(map(len, rows))
    columns = tuple(np.array([[*row, *[""] * width][j] for row in rows], dtype=object) for j in range(width))
    return SourceSheet("plan.xlsx", "Key", columns)


def legend_of(*rows, own=None):
    return find_vocabulary([sheet_of(*rows)], own or {})


@pytest.mark.parametrize("rows", [
    [["RAG", "Meaning"], ["Blue", "Complete"], ["Red", "Overdue"]],
    [["Blue", "Complete"], ["Red", "Overdue"]],
    [["Key: Blue = complete; Red = overdue"]],
    [["BRAG key: Blue - complete; Amber - on track; Red - overdue"]]])
def test_a_key_is_read_from_rows_of_two_or_from_one_cell(rows):
    vocabulary = legend_of(*rows)
    assert vocabulary.legend["blue"] == "done"
    assert vocabulary.legend["red"] == "behind"


def test_codes_count_below_the_heading_of_a_key_only():
    assert "p" not in legend_of(["P", "In progress"]).legend
    assert legend_of(["Code", "Meaning"], ["P", "In progress"]).legend["p"] == "started"


def test_a_label_that_is_explained_twice_in_ways_that_differ_means_nothing():
    assert legend_of(["Blue", "Complete"], ["Blue", "Not started"]).legend["blue"] == ""
    assert legend_of(["Blue", "Complete"], ["Blue", "Completed"]).legend["blue"] == "done"


def test_the_settings_words_are_kept_as_plain_words():
    assert find_vocabulary([], {"All-done!": "done"}).own == {"all done": "done"}


def test_rows_of_a_key_below_a_table_hold_no_action():
    vocabulary = legend_of(["RAG", "Meaning"], ["Blue", "Complete"])
    assert is_key_row(["Blue", "Complete", ""], vocabulary)
    assert is_key_row(["RAG", "", "Meaning"], vocabulary)
    assert not is_key_row(["Blue", "Paint the hall"], vocabulary)
    assert not is_key_row(["1", "Coach managers", "12 months"], vocabulary)
