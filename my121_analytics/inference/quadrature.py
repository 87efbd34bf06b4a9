"""The marginal likelihood of a random rater effect on one grid of nodes shared by all raters of like size.

Equally spaced nodes integrate a bell-shaped posterior with a relative error near ``2 exp(-2 (pi s / h)^2)`` for
spacing ``h`` and posterior standard deviation ``s``: 5e-9 at ``h = s``. Raters are kept in blocks of like numbers of
ratings, so that only the few large ones pay for a fine grid, and so that memory stays small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from my121_analytics.inference.category_table import CellTable, tabulate_cells

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

REACH = 6.0
"""Nodes cover this many prior standard deviations to either side (2e-9 of the mass lies outside) ..."""
EDGE_MASS = 1e-8
"""... and further wherever a posterior would put more than this on the outermost node."""
WIDEST_SPACING = 0.75
BLOCK_CELLS = 250_000
BLOCK_RATERS = 12_000
SAMPLE_RATERS = 2_000
SCORE_ELEMENTS = 1_000_000
_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)


@dataclass
class Block:
    """Raters of like size and the cells that occur among them.

    Parameters
    ----------
    raters
        Positions among all raters.
    counts
        Ratings, raters x cells.
    pattern, category
        Of each cell.
    largest
        Most ratings of one rater in the block's size class; decides the spacing.
    weight
        How many blocks this one stands for when only some are looked at.
    reach
        Standard deviations covered to either side; grows when a posterior nears the edge.
    """

    raters: Codes
    counts: sparse.csr_array
    pattern: Codes
    category: Codes
    largest: float
    weight: float = 1.0
    reach: float = REACH
    transposed: sparse.csr_array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.transposed = self.counts.T.tocsr()

    def nodes(self, sd: float, refine: float = 1.0, fixed: int | None = None) -> tuple[Array, Array]:
        """Give standardised nodes and the logs of their prior weights.

        No posterior is narrower than ``1 / sqrt(1 + n sd^2 / 2)``, since one rating's curvature is at most 1/2.
        """
        narrowest = 1 / np.sqrt(1 + self.largest * sd**2 / 2)
        half = int(np.ceil(self.reach * refine / min(narrowest, WIDEST_SPACING)))
        if fixed is not None:
            half = max(round(fixed * refine) // 2, 1)
        z = np.linspace(-self.reach, self.reach, 2 * half + 1)
        return z, np.log(z[1] - z[0]) - z**2 / 2 - _LOG_SQRT_2PI


@dataclass(frozen=True)
class Problem:
    """The counts laid out for fitting.

    Parameters
    ----------
    blocks
        All raters, in blocks.
    design
        Covariates, patterns x p.
    n_raters, n_categories
        Sizes.
    ratings
        Ratings of each rater.
    fixed_nodes
        Number of nodes asked for; None lets the spacing follow the narrowest posterior.
    """

    blocks: tuple[Block, ...]
    design: Array
    n_raters: int
    n_categories: int
    ratings: Array
    fixed_nodes: int | None = None

    @property
    def n_parameters(self) -> int:
        """Thresholds, coefficients and the log of the standard deviation."""
        return self.n_categories - 1 + self.design.shape[1] + 1

    def split(self, parameters: Array) -> tuple[Array, Array, float]:
        """Give thresholds, coefficients and the standard deviation."""
        cut = self.n_categories - 1
        return parameters[:cut], parameters[cut:-1], float(np.exp(parameters[-1]))


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


def lay_out(rater: Codes, pattern: Codes, category: Codes, n: Array, design: Array, *, n_raters: int,
            n_categories: int, fixed_nodes: int | None = None) -> Problem:
    """Sort counts into blocks of raters of like size.

    Parameters
    ----------
    rater, pattern, category
        Codes from 0 of each count.
    n
        Ratings (may be fractions); rows of one cell and rater are added up.
    design
        Covariates, patterns x p.
    n_raters, n_categories
        Sizes.
    fixed_nodes
        Number of nodes under every rater, or None.

    Returns
    -------
    Problem
    """
    ratings = np.bincount(rater, weights=n, minlength=n_raters).astype(np.float64)
    size_class = np.ceil(np.log(np.maximum(ratings, 1) / 8) / np.log(4)).clip(min=0).astype(np.int64)
    order = np.argsort(rater, kind="stable")
    rater, pattern, category, n = rater[order], pattern[order], category[order], n[order]
    starts = np.searchsorted(rater, np.arange(n_raters + 1))
    blocks: list[Block] = []
    for one_class in np.unique(size_class):
        members = np.flatnonzero(size_class == one_class)
        largest = float(ratings[members].max())
        for chosen, weight in _deal(members, starts[members + 1] - starts[members]):
            blocks.append(_block(chosen, starts, pattern, category, n, n_categories, largest, weight))
    return Problem(tuple(blocks), design, n_raters, n_categories, ratings, fixed_nodes)


def _deal(members: Codes, entries: Codes) -> Iterator[tuple[Codes, float]]:
    """Deal the raters of a size class into blocks; the first is a small fair sample that stands for them all."""
    if len(members) <= BLOCK_RATERS and entries.sum() <= BLOCK_CELLS:
        yield members, 1.0
        return
    every = -(-len(members) // SAMPLE_RATERS)
    yield members[::every], float(entries.sum() / entries[::every].sum())
    rest = np.arange(len(members)) % every != 0
    if every > 1:
        n_blocks = max(-(-int(entries[rest].sum()) // BLOCK_CELLS), -(-int(rest.sum()) // BLOCK_RATERS))
        for part in range(min(n_blocks, int(rest.sum()))):
            yield members[rest][part::n_blocks], 0.0


def _block(chosen: Codes, starts: Codes, pattern: Codes, category: Codes, n: Array, n_categories: int,
           largest: float, weight: float) -> Block:
    lengths = starts[chosen + 1] - starts[chosen]
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    entries = np.arange(offsets[-1]) + np.repeat(starts[chosen] - offsets[:-1], lengths)
    cell_codes = pattern[entries] * n_categories + category[entries]
    cells, column = np.unique(cell_codes, return_inverse=True)
    counts = sparse.csr_array((n[entries], column, offsets), shape=(len(chosen), len(cells)))
    counts.sum_duplicates()
    return Block(chosen, counts, cells // n_categories, cells % n_categories, largest, weight)


def posteriors(problem: Problem, parameters: Array, *, refine: float = 1.0,
               blocks: tuple[Block, ...] | None = None) -> Iterator[BlockPosterior]:
    """Give each block's posteriors in turn; grids reach further where a posterior nears their edge."""
    thresholds, coefficients, sd = problem.split(parameters)
    for block in problem.blocks if blocks is None else blocks:
        location = problem.design[block.pattern] @ coefficients
        while True:
            z, log_prior = block.nodes(sd, refine, problem.fixed_nodes)
            table = tabulate_cells(block.category, location, thresholds, sd * z)
            weights = block.counts @ table.log_p
            weights += log_prior
            peak = weights.max(axis=1, keepdims=True)
            weights -= peak
            np.exp(weights, out=weights)
            total = weights.sum(axis=1, keepdims=True)
            weights /= total
            if block.reach > 40 or max(weights[:, 0].max(), weights[:, -1].max()) < EDGE_MASS:
                break
            block.reach += 2.0
        yield BlockPosterior(block, z, weights, (peak + np.log(total))[:, 0], table)


def evaluate(problem: Problem, parameters: Array, *, information: str = "none") -> Evaluation:
    """Evaluate the marginal log-likelihood and its gradient.

    Parameters
    ----------
    problem
        The counts.
    parameters
        Thresholds, coefficients, log standard deviation.
    information
        ``none``, ``all``, or ``some``: from one block of each size class, scaled up; good enough as a metric.

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
    size = problem.n_parameters
    log_likelihood, gradient = 0.0, np.zeros(size)
    total = None if information == "none" else np.zeros((size, size))
    for post in posteriors(problem, parameters):
        log_likelihood += float(post.log_likelihood.sum())
        expected = post.block.transposed @ post.weights  # cells x nodes: ratings expected at each node
        gradient += _gradient(problem, post, expected, sd)
        share = 1.0 if information == "all" else post.block.weight
        if total is not None and share:
            total += share * (_complete_information(problem, post, expected, sd) - _score_variance(problem, post, sd))
    return Evaluation(log_likelihood, gradient, total)


def _gradient(problem: Problem, post: BlockPosterior, expected: Array, sd: float) -> Array:
    block, table, cut = post.block, post.table, problem.n_categories - 1
    to_slope = expected * table.slope
    per_cell = expected.sum(axis=1) * table.ratio
    by_upper = (expected * table.above).sum(axis=1) + per_cell
    by_lower = (expected * table.below).sum(axis=1) + per_cell
    thresholds = (np.bincount(block.category, by_upper, minlength=cut + 1)[:cut]
                  - np.bincount(block.category, by_lower, minlength=cut + 1)[1:])
    coefficients = problem.design[block.pattern].T @ to_slope.sum(axis=1)
    return np.concatenate([thresholds, coefficients, [float(to_slope.sum(axis=0) @ post.z) * sd]])


def _threshold_places(problem: Problem, block: Block) -> tuple[Array, Array]:
    """Say which threshold lies above and below each cell's category (cells x thresholds, 0 or 1)."""
    cut = problem.n_categories - 1
    upper = (block.category[:, None] == np.arange(cut)).astype(float)
    lower = (block.category[:, None] - 1 == np.arange(cut)).astype(float)
    return upper, lower


def _complete_information(problem: Problem, post: BlockPosterior, expected: Array, sd: float) -> Array:
    """Posterior mean of minus the second derivatives of the complete-data log-likelihood."""
    block, table, cut = post.block, post.table, problem.n_categories - 1
    x, u = problem.design[block.pattern], sd * post.z
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
    """Posterior variance of each rater's complete-data score, summed over raters."""
    size, n_raters = problem.n_parameters, len(post.block.raters)
    mean = np.zeros((n_raters, size))
    squares = np.zeros((size, size))
    for first, scores in score_columns(problem, post, sd):
        weights = post.weights[:, first:first + scores.shape[1]]
        mean += np.einsum("jq,jqd->jd", weights, scores)
        scores *= np.sqrt(weights)[:, :, None]
        flat = scores.reshape(-1, size)
        squares += flat.T @ flat
    return squares - mean.T @ mean


def score_columns(problem: Problem, post: BlockPosterior, sd: float) -> Iterator[tuple[int, Array]]:
    """Give the complete-data scores of a block's raters, some nodes at a time: first node, raters x nodes x d."""
    block, table, size = post.block, post.table, problem.n_parameters
    x = problem.design[block.pattern]
    upper, lower = _threshold_places(problem, block)
    fixed = (upper - lower) * table.ratio[:, None]
    cut = problem.n_categories - 1
    step = max(1, SCORE_ELEMENTS // max(1, max(len(block.raters), len(x)) * size))
    for first in range(0, len(post.z), step):
        nodes = slice(first, first + step)
        slope = table.slope[:, nodes]
        width = slope.shape[1]
        score = np.empty((len(x), width, size))
        score[:, :, :cut] = (upper[:, None, :] * table.above[:, nodes, None] - lower[:, None, :]
                             * table.below[:, nodes, None] + fixed[:, None, :])
        score[:, :, cut:-1] = slope[:, :, None] * x[:, None, :]
        score[:, :, -1] = slope * (sd * post.z[nodes])
        yield first, (block.counts @ score.reshape(len(x), -1)).reshape(len(block.raters), width, size)


def sensitivities(problem: Problem, parameters: Array) -> Array:
    """Say how each rater's posterior mean moves with thresholds and coefficients: raters x (d - 1), slopes."""
    sd = problem.split(parameters)[2]
    slopes = np.zeros((problem.n_raters, problem.n_parameters))
    for post in posteriors(problem, parameters):
        away = sd * (post.z[None, :] - (post.weights @ post.z)[:, None]) * post.weights
        for first, scores in score_columns(problem, post, sd):
            slopes[post.block.raters] += np.einsum("jq,jqd->jd", away[:, first:first + scores.shape[1]], scores)
    return slopes[:, :-1]
