"""``my121 movement``: ratings, steps, cohorts and leavers over all cycles."""

from __future__ import annotations

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import read_ratings
from my121_analytics.cli.topics import run_topic


def run_movement(
    source: Source,
    out: Out,
    cycle: CycleLabel = None,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Write the paper on movement over the cycles: each axis, steps, cohorts followed, leavers by box and by manager.

    For example: my121 movement exports --out out/movement
    """
    from my121_analytics.analysis.movement_paths import trace_movement
    from my121_analytics.figures.movement_paths import plot_axis_shares, plot_leaving
    from my121_analytics.reports.topics.movement import build_movement

    run_topic(read_ratings(source, settings, as_of=as_of, corrections=corrections), out,
              lambda workforce: trace_movement(workforce, cycle=cycle), build_movement,
              {"axis_shares": plot_axis_shares, "leaving": plot_leaving})
