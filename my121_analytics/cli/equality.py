"""``my121 equality``: outcomes by protected characteristic, for those who answer for equality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_ratings
from my121_analytics.cli.terminal import show_left, show_line

if TYPE_CHECKING:
    from my121_analytics.settings import Settings
    from my121_analytics.workforce.record import Workforce


def run_equality(
    source: Source,
    out: Out,
    by: Annotated[list[str] | None, typer.Option("--by", help="A characteristic, such as sex, or part_time; may be "
                                                              "given several times. Default: all on record.")] = None,
    with_meeting: Annotated[bool, typer.Option(
        "--with-meeting", help="Compare also who is on the agenda of the meeting, and who has a manager with a rating "
                               "pattern to discuss. Takes a minute or more.")] = False,
    cycle: CycleLabel = None,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Compare ratings by protected characteristic: differences with ranges, as they are and with the work held equal.

    For example: my121 equality exports --by sex --out out/equality
    """
    from my121_analytics.analysis.disparity import characteristics_of, compare_groups, family_of
    from my121_analytics.cli.release_files import write_tables
    from my121_analytics.errors import DataUnusableError
    from my121_analytics.progress import progress_shown
    from my121_analytics.publication import Publication
    from my121_analytics.reports.equality.due_regard import render_due_regard
    from my121_analytics.writing.staging import staged_run

    chosen, intake = read_ratings(source, settings, as_of=as_of, corrections=corrections)
    with progress_shown("Drawing up the agenda"):
        on_agenda, under_listed = _read_meeting(intake.workforce, cycle, chosen) if with_meeting else (set(), set())
    results, why = [], []
    names = by or characteristics_of(intake.workforce)
    with progress_shown("Comparing") as progress:
        for done, name in enumerate(names):
            progress(done, len(names), name.replace("_", " "))
            try:
                results.append(compare_groups(intake.workforce, by=name, cycle=cycle, settings=chosen,
                                              on_agenda=on_agenda, under_listed=under_listed))
            except DataUnusableError as problem:
                why.append(problem.headline)
    if not results:
        raise DataUnusableError("No characteristic could be compared.", hints=why)
    publication = Publication("analyst", chosen)
    with progress_shown("Writing"), staged_run(out, command="equality") as stage:
        results = family_of(results, chosen)
        shown = publication.release(results)
        for result, released in zip(results, shown, strict=True):
            name = result.tables["groups"].keys[0]
            write_tables(result, stage.folder, publication, released=released,
                         files={table: f"{name}_{table}.csv" for table in result.tables})
        stage.write("due_regard.html", render_due_regard(shown, settings=chosen))
    show_left(stage.left)
    n_listed = sum(int((result.frame("differences")["verdict"] == "difference").sum()) for result in results)
    show_line(f"{len(results)} characteristics compared; {n_listed} differences to look into. Open "
              f"{out / 'due_regard.html'}.")
    show_line("Special-category data: not for packs, managers or publication as it is.")
    for line in why:
        show_line(f"  Not compared: {line}")
    end_command(intake)


def _read_meeting(workforce: Workforce, cycle: str | None, settings: Settings) -> tuple[set[str], set[str]]:
    """Name the people on the agenda of the council's meeting, and the managers to discuss, by id."""
    from my121_analytics.analysis.rating_patterns.severity import estimate_severity
    from my121_analytics.calibration.agenda import build_agenda
    from my121_analytics.workforce.verdicts import VERDICTS

    severity = estimate_severity(workforce, settings=settings, axes=["performance"], sensitivity=False)
    managers = severity.frame("managers")
    discussed = [code for code, verdict in VERDICTS.items() if verdict.is_to_discuss]
    listed = managers.loc[managers["verdict"].astype("str").isin(discussed), "rater_id"]
    agenda = build_agenda(workforce, severity=severity, cycle=cycle, settings=settings)
    return set(agenda.frame("people")["employee_id"].astype("str")), set(listed.astype("str"))
