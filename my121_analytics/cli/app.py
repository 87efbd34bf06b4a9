"""The command ``my121``: one file per command, loaded only when its command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer

app = typer.Typer(name="my121", no_args_is_help=True, add_completion=False, rich_markup_mode=None,
                  pretty_exceptions_enable=False,
                  help="From My 1:1 exports to a calibration pack. Start with: my121 pack data/sample --out out/pack")
COMMANDS = ("sample", "check", "compare", "profile", "managers", "pack", "decisions", "plan", "report", "run", "runs",
            "schedule", "audit", "guide", "person", "self", "equality", "development",
            "talent", "coverage", "movement", "import", "init", "demo", "doctor")
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
MODULES = {"import": "import_form"}
"""Commands whose name cannot be that of a module."""


def _register() -> None:
    for name in COMMANDS:
        module = import_module(f"my121_analytics.cli.{MODULES.get(name, name)}")
        command: Callable[..., Any] = getattr(module, f"run_{name}")
        app.command(name)(command)


_register()


def calculate_in_one_thread() -> None:
    """Keep linear algebra to one thread, unless the environment says otherwise; before numpy is loaded.

    Its threads wait for each other by keeping their cores busy. The matrices here are small: on two idle cores nothing
    is gained by a second thread, and beside other work it took four times as long. It also makes the last digits of an
    estimate the same on computers with more cores or fewer.
    """
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")


def main() -> None:
    """Run the command line; every known error leaves with its exit code and a last line that says why."""
    from my121_analytics.cli.streams import bear_with_streams
    from my121_analytics.cli.terminal import report_failure
    from my121_analytics.errors import My121Error, UsageError

    bear_with_streams()
    calculate_in_one_thread()
    try:
        app(standalone_mode=True)
    except My121Error as problem:
        report_failure(problem)
        sys.exit(problem.exit_code)
    except OSError as problem:
        from my121_analytics.wording.catalogue import say
        from my121_analytics.writing.staging import DISK_FULL

        if problem.errno not in DISK_FULL:
            raise
        report_failure(UsageError(say("staging", "disk_full", folder=problem.filename or "the output"),
                                  hints=[say("staging", "disk_full_hint")]))
        sys.exit(UsageError.exit_code)
