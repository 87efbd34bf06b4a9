"""The marginal likelihood of a random rater effect by quadrature: its value, gradient and information.

Raters are worked on in blocks, each on nodes of its own kind (see ``rater_blocks`` and ``rater_nodes``). Blocks are
worked on by several threads, and summed in one order, so that a result never depends on how many there were.
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

from my121_analytics.inference.category_table import CellTable, tabulate_between, tabulate_rows
from my121_analytics.inference.rater_blocks import Block, Problem
from my121_analytics.inference.rater_nodes import Nodes, own_nodes, shared_nodes

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Found = TypeVar("Found")

EDGE_MASS = 1e-8
"""The grid reaches further wherever a posterior would put more than this on the outermost node."""
LARGEST_TABLE = 2_000_000
"""Cells times nodes beyond which a block with nodes of its own is worked on in halves (16 MB for each part)."""
SCORE_ELEMENTS = 1_000_000
THIN = 1.3
"""Spacing in posterior standard deviations at which variances of scores are summed: an error near 2e-5 of them."""
MANY_RATERS = 500
MOST_THREADS = 4
THREADS_PAY = 60_000
"""Ratings times raters' cells below which starting threads takes longer than the work."""


@dataclass(frozen=True)
class Evaluation:
    """Log-likelihood, gradient and (if asked for) observed information at one point."""

    log_likelihood: float
    gradient: Array
    information: Array | None = None


@dataclass(frozen=True)
class BlockPosterior:
    """Posterior of every rater of a block on its nodes.

    Parameters
    ----------
    block
        The raters.
    z
        Nodes in units of the spread between raters: one row for all raters, or one for each.
    weights
        Raters x nodes, rows sum to 1.
    log_likelihood
        Of each rater.
    table
        What each cell is worth at each node.
    """

    block: Block
    z: Array
    weights: Array
    log_likelihood: Array
    table: CellTable

    @property
    def is_shared(self) -> bool:
        """Say whether all raters stand on the same nodes."""
        return len(self.z) == 1

    def moments(self) -> tuple[Array, Array]:
        """Give each rater's posterior mean and standard deviation, in units of the spread between raters."""
        if self.is_shared:
            mean, square = self.weights @ self.z[0], self.weights @ self.z[0]**2
        else:
            mean = np.einsum("jq,jq->j", self.weights, self.z)
            square = np.einsum("jq,jq->j", self.weights, (self.z - mean[:, None])**2) + mean**2
        return mean, np.sqrt(np.maximum(square - mean**2, 0))

    def z_at_cells(self) -> Array:
        """Give the nodes under each cell: one row for all cells, or one for each."""
        if self.is_shared or self.block.row is None:
            return self.z
        return np.take(np.ascontiguousarray(self.z.T), self.block.row, axis=1).T


def over_blocks(problem: Problem, parameters: Array, work: Callable[[BlockPosterior], Found], *, refine: float = 1.0,
                blocks: tuple[Block, ...] | None = None, with_slopes: bool = True) -> Iterator[Found]:
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
    with_slopes
        Whether the work looks at slopes of the table; without, those of blocks with nodes of their own are left out.

    Returns
    -------
    Iterator
        One result per block, or per part of it where a block was too large.
    """
    thresholds, coefficients, sd = problem.split(parameters)
    chosen = problem.blocks if blocks is None else blocks
    tables: dict[tuple[float, tuple[float, float]], CellTable] = {}
    # one product for all patterns: blocks share them, and each would work out its own again
    everywhere = problem.design @ coefficients if blocks is None else None

    def locate(block: Block) -> Array:
        if everywhere is None:
            return np.asarray(problem.design[block.cells.pattern] @ coefficients)
        return everywhere[block.cells.pattern]

    def tabulate(block: Block, nodes: Nodes) -> CellTable:
        key = (block.largest, block.reach)  # what the nodes follow from: blocks alike in both stand on the same ones
        if block.is_shared and key in tables:
            return tables[key]
        table = tabulate_between(block.cells.lower, block.cells.upper, locate(block), thresholds, sd * nodes.z)
        if block.is_shared:
            tables[key] = table
        return table

    def work_on(block: Block) -> list[Found]:
        while True:  # until the nodes reach as far as the posteriors
            if block.row is None:
                nodes = shared_nodes(block, sd, refine, problem.least_nodes)
                table = tabulate(block, nodes)
            else:
                location = locate(block)
                nodes = own_nodes(block, location, thresholds, sd, refine, problem.least_nodes)
                if len(block.raters) > 1 and len(location) * nodes.z.shape[1] > LARGEST_TABLE:
                    # given the parameters raters have nothing to do with each other: a block may be cut anywhere
                    return [found for half in block.halves() for found in work_on(half)]
                table = tabulate_rows(block.cells.lower, block.cells.upper, location, thresholds, sd * nodes.z,
                                      block.row, with_slopes=with_slopes)
            weights = block.sum_by_rater(table.log_p)
            weights += nodes.log_prior
            # the likelihood of some hundred ratings is smaller than any float: only what is beside its peak is raised
            peak = weights.max(axis=1, keepdims=True)
            weights -= peak
            np.exp(weights, out=weights)
            total = weights.sum(axis=1, keepdims=True)
            weights /= total
            # equal spacing is exact only for what has died out at both ends (Trefethen and Weideman 2014, SIAM Review
            # 56:385); Gauss-Hermite nodes follow the mode and need no edge
            if not nodes.is_even or not _reach_further(block, weights):
                break
        return [work(BlockPosterior(block, nodes.z, weights, (peak + np.log(total))[:, 0], table))]

    threads = min(_threads(), len(chosen))
    if threads < 2 or sum(block.counts.nnz for block in chosen) < THREADS_PAY:
        for block in chosen:
            yield from work_on(block)
        return
    for block in chosen:  # beforehand, or each thread would make its own
        if block.is_shared:
            tabulate(block, shared_nodes(block, sd, refine, problem.least_nodes))
    with ThreadPoolExecutor(threads) as pool:
        for parts in pool.map(work_on, chosen):
            yield from parts


def _reach_further(block: Block, weights: Array) -> bool:
    """Widen the block's reach where a posterior nears the edge; say whether that was so."""
    edges = weights[:, 0].max(initial=0), weights[:, -1].max(initial=0)
    if max(edges) < EDGE_MASS or max(block.reach) > (40 if block.row is None else 200):
        return False
    if block.row is None:
        block.reach = (block.reach[0] + 2.0, block.reach[1] + 2.0)
    else:
        # nodes about a rater's own mode: only the side that was cut off is stretched, as the posterior leans to it
        low, high = (1.4 if edge >= EDGE_MASS else 1.0 for edge in edges)
        block.reach = (block.reach[0] * low, block.reach[1] * high)
    return True


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
        # raters whose ratings are the same in number and kind are worked on once and counted as often as they occur
        weights = post.weights if (block.n_alike == 1).all() else post.weights * block.n_alike[:, None]
        expected = block.share_out(weights)
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
                           refine=refine, with_slopes=False))


def _gradient(problem: Problem, post: BlockPosterior, expected: Array, sd: float) -> Array:
    cells, table = post.block.cells, post.table
    above, below = np.einsum("iq,iq->i", expected, table.above), np.einsum("iq,iq->i", expected, table.below)
    # a threshold stands in the third term of log p too, that between two thresholds (see category_table)
    per_cell = expected.sum(axis=1) * table.ratio
    thresholds = (_by_threshold(problem, cells.upper, above + per_cell)
                  - _by_threshold(problem, cells.lower, below + per_cell))
    design, row = _covariates(problem, cells.pattern)
    coefficients = np.bincount(row, below - above, minlength=len(design)) @ design
    # the effect is sd * z and the parameter is log sd: the slope by the effect times the effect itself
    by_spread = sd * float(np.einsum("iq,iq->", expected * post.z_at_cells(), table.slope))
    return np.concatenate([thresholds, coefficients, [by_spread]])


def _covariates(problem: Problem, pattern: NDArray[np.integer[Any]]) -> tuple[Array, NDArray[np.integer[Any]]]:
    """Give covariates and the row of each cell among them: those of all patterns, or the cells' own where fewer."""
    if len(problem.design) <= len(pattern):
        return problem.design, pattern
    return problem.design[pattern], np.arange(len(pattern))


def _by_threshold(problem: Problem, places: NDArray[np.integer[Any]], values: Array) -> Array:
    """Add up a value of each cell by the threshold above or below it."""
    # place -1 (no threshold there) is counted in a first slot that is thrown away
    return np.bincount(places + 1, values, minlength=problem.n_thresholds + 1)[1:].astype(np.float64)


def _complete_information(problem: Problem, post: BlockPosterior, expected: Array, sd: float) -> Array:
    """Posterior mean of minus the second derivatives of the complete-data log-likelihood."""
    cells, table, cut = post.block.cells, post.table, problem.n_thresholds
    u, (design, row) = sd * post.z_at_cells(), _covariates(problem, cells.pattern)

    def at_thresholds(places: NDArray[np.integer[Any]], values: Array) -> NDArray[Any]:
        flat = np.bincount((places + 1) * len(design) + row, values, minlength=(cut + 1) * len(design))
        return flat.reshape(cut + 1, -1)[1:]

    def at_rows(values: Array) -> NDArray[Any]:
        return np.bincount(row, values, minlength=len(design))

    # F(1 - F), the logistic density, at the threshold above and at the one below: minus the second derivatives of the
    # first two terms of log p; that of the third is ratio * (1 + ratio), the same at every node
    dense_up = expected * table.above * (1 - table.above)
    dense_low = expected * table.below * (1 - table.below)
    up, low = dense_up.sum(axis=1), dense_low.sum(axis=1)
    gap = expected.sum(axis=1) * table.ratio * (1 + table.ratio)
    information = np.zeros((problem.n_parameters, problem.n_parameters))
    at, sd_at = slice(cut, -1), problem.n_parameters - 1
    beside = _by_threshold(problem, cells.upper, gap)[1:]  # a cell between two thresholds lies under one and the next
    information[:cut, :cut] = np.diag(_by_threshold(problem, cells.upper, up + gap)
                                      + _by_threshold(problem, cells.lower, low + gap))
    information[np.arange(1, cut), np.arange(cut - 1)] = information[np.arange(cut - 1), np.arange(1, cut)] = -beside
    information[:cut, at] = -((at_thresholds(cells.upper, up) + at_thresholds(cells.lower, low)) @ design)
    information[at, :cut] = information[:cut, at].T
    information[at, at] = (design * at_rows(up + low)[:, None]).T @ design
    up_u, low_u = np.einsum("iq,iq->i", dense_up, u), np.einsum("iq,iq->i", dense_low, u)
    information[:cut, sd_at] = -(_by_threshold(problem, cells.upper, up_u) + _by_threshold(problem, cells.lower, low_u))
    information[at, sd_at] = at_rows(up_u + low_u) @ design
    information[sd_at, :-1] = information[:-1, sd_at]
    # by log sd the effect's own second derivative stays: the slope, weighted by the effect
    information[sd_at, sd_at] = float(np.sum((dense_up + dense_low) * u**2 - expected * table.slope * u))
    return information


def _score_variance(problem: Problem, post: BlockPosterior, sd: float) -> Array:
    """Posterior variance of each rater's complete-data score, summed over raters.

    The heaviest part by far. Where raters are many it is done in single precision and on as few nodes as will do: a
    standard error needs no more than five digits, and what is left out of one rater's share is as often too much as
    too little.
    """
    size, n_raters, alike = problem.n_parameters, len(post.block.raters), post.block.n_alike
    if post.weights.shape[1] == 1:
        return np.zeros((size, size))
    is_large = n_raters >= MANY_RATERS
    kind: type = np.float32 if is_large else np.float64
    nodes, weights = _thin(post) if is_large and post.is_shared else (slice(None), post.weights)
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
    wide, z = post.moments()[1], post.z[0]
    stride = max(1, int(THIN * np.partition(wide, len(wide) // 10)[len(wide) // 10] / (z[1] - z[0])))
    nodes = slice(len(z) // 2 % stride, None, stride)
    weights = post.weights[:, nodes]
    return nodes, weights / weights.sum(axis=1, keepdims=True) if stride > 1 else weights


def score_columns(problem: Problem, post: BlockPosterior, sd: float, nodes: slice = slice(None),
                  kind: type = np.float64) -> Iterator[tuple[int, NDArray[Any]]]:
    """Give the complete-data scores of a block's raters, some nodes at a time: first node, raters x nodes x d."""
    if post.block.row is not None:
        yield from _score_own_cells(problem, post, post.block.row, sd, kind)
        return
    block, table, size = post.block, post.table, problem.n_parameters
    x = problem.design[block.cells.pattern]
    under, over = np.flatnonzero(block.cells.upper >= 0), np.flatnonzero(block.cells.lower >= 0)
    cut, counts = problem.n_thresholds, block.counts.astype(kind)
    step = max(1, SCORE_ELEMENTS // max(1, max(len(block.raters), len(x)) * size))
    chosen, u = np.arange(post.z.shape[1])[nodes], sd * post.z_at_cells()
    for first in range(0, len(chosen), step):
        columns = chosen[first:first + step]
        slope = table.slope[:, columns]
        width = len(columns)
        score: NDArray[Any] = np.zeros((len(x), width, size), dtype=kind)
        score[under, :, block.cells.upper[under]] = table.above[np.ix_(under, columns)] + table.ratio[under, None]
        score[over, :, block.cells.lower[over]] = -table.below[np.ix_(over, columns)] - table.ratio[over, None]
        score[:, :, cut:-1] = slope[:, :, None] * x[:, None, :]
        score[:, :, -1] = slope * u[:, columns]
        yield first, (counts @ score.reshape(len(x), -1)).reshape(len(block.raters), width, size)


def _score_own_cells(problem: Problem, post: BlockPosterior, rater: NDArray[np.int32], sd: float,
                     kind: type) -> Iterator[tuple[int, NDArray[Any]]]:
    """Do it where every count is a cell of its own: added up over each rater's patterns, with no table of cells."""
    block, table, size, cut = post.block, post.table, problem.n_parameters, problem.n_thresholds
    cells, n, n_raters = block.cells, block.counts.data, len(block.raters)
    design, row = _covariates(problem, cells.pattern)
    ratio, design = n * table.ratio, design.astype(kind, copy=False)
    by_effect = sd * post.z * block.sum_by_rater(table.slope)
    n_nodes = post.z.shape[1]
    step = max(1, SCORE_ELEMENTS // max(1, n_raters * size, 4 * len(n)))
    for first in range(0, n_nodes, step):
        last = min(first + step, n_nodes)
        line = np.arange(last - first)[:, None] * n_raters + rater.astype(np.int64)  # of each count at each node
        above, below = n * table.above[:, first:last].T, n * table.below[:, first:last].T

        def at_thresholds(places: NDArray[np.integer[Any]], values: Array, line: Codes = line) -> NDArray[Any]:
            # place -1 (no threshold there) is counted in a first column that is thrown away
            flat = np.bincount((line * (cut + 1) + places + 1).ravel(), values.ravel(),
                               minlength=line.shape[0] * n_raters * (cut + 1))
            return flat.reshape(len(line), n_raters, cut + 1)[:, :, 1:]

        starts = np.append(0, np.cumsum(np.tile(np.diff(block.counts.indptr), len(line))))
        slopes = sparse.csr_array(((below - above).astype(kind, copy=False).ravel(), np.tile(row, len(line)), starts),
                                  shape=(len(line) * n_raters, len(design)))
        scores: NDArray[Any] = np.empty((n_raters, len(line), size), dtype=kind)
        by_node = scores.transpose(1, 0, 2)
        by_node[:, :, :cut] = at_thresholds(cells.upper, above + ratio) - at_thresholds(cells.lower, below + ratio)
        by_node[:, :, cut:-1] = (slopes @ design).reshape(len(line), n_raters, -1)
        scores[:, :, -1] = by_effect[:, first:last]
        yield first, scores


def sensitivities(problem: Problem, parameters: Array) -> Array:
    """Say how each rater's posterior mean moves with thresholds and coefficients: raters x (d - 1), slopes."""
    sd = problem.split(parameters)[2]

    def work(post: BlockPosterior) -> tuple[Codes, Array]:
        slopes = np.zeros((len(post.block.raters), problem.n_parameters))
        away = sd * (post.z - post.moments()[0][:, None]) * post.weights
        for first, scores in score_columns(problem, post, sd):
            slopes += np.einsum("jq,jqd->jd", away[:, first:first + scores.shape[1]], scores)
        return post.block.raters, slopes[:, :-1]

    found = np.zeros((problem.n_rows, problem.n_parameters - 1))
    for rows, slopes in over_blocks(problem, parameters, work):
        found[rows] = slopes
    return found[problem.row]
