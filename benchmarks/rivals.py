"""How managers are usually picked out: five plain methods, on the same counts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.stats import chi2

from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
TARGET = np.array([0.2, 0.7, 0.1])
"""A fixed target mix, as a popular open nine-box app has it."""


def compare_methods(counts: RatingCounts) -> tuple[dict[str, Flags], Array]:
    """Give who each method names, and the side each manager lies on (+1 higher than the rest)."""
    tally = _tally(counts)
    n = tally.sum(axis=1)
    values = np.arange(1, tally.shape[1] + 1)
    mean = tally @ values / n
    overall = float(n @ mean / n.sum())
    named = {name: method(tally, n, mean, overall) for name, method in METHODS.items()}
    return named, np.sign(mean - overall)


def _tally(counts: RatingCounts) -> Array:
    frame, k = counts.frame, counts.n_categories
    place = frame["rater"].to_numpy() * k + frame["category"].to_numpy() - 1
    return np.bincount(place, frame["n"], minlength=len(counts.raters) * k).reshape(-1, k).astype(np.float64)


def _raw_mean(tally: Array, n: Array, mean: Array, overall: float) -> Flags:
    return np.asarray(np.abs(mean - mean.mean()) > 2 * mean.std())


def _chi_square(tally: Array, n: Array, mean: Array, overall: float) -> Flags:
    return _against(tally, n, tally.sum(axis=0) / tally.sum())


def _fixed_target(tally: Array, n: Array, mean: Array, overall: float) -> Flags:
    return _against(tally, n, TARGET) if tally.shape[1] == len(TARGET) else np.zeros(len(n), dtype=bool)


def _against(tally: Array, n: Array, shares: Array) -> Flags:
    expected = n[:, None] * shares[shares > 0]
    statistic = ((tally[:, shares > 0] - expected) ** 2 / expected).sum(axis=1)
    return np.asarray(chi2.sf(statistic, (shares > 0).sum() - 1) < 0.05)


def _mixed_model(tally: Array, n: Array, mean: Array, overall: float) -> Flags:
    """Name predicted effects more than 1.96 conditional standard deviations from 0, variances by likelihood."""
    within = _within(tally, n, mean)

    def misfit(log_between: float) -> float:
        variance = np.exp(log_between) + within / n
        centre = (mean / variance).sum() / (1 / variance).sum()
        return float((np.log(variance) + (mean - centre) ** 2 / variance).sum())

    between = float(np.exp(minimize_scalar(misfit, bounds=(-12, 2), method="bounded").x))
    variance = between + within / n
    centre = (mean / variance).sum() / (1 / variance).sum()
    shrunk = between / variance * (mean - centre)
    return np.asarray(np.abs(shrunk) > 1.96 * np.sqrt(between * (within / n) / variance))


def _funnel(tally: Array, n: Array, mean: Array, overall: float) -> Flags:
    return np.asarray(np.abs(mean - overall) > 3.09 * np.sqrt(_within(tally, n, mean) / n))


def _within(tally: Array, n: Array, mean: Array) -> float:
    values = np.arange(1, tally.shape[1] + 1)
    return float((tally * (values - mean[:, None]) ** 2).sum() / (n.sum() - len(n)))


METHODS: dict[str, Callable[[Array, Array, Array, float], Flags]] = {
    "raw mean, |z| > 2": _raw_mean,
    "chi-square, p < .05": _chi_square,
    "chi-square, 20/70/10": _fixed_target,
    "linear mixed model, 1.96 sd": _mixed_model,
    "funnel, 99.8 %": _funnel,
}
