"""What an export says of its own rating scale: in a heading, in the lines around the table, on a sheet with a key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from my121_analytics.ingest.reading.cells import clean, plain_list, plain_words
from my121_analytics.ingest.reading.ratings import Scale
from my121_analytics.ingest.reading.table_header import ASIDE, is_key_of_codes

if TYPE_CHECKING:
    from my121_analytics.ingest.reading.sheet_rows import SheetRows

_RANGE = re.compile(r"(?<![\w./:,-])([01])\s*(?:\([^)]{1,30}\)\s*|[a-z]{2,12}\s+)?"
                    r"(?:-|\u2013|\u2014|to|through|\.\.\.?)\s*(\d{1,3})(?![\w/:-]|[.,]\d)", re.I)
"""``1-5``, ``1 to 5``, ``1 (low) to 5 (high)``; not ``My 1-1``, ``1-2-1``, ``2024-25``."""
_OUT_OF = re.compile(r"\b(?:out of|max(?:imum)?(?: of)?)\s*(\d{1,3})\b", re.I)
_PAIR = re.compile(r"(?<![\w.,/-])(\d{1,2})\s*(?:=|:|\u2013|\u2014|-(?=\s)|\bis\b|\bmeans\b|\(|\.(?=\s))\s*"
                   r"([A-Za-z][A-Za-z' /+-]*[A-Za-z])", re.I)
_SPEAKS_OF_SCALE = re.compile(r"\b(?:rat(?:ed|ing|ings)|scales?|scor(?:e|ed|es|ing)|levels?|key|legend|codes?)\b", re.I)
_COUNTS_LINES = re.compile(r"\b(?:pages?|rows?|records?|lines?|results?|showing|band|grade)\b", re.I)
_ABOUT = {"performance": re.compile(r"\bpotential\b|\bbox", re.I),
          "potential": re.compile(r"\bperformance\b|\bbox", re.I)}
"""Words that give a line to another axis, unless it names this one too."""
_MOST_LINES, _MOST_CELLS = 60, 6
_LONGEST_LABEL = 6
"""Words beyond which what follows a number is a remark, not a label."""


@dataclass(frozen=True)
class ScaleStatement:
    """A scale as an export describes it.

    Parameters
    ----------
    text
        The words that say so.
    first, last
        Lowest and highest code that it names; -1 where it names no range.
    labels
        Code -> label.
    """

    text: str
    first: int = -1
    last: int = -1
    labels: Mapping[int, str] = field(default_factory=dict)

    def contradicts(self, scale: Scale) -> str:
        """Say what of it contradicts a scale: ``range``, ``labels``, or empty where nothing does."""
        codes = {int(code) for n in scale.labels if (code := scale.code_of(n)).isdigit()}
        if not codes:
            return ""
        ends = [*self.labels, *([self.first, self.last] if self.last >= 0 else [])]
        if self.last >= 0 and (self.last != max(codes) or self.first < min(codes)):
            return "range"
        if len(self.labels) > 1 and any(code not in codes for code in ends):
            return "range"
        meant = {code: int(scale.parse([label]).values[0]) for code, label in self.labels.items()}
        read = {code: int(scale.parse([str(code)]).values[0]) for code in self.labels}
        if sum(bool(level) for level in meant.values()) > 1:
            return "labels" if any(meant[c] and meant[c] != read[c] for c in meant) else ""
        return "labels" if self._is_turned(scale) else ""

    def _is_turned(self, scale: Scale) -> bool:
        """Say whether its words call the code of the lowest level the best, or that of the highest the worst."""
        lowest, highest = min(scale.labels), max(scale.labels)
        for code, label in self.labels.items():
            level = int(scale.parse([str(code)]).values[0])
            if (level == lowest and plain_words(label) in plain_list("scale_top")) or (
                    level == highest and plain_words(label) in plain_list("scale_bottom")):
                return True
        return False


def read_statement(text: str) -> ScaleStatement | None:
    """Read what a text says of a scale of numbers.

    Parameters
    ----------
    text
        A heading, or a line beside a table.

    Returns
    -------
    ScaleStatement or None
        None where it speaks of none.
    """
    labels = {int(code): label.strip() for code, label in _PAIR.findall(text) if len(label.split()) <= _LONGEST_LABEL}
    found = _RANGE.search(text)
    if found and int(found[2]) > int(found[1]) + 1:
        return ScaleStatement(text, int(found[1]), int(found[2]), labels)
    out_of = _OUT_OF.search(text)
    if out_of and int(out_of[1]) > 1:
        return ScaleStatement(text, 1, int(out_of[1]), labels)
    return ScaleStatement(text, labels=labels) if labels else None


def statements_about(heading: str, axis: str, rows: SheetRows, sheets: Sequence[SheetRows]) -> Iterator[ScaleStatement]:
    """Give what an export says of the scale of one of its columns of ratings.

    Parameters
    ----------
    heading
        Of the column.
    axis
        ``performance`` or ``potential``.
    rows
        Its sheet; the lines set aside around its table may speak of the scale.
    sheets
        All sheets: one of the same file that is no part of the record may be a key.

    Yields
    ------
    ScaleStatement
    """
    own = read_statement(heading)
    if own is not None:
        yield own
    for lines in (_lines_around(rows), *(_lines_of_key(other) for other in sheets if _may_be_key(other, rows))):
        yield from _of_lines(lines, axis)


def _of_lines(lines: Iterable[list[str]], axis: str) -> Iterator[ScaleStatement]:
    """Read lines of cells: each by itself, and pairs of code and label that stand on lines of their own together."""
    pairs: dict[int, str] = {}
    for cells in lines:
        line = " ".join(cells)
        if _ABOUT[axis].search(line) and not re.search(rf"\b{axis}\b", line, re.I):
            continue
        if len(cells) == 2 and re.fullmatch(r"\d{1,2}", cells[0]) and len(cells[1].split()) <= _LONGEST_LABEL:
            pairs[int(cells[0])] = cells[1]
            continue
        found = read_statement(line)
        if found is None or _COUNTS_LINES.search(line):
            continue
        if len(found.labels) == 1 and found.last < 0:
            pairs |= found.labels
        elif _SPEAKS_OF_SCALE.search(line) or len(found.labels) > 1:
            yield found
    if len(pairs) > 1:
        yield ScaleStatement("; ".join(f"{code} = {label}" for code, label in pairs.items()), labels=pairs)


def _lines_around(rows: SheetRows) -> list[list[str]]:
    kinds = [ASIDE.index(kind) + 1 for kind in ("title", "footer", "note")]
    places = [row for row, kind in enumerate(rows.aside.tolist()) if kind in kinds] if rows.map.tables else []
    return [_cells(rows, row) for row in (*places[:_MOST_LINES], *places[_MOST_LINES:][-_MOST_LINES:])]


def _lines_of_key(rows: SheetRows) -> list[list[str]]:
    return [_cells(rows, row) for row in range(rows.sheet.n_rows)]


def _may_be_key(other: SheetRows, rows: SheetRows) -> bool:
    return (not other.map.tables and other.sheet.file == rows.sheet.file and other.sheet.n_rows <= _MOST_LINES
            and (other.sheet.n_columns <= _MOST_CELLS or is_key_of_codes(other.sheet)))


def _cells(rows: SheetRows, row: int) -> list[str]:
    return [text for cell in rows.sheet.row(row) if (text := clean(cell))]
