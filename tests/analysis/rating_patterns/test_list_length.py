from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.list_length import choose_to_hear, tabulate_list_lengths
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts


def study(above, no_difference=False):
    """A study whose managers lie above delta with these chances, and counts of ten ratings each."""
    above = np.asarray(above, dtype=float)
    knowledge = SimpleNamespace(beyond=lambda delta: (np.zeros(len(above)), above))
    frame = pd.DataFrame({"rater": np.repeat(np.arange(len(above)), 2), "pattern": 0,
                          "category": np.tile([1, 3], len(above)), "n": 5})
    raters = pd.DataFrame({"rater_id": [f"m{k}" for k in range(len(above))], "n_ratings": 10})
    counts = RatingCounts("performance", 3, ("c",), frame, raters, pd.DataFrame({"cycle": ["c"]}))
    return SimpleNamespace(evidence=SimpleNamespace(knowledge=knowledge, shows_no_difference=no_difference,
                                                    recording=SimpleNamespace(says_nothing=np.zeros(len(above), bool))),
                           lists={"main": above >= 0.9}, raters=pd.DataFrame({"probability": above})), counts


def settings(**managers):
    return Settings.model_validate({"managers": managers})


CHANCES = [0.9, 0.8, 0.5, 0.5, 0.3, 0.2, 0.1, 0.1, 0.1, 0.1, 0.0, 0.0]


def test_the_price_of_each_length_is_the_sum_of_the_smallest_chances_of_being_wrong():
    table = tabulate_list_lengths(*study(CHANCES), settings(k=2))
    assert table["expected_wrong"].iloc[:3].tolist() == pytest.approx([0.1, 0.3, 0.8])
    assert (table["expected_right"] + table["expected_wrong"]).tolist() == pytest.approx(table["k"].tolist())
    assert table["n_differ"].iloc[0] == pytest.approx(sum(CHANCES))
    assert table.loc[table["is_chosen"], "k"].tolist() == [2]


def test_those_heard_are_as_many_as_were_chosen_and_ties_are_not_drawn_by_lot():
    assert choose_to_hear(*study(CHANCES), settings(k=2)).tolist() == [True, True, *[False] * 10]
    assert choose_to_hear(*study(CHANCES), settings(k=3)).sum() == 2  # the third and the fourth are alike
    assert choose_to_hear(*study(CHANCES), settings(k=4)).sum() == 4
    assert not choose_to_hear(*study(CHANCES), settings(k=0)).any()


def test_where_nobody_chose_a_number_those_on_the_list_are_heard():
    assert choose_to_hear(*study(CHANCES), Settings()).tolist() == [True, *[False] * 11]
    table = tabulate_list_lengths(*study(CHANCES), Settings())
    assert table.loc[table["is_chosen"], "k"].tolist() == [1]


def test_where_managers_show_no_difference_nobody_is_heard_whatever_was_chosen():
    assert not choose_to_hear(*study(CHANCES, no_difference=True), settings(k=3)).any()


def test_a_number_that_the_meeting_has_no_time_for_is_refused():
    with pytest.raises(ValueError, match="take 60 minutes"):
        settings(k=6)
    assert Settings.model_validate({"managers": {"k": 6}, "pack": {"minutes": 70}}).managers.k == 6


def test_of_a_handful_of_managers_nobody_is_chosen():
    assert tabulate_list_lengths(*study(CHANCES[:9]), settings(k=3)).empty
    assert not choose_to_hear(*study(CHANCES[:9]), settings(k=3)).any()
