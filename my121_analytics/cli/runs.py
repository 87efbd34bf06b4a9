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
    as_json: Annotated[bool, typer.Option("--json", help="With show: the whole record, for programs.")] = False,
) -> None:
    """List earlier runs, show one with its hashes and warnings, or follow the headline figures from run to run.

    For example: my121 runs trend
    """
    from my121_analytics.errors import UsageError, suggest
    from my121_analytics.runs.history import RUNS, latest_id, list_records, show_record
    from my121_analytics.runs.instructions import read_plan_of
    from my121_analytics.wording.catalogue import say

    out = read_plan_of(settings).out
    if action == "show":
        record = show_record(out, run_id)
        if as_json:
            show_line(json.dumps(json.loads(record.to_json()), indent=2, sort_keys=True))
        else:
            _show(record, is_latest=record.id == latest_id(out), folder=out / RUNS / record.id)
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


def _show(record: RunRecord, *, is_latest: bool, folder: Path) -> None:
    """Print one run as a page: how it went, what it read, what it found, what it wrote."""
    from my121_analytics.cli.run import format_figure
    from my121_analytics.wording.catalogue import say

    state = say("run_state", record.state)
    show_line(say("run_show", "title", id=record.id, as_of=record.as_of or say("run_show", "no_day")))
    started = record.started[:16].replace("T", " ")
    show_line(say("run_show", "state", state=state, code=record.exit_code, started=started))
    if record.reason:
        show_line(say("run_show", "reason", reason=say("run_reason", record.reason)))
    if record.state != "failed":
        show_line(say("run_show", "is_latest" if is_latest else "not_latest"))
        show_line(say("run_show", "folder", folder=folder))
    if record.accepted:
        show_line(say("guard", "accepted", who=record.accepted_by, n=len(record.accepted)))
        for finding in record.accepted:
            show_line(f"  {say('guard_finding', finding['code'], **{k: v for k, v in finding.items() if k != 'code'})}")
    for title, lines in (
            ("warnings", [say("run_warning", code) for code in record.warnings]),
            ("undelivered", list(record.undelivered)),
            ("read", [*record.inputs, *([say("run_show", "rows", **record.counts)] if record.counts else [])]),
            ("headline", [f"{figure.label}: {format_figure(figure.value, figure.unit)} ({figure.report})"
                          for figure in record.headline]),
            ("wrote", list(record.outputs))):
        if lines:
            show_line()
            show_line(say("run_show", title))
            for line in lines:
                show_line(f"  {line}")


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
