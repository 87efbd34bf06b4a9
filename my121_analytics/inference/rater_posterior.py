"""From a fitted model to what is known of each rater: mode, mean, spread, interval, chance of being beyond a limit.

Posteriors on an equally spaced grid at most half a posterior standard deviation wide are band-limited to about
1e-8, so their distribution function follows at any point from the sine integral, not only at the nodes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import sici

from my121_analytics.inference.quadrature import BlockPosterior, log_likelihood_at, over_blocks
from my121_analytics.inference.rater_blocks import Problem
from my121_analytics.inference.rater_nodes import find_modes

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

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
    names = ("mode", "mean", "sd", "lower", "upper")
    thresholds, coefficients, sd = problem.split(parameters)

    def work(post: BlockPosterior) -> tuple[Codes, tuple[Array, ...]]:
        mean, spread = post.moments()
        lower, upper = _quantiles(post, [(1 - level) / 2, (1 + level) / 2])
        location = problem.design[post.block.cells.pattern] @ coefficients
        mode, _ = find_modes(post.block, location, thresholds, sd, sd * mean, until=1e-5)
        return post.block.raters, (mode, sd * mean, sd * spread, sd * lower, sd * upper)

    out = {name: np.zeros(problem.n_rows) for name in names}
    for rows, found in over_blocks(problem, parameters, work, refine=_REFINE, with_slopes=False):
        for name, values in zip(names, found, strict=True):
            out[name][rows] = values
    return {name: values[problem.row] for name, values in out.items()}


def beyond(problem: Problem, parameters: Array, delta: float) -> tuple[Array, Array]:
    """Give each rater's probability of an effect below ``-delta`` and above ``delta``."""
    sd = problem.split(parameters)[2]

    def work(post: BlockPosterior) -> tuple[Codes, Array, Array]:
        low, high = (_distribution(post, limit / sd) for limit in (-delta, delta))
        return post.block.raters, low.clip(0, 1), (1 - high).clip(0, 1)

    below, above = np.zeros(problem.n_rows), np.zeros(problem.n_rows)
    for rows, low, high in over_blocks(problem, parameters, work, refine=_REFINE, with_slopes=False):
        below[rows], above[rows] = low, high
    return below[problem.row], above[problem.row]


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
    points = [np.append(parameters[:-1], np.log(sd)) for sd in _SD_GRID]
    fits = np.array([log_likelihood_at(problem, point) for point in points])
    prior = np.exp(-((_SD_GRID / WEAK_SD_SCALE) ** 2) / 2) * np.gradient(_SD_GRID)
    weights = np.exp(fits - fits.max()) * prior
    weights /= weights.sum()
    limits = np.linspace(-REACH_U, REACH_U, 601)
    summary = {name: np.zeros(problem.n_rows) for name in ("mode", "mean", "sd", "lower", "upper")}

    def work(post: BlockPosterior) -> tuple[Array, Array, Array]:
        return *post.moments(), _distributions(post, limits / post_sd)

    for block in problem.blocks:  # one at a time: a distribution function for each rater takes room
        mean, square = np.zeros(len(block.raters)), np.zeros(len(block.raters))
        cdf = np.zeros((len(block.raters), len(limits)))
        for point, post_sd, weight in zip(points, _SD_GRID, weights, strict=True):
            first = 0
            for middle, spread, below in over_blocks(problem, point, work, refine=_REFINE, blocks=(block,),
                                                     with_slopes=False):
                part = slice(first, first := first + len(middle))
                mean[part] += weight * post_sd * middle
                square[part] += weight * post_sd**2 * (middle**2 + spread**2)
                cdf[part] += weight * below
        rising = np.maximum.accumulate(cdf, axis=1)
        found = (mean, np.sqrt(np.maximum(square - mean**2, 0)), _read_off(rising, limits, (1 - level) / 2),
                 _read_off(rising, limits, (1 + level) / 2))
        for name, values in zip(("mean", "sd", "lower", "upper"), found, strict=True):
            summary[name][block.raters] = values
    return {name: values[problem.row] for name, values in summary.items()}, _SD_GRID, weights


def _read_off(rising: Array, limits: Array, share: float) -> Array:
    """Find where each row's distribution function takes the value ``share``, by straight lines between limits."""
    left = np.clip((rising < share).sum(axis=1) - 1, 0, len(limits) - 2)
    rows = np.arange(len(rising))
    low, high = rising[rows, left], rising[rows, left + 1]
    return limits[left] + (limits[1] - limits[0]) * np.clip((share - low) / np.maximum(high - low, 1e-300), 0, 1)


REACH_U = 6.0
"""Logits covered when averaging over spreads: six times the largest that fits a spread of nought."""


def _distribution(post: BlockPosterior, limit: float) -> Array:
    """Give each rater's distribution function at one limit, in units of the spread between raters."""
    kernel = 0.5 + sici(np.pi * (limit - post.z) / (post.z[:, 1:2] - post.z[:, :1]))[0] / np.pi
    return post.weights @ kernel[0] if post.is_shared else np.einsum("jq,jq->j", post.weights, kernel)


def _distributions(post: BlockPosterior, limits: Array) -> Array:
    """Give each rater's distribution function at many limits: raters x limits."""
    if post.is_shared:
        step = post.z[0, 1] - post.z[0, 0]
        return np.asarray(post.weights @ (0.5 + sici(np.pi * (limits - post.z.T) / step)[0] / np.pi))
    found = np.zeros((len(post.z), len(limits)))
    first, last = np.searchsorted(limits, [post.z.min(initial=0), post.z.max(initial=0)])
    found[:, last:] = 1.0
    cdf, density = _half_steps(post)
    half = (post.z[:, 1:2] - post.z[:, :1]) / 2
    place = np.clip((limits[first:last] - post.z[:, :1]) / half, 0, cdf.shape[1] - 1)
    left = np.minimum(place.astype(np.int64), cdf.shape[1] - 2)
    s = place - left
    f0, f1, d0, d1 = (np.take_along_axis(of, left + more, axis=1) for of in (cdf, density) for more in (0, 1))
    found[:, first:last] = (((2 * (f0 - f1) + d0 + d1) * s + 3 * (f1 - f0) - 2 * d0 - d1) * s + d0) * s + f0
    return found


def _half_steps(post: BlockPosterior) -> tuple[Array, Array]:
    """Give distribution function and density (per half step) at the nodes and midway between them."""
    n_nodes = post.z.shape[1]
    # All distances are whole numbers of half steps, so both kernels are read off one short table.
    apart = np.arange(2 * n_nodes - 1)[None, :] - 2 * np.arange(n_nodes)[:, None]
    table = np.arange(apart.min(), apart.max() + 1) / 2
    cdf = post.weights @ (0.5 + sici(np.pi * table)[0] / np.pi)[apart - apart.min()]
    return cdf, post.weights @ (np.sinc(table) / 2)[apart - apart.min()]


def _quantiles(post: BlockPosterior, shares: list[float]) -> list[Array]:
    """Invert the distribution function by cubic interpolation between points a quarter posterior sd apart."""
    cdf, density = _half_steps(post)
    half = (post.z[:, 1] - post.z[:, 0]) / 2
    rising = np.maximum.accumulate(cdf, axis=1)
    rows = np.arange(len(cdf))
    found = []
    for share in shares:
        left = np.clip((rising < share).sum(axis=1) - 1, 0, cdf.shape[1] - 2)
        ends = (cdf[rows, left], cdf[rows, left + 1], density[rows, left], density[rows, left + 1])
        found.append(post.z[:, 0] + half * (left + _invert_hermite(*ends, share)))
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
