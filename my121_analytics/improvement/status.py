"""Where each action of a plan stands on a day: held against its timescale, and against nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
import pandas as pd

from my121_analytics.improvement.plan import REFUSED, Plan
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import About, Result, Table

STATUSES = ("overdue", "due in window", "on track", "not started", "open-ended", "undated", "done late", "done")
"""Every state of an action, the most pressing first."""
RAG: Mapping[str, str] = {
    "overdue": "Red",
    "due in window": "Amber",  # it may still be done in time, and the last day is in sight
    "on track": "Green",
    "not started": "Green",    # not late; stated progress and a near due date turn it amber, see below
    "open-ended": "Grey",      # no last day, so no colour follows from a timescale
    "undated": "Grey",
    "done late": "Green",
    "done": "Green",
}
"""Colour of each state; the word travels with it, since a colour alone says nothing to many readers."""
NEAR_DAYS = 30
"""An action not yet done turns amber this many days before its last day: one month is the usual reporting interval."""
ACTIONS_CSV = ("action_id", "issue", "action", "owner", "timescale", "kind", "due_earliest", "due_latest",
               "open_ended", "priority", "status", "rag", "completed_on")
"""Columns of actions.csv, in order."""
_NOBODY = "No owner named"
_NO_ISSUE = "No issue named"


@dataclass(frozen=True)
class PlanStatus(Result):
    """Status of a plan's actions.

    Notes
    -----
    Tables: ``actions`` (one row per action, ``ACTIONS_CSV``), ``by_issue``, ``by_owner`` (an action with several owners
    counts once for each) and ``by_status``. Counts are of actions, not of people.
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
        The council's name for the heading.

    Returns
    -------
    PlanStatus
        ``overdue``: not done and its last day has passed. ``due in window``: within the stretch of time in which it is
        due. ``on track``: its time has not come, and nothing in the plan says otherwise. ``not started``: the plan says
        so, or its anchor lies ahead. ``open-ended``: no last day (ongoing, recurring, "at least"). ``undated``: no
        timescale, or one that was refused. ``done late``: completed after its last day. ``done``: completed.

    Notes
    -----
    Colours follow from ``RAG``; an action that is not done is amber from ``NEAR_DAYS`` before its last day, or where
    the plan itself says that it is behind.
    """
    settings = settings or Settings()
    actions = plan.actions.assign(status=_find_statuses(plan, as_of))
    actions["rag"] = _colour(actions, as_of)
    counts = {status: int((actions["status"] == status).sum()) for status in STATUSES}
    about = About(title=say("plan_status", "title", council=settings.council.name),
                  measure=say("plan_status", "measure"), population=say("plan_status", "population"),
                  counts_what="actions", as_of=as_of, cycle="", n=len(actions), caveats=("anchor",))
    tables = {
        "actions": Table(actions[list(ACTIONS_CSV)].reset_index(drop=True), keys=("action_id",), people=("owner",),
                         about_people=False),
        "by_issue": Table(_count_by(actions.assign(issue=actions["issue"].replace("", _NO_ISSUE)), "issue"),
                          keys=("issue",), about_people=False),
        "by_owner": Table(_count_by(_per_owner(actions, plan.owners), "owner"), keys=("owner",), people=("owner",),
                          about_people=False),
        "by_status": Table(_describe_statuses(counts), keys=("status",), about_people=False),
    }
    facts = {f"n_{status.replace(' ', '_').replace('-', '_')}": n for status, n in counts.items()}
    return PlanStatus(about, tables, {"n_actions": len(actions), "n_refusals": len(plan.refusals),
                                      "anchor": plan.anchor.isoformat(), "as_of": as_of.isoformat(), **facts})


def tabulate_actions(status: PlanStatus) -> pd.DataFrame:
    """Give the rows of actions.csv.

    Parameters
    ----------
    status
        Of :func:`assess_status`.

    Returns
    -------
    pandas.DataFrame
        ``ACTIONS_CSV`` in order; dates as ISO text, empty where there is none.
    """
    table = status.frame("actions")[list(ACTIONS_CSV)].copy()
    for column in ("due_earliest", "due_latest", "completed_on"):
        table[column] = table[column].dt.strftime("%Y-%m-%d").fillna("").astype("str")
    return table


def _find_statuses(plan: Plan, as_of: date) -> np.ndarray:
    """Decide each action's status; the first rule that holds counts."""
    rows, today = plan.actions, pd.Timestamp(as_of)
    completed, latest = rows["completed_on"], rows["due_latest"]
    done = (completed <= today) | (completed.isna() & (rows["progress"] == "done"))
    in_window = (rows["kind"] == "window") & (rows["due_earliest"] <= today)
    rules = [
        (done & (completed > latest), "done late"),
        (done, "done"),
        (rows["kind"].isin(["unscheduled", REFUSED]), "undated"),
        (latest.isna() | (rows["kind"] == "recurring"), "open-ended"),
        (latest < today, "overdue"),
        (in_window, "due in window"),
        ((rows["progress"] == "not started") | (as_of < plan.anchor), "not started"),
    ]
    return np.select([rule.to_numpy(dtype=bool) for rule, _ in rules], [status for _, status in rules], "on track")


def _colour(actions: pd.DataFrame, as_of: date) -> pd.Series:
    colour = actions["status"].map(dict(RAG))
    days_left = (actions["due_latest"] - pd.Timestamp(as_of)).dt.days
    pressing = (days_left <= NEAR_DAYS) | (actions["progress"] == "behind")
    return colour.mask(actions["status"].isin(["on track", "not started"]) & pressing, "Amber").astype("str")


def _per_owner(actions: pd.DataFrame, owners: pd.DataFrame) -> pd.DataFrame:
    """Repeat each action for each of its owners."""
    joined = actions[["action_id", "status"]].merge(owners[["action_id", "owner"]], on="action_id", how="left")
    return joined.assign(owner=joined["owner"].fillna(_NOBODY))


def _count_by(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Count actions by group and status, one column a status, groups in order of first appearance."""
    counts = pd.crosstab(rows[column], rows["status"]).reindex(columns=list(STATUSES), fill_value=0)
    counts = counts.reindex(pd.unique(rows[column]))
    counts.columns = [f"n_{status.replace(' ', '_').replace('-', '_')}" for status in STATUSES]
    counts.insert(0, "n", counts.sum(axis="columns"))
    return cast(pd.DataFrame, counts.rename_axis(column).reset_index())


def _describe_statuses(counts: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"status": list(STATUSES), "n": [counts[status] for status in STATUSES],
                         "meaning": [say("plan_status_meaning", status) for status in STATUSES]})
