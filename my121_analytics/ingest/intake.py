"""From export files to the record: what was read, what was stopped and why, and that nothing was lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError, UnreadableFileError, suggest
from my121_analytics.framework.nine_box import Framework, build_framework
from my121_analytics.ingest.assembly import assemble_tables
from my121_analytics.ingest.copies import set_copies_aside
from my121_analytics.ingest.corrections import CHECK_KEY, Corrections, check_code, read_corrections, settle_rows
from my121_analytics.ingest.entries import enter_sheet
from my121_analytics.ingest.files.exports import SourceSheet, list_files, read_sheets
from my121_analytics.ingest.files.garbage import collection_paused
from my121_analytics.ingest.findings import QUARANTINE_COLUMNS, Log
from my121_analytics.ingest.forms_of_ids import stop_lost_zeros
from my121_analytics.ingest.missing_parts import list_doubts
from my121_analytics.ingest.reading.cells import parse_flags, parse_ids, plain_words
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.namesakes import PostDetails
from my121_analytics.ingest.reading.opening import open_sheet
from my121_analytics.ingest.reading.people import Roster, bare_id, name_key, resolve
from my121_analytics.ingest.reading.ratings import Scale, build_scales
from my121_analytics.ingest.reading.scales import judge_scales
from my121_analytics.ingest.reading.sheet_rows import SheetRows, categorical
from my121_analytics.ingest.reading.standing import settle_standing
from my121_analytics.ingest.reading.synonyms import check_overrides, compact, heading_keys
from my121_analytics.ingest.reading.vacancies import no_vacancies
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
from my121_analytics.workforce.row_keys import coded, first_of_each
from my121_analytics.workforce.schema import ORGANISATION, TABLES, column_names

_YEARS_AHEAD = 5
"""A planned end or a due date may lie this far after the extract; two-digit years beyond it are of last century."""
_MANAGERS = tuple(f"{who}_{how}" for who in ("manager", "rater") for how in ("id", "name", "post"))


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
    _read_employees(sheets, settings.exports.employee_id_width)
    settle_standing(sheets, context)
    set_copies_aside(sheets, context)
    stop_lost_zeros([rows for rows in sheets if _is_list(rows) and "employee_id" in rows.map.columns])
    shared = stop_shared_numbers(sheets, [rows for rows in sheets if _lists_people(rows)])
    listed = _listed_people(sheets)
    named = _find_named_ids(sheets, settings)
    roster = replace(_build_roster(sheets, listed, context), shared=shared)
    context = replace(context, roster=roster, pairs=_pair_names(named), details=PostDetails(_sources(sheets, listed)))
    found = _find_corrected_strangers(sheets, context, changes)
    if found:  # who is known is known only now; the rows are read once more as they were exported
        return _read(source, settings, framework, scales, as_of, corrections, progress, {**changes.strangers, **found})
    _refuse_strangers(sheets, listed, context.roster)
    report = judge_scales(sheets, scales, framework, log)
    entered = [(rows, enter_sheet(rows, context) if rows.map.tables else {}) for rows in sheets]
    tables = assemble_tables(entered, context, listed, log)
    workforce = build_workforce(tables, settings=settings, as_of=as_of, other_names=_sole_names(named))
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
    found = pd.concat([no_vacancies(), *(rows.vacancies for rows in sheets)], ignore_index=True)
    found = found[~(found["post_id"].ne("") & found["post_id"].duplicated())].reset_index(drop=True)
    for column in ORGANISATION:
        known = {plain_words(str(unit)): str(unit) for unit in workforce.posts[column].dropna().unique()}
        found[column] = [known.get(plain_words(text), text) for text in found[column]]
    return found.astype("str")


def tabulate_intake(intake: Intake) -> dict[str, pd.DataFrame]:
    """Give the tables of a check as they are written out: ids and categories as text, dates as dates.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    dict
        ``employees`` (one row per person, the main post flattened), ``placements`` and ``conversations`` (the
        schema's columns), ``quarantine`` (its records with the check code by which a correction is held against the
        row it is for) and ``findings``.
    """
    workforce = intake.workforce
    codes = row_checks(intake)
    records = [json.dumps({**json.loads(record), CHECK_KEY: code}, ensure_ascii=False)
               for record, code in zip(intake.quarantine["record"], codes, strict=True)]
    return {"employees": _flatten_main_posts(workforce), "placements": _as_text(workforce.placements),
            "conversations": _as_text(workforce.conversations),
            "quarantine": intake.quarantine.assign(record=pd.Series(records, dtype="str")),
            "findings": intake.findings.copy()}


def row_checks(intake: Intake) -> list[str]:
    """Give the check code of each quarantined row as it stands in the export, whatever was corrected in it.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    list of str
        In the order of the quarantine.
    """
    done = intake.corrections[intake.corrections["outcome"] == "quarantined_again"]
    known = {(r.file, r.sheet, r.row): r.check for r in done.itertuples()}
    return [known.get((r.file, r.sheet, r.row)) or check_code(r.record) for r in intake.quarantine.itertuples()]


def tabulate_corrections(intake: Intake) -> pd.DataFrame:
    """Give the rows that people have to correct, and those that they have corrected or left out already.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    pandas.DataFrame
        One line per row of an export, in the order of the exports: ``file``, ``sheet``, ``row``, ``decision``,
        ``state`` (to_correct, wrong_again, corrected, left_out), ``column`` and ``value`` at fault, ``message``,
        ``check``, ``record``. A file made of it keeps working however often it comes back.
    """
    again = intake.corrections[intake.corrections["outcome"] == "quarantined_again"]
    tried = {(r.file, r.sheet, r.row): r.decision for r in again.itertuples()}
    keys = list(zip(intake.quarantine["file"], intake.quarantine["sheet"], intake.quarantine["row"], strict=True))
    stopped = intake.quarantine.assign(
        check=row_checks(intake), decision=[tried.get(key, "") for key in keys],
        state=["wrong_again" if key in tried else "to_correct" for key in keys])
    done = intake.corrections[intake.corrections["outcome"].isin(["corrected", "left_out"])]
    done = done.assign(state=done["outcome"], column="", value="")
    columns = ["file", "sheet", "row", "decision", "state", "column", "value", "message", "check", "record"]
    table = pd.concat([stopped[columns], done[columns]], ignore_index=True)
    places = intake.reconciliation[["file", "sheet"]].apply(tuple, axis="columns").tolist()
    order = [places.index(key) for key in zip(table["file"], table["sheet"], strict=True)]
    return table.assign(order=order).sort_values(["order", "row"], kind="stable", ignore_index=True)[columns]


def describe_intake(intake: Intake) -> dict[str, Any]:
    """Give the accounts of a check for ``intake.json``: per file and sheet the rows and the columns.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    dict
        ``as_of``; ``files``: one entry per file and sheet with ``rows_read``, ``rows_accepted``,
        ``rows_quarantined``, ``rows_set_aside`` and ``columns`` (heading, column, how); ``unreadable``; ``findings``
        by code, ``totals``, ``unread`` (ratings, and columns that were left out though they may matter) and
        ``corrections`` by outcome. Holds no names and no values of cells.
    """
    counts = ["rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside"]
    files = []
    for row in intake.reconciliation.to_dict("records"):
        mine = intake.mapping[(intake.mapping["file"] == row["file"]) & (intake.mapping["sheet"] == row["sheet"])]
        files.append({"file": row["file"], "sheet": row["sheet"], "kind": row["kind"],
                      **{c: int(row[c]) for c in counts},
                      "columns": mine[["heading", "column", "how"]].to_dict("records")})
    by_code = intake.findings.groupby(["code", "severity"], sort=True)["n"].sum().reset_index()
    return {"as_of": intake.workforce.as_of.isoformat(), "files": files,
            "totals": {c: int(intake.reconciliation[c].sum()) for c in counts},
            "record": {name: len(getattr(intake.workforce, name)) for name in
                       ("employees", "posts", "placements", "conversations", "objectives", "development_actions",
                        "successors", "evidence")},
            "findings": [{"code": str(r["code"]), "severity": str(r["severity"]), "n": int(r["n"])}
                         for r in by_code.to_dict("records")],
            "unread": {"ratings": intake.unread.n_ratings, "ratings_read": intake.unread.n_read,
                       "columns": intake.unread.columns[["kind", "file", "sheet", "heading", "n", "cause"]].to_dict(
                           "records")},
            "corrections": {str(k): int(n) for k, n in intake.corrections["outcome"].value_counts(sort=False).items()},
            "unreadable": intake.unreadable[["file", "reason", "message"]].to_dict("records")}


# Files ------------------------------------------------------------------------------------------------------------


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
             for rows in sheets for column in _MANAGERS if column in rows.map.columns}
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


# People -----------------------------------------------------------------------------------------------------------


def _is_list(rows: SheetRows) -> bool:
    """Say whether a sheet is a staff list: people and posts, and nothing that happened to them."""
    return rows.map.tables == ("people",)


def _read_employees(sheets: Sequence[SheetRows], width: int | None) -> None:
    """Read the ids of all sheets, staff lists first: an id with a suffix that is one of theirs is no assignment."""
    listed: set[str] = set()
    keyed = [rows for rows in sheets if "employee_id" in rows.map.columns and rows.map.tables
             and "evidence" not in rows.map.tables]
    for rows in sorted(keyed, key=lambda r: (not _is_list(r), not r.has("post_id"))):
        rows.read_employees(width, frozenset(listed))
        listed |= _listed_people([rows])


def _lists_people(rows: SheetRows) -> bool:
    """Say whether a staff list says more of its people than one detail that a list of leavers may hold too."""
    return _is_list(rows) and rows.has("name", "surname", "directorate", "service", "manager_id", "post_id")


def _listed_people(sheets: Sequence[SheetRows]) -> frozenset[str]:
    """Give the ids on the staff lists."""
    listed: set[str] = set()
    for rows in sheets:
        if _lists_people(rows):
            used = pd.unique(rows.employee.codes)
            listed |= set(rows.employee.categories[used[used >= 0]])
    return frozenset(listed)


def _refuse_strangers(sheets: Sequence[SheetRows], listed: frozenset[str], roster: Roster) -> None:
    """Stop rows about people and posts that no staff list knows, if the lists hold those who left.

    An id that the list holds with other zeros in front or in another case is stopped in any case.

    A list of current staff says nothing about an id that is not on it: there the row is kept, with a finding.
    """
    forms: dict[str, frozenset[str]] = {}
    for person in listed:
        forms[bare_id(person)] = forms.get(bare_id(person), frozenset()) | {person}
    for rows in sheets:
        if rows.map.tables and not _is_list(rows) and "evidence" not in rows.map.tables:
            rows.refuse_other_forms(listed, forms)
            if roster.holds_leavers:
                rows.refuse_strangers(listed, frozenset(roster.holders))


def _build_roster(sheets: Sequence[SheetRows], listed: frozenset[str], context: Context) -> Roster:
    """Collect who is known: the staff lists, or where there is none everyone that rows are about."""
    sources = _sources(sheets, listed)
    people = set(listed)
    pairs: list[tuple[str, str]] = []
    holds_leavers = False
    emails: dict[str, str] = {}
    holders: dict[str, set[str]] = {}
    for rows in sources:
        ids = rows.employee.categories
        people.update(ids[pd.unique(rows.employee.codes[rows.employee.codes >= 0])].tolist())
        written_names = rows.names
        if written_names is not None:
            pairs += _distinct_pairs(rows.employee, written_names)
        if rows.has("email"):
            codes, texts = rows.texts(rows.map.columns["email"])
            mail = categorical(np.array([str(t) or None for t in texts], dtype=object), codes)
            emails.update({text.strip().casefold(): person for person, text in _distinct_pairs(rows.employee, mail)})
        holds_leavers |= _is_list(rows) and _has_leavers(rows, context)
        for post, those in _holders(rows, context).items():
            holders.setdefault(post, set()).update(those)
    return Roster(frozenset(people), pairs, emails,
                  {k: frozenset(v) for k, v in holders.items()}, bool(listed),
                  context.settings.exports.employee_id_width, holds_leavers)


def _sources(sheets: Sequence[SheetRows], listed: frozenset[str]) -> list[SheetRows]:
    """Give the sheets that say who is known: the staff lists, or where there is none all that hold people."""
    return [rows for rows in sheets if rows.map.tables[:1] == ("people",) and (_is_list(rows) or not listed)]


def _has_leavers(rows: SheetRows, context: Context) -> bool:
    """Say whether a staff list holds people who left."""
    if rows.has_left is not None and rows.has_left.any():
        return True
    if not rows.has("left_on"):
        return False
    _, texts = rows.texts(rows.map.columns["left_on"])
    days = parse_dates(texts, context.settings.exports.date_order, context.latest_year).parsed.values
    return bool((days < np.datetime64(context.as_of or date(2098, 1, 1), "s")).any())


def _holders(rows: SheetRows, context: Context) -> dict[str, set[str]]:
    """Give who holds each post: those in it now, else everyone who ever was."""
    if not (rows.has("manager_post", "rater_post") or _is_list(rows)):
        return {}
    found = rows.optional("post_id", parse_ids)
    if found is None:
        return {}
    posts = categorical(found[0].values, found[1])
    current = np.ones(len(rows), dtype=bool) if rows.has_left is None else rows.has_left != 1
    for column in ("valid_to", "left_on"):
        if rows.has(column):
            at, ends = rows.texts(rows.map.columns[column])
            days = parse_dates(ends, context.settings.exports.date_order, context.latest_year).parsed.values[at]
            limit = np.datetime64(context.as_of, "s") if context.as_of else np.datetime64("2098-01-01", "s")
            current &= np.isnat(days) | (days >= limit)
    if rows.has("is_main"):  # of several people in one post over time, a main holder goes before an acting one
        at, flags = rows.texts(rows.map.columns["is_main"])
        current &= parse_flags(flags).values[at] != 0
    now: dict[str, set[str]] = {}
    ever: dict[str, set[str]] = {}
    for target, mask in ((now, current), (ever, np.ones(len(rows), dtype=bool))):
        for person, post in _distinct_pairs(rows.employee[mask], posts[mask]):
            target.setdefault(post, set()).add(person)
    return {**ever, **now}


def _distinct_pairs(first: pd.Categorical, second: pd.Categorical) -> list[tuple[str, str]]:
    """List the distinct pairs of two categoricals where both are there."""
    rows = first_of_each([coded(first), coded(second)], (first.codes >= 0) & (second.codes >= 0))
    return list(zip(first[rows].tolist(), second[rows].tolist(), strict=True))


def _find_named_ids(sheets: Sequence[SheetRows], settings: Settings) -> list[tuple[str, str, str]]:
    """List file, id and name wherever an export has a manager's or rater's id and name side by side."""
    found = []
    for rows in sheets:
        for id_column, name_column in (("manager_id", "manager_name"), ("rater_id", "rater_name")):
            if not (rows.has(id_column) and rows.has(name_column)):
                continue
            codes, texts = rows.texts(rows.map.columns[id_column])
            known = categorical(parse_ids(texts, settings.exports.employee_id_width).values, codes)
            at, names = rows.texts(rows.map.columns[name_column])
            as_names = categorical(np.array([str(t) or None for t in names], dtype=object), at)
            found += [(rows.sheet.file, person, name) for person, name in _distinct_pairs(known, as_names)]
    return found


def _pair_names(named: Sequence[tuple[str, str, str]]) -> dict[str, dict[str, frozenset[str]]]:
    """Collect per file the ids that stand beside each manager's or rater's name."""
    found: dict[str, dict[str, set[str]]] = {}
    for file, person, name in named:
        found.setdefault(file, {}).setdefault(name_key(name), set()).add(person)
    return {file: {k: frozenset(v) for k, v in names.items() if k} for file, names in found.items()}


def _sole_names(named: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Give the name of each id that stands beside one name only."""
    found: dict[str, dict[str, str]] = {}
    for _, person, name in named:
        if name_key(name):
            found.setdefault(person, {})[name_key(name)] = " ".join(name.split())
    return {person: next(iter(names.values())) for person, names in found.items() if len(names) == 1}


# Accounts ---------------------------------------------------------------------------------------------------------


def _quarantine(sheets: Sequence[SheetRows]) -> pd.DataFrame:
    parts = [rows.stops.frame(rows.sheet, rows.headings, {h.position for h in rows.map.headings if h.how == "refused"})
             for rows in sheets]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True)[list(QUARANTINE_COLUMNS)] if parts else _no_quarantine()


def _no_quarantine() -> pd.DataFrame:
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
            for row, value, n in zip(found.rows.itertuples(), found.values, found.counts, strict=True):
                log.add_line(found.code, str(row.origin_file), str(row.origin_sheet), int(row.origin_row),
                             found.column, value, n)
            continue
        origin = found.rows[["origin_file", "origin_sheet"]].astype("str").reset_index(drop=True)
        places = origin.groupby(["origin_file", "origin_sheet"], sort=False).indices
        for (file, sheet), where in places.items():
            numbers = found.rows["origin_row"].to_numpy("int64")[where]
            log.add(found.code, file=str(file), sheet=str(sheet), rows=numbers, column=found.column,
                    values=[found.values[i] for i in where])


# Tables to write --------------------------------------------------------------------------------------------------


def _flatten_main_posts(workforce: Workforce) -> pd.DataFrame:
    posts = workforce.posts
    if workforce.cycles.empty:
        rows = posts.sort_values("valid_from", kind="stable", na_position="first")
    else:
        rows = workforce.posts_in_cycle(workforce.latest_cycle)
    order = ["is_main", "valid_from"]
    main = rows.sort_values(order, ascending=[False, False], kind="stable").drop_duplicates("employee_id")
    gone = posts.sort_values(order, ascending=[True, True], kind="stable").drop_duplicates("employee_id", keep="last")
    main = pd.concat([main[posts.columns], gone[~gone["employee_id"].isin(main["employee_id"])]])
    details = _as_text(main).drop(columns=["origin_file", "origin_sheet", "origin_row"])
    people = _as_text(workforce.employees)
    table = people.merge(details, on="employee_id", how="left", validate="one_to_one")
    for flag in (column.name for column in TABLES["posts"] if column.kind == "flag"):
        table[flag] = table[flag].astype("boolean").fillna(False).astype(bool)
    front = [c for c in column_names("employees") if not c.startswith("origin_")]
    return table[[*front, *(c for c in details.columns if c != "employee_id"), "origin_file", "origin_sheet",
                  "origin_row"]]


def _as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Turn categoricals into text; dates, numbers and flags stay what they are."""
    columns: Mapping[str, pd.Series] = {name: values.astype("str") if isinstance(values.dtype, pd.CategoricalDtype)
                                        else values for name, values in frame.items()}
    return pd.DataFrame(columns)
