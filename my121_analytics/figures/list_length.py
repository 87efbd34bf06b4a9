"""How many managers to hear: for each length of the list, how many on it differ, and how many are there wrongly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.layout import Room, Words, open_axes, write
from my121_analytics.wording.catalogue import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROW, _LEFT = 0.21, 1.0
_MOST = 15
"""Lengths drawn; the table has all."""


def plot_list_lengths(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw, for each number of managers heard, how many are expected to differ and how many to be there wrongly.

    Parameters
    ----------
    released
        Of ``estimate_severity``.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a length in two parts, the length chosen for the meeting set in bold and outlined.
    """
    released = require_released(released, wanted_by="plot_list_lengths")
    rows = _read(released, wanted_by="plot_list_lengths")
    words = Words(_title(rows), phrases.subtitle(released, say("list_length", "measure"),
                                                 n=say("caterpillar", "n", n=phrases.count(released.about.n),
                                                       managers=phrases.count(released.facts.get("n_raters"))),
                                                 table="list_length"),
                  _notes(rows))
    if rows.empty:
        return open_axes(ax, Words(_title(rows), words.subtitle), Room(height=0.3))
    ax = open_axes(ax, words, Room(height=len(rows) * _ROW, left=_LEFT, right=1.85, top=0.32, bottom=0.3))
    longest = float(rows["k"].max())
    ax.set_xlim(0, longest)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    write(ax, say("list_length", "head"), (0, 1), (-0.12, 0.14), size=theme.SMALL, colour=theme.QUIET, ha="right",
          gid="label")
    write(ax, say("list_length", "parts"), (0, 1), (0, 0.14), size=theme.SMALL, colour=theme.QUIET, gid="label")
    for place, row in enumerate(rows.itertuples()):
        _draw_length(ax, place, row)
    return ax


def describe_list_lengths(released: Released) -> str:
    """Say in words what :func:`plot_list_lengths` shows."""
    released = require_released(released, wanted_by="describe_list_lengths")
    rows = _read(released, wanted_by="describe_list_lengths")
    lines = [say("list_length", "alt_row", k=row.k, right=f"{row.expected_right:.1f}",
                 wrong=f"{row.expected_wrong:.1f}") for row in rows.itertuples()]
    return " ".join([_title(rows) + ".", *lines])


def _read(released: Released, *, wanted_by: str) -> pd.DataFrame:
    rows = phrases.take_table(released, "list_length", wanted_by=wanted_by).reset_index(drop=True)
    chosen = rows["is_chosen"].astype(bool)
    return rows[(rows["k"] <= _MOST) | chosen].reset_index(drop=True)


def _title(rows: pd.DataFrame) -> str:
    chosen = rows[rows["is_chosen"].astype(bool)] if len(rows) else rows
    if chosen.empty:
        return say("list_length", "title_none" if rows.empty else "title_nobody")
    row = chosen.iloc[0]
    return say("list_length", "title_one" if row["k"] == 1 else "title", k=int(row["k"]),
               right=f"{row['expected_right']:.1f}", wrong=f"{row['expected_wrong']:.1f}")


def _notes(rows: pd.DataFrame) -> tuple[str, ...]:
    if rows.empty:
        return ()
    return (say("list_length", "note", differ=f"{rows['n_differ'].iloc[0]:.0f}"), say("list_length", "note_order"))


def _draw_length(ax: Axes, place: int, row: object) -> None:
    k, right, wrong = (float(getattr(row, name)) for name in ("k", "expected_right", "expected_wrong"))
    chosen = bool(row.is_chosen)  # type: ignore[attr-defined]
    edge, line = (theme.INK, 1.2) if chosen else (theme.PAPER, 0.8)
    ax.barh(place, right, height=0.74, color=theme.DARK_BLUE, zorder=2, edgecolor=edge, linewidth=line)
    ax.barh(place, wrong, left=right, height=0.74, color=theme.mix(theme.PAPER, theme.DARK_PINK, 0.45), hatch="////",
            zorder=2, edgecolor=edge, linewidth=line)
    write(ax, say("list_length", "chosen", k=f"{k:.0f}") if chosen else f"{k:.0f}", (0, place), (-0.12, 0),
          data=(False, True), ha="right", size=theme.SMALL, weight="bold" if chosen else "normal", gid="label")
    write(ax, say("list_length", "value", right=f"{right:.1f}", wrong=f"{wrong:.1f}"), (1, place), (0.1, 0),
          data=(False, True), size=theme.SMALL, weight="bold" if chosen else "normal", gid="value")
