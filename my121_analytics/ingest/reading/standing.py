"""Which rows count as they stand: line managers before matrix ones, staff apart from leavers, finished forms only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from my121_analytics.ingest.reading.cells import clean, plain_words
from my121_analytics.ingest.reading.contested import settle_second_posts
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.states import (
    EMPLOYMENT,
    FORM,
    RELATIONSHIP,
    parse_states,
    state_if_filled,
    states_of_heading,
)

States = Mapping[str, str]
"""``[exports.states]``: word -> state."""
_NAMED = 20
"""Up to this many forms that are not finished are named one by one; more are put together by their state."""
_ON_FORMS = frozenset({"placements", "conversations"})


def settle_standing(sheets: Sequence[SheetRows], context: Context) -> None:
    """Read the columns that say in what state people, reporting lines and forms are, and mark the rows by them.

    Parameters
    ----------
    sheets
        With their employees read; rows are withheld, or marked as unfinished or without a manager, in place.
    context
        Settings.
    """
    states = context.settings.exports.states
    for rows in sheets:
        if RELATIONSHIP in rows.map.columns:
            _settle_relationships(rows, states)
        second = settle_second_posts(rows)
        if len(second):
            is_second = np.isin(np.arange(len(rows)), second)
            _log(rows, "second_post_rows", rows.map.columns["is_main"], is_second)
            rows.withhold(second)
        if EMPLOYMENT in rows.map.columns and "people" in rows.map.tables:
            _settle_employment(rows, context)
        if FORM in rows.map.columns and _ON_FORMS & set(rows.map.tables):
            _settle_forms(rows, states)


# Reporting lines --------------------------------------------------------------------------------------------------


def _settle_relationships(rows: SheetRows, own_words: States) -> None:
    """Withhold rows about matrix managers of people who have a row about their line manager."""
    position = rows.map.columns[RELATIONSHIP]
    state, unknown = _states(rows, RELATIONSHIP, own_words)
    if not (state == "line").any() and not (state == "other").any():
        _ask(rows, RELATIONSHIP, unknown)
        return
    person = rows.employee.codes
    is_line = (state == "line") | (state == "")
    has_line = np.zeros(len(rows.employee.categories) + 1, dtype=bool)
    has_line[person[is_line & (person >= 0)]] = True
    is_other = ~is_line & (person >= 0)
    aside = is_other & has_line[person]
    _ask(rows, RELATIONSHIP, unknown)
    _log(rows, "matrix_rows", position, aside & ~unknown)
    _log(rows, "matrix_only", position, is_other & ~aside)
    rows.without_manager |= is_other & ~aside
    rows.withhold(np.flatnonzero(aside))


# Employment -------------------------------------------------------------------------------------------------------


def _settle_employment(rows: SheetRows, context: Context) -> None:
    """Tell leavers and people yet to come from staff, by what the latest rows about them say."""
    position = rows.map.columns[EMPLOYMENT]
    state, unknown = _states(rows, EMPLOYMENT, context.settings.exports.states)
    _ask(rows, EMPLOYMENT, unknown)
    person = rows.employee.codes
    keyed = person >= 0
    is_left, is_future = state == "left", state == "future"
    stays = np.zeros(len(rows.employee.categories) + 1, dtype=bool)
    stays[person[keyed & ~is_left & ~is_future & _is_latest(rows, context)]] = True
    future = is_future & keyed & ~stays[person]
    _log(rows, "yet_to_start", position, future)
    ended = is_left & keyed & stays[person] & ~_has_end(rows)
    _log(rows, "ended_post_rows", position, ended)
    rows.withhold(np.flatnonzero(future | ended))
    gone = is_left & keyed & ~stays[person]
    rows.has_left = gone.astype(np.int8)
    if gone.any():
        _log(rows, "left_without_day", position, gone & ~_has_end(rows, "left_on"))


def _is_latest(rows: SheetRows, context: Context) -> np.ndarray:
    """Say which rows are the latest about their person; all, where rows have no first day."""
    if not rows.has("valid_from"):
        return np.ones(len(rows), dtype=bool)
    codes, texts = rows.texts(rows.map.columns["valid_from"])
    exports = context.settings.exports
    days = parse_dates(texts, exports.date_order, context.latest_year).parsed.values[codes].astype("int64")
    person = rows.employee.codes
    latest = np.full(len(rows.employee.categories) + 1, np.iinfo(np.int64).min)
    np.maximum.at(latest, person, days)
    return days == latest[person]


def _has_end(rows: SheetRows, *columns: str) -> np.ndarray:
    """Say which rows give a last day, so that the day tells what the status tells."""
    found = np.zeros(len(rows), dtype=bool)
    for column in columns or ("left_on", "valid_to"):
        if rows.has(column):
            codes, texts = rows.texts(rows.map.columns[column])
            found |= ~np.isnat(parse_dates(texts).parsed.values)[codes]
    return found


def leaves(rows: SheetRows, context: Context) -> np.ndarray:
    """Say which rows of data are about people who have left, by their status or their last day."""
    gone = np.zeros(len(rows), dtype=bool) if rows.has_left is None else rows.has_left == 1
    if rows.has("left_on"):
        codes, texts = rows.texts(rows.map.columns["left_on"])
        days = parse_dates(texts, context.settings.exports.date_order, context.latest_year).parsed.values
        gone |= (days < np.datetime64(context.as_of or date(2098, 1, 1), "s"))[codes]
    return gone


# Forms ------------------------------------------------------------------------------------------------------------


def _settle_forms(rows: SheetRows, own_words: States) -> None:
    """Mark forms that are not finished; stop those of which it cannot be told."""
    position = rows.map.columns[FORM]
    state, unknown = _states(rows, FORM, own_words)
    if not (state != "").any():
        _ask(rows, FORM, unknown)
        return
    keyed = rows.employee.codes >= 0
    if not np.isin(state, ("finished", "unfinished")).any() and not unknown.any():
        state[state == ""] = "finished"  # a column that tells only what was cancelled leaves the others blank
    if unknown.any():
        rows.stop("unknown_form_state", np.flatnonzero(unknown & keyed), position, "finished, unfinished, cancelled")
    aside = keyed & ~unknown & (state != "finished")
    notes = [text or "unfinished" for text in state[aside]]
    if len(notes) <= _NAMED:
        people = rows.employee.categories[rows.employee.codes[aside]]
        notes = [f"{person}, {text}" for person, text in zip(people, notes, strict=True)]
    rows.note("form_not_finished", np.flatnonzero(aside), position, notes)
    rows.unfinished |= aside | (unknown & keyed)


# What the columns hold --------------------------------------------------------------------------------------------


def _states(rows: SheetRows, column: str, own_words: States) -> tuple[np.ndarray, np.ndarray]:
    """Give each row's state, empty where none is given or known, and whether its word is unknown."""
    codes, texts = rows.texts(rows.map.columns[column])
    heading = rows.headings[rows.map.columns[column]]
    flags = states_of_heading(column, heading, texts)
    if column == FORM and not state_if_filled(heading)[0]:
        flags = {**flags, **_days_of_finishing(texts)}
    parsed = parse_states(texts, column, {**flags, **own_words})
    found = np.array([value or "" for value in parsed.values], dtype=object)
    return found[codes], (parsed.faults != "")[codes] & ~rows.withheld


def _days_of_finishing(texts: np.ndarray) -> dict[str, str]:
    """Read days in a column about forms as those on which they were finished: ``Submitted on``, blank on drafts."""
    found = parse_dates(texts).parsed
    return {plain_words(clean(str(text))): "finished" for text, day in zip(texts, found.values, strict=True)
            if not np.isnat(day)}


def _ask(rows: SheetRows, column: str, unknown: np.ndarray) -> None:
    """Ask what each unknown word of a column of states means."""
    position = rows.map.columns[column]
    words = rows.shown(position, np.flatnonzero(unknown))
    if column in (EMPLOYMENT, FORM, RELATIONSHIP) and len(words):
        rows.unknown_states[column] = tuple(dict.fromkeys(str(word).strip() for word in words))[:_NAMED], len(words)
    for word in list(dict.fromkeys(words))[:_NAMED]:
        rows.log.add("unknown_state", file=rows.sheet.file, sheet=rows.sheet.name, column=rows.headings[position],
                     values=word, expected=_MEANINGS[column], n=int((words == word).sum()))


_MEANINGS = {EMPLOYMENT: "employed, left or future", RELATIONSHIP: "line or other",
             FORM: "finished, unfinished or cancelled"}


def _log(rows: SheetRows, code: str, position: int, where: np.ndarray) -> None:
    """Write down how many rows a state sets apart, with the words that say so."""
    if where.any():
        words = dict.fromkeys(str(word).strip() for word in rows.shown(position, np.flatnonzero(where)))
        rows.log.add(code, file=rows.sheet.file, sheet=rows.sheet.name, column=rows.headings[position],
                     values=", ".join(words), n=int(where.sum()))
