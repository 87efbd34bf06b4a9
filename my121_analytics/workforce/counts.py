"""The heavy pass over the record: group-bys, and nothing else.

Analyses take the frozen counts made here, so that another dataframe engine can supply them for a very large record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import CALIBRATED, MANAGER, SELF

NOT_RECORDED = "Not recorded"


@dataclass(frozen=True)
class PlacementCounts:
    """People's posts by group and outcome in one cycle.

    Parameters
    ----------
    by
        Grouping columns.
    cycle
        The cycle counted.
    outcome
        ``box`` or ``performance``.
    frame
        One row per group and outcome that occurs: the grouping columns, ``outcome`` (0: no placement), ``n``.
    """

    by: tuple[str, ...]
    cycle: str
    outcome: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class MoveCounts:
    """Employee-posts by outcome in two cycles: grouping columns, ``before``, ``after`` (0: no placement), ``n``."""

    by: tuple[str, ...]
    cycle_before: str
    cycle_after: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class RatingCounts:
    """Ratings by rater, case-mix pattern and category: all that the rating-pattern model needs.

    Parameters
    ----------
    axis
        ``performance`` or ``potential``.
    n_categories
        K; categories are 1 to K, whether or not each occurs.
    cycles
        Cycles pooled, in order.
    frame
        ``rater`` (row of ``raters``), ``pattern`` (row of ``patterns``), ``category`` (1 to K), ``n``; and where asked
        for ``employee`` (a code per person, without meaning outside), so that people rated again are known as such.
    raters
        One row per rater: ``rater_id``, ``n_ratings``, ``n_employees`` (distinct people), ``n_cycles``,
        ``mean_team_size`` (ratings per cycle), and the unit columns of the rater's own main post in the latest
        cycle (else the unit most of the ratings come from).
    patterns
        One row per combination of the case-mix columns and ``cycle``; text, ``Not recorded`` where missing.
    """

    axis: str
    n_categories: int
    cycles: tuple[str, ...]
    frame: pd.DataFrame
    raters: pd.DataFrame
    patterns: pd.DataFrame


def select_placements(workforce: Workforce, *, source: str = MANAGER, cycles: Sequence[str] | None = None,
                      ) -> pd.DataFrame:
    """Choose the placements that count: the latest per employee, post, cycle and source.

    Parameters
    ----------
    workforce
        The record.
    source
        ``manager``, ``self`` or ``calibrated``.
    cycles
        Cycle labels; None means all.

    Returns
    -------
    pandas.DataFrame
        Columns of ``placements``, at most one row per employee, post and cycle.
    """
    rows = workforce.placements
    kept = (rows["source"] == source).to_numpy(copy=True)
    if cycles is not None:
        kept &= rows["cycle"].isin(list(cycles)).to_numpy()
    rows = rows[kept].sort_values("placed_on", kind="stable", na_position="first")
    return rows.drop_duplicates(["employee_id", "post_id", "cycle"], keep="last").sort_index()


def join_posts(workforce: Workforce, placements: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Add columns of the post row in force in each placement's cycle, and of the employee.

    Parameters
    ----------
    workforce
        The record.
    placements
        Rows with ``employee_id``, ``post_id`` and ``cycle``; a placement without a post takes the main post's.
    columns
        Names among the columns of ``posts`` (with ``tenure_band``, ``tenure_months``) and ``employees``.

    Returns
    -------
    pandas.DataFrame
        The placements with the columns added, in the same order, on a fresh index.
    """
    of_employee = [c for c in columns if c in workforce.employees.columns and c not in workforce.posts.columns]
    of_post = [c for c in columns if c not in of_employee]
    parts = []
    for cycle, part in placements.groupby("cycle", observed=True, sort=False):
        posts = workforce.posts_in_cycle(str(cycle))
        parts.append(_match_posts(part, posts, of_post))
    joined = pd.concat(parts).sort_index() if parts else placements.assign(**dict.fromkeys(of_post))
    if of_employee:
        people = workforce.employees.drop_duplicates("employee_id").set_index("employee_id")[of_employee]
        joined[of_employee] = people.reindex(joined["employee_id"]).to_numpy()
    return joined.reset_index(drop=True)


def count_placements(workforce: Workforce, *, by: Sequence[str] = (), cycle: str | None = None, source: str = MANAGER,
                     outcome: str = "box", filters: dict[str, str] | None = None) -> PlacementCounts:
    """Count employee-posts by group and box (or performance) in one cycle, those without a placement included.

    Parameters
    ----------
    workforce
        The record.
    by
        Grouping columns of posts or employees.
    cycle
        Default: the latest.
    source
        Whose placement counts. For ``calibrated``, the manager's stands where no calibrated one exists.
    outcome
        ``box`` or ``performance``.
    filters
        Column -> the one value to keep.

    Returns
    -------
    PlacementCounts
    """
    cycle = workforce.check_cycle(cycle)
    rows = outcomes_in_cycle(workforce, cycle, source=source, columns=[*by, *(filters or {})])
    for column, value in (filters or {}).items():
        rows = rows[rows[column].astype("str") == value]
    rows = rows.assign(outcome=rows[outcome].fillna(0).astype("int64"))
    frame = _count(rows, [*by, "outcome"])
    return PlacementCounts(tuple(by), cycle, outcome, frame)


def outcomes_in_cycle(workforce: Workforce, cycle: str, *, source: str = MANAGER,
                      columns: Sequence[str] = ()) -> pd.DataFrame:
    """List everyone who should have a placement in a cycle, with it or without.

    Parameters
    ----------
    workforce
        The record.
    cycle
        A cycle of the record.
    source
        As for :func:`count_placements`.
    columns
        Columns of posts or employees to add; missing values become ``Not recorded``.

    Returns
    -------
    pandas.DataFrame
        One row per employee and post in force in the cycle (and per placement without such a post):
        ``employee_id``, ``post_id``, ``rater_id``, ``manager_id``, ``placed_on``, ``performance``, ``potential``,
        ``box``, ``derived``, ``tenure_months``, and the columns asked for.
    """
    placed = select_placements(workforce, source=MANAGER if source == CALIBRATED else source, cycles=[cycle])
    if source == CALIBRATED:
        agreed = select_placements(workforce, source=CALIBRATED, cycles=[cycle])
        placed = pd.concat([placed, agreed]).drop_duplicates(["employee_id", "post_id"], keep="last")
    extra = [c for c in dict.fromkeys(columns) if c not in ("employee_id", "post_id", "manager_id", "tenure_months")]
    post_columns = ["manager_id", "tenure_months", *extra]
    placed = join_posts(workforce, placed, post_columns)
    left = workforce.employees.drop_duplicates("employee_id").set_index("employee_id")["left_on"]
    posts = workforce.posts_in_cycle(cycle)
    gone = left.reindex(posts["employee_id"]).to_numpy() < np.datetime64(workforce.cycle_end(cycle), "s")
    # Someone who left before the cycle's end owes no placement; if there is one, it still counts.
    expected = posts.loc[~gone, ["employee_id", "post_id"]].assign(cycle=cycle)
    have = pd.MultiIndex.from_frame(placed[["employee_id", "post_id"]].astype("str"))
    wanted = pd.MultiIndex.from_frame(expected[["employee_id", "post_id"]].astype("str"))
    no_post = placed["post_id"].isna()
    placed_people = placed.loc[no_post, "employee_id"]
    missing = expected[~wanted.isin(have) & ~expected["employee_id"].isin(placed_people).to_numpy()]
    missing = join_posts(workforce, missing, post_columns)
    rows = pd.concat([placed, missing], ignore_index=True)
    for column in extra:
        rows[column] = rows[column].astype("str").fillna(NOT_RECORDED)
    names = ["employee_id", "post_id", "rater_id", "manager_id", "placed_on", "performance", "potential", "box",
             "derived", "tenure_months", *extra]
    rows = rows[names]
    return rows.assign(derived=rows["derived"].astype("boolean").fillna(False).astype(bool))


def count_moves(workforce: Workforce, *, by: Sequence[str] = (), cycle: str | None = None, outcome: str = "box",
                filters: dict[str, str] | None = None) -> MoveCounts:
    """Count employee-posts by their outcome in a cycle and in the one before it.

    Parameters
    ----------
    workforce
        The record.
    by
        Grouping columns, as in the later cycle (the earlier one for posts that ended).
    cycle
        The later cycle; default: the latest.
    outcome
        ``box`` or ``performance``.
    filters
        Column -> the one value to keep.

    Returns
    -------
    MoveCounts
        ``before`` or ``after`` is 0 for no placement and -1 for not in post in that cycle.

    Raises
    ------
    DataUnusableError
        The cycle is the first in the record.
    """
    cycle = workforce.check_cycle(cycle)
    earlier = workforce.previous_cycle(cycle)
    if earlier is None:
        raise DataUnusableError(f"{cycle} is the first cycle in the record, so there is no change to show.",
                                hints=["Add an export that holds the cycle before."])
    columns = [*by, *(filters or {})]
    keys = ["employee_id", "post_id"]
    after = outcomes_in_cycle(workforce, cycle, columns=columns)[[*keys, outcome, *columns]]
    before = outcomes_in_cycle(workforce, earlier, columns=columns)[[*keys, outcome, *columns]]
    both = after.astype(dict.fromkeys(keys, "str")).merge(
        before.astype(dict.fromkeys(keys, "str")), on=keys, how="outer", suffixes=("_after", "_before"), indicator=True)
    rows = pd.DataFrame({
        "before": both[f"{outcome}_before"].fillna(0).astype("int64").where(both["_merge"] != "left_only", -1),
        "after": both[f"{outcome}_after"].fillna(0).astype("int64").where(both["_merge"] != "right_only", -1)})
    for column in columns:
        rows[column] = both[f"{column}_after"].where(both["_merge"] != "right_only", both[f"{column}_before"])
    for column, value in (filters or {}).items():
        rows = rows[rows[column] == value]
    return MoveCounts(tuple(by), earlier, cycle, _count(rows, [*by, "before", "after"]))


def count_ratings(workforce: Workforce, *, axis: str = "performance", cycles: Sequence[str] | None = None,
                  case_mix: Sequence[str] = (), source: str = MANAGER, by_employee: bool = False) -> RatingCounts:
    """Count ratings by rater, case-mix pattern and category.

    Parameters
    ----------
    workforce
        The record.
    axis
        ``performance`` or ``potential``; derived potential ratings count, since the box holds them.
    cycles
        Cycles to pool; None means all.
    case_mix
        Columns of posts that ratings may fairly differ by; the cycle is always part of the pattern.
    source
        Whose ratings.
    by_employee
        Keep people apart in the frame.

    Returns
    -------
    RatingCounts

    Raises
    ------
    DataUnusableError
        Not one rating on this axis names its rater.
    """
    placed = select_placements(workforce, source=source, cycles=cycles)
    placed = placed[placed[axis].notna() & placed["rater_id"].notna()]
    if placed.empty:
        raise DataUnusableError(f"No {axis} rating in the record names its rater, so managers cannot be compared.",
                                hints=["Check that the export has a manager column, or map it in [exports.columns]."])
    rows = join_posts(workforce, placed, [*case_mix, *(c for c in ("directorate", "service", "team")
                                                       if c not in case_mix)])
    for column in (*case_mix, "directorate", "service", "team"):
        rows[column] = rows[column].astype("str").fillna(NOT_RECORDED)
    pattern_columns = [*case_mix, "cycle"]
    rows["pattern"] = rows.groupby(pattern_columns, observed=True, sort=True).ngroup()
    patterns = (rows.drop_duplicates("pattern").sort_values("pattern")[pattern_columns].astype("str")
                .reset_index(drop=True))
    rater_codes, rater_ids = pd.factorize(rows["rater_id"].astype("str"), sort=True)
    rows["rater"] = rater_codes
    rows["category"] = rows[axis].astype("int64")
    if by_employee:
        rows["employee"] = pd.factorize(rows["employee_id"])[0]
    frame = _count(rows, ["rater", *(["employee"] if by_employee else []), "pattern", "category"])
    pooled = [str(c) for c in workforce.cycles["label"] if (rows["cycle"] == c).any()]
    raters = _describe_raters(workforce, rows, rater_ids, pooled[-1])
    levels = workforce.framework.levels(axis)
    return RatingCounts(axis, len(levels), tuple(pooled), frame, raters, patterns)


def count_conversations(workforce: Workforce, *, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
    """Count each employee's conversations in an interval.

    Parameters
    ----------
    workforce
        The record.
    start, end
        First and last day.

    Returns
    -------
    pandas.DataFrame
        One row per employee with a conversation: ``employee_id``, ``n_formal``, ``n_catch_up``, ``last_held_on``,
        and for each part of the record the number of formal conversations in which it is filled.
    """
    rows = workforce.conversations
    rows = rows[(rows["held_on"] >= start) & (rows["held_on"] <= end)]
    formal = (rows["kind"] == "formal").to_numpy()
    parts = [c for c in rows.columns if c.startswith("has_")]
    table = pd.DataFrame({"employee_id": rows["employee_id"].astype("str").to_numpy(), "n_formal": formal,
                          "n_catch_up": ~formal, "last_held_on": rows["held_on"].to_numpy(),
                          **{c: (rows[c] & formal).to_numpy() for c in parts}})
    sums = dict.fromkeys(("n_formal", "n_catch_up", *parts), "sum")
    return table.groupby("employee_id", sort=True).agg({**sums, "last_held_on": "max"}).reset_index()


def pair_self(workforce: Workforce, *, cycle: str | None = None) -> pd.DataFrame:
    """Pair each manager placement with the employee's own in the same cycle.

    Parameters
    ----------
    workforce
        The record.
    cycle
        Default: the latest.

    Returns
    -------
    pandas.DataFrame
        ``employee_id``, ``post_id``, ``rater_id``, and ``performance``, ``potential``, ``box`` with the suffixes
        ``_manager`` and ``_self``; only pairs where both exist.
    """
    cycle = workforce.check_cycle(cycle)
    columns = ["employee_id", "post_id", "performance", "potential", "box"]
    theirs = select_placements(workforce, source=MANAGER, cycles=[cycle])[[*columns, "rater_id"]]
    own = select_placements(workforce, source=SELF, cycles=[cycle])[columns]
    return theirs.merge(own, on=["employee_id", "post_id"], suffixes=("_manager", "_self"))


def _match_posts(part: pd.DataFrame, posts: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    keyed = posts.set_index(pd.MultiIndex.from_arrays([posts["employee_id"].cat.codes, posts["post_id"].cat.codes]))
    wanted = pd.MultiIndex.from_arrays([part["employee_id"].cat.codes, part["post_id"].cat.codes])
    row = keyed.index.get_indexer(wanted)
    no_post = (row < 0) & part["post_id"].isna().to_numpy()
    if no_post.any():
        main = posts.sort_values("is_main", ascending=False, kind="stable").drop_duplicates("employee_id")
        codes = pd.Index(main["employee_id"].cat.codes).get_indexer(part["employee_id"].cat.codes[no_post])
        row[no_post] = np.where(codes >= 0, main.index.to_numpy()[codes], -1)
    added = posts[columns].take(np.maximum(row, 0)) if len(posts) else posts[columns].reindex(range(len(part)))
    added = added.set_axis(part.index)
    added.loc[row < 0, :] = np.nan
    return pd.concat([part, added], axis="columns")


def _describe_raters(workforce: Workforce, rows: pd.DataFrame, rater_ids: pd.Index, latest: str) -> pd.DataFrame:
    grouped = rows.groupby("rater", sort=True)
    table = pd.DataFrame({"rater_id": rater_ids.astype("str"), "n_ratings": grouped.size(),
                          "n_employees": grouped["employee_id"].nunique(), "n_cycles": grouped["cycle"].nunique()})
    table["mean_team_size"] = table["n_ratings"] / table["n_cycles"]
    posts = workforce.posts_in_cycle(latest).sort_values("is_main", ascending=False, kind="stable")
    main = posts.drop_duplicates("employee_id")
    own = main.set_index(main["employee_id"].astype("str"))
    for column in ("directorate", "service", "team"):
        tally = _count(rows, ["rater", column]).sort_values(["rater", "n", column], ascending=[True, False, True])
        usual = tally.drop_duplicates("rater").set_index("rater")[column]
        values = own[column].astype("str").reindex(table["rater_id"]).to_numpy()
        table[column] = pd.Series(values, index=table.index).fillna(usual)
    return table.reset_index(drop=True)


def _count(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return rows.groupby(by, observed=True, sort=True, dropna=False).size().rename("n").reset_index()
