"""The papers of an improvement plan: what all have in common, the timeline, and each directorate's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.figures.theme import render_png, render_svg
from my121_analytics.figures.timeline import count_pages, describe_timeline, plot_timeline
from my121_analytics.improvement.plan.milestones import OPEN
from my121_analytics.reports.plan.plan_views import plan_view, shown_actions
from my121_analytics.settings import Settings
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.page import Block, Bullets, Page, Section, Text, grid_of, isolate
from my121_analytics.writing.picture import Picture
from my121_analytics.writing.tables import View
from my121_analytics.writing.workbook import AnySheet, Book, Sheet

_OF_DIRECTORATE: Mapping[str, tuple[str, ...]] = {
    "actions": ("actions",), "plans": ("details",), "milestones": ("milestones",), "changes": ("changes",),
    "risks": ("risks",)}
_COLUMNS_OF_DIRECTORATE = {"milestones": ("label", "earliest", "latest", "countdown", "needs")}
"""The counts in that table are of the whole plan, which a directorate's report is not about."""
_TEXTS = {"anchors": "anchors_text", "by_theme": "theme_text", "outcomes": "outcome_text", "finance": "finance_text"}


@dataclass(frozen=True)
class PlanPapers:
    """One report before it is written: a page to read and a workbook to work in."""

    page: Page
    book: Book


def draw_timeline(released: Released) -> list[Picture]:
    """Draw the timeline, one picture a page.

    Parameters
    ----------
    released
        Of ``review_plan``.

    Returns
    -------
    list of Picture
        ``timeline``, ``timeline_2`` ...; empty for a plan without actions.
    """
    released = require_released(released, wanted_by="draw_timeline")
    if released.tables[shown_actions(released)].empty:
        return []
    pictures = []
    for page in range(1, count_pages(released) + 1):
        axes, alt = plot_timeline(released, page=page), describe_timeline(released, page=page)
        name = "timeline" if page == 1 else f"timeline_{page}"
        title = say("plan_section", "timeline")
        pictures.append(Picture(name, title, alt, render_svg(axes, title=title, description=alt),
                                render_png(axes, dpi=110)))
    return pictures


def build_directorate_report(released: Released, directorate: str, *, settings: Settings) -> PlanPapers:
    """Set out one directorate's report: its own actions and those of every directorate.

    Parameters
    ----------
    released
        Of ``review_plan``.
    directorate
        A name in its table ``belongs``, or the words for all directorates.
    settings
        The council's name and contact.

    Returns
    -------
    PlanPapers
    """
    released = require_released(released, wanted_by="build_directorate_report")
    belongs = released.tables["belongs"]
    every = say("plan_group", "every_directorate")
    ids = set(belongs.loc[belongs["directorate"].isin([directorate, every]), "action_id"])
    sections: list[Section] = []
    sheets: list[AnySheet] = []
    for chapter, tables in _OF_DIRECTORATE.items():
        blocks: list[Block] = []
        for table in tables:
            name = shown_actions(released) if table == "actions" else table
            if name not in released.tables:
                continue
            frame = released.tables[name]
            key = next((column for column in ("about", "action_id") if column in frame.columns), "")
            rows = frame[frame[key].isin(ids)].reset_index(drop=True) if key else frame
            if len(rows):
                add_table(plan_view(released, name, rows=rows, columns=_COLUMNS_OF_DIRECTORATE.get(name)), name, blocks,
                      sheets)
        if blocks:
            sections.append(Section(chapter, say("plan_section", chapter), tuple(blocks)))
    actions = released.tables[shown_actions(released)]
    mine = actions[actions["action_id"].isin(ids)]
    title = say("plan_page", "directorate", unit=isolate(directorate))
    return assemble(title, directorate, released, settings, lead_of(mine, released), sections, sheets)


def add_table(view: View, table: str, blocks: list[Block], sheets: list[AnySheet]) -> None:
    """Add a table to a chapter's blocks and to the workbook's sheets, with the sentence that goes before it."""
    if table in _TEXTS:
        blocks.append(Text(say("plan_page", _TEXTS[table])))
    blocks.append(grid_of(view))
    lines = (say("plan_page", _TEXTS[table]),) if table in _TEXTS else ()
    sheets.append(Sheet(say("plan_sheet", table), view, lines, table))


def lead_of(actions: pd.DataFrame, released: Released) -> list[Block]:
    """Say in a few lines where these actions stand and what comes next."""
    n = len(actions)
    if not n:
        return [Text(say("plan_page", "lead_none"), "lead")]
    counts = actions["status"].value_counts()
    done = int(counts.get("done", 0)) + int(counts.get("done late", 0))
    blocks: list[Block] = [Text(say("plan_page", "lead", overdue=int(counts.get("overdue", 0)), n=n,
                                    due=int(counts.get("due in window", 0)), done=done), "lead")]
    items = []
    milestones = released.tables.get("milestones")
    coming = milestones[milestones["state"] != "past"] if milestones is not None else pd.DataFrame()
    if len(coming):
        nearest = coming.iloc[0]
        due = actions["status"].isin(OPEN) & (actions["due_latest"] <= nearest["latest"])
        items.append(say("plan_page", "next", label=nearest["label"], countdown=nearest["countdown"], n=int(due.sum())))
    carried = "details" if "details" in released.tables else "published"
    frame = released.tables[carried]
    frame = frame[frame["action_id"].isin(actions["action_id"])]
    items.append(say("plan_page", "carried", n=int((frame["carried_into"] != "").sum()), total=n))
    return [*blocks, Bullets(tuple(items))]


def assemble(title: str, unit: str, released: Released, settings: Settings, first: Sequence[Block],
             sections: Sequence[Section], sheets: Sequence[AnySheet]) -> PlanPapers:
    """Put a report's parts together as a page and as a workbook."""
    council, as_of = settings.council, day(released.about.as_of)
    policy = settings.disclosure.audiences[released.audience]
    protect = say("plan_page", "protect_publish" if policy.is_public else "protect")
    anchor = day(pd.Timestamp(str(released.facts["anchor"])).date())
    page = Page(title=title, subtitle=(council.name, say("plan_page", "as_of", as_of=as_of),
                                       say("plan_page", "anchor", anchor=anchor)), protect=protect, first=tuple(first),
                picture=None, sections=tuple(sections), skip=say("plan_page", "skip"),
                footer=say("plan_page", "footer", council=council.name, version=__version__, as_of=as_of))
    cover = {"council": council.name, "unit": unit, "as_of": as_of, "anchor": anchor, "status": protect,
             "source": say("plan_cover", "source_text", version=__version__),
             "contact": council.contact or say("plan_cover", "contact_unknown")}
    subject = "subject_other" if released.facts.get("kind") == "other" else "subject"
    known = codes("plan_cover")
    book = Book(title=title, cover=tuple((say("plan_cover", code), text) for code, text in cover.items()
                                         if code in known),
                sheets=tuple(sheets), as_of=released.about.as_of, notes={},
                profile="publish" if policy.is_public else "working", subject=say("plan_page", subject))
    return PlanPapers(page, book)
