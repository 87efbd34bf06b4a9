"""Tables of a web page that an ERP saved under the name of a workbook (``.xls``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

_PAGE = re.compile(r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
                   r"<\s*(?:!doctype\s+html|html|table|meta|head|body|style|div)\b", re.I | re.S)
_WIDEST_SPAN = 1_000
"""Columns or rows that one cell may span; HTML itself allows so many columns."""
_LARGEST_TABLE = 12_000_000
"""Cells of one table; a few bytes of spans can ask for any number."""


class PageTooLargeError(ValueError):
    """A page's spans ask for more cells than fit into memory."""


def looks_like_page(head: str) -> bool:
    """Say whether text starts as a web page does."""
    return bool(_PAGE.match(head.lstrip("\ufeff")))


@dataclass(frozen=True)
class MarkedUpTable:
    """One table of a page.

    Parameters
    ----------
    rows
        Cells as text; a cell that spans columns fills only the first of them, one that spans rows stands in each.
    carried
        Row and column of each cell that stands there because one above spans rows.
    """

    rows: list[list[str]]
    carried: set[tuple[int, int]]


_LINE_BREAKS = {"br": "\n", "p": "\n", "div": "\n"}


def read_page(text: str) -> list[list[list[str]]]:
    """Read the tables of a page as rows of text cells.

    Parameters
    ----------
    text
        The page.

    Returns
    -------
    list
        One list of rows a table, in order; a table inside a cell is a table of its own.

    Raises
    ------
    PageTooLargeError
        Its spans ask for more cells than fit into memory.
    """
    return [[[_join_lines(cell) for cell in row] for row in table.rows] for table in read_tables(text)]


def breaks_off_within_table(text: str) -> bool:
    """Say whether a page ends before a table of it does; the end of a page may be left out, that of a table not."""
    lower = text.lower()
    return lower.count("<table") > lower.count("</table") and "</body" not in lower and "</html" not in lower


def read_tables(text: str, *, breaks: Mapping[str, str] | None = None, collapse: bool = False) -> list[MarkedUpTable]:
    """Read the tables of a page, each cell as it is written.

    Parameters
    ----------
    text
        The page.
    breaks
        What the start of an element within a cell becomes; None: a line break for ``br``, ``p`` and ``div``.
    collapse
        Whether white space in the text counts as one space, as a browser shows it.

    Returns
    -------
    list of MarkedUpTable
        Those that have rows, in order; a table inside a cell is a table of its own.

    Raises
    ------
    PageTooLargeError
        Its spans ask for more cells than fit into memory.
    """
    reader = _Tables(_LINE_BREAKS if breaks is None else breaks, collapse=collapse)
    reader.feed(text)
    reader.close()
    return [MarkedUpTable(table.rows, table.carried) for table in reader.tables if table.rows]


def _join_lines(cell: str) -> str:
    return re.sub(r"[ \t]*\n\s*", "\n", cell).strip()


class _Tables(HTMLParser):
    def __init__(self, breaks: Mapping[str, str], *, collapse: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._breaks, self._collapse = breaks, collapse
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "title"):
            self._unseen = tag
        elif tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1])
        elif tag == "tr" and self._open:
            self._open[-1].begin_row()
        elif tag in ("td", "th") and self._open:
            known = dict(attrs)
            self._open[-1].begin_cell(_span(known.get("colspan")), _span(known.get("rowspan")))
        elif tag in self._breaks and self._open:
            self._open[-1].write(self._breaks[tag])

    def handle_endtag(self, tag: str) -> None:
        if tag == self._unseen:
            self._unseen = ""
        elif tag in ("td", "th", "tr") and self._open:
            self._open[-1].end_cell()
        elif tag == "table" and self._open:
            self._open.pop().end_row()

    def handle_data(self, data: str) -> None:
        if self._open and not self._unseen:
            self._open[-1].write(re.sub(r"\s+", " ", data) if self._collapse else data)

    def close(self) -> None:
        super().close()
        for table in self._open:
            table.end_row()


class _Table:
    """One table while it is read."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.carried: set[tuple[int, int]] = set()
        self._cell: list[str] | None = None
        self._spans = (1, 1)
        self._n_cells = 0
        self._below: dict[int, tuple[int, str]] = {}
        """Column -> rows still to fill from above, and with what."""

    def begin_row(self) -> None:
        self.end_row()
        self.rows.append([])
        self._take_from_above()

    def end_row(self) -> None:
        self.end_cell()
        while self.rows and any(place >= len(self.rows[-1]) and left for place, (left, _) in self._below.items()):
            self.rows[-1].append("")
            self._take_from_above()

    def begin_cell(self, columns: int, rows: int) -> None:
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        self._cell, self._spans = [], (columns, rows)

    def write(self, text: str) -> None:
        if self._cell is not None:
            self._cell.append(text)

    def end_cell(self) -> None:
        if self._cell is None:
            return
        self._n_cells += self._spans[0]
        if self._n_cells > _LARGEST_TABLE:
            raise PageTooLargeError
        text = "".join(self._cell)
        columns, rows = self._spans
        row, self._cell = self.rows[-1], None
        for place, shown in enumerate([text, *[""] * (columns - 1)], start=len(row)):
            row.append(shown)
            if rows > 1:
                self._below[place] = rows - 1, shown
        self._take_from_above()

    def _take_from_above(self) -> None:
        row = self.rows[-1]
        while self._below.get(len(row), (0, ""))[0]:
            left, shown = self._below[len(row)]
            self._below[len(row)] = left - 1, shown
            self.carried.add((len(self.rows) - 1, len(row)))
            row.append(shown)


def _span(text: str | None) -> int:
    return min(max(int(text), 1), _WIDEST_SPAN) if text and text.isdecimal() and len(text) < 6 else 1
