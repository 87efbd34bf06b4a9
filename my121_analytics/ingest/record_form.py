"""Filled-in forms of conversations: only the lines that somebody filled in, as sheets that the intake can read."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.files.exports import read_sheets
from my121_analytics.wording.catalogue import say

KINDS: Mapping[str, str] = {"conversations": "held_on", "own": "own_placed_on", "actions": "intervention"}
"""Sheets of the form -> the column without which a line was not filled in."""
_FIXED = ("employee_id", "name")


@dataclass(frozen=True)
class FilledForm:
    """What a form holds.

    Parameters
    ----------
    sheets
        Kind of sheet (``conversations``, ``own``, ``actions``) -> CSV with its headings and filled-in lines.
    n_filled
        Kind -> lines filled in.
    n_without
        Lines in which something was written but not the day or the action, by kind.
    """

    sheets: Mapping[str, str]
    n_filled: Mapping[str, int]
    n_without: Mapping[str, int]


def read_record_form(path: Path | str) -> FilledForm:
    """Read a filled-in form.

    Parameters
    ----------
    path
        The workbook of ``my121 guide``, or one of its sheets as CSV.

    Returns
    -------
    FilledForm

    Raises
    ------
    DataUnusableError
        No sheet has the form's headings, or nothing was filled in.
    UnreadableFileError
        The file cannot be read.
    """
    path = Path(path)
    sheets, n_filled, n_without = {}, {}, {}
    for sheet in read_sheets(path):
        rows = sheet.rows
        for kind, marking in KINDS.items():
            at = _find_headings(rows, marking)
            if at is None:
                continue
            filled, without = _filled_lines(rows[at], rows[at + 1:], marking)
            n_filled[kind], n_without[kind] = len(filled), without
            if filled:
                sheets[kind] = _as_csv([rows[at], *filled])
    if not n_filled:
        raise DataUnusableError(f"{path.name}: this is not a form of conversations: no sheet has the headings "
                                f"'{say('record_form_heading', 'employee_id')}' and "
                                f"'{say('record_form_heading', 'held_on')}'.",
                                hints=["Give the workbook that my121 guide wrote, filled in; other exports go into the "
                                       "folder of the exports as they are."])
    if not sheets and not any(n_without.values()):
        raise DataUnusableError(f"{path.name}: nothing was filled in.", hints=["Fill in at least one line."])
    return FilledForm(sheets, n_filled, n_without)


def _find_headings(rows: list[list[str]], marking: str) -> int | None:
    """Find the row of headings: the one that names the employee and the column that marks this kind of sheet."""
    wanted = {say("record_form_heading", "employee_id").casefold(), say("record_form_heading", marking).casefold()}
    for at, row in enumerate(rows[:30]):
        if wanted <= {cell.strip().casefold() for cell in row}:
            return at
    return None


def _filled_lines(headings: list[str], rows: list[list[str]], marking: str) -> tuple[list[list[str]], int]:
    """Keep lines with the marking column filled; count those with anything else written."""
    names = [heading.strip().casefold() for heading in headings]
    place = names.index(say("record_form_heading", marking).casefold())
    fixed = {names.index(say("record_form_heading", code).casefold()) for code in _FIXED
             if say("record_form_heading", code).casefold() in names}
    filled = [row for row in rows if row[place].strip()]
    n_without = sum(any(cell.strip() for at, cell in enumerate(row) if at not in fixed) for row in rows
                    if not row[place].strip())
    return filled, n_without


def _as_csv(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()
