"""Coverage: who has had the conversations, who has a placement, and whom to ask for them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import add_total, declare_group
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import (
    check_grouping,
    count_conversations,
    count_ended,
    find_units,
    is_main_post,
    keep_matching,
    outcomes_in_cycle,
    year_to,
)
from my121_analytics.workforce.record import Workforce, months_between, of_employee
from my121_analytics.workforce.results import LABEL, Count, Fact, Result, Table, describe
from my121_analytics.workforce.schema import MANAGER, ORGANISATION, RECORD_PARTS

_POSTS = ["n_posts", "n_with_placement", "n_without_placement", "n_agreed"]
_CONVERSED = ["n_with_enough", "n_too_few", "n_with_any", "base"]
COUNTS = {"n_people": Count("people"), "n_posts": Count("posts_in_force"),
          "n_with_placement": Count("placed_in_force"), "n_without_placement": Count("unplaced_in_force"),
          "n_agreed": Count("agreed_in_force"), "n_with_enough": Count("enough"), "n_too_few": Count("too_few"),
          "n_with_any": Count("conversed"), "base": Count("owing")}
"""Who is counted in each column, for the release gate."""
FACTS = {**dict.fromkeys(("conversations_from", "conversations_to", "conversations_per_year"), LABEL),
         "n": Fact("people", who=Count("people")), "n_posts": Fact("posts", who=Count("posts_in_force")),
         "n_too_new": Fact("people", part_of="people_in_post", who=Count("not_owing")),
         "n_without_manager": Fact("people", part_of="people_in_post", who=Count("without_manager"))}


@dataclass(frozen=True, repr=False)
class CoverageResult(Result):
    """Coverage of one cycle; made by :func:`measure_coverage`."""


def measure_coverage(workforce: Workforce, *, by: str = "directorate", cycle: str | None = None,
                     filters: dict[str, str] | None = None) -> CoverageResult:
    """Say who has had enough formal conversations, who has a placement, and which managers to ask.

    Parameters
    ----------
    workforce
        The record.
    by
        Column of posts or employees to compare groups by.
    cycle
        Default: the latest.
    filters
        Column of the organisation -> the one value to keep.

    Returns
    -------
    CoverageResult
        ``by_group``: the grouping column, n_people, n_posts, n_with_placement, n_without_placement, n_agreed (of
        the posts), n_with_enough and n_too_few (of ``base``), n_with_any (of the people, catch-ups included),
        estimate, lower, upper (share with enough), base; a last row for all groups.
        ``managers``: rater_id, name, directorate, service, team, n_team, n_without_placement,
        n_without_conversation (n_team and the last are people, n_without_placement posts). ``parts``:
        part, label, n_filled, n_formal, share, lower, upper.
        ``missing``: employee_id, name, post_id, manager_id, directorate, service, team, missing.
        Facts: conversations_from, conversations_to, conversations_per_year, n_posts, n_too_new, n_without_manager.

    Raises
    ------
    UsageError
        No such cycle or column, or a column that may not be used for this.
    DataUnusableError
        The record holds no placements, so that there is no cycle.

    Notes
    -----
    Everyone in post at the cycle's end is in it. Conversations are counted for people, in the group of their main
    post, over the 12 months to the cycle's end; placements for posts. A year asks for ``[coverage]
    conversations_per_year``; someone who joined within the year owes the whole number that their months have
    earned (five months of a yearly two: none yet), and ``base`` leaves out those who owe none. In a record without
    any conversation in these months the columns about them are missing, not zero.

    Examples
    --------
    >>> coverage = measure_coverage(workforce)
    >>> coverage.table("missing")
    """
    check_grouping(by, filters)
    cycle = workforce.check_cycle(cycle)
    rows = outcomes_in_cycle(workforce, cycle, columns=[by, *ORGANISATION, *(filters or {})])
    rows = keep_matching(rows[rows["in_force"]], filters).reset_index(drop=True)
    start, end = year_to(workforce.cycle_end(cycle))
    held = count_conversations(workforce, start=start, end=end)
    is_known = len(held) > 0
    rows = _add_conversations(workforce, cycle, rows, held)
    people = rows[rows["is_person"]]
    tables = {"by_group": _tabulate_groups(rows, by, is_known=is_known),
              "managers": _tabulate_managers(workforce, cycle, rows, is_known=is_known),
              "parts": _tabulate_parts(people), "missing": _list_missing(workforce, rows, is_known=is_known)}
    facts = {"conversations_from": start.date().isoformat(), "conversations_to": end.date().isoformat(),
             "conversations_per_year": workforce.settings.coverage.conversations_per_year, "n_posts": len(rows),
             "n_too_new": int((people["n_owed"] == 0).sum()),
             "n_without_manager": int(people["manager_id"].isna().sum())}
    about = describe("coverage", population="people_in_post", counts="people_and_posts", source=MANAGER, cycle=cycle,
                     as_of=workforce.as_of, filters=filters, n=len(people),
                     caveats=("coverage_counts",) if is_known else ("coverage_counts", "no_conversations"))
    about = replace(about, unprinted=(("ended", cycle, count_ended(workforce, cycle)),))
    return CoverageResult(about, tables, facts, FACTS, workforce.settings)


def _add_conversations(workforce: Workforce, cycle: str, rows: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Add to each employee-post the person's conversations of the year, and whether the row stands for the person."""
    counted = held.set_index("employee_id").reindex(rows["employee_id"].astype("str")).set_axis(rows.index)
    counted = counted.drop(columns="last_held_on")
    if len(held):
        counted = counted.fillna(0)
    owed = owe_conversations(workforce, of_employee(workforce.employees, rows["employee_id"], "started"),
                             workforce.cycle_end(cycle))
    return rows.assign(**{c: counted[c] for c in counted}, is_person=is_main_post(workforce, cycle, rows), n_owed=owed,
                       is_placed=rows["box"].notna() | rows["performance"].notna())


def owe_conversations(workforce: Workforce, started: pd.Series, end: pd.Timestamp) -> pd.Series:
    """Say how many formal conversations each owes for the year to a day: the whole number their months have earned.

    Parameters
    ----------
    workforce
        The record.
    started
        First day with the council of each; missing: long ago.
    end
        The day.

    Returns
    -------
    pandas.Series
        Whole numbers, on the index of ``started``.
    """
    months = months_between(started, end)
    yearly = workforce.settings.coverage.conversations_per_year
    return np.floor(yearly * months.clip(0, 12).fillna(12) / 12).astype("int64")


def _tabulate_groups(rows: pd.DataFrame, by: str, *, is_known: bool) -> Table:
    owing = rows["is_person"] & (rows["n_owed"] > 0)
    enough = rows["n_formal"] >= rows["n_owed"]
    flags = pd.DataFrame({
        by: rows[by].astype("str"), "n_people": rows["is_person"], "n_posts": True,
        "n_with_placement": rows["is_placed"], "n_without_placement": ~rows["is_placed"],
        "n_agreed": rows["is_placed"] & rows["agreed_on"].notna(),
        "n_with_enough": owing & enough, "n_too_few": owing & ~enough,
        "n_with_any": rows["is_person"] & (rows["n_formal"] + rows["n_catch_up"] > 0), "base": owing})
    counts = ["n_people", *_POSTS, *_CONVERSED]
    frame = flags.groupby(by, sort=True)[counts].sum().reset_index()
    frame = add_total(frame, by, [], counts).astype(dict.fromkeys(counts, "int64"))
    if not is_known:
        frame = frame.astype(dict.fromkeys(_CONVERSED, "Int64"))
        frame[_CONVERSED] = pd.NA
    n, base = (frame[c].to_numpy(dtype=np.float64, na_value=np.nan) for c in ("n_with_enough", "base"))
    lower, upper = wilson_interval(n, base)
    share = np.divide(n, base, out=np.full(len(n), np.nan), where=base > 0)
    frame = frame[[by, "n_people", *_POSTS, *_CONVERSED[:-1]]].assign(estimate=share, lower=lower, upper=upper,
                                                                      base=frame["base"])
    return Table(frame, keys=(by,), count="n_people", base="base",
                 parts=(*_POSTS[1:], "n_with_enough", "n_too_few", "n_with_any"),
                 follows=("n_posts", "estimate", "lower", "upper"), sums=(by,), counts=COUNTS, **declare_group(by))


def _tabulate_managers(workforce: Workforce, cycle: str, rows: pd.DataFrame, *, is_known: bool) -> Table:
    team = rows[rows["manager_id"].notna()]
    team = team.assign(rater_id=team["manager_id"].astype("str"), n_without_placement=~team["is_placed"],
                       n_without_conversation=_without_any(team))
    counts = ["n_without_placement", "n_without_conversation"]
    by_manager = team.groupby("rater_id", observed=True)
    frame = by_manager[counts].sum().astype("int64").assign(n_team=by_manager["employee_id"].nunique()).reset_index()
    if not is_known:
        frame["n_without_conversation"] = pd.array([None] * len(frame), dtype="Int64")
    units = find_units(workforce, team, cycle).reindex(frame["rater_id"])
    frame = frame.assign(name=workforce.names_of(frame["rater_id"]),
                         **{column: units[column].to_numpy() for column in ORGANISATION})
    frame = frame[["rater_id", "name", *ORGANISATION, "n_team", *counts]]
    return Table(frame, keys=("rater_id",), people=("rater_id", "name"), unit_columns=ORGANISATION)


def _without_any(rows: pd.DataFrame) -> pd.Series:
    """Say who is without a conversation: nobody held one with the person, of any kind, in the twelve months.

    A person with several posts counts once, with the manager of the main post.
    """
    return rows["is_person"] & (rows["n_formal"].fillna(0) + rows["n_catch_up"].fillna(0) == 0)


def _tabulate_parts(people: pd.DataFrame) -> Table:
    n_formal = int(people["n_formal"].fillna(0).sum())
    codes = [column.removeprefix("has_") for column in RECORD_PARTS]
    n_filled = people[list(RECORD_PARTS)].fillna(0).sum().to_numpy(dtype=np.int64)
    lower, upper = wilson_interval(n_filled, n_formal)
    frame = pd.DataFrame({"part": codes, "label": [say("record_part", code) for code in codes], "n_filled": n_filled,
                          "n_formal": n_formal, "share": n_filled / n_formal if n_formal else np.nan, "lower": lower,
                          "upper": upper})
    return Table(frame, keys=("part",), count="n_formal", parts=("n_filled",), follows=("share", "lower", "upper"),
                 events=True, counts={"n_formal": Count("conversations", keys={"part": ""}),
                                      "n_filled": Count("conversations_filled")})


def _list_missing(workforce: Workforce, rows: pd.DataFrame, *, is_known: bool) -> Table:
    agreeing = bool(rows["agreed_on"].notna().any())  # where no export says so, nothing can be missing
    none_held = _without_any(rows)
    lacks = {"placement": ~rows["is_placed"],
             "agreement": rows["is_placed"] & rows["agreed_on"].isna() & agreeing,
             "conversation": none_held & is_known,
             "conversations": rows["is_person"] & (rows["n_formal"] < rows["n_owed"]) & ~none_held & is_known}
    words = pd.DataFrame({code: np.where(lack, say("missing", code) + "; ", "") for code, lack in lacks.items()})
    missing = words.sum(axis="columns").str.removesuffix("; ").set_axis(rows.index)
    rows = rows[missing != ""]
    ids = rows["employee_id"].astype("str")
    frame = pd.DataFrame({"employee_id": ids, "name": workforce.names_of(ids),
                          "post_id": rows["post_id"].astype("str"), "manager_id": rows["manager_id"].astype("str"),
                          **{column: rows[column].astype("str") for column in ORGANISATION},
                          "missing": missing[missing != ""]})
    frame = frame.sort_values([*ORGANISATION, "name", "employee_id", "post_id"], kind="stable", ignore_index=True)
    return Table(frame, keys=("employee_id", "post_id"), people=("employee_id", "name", "post_id", "manager_id"),
                 unit_columns=ORGANISATION)
