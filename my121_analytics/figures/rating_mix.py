"""A manager's rating mix beside the mix expected under an average manager, for the managers there is reason to hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures import phrases, theme
from my121_analytics.figures.layout import Room, Words, elide, measure, open_axes, write
from my121_analytics.figures.vector import printable
from my121_analytics.wording.catalogue import say
from my121_analytics.wording.shares import percent
from my121_analytics.workforce.verdicts import PATTERN, VERDICTS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_MANAGERS = 12
"""Managers drawn; the others are counted in words."""
_BAR, _GAP, _HEAD = 0.24, 0.30, 0.30
"""Inches: height of a bar, space between managers, room for the levels' names."""
_NAMES = (2.05, 3.0)


def plot_rating_mixes(released: Released, *, ax: Axes | None = None) -> Axes:
    """Draw, for each manager with a pattern, the shares of the ratings given over the shares expected.

    Parameters
    ----------
    released
        Of ``estimate_severity``, for an audience that sees names.
    ax
        None makes a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes
        Two bars a manager, ratings rising to the right, each share printed in its part.

    Notes
    -----
    The expected mix is that of an average manager for people alike in the case mix. It is about the team as a whole
    and proposes no rating to anybody.
    """
    released = require_released(released, wanted_by="plot_rating_mixes")
    listed, mix = _read(released)
    drawn = listed.head(MOST_MANAGERS)
    words = Words(_title(listed), phrases.subtitle(released, say("rating_mixes", "measure"), n=_n(listed),
                                                 table="managers"), _notes(listed, drawn))
    if drawn.empty:
        return open_axes(ax, words, Room(height=0.3))
    longest = max(measure(printable(str(name)), theme.SMALL, "bold") for name in drawn["name"])
    names = min(max(longest + 0.15, _NAMES[0]), _NAMES[1])
    row = 2 * _BAR + _GAP
    ax = open_axes(ax, words, Room(height=len(drawn) * row, left=names + 0.85, right=0.2, top=_HEAD, bottom=0.1))
    ax.set_xlim(0, 1)
    ax.set_ylim(len(drawn) * row, 0)
    _write_levels(ax, mix)
    for place, manager in enumerate(drawn.itertuples()):
        shares = mix[mix["rater_id"] == manager.rater_id].sort_values("level")
        top = place * row + _GAP / 2
        write(ax, elide(str(manager.name), names - 0.1, theme.SMALL, keep_end=0.4), (0, top + _BAR / 2),
              (-names - 0.75, 0), data=(False, True), size=theme.SMALL, weight="bold", gid="name")
        count = say("rating_mixes", "n_one" if manager.n_ratings == 1 else "n", n=phrases.count(manager.n_ratings))
        known = VERDICTS[PATTERN].sentence if manager.verdict == PATTERN else say("caterpillar", "unlisted")
        write(ax, f"{known}, {count}", (0, top + 1.5 * _BAR), (-names - 0.75, 0),
              data=(False, True), size=theme.SMALL, colour=theme.QUIET, gid="label")
        _draw_bar(ax, top, shares["share"].tolist(), say("rating_mixes", "given"))
        _draw_bar(ax, top + _BAR, shares["expected_share"].tolist(), say("rating_mixes", "expected"), pale=True)
    return ax


def has_mixes(released: Released) -> bool:
    """Say whether there is a mix to draw: a manager with a reason to look, for an audience that may see it."""
    released = require_released(released, wanted_by="has_mixes")
    if not {"managers", "mix"} <= set(released.tables) or not len(released.tables["mix"]):
        return False
    return bool(_is_to_hear(released.tables["managers"]).any())


def describe_rating_mixes(released: Released) -> str:
    """Say in words what :func:`plot_rating_mixes` shows: each manager's shares beside the expected ones."""
    released = require_released(released, wanted_by="describe_rating_mixes")
    listed, mix = _read(released)
    rows = []
    for manager in listed.head(MOST_MANAGERS).itertuples():
        shares = mix[mix["rater_id"] == manager.rater_id].sort_values("level")
        parts = phrases.join_words([
            say("rating_mixes", "alt_part", label=row.label, share=percent(row.share),
                expected=percent(row.expected_share)) for row in shares.itertuples()])
        rows.append(say("rating_mixes", "alt_row", name=manager.name, parts=parts))
    return " ".join([say("rating_mixes", "alt", title=_title(listed)), *rows])


def _read(released: Released) -> tuple[pd.DataFrame, pd.DataFrame]:
    managers = phrases.take_table(released, "managers", wanted_by="plot_rating_mixes")
    mix = phrases.take_table(released, "mix", wanted_by="plot_rating_mixes")
    managers = managers.assign(rater_id=managers["rater_id"].astype("str"), verdict=managers["verdict"].astype("str"))
    if "name" not in managers:
        managers["name"] = managers["rater_id"]
    listed = managers[_is_to_hear(managers) & (managers["marker"].astype("str") == "")]
    listed = listed.assign(name=listed["name"].astype("str").where(listed["name"].notna(), listed["rater_id"]))
    listed = listed.assign(_name=listed["name"].str.casefold()).sort_values(
        ["_name", "rater_id"], kind="stable").reset_index(drop=True)
    mix = mix.assign(rater_id=mix["rater_id"].astype("str"))
    return listed, mix


def _is_to_hear(managers: pd.DataFrame) -> pd.Series:
    if "to_hear" in managers:
        return managers["to_hear"].fillna(False).astype(bool)
    return managers["verdict"].astype("str") == PATTERN


def _title(listed: pd.DataFrame) -> str:
    n = len(listed)
    if listed.empty:
        return say("rating_mixes", "title_none")
    return say("rating_mixes", "title_one") if n == 1 else say("rating_mixes", "title", n=n)


def _n(listed: pd.DataFrame) -> str:
    return say("rating_mixes", "n", n=phrases.count(listed["n_ratings"].sum()))


def _notes(listed: pd.DataFrame, drawn: pd.DataFrame) -> tuple[str, ...]:
    if drawn.empty:
        return ()
    more = len(listed) - len(drawn)
    notes = [say("rating_mixes", "note"), say("rating_mixes", "more", n=more) if more else "",
             say("caveat", "leniency_or_quality")]
    return tuple(note for note in notes if note)


def _write_levels(ax: Axes, mix: pd.DataFrame) -> None:
    """Name the levels above the bars: the first at the left end, the last at the right end, the others between."""
    levels = mix.drop_duplicates("level").sort_values("level")["label"].astype("str").tolist()
    text = "  <  ".join(levels)
    write(ax, say("rating_mixes", "scale", levels=text), (0, 1), (0, 0.14), size=theme.SMALL, colour=theme.QUIET,
          gid="label")


def _draw_bar(ax: Axes, top: float, shares: list[float], word: str, *, pale: bool = False) -> None:
    """Draw one bar of parts; the given mix in full tones, the expected one in pale tones with an outline."""
    write(ax, word, (0, top + _BAR / 2), (-0.08, 0), data=(False, True), size=theme.SMALL, ha="right",
          colour=theme.QUIET if pale else theme.INK, gid="label")
    left, k = 0.0, len(shares)
    for place, share in enumerate(shares):
        if not share > 0:
            continue
        tone = theme.mix(theme.PAPER, theme.DARK_BLUE, (place + 1) / k * (0.45 if pale else 1.0))
        ax.barh(top + _BAR / 2, share, left=left, height=_BAR * 0.92, color=tone, edgecolor=theme.PAPER, linewidth=1.2,
                zorder=2)
        if share >= 0.045:
            write(ax, percent(share), (left + share / 2, top + _BAR / 2), data=(True, True), size=theme.SMALL,
                  ha="center", colour=theme.text_on(tone), gid="value")
        left += share
