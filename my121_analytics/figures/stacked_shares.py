"""Rows of stacked shares: each row adds up to all, parts in their order from the left, every share printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from my121_analytics.figures import phrases, theme
from my121_analytics.figures.layout import (
    POINT,
    Room,
    Words,
    line_height,
    measure,
    open_axes,
    size_of,
    wrap,
    write,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _LEFT, _RIGHT, _HEAD = 0.4, 2.2, 0.95, 0.34
_NARROWEST = 0.055
"""Shares printed inside their part; a smaller part has no room for its figure."""


@dataclass(frozen=True)
class StackedRow:
    """One row.

    Parameters
    ----------
    label
        At its left.
    shares
        Of the parts, in order, 0-1; empty where they are withheld.
    n
        What the shares rest on, printed.
    heading
        Of a block of rows that begins here; empty for none.
    """

    label: str
    shares: Sequence[float]
    n: str
    heading: str = ""


def draw_stacked(rows: Sequence[StackedRow], words: Words, *, key: str, marker: str, ax: Axes | None = None,
                 middle: int | None = None) -> Axes:
    """Draw rows of stacked shares.

    Parameters
    ----------
    rows
        From the top.
    words
        Title, line under it, notes.
    key
        Names of the parts from the left, printed above the bars.
    marker
        Stands in a row that is withheld.
    ax
        None makes a figure of its own.
    middle
        Part that is neither one side nor the other, drawn pale; the parts before it are hatched. None: tones rise.

    Returns
    -------
    matplotlib.axes.Axes
    """
    if not rows:
        return open_axes(ax, words, Room(height=0.3))
    places = _place(rows)
    ax = open_axes(ax, words, Room(height=places[-1] + _ROW / 2, left=_LEFT, right=_RIGHT, top=_HEAD))
    ax.set_xlim(0, 1)
    ax.set_ylim(places[-1] + _ROW / 2, 0)
    write(ax, key, (0, 1), (0, 0.15), size=theme.SMALL, colour=theme.QUIET, gid="label")
    for y, row in zip(places, rows, strict=True):
        if row.heading:
            write(ax, row.heading, (0, y - _ROW * 0.85), (-_LEFT, 0), data=(False, True), size=theme.SMALL,
                  weight="bold", gid="label")
        _draw_row(ax, y, row, marker, middle)
    return ax


def _place(rows: Sequence[StackedRow]) -> list[float]:
    """Give the height of each row's middle, with room for headings."""
    places, y = [], 0.0
    for row in rows:
        y += _ROW * 1.9 if row.heading else _ROW
        places.append(y - _ROW / 2)
    return places


def _draw_row(ax: Axes, y: float, row: StackedRow, marker: str, middle: int | None) -> None:
    lines = wrap(row.label, _LEFT - 0.15, theme.SMALL, max_lines=2)
    for number, line in enumerate(lines):
        drop = ((len(lines) - 1) / 2 - number) * line_height(theme.SMALL)
        write(ax, line, (0, y), (-0.1, drop), data=(False, True), size=theme.SMALL, ha="right", gid="label")
    write(ax, row.n, (1, y), (0.08, 0), data=(False, True), size=theme.SMALL, colour=theme.QUIET, gid="value")
    if not row.shares:
        ax.barh(y, 1, height=_ROW * 0.74, facecolor=theme.WITHHELD, edgecolor=theme.HATCH, hatch="///", linewidth=0)
        write(ax, marker, (0.5, y), data=(True, True), size=theme.SMALL, ha="center")
        return
    left = 0.0
    for part, share in enumerate(row.shares):
        colour, hatch = _look(part, len(row.shares), middle)
        ax.barh(y, share, left=left, height=_ROW * 0.74, color=colour, hatch=hatch, edgecolor=theme.PAPER,
                linewidth=1.2, zorder=2)
        if share >= _NARROWEST:
            if hatch:
                _clear_ground(ax, phrases.percent(share), left + share / 2, y)
            write(ax, phrases.percent(share), (left + share / 2, y), data=(True, True), size=theme.SMALL, ha="center",
                  colour=theme.INK if hatch else theme.text_on(colour), gid="value", zorder=4)
        left += share


def _look(part: int, n_parts: int, middle: int | None) -> tuple[str, str | None]:
    if middle is None:
        return theme.mix(theme.PAPER, theme.DARK_BLUE, (part + 1) / n_parts), None
    if part == middle:
        return theme.mix(theme.PAPER, theme.DARK_BLUE, 0.18), None
    return (theme.ORANGE, "////") if part < middle else (theme.DARK_BLUE, None)


def _clear_ground(ax: Axes, text: str, x: float, y: float) -> None:
    """Put paper behind a text on a hatching."""
    (wide, high), (left, right), (bottom, top) = size_of(ax), ax.get_xlim(), ax.get_ylim()
    width = (measure(text, theme.SMALL) + 0.03) / wide * abs(right - left)
    ax.barh(y, width, theme.SMALL * 1.1 * POINT / high * abs(top - bottom), x - width / 2, facecolor=theme.PAPER,
            linewidth=0, zorder=3)
