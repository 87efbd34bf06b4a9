"""The pictures of one pack: each drawn once, as an element of the page and as files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from my121_analytics.disclosure.release import Released
from my121_analytics.figures.canvas import draw_on_canvas
from my121_analytics.figures.coverage import describe_coverage, plot_coverage
from my121_analytics.figures.list_length import describe_list_lengths, plot_list_lengths
from my121_analytics.figures.managers import describe_caterpillar, describe_funnel, plot_caterpillar, plot_funnel
from my121_analytics.figures.movement_links import describe_movement_links, plot_movement_links
from my121_analytics.figures.nine_box import (
    describe_box_by_group,
    describe_box_change,
    describe_nine_box,
    describe_rating_mix,
    plot_box_by_group,
    plot_box_change,
    plot_nine_box,
    plot_rating_mix,
)
from my121_analytics.figures.rating_mix import describe_rating_mixes, has_mixes, plot_rating_mixes
from my121_analytics.figures.self_gap import describe_self_gap, plot_self_gap
from my121_analytics.figures.theme import render_png, render_svg
from my121_analytics.framework.nine_box import Framework
from my121_analytics.wording.catalogue import say
from my121_analytics.workers import Crew
from my121_analytics.workforce.results import TOTAL
from my121_analytics.writing.picture import Picture

FEWEST_INTERVALS = 2
"""A picture of one manager's range says nothing that the table does not."""


@dataclass(frozen=True)
class _Wanted:
    """One picture to be drawn: of which result, by what, and whether also as dots."""

    name: str
    released: Released
    plot: Callable[..., object]
    describe: Callable[[Released], str]
    dots: bool = False


def draw_pictures(results: Mapping[str, Released], framework: Framework, *, is_council: bool,
                  crew: Crew | None = None) -> dict[str, Picture]:
    """Draw what a pack shows, leaving out what would be empty.

    Parameters
    ----------
    results
        Released results by subject: profile, movement, severity, coverage.
    framework
        Whether there is a map.
    is_council
        The funnel compares all managers, so only the senior team's pack has it.
    crew
        Processes that draw some of them; default: none.

    Returns
    -------
    dict
        By name: map, change, groups, managers, mixes, lengths, linkage, funnel, coverage, self.
    """
    wanted = {picture.name: picture for picture in _list_pictures(results, framework, is_council)}
    drawn = dict((crew or Crew()).share(_draw, wanted, list(wanted)))
    return {name: drawn[name] for name in wanted}


def _list_pictures(results: Mapping[str, Released], framework: Framework, is_council: bool) -> Iterator[_Wanted]:
    profile = results["profile"]
    if framework.has_map and "map" in profile.tables:
        yield _Wanted("map", profile, plot_nine_box, describe_nine_box, dots=True)
    elif not framework.has_map and "ratings" in profile.tables:
        yield _Wanted("map", profile, plot_rating_mix, describe_rating_mix, dots=True)
    movement = results.get("movement")
    if movement is not None and "change" in movement.tables and _any(movement, "change", "base"):
        yield _Wanted("change", movement, plot_box_change, describe_box_change)
    if framework.has_map and _n_groups(profile) > 1:
        yield _Wanted("groups", profile, plot_box_by_group, describe_box_by_group)
    severity = results.get("severity")
    if severity is not None and "managers" in severity.tables:
        yield from _list_of_managers(severity, is_council)
    coverage = results.get("coverage")
    if coverage is not None and _any(coverage, "by_group", "base"):
        yield _Wanted("coverage", coverage, plot_coverage, describe_coverage)
    agreement = results.get("agreement")
    if agreement is not None and _any(agreement, "by_group", "base"):
        yield _Wanted("self", agreement, plot_self_gap, describe_self_gap)


def _list_of_managers(severity: Released, is_council: bool) -> Iterator[_Wanted]:
    if severity.tables["managers"]["lower"].notna().sum() < FEWEST_INTERVALS:
        return
    yield _Wanted("managers", severity, partial(plot_caterpillar, for_meeting=True),
                  partial(describe_caterpillar, for_meeting=True), dots=True)
    if has_mixes(severity):
        yield _Wanted("mixes", severity, plot_rating_mixes, describe_rating_mixes)
    if is_council and len(severity.tables.get("list_length", ())):
        yield _Wanted("lengths", severity, plot_list_lengths, describe_list_lengths)
    if is_council and {"linkage", "ties"} <= set(severity.tables) and len(severity.tables["linkage"]):
        yield _Wanted("linkage", severity, plot_movement_links, describe_movement_links)
    if is_council:
        yield _Wanted("funnel", severity, partial(plot_funnel, for_meeting=True), describe_funnel)


def _draw(wanted: Mapping[str, _Wanted], name: str) -> Picture:
    """Draw one picture, once, as an element and as dots."""
    picture = wanted[name]
    drawn, alt = draw_on_canvas(picture.plot, picture.released), picture.describe(picture.released)
    title = say("pack_picture", name)
    return Picture(name, title, alt, render_svg(drawn, title=title, description=alt),
                   render_png(drawn, dpi=110) if picture.dots else b"")


def _any(released: Released, table: str, column: str) -> bool:
    frame = released.tables.get(table)
    return frame is not None and bool((frame[column].fillna(0) > 0).any())


def _n_groups(profile: Released) -> int:
    frame = profile.tables.get("map_by_group")
    if frame is None:
        return 0
    return int(frame[frame.columns[0]].astype("str").drop_duplicates().ne(TOTAL).sum())
