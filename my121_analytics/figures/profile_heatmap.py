"""Any grouping by box as a heatmap: like beside like, each share marked where it stands apart from the council's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.layout import MARGIN, Room, Weight, Words, line_height, open_axes, wrap, write
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.schema import ORDERED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 36
"""Groups drawn; the table has all."""
MARKS = {"above": "▲", "below": "▼"}
JOIN = " · "
_LEFT, _ROW, _HEAD, _SMALLEST, _GAP = 2.15, 0.46, 1.2, 8.0, 0.12
_NAME_SIZE = 7.5
FEW_GROUPS = 8
"""Up to so many groups the title names the one that stands out; among more it says how many do."""
_NOT_GROUPS = ("box", "box_name", "performance", "potential", "n", "share", "lower", "upper", "base", "council_share",
               "index", "index_lower", "index_upper", "against", "marker", "name")


@dataclass(frozen=True)
class GroupShares:
    """The table by group, as pictures read it.

    Parameters
    ----------
    frame
        Released rows, with ``group`` (the grouping columns joined).
    columns
        The grouping columns.
    groups
        Names to draw, in the table's order, the margin of everything last.
    n_left_out
        Groups that find no room.
    boxes
        Number, name, performance and potential, in the order of the columns.
    word
        What one group is called.
    """

    frame: pd.DataFrame
    columns: Sequence[str]
    groups: Sequence[str]
    n_left_out: int
    boxes: Sequence[tuple[int, str, int, int]]
    word: str

    def cell(self, group: str, box: int) -> Mapping[str, Any]:
        """Give the row of one group and box."""
        return self._cells[group, box]

    @cached_property
    def _cells(self) -> dict[tuple[str, int], dict[str, Any]]:
        rows = self.frame.drop_duplicates(["group", "box"]).to_dict("records")
        return {(str(row["group"]), int(row["box"])): {str(name): value for name, value in row.items()} for row in rows}

    @property
    def largest(self) -> float:
        """The largest share of a box among the groups drawn: the darkest colour."""
        rows = self.frame[self.frame["group"].isin(self.groups) & (self.frame["box"] > 0)]
        return float(rows["share"].max()) if rows["share"].notna().any() else 0.0

    @property
    def apart(self) -> pd.DataFrame:
        """Rows that stand apart from the council, the furthest first."""
        rows = self.frame[self.frame["against"].isin(list(MARKS)) & (self.frame["box"] > 0)
                          & ~self.frame["group"].str.fullmatch(TOTAL)]
        return rows.loc[(rows["share"] - rows["council_share"]).abs().sort_values(ascending=False).index]


def plot_profile_heatmap(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw groups by box, the share printed in each cell and marked where it stands apart from the council's.

    Parameters
    ----------
    released
        Of ``profile_groups``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One row a group in the table's order, the whole council last; columns rise with performance.
    """
    released = require_released(released, wanted_by="plot_profile_heatmap")
    shown = read_groups(released, most=MOST_ROWS, wanted_by="plot_profile_heatmap")
    measure = say("profile_heatmap", "measure", about=released.about.measure.rstrip("."), group=shown.word)
    words = Words(_title(shown), phrases.subtitle(released, measure, n=phrases.count_things(released),
                                                  table="map_by_group"), _notes(shown))
    n_rows = max(len(shown.groups), 1)
    ax = open_axes(ax, words, Room(height=n_rows * _ROW, left=_LEFT, top=_HEAD if shown.groups else 0.0))
    if not shown.groups:
        return ax
    ax.set_ylim(n_rows, 0)
    ax.set_xlim(0, _place(shown.boxes, len(shown.boxes)) + 1)
    top = shown.largest
    marker = phrases.marker_of(shown.frame)
    for y, group in enumerate(shown.groups):
        for x, (box, *_) in enumerate([*shown.boxes, (0, "", 0, 0)]):
            _draw_cell(ax, _place(shown.boxes, x), y, shown.cell(group, box), top, marker)
        _label_row(ax, y, group, shown.cell(group, shown.boxes[0][0]))
    y = n_rows - 1
    ax.plot([0, ax.get_xlim()[1]], [y, y], color=theme.INK, linewidth=1.2, clip_on=False)
    _label_columns(ax, shown, str(released.facts.get("map_columns") or "").split("; "))
    return ax


def describe_profile_heatmap(released: Released) -> str:
    """Say in words what the heatmap shows: which groups stand apart from the council, and where."""
    released = require_released(released, wanted_by="describe_profile_heatmap")
    shown = read_groups(released, most=MOST_ROWS, wanted_by="describe_profile_heatmap")
    rows = "; ".join(say_row(shown, group) for group in shown.groups if group != TOTAL)
    return say("profile_heatmap", "alt", group=shown.word, title=_title(shown), rows=rows)


def say_row(shown: GroupShares, group: str) -> str:
    """Say of one group which boxes stand apart from the council's share."""
    rows = shown.frame[(shown.frame["group"] == group) & (shown.frame["box"] > 0)]
    n = phrases.count(rows["base"].iloc[0])
    marked = [say("profile_heatmap", f"mark_{row['against']}", box=row["box_name"],
                  share=phrases.percent(row["share"]), council=phrases.percent(row["council_share"]))
              for row in rows[rows["against"].isin(list(MARKS))].to_dict("records")]
    if not marked:
        return say("profile_heatmap", "row_none", name=group, n=n)
    return say("profile_heatmap", "row", name=group, marks=phrases.join_words(marked), n=n)


def read_groups(released: Released, *, most: int, wanted_by: str) -> GroupShares:
    """Read the table by group: the groups to draw, the fullest where there are too many, in the table's order."""
    frame = phrases.take_table(released, "map_by_group", wanted_by=wanted_by)
    columns = [str(c) for c in frame.columns if c not in _NOT_GROUPS]
    frame = frame.assign(group=name_groups(frame, columns))
    boxes = frame[frame["box"] > 0].drop_duplicates("box").sort_values(["performance", "potential"],
                                                                       ascending=[True, False])
    whole = (frame[columns].astype("str") == TOTAL).all(axis="columns")
    inner = frame[~whole if len(columns) == 1 else ~(frame[columns].astype("str") == TOTAL).any(axis="columns")]
    sizes = inner[inner["box"] == 0].set_index("group")["base"].astype("Float64").fillna(0)
    kept = set(sizes.sort_values(ascending=False, kind="stable").index[:most])
    groups = [name for name in dict.fromkeys(inner["group"]) if name in kept]
    word = phrases.join_words([phrases.name_group(column.removesuffix("_id")) for column in columns])
    names = list(boxes[["box", "box_name", "performance", "potential"]].itertuples(index=False, name=None))
    return GroupShares(frame, columns, [*groups, TOTAL] if groups else [], len(sizes) - len(groups), names, word)


def name_groups(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
    """Join the values of the grouping columns to one name; managers go by their own; the whole council is ``All``."""
    parts = [frame["name"].astype("str") if column == "manager_id" and "name" in frame else
             frame[column].astype("str") for column in columns]
    joined = parts[0] if len(parts) == 1 else parts[0].str.cat(parts[1], sep=JOIN)
    return joined.where(~(frame[list(columns)].astype("str") == TOTAL).all(axis="columns"), TOTAL)


def _title(shown: GroupShares) -> str:
    if not shown.groups:
        return say("profile_heatmap", "title_empty")
    drawn = shown.apart[shown.apart["group"].isin(shown.groups)]
    if drawn.empty:
        return say("profile_heatmap", "title_none", group=shown.word)
    row = drawn.iloc[0]
    if len(shown.groups) > FEW_GROUPS or "manager_id" in shown.columns:
        return count_say("profile_heatmap", "title_many", drawn["group"].nunique(), of=len(shown.groups) - 1)
    return say("profile_heatmap", "title", name=row["group"], share=phrases.percent(float(row["share"])),
               box=row["box_name"], council=phrases.percent(float(row["council_share"])))


def _notes(shown: GroupShares) -> tuple[str, ...]:
    if not shown.groups:
        return ()
    order = "note_order_own" if set(shown.columns) <= {*ORDERED} else (
        "note_order_name" if "manager_id" in shown.columns else "note_order")
    more = (say("profile_heatmap", "more", n=shown.n_left_out),) if shown.n_left_out else ()
    return (say("profile_heatmap", "note"), say("profile_heatmap", "note_mark"),
            say("profile_heatmap", order), *more,
            *phrases.withheld_note(shown.frame, "n", "base"))


def _place(boxes: Sequence[tuple[int, str, int, int]], column: int) -> float:
    """Give the left end of a column: a gap stands before each performance level, and before the last column."""
    steps = [number[2] for number in boxes]
    gaps = sum(1 for k in range(1, min(column, len(steps) - 1) + 1) if steps[k] != steps[k - 1])
    return column + _GAP * (gaps + (column == len(boxes)))


def _draw_cell(ax: Axes, x: float, y: int, row: Mapping[str, Any], top: float, marker: str) -> None:
    if phrases.is_blank(row["n"]) or phrases.is_blank(row["base"]):
        ax.barh(y + 0.5, 0.94, 0.92, x + 0.03, facecolor=theme.WITHHELD, linewidth=0, edgecolor=theme.HATCH,
                hatch="////")
        write(ax, marker, (x + 0.5, y + 0.5), data=(True, True), size=theme.SMALL, ha="center")
        return
    share, is_box = row["share"], row["box"] > 0
    colour = theme.PAPER if not is_box or phrases.is_blank(share) or not top else theme.shade(float(share) / top)
    ax.barh(y + 0.5, 0.96, 0.94, x + 0.02, facecolor=colour, linewidth=0)
    ink = theme.text_on(colour)
    printed = "–" if phrases.is_blank(share) else phrases.percent(float(share))
    mark = MARKS.get(str(row["against"]), "")
    write(ax, f"{mark} {printed}".strip(), (x + 0.5, y + 0.5), (0, 0.07), data=(True, True), size=theme.SMALL,
          weight="bold", ha="center", colour=ink, gid="value")
    write(ax, phrases.count(row["n"]), (x + 0.5, y + 0.5), (0, -0.085), data=(True, True), size=_SMALLEST,
          ha="center", colour=ink if is_box else theme.QUIET, gid="value")


def _label_row(ax: Axes, y: int, group: str, row: Mapping[str, Any]) -> None:
    is_total = group == TOTAL
    parts = group.split(JOIN, 1)
    weight: Weight = "bold" if is_total else "normal"
    size, lines = theme.SMALL, _wrap_parts(parts, theme.SMALL, weight, max_lines=2)
    if " ".join(lines) != " ".join(parts):
        size, lines = _SMALLEST, _wrap_parts(parts, _SMALLEST, weight, max_lines=3)
    for number, line in enumerate(lines):
        drop = ((len(lines) - 1) / 2 - number) * line_height(size)
        write(ax, line, (0, y + 0.5), (-_LEFT, drop), data=(False, True), size=size, gid="label", weight=weight)
    placed = say("by_group", "base", n=phrases.count(row["base"], str(row["marker"])))
    write(ax, placed, (0, y + 0.5), (-0.08, 0), data=(False, True), size=_SMALLEST, colour=theme.QUIET, ha="right",
          gid="label")


def _wrap_parts(parts: Sequence[str], size: float, weight: Weight, *, max_lines: int) -> list[str]:
    """Break a group's name into lines, each grouping's value on lines of its own, the first with what room there is."""
    first, *others = parts
    return [*wrap(first, _LEFT - 0.85, size, weight=weight, max_lines=max_lines - len(others)),
            *(wrap(part, _LEFT - 0.85, size, weight=weight, max_lines=1)[0] for part in others)]


def _label_columns(ax: Axes, shown: GroupShares, levels: Sequence[str]) -> None:
    width = (theme.WIDTH - 2 * MARGIN - _LEFT) / (len(shown.boxes) + 1 + 3 * _GAP)
    names = [*((f"{box}", name) for box, name, *_ in shown.boxes), ("", say("by_group", "unplaced"))]
    for x, (number, name) in enumerate(names):
        lines = [*([number] if number else []), *wrap(name, width - 0.02, _NAME_SIZE, max_lines=5)]
        for place, line in enumerate(reversed(lines)):
            write(ax, line, (_place(shown.boxes, x) + 0.5, 1), (0, 0.1 + place * line_height(_NAME_SIZE)),
                  data=(True, False), size=_NAME_SIZE, ha="center", gid="label",
                  weight="bold" if line == number else "normal")
    for level, name in enumerate(levels, start=1):
        at = [_place(shown.boxes, x) for x, box in enumerate(shown.boxes) if box[2] == level]
        if not at:
            continue
        height = _HEAD - 0.16
        write(ax, wrap(name, width * len(at), theme.SMALL, weight="bold", max_lines=1)[0],
              ((at[0] + at[-1] + 1) / 2, 1), (0, height), data=(True, False), size=theme.SMALL, ha="center",
              weight="bold", gid="label")
