"""Development asked for, by intervention: what was done of it, what is under way, what is overdue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.layout import Room, Words, open_axes, write, write_label
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_BARS = 18
PARTS = ("n_completed", "n_open", "n_overdue")
_LEFT, _ROW = 3.4, 0.3


def plot_demand(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw the number of actions by intervention, in three parts: done, under way, overdue.

    Parameters
    ----------
    released
        Of ``measure_development``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One bar an intervention, the most asked for first; the parts are told apart by tone and by hatching.
    """
    released = require_released(released, wanted_by="plot_demand")
    rows, total = _read(released, wanted_by="plot_demand")
    drawn = rows.head(MOST_BARS)
    more = (say("demand", "more", n=len(rows) - len(drawn)),) if len(rows) > len(drawn) else ()
    words = Words(_title(rows, total), phrases.subtitle(released, say("demand", "measure"), n=say(
        "demand", "n", n=phrases.count(total["n_actions"], str(total["marker"]))), table="interventions"),
        (*more, *phrases.withheld_note(rows, "n_actions")))
    if drawn.empty:
        return open_axes(ax, words, Room(height=0.3))
    ax = open_axes(ax, words, Room(height=len(drawn) * _ROW, left=_LEFT, right=1.6, top=0.3))
    ax.set_xlim(0, max(float(drawn["n_actions"].max()), 1.0))
    ax.set_ylim(len(drawn) - 0.5, -0.5)
    write(ax, say("demand", "key"), (0, 1), (0, 0.14), size=theme.SMALL, colour=theme.QUIET, gid="label")
    for y, row in enumerate(drawn.to_dict("records")):
        write_label(ax, str(row["intervention"]), (0, y), (-0.1, 0), _LEFT - 0.2, data=(False, True), ha="right")
        _draw_parts(ax, y, row)
    return ax


def describe_demand(released: Released) -> str:
    """Say in words what :func:`plot_demand` shows, intervention by intervention."""
    released = require_released(released, wanted_by="describe_demand")
    rows, total = _read(released, wanted_by="describe_demand")
    lines = [say("demand", "alt_row", name=row["intervention"], **_counts(row))
             for row in rows.head(MOST_BARS).to_dict("records")]
    return say("demand", "alt", title=_title(rows, total), rows="; ".join(lines))


def _read(released: Released, *, wanted_by: str) -> tuple[pd.DataFrame, pd.Series]:
    frame = phrases.take_table(released, "interventions", wanted_by=wanted_by)
    is_total = frame["intervention"].astype("str") == TOTAL
    return frame[~is_total].reset_index(drop=True), frame[is_total].iloc[0]


def _title(rows: pd.DataFrame, total: pd.Series) -> str:
    shown = rows[rows["n_actions"].notna()]
    if shown.empty:
        return say("demand", "title_none")
    first = shown.sort_values("n_actions", ascending=False, kind="stable").iloc[0]
    if phrases.is_blank(total["n_overdue"]):
        return say("demand", "title_short", name=first["intervention"], n=phrases.count(first["n_actions"]))
    return say("demand", "title", name=first["intervention"], n=phrases.count(first["n_actions"]),
               overdue=phrases.count(total["n_overdue"]), of=phrases.count(total["n_actions"]))


def _counts(row: dict[str, object]) -> dict[str, str]:
    return {name.removeprefix("n_"): phrases.count(row[name], str(row["marker"])) for name in ("n_actions", *PARTS)}


def _draw_parts(ax: Axes, y: int, row: dict[str, object]) -> None:
    counts = [row[part] for part in PARTS]
    if any(phrases.is_blank(value) for value in (row["n_actions"], *counts)):
        ax.barh(y, ax.get_xlim()[1], height=0.72, facecolor=theme.WITHHELD, edgecolor=theme.HATCH, hatch="///",
                linewidth=0)
    else:
        left = 0.0
        for part, value in zip(PARTS, counts, strict=True):
            ax.barh(y, float(str(value)), left=left, height=0.72, edgecolor=theme.PAPER, linewidth=1.0, **_LOOKS[part])
            left += float(str(value))
    write(ax, say("demand", "value", **_counts(row)), (1, y), (0.1, 0), data=(False, True), size=theme.SMALL,
          gid="value")


_LOOKS: dict[str, dict[str, Any]] = {
    "n_completed": {"color": theme.DARK_BLUE}, "n_open": {"color": theme.mix(theme.PAPER, theme.DARK_BLUE, 0.35)},
    "n_overdue": {"color": theme.mix(theme.PAPER, theme.ORANGE, 0.55), "hatch": "////"}}
