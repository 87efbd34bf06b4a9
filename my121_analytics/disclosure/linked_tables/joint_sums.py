"""Tables that share keys in a ring: sums of one table by all the keys, which nobody shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from my121_analytics.disclosure.linked_tables.gathered import Gathered
from my121_analytics.disclosure.linked_tables.grids import CLOSE, SEPARATOR, Grid
from my121_analytics.disclosure.linked_tables.system import Ints
from my121_analytics.workforce.results import TOTAL

MOST_JOINT = 4_000
"""Cells of a table by all keys of a ring; more would take minutes, and are left out of what the attacker knows."""


def add_joint(gathered: Gathered, grids: Sequence[Grid], decided_by: Mapping[str, str]) -> None:
    """Tables that share keys in a ring (A by B, B by C, C by A) are sums of one table by all the keys.

    Tables that share keys in any other way always have such a table behind them: there it tells nothing more.
    """
    alike: dict[tuple[str, str], list[Grid]] = {}
    for grid in grids:
        for column in (c for c in grid.columns if c not in grid.bases and set(grid.keys) <= set(grid.sums)):
            alike.setdefault((grid.prefix(column), column), []).append(grid)
    for (prefix, column), of_column in alike.items():
        every = {key for grid in of_column for key in grid.keys}
        decided = {key for key in every if decided_by.get(key) in every}
        plain = [grid for grid in of_column if not decided & set(grid.keys) and grid.n]
        ring = _ring_of([frozenset(grid.keys) for grid in plain])
        if not ring:
            continue
        inside = [grid for grid in plain if set(grid.keys) <= ring]
        values = {key: sorted({v for grid in inside if key in grid.keys for v in grid.keys[key]} - {TOTAL})
                  for key in sorted(ring)}
        size = int(np.prod([len(known) for known in values.values()], dtype=np.float64))
        sums = [float(grid.truth[column][grid.parts(list(grid.keys))].sum()) for grid in inside]
        if size > MOST_JOINT or max(sums) - min(sums) > CLOSE or np.isnan(sums).any():
            continue
        unknown = np.full(size, np.nan)
        names = np.array([f"{prefix}{SEPARATOR}joint={number}" for number in range(size)], dtype=object)
        at = gathered.add(names, unknown, unknown).reshape([len(known) for known in values.values()])
        for grid in inside:
            _add_joint_rows(gathered, grid, column, at, values)


def _add_joint_rows(gathered: Gathered, grid: Grid, column: str, at: Ints, values: Mapping[str, list[str]]) -> None:
    places = {key: {value: number for number, value in enumerate(known)} for key, known in values.items()}
    rows, terms, weights = [], [], []
    for row in range(grid.n):
        cell = tuple(slice(None) if key not in grid.keys or grid.keys[key][row] == TOTAL
                     else places[key][grid.keys[key][row]] for key in values)
        parts = np.ravel(at[cell])
        rows += [row] * (len(parts) + 1)
        terms += [*parts.tolist(), int(grid.positions[column][row])]
        weights += [1.0] * len(parts) + [-1.0]
    gathered.add_rows(np.array(rows), np.array(terms), np.array(weights))


def _ring_of(edges: Sequence[frozenset[str]]) -> set[str]:
    """Give the keys that sets of keys share in a ring: what is left when every loose end is taken off."""
    left = set(edges)
    while True:
        counts = pd.Series([key for edge in left for key in edge]).value_counts() if left else pd.Series(dtype=int)
        trimmed = {frozenset(key for key in edge if counts[key] > 1) for edge in left} - {frozenset()}
        trimmed = {edge for edge in trimmed if not any(edge < other for other in trimmed)}
        if trimmed == left:
            return {key for edge in left for key in edge} if len(left) > 1 else set()
        left = trimmed
