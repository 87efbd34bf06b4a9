"""The stages of the recognition: when each comes, how long that is from now, and what must be ready."""

from __future__ import annotations

from datetime import date

import pandas as pd

from my121_analytics.improvement.plan.reading import Plan
from my121_analytics.improvement.timescale.reading import parse_timescale
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.settings import Settings
from my121_analytics.settings_plan import MilestoneSettings
from my121_analytics.wording.catalogue import say

OPEN = ("overdue", "behind", "to confirm", "due in window", "on track", "not started", "open-ended", "undated")
"""States of an action that is not done."""
_FROM_PLAN = {"progress_review": "review", "reassessment": "next_review"}
"""Milestones that the plan's own title block may date."""


def tabulate_milestones(plan: Plan, actions: pd.DataFrame, *, as_of: date, settings: Settings) -> pd.DataFrame:
    """Say when each milestone comes and what must be ready by then.

    Parameters
    ----------
    plan
        Its title block dates the assessment, the review and the next review where it can; else months count from the
        anchor.
    actions
        One row per action with its ``status`` and ``due_latest``.
    as_of
        Day of the report.
    settings
        ``[plan] milestones``.

    Returns
    -------
    pandas.DataFrame
        ``milestone``, ``label``, ``earliest``, ``latest``, ``state`` (past, now, ahead), ``days_left`` to the last
        day, ``countdown`` in words, ``n_due_by`` (open actions due by then), ``n_undated`` (open actions without a
        last day), ``needs`` and ``source``; in order of their last days. None where the plan is no award's.
    """
    stages = settings.plan.milestones if plan.is_award else []
    rows = [_date_milestone(stage, plan, settings) for stage in stages]
    frame = pd.DataFrame(rows, columns=["milestone", "label", "earliest", "latest", "needs", "source"])
    for column in ("earliest", "latest"):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[s]")
    frame = frame.sort_values(["latest", "earliest"], kind="stable", ignore_index=True)
    today = pd.Timestamp(as_of)
    frame["state"] = ["past" if row.latest < today else "now" if row.earliest <= today else "ahead"
                      for row in frame.itertuples()]
    frame["days_left"] = (frame["latest"] - today).dt.days
    frame["countdown"] = [_count_down(row.state, row.earliest, row.latest, today) for row in frame.itertuples()]
    still = actions[actions["status"].isin(OPEN)]
    frame["n_due_by"] = [int((still["due_latest"] <= latest).sum()) for latest in frame["latest"]]
    frame["n_undated"] = int(still["due_latest"].isna().sum())
    return frame[["milestone", "label", "earliest", "latest", "state", "days_left", "countdown", "n_due_by",
                  "n_undated", "needs", "source"]]


def list_due_by_next(actions: pd.DataFrame, milestones: pd.DataFrame) -> pd.DataFrame:
    """List the open actions that fall due by the next milestone, the earliest first.

    Parameters
    ----------
    actions
        With ``status``.
    milestones
        Of :func:`tabulate_milestones`.

    Returns
    -------
    pandas.DataFrame
        ``milestone`` and the actions' own columns; empty where no milestone lies ahead.
    """
    coming = milestones[milestones["state"] != "past"]
    columns = ["action_id", "issue", "action", "owner", "timescale", "due_latest", "status", "rag"]
    if coming.empty:
        return actions.iloc[:0][columns].assign(milestone="")
    nearest = coming.iloc[0]
    due = actions[actions["status"].isin(OPEN) & (actions["due_latest"] <= nearest["latest"])]
    due = due.sort_values(["due_latest"], kind="stable", ignore_index=True)[columns]
    return due.assign(milestone=str(nearest["label"]))


def find_assessment(plan: Plan) -> tuple[date, str]:
    """Give the day that milestones count from, and whether the plan or the anchor gave it."""
    assessed = plan.information.loc[plan.information["code"] == "assessed", "day"].dropna()
    return (assessed.iloc[0].date(), "plan") if len(assessed) else (plan.anchor, "anchor")


def _date_milestone(stage: MilestoneSettings, plan: Plan, settings: Settings) -> tuple[object, ...]:
    start, source = find_assessment(plan)
    first, last = stage.months[0], stage.months[-1]
    earliest, latest = (_settle(pd.Timestamp(start) + pd.DateOffset(months=n), start) for n in (first, last))
    named = _named_in_plan(stage.code, plan, start, settings)
    if named is not None:
        earliest, latest, source = *named, "title_block"
    return stage.code, stage.label, earliest, latest, stage.needs, say("milestone_source", source)


def _named_in_plan(code: str, plan: Plan, start: date, settings: Settings) -> tuple[date, date] | None:
    entry = plan.information[plan.information["code"] == _FROM_PLAN.get(code, "")]
    if entry.empty:
        return None
    try:
        read = parse_timescale(str(entry["value"].iloc[0]), anchor=start, date_order=settings.exports.date_order)
    except TimescaleError:
        return None
    if read.latest is None:
        return None
    if pd.notna(entry["day"].iloc[0]):
        return read.earliest or read.latest, read.latest
    return _settle(pd.Timestamp(read.earliest or read.latest), start), _settle(pd.Timestamp(read.latest), start)


def _settle(moment: pd.Timestamp, start: date) -> date:
    """Give the end of the month where the start is one: eighteen months from June end with December."""
    begins_at_end = pd.Timestamp(start).is_month_end
    return ((moment + pd.offsets.MonthEnd(0)) if begins_at_end else moment).date()


def _count_down(state: str, earliest: pd.Timestamp, latest: pd.Timestamp, today: pd.Timestamp) -> str:
    if state == "ahead":
        return say("milestone_countdown", "ahead", time=_say_time((earliest - today).days))
    if state == "now":
        return say("milestone_countdown", "now", time=_say_time((latest - today).days))
    return say("milestone_countdown", "past", time=_say_time((today - latest).days))


def _say_time(days: int) -> str:
    """Say a number of days in the unit that people plan in: days up to eight weeks, then months."""
    if days <= 56:
        return say("milestone_time", "day" if days == 1 else "days", n=days)
    return say("milestone_time", "months", n=round(days / 30.44))
