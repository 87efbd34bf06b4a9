"""Intervals for shares and for differences of shares, sound for the small groups that teams are."""

from __future__ import annotations

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

USUAL_LEVEL, USUAL_Z = 0.95, 1.959963984540054
"""Coverage of nearly every interval, and the standard normal quantile that bounds it."""


def wilson_interval(n_with: ArrayLike, n: ArrayLike, level: float = 0.95) -> tuple[Array, Array]:
    """Say which shares fit what was counted.

    Parameters
    ----------
    n_with
        Number with the property; any shape that broadcasts with ``n``.
    n
        Number in the group.
    level
        Coverage of the interval, 0-1.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper end, shares 0-1; missing (NaN) where ``n`` is 0.

    Notes
    -----
    The score interval: all shares p with ``|n_with/n - p| <= z sqrt(p (1-p) / n)``. It stays inside 0-1 and has a
    width above zero for 0 out of n, where the usual estimate +- 1.96 standard errors shrinks to a point. It assumes
    independent people; for a full census it speaks of like circumstances, not of a sample of the staff list.

    References
    ----------
    Wilson (1927), JASA 22:209; Newcombe (1998), Statistics in Medicine 17:857.
    """
    with_it, size = np.broadcast_arrays(np.asarray(n_with, dtype=float), np.asarray(n, dtype=float))
    z = _z(level)
    size = np.where(size > 0, size, np.nan)
    share = with_it / size
    shrink = 1 + z**2 / size
    centre = (share + z**2 / (2 * size)) / shrink
    half = z / shrink * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    # Rounding may leave 1e-17 where the formula gives exactly 0 or 1.
    lower = np.where(share == 0, 0.0, np.maximum(centre - half, 0.0))
    upper = np.where(share == 1, 1.0, np.minimum(centre + half, 1.0))
    return lower, upper


def newcombe_difference(n1: ArrayLike, base1: ArrayLike, n2: ArrayLike, base2: ArrayLike,
                        level: float = 0.95) -> tuple[Array, Array, Array]:
    """Compare the share in a second group with the share in a first group of other people.

    Parameters
    ----------
    n1, base1
        Number with the property and size of the first group.
    n2, base2
        The same for the second group.
    level
        Coverage of the interval, 0-1.

    Returns
    -------
    tuple of numpy.ndarray
        Estimate (second share minus first), lower and upper end; missing (NaN) where a group is empty.

    Notes
    -----
    The two Wilson intervals are combined by squaring and adding (method 10 of the reference), which keeps its
    coverage in groups of ten, where the usual normal interval does not. The groups must not share people; for the
    same people twice use :func:`paired_difference`.

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:873.
    """
    first, lower1, upper1 = _share_with_interval(n1, base1, level)
    second, lower2, upper2 = _share_with_interval(n2, base2, level)
    estimate = second - first
    lower = estimate - np.hypot(second - lower2, upper1 - first)
    upper = estimate + np.hypot(upper2 - second, first - lower1)
    return estimate, lower, upper


def paired_difference(n_both: ArrayLike, n_first_only: ArrayLike, n_second_only: ArrayLike, n: ArrayLike,
                      level: float = 0.95) -> tuple[Array, Array, Array]:
    """Compare a share at two times among the same people.

    Parameters
    ----------
    n_both
        People with the property both times.
    n_first_only, n_second_only
        People with it the first time only, and the second time only.
    n
        All people seen both times.
    level
        Coverage of the interval, 0-1.

    Returns
    -------
    tuple of numpy.ndarray
        Estimate (second share minus first), lower and upper end; missing (NaN) where ``n`` is 0.

    Notes
    -----
    Wilson intervals of the two shares, squared and added less twice their product times the correlation of the two
    answers (method 10 of the reference, whose correlation is held back by n/2 when positive).

    References
    ----------
    Newcombe (1998), Statistics in Medicine 17:2635.
    """
    both, first_only, second_only, size = np.broadcast_arrays(
        *(np.asarray(v, dtype=float) for v in (n_both, n_first_only, n_second_only, n)))
    first, lower1, upper1 = _share_with_interval(both + first_only, size, level)
    second, lower2, upper2 = _share_with_interval(both + second_only, size, level)
    phi = _held_back_correlation(both, first_only, second_only, size)
    estimate = second - first
    lower = estimate - _combine(second - lower2, upper1 - first, phi)
    upper = estimate + _combine(upper2 - second, first - lower1, phi)
    return estimate, lower, upper


def _share_with_interval(n_with: ArrayLike, n: ArrayLike, level: float) -> tuple[Array, Array, Array]:
    size = np.asarray(n, dtype=float)
    share = np.asarray(n_with, dtype=float) / np.where(size > 0, size, np.nan)
    lower, upper = wilson_interval(n_with, n, level)
    return share, lower, upper


def _held_back_correlation(both: Array, first_only: Array, second_only: Array, size: Array) -> Array:
    neither = size - both - first_only - second_only
    product = both * neither - first_only * second_only
    product = np.where(product > 0, np.maximum(product - size / 2, 0.0), product)
    scale = np.sqrt((both + first_only) * (second_only + neither) * (both + second_only) * (first_only + neither))
    return np.where(scale > 0, product / np.where(scale > 0, scale, 1.0), 0.0)


def _combine(one: Array, other: Array, phi: Array) -> Array:
    return np.sqrt(np.maximum(one**2 - 2 * phi * one * other + other**2, 0.0))


def _z(level: float) -> float:
    if level == USUAL_LEVEL:
        return USUAL_Z  # loading scipy.special takes a twentieth of `my121 profile`, which needs it for nothing else
    return float(scipy.special.ndtri(0.5 + level / 2))
