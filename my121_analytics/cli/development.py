"""``my121 development``: what development is asked for, what was done of it, and what followed."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for


def run_development(
    source: Source,
    out: Out,
    by: Annotated[str, typer.Option("--by", help="Group by directorate, service, team ...")] = "directorate",
    cycle: CycleLabel = None,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write the paper for learning and development: demand by intervention, delivery, what followed, what is overdue.

    For example: my121 development exports --out out/development
    """
    from my121_analytics.analysis.development import measure_development
    from my121_analytics.cli.topics import write_topic
    from my121_analytics.figures.canvas import draw_on_canvas
    from my121_analytics.figures.demand import plot_demand
    from my121_analytics.reports.topics.development import build_development

    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                         needs_ratings=True)
    result = measure_development(intake.workforce, by=by, cycle=cycle)
    write_topic([result], lambda shown: build_development(shown[0]), out, settings=chosen,
                pictures=lambda shown: {"demand": draw_on_canvas(plot_demand, shown[0])})
    if exit_code(intake):
        raise typer.Exit(exit_code(intake))
