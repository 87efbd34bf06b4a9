"""Where each action of a plan stands on a day: held against its timescale, and against nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.improvement.plan.action_groups import directorates_of, split_names, without_names
from my121_analytics.improvement.plan.action_progress import BEHIND, DONE, NOT_STARTED, UNCLEAR, WITHDRAWN
from my121_analytics.improvement.plan.action_rows import DETAILS, REFUSED
from my121_analytics.improvement.plan.reading import Plan
from my121_analytics.settings import Settings
from my121_analytics.settings_plan import PLAN_STATUSES, PlanSettings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import LABEL, Result, Table, count_of_things, describe

STATUSES = PLAN_STATUSES
ACTIONS_CSV = ("action_id", "issue", "action", "owner", "timescale", "kind", "due_earliest", "due_latest",
               "open_ended", "priority", "status", "rag", "completed_on")
"""Columns of actions.csv, in order."""
DETAIL_COLUMNS = ("action_id", "issue", "action", "benefit", "owner", "vehicle", "skills", "timescale",
                  "original_timescale", "original_latest", "revisions", "revision_reason", "revision_approved_by",
                  "due_latest", "status", "rag", "progress", "percent", "progress_text", "completed_on", *DETAILS,
                  "origin_file", "origin_sheet", "origin_row")
FACTS = {"n_actions": count_of_things("actions"), "n_refusals": count_of_things("refusals"),
          "n_questions": count_of_things("questions"), "anchor": LABEL, "as_of": LABEL}
_PUBLISHED = (*ACTIONS_CSV, "benefit", "original_timescale", "revisions", "revision_state", "percent", "theme",
              "directorate", "carried_into")
_NOT_APPROVED = re.compile(r"(?:n/?a|no|none|nobody|not (?:said|yet|approved|agreed|known).*|tbc|tba|tbd|pending.*|"
                           r"awaiting.*|to be .*|[-–—?.]*)", re.I)
"""Words in place of a name that approve nothing."""

COLOURS = ("Red", "Amber", "Green", "Grey")
"""In the order in which they are read."""

@dataclass(frozen=True, repr=False)
class PlanStatus(Result):
    """Status of a plan's actions.

    Notes
    -----
    Tables: ``actions`` (one row per action, ``ACTIONS_CSV``), ``details`` (``DETAIL_COLUMNS``), ``published`` (the
    actions as anybody may read them: owners that are not clearly a body, and the names of people in the texts, are
    held back), ``by_issue``, ``by_owner``, ``by_body`` (owners that are bodies), ``by_directorate``, ``by_theme``,
    ``by_plan`` (carried into which plan, and with evidence or without), ``by_status`` and ``by_colour``. An action with
    several owners
    (directorates, plans) counts once for each. Counts are of actions, not of people.
    """


def assess_status(plan: Plan, *, as_of: date, settings: Settings | None = None) -> PlanStatus:
    """Say where each action stands on a day.

    Parameters
    ----------
    plan
        As read, with its anchor.
    as_of
        The day of the review. An action completed after it counts as not done yet.
    settings
        The council's name for the heading; ``[plan] rag`` and ``at_risk_days`` for the colours, ``themes``,
        ``directorates`` and ``bodies`` for the counts.

    Returns
    -------
    PlanStatus
        ``overdue``: not done and its last day has passed. ``behind``: not overdue, and the plan itself says that it is
        behind. ``to confirm``: its last day has passed, and what the plan says of its progress is not understood; it
        is never called overdue for that. ``due in window``: within the stretch of time in which it is due. ``on
        track``: its time has not come, and nothing in the plan says otherwise. ``not started``: the plan says so, or
        its anchor lies ahead. ``open-ended``: no last day (ongoing, recurring, "at least"). ``undated``: no timescale,
        or one that was refused. ``withdrawn``: superseded, or no longer wanted. ``done late``: completed after its
        last day. ``done``: completed.

    Notes
    -----
    Colours follow from ``[plan] rag``; an action that is not done is amber from ``at_risk_days`` before its last
    day, and red once the day has passed that it is held to (:func:`held_to`): the first date, unless a revision was
    approved by somebody named.

    Examples
    --------
    >>> status = assess_status(plan, as_of=date(2025, 3, 31))
    >>> status.plot_timeline()
    """
    settings = settings or Settings()
    actions = plan.actions.assign(status=find_statuses(plan, as_of))
    actions["rag"] = _colour(actions, as_of, settings.plan)
    actions["revision_state"] = _say_revision(actions)
    counts = {status: int((actions["status"] == status).sum()) for status in STATUSES}
    about = describe("plan_status", counts="actions", as_of=as_of, n=len(actions), caveats=("anchor",),
                     council=settings.council.name)
    owned = plan.owners[["action_id", "owner"]]
    bodies = plan.owners.loc[plan.owners["kind"] == "body", ["action_id", "owner"]]
    nobody = say("plan_group", "no_owner")
    theme = actions["theme"].replace("", say("plan_group", "no_theme"))
    issue = actions["issue"].replace("", say("plan_group", "no_issue"))
    tables = {
        "actions": Table(actions[list(ACTIONS_CSV)].reset_index(drop=True), keys=("action_id",), people=("owner",),
                         about_people=False),
        "details": Table(actions[list(DETAIL_COLUMNS)].reset_index(drop=True), keys=("action_id",), people=("owner",),
                         about_people=False),
        "published": _of_things(_hold_back(actions, plan), "action_id"),
        "by_issue": _of_things(_count_by(actions.assign(issue=without_names(issue, plan.people)), "issue"), "issue"),
        "by_owner": Table(_count_by(_repeat(actions, owned, "owner", nobody), "owner"), keys=("owner",),
                          people=("owner",), about_people=False),
        "by_body": _of_things(_count_by(_repeat(actions, bodies.rename(columns={"owner": "body"}), "body",
                                                say("plan_group", "no_body")), "body"), "body"),
        "by_directorate": _of_things(_count_by(_repeat(actions, directorates_of(plan, settings.plan), "directorate",
                                                       say("plan_group", "council_wide")), "directorate"),
                                     "directorate"),
        "by_theme": _of_things(_count_by(actions.assign(theme=theme), "theme",
                                         order=settings.plan.themes), "theme"),
        "by_plan": _of_things(_count_plans(actions, settings.plan), "carried_into"),
        "by_status": _of_things(_describe_statuses(counts), "status"),
        "by_colour": _of_things(_count_colours(actions, settings.plan), "rag"),
    }
    facts = {f"n_{status.replace(' ', '_').replace('-', '_')}": n for status, n in counts.items()}
    return PlanStatus(about, tables, {"n_actions": len(actions), "n_refusals": len(plan.refusals),
                                      "n_questions": len(plan.questions), "anchor": plan.anchor.isoformat(),
                                      "as_of": as_of.isoformat(), **facts},
                      {**FACTS, **dict.fromkeys(facts, count_of_things("actions"))}, settings)


def find_statuses(plan: Plan, as_of: date) -> np.ndarray:
    """Decide each action's status on a day; the first rule that holds counts."""
    rows, today = plan.actions, pd.Timestamp(as_of)
    completed, latest, held = rows["completed_on"], rows["due_latest"], held_to(rows)
    progress = rows["progress"]
    done = (progress != UNCLEAR) & ((completed <= today) | (completed.isna() & (progress == DONE)))
    in_window = (rows["kind"] == "window") & (rows["due_earliest"] <= today)
    is_dated = ~rows["kind"].isin(["unscheduled", REFUSED, "recurring"]) & latest.notna()
    is_past = is_dated & (latest < today)
    rules = [
        (progress == WITHDRAWN, "withdrawn"),
        (done & (completed > held), "done late"),
        (done, "done"),
        (is_past & (progress == UNCLEAR), "to confirm"),
        (is_past, "overdue"),
        (progress == BEHIND, "behind"),
        (rows["kind"].isin(["unscheduled", REFUSED]), "undated"),
        (~is_dated, "open-ended"),
        (in_window, "due in window"),
        ((progress == NOT_STARTED) | (as_of < plan.anchor), "not started"),
    ]
    return np.select([rule.to_numpy(dtype=bool) for rule, _ in rules], [status for _, status in rules], "on track")


def held_to(actions: pd.DataFrame) -> pd.Series:
    """Give the last day that each action is held to.

    Parameters
    ----------
    actions
        With ``due_latest``, ``original_latest`` and ``revision_approved_by``.

    Returns
    -------
    pandas.Series
        The first date where a later one was written over it and nobody named approved that; else the date that stands.
    """
    was_moved = actions["original_latest"].notna() & ~(actions["original_latest"] >= actions["due_latest"])
    return actions["due_latest"].mask(was_moved & ~is_approved(actions), actions["original_latest"])


def is_approved(actions: pd.DataFrame) -> pd.Series:
    """Say of each action whether somebody is named who approved its revised date."""
    return actions["revision_approved_by"].map(lambda name: not _NOT_APPROVED.fullmatch(name.strip())).astype(bool)


def _say_revision(actions: pd.DataFrame) -> list[str]:
    """Say whether a revised date was approved; empty where there is none."""
    return [say("plan_revision", "approved" if approved else "not_approved") if original else ""
            for original, approved in zip(actions["original_timescale"], is_approved(actions), strict=True)]


def _colour(actions: pd.DataFrame, as_of: date, rules: PlanSettings) -> pd.Series:
    """Colour each action by its status, and one that is not done by the day it is held to.

    A date that was moved without anybody's approval turns nothing green: past its first date the action keeps the
    colour of an overdue one.
    """
    colour = actions["status"].map(dict(rules.rag))
    held = held_to(actions)
    days_left = (held - pd.Timestamp(as_of)).dt.days
    colour = colour.mask(actions["status"].isin(["on track", "not started"]) & (days_left <= rules.at_risk_days),
                         "Amber")
    was_moved = held.notna() & ~(held == actions["due_latest"])
    is_late = (actions["status"].isin(_DATED) | was_moved) & ~actions["status"].isin(_SETTLED) & (days_left < 0)
    return colour.mask(is_late, rules.rag["overdue"]).astype("str")


_DATED = ("behind", "due in window", "on track", "not started")
"""States of an open action whose last day has not passed by the date that stands."""
_SETTLED = ("done", "done late", "withdrawn", "to confirm")
"""States that a date moved or kept does not change."""


def _count_colours(actions: pd.DataFrame, rules: PlanSettings) -> pd.DataFrame:
    """Count the actions of each colour, and say which states have it by the settings and, beyond them, here."""
    rows = []
    for colour in COLOURS:
        own = [status for status in STATUSES if rules.rag[status] == colour]
        here = set(actions.loc[actions["rag"] == colour, "status"]) - set(own)
        extra = [status for status in STATUSES if status in here]
        if own or extra:
            states = ", ".join(own)
            rows.append((colour, int((actions["rag"] == colour).sum()),
                         say("plan_colour", "also", states=states, extra=", ".join(extra)) if extra else states))
    return pd.DataFrame(rows, columns=["rag", "n", "states"]).astype({"rag": "str", "n": "int64", "states": "str"})


def _of_things(frame: pd.DataFrame, key: str) -> Table:
    return Table(frame.reset_index(drop=True), keys=(key,), about_people=False)


def _hold_back(actions: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Give the actions without anybody's name."""
    held = say("plan_group", "held_back")
    is_named = plan.owners["kind"] != "body"
    shown = plan.owners.assign(owner=plan.owners["owner"].mask(is_named, held))
    names = shown.drop_duplicates(["action_id", "owner"]).groupby("action_id")["owner"].agg("; ".join).to_dict()
    owners = [str(names.get(action_id, "")) for action_id in actions["action_id"]]
    frame = actions.assign(owner=owners)[list(_PUBLISHED)]
    for column in ("issue", "action", "benefit", "timescale", "original_timescale", "theme", "directorate",
                   "carried_into"):
        frame[column] = without_names(frame[column], plan.people)
    return frame


def _repeat(actions: pd.DataFrame, members: pd.DataFrame, column: str, otherwise: str) -> pd.DataFrame:
    """Repeat each action for each of its owners, directorates or plans."""
    named: dict[str, dict[str, None]] = {}
    for action, name in zip(members["action_id"], members[column], strict=True):
        named.setdefault(action, {})[name] = None
    rows = [(action, status, name) for action, status in zip(actions["action_id"], actions["status"], strict=True)
            for name in named.get(action, (otherwise,))]
    return pd.DataFrame(rows, columns=["action_id", "status", column], dtype="str")


def _count_by(rows: pd.DataFrame, column: str, order: Sequence[str] = ()) -> pd.DataFrame:
    """Count actions by group and status, one column a status, groups in the order given, then as they appear."""
    groups = list(dict.fromkeys([*order, *rows[column]]))
    seen = Counter(zip(rows[column], rows["status"], strict=True))
    counts = np.array([[seen[group, status] for status in STATUSES] for group in groups], dtype=np.int64)
    counts = counts.reshape(len(groups), len(STATUSES))
    names = [f"n_{status.replace(' ', '_').replace('-', '_')}" for status in STATUSES]
    return pd.DataFrame({column: pd.array(groups, dtype="str"), "n": counts.sum(axis=1),
                         **dict(zip(names, counts.T, strict=True))})


def _count_plans(actions: pd.DataFrame, rules: PlanSettings) -> pd.DataFrame:
    """Count which plans the actions were carried into, and for how many there is evidence that they were."""
    members = split_names(actions, "carried_into")
    has_evidence = actions.set_index("action_id")["carried_evidence"] != ""
    none = say("plan_group", "no_plan")
    frame = _count_by(_repeat(actions, members, "carried_into", none), "carried_into", rules.carried_into)
    shown = members[members["action_id"].map(has_evidence).fillna(False).astype(bool)]
    with_evidence = frame["carried_into"].map(shown["carried_into"].value_counts()).fillna(0).astype("int64")
    frame.insert(2, "n_with_evidence", with_evidence)
    frame.insert(3, "n_without_evidence", (frame["n"] - with_evidence).mask(frame["carried_into"] == none, 0))
    return frame


def _describe_statuses(counts: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"status": list(STATUSES), "n": [counts[status] for status in STATUSES],
                         "meaning": [say("plan_status_meaning", status) for status in STATUSES]})
