"""``my121 talent``: cover for key posts, boxes 3 and 9, the bottom row, and people nobody talks about."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for


def run_talent(
    source: Source,
    out: Out,
    by: Annotated[str, typer.Option("--by", help="Group by directorate, service, team ...")] = "directorate",
    cycle: CycleLabel = None,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write the paper on talent: cover for key posts, acting up, boxes 3 and 9, the bottom row, people never discussed.

    For example: my121 talent exports --out out/talent
    """
    from my121_analytics.analysis.talent import review_talent
    from my121_analytics.cli.topics import write_topic
    from my121_analytics.reports.topics.talent import build_talent

    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                         needs_ratings=True)
    result = review_talent(intake.workforce, by=by, cycle=cycle)
    write_topic([result], lambda shown: build_talent(shown[0]), out, settings=chosen)
    if exit_code(intake):
        raise typer.Exit(exit_code(intake))
