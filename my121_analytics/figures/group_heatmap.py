"""Groups by box as a heatmap: shares within each group, printed, beside the count that they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.canvas import Canvas
from my121_analytics.figures.layout import MARGIN, Room, Words, line_height, open_axes, wrap, write
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.schema import ORDERED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _ROW, _HEAD = 2.1, 0.54, 0.95
_HEAD_SIZE = 8.0
_NOT_GROUPS = ("box", "box_name", "performance", "potential", "n", "share", "lower", "upper", "base", "marker")


@dataclass(frozen=True)
class _Groups:
    """The table by group, laid out: one row a group, one column a box, no placement apart."""

    frame: pd.DataFrame
    column: str
    groups: Sequence[str]
    boxes: Sequence[tuple[int, str]]
    n: pd.DataFrame
    base: pd.Series
    unplaced: pd.Series
    everybody: pd.Series
    title: str
    fullest: dict[str, tuple[str, float]]

    @cached_property
    def shares(self) -> pd.DataFrame:
        return self.n.div(self.base.where(self.base > 0), axis="index")

    @cached_property
    def top(self) -> float:
        """The largest share shown, which is drawn darkest; 1 where there is none."""
        values = self.shares.to_numpy("float64", na_value=np.nan)
        return float(np.nanmax(values)) if np.isfinite(values).any() and np.nanmax(values) > 0 else 1.0


def draw_group_heatmap(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw :func:`~my121_analytics.figures.nine_box.plot_box_by_group`."""
    released = require_released(released, wanted_by="plot_box_by_group")
    chart = _read(released)
    group_word = _group_word("group", chart.column)
    measure = say("by_group", "measure", about=released.about.measure.rstrip("."), group=group_word)
    total = chart.base.get(TOTAL, chart.base.sum(skipna=False))
    marker = phrases.marker_of(chart.frame)
    n = say("by_group", "base", n=phrases.count(total, marker))
    words = Words(chart.title, phrases.subtitle(released, measure, n=n, table="map_by_group"),
                  (say("by_group", "note"), *phrases.withheld_note(chart.frame, "n", "base")) if chart.groups else ())
    ax = open_axes(ax, words, Room(height=max(len(chart.groups), 1) * _ROW, left=_LEFT,
                                   top=_HEAD if chart.groups else 0.0))
    if not chart.groups:
        return ax
    _draw_shares(ax, chart)
    _print_figures(ax, chart, marker)
    _label_columns(ax, chart)
    for y, group in enumerate(chart.groups):
        _label_row(ax, y, group, say("by_group", "base", n=phrases.count(chart.base[group], marker)))
    return ax


def put_group_heatmap_in_words(released: Released) -> str:
    """Say in words what the heatmap shows."""
    released = require_released(released, wanted_by="describe_box_by_group")
    chart = _read(released)
    rows = []
    for group in chart.groups:
        if not phrases.is_blank(chart.base[group]) and not chart.base[group]:
            rows.append(say("by_group", "row_empty", group=group))
        elif group not in chart.fullest:
            rows.append(say("by_group", "row_unsure", group=group))
        else:
            box, n = chart.fullest[group]
            rows.append(say("by_group", "row", group=group, box=box, n=phrases.count(n),
                            share=phrases.percent(n / float(chart.base[group]))))
    return say("by_group", "alt", group=_group_word("group", chart.column), title=chart.title,
               rows="; ".join(rows))


def _draw_shares(ax: Axes, chart: _Groups) -> None:
    """Draw the coloured cells; seaborn is loaded for axes only: it takes longer than the whole picture."""
    if isinstance(ax, Canvas):
        _fill_cells(ax, chart)
        return
    import seaborn as sns
    from matplotlib.colors import LinearSegmentedColormap

    shares = chart.shares.to_numpy("float64", na_value=np.nan)
    # The last column, no placement, is a share of something else: it gets its figures but no colour.
    cells = np.hstack([shares, np.full((len(shares), 1), np.nan)])
    ramp = LinearSegmentedColormap.from_list("shares", [theme.PALE_BLUE, theme.DARK_BLUE])
    sns.heatmap(cells, mask=np.isnan(cells), cmap=ramp, vmin=0, vmax=chart.top, cbar=False, linewidths=1.5,
                linecolor=theme.PAPER, xticklabels=False, yticklabels=False, ax=ax)


def _fill_cells(ax: Canvas, chart: _Groups) -> None:
    ax.set_xlim(0, len(chart.boxes) + 1)
    ax.set_ylim(len(chart.groups), 0)
    for y, shares in enumerate(chart.shares.to_numpy("float64", na_value=np.nan)):
        for x, share in enumerate(shares):
            if not np.isnan(share):
                ax.barh(y + 0.5, 1, 1, x, facecolor=theme.shade(share / chart.top), edgecolor=theme.PAPER,
                        linewidth=1.5)


def _print_figures(ax: Axes, chart: _Groups, marker: str) -> None:
    """Print share and count in each cell; hatch what is withheld."""
    unplaced = chart.unplaced / chart.everybody.where(chart.everybody > 0)
    cells = chart.n.assign(unplaced=chart.unplaced).to_numpy(object)
    shares = chart.shares.assign(unplaced=unplaced).to_numpy(object)
    bases = zip(chart.base, chart.everybody, strict=True)
    for y, (placed, everybody) in enumerate(bases):
        for x, (n, share) in enumerate(zip(cells[y], shares[y], strict=True)):
            is_box = x < len(chart.boxes)
            base = placed if is_box else everybody
            if phrases.is_blank(n) or phrases.is_blank(base):  # one tells the other
                ax.barh(y + 0.5, 0.94, 0.92, x + 0.03, facecolor=theme.WITHHELD, linewidth=0, edgecolor=theme.HATCH,
                        hatch="////")
                ax.barh(y + 0.5, 0.5, 0.5, x + 0.25, facecolor=theme.PAPER, linewidth=0)
                write(ax, marker, (x + 0.5, y + 0.5), data=(True, True), size=theme.SMALL, ha="center")
                continue
            known = not phrases.is_blank(share)
            ink = theme.text_on(theme.shade(float(share) / chart.top)) if is_box and known else None
            printed = phrases.percent(float(share)) if known else "–"
            write(ax, printed, (x + 0.5, y + 0.5), (0, 0.07), data=(True, True), size=theme.BODY, weight="bold",
                  ha="center", colour=ink or theme.INK)
            write(ax, phrases.count(n), (x + 0.5, y + 0.5), (0, -0.09), data=(True, True), size=_HEAD_SIZE,
                  ha="center", colour=ink or theme.QUIET)
    if TOTAL in chart.groups and len(chart.groups) > 1:
        y = list(chart.groups).index(TOTAL)
        ax.plot([0, len(chart.boxes) + 1], [y, y], color=theme.INK, linewidth=1.2, clip_on=False)


def _label_columns(ax: Axes, chart: _Groups) -> None:
    names = [*chart.boxes, (0, say("by_group", "unplaced"))]
    width = (theme.WIDTH - 2 * MARGIN - _LEFT) / len(names)
    ax.set_xlim(0, len(names))
    ax.set_ylim(max(len(chart.groups), 1), 0)
    for x, (box, name) in enumerate(names):
        lines = [*([str(box)] if box else []), *wrap(name, width - 0.03, _HEAD_SIZE, max_lines=5)]
        for number, line in enumerate(reversed(lines)):
            write(ax, line, (x + 0.5, 1), (0, 0.1 + number * line_height(_HEAD_SIZE)), data=(True, False),
                  size=_HEAD_SIZE, ha="center", gid="label", weight="bold" if line == str(box) else "normal")


def _label_row(ax: Axes, y: int, group: str, base: str) -> None:
    is_total = group == TOTAL
    lines = wrap(group, _LEFT - 0.1, theme.SMALL, weight="bold" if is_total else "normal", max_lines=2)
    texts = [*((line, theme.SMALL, theme.INK) for line in lines), (base, _HEAD_SIZE, theme.QUIET)]
    height = sum(line_height(size) for _, size, _ in texts)
    drop = height / 2
    for text, size, colour in texts:
        drop -= line_height(size) / 2
        write(ax, text, (0, y + 0.5), (-_LEFT, drop), data=(False, True), size=size, colour=colour, gid="label",
              weight="bold" if is_total and colour == theme.INK else "normal")
        drop -= line_height(size) / 2


def _read(released: Released) -> _Groups:
    frame = phrases.take_table(released, "map_by_group", wanted_by="plot_box_by_group")
    column = next(str(c) for c in frame.columns if c not in _NOT_GROUPS)
    named = frame.assign(**{column: frame[column].astype("str")})
    groups = _order_groups(column, named[column])
    placed, missing = named[named["box"] != 0], named[named["box"] == 0].set_index(column)
    boxes = placed.drop_duplicates("box").sort_values("box")
    n = placed.set_index([column, "box"])["n"].astype("Float64").unstack("box").reindex(groups)  # noqa: PD010
    # Rows of one group share their base; where it is withheld, it is withheld in all of them.
    base = placed.groupby(column, sort=False)["base"].first().astype("Float64").reindex(groups)
    fullest = {g: found for g in groups if (found := _fullest(n.loc[g], base[g], boxes)) is not None}
    names = list(zip(boxes["box"].astype(int), boxes["box_name"].astype(str), strict=True))
    chart = _Groups(frame, column, groups, names, n, base, missing["n"].astype("Float64").reindex(groups),
                   missing["base"].astype("Float64").reindex(groups), "", fullest)
    return replace(chart, title=_title(released, chart))


def _order_groups(column: str, names: pd.Series) -> list[str]:
    """Order groups as the tables beside the picture do: bands in their own order, units by name; the whole last."""
    found = list(dict.fromkeys(names))
    found = found if column in ORDERED else sorted(found)
    return sorted(found, key=lambda group: group == TOTAL)


def _fullest(n: pd.Series, base: object, boxes: pd.DataFrame) -> tuple[str, float] | None:
    """Find a group's fullest box; None where it is empty, tied, or a withheld box might be fuller."""
    shown = n.dropna()
    if shown.empty or phrases.is_blank(base) or not float(str(base)):
        return None
    largest = float(shown.max())
    if float(str(base)) - float(shown.sum()) > largest or int((shown == largest).sum()) > 1:
        return None
    names = boxes.set_index("box")["box_name"].astype("str")
    return str(names[shown.idxmax()]), largest


def _title(released: Released, chart: _Groups) -> str:
    word, plural = _group_word("group", chart.column), _group_word("groups", chart.column)
    groups = [g for g in chart.groups if g != TOTAL] or list(chart.groups)
    named = [chart.fullest[g] for g in groups if g in chart.fullest]
    if not groups:
        return say("by_group", "title_empty")
    if not named:
        return say("by_group", "title_none", group=word)
    counts = pd.Series([box for box, _ in named]).value_counts(sort=False).sort_values(ascending=False, kind="stable")
    box, n = str(counts.index[0]), int(counts.iloc[0])
    if len(groups) == 1:
        share = phrases.say_share(named[0][1], float(chart.base[groups[0]]))
        what = phrases.counted(released)
        return say("by_group", "title_one", box=box, group=groups[0], share=share[0].lower() + share[1:], what=what)
    n_told = len(groups) - sum(1 for g in groups if g not in chart.fullest and chart.n.loc[g].isna().any())
    code = "title_all" if n == len(groups) else "title_some" if n_told == len(groups) else "title_shown"
    return say("by_group", code, box=box, n=n, of=n_told, groups=plural)


def _group_word(form: str, column: str) -> str:
    return say(form, column if column in codes(form) else "other")
