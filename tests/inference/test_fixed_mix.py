import numpy as np
import pytest

from my121_analytics.inference import fixed_mix
from my121_analytics.inference.fixed_mix import free_log_likelihood, weigh_fixed_mix, weigh_rule

NODES = np.linspace(-3, 3, 13)


def draw(n_fixed, n_free, *, cycles=4, seed=0):
    """Groups of 5 to 24: some raters give 20 % the top (rounded up) and 10 % the bottom, the rest rate freely."""
    rng = np.random.default_rng(seed)
    rater = np.repeat(np.arange(n_fixed + n_free), cycles)
    size = np.repeat(rng.integers(5, 25, n_fixed + n_free), cycles)
    ends = np.array([rng.multinomial(n, [0.12, 0.72, 0.16]) for n in size])
    fixed = rater < n_fixed
    top = np.where(fixed, -(-size // 5), ends[:, 2])
    low = np.where(fixed, size // 10, ends[:, 0])
    at = 1 / (1 + np.exp(np.array([2.0, 1.66])[None, :] + NODES[:, None] * np.array([1.0, -1.0])))
    free = free_log_likelihood(rater, size, top, low, np.broadcast_to(at, (len(size), *at.shape)),
                               np.exp(-((NODES / 0.5) ** 2) / 2) / np.exp(-((NODES / 0.5) ** 2) / 2).sum())
    return weigh_fixed_mix(rater, size, top, low, free)


def test_a_quota_is_found_with_who_keeps_it_and_who_does_not():
    odds, each = draw(20, 30)
    assert odds > 20
    assert each[:20].min() > 0.95
    assert each[20:].max() < 0.5
    assert each[20:].mean() < 0.05


def test_nobody_is_taken_for_a_keeper_of_quotas_where_all_rate_freely():
    assert max(draw(0, 50, seed=seed)[0] for seed in range(3)) < 0


def test_one_cycle_is_enough_where_many_keep_one_quota():
    odds, each = draw(40, 40, cycles=1)
    assert odds > 5
    assert each[:40].mean() > 3 * each[40:].mean()


def test_free_counts_have_the_multinomial_likelihood_by_hand():
    # Two of the lowest, five between, three of the highest in ten, at .2 and .3: 2,520 x .2^2 .5^5 .3^3.
    shares = np.array([[[0.2, 0.3]]])
    found = free_log_likelihood(np.array([0]), np.array([10]), np.array([3]), np.array([2]), shares, np.ones(1))
    assert np.exp(found[0]) == pytest.approx(2520 * 0.2**2 * 0.5**5 * 0.3**3)


def test_a_rule_that_is_ruled_out_for_everybody_has_no_followers():
    odds, each = weigh_rule(np.full(30, -np.inf))
    assert odds < -3
    assert each.max() == 0


def test_a_rater_ruled_out_stays_out_where_others_follow_the_rule():
    odds, each = weigh_rule(np.array([5.0] * 20 + [-np.inf] * 20))
    assert odds > 20
    assert each[:20].min() > 0.9
    assert each[20:].max() == 0


def test_rules_weighed_one_by_one_give_the_same(monkeypatch):
    odds, each = draw(6, 9)
    monkeypatch.setattr(fixed_mix, "AT_ONCE", 1)
    again, each_again = draw(6, 9)
    assert odds == pytest.approx(again, abs=1e-12)
    assert each == pytest.approx(each_again, abs=1e-12)
