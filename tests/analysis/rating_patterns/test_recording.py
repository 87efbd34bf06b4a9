import dataclasses

import numpy as np
import pandas as pd
import pytest

from benchmarks.councils import Council, simulate_council
from my121_analytics.analysis.rating_patterns.case_mix import build_case_mix
from my121_analytics.analysis.rating_patterns.posteriors import gather_posteriors
from my121_analytics.analysis.rating_patterns.recording import LIKELY, Recording, range_used
from my121_analytics.analysis.rating_patterns.study import study_axis
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts

RULES = Settings().managers


def judge(kind, seed=1):
    """Judge one council: counts, managers with their true effect, and the study."""
    counts, truth, _ = simulate_council(kind, seed)
    counts = dataclasses.replace(counts, patterns=counts.patterns[["grade", "cycle"]])
    study = study_axis(counts, True, RULES, build_framework(Settings()))
    return counts, study.raters.assign(truth=truth["total"].to_numpy()), study


def test_who_rates_freely_is_taken_for_no_keeper_of_rules():
    _, _, study = judge(Council("plain", 4, managers=150))
    assert study.evidence.recording.is_free
    assert not {"some_fixed_mix", "some_leave_lowest_out"} & set(study.caveats)


def test_who_uses_a_narrower_scale_is_not_taken_to_leave_the_lowest_out():
    _, _, study = judge(Council("scale", 4, managers=150, scale_use_sd=0.3))
    assert study.evidence.use.sd > 0.2
    assert study.evidence.recording.is_free


def test_lowest_ratings_left_out_are_found_and_said_before_anything_else():
    counts, raters, study = judge(Council("left out", 4, managers=150, leave_out_low=0.5))
    left_out = study.evidence.recording.lowest_left_out
    gave_lowest = np.zeros(len(raters), dtype=bool)
    gave_lowest[counts.frame.loc[counts.frame["category"] == 1, "rater"].unique()] = True
    assert left_out[gave_lowest].max() == 0
    many = (raters["n_ratings"] >= 40).to_numpy() & ~gave_lowest
    assert (left_out[many] > LIKELY).mean() > 0.8
    assert study.caveats[0] == "some_leave_lowest_out"
    assert study.facts["some_leave_lowest_out"] == 1
    # Those who write the lowest down look no stricter than they are, nor do the others look more generous.
    apart = raters["estimate"] - raters["truth"]
    assert abs(apart[gave_lowest].mean()) < 0.15
    assert abs(apart[~gave_lowest].mean()) < 0.2
    assert ((raters["lower"] <= raters["truth"]) & (raters["truth"] <= raters["upper"])).mean() > 0.9


def test_nobody_who_keeps_a_quota_is_named_or_told_in_line():
    _, raters, study = judge(Council("quotas", 4, managers=150, quota=0.5))
    fixed = study.evidence.recording.says_nothing
    assert 0.3 < fixed.mean() < 0.6
    assert set(raters.loc[fixed, "verdict"]) == {"cannot tell"}
    assert (raters.loc[fixed, "caveat"] == "fixed_mix").mean() > 0.8
    assert raters.loc[fixed, "detectable"].isna().all()
    assert study.caveats[0] == "some_fixed_mix"


def test_two_levels_are_never_looked_through_for_rules():
    kind = Council("two levels", 4, managers=60, thresholds=(0.0,))
    counts, _, _ = simulate_council(kind, 2)
    counts = dataclasses.replace(counts, patterns=counts.patterns[["grade", "cycle"]])
    evidence = gather_posteriors(counts, build_case_mix(counts, ["grade"]), unrecorded_sd=0.05)
    assert evidence.recording.is_free


def test_a_fixed_mix_for_sure_leaves_a_flat_likelihood_and_a_free_rater_the_ratings_own():
    log_p = np.log(np.array([[0.2, 0.5, 0.3], [0.2, 0.5, 0.3]]))
    prior = np.array([0.25, 0.5, 0.25])
    mixed = np.exp(Recording(np.zeros(2), np.array([1.0, 0.0])).mix(log_p, log_p, prior))
    assert mixed[0] == pytest.approx(np.ones(3))
    assert mixed[1] == pytest.approx(np.array([0.2, 0.5, 0.3]) / 0.375)


def test_directorates_that_differ_are_read_both_ways_where_the_case_mix_leaves_them_out():
    _, _, apart = judge(Council("units", 4, managers=150, directorate_sd=0.8))
    assert apart.evidence.reads_units_twice
    assert "unit_or_managers" in apart.caveats
    _, _, alike = judge(Council("alike", 4, managers=150), seed=3)
    assert not alike.evidence.reads_units_twice


def test_the_lowest_and_highest_rating_of_each_rater_are_told_and_nought_where_a_rater_gave_none():
    counts = RatingCounts("performance", 4, ("c0",), pd.DataFrame(
        {"rater": [0, 0, 2, 3, 3], "pattern": 0, "category": [3, 2, 4, 1, 4], "n": 1}),
        pd.DataFrame({"rater_id": list("abcd")}), pd.DataFrame({"cycle": ["c0"]}))
    lowest, highest = range_used(counts)
    assert lowest.tolist() == [2, 0, 4, 1]
    assert highest.tolist() == [3, 0, 4, 4]
