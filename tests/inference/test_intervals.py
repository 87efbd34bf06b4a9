import numpy as np
import pytest
from scipy.stats import norm

from my121_analytics.inference.intervals import newcombe_difference, paired_difference, wilson_interval


@pytest.mark.parametrize(("n_with", "n", "lower", "upper"), [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)])
def test_the_wilson_interval_gives_the_figures_of_newcombe_1998(n_with, n, lower, upper):
    assert np.allclose(wilson_interval(n_with, n), (lower, upper), atol=5e-5)  # published to four places


@pytest.mark.parametrize(("n1", "base1", "n2", "base2", "lower", "upper"), [
    (48, 80, 56, 70, 0.0524, 0.3339), (3, 10, 9, 10, 0.1705, 0.8090), (0, 29, 5, 56, -0.0381, 0.1926),
    (0, 10, 10, 10, 0.6075, 1.0)])
def test_the_difference_of_shares_gives_the_figures_of_newcombe_1998(n1, base1, n2, base2, lower, upper):
    estimate, low, high = newcombe_difference(n1, base1, n2, base2)
    assert estimate == pytest.approx(n2 / base2 - n1 / base1)
    assert np.allclose((low, high), (lower, upper), atol=5e-5)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
def test_nobody_of_ten_may_be_as_many_as_the_normal_quantile_of_the_level_allows(level):
    z = norm.ppf((1 + level) / 2)
    assert wilson_interval(0, 10, level)[1] == pytest.approx(z**2 / (10 + z**2), rel=1e-13)  # the formula at nought


def test_an_empty_group_has_no_interval_and_the_others_keep_theirs():
    lower, upper = wilson_interval([0, 3], [0, 10])
    assert np.isnan(lower[0])
    assert np.isnan(upper[0])
    assert lower[1] == pytest.approx(0.1078, abs=5e-5)
    assert np.isnan(newcombe_difference(0, 0, 3, 10)).all()


def test_nobody_and_everybody_give_ends_of_exactly_nought_and_one():
    lower, upper = wilson_interval([0, 7], [7, 7])
    assert lower[0] == 0.0
    assert upper[1] == 1.0
    assert 0 < upper[0] < 1
    assert 0 < lower[1] < 1


def test_swapping_the_groups_turns_the_difference_round():
    estimate, lower, upper = newcombe_difference([3, 4], [10, 12], [9, 2], [11, 30])
    other, low, high = newcombe_difference([9, 2], [11, 30], [3, 4], [10, 12])
    assert np.allclose((estimate, lower, upper), (-other, -high, -low))


def test_a_paired_difference_is_narrower_than_an_unpaired_one_when_answers_agree():
    estimate, lower, upper = paired_difference(40, 2, 8, 100)
    _, low, high = newcombe_difference(42, 100, 48, 100)
    assert estimate == pytest.approx(0.06)
    assert upper - lower < high - low


def test_a_paired_difference_without_agreement_is_close_to_the_unpaired_one():
    _, lower, upper = paired_difference(25, 25, 25, 100)
    _, low, high = newcombe_difference(50, 100, 50, 100)
    assert (lower, upper) == pytest.approx((low, high))


def test_a_paired_difference_where_nobody_changed_still_has_a_width():
    estimate, lower, upper = paired_difference(10, 0, 0, 10)
    assert estimate == 0
    assert lower < 0 < upper


def test_the_wilson_interval_covers_at_its_level_on_average():
    rng = np.random.default_rng(11)
    share = rng.uniform(0.05, 0.95, 20_000)
    lower, upper = wilson_interval(rng.binomial(12, share), 12)
    assert np.mean((lower <= share) & (share <= upper)) == pytest.approx(0.95, abs=0.01)  # binomial steps at n = 12
