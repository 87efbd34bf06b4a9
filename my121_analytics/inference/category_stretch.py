"""Raters who use the scale more widely or more narrowly than others, and rater effects averaged over it.

A rater with log-stretch ``c`` has thresholds ``m + exp(c)(threshold - m)`` about their middle ``m``. How much raters
differ in ``c`` is weighed from the ratings; every rater's likelihood is then averaged over the stretches that fit, so
that a wide or narrow user of the scale is not taken for a generous or a strict one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from my121_analytics.inference.grid_likelihood import PersonCounts, tabulate_likelihood

Array = NDArray[np.float64]

LOG_STRETCHES = 0.15 * np.arange(-6, 7)
STRETCH_SDS = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
"""Spreads of ``c`` tried; at .5 one rater in twenty uses a scale 2.7 times as wide as the typical one, or as narrow."""
NO_STRETCH = 0.5
"""Prior probability that all raters use the scale alike."""
RATERS_FOR_STRETCH = 1500
_LEAST_WEIGHT = 2e-3


@dataclass(frozen=True)
class StretchedLikelihood:
    """Likelihood of the rater effect once the use of the scale is averaged over.

    Parameters
    ----------
    log_p
        Raters x nodes.
    sd
        Posterior root mean square of the raters' log-stretch.
    """

    log_p: Array
    sd: float


def average_over_stretch(counts: PersonCounts, location: Array, thresholds: Array, nodes: Array,
                         person_sd: float, *, spread: float) -> StretchedLikelihood:
    """Work out each rater's log-likelihood at every node, averaged over how widely the rater may use the scale.

    Parameters
    ----------
    counts, location, thresholds, nodes, person_sd
        As for ``tabulate_likelihood``.
    spread
        Standard deviation of rater effects to suppose while the stretch is weighed.

    Returns
    -------
    StretchedLikelihood
        With two categories there is one threshold and nothing to stretch.
    """
    if len(thresholds) < 2:
        return StretchedLikelihood(tabulate_likelihood(counts, location, thresholds, nodes, person_sd), 0.0)
    weights, sd = _weigh_stretches(_thin(counts), location, thresholds, nodes, person_sd, spread)
    kept = np.flatnonzero(weights > _LEAST_WEIGHT)
    total = np.full((counts.n_raters, len(nodes)), -np.inf)
    for k in kept:
        log_p = tabulate_likelihood(counts, location, _stretch(thresholds, LOG_STRETCHES[k]), nodes, person_sd)
        total = np.logaddexp(total, log_p + np.log(weights[k]))
    return StretchedLikelihood(total, sd)


def _weigh_stretches(counts: PersonCounts, location: Array, thresholds: Array, nodes: Array, person_sd: float,
                     spread: float) -> tuple[Array, float]:
    """Weigh each value of ``c``, over all raters; also the spread of ``c``."""
    prior = np.exp(-((nodes / spread) ** 2) / 2)
    prior /= prior.sum()
    by_stretch = np.empty((counts.n_raters, len(LOG_STRETCHES)))
    for k, c in enumerate(LOG_STRETCHES):
        log_p = tabulate_likelihood(counts, location, _stretch(thresholds, c), nodes, person_sd)
        peak = log_p.max(axis=1)
        by_stretch[:, k] = np.log(np.exp(log_p - peak[:, None]) @ prior) + peak
    by_stretch = np.exp(by_stretch - by_stretch.max(axis=1, keepdims=True))
    density = np.exp(-((LOG_STRETCHES[:, None] / np.maximum(STRETCH_SDS, 0.01)) ** 2) / 2)
    density /= density.sum(axis=0)
    fit = np.log(np.maximum(by_stretch @ density, 1e-300)).sum(axis=0)
    fit += np.log(np.where(STRETCH_SDS == 0, NO_STRETCH, (1 - NO_STRETCH) / (len(STRETCH_SDS) - 1)))
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    return density @ weight, float(np.sqrt(weight @ STRETCH_SDS**2))


def _stretch(thresholds: Array, c: float) -> Array:
    middle = thresholds.mean()
    return np.asarray(middle + np.exp(c) * (thresholds - middle))


def _thin(counts: PersonCounts) -> PersonCounts:
    """Take every n-th rater: some thousand tell how far raters differ."""
    every = -(-counts.n_raters // RATERS_FOR_STRETCH)
    if every <= 1:
        return counts
    rows = counts.rater % every == 0
    return replace(counts, rater=counts.rater[rows] // every, ratings=counts.ratings[rows], cells=counts.cells[rows],
                   n_raters=-(-counts.n_raters // every))
