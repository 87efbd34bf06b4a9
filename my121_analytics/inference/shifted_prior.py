"""What is known of each rater once the spread between raters is itself unknown.

Rater effects come from a core and, where there are enough raters to learn of it, a small part shifted to either side.
The spread and the lean of the core, the share and the size of the shift, and a part of the spread that belongs to the
people rated and not to the rater, are all averaged over, each with a weak prior: with few raters this keeps intervals
wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import sici

from my121_analytics.inference.effect_priors import PriorFamily, list_priors
from my121_analytics.inference.normal_smoothing import smooth_rows

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

GROUP_SD_GRID = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
GROUP_SD_SCALE = 0.3
"""Half-normal prior of the spread between groups of people that the ratings cannot part from the rater. The data say
little of it: where groups really differ by half a logit, twice as many names as stated are here by chance."""


RATERS_FOR_SPREAD = 3000
"""Raters from which the spread is learnt (standard error about 1 %)."""
CHUNK = 4000
"""Raters worked on at once, so that memory does not grow with raters times candidates."""
HOPELESS = 15.0
"""A spread whose plain shapes fit worse than the best by this much (odds of 3 million) is not looked into."""
NEGLIGIBLE = 1e-4
"""Candidates with less than this part of the best one's weight are left out."""


@dataclass(frozen=True)
class RaterKnowledge:
    """Posterior of every rater, averaged over all that is unknown about the spread.

    Parameters
    ----------
    nodes
        Equally spaced effects.
    weights
        Posterior of the rater's own effect, raters x nodes, rows sum to 1.
    with_group
        The same for the effect together with the people the rater has; equal to ``weights`` where the two are not
        told apart.
    jitter
        Standard deviation per rater of what the thresholds' and coefficients' own uncertainty adds.
    prior
        Mean prior over the nodes, sums to 1.
    spreads, spread_weights
        Total standard deviations tried and their posterior weights.
    group_sd
        Posterior mean of the spread between groups of people.
    gain
        Log-likelihood gained by the best spread over hardly any.
    """

    nodes: Array
    weights: Array
    with_group: Array
    jitter: Array
    prior: Array
    spreads: Array
    spread_weights: Array
    group_sd: float
    gain: float

    def mean(self) -> Array:
        """Posterior mean of each rater's effect."""
        return self.weights @ self.nodes

    def quantile(self, share: float, *, with_group: bool = False) -> Array:
        """Quantile of each rater's effect."""
        points, cdf = self._distribution(self.with_group if with_group else self.weights)
        rows = np.arange(len(cdf))
        left = np.clip((cdf < share).sum(axis=1) - 1, 0, len(points) - 2)
        low, high = cdf[rows, left], cdf[rows, left + 1]
        return points[left] + (points[1] - points[0]) * np.clip((share - low) / np.maximum(high - low, 1e-12), 0, 1)

    def beyond(self, delta: float) -> tuple[Array, Array]:
        """Probabilities of an effect below ``-delta`` and above ``delta``."""
        points, cdf = self._distribution(self.weights)
        return _at(points, cdf, -delta), 1 - _at(points, cdf, delta)

    def spread_quantile(self, share: float) -> float:
        """Quantile of the total spread between raters."""
        order = np.argsort(self.spreads)
        cumulative = np.cumsum(self.spread_weights[order])
        middle = cumulative - self.spread_weights[order] / 2
        return float(np.interp(share, middle, self.spreads[order]))

    def _distribution(self, weights: Array) -> tuple[Array, Array]:
        """Distribution functions on points four times as dense as the nodes, with the jitter worked in.

        A normal jitter is replaced by its three Gauss-Hermite points, exact to the fifth moment.
        """
        step = (self.nodes[1] - self.nodes[0]) / 4
        points = np.arange(self.nodes[0], self.nodes[-1] + step / 2, step)
        kernel = 0.5 + sici(np.pi * (points[None, :] - self.nodes[:, None]) / (4 * step))[0] / np.pi
        cdf = np.maximum.accumulate((weights @ kernel).clip(0, 1), axis=1)
        if self.jitter.max(initial=0) < step / 4:
            return points, cdf
        shift = np.sqrt(3) * self.jitter / step
        mixed = (2 * cdf + (_slide(cdf, shift) + _slide(cdf, -shift)) / 2) / 3
        return points, mixed


def learn_raters(log_likelihood: Array, nodes: Array, *, overlap: Array | None = None, jitter: Array | None = None,
                 spread_correction: Array | None = None) -> RaterKnowledge:
    """Average every rater's posterior over the spreads that fit.

    Parameters
    ----------
    log_likelihood
        Raters x nodes.
    nodes
        Equally spaced effects, symmetric about 0.
    overlap
        Per rater, 0-1: how far the ratings come from the same group of people, whose own level cannot be parted from
        the rater. None or 0: not considered.
    jitter
        Standard deviation per rater that uncertain thresholds and coefficients add.
    spread_correction
        Log-factor for each value of ``SD_GRID``: what integrating over thresholds and coefficients changes.

    Returns
    -------
    RaterKnowledge
    """
    n_raters = len(log_likelihood)
    overlap = np.zeros(n_raters) if overlap is None else overlap
    jitter = np.zeros(n_raters) if jitter is None else jitter
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    family = list_priors(nodes, n_raters)
    groups = GROUP_SD_GRID if (overlap > 0).any() else np.zeros(1)
    group_prior = np.exp(-((groups / GROUP_SD_SCALE) ** 2) / 2) if groups.any() else np.ones(1)
    some, shared = _thinned(likelihood, overlap)
    fit = np.array([_fit(smooth_rows(some, nodes, shared * sd**2), family) for sd in groups])
    gain = float(fit.max() - fit[0, 0])
    fit += family.log_weight + np.log(group_prior)[:, None]
    if spread_correction is not None:
        fit += spread_correction[family.core_sd]
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    own, joint = np.zeros_like(likelihood), np.zeros_like(likelihood)
    for k, sd in enumerate(groups):
        kept = np.flatnonzero(weight[k] > NEGLIGIBLE * weight.max())
        if not len(kept):
            continue
        priors = family.densities(kept)
        for first in range(0, n_raters, CHUNK):
            rows = slice(first, first + CHUNK)
            smoothed = smooth_rows(likelihood[rows], nodes, overlap[rows] * sd**2)
            mixed = (weight[k, kept] / np.maximum(smoothed @ priors, 1e-290)) @ priors.T
            own[rows] += smoothed * mixed
            joint[rows] += likelihood[rows] * smooth_rows(mixed, nodes, overlap[rows] * sd**2)
    by_spread = weight.sum(axis=0)
    kept = np.flatnonzero(by_spread > NEGLIGIBLE * by_spread.max())
    prior = family.densities(kept) @ by_spread[kept]
    return RaterKnowledge(nodes, own / own.sum(axis=1, keepdims=True), joint / joint.sum(axis=1, keepdims=True),
                          jitter, prior / prior.sum(), family.spread, by_spread, float(weight.sum(axis=1) @ groups),
                          gain)


def average_readings(readings: Sequence[RaterKnowledge]) -> RaterKnowledge:
    """Average what is known of each rater over readings of the same data that count alike.

    Parameters
    ----------
    readings
        On the same nodes and raters, at least one.

    Returns
    -------
    RaterKnowledge
        Its gain is the largest: a spread is seen if one reading shows it.
    """
    if len(readings) == 1:
        return readings[0]

    def mean(name: str) -> Array:
        return np.asarray(np.mean([getattr(one, name) for one in readings], axis=0))

    return RaterKnowledge(readings[0].nodes, mean("weights"), mean("with_group"), mean("jitter"), mean("prior"),
                          np.concatenate([one.spreads for one in readings]),
                          np.concatenate([one.spread_weights for one in readings]) / len(readings),
                          float(mean("group_sd")), max(one.gain for one in readings))


def _thinned(likelihood: Array, overlap: Array) -> tuple[Array, Array]:
    """Take every n-th rater: beyond a few thousand the spread is known better than it matters."""
    every = -(-len(likelihood) // RATERS_FOR_SPREAD)
    return likelihood[::every], overlap[::every]


def _fit(likelihood: Array, family: PriorFamily) -> Array:
    """Log-likelihood of every candidate; minus infinity for those whose core is far too narrow or too wide."""
    first = family.first_looks
    fit = np.full(len(family.core), -np.inf)
    fit[first] = _sum_logs(likelihood, family, first)
    by_sd = np.full(family.core_sd.max() + 1, -np.inf)
    np.maximum.at(by_sd, family.core_sd[first], fit[first])
    near = np.flatnonzero((by_sd >= by_sd.max() - HOPELESS)[family.core_sd])
    fit[near] = _sum_logs(likelihood, family, near)
    return fit


def _sum_logs(likelihood: Array, family: PriorFamily, chosen: Codes) -> Array:
    total = np.zeros(len(chosen))
    needed = np.unique(np.concatenate([family.core[chosen], family.up[chosen], family.down[chosen]]))
    components = np.zeros_like(family.components)
    components[:, needed] = family.components[:, needed]
    for start in range(0, len(likelihood), 100):
        by_component = likelihood[start:start + 100] @ components
        total += np.log(np.maximum(family.marginals(by_component, chosen), 1e-290)).sum(axis=0)
    return total


def _slide(cdf: Array, by: Array) -> Array:
    """Move each row's distribution right by its own number of points (fractions by linear interpolation)."""
    size = cdf.shape[1]
    place = np.arange(size)[None, :] - by[:, None]
    left = np.floor(place).astype(np.int64)
    part = place - left
    padded = np.concatenate([np.zeros((len(cdf), 1)), cdf, np.ones((len(cdf), 1))], axis=1)
    low = np.take_along_axis(padded, np.clip(left + 1, 0, size + 1), axis=1)
    high = np.take_along_axis(padded, np.clip(left + 2, 0, size + 1), axis=1)
    return (1 - part) * low + part * high


def _at(points: Array, cdf: Array, limit: float) -> Array:
    place = (limit - points[0]) / (points[1] - points[0])
    left = int(np.clip(np.floor(place), 0, len(points) - 2))
    return cdf[:, left] + np.clip(place - left, 0, 1) * (cdf[:, left + 1] - cdf[:, left])
