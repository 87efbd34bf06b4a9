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
        Per candidate: the largest chance that its band would still have listed (the nominal rate for an empty list;
        its limit where there are limits).
    """

    listed: NDArray[np.bool_]
    expected_wrong: float
    cutoff: Array


BEYOND_LIMIT = 1.25
"""How far beyond the limit of its band a chance may lie where the sure names of a list leave room."""


TIE_DIGITS = 7
"""Decimals to which scores are compared; closer ones are ties."""


def list_discoveries(chance: ArrayLike, rate: ArrayLike, *, bands: ArrayLike | None = None,
                     eligible: ArrayLike | None = None, limits: ArrayLike | None = None) -> DiscoveryList:
    """Draw up the longest list whose expected share of chance names stays at or below a rate.

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
    limits
        Per candidate, alike within a band: the chance up to which the band may be listed so that such lists hold the
        rate (``power.discovery_limits``). None: every band by itself holds the rate in this very list.

    Returns
    -------
    DiscoveryList

    Notes
    -----
    Without limits, candidates of a band are taken in order of ``chance`` while its running mean is at most ``rate``.
    A band of ten names can then use little more than nine tenths of the rate, since the next name would be one too
    many. With limits, all candidates are taken in order of ``chance / limit``, at most a quarter beyond it, while the
    mean of ``chance`` over the whole list is at most the mean ``rate``: the whole list always keeps the rate, and each
    band keeps it on average over lists.

    Ties enter together or not at all, so that the order of rows changes nothing. The rate is kept as far as the
    probabilities are right.

    References
    ----------
    Newton, Noueiry, Sarkar & Ahlquist (2004), Biostatistics 5:155; Efron (2010), Large-Scale Inference.
    """
    chance = np.asarray(chance, dtype=float)
    band = np.zeros(len(chance), dtype=np.int64) if bands is None else np.asarray(bands)
    may = np.isfinite(chance) if eligible is None else np.asarray(eligible, dtype=bool) & np.isfinite(chance)
    rates = np.broadcast_to(np.asarray(rate, dtype=float), chance.shape)
    listed, cutoff = np.zeros(len(chance), dtype=bool), rates.copy()
    allowed = rates.copy()
    for this_band in np.unique(band):
        members = np.flatnonzero((band == this_band) & may)
        if len(members):
            allowed[members] = rates[members].mean()
        if limits is None and len(taken := _take(chance, chance, allowed, members)):
            listed[taken] = True
            cutoff[band == this_band] = max(chance[taken].max(), allowed[members[0]])
    if limits is not None:
        cutoff = np.array(np.broadcast_to(np.asarray(limits, dtype=float), chance.shape))
        score = chance / np.maximum(cutoff, 1e-9)
        listed[_take(score, chance, allowed, np.flatnonzero(may & (score <= BEYOND_LIMIT)))] = True
    return DiscoveryList(listed, float(chance[listed].sum()), cutoff)


def _take(score: Array, chance: Array, allowed: Array, members: NDArray[np.int64]) -> NDArray[np.int64]:
    """Take as many members in order of their score as keep the mean chance at or below the mean allowed."""
    # Mirrored candidates differ by rounding in the last digits, which must not decide who is listed.
    score = np.round(score, TIE_DIGITS)
    order = members[np.argsort(score[members], kind="stable")]
    ranked = score[order]
    last_of_tie = np.append(ranked[1:] > ranked[:-1], True) if len(ranked) else np.zeros(0, dtype=bool)
    fits = np.flatnonzero((np.cumsum(chance[order]) <= np.cumsum(allowed[order]) + 1e-12) & last_of_tie)
    return order[:fits[-1] + 1] if len(fits) else order[:0]
