"""Team conversations: for each person what the record says that bears on the next My 1:1, and when it is due."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import outcomes_in_cycle, pair_self, select_placements
from my121_analytics.workforce.record import Workforce, main_posts, months_between
from my121_analytics.workforce.results import NO_PLACEMENT, Result, Table, describe
from my121_analytics.workforce.schema import AXES, FORMAL

NEW_MONTHS = 6
"""Months in post under which somebody is new to the role: the usual probation in local government."""
LONG_MONTHS = 24
"""Months in one box from which the description is worth a fresh look: four half-yearly conversations."""
MIN_OBJECTIVES = 3
"""Fewer objectives say too little to ask about."""
MOST_MET, FEW_MET = 1.0, 0.5
"""Shares of objectives met from which they were met, and up to which many were not."""


@dataclass(frozen=True, repr=False)
class ConversationsResult(Result):
    """Who is due a conversation, and what to ask; made by :func:`prepare_conversations`."""


def prepare_conversations(workforce: Workforce, *, cycle: str | None = None,
                          settings: Settings | None = None) -> ConversationsResult:
    """Say for everyone in post when the next formal conversation is due, and which questions the record suggests.

    Parameters
    ----------
    workforce
        The record.
    cycle
        Default: the latest.
    settings
        Default: the record's.

    Returns
    -------
    ConversationsResult
        ``people``, one row per person under the manager of the main post: rater_id, employee_id, name, post_id, role,
        box (0: none), box_name, box_before, own_box, performance, months_in_post, months_in_box (both in whole
        months, missing where not known), n_set, n_met, last_formal, due_on (dates), is_overdue, n_actions_open,
        reasons (codes of the guide's questions, joined by "; "). ``actions``: rater_id, employee_id, name,
        intervention, purpose, agreed_on, due_on, completed_on, state (done, open, overdue).

    Raises
    ------
    UsageError
        No such cycle.
    DataUnusableError
        The record holds no placements, so that there is no cycle.

    Notes
    -----
    A formal conversation is due 12 months divided by ``[coverage] conversations_per_year`` after the last one, or
    after the first day with the council. The months in a box run from the first of the unbroken run of cycles in which
    the manager placed the person there.
    """
    settings = settings or workforce.settings
    cycle = workforce.check_cycle(cycle)
    people = _list_people(workforce, cycle, settings)
    actions = _list_actions(workforce, people)
    open_actions = actions[actions["state"] != "done"]["employee_id"].value_counts()
    people = people.assign(n_actions_open=people["employee_id"].map(open_actions).fillna(0).astype("int64"))
    people["reasons"] = _find_reasons(workforce, people, settings)
    named = ("rater_id", "employee_id", "name", "post_id", "role")
    tables = {"people": Table(people, keys=("employee_id",), people=named),
              "actions": Table(actions, keys=("employee_id",),
                               people=("rater_id", "employee_id", "name", "intervention"))}
    about = describe("conversations", as_of=workforce.as_of, cycle=cycle, population="people_in_post", n=len(people),
                     caveats=("conversation_questions",))
    return ConversationsResult(about, tables).under(workforce.settings)


def managers_of(conversations: ConversationsResult) -> set[str]:
    """Name the managers who have somebody in post, by id."""
    return set(conversations.frame("people")["rater_id"])


def _list_people(workforce: Workforce, cycle: str, settings: Settings) -> pd.DataFrame:
    rows = outcomes_in_cycle(workforce, cycle, columns=["role"])
    rows = rows[rows["in_force"] & rows["manager_id"].notna()].reset_index(drop=True)
    main = main_posts(workforce.posts_in_cycle(cycle))
    main_pairs = set(zip(main["employee_id"].astype("str"), main["post_id"].astype("str"), strict=True))
    pairs = zip(rows["employee_id"].astype("str"), rows["post_id"].astype("str"), strict=True)
    rows = rows[[pair in main_pairs for pair in pairs]].reset_index(drop=True)
    box, ids = _boxes(rows["box"]), rows["employee_id"].astype("str")
    names = {0: NO_PLACEMENT, **{b.number: b.name for b in workforce.framework.boxes}}
    people = pd.DataFrame({
        "rater_id": rows["manager_id"].astype("str"), "employee_id": ids, "name": workforce.names_of(ids),
        "post_id": rows["post_id"].astype("str"), "role": rows["role"].astype("str"), "box": box,
        "box_name": box.map(names), "box_before": _before(workforce, cycle, rows),
        "own_box": 0, "performance": rows["performance"].astype("Int64"),
        "months_in_post": rows["tenure_months"].astype("Int64"),
        "months_in_box": months_in_box(workforce, cycle, rows),
    })
    people = _add_own_view(workforce, cycle, people)
    people = _add_objectives(workforce, cycle, people)
    return _add_due(workforce, people, settings).sort_values(["rater_id", "name", "employee_id"], ignore_index=True)


def _boxes(values: pd.Series) -> pd.Series:
    return values.fillna(0).astype("int64").reset_index(drop=True)


def _before(workforce: Workforce, cycle: str, rows: pd.DataFrame) -> pd.Series:
    before = workforce.previous_cycle(cycle)
    if before is None:
        return pd.Series(0, index=rows.index)
    placed = select_placements(workforce, cycles=[before])[["employee_id", "post_id", "box"]]
    return _boxes(rows[["employee_id", "post_id"]].merge(placed, how="left", on=["employee_id", "post_id"])["box"])


def months_in_box(workforce: Workforce, cycle: str, rows: pd.DataFrame) -> pd.Series:
    """Count the months since :func:`first_day_in_box`.

    Parameters
    ----------
    workforce, cycle, rows
        As there.

    Returns
    -------
    pandas.Series
        Whole months to the day of the record, on the index of the rows; missing where nobody placed the person.
    """
    first = first_day_in_box(workforce, cycle, rows)
    return months_between(first, pd.Timestamp(workforce.as_of)).clip(lower=0).astype("Int64")


def first_day_in_box(workforce: Workforce, cycle: str, rows: pd.DataFrame) -> pd.Series:
    """Find the first placement of the unbroken run of cycles in the present box.

    Parameters
    ----------
    workforce
        The record.
    cycle
        The present one.
    rows
        employee_id, post_id, box of each person.

    Returns
    -------
    pandas.Series
        Days, on the index of the rows; missing where nobody placed the person.
    """
    labels = list(workforce.cycles["label"])
    labels = labels[:labels.index(cycle) + 1]
    placed = select_placements(workforce, cycles=labels)[["employee_id", "post_id", "cycle", "box", "placed_on"]]
    placed = placed.assign(order=placed["cycle"].astype("str").map({label: k for k, label in enumerate(labels)}))
    now = rows[["employee_id", "post_id", "box"]].assign(row=np.arange(len(rows)))
    now = now.astype({"employee_id": "str", "post_id": "str"})
    placed = placed.astype({"employee_id": "str", "post_id": "str"})
    both = now.merge(placed, on=["employee_id", "post_id"], suffixes=("_now", ""))
    both = both[both["box_now"].notna()].sort_values(["row", "order"], ascending=[True, False])
    same = (both["box"] == both["box_now"]).fillna(False)
    unbroken = same.groupby(both["row"]).cummin() & (both.groupby("row").cumcount() == (
        len(labels) - 1 - both["order"]))
    run = both[unbroken]
    ends = run["cycle"].astype("str").map({label: workforce.cycle_end(label) for label in labels})
    first = run["placed_on"].fillna(ends).groupby(run["row"]).min()
    return pd.to_datetime(first.reindex(now["row"])).set_axis(rows.index)


def _add_own_view(workforce: Workforce, cycle: str, people: pd.DataFrame) -> pd.DataFrame:
    pairs = pair_self(workforce, cycle=cycle).astype({"employee_id": "str", "post_id": "str"})
    pairs = pairs[["employee_id", "post_id", "box_self", *(f"{axis}_{who}" for axis in AXES
                                                           for who in ("manager", "self"))]]
    both = people[["employee_id", "post_id"]].merge(pairs, how="left", on=["employee_id", "post_id"])
    steps = sum((both[f"{axis}_self"] - both[f"{axis}_manager"]).fillna(0).astype("int64") for axis in AXES)
    return people.assign(own_box=_boxes(both["box_self"]), own_steps=steps)


def _add_objectives(workforce: Workforce, cycle: str, people: pd.DataFrame) -> pd.DataFrame:
    """Add up the objectives of the cycle, development objectives left out: they do not bear on the rating."""
    table = workforce.objectives
    table = table[(table["cycle"] == cycle) & (table["kind"].isna() | (table["kind"] != "development"))]
    sums = table.dropna(subset=["n_set", "n_met"]).groupby("employee_id", observed=True)[["n_set", "n_met"]].sum()
    sums.index = sums.index.astype("str")
    return people.assign(**{c: people["employee_id"].map(sums[c]).astype("Int64") for c in ("n_set", "n_met")})


def _add_due(workforce: Workforce, people: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Work out the day of the next formal conversation."""
    as_of = pd.Timestamp(workforce.as_of)
    held = workforce.conversations
    held = held[(held["kind"] == FORMAL) & (held["held_on"] <= as_of)]
    last = held.groupby("employee_id", observed=True)["held_on"].max()
    last.index = last.index.astype("str")
    last_formal = people["employee_id"].map(last)
    started = workforce.employees["started"].set_axis(workforce.employees["employee_id"].astype("str"))
    started = people["employee_id"].map(started[~started.index.duplicated()])
    months = 12 // settings.coverage.conversations_per_year
    due_on = last_formal.fillna(started) + pd.DateOffset(months=months)
    return people.assign(last_formal=last_formal, due_on=due_on, is_overdue=(due_on < as_of).to_numpy())


def _list_actions(workforce: Workforce, people: pd.DataFrame) -> pd.DataFrame:
    """List development actions of the people, those that were done in the last year and all that are not."""
    as_of = pd.Timestamp(workforce.as_of)
    rows = workforce.development_actions
    rows = rows[(rows["agreed_on"] <= as_of) | rows["agreed_on"].isna()]
    done = rows["completed_on"].notna() & (rows["completed_on"] <= as_of)
    recent = rows["completed_on"] > as_of - pd.DateOffset(years=1)
    late = ~done & (rows["due_on"] < as_of)
    rows = rows.assign(state=np.select([done, late], ["done", "overdue"], "open"))[~done | recent]
    rows = rows.astype({"employee_id": "str"}).merge(people[["employee_id", "rater_id", "name"]], on="employee_id")
    rows = rows.astype({"intervention": "str", "purpose": "str"})
    columns = ["rater_id", "employee_id", "name", "intervention", "purpose", "agreed_on", "due_on", "completed_on",
               "state"]
    return rows[columns].sort_values(["rater_id", "name", "employee_id", "due_on", "intervention"], ignore_index=True)


def _find_reasons(workforce: Workforce, people: pd.DataFrame, settings: Settings) -> pd.Series:
    """Choose the guide's questions by what the record shows, in the order in which they would be asked."""
    places = {(b.performance, b.potential): b.number for b in workforce.framework.boxes}
    settling, improving = places.get((1, 3), -1), places.get((1, 1), -1)
    tenure, in_box = people["months_in_post"], people["months_in_box"]
    limit = settings.coverage.box3_months
    has_plan = people["n_actions_open"] > 0
    enough = people["n_set"].fillna(0) >= MIN_OBJECTIVES
    share = people["n_met"].astype("Float64") / people["n_set"].astype("Float64").where(enough)
    known = {
        "first_conversation": people["last_formal"].isna() & bool(len(workforce.conversations)),
        "no_placement": (people["box"] == 0) & people["performance"].isna(),
        "new_to_role": tenure < NEW_MONTHS,
        "settling": (people["box"] == settling) & (tenure < limit) & (tenure >= NEW_MONTHS),
        "past_settling": (people["box"] == settling) & ((tenure >= limit) | (in_box >= limit)),
        "plan_agreed": (people["box"] == improving) & has_plan,
        "no_plan": (people["box"] == improving) & ~has_plan & bool(len(workforce.development_actions)),
        "own_view_higher": people["own_steps"] > 0,
        "own_view_lower": people["own_steps"] < 0,
        "objectives_met": share >= MOST_MET,
        "objectives_missed": share < FEW_MET,
        "long_in_box": ~people["box"].isin([0, settling, improving]) & (in_box >= LONG_MONTHS),
        "actions_open": has_plan & (people["box"] != improving),
    }
    flags = pd.DataFrame({code: is_true.fillna(False).astype(bool) for code, is_true in known.items()})
    return flags.apply(lambda row: "; ".join(row.index[row]), axis=1).astype("str") if len(flags) else \
        pd.Series([], dtype="str")
