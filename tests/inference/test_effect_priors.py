"""Shapes of rater effects: each keeps its spread, shares and prior weight, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.inference.effect_priors import (
    EVEN_SHIFT,
    NO_SHIFT,
    PLAIN_CORE,
    RATERS_FOR_SHAPE,
    SD_GRID,
    SD_SCALE,
    SHIFT_SHARES,
    SHIFT_SIZES,
    SKEWS,
    list_priors,
)

NODES = np.linspace(-8, 8, 641)
SPREADS = np.flatnonzero((SD_GRID >= 0.3) & (SD_GRID <= 1.0))
"""Cores well inside the nodes and wider than their spacing."""


@pytest.fixture(scope="module")
def few():
    return list_priors(NODES, RATERS_FOR_SHAPE - 1)


@pytest.fixture(scope="module")
def many():
    return list_priors(NODES, RATERS_FOR_SHAPE)


def moments(densities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = NODES @ densities
    return mean, np.sqrt(NODES**2 @ densities - mean**2)


def test_few_raters_get_one_normal_core_for_each_spread(few):
    assert few.components.shape == (641, len(SD_GRID))
    assert few.spread.tolist() == SD_GRID.tolist()
    mean, sd = moments(few.components[:, SPREADS])
    assert mean == pytest.approx(0, abs=1e-9)
    assert sd == pytest.approx(SD_GRID[SPREADS], rel=1e-6)
    middle = few.components[:, SPREADS[0]]
    assert middle[320] / middle[320 + 12] == pytest.approx(np.exp(0.5))  # one standard deviation of .3 away


def test_spreads_weigh_as_a_half_normal_says_by_the_length_each_stands_for(few):
    weight = np.exp(few.log_weight)
    at = list(SD_GRID).index(0.5)
    assert weight[at] == pytest.approx(np.exp(-0.125 / SD_SCALE**2) * 0.05)
    assert weight[list(SD_GRID).index(1.0)] == pytest.approx(
        np.exp(-0.5) * np.gradient(SD_GRID)[list(SD_GRID).index(1.0)])


def test_a_core_narrower_than_the_nodes_is_widened_to_them(few):
    narrowest = few.components[:, 0]
    step = NODES[1] - NODES[0]
    assert narrowest[320] / narrowest[321] == pytest.approx(np.exp(0.5 / 0.36))
    assert moments(narrowest[:, None])[1][0] == pytest.approx(0.6 * step, rel=0.03)


def test_all_shapes_have_mean_nought_for_their_core_and_the_spread_they_are_filed_under(many):
    plain = np.flatnonzero((many.share_up == 0) & (many.share_down == 0) & np.isin(many.core_sd, SPREADS))
    mean, sd = moments(many.densities(plain))
    assert len(plain) == len(SPREADS) * (2 + len(SKEWS))
    assert mean == pytest.approx(0, abs=1e-5)
    assert sd == pytest.approx(SD_GRID[many.core_sd[plain]], rel=1e-4)


def test_the_spread_of_shapes_with_a_shifted_part_is_that_of_the_mixture(many):
    chosen = np.flatnonzero((many.share_up + many.share_down > 0) & np.isin(many.core_sd, SPREADS))[::7]
    _, sd = moments(many.densities(chosen))
    assert sd == pytest.approx(many.spread[chosen], rel=1e-3)


def test_parts_shifted_up_stand_above_and_parts_shifted_down_below(many):
    up_only = np.flatnonzero((many.share_up == 0.1) & (many.share_down == 0) & np.isin(many.core_sd, SPREADS))
    down_only = np.flatnonzero((many.share_up == 0) & (many.share_down == 0.1) & np.isin(many.core_sd, SPREADS))
    above, _ = moments(many.densities(up_only))
    below, _ = moments(many.densities(down_only))
    assert sorted({round(float(mean), 3) for mean in above}) == [0.1, 0.15, 0.2, 0.25]
    assert below == pytest.approx(-above, abs=1e-5)


def test_camps_are_two_humps_as_far_apart_as_is_just_visible(many):
    """The last shape of a spread: two normals at .8 of the spread from the middle."""
    place = int(SPREADS[-1])
    plain = np.flatnonzero((many.share_up == 0) & (many.share_down == 0) & (many.core_sd == place))
    camps = many.densities(plain[-1:])[:, 0]
    sd = SD_GRID[place]
    within = sd * 0.6
    expected = sum(np.exp(-(((NODES - centre) / within) ** 2) / 2) for centre in (-0.8 * sd, 0.8 * sd))
    assert camps == pytest.approx(expected / expected.sum())


def test_lopsided_cores_lean_the_way_their_sign_says(many):
    place = int(SPREADS[-1])
    plain = np.flatnonzero((many.share_up == 0) & (many.share_down == 0) & (many.core_sd == place))
    third = NODES**3 @ many.densities(plain[:1 + len(SKEWS)])
    assert third[0] == pytest.approx(0, abs=1e-9)
    assert np.sign(third[1:]).tolist() == np.sign(SKEWS).tolist()


def test_prior_weights_of_the_shapes_of_one_spread_are_shared_out_as_declared(many):
    weight = np.exp(many.log_weight - many.log_weight.max())
    of_spread = many.core_sd == 10
    weight = weight * of_spread / weight[of_spread].sum()
    nobody = (many.share_up == 0) & (many.share_down == 0)
    assert weight[nobody].sum() == pytest.approx(NO_SHIFT)
    even = (many.share_up == many.share_down) & ~nobody
    assert weight[even].sum() == pytest.approx((1 - NO_SHIFT) * EVEN_SHIFT)
    first = many.core[np.flatnonzero(of_spread)[0]]  # the normal core of this spread
    assert weight[many.core == first].sum() == pytest.approx(PLAIN_CORE)
    pairs = {(up, down) for up in SHIFT_SHARES for down in SHIFT_SHARES if up or down}
    assert of_spread.sum() == (2 + len(SKEWS)) * (1 + len(SHIFT_SIZES) * len(pairs))


def test_some_candidates_are_mixed_as_all_are(many):
    chosen = np.array([0, 5, len(many.core) - 1])
    by_component = np.random.default_rng(1).random((4, many.components.shape[1]))
    assert many.marginals(by_component)[:, chosen] == pytest.approx(many.marginals(by_component, chosen))
    assert many.mixing(chosen) @ by_component.T == pytest.approx(many.marginals(by_component, chosen).T)


def test_first_looks_are_nobody_shifted_and_a_twentieth_to_either_side(many):
    shares = {(float(many.share_up[at]), float(many.share_down[at])) for at in many.first_looks}
    assert shares == {(0.0, 0.0), (0.05, 0.05)}
    n_cores = len(SD_GRID) * (2 + len(SKEWS))
    assert len(many.first_looks) == n_cores * (1 + len(SHIFT_SIZES))
