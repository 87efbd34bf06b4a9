"""``my121 import``: take a filled-in form of conversations in among the exports, once it has passed the check."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, SettingsFile
from my121_analytics.cli.intake import DATA_UNUSABLE, settings_for
from my121_analytics.cli.terminal import show_line, show_table

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake
    from my121_analytics.ingest.record_form import FilledForm

_MOST_SHOWN = 20


def run_import(
    form: Annotated[Path, typer.Argument(help="The form that my121 guide wrote, filled in; xlsx or csv.")],
    to: Annotated[Path, typer.Option("--to", help="Folder of the exports that it is to stand among.")],
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Check a filled-in form like any export and put it among the exports; a refused line leaves everything as it was.

    For example: my121 import record.xlsx --to exports
    """
    from my121_analytics.errors import UsageError
    from my121_analytics.ingest.intake import read_exports
    from my121_analytics.ingest.record_form import read_record_form
    from my121_analytics.writing.staging import write_atomic

    if not to.is_dir():
        raise UsageError(f"{to} is not a folder.", hints=["Name the folder that holds the exports."])
    filled = read_record_form(form)
    for kind, n in filled.n_without.items():
        if n:
            show_line(f"  {n} lines of '{kind}' were begun without a day or an action, and are left out.")
    files = _name_files(filled, form, to)
    chosen = settings_for(to, settings)
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / "exports"
        shutil.copytree(to, trial)
        for name, content in files.items():
            (trial / name).write_text(content, "utf-8-sig")
        intake = read_exports(trial, settings=chosen, as_of=as_of.date() if as_of else None)
    _require_accepted(intake, files)
    for name, content in files.items():
        write_atomic(to / name, content.encode("utf-8-sig"))
    counts = ", ".join(f"{n} {kind}" for kind, n in filled.n_filled.items() if n)
    show_line(f"Taken in: {counts}. Now in {to}: {', '.join(files)}.")


def _name_files(filled: FilledForm, form: Path, to: Path) -> dict[str, str]:
    """Name a file for each sheet; the same form twice is refused, since its lines would count twice."""
    from my121_analytics.errors import UsageError

    files = {f"{form.stem}_{kind}.csv": content for kind, content in filled.sheets.items()}
    there = [name for name in files if (to / name).exists()]
    if there:
        raise UsageError(f"{to / there[0]} is there already: this form was taken in before.",
                         hints=["Give a second form another name, or delete the earlier file to take its place."])
    return files


def _require_accepted(intake: Intake, files: dict[str, str]) -> None:
    """Refuse the whole form where any of its lines was refused or not read, with what to mend."""
    refused = intake.quarantine[intake.quarantine["file"].isin(files)]
    rows = intake.reconciliation
    own = rows[rows["file"].isin(files)]
    unread = sorted(set(own.loc[own["rows_accepted"] == 0, "file"]))
    if refused.empty and not unread:
        return
    lines = [(f"{row.file}, row {row.row}", str(row.column), str(row.value), str(row.message))
             for row in refused.head(_MOST_SHOWN).itertuples()]
    if lines:
        show_table("Refused", ("Where", "Column", "Value", "Why"), lines, lines=True)
    for name in unread:
        show_line(f"  No line of {name} was read.")
    show_line("Nothing was taken in. Correct the form and give it again.")
    raise typer.Exit(DATA_UNUSABLE)
