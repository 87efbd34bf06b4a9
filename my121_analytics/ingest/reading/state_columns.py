"""Columns of states under headings that nobody knows, found by what stands in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import is_missing, plain_list, plain_words
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.headings import Heading, SheetMap
from my121_analytics.ingest.reading.states import (
    EMPLOYMENT,
    FORM,
    MOST_STATES,
    POSITION,
    STATE_COLUMNS,
    STATUS_MEANINGS,
    kind_of_states,
    may_head_states,
    parse_states,
)

_SHOWN = 3
_ANSWERS = plain_list("yes", "no", "either") - {"complete", "completed", "not completed", "not complete", "incomplete"}
"""Under a heading that nobody knows, yes and no answer any question."""
_FIRST_LOOK = 50
"""Cells that show of most columns that they hold no states."""


def find_states(sheet: SourceSheet, smap: SheetMap, below: int, log: Log) -> SheetMap:
    """Find columns of states under headings that are not known, by what stands in them.

    Parameters
    ----------
    sheet
        Text cells.
    smap
        What its columns are taken for.
    below
        First row of data.
    log
        Where findings go: headings that may be about something else are asked about.

    Returns
    -------
    SheetMap
        A heading that nobody knows, or one of contracts, is a column of states where nearly all its words are states
        of one kind and no other column says so.
    """
    for heading in smap.headings:
        cells = sheet.columns[heading.position][below:]
        if heading.column == EMPLOYMENT and "left_on" not in smap.columns and _are_days(cells):
            smap = _with_column(smap, heading, "left_on")  # "Left" heads days as well as words
            continue
        if heading.how == "ambiguous" and set(heading.meanings) == set(STATUS_MEANINGS):
            found = _states_by_table(cells, smap.tables)
        elif heading.how in ("unused", "synonym") and heading.column in ("", "contract") and not heading.suggestion:
            found = _states_in(cells)
        else:
            continue
        if not found or found in smap.columns or not _belongs(found, smap.tables):
            continue
        if heading.how == "unused" and not may_head_states(heading.text):
            shown = [str(text) for text in pd.unique(cells) if not is_missing(text)][:_SHOWN]
            log.add("states_asked", file=sheet.file, sheet=sheet.name, column=heading.text,
                    values=" and ".join(f"'{text}'" for text in shown), expected=found)
        else:
            smap = _with_column(smap, heading, found)
    return smap


def _states_in(cells: np.ndarray) -> str:
    """Say of which kind of states all cells are; the first cells settle it for most columns."""
    distinct: list[str] = []
    for part in (cells[:_FIRST_LOOK], cells):
        distinct = [text for text in pd.unique(part) if not is_missing(text)]
        if not 0 < len(distinct) <= MOST_STATES or not any(
                (parse_states(distinct, column).faults == "").all() for column in STATE_COLUMNS):
            return ""
    if all(plain_words(text) in _ANSWERS for text in distinct):
        return ""
    found = kind_of_states(distinct)
    return found if found and (parse_states(distinct, found).faults == "").all() else ""


def _states_by_table(cells: np.ndarray, tables: tuple[str, ...]) -> str:
    """Say which kind of states all cells under a bare ``Status`` are, in the order that the sheet suggests."""
    distinct = [text for text in pd.unique(cells) if not is_missing(text)]
    if not 0 < len(distinct) <= MOST_STATES:
        return ""
    order = (FORM, EMPLOYMENT) if _belongs(FORM, tables) else (EMPLOYMENT, POSITION)
    return next((column for column in order if (parse_states(distinct, column).faults == "").all()), "")


def _are_days(cells: np.ndarray) -> bool:
    days = [text for text in pd.unique(cells) if not is_missing(text)]
    return bool(days) and bool((parse_dates(days[:_FIRST_LOOK]).parsed.faults == "").all())


def _belongs(column: str, tables: tuple[str, ...]) -> bool:
    on_forms = bool({"placements", "conversations"} & set(tables))
    return bool(tables) and (on_forms if column == FORM else True)


def _with_column(smap: SheetMap, heading: Heading, column: str) -> SheetMap:
    headings = tuple(replace(h, column=column, how="content") if h is heading else h for h in smap.headings)
    columns = {name: place for name, place in smap.columns.items() if place != heading.position}
    return replace(smap, headings=headings, columns={**columns, column: heading.position})
