"""The committee's report: what the figures say in each part, and a marked blank for what is the council's to say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.award import can_draw, describe_award, plot_award
from my121_analytics.figures.canvas import draw_on_canvas
from my121_analytics.figures.phrases import day
from my121_analytics.figures.theme import render_png, render_svg
from my121_analytics.figures.timeline import count_pages
from my121_analytics.improvement.headings import plain
from my121_analytics.improvement.plan.milestones import OPEN
from my121_analytics.reports.plan.plan_papers import (
    COUNCIL_WIDE,
    PlanPapers,
    add_table,
    assemble,
    colour_key,
    lead_of,
    list_findings,
)
from my121_analytics.reports.plan.plan_views import plan_view, shown_actions
from my121_analytics.settings import Settings
from my121_analytics.settings_plan import CommitteeSettings
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import AnySheet, PictureSheet
from my121_analytics.writing.page import Block, Bullets, Drawing, Section, Subheading, Text
from my121_analytics.writing.picture import Picture


@dataclass(frozen=True)
class Material:
    """What the report is made from, each part released for the same audience.

    Parameters
    ----------
    plan
        Of ``review_plan``.
    outcomes
        Of ``measure_outcomes``.
    evidence
        Of ``assess_evidence`` or ``assess_total``.
    findings
        Of ``link_findings``.
    pictures
        The timeline's pages.
    """

    plan: Released
    outcomes: Released | None = None
    evidence: Released | None = None
    findings: Released | None = None
    pictures: Sequence[Picture] = ()

    @property
    def is_award(self) -> bool:
        """Whether the plan follows an assessment for an award."""
        return self.plan.facts.get("kind") == "award" or self.evidence is not None

    def milestone(self, code: str) -> pd.Series | None:
        """Give one stage of the recognition; None where the plan has none of that kind."""
        stages = self.plan.tables.get("milestones")
        rows = None if stages is None else stages[stages["milestone"] == code]
        return None if rows is None or rows.empty else rows.iloc[0]

    @property
    def actions(self) -> pd.DataFrame:
        """The actions that the audience may see."""
        return self.plan.tables[shown_actions(self.plan)]


@dataclass
class _Chapter:
    """Blocks of one chapter, and the sheets that belong to them."""

    material: Material
    says: CommitteeSettings
    blocks: list[Block] = field(default_factory=list)
    sheets: list[AnySheet] = field(default_factory=list)

    def tell(self, code: str, **figures: object) -> None:
        """Add a sentence of the catalogue."""
        self.blocks.append(Text(say("committee", code, **figures)))

    def write_or_leave(self, text: str, code: str) -> None:
        """Add the council's own words, or a marked blank that says what belongs there."""
        self.blocks.append(Text(text) if text else Text(say("committee_blank", code), "blank"))

    def table(self, name: str, *, columns: Sequence[str] | None = None) -> None:
        """Add a released table, where there is one that holds anything."""
        source = self.material.outcomes if name == "outcomes" else self.material.plan
        if source is not None and name in source.tables and not source.tables[name].empty:
            add_table(plan_view(source, name, columns=columns), name, self.blocks, self.sheets)


def build_committee_report(released: Released, *, settings: Settings, outcomes: Released | None = None,
                           evidence: Released | None = None, findings: Released | None = None,
                           pictures: Sequence[Picture] = ()) -> PlanPapers:
    """Set out the committee's report in the parts that such a report has.

    Parameters
    ----------
    released
        Of ``review_plan``; tables that the audience may not see are left out.
    settings
        The council's name and contact, and what it says itself (``[plan.committee]``).
    outcomes
        Of ``measure_outcomes``, for the same audience.
    evidence
        Of ``assess_evidence`` or ``assess_total``, for the same audience.
    findings
        Of ``link_findings``, for the same audience.
    pictures
        The timeline's pages.

    Returns
    -------
    PlanPapers
        Summary, recommendations, background and method, structure by theme, outcomes (award, strengths, development
        areas), feedback by directorate, the position of the actions, milestones, finance, risks, policy, background
        papers, contact, and the plan itself as an appendix. A part of which nothing is known is left out, or stands as
        a marked blank where it is the council's to write.
    """
    wanted_by = "build_committee_report"
    released = require_released(released, wanted_by=wanted_by)
    outcomes = None if outcomes is None else require_released(outcomes, wanted_by=wanted_by)
    evidence = None if evidence is None else require_released(evidence, wanted_by=wanted_by)
    findings = None if findings is None else require_released(findings, wanted_by=wanted_by)
    material = Material(released, outcomes, evidence, findings, pictures)
    says = settings.plan.committee
    sections: list[Section] = []
    sheets: list[AnySheet] = []
    for code, write in _CHAPTERS.items():
        chapter = _Chapter(material, says)
        write(chapter, settings)
        if chapter.blocks:
            sections.append(Section(code, say("plan_section", code), tuple(chapter.blocks),
                                    lies_across=code == "appendix"))
        sheets += chapter.sheets
    council = settings.council.name
    title = says.title or say("plan_page", "committee" if material.is_award else "committee_other", council=council)
    return assemble(title, council, released, settings, _head(says, material), sections, sheets)


def _head(says: CommitteeSettings, material: Material) -> list[Block]:
    """Give the head of the report: to whom, when, by whom; then what it says in a few lines."""
    named = (("meeting", says.meeting), ("meeting_on", says.meeting_on), ("directorate", says.directorate))
    blocks: list[Block] = [Text(say("committee_head", code, text=text)) if text
                           else Text(say("committee_blank", code), "blank") for code, text in named]
    return [*blocks, *lead_of(material.actions, material.plan), Text(say("caveat", "anchor"), "caveat")]


def _summary(chapter: _Chapter, settings: Settings) -> None:
    material = chapter.material
    _tell_award(chapter)
    _tell_findings(chapter)
    milestones = material.plan.tables.get("milestones")
    if milestones is not None and len(milestones):
        items = [say("committee", "milestone" if row.earliest < row.latest else "milestone_day", label=row.label,
                     earliest=day(row.earliest.date()), latest=day(row.latest.date()), countdown=row.countdown)
                 for row in milestones.itertuples()]
        chapter.blocks.append(Bullets(tuple(items)))
    chapter.table("by_status")
    chapter.table("by_colour")


def _tell_award(chapter: _Chapter) -> None:
    """Say how many requirements are met, which level that is, whether it was held before, and until when it holds."""
    material = chapter.material
    if material.evidence is None:
        return
    facts = material.evidence.facts
    if facts.get("n_requirements"):
        chapter.tell("met", met=facts["n_met"], n=facts["n_requirements"])
    chapter.blocks += [Text(sentence) for sentence in _award_sentences(material, "sentence")[-1:]]
    reached = facts.get("highest_reached")
    levels = material.evidence.tables.get("levels", pd.DataFrame(columns=["level", "label"]))
    level = "".join(levels.loc[levels["level"] == reached, "label"].astype("str")) if reached else ""
    before = chapter.says.level_before
    if not level:
        return
    if before:
        chapter.tell("kept" if plain(before) == plain(level) else "raised", level=level, before=before)
    assessed, reassessed = material.milestone("assessment"), material.milestone("reassessment")
    if assessed is not None and reassessed is not None:
        chapter.tell("validity", level=level, assessed=_stretch(assessed), reassessed=_stretch(reassessed))


def _tell_findings(chapter: _Chapter) -> None:
    """Count strengths and areas, and the areas that an action answers."""
    findings = chapter.material.findings
    frame = None if findings is None else findings.tables.get("findings")
    if findings is None or frame is None or frame.empty:
        return
    areas = frame[frame["kind"] == "development area"]
    linked = findings.tables.get("finding_actions", pd.DataFrame(columns=["finding_id"]))
    chapter.tell("findings", strengths=int((frame["kind"] == "strength").sum()), areas=len(areas),
                 answered=int(areas["finding_id"].isin(linked["finding_id"]).sum()))


def _stretch(milestone: pd.Series) -> str:
    """Write when a milestone is: its month where it is one, else its days."""
    earliest, latest = milestone["earliest"], milestone["latest"]
    if (earliest.year, earliest.month) == (latest.year, latest.month) and latest.is_month_end:
        return f"{latest:%B %Y}"
    return day(latest.date()) if earliest == latest else say("committee", "from_to", earliest=day(earliest.date()),
                                                             latest=day(latest.date()))


def _recommendations(chapter: _Chapter, settings: Settings) -> None:
    if chapter.says.recommendations:
        chapter.blocks.append(Bullets(tuple(chapter.says.recommendations)))
        return
    actions = chapter.material.actions
    still = actions[actions["status"].isin(OPEN)]
    late = still[(still["status"] == "overdue") | (still["rag"] == "Red")]
    unsure = still[still["status"] == "to confirm"]
    loose = still[still["carried_into"] == ""] if "carried_into" in still.columns else still.iloc[:0]
    items = [say("committee_draft", "note", n=len(actions), n_open=len(still))]
    if len(still):
        items += [say("committee_draft", "support", n_open=len(still), plans="; ".join(settings.plan.carried_into)),
                  say("committee_draft", "directorates")]
    for code, rows in (("late", late), ("confirm", unsure), ("carry", loose)):
        if len(rows):
            items.append(say("committee_draft", code, n=len(rows), ids=_list_ids(rows)))
    chapter.blocks += [Text(say("committee_blank", "recommendations"), "blank"), Bullets(tuple(items))]


def _list_ids(rows: pd.DataFrame) -> str:
    ids = list(rows["action_id"].astype("str"))
    return ", ".join(ids[:12]) + (say("committee", "and_more", n=len(ids) - 12) if len(ids) > 12 else "")


def _background(chapter: _Chapter, settings: Settings) -> None:
    chapter.write_or_leave(chapter.says.background, "background" if chapter.material.is_award else "background_other")
    evidence = chapter.material.evidence
    if evidence is not None:
        chapter.tell("method_evidence", n=evidence.facts.get("n_requirements"), met=evidence.facts.get("n_met"))
    chapter.tell("method_plan", n=len(chapter.material.actions))


def _themes(chapter: _Chapter, settings: Settings) -> None:
    actions = chapter.material.actions
    if not chapter.material.is_award and not ("theme" in actions.columns and (actions["theme"] != "").any()):
        return
    chapter.tell("themes")
    chapter.table("by_theme")


def _outcomes(chapter: _Chapter, settings: Settings) -> None:
    material = chapter.material
    if material.evidence is not None:
        chapter.blocks.append(Subheading(say("committee", "award")))
        chapter.blocks += [Text(sentence) for sentence in _award_sentences(material, "sentence")]
        if can_draw(material.evidence):
            picture = draw_award(material.evidence)
            chapter.blocks.append(Drawing(picture, say("committee", "award_caption")))
            chapter.sheets.append(PictureSheet(say("committee", "award"), picture.title, picture.png, picture.alt))
    chapter.blocks += list_findings(material.findings, COUNCIL_WIDE)
    chapter.table("outcomes")
    if material.outcomes is not None:
        chapter.blocks += [Text(say("caveat", code), "caveat") for code in material.outcomes.about.caveats
                           if code == "outcomes"]


def _award_sentences(material: Material, column: str) -> list[str]:
    """Say which levels of the award are reached, the highest last."""
    levels = material.evidence.tables.get("levels") if material.evidence is not None else None
    if levels is None or column not in levels.columns:
        return []
    return [str(sentence) for sentence in levels[column] if str(sentence)]


def draw_award(released: Released) -> Picture:
    """Draw what is met against what each level of the award needs."""
    drawn, alt = draw_on_canvas(plot_award, released), describe_award(released)
    title = say("committee", "award")
    return Picture("award", title, alt, render_svg(drawn, title=title, description=alt), render_png(drawn, dpi=110))


def _directorates(chapter: _Chapter, settings: Settings) -> None:
    chapter.tell("directorates")
    due = chapter.material.milestone("directorate_reports")
    if due is not None:
        chapter.tell("reports_due", latest=_stretch(due))
    chapter.write_or_leave(chapter.says.feedback, "feedback")
    chapter.table("by_directorate")
    findings = chapter.material.findings
    frame = None if findings is None else findings.tables.get("findings")
    if frame is not None:
        own = frame[~frame["directorate"].isin(COUNCIL_WIDE)]
        for unit, rows in own.groupby("directorate", sort=True):
            counts = rows["kind"].value_counts()
            chapter.tell("directorate_findings", unit=unit, strengths=int(counts.get("strength", 0)),
                         areas=int(counts.get("development area", 0)))


def _position(chapter: _Chapter, settings: Settings) -> None:
    for name in ("by_issue", "by_owner", "by_body", "changes", "anchors"):
        chapter.table(name)
    pictures = chapter.material.pictures
    pages = count_pages(chapter.material.plan)
    if pictures and pages > len(pictures):
        chapter.tell("timeline_cut", shown=len(pictures), pages=pages)
    chapter.blocks += [Drawing(picture, say("plan_page", "timeline_caption", page=i, pages=pages))
                       for i, picture in enumerate(pictures, start=1)]
    chapter.sheets += [PictureSheet(f"{say('plan_section', 'timeline')} {i}", picture.title, picture.png, picture.alt)
                       for i, picture in enumerate(pictures, start=1)]


def _milestones(chapter: _Chapter, settings: Settings) -> None:
    chapter.table("milestones", columns=("label", "earliest", "latest", "countdown", "n_due_by", "n_undated", "needs"))
    chapter.table("due_next")


def _finance(chapter: _Chapter, settings: Settings) -> None:
    review = chapter.material.milestone("progress_review")
    if review is not None:
        chapter.tell("reviewed", earliest=day(review["earliest"].date()), latest=day(review["latest"].date()))
    chapter.table("finance")
    chapter.write_or_leave(chapter.says.hidden_costs, "hidden_costs")


def _risks(chapter: _Chapter, settings: Settings) -> None:
    reassessed = chapter.material.milestone("reassessment")
    if reassessed is not None:
        chapter.tell("risk_when", reassessed=_stretch(reassessed))
    evidence = chapter.material.evidence
    levels = None if evidence is None else evidence.tables.get("levels")
    if levels is not None and "n_at_risk" in levels.columns and (levels["n_at_risk"].fillna(0) > 0).any():
        chapter.tell("at_risk", n=int(levels["n_at_risk"].max()))
        chapter.blocks += [Text(sentence) for sentence in _award_sentences(chapter.material, "sentence_if_lost")[-1:]]
    chapter.table("risks")


def _policy(chapter: _Chapter, settings: Settings) -> None:
    chapter.write_or_leave(chapter.says.policy, "policy")
    chapter.table("by_plan")


def _papers(chapter: _Chapter, settings: Settings) -> None:
    for code, items in (("papers", chapter.says.papers), ("consulted", chapter.says.consulted)):
        chapter.blocks.append(Subheading(say("committee", code)))
        if items:
            chapter.blocks.append(Bullets(tuple(items)))
        else:
            chapter.write_or_leave("", code)


def _contact(chapter: _Chapter, settings: Settings) -> None:
    chapter.write_or_leave(settings.council.contact, "contact")


def _appendix(chapter: _Chapter, settings: Settings) -> None:
    plan = chapter.material.plan
    if not plan.tables.get("information", pd.DataFrame()).empty:
        chapter.table("information", columns=("label", "value"))
        chapter.tell("contacts_left")
    chapter.blocks += colour_key(plan)
    chapter.table(shown_actions(chapter.material.plan), columns=_APPENDIX)


_APPENDIX = ("action_id", "issue", "action", "benefit", "timescale", "due_latest", "owner", "status_shown", "rag",
             "percent", "completed_on", "original_timescale", "revisions", "revision_state")
_CHAPTERS: dict[str, Callable[[_Chapter, Settings], None]] = {
    "summary": _summary, "recommendations": _recommendations, "background": _background, "themes": _themes,
    "outcomes": _outcomes, "directorates": _directorates, "position": _position, "milestones": _milestones,
    "finance": _finance, "risks": _risks, "policy": _policy, "papers": _papers, "contact": _contact,
    "appendix": _appendix}
"""Parts of the report in order."""
