"""The cells of a sheet's XML told apart by their style and their reach, all of them at once.

What is found is what nearly every program writes: ``<c r="A1" s="1"><v>123</v></c>``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

_CHUNK = 1 << 20
"""Bytes looked through at a time: as many as a processor keeps at hand, and a multiple of four."""
_MOST_LETTERS, _MOST_ROW_DIGITS, _MOST_STYLE_DIGITS = 3, 7, 5
_MOST_EXACT_DIGITS = 15
_N_STYLES = 10**_MOST_STYLE_DIGITS
_WIDEST = 100
"""Bytes into which any window on a cell fits, beside the prefix."""


def count_whole_numbers(data: bytes, prefix: bytes, styles: Collection[int]) -> tuple[dict[tuple[int, int], int], int]:
    """Count the whole numbers in cells of some styles.

    Parameters
    ----------
    data
        A sheet's XML.
    prefix
        Of its tags, with the colon.
    styles
        Numbers of the styles.

    Returns
    -------
    tuple
        Column, counted from 0, and style -> cells with a whole number in the usual writing; and how many cells of these
        styles there are, whatever they hold and however they are written.
    """
    text = np.frombuffer(data.ljust(_WIDEST + len(prefix)), dtype=np.uint8)
    found, n_cells = Counter[tuple[int, int]](), 0
    for marks in find_marks(data, b' s="'):
        style, end = _read_styles(text, marks + 4)
        asked = np.isin(style, list(styles))
        marks, style, end = marks[asked], style[asked], end[asked]
        n_cells += len(marks)
        column, is_usual = _read_columns_before(text, marks, prefix)
        is_usual &= _hold_whole_numbers(text, end, prefix)
        pairs, counts = np.unique(column[is_usual] * _N_STYLES + style[is_usual], return_counts=True)
        found.update({divmod(pair, _N_STYLES): n for pair, n in zip(pairs.tolist(), counts.tolist(), strict=True)})
    return dict(found), n_cells


def may_reach_far(data: bytes, n_digits: int) -> bool:
    """Say whether a cell may lie beyond column Z, or in a row of more digits than expected.

    Parameters
    ----------
    data
        A sheet's XML in which no attribute stands between single quotes.
    n_digits
        Of the last row's number.

    Returns
    -------
    bool
        False where no cell does; True may also stand for an odd way of writing.
    """
    text = np.frombuffer(data, dtype=np.uint8)
    return any(_reach_far(text, marks + 4, n_digits) for marks in find_marks(data, b' r="'))


def find_marks(data: bytes, mark: bytes) -> Iterator[np.ndarray]:
    """Find four bytes wherever they stand, several times faster than a regular expression.

    Parameters
    ----------
    data
        To look through.
    mark
        Four bytes.

    Yields
    ------
    numpy.ndarray
        Where each begins: those in the first million bytes, in no particular order, then those in the next.
    """
    word = np.frombuffer(mark, dtype=np.uint32)[0]
    for start in range(0, len(data), _CHUNK):
        found = []
        for shifted in range(start, min(start + 4, len(data))):
            words = np.frombuffer(data, np.uint32, count=min(_CHUNK, len(data) - shifted) // 4, offset=shifted)
            found.append(np.flatnonzero(words == word) * 4 + shifted)
        yield np.concatenate(found)


def _reach_far(text: np.ndarray, at: np.ndarray, n_digits: int) -> bool:
    at = at[~_are_digits(text.take(at, mode="clip"))]  # the others are rows
    far = at
    for digit in range(n_digits + 1, 0, -1):  # the farthest first: few are left after it
        far = far[_are_digits(text.take(far + digit, mode="clip"))]
    return len(far) > 0 or not _are_digits(text.take(at + 1, mode="clip")).all()


def _windows(text: np.ndarray, at: np.ndarray, width: int) -> np.ndarray:
    """Give the bytes from some places on: one row for each of their positions, one column a place."""
    inside = np.clip(at, 0, len(text) - width)  # no cell stands at the very ends of a sheet
    return np.ascontiguousarray(sliding_window_view(text, width)[inside].T)


def _spell(window: np.ndarray, expected: bytes) -> np.ndarray:
    """Say which columns of a window begin with some bytes."""
    return np.logical_and.reduce([window[k] == byte for k, byte in enumerate(expected)])


def _are_digits(letters: np.ndarray) -> np.ndarray:
    return letters - np.uint8(48) < 10  # bytes before the digits wrap round to more than nine


def _count_first(are: np.ndarray) -> np.ndarray:
    """Count how many rows from the first on hold for each column without a break."""
    n, goes_on = np.zeros(are.shape[1], dtype=np.int64), np.ones(are.shape[1], dtype=bool)
    for row in are:
        goes_on &= row
        n += goes_on
    return n


def _read_styles(text: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Read the styles that begin at some places, -1 for an odd one, and where the quotation mark after each ends."""
    window = _windows(text, at, _MOST_STYLE_DIGITS + 1)
    n_digits = _count_first(_are_digits(window[:-1]))
    style = np.zeros(len(at), dtype=np.int64)
    for k in range(_MOST_STYLE_DIGITS):
        style = np.where(n_digits > k, style * 10 + window[k] - 48, style)
    is_closed = window[n_digits, np.arange(len(at))] == ord('"')
    return np.where(is_closed & (n_digits > 0), style, -1), at + n_digits + 1


def _read_columns_before(text: np.ndarray, at: np.ndarray, prefix: bytes) -> tuple[np.ndarray, np.ndarray]:
    """Read the column of a cell whose place ends before each of some marks, and say where one does."""
    width = _MOST_LETTERS + _MOST_ROW_DIGITS + 1
    back = _windows(text, at - width, width)[::-1]
    n_digits = _count_first(_are_digits(back[1:1 + _MOST_ROW_DIGITS]))
    place, column, n_letters = np.arange(len(at)), np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    for k in range(_MOST_LETTERS):
        letter = back[1 + n_digits + k, place].astype(np.int64) - 64
        goes_on = (n_letters == k) & (letter >= 1) & (letter <= 26)
        column += np.where(goes_on, letter * 26**k, 0)
        n_letters += goes_on
    opening = b"<" + prefix + b'c r="'
    before = _windows(text, at - 1 - n_digits - n_letters - len(opening), len(opening))
    return column - 1, (back[0] == ord('"')) & (n_digits > 0) & (n_letters > 0) & _spell(before, opening)


def _hold_whole_numbers(text: np.ndarray, at: np.ndarray, prefix: bytes) -> np.ndarray:
    """Say which cells hold a whole number and nothing else, from the place after their style on."""
    kind, opening = b' t="n"', b"><" + prefix + b"v>"
    at = at + len(kind) * _spell(_windows(text, at, len(kind)), kind)
    window = _windows(text, at, len(opening) + _MOST_EXACT_DIGITS + 2)
    digits = window[len(opening):]
    n_digits = _count_first(_are_digits(digits[:-2]))
    place = np.arange(len(at))
    is_closed = (digits[n_digits, place] == ord("<")) & (digits[n_digits + 1, place] == ord("/"))
    has_leading_zero = (digits[0] == ord("0")) & (n_digits > 1)
    return _spell(window, opening) & (n_digits > 0) & is_closed & ~has_leading_zero
