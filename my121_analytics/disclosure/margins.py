"""Secondary suppression, first form: what must go so that no hidden count can be had by subtraction.

Every sum that the tables of one result hold (categories to a base, groups to a margin row, people with and without an
outcome to everybody, two counts of a row to a third) is looked at by itself. A reader who knows the rule, the shown
cells and that hidden counts are at least 1 must be left with a range of at least the threshold for each hidden cell of
the sum; where that fails the next smallest cell goes too, and when no cell is left, the total itself. Cells that stand
in several tables are hidden in all of them. Several sums taken together are not attacked here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from my121_analytics.disclosure.suppression import (
    Bools,
    Mask,
    count_columns,
    group_codes,
    outcome_keys,
    threshold_of,
)
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import TOTAL, Table

Indices = npt.NDArray[np.int64]
UNLISTED = -1
"""A total that stands in none of the tables; the reader is taken to know it."""


@dataclass(frozen=True)
class Sum:
    """Cells that add up to a whole: positions in a :class:`Cells`, and the threshold that protects them.

    A sum between two bases has the inner one as ``given``: it is a part, but the outer one goes before it does, so
    that the shares of those who have an outcome keep their base.
    """

    parts: Indices
    whole: int
    threshold: int
    given: int = UNLISTED


@dataclass
class Cells:
    """All counts of a release in one line, equal cells of several tables or rows tied together.

    Parameters
    ----------
    values
        Counts, one a cell; missing ones are NaN.
    hidden
        What is hidden so far; changed while the sums are protected.
    tie
        For each cell the position that stands for it.
    start
        First position of each table and column.
    """

    values: npt.NDArray[np.float64]
    hidden: Bools
    tie: Indices
    start: dict[tuple[str, str], int] = field(default_factory=dict)

    def at(self, table: str, column: str, rows: Indices) -> Indices:
        """Give the positions that stand for some rows of a column."""
        return self.tie[self.start[table, column] + rows]


def protect_margins(tables: Mapping[str, Table], masks: Mapping[str, Mask],
                    settings: DisclosureSettings) -> dict[str, Mask]:
    """Hide what would give a hidden count away by subtraction.

    Parameters
    ----------
    tables
        The tables to be released together, by name.
    masks
        What is hidden in its own right, for each of them.
    settings
        Thresholds.

    Returns
    -------
    dict of str to Mask
        Masks that hide at least as much.
    """
    cells = _line_up(tables, masks)
    sums = [s for name, table in tables.items() for s in _find_sums(name, table, cells, threshold_of(table, settings))]
    changed = bool(cells.hidden.any())
    while changed:  # each round hides more or is the last
        before = int(cells.hidden.sum())
        for one in sums:
            _protect(one, cells)
        changed = int(cells.hidden.sum()) > before
    out = dict(masks)
    for (name, column), start in cells.start.items():
        rows = np.arange(start, start + len(tables[name].frame))
        out[name] = out[name].with_hidden(column, cells.hidden[cells.tie[rows]])
    return out


def _protect(one: Sum, cells: Cells) -> None:
    """Hide cells of one sum, the smallest first, until each hidden one keeps a wide enough range."""
    parts = one.parts
    hidden = cells.hidden[parts]
    whole_hidden = one.whole != UNLISTED and bool(cells.hidden[one.whole])
    if not hidden.any() and not whole_hidden:
        return
    values = cells.values[parts]
    if whole_hidden:
        if not hidden.any():
            _hide_smallest(one, cells)
        return
    while not wide_enough(values[cells.hidden[parts]], one.threshold):
        if not _hide_smallest(one, cells):
            if one.whole != UNLISTED:
                cells.hidden[one.whole] = True
            return


def wide_enough(values: npt.NDArray[np.float64], threshold: int) -> bool:
    """Say whether hidden cells of a known total each leave a range of the threshold: from 1 to total - others."""
    return len(values) > 1 and values.sum() - len(values) >= threshold


def _hide_smallest(one: Sum, cells: Cells) -> bool:
    """Hide the smallest cell that is shown and not zero; False where none is left."""
    candidates = one.parts[~cells.hidden[one.parts] & (cells.values[one.parts] > 0) & (one.parts != one.given)]
    if not len(candidates):
        return False
    cells.hidden[candidates[np.argmin(cells.values[candidates])]] = True
    return True


def _line_up(tables: Mapping[str, Table], masks: Mapping[str, Mask]) -> Cells:
    """Put all counts in one line and tie those that are one number: same people, same outcome, same value."""
    values: list[npt.NDArray[np.float64]] = []
    hidden: list[Bools] = []
    labels: list[pd.Series] = []
    start: dict[tuple[str, str], int] = {}
    position = 0
    for name, table in tables.items():
        for column in count_columns(table):
            start[name, column] = position
            numbers = pd.to_numeric(table.frame[column]).to_numpy("float64", na_value=np.nan)
            values.append(numbers)
            hidden.append(masks[name].cells[column])
            labels.append(_identities(table, column))
            position += len(numbers)
    if not values:
        return Cells(np.array([]), np.array([], dtype=bool), np.array([], dtype=np.int64), start)
    line = np.concatenate(values)
    known = pd.DataFrame({"label": np.concatenate(labels), "value": line})
    codes = known.groupby(["label", "value"], dropna=False, sort=False).ngroup().to_numpy()
    first = pd.Series(np.arange(len(line))).groupby(codes).transform("min").to_numpy(np.int64)
    flags = np.bincount(codes, weights=np.concatenate(hidden).astype(float))[codes] > 0
    return Cells(line, flags, first, start)


def _identities(table: Table, column: str) -> pd.Series:
    """Name each cell by whom it counts, so that a margin row is known again in another table.

    A base is named by its group alone: it is the same number in every row of the group (its value tells those who
    have an outcome from everybody).
    """
    frame = table.frame
    keys = list(table.keys)
    what = column
    if table.base is not None and frame[column].equals(frame[table.base]):
        keys = [k for k in keys if k not in outcome_keys(table)]
        what = "base"
    label = pd.Series(what, index=frame.index, dtype="object")
    for key in sorted(keys):
        value = frame[key].astype("str").fillna("")
        label = label + np.where(value == TOTAL, "", "|" + key + "=" + value)
    return label


def _find_sums(name: str, table: Table, cells: Cells, threshold: int) -> list[Sum]:
    """Find the sums of one table: over each of its additive keys, in each of its counts, and along its rows."""
    found = _sums_along_rows(name, table, cells, threshold)
    outcomes = outcome_keys(table)
    for key in table.sums:
        groups = group_codes(table.frame, [k for k in table.keys if k != key])
        total = (table.frame[key].astype("str") == TOTAL).to_numpy()
        order = np.argsort(groups, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
            for column in count_columns(table):
                if column == table.base and key in outcomes:
                    continue  # every category has the same base: it does not add up
                parts, totals = rows[~total[rows]], rows[total[rows]]
                found += _sums_of(name, column, parts, totals, cells, threshold,
                                  base=table.base if key in outcomes else None)
    return found


def _sums_along_rows(name: str, table: Table, cells: Cells, threshold: int) -> list[Sum]:
    """Find pairs of counts that make a third in every row: with and without a placement, and all posts."""
    columns = count_columns(table)
    rows = np.arange(len(table.frame))
    at = {column: cells.at(name, column, rows) for column in columns}
    values = {column: cells.values[positions] for column, positions in at.items()}
    found: list[Sum] = []
    for one, other in combinations(columns, 2):
        both = values[one] + values[other]
        for whole in columns:
            is_sum = whole not in (one, other) and bool((both == values[whole]).all())
            if is_sum and values[one].any() and values[other].any():
                found += [Sum(np.array([a, b]), int(c), threshold)
                          for a, b, c in zip(at[one], at[other], at[whole], strict=True)]
    return found


def _sums_of(name: str, column: str, parts: Indices, totals: Indices, cells: Cells, threshold: int, *,
             base: str | None) -> list[Sum]:
    """Find what the parts add up to: a margin row, a base, or a total that stands nowhere."""
    if not len(parts):
        return []
    at = cells.at(name, column, parts)
    values = cells.values[at]
    summed = float(np.nansum(values))
    found = [Sum(at, int(whole), threshold) for whole in cells.at(name, column, totals)
             if cells.values[whole] == summed]
    if base is not None:
        found += _sums_to_bases(cells.at(name, base, parts), at, cells, threshold)
    return found or [Sum(at, UNLISTED, threshold)]


def _sums_to_bases(bases: Indices, parts: Indices, cells: Cells, threshold: int) -> list[Sum]:
    """Find the bases that parts add up to, and those between them: with an outcome + without = everybody."""
    found: list[Sum] = []
    between: list[Sum] = []
    met: list[tuple[int, Bools]] = []
    for base in dict.fromkeys(bases.tolist()):
        own = bases == base
        for rows in (own, np.ones(len(parts), dtype=bool)):
            if float(np.nansum(cells.values[parts[rows]])) == cells.values[base]:
                found.append(Sum(parts[rows], base, threshold))
                met.append((base, rows))
                break
    for inner, rows in met:
        for outer, more in met:
            if inner != outer and bool((more | ~rows).all()) and bool((more & ~rows).any()):
                between.append(Sum(np.append(parts[more & ~rows], inner), outer, threshold, inner))
    return between + found
