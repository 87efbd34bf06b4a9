"""Where a table of actions stands in a sheet, under headings of one row or two."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.headings import plain, spellings
from my121_analytics.ingest.files.exports import Sheet
from my121_analytics.wording.catalogue import say

LONGEST_HEADING = 90
"""Characters beyond which a cell holds prose, not a heading."""
_SECTION = re.compile(r"[A-Z][.)] +[A-Z][\w &/-]{2,60}|(?:key )?(?:contacts|information)|sign[- ]?off|notes?", re.I)
_ONE_HEADING = ("action", "timescale", "owner", "completed_on")
"""Parts of which a table may hold one only: two would be two answers to one question."""


@dataclass(frozen=True)
class Header:
    """Where a table of actions stands in a sheet.

    Parameters
    ----------
    at
        Row of its headings, from 0.
    first
        Its first row.
    columns
        Part of an action -> column.
    is_form
        A cell may hold several actions.
    """

    at: int
    first: int
    columns: Mapping[str, int]
    is_form: bool


def find_header(sheet: Sheet, start: int = 0) -> Header | None:
    """Find the first row that heads a table of actions, with the row of headings below it where there are two.

    Parameters
    ----------
    sheet
        Of a plan.
    start
        Row to look from, from 0.

    Returns
    -------
    Header or None
        None where there is no such table from there on.

    Raises
    ------
    DataUnusableError
        Two headings of the table hold the same thing.
    """
    headers = (header_at(sheet, position) for position in range(start, sheet.n_rows))
    return next((header for header in headers if header is not None), None)


def header_at(sheet: Sheet, position: int) -> Header | None:
    """Read a row as the head of a table of actions; None where it is not one."""
    row = sheet.rows[position]
    columns = match_headings(row, sheet, position)
    if "action" not in columns or len(columns) < 2:
        return None
    under = next((i for i in range(position + 1, min(position + 4, sheet.n_rows)) if any(sheet.rows[i])),
                 position)  # a report has a ruler or a blank line between the two
    below = sheet.rows[under] if under > position else []
    second = {} if below == row else match_headings(below, sheet, under)
    n_filled = sum(bool(cell.strip()) for cell in below)
    if len(second) >= 3 and len(second) >= n_filled - 1:
        taken = set(columns.values())
        columns |= {name: j for name, j in second.items() if name not in columns and j not in taken}
        return Header(position, under + 1, columns, is_form=True)
    in_cell = sum("\n" in cell for cell in row) >= 2  # both rows of the header stand in one row of cells
    return Header(position, position + 1, columns, is_form=in_cell)


def is_section(row: list[str]) -> bool:
    """Say whether a row heads another part of the form ("B. Key Contacts"), which ends the table above it."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return len(filled) == 1 and bool(_SECTION.fullmatch(filled[0]))


def is_contact(row: list[str]) -> bool:
    """Say whether a row gives a person to turn to, or a signature."""
    filled = [cell.strip() for cell in row if cell.strip()]
    return bool(filled) and plain(filled[0]) in spellings("contacts")["label"]


def unused_headings(sheet: Sheet, header: Header) -> list[str]:
    """List the headings of columns of which nothing is carried."""
    used, found = set(header.columns.values()), []
    for j, cell in enumerate(sheet.rows[header.at]):
        if cell.strip() and j not in used and len(cell) <= LONGEST_HEADING:
            found.append(" ".join(cell.split()))
    return found


def match_headings(row: list[str], sheet: Sheet, position: int) -> dict[str, int]:
    """Give the column of each part of an action that a row heads.

    Raises
    ------
    DataUnusableError
        Two headings hold the same thing, of which there can be one only.
    """
    found: dict[str, list[int]] = {}
    for j, cell in enumerate(row):
        name = match_heading(cell)
        if name:
            found.setdefault(name, []).append(j)
    doubled = {name: places for name, places in found.items() if len(places) > 1 and name in _ONE_HEADING}
    if doubled and "action" in found and len(found) > 1:
        name, places = next(iter(doubled.items()))
        headings = ", ".join(f"'{row[j].strip()}'" for j in places)
        raise DataUnusableError(say("plan", "two_headings", file=sheet.file, sheet=sheet.name, row=position + 1,
                                    headings=headings, name=name), hints=[say("plan", "two_headings_remedy")])
    chosen = {name: min(places, key=lambda j: _rank(name, row[j])) for name, places in found.items()}
    themes = [j for j in found.get("issue", []) if plain(row[j]) == "theme" and j != chosen["issue"]]
    if themes and "theme" not in chosen:  # beside a heading for the issue it means the strategy's theme
        chosen["theme"] = themes[0]
    return chosen


def match_heading(cell: str) -> str:
    """Name what a heading holds; empty for a heading of something else, and for cells too long to be one."""
    if not cell.strip() or len(cell) > LONGEST_HEADING:
        return ""
    known = spellings("columns")
    for part in map(plain, (cell, *re.split(r"[/\n(]", cell))):
        for name, usual in known.items():
            if part and part in usual:
                return name
    return ""


def is_header_again(row: list[str], header: Header, sheet: Sheet, position: int) -> bool:
    """Say whether a row repeats the headings, as the top of the next page does."""
    matched = match_headings(row, sheet, position)
    in_place = all(header.columns.get(name, column) == column for name, column in matched.items())
    return in_place and len(matched) >= min(3, len(header.columns))


def _rank(name: str, heading: str) -> int:
    """Put a heading in the synonym table's order: where two hold the same thing, the usual one is taken."""
    known = spellings("columns")[name]
    return known.index(plain(heading)) if plain(heading) in known else len(known)
