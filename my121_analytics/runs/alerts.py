"""What an unattended run leaves for people: a log without names, an alert where it failed, and a command to start."""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from my121_analytics.errors import My121Error
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.staging import make_folder, write_atomic

ALERT = "ALERT.txt"
LOG = "run.log"
_LOG_BYTES, _LOGS_KEPT = 1_000_000, 5
_HOOK_SECONDS = 60

Entry = int | float | str | bool


class RunLog:
    """Writes one JSON object a line; takes codes and numbers only, so that no name and no free text can get in."""

    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger

    def note(self, event: str, /, **values: Entry) -> None:
        """Write one line.

        Parameters
        ----------
        event
            Code of what happened.
        values
            Numbers, codes and hashes.
        """
        line = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "event": event, **values}
        self._logger.info(json.dumps(line, sort_keys=True))


@contextmanager
def open_log(folder: Path) -> Iterator[RunLog]:
    """Open the log of a folder; old lines are kept in five files of a megabyte each.

    Parameters
    ----------
    folder
        Made where missing.

    Yields
    ------
    RunLog
    """
    make_folder(folder)
    handler = RotatingFileHandler(folder / LOG, maxBytes=_LOG_BYTES, backupCount=_LOGS_KEPT, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.handleError = lambda record: None  # type: ignore[method-assign]  # a full disk must not hide why a run failed
    logger = logging.Logger("my121.run")  # of its own: nothing that other libraries log gets in
    logger.addHandler(handler)
    try:
        yield RunLog(logger)
    finally:
        logger.removeHandler(handler)
        with suppress(OSError):
            handler.close()


def raise_alert(out: Path, *, exit_code: int, problem: My121Error | None) -> None:
    """Leave a file that says the last run failed, why, and what to do; the next whole run removes it.

    Parameters
    ----------
    out
        Folder of the runs.
    exit_code
        With which the run leaves.
    problem
        Known failures say their reason; of unknown ones nothing is told here, since their text may hold data.
    """
    reason = [problem.headline, *(f"- {hint}" for hint in problem.hints)] if problem else [say("run", "unexpected")]
    lines = [say("run", "alert_title"), "", *reason, "", say("run", "alert_exit_code", code=exit_code),
             say("run", "alert_old_outputs"), say("run", "alert_what_to_do"), ""]
    write_atomic(out / ALERT, "\r\n".join(lines).encode("utf-8-sig"))  # opens well in Notepad


def clear_alert(out: Path) -> None:
    """Remove the alert of an earlier run."""
    (out / ALERT).unlink(missing_ok=True)


def start_hook(command: Sequence[str], *, out: Path, exit_code: int, log: RunLog) -> None:
    """Start the council's own command after a failure; what it does or fails to do changes nothing here.

    Parameters
    ----------
    command
        Program and arguments; started without a shell.
    out
        Folder of the runs; given to it as MY121_RUN_FOLDER, beside MY121_EXIT_CODE and MY121_ALERT.
    exit_code
        With which the run leaves.
    log
        Told how it went.
    """
    if not command:
        return
    environment = {**os.environ, "MY121_RUN_FOLDER": str(out), "MY121_EXIT_CODE": str(exit_code),
                   "MY121_ALERT": str(out / ALERT)}
    try:
        done = subprocess.run(list(command), env=environment, timeout=_HOOK_SECONDS, check=False, cwd=out,
                              stdin=subprocess.DEVNULL, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as trouble:
        log.note("hook_failed", reason=type(trouble).__name__)
    else:
        log.note("hook_ended", exit_code=done.returncode)
