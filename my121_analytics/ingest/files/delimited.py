"""Delimited text as cells: encoding and delimiter are recognised, and no quote or line end swallows a row."""

from __future__ import annotations

import codecs
import csv
import ctypes
import io
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.broken_off import breaks_off
from my121_analytics.ingest.files.refusal import LONGEST_CELL, refuse
from my121_analytics.ingest.files.source_sheet import (
    SourceSheet,
    TextColumn,
    columns_of,
    without_trailing_blanks,
)

DELIMITERS = (",", ";", "\t", "|")
_HEAD_BYTES = 262_144
_HEAD_LINES = 200
_TELLING_WIDTH = 3
_LONGEST_CELL = 200
"""Lines that one quoted cell may run over where quotes are known to be astray."""
_WIDEST = 4_000
"""Cells in one line; more is no table of people, and each would be a column of its own."""
_LARGEST_TABLE = 60_000_000
"""Cells of the table with its short rows filled up: a million rows of sixty columns, about 2 GB."""
_HOLE = b"\0" * 64
"""So many zero bytes in a row are a part of the file that was never written."""
_STRAY = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte))
          for byte in range(0x80, 0x100)}
"""Bytes that are no UTF-8, as Python marks them -> what cp1252 has for them (five bytes mean nothing there)."""
_BLOCK = 1 << 20
_ROWS_AT_ONCE = 1 << 16
"""So many rows are held as objects at a time; of those before only codes and distinct texts are kept."""
_SHOWN = 40
"""Letters of a line that are enough to find it by."""


def decode(path: Path, content: bytes) -> tuple[bytes, list[tuple[str, str]]]:
    """Bring text of any encoding to UTF-8 without a mark.

    Parameters
    ----------
    path
        The file, for messages.
    content
        Its bytes.

    Returns
    -------
    tuple
        UTF-8, and what was noticed: pairs of a rule's code and a value.

    Raises
    ------
    UnreadableFileError
        It is no text, or has holes of zero bytes.
    """
    text, notes = _from_wide(path, content)
    if text is None:
        content = content.removeprefix(codecs.BOM_UTF8)
        _check_text(path, content)
        if content.isascii():
            return _without_zeros(content, notes)
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            content, found = _from_mixed(content)
            notes.append(found)
    else:
        content = text.encode("utf-8")
    if b"\xef\xbf\xbd" in content:
        notes.append(("letters_lost", str(content.count(b"\xef\xbf\xbd"))))
    return _without_zeros(content, notes)


def _from_wide(path: Path, content: bytes) -> tuple[str | None, list[tuple[str, str]]]:
    """Decode UTF-16 and UTF-32, told by their mark or by a zero in every other byte; None for other text."""
    head = content[:4096]
    zeros = head.count(0)
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        encoding, unit = "utf-32", 4
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding, unit = "utf-16", 2
    elif zeros > len(head) // 4:
        encoding, unit = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be", 2
    else:
        return None, []
    if len(content) % unit:
        raise refuse(path, "cut_text")
    notes = [("encoding", f"UTF-{8 * unit}")]
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode(encoding, "replace")
    text = text.removeprefix("\ufeff")
    if _HOLE.decode() in text:
        raise refuse(path, "holes")
    if sum(c < " " and c not in "\t\r\n\f" for c in text[:4096]) > len(text[:4096]) // 100:
        raise refuse(path, "not_a_table")
    return text, notes


def _check_text(path: Path, content: bytes) -> None:
    head = content[:4096]
    # Zero bytes and the first eight control characters occur in no text, bar a few strays.
    if sum(byte < 9 for byte in head.strip(b"\0")) > len(head) // 100 + 1:
        raise refuse(path, "not_a_table")
    if _HOLE in content:
        raise refuse(path, "holes")


def _from_mixed(content: bytes) -> tuple[bytes, tuple[str, str]]:
    """Decode cp1252, also where it is mixed into UTF-8: each byte that is no UTF-8 stands for itself."""
    text = content.decode("utf-8", "surrogateescape")
    strays = len(re.findall("[\udc80-\udcff]", text))
    whole = len(re.findall("[^\x00-\x7f\udc80-\udcff]", text))
    undefined = re.search(b"[\x81\x8d\x8f\x90\x9d]", content) is not None
    note = ("mixed_encoding", str(strays)) if whole else ("encoding", "latin-1" if undefined else "cp1252")
    return text.translate(_STRAY).encode("utf-8"), note


def _without_zeros(content: bytes, notes: list[tuple[str, str]]) -> tuple[bytes, list[tuple[str, str]]]:
    zeros = content.count(0) if b"\0" in content else 0  # the search is much faster than the count
    if zeros:
        notes.append(("zero_bytes", str(zeros)))
        content = content.replace(b"\0", b"")
    return content, notes


def read_delimited(path: Path, content: bytes, notes: list[tuple[str, str]]) -> SourceSheet:
    """Read delimited text as one sheet.

    Parameters
    ----------
    path
        The file, for its name.
    content
        UTF-8 text.
    notes
        What was noticed before.

    Returns
    -------
    SourceSheet

    Raises
    ------
    UnreadableFileError
        It breaks off within its last row, or is larger than can be read.
    """
    head = content[:_HEAD_BYTES].decode("utf-8", "ignore")
    _check_lines(path, content)
    delimiter = _find_delimiter(head)
    widths = np.array([len(row) for row in _head_rows(head, delimiter)], dtype=np.int64)
    columns = _parse_fast(content, delimiter, widths) if _is_regular(widths) else None
    if columns is None:
        rows, more = _parse_carefully(content.decode("utf-8"), delimiter)
        again = _unwrap_lines(rows)
        if again is not None:
            return read_delimited(path, again, [*notes, ("quoted_lines", "")])
        widest = max(map(len, rows), default=0)
        for number, row in enumerate(rows, start=1):
            if max(map(len, row), default=0) > LONGEST_CELL:
                raise refuse(path, "long_cell", row=f"{number:,}", n=f"{LONGEST_CELL:,}")
        if widest > _WIDEST or widest * len(rows) > _LARGEST_TABLE:
            raise refuse(path, "too_large")
        columns, notes = columns_of(rows), [*notes, *more]
        widths = np.array([len(row) for row in rows], dtype=np.int64)
    elif len(columns) == 1:
        again = _unwrap_lines([[text] for text in columns[0][:].tolist()])
        if again is not None:
            return read_delimited(path, again, [*notes, ("quoted_lines", "")])
    if breaks_off(content, delimiter, columns, widths):
        raise refuse(path, "cut_line", row=f"{len(columns[0]):,}", value=_last_letters(content))
    return SourceSheet(path.name, "", columns, tuple(notes), widths=widths, decimal_comma=delimiter != ",")


def _check_lines(path: Path, content: bytes) -> None:
    """Refuse text with a line that no row of a table has: each further step would look at all of it again."""
    if len(content) <= LONGEST_CELL:
        return
    start = 0
    while len(content) - start > LONGEST_CELL:
        end = max(content.rfind(byte, start, start + LONGEST_CELL) for byte in (b"\n", b"\r"))
        if end < start:
            raise refuse(path, "long_cell", row=f"{content.count(bytes((10,)), 0, start) + 1:,}",
                         n=f"{LONGEST_CELL:,}")
        start = end + 1


def _last_letters(content: bytes) -> str:
    """Give the end of the last line, as somebody who opens the file will see it."""
    line = content[max(content.rfind(b"\n"), content.rfind(b"\r")) + 1:].decode("utf-8", "replace")
    return line if len(line) <= _SHOWN else f"...{line[-_SHOWN:]}"


def _unwrap_lines(rows: list[list[str]]) -> bytes | None:
    """Give the text of lines that are quoted as a whole (``"a,""b, c"",d"``); None where they are not."""
    lines = [row[0] for row in rows if row and row[0]]
    if len(lines) < 2 or any(len(row) > 1 for row in rows):
        return None
    for delimiter in DELIMITERS:
        try:
            widths = {len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines[:_HEAD_LINES]}
        except csv.Error:  # a cell over several lines is no line
            return None
        if len(widths) == 1 and widths.pop() >= _TELLING_WIDTH:
            return "".join(f"{row[0] if row else ''}\n" for row in rows).encode("utf-8")
    return None


def _find_delimiter(head: str) -> str:
    """Choose the delimiter that cuts most rows into the same, large number of cells."""
    first = re.split(r"[\r\n]", head.lstrip("\ufeff"), maxsplit=1)[0].strip(" ").strip('"').lower()
    if first.startswith("sep=") and first[4:5] in DELIMITERS:
        return first[4]

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _head_rows(head, delimiter) if len(row) > 1)
        best = max(((n * (width - 1), width) for width, n in widths.items()), default=(0, 0))
        return float(best[0]), best[1]

    return max(DELIMITERS, key=score)


def _is_regular(widths: np.ndarray) -> bool:
    """Say whether no row at the head of a file is wider than most: a wider one has a delimiter too many."""
    telling = widths[widths > 1]
    return not len(telling) or int(telling.max()) == Counter(telling.tolist()).most_common(1)[0][0]


def _head_rows(head: str, delimiter: str) -> list[list[str]]:
    csv.field_size_limit(max(csv.field_size_limit(), _HEAD_BYTES + 1))
    lines = io.StringIO(head, newline="")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            rows.append(row)
            if len(rows) >= _HEAD_LINES:
                return rows
    except csv.Error:
        return rows
    return rows[:-1] if len(rows) > 1 and len(head) > _HEAD_BYTES // 2 else rows  # the last may be cut off


def _parse_fast(content: bytes, delimiter: str, widths: np.ndarray) -> tuple[TextColumn, ...] | None:
    """Parse regular text in one go; None where rows are wider than the first ones or cells run over lines."""
    width = int(widths.max(initial=1))
    if width > _WIDEST or not content:
        return None
    columns = [_ColumnParts() for _ in range(width)]
    try:
        with pd.read_csv(io.BytesIO(content), sep=delimiter, header=None, names=range(width), index_col=False,
                         dtype=object, na_filter=False, skip_blank_lines=False, chunksize=_ROWS_AT_ONCE) as parts:
            for part in parts:
                for column, name in zip(columns, part.columns, strict=True):
                    column.add(part[name].to_numpy())
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        return None
    breaks = _count(content, b"\n") or content.count(b"\r")
    if columns[0].n_rows != breaks + (not content.endswith((b"\n", b"\r"))):
        return None
    return without_trailing_blanks(tuple(column.whole() for column in columns))


class _ColumnParts:
    """A column that comes in parts, each held as codes and texts as soon as it is there."""

    def __init__(self) -> None:
        self._codes: list[np.ndarray] = []
        self._texts: list[np.ndarray] = []

    @property
    def n_rows(self) -> int:
        return sum(map(len, self._codes))

    def add(self, cells: np.ndarray) -> None:
        codes, texts = _tell_objects_apart(cells)
        self._codes.append((codes + sum(map(len, self._texts))).astype(np.int32))
        self._texts.append(texts)

    def whole(self) -> TextColumn:
        return TextColumn.of_codes(np.concatenate(self._codes), np.concatenate(self._texts))


def _tell_objects_apart(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give codes and the texts that they stand for, in order of appearance; a text once for each object that it is.

    pandas holds a text that occurs again mostly as one object: where they stand in memory tells texts apart several
    times as fast as reading them. Only CPython keeps addresses in such an array.
    """
    if sys.implementation.name != "cpython":
        return pd.factorize(cells)
    cells = np.ascontiguousarray(cells)
    memory = memoryview((ctypes.c_char * cells.nbytes).from_address(cells.ctypes.data))
    places = np.frombuffer(memory, dtype=np.intp)
    begins = np.flatnonzero(np.append(True, places[1:] != places[:-1]))  # of runs of one object
    if 2 * len(begins) > len(cells):
        begins = np.arange(len(cells))
    runs, objects = pd.factorize(places[begins])
    first = np.empty(len(objects), dtype=np.intp)
    first[runs[::-1]] = begins[::-1]
    codes = runs if len(begins) == len(cells) else np.repeat(runs, np.diff(begins, append=len(cells)))
    return codes, cells[first]


def _count(content: bytes, byte: bytes) -> int:
    """Count a frequent byte, several times faster than ``bytes.count`` does."""
    values = np.frombuffer(content, dtype=np.uint8)
    return sum(int(np.count_nonzero(values[start:start + _BLOCK] == byte[0]))
               for start in range(0, len(values), _BLOCK))


def _parse_carefully(text: str, delimiter: str) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """Parse text with rows of unequal width, cells that run over lines, or stray quotes; nothing is dropped."""
    # A cell can be as long as the file; the module's own limit would refuse long comments.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error:
        return _parse_lines(text, delimiter), [("stray_quotes", "")]
    if _has_swallowed_rows(rows, delimiter):
        return _parse_lines(text, delimiter), [("stray_quotes", "")]
    return rows, []


def _usual_width(rows: list[list[str]]) -> int:
    widths = Counter(len(row) for row in rows if len(row) > 1)
    return widths.most_common(1)[0][0] if widths else 1


def _has_swallowed_rows(rows: list[list[str]], delimiter: str) -> bool:
    """Say whether a stray quote has pulled the following rows into one cell.

    Quoted cells may well run over lines; but where each of the lines would by itself be a row of the usual width,
    they are rows. With two columns that happens by chance, so there a well-formed file is taken at its word.
    """
    width = _usual_width(rows)
    if width < _TELLING_WIDTH:
        return False
    broken = (delimiter.join(row) for row in rows if any("\n" in cell or "\r" in cell for cell in row))
    return any(all(line.count(delimiter) == width - 1 for line in text.splitlines()) for text in broken)


def _parse_lines(text: str, delimiter: str) -> list[list[str]]:
    """Parse line by line: a quote opens a cell over several lines only where a row of the usual width comes out."""
    lines = re.split(r"\r\n|\n|\r", text)
    if not lines[-1]:
        lines.pop()
    sole = [next(csv.reader([line], delimiter=delimiter), []) for line in lines]
    width = _usual_width([row for line, row in zip(lines, sole, strict=True) if line.count('"') % 2 == 0])
    rows: list[list[str]] = []
    position = 0
    while position < len(lines):
        taken, row = 1, sole[position]
        if lines[position].count('"') % 2:
            taken, row = _close_quote(lines, position, delimiter, width)
        rows.append(row)
        position += taken
    return rows


def _close_quote(lines: list[str], start: int, delimiter: str, width: int) -> tuple[int, list[str]]:
    """Give how many lines an open quote spans and the row; the quote is plain text if no fitting row comes out."""
    for end in range(start + 1, min(start + _LONGEST_CELL, len(lines))):
        if lines[end].count('"') % 2:
            joined = list(csv.reader(io.StringIO("\n".join(lines[start:end + 1]), newline=""), delimiter=delimiter))
            if len(joined) == 1 and len(joined[0]) == width and not _has_swallowed_rows(joined, delimiter):
                return end - start + 1, joined[0]
            break
    return 1, next(csv.reader([lines[start]], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
