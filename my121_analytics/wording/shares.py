"""Shares as people read them: one rounding for pages, pictures, sentences and the screen."""

from __future__ import annotations

import math

from my121_analytics.wording.catalogue import say

_DIGITS = 9
"""Of a percentage, beyond which a number kept in binary says nothing: 0.145 * 100 is a little less than 14.5."""


def percent(share: float) -> str:
    """Print a share as a whole percentage, halves up; a few are not none, and nearly all are not all.

    Parameters
    ----------
    share
        0-1.

    Returns
    -------
    str
        Such as ``43%``, ``under 1%`` or ``over 99%``.
    """
    if 0 < share < 0.005:
        return say("share", "under_one")
    if 0.995 < share < 1:
        return say("share", "nearly_all")
    return f"{math.floor(round(share * 100, _DIGITS) + 0.5)}%"
