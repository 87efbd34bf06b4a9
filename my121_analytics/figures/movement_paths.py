"""Ratings cycle by cycle on each axis, and who left by box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.bars import draw_bar
from my121_analytics.figures.layout import Room, Words, elide, open_axes, write
from my121_analytics.figures.phrases import percent_or_blank
from my121_analytics.figures.stacked_shares import StackedRow, draw_stacked
from my121_analytics.wording.catalogue import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _ROW, _RIGHT = 2.9, 0.36, 2.0


def plot_axis_shares(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw the shares at each level, cycle by cycle, for each axis.

    Parameters
    ----------
    released
        Of ``trace_movement``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a cycle, levels rising to the right, the axes one below the other.
    """
    released = require_released(released, wanted_by="plot_axis_shares")
    frame = phrases.take_table(released, "axes", wanted_by="plot_axis_shares")
    marker = phrases.marker_of(frame)
    rows = []
    for axis, part in frame.groupby("axis", sort=False):
        levels = part.drop_duplicates("level")["label"].astype("str").tolist()
        for place, (cycle, cells) in enumerate(part.groupby("cycle", sort=False, observed=True)):
            heading = say("axis_shares", "heading", axis=say("nine_box", str(axis)), levels=" < ".join(levels))
            hidden = bool(cells["share"].isna().any())
            rows.append(StackedRow(str(cycle), () if hidden else tuple(cells["share"].astype(float)),
                                   phrases.count(cells["base"].iloc[0], marker), heading if place == 0 else ""))
    n = say("axis_shares", "n", n=phrases.count_things(released), cycle=released.about.cycle)
    words = Words(_axis_title(frame), phrases.subtitle(released, say("axis_shares", "measure"), n=n, table="axes"),
                  phrases.withheld_note(frame, "n"))
    return draw_stacked(rows, words, key=say("axis_shares", "key"), marker=marker, ax=ax)


def describe_axis_shares(released: Released) -> str:
    """Say in words what :func:`plot_axis_shares` shows: the first and the last cycle of each axis."""
    released = require_released(released, wanted_by="describe_axis_shares")
    frame = phrases.take_table(released, "axes", wanted_by="describe_axis_shares")
    lines = []
    for axis, part in frame.groupby("axis", sort=False):
        cycles = list(dict.fromkeys(part["cycle"].astype("str")))
        for row in part[part["cycle"].astype("str") == cycles[-1]].to_dict("records"):
            first = part[(part["cycle"].astype("str") == cycles[0]) & (part["level"] == row["level"])].iloc[0]
            lines.append(say("axis_shares", "alt_row", axis=say("nine_box", str(axis)), label=row["label"],
                             first=percent_or_blank(first["share"]), last=percent_or_blank(row["share"])))
    return say("axis_shares", "alt", title=_axis_title(frame), rows="; ".join(lines))


def plot_leaving(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw which share of those in each box left the council within the following cycle.

    Parameters
    ----------
    released
        Of ``trace_movement``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a box with its range; a line at the share of everybody.
    """
    released = require_released(released, wanted_by="plot_leaving")
    frame = phrases.take_table(released, "leaving_by_box", wanted_by="plot_leaving")
    overall = released.facts.get("share_left")
    notes = (say("leaving", "note", share=phrases.percent(float(overall))) if overall is not None else "",
             *phrases.withheld_note(frame, "n", "base"))
    words = Words(_leaving_title(frame, overall), phrases.subtitle(
        released, say("leaving", "measure"), n=say("leaving", "n", n=phrases.count(
            released.facts.get("n_person_cycles"))), table="leaving_by_box"), tuple(note for note in notes if note))
    ax = open_axes(ax, words, Room(height=len(frame) * _ROW, left=_LEFT, right=_RIGHT))
    top = frame["upper"].max()
    ax.set_xlim(0, float(top) * 1.02 if pd.notna(top) and top > 0 else 1.0)
    ax.set_ylim(len(frame) - 0.5, -0.5)
    if overall is not None:
        ax.axvline(float(overall), color=theme.QUIET, linewidth=1.0, linestyle=(0, (4, 3)), zorder=0)
    for y, row in enumerate(frame.to_dict("records")):
        write(ax, elide(_box_name(row), _LEFT - 0.2, theme.SMALL), (0, y), (-0.1, 0), data=(False, True),
              size=theme.SMALL, ha="right", gid="label")
        known = not any(phrases.is_blank(row[c]) for c in ("share", "lower", "upper"))
        draw_bar(ax, y, float(row["share"]) if known else None, row["lower"] if known else None,
                 row["upper"] if known else None, colour=theme.mix(theme.PAPER, theme.DARK_BLUE, 0.55), height=0.6)
        text = say("leaving", "value", share=percent_or_blank(row["share"]), n=phrases.count(row["n"]),
                   base=phrases.count(row["base"])) if known else str(row["marker"])
        write(ax, text, (1, y), (0.1, 0), data=(False, True), size=theme.SMALL, gid="value")
    return ax


def describe_leaving(released: Released) -> str:
    """Say in words what :func:`plot_leaving` shows, box by box."""
    released = require_released(released, wanted_by="describe_leaving")
    frame = phrases.take_table(released, "leaving_by_box", wanted_by="describe_leaving")
    rows = [say("leaving", "alt_row", name=_box_name(row),
                **{part: percent_or_blank(row[part]) for part in ("share", "lower", "upper")})
            for row in frame.to_dict("records")]
    return say("leaving", "alt", title=_leaving_title(frame, released.facts.get("share_left")), rows="; ".join(rows))


def _box_name(row: dict[str, object]) -> str:
    return f"{row['box']} {row['box_name']}" if row["box"] else str(row["box_name"])


def _axis_title(frame: pd.DataFrame) -> str:
    """Say how the share at the highest performance level went from the first cycle to the last."""
    top = frame[frame["axis"] == "performance"]
    top = top[top["level"] == top["level"].max()]
    first, last = top.iloc[0], top.iloc[-1]
    if phrases.is_blank(first["share"]) or phrases.is_blank(last["share"]):
        return say("axis_shares", "title_withheld")
    apart = first["upper"] < last["lower"] or last["upper"] < first["lower"]
    return say("axis_shares", "title" if apart else "title_steady", label=top["label"].iloc[0],
               before=phrases.percent(float(first["share"])), after=phrases.percent(float(last["share"])),
               first=first["cycle"], last=last["cycle"])


def _leaving_title(frame: pd.DataFrame, overall: object) -> str:
    known = frame[(frame["box"] > 0) & frame["lower"].notna()]
    if overall is None or known.empty:
        return say("leaving", "title_withheld")
    apart = known[(known["lower"] > float(str(overall))) | (known["upper"] < float(str(overall)))]
    if apart.empty:
        return say("leaving", "title_none")
    row = apart.loc[(apart["share"] - float(str(overall))).abs().idxmax()]
    return say("leaving", "title", name=row["box_name"], share=phrases.percent(float(row["share"])),
               overall=phrases.percent(float(str(overall))))
