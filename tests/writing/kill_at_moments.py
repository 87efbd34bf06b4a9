"""Kills a command at random moments, from a process that has everything loaded: each try is a fork of it.

    python -m tests.writing.kill_at_moments report FOLDER 50

Prints one line a kill: when it came, and what stands in the folder then (``old``, ``new``, or what is wrong with it).
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from my121_analytics.errors import DataUnusableError
from my121_analytics.reports.pack import calibration_pack as pack_module
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.reports.workforce_report.report import build_report
from my121_analytics.runs.history import list_records
from my121_analytics.runs.scheduled import run_scheduled
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings
from my121_analytics.workforce.record import Workforce
from my121_analytics.writing.manifest import MANIFEST, read_manifest, read_sets, sha256_of
from my121_analytics.writing.staging import staged_run
from my121_analytics.writing.swap import list_written_files

Work = Callable[[str], None]
SECTIONS = ["profile", "coverage", "talent"]


def find_fault(out: Path) -> str:
    """Say what is wrong with a set of files, by its own manifest; empty where it is whole."""
    sets = read_sets(out)
    listed = {name: digest for one in sets.values() for name, digest in one.files.items()}
    there = list_written_files(out) - {MANIFEST}
    if set(listed) != there:
        return f"not the files of one set: {sorted(set(listed) ^ there)[:4]}"
    torn = [name for name, digest in listed.items() if digest and sha256_of(out / name) != digest]
    return f"of another set: {torn[:4]}" if torn else ""


def prepare_pack(folder: Path) -> tuple[Work, Callable[[], str]]:
    """Packs for named readers, of a record that is a day younger the second time; without pictures, which take long."""
    records = _records()
    pack_module.estimate_severity, pack_module.draw_pictures = _no_model, lambda *_, **__: {}

    def work(which: str) -> None:
        build_pack(records[which], out=folder / "out", audience="panel", unit=_unit(records[which]),
                   progress=lambda done, total, what: None)

    return work, lambda: find_fault(folder / "out") or _day(read_manifest(folder / "out").get("as_of", ""), records)


def prepare_report(folder: Path) -> tuple[Work, Callable[[], str]]:
    """A report as the command writes it."""
    records = _records()

    def work(which: str) -> None:
        made = build_report(records[which], report=ReportSettings(audience="analyst", sections=SECTIONS))
        with staged_run(folder / "out", command="report") as stage:
            for name, content in made.files.items():
                stage.write(name, content)
            stage.write("which.txt", which.encode())

    return work, lambda: find_fault(folder / "out") or (folder / "out" / "which.txt").read_text()


def prepare_run(folder: Path) -> tuple[Work, Callable[[], str]]:
    """A scheduled run that keeps each run in a folder of its own and delivers the report."""
    make_sample(30, seed=3, folder=folder / "exports")
    file = folder / "my121.toml"
    text = ('[run]\nsource = "exports"\nout = "out"\noutputs = ["report"]\nsettle_seconds = 0\n[reports.small]\n'
            'audience = "analyst"\nsections = ["coverage", "talent"]\ndestination = "shared"\n[council]\nname = ')

    def work(which: str) -> None:
        file.write_text(f'{text}"{which}"\n', encoding="utf-8")
        run_scheduled(file, sleep=lambda seconds: None, progress=lambda done, total, what: None)

    def judge() -> str:
        for record in list_records(folder / "out"):
            run = folder / "out" / "runs" / record.id
            if record.state != "failed" and any(sha256_of(run / name) != digest
                                                for name, digest in record.outputs.items()):
                return f"run {record.id} is torn"
        latest = json.loads((folder / "out" / "latest.json").read_text("utf-8"))
        if not (folder / "out" / latest["folder"]).is_dir():
            return "the latest run is not there"
        return find_fault(folder / "shared") or ("new" if len(list_records(folder / "out")) > 1 else "old")

    return work, judge


def _no_model(*_: object, **__: object) -> None:
    raise DataUnusableError("There are too few raters.")


def _records() -> dict[str, Workforce]:
    later = make_sample(40, seed=3).workforce
    return {"old": replace(later, as_of=later.as_of - timedelta(days=1)), "new": later}


def _unit(record: Workforce) -> str:
    return str(record.posts["directorate"].astype("str").mode()[0])


def _day(as_of: str, records: dict[str, Workforce]) -> str:
    return next((which for which, record in records.items() if record.as_of.isoformat() == as_of), f"day {as_of}")


PREPARE = {"pack": prepare_pack, "report": prepare_report, "run": prepare_run}


def run_forked(work: Work, which: str, seconds: float | None) -> float:
    """Do the work in a fork, killed after so many seconds of processor time; gives how many it took.

    Processor time, since on a busy machine the same work takes many times as long by the clock.
    """
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException), contextlib.redirect_stdout(io.StringIO()):
            work(which)
            code = 0
        os._exit(code)
    while True:
        ended, status, used = os.wait4(child, os.WNOHANG if seconds is not None else 0)
        if ended:
            break
        if _processor_seconds(child) >= seconds:
            os.kill(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(0.002)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"The work itself failed ({code}).")
    return used.ru_utime + used.ru_stime


def _processor_seconds(process: int) -> float:
    """Give the processor time of a process, in steps of a hundredth of a second."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    kind, folder, n = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    work, judge = PREPARE[kind](folder)
    run_forked(work, "old", None)
    whole = folder / "kept"
    places = [folder / name for name in ("out", "shared") if (folder / name).exists()]
    for place in places:
        shutil.copytree(place, whole / place.name)
    lasting = run_forked(work, "new", None)
    moments = random.Random(kind)
    for _ in range(n):
        for place in places:  # back to the old set, with whatever the last kill left beside it
            shutil.rmtree(place, ignore_errors=True)
            shutil.copytree(whole / place.name, place)
        # The files are put in place in the last moments: half of the kills fall there.
        share = moments.uniform(0.0, 1.0) if moments.random() < 0.5 else moments.uniform(0.8, 1.4)
        run_forked(work, "new", share * lasting)
        print(f"{share:.2f}: {judge()}", flush=True)


if __name__ == "__main__":
    main()
