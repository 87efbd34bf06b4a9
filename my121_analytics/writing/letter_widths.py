"""How wide a text of a workbook is, and on how many lines it stands in a column.

No program that opens a workbook fits heights and widths to what was written by another, so they are worked out here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

SIZE = 12
"""Points of the text of a workbook."""
UNIT = 5.25
"""Points of a unit of column width: a digit of the workbook's own font (10-point Arial), 7 dots wide on the screen."""
_ON_SCREEN = 1.03
"""Letters are rounded to whole dots on the screen, and take a little more than in print."""
_BOLD = 1.08
_WIDTHS = {
    191: "'", 222: "ijl‘’", 260: "|", 278: " !,./:;I[\\]ft·", 333: "()-`r“”", 334: "{}", 355: '"', 389: "*", 400: "°",
    469: "^", 500: "Jckvsxyz", 556: "#$£0123456789?L_abdeghnopqu–ß", 584: "+<=>~−±×", 611: "FTZ", 667: "&ABEKPSVXY",
    722: "CDHNRUw", 778: "GOQ", 833: "Mm", 889: "%", 944: "W", 1000: "—…", 1015: "@"}
"""Thousandths of the size that letters of Arial (and of Helvetica and Liberation Sans) take."""


class _Widths(dict[str, int]):
    """Widths by letter: one with an accent is as wide as the letter under it, an unknown one as wide as high."""

    def __missing__(self, letter: str) -> int:
        base = unicodedata.normalize("NFKD", letter)[:1]
        self[letter] = self[base] if base != letter and base in self else 1000
        return self[letter]


_BY_LETTER = _Widths({letter: width for width, letters in _WIDTHS.items() for letter in letters})


@lru_cache(maxsize=65_536)
def measure(text: str, *, size: float = SIZE, bold: bool = False) -> float:
    """Give the width of one line of text.

    Parameters
    ----------
    text
        Without line ends.
    size
        Of the letters, in points.
    bold
        Bold letters are wider.

    Returns
    -------
    float
        In units of column width.
    """
    points = sum(map(_BY_LETTER.__getitem__, text)) / 1000 * size
    return points / UNIT * _ON_SCREEN * (_BOLD if bold else 1.0)


def wrap_text(text: str, room: float, *, size: float = SIZE, bold: bool = False) -> list[str]:
    """Set a text on lines as a spreadsheet program does: between words, and within a word that is wider than a line.

    Parameters
    ----------
    text
        Line ends in it are kept.
    room
        Width of a line, in units of column width.
    size, bold
        As for :func:`measure`.

    Returns
    -------
    list of str
        One entry per line; at least one.
    """
    lines: list[str] = []
    for part in text.split("\n"):
        lines += _wrap_line(part, room, size, bold)
    return lines


def _wrap_line(text: str, room: float, size: float, bold: bool) -> list[str]:
    if measure(text, size=size, bold=bold) <= room:
        return [text]
    space = measure(" ", size=size, bold=bold)
    lines, line, filled = [], "", 0.0
    for word in text.split(" "):
        wide = measure(word, size=size, bold=bold)
        if line and filled + space + wide > room:
            lines.append(line)
            line, filled = "", 0.0
        while wide > room and len(word) > 1:
            fits = max(int(len(word) * room / wide), 1)
            lines.append(word[:fits])
            word = word[fits:]
            wide = measure(word, size=size, bold=bold)
        line, filled = (f"{line} {word}", filled + space + wide) if line else (word, wide)
    return [*lines, line]


def measure_longest_word(texts: Iterable[str], *, bold: bool = False) -> float:
    """Give the width of the widest word of some texts, in units of column width; a word may be broken at a hyphen."""
    words = {word for text in set(texts) for word in text.replace("-", "- ").split()}
    return max((measure(word, bold=bold) for word in words), default=0.0)
