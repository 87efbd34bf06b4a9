"""Rows on equally spaced nodes, smoothed by normal kernels: what an effect and a further normal part say together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_LEVELS = 5
_NARROWEST = 0.4
"""Kernels narrower than this part of the spacing fall between the nodes: they are left out, not widened."""


def smooth_rows(rows: Array, nodes: Array, variance: Array) -> Array:
    """Smooth each row by a normal kernel of its own variance.

    Parameters
    ----------
    rows
        Rows x nodes.
    nodes
        Equally spaced.
    variance
        One per row, 0 or more; rounded up to fifths of the largest, so that few kernels are needed.

    Returns
    -------
    numpy.ndarray
        A copy; rows with variance 0 are unchanged.
    """
    out = rows.copy()
    largest = float(np.max(variance, initial=0.0))
    if largest <= 0:
        return out
    step = np.ceil(variance / largest * _LEVELS - 1e-9).astype(np.int64)
    for level in np.unique(step[step > 0]):
        width = float(np.sqrt(largest * level / _LEVELS))
        if width < _NARROWEST * (nodes[1] - nodes[0]):
            continue
        kernel = np.exp(-(((nodes[:, None] - nodes[None, :]) / width) ** 2) / 2)
        chosen = step == level
        out[chosen] = rows[chosen] @ (kernel / kernel.sum(axis=0))
    return out
