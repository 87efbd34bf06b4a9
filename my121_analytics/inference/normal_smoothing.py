"""Rows on equally spaced nodes, smoothed by normal kernels: what an effect and a further normal part say together."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LEVELS = 40
"""Steps of the standard deviation, nought to the largest; variances rounded to the nearest of them are right within a
twentieth where they matter. Rounded up in tenths of the largest, they made ranges of large teams a tenth too wide."""
_NARROW = 0.6
"""Kernels narrower than this part of the spacing fall between the nodes: their variance is put on the next nodes."""
_NEGLIGIBLE = 0.02
"""Part of the spacing below which a kernel adds nothing that could be seen."""


def smooth_rows(rows: Array, nodes: Array, variance: Array) -> Array:
    """Smooth each row by a normal kernel of its own variance.

    Parameters
    ----------
    rows
        Rows x nodes.
    nodes
        Equally spaced.
    variance
        One per row, 0 or more; rounded in steps of the standard deviation, so that few kernels are needed.

    Returns
    -------
    numpy.ndarray
        A copy; rows with variance 0 are unchanged.
    """
    out = rows.copy()
    largest = float(np.max(variance, initial=0.0))
    if largest <= 0:
        return out
    step = np.round(np.sqrt(np.maximum(variance, 0) / largest) * _LEVELS).astype(np.int64)
    for level in np.unique(step[step > 0]):
        width = float(np.sqrt(largest) * level / _LEVELS)
        spacing = float(nodes[1] - nodes[0])
        if width < _NEGLIGIBLE * spacing:
            continue
        chosen = step == level
        out[chosen] = rows[chosen] @ _kernel(len(nodes), width, spacing)
    return out


def _kernel(n: int, width: float, spacing: float) -> Array:
    """Normal weights, or where they would fall between the nodes the three weights of the same variance."""
    away = spacing * np.arange(n) / width
    weight = np.exp(-(away**2) / 2)
    if width < _NARROW * spacing:
        to_next = (width / spacing) ** 2 / 2
        weight = np.where(away == 0, 1 - 2 * to_next, 0.0)
        weight[1:2] = to_next
    # Seen one place further to the left in each row; scipy's toeplitz takes twice as long for so few nodes.
    mirrored = np.concatenate([weight[:0:-1], weight])
    kernel = as_strided(mirrored[n - 1:], (n, n), (-mirrored.itemsize, mirrored.itemsize), writeable=False)
    # What a column adds up to is what the weights add up to from its node to either end.
    to_end = np.cumsum(weight)
    return np.asarray(kernel / (to_end + to_end[::-1] - weight[0]))


def slide_rows(rows: Array, by: Array) -> Array:
    """Read each row at its nodes moved up by its own number of nodes.

    Parameters
    ----------
    rows
        Rows x nodes.
    by
        One per row, in spacings of the nodes; fractions are read off straight lines.

    Returns
    -------
    numpy.ndarray
        Of the same shape; beyond the ends a row keeps its last value.
    """
    if not np.any(by):
        return rows.copy()
    last = rows.shape[1] - 1
    place = np.clip(np.arange(last + 1)[None, :] + by[:, None], 0, last)
    left = np.minimum(place.astype(np.int64), last - 1)
    part = place - left
    return np.asarray((1 - part) * np.take_along_axis(rows, left, axis=1)
                      + part * np.take_along_axis(rows, left + 1, axis=1))
