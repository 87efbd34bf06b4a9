"""Commands killed at fifty random moments leave fifty whole sets of files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
N_KILLS = int(os.environ.get("MY121_KILLS", "10"))
"""Moments at which each kind of run is killed; 50 take about ten minutes."""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="kills forked processes by their time in /proc")
@pytest.mark.parametrize("kind", ["pack", "report", "run"])
def test_every_kill_leaves_a_whole_set(kind: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "tests.writing.kill_at_moments", kind, str(tmp_path), str(N_KILLS)],
                          cwd=ROOT, env={**os.environ, "OPENBLAS_NUM_THREADS": "1"}, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = [line.split(": ", 1)[1] for line in done.stdout.splitlines()]
    assert len(found) == N_KILLS
    assert set(found) <= {"old", "new"}, [line for line in found if line not in ("old", "new")]
    assert {"old", "new"} <= set(found), "no kill came before the set was in place, or none after"
