"""Whose ratings show a pattern to discuss: the list that keeps the rate of chance names."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.posteriors import Posteriors
from my121_analytics.analysis.rating_patterns.recording import range_used
from my121_analytics.inference.multiplicity import DiscoveryList, list_discoveries
from my121_analytics.inference.power import discovery_limits
from my121_analytics.settings import ManagerSettings
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]

SHAPE_DOUBT, DOUBT_POWER, MOST_SHAPE, DOUBTED_AT = 0.15, 4, 3.0, 0.1
"""Doubt of the supposed shape of managers' effects, which is learnt from the same ratings: where the variance of what
shows is twice the spread, names are taken to be wrong 3.4 times as often as the posterior says, where it is as large
1.15 times, below hardly more often, and never more than 13 times. The spread is reckoned at its tenth percentile, so
that doubt is larger where it is hardly known. In simulated councils names were wrong 1.3 times as often as the
posterior said in one cycle, when a council whose spread looks wide by chance has more names than others and more of
them wrong, and less often than it said in four and eight cycles. Where sources part managers from teams, names in
teams of six and more are wrong less often than stated without this doubt as well; in smaller ones, where the variance
exceeds the spread, 20 of 101 were wrong, so there it stays."""


def list_patterns(counts: RatingCounts, evidence: Posteriors, rules: ManagerSettings, delta: float) -> DiscoveryList:
    """Draw up the list of those who differ by more than delta.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    evidence
        What they say of every rater.
    rules
        Rate of chance names, bands of team size, ratings needed.
    delta
        The smallest difference that matters, logits.

    Returns
    -------
    DiscoveryList

    Notes
    -----
    The whole list keeps the rate in every case. Within a band of team size names are taken up to the chance at which
    lists of such a band hold the rate on average. Were each band held to the rate in every single list, a band of ten
    names would use nine tenths of what is allowed, and find a twentieth fewer of those who differ.
    """
    knowledge = evidence.knowledge
    below, above = knowledge.beyond(delta)
    bands = np.searchsorted(np.asarray(rules.size_bands, dtype=float), counts.raters["mean_team_size"].to_numpy())
    eligible = (counts.raters["n_ratings"].to_numpy() >= rules.min_ratings_verdict) & ~tells_nothing(counts, evidence)
    shape = np.minimum(evidence.se**2 / max(knowledge.spread_quantile(DOUBTED_AT) ** 2, 1e-6), MOST_SHAPE)
    # Where sources part managers from teams, only ratings that tell less of a manager than the prior does are doubted.
    doubt = np.maximum(shape**DOUBT_POWER - 1, 0) if evidence.parts_leniency else shape**DOUBT_POWER
    rate = rules.fdr / (1 + SHAPE_DOUBT * doubt)
    limits = discovery_limits(evidence.se, knowledge.nodes, knowledge.prior, delta=delta, rate=rate,
                              bands=np.where(eligible, bands, -1), extra_sd=further_sd(evidence))
    return list_discoveries(1 - np.maximum(below, above), rate, bands=bands, eligible=eligible, limits=limits)


def further_sd(evidence: Posteriors) -> Array:
    """Noise between an effect and what shows of it: thresholds and case mix, and the people a manager has."""
    return np.hypot(evidence.knowledge.jitter, evidence.knowledge.group_noise)


def tells_nothing(counts: RatingCounts, evidence: Posteriors) -> NDArray[np.bool_]:
    """Find raters whose ratings cannot show their level: one middle rating throughout, or a fixed mix."""
    return one_middle_rating(counts) | evidence.recording.says_nothing


def one_middle_rating(counts: RatingCounts) -> NDArray[np.bool_]:
    """Find raters who gave one rating throughout that is neither the lowest nor the highest in use."""
    used = np.unique(counts.frame["category"])
    lowest, highest = range_used(counts)
    return (lowest == highest) & (lowest > used[0]) & (highest < used[-1])
