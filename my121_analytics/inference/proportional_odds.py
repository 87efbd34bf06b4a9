"""Proportional odds without raters: how groups differ on an ordered scale, nothing else held equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from my121_analytics.inference.category_table import tabulate_cells

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

MOST_LOGITS = 12.0
"""A coefficient beyond this is running off: a group has only the highest or only the lowest category."""


@dataclass(frozen=True)
class OddsFit:
    """A fitted proportional-odds model.

    Parameters
    ----------
    estimate, se
        One per covariate, logits; positive raises the category. Missing where the estimate runs off.
    thresholds
        K - 1 thresholds.
    """

    estimate: Array
    se: Array
    thresholds: Array


def fit_proportional_odds(category: Codes, design: Array) -> OddsFit:
    """Fit ``logit P(y <= k) = threshold_k - x'beta`` by maximum likelihood.

    Parameters
    ----------
    category
        Codes from 0 to K - 1; every code occurs.
    design
        Rows x covariates, without a constant column.

    Returns
    -------
    OddsFit
        Standard errors from the observed information.

    References
    ----------
    McCullagh (1980), Regression models for ordinal data, JRSS B 42:109.
    """
    from scipy.optimize import minimize  # slow to load

    n_categories = int(category.max()) + 1
    at_most = np.cumsum(np.bincount(category, minlength=n_categories))[:-1] / len(category)
    start = np.concatenate([np.log(at_most / (1 - at_most)), np.zeros(design.shape[1])])
    start[1:n_categories - 1] = np.log(np.diff(start[:n_categories - 1]))  # gaps stay positive whatever is tried

    def loss(parameters: Array) -> tuple[float, Array]:
        thresholds, beta = _unpack(parameters, n_categories)
        cells = tabulate_cells(category, design @ beta, thresholds, np.zeros(1))
        score = _threshold_scores(category, cells.above[:, 0], cells.below[:, 0], cells.ratio, n_categories)
        gaps = np.diff(thresholds)
        by_threshold = score.sum(axis=0)
        rising = np.cumsum(by_threshold[::-1])[::-1]  # moving one threshold moves all above it
        gradient = np.concatenate([[rising[0]], rising[1:] * gaps, design.T @ cells.slope[:, 0]])
        return -float(cells.log_p.sum()), -gradient

    found = minimize(loss, start, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 500})
    thresholds, beta = _unpack(found.x, n_categories)
    se = np.sqrt(np.diag(np.linalg.pinv(_information(category, design, thresholds, beta))))[n_categories - 1:]
    runs_off = np.abs(beta) > MOST_LOGITS
    return OddsFit(np.where(runs_off, np.nan, beta), np.where(runs_off, np.nan, se), thresholds)


def _unpack(parameters: Array, n_categories: int) -> tuple[Array, Array]:
    first, gaps = parameters[:1], np.exp(np.clip(parameters[1:n_categories - 1], -30, 30))
    return np.concatenate([first, first + np.cumsum(gaps)]), parameters[n_categories - 1:]


def _threshold_scores(category: Codes, above: Array, below: Array, ratio: Array, n_categories: int) -> Array:
    """Give the slope of each row's log-probability in each threshold: rows x (K - 1)."""
    scores = np.zeros((len(category), n_categories - 1))
    rows = np.arange(len(category))
    has_upper, has_lower = category < n_categories - 1, category > 0
    scores[rows[has_upper], category[has_upper]] = (above + ratio)[has_upper]
    scores[rows[has_lower], category[has_lower] - 1] -= (below + ratio)[has_lower]
    return scores


def _information(category: Codes, design: Array, thresholds: Array, beta: Array) -> Array:
    """Give the observed information by central differences of the score, which is exact to about 1e-8."""
    parameters = np.concatenate([thresholds, beta])
    n_thresholds, step = len(thresholds), 1e-5

    def score(at: Array) -> Array:
        cells = tabulate_cells(category, design @ at[n_thresholds:], at[:n_thresholds], np.zeros(1))
        by_threshold = _threshold_scores(category, cells.above[:, 0], cells.below[:, 0], cells.ratio, n_thresholds + 1)
        return np.concatenate([by_threshold.sum(axis=0), design.T @ cells.slope[:, 0]])

    columns = [(score(parameters - step * direction) - score(parameters + step * direction)) / (2 * step)
               for direction in np.eye(len(parameters))]
    information = np.column_stack(columns)
    return np.asarray((information + information.T) / 2)
