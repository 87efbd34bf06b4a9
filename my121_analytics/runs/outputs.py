"""What a scheduled run can write: one function an output, each into the folder of the run in hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from my121_analytics.disclosure.kept import name_kept
from my121_analytics.errors import UsageError
from my121_analytics.publication import Publication
from my121_analytics.runs.history import headline_before, list_records
from my121_analytics.runs.work import Work
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import Result
from my121_analytics.writing.staging import make_folder, write_atomic


def write_reports(work: Work) -> None:
    """Write every workforce report that the settings name, with its CSV twins."""
    from my121_analytics.reports.workforce_report.report import build_report

    plan = work.plan
    actions, evidence = _assess_plan(work)
    records = list_records(plan.out)
    for name, report in plan.reports.items():
        previous = headline_before(records, work.key, report=name, audience=report.audience)
        publication = _begin_publication(work, report.audience)
        made = build_report(work.workforce, intake=work.intake, actions=actions, evidence=evidence, name=name,
                            report=report, settings=plan.settings, previous=previous, folder=plan.file.parent,
                            beside=publication)
        if made.failed and not plan.rules.partial:
            raise UsageError(say("run", "section_failed", section=say("report_section", next(iter(made.failed))),
                                 report=name), hints=[*made.failed.values(), say("run", "section_failed_hint")])
        _write_files(work.folder / "reports" / name, made.files)
        publication.keep()
        work.missing += [f"{name}: {section}" for section in made.failed]
        work.warnings += ["kept_apart"] if made.attention else []
        work.headline += [replace(figure, report=name, audience=report.audience) for figure in made.headline]


def keep_release(content: bytes, folder: Path | str) -> None:
    """Keep what a publication showed, so that those after it are proved together with it; nothing without a folder."""
    if content and str(folder):
        write_atomic(Path(folder) / name_kept(content), content)


def write_packs(work: Work) -> None:
    """Write the calibration packs."""
    from my121_analytics.reports.pack.calibration_pack import build_pack

    audience = work.plan.rules.pack_audience
    made = build_pack(work.workforce, intake=work.intake, out=work.folder / "packs", settings=work.plan.settings,
                      audience=audience, progress=lambda done, total, what: None,
                      beside=_begin_publication(work, audience))
    work.warnings += [*(["kept_apart"] if made.attention else []), *(["pack_incomplete"] if made.warnings else [])]


def write_notebooks(work: Work) -> None:
    """Run the notebooks for their audience and save them as pages that need no network."""
    from my121_analytics.runs.notebook_pages import print_notebook

    kept = _folder_of_kept(work)
    for notebook in work.plan.rules.notebooks:
        path = work.plan.place(notebook)
        page = print_notebook(path, source=work.plan.source, settings_file=work.plan.file,
                              audience=work.plan.rules.notebook_audience, publication=kept)
        _write_files(work.folder / "notebooks", {f"{path.stem}.html": page})
        for shown in sorted(kept.glob("release-*.json")):
            keep_release(shown.read_bytes(), work.plan.settings.disclosure.kept_releases)


def _begin_publication(work: Work, audience: str) -> Publication:
    """Begin a publication whose readers may have all else that this run shows without names."""
    return Publication(audience, work.plan.settings, folders=(_folder_of_kept(work),))


def _folder_of_kept(work: Work) -> Path:
    """Give the folder for what this run shows without names: one reader may have all of it."""
    folder = work.folder.parent / "kept"
    make_folder(folder)
    return folder


def _assess_plan(work: Work) -> tuple[Result | None, Result | None]:
    """Hold the improvement plan against the day of the record, where the settings name one."""
    plan = work.plan.rules.plan
    if plan is None:
        return None, None
    from my121_analytics.improvement.evidence.assessment import assess_evidence
    from my121_analytics.improvement.plan.reading import read_plan
    from my121_analytics.improvement.plan.status import assess_status
    from my121_analytics.improvement.timescale.reading import parse_anchor

    settings = work.plan.settings
    read = read_plan(work.plan.place(plan.file), anchor=parse_anchor(plan_anchor(work)), settings=settings)
    status = assess_status(read, as_of=work.workforce.as_of, settings=settings)
    if len(read.refusals):
        work.warnings.append("plan_refusals")
    evidence = assess_evidence(work.plan.place(plan.evidence), settings=settings) if plan.evidence else None
    return status, evidence


def plan_anchor(work: Work) -> str:
    """Give the day that the improvement plan's timescales count from: of the settings, else as the plan itself says.

    Raises
    ------
    UsageError
        Neither says; another anchor gives other due dates, so none is guessed.
    """
    from my121_analytics.improvement.plan.milestones import find_assessment
    from my121_analytics.improvement.plan.reading import read_plan

    rules = work.plan.rules.plan
    if rules is None or rules.anchor:
        return rules.anchor if rules is not None else ""
    read = read_plan(work.plan.place(rules.file), anchor=work.workforce.as_of, settings=work.plan.settings)
    day, source = find_assessment(read)
    if source != "plan":
        raise UsageError(say("run", "no_anchor", file=rules.file),
                         hints=[say("run", "no_anchor_hint", file=rules.file)])
    return day.isoformat()


def _write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        path = folder / PurePosixPath(name)
        make_folder(path.parent)
        path.write_bytes(content)


WRITERS: Mapping[str, Callable[[Work], None]] = {"report": write_reports, "pack": write_packs,
                                                 "notebooks": write_notebooks}
