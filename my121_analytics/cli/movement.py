"""``my121 movement``: ratings, steps, cohorts and leavers over all cycles."""

from __future__ import annotations

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, CycleLabel, Out, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for


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
    from my121_analytics.cli.topics import write_topic
    from my121_analytics.figures.canvas import draw_on_canvas
    from my121_analytics.figures.movement_paths import plot_axis_shares, plot_leaving
    from my121_analytics.reports.topics.movement import build_movement

    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings,
                         needs_ratings=True)
    result = trace_movement(intake.workforce, cycle=cycle)
    write_topic([result], lambda shown: build_movement(shown[0]), out, settings=chosen,
                pictures=lambda shown: {"axis_shares": draw_on_canvas(plot_axis_shares, shown[0]),
                                        "leaving": draw_on_canvas(plot_leaving, shown[0])})
    if exit_code(intake):
        raise typer.Exit(exit_code(intake))
