"""What is too small to show in its own right, on tables small enough for hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.suppression import (
    MARKER,
    Mask,
    count_columns,
    find_small,
    group_codes,
    hide,
    outcome_keys,
    threshold_of,
)
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import TOTAL, Count, Table

RULES = DisclosureSettings(threshold=5, equality_threshold=10)


def counts_by_grade(counts: list[int], **declared: object) -> Table:
    """One row a grade, nobody's outcome."""
    frame = pd.DataFrame({"grade": [f"G{at}" for at in range(len(counts))], "n": counts})
    return Table(frame, keys=("grade",), count="n", **declared)


def boxes(rows: list[tuple[str, str, int, int]], keys: tuple[str, ...] = ("grade", "box")) -> Table:
    frame = pd.DataFrame(rows, columns=["grade", "box", "n", "base"])
    return Table(frame, keys=keys, count="n", base="base", sums=("box",))


@pytest.mark.parametrize(("count", "is_hidden"), [(0, False), (1, True), (4, True), (5, False), (6, False)])
def test_counts_from_one_to_below_the_threshold_are_hidden_and_noughts_are_not(count, is_hidden):
    mask = find_small(counts_by_grade([count, 40]), RULES)
    assert mask.cells["n"].tolist() == [is_hidden, False]
    assert mask.rows.tolist() == [is_hidden, False]


def test_noughts_are_hidden_where_the_settings_do_not_show_them():
    mask = find_small(counts_by_grade([0, 40]), RULES.model_copy(update={"show_zeros": False}))
    assert mask.cells["n"].tolist() == [True, False]


def test_a_base_of_nought_is_no_count_to_be_hidden():
    table = boxes([("G1", "1", 0, 0), ("G1", "2", 0, 0)])
    mask = find_small(table, RULES.model_copy(update={"show_zeros": False}))
    assert mask.cells["base"].tolist() == [False, False]


@pytest.mark.parametrize(("equality", "expected"), [(10, 10), (3, 5)])
def test_the_higher_of_both_thresholds_holds_for_protected_characteristics(equality, expected):
    rules = DisclosureSettings(threshold=5, equality_threshold=equality)
    assert threshold_of(counts_by_grade([9], protected=("grade",)), rules) == expected
    assert threshold_of(counts_by_grade([9]), rules) == 5


def test_counts_on_a_small_base_are_hidden_with_it():
    frame = pd.DataFrame({"grade": ["G1", "G2"], "n": [0, 7], "base": [4, 20]})
    mask = find_small(Table(frame, keys=("grade",), count="n", base="base"), RULES)
    assert mask.cells["base"].tolist() == [True, False]
    assert mask.cells["n"].tolist() == [True, False]


@pytest.mark.parametrize(("talked", "is_hidden"), [(100, False), (99, True), (96, True), (95, False), (94, False)])
def test_all_but_a_few_of_a_base_names_the_few(talked, is_hidden):
    frame = pd.DataFrame({"grade": ["G1"], "n_people": [100], "n_talked": [talked]})
    mask = find_small(Table(frame, keys=("grade",), count="n_people", parts=("n_talked",)), RULES)
    assert mask.cells["n_talked"].tolist() == [is_hidden]
    assert mask.cells["n_people"].tolist() == [False]


def test_a_column_that_is_not_part_of_another_is_not_held_against_it():
    frame = pd.DataFrame({"grade": ["G1", "G2"], "n_people": [100, 50], "n_talks": [99, 60]})
    mask = find_small(Table(frame, keys=("grade",), count="n_people"), RULES)
    assert not mask.cells["n_talks"].any()


def test_a_group_wholly_in_one_category_is_hidden_with_its_noughts():
    table = boxes([("G1", "1", 20, 20), ("G1", "2", 0, 20), ("G2", "1", 10, 20), ("G2", "2", 10, 20)])
    mask = find_small(table, RULES)
    assert mask.cells["n"].tolist() == [True, True, False, False]
    assert not mask.names.any()  # both boxes stand in each group, so a line tells nothing by being there


def test_a_group_of_nobody_is_in_no_category():
    mask = find_small(boxes([("G1", "1", 0, 0), ("G1", "2", 0, 0), ("G2", "1", 10, 20), ("G2", "2", 10, 20)]), RULES)
    assert not mask.cells["n"].any()


def test_one_category_for_everybody_tells_nothing_of_a_group():
    assert not find_small(boxes([("G1", "1", 20, 20), ("G2", "1", 30, 30)]), RULES).cells["n"].any()


def test_those_who_were_placed_and_are_all_in_one_box_are_hidden_beside_those_without_a_placement():
    """Of 30 people in G1 ten have no placement and the other twenty are in box 1."""
    table = boxes([("G1", "1", 20, 20), ("G1", "2", 0, 20), ("G1", "0", 10, 30),
                   ("G2", "1", 10, 20), ("G2", "2", 10, 20), ("G2", "0", 10, 30)])
    assert find_small(table, RULES).cells["n"].tolist() == [True, True, False, False, False, False]


def test_a_margin_is_no_category():
    table = boxes([("G1", "1", 20, 20), ("G1", TOTAL, 20, 20), ("G2", "2", 20, 20), ("G2", TOTAL, 20, 20)])
    assert find_small(table, RULES).cells["n"].tolist() == [True, False, True, False]


def test_where_a_table_lists_only_what_occurs_the_category_itself_is_not_named():
    table = boxes([("G1", "1", 20, 20), ("G2", "1", 10, 20), ("G2", "2", 10, 20)])
    assert find_small(table, RULES).names.tolist() == [True, False, False]


def test_the_declared_count_comes_first_the_base_last_and_things_do_not_count():
    frame = pd.DataFrame({"grade": ["G1"], "base": [9], "n_extra": [3], "n": [7], "n_met": [2], "n_text": ["x"],
                          "part": [4], "told": [1]})
    table = Table(frame, keys=("grade",), count="n", base="base", parts=("part",), things=("n_met",),
                  counts={"n": Count("posts"), "told": Count("posts")})
    assert count_columns(table) == ["n", "part", "told", "n_extra", "base"]


def test_outcomes_are_keys_summed_over_that_say_what_people_got():
    frame = pd.DataFrame({"directorate": ["A"], "grade": ["G"], "box": ["1"], "religion": ["x"], "n": [9]})
    table = Table(frame, keys=("directorate", "grade", "box", "religion"), count="n",
                  sums=("directorate", "grade", "box", "religion"), protected=("religion",))
    assert outcome_keys(table) == ["box"]


def shares() -> Table:
    frame = pd.DataFrame({"grade": ["G1", "G2"], "box": ["1", "1"], "box_name": ["Top", "Top"], "n": [4, 10],
                          "n_other": [6, 9], "base": [20, 20], "share": [0.2, 0.5], "lower": [0.1, 0.3],
                          "mean": [2.0, 2.5], "is_open": [True, False]})
    return Table(frame, keys=("grade", "box"), count="n", base="base", sums=("box",))


def masked(**cells: list[bool]) -> Mask:
    return Mask({name: np.array(cells.get(name, [False, False])) for name in ("n", "n_other", "base")},
                np.array(cells.get("names", [False, False])))


def test_with_a_count_go_its_share_and_range_and_all_that_may_be_computed_from_it():
    shown = hide(shares(), masked(n=[True, False]), "[c]")
    assert shown["n"].isna().tolist() == [True, False]
    for column in ("share", "lower", "mean", "is_open"):
        assert shown[column].isna().tolist() == [True, False], column
    assert shown["n_other"].tolist() == [6, 9]
    assert shown["base"].tolist() == [20, 20]
    assert shown["box_name"].tolist() == ["Top", "Top"]
    assert shown[MARKER].tolist() == ["[c]", ""]


def test_a_share_of_one_count_stays_where_another_count_is_hidden_but_a_mean_does_not():
    shown = hide(shares(), masked(n_other=[True, False]), "[c]")
    assert shown["share"].tolist() == [0.2, 0.5]
    assert shown["lower"].tolist() == [0.1, 0.3]
    assert shown["mean"].isna().tolist() == [True, False]


def test_a_share_goes_with_its_base():
    assert hide(shares(), masked(base=[True, False]), "[c]")["share"].isna().tolist() == [True, False]


def test_an_outcome_that_may_not_be_named_goes_with_its_label_and_the_group_stays():
    shown = hide(shares(), masked(names=[True, False]), "[c]")
    assert shown["box"].isna().tolist() == [True, False]
    assert shown["box_name"].isna().tolist() == [True, False]
    assert shown["grade"].tolist() == ["G1", "G2"]
    assert shown[MARKER].tolist() == ["[c]", ""]


def test_hiding_leaves_the_table_as_it_was():
    table = shares()
    before = table.frame.copy()
    hide(table, masked(n=[True, True]), "[c]")
    pd.testing.assert_frame_equal(table.frame, before)


def test_rows_without_a_group_are_a_group_of_their_own():
    frame = pd.DataFrame({"grade": ["G1", None, "G1", None]})
    assert group_codes(frame, ["grade"]).tolist() == [0, 1, 0, 1]
    assert group_codes(frame, []).tolist() == [0, 0, 0, 0]


def test_a_small_part_of_a_large_whole_is_hidden_too():
    frame = pd.DataFrame({"grade": ["G1", "G2"], "n_people": [100, 3], "n_talked": [3, 0]})
    mask = find_small(Table(frame, keys=("grade",), count="n_people", parts=("n_talked",)), RULES)
    assert mask.cells["n_talked"].tolist() == [True, True]
    assert mask.cells["n_people"].tolist() == [False, True]


def test_the_base_is_last_wherever_else_it_is_declared():
    frame = pd.DataFrame({"grade": ["G1"], "base": [9], "n": [7], "n_more": [1]})
    table = Table(frame, keys=("grade",), count="n", base="base", counts={"base": Count("posts"), "n": Count("posts")})
    assert count_columns(table) == ["n", "n_more", "base"]


def test_what_is_hidden_further_is_hidden_beside_what_was():
    mask = masked(n=[True, False]).with_hidden("n", np.array([False, True]))
    assert mask.cells["n"].tolist() == [True, True]
    assert masked(n=[True, False]).with_hidden("base", np.array([False, True])).rows.tolist() == [True, True]


def test_the_count_that_a_share_is_of_is_found_by_its_values_whichever_column_it_is():
    frame = shares().frame.assign(n_other=[8, 15], share=[0.4, 0.75])
    table = Table(frame, keys=("grade", "box"), count="n", base="base", sums=("box",))
    assert hide(table, masked(n=[True, False]), "[c]")["share"].tolist() == [0.4, 0.75]
    assert hide(table, masked(n_other=[True, False]), "[c]")["share"].isna().tolist() == [True, False]


def test_a_share_of_nobody_says_nothing_about_which_count_it_is_of():
    frame = shares().frame.assign(n=[0, 10], n_other=[0, 9], base=[0, 20], share=[0.0, 0.5])
    table = Table(frame, keys=("grade", "box"), count="n", base="base", sums=("box",))
    assert hide(table, masked(n_other=[False, True]), "[c]")["share"].tolist() == [0.0, 0.5]
