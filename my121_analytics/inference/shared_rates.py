"""Rates of many small groups, drawn towards the rate of all as far as the groups are alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln

Array = NDArray[np.float64]

_SDS = np.linspace(0.02, 2.0, 60)
"""Candidate standard deviations of the groups' rates, in logits."""
_PRIOR_SD = 0.5
"""Scale of the half-normal prior of that standard deviation: with it the odds of two groups in three lie within a
factor of 1.6 of those of all."""
_HALVINGS = 40


@dataclass(frozen=True)
class SharedRates:
    """Rates of groups; made by :func:`shrink_rates`.

    Parameters
    ----------
    overall
        Rate of all groups together, 0-1.
    sd
        How far the groups' own rates differ, in logits: posterior mean.
    estimate, lower, upper
        Of each group, 0-1; the range is that of the group's own rate given the groups' spread.
    """

    overall: float
    sd: float
    estimate: Array
    lower: Array
    upper: Array


def shrink_rates(n_with: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> SharedRates:
    """Estimate the rate of each of many groups from all of them together.

    Parameters
    ----------
    n_with
        Number with the property in each group.
    n
        Number in each group; groups of none get the rate of all.
    level
        Coverage of the ranges, 0-1.

    Returns
    -------
    SharedRates

    Raises
    ------
    ValueError
        There is nobody in any group, or more with the property than there are.

    Notes
    -----
    Beta-binomial: a group's rate is drawn from a beta distribution round the rate of all, its count is binomial. How
    far the rates differ is averaged over, with a half-normal prior in logits, so that a range does not pretend to know
    that groups are alike where they are too small to tell. It assumes that groups are alike but for chance and their
    own rate, and that people in a group leave (or not) independently.

    References
    ----------
    Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 5.3 (rates of many small groups).
    """
    with_it, size = (np.atleast_1d(np.asarray(values, dtype=np.float64)) for values in (n_with, n))
    if size.sum() <= 0 or (with_it > size).any():
        raise ValueError("each group must hold at least as many as have the property, and one must hold somebody")
    overall = float(with_it.sum() / size.sum())
    mean = float(np.clip(overall, 1e-6, 1 - 1e-6))
    concentration = np.maximum(1 / (mean * (1 - mean) * _SDS**2) - 1, 1.0)
    a = concentration[:, None] * mean + with_it
    b = concentration[:, None] * (1 - mean) + size - with_it
    prior = betaln(concentration * mean, concentration * (1 - mean))
    fit = (betaln(a, b) - prior[:, None]).sum(axis=1) - (_SDS / _PRIOR_SD) ** 2 / 2
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    tail = (1 - level) / 2
    return SharedRates(overall, float(weight @ _SDS), weight @ (a / (a + b)), _quantile(a, b, weight, tail),
                       _quantile(a, b, weight, 1 - tail))


def _quantile(a: Array, b: Array, weight: Array, share: float) -> Array:
    """Find each group's quantile of the mixture by halving."""
    low, high = np.zeros(a.shape[1]), np.ones(a.shape[1])
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = weight @ betainc(a, b, middle) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)
