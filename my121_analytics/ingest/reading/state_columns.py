"""Columns of states under headings that nobody knows, found by what stands in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import Sheet
from my121_analytics.ingest.reading.cells import is_missing, plain_list, plain_words
from my121_analytics.ingest.reading.headings import Heading, SheetMap
from my121_analytics.ingest.reading.states import FORM, MOST_STATES, STATE_COLUMNS, looks_like_states, parse_states

_ANSWERS = plain_list("yes", "no", "either") - {"complete", "completed", "not completed", "not complete", "incomplete"}
"""Under a heading that nobody knows, yes and no answer any question."""
_FIRST_LOOK = 50
"""Cells that show of most columns that they hold no states."""


def find_states(sheet: Sheet, smap: SheetMap, below: int) -> SheetMap:
    """Find columns of states under headings that are not known, by what stands in them.

    Parameters
    ----------
    sheet
        Text cells.
    smap
        What its columns are taken for.
    below
        First row of data.

    Returns
    -------
    SheetMap
        A heading that nobody knows, or one of contracts, is a column of states where nearly all its words are states
        of one kind and no other column says so.
    """
    for heading in smap.headings:
        if heading.how not in ("unused", "synonym") or heading.column not in ("", "contract") or heading.suggestion:
            continue
        found = _states_in(sheet.columns[heading.position][below:])
        wanted = [column for column in found if column not in smap.columns and _belongs(column, smap.tables)]
        if len(wanted) == 1:
            smap = _with_column(smap, heading, wanted[0])
    return smap


def _states_in(cells: np.ndarray) -> list[str]:
    """Say of which kinds of states the cells are; the first cells settle it for most columns."""
    for part in (cells[:_FIRST_LOOK], cells):
        distinct = [text for text in pd.unique(part) if not is_missing(text)]
        if len(distinct) > MOST_STATES or all(plain_words(text) in _ANSWERS for text in distinct):
            return []
        known = [column for column in STATE_COLUMNS if distinct and all(
            parse_states(distinct, column).faults == "")]
        if not known:
            return []
    return [column for column in known if looks_like_states(distinct, column)]


def _belongs(column: str, tables: tuple[str, ...]) -> bool:
    on_forms = bool({"placements", "conversations"} & set(tables))
    return bool(tables) and (on_forms if column == FORM else True)


def _with_column(smap: SheetMap, heading: Heading, column: str) -> SheetMap:
    headings = tuple(replace(h, column=column, how="content") if h is heading else h for h in smap.headings)
    columns = {name: place for name, place in smap.columns.items() if place != heading.position}
    return replace(smap, headings=headings, columns={**columns, column: heading.position})
