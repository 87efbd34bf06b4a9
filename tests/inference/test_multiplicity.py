import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from my121_analytics.inference.multiplicity import list_discoveries


def test_the_list_is_the_longest_whose_mean_chance_stays_at_the_rate():
    found = list_discoveries([0.02, 0.10, 0.18, 0.20, 0.60], 0.10)
    assert found.listed.tolist() == [True, True, True, False, False]  # means .02, .06, .10, .125
    assert found.expected_wrong == pytest.approx(0.30)
    assert found.cutoff.tolist() == pytest.approx([0.18] * 5)


def test_each_band_keeps_its_own_rate():
    chance = np.array([0.01, 0.15, 0.3, 0.12, 0.09])
    found = list_discoveries(chance, 0.10, bands=["a", "a", "a", "b", "b"])
    assert found.listed.tolist() == [True, True, False, False, True]


def test_those_who_are_not_eligible_neither_enter_nor_make_room():
    found = list_discoveries([0.0, 0.15, 0.05], 0.10, eligible=[False, True, True])
    assert found.listed.tolist() == [False, True, True]


def test_unknown_chances_are_never_listed():
    assert not list_discoveries([np.nan, 0.5], 0.10).listed.any()


def test_ties_enter_together_or_not_at_all():
    assert list_discoveries([0.05, 0.16, 0.16], 0.11).listed.tolist() == [True, False, False]


def test_an_empty_set_gives_an_empty_list():
    assert list_discoveries([], 0.10).listed.tolist() == []


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.4))
def test_the_mean_chance_of_any_list_is_at_most_the_rate_and_order_changes_nothing(chance, rate):
    found = list_discoveries(chance, rate)
    if found.listed.any():
        assert np.asarray(chance)[found.listed].mean() <= rate + 1e-12
        assert np.asarray(chance)[~found.listed].min(initial=2) >= np.asarray(chance)[found.listed].max()
    assert list_discoveries(chance[::-1], rate).listed.tolist() == found.listed.tolist()[::-1]


def test_bands_may_have_rates_of_their_own():
    chance = [0.02, 0.1, 0.2, 0.02, 0.1, 0.2]
    found = list_discoveries(chance, [0.11] * 3 + [0.05] * 3, bands=[0, 0, 0, 1, 1, 1])
    assert found.listed.tolist() == [True, True, True, True, False, False]
    assert found.cutoff.tolist() == pytest.approx([0.2] * 3 + [0.05] * 3)
