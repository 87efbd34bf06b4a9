"""Posts that nobody holds: rows of a staff list that are no people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import clean, is_missing, plain_list, plain_words
from my121_analytics.ingest.reading.headings import SheetMap
from my121_analytics.ingest.reading.states import EMPLOYMENT, POSITION, parse_states, states_of_flag
from my121_analytics.ingest.reading.table_header import ASIDE
from my121_analytics.workforce.schema import ORGANISATION

VACANCY_COLUMNS = ("post_id", *ORGANISATION)
"""What is kept of a vacant post."""
_NOBODY = ("vacant", "closed", "future")
"""States of a position that nobody holds."""
_MOST_SHOWN = 8
"""Ids that a message lists."""


def no_vacancies() -> pd.DataFrame:
    """Give the table of vacant posts without any."""
    return _no_vacancies().copy()


@cache
def _no_vacancies() -> pd.DataFrame:
    return pd.DataFrame({name: [] for name in VACANCY_COLUMNS}, dtype="str")


def set_vacancies_aside(sheet: SourceSheet, smap: SheetMap, key: int, aside: np.ndarray, log: Log,
                        states_given: Mapping[str, str]) -> np.ndarray:
    """Set rows of a staff list aside that have no id because nobody holds the post; gives those of vacant posts.

    A closed post, or one that is yet to come, has no holder either, and is no vacancy.
    """
    is_vacant = np.zeros(len(aside), dtype=bool)
    if smap.tables != ("people",):
        return np.flatnonzero(is_vacant)
    codes, texts = sheet.factor(key)
    is_vacant[_set_former_holders_aside(sheet, smap, aside, log, states_given)] = True
    empty = np.array([is_missing(text) or plain_words(clean(text)) in plain_list("vacant") for text in texts],
                     dtype=bool)[codes] & (aside == 0)
    for column in (POSITION, EMPLOYMENT):
        position = smap.columns.get(column)
        if position is None or not empty.any():
            continue
        at, words = sheet.factor(position)
        flags = states_of_flag(column, smap.text(position))
        states = parse_states(words, column, {**flags, **states_given}).values
        held_by_nobody = np.array([state in _NOBODY for state in states], dtype=bool)[at] & empty
        is_vacant |= np.array([state == "vacant" for state in states], dtype=bool)[at] & held_by_nobody
        if held_by_nobody.any():
            shown = ", ".join(dict.fromkeys(str(words[code]) for code in at[held_by_nobody].tolist()))
            log.add("vacant_post", file=sheet.file, sheet=sheet.name, n=int(held_by_nobody.sum()), values=shown)
            aside[held_by_nobody] = ASIDE.index("note") + 1
            empty &= ~held_by_nobody
    for column in ("name", "surname", "employee_id"):
        position = smap.columns.get(column)
        if position is None or not empty.any():
            continue
        at, names = sheet.factor(position)
        vacant = np.array([plain_words(clean(name)) in plain_list("vacant") for name in names], dtype=bool)[at] & empty
        if vacant.any():
            log.add("vacant_post", file=sheet.file, sheet=sheet.name, n=int(vacant.sum()),
                    values=str(sheet.columns[position][np.flatnonzero(vacant)[0]]))
            aside[vacant] = ASIDE.index("note") + 1
            empty &= ~vacant
            is_vacant |= vacant
    return np.flatnonzero(is_vacant)


def list_vacancies(sheet: SourceSheet, smap: SheetMap, rows: np.ndarray) -> pd.DataFrame:
    """Read post number and units of some rows; empty where the sheet has no such column."""
    held = {name: smap.columns.get(name) for name in VACANCY_COLUMNS}
    return pd.DataFrame({name: ["" if position is None else clean(str(sheet.columns[position][row])) for row in rows]
                         for name, position in held.items()}, dtype="str")


def _set_former_holders_aside(sheet: SourceSheet, smap: SheetMap, aside: np.ndarray, log: Log,
                              states_given: Mapping[str, str]) -> list[int]:
    """Set rows aside that call a position vacant and yet give an id: a stand-in number, or who held it before.

    Gives those rows.
    """
    position = smap.columns.get(POSITION)
    if position is None:
        return []
    at, words = sheet.factor(position)
    states = parse_states(words, POSITION, {**states_of_flag(POSITION, smap.text(position)), **states_given}).values
    vacant = np.array([state == "vacant" for state in states], dtype=bool)[at] & (aside == 0)
    ids = sheet.columns[smap.columns["employee_id"]]
    where = [row for row in np.flatnonzero(vacant).tolist() if not is_missing(ids[row])
             and plain_words(clean(ids[row])) not in plain_list("vacant")]
    if where:
        log.add("vacant_with_id", file=sheet.file, sheet=sheet.name, column=smap.text(position), n=len(where),
                values=", ".join(list(dict.fromkeys(clean(ids[row]) for row in where))[:_MOST_SHOWN]))
        aside[where] = ASIDE.index("note") + 1
    return where
