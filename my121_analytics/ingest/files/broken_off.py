"""Whether a text file breaks off within its last row, as a download that was cut short does."""

from __future__ import annotations

import csv
import re
from collections import Counter

import numpy as np

from my121_analytics.ingest.files.source_sheet import TextColumn
from my121_analytics.ingest.reading.cells import begins_with, tells_count

_TELLING_WIDTH = 3
"""Cells from which on a shorter row tells something; of two, the second is often left out."""
_FEWEST_ROWS = 3
_REGULAR = 0.9
"""Share of the rows above that are of one width; where fewer are, the export leaves out trailing blank cells."""
_ID_LIKE = re.compile(r"(?=.*\d)[\w./-]+")
_MOST_VALUES = 25
_SHARE_OF_VALUES = 1 / 3
"""A column of so few distinct values, in all and for its rows, holds a list to choose from."""


def breaks_off(content: bytes, delimiter: str, columns: tuple[TextColumn, ...], widths: np.ndarray) -> bool:
    """Say whether text stops within a row.

    A whole file may well end without a line end, or with a footer. It is cut where its last line has no end and is
    a row of data that is shorter than those above it, has a quote that is not closed, or ends with the beginning of
    a value of a list.

    Parameters
    ----------
    content
        UTF-8 text.
    delimiter
        Between its cells.
    columns
        Its cells by column.
    widths
        Cells of its rows; of the first rows where they are regular.

    Returns
    -------
    bool
    """
    if content.endswith((b"\n", b"\r")) or not columns or len(columns[0]) < _FEWEST_ROWS:
        return False
    above = widths[:-1] if len(widths) == len(columns[0]) else widths
    width, n_usual = Counter(above.tolist()).most_common(1)[0] if len(above) else (0, 0)
    if width < _TELLING_WIDTH or n_usual < _REGULAR * int((above > 1).sum()):
        return False
    line = content[max(content.rfind(b"\n"), content.rfind(b"\r")) + 1:].decode("utf-8", "replace")
    cells = next(csv.reader([line], delimiter=delimiter), [])
    if not cells or not cells[0].strip() or _is_footer(cells[0].strip()):
        return False
    if len(cells) < width:
        return len(cells) > 1 or _is_start_of_id(cells[0], columns[0])
    return line.count('"') % 2 == 1 or _is_start_of_value(cells[width - 1].strip(), columns, width)


def _is_footer(text: str) -> bool:
    return begins_with(text, "totals") or begins_with(text, "footers") or tells_count(text)


def _is_start_of_id(text: str, column: TextColumn) -> bool:
    """Say whether a single cell stands in a column of ids, and not as a remark below the table."""
    above = [str(value).strip() for value in column[:-1].tolist() if value]
    return bool(_ID_LIKE.fullmatch(text.strip())) and (
        sum(bool(_ID_LIKE.fullmatch(value)) for value in above) >= _REGULAR * len(above))


def _is_start_of_value(text: str, columns: tuple[TextColumn, ...], width: int) -> bool:
    """Say whether the last cell is the beginning of a value of its column's list, and no value itself."""
    if width > len(columns):
        return False
    above = Counter(str(value).strip() for value in columns[width - 1][:-1].tolist())
    if len(above) > min(_MOST_VALUES, 1 + _SHARE_OF_VALUES * len(columns[0])) or text in above:
        return False
    return any(value.startswith(text) for value in above if value)
