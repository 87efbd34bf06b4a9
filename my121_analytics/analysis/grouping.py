"""What every table by group has in common: the row for all groups, what the gate must know, who is in it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from my121_analytics.wording.catalogue import say
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


def declare_group(by: str) -> dict[str, Any]:
    """Tell the release gate what kind of column a table is grouped by, as arguments of ``Table``."""
    return {"unit_columns": (by,) if by in ORGANISATION else (), "protected": (by,) if by in PROTECTED else ()}


def describe_population(code: str, cycle: str, filters: dict[str, str] | None) -> str:
    """Say who is in a table: everyone, or one unit.

    Parameters
    ----------
    code
        Entry of the catalogue's group ``population``.
    cycle
        The cycle, or the first and last.
    filters
        Column -> value, as given to the analysis.

    Returns
    -------
    str
    """
    whole = say("population", code, cycle=cycle)
    return f"{whole}; {', '.join(filters.values())}" if filters else whole
