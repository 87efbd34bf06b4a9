"""How far groups of one rater's ratings (the people rated, the cycles) differ from each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from my121_analytics.inference.grid_likelihood import MARGINAL_SCALE, PersonCounts, tabulate_likelihood

Array = NDArray[np.float64]

NO_SPREAD = 0.5
"""Prior probability that the groups do not differ."""
_NODES = np.linspace(-6.0, 6.0, 101)


def weigh_lasting_sds(groups: PersonCounts, location: Array, thresholds: Array, sds: Array, *, spread: float) -> Array:
    """Weigh candidate spreads of the groups' own levels.

    Parameters
    ----------
    groups
        Ratings by rater and group (in the place of persons).
    location, thresholds
        On the marginal scale, as fitted without groups.
    sds
        Candidates, the first 0, the next wider than .12 logits.
    spread
        Standard deviation of rater effects, marginal scale; part of it may be the groups' own.

    Returns
    -------
    numpy.ndarray
        Posterior weights, sum to 1.
    """
    fit = np.empty(len(sds))
    for k, sd in enumerate(sds):
        scale = np.sqrt(1 + (MARGINAL_SCALE * sd) ** 2)
        log_p = tabulate_likelihood(groups, scale * location, scale * thresholds, _NODES, float(sd))
        peak = log_p.max(axis=1)
        likelihood = np.exp(log_p - peak[:, None])
        fit[k] = max(float((np.log(likelihood @ _normal(part * spread)) + peak).sum()) for part in (1.0, 0.9, 0.75))
    fit += np.log(np.where(sds == 0, NO_SPREAD, (1 - NO_SPREAD) / (len(sds) - 1)))
    weight = np.exp(fit - fit.max())
    return np.asarray(weight / weight.sum())


def _normal(sd: float) -> Array:
    density = np.exp(-((_NODES / sd) ** 2) / 2)
    return np.asarray(density / density.sum())
