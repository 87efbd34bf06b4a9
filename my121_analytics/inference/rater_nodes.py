"""Where the nodes of quadrature lie: on one grid for all raters of a block, or about each rater's own mode.

Equally spaced nodes integrate a bell-shaped posterior with a relative error near ``2 exp(-2 (pi s / h)^2)`` for
spacing ``h`` and posterior standard deviation ``s``: 5e-9 at ``h = s``. About a rater's own mode, and in units of the
posterior's width there, Gauss-Hermite nodes need be fewer still while the spread between raters is not so large that
posteriors lean over to one side; beyond that, and wherever a whole distribution is wanted, nodes are equally spaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from my121_analytics.inference.category_table import bend_between
from my121_analytics.inference.rater_blocks import WIDEST_SPACING, Block

Array = NDArray[np.float64]

LARGEST_HERMITE_SD = 2.0
"""Spread between raters, logits, up to which Gauss-Hermite nodes serve. 5 + 2 ceil(5 sd) of them left less than 2e-6 of
a rater's log-likelihood (2e-7 up to a spread of 1.6) in the worst of 5,040 posteriors of 1 to 300 ratings in 2 to 7
categories, those with all ratings in the top category among them."""
MOST_HERMITE = 60
NO_SPREAD = 1e-5
"""Below this spread, logits, one node is as good as many."""
_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Nodes:
    """Nodes under the raters of a block.

    Parameters
    ----------
    z
        Places in units of the spread between raters: one row for all raters, or one for each.
    log_prior
        Log of each node's share of the prior, of the same shape.
    is_even
        True if the nodes of a row are equally spaced.
    """

    z: Array
    log_prior: Array
    is_even: bool


def shared_nodes(block: Block, sd: float, refine: float = 1.0, least: int | None = None) -> Nodes:
    """Place one grid under all raters of a block.

    Parameters
    ----------
    block
        The raters.
    sd
        Spread between raters, logits.
    refine
        How many times finer than needed for the fit.
    least
        Least number of nodes asked for.

    Returns
    -------
    Nodes
        No posterior is narrower than ``1 / sqrt(1 + n sd^2 / 2)``, since one rating's curvature is at most 1/2.
    """
    narrowest, reach = 1 / np.sqrt(1 + block.largest * sd**2 / 2), max(block.reach)
    half = int(np.ceil(reach * refine / min(narrowest, WIDEST_SPACING)))
    if least is not None:
        half = max(half, round(least * refine) // 2)
    z = np.linspace(-reach, reach, 2 * half + 1)[None, :]
    return Nodes(z, np.log(z[0, 1] - z[0, 0]) - z**2 / 2 - _LOG_SQRT_2PI, is_even=True)


def own_nodes(block: Block, location: Array, thresholds: Array, sd: float, refine: float = 1.0,
              least: int | None = None) -> Nodes:
    """Place nodes about each rater's own mode, so far apart as the posterior there is wide.

    Parameters
    ----------
    block
        The raters; the modes found are kept in it, for the next search to start from.
    location
        Linear predictor of each cell without the rater.
    thresholds
        All ladders, end to end.
    sd, refine, least
        As for :func:`shared_nodes`; anything finer than the fit needs is equally spaced, so that it shares no rule with
        the fit that it checks.

    Returns
    -------
    Nodes
    """
    start = np.zeros(len(block.raters)) if block.centre is None else block.centre
    mode, precision = find_modes(block, location, thresholds, sd, start, until=0.01)
    block.centre = mode
    wide, least = 1 / np.sqrt(precision)[:, None], least or 1
    leans = sd > LARGEST_HERMITE_SD
    if refine == 1 and not leans and least <= MOST_HERMITE:
        x, log_weight = _hermite(max(1 if sd < NO_SPREAD else 5 + 2 * int(np.ceil(5 * sd)), least))
        z = (mode[:, None] + wide * x) / sd
        return Nodes(z, log_weight + np.log(wide / sd) - z**2 / 2, is_even=False)
    # An end category's likelihood bends within a logit or so, however wide the posterior is.
    apart = np.minimum(0.9 * wide, 0.6) / (refine * (1.5 if leans else 1.0))
    apart = np.minimum(apart, wide * sum(block.reach) / (least * refine))
    below, above = (int(np.ceil(reach * (wide / apart).max())) for reach in block.reach)
    z = (mode[:, None] + apart * np.arange(-below, above + 1)) / sd
    return Nodes(z, np.log(apart / sd) - z**2 / 2 - _LOG_SQRT_2PI, is_even=True)


@lru_cache(maxsize=64)
def _hermite(n: int) -> tuple[Array, Array]:
    """Give Gauss-Hermite nodes, and the logs of their weights for integrals without the normal density."""
    x, weight = hermegauss(n)
    return x, np.log(weight) + x**2 / 2 - _LOG_SQRT_2PI


def find_modes(block: Block, location: Array, thresholds: Array, sd: float, start: Array,
               until: float) -> tuple[Array, Array]:
    """Climb each rater's log-concave posterior to its top.

    Parameters
    ----------
    block, location, thresholds, sd
        As for :func:`own_nodes`.
    start
        Where to start, one place per rater, logits.
    until
        Last step, in posterior standard deviations; Newton's method leaves about its square.

    Returns
    -------
    tuple
        Mode and curvature (1 / variance) of each rater.
    """
    counts, u = block.counts, start.copy()
    row, cells, place = block.row, block.cells, location
    if row is None:
        row = np.repeat(np.arange(len(start), dtype=np.int32), np.diff(counts.indptr))
        cells, place = block.cells.take(counts.indices), location[counts.indices]
    for _ in range(100):
        slopes, curvatures = bend_between(cells.lower, cells.upper, place + u[row], thresholds)
        slope = np.bincount(row, counts.data * slopes, minlength=len(u)) - u / sd**2
        precision = np.bincount(row, counts.data * curvatures, minlength=len(u)).astype(np.float64) + 1 / sd**2
        step = np.clip(slope / precision, -1.0, 1.0)
        u += step
        if (np.abs(step) * np.sqrt(precision)).max(initial=0) < until:
            break
    return u, precision
