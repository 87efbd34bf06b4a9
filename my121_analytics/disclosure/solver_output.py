"""Keep a solver from writing to the terminal.

HiGHS, which scipy calls, writes a line of its own debugging to the standard output of C in some integer programs,
whatever its options say. Nobody who publishes a report should have to wonder what it means.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

STANDARD_OUTPUT = 1


@contextmanager
def solver_silenced() -> Iterator[None]:
    """Lead what C libraries write to standard output nowhere; Python's own output before and after is left alone."""
    if sys.stdout is not None:
        sys.stdout.flush()
    try:
        kept = os.dup(STANDARD_OUTPUT)
    except OSError:  # a program without a terminal has none to keep clean
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, STANDARD_OUTPUT)
        yield
    finally:
        _flush_c()
        os.dup2(kept, STANDARD_OUTPUT)
        os.close(kept)
        os.close(nowhere)


def _flush_c() -> None:
    """Write out what C still holds back, or it would come later after all."""
    try:
        library = ctypes.CDLL("ucrtbase" if os.name == "nt" else None)
        library.fflush(None)
    except (OSError, AttributeError):  # another C library: at a terminal each line is written at once in any case
        return
