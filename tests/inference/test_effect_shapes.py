import numpy as np
import pytest

from my121_analytics.inference.category_stretch import average_over_stretch, weigh_stretches
from my121_analytics.inference.effect_priors import SD_GRID, list_priors
from my121_analytics.inference.grid_likelihood import gather_persons, tabulate_likelihood
from my121_analytics.inference.lasting_spread import weigh_lasting_sds
from my121_analytics.inference.normal_smoothing import smooth_rows
from my121_analytics.inference.shifted_prior import average_readings, learn_raters

NODES = np.linspace(-6, 6, 121)


def ratings(n_raters, each, *, thresholds, u=0.0, stretch=0.0, groups=None, group_sd=0.0, seed=0):
    """Draw ratings as counts; log-stretch and levels of groups are normal between raters."""
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(n_raters), each)
    wide = np.exp(rng.normal(0, stretch, n_raters))[rater]
    group = np.arange(len(rater)) if groups is None else np.tile(np.arange(each) * groups // each, n_raters)
    level = rng.normal(0, group_sd, (n_raters, max(each, groups or 1)))[rater, group % max(each, groups or 1)]
    middle = np.mean(thresholds)
    t = (rng.normal(0, u, n_raters)[rater] + level + rng.logistic(size=len(rater)) - middle) / wide + middle
    return gather_persons(rater, group, np.zeros(len(rater), dtype=np.int64), np.searchsorted(thresholds, t),
                          np.ones(len(rater)), n_raters=n_raters, n_categories=len(thresholds) + 1)


def test_every_shape_is_a_distribution_with_the_spread_it_says():
    nodes = np.linspace(-8, 8, 321)
    family = list_priors(nodes, 300)
    every = family.densities(np.arange(len(family.core)))
    assert np.allclose(every.sum(axis=0), 1)
    mean = nodes @ every
    sd = np.sqrt(nodes**2 @ every - mean**2)
    inside = (family.spread > 0.1) & (family.spread < 1.3)
    assert np.allclose(sd[inside], family.spread[inside], rtol=0.06)  # two-piece cores on a grid
    plain = (family.share_up == family.share_down) & inside
    assert np.abs(mean[plain]).max() < 0.02


def test_mixing_in_rows_gives_what_mixing_in_columns_gives():
    family = list_priors(NODES, 300)
    by_component = np.random.default_rng(1).random((7, family.components.shape[1]))
    chosen = np.arange(0, len(family.core), 11)
    assert np.allclose(family.mixing(chosen) @ by_component.T, family.marginals(by_component, chosen).T, rtol=1e-14)


def test_prior_weights_do_not_depend_on_how_many_shapes_share_them():
    few, many = list_priors(NODES, 20), list_priors(NODES, 300)
    assert len(few.core) == len(SD_GRID)
    by_sd = np.bincount(many.core_sd, np.exp(many.log_weight))
    assert np.allclose(by_sd, np.exp(few.log_weight))


def test_a_lopsided_council_is_learnt_as_lopsided():
    u = 0.6 * (np.random.default_rng(1).exponential(1, 1500) - 1)
    knowledge = learn_raters(-(((u[:, None] - NODES[None, :]) / 0.2) ** 2) / 2, NODES)
    below, above = knowledge.prior[NODES < -1.0].sum(), knowledge.prior[NODES > 1.0].sum()
    assert below < 0.01 < 0.045 < above  # truly 0 and .07; a normal core of this spread has .05 on either side


def test_smoothing_adds_the_variance_asked_for_and_leaves_other_rows_alone():
    rows = np.exp(-((NODES[None, :] / 0.5) ** 2) / 2).repeat(3, axis=0)
    out = smooth_rows(rows, NODES, np.array([0.0, 0.05, 0.25]))
    share = out / out.sum(axis=1, keepdims=True)
    assert share @ NODES**2 == pytest.approx([0.25, 0.30, 0.50], abs=1e-3)
    assert (out[0] == rows[0]).all()


@pytest.mark.parametrize("width", [0.01, 0.03, 0.055, 0.065, 0.1])
def test_smoothing_narrower_than_the_nodes_adds_its_variance_as_well(width):
    rows = np.exp(-((NODES[None, :] / 0.5) ** 2) / 2)
    out = smooth_rows(rows, NODES, np.full(1, width**2))[0]
    assert (out / out.sum()) @ NODES**2 == pytest.approx(0.25 + width**2, abs=2e-4)
    assert (smooth_rows(rows, NODES, np.full(1, 1e-7)) == rows).all()


def test_raters_who_use_the_scale_differently_are_noticed_and_others_not():
    thresholds = np.array([-2.0, 1.6])
    for spread, low, high in ((0.0, 0.0, 0.08), (0.35, 0.25, 0.45)):
        counts = ratings(250, 30, thresholds=thresholds, u=0.5, stretch=spread, seed=3)
        assert low <= weigh_stretches(counts, np.zeros(1), thresholds, 0.0, spread=0.5).sd <= high


def test_where_the_scale_is_used_alike_averaging_changes_nothing_that_matters():
    thresholds = np.array([-2.0, 1.6])
    counts = ratings(250, 30, thresholds=thresholds, u=0.5, seed=4)
    plain = np.exp(tabulate_likelihood(counts, np.zeros(1), thresholds, NODES))
    use = weigh_stretches(counts, np.zeros(1), thresholds, 0.0, spread=0.5)
    found = np.exp(average_over_stretch(counts, np.zeros(1), thresholds, NODES, 0.0, use))
    means = [(one @ NODES) / one.sum(axis=1) for one in (plain, found)]
    inner = np.abs(means[0]) < 2
    assert np.allclose(means[0][inner], means[1][inner], atol=0.05)


def test_two_levels_have_nothing_to_stretch():
    counts = ratings(40, 10, thresholds=np.array([0.3]), seed=5)
    use = weigh_stretches(counts, np.zeros(1), np.array([0.3]), 0.0, spread=0.5)
    assert use.sd == 0
    found = average_over_stretch(counts, np.zeros(1), np.array([0.3]), NODES, 0.0, use)
    assert np.allclose(found, tabulate_likelihood(counts, np.zeros(1), np.array([0.3]), NODES))


def test_change_from_cycle_to_cycle_is_weighed():
    thresholds, sds = np.array([-2.0, 1.6]), np.array([0.0, 0.2, 0.4, 0.6, 0.8])
    for spread, low, high in ((0.0, 0.0, 0.16), (0.5, 0.35, 0.65)):
        counts = ratings(200, 40, thresholds=thresholds, u=0.5, groups=4, group_sd=spread, seed=6)
        weight = weigh_lasting_sds(counts, np.zeros(1), thresholds, sds, spread=0.5)
        assert weight.sum() == pytest.approx(1)
        assert low <= np.sqrt(weight @ sds**2) <= high


def test_two_readings_that_disagree_leave_each_half_the_chance():
    one = learn_raters(-(((np.array([1.5, 0.0])[:, None] - NODES) / 0.2) ** 2) / 2, NODES)
    other = learn_raters(-(((np.array([0.0, 0.0])[:, None] - NODES) / 0.2) ** 2) / 2, NODES)
    both = average_readings([one, other])
    assert both.beyond(0.7)[1][0] == pytest.approx(one.beyond(0.7)[1][0] / 2, abs=0.02)
    assert average_readings([one]) is one
