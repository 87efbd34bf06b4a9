"""What the command line prints: progress, short tables, and failures whose last line says why."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from my121_analytics.errors import My121Error

Progress = Callable[[int, int, str], None]


def say(text: str = "") -> None:
    """Print one line for the user, whatever the terminal can encode."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def report_failure(problem: My121Error) -> None:
    """Print a known failure to standard error: hints first, the one-line reason last."""
    encoding = sys.stderr.encoding or "utf-8"
    for line in (*(f"  - {hint}" for hint in problem.hints), f"my121: {problem.headline}"):
        print(line.encode(encoding, "replace").decode(encoding), file=sys.stderr)


@contextmanager
def progress_shown(title: str) -> Iterator[Progress]:
    """Show progress on long work: a bar in a terminal, tqdm in a notebook, nothing otherwise.

    Yields
    ------
    callable
        ``(done, total, what)``; call it as often as you like.
    """
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("", total=None)
            yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what)
    else:
        yield lambda done, total, what: None
