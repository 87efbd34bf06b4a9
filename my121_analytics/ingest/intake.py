"""From export files to the record: what was read, what was stopped and why, and that nothing was lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UnreadableFileError, suggest
from my121_analytics.framework.nine_box import Framework, build_framework
from my121_analytics.ingest.assembly import assemble_tables
from my121_analytics.ingest.copies import set_copies_aside
from my121_analytics.ingest.corrections import Corrections, read_corrections, settle_rows
from my121_analytics.ingest.entries import enter_sheet
from my121_analytics.ingest.files.exports import SourceSheet, list_files, read_sheets
from my121_analytics.ingest.files.garbage import collection_paused
from my121_analytics.ingest.findings import QUARANTINE_COLUMNS, Log
from my121_analytics.ingest.forms_of_ids import stop_lost_zeros
from my121_analytics.ingest.missing_parts import list_doubts
from my121_analytics.ingest.reading.cells import plain_words
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.namesakes import PostDetails
from my121_analytics.ingest.reading.opening import open_sheet
from my121_analytics.ingest.reading.people import Roster, resolve
from my121_analytics.ingest.reading.ratings import Scale, build_scales
from my121_analytics.ingest.reading.scales import judge_scales
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.standing import settle_standing
from my121_analytics.ingest.reading.synonyms import check_overrides, compact, heading_keys
from my121_analytics.ingest.reading.vacancies import no_vacancies
from my121_analytics.ingest.roster_building import (
    MANAGER_COLUMNS,
    _is_list,
    build_roster,
    find_named_ids,
    listed_people,
    lists_people,
    pair_names,
    read_employees,
    refuse_strangers,
    sole_names,
    sources_of_people,
)
from my121_analytics.ingest.settings_proposals import propose_settings
from my121_analytics.ingest.shared_numbers import stop_shared_numbers
from my121_analytics.ingest.unread import Unread, list_headings, list_tables_of_counts, list_unread
from my121_analytics.ingest.validation import check_record
from my121_analytics.progress import Progress, progress_shown
from my121_analytics.settings import Settings
from my121_analytics.settings_file import find_settings, load_settings
from my121_analytics.viewable import Viewable
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.record import Workforce, build_workforce
from my121_analytics.workforce.row_keys import coded, number_rows
from my121_analytics.workforce.schema import ORGANISATION

_YEARS_AHEAD = 5
"""A planned end or a due date may lie this far after the extract; two-digit years beyond it are of last century."""


@dataclass(frozen=True, repr=False)
class Intake(Viewable):
    """What came of reading exports.

    Parameters
    ----------
    workforce
        The record.
    quarantine
        One row per stopped row: ``file``, ``sheet``, ``row`` (as a spreadsheet counts), ``column`` (heading),
        ``value``, ``reason`` (code), ``message``, ``record`` (the raw row as JSON, refused columns left out).
    findings
        ``code``, ``severity`` (error, warning, info), ``file``, ``sheet``, ``row``, ``column``, ``value``,
        ``message``, ``remedy``, ``n`` (cases in the line).
    reconciliation
        Per file and sheet: ``kind``, ``rows_read``, ``rows_accepted``, ``rows_quarantined``, ``rows_set_aside``.
    mapping
        Per column: ``file``, ``sheet``, ``heading``, ``column`` (empty where not used), ``how``, ``meanings`` (what
        an asked one could be).
    unreadable
        Files that could not be read at all: ``file``, ``reason``, ``message``, ``remedy``.
    corrections
        What became of each correction that was given (``Corrections.frame``); no rows where none was.
    """

    workforce: Workforce
    quarantine: pd.DataFrame = field(repr=False)
    findings: pd.DataFrame = field(repr=False)
    reconciliation: pd.DataFrame = field(repr=False)
    mapping: pd.DataFrame = field(repr=False)
    unreadable: pd.DataFrame = field(repr=False)
    corrections: pd.DataFrame = field(default_factory=lambda: Corrections().frame(_no_quarantine()), repr=False)
    unread: Unread = field(default_factory=Unread, repr=False)
    """What was left out though it may matter, and the settings that would let it be read."""
    vacancies: pd.DataFrame = field(default_factory=no_vacancies, repr=False)
    """Vacant posts that the staff lists hold, a row each: ``post_id``, ``directorate``, ``service``, ``team``."""


def read_exports(source: Path | str, *, settings: Settings | Path | str | None = None, as_of: date | None = None,
                 progress: Progress | None = None, corrections: Path | str | None = None) -> Intake:
    """Read a council's exports into the record.

    Parameters
    ----------
    source
        A file, or a folder of which the files directly in it are read.
    settings
        Settings, or a settings file; None looks for ``my121.toml`` in the working folder, then beside the source.
    as_of
        The day the record speaks of; default ``[exports] extract_date``, else the latest date in the data.
    progress
        Called with files done, files in all, and the file in hand; default: a bar where one can be shown.
    corrections
        File of corrected rows: ``quarantine.xlsx`` or ``quarantine.csv`` of an earlier check, filled in. Corrected
        rows take the place of those in the export, each cell listed as a finding; a correction that is still wrong
        is quarantined again; one whose row has changed in the export since is refused.

    Returns
    -------
    Intake
        Also where some files could not be read; they are listed in ``unreadable``.

    Raises
    ------
    UnreadableFileError
        The source is missing, or its only file cannot be read.
    DataUnusableError
        Nothing in the source can be read, no sheet holds anything of the record, or the file of corrections holds
        none.
    SettingsError
        The settings name columns, levels or labels that do not exist.

    Examples
    --------
    >>> intake = read_exports("exports")
    >>> intake.quarantine[["file", "row", "message"]]
    >>> workforce = intake.workforce
    """
    settings = _settle_settings(source, settings)
    check_overrides(settings.exports.columns)
    framework = build_framework(settings)
    scales = build_scales(framework, settings)
    with collection_paused(), progress_shown("Reading", progress) as report:
        return _read(source, settings, framework, scales, as_of, corrections, report)


def _read(source: Path | str, settings: Settings, framework: Framework, scales: Mapping[str, Scale],
          as_of: date | None, corrections: Path | str | None, progress: Progress,
          strangers: Mapping[tuple[str, int], str] | None = None) -> Intake:
    log = Log()
    changes = Corrections() if corrections is None else read_corrections(corrections)
    changes.strangers = strangers or {}
    sheets, unreadable = _open_files(source, settings, scales, log, progress, changes, corrections)
    changes.close(log)
    context = Context(settings, framework, scales, Roster(frozenset()), as_of=as_of or settings.exports.extract_date)
    context = replace(context, latest_year=_latest_year(sheets, context.as_of))
    read_employees(sheets, settings.exports.employee_id_width)
    settle_standing(sheets, context)
    set_copies_aside(sheets, context)
    stop_lost_zeros([rows for rows in sheets if _is_list(rows) and "employee_id" in rows.map.columns])
    shared = stop_shared_numbers(sheets, [rows for rows in sheets if lists_people(rows)])
    listed = listed_people(sheets)
    named = find_named_ids(sheets, settings)
    roster = replace(build_roster(sheets, listed, context), shared=shared)
    context = replace(context, roster=roster, pairs=pair_names(named),
                      details=PostDetails(sources_of_people(sheets, listed)))
    found = _find_corrected_strangers(sheets, context, changes)
    if found:  # who is known is known only now; the rows are read once more as they were exported
        return _read(source, settings, framework, scales, as_of, corrections, progress, {**changes.strangers, **found})
    refuse_strangers(sheets, listed, context.roster)
    report = judge_scales(sheets, scales, framework, log)
    entered = [(rows, enter_sheet(rows, context) if rows.map.tables else {}) for rows in sheets]
    tables = assemble_tables(entered, context, listed, log)
    workforce = build_workforce(tables, settings=settings, as_of=as_of, other_names=sole_names(named))
    unread = list_unread(sheets, report, workforce.placements, listed)
    unread = replace(unread, settings=propose_settings(sheets, report, unread, context))
    doubts = list_doubts(workforce, sheets, listed)
    unread = replace(unread, doubts=tuple(doubt.sentence for doubt in doubts))
    for doubt in doubts:
        log.add(doubt.code, file=doubt.file, values=doubt.value, expected=doubt.expected, n=doubt.n)
    _log_checks(workforce, listed, log)
    _log_unused_settings(sheets, settings, log)
    for rows in sheets:
        rows.stops.log(log, rows.sheet)
    quarantine = _quarantine(sheets)
    intake = Intake(workforce, quarantine, log.frame(), _reconcile(sheets), _map_table(sheets), unreadable,
                    changes.frame(quarantine), unread, _gather_vacancies(sheets, workforce))
    _check_accounts(intake)
    return intake


def _gather_vacancies(sheets: Sequence[SheetRows], workforce: Workforce) -> pd.DataFrame:
    """Put the vacant posts of all staff lists together, each once, under the record's names of units."""
    some = [rows.vacancies for rows in sheets if len(rows.vacancies)]
    if not some:
        return no_vacancies()
    found = pd.concat(some, ignore_index=True)
    found = found[~(found["post_id"].ne("") & found["post_id"].duplicated())].reset_index(drop=True)
    for column in ORGANISATION:
        known = {plain_words(str(unit)): str(unit) for unit in workforce.posts[column].dropna().unique()}
        found[column] = [known.get(plain_words(text), text) for text in found[column]]
    return found.astype("str")


def _settle_settings(source: Path | str, settings: Settings | Path | str | None) -> Settings:
    if isinstance(settings, Settings):
        return settings
    return load_settings(find_settings(source, settings))


def _open_files(source: Path | str, settings: Settings, scales: Mapping[str, Scale], log: Log, progress: Progress,
                corrections: Corrections, given_as: Path | str | None) -> tuple[list[SheetRows], pd.DataFrame]:
    """Read every file; those that cannot be read are listed, and only if none can is that an error."""
    files, other_files = list_files(source)
    if given_as is not None:  # corrections kept beside the exports are no export
        aside = [path for path in files if path.resolve() == Path(given_as).resolve()]
        files, other_files = [path for path in files if path not in aside], [*other_files, *aside]
    for other_file in other_files:
        log.add("file_left_alone", file=other_file.name)
    problems: list[UnreadableFileError] = []
    sheets: list[SheetRows] = []
    for done, path in enumerate(files):
        progress(done, len(files), path.name)
        try:
            found = read_sheets(path)
        except UnreadableFileError as problem:
            problems.append(problem)
            log.add("unreadable_file", file=path.name, values=problem.headline)
            continue
        for sheet in found:
            for code, value in sheet.notes:
                log.add(code, file=sheet.file, sheet=sheet.name, values=value)
            sheets.append(_open_corrected(sheet, settings, scales, log, corrections))
    progress(len(files), len(files), "")
    if not sheets and len(problems) == 1:
        raise problems[0]
    if not sheets:
        raise DataUnusableError(f"{Path(source).name}: not one of {len(files)} files can be read.",
                                hints=[p.headline for p in problems])
    if not any(rows.map.tables for rows in sheets):
        found = log.frame()
        asked = found[found["code"].isin(["key_not_found", "ambiguous_heading", "dated_heading", "near_heading"])]
        raise DataUnusableError(f"{Path(source).name}: no sheet holds anything of the record.",
                                hints=["A table needs a heading for the employee's id and one for what is recorded; "
                                       "name them in [exports.columns] if they are unusual.",
                                       *list_headings(sheets), *list_tables_of_counts(sheets),
                                       *(f"{file}: {message}" for file, message in
                                         zip(asked["file"].head(5), asked["message"].head(5), strict=True))])
    rows = [(p.file, p.reason, p.headline, " ".join(p.hints)) for p in problems]
    return sheets, pd.DataFrame(rows, columns=["file", "reason", "message", "remedy"], dtype="str")


def _find_corrected_strangers(sheets: Sequence[SheetRows], context: Context,
                              corrections: Corrections) -> dict[tuple[str, int], str]:
    """Find corrections that name a manager whom the exports do not know, or who may be several people."""
    kinds = {(rows.sheet.file.strip(), rows.sheet.name.strip(), rows.map.columns[column]): column
             for rows in sheets for column in MANAGER_COLUMNS if column in rows.map.columns}
    found = {}
    for correction, position, text in corrections.changed:
        column = kinds.get((correction.file, correction.sheet.strip(), position))
        if column is None or not text.strip():
            continue
        kind = "name" if column.endswith("_name") else "post" if column.endswith("_post") else "person"
        who = resolve(context.roster, [text], pairs=context.pairs.get(correction.file), kind=kind)[0]
        if who.state in ("unknown", "ambiguous", "bad"):
            found[correction.given_in, correction.given_row] = text
    return found


def _open_corrected(sheet: SourceSheet, settings: Settings, scales: Mapping[str, Scale], log: Log,
                    corrections: Corrections) -> SheetRows:
    """Open a sheet with the corrections that are about its rows; they are found in it as it was exported."""
    wanted = corrections.of_sheet(sheet)
    if not wanted:
        return _open(sheet, settings, scales, log)
    exported = _open(sheet, settings, scales, Log())
    corrected, is_data = corrections.apply(exported, sheet, wanted)
    return settle_rows(_open(corrected, settings, scales, log), is_data)


def _open(sheet: SourceSheet, settings: Settings, scales: Mapping[str, Scale], log: Log) -> SheetRows:
    return open_sheet(sheet, settings.exports.columns, log, scales, settings.cycles, settings.exports.states,
                      settings.exports.date_order)


def _log_unused_settings(sheets: Sequence[SheetRows], settings: Settings, log: Log) -> None:
    """Write down headings of the settings that no sheet has, with the headings that end in them or are near."""
    headings = [heading.text for rows in sheets for heading in rows.map.headings]
    known = {key for text in headings for key in heading_keys(text)}
    for heading in settings.exports.columns:
        if compact(heading) in known or any(compact(heading) == compact(t) for rows in sheets for t in rows.headings):
            continue
        longer = list(dict.fromkeys(f"'{t}'" for t in headings if compact(t).endswith(compact(heading))))
        hint = say("unread", "headings_like", headings=" or ".join(longer)) if longer else suggest(heading, headings)
        log.add("setting_without_heading", values=heading, expected=hint)


def _latest_year(sheets: Sequence[SheetRows], as_of: date | None) -> int | None:
    """Give the year after which two-digit years do not lie: some years after the extract, never by the clock."""
    if as_of is not None:
        return as_of.year + _YEARS_AHEAD
    years = [day.astype("datetime64[Y]").astype(int) + 1970 for rows in sheets for column in ("placed_on", "held_on")
             if rows.has(column) for day in _four_digit_days(rows, column)]
    return int(max(years)) + _YEARS_AHEAD if years else None


def _four_digit_days(rows: SheetRows, column: str) -> np.ndarray:
    _, texts = rows.texts(rows.map.columns[column])
    long = [t for t in texts if ("19" in t or "20" in t) and len(t.strip()) >= 10]
    days = parse_dates(long).parsed.values
    return days[~np.isnat(days)]


def _quarantine(sheets: Sequence[SheetRows]) -> pd.DataFrame:
    parts = [rows.stops.frame(rows.sheet, rows.headings, {h.position for h in rows.map.headings if h.how == "refused"})
             for rows in sheets]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True)[list(QUARANTINE_COLUMNS)] if parts else _no_quarantine()


def _no_quarantine() -> pd.DataFrame:
    return _empty_quarantine().copy()


@cache
def _empty_quarantine() -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series(dtype="int64" if c == "row" else "str") for c in QUARANTINE_COLUMNS})


def _reconcile(sheets: Sequence[SheetRows]) -> pd.DataFrame:
    lines = []
    for rows in sheets:
        aside, stopped = rows.n_set_aside, rows.stops.n_rows
        lines.append((rows.sheet.file, rows.sheet.name, "+".join(rows.map.tables) or "not_record", rows.sheet.n_rows,
                      rows.sheet.n_rows - stopped - aside, stopped, aside))
    return pd.DataFrame(lines, columns=["file", "sheet", "kind", "rows_read", "rows_accepted", "rows_quarantined",
                                        "rows_set_aside"])


def _map_table(sheets: Sequence[SheetRows]) -> pd.DataFrame:
    lines = [(rows.sheet.file, rows.sheet.name, h.text, f"{h.source}.{h.column}" if h.source else h.column, h.how,
              " or ".join(h.meanings)) for rows in sheets for h in rows.map.headings]
    return pd.DataFrame(lines, columns=["file", "sheet", "heading", "column", "how", "meanings"], dtype="str")


def _check_accounts(intake: Intake) -> None:
    """Hold the accounts: each row read is accepted, quarantined or set aside, and once only."""
    table = intake.reconciliation
    parts = table["rows_accepted"] + table["rows_quarantined"] + table["rows_set_aside"]
    wrong = (parts != table["rows_read"]) | (table["rows_accepted"] < 0)
    if wrong.any() or len(intake.quarantine) != int(table["rows_quarantined"].sum()):
        raise RuntimeError(f"the rows read do not add up: {table[wrong].to_dict('records')}, "
                           f"{len(intake.quarantine)} in quarantine")


def _log_checks(workforce: Workforce, listed: frozenset[str], log: Log) -> None:
    for found in check_record(workforce, listed=listed):
        if found.rows is None:
            for value in found.values:
                log.add(found.code, column=found.column, values=value)
            continue
        if found.counts is not None:
            origin = (found.rows[name] for name in ("origin_file", "origin_sheet", "origin_row"))
            for file, sheet, row, value, n in zip(*origin, found.values, found.counts, strict=True):
                log.add_line(found.code, str(file), str(sheet), int(row), found.column, value, n)
            continue
        files, sheets = found.rows["origin_file"].array, found.rows["origin_sheet"].array
        places = number_rows([coded(files), coded(sheets)])
        for place in pd.unique(places):
            where = np.flatnonzero(places == place)
            numbers = found.rows["origin_row"].to_numpy("int64")[where]
            log.add(found.code, file=str(files[where[0]]), sheet=str(sheets[where[0]]), rows=numbers,
                    column=found.column, values=[found.values[i] for i in where])
