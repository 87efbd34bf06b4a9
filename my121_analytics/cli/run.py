"""``my121 run``: everything the settings ask for, unattended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.terminal import say as tell

if TYPE_CHECKING:
    import pandas as pd


def run_run(
    settings: Annotated[Path, typer.Argument(help="The settings file, or the folder that holds my121.toml.")] = Path(
        "my121.toml"),
    force: Annotated[bool, typer.Option("--force", help="Run although nothing is new.")] = False,
) -> None:
    """Read the newest exports, check, analyse, and write all reports the settings ask for, or say why not."""
    from my121_analytics.reports.history import list_records, tabulate_trend
    from my121_analytics.reports.scheduled import run_scheduled
    from my121_analytics.wording.catalogue import say

    outcome = run_scheduled(settings, force=force)
    record = outcome.record
    if not outcome.is_new:
        tell(say("run", "nothing_new", id=record.id))
    else:
        tell(say("run", "done", id=record.id, folder=outcome.folder))
        for code in record.warnings:
            tell(f"  {say('run_warning', code)}")
        _tell_changes(tabulate_trend(list_records(outcome.folder.parents[1])), record.as_of)
    if record.exit_code:
        raise typer.Exit(record.exit_code)


def _tell_changes(trend: pd.DataFrame, as_of: str) -> None:
    from my121_analytics.wording.catalogue import say

    now = trend[(trend["as_of"] == as_of) & trend["reading"].isin(["rose", "fell"])]
    if (trend["as_of"] != as_of).any():
        tell(say("run", "changes_title") if len(now) else say("run", "no_changes"))
    for row in now.itertuples():
        figures = f"{format_figure(row.before, row.unit)} to {format_figure(row.value, row.unit)}"
        tell(f"  {row.label} ({row.report}): {say('run_reading', row.reading)} ({figures})")


def format_figure(value: float | None, unit: str) -> str:
    """Write a headline figure as a person reads it; a withheld one as [c]."""
    if value is None or value != value:  # missing figures come back from a table as NaN
        return "[c]"
    return f"{value:.0%}" if unit == "share" else f"{value:,.0f}" if unit == "count" else f"{value:.2f}"
