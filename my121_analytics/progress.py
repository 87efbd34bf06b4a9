"""Progress on long work: rich in a terminal, tqdm in a notebook, silent otherwise."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

Progress = Callable[[int, int, str], None]
"""Called with steps done, steps in all, and what is in hand."""


@contextmanager
def progress_shown(title: str, display: Progress | None = None) -> Iterator[Progress]:
    """Show how far a long piece of work has come, in the way that suits where it runs.

    Parameters
    ----------
    title
        The work, in a word or two.
    display
        The caller's own display; used instead.

    Yields
    ------
    callable
        ``(done, total, what)``; call it as often as you like, or never: a terminal then shows that time goes on.
    """
    if display is not None:
        yield display
    elif _in_notebook():
        yield from _show_in_notebook(title)
    elif sys.stderr.isatty():
        yield from _show_in_terminal(title)
    else:
        yield lambda done, total, what: None


def _in_notebook() -> bool:
    """Say whether a Jupyter kernel runs this; a plain IPython terminal is no notebook."""
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    return type(running).__name__ == "ZMQInteractiveShell"


def _show_in_notebook(title: str) -> Iterator[Progress]:
    from tqdm import tqdm

    # The widget keeps an exported notebook clean; without ipywidgets a line of text does.
    if find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm
    look = "{desc} {n_fmt} of {total_fmt} {bar}"
    with tqdm(desc=title, total=1, file=sys.stdout, leave=False, bar_format=look) as bar:
        def show(done: int, total: int, what: str) -> None:
            bar.total = total
            bar.n = done
            bar.set_description_str(f"{title}: {what}" if what else title)

        yield show


def _show_in_terminal(title: str) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    # the time goes on where a single step takes long, and where nobody counts steps
    columns = (TextColumn(title), BarColumn(), TextColumn("{task.fields[counted]}"), TimeElapsedColumn(),
               TextColumn("{task.description}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, counted="")
        yield lambda done, total, what: bar.update(task, completed=done, total=total, description=what,
                                                   counted=f"{done} of {total}")
