import numpy as np
import pandas as pd
import pytest

from benchmarks.ceiling import CEILING, SPREADS_KNOWN, _about_spread, chances_knowing_spreads, is_plain
from benchmarks.councils import Council, simulate_council
from benchmarks.detection import COUNCILS, DELTA, OURS, add_up, judge_run, read_stored, run, store, tabulate
from benchmarks.detection_report import _pool_seeds, write_report
from benchmarks.rivals import compare_methods
from my121_analytics.analysis.rating_patterns.study import study_axis
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import Settings
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


ROWS = pd.DataFrame({
    "seed": [1, 1, 1, 1, 2, 2], "about": "leniency",
    "named": [True, True, False, False, True, False],
    "verdict": ["pattern", "pattern", "in line", "cannot tell", "pattern", "in line"],
    "side": [1, 1, 0, 1, -1, 1], "lower": [0.4, 0.2, -0.5, np.nan, -2.0, -0.4],
    "upper": [2.0, 1.8, 0.5, np.nan, -0.2, 0.6], "chance": [0.05, 0.1, 0.98, 0.8, 0.1, 0.97],
    "band": [1, 1, 1, 0, 2, 2], "true_leniency": [1.0, 0.2, 0.9, 0.8, -1.0, 0.0],
    "true_total": [1.1, 0.9, 0.1, 0.2, 0.9, 0.0]})


def test_names_are_held_against_leniency_and_against_leniency_with_the_team_by_hand():
    found = tabulate(ROWS)
    assert (found["runs"], found["names"], found["n_named"]) == (2, 1.5, 3)
    assert found["stated"] == pytest.approx((0.05 + 0.1 + 0.1) / 3)
    own, both = found["leniency"], found["total"]
    assert own["found"] == pytest.approx(2 / 4)
    assert own["wrong"] == pytest.approx(1 / 3)  # the second name differs by too little
    assert both["wrong"] == pytest.approx(1 / 3)  # the third name lies on the other side
    assert found["named_seed"] == {"1": 2.0, "2": 1.0}
    assert found["stated_seed"] == pytest.approx({"1": 0.15, "2": 0.1})
    assert own["wrong_seed"] == {"1": 1.0, "2": 0.0}
    assert own["in_line"] == [0, 1, 1, 0]
    assert own["in_line_wrong"] == [None, 1.0, 0.0, None]
    assert own["covered"] == pytest.approx(4 / 5)  # one has no range, and .9 lies outside the third
    assert own["covered_listed"] == 1.0
    assert own["wrong_band"] == [None, 0.5, 0.0, None]
    assert own["wrong_error"] == pytest.approx(np.sqrt(2 * ((1 - 2 / 3) ** 2 + (1 / 3) ** 2)) / 3)


def test_a_run_is_taken_up_again_stored_and_written_as_pages(tmp_path):
    kinds = [("staying", Council("small, staff stay", 3, managers=40, fresh=False, mobility=0.2, people_sd=1.0,
                                 leniency_sd=0.6, shifted=0.0, objectives=0.7))]
    run(kinds, 2, tmp_path / "kept")
    first = add_up(kinds, tmp_path / "kept")
    run(kinds, 2, tmp_path / "kept")
    store(add_up(kinds, tmp_path / "kept"), tmp_path / "stored.jsonl")
    entries = read_stored(tmp_path / "stored.jsonl")
    assert [entry["method"] for entry in entries] == [entry["method"] for entry in first]
    assert {entry["runs"] for entry in entries} == {2}
    assert SPREADS_KNOWN in {entry["method"] for entry in entries}
    write_report(entries, tmp_path, methods=[OURS], councils=["small, staff stay", "another"])
    text = (tmp_path / "detection.md").read_text(encoding="utf-8")
    assert text.count("| small, staff stay |") == 2 + len(entries)
    assert "Not measured in this state of the program: another." in text
    assert (tmp_path / "detection_sources.md").read_text(encoding="utf-8").count("| small, staff stay |") >= 2


def test_rows_are_pooled_with_errors_over_the_seeds_that_they_share():
    entry = {"named_seed": {"1": 4.0, "2": 6.0}, "stated_seed": {"1": 0.4, "2": 0.6},
             "leniency": {"wrong_seed": {"1": 1.0, "2": 0.0}}}
    # 20 names, 2 wrong; seed 1 has 2 of 8 and seed 2 none of 12: left over 1.2 and -1.2, times sqrt(2), over 20.
    assert _pool_seeds("both", [entry, entry]) == "| both | 2 | 2 | 20 | 0.100 | 0.100 ± 0.120 |"


def test_every_kind_of_council_has_a_name_of_its_own():
    names = [kind.name for _, kind in COUNCILS]
    assert len(set(names)) == len(names)


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
    assert rows.groupby("method")["true_total"].first().nunique() == 1


def test_plain_councils_alone_are_judged_by_who_knows_all_but_the_managers():
    assert is_plain(Council("any name", 4))
    assert not is_plain(Council("any name", 4, shape="heavy"))


@pytest.mark.slow
def test_who_knows_all_but_the_managers_keeps_the_rate():
    rows = pd.concat([judge_run(Council("plain", 4), seed) for seed in range(600, 606)])
    found = {name: tabulate(rows[rows["method"] == name]) for name in (OURS, CEILING)}
    assert 0.05 <= found[CEILING]["total"]["wrong"] <= 0.15
    assert 0.2 <= found[OURS]["total"]["found"] <= found[CEILING]["total"]["found"] + 0.03


@pytest.mark.slow
@pytest.mark.parametrize("managers", [6, 12])
def test_ranges_of_few_managers_hold_their_difference_from_managers_in_general(managers):
    # The level of six managers is itself known to half their spread only: ranges must hold that as well.
    kind = Council("few", 4, managers=managers)
    rows = pd.concat([judge_run(kind, seed) for seed in range(500, 560)])
    mine = rows[(rows["method"] == OURS) & rows["lower"].notna()]
    inside = (mine["lower"] <= mine["true_total"]) & (mine["true_total"] <= mine["upper"])
    assert 0.90 <= inside.mean() <= 0.99
    assert (mine["named"] & (mine["true_total"].abs() <= DELTA)).sum() <= 2


def test_the_chances_of_who_knows_the_spreads_are_averaged_over_names_alone_and_set_beside_the_stated():
    found = tabulate(ROWS.assign(known=[0.2, 0.1, 1.0, 1.0, 0.3, 1.0]))
    assert found["known"] == pytest.approx(0.6 / 3)
    # seed 1: .3 of two names, seed 2: .3 of one; left over -.1 and .1 at a share of .2
    assert found["known_error"] == pytest.approx(np.sqrt(2 * (0.1**2 + 0.1**2)) / 3)
    # above what is stated: .15 of two names and .2 of one; left over -.0833 and .0833 at .35 / 3
    assert found["above_error"] == pytest.approx(np.sqrt(2 * 2) * (0.2 - 0.35 / 3) / 3)
    assert "known" not in tabulate(ROWS)


def test_who_knows_the_spreads_gives_chances_that_come_true_and_reads_between_the_spreads_tried():
    kind = Council("same", 3, managers=60, fresh=False, mobility=0.3, people_sd=1.0, leniency_sd=0.6, shifted=0.0,
                   quality_sd=0.45)
    low, high, truth = [], [], []
    for seed in range(2):
        counts, true, measures = simulate_council(kind, seed)
        evidence = study_axis(counts, True, Settings().managers, build_framework(Settings()),
                              measures=measures).evidence
        found = chances_knowing_spreads(evidence, kind, DELTA)
        low.append(found[0])
        high.append(found[1])
        truth.append(true["leniency"])
    low, high, truth = (np.concatenate(each) for each in (low, high, truth))
    assert ((low + high) < 1).all()
    # of 120 managers a quarter lie beyond: the error of their number is under 5
    assert low.sum() + high.sum() == pytest.approx((abs(truth) > DELTA).sum(), abs=15)
    assert high[truth > DELTA].mean() > 2 * high[truth < DELTA].mean()
    places, shares = zip(*_about_spread(np.array([0.3, 0.5, 0.9]), 0.6), strict=True)
    assert places == (1, 2)
    assert shares == pytest.approx((0.75, 0.25))
    assert _about_spread(np.array([0.3, 0.5, 0.9]), 0.5) == [(1, 1.0)]
