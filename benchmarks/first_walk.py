"""Walk the way of somebody new, on a copy of the project and with nothing installed, and time each step.

Run ``python -m benchmarks.first_walk --write``; it takes a few minutes, most of them downloads, and needs a network for
the two steps that install. Each command runs in a terminal of its own, as for a person: beside its time stands the
longest stretch in which it printed nothing.
"""

from __future__ import annotations

import argparse
import os
import platform
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "first_walk.md"
LIMIT = 900
"""Seconds after which a step is given up."""
_LEAVES_NOTHING = {"PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
"""What was downloaded for somebody else is not at hand on a bare machine."""


@dataclass(frozen=True)
class Step:
    """One step of the walk: what a reader is told to do, and the command."""

    what: str
    command: str


@dataclass(frozen=True)
class Timed:
    """A step that was walked: seconds in all, the longest silence, what was printed and the exit code."""

    step: Step
    seconds: float
    silence: float
    printed: str
    exit_code: int


def read_steps() -> list[Step]:
    """List the steps: the first command of the README taken apart, then those of getting started."""
    line = re.search(r"^python3 -m venv .*my121 pack.*$", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert line is not None, "the README's first command is not there"
    venv, install, pack = line[0].split(" && ")
    my121 = ".venv/bin/my121"
    return [
        Step("make an environment", venv.replace("python3", sys.executable)),
        Step("install", install), Step("build the pack of the sample council", pack),
        Step("is everything there?", f"{my121} doctor --out out"),
        Step("open the handbook", f"{my121} handbook --no-open"),
        Step("the demo", f"{my121} demo --no-open"),
        Step("first settings from a folder of exports", f'{my121} init exports --yes --council "Aldermere"'),
        Step("check the exports", f"{my121} check exports --out out/check --explain"),
        Step("first pack of one's own", f"{my121} pack exports --out out/own"),
        Step("rating patterns", f"{my121} managers exports --out out/managers"),
        Step("workforce report for publication", f"{my121} report exports --out out/report"),
        Step("install the notebooks", '.venv/bin/python -m pip install ".[notebooks]"'),
        Step("run the first notebook", ".venv/bin/jupyter nbconvert --to html --execute --output-dir out "
                                       "notebooks/01_check_an_export.ipynb")]


def copy_project(to: Path) -> None:
    """Clone what is committed, and put the sample's exports aside as a council's own, without their settings."""
    subprocess.run(["git", "clone", "-q", "--depth", "1", ROOT.as_uri(), to], check=True)
    shutil.copytree(to / "data" / "sample", to / "exports", ignore=shutil.ignore_patterns("truth", "my121.toml"))


def walk(step: Step, folder: Path) -> Timed:
    """Run one step in a terminal, and listen for how long it says nothing."""
    master, slave = pty.openpty()
    started = heard = time.monotonic()
    # PYTHONPATH would lead to the project that this script stands in
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | _LEAVES_NOTHING
    running = subprocess.Popen(["bash", "-c", step.command], cwd=folder, stdin=subprocess.DEVNULL, stdout=slave,
                               stderr=slave, env={**environment, "TERM": "xterm", "COLUMNS": "100"})
    os.close(slave)
    printed, silence = b"", 0.0
    while time.monotonic() - started < LIMIT:
        if select.select([master], [], [], 0.1)[0]:
            try:
                part = os.read(master, 65536)
            except OSError:  # the other end was closed: the command has ended
                break
            silence, heard, printed = max(silence, time.monotonic() - heard), time.monotonic(), printed + part
        elif running.poll() is not None:
            break
    running.kill() if running.poll() is None and time.monotonic() - started >= LIMIT else running.wait()
    os.close(master)
    ended = time.monotonic()
    return Timed(step, ended - started, max(silence, ended - heard), printed.decode("utf-8", "replace"),
                 running.returncode or 0)


def write_page(timed: list[Timed]) -> None:
    """Write the table of the walk into the handbook."""
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    lines = ["# The first hour, timed", "", "Made by `python -m benchmarks.first_walk --write` on "
             f"{date.today().isoformat()}: a fresh copy of the project, nothing installed, nothing kept from earlier "
             f"downloads; {machine}, while other work ran on the same machine. A step that installs is as fast as the "
             "network. *Silent*: the longest stretch in which the terminal showed nothing new.", "",
             "| step | command | seconds | silent |", "|---|---|---|---|"]
    lines += [f"| {each.step.what} | `{each.step.command.replace(sys.executable, 'python3')}` | {each.seconds:.0f} | "
              f"{each.silence:.0f} |" for each in timed]
    in_all = sum(each.seconds for each in timed)
    lines += ["", f"In all {in_all / 60:.0f} minutes, without the time to read. The exports are those of the sample "
              "council of 600 people, six cycles."]
    PAGE.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    """Walk all steps; stop at the first that fails and show what it said."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/first_walk.md")
    parser.add_argument("--only", default="", help="steps whose words hold this, besides those that install")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "my121_analytics"
        copy_project(folder)
        timed = []
        for step in read_steps():
            if chosen.only not in step.what and "install" not in step.what and "environment" not in step.what:
                continue
            timed.append(walk(step, folder))
            print(f"{timed[-1].seconds:6.1f} s, silent {timed[-1].silence:4.1f} s: {step.what}", flush=True)
            if timed[-1].exit_code:
                sys.exit(f"{step.command} left with {timed[-1].exit_code}:\n{timed[-1].printed[-3000:]}")
    if chosen.write:
        write_page(timed)


if __name__ == "__main__":
    main()
