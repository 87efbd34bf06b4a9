"""Actions agreed at a meeting, each with the statistic that caused it, and what that statistic is a cycle later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.calibration.agenda import build_agenda
from my121_analytics.calibration.decision_lines import HEADER_WITHIN, REFUSED_COLUMNS
from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.files.exports import SourceSheet, read_sheets
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.schema import ORGANISATION

SHEET_COLUMNS = ("unit_column", "unit", "action", "owner", "due_on", "statistic")
"""Headings of the sheet that the meeting fills in; the first two are written by the pack."""
ACTION_COLUMNS = (*SHEET_COLUMNS, "cycle", "value", "agreed_on", "file", "row")


@dataclass(frozen=True)
class Actions:
    """Actions as read.

    Parameters
    ----------
    agreed
        One row an action: ``ACTION_COLUMNS``; ``value`` is what the statistic was, missing where none was named.
    refused
        Lines that cannot be used: ``REFUSED_COLUMNS``.
    """

    agreed: pd.DataFrame
    refused: pd.DataFrame


@dataclass(frozen=True)
class Carried:
    """One action of an earlier meeting, with its statistic then and now (missing where not known)."""

    action: str
    owner: str
    due_on: str
    agreed_on: str
    statistic: str
    then: float | None
    now: float | None
    is_share: bool


def statistic_words() -> dict[str, str]:
    """Give the statistics that an action can be tied to, in words."""
    return {code: say("action_statistic", code) for code in _STATISTICS}


def measure_statistic(workforce: Workforce, code: str, *, cycle: str, unit_column: str = "",
                      unit: str = "") -> float | None:
    """Work out one statistic of a unit.

    Parameters
    ----------
    workforce
        The record.
    code
        One of :func:`statistic_words`.
    cycle
        A cycle of the record.
    unit_column, unit
        Column of the organisation and its unit; empty for the council.

    Returns
    -------
    float or None
        A number of people or posts, or a share 0-1; None where the record cannot say.
    """
    filters = {unit_column: unit} if unit else None
    try:
        return _STATISTICS[code].measure(workforce, cycle, filters)
    except DataUnusableError:
        return None


def read_actions(paths: Iterable[Path | str], *, workforce: Workforce, cycle: str, agreed_on: date) -> Actions:
    """Read the actions that a meeting wrote into its pack's workbook, with their statistic as it stands.

    Parameters
    ----------
    paths
        Workbooks or csv files.
    workforce
        The record that the packs were made from.
    cycle
        The cycle discussed.
    agreed_on
        Day of the meeting.

    Returns
    -------
    Actions
        Lines on which no action was written are left alone.
    """
    agreed: list[tuple[object, ...]] = []
    refused: list[tuple[object, ...]] = []
    for path in paths:
        for sheet in read_sheets(path):
            for row, cells in _lines(sheet):
                found = _read_line(sheet, row, cells, workforce, cycle, agreed_on)
                (agreed if len(found) == len(ACTION_COLUMNS) else refused).append(found)
    table = pd.DataFrame(agreed, columns=list(ACTION_COLUMNS)).drop_duplicates(
        [*SHEET_COLUMNS]).reset_index(drop=True)
    return Actions(table, pd.DataFrame(refused, columns=list(REFUSED_COLUMNS)))


def read_carried(path: Path | str, workforce: Workforce, *, cycle: str, unit_column: str, unit: str) -> list[Carried]:
    """Read the actions of an earlier meeting of one unit, and work each statistic out again.

    Parameters
    ----------
    path
        ``actions.csv`` as ``my121 decisions`` wrote it.
    workforce
        The record now.
    cycle
        The cycle discussed now.
    unit_column, unit
        The unit that meets; an empty unit is the council.

    Returns
    -------
    list of Carried

    Raises
    ------
    DataUnusableError
        The file holds no actions.
    """
    lines = [(row, cells) for sheet in read_sheets(path) for row, cells in _lines(sheet)]
    if not any(_header(sheet) >= 0 for sheet in read_sheets(path)):
        raise DataUnusableError(f"{Path(path).name} holds no actions.", hints=[
            "Give the file actions.csv that my121 decisions wrote."])
    mine = [cells for _, cells in lines if cells.get("unit", "") == unit
            and (not unit or cells.get("unit_column", "") == unit_column)]
    return [_carry(cells, workforce, cycle) for cells in mine]


# Lines ------------------------------------------------------------------------------------------------------------


def _header(sheet: SourceSheet) -> int:
    for position, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        if {"action", "owner", "due_on", "statistic"} <= set(row):
            return position
    return -1


def _lines(sheet: SourceSheet) -> list[tuple[int, Mapping[str, str]]]:
    header = _header(sheet)
    if header < 0:
        return []
    names = sheet.rows[header]
    rows = [(position + 1, dict(zip(names, (cell.strip() for cell in row), strict=False)))
            for position, row in enumerate(sheet.rows) if position > header]
    return [(row, cells) for row, cells in rows if cells.get("action") or cells.get("owner")]


def _read_line(sheet: SourceSheet, row: int, cells: Mapping[str, str], workforce: Workforce, cycle: str,
               agreed_on: date) -> tuple[object, ...]:
    """Give the action, or the row of the refused where something is missing."""
    for column in ("action", "owner", "due_on"):
        if not cells.get(column):
            return _refuse(sheet, row, cells, f"no_{column}", column)
    parsed = parse_dates([cells["due_on"]], workforce.settings.exports.date_order).parsed
    if parsed.faults[0] or pd.isna(parsed.values[0]):
        return _refuse(sheet, row, cells, "unreadable_day", "due_on")
    by_words = {words.casefold(): code for code, words in statistic_words().items()}
    written = cells.get("statistic", "")
    code = by_words.get(written.casefold(), "")
    if written and not code:
        return _refuse(sheet, row, cells, "unknown_statistic", "statistic")
    column, unit = cells.get("unit_column", ""), cells.get("unit", "")
    if unit and column not in ORGANISATION:
        return _refuse(sheet, row, cells, "unknown_unit", "unit_column")
    value = measure_statistic(workforce, code, cycle=cycle, unit_column=column, unit=unit) if code else None
    due_on = pd.Timestamp(parsed.values[0]).date().isoformat()
    return (column, unit, cells["action"], cells["owner"], due_on, code, cycle, value, agreed_on.isoformat(),
            sheet.file, row)


def _refuse(sheet: SourceSheet, row: int, cells: Mapping[str, str], code: str, column: str) -> tuple[object, ...]:
    message = say("action_refused", code, value=cells.get(column, ""))
    return (sheet.file, sheet.name, row, cells.get("owner", ""), column, cells.get(column, ""), code, message,
            say("action_remedy", code))


def _carry(cells: Mapping[str, str], workforce: Workforce, cycle: str) -> Carried:
    code = cells.get("statistic", "")
    known = code in codes("action_statistic")
    unit_column, unit = cells.get("unit_column", ""), cells.get("unit", "")
    now = measure_statistic(workforce, code, cycle=cycle, unit_column=unit_column, unit=unit) if known else None
    value = pd.to_numeric(pd.Series([cells.get("value", "")]), errors="coerce").iloc[0]
    return Carried(cells.get("action", ""), cells.get("owner", ""), cells.get("due_on", ""), cells.get("agreed_on", ""),
                   say("action_statistic", code) if known else "", None if pd.isna(value) else float(value), now,
                   known and _STATISTICS[code].is_share)


# Statistics -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Statistic:
    """How a statistic is worked out, and whether it is a share."""

    measure: Callable[[Workforce, str, dict[str, str] | None], float | None]
    is_share: bool = False


def _coverage(workforce: Workforce, cycle: str, filters: dict[str, str] | None) -> pd.Series:
    frame = measure_coverage(workforce, cycle=cycle, filters=filters).frame("by_group")
    return frame[frame["directorate"].astype("str") == TOTAL].iloc[0]


def _without_placement(workforce: Workforce, cycle: str, filters: dict[str, str] | None) -> float | None:
    return float(_coverage(workforce, cycle, filters)["n_without_placement"])


def _without_conversation(workforce: Workforce, cycle: str, filters: dict[str, str] | None) -> float | None:
    total = _coverage(workforce, cycle, filters)
    return None if pd.isna(total["n_with_any"]) else float(total["n_people"] - total["n_with_any"])


def _share_enough(workforce: Workforce, cycle: str, filters: dict[str, str] | None) -> float | None:
    share = _coverage(workforce, cycle, filters)["estimate"]
    return None if pd.isna(share) else float(share)


def _on_agenda(reason: str) -> Callable[[Workforce, str, dict[str, str] | None], float | None]:
    def count(workforce: Workforce, cycle: str, filters: dict[str, str] | None) -> float | None:
        table = build_agenda(workforce, cycle=cycle, filters=filters).frame("reasons").set_index("reason")["n"]
        return float(table[reason]) if reason in table.index else None

    return count


_STATISTICS: Mapping[str, _Statistic] = {
    "without_placement": _Statistic(_without_placement),
    "without_conversation": _Statistic(_without_conversation),
    "share_enough": _Statistic(_share_enough, is_share=True),
    "self_apart": _Statistic(_on_agenda("self_apart")),
    "objectives_apart": _Statistic(_on_agenda("objectives_apart")),
    "moved_far": _Statistic(_on_agenda("moved_far")),
    "box3_long": _Statistic(_on_agenda("box3_long")),
    "key_post_no_successor": _Statistic(_on_agenda("key_post_no_successor")),
}
