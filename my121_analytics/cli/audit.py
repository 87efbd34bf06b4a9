"""``my121 audit``: are workbooks fit for every reader."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.intake import DATA_UNUSABLE
from my121_analytics.cli.terminal import show_line

if TYPE_CHECKING:
    import pandas as pd


def run_audit(
    files: Annotated[list[Path], typer.Argument(help="Workbooks, or folders of them.")],
    profile: Annotated[str, typer.Option("--profile", help="publish (default), or working: filters, frozen headings "
                                                           "and shading are allowed.")] = "publish",
) -> None:
    """Check workbooks against the accessibility checklist, and say what to mend and where.

    For example: my121 audit out/report
    """
    from my121_analytics.errors import UnreadableFileError, UsageError, suggest
    from my121_analytics.wording.catalogue import say
    from my121_analytics.writing.accessibility import audit_workbook, list_for_eyes

    if profile not in ("publish", "working"):
        raise UsageError(f"There is no profile '{profile}'.", hints=[suggest(profile, ("publish", "working"))])
    found = [path for file in files for path in (sorted(file.rglob("*.xlsx")) if file.is_dir() else [file])]
    failed = 0
    for path in found:
        try:
            faults = audit_workbook(path, profile=profile)  # type: ignore[arg-type]  # checked above
        except UnreadableFileError as problem:
            failed += 1
            show_line(problem.headline)
            continue
        show_line(say("audit", "found" if len(faults) else "passed", file=path, n=len(faults)))
        _show(faults)
        show_line(say("audit", "look_at"))
        _show(list_for_eyes(path))
        failed += bool(len(faults))
    if failed:
        show_line(say("audit", "found_headline", n=failed))
        raise typer.Exit(DATA_UNUSABLE)


def _show(lines: pd.DataFrame) -> None:
    """Print faults, or things to look at, each with its place."""
    for line in lines.itertuples():
        place = ", ".join(part for part in (str(line.sheet), str(line.cell)) if part)
        show_line(f"  {line.item}  {f'{place}: ' if place else ''}{line.message} {line.remedy}")
