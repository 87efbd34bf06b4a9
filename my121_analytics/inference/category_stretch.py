"""Raters who use the scale more widely or more narrowly than others, and rater effects averaged over it.

A rater with log-stretch ``c`` has thresholds ``m + exp(c)(threshold - m)`` about their middle ``m``. How much raters
differ in ``c`` is weighed from the ratings; every rater's likelihood is then averaged over the stretches that fit, so
that a wide or narrow user of the scale is not taken for a generous or a strict one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from my121_analytics.inference.grid_likelihood import (
    ExpectedLevels,
    PersonCounts,
    tabulate_expecting,
    tabulate_likelihood,
)

Array = NDArray[np.float64]

LOG_STRETCHES = 0.2 * np.arange(-4, 5)
STRETCH_SDS = np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
"""Spreads of ``c`` tried; at .5 one rater in twenty uses a scale 2.7 times as wide as the typical one, or as narrow."""
NO_STRETCH = 0.5
"""Prior probability that all raters use the scale alike."""
RATERS_FOR_STRETCH = 600
_COARSE = np.linspace(-6.0, 6.0, 61)
_LEAST_WEIGHT = 5e-3


@dataclass(frozen=True)
class StretchUse:
    """How far raters differ in their use of the scale.

    Parameters
    ----------
    weights
        Of each value of ``LOG_STRETCHES``; sum to 1.
    sd
        Posterior root mean square of the raters' log-stretch.
    """

    weights: Array
    sd: float


def weigh_stretches(counts: PersonCounts, location: Array, thresholds: Array, person_sd: float, *,
                    spread: float) -> StretchUse:
    """Weigh how widely raters may use the scale.

    Parameters
    ----------
    counts, location, thresholds, person_sd
        As for ``tabulate_likelihood``.
    spread
        Standard deviation of rater effects to suppose meanwhile.

    Returns
    -------
    StretchUse
        With two categories there is one threshold and nothing to stretch.
    """
    if len(thresholds) < 2:
        return StretchUse((LOG_STRETCHES == 0).astype(np.float64), 0.0)
    counts = _thin(counts)
    prior = np.exp(-((_COARSE / spread) ** 2) / 2)
    prior /= prior.sum()
    by_stretch = np.empty((counts.n_raters, len(LOG_STRETCHES)))
    for k, c in enumerate(LOG_STRETCHES):
        log_p = tabulate_likelihood(counts, location, stretch_thresholds(thresholds, c), _COARSE, person_sd)
        peak = log_p.max(axis=1)
        by_stretch[:, k] = np.log(np.exp(log_p - peak[:, None]) @ prior) + peak
    by_stretch = np.exp(by_stretch - by_stretch.max(axis=1, keepdims=True))
    density = np.exp(-((LOG_STRETCHES[:, None] / np.maximum(STRETCH_SDS, 0.01)) ** 2) / 2)
    density /= density.sum(axis=0)
    fit = np.log(np.maximum(by_stretch @ density, 1e-300)).sum(axis=0)
    fit += np.log(np.where(STRETCH_SDS == 0, NO_STRETCH, (1 - NO_STRETCH) / (len(STRETCH_SDS) - 1)))
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    return StretchUse(density @ weight, float(np.sqrt(weight @ STRETCH_SDS**2)))


def average_over_stretch(counts: PersonCounts, location: Array, thresholds: Array, nodes: Array, person_sd: float,
                         use: StretchUse, expected: ExpectedLevels | None = None, *,
                         above_lowest: bool = False) -> Array:
    """Work out each rater's log-likelihood at every node, averaged over how widely the rater may use the scale.

    Parameters
    ----------
    counts, location, thresholds, nodes, person_sd
        As for ``tabulate_likelihood``.
    use
        From :func:`weigh_stretches`.
    expected
        Of the person of each spell; None: people differ by ``person_sd`` and nothing more is known of them.
    above_lowest
        As for ``tabulate_likelihood``.

    Returns
    -------
    numpy.ndarray
        Raters x nodes.
    """
    total = np.full((counts.n_raters, len(nodes)), -np.inf)
    for k in np.flatnonzero(use.weights > _LEAST_WEIGHT):
        stretched = stretch_thresholds(thresholds, LOG_STRETCHES[k])
        log_p = (tabulate_likelihood(counts, location, stretched, nodes, person_sd, above_lowest=above_lowest)
                 if expected is None else
                 tabulate_expecting(counts, location, stretched, nodes, expected, above_lowest=above_lowest))
        total = np.logaddexp(total, log_p + np.log(use.weights[k]))
    return total


def stretch_thresholds(thresholds: Array, c: float) -> Array:
    """Move thresholds ``exp(c)`` times as far from their middle."""
    middle = thresholds.mean()
    return np.asarray(middle + np.exp(c) * (thresholds - middle))


def _thin(counts: PersonCounts) -> PersonCounts:
    """Take every n-th rater: some thousand tell how far raters differ."""
    every = -(-counts.n_raters // RATERS_FOR_STRETCH)
    if every <= 1:
        return counts
    rows = counts.rater % every == 0
    return replace(counts, rater=counts.rater[rows] // every, ratings=counts.ratings[rows], cells=counts.cells[rows],
                   n_raters=-(-counts.n_raters // every), person=counts.person[rows])
