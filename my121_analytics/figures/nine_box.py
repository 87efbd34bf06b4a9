"""The My 1-1 map in pictures: where people are, by group, what changed, and the rating mix where there is no map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.bars import draw_bar
from my121_analytics.figures.grid import ROW_LABELS, AxisLabels, Cell, draw_cells, label_grid
from my121_analytics.figures.layout import Room, Words, line_height, measure, open_axes, wrap, write
from my121_analytics.figures.vector import printable
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.wording.catalogue import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MAP = Room(height=4.26, left=ROW_LABELS, bottom=0.55)


def plot_nine_box(released: Released, *, show: Literal["count", "share"] = "count", ax: Axes | None = None) -> Axes:
    """Draw where people are on the map: performance rising to the right, potential rising upwards.

    Parameters
    ----------
    released
        Of ``tabulate_profile``, for one audience.
    show
        What is printed large in each box: the number of people or their share; the other stands below it.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    DisclosureError
        The result was not released.
    DataUnusableError
        There is no map; ``plot_rating_mix`` draws the ratings.
    """
    released = require_released(released, wanted_by="plot_nine_box")
    on_map = _read_map(released, wanted_by="plot_nine_box")
    words = Words(on_map.title, phrases.subtitle(released, released.about.measure, n=on_map.n, table="map"),
                  (on_map.unplaced, *phrases.withheld_note(on_map.frame, "n", "base")))
    ax = open_axes(ax, words, _MAP)
    largest = max([c for c in on_map.shares if c is not None], default=0.0) or 1.0
    cells = []
    for row, share in zip(on_map.boxes.itertuples(), on_map.shares, strict=True):
        figures = None
        if share is not None:
            printed = (phrases.count(row.n), phrases.percent(share)) if row.base else (phrases.count(row.n),)
            figures = printed if show == "count" else printed[::-1]
        cells.append(Cell(row.column, row.row, f"{row.box}  {row.box_name}", figures,
                          theme.shade(0.0 if share is None else share / largest)))
    draw_cells(ax, cells, marker=phrases.marker_of(on_map.frame))
    label_grid(ax, _axis_labels(released))
    return ax


def describe_nine_box(released: Released) -> str:
    """Say in words what :func:`plot_nine_box` shows, with the number and share of every box."""
    released = require_released(released, wanted_by="describe_nine_box")
    on_map = _read_map(released, wanted_by="describe_nine_box")
    cells = []
    for row, share in zip(on_map.boxes.itertuples(), on_map.shares, strict=True):
        code = "cell_withheld" if share is None else "cell" if row.base else "cell_empty"
        cells.append(say("nine_box", code, box=row.box, name=row.box_name, n=phrases.count(row.n),
                         share="" if share is None else phrases.percent(share)))
    return say("nine_box", "alt", title=on_map.title, cells="; ".join(cells), unplaced=on_map.unplaced)


def plot_box_by_group(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw the share of each box within each group, as a heatmap with the figures printed.

    Parameters
    ----------
    released
        Of ``tabulate_profile(..., by=...)``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
    """
    released = require_released(released, wanted_by="plot_box_by_group")
    from my121_analytics.figures.group_heatmap import draw_group_heatmap

    return draw_group_heatmap(released, ax=ax)


def describe_box_by_group(released: Released) -> str:
    """Say in words what :func:`plot_box_by_group` shows: the fullest box of each group."""
    released = require_released(released, wanted_by="describe_box_by_group")
    from my121_analytics.figures.group_heatmap import put_group_heatmap_in_words

    return put_group_heatmap_in_words(released)


def plot_box_change(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw how each box's share changed since the cycle before, on the map.

    Parameters
    ----------
    released
        Of ``track_movement``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    A box is coloured only where the 95 % range of its change leaves out 0; the sign, the arrow and the words say the
    same without the colour.
    """
    released = require_released(released, wanted_by="plot_box_change")
    moved = _read_change(released, wanted_by="plot_box_change")
    what = phrases.counted(released)
    subtitle = phrases.subtitle(released, say("change", "measure", what=what, before=moved.before), n=moved.n,
                                table="change")
    notes = (*((moved.unplaced,) if moved.unplaced else ()), say("change", "note"),
             *phrases.withheld_note(moved.frame, "change", "base"))
    ax = open_axes(ax, Words(moved.title, subtitle, notes), _MAP)
    largest = max([abs(c.change) for c in moved.boxes if c.change is not None and c.is_clear], default=0.0) or 1.0
    cells = []
    for box in moved.boxes:
        colour, figures = theme.PAPER, None
        if box.change is not None:
            # Half strength at least: the faintest clear change is still told from none.
            strength = 0.25 + 0.6 * abs(box.change) / largest
            colour = theme.shade_around_zero(strength if box.change > 0 else -strength) if box.is_clear else "#F7F8F8"
            arrow = ("▲ " if box.change > 0 else "▼ ") if box.is_clear else ""
            figures = (f"{arrow}{phrases.points(box.change)}", box.shares, box.range_words)
        cells.append(Cell(box.column, box.row, f"{box.number}  {box.name}", figures, colour,
                          edge="" if box.is_clear or box.change is None else theme.RULE))
    draw_cells(ax, cells, marker=phrases.marker_of(moved.frame))
    label_grid(ax, _axis_labels(released))
    return ax


def describe_box_change(released: Released) -> str:
    """Say in words what :func:`plot_box_change` shows, with the change of every box and its range."""
    released = require_released(released, wanted_by="describe_box_change")
    moved = _read_change(released, wanted_by="describe_box_change")
    cells = []
    for box in moved.boxes:
        if box.change is None:
            cells.append(say("nine_box", "cell_withheld", box=box.number, name=box.name))
        else:
            unclear = "" if box.is_clear else f", {say('change', 'unclear')}"
            cells.append(say("change", "cell", box=box.number, name=box.name, points=phrases.points(box.change),
                             lower=phrases.points(box.lower), upper=phrases.points(box.upper), unclear=unclear))
    return say("change", "alt", title=moved.title, before=moved.before, cells="; ".join(cells),
               unplaced=moved.unplaced).rstrip()


def plot_rating_mix(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw the share of people at each performance level, for any number of levels.

    Parameters
    ----------
    released
        Of ``tabulate_profile``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
    """
    released = require_released(released, wanted_by="plot_rating_mix")
    mix = _read_mix(released, wanted_by="plot_rating_mix")
    left = min(max([measure(printable(row.label), theme.BODY, "bold") for row in mix.rows], default=0.0) + 0.2, 2.6)
    words = Words(mix.title, phrases.subtitle(released, say("mix", "measure"), n=mix.n, table="ratings"),
                  (*((mix.unplaced,) if mix.unplaced else ()), *phrases.withheld_note(mix.frame, "n", "base")))
    ax = open_axes(ax, words, Room(height=max(len(mix.rows), 1) * 0.52, left=left, right=2.75))
    top = max([row.upper or row.share or 0.0 for row in mix.rows], default=0.0) or 1.0
    ax.set_xlim(0, top)
    ax.set_ylim(len(mix.rows) - 0.5, -0.5)
    marker = phrases.marker_of(mix.frame)
    for y, row in enumerate(mix.rows):
        for number, line in enumerate(lines := wrap(row.label, left - 0.15, theme.BODY, weight="bold", max_lines=2)):
            drop = ((len(lines) - 1) / 2 - number) * line_height(theme.BODY)
            write(ax, line, (0, y), (-0.12, drop), data=(False, True), ha="right", weight="bold", gid="label")
        draw_bar(ax, y, row.share, row.lower, row.upper, colour=theme.DARK_BLUE)
        write(ax, row.text if row.share is not None else marker, (1, y), (0.12, 0), data=(False, True), gid="value")
    return ax


def describe_rating_mix(released: Released) -> str:
    """Say in words what :func:`plot_rating_mix` shows, with every level's share."""
    released = require_released(released, wanted_by="describe_rating_mix")
    mix = _read_mix(released, wanted_by="describe_rating_mix")
    marker = phrases.marker_of(mix.frame)
    rows = [say("mix", "alt_row", level=r.label, text=r.text if r.share is not None else marker) for r in mix.rows]
    return say("mix", "alt", title=mix.title, rows="; ".join(rows), unplaced=mix.unplaced).rstrip()


@dataclass(frozen=True)
class _Map:
    """What the map's picture and its words rest on."""

    frame: pd.DataFrame
    boxes: pd.DataFrame
    shares: Sequence[float | None]
    title: str
    n: str
    unplaced: str


@dataclass(frozen=True)
class _Change:
    """One box's change."""

    number: int
    name: str
    column: int
    row: int
    change: float | None
    lower: float
    upper: float
    shares: str

    @property
    def is_clear(self) -> bool:
        return self.change is not None and (self.lower > 0 or self.upper < 0)

    @property
    def range_words(self) -> str:
        if not self.is_clear:
            return say("change", "unclear")
        return say("change", "range", lower=phrases.points(self.lower), upper=phrases.points(self.upper))


@dataclass(frozen=True)
class _Changes:
    frame: pd.DataFrame
    boxes: Sequence[_Change]
    before: str
    title: str
    n: str
    unplaced: str


@dataclass(frozen=True)
class _Level:
    label: str
    share: float | None
    lower: float | None
    upper: float | None
    text: str


@dataclass(frozen=True)
class _Mix:
    frame: pd.DataFrame
    rows: Sequence[_Level]
    title: str
    n: str
    unplaced: str


def _read_map(released: Released, *, wanted_by: str) -> _Map:
    frame = phrases.take_table(released, "map", wanted_by=wanted_by)
    boxes = _with_places(frame[frame["box"] != 0])
    shares = [None if phrases.is_blank(n) or phrases.is_blank(base) else float(n) / float(base) if base else 0.0
              for n, base in zip(boxes["n"], boxes["base"], strict=True)]
    base = boxes["base"].max() if len(boxes) else 0
    return _Map(frame, boxes, shares, _title_of_map(released, boxes, base),
                say("nine_box", "n", n=phrases.count(base, phrases.marker_of(frame)), what=phrases.counted(released)),
                _say_unplaced(released, frame[frame["box"] == 0], "nine_box"))


def _title_of_map(released: Released, boxes: pd.DataFrame, base: float) -> str:
    if boxes["n"].isna().all() or phrases.is_blank(base):
        return say("figure", "all_withheld")
    if not base:
        return say("figure", "nobody", cycle=released.about.cycle)
    n = int(boxes["n"].max())
    fullest = boxes.loc[boxes["n"] == n, "box_name"].tolist()
    share = phrases.say_share(n, float(base))
    if _may_be_fewer(n, boxes["n"], float(base)):
        return say("nine_box", "title_part" if len(fullest) == 1 else "title_part_tie", share=share,
                   what=phrases.counted(released), are=_are(n, base), box=phrases.join_words(fullest[:3]))
    if len(fullest) > 1:
        return say("nine_box", "title_tie", boxes=phrases.join_words(fullest[:3]), share=share[0].lower() + share[1:],
                   what=phrases.counted(released))
    return say("nine_box", "title", share=share, what=phrases.counted(released), are=_are(n, base), box=fullest[0])


def _may_be_fewer(n: int, counts: pd.Series, base: float) -> bool:
    """Say whether what is withheld may hold more than the most that is shown."""
    return bool(counts.isna().any()) and base - float(counts.sum()) > n


def _read_change(released: Released, *, wanted_by: str) -> _Changes:
    frame = phrases.take_table(released, "change", wanted_by=wanted_by)
    places = _with_places(frame[frame["box"] != 0])
    before = str(released.facts.get("cycle_before") or "")
    boxes = [_Change(int(row.box), str(row.box_name), int(row.column), int(row.row), *_change_of(row))
             for row in places.itertuples()]
    base = places["base"].max() if len(places) else 0
    n = say("change", "n", n=phrases.count(base, phrases.marker_of(frame)), what=phrases.counted(released))
    unplaced = ""
    for row in frame[frame["box"] == 0].itertuples():
        change, lower, upper, shares = _change_of(row)
        if change is not None:
            first, last = shares.split(" → ")
            unplaced = say("change", "unplaced", before=first, after=last, points=phrases.points(change),
                           lower=phrases.points(lower), upper=phrases.points(upper))
    return _Changes(frame, boxes, before, _title_of_change(released, boxes, base, before), n, unplaced)


def _change_of(row: object) -> tuple[float | None, float, float, str]:
    values = [getattr(row, name) for name in ("change", "lower", "upper", "share_before", "share_after")]
    if any(phrases.is_blank(value) for value in values):
        return None, 0.0, 0.0, ""
    change, lower, upper, first, last = (float(value) for value in values)
    return change, lower, upper, say("change", "shares", before=phrases.percent(first), after=phrases.percent(last))


def _title_of_change(released: Released, boxes: Sequence[_Change], base: float, before: str) -> str:
    if all(box.change is None for box in boxes):
        return say("figure", "all_withheld")
    clear = sorted((box for box in boxes if box.is_clear), key=lambda box: box.change or 0.0)
    named = {"up": clear[-1] if clear and (clear[-1].change or 0) > 0 else None,
             "down": clear[0] if clear and (clear[0].change or 0) < 0 else None}
    by_direction = {way: say("change", "with_points", box=box.name, points=phrases.points(box.change or 0.0))
            for way, box in named.items() if box is not None}
    none = "title_none_shown" if any(box.change is None for box in boxes) else "title_none"
    code = {0: none, 2: "title_both"}.get(len(by_direction), f"title_{next(iter(by_direction), '')}")
    return say("change", code, what=phrases.counted(released), before=before, **by_direction)


def _read_mix(released: Released, *, wanted_by: str) -> _Mix:
    frame = phrases.take_table(released, "ratings", wanted_by=wanted_by)
    levels = frame[frame["level"] != 0].sort_values("level", ascending=False, kind="stable")
    base = levels["base"].max() if len(levels) else 0
    rows = []
    for row in levels.itertuples():
        share = None if phrases.is_blank(row.share) else float(row.share)
        ends = [None if phrases.is_blank(end) or share is None else float(end) for end in (row.lower, row.upper)]
        rows.append(_Level(str(row.label), share, ends[0], ends[1], _text_of_level(released, row.n, share, ends)))
    return _Mix(frame, rows, _title_of_mix(released, levels, base),
                say("mix", "n", n=phrases.count(base, phrases.marker_of(frame)), what=phrases.counted(released)),
                _say_unplaced(released, frame[frame["level"] == 0], "mix"))


def _text_of_level(released: Released, n: object, share: float | None, ends: list[float | None]) -> str:
    if share is None:
        return ""
    what = phrases.counted(released) if n != 1 else say("counted", f"one_{released.about.counts_what}")
    if ends[0] is None or ends[1] is None:
        return say("mix", "row_short", share=phrases.percent(share), n=phrases.count(n), what=what)
    return say("mix", "row", share=phrases.percent(share), lower=phrases.percent(ends[0]),
               upper=phrases.percent(ends[1]), n=phrases.count(n), what=what)


def _title_of_mix(released: Released, levels: pd.DataFrame, base: float) -> str:
    if levels["n"].isna().all() or phrases.is_blank(base):
        return say("figure", "all_withheld")
    if not base:
        return say("mix", "nobody", cycle=released.about.cycle)
    n = int(levels["n"].max())
    commonest = levels.loc[levels["n"] == n, "label"].astype("str").tolist()
    share = phrases.say_share(n, float(base))
    if _may_be_fewer(n, levels["n"], float(base)):
        return say("mix", "title_part", share=share, what=phrases.counted(released), are=_are(n, base),
                   level=phrases.join_words(commonest))
    if len(commonest) > 1:
        return say("mix", "title_tie", levels=phrases.join_words(commonest), share=share[0].lower() + share[1:],
                   what=phrases.counted(released))
    return say("mix", "title", share=share, what=phrases.counted(released), are=_are(n, base), level=commonest[0])


def _say_unplaced(released: Released, rows: pd.DataFrame, group: str) -> str:
    """Say how many have no placement, below the picture."""
    if rows.empty:
        return ""
    row = rows.iloc[0]
    if phrases.is_blank(row["n"]) or phrases.is_blank(row["base"]):
        return say("nine_box", "unplaced_withheld", marker=phrases.marker_of(rows))
    if not row["n"]:
        return say("nine_box", "unplaced_none") if row["base"] else ""
    return say(group, "unplaced", n=phrases.count(row["n"]), base=phrases.count(row["base"]),
               what=phrases.counted(released), share=phrases.percent(float(row["n"]) / float(row["base"])))


def _with_places(boxes: pd.DataFrame) -> pd.DataFrame:
    """Add the map's column and row (1-3) of each box: from the table itself, else the toolkit's own map."""
    if {"performance", "potential"} <= set(boxes.columns):
        column, row = boxes["performance"].astype("int64"), boxes["potential"].astype("int64")
    else:
        framework = {box.number: box for box in build_framework().boxes}
        column = boxes["box"].map({number: box.performance for number, box in framework.items()})
        row = boxes["box"].map({number: box.potential for number, box in framework.items()})
    return boxes.assign(column=column, row=row).sort_values("box")


def _axis_labels(released: Released) -> AxisLabels:
    """Name the map's columns and rows as the council does, where the release says how."""
    toolkit = build_framework().map_labels
    columns, rows = (str(released.facts.get(name) or toolkit[name]).split("; ") for name in ("map_columns", "map_rows"))
    return AxisLabels(say("nine_box", "performance"), columns, say("nine_box", "potential"), rows)


def _are(n: float, base: float) -> str:
    return say("counted", "is" if n == 1 and base < phrases.FEW else "are")
