"""From what ratings say of one way of rating, manager by manager, to estimate, range, list and smallest difference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.inference.multiplicity import list_discoveries
from my121_analytics.inference.power import detectable_effect
from my121_analytics.inference.shifted_prior import RaterKnowledge, learn_raters
from my121_analytics.settings import ManagerSettings
from my121_analytics.workforce.verdicts import CANNOT_TELL, IN_LINE, PATTERN

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

NODES = np.linspace(-3.0, 3.0, 61)
"""Differences from managers in general at which every way of rating is looked at; beyond, nothing can be told apart."""
FEWEST_MANAGERS = 10
"""Managers with enough ratings below which how far managers differ is not known, and nobody is listed."""
SEEN_ALONE = 0.95
LARGEST_DETECTABLE = 2.5
"""Differences beyond do not occur in practice."""


@dataclass(frozen=True)
class HabitEvidence:
    """What ratings say of one way of rating.

    Parameters
    ----------
    family, axis
        Which way of rating, of which rating.
    log_likelihood
        Raters x ``NODES``: of each rater's difference from managers in general.
    n
        Ratings (or pairs of ratings) per rater.
    enough
        Per rater: whether a verdict may be given; else the row only describes.
    delta
        Smallest difference that matters, in the unit of the nodes.
    jitter
        Per rater: standard deviation that the comparison's own uncertainty adds.
    """

    family: str
    axis: str
    log_likelihood: Array
    n: NDArray[np.int64]
    enough: Flags
    delta: float
    jitter: Array | None = None


@dataclass(frozen=True)
class HabitVerdicts:
    """One family judged: a row per rater, and what holds for all."""

    evidence: HabitEvidence
    rows: pd.DataFrame
    sd: float
    expected_wrong: float


def judge_habit(evidence: HabitEvidence, rules: ManagerSettings) -> HabitVerdicts:
    """Give every rater's estimate, range, verdict and detectable difference.

    Parameters
    ----------
    evidence
        Of one family on one axis.
    rules
        Rate of chance names, level of ranges, least numbers.

    Returns
    -------
    HabitVerdicts
        ``rows``: estimate, lower, upper (missing under the least number for a range), probability (of a difference
        beyond delta), verdict, detectable, thin; in the order of the raters.

    Notes
    -----
    The spread between managers and its shape are averaged over, as for how high managers rate. The list of the family
    keeps the Bayesian false discovery rate by itself, so that no family pays for another's names.
    """
    knowledge = _learn(evidence)
    below, above = knowledge.beyond(evidence.delta)
    n_enough = int(evidence.enough.sum())
    may_list = evidence.enough & (n_enough >= FEWEST_MANAGERS)
    listing = list_discoveries(1 - np.maximum(below, above), rules.fdr, eligible=may_list)
    inside_alone = 1 - np.sum(knowledge.beyond(evidence.delta, without_prior=True), axis=0)
    verdict = np.full(len(evidence.n), CANNOT_TELL, dtype=object)
    verdict[(1 - below - above >= rules.in_line_probability) & (inside_alone >= SEEN_ALONE) & may_list] = IN_LINE
    verdict[listing.listed] = PATTERN
    tail = (1 - rules.interval) / 2
    lower, upper = (_range_end(knowledge, listing.listed, share) for share in (tail, 1 - tail))
    shown = evidence.n >= rules.min_ratings_interval
    detectable = detectable_effect(_noise(knowledge), NODES, knowledge.prior, delta=evidence.delta,
                                   cutoff=listing.cutoff, extra_sd=knowledge.jitter)
    detectable = np.where(may_list & (detectable <= LARGEST_DETECTABLE), detectable, np.nan)
    rows = pd.DataFrame({
        "n": evidence.n, "estimate": np.where(shown, knowledge.mean(), np.nan), "lower": np.where(shown, lower, np.nan),
        "upper": np.where(shown, upper, np.nan), "probability": below + above, "verdict": verdict.astype(str),
        "detectable": detectable, "thin": ~may_list})
    return HabitVerdicts(evidence, rows, knowledge.spread_quantile(0.5), listing.expected_wrong)


def _learn(evidence: HabitEvidence) -> RaterKnowledge:
    """Learn how far managers differ from those with enough ratings; by that the others are described too."""
    log_p, enough = evidence.log_likelihood, evidence.enough
    jitter = np.zeros(len(log_p)) if evidence.jitter is None else evidence.jitter
    if enough.all() or not enough.any():
        return learn_raters(log_p, NODES, jitter=jitter)
    learnt = learn_raters(log_p[enough], NODES, jitter=jitter[enough])
    alone = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    weights = alone * learnt.prior
    alone, weights = (rows / rows.sum(axis=1, keepdims=True) for rows in (alone, weights))
    weights[enough], alone[enough] = learnt.weights, learnt.alone
    return replace(learnt, weights=weights, with_group=weights, alone=alone, alone_with_group=alone, jitter=jitter,
                   group_noise=np.zeros(len(log_p)))


def _range_end(knowledge: RaterKnowledge, listed: Flags, share: float) -> Array:
    """Give one end of the ranges; outwards, those listed reach as far as their own ratings allow."""
    end, alone = knowledge.quantile(share), knowledge.quantile(share, without_prior=True)
    is_outer = listed & ((knowledge.mean() > 0) == (share > 0.5))
    further = np.maximum(end, alone) if share > 0.5 else np.minimum(end, alone)
    return np.where(is_outer, further, end)


def _noise(knowledge: RaterKnowledge) -> Array:
    """Standard deviation with which a difference shows, from the likelihood alone."""
    mean = knowledge.alone @ NODES
    return np.sqrt(np.maximum(knowledge.alone @ NODES**2 - mean**2, 1e-4))
