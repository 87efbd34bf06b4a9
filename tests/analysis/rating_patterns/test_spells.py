"""Who rated whom, when and how often, on counts small enough for hand."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.spells import (
    concentrate_cycles,
    count_movers,
    count_second_raters,
    find_homes,
    place_cycles,
)
from my121_analytics.workforce.counts import RatingCounts

CYCLES = ("2023/24", "2024/25")


def counts(rows, n_raters=3):
    """Counts from rater, employee, place of the cycle and number of ratings; all in one category."""
    frame = pd.DataFrame(rows, columns=["rater", "employee", "pattern", "n"]).assign(category=2)
    raters = pd.DataFrame({"rater_id": [f"m{at}" for at in range(n_raters)]})
    return RatingCounts("performance", 3, CYCLES, frame, raters, pd.DataFrame({"cycle": CYCLES}))


def test_somebody_comes_from_the_first_cycles_rater_and_of_two_from_the_one_with_more_ratings():
    moved = [(0, 0, 0, 1), (1, 0, 1, 5)]
    at_once = [(1, 1, 0, 1), (2, 1, 0, 2)]
    even_then = [(0, 2, 0, 1), (2, 2, 0, 1), (2, 2, 1, 1)]
    assert find_homes(counts([*moved, *at_once, *even_then]), 3).tolist() == [0, 2, 2]


def test_movers_are_those_rated_by_several_and_their_share_is_of_those_rated_again():
    found = counts([(0, 0, 0, 1), (1, 0, 1, 1), (0, 1, 0, 1), (0, 1, 1, 1), (2, 2, 0, 1)])
    assert count_movers(found) == {"n_movers": 1, "share_movers": 0.5}
    assert count_second_raters(found) == 0
    assert count_second_raters(counts([(0, 0, 0, 1), (1, 0, 0, 1), (2, 1, 1, 1)])) == 1


def test_people_who_are_not_known_have_not_moved_as_far_as_one_can_tell():
    found = counts([(0, 0, 0, 1), (1, 0, 1, 1)])
    assert count_movers(RatingCounts("performance", 3, CYCLES, found.frame.drop(columns="employee"), found.raters,
                                     found.patterns)) == {"n_movers": None, "share_movers": None}


def test_ratings_of_one_cycle_count_whole_and_those_of_two_alike_by_half():
    found = concentrate_cycles(counts([(0, 0, 0, 3), (1, 1, 0, 2), (1, 2, 1, 2), (2, 3, 0, 1), (2, 4, 1, 3)]))
    assert found.tolist() == pytest.approx([1.0, 0.5, 0.25**2 + 0.75**2])


def test_cycles_have_their_places_in_time_whatever_the_order_of_patterns():
    turned = RatingCounts("performance", 3, CYCLES, counts([(0, 0, 0, 1)]).frame, pd.DataFrame({"rater_id": ["a"]}),
                          pd.DataFrame({"cycle": CYCLES[::-1]}))
    assert place_cycles(turned).tolist() == [1, 0]
