"""Where a sheet's table begins, and which of its rows are no data: titles, headers, subtotals, footers, blanks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.reading.cells import Parsed, begins_with, clean, is_missing, tells_count
from my121_analytics.ingest.reading.single_headings import is_recognised
from my121_analytics.ingest.reading.synonyms import compact

_SEARCHED = 100
"""Rows within which a header is looked for; titles and selection criteria above it are shorter than this."""
ASIDE = ("title", "header", "blank", "subtotal", "footer", "note", "not_record", "left_out")
"""Why a row is set aside, in the order of the codes kept per row (from 1; 0 is a row of data)."""
_FIGURES = re.compile(r"[\d£$.,%()\-\s:/]+")
_TOTAL = re.compile(r"\W*(?:.{0,60}\W)?(?:grand |overall |sub[ -]?)?totals?\W*", re.I)
"""A cell that is, or ends with, the word: a person called Total has a forename behind the comma."""
_RULE = re.compile(r"[-=_*+~.\u2013\u2014 ]{2,}")
"""A line drawn with characters under a header."""


@dataclass(frozen=True)
class Header:
    """The header of a sheet's table: its first and last row (counted from 0) and the headings.

    ``twice`` gives, for columns whose heading stands more than once and is told apart by the line above alone, that
    heading.
    """

    first: int
    last: int
    texts: tuple[str, ...]
    twice: Mapping[int, str] = field(default_factory=dict)


def find_header(sheet: SourceSheet, overrides: Mapping[str, str] | None = None) -> Header | None:
    """Find the row, or two rows, with the most known headings.

    Parameters
    ----------
    sheet
        Text cells.
    overrides
        ``[exports.columns]``; its headings are known ones.

    Returns
    -------
    Header or None
        None where no row holds two known headings (one, where the sheet has no more than two columns).
    """
    rows = [[clean(c) for c in sheet.row(i)] for i in range(min(sheet.n_rows, _SEARCHED))]
    known = _Known(overrides)
    needed = 1 if sheet.n_columns <= 2 else 2
    best: tuple[int, Header] | None = None
    for i, row in enumerate(rows):
        # the first row with the most known headings, not the first with enough: reports print the filters that were
        # chosen above the table ("Directorate: Care"), and those are headings too
        single = known.count(row)
        if single >= needed and (best is None or single > best[0]):
            best = single, Header(i, i, tuple(row))
        if i and single:
            # merged cells over a second row ("Manager" over "Name" and "Id") count only where both rows together say
            # more than either alone: else the line above is a title
            joined = _join(rows[i - 1], row, known)
            score = known.count(joined)
            if score > max(single, known.count(rows[i - 1]), best[0] if best else needed - 1):
                best = score, Header(i - 1, i, tuple(joined))
    return _tell_apart(best[1], rows) if best else None


def _tell_apart(header: Header, rows: list[list[str]]) -> Header:
    """Put the line above before headings that stand more than once, where it tells them apart."""
    below = rows[header.last]
    if header.last == 0 or len({compact(text) for text in below if text}) == sum(bool(text) for text in below):
        return header
    above = rows[header.last - 1]
    groups, group = [], ""
    for top in above:
        group = top or group  # a merged cell holds its text in the first of its columns alone
        groups.append(group)
    # only headings that stand twice take the line above: put before all of them it would make known ones unknown
    same: dict[str, list[int]] = {}
    for j, text in enumerate(below):
        if text:
            same.setdefault(compact(text), []).append(j)
    twice = {j: below[j] for places in same.values() if len(places) > 1
             and len({groups[p] for p in places}) == len(places) and all(groups[p] for p in places) for j in places}
    texts = tuple(f"{groups[j]} {below[j]}" if j in twice else text for j, text in enumerate(header.texts))
    return Header(header.last - 1, header.last, texts, twice) if twice else header


class _Known:
    """Which texts are headings, remembered: heads of sheets repeat themselves."""

    def __init__(self, overrides: Mapping[str, str] | None) -> None:
        self._overrides = overrides
        self._answers: dict[str, bool] = {}

    def __contains__(self, text: str) -> bool:
        if text not in self._answers:
            self._answers[text] = len(text) < 80 and is_recognised(text, self._overrides)
        return self._answers[text]

    def count(self, row: list[str]) -> int:
        return len({compact(text) for text in row if text and text in self})


def _join(above: list[str], below: list[str], known: _Known) -> list[str]:
    """Put a group's heading before the headings under it, where those alone would not tell."""
    twice = {text for text in below if text and below.count(text) > 1}
    joined, group = [], ""
    for top, bottom in zip(above, below, strict=True):
        group = top or group
        joined.append(top if not bottom else f"{group} {bottom}".strip() if bottom in twice or bottom not in known
                      else bottom)
    return joined


def is_key_of_codes(sheet: SourceSheet) -> bool:
    """Say whether a sheet is a key: few rows, most of them a short code and what it means."""
    if not 2 < sheet.n_rows <= _LONGEST_KEY:
        return False
    rows = [filled for i in range(sheet.n_rows) if (filled := [text for cell in sheet.row(i) if (text := clean(cell))])]
    pairs = [row for row in rows if len(row) == 2 and len(row[0]) <= 2 and not any(c.isdigit() for c in row[1])]
    return len(pairs) > 1 and len({row[0] for row in pairs}) == len(pairs) and 2 * len(pairs) >= len(rows)


_LONGEST_KEY = 30
"""Rows beyond which a sheet is no key."""


def classify_rows(sheet: SourceSheet, header: Header, key: int, ids: Parsed) -> np.ndarray:
    """Say of each row whether it is data or why it is set aside.

    Parameters
    ----------
    sheet
        Text cells.
    header
        Of the sheet's table.
    key
        Column that a row of data fills: the employee's id, or what stands for it.
    ids
        The reading of that column's distinct texts.

    Returns
    -------
    numpy.ndarray
        Per row 0 for data, else the place in ``ASIDE`` counted from 1.
    """
    kinds = np.zeros(sheet.n_rows, dtype=np.int8)
    kinds[:header.first] = _code("title")
    kinds[header.first:header.last + 1] = _code("header")
    codes, _ = sheet.factor(key)
    # an id without any digit is rare: only such rows are looked at one by one, whole sheets by their distinct ids
    odd = np.array([value is None or not (value[-1].isdigit() or any(c.isdigit() for c in value))
                    for value in ids.values])
    words = np.array([value is not None for value in ids.values]) & odd
    # titles and the heading itself are words in every sheet
    below = np.flatnonzero(np.bincount(codes[header.last + 1:]))
    wordy = bool(words[below].sum() * 2 > len(below))
    suspects = np.flatnonzero(odd[codes])
    suspects = suspects[suspects > header.last]
    # A sheet that was formatted down to its last row has a million blank ones: they need no look each.
    blank = np.logical_and.reduce([column[suspects] == "" for column in sheet.columns]).astype(bool)
    kinds[suspects[blank]] = _code("blank")
    suspects = suspects[~blank]
    titles = {tuple(clean(c) for c in sheet.row(i)) for i in range(header.first)}
    known = _Known(None)
    for row in suspects.tolist():
        kinds[row] = _classify(sheet.row(row), key, header, titles, wordy)
        if kinds[row] == 0 and _names_columns(sheet.row(row), known):
            kinds[row] = _code("header")
    for row in _rows_of_totals(sheet, key, header):
        if row > header.last and kinds[row] == 0:
            kinds[row] = _code("subtotal")
    for row in range(header.first):
        if not any(clean(c) for c in sheet.row(row)):
            kinds[row] = _code("blank")
    return kinds


def _classify(raw: list[str], key: int, header: Header, titles: set[tuple[str, ...]], wordy: bool) -> int:
    """Say what one row without a usual id is; 0 where it must be looked at as data.

    ``wordy`` says that most ids of the column are words without a digit; else a word alone in a row is a remark.
    """
    row = [clean(c) for c in raw]
    filled = [c for c in row if c]
    if not filled:
        return _code("blank")
    if all(_RULE.fullmatch(c) for c in filled) and len(filled) * 2 > len(header.texts):
        return _code("note")
    like_header = sum(bool(text) and compact(text) == compact(head)
                      for text, head in zip(row, header.texts, strict=False))
    # printed reports repeat the header on each page, now and then with one cell cut or changed
    if like_header >= max(2, len(filled) * 0.8) or like_header == len(filled):
        return _code("header")
    if tuple(row) in titles:
        return _code("title")
    word_id = not is_missing(row[key]) and " " not in row[key] and bool(re.fullmatch(r"[\w.\-]+", row[key]))
    if is_missing(row[key]) or not word_id or begins_with(row[key], "totals") or begins_with(row[key], "footers"):
        if len(filled) <= 3 and begins_with(filled[0], "footers"):
            return _code("footer")
        totals = [text for text in filled if begins_with(text, "totals")]
        words = [text for text in filled if text not in totals and not _FIGURES.fullmatch(text)]
        # one word beside the total names its group; a row with more cells filled is a person called Total
        if totals and len(words) <= 1 and len(filled) <= max(2, len(header.texts) // 2 + 1):
            return _code("subtotal")
    if tells_count(filled[0]) and len(filled) <= 2:
        return _code("footer")
    if len(filled) == 1 and len(header.texts) > 2 and not (word_id and wordy):
        return _code("note")
    return 0


def _rows_of_totals(sheet: SourceSheet, key: int, header: Header) -> list[int]:
    """List rows that hold the word total and little but numbers; a figure can stand where ids stand."""
    found: set[int] = set()
    for column in range(sheet.n_columns):
        if column == key:
            continue
        codes, texts = sheet.factor(column)
        every = "\n".join(texts)
        if "otal" not in every and "OTAL" not in every:
            continue
        words = [i for i, text in enumerate(texts.tolist()) if ("otal" in text or "OTAL" in text)
                 and _TOTAL.fullmatch(clean(text))]
        if words:
            found.update(np.flatnonzero(np.isin(codes, words)).tolist())
    return [row for row in sorted(found) if _is_total(sheet.row(row), header)]


def _is_total(raw: list[str], header: Header) -> bool:
    filled = [text for text in map(clean, raw) if text]
    words = [text for text in filled if not _FIGURES.fullmatch(text) and not _TOTAL.fullmatch(text)]
    return not words and len(filled) <= max(2, len(header.texts) // 2 + 1)


def _names_columns(raw: list[str], known: _Known) -> bool:
    """Say whether a row repeats the header in other words, such as the fields' names in the system."""
    filled = [text for text in map(clean, raw) if text]
    return len(filled) >= 3 and not any(c.isdigit() for text in filled for c in text) and (
        sum(text in known for text in filled) >= 0.8 * len(filled))


def _code(kind: str) -> int:
    return ASIDE.index(kind) + 1
