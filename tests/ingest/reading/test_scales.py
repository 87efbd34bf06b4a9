"""What a column of ratings says about its scale, on columns small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.framework.nine_box import build_framework
from my121_analytics.ingest.reading.ratings import Scale, build_scales
from my121_analytics.ingest.reading.scales import (
    ScaleFit,
    _count_turned,
    _is_rule,
    _is_turned,
    _listed,
    _one_to_one,
    _weigh,
)
from my121_analytics.settings import Settings


@pytest.fixture(scope="module")
def scale() -> Scale:
    return build_scales(build_framework(Settings()), Settings())["performance"]


def weigh(scale: Scale, **cells: int) -> ScaleFit:
    texts = np.array(list(cells), dtype=object)
    return _weigh(texts, np.array(list(cells.values())), scale.parse(texts), scale)


def test_codes_of_the_scale_are_on_it_and_others_off_it(scale):
    found = weigh(scale, **{"1": 20, "2": 30, "3": 9, "4": 5, "2.5": 2, "": 4, "N/A": 3})
    assert found.off_scale == {"4": 5, "2.5": 2}
    assert found.n == 66
    assert found.n_labels == 0


@pytest.mark.parametrize(("text", "is_off"), [("2 of 3", False), ("2 of 5", True), ("3/3", False), ("3/5", True),
                                              ("Level 2", False), ("Level 4", True)])
def test_a_code_with_its_total_is_off_the_scale_where_the_total_is_above_it(scale, text, is_off):
    assert (text in weigh(scale, **{text: 10, "1": 5}).off_scale) is is_off


def test_texts_that_no_cell_holds_say_nothing(scale):
    assert weigh(scale, **{"1": 3, "7": 0}).off_scale == {}


def test_codes_that_stand_beside_another_levels_label_are_counted(scale):
    """3 stands beside the lowest label in six cells and beside its own in five; 1 in two of twelve."""
    found = weigh(scale, **{"3 Partially meets": 6, "3 Exceeds": 5, "1 Exceeds": 2, "1 Partially meets": 10,
                             "Meets": 4})
    assert found.contradicting == {"3 Partially meets": 6, "1 Exceeds": 2}
    assert found.n_turned == 1
    assert (found.n_labels, found.n) == (27, 27)


def test_as_many_right_as_wrong_is_not_turned(scale):
    assert weigh(scale, **{"3 Partially meets": 5, "3 Exceeds": 5}).n_turned == 0


@pytest.mark.parametrize(("cells", "foreign"), [
    ({"Meets": 95, "Good": 5}, {"Good": 5}), ({"Meets": 996, "Good": 4}, {}), ({"Meets": 396, "Good": 4}, {"Good": 4}),
    ({"Meets": 400, "Good": 4}, {}), ({"Meets": 999, "Outstanding": 1}, {"Outstanding": 1})],
    ids=["five cells", "four of a thousand", "one in a hundred", "fewer", "an end of another scale"])
def test_words_of_another_scale_are_no_slips_from_five_cells_or_one_in_a_hundred_on(scale, cells, foreign):
    assert weigh(scale, **cells).foreign == foreign


@pytest.mark.parametrize(("cells", "foreign"), [
    ({"Meets": 8, "Zebra": 2}, {"Zebra": 2}), ({"Meets": 9, "Zebra": 2}, {}),
    ({"Meets": 2, "Zebra": 1, "Koala": 1}, {}),
    ({"Meets": 90, "A": 1, "B": 1}, {"A": 1, "B": 1}), ({"Meets": 90, "A": 9}, {})],
    ids=["one in five", "fewer", "each once", "two grades", "one grade"])
def test_words_of_no_scale_are_no_slips_where_they_recur_in_one_cell_of_five(scale, cells, foreign):
    assert weigh(scale, **cells).foreign == foreign


@pytest.mark.parametrize(("n_turned", "n_wrong", "n", "is_rule"), [
    (0, 50, 100, True), (0, 49, 100, False), (2, 10, 100, True), (2, 9, 100, False), (1, 49, 100, False),
    (3, 1, 1, False), (0, 2, 4, True), (0, 1, 2, False)])
def test_codes_beside_other_labels_are_a_rule_in_half_of_the_rows_or_by_two_codes_in_one_of_ten(
        n_turned, n_wrong, n, is_rule):
    assert _is_rule(n_turned, n_wrong, n) is is_rule


def test_a_code_is_turned_where_more_than_half_of_its_rows_are_wrong():
    """Code 1 is wrong in 2 of 3 rows, code 2 in 1 of 2, code 3 in none of 2."""
    codes = np.array([1, 1, 1, 2, 2, 3, 3])
    wrong = np.array([1, 1, 0, 1, 0, 0, 0], dtype=bool)
    assert _count_turned(codes, wrong) == 1


@pytest.mark.parametrize(("codes", "levels", "expected"), [
    ([1, 2, 3, 1], [3, 2, 1, 3], True), ([1, 2, 1], [3, 2, 2], False), ([1, 2, 3], [1, 1, 2], False),
    ([1, 1], [2, 2], False)])
def test_codes_and_levels_are_one_to_one_where_each_stands_for_one_of_the_other_and_there_are_two(
        codes, levels, expected):
    assert _one_to_one(np.array(codes), np.array(levels)) is expected


@pytest.mark.parametrize(("levels", "meant", "expected"), [
    ([1, 2, 3, 1, 3], [3, 2, 1, 3, 1], True), ([1, 2, 3], [1, 2, 3], False), ([2, 2, 2], [2, 2, 2], False),
    ([1] * 5, [3, 3, 3, 3, 1], False), ([1] * 6, [3, 3, 3, 3, 3, 1], True), ([], [], False)],
    ids=["opposite", "same", "all in the middle", "four of five", "five of six", "none"])
def test_ratings_are_turned_where_more_than_four_of_five_are_the_opposite_of_the_boxes(levels, meant, expected):
    assert _is_turned(np.array(levels, dtype=int), np.array(meant, dtype=int), 3) is expected


def test_values_are_listed_by_their_number_with_how_many_cells_and_the_rest_is_counted():
    assert _listed({"10": 2, "4": 1_200, "Good": 3, "9": 0}) == "4 (1,200), 9, 10 (2), Good (3)"
    many = _listed({str(number): 1 for number in range(1, 16)})
    assert many.endswith("12 (1) and 3 other values")
    assert "13" not in many
    assert not _listed({str(number): 1 for number in range(1, 13)}).endswith("values")
