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
    gain, part = np.minimum(gain, MOST_GAIN), np.log(PART_SHARES)
    each = np.logaddexp(np.log1p(-PART_SHARES), gain[:, None] + part)
    fit = each.sum(axis=0) + np.log((1 - NOBODY) / len(PART_SHARES))
    some = logsumexp(fit)
    weight = np.exp(fit - some)
    return float(some - np.log(NOBODY)), np.exp(gain[:, None] + part - each) @ weight


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
    found = [weigh_rule(_fits_rule(rater, size, top, low, rule, len(free)) - free) for rule in RULES]
    odds = np.array([log_odds for log_odds, _ in found])
    together = logsumexp(odds)
    each = np.stack([by_rater for _, by_rater in found])
    return float(together - np.log(len(RULES))), np.exp(odds - together) @ each


def _fits_rule(rater: Codes, size: Codes, top: Codes, low: Codes, rule: tuple[float, float, Rounding, Rounding],
               n_raters: int) -> Array:
    share_top, share_low, round_top, round_low = rule
    # A hair less, so that a tenth of ten people is one and not, by binary fractions, two.
    people = size.astype(np.float64)
    due_top, due_low = round_top(people * share_top - 1e-9), round_low(people * share_low + 1e-9)
    log_p = np.zeros(len(size))
    for count, due in ((top, due_top), (low, due_low)):
        log_p += np.where(count == due, np.log1p(-OFF_RULE), np.log(OFF_RULE / np.maximum(people, 1)))
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
