"""Use of the scale: managers who keep to the middle, or who use the ends more than others."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.case_mix import merge_alike
from my121_analytics.analysis.rating_patterns.habit_judgement import NODES, HabitEvidence
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors, expected_location
from my121_analytics.analysis.rating_patterns.spells import gather_spells
from my121_analytics.inference.category_stretch import stretch_thresholds
from my121_analytics.inference.grid_likelihood import PersonCounts, tabulate_likelihood
from my121_analytics.settings import ManagerSettings
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]

SCALE_USE = "scale_use"
MATTERS = math.log(1.5)
"""Thresholds half as far apart again as others', or as much nearer: with thresholds at -2 and 1.6 logits the middle
rating then goes to 88 in a hundred in place of 71 (or to 55)."""
FEWEST_CYCLES = 2
"""In one cycle hardly any planted case is found: the row then only describes."""
COARSE = NODES[::4]
EFFECTS = np.linspace(-6.0, 6.0, 61)


def gather_scale_use(counts: RatingCounts, evidence: Posteriors, rules: ManagerSettings) -> HabitEvidence | None:
    """Say how widely each manager uses the scale, compared with others.

    Parameters
    ----------
    counts
        Ratings of one axis.
    evidence
        From the same counts.
    rules
        Least number of ratings.

    Returns
    -------
    HabitEvidence or None
        Of the log-stretch ``c`` of thresholds ``m + exp(c)(threshold - m)`` about their middle ``m``: above 0 the
        middle of the scale is used more than by others. None where two ratings are in use: there is nothing to stretch.

    Notes
    -----
    How high the manager rates is averaged over. People of a team who are alike look the same as a manager who keeps to
    the middle.
    """
    if len(evidence.fit.categories) < 3:
        return None
    counts, case_mix = merge_alike(counts, evidence.case_mix)
    persons, scale = gather_spells(counts, evidence.fit), evidence.supposed.scale
    location, thresholds = (scale * values for values in (expected_location(evidence.fit, case_mix),
                                                          evidence.fit.thresholds.to_numpy()))
    log_p = np.column_stack([average_over_effects(persons, location, stretch_thresholds(thresholds, float(c)), evidence)
                             for c in COARSE])
    n = counts.raters["n_ratings"].to_numpy()
    enough = (n >= rules.min_ratings_verdict) & (counts.raters["n_cycles"].to_numpy() >= FEWEST_CYCLES)
    return HabitEvidence(SCALE_USE, counts.axis, refine(log_p), n, enough, MATTERS)


def average_over_effects(persons: PersonCounts, location: Array, thresholds: Array, evidence: Posteriors) -> Array:
    """Give each rater's log-likelihood, averaged over how high the rater rates."""
    known = evidence.leniency.together()
    prior = np.interp(EFFECTS, known.nodes, known.prior) + 1e-12
    log_p = tabulate_likelihood(persons, location, thresholds, EFFECTS, evidence.person_sd)
    peak = log_p.max(axis=1)
    return np.asarray(np.log(np.exp(log_p - peak[:, None]) @ (prior / prior.sum())) + peak)


def refine(log_p: Array) -> Array:
    """Interpolate a smooth log-likelihood from ``COARSE`` to all nodes."""
    from scipy.interpolate import CubicSpline  # a third of a second to load, for this alone

    return np.asarray(CubicSpline(COARSE, log_p, axis=1)(NODES))
