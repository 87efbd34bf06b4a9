"""The papers of an improvement plan: what all have in common, the timeline, and each directorate's report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.canvas import draw_on_canvas
from my121_analytics.figures.phrases import day
from my121_analytics.figures.theme import render_png, render_svg
from my121_analytics.figures.timeline import count_pages, describe_timeline, plot_timeline
from my121_analytics.improvement.plan.milestones import OPEN
from my121_analytics.reports.contact import contact_line
from my121_analytics.reports.plan.plan_views import plan_view, shown_actions
from my121_analytics.settings import Settings
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.book import AnySheet, Book, Sheet
from my121_analytics.writing.page import Block, Bullets, Page, Section, Subheading, Text, isolate, page_table
from my121_analytics.writing.picture import Picture
from my121_analytics.writing.tables import View

_OF_DIRECTORATE: Mapping[str, tuple[str, ...]] = {
    "actions": ("actions",), "plans": ("details",), "milestones": ("milestones",), "changes": ("changes",),
    "risks": ("risks",)}
_COLUMNS_OF_DIRECTORATE = {"milestones": ("label", "earliest", "latest", "countdown", "needs")}
"""The counts in that table are of the whole plan, which a directorate's report is not about."""
_TEXTS = {"anchors": "anchors_text", "by_theme": "theme_text", "outcomes": "outcome_text", "finance": "finance_text"}


COUNCIL_WIDE = ("", "Council")
"""Directorate of a finding about the whole council."""
_MOST_LISTED = 40
"""Findings of one kind that a report lists; more are counted, and stand in findings.csv."""
MOST_PAGES = 2
"""Pages of the timeline that are drawn: the 48 most pressing actions. Every action is in the tables."""


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
        ``timeline``, ``timeline_2`` ... up to ``MOST_PAGES``, the most pressing actions first; empty for a plan
        without actions.
    """
    released = require_released(released, wanted_by="draw_timeline")
    if released.tables[shown_actions(released)].empty:
        return []
    pictures = []
    for page in range(1, min(count_pages(released), MOST_PAGES) + 1):
        drawn, alt = draw_on_canvas(plot_timeline, released, page=page), describe_timeline(released, page=page)
        name = "timeline" if page == 1 else f"timeline_{page}"
        title = say("plan_section", "timeline")
        pictures.append(Picture(name, title, alt, render_svg(drawn, title=title, description=alt),
                                render_png(drawn, dpi=110)))
    return pictures


def same_timeline(one: Released, other: Released) -> bool:
    """Say whether two audiences see the same timeline, so that it has to be drawn only once."""
    columns = ["action_id", "action", "status", "due_earliest", "due_latest", "completed_on"]
    one, other = require_released(one, wanted_by="same_timeline"), require_released(other, wanted_by="same_timeline")
    frames = [released.tables[shown_actions(released)][columns] for released in (one, other)]
    return frames[0].equals(frames[1])


def list_findings(findings: Released | None, units: Sequence[str]) -> list[Block]:
    """List strengths and areas for development of some units, each area with the actions that answer it.

    Parameters
    ----------
    findings
        Of ``link_findings``; None gives nothing.
    units
        Directorates as the findings name them.

    Returns
    -------
    list
        A subheading and a list for each kind that there is.
    """
    frame = None if findings is None else require_released(findings, wanted_by="list_findings").tables.get("findings")
    if findings is None or frame is None:
        return []
    blocks: list[Block] = []
    for kind in ("strength", "development area"):
        rows = frame[(frame["kind"] == kind) & frame["directorate"].isin(units)]
        if rows.empty:
            continue
        items = [str(row.finding) if kind == "strength" else
                 say("committee", "finding", finding=row.finding, actions=_actions_of(findings, row.finding_id))
                 for row in rows.head(_MOST_LISTED).itertuples()]
        blocks += [Subheading(say("committee_findings", kind, n=len(rows))), Bullets(tuple(items))]
        if len(rows) > _MOST_LISTED:
            blocks.append(Text(say("committee", "more_findings", n=len(rows) - _MOST_LISTED)))
    return blocks


def _actions_of(findings: Released, finding_id: object) -> str:
    links = findings.tables.get("finding_actions", pd.DataFrame(columns=["finding_id", "action_id"]))
    ids = list(links.loc[links["finding_id"] == finding_id, "action_id"].astype("str"))
    return say("committee", "answered", ids=", ".join(ids)) if ids else say("committee", "unanswered")


def build_directorate_report(released: Released, directorate: str, *, settings: Settings,
                             findings: Released | None = None, outcomes: Released | None = None) -> PlanPapers:
    """Set out one directorate's report: its findings, its own actions and those of every directorate.

    Parameters
    ----------
    released
        Of ``review_plan``.
    directorate
        A name in its table ``belongs``, or the words for all directorates.
    settings
        The council's name and contact.
    findings
        Of ``link_findings``, for the same audience.
    outcomes
        Of ``measure_outcomes``, for the same audience.

    Returns
    -------
    PlanPapers
        Strengths and areas of the directorate, its actions, the figures that they should move, what was carried into
        which service or team plan and what was not, milestones, changes and risks.
    """
    released = require_released(released, wanted_by="build_directorate_report")
    if findings is not None:
        require_released(findings, wanted_by="build_directorate_report")
    belongs = released.tables["belongs"]
    every = say("plan_group", "every_directorate")
    ids = set(belongs.loc[belongs["directorate"].isin([directorate, every]), "action_id"])
    own = list_findings(findings, (directorate,))
    sections = [Section("outcomes", say("plan_section", "outcomes"), tuple(own))] if own else []
    sheets: list[AnySheet] = []
    for chapter, tables in _OF_DIRECTORATE.items():
        blocks: list[Block] = _say_carried(released, ids) if chapter == "plans" else []
        blocks += colour_key(released) if chapter == "actions" else []
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
            sections.append(Section(chapter, say("plan_section", chapter), tuple(blocks),
                                    lies_across=chapter in ("actions", "plans")))
        if chapter == "actions":
            sections += _say_outcomes(outcomes, ids, sheets)
    actions = released.tables[shown_actions(released)]
    mine = actions[actions["action_id"].isin(ids)]
    title = say("plan_page", "directorate", unit=isolate(directorate))
    return assemble(title, directorate, released, settings, lead_of(mine, released), sections, sheets)


def _say_outcomes(outcomes: Released | None, ids: set[str], sheets: list[AnySheet]) -> list[Section]:
    """Show then and now of the figures that some actions name; nothing where they name none."""
    if outcomes is None or "outcomes" not in outcomes.tables:  # left out whole where all of it is withheld
        return []
    rows = require_released(outcomes, wanted_by="_say_outcomes").tables["outcomes"]
    rows = rows[[bool(ids & set(named.split(", "))) for named in rows["action_ids"]]].reset_index(drop=True)
    if rows.empty:
        return []
    blocks: list[Block] = []
    add_table(plan_view(outcomes, "outcomes", rows=rows), "outcomes", blocks, sheets)
    blocks.append(Text(say("caveat", "outcomes"), "caveat"))
    return [Section("figures", say("plan_section", "figures"), tuple(blocks), lies_across=True)]


def build_review_pack(released: Released, *, settings: Settings, outcomes: Released | None = None) -> PlanPapers:
    """Set out what an assessor or reviewer asks for: every action with its progress and evidence, and what changed.

    Parameters
    ----------
    released
        Of ``review_plan``; with ``since``, its changes are listed.
    settings
        The council's name and contact.
    outcomes
        Of ``measure_outcomes``, for the same audience.

    Returns
    -------
    PlanPapers
    """
    released = require_released(released, wanted_by="build_review_pack")
    name = shown_actions(released)
    sections: list[Section] = []
    sheets: list[AnySheet] = []
    for chapter, table, columns in (("milestones", "milestones", None), ("evidence", name, _OF_REVIEW),
                                    ("changes", "changes", None), ("revisions", "revisions", None)):
        blocks: list[Block] = []
        if table in released.tables and len(released.tables[table]):
            rows = released.tables[table]
            if chapter == "evidence":
                blocks += colour_key(released)
                rows = rows.merge(_evidence_of(released), on="action_id", how="left", suffixes=("", "_told"))
            add_table(plan_view(released, table, rows=rows, columns=columns), table, blocks, sheets)
            sections.append(Section(chapter, say("plan_section", chapter), tuple(blocks),
                                    lies_across=chapter in ("evidence", "revisions")))
        if chapter == "evidence":
            sections += _say_outcomes(outcomes, set(released.tables[name]["action_id"].astype("str")), sheets)
    title = say("plan_page", "review_pack", council=settings.council.name)
    actions = released.tables[name]
    return assemble(title, settings.council.name, released, settings, lead_of(actions, released), sections, sheets)


_OF_REVIEW = ("action_id", "action", "timescale", "original_timescale", "status_shown", "rag", "percent",
              "completed_on", "progress_text", "carried_into", "carried_evidence")


def _evidence_of(released: Released) -> pd.DataFrame:
    """Give what is told of each action, where the audience may see it."""
    frame = released.tables["details" if "details" in released.tables else "published"]
    wanted = ("original_timescale", "percent", "progress_text", "carried_into", "carried_evidence")
    return frame[["action_id", *(column for column in wanted if column in frame.columns)]]


def _say_carried(released: Released, ids: set[str]) -> list[Block]:
    """Say which actions were carried into which plan, and which into none."""
    frame = released.tables["details" if "details" in released.tables else "published"]
    mine = frame[frame["action_id"].isin(ids)]
    items = [say("plan_page", "carried_into", plan=plan, ids=", ".join(rows["action_id"].astype("str")))
             for plan, rows in mine[mine["carried_into"] != ""].groupby("carried_into", sort=True)]
    loose = mine.loc[mine["carried_into"] == "", "action_id"].astype("str")
    if len(loose):
        items.append(say("plan_page", "carried_into_none", ids=", ".join(loose)))
    return [Bullets(tuple(items))] if items else []


def add_table(view: View, table: str, blocks: list[Block], sheets: list[AnySheet]) -> None:
    """Add a table to a chapter's blocks and to the workbook's sheets, with the sentence that goes before it."""
    if table in _TEXTS:
        blocks.append(Text(say("plan_page", _TEXTS[table])))
    blocks.append(page_table(view))
    lines = (say("plan_page", _TEXTS[table]),) if table in _TEXTS else ()
    sheets.append(Sheet(say("plan_sheet", table), view, lines, table))


def colour_key(released: Released) -> list[Block]:
    """Say which states have which colour, to stand beside a table that has a column of colours."""
    counts = require_released(released, wanted_by="colour_key").tables.get("by_colour")
    if counts is None or counts.empty:
        return []
    key = " ".join(say("plan_colour", "key", colour=row.rag, states=row.states) for row in counts.itertuples())
    return [Text(say("plan_colour", "lead", key=key), "source")]


def lead_of(actions: pd.DataFrame, released: Released) -> list[Block]:
    """Say in a few lines where these actions stand and what comes next."""
    released = require_released(released, wanted_by="lead_of")
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
    released = require_released(released, wanted_by="assemble")
    council, as_of = settings.council, day(released.about.as_of)
    policy = settings.disclosure.audiences[released.audience]
    protect = say("plan_page", "protect_publish" if policy.is_public else "protect")
    anchor = day(pd.Timestamp(str(released.facts["anchor"])).date())
    page = Page(title=title, subtitle=(council.name, say("plan_page", "as_of", as_of=as_of),
                                       say("plan_page", "anchor", anchor=anchor)), protect=protect, first=tuple(first),
                picture=None, sections=tuple(sections), skip=say("plan_page", "skip"), is_running=True,
                footer=say("plan_page", "footer", council=council.name, version=__version__, as_of=as_of))
    cover = {"council": council.name, "unit": unit, "as_of": as_of, "anchor": anchor, "status": protect,
             "source": say("plan_cover", "source_text", version=__version__)}
    subject = "subject_other" if released.facts.get("kind") == "other" else "subject"
    known = codes("plan_cover")
    book = Book(title=title, cover=(*((say("plan_cover", code), text) for code, text in cover.items() if code in known),
                                    contact_line(settings)),
                sheets=tuple(sheets), as_of=released.about.as_of, notes={},
                profile="publish" if policy.is_public else "working", subject=say("plan_page", subject))
    return PlanPapers(page, book)
