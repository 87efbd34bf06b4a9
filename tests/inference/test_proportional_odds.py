"""Proportional odds against closed forms and the mixed model without spread."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.inference.cumulative_link import fit_cumulative_link
from my121_analytics.inference.proportional_odds import fit_proportional_odds


def test_with_two_categories_it_is_the_odds_ratio_of_the_table():
    a, b, c, d = 30, 20, 15, 35  # with and without, in the group and in the reference
    category = np.repeat([1, 0, 1, 0], [a, b, c, d])
    group = np.repeat([1.0, 1.0, 0.0, 0.0], [a, b, c, d])[:, None]
    fit = fit_proportional_odds(category, group)
    assert fit.estimate[0] == pytest.approx(np.log(a * d / (b * c)), abs=1e-6)
    assert fit.se[0] == pytest.approx(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d), abs=1e-5)  # Woolf (1955)


def test_it_agrees_with_the_mixed_model_where_raters_do_not_differ():
    """Ratings that are the same under every rater leave no spread, so that both models say the same."""
    block_category = np.array([0, 1, 2, 1, 2, 0, 1, 2, 2, 1, 1, 0] * 6)
    block_x = np.array([0.0, 1, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1] * 6)
    category, x, rater = np.tile(block_category, 4), np.tile(block_x, 4), np.repeat(np.arange(4), len(block_category))
    mixed = fit_cumulative_link(category, rater, pd.DataFrame({"x": x}))
    plain = fit_proportional_odds(category, x[:, None])
    assert mixed.sd == pytest.approx(0, abs=1e-3)
    assert plain.estimate[0] == pytest.approx(mixed.coefficients.loc["x", "estimate"], abs=1e-4)
    assert plain.se[0] == pytest.approx(mixed.coefficients.loc["x", "se"], abs=1e-4)
    np.testing.assert_allclose(plain.thresholds, mixed.thresholds.to_numpy(), atol=1e-4)


def test_reversing_the_scale_reverses_the_sign():
    rng = np.random.default_rng(4)
    x = rng.integers(0, 2, 300).astype(float)
    category = np.digitize(rng.logistic(0.8 * x), [-1, 0.5, 2])
    up, down = fit_proportional_odds(category, x[:, None]), fit_proportional_odds(3 - category, x[:, None])
    assert up.estimate[0] == pytest.approx(-down.estimate[0], abs=1e-5)
    assert up.se[0] == pytest.approx(down.se[0], abs=1e-5)


def test_a_group_with_the_highest_category_alone_has_no_estimate():
    category = np.array([2] * 10 + [0, 1, 2] * 10)
    fit = fit_proportional_odds(category, np.repeat([1.0, 0.0], [10, 30])[:, None])
    assert np.isnan(fit.estimate[0])


def test_the_range_covers_the_truth_in_about_95_of_100_samples():
    rng = np.random.default_rng(9)
    held = 0
    for _ in range(100):
        x = (rng.random(150) < 0.4).astype(float)
        category = np.digitize(rng.logistic(-0.5 * x), [-1.0, 1.0])
        fit = fit_proportional_odds(category, x[:, None])
        held += abs(fit.estimate[0] + 0.5) <= 1.96 * fit.se[0]
    assert 0.90 <= held / 100 <= 0.99  # two standard errors of 100 draws about .95
