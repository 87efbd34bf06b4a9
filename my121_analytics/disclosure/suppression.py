"""Primary suppression: small counts are hidden, and everything that follows from them."""

from __future__ import annotations

import pandas as pd

from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import Table

MARKER = "marker"
"""Column of every released table: empty, or the marker of a withheld row."""


def suppress_small(frame: pd.DataFrame, table: Table, settings: DisclosureSettings) -> pd.DataFrame:
    """Hide counts from 1 to threshold - 1, their dependents, and whole rows on a small base.

    Parameters
    ----------
    frame
        Rows of the table.
    table
        Says which column counts and which follow.
    settings
        Thresholds and the marker.

    Returns
    -------
    pandas.DataFrame
        A new frame with the column ``marker``; hidden values are missing, not zero.
    """
    threshold = settings.equality_threshold if table.protected else settings.threshold
    counts = pd.to_numeric(frame[table.count]).fillna(0)
    hidden = (counts > 0) & (counts < threshold)
    if not settings.show_zeros:
        hidden |= counts == 0
    if table.base is not None:
        base = pd.to_numeric(frame[table.base]).fillna(0)
        hidden |= (base > 0) & (base < threshold)
    hidden_parts = hidden | _has_small_part(frame, table, counts, threshold)
    out = frame.copy()
    masked = [c for c in dict.fromkeys((table.count, *table.parts, *table.follows)) if c is not None]
    if table.base is not None:
        small_base = (base > 0) & (base < threshold)
        out[table.base] = out[table.base].astype("Int64").mask(small_base)
    for column in masked:
        values = out[column]
        if pd.api.types.is_integer_dtype(values.dtype):
            values = values.astype("Int64")
        out[column] = values.mask(hidden if column == table.count else hidden_parts)
    return out.assign(**{MARKER: hidden_parts.map({True: settings.marker, False: ""})})


def _has_small_part(frame: pd.DataFrame, table: Table, counts: pd.Series, threshold: int) -> pd.Series:
    """Tell the rows in which some but fewer than threshold people are in a part, or are not."""
    small = pd.Series(False, index=frame.index)
    for column in table.parts:
        part = pd.to_numeric(frame[column]).astype("float64")
        rest = counts - part
        small |= ((part > 0) & (part < threshold)) | ((rest > 0) & (rest < threshold))
    return small
