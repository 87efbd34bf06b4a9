"""``my121 init``: files of the council's own to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.terminal import show_line


def run_init(
    framework: Annotated[Path, typer.Option("--framework", help="File to write the texts and questions of the "
                                                                "conversation guide to, ready to edit.")],
) -> None:
    """Write the conversation guide out as a file to edit: boxes, questions, stages, preparation.

    For example: my121 init --framework exports/guide.toml
    """
    from my121_analytics.errors import UsageError
    from my121_analytics.framework.conversation_guide import packaged_text
    from my121_analytics.writing.staging import write_atomic

    if framework.exists():
        raise UsageError(f"{framework} is there already, and may hold changes of yours.",
                         hints=["Name another file, or move this one away first."])
    write_atomic(framework, packaged_text().encode("utf-8"), private=False)
    show_line(f"{framework} holds every text and question of the guide. Edit it, and add to my121.toml:")
    show_line("[framework]")
    show_line(f'guide = "{framework.name}"')
