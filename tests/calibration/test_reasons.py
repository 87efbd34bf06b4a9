"""Each reason at its threshold: who is asked about, and who just not."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from my121_analytics.calibration.reasons import REASONS, CycleRecord, say_months
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import Settings

ASK = {reason.code: reason for reason in REASONS}


def record(**columns: list) -> CycleRecord:
    """Rows of people A, B, C ... in post, with levels 2 and 2 in box 5 unless said otherwise."""
    n = max(map(len, columns.values()))
    rows = pd.DataFrame({"employee_id": [chr(65 + i) for i in range(n)], "has_placement": True, "is_key": "False",
                         "level_performance": 2, "level_potential": 2, "box": pd.array([5] * n, dtype="Int64"),
                         "performance": pd.array([2] * n, dtype="Int64"),
                         "potential": pd.array([2] * n, dtype="Int64"), "derived": False,
                         "tenure_months": pd.array([30] * n, dtype="Int64"),
                         "months_in_box": pd.array([6] * n, dtype="Int64")})
    for name, values in columns.items():
        rows[name] = pd.array(values, dtype="Int64") if name in rows and rows[name].dtype == "Int64" else values
    return CycleRecord(rows, build_framework(Settings()), Settings(), "2023/24 H2", "2024/25 H1")


def asked(code: str, **columns: list) -> str:
    """Give the letters of the people whom a reason asks about."""
    found = record(**columns)
    return "".join(found.rows.loc[ASK[code].ask(found).index, "employee_id"])


def test_objectives_and_rating_that_do_not_go_together_from_three_objectives_on():
    assert asked("objectives_apart", level_performance=[1, 1, 1, 3, 3, 3, 2], n_set=[3, 2, 4, 4, 4, 2, 4],
                 n_met=[3, 2, 3, 1, 2, 0, 0]) == "AD"


def test_own_and_managers_placement_two_steps_apart_or_crossed():
    assert asked("self_apart", level_performance=[3, 3, 1, 2, 3], level_potential=[2, 2, 2, 2, 0],
                 self_performance=[1, 2, 2, 2, 0], self_potential=[2, 2, 1, 2, 3]) == "AC"


def test_a_move_of_two_steps_and_no_less_and_none_where_one_of_the_two_is_missing():
    assert asked("moved_far", level_performance=[3, 2, 3], level_potential=[2, 3, 2], before_performance=[1, 1, None],
                 before_potential=[2, 2, 2]) == "A"


def test_two_posts_of_one_person_rated_differently():
    assert asked("posts_apart", employee_id=["A", "A", "B", "B", "C"], level_performance=[1, 2, 3, 3, 1]) == "AA"


def test_a_rating_that_contradicts_the_box_unless_it_was_derived_from_it():
    assert asked("rating_and_box", box=[5, 5, 5], performance=[2, 3, 3], derived=[False, False, True]) == "B"


def test_the_box_for_new_starters_and_the_lowest_box_by_time_in_post():
    assert asked("box3_long", box=[3, 3, 5], tenure_months=[12, 11, 40]) == "A"
    assert asked("starter_lowest", box=[9, 9, 5], tenure_months=[5, 6, 1]) == "A"


def test_the_middle_box_is_asked_about_from_two_years_on_and_only_where_the_settings_ask():
    columns = {"box": [5, 5, 8], "months_in_box": [24, 23, 40]}
    assert asked("centre_box", **columns) == ""
    settings = Settings.model_validate({"pack": {"ask_centre_box": True}})
    found = ASK["centre_box"].ask(replace(record(**columns), settings=settings))
    assert list(found.index) == [0]


def test_posts_without_placement_successor_or_conversation():
    columns = {"has_placement": [False, False, True], "is_key": ["False", "True", "True"],
               "has_successor": [False, False, True], "n_conversations": [0, 0, 0]}
    assert asked("no_placement", **columns) == "A"
    assert asked("key_post_unplaced", **columns) == "B"
    assert asked("key_post_no_successor", **columns) == "B"
    assert asked("no_conversation", **columns) == "C"


def test_placed_in_four_cycles_with_a_meeting_and_discussed_in_none():
    assert asked("never_discussed", n_agreed=[0, 0, 1], n_cycles=[4, 3, 6]) == "A"


def test_what_the_record_does_not_hold_cannot_be_checked():
    checked = {reason.code for reason in REASONS if reason.can_be_checked(record(is_key=["False"]))}
    assert "self_apart" not in checked
    assert "no_placement" in checked


@pytest.mark.parametrize(("months", "text"), [(0, "less than a month"), (1, "one month"), (23, "23 months"),
                                              (24, "2 years"), (37, "3 years")])
def test_months_in_words(months, text):
    assert say_months(months) == text
