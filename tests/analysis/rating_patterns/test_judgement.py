"""From what is known of a rater to the verdict, on posteriors that are normal and can be looked up in a table."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns import judgement
from my121_analytics.analysis.rating_patterns.judgement import judge
from my121_analytics.inference.multiplicity import DiscoveryList
from my121_analytics.inference.shifted_prior import RaterKnowledge
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.verdicts import CANNOT_TELL, IN_LINE, PATTERN, WATCH

NODES = np.linspace(-6, 6, 241)
RULES = Settings().managers
"""Delta ln 2 = .69; 'in line' at .97, 'watch' at .5; ranges from 5 ratings, verdicts from 8; ranges of 95 %."""


def normal(means: list[float], sds: list[float]) -> np.ndarray:
    rows = np.exp(-(((NODES - np.array(means)[:, None]) / np.array(sds)[:, None]) ** 2) / 2)
    return rows / rows.sum(axis=1, keepdims=True)


def know(means: list[float], sds: list[float], alone: tuple[list[float], list[float]] | None = None) -> RaterKnowledge:
    posterior, likelihood = normal(means, sds), normal(*(alone or (means, sds)))
    nought, prior = np.zeros(len(means)), normal([0.0], [0.4])[0]
    return RaterKnowledge(NODES, posterior, posterior, nought, likelihood, likelihood, prior, prior,
                          np.array([0.4]), np.ones(1), 0.0, nought, 0.0, 0.0)


def judged(monkeypatch: pytest.MonkeyPatch, means: list[float], sds: list[float], *, listed: tuple[int, ...] = (),
           n: int | list[int] = 30, alone: tuple[list[float], list[float]] | None = None, silent: bool = False,
           category: int | None = None, **more: object) -> pd.DataFrame:
    """Judge raters of whom this is known; the list is given, since it has tests of its own."""
    size, sizes = len(means), np.broadcast_to(n, len(means))
    knowledge = know(means, sds, alone)
    in_list = np.isin(np.arange(size), listed)
    listing = DiscoveryList(listed=in_list, cutoff=np.full(size, 0.1), expected_wrong=0.0)
    monkeypatch.setattr(judgement, "list_patterns", lambda *_: listing)
    monkeypatch.setattr(judgement, "tells_nothing", lambda *_: np.full(size, silent))
    monkeypatch.setattr(judgement, "further_sd", lambda *_: np.zeros(size))
    monkeypatch.setattr(judgement, "one_middle_rating", lambda *_: np.zeros(size, dtype=bool))
    levels = (1, 2, 3) if category is None else (category,)
    frame = pd.DataFrame([(rater, level, 10) for rater in range(size) for level in levels]
                         + ([(size - 1, 1, 1), (size - 1, 3, 1)] if category else []),
                         columns=["rater", "category", "n"])
    raters = pd.DataFrame({"rater_id": [f"m{at}" for at in range(size)], "n_ratings": sizes, "n_employees": sizes,
                           **dict.fromkeys(ORGANISATION, "x")})
    counts = RatingCounts("performance", 3, ("2024/25",), frame, raters, pd.DataFrame(index=range(1)))
    recording = SimpleNamespace(says_nothing=np.zeros(size, dtype=bool), lowest_left_out=np.zeros(size))
    given = {"knowledge": knowledge, "leniency": knowledge, "se": np.array(sds), "parts_leniency": True,
             "shortened": {"all": np.full(size, 0.2), "objectives": np.full(size, 0.15)}, "overlap": 0.0,
             "shows_no_difference": False, "recording": recording}
    return judge(counts, SimpleNamespace(**{**given, **more}), RULES)[0]


def test_estimate_range_and_probability_are_those_of_the_posterior(monkeypatch):
    """Mean .5, sd .25: 95 % within 1.96 sd; above ln 2 with P(z > .773) = .220, below -ln 2 with next to none."""
    row = judged(monkeypatch, [0.5], [0.25]).iloc[0]
    assert row["estimate"] == pytest.approx(0.5, abs=1e-6)
    assert (row["lower"], row["upper"]) == pytest.approx((0.5 - 0.49, 0.5 + 0.49), abs=0.005)
    assert row["probability"] == pytest.approx(0.220, abs=0.005)
    assert (row["narrowed"], row["narrowed_by_objectives"]) == (0.2, 0.15)
    assert np.isnan(row["narrowed_by_movers"]), "a source that the record does not have has no share"


def test_in_line_is_said_where_the_difference_surely_lies_within_delta(monkeypatch):
    """Mean 0: .97 within .693 needs an sd below .693 / 2.17 = .319; both sides count."""
    rows = judged(monkeypatch, [0.0, 0.0], [0.315, 0.325])
    assert rows["verdict"].tolist() == [IN_LINE, CANNOT_TELL]


def test_in_line_is_not_said_only_because_few_others_differ(monkeypatch):
    """The posterior is narrow; by the ratings alone .95 within delta needs an sd below .693 / 1.96 = .354."""
    rows = judged(monkeypatch, [0.0, 0.0], [0.2, 0.2], alone=([0.0, 0.0], [0.345, 0.365]))
    assert rows["verdict"].tolist() == [IN_LINE, CANNOT_TELL]


def test_watch_is_said_where_a_difference_is_likelier_than_not_and_of_one_direction(monkeypatch):
    """Mean above ln 2 is likelier than not; on the other side of nought lies at most .05 where mean / sd is 1.645."""
    rows = judged(monkeypatch, [0.72, 0.66, -0.72, 0.9, 0.9], [0.3, 0.3, 0.3, 0.53, 0.57])
    assert rows["verdict"].tolist() == [WATCH, CANNOT_TELL, WATCH, WATCH, CANNOT_TELL]


def test_who_is_listed_is_a_pattern_whatever_else_holds(monkeypatch):
    assert judged(monkeypatch, [0.0, 1.5], [0.2, 0.3], listed=(1,))["verdict"].tolist() == [IN_LINE, PATTERN]


def test_of_raters_whose_ratings_tell_nothing_nothing_is_said(monkeypatch):
    assert judged(monkeypatch, [0.0, 1.5], [0.2, 0.3], silent=True)["verdict"].tolist() == [CANNOT_TELL] * 2


def test_few_ratings_give_no_verdict_and_fewer_no_range(monkeypatch):
    rows = judged(monkeypatch, [1.5] * 4, [0.3] * 4, n=[4, 5, 7, 8])
    assert rows["verdict"].tolist() == [CANNOT_TELL] * 3 + [WATCH]
    assert rows["lower"].isna().tolist() == rows["upper"].isna().tolist() == [True, False, False, False]
    assert rows["leniency_lower"].isna().tolist() == [True, False, False, False]
    assert rows["detectable"].notna().tolist() == [False, False, False, True]
    assert judged(monkeypatch, [0.0] * 2, [0.2] * 2, n=[4, 5])["verdict"].tolist() == [CANNOT_TELL, IN_LINE]


def test_ranges_of_those_listed_or_watched_reach_outwards_as_far_as_the_ratings_alone_allow(monkeypatch):
    means, sds, alone = [1.5, -1.5, 0.3], [0.3] * 3, ([2.0, -2.0, 2.0], [0.5] * 3)
    rows = judged(monkeypatch, means, sds, alone=alone, listed=(0, 1))
    assert rows["upper"].tolist() == pytest.approx([2.0 + 0.98, -1.5 + 0.588, 0.3 + 0.588], abs=0.01)
    assert rows["lower"].tolist() == pytest.approx([1.5 - 0.588, -2.0 - 0.98, 0.3 - 0.588], abs=0.01)


def test_a_difference_that_would_never_be_found_is_no_detectable_one(monkeypatch):
    rows = judged(monkeypatch, [0.0] * 4, [0.2, 0.45, 0.55, 2.5])
    assert rows["detectable"].notna().tolist() == [True, True, False, False]
    assert rows["detectable"][0] > RULES.delta


def test_what_is_estimated_is_said(monkeypatch):
    assert judged(monkeypatch, [0.0], [0.2])["about"].tolist() == ["leniency"]
    assert judged(monkeypatch, [0.0], [0.2], parts_leniency=False)["about"].tolist() == ["leniency and team"]


@pytest.mark.parametrize(("how", "caveat"), [
    ({"n": 4}, "too_few_for_range"), ({"n": 7}, "too_few_for_verdict"), ({}, "few_to_compare"),
    ({"size": 20}, "leniency_or_quality"), ({"size": 20, "shows_no_difference": True}, "no_spread"),
    ({"size": 20, "parts_leniency": False}, "rater_and_team"), ({"size": 20, "overlap": 0.51}, "same_people"),
    ({"size": 20, "overlap": 0.5}, "leniency_or_quality"), ({"size": 20, "sd": 2.5}, "nothing_seen"),
    ({"size": 20, "category": 3}, "open_end"), ({"size": 20, "category": 2}, "leniency_or_quality")])
def test_the_caveat_is_the_one_that_matters_most(monkeypatch, how, caveat):
    how = dict(how)
    size, sd = how.pop("size", 19), how.pop("sd", 0.2)
    assert judged(monkeypatch, [0.0] * size, [sd] * size, **how)["caveat"][0] == caveat
