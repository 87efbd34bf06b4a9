"""An improvement plan as data: one row per action, read from the assessor's form or from a flat table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.cells import (
    Bracketed,
    align,
    set_brackets_aside,
    split_items,
    split_owners,
    without_contacts,
)
from my121_analytics.improvement.refusals import TimescaleError
from my121_analytics.improvement.spellings import plain, spellings
from my121_analytics.improvement.timescale import Timescale, parse_anchor, parse_timescale, split_timescales
from my121_analytics.ingest.exports import Sheet, read_sheets
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say

REFUSED = "refused"
"""Kind of an action whose timescale was refused; the action stays, and the refusal is listed."""
ACTION_COLUMNS = ("action_id", "issue", "action", "benefit", "owner", "vehicle", "timescale", "kind", "due_earliest",
                  "due_latest", "open_ended", "every", "priority", "note", "progress", "progress_text",
                  "completed_on", "origin_file", "origin_sheet", "origin_row")
REFUSAL_COLUMNS = ("file", "sheet", "row", "column", "value", "reason", "message", "remedy")
_ONE_HEADING = ("action", "timescale", "owner", "completed_on")
"""Parts of which a table may hold one only: two would be two answers to one question."""
_DATES = ("due_earliest", "due_latest", "completed_on")


@dataclass(frozen=True)
class Plan:
    """An improvement plan.

    Parameters
    ----------
    actions
        One row per action, ``ACTION_COLUMNS``: ``owner`` joins the owners with ``; ``; ``vehicle`` is the project or
        process that carries the action, named in brackets; ``timescale`` is as written; ``kind``, ``due_earliest``,
        ``due_latest``, ``open_ended``, ``every``, ``priority`` and ``note`` are as read (``kind`` is ``refused`` where
        it could not be); ``progress`` is not started, started, behind, done or empty, read from the plan's own words in
        ``progress_text``.
    owners
        ``action_id``, ``position``, ``owner``: one row per action and owner.
    refusals
        What could not be used, ``REFUSAL_COLUMNS``: where it stands, the value, the reason's code and sentence, and
        how to mend it.
    information
        The title block: ``code``, ``label``, ``value``, and ``day`` where the value is one day or month.
    reconciliation
        Per sheet: ``rows_read`` = ``rows_with_actions`` + ``rows_refused`` + ``rows_set_aside``, and ``n_actions``.
    anchor
        Day that lengths of time count from.
    n_contact_details
        E-mail addresses and telephone numbers that were left out of the cells carried.
    """

    actions: pd.DataFrame
    owners: pd.DataFrame
    refusals: pd.DataFrame
    information: pd.DataFrame
    reconciliation: pd.DataFrame
    anchor: date
    n_contact_details: int


def read_plan(path: Path | str, *, anchor: date, settings: Settings | None = None) -> Plan:
    """Read an improvement plan.

    Parameters
    ----------
    path
        The assessor's form (a title block, key information, contacts, a table with a two-row header and one row per
        issue) or a flat table with one action per row; workbook or delimited text.
    anchor
        Day that lengths of time count from, such as the last day of the month of the assessment.
    settings
        ``[exports] date_order`` for numeric dates. (``[exports] columns`` names columns of the record, which a plan
        is not part of.)

    Returns
    -------
    Plan

    Raises
    ------
    UnreadableFileError
        The file cannot be read.
    DataUnusableError
        No sheet has a table of actions, or two headings of a table hold the same thing.
    """
    settings = settings or Settings()
    reading = _Reading(anchor, settings)
    for sheet in read_sheets(path):
        _read_sheet(sheet, reading)
    if not any(entry["header"] for entry in reading.sheets):
        raise DataUnusableError(say("plan", "no_table", file=Path(path).name),
                                hints=[say("plan", "no_table_remedy", headings=_example_headings())])
    return reading.finish()


@dataclass
class _Reading:
    """What has been read so far, over all sheets."""

    anchor: date
    settings: Settings
    actions: list[dict[str, Any]] = field(default_factory=list)
    owners: list[tuple[str, int, str]] = field(default_factory=list)
    refusals: list[tuple[Any, ...]] = field(default_factory=list)
    information: list[tuple[str, str, str, date | None]] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    n_contact_details: int = 0
    n_issues: int = 0
    n_in_issue: int = 0
    issue: str = ""

    def clean(self, text: str) -> str:
        """Take contact details out of a cell and count them."""
        kept, n = without_contacts(text)
        self.n_contact_details += n
        return kept

    def refuse(self, sheet: Sheet, row: int, column: str, value: str, reason: str, *, message: str = "",
               remedy: str = "") -> None:
        """List something that could not be used, without contact details."""
        value = without_contacts(value)[0]
        message = message or say("plan_refused", reason, value=value)
        self.refusals.append((sheet.file, sheet.name, row, column, value, reason, without_contacts(message)[0],
                              remedy or say("plan_remedy", reason)))

    def finish(self) -> Plan:
        """Put the lists into tables."""
        actions = pd.DataFrame(self.actions, columns=list(ACTION_COLUMNS))
        for column in _DATES:
            actions[column] = pd.to_datetime(actions[column]).astype("datetime64[s]")
        actions = actions.astype({"open_ended": bool, "origin_row": "int64"})
        texts = [c for c in ACTION_COLUMNS if c not in (*_DATES, "open_ended", "origin_row")]
        actions[texts] = actions[texts].astype("str")
        information = pd.DataFrame(self.information, columns=["code", "label", "value", "day"])
        information["day"] = pd.to_datetime(information["day"]).astype("datetime64[s]")
        return Plan(actions, pd.DataFrame(self.owners, columns=["action_id", "position", "owner"]),
                    pd.DataFrame(list(dict.fromkeys(self.refusals)), columns=list(REFUSAL_COLUMNS)), information,
                    pd.DataFrame(self.sheets).drop(columns="header"), self.anchor, self.n_contact_details)


@dataclass(frozen=True)
class _Header:
    """Where a table of actions stands in a sheet: its rows from ``first`` on, and the column of each part."""

    at: int
    first: int
    columns: Mapping[str, int]
    is_form: bool


def _read_sheet(sheet: Sheet, reading: _Reading) -> None:
    rows = sheet.rows
    header = _find_header(sheet)
    n_before = len(reading.actions)
    _read_information(rows[: header.at] if header else rows, reading)
    fates = ["set aside"] * len(rows)
    if header is not None:
        reading.issue = ""
        for position in range(header.first, len(rows)):
            fates[position] = _read_row(sheet, position, header, reading)
    reading.sheets.append({
        "file": sheet.file, "sheet": sheet.name, "rows_read": len(rows), "rows_with_actions": fates.count("actions"),
        "rows_refused": fates.count("refused"), "rows_set_aside": fates.count("set aside"),
        "n_actions": len(reading.actions) - n_before, "header": header is not None})


def _find_header(sheet: Sheet) -> _Header | None:
    """Find the first row that heads a table of actions, with the row of headings below it where there are two."""
    for position, row in enumerate(sheet.rows):
        columns = _match_headings(row, sheet, position)
        if "action" not in columns or len(columns) < 2:
            continue
        below = sheet.rows[position + 1] if position + 1 < sheet.n_rows else []
        second = _match_headings(below, sheet, position + 1)
        n_filled = sum(bool(cell.strip()) for cell in below)
        if len(second) >= 3 and len(second) >= n_filled - 1:
            taken = set(columns.values())
            columns |= {name: j for name, j in second.items() if name not in columns and j not in taken}
            return _Header(position, position + 2, columns, is_form=True)
        in_cell = sum("\n" in cell for cell in row) >= 2  # both rows of the header stand in one row of cells
        return _Header(position, position + 1, columns, is_form=in_cell)
    return None


def _match_headings(row: list[str], sheet: Sheet, position: int) -> dict[str, int]:
    found: dict[str, list[int]] = {}
    for j, cell in enumerate(row):
        name = _match_heading(cell)
        if name:
            found.setdefault(name, []).append(j)
    doubled = {name: places for name, places in found.items() if len(places) > 1 and name in _ONE_HEADING}
    if doubled and "action" in found and len(found) > 1:
        name, places = next(iter(doubled.items()))
        headings = ", ".join(f"'{row[j].strip()}'" for j in places)
        raise DataUnusableError(say("plan", "two_headings", file=sheet.file, sheet=sheet.name, row=position + 1,
                                    headings=headings, name=name), hints=[say("plan", "two_headings_remedy")])
    return {name: min(places, key=lambda j: _rank(name, row[j])) for name, places in found.items()}


def _rank(name: str, heading: str) -> int:
    """Put a heading in the synonym table's order: where two hold the same thing, the usual one is taken."""
    known = spellings("columns")[name]
    return known.index(plain(heading)) if plain(heading) in known else len(known)


def _match_heading(cell: str) -> str:
    """Name what a heading holds; empty for a heading of something else, and for cells too long to be one."""
    if not cell.strip() or len(cell) > 90:
        return ""
    known = spellings("columns")
    for part in map(plain, (cell, *re.split(r"[/\n]", cell))):
        for name, usual in known.items():
            if part and part in usual:
                return name
    return ""


def _read_row(sheet: Sheet, position: int, header: _Header, reading: _Reading) -> str:
    """Read one row of the table and say what became of it."""
    row = sheet.rows[position]
    cells = {name: row[j].strip() for name, j in header.columns.items()}
    filled = [cell for cell in row if cell.strip()]
    if not filled or _match_headings(row, sheet, position).keys() >= header.columns.keys():
        return "set aside"
    issue = " ".join(cells.get("issue", "").split())
    if issue and issue != reading.issue:
        reading.issue, reading.n_issues, reading.n_in_issue = reading.clean(issue), reading.n_issues + 1, 0
    if not cells["action"]:
        if any(cells.get(name) for name in ("timescale", "owner", "benefit")):
            reading.refuse(sheet, position + 1, "action", " | ".join(filled), "no_action")
            return "refused"
        if not issue:
            reading.refuse(sheet, position + 1, "", " | ".join(filled), "not_an_action")
            return "refused"
        return "set aside"  # a heading between actions: the issue of those below it
    if not reading.n_issues:
        reading.n_issues = 1
    _read_actions(sheet, position, header, cells, reading)
    return "actions"


def _read_actions(sheet: Sheet, position: int, header: _Header, cells: dict[str, str], reading: _Reading) -> None:
    """Read the actions of one row: several bullets in a cell, with what stands beside each."""
    one_only = not header.is_form or bool(cells.get("action_id"))
    texts = [" ".join(cells["action"].split())] if one_only else split_items(cells["action"], by_line=True)
    n = len(texts)
    benefits = align(split_items(cells.get("benefit", "")), n)
    owners = align(split_items(cells.get("owner", "")), n, joiner="\n")
    timescales = _align_timescales(sheet, position, cells.get("timescale", ""), n, reading)
    for i, text in enumerate(texts):
        reading.n_in_issue += 1
        action_id = _identify(sheet, position, cells.get("action_id", ""), reading)
        in_action = set_brackets_aside(reading.clean(text))
        in_owner = set_brackets_aside(reading.clean(owners[i] if owners else ""), any_text=True)
        raw, read = timescales[i]
        record = _as_record(raw, read, cells, in_action, in_owner)
        record["priority"] = _choose_priority(sheet, position, cells.get("priority", ""), read, reading)
        record["progress_text"] = reading.clean(" ".join(cells.get("progress", "").split()))
        completed_on = _read_completed_on(sheet, position, cells.get("completed_on", ""), reading)
        if completed_on is not None:
            record["completed_on"] = completed_on
        names = split_owners(in_owner.text)
        reading.owners += [(action_id, k, name) for k, name in enumerate(names, start=1)]
        reading.actions.append({
            "action_id": action_id, "issue": reading.issue, "owner": "; ".join(names),
            "benefit": reading.clean(benefits[i] if benefits else ""), **record, "origin_file": sheet.file,
            "origin_sheet": sheet.name, "origin_row": position + 1})


def _as_record(raw: str, read: Timescale | None, cells: dict[str, str], in_action: Bracketed,
               in_owner: Bracketed) -> dict[str, Any]:
    """Put together what one action's own cells say."""
    timescale = read or Timescale("unscheduled")
    is_complete = timescale.kind == "complete"
    progress = _match_progress(cells.get("progress", ""))
    return {"action": in_action.whole, "vehicle": "; ".join([*in_action.inside, *in_owner.inside]), "timescale": raw,
            "kind": timescale.kind if read else REFUSED,
            "due_earliest": None if is_complete else timescale.earliest,
            "due_latest": None if is_complete else timescale.latest, "open_ended": timescale.open_ended,
            "every": timescale.every, "note": timescale.note,
            "progress": "done" if is_complete else progress,
            "completed_on": timescale.latest if is_complete else None}


def _align_timescales(sheet: Sheet, position: int, cell: str, n: int,
                      reading: _Reading) -> list[tuple[str, Timescale | None]]:
    """Give each action its timescale: one for all, or one each; anything between is refused for all of them."""
    pieces = split_timescales(cell)
    if len(pieces) not in (0, 1, n):
        # Several lines may still be one timescale, such as a date and a length of time in brackets below it.
        try:
            shared = parse_timescale(cell, anchor=reading.anchor, date_order=reading.settings.exports.date_order)
        except TimescaleError:
            reading.refuse(sheet, position + 1, "timescale", cell, "timescales_do_not_match",
                           message=say("plan_refused", "timescales_do_not_match", n_timescales=len(pieces),
                                       n_actions=n))
            return [(reading.clean(" / ".join(pieces)), None)] * n
        return [(reading.clean(" ".join(cell.split())), shared)] * n
    if len(pieces) != n:
        pieces = [pieces[0] if pieces else ""] * n
    read: dict[str, Timescale | None] = {}
    for piece in dict.fromkeys(pieces):
        try:
            read[piece] = parse_timescale(piece, anchor=reading.anchor,
                                          date_order=reading.settings.exports.date_order)
        except TimescaleError as problem:
            read[piece] = None
            reading.refuse(sheet, position + 1, "timescale", piece, problem.code, message=problem.headline,
                           remedy=problem.remedy)
    return [(reading.clean(piece), read[piece]) for piece in pieces]


def _choose_priority(sheet: Sheet, position: int, cell: str, read: Timescale | None, reading: _Reading) -> str:
    """Give the priority of the priority column or of the timescale cell; where they differ, neither."""
    stated = _match_priority(cell)
    beside = read.priority if read else ""
    if cell and not stated and cell not in ("-", "n/a", "N/A"):
        reading.refuse(sheet, position + 1, "priority", cell, "unknown_priority")
    if stated and beside and stated != beside:
        reading.refuse(sheet, position + 1, "priority", cell, "two_priorities")
        return ""
    return stated or beside


def _identify(sheet: Sheet, position: int, given: str, reading: _Reading) -> str:
    """Give the action's id: the plan's own, else issue and place in it; a second use of an id is listed."""
    action_id = given or f"{max(reading.n_issues, 1)}.{reading.n_in_issue}"
    used = {action["action_id"] for action in reading.actions}
    if action_id not in used:
        return action_id
    if given:
        reading.refuse(sheet, position + 1, "action_id", given, "id_used_twice")
    return next(name for i in range(2, len(used) + 3) if (name := f"{action_id}-{i}") not in used)


def _read_completed_on(sheet: Sheet, position: int, cell: str, reading: _Reading) -> date | None:
    if not cell or cell.lower() in ("-", "n/a", "na", "tbc"):
        return None
    try:
        return parse_anchor(cell, date_order=reading.settings.exports.date_order)
    except TimescaleError as problem:
        reading.refuse(sheet, position + 1, "completed_on", cell, problem.code, message=problem.headline,
                       remedy=problem.remedy)
        return None


def _read_information(rows: list[list[str]], reading: _Reading) -> None:
    """Carry the labelled dates and the organisation of the title block; nothing that is not on the list."""
    known = spellings("information")
    for row in rows:
        cells = [cell.strip() for cell in row if cell.strip()]
        for label, value in pairwise(cells):
            code = next((code for code, usual in known.items() if plain(label) in usual), "")
            if code and code not in {entry[0] for entry in reading.information}:
                reading.information.append((code, label, reading.clean(value), _read_day(value, reading)))


def _read_day(value: str, reading: _Reading) -> date | None:
    try:
        return parse_anchor(value, date_order=reading.settings.exports.date_order)
    except TimescaleError:
        return None


def _match_priority(cell: str) -> str:
    word = plain(cell).removesuffix(" priority")
    return {"high": "High", "h": "High", "medium": "Medium", "med": "Medium", "m": "Medium", "low": "Low",
            "l": "Low"}.get(word, "")


def _match_progress(cell: str) -> str:
    return next((state for state, usual in spellings("progress").items() if plain(cell) in usual), "")


def _example_headings() -> str:
    return ", ".join(f"'{name}'" for name in ("Business Issue", "Suggested Action(s)", "Suggested Timescale", "Owner"))
