"""Raters who use the scale widely or narrowly: thresholds moved, spreads weighed, effects averaged."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.inference.category_stretch import (
    LOG_STRETCHES,
    RATERS_FOR_STRETCH,
    StretchUse,
    average_over_stretch,
    stretch_thresholds,
    weigh_stretches,
)
from my121_analytics.inference.grid_likelihood import PersonCounts, gather_persons, tabulate_likelihood

NODES = np.linspace(-3, 3, 61)
THRESHOLDS = np.array([-2.0, 1.0])


def ratings(per_rater: list[list[int]]) -> PersonCounts:
    """Ratings 1, 2 and 3 by rater: how many of each, every one of another person."""
    rows = [(rater, level) for rater, team in enumerate(per_rater) for level, n in enumerate(team) for _ in range(n)]
    rater, category = (np.array(column, dtype=np.int64) for column in zip(*rows, strict=True))
    return gather_persons(rater, np.arange(len(rows)), np.zeros(len(rows), dtype=np.int64), category,
                          np.ones(len(rows)), n_raters=len(per_rater), n_categories=3)


def test_thresholds_are_moved_from_their_middle_by_the_factor():
    """Middle -.5: twice as far is -3.5 and 2.5."""
    assert stretch_thresholds(THRESHOLDS, np.log(2)) == pytest.approx([-3.5, 2.5])
    assert stretch_thresholds(THRESHOLDS, 0.0) == pytest.approx(THRESHOLDS)
    assert stretch_thresholds(THRESHOLDS, -np.log(2)) == pytest.approx([-1.25, 0.25])


def test_the_average_over_one_stretch_is_the_likelihood_at_it():
    counts = ratings([[2, 5, 3], [0, 10, 0]])
    weights = (np.arange(len(LOG_STRETCHES)) == 6).astype(float)
    found = average_over_stretch(counts, np.zeros(1), THRESHOLDS, NODES, 0.0, StretchUse(weights, 0.4))
    alone = tabulate_likelihood(counts, np.zeros(1), stretch_thresholds(THRESHOLDS, LOG_STRETCHES[6]), NODES, 0.0)
    assert found == pytest.approx(alone)


def test_the_average_over_two_stretches_is_that_of_their_likelihoods_by_weight():
    counts = ratings([[2, 5, 3]])
    weights = np.zeros(len(LOG_STRETCHES))
    weights[[2, 6]] = 0.25, 0.75
    found = average_over_stretch(counts, np.zeros(1), THRESHOLDS, NODES, 0.0, StretchUse(weights, 0.4))
    each = [np.exp(tabulate_likelihood(counts, np.zeros(1), stretch_thresholds(THRESHOLDS, LOG_STRETCHES[k]), NODES,
                                       0.0)) for k in (2, 6)]
    assert np.exp(found) == pytest.approx(0.25 * each[0] + 0.75 * each[1])


def test_wide_and_narrow_users_together_are_a_spread_and_alike_users_are_none():
    """Ten give everybody the middle and ten give nobody the middle; then twenty share out as the thresholds say."""
    apart = weigh_stretches(ratings([[0, 20, 0]] * 10 + [[10, 0, 10]] * 10), np.zeros(1), THRESHOLDS, 0.0, spread=0.5)
    alike = weigh_stretches(ratings([[2, 12, 6]] * 20), np.zeros(1), THRESHOLDS, 0.0, spread=0.5)
    assert apart.sd > 0.45
    assert alike.sd < 0.1
    assert apart.weights.sum() == pytest.approx(1)
    assert alike.weights[4] > 0.9
    assert apart.weights == pytest.approx(apart.weights[::-1])


def test_a_rater_of_one_rating_leaves_what_was_supposed_before():
    """One rater of one rating tells nothing: half for none, the rest over five spreads, .1 to .5."""
    use = weigh_stretches(ratings([[0, 1, 0]]), np.zeros(1), THRESHOLDS, 0.0, spread=0.5)
    assert use.sd == pytest.approx(np.sqrt(0.5 * np.mean(np.arange(0.1, 0.51, 0.1) ** 2)), abs=0.03)


def test_more_raters_than_needed_are_thinned_evenly():
    """Every second of twice as many raters: only those in even places are looked at."""
    two_kinds = [[2, 12, 6], [10, 0, 10]] * RATERS_FOR_STRETCH
    counts = ratings([[n // 2 for n in row] for row in two_kinds])
    use = weigh_stretches(counts, np.zeros(1), THRESHOLDS, 0.0, spread=0.5)
    even = weigh_stretches(ratings([[1, 6, 3]] * RATERS_FOR_STRETCH), np.zeros(1), THRESHOLDS, 0.0, spread=0.5)
    assert use.weights == pytest.approx(even.weights)
    assert counts.n_raters == 2 * RATERS_FOR_STRETCH


def test_two_categories_have_nothing_to_stretch():
    use = weigh_stretches(ratings([[5, 5, 0]]), np.zeros(1), np.array([0.0]), 0.0, spread=0.5)
    assert use.sd == 0
    assert use.weights.tolist() == (LOG_STRETCHES == 0).astype(float).tolist()


def test_stretches_tried_reach_from_less_than_half_to_more_than_twice_and_hold_none_at_all():
    assert np.exp(LOG_STRETCHES[[0, 4, -1]]) == pytest.approx([0.449, 1.0, 2.226], abs=0.001)
