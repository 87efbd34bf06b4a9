"""What a sheet's XML says and a reader of values does not: errors, lost values, shown zeros, and what is hidden."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from html import unescape
from posixpath import dirname, join, normpath
from xml.etree import ElementTree

from my121_analytics.ingest.files.cell_marks import count_whole_numbers, may_reach_far
from my121_analytics.ingest.files.number_formats import NumberFormat, read_format
from my121_analytics.ingest.files.packages import Package
from my121_analytics.ingest.files.source_sheet import UNREAD, Place

_WORKBOOK = "xl/workbook.xml"
_LARGEST_PART = 60_000_000
"""Bytes of a part that is read as a tree (the workbook's list of sheets, styles); real ones hold a thousandth."""
_HEAD = 65_536
_LARGE = 20_000_000
_WIDE = 104
"""Columns up to which the exact width does not matter."""
_ATTRIBUTE = re.compile(rb"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_LITERAL = re.compile(r'"((?:[^"]|"")*)"|(-?\d+(?:\.\d+)?)')


@dataclass(frozen=True)
class WorkbookFacts:
    """What a workbook says of all its sheets.

    Parameters
    ----------
    epoch_1904
        Days are counted from 1904.
    recalculates
        The program that wrote it left the values of formulas to whoever opens it.
    parts
        Name of a sheet -> the part that holds it.
    formats
        Number of a cell's style -> the number format, for those that show more than the number.
    """

    epoch_1904: bool
    recalculates: bool
    parts: dict[str, str]
    formats: dict[int, NumberFormat]


@dataclass
class SheetFacts:
    """What one sheet's XML says.

    Parameters
    ----------
    n_rows, n_columns
        How far its cells reach; the width is exact only beyond a hundred columns.
    n_repeated
        Rows for which the longest run of one filled row stands, where a format writes such runs once.
    errors, formulas, numbers
        Cells that hold an error, a formula without a value, or a number shown with more than its digits -> text.
    formats
        Column -> the one format of some of its whole numbers, and how many these are. Where they are all the numbers of
        the column, each shows its value so; else ``each_number`` gives them cell by cell, as ``numbers``.
    hidden_rows, hidden_columns
        Counted from 0.
    pivots, merged
        First and last cell of each pivot table, and of each merged cell where calamine does not tell.
    """

    n_rows: int = 0
    n_repeated: int = 0
    n_columns: int = 0
    errors: dict[Place, str] = field(default_factory=dict)
    formulas: dict[Place, str] = field(default_factory=dict)
    numbers: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[int, tuple[NumberFormat, int]] = field(default_factory=dict)
    each_number: Callable[[], dict[Place, str]] = dict
    pivots: list[tuple[Place, Place]] = field(default_factory=list)
    merged: list[tuple[Place, Place]] = field(default_factory=list)


def read_workbook_facts(package: Package) -> WorkbookFacts:
    """Read what a workbook says of all its sheets.

    Parameters
    ----------
    package
        An xlsx or xlsm.

    Returns
    -------
    WorkbookFacts

    Raises
    ------
    UnreadableFileError
        A part is missing or damaged.
    """
    main = next((t for kind, t in _relations(package, "") if kind.endswith("/officeDocument")), _WORKBOOK)
    main = main if main in package else _WORKBOOK
    tree = _tree(package, main)
    targets = {key: target for key, _, target in _read_relations(package, main)}
    parts = {}
    for sheet in _all(tree, "sheet"):
        key = next((value for name, value in sheet.attrib.items() if _local(name) == "id" and "}" in name), "")
        if key in targets:
            parts[sheet.get("name", "")] = targets[key]
    properties = next(_all(tree, "workbookPr"), None)
    calculation = next(_all(tree, "calcPr"), None)
    styles = next((t for kind, t in _relations(package, main) if kind.endswith("/styles")), "")
    return WorkbookFacts(_is_on(properties, "date1904"), _is_on(calculation, "fullCalcOnLoad"), parts,
                         _read_styles(package, styles) if styles in package else {})


def scan_sheet(package: Package, part: str, facts: WorkbookFacts) -> SheetFacts:
    """Scan one sheet's XML for what its values do not tell.

    Parameters
    ----------
    package
        The workbook.
    part
        The sheet's part.
    facts
        Of the workbook.

    Returns
    -------
    SheetFacts

    Raises
    ------
    UnreadableFileError
        A part is missing or damaged.
    """
    data, prefix = _read_cells(package, part)
    found = SheetFacts(each_number=partial(_read_each_number, package, part, facts.formats))
    _measure(data, prefix, found)
    _find_errors(data, prefix, found)
    _find_formulas(data, prefix, facts.recalculates, found)
    _find_formats(data, prefix, facts.formats, found)
    _find_hidden(data, prefix, found)
    for kind, target in _relations(package, part):
        if kind.endswith("/pivotTable") and target in package:
            found.pivots += [area for place in _all(_tree(package, target), "location")
                             if (area := _area(place.get("ref", "")))]
    return found


def _read_cells(package: Package, part: str) -> tuple[bytes, bytes]:
    """Give a sheet's XML, with the place of each cell in it, and the prefix of its tags."""
    data = package.read_xml(part)
    root = re.search(rb"<(?:([\w.-]+):)?worksheet\b", data[:65_536])
    prefix = (root[1] + b":") if root and root[1] else b""
    if not re.search(rb"<" + prefix + rb"""c\s(?:[^<>]*\s)?r\s*=""", data) and b"<" + prefix + b"c" in data:
        data = _number_cells(data, prefix)
    return data, prefix


def column_name(column: int) -> str:
    """Give a column's letters; columns are counted from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


# Small parts, as trees --------------------------------------------------------------------------------------------


def _tree(package: Package, part: str) -> ElementTree.Element:
    data = package.read_xml(part)
    if len(data) > _LARGEST_PART:
        raise package.damaged(f"{part} is far too large")
    try:
        return ElementTree.fromstring(data)  # a document type, the only danger of it, was refused
    except (ElementTree.ParseError, ValueError, LookupError) as problem:
        raise package.damaged(f"{part}: {problem}") from problem


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _all(tree: ElementTree.Element, name: str) -> Iterator[ElementTree.Element]:
    return (element for element in tree.iter() if _local(element.tag) == name)


def _is_on(element: ElementTree.Element | None, name: str) -> bool:
    return element is not None and element.get(name, "0") in ("1", "true", "on")


def _relations(package: Package, part: str) -> list[tuple[str, str]]:
    return [(kind, target) for _, kind, target in _read_relations(package, part)]


def _read_relations(package: Package, part: str) -> list[tuple[str, str, str]]:
    """List a part's relations: key, kind and the part that it points at."""
    folder = dirname(part)
    name = join(folder, "_rels", f"{part.rpartition('/')[2]}.rels")
    if name not in package:
        return []
    found = []
    for relation in _all(_tree(package, name), "Relationship"):
        target = relation.get("Target", "").replace("\\", "/")
        whole = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        found.append((relation.get("Id", ""), relation.get("Type", ""), whole))
    return found


def _read_styles(package: Package, part: str) -> dict[int, NumberFormat]:
    tree = _tree(package, part)
    codes = {entry.get("numFmtId", ""): entry.get("formatCode", "") for entry in _all(tree, "numFmt")}
    formats = next(_all(tree, "cellXfs"), None)
    found = {}
    for i, style in enumerate(formats if formats is not None else []):
        shown = read_format(codes.get(style.get("numFmtId", ""), ""))
        if shown is not None:
            found[i] = shown
    return found


def _area(reference: str) -> tuple[Place, Place] | None:
    places = [_place(letters, digits) for letters, digits in _REFERENCE.findall(reference)]
    return (places[0], places[-1]) if places else None


def _place(letters: str, digits: str) -> Place:
    return int(digits) - 1, _column(letters)


@lru_cache(maxsize=1_000)
def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1


# The sheet, as bytes: a tree of a million cells would take minutes ------------------------------------------------


def _number_cells(data: bytes, prefix: bytes) -> bytes:
    """Write each row's and cell's place into a sheet that leaves them to be counted."""
    at = [0, 0]

    def number(tag: re.Match[bytes]) -> bytes:
        known = _attributes(tag[2])
        if tag[1] == b"row":
            at[0], at[1] = int(known.get("r", at[0] + 1)), 0
            return tag[0] if "r" in known else b'<%srow r="%d"%s' % (prefix, at[0], tag[2])
        at[1] += 1
        return b'<%sc r="%s%d"%s' % (prefix, column_name(at[1] - 1).encode(), at[0], tag[2])

    return re.sub(rb"<" + prefix + rb"(row|c)((?:\s[^<>]*)?/?>)", number, data)


def _measure(data: bytes, prefix: bytes, found: SheetFacts) -> None:
    """Find how far the cells reach: a single one at the far end would make a reader of values fill all the rest."""
    rows = re.findall(rb'<%brow r="(\d{1,9})"' % prefix, data) or re.findall(
        rb"""<%brow\s(?:[^<>]*\s)?r\s*=\s*["'](\d{1,9})["']""" % prefix, data)
    found.n_rows = max(map(int, rows), default=0)
    n_digits = len(str(found.n_rows))
    far = rb""" r=["'](?:[A-Za-z]{3}|[D-Zd-z][A-Za-z]|[A-Za-z]+\d{%d})""" % (n_digits + 1)
    if not _is_usual(data) or found.n_rows * _WIDE > _LARGE or (
            (b"'" in data or may_reach_far(data, n_digits)) and re.search(far, data)):
        places = re.findall(rb"""\sr\s*=\s*["']([A-Za-z]{1,9})(\d{1,9})["']""", data)
        found.n_rows = max(found.n_rows, max((int(row) for _, row in places), default=0))
        names = {name for name, _ in places}
        found.n_columns = max((_column(name.decode().upper()) + 1 for name in names), default=0)
    else:
        found.n_columns = _WIDE


def _is_usual(data: bytes) -> bool:
    """Say whether attributes are written as nearly every program does; a file is by one program throughout."""
    return not re.search(rb"""<[^<>?]*(?:\s=|=\s|=')""", data[:_HEAD]) and b" r=\"" in data[:_HEAD]


def _marks(data: bytes, name: bytes, values: bytes) -> Iterator[re.Match[bytes]]:
    """Find an attribute with one of some values; the usual way of writing it is searched several times faster."""
    if _is_usual(data):
        return re.finditer(b' %b="(%b)"' % (name, values), data)
    return re.finditer(rb"""\s%b\s*=\s*["'](%b)["']""" % (name, values), data)


def _attributes(tag: bytes) -> dict[str, str]:
    return {name.decode("utf-8", "replace"): unescape((double or single).decode("utf-8", "replace"))
            for name, double, single in _ATTRIBUTE.findall(tag)}


def _cell_at(data: bytes, prefix: bytes, position: int) -> tuple[dict[str, str], int] | None:
    """Give the attributes of the cell whose opening tag holds a position, and where that tag ends."""
    start = data.rfind(b"<", 0, position)
    end = data.find(b">", position)
    if start < 0 or end < 0 or not data.startswith(prefix + b"c", start + 1) or not data[
            start + 2 + len(prefix):start + 3 + len(prefix)].isspace():
        return None
    return _attributes(data[start:end]), end


def _own_place(cell: dict[str, str]) -> Place | None:
    known = _REFERENCE.fullmatch(cell.get("r", "").upper())
    return _place(known[1], known[2]) if known else None


def _value_after(data: bytes, prefix: bytes, start: int) -> str:
    """Give the value of a cell whose opening tag ends at a position; empty where it has none."""
    stop = data.find(b"</" + prefix + b"c>", start)
    if stop < 0 or data[start - 1:start] == b"/":
        return ""
    value = re.search(rb"<" + prefix + rb"v(?:\s[^<>]*)?>([^<]*)</", data[start:min(stop, start + 40_000)])
    return unescape(value[1].decode("utf-8", "replace")).strip() if value else ""


def _find_errors(data: bytes, prefix: bytes, found: SheetFacts) -> None:
    for mark in _marks(data, b"t", b"e"):
        cell = _cell_at(data, prefix, mark.start())
        place = _own_place(cell[0]) if cell else None
        if cell and place:
            found.errors[place] = _value_after(data, prefix, cell[1]) or "#VALUE!"


def _find_formulas(data: bytes, prefix: bytes, recalculates: bool, found: SheetFacts) -> None:
    """Find formulas without a value, and zeros left for later by a program that does not calculate."""
    p = re.escape(prefix)
    nothing = rb"<%bv\s*/>|<%bv>\s*</%bv>|</%bc>" % (p, p, p, p)
    nothing += rb"|<%bv>0</%bv>" % (p, p) if recalculates else b""
    formula = re.compile(rb"<%bf(?:\s[^<>]*?)?(?:/>|>([^<]*)</%bf>)\s*(%b)" % (p, p, nothing))
    for mark in formula.finditer(data):
        cell = _cell_at(data, prefix, data.rfind(b"<" + prefix + b"c", 0, mark.start()) + 1)
        place = _own_place(cell[0]) if cell else None
        if not cell or place is None or (cell[0].get("t") == "str" and mark[2].startswith(b"<" + prefix + b"v")):
            continue  # a formula that gives an empty text has a value: the empty text
        text = unescape((mark[1] or b"").decode("utf-8", "replace")).strip()
        literal = _LITERAL.fullmatch(text)
        if literal:
            found.numbers[place] = literal[1].replace('""', '"') if literal[1] is not None else literal[2]
        else:
            found.formulas[place] = UNREAD


def _find_formats(data: bytes, prefix: bytes, formats: dict[int, NumberFormat], found: SheetFacts) -> None:
    """Find the one format of the whole numbers in each column; where there are several, or odd cells, each number."""
    if not formats:
        return
    cells, n_styled = count_whole_numbers(data, prefix, formats) if _is_usual(data) else ({}, -1)
    columns = {column: (formats[style], n) for (column, style), n in cells.items()}
    if len(columns) == len(cells) and sum(cells.values()) == n_styled:
        found.formats = columns
    else:
        _find_numbers(data, prefix, formats, found)


def _read_each_number(package: Package, part: str, formats: dict[int, NumberFormat]) -> dict[Place, str]:
    data, prefix = _read_cells(package, part)
    found = SheetFacts()
    _find_numbers(data, prefix, formats, found)
    return found.numbers


def _find_numbers(data: bytes, prefix: bytes, formats: dict[int, NumberFormat], found: SheetFacts) -> None:
    styles = b"|".join(b"%d" % style for style in formats)
    usual = re.compile(rb'<%bc r="([A-Z]{1,3})(\d{1,7})" s="(%b)"(?: t="n")?><%bv>(\d{1,15})</'
                       % (prefix, styles, prefix))
    cells = usual.findall(data)
    shown = {cell: _show_otherwise(cell[1], formats[int(cell[0])]) for cell in {cell[2:] for cell in cells}}
    columns = {letters: _column(letters.decode()) for letters in {cell[0] for cell in cells}}
    for letters, row, style, digits in cells:
        text = shown[style, digits]
        if text is not None:
            found.numbers[int(row) - 1, columns[letters]] = text
    if len(cells) < sum(1 for _ in _marks(data, b"s", styles)):
        _find_odd_numbers(data, prefix, formats, styles, found)


def _show_otherwise(digits: bytes, number_format: NumberFormat) -> str | None:
    """Give a number as the sheet shows it; None where that is the bare number."""
    value = digits.decode()
    shown = number_format.show(value)
    return None if shown == value else shown


def _find_odd_numbers(data: bytes, prefix: bytes, formats: dict[int, NumberFormat], styles: bytes,
                      found: SheetFacts) -> None:
    """Find what the usual way of writing misses: blanks, texts, formulas, further attributes."""
    known = {*found.numbers, *found.formulas}
    for mark in _marks(data, b"s", styles):
        cell = _cell_at(data, prefix, mark.start())
        place = _own_place(cell[0]) if cell else None
        if not cell or place is None or cell[0].get("t", "n") != "n" or place in known:
            continue
        value = _value_after(data, prefix, cell[1])
        shown = formats[int(mark[1])].show(value)
        if shown is not None and shown != value:
            found.numbers[place] = shown


def _find_hidden(data: bytes, prefix: bytes, found: SheetFacts) -> None:
    for mark in _marks(data, b"hidden", b"1|true"):
        start = data.rfind(b"<", 0, mark.start())
        known = _attributes(data[start:data.find(b">", mark.start())])
        if data.startswith(prefix + b"row", start + 1) and known.get("r", "").isdigit():
            found.hidden_rows.add(int(known["r"]) - 1)
        elif data.startswith(prefix + b"col", start + 1):
            first, last = known.get("min", ""), known.get("max", "")
            if first.isdigit() and last.isdigit() and 0 < int(first) <= int(last):
                found.hidden_columns.update(range(int(first) - 1, min(int(last), 16_384)))
