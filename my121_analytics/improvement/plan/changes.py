"""What changed since the last report, read from its table of actions or its tracker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.headings import plain
from my121_analytics.improvement.returned_tables import OwnRow, find_own_table
from my121_analytics.improvement.tracker import PROGRESS_SHOWN, headings
from my121_analytics.ingest.files.exports import read_sheets
from my121_analytics.wording.catalogue import say

CHANGE_COLUMNS = ("action_id", "issue", "action", "what", "before", "after")
_COMPARED = ("status", "rag", "timescale", "due_latest", "owner", "percent", "progress_text", "completed_on", "issue",
             "priority", "benefit", "directorate", "theme", "carried_into", "carried_evidence", "cost", "officer_time",
             "risk", "statistic")
_BESIDE = "details.csv"
"""File of the last report beside its actions.csv that holds what people told."""


def compare_with_last(path: Path | str, actions: pd.DataFrame) -> pd.DataFrame:
    """Say what changed since the last report.

    Parameters
    ----------
    path
        Its ``actions.csv`` or its tracker workbook.
    actions
        Today's actions with their ``status``.

    Returns
    -------
    pandas.DataFrame
        ``CHANGE_COLUMNS``: one row for each change of status, colour, timescale, last day, owner, per cent done, words
        on progress, day of completion, issue, priority, benefit, what the council added (directorate to statistic) or
        wording, and for each action that is new or is no longer
        listed. Actions are matched by their text, since a
        plan that is written anew may number them anew, and else by their id.

    Raises
    ------
    DataUnusableError
        The file holds no such table.
    """
    required = ("action_id", "action", "status", "due_latest")
    rows = find_own_table(read_sheets(path), headings(), required)
    beside = Path(path).with_name(_BESIDE)
    if rows is not None and Path(path).name == "actions.csv" and beside.is_file():
        more = {row.cells["action_id"]: row for row in find_own_table(read_sheets(beside), headings(), required) or []}
        rows = [replace(row, cells={**more[row.cells["action_id"]].cells, **row.cells})
                if row.cells["action_id"] in more else row for row in rows]
    if rows is None:
        raise DataUnusableError(say("plan_change", "no_table", file=Path(path).name),
                                hints=[say("plan_change", "no_table_remedy")])
    before = {row.cells["action_id"]: row for row in rows if row.cells["action_id"]}
    now = {str(row["action_id"]): {name: _as_text(value) for name, value in row.items()}
           for row in actions.to_dict("records")}
    pairs = _match(before, now)
    changes: list[tuple[str, ...]] = []
    for action_id, row in now.items():
        earlier_id = pairs.get(action_id)
        if earlier_id is None:
            changes.append((action_id, row["issue"], row["action"], say("plan_change", "new"), "", row["status"]))
            continue
        changes += _differences(action_id, row, before[earlier_id])
    for action_id in [key for key in before if key not in pairs.values()]:
        cells = before[action_id].cells
        changes.append((action_id, cells.get("issue", ""), cells["action"], say("plan_change", "gone"),
                        cells["status"], ""))
    return pd.DataFrame(changes, columns=list(CHANGE_COLUMNS), dtype="str")


def _match(before: Mapping[str, OwnRow], now: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Pair today's ids with those of the last report."""
    texts: dict[str, list[str]] = {}
    for action_id, last_row in before.items():
        texts.setdefault(plain(last_row.cells["action"]), []).append(action_id)
    pairs: dict[str, str] = {}
    for action_id, row in now.items():
        same = texts.get(plain(row["action"]), [])
        if action_id in same:
            pairs[action_id] = action_id
        elif len(same) == 1 and (same[0] not in now or plain(now[same[0]]["action"]) != plain(row["action"])):
            pairs[action_id] = same[0]
    for action_id in now:  # what is left has new words: the id alone says that it is the same
        if action_id not in pairs and action_id in before and action_id not in pairs.values():
            pairs[action_id] = action_id
    return pairs


def _differences(action_id: str, row: Mapping[str, str], last_row: OwnRow) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    status_changed = last_row.cells.get("status", row["status"]) != row["status"]
    for column in _COMPARED:
        if column == "rag" and status_changed:
            continue  # the colour follows
        was = last_row.cells.get(column)
        if was is not None and column in row and " ".join(was.split()) != row[column]:
            moved = column == "due_latest" and " ".join(last_row.cells.get("timescale", "").split()) == row["timescale"]
            what = say("plan_change", "counted_anew" if moved else column)
            found.append((action_id, row["issue"], row["action"], what, was, row[column]))
    found += [] if status_changed else _compare_progress(action_id, row, last_row)
    if plain(last_row.cells["action"]) != plain(row["action"]):
        found.append((action_id, row["issue"], row["action"], say("plan_change", "wording"), last_row.cells["action"],
                      row["action"]))
    if last_row.cells["action_id"] != action_id:
        found.append((action_id, row["issue"], row["action"], say("plan_change", "number"), last_row.cells["action_id"],
                      action_id))
    return found


def _compare_progress(action_id: str, row: Mapping[str, str], last_row: OwnRow) -> list[tuple[str, ...]]:
    """List what is newly told of an action whose status stays: an overdue one that is now said to be behind."""
    was = last_row.cells.get("progress")
    if was is None or "progress" not in row:
        return []
    before, after = PROGRESS_SHOWN.get(was, was), PROGRESS_SHOWN.get(row["progress"], row["progress"])
    return [] if before == after else [
        (action_id, row["issue"], row["action"], say("plan_change", "progress"), before, after)]


def _as_text(value: object) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return "" if value is None or value is pd.NaT else " ".join(str(value).split())
