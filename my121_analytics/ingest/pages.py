"""Tables of a web page that an ERP saved under the name of a workbook (``.xls``)."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_PAGE = re.compile(r"^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*"
                   r"<\s*(?:!doctype\s+html|html|table|meta|head|body)\b", re.I | re.S)


def looks_like_page(head: str) -> bool:
    """Say whether text starts as a web page does."""
    return bool(_PAGE.match(head.lstrip("\ufeff")))


def read_page(text: str) -> list[list[list[str]]]:
    """Read the tables of a page as rows of text cells.

    Parameters
    ----------
    text
        The page.

    Returns
    -------
    list
        One list of rows a table, in order. A cell that spans rows or columns fills only its first place.
    """
    reader = _Tables()
    reader.feed(text)
    reader.close()
    return [rows for rows in reader.tables if rows]


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._span = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self._end_cell()
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self._end_cell()
            span = dict(attrs).get("colspan") or "1"
            self._cell, self._span = [], int(span) if span.isdigit() else 1
        elif tag == "br" and self._cell is not None:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is not None:
            self.tables[-1][-1].extend(["".join(self._cell).strip(), *[""] * (self._span - 1)])
            self._cell = None
