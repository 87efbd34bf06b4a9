"""Drift: managers whose ratings have risen or fallen over the cycles, compared with everybody's."""

from __future__ import annotations

import numpy as np

from my121_analytics.analysis.rating_patterns.case_mix import merge_alike
from my121_analytics.analysis.rating_patterns.habit_judgement import HabitEvidence
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors, expected_location
from my121_analytics.analysis.rating_patterns.scale_use import COARSE, average_over_effects, refine
from my121_analytics.analysis.rating_patterns.spells import gather_spells, place_cycles
from my121_analytics.settings import ManagerSettings
from my121_analytics.workforce.counts import RatingCounts

DRIFT = "drift"


def gather_drift(counts: RatingCounts, evidence: Posteriors, rules: ManagerSettings) -> HabitEvidence | None:
    """Say how far each manager's ratings have changed from the first cycle to the last, relative to everybody's.

    Parameters
    ----------
    counts
        Ratings of one axis.
    evidence
        From the same counts, with the cycles in its case mix.
    rules
        Delta and the least number of ratings.

    Returns
    -------
    HabitEvidence or None
        Of the change in logits over the cycles compared, as a steady one; above 0: risen more than others'.
        None for one cycle, and where the ratings are too few to know how everybody's changed.

    Notes
    -----
    People rated in several cycles are the same people, so that what they are like is no part of the change. A team that
    got better looks the same as a manager who became more generous.
    """
    of_cycle = [column.startswith("cycle: ") for column in evidence.case_mix.design.columns]
    if len(counts.cycles) < 2 or not any(of_cycle):
        return None
    counts, case_mix = merge_alike(counts, evidence.case_mix)
    place = place_cycles(counts)
    time = place / max(place.max(), 1) - 0.5
    persons, scale = gather_spells(counts, evidence.fit), evidence.supposed.scale
    location, thresholds = (scale * values for values in (expected_location(evidence.fit, case_mix),
                                                          evidence.fit.thresholds.to_numpy()))
    log_p = np.column_stack([average_over_effects(persons, location + change * time, thresholds, evidence)
                             for change in COARSE])
    n = counts.raters["n_ratings"].to_numpy()
    enough = (n >= rules.min_ratings_verdict) & (counts.raters["n_cycles"].to_numpy() >= 2)
    return HabitEvidence(DRIFT, counts.axis, refine(log_p), n, enough, rules.delta)
