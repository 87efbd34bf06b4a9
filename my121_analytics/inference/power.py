"""How large a difference must be to be seen: the other half of every finding and of every null result."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

Array = NDArray[np.float64]


def detectable_effect(se: ArrayLike, nodes: Array, prior: Array, *, delta: float, cutoff: ArrayLike,
                      power: float = 0.8, extra_sd: ArrayLike = 0.0) -> Array:
    """Give the smallest effect that would be listed with a given chance.

    Parameters
    ----------
    se
        Standard error with which a rater's effect shows, logits.
    nodes, prior
        Prior of the effect on equally spaced, symmetric nodes; sums to 1.
    delta
        Listed means: beyond ``delta`` with a chance of being wrong of at most ``cutoff``.
    cutoff
        Per rater, 0-1.
    power
        Chance of being listed, 0-1.
    extra_sd
        Further noise between the effect and what shows (the people rated), logits.

    Returns
    -------
    numpy.ndarray
        Logits; missing (NaN) where no effect on the nodes reaches it.

    Notes
    -----
    What shows is taken as normal about the effect with variance ``se^2 + extra_sd^2``; the smallest showing that
    would be listed is found from the prior, and the effect lies ``z_power`` standard deviations above it.
    """
    total, cut = np.broadcast_arrays(np.hypot(se, extra_sd), np.asarray(cutoff, dtype=float))
    step = nodes[1] - nodes[0]
    shows = np.arange(0.0, nodes[-1], step / 4)
    keys, place = np.unique(np.round(np.column_stack([np.log(total), np.log(cut)]), 2), axis=0, return_inverse=True)
    found = np.full(len(keys), np.nan)
    # A prior is a density, so the part of a node's weight beyond delta is what lies beyond it of its own cell.
    above = np.clip((nodes - delta) / step + 0.5, 0, 1)
    for k, (log_sd, log_cut) in enumerate(keys):
        sd = np.exp(log_sd)
        posterior = np.exp(-(((shows[:, None] - nodes[None, :]) / sd) ** 2) / 2) * prior
        total_mass = np.maximum(posterior.sum(axis=1), 1e-300)
        wrong = 1 - (posterior @ above) / total_mass
        enough = np.flatnonzero(wrong <= np.exp(log_cut))
        if len(enough):
            at = enough[0]
            back = (np.exp(log_cut) - wrong[at]) / (wrong[at - 1] - wrong[at]) if at else 0.0
            found[k] = shows[at] - back * (shows[1] - shows[0]) + ndtri(power) * sd
    return found[place.reshape(-1)].reshape(total.shape)


def discovery_limits(se: ArrayLike, nodes: Array, prior: Array, *, delta: float, rate: ArrayLike, bands: ArrayLike,
                     extra_sd: ArrayLike = 0.0) -> Array:
    """Give, for each band, the chance of being wrong up to which names may be listed so that lists keep a rate.

    Parameters
    ----------
    se, extra_sd
        As for :func:`detectable_effect`, one per candidate.
    nodes, prior
        As for :func:`detectable_effect`.
    delta
        Size of the effects that belong on the list; a name is right beyond it, on the side named.
    rate
        Expected share of wrong names, 0-1, per candidate; of a band the mean is taken.
    bands
        Band of each candidate.

    Returns
    -------
    numpy.ndarray
        Per candidate the limit of its band; the rate itself where nothing these candidates could show would do.

    Notes
    -----
    Over all that candidates with these standard errors may come to show under the prior, the limit is the largest
    chance at which the mean chance of those listed is still the rate. It depends on what is known of the candidates
    before they are looked at singly, and so not on where the chances of a short list happen to fall.
    """
    rates, total, band = np.broadcast_arrays(np.asarray(rate, dtype=float), np.hypot(se, extra_sd), np.asarray(bands))
    step = nodes[1] - nodes[0]
    shows = np.arange(nodes[0], nodes[-1], step / 2)
    finely = np.arange(nodes[0], shows[-1], step / 16)
    above = np.clip((nodes - delta) / step + 0.5, 0, 1)
    sides = np.column_stack([above, above[::-1], np.ones(len(nodes))])
    keys, place = np.unique(np.round(np.log(total), 1), return_inverse=True)
    chance, mass = np.empty((len(keys), len(finely))), np.empty((len(keys), len(finely)))
    for k, log_sd in enumerate(keys):
        sd = max(float(np.exp(log_sd)), 0.6 * step)
        joint = np.exp(-(((shows[:, None] - nodes[None, :]) / sd) ** 2) / 2) @ (prior[:, None] * sides)
        mass[k] = np.interp(finely, shows, joint[:, 2] / sd)
        chance[k] = np.interp(finely, shows, 1 - joint[:, :2].max(axis=1) / np.maximum(joint[:, 2], 1e-300))
    limits = np.empty(len(total))
    for this_band in np.unique(band):
        members = band == this_band
        weight = np.bincount(place.reshape(-1)[members], minlength=len(keys))[:, None] * mass
        order = np.argsort(chance, axis=None)
        ranked, weighed = chance.ravel()[order], weight.ravel()[order]
        mean = np.cumsum(ranked * weighed) / np.maximum(np.cumsum(weighed), 1e-300)
        allowed = float(rates[members].mean())
        fits = np.flatnonzero((mean <= allowed) & (np.cumsum(weighed) > 0))
        limits[members] = max(float(ranked[fits[-1]]), allowed) if len(fits) else allowed
    return limits
