"""Lists with a known share of chance names: the Bayesian false discovery rate, within bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DiscoveryList:
    """Who is listed, and how many of them by chance.

    Parameters
    ----------
    listed
        One flag per candidate.
    expected_wrong
        Sum of the listed candidates' chances of not belonging on the list.
    cutoff
        Per candidate: the largest chance that its band would still have listed (the nominal rate for an empty list).
    """

    listed: NDArray[np.bool_]
    expected_wrong: float
    cutoff: Array


def list_discoveries(chance: ArrayLike, rate: ArrayLike, *, bands: ArrayLike | None = None,
                     eligible: ArrayLike | None = None) -> DiscoveryList:
    """Draw up the longest list whose expected share of chance names stays at or below a rate, in every band.

    Parameters
    ----------
    chance
        Posterior probability that each candidate does not belong on the list, 0-1.
    rate
        Largest mean of ``chance`` over the listed of a band, 0-1; one number, or one per candidate (of a band the
        mean is taken).
    bands
        Band of each candidate; None puts all in one. Bands keep a list from being right on the whole but wrong
        for those of whom little is known.
    eligible
        Who may be listed at all; None means everybody.

    Returns
    -------
    DiscoveryList

    Notes
    -----
    Candidates are taken in order of ``chance`` while its running mean is at most ``rate``. Ties enter together or not
    at all, so that the order of rows changes nothing. The rate is kept as far as the probabilities are right.

    References
    ----------
    Newton, Noueiry, Sarkar & Ahlquist (2004), Biostatistics 5:155; Efron (2010), Large-Scale Inference.
    """
    chance = np.asarray(chance, dtype=float)
    band = np.zeros(len(chance), dtype=np.int64) if bands is None else np.asarray(bands)
    may = np.isfinite(chance) if eligible is None else np.asarray(eligible, dtype=bool) & np.isfinite(chance)
    rates = np.broadcast_to(np.asarray(rate, dtype=float), chance.shape)
    listed, cutoff = np.zeros(len(chance), dtype=bool), rates.copy()
    for one in np.unique(band):
        members = np.flatnonzero((band == one) & may)
        order = members[np.argsort(chance[members], kind="stable")]
        ranked = chance[order]
        mean = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
        last_of_tie = np.append(ranked[1:] > ranked[:-1], True) if len(ranked) else np.zeros(0, dtype=bool)
        allowed = float(rates[members].mean()) if len(members) else 0.0
        fits = np.flatnonzero((mean <= allowed) & last_of_tie)
        if len(fits):
            listed[order[:fits[-1] + 1]] = True
            cutoff[band == one] = max(ranked[fits[-1]], allowed)
    return DiscoveryList(listed, float(chance[listed].sum()), cutoff)
