"""The profile: how many people's posts stand in each box of the map, and at each performance level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import add_total, check_outcomes, declare_group
from my121_analytics.analysis.shares import SHARE
from my121_analytics.errors import DataUnusableError
from my121_analytics.framework.nine_box import Framework
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.workforce.counts import PlacementCounts, check_grouping, count_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import LABEL, NO_PLACEMENT, TOTAL, Count, Fact, Result, Table, describe
from my121_analytics.workforce.schema import MANAGER

COUNTS = {"n": Count("posts"), "base": Count("posts")}
"""Who is counted in each column, for the release gate."""
FACTS = {**dict.fromkeys(("map_columns", "map_rows"), LABEL), "n": Fact("posts", who=Count("posts"))}


@dataclass(frozen=True, repr=False)
class ProfileResult(Result):
    """The profile of one cycle; made by :func:`tabulate_profile`."""


def tabulate_profile(workforce: Workforce, *, by: str | None = None, cycle: str | None = None, source: str = MANAGER,
                     filters: dict[str, str] | None = None) -> ProfileResult:
    """Say how many people's posts stand in each box of the map, and at each performance level.

    Parameters
    ----------
    workforce
        The record.
    by
        Column of posts or employees to compare groups by (``directorate``, ``grade``, ``sex``); None: no groups.
    cycle
        Default: the latest.
    source
        ``manager``, ``self`` or ``calibrated`` (the agreed placement where there is one, else the manager's).
    filters
        Column of the organisation -> the one value to keep.

    Returns
    -------
    ProfileResult
        Tables ``map`` (box, box_name, performance, potential, n, share, lower, upper, base; absent without a map)
        and ``ratings`` (level, label, n, share, lower, upper, base); with ``by`` also ``map_by_group`` and
        ``ratings_by_group``, every group times every outcome, and rows for all groups together.

    Raises
    ------
    UsageError
        No such cycle or column, a column that names people, or a filter by a protected characteristic.
    DataUnusableError
        The record holds no placements.

    Notes
    -----
    The share of a box is of the posts with a placement, with its 95 % Wilson interval; the share of box 0, "No
    placement", is of all posts. Somebody with two posts is counted once for each.

    Examples
    --------
    >>> profile = tabulate_profile(workforce, by="directorate")
    >>> profile.plot_map()
    >>> profile.table("map_by_group").frame
    """
    check_grouping(by, filters)
    cycle = workforce.check_cycle(cycle)
    outcomes = ("box", "performance") if workforce.framework.has_map else ("performance",)
    counts = [count_placements(workforce, by=[by] if by else [], cycle=cycle, source=source, outcome=outcome,
                               filters=filters) for outcome in outcomes]
    return tabulate_profile_counts(counts, workforce.framework, as_of=workforce.as_of, source=source,
                                   filters=filters).under(workforce.settings)


def tabulate_profile_counts(counts: Sequence[PlacementCounts], framework: Framework, *, as_of: date,
                            source: str = MANAGER, filters: Mapping[str, str] | None = None) -> ProfileResult:
    """Say the same from counts that were made elsewhere.

    Parameters
    ----------
    counts
        Of one cycle and grouping (none or one column), one for each outcome: ``box``, ``performance``.
    framework
        Names of boxes and levels.
    as_of
        Day the record speaks of.
    source
        Whose placements were counted.
    filters
        Column of the organisation -> the one unit that was counted.

    Returns
    -------
    ProfileResult
        As from :func:`tabulate_profile`.

    Raises
    ------
    DataUnusableError
        No counts were given.
    """
    if not counts:
        raise DataUnusableError("No counts were given, so there is no profile to show.")
    tables: dict[str, Table] = {}
    for counted in counts:
        name, labels = ("map", _label_boxes(framework)) if counted.outcome == "box" else (
            "ratings", _label_levels(framework))
        key = str(labels.columns[0])
        check_outcomes(counted.frame["outcome"], labels)
        whole = counted.frame.groupby("outcome")["n"].sum()
        tables[name] = Table(_share_out(whole, labels), keys=(key,), count="n", base="base", follows=SHARE,
                             sums=(key,), counts=COUNTS)
        for by in counted.by:
            frame = _share_out_groups(counted.frame, by, labels[labels.columns[:2]])
            tables[f"{name}_by_group"] = Table(frame, keys=(by, key), count="n", base="base", follows=SHARE,
                                               sums=(by, key), counts=COUNTS, **declare_group(by))
    about = describe("profile", population="posts_in_cycle", counts="posts", source=source, as_of=as_of,
                     cycle=counts[0].cycle, filters=filters, n=int(counts[0].frame["n"].sum()),
                     caveats=("posts_not_people",))
    return ProfileResult(about, tables, dict(framework.map_labels), FACTS)


def _label_boxes(framework: Framework) -> pd.DataFrame:
    rows = [(b.number, b.name, b.performance, b.potential) for b in sorted(framework.boxes, key=lambda b: b.number)]
    return pd.DataFrame([*rows, (0, NO_PLACEMENT, 0, 0)], columns=["box", "box_name", "performance", "potential"])


def _label_levels(framework: Framework) -> pd.DataFrame:
    rows = [(level.level, level.label) for level in framework.performance]
    return pd.DataFrame([*rows, (0, NO_PLACEMENT)], columns=["level", "label"])


def _share_out(whole: pd.Series, labels: pd.DataFrame) -> pd.DataFrame:
    """Lay counts by outcome beside the labels, with shares; the last row is the outcome 0."""
    n = whole.reindex(labels.iloc[:, 0], fill_value=0).to_numpy(dtype=np.int64)
    return labels.assign(n=n, **_shares(n, (labels.iloc[:, 0] == 0).to_numpy(), n.sum() - n[-1], n.sum()))


def _share_out_groups(frame: pd.DataFrame, by: str, labels: pd.DataFrame) -> pd.DataFrame:
    key = str(labels.columns[0])
    totals = add_total(frame, by, ["outcome"], ["n"]).set_index([by, "outcome"])["n"]
    full = pd.MultiIndex.from_product([[*pd.unique(frame[by]), TOTAL], labels[key]], names=[by, key])
    rows = totals.rename_axis([by, key]).reindex(full, fill_value=0).rename("n").reset_index()
    everybody = rows.groupby(by, sort=False)["n"].transform("sum").to_numpy()
    unplaced = rows["n"].where(rows[key] == 0, 0).groupby(rows[by], sort=False).transform("sum").to_numpy()
    n = rows.pop("n").to_numpy(dtype=np.int64)
    rows = rows.assign(**{labels.columns[1]: rows[key].map(labels.set_index(key).iloc[:, 0])})
    return rows.assign(n=n, **_shares(n, (rows[key] == 0).to_numpy(), everybody - unplaced, everybody))


def _shares(n: np.ndarray, is_unplaced: np.ndarray, placed: np.ndarray, everybody: np.ndarray) -> dict[str, np.ndarray]:
    base = np.where(is_unplaced, everybody, placed).astype(np.int64)
    share = np.divide(n, base, out=np.full(len(n), np.nan), where=base > 0)
    lower, upper = wilson_interval(n, base)
    return {"share": share, "lower": lower, "upper": upper, "base": base}
