"""Released tables as the attacker reads them: keys as text, counts as numbers, what is hidden and what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.workforce.results import TOTAL, Count, Subject, Table
from my121_analytics.workforce.schema import MANAGER, TABLES
from my121_analytics.workforce.single_counts import PLACED, are_none, is_base_of

Texts = npt.NDArray[np.object_]

WHO = frozenset(column.name for table in ("employees", "posts") for column in TABLES[table]) | {
    "tenure_band", "cycle", "axis"}
"""Keys that say who people are; other keys that are summed over say what they got."""
EVERYBODY = "/everybody"
"""Of a base that counts those with an outcome and those without."""
SEPARATOR = "\x1f"
"""Between the parts of a name: no unit is called so."""
Nesting = Mapping[tuple[str, str], Mapping[str, str]]
"""(``service``, ``directorate``) -> service -> the directorate it belongs to."""
EDITION = "\x1d"
"""In a name, before the edition of a record that has since been corrected."""
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
        The people and the measure: undeclared counts of different contexts are different numbers.
    subject
        What its result is about: gives declared counts their cycle and source.
    within
        Column and unit that the whole table was cut to.
    reach
        What its sums are taken to lead to: ``all``, its ``own`` margins, or ``none`` (where it is not known of each
        row whom it counts).
    rounded_to
        Base to which each count was rounded, half way up; 0 where counts are shown as they are.
    withheld_most
        The highest count that is withheld from a rounded table.
    edition
        Set for a release whose record has since been corrected: its counts are numbers of their own, near to those
        of today.
    changed
        For such a release: cycle -> by how much the parts of any whole have changed, up and down together.
    unprinted
        Counts of the whole council that no table prints and a reader may know: code, cycle, how many.
    """

    name: str
    frame: pd.DataFrame
    table: Table
    context: str = ""
    within: tuple[tuple[str, str], ...] = ()
    reach: str = "all"
    rounded_to: int = 0
    withheld_most: float = np.inf
    subject: Subject | None = None
    edition: str = ""
    changed: Mapping[str, float] = field(default_factory=dict)
    unprinted: tuple[tuple[str, str, int], ...] = ()


class Grid:
    """One table as the attacker reads it: keys as text, counts as numbers, positions among all counts."""

    def __init__(self, as_shown: Shown, nesting: Nesting | None = None) -> None:
        table, frame = as_shown.table, as_shown.frame
        self.as_shown = as_shown
        aligned = len(table.frame) == len(frame)
        source = table.frame if aligned else frame
        self.n = len(frame)
        self.keys: dict[str, Texts] = {key: _plain_text(source[key]) for key in table.keys}
        self.cut_to: list[str] = []
        for column, unit in as_shown.within:  # a table cut to a unit is about the rows of that unit
            if column not in self.keys:
                self.keys[column] = np.full(self.n, unit, dtype=object)
                self.cut_to.append(column)
        self.nesting = nesting or {}
        self.columns = _count_columns(table)
        self.shown = {c: numbers_of(frame[c]) for c in self.columns}
        self.truth = {c: numbers_of(source[c]) for c in self.columns}
        self.source = source
        self.marked: Bools = ((frame[MARKER].astype("str") != "").to_numpy() if MARKER in frame
                              else np.ones(self.n, dtype=bool))
        self.hidden: dict[str, Bools] = {c: np.isnan(self.shown[c]) & self.marked for c in self.columns}
        if as_shown.rounded_to:
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

    def prefix(self, column: str) -> str:
        """Name who is counted in a column, apart from the keys."""
        edition = f"{EDITION}{self.as_shown.edition}" if self.as_shown.edition else ""
        if not self.is_declared(column) or self.as_shown.subject is None:
            return f"{self.as_shown.context}/{column}{edition}"
        return name_count(self.as_shown.table.counts[column], self.as_shown.subject) + edition

    def attribute(self, column: str, key: str) -> str:
        """Name what a key column stands for in a count; empty where it says nothing of who is counted."""
        count = self.as_shown.table.counts.get(column)
        return key if count is None else count.keys.get(key, key)

    def names(self, column: str, *, drop: Sequence[str] = (), add: Mapping[str, Texts] | None = None,
              prefix: str = "") -> Texts:
        """Name the count of each row, with some keys left out and others put in."""
        out: Texts = np.full(self.n, prefix or self.prefix(column), dtype=object)
        keys = {key: values for key, values in self.keys.items() if key not in drop}
        kind = self.base_kind.get(column)
        if kind is not None and kind[0:1].any():
            keys = {key: values for key, values in keys.items() if key not in self.outcomes}
        keys = {name: values for key, values in keys.items() if (name := self.attribute(column, key))}
        if kind is not None and not self.is_declared(column):
            out = out + kind
        elif kind is not None:
            out = out + np.where(kind == "", f"/{column}", "")
            keys[PLACED] = np.array([of.partition(":")[2] or TOTAL for of in kind], dtype=object)
        keys |= {key: np.full(self.n, value, dtype=object) for key, value in self._where(column)} | dict(add or {})
        for key in sorted(keys):
            is_said = (keys[key] != TOTAL) & ~self._is_implied(key, keys)
            out = out + np.where(is_said, SEPARATOR + key + "=" + keys[key], "")
        return out

    def is_declared(self, column: str) -> bool:
        """Say whether it is declared who is counted in a column."""
        return column in self.as_shown.table.counts and self.as_shown.subject is not None

    def _where(self, column: str) -> tuple[tuple[str, str], ...]:
        count = self.as_shown.table.counts.get(column)
        return () if count is None else count.where

    def _is_implied(self, key: str, keys: Mapping[str, Texts]) -> Bools:
        """Find the rows whose unit is told by a smaller unit, which belongs to it and to no other."""
        out = np.zeros(self.n, dtype=bool)
        for (child, parent), belongs in self.nesting.items():
            if parent == key and child in keys:
                above = np.array([belongs.get(value, "") for value in keys[child]], dtype=object)
                out |= (above == keys[key]) & (above != "")
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
        least, most = unround(shown[rows], self.as_shown.rounded_to)
        highest = self.as_shown.withheld_most
        # Larger counts are withheld with all that stands beside a table: the rule was not kept there.
        withheld = np.where(self.truth[column][rows] > highest, np.inf, highest)
        least, most = np.where(np.isnan(least), 0.0, least), np.where(np.isnan(most), withheld, most)
        least = np.where(self.occurs(column)[rows], np.maximum(least, 1.0), least)
        return rows, least, most

    def occurs(self, column: str) -> Bools:
        """Find the rows that count somebody because they are there: those of a table that lists only what occurs.

        Such a table has fewer rows than its keys have values to combine, and no row of nobody.
        """
        parts = self.parts(list(self.keys))
        places = np.prod([len(set(of[parts])) for of in self.keys.values()], dtype=np.float64)
        is_listing = column == self.as_shown.table.count and parts.sum() < places and not (
            self.truth[column][parts] == 0).any()
        named = self.as_shown.frame[list(self.as_shown.table.keys)].notna().all(axis="columns").to_numpy()
        return np.asarray(parts & named & is_listing, dtype=bool)

    def groups(self, drop: Sequence[str]) -> Ints:
        """Number the rows by their other keys."""
        text: Texts = np.full(self.n, "", dtype=object)
        for key in sorted(set(self.keys).difference(drop)):
            text = text + "|" + self.keys[key]
        return np.asarray(pd.factorize(text)[0], dtype=np.int64)


def name_count(count: Count, subject: Subject) -> str:
    """Name who is counted: what, whose placements where they are not the manager's, and in which cycle."""
    source = "" if subject.source in ("", MANAGER) else f":{subject.source}"
    return f"{count.what}{source}@{count.cycle or subject.cycle}"


def _plain_text(values: pd.Series) -> Texts:
    """Give keys as text without the character that names are put together with."""
    text = values.astype("str").to_numpy(object)
    return np.array([str(value).replace(SEPARATOR, " ") for value in text], dtype=object)


def _kind_of_base(grid: Grid, base: str) -> Texts:
    """Say for each row whom its base counts: everybody, those with an outcome, or (empty) it cannot be told.

    Of a kept table all of whose counts are hidden no number tells: then it is what it is in every table of ours.
    """
    rows, groups = grid.parts(grid.outcomes), grid.groups(grid.outcomes)
    value = grid.truth[base]
    none = are_none(grid.outcomes, grid.keys[grid.outcomes[0]])
    size = groups.max(initial=-1) + 1
    counts = [column for column in grid.columns if is_base_of(base, column)]
    telling = [column for column in counts if (np.isfinite(grid.truth[column]) & np.isfinite(value)).any()]
    if counts and not telling:
        return np.where(none, EVERYBODY, f"/placed:{grid.outcomes[0]}" if none.any() else EVERYBODY).astype(object)
    for column in telling:
        everybody = np.bincount(groups[rows], weights=grid.truth[column][rows], minlength=size)[groups]
        placed = np.bincount(groups[rows & ~none], weights=grid.truth[column][rows & ~none], minlength=size)[groups]
        if none.any() and not (np.abs(np.where(none, everybody, placed) - value) > CLOSE).any():
            return np.where(none, EVERYBODY, f"/placed:{grid.outcomes[0]}").astype(object)
        if not (np.abs(everybody - value) > CLOSE).any():
            return np.full(grid.n, EVERYBODY, dtype=object)
    return np.full(grid.n, "", dtype=object)


def unround(shown: Floats, base: int) -> tuple[Floats, Floats]:
    """Give the lowest and highest count that was rounded to each number shown, half way up."""
    return np.maximum(np.ceil(shown - base / 2), 0.0), np.ceil(shown + base / 2) - 1.0


def may_be_zero(grid: Grid, column: str) -> Bools:
    """Find the hidden counts that may be zeros: those of a group or row of which nothing is shown.

    Zeros are hidden together with a group that is wholly in one category, and on a row or a base too small to show; but
    a row of a table that lists only what occurs is no zero, whatever is hidden with it. Where all the rest of a group
    is shown as 0, those that are hidden are not all in one category either: that rest would be hidden with them.
    """
    table = grid.as_shown.table
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
            showing, size = (np.bincount(groups[parts], weights=of[parts], minlength=groups.max(initial=-1) + 1)[groups]
                             for of in (~grid.hidden[column], np.ones(grid.n)))
            every, noughts = (np.bincount(plain[parts], weights=of[parts], minlength=plain.max(initial=-1) + 1)[plain]
                              for of in (np.ones(grid.n), grid.shown[column] == 0))
            out |= parts & (showing == 0) & ~((every > size) & (noughts == every - size))
    return out & grid.hidden[column] & ~grid.occurs(column)


def _count_columns(table: Table) -> list[str]:
    """List the columns that count people, by what is declared and by name."""
    declared = [c for c in (table.count, *table.parts, table.base, *table.counts) if c is not None]
    named = [str(c) for c in table.frame.columns if str(c).startswith(("n_", "base")) and c not in table.keys
             and pd.api.types.is_numeric_dtype(table.frame[c].dtype)]
    return list(dict.fromkeys([*declared, *named]))


def is_reported(column: str, table: Table) -> bool:
    """Say whether a column holds hidden counts that need a range, rather than a further base."""
    return column in (table.count, table.base, *table.parts) or column in table.counts or column.startswith("n_")


def numbers_of(values: pd.Series) -> Floats:
    """Give a column as numbers, missing where nothing is shown."""
    return pd.to_numeric(values).to_numpy("float64", na_value=np.nan, copy=True)


def holds(claim: Floats, truth: Floats) -> bool:
    """Say whether two columns are one: counts that a record does not hold prove nothing, for or against."""
    known = np.isfinite(claim) & np.isfinite(truth)
    enough = known.all() or known.sum() > 1  # of a kept release only what was shown is known
    return bool(known.any() and enough and (np.abs(claim - truth)[known] <= CLOSE).all())
