"""The climb to the largest likelihood of a crossed model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from my121_analytics.inference.ascent import (
    GRADIENT_CHECK,
    LARGEST_COEFFICIENT,
    LARGEST_SD,
    SLOPE_CHECK,
    SMALLEST_SD,
    fit_without_raters,
    stretch,
)
from my121_analytics.inference.crossed import DENSE_VARIANCE, CrossedCounts, CrossedModel
from my121_analytics.inference.rating_counts import CellCounts

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

FLOOR = np.log(SMALLEST_SD / 10)
"""Log of the spread that stands for none."""
LOOK_AGAIN = np.log(0.1)
"""Where the slope is looked at once more before a spread is taken to be nought."""
MAX_STEPS = 200
CENTRAL_DIFFERENCES, DIFFERENCES = 300, 1_000
"""Raters up to which the information comes from central and one-sided differences of the gradient; beyond, only what
belongs to the spreads does, and the rest from the curvature with effects profiled out."""
PROBED_CHECK = 1e-4
"""With probes: the last step's squared length in standard errors (0.01 of one)."""
SUPPOSED_SDS = np.array([0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8])
WEAK_SD_SCALE = 0.5
"""Scale of the half-normal prior on a spread that the data put at nought; in logits."""


@dataclass(frozen=True)
class CrossedSummit:
    """Where the climb ended.

    Parameters
    ----------
    point
        Thresholds, coefficients (of standardised covariates), logs of the spreads of raters and of people.
    information
        Minus the second derivatives there.
    log_likelihood
        By Laplace's method.
    is_top
        True only if gradient and difference quotients both say so.
    last_step
        What Newton's method would still have moved.
    rater_mode, rater_sd, subject_mode, subject_sd
        Effects, and their standard deviations given the parameters.
    notes
        What had to be done or doubted.
    """

    point: Array
    information: Array
    log_likelihood: float
    is_top: bool
    last_step: Array
    rater_mode: Array
    rater_sd: Array
    subject_mode: Array
    subject_sd: Array
    notes: tuple[str, ...]


def fit_crossed(counts: CrossedCounts, cell_counts: CellCounts, design: Array) -> CrossedSummit:
    """Find the largest likelihood by Laplace's method.

    Parameters
    ----------
    counts
        Ratings by rater, person and cell.
    cell_counts
        The same by rater and cell.
    design
        Standardised covariates, patterns x p.

    Returns
    -------
    CrossedSummit
    """
    model = CrossedModel(counts, cell_counts, design)
    alone = fit_without_raters(cell_counts, design)[:-1]
    first = 0.6
    point = np.concatenate([stretch(np.append(alone, 0.0), first * np.sqrt(2))[:-1], np.log([first, first])])
    free = np.ones(len(point), dtype=bool)
    point, free = _climb(model, point, free)
    for place in np.flatnonzero(~free):
        # The likelihood may rise again further out.
        trial = point.copy()
        trial[place] = LOOK_AGAIN
        if model.evaluate(trial)[1][place] > 0:
            free[place] = True
            trial[place] = np.log(0.3)
            other, still = _climb(model, trial, free.copy())
            if still[place] and model.evaluate(other)[0] > model.evaluate(point)[0]:
                point, free = other, still
            else:
                free[place] = False
    point, information, gradient, step = _polish(model, point, free)
    value, _, _ = model.evaluate(point)
    limit = GRADIENT_CHECK if model.is_exact else PROBED_CHECK
    inside = bool((point[-2:] < np.log(0.99 * LARGEST_SD)).all())
    is_top = inside and abs(float(gradient @ step)) < limit and _confirm(model, point, free, information)
    notes = []
    if not inside:
        notes.append("A spread is too large to be measured.")
    if not model.is_exact:
        notes.append("Spreads and variances come from random probes, as there are too many raters for exact ones.")
    modes = _describe(model, point, free)
    return CrossedSummit(point, information, value, is_top, step, *modes, tuple(notes))


def _metric(model: CrossedModel, point: Array) -> Array:
    """Give a first guess at the inverse information."""
    size = len(point)
    inverse = np.zeros((size, size))
    inverse[:-2, :-2] = np.linalg.pinv(model.fixed_information(point), hermitian=True)
    n_raters, n_subjects = model.counts.order(np.array([model.counts.n_kept]), np.array([model.counts.n_eliminated]))
    inverse[-2, -2], inverse[-1, -1] = 1 / n_raters[0], 1 / n_subjects[0]
    return inverse


def _climb(model: CrossedModel, point: Array, free: Flags) -> tuple[Array, Flags]:
    """Quasi-Newton steps (BFGS) from a good first metric; a spread that falls to the floor is held there."""
    inverse = _metric(model, point)
    value, gradient, _ = model.evaluate(point)
    for _ in range(MAX_STEPS):
        sunk = free[-2:] & (point[-2:] < np.log(SMALLEST_SD))
        if sunk.any():
            free[-2:] &= ~sunk
            point = point.copy()
            point[-2:][sunk] = FLOOR
            value, gradient, _ = model.evaluate(point)
        slope = np.where(free, gradient, 0.0)
        step = np.where(free, inverse @ slope, 0.0)
        gain = float(slope @ step)
        if gain < (1e-9 if model.is_exact else 1e-6):
            break
        found = _advance(model, point, value, slope, step)
        if found is None:
            break
        there, value, new = found
        moved, change = there - point, np.where(free, gradient - new, 0.0)
        curved = float(moved @ change)
        if curved > 1e-12:
            turn = np.eye(len(point)) - np.outer(moved, change) / curved
            inverse = turn @ inverse @ turn.T + np.outer(moved, moved) / curved
        point, gradient = there, new
    return point, free


def _advance(model: CrossedModel, point: Array, value: float, slope: Array,
             step: Array) -> tuple[Array, float, Array] | None:
    cut, gain = model.n_thresholds, float(slope @ step)
    length = min(1.0, 1.0 / max(np.abs(step[-2:]).max(), 1e-12))
    slack = 1e-11 * abs(value) if model.is_exact else 0.02 * gain + 1e-9 * abs(value)
    for _ in range(20):
        there = point + length * step
        there[cut:-2] = there[cut:-2].clip(-LARGEST_COEFFICIENT, LARGEST_COEFFICIENT)
        there[-2:] = np.minimum(there[-2:], np.log(LARGEST_SD))
        if model.rises(there):
            other, gradient, _ = model.evaluate(there)
            if other >= value + 1e-4 * length * gain - slack:
                return there, other, gradient
        length /= 2
    return None


def _polish(model: CrossedModel, point: Array, free: Flags) -> tuple[Array, Array, Array, Array]:
    """Take the information from differences of the gradient, and the last Newton steps with it."""
    information, gradient = _differentiate(model, point, free)
    for _ in range(4 if model.is_exact else 1):
        step = np.zeros(len(point))
        inner = information[np.ix_(free, free)]
        step[free] = np.linalg.pinv(inner, hermitian=True) @ gradient[free]
        if abs(float(gradient @ step)) < 1e-11 or not model.rises(point + step) or np.abs(step[-2:]).max() > 0.5:
            break
        there = point + step
        _, new, _ = model.evaluate(there)
        if np.abs(np.where(free, new, 0) @ step) > abs(gradient @ step):
            break
        point, gradient = there, np.where(free, new, 0.0)
    step = np.zeros(len(point))
    step[free] = np.linalg.pinv(information[np.ix_(free, free)], hermitian=True) @ gradient[free]
    return point, information, gradient, step


def _differentiate(model: CrossedModel, point: Array, free: Flags) -> tuple[Array, Array]:
    """Minus the second derivatives of the log-likelihood, and the gradient; nought for what is not free."""
    size = len(point)
    gradient = np.where(free, model.evaluate(point)[1], 0.0)
    guess = _metric(model, point)
    lengths = 1e-3 * np.sqrt(np.maximum(np.diag(guess), 1e-12))
    information = np.zeros((size, size))
    information[:-2, :-2] = model.fixed_information(point)
    n_kept = model.counts.n_kept
    whole = n_kept <= DIFFERENCES
    places = np.flatnonzero(free & (whole | (np.arange(size) >= size - 2)))
    central = n_kept <= CENTRAL_DIFFERENCES
    for place in places:
        move = np.zeros(size)
        move[place] = lengths[place]
        high = model.evaluate(point + move)[1]
        low = model.evaluate(point - move)[1] if central else gradient
        information[place] = (low - high) / (lengths[place] * (2 if central else 1))
        if not whole:
            information[:-2, place] = information[place, :-2]
    held = ~free
    information = (information + information.T) / 2
    information[held] = 0.0
    information[:, held] = 0.0
    return information, gradient


def _confirm(model: CrossedModel, point: Array, free: Flags, information: Array) -> bool:
    """Check the slopes from the log-likelihood alone, along every axis where that is cheap and else along their sum."""
    inner = information[np.ix_(free, free)]
    scale = np.sqrt(np.maximum(np.abs(np.diag(inner)), 1e-300))
    values, vectors = np.linalg.eigh(inner / scale[:, None] / scale)
    if (values <= 0).any():
        return False
    if not model.is_exact:
        return True  # probes estimate value and gradient separately: their differences say nothing
    axes = (vectors / np.sqrt(np.maximum(values, 1e-8))).T / scale
    if model.counts.n_kept > CENTRAL_DIFFERENCES:
        axes = axes.sum(axis=0, keepdims=True) / np.sqrt(len(axes))
    for axis in axes:
        length = min(0.02, 0.05 / max(np.abs(axis).max(), 1e-300))
        move = np.zeros(len(point))
        move[free] = length * axis
        if not (model.rises(point + move) and model.rises(point - move)):
            continue
        high, low = model.evaluate(point + move)[0], model.evaluate(point - move)[0]
        noise = 1e-11 * abs(high) / length
        if not abs(high - low) / (2 * length) < SLOPE_CHECK + noise:
            return False
    return True


def _describe(model: CrossedModel, point: Array, free: Flags) -> tuple[Array, Array, Array, Array]:
    """Give modes and standard deviations; where a spread is nought, averaged over spreads that still fit."""
    exact = model.counts.n_kept <= DENSE_VARIANCE

    def at(parameters: Array) -> tuple[Array, Array, Array, Array, float]:
        _, _, curvature = model.climb_to_modes(parameters)
        found = model.variances(curvature, exact=exact)
        rater, subject = model.counts.order(model.modes.kept.copy(), model.modes.eliminated.copy())
        of_rater, of_subject = model.counts.order(found.kept, found.eliminated)
        return rater, of_rater, subject, of_subject, found.log_determinant

    rater, rater_variance, subject, subject_variance, _ = at(point)
    for place, noun in ((-2, 0), (-1, 2)):
        if free[place]:
            continue
        values, means, squares = [], [], []
        for sd in SUPPOSED_SDS:
            trial = point.copy()
            trial[place] = np.log(sd)
            values.append(model.evaluate(trial)[0])
            found = at(trial)
            means.append(found[noun])
            squares.append(found[noun + 1] + found[noun]**2)
        weight = np.exp(np.array(values) - max(values) - (SUPPOSED_SDS / WEAK_SD_SCALE)**2 / 2)
        weight *= np.gradient(SUPPOSED_SDS)
        weight /= weight.sum()
        variance = weight @ np.array(squares) - (weight @ np.array(means))**2
        if noun == 0:
            rater_variance = variance
        else:
            subject_variance = variance
    model.climb_to_modes(point)
    return rater, np.sqrt(rater_variance), subject, np.sqrt(subject_variance)
