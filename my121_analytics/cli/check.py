"""``my121 check``: are the exports fit for use, and what was refused, where and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, CorrectionsFile, Out, Pseudonyms, SettingsFile, Source
from my121_analytics.cli.intake import exit_code, read_source, settings_for
from my121_analytics.cli.terminal import say

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

MOST_SHOWN = 12


def run_check(
    source: Source,
    out: Out,
    strict: Annotated[bool, typer.Option("--strict", help="Leave with code 3 if anything was quarantined.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Print which heading was read as which column.")] = False,
    pseudonyms: Pseudonyms = False,
    corrections: CorrectionsFile = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Check the exports and write the record they make, the refusals with their remedies, and the accounting."""
    from my121_analytics.cli.release_files import find_key, write_intake

    chosen = settings_for(source, settings)
    key = find_key(pseudonyms, settings=chosen, source=source, out=out)
    intake = read_source(source, settings=chosen, as_of=as_of, corrections=corrections)
    write_intake(intake, out, settings=chosen, key=key)
    _show_refusals(intake)
    _show_findings(intake)
    if explain:
        _show_mapping(intake)
    refusals = f"; refusals to correct are in {out / 'quarantine.xlsx'}" if key is None else ""
    say(f"The record is in {out}{refusals}.")
    code = exit_code(intake, strict=strict)
    if code:
        raise typer.Exit(code)


def _show_refusals(intake: Intake) -> None:
    if len(intake.quarantine):
        say(f"Refused, the person kept and the row to be corrected ({len(intake.quarantine):,}):")
    for row in intake.quarantine.head(MOST_SHOWN).itertuples():
        sheet = f", sheet '{row.sheet}'" if row.sheet else ""
        say(f"  {row.file}{sheet}, row {row.row}: {row.message}")
    more = len(intake.quarantine) - MOST_SHOWN
    if more > 0:
        say(f"  ... and {more:,} more in quarantine.csv")


def _show_findings(intake: Intake) -> None:
    if len(intake.findings):
        say("Found:")
    tally = intake.findings.groupby(["severity", "code"], sort=True, observed=True)["n"].sum()
    for (severity, code), n in tally.items():
        say(f"  {severity}: {code.replace('_', ' ')}: {int(n):,}")


def _show_mapping(intake: Intake) -> None:
    width = min(max((len(str(h)) for h in intake.mapping["heading"]), default=10), 48)
    for (file, sheet), part in intake.mapping.groupby(["file", "sheet"], sort=False, observed=True):
        say(f"  {file}{f', sheet {sheet}' if sheet else ''}")
        for row in part.itertuples():
            say(f"    {str(row.heading)[:width]:<{width}}  ->  {row.column or '-':<22} {row.how}")
