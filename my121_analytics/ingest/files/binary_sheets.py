"""What an xls file (BIFF) holds beside its values: number formats that show zeros, errors, hidden rows and columns."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from my121_analytics.ingest.files.number_formats import NumberFormat, read_format
from my121_analytics.ingest.files.sheet_xml import SheetFacts

_END = 0xFFFFFFFC
"""Sector numbers from here on are marks, not places."""
_FORMULA, _EOF, _DATES, _COLUMNS, _SHEET, _MANY_RK, _STYLE = 0x06, 0x0A, 0x22, 0x7D, 0x85, 0xBD, 0xE0
_PASSWORD, _SIZE = 0x2F, 0x200
_NUMBER, _ERROR, _ROW, _RK, _FORMAT, _START = 0x203, 0x205, 0x208, 0x27E, 0x41E, 0x809
_MANY = (_MANY_RK, 0xBE)
_CELLS = frozenset((_FORMULA, _NUMBER, _ERROR, _RK, *_MANY, 0xD6, 0xFD, 0x201, 0x204))
_MOST_ROWS, _MOST_COLUMNS = 65_536, 256
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!",
           0x2A: "#N/A"}


class DamagedFileError(ValueError):
    """The file contradicts itself."""


class ProtectedFileError(ValueError):
    """The file is encrypted."""


def scan_binary(content: bytes) -> tuple[bool, list[SheetFacts]]:
    """Scan an xls file.

    Parameters
    ----------
    content
        The file.

    Returns
    -------
    tuple
        Whether days are counted from 1904, and what each sheet holds, in the order of the workbook.

    Raises
    ------
    DamagedFileError
        The file is cut short or contradicts itself.
    ProtectedFileError
        The file is encrypted.
    """
    try:
        stream = _read_stream(content)
        return _scan_stream(stream)
    except (struct.error, IndexError, UnicodeDecodeError) as problem:
        raise DamagedFileError("its parts do not fit together") from problem


# The file system inside the file ------------------------------------------------------------------------------------


def _read_stream(content: bytes) -> bytes:
    """Give the stream that holds the workbook."""
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    n_tables, directory = struct.unpack_from("<I", content, 44)[0], struct.unpack_from("<I", content, 48)[0]
    cutoff, small_start = struct.unpack_from("<II", content, 56)
    further, n_further = struct.unpack_from("<II", content, 68)
    if shift not in (9, 12) or small_shift != 6:
        raise DamagedFileError("it has no valid header")
    size = 1 << shift
    n_sectors = len(content) // size + 1
    if n_tables > n_sectors or n_further > n_sectors:
        raise DamagedFileError("it is cut short")

    def sector(number: int) -> bytes:
        found = content[(number + 1) * size:(number + 2) * size]
        if len(found) < size:
            raise DamagedFileError("it is cut short")
        return found

    tables = list(struct.unpack_from("<109I", content, 76))
    for _ in range(n_further):
        more = sector(further)
        tables += struct.unpack(f"<{size // 4 - 1}I", more[:-4])
        further = struct.unpack("<I", more[-4:])[0]
    parts = [sector(number) for number in tables[:n_tables] if number < _END]
    chain = struct.unpack(f"<{sum(map(len, parts)) // 4}I", b"".join(parts))

    def follow(start: int) -> bytes:
        return b"".join(map(sector, _chain(chain, start, n_sectors)))

    entries = follow(directory)
    root, wanted = b"", None
    for at in range(0, len(entries) - 127, 128):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at:at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        start, n_bytes = struct.unpack_from("<II", entries, at + 116)
        if kind == 5:
            root = follow(start) if start < _END else b""
        elif kind == 2 and name.casefold() in ("workbook", "book") and (wanted is None or name == "Workbook"):
            wanted = start, n_bytes
    if wanted is None:
        raise DamagedFileError("it holds no workbook")
    start, n_bytes = wanted
    if n_bytes >= cutoff:
        return follow(start)[:n_bytes]
    small = follow(small_start) if small_start < _END else b""
    small_chain = struct.unpack(f"<{len(small) // 4}I", small)
    return b"".join(root[n * 64:n * 64 + 64] for n in _chain(small_chain, start, len(root) // 64 + 1))[:n_bytes]


def _chain(table: tuple[int, ...], start: int, limit: int) -> Iterator[int]:
    number, taken = start, 0
    while number < _END:
        taken += 1
        if number >= len(table) or taken > limit:
            raise DamagedFileError("it is cut short")
        yield number
        number = table[number]


# The workbook ---------------------------------------------------------------------------------------------------------


def _records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        if at + 4 + length > len(stream):
            raise DamagedFileError("it is cut short")
        yield kind, stream[at + 4:at + 4 + length]
        at += 4 + length


def _scan_stream(stream: bytes) -> tuple[bool, list[SheetFacts]]:
    epoch_1904, is_old = False, False
    codes: dict[int, str] = {}
    styles: list[int] = []
    places: list[int] = []
    for kind, data in _records(stream):
        if kind == _START and not places and not styles:
            is_old = struct.unpack_from("<H", data)[0] < 0x600
        elif kind == _PASSWORD:
            raise ProtectedFileError
        elif kind == _DATES:
            epoch_1904 = data[:1] == b"\1"
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", data)[0]] = _format_code(data, is_old)
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<H", data, 2)[0])
        elif kind == _SHEET and data[5:6] == b"\0":  # charts and macros are of other types
            places.append(struct.unpack_from("<I", data)[0])
        elif kind == _EOF:
            break
    shown = {i: form for i, key in enumerate(styles) if (form := read_format(codes.get(key, ""))) is not None}
    return epoch_1904, [_scan_sheet(stream, at, shown) for at in places]


def _format_code(data: bytes, is_old: bool) -> str:
    if is_old:
        return data[3:3 + data[2]].decode("cp1252", "replace")
    length, flags = struct.unpack_from("<HB", data, 2)
    return data[5:5 + length * 2].decode("utf-16-le", "replace") if flags & 1 else data[5:5 + length].decode("latin-1")


def _scan_sheet(stream: bytes, at: int, shown: dict[int, NumberFormat]) -> SheetFacts:
    found, depth = SheetFacts(), 0
    for kind, data in _records(stream, at):
        if kind == _START:
            depth += 1  # a chart inside a sheet is a stream of its own
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                break
        if depth > 1:
            continue
        if kind in _CELLS:
            row, column = struct.unpack_from("<HH", data)
            if kind in _MANY:
                column = struct.unpack_from("<H", data, len(data) - 2)[0]
            found.n_rows, found.n_columns = max(found.n_rows, row + 1), max(found.n_columns, column + 1)
        elif kind == _SIZE:
            _check_size(data)
        if kind == _RK:
            row, column, style, number = struct.unpack_from("<HHHI", data)
            _note_number(found, shown, row, column, style, _from_rk(number))
        elif kind == _NUMBER:
            row, column, style, value = struct.unpack_from("<HHHd", data)
            _note_number(found, shown, row, column, style, value)
        elif kind == _MANY_RK:
            row, column = struct.unpack_from("<HH", data)
            for place in range(4, len(data) - 5, 6):
                style, number = struct.unpack_from("<HI", data, place)
                _note_number(found, shown, row, column + (place - 4) // 6, style, _from_rk(number))
        elif kind == _ERROR and data[7:8] == b"\1":
            row, column = struct.unpack_from("<HH", data)
            found.errors[row, column] = _ERRORS.get(data[6], "#VALUE!")
        elif kind == _FORMULA:
            row, column, style, value = struct.unpack_from("<HHHd", data)
            if data[12:14] != b"\xff\xff":
                _note_number(found, shown, row, column, style, value)
            elif data[6:7] == b"\2":
                found.errors[row, column] = _ERRORS.get(data[8], "#VALUE!")
        elif kind == _ROW and struct.unpack_from("<H", data, 12)[0] & 0x20:
            found.hidden_rows.add(struct.unpack_from("<H", data)[0])
        elif kind == _COLUMNS and struct.unpack_from("<H", data, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", data)
            found.hidden_columns.update(range(first, min(last, 255) + 1))
    if found.n_columns > _MOST_COLUMNS:
        raise DamagedFileError("a cell lies where no cell can be")
    return found


def _check_size(data: bytes) -> None:
    """Hold the size that a sheet tells against what the format can hold; memory is set aside by it."""
    first, last, left, right = struct.unpack_from("<IIHH" if len(data) >= 12 else "<HHHH", data)
    if first > last or last > _MOST_ROWS or left > right or right > _MOST_COLUMNS:
        raise DamagedFileError("a sheet's size is not possible")


def _note_number(found: SheetFacts, shown: dict[int, NumberFormat], row: int, column: int, style: int,
                 value: float) -> None:
    form = shown.get(style)
    if form is None or not value.is_integer() or not 0 <= value < 1e15:
        return
    text = form.show(str(int(value)))
    if text is not None and text != str(int(value)):
        found.numbers[row, column] = text


def _from_rk(number: int) -> float:
    """Undo the packing of a number into thirty bits: a whole number or the upper half of a float, perhaps in cents."""
    if number & 2:
        value = float((number >> 2) - (1 << 30 if number & 0x80000000 else 0))
    else:
        value = float(struct.unpack("<d", b"\0\0\0\0" + struct.pack("<I", number & 0xFFFFFFFC))[0])
    return value / 100 if number & 1 else value
