"""The first page: what to decide in this meeting, and what the data cannot tell. 250 words at most."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from my121_analytics.analysis.rating_patterns.verdicts import PATTERN
from my121_analytics.figures.phrases import day
from my121_analytics.reports.pack.coverage import total_of
from my121_analytics.reports.pack.managers import count_verdicts, expected_by_chance
from my121_analytics.reports.pack.meeting import Meeting, count_say
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.page import Block, Bullets, Drawing, Subheading
from my121_analytics.writing.tables import format_value

MOST_WORDS = 250
SMALL_GROUP = 30
"""Below this one person is more than three percentage points of a share."""


@dataclass(frozen=True)
class FirstPage:
    """The first page and where its numbers come from.

    Parameters
    ----------
    title, subtitle, blocks, picture
        As on the page.
    figures
        What was counted, the number as printed, and the chapter it comes from.
    """

    title: str
    subtitle: tuple[str, ...]
    blocks: tuple[Block, ...]
    picture: Drawing | None
    figures: tuple[tuple[str, str, str], ...]


def build_first_page(meeting: Meeting) -> FirstPage:
    """Write the first page of a pack.

    Parameters
    ----------
    meeting
        Its results are released.

    Returns
    -------
    FirstPage
    """
    figures: list[tuple[str, str, str]] = []
    decide = [*_agenda_items(meeting, figures), *_manager_items(meeting, figures), *_coverage_items(meeting, figures)]
    if not decide:
        decide = [say("pack_first", "nothing_to_decide")]
    limits = _limits(meeting, figures)
    blocks: tuple[Block, ...] = (
        Subheading(say("pack_first", "decide_heading")), Bullets(tuple(decide)),
        Subheading(say("pack_first", "cannot_heading")), Bullets(tuple(limits)))
    title = say("pack_first", "title", unit=meeting.name)
    return FirstPage(title, _subtitle(meeting, figures), blocks, _picture(meeting), tuple(figures))


def _subtitle(meeting: Meeting, figures: list[tuple[str, str, str]]) -> tuple[str, ...]:
    n, placed = meeting.results["profile"].about.n, _n_placed(meeting)
    population = say("pack_first", "population_hidden") if n is None else count_say("pack_first", "population", n)
    chapter = say("pack_section", "placements" if meeting.framework.has_map else "ratings")
    if n is not None:
        figures.append((say("pack_figure", "posts"), f"{n:,}", chapter))
    if placed is not None:
        figures.append((say("pack_figure", "placed"), f"{placed:,}", chapter))
        population += say("pack_first", "placed", n=f"{placed:,}")
    return (meeting.settings.council.name, say("pack_first", "cycle", cycle=meeting.cycle),
            say("pack_first", "as_of", as_of=day(meeting.as_of)), population)


def _n_placed(meeting: Meeting) -> int | None:
    """Count the posts with an outcome; None where a count was withheld."""
    table, key = ("map", "box") if meeting.framework.has_map else ("ratings", "level")
    frame = meeting.frame("profile", table)
    if frame is None or frame["n"].isna().any():
        return None
    return int(frame.loc[frame[key] != 0, "n"].sum())


def _agenda_items(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    people = meeting.frame("agenda", "people")
    if people is None:
        return []
    chapter = say("pack_section", "agenda")
    inside = people[people["in_meeting"].astype(bool)]
    if people.empty:
        return [say("pack_first", "agenda_none")]
    minutes = format_value(inside["minutes"].sum(), "integer")
    figures += [(say("pack_figure", "agenda"), f"{len(people):,}", chapter),
                (say("pack_figure", "in_meeting"), f"{len(inside):,}", chapter),
                (say("pack_figure", "minutes_used"), minutes, chapter)]
    code = "agenda_all" if len(inside) == len(people) else "agenda"
    return [count_say("pack_first", code, len(inside), n_all=f"{len(people):,}", minutes=minutes)]


def _manager_items(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    managers = meeting.frame("severity", "managers")
    if managers is None or managers.empty:
        return []
    n_by_verdict = count_verdicts(managers)
    n_listed = n_by_verdict[PATTERN]
    figures.append((say("pack_figure", "listed"), f"{n_listed:,}", say("pack_section", "managers")))
    return [count_say("pack_first", "managers", n_listed)]


def _coverage_items(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    items = []
    chapter = say("pack_section", "coverage")
    on_map = say("pack_section", "placements" if meeting.framework.has_map else "ratings")
    placed, n = _n_placed(meeting), meeting.results["profile"].about.n
    if placed is not None and n is not None:
        n_missing = n - placed
        figures.append((say("pack_figure", "not_placed"), f"{n_missing:,}", on_map))
        items.append(count_say("pack_first", "not_placed", n_missing))
    total = total_of(meeting)
    if total is not None and pd.notna(total["estimate"]):
        share = format_value(float(total["estimate"]), "share")
        figures.append((say("pack_figure", "conversations"), share, chapter))
        items.append(say("pack_first", "conversations", share=share))
    return items


def _limits(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    limits = []
    managers = meeting.frame("severity", "managers")
    if managers is not None and len(managers):
        limits.append(say("caveat", "leniency_or_quality"))
        limits.append(say("pack_first", "cannot_tell"))
        if count_verdicts(managers)[PATTERN]:
            chance = expected_by_chance(managers)
            figures.append((say("pack_figure", "by_chance"), chance, say("pack_section", "managers")))
            limits.append(say("pack_first", "chance", n=chance))
    elif "severity" in meeting.problems:
        limits.append(say("pack_first", "no_managers"))
    limits.append(say("pack_first", "judgement"))
    n = meeting.results["profile"].about.n
    limits.append(say("pack_first", "small_group" if n is None or n < SMALL_GROUP else "reasons"))
    return limits


def _picture(meeting: Meeting) -> Drawing | None:
    picture = meeting.pictures.get("map")
    return None if picture is None else Drawing(
        picture, say("pack_first", "map_caption" if meeting.framework.has_map else "ratings_caption"))
