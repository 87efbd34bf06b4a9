"""``my121 runs``: what earlier runs read, wrote and found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.terminal import show_line

if TYPE_CHECKING:
    from my121_analytics.runs.history import RunRecord


def run_runs(
    action: Annotated[str, typer.Argument(help="list (default), show, or trend.")] = "list",
    run_id: Annotated[str, typer.Argument(help="With show: the run's id, or how it begins.")] = "",
    settings: Annotated[Path, typer.Option("--settings", help="The settings file, or its folder.")] = Path(
        "my121.toml"),
) -> None:
    """List earlier runs, show one with its hashes and warnings, or follow the headline figures from run to run."""
    from my121_analytics.errors import UsageError, suggest
    from my121_analytics.runs.history import list_records, show_record
    from my121_analytics.runs.instructions import read_plan_of
    from my121_analytics.wording.catalogue import say

    out = read_plan_of(settings).out
    if action == "show":
        show_line(json.dumps(json.loads(show_record(out, run_id).to_json()), indent=2, sort_keys=True))
        return
    if action not in ("list", "trend"):
        raise UsageError(f"There is no 'my121 runs {action}'.", hints=[suggest(action, ("list", "show", "trend"))])
    records = list_records(out)
    if not records:
        show_line(say("run", "runs_none", folder=out))
    elif action == "list":
        _list(records)
    else:
        _trend(records)


def _list(records: list[RunRecord]) -> None:
    from my121_analytics.wording.catalogue import say

    for record in records:
        warnings = f"; {len(record.warnings)} to look at" if record.warnings else ""
        show_line(f"{record.id:<24} {record.started[:16]:<17} as of {record.as_of or '-':<11} "
             f"{say('run_state', record.state)} (exit {record.exit_code}){warnings}")


def _trend(records: list[RunRecord]) -> None:
    from my121_analytics.cli.run import format_figure
    from my121_analytics.runs.history import tabulate_trend
    from my121_analytics.wording.catalogue import say

    for (report, label), rows in tabulate_trend(records).groupby(["report", "label"], sort=False):
        show_line(f"{label} ({report})")
        for row in rows.itertuples():
            show_line(f"  {row.as_of}  {format_figure(row.value, row.unit):>8}  {say('run_reading', row.reading)}")
