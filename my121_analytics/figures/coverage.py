"""Whether the conversations happen, in pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.bars import draw_bar
from my121_analytics.figures.layout import Room, Words, line_height, open_axes, wrap, write
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.results import TOTAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEFT, _VALUES, _ROW = 2.3, 2.4, 0.42


def plot_coverage(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw the share of people with enough conversations, by group, with its 95 % range and the people it is of.

    Parameters
    ----------
    released
        Of ``measure_coverage``, for one audience.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Groups in the table's order, all of them together last.
    """
    released = require_released(released, wanted_by="plot_coverage")
    covered = _read(released, wanted_by="plot_coverage")
    subtitle = phrases.subtitle(released, released.about.measure, n=covered.n, table="by_group")
    withheld = phrases.withheld_note(covered.frame, "estimate", "base")
    words = Words(covered.title, subtitle, (say("coverage", "range"), *withheld))
    if not covered.rows:
        return open_axes(ax, Words(covered.title, subtitle), Room(height=0.3))
    ax = open_axes(ax, words, Room(height=len(covered.rows) * _ROW, left=_LEFT, right=_VALUES, top=0.28,
                                   bottom=0.25))
    ax.set_xlim(0, 1)
    ax.set_ylim(len(covered.rows) - 0.5, -0.5)
    for tick in (0, 0.25, 0.5, 0.75, 1):
        ax.axvline(tick, color=theme.RULE, linewidth=0.6, zorder=0)
        write(ax, phrases.percent(tick), (tick, 0), (0, -0.14), data=(True, False), size=theme.SMALL,
              colour=theme.QUIET, ha="center", gid="tick")
    write(ax, say("coverage", "n_head"), (1, 1), (_VALUES, 0.12), size=theme.SMALL, colour=theme.QUIET, ha="right",
          gid="label")
    for y, row in enumerate(covered.rows):
        _draw_row(ax, y, row, covered.marker)
    return ax


def describe_coverage(released: Released) -> str:
    """Say in words what :func:`plot_coverage` shows, group by group."""
    released = require_released(released, wanted_by="describe_coverage")
    covered = _read(released, wanted_by="describe_coverage")
    rows = [say("coverage", "alt_withheld", group=row.group) if row.share is None else
            say("coverage", "alt_row", group=row.group, share=phrases.percent(row.share), n=row.n,
                lower=phrases.percent(row.lower), upper=phrases.percent(row.upper)) for row in covered.rows]
    return say("coverage", "alt", group=say("group", covered.column if covered.column in codes("group") else "other"),
               title=covered.title, rows="; ".join(rows))


@dataclass(frozen=True)
class _Row:
    group: str
    share: float | None
    lower: float
    upper: float
    n: str


@dataclass(frozen=True)
class _Coverage:
    frame: pd.DataFrame
    column: str
    rows: Sequence[_Row]
    title: str
    n: str
    marker: str


def _read(released: Released, *, wanted_by: str) -> _Coverage:
    frame = phrases.take_table(released, "by_group", wanted_by=wanted_by)
    column = str(frame.columns[0])
    marker = phrases.marker_of(frame)
    order = (frame[column].astype("str") == TOTAL).sort_values(kind="stable").index
    rows = []
    for row in frame.loc[order].itertuples():
        group, n = str(getattr(row, column)), phrases.count(row.base, marker)
        values = [row.estimate, row.lower, row.upper]
        if any(phrases.is_blank(value) for value in values):
            rows.append(_Row(group, None, 0.0, 0.0, n))
        else:
            rows.append(_Row(group, float(row.estimate), float(row.lower), float(row.upper), n))
    total = frame[frame[column].astype("str") == TOTAL]
    total = total if len(total) else frame if len(frame) == 1 else total
    base = total["base"].iloc[0] if len(total) else frame["base"].sum(skipna=False)
    n = say("coverage", "n", n=phrases.count(base, marker))
    return _Coverage(frame, column, rows, _title(frame, total, base), n, marker)


def _title(frame: pd.DataFrame, total: pd.DataFrame, base: object) -> str:
    if frame.empty or (not phrases.is_blank(base) and not float(str(base))):
        return say("coverage", "title_nobody")
    if len(total) and not phrases.is_blank(total["estimate"].iloc[0]) and not phrases.is_blank(base):
        of = float(str(base))
        return say("coverage", "title", share=phrases.say_share(round(float(total["estimate"].iloc[0]) * of), of))
    if frame["estimate"].isna().all():
        return say("coverage", "title_withheld")
    shown = frame["estimate"].dropna()
    return say("coverage", "title_range", lowest=phrases.percent(float(shown.min())),
               highest=phrases.percent(float(shown.max())))


def _draw_row(ax: Axes, y: int, row: _Row, marker: str) -> None:
    is_total = row.group == TOTAL
    lines = wrap(row.group, _LEFT - 0.15, theme.BODY, weight="bold" if is_total else "normal", max_lines=2)
    for number, line in enumerate(lines):
        drop = ((len(lines) - 1) / 2 - number) * line_height(theme.BODY)
        write(ax, line, (0, y), (-0.12, drop), data=(False, True), ha="right", gid="label",
              weight="bold" if is_total else "normal")
    draw_bar(ax, y, row.share, row.lower, row.upper, colour=theme.QUIET if is_total else theme.DARK_BLUE)
    text = marker if row.share is None else say("coverage", "row", share=phrases.percent(row.share),
                                                lower=phrases.percent(row.lower), upper=phrases.percent(row.upper))
    write(ax, text, (1, y), (0.12, 0), data=(False, True), gid="value", weight="bold" if is_total else "normal")
    write(ax, row.n, (1, y), (_VALUES, 0), data=(False, True), ha="right", gid="value")
