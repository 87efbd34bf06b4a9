"""What could be found at most: managers judged by somebody who knows all but the managers.

Thresholds, case mix and the distribution of managers' effects are those the council was drawn from. What such a judge
misses, the ratings do not hold; what this package finds less, it lost by having to learn the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from benchmarks.councils import GRADE_EFFECTS, Council
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors
from my121_analytics.inference.multiplicity import list_discoveries
from my121_analytics.inference.power import discovery_limits
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
CEILING = "all but the managers known"
SPREADS_KNOWN = "spreads known"
_NODES = np.linspace(-6.0, 6.0, 241)


def is_plain(kind: Council) -> bool:
    """Whether the council is as the model assumes, so that the best judge is known."""
    return kind == Council(kind.name, kind.cycles)


def judge_knowing_all(counts: RatingCounts, kind: Council, *, delta: float, rate: float, least: int,
                      bands: NDArray[np.int64]) -> tuple[NDArray[np.bool_], Array]:
    """Give whom that judge names by the same rule, and each manager's side.

    Parameters
    ----------
    counts, kind
        A plain council; patterns hold grade and cycle.
    delta, rate, least, bands
        Smallest difference that matters, rate of chance names, ratings needed, band of team size per manager.

    Returns
    -------
    tuple
        Flags, and -1 or 1 per manager.
    """
    prior = _true_prior(kind)
    weight = np.exp(_log_likelihood(counts, np.asarray(kind.thresholds)))
    information = -np.gradient(np.gradient(np.log(weight + 1e-300), _NODES, axis=1), _NODES, axis=1)
    weight *= prior
    weight /= weight.sum(axis=1, keepdims=True)
    above = np.clip((_NODES - delta) / (_NODES[1] - _NODES[0]) + 0.5, 0, 1)
    high, low = weight @ above, weight @ above[::-1]
    se = 1 / np.sqrt(np.maximum((weight * information).sum(axis=1), 0.05))
    limits = discovery_limits(se, _NODES, prior, delta=delta, rate=rate, bands=bands)
    enough = counts.raters["n_ratings"].to_numpy() >= least
    found = list_discoveries(1 - np.maximum(high, low), rate, bands=bands, eligible=enough, limits=limits)
    return found.listed, np.where(high > low, 1.0, -1.0)


def judge_knowing_spreads(evidence: Posteriors, kind: Council, *, delta: float, rate: float, eligible: Flags,
                          bands: NDArray[np.int64]) -> tuple[Flags, Array]:
    """Give whom the same rule names where the spreads of managers and of teams need not be learnt.

    Parameters
    ----------
    evidence
        Of a council whose staff stay, with its sources; thresholds, people's spread and levels are as learnt there.
    kind
        Tells the true spreads: leniency must be normal without a shifted part.
    delta, rate, bands
        As for :func:`judge_knowing_all`.
    eligible
        Managers with enough ratings.

    Returns
    -------
    tuple
        Flags, and -1 or 1 per manager.
    """
    held, nodes = evidence.supposed, evidence.supposed.nodes
    low, high = chances_knowing_spreads(evidence, kind, delta)
    variance = sum(part * held.groups.variance[k] for k, part in _about_spread(held.groups.sds, kind.quality_sd))
    limits = discovery_limits(evidence.se, nodes, _normal(nodes, kind.leniency_sd), delta=delta, rate=rate, bands=bands,
                              extra_sd=np.sqrt(variance))
    found = list_discoveries(1 - np.maximum(high, low), rate, bands=bands, eligible=eligible, limits=limits)
    return found.listed, np.where(high > low, 1.0, -1.0)


def chances_knowing_spreads(evidence: Posteriors, kind: Council, delta: float) -> tuple[Array, Array]:
    """Give the chances of a true effect below ``-delta`` and above ``delta`` where the spreads need not be learnt.

    Parameters
    ----------
    evidence, kind, delta
        As for :func:`judge_knowing_spreads`.

    Returns
    -------
    tuple
        Two chances per manager, 0-1. Averaged over names they are the share that is wrong or right, with less luck in
        it than in counting.
    """
    held, nodes = evidence.supposed, evidence.supposed.nodes
    log_p, above = held.log_likelihoods[0], np.clip((nodes - delta) / (nodes[1] - nodes[0]) + 0.5, 0, 1)
    likelihood, prior = np.exp(log_p - log_p.max(axis=1, keepdims=True)), _normal(nodes, kind.leniency_sd)
    low, high = np.zeros(len(log_p)), np.zeros(len(log_p))
    for k, part in _about_spread(held.groups.sds, kind.quality_sd):
        weight = held.groups.of_rater(likelihood, nodes, k) * prior
        weight *= part / weight.sum(axis=1, keepdims=True)
        low += weight @ above[::-1]
        high += weight @ above
    return low, high


def _about_spread(sds: Array, true: float) -> list[tuple[int, float]]:
    """Give the places of the spreads tried on either side of the true one, and how much each counts."""
    right = int(np.clip(np.searchsorted(sds, true), 1, len(sds) - 1))
    part = float(np.clip((true - sds[right - 1]) / (sds[right] - sds[right - 1]), 0, 1))
    return [(k, share) for k, share in ((right - 1, 1 - part), (right, part)) if share > 0]


def _normal(nodes: Array, sd: float) -> Array:
    density = np.exp(-((nodes / sd) ** 2) / 2)
    return np.asarray(density / density.sum())


def _true_prior(kind: Council) -> Array:
    sd = float(np.hypot(kind.leniency_sd, kind.quality_sd))

    def normal(centre: float) -> Array:
        return np.asarray(np.exp(-(((_NODES - centre) / sd) ** 2) / 2))

    density = (1 - kind.shifted) * normal(0.0) + kind.shifted / 2 * (normal(kind.shift) + normal(-kind.shift))
    return np.asarray(density / density.sum())


def _log_likelihood(counts: RatingCounts, thresholds: Array) -> Array:
    patterns = counts.patterns
    level = GRADE_EFFECTS[patterns["grade"].astype(int)] + 0.1 * patterns["cycle"].astype(int).to_numpy()
    edges = np.concatenate([[-np.inf], thresholds, [np.inf]])
    rows = counts.frame.groupby(["rater", "pattern", "category"])["n"].sum().reset_index()
    place, category = rows["pattern"].to_numpy(), rows["category"].to_numpy()
    t = level[place][:, None] + _NODES
    log_p = np.log(expit(edges[category][:, None] - t) - expit(edges[category - 1][:, None] - t))
    total = np.zeros((len(counts.raters), len(_NODES)))
    np.add.at(total, rows["rater"].to_numpy(), log_p * rows["n"].to_numpy()[:, None])
    return total - total.max(axis=1, keepdims=True)
