"""What the plan costs, and what is at risk where its actions are not done."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from my121_analytics.improvement.headings import is_no_cost
from my121_analytics.improvement.plan.action_groups import without_names
from my121_analytics.improvement.plan.milestones import OPEN
from my121_analytics.settings_plan import PlanSettings
from my121_analytics.wording.catalogue import say

_STANDING = {True: ("standard", "people", "mitigation"), False: ("open", "mitigation")}
"""Risks of the plan as a whole: of an award's, and of any other."""
_POUNDS = re.compile(r"(?:£|GBP)? ?(\d+(?:,\d{3})*(?:\.\d{1,2})?) ?(k)?", re.I)
_DAYS = re.compile(r"(\d+(?:\.\d+)?)(?: ?(?:d|days?))?", re.I)


def parse_pounds(text: str) -> float | None:
    """Read an amount in pounds; None for words and blanks, which are not nought."""
    if is_no_cost(text):
        return 0.0
    found = _POUNDS.fullmatch(text.strip())
    return float(found[1].replace(",", "")) * (1000 if found[2] else 1) if found else None


def parse_days(text: str) -> float | None:
    """Read a number of days of officer time; None for words and blanks."""
    if is_no_cost(text):
        return 0.0
    found = _DAYS.fullmatch(text.strip())
    return float(found[1]) if found else None


def tabulate_finance(actions: pd.DataFrame, rules: PlanSettings, *, is_award: bool = True) -> pd.DataFrame:
    """Set out what the plan costs as far as that is known.

    Parameters
    ----------
    actions
        With ``cost`` and ``officer_time`` as written.
    rules
        ``review_cost``.
    is_award
        The plan is an award's, so that an assessor comes back.

    Returns
    -------
    pandas.DataFrame
        ``item``, ``pounds``, ``days``, ``n_actions`` that the sum is of, ``note``. What is not known is missing, never
        nought.
    """
    pounds = actions["cost"].map(parse_pounds).astype("float64")
    days = actions["officer_time"].map(parse_days).astype("float64")
    rows: list[tuple[object, ...]] = [(
        say("plan_finance", "review"), rules.review_cost, None, None,
             say("plan_finance", "review_note" if rules.review_cost is not None else "review_unknown"))
    ] if is_award else []
    for code, sums, n in (("direct", pounds, "pounds"), ("officer_time", days, "days")):
        known = int(sums.notna().sum())
        total = float(sums.sum()) if known else None
        note = say("plan_finance", "sum_note", known=known, total=len(actions), missing=len(actions) - known)
        rows.append((say("plan_finance", code), total if n == "pounds" else None, total if n == "days" else None,
                     known, note if known else say("plan_finance", "not_given")))
    frame = pd.DataFrame(rows, columns=["item", "pounds", "days", "n_actions", "note"])
    return frame.astype({"pounds": "float64", "days": "float64", "n_actions": "Int64"})


def tabulate_risks(actions: pd.DataFrame, people: Sequence[str], *, is_award: bool = True) -> pd.DataFrame:
    """Set out what is at risk: of the plan as a whole, then of each action that is not done.

    Parameters
    ----------
    actions
        With ``status``, ``risk``, ``benefit`` and ``carried_into``.
    people
        Names to take out of the texts.
    is_award
        The plan is an award's, which may be lost.

    Returns
    -------
    pandas.DataFrame
        ``about`` (the plan, or an action's id), ``issue``, ``status``, ``risk``, ``source``.
    """
    still = actions[actions["status"].isin(OPEN)]
    n_overdue, n_carried = int((still["status"] == "overdue").sum()), int((still["carried_into"] != "").sum())
    whole = say("plan_risk", "whole")
    rows = [(whole, "", "", say("plan_risk", code, n_open=len(still), n_overdue=n_overdue, n_carried=n_carried),
             say("plan_risk", "standing")) for code in _STANDING[is_award]]
    for row in still.itertuples():
        risk, source = (row.risk, "stated") if row.risk else (row.benefit, "benefit") if row.benefit else ("", "none")
        at_stake = say("plan_risk", "at_stake", benefit=risk) if source == "benefit" else risk
        rows.append((row.action_id, row.issue, row.status, at_stake or say("plan_risk", "not_stated"),
                     say("plan_risk", source)))
    frame = pd.DataFrame(rows, columns=["about", "issue", "status", "risk", "source"])
    return frame.assign(risk=without_names(frame["risk"], people), issue=without_names(frame["issue"], people))
