"""Halo: performance and potential ratings that go together more than under other managers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.case_mix import CaseMix
from my121_analytics.analysis.rating_patterns.habit_judgement import NODES, HabitEvidence
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

HALO = "halo"
BOTH = "performance and potential"
MATTERS = 0.3
"""Of Fisher's z: a correlation of .52 in place of .27."""
FEWEST_PAIRS = 25
"""Pairs of ratings below which a correlation is known to .4 and worse (Fisher: 1 / sqrt(n - 3)): description only."""
LEAST_PAIRS = 5
LEAST_OFF = 6
"""Ratings on each axis that are not the manager's usual one; with fewer a correlation hangs on one or two people."""
STRONGEST = 0.98
"""Correlations are cut off here: few ratings on a short scale reach 1 by chance."""


def gather_halo(pairs: pd.DataFrame, counts: RatingCounts, case_mix: CaseMix) -> HabitEvidence | None:
    """Say how far each manager's two ratings go together, compared with others'.

    Parameters
    ----------
    pairs
        One row per person, post and cycle with both ratings: ``rater``, ``pattern`` (codes of the counts),
        ``employee`` (any code), ``performance``, ``potential``.
    counts
        Of the main axis.
    case_mix
        What ratings may fairly differ by.

    Returns
    -------
    HabitEvidence or None
        Of Fisher's z of the correlation within the manager, after the case mix, less that of managers in general; above
        0: less distinction between the two ratings. None where hardly anybody has both ratings.

    Notes
    -----
    The standard error ``1 / sqrt(n - 3)`` is widened by what the same people in several cycles make it, for all
    managers alike. A manager whose people are strong on both or weak on both looks the same.

    References
    ----------
    Fisher (1921), Metron 1:3.
    """
    n_raters = len(counts.raters)
    rater = pairs["rater"].to_numpy(dtype=np.int64)
    n = np.bincount(rater, minlength=n_raters)
    if (n >= FEWEST_PAIRS).sum() < 2:
        return None
    x, y = (_standardise(_within(pairs[axis].to_numpy(dtype=float), pairs, case_mix), rater, n_raters)
            for axis in ("performance", "potential"))
    product = np.bincount(rater, x * y, minlength=n_raters) / np.maximum(n, 1)
    varies = np.minimum(*(_off_the_usual(pairs, axis, n_raters) for axis in ("performance", "potential"))) >= LEAST_OFF
    z = np.arctanh(product.clip(-STRONGEST, STRONGEST))
    se = np.sqrt(_design_effect(pairs, x, y, product) / np.maximum(n - 3.0, 1.0))
    enough = (n >= FEWEST_PAIRS) & varies
    if not enough.any():
        return None
    common = float(np.average(z[enough], weights=se[enough]**-2))
    known = varies & (n >= LEAST_PAIRS)
    log_p = np.where(known[:, None], -(((z - common)[:, None] - NODES[None, :]) / se[:, None]) ** 2 / 2, 0.0)
    return HabitEvidence(HALO, BOTH, log_p, np.where(known, n, 0), enough, MATTERS)


def _within(values: Array, pairs: pd.DataFrame, case_mix: CaseMix) -> Array:
    """Take out the rater's mean and what the case mix brings within raters."""
    rater = pairs["rater"].to_numpy(dtype=np.int64)
    design = case_mix.design.to_numpy(dtype=float)[pairs["pattern"].to_numpy(dtype=np.int64)]
    y = values - _means(values, rater)
    if not design.shape[1]:
        return np.asarray(y)
    centred = np.column_stack([column - _means(column, rater) for column in design.T])
    return np.asarray(y - centred @ np.linalg.lstsq(centred, y, rcond=None)[0])


def _off_the_usual(pairs: pd.DataFrame, axis: str, n_raters: int) -> Codes:
    """Count each rater's ratings that are not the one given most."""
    by_level = pairs.groupby(["rater", axis]).size().groupby("rater")
    off = by_level.sum() - by_level.max()
    return off.reindex(range(n_raters), fill_value=0).to_numpy(dtype=np.int64)


def _means(values: Array, rater: Codes) -> Array:
    return np.asarray((np.bincount(rater, values) / np.maximum(np.bincount(rater), 1))[rater])


def _standardise(values: Array, rater: Codes, n_raters: int) -> Array:
    """Divide each rater's residuals by their own spread; nought where they do not vary."""
    n = np.maximum(np.bincount(rater, minlength=n_raters), 1)
    sd = np.sqrt(np.bincount(rater, values**2, minlength=n_raters) / n)[rater]
    return np.divide(values, sd, out=np.zeros_like(values), where=sd > 1e-9)


def _design_effect(pairs: pd.DataFrame, x: Array, y: Array, product: Array) -> float:
    """Say how many times the same people in several cycles make the variance of the correlations."""
    rater = pairs["rater"].to_numpy(dtype=np.int64)
    influence = x * y - product[rater] * (x**2 + y**2) / 2
    spell = pd.factorize(rater * (int(pairs["employee"].max()) + 1) + pairs["employee"].to_numpy(dtype=np.int64))[0]
    by_person = np.bincount(spell, influence)
    return max(float((by_person**2).sum() / max((influence**2).sum(), 1e-12)), 1.0)
