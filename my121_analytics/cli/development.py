"""``my121 development``: what development is asked for, what was done of it, and what followed."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import read_ratings
from my121_analytics.cli.topics import run_topic


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
    from my121_analytics.figures.demand import plot_demand
    from my121_analytics.reports.topics.development import build_development

    run_topic(read_ratings(source, settings, as_of=as_of, corrections=corrections), out,
              lambda workforce: measure_development(workforce, by=by, cycle=cycle), build_development,
              {"demand": plot_demand})
