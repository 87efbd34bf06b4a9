"""A column of the record as one sheet holds it, read in the way that the schema names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.cells import (
    Parsed,
    Texts,
    parse_categories,
    parse_counts,
    parse_flags,
    parse_grades,
    parse_ids,
    parse_numbers,
    parse_texts,
    parse_words,
)
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.reporting import read_manager
from my121_analytics.ingest.reading.sheet_rows import SheetRows, categorical
from my121_analytics.workforce.schema import TABLES, Column

FULL_TIME_LIMIT = 1.5
"""FTE above this is hours or a percentage, not a share; two full-time posts are two rows."""


def read_columns(rows: SheetRows, context: Context, tables: Iterable[str], known: Iterable[str] = ()) -> dict[str, Any]:
    """Read every column of some tables for which the schema names a reader.

    Parameters
    ----------
    rows
        The sheet.
    context
        Settings and people.
    tables
        Tables of the record.
    known
        Columns that the caller has read.

    Returns
    -------
    dict
        One value per row of data by column: ids and categories as categoricals, flags 1, 0 or -1 (missing), dates
        as days. Columns that the sheet does not have are left out.
    """
    wanted = {column.name: column for table in tables for column in TABLES[table] if column.reader}
    found = {name: _READERS[column.reader](rows, column, context) for name, column in wanted.items()
             if name not in set(known)}
    return {name: values for name, values in found.items() if values is not None}


_Read = Callable[[SheetRows, Column, Context], Any]


def _reader(parse: Callable[[Column], Callable[[Texts], Parsed]]) -> _Read:
    """Build a reader from what parses a column's distinct texts; the kind of column says what its rows become."""
    def read(rows: SheetRows, column: Column, _: Context) -> Any:
        parse_texts_of = parse(column)
        if column.kind in ("number", "integer"):
            number_reader = cast(Callable[..., Parsed], parse_texts_of)
            parse_texts_of = partial(number_reader, decimal_comma=rows.sheet.decimal_comma)
        found = rows.optional(column.name, parse_texts_of)
        return None if found is None else _SHAPES[column.kind](found[0].values, found[1])
    return read


_SHAPES: Mapping[str, Callable[[np.ndarray, np.ndarray], Any]] = {
    "id": categorical, "category": categorical,
    "text": lambda values, codes: pd.Series(values, dtype="str").to_numpy()[codes],
    "integer": lambda values, codes: pd.array(values[codes]).astype("Int32"),
    "number": lambda values, codes: values[codes],
    "flag": lambda values, codes: values[codes]}


def _read_names(rows: SheetRows, column: Column, context: Context) -> pd.Categorical | None:
    return rows.names


def _read_leavers(rows: SheetRows, column: Column, context: Context) -> np.ndarray | None:
    return rows.has_left


def _read_posts(rows: SheetRows, column: Column, context: Context) -> pd.Categorical | None:
    """Read the post of each row: its own column, else the suffix of the employee's id."""
    found = rows.optional(column.name, parse_ids)
    return rows.assignment if found is None else categorical(found[0].values, found[1])


def _read_managers(rows: SheetRows, column: Column, context: Context) -> pd.Categorical | None:
    return read_manager(rows, context)


def _read_dates(rows: SheetRows, column: Column, context: Context) -> np.ndarray | None:
    return rows.optional_dates(column.name, context.settings.exports, context.latest_year)


def _parse_parts(texts: Texts) -> Parsed:
    """Read whether a part of the conversation's record is filled; any text in it says that it is."""
    found = parse_flags(texts, free_text=True)
    return replace(found, values=found.values == 1)


_READERS: Mapping[str, _Read] = {
    "names": _read_names, "leavers": _read_leavers, "posts": _read_posts, "managers": _read_managers,
    "dates": _read_dates,
    "texts": _reader(lambda _: parse_texts), "grades": _reader(lambda _: parse_grades),
    "categories": _reader(lambda column: partial(parse_categories, protected=column.protected)),
    "words": _reader(lambda column: partial(parse_words, table=column.vocabulary)),
    "flags": _reader(lambda _: parse_flags), "parts": _reader(lambda _: _parse_parts),
    "counts": _reader(lambda _: parse_counts),
    "shares": _reader(lambda _: partial(parse_numbers, check=lambda v: 0 <= v <= FULL_TIME_LIMIT,
                                        expected="a share between 0 and 1", units=("fte", "wte")))}
