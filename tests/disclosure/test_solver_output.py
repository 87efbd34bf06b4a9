"""What a solver writes past Python stays off the terminal and out of logs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import ctypes, sys
from my121_analytics.disclosure.solver_output import solver_silenced
library = ctypes.CDLL(None)
print("before")
with solver_silenced():
    library.puts(b"a line of debugging")
    {inside}
print("after")
library.puts(b"C is heard again")
library.fflush(None)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the test asks the C library for its own printing by a POSIX name")
@pytest.mark.parametrize("inside", ["pass", "library.puts(b'more')"])
def test_lines_that_c_writes_meanwhile_are_not_seen(inside: str) -> None:
    done = subprocess.run([sys.executable, "-c", CODE.format(inside=inside)], capture_output=True, text=True,
                          check=True, cwd=Path(__file__).parents[2], timeout=60)
    assert sorted(done.stdout.splitlines()) == ["C is heard again", "after", "before"]


def test_without_a_standard_output_nothing_breaks() -> None:
    code = ("import os, sys; os.close(1); sys.stdout = None\n"
            "from my121_analytics.disclosure.solver_output import solver_silenced\n"
            "with solver_silenced():\n    print('inside', file=sys.stderr)\n")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          cwd=Path(__file__).parents[2], timeout=60)
    assert done.stderr.strip() == "inside"
