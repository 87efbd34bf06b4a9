"""One unattended run: read the settings, choose the exports, check, analyse, release, write, and only then publish.

Everything is written into a folder beside the old ones and renamed when it is whole, so that a run that is killed at
any moment leaves the earlier outputs as they were.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from my121_analytics.errors import My121Error, UsageError
from my121_analytics.progress import Progress, progress_shown
from my121_analytics.runs.alerts import RunLog, clear_alert, open_log, raise_alert, start_hook
from my121_analytics.runs.history import (
    RECORD,
    RUNS,
    Headline,
    RunRecord,
    choose_id,
    find_whole_run,
    list_records,
    next_number,
    prune_runs,
    write_failure,
    write_latest,
)
from my121_analytics.runs.inbox import find_exports, hash_files, take_snapshot, wait_until_settled
from my121_analytics.runs.instructions import RunPlan, check_plan, read_plan_of, run_key
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.staging import (
    held_folder,
    make_folder,
    manifest_settings,
    sha256_of,
    versions,
    write_atomic,
)

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake
    from my121_analytics.workforce.record import Workforce

_WORK = ".my121-work"
INCOMPLETE_DATA = 3
UNEXPECTED = 1


@dataclass(frozen=True)
class RunOutcome:
    """What a run did.

    Parameters
    ----------
    record
        Of the run, or of the earlier one where there was nothing new.
    folder
        Where its outputs are.
    is_new
        False where nothing was new.
    undelivered
        Why, by destination that could not be written.
    """

    record: RunRecord
    folder: Path
    is_new: bool
    undelivered: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Work:
    """What a run in hand has gathered so far.

    Parameters
    ----------
    plan
        What is to be done, with absolute paths.
    key
        Of the run.
    folder
        Where outputs wait.
    intake
        As read.
    warnings, headline
        Of the writers, in order.
    missing
        Sections that failed, where a partial report is allowed.
    """

    plan: RunPlan
    key: str
    folder: Path
    intake: Intake
    warnings: list[str] = field(default_factory=list)
    headline: list[Headline] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def workforce(self) -> Workforce:
        """The record as read."""
        return self.intake.workforce


Writer = Callable[[Work], None]


class _Clock:
    """Seconds by stage, from a clock that is never put back."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.monotonic() - start, 2)


def run_scheduled(settings_file: Path | str, *, force: bool = False, writers: Mapping[str, Writer] | None = None,
                  progress: Progress | None = None, sleep: Callable[[float], None] = time.sleep) -> RunOutcome:
    """Do what the settings ask for, once.

    Parameters
    ----------
    settings_file
        ``my121.toml``; paths in it are relative to its folder.
    force
        Run although nothing is new.
    writers
        Further outputs by name, each written into the folder of the run in hand; ``my121 run`` brings those that have
        a command of their own (check, plan).
    progress
        Called with (done, total, what).
    sleep
        Waits while files settle; given by tests.

    Returns
    -------
    RunOutcome

    Raises
    ------
    SettingsError, UsageError
        The settings cannot be followed (every fault at once), or a place cannot be written to.
    DataUnusableError
        The exports cannot be used, or are still changing.
    DisclosureError
        A release could not be proved safe.
    RunLockedError
        Another run is working there; it is not disturbed, and no alert is left.
    """
    plan = read_plan_of(Path(settings_file))
    with held_folder(plan.out), open_log(plan.out / "log") as log:
        shutil.rmtree(plan.out / _WORK, ignore_errors=True)  # left by a run that was killed
        with _failures_told(plan, log):
            check_plan(plan)
            try:
                outcome = _run(plan, force, writers or {}, log, progress, sleep)
            finally:
                shutil.rmtree(plan.out / _WORK, ignore_errors=True)
        if outcome.undelivered:  # the run itself is whole and kept: no failure on its record, but somebody must know
            problem = _undelivered(outcome.undelivered)
            _tell(plan, log, problem.exit_code, problem)
            raise problem
        clear_alert(plan.out)
    return outcome


def _run(plan: RunPlan, force: bool, writers: Mapping[str, Writer], log: RunLog, progress: Progress | None,
         sleep: Callable[[float], None]) -> RunOutcome:
    clock = _Clock()
    started = datetime.now(UTC).isoformat(timespec="seconds")
    log.note("started", version=plan.version)
    with clock.timing("find"):
        inbox = find_exports(plan.source, plan.rules.patterns)
        wait_until_settled(inbox.files, plan.rules.settle_seconds, sleep=sleep)
        snapshot = plan.out / _WORK / "exports"
        make_folder(snapshot)
        inputs = take_snapshot(inbox.files, snapshot)
    extra = hash_files(plan.other_inputs)
    key = run_key(plan, {**inputs, **extra})
    earlier = None if force else find_whole_run(plan.out, key)
    if earlier is not None:
        log.note("nothing_new", run=earlier.id)
        return _finish(plan, earlier, log, is_new=False)
    folder = plan.out / _WORK / "outputs"
    make_folder(folder)
    with clock.timing("read"):
        work = Work(plan, key, folder, _read(plan, snapshot))
    log.note("read", **_row_counts(work.intake))
    _write_outputs(work, writers, clock, log, progress)
    if hash_or_none(inbox.files) != inputs:
        work.warnings.append("source_changed")
    record = _describe(work, {**inputs, **extra}, started, clock)
    (folder / RECORD).write_bytes(record.to_json())
    make_folder(plan.out / RUNS)
    os.replace(folder, plan.out / RUNS / record.id)  # the one moment at which the run comes into being
    log.note("written", run=record.id, state=record.state, files=len(record.outputs))
    return _finish(plan, record, log, is_new=True)


def _read(plan: RunPlan, snapshot: Path) -> Intake:
    from my121_analytics.ingest.intake import read_exports
    from my121_analytics.ingest.unread import require_ratings

    intake = read_exports(snapshot, settings=plan.settings)
    if {"report", "pack"} & set(plan.rules.outputs):
        require_ratings(intake.unread)
    return intake


def _write_outputs(work: Work, writers: Mapping[str, Writer], clock: _Clock, log: RunLog,
                   progress: Progress | None) -> None:
    from my121_analytics.runs.outputs import WRITERS

    wanted, known = work.plan.rules.outputs, {**WRITERS, **writers}
    if missing := [output for output in wanted if output not in known]:
        raise UsageError(say("run", "no_writer", outputs=", ".join(missing)), hints=[say("run", "no_writer_hint")])
    with progress_shown("Writing", progress) as report:
        for done, output in enumerate(wanted):
            report(done, len(wanted), output)
            with clock.timing(output):
                known[output](work)
            log.note("output", output=output, seconds=clock.seconds[output])
        report(len(wanted), len(wanted), "")


def _describe(work: Work, inputs: Mapping[str, str], started: str, clock: _Clock) -> RunRecord:
    """Make the record of a run whose outputs are all written, hashing what is there."""
    intake, plan = work.intake, work.plan
    as_of = work.workforce.as_of.isoformat()
    unread = bool(len(intake.unreadable))
    warnings = [*work.warnings, *(["unreadable_file"] if unread else []),
                *(["quarantined_rows"] if len(intake.quarantine) else [])]
    outputs = {path.relative_to(work.folder).as_posix(): sha256_of(path)
               for path in sorted(work.folder.rglob("*")) if path.is_file()}
    cycles = work.workforce.cycles["label"]
    return RunRecord(
        id=choose_id(plan.out, as_of, work.key), key=work.key, state="partial" if work.missing or unread else "done",
        exit_code=INCOMPLETE_DATA if unread else 0, number=next_number(list_records(plan.out)), started=started,
        as_of=as_of, period=str(cycles.iloc[-1]) if len(cycles) else "", libraries=versions(), seconds=clock.seconds,
        settings=manifest_settings(plan.settings), inputs=dict(inputs), outputs=outputs,
        counts=_row_counts(intake), warnings=tuple(dict.fromkeys(warnings)), headline=tuple(work.headline))


def _finish(plan: RunPlan, record: RunRecord, log: RunLog, *, is_new: bool) -> RunOutcome:
    """Deliver, point to the run and remove old ones; done again, it changes nothing."""
    folder = plan.out / RUNS / record.id
    undelivered = _deliver(plan, folder)
    missed = tuple(sorted(undelivered))
    if missed != record.undelivered:
        record = replace(record, undelivered=missed)
        write_atomic(folder / RECORD, record.to_json())
    newest = max(list_records(plan.out), key=lambda one: one.number if one.state != "failed" else 0)
    if is_new or newest.id == record.id:
        write_latest(plan.out, record)
    removed = prune_runs(plan.out, plan.rules.keep)
    log.note("finished", run=record.id, removed=len(removed), undelivered=len(missed))
    return RunOutcome(record, folder, is_new, undelivered)


def _deliver(plan: RunPlan, folder: Path) -> dict[str, str]:
    """Copy reports to their destinations, each file whole or not at all; gives what could not be written."""
    failed = {}
    for name, destination in plan.destinations.items():
        for file in sorted((folder / "reports" / name).rglob("*")):
            if not file.is_file():
                continue
            target = destination / file.relative_to(folder / "reports" / name)
            content = file.read_bytes()
            try:
                if not target.is_file() or target.read_bytes() != content:
                    write_atomic(target, content, private=not plan.is_public(name))
            except UsageError as problem:
                failed[str(target)] = problem.headline
            except OSError as problem:
                failed[str(target)] = problem.strerror or str(problem)
    return failed


def _undelivered(undelivered: Mapping[str, str]) -> UsageError:
    return UsageError(say("run", "undelivered_headline", n=len(undelivered)),
                      hints=[say("run", "undelivered_hint", destination=target, why=why)
                             for target, why in undelivered.items()])


@contextmanager
def _failures_told(plan: RunPlan, log: RunLog) -> Iterator[None]:
    """Leave an alert, a record and a line in the log where a run fails, whatever the reason, and pass it on."""
    started = datetime.now(UTC).isoformat(timespec="seconds")
    known: My121Error | None = None
    whole = False
    try:
        yield
        whole = True
    except My121Error as problem:
        known = problem
        raise
    except OSError as problem:  # the disk is full, the share is gone: the user's to mend, not a fault of the program
        known = UsageError(say("run", "disk", why=problem.strerror or problem), hints=[say("run", "disk_hint")])
        raise known from problem
    finally:
        if not whole:
            code = known.exit_code if known else UNEXPECTED
            with suppress(OSError, My121Error):  # telling must not hide the failure itself
                _keep_failure(plan, started, code)
            _tell(plan, log, code, known)


def _tell(plan: RunPlan, log: RunLog, code: int, problem: My121Error | None) -> None:
    """Write the log's line and the alert, and start the council's own command."""
    log.note("failed", exit_code=code, kind=type(problem).__name__ if problem else "unexpected")
    with suppress(OSError, My121Error):
        raise_alert(plan.out, exit_code=code, problem=problem)
    start_hook(plan.rules.hook, out=plan.out, exit_code=code, log=log)


def _keep_failure(plan: RunPlan, started: str, code: int) -> None:
    number = next_number(list_records(plan.out))
    write_failure(plan.out, RunRecord(id=f"{number:06d}", key="", state="failed", exit_code=code, number=number,
                                      started=started, libraries=versions()))


def _row_counts(intake: Intake) -> dict[str, int]:
    return {name: int(intake.reconciliation[name].sum())
            for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")}


def hash_or_none(files: Sequence[Path]) -> dict[str, str] | None:
    """Hash the exports again; None where one has gone."""
    try:
        return hash_files(files)
    except (OSError, My121Error):
        return None
