import numpy as np
import pandas as pd
import pytest

from benchmarks.ceiling import CEILING, is_plain
from benchmarks.councils import Council, simulate_council
from benchmarks.detection import DELTA, OURS, judge_run, tabulate
from benchmarks.rivals import compare_methods
from my121_analytics.workforce.counts import RatingCounts


def counts_of(tally):
    """Build counts from ratings by manager and level."""
    tally = np.asarray(tally)
    rater, category = np.nonzero(tally)
    frame = pd.DataFrame({"rater": rater, "pattern": 0, "category": category + 1, "n": tally[rater, category]})
    raters = pd.DataFrame({"rater_id": [f"m{k}" for k in range(len(tally))], "n_ratings": tally.sum(axis=1)})
    return RatingCounts("performance", tally.shape[1], ("c0",), frame, raters, pd.DataFrame({"cycle": ["0"]}))


def test_usual_methods_name_whom_they_should_by_hand():
    # Six managers with ten ratings each; the last gives the top rating throughout.
    named, side = compare_methods(counts_of([[2, 7, 1]] * 5 + [[0, 0, 10]]))
    last_alone = [False] * 5 + [True]
    # Together 10/35/15 in 60. The first five: chi-square .07 + .23 + .90; the last 1.67 + 5.83 + 22.5.
    assert named["chi-square, p < .05"].tolist() == last_alone
    # They hold the fixed target exactly; the last has ten tops where one was due: 2 + 7 + 81.
    assert named["chi-square, 20/70/10"].tolist() == last_alone
    # One of six apart from five alike lies sqrt(5) standard deviations from their mean.
    assert named["raw mean, |z| > 2"].tolist() == last_alone
    # Overall mean 2.08, within sd sqrt(5 * 2.9 / 54) = .518, limit 3.09 * .518 / sqrt(10) = .506.
    assert named["funnel, 99.8 %"].tolist() == last_alone
    assert side.tolist() == [-1] * 5 + [1]


def test_a_wrong_name_is_too_small_a_difference_or_the_other_side():
    rows = pd.DataFrame({"seed": [1, 1, 1, 2, 2], "truth": [1.0, 0.5, -1.0, 1.0, 0.0],
                         "named": [True, True, True, False, False], "side": [1, 1, 1, 1, 1],
                         "lower": [0.5, 0.6, np.nan, 0.0, -1.0], "upper": [1.5, 1.0, np.nan, 0.9, 1.0],
                         "band": [0, 0, 1, 1, 1]})
    found = tabulate(rows)
    assert found["found"] == pytest.approx(1 / 3)
    assert found["wrong"] == pytest.approx(2 / 3)
    assert found["wrong_mean"] == pytest.approx(1 / 3)
    assert found["covered"] == pytest.approx(2 / 4)
    assert found["wrong 2-5"] == pytest.approx(1 / 2)
    assert found["wrong 26+"] is None


@pytest.mark.parametrize("kind", [Council("plain", 2, managers=30), Council("tiny", 2, managers=30, sizes="tiny"),
                                  Council("same", 3, managers=30, fresh=False, mobility=0.2, people_sd=1.0),
                                  Council("missed", 3, managers=30, absent=0.5, sizes="uneven")],
                         ids=lambda kind: kind.name)
def test_councils_add_up(kind):
    counts, truth, _ = simulate_council(kind, 3)
    assert counts.frame.groupby("rater")["n"].sum().tolist() == counts.raters["n_ratings"].tolist()
    assert counts.frame["category"].between(1, 3).all()
    assert len(truth) == len(counts.raters) == 30
    assert np.allclose(truth["total"], truth["leniency"] + truth["quality"])


def test_one_council_is_judged_by_every_method_for_every_manager():
    rows = judge_run(Council("plain", 2, managers=30), 3)
    assert rows.groupby("method").size().tolist() == [30] * 6
    assert rows.groupby("method")["truth"].first().nunique() == 1


def test_who_knows_all_but_the_managers_keeps_the_rate_and_judges_plain_councils_only():
    assert is_plain(Council("any name", 4))
    assert not is_plain(Council("any name", 4, shape="heavy"))
    rows = pd.concat([judge_run(Council("plain", 4), seed) for seed in range(600, 606)])
    found = {name: tabulate(rows[rows["method"] == name]) for name in (OURS, CEILING)}
    assert 0.05 <= found[CEILING]["wrong"] <= 0.15
    assert 0.2 <= found[OURS]["found"] <= found[CEILING]["found"] + 0.03


@pytest.mark.slow
@pytest.mark.parametrize("managers", [6, 12])
def test_ranges_of_few_managers_hold_their_difference_from_managers_in_general(managers):
    # The level of six managers is itself known to half their spread only: ranges must hold that as well.
    kind = Council("few", 4, managers=managers)
    rows = pd.concat([judge_run(kind, seed) for seed in range(500, 560)])
    mine = rows[(rows["method"] == OURS) & rows["lower"].notna()]
    inside = (mine["lower"] <= mine["truth"]) & (mine["truth"] <= mine["upper"])
    assert 0.90 <= inside.mean() <= 0.99
    assert (mine["named"] & (mine["truth"].abs() <= DELTA)).sum() <= 2
