"""The profile by any grouping, or by two at once: who is where on the map, beside the whole council."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import check_outcomes
from my121_analytics.analysis.profile import FACTS
from my121_analytics.analysis.shares import SHARE
from my121_analytics.analysis.workforce_profile import order_naturally
from my121_analytics.errors import UsageError, suggest
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.workforce.counts import (
    NOT_RECORDED,
    check_grouping,
    is_main_post,
    keep_matching,
    outcomes_in_cycle,
)
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import NO_PLACEMENT, TOTAL, Count, Result, Table, describe
from my121_analytics.workforce.schema import GROUPS, MANAGER, ORDERED, ORGANISATION, PROTECTED

BY_MANAGER = "manager"
"""Grouping by the manager of the post: the groups have names, so it is for the analyst alone."""
MANAGER_COLUMN = "manager_id"
MOST_GROUPINGS = 2
ABOVE, BELOW = "above", "below"
FEWEST = 10
"""Posts in a group from which it is set against the council: one person in a box would stand out in a smaller one."""
FEWEST_ABOVE = 3
"""Posts in a box from which it may stand above the council's share: one or two are an accident of a small group."""
_INDEX = ("council_share", "index", "index_lower", "index_upper", "against")


@dataclass(frozen=True, repr=False)
class GroupProfileResult(Result):
    """The profile by one grouping or two; made by :func:`profile_groups`."""


def profile_groups(workforce: Workforce, *, by: Sequence[str], cycle: str | None = None, source: str = MANAGER,
                   filters: dict[str, str] | None = None) -> GroupProfileResult:
    """Say how each group stands on the map and at each performance level, and how that compares with the council.

    Parameters
    ----------
    workforce
        The record.
    by
        One or two of: the groupings of posts and employees (directorate, grade, contract ...),
        ``tenure_band``, ``manager``.
    cycle
        Default: the latest.
    source
        ``manager``, ``self`` or ``calibrated``.
    filters
        Column of the organisation -> the one value to keep; "the council" is then that unit.

    Returns
    -------
    GroupProfileResult
        ``groups``: the grouping columns, n_people (in post, with the main post here), n_posts, n_placed, n_unplaced,
        share, lower, upper (placed, of the posts). ``map_by_group`` (with a map): the grouping columns, box, box_name,
        performance, potential, n, share, lower, upper, base, council_share, index (100: the same share as in the
        council), index_lower, index_upper, against (``above`` or ``below`` where the whole range of the share is above
        or below the council's share, and at least ``FEWEST`` posts are placed; else empty). ``ratings_by_group``: the
        same by level and label. Rows with ``All`` are margins. Grouped by manager, tables also hold ``name``.

    Raises
    ------
    UsageError
        No such cycle or column, the same column twice, or more than two.
    DataUnusableError
        The record holds no placements.

    Notes
    -----
    Shares of boxes and levels are of the posts placed, the share of "No placement" is of all posts, both with 95 %
    Wilson ranges. The index is 100 times the group's share over the council's, which counts as known; its range is
    that of the group's share. With many cells about one in twenty has a range that misses the council's share by
    chance alone. Groups with an order of their own (grades, time in post) keep it; others stand by their balance, the
    share placed at the highest performance level less the share at the lowest, the highest balance first; managers
    stand by name, since any other order of them would be a league table.

    Examples
    --------
    >>> groups = profile_groups(workforce, by=["directorate", "grade"])
    >>> groups.plot_heatmap()
    """
    columns = _check_groupings(by, filters)
    cycle = workforce.check_cycle(cycle)
    rows = _list_posts(workforce, cycle, columns, source, filters)
    orders = {column: _order_groups(workforce, rows, column) for column in columns}
    rows = rows.astype({column: pd.CategoricalDtype(orders[column], ordered=True) for column in columns})
    tables = {"groups": _tabulate_groups(rows, columns)}
    framework = workforce.framework
    if framework.has_map:
        boxes = [(b.number, b.name, b.performance, b.potential) for b in framework.boxes]
        labels = pd.DataFrame([*boxes, (0, NO_PLACEMENT, 0, 0)], columns=["box", "box_name", "performance",
                                                                          "potential"])
        tables["map_by_group"] = _tabulate_outcome(rows, columns, labels)
    levels = [(level.level, level.label) for level in framework.performance]
    labels = pd.DataFrame([*levels, (0, NO_PLACEMENT)], columns=["level", "label"])
    tables["ratings_by_group"] = _tabulate_outcome(rows, columns, labels)
    if MANAGER_COLUMN in columns:
        tables = {name: _name_managers(workforce, table) for name, table in tables.items()}
    about = describe("profile", population="posts_in_cycle", counts="posts", source=source, as_of=workforce.as_of,
                     cycle=cycle, filters=filters, n=len(rows), caveats=("posts_not_people", "many_cells"))
    return GroupProfileResult(about, tables, dict(framework.map_labels), FACTS, workforce.settings)


def _check_groupings(by: Sequence[str], filters: dict[str, str] | None) -> list[str]:
    if not 1 <= len(by) <= MOST_GROUPINGS or len(set(by)) < len(by):
        raise UsageError(f"The profile is grouped by one column or by two different ones, not by {', '.join(by)}.",
                         hints=["Give --by once or twice."])
    known = [*(column.name for column in GROUPS), "tenure_band", BY_MANAGER]
    for column in by:
        if column not in known:
            raise UsageError(f"Tables cannot be grouped by '{column}'.", hints=[suggest(column, known)])
    check_grouping(None, filters)
    return [MANAGER_COLUMN if column == BY_MANAGER else column for column in by]


def _list_posts(workforce: Workforce, cycle: str, columns: list[str], source: str,
                filters: dict[str, str] | None) -> pd.DataFrame:
    """List every post with its groups as text, box and level (0: no placement), and whether it stands for a person."""
    wanted = [c for c in columns if c != MANAGER_COLUMN]
    rows = keep_matching(outcomes_in_cycle(workforce, cycle, source=source, columns=[*wanted, *(filters or {})]),
                         filters)
    stands = rows["in_force"] & is_main_post(workforce, cycle, rows)
    groups = {c: rows[c].astype("object").where(rows[c].notna(), NOT_RECORDED).astype("str") for c in columns}
    return pd.DataFrame({**groups, "box": rows["box"].fillna(0).astype("int64"),
                         "level": rows["performance"].fillna(0).astype("int64"),
                         "is_person": stands.astype("int64")}).reset_index(drop=True)


def _order_groups(workforce: Workforce, rows: pd.DataFrame, column: str) -> list[str]:
    """Put the groups in their own order, managers by name, others by balance; what is not recorded comes last."""
    if column == MANAGER_COLUMN:  # any order by their ratings would be a league table
        ids = pd.Series(sorted(rows[column].unique()))
        named = workforce.names_of(ids).str.casefold()
        return list(ids[pd.DataFrame({"last": ids == NOT_RECORDED, "name": named, "id": ids}).sort_values(
            ["last", "name", "id"]).index])
    if column in ORDERED:
        return order_naturally(rows[column])
    placed = rows[rows["level"] > 0]
    balance = ((placed["level"] == placed["level"].max()).astype(float)
               - (placed["level"] == placed["level"].min()).astype(float)).groupby(placed[column]).mean()
    names = sorted(rows[column].unique())
    return sorted(names, key=lambda name: (name == NOT_RECORDED, -float(balance.get(name, -2.0))))


def _with_margins(rows: pd.DataFrame, columns: list[str], keys: list[str], sums: list[str]) -> pd.DataFrame:
    """Add up by every combination of the groups, each of them replaced by ``TOTAL`` in turn."""
    parts = []
    for bits in range(2 ** len(columns)):
        kept = [c for k, c in enumerate(columns) if not bits >> k & 1]
        if kept or keys:
            summed = rows.groupby([*kept, *keys], observed=True, sort=True)[sums].sum().reset_index()
        else:
            summed = rows[sums].sum().to_frame().T
        whole = {c: TOTAL for c in columns if c not in kept}
        parts.append(summed.assign(**whole).astype(dict.fromkeys(columns, "str")))
    order = {c: [*rows[c].cat.categories, TOTAL] for c in columns}
    joined = pd.concat(parts, ignore_index=True)
    ranks = pd.DataFrame({c: joined[c].map({name: k for k, name in enumerate(order[c])}) for c in columns})
    return joined.loc[ranks.sort_values(columns, kind="stable").index, [*columns, *keys, *sums]].reset_index(drop=True)


def _tabulate_groups(rows: pd.DataFrame, columns: list[str]) -> Table:
    counted = rows.assign(n_people=rows["is_person"], n_posts=1, n_placed=_is_placed(rows).astype("int64"))
    frame = _with_margins(counted, columns, [], ["n_people", "n_posts", "n_placed"])
    frame["n_unplaced"] = frame["n_posts"] - frame["n_placed"]
    lower, upper = wilson_interval(frame["n_placed"], frame["n_posts"])
    frame = frame.assign(share=frame["n_placed"] / frame["n_posts"].where(frame["n_posts"] > 0), lower=lower,
                         upper=upper)
    return Table(frame, keys=tuple(columns), count="n_posts", parts=("n_placed", "n_unplaced", "n_people"),
                 follows=SHARE, sums=tuple(columns), counts={"n_posts": Count("posts")}, **_declare(columns))


def _is_placed(rows: pd.DataFrame) -> pd.Series:
    return (rows["box"] > 0) | (rows["level"] > 0)


def _tabulate_outcome(rows: pd.DataFrame, columns: list[str], labels: pd.DataFrame) -> Table:
    """Lay out every group times every outcome, with the council's share beside each."""
    key = str(labels.columns[0])
    check_outcomes(rows[key], labels)
    counted = _with_margins(rows.assign(n=1), columns, [key], ["n"]).set_index([*columns, key])["n"]
    groups = list(dict.fromkeys(place[:-1] for place in counted.index))
    cells = pd.MultiIndex.from_tuples([(*group, outcome) for group in groups for outcome in labels[key]],
                                      names=[*columns, key])
    frame = counted.reindex(cells, fill_value=0).reset_index()
    named = labels.set_index(key)
    frame = frame[[*columns, key]].assign(**{c: frame[key].map(named[c]) for c in named.columns}, n=frame["n"])
    frame = _add_index(_add_shares(frame, columns, key), columns, key)
    return Table(frame, keys=(*columns, key), count="n", base="base", follows=(*SHARE, *_INDEX),
                 sums=(*columns, key), counts={"n": Count("posts"), "base": Count("posts")}, **_declare(columns))


def _add_shares(frame: pd.DataFrame, columns: list[str], key: str) -> pd.DataFrame:
    everybody = frame.groupby(columns, sort=False)["n"].transform("sum")
    unplaced = frame["n"].where(frame[key] == 0, 0).groupby([frame[c] for c in columns], sort=False).transform("sum")
    base = np.where(frame[key] == 0, everybody, everybody - unplaced).astype("int64")
    lower, upper = wilson_interval(frame["n"], base)
    return frame.assign(share=frame["n"] / np.where(base > 0, base, np.nan), lower=lower, upper=upper, base=base)


def _add_index(frame: pd.DataFrame, columns: list[str], key: str) -> pd.DataFrame:
    """Set each share beside the council's; the margin of everything is the council itself."""
    is_council = (frame[columns] == TOTAL).all(axis="columns")
    council = frame[key].map(frame[is_council].set_index(key)["share"])
    known = council.where(council > 0)
    enough = frame["base"] >= FEWEST
    several = enough & (frame["n"] >= FEWEST_ABOVE)
    apart = np.select([several & (frame["lower"] > council), enough & (frame["upper"] < council)], [ABOVE, BELOW], "")
    return frame.assign(council_share=council, index=100 * frame["share"] / known,
                        index_lower=100 * frame["lower"] / known, index_upper=100 * frame["upper"] / known,
                        against=np.where(is_council, "", apart))


def _declare(columns: list[str]) -> dict[str, Any]:
    return {"unit_columns": tuple(c for c in columns if c in ORGANISATION),
            "protected": tuple(c for c in columns if c in PROTECTED),
            "people": tuple(c for c in columns if c == MANAGER_COLUMN)}


def _name_managers(workforce: Workforce, table: Table) -> Table:
    """Put the manager's name beside the number, and tell the gate that the rows name people."""
    frame = table.frame.copy()
    names = workforce.names_of(frame[MANAGER_COLUMN])
    frame.insert(frame.columns.get_loc(MANAGER_COLUMN) + 1, "name", names)
    return Table(frame, keys=table.keys, count=table.count, base=table.base, follows=table.follows, parts=table.parts,
                 people=(MANAGER_COLUMN, "name"), protected=table.protected, sums=table.sums)
