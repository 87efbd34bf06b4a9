"""What a number format shows in the place of a number: zeros in front, letters around it, or words."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge}
_BY_SIGN = {1: (("<>", None),), 2: ((">=", 0.0), ("<", 0.0)), 3: ((">", 0.0), ("<", 0.0), ("=", 0.0))}
"""Which numbers the sections of a format without conditions are for, by the number of sections."""


@dataclass(frozen=True)
class ShownNumber:
    """A number format that shows zeros in front of a whole number, or letters around it.

    Parameters
    ----------
    marks
        The format from left to right: ``0`` and ``#`` for digits, every other text as it is shown.
    """

    marks: tuple[str, ...]

    @cached_property
    def is_padding(self) -> bool:
        """Whether the format only fills up with zeros."""
        return set(self.marks) == {"0"}

    def show(self, number: str) -> str | None:
        """Give a whole number as the sheet shows it; None for numbers that the format does not concern."""
        digits = number.removesuffix(".0")
        if not digits.isdecimal():
            return None
        if self.is_padding:
            return digits.zfill(len(self.marks))
        left = list(digits.lstrip("0"))
        shown: list[str] = []
        last = next(i for i, mark in enumerate(self.marks) if mark in ("0", "#"))
        for i in range(len(self.marks) - 1, -1, -1):
            mark = self.marks[i]
            if mark not in ("0", "#"):
                shown.append(mark)
            elif i == last and left:
                shown.append("".join(left))
            elif left or mark == "0":
                shown.append(left.pop() if left else "0")
        return "".join(reversed(shown)).strip()


@dataclass(frozen=True)
class ShownWords:
    """A number format that shows words in the place of some numbers: ``[=1]"Partly met";[=2]"Met";"Exceeded"``.

    Parameters
    ----------
    sections
        Comparison and bound, from left to right (no bound: every other number), with what is shown; None for sections
        that show the number itself, or nothing.
    """

    sections: tuple[tuple[str, float | None, str | None], ...]

    def show(self, number: str) -> str | None:
        """Give the words that the sheet shows for a number; None where it shows the number."""
        try:
            value = float(number)
        except ValueError:
            return None
        return next((text for sign, bound, text in self.sections if bound is None or _COMPARE[sign](value, bound)),
                    None)


NumberFormat = ShownNumber | ShownWords
"""A format under which a cell does not show its bare number."""


def read_format(code: str) -> NumberFormat | None:
    """Read a number format; None for formats under which the bare number is what is meant (dates, decimals, shares).

    Parameters
    ----------
    code
        As in the workbook, such as ``000000``, ``"E"00000`` or ``"Yes";;"No"``.

    Returns
    -------
    ShownNumber, ShownWords or None
    """
    return _read_words(code) or _read_digits(code)


def _read_words(code: str) -> ShownWords | None:
    """Read a format with a section that shows words and no number; None where no section does."""
    parts = _sections_of(code)
    conditions = [_CONDITION.search(part) for part in parts]
    if not any(conditions):
        bounds = _BY_SIGN.get(min(len(parts), 3), ())
        sections = tuple((sign, bound, _words_in(part)) for (sign, bound), part in zip(bounds, parts, strict=False))
    else:
        sections = tuple((found[1], float(found[2]), _words_in(part)) if found else ("", None, _words_in(part))
                         for found, part in zip(conditions, parts, strict=True))
    return ShownWords(sections) if any(text for _, _, text in sections) else None


def _sections_of(code: str) -> list[str]:
    """Part a format at its semicolons, but for those in quotation marks or behind a backslash."""
    parts = [""]
    for piece in re.findall(r'"[^"]*"|\\.|.', code):
        if piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _words_in(section: str) -> str | None:
    """Give the words that a section shows; None where it shows the number, a date or no letters."""
    bare = re.sub(r"\[[^\]]*\]|_.|\*.", "", re.sub(r'"[^"]*"|\\.', "", section))
    if re.search(r"[^\s\-/():,.+]", bare):
        return None  # 0, #, ?, General, @, and letters of dates
    text = "".join(quoted or escaped or plain for quoted, escaped, plain in re.findall(
        r'"([^"]*)"|\\(.)|([\s\-/():,.+])', re.sub(r"\[[^\]]*\]|_.|\*.", "", section)))
    return text.strip() if any(c.isalpha() for c in text) else None


def _read_digits(code: str) -> ShownNumber | None:
    """Read a format that shows zeros in front of a whole number, or letters around it."""
    marks: list[str] = []
    i = 0
    while i < len(code) and code[i] != ";":
        char = code[i]
        if char == '"':
            end = code.find('"', i + 1)
            if end < 0:
                return None
            marks.append(code[i + 1:end])
            i = end
        elif char == "[":
            end = code.find("]", i)
            inside = code[i + 1:end]
            if end < 0 or not (inside.isalpha() or re.fullmatch(r"\$-[0-9A-Fa-f,]+", inside)) or inside in "hmsHMS":
                return None
            i = end
        elif char in "_*":
            i += 1
        elif char == "\\":
            marks.append(code[i + 1:i + 2])
            i += 1
        elif char in "0# -/()+:":
            marks.append(char)
        else:
            return None
        i += 1
    n_zeros = marks.count("0")
    first = next((j for j, mark in enumerate(marks) if mark in ("0", "#")), len(marks))
    before = any(c.isalpha() for mark in marks[:first] for c in mark)
    return ShownNumber(tuple(m for m in marks if m)) if n_zeros >= 2 or (n_zeros == 1 and before) else None
