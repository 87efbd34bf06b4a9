"""What is known of each rater once the spread between raters is itself unknown.

Rater effects come from a core and, where there are enough raters to learn of it, a small part shifted to either side.
The spread and the lean of the core, the share and the size of the shift, and a part of the spread that belongs to the
people rated and not to the rater, are all averaged over, each with a weak prior: with few raters this keeps intervals
wide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import sici

from my121_analytics.inference.effect_priors import PriorFamily, list_priors
from my121_analytics.inference.normal_smoothing import slide_rows, smooth_rows

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

GROUP_SD_GRID = np.array([0.1, 0.2, 0.3, 0.4, 0.5])
GROUP_SD_SCALE = 0.3
"""Half-normal prior of the spread between groups of people that the ratings cannot part from the rater. The data say
little of it: where groups really differ by half a logit, twice as many names as stated are here by chance."""


LINKED_SDS = np.array([0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8])
"""Spreads between groups tried where people who moved, or other measures, tell of them."""
LINKED_SD_RISE = 6.0
"""Slope of the log-prior of that spread: a spread .1 wider counts as 1.8 times as likely before the data are seen.
Names come from councils whose spread between teams looks small by chance. With a half-normal prior of scale .4, where
teams differed by .5 or .6 and a twentieth moved, a fifth of the names were wrong against a stated tenth. Where sources
tell the spread to .05, the slope moves it by .015."""
LINKED_SD_SCALE = 0.4
"""Half-normal prior of that spread against which what was learnt of it is measured."""
RATERS_FOR_SPREAD = 3000
"""Raters from which the spread is learnt (standard error about 1 %)."""
CHUNK = 4000
"""Raters worked on at once, so that memory does not grow with raters times candidates."""
HOPELESS = 15.0
"""A spread whose plain shapes fit worse than the best by this much (odds of 3 million) is not looked into."""
AT_ONCE = 100
"""Raters whose candidates are mixed at once: they stay in the processor's cache."""
LEAST_FACTOR = 1e-70
"""Least likelihood of a rater under a candidate; the product of four of them is still a number, and the candidate is
hopeless with any one of them."""
NEGLIGIBLE = 1e-4
"""Candidates with less than this part of the best one's weight are left out."""


def linked_log_prior() -> Array:
    """Give the log-prior of the spreads in ``LINKED_SDS``."""
    return np.asarray(LINKED_SD_RISE * LINKED_SDS + np.log(np.gradient(LINKED_SDS)))


@dataclass(frozen=True)
class GroupLevels:
    """What is supposed of the level of each rater's people, under some spreads of it.

    Parameters
    ----------
    sds
        Spreads tried.
    shift, variance
        Spreads x raters: expected level of the rater's people, and its variance.
    log_weight
        Of each spread: its prior, and what sources other than these ratings say of it.
    rater_sd
        Working spreads of raters with which ``log_weight`` was found, whose part in it the shapes tried take over;
        None where nothing but the prior is in it.
    """

    sds: Array
    shift: Array
    variance: Array
    log_weight: Array
    rater_sd: Array | None = None

    @classmethod
    def suppose(cls, overlap: Array) -> GroupLevels:
        """Suppose levels of which no source tells: a weak prior, for ratings that are of one lasting group.

        Parameters
        ----------
        overlap
            Per rater, 0-1: how far the ratings come from the same group of people.
        """
        sds = GROUP_SD_GRID if (overlap > 0).any() else np.zeros(1)
        return cls(sds, np.zeros((len(sds), len(overlap))), sds[:, None]**2 * overlap[None, :],
                   -((sds / GROUP_SD_SCALE) ** 2) / 2)

    def thin(self, every: int) -> GroupLevels:
        """Keep every n-th rater."""
        return replace(self, shift=self.shift[:, ::every], variance=self.variance[:, ::every])

    def of_rater(self, likelihood: Array, nodes: Array, k: int, rows: slice = slice(None)) -> Array:
        """Turn the likelihood of rater and people together into that of the rater, under the k-th spread."""
        smoothed = smooth_rows(likelihood, nodes, self.variance[k, rows])
        return _slide_logs(smoothed, self.shift[k, rows] / (nodes[1] - nodes[0]))

    def of_both(self, prior: Array, nodes: Array, k: int, rows: slice = slice(None)) -> Array:
        """Turn priors of raters (raters x nodes) into those of rater and people together."""
        smoothed = smooth_rows(prior, nodes, self.variance[k, rows])
        return _slide_logs(smoothed, -self.shift[k, rows] / (nodes[1] - nodes[0]))


def _slide_logs(rows: Array, by: Array) -> Array:
    """Slide rows along straight lines between their logarithms.

    Between the values themselves they would come out wider than they are: by a tenth of the variance where the spacing
    is as wide as the likelihood.
    """
    return np.exp(slide_rows(np.log(np.maximum(rows, 1e-290)), by))


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
    alone, alone_with_group
        What the ratings say without the prior: likelihoods of ``weights`` and ``with_group``, rows sum to 1.
    prior, prior_with_group
        Mean prior over the nodes, sums to 1.
    spreads, spread_weights
        Total standard deviations tried and their posterior weights.
    group_sd
        Posterior mean of the spread between groups of people.
    group_noise
        Per rater: standard deviation of the level of the rater's people that is left unknown.
    group_learnt
        Share of the prior variance of that spread which the data have taken away, 0-1 (below 0 counts as 0).
    gain
        Log-likelihood gained by the best spread over hardly any.
    """

    nodes: Array
    weights: Array
    with_group: Array
    jitter: Array
    alone: Array
    alone_with_group: Array
    prior: Array
    prior_with_group: Array
    spreads: Array
    spread_weights: Array
    group_sd: float
    group_noise: Array
    group_learnt: float
    gain: float

    def together(self) -> RaterKnowledge:
        """The same of rater and people together, which ratings always show."""
        return replace(self, weights=self.with_group, alone=self.alone_with_group, prior=self.prior_with_group,
                       group_noise=np.zeros_like(self.group_noise))

    def mean(self) -> Array:
        """Posterior mean of each rater's effect."""
        return self.weights @ self.nodes

    def quantile(self, share: float, *, without_prior: bool = False) -> Array:
        """Quantile of each rater's effect."""
        points, cdf = self._of_ratings_alone if without_prior else self._of_raters
        rows = np.arange(len(cdf))
        left = np.clip((cdf < share).sum(axis=1) - 1, 0, len(points) - 2)
        low, high = cdf[rows, left], cdf[rows, left + 1]
        return points[left] + (points[1] - points[0]) * np.clip((share - low) / np.maximum(high - low, 1e-12), 0, 1)

    def beyond(self, delta: float, *, without_prior: bool = False) -> tuple[Array, Array]:
        """Probabilities of an effect below ``-delta`` and above ``delta``."""
        points, cdf = self._of_ratings_alone if without_prior else self._of_raters
        return _at(points, cdf, -delta), 1 - _at(points, cdf, delta)

    def spread_quantile(self, share: float) -> float:
        """Quantile of the total spread between raters."""
        order = np.argsort(self.spreads)
        cumulative = np.cumsum(self.spread_weights[order])
        middle = cumulative - self.spread_weights[order] / 2
        return float(np.interp(share, middle, self.spreads[order]))

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what can be worked out again, where this is sent to another process."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @cached_property
    def _of_raters(self) -> tuple[Array, Array]:
        return self._distribution(self.weights)

    @cached_property
    def _of_ratings_alone(self) -> tuple[Array, Array]:
        return self._distribution(self.alone)

    def _distribution(self, weights: Array) -> tuple[Array, Array]:
        """Distribution functions on points four times as dense as the nodes, with the jitter worked in.

        A normal jitter is replaced by its three Gauss-Hermite points, exact to the fifth moment.
        """
        step = (self.nodes[1] - self.nodes[0]) / 4
        points = np.arange(self.nodes[0], self.nodes[-1] + step / 2, step)
        kernel = 0.5 + sici(np.pi * (points[None, :] - self.nodes[:, None]) / (4 * step))[0] / np.pi
        cdf = _rising((weights @ kernel).clip(0, 1))
        if self.jitter.max(initial=0) < step / 4:
            return points, cdf
        shift = np.sqrt(3) * self.jitter / step
        mixed = (2 * cdf + (_slide(cdf, shift) + _slide(cdf, -shift)) / 2) / 3
        return points, mixed


def learn_raters(log_likelihood: Array, nodes: Array, *, groups: GroupLevels | None = None,
                 jitter: Array | None = None, spread_correction: Array | None = None) -> RaterKnowledge:
    """Average every rater's posterior over the spreads that fit.

    Parameters
    ----------
    log_likelihood
        Raters x nodes.
    nodes
        Equally spaced effects, symmetric about 0.
    groups
        What is supposed of the level of each rater's people; None: nothing but new people every time.
    jitter
        Standard deviation per rater that uncertain thresholds and coefficients add.
    spread_correction
        Log-factor for each value of ``SD_GRID``: what integrating over thresholds and coefficients changes.

    Returns
    -------
    RaterKnowledge
    """
    n_raters = len(log_likelihood)
    groups = GroupLevels.suppose(np.zeros(n_raters)) if groups is None else groups
    jitter = np.zeros(n_raters) if jitter is None else jitter
    likelihood = np.exp(log_likelihood - log_likelihood.max(axis=1, keepdims=True))
    family = list_priors(nodes, n_raters)
    every = -(-n_raters // RATERS_FOR_SPREAD)
    thinned_likelihood, thinned = likelihood[::every], groups.thin(every)
    of_raters = [thinned.of_rater(thinned_likelihood, nodes, k) for k in range(len(groups.sds))]
    fit = np.array([_fit(of_rater, family) for of_rater in of_raters])
    gain = float(fit.max() - fit[0, 0])
    fit += family.log_weight + (groups.log_weight - _working_fit(of_raters, nodes, groups))[:, None]
    if spread_correction is not None:
        fit += spread_correction[family.core_sd]
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    by_group = weight.sum(axis=1)
    own, joint, alone = np.zeros_like(likelihood), np.zeros_like(likelihood), np.zeros_like(likelihood)
    prior, prior_with_group = np.zeros(len(nodes)), np.zeros(len(nodes))
    for k in range(len(groups.sds)):
        kept = np.flatnonzero(weight[k] > NEGLIGIBLE * weight.max())
        if not len(kept):
            continue
        priors = family.densities(kept)
        mean_prior = priors @ weight[k, kept]
        prior += mean_prior
        shared = np.array([np.mean(groups.variance[k])])
        prior_with_group += smooth_rows(mean_prior[None, :], nodes, shared)[0]
        for first in range(0, n_raters, CHUNK):
            rows = slice(first, first + CHUNK)
            smoothed = of_raters[k][rows] if every == 1 else groups.of_rater(likelihood[rows], nodes, k, rows)
            mixed = (weight[k, kept] / np.maximum(smoothed @ priors, 1e-290)) @ priors.T
            own[rows] += smoothed * mixed
            joint[rows] += likelihood[rows] * groups.of_both(mixed, nodes, k, rows)
            alone[rows] += by_group[k] * smoothed / smoothed.sum(axis=1, keepdims=True)
    group_sd = float(by_group @ groups.sds)
    return RaterKnowledge(nodes, _to_one(own), _to_one(joint), jitter, _to_one(alone), _to_one(likelihood),
                          _to_one(prior), _to_one(prior_with_group), family.spread, weight.sum(axis=0), group_sd,
                          np.sqrt(by_group @ groups.variance), _learnt(groups, by_group), gain)


def _to_one(rows: Array) -> Array:
    return np.asarray(rows / rows.sum(axis=-1, keepdims=True))


def _working_fit(of_raters: Sequence[Array], nodes: Array, groups: GroupLevels) -> Array:
    """Log-likelihood under the working spread of raters, for each spread of groups; 0 where there is none."""
    if groups.rater_sd is None:
        return np.zeros(len(groups.sds))
    priors = np.exp(-((nodes[None, :] / groups.rater_sd[:, None]) ** 2) / 2)
    priors /= priors.sum(axis=1, keepdims=True)
    return np.array([np.log(np.maximum(of_rater @ prior, 1e-290)).sum()
                     for of_rater, prior in zip(of_raters, priors, strict=True)])


def _learnt(groups: GroupLevels, by_group: Array) -> float:
    """Say how much of the prior variance of the spread between groups the data have taken away."""
    if len(groups.sds) < 2 or groups.rater_sd is None:
        return 0.0
    weak = -((groups.sds / LINKED_SD_SCALE) ** 2) / 2
    prior = _to_one(np.exp(weak) * np.gradient(groups.sds))
    # The slope takes variance away without any data, which must not count as learnt.
    by_group = _to_one(by_group * np.exp(weak - LINKED_SD_RISE * groups.sds))
    before = float(prior @ groups.sds**2 - (prior @ groups.sds) ** 2)
    after = float(by_group @ groups.sds**2 - (by_group @ groups.sds) ** 2)
    return max(1 - after / before, 0.0)


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
        return np.asarray(np.mean([getattr(reading, name) for reading in readings], axis=0))

    averaged = {name: mean(name) for name in ("weights", "with_group", "jitter", "alone", "alone_with_group", "prior",
                                              "prior_with_group", "group_noise")}
    return replace(readings[0], **averaged, spreads=np.concatenate([reading.spreads for reading in readings]),
                   spread_weights=np.concatenate([reading.spread_weights for reading in readings]) / len(readings),
                   group_sd=float(mean("group_sd")), group_learnt=float(mean("group_learnt")),
                   gain=max(reading.gain for reading in readings))


def _fit(likelihood: Array, family: PriorFamily) -> Array:
    """Log-likelihood of every candidate; minus infinity for those whose core is far too narrow or too wide."""
    by_component = [np.ascontiguousarray((likelihood[start:start + AT_ONCE] @ family.components).T)
                    for start in range(0, len(likelihood), AT_ONCE)]
    first = family.first_looks
    fit = np.full(len(family.core), -np.inf)
    fit[first] = _sum_logs(by_component, family.first_mixing)
    by_sd = np.full(family.core_sd.max() + 1, -np.inf)
    np.maximum.at(by_sd, family.core_sd[first], fit[first])
    near = np.flatnonzero((by_sd >= by_sd.max() - HOPELESS)[family.core_sd])
    fit[near] = _sum_logs(by_component, family.mixing(near))
    return fit


def _sum_logs(by_component: Sequence[Array], mixing: sparse.csr_array) -> Array:
    """Sum the logarithms of what candidates mix of their components, some raters at a time."""
    total = np.zeros(mixing.shape[0])
    for of_raters in by_component:
        mixed = mixing @ of_raters
        total += _sum_of_logs(np.maximum(mixed, LEAST_FACTOR, out=mixed))
    return total


def _sum_of_logs(factors: Array) -> Array:
    """Sum the logarithms of each row: four factors multiplied take a quarter of the logarithms."""
    n = factors.shape[1] // 4
    product = factors[:, :n] * factors[:, n:2 * n]
    product *= factors[:, 2 * n:3 * n]
    product *= factors[:, 3 * n:4 * n]
    return np.asarray(np.log(product, out=product).sum(axis=1) + np.log(factors[:, 4 * n:]).sum(axis=1))


def _rising(cdf: Array) -> Array:
    """Make distribution functions rise: halfway between the least that does from the left and from the right.

    Either alone would treat ripples of the kernel below and above a posterior at the edge of the nodes differently,
    and with them strict and lenient raters.
    """
    from_left = np.maximum.accumulate(cdf, axis=1)
    from_right = np.minimum.accumulate(cdf[:, ::-1], axis=1)[:, ::-1]
    return np.asarray((from_left + from_right) / 2)


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
