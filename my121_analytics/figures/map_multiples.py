"""Small maps side by side, one for each group, so that shapes can be compared at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.layout import MARGIN, SMALLER, Room, Words, elide, open_axes, write, write_label
from my121_analytics.figures.profile_heatmap import JOIN, MARKS, GroupShares, read_groups, say_row
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.results import TOTAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_MAPS = 24
FEW = 10
"""Posts placed below which a map shows counts: shares would pretend to more than there is."""
_ACROSS = 4
_WIDE, _TALL = 3.0, 3.0
_HEAD, _SPACE = 1.05, 0.35
"""In units of one box: room for a map's name, and between maps."""


def plot_map_multiples(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw one small map for each group, the whole council first.

    Parameters
    ----------
    released
        Of ``profile_groups``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Maps in the table's order, row by row; performance rises to the right, potential upwards.
    """
    released = require_released(released, wanted_by="plot_map_multiples")
    shown = read_groups(released, most=MOST_MAPS - 1, wanted_by="plot_map_multiples")
    measure = say("map_multiples", "measure", about=released.about.measure.rstrip("."), group=shown.word)
    words = Words(_title(shown), phrases.subtitle(released, measure, n=phrases.count_things(released),
                                                  table="map_by_group"), _notes(shown))
    if not shown.groups:
        return open_axes(ax, words, Room(height=0.3))
    groups = [TOTAL, *(group for group in shown.groups if group != TOTAL)]
    down = -(-len(groups) // _ACROSS)
    across = _ACROSS * _WIDE + (_ACROSS - 1) * _SPACE
    high = down * (_TALL + _HEAD) + (down - 1) * _SPACE
    inch = (theme.WIDTH - 2 * MARGIN) / across
    ax = open_axes(ax, words, Room(height=high * inch * 0.86))
    ax.set_xlim(0, across)
    ax.set_ylim(high, 0)
    top = shown.largest
    for number, group in enumerate(groups):
        left = (number % _ACROSS) * (_WIDE + _SPACE)
        head = (number // _ACROSS) * (_TALL + _HEAD + _SPACE)
        _draw_map(ax, shown, group, left, head, top, inch)
    return ax


def describe_map_multiples(released: Released) -> str:
    """Say in words what the small maps show."""
    released = require_released(released, wanted_by="describe_map_multiples")
    shown = read_groups(released, most=MOST_MAPS - 1, wanted_by="describe_map_multiples")
    rows = "; ".join(say_row(shown, group) for group in shown.groups if group != TOTAL)
    return say("map_multiples", "alt", group=shown.word, title=_title(shown), rows=rows)


def _title(shown: GroupShares) -> str:
    if not shown.groups:
        return say("map_multiples", "title_empty")
    drawn = shown.apart[shown.apart["group"].isin(shown.groups)]
    if drawn.empty:
        return say("map_multiples", "title_none", group=shown.word)
    n_groups = len([group for group in shown.groups if group != TOTAL])
    return count_say("map_multiples", "title", drawn["group"].nunique(), of=n_groups)


def _notes(shown: GroupShares) -> tuple[str, ...]:
    if not shown.groups:
        return ()
    more = (say("profile_heatmap", "more", n=shown.n_left_out),) if shown.n_left_out else ()
    return (say("map_multiples", "note"), say("map_multiples", "few", n=FEW), *more,
            *phrases.withheld_note(shown.frame, "n", "base"))


def _draw_map(ax: Axes, shown: GroupShares, group: str, left: float, head: float, top: float, inch: float) -> None:
    row = shown.cell(group, shown.boxes[0][0])
    name, *beside = group.split(JOIN, 1)
    write_label(ax, name, (left, head + 0.32), (0, 0), _WIDE * inch, data=(True, True), weight="bold")
    placed = say("map_multiples", "placed", n=phrases.count(row["base"], str(row["marker"])))
    line = elide(", ".join([*beside, placed]), _WIDE * inch, SMALLER)
    write(ax, line, (left, head + 0.78), data=(True, True), size=SMALLER, colour=theme.QUIET, gid="label")
    for box, _, performance, potential in shown.boxes:
        cell = shown.cell(group, box)
        x, y = left + performance - 1, head + _HEAD + 3 - potential
        hidden = phrases.is_blank(cell["n"]) or phrases.is_blank(cell["base"])
        empty = hidden or phrases.is_blank(cell["share"]) or not top
        colour = theme.WITHHELD if hidden else theme.PALE_BLUE if empty else theme.shade(float(cell["share"]) / top)
        ax.barh(y + 0.5, 0.96, 0.96, x + 0.02, facecolor=colour, linewidth=0 if hidden else 0.4,
                edgecolor=theme.HATCH, hatch="////" if hidden else None)
        if hidden:
            text = str(cell["marker"])
        elif float(cell["base"]) < FEW:
            text = phrases.count(cell["n"])
        else:
            share = float(cell["share"])
            printed = say("map_multiples", "small") if 0 < share < 0.005 else phrases.percent(share)
            text = MARKS.get(str(cell["against"]), "") + printed
        write(ax, text, (x + 0.5, y + 0.5), data=(True, True), size=8.0, ha="center", gid="value",
              colour=theme.text_on(theme.PAPER if hidden else colour))
