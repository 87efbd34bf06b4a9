"""From a fitted model to what is known of each rater: mode, mean, spread, interval, chance of being beyond a limit.

Posteriors on an equally spaced grid at most half a posterior standard deviation wide are band-limited to about
1e-8, so their distribution function follows at any point from the sine integral, not only at the nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import sici

from my121_analytics.inference.category_table import tabulate_cells
from my121_analytics.inference.quadrature import Block, BlockPosterior, Problem, posteriors

Array = NDArray[np.float64]

_REFINE = 2.0
_SD_GRID = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 1.0, 1.3])
WEAK_SD_SCALE = 0.5
"""Scale of the half-normal prior on a spread that the data put at nought; in logits."""


def summarise(problem: Problem, parameters: Array, level: float = 0.95) -> dict[str, Array]:
    """Describe every rater's posterior under the fitted standard deviation.

    Parameters
    ----------
    problem
        The counts.
    parameters
        Thresholds, coefficients, log standard deviation.
    level
        Of the central interval.

    Returns
    -------
    dict
        ``mode``, ``mean``, ``sd``, ``lower``, ``upper``: one value per rater, in logits.
    """
    out = {name: np.zeros(problem.n_raters) for name in ("mode", "mean", "sd", "lower", "upper")}
    thresholds, coefficients, sd = problem.split(parameters)
    for post in posteriors(problem, parameters, refine=_REFINE):
        mean = post.weights @ post.z
        spread = np.sqrt(np.maximum(post.weights @ post.z**2 - mean**2, 0))
        lower, upper = _quantiles(post, [(1 - level) / 2, (1 + level) / 2])
        location = problem.design[post.block.pattern] @ coefficients
        mode = _modes(post.block, location, thresholds, sd, sd * mean)
        for name, values in (("mode", mode), ("mean", sd * mean), ("sd", sd * spread), ("lower", sd * lower),
                             ("upper", sd * upper)):
            out[name][post.block.raters] = values
    return out


def beyond(problem: Problem, parameters: Array, delta: float) -> tuple[Array, Array]:
    """Give each rater's probability of an effect below ``-delta`` and above ``delta``."""
    below, above = np.zeros(problem.n_raters), np.zeros(problem.n_raters)
    sd = problem.split(parameters)[2]
    for post in posteriors(problem, parameters, refine=_REFINE):
        cdf = post.weights @ _cdf_kernel(post.z, np.array([-delta, delta]) / sd)
        below[post.block.raters] = cdf[:, 0].clip(0, 1)
        above[post.block.raters] = (1 - cdf[:, 1]).clip(0, 1)
    return below, above


def average_over_sd(problem: Problem, parameters: Array, level: float = 0.95) -> tuple[dict[str, Array], Array, Array]:
    """Describe posteriors where the fitted spread is nought, by averaging over spreads that still fit the data.

    Parameters
    ----------
    problem, parameters, level
        As for :func:`summarise`; the last parameter is not used.

    Returns
    -------
    tuple
        The summaries, the spreads tried, and their weights (likelihood times a half-normal prior).
    """
    fits = np.empty(len(_SD_GRID))
    moments = np.zeros((len(_SD_GRID), 2, problem.n_raters))
    limits = np.linspace(-REACH_U, REACH_U, 601)
    cdf = np.zeros((len(_SD_GRID), problem.n_raters, len(limits)), dtype=np.float32)
    for k, sd in enumerate(_SD_GRID):
        fits[k] = 0.0
        for post in posteriors(problem, np.append(parameters[:-1], np.log(sd)), refine=_REFINE):
            fits[k] += post.log_likelihood.sum()
            moments[k, 0, post.block.raters] = sd * (post.weights @ post.z)
            moments[k, 1, post.block.raters] = sd**2 * (post.weights @ post.z**2)
            cdf[k, post.block.raters] = post.weights @ _cdf_kernel(post.z, limits / sd)
    prior = np.exp(-((_SD_GRID / WEAK_SD_SCALE) ** 2) / 2) * np.gradient(_SD_GRID)
    weights = np.exp(fits - fits.max()) * prior
    weights /= weights.sum()
    mixed = np.maximum.accumulate(np.tensordot(weights, cdf, axes=1), axis=1)
    mean, square = np.tensordot(weights, moments, axes=1)
    ends = [np.array([np.interp(p, row, limits) for row in mixed]) for p in ((1 - level) / 2, (1 + level) / 2)]
    summary = {"mode": mean, "mean": mean, "sd": np.sqrt(square - mean**2), "lower": ends[0], "upper": ends[1]}
    return summary, _SD_GRID, weights


REACH_U = 6.0
"""Logits covered when averaging over spreads: six times the largest that fits a spread of nought."""


def _cdf_kernel(z: Array, limits: Array) -> Array:
    """Weights that turn posterior weights on nodes ``z`` into the distribution function at ``limits``."""
    return 0.5 + sici(np.pi * (limits[None, :] - z[:, None]) / (z[1] - z[0]))[0] / np.pi


def _quantiles(post: BlockPosterior, shares: list[float]) -> list[Array]:
    """Invert the distribution function by cubic interpolation between points a quarter posterior sd apart."""
    step = (post.z[1] - post.z[0]) / 2
    points = post.z[0] + step * np.arange(2 * len(post.z) - 1)
    # All distances are whole numbers of half steps, so both kernels are read off one short table.
    apart = np.arange(len(points))[None, :] - 2 * np.arange(len(post.z))[:, None]
    table = np.arange(apart.min(), apart.max() + 1) / 2
    cdf = post.weights @ (0.5 + sici(np.pi * table)[0] / np.pi)[apart - apart.min()]
    density = post.weights @ np.sinc(table)[apart - apart.min()] / (2 * step)
    rising = np.maximum.accumulate(cdf, axis=1)
    rows = np.arange(len(cdf))
    found = []
    for share in shares:
        left = np.clip((rising < share).sum(axis=1) - 1, 0, len(points) - 2)
        ends = (cdf[rows, left], cdf[rows, left + 1], step * density[rows, left], step * density[rows, left + 1])
        found.append(points[left] + step * _invert_hermite(*ends, share))
    return found


def _invert_hermite(f0: Array, f1: Array, d0: Array, d1: Array, share: float) -> Array:
    """Find where in 0-1 a cubic with these end values and slopes takes the value ``share``."""
    s = np.clip((share - f0) / np.maximum(f1 - f0, 1e-300), 0, 1)
    a, b = 2 * (f0 - f1) + d0 + d1, 3 * (f1 - f0) - 2 * d0 - d1
    for _ in range(6):
        value = ((a * s + b) * s + d0) * s + f0 - share
        slope = (3 * a * s + 2 * b) * s + d0
        s = np.clip(s - value / np.where(np.abs(slope) > 1e-300, slope, 1.0), 0, 1)
    return s


def _modes(block: Block, location: Array, thresholds: Array, sd: float, start: Array) -> Array:
    """Climb each rater's log-concave posterior to its top."""
    counts = block.counts
    row = np.repeat(np.arange(len(start)), np.diff(counts.indptr))
    category, place = block.category[counts.indices], location[counts.indices]
    u = start.copy()
    for _ in range(30):
        table = tabulate_cells(category, place, thresholds, u[row][:, None])
        slope = np.bincount(row, counts.data * table.slope[:, 0], minlength=len(u)) - u / sd**2
        curvature = np.bincount(row, counts.data * table.curvature[:, 0], minlength=len(u)) + 1 / sd**2
        step = np.clip(slope / curvature, -1.0, 1.0)
        u += step
        if np.abs(step).max(initial=0) < 1e-6:  # quadratic: the next step would be below 1e-11
            break
    return u
