"""CSV for people with Excel and for programs: UTF-8 with BOM, ISO dates, ids as text, nothing that Excel would run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from my121_analytics.cell_text import guard
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.writing.staging import write_atomic
from my121_analytics.writing.tables import NOT_APPLICABLE, holds_codes, is_no_code


def write_csv(released: Released, table: str, path: Path, *, columns: Sequence[str] | None = None,
              private: bool = True) -> None:
    """Write one released table.

    Parameters
    ----------
    released
        Passed through the gate.
    table
        Name of the table in it.
    path
        File to write; replaced as a whole.
    columns
        Columns in order; default all. The marker column is written where something was withheld.
    private
        Make the file for its owner alone; False for an audience that anybody may belong to.

    Raises
    ------
    DisclosureError
        ``released`` has not passed the gate.
    """
    write_atomic(path, csv_bytes(released, table, columns=columns), private=private)


def csv_bytes(released: Released, table: str, *, columns: Sequence[str] | None = None) -> bytes:
    """Give one released table as the bytes of a file, for a run that writes all its files at once.

    Parameters
    ----------
    released, table, columns
        As for :func:`write_csv`.

    Raises
    ------
    DisclosureError
        ``released`` has not passed the gate.
    """
    frame = require_released(released, wanted_by="csv_bytes").tables[table]
    withheld = (frame[MARKER] != "").any()
    chosen = [c for c in (columns or frame.columns) if c != MARKER]
    text = frame[[*chosen, MARKER] if withheld else chosen]
    return as_text(_mark_no_placement(text)).to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")


def _mark_no_placement(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave the box or level of those without a placement empty, with a marker in a column of its own beside it."""
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        values = frame[name]
        columns[name] = values
        if (holds_codes(name, frame) and pd.api.types.is_numeric_dtype(values.dtype)
                and (none := is_no_code(values)).any()):
            columns[name] = values.astype("Int64").mask(none)
            columns[f"{name}_marker"] = pd.Series(none, index=frame.index).map({True: NOT_APPLICABLE, False: ""})
    return pd.DataFrame(columns, index=frame.index)


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the frame with dates in ISO form, flags as true and false, and text that no spreadsheet takes for a formula.

    Parameters
    ----------
    frame
        Any table.

    Returns
    -------
    pandas.DataFrame
        Text leading with ``= + - @``, tab or carriage return has an apostrophe in front, which our reader removes.
    """
    out = {}
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_datetime64_any_dtype(values.dtype):
            out[name] = values.dt.strftime("%Y-%m-%d")
        elif pd.api.types.is_bool_dtype(values.dtype):
            out[name] = values.map({True: "true", False: "false"})
        elif pd.api.types.is_numeric_dtype(values.dtype):
            out[name] = values
        else:
            out[name] = _disarm(values)
    return pd.DataFrame(out, index=frame.index, columns=frame.columns)


def _disarm(values: pd.Series) -> pd.Series:
    texts = values.astype("str")
    known = {text: guard(text) for text in texts.dropna().unique()}
    return texts if all(text is guarded for text, guarded in known.items()) else texts.map(known)
