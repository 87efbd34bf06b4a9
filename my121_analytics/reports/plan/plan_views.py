"""Tables of the improvement plan as papers show them: which columns, under which headings, in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.figures.phrases import day
from my121_analytics.settings_plan import PLAN_STATUSES
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.tables import Field, Kind, View, format_value

_COUNTS = tuple(f"n_{status.replace(' ', '_').replace('-', '_')}" for status in PLAN_STATUSES)
_KINDS: Mapping[str, Kind] = {
    "due_earliest": "date", "due_latest": "date", "completed_on": "date", "anchor": "date", "earliest": "date",
    "latest": "date", "day": "date", "pounds": "number", "days": "number", "action_id": "id", "about": "id",
    "revision": "id"}
_SHOWN_IF_FILLED = frozenset({
    "completed_on", "vehicle", "skills", "original_timescale", "revisions", "revision_state", "revision_reason",
    "revision_approved_by", "percent", "approved_by", "progress_text", "directorate", "theme",
    "carried_evidence", "cost", "risk", "officer_time", "statistic", "action_ids", "reason"})
"""Columns that say nothing where no row has anything in them."""
SHAPES = {"overdue": "▲", "behind": "▼", "to confirm": "?", "due in window": "■", "on track": "●", "not started": "○",
          "open-ended": "▷", "undated": "✕", "withdrawn": "–", "done late": "◇", "done": "◆"}
"""The shapes of the timeline, beside the word."""
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "by_status": ("status_shown", "n", "meaning"),
    "by_colour": ("rag", "n", "states"),
    "actions": ("action_id", "issue", "action", "owner", "timescale", "due_latest", "status_shown", "rag",
                "completed_on"),
    "published": ("action_id", "issue", "action", "owner", "timescale", "due_latest", "status_shown", "rag",
                  "percent", "completed_on", "original_timescale", "revisions", "revision_state"),
    "details": ("action_id", "action", "benefit", "vehicle", "skills", "original_timescale", "revisions",
                "revision_reason", "revision_approved_by", "percent", "progress_text",
                "directorate", "theme", "carried_into", "carried_evidence", "cost", "officer_time", "risk",
                "statistic", "origin"),
    "by_issue": ("issue", "n", *_COUNTS), "by_owner": ("owner", "n", *_COUNTS), "by_body": ("body", "n", *_COUNTS),
    "by_directorate": ("directorate", "n", *_COUNTS), "by_theme": ("theme", "n", *_COUNTS),
    "by_plan": ("carried_into", "n", "n_with_evidence", "n_without_evidence"),
    "anchors": ("anchor", "why", *_COUNTS),
    "milestones": ("label", "earliest", "latest", "countdown", "n_due_by", "n_undated", "needs", "source"),
    "due_next": ("action_id", "action", "owner", "due_latest", "status_shown"),
    "finance": ("item", "pounds", "days", "n_actions", "note"),
    "risks": ("about", "status_shown", "risk", "source"),
    "changes": ("action_id", "action", "what", "before", "after"),
    "revisions": ("revision", "changed_on", "changed_by", "action_id", "field_shown", "before", "after", "reason",
                  "approved_by"),
    "questions": ("place", "value", "message", "remedy"),
    "information": ("label", "value", "day"),
    "outcomes": ("label", "action_ids", "then_cycle", "then_shown", "n_then", "now_cycle", "now_shown", "n_now",
                 "verdict_shown", "because"),
}


def plan_view(released: Released, table: str, *, rows: pd.DataFrame | None = None,
              columns: Sequence[str] | None = None, title: str = "") -> View:
    """Give one table of the plan as a paper shows it.

    Parameters
    ----------
    released
        Holds the table.
    table
        A key of ``COLUMNS``.
    rows
        A selection of the released rows; None shows all.
    columns
        Default: those of the table; columns of states that no row has are left out.
    title
        Default: the catalogue's, with the day.

    Returns
    -------
    View
    """
    released = require_released(released, wanted_by="plan_view")
    frame = _put_into_words(released.tables[table] if rows is None else rows, table)
    wanted = [c for c in (columns or COLUMNS[table]) if c in frame.columns]
    wanted = [c for c in wanted if c not in _SHOWN_IF_FILLED or _is_filled(frame[c])]
    wanted = [c for c in wanted if c not in _COUNTS or frame[c].fillna(0).astype(float).sum() > 0]
    fields = tuple(Field(name, _heading(name), _kind(name)) for name in wanted)
    as_of = day(released.about.as_of)
    return View(released, table, title or say("plan_table", table, as_of=as_of), fields, frame)


def _is_filled(column: pd.Series) -> bool:
    """Say whether any row has anything in it."""
    return bool((column.notna() & column.astype("str").ne("")).any())


def shown_actions(released: Released) -> str:
    """Name the table of actions that the audience may see."""
    return "actions" if "actions" in require_released(released, wanted_by="shown_actions").tables else "published"


def _put_into_words(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    frame = frame.copy()
    if "status" in frame.columns:
        frame["status_shown"] = [f"{SHAPES[status]} {status}" if status in SHAPES else status
                                 for status in frame["status"].astype("str")]
    if "field" in frame.columns:
        known = codes("tracker_heading")
        frame["field_shown"] = [say("tracker_heading", name) if name in known else name for name in frame["field"]]
    if table == "details":
        frame["origin"] = [_say_place(row.origin_file, row.origin_sheet, row.origin_row) for row in frame.itertuples()]
    if table == "questions":
        frame["place"] = [_say_place(row.file, row.sheet, row.row) for row in frame.itertuples()]
    if table == "outcomes":
        hidden = [mark != "" for mark in frame[MARKER]] if MARKER in frame else [False] * len(frame)
        for when in ("then", "now"):
            frame[f"{when}_shown"] = [_say_range(row, when, is_hidden)
                                      for row, is_hidden in zip(frame.to_dict("records"), hidden, strict=True)]
        frame["because"] = [say("outcome_reason", "withheld") if is_hidden else reason
                            for reason, is_hidden in zip(frame["reason"], hidden, strict=True)]
        frame["verdict_shown"] = [say("outcome_verdict", "withheld" if is_hidden else str(verdict))
                                  for verdict, is_hidden in zip(frame["verdict"], hidden, strict=True)]
    return frame


def _say_place(file: str, sheet: str, row: int) -> str:
    return say("plan_place", "row" if sheet else "row_only", file=file, sheet=sheet, row=row)


def _say_range(row: Mapping[str, Any], when: str, is_hidden: bool) -> str:
    """Write a figure with its range, where it has one."""
    if is_hidden:
        return str(row[MARKER])
    if pd.isna(row[when]):
        return say("plan_outcome", "not_known")
    kind: Kind = row["unit"]
    values = {name: format_value(row[column], kind) for name, column in (
        ("estimate", when), ("lower", f"{when}_lower"), ("upper", f"{when}_upper"))}
    return values["estimate"] if pd.isna(row[f"{when}_lower"]) else say("plan_outcome", "range", **values)


def _kind(name: str) -> Kind:
    if name in _KINDS:
        return _KINDS[name]
    return "integer" if name == "n" or name.startswith("n_") else "text"


def _heading(name: str) -> str:
    for group in ("plan_heading", "tracker_heading"):
        if name in codes(group):
            return say(group, name)
    status = next(s for s, column in zip(PLAN_STATUSES, _COUNTS, strict=True) if column == name)
    return status[:1].upper() + status[1:]
