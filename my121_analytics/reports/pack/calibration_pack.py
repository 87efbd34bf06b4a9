"""The calibration pack: for the council and for each unit a page, a workbook and the pictures, and one manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.analysis.agreement import compare_self
from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.movement import track_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.calibration.actions import read_carried
from my121_analytics.calibration.agenda import build_agenda
from my121_analytics.disclosure.attacker import find_nesting
from my121_analytics.disclosure.release import Released
from my121_analytics.errors import DataUnusableError, UsageError, suggest
from my121_analytics.figures.vector import standalone
from my121_analytics.ingest.files.exports import list_files
from my121_analytics.progress import Progress, progress_shown
from my121_analytics.publication import Publication
from my121_analytics.reports.pack.deck import build_deck
from my121_analytics.reports.pack.first_page import say_action
from my121_analytics.reports.pack.managers import count_verdicts, sum_chances
from my121_analytics.reports.pack.meeting import Meeting
from my121_analytics.reports.pack.papers import assemble_papers
from my121_analytics.reports.pack.pictures import draw_pictures
from my121_analytics.reports.pack.roster import list_roster
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workers import Crew, count_cores
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Result
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.verdicts import PATTERN
from my121_analytics.writing.encryption import encrypt_workbook, find_password
from my121_analytics.writing.manifest import MANIFEST, build_manifest, read_manifest, sha256_of
from my121_analytics.writing.page import render_page
from my121_analytics.writing.pdf import find_browser, print_pdf
from my121_analytics.writing.slides import write_slides
from my121_analytics.writing.staging import Stage, make_slugs, staged_run
from my121_analytics.writing.workbook import write_workbook

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

FEWEST_SHARED, FEWEST_POSTS = 5, 300
"""Packs, and posts in them, from which it pays to start processes that write them side by side."""

_SUBJECTS = ("profile", "movement", "coverage", "agenda", "roster", "agreement")
"""What is found out about a unit beside its managers, in the order in which it is said what is missing."""
_Attempts = Mapping[str, tuple[Result | None, str]]
"""Each analysis by its subject, or why the data cannot answer."""

COUNCIL = "council"
"""Folder of the senior team's own pack; no unit gets this name."""


PRINTED = ("profile", "movement", "coverage")
"""What a public pack prints tables of. The record of the release says of them how many rows have something withheld,
which anybody can count; of tables that nobody sees that would be telling."""


@dataclass(frozen=True)
class PackReport:
    """What a run wrote.

    Parameters
    ----------
    out
        The folder.
    files
        Paths below it, with forward slashes, the manifest included.
    units
        Units with a pack of their own.
    warnings
        Sentences on what is missing and why.
    kept
        What a pack for anybody to read showed, as ``disclosure.kept`` writes it; empty for other audiences.
    attention
        What to know before a public pack is published: kept releases that were not checked together with it.
    """

    out: Path
    files: tuple[str, ...]
    units: tuple[str, ...]
    warnings: tuple[str, ...]
    kept: bytes = b""
    attention: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Plan:
    """What was asked for, checked."""

    workforce: Workforce
    settings: Settings
    cycle: str
    units: tuple[str, ...]
    slugs: Mapping[str, str]
    quality: Mapping[str, pd.DataFrame]
    password: str
    browser: Path | None
    publication: Publication
    actions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    slides: bool = False

    @property
    def audience(self) -> str:
        """Who reads this pack."""
        return self.publication.audience

    @property
    def by(self) -> str:
        """The column of the organisation that has a pack for each of its units."""
        return self.publication.unit_column

    @property
    def is_public(self) -> bool:
        """Whether anybody may read this pack."""
        return self.publication.is_public

    @property
    def finer(self) -> str:
        """The column of the organisation below ``by``; empty below teams."""
        place = ORGANISATION.index(self.by) + 1
        return ORGANISATION[place] if place < len(ORGANISATION) else ""


def build_pack(workforce: Workforce, *, intake: Intake | None = None, out: Path | str, settings: Settings | None = None,
               audience: str = "panel", by: str | None = None, unit: str | None = None, cycle: str | None = None,
               pdf: bool = False, progress: Progress | None = None, source: Path | str | None = None,
               beside: Publication | None = None, actions: Path | str | None = None,
               slides: bool = False, crew: Crew | None = None) -> PackReport:
    """Make the papers of the senior team meeting, for the council and for each of its units.

    Parameters
    ----------
    workforce
        The record.
    intake
        As read from the exports; its file-level counts go into the notes, unless the pack is for anybody to read: a
        file may hold a few people only.
    out
        Folder for the packs, made where missing. Each pack has a folder of its own, so that it can be passed on alone.
    settings
        Default: the record's.
    audience
        ``panel`` (named, own unit only), ``analyst``, or ``publish`` (no names, small numbers withheld).
    by
        ``directorate``, ``service`` or ``team``; default ``[pack] unit``.
    unit
        Only this unit, and no pack for the council.
    cycle
        Default: the latest.
    pdf
        Also print each page to PDF with an installed browser.
    progress
        Called with (done, total, what); default: a bar where one can be shown.
    source
        The file or folder that the exports were read from; the hash of each file goes into the manifest.
    beside
        What the same readers get or have beside this pack and what ``[disclosure] kept_releases`` holds.
    actions
        ``actions.csv`` of the meeting before, as ``my121 decisions`` wrote it: each unit's actions stand on its first
        page, with their statistic then and now. Not for a public pack, since actions name their owners.
    slides
        Also write each pack as ten slides or fewer (needs the extra ``slides``).
    crew
        Processes that share the work, with the same bytes, and have loaded this module; default: as many as pay.

    Returns
    -------
    PackReport

    Raises
    ------
    UsageError
        No such unit, cycle or audience; the folder cannot be written to; or the pack is to be published or encrypted
        and the folder holds an earlier one with names.
    DataUnusableError
        The record holds no placement at all.
    RunLockedError
        Another run is writing to the folder.

    Notes
    -----
    Per pack: ``pack.html`` (for the meeting), ``analyst.html``, ``pack.xlsx``, ``figures/`` and a manifest of
    its own; ``manifest.json`` of all at the top.
    The same record, settings and version give the same bytes (PDF and encrypted workbooks aside). The rating-pattern
    model is fitted once, for the whole council, and each unit is shown its own managers.
    """
    settings = settings or workforce.settings
    publication = _begin_publication(audience, settings, by or settings.pack.unit, beside)
    plan = _make_plan(workforce, publication, unit, cycle, intake, pdf)
    plan = replace(plan, slides=slides)
    if actions is not None and not plan.is_public:
        plan = replace(plan, actions={name: _carry_actions(Path(actions), plan, name) for name in plan.units})
    inputs = {} if source is None else {path.name: sha256_of(path) for path in list_files(source)[0]}
    warnings = ["no_browser"] if pdf and plan.browser is None and not plan.password else []
    with (staged_run(out, private=not plan.is_public, command="pack") as stage,
          progress_shown("Building packs", progress) as report,
          _crew_for(plan, crew) as helped):
        _refuse_beside_names(Path(out), plan)
        steps = len(plan.units) + 1  # the comparison of managers is a step of its own
        report(0, steps, say("pack_progress", "managers"))
        begun = _begin_alone(plan, helped)
        severity, why = _attempt(lambda: estimate_severity(workforce, settings=settings, cycles=_pooled(plan),
                                                           axes=["performance"], crew=helped))
        together = _analyse_together(plan, severity, why) if plan.is_public else {}
        stage.attention = publication.attention
        work = _Work(plan, severity, why, together, {unit: finish() for unit, finish in begun.items()})
        found: dict[str, Sequence[str]] = {}
        report(1, steps, plan.units[0] or say("pack", "whole_council"))
        for name, made in _make_packs(work, helped):
            found[name] = made.warnings
            report(len(found), steps, name or say("pack", "whole_council"))
            for file, content, repeatable in made.files:
                stage.write(file, content, repeatable=repeatable)
            if not plan.password:  # an encrypted pack is its workbook and nothing else
                one_unit = replace(plan, units=(name,))
                stage.write(f"{plan.slugs[name]}/{MANIFEST}",
                            _manifest(one_unit, stage, inputs, list(dict.fromkeys(made.warnings))))
        warnings += [code for name in plan.units for code in found[name]]
        stage.write(MANIFEST, _manifest(plan, stage, inputs, list(dict.fromkeys(warnings))))
        report(steps, steps, say("pack_progress", "done"))
    publication.keep()
    return PackReport(Path(out), stage.files, tuple(name for name in plan.units if name),
                      (*(say("pack_warning", code) for code in dict.fromkeys(warnings)),
                       *(say("staging", "left", file=name) for name in stage.left)), publication.kept, stage.attention)


def _begin_publication(audience: str, settings: Settings, by: str, beside: Publication | None) -> Publication:
    """Begin the publication of one pack for each unit, refusing what cannot be divided or read that way."""
    if by not in ORGANISATION:
        raise UsageError(f"Packs cannot be made by '{by}'.", hints=[suggest(by, ORGANISATION)])
    audiences = {name: policy for name, policy in settings.disclosure.audiences.items() if policy.scope != "own team"}
    if audience not in audiences:
        raise UsageError(f"A pack cannot be made for the audience '{audience}'.",
                         hints=[suggest(audience, list(audiences))])
    return Publication(audience, settings, by, beside=beside)


def _make_plan(workforce: Workforce, publication: Publication, unit: str | None, cycle: str | None,
               intake: Intake | None, pdf: bool) -> _Plan:
    settings, by = publication.settings, publication.unit_column
    cycle = workforce.check_cycle(cycle)
    known = sorted(workforce.posts_in_cycle(cycle)[by].dropna().astype("str").unique())
    if unit is not None and unit not in known:
        raise UsageError(f"In {cycle} there is no {by} '{unit}'.", hints=[suggest(unit, known)])
    slugs = {"": COUNCIL, **make_slugs(known, taken=[COUNCIL])}
    quality = {} if intake is None or publication.is_public else {
        "reconciliation": intake.reconciliation, "findings": intake.findings, "unreadable": intake.unreadable}
    password = find_password() if settings.pack.encrypt else ""
    return _Plan(workforce, settings, cycle, ("", *known) if unit is None else (unit,), slugs, quality, password,
                 find_browser() if pdf else None, publication)


def _carry_actions(path: Path, plan: _Plan, unit: str) -> tuple[str, ...]:
    """Put a unit's actions of the meeting before into sentences."""
    carried = read_carried(path, plan.workforce, cycle=plan.cycle, unit_column=plan.by, unit=unit)
    return tuple(say_action(action) for action in carried)


def _refuse_beside_names(out: Path, plan: _Plan) -> None:
    """Refuse to publish or encrypt into a folder where readable files of a named pack would stay behind."""
    if not (plan.is_public or plan.password):
        return
    earlier = read_manifest(out)
    options, used = earlier.get("options", {}), earlier.get("settings", {})
    policy = plan.settings.disclosure.audiences.get(options.get("audience", ""))
    encrypted = used.get("pack", {}).get("encrypt", False)
    if earlier and not encrypted and not (policy and policy.is_public):
        kind = "public" if plan.is_public else "encrypted"
        raise UsageError(f"The folder {out} holds an earlier pack that names people, readable by whoever gets it.",
                         hints=[f"Give the {kind} pack a folder of its own with --out, or delete the earlier pack."])


def _pooled(plan: _Plan) -> list[str]:
    """List the cycles up to the one reported on: what came later was not known then."""
    labels = [str(label) for label in plan.workforce.cycles["label"]]
    return labels[:labels.index(plan.cycle) + 1]


def _attempt(analyse: Callable[[], Result]) -> tuple[Result | None, str]:
    """Run one analysis; gives the reason instead where the data cannot answer."""
    try:
        return analyse(), ""
    except DataUnusableError as problem:
        return None, problem.headline


@dataclass(frozen=True)
class _Work:
    """What the packs of all units are made from."""

    plan: _Plan
    severity: Result | None
    why: str
    together: Mapping[str, _Findings]
    begun: Mapping[str, _Attempts] = field(default_factory=dict)


@dataclass(frozen=True)
class _Made:
    """One unit's pack: each file's path, content and whether it is the same every time; and codes of warnings."""

    files: Sequence[tuple[str, bytes, bool]]
    warnings: Sequence[str]


def _crew_for(plan: _Plan, crew: Crew | None) -> AbstractContextManager[Crew]:
    """Give the crew that was started, or one that pays.

    Starting a process takes as long as writing about two packs of a small council; what is published goes through the
    gate together, which takes most of the time and cannot be shared out.
    """
    if crew is not None:
        return nullcontext(crew)
    cores, n_units, n_posts = count_cores(), len(plan.units), len(plan.workforce.posts_in_cycle(plan.cycle))
    pays = n_units >= FEWEST_SHARED and n_posts >= FEWEST_POSTS and not plan.is_public
    return Crew(min(cores, n_units) - 1 if pays else 0, __name__)


def _begin_alone(plan: _Plan, crew: Crew) -> dict[str, Callable[[], _Attempts]]:
    """Begin the analyses of a unit whose pack is made alone, beside the comparison of managers."""
    return {unit: crew.begin(_attempt_apart, plan, unit) for unit in plan.units
            if len(plan.units) == 1 and not plan.is_public}


def _make_packs(work: _Work, crew: Crew) -> Iterator[tuple[str, _Made]]:
    """Make packs side by side; of a single one, its pictures."""
    if len(work.plan.units) == 1:
        yield from ((unit, _make_unit(work, unit, crew)) for unit in work.plan.units)
    else:
        yield from crew.share(_make_unit, work, work.plan.units)


def _make_unit(work: _Work, unit: str, crew: Crew | None = None) -> _Made:
    """Analyse one unit, pass it through the gate and make its pack."""
    findings = work.together.get(unit) or _analyse(
        work.plan, unit, work.severity, work.why, work.begun.get(unit)).released(work.plan)
    files: list[tuple[str, bytes, bool]] = []

    def keep(name: str, content: bytes, *, repeatable: bool = True) -> None:
        files.append((f"{work.plan.slugs[unit]}/{name}", content, repeatable))

    return _Made(files, _write_unit(keep, work.plan, unit, findings, crew or Crew()))


def _write_unit(write: Callable[..., None], plan: _Plan, unit: str, findings: _Findings, crew: Crew) -> list[str]:
    """Write one pack; gives the codes of its warnings."""
    meeting = Meeting(unit=unit, by=plan.by, finer=plan.finer, cycle=plan.cycle, as_of=plan.workforce.as_of,
                      audience=plan.audience, settings=plan.settings, framework=plan.workforce.framework,
                      results=findings.shown, problems=findings.problems, quality=plan.quality,
                      actions=plan.actions.get(unit, ()))
    pictures = draw_pictures(meeting.results, meeting.framework, is_council=meeting.is_council, crew=crew)
    meeting = replace(meeting, pictures=pictures)
    papers = assemble_papers(meeting)
    book = write_workbook(papers.book)
    if plan.password:
        write("pack.xlsx", encrypt_workbook(book, plan.password), repeatable=False)
        return ["encrypted", *(f"no_{subject}" for subject in meeting.problems)]
    write("pack.xlsx", book)
    html = render_page(papers.page)
    write("pack.html", html)
    write("analyst.html", render_page(papers.analyst))
    if plan.slides:
        write("slides.pptx", write_slides(build_deck(meeting)))
    for picture in meeting.pictures.values():
        write(f"figures/{picture.name}.svg", standalone(picture.element))
        if picture.png:
            write(f"figures/{picture.name}.png", picture.png)
    if plan.is_public:
        shown = [findings.shown[subject] for subject in PRINTED if subject in findings.shown]
        for name, content in plan.publication.record_files(shown).items():
            write(name, content)
    warnings = [f"no_{subject}" for subject in meeting.problems]
    if plan.browser is not None:
        printed, failed = _print(html, plan.browser)
        if printed:
            write("pack.pdf", printed, repeatable=False)
        warnings += failed
    return warnings


@dataclass(frozen=True)
class _Findings:
    """What was found out about one unit, and what of it may be shown."""

    unit: str
    results: Mapping[str, Result]
    problems: Mapping[str, str]
    shown: Mapping[str, Released] = field(default_factory=dict)

    def released(self, plan: _Plan) -> _Findings:
        """Pass every result through the gate."""
        shown = plan.publication.release(list(self.results.values()), unit=self.unit)
        return replace(self, shown=dict(zip(self.results, shown, strict=True)))


def _analyse_together(plan: _Plan, severity: Result | None, why: str) -> dict[str, _Findings]:
    """Analyse all units and pass them through the gate together, since whoever reads one may read all of them."""
    found = [_analyse(plan, unit, severity, why) for unit in plan.units]
    plan.publication.nesting = find_nesting(plan.workforce.posts_in_cycle(plan.cycle))
    released = iter(plan.publication.release(
        [result for findings in found for result in findings.results.values()],
        unit=[findings.unit for findings in found for _ in findings.results]))
    return {findings.unit: replace(findings, shown={subject: next(released) for subject in findings.results})
            for findings in found}


def _attempt_apart(plan: _Plan, unit: str) -> _Attempts:
    """Make the analyses of one unit that do not look at the comparison of managers."""
    workforce, cycle = plan.workforce, plan.cycle
    filters = {plan.by: unit} if unit else None
    inside = plan.finer if unit else plan.by
    analyses: dict[str, Callable[[], Result]] = {
        "profile": lambda: tabulate_profile(workforce, by=inside or None, cycle=cycle, filters=filters),
        "movement": lambda: track_movement(workforce, cycle=cycle, filters=filters),
        "coverage": lambda: measure_coverage(workforce, by=inside or plan.by, cycle=cycle, filters=filters),
        "roster": lambda: list_roster(workforce, cycle=cycle, filters=filters)}
    if not plan.is_public:
        analyses["agreement"] = lambda: compare_self(workforce, by=inside or plan.by, cycle=cycle, filters=filters)
    return {subject: _attempt(analyse) for subject, analyse in analyses.items()}


def _analyse(plan: _Plan, unit: str, severity: Result | None, why: str, apart: _Attempts | None = None) -> _Findings:
    """Analyse one unit; ``apart`` is what was made before of what does not look at the comparison of managers."""
    attempts = {**(apart or _attempt_apart(plan, unit)), "agenda": _attempt(lambda: build_agenda(
        plan.workforce, severity=severity, cycle=plan.cycle, settings=plan.settings,
        filters={plan.by: unit} if unit else None))}
    results: dict[str, Result] = {}
    if plan.is_public:  # a reason may count people
        why = say("pack", "not_worked_out")
    problems = {} if severity is not None else {"severity": why}
    for subject in (subject for subject in _SUBJECTS if subject in attempts):
        result, problem = attempts[subject]
        if result is None:
            problems[subject] = problem if not plan.is_public else say("pack", "not_worked_out")
        else:
            results[subject] = plan.publication.declare(result, unit) if unit else result
    if severity is not None:
        results["severity"] = _recount_list(plan.publication.cut(severity, unit)) if unit else severity
    return _Findings(unit, results, problems)


def _recount_list(severity: Result) -> Result:
    """Count the unit's own list, of a comparison of managers that was cut to a unit."""
    managers = severity.tables.get("managers")
    if managers is None:
        return severity
    return replace(severity, facts={**severity.facts, "n_listed": count_verdicts(managers.frame)[PATTERN],
                                    "expected_wrong": sum_chances(managers.frame)})


def _print(html: bytes, browser: Path) -> tuple[bytes, list[str]]:
    try:
        return print_pdf(html, browser=browser), []
    except UsageError:
        return b"", ["pdf_failed"]


def _manifest(plan: _Plan, stage: Stage, inputs: Mapping[str, str], warnings: Sequence[str]) -> bytes:
    rows = plan.quality.get("reconciliation")
    counts = [] if rows is None else [
        {"file": str(row.file), "sheet": str(row.sheet) if isinstance(row.sheet, str) else "",
         **{name: int(getattr(row, name)) for name in ("rows_read", "rows_accepted", "rows_quarantined",
                                                       "rows_set_aside")}} for row in rows.itertuples(index=False)]
    options = {"audience": plan.audience, "by": plan.by, "cycle": plan.cycle,
               "units": {plan.slugs[unit]: unit for unit in plan.units}}
    folders = tuple(f"{plan.slugs[unit]}/" for unit in plan.units)
    outputs = {name: digest for name, digest in stage.hashes.items() if name.startswith(folders)}
    return build_manifest(workforce=plan.workforce, settings=plan.settings, outputs=outputs, inputs=inputs,
                          row_counts=counts, options=options, warnings=warnings, public=plan.is_public)
