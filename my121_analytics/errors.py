"""What can go wrong, as one family: each error says what, where and how to mend, and knows its exit code."""

from __future__ import annotations

from difflib import get_close_matches
from typing import ClassVar


class My121Error(Exception):
    """Base of every error that a user can meet. The command line prints it and leaves with ``exit_code``.

    Parameters
    ----------
    headline
        What went wrong and where, in one sentence.
    hints
        How to mend it, one sentence each; printed below the headline.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, headline: str, *, hints: tuple[str, ...] | list[str] = ()) -> None:
        self.headline = headline
        self.hints = tuple(hints)
        super().__init__("\n".join([headline, *(f"  - {hint}" for hint in self.hints)]))

    def _render_traceback_(self) -> list[str]:
        """Give what a notebook prints of it: what went wrong and how to mend it, without the way through the code."""
        return str(self).splitlines()


class UsageError(My121Error):
    """The command or call asks for something that is not there (a cycle, a directorate, a file name)."""

    exit_code = 2


class SettingsError(My121Error):
    """The settings file has faults; ``hints`` lists all of them, not just the first."""

    exit_code = 2


class DataUnusableError(My121Error):
    """The data cannot answer what was asked (nothing readable, no placements, too few ratings)."""

    exit_code = 3


class UnreadableFileError(DataUnusableError):
    """One file could not be read at all: missing, empty, protected by a password, or not a table."""

    def __init__(self, headline: str, *, file: str = "", reason: str = "unreadable_file",
                 hints: tuple[str, ...] | list[str] = ()) -> None:
        self.file = file
        self.reason = reason
        super().__init__(headline, hints=hints)


class DisclosureError(My121Error):
    """A release would let somebody be identified, or something unreleased was about to be shown."""

    exit_code = 4


class RunLockedError(My121Error):
    """Another run is writing to the same place."""

    exit_code = 5


def suggest(written: str, known: list[str] | tuple[str, ...]) -> str:
    """Say ``Did you mean 'x'?`` where one known name is near, else list what is known.

    Parameters
    ----------
    written
        What was written.
    known
        What could have been written.

    Returns
    -------
    str
        A sentence for the hint of an error.
    """
    near = get_close_matches(written, known, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    shown = ", ".join(f"'{name}'" for name in known[:12])
    more = f" and {len(known) - 12} more" if len(known) > 12 else ""
    return f"Known: {shown}{more}."
