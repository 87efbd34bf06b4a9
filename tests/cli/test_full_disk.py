"""A disk without room ends every command with exit code 2, a plain sentence, and the files of the run before."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from my121_analytics.cli import app as command_line
from my121_analytics.sample_council.council import make_sample
from my121_analytics.writing import staging
from my121_analytics.writing.manifest import sha256_of

SMALLEST = 20_000
"""Bytes from which on a file finds no room, in the tests that let the system say so: workbooks and pages are larger."""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    make_sample(30, seed=3, folder=folder)
    return folder


def below(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(folder.rglob("*"))
            if path.is_file()}


def run_main(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["my121", *map(str, words)])
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # main() wraps both
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    with pytest.raises(SystemExit) as left:
        command_line.main()
    return int(left.value.code or 0)


def test_a_check_without_room_leaves_the_check_before(exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    assert run_main(monkeypatch, "check", exports, "--out", tmp_path / "out") == 0
    before, create = below(tmp_path / "out"), staging._create

    def full(path: Path, content: bytes, **how: bool) -> None:
        if path.name.endswith("quarantine.xlsx"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        create(path, content, **how)

    monkeypatch.setattr(staging, "_create", full)
    capsys.readouterr()
    assert run_main(monkeypatch, "check", exports, "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err.strip().splitlines()[-1].startswith("my121: The disk with ")
    assert below(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("where", ["read_exports", "write_intake"])
def test_room_that_runs_out_anywhere_is_no_traceback(where: str, exports: Path, tmp_path: Path,
                                                     monkeypatch: pytest.MonkeyPatch,
                                                     capsys: pytest.CaptureFixture[str]) -> None:
    from my121_analytics.cli import release_files
    from my121_analytics.ingest import intake

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(intake if where == "read_exports" else release_files, where, full)
    assert run_main(monkeypatch, "check", exports, "--out", tmp_path / "out") == 2
    assert "is full" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a limit that the shell sets")
@pytest.mark.parametrize("command", [
    ["check"], ["profile"], ["managers"], ["report", "--audience", "analyst"], ["pack", "--audience", "panel"]])
def test_a_command_that_the_system_gives_no_room_leaves_the_old_set(command: list[str], exports: Path,
                                                                    tmp_path: Path) -> None:
    def run(limit: int | None) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", _LIMITED.format(limit=limit or 0), command[0], str(exports), "--out",
                 str(tmp_path / "out"), *command[1:]]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    assert run(None).returncode in (0, 3)  # 3: a small council's record has refusals
    before = below(tmp_path / "out")
    done = run(SMALLEST)
    assert done.returncode == 2, done.stderr
    assert "is full" in done.stderr.strip().splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert below(tmp_path / "out") == before


_LIMITED = """
import resource, signal
from my121_analytics.cli.app import main
if {limit}:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
main()
"""
