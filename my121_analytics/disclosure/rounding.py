"""Rounding instead of hiding: every count to the nearest five, and what follows from counts worked out anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from my121_analytics.disclosure.suppression import LABELS, MARKER, count_columns, find_small
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import TOTAL, Table
from my121_analytics.workforce.single_counts import outcome_keys


def round_count(value: float, base: int) -> int:
    """Round one count to the nearest multiple of a base; half way goes up."""
    return int(np.floor(value / base + 0.5)) * base


def find_narrow_parts(values: Sequence[float], settings: DisclosureSettings) -> npt.NDArray[np.bool_]:
    """Find which of some numbers must be withheld when rounded, where everybody knows what they add up to.

    Returns
    -------
    numpy.ndarray
        True for a number that may be small, and of which the others would leave fewer values than there are behind a
        shown 0. One number alone is known from no others.
    """
    if len(values) < 2:
        return np.zeros(len(values), dtype=bool)
    base, total = settings.round_to, float(np.sum(values))
    rounded = np.array([round_count(value, base) for value in values], dtype=np.float64)
    least, most = np.maximum(np.ceil(rounded - base / 2), 0.0), np.ceil(rounded + base / 2) - 1.0
    may_be_small = least < settings.threshold
    withheld = np.zeros(len(rounded), dtype=bool)
    # Each count withheld widens the others' ranges, so that the narrow ones are looked for again. What a
    # reader knows of one is the total less the ends of all others (Willenborg and de Waal, Elements of Statistical
    # Disclosure Control, 2001).
    while True:
        low = np.where(withheld, 0.0, least)
        high = np.where(withheld, most[may_be_small].max(initial=0.0), most)
        low, high = np.maximum(low, total - (high.sum() - high)), np.minimum(high, total - (low.sum() - low))
        few = high - low + 1 < (base + 1) // 2
        more = few & (low < settings.threshold) & (high >= 1) & ~withheld
        if not more.any():
            return withheld
        withheld |= more


def withhold_counts(table: Table, frame: pd.DataFrame, column: str, rows: npt.NDArray[np.int64],
                    marker: str) -> pd.DataFrame:
    """Take some rounded counts out of a table, with the shares on their rows.

    Returns
    -------
    pandas.DataFrame
        A new frame, in which these rows are marked.
    """
    out = frame.copy()
    out.loc[rows, column] = pd.NA
    labels = {*table.keys, *table.unit_columns, *LABELS}
    for other in (c for c in out.columns if c not in labels and pd.api.types.is_float_dtype(out[c].dtype)):
        out.loc[rows, other] = np.nan
    out.loc[rows, MARKER] = marker
    return out


def round_table(table: Table, settings: DisclosureSettings) -> pd.DataFrame:
    """Round every count of a table by itself, totals included.

    Parameters
    ----------
    table
        The rows to be released.
    settings
        Base of the rounding, thresholds and marker.

    Returns
    -------
    pandas.DataFrame
        Counts are multiples of the base, so that totals may not add up. A share is that of the rounded counts;
        whatever else was computed from counts is missing, and the row is marked. In a table that lists only what
        occurs, an outcome is not named that tells what a whole group got, or whose count is shown as 0: being listed
        would tell that it is not 0.
    """
    frame = table.frame
    counts = [*count_columns(table), *(str(c) for c in frame.columns if str(c).startswith("base"))]
    counts = [c for c in dict.fromkeys(counts) if pd.api.types.is_numeric_dtype(frame[c].dtype)]
    groups = {*table.keys, *table.unit_columns}
    names = find_small(table, settings).names
    out = frame.copy()
    for column in counts:
        out[column] = _rounded(frame[column], settings.round_to)
    if table.count is not None:
        names = names | _tells_by_being_listed(table, out[table.count])
    lost = names.copy()
    for column in (c for c in frame.columns if c not in counts):
        if column in outcome_keys(table) or column in LABELS:
            out[column] = _without(frame[column], names)
        elif column not in groups:
            out[column] = _share(frame, out, str(column), table.base, counts)
            lost |= (frame[column].notna() & out[column].isna()).to_numpy(bool)
    return out.assign(**{MARKER: np.where(lost, settings.marker, "")})


def _tells_by_being_listed(table: Table, rounded: pd.Series) -> npt.NDArray[np.bool_]:
    """Find the rows shown as 0 of a table that lists only what occurs."""
    labels = table.frame[list(table.keys)].astype("str")
    parts = (labels != TOTAL).all(axis="columns").to_numpy()
    places = np.prod([labels.loc[parts, key].nunique() for key in table.keys], dtype=np.float64)
    if parts.sum() >= places or not (_numbers(table.frame[str(table.count)])[parts] > 0).all():
        return np.zeros(len(labels), dtype=bool)
    return np.asarray(parts & (rounded == 0).fillna(False).to_numpy(bool), dtype=bool)


def _rounded(values: pd.Series, base: int) -> pd.Series:
    numbers = pd.to_numeric(values).to_numpy("float64", na_value=np.nan)
    rounded = np.floor(numbers / base + 0.5) * base
    return pd.Series(pd.array(rounded, dtype="Float64"), index=values.index).astype("Int64")


def _share(frame: pd.DataFrame, rounded: pd.DataFrame, column: str, base: str | None, counts: list[str]) -> pd.Series:
    """Work a share out anew; anything else cannot be."""
    nothing = pd.Series(np.nan, index=frame.index)
    if base is None or not pd.api.types.is_numeric_dtype(frame[column].dtype):
        return nothing
    whole, shares = _numbers(frame[base]), _numbers(frame[column])
    for count in counts:
        use = (whole > 0) & np.isfinite(shares)
        if count == base or not use.any():
            continue
        if np.allclose(_numbers(frame[count])[use] / whole[use], shares[use], atol=1e-9):
            new_whole = _numbers(rounded[base])
            share = np.divide(_numbers(rounded[count]), new_whole, out=np.full(len(frame), np.nan), where=new_whole > 0)
            return pd.Series(np.minimum(share, 1.0), index=frame.index)
    return nothing


def _without(values: pd.Series, rows: npt.NDArray[np.bool_]) -> pd.Series:
    if not rows.any():
        return values
    return (values.astype("Int64") if pd.api.types.is_integer_dtype(values.dtype) else values).mask(rows)


def _numbers(values: pd.Series) -> npt.NDArray[np.float64]:
    return pd.to_numeric(values).to_numpy("float64", na_value=np.nan)
