"""Differences between groups: counted by hand, found where planted, and silent where nothing can be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.disparity import (
    characteristics_of,
    compare_groups,
    family_of,
)
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.settings import NOT_DECLARED, DisclosureSettings, Settings
from my121_analytics.workforce.record import build_workforce

CYCLE = "2024/25 H1"


def council(groups, performance, potential, *, fte=1.0, managers=4):
    """One cycle of a council: a group, a performance level (0: none) and a potential level for each person."""
    n = len(groups)
    ids = [f"E{i:03d}" for i in range(n)]
    boss = [f"E{i % managers:03d}" for i in range(n)]
    placements = pd.DataFrame({"employee_id": ids, "post_id": ids, "cycle": CYCLE, "source": "manager",
                               "rater_id": boss, "placed_on": pd.Timestamp("2024-09-01"),
                               "performance": performance, "potential": potential})
    return build_workforce({
        "employees": pd.DataFrame({"employee_id": ids, "sex": groups, "started": pd.Timestamp("2015-01-01")}),
        "posts": pd.DataFrame({"employee_id": ids, "post_id": ids, "is_main": True, "manager_id": boss, "fte": fte,
                               "grade": "G1", "directorate": "Care", "started_in_post": pd.Timestamp("2015-01-01")}),
        "placements": placements[placements["performance"] > 0]})


@pytest.fixture(scope="module")
def small():
    """30 women (6, 14 and 10 at the levels; 2 not rated besides), 20 men (2, 8, 10), 3 who did not say."""
    groups = ["Female"] * 32 + ["Male"] * 20 + ["Prefer not to say"] * 2 + [None]
    performance = [1] * 6 + [2] * 14 + [3] * 10 + [0] * 2 + [1] * 2 + [2] * 8 + [3] * 10 + [2] * 3
    return council(groups, performance, [2] * 55)


def one(result, outcome, model="plain"):
    rows = result.frame("differences")
    return rows[(rows["outcome"] == outcome) & (rows["model"] == model)].iloc[0]


def test_people_are_counted_once_and_silent_answers_together(small):
    groups = compare_groups(small, by="sex").frame("groups").set_index("sex")
    assert groups["n"].to_dict() == {"Female": 32, "Male": 20, NOT_DECLARED: 3, "All": 55}
    assert groups["n_rated"].to_dict() == {"Female": 30, "Male": 20, NOT_DECLARED: 3, "All": 53}


def test_shares_differences_and_ratios_are_those_worked_out_by_hand(small):
    row = one(compare_groups(small, by="sex"), "performance")
    assert (row["sex"], row["reference"], row["n"], row["n_reference"]) == ("Male", "Female", 20, 30)
    assert (row["share"], row["share_reference"]) == (.5, pytest.approx(1 / 3))
    assert row["difference"] == pytest.approx(1 / 6)
    assert row["ratio"] == pytest.approx(1.5)
    # Katz et al. (1978): sd of the log of the ratio
    half = 1.959964 * np.sqrt(1 / 10 - 1 / 20 + 1 / 10 - 1 / 30)
    assert row["ratio_lower"] == pytest.approx(1.5 * np.exp(-half), rel=1e-6)
    # a range that takes in no difference
    assert row["lower"] < 0 < row["upper"]


def test_of_two_levels_the_odds_ratio_is_that_of_the_table(small):
    row = one(compare_groups(small, by="sex"), "not_rated")
    assert np.isnan(row["odds_ratio"])  # no man is without a rating: the odds ratio has no end
    assert row["caveat"] == "disparity_runs_off"
    assert one(compare_groups(small, by="sex"), "potential")["caveat"] == "disparity_one_level"


def test_a_planted_difference_is_found_and_one_axis_does_not_leak_into_the_other():
    rng = np.random.default_rng(11)
    n = 400
    groups = rng.choice(["Female", "Male"], n)
    performance = np.digitize(rng.logistic(size=n), [-1.5, 1]) + 1
    potential = np.digitize(rng.logistic(-1.2 * (groups == "Female")), [-1, 1.2]) + 1
    result = compare_groups(council(list(groups), performance, potential, managers=20), by="sex")
    found = one(result, "potential", "adjusted")
    sign = 1 if found["sex"] == "Female" else -1
    lower, upper = sorted(sign * np.log([found["odds_lower"], found["odds_upper"]]))
    assert lower <= -1.2 <= upper
    assert found["verdict"] == "difference"
    assert one(result, "potential_at_equal_performance", "equal performance")["verdict"] == "difference"
    assert one(result, "performance", "adjusted")["verdict"] != "difference"


def test_exchanging_the_groups_turns_the_odds_round():
    rng = np.random.default_rng(3)
    groups = np.where(rng.random(120) < .5, "A", "B")
    performance, potential = rng.integers(1, 4, 120), rng.integers(1, 4, 120)
    result = one(compare_groups(council(list(groups), performance, potential), by="sex"), "performance")
    mirrored = one(compare_groups(council(list(groups), 4 - performance, potential), by="sex"), "performance")
    assert result["odds_ratio"] == pytest.approx(1 / mirrored["odds_ratio"], rel=1e-4)
    assert result["chance"] == pytest.approx(mirrored["chance"], abs=1e-5)


def test_fewer_than_ten_are_not_compared():
    workforce = council(["Female"] * 30 + ["Male"] * 9, [1, 2, 3] * 13, [1, 2, 3] * 13)
    rows = compare_groups(workforce, by="sex").frame("differences")
    assert rows["odds_ratio"].isna().all()
    assert rows["difference"].isna().all()
    assert set(rows["caveat"]) == {"disparity_few"}
    assert "difference" not in set(rows["verdict"])


def test_what_could_have_been_seen_stands_beside_every_null(small):
    rows = compare_groups(small, by="sex").frame("differences")
    estimated = rows[rows["odds_ratio"].notna()]
    assert (estimated["detectable"] > 1).all()
    assert (np.log(estimated["detectable"]) > np.log(estimated["odds_upper"] / estimated["odds_ratio"])).all()


def test_part_time_is_compared_by_the_hours_of_the_main_post():
    fte = [1.0] * 30 + [.6] * 30
    workforce = council(["Female"] * 60, [1, 2, 3] * 20, [1, 2, 3] * 20, fte=fte)
    groups = compare_groups(workforce, by="part_time").frame("groups").set_index("part_time")["n"]
    assert groups.to_dict() == {"Full time": 30, "Part time": 30, "All": 60}
    assert characteristics_of(workforce) == ["sex", "part_time"]


def test_several_characteristics_are_one_family(small):
    result = compare_groups(small, by="sex")
    judged = family_of([result, result], small.settings)
    assert [len(one_of.frame("differences")) for one_of in judged] == [len(result.frame("differences"))] * 2
    assert set(judged[0].frame("differences").columns) == set(result.frame("differences").columns)


def test_a_column_that_is_no_characteristic_and_one_group_alone_are_refused(small):
    with pytest.raises(UsageError, match="'grade' is no protected characteristic"):
        compare_groups(small, by="grade")
    with pytest.raises(DataUnusableError, match="1 declared group of it"):
        compare_groups(council(["Female"] * 20, [1, 2] * 10, [1, 2] * 10), by="sex")


@pytest.mark.parametrize("audience", ["panel", "manager"])
def test_protected_characteristics_never_reach_a_meeting_or_a_manager(small, audience):
    released = release(compare_groups(small, by="sex"), audience=audience, rater_id="E000")
    assert released.tables == {}


def test_of_a_council_of_twelve_every_count_is_the_one_made_by_hand():
    # women: two at each level and one without a rating; men: one, two, two; nobody's potential is 2
    twelve = council(["Female"] * 7 + ["Male"] * 5, [1, 1, 2, 2, 3, 3, 0, 1, 2, 2, 3, 3],
                     [1, 1, 1, 3, 3, 3, 1, 1, 1, 1, 3, 3], managers=2)
    result = compare_groups(twelve, by="sex")
    levels = result.frame("performance_levels").sort_values("level").groupby("sex")["n"].agg(list)
    assert levels.to_dict() == {"Female": [1, 2, 2, 2], "Male": [0, 1, 2, 2], "All": [1, 3, 4, 4]}
    potential = result.frame("potential_levels").set_index(["sex", "potential_level"])["n"]
    assert potential.to_dict() == {("Female", 0): 1, ("Female", 1): 3, ("Female", 3): 3, ("Male", 0): 0,
                                   ("Male", 1): 3, ("Male", 3): 2, ("All", 0): 1, ("All", 1): 6, ("All", 3): 5}
    groups = result.frame("groups").set_index("sex")
    assert groups["n"].tolist() == [7, 5, 12]
    assert groups["n_rated"].tolist() == [6, 5, 11]


def test_rounded_counts_stand_beside_no_differences_that_would_tell_the_true_ones(small):
    rounded = Settings(disclosure=DisclosureSettings(method="round"))
    shown = release(compare_groups(small, by="sex"), audience="publish", settings=rounded)
    assert "differences" not in shown.tables
    assert "groups" in shown.tables
