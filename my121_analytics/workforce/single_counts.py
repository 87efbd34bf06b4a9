"""Who is counted by one cell of a table: its declaration together with the keys of its row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from my121_analytics.workforce.results import TOTAL, Count, Subject, Table
from my121_analytics.workforce.schema import TABLES

GROUPING = frozenset(column.name for table in ("employees", "posts") for column in TABLES[table]) | {
    "tenure_band", "tenure_months", "cycle", "axis"}
"""What people are grouped by. A key that a table sums over and that is not one of these is an outcome."""
NONE = "0"
"""The outcome "no placement": everybody counts in its base, in others' bases those who have an outcome."""
STEPS = frozenset({"step", "performance_step", "potential_step"})
"""Outcomes of which 0 is a step of no size, not "no placement"."""
PLACED = "placed"
"""Attribute of those with an outcome: with a ``box``, or with a ``level``."""


def outcome_keys(table: Table) -> list[str]:
    """Give the keys that say what people got rather than who they are."""
    return [k for k in table.sums if k not in GROUPING and k not in table.unit_columns and k not in table.protected]


def are_none(outcomes: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Say which values of a table's only outcome are "no placement"; of several outcomes, and of steps, none is."""
    is_one = len(outcomes) == 1 and outcomes[0] not in STEPS
    return np.asarray(values == NONE) if is_one else np.zeros(len(values), dtype=bool)


def find_count(table: Table, row: int, column: str, subject: Subject) -> Count | None:
    """Say who is counted by one cell, whatever table it stands in.

    Parameters
    ----------
    table
        With its declarations.
    row
        Position in the table.
    column
        That counts.
    subject
        What its result is about: gives the cycle.

    Returns
    -------
    Count or None
        With the cycle and all attributes, and no keys; None where it is not declared whom the column counts.
    """
    declared = table.counts.get(column)
    if declared is None:
        return None
    keys = {key: str(table.frame[key].astype("str").iloc[row]) for key in table.keys}
    more = {}
    outcomes = outcome_keys(table)
    if outcomes and (column == table.base or column.startswith("base")):
        whose = _say_base(table, row, column, outcomes)
        if whose is None:
            return None
        keys, more = {key: value for key, value in keys.items() if key not in outcomes}, whose
    where = {declared.keys.get(key, key): value for key, value in keys.items()} | more | dict(declared.where)
    said = tuple(sorted((key, value) for key, value in where.items() if key and value != TOTAL))
    return replace(declared, cycle=declared.cycle or subject.cycle, where=said, keys={})


def _say_base(table: Table, row: int, base: str, outcomes: list[str]) -> dict[str, str] | None:
    """Say whom the base of a row counts: everybody (nothing to add), or those placed; None where it cannot be told."""
    frame = table.frame
    is_part = (frame[outcomes].astype("str") != TOTAL).all(axis="columns").to_numpy()
    is_none = are_none(outcomes, frame[outcomes[0]].astype("str").to_numpy())
    others = [key for key in table.keys if key not in outcomes]
    group = pd.factorize(pd.MultiIndex.from_frame(frame[others].astype("str")))[0] if others else np.zeros(len(frame),
                                                                                                           np.int64)
    of_base = pd.to_numeric(frame[base]).to_numpy(np.float64, na_value=np.nan)
    for column in (name for name in table.counts if is_base_of(base, name)):
        n = pd.to_numeric(frame[column]).to_numpy(np.float64, na_value=np.nan)
        everybody = np.bincount(group[is_part], n[is_part], group.max(initial=0) + 1)[group]
        placed = np.bincount(group[is_part & ~is_none], n[is_part & ~is_none], group.max(initial=0) + 1)[group]
        if is_none.any() and (np.where(is_none, everybody, placed) == of_base).all():
            return {} if is_none[row] else {PLACED: outcomes[0]}
        if (everybody == of_base).all():
            return {}
    return None


def is_base_of(base: str, column: str) -> bool:
    """Say whether the shares of a column may be of a base: that of all columns, or the one of its own name.

    Of a kept table what was hidden cannot tell any more that ``n_before`` does not add up to ``base_after``.
    """
    of_base, of_column = (name.partition("_")[2] for name in (base, column))
    return not column.startswith("base") and of_base in ("", of_column)
