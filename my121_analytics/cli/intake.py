"""Reading the exports for a command: settings, progress, a calm summary of what was refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from my121_analytics.cli.terminal import show_line

if TYPE_CHECKING:
    import pandas as pd

    from my121_analytics.ingest.intake import Intake
    from my121_analytics.settings import Settings

DATA_UNUSABLE = 3


def settings_for(source: Path, named: Path | None) -> Settings:
    """Load the settings that apply to a source."""
    from my121_analytics.settings_file import find_settings, load_settings

    return load_settings(find_settings(source, named))


def read_source(source: Path, *, settings: Settings, as_of: datetime | None, corrections: Path | None = None,
                settings_file: Path | None = None, needs_ratings: bool = False) -> Intake:
    """Read the exports and print what was not read, first of all, then what was read, repaired and refused.

    Parameters
    ----------
    source
        File or folder.
    settings
        As loaded.
    as_of
        From the command line.
    corrections
        File of corrected rows.
    settings_file
        As given on the command line; the file in force is named.
    needs_ratings
        Whether figures are to be made of the ratings; then too few of them are refused.

    Returns
    -------
    Intake

    Raises
    ------
    DataUnusableError
        None or less than half of the ratings was read, and figures are to be made of them.
    """
    from my121_analytics.ingest.intake import read_exports
    from my121_analytics.ingest.unread import require_ratings
    from my121_analytics.settings_file import find_settings
    from my121_analytics.writing.staging import settle_for_reader

    for path in (source, corrections):
        if path is not None:
            settle_for_reader(path)
    intake = read_exports(source, settings=settings, as_of=as_of.date() if as_of else None,
                          corrections=corrections)
    for problem in intake.unreadable.itertuples():
        show_line(f"Not read: {problem.message} {problem.remedy}")
    for line in intake.unread.headlines():
        show_line(line)
    path = find_settings(source, settings_file)
    if path is not None:
        show_line(f"Settings: {path}")
    print_summary(intake)
    if needs_ratings:
        require_ratings(intake.unread)
    return intake


def read_ratings(source: Path, settings_file: Path | None, *, as_of: datetime | None,
                 corrections: Path | None) -> tuple[Settings, Intake]:
    """Read the exports that figures of the ratings are to be made of, under the settings that apply to them.

    Parameters
    ----------
    source, settings_file, as_of, corrections
        From the command line, as for :func:`read_source`.

    Returns
    -------
    tuple of Settings and Intake
    """
    settings = settings_for(source, settings_file)
    return settings, read_source(source, settings=settings, as_of=as_of, corrections=corrections,
                                 settings_file=settings_file, needs_ratings=True)


def print_summary(intake: Intake) -> None:
    """Print the accounting line, and what became of the corrections."""
    rows = intake.reconciliation
    totals = {name: int(rows[name].sum()) for name in ("rows_read", "rows_accepted", "rows_quarantined",
                                                       "rows_set_aside")}
    n_files = rows["file"].nunique()
    show_line(f"Read {totals['rows_read']:,} rows of {n_files:,} {'file' if n_files == 1 else 'files'} = "
        f"{totals['rows_accepted']:,} accepted + {totals['rows_quarantined']:,} quarantined + "
        f"{totals['rows_set_aside']:,} set aside (titles, footers, sheets that are not part of the record).")
    if len(intake.corrections):
        _tell_corrections(intake.corrections)


def _tell_corrections(corrections: pd.DataFrame) -> None:
    """Print what became of the corrections, with every line that could not be used."""
    from my121_analytics.wording.catalogue import say as sentence

    counts = corrections["outcome"].value_counts(sort=False)
    outcomes = [f"{n:,} {sentence('correction_outcome', str(code))}" for code, n in counts.items()]
    show_line(f"Corrections: {'; '.join(outcomes)}.")
    for row in corrections[corrections["outcome"] == "refused"].itertuples():
        sheet = f"sheet '{row.given_in}', " if row.given_in else ""
        show_line(f"  Not used: {sheet}row {row.given_row}: {row.message}")


def end_command(intake: Intake) -> None:
    """End a command that has done its work: with another exit code than 0 where the intake calls for it."""
    if exit_code(intake):
        raise typer.Exit(exit_code(intake))


def exit_code(intake: Intake, *, strict: bool = False) -> int:
    """Give the exit code the intake calls for.

    3 for an unreadable file, for corrections that could not be used, and where none or less than half of the ratings
    was read; with ``strict`` also for anything quarantined or left out.
    """
    refused = (intake.corrections["outcome"] == "refused").any()
    if len(intake.unreadable) or refused or intake.unread.is_too_little or (
            strict and (len(intake.quarantine) or not intake.unread.is_whole)):
        return DATA_UNUSABLE
    return 0
