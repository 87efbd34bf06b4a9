"""``my121 run``: everything the settings ask for, unattended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import CorrectionsFile
from my121_analytics.cli.terminal import show_line
from my121_analytics.wording.shares import percent

if TYPE_CHECKING:
    import pandas as pd

    from my121_analytics.runs.scheduled import Work


def run_run(
    settings: Annotated[Path, typer.Argument(help="The settings file, or the folder that holds my121.toml.")] = Path(
        "my121.toml"),
    force: Annotated[bool, typer.Option("--force", help="Run although nothing is new.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Let through what the last alert listed: the exports are "
                                                          "right as they are.")] = False,
    accepted_by: Annotated[str, typer.Option("--by", help="With --accept: who accepts. Default: the account's "
                                                          "name.")] = "",
    corrections: CorrectionsFile = None,
) -> None:
    """Read the newest exports, check, analyse, and write all reports the settings ask for, or say why not.

    For example: my121 run my121.toml
    """
    from my121_analytics.runs.history import list_records, tabulate_trend
    from my121_analytics.runs.scheduled import run_scheduled
    from my121_analytics.wording.catalogue import say

    outcome = run_scheduled(settings, force=force, accepted_by=(accepted_by or _account()) if accept else "",
                            corrections=corrections, writers={"check": _write_check, "plan": _write_plan})
    record = outcome.record
    if not outcome.is_new:
        show_line(say("run", "nothing_new", id=record.id))
    else:
        if "kept_apart" in record.warnings:
            show_line(say("run_warning", "kept_apart"))
        show_line(say("run", "done", id=record.id, folder=outcome.folder))
        for code in (code for code in record.warnings if code != "kept_apart"):
            show_line(f"  {say('run_warning', code)}")
        if record.accepted:
            show_line(f"  {say('guard', 'accepted', who=record.accepted_by, n=len(record.accepted))}")
        _tell_changes(tabulate_trend(list_records(outcome.folder.parents[1])), record.as_of)
    if record.state == "partial":
        show_line(say("run", "partial_headline", id=record.id))
    if record.exit_code:
        raise typer.Exit(record.exit_code)


def _account() -> str:
    """Name the account, whatever the system knows of it."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown account"


def _write_check(work: Work) -> None:
    """Write what ``my121 check`` writes, from the exports as this run read them."""
    from my121_analytics.cli.release_files import write_check_page, write_intake

    settings, out = work.plan.settings, work.folder / "check"
    write_check_page(write_intake(work.intake, out, settings=settings), work.intake, out, settings=settings)


def _write_plan(work: Work) -> None:
    """Write what ``my121 plan`` writes, held against the day of the record."""
    from my121_analytics.cli.plan import run_plan
    from my121_analytics.runs.outputs import plan_anchor

    rules = work.plan.rules.plan
    if rules is None:
        return
    place = work.plan.place
    try:
        run_plan(place(rules.file), plan_anchor(work), work.folder / "plan", as_of=work.workforce.as_of.isoformat(),
                 evidence=place(rules.evidence) if rules.evidence else None,
                 tracker=place(rules.tracker) if rules.tracker else None, settings=work.plan.file)
    except typer.Exit:  # lines that could not be read; the rest is written, and the terminal has named them
        work.warnings.append("plan_refusals")


def _tell_changes(trend: pd.DataFrame, as_of: str) -> None:
    from my121_analytics.wording.catalogue import say

    now = trend[(trend["as_of"] == as_of) & trend["reading"].isin(["rose", "fell"])]
    if (trend["as_of"] != as_of).any():
        show_line(say("run", "changes_title") if len(now) else say("run", "no_changes"))
    for row in now.itertuples():
        figures = f"{format_figure(row.before, row.unit)} to {format_figure(row.value, row.unit)}"
        show_line(f"  {row.label} ({row.report}): {say('run_reading', row.reading)} ({figures})")


def format_figure(value: float | None, unit: str) -> str:
    """Write a headline figure as a person reads it; a withheld one as [c]."""
    if value is None or value != value:  # missing figures come back from a table as NaN
        return "[c]"
    return percent(value) if unit == "share" else f"{value:,.0f}" if unit == "count" else f"{value:.2f}"
