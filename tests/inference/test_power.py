import numpy as np
import pytest
from scipy.stats import norm

from my121_analytics.inference.power import detectable_effect, discovery_limits

NODES = np.arange(-6, 6.01, 0.1)
PRIOR = norm.pdf(NODES, scale=0.6) / norm.pdf(NODES, scale=0.6).sum()


def test_the_detectable_effect_is_listed_in_four_of_five_draws():
    se, delta, cutoff = 0.3, np.log(2), 0.1
    effect = float(detectable_effect(se, NODES, PRIOR, delta=delta, cutoff=cutoff))
    shows = effect + se * np.random.default_rng(0).normal(size=20_000)
    precision = 1 / 0.6**2 + 1 / se**2
    posterior = norm.sf(delta, shows / se**2 / precision, 1 / np.sqrt(precision))
    assert np.mean(1 - posterior <= cutoff) == pytest.approx(0.8, abs=0.02)  # the nodes round the limit by .01


def test_more_ratings_make_smaller_effects_visible():
    found = detectable_effect([1.0, 0.5, 0.25, 0.1], NODES, PRIOR, delta=0.7, cutoff=0.1)
    assert (np.diff(found) < 0).all()
    assert found[-1] > 0.7


def test_an_effect_that_nothing_could_show_is_missing():
    assert np.isnan(detectable_effect(30.0, NODES, PRIOR, delta=0.7, cutoff=0.01))


def test_lists_up_to_the_limit_hold_the_rate_in_every_band():
    rng = np.random.default_rng(3)
    se, band, delta = np.repeat([0.5, 0.3, 0.15], 40_000), np.repeat([0, 1, 2], 40_000), np.log(2)
    effect = rng.normal(0, 0.6, len(se))
    shows = effect + se * rng.normal(size=len(se))
    precision = 1 / 0.6**2 + 1 / se**2
    chance = norm.cdf(delta, np.abs(shows) / se**2 / precision, 1 / np.sqrt(precision))
    limits = discovery_limits(se, NODES, PRIOR, delta=delta, rate=0.1, bands=band)
    right = (np.abs(effect) > delta) & (np.sign(effect) == np.sign(shows))
    for one in range(3):
        listed = (band == one) & (chance <= limits)
        assert np.mean(~right[listed]) == pytest.approx(0.1, abs=0.012)
    assert len(np.unique(limits)) == 3
    assert limits[0] < limits[-1]  # among large teams there are more sure names, which leave more room


def test_limits_do_not_depend_on_the_order_of_rows_and_follow_the_rate():
    se, band = np.array([0.2, 0.5, 0.3, 0.4]), np.array([0, 1, 0, 1])
    found = discovery_limits(se, NODES, PRIOR, delta=0.7, rate=0.1, bands=band)
    back = discovery_limits(se[::-1], NODES, PRIOR, delta=0.7, rate=0.1, bands=band[::-1])
    assert back.tolist() == found.tolist()[::-1]
    assert (discovery_limits(se, NODES, PRIOR, delta=0.7, rate=0.2, bands=band) > found).all()
    assert (found >= 0.1).all()


def test_where_nothing_could_be_sure_the_limit_is_the_rate():
    narrow = norm.pdf(NODES, scale=0.1) / norm.pdf(NODES, scale=0.1).sum()
    assert discovery_limits([1.0], NODES, narrow, delta=2.0, rate=0.1, bands=[0]).tolist() == [0.1]
