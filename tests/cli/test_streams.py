"""A closed, full or cut-off standard output costs the lines on it, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from my121_analytics.cli.streams import PatientStream

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="a shell's redirections")


class Full(StringIO):
    """A stream that has no room."""

    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


def test_what_can_be_printed_is_printed_as_it_is():
    behind = StringIO()
    stream = PatientStream(behind)
    print("Größe", file=stream, flush=True)
    assert behind.getvalue() == "Größe\n"


@pytest.mark.parametrize("behind", [Full(), None])
def test_what_nobody_takes_is_dropped_without_an_error(behind):
    stream = PatientStream(behind)
    for _ in range(2):
        print("a line", file=stream, flush=True)
    assert not stream.isatty()


def test_a_letter_that_does_not_fit_is_still_an_error(tmp_path):
    with (tmp_path / "out.txt").open("w", encoding="ascii") as behind, pytest.raises(UnicodeEncodeError):
        PatientStream(behind).write("é")


@posix_only
@pytest.mark.parametrize("redirection", ["> /dev/full", "| head -c 1", "<&- >&- 2>&-"])
def test_a_command_writes_its_files_whatever_becomes_of_its_lines(tmp_path: Path, redirection: str):
    if "/dev/full" in redirection and not Path("/dev/full").exists():
        pytest.skip("no such device here")
    script = f'"{sys.executable}" -m my121_analytics sample "{tmp_path / "data"}" --employees 30 {redirection}'
    done = subprocess.run(["bash", "-o", "pipefail", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert (tmp_path / "data" / "my121.toml").is_file()


@posix_only
def test_help_to_a_closed_stream_is_no_failure():
    done = subprocess.run(["bash", "-c", f'"{sys.executable}" -m my121_analytics --help >&-'], capture_output=True,
                          text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
