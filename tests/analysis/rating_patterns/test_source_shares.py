"""What each source did to the ranges, held to whole new fits without it, and the sentences that say so."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks.councils import Council, simulate_council
from benchmarks.sources import staying
from my121_analytics.analysis.rating_patterns import posteriors
from my121_analytics.analysis.rating_patterns.case_mix import build_case_mix
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors, gather_posteriors
from my121_analytics.analysis.rating_patterns.sources import MOVERS, OBJECTIVES, SECOND_RATERS
from my121_analytics.analysis.rating_patterns.summary import source_lines
from my121_analytics.inference.joint_levels import MeasureUse
from my121_analytics.workforce.counts import RatingCounts

UNRECORDED = 0.05
FULL = [staying("objectives", 4, 0.1, objectives=0.5), staying("small", 4, 0.1, objectives=0.5, managers=80),
        staying("weak, second", 4, 0.1, objectives=0.3, second_raters=0.1),
        staying("much movement", 4, 0.25, objectives=0.7), staying("long", 8, 0.1, objectives=0.5, quality_sd=0.5)]


def simulate(kind: Council, seed: int) -> tuple[RatingCounts, list]:
    counts, _, measures = simulate_council(kind, seed)
    return replace(counts, patterns=counts.patterns[["grade", "cycle"]]), measures


def width(evidence: Posteriors, prior: np.ndarray) -> np.ndarray:
    """Give the width of ranges of the raters' own effects under one distribution of raters for all fits."""
    weights = evidence.leniency.alone * prior
    fixed = replace(evidence.leniency, weights=weights / weights.sum(axis=1, keepdims=True))
    return fixed.quantile(0.975) - fixed.quantile(0.025)


def part_people(counts: RatingCounts, parted: np.ndarray) -> tuple[RatingCounts, pd.DataFrame]:
    """Give these people a new code under each rater; also the codes that each person had and has."""
    frame = counts.frame
    new = pd.factorize(frame["employee"] * 10_000 + np.where(parted[frame["employee"]], frame["rater"], 9_999),
                       sort=True)[0].astype(np.int64)
    codes = pd.DataFrame({"new": new, "was": frame["employee"]}).drop_duplicates().sort_values("new")
    return replace(counts, frame=frame.assign(employee=new)), codes


def compare_with_refits(kind: Council, seed: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[float, float]]:
    """Give for each source the share by which it shortened the typical range: as the package says, and by refitting."""
    counts, measures = simulate(kind, seed)
    mix = build_case_mix(counts, ["grade"])
    first = gather_posteriors(counts, mix, unrecorded_sd=UNRECORDED, measures=measures)
    levels = first.linked
    weight = np.exp(levels.log_evidence - levels.log_evidence.max() + posteriors.linked_log_prior())
    team_sd = float(np.sqrt(np.average(levels.sds**2, weights=weight)))
    monkeypatch.setattr(posteriors, "LINKED_SDS", np.array([team_sd, 1.0001 * team_sd]))
    monkeypatch.setattr(posteriors, "linked_log_prior", lambda: np.zeros(2))
    monkeypatch.setattr(posteriors, "LEAST_MOVERS", 0)

    def refit(these: RatingCounts, those: list) -> np.ndarray:
        found = gather_posteriors(these, mix, unrecorded_sd=UNRECORDED, measures=those, like=first)
        return width(found, first.leniency.prior)

    with_all, found = refit(counts, measures), {}
    if measures:
        found[OBJECTIVES] = refit(counts, [])
    by_cycle = counts.frame.assign(cycle=counts.patterns["cycle"].to_numpy()[counts.frame["pattern"]])
    at_once = by_cycle.groupby(["employee", "cycle"])["rater"].nunique().groupby("employee").max().gt(1).to_numpy()
    several = counts.frame.groupby("employee")["rater"].nunique().gt(1).to_numpy()
    homes = posteriors.find_homes(counts, len(several))
    for source, parted in ((MOVERS, several & ~at_once), (SECOND_RATERS, at_once)):
        if parted.any():
            apart, codes = part_people(counts, parted)
            monkeypatch.setattr(posteriors, "find_homes", lambda *_, codes=codes: homes[codes["was"].to_numpy()])
            found[source] = refit(apart, [_copy(measure, codes) for measure in measures])
    return {source: (float(np.median(first.shortened[source])), float(np.median(1 - with_all / without)))
            for source, without in found.items()}


def _copy(measure, codes: pd.DataFrame):
    place = pd.Series(range(len(measure.person)), index=measure.person).reindex(codes["was"]).to_numpy()
    kept = ~np.isnan(place)
    place = place[kept].astype(int)
    return replace(measure, person=codes["new"].to_numpy()[kept], value=measure.value[place],
                   sampling_variance=measure.sampling_variance[place])


def test_what_a_source_did_is_what_a_refit_without_it_finds(monkeypatch):
    kind = staying("quick", 3, 0.15, objectives=0.6, managers=30)
    found = compare_with_refits(kind, 3, monkeypatch)
    assert set(found) == {OBJECTIVES, MOVERS}
    for source, (said, refitted) in found.items():
        assert said == pytest.approx(refitted, abs=0.02), source
    assert found[OBJECTIVES][0] > 0.05


@pytest.mark.slow
@pytest.mark.parametrize("kind", FULL, ids=[kind.name for kind in FULL])
def test_what_each_source_did_is_what_refits_without_it_find(kind, monkeypatch):
    for source, (said, refitted) in compare_with_refits(kind, 31, monkeypatch).items():
        assert said == pytest.approx(refitted, abs=0.02), source


def lines(shortened: dict[str, np.ndarray]) -> dict[str, tuple[str, dict]]:
    """Give code and values of the lines on sources of a record of three raters whose people all have objectives."""
    frame = pd.DataFrame({"employee": range(6), "rater": [0, 0, 1, 1, 2, 2], "pattern": 0, "category": 1, "n": 1})
    raters = pd.DataFrame({"rater_id": ["a", "b", "c"]})
    counts = RatingCounts("performance", 3, ("c0",), frame, raters, pd.DataFrame({"cycle": ["c0"]}))
    uses = (MeasureUse(OBJECTIVES, 6, 0.2, 0.1, 0.5),)
    evidence = SimpleNamespace(linked=SimpleNamespace(uses=uses), too_large=False, shortened=shortened)
    return {name: (code, values) for name, code, _, values in source_lines(evidence, counts)}


@pytest.mark.parametrize(("by", "code", "words"), [
    ([0.1, 0.2, 0.3], "shortened", "20%"), ([0.1, 0.2, 0.4], "shortened_third", "20%"),
    ([0.0, 0.0, 0.02], "shortened", "less than 1%"), ([0.0, 0.0, 0.0], "shortened_none", "less than 1%")])
def test_one_sentence_says_what_a_source_did(by, code, words):
    found = lines({OBJECTIVES: np.array(by), "all": np.array(by)})
    assert found[f"shortened {OBJECTIVES}"][0] == code
    assert found[f"shortened {OBJECTIVES}"][1]["by"] == words
    assert found[f"shortened {OBJECTIVES}"][1].get("n") == (1 if code == "shortened_third" else None)
    assert f"shortened {MOVERS}" not in found
