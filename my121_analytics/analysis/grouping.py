"""What every table by group has in common: the row for all groups, what the gate must know."""

from __future__ import annotations

from typing import Any

import pandas as pd

from my121_analytics.errors import DataUnusableError
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.schema import ORGANISATION, PROTECTED


def add_total(frame: pd.DataFrame, by: str, keys: list[str], counts: list[str]) -> pd.DataFrame:
    """Add rows for all groups together.

    Parameters
    ----------
    frame
        One row per group and keys.
    by
        The grouping column, as text.
    keys
        Further key columns that stay apart.
    counts
        Columns to add up.

    Returns
    -------
    pandas.DataFrame
        ``by``, the keys and the counts; the groups' rows first, then those with ``TOTAL`` in ``by``.
    """
    whole = frame.groupby(keys, sort=True)[counts].sum().reset_index() if keys else frame[counts].sum().to_frame().T
    return pd.concat([frame[[by, *keys, *counts]], whole.assign(**{by: TOTAL})], ignore_index=True)


def check_outcomes(found: pd.Series, labels: pd.DataFrame) -> None:
    """Refuse outcomes that have no label: they would drop out of the table without a word.

    Parameters
    ----------
    found
        Boxes or levels that were counted; 0 and below are no outcome.
    labels
        First column: the boxes or levels of the framework.

    Raises
    ------
    DataUnusableError
        Names them.
    """
    known = labels.iloc[:, 0]
    unknown = sorted({int(number) for number in found if number > 0} - set(known))
    if unknown:
        shown = ", ".join(map(str, unknown))
        raise DataUnusableError(f"The record holds {known.name} {shown}, which the framework does not have.",
                                hints=["Set the council's own map or levels under [framework]."])


def declare_group(by: str) -> dict[str, Any]:
    """Tell the release gate what kind of column a table is grouped by, as arguments of ``Table``."""
    return {"unit_columns": (by,) if by in ORGANISATION else (), "protected": (by,) if by in PROTECTED else ()}
