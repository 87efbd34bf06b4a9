"""Ratings as counts: nothing is lost, and thresholds stand between categories that occur."""

from __future__ import annotations

import numpy as np

from my121_analytics.inference.rating_counts import count_cells, ladders_rise

RATER = np.array([0, 0, 1, 1, 1, 2])
PATTERN = np.array([0, 0, 0, 1, 1, 1])
CATEGORY = np.array([2, 2, 0, 1, 1, 2])


def test_every_rating_is_in_one_cell():
    counted = count_cells(RATER, PATTERN, CATEGORY, None, n_raters=3, n_patterns=2, labels=(1, 2, 3),
                          keep_column=True)
    assert counted.counts.sum() == 6
    assert counted.ratings.tolist() == [2, 3, 1]
    table = counted.counts.toarray()
    for rater, column in zip(RATER, counted.column, strict=True):
        assert table[rater, column] > 0
    assert counted.cells.pattern[counted.column].tolist() == PATTERN.tolist()


def test_thresholds_stand_between_categories_that_occur():
    counted = count_cells(RATER, PATTERN, CATEGORY, None, n_raters=3, n_patterns=2, labels=(1, 2, 3))
    assert counted.thresholds == ("1|2", "2|3")
    gap = count_cells(RATER, PATTERN, np.where(CATEGORY == 1, 0, CATEGORY), None, n_raters=3, n_patterns=2,
                      labels=(1, 2, 3))
    assert gap.thresholds == ("1|3",)


def test_an_occasion_has_thresholds_of_its_own_and_skips_what_was_not_given_there():
    occasion = np.array([0, 0, 0, 1, 1, 1])
    counted = count_cells(RATER, PATTERN, CATEGORY, None, n_raters=3, n_patterns=2, labels=(1, 2, 3),
                          occasion=occasion, occasions=("H1", "H2"))
    assert counted.thresholds == ("H1: 1|3", "H2: 2|3")
    assert counted.ladders.tolist() == [0, 1, 2]
    assert counted.by_occasion(2).tolist() == [[3, 0], [0, 3]]


def test_fractions_of_ratings_add_up():
    n = np.array([.5, .5, 1, 2, 1, 3])
    counted = count_cells(RATER, PATTERN, CATEGORY, n, n_raters=3, n_patterns=2, labels=(1, 2, 3))
    assert counted.ratings.tolist() == [1, 4, 3]


def test_raters_with_the_same_counts_are_found_and_others_kept_apart():
    rng = np.random.default_rng(0)
    kinds = np.array([[3, 1, 0], [0, 2, 2], [3, 1, 0]])
    rows = [(rater, category) for rater in range(300) for category in range(3)
            for _ in range(kinds[rater % 3][category])]
    rater, category = np.array(rows).T
    order = rng.permutation(len(rater))
    counted = count_cells(rater[order], np.zeros_like(rater), category[order], None, n_raters=300, n_patterns=1,
                          labels=(1, 2, 3))
    first, kind, alike = counted.find_alike()
    assert len(first) == 2
    assert sorted(alike) == [100, 200]
    table = counted.counts.toarray()
    np.testing.assert_array_equal(table[first][kind], table)


def test_a_ladder_that_does_not_rise_is_seen_and_the_step_between_ladders_is_no_fault():
    ladders = np.array([0, 2, 4])
    assert ladders_rise(np.array([-1.0, 1.0, -2.0, 0.0]), ladders)
    assert not ladders_rise(np.array([-1.0, -1.0, -2.0, 0.0]), ladders)
