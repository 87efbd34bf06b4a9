"""Writing a command's tables and pictures, each through the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from my121_analytics.cli.terminal import say
from my121_analytics.disclosure.release import Released, release
from my121_analytics.reports.csv_files import write_csv
from my121_analytics.reports.runs import write_atomic
from my121_analytics.settings import Settings
from my121_analytics.workforce.results import About, Result, Table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from my121_analytics.calibration.decisions import Calibration
    from my121_analytics.ingest.intake import Intake


def write_tables(result: Result, out: Path, *, audience: str, settings: Settings, files: Mapping[str, str],
                 columns: Mapping[str, Sequence[str]] | None = None) -> Released:
    """Release a result for an audience and write its tables.

    Parameters
    ----------
    result
        Of an analysis.
    out
        Folder.
    audience
        Who will read the files.
    settings
        Thresholds and audiences.
    files
        Table -> file name; tables that the audience may not see are named on the terminal and not written.
    columns
        Table -> columns in order; default all.

    Returns
    -------
    Released
    """
    released = release(result, audience=audience, settings=settings)
    for table, name in files.items():
        if table in released.tables:
            write_csv(released, table, out / name, columns=(columns or {}).get(table))
        elif table in result.tables:
            why = released.withheld.set_index("table").loc[table, "reason"]
            say(f"  Not written for the audience '{audience}': {name} ({why}).")
    return released


def write_figure(axes: Axes, stem: Path) -> None:
    """Write a picture as SVG and PNG."""
    from my121_analytics.figures.theme import save_png, save_svg

    save_svg(axes, stem.with_suffix(".svg"))
    save_png(axes, stem.with_suffix(".png"))


def write_intake(intake: Intake, out: Path, *, settings: Settings) -> None:
    """Write what a check gives: the record, the refusals, the findings, the accounting and the column mapping.

    Parameters
    ----------
    intake
        As read.
    out
        Folder.
    settings
        Thresholds and audiences; the files are for the analyst, since they name people.
    """
    from my121_analytics.ingest.intake import describe_intake, tabulate_intake
    from my121_analytics.reports.refusals import write_quarantine

    frames = tabulate_intake(intake)
    workforce = intake.workforce
    about = About("Check of the exports", "rows", "all rows of all files", "people", workforce.as_of,
                  " to ".join(dict.fromkeys(str(c) for c in workforce.cycles["label"].iloc[[0, -1]]))
                  if len(workforce.cycles) else "none", len(workforce.employees))
    tables = {name: Table(frame, keys=(), people=tuple(c for c in ("employee_id", "name", "record", "value")
                                                      if c in frame.columns)) for name, frame in frames.items()}
    released = write_tables(Result(about, tables), out, audience="analyst", settings=settings,
                            files={name: f"{name}.csv" for name in frames})
    write_quarantine(released, out / "quarantine.xlsx")
    described = json.dumps(describe_intake(intake), indent=1, ensure_ascii=False, sort_keys=False)
    write_atomic(out / "intake.json", described.encode("utf-8"))


def write_decisions(calibration: Calibration, effect: Result, refused: pd.DataFrame, out: Path, *,
                    settings: Settings) -> None:
    """Write the record with the agreed placements, the audit trail, what was refused, and the effect.

    Parameters
    ----------
    calibration
        As applied.
    effect
        Of ``measure_effect``.
    refused
        Lines that could not be entered.
    out
        Folder.
    settings
        Thresholds and audiences; the files are for the analyst, since they name people.
    """
    people = ("employee_id", "rater_id", "reason")
    placements = Table(calibration.workforce.placements, keys=(), people=people)
    entered = Result(effect.about, {"placements": placements, "refused": Table(refused, keys=(), people=("value",))})
    write_tables(entered, out, audience="analyst", settings=settings,
                 files={"placements": "placements.csv", "refused": "refused.csv"})
    write_tables(effect, out, audience="analyst", settings=settings,
                 files={"audit": "audit.csv", "steps": "effect_steps.csv", "placements": "effect_placements.csv"})
