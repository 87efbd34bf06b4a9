"""The first page: what is not here, what to decide and in which minutes, whom to hear, what changed, and the limits."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from my121_analytics.calibration.actions import Carried
from my121_analytics.figures.phrases import day
from my121_analytics.reports.pack.chasing import count_without_conversation
from my121_analytics.reports.pack.coverage import total_of
from my121_analytics.reports.pack.managers import count_verdicts, expected_by_chance, is_to_hear
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.wording.catalogue import count_say, say
from my121_analytics.workforce.verdicts import PATTERN
from my121_analytics.writing.page import Block, Bullets, Drawing, PageTable, Subheading, Text
from my121_analytics.writing.tables import format_value

SMALL_GROUP = 30
"""Below this one person is more than three percentage points of a share."""
MOST_NAMES = 6
MOST_CHANGES = 4


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
    subtitle = _subtitle(meeting, figures)
    blocks: list[Block] = [Text(_absent(meeting, figures), "caveat")]
    decide = [*_agenda_items(meeting, figures), *_coverage_items(meeting, figures)]
    if not meeting.is_public:
        blocks += [Subheading(say("pack_first", "decide_heading")),
                   Bullets(tuple(decide or [say("pack_first", "nothing_to_decide")]))]
    plan = _minutes(meeting)
    blocks += [plan] if plan is not None else []
    for heading, items in (("hear_heading", _manager_items(meeting, figures)),
                           ("changed_heading", _changes(meeting, figures)),
                           ("actions_heading", list(meeting.actions)), ("cannot_heading", _limits(meeting, figures))):
        if items:
            blocks += [Subheading(say("pack_first", heading)), Bullets(tuple(items))]
    return FirstPage(say("pack_first", "title", unit=meeting.name), subtitle, tuple(blocks), None, tuple(figures))


def say_action(carried: Carried) -> str:
    """Say an action of the meeting before, with its statistic then and now."""
    known = {"action": carried.action, "owner": carried.owner, "due": carried.due_on}
    if not carried.statistic:
        return say("pack", "action_plain", **known)
    then, now = (say("pack", "action_unknown") if value is None
                 else format_value(value, "share" if carried.is_share else "integer")
                 for value in (carried.then, carried.now))
    return say("pack", "action_carried", **known, statistic=carried.statistic, then=then, now=now)


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
            say("page", "as_of", as_of=day(meeting.as_of)), population)


def _n_placed(meeting: Meeting) -> int | None:
    """Count the posts with an outcome; None where a count was withheld."""
    table, key = ("map", "box") if meeting.framework.has_map else ("ratings", "level")
    frame = meeting.frame("profile", table)
    if frame is None or frame["n"].isna().any():  # a sum over withheld counts would tell what they add up to
        return None
    return int(frame.loc[frame[key] != 0, "n"].sum())


def _absent(meeting: Meeting, figures: list[tuple[str, str, str]]) -> str:
    """Say first what is not in the pack."""
    parts = []
    placed, n = _n_placed(meeting), meeting.results["profile"].about.n
    if placed is not None and n is not None and n > placed:
        parts.append(count_say("pack_first", "absent_placements", n - placed))
    stopped = None if meeting.is_public else meeting.quality.get("reconciliation")  # a file may hold a few people only
    if stopped is not None and int(stopped["rows_quarantined"].sum()):
        n_stopped = int(stopped["rows_quarantined"].sum())
        figures.append((say("pack_figure", "rows_stopped"), f"{n_stopped:,}", say("pack_section", "notes")))
        parts.append(count_say("pack_first", "absent_rows", n_stopped))
    unreadable = meeting.quality.get("unreadable")
    if unreadable is not None and len(unreadable):
        parts.append(count_say("pack_first", "absent_files", len(unreadable)))
    parts += [say("pack_first", f"absent_{subject}") for subject in ("severity", "movement", "coverage", "agenda")
              if subject in meeting.problems]
    parts += [say("pack_first", "absent_public")] if meeting.is_public else []
    if parts:
        return say("pack_first", "absent", parts="; ".join(parts))
    return say("pack_first", "absent_unknown" if stopped is None else "absent_nothing")


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
    if inside.empty:
        return [say("pack_first", "agenda_no_time", n_all=f"{len(people):,}")]
    code = "agenda_all" if len(inside) == len(people) else "agenda"
    return [count_say("pack_first", code, len(inside), n_all=f"{len(people):,}")]


def _minutes(meeting: Meeting) -> PageTable | None:
    """Set out the meeting's minutes: what is taken when, and for how long."""
    people = meeting.frame("agenda", "people")
    facts = meeting.results["agenda"].facts if people is not None else {}
    if people is None or not isinstance(facts.get("minutes_rest"), int):
        return None
    inside = people[people["in_meeting"].astype(bool)]
    managers = _heard(meeting)
    heard = managers if managers is not None else people.head(0)
    parts = [("rest", int(str(facts["minutes_rest"])), 0),
             ("managers", int(heard["minutes"].sum()), len(heard)),
             ("people", int(inside["minutes"].sum()), len(inside))]
    rows = tuple((count_say("pack_first", f"minutes_{code}", n), f"{minutes:,}")
                 for code, minutes, n in parts if minutes)
    headings = (say("pack_heading", "agenda_part"), say("pack_heading", "minutes"))
    return PageTable(say("pack_first", "minutes_caption", minutes=f"{int(str(facts['minutes'])):,}"), headings, rows,
                     (False, True))


def _manager_items(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    managers = meeting.frame("severity", "managers")
    if managers is None or managers.empty:
        return []
    listed, chapter = managers[is_to_hear(managers)], say("pack_section", "managers")
    figures += [(say("pack_figure", "listed"), f"{count_verdicts(managers)[PATTERN]:,}", chapter),
                (say("pack_figure", "to_hear"), f"{len(listed):,}", chapter)]
    items = [count_say("pack_first", "managers", len(listed))]
    if 0 < len(listed) <= MOST_NAMES and "name" in listed:
        items[0] += " " + say("pack_first", "managers_named", names=", ".join(sorted(listed["name"].astype("str"))))
    heard = _heard(meeting)
    if heard is not None and len(heard) < len(listed):
        items[0] += " " + count_say("pack_first", "managers_in_time", len(heard))
    return items


def _heard(meeting: Meeting) -> pd.DataFrame | None:
    """Give the managers to hear for whom the meeting's minutes suffice; None where no agenda was made."""
    managers = meeting.frame("agenda", "managers")
    return None if managers is None else managers[managers["in_meeting"].astype(bool)]


def _changes(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    """Name the boxes whose share has clearly changed, the largest change first."""
    prefix, key, name = ("", "box", "box_name") if meeting.framework.has_map else ("ratings_", "level", "label")
    frame = meeting.frame("movement", f"{prefix}change")
    if frame is None or frame.empty:
        return []
    before = str(meeting.results["movement"].facts["cycle_before"])
    known = frame[frame["change"].notna() & (frame[key] != 0)]
    clear = known[(known["lower"] > 0) | (known["upper"] < 0)]
    if clear.empty and len(known) < len(frame[frame[key] != 0]):
        return []  # some are withheld, so that nothing can be said of all
    if clear.empty:
        return [say("pack_first", "changed_none", before=before)]
    clear = clear.assign(size=clear["change"].abs()).sort_values("size", ascending=False, kind="stable")
    items = []
    for row in clear.head(MOST_CHANGES).itertuples():
        box, shares = str(getattr(row, name)), {at: format_value(getattr(row, f"share_{at}"), "share")
                                                for at in ("before", "after")}
        figures += [(say("pack_figure", f"share_{at}", box=box), share, say("pack_section", "placements"))
                    for at, share in shares.items()]
        items.append(say("pack_first", "changed_up" if row.change > 0 else "changed_down", box=box, **shares))
    return items


def _coverage_items(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    items = []
    chapter = say("pack_section", "coverage")
    on_map = say("pack_section", "placements" if meeting.framework.has_map else "ratings")
    placed, n = _n_placed(meeting), meeting.results["profile"].about.n
    if placed is not None and n is not None:
        n_missing = n - placed
        figures.append((say("pack_figure", "not_placed"), f"{n_missing:,}", on_map))
        items.append(count_say("pack_first", "not_placed", n_missing))
    without = count_without_conversation(meeting)
    if without is not None:
        figures.append((say("pack_figure", "without_conversation"), f"{without:,}", chapter))
        items.append(count_say("pack_first", "without_conversation", without))
    total = total_of(meeting)
    if total is not None and pd.notna(total["estimate"]):
        figures.append((say("pack_figure", "conversations"), format_value(float(total["estimate"]), "share"), chapter))
    return items


def _limits(meeting: Meeting, figures: list[tuple[str, str, str]]) -> list[str]:
    limits = []
    managers = meeting.frame("severity", "managers")
    if managers is not None and len(managers):
        limits.append(say("caveat", "leniency_or_quality"))
        limits.append(say("pack_first", "cannot_tell"))
        if (to_hear := is_to_hear(managers)).any():
            chance = expected_by_chance(managers, to_hear)
            figures.append((say("pack_figure", "by_chance"), chance, say("pack_section", "managers")))
            limits.append(say("pack_first", "chance", n=chance))
    elif "severity" in meeting.problems:
        limits.append(say("pack_first", "no_managers"))
    n = meeting.results["profile"].about.n
    limits.append(say("pack_first", "small_group" if n is None or n < SMALL_GROUP else "judgement"))
    return limits
