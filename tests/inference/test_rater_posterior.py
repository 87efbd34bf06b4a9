"""Each rater's posterior against integrals of the posterior written down, and against what is known in closed form."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import expit, log_expit

from my121_analytics.inference.rater_blocks import ALONE, lay_out
from my121_analytics.inference.rater_posterior import WEAK_SD_SCALE, average_over_sd, beyond, summarise
from my121_analytics.inference.rating_counts import count_cells

LOWS_AND_HIGHS = [(3, 9), (0, 5), (0, 0), (6, 6), (ALONE, 2 * ALONE)]
"""Ratings of two levels by five raters: mixed, all high, none, evenly, and so many that their nodes are their own."""
SD = 0.7


def problem():
    rows = pd.DataFrame([(rater, level, n) for rater, both in enumerate(LOWS_AND_HIGHS)
                         for level, n in enumerate(both) if n], columns=["rater", "level", "n"])
    counts = count_cells(rows["rater"].to_numpy(), np.zeros(len(rows), dtype=np.int64), rows["level"].to_numpy(),
                         rows["n"].to_numpy(float), n_raters=len(LOWS_AND_HIGHS), n_patterns=1, labels=(1, 2))
    return lay_out(counts, np.zeros((1, 0)))


def log_density(u, lows, highs, sd):
    return lows * log_expit(-u) + highs * log_expit(u) - (u / sd) ** 2 / 2


def mode_of(lows, highs, sd=SD):
    return brentq(lambda u: highs - (lows + highs) * expit(u) - u / sd**2, -8, 8)


def integrate(lows, highs, what=lambda u: 1.0, sd=SD, start=-9.0, stop=9.0):
    """Integrate against the posterior of one rater, whose threshold is at nought, up to a factor that sd alone sets."""
    top = mode_of(lows, highs, sd)
    points = sorted(at for at in (top - 0.5, top, top + 0.5) if start < at < stop)
    peak = log_density(top, lows, highs, sd)
    found = quad(lambda u: what(u) * np.exp(log_density(u, lows, highs, sd) - peak), start, stop, points=points or None,
                 epsabs=1e-13, limit=200)[0]
    return found * np.exp(peak)


@pytest.fixture(scope="module")
def at_sd():
    return np.array([0.0, np.log(SD)])


def test_mode_mean_and_sd_are_those_of_the_posterior_written_down(at_sd):
    found = summarise(problem(), at_sd)
    for rater, both in enumerate(LOWS_AND_HIGHS):
        whole = integrate(*both)
        mean = integrate(*both, lambda u: u) / whole
        assert found["mode"][rater] == pytest.approx(mode_of(*both), abs=1e-6)
        assert found["mean"][rater] == pytest.approx(mean, abs=1e-6)
        assert found["sd"][rater] ** 2 == pytest.approx(integrate(*both, lambda u, at=mean: (u - at) ** 2) / whole,
                                                        abs=1e-6)


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_between_the_ends_of_a_range_lies_what_its_level_says(at_sd, level):
    found = summarise(problem(), at_sd, level)
    for rater, both in enumerate(LOWS_AND_HIGHS):
        whole = integrate(*both)
        for end, share in (("lower", (1 - level) / 2), ("upper", (1 + level) / 2)):
            assert integrate(*both, stop=found[end][rater]) / whole == pytest.approx(share, abs=2e-6)


def test_chances_beyond_a_limit_are_the_tails_of_the_posterior(at_sd):
    below, above = beyond(problem(), at_sd, 0.4)
    for rater, both in enumerate(LOWS_AND_HIGHS):
        whole = integrate(*both)
        assert below[rater] == pytest.approx(integrate(*both, stop=-0.4) / whole, abs=2e-6)
        assert above[rater] == pytest.approx(integrate(*both, start=0.4) / whole, abs=2e-6)


def test_who_gave_no_rating_keeps_the_prior_and_even_ratings_stay_in_the_middle(at_sd):
    found = summarise(problem(), at_sd)
    assert [found[name][2] for name in ("mode", "mean", "sd", "lower", "upper")] == pytest.approx(
        [0, 0, SD, -1.959964 * SD, 1.959964 * SD], abs=5e-6)
    assert [found["mode"][3], found["mean"][3], found["lower"][3] + found["upper"][3]] == pytest.approx(
        [0, 0, 0], abs=1e-8)


def test_exchanging_the_levels_turns_a_posterior_round(at_sd, monkeypatch):
    before = summarise(problem(), at_sd)
    monkeypatch.setitem(globals(), "LOWS_AND_HIGHS", [(highs, lows) for lows, highs in LOWS_AND_HIGHS])
    turned = summarise(problem(), at_sd)
    assert turned["mean"] == pytest.approx(-before["mean"], abs=1e-9)
    assert turned["lower"] == pytest.approx(-before["upper"], abs=1e-7)
    assert turned["sd"] == pytest.approx(before["sd"], abs=1e-9)


def test_where_the_spread_is_not_known_posteriors_are_averaged_with_the_weights_of_the_spreads():
    found, sds, weights = average_over_sd(problem(), np.array([0.0, np.log(1e-6)]))
    evidence = np.array([sum(np.log(integrate(*both, sd=sd) / (sd * np.sqrt(2 * np.pi))) for both in LOWS_AND_HIGHS)
                         for sd in sds])
    expected = np.exp(evidence - evidence.max()) * np.exp(-((sds / WEAK_SD_SCALE) ** 2) / 2) * np.gradient(sds)
    expected /= expected.sum()
    assert weights == pytest.approx(expected, abs=1e-5)
    for rater in (0, 1, 4):
        both = LOWS_AND_HIGHS[rater]
        means = [integrate(*both, lambda u: u, sd=sd) / integrate(*both, sd=sd) for sd in sds]
        assert found["mean"][rater] == pytest.approx(expected @ means, abs=1e-4)
        below = expected @ [integrate(*both, sd=sd, stop=found["lower"][rater]) / integrate(*both, sd=sd)
                            for sd in sds]
        assert below == pytest.approx(0.025, abs=1e-3)  # read off straight lines .02 logits apart, a fifth of an sd
