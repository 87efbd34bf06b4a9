"""``my121 pack``: the calibration pack per unit and for the council."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, AudienceName, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import end_command, read_ratings
from my121_analytics.cli.terminal import show_line

LOADED_BY_ALL = ("my121_analytics.reports.pack.calibration_pack", "scipy.optimize")
"""What further processes load while this one reads; the model loads the last only when it comes to it."""


def run_pack(
    source: Source,
    out: Out,
    by: Annotated[str | None, typer.Option("--by", help="One pack for each directorate (default), service or "
                                                        "team.")] = None,
    unit: Annotated[str | None, typer.Option("--unit", help="Only this unit's pack.")] = None,
    cycle: CycleLabel = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Also print each pack to PDF with an installed Edge, Chrome or "
                                                    "Chromium.")] = False,
    slides: Annotated[bool, typer.Option("--slides", help="Also write each pack as ten slides or fewer (needs the "
                                                          "extra 'slides').")] = False,
    actions: Annotated[Path | None, typer.Option("--actions", help="actions.csv of the meeting before, as my121 "
                                                 "decisions wrote it: they stand on the first page, with what became "
                                                 "of them.")] = None,
    audience: AudienceName = "panel",
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Build the calibration pack: a page, a workbook and figures for each unit and for the council.

    For example: my121 pack exports --out out/pack --unit "Adult Care"
    """
    from my121_analytics.workers import Crew, spare_processes

    with Crew(spare_processes(source), *LOADED_BY_ALL) as crew:
        # Loaded here while the other processes load it too.
        from my121_analytics.reports.pack.calibration_pack import build_pack

        chosen, intake = read_ratings(source, settings, as_of=as_of, corrections=corrections)
        report = build_pack(intake.workforce, intake=intake, out=out, settings=chosen, audience=audience, by=by,
                            unit=unit, cycle=cycle, pdf=pdf, source=source, actions=actions, slides=slides, crew=crew)
    for line in report.attention:
        show_line(line)
    for warning in report.warnings:
        show_line(f"  Note: {warning}")
    pages = [file for file in report.files if file.endswith("pack.html")]
    first = next((page for page in pages if page.startswith("council/")), pages[0])
    show_line(f"Wrote {len(pages)} {'pack' if len(pages) == 1 else 'packs'} to {out}. Start with: {out / first}")
    end_command(intake)
