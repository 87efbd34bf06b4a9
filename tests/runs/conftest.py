"""A small council with one good run behind it, for tests of unattended mornings."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from my121_analytics.runs.scheduled import run_scheduled
from my121_analytics.sample_council.council import make_sample

SETTINGS = """
[council]
name = "Aldermere Borough Council"
[exports]
extract_date = 2024-09-30
employee_id_width = 6
[run]
source = "exports"
out = "out é"
settle_seconds = 0
{run}
[reports.small]
sections = ["profile", "coverage", "quality"]
{report}
"""
HOOK = """import json, os, pathlib
with open(pathlib.Path(__file__).with_name("hooked.jsonl"), "a") as log:
    log.write(json.dumps({name: os.environ[name] for name in os.environ if name.startswith("MY121_")}) + "\\n")
"""
DELIVERED = 'audience = "analyst"\ndestination = "shared"'
"""For the analyst: what may be published takes the gate seconds, and is tested with the gate and the reports."""


def prepare_council(place: Path, exports: Path, *, run: str | None = None, report: str = DELIVERED) -> Path:
    """Lay out exports, settings and a hook that writes down what it was told; gives the settings file."""
    place.mkdir(parents=True, exist_ok=True)
    shutil.copytree(exports, place / "exports", dirs_exist_ok=True)
    (place / "hook.py").write_text(HOOK, encoding="utf-8")
    if run is None:
        run = f"hook = [{json.dumps(sys.executable)}, {json.dumps(str(place / 'hook.py'))}]"
    file = place / "my121.toml"
    file.write_text(SETTINGS.format(run=run, report=report), encoding="utf-8")
    return file


@pytest.fixture
def lay_out(tmp_path: Path, council_exports: Path) -> Callable[..., Path]:
    return partial(prepare_council, tmp_path, council_exports)


@pytest.fixture(scope="session")
def council_exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mornings") / "exports"
    make_sample(120, seed=5, folder=folder)
    shutil.rmtree(folder / "truth")
    (folder / "my121.toml").unlink()
    (folder / "improvement_plan.xlsx").unlink()
    (folder / "iip_evidence.csv").unlink()
    (folder / "objectives_development_succession.xlsx").unlink()
    return folder


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory, council_exports: Path) -> Path:
    """The folder of a council whose last run was good; to be copied, never changed."""
    place = tmp_path_factory.mktemp("settled") / "council"
    run_scheduled(prepare_council(place, council_exports))
    return place


@pytest.fixture
def morning(tmp_path: Path, settled: Path) -> Path:
    """A copy of the settled council, ready for a morning on which something is wrong."""
    place = tmp_path / "council"
    shutil.copytree(settled, place)
    file = place / "my121.toml"
    file.write_text(file.read_text("utf-8").replace(json.dumps(str(settled / "hook.py")),
                                                    json.dumps(str(place / "hook.py"))), encoding="utf-8")
    return place
