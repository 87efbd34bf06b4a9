"""Councils of the bench of detection whose staff stay, or whose ratings are recorded unevenly."""

import pandas as pd
import pytest

from benchmarks.councils import Council, simulate_council


def test_a_measure_of_people_has_the_reliability_asked_for():
    kind = Council("staying", 3, managers=120, fresh=False, people_sd=1.0, mobility=0.1, objectives=0.5)
    counts, truth, measures = simulate_council(kind, 4)
    assert len(measures) == 1
    assert len(measures[0].person) == counts.frame["employee"].nunique()
    # half of its variance is the person's level, so teams of 8 show team quality only faintly
    by_person = counts.frame.drop_duplicates("employee").set_index("employee")["rater"]
    team = pd.Series(measures[0].value, index=measures[0].person).groupby(by_person).mean()
    assert 0.1 < team.corr(truth["quality"]) < 0.7


def test_quotas_fix_the_mix_whatever_the_people():
    counts, _, _ = simulate_council(Council("quotas", 1, managers=30, sizes="huge", quota=1.0), 5)
    mix = counts.frame.groupby("category")["n"].sum() / counts.frame["n"].sum()
    assert mix[3] == pytest.approx(0.2, abs=0.03)
    assert mix[1] == pytest.approx(0.1, abs=0.03)


def test_a_manager_who_wrote_nothing_down_is_no_rater():
    counts, truth, _ = simulate_council(Council("left out", 1, managers=60, sizes="tiny", leave_out_low=1.0,
                                                thresholds=(1.0, 2.0)), 6)
    assert len(truth) == len(counts.raters) < 60
    assert counts.raters["n_ratings"].min() >= 1
    assert counts.frame["rater"].max() == len(counts.raters) - 1
