"""``my121 handbook``: the handbook of this version as one folder of pages, for a computer without a network."""

from __future__ import annotations

import inspect
import re
import webbrowser
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.terminal import show_line

PACKAGE = Path(__file__).parents[1]
FOLDERS = (PACKAGE / "handbook", PACKAGE.parent / "docs")
"""Where the texts are: in the package as installed, and beside it in the project's own folder."""
PICTURES = ("*.png", "*.svg", "gallery/*.png")
FIRST_PAGE = "index.html"
_CALL_WIDTH = 88
"""Signs of a call that stands on one line of a page."""
LINKS = {FIRST_PAGE: "Handbook", "commands.html": "Commands", "python.html": "Python"}


def run_handbook(
    to: Annotated[Path, typer.Option("--to", help="Folder to write to.")] = Path("my121-handbook"),
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the first page in the browser.")] = True,
) -> None:
    """Write the handbook of this version as a folder of pages and open it. It needs no network; send it to anybody.

    For example: my121 handbook --to my121-handbook
    """
    from my121_analytics.progress import progress_shown
    from my121_analytics.writing.staging import staged_run

    with progress_shown("Writing the handbook"), staged_run(to, private=False, command="handbook") as stage:
        for name, content in build_handbook():
            stage.write(name, content)
    page = to / FIRST_PAGE
    show_line(f"Open {page}.")
    if show:
        webbrowser.open(page.resolve().as_uri())


def build_handbook() -> Iterator[tuple[str, bytes]]:
    """Make the pages, and give the pictures that they show.

    Yields
    ------
    tuple
        Path below the folder with forward slashes, and the content of the file.

    Raises
    ------
    UsageError
        The texts are not there: the package was put together without them.
    """
    from my121_analytics.version import __version__
    from my121_analytics.writing.markdown_page import make_markdown_page

    folder = find_texts()
    texts = {path.stem: path.read_text("utf-8") for path in sorted(folder.glob("*.md"))}
    texts |= {"commands": list_commands(), "python": list_names()}
    for name, text in texts.items():
        page = make_markdown_page(text, links=LINKS, last_line=f"my121_analytics {__version__}")
        yield f"{name}.html", page.encode("utf-8")
    for pattern in PICTURES:
        for picture in sorted(folder.glob(pattern)):
            yield picture.relative_to(folder).as_posix(), picture.read_bytes()


def find_texts() -> Path:
    """Find the folder with the handbook's texts.

    Raises
    ------
    UsageError
        The texts are not there.
    """
    from my121_analytics.errors import UsageError

    for folder in FOLDERS:
        if (folder / "index.md").is_file():
            return folder
    raise UsageError("The handbook is not part of this installation.",
                     hints=["Install the package again: python -m pip install --force-reinstall my121-analytics"])


def list_commands() -> str:
    """Give the page of all commands, from their own help."""
    from my121_analytics.cli.app import COMMANDS, app

    group = typer.main.get_command(app)
    parts = ["# Commands", "`my121 COMMAND --help` says the same in the terminal."]
    for name in COMMANDS:
        command = group.commands[name]  # type: ignore[attr-defined]
        meaning, _, example = " ".join((command.help or "").split()).partition("For example: ")
        options = [f"| `{'/'.join(option.opts)}` | {_in_a_cell(getattr(option, 'help', ''))} |"
                   for option in command.params if not getattr(option, "hidden", False)]
        parts += [f"## my121 {name}", meaning.strip(), f"```sh\n{example}\n```",
                  "\n".join(["| argument or option | meaning |", "|---|---|", *options])]
    return "\n\n".join(parts) + "\n"


def list_names() -> str:
    """Give the page of all public names, from their own help."""
    package = import_module("my121_analytics")
    parts = ["# Python reference", "`help(my121)` gives the order of work, `help(my121.release)` explains one name."]
    for name in sorted(package._PUBLIC):
        public = getattr(package, name)
        parts += [f"## my121.{name}", f"```python\n{_spell_call(name, public)}\n```",
                  f"```text\n{inspect.getdoc(public)}\n```"]
    return "\n\n".join(parts) + "\n"


def _spell_call(name: str, public: Callable[..., object]) -> str:
    """Write a call with its parameters, one a line where there are several."""
    call = f"{name}{inspect.signature(public)}"
    call = re.sub(r"(: |-> )'([^']*)'", r"\1\2", call)  # annotations are kept as text, in quotes
    if len(call) <= _CALL_WIDTH:
        return call
    head, _, rest = call.partition("(")
    inside, _, returned = rest.rpartition(") -> ")
    parameters = re.split(r", (?=[*\w]+(?::|,|$|=))", inside)
    return "\n".join([f"{head}(", *(f"    {parameter}," for parameter in parameters), f") -> {returned}"])


def _in_a_cell(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")
