"""Managers' placements beside people's own: who placed higher, by group and axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases
from my121_analytics.figures.layout import Words
from my121_analytics.figures.stacked_shares import StackedRow, draw_stacked
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PARTS = ("self_higher", "same", "manager_higher")
MOST_GROUPS = 14
"""Groups drawn for each axis; the table has all."""


def plot_self_gap(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw for each group and axis the shares of posts where the employee, neither, or the manager placed higher.

    Parameters
    ----------
    released
        Of ``compare_self`` with a grouping, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a group, the whole last, the axes one below the other.
    """
    released = require_released(released, wanted_by="plot_self_gap")
    frame = phrases.take_table(released, "by_group", wanted_by="plot_self_gap")
    marker = phrases.marker_of(frame)
    rows: list[StackedRow] = []
    for axis, group, cells in _blocks(frame):
        hidden = bool(cells["share"].isna().any())
        shares = () if hidden else tuple(float(cells.loc[part, "share"]) for part in PARTS)
        is_first = not any(row.heading == _axis(axis) for row in rows)
        rows.append(StackedRow(group, shares, phrases.count(cells["base"].iloc[0], marker),
                               _axis(axis) if is_first else ""))
    words = Words(_title(frame), phrases.subtitle(
        released, say("self_gap", "measure", axis=phrases.join_words([str(a) for a in pd.unique(frame["axis"])])),
        n=say("self_gap", "n", n=phrases.count(released.about.n)), table="by_group"),
        (say("self_gap", "note"), *phrases.withheld_note(frame, "n", "base")))
    return draw_stacked(rows, words, key=say("self_gap", "key"), marker=marker, ax=ax, middle=1)


def describe_self_gap(released: Released) -> str:
    """Say in words what :func:`plot_self_gap` shows, group by group."""
    released = require_released(released, wanted_by="describe_self_gap")
    frame = phrases.take_table(released, "by_group", wanted_by="describe_self_gap")
    rows = [say("self_gap", "alt_row", axis=_axis(axis), group=group,
                n=phrases.count(cells["base"].iloc[0], phrases.marker_of(frame)),
                **{part: phrases.percent_or_blank(cells.loc[part, "share"]) for part in PARTS})
            for axis, group, cells in _blocks(frame)]
    return say("self_gap", "alt", title=_title(frame), rows="; ".join(rows))


def _blocks(frame: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Give axis, group and its three directions, the margin last; the fullest groups where there are too many."""
    by = str(frame.columns[0])
    named = frame.assign(**{by: frame[by].astype("str"), "axis": frame["axis"].astype("str"),
                            "direction": frame["direction"].astype("str")})
    sizes = named[named[by] != TOTAL].groupby(by)["base"].max().fillna(0).astype("float64")
    kept = set(sizes.sort_values(ascending=False, kind="stable").index[:MOST_GROUPS])
    found = []
    for axis in pd.unique(named["axis"]):
        groups = [name for name in dict.fromkeys(named[by]) if name in kept]
        found += [(axis, group, named[(named["axis"] == axis) & (named[by] == group)].set_index("direction"))
                  for group in [*groups, TOTAL]]
    return [(axis, group, cells) for axis, group, cells in found if len(cells) == len(PARTS)]


def _axis(axis: str) -> str:
    return say("self_gap", "heading", axis=say("nine_box", axis))


def _title(frame: pd.DataFrame) -> str:
    cells = {group: part for axis, group, part in _blocks(frame) if axis == "performance"}
    whole = cells.get(TOTAL)
    if whole is None or whole["share"].isna().any():
        return say("self_gap", "title_withheld")
    same = phrases.percent(float(whole.loc["same", "share"]))
    own, managers = whole.loc["self_higher"], whole.loc["manager_higher"]
    if own["lower"] > managers["upper"] or managers["lower"] > own["upper"]:
        who = say("self_gap", "employees" if own["share"] > managers["share"] else "managers")
        return say("self_gap", "title", same=same, more=who)
    return say("self_gap", "title_even", same=same)
