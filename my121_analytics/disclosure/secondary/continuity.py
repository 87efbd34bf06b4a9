"""What the release before hid of the same tables, so that this one hides the same where it costs about as much.

Only what was shown is looked at: a kept release holds values and marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from my121_analytics.disclosure.kept import Earlier
from my121_analytics.disclosure.linked_tables.system import Bools
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.workforce.results import About, Table

Usual = Mapping[str, frozenset[tuple[str, str]]]
"""Name of a table -> the keys of a row, as text, and the column of each count that was hidden in it before."""


def find_usual(about: About, name: str, table: Table, earlier: Mapping[str, Earlier]) -> frozenset[tuple[str, str]]:
    """List what was hidden when the same table was last released of another cycle or day.

    Parameters
    ----------
    about, name, table
        The result, the name that the table has in it, and the table.
    earlier
        Releases that were kept, by name.

    Returns
    -------
    frozenset of (str, str)
        Keys of the row and column; empty where there was no such table.
    """
    alike = [(kept.about.as_of, number, kept.frames[name]) for number, kept in sorted(earlier.items())
             if _same_subject(kept.about, about) and name in kept.frames
             and kept.tables[name].keys == table.keys and MARKER in kept.frames[name]]
    if not alike:
        return frozenset()
    frame = max(alike, key=lambda release: release[:2])[2]
    keys, marked = keys_of(frame, table), (frame[MARKER].astype("str") != "").to_numpy()
    counts = [c for c in frame.columns if c not in table.keys and c in table.frame
              and pd.api.types.is_numeric_dtype(frame[c].dtype)]
    return frozenset((keys[row], column) for column in counts
                     for row in np.flatnonzero(marked & frame[column].isna().to_numpy()))


def keys_of(frame: pd.DataFrame, table: Table) -> list[str]:
    """Give the keys of each row as text."""
    parts = [frame[key].astype("str").to_numpy(object) for key in table.keys]
    return ["|".join(cell) for cell in zip(*parts, strict=True)] if parts else [""] * len(frame)


def find_usual_cells(places: pd.DataFrame, tables: Mapping[str, Table], usual: Usual) -> Bools:
    """Say which counts of tables were hidden before.

    Parameters
    ----------
    places
        One row per count: table, row, column.
    tables
        By name.
    usual
        What was hidden before.

    Returns
    -------
    numpy.ndarray of bool
        One entry for each of ``places``.
    """
    out = np.zeros(len(places), dtype=bool)
    for name, rows in places.groupby("table", sort=False).indices.items():
        before = usual.get(str(name), frozenset())
        if before:
            keys = keys_of(tables[str(name)].frame, tables[str(name)])
            cells = places.iloc[rows]
            out[rows] = [(keys[row], column) in before
                         for row, column in zip(cells["row"], cells["column"], strict=True)]
    return out


def _same_subject(then: About, now: About) -> bool:
    """Say whether two results tell the same of the same kind of people, at another time."""
    before, after = then.subject, now.subject
    return then.topic == now.topic and before != after and replace(
        before, cycle=after.cycle, as_of=after.as_of) == after
