"""Formal conversations cycle by cycle, and what to expect at the end of the cycle."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.bars import draw_bar
from my121_analytics.figures.layout import Room, Words, open_axes, write
from my121_analytics.wording.catalogue import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _ROW, _RIGHT = 2.3, 0.42, 1.7
_Row = tuple[str, float | None, float | None, float | None]


def plot_coverage_trend(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw the share with enough formal conversations cycle by cycle, the forecast last and hatched.

    Parameters
    ----------
    released
        Of ``foresee_coverage``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        One bar a cycle with its range.
    """
    released = require_released(released, wanted_by="plot_coverage_trend")
    frame = phrases.take_table(released, "trend", wanted_by="plot_coverage_trend")
    rows = _rows(frame, released)
    base = frame["base"].iloc[-1] if len(frame) else None
    words = Words(_title(frame, released), phrases.subtitle(released, say("coverage_trend", "measure"), n=say(
        "coverage_trend", "n", n=phrases.count(base, phrases.marker_of(frame))), table="trend"),
        (say("coverage_trend", "note"), *phrases.withheld_note(frame, "share")))
    ax = open_axes(ax, words, Room(height=max(len(rows), 1) * _ROW, left=_LEFT, right=_RIGHT, top=0.28))
    ax.set_xlim(0, 1)
    ax.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        ax.axvline(tick, color=theme.RULE, linewidth=0.6, zorder=0)
        write(ax, phrases.percent(tick), (tick, 1), (0, 0.12), data=(True, False), size=theme.SMALL,
              colour=theme.QUIET, ha="center", gid="tick")
    for y, (label, share, lower, upper) in enumerate(rows):
        is_forecast = y >= len(frame)
        write(ax, label, (0, y), (-0.12, 0), data=(False, True), ha="right", size=theme.SMALL, gid="label",
              weight="bold" if is_forecast else "normal")
        if is_forecast and share is not None:
            ax.barh(y, share, height=0.56, facecolor=theme.PAPER, edgecolor=theme.DARK_BLUE, hatch="////",
                    linewidth=1.0)
            if lower is not None and upper is not None:
                draw_bar(ax, y, 0.0, lower, upper, colour=theme.DARK_BLUE)
        else:
            draw_bar(ax, y, share, lower, upper, colour=theme.DARK_BLUE)
        write(ax, _value(share, lower, upper, phrases.marker_of(frame)), (1, y), (0.12, 0), data=(False, True),
              size=theme.SMALL, gid="value", weight="bold" if is_forecast else "normal")
    return ax


def describe_coverage_trend(released: Released) -> str:
    """Say in words what :func:`plot_coverage_trend` shows."""
    released = require_released(released, wanted_by="describe_coverage_trend")
    frame = phrases.take_table(released, "trend", wanted_by="describe_coverage_trend")
    rows = [f"{label}: {_value(share, lower, upper, phrases.marker_of(frame))}"
            for label, share, lower, upper in _rows(frame, released)]
    return say("coverage_trend", "alt", title=_title(frame, released), rows="; ".join(rows))


def _rows(frame: pd.DataFrame, released: Released) -> list[_Row]:
    rows = [(str(row["cycle"]), *(None if phrases.is_blank(row[c]) else float(row[c])
                                  for c in ("share", "lower", "upper"))) for row in frame.to_dict("records")]
    expected, lower, upper = _forecast(released)
    if expected is not None:
        rows.append((say("coverage_trend", "expected", day=_day(released)), expected, lower, upper))
    return rows  # type: ignore[return-value]


def _forecast(released: Released) -> tuple[float | None, float | None, float | None]:
    values = [released.facts.get(name) for name in ("forecast", "forecast_lower", "forecast_upper")]
    expected, lower, upper = (None if phrases.is_blank(value) else float(str(value)) for value in values)
    return expected, lower, upper


def _day(released: Released) -> str:
    return phrases.day(date.fromisoformat(str(released.facts["forecast_to"])))


def _value(share: float | None, lower: float | None, upper: float | None, marker: str) -> str:
    if share is None:
        return marker
    if lower is None or upper is None:
        return say("coverage_trend", "value_short", share=phrases.percent(share))
    return say("coverage_trend", "value", share=phrases.percent(share), lower=phrases.percent(lower),
               upper=phrases.percent(upper))


def _title(frame: pd.DataFrame, released: Released) -> str:
    if frame.empty or phrases.is_blank(frame["share"].iloc[-1]):
        return say("coverage_trend", "title_withheld")
    now = phrases.percent(float(frame["share"].iloc[-1]))
    expected, lower, upper = _forecast(released)
    if expected is None or lower is None or upper is None:
        return say("coverage_trend", "title_now", now=now, cycle=frame["cycle"].iloc[-1])
    return say("coverage_trend", "title", now=now, forecast=phrases.percent(expected), day=_day(released),
               lower=phrases.percent(lower), upper=phrases.percent(upper))
