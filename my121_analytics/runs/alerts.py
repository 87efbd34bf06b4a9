"""What an unattended run leaves for people: a log without names, an alert where it failed, and a command to start."""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from my121_analytics.errors import DataUnusableError, My121Error, UsageError
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.staging import make_folder, write_atomic

ALERT, ALERT_JSON = "ALERT.txt", "alert.json"
LOG = "run.log"
_LOG_BYTES, _LOGS_KEPT = 1_000_000, 5
_HOOK_SECONDS = 60

UNEXPECTED = 1
REASONS: Mapping[str, str] = {
    "ExtractRefusedError": "guard", "PartialRunError": "partial", "DiskError": "disk",
    "UndeliveredError": "undelivered",
    "UnreadableFileError": "unreadable_file", "DataUnusableError": "data", "SettingsError": "settings",
    "UsageError": "usage", "DisclosureError": "disclosure", "RunLockedError": "locked", "My121Error": "unexpected"}
"""Code by kind of failure, for the hook and for programs that watch; an unforeseen one is ``unexpected``."""

Entry = int | float | str | bool


class DiskError(UsageError):
    """A file could not be written: the disk is full, the share is gone."""


class UndeliveredError(UsageError):
    """The run is whole, and a destination could not be replaced."""


class PartialRunError(DataUnusableError):
    """A section or a file is missing: the run is kept, and is neither the latest nor delivered."""


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


@dataclass(frozen=True)
class Failure:
    """Why a run leaves with an exit code other than 0.

    Parameters
    ----------
    exit_code
        With which it leaves.
    reason
        Code for programs: one of ``REASONS``.
    problem
        The known failure; None where nobody foresaw it, since the text of such a one may hold data.
    """

    exit_code: int
    reason: str
    problem: My121Error | None = None

    @classmethod
    def of(cls, problem: My121Error | None) -> Failure:
        """Describe a known failure, or one that nobody foresaw."""
        if problem is None:
            return cls(UNEXPECTED, "unexpected")
        reason = next(REASONS[kind.__name__] for kind in type(problem).__mro__ if kind.__name__ in REASONS)
        return cls(problem.exit_code, reason, problem)


def raise_alert(out: Path, failure: Failure, *, findings: Sequence[Mapping[str, str]] = ()) -> None:
    """Leave two files, for people and for programs, that say why the last run failed; the next whole run removes them.

    Parameters
    ----------
    out
        Folder of the runs.
    failure
        Why the run failed.
    findings
        Of the guard.
    """
    problem = failure.problem
    reason = [problem.headline, *(f"- {hint}" for hint in problem.hints)] if problem else [say("run", "unexpected")]
    lines = [say("run", "alert_title"), "", *reason, "", say("run", "alert_exit_code", code=failure.exit_code),
             say("run", "alert_old_outputs"), say("run", "alert_what_to_do"), ""]
    write_atomic(out / ALERT, "\r\n".join(lines).encode("utf-8-sig"))  # opens well in Notepad
    content = {"exit_code": failure.exit_code, "reason": failure.reason, "message": reason, "findings": list(findings)}
    write_atomic(out / ALERT_JSON, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode("utf-8"))


def listed_findings(out: Path) -> set[tuple[str, str]]:
    """Give code and place of what the last alert listed; nothing where there is no alert."""
    try:
        content = json.loads((out / ALERT_JSON).read_text("utf-8"))
        return {(str(finding["code"]), str(finding["place"])) for finding in content["findings"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def clear_alert(out: Path) -> None:
    """Remove the alert of an earlier run."""
    for name in (ALERT, ALERT_JSON):
        (out / name).unlink(missing_ok=True)


def start_hook(command: Sequence[str], *, out: Path, failure: Failure, log: RunLog | None = None) -> None:
    """Start the council's own command after a failure; what it does or fails to do changes nothing here.

    Parameters
    ----------
    command
        Program and arguments; started without a shell.
    out
        Folder of the runs; given to it as MY121_RUN_FOLDER, beside MY121_EXIT_CODE, MY121_REASON, MY121_ALERT and
        MY121_ALERT_JSON.
    failure
        Why the run leaves.
    log
        Told how it went; None where another run holds the log.
    """
    if not command:
        return
    note = log.note if log is not None else (lambda event, /, **values: None)
    environment = {**os.environ, "MY121_RUN_FOLDER": str(out), "MY121_EXIT_CODE": str(failure.exit_code),
                   "MY121_REASON": failure.reason, "MY121_ALERT": str(out / ALERT),
                   "MY121_ALERT_JSON": str(out / ALERT_JSON)}
    try:
        done = subprocess.run(list(command), env=environment, timeout=_HOOK_SECONDS, check=False,
                              cwd=out if out.is_dir() else None, stdin=subprocess.DEVNULL, capture_output=True)
    except (OSError, subprocess.TimeoutExpired) as trouble:
        note("hook_failed", reason=type(trouble).__name__)
    else:
        note("hook_ended", exit_code=done.returncode)
