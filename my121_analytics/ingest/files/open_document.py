"""What an OpenDocument sheet shows and a reader of values does not: zeros, errors, merged and hidden cells."""

from __future__ import annotations

import re
from xml.parsers import expat

from my121_analytics.ingest.files.packages import Package
from my121_analytics.ingest.files.sheet_xml import SheetFacts

_LAST_ROW = 1_048_576
_EXPANDED = 10_000
"""Rows or columns up to which one repeated cell is looked at one by one; real repeats of that size are blank."""
_PADDED = re.compile(r"0\d+|[A-Za-z]+[ -]?\d+|\d+[- ]\d+")
"""What a number format makes of a whole number that is an id: zeros or letters in front, or a dash inside."""


def scan_tables(package: Package) -> dict[str, SheetFacts]:
    """Scan the sheets of an OpenDocument workbook.

    Parameters
    ----------
    package
        An ods.

    Returns
    -------
    dict
        Name of a sheet -> what its XML says.

    Raises
    ------
    UnreadableFileError
        The content is missing or damaged.
    """
    data = package.read_xml("content.xml")
    reader = _Tables()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.write
    parser.buffer_text = True
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise package.damaged(str(problem)) from problem
    return reader.tables


class _Tables:
    def __init__(self) -> None:
        self.tables: dict[str, SheetFacts] = {}
        self._found = SheetFacts()
        self._row = self._rows = self._column = self._columns = self._next_column = 0
        self._cell: dict[str, str] = {}
        self._text: list[str] | None = None
        self._filled = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name in ("table-cell", "covered-table-cell"):
            self._cell = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self._cell["error"] = str(any(value == "error" for value in attributes.values()))
            self._columns, self._text = _times(self._cell, "number-columns-repeated"), None
            self._filled = "value" in self._cell or "string-value" in self._cell
        elif name == "p":
            self._text = [] if self._text is None else [*self._text, "\n"]
            self._filled = True
        elif name == "table-row":
            known = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            self._rows, self._column = _times(known, "number-rows-repeated"), 0
            if known.get("visibility") in ("collapse", "filter"):
                self._found.hidden_rows.update(range(self._row, self._row + min(self._rows, _EXPANDED)))
        elif name == "table-column":
            known = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
            times = _times(known, "number-columns-repeated")
            if known.get("visibility") == "collapse":
                self._found.hidden_columns.update(range(self._next_column, self._next_column + min(times, _EXPANDED)))
            self._next_column += times
        elif name == "table":
            named = next((value for key, value in attributes.items() if key.endswith(" name")), "")
            self._found = self.tables[named] = SheetFacts()
            self._row = self._next_column = 0

    def end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if name in ("table-cell", "covered-table-cell"):
            self._end_cell()
            self._text = None
        elif name == "table-row":
            self._row = min(self._row + self._rows, _LAST_ROW)

    def write(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end_cell(self) -> None:
        found, shown = self._found, "".join(self._text or ())
        if self._filled and (shown or {"value", "string-value"} & set(self._cell)):
            found.n_repeated = max(found.n_repeated, self._rows)
            found.n_rows = max(found.n_rows, self._row + self._rows)
            found.n_columns = max(found.n_columns, self._column + self._columns)
            value = self._cell.get("value", "").removesuffix(".0")
            places = [(row, column) for row in range(self._row, self._row + min(self._rows, _EXPANDED))
                      for column in range(self._column, self._column + min(self._columns, 16))]
            if self._cell["error"] == "True":
                found.errors.update(dict.fromkeys(places, shown or "#VALUE!"))
            elif (self._cell.get("value-type") == "float" and value.isdigit() and shown != value
                  and _PADDED.fullmatch(shown) and "".join(re.findall(r"\d", shown)).lstrip("0") == value.lstrip("0")):
                found.numbers.update(dict.fromkeys(places, shown))
            elif self._cell.get("value-type") == "float" and any(map(str.isalpha, shown)) and not any(
                    map(str.isdigit, shown)):
                found.numbers.update(dict.fromkeys(places, shown))  # its format shows words
        down = _times(self._cell, "number-rows-spanned")
        if down > 1:
            found.merged.append(((self._row, self._column), (self._row + down - 1, self._column)))
        self._column += self._columns


def _times(known: dict[str, str], name: str) -> int:
    text = known.get(name, "1")
    return min(max(int(text), 1), 1 << 31) if text.isdecimal() and len(text) < 12 else 1
