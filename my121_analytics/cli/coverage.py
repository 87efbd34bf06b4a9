"""``my121 coverage``: where conversations stand, how that changed, who is overdue, and what to expect."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for


def run_coverage(
    source: Source,
    out: Out,
    by: Annotated[str, typer.Option("--by", help="Group by directorate, service, team ...")] = "directorate",
    cycle: CycleLabel = None,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write the paper on conversations: standing, trend, forecast to the end of the cycle, overdue by manager.

    For example: my121 coverage exports --out out/coverage
    """
    from my121_analytics.analysis.coverage_outlook import foresee_coverage
    from my121_analytics.cli.topics import write_topic
    from my121_analytics.figures.canvas import draw_on_canvas
    from my121_analytics.figures.coverage_trend import plot_coverage_trend
    from my121_analytics.reports.topics.coverage import build_coverage_paper

    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                         needs_ratings=True)
    result = foresee_coverage(intake.workforce, by=by, cycle=cycle)
    write_topic([result], lambda shown: build_coverage_paper(shown[0]), out, settings=chosen,
                pictures=lambda shown: {"coverage_trend": draw_on_canvas(plot_coverage_trend, shown[0])})
    if exit_code(intake):
        raise typer.Exit(exit_code(intake))
