"""``my121 decisions``: bring back what the meeting agreed, with an audit trail."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, Out, SettingsFile, Source
from my121_analytics.cli.intake import DATA_UNUSABLE, read_source, settings_for
from my121_analytics.cli.terminal import show_left, show_line, show_table

if TYPE_CHECKING:
    import pandas as pd

    from my121_analytics.calibration.actions import Actions
    from my121_analytics.calibration.decisions import Calibration, Decisions
    from my121_analytics.settings import Settings
    from my121_analytics.workforce.record import Workforce

_MOST_SHOWN = 40
"""Refused lines printed; all of them are in refused.csv."""


def run_decisions(
    source: Source,
    decisions: Annotated[Path, typer.Argument(help="The pack's workbook with the sheet Decisions filled in, or the "
                                                   "folder of packs.")],
    out: Out,
    agreed_on: Annotated[datetime | None, typer.Option(
        "--agreed-on", formats=["%Y-%m-%d"], help="Day of the meeting. Must be given.")] = None,
    only_good: Annotated[bool, typer.Option("--only-good", help="Leave out refused lines and enter the others; without "
                                                                "it one refused line stops all.")] = False,
    final: Annotated[bool, typer.Option("--final", help="The decisions are final: a later file is refused unless it "
                                                        "names them with --replaces.")] = False,
    replaces: Annotated[str, typer.Option("--replaces", help="The final decisions that these replace.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be entered and refused; write nothing.")]
    = False,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Read the agreed placements, enter them beside the managers' own, and write them back for the HR system.

    For example: my121 decisions exports out/pack --out out/agreed --agreed-on 2024-10-03
    """
    from my121_analytics.calibration.actions import read_actions
    from my121_analytics.calibration.decisions import (
        RefusedDecisionsError,
        apply_decisions,
        list_decision_files,
        read_decisions,
    )
    from my121_analytics.calibration.final_decisions import check_lock, describe_files, read_lock, write_lock
    from my121_analytics.cli.decision_files import REFUSED_FILES, write_agreed_files, write_decisions
    from my121_analytics.progress import progress_shown
    from my121_analytics.writing.staging import staged_run

    day = _require_day(agreed_on)
    chosen = settings_for(source, settings)
    intake = read_source(source, settings=chosen, as_of=as_of, settings_file=settings)
    files = list_decision_files(decisions)
    finals, wanted = read_lock(out), describe_files(files, day.date())
    replacing = check_lock(finals, wanted, replaces)
    read = read_decisions(decisions, workforce=intake.workforce)
    _tell_counts(read)
    cycles = read.lines["cycle"].astype("str")
    actions = read_actions(files, workforce=intake.workforce, agreed_on=day.date(),
                           cycle=str(cycles.iloc[0]) if len(cycles) else intake.workforce.latest_cycle)
    _tell_actions(actions)
    try:
        calibration = apply_decisions(intake.workforce, read, agreed_on=day.date(), only_good=only_good,
                                      replacing=replacing)
    except RefusedDecisionsError as problem:
        _show_refused(problem.refused.itertuples())
        _show_disagreements(read)
        if not dry_run:
            _write_refused(problem.refused, read, intake.workforce, out, chosen)
        raise
    _tell_entered(calibration)
    if not dry_run:
        lock = write_lock(finals, wanted) if final or finals else b""
        with (progress_shown("Entering the decisions"),
              staged_run(out, command="decisions", taken_in=REFUSED_FILES) as stage):
            write_decisions(intake.workforce, calibration, read, stage.folder, settings=chosen, lock=lock,
                            actions=actions)
            write_agreed_files(calibration, intake, source, stage.folder)
        show_left(stage.left)
        show_line(f"The agreed placements and their trail are in {out}.")
        if final:
            show_line(f"These decisions are final. Only a file that names them can replace them: --replaces "
                f"{wanted.decision_id}")
    if len(calibration.left_out) or len(actions.refused):
        raise typer.Exit(DATA_UNUSABLE)


def _write_refused(refused: pd.DataFrame, read: Decisions, workforce: Workforce, out: Path,
                   settings: Settings) -> None:
    """Write why nothing was entered, and say which files of the folder are not of this run."""
    from my121_analytics.cli.decision_files import REFUSED_FILES, write_refused_decisions
    from my121_analytics.writing.staging import staged_run

    with staged_run(out, command="decisions refused", taken_in=REFUSED_FILES) as stage:
        write_refused_decisions(refused, read, workforce, stage.folder, settings=settings)
    show_line(f"  Nothing was entered. The refused lines are in {out / 'refused.csv'}.")
    if (out / "audit.csv").is_file():
        show_line(f"  The other files in {out} are of an earlier run of decisions.")


def _require_day(agreed_on: datetime | None) -> datetime:
    from my121_analytics.errors import UsageError

    if agreed_on is None:
        raise UsageError("The day of the meeting is not given.", hints=[
            "Add the day on which the meeting agreed, for example: --agreed-on 2024-10-03"])
    return agreed_on


def _tell_counts(read: Decisions) -> None:
    from my121_analytics.wording.catalogue import say

    counts = ", ".join(f"{n:,} {say('decision_outcome', code).lower()}" for code, n in read.counts.items())
    show_line(f"{read.n_rows:,} lines: {counts}, {len(read.refused):,} refused.")


def _tell_actions(actions: Actions) -> None:
    if len(actions.agreed):
        show_line(f"{len(actions.agreed):,} actions were agreed: give actions.csv to the next pack with --actions.")
    if len(actions.refused):
        _show_refused(actions.refused.itertuples())


def _show_refused(rows: object) -> None:
    lines = [(f"{row.file}, {row.sheet}, row {row.row}" if row.sheet else f"{row.file}, row {row.row}",
              str(row.name), str(row.message), str(row.remedy)) for row in rows]  # type: ignore[attr-defined]
    show_table("Refused", ("Where", "Who", "Why", "How to mend it"), lines[:_MOST_SHOWN], lines=True)
    if len(lines) > _MOST_SHOWN:
        show_line(f"  and {len(lines) - _MOST_SHOWN:,} more, in refused.csv.")


def _show_disagreements(read: Decisions) -> None:
    from my121_analytics.wording.catalogue import say

    if read.disagreements.empty:
        return
    lines = [(str(row.name or row.employee_id), f"{row.file}, row {row.row}",
              say("decision_outcome", str(row.outcome)), str(row.box_after or row.performance_after),
              str(row.reason)) for row in read.disagreements.itertuples()]
    show_table("Decided differently", ("Who", "Where", "Outcome", "Agreed", "Reason"), lines)


def _tell_entered(calibration: Calibration) -> None:
    n_held = len(calibration.audit) - calibration.n_entered
    held = f" {n_held:,} were in the record already and were not entered again." if n_held else ""
    show_line(f"{calibration.n_entered:,} agreed placements entered.{held}")
    if len(calibration.left_out):
        show_line(f"{len(calibration.left_out):,} refused lines were left out; refused.csv lists them.")
        _show_refused(calibration.left_out.itertuples())
