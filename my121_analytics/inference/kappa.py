"""Agreement of two ordered ratings of the same people beyond what chance would give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri


@dataclass(frozen=True)
class Kappa:
    """Weighted kappa with its interval; missing (NaN) where it has no meaning.

    Parameters
    ----------
    estimate
        1: always the same; 0: no more than chance would give; below 0: less than that.
    lower, upper
        Ends of the interval, within -1 to 1.
    se
        Standard error of the estimate.
    n
        Pairs.
    """

    estimate: float
    lower: float
    upper: float
    se: float
    n: int


def weighted_kappa(table: ArrayLike, *, level: float = 0.95, power: float = 1) -> Kappa:
    """Say how far two ordered ratings of the same people agree beyond chance.

    Parameters
    ----------
    table
        K by K counts: rows by the first rating, columns by the second, both lowest first.
    level
        Coverage of the interval, 0-1.
    power
        1: a difference counts by its steps (linear weights). 2: by the square of its steps.

    Returns
    -------
    Kappa

    Notes
    -----
    ``1 - sum(w p) / sum(w r c)`` with weights ``w = (|i - j| / (K - 1)) ** power``, shares p and margins r, c. The
    standard error is the large-sample one; with few pairs or a margin near one category the interval is too narrow.
    Kappa falls when nearly everyone stands in one category, however alike the two ratings are, so the shares of the
    differences belong beside it. It has no meaning when each rating uses one and the same category only.

    References
    ----------
    Cohen (1968), Psychological Bulletin 70:213; Fleiss, Cohen & Everitt (1969), Psychological Bulletin 72:323.
    """
    counts = np.asarray(table, dtype=float)
    n = counts.sum()
    steps = np.arange(len(counts))
    agreement = 1 - (np.abs(steps[:, None] - steps) / max(len(counts) - 1, 1)) ** power
    shares = counts / n if n else counts
    rows, columns = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = (agreement * shares).sum(), (agreement * np.outer(rows, columns)).sum()
    if not n or np.isclose(expected, 1):
        return Kappa(np.nan, np.nan, np.nan, np.nan, int(n))
    estimate = (observed - expected) / (1 - expected)
    mean_weights = (agreement @ columns)[:, None] + rows @ agreement
    spread = (shares * (agreement - mean_weights * (1 - estimate)) ** 2).sum()
    variance = (spread - (estimate - expected * (1 - estimate)) ** 2) / n
    se = float(np.sqrt(max(variance, 0.0)) / (1 - expected))
    half = float(ndtri(0.5 + level / 2)) * se
    return Kappa(float(estimate), max(float(estimate) - half, -1.0), min(float(estimate) + half, 1.0), se, int(n))
