"""Tables that this product wrote, read back: found by their headings, wherever people have moved them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from my121_analytics.cell_text import unguard
from my121_analytics.improvement.headings import plain
from my121_analytics.ingest.files.exports import SourceSheet


@dataclass(frozen=True)
class OwnRow:
    """One row of such a table: where it stands, and its cells by field."""

    file: str
    sheet: str
    row: int
    cells: Mapping[str, str]


def find_own_table(sheets: Sequence[SourceSheet], headings: Mapping[str, str],
                   required: Collection[str]) -> list[OwnRow] | None:
    """Read the first table that has the required columns.

    Parameters
    ----------
    sheets
        Of one file.
    headings
        Field -> heading as written; the field's own name is understood too, and a note beside a heading does not
        matter.
    required
        Fields that it must have.

    Returns
    -------
    list of OwnRow or None
        Rows that hold anything; None where no sheet has such a table.
    """
    known = {plain(name): field for field, heading in headings.items() for name in (field, heading)}
    for sheet in sheets:
        for position, row in enumerate(sheet.rows):
            columns: dict[str, int] = {}
            for j, cell in enumerate(row):
                field = known.get(plain(re.sub(r"\[note \d+\]", "", cell)))
                if field is not None:
                    columns.setdefault(field, j)
            if set(required) <= set(columns):
                return [OwnRow(sheet.file, sheet.name, i + 1, {name: _tidy(cells[j]) for name, j in columns.items()})
                        for i, cells in enumerate(sheet.rows) if i > position and any(map(str.strip, cells))]
    return None


def _tidy(cell: str) -> str:
    return unguard(cell.strip())
