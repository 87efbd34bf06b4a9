"""Plans written in Word: the tables of a .docx file, with what the text above them says."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from my121_analytics.errors import UnreadableFileError
from my121_analytics.wording.catalogue import say

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MOST_SPAN = 60
"""Columns beyond which a cell's span is a fault of the file: Word allows 63 in a table."""
_LIST_STYLES = ("listbullet", "listnumber")


def is_word_file(content: bytes) -> bool:
    """Say whether a file is a Word document (.docx), whatever its name says."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return any(name.startswith("word/") for name in archive.namelist())
    except zipfile.BadZipFile:
        return False


def read_word_tables(path: Path, content: bytes) -> list[tuple[str, list[list[str]], set[tuple[int, int]]]]:
    """Read the tables of a Word document.

    Parameters
    ----------
    path
        For messages.
    content
        The file's bytes.

    Returns
    -------
    list of tuple
        For each table its name (the heading above it, else its number), its rows, and the places (row, column, from 0)
        that hold the value of a merged cell above. The first has the lines of text before it as rows of one cell, so
        that a title block written as text is read; a table that goes on without headings joins the one before it.

    Raises
    ------
    UnreadableFileError
        The optional library is missing, or the document is damaged.
    """
    body = _open_body(path, content)
    tables: list[tuple[str, list[list[str]], set[tuple[int, int]]]] = []
    lines: list[list[str]] = []
    heading = ""
    for element in _blocks(body):
        if element.tag == f"{_W}p":
            text = _text_of(element)
            if text and not tables:
                lines.append([text])
            heading = text if text and _style_of(element).startswith(("heading", "title")) else heading
            continue
        rows, spread = _read_table(element)
        if not rows:
            continue
        if not tables:
            n = len(lines)
            rows, spread = [*lines, *rows], {(i + n, j) for i, j in spread}
        tables.append((heading or f"Table {len(tables) + 1}", rows, spread))
    return tables or [("", lines or [[""]], set())]


def _open_body(path: Path, content: bytes) -> Any:
    try:
        from docx import Document
    except ImportError:
        raise UnreadableFileError(say("plan_file", "no_word_library", file=path.name),
                                  hints=[say("plan_file", "no_word_library_remedy")]) from None
    try:
        return Document(io.BytesIO(content)).element.body
    except Exception as problem:  # the library lets through whatever its parts raise on a damaged file
        raise UnreadableFileError(say("plan_file", "damaged", file=path.name),
                                  hints=[say("plan_file", "damaged_remedy")]) from problem


def _blocks(parent: Any) -> Iterator[Any]:
    """Give paragraphs and tables in order, also those inside content controls and of tracked insertions."""
    for element in parent:
        if element.tag in (f"{_W}p", f"{_W}tbl"):
            yield element
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"):
            yield from _blocks(element)


def _read_table(table: Any) -> tuple[list[list[str]], set[tuple[int, int]]]:
    rows: list[list[str]] = []
    spread: set[tuple[int, int]] = set()
    for row in _children(table, "tr"):
        cells: list[str] = [""] * _number(row, "trPr/gridBefore")
        for cell in _children(row, "tc"):
            properties = cell.find(f"{_W}tcPr")
            merge = None if properties is None else properties.find(f"{_W}vMerge")
            goes_on = merge is not None and merge.get(f"{_W}val") != "restart"
            text = rows[-1][len(cells)] if goes_on and rows and len(cells) < len(rows[-1]) else _cell_text(cell)
            if goes_on and rows:
                spread.add((len(rows), len(cells)))
            cells += [text, *[""] * (max(_number(cell, "tcPr/gridSpan"), 1) - 1)]
        rows.append(cells)
    return rows, spread


def _children(parent: Any, name: str) -> Iterator[Any]:
    """Give the rows of a table or the cells of a row, also those inside content controls."""
    for element in parent:
        if element.tag == f"{_W}{name}":
            if name != "tr" or element.find(f"{_W}trPr/{_W}del") is None:
                yield element
        elif element.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}customXml"):
            yield from _children(element, name)


def _number(element: Any, path: str) -> int:
    found = element.find("/".join(f"{_W}{name}" for name in path.split("/")))
    value = "" if found is None else found.get(f"{_W}val") or ""
    return min(int(value), _MOST_SPAN) if value.isdigit() else 0


def _cell_text(cell: Any) -> str:
    """Give a cell's lines: a bullet before each item of a list, a blank line between other paragraphs."""
    parts: list[str] = []
    for element in _blocks(cell):
        if element.tag == f"{_W}tbl":
            parts += [" ".join(filter(None, row)) for row in _read_table(element)[0]]
            continue
        text = _text_of(element)
        if text:
            parts.append(f"• {text}" if _is_list_item(element) else text)
    has_bullets = any(part.startswith("• ") for part in parts)
    return ("\n" if has_bullets else "\n\n").join(parts)


def _text_of(paragraph: Any) -> str:
    """Give a paragraph's text as it reads with every tracked change accepted."""
    pieces = []
    for element in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        if any(above.tag in (f"{_W}del", f"{_W}moveFrom") for above in element.iterancestors()):
            continue
        pieces.append({"t": element.text or "", "tab": " ", "noBreakHyphen": "-"}.get(
            element.tag.removeprefix(_W), "\n"))
    return "\n".join(" ".join(line.split()) for line in "".join(pieces).split("\n")).strip()


def _is_list_item(paragraph: Any) -> bool:
    return (paragraph.find(f"{_W}pPr/{_W}numPr") is not None
            or _style_of(paragraph).startswith(_LIST_STYLES))


def _style_of(paragraph: Any) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if style is None else str(style.get(f"{_W}val") or "").lower()
