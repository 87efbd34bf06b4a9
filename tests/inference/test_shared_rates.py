"""Rates drawn towards each other: published answers, recovery, coverage."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.inference.shared_rates import shrink_rates


def test_groups_that_differ_by_chance_alone_get_the_rate_of_all() -> None:
    rates = shrink_rates([1, 2, 1, 2, 1, 2, 1, 2], [10] * 8)
    assert rates.overall == 0.15
    assert rates.sd < 0.4
    assert np.ptp(rates.estimate) < 0.02
    assert (rates.upper - rates.lower > 0.05).all()  # eight teams of ten cannot show that teams are alike


def test_a_group_of_nobody_gets_the_rate_of_all() -> None:
    rates = shrink_rates([2, 8, 0], [10, 10, 0])
    assert rates.estimate[2] == pytest.approx(0.5)


def test_estimates_lie_between_the_groups_own_rate_and_that_of_all() -> None:
    rates = shrink_rates([0, 5, 10, 0, 10], [10] * 5)
    assert rates.estimate[1] == pytest.approx(0.5)
    assert 0 < rates.estimate[0] < 0.5 < rates.estimate[2] < 1
    assert rates.sd > 1
    assert (rates.lower < rates.estimate).all()
    assert (rates.estimate < rates.upper).all()


def test_ranges_cover_the_rates_and_the_errors_shrink() -> None:
    rng = np.random.default_rng(5)
    truth = rng.beta(3, 27, 600)
    size = rng.integers(3, 40, 600)
    counted = rng.binomial(size, truth)
    rates = shrink_rates(counted, size)
    covered = ((rates.lower <= truth) & (truth <= rates.upper)).mean()
    assert 0.93 <= covered <= 0.975
    assert np.abs(rates.estimate - truth).mean() < 0.7 * np.abs(counted / size - truth).mean()
    assert rates.sd == pytest.approx(1 / np.sqrt(0.09 * 31), rel=0.25)  # planted: a concentration of 30


def test_nobody_at_all_and_too_many_are_refused() -> None:
    with pytest.raises(ValueError, match="each group"):
        shrink_rates([0], [0])
    with pytest.raises(ValueError, match="each group"):
        shrink_rates([3], [2])


def test_none_with_the_property_gives_rates_near_none() -> None:
    rates = shrink_rates([0, 0], [5, 50])
    assert (rates.estimate < 1e-3).all()
