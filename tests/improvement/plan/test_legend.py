"""Known answers of the key of a tracker: which words it explains, and where it may stand."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.improvement.plan.action_progress import BEHIND, DONE, NOT_STARTED, STARTED
from my121_analytics.improvement.plan.legend import find_vocabulary, is_key_row
from my121_analytics.ingest.files.exports import SourceSheet

ACTIONS = [["Ref", "Action", "Lead", "Target date", "RAG"], ["1", "Write a policy", "HR", "June 2024", "G"],
           ["2", "Train managers", "HR", "July 2024", "R"]]
KEY = [["RAG", "Meaning"], ["Blue", "Complete"], ["Green", "On track"], ["Red", "Off track"],
       ["Grey", "Not started"]]


def sheet(rows: list[list[str]], name: str = "Plan") -> SourceSheet:
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    return SourceSheet("plan.xlsx", name, tuple(np.array(column, dtype=object) for column in zip(*padded, strict=True)))


@pytest.mark.parametrize("sheets", [
    [sheet(ACTIONS), sheet(KEY, "Key")], [sheet([*KEY, [""], *ACTIONS])], [sheet([*ACTIONS, [""], *KEY])]],
    ids=["on a sheet of its own", "above the actions", "below the actions"])
def test_a_key_is_read_wherever_it_stands_outside_the_actions(sheets: list[SourceSheet]) -> None:
    vocabulary = find_vocabulary(sheets, {})
    assert vocabulary.legend == {"blue": DONE, "green": STARTED, "red": BEHIND, "grey": NOT_STARTED}
    assert vocabulary.meanings["green"] == "On track"


def test_a_key_in_one_cell_is_read() -> None:
    line = [["RAG key: Green = complete; Amber = on track; Red = off track"]]
    assert find_vocabulary([sheet([*line, *ACTIONS])], {}).legend == {
        "green": DONE, "amber": STARTED, "red": BEHIND}


def test_a_sentence_with_a_colour_is_no_key() -> None:
    assert find_vocabulary([sheet([["Papers on green spaces: see the annex"], *ACTIONS])], {}).legend == {}


def test_a_label_explained_in_two_ways_has_no_meaning_and_one_explained_twice_alike_keeps_it() -> None:
    both = find_vocabulary([sheet(KEY, "Key"), sheet([["RAG", "Meaning"], ["Green", "Complete"], ["Red", "Behind"]],
                                                     "Old key")], {})
    assert both.legend["green"] == ""
    assert both.legend["red"] == BEHIND


def test_a_meaning_that_is_not_understood_is_kept_in_words_and_says_nothing() -> None:
    vocabulary = find_vocabulary([sheet([["RAG", "Meaning"], ["Purple", "See the minutes"]])], {})
    assert vocabulary.legend == {"purple": ""}
    assert vocabulary.meanings == {"purple": "See the minutes"}


def test_words_of_the_settings_are_kept_beside_the_key() -> None:
    assert find_vocabulary([sheet(KEY)], {"In hand": STARTED}).own == {"in hand": STARTED}


def test_a_row_of_the_key_is_told_from_an_action() -> None:
    vocabulary = find_vocabulary([sheet(KEY)], {})
    assert is_key_row(["", "RAG", "", "Meaning"], vocabulary)
    assert is_key_row(["Blue", "Complete"], vocabulary)
    assert is_key_row(["Key: Green = complete; Amber = on track; Red = off track"], vocabulary)
    assert not is_key_row(["Blue", "Paint the door"], vocabulary)
    assert not is_key_row(["1", "Blue", "Complete"], vocabulary)
    assert not is_key_row(["A note at the foot"], vocabulary)
    assert not is_key_row(["", ""], vocabulary)
