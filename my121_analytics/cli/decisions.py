"""``my121 decisions``: bring back what the meeting agreed, with an audit trail."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from my121_analytics.cli.arguments import AsOf, Out, SettingsFile, Source
from my121_analytics.cli.intake import DATA_UNUSABLE, read_source, settings_for
from my121_analytics.cli.terminal import show_line


def run_decisions(
    source: Source,
    decisions: Annotated[Path, typer.Argument(help="The pack's workbook with the sheet Decisions filled in, or the "
                                                   "folder of packs.")],
    out: Out,
    agreed_on: Annotated[datetime | None, typer.Option(
        "--agreed-on", formats=["%Y-%m-%d"], help="Day of the meeting. Default: the day the figures speak of.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be entered and refused; write nothing.")]
    = False,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Read the agreed placements, enter them beside the managers' own, and write the audit trail and the effect."""
    from my121_analytics.calibration.decisions import apply_decisions, read_decisions
    from my121_analytics.calibration.effect import measure_effect
    from my121_analytics.cli.release_files import write_decisions

    chosen = settings_for(source, settings)
    workforce = read_source(source, settings=chosen, as_of=as_of).workforce
    read = read_decisions(decisions, workforce=workforce)
    n_changed = int((read.agreed["outcome"] == "changed").sum())
    show_line(f"{read.n_rows:,} lines: {n_changed:,} changed, {len(read.agreed) - n_changed:,} confirmed, "
        f"{len(read.refused):,} refused, {read.n_undecided:,} left blank.")
    for row in read.refused.itertuples():
        show_line(f"  {row.file}, sheet '{row.sheet}', row {row.row}: {row.message} {row.remedy}")
    if not dry_run:
        calibration = apply_decisions(workforce, read, agreed_on=agreed_on.date() if agreed_on else workforce.as_of)
        write_decisions(calibration, measure_effect(workforce, calibration), read.refused, out, settings=chosen)
        show_line(f"The agreed placements and their trail are in {out}.")
    if len(read.refused):
        raise typer.Exit(DATA_UNUSABLE)
