"""Released tables as the attacker reads them: keys as text, counts as numbers, what is hidden and what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.workforce.results import TOTAL, Table
from my121_analytics.workforce.schema import TABLES

Texts = npt.NDArray[np.object_]

WHO = frozenset(column.name for table in ("employees", "posts") for column in TABLES[table]) | {
    "tenure_band", "cycle", "axis"}
"""Keys that say who people are; other keys that are summed over say what they got."""
NONE = "0"
"""The outcome "no placement": everybody counts in its base, in others' bases those who have an outcome."""
CLOSE = 1e-9
"""Counts are whole numbers: what differs by less is the same."""


@dataclass(frozen=True)
class Shown:
    """One released table.

    Parameters
    ----------
    name
        Of the table.
    frame
        What is shown; hidden counts are missing.
    table
        What it is; its frame holds the true counts, or the frame shown where they are not known.
    context
        The people and the measure: cells of different contexts are different numbers.
    within
        Column and unit that the whole table was cut to.
    reach
        What its sums are taken to lead to: ``all``, its ``own`` margins, or ``none`` (where it is not known of each
        row whom it counts).
    rounded_to
        Base to which each count was rounded, half way up; 0 where counts are shown as they are.
    withheld_most
        The highest count that is withheld from a rounded table.
    """

    name: str
    frame: pd.DataFrame
    table: Table
    context: str = ""
    within: tuple[tuple[str, str], ...] = ()
    reach: str = "all"
    rounded_to: int = 0
    withheld_most: float = np.inf


class Grid:
    """One table as the attacker reads it: keys as text, counts as numbers, positions in the gathered."""

    def __init__(self, one: Shown) -> None:
        table, frame = one.table, one.frame
        self.one = one
        aligned = len(table.frame) == len(frame)
        source = table.frame if aligned else frame
        self.n = len(frame)
        self.keys: dict[str, Texts] = {key: source[key].astype("str").to_numpy(object) for key in table.keys}
        self.cut_to: list[str] = []
        for column, unit in one.within:  # a table cut to a unit is about the rows of that unit
            if column not in self.keys:
                self.keys[column] = np.full(self.n, unit, dtype=object)
                self.cut_to.append(column)
        self.columns = _count_columns(table)
        self.shown = {c: numbers_of(frame[c]) for c in self.columns}
        self.truth = {c: numbers_of(source[c]) for c in self.columns}
        self.source = source
        self.marked: Bools = ((frame[MARKER].astype("str") != "").to_numpy() if MARKER in frame
                              else np.ones(self.n, dtype=bool))
        self.hidden: dict[str, Bools] = {c: np.isnan(self.shown[c]) & self.marked for c in self.columns}
        if one.rounded_to:
            self.hidden = {c: np.zeros(self.n, dtype=bool) for c in self.columns}
        totals = [k for k in table.keys if k not in table.sums and (self.keys[k] == TOTAL).any()]
        self.sums = [k for k in (*table.sums, *totals) if k in self.keys]  # margin rows tell what no table declares
        self.outcomes = [k for k in self.sums if k not in WHO and k not in table.unit_columns
                         and k not in table.protected]
        self.bases = [c for c in self.columns if c == table.base or c.startswith("base")] if self.outcomes else []
        self.positions: dict[str, Ints] = {}
        self.base_kind: dict[str, Texts] = {}
        for base in self.bases:
            self.base_kind[base] = _kind_of_base(self, base)

    def names(self, column: str, *, drop: Sequence[str] = (), add: Mapping[str, Texts] | None = None) -> Texts:
        """Name the count of each row, with some keys left out and others put in."""
        out: Texts = np.full(self.n, f"{self.one.context}|{column}", dtype=object)
        keys = {**self.keys, **(add or {})}
        if column in self.bases:
            drop = [*drop, *self.outcomes] if self.base_kind[column][0:1].any() else drop
            out = out + self.base_kind[column]
        for key in sorted(set(keys).difference(drop)):
            out = out + np.where(keys[key] == TOTAL, "", "|" + key + "=" + keys[key])
        return out

    def parts(self, keys: Sequence[str]) -> Bools:
        """Find the rows that are no margin over these keys."""
        return np.logical_and.reduce([np.ones(self.n, dtype=bool), *(self.keys[k] != TOTAL for k in keys)])

    def rounded(self, column: str) -> tuple[Ints, Floats, Floats]:
        """Give the rows with a count, and the lowest and highest that each may have been before it was rounded.

        Where a table lists only what occurs, a row that names its outcome counts somebody.
        """
        shown = self.shown[column]
        rows = np.flatnonzero(np.isfinite(shown) | self.marked)
        least, most = unround(shown[rows], self.one.rounded_to)
        least, most = np.where(np.isnan(least), 0.0, least), np.where(np.isnan(most), self.one.withheld_most, most)
        parts = self.parts(list(self.keys))
        places = np.prod([len(set(of[parts])) for of in self.keys.values()], dtype=np.float64)
        if column == self.one.table.count and parts.sum() < places and (self.truth[column][parts] > 0).all():
            named = self.one.frame[list(self.one.table.keys)].notna().all(axis="columns").to_numpy()
            least = np.where((parts & named)[rows], np.maximum(least, 1.0), least)
        return rows, least, most

    def groups(self, drop: Sequence[str]) -> Ints:
        """Number the rows by their other keys."""
        text: Texts = np.full(self.n, "", dtype=object)
        for key in sorted(set(self.keys).difference(drop)):
            text = text + "|" + self.keys[key]
        return np.asarray(pd.factorize(text)[0], dtype=np.int64)


def _kind_of_base(grid: Grid, base: str) -> Texts:
    """Say for each row whom its base counts: everybody, those with an outcome, or (empty) it cannot be told."""
    rows, groups = grid.parts(grid.outcomes), grid.groups(grid.outcomes)
    value = grid.truth[base]
    one_key = len(grid.outcomes) == 1
    none = grid.keys[grid.outcomes[0]] == NONE if one_key else np.zeros(grid.n, dtype=bool)
    size = groups.max(initial=-1) + 1
    for column in (c for c in grid.columns if not c.startswith("base")):
        if not (np.isfinite(grid.truth[column]) & np.isfinite(value)).any():
            continue  # nothing is known that could tell
        everybody = np.bincount(groups[rows], weights=grid.truth[column][rows], minlength=size)[groups]
        placed = np.bincount(groups[rows & ~none], weights=grid.truth[column][rows & ~none], minlength=size)[groups]
        if none.any() and not (np.abs(np.where(none, everybody, placed) - value) > CLOSE).any():
            return np.where(none, "/everybody", f"/placed:{grid.outcomes[0]}").astype(object)
        if not (np.abs(everybody - value) > CLOSE).any():
            return np.full(grid.n, "/everybody", dtype=object)
    return np.full(grid.n, "", dtype=object)


def unround(shown: Floats, base: int) -> tuple[Floats, Floats]:
    """Give the lowest and highest count that was rounded to each number shown, half way up."""
    return np.maximum(np.ceil(shown - base / 2), 0.0), np.ceil(shown + base / 2) - 1.0


def may_be_zero(grid: Grid, column: str) -> Bools:
    """Find the hidden counts that may be zeros: those of a group or row of which nothing is shown.

    Zeros are hidden together with a group that is wholly in one category, and on a row or a base too small to show.
    """
    table = grid.one.table
    if not grid.outcomes:
        of = [grid.hidden[c] for c in (table.count, table.base) if c is not None and c != column]
        wholes = np.logical_or.reduce([np.zeros(grid.n, dtype=bool), *of])
        zeros = np.logical_or.reduce([grid.shown[c] == 0 for c in grid.columns])
        return np.asarray(wholes & ~zeros, dtype=bool)
    out = np.zeros(grid.n, dtype=bool)
    kinds = grid.base_kind[grid.bases[0]] if grid.bases else np.full(grid.n, "", dtype=object)
    part_of_base = np.asarray(pd.factorize(kinds)[0], dtype=np.int64)
    for key in grid.outcomes:
        parts = grid.parts([key])
        plain = grid.groups([key])
        for groups in (plain, plain * (part_of_base.max(initial=0) + 1) + part_of_base):
            showing = np.bincount(groups[parts], weights=~grid.hidden[column][parts],
                                  minlength=groups.max(initial=-1) + 1)
            out |= parts & (showing[groups] == 0)
    return out & grid.hidden[column]


def _count_columns(table: Table) -> list[str]:
    """List the columns that count people, by what is declared and by name."""
    declared = [c for c in (table.count, *table.parts, table.base) if c is not None]
    named = [str(c) for c in table.frame.columns if str(c).startswith(("n_", "base")) and c not in table.keys
             and pd.api.types.is_numeric_dtype(table.frame[c].dtype)]
    return list(dict.fromkeys([*declared, *named]))


def is_reported(column: str, table: Table) -> bool:
    """Say whether a column holds hidden counts that need a range, rather than a further base."""
    return column.startswith("n_") or column in (table.count, table.base, *table.parts)


def numbers_of(values: pd.Series) -> Floats:
    """Give a column as numbers, missing where nothing is shown."""
    return pd.to_numeric(values).to_numpy("float64", na_value=np.nan, copy=True)


def holds(claim: Floats, truth: Floats) -> bool:
    """Say whether two columns are one: counts that a record does not hold prove nothing, for or against."""
    known = np.isfinite(claim) & np.isfinite(truth)
    enough = known.all() or known.sum() > 1  # of a kept release only what was shown is known
    return bool(known.any() and enough and (np.abs(claim - truth)[known] <= CLOSE).all())
