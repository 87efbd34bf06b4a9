"""Log-probabilities of ordered categories against the plain formula."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from my121_analytics.inference.category_table import (
    bend_between,
    category_shares,
    tabulate_between,
    tabulate_cells,
    tabulate_log_shares,
    tabulate_rows,
)

THRESHOLDS = np.array([-1.5, 0.2, 2.0])
NODES = np.linspace(-3, 3, 7)


def plain(category: int, location: float, node: float) -> float:
    ends = np.concatenate([[-np.inf], THRESHOLDS, [np.inf]])
    return float(expit(ends[category + 1] - location - node) - expit(ends[category] - location - node))


def test_each_cell_is_the_difference_of_two_logistic_curves():
    category, location = np.array([0, 1, 2, 3, 1]), np.array([0.0, 0.4, -1.0, 2.0, 0.0])
    table = tabulate_cells(category, location, THRESHOLDS, NODES)
    expected = [[np.log(plain(c, at, node)) for node in NODES] for c, at in zip(category, location, strict=True)]
    np.testing.assert_allclose(table.log_p, expected, rtol=1e-12)


def test_slope_and_curvature_are_the_derivatives():
    category, location, step = np.array([0, 1, 2, 3]), np.zeros(4), 1e-4
    at, left, right = (tabulate_cells(category, location + d, THRESHOLDS, NODES) for d in (0, -step, step))
    np.testing.assert_allclose(at.slope, (right.log_p - left.log_p) / (2 * step), atol=1e-7)
    second = (right.log_p - 2 * at.log_p + left.log_p) / step**2
    np.testing.assert_allclose(at.curvature, -second, atol=1e-6)
    slope, curvature = bend_between(category - 1, np.where(category < 3, category, -1), location, THRESHOLDS)
    np.testing.assert_allclose(slope, at.slope[:, 3])
    np.testing.assert_allclose(curvature, at.curvature[:, 3])


def test_digits_are_kept_far_out_in_the_tails():
    """At 200 logits the difference of two probabilities is 0 in double precision; its log is not."""
    table = tabulate_cells(np.array([1]), np.array([200.0]), THRESHOLDS, np.array([0.0]))
    # F(b - t) - F(a - t) ~ exp(-t) (exp(b) - exp(a)) for t far above both
    assert table.log_p[0, 0] == pytest.approx(-200 + np.log(np.exp(0.2) - np.exp(-1.5)), rel=1e-12)


@pytest.mark.parametrize("reach", [3.0, 400.0])  # both ways of working out the odds
def test_nodes_of_each_rater_give_what_shared_nodes_give(reach):
    rng = np.random.default_rng(2)
    category, location = rng.integers(0, 4, 30), rng.normal(size=30)
    lower, upper = category - 1, np.where(category < 3, category, -1)
    row = rng.integers(0, 3, 30).astype(np.int32)
    nodes = rng.uniform(-reach, reach, (3, 5))
    by_row = tabulate_rows(lower, upper, location, THRESHOLDS, nodes, row)
    for cell in range(30):
        one = tabulate_between(lower[[cell]], upper[[cell]], location[[cell]], THRESHOLDS, nodes[row[cell]])
        np.testing.assert_allclose(by_row.log_p[cell], one.log_p[0], rtol=1e-10)
        np.testing.assert_allclose(by_row.slope[cell], one.slope[0], atol=1e-10)


@pytest.mark.parametrize("reach", [3.0, 400.0])  # both ways of working out the odds
def test_log_probabilities_alone_are_those_of_the_table(reach):
    rng = np.random.default_rng(3)
    category, location, nodes = rng.integers(0, 4, 30), rng.normal(size=30), np.linspace(-reach, reach, 9)
    table = tabulate_cells(category, location, THRESHOLDS, nodes).log_p
    found = tabulate_log_shares(category, location, THRESHOLDS, nodes)
    np.testing.assert_allclose(found, table, rtol=1e-12, atol=1e-13)


def test_among_the_categories_above_the_lowest_probabilities_sum_to_one():
    location, above = np.array([-1.0, 0.5]), np.array([1, 2, 3])
    found = tabulate_log_shares(np.tile(above, 2), np.repeat(location, 3), THRESHOLDS, NODES, above_lowest=True)
    np.testing.assert_allclose(np.exp(found).reshape(2, 3, len(NODES)).sum(axis=1), 1)
    at_all = np.array([1 - plain(0, -1.0, node) for node in NODES])
    np.testing.assert_allclose(np.exp(found[1]) * at_all, [plain(2, -1.0, node) for node in NODES])


def test_probabilities_of_all_categories_sum_to_one_and_rise_with_the_effect():
    shares = category_shares(np.array([[0.0, 1.0], [-2.0, 5.0]]), THRESHOLDS, effect=0.3)
    assert shares.shape == (2, 2, 4)
    np.testing.assert_allclose(shares.sum(axis=-1), 1)
    assert shares[0, 0] == pytest.approx([plain(c, 0.0, 0.3) for c in range(4)])
    mean = shares @ np.arange(4)
    assert mean[0, 1] > mean[0, 0] > mean[1, 0]
