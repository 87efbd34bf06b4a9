"""How many requirements are met, against what each level of the award needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import theme
from my121_analytics.figures.layout import Room, Words, measure, open_axes, size_of, write
from my121_analytics.figures.phrases import take_table
from my121_analytics.wording.catalogue import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_HEIGHT, _BAR = 0.75, 0.5


def plot_award(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw the requirements met as a bar, with a line where each level of the award begins.

    Parameters
    ----------
    released
        Of ``assess_evidence`` or ``assess_total``, of a framework that counts requirements.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Requirements that late actions put at risk are hatched at the bar's end.
    """
    released = require_released(released, wanted_by="plot_award")
    levels, total = _levels(released), int(released.facts["n_requirements"] or 0)
    met, at_risk = int(levels["n_met"].iloc[0]), int(levels["n_at_risk"].iloc[0])
    ax = open_axes(ax, Words(_title(levels, total), say("award_picture", "subtitle", total=total), _notes(levels)),
                   Room(height=_HEIGHT, left=0.15, right=0.35, top=0.42, bottom=0.3))
    ax.set_xlim(0, total)
    ax.set_ylim(0, 1)
    safe = met - at_risk
    ax.barh(0.5, total, height=_BAR, color=theme.PAPER, edgecolor=theme.INK, linewidth=1.0, zorder=1)
    ax.barh(0.5, safe, height=_BAR, color=theme.DARK_BLUE, zorder=2)
    if at_risk:
        ax.barh(0.5, at_risk, left=safe, height=_BAR, color=theme.PAPER, edgecolor=theme.DARK_BLUE, hatch="////",
                linewidth=1.0, zorder=2)
    write(ax, say("award_picture", "met", n=met), (safe / 2, 0.5), data=(True, False), colour=theme.PAPER,
          weight="bold", ha="center", gid="met")
    _mark_levels(ax, levels, total)
    return ax


def describe_award(released: Released) -> str:
    """Say in words what :func:`plot_award` shows."""
    released = require_released(released, wanted_by="describe_award")
    levels, total = _levels(released), int(released.facts["n_requirements"] or 0)
    return " ".join([_title(levels, total) + ".", *levels["sentence"].astype("str")])


def can_draw(released: Released) -> bool:
    """Say whether the framework counts requirements, so that there is a bar to draw."""
    levels = require_released(released, wanted_by="can_draw").tables.get("levels")
    return levels is not None and {"needed", "n_met"} <= set(levels.columns) and levels["needed"].notna().all() \
        and levels["n_met"].notna().all()


def _levels(released: Released) -> pd.DataFrame:
    return take_table(released, "levels", wanted_by="plot_award").sort_values("needed", ignore_index=True)


def _title(levels: pd.DataFrame, total: int) -> str:
    reached = levels[levels["verdict"] == "reached"]
    met = int(levels["n_met"].iloc[0])
    if reached.empty:
        return say("award_picture", "title_none", n=met, total=total)
    best = reached.iloc[-1]
    return say("award_picture", "title", n=met, total=total, label=best["label"], margin=int(best["margin"]))


def _notes(levels: pd.DataFrame) -> tuple[str, ...]:
    at_risk = int(levels["n_at_risk"].iloc[0])
    return (say("award_picture", "at_risk", n=at_risk),) if at_risk else ()


def _mark_levels(ax: Axes, levels: pd.DataFrame, total: int) -> None:
    """Mark where each level begins, its name above, on a second line where two would touch."""
    wide = size_of(ax)[0]
    ends = [-1.0, -1.0]
    for row in levels.itertuples():
        ax.plot([row.needed, row.needed], [0.12, 1.0], color=theme.INK, linewidth=1.4, zorder=4)
        name = say("award_picture", "level", label=row.label, needed=int(row.needed))
        width, at = measure(name, theme.SMALL), row.needed / total * wide
        left = min(max(at - width / 2, 0.0), wide - width)
        line = 0 if left > ends[0] + 0.1 else 1
        ends[line] = left + width
        write(ax, name, (0, 1), (left, 0.1 + line * 0.18), size=theme.SMALL, gid="level")
    write(ax, "0", (0, 0), (0, -0.12), size=theme.SMALL, colour=theme.QUIET, gid="tick")
    write(ax, str(total), (1, 0), (0, -0.12), size=theme.SMALL, colour=theme.QUIET, ha="right", gid="tick")
