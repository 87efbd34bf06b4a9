"""Cells of a form that hold a list: bullets to items, owners to names, and contact details to nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from my121_analytics.improvement.headings import BULLETS, is_nothing

_BULLET = re.compile(rf"^\s*(?:[{BULLETS}]|o(?=\s)|[-–](?=\s)|\(?(?:\d{{1,2}}|[a-z])[.)](?=\s))\s*", re.I)
_EMAIL = re.compile(r"(?:\bmailto:)?[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.I)
_PHONE = re.compile(r"(?:\b(?:tel(?:ephone)?|phone|mobile|mob|fax)\b\.?:? *)?(?<![\w/])"
                    r"(?:\+44[ ()0]*|0)\d(?:[ ()-]?\d){8,9}\b"
                    r"|\b(?:ext(?:ension|n)?|tel(?:ephone)?|phone|mob(?:ile)?)\b\.?:? *\d[\d ]{2,}", re.I)
_BRACKETS = re.compile(r"(?<=\s)\(([^()]+)\)|^\(([^()]+)\)")


@dataclass(frozen=True)
class Bracketed:
    """A cell's text with and without what stands in brackets.

    Parameters
    ----------
    whole
        As written, on one line.
    text
        Without the brackets that were set aside.
    inside
        What stood in them.
    """

    whole: str
    text: str
    inside: tuple[str, ...]


def split_items(cell: str, *, by_line: bool = False) -> list[str]:
    """Split a cell into its items.

    Parameters
    ----------
    cell
        Lines with bullets or numbers, or paragraphs with blank lines between; a line without a bullet continues the
        item above.
    by_line
        Without bullets and blank lines, start an item at each line that begins with a capital letter.

    Returns
    -------
    list of str
        Items without bullets; line breaks inside an item are kept. Empty for a blank cell.
    """
    text = cell.replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")
    lines = text.split("\n")
    has_bullets = any(_BULLET.match(line) for line in lines)
    has_gaps = re.search(r"\n[ \t]*\n", text.strip()) is not None
    items: list[list[str]] = []
    after_gap = True
    for line in lines:
        plain = line.strip()
        if not plain:
            after_gap = True
            continue
        if has_bullets:
            starts = _BULLET.match(line) is not None
        elif has_gaps:
            starts = after_gap
        else:
            starts = by_line and plain[:1].isupper()
        if starts or not items:
            items.append([])
        items[-1].append(_BULLET.sub("", line).strip() if starts else plain)
        after_gap = False
    return ["\n".join(item) for item in items]


def count_bullets(cell: str) -> int:
    """Count the lines of a cell that begin with a bullet or a number."""
    return sum(_BULLET.match(line) is not None for line in cell.split("\n"))


def strip_bullet(cell: str) -> str:
    """Take the bullet or number off the front of a cell."""
    return _BULLET.sub("", cell, count=1).strip()


def align(items: list[str], n: int, *, joiner: str = " ") -> list[str]:
    """Give each of ``n`` actions its item: one each where there are as many, else all of them for every action.

    Parameters
    ----------
    items
        Of one cell.
    n
        Number of actions in the row.
    joiner
        Put between the items that hold for all.

    Returns
    -------
    list of str
        ``n`` texts; empty where there are no items.
    """
    if not items:
        return []
    if len(items) == n > 1:
        return [item if joiner == "\n" else " ".join(item.split()) for item in items]
    whole = joiner.join(items)
    return [whole if joiner == "\n" else " ".join(whole.split())] * n


def split_owners(text: str) -> list[str]:
    """Split owners: one a line, or joined by plus, comma, semicolon or slash.

    Parameters
    ----------
    text
        Without brackets. ``and`` and ``&`` do not separate: they stand inside names of teams.

    Returns
    -------
    list of str
        In order, each once.
    """
    if is_nothing(text):
        return []
    names = [" ".join(_BULLET.sub("", name).split()).strip(" .-–:") for name in re.split(r"[\n;+,/]", text)]
    return list(dict.fromkeys(name for name in names if name))


def set_brackets_aside(text: str, *, any_text: bool = False) -> Bracketed:
    """Set aside what stands in brackets as a name: the project that carries an action, or the support for it.

    Parameters
    ----------
    text
        Of one action or its owners.
    any_text
        Take every bracket. Otherwise only those that begin with a capital letter, since a remark in the sentence
        does not.

    Returns
    -------
    Bracketed
    """
    inside = []

    def take(found: re.Match[str]) -> str:
        content = " ".join((found[1] or found[2]).split())
        if not any_text and not content[:1].isupper():
            return found[0]
        inside.append(content)
        return ""

    lines = [" ".join(_BRACKETS.sub(take, line).split()) for line in text.split("\n")]
    return Bracketed(" ".join(text.split()), "\n".join(line for line in lines if line), tuple(inside))


def without_contacts(text: str) -> tuple[str, int]:
    """Take e-mail addresses and telephone numbers out of a text.

    Parameters
    ----------
    text
        Any cell.

    Returns
    -------
    tuple
        The text without them, and how many there were.
    """
    plain, n_addresses = _EMAIL.subn("", text)
    plain, n_numbers = _PHONE.subn("", plain)
    if not n_addresses + n_numbers:
        return text, 0
    plain = re.sub(r"\(\s*[,;:]*\s*\)|[ \t]+(?=[,;)\n]|$)", "", plain)
    plain = re.sub(r"(?<=\S)[ \t]{2,}", " ", plain)
    return plain.strip(" \t,;:-"), n_addresses + n_numbers
