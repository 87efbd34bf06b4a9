"""``my121 report``: the workforce report workbook, with a CSV twin of each table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_source, settings_for
from my121_analytics.cli.terminal import show_left, show_line

if TYPE_CHECKING:
    from my121_analytics.settings import ReportSettings, Settings


def run_report(
    source: Source,
    out: Out,
    name: Annotated[str, typer.Option("--name", help="A report of the settings, [reports.NAME]. Default: all that they "
                                                     "list, else one with every section, for publication.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Groupings, separated by commas: directorate,grade.")] = None,
    audience: Annotated[str | None, typer.Option("--audience", help="Who will read it. Default: publish.")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="publish (plain, accessible) or working (filters, "
                                                                  "charts).")] = None,
    cycle: CycleLabel = None,
    as_of: AsOf = None,
    corrections: CorrectionsFile = None,
    settings: SettingsFile = None,
) -> None:
    """Write the workforce report: profile, movement, coverage, talent, equality, patterns, plan and data quality.

    For example: my121 report exports --out out/report
    """
    from my121_analytics.cli.release_files import tell_attention
    from my121_analytics.errors import UsageError
    from my121_analytics.progress import progress_shown
    from my121_analytics.publication import Publication
    from my121_analytics.reports.workforce_report.report import build_report
    from my121_analytics.settings_file import find_settings
    from my121_analytics.wording.catalogue import say
    from my121_analytics.writing.staging import staged_run

    chosen = settings_for(source, settings)
    wanted = _choose(chosen, name, by=by, audience=audience, profile=profile, cycle=cycle)
    file = find_settings(source, settings)
    folder = file.parent if file else Path()
    if corrections is None and chosen.run.corrections:
        corrections = folder / chosen.run.corrections
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                         needs_ratings=True)
    public = all(Publication(report.audience, chosen).is_public for report in wanted.values())
    publication = Publication(next(iter(wanted.values())).audience, chosen)
    with (progress_shown("Making the report") as progress,
          staged_run(out, private=not public, command="report") as stage):
        for title, report in wanted.items():
            made = build_report(intake.workforce, intake=intake, name=title, report=report, settings=chosen,
                                folder=folder, beside=publication, progress=progress)
            if made.failed:
                raise UsageError(say("run", "section_failed", report=title,
                                     section=say("report_section", next(iter(made.failed)))),
                                 hints=list(made.failed.values()))
            tell_attention(made.attention, stage)
            publication.keep()
            for path, content in made.files.items():
                stage.write(path if len(wanted) == 1 else f"{title}/{path}", content)
            for section, why in made.absent.items():
                show_line(f"  {say('report_section', section)}: {why}")
    first = next(file for file in stage.files if file.endswith(".xlsx"))
    show_left(stage.left)
    show_line(f"Wrote {len(stage.files)} files to {out}. Start with: {out / first}")
    end_command(intake)


def _choose(settings: Settings, name: str, *, by: str | None, audience: str | None, profile: str | None,
            cycle: str | None) -> dict[str, ReportSettings]:
    """Give the reports to write, with what the command line changes in them."""
    from my121_analytics.errors import UsageError, suggest
    from my121_analytics.settings import ReportSettings

    listed = dict(settings.reports) or {"workforce": ReportSettings()}
    if name and name not in listed:
        raise UsageError(f"The settings list no report '{name}'.", hints=[suggest(name, list(listed))])
    if profile is not None and profile not in ("publish", "working"):
        raise UsageError(f"There is no profile '{profile}'.", hints=[suggest(profile, ("publish", "working"))])
    changes: dict[str, object] = {}
    if by is not None:
        changes["by"] = [column.strip() for column in by.split(",") if column.strip()]
    changes |= {key: value for key, value in (("audience", audience), ("profile", profile), ("cycle", cycle))
                if value is not None}
    return {key: report.model_copy(update=changes) for key, report in listed.items() if not name or key == name}
