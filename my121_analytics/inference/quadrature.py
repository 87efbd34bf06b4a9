"""The marginal likelihood of a random rater effect on one grid of nodes shared by all raters of like size.

Equally spaced nodes integrate a bell-shaped posterior with a relative error near ``2 exp(-2 (pi s / h)^2)`` for
spacing ``h`` and posterior standard deviation ``s``: 5e-9 at ``h = s``. Raters are kept in blocks of like numbers of
ratings, so that only the few large ones pay for a fine grid, and so that memory stays small. Blocks are worked on by
several threads, and summed in one order, so that a result never depends on how many there were.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from my121_analytics.inference.category_table import CellTable, bend_between, tabulate_between
from my121_analytics.inference.rating_counts import Cells, RatingCounts, ladders_rise

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Found = TypeVar("Found")

REACH = 6.0
"""Nodes cover this many prior standard deviations to either side (2e-9 of the mass lies outside) ..."""
EDGE_MASS = 1e-8
"""... and further wherever a posterior would put more than this on the outermost node."""
WIDEST_SPACING = 0.75
BLOCK_CELLS = 250_000
BLOCK_RATERS = 12_000
BLOCK_TABLE = 1_500_000
"""Cells times nodes of one block's own table, where cells are too many to share (12 MB for each of its parts)."""
SHARED_CELLS = 20_000
"""Up to so many cells one table serves all blocks of a size, if the block's ratings are not far fewer."""
SAMPLE_RATERS = 2_000
SCORE_ELEMENTS = 1_000_000
THIN = 1.3
"""Spacing in posterior standard deviations at which variances of scores are summed: an error near 2e-5 of them."""
ALONE, MOST_ALONE = 200, 1_000
"""Raters with so many ratings have nodes of their own, around the mode; but so many raters at most."""
REACH_ALONE = 7.0
MANY_RATERS = 500
MOST_THREADS = 4
THREADS_PAY = 60_000
"""Ratings times raters' cells below which starting threads takes longer than the work."""
_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


@dataclass
class Block:
    """Raters of like size and the cells that occur among them.

    Parameters
    ----------
    raters
        Positions among the distinct raters.
    counts
        Ratings, raters x cells.
    cells
        What each cell is.
    n_alike
        How many raters each row stands for.
    largest
        Most ratings of one rater in the block's size class; decides the spacing.
    is_shared
        True if the cells are those of the whole problem, so that one table serves many blocks.
    weight
        How many blocks this one stands for when only some are looked at.
    reach
        Standard deviations covered to either side; grows when a posterior nears the edge.
    """

    raters: Codes
    counts: sparse.csr_array
    cells: Cells
    n_alike: Array
    largest: float
    is_shared: bool
    weight: float = 1.0
    reach: float = REACH

    @property
    def is_alone(self) -> bool:
        """Say whether this is one large rater, whose nodes lie only where its posterior is."""
        return len(self.raters) == 1 and self.largest >= ALONE

    def nodes(self, sd: float, refine: float = 1.0, least: int | None = None) -> tuple[Array, Array]:
        """Give standardised nodes and the logs of their prior weights.

        No posterior is narrower than ``1 / sqrt(1 + n sd^2 / 2)``, since one rating's curvature is at most 1/2.
        """
        narrowest = 1 / np.sqrt(1 + self.largest * sd**2 / 2)
        half = int(np.ceil(self.reach * refine / min(narrowest, WIDEST_SPACING)))
        if least is not None:
            half = max(half, round(least * refine) // 2)
        z = np.linspace(-self.reach, self.reach, 2 * half + 1)
        return z, np.log(z[1] - z[0]) - z**2 / 2 - _LOG_SQRT_2PI


@dataclass(frozen=True)
class Problem:
    """The counts laid out for fitting.

    Parameters
    ----------
    blocks
        All distinct raters, in blocks.
    design
        Covariates, patterns x p.
    ladders
        First threshold of each ladder (one ladder unless occasions have their own), and the number of thresholds.
    n_rows
        Distinct raters: those with the same ratings of the same patterns are worked on once.
    row
        Of each rater among the distinct ones.
    ratings
        Ratings of each rater.
    least_nodes
        Least number of nodes asked for; the spacing follows the narrowest posterior in any case.
    """

    blocks: tuple[Block, ...]
    design: Array
    ladders: Codes
    n_rows: int
    row: Codes
    ratings: Array
    least_nodes: int | None = None

    @property
    def n_raters(self) -> int:
        """Raters, alike or not."""
        return len(self.row)

    @property
    def n_thresholds(self) -> int:
        """Thresholds of all ladders together."""
        return int(self.ladders[-1])

    @property
    def n_parameters(self) -> int:
        """Thresholds, coefficients and the log of the standard deviation."""
        return self.n_thresholds + self.design.shape[1] + 1

    def split(self, parameters: Array) -> tuple[Array, Array, float]:
        """Give thresholds, coefficients and the standard deviation."""
        cut = self.n_thresholds
        return parameters[:cut], parameters[cut:-1], float(np.exp(parameters[-1]))

    def rises(self, parameters: Array) -> bool:
        """Say whether each ladder's thresholds rise."""
        return ladders_rise(parameters[:self.n_thresholds], self.ladders)


@dataclass(frozen=True)
class Evaluation:
    """Log-likelihood, gradient and (if asked for) observed information at one point."""

    log_likelihood: float
    gradient: Array
    information: Array | None = None


@dataclass(frozen=True)
class BlockPosterior:
    """Posterior of every rater of a block on its nodes: raters x nodes, rows sum to 1."""

    block: Block
    z: Array
    weights: Array
    log_likelihood: Array
    table: CellTable


def lay_out(given: RatingCounts, design: Array, least_nodes: int | None = None) -> Problem:
    """Sort counts into blocks of raters of like size.

    Parameters
    ----------
    given
        Ratings by rater and cell.
    design
        Covariates, patterns x p.
    least_nodes
        Least number of nodes under every rater, or None.

    Returns
    -------
    Problem
    """
    first, row, alike = given.find_alike()
    ratings = given.ratings
    size = ratings[first]
    size_class = np.ceil(np.log(np.maximum(size, 1) / 8) / np.log(4)).clip(min=0).astype(np.int64)
    entries = np.diff(given.counts.indptr)[first].astype(np.int64)
    dealt: list[tuple[Codes, float, float]] = []
    alone = np.flatnonzero(size >= ALONE)
    alone = alone[np.argsort(-size[alone], kind="stable")][:MOST_ALONE]
    size_class[alone] = -1
    for one_class in np.unique(size_class):
        members = np.flatnonzero(size_class == one_class)
        if one_class < 0:
            dealt += [(members[k:k + 1], float(size[members[k]]), 1.0) for k in range(len(members))]
            continue
        largest = float(size[members].max())
        most, sample = BLOCK_CELLS, SAMPLE_RATERS
        if len(given.cells) > SHARED_CELLS // 4:  # each rater's cells are few of them and nobody else's
            most = int(min(most, BLOCK_TABLE / (12 * np.sqrt(1 + largest / 2))))
            sample = SAMPLE_RATERS // 4
        dealt += [(chosen, largest, weight) for chosen, weight in _deal(members, entries[members], alike[members],
                                                                       most, sample)]
    order = np.concatenate([chosen for chosen, _, _ in dealt])
    ordered = given.counts[first[order]]
    blocks, start = [], 0
    for chosen, largest, weight in dealt:
        stop = start + len(chosen)
        blocks.append(_block(chosen, ordered, slice(start, stop), given.cells, alike[chosen], largest, weight))
        start = stop
    return Problem(tuple(blocks), design, given.ladders, len(first), row, ratings, least_nodes)


def _deal(members: Codes, entries: Codes, alike: Array, most: int, sample: int) -> Iterator[tuple[Codes, float]]:
    """Deal the raters of a size class into blocks; the first is a small fair sample that stands for them all."""
    if len(members) <= min(BLOCK_RATERS, 6 * sample) and entries.sum() <= most:
        yield members, 1.0
        return
    every = -(-len(members) // sample)
    work = entries * alike
    if every > 1:
        yield members[::every], float(work.sum() / max(work[::every].sum(), 1))
        rest = np.arange(len(members)) % every != 0
        share = 0.0
    else:
        rest, share = np.ones(len(members), dtype=bool), 1.0
    n_blocks = max(-(-int(entries[rest].sum()) // most), -(-int(rest.sum()) // BLOCK_RATERS))
    for part in range(min(n_blocks, int(rest.sum()))):
        yield members[rest][part::n_blocks], share


def _block(chosen: Codes, ordered: sparse.csr_array, rows: slice, cells: Cells, alike: Array, largest: float,
           weight: float) -> Block:
    """Cut a block out of the ordered counts, without copying them where the cells are shared."""
    inside = slice(int(ordered.indptr[rows.start]), int(ordered.indptr[rows.stop]))
    data, column = ordered.data[inside], ordered.indices[inside]
    offsets = ordered.indptr[rows.start:rows.stop + 1] - ordered.indptr[rows.start]
    is_shared = len(cells) <= min(SHARED_CELLS, 4 * len(column))
    if not is_shared:
        used, column = np.unique(column, return_inverse=True)
        cells, column = cells.take(used), column.astype(np.int32)
    counts = sparse.csr_array((data, column, offsets), shape=(len(chosen), len(cells)))
    return Block(chosen, counts, cells, alike, largest, is_shared, weight)


def _nodes_alone(block: Block, location: Array, thresholds: Array, sd: float, refine: float,
                 reach: tuple[float, float]) -> tuple[Array, Array]:
    """Place nodes about a large rater's mode, so far apart as its posterior there is wide."""
    counts, u = block.counts.data, 0.0
    cells, location = block.cells.take(block.counts.indices), location[block.counts.indices]
    for _ in range(100):
        slope, curvature = bend_between(cells.lower, cells.upper, location + u, thresholds)
        precision = float(counts @ curvature) + 1 / sd**2
        step = (float(counts @ slope) - u / sd**2) / precision
        u += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 0.01 / np.sqrt(precision):
            break
    # An end category's likelihood bends within a logit or so, however wide the posterior is.
    apart = min(0.6 / np.sqrt(precision), 0.4) / refine
    sides = [int(np.ceil(r / np.sqrt(precision) / apart)) for r in reach]
    z = (u + apart * np.arange(-sides[0], sides[1] + 1)) / sd
    return z, np.log(apart / sd) - z**2 / 2 - _LOG_SQRT_2PI


def over_blocks(problem: Problem, parameters: Array, work: Callable[[BlockPosterior], Found], *, refine: float = 1.0,
                blocks: tuple[Block, ...] | None = None) -> Iterator[Found]:
    """Do some work on each block's posteriors, in several threads, and give the results in the blocks' order.

    Parameters
    ----------
    problem, parameters
        The counts, and where to stand.
    work
        What to do; its result should be small, as the posteriors are not kept.
    refine
        How many times finer than needed for the fit.
    blocks
        Only these; None for all.

    Returns
    -------
    Iterator
        One result per block.
    """
    thresholds, coefficients, sd = problem.split(parameters)
    chosen = problem.blocks if blocks is None else blocks
    tables: dict[tuple[float, float], CellTable] = {}

    def tabulate(block: Block, z: Array) -> CellTable:
        key = (block.largest, block.reach)
        if block.is_shared and key in tables:
            return tables[key]
        location = problem.design[block.cells.pattern] @ coefficients
        table = tabulate_between(block.cells.lower, block.cells.upper, location, thresholds, sd * z)
        if block.is_shared:
            tables[key] = table
        return table

    def one(block: Block) -> Found:
        sides = (REACH_ALONE, REACH_ALONE)
        while True:
            if block.is_alone:
                location = problem.design[block.cells.pattern] @ coefficients
                z, log_prior = _nodes_alone(block, location, thresholds, sd, refine, sides)
                table = tabulate_between(block.cells.lower, block.cells.upper, location, thresholds, sd * z)
            else:
                z, log_prior = block.nodes(sd, refine, problem.least_nodes)
                table = tabulate(block, z)
            weights = block.counts @ table.log_p
            weights += log_prior
            peak = weights.max(axis=1, keepdims=True)
            weights -= peak
            np.exp(weights, out=weights)
            total = weights.sum(axis=1, keepdims=True)
            weights /= total
            edges = weights[:, 0].max(), weights[:, -1].max()
            if block.reach > 40 or max(sides) > 200 or max(edges) < EDGE_MASS:
                break
            if block.is_alone:
                further = [1.4 if edge >= EDGE_MASS else 1.0 for edge in edges]
                sides = (sides[0] * further[0], sides[1] * further[1])
            else:
                block.reach += 2.0
        return work(BlockPosterior(block, z, weights, (peak + np.log(total))[:, 0], table))

    threads = min(_threads(), len(chosen))
    if threads < 2 or sum(block.counts.nnz for block in chosen) < THREADS_PAY:
        yield from map(one, chosen)
        return
    for block in chosen:  # beforehand, or each thread would make its own
        if block.is_shared and not block.is_alone:
            tabulate(block, block.nodes(sd, refine, problem.least_nodes)[0])
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(one, chosen)


def _threads() -> int:
    here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(here, MOST_THREADS)


def evaluate(problem: Problem, parameters: Array, *, information: str = "none", refine: float = 1.0) -> Evaluation:
    """Evaluate the marginal log-likelihood and its gradient.

    Parameters
    ----------
    problem
        The counts.
    parameters
        Thresholds, coefficients, log standard deviation.
    information
        ``none``, ``all``, or ``some``: from one block of each size class, scaled up; good enough as a metric.
    refine
        How many times finer than needed for the fit.

    Returns
    -------
    Evaluation

    Notes
    -----
    The gradient is the posterior mean of the complete-data score (Fisher's identity). The observed information is
    the posterior mean of the complete-data information less the posterior variance of the score (Louis 1982, JRSS B
    44:226); no difference quotients.
    """
    _, _, sd = problem.split(parameters)

    def work(post: BlockPosterior) -> tuple[float, Array, Array | None]:
        block = post.block
        weights = post.weights if (block.n_alike == 1).all() else post.weights * block.n_alike[:, None]
        expected = block.counts.T @ weights  # cells x nodes: ratings expected at each node
        share = 1.0 if information == "all" else block.weight
        found = None
        if information != "none" and share:
            found = share * (_complete_information(problem, post, expected, sd) - _score_variance(problem, post, sd))
        return float(post.log_likelihood @ block.n_alike), _gradient(problem, post, expected, sd), found

    log_likelihood, gradient = 0.0, np.zeros(problem.n_parameters)
    total = None if information == "none" else np.zeros((problem.n_parameters, problem.n_parameters))
    for value, slope, found in over_blocks(problem, parameters, work, refine=refine):
        log_likelihood += value
        gradient += slope
        if total is not None and found is not None:
            total += found
    return Evaluation(log_likelihood, gradient, total)


def log_likelihood_at(problem: Problem, parameters: Array, refine: float = 1.0) -> float:
    """Evaluate the marginal log-likelihood alone."""
    return sum(over_blocks(problem, parameters, lambda post: float(post.log_likelihood @ post.block.n_alike),
                           refine=refine))


def _gradient(problem: Problem, post: BlockPosterior, expected: Array, sd: float) -> Array:
    cells, table, cut = post.block.cells, post.table, problem.n_thresholds
    to_slope = expected * table.slope
    per_cell = expected.sum(axis=1) * table.ratio
    by_upper = (expected * table.above).sum(axis=1) + per_cell
    by_lower = (expected * table.below).sum(axis=1) + per_cell
    # place -1 (no threshold there) is counted in a first slot that is thrown away
    thresholds = (np.bincount(cells.upper + 1, by_upper, minlength=cut + 1)
                  - np.bincount(cells.lower + 1, by_lower, minlength=cut + 1))[1:]
    coefficients = problem.design[cells.pattern].T @ to_slope.sum(axis=1)
    return np.concatenate([thresholds, coefficients, [float(to_slope.sum(axis=0) @ post.z) * sd]])


def _threshold_places(problem: Problem, block: Block) -> tuple[Array, Array]:
    """Say which threshold lies above and below each cell's category (cells x thresholds, 0 or 1)."""
    places = np.arange(problem.n_thresholds)
    upper = (block.cells.upper[:, None] == places).astype(float)
    lower = (block.cells.lower[:, None] == places).astype(float)
    return upper, lower


def _complete_information(problem: Problem, post: BlockPosterior, expected: Array, sd: float) -> Array:
    """Posterior mean of minus the second derivatives of the complete-data log-likelihood."""
    block, table, cut = post.block, post.table, problem.n_thresholds
    x, u = problem.design[block.cells.pattern], sd * post.z
    upper, lower = _threshold_places(problem, block)
    dense_up = expected * table.above * (1 - table.above)
    dense_low = expected * table.below * (1 - table.below)
    up, low = dense_up.sum(axis=1), dense_low.sum(axis=1)
    gap = expected.sum(axis=1) * table.ratio * (1 + table.ratio)
    information = np.zeros((problem.n_parameters, problem.n_parameters))
    at, sd_at = slice(cut, -1), problem.n_parameters - 1
    cross = (upper * gap[:, None]).T @ lower
    information[:cut, :cut] = np.diag(upper.T @ (up + gap) + lower.T @ (low + gap)) - cross - cross.T
    information[:cut, at] = -(upper * up[:, None] + lower * low[:, None]).T @ x
    information[at, :cut] = information[:cut, at].T
    information[at, at] = (x * (up + low)[:, None]).T @ x
    up_u, low_u = dense_up @ u, dense_low @ u
    information[:cut, sd_at] = -(upper.T @ up_u + lower.T @ low_u)
    information[at, sd_at] = x.T @ (up_u + low_u)
    information[sd_at, :-1] = information[:-1, sd_at]
    information[sd_at, sd_at] = (dense_up + dense_low).sum(axis=0) @ u**2 - (expected * table.slope).sum(axis=0) @ u
    return information


def _score_variance(problem: Problem, post: BlockPosterior, sd: float) -> Array:
    """Posterior variance of each rater's complete-data score, summed over raters.

    The heaviest part by far. Where raters are many it is done in single precision and on as few nodes as will do: a
    standard error needs no more than five digits, and what is left out of one rater's share is as often too much as
    too little.
    """
    size, n_raters, alike = problem.n_parameters, len(post.block.raters), post.block.n_alike
    is_large = n_raters >= MANY_RATERS
    kind: type = np.float32 if is_large else np.float64
    nodes, weights = _thin(post) if is_large else (slice(None), post.weights)
    root: NDArray[Any] = np.sqrt(weights).astype(kind)
    mean: NDArray[Any] = np.zeros((n_raters, size), dtype=kind)
    squares = np.zeros((size, size))
    for first, scores in score_columns(problem, post, sd, nodes, kind):
        part = root[:, first:first + scores.shape[1]]
        scores *= part[:, :, None]
        mean += np.einsum("jq,jqd->jd", part, scores)
        if (alike != 1).any():
            scores *= np.sqrt(alike).astype(kind)[:, None, None]
        flat = scores.reshape(-1, size)
        squares += flat.T @ flat
    return squares - (mean * alike[:, None]).T @ mean


def _thin(post: BlockPosterior) -> tuple[slice, Array]:
    """Use every second or third node where posteriors are much wider than the narrowest that could have been."""
    mean = post.weights @ post.z
    wide = np.sqrt(np.maximum(post.weights @ post.z**2 - mean**2, 0))
    stride = max(1, int(THIN * np.partition(wide, len(wide) // 10)[len(wide) // 10] / (post.z[1] - post.z[0])))
    nodes = slice(len(post.z) // 2 % stride, None, stride)
    weights = post.weights[:, nodes]
    return nodes, weights / weights.sum(axis=1, keepdims=True) if stride > 1 else weights


def score_columns(problem: Problem, post: BlockPosterior, sd: float, nodes: slice = slice(None),
                  kind: type = np.float64) -> Iterator[tuple[int, NDArray[Any]]]:
    """Give the complete-data scores of a block's raters, some nodes at a time: first node, raters x nodes x d."""
    block, table, size = post.block, post.table, problem.n_parameters
    x = problem.design[block.cells.pattern]
    upper, lower = _threshold_places(problem, block)
    fixed = (upper - lower) * table.ratio[:, None]
    cut, counts = problem.n_thresholds, block.counts.astype(kind)
    step = max(1, SCORE_ELEMENTS // max(1, max(len(block.raters), len(x)) * size))
    chosen = np.arange(len(post.z))[nodes]
    for first in range(0, len(chosen), step):
        some = chosen[first:first + step]
        slope = table.slope[:, some]
        width = len(some)
        score: NDArray[Any] = np.empty((len(x), width, size), dtype=kind)
        score[:, :, :cut] = (upper[:, None, :] * table.above[:, some, None] - lower[:, None, :]
                             * table.below[:, some, None] + fixed[:, None, :])
        score[:, :, cut:-1] = slope[:, :, None] * x[:, None, :]
        score[:, :, -1] = slope * (sd * post.z[some])
        yield first, (counts @ score.reshape(len(x), -1)).reshape(len(block.raters), width, size)


def sensitivities(problem: Problem, parameters: Array) -> Array:
    """Say how each rater's posterior mean moves with thresholds and coefficients: raters x (d - 1), slopes."""
    sd = problem.split(parameters)[2]

    def work(post: BlockPosterior) -> tuple[Codes, Array]:
        slopes = np.zeros((len(post.block.raters), problem.n_parameters))
        away = sd * (post.z[None, :] - (post.weights @ post.z)[:, None]) * post.weights
        for first, scores in score_columns(problem, post, sd):
            slopes += np.einsum("jq,jqd->jd", away[:, first:first + scores.shape[1]], scores)
        return post.block.raters, slopes[:, :-1]

    found = np.zeros((problem.n_rows, problem.n_parameters - 1))
    for rows, slopes in over_blocks(problem, parameters, work):
        found[rows] = slopes
    return found[problem.row]
