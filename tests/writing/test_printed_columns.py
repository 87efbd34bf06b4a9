"""Tables stand on the fewest sheets of paper, legibly, with the names on each."""

from __future__ import annotations

import pytest

from my121_analytics.writing.printed_columns import PADDING, PAPER, count_repeated, divide_columns, narrow_columns


def paper_of(widths, n_repeated):
    return [sum(widths[place] + PADDING for place in sheet) for sheet in divide_columns(widths, n_repeated)]


def test_columns_that_fit_stand_on_one_sheet():
    assert divide_columns([100, 60, 40], 1) == [[0, 1, 2]]
    assert narrow_columns([100, 60, 40], [10, 10, 10], 1) == [100, 60, 40]


def test_each_further_sheet_begins_with_the_first_columns():
    assert divide_columns([20, 30, 80, 70, 80, 40], 2) == [[0, 1, 2, 3], [0, 1, 4, 5]]
    assert divide_columns([100, 100, 100], 0) == [[0, 1], [2]]


def test_first_columns_that_take_more_than_half_of_a_sheet_are_not_repeated():
    assert count_repeated([60, 50, 40], 2) == 1
    assert count_repeated([110, 10], 1) == 0
    assert count_repeated([30, 30], 5) == 2


def test_words_wrap_as_little_as_will_do_for_one_sheet():
    narrowed = narrow_columns([62, 50, 50, 20, 30], [36, 18, 18, 20, 30], 1)
    assert paper_of(narrowed, 1)[0] == pytest.approx(PAPER, abs=0.01)
    assert len(paper_of(narrowed, 1)) == 1
    assert narrowed[3:] == [20, 30]
    assert all(low <= width for low, width in zip([36, 18, 18], narrowed, strict=False))


def test_words_wrap_where_that_saves_one_sheet_of_several():
    best, least = [20, *[60] * 8], [20, *[40] * 8]
    assert len(divide_columns(best, 1)) == 3
    narrowed = narrow_columns(best, least, 1)
    assert len(divide_columns(narrowed, 1)) == 2
    assert max(paper_of(narrowed, 1)) <= PAPER
    assert min(narrowed[1:]) > 40, "no narrower than the paper asks for"


def test_what_wrapping_cannot_save_keeps_its_widths():
    assert narrow_columns([62, 50, 200], [36, 40, 200], 1) == [62, 50, 200]


def test_a_column_wider_than_a_sheet_stands_alone():
    assert divide_columns([300, 20], 0) == [[0], [1]]
