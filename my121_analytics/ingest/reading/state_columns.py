"""Columns of states under headings that nobody knows, found by what stands in them."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.cells import clean, is_missing, plain_list, plain_words
from my121_analytics.ingest.reading.dates import MONTHS, parse_dates
from my121_analytics.ingest.reading.headings import SheetMap
from my121_analytics.ingest.reading.single_headings import Heading
from my121_analytics.ingest.reading.states import (
    EMPLOYMENT,
    FORM,
    MOST_STATES,
    POSITION,
    STATE_COLUMNS,
    STATUS_MEANINGS,
    column_of_flag,
    kind_of_states,
    may_head_states,
    parse_states,
    state_if_filled,
    states_of_heading,
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
        cells = _Cells(sheet, heading.position, below)
        if heading.column == EMPLOYMENT and "left_on" not in smap.columns and _are_days(cells.distinct):
            smap = _with_column(smap, heading, "left_on")  # "Left" heads days as well as words
            continue
        if heading.how == "ambiguous" and set(heading.meanings) == set(STATUS_MEANINGS):
            found = _states_by_table(cells.distinct, smap.tables)
        elif heading.how == "unused" and (found := _told_by_heading(heading.text, cells, smap)):
            smap = _with_column(smap, heading, found)
            continue
        elif heading.how in ("unused", "synonym") and heading.column in ("", "contract"):
            found = _states_in(cells)
        else:
            continue
        if heading.how == "unused" and not found:
            smap = _ask_of_remarks(sheet, smap, heading, cells, log)
            continue
        if not found or found in smap.columns or not _belongs(found, smap.tables):
            continue
        if heading.how == "unused" and not may_head_states(heading.text):
            smap = _ask(sheet, smap, heading, found, cells.distinct, log)
        else:
            smap = _with_column(smap, heading, found)
    return _settle_rivals(sheet, smap, below)


def _settle_rivals(sheet: SourceSheet, smap: SheetMap, below: int) -> SheetMap:
    """Of several columns of one kind of states read the one that tells states apart, where only one does.

    ``Form status`` beside ``Signed off``, ``Employment status`` beside ``Leaver``: two that both tell leavers or
    unfinished forms stay asked about, since they may disagree.
    """
    for column, usual in _USUAL.items():
        rivals = [h for h in smap.headings if h.how == "ambiguous" and h.meanings == (column,)]
        if len(rivals) == 0 or column in smap.columns:
            continue
        telling = [h for h in rivals if _tells_apart(_Cells(sheet, h.position, below).distinct, h.text, column, usual)]
        if len(telling) > 1:
            continue
        chosen = (telling or rivals)[0]
        others = {h.position for h in rivals} - {chosen.position}
        smap = _with_column(smap, chosen, column)
        smap = replace(smap, headings=tuple(replace(h, how="duplicate", meanings=()) if h.position in others else h
                                            for h in smap.headings))
    return smap


_USUAL = {EMPLOYMENT: "employed", FORM: "finished", POSITION: "filled"}
"""State of most people, forms and posts."""


def _tells_apart(distinct: list[str], heading: str, column: str, usual: str) -> bool:
    """Say whether a column of states holds any other than the usual one, or words that are not known."""
    parsed = parse_states(distinct, column, states_of_heading(column, heading, distinct))
    return bool((parsed.faults != "").any()) or any(value != usual for value in parsed.values)


class _Cells:
    """The cells of one column below the header: the distinct texts of the first ones, and of all, that say anything."""

    def __init__(self, sheet: SourceSheet, position: int, below: int) -> None:
        self._sheet, self._position, self._below = sheet, position, below

    @property
    def first(self) -> list[str]:
        return self._texts(slice(self._below, self._below + _FIRST_LOOK))

    @cached_property
    def distinct(self) -> list[str]:
        return self._texts(slice(self._below, None))

    def _texts(self, rows: slice) -> list[str]:
        return [text for text in self._sheet.distinct(self._position, rows).tolist() if not is_missing(text)]


def _told_by_heading(heading: str, cells: _Cells, smap: SheetMap) -> str:
    """Give the column of states that a heading alone tells: a flag of yes and no, or a reason for leaving."""
    filled = cells.distinct
    column, _ = state_if_filled(heading)
    if not column and filled and all(plain_words(clean(text)) in _YES_OR_NO for text in filled):
        column = column_of_flag(heading)
    told = column in smap.columns or (column == EMPLOYMENT and "left_on" in smap.columns)
    return column if filled and not told and _belongs(column, smap.tables) else ""


_YES_OR_NO = frozenset({"y", "n", "yes", "no", "true", "false", "t", "f", "1", "0", "x", "\u2713", "\u2714"})


def _ask(sheet: SourceSheet, smap: SheetMap, heading: Heading, column: str, words: list[str], log: Log) -> SheetMap:
    """Ask whether a column is one of states; where people or forms may be lost by it, a check says so first."""
    log.add("states_asked", file=sheet.file, sheet=sheet.name, column=heading.text, expected=column,
            values=" and ".join(f"'{str(text).strip()[:_WIDEST]}'" for text in words[:_SHOWN]))
    if column not in (EMPLOYMENT, FORM):
        return smap
    asked = tuple(replace(h, how="states_asked", meanings=(column,), suggestion="") if h is heading else h
                  for h in smap.headings)
    return replace(smap, headings=asked)


def _ask_of_remarks(sheet: SourceSheet, smap: SheetMap, heading: Heading, cells: _Cells, log: Log) -> SheetMap:
    """Ask about a column of other things in which some cells say that somebody left or that a form was cancelled."""
    distinct = [text for text in cells.distinct[:_MOST_REMARKS] if len(text) <= _WIDEST]
    for column, state in ((EMPLOYMENT, "left"), (FORM, "cancelled")):
        if column in smap.columns or not _belongs(column, smap.tables) or (
                column == EMPLOYMENT and (FORM_TABLES & set(smap.tables) or "left_on" in smap.columns)):
            continue
        first = [text for text in distinct if _says_no_more(plain_words(clean(text)).split(), f"begins_{state}")]
        words = [text for text, found in zip(first, parse_states(first, column).values, strict=True) if found == state]
        if words:
            return _ask(sheet, smap, heading, column, words, log)
    return smap


def _says_no_more(words: list[str], begins: str) -> bool:
    """Say whether a remark is that somebody left, with its day or by whom, and no more: not ``Retired bus driver``."""
    around = plain_list("begins_left", "begins_cancelled", "around_remarks") | set(MONTHS)
    return bool(words) and words[0] in plain_list(begins) and all(w in around or w.isdigit() for w in words[1:])


FORM_TABLES = frozenset({"placements", "conversations"})
_MOST_REMARKS, _WIDEST = 500, 40


def _states_in(cells: _Cells) -> str:
    """Say of which kind of states all cells are; the first ones settle it for most columns."""
    if not (_may_be_states(cells.first) and _may_be_states(cells.distinct)):
        return ""
    if all(plain_words(text) in _ANSWERS for text in cells.distinct):
        return ""
    found = kind_of_states(cells.distinct)
    return found if found and (parse_states(cells.distinct, found).faults == "").all() else ""


def _may_be_states(texts: list[str]) -> bool:
    return 0 < len(texts) <= MOST_STATES and any(
        (parse_states(texts, column).faults == "").all() for column in STATE_COLUMNS)


def _states_by_table(distinct: list[str], tables: tuple[str, ...]) -> str:
    """Say which kind of states all texts under a bare ``Status`` are, in the order that the sheet suggests."""
    if not 0 < len(distinct) <= MOST_STATES:
        return ""
    order = (FORM, EMPLOYMENT) if _belongs(FORM, tables) else (EMPLOYMENT, POSITION)
    return next((column for column in order if (parse_states(distinct, column).faults == "").all()), "")


def _are_days(days: list[str]) -> bool:
    return bool(days) and bool((parse_dates(days[:_FIRST_LOOK]).parsed.faults == "").all())


def _belongs(column: str, tables: tuple[str, ...]) -> bool:
    on_forms = bool(FORM_TABLES & set(tables))
    return bool(tables and column) and (on_forms if column == FORM else True)


def _with_column(smap: SheetMap, heading: Heading, column: str) -> SheetMap:
    headings = tuple(replace(h, column=column, how="content") if h is heading else h for h in smap.headings)
    columns = {name: place for name, place in smap.columns.items() if place != heading.position}
    return replace(smap, headings=headings, columns={**columns, column: heading.position})
