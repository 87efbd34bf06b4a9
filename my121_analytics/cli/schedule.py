"""``my121 schedule``: the files that start a run by themselves, and a dry run as the scheduled account would."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.terminal import show_line

if TYPE_CHECKING:
    from my121_analytics.runs.instructions import RunPlan

SYSTEMS = ("windows", "systemd", "cron")


def run_schedule(
    action: Annotated[str, typer.Argument(help="print (default), or check: try everything a run needs, and write "
                                               "nothing.")] = "print",
    system: Annotated[str, typer.Option("--for", help="windows, systemd or cron. Default: what this machine "
                                                      "has.")] = "",
    account: Annotated[str, typer.Option("--account", help="For windows: the account that runs it, DOMAIN\\name. It "
                                                           "runs whether or not it is logged on.")] = "",
    settings: Annotated[Path, typer.Option("--settings", help="The settings file, or its folder.")] = Path(
        "my121.toml"),
) -> None:
    """Print a schedule file (nothing is installed), or check that a scheduled run would work.

    For example: my121 schedule --for windows
    """
    from my121_analytics.errors import UsageError, suggest
    from my121_analytics.runs.instructions import make_plan
    from my121_analytics.runs.timetable import ACCOUNT, Job, write_timetable

    if action not in ("print", "check"):
        raise UsageError(f"There is no 'my121 schedule {action}'.", hints=[suggest(action, ("print", "check"))])
    plan = make_plan(settings)
    if action == "check":
        _check(plan)
        return
    chosen = system or ("windows" if sys.platform == "win32" else "systemd" if sys.platform == "linux" else "cron")
    if chosen not in SYSTEMS:
        raise UsageError(f"There is no schedule for '{chosen}'.", hints=[suggest(chosen, SYSTEMS)])
    show_line(write_timetable(Job(plan.file, plan.rules, account=account or ACCOUNT), chosen))  # type: ignore[arg-type]  # checked above


def _check(plan: RunPlan) -> None:
    from my121_analytics.runs.inbox import find_exports, hash_files, wait_until_settled
    from my121_analytics.runs.instructions import check_places
    from my121_analytics.wording.catalogue import say
    from my121_analytics.writing.staging import held_folder

    check_places(plan)
    with held_folder(plan.out):
        inbox = find_exports(plan.source, plan.rules.patterns)
        wait_until_settled(inbox.files, plan.rules.settle_seconds)
        hash_files(inbox.files)
    show_line(say("run", "checked_ok", n=len(inbox.files), folder=plan.out))
    for file in inbox.files:
        show_line(f"  {file.name}")
    show_line(say("run", "checked_patience"))
