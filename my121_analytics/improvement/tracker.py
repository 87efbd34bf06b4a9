"""Progress told in the tracker workbook: what changed, who said so and when; nothing that was once written is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pandas as pd

from my121_analytics.errors import DataUnusableError, suggest
from my121_analytics.improvement.headings import plain
from my121_analytics.improvement.plan.action_cells import without_contacts
from my121_analytics.improvement.plan.action_progress import Vocabulary, read_percent, read_status
from my121_analytics.improvement.plan.action_rows import match_known
from my121_analytics.improvement.plan.named_statistics import UnknownStatisticError, parse_statistic, short_names
from my121_analytics.improvement.plan.owners import name_owners
from my121_analytics.improvement.plan.reading import OWNER_COLUMNS, Plan
from my121_analytics.improvement.returned_tables import OwnRow, find_own_table
from my121_analytics.improvement.timescale.reading import parse_anchor, parse_timescale
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.ingest.files.exports import read_sheets
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say

TRACKED = ("progress", "percent", "completed_on", "progress_text", "timescale", "owner", "directorate", "theme",
           "carried_into",
           "carried_evidence", "cost", "officer_time", "risk", "statistic")
"""What people fill in, for each action."""
REVISION_COLUMNS = ("revision", "changed_on", "changed_by", "action_id", "field", "before", "after", "reason",
                    "approved_by")
PROGRESS = ("Not started", "In progress", "Behind", "Done", "Withdrawn")
"""Choices of the tracker's list, in the words of the plans."""
PROGRESS_SHOWN = {"": "", "unclear": "", "open": "", "not started": "Not started", "started": "In progress",
                   "behind": "Behind", "done": "Done", "withdrawn": "Withdrawn"}
"""State of an action -> its word in the tracker's list; nothing where the list has no word for it."""
_REQUIRED = ("action_id", "progress", "completed_on", "timescale")


@dataclass(frozen=True)
class Tracker:
    """A tracker as it came back.

    Parameters
    ----------
    revisions
        ``REVISION_COLUMNS``: every change that was ever told, the new ones last.
    n_new
        How many of them are new.
    notes
        Sentences about changes of which it is not said who made them.
    """

    revisions: pd.DataFrame
    n_new: int
    notes: tuple[str, ...]


@dataclass
class _Faults:
    """What cannot be used, all at once."""

    found: list[str]

    def add(self, row: OwnRow, code: str, **values: object) -> None:
        """List a fault with its place."""
        self.found.append(say("tracker_fault", "place", sheet=row.sheet, row=row.row) + " "
                          + say("tracker_fault", code, **values))


def start_tracker() -> Tracker:
    """Give a tracker in which nothing was changed yet."""
    return Tracker(pd.DataFrame(columns=list(REVISION_COLUMNS)).astype("str"), 0, ())


def read_tracker(path: Path | str, plan: Plan, *, as_of: date, settings: Settings | None = None) -> Tracker:
    """Read a tracker workbook and say what changed since it was written.

    Parameters
    ----------
    path
        The workbook that an earlier run wrote and people filled in, saved by any program.
    plan
        The plan it belongs to.
    as_of
        Day of the report; stands for the day of a change that has none.
    settings
        ``[exports] date_order`` and the lists of ``[plan]``.

    Returns
    -------
    Tracker

    Raises
    ------
    DataUnusableError
        The workbook has no table of actions, a row is missing or strange, a cell cannot be read, or revisions that it
        once held are gone. Every fault is listed, and nothing of the tracker is used.
    """
    settings = settings or Settings()
    sheets = read_sheets(path)
    name = Path(path).name
    rows = find_own_table(sheets, headings(), _REQUIRED)
    if rows is None:
        raise DataUnusableError(say("tracker", "no_table", file=name), hints=[say("tracker", "no_table_remedy")])
    log_rows = find_own_table(sheets, headings(), REVISION_COLUMNS[:7]) or []
    faults = _Faults([])
    log = [_as_revision(row) for row in log_rows if row.cells["action_id"]]
    by_action = _rows_by_action(rows, plan, log, faults)
    state = state_of(plan, log)
    new: list[dict[str, str]] = []
    notes: list[str] = []
    for action_id, row in by_action.items():
        changes = _compare(row, state[action_id], plan.anchor, settings, faults)
        _check_completion(row, {**state[action_id], **changes}, faults)
        who, when = _who_and_when(row, as_of, settings, faults, needed=bool(changes))
        if changes and not row.cells.get("changed_by", "").strip():
            notes.append(say("tracker", "who_unknown", action_id=action_id, n=len(changes)))
        new += [{"changed_on": when, "changed_by": who, "action_id": action_id, "field": field,
                 "before": state[action_id][field], "after": after,
                 **{name: without_contacts(" ".join(row.cells.get(name, "").split()))[0]
                    for name in ("reason", "approved_by")}}
                for field, after in changes.items()]
    if faults.found:
        raise DataUnusableError(say("tracker", "faults", file=name, n=len(faults.found)), hints=faults.found)
    every = [{**entry, "revision": str(i)} for i, entry in enumerate([*log, *new], start=1)]
    frame = pd.DataFrame(every, columns=list(REVISION_COLUMNS)).astype("str")
    return Tracker(frame, len(new), tuple(notes))


def apply_tracker(plan: Plan, tracker: Tracker, *, settings: Settings | None = None) -> Plan:
    """Give the plan as the tracker has it now.

    Parameters
    ----------
    plan
        As read.
    tracker
        Its revisions are applied in order; the first timescale of an action is kept beside the revised one.
    settings
        ``[exports] date_order`` and ``[plan] bodies``.

    Returns
    -------
    Plan
        A new one.
    """
    settings = settings or Settings()
    log = tracker.revisions.to_dict("records")
    before, now = state_of(plan, []), state_of(plan, log)
    actions, owners = plan.actions.copy(), dict(iter(plan.owners.groupby("action_id", sort=False)))
    for i, action_id in actions["action_id"].items():
        state = now[action_id]
        for field in TRACKED:
            if state[field] == before[action_id][field]:
                continue
            if field == "timescale":
                _revise(actions, i, state[field], plan.anchor, settings,
                        [entry for entry in log if (entry["action_id"], entry["field"]) == (action_id, "timescale")])
            elif field == "owner":
                named = name_owners(state[field].replace("; ", "\n"), bodies=settings.plan.bodies)
                owner_rows = [(action_id, k, owner.name, owner.kind) for k, owner in enumerate(named, start=1)]
                owners[action_id] = pd.DataFrame(owner_rows, columns=list(OWNER_COLUMNS))
                actions.loc[i, "owner"] = "; ".join(owner.name for owner in named)
            elif field == "completed_on":
                actions.loc[i, field] = pd.Timestamp(state[field]) if state[field] else pd.NaT
            else:
                actions.loc[i, field] = _state_of(state[field]) if field == "progress" else state[field]
        if actions.loc[i, "completed_on"] is not pd.NaT and not actions.loc[i, "progress"]:
            actions.loc[i, "progress"] = "done"
    kept = [owners[action_id] for action_id in actions["action_id"] if action_id in owners]
    everyone = pd.concat(kept, ignore_index=True) if kept else plan.owners
    people = [*plan.people, *everyone.loc[everyone["kind"] == "unclear", "owner"]]
    return replace(plan, actions=actions, owners=everyone, people=tuple(dict.fromkeys(people)))


def state_of(plan: Plan, log: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    """Give what the tracker's cells hold for each action once some revisions are applied.

    Parameters
    ----------
    plan
        As read.
    log
        Revisions in order.

    Returns
    -------
    dict
        Action -> field of ``TRACKED`` -> text.
    """
    state = {}
    for row in plan.actions.to_dict("records"):
        cells = {field: str(row[field]) for field in TRACKED if field not in ("completed_on", "progress")}
        day = row["completed_on"]
        state[str(row["action_id"])] = {**cells, "progress": PROGRESS_SHOWN[row["progress"]],
                                        "completed_on": "" if pd.isna(day) else day.date().isoformat()}
    for entry in log:
        if entry["action_id"] in state:
            state[entry["action_id"]][_field_of(entry["field"])] = entry["after"]
    return state


def headings() -> dict[str, str]:
    """Give the headings of the tracker's columns by field."""
    return {code: say("tracker_heading", code) for code in codes("tracker_heading")}


def _state_of(word: str) -> str:
    """Give the state that a choice of the tracker, or a tracker's usual word, stands for."""
    return read_status(word, Vocabulary()).state


def _field_of(name: str) -> str:
    return next((field for field in TRACKED if plain(name) in (plain(field), plain(headings()[field]))), name)


def _as_revision(row: OwnRow) -> dict[str, str]:
    cells = {column: row.cells.get(column, "") for column in REVISION_COLUMNS}
    return {**cells, "field": _field_of(cells["field"])}


def _rows_by_action(rows: list[OwnRow], plan: Plan, log: list[dict[str, str]],
                    faults: _Faults) -> dict[str, OwnRow]:
    """Match the rows to the plan's actions; strange, doubled and missing ones are faults."""
    known = list(plan.actions["action_id"])
    found: dict[str, OwnRow] = {}
    for row in rows:
        action_id = row.cells["action_id"]
        if action_id not in known:
            faults.add(row, "unknown_action", value=action_id, near=suggest(action_id, known))
        elif action_id in found:
            faults.add(row, "action_twice", value=action_id, first=found[action_id].row)
        else:
            found[action_id] = row
    missing = [action_id for action_id in known if action_id not in found]
    if missing:
        faults.found.append(say("tracker_fault", "action_missing", ids=", ".join(missing)))
    n_logged = pd.Series([entry["action_id"] for entry in log], dtype="str").value_counts()
    for action_id, row in found.items():
        promised = row.cells.get("n_revisions", "")
        if promised.isdigit() and int(promised) > int(n_logged.get(action_id, 0)):
            faults.add(row, "revisions_gone", action_id=action_id, promised=promised, n=int(n_logged.get(action_id, 0)))
    return {action_id: found[action_id] for action_id in known if action_id in found}


def _compare(row: OwnRow, state: Mapping[str, str], anchor: date, settings: Settings,
             faults: _Faults) -> dict[str, str]:
    """Give the fields that say something new, in the form in which they are kept."""
    changes = {}
    for field in TRACKED:
        if field not in row.cells:
            continue
        raw = without_contacts(row.cells[field])[0]
        cell = raw if field == "owner" else " ".join(raw.split())
        if cell == state[field]:
            continue
        kept = _READERS.get(field, _read_text)(row, cell, anchor, settings, faults)
        if kept is not None and kept != state[field]:
            changes[field] = kept
    return changes


def _check_completion(row: OwnRow, state: Mapping[str, str], faults: _Faults) -> None:
    if state["completed_on"] and state["progress"] and _state_of(state["progress"]) != "done":
        faults.add(row, "completed_not_done", progress=state["progress"])


def _who_and_when(row: OwnRow, as_of: date, settings: Settings, faults: _Faults, *, needed: bool) -> tuple[str, str]:
    who = without_contacts(" ".join(row.cells.get("changed_by", "").split()))[0]
    written = row.cells.get("changed_on", "")
    if not needed or not written:
        return who or say("tracker", "not_said"), as_of.isoformat()
    try:
        return (who or say("tracker", "not_said"),
                parse_anchor(written, date_order=settings.exports.date_order).isoformat())
    except TimescaleError as problem:
        faults.add(row, "bad_date", heading=headings()["changed_on"], value=written, problem=problem.headline)
        return who, ""


_Reader = Callable[[OwnRow, str, date, Settings, _Faults], str | None]


def _read_text(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
    return cell


def _read_progress(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
    state = _state_of(cell) if cell else ""
    if cell and not state:
        faults.add(row, "unknown_choice", heading=headings()["progress"], value=cell, choices=", ".join(PROGRESS))
        return None
    return PROGRESS_SHOWN[state]


def _read_share(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
    share = read_percent(cell) if cell else None
    if cell and (share is None or 0 < share < 1):  # 0.5 may be a half or half a per cent
        faults.add(row, "bad_share", heading=headings()["percent"], value=cell)
        return None
    return "" if share is None else f"{share:g}"


def _read_day(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
    if not cell:
        return ""
    try:
        return parse_anchor(cell, date_order=settings.exports.date_order).isoformat()
    except TimescaleError as problem:
        faults.add(row, "bad_date", heading=headings()["completed_on"], value=cell, problem=problem.headline)
        return None


def _read_timescale(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
    try:
        parse_timescale(cell, anchor=anchor, date_order=settings.exports.date_order)
    except TimescaleError as problem:
        faults.add(row, "bad_timescale", value=cell, problem=problem.headline, remedy=problem.remedy)
        return None
    return cell


def _read_owner(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
    return "; ".join(owner.name for owner in name_owners(cell, bodies=settings.plan.bodies))


def _choice(field: str, choices: Callable[[Settings], list[str]]) -> _Reader:
    def read(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
        known = choices(settings)
        kept = []
        for part in filter(None, (part.strip() for part in cell.split(";"))):
            name = match_known(part, known)
            if not name:
                faults.add(row, "unknown_choice", heading=headings()[field], value=part, choices="; ".join(known))
                return None
            kept.append(name)
        return "; ".join(kept)
    return read


def _read_statistics(row: OwnRow, cell: str, anchor: date, settings: Settings, faults: _Faults) -> str | None:
    """Take the names of figures, each in the catalogue's words or, where it has none of its own, as a long name."""
    kept = []
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        try:
            statistic = parse_statistic(part)
        except UnknownStatisticError as problem:
            faults.add(row, "unknown_statistic", heading=headings()["statistic"], problem=problem.headline,
                       remedy=" ".join(problem.hints))
            return None
        kept.append(statistic.label if statistic.code in short_names() else statistic.code)
    return "; ".join(dict.fromkeys(kept))


_READERS: dict[str, _Reader] = {
    "progress": _read_progress, "percent": _read_share, "completed_on": _read_day, "timescale": _read_timescale,
    "owner": _read_owner,
    "theme": _choice("theme", lambda settings: settings.plan.themes),
    "carried_into": _choice("carried_into", lambda settings: settings.plan.carried_into),
    "statistic": _read_statistics,
}


def _revise(actions: pd.DataFrame, i: object, text: str, anchor: date, settings: Settings,
            log: list[dict[str, str]]) -> None:
    """Put a revised timescale in place, keeping the first one, how often it was moved, why, and who approved that."""
    read = parse_timescale(text, anchor=anchor, date_order=settings.exports.date_order)
    row = actions.index.get_loc(i)
    before = actions.iloc[row]
    first = before["original_timescale"] or before["timescale"]
    first_day = before["original_latest"] if before["original_timescale"] else before["due_latest"]
    done = read.kind == "complete"
    values = {"original_timescale": first, "original_latest": first_day, "timescale": text, "kind": read.kind,
              "open_ended": read.open_ended, "every": read.every, "note": read.note,
              "revisions": str(int(before["revisions"] or 0) + max(len(log), 1)),
              "revision_reason": log[-1]["reason"] if log else "",
              "revision_approved_by": log[-1]["approved_by"] if log else "",
              "due_earliest": pd.NaT if done or read.earliest is None else pd.Timestamp(read.earliest),
              "due_latest": pd.NaT if done or read.latest is None else pd.Timestamp(read.latest)}
    if read.priority:
        values["priority"] = read.priority
    if done:
        values |= {"progress": "done", "completed_on": pd.NaT if read.latest is None else pd.Timestamp(read.latest)}
    for column, value in values.items():
        actions.loc[i, column] = value
