"""From what is known of every rater to estimate, range, verdict and caveat."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.pattern_list import (
    further_sd,
    list_patterns,
    one_middle_rating,
    tells_nothing,
)
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors
from my121_analytics.analysis.rating_patterns.recording import LIKELY, range_used
from my121_analytics.analysis.rating_patterns.sources import SOURCES
from my121_analytics.inference.joint_levels import ALL
from my121_analytics.inference.multiplicity import DiscoveryList
from my121_analytics.inference.power import detectable_effect
from my121_analytics.inference.shifted_prior import RaterKnowledge
from my121_analytics.settings import ManagerSettings
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.verdicts import CANNOT_TELL, IN_LINE, PATTERN, WATCH

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEW_MANAGERS = 20
"""Below this the spread between managers is hardly known (STATISTICS of the field: the sd of 20 has a 16 % error)."""
SEEN_ALONE = 0.95
"""How sure the ratings themselves, whatever other managers do, must make it that a difference lies within delta before
'in line' is said: else it would be said of managers of whom little is known, only because few managers differ."""
WRONG_SIDE = 0.05
"""Largest chance of lying on the other side of nought for 'watch': it speaks of one direction."""
LARGEST_DETECTABLE = 3.0
"""Logits (odds 20 times as high) beyond which no manager is ever found to differ: then no difference would be seen."""
LENIENCY, TOGETHER = "leniency", "leniency and team"
"""What estimate, range and verdict are about."""


def judge(counts: RatingCounts, evidence: Posteriors, rules: ManagerSettings) -> tuple[pd.DataFrame, DiscoveryList]:
    """Give estimate, interval, verdict, detectable and caveat of every rater.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    evidence
        What they say of every rater.
    rules
        Delta, rate of chance names, least numbers of ratings.

    Returns
    -------
    tuple
        One row per rater in the order of the counts, and the list.

    Notes
    -----
    Ranges of those listed or watched reach outwards as far as the ratings alone allow: the distribution that all
    managers share pulls in just those who differ most, and a range that was only pulled in would miss them.
    """
    knowledge, n = evidence.knowledge, counts.raters["n_ratings"].to_numpy()
    below, above = knowledge.beyond(rules.delta)
    listing = list_patterns(counts, evidence, rules, rules.delta)
    enough, shown = n >= rules.min_ratings_verdict, n >= rules.min_ratings_interval
    verdict = _give_verdicts(counts, evidence, listing, rules)
    outwards = np.isin(verdict, (PATTERN, WATCH)) | _one_end_throughout(counts)
    lower, upper = _ranges(knowledge, outwards, rules)
    detectable = detectable_effect(evidence.se, knowledge.nodes, knowledge.prior, delta=rules.delta,
                                   cutoff=listing.cutoff, extra_sd=further_sd(evidence))
    detectable = np.where(enough & (detectable <= LARGEST_DETECTABLE), detectable, np.nan)
    table = pd.DataFrame({
        "rater_id": counts.raters["rater_id"].astype("str"), "n_ratings": n,
        "n_employees": counts.raters["n_employees"],
        "estimate": knowledge.mean(), "lower": np.where(shown, lower, np.nan), "upper": np.where(shown, upper, np.nan),
        "probability": below + above, "verdict": verdict.astype(str), "detectable": detectable})
    table["caveat"] = _row_caveats(counts, evidence, table, rules)
    table["about"] = LENIENCY if evidence.parts_leniency else TOGETHER
    for name, known in (("leniency", evidence.leniency), ("together", evidence.leniency.together())):
        low, high = _ranges(known, np.zeros(len(n), dtype=bool), rules)
        table[name] = known.mean()
        table[f"{name}_lower"], table[f"{name}_upper"] = np.where(shown, low, np.nan), np.where(shown, high, np.nan)
    table["narrowed"] = evidence.shortened.get(ALL, np.zeros(len(n)))
    for source in SOURCES:
        table[f"narrowed_by_{source}"] = evidence.shortened.get(source, np.full(len(n), np.nan))
    for column in ORGANISATION:
        table[column] = counts.raters[column].to_numpy()
    return table, listing


def _give_verdicts(counts: RatingCounts, evidence: Posteriors, listing: DiscoveryList,
                   rules: ManagerSettings) -> NDArray[np.object_]:
    knowledge = evidence.knowledge
    n, silent = counts.raters["n_ratings"].to_numpy(), tells_nothing(counts, evidence)
    below, above = knowledge.beyond(rules.delta)
    under, over = knowledge.beyond(0.0)
    inside_alone = 1 - np.sum(knowledge.beyond(rules.delta, without_prior=True), axis=0)
    verdict = np.full(len(n), CANNOT_TELL, dtype=object)
    in_line = (1 - below - above >= rules.in_line_probability) & (inside_alone >= SEEN_ALONE)
    verdict[in_line & ~silent & (n >= rules.min_ratings_interval)] = IN_LINE
    likely = (np.maximum(below, above) >= rules.watch_probability) & (np.minimum(under, over) <= WRONG_SIDE)
    verdict[likely & ~silent & (n >= rules.min_ratings_verdict)] = WATCH
    verdict[listing.listed] = PATTERN
    return verdict


def _ranges(knowledge: RaterKnowledge, outwards: Flags, rules: ManagerSettings) -> tuple[Array, Array]:
    tail = (1 - rules.interval) / 2
    lower, upper = knowledge.quantile(tail), knowledge.quantile(1 - tail)
    up = knowledge.mean() > 0
    far_lower = np.minimum(lower, knowledge.quantile(tail, without_prior=True))
    far_upper = np.maximum(upper, knowledge.quantile(1 - tail, without_prior=True))
    return np.where(outwards & ~up, far_lower, lower), np.where(outwards & up, far_upper, upper)


def _one_end_throughout(counts: RatingCounts) -> Flags:
    """Find raters who gave the lowest or the highest rating in use, and no other."""
    used = np.unique(counts.frame["category"])
    lowest, highest = range_used(counts)
    return (lowest == highest) & np.isin(lowest, used[[0, -1]])


def _row_caveats(counts: RatingCounts, evidence: Posteriors, table: pd.DataFrame, rules: ManagerSettings) -> list[str]:
    """Choose the one caveat that matters most for each rater."""
    n = table["n_ratings"].to_numpy()
    nothing_seen = table["detectable"].isna().to_numpy() & (table["verdict"] == CANNOT_TELL).to_numpy()
    conditions = {
        "too_few_for_range": n < rules.min_ratings_interval, "too_few_for_verdict": n < rules.min_ratings_verdict,
        "one_rating_throughout": one_middle_rating(counts), "fixed_mix": evidence.recording.says_nothing,
        "lowest_left_out": evidence.recording.lowest_left_out > LIKELY, "open_end": _one_end_throughout(counts),
        "few_to_compare": np.full(len(n), len(n) < FEW_MANAGERS),
        "no_spread": np.full(len(n), evidence.shows_no_difference), "nothing_seen": nothing_seen,
        "rater_and_team": np.full(len(n), not evidence.parts_leniency), "same_people": evidence.overlap > 0.5}
    return [str(code) for code in np.select(list(conditions.values()), list(conditions), default="leniency_or_quality")]
