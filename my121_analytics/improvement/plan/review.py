"""The whole review of a plan: status, milestones, what changed, finance and risks, in one result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from my121_analytics.improvement.plan.action_groups import directorates_of, without_names
from my121_analytics.improvement.plan.changes import compare_with_last
from my121_analytics.improvement.plan.finance import tabulate_finance, tabulate_risks
from my121_analytics.improvement.plan.milestones import list_due_by_next, tabulate_milestones
from my121_analytics.improvement.plan.reading import Plan
from my121_analytics.improvement.plan.status import STATUSES, PlanStatus, assess_status
from my121_analytics.improvement.tracker import TRACKED, Tracker, apply_tracker, start_tracker, state_of
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import LABEL, Table, count_of_things


def review_plan(plan: Plan, *, as_of: date, settings: Settings | None = None, tracker: Tracker | None = None,
                since: Path | str | None = None, beside: Sequence[tuple[str, Plan]] = ()) -> PlanStatus:
    """Say where the plan stands, what comes next and what changed.

    Parameters
    ----------
    plan
        As read.
    as_of
        Day of the report.
    settings
        ``[plan]``.
    tracker
        As it came back; its changes are applied first.
    since
        The last report's ``actions.csv`` or tracker.
    beside
        The same plan read with other anchors, each with the words for where that day comes from.

    Returns
    -------
    PlanStatus
        The tables of :func:`~my121_analytics.improvement.status.assess_status` and: ``tracker`` (one row per action
        with what people fill in), ``revisions``, ``anchors`` (what each anchor would mean), ``milestones``,
        ``due_next`` (open actions due by the next milestone), ``belongs`` (which directorates each action is of),
        ``finance``, ``risks``, ``information`` (the plan's own dates), ``questions``, and with ``since`` also
        ``changes``.
    """
    settings = settings or Settings()
    tracker = tracker or start_tracker()
    now = apply_tracker(plan, tracker, settings=settings)
    status = assess_status(now, as_of=as_of, settings=settings)
    actions = now.actions.assign(status=status.frame("actions")["status"], rag=status.frame("actions")["rag"])
    milestones = tabulate_milestones(now, actions, as_of=as_of, settings=settings)
    of_things = {
        "anchors": (_compare_anchors(plan, beside, tracker, as_of, settings), "anchor"),
        "milestones": (milestones, "milestone"),
        "finance": (tabulate_finance(actions, settings.plan, is_award=now.is_award), "item"),
        "risks": (tabulate_risks(actions, now.people, is_award=now.is_award), "about"),
        "belongs": (directorates_of(now, settings.plan), "action_id"),
        "information": (_own_dates(now), "label"),
    }
    named = {
        "due_next": (list_due_by_next(actions, milestones), "action_id", ("owner",)),
        "tracker": (_tracker_rows(plan, actions, tracker), "action_id", ("owner",)),
        "revisions": (tracker.revisions, "revision", ("changed_by", "approved_by", "before", "after")),
        "questions": (now.questions, "reason", ("value", "message")),
    }
    if since is not None:
        named["changes"] = (compare_with_last(since, actions), "action_id", ("before", "after"))
    tables = {name: Table(frame, keys=(key,), about_people=False) for name, (frame, key) in of_things.items()}
    tables |= {name: Table(frame, keys=(key,), people=people, about_people=False)
               for name, (frame, key, people) in named.items()}
    facts = {**status.facts, "n_new_revisions": tracker.n_new, "n_revisions": len(tracker.revisions),
             "kind": "award" if now.is_award else "other"}
    return replace(status, tables={**status.tables, **tables}, facts=facts, declared={
        **status.declared, "kind": LABEL,
        **dict.fromkeys(("n_new_revisions", "n_revisions"), count_of_things("revisions"))})


def _compare_anchors(plan: Plan, beside: Sequence[tuple[str, Plan]], tracker: Tracker, as_of: date,
                     settings: Settings) -> pd.DataFrame:
    """Count the statuses that each anchor would give."""
    rows = []
    for why, other in [(say("plan_anchor", "chosen"), plan), *beside]:
        by_status = assess_status(apply_tracker(other, tracker, settings=settings), as_of=as_of, settings=settings)
        counts = by_status.frame("by_status").set_index("status")["n"]
        rows.append((pd.Timestamp(other.anchor), why, *(int(counts[status]) for status in STATUSES)))
    columns = [f"n_{status.replace(' ', '_').replace('-', '_')}" for status in STATUSES]
    frame = pd.DataFrame(rows, columns=["anchor", "why", *columns])
    return frame.astype({"anchor": "datetime64[s]"})


def _own_dates(plan: Plan) -> pd.DataFrame:
    frame = plan.information[["code", "label", "value", "day"]].reset_index(drop=True)
    return frame.assign(value=without_names(frame["value"], plan.people))


def _tracker_rows(plan: Plan, actions: pd.DataFrame, tracker: Tracker) -> pd.DataFrame:
    """Give the rows of the tracker workbook: facts to read, then what people fill in, as it stands now."""
    state = state_of(plan, tracker.revisions.to_dict("records"))
    filled = pd.DataFrame([state[action_id] for action_id in actions["action_id"]], columns=list(TRACKED),
                          index=actions.index)
    filled["completed_on"] = pd.to_datetime(filled["completed_on"]).astype("datetime64[s]")
    n = tracker.revisions["action_id"].value_counts()
    moved = actions["revisions"].replace("", "0").astype("int64")
    facts = actions[["action_id", "issue", "action", "status", "rag", "due_latest", "original_timescale"]]
    first = facts["original_timescale"].mask(facts["original_timescale"] == "", plan.actions["timescale"])
    blank = dict.fromkeys(("reason", "approved_by", "changed_by", "changed_on"), "")
    return facts.assign(original_timescale=first, n_moved=moved,
                        n_revisions=facts["action_id"].map(n).fillna(0).astype("int64"),
                        **{name: filled[name] for name in TRACKED}, **blank).reset_index(drop=True)
