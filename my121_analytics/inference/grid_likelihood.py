"""Each rater's likelihood on a grid of effects, with the people rated again and again counted as the same people.

A person rated several times by one rater brings one lasting level ``a`` to all of these ratings. On equally spaced
nodes the likelihood of that person's ratings, as a function of the rater's effect ``u``, is the likelihood of the sum
``u + a`` smoothed by the normal density of ``a``: one matrix product for all people, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, logit

from my121_analytics.inference.category_table import tabulate_log_shares
from my121_analytics.inference.normal_smoothing import slide_rows

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

MARGINAL_SCALE = 16 * np.sqrt(3) / (15 * np.pi)
"""Averaging logits over a normal level of sd s divides effects by about sqrt(1 + (MARGINAL_SCALE s)^2)."""
_POINTS, _WEIGHTS = np.polynomial.hermite_e.hermegauss(41)
_FARTHEST = 600.0
"""Logits at which probabilities can still be told from nought, with the outermost of the points beside them."""
_CHUNK_ENTRIES = 400_000
_SPELLS_FOR_SPREAD = 15_000
"""People enough to learn their spread from (standard error about .02); beyond, every n-th rater is taken."""


@dataclass(frozen=True)
class PersonCounts:
    """Ratings by rater, person, pattern and category, sorted by rater and person.

    Parameters
    ----------
    rater
        Rater of each spell (one person under one rater).
    ratings
        Number of ratings in each spell.
    cells
        Spells x cells.
    pattern, category
        Of each cell.
    n_raters
        Number of raters.
    person
        Person of each spell; -1 where people are not known.
    """

    rater: Codes
    ratings: Array
    cells: sparse.csr_array
    pattern: Codes
    category: Codes
    n_raters: int
    person: Codes


@dataclass(frozen=True)
class ExpectedLevels:
    """What is expected of the people rated, from all but the ratings themselves.

    Parameters
    ----------
    offset, variance
        Per spell: expected level less that of the rater's people, logits, and its variance.
    """

    offset: Array
    variance: Array


def gather_persons(rater: Codes, person: Codes, pattern: Codes, category: Codes, n: Array, *, n_raters: int,
                   n_categories: int) -> PersonCounts:
    """Gather counts into spells, one for each person under each rater.

    Parameters
    ----------
    rater, person, pattern, category
        Codes from 0 of each count.
    n
        Ratings.
    n_raters, n_categories
        Sizes.

    Returns
    -------
    PersonCounts
        Someone rated by two raters appears as two spells.
    """
    spell_code = rater * (int(person.max(initial=0)) + 1) + person
    spells, first, row = np.unique(spell_code, return_index=True, return_inverse=True)
    cells, column = np.unique(pattern * n_categories + category, return_inverse=True)
    table = sparse.csr_array((n, (row, column)), shape=(len(spells), len(cells)))
    return PersonCounts(rater[first], np.bincount(row, n).astype(np.float64), table, cells // n_categories,
                        cells % n_categories, n_raters, person[first])


def tabulate_spells(counts: PersonCounts, location: Array, thresholds: Array, nodes: Array) -> Array:
    """Work out each spell's log-likelihood at every value of rater's effect and person's level together.

    Parameters
    ----------
    counts, location, thresholds, nodes
        As for :func:`tabulate_likelihood`.

    Returns
    -------
    numpy.ndarray
        Spells x nodes.
    """
    return np.asarray(counts.cells @ tabulate_log_shares(counts.category, location[counts.pattern], thresholds, nodes))


def tabulate_expecting(counts: PersonCounts, location: Array, thresholds: Array, nodes: Array,
                       expected: ExpectedLevels, *, above_lowest: bool = False) -> Array:
    """Work out each rater's log-likelihood where something is expected of each person.

    Parameters
    ----------
    counts, location, thresholds, nodes
        As for :func:`tabulate_likelihood`.
    expected
        Of the person of each spell.
    above_lowest
        As for :func:`tabulate_likelihood`.

    Returns
    -------
    numpy.ndarray
        Raters x nodes, at the rater's effect and the level of the rater's people together.
    """
    step = float(nodes[1] - nodes[0])
    sd = np.sqrt(expected.variance)
    lowest, highest = max(float(sd.min()), step), max(float(sd.max()), 1.001 * step)
    # Spreads a twentieth apart at most: rounding them moves a likelihood by less than a thousandth.
    levels = np.geomspace(lowest, highest, max(2, int(np.ceil(np.log(highest / lowest) / 0.1)) + 1))
    nearest = np.abs(np.log(np.maximum(sd, step))[:, None] - np.log(levels)[None, :]).argmin(axis=1)
    reach = float(np.abs(expected.offset).max(initial=0)) + step
    middle = _widen(nodes, step, reach)
    wide = _widen(middle, step, 4.5 * highest)
    table = tabulate_log_shares(counts.category, location[counts.pattern], thresholds, wide,
                                above_lowest=above_lowest)
    total = np.zeros((counts.n_raters, len(nodes)))
    first_node = (len(middle) - len(nodes)) // 2
    kernels = {level: _normal_kernel(wide, middle, levels[level]) for level in np.unique(nearest)}
    for part in _chunks(len(counts.rater), len(wide)):
        log_p, smoothed = counts.cells[part] @ table, np.empty((part.stop - part.start, len(middle)))
        for level, kernel in kernels.items():
            rows = np.flatnonzero(nearest[part] == level)
            smoothed[rows] = _smooth_logs(log_p[rows], kernel)
        moved = slide_rows(smoothed, expected.offset[part] / step)
        _add_by_rater(total, counts.rater[part], moved[:, first_node:first_node + len(nodes)])
    return total


def tabulate_likelihood(counts: PersonCounts, location: Array, thresholds: Array, nodes: Array,
                        person_sd: float = 0.0, *, above_lowest: bool = False) -> Array:
    """Work out each rater's log-likelihood at every node.

    Parameters
    ----------
    counts
        The ratings.
    location
        Linear predictor of each pattern.
    thresholds
        K - 1 rising thresholds.
    nodes
        Equally spaced rater effects.
    person_sd
        Standard deviation of a person's lasting level; below the spacing of the nodes it counts as 0.
    above_lowest
        Whether ratings are taken to be written down only where they lie above the lowest category: each counts by its
        share of those. Meaningless for raters who gave the lowest.

    Returns
    -------
    numpy.ndarray
        Raters x nodes, each row with its largest value at 0 and the rest below.
    """
    step = float(nodes[1] - nodes[0])
    wide = _widen(nodes, step, 4.5 * person_sd) if person_sd > step else nodes
    table = tabulate_log_shares(counts.category, location[counts.pattern], thresholds, wide,
                                above_lowest=above_lowest)
    total = np.zeros((counts.n_raters, len(nodes)))
    kernel = _normal_kernel(wide, nodes, person_sd) if person_sd > step else None
    for rows in _chunks(len(counts.rater), len(wide)):
        log_p = counts.cells[rows] @ table
        _add_by_rater(total, counts.rater[rows], log_p if kernel is None else _smooth_logs(log_p, kernel))
    return total


def _normal_kernel(wide: Array, nodes: Array, sd: float) -> Array:
    kernel = np.exp(-(((wide[:, None] - nodes[None, :]) / sd) ** 2) / 2)
    return np.asarray(kernel / kernel.sum(axis=0))


def _chunks(n: int, width: int) -> Iterator[slice]:
    """Cut so many rows of this width into pieces that stay small in memory."""
    step = max(1, _CHUNK_ENTRIES // width)
    for first in range(0, n, step):
        yield slice(first, min(first + step, n))


def _smooth_logs(log_p: Array, kernel: Array) -> Array:
    """Smooth rows of log-likelihoods, which are used up."""
    peak = log_p.max(axis=1, keepdims=True)
    log_p -= peak
    smoothed = np.exp(log_p, out=log_p) @ kernel
    np.log(np.maximum(smoothed, 1e-300, out=smoothed), out=smoothed)
    smoothed += peak
    return smoothed


def find_person_sd(counts: PersonCounts, location: Array, thresholds: Array, nodes: Array) -> float:
    """Estimate the spread of people's lasting levels from those rated more than once by one rater.

    Parameters
    ----------
    counts, location, thresholds, nodes
        As for :func:`tabulate_likelihood`; location and thresholds on the marginal scale, as fitted without people.

    Returns
    -------
    float
        Standard deviation, logits; 0.0 where repeated ratings agree no more than chance makes them.
    """
    from scipy.optimize import minimize_scalar

    counts = _sample(counts)

    def misfit(sd: float) -> float:
        stretch = np.sqrt(1 + (MARGINAL_SCALE * sd) ** 2)
        log_p = tabulate_likelihood(counts, stretch * location, undo_averaging(thresholds, sd), nodes, sd)
        return -max(_marginal(log_p, nodes, spread) for spread in (0.2, 0.35, 0.5, 0.7, 1.0, 1.4))

    step = float(nodes[1] - nodes[0])
    best = minimize_scalar(misfit, bounds=(1.05 * step, 4.0), method="bounded", options={"xatol": 0.03})
    return float(best.x) if best.fun < misfit(0.0) - 1.0 else 0.0


def undo_averaging(thresholds: Array, sd: float) -> Array:
    """Give the thresholds of one person that, averaged over normal levels of people, show as these.

    Parameters
    ----------
    thresholds
        As fitted without people, logits.
    sd
        Spread of people's levels, logits.

    Returns
    -------
    numpy.ndarray
        Larger than with ``MARGINAL_SCALE``, by a fiftieth at an end of the scale that a tenth of people reach.
    """
    wanted = -np.abs(thresholds)  # below nought no probability is rounded to 1, however far out
    found = np.maximum(wanted * np.sqrt(1 + (MARGINAL_SCALE * sd) ** 2), -_FARTHEST)
    for _ in range(6):  # Newton's steps between logits, which go together nearly in a straight line
        at = expit(found[:, None] + sd * _POINTS)
        shown, slope = ((part @ _WEIGHTS) / _WEIGHTS.sum() for part in (at, at * (1 - at)))
        found = np.maximum(found + (wanted - logit(shown)) * shown * (1 - shown) / slope, -_FARTHEST)
    return np.asarray(np.copysign(found, thresholds))


def _sample(counts: PersonCounts) -> PersonCounts:
    every = -(-len(counts.rater) // _SPELLS_FOR_SPREAD)
    if every <= 1:
        return counts
    rows = counts.rater % every == 0
    return PersonCounts(counts.rater[rows] // every, counts.ratings[rows], counts.cells[rows], counts.pattern,
                        counts.category, -(-counts.n_raters // every), counts.person[rows])


def _marginal(log_p: Array, nodes: Array, spread: float) -> float:
    prior = np.exp(-((nodes / spread) ** 2) / 2)
    peak = log_p.max(axis=1)
    return float((np.log(np.exp(log_p - peak[:, None]) @ (prior / prior.sum())) + peak).sum())


def _widen(nodes: Array, step: float, by: float) -> Array:
    extra = int(np.ceil(by / step))
    return nodes[0] + step * np.arange(-extra, len(nodes) + extra)


def _add_by_rater(total: Array, rater: Codes, rows: Array) -> None:
    starts = np.flatnonzero(np.diff(rater, prepend=-1))
    total[rater[starts]] += np.add.reduceat(rows, starts, axis=0)
