"""``my121 plan``: the improvement plan's actions held against their timescales."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from my121_analytics.cli.arguments import Out, SettingsFile
from my121_analytics.cli.intake import DATA_UNUSABLE, exit_code, read_source, settings_for
from my121_analytics.cli.terminal import show_left, show_line
from my121_analytics.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from my121_analytics.disclosure.released import Released
    from my121_analytics.improvement.evidence.assessment import EvidenceResult
    from my121_analytics.improvement.evidence.assessment_findings import FindingsResult
    from my121_analytics.improvement.plan.outcomes import OutcomeResult
    from my121_analytics.improvement.plan.reading import Plan
    from my121_analytics.improvement.plan.status import PlanStatus
    from my121_analytics.improvement.tracker import Tracker
    from my121_analytics.ingest.intake import Intake
    from my121_analytics.publication import Publication
    from my121_analytics.reports.plan.plan_papers import PlanPapers
    from my121_analytics.settings import Settings
    from my121_analytics.workforce.results import Result
    from my121_analytics.writing.staging import Stage

FILES = {"actions": "actions.csv", "by_issue": "status_by_issue.csv", "by_status": "status.csv",
         "by_colour": "status_by_colour.csv",
         "by_owner": "status_by_owner.csv", "by_body": "status_by_body.csv",
         "by_directorate": "status_by_directorate.csv", "by_theme": "status_by_theme.csv",
         "by_plan": "carried_into_plans.csv", "details": "details.csv", "milestones": "milestones.csv",
         "anchors": "anchors.csv", "finance": "finance.csv", "risks": "risks.csv", "changes": "changes.csv",
         "revisions": "revisions.csv", "questions": "questions.csv", "due_next": "due_next.csv"}
"""Table -> file."""
PUBLIC = "publish"
"""Audience of the committee's report, whoever reads the other papers."""
TRACKER = "tracker.xlsx"
"""The workbook that people fill in."""


def run_plan(
    plan: Annotated[Path, typer.Argument(help="The improvement plan: the assessor's form or a table of actions.")],
    anchor: Annotated[str, typer.Option("--anchor", help="Date the timescales count from: a day, or a month "
                                                         "('June 2013' is its last day).")],
    out: Out,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Day to hold the actions against. "
                                                              "Default: the anchor.")] = None,
    evidence: Annotated[Path | None, typer.Option("--evidence", help="Table of evidence requirements.")] = None,
    findings: Annotated[Path | None, typer.Option("--findings", help="Strengths and development areas, with the "
                                                                     "requirements and actions they refer to.")] = None,
    requirements_met: Annotated[int | None, typer.Option("--requirements-met", help="Requirements met, where there "
                                                         "is a total and no list, such as 185.")] = None,
    core_met: Annotated[int | None, typer.Option("--core-met", help="With --requirements-met: core ones met. Without "
                                                                    "it no level is certain.")] = None,
    interviewees: Annotated[int, typer.Option("--interviewees", help="With --exports: draw so many people to be heard, "
                                                                     "by lot and in proportion.")] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Of the lot; the same seed draws the same people.")] = 1,
    tracker: Annotated[Path | None, typer.Option("--tracker", help="The tracker workbook of an earlier run, filled "
                                                                   "in.")] = None,
    since: Annotated[Path | None, typer.Option("--since", help="The last report's actions.csv or tracker: list what "
                                                               "changed.")] = None,
    beside: Annotated[list[str] | None, typer.Option("--beside", help="Another anchor to compare with; may be given "
                                                                      "several times.")] = None,
    exports: Annotated[Path | None, typer.Option("--exports", help="My 1:1 exports: say what the statistics that "
                                                                   "actions name did since.")] = None,
    audience: Annotated[str, typer.Option("--audience", help="Who will see it: analyst or publish. Decides what is "
                                                             "shown; the committee's report is always for "
                                                             "anybody.")] = "analyst",
    settings: SettingsFile = None,
) -> None:
    """Hold every action of the plan against its timescale: DIR/actions.csv, a timeline, a tracker and reports.

    For example: my121 plan plan.xlsx --anchor "June 2024" --out out/plan
    """
    from my121_analytics.disclosure.attacker import find_nesting
    from my121_analytics.improvement.plan.reading import council_of, read_plan
    from my121_analytics.improvement.plan.review import review_plan
    from my121_analytics.improvement.timescale.reading import parse_anchor
    from my121_analytics.improvement.tracker import read_tracker
    from my121_analytics.progress import progress_shown
    from my121_analytics.publication import Publication
    from my121_analytics.writing.staging import staged_run

    chosen = settings_for(plan, settings)
    anchor_day = parse_anchor(anchor)
    as_of_day = parse_anchor(as_of) if as_of else anchor_day
    read = read_plan(plan, anchor=anchor_day, settings=chosen)
    chosen = council_of(read, chosen)
    updates = read_tracker(tracker, read, as_of=as_of_day, settings=chosen) if tracker else None
    review = review_plan(read, as_of=as_of_day, settings=chosen, tracker=updates, since=since,
                         beside=_other_anchors(plan, read, beside or [], chosen))
    if interviewees and exports is None:
        raise UsageError("--interviewees goes with --exports.", hints=["Name the folder of the exports as well."])
    code, intake = _read_record(exports, chosen, settings)
    outcomes = None if intake is None else _measure(intake, read, updates, as_of_day, chosen)
    if evidence is not None and requirements_met is not None:
        raise UsageError("--requirements-met is for a total without a list, and --evidence is a list.",
                         hints=["Leave one of the two out."])
    judged, linked = _judge(evidence, findings, requirements_met, core_met, review, read, as_of_day, chosen)
    publication = Publication(audience, chosen, nesting=None if intake is None else find_nesting(
        intake.workforce.posts_in_cycle(intake.workforce.latest_cycle)))
    private = not publication.is_public or evidence is not None or findings is not None or bool(interviewees)
    # a tracker that was read from the folder may be written anew: what people filled in is in the new one
    taken_in = [TRACKER] if tracker is not None and tracker.resolve() == (out / TRACKER).resolve() else []
    with (progress_shown("Holding the plan against its timescales"),
          staged_run(out, private=private, command="plan", taken_in=taken_in) as stage):
        write_papers({"review": review, "outcomes": outcomes, "evidence": judged, "findings": linked}, stage,
                     publication)
        _summarise(read, review, updates, anchor_day, as_of_day)
        _write_evidence(judged, linked, stage.folder, chosen)
        if intake is not None and interviewees:
            _write_interviewees(intake, interviewees, seed, stage.folder, chosen)
    show_left(stage.left)
    if intake is not None and interviewees:
        show_line(f"Drawn by lot with seed {seed}: {interviewees} people, in {out}.")
    if len(read.refusals) or code:
        raise typer.Exit(DATA_UNUSABLE)


def _other_anchors(path: Path, read: Plan, asked_for: list[str], settings: Settings) -> list[tuple[str, Plan]]:
    """Read the plan again with the other days that it names and those given."""
    from my121_analytics.improvement.plan.reading import read_plan
    from my121_analytics.improvement.timescale.reading import parse_anchor
    from my121_analytics.wording.catalogue import say as words

    own = read.information[read.information["code"].isin(["assessed", "planned"])].dropna(subset=["day"])
    days = [(words("plan_anchor", row.code), row.day.date()) for row in own.itertuples()]
    days += [(words("plan_anchor", "given"), parse_anchor(text)) for text in asked_for]
    anchors_read = {read.anchor}
    plans = []
    for why, anchor in days:
        if anchor not in anchors_read:
            anchors_read.add(anchor)
            plans.append((why, read_plan(path, anchor=anchor, settings=settings)))
    return plans


def _read_record(exports: Path | None, settings: Settings, settings_file: Path | None) -> tuple[int, Intake | None]:
    if exports is None:
        return 0, None
    intake = read_source(exports, settings=settings if settings_file else settings_for(exports, None), as_of=None,
                         settings_file=settings_file)
    return exit_code(intake), intake


def _measure(intake: Intake, read: Plan, updates: Tracker | None, as_of: date, settings: Settings) -> OutcomeResult:
    from my121_analytics.improvement.plan.outcomes import measure_outcomes
    from my121_analytics.improvement.tracker import apply_tracker

    plan = apply_tracker(read, updates, settings=settings) if updates else read
    return measure_outcomes(intake.workforce, plan, as_of=as_of, settings=settings)


def write_papers(found: Mapping[str, Result | None], stage: Stage, publication: Publication) -> None:
    """Write tables, timeline, tracker and reports of what there is.

    Parameters
    ----------
    found
        ``review``, ``outcomes``, ``evidence``, ``findings``; None where there is none.
    stage
        Folder that is being written.
    publication
        Who will read the papers; the committee's report is always for anybody.
    """
    from my121_analytics.figures.vector import standalone
    from my121_analytics.reports.plan.committee import build_committee_report
    from my121_analytics.reports.plan.plan_papers import build_review_pack, draw_timeline, same_timeline
    from my121_analytics.reports.plan.tracker_workbook import write_tracker
    from my121_analytics.writing.staging import write_atomic

    settings, private, out = publication.settings, not publication.is_public, stage.folder
    shown, public = _release(found, stage, publication)
    released, moved = shown["review"], shown.get("outcomes")
    _write_tables(found, shown, out, publication)
    pictures = draw_timeline(released)
    for picture in pictures:
        write_atomic(out / f"{picture.name}.svg", standalone(picture.element), private=private)
        write_atomic(out / f"{picture.name}.png", picture.png, private=private)
    if "tracker" in released.tables:
        write_atomic(out / TRACKER, write_tracker(released, settings=settings))
    committee = build_committee_report(
        public["review"], settings=settings, outcomes=public.get("outcomes"), evidence=public.get("evidence"),
        findings=public.get("findings"), pictures=pictures if same_timeline(released, public["review"])
        else draw_timeline(public["review"]))
    _write_paper(committee, out / "committee_report", private=False, document=True)
    _write_paper(build_review_pack(released, settings=settings, outcomes=moved), out / "review_pack", private=private,
                  document=True)
    _write_directorates(released, shown.get("findings"), moved, out, settings, private=private)


def _write_tables(found: Mapping[str, Result | None], shown: Mapping[str, Released], out: Path,
                  publication: Publication) -> None:
    """Write the tables of the review and of what became of the statistics that actions name."""
    from my121_analytics.cli.release_files import write_tables
    from my121_analytics.improvement.plan.status import ACTIONS_CSV
    from my121_analytics.writing.csv_files import write_csv

    review, outcomes = found["review"], found["outcomes"]
    if review is not None:
        files = {table: name for table, name in FILES.items() if table in review.tables}
        if publication.is_public:  # actions.csv is then made of the table for publication
            del files["actions"]
            write_csv(shown["review"], "published", out / FILES["actions"], columns=ACTIONS_CSV, private=False)
        write_tables(review, out, publication, released=shown["review"], files=files,
                     columns={"actions": list(ACTIONS_CSV)})
    if outcomes is not None:
        write_tables(outcomes, out, publication, released=shown["outcomes"],
                     files={name: f"{name}.csv" for name in shown["outcomes"].tables})


def _release(found: Mapping[str, Result | None], stage: Stage,
             publication: Publication) -> tuple[dict[str, Released], dict[str, Released]]:
    """Release the results that there are, for the readers of the plan's papers and for the committee: for anybody."""
    from my121_analytics.cli.release_files import tell_attention
    from my121_analytics.publication import Publication

    there = {name: result for name, result in found.items() if result is not None}
    anybody = publication if publication.audience == PUBLIC else Publication(
        PUBLIC, publication.settings, nesting=publication.nesting, beside=publication)
    for_anybody = [_without_names(result) if name == "outcomes" else result for name, result in there.items()]
    public = dict(zip(there, anybody.release(for_anybody), strict=True))
    if "outcomes" in there:  # the rest of the papers counts actions and requirements, not people
        tell_attention(anybody.attention, stage)
        anybody.keep()
    if anybody is publication:
        return public, public
    return dict(zip(there, publication.release(list(there.values())), strict=True)), public


def _without_names(outcomes: Result) -> Result:
    """Leave out the names that an action may use: that a move has a name tells that somebody made it."""
    return replace(outcomes, tables={name: table for name, table in outcomes.tables.items() if name != "statistics"})


def _write_directorates(released: Released, findings: Released | None, outcomes: Released | None, out: Path,
                        settings: Settings, *, private: bool) -> None:
    from my121_analytics.improvement.plan.action_groups import directorates_with_reports
    from my121_analytics.reports.plan.plan_papers import build_directorate_report
    from my121_analytics.writing.staging import make_slugs

    names = directorates_with_reports(released.tables["belongs"], settings.plan)
    for name, slug in make_slugs(names).items():
        _write_paper(build_directorate_report(released, name, settings=settings, findings=findings,
                                               outcomes=outcomes),
                      out / "directorates" / slug, private=private, document=True)


def _write_paper(papers: PlanPapers, stem: Path, *, private: bool, document: bool = False) -> None:
    from importlib.util import find_spec

    from my121_analytics.writing.document import render_document
    from my121_analytics.writing.page import render_page
    from my121_analytics.writing.staging import write_atomic
    from my121_analytics.writing.workbook import write_workbook

    write_atomic(stem.with_suffix(".html"), render_page(papers.page), private=private)
    write_atomic(stem.with_suffix(".xlsx"), write_workbook(papers.book), private=private)
    if document and find_spec("docx") is None:
        show_line("  No Word document: install python-docx (my121-analytics[documents]) for committee_report.docx.")
    elif document:
        write_atomic(stem.with_suffix(".docx"), render_document(papers.page, as_of=papers.book.as_of), private=private)


def _summarise(read: Plan, review: PlanStatus, updates: Tracker | None, anchor: date, as_of: date) -> None:
    show_line(f"{len(review.frame('actions'))} actions, timescales counted from {anchor}, held against {as_of}:")
    for row in review.frame("by_status").itertuples():
        show_line(f"  {row.n:>3}  {row.status}")
    anchors = review.frame("anchors")
    if len(anchors) > 1:
        show_line("With another day to count from:")
        for row in anchors.iloc[1:].itertuples():
            show_line(f"  {row.anchor.date()}: {row.n_overdue} overdue, {row.n_due_in_window} due in window, "
                f"{row.n_on_track} on track ({row.why})")
    for row in read.information.itertuples():
        show_line(f"  The plan says: {row.label}: {row.value}")
    for row in review.frame("milestones").itertuples():
        days = dict.fromkeys(str(day.date()) for day in (row.earliest, row.latest))
        show_line(f"  {row.label}: {' to '.join(days)}, {row.countdown}; {row.n_due_by} open actions due by then")
    if updates is not None:
        show_line(f"  Tracker: changes new {updates.n_new}, in all {len(updates.revisions)}.")
        for note in updates.notes:
            show_line(f"  Note: {note}")
    for question in read.questions.itertuples():
        show_line(f"  To confirm: {question.file}, row {question.row}: {question.message} {question.remedy}")
    for refusal in read.refusals.itertuples():
        show_line(f"  Not read: {refusal.message} {refusal.remedy}")


def _judge(evidence: Path | None, findings: Path | None, met: int | None, core_met: int | None, review: PlanStatus,
           read: Plan, as_of: date, settings: Settings) -> tuple[EvidenceResult | None, FindingsResult | None]:
    """Judge the evidence, link the findings to it, and say how far the levels are if what is at risk falls."""
    from my121_analytics.improvement.evidence.assessment import assess_evidence, assess_total
    from my121_analytics.improvement.evidence.assessment_findings import find_at_risk, link_findings
    from my121_analytics.improvement.plan.action_groups import without_names

    result = None
    if met is not None:
        result = assess_total(met, core_met=core_met, settings=settings, as_of=as_of)
    elif evidence is not None:
        result = assess_evidence(evidence, settings=settings, as_of=as_of)
    if findings is None:
        return result, None
    actions = review.frame("actions")
    listed_requirements = None if evidence is None or result is None else result.tables["requirements"].frame
    linked = link_findings(findings, requirements=listed_requirements, actions=actions, settings=settings, as_of=as_of)
    listed = linked.frame("findings")
    shown = cast("FindingsResult", linked.with_frame("findings", listed.assign(
        finding=without_names(listed["finding"], read.people))))
    if evidence is None:
        return result, shown
    at_risk = find_at_risk(linked, actions.loc[actions["status"] == "overdue", "action_id"].astype("str"))
    show_line(f"Requirements that overdue actions put at risk: {', '.join(at_risk) or 'none'}.")
    return assess_evidence(evidence, settings=settings, as_of=as_of, at_risk=at_risk), shown


def _write_evidence(judged: EvidenceResult | None, linked: FindingsResult | None, out: Path,
                    settings: Settings) -> None:
    """Write the tables of the evidence and of the findings that refer to it."""
    from my121_analytics.cli.release_files import write_tables
    from my121_analytics.publication import Publication

    if linked is not None:
        write_tables(linked, out, Publication("analyst", settings),
                     files={name: f"findings_{name.removeprefix('finding_').removeprefix('findings')}.csv".replace(
                         "_.csv", ".csv") for name in linked.tables})
    if judged is not None:
        write_tables(judged, out, Publication("analyst", settings),
                     files={name: f"evidence_{name}.csv" for name in judged.tables})
        for sentence in judged.frame("levels").get("sentence", ()):
            show_line(f"  {sentence}")


def _write_interviewees(intake: Intake, n: int, seed: int, out: Path, settings: Settings) -> None:
    """Write who was drawn to be heard, and how the places were shared out."""
    from my121_analytics.cli.release_files import write_tables
    from my121_analytics.improvement.evidence.interviews import draw_interviewees
    from my121_analytics.publication import Publication

    drawn = draw_interviewees(intake.workforce, n=n, seed=seed, settings=settings)
    write_tables(drawn, out, Publication("analyst", settings),
                 files={name: f"interviews_{name}.csv" for name in drawn.tables})
