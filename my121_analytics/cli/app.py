"""The command ``my121``: one file per command, loaded only when its command runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer

app = typer.Typer(name="my121", no_args_is_help=True, rich_markup_mode=None,
                  pretty_exceptions_enable=False,
                  help="From My 1:1 exports to a calibration pack. See it work: my121 demo. With exports of your own: "
                       "my121 init exports, then my121 check exports --out out/check. To read: my121 handbook",
                  context_settings={"max_content_width": 120})
COMMANDS = ("demo", "doctor", "handbook", "init", "check", "compare", "profile", "managers", "pack", "decisions",
            "self", "coverage", "movement", "talent", "development", "equality", "guide", "import", "person", "plan",
            "report", "run", "runs", "schedule", "audit", "sample")
"""In the order of the work: look, begin, check, analyse, meet, answer, report."""
MODULES = {"import": "import_form"}
"""Commands whose name cannot be that of a module."""


def _register() -> None:
    for name in COMMANDS:
        module = import_module(f"my121_analytics.cli.{MODULES.get(name, name)}")
        command: Callable[..., Any] = getattr(module, f"run_{name}")
        app.command(name)(command)


_register()


THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def _use_one_thread_for_algebra() -> None:
    """Keep linear algebra to one thread, unless the environment says otherwise; before numpy is loaded.

    The matrices are small: a second thread mostly waits, and `my121 managers` took three times the processor time on a
    busy machine.
    """
    if any(name in os.environ for name in THREAD_SETTINGS):
        return
    for name in THREAD_SETTINGS:
        os.environ[name] = "1"


def main() -> None:
    """Run the command line; every known error leaves with its exit code and a last line that says why."""
    from my121_analytics.cli.streams import bear_with_streams
    from my121_analytics.cli.terminal import report_failure
    from my121_analytics.errors import My121Error, UsageError
    from my121_analytics.workers import collect_garbage_rarely

    bear_with_streams()
    collect_garbage_rarely()
    _use_one_thread_for_algebra()
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
