"""What is known of each rater once the spread between raters is itself unknown.

Rater effects come from a normal core and, where there are enough raters to learn of it, a small part shifted to
either side. The spread, the share and the size of the shift, and a part of the spread that belongs to the people
rated and not to the rater, are all averaged over, each with a weak prior: with few raters this keeps intervals wide.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import sici

Array = NDArray[np.float64]

SD_GRID = np.array([0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1.0,
                    1.2, 1.4, 1.7, 2.0])
SD_SCALE = 0.5
"""Half-normal prior of the core's spread: a middling spread of half a logit, rarely beyond 1."""
SHIFT_SHARES = np.array([0.02, 0.05, 0.1])
SHIFT_SIZES = np.array([1.0, 1.5, 2.0, 2.5])
NO_SHIFT = 0.3
"""Prior probability that nobody is shifted."""
RATERS_FOR_SHIFT = 50
"""With fewer raters a shifted part of a few per cent is one or two raters: nothing can be learnt of it."""
GROUP_SD_GRID = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
GROUP_SD_SCALE = 0.25
"""Half-normal prior of the spread between groups of people that the ratings cannot part from the rater. The data say
little of it: where groups really differ by half a logit, twice as many names as stated are here by chance."""


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
    priors, log_weight, spreads = _priors(nodes, n_raters, spread_correction)
    groups = GROUP_SD_GRID if (overlap > 0).any() else np.zeros(1)
    group_prior = np.exp(-((groups / GROUP_SD_SCALE) ** 2) / 2) if groups.any() else np.ones(1)
    smoothed = [_smooth(likelihood, nodes, overlap, sd) for sd in groups]
    marginals = [np.maximum(one @ priors, 1e-290) for one in smoothed]
    fit = np.array([np.log(m).sum(axis=0) for m in marginals])
    gain = float(fit.max() - fit[0, 0])
    fit += log_weight + np.log(group_prior)[:, None]
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    own, joint = np.zeros_like(likelihood), np.zeros_like(likelihood)
    for k, sd in enumerate(groups):
        kept = weight[k] > 1e-6
        if not kept.any():
            continue
        by_prior = weight[k, kept] / marginals[k][:, kept]
        own += smoothed[k] * (by_prior @ priors[:, kept].T)
        joint += likelihood * _smooth(by_prior @ priors[:, kept].T, nodes, overlap, sd)
    by_spread = weight.sum(axis=0)
    return RaterKnowledge(nodes, own / own.sum(axis=1, keepdims=True), joint / joint.sum(axis=1, keepdims=True),
                          jitter, priors @ by_spread, spreads, by_spread, float(weight.sum(axis=1) @ groups),
                          gain)


def _priors(nodes: Array, n_raters: int, correction: Array | None) -> tuple[Array, Array, Array]:
    """Give candidate priors (nodes x candidates), the logs of their weights, and their total spreads."""
    base = -((SD_GRID / SD_SCALE) ** 2) / 2 + np.log(np.gradient(SD_GRID))
    if correction is not None:
        base = base + correction
    columns, logs, spreads = [], [], []
    for sd, log_sd in zip(SD_GRID, base, strict=True):
        core = _normal(nodes, 0.0, sd)
        columns.append(core)
        logs.append(log_sd + (np.log(NO_SHIFT) if n_raters >= RATERS_FOR_SHIFT else 0.0))
        spreads.append(sd)
        if n_raters < RATERS_FOR_SHIFT:
            continue
        for size in SHIFT_SIZES:
            either = (_normal(nodes, size, sd) + _normal(nodes, -size, sd)) / 2
            for share in SHIFT_SHARES:
                columns.append((1 - share) * core + share * either)
                logs.append(log_sd + np.log((1 - NO_SHIFT) / (len(SHIFT_SIZES) * len(SHIFT_SHARES))))
                spreads.append(np.sqrt(sd**2 + share * size**2))
    return np.column_stack(columns), np.array(logs), np.array(spreads)


def _normal(nodes: Array, centre: float, sd: float) -> Array:
    """Normal weights on the nodes; one narrower than the spacing is widened to it, which the data cannot see."""
    sd = max(sd, 0.6 * (nodes[1] - nodes[0]))
    density = np.exp(-(((nodes - centre) / sd) ** 2) / 2)
    return density / density.sum()


def _smooth(rows: Array, nodes: Array, overlap: Array, sd: float) -> Array:
    """Smooth each row by a normal kernel of variance ``overlap * sd^2``, in five steps of overlap."""
    out = rows.copy()
    step = np.ceil(overlap * 5).astype(np.int64)
    for level in np.unique(step[step > 0]):
        width = sd * np.sqrt(level / 5)
        kernel = np.exp(-(((nodes[:, None] - nodes[None, :]) / max(width, 0.6 * (nodes[1] - nodes[0]))) ** 2) / 2)
        chosen = step == level
        out[chosen] = rows[chosen] @ (kernel / kernel.sum(axis=0))
    return out


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
