"""Before a command runs: linear algebra keeps to one thread unless the environment says otherwise."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from my121_analytics.cli import app as app_module


def test_linear_algebra_keeps_to_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in app_module.THREAD_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    app_module._use_one_thread_for_algebra()
    assert {os.environ[name] for name in app_module.THREAD_SETTINGS} == {"1"}
    for name in app_module.THREAD_SETTINGS:
        monkeypatch.delenv(name)


def test_what_the_environment_says_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in app_module.THREAD_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "4")
    app_module._use_one_thread_for_algebra()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "4"
    assert "OMP_NUM_THREADS" not in os.environ


def test_the_commands_are_known_before_numpy_is_loaded() -> None:
    code = "import sys, my121_analytics.cli.app; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
