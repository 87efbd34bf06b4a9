"""The heavy pass over the record: group-bys, and nothing else.

Analyses take the frozen counts made here, so that another dataframe engine can supply them for a very large record.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.workforce.record import Workforce, is_employed, keep_latest, main_posts, of_employee, remembered
from my121_analytics.workforce.schema import (
    CALIBRATED,
    FORMAL,
    GROUPS,
    MANAGER,
    ORGANISATION,
    PROTECTED,
    RECORD_PARTS,
    SELF,
    TABLES,
    conform,
)

NOT_RECORDED = "Not recorded"
NOT_IN_POST = -1
"""Outcome of an employee and post that was not there in a cycle (0 is: there, without a placement)."""
_CYCLE_COLUMNS = ("in_force", "tenure_months", "tenure_band")
_POST_COLUMNS = tuple(column.name for column in TABLES["posts"])
_EMPLOYEE_COLUMNS = tuple(column.name for column in TABLES["employees"])
_OUTCOME_COLUMNS = ["employee_id", "post_id", "rater_id", "cycle", "placed_on", "agreed_on", "performance",
                    "potential", "box", "derived"]


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
    """Employee-posts by outcome in two cycles.

    Parameters
    ----------
    by
        Grouping columns.
    cycle_before, cycle_after
        The cycles compared.
    frame
        The grouping columns, ``before`` and ``after`` (0: no placement, -1: not in post), ``n``.
    outcome
        ``box``, ``performance`` or ``potential``.
    """

    by: tuple[str, ...]
    cycle_before: str
    cycle_after: str
    frame: pd.DataFrame
    outcome: str = "box"


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
    employees
        employee_id (text) of each code in ``frame``; None where people are not kept apart.
    """

    axis: str
    n_categories: int
    cycles: tuple[str, ...]
    frame: pd.DataFrame
    raters: pd.DataFrame
    patterns: pd.DataFrame
    employees: pd.Index | None = None


@dataclass(frozen=True)
class PairCounts:
    """Manager's and own placements of the same posts, on each axis.

    Parameters
    ----------
    by
        Grouping columns.
    cycle
        The cycle counted.
    n_placed
        Posts with a manager's placement, whether or not the employee made one.
    n_pairs
        Posts with both.
    frame
        The grouping columns, ``axis``, ``manager`` and ``self`` (levels), ``n``.
    """

    by: tuple[str, ...]
    cycle: str
    n_placed: int
    n_pairs: int
    frame: pd.DataFrame


@remembered
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
        Columns of ``placements``, at most one row per employee, post and cycle. A placement without a post is taken
        to be for the main post that the person held in that cycle.
    """
    rows = workforce.placements
    kept = (rows["source"] == source).to_numpy(copy=True)
    if cycles is not None:
        kept &= rows["cycle"].isin(list(cycles)).to_numpy()
    return keep_latest(_fill_posts(workforce, rows[kept]), ["employee_id", "post_id", "cycle"],
                       order=["placed_on", "agreed_on"])


def join_posts(workforce: Workforce, placements: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Add columns of the post row in force in each placement's cycle, and of the employee.

    Parameters
    ----------
    workforce
        The record.
    placements
        Rows with ``employee_id``, ``post_id`` and ``cycle``; where the post is missing or the person did not hold it
        in the cycle, the main post's columns are taken.
    columns
        Names among the columns of ``posts`` (with ``tenure_band``, ``tenure_months``, ``in_force``) and
        ``employees``.

    Returns
    -------
    pandas.DataFrame
        The placements with the columns added, in the same order, on a fresh index.

    Raises
    ------
    UsageError
        Neither table has such a column.
    """
    check_columns(workforce, columns)
    placements = placements.reset_index(drop=True)
    of_post = [c for c in columns if not _is_of_employee(c)]
    cycles = placements["cycle"].unique()
    if len(cycles) == 1 and pd.notna(cycles[0]):
        joined = _match_posts(placements, workforce.posts_in_cycle(str(cycles[0])), of_post)
    else:
        parts = [_match_posts(part, workforce.posts_in_cycle(str(cycle)), of_post)
                 for cycle, part in placements.groupby("cycle", observed=True, sort=False)]
        joined = pd.concat(parts).sort_index() if parts else placements.assign(**dict.fromkeys(of_post))
    added = {c: of_employee(workforce.employees, joined["employee_id"], c) for c in columns if _is_of_employee(c)}
    return joined.assign(**added)


def check_columns(workforce: Workforce, columns: Sequence[str]) -> None:
    """Refuse columns that neither the posts nor the employees have.

    Raises
    ------
    UsageError
        The hint names what is near, or what exists.
    """
    known = [c for c in (*workforce.posts.columns, *workforce.employees.columns, *_CYCLE_COLUMNS)
             if not c.startswith("origin_")]
    for column in columns:
        if column not in known:
            raise UsageError(f"The record has no column '{column}'.", hints=[suggest(column, known)])


def check_grouping(by: str | None, filters: dict[str, str] | None = None) -> None:
    """Refuse to group by what names people, and to filter by a protected characteristic.

    Parameters
    ----------
    by
        Column to group by; None groups by nothing.
    filters
        Column -> value.

    Raises
    ------
    UsageError
        The column is no grouping of posts or employees, or the filter would cut a table to one protected group
        without the table saying so to the release gate.
    """
    groups = [*(column.name for column in GROUPS), "tenure_band"]
    if by is not None and by not in groups:
        raise UsageError(f"Tables cannot be grouped by '{by}'.", hints=[suggest(by, groups)])
    allowed = [name for name in groups if name not in PROTECTED]
    for column in filters or {}:
        if column not in allowed:
            raise UsageError(f"Tables cannot be cut to one value of '{column}'.", hints=[suggest(column, allowed)])


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
        ``box``, ``performance`` or ``potential``.
    filters
        Column -> the one value to keep.

    Returns
    -------
    PlacementCounts
    """
    cycle = workforce.check_cycle(cycle)
    rows = outcomes_in_cycle(workforce, cycle, source=source, columns=[*by, *(filters or {})])
    rows = keep_matching(rows, filters)
    rows = rows[list(by)].assign(outcome=rows[outcome].fillna(0).astype("int64"))
    return PlacementCounts(tuple(by), cycle, outcome, _count(rows, [*by, "outcome"]))


def keep_matching(rows: pd.DataFrame, filters: dict[str, str] | None) -> pd.DataFrame:
    """Keep the rows that hold the wanted value in every column of the filters.

    Parameters
    ----------
    rows
        With the columns of the filters.
    filters
        Column -> the one value to keep; None keeps all.

    Returns
    -------
    pandas.DataFrame
        May be empty: a unit without people in this cycle.
    """
    for column, value in (filters or {}).items():
        rows = rows[(rows[column].astype("str") == value).to_numpy()]
    return rows


@remembered
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
        Columns of posts or employees to add, as categories; missing values become ``Not recorded``.

    Returns
    -------
    pandas.DataFrame
        One row per employee and post in force at the cycle's end, and per placement for any other post (of
        somebody who left, or of a post that ended): ``employee_id``, ``post_id``, ``rater_id``, ``manager_id``,
        ``placed_on``, ``agreed_on``, ``performance``, ``potential``, ``box``, ``derived``, ``tenure_months``,
        ``in_force``, and the columns asked for.

    Notes
    -----
    Somebody employed who has no post row anywhere in the record (a flat export) is counted once, with the post
    missing. A placement without a post speaks for the whole person, so that no other post of theirs is counted as
    being without one.
    """
    rows = _rows_in_cycle(workforce, cycle, source)
    own = ("employee_id", "post_id", "in_force", "manager_id", "tenure_months")
    extra = [c for c in dict.fromkeys(columns) if c not in own]
    rows = join_posts(workforce, rows, extra) if extra else rows
    return rows.assign(**{column: label_missing(rows[column]) for column in extra}).drop(columns="cycle")


@remembered
def _rows_in_cycle(workforce: Workforce, cycle: str, source: str) -> pd.DataFrame:
    """List everyone who should have a placement, without further columns: these differ from table to table."""
    placed = _placed(workforce, cycle, source)
    posts = workforce.posts_in_cycle(cycle)
    expected = pd.concat([posts.loc[posts["in_force"], ["employee_id", "post_id"]],
                          _employed_without_post(workforce, cycle)], ignore_index=True)
    missing = expected[~_spoken_for(workforce, expected, placed, cycle, source)]
    missing = conform(missing, "placements")[_OUTCOME_COLUMNS]
    missing = missing.assign(cycle=cycle).astype({c: placed[c].dtype for c in ("cycle", "rater_id")})
    rows = join_posts(workforce, pd.concat([placed, missing], ignore_index=True), ["manager_id", "tenure_months"])
    return rows.assign(in_force=np.isin(_pair_codes(rows), _pair_codes(expected)))


def count_ended(workforce: Workforce, cycle: str) -> int:
    """Count the placements of a cycle whose post had ended by its last day, or whose holder had left.

    Parameters
    ----------
    workforce
        The record.
    cycle
        A cycle of the record.
    """
    return int((~outcomes_in_cycle(workforce, cycle)["in_force"]).sum())


def label_missing(values: pd.Series) -> pd.Series:
    """Turn a column into text categories in which missing values are ``Not recorded``.

    Parameters
    ----------
    values
        Of any kind.

    Returns
    -------
    pandas.Series
        Categories in their order (tenure bands rise, names are sorted), ``Not recorded`` last.
    """
    if not isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype("str").astype("category")
    if NOT_RECORDED not in values.cat.categories:
        values = values.cat.add_categories([NOT_RECORDED])
    return values.fillna(NOT_RECORDED)


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
        ``box``, ``performance`` or ``potential``.
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
    columns = list(dict.fromkeys([*by, *(filters or {})]))
    after = outcomes_in_cycle(workforce, cycle, columns=columns)
    before = outcomes_in_cycle(workforce, earlier, columns=columns)
    pairs_after, pairs_before = pd.Index(_pair_codes(after)), pd.Index(_pair_codes(before))
    left = ~pairs_before.isin(pairs_after)
    was = before[outcome].fillna(0).to_numpy(dtype=np.int64)
    now = after[outcome].fillna(0).to_numpy(dtype=np.int64)
    row = pairs_before.get_indexer(pairs_after)
    was_then = np.where(row >= 0, was[row] if len(was) else NOT_IN_POST, NOT_IN_POST)
    groups = pd.concat([after[columns], before.loc[left, columns]], ignore_index=True)
    rows = groups.assign(before=np.concatenate([was_then, was[left]]),
                         after=np.concatenate([now, np.full(left.sum(), NOT_IN_POST)]))
    return MoveCounts(tuple(by), earlier, cycle, _count(keep_matching(rows, filters), [*by, "before", "after"]),
                      outcome)


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
    columns = list(dict.fromkeys([*case_mix, *ORGANISATION]))
    rows = join_posts(workforce, placed[["employee_id", "post_id", "rater_id", "cycle", axis]], columns)
    rows = rows.assign(**{column: label_missing(rows[column]) for column in columns})
    pattern_columns = [*case_mix, "cycle"]
    rows["pattern"] = rows.groupby(pattern_columns, observed=True, sort=True).ngroup()
    patterns = (rows.drop_duplicates("pattern").sort_values("pattern")[pattern_columns].astype("str")
                .reset_index(drop=True))
    used, rows["rater"] = np.unique(rows["rater_id"].cat.codes, return_inverse=True)
    rater_ids = rows["rater_id"].cat.categories[used]
    rows["category"] = rows[axis].astype("int64")
    employees = None
    if by_employee:
        codes, rows["employee"] = np.unique(rows["employee_id"].cat.codes, return_inverse=True)
        employees = rows["employee_id"].cat.categories[codes].astype("str")
    frame = _count(rows, ["rater", *(["employee"] if by_employee else []), "pattern", "category"])
    pooled = [str(c) for c in workforce.cycles["label"] if (rows["cycle"] == c).any()]
    raters = _describe_raters(workforce, rows, rater_ids, pooled[-1])
    levels = workforce.framework.levels(axis)
    return RatingCounts(axis, len(levels), tuple(pooled), frame, raters, patterns, employees)


def find_units(workforce: Workforce, rows: pd.DataFrame, cycle: str) -> pd.DataFrame:
    """Say where in the organisation each rater belongs.

    Parameters
    ----------
    workforce
        The record.
    rows
        ``rater_id`` (not missing) and the unit columns of the posts that the rater rates or manages.
    cycle
        The cycle whose posts are looked up.

    Returns
    -------
    pandas.DataFrame
        Indexed by rater_id (text): directorate, service, team of the rater's own main post, else of most of the rows.
    """
    own = main_posts(workforce.posts_in_cycle(cycle))
    own = own.set_index(own["employee_id"].astype("str"))
    raters = rows["rater_id"].astype("str")
    units = pd.DataFrame(index=pd.Index(np.sort(raters.unique()), name="rater_id"))
    for column in ORGANISATION:
        tally = _count(pd.DataFrame({"rater_id": raters, column: rows[column]}), ["rater_id", column])
        tally = tally.sort_values(["rater_id", "n", column], ascending=[True, False, True])
        usual = tally.drop_duplicates("rater_id").set_index("rater_id")[column]
        units[column] = own[column].astype("str").reindex(units.index).fillna(usual)
    return units


def year_to(end: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Give first and last day of the twelve months over which conversations are counted everywhere."""
    return end + pd.Timedelta(days=1) - pd.DateOffset(years=1), end


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
    formal = (rows["kind"] == FORMAL).to_numpy()
    table = pd.DataFrame({"employee_id": rows["employee_id"], "n_formal": formal,
                          "n_catch_up": ~formal, "last_held_on": rows["held_on"],
                          **{c: rows[c] & formal for c in RECORD_PARTS}})
    sums = dict.fromkeys(("n_formal", "n_catch_up", *RECORD_PARTS), "sum")
    counted = table.groupby("employee_id", observed=True, sort=True).agg({**sums, "last_held_on": "max"}).reset_index()
    return counted.astype({"employee_id": "str"})


@remembered
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


def count_pairs(workforce: Workforce, *, by: Sequence[str] = (), cycle: str | None = None,
                axes: Sequence[str] = ("performance", "potential"), filters: dict[str, str] | None = None,
                ) -> PairCounts:
    """Count the posts that both manager and employee placed, by the level each gave on each axis.

    Parameters
    ----------
    workforce
        The record.
    by
        Grouping columns of posts or employees.
    cycle
        Default: the latest.
    axes
        Axes to count.
    filters
        Column -> the one value to keep.

    Returns
    -------
    PairCounts
    """
    cycle = workforce.check_cycle(cycle)
    columns = list(dict.fromkeys([*by, *(filters or {})]))

    def located(rows: pd.DataFrame) -> pd.DataFrame:
        rows = join_posts(workforce, rows.assign(cycle=cycle), columns)
        return keep_matching(rows.assign(**{c: label_missing(rows[c]) for c in columns}), filters)

    pairs = located(pair_self(workforce, cycle=cycle))
    n_placed = len(located(select_placements(workforce, cycles=[cycle])[["employee_id", "post_id"]]))
    parts = []
    for axis in axes:
        both = pairs[[*by, f"{axis}_manager", f"{axis}_self"]].dropna()
        both = both.set_axis([*by, "manager", "self"], axis="columns").astype({"manager": "int64", "self": "int64"})
        parts.append(_count(both, [*by, "manager", "self"]).assign(axis=axis))
    frame = pd.concat(parts, ignore_index=True)[[*by, "axis", "manager", "self", "n"]]
    return PairCounts(tuple(by), cycle, n_placed, len(pairs), frame)


def _placed(workforce: Workforce, cycle: str, source: str) -> pd.DataFrame:
    """Give the placements that stand in a cycle; a calibrated one replaces the manager's."""
    placed = select_placements(workforce, source=MANAGER if source == CALIBRATED else source, cycles=[cycle])
    if source == CALIBRATED:
        agreed = select_placements(workforce, source=CALIBRATED, cycles=[cycle])
        placed = pd.concat([placed, agreed]).drop_duplicates(["employee_id", "post_id"], keep="last")
    return placed[_OUTCOME_COLUMNS]


def _spoken_for(workforce: Workforce, expected: pd.DataFrame, placed: pd.DataFrame, cycle: str,
                source: str) -> np.ndarray:
    """Tell which of the expected employee-posts a placement covers."""
    rows = workforce.placements
    sources = (MANAGER, CALIBRATED) if source == CALIBRATED else (source,)
    without_post = (rows["cycle"] == cycle) & rows["source"].isin(sources) & rows["post_id"].isna()
    by_person = expected["employee_id"].isin(rows.loc[without_post, "employee_id"])
    by_person |= expected["post_id"].isna() & expected["employee_id"].isin(placed["employee_id"])
    return np.isin(_pair_codes(expected), _pair_codes(placed)) | by_person.to_numpy()


def _employed_without_post(workforce: Workforce, cycle: str) -> pd.DataFrame:
    """List employees who were there at the cycle's end but have no post row anywhere in the record."""
    people = workforce.employees.drop_duplicates("employee_id")
    end = workforce.cycle_end(cycle)
    begun = people["started"].isna() | (people["started"] <= end)
    stayed = is_employed(people, people["employee_id"], end)
    ids = people.loc[begun & stayed & ~people["employee_id"].isin(workforce.posts["employee_id"]), "employee_id"]
    no_post = pd.Categorical.from_codes(np.full(len(ids), -1), dtype=workforce.posts["post_id"].dtype)
    return pd.DataFrame({"employee_id": ids.array, "post_id": no_post})


def _fill_posts(workforce: Workforce, placements: pd.DataFrame) -> pd.DataFrame:
    """Give placements without a post the main post that the person held in the cycle, where there is one."""
    without = placements["post_id"].isna().to_numpy()
    if not without.any():
        return placements
    filled = placements["post_id"].copy()
    for cycle, part in placements[without].groupby("cycle", observed=True):
        main = main_posts(workforce.posts_in_cycle(str(cycle)))
        row = pd.Index(main["employee_id"].cat.codes).get_indexer(part["employee_id"].cat.codes)
        filled[part.index] = main["post_id"].array.take(row, allow_fill=True)
    return placements.assign(post_id=filled)


def is_main_post(workforce: Workforce, cycle: str, rows: pd.DataFrame) -> pd.Series:
    """Say which rows of employee and post stand for the person: those of the main post, and those without a post.

    Parameters
    ----------
    workforce
        The record.
    cycle
        Label.
    rows
        With ``employee_id`` and ``post_id``.

    Returns
    -------
    pandas.Series
        On the index of the rows; true or false. People are counted by adding it up.
    """
    main = main_posts(workforce.posts_in_cycle(cycle))
    post_of = main["post_id"].astype("str").set_axis(main["employee_id"].astype("str"))
    own = post_of.reindex(rows["employee_id"].astype("str")).to_numpy()
    return (rows["post_id"].astype("str") == own) | rows["post_id"].isna()


def _match_posts(part: pd.DataFrame, posts: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    row = pd.Index(_pair_codes(posts)).get_indexer(_pair_codes(part))
    unmatched = row < 0
    if unmatched.any():
        main = main_posts(posts)
        found = pd.Index(main["employee_id"].cat.codes).get_indexer(part["employee_id"].cat.codes[unmatched])
        row[unmatched] = np.append(posts.index.get_indexer(main.index), -1)[found]
    added = {column: posts[column].array.take(row, allow_fill=True) for column in columns}
    return part.assign(**added)


def _pair_codes(rows: pd.DataFrame) -> np.ndarray:
    """Number each employee and post as one integer; a missing post has a number of its own."""
    people, posts = rows["employee_id"].cat.codes.to_numpy(dtype=np.int64), rows["post_id"].cat
    return people * (len(posts.categories) + 1) + posts.codes.to_numpy() + 1


def _is_of_employee(column: str) -> bool:
    return column in _EMPLOYEE_COLUMNS and column not in _POST_COLUMNS


def _describe_raters(workforce: Workforce, rows: pd.DataFrame, rater_ids: pd.Index, latest: str) -> pd.DataFrame:
    grouped = rows.groupby("rater", sort=True)
    table = pd.DataFrame({"rater_id": rater_ids.astype("str"), "n_ratings": grouped.size(),
                          "n_employees": grouped["employee_id"].nunique(), "n_cycles": grouped["cycle"].nunique()})
    table["mean_team_size"] = table["n_ratings"] / table["n_cycles"]
    units = find_units(workforce, rows, latest).reindex(table["rater_id"])
    return table.assign(**{column: units[column].to_numpy() for column in ORGANISATION}).reset_index(drop=True)


def _count(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    counted = rows.groupby(by, observed=True, sort=True, dropna=False).size().rename("n").reset_index()
    return counted.astype({c: "str" for c in by if isinstance(counted[c].dtype, pd.CategoricalDtype)})
