"""One unattended run: read the settings, choose the exports, check, analyse, release, write, and only then publish.

Everything is written into a folder beside the old ones and renamed when it is whole, so that a run that is killed at
any moment leaves the earlier outputs as they were.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from my121_analytics.errors import My121Error, SettingsError, UsageError
from my121_analytics.progress import Progress, progress_shown
from my121_analytics.runs.alerts import (
    DiskError,
    Failure,
    PartialRunError,
    RunLog,
    UndeliveredError,
    clear_alert,
    listed_findings,
    open_log,
    raise_alert,
    start_hook,
)
from my121_analytics.runs.extract_shape import ExtractShape, keep_shape, measure_extract, prune_shapes, read_shape
from my121_analytics.runs.guard import ExtractRefusedError, GuardFinding, find_damage, find_older
from my121_analytics.runs.history import (
    RECORD,
    RUNS,
    RunRecord,
    choose_id,
    find_last_good,
    find_whole_run,
    list_records,
    next_number,
    prune_runs,
    write_failure,
    write_latest,
)
from my121_analytics.runs.inbox import find_exports, hash_files, take_snapshot, wait_until_settled
from my121_analytics.runs.instructions import RunPlan, check_plan, places_as_written, read_plan_of, run_key
from my121_analytics.runs.work import Work
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.manifest import manifest_settings, sha256_of, versions
from my121_analytics.writing.staging import held_folder, make_folder, staged_run, write_atomic

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

_WORK = ".my121-work"
INCOMPLETE_DATA = 3


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


def run_scheduled(settings_file: Path | str, *, force: bool = False, accepted_by: str = "",
                  corrections: Path | str | None = None, writers: Mapping[str, Writer] | None = None,
                  progress: Progress | None = None, sleep: Callable[[float], None] = time.sleep) -> RunOutcome:
    """Do what the settings ask for, once.

    Parameters
    ----------
    settings_file
        ``my121.toml``; paths in it are relative to its folder.
    force
        Run although nothing is new.
    accepted_by
        Who lets through what the last alert of the guard listed; kept in the run's record. Empty: nobody does.
    corrections
        File of corrected rows; default: ``[run] corrections``.
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
        Also of a partial run: it is kept, an alert is left, and it is neither the latest nor delivered.

    Raises
    ------
    SettingsError, UsageError
        The settings cannot be followed (every fault at once), or a place cannot be written to.
    DataUnusableError
        The exports cannot be used, are still changing, or the guard stops them (``ExtractRefusedError``).
    DisclosureError
        A release could not be proved safe.
    RunLockedError
        Another run is working there; it is not disturbed, and no alert is left.

    Notes
    -----
    Whatever the reason, the council's own command (``hook``) is started on every exit code other than 0.
    """
    settings_file = Path(settings_file)
    try:
        plan = read_plan_of(settings_file)
    except SettingsError as problem:
        hook, out = places_as_written(settings_file)
        if hook or out.is_dir():  # a folder that was never used is not made for an alert
            with suppress(OSError, My121Error):
                raise_alert(out, Failure.of(problem))
        start_hook(hook, out=out, failure=Failure.of(problem))
        raise
    plan = replace(plan, corrections=str(corrections)) if corrections is not None else plan
    with ExitStack() as held:
        log = _enter(held, plan)
        shutil.rmtree(plan.out / _WORK, ignore_errors=True)  # left by a run that was killed
        with _failures_told(plan, log):
            check_plan(plan)
            try:
                outcome = _run(_Attempt(plan, force, accepted_by, writers or {}, log, progress, sleep))
            finally:
                shutil.rmtree(plan.out / _WORK, ignore_errors=True)
        _tell_of_outcome(plan, outcome, log)
    return outcome


def _enter(held: ExitStack, plan: RunPlan) -> RunLog:
    """Hold the folder and open its log; nothing is left there where another run is at work."""
    try:
        held.enter_context(held_folder(plan.out))
        return held.enter_context(open_log(plan.out / "log"))
    except My121Error as problem:
        start_hook(plan.rules.hook, out=plan.out, failure=Failure.of(problem))
        raise
    except OSError as problem:
        refused = _disk_error(problem)
        start_hook(plan.rules.hook, out=plan.out, failure=Failure.of(refused))
        raise refused from problem


def _tell_of_outcome(plan: RunPlan, outcome: RunOutcome, log: RunLog) -> None:
    """Clear the alert of an earlier run, or tell of a run that is kept and still needs somebody."""
    if outcome.record.state == "partial":
        _tell(plan, log, PartialRunError(say("run", "partial_headline", id=outcome.record.id), hints=[
            say("run_warning", code) for code in outcome.record.warnings] + [say("run", "partial_hint")]))
    elif outcome.undelivered:  # the run itself is whole and kept: no failure on its record, but somebody must know
        problem = _undelivered(outcome.undelivered)
        _tell(plan, log, problem)
        raise problem
    else:
        clear_alert(plan.out)


@dataclass(frozen=True)
class _Attempt:
    """One attempt at a run: the plan, and what the caller asks for beside it."""

    plan: RunPlan
    force: bool
    accepted_by: str
    writers: Mapping[str, Writer]
    log: RunLog
    progress: Progress | None
    sleep: Callable[[float], None]
    clock: _Clock = field(default_factory=_Clock)


def _run(attempt: _Attempt) -> RunOutcome:
    plan, log, clock = attempt.plan, attempt.log, attempt.clock
    started = datetime.now(UTC).isoformat(timespec="seconds")
    log.note("started", version=plan.version)
    with clock.timing("find"):
        inbox = find_exports(plan.source, plan.rules.patterns)
        wait_until_settled(inbox.files, plan.rules.settle_seconds, sleep=attempt.sleep)
        snapshot = plan.out / _WORK / "exports"  # copies: an export may be replaced while the run reads it
        make_folder(snapshot)
        inputs = take_snapshot(inbox.files, snapshot)
    extra = hash_files(plan.other_inputs)
    key = run_key(plan, {**inputs, **extra})
    last_good = find_last_good(plan.out)
    # the same inputs and settings would write the same bytes
    earlier = None if attempt.force else find_whole_run(plan.out, key)
    if earlier is not None:
        log.note("nothing_new", run=earlier.id)
        _refuse_older(attempt, earlier, last_good)
        return _finish(plan, earlier, log, is_new=False)
    folder = plan.out / _WORK / "outputs"
    make_folder(folder)
    with clock.timing("read"):
        work = Work(plan, key, folder, _read(plan, snapshot))
    log.note("read", **_row_counts(work.intake))
    shape = measure_extract(work.intake)
    accepted = _guard(attempt, shape, last_good)
    _require_ratings(work)
    _write_outputs(work, attempt)
    if hash_or_none(inbox.files) != inputs:  # whole for what was read; the next run takes what came since
        work.warnings.append("source_changed")
    record = _describe(work, {**inputs, **extra}, started, clock)
    record = replace(record, accepted=tuple(asdict(finding) for finding in accepted),
                     accepted_by=attempt.accepted_by if accepted else "")
    (folder / RECORD).write_bytes(record.to_json())
    keep_shape(plan.out, record.id, shape)  # first: a run without one would leave the next with nothing to be held to
    make_folder(plan.out / RUNS)
    os.replace(folder, plan.out / RUNS / record.id)  # the one moment at which the run comes into being
    log.note("written", run=record.id, state=record.state, files=len(record.outputs))
    return _finish(plan, record, log, is_new=True)


def _guard(attempt: _Attempt, shape: ExtractShape, last_good: RunRecord | None) -> list[GuardFinding]:
    """Hold an extract against the last good run; gives what was found and accepted."""
    rules = attempt.plan.rules
    before = None if last_good is None else read_shape(attempt.plan.out, last_good.id)
    return _settle(attempt, find_damage(before, shape, rules=rules.guard, expected=rules.expect), last_good)


def _refuse_older(attempt: _Attempt, earlier: RunRecord, last_good: RunRecord | None) -> None:
    """Refuse to point back to a run of older data, as after a backup was put back by mistake."""
    if earlier.state != "done" or last_good is None or last_good.id == earlier.id:
        return
    before, after = (read_shape(attempt.plan.out, record.id) for record in (last_good, earlier))
    if before is not None and after is not None:
        _settle(attempt, find_older(before, after, attempt.plan.rules.guard), last_good)


def _settle(attempt: _Attempt, findings: list[GuardFinding], last_good: RunRecord | None) -> list[GuardFinding]:
    """Refuse what was found, unless somebody accepts it who has read the alert that lists it."""
    if not findings:
        return []
    for finding in findings:
        attempt.log.note("guard", code=finding.code)
    listed = listed_findings(attempt.plan.out)
    if attempt.accepted_by and all((finding.code, finding.place) in listed for finding in findings):
        attempt.log.note("accepted", findings=len(findings))
        return findings
    raise ExtractRefusedError(findings, last_good.id if last_good else "",
                              hints=[say("guard", "nothing_to_accept")] if attempt.accepted_by else [])


def _read(plan: RunPlan, snapshot: Path) -> Intake:
    from my121_analytics.ingest.intake import read_exports

    return read_exports(snapshot, settings=plan.settings, corrections=plan.corrections_file)


def _require_ratings(work: Work) -> None:
    """Refuse to report on few ratings of many; after the guard, which can say which export they were lost from."""
    from my121_analytics.ingest.unread import require_ratings

    if {"report", "pack"} & set(work.plan.rules.outputs):
        require_ratings(work.intake.unread)


def _write_outputs(work: Work, attempt: _Attempt) -> None:
    from my121_analytics.runs.outputs import WRITERS

    clock, log = attempt.clock, attempt.log
    wanted, known = work.plan.rules.outputs, {**WRITERS, **attempt.writers}
    if missing := [output for output in wanted if output not in known]:
        raise UsageError(say("run", "no_writer", outputs=", ".join(missing)), hints=[say("run", "no_writer_hint")])
    with progress_shown("Writing", attempt.progress) as report:
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
    warnings = [*work.warnings, *(["section_missing"] if work.missing else []),
                *(["unreadable_file"] if unread else []),
                *(["corrections_refused"] if (intake.corrections["outcome"] == "refused").any() else []),
                *(["quarantined_rows"] if len(intake.quarantine) else [])]
    outputs = {path.relative_to(work.folder).as_posix(): sha256_of(path)
               for path in sorted(work.folder.rglob("*")) if path.is_file()}
    cycles = work.workforce.cycles["label"]
    is_partial = bool(work.missing) or unread
    return RunRecord(
        id=choose_id(plan.out, as_of, work.key), key=work.key, state="partial" if is_partial else "done",
        exit_code=INCOMPLETE_DATA if is_partial else 0, reason="partial" if is_partial else "",
        number=next_number(list_records(plan.out)), started=started,
        as_of=as_of, period=str(cycles.iloc[-1]) if len(cycles) else "", libraries=versions(), seconds=clock.seconds,
        settings=manifest_settings(plan.settings), inputs=dict(inputs), outputs=outputs,
        counts=_row_counts(intake), warnings=tuple(dict.fromkeys(warnings)), headline=tuple(work.headline))


def _finish(plan: RunPlan, record: RunRecord, log: RunLog, *, is_new: bool) -> RunOutcome:
    """Deliver, point to the run that fits the exports, and remove old ones; done again, it changes nothing."""
    folder = plan.out / RUNS / record.id
    undelivered: dict[str, str] = {}
    if record.state == "done":
        undelivered = _deliver(plan, folder)
        if tuple(sorted(undelivered)) != record.undelivered:
            record = replace(record, undelivered=tuple(sorted(undelivered)))
            write_atomic(folder / RECORD, record.to_json())
        write_latest(plan.out, record)
    removed = prune_runs(plan.out, plan.rules.keep)
    prune_shapes(plan.out, {kept.id for kept in list_records(plan.out)})
    log.note("finished", run=record.id, removed=len(removed), undelivered=len(undelivered))
    return RunOutcome(record, folder, is_new, undelivered)


def _deliver(plan: RunPlan, folder: Path) -> dict[str, str]:
    """Copy reports to their destinations, each whole or not at all; gives why by destination that was not written."""
    failed = {}
    for name, destination in plan.destinations.items():
        source = folder / "reports" / name
        try:
            with staged_run(destination, private=not plan.is_public(name), command=f"run: {name}",
                            shared=True) as stage:
                for file in sorted(path for path in source.rglob("*") if path.is_file()):
                    stage.write(file.relative_to(source).as_posix(), file.read_bytes())
        except My121Error as problem:
            failed[str(destination)] = problem.headline
        except OSError as problem:
            failed[str(destination)] = problem.strerror or str(problem)
    return failed


def _undelivered(undelivered: Mapping[str, str]) -> UndeliveredError:
    return UndeliveredError(say("run", "undelivered_headline", n=len(undelivered)),
                            hints=[say("run", "undelivered_hint", destination=target, why=why)
                                   for target, why in undelivered.items()])


def _disk_error(problem: OSError) -> DiskError:
    return DiskError(say("run", "disk", why=problem.strerror or problem), hints=[say("run", "disk_hint")])


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
        known = _disk_error(problem)
        raise known from problem
    finally:
        if not whole:
            with suppress(OSError, My121Error):  # telling must not hide the failure itself
                _keep_failure(plan, started, Failure.of(known))
            _tell(plan, log, known)


def _tell(plan: RunPlan, log: RunLog, problem: My121Error | None) -> None:
    """Write the log's line and the alert, and start the council's own command."""
    failure = Failure.of(problem)
    log.note("failed", exit_code=failure.exit_code, reason=failure.reason)
    findings = problem.as_records() if isinstance(problem, ExtractRefusedError) else []
    with suppress(OSError, My121Error):
        raise_alert(plan.out, failure, findings=findings)
    start_hook(plan.rules.hook, out=plan.out, failure=failure, log=log)


def _keep_failure(plan: RunPlan, started: str, failure: Failure) -> None:
    number = next_number(list_records(plan.out))
    write_failure(plan.out, RunRecord(id=f"{number:06d}", key="", state="failed", exit_code=failure.exit_code,
                                      reason=failure.reason, number=number, started=started, libraries=versions()))


def _row_counts(intake: Intake) -> dict[str, int]:
    return {name: int(intake.reconciliation[name].sum())
            for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")}


def hash_or_none(files: Sequence[Path]) -> dict[str, str] | None:
    """Hash the exports again; None where one has gone."""
    try:
        return hash_files(files)
    except (OSError, My121Error):
        return None
