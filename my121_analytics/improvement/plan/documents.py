"""Plans as files: workbooks with merged cells, delimited text, web pages, and the tables of a written report."""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from my121_analytics.errors import UnreadableFileError
from my121_analytics.improvement.plan.action_table import find_action_header
from my121_analytics.improvement.plan.word_files import is_word_file, read_word_tables
from my121_analytics.ingest.files.exports import read_sheets
from my121_analytics.ingest.files.pages import read_tables
from my121_analytics.ingest.files.source_sheet import SourceSheet, TextColumn
from my121_analytics.wording.catalogue import say

_TAGS_IN_CELLS = re.compile(r"<(?:b|ul|li|p|br|strong|em|a)\b[^>]*>", re.I)
_RULER = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True)
class PlanSheet:
    """One sheet of a plan.

    Parameters
    ----------
    sheet
        Its cells; a cell merged over several rows stands in each of them.
    spread
        Places (row, column, from 0) that hold the value of a merged cell above.
    """

    sheet: SourceSheet
    spread: frozenset[tuple[int, int]]


def read_plan_sheets(path: Path | str) -> list[PlanSheet]:
    """Read the file of a plan as sheets of text cells.

    Parameters
    ----------
    path
        A workbook, a Word document, delimited text, a web page, or a written report whose tables are marked with
        pipes or with tabs and tags.

    Returns
    -------
    list of PlanSheet
        At least one. In a written report a row has the number of its line, and lines outside tables are blank.

    Raises
    ------
    UnreadableFileError
        The file is missing, empty, protected or not a table.
    """
    path = Path(path)
    content = path.read_bytes() if path.is_file() else b""
    if is_word_file(content):
        return _word_sheets(path, content)
    if path.suffix.lower() == ".doc":
        raise UnreadableFileError(say("plan_file", "old_word", file=path.name),
                                  hints=[say("plan_file", "old_word_remedy")])
    if content.startswith(_WORKBOOKS):
        merges = _find_merges(content)
        return [_spread(sheet, merges.get(sheet.name, [])) for sheet in read_sheets(path)]
    text = _decode(content)
    if re.search(r"<table\b", text, re.I):
        tables = _page_tables(text)
        if tables:
            return [_as_sheet(path, f"Table {i}", rows, frozenset(spread))
                    for i, (rows, spread) in enumerate(tables, start=1)]
    lines = text.splitlines()
    if any(_RULER.match(line) and "|" in line for line in lines):
        return [_as_sheet(path, "", _pipe_rows(lines))]
    if any("\t" in line and _TAGS_IN_CELLS.search(line) for line in lines):
        rows = [[_plain_cell(cell) for cell in line.split("\t")] if "\t" in line else [] for line in lines]
        return [_as_sheet(path, "", rows)]
    return [PlanSheet(sheet, frozenset()) for sheet in read_sheets(path)]


def _word_sheets(path: Path, content: bytes) -> list[PlanSheet]:
    """Give the tables of a Word document, each a sheet; one that goes on after a page break joins the one above."""
    sheets: list[tuple[str, list[list[str]], set[tuple[int, int]]]] = []
    for name, rows, spread in read_word_tables(path, content):
        before = sheets[-1] if sheets else None
        width = max(map(len, rows))
        is_headed = find_action_header(_as_sheet(path, name, rows).sheet) is not None
        if before is not None and not is_headed and width == max(map(len, before[1])) > 2:
            n = len(before[1])
            before[1].extend(rows)
            before[2].update((i + n, j) for i, j in spread)
        else:
            sheets.append((name, rows, spread))
    names = [name for name, _, _ in sheets]
    return [_as_sheet(path, name if names.count(name) == 1 else f"{name} ({i})", rows, frozenset(spread))
            for i, (name, rows, spread) in enumerate(sheets, start=1)]


def _as_sheet(path: Path, name: str, rows: list[list[str]],
              spread: frozenset[tuple[int, int]] = frozenset()) -> PlanSheet:
    width = max(map(len, rows), default=0)
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    columns = tuple(TextColumn.of_cells([row[j] for row in padded]) for j in range(width))
    return PlanSheet(SourceSheet(path.name, name, columns), spread)


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


# Merged cells of a workbook -------------------------------------------------------------------------------------


def _find_merges(content: bytes) -> dict[str, list[tuple[int, int, int, int]]]:
    """Give the cells merged over several rows: first row, first column, last row, last column, by sheet."""
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            found = {}
            for name in book.sheet_names:
                ranges = book.get_sheet_by_name(name).merged_cell_ranges or []
                found[name] = [(*first, *last) for first, last in ranges if last[0] > first[0]]
            return found
    except (CalamineError, OSError, ValueError):
        return {}  # read_sheets says what is wrong with the file


def _spread(sheet: SourceSheet, merges: list[tuple[int, int, int, int]]) -> PlanSheet:
    if not merges:
        return PlanSheet(sheet, frozenset())
    columns, places = [column[:] for column in sheet.columns], set()
    for top, left, bottom, _ in merges:
        for row in range(top + 1, min(bottom, sheet.n_rows - 1) + 1):
            if left < len(columns):  # the reader may have filled it already
                columns[left][row] = columns[left][top]
                places.add((row, left))
    spread = SourceSheet(sheet.file, sheet.name, tuple(map(TextColumn.of_cells, columns)), sheet.notes)
    return PlanSheet(spread, frozenset(places))


# Tables of written reports --------------------------------------------------------------------------------------


def _pipe_rows(lines: list[str]) -> list[list[str]]:
    rows: list[list[str]] = []
    for i, line in enumerate(lines):
        in_table = line.strip().startswith("|") or (
            "|" in line and any(_RULER.match(near) and "|" in near for near in lines[max(i - 60, 0):i + 2]))
        if not in_table or _RULER.match(line):
            rows.append([])
            continue
        inner = line.strip()
        inner = inner.removeprefix("|")
        inner = inner[:-1] if inner.endswith("|") and not inner.endswith("\\|") else inner
        rows.append([_plain_cell(cell.replace("\\|", "|")) for cell in _CELL_EDGE.split(inner)])
    return rows


def _plain_cell(cell: str) -> str:
    """Give a cell without marks of layout: lists become bullets, paragraphs are parted by blank lines."""
    text = re.sub(r"\s*<li\b[^>]*>\s*(?:[•▪●]\s*)?", "\n• ", cell, flags=re.I)
    text = re.sub(r"\s*</p>\s*<p\b[^>]*>\s*", "\n\n", text, flags=re.I)
    text = re.sub(r"\s*<br\s*/?>\s*", "\n", text, flags=re.I)
    text = html.unescape(re.sub(r"<[^<>]+>", "", text))
    text = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text))
    return "\n".join(line.strip() for line in text.strip().split("\n"))


_BREAKS = {"br": "\n", "li": "\n• ", "p": "\n\n", "div": "\n"}


def _page_tables(text: str) -> list[tuple[list[list[str]], set[tuple[int, int]]]]:
    """Give the tables of a page: rows of cells with lists as bullets, and the places carried down from above."""
    return [([[_page_cell(cell) for cell in row] for row in table.rows], table.carried)
            for table in read_tables(text, breaks=_BREAKS, collapse=True)]


def _page_cell(cell: str) -> str:
    text = re.sub(r"[ \t]*\n[ \t]*", "\n", cell)
    return re.sub(r"• (?:[•▪●]\s*)", "• ", re.sub(r"\n{3,}", "\n\n", text)).strip()
