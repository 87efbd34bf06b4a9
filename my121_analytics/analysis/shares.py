"""A share as tables show it: with the range it may lie in."""

from __future__ import annotations

import pandas as pd

from my121_analytics.inference.intervals import wilson_interval

SHARE = ("share", "lower", "upper")
"""Columns of a share, 0-1, and its 95 % range. They tell of the counts they are made of and are withheld with them."""


def add_share(frame: pd.DataFrame, part: str = "n", whole: str = "base") -> pd.DataFrame:
    """Add the share of one count in another, with its range.

    Parameters
    ----------
    frame
        One row per group.
    part, whole
        Columns of counts.

    Returns
    -------
    pandas.DataFrame
        With ``share``, ``lower`` and ``upper``; missing where the whole is 0. Wilson's score interval, 95 %.
    """
    lower, upper = wilson_interval(frame[part], frame[whole])
    return frame.assign(share=frame[part] / frame[whole].where(frame[whole] > 0), lower=lower, upper=upper)
