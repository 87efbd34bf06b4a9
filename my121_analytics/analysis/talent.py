"""Talent: cover for key posts, acting up, the boxes that call for something, and the people nobody talks about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.analysis.development import in_progress, list_actions
from my121_analytics.analysis.grouping import add_total, declare_group
from my121_analytics.analysis.people_in_post import list_people_in_post
from my121_analytics.analysis.shares import SHARE, add_share
from my121_analytics.analysis.succession import READY_NOW
from my121_analytics.analysis.team_conversations import LONG_MONTHS, first_day_in_box, months_in_box
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import check_grouping, count_conversations, label_missing, year_to
from my121_analytics.workforce.record import Workforce, main_posts, of_employee
from my121_analytics.workforce.results import Count, Fact, Result, Table, describe
from my121_analytics.workforce.schema import ORGANISATION

NEW_MONTHS = 12
"""Months in a post under which somebody is new to it, as in the bands of time in post."""
KNOWN_MONTHS = 6
"""Months of employment from which somebody should have been talked with: one half-yearly conversation."""
FULL_TIME_FTE = 0.995
ACTING_WORDS = ("acting", "act up", "interim", "second", "honorari", "deputis", "temporary promotion")
"""Words of a contract or role by which somebody holds a post for a time; beginnings, so that endings do not matter."""
NO_CONVERSATIONS, NO_DEVELOPMENT, NO_SUCCESSORS = (
    "talent_no_conversations", "talent_no_development", "talent_no_successors")
"""Caveats of a record that lacks what an answer needs."""
_UNITS = [*ORGANISATION]
FACTS = {"n": Fact("people", who=Count("people")), "n_key_posts": Fact("posts", who=Count("key_posts")),
         "n_single_points": Fact("posts"), "n_uncovered": Fact("posts"), "n_acting": Fact("people"),
         "n_never": Fact("people"), "n_unnoticed": Fact("people"), "n_past_settling": Fact("people"),
         "box3_months": Fact(about_people=False)}


@dataclass(frozen=True, repr=False)
class TalentResult(Result):
    """Cover, boxes to look at and silence; made by :func:`review_talent`."""


def review_talent(workforce: Workforce, *, by: str = "directorate", cycle: str | None = None) -> TalentResult:
    """Say which key posts have cover, who stands in the boxes that call for something, and who is never talked about.

    Parameters
    ----------
    workforce
        The record.
    by
        Column to compare groups by.
    cycle
        Default: the latest.

    Returns
    -------
    TalentResult
        ``cover`` (where key posts are marked): the grouping column, n_key_posts, n_vacant, n_none, n_one, n_several
        (successors named), n_ready (somebody ready now), n_single_points, share, lower, upper (ready now).
        ``key_posts``: post_id, role, units, holder, n_successors, n_ready_now, state, is_single_point, is_vacant,
        is_acting, leaves_on. ``shared_successors``: employee_id, name, units, n_posts (key posts for which nobody
        else is ready now), posts. ``leavers``: post_id, role, units, employee_id, name, left_on, n_ready_now,
        is_vacant, months_vacant (key posts whose holder left within a year to the day of the record without anybody
        ready now). ``acting``: employee_id, name, post_id, role, contract, units, months. With a map: ``box3``:
        tenure_group, label, n, share, lower, upper, base, n_over (there as long as ``[coverage] box3_months``), n_with
        (with development in hand); ``box3_people``; ``box9_by_cycle``: cycle, n, base, share, lower, upper, n_new,
        n_stayed, n_moved, n_gone (of those there the cycle before), n_with_plan, n_reviewed; ``box9_people``;
        ``bottom_row``: trait, label, n, base, share, lower, upper. ``silence_by_group``: the grouping column, n_people,
        n_never, n_unnoticed (where development actions are on record), share, lower, upper (never); ``silence``:
        employee_id, name, manager, units, reason, months; neither where no conversation is on record. Facts: counts of
        these. A caveat says what the record lacks.

    Raises
    ------
    UsageError
        No such cycle or column.
    DataUnusableError
        The record holds no placements.

    Notes
    -----
    A key post is a single point of failure where nobody still here is named as ready now. The boxes are found by their
    place on the map, not by number: box 3 is the lowest performance with the highest potential, box 9 the lowest
    of both, the bottom row the lowest potential. A plan is a development action open at the cycle's end or agreed in
    the year before it; a review is a conversation of any kind in the three months before it. Acting up is read from the
    words of contract and role, so that a record which does not write it down shows none.

    Examples
    --------
    >>> talent = review_talent(workforce)
    >>> talent.table("key_posts")
    """
    check_grouping(by)
    cycle = workforce.check_cycle(cycle)
    people = list_people_in_post(workforce, cycle, columns=[by, "contract", "role"])
    posts = _list_key_posts(workforce, cycle)
    tables: dict[str, Table] = {}
    facts: dict[str, float | int | str | None] = {"box3_months": workforce.settings.coverage.box3_months}
    if len(posts):
        tables |= _tabulate_cover(workforce, posts, cycle, by)
        facts |= {"n_key_posts": len(posts), "n_single_points": int(posts["is_single_point"].sum()),
                  "n_uncovered": len(tables["leavers"].frame)}
    tables["acting"] = _list_acting(workforce, people)
    if workforce.framework.has_map:
        tables |= _tabulate_boxes(workforce, cycle, people)
        facts["n_past_settling"] = int(tables["box3"].frame["n_over"].sum())
    facts["n_acting"] = len(tables["acting"].frame)
    if len(workforce.conversations):  # else nobody is on record as having had one
        tables |= _tabulate_silence(workforce, cycle, people, by)
        silence = tables["silence_by_group"].frame.iloc[-1]
        facts |= {name: int(silence[name]) for name in ("n_never", "n_unnoticed") if name in silence}
    lacking = [code for code, is_lacking in (
        (NO_CONVERSATIONS, workforce.conversations.empty), (NO_DEVELOPMENT, workforce.development_actions.empty),
        (NO_SUCCESSORS, len(posts) > 0 and workforce.successors.empty)) if is_lacking]
    about = describe("talent", population="people_in_post", as_of=workforce.as_of, cycle=cycle, n=len(people),
                     caveats=("written_down", *lacking))
    return TalentResult(about, tables, facts, FACTS, workforce.settings)


def _list_key_posts(workforce: Workforce, cycle: str) -> pd.DataFrame:
    """Give one row a key post with its holder, its successors still here, and whether it stands on nobody."""
    posts = workforce.posts_in_cycle(cycle)
    key = posts[posts["is_key"].astype("bool")].sort_values(["in_force", "is_main"], kind="stable")
    key = key.drop_duplicates("post_id", keep="last").sort_values("post_id").reset_index(drop=True)
    here = set(posts.loc[posts["in_force"], "employee_id"].astype("str"))
    named = _list_successors(workforce, here)
    ids, holder = key["post_id"].astype("str"), key["employee_id"].astype("str")
    n_named, n_ready = (ids.map(rows.groupby("post_id")["employee_id"].nunique()).fillna(0).astype("int64")
                        for rows in (named, named[named["is_ready"]]))
    held = key["in_force"].to_numpy(bool)
    leaves = of_employee(workforce.employees, key["employee_id"], "left_on")
    words = [key[c].astype("str").str.casefold() for c in ("contract", "role")]
    return pd.DataFrame({
        "post_id": ids, "role": label_missing(key["role"]).astype("str"),
        **{c: label_missing(key[c]).astype("str") for c in _UNITS},
        "holder": workforce.names_of(holder).where(held, ""), "n_successors": n_named, "n_ready_now": n_ready,
        "state": np.select([n_ready > 0, n_named > 0], ["ready", "coming"], "none"), "is_single_point": n_ready == 0,
        "is_vacant": ~held, "is_acting": held & (_holds_for_a_time(words[0]) | _holds_for_a_time(words[1])),
        "leaves_on": leaves.where(held)})


def _list_successors(workforce: Workforce, here: set[str]) -> pd.DataFrame:
    """List the successors named who are still here, with whether they are ready now."""
    rows = workforce.successors
    frame = pd.DataFrame({"post_id": rows["post_id"].astype("str"), "employee_id": rows["employee_id"].astype("str"),
                          "is_ready": (rows["readiness"].astype("str").str.casefold() == READY_NOW).to_numpy(bool)})
    return frame[frame["employee_id"].isin(here)].drop_duplicates().reset_index(drop=True)


def _holds_for_a_time(words: pd.Series) -> pd.Series:
    return words.str.contains("|".join(rf"\b{word}" for word in ACTING_WORDS), regex=True)


def _tabulate_cover(workforce: Workforce, posts: pd.DataFrame, cycle: str, by: str) -> dict[str, Table]:
    tables = {"key_posts": Table(posts, keys=("post_id",), people=("holder", "post_id"), unit_columns=ORGANISATION),
              "shared_successors": _list_shared(workforce, posts, cycle),
              "leavers": _list_leavers(workforce, posts)}
    if by not in _UNITS:
        return tables
    flags = pd.DataFrame({
        by: posts[by], "n_key_posts": 1, "n_vacant": posts["is_vacant"].astype(int),
        "n_none": (posts["n_successors"] == 0).astype(int), "n_one": (posts["n_successors"] == 1).astype(int),
        "n_several": (posts["n_successors"] > 1).astype(int), "n_ready": (posts["n_ready_now"] > 0).astype(int),
        "n_single_points": posts["is_single_point"].astype(int)})
    counts = [c for c in flags if c != by]
    frame = add_total(flags.groupby(by, sort=True)[counts].sum().reset_index(), by, [], counts)
    tables["cover"] = Table(add_share(frame, "n_ready", "n_key_posts"), keys=(by,), count="n_key_posts",
                            parts=tuple(counts[1:]), follows=SHARE, sums=(by,),
                            counts={"n_key_posts": Count("key_posts")}, **declare_group(by))
    return tables


def _list_shared(workforce: Workforce, posts: pd.DataFrame, cycle: str) -> Table:
    """List people who are the only one ready now for more than one key post."""
    in_cycle = workforce.posts_in_cycle(cycle)
    here = in_cycle[in_cycle["in_force"]]
    ready = _list_successors(workforce, set(here["employee_id"].astype("str")))
    ready = ready[ready["is_ready"] & ready["post_id"].isin(posts.loc[posts["n_ready_now"] == 1, "post_id"])]
    grouped = ready.groupby("employee_id")["post_id"]
    frame = pd.DataFrame({"n_posts": grouped.nunique(), "posts": grouped.agg(lambda ids: ", ".join(sorted(set(ids))))})
    frame = frame[frame["n_posts"] > 1].rename_axis("employee_id").reset_index()
    main = main_posts(here)
    units = main.set_index(main["employee_id"].astype("str"))
    frame.insert(1, "name", workforce.names_of(frame["employee_id"]))
    for column in _UNITS:
        frame[column] = frame["employee_id"].map(label_missing(units[column]).astype("str"))
    return Table(frame, keys=("employee_id",), people=("employee_id", "name", "posts"), unit_columns=ORGANISATION)


def _list_leavers(workforce: Workforce, posts: pd.DataFrame) -> Table:
    """List key posts whose holder left within a year while nobody was ready now, and whether they are filled."""
    start, end = year_to(pd.Timestamp(workforce.as_of))
    held = workforce.posts[workforce.posts["is_key"].astype("bool")]
    held = held.assign(left_on=of_employee(workforce.employees, held["employee_id"], "left_on"),
                       employee_id=held["employee_id"].astype("str"), post_id=held["post_id"].astype("str"))
    gone = held[held["left_on"].between(start, end) & (held["valid_to"].isna() | (held["valid_to"] >= held["left_on"]
                                                                                 - pd.Timedelta(days=31)))]
    gone = gone.drop_duplicates(["employee_id", "post_id"], keep="last").reset_index(drop=True)
    in_force = set(workforce.posts_in_cycle(workforce.latest_cycle).query("in_force")["post_id"].astype("str"))
    ready = gone["post_id"].map(posts.set_index("post_id")["n_ready_now"]).fillna(0).astype("int64")
    vacant = ~gone["post_id"].isin(in_force)
    months = ((end - gone["left_on"]).dt.days // 30).astype("Int64").where(vacant)
    frame = pd.DataFrame({"post_id": gone["post_id"], "role": label_missing(gone["role"]).astype("str"),
                          **{c: label_missing(gone[c]).astype("str") for c in _UNITS},
                          "employee_id": gone["employee_id"], "name": workforce.names_of(gone["employee_id"]),
                          "left_on": gone["left_on"], "n_ready_now": ready, "is_vacant": vacant,
                          "months_vacant": months})
    frame = frame[frame["n_ready_now"] == 0].sort_values(["left_on", "post_id"], ignore_index=True)
    return Table(frame, keys=("post_id",), people=("post_id", "employee_id", "name"), unit_columns=ORGANISATION)


def _list_acting(workforce: Workforce, people: pd.DataFrame) -> Table:
    """List people whose contract or role says that they hold the post for a time."""
    is_acting = _holds_for_a_time(people["contract"].str.casefold()) | _holds_for_a_time(people["role"].str.casefold())
    rows = people[is_acting].sort_values([*_UNITS, "name"], ignore_index=True)
    frame = rows[["employee_id", "name", "post_id", "role", "contract", *_UNITS]].assign(months=rows["tenure_months"])
    return Table(frame, keys=("employee_id",), people=("employee_id", "name", "post_id", "role"),
                 unit_columns=ORGANISATION)


def _tabulate_boxes(workforce: Workforce, cycle: str, people: pd.DataFrame) -> dict[str, Table]:
    """Look at box 3, box 9 and the bottom row, each found by its place on the map."""
    places = {(b.performance, b.potential): b.number for b in workforce.framework.boxes}
    people = people.assign(months_in_box=months_in_box(workforce, cycle, people))
    actions, end = list_actions(workforce), workforce.cycle_end(cycle)
    active = in_progress(actions, end)
    settling = people[people["box"] == places[1, 3]].assign(
        has_action=lambda rows: rows["employee_id"].isin(active))
    tables = {"box3": _split_settling(workforce, settling), "box3_people": _list_box(settling, [
        "tenure_months", "months_in_box", "has_action"])}
    tables["box9_by_cycle"] = _follow_box(workforce, cycle, places[1, 1], actions)
    tables["box9_people"] = _list_box9(workforce, cycle, people[people["box"] == places[1, 1]], actions)
    tables["bottom_row"] = _describe_bottom(workforce, cycle, people, {
        number for (_, potential), number in places.items() if potential == 1})
    return tables


def _split_settling(workforce: Workforce, rows: pd.DataFrame) -> Table:
    """Split box 3 by time in post: new starters settle in, the established need to be asked why."""
    limit = workforce.settings.coverage.box3_months
    tenure = rows["tenure_months"]
    group = np.select([tenure.isna(), (tenure < limit).fillna(False)], ["not_known", "new"], "established")
    over = (rows["months_in_box"] >= limit).fillna(False)
    frame = pd.DataFrame({"tenure_group": ["new", "established", "not_known"]})
    frame["label"] = [say("box3_group", code, months=limit) for code in frame["tenure_group"]]
    for name, chosen in (("n", np.ones(len(rows), bool)), ("n_over", over.to_numpy(bool)),
                         ("n_with", rows["has_action"].to_numpy(bool))):
        frame[name] = [int((chosen & (group == code)).sum()) for code in frame["tenure_group"]]
    frame = add_share(frame.assign(base=len(rows)), "n", "base")
    return Table(frame, keys=("tenure_group",), count="n", base="base", parts=("n_over", "n_with"), follows=SHARE,
                 sums=("tenure_group",))


def _list_box(rows: pd.DataFrame, columns: list[str]) -> Table:
    frame = rows[["employee_id", "name", "manager", *_UNITS, *columns]]
    frame = frame.sort_values([*_UNITS, "name", "employee_id"], ignore_index=True)
    return Table(frame, keys=("employee_id",), people=("employee_id", "name", "manager"), unit_columns=ORGANISATION)


def _follow_box(workforce: Workforce, cycle: str, box: int, actions: pd.DataFrame) -> Table:
    """Follow one box over the cycles: who is new in it, who stayed, moved out or left, with a plan and reviewed."""
    labels = [str(label) for label in workforce.cycles["label"]]
    rows: list[dict[str, object]] = []
    before: set[str] = set()
    for label in labels[:labels.index(cycle) + 1]:
        people = list_people_in_post(workforce, label)
        now = set(people.loc[people["box"] == box, "employee_id"])
        end = workforce.cycle_end(label)
        met = count_conversations(workforce, start=end - pd.DateOffset(months=3), end=end)["employee_id"]
        gone = before - set(people["employee_id"])
        rows.append({"cycle": label, "n": len(now), "base": int((people["box"] > 0).sum()), "n_new": len(now - before),
                     "n_stayed": len(now & before), "n_moved": len(before - now - gone), "n_gone": len(gone),
                     "n_with_plan": len(now & in_progress(actions, end)), "n_reviewed": len(now & set(met))})
        before = now
    frame = add_share(pd.DataFrame(rows), "n", "base")
    return Table(frame, keys=("cycle",), count="n", base="base", follows=SHARE,
                 parts=("n_new", "n_stayed", "n_moved", "n_gone", "n_with_plan", "n_reviewed"))


def _list_box9(workforce: Workforce, cycle: str, rows: pd.DataFrame, actions: pd.DataFrame) -> Table:
    """List who stands in box 9: months there, the plan, how soon its first action came, and how often they were met."""
    first_day, end = first_day_in_box(workforce, cycle, rows), workforce.cycle_end(cycle)
    own = actions[actions["employee_id"].isin(rows["employee_id"]) & (actions["agreed_on"] <= end)]
    since = own.merge(rows[["employee_id"]].assign(first_day=first_day), on="employee_id")
    since = since[since["agreed_on"] >= since["first_day"] - pd.Timedelta(days=31)].groupby("employee_id")["agreed_on"]
    first = pd.to_datetime(since.min()).reindex(rows["employee_id"]).set_axis(rows.index)
    met = count_conversations(workforce, start=end - pd.DateOffset(months=6) + pd.Timedelta(days=1), end=end)
    met = met.set_index("employee_id")
    listed = rows.assign(
        has_plan=rows["employee_id"].isin(in_progress(actions, end)), first_action_on=first,
        days_to_first_action=(first - first_day).dt.days.clip(lower=0).astype("Int64"),
        n_formal=rows["employee_id"].map(met["n_formal"]).fillna(0).astype("int64"),
        n_catch_up=rows["employee_id"].map(met["n_catch_up"]).fillna(0).astype("int64"),
        last_held_on=met["last_held_on"].reindex(rows["employee_id"]).set_axis(rows.index))
    return _list_box(listed, ["months_in_box", "has_plan", "first_action_on", "days_to_first_action", "n_formal",
                              "n_catch_up", "last_held_on"])


def _describe_bottom(workforce: Workforce, cycle: str, people: pd.DataFrame, boxes: set[int]) -> Table:
    """Say who stands in the bottom row: the share of the new, the leaving, the absent and the part-time, and of all."""
    placed = people[people["box"] > 0]
    start, end = year_to(workforce.cycle_end(cycle))
    met = set(count_conversations(workforce, start=start, end=end)["employee_id"])
    left = workforce.employees.loc[workforce.employees["left_on"].notna() | workforce.employees["has_left"],
                                   "employee_id"].astype("str")
    posts = workforce.posts_in_cycle(cycle)
    fte = posts[posts["in_force"]].groupby("employee_id", observed=True)["fte"].sum(min_count=1)
    hours = placed["employee_id"].map(fte.set_axis(fte.index.astype("str")))
    traits = {"new": (placed["tenure_months"] < NEW_MONTHS).fillna(False), "leaving": placed["employee_id"].isin(left),
              "not_met": ~placed["employee_id"].isin(met) & bool(met), "part_time": hours < FULL_TIME_FTE,
              "everybody": pd.Series(True, index=placed.index)}
    is_bottom = placed["box"].isin(boxes)
    frame = pd.DataFrame([{"trait": code, "label": say("trait", code), "n": int((holds & is_bottom).sum()),
                           "base": int(holds.sum())} for code, holds in traits.items()])
    return Table(add_share(frame, "n", "base"), keys=("trait",), count="n", base="base", follows=SHARE)


def _tabulate_silence(workforce: Workforce, cycle: str, people: pd.DataFrame, by: str) -> dict[str, Table]:
    """Find the people nobody talks about, and those whose good work nobody remarks on."""
    end = workforce.cycle_end(cycle)
    held = workforce.conversations
    spoken = set(held.loc[held["held_on"] <= end, "employee_id"].astype("str"))
    known = (people["months_employed"].fillna(KNOWN_MONTHS) >= KNOWN_MONTHS)
    never = known & ~people["employee_id"].isin(spoken)
    months = months_in_box(workforce, cycle, people)
    active = in_progress(list_actions(workforce), end)
    unnoticed = ~never & (people["level"] > 1) & (months >= LONG_MONTHS).fillna(False) & ~people["employee_id"].isin(
        active) & bool(len(workforce.development_actions))
    parts = ("n_never", "n_unnoticed") if len(workforce.development_actions) else ("n_never",)
    counts = ["n_people", *parts]
    flags = pd.DataFrame({by: people[by], "n_people": 1, "n_never": never.astype(int),
                          "n_unnoticed": unnoticed.astype(int)})[[by, *counts]]
    frame = add_total(flags.groupby(by, sort=True)[counts].sum().reset_index(), by, [], counts)
    reason = np.select([never, unnoticed], ["never", "unnoticed"], "")
    listed = people.assign(reason=[say("silence", code) if code else "" for code in reason], months_in_box=months,
                           months_employed=people["months_employed"])[reason != ""]
    return {"silence_by_group": Table(add_share(frame, "n_never", "n_people"), keys=(by,), count="n_people",
                                      parts=parts, follows=SHARE, sums=(by,),
                                      counts={"n_people": Count("people")}, **declare_group(by)),
            "silence": _list_box(listed, ["reason", "months_employed", "months_in_box"])}
