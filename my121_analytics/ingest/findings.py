"""What the intake has to say: findings, and the rows that were stopped, gathered while sheets are read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.validation import RULES
from my121_analytics.wording.catalogue import codes, say

FINDING_COLUMNS = ("code", "severity", "file", "sheet", "row", "column", "value", "message", "remedy", "n")
QUARANTINE_COLUMNS = ("file", "sheet", "row", "column", "value", "reason", "message", "record")
_SEVERITIES = ("error", "warning", "info")
_SINGLE_LINES = 20
"""Up to this many cases of one kind in a column are listed one by one; more are put together by value."""
_BY_VALUE = ("rater_unknown", "rater_repaired", "rater_name_disagrees", "unknown_manager", "ambiguous_manager",
             "manager_name_disagrees", "manager_contradicts", "manager_vacant", "implausible_manager",
             "implausible_rater")
"""Findings about one person's name, which is mended once: one line each, whatever their number."""
_VALUES_LISTED = 50
"""More distinct values than this become one line with their number."""


@dataclass
class Log:
    """Findings in the order in which they were made."""

    _parts: list[tuple[str, str, str, int | None, str, str, str, int]] = field(default_factory=list)

    def add(self, code: str, *, file: str = "", sheet: str = "", rows: np.ndarray | None = None, column: str = "",
            values: Sequence[str] | np.ndarray | str = "", expected: Sequence[str] | np.ndarray | str = "",
            n: int | None = None) -> None:
        """Add a finding: about rows of a sheet (counted from 1), or about a file, sheet or column as a whole.

        Parameters
        ----------
        code
            Rule.
        file, sheet, column
            Where.
        rows
            One per case; None for a finding about no row.
        values, expected
            One text for all, or one per row.
        n
            Number of cases where there are no rows.
        """
        if rows is None:
            self._parts.append((code, file, sheet, None, column, str(values), str(expected), 1 if n is None else n))
            return
        if not len(rows):
            return
        table = pd.DataFrame({"row": np.asarray(rows), "value": values, "expected": expected})
        counted = table.assign(n=1)
        if len(table) > _SINGLE_LINES or code in _BY_VALUE:
            sizes = table.groupby(["value", "expected"], sort=False)["row"].agg(["first", "size"]).reset_index()
            counted = sizes.rename(columns={"first": "row", "size": "n"})
            if len(counted) > _VALUES_LISTED:
                counted = counted.head(1).assign(n=len(table))
        self._parts.extend((code, file, sheet, int(r), column, str(v), str(e), int(c)) for r, v, e, c in
                           zip(counted["row"], counted["value"], counted["expected"], counted["n"], strict=True))

    def add_line(self, code: str, file: str, sheet: str, row: int, column: str, value: str, n: int,
                 expected: str = "") -> None:
        """Add one line about a row of a sheet (counted from 1) that stands for ``n`` cases."""
        self._parts.append((code, file, sheet, row, column, value, expected, n))

    def frame(self) -> pd.DataFrame:
        """Give the findings as a table with their sentences; errors first, else as found."""
        rows = [(code, RULES[code].severity, file, sheet, row, column, value,
                 say(_group_of(code, n), code, column=column or "The cell", value=value, expected=expected, n=n),
                 RULES[code].remedy, n) for code, file, sheet, row, column, value, expected, n in self._parts]
        rows.sort(key=lambda row: _SEVERITIES.index(row[1]))
        columns = dict(zip(FINDING_COLUMNS, zip(*rows, strict=True), strict=True)) if rows else {}
        dtypes = {"row": "Int64", "n": "int64"}
        return pd.DataFrame({name: pd.array(columns.get(name, ()), dtype=dtypes.get(name, "str"))
                             for name in FINDING_COLUMNS})


def _group_of(code: str, n: int) -> str:
    """Give the group of the catalogue that has a message: some speak of one case otherwise than of several."""
    return "rule_message_one" if n == 1 and code in codes("rule_message_one") else "rule_message"


@dataclass
class Stops:
    """Why rows of one sheet cannot be entered; a row is stopped once, whatever the number of its faults."""

    _parts: list[pd.DataFrame] = field(default_factory=list)

    def add(self, code: str | np.ndarray, rows: np.ndarray, column: str, values: np.ndarray | str,
            expected: np.ndarray | str = "") -> None:
        """Stop rows (positions in the sheet, counted from 0) for a cell of one column."""
        if len(rows):
            self._parts.append(pd.DataFrame({"position": rows, "code": code, "column": column, "value": values,
                                             "expected": expected}))

    @property
    def positions(self) -> np.ndarray:
        """Rows stopped (positions in the sheet, counted from 0)."""
        return pd.unique(pd.concat(self._parts)["position"]) if self._parts else np.array([], dtype=np.int64)

    @property
    def n_rows(self) -> int:
        """Number of rows stopped."""
        return len(self.positions)

    def values_of(self, code: str) -> set[str]:
        """Give the distinct cells for which rows were stopped by one rule."""
        return {str(value).strip() for part in self._parts for value in part.loc[part["code"] == code, "value"]}

    def drop(self, rows: np.ndarray) -> None:
        """Let rows go (positions in the sheet, counted from 0) that are no data."""
        self._parts = [part for old in self._parts if len(part := old[~old["position"].isin(rows)])]

    def log(self, log: Log, sheet: SourceSheet) -> None:
        """Repeat every fault as a finding."""
        if not self._parts:
            return
        faults = pd.concat(self._parts, ignore_index=True)
        faults = faults[faults["code"] != "scale_in_doubt"]  # told once, of the column
        for (code, column), part in faults.groupby(["code", "column"], sort=False):
            log.add(str(code), file=sheet.file, sheet=sheet.name, rows=part["position"].to_numpy() + 1,
                    column=str(column), values=part["value"].to_numpy(), expected=part["expected"].to_numpy())

    def frame(self, sheet: SourceSheet, headings: Sequence[str], hidden: set[int]) -> pd.DataFrame:
        """Give one line per stopped row, with its first fault, all faults in the message, and the raw row.

        Parameters
        ----------
        sheet
            Where the rows stand.
        headings
            One per column of the sheet.
        hidden
            Columns that must not leave the reader.
        """
        if not self._parts:
            return pd.DataFrame(columns=list(QUARANTINE_COLUMNS))
        faults = pd.concat(self._parts, ignore_index=True).sort_values("position", kind="stable")
        kinds = ["code", "column", "value", "expected"]
        known = faults.drop_duplicates(kinds)
        sentences = {key: say("rule_message", key[0], column=key[1] or "The cell", value=key[2], expected=key[3], n=1)
                     for key in known[kinds].itertuples(index=False, name=None)}
        faults["message"] = [sentences[key] for key in faults[kinds].itertuples(index=False, name=None)]
        first = faults.drop_duplicates("position")
        messages = first["message"].to_numpy(dtype=object, copy=True)
        again = faults[faults.duplicated("position")].drop_duplicates(["position", "message"])
        for place, message in zip(np.searchsorted(first["position"], again["position"]), again["message"], strict=True):
            if message not in messages[place]:
                messages[place] = f"{messages[place]} Also: {message}"
        messages = [f"{message} {RULES[code].remedy}" for message, code in zip(messages, first["code"], strict=True)]
        names = unique_names(headings, sheet.n_columns)
        records = [record_of(sheet, position, headings, names, hidden) for position in first["position"]]
        return pd.DataFrame({"file": sheet.file, "sheet": sheet.name, "row": first["position"].to_numpy() + 1,
                             "column": first["column"].to_numpy(), "value": first["value"].to_numpy(),
                             "reason": first["code"].to_numpy(), "message": messages, "record": records})


def record_of(sheet: SourceSheet, position: int, headings: Sequence[str], names: Sequence[str],
              hidden: set[int]) -> str:
    """Give one raw row as JSON, by the names of its columns; empty cells of columns without a heading are left out.

    Parameters
    ----------
    sheet, position
        Where the row stands, counted from 0.
    headings
        One per column of the sheet.
    names
        From :func:`unique_names`.
    hidden
        Columns that must not leave the reader.
    """
    cells = {names[j]: cell for j, cell in enumerate(sheet.row(position)) if j not in hidden and (cell or headings[j])}
    return json.dumps(cells, ensure_ascii=False)


def unique_names(headings: Sequence[str], width: int) -> list[str]:
    """Name every column of a sheet: its heading, numbered where it occurs again, else its place."""
    names: list[str] = []
    for j in range(width):
        name = (headings[j] if j < len(headings) else "") or f"column {j + 1}"
        n = 2
        base = name
        while name in names:
            name, n = f"{base} ({n})", n + 1
        names.append(name)
    return names
