"""``my121 check``: are the exports fit for use, and what was refused, where and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, Out, Pseudonyms, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for
from my121_analytics.cli.terminal import show_left, show_line, show_table

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

MOST_SHOWN = 12
COLUMNS_FILE = "columns.toml"
SUGGESTED_FILE = "suggested.toml"


def run_check(
    source: Source,
    out: Out,
    strict: Annotated[bool, typer.Option("--strict", help="Leave with code 3 if anything was quarantined.")] = False,
    explain: Annotated[bool, typer.Option(
        "--explain", help="Print which heading was read as which column, and write columns.toml, ready to edit into "
                          "the settings.")] = False,
    pseudonyms: Pseudonyms = False,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Check the exports and write the record they make, the refusals with their remedies, and the accounting.

    For example: my121 check exports --out out/check --explain
    """
    from my121_analytics.cli.release_files import (
        QUARANTINE,
        find_key,
        keep_corrections,
        write_check_page,
        write_intake,
    )
    from my121_analytics.writing.staging import staged_run

    chosen = settings_for(source, settings)
    key = find_key(pseudonyms, settings=chosen, source=source, out=out)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections, settings_file=settings)
    taken_in = [name for name in QUARANTINE if corrections is not None
                and corrections.resolve() == (out / name).resolve()]
    with staged_run(out, command="check", taken_in=taken_in) as stage:
        if corrections is not None and key is None:
            keep_corrections(corrections, stage)
        released = write_intake(intake, stage.folder, settings=chosen, key=key)
        write_check_page(released, intake, stage.folder, settings=chosen, key=key)
        if explain:
            _write_columns(intake, stage.folder)
        if intake.unread.settings:
            stage.write(SUGGESTED_FILE, intake.unread.settings.encode("utf-8"))
    show_left(stage.left)
    _show_rows(intake)
    _show_refusals(intake, quote=key is None)
    _show_findings(intake)
    if explain:
        _show_mapping(intake)
        show_line(f"The same is in {out / COLUMNS_FILE}, ready to edit into my121.toml.")
    refusals = f"; refusals to correct are in {out / 'quarantine.xlsx'}" if key is None else ""
    show_line(f"The record is in {out}{refusals}.")
    show_line(f"Open {out / 'check.html'} for all of it on one page.")
    _show_proposal(intake, out)
    code = exit_code(intake, strict=strict)
    if code:
        raise typer.Exit(code)


def _show_proposal(intake: Intake, out: Path) -> None:
    """Print, last of all, what was not read and the lines that would let it be read; keep them in a file."""
    from my121_analytics.wording.catalogue import say

    unread, kept = intake.unread, out / SUGGESTED_FILE
    if unread.settings:
        show_line()
        show_line(say("unread", "settings_lead"))
        show_line()
        for line in unread.settings.splitlines():
            show_line(line)
        show_line()
        show_line(say("unread", "settings_kept", file=kept))
    if unread.state:
        show_line(" ".join([say("unread", unread.state), *unread.headlines()]))


def _show_rows(intake: Intake) -> None:
    names = ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")
    rows = [(row.file, row.sheet, *(f"{getattr(row, name):,}" for name in names))
            for row in intake.reconciliation.itertuples()]
    show_table("Rows by file and sheet", ("File", "Sheet", "Read", "Accepted", "Quarantined", "Set aside"), rows,
               numeric=(2, 3, 4, 5))


def _show_refusals(intake: Intake, *, quote: bool) -> None:
    """Print the refused rows with what mends them; under pseudonyms only how many, since the log may be kept."""
    refused = intake.quarantine
    if refused.empty:
        return
    n_single = int((refused["reason"] != "scale_in_doubt").sum())
    title = f"Refused, the person kept and the row to be corrected ({n_single:,})"
    if not quote:
        show_line(f"{title}.")
        return
    single = refused[refused["reason"] != "scale_in_doubt"]  # the column is told of, once
    rows = [(f"{row.file}, {row.sheet}" if row.sheet else row.file, f"{row.row}", row.message)
            for row in single.head(MOST_SHOWN).itertuples()]
    if not rows:
        return
    show_table(title, ("File and sheet", "Row", "What is wrong, and what to do"), rows, numeric=(1,), lines=True)
    more = len(single) - MOST_SHOWN
    if more > 0:
        show_line(f"  ... and {more:,} more in quarantine.xlsx")


def _show_findings(intake: Intake) -> None:
    from my121_analytics.ingest.validation import RULES

    findings = intake.findings[~intake.findings["code"].isin([code for code, rule in RULES.items() if rule.stops])]
    if findings.empty:
        return
    tally = findings.groupby(["severity", "code"], sort=False, observed=True)["n"].sum()
    rows = [(str(severity), f"{int(n):,}", RULES[str(code)].meaning) for (severity, code), n in tally.items()]
    show_table("Found", ("Weight", "Times", "What it means"), rows, numeric=(1,))


def _show_mapping(intake: Intake) -> None:
    for (file, sheet), part in intake.mapping.groupby(["file", "sheet"], sort=False, observed=True):
        rows = [(str(row.heading), str(row.column) or "-", str(row.how)) for row in part.itertuples()]
        show_table(f"How the columns of {file}{f', sheet {sheet},' if sheet else ''} were read",
                   ("Heading", "-> Read as", "How"), rows)


def _write_columns(intake: Intake, out: Path) -> None:
    """Write the mapping as a block of settings; it holds headings, no cells."""
    from my121_analytics.ingest.reading.mapping import columns_block
    from my121_analytics.writing.staging import write_atomic

    write_atomic(out / COLUMNS_FILE, columns_block(intake.mapping).encode("utf-8"))
