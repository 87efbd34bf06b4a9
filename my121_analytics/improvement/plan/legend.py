"""The key of a tracker: what its colours and codes mean, on a sheet of its own or beside the table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from my121_analytics.improvement.headings import plain, spellings
from my121_analytics.improvement.plan.action_progress import Vocabulary, read_meaning
from my121_analytics.improvement.plan.action_table import find_action_header
from my121_analytics.ingest.files.exports import SourceSheet

_LONGEST_LABEL = 20
_ENTRY = re.compile(r"(?P<label>[A-Za-z]+)\s*(?:=|:|[-–—])\s*(?P<meaning>[^=;|]+?)\s*(?:[;|,.]|$)")


def find_vocabulary(sheets: Iterable[SourceSheet], own: Mapping[str, str], *,
                    columns: Mapping[str, str] | None = None) -> Vocabulary:
    """Read the key of a plan.

    Parameters
    ----------
    sheets
        Of the plan; a key counts wherever it stands outside the tables of actions.
    own
        The settings' words (``[plan] status_words``), which beat the key.
    columns
        The settings' headings (``[plan] columns``).

    Returns
    -------
    Vocabulary
        A label that the plan explains twice, in ways that differ, has no meaning.
    """
    legend: dict[str, str] = {}
    meanings: dict[str, str] = {}
    for sheet in sheets:
        for label, meaning in _entries(sheet, columns):
            state, key = read_meaning(meaning), plain(label)
            if key in legend and legend[key] != state:
                state = ""
            legend[key] = state
            meanings[key] = meaning
    return Vocabulary({plain(word): state for word, state in own.items()}, legend, meanings)


def is_key_row(row: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Say whether a row below a table belongs to the plan's key and holds no action."""
    cells = [" ".join(cell.split()) for cell in row if cell.strip()]
    if len(cells) == 1:
        return any(True for _ in _in_one_cell(cells[0]))
    if len(cells) != 2:
        return False
    return _heads_key(cells) or vocabulary.meanings.get(plain(cells[0])) == cells[1]


def _entries(sheet: SourceSheet, columns: Mapping[str, str] | None) -> Iterator[tuple[str, str]]:
    header = find_action_header(sheet, own=columns)
    rows = sheet.rows if header is None else [*sheet.rows[:header.at], *_below_table(sheet, header.first)]
    in_key = False
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row if cell.strip()]
        if len(cells) == 2 and _heads_key(cells):
            in_key = True
        elif len(cells) == 2 and (_is_colour_word(cells[0]) or (in_key and len(cells[0]) <= _LONGEST_LABEL)):
            yield cells[0], cells[1]
        elif len(cells) == 1:
            yield from _in_one_cell(cells[0])
        elif cells:
            in_key = False


def _below_table(sheet: SourceSheet, first: int) -> list[list[str]]:
    """Give the rows under a table of which at most two cells are filled: an action has more."""
    return [row for row in sheet.rows[first:] if sum(bool(cell.strip()) for cell in row) <= 2]


def _heads_key(cells: list[str]) -> bool:
    known = spellings("legend")
    return plain(cells[0]) in known["label"] and plain(cells[1]) in known["meaning"]


def _in_one_cell(cell: str) -> Iterator[tuple[str, str]]:
    """Read ``Key: Green = complete; Amber = on track``."""
    text = re.sub(r"^\s*(?:b?rag )?(?:key|legend|rating)s?\s*:\s*", "", cell, flags=re.I)
    entries = [(found["label"], found["meaning"]) for found in _ENTRY.finditer(text) if _is_colour(found["label"])]
    are_words = all(len(label) > 1 for label, _ in entries)
    if len(entries) > 2 or (are_words and (len(entries) == 2 or (entries and text.startswith(entries[0][0])))):
        yield from entries


def _is_colour_word(text: str) -> bool:
    return len(text) > 1 and _is_colour(text)


def _is_colour(text: str) -> bool:
    return plain(text) in {word for words in spellings("colours").values() for word in words}
