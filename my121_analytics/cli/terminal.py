"""What the command line prints: lines for the user, and failures whose last line says why."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TextIO

from my121_analytics.errors import My121Error


def show_line(text: str = "") -> None:
    """Print one line for the user, whatever the terminal can encode; nothing where nobody listens any more."""
    _print(text, sys.stdout)


def show_left(names: Iterable[str]) -> None:
    """Say which files of an earlier run stay, since somebody changed them."""
    from my121_analytics.wording.catalogue import say

    for name in names:
        show_line(f"  {say('staging', 'left', file=name)}")


_WIDTH_OF_FILES = 120
"""Columns of a table that goes to a file or a pipe, where nothing says how wide the reader's window is."""


def show_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], *, numeric: Sequence[int] = (),
               lines: bool = False) -> None:
    """Print a table that fits the window; cells run over lines rather than being cut.

    Parameters
    ----------
    title
        Printed above it.
    headings
        Of the columns.
    rows
        Cells as text; nothing in them is taken for markup.
    numeric
        Columns set to the right.
    lines
        True for a line between rows, where cells run over several.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    plain = not (sys.stdout.encoding or "utf-8").lower().startswith("utf")
    table = Table(box=box.ASCII2 if plain else box.SIMPLE_HEAD, show_lines=lines)
    for at, heading in enumerate(headings):
        table.add_column(heading, justify="right" if at in numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    # a log or a pipe has no width; without one set here a table would be folded at 80 letters
    wanted_width = os.environ.get("COLUMNS", "")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() or wanted_width.isdigit() else _WIDTH_OF_FILES
    buffer = io.StringIO()
    show_line()
    show_line(title)
    Console(file=buffer, width=max(width, 40), color_system=None, legacy_windows=False).print(table)
    for line in buffer.getvalue().strip("\n").rstrip().splitlines():
        show_line(line.rstrip())


def report_failure(problem: My121Error) -> None:
    """Print a known failure to standard error: hints first, the one-line reason last."""
    # A hint of several lines is a block to copy: nothing may stand in front of them.
    hints = (hint if "\n" in hint else f"  - {hint}" for hint in problem.hints)
    for line in (*hints, f"my121: {problem.headline}"):
        _print(line, sys.stderr)


def _print(text: str, stream: TextIO | None) -> None:
    """Print one line; a stream that was closed, as under some schedulers, must not undo the work that is done."""
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    try:
        print(text.encode(encoding, "replace").decode(encoding), file=stream, flush=True)
    except (OSError, ValueError):
        with suppress(OSError, ValueError):  # what is left in the buffer would fail once more at the end
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
