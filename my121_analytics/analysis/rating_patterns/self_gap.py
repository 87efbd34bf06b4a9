"""Gap to people's own placements: managers who rate above or below what people say of themselves, more than others."""

from __future__ import annotations

import numpy as np

from my121_analytics.analysis.rating_patterns.case_mix import build_case_mix
from my121_analytics.analysis.rating_patterns.habit_judgement import NODES, HabitEvidence
from my121_analytics.analysis.rating_patterns.posteriors import REPEATED, expected_location
from my121_analytics.analysis.rating_patterns.spells import gather_spells, merge_people
from my121_analytics.inference.cumulative_link import fit_cumulative_link_counts
from my121_analytics.inference.grid_likelihood import MARGINAL_SCALE, find_person_sd, tabulate_likelihood
from my121_analytics.settings import ManagerSettings
from my121_analytics.workforce.counts import RatingCounts

SELF_GAP = "self_gap"
LEAST_SD = 0.25
"""Spread of managers supposed when asking how uncertain thresholds are; with 0 they would look certain."""
_COARSE = np.linspace(-6.0, 6.0, 61)


def gather_self_gap(gaps: RatingCounts, n_raters: int, rules: ManagerSettings) -> HabitEvidence | None:
    """Say how each manager's placements stand to the same people's own, compared with other managers' gaps.

    Parameters
    ----------
    gaps
        Counts whose categories are steps from the person's own placement to the manager's, the lowest as 1; raters as
        in the main counts.
    n_raters
        Managers in the main counts.
    rules
        Delta and the least number of pairs.

    Returns
    -------
    HabitEvidence or None
        Of the manager's effect on the steps in logits; above 0: higher above people's own placements than others are.
        None where pairs are too few or all alike.

    Notes
    -----
    The same model as for ratings: a cumulative logit of the steps with an effect of the manager and a lasting level of
    each person, since some people place themselves high or low year after year. A modest team looks the same as a
    generous manager.
    """
    frame = gaps.frame
    if frame.empty or frame["category"].nunique() < 2 or frame["rater"].nunique() < 2:
        return None
    used, rater = np.unique(frame["rater"].to_numpy(), return_inverse=True)
    only = gaps.raters.iloc[used].reset_index(drop=True)
    counts = RatingCounts(gaps.axis, gaps.n_categories, gaps.cycles, frame.assign(rater=rater), only, gaps.patterns)
    case_mix = build_case_mix(counts, [])
    fit = fit_cumulative_link_counts(merge_people(counts.frame), case_mix.design, rater_ids=only["rater_id"].tolist())
    persons = gather_spells(counts, fit)
    location, thresholds = expected_location(fit, case_mix), fit.thresholds.to_numpy()
    person_sd = 0.0
    if persons.ratings.sum() - len(persons.ratings) >= REPEATED:
        person_sd = find_person_sd(persons, location, thresholds, _COARSE)
    scale = float(np.sqrt(1 + (MARGINAL_SCALE * person_sd) ** 2))
    log_p, n, jitter = np.zeros((n_raters, len(NODES))), np.zeros(n_raters, dtype=np.int64), np.zeros(n_raters)
    log_p[used] = tabulate_likelihood(persons, scale * location, scale * thresholds, NODES, person_sd)
    n[used] = np.bincount(rater, frame["n"].to_numpy()).astype(np.int64)
    jitter[used] = scale * fit.location_sd(max(fit.sd, LEAST_SD)).to_numpy()
    return HabitEvidence(SELF_GAP, gaps.axis, log_p, n, n >= rules.min_ratings_verdict, rules.delta, jitter)
