"""Standard output that may be closed, full or cut off: what cannot be printed is lost, and the work goes on."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import TextIOBase
from typing import TextIO

_FIRST_FREE = 3
"""File numbers 0 to 2 are input, output and error; a file opened while one of them is closed would get its number."""


class PatientStream(TextIOBase):
    """A stream that passes on what it can and drops the rest once nobody takes it.

    Parameters
    ----------
    stream
        Standard output or error; None where the caller closed it.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Of the stream behind, since what is printed must fit it."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """How the stream behind treats letters that it cannot encode."""
        return getattr(self._stream, "errors", None) or "replace"

    def write(self, text: str) -> int:
        """Print a text; says that all of it was printed, whatever became of it."""
        if not isinstance(text, str):  # libraries find out in this way what a stream takes
            raise TypeError("Only text can be printed here.")
        if self._stream is not None:
            try:
                self._stream.write(text)
            except (OSError, ValueError) as problem:
                if isinstance(problem, UnicodeError):
                    raise
                self._give_up()
        return len(text)

    def flush(self) -> None:
        """Pass on what waits."""
        if self._stream is not None:
            try:
                self._stream.flush()
            except (OSError, ValueError):
                self._give_up()

    def isatty(self) -> bool:
        """Whether somebody is looking."""
        return self._stream is not None and not self._stream.closed and self._stream.isatty()

    def fileno(self) -> int:
        """Give the number of the stream behind, for programs started from here."""
        if self._stream is None:
            raise OSError("The stream is closed.")
        return self._stream.fileno()

    def writable(self) -> bool:
        """Say that one may write; nothing is lost by trying."""
        return True

    def _give_up(self) -> None:
        """Turn the stream's own file to nowhere, so that the system's last flush at the end has nothing to say."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with suppress(OSError, ValueError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, stream.fileno())
                os.close(nowhere)


def bear_with_streams() -> None:
    """Let standard output and error be closed, full or cut off without that failing a command."""
    while (number := os.open(os.devnull, os.O_RDWR)) < _FIRST_FREE:
        pass  # a file of the run must not get the number of a closed stream
    os.close(number)
    sys.stdout = PatientStream(sys.stdout)
    sys.stderr = PatientStream(sys.stderr)
