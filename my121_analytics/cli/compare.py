"""``my121 compare``: two extracts of the same record, and what using the later one will change."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from my121_analytics.cli.arguments import AsOf, Out, SettingsFile
from my121_analytics.cli.intake import exit_code, read_source, settings_for
from my121_analytics.cli.terminal import show_line, show_table

if TYPE_CHECKING:
    from my121_analytics.disclosure.release import Released
    from my121_analytics.ingest.intake import Intake
    from my121_analytics.settings import Settings

FILES = {"changes": "changes.csv", "figures": "figures.csv", "units": "units.csv"}


def run_compare(
    old: Annotated[Path, typer.Argument(help="The earlier extract: a file, or the folder that holds its exports.")],
    new: Annotated[Path, typer.Argument(help="The later extract.")],
    out: Out,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what will change, stay and fail; write nothing.")]
    = False,
    old_as_of: Annotated[datetime | None, typer.Option(
        "--old-as-of", formats=["%Y-%m-%d"], help="Day of the earlier extract, where its own settings do not say.")]
    = None,
    as_of: AsOf = None,
    settings: SettingsFile = None,
) -> None:
    """Compare two extracts of the same record: who came and went, what changed, and the effect on the figures.

    For example: my121 compare last_month exports --out out/compare
    """
    from dataclasses import replace

    from my121_analytics.analysis.extracts import compare_extracts
    from my121_analytics.ingest.differences import compare_readings
    from my121_analytics.publication import Publication
    from my121_analytics.workforce.results import Table

    show_line(f"The earlier extract: {old}")
    earlier = read_source(old, settings=_earlier_settings(old, new, settings), as_of=old_as_of,
                          settings_file=settings)
    show_line(f"The later extract: {new}")
    chosen = settings_for(new, settings)
    later = read_source(new, settings=chosen, as_of=as_of, settings_file=settings)
    result = compare_extracts(earlier.workforce, later.workforce)
    readings = {name: Table(frame, keys=(), about_people=False) for name, frame in
                compare_readings(earlier, later).items()}
    released, = Publication("analyst", chosen).release([replace(result, tables={**result.tables, **readings})])
    _show_preview(released)
    _show_figures(released)
    if dry_run:
        show_line("Nothing was written.")
    else:
        _write(released, (old, earlier), (new, later), out, settings=chosen)
        show_line(f"Every change is in {out / FILES['changes']}; open {out / 'compare.html'} for all of it on one "
                  "page.")
    code = max(exit_code(earlier), exit_code(later))
    if code:
        raise typer.Exit(code)


def _earlier_settings(old: Path, new: Path, settings_file: Path | None) -> Settings:
    """Load the settings of the earlier extract; one settings file for both speaks of the later one's day."""
    from my121_analytics.settings_file import find_settings

    chosen = settings_for(old, settings_file)
    path = find_settings(old, settings_file)
    if path is None or path != find_settings(new, settings_file) or chosen.exports.extract_date is None:
        return chosen
    show_line("  Its day is the latest date in its data, since the settings are those of both extracts; "
              "--old-as-of says otherwise.")
    return chosen.model_copy(update={"exports": chosen.exports.model_copy(update={"extract_date": None})})


def _show_preview(released: Released) -> None:
    from my121_analytics.reports.compare.compare_page import preview_comparison
    from my121_analytics.wording.catalogue import say as sentence

    for code, lines in preview_comparison(released).items():
        show_line()
        show_line(f"{sentence('compare_preview', code)}:")
        for line in lines:
            show_line(f"  {line}")


def _show_figures(released: Released) -> None:
    from my121_analytics.reports.compare.compare_page import show_figure
    from my121_analytics.wording.catalogue import say as sentence

    for comparison, part in released.tables["figures"].groupby("comparison", sort=False):
        rows = [(str(row.label), show_figure(row.before, is_share=row.kind == "share"),
                 show_figure(row.after, is_share=row.kind == "share"),
                 show_figure(row.difference, is_share=row.kind == "share", signed=True)) for row in part.itertuples()]
        first = part.iloc[0]
        title = sentence("compare_table", f"figures_{comparison}", before=first["cycle_before"],
                         after=first["cycle_after"])
        show_table(title, [sentence("compare_heading", code) for code in ("label", "was", "now", "moved")], rows,
                   numeric=(1, 2, 3))


def _write(released: Released, old: tuple[Path, Intake], new: tuple[Path, Intake], out: Path, *,
           settings: Settings) -> None:
    from my121_analytics.ingest.files.exports import list_files
    from my121_analytics.reports.compare.compare_page import render_comparison
    from my121_analytics.writing.csv_files import csv_bytes
    from my121_analytics.writing.manifest import MANIFEST, build_manifest, sha256_of
    from my121_analytics.writing.staging import staged_run

    later = new[1]
    counts = ["file", "sheet", "kind", "rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside"]
    with staged_run(out, command="compare") as stage:
        for table, name in FILES.items():
            stage.write(name, csv_bytes(released, table))
        stage.write("compare.html", render_comparison(released, settings=settings))
        inputs = {f"{when}/{path.name}": sha256_of(path) for when, (source, _) in (("earlier", old), ("later", new))
                  for path in list_files(source)[0]}
        stage.write(MANIFEST, build_manifest(
            workforce=later.workforce, settings=settings, outputs=stage.hashes, inputs=inputs,
            row_counts=[{str(name): value for name, value in row.items()} for row in
                        later.reconciliation[counts].to_dict("records")],
            options={"command": "compare", "as_of_before": str(released.facts["as_of_before"])}))
