"""The climb to the largest likelihood: a start, Newton's method, and a last look by another path."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from my121_analytics.inference.category_table import tabulate_between
from my121_analytics.inference.quadrature import Evaluation, evaluate, log_likelihood_at
from my121_analytics.inference.rater_blocks import Problem, lay_out
from my121_analytics.inference.rating_counts import CellCounts

Array = NDArray[np.float64]

DECREMENT = 1e-9
"""Stop the first climb when a Newton step would raise the log-likelihood by less than half of this."""
LAST_DECREMENT = 1e-12
"""The same for the steps with the information of all raters: 1e-6 standard errors from the top."""
GRADIENT_CHECK = 1e-6
"""Converged: the last step's squared length in standard errors is below this (0.001 standard errors)."""
SLOPE_CHECK = 2e-3
"""Converged: no slope steeper than this by difference quotients of the log-likelihood, per standard error."""
DRIFT = 0.01
"""Logits by which the step at the top may still move an effect; more means that there is no top."""
SMALLEST_SD, LARGEST_SD = 1e-3, 20.0
LARGEST_COEFFICIENT = 1_000.0
"""Logits per standard deviation of a covariate: only covariates that nearly repeat each other come so far."""
MAX_STEPS = 60
MIDDLE, MIDDLE_DECREMENT = 5_000, 1e-5
LARGE, LARGE_DECREMENT = 100_000, 1e-2
"""From so many counts on, the information of all raters is worked out once, 0.003 or 0.1 standard errors from the top:
it changes by about a hundredth of a percent over that distance."""
METRIC_OF_SOME = 50_000
"""Counts from which steps are led by the information of some raters."""
POOLED_CELLS = 4_000
_STRETCH = 0.346
"""(16 sqrt(3) / (15 pi))^2: from marginal to conditional logits."""
_ALL_DIRECTIONS = 20_000
"""Counts times parameters up to which the slopes are checked along every axis, and not along their sum."""


@dataclass(frozen=True)
class Summit:
    """Where the climb ended.

    Parameters
    ----------
    point
        Thresholds, coefficients (of standardised covariates), log of the standard deviation.
    final
        Log-likelihood, gradient and information there.
    has_settled
        True only if gradient and the size of the last step say that this is the top; :func:`confirm` looks again.
    has_spread
        False if the likelihood is largest with no spread between raters.
    last_step
        What Newton's method would still have moved: large where an effect runs off without a top.
    """

    point: Array
    final: Evaluation
    has_settled: bool
    has_spread: bool
    last_step: Array


def climb(problem: Problem, cell_counts: CellCounts) -> Summit:
    """Find the largest likelihood.

    Parameters
    ----------
    problem
        The counts laid out, with standardised covariates.
    cell_counts
        The counts.

    Returns
    -------
    Summit
    """
    many_alike = 2 * len(cell_counts.cells) < problem.n_counts
    alone = fit_without_raters(cell_counts, problem.design, problem if problem.is_own and not many_alike else None)
    excess, sd = _first_spread(problem, alone)
    if excess > 0:
        found = _climb_with_spread(problem, stretch(alone, sd))
        if found.has_spread:
            return found
        return _climb_without_spread(problem, alone)
    flat = _climb_without_spread(problem, alone)
    # No rise as the spread leaves nought, but there may still be a higher top further out.
    best = max((log_likelihood_at(problem, stretch(alone, trial)), trial) for trial in (0.3, 0.7, 1.5))
    if best[0] > flat.final.log_likelihood - 2.0 and problem.n_raters > 1:
        other = _climb_with_spread(problem, stretch(alone, best[1]))
        if other.has_spread and other.final.log_likelihood > flat.final.log_likelihood + 1e-7:
            return other
    return flat


def fit_without_raters(cell_counts: CellCounts, design: Array, problem: Problem | None = None) -> Array:
    """Fit thresholds and coefficients as if all raters were one; the last parameter is a spread of nearly nought.

    Parameters
    ----------
    cell_counts
        The counts.
    design
        Covariates, patterns x p.
    problem
        The counts laid out, where it would be more work to add them up over raters.

    Returns
    -------
    numpy.ndarray
    """
    if problem is None:
        # As the spread is nought, cells may be dealt to any number of raters; many bring memory down.
        n_cells = len(cell_counts.cells)
        offsets = np.append(np.arange(0, n_cells, POOLED_CELLS), n_cells)
        pooled = sparse.csr_array((cell_counts.of_cells, np.arange(n_cells), offsets),
                                  shape=(len(offsets) - 1, n_cells))
        problem = lay_out(replace(cell_counts, counts=pooled), design)
    point = np.concatenate([_first_thresholds(cell_counts), np.zeros(design.shape[1]), [np.log(1e-6)]])
    metric = _metric(problem)
    here = evaluate(problem, point, information="all")
    for _ in range(MAX_STEPS):
        step = newton_step(here, fixed=-1)
        if float(here.gradient @ step) < LAST_DECREMENT:
            break
        point, here, moved = _advance(problem, point, here, step, metric)
        if not moved:
            break
    return point


def _first_thresholds(cell_counts: CellCounts) -> Array:
    below, above = np.zeros(cell_counts.ladders[-1]), np.zeros(cell_counts.ladders[-1])
    total = cell_counts.of_cells
    for places, into in ((cell_counts.cells.upper, below), (cell_counts.cells.lower, above)):
        np.add.at(into, places[places >= 0], total[places >= 0])
    for first, stop in zip(cell_counts.ladders[:-1], cell_counts.ladders[1:], strict=True):
        below[first:stop] = np.cumsum(below[first:stop])
        above[first:stop] = np.cumsum(above[first:stop][::-1])[::-1]
    return np.log(below / above)


def _first_spread(problem: Problem, alone: Array) -> tuple[float, float]:
    """Read a first spread off the raters' scores; the excess is above 0 if the likelihood rises as spread appears."""
    thresholds, coefficients, _ = problem.split(alone)
    excess = square = 0.0
    for block in problem.blocks:
        location = problem.design[block.cells.pattern] @ coefficients
        table = tabulate_between(block.cells.lower, block.cells.upper, location, thresholds, np.zeros((1, 1)))
        score, information = block.counts @ table.slope[:, 0], block.counts @ table.curvature[:, 0]
        excess += float((score**2 - information) @ block.n_alike)
        square += float(information**2 @ block.n_alike)
    return excess, float(np.sqrt(np.clip(excess / max(square, 1e-300), 0.01, 4.0)))


def stretch(alone: Array, sd: float) -> Array:
    """Take a fit without raters to what it would be beside raters of this spread (the last parameter)."""
    return np.append(alone[:-1] * np.sqrt(1 + _STRETCH * sd**2), np.log(sd))


def _climb_with_spread(problem: Problem, start: Array) -> Summit:
    """Newton's method with step halving; of many counts the metric comes from part, the last check always from all."""
    n_counts = problem.n_counts
    near = LARGE_DECREMENT if n_counts > LARGE else MIDDLE_DECREMENT if n_counts > MIDDLE else DECREMENT
    metric = _metric(problem)
    point, final = _first_climb(problem, start, near, metric)
    for turn in range(6):
        if turn or metric != "all":
            final = evaluate(problem, point, information="all")
        here = float(final.gradient @ newton_step(final))
        point, final = _settle(problem, point, final)
        step = newton_step(final)
        decrement = float(final.gradient @ step)
        # Nearer than this the information is the same as at the top, to more digits than are shown.
        if (decrement < LAST_DECREMENT and here < max(2 * near, GRADIENT_CHECK)) or not _sd_is_inside(point):
            break
    has_settled = decrement < GRADIENT_CHECK and _sd_is_inside(point)
    return Summit(point, final, has_settled, bool(point[-1] > np.log(SMALLEST_SD)), step)


def _metric(problem: Problem) -> str:
    """Say whose information leads the climb: that of all raters takes fewer steps, that of some less work for each."""
    return "some" if problem.n_counts > METRIC_OF_SOME else "all"


def _settle(problem: Problem, point: Array, final: Evaluation) -> tuple[Array, Evaluation]:
    """Take Newton steps with one information matrix for as long as each is far shorter than the last."""
    for _ in range(6):
        step = newton_step(final)
        decrement = float(final.gradient @ step)
        there = point + step
        if decrement < LAST_DECREMENT or not problem.rises(there) or not _sd_is_inside(there) or abs(step[-1]) > 1 \
                or np.abs(there[problem.n_thresholds:-1]).max(initial=0) > LARGEST_COEFFICIENT:
            break
        found = replace(evaluate(problem, there), information=final.information)
        if not abs(float(found.gradient @ newton_step(found))) < 0.3 * decrement:
            break
        point, final = there, found
    return point, final


def _first_climb(problem: Problem, start: Array, until: float, metric: str) -> tuple[Array, Evaluation]:
    point, here = start, evaluate(problem, start, information=metric)
    for _ in range(MAX_STEPS):
        step = newton_step(here)
        if float(here.gradient @ step) < until or not _sd_is_inside(point):
            break
        point, here, moved = _advance(problem, point, here, step, metric)
        if not moved:
            break
    return point, here


def _sd_is_inside(point: Array) -> bool:
    return bool(np.log(SMALLEST_SD) < point[-1] < np.log(LARGEST_SD))


def _advance(problem: Problem, point: Array, here: Evaluation, step: Array,
             metric: str) -> tuple[Array, Evaluation, bool]:
    gain = float(here.gradient @ step)
    length = min(1.0, 1.5 / max(abs(step[-1]), 1e-12))
    effects = slice(problem.n_thresholds, -1)
    for _ in range(25):
        there = point + length * step
        there[effects] = there[effects].clip(-LARGEST_COEFFICIENT, LARGEST_COEFFICIENT)
        there[-1] = min(there[-1], np.log(LARGEST_SD))
        if problem.rises(there):
            trial = evaluate(problem, there, information=metric)
            slack = 1e-12 * abs(here.log_likelihood)
            if trial.log_likelihood >= here.log_likelihood + 1e-4 * length * gain - slack:
                return there, trial, True
        length /= 2
    return point, here, False


def newton_step(here: Evaluation, fixed: int | None = None) -> Array:
    """Solve for the step; directions in which the surface is not curved downwards are held back.

    Parameters
    ----------
    here
        Gradient and information.
    fixed
        Parameter that does not move.

    Returns
    -------
    numpy.ndarray
    """
    information = here.information
    if information is None:
        raise ValueError("the evaluation holds no information matrix")
    free = np.ones(len(here.gradient), dtype=bool)
    if fixed is not None:
        free[fixed] = False
    information = information[np.ix_(free, free)]
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / scale[:, None] / scale[None, :])
    values = np.maximum(np.abs(values), 1e-8)
    step = np.zeros(len(free))
    step[free] = vectors @ ((vectors.T @ (here.gradient[free] / scale)) / values) / scale
    return step


def _climb_without_spread(problem: Problem, alone: Array) -> Summit:
    """Use the fit without raters, which is the maximum when the spread is nought."""
    final = evaluate(problem, alone, information="all")
    step = newton_step(final, fixed=-1)
    return Summit(alone, final, float(final.gradient @ step) < GRADIENT_CHECK, False, step)


def confirm(problem: Problem, top: Summit) -> bool:
    """Check the slopes again from the log-likelihood alone, on a finer grid: no formula is shared with the gradient.

    Small problems are looked at along every axis of the information, large ones along the sum of all axes.

    Parameters
    ----------
    problem
        The counts laid out.
    top
        From :func:`climb`.

    Returns
    -------
    bool
        Whether no slope is left; a spread of nought has none that counts.
    """
    point, final = top.point, top.final
    if final.information is None:
        raise ValueError("the evaluation holds no information matrix")
    size = len(point) if top.has_spread else len(point) - 1
    information = final.information[:size, :size]
    scale = np.sqrt(np.maximum(np.abs(np.diag(information)), 1e-300))
    values, vectors = np.linalg.eigh(information / scale[:, None] / scale[None, :])
    if (values < -1e-6).any():
        return False  # a saddle
    axes = (vectors / np.sqrt(np.maximum(values, 1e-8))).T / scale
    if size * problem.n_counts > _ALL_DIRECTIONS:
        axes = axes.sum(axis=0, keepdims=True) / np.sqrt(size)
    for axis in axes:
        # A spread near nought has a vast standard error, over which the surface is far from a parabola.
        length = min(0.02, 0.05 / max(np.abs(axis).max(), 1e-300))
        move = np.zeros(len(point))
        move[:size] = length * axis
        ends = point + move, point - move
        if not all(problem.rises(end) for end in ends):
            continue
        high, low = (log_likelihood_at(problem, end, 1.5) for end in ends)
        noise = 1e-12 * abs(final.log_likelihood) / length
        if not abs(high - low) / (2 * length) < SLOPE_CHECK + noise:
            return False
    return True
