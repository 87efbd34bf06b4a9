"""The three-by-three map as cells: a face, a name, and figures whose colour is chosen by contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from my121_analytics.figures import theme
from my121_analytics.figures.layout import Weight, elide, line_height, size_of, wrap, write, write_stack

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_LABELS = 1.15
"""Inches to the left of the map for the names of its rows."""
_GAP = 0.012
_LARGE, _NAME = 19.0, 10.0


@dataclass(frozen=True)
class Cell:
    """One box of the map.

    Parameters
    ----------
    column, row
        Place, 1 to 3; row 3 is at the top.
    name
        Its number and name.
    figures
        Printed one below the other, the first one large; None where they are withheld.
    colour
        Face.
    edge
        Colour of a thin line around it; empty for none.
    """

    column: int
    row: int
    name: str
    figures: Sequence[str] | None
    colour: str
    edge: str = ""


@dataclass(frozen=True)
class AxisLabels:
    """Names of the two axes and of their three steps, lowest first."""

    across: str
    columns: Sequence[str]
    upwards: str
    rows: Sequence[str]


def draw_cells(ax: Axes, cells: Sequence[Cell], *, marker: str) -> None:
    """Draw the cells of a map, a white gap between them; withheld ones are hatched and carry the marker.

    Parameters
    ----------
    ax
        As ``open_axes`` gives it.
    cells
        Nine of them.
    marker
        Of what is withheld.
    """
    ax.set_xlim(0, 3)
    ax.set_ylim(0, 3)
    width, height = (inches / 3 for inches in size_of(ax))
    scale = min(1.0, width / 2.0, height / 1.2)
    for cell in cells:
        x, y = cell.column - 1, cell.row - 1
        withheld = cell.figures is None
        ax.barh(y + 0.5, 1 - 2 * _GAP, 1 - 2 * _GAP, x + _GAP, linewidth=1 if cell.edge else 0,
                facecolor=theme.WITHHELD if withheld else cell.colour, edgecolor=cell.edge or theme.HATCH,
                hatch="//" if withheld else None)
        ink = theme.text_on(theme.PAPER if withheld else cell.colour)
        names = wrap(cell.name, width * 0.9, _NAME * scale, weight="bold", max_lines=2)
        lines: list[tuple[str, float, Weight]] = [(line, _NAME * scale, "bold") for line in names]
        lines += [(text, (_LARGE if number == 0 else theme.BODY) * scale, "bold" if number == 0 else "normal")
                  for number, text in enumerate([marker] if cell.figures is None else cell.figures)]
        if withheld:  # the words get a plain ground, so that the hatching does not run through them
            tall = (sum(line_height(size) for _, size, _ in lines) + 0.1) / height
            ax.barh(y + 0.5, 0.92, tall, x + 0.04, facecolor=theme.PAPER, linewidth=0)
        write_stack(ax, (x + 0.5, y + 0.5), lines, ink)


def label_grid(ax: Axes, labels: AxisLabels) -> None:
    """Name the columns below the map and the rows beside it, level text throughout."""
    width = size_of(ax)[0] / 3
    for number, label in enumerate(labels.columns):
        write(ax, elide(label, width * 0.96, theme.BODY), (number + 0.5, 0), (0, -0.13), data=(True, False),
              ha="center", gid="label")
    write(ax, f"{labels.across} ▶", (1.5, 0), (0, -0.37), data=(True, False), ha="center", weight="bold", gid="label")
    for number, label in enumerate(labels.rows):
        lines = wrap(label, ROW_LABELS - 0.12, theme.BODY, max_lines=3)
        for place, line in enumerate(lines):
            drop = ((len(lines) - 1) / 2 - place) * line_height(theme.BODY)
            write(ax, line, (0, number + 0.5), (-0.1, drop), data=(False, True), ha="right", gid="label")
    write(ax, f"{labels.upwards} ▲", (0, 3), (-0.1, -0.12), data=(False, True), ha="right", weight="bold", gid="label")
