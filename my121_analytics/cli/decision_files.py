"""What ``my121 decisions`` writes: the record with the agreed placements, their trail, the effect, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from my121_analytics.calibration.final_decisions import LOCK
from my121_analytics.cli.release_files import write_tables
from my121_analytics.cli.terminal import show_line
from my121_analytics.ingest.files.exports import list_files
from my121_analytics.publication import Publication
from my121_analytics.settings import Settings
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import About, Result, Table, describe
from my121_analytics.writing.staging import write_atomic

if TYPE_CHECKING:
    from my121_analytics.calibration.actions import Actions
    from my121_analytics.calibration.decisions import Calibration, Decisions
    from my121_analytics.ingest.intake import Intake

_PEOPLE = ("employee_id", "name", "rater_id", "reason", "manager_view", "employee_view", "agreed_by", "value",
           "message", "action", "owner")
"""Columns that name somebody, or hold what was written about one."""
REFUSED_FILES = ("refused.csv", "disagreements.csv")
"""Files that both a run that entered decisions and one that entered none write."""


def write_decisions(before: Workforce, calibration: Calibration, read: Decisions, out: Path, *, settings: Settings,
                    lock: bytes = b"", actions: Actions | None = None) -> None:
    """Write the record with the agreed placements, the audit trail, what was left out, and the effect.

    Parameters
    ----------
    before
        The record before the meeting.
    calibration
        As applied.
    read
        As read.
    out
        Folder.
    settings
        Thresholds and audiences; the files are for the analyst, since they name people.
    lock
        Content of the lock on final decisions; empty for none.
    actions
        What the meeting agreed to do; lines that could not be used are written beside the refused decisions.
    """
    from my121_analytics.calibration.effect import measure_effect, measure_gaps
    from my121_analytics.reports.effect.effect_page import assemble_effect, files_of

    effect = measure_effect(before, calibration)
    if actions is not None and len(actions.agreed):
        _write_named({"actions": actions.agreed}, effect.about, out, settings)
    left_out = calibration.left_out
    if actions is not None and len(actions.refused):
        left_out = pd.concat([left_out, actions.refused], ignore_index=True)
    undecided = read.lines[~read.lines["outcome"].isin(["stands", "changed"])]
    _write_named({"placements": calibration.workforce.placements, "refused": left_out,
                  "undecided": undecided, "disagreements": read.disagreements}, effect.about, out, settings)
    released = write_tables(effect, out, Publication("analyst", settings),
                            files={"audit": "audit.csv", "steps": "effect_steps.csv",
                                   "placements": "effect_placements.csv", "teams": "effect_teams.csv"})
    if len(calibration.audit):
        gaps = measure_gaps(before, calibration)
        groups = Publication("publish", settings).propose([gaps], is_published=False)[0] if gaps.tables else None
        agreed_on = calibration.audit["agreed_on"].iloc[0].date().isoformat()
        papers = assemble_effect(released, groups, settings=settings, agreed_on=agreed_on)
        for name, content in files_of(papers).items():
            write_atomic(out / name, content)
    if lock:
        write_atomic(out / LOCK, lock)


def write_refused_decisions(refused: pd.DataFrame, read: Decisions, workforce: Workforce, out: Path, *,
                            settings: Settings) -> None:
    """Write why nothing was entered; nothing else is written.

    Parameters
    ----------
    refused
        Lines that cannot be entered.
    read
        As read; lines that decide differently are written side by side.
    workforce
        The record.
    out
        Folder.
    settings
        Thresholds and audiences.
    """
    cycles = ", ".join(dict.fromkeys(read.lines["cycle"].astype("str")))
    about = describe("effect", counts="posts", as_of=workforce.as_of, cycle=cycles, n=len(read.lines))
    tables = {"refused": refused}
    if len(read.disagreements):
        tables["disagreements"] = read.disagreements
    _write_named(tables, about, out, settings)


def write_agreed_files(calibration: Calibration, intake: Intake, source: Path, out: Path) -> None:
    """Write the agreed placements in the layout of the exports they came from.

    Parameters
    ----------
    calibration
        As applied.
    intake
        As read from the source.
    source
        File or folder of the exports.
    out
        Folder.
    """
    from my121_analytics.calibration.agreed_exports import write_agreed

    files = write_agreed(calibration, paths=list_files(source)[0], mapping=intake.mapping)
    for file in files:
        write_atomic(out / file.name, file.content)
        show_line(f"For the HR system: {file.name}, {file.n_rows:,} agreed placements in the layout of "
                  f"{file.origin}.")
        if file.n_incomplete:
            show_line(f"  {file.n_incomplete:,} of them were agreed on an axis that this layout has no column for: "
                      f"enter those by hand; audit.csv lists them.")


def _write_named(frames: Mapping[str, pd.DataFrame], about: About, out: Path, settings: Settings) -> None:
    tables = {name: Table(frame, keys=(), people=tuple(c for c in _PEOPLE if c in frame.columns))
              for name, frame in frames.items()}
    write_tables(Result(about, tables), out, Publication("analyst", settings),
                 files={name: f"{name}.csv" for name in tables})
