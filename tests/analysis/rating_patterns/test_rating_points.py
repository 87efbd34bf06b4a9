"""Differences in logits as points on a team's rating mix."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from my121_analytics.analysis.rating_patterns.rating_points import shift_mix, tabulate_points


def test_doubling_the_odds_of_a_higher_rating_moves_twenty_of_a_hundred_to_a_third() -> None:
    moved = shift_mix(np.array([[.1, .7, .2]]), np.array([np.log(2)]))
    assert moved[0, 2] == pytest.approx(1 / 3)          # odds 1:4 become 2:4
    assert moved[0, 0] == pytest.approx(1 / 19)         # odds of more than the lowest 9:1 become 18:1


def test_points_carry_the_range_of_the_difference_and_keep_its_order_at_both_ends() -> None:
    managers = pd.DataFrame({"rater_id": ["b", "a"], "estimate": [.5, np.nan], "lower": [.1, np.nan],
                             "upper": [.9, np.nan]})
    mix = pd.DataFrame({"rater_id": ["a"] * 3 + ["b"] * 3, "level": [1, 2, 3] * 2, "label": list("xyz") * 2,
                        "expected_share": [.1, .7, .2] * 2})
    rows = tabulate_points(managers, mix)
    assert rows["rater_id"].tolist() == mix["rater_id"].tolist()
    one = rows.query("rater_id == 'b'")
    assert (one["lower"] <= one["points"]).all()
    assert (one["points"] <= one["upper"]).all()
    assert one["points"].sum() == pytest.approx(0)
    assert one["points"].iloc[2] > 0 > one["points"].iloc[0]
    assert rows.query("rater_id == 'a'")["points"].isna().all()


@given(st.lists(st.floats(.01, 1), min_size=2, max_size=7), st.floats(-4, 4))
def test_a_moved_mix_is_a_mix_and_moves_back(weights: list[float], by: float) -> None:
    shares = np.array([weights]) / sum(weights)
    moved = shift_mix(shares, np.array([by]))
    assert moved.sum() == pytest.approx(1)
    assert (moved >= -1e-12).all()
    assert shift_mix(moved, np.array([-by])) == pytest.approx(shares, abs=1e-6)
