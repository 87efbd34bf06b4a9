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


def test_with_limits_the_whole_list_keeps_the_rate_and_a_band_may_borrow_from_another():
    chance, bands, limits = [0.01, 0.02, 0.03, 0.20, 0.24], [0, 0, 0, 1, 1], [0.3, 0.3, 0.3, 0.2, 0.2]
    alone = list_discoveries(chance, 0.10, bands=bands)
    assert alone.listed.tolist() == [True, True, True, False, False]
    together = list_discoveries(chance, 0.10, bands=bands, limits=limits)
    assert together.listed.tolist() == [True, True, True, True, True]  # means .01 .015 .02 .065 .10
    assert together.cutoff.tolist() == limits
    assert list_discoveries(chance, 0.09, bands=bands, limits=limits).listed.tolist() == [True, True, True, True, False]


def test_room_left_by_sure_names_never_admits_a_chance_far_beyond_the_limit():
    chance = [0.0] * 20 + [0.26]
    assert not list_discoveries(chance, 0.10, limits=np.full(21, 0.2)).listed[-1]
    assert list_discoveries(chance, 0.10, limits=np.full(21, 0.21)).listed[-1]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2)), min_size=1, max_size=40), st.floats(0.01, 0.4))
def test_limits_never_break_the_rate_of_the_whole_list_and_order_changes_nothing(rows, rate):
    chance, bands = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    limits = np.array([1.2, 2.0, 2.6])[bands] * rate
    found = list_discoveries(chance, rate, bands=bands, limits=limits)
    if found.listed.any():
        assert chance[found.listed].mean() <= rate + 1e-9
        assert (chance / limits)[found.listed].max() <= (chance / limits)[~found.listed].min(initial=9)
    back = list_discoveries(chance[::-1], rate, bands=bands[::-1], limits=limits[::-1])
    assert back.listed.tolist() == found.listed.tolist()[::-1]
