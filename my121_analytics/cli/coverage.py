"""``my121 coverage``: where conversations stand, how that changed, who is overdue, and what to expect."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import read_ratings
from my121_analytics.cli.topics import run_topic


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
    from my121_analytics.figures.coverage_trend import plot_coverage_trend
    from my121_analytics.reports.topics.coverage import build_coverage_paper

    run_topic(read_ratings(source, settings, as_of=as_of, corrections=corrections), out,
              lambda workforce: foresee_coverage(workforce, by=by, cycle=cycle), build_coverage_paper,
              {"coverage_trend": plot_coverage_trend})
