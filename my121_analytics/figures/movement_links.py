"""Which managers people who moved tie together: points on a circle, and a line wherever two managers share people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.layout import Room, Words, elide, open_axes, size_of, write, write_label
from my121_analytics.wording.catalogue import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT, _SIDE = 4.6, 2.3
"""Inches of the circle, and for the names of directorates beside it."""
_GAP = 2.0
"""Empty places between two directorates."""
_PULL = 0.35
"""How near the centre a line passes: 0 through it, 1 straight."""


@dataclass(frozen=True)
class _Graph:
    """Managers in their places on the circle, ties between them, and what holds for all."""

    managers: pd.DataFrame
    ties: pd.DataFrame
    n_largest: int
    n_alone: int
    n_parts: int

    @property
    def n_bridges(self) -> int:
        """Ties that nothing replaces."""
        return int(self.ties["is_bridge"].sum())

    @property
    def n_single(self) -> int:
        """Of these, those through one person."""
        return int((self.ties["is_bridge"] & (self.ties["n_people"] == 1)).sum())


def plot_movement_links(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw which managers can be compared through people whom both have rated, and on which ties that hangs.

    Parameters
    ----------
    released
        Of ``estimate_severity``, for an audience that sees managers.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Managers stand around a circle, grouped by directorate; nobody is named. Ties that nothing replaces are broken
        lines, managers who share nobody are open points, those in a smaller part are squares.
    """
    released = require_released(released, wanted_by="plot_movement_links")
    graph = _read(released)
    subtitle = phrases.subtitle(released, say("link", "measure"), n=_n(graph, released), table="linkage")
    words = Words(_title(graph), subtitle, _notes(graph))
    if graph.managers.empty:
        return open_axes(ax, words, Room(height=0.3))
    ax = open_axes(ax, words, Room(height=_HEIGHT, left=0.0, right=0.0, top=0.3, bottom=0.3))
    wide, high = size_of(ax)
    ax.set_xlim(-1.12 * wide / high, 1.12 * wide / high)
    ax.set_ylim(-1.12, 1.12)
    _draw_ties(ax, graph)
    _draw_managers(ax, graph)
    _name_directorates(ax, graph)
    return ax


def describe_movement_links(released: Released) -> str:
    """Say in words what :func:`plot_movement_links` shows."""
    released = require_released(released, wanted_by="describe_movement_links")
    graph = _read(released)
    return say("link", "alt", title=_title(graph), n_parts=graph.n_parts, bridges=graph.n_bridges,
               single=graph.n_single)


def _read(released: Released) -> _Graph:
    managers = phrases.take_table(released, "linkage", wanted_by="plot_movement_links")
    ties = phrases.take_table(released, "ties", wanted_by="plot_movement_links")
    managers = managers.astype({"rater_id": "str", "directorate": "str"})
    managers = managers.sort_values(["directorate", "part", "rater_id"], kind="stable").reset_index(drop=True)
    group = pd.factorize(managers["directorate"])[0] if len(managers) else np.zeros(0, dtype=np.int64)
    place = np.arange(len(managers)) + _GAP * group
    whole = max(len(managers) + _GAP * (group.max(initial=-1) + 1), 1)
    managers = managers.assign(angle=np.pi / 2 - 2 * np.pi * place / whole)
    ties = ties.astype({"first_rater_id": "str", "second_rater_id": "str", "is_bridge": "bool", "n_people": "int64"})
    sizes = managers.loc[managers["n_linked"] > 0, "part"].value_counts()
    return _Graph(managers, ties, int(sizes.max()) if len(sizes) else 0, int((managers["n_linked"] == 0).sum()),
                  len(sizes))


def _title(graph: _Graph) -> str:
    n = len(graph.managers)
    if not graph.n_largest:
        return say("link", "title_none")
    return say("link", "title_all" if graph.n_largest == n else "title", n=graph.n_largest, of=n, alone=graph.n_alone)


def _n(graph: _Graph, released: Released) -> str:
    return say("link", "n_managers", n=phrases.count(len(graph.managers)),
               people=phrases.count(released.facts.get("n_movers") or 0))


def _notes(graph: _Graph) -> tuple[str, ...]:
    if graph.managers.empty:
        return ()
    notes = [say("link", "note")]
    notes += [say("link", "note_bridge", n=graph.n_bridges, single=graph.n_single)] if graph.n_bridges else []
    notes += [say("link", "note_alone")] if graph.n_alone else []
    notes += [say("link", "note_small")] if graph.n_parts > 1 else []
    return tuple(notes)


def _draw_ties(ax: Axes, graph: _Graph) -> None:
    """Draw each tie as a curve bent towards the centre; bridges last, so that they lie on top."""
    angle = graph.managers.set_index("rater_id")["angle"]
    ties = graph.ties.assign(a=angle.reindex(graph.ties["first_rater_id"]).to_numpy(),
                             b=angle.reindex(graph.ties["second_rater_id"]).to_numpy())
    for row in ties.sort_values("is_bridge", kind="stable").itertuples():
        x, y = _curve(float(row.a), float(row.b))
        width = 0.6 + 0.5 * np.log2(row.n_people)
        if row.is_bridge:
            ax.plot(x, y, color=theme.DARK_PINK, linewidth=max(width, 1.3), linestyle=(0, (4, 2)), zorder=2)
        else:
            ax.plot(x, y, color=theme.mix(theme.PAPER, theme.DARK_BLUE, 0.45), linewidth=width, zorder=1)


def _curve(a: float, b: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quadratic curve between two places of the circle."""
    t = np.linspace(0, 1, 40)
    start, end = np.array([np.cos(a), np.sin(a)]), np.array([np.cos(b), np.sin(b)])
    bend = _PULL * (start + end)
    points = np.outer((1 - t) ** 2, start) + np.outer(2 * t * (1 - t), bend) + np.outer(t**2, end)
    return points[:, 0], points[:, 1]


def _draw_managers(ax: Axes, graph: _Graph) -> None:
    managers = graph.managers
    size = 6.0 if len(managers) <= 120 else 3.5
    alone, small = managers["n_linked"] == 0, (managers["n_linked"] > 0) & (managers["part"] > 0)
    for rows, marker, filled in ((managers[~alone & ~small], "o", True), (managers[small], "s", True),
                                 (managers[alone], "o", False)):
        ax.plot(np.cos(rows["angle"]), np.sin(rows["angle"]), marker=marker, markersize=size, linestyle="none",
                markerfacecolor=theme.DARK_BLUE if filled else theme.PAPER, markeredgecolor=theme.DARK_BLUE,
                markeredgewidth=1.0, zorder=3, clip_on=False)


def _name_directorates(ax: Axes, graph: _Graph) -> None:
    """Write each directorate beside the middle of its arc, on the side on which it stands."""
    middle = graph.managers.groupby("directorate", sort=False)["angle"].mean()
    for name, angle in middle.items():
        x, y = np.cos(angle), np.sin(angle)
        if abs(y) < 0.97:
            write_label(ax, str(name), (1.08 * x, 1.08 * y), (0, 0), _SIDE, data=(True, True), max_lines=3,
                        ha="left" if x > 0.1 else "right" if x < -0.1 else "center")
        else:
            write(ax, elide(str(name), 2 * _SIDE, theme.SMALL), (1.08 * x, 1.08 * y), data=(True, True),
                  size=theme.SMALL, ha="center", va="bottom" if y > 0 else "top", gid="label")
