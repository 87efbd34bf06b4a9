"""The plan in time: when each action is due, where it stands, and the milestones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.errors import UsageError
from my121_analytics.figures import theme
from my121_analytics.figures.layout import (
    Room,
    Weight,
    Words,
    chosen_axes,
    elide,
    line_height,
    measure,
    open_axes,
    place,
    size_of,
    wrap,
    write,
)
from my121_analytics.figures.phrases import day, take_table
from my121_analytics.settings_plan import PLAN_STATUSES
from my121_analytics.wording.catalogue import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 24
"""Actions on one page: more would be smaller than the smallest text that prints well."""
_LEFT, _RIGHT, _ROW = 2.95, 1.9, 0.36
_LABEL = line_height(theme.SMALL)
ORDER = PLAN_STATUSES
_SHAPES = {  # marker, colour, filled
    "overdue": ("^", theme.DARK_PINK, True), "behind": ("v", theme.ORANGE, True),
    "to confirm": ("p", theme.DARK_BLUE, False), "withdrawn": ("_", theme.DARK_BLUE, True),
    "due in window": ("s", theme.ORANGE, True),
    "on track": ("o", theme.DARK_BLUE, True), "not started": ("o", theme.DARK_BLUE, False),
    "open-ended": (">", theme.DARK_BLUE, False), "undated": ("X", theme.DARK_BLUE, False),
    "done late": ("D", theme.TURQUOISE, False), "done": ("D", theme.TURQUOISE, True)}
"""Shape and fill tell the states apart without colour; the word stands beside them."""


@dataclass(frozen=True)
class _Line:
    """An upright line with its name: a milestone, the anchor or the day of the report."""

    at: pd.Timestamp
    name: str
    kind: str
    start: pd.Timestamp | None = None


@dataclass(frozen=True)
class _Timeline:
    """What one page shows."""

    rows: pd.DataFrame
    lines: tuple[_Line, ...]
    anchor: pd.Timestamp
    first: pd.Timestamp
    last: pd.Timestamp
    title: str
    subtitle: str
    notes: tuple[str, ...]


def count_pages(released: Released) -> int:
    """Say on how many pages :func:`plot_timeline` shows a plan."""
    return max(math.ceil(len(_actions(released, wanted_by="count_pages")) / MOST_ROWS), 1)


def plot_timeline(released: Released, *, ax: Axes | None = None, page: int = 1) -> Axes:
    """Draw when each action is due and where it stands, the most pressing first.

    Parameters
    ----------
    released
        Of ``review_plan`` or ``assess_status``, for one audience.
    ax
        None makes a figure of its own.
    page
        A plan of more than ``MOST_ROWS`` actions takes several; page 1 has the most pressing ones.

    Returns
    -------
    matplotlib.axes.Axes
        A window is a bar, a last day a line up to a mark. Upright lines: the anchor, the day of the report, and the
        milestones.

    Raises
    ------
    UsageError
        There is no such page.
    """
    released = require_released(released, wanted_by="plot_timeline")
    chart = _look(released, page, wanted_by="plot_timeline")
    words = Words(chart.title, chart.subtitle, chart.notes)
    if chart.rows.empty:
        return open_axes(ax, words, Room(height=0.3))
    chosen = chosen_axes(ax)
    wide = theme.WIDTH - 0.5 - _LEFT - _RIGHT if chosen is None else size_of(chosen)[0]
    levels = _stagger(chart, wide)
    n_levels = max(levels) + 1
    ax = open_axes(ax, words, Room(height=len(chart.rows) * _ROW, left=_LEFT, right=_RIGHT,
                                   top=n_levels * _LABEL + 0.12, bottom=0.3))
    ax.set_xlim(_number(chart.first), _number(chart.last))
    ax.set_ylim(len(chart.rows) - 0.5, -0.5)
    _draw_ticks(ax, chart)
    for line, level in zip(chart.lines, levels, strict=True):
        _draw_line(ax, line, level, wide, chart)
    for y, row in enumerate(chart.rows.itertuples()):
        _draw_row(ax, y, row, chart)
    return ax


def describe_timeline(released: Released, *, page: int = 1) -> str:
    """Say in words what :func:`plot_timeline` shows, action by action."""
    released = require_released(released, wanted_by="describe_timeline")
    chart = _look(released, page, wanted_by="describe_timeline")
    rows = [say("timeline", "alt_row", action_id=row.action_id, status=row.status, when=_say_when(row))
            for row in chart.rows.itertuples()]
    lines = [say("timeline", "alt_line", name=line.name) for line in chart.lines if line.kind == "milestone"]
    return " ".join([chart.title + ".", chart.subtitle, *rows, *lines])


def _actions(released: Released, *, wanted_by: str) -> pd.DataFrame:
    name = "actions" if "actions" in released.tables else "published"
    frame = take_table(released, name, wanted_by=wanted_by)
    order = frame["status"].map({status: i for i, status in enumerate(ORDER)})
    return frame.assign(order=order).sort_values(["order", "due_latest"], kind="stable", ignore_index=True)


def _look(released: Released, page: int, *, wanted_by: str) -> _Timeline:
    actions = _actions(released, wanted_by=wanted_by)
    n_pages = count_pages(released)
    if not 1 <= page <= n_pages:
        raise UsageError(f"The timeline has no page {page}.", hints=[f"It has pages 1 to {n_pages}."])
    rows = actions.iloc[(page - 1) * MOST_ROWS: page * MOST_ROWS].reset_index(drop=True)
    about, anchor = released.about, pd.Timestamp(str(released.facts["anchor"]))
    today = pd.Timestamp(about.as_of)
    lines = [_Line(anchor, say("timeline", "anchor", day=day(anchor.date())), "anchor"),
             _Line(today, say("timeline", "as_of", day=day(about.as_of)), "as_of"), *_milestones(released)]
    dates = [*(line.at for line in lines), *actions["due_earliest"].dropna(), *actions["due_latest"].dropna(),
             *actions["completed_on"].dropna()]
    first, last = min(dates), max(dates)
    margin = max((last - first) * 0.03, pd.Timedelta(days=12))
    notes = [say("timeline", "marks")]
    if n_pages > 1:
        notes.insert(0, say("timeline", "page", page=page, pages=n_pages, first=(page - 1) * MOST_ROWS + 1,
                            last=(page - 1) * MOST_ROWS + len(rows), n=len(actions)))
    return _Timeline(rows, tuple(sorted(lines, key=lambda line: line.at)), anchor, first - margin, last + margin,
                 _say_title(actions, about.as_of), say("timeline", "subtitle", n=len(actions),
                                                       as_of=day(about.as_of), anchor=day(anchor.date())),
                 tuple(notes))


def _say_title(actions: pd.DataFrame, as_of: object) -> str:
    n = len(actions)
    counts = actions["status"].value_counts()
    overdue, due, done = (int(counts.get(name, 0)) for name in ("overdue", "due in window", "done"))
    done += int(counts.get("done late", 0))
    if n == 0:
        return say("timeline", "title_none")
    if overdue:
        code = "title_overdue_one" if overdue == 1 else "title_overdue"
        return say("timeline", code, overdue=overdue, n=n) + (say("timeline", "and_due", due=due) if due else "")
    if due:
        return say("timeline", "title_due", due=due, n=n)
    return say("timeline", "title_done" if done == n else "title_in_time", done=done, n=n)


def _milestones(released: Released) -> list[_Line]:
    frame = released.tables.get("milestones")
    if frame is None:
        return []
    return [_Line(row.latest, say("timeline", "milestone", name=row.label, month=f"{row.latest:%b %Y}"), "milestone",
                  row.earliest if row.earliest < row.latest else None) for row in frame.itertuples()]


def _number(moment: pd.Timestamp) -> float:
    return float(pd.Timestamp(moment).toordinal())


def _place(moment: pd.Timestamp, chart: _Timeline, wide: float) -> float:
    """Give where a day stands, in inches from the left."""
    return (_number(moment) - _number(chart.first)) / (_number(chart.last) - _number(chart.first)) * wide


def _label_left(line: _Line, chart: _Timeline, wide: float) -> float:
    """Give where a line's name starts: centred on it, pushed in where it would leave the picture."""
    width = _label_width(line)
    return min(max(_place(line.at, chart, wide) - width / 2, -_LEFT), wide + _RIGHT - width)


def _label_width(line: _Line) -> float:
    return measure(line.name, theme.SMALL, _weight(line))


def _weight(line: _Line) -> Weight:
    return "bold" if line.kind == "as_of" else "normal"


def _stagger(chart: _Timeline, wide: float) -> list[int]:
    """Put each name on the lowest level on which it touches no other."""
    ends: list[list[tuple[float, float]]] = []
    levels = []
    for line in chart.lines:
        left = _label_left(line, chart, wide)
        right = left + _label_width(line)
        level = next((i for i, taken in enumerate(ends) if all(right + 0.1 < a or left - 0.1 > b for a, b in taken)),
                     len(ends))
        if level == len(ends):
            ends.append([])
        ends[level].append((left, right))
        levels.append(level)
    return levels


def _draw_line(ax: Axes, line: _Line, level: int, wide: float, chart: _Timeline) -> None:
    style = {"anchor": (theme.QUIET, "-", 1.2), "as_of": (theme.INK, "-", 2.0), "milestone": (theme.QUIET, "--", 1.0)}
    colour, dashes, width = style[line.kind]
    if line.start is not None:
        ax.axvspan(_number(line.start), _number(line.at), color=theme.PALE_BLUE, zorder=0, linewidth=0)
    ax.axvline(_number(line.at), color=colour, linestyle=dashes, linewidth=width, zorder=1)
    write(ax, line.name, (0, 1), (_label_left(line, chart, wide), 0.1 + level * _LABEL + _LABEL / 2), size=theme.SMALL,
          colour=theme.INK if line.kind == "as_of" else theme.QUIET,
          weight=_weight(line), gid="line")


def _draw_ticks(ax: Axes, chart: _Timeline) -> None:
    months = (chart.last - chart.first).days / 30.44
    step = next((n for n in (1, 3, 6, 12, 24, 60) if months / n <= 6), 120)
    for moment in pd.date_range(pd.Timestamp(chart.first.year, 1, 1), chart.last, freq="MS"):
        if moment < chart.first or (moment.year * 12 + moment.month - 1) % step:
            continue
        ax.axvline(_number(moment), color=theme.RULE, linewidth=0.6, zorder=0)
        name = f"{moment:%Y}" if step >= 12 else f"{moment:%b %Y}"
        edge = _place(moment, chart, size_of(ax)[0])
        ha = "left" if edge < measure(name, theme.SMALL) / 2 else "center"
        write(ax, name, (_number(moment), 0), (0, -0.16), data=(True, False), size=theme.SMALL, colour=theme.QUIET,
              ha=ha, gid="tick")


def _draw_row(ax: Axes, y: int, row: Any, chart: _Timeline) -> None:
    marker, colour, filled = _SHAPES[row.status]
    if y % 2:
        ax.axhspan(y - 0.5, y + 0.5, color=theme.mix(theme.PAPER, theme.INK, 0.025), linewidth=0, zorder=0)
    name = wrap(f"{row.action_id}  {row.action}", _LEFT - 0.15, theme.SMALL, max_lines=2)
    for i, text in enumerate(name):
        write(ax, text, (0, y), (-_LEFT, ((len(name) - 1) / 2 - i) * _LABEL), data=(False, True), size=theme.SMALL,
              gid="name")
    at = _draw_span(ax, y, row, colour, _number(chart.anchor))
    look: dict[str, Any] = {"marker": marker, "markersize": 8, "markeredgecolor": colour, "markeredgewidth": 1.6,
                            "markerfacecolor": colour if filled else theme.PAPER, "linestyle": "none", "clip_on": False}
    if at is not None:
        ax.plot([_number(at)], [y], zorder=4, **look)
    ax.plot([1], [y], transform=place(ax, (0.16, 0), (False, True)), zorder=4, **look)
    write(ax, elide(row.status, _RIGHT - 0.3, theme.SMALL, "bold"), (1, y), (0.3, 0.07), data=(False, True),
          size=theme.SMALL, weight="bold", gid="status")
    write(ax, elide(_say_when(row), _RIGHT - 0.3, theme.SMALL - 1), (1, y), (0.3, -0.085),
          data=(False, True), size=theme.SMALL - 1, colour=theme.QUIET, gid="when")


def _draw_span(ax: Axes, y: int, row: Any, colour: str, start: float) -> pd.Timestamp | None:
    """Draw the stretch of time of one action; gives the day at which its mark stands."""
    earliest, latest = row.due_earliest, row.due_latest
    done_on = row.completed_on
    left = ax.get_xlim()[0]
    if pd.isna(latest):
        if pd.notna(done_on):
            return pd.Timestamp(done_on)
        if row.status == "open-ended":
            begin = start if pd.isna(earliest) else _number(earliest)
            ax.plot([begin, ax.get_xlim()[1]], [y, y], color=colour, linewidth=1.4, linestyle=":", zorder=2)
            return pd.Timestamp.fromordinal(int(ax.get_xlim()[1]))
        return None
    if pd.notna(earliest) and earliest < latest:
        ax.barh(y, _number(latest) - _number(earliest), left=_number(earliest), height=0.42, color=theme.mix(
            theme.PAPER, colour, 0.35), edgecolor=colour, linewidth=1.2, zorder=2)
    else:
        ax.plot([min(max(left, start), _number(latest)), _number(latest)], [y, y], color=theme.RULE, linewidth=1.6,
                zorder=2)
    if pd.notna(done_on):
        return pd.Timestamp(done_on)
    return pd.Timestamp(latest)


def _say_when(row: Any) -> str:
    earliest, latest = row.due_earliest, row.due_latest
    done_on = row.completed_on
    if pd.notna(done_on) and row.status in ("done", "done late"):
        return say("timeline", "done_on", day=_short(done_on))
    if pd.isna(latest):
        return say("timeline", "no_last_day")
    if pd.notna(earliest) and earliest < latest:
        first = f"{earliest.day} {earliest:%b}" if earliest.year == latest.year else _short(earliest)
        return say("timeline", "between", first=first, last=_short(latest))
    return say("timeline", "due", day=_short(latest))


def _short(moment: pd.Timestamp) -> str:
    return f"{moment.day} {moment:%b %Y}"
