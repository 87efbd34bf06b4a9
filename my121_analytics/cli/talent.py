"""``my121 talent``: cover for key posts, boxes 3 and 9, the bottom row, and people nobody talks about."""

from __future__ import annotations

from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import read_ratings
from my121_analytics.cli.topics import run_topic


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
    from my121_analytics.reports.topics.talent import build_talent

    run_topic(read_ratings(source, settings, as_of=as_of, corrections=corrections), out,
              lambda workforce: review_talent(workforce, by=by, cycle=cycle), build_talent)
