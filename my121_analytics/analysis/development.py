"""Development: what is asked for, by whom and to what purpose, what was done of it, and what followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import add_total, declare_group
from my121_analytics.analysis.people_in_post import list_people_in_post
from my121_analytics.analysis.shares import SHARE, add_share
from my121_analytics.errors import DataUnusableError
from my121_analytics.inference.intervals import newcombe_difference, wilson_interval
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import check_grouping, label_missing, select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import (
    LABEL,
    NO_PLACEMENT,
    TOTAL,
    Fact,
    Result,
    Table,
    count_of_things,
    describe,
)
from my121_analytics.workforce.schema import ORGANISATION

NOT_IN_POST = "No longer in post"
"""Group of actions agreed with people who have left."""
FEWEST_COMPARED = 10
"""People on each side below which what followed is counted and not compared."""
DONE, OPEN, OVERDUE = "done", "open", "overdue"
_COUNTS = ["n_actions", "n_completed", "n_open", "n_overdue", "n_due", "n_due_done"]
FACTS = {"n": Fact("people"), "n_actions": count_of_things("actions"), "n_completed": count_of_things("actions"),
         "n_overdue": count_of_things("actions"), "n_open": count_of_things("actions"), "purposes": LABEL}


@dataclass(frozen=True, repr=False)
class DevelopmentResult(Result):
    """Development agreed, done and what followed; made by :func:`measure_development`."""


def measure_development(workforce: Workforce, *, by: str = "directorate", cycle: str | None = None,
                        ) -> DevelopmentResult:
    """Say which development is asked for, where, what was done of it in time, and what the next rating was.

    Parameters
    ----------
    workforce
        The record.
    by
        Column to compare groups by.
    cycle
        Default: the latest; people in post at its end, actions as they stand on the day of the record.

    Returns
    -------
    DevelopmentResult
        ``interventions`` and ``purposes``: intervention or purpose, n_actions, n_people, n_completed, n_open,
        n_overdue, n_due (due by now), share, lower, upper (done by now, of those due). ``demand_by_group``: the
        grouping column, intervention, n_actions, n_people. ``groups``: the grouping column, n_people (in post), n_with
        (with an action open or agreed within a year), share, lower, upper, n_actions, n_overdue. ``boxes``: box,
        box_name, n_people, n_with, share, lower, upper. ``followed``: purpose, level, label (before), base, n_higher,
        n_same, n_lower, share, lower, upper (higher, of base), n_without, share_without, difference, difference_lower,
        difference_upper, caveat. ``overdue``: employee_id, name, manager, the columns of the organisation,
        intervention, purpose, due_on, months_late. Last rows (``All``) are for everything. Facts: n_actions,
        n_completed, n_open, n_overdue.

    Raises
    ------
    UsageError
        No such cycle or column.
    DataUnusableError
        The record holds no development action.

    Notes
    -----
    Every action on record counts, those of people who have left in a group of their own, so that the totals are
    those of the workforce report. What followed is the performance rating of the first cycle after an action was
    completed, against the last one before it was agreed, of the same person; beside it stand people without any action
    on record who began at the same level in the same cycles, since whoever was rated low tends to be rated higher next
    time whatever was done. People are not given development by lot, so a difference is no proof of an effect.

    Examples
    --------
    >>> development = measure_development(workforce)
    >>> development.plot_demand()
    """
    check_grouping(by)
    cycle = workforce.check_cycle(cycle)
    if workforce.development_actions.empty:
        raise DataUnusableError(say("development", "nothing"), hints=[say("development", "nothing_remedy")])
    people = list_people_in_post(workforce, cycle, columns=[by])
    actions = list_actions(workforce)
    known = people.set_index("employee_id")
    actions = actions.assign(**{by: actions["employee_id"].map(known[by]).fillna(NOT_IN_POST)})
    tables = {"interventions": _tabulate_kind(actions, "intervention"), "purposes": _tabulate_kind(actions, "purpose"),
              "demand_by_group": _tabulate_demand(actions, by),
              "groups": _tabulate_groups(people, actions, by, workforce),
              "overdue": _list_overdue(actions, known, pd.Timestamp(workforce.as_of))}
    if workforce.framework.has_map:
        tables["boxes"] = _tabulate_boxes(people, actions, workforce)
    followed = _tabulate_followed(workforce, actions)
    if followed is not None:
        tables["followed"] = followed
    totals = tables["purposes"].frame.set_index("purpose").loc[TOTAL]
    facts: dict[str, float | int | str | None] = {
        name: int(totals[name]) for name in ("n_actions", "n_completed", "n_open", "n_overdue")}
    about = describe("development", population="development_on_record", counts="actions", as_of=workforce.as_of,
                     cycle=cycle, n=len(people), caveats=("written_down", "followed_no_cause"))
    return DevelopmentResult(about, tables, facts, FACTS, workforce.settings)


def list_actions(workforce: Workforce) -> pd.DataFrame:
    """List every development action with its state on the day of the record.

    Parameters
    ----------
    workforce
        The record.

    Returns
    -------
    pandas.DataFrame
        employee_id, intervention, purpose (text, ``Not recorded`` where missing), agreed_on, due_on, completed_on,
        state (``done``, ``open``, ``overdue``), was_due (its day has passed).
    """
    actions, now = workforce.development_actions, pd.Timestamp(workforce.as_of)
    done = actions["completed_on"].notna() & (actions["completed_on"] <= now)
    was_due = actions["due_on"].notna() & (actions["due_on"] < now)
    return pd.DataFrame({
        "employee_id": actions["employee_id"].astype("str"),
        "intervention": label_missing(actions["intervention"]).astype("str"),
        "purpose": label_missing(actions["purpose"]).astype("str"),
        **{column: actions[column] for column in ("agreed_on", "due_on", "completed_on")},
        "state": np.select([done, was_due], [DONE, OVERDUE], OPEN), "was_due": was_due}).reset_index(drop=True)


def in_progress(actions: pd.DataFrame, day: pd.Timestamp) -> set[str]:
    """Name the people with an action open on a day, or agreed within the year before it, by id."""
    begun = actions["agreed_on"].isna() | (actions["agreed_on"] <= day)
    is_open = actions["completed_on"].isna() | (actions["completed_on"] > day)
    recent = actions["agreed_on"] > day - pd.DateOffset(years=1)
    return set(actions.loc[begun & (is_open | recent), "employee_id"])


def _tabulate_kind(actions: pd.DataFrame, kind: str) -> Table:
    """Count actions and people by intervention or purpose, the commonest first."""
    flags = _flag(actions)
    frame = flags.groupby(kind, sort=True)[_COUNTS].sum().reset_index()
    frame = frame.sort_values("n_actions", ascending=False, kind="stable")
    frame = add_total(frame, kind, [], _COUNTS)
    distinct = actions.groupby(kind)["employee_id"].nunique()
    frame.insert(2, "n_people", frame[kind].map(distinct).fillna(actions["employee_id"].nunique()).astype("int64"))
    lower, upper = wilson_interval(frame["n_due_done"], frame["n_due"])
    share = frame["n_due_done"] / frame["n_due"].where(frame["n_due"] > 0)
    frame = frame.drop(columns="n_due_done").assign(share=share, lower=lower, upper=upper)
    return Table(frame, keys=(kind,), count="n_people", follows=SHARE, sums=(kind,))


def _flag(actions: pd.DataFrame) -> pd.DataFrame:
    done = actions["state"] == DONE
    return actions.assign(n_actions=1, n_completed=done.astype(int), n_open=(actions["state"] == OPEN).astype(int),
                          n_overdue=(actions["state"] == OVERDUE).astype(int), n_due=actions["was_due"].astype(int),
                          n_due_done=(actions["was_due"] & done).astype(int))


def _tabulate_demand(actions: pd.DataFrame, by: str) -> Table:
    grouped = actions.groupby([by, "intervention"], sort=True)["employee_id"]
    frame = pd.DataFrame({"n_actions": grouped.size(), "n_people": grouped.nunique()}).reset_index()
    frame = frame.sort_values([by, "n_actions"], ascending=[True, False], kind="stable", ignore_index=True)
    return Table(frame, keys=(by, "intervention"), count="n_people", **declare_group(by))


def _tabulate_groups(people: pd.DataFrame, actions: pd.DataFrame, by: str, workforce: Workforce) -> Table:
    active = in_progress(actions, pd.Timestamp(workforce.as_of))
    rows = pd.DataFrame({by: people[by], "n_people": 1, "n_with": people["employee_id"].isin(active).astype(int)})
    counts = ["n_people", "n_with"]
    frame = add_total(rows.groupby(by, sort=True)[counts].sum().reset_index(), by, [], counts)
    here = actions[actions[by] != NOT_IN_POST]
    for name, chosen in (("n_actions", here), ("n_overdue", here[here["state"] == OVERDUE])):
        frame[name] = frame[by].map(chosen[by].value_counts()).fillna(0).astype("int64")
        frame.loc[frame[by] == TOTAL, name] = len(chosen)
    return Table(add_share(frame, "n_with", "n_people"), keys=(by,), count="n_people", parts=("n_with",),
                 follows=SHARE, sums=(by,), **declare_group(by))


def _tabulate_boxes(people: pd.DataFrame, actions: pd.DataFrame, workforce: Workforce) -> Table:
    """Count by box who has development in hand: what was agreed should fit where people stand."""
    active = in_progress(actions, pd.Timestamp(workforce.as_of))
    with_action = people["employee_id"].isin(active)
    boxes = [*((b.number, b.name) for b in workforce.framework.boxes), (0, NO_PLACEMENT)]
    frame = pd.DataFrame(boxes, columns=["box", "box_name"])
    for name, rows in (("n_people", people), ("n_with", people[with_action])):
        frame[name] = frame["box"].map(rows["box"].value_counts()).fillna(0).astype("int64")
    return Table(add_share(frame, "n_with", "n_people"), keys=("box",), count="n_people", parts=("n_with",),
                 follows=SHARE)


def _list_overdue(actions: pd.DataFrame, known: pd.DataFrame, now: pd.Timestamp) -> Table:
    """List the overdue actions of people in post, the longest overdue first."""
    late = actions[(actions["state"] == OVERDUE) & actions["employee_id"].isin(known.index)]
    late = late.assign(months_late=((now - late["due_on"]).dt.days // 30).astype("Int64"),
                       **{c: late["employee_id"].map(known[c]) for c in ("name", "manager", *ORGANISATION)})
    late = late.sort_values(["due_on", "name", "employee_id", "intervention"], kind="stable", ignore_index=True)
    columns = ["employee_id", "name", "manager", *ORGANISATION, "intervention", "purpose", "due_on", "months_late"]
    return Table(late[columns], keys=("employee_id",), people=("employee_id", "name", "manager"),
                 unit_columns=ORGANISATION)


def _tabulate_followed(workforce: Workforce, actions: pd.DataFrame) -> Table | None:
    """Hold the rating after an action against the one before, beside people without any action."""
    ratings = _list_ratings(workforce)
    done = actions[(actions["state"] == DONE) & actions["agreed_on"].notna()]
    pairs = _pair_ratings(ratings, done)
    if pairs.empty:
        return None
    untouched = ratings[~ratings["employee_id"].isin(set(actions["employee_id"]))]
    labels = {level.level: level.label for level in workforce.framework.performance}
    rows = []
    for purpose in [*sorted(pairs["purpose"].unique()), TOTAL]:
        chosen = pairs if purpose == TOTAL else pairs[pairs["purpose"] == purpose]
        chosen = chosen.drop_duplicates(["employee_id", "order_before", "order_after"])
        for level, part in chosen.groupby("before"):
            after = _compare_after(part, untouched, int(level), max(labels))
            rows.append({"purpose": purpose, "level": level, "label": labels.get(level, str(level)), **after})
    frame = pd.DataFrame(rows)
    return Table(frame, keys=("purpose", "level"), count="base", parts=("n_higher", "n_same", "n_lower", "n_without"),
                 follows=(*SHARE, "share_without", "difference", "difference_lower", "difference_upper"))


def _list_ratings(workforce: Workforce) -> pd.DataFrame:
    """Give each person's performance rating of each cycle: employee_id, the cycle's order, level, day."""
    order = {str(label): place for place, label in enumerate(workforce.cycles["label"])}
    ends = {label: workforce.cycle_end(label) for label in order}
    rows = select_placements(workforce)
    rows = rows[rows["performance"].notna()]
    cycle = rows["cycle"].astype("str")
    frame = pd.DataFrame({"employee_id": rows["employee_id"].astype("str"), "order": cycle.map(order),
                          "level": rows["performance"].astype("int64"),
                          "day": rows["placed_on"].fillna(cycle.map(ends))})
    return frame.drop_duplicates(["employee_id", "order"]).reset_index(drop=True)


def _pair_ratings(ratings: pd.DataFrame, done: pd.DataFrame) -> pd.DataFrame:
    """Find for each completed action the last rating before it was agreed and the first after it was completed."""
    both = done.reset_index(names="action").merge(ratings, on="employee_id")
    before = both[both["day"] <= both["agreed_on"]].sort_values("order").drop_duplicates("action", keep="last")
    after = both[both["day"] > both["completed_on"]].sort_values("order").drop_duplicates("action")
    pairs = before.merge(after[["action", "order", "level"]], on="action", suffixes=("_before", "_after"))
    return pairs.rename(columns={"level_before": "before", "level_after": "after"})[
        ["employee_id", "purpose", "order_before", "order_after", "before", "after"]]


def _compare_after(part: pd.DataFrame, untouched: pd.DataFrame, level: int, top: int) -> dict[str, object]:
    """Count who was rated higher next time, among those with an action and among those with none."""
    base, higher = len(part), int((part["after"] > level).sum())
    spans = part[["order_before", "order_after"]].drop_duplicates()
    began = untouched[untouched["level"] == level].merge(spans, left_on="order", right_on="order_before")
    ended = untouched.rename(columns={"order": "order_after", "level": "level_after"})
    compared = began.merge(ended[["employee_id", "order_after", "level_after"]], on=["employee_id", "order_after"])
    compared = compared.sort_values(["order_before", "order_after"]).drop_duplicates("employee_id")  # each person once
    n_without, higher_without = len(compared), int((compared["level_after"] > level).sum())
    lower, upper = (float(end) for end in wilson_interval(higher, base))
    row: dict[str, object] = {
        "base": base, "n_higher": higher, "n_same": int((part["after"] == level).sum()),
        "n_lower": int((part["after"] < level).sum()), "share": higher / base, "lower": lower, "upper": upper,
        "n_without": n_without, "share_without": higher_without / n_without if n_without else np.nan}
    caveat = "followed_top" if level == top else "followed_few" if min(base, n_without) < FEWEST_COMPARED else ""
    found: tuple[Any, Any, Any] = newcombe_difference(higher_without, n_without, higher, base) if not caveat else (
        np.nan, np.nan, np.nan)
    names = ("difference", "difference_lower", "difference_upper")
    return row | {name: float(value) for name, value in zip(names, found, strict=True)} | {
        "caveat": caveat}
