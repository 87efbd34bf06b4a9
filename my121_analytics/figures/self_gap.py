"""Managers' placements beside people's own: who placed higher, by group and axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

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


class _Direction(NamedTuple):
    """How many placed higher in one direction, as the table has it; missing where withheld."""

    share: float
    lower: float
    upper: float
    base: float


class _Block(NamedTuple):
    """One group on one axis: its three directions by name."""

    axis: str
    group: str
    directions: Mapping[str, _Direction]

    @property
    def base(self) -> float:
        return self.directions[PARTS[0]].base

    @property
    def is_hidden(self) -> bool:
        return any(phrases.is_blank(direction.share) for direction in self.directions.values())


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
    blocks = _blocks(frame)
    for block in blocks:
        shares = () if block.is_hidden else tuple(float(block.directions[part].share) for part in PARTS)
        is_first = not any(row.heading == _axis(block.axis) for row in rows)
        rows.append(StackedRow(block.group, shares, phrases.count(block.base, marker),
                               _axis(block.axis) if is_first else ""))
    words = Words(_title(blocks), phrases.subtitle(
        released, say("self_gap", "measure", axis=phrases.join_words([str(a) for a in pd.unique(frame["axis"])])),
        n=say("self_gap", "n", n=phrases.count(released.about.n)), table="by_group"),
        (say("self_gap", "note"), *phrases.withheld_note(frame, "n", "base")))
    return draw_stacked(rows, words, key=say("self_gap", "key"), marker=marker, ax=ax, middle=1)


def describe_self_gap(released: Released) -> str:
    """Say in words what :func:`plot_self_gap` shows, group by group."""
    released = require_released(released, wanted_by="describe_self_gap")
    frame = phrases.take_table(released, "by_group", wanted_by="describe_self_gap")
    blocks, marker = _blocks(frame), phrases.marker_of(frame)
    rows = [say("self_gap", "alt_row", axis=_axis(block.axis), group=block.group, n=phrases.count(block.base, marker),
                **{part: phrases.percent_or_blank(block.directions[part].share) for part in PARTS})
            for block in blocks]
    return say("self_gap", "alt", title=_title(blocks), rows="; ".join(rows))


def _blocks(frame: pd.DataFrame) -> list[_Block]:
    """Give each axis and group with its three directions, the margin last; the fullest groups where there are many."""
    by = str(frame.columns[0])
    axes, groups, directions = (frame[column].astype("str").tolist() for column in ("axis", by, "direction"))
    cells = zip(*(frame[name] for name in _Direction._fields), strict=True)
    found: dict[tuple[str, str], dict[str, _Direction]] = {}
    for axis, group, direction, cell in zip(axes, groups, directions, cells, strict=True):
        found.setdefault((axis, group), {})[direction] = _Direction(*cell)
    is_group = frame[by].astype("str") != TOTAL
    sizes = frame[is_group].groupby(frame[by].astype("str"))["base"].max().fillna(0).astype("float64")
    kept = set(sizes.sort_values(ascending=False, kind="stable").index[:MOST_GROUPS])
    shown = [*(name for name in dict.fromkeys(groups) if name in kept), TOTAL]
    return [_Block(axis, group, found[axis, group]) for axis in dict.fromkeys(axes) for group in shown
            if found.get((axis, group), {}).keys() == set(PARTS)]


def _axis(axis: str) -> str:
    return say("self_gap", "heading", axis=say("nine_box", axis))


def _title(blocks: Sequence[_Block]) -> str:
    whole = next((block for block in blocks if block.axis == "performance" and block.group == TOTAL), None)
    if whole is None or whole.is_hidden:
        return say("self_gap", "title_withheld")
    same = phrases.percent(float(whole.directions["same"].share))
    own, managers = whole.directions["self_higher"], whole.directions["manager_higher"]
    if own.lower > managers.upper or managers.lower > own.upper:
        who = say("self_gap", "employees" if own.share > managers.share else "managers")
        return say("self_gap", "title", same=same, more=who)
    return say("self_gap", "title_even", same=same)
