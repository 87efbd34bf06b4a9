"""Log-probabilities of ordered categories and their slopes, as a small table: cells down, nodes across.

A cell is one pair of covariate pattern and category. With ``t`` the linear predictor and thresholds ``a < b`` around
a category, ``log p = log F(b - t) + log(1 - F(a - t)) + log(1 - exp(a - b))`` with ``F`` the logistic function: an
identity that loses no digits in the tails, where the plain difference of two probabilities does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

Array = NDArray[np.float64]
Codes = NDArray[np.integer[Any]]

FURTHEST = 300.0
"""Logits up to which odds are worked out as products: their logs stay right to 14 digits."""


@dataclass(frozen=True)
class CellTable:
    """What the fit needs of every cell at every node.

    Parameters
    ----------
    log_p
        Log-probability of the cell's category, cells x nodes.
    above, below
        ``1 - F(b - t)`` (0 for the top category) and ``F(a - t)`` (0 for the lowest), cells x nodes.
    ratio
        ``1 / (exp(b - a) - 1)`` per cell; 0 for the two outer categories.
    """

    log_p: Array
    above: Array
    below: Array
    ratio: Array

    @property
    def slope(self) -> Array:
        """First derivative of ``log_p`` in the linear predictor."""
        return self.below - self.above

    @property
    def curvature(self) -> Array:
        """Minus the second derivative of ``log_p`` in the linear predictor; never negative, at most 1/2."""
        return self.below * (1 - self.below) + self.above * (1 - self.above)


def tabulate_cells(category: Codes, location: Array, thresholds: Array, nodes: Array) -> CellTable:
    """Work out log-probabilities and slopes of cells at shared nodes.

    Parameters
    ----------
    category
        Category of each cell, from 0 to K - 1.
    location
        Linear predictor of each cell's covariate pattern without the rater.
    thresholds
        K - 1 rising thresholds.
    nodes
        Values of the rater effect: one row of nodes for all cells, or (cells x 1) one value per cell.

    Returns
    -------
    CellTable
    """
    top = len(thresholds)
    lower, upper = category - 1, np.where(category < top, category, -1)
    return tabulate_between(lower, upper, location, thresholds, nodes)


def tabulate_between(lower: Codes, upper: Codes, location: Array, thresholds: Array, nodes: Array) -> CellTable:
    """Work out the same where each cell says which thresholds are around it.

    Parameters
    ----------
    lower, upper
        Place among ``thresholds`` of the one below and above each cell's category; -1 for none.
    location, nodes
        As for :func:`tabulate_cells`.
    thresholds
        Any number of ladders of rising thresholds, end to end.

    Returns
    -------
    CellTable
    """
    nodes = np.atleast_2d(nodes)
    shape = np.broadcast_shapes((len(lower), 1), nodes.shape)
    log_p, above, below = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    has_upper, has_lower = upper >= 0, lower >= 0
    if has_upper.any():
        distance = thresholds[upper[has_upper]] - location[has_upper]
        log_p[has_upper], above[has_upper] = _tail(distance, nodes if len(nodes) == 1 else nodes[has_upper], 1.0)
    if has_lower.any():
        distance = thresholds[lower[has_lower]] - location[has_lower]
        found, below[has_lower] = _tail(distance, nodes if len(nodes) == 1 else nodes[has_lower], -1.0)
        log_p[has_lower] += found
    ratio = np.zeros(len(lower))
    middle = has_upper & has_lower
    gap = thresholds[upper[middle]] - thresholds[lower[middle]]
    log_p[middle] += np.log(-np.expm1(-gap))[:, None]
    ratio[middle] = 1 / np.expm1(np.minimum(gap, 700.0))
    return CellTable(log_p, above, below, ratio)


def tabulate_log_shares(category: Codes, location: Array, thresholds: Array, nodes: Array, *,
                        above_lowest: bool = False) -> Array:
    """Work out log-probabilities alone at shared nodes: one logarithm for each cell and node.

    Parameters
    ----------
    category, location, thresholds
        As for :func:`tabulate_cells`.
    nodes
        One row of values of the rater effect.
    above_lowest
        Whether to give the probability among the categories above the lowest; meaningless for the lowest.

    Returns
    -------
    numpy.ndarray
        Cells x nodes.
    """
    to_upper = location - np.append(thresholds, np.inf)[category]
    to_lower = np.append(-np.inf, thresholds)[category] - location
    furthest = np.abs(location).max(initial=0) + np.abs(thresholds).max(initial=0) + np.abs(nodes).max(initial=0)
    if furthest > FURTHEST:
        log_p = tabulate_cells(category, location, thresholds, nodes).log_p
        return log_p - log_expit(location[:, None] + nodes - thresholds[0]) if above_lowest else log_p
    rising, falling = np.exp(nodes), np.exp(-nodes)
    log_p = 1 + np.exp(to_upper)[:, None] * rising
    log_p *= 1 + np.exp(to_lower)[:, None] * falling
    if above_lowest:
        log_p /= 1 + np.exp(thresholds[0] - location)[:, None] * falling
    np.log(log_p, out=log_p)
    width = np.append(np.append(np.inf, np.diff(thresholds)), np.inf)[category]
    return np.asarray(np.log(-np.expm1(-width))[:, None] - log_p)


def tabulate_rows(lower: Codes, upper: Codes, location: Array, thresholds: Array, nodes: Array,
                  row: NDArray[np.int32], *, with_slopes: bool = True) -> CellTable:
    """Work out the same where every rater has nodes of its own: one exponential per rater and node, one log per cell.

    Parameters
    ----------
    lower, upper, location, thresholds
        As for :func:`tabulate_between`.
    nodes
        Values of the rater effect, raters x nodes.
    row
        Rater of each cell.
    with_slopes
        False where only log-probabilities are wanted: the rest is left empty.

    Returns
    -------
    CellTable
        Its columns are contiguous in memory, as this is worked out node by node.
    """
    ends = np.concatenate([thresholds, [np.inf]])  # place -1: no threshold
    to_upper = location - ends[upper]
    ends[-1] = -np.inf
    to_lower = ends[lower] - location
    log_width, ratio = np.zeros(len(lower)), np.zeros(len(lower))
    middle = (upper >= 0) & (lower >= 0)
    gap = thresholds[upper[middle]] - thresholds[lower[middle]]
    log_width[middle], ratio[middle] = np.log(-np.expm1(-gap)), 1 / np.expm1(np.minimum(gap, 700.0))
    nodes = np.ascontiguousarray(nodes.T)
    furthest = np.abs(location).max(initial=0) + np.abs(thresholds).max(initial=0) + np.abs(nodes).max(initial=0)
    if furthest > FURTHEST:
        effect = np.take(nodes, row, axis=1)
        above, below = expit(to_upper + effect), expit(to_lower - effect)
        log_p = log_expit(-to_upper - effect)
        log_p += log_expit(effect - to_lower)
        log_p += log_width
        return CellTable(log_p.T, above.T, below.T, ratio)
    odds = np.take(np.exp(nodes), row, axis=1)
    below = np.exp(to_lower) / odds
    odds *= np.exp(to_upper)
    log_p, rest = 1 + odds, 1 + below
    if with_slopes:
        odds /= log_p
        below /= rest
    else:
        odds = below = np.empty((0, len(row)))
    log_p *= rest
    np.log(log_p, out=log_p)
    np.subtract(log_width, log_p, out=log_p)
    return CellTable(log_p.T, odds.T, below.T, ratio)


def _tail(distance: Array, nodes: Array, sign: float) -> tuple[Array, Array]:
    """Give ``log F(x)`` and ``1 - F(x)`` for ``x = sign (distance - node)``.

    On shared nodes ``exp(-x)`` is a product of one factor per cell and one per node: a multiplication each.
    """
    furthest = np.abs(distance).max(initial=0) + np.abs(nodes).max(initial=0)
    if len(nodes) > 1 or furthest > FURTHEST:
        x = sign * (distance[:, None] - nodes)
        return log_expit(x), expit(-x)
    odds = np.exp(-sign * distance)[:, None] * np.exp(sign * nodes)
    whole = 1 + odds
    odds /= whole
    np.log(whole, out=whole)
    np.negative(whole, out=whole)
    return whole, odds


def bend_between(lower: Codes, upper: Codes, location: Array, thresholds: Array) -> tuple[Array, Array]:
    """Give slope and curvature alone, one value per cell: half the work of a table.

    Parameters
    ----------
    lower, upper, thresholds
        As for :func:`tabulate_between`.
    location
        Linear predictor of each cell, with the rater.

    Returns
    -------
    tuple
        First derivative of the log-probability in the linear predictor, and minus the second.
    """
    ends = np.concatenate([thresholds, [np.inf]])  # place -1: no threshold
    above = expit(location - ends[upper])
    ends[-1] = -np.inf
    below = expit(ends[lower] - location)
    return below - above, below * (1 - below) + above * (1 - above)


def category_shares(location: Array, thresholds: Array, effect: Array | float = 0.0) -> Array:
    """Give the probability of every category at given predictors.

    Parameters
    ----------
    location
        Linear predictors, any shape.
    thresholds
        K - 1 rising thresholds.
    effect
        Added to the predictors; same shape or one number.

    Returns
    -------
    numpy.ndarray
        The shape of ``location`` with one more axis of K probabilities that sum to 1.
    """
    at_most = expit(thresholds - (np.asarray(location) + effect)[..., None])
    ends = (*at_most.shape[:-1], 1)
    bounds = np.concatenate([np.zeros(ends), at_most, np.ones(ends)], axis=-1)
    return np.diff(bounds, axis=-1)
