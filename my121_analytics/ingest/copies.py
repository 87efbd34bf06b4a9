"""One export that is there twice: exact copies of rows, second downloads, hidden old sheets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.cells import clean, parse_numbers
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.workforce.row_keys import Coded, coded, find_repeated
from my121_analytics.workforce.schema import TABLES

_KEYS = ("post_id", "cycle", "placed_on", "held_on", "valid_from", "source", "kind", "n_set", "intervention", "due_on",
         "requirement_id", "readiness", "indicator", "tier", "directorate")
"""Columns that, with the employee, tell one row of an export from another; ``directorate`` for evidence only."""
_SAME_EXPORT = 0.8
"""Two sheets are one export where this share of the smaller one's people and periods is in the other."""
_FEWEST = 3
"""Rows in common below which two sheets may agree by chance."""
_KINDS = {column.name: column.kind for columns in TABLES.values() for column in columns}


def set_copies_aside(sheets: Sequence[SheetRows], context: Context) -> None:
    """Withhold rows and sheets that are there twice, and both of two versions of one export that differ.

    Parameters
    ----------
    sheets
        With their employees read.
    context
        Settings.

    Notes
    -----
    Nothing says which of two downloads is the right one: names and times of files change when they are copied. So
    where they differ neither is taken; where they agree one is. A hidden sheet gives way to one that is shown.
    """
    known = [rows for rows in sheets if rows.map.tables and "employee_id" in rows.map.columns]
    for rows in known:
        if "placements" in rows.map.tables:
            _withhold_repeats(rows)
    pairs = [_Pair(a, b, *found) for a, b in combinations(sorted(known, key=_preference), 2)
             if _shape(a) == _shape(b) and (found := _compare(a, b, context)) is not None]
    for pair in pairs:
        if _is_hidden(pair.second) and not _is_hidden(pair.first):
            _pass_over(pair, "hidden_version", str(int(pair.differs.sum())))
    pairs = [pair for pair in pairs if not _is_hidden(pair.second) or _is_hidden(pair.first)]
    for pair in pairs:
        if pair.differs.any():
            _take_neither(pair)
    for pair in pairs:
        if not pair.differs.any() and not pair.first.differs_from and not pair.second.differs_from:
            _pass_over(pair, "copied_sheet" if len(pair.at_second) == len(pair.second) else "copied_rows")


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two sheets that are one export: where its rows stand in both, and which of them differ."""

    first: SheetRows
    second: SheetRows
    at_second: np.ndarray
    differs: np.ndarray


def _pass_over(pair: _Pair, code: str, expected: str = "") -> None:
    """Withhold the rows of the second sheet that the first one has; all of them, where it is hidden."""
    rows = pair.second
    where = np.arange(len(rows)) if code == "hidden_version" else pair.at_second
    where = where[~rows.withheld[where]]
    if len(where):
        _log(rows, code, len(where), _name(pair.first), expected)
        rows.withhold(where)


def _take_neither(pair: _Pair) -> None:
    for rows, other in ((pair.first, pair.second), (pair.second, pair.first)):
        _log(rows, "versions_apart", len(pair.differs), _name(other), str(int(pair.differs.sum())))
        rows.differs_from = _name(other)
        rows.withhold(np.flatnonzero(~rows.withheld), is_lost=True)


def _preference(rows: SheetRows) -> tuple[bool, int, str, str]:
    """Order sheets so that the one to keep of two equal ones comes first: shown, then the shorter name."""
    return _is_hidden(rows), len(rows.sheet.file), rows.sheet.file, rows.sheet.name


def _is_hidden(rows: SheetRows) -> bool:
    return any(code == "hidden_sheet" for code, _ in rows.sheet.notes)


def _shape(rows: SheetRows) -> tuple[object, ...]:
    ratings = frozenset((source, axis) for source, axes in rows.map.ratings.items() for axis in axes)
    return rows.map.tables, ratings, frozenset(_key_columns(rows))


def _key_columns(rows: SheetRows) -> list[str]:
    evidence = "evidence" in rows.map.tables
    return [name for name in _KEYS if rows.has(name) and (name != "directorate" or evidence)]


def _withhold_repeats(rows: SheetRows) -> None:
    """Withhold rows of one sheet that say the same as an earlier one in every column that is read."""
    entered = np.flatnonzero(rows.employee.codes >= 0)
    keys = [coded(rows.employee), *(_coded(rows, name) for name in _key_columns(rows))]
    suspects = entered[find_repeated([(codes[entered], size) for codes, size in keys])]
    if not len(suspects):
        return
    everything = _numbers(rows, _all_columns(rows), suspects)
    repeats = suspects[pd.Series(everything).duplicated().to_numpy()]
    if len(repeats):
        first = suspects[np.flatnonzero(everything == everything[np.flatnonzero(suspects == repeats[0])[0]])[0]]
        _log(rows, "copied_rows", len(repeats), f"row {rows.rows[repeats[0]] + 1} of row {rows.rows[first] + 1}")
        rows.withhold(repeats)


def _compare(first: SheetRows, second: SheetRows, context: Context) -> tuple[np.ndarray, np.ndarray] | None:
    """Give where the rows of two sheets of one export stand in the second, and which differ; None for two exports."""
    a, b = (np.flatnonzero(rows.employee.codes >= 0) for rows in (first, second))
    if min(len(a), len(b)) < _FEWEST:
        return None
    of_first, of_second = (_numbered(_hashes(rows, _key_columns(rows), context)[where])
                           for rows, where in ((first, a), (second, b)))
    shared, at_a, at_b = np.intersect1d(of_first, of_second, return_indices=True)
    if len(shared) < _FEWEST or len(shared) < _SAME_EXPORT * min(len(a), len(b)):
        return None
    columns = [name for name in _all_columns(first) if name in _all_columns(second)]
    values = [_hashes(rows, columns, context) for rows in (first, second)]
    return b[at_b], values[0][a[at_a]] != values[1][b[at_b]]


def _numbered(keys: np.ndarray) -> np.ndarray:
    """Tell rows of one key apart by their place: a second conversation of the day is no copy of the first."""
    place = pd.Series(keys).groupby(keys).cumcount().to_numpy().astype(np.uint64)
    return keys + place * np.uint64(_ODD)


_ODD = 0x9E3779B97F4A7C15
"""Spreads hashes when they are put together, as in Fibonacci hashing (Knuth, The Art of Computer Programming, 6.4)."""


def _numbers(rows: SheetRows, columns: Sequence[str], where: np.ndarray) -> np.ndarray:
    """Give some rows one number each for their employee and some columns, as these are written in one sheet."""
    total = rows.employee.codes[where].astype(np.uint64)
    for name in columns:
        total = total * np.uint64(_ODD) + rows.texts(_position(rows, name))[0][where].astype(np.uint64)
    return total


def _coded(rows: SheetRows, name: str) -> Coded:
    codes, texts = rows.texts(_position(rows, name))
    return codes, len(texts)


def _hashes(rows: SheetRows, columns: Sequence[str], context: Context) -> np.ndarray:
    """Give each row one number for its employee and some columns; equal numbers are equal rows."""
    people = pd.util.hash_array(np.array([*rows.employee.categories, ""], dtype=object))
    total: np.ndarray = people[rows.employee.codes]
    for name in columns:
        codes, texts = rows.texts(_position(rows, name))
        total = total * np.uint64(_ODD) + pd.util.hash_array(_plain(rows, name, texts, context))[codes]
    return total


def _position(rows: SheetRows, name: str) -> int:
    source, _, axis = name.rpartition(":")
    return rows.map.ratings[source][axis] if ":" in name else rows.map.columns[name]


def _all_columns(rows: SheetRows) -> list[str]:
    ratings = [f"{source}:{axis}" for source, axes in sorted(rows.map.ratings.items()) for axis in sorted(axes)]
    return [*sorted(name for name in rows.map.columns if name != "employee_id"), *ratings]


def _plain(rows: SheetRows, name: str, texts: np.ndarray, context: Context) -> np.ndarray:
    """Write texts so that one day, number or word is one text, whichever program saved it."""
    kind = _KINDS.get(name, "text")
    if kind == "date":
        days = parse_dates(texts, context.settings.exports.date_order, context.latest_year).parsed.values
        return np.array([str(day) if not np.isnat(day) else clean(text) for day, text in
                         zip(days, texts, strict=True)], dtype=object)
    if kind in ("number", "integer") and ":" not in name:
        numbers = parse_numbers(texts, decimal_comma=rows.sheet.decimal_comma).values
        return np.array([str(number) if number == number else clean(text) for number, text in
                         zip(numbers, texts, strict=True)], dtype=object)
    return np.array([clean(text).casefold() for text in texts], dtype=object)


def _name(rows: SheetRows) -> str:
    return f"{rows.sheet.file}, {rows.sheet.name}" if rows.sheet.name else rows.sheet.file


def _log(rows: SheetRows, code: str, n: int, value: str, expected: str = "") -> None:
    rows.log.add(code, file=rows.sheet.file, sheet=rows.sheet.name, values=value, expected=expected, n=n)
