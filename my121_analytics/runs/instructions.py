"""What a scheduled run is to do, worked out from the settings: absolute paths, and every fault at once."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from my121_analytics.errors import SettingsError, UsageError
from my121_analytics.settings import ReportSettings, Settings
from my121_analytics.settings_file import FILE_NAME, load_settings
from my121_analytics.settings_runs import RunSettings
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.manifest import sha256_of
from my121_analytics.writing.staging import make_folder


@dataclass(frozen=True)
class RunPlan:
    """A checked plan of one run.

    Parameters
    ----------
    file
        The settings file.
    settings
        As read from it.
    corrections
        File of corrected rows that beats ``[run] corrections``; empty: none does.
    """

    file: Path
    settings: Settings
    version: str = __version__
    corrections: str = ""

    @property
    def rules(self) -> RunSettings:
        """The section ``[run]``."""
        return self.settings.run

    @property
    def source(self) -> Path:
        """Folder of the exports."""
        return self.place(self.rules.source)

    @property
    def out(self) -> Path:
        """Folder of the runs."""
        return self.place(self.rules.out)

    @property
    def reports(self) -> Mapping[str, ReportSettings]:
        """Reports by name; one called ``workforce`` where the settings list none."""
        return self.settings.reports or {"workforce": ReportSettings()}

    @property
    def destinations(self) -> dict[str, Path]:
        """Where reports are also delivered to, by report."""
        return {name: self.place(report.destination) for name, report in self.reports.items() if report.destination}

    @property
    def corrections_file(self) -> Path | None:
        """File of corrected rows; None where there is none."""
        if self.corrections:
            return Path(os.path.abspath(self.corrections))
        return self.place(self.rules.corrections) if self.rules.corrections else None

    @property
    def other_inputs(self) -> tuple[Path, ...]:
        """What goes in beside the exports: the plan, its evidence and tracker, notebooks."""
        plan = self.rules.plan if "plan" in self.rules.outputs or "report" in self.rules.outputs else None
        files = [] if plan is None else [plan.file, plan.evidence, plan.tracker]
        if "notebooks" in self.rules.outputs:
            files += self.rules.notebooks
        corrections = [] if self.corrections_file is None else [self.corrections_file]
        return (*(self.place(file) for file in files if file), *corrections)

    def place(self, path: str) -> Path:
        """Make a path of the settings absolute, from the settings file's folder."""
        return Path(os.path.abspath(self.file.parent / Path(path).expanduser()))

    def is_public(self, report: str) -> bool:
        """Whether anybody may read this report."""
        policy = self.settings.disclosure.audiences.get(self.reports[report].audience)
        return policy is not None and policy.is_public


def make_plan(file: Path) -> RunPlan:
    """Read the settings and check that they can be followed.

    Parameters
    ----------
    file
        The settings file, or the folder that holds ``my121.toml``.

    Returns
    -------
    RunPlan

    Raises
    ------
    SettingsError
        The file is missing or has faults; all of them are listed.
    """
    plan = read_plan_of(file)
    check_plan(plan)
    return plan


def check_plan(plan: RunPlan) -> None:
    """Refuse a plan that cannot be followed.

    Raises
    ------
    SettingsError
        Lists every fault.
    """
    faults = find_faults(plan)
    if faults:
        raise SettingsError(say("run", "cannot_plan", n=len(faults)), hints=faults)


def read_plan_of(file: Path) -> RunPlan:
    """Read the settings without asking whether they can be followed; enough to look at earlier runs."""
    file = Path(os.path.abspath(file / FILE_NAME if file.is_dir() else file))
    if not file.is_file():
        raise SettingsError(say("run", "no_settings", path=file), hints=[say("run", "no_settings_hint")])
    return RunPlan(file, load_settings(file))


def places_as_written(file: Path) -> tuple[list[str], Path]:
    """Give the hook and the folder of the runs from settings that cannot be followed, so that somebody hears of it.

    Parameters
    ----------
    file
        The settings file, or its folder.

    Returns
    -------
    tuple
        The hook, empty where none can be read, and the folder, the settings file's own where none is named.
    """
    file = file / FILE_NAME if file.is_dir() else file
    try:
        run = tomllib.loads(file.read_text("utf-8-sig"))["run"]
        hook, out = run.get("hook", []), run.get("out", RunSettings().out)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return [], file.parent
    is_command = isinstance(hook, list) and all(isinstance(part, str) for part in hook)
    return hook if is_command else [], file.parent / out if isinstance(out, str) else file.parent


def find_faults(plan: RunPlan) -> list[str]:
    """List what in the settings cannot be done here: files, programs and time zones that are not there."""
    faults = [say("run", "not_found", what=f"[run] {path.name}", path=path)
              for path in plan.other_inputs if not path.is_file()]
    try:
        zoneinfo.ZoneInfo(plan.rules.timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        if zoneinfo.available_timezones():  # Windows has none of its own; then nothing can be said
            faults.append(say("run", "no_timezone", timezone=plan.rules.timezone))
    hook = plan.rules.hook
    if hook and shutil.which(hook[0]) is None:
        faults.append(say("run", "hook_not_found", program=hook[0]))
    return faults


def run_key(plan: RunPlan, inputs: Mapping[str, str]) -> str:
    """Give the key of a run: the same settings, inputs, version and period always write the same outputs.

    Parameters
    ----------
    plan
        With the settings; where reports go, when they are started and how many are kept changes no output.
    inputs
        SHA-256 by file name.

    Returns
    -------
    str
        SHA-256. The period follows from the inputs and the settings (``extract_date``, ``cycle``), which it holds.
    """
    settings = plan.settings.model_dump(mode="json")
    for report in settings["reports"].values():
        report.pop("destination", None)
    # when and where a run happens, and what may stop it, changes no byte of what it writes
    for name in ("keep", "hook", "guard", "expect", "corrections", "every", "at", "on", "timezone", "settle_seconds",
                 "out"):
        settings["run"].pop(name, None)
    content = {"settings": settings, "inputs": dict(sorted(inputs.items())), "version": plan.version}
    return sha256_of(json.dumps(content, sort_keys=True, ensure_ascii=False).encode())


def check_places(plan: RunPlan) -> None:
    """Try, as the account that runs this, whether every place can be written to.

    Raises
    ------
    UsageError
        One of them cannot.
    """
    for folder in (plan.out, *plan.destinations.values()):
        probe = folder / f".my121-probe-{os.getpid()}"
        try:
            make_folder(folder)
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as problem:
            raise UsageError(say("run", "disk", why=f"{folder}: {problem.strerror or problem}"),
                             hints=[say("run", "disk_hint")]) from problem

