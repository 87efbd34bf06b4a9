"""Movement: how the profile changed since the last cycle, and how far the same people moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import add_total, check_outcomes, declare_group
from my121_analytics.errors import DataUnusableError
from my121_analytics.framework.nine_box import Framework
from my121_analytics.inference.intervals import newcombe_difference, paired_difference
from my121_analytics.workforce.counts import MoveCounts, check_grouping, count_moves
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import (
    LABEL,
    NO_PLACEMENT,
    TOTAL,
    Count,
    Fact,
    Result,
    Table,
    describe,
    parts_of,
)
from my121_analytics.workforce.schema import MANAGER

_FOLLOWS = ("share_before", "share_after", "change", "lower", "upper")

FACTS = {**dict.fromkeys(("cycle_before", "cycle_after", "map_columns", "map_rows"), LABEL),
         **parts_of("posts_in_cycles", "posts", "n_both", "n_joined", "n_left"), "n_placed_both": Fact("posts")}
"""What each fact is, for the release gate."""


@dataclass(frozen=True, repr=False)
class MovementResult(Result):
    """Change between two cycles; made by :func:`track_movement`."""


def track_movement(workforce: Workforce, *, by: str | None = None, cycle: str | None = None,
                   filters: dict[str, str] | None = None) -> MovementResult:
    """Say how the profile changed since the last cycle, and how far the same people moved on the two axes.

    Parameters
    ----------
    workforce
        The record.
    by
        Column to compare groups by, as in the later cycle; None: no groups.
    cycle
        The later cycle; default: the latest. It is compared with the one before it.
    filters
        Column of the organisation -> the one value to keep.

    Returns
    -------
    MovementResult
        With a map: ``change`` (box, box_name, performance, potential, n_before, n_after, share_before, share_after,
        change, lower, upper, base; of the posts placed both times), ``change_all`` (the same of everybody placed in
        either cycle, with base_before and base_after), ``moves`` (before, after, before_name, after_name, n; box 0 is
        no placement) and, with ``by``, ``change_by_group``. Always: the same by performance level as
        ``ratings_change``, ``ratings_change_all``, ``ratings_moves`` (``level`` and ``label`` for the box) and
        ``ratings_change_by_group``, and ``steps`` (performance_step, potential_step, n, share, base; potential_step
        is missing without a map). Facts: cycle_before, cycle_after, n_both (in post in both cycles), n_joined,
        n_left, n_placed_both, map_columns and map_rows (names of the map's axes).

    Raises
    ------
    DataUnusableError
        The cycle is the first in the record.
    UsageError
        No such cycle or column, or a column that may not be used for this.

    Notes
    -----
    ``change`` is a difference of shares (0.02: two points more) with a 95 % interval for the same people seen
    twice. ``change_all`` treats the two cycles as different people, so that its ranges are somewhat too wide.
    Steps count levels on each axis; box numbers are labels and never subtracted.

    Examples
    --------
    >>> movement = track_movement(workforce)
    >>> movement.plot_change()
    """
    check_grouping(by, filters)
    outcomes = ("box", "performance") if workforce.framework.has_map else ("performance",)
    counts = [count_moves(workforce, by=[by] if by else [], cycle=cycle, outcome=outcome, filters=filters)
              for outcome in outcomes]
    return track_movement_counts(counts, workforce.framework, as_of=workforce.as_of,
                                 filters=filters).under(workforce.settings)


def track_movement_counts(counts: Sequence[MoveCounts], framework: Framework, *, as_of: date,
                          filters: Mapping[str, str] | None = None) -> MovementResult:
    """Say the same from counts that were made elsewhere.

    Parameters
    ----------
    counts
        Of the same two cycles and grouping (none or one column): by box, where there is a map, and by performance.
    framework
        Names of boxes and levels.
    as_of
        Day the record speaks of.
    filters
        Column of the organisation -> the one unit that was counted.

    Returns
    -------
    MovementResult
        As from :func:`track_movement`.

    Raises
    ------
    DataUnusableError
        No counts were given.
    """
    if not counts:
        raise DataUnusableError("No counts were given, so there is no change to show.")
    tables: dict[str, Table] = {}
    for counted in counts:
        tables |= _tabulate_outcome(counted, framework)
    moves = counts[0]
    tables["steps"] = _tabulate_steps(moves, framework)
    about = describe("movement", population="posts_in_cycles", counts="posts", source=MANAGER, as_of=as_of,
                     cycle=moves.cycle_after, filters=filters, n=int(moves.frame["n"].sum()),
                     caveats=("posts_not_people", "change_same_posts"),
                     cycles=f"{moves.cycle_before}, {moves.cycle_after}")
    return MovementResult(about, tables, {**_describe(moves), **framework.map_labels}, declare_facts(moves))


def declare_facts(moves: MoveCounts) -> dict[str, Fact]:
    """Declare the facts of two cycles: which posts each of them counts.

    Parameters
    ----------
    moves
        Counts by box, where there is a map, else by performance.

    Returns
    -------
    dict of str to Fact
    """
    both = f"{moves.cycle_before} > {moves.cycle_after}"
    who = {"n_both": "present", "n_joined": "joined", "n_left": "left", "n_placed_both": f"stayers_{_key(moves)}"}
    return {**FACTS, "n": Fact("posts", who=Count("either", both)),
            **{name: replace(FACTS[name], who=Count(what, both)) for name, what in who.items()}}


def _key(moves: MoveCounts) -> str:
    return "box" if moves.outcome == "box" else "level"


def _who(moves: MoveCounts) -> dict[str, Count]:
    """Say who is counted before and after among the posts placed in both cycles."""
    both, key = f"{moves.cycle_before} > {moves.cycle_after}", _key(moves)
    counts = {f"n_{when}": Count(f"stayers_{key}", both, keys={key: f"{key}_{when}"}) for when in ("before", "after")}
    return {**counts, "base": Count(f"stayers_{key}", both)}


def _describe(moves: MoveCounts) -> dict[str, float | int | str | None]:
    before, after, n = (moves.frame[c].to_numpy() for c in ("before", "after", "n"))
    return {"cycle_before": moves.cycle_before, "cycle_after": moves.cycle_after,
            "n_both": int(n[(before >= 0) & (after >= 0)].sum()), "n_joined": int(n[before < 0].sum()),
            "n_left": int(n[after < 0].sum()), "n_placed_both": int(n[(before > 0) & (after > 0)].sum())}


def _tabulate_outcome(counted: MoveCounts, framework: Framework) -> dict[str, Table]:
    prefix, labels = _label(counted, framework)
    key, name = labels.columns[:2]
    check_outcomes(pd.concat([counted.frame["before"], counted.frame["after"]]), labels)
    whole = counted.frame.groupby(["before", "after"], sort=True)["n"].sum().reset_index()
    moves = whole[(whole["before"] >= 0) & (whole["after"] >= 0)].reset_index(drop=True)
    words = {0: NO_PLACEMENT, **labels.set_index(key)[name].to_dict()}
    moves = moves.assign(before_name=moves["before"].map(words), after_name=moves["after"].map(words))
    same = _compare_same(whole.assign(group=TOTAL), [TOTAL], labels).drop(columns="group")
    who = _who(counted)
    everybody = {f"{column}_{when}": Count("posts", cycle, where=where)
                 for column, where in (("n", ()), ("base", (("placed", _key(counted)),)))
                 for when, cycle in (("before", counted.cycle_before), ("after", counted.cycle_after))}
    present = Count(f"present_{_key(counted)}", who["base"].cycle,
                    keys={when: f"{_key(counted)}_{when}" for when in ("before", "after")})
    tables = {f"{prefix}change": _declare_change(same, (key,), who),
              f"{prefix}change_all": _declare_change(_compare_all(whole, labels), (key,), everybody),
              f"{prefix}moves": Table(moves[["before", "after", "before_name", "after_name", "n"]],
                                      keys=("before", "after"), count="n", sums=("before", "after"),
                                      counts={"n": present})}
    for by in counted.by:
        rows = add_total(counted.frame, by, ["before", "after"], ["n"]).rename(columns={by: "group"})
        frame = _compare_same(rows, [*pd.unique(counted.frame[by]), TOTAL], labels)
        tables[f"{prefix}change_by_group"] = _declare_change(frame.rename(columns={"group": by}), (by, key), who, by)
    return tables


def _label(counted: MoveCounts, framework: Framework) -> tuple[str, pd.DataFrame]:
    if counted.outcome == "box":
        boxes = sorted(framework.boxes, key=lambda b: b.number)
        return "", pd.DataFrame([(b.number, b.name, b.performance, b.potential) for b in boxes],
                                columns=["box", "box_name", "performance", "potential"])
    levels = framework.levels(counted.outcome)
    return "ratings_", pd.DataFrame([(lv.level, lv.label) for lv in levels], columns=["level", "label"])


def _declare_change(frame: pd.DataFrame, keys: tuple[str, ...], counts: Mapping[str, Count],
                    by: str | None = None) -> Table:
    base = "base" if "base" in frame else "base_after"
    return Table(frame, keys=keys, count=base, base=base, parts=("n_before", "n_after"), follows=_FOLLOWS, sums=keys,
                 counts=counts, **(declare_group(by) if by else {}))


def _compare_same(moves: pd.DataFrame, groups: list[str], labels: pd.DataFrame) -> pd.DataFrame:
    """Compare the shares of each outcome among the posts placed both times, for all groups at once."""
    placed = moves[(moves["before"] > 0) & (moves["after"] > 0)]
    outcomes = labels.iloc[:, 0].to_numpy()
    cells = pd.MultiIndex.from_product([groups, outcomes])

    def margin(rows: pd.DataFrame, when: str) -> np.ndarray:
        return rows.groupby(["group", when])["n"].sum().reindex(cells, fill_value=0).to_numpy(dtype=np.int64)

    n_before, n_after = margin(placed, "before"), margin(placed, "after")
    n_stayed = margin(placed[placed["before"] == placed["after"]], "after")
    base = np.repeat(placed.groupby("group")["n"].sum().reindex(groups, fill_value=0).to_numpy(dtype=np.int64),
                     len(outcomes))
    change, lower, upper = paired_difference(n_stayed, n_before - n_stayed, n_after - n_stayed, base)
    frame = pd.concat([labels] * len(groups), ignore_index=True)
    frame.insert(0, "group", cells.get_level_values(0))
    return frame.assign(n_before=n_before, n_after=n_after, share_before=_share(n_before, base),
                        share_after=_share(n_after, base), change=change, lower=lower, upper=upper, base=base)


def _compare_all(moves: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Compare the shares of each outcome among everybody placed in the one cycle and in the other."""
    outcomes = labels.iloc[:, 0].to_numpy()
    n_before, n_after = _margin(moves, "before", outcomes), _margin(moves, "after", outcomes)
    base_before, base_after = int(n_before.sum()), int(n_after.sum())
    change, lower, upper = newcombe_difference(n_before, base_before, n_after, base_after)
    return labels.assign(n_before=n_before, n_after=n_after, share_before=_share(n_before, base_before),
                         share_after=_share(n_after, base_after), change=change, lower=lower, upper=upper,
                         base_before=base_before, base_after=base_after)


def _tabulate_steps(counted: MoveCounts, framework: Framework) -> Table:
    placed = counted.frame[(counted.frame["before"] > 0) & (counted.frame["after"] > 0)]
    before, after = placed["before"].to_numpy(), placed["after"].to_numpy()
    if counted.outcome == "box":
        places = {b.number: (b.performance, b.potential) for b in framework.boxes}
        axes = np.array([places.get(number, (0, 0)) for number in range(max(places) + 1)])
        steps = pd.MultiIndex.from_arrays(list((axes[after] - axes[before]).T))
        grid = pd.MultiIndex.from_product([range(-2, 3), range(-2, 3)])
        names = ["performance_step", "potential_step"]
    else:
        top = framework.n_performance - 1
        steps, grid, names = pd.Index(after - before), pd.RangeIndex(-top, top + 1), ["performance_step"]
    n = placed["n"].groupby(steps).sum().reindex(grid, fill_value=0).to_numpy(dtype=np.int64)
    base = int(n.sum())
    frame = grid.to_frame(index=False).set_axis(names, axis="columns")
    frame = frame.reindex(columns=["performance_step", "potential_step"]).astype("Int64")
    return Table(frame.assign(n=n, share=_share(n, base), base=base),
                 keys=("performance_step", "potential_step"), count="n", base="base", follows=("share",),
                 sums=("performance_step", "potential_step"), counts=dict.fromkeys(("n", "base"),
                                                                                   _who(counted)["base"]))


def _margin(moves: pd.DataFrame, when: str, outcomes: np.ndarray) -> np.ndarray:
    return moves.groupby(when)["n"].sum().reindex(outcomes, fill_value=0).to_numpy(dtype=np.int64)


def _share(n: np.ndarray, base: np.ndarray | int) -> np.ndarray:
    base = np.broadcast_to(base, n.shape)
    return np.divide(n, base, out=np.full(len(n), np.nan), where=base > 0)
