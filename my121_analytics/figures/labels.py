"""Names beside points, placed so that no two overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from my121_analytics.figures import theme
from my121_analytics.figures.layout import elide, line_height, measure, size_of, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Numbers = npt.NDArray[np.float64]

WIDEST = 1.9
"""Inches; a longer name is cut, the table has all of it."""
_CLEAR = 0.08
_MANY = 20
"""With more names than this they stay right beside their points: a thicket of lines helps nobody."""
_DISTANCES = (0.0, 0.18, 0.36, 0.54, 0.72, 0.9, 1.1, 1.3)


def place_labels(ax: Axes, x: Numbers, y: Numbers, names: Sequence[str], *, avoid: Numbers,
                 lines: Numbers) -> None:
    """Write a name beside each point: to its right if there is room, else left, else further up or down with a line.

    Parameters
    ----------
    ax
        With its limits set.
    x, y
        Points in data.
    names
        One a point.
    avoid
        Points (x, y) that no name may cover.
    lines
        Points along lines that no name should cross while another place is free.

    Notes
    -----
    Greedy, from the right-hand point to the left: each name takes the first free place on a short list of places. A
    name that finds none is left out; the table beside the picture has it.
    """
    width, height = size_of(ax)
    scale = np.array([width / np.ptp(ax.get_xlim()), height / np.ptp(ax.get_ylim())])
    origin = np.array([ax.get_xlim()[0], ax.get_ylim()[0]])
    obstacles, drawn = (avoid - origin) * scale, (lines - origin) * scale
    taken: list[tuple[float, float, float, float]] = []
    reach = _DISTANCES if len(x) <= _MANY else _DISTANCES[:2]
    for i in np.argsort(-x, kind="stable"):
        name = elide(names[i], WIDEST, theme.SMALL, keep_end=0.4)
        at = (np.array([x[i], y[i]]) - origin) * scale
        size = (measure(name, theme.SMALL), line_height(theme.SMALL))
        box = _find_place(at, size, (width, height), np.concatenate([obstacles, drawn]), taken, reach)
        box = box or _find_place(at, size, (width, height), obstacles, taken, reach)
        if box is None:
            continue
        taken.append(box)
        left, bottom, right, top = box
        middle = (bottom + top) / 2
        if abs(middle - at[1]) > 0.1:
            end = left if left > at[0] else right
            ax.plot([x[i], end / scale[0] + origin[0]], [y[i], middle / scale[1] + origin[1]], color=theme.QUIET,
                    linewidth=0.7, zorder=2)
        write(ax, name, (0, 0), (left, middle), size=theme.SMALL, gid="name")


def _find_place(at: Numbers, size: tuple[float, float], room: tuple[float, float], obstacles: Numbers,
                taken: list[tuple[float, float, float, float]],
                reach: Sequence[float]) -> tuple[float, float, float, float] | None:
    """Find a free box, in inches from the axes' lower left corner."""
    wide, tall = size
    for distance in reach:
        for way in (1, -1) if distance else (1,):
            for left in (at[0] + _CLEAR, at[0] - _CLEAR - wide):
                bottom = at[1] + way * distance - tall / 2
                box = (left, bottom, left + wide, bottom + tall)
                inside = box[0] >= 0 and box[1] >= 0 and box[2] <= room[0] and box[3] <= room[1]
                free = not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken)
                covered = ((obstacles[:, 0] > box[0] - 0.03) & (obstacles[:, 0] < box[2] + 0.03)
                           & (obstacles[:, 1] > box[1]) & (obstacles[:, 1] < box[3])).any()
                if inside and free and not covered:
                    return box
    return None
