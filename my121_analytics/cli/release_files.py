"""Writing a command's tables and pictures, each through the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from my121_analytics.cli.terminal import show_line
from my121_analytics.disclosure.pseudonyms import load_key, replace_ids
from my121_analytics.disclosure.released import Released
from my121_analytics.publication import Publication
from my121_analytics.settings import Settings
from my121_analytics.workforce.results import Result, Table, describe
from my121_analytics.writing.csv_files import write_csv
from my121_analytics.writing.staging import write_atomic

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from my121_analytics.figures.canvas import Canvas
    from my121_analytics.ingest.intake import Intake
    from my121_analytics.writing.staging import Stage


QUARANTINE = ("quarantine.xlsx", "quarantine.csv")
"""Files of a check that people fill in."""
_QUOTING = ("employee_id", "name", "record", "value", "message")
"""Columns of a check's tables that hold what stands in the exports about a person."""


def write_tables(result: Result, out: Path, publication: Publication, *, files: Mapping[str, str],
                 columns: Mapping[str, Sequence[str]] | None = None, key: bytes | None = None,
                 released: Released | None = None) -> Released:
    """Release a result and write its tables.

    Parameters
    ----------
    result
        Of an analysis.
    out
        Folder.
    publication
        Who will read the files, by which rules.
    files
        Table -> file name; tables that the audience may not see are named on the terminal and not written.
    columns
        Table -> columns in order; default all.
    key
        Key for pseudonyms, from :func:`find_key`; None writes ids and names as the audience may see them.
    released
        The result as released together with others.

    Returns
    -------
    Released
    """
    result = result if key is None else replace_ids(result, key)
    if released is None:
        released, = publication.release([result])
    for table, name in files.items():
        if table in released.tables:
            known = released.tables[table].columns
            chosen = [c for c in (columns or {}).get(table, known) if c in known]
            write_csv(released, table, out / name, columns=chosen, private=not publication.is_public)
        elif table in result.tables:
            why = released.withheld.set_index("table").loc[table, "reason"]
            show_line(f"  Not written for the audience '{publication.audience}': {name} ({why}).")
            warn_of_earlier(out / name)
    return released


def write_record(publication: Publication, out: Path) -> None:
    """Write the record of a publication, and keep what it showed where the settings name a folder for it.

    Parameters
    ----------
    publication
        As released; nothing is written where small numbers are not hidden from its audience.
    out
        Folder.
    """
    for name, content in publication.record_files().items():
        write_atomic(out / name, content, private=not publication.is_public)
    publication.keep()


def tell_attention(lines: Sequence[str], stage: Stage) -> None:
    """Say on the terminal and in the manifest what an analyst must know before the files go out."""
    stage.attention = tuple(dict.fromkeys([*stage.attention, *lines]))
    for line in lines:
        show_line(line)


def find_key(wanted: bool, *, settings: Settings, source: Path, out: Path) -> bytes | None:
    """Give the key where pseudonyms were asked for, before anything is read; None where they were not."""
    if not wanted:
        return None
    key = load_key(settings, source=source, out=out)
    show_line("Pseudonyms in place of ids, names left out. The rows are still about people: role, unit and dates may "
              "tell who somebody is. Not for publication.")
    return key


def warn_of_earlier(path: Path) -> None:
    """Say that a file of an earlier run, which this run does not write, is still in the folder."""
    if path.is_file():
        show_line(f"  {path.name} of an earlier run is still in {path.parent} and may name people: delete it "
                  "before you pass the folder on, or give this run a folder of its own.")


def write_figure(drawn: Canvas | Axes, stem: Path, *, private: bool = True) -> None:
    """Write a picture as SVG and PNG, whole or not at all; one from ``draw_on_canvas`` takes a tenth of the time."""
    from my121_analytics.figures.theme import render_files

    write_picture(render_files(drawn), stem, private=private)


def write_picture(files: tuple[bytes, bytes], stem: Path, *, private: bool = True) -> None:
    """Write what ``render_files`` gave, whole or not at all."""
    for suffix, content in zip((".svg", ".png"), files, strict=True):
        write_atomic(stem.with_suffix(suffix), content, private=private)


def release_check(intake: Intake, *, settings: Settings, key: bytes | None = None) -> Released:
    """Release the tables of a check for the analyst.

    Parameters
    ----------
    intake
        As read.
    settings
        Thresholds and audiences.
    key
        Key for pseudonyms; what quotes the exports is left out then.

    Returns
    -------
    Released
        Tables of ``tabulate_intake``, and ``to_correct``, ``corrections``, ``known_values``, ``reconciliation``,
        ``mapping``, ``unreadable``, ``tally`` (findings by code), ``reasons`` (refusals by reason), ``left_out`` (what
        was not read, as lines) and ``proposed`` (lines for the settings).
    """
    from my121_analytics.ingest.intake_tables import tabulate_corrections, tabulate_intake
    from my121_analytics.ingest.reading.known_values import list_known_values

    workforce = intake.workforce
    frames = tabulate_intake(intake)
    if key is None:
        frames |= {"to_correct": tabulate_corrections(intake), "known_values": list_known_values(workforce),
                   "corrections": intake.corrections}
    else:
        for name in ("quarantine", "findings"):
            del frames[name]
    tables = {name: Table(frame, keys=(), people=tuple(c for c in _QUOTING if c in frame.columns))
              for name, frame in frames.items()}
    reasons = intake.quarantine["reason"].value_counts(sort=True).rename_axis("reason").reset_index(name="n")
    tally = intake.findings.groupby(["severity", "code"], sort=False, observed=True)["n"].sum().reset_index()
    for name, frame in (("reconciliation", intake.reconciliation), ("mapping", intake.mapping), ("reasons", reasons),
                        ("unreadable", intake.unreadable), ("tally", tally), *_left_out(intake)):
        tables[name] = Table(frame, keys=(), about_people=False)
    cycles = " to ".join(dict.fromkeys(str(c) for c in workforce.cycles["label"].iloc[[0, -1]])
                         ) if len(workforce.cycles) else "none"
    about = describe("check", as_of=workforce.as_of, cycle=cycles, n=len(workforce.employees))
    result = Result(about, tables)
    released, = Publication("analyst", settings).release([result if key is None else replace_ids(result, key)])
    return released


def _left_out(intake: Intake) -> list[tuple[str, pd.DataFrame]]:
    """Give what was not read as lines, the gravest first, with what it leaves of the record, and what would mend it."""
    import pandas as pd

    unread = intake.unread
    lines = pd.DataFrame([(line, unread.state) for line in unread.headlines()], columns=["line", "state"], dtype="str")
    return [("left_out", lines), ("proposed", pd.DataFrame({"line": unread.settings.splitlines()}, dtype="str"))]


def write_intake(intake: Intake, out: Path, *, settings: Settings, key: bytes | None = None) -> Released:
    """Write what a check gives: the record, the refusals to correct, the findings and the accounting.

    Parameters
    ----------
    intake
        As read.
    out
        Folder.
    settings
        Thresholds and audiences; the files are for the analyst, since they name people.
    key
        Key for pseudonyms; the refusals and findings are not written then, since they quote the exports.

    Returns
    -------
    Released
        As from :func:`release_check`.
    """
    from my121_analytics.ingest.intake_tables import describe_intake
    from my121_analytics.reports.check.quarantine_workbook import write_quarantine

    released = release_check(intake, settings=settings, key=key)
    for name in ("employees", "placements", "conversations", "quarantine", "findings"):
        if name in released.tables:
            write_csv(released, name, out / f"{name}.csv")
    if key is not None:
        names = ("quarantine.csv", "quarantine.xlsx", "findings.csv")
        show_line(f"  Not written with pseudonyms, since they quote the exports: {', '.join(names)}.")
        for name in names:
            warn_of_earlier(out / name)
    else:
        write_quarantine(released, out / "quarantine.xlsx", settings=settings)
    described = json.dumps(describe_intake(intake), indent=1, ensure_ascii=False, sort_keys=False)
    write_atomic(out / "intake.json", described.encode("utf-8"))
    return released


def write_check_page(released: Released, intake: Intake, out: Path, *, settings: Settings, key: bytes | None = None,
                     ) -> None:
    """Write check.html, and the chasing lists as tables for a mail merge.

    Parameters
    ----------
    released
        As from :func:`write_intake`.
    intake
        As read.
    out
        Folder.
    settings
        Thresholds and audiences.
    key
        Key for pseudonyms.
    """
    from my121_analytics.analysis.coverage import measure_coverage
    from my121_analytics.errors import DataUnusableError
    from my121_analytics.reports.check.check_page import render_check

    coverage, why = None, ""
    try:
        result = measure_coverage(intake.workforce)
    except DataUnusableError as problem:
        why = problem.headline
    else:
        coverage = write_tables(result, out, Publication("analyst", settings), key=key,
                                files={"managers": "chasing.csv", "missing": "missing.csv"})
    page = render_check(released, coverage, settings=settings, why_no_coverage=why)
    write_atomic(out / "check.html", page)


def keep_corrections(path: Path, stage: Stage) -> None:
    """Keep a copy of the file of corrections where this run is about to write its own quarantine over it.

    Parameters
    ----------
    path
        File that people filled in.
    stage
        Of the run.
    """
    if path.resolve() not in {(stage.out / name).resolve() for name in QUARANTINE}:
        return
    content, number = path.read_bytes(), 1
    while True:
        copy = stage.out / f"corrections_given_{number}{path.suffix}"
        if not copy.exists() or copy.read_bytes() == content:
            break
        number += 1
    stage.give(copy.name, content)
    show_line(f"The corrections as given are kept as {copy.name}.")
