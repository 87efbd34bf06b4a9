"""Raters who give a fixed mix of ratings whatever the people: quotas, found without being told of them.

A quota leaves a trace that no free rater leaves often: in every group rated, the numbers at either end of the scale are
what one rule makes of the size of the group. Shares and rounding are those of a common rule and learnt; a rater's
counts are then held against the rule and against free rating.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Rounding = Callable[[Array], Array]

SHARES_TOP = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35)
SHARES_LOW = (0.0, 0.05, 0.1, 0.15, 0.2)
"""Shares of a group that a rule may give the highest and the lowest category."""
ROUNDINGS: tuple[Rounding, ...] = (np.floor, np.rint, np.ceil)
OFF_RULE = 0.05
"""Chance that a count is not what the rule says: an exception was made, or somebody has joined."""
RULES = tuple(product(SHARES_TOP, SHARES_LOW, ROUNDINGS, ROUNDINGS))
"""Shares at the top and at the bottom, and how each is rounded; as likely before the ratings are seen."""
PART_SHARES = np.array([0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 0.9])
"""Shares of raters tried that follow a rule of their own."""
MOST_GAIN = 6.0
"""Log-likelihood that one rater may bring at most: a rule is what several follow, and one odd rater shows none."""
AT_ONCE = 100_000
"""Rules times raters worked on at once: they stay in the processor's cache."""
NOBODY = 0.9
"""Prior probability that no rater follows such a rule."""


def weigh_rule(gain: Array) -> tuple[float, Array]:
    """Say how likely it is that some raters follow a rule of their own, and which.

    Parameters
    ----------
    gain
        Per rater: log-likelihood of the ratings under the rule less that under free rating; minus infinity where the
        rule rules them out.

    Returns
    -------
    tuple
        Log-odds that there are such raters, and, where there are, each rater's probability to be one. The share of
        them is averaged over.
    """
    odds, each = _weigh_rules(gain[None, :])
    return float(odds[0]), each[0]


def _weigh_rules(gain: Array) -> tuple[Array, Array]:
    """Do it for each of some rules: gains, and raters' probabilities, are rules x raters."""
    times = np.exp(np.minimum(gain, MOST_GAIN))
    fit = np.stack([np.log((1 - share) + share * times).sum(axis=1) for share in PART_SHARES], axis=1)
    fit += np.log((1 - NOBODY) / len(PART_SHARES))
    log_total = np.logaddexp.reduce(fit, axis=1)
    weight = np.exp(fit - log_total[:, None])
    each = np.zeros_like(gain)
    for share, of_share in zip(PART_SHARES, weight.T, strict=True):
        each += of_share[:, None] * (share * times / ((1 - share) + share * times))
    return log_total - np.log(NOBODY), each


def weigh_fixed_mix(rater: Codes, size: Codes, top: Codes, low: Codes, free: Array) -> tuple[float, Array]:
    """Say how likely it is that some raters give a fixed mix, and which.

    Parameters
    ----------
    rater
        Of each group rated (one rater in one cycle), codes from 0, rising.
    size, top, low
        People of the group, and how many of them were given the highest and the lowest category.
    free
        Per rater: log-likelihood of all these counts under free rating.

    Returns
    -------
    tuple
        As for :func:`weigh_rule`, averaged over the rules.
    """
    odds = np.empty(len(RULES))
    each, people = np.zeros((len(RULES), len(free))), size.astype(np.float64)
    # A hair less, so that a tenth of ten people is one and not, by binary fractions, two.
    of_top, of_low = (
        {(share, rounding): _fits_due(rater, size, count, rounding(people * share + hair), len(free))
         for share, rounding in product(shares, ROUNDINGS)}
        for count, shares, hair in ((top, SHARES_TOP, -1e-9), (low, SHARES_LOW, 1e-9)))
    step = max(1, AT_ONCE // max(len(free), 1))
    for first in range(0, len(RULES), step):
        chosen = slice(first, first + step)
        gain = np.stack([of_top[share_top, round_top] + of_low[share_low, round_low] - free
                         for share_top, share_low, round_top, round_low in RULES[chosen]])
        odds[chosen], each[chosen] = _weigh_rules(gain)
    together = np.logaddexp.reduce(odds)
    return float(together - np.log(len(RULES))), np.exp(odds - together) @ each


def _fits_due(rater: Codes, size: Codes, count: Codes, due: Array, n_raters: int) -> Array:
    """Per rater: log-likelihood of the counts at one end of the scale if so many are due in each group."""
    log_p = np.where(count == due, np.log1p(-OFF_RULE), np.log(OFF_RULE / np.maximum(size, 1)))
    return np.bincount(rater, log_p, minlength=n_raters).astype(np.float64)


def free_log_likelihood(rater: Codes, size: Codes, top: Codes, low: Codes, shares: Array, prior: Array) -> Array:
    """Give the log-likelihood of each rater's counts if people are rated one by one.

    Parameters
    ----------
    rater, size, top, low
        As for :func:`weigh_fixed_mix`.
    shares
        Groups x nodes x 2: chance of the lowest and of the highest category at each value of the rater's effect.
    prior
        Of the effect at the nodes, sums to 1.

    Returns
    -------
    numpy.ndarray
        One per rater, averaged over the effect.
    """
    middle = size - top - low
    ways = gammaln(size + 1) - gammaln(top + 1) - gammaln(low + 1) - gammaln(middle + 1)
    at_low, at_top = (np.clip(shares[:, :, k], 1e-12, 1 - 1e-12) for k in (0, 1))
    rest = np.clip(1 - at_low - at_top, 1e-12, None)
    log_p = (ways[:, None] + low[:, None] * np.log(at_low) + top[:, None] * np.log(at_top)
             + middle[:, None] * np.log(rest))
    total = np.zeros((int(rater.max(initial=-1)) + 1, log_p.shape[1]))
    np.add.at(total, rater, log_p)
    return np.asarray(logsumexp(total, axis=1, b=prior))
