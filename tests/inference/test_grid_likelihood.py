"""Likelihoods on a grid against brute integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit

from my121_analytics.inference.grid_likelihood import gather_persons, tabulate_likelihood

THRESHOLDS = np.array([-1.0, 1.2])
NODES = np.linspace(-3, 3, 61)
RATER, PERSON = np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 2])
CATEGORY = np.array([2, 1, 0, 2, 2])


def chance(category: int, at: float) -> float:
    ends = np.concatenate([[-np.inf], THRESHOLDS, [np.inf]])
    return float(expit(ends[category + 1] - at) - expit(ends[category] - at))


def gather():
    pattern, n = np.zeros(5, dtype=np.int64), np.ones(5)
    return gather_persons(RATER, PERSON, pattern, CATEGORY, n, n_raters=2, n_categories=3)


def test_someone_rated_by_two_raters_is_two_spells():
    counts = gather()
    assert counts.rater.tolist() == [0, 0, 1, 1]
    assert counts.ratings.tolist() == [2, 1, 1, 1]


def test_without_lasting_levels_ratings_multiply():
    found = tabulate_likelihood(gather(), np.zeros(1), THRESHOLDS, NODES)
    expected = np.array([[np.log(np.prod([chance(c, u) for c in CATEGORY[r == RATER]])) for u in NODES]
                         for r in (0, 1)])
    np.testing.assert_allclose(found - found.max(axis=1, keepdims=True),
                               expected - expected.max(axis=1, keepdims=True), atol=1e-9)


def test_where_the_lowest_is_left_out_ratings_count_by_their_shares_of_the_rest():
    found = tabulate_likelihood(gather(), np.zeros(1), THRESHOLDS, NODES, above_lowest=True)[1]
    expected = [2 * np.log(chance(2, u) / (1 - chance(0, u))) for u in NODES]  # the second rater gave two of the top
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_a_lasting_level_is_integrated_out_once_per_person():
    sd = 0.8
    found = tabulate_likelihood(gather(), np.zeros(1), THRESHOLDS, NODES, sd)

    def person(categories, u):
        return quad(lambda a: np.exp(-(a / sd) ** 2 / 2) / (sd * np.sqrt(2 * np.pi))
                    * np.prod([chance(c, u + a) for c in categories]), -8 * sd, 8 * sd, epsabs=1e-12)[0]

    at = [10, 30, 50]
    expected = np.array([[np.log(person([2, 1], NODES[k]) * person([0], NODES[k])) for k in at],
                         [np.log(person([2], NODES[k]) ** 2) for k in at]])
    shown = found[:, at]
    # normal weights on nodes .1 apart, cut at 4.5 sd: 1e-4 of a rater's log-likelihood
    assert shown - shown[:, [1]] == pytest.approx(expected - expected[:, [1]], abs=2e-4)


def test_averaging_over_people_is_undone():
    from scipy.special import expit, logit

    from my121_analytics.inference.grid_likelihood import undo_averaging

    shown, points = np.array([-12.0, -1.7, 0.0, 0.4, 3.0]), np.random.default_rng(0).normal(size=400_000)
    assert undo_averaging(shown, 0.0) == pytest.approx(shown)
    found = undo_averaging(shown[1:], 1.3)
    assert logit(expit(found[:, None] + 1.3 * points).mean(axis=1)) == pytest.approx(shown[1:], abs=0.02)
    far = np.array([-300.0, -40.0, 0.0, 40.0, 300.0])  # of managers who gave one and the same rating throughout
    assert np.isfinite(undo_averaging(far, 4.0)).all()
    assert (undo_averaging(far, 4.0) == -undo_averaging(-far, 4.0)).all()
