"""Rating patterns in pictures: estimates with their ranges, and mean ratings against the number they rest on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.labels import place_labels
from my121_analytics.figures.layout import Room, Words, elide, line_height, measure, open_axes, place, write
from my121_analytics.figures.vector import printable
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.verdicts import CANNOT_TELL, PATTERN, SAID_FIRST, VERDICTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNLISTED = "unlisted"
"""Stands for all other verdicts in a picture for the meeting."""
MOST_ROWS = 30
"""Managers drawn in one picture; the others are counted in words."""
MOST_NAMES = 12
"""Names in a sentence."""
LIMITS = (("95%", 1.959964), ("99.8%", 3.090232))
"""Level of each pair of limits, and its standard normal quantile."""

MOST_LABELS = 10
"""Names in the funnel; with more it says that some may be missing."""

_ROW, _COUNTS, _INDENT = 0.225, 0.62, 0.24
_NAMES = (1.9, 3.4)
"""Inches for names, least and most."""


def plot_caterpillar(released: Released, *, for_meeting: bool = False, ax: Axes | None = None) -> Axes:
    """Draw each manager's estimate with its 95 % range, grouped by verdict and then by name.

    Parameters
    ----------
    released
        Of ``estimate_severity``, for an audience that sees names.
    for_meeting
        Set apart only those to hear; all others are "not on the list", so that nobody is half named.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        At most 30 managers; the others, and those with too few ratings for a range, are told in words below.

    Notes
    -----
    The order is not by size, since differences between neighbours in such an order are mostly chance; two ranges that
    overlap do not tell two managers apart, and two that do not overlap were not compared with each other either.
    """
    released = require_released(released, wanted_by="plot_caterpillar")
    managers = _read(released, wanted_by="plot_caterpillar", for_meeting=for_meeting)
    drawn = managers.ranged.head(MOST_ROWS)
    verdicts = [v for v in (PATTERN, UNLISTED, *VERDICTS) if (drawn["verdict"] == v).any()]
    verdicts = list(dict.fromkeys(verdicts))
    words = Words(_title(managers), phrases.subtitle(released, say("caterpillar", "measure"), n=_n(managers),
                                                     table="managers"), _notes(managers, drawn))
    if drawn.empty:
        return open_axes(ax, words, Room(height=0.3))
    longest = max(measure(printable(name), theme.SMALL) for name in drawn["name"]) + _INDENT + 0.1
    names = min(max(longest, _NAMES[0]), _NAMES[1])
    ax = open_axes(ax, words, Room(height=max(len(drawn) + 1.25 * len(verdicts), 3) * _ROW, left=names + _COUNTS,
                                   top=0.52, bottom=0.3))
    _draw_scale(ax, drawn, managers.delta)
    y = 0.0
    for verdict in verdicts:
        rows = drawn[drawn["verdict"] == verdict]
        _write_heading(ax, y + 0.15, verdict, len(rows), int((managers.ranged["verdict"] == verdict).sum()), names)
        y += 1.25
        for row in rows.itertuples():
            _draw_manager(ax, y, row, names)
            y += 1
    ax.set_ylim(y - 0.4, -0.55)
    return ax


def describe_caterpillar(released: Released, *, for_meeting: bool = False) -> str:
    """Say in words what :func:`plot_caterpillar` shows: how many have each verdict, and the patterns themselves."""
    released = require_released(released, wanted_by="describe_caterpillar")
    managers = _read(released, wanted_by="describe_caterpillar", for_meeting=for_meeting)
    counts = [say("caterpillar", "alt_count", verdict=_sentence(v), n=int((managers.frame["verdict"] == v).sum()))
              for v in ((PATTERN, UNLISTED) if for_meeting else VERDICTS)]
    rows = [say("caterpillar", "alt_row", name=r.name, n=phrases.count(r.n_ratings),
                estimate=phrases.signed(r.estimate), lower=phrases.signed(r.lower), upper=phrases.signed(r.upper))
            for r in managers.ranged[managers.ranged["verdict"] == PATTERN].itertuples()]
    return say("caterpillar", "alt", n=len(managers.ranged), title=_title(managers), counts="; ".join(counts),
               rows="".join(rows))


def plot_funnel(released: Released, *, for_meeting: bool = False, ax: Axes | None = None) -> Axes:
    """Draw each manager's mean rating less the expected one against the number of ratings, with limits of chance.

    Parameters
    ----------
    released
        Of ``estimate_severity``, for an audience that sees names.
    for_meeting
        Set apart only those to hear.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Only managers with the verdict ``pattern`` are named.

    Notes
    -----
    The limits are +-1.96 and +-3.09 standard errors, sd / sqrt(n), with sd the standard deviation of one rating about
    its expectation: the fact ``rating_sd``, else from the mix of all ratings, else from the managers' own differences.
    They hold for managers who rate alike, and widen with fewer ratings; they do not allow for the spread between
    managers that any council has, so more points lie outside than there are patterns to discuss.

    References
    ----------
    Spiegelhalter (2005), Funnel plots for comparing institutional performance, Statistics in Medicine 24:1185.
    """
    released = require_released(released, wanted_by="plot_funnel")
    managers = _read(released, wanted_by="plot_funnel", for_meeting=for_meeting)
    points = managers.rated
    spread = _spread(released, points)
    crowded = int((points["verdict"] == PATTERN).sum()) > MOST_LABELS
    notes = [*(say("caveat", code) for code in managers.said_first), _key(managers),
             say("funnel", "note_names") if crowded else "", say("funnel", "note"),
             say("funnel", "note_spread") if spread.is_rough else "", say("caveat", "leniency_or_quality")]
    words = Words(_title_of_funnel(points, spread.sd),
                  phrases.subtitle(released, say("funnel", "measure"), n=_n(managers), table="managers"),
                  tuple(note for note in notes if note) if len(points) else ())
    if points.empty:
        return open_axes(ax, words, Room(height=0.3))
    ax = open_axes(ax, words, Room(height=4.2, left=0.75, right=0.95, top=0.3, bottom=0.5))
    _draw_limits(ax, points, spread.sd)
    _draw_points(ax, points, spread.sd)
    return ax


def describe_funnel(released: Released) -> str:
    """Say in words what :func:`plot_funnel` shows: how many lie outside the limits, and who is named."""
    released = require_released(released, wanted_by="describe_funnel")
    managers = _read(released, wanted_by="describe_funnel")
    points = managers.rated
    named = [say("funnel", "alt_row", name=r.name, difference=phrases.signed(r.difference),
                 n=phrases.count(r.n_ratings)) for r in points[points["verdict"] == PATTERN].itertuples()]
    sentence = say("funnel", "alt_named", names=phrases.join_words(named)) if named else say("funnel", "alt_none")
    title = _title_of_funnel(points, _spread(released, points).sd)
    return say("funnel", "alt", n=len(points), title=title, named=sentence)


@dataclass(frozen=True)
class _Managers:
    """What both pictures rest on: all rows shown, those with a range, those with a mean rating."""

    frame: pd.DataFrame
    ranged: pd.DataFrame
    rated: pd.DataFrame
    few: Sequence[str]
    n_withheld: int
    marker: str
    delta: float
    n_listed: int
    expected_wrong: float | None
    no_difference: bool
    said_first: tuple[str, ...]


@dataclass(frozen=True)
class _Spread:
    sd: float
    is_rough: bool


def _read(released: Released, *, wanted_by: str, for_meeting: bool = False) -> _Managers:
    frame = phrases.take_table(released, "managers", wanted_by=wanted_by)
    shown = frame[frame["marker"].astype("str") == ""].copy()
    ids = shown["rater_id"].astype("str")  # all there is where people go by pseudonyms
    shown["name"] = shown["name"].astype("str").where(shown["name"].notna(), ids) if "name" in shown else ids
    shown["verdict"] = shown["verdict"].astype("str")
    if for_meeting:
        shown["verdict"] = shown["verdict"].where(shown["verdict"] == PATTERN, UNLISTED)
    # Alphabetical within a verdict, the id settling two people of one name: never by the estimate.
    relevance = shown["verdict"].map({code: v.order for code, v in VERDICTS.items()}).fillna(len(VERDICTS))
    shown = (shown.assign(relevance=relevance, sortable=shown["name"].str.casefold())
             .sort_values(["relevance", "sortable", "rater_id"], kind="stable").reset_index(drop=True))
    has_range = shown[["estimate", "lower", "upper"]].notna().all(axis="columns")
    rated = shown[shown[["mean_rating", "expected_rating"]].notna().all(axis="columns") & (shown["n_ratings"] > 0)]
    rated = rated.assign(difference=rated["mean_rating"] - rated["expected_rating"])
    sd, none = released.facts.get("sd"), released.facts.get("no_difference")
    return _Managers(frame=shown, ranged=shown[has_range], rated=rated, few=shown.loc[~has_range, "name"].tolist(),
                     n_withheld=len(frame) - len(shown), marker=phrases.marker_of(frame),
                     delta=float(released.facts.get("delta") or Settings().managers.delta),
                     n_listed=int((shown["verdict"] == PATTERN).sum()),
                     expected_wrong=_expected_wrong(released, shown),
                     no_difference=bool(none) if none is not None else sd == 0,
                     said_first=tuple(code for code in SAID_FIRST if released.facts.get(code)))


def _expected_wrong(released: Released, shown: pd.DataFrame) -> float | None:
    """Count the patterns shown that are expected by chance: of these managers, where the release was cut to some."""
    listed = shown[shown["verdict"] == PATTERN]
    if "probability" in listed.columns and listed["probability"].notna().all():
        return float((1 - listed["probability"].astype("float64")).sum())
    expected = released.facts.get("expected_wrong")
    return None if phrases.is_blank(expected) else float(str(expected))


def _title(managers: _Managers) -> str:
    if managers.frame.empty:
        return say("caterpillar", "title_nobody")
    if managers.no_difference:
        return say("caterpillar", "title_no_difference")
    if managers.ranged.empty:
        return say("caterpillar", "title_few")
    if len(managers.frame) == 1:
        return say("caterpillar", "title_one" if managers.n_listed else "title_none_one")
    if not managers.n_listed:
        return say("caterpillar", "title_none", of=len(managers.frame))
    return say("caterpillar", "title", n=managers.n_listed, of=len(managers.frame),
               have=say("caterpillar", "has" if managers.n_listed == 1 else "have"))


def _n(managers: _Managers) -> str:
    n = phrases.count(managers.frame["n_ratings"].sum())
    return say("caterpillar", "n_one" if len(managers.frame) == 1 else "n", n=n, managers=len(managers.frame))


def _notes(managers: _Managers, drawn: pd.DataFrame) -> tuple[str, ...]:
    """Say what the picture leaves out and how it may be read."""
    notes = [say("caveat", code) for code in managers.said_first]
    if len(drawn):
        notes.append(say("caterpillar", "order", delta=f"{managers.delta:.2f}", odds=f"{math.exp(managers.delta):.3g}"))
    rest = managers.ranged.iloc[len(drawn):]["verdict"]
    if len(rest):
        parts = [say("caterpillar", "more_part", n=int((rest == v).sum()), verdict=_sentence(v))
                 for v in (*VERDICTS, UNLISTED) if (rest == v).any()]
        notes.append(say("caterpillar", "more", rest=phrases.join_words(parts)))
    if managers.few:
        names = phrases.join_words(managers.few[:MOST_NAMES])
        if len(managers.few) > MOST_NAMES:
            names = say("caterpillar", "few_more", names=", ".join(managers.few[:MOST_NAMES]),
                        n=len(managers.few) - MOST_NAMES)
        notes.append(say("caterpillar", "few", names=names))
    if managers.n_withheld:
        notes.append(say("caterpillar", "withheld", n=managers.n_withheld, marker=managers.marker))
    if managers.n_listed and managers.expected_wrong is not None:
        notes.append(say("caterpillar", "chance", expected=f"{managers.expected_wrong:.1f}", n=managers.n_listed))
    if len(drawn):
        notes.append(say("caveat", "leniency_or_quality"))
    return tuple(notes)


def _draw_scale(ax: Axes, drawn: pd.DataFrame, delta: float) -> None:
    """Draw the zero line, the band of differences too small to matter, and the axis with its words."""
    reach = max(float(drawn[["lower", "upper"]].abs().max(axis=None)), 1.5 * delta) * 1.06
    ax.set_xlim(-reach, reach)
    ax.axvspan(-delta, delta, color=theme.PALE_BLUE, linewidth=0, zorder=0)
    ax.axvline(0, color=theme.QUIET, linewidth=1, zorder=1)
    step = 0.5 if reach < 1.6 else 1.0 if reach < 4 else 2.0
    for tick in np.arange(-math.floor(reach / step), math.floor(reach / step) + 1) * step:
        ax.axvline(tick, color=theme.RULE, linewidth=0.5, zorder=0.5)
        write(ax, phrases.signed(tick, 1 if step < 1 else 0) if tick else "0", (tick, 0), (0, -0.12),
              data=(True, False), size=theme.SMALL, colour=theme.QUIET, ha="center", gid="tick")
    write(ax, say("caterpillar", "band", delta=f"{delta:.2f}"), (0.5, 1), (0, 0.38), size=theme.SMALL, ha="center",
          colour=theme.QUIET, gid="label")
    write(ax, say("caterpillar", "lower"), (0, 1), (0, 0.14), size=theme.SMALL, gid="label")
    write(ax, say("caterpillar", "higher"), (1, 1), (0, 0.14), size=theme.SMALL, ha="right", gid="label")
    write(ax, say("caterpillar", "n_head"), (0, 1), (-0.14, 0.14), size=theme.SMALL, ha="right", colour=theme.QUIET,
          gid="label")


def _write_heading(ax: Axes, y: float, verdict: str, n_shown: int, n: int, names: float) -> None:
    word = _sentence(verdict)
    word = word[0].upper() + word[1:]
    text = (say("caterpillar", "heading", verdict=word, n=n) if n_shown == n
            else say("caterpillar", "heading_cut", verdict=word, shown=n_shown, n=n))
    _draw_shape(ax, verdict, 0, y, offset=(-names - _COUNTS + 0.08, 0), on_axes=True)
    write(ax, text, (0, y), (-names - _COUNTS + _INDENT, 0), data=(False, True), weight="bold", gid="label")


def _draw_manager(ax: Axes, y: float, row: object, names: float) -> None:
    name, verdict, n = (getattr(row, field) for field in ("name", "verdict", "n_ratings"))
    estimate, lower, upper = (float(getattr(row, field)) for field in ("estimate", "lower", "upper"))
    write(ax, elide(name, names - _INDENT, theme.SMALL, keep_end=0.4), (0, y), (-names - _COUNTS + _INDENT, 0),
          data=(False, True), size=theme.SMALL, gid="name")
    write(ax, phrases.count(n), (0, y), (-0.14, 0), data=(False, True), size=theme.SMALL, ha="right", gid="value")
    ax.plot([lower, upper], [y, y], color=_colour(verdict), linewidth=1.6, solid_capstyle="butt", zorder=2)
    _draw_shape(ax, verdict, estimate, y)


def _colour(verdict: str) -> str:
    return theme.DARK_PINK if verdict == PATTERN else theme.DARK_BLUE


def _sentence(verdict: str) -> str:
    return say("caterpillar", "unlisted") if verdict == UNLISTED else VERDICTS[verdict].sentence


def _draw_shape(ax: Axes, verdict: str, x: float, y: float, *, offset: tuple[float, float] = (0.0, 0.0),
                on_axes: bool = False) -> None:
    shape, colour = VERDICTS.get(verdict, VERDICTS[CANNOT_TELL]), _colour(verdict)
    ax.plot([x], [y], marker=shape.marker, markersize=6.5, markerfacecolor=colour if shape.is_filled else theme.PAPER,
            markeredgecolor=colour, markeredgewidth=1.4, linestyle="none", zorder=3, clip_on=False,
            transform=place(ax, offset, (not on_axes, True)))


def _spread(released: Released, points: pd.DataFrame) -> _Spread:
    """Find the standard deviation of one rating about its expectation."""
    rating_sd = released.facts.get("rating_sd")
    if isinstance(rating_sd, int | float) and rating_sd > 0:
        return _Spread(float(rating_sd), False)
    mix = released.tables.get("mix")
    if mix is not None and mix["n"].notna().all() and mix["n"].sum() > 1:
        weights = mix.groupby("level", observed=True)["n"].sum().astype("float64")
        levels = weights.index.to_numpy(dtype="float64")
        mean = float(np.average(levels, weights=weights))
        sd = float(np.sqrt(np.average((levels - mean) ** 2, weights=weights)))
        if sd > 0:
            return _Spread(sd, False)
    scaled = (points["difference"] * np.sqrt(points["n_ratings"].astype("float64"))).abs()
    rough = 1.4826 * float(scaled.median()) if len(scaled) else 0.0
    # A few odd managers must not widen the limits beyond what ratings on a short scale can spread.
    return _Spread(min(rough, 1.0) if rough > 0 else 1.0, True)


def _title_of_funnel(points: pd.DataFrame, sd: float) -> str:
    if points.empty:
        return say("funnel", "title_nobody")
    standard = points["difference"].abs() * np.sqrt(points["n_ratings"].astype("float64")) / sd
    outside = int((standard > LIMITS[1][1]).sum())
    if not outside:
        return say("funnel", "title_all" if len(points) > 1 else "title_one", of=len(points))
    listed = int((points["verdict"] == PATTERN).sum())
    return say("funnel", "title", n=outside, of=len(points), listed=listed or say("funnel", "none"),
               have=say("caterpillar", "have" if listed > 1 else "has"))


def _draw_limits(ax: Axes, points: pd.DataFrame, sd: float) -> None:
    """Draw axes, zero line and both pairs of limits, each named where it ends."""
    last = max(float(points["n_ratings"].max()) * 1.05, 10.0)
    first = max(min(float(points["n_ratings"].min()), 5.0) * 0.8, 1.0)
    n = np.linspace(first, last, 200)
    reach = max(float(points["difference"].abs().max()) * 1.12, LIMITS[1][1] * sd / math.sqrt(max(first, 4.0)))
    ax.set_xlim(0, last)
    ax.set_ylim(-reach, reach)
    ax.axhline(0, color=theme.QUIET, linewidth=1, zorder=1)
    ends = []
    for (level, z), style in zip(LIMITS, ("--", "-"), strict=True):
        limit = z * sd / np.sqrt(n)
        for sign in (1, -1):
            ax.plot(n, sign * limit, color=theme.QUIET, linewidth=1.1, linestyle=style, zorder=1)
            ends.append((sign * float(limit[-1]), say("funnel", "limit", level=level)))
    room = line_height(theme.SMALL) * 2 * reach / 4.2
    for sign in (1, -1):
        inner, outer = sorted((end for end in ends if end[0] * sign > 0), key=lambda end: abs(end[0]))
        apart = max(abs(outer[0]), abs(inner[0]) + room)
        for at, text in ((inner[0], inner[1]), (sign * apart, outer[1])):
            write(ax, text, (1, at), (0.06, 0), data=(False, True), size=theme.SMALL, colour=theme.QUIET, gid="label")
    _write_scales(ax, last, reach)


def _write_scales(ax: Axes, last: float, reach: float) -> None:
    for tick in _ticks(0, last, 8, (1, 2, 5, 10)):
        if tick == round(tick):
            write(ax, f"{tick:.0f}", (tick, 0), (0, -0.12), data=(True, False), size=theme.SMALL, ha="center",
                  colour=theme.QUIET, gid="tick")
    for tick in _ticks(-reach, reach, 6, (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)):
        ax.axhline(tick, color=theme.RULE, linewidth=0.5, zorder=0)
        write(ax, phrases.signed(tick, 1) if tick else "0", (0, tick), (-0.08, 0), data=(False, True),
              size=theme.SMALL, ha="right", colour=theme.QUIET, gid="tick")
    write(ax, say("funnel", "x"), (0.5, 0), (0, -0.36), ha="center", gid="label")
    write(ax, say("funnel", "y"), (0, 1), (-0.7, 0.16), gid="label")


def _ticks(first: float, last: float, most: int, steps: Sequence[float]) -> list[float]:
    """Choose round values between two others, ``most`` intervals at most, by the smallest step that allows it."""
    smallest = (last - first) / most
    power = 10.0 ** math.floor(math.log10(smallest))
    step = next(step for step in (s * power for s in steps) if step >= smallest * (1 - 1e-9))
    return [number * step for number in range(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)]


def _draw_points(ax: Axes, points: pd.DataFrame, sd: float) -> None:
    for code in (UNLISTED, *reversed(VERDICTS)):
        verdict, colour = VERDICTS.get(code, VERDICTS[CANNOT_TELL]), _colour(code)
        rows = points[points["verdict"] == code]
        # Paper around each mark keeps neighbours apart where they crowd.
        ax.plot(rows["n_ratings"].astype("float64"), rows["difference"].astype("float64"), marker=verdict.marker,
                markersize=6.5, linestyle="none", zorder=3, markeredgewidth=1.0,
                markerfacecolor=colour if verdict.is_filled else theme.PAPER,
                markeredgecolor=theme.PAPER if verdict.is_filled else colour)
    named = points[points["verdict"] == PATTERN]
    n = np.linspace(1.0, ax.get_xlim()[1], 300)
    lines = [np.column_stack([n, sign * z * sd / np.sqrt(n)]) for _, z in LIMITS for sign in (1, -1)]
    lines.append(np.column_stack([n, np.zeros_like(n)]))
    place_labels(ax, named["n_ratings"].to_numpy("float64"), named["difference"].to_numpy("float64"),
                 named["name"].tolist(), avoid=points[["n_ratings", "difference"]].to_numpy("float64"),
                 lines=np.concatenate(lines))


def _key(managers: _Managers) -> str:
    """Say what each shape stands for, in words that need no colour."""
    parts = [say("funnel", "key", shape=VERDICTS.get(v, VERDICTS[CANNOT_TELL]).symbol, verdict=_sentence(v))
             for v in (*VERDICTS, UNLISTED) if (managers.rated["verdict"] == v).any()]
    return say("funnel", "keys", keys="; ".join(parts)) if parts else ""
