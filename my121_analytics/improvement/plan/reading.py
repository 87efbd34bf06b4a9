"""An improvement plan as data: one row per action, read from the assessor's form or from a flat table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.headings import plain, spellings
from my121_analytics.improvement.plan.action_cells import without_contacts
from my121_analytics.improvement.plan.action_progress import (
    is_fraction_column,
    says_how_far,
    state_of_title,
)
from my121_analytics.improvement.plan.action_rows import DETAILS, REFUSED, Reading, Title, read_row
from my121_analytics.improvement.plan.action_table import (
    LONGEST_HEADING,
    ActionHeader,
    find_action_header,
    header_at,
    is_contact,
    is_header_again,
    is_section,
    unused_headings,
)
from my121_analytics.improvement.plan.colour_fills import BlankColumn, find_fills
from my121_analytics.improvement.plan.documents import PlanSheet, read_plan_sheets
from my121_analytics.improvement.plan.legend import find_vocabulary, is_key_row
from my121_analytics.improvement.plan.order_of_days import doubts_order
from my121_analytics.improvement.plan.owners import is_body
from my121_analytics.improvement.timescale.reading import parse_anchor
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.settings import CouncilSettings, Settings
from my121_analytics.wording.catalogue import say

__all__ = ["ACTION_COLUMNS", "OWNER_COLUMNS", "REFUSAL_COLUMNS", "REFUSED", "Plan", "read_plan"]

ACTION_COLUMNS = ("action_id", "issue", "action", "benefit", "owner", "vehicle", "skills", "timescale", "kind",
                  "due_earliest", "due_latest", "open_ended", "every", "priority", "note", "original_timescale",
                  "original_latest",
                  "progress", "progress_text", "percent", "completed_on", "revisions", "revision_reason",
                  "revision_approved_by", *DETAILS, "origin_file", "origin_sheet", "origin_row")
OWNER_COLUMNS = ("action_id", "position", "owner", "kind")
REFUSAL_COLUMNS = ("file", "sheet", "row", "column", "value", "reason", "message", "remedy")
_AWARD = re.compile(r"investors in people|\b[il]ip\b", re.I)
_OTHER_KIND = re.compile(r"\b(?:internal audit|external audit|audits?|auditors?|inspections?|inspectors?|ofsted|cqc|"
                         r"peer (?:review|challenge)|rec(?:ommendation)? (?:no|ref|number)|recommendations?|kloe|"
                         r"brag)\b", re.I)
_FEWEST_COLUMNS = 4
"""Filled cells of a row from which a sheet that was not read is asked about: a key or a list of contacts has fewer."""
_DATES = ("due_earliest", "due_latest", "original_latest", "completed_on")


@dataclass(frozen=True)
class Plan:
    """An improvement plan.

    Parameters
    ----------
    actions
        One row per action, ``ACTION_COLUMNS``: ``owner`` joins the owners with ``; ``; ``vehicle`` is the project or
        process that carries the action, named in brackets or in a column of its own; ``skills`` those that the action
        names; ``timescale`` is as written; ``kind``, ``due_earliest``, ``due_latest``, ``open_ended``, ``every``,
        ``priority`` and ``note`` are as read (``kind`` is ``refused`` where it could not be); ``original_timescale``
        is what stood there before it was revised, else empty, and ``original_latest`` its last day; ``progress`` is
        not started, started, behind, open,
        withdrawn, done, unclear (not understood, or cells that differ) or empty, read from the plan's own words in
        ``progress_text``; ``percent`` is the share done, 0-100, as text; ``revisions`` how often the date was revised,
        with ``revision_reason`` and ``revision_approved_by`` as the plan has them; ``directorate`` to ``statistic``
        are as the plan has them, mostly empty until the tracker is filled in.
    owners
        ``OWNER_COLUMNS``: one row per action and owner; ``kind`` is ``body`` or ``unclear``.
    refusals
        What could not be used, ``REFUSAL_COLUMNS``: where it stands, the value, the reason's code and sentence, and
        how to mend it.
    questions
        What was used but should be confirmed, in the same columns: owners that could be shared out in two ways, names
        that may be a person's or of several bodies at once.
    information
        The title block: ``code``, ``label``, ``value``, and ``day`` where the value is one day or month.
    reconciliation
        Per sheet: ``rows_read`` = ``rows_with_actions`` + ``rows_refused`` + ``rows_set_aside``, and ``n_actions``.
    anchor
        Day that lengths of time count from.
    n_contact_details
        E-mail addresses and telephone numbers that were left out of the cells carried.
    people
        Names of people that the plan gives as contacts or owners. Nothing shows them; they are taken out of the texts
        that anybody may read.
    is_award
        The plan follows an assessment for an award; False for one of an audit, an inspection or a review.
    """

    actions: pd.DataFrame
    owners: pd.DataFrame
    refusals: pd.DataFrame
    questions: pd.DataFrame
    information: pd.DataFrame
    reconciliation: pd.DataFrame
    anchor: date
    n_contact_details: int
    people: tuple[str, ...] = ()
    is_award: bool = True


def read_plan(path: Path | str, *, anchor: date, settings: Settings | None = None) -> Plan:
    """Read an improvement plan.

    Parameters
    ----------
    path
        The assessor's form (a title block, key information, contacts, a table with a two-row header and one row per
        issue) or a flat table with one action per row: a workbook, a Word document (.docx), delimited text, a
        web page, or a written report with tables.
    anchor
        Day that lengths of time count from, such as the last day of the month of the assessment.
    settings
        ``[exports] date_order`` for numeric dates, ``[plan] bodies`` for owners, ``[plan] columns`` for headings and
        ``[plan] status_words`` for words of the plan's own. (``[exports] columns`` names columns of the record, which
        a plan is not part of.)

    Returns
    -------
    Plan

    Raises
    ------
    UnreadableFileError
        The file cannot be read.
    DataUnusableError
        No sheet has a table of actions, or two headings of a table hold the same thing.

    Examples
    --------
    >>> plan = read_plan("exports/improvement_plan.xlsx", anchor=date(2024, 6, 30))
    >>> plan.actions[["action_id", "action", "timescale"]]
    """
    settings = settings or Settings()
    reading = Reading(anchor, settings)
    found = False
    pages = read_plan_sheets(path)
    reading.vocabulary = find_vocabulary((page.sheet for page in pages), settings.plan.status_words,
                                         columns=settings.plan.columns)
    shown = [page for page in pages if not _is_hidden(page)]
    for page in shown:
        found |= _read_sheet(page, reading)
    for page in shown:
        _ask_about_unread_table(page, reading)
    for page, blank, n_filled in _list_fills(Path(path), shown, reading):
        reading.ask(page.sheet, blank.first, blank.heading, blank.heading, "colour_fills", n_cells=n_filled)
    for page in (page for page in pages if _is_hidden(page)):
        if find_action_header(page.sheet, own=settings.plan.columns) is not None:
            reading.ask(page.sheet, 1, "", page.sheet.name, "hidden_sheet")
    if not found:
        raise DataUnusableError(say("plan", "no_table", file=Path(path).name),
                                hints=[say("plan", "no_table_remedy", headings=_example_headings())])
    chosen = settings.plan.award
    return _finish(reading, is_award=_speaks_of_award(pages) if chosen is None else chosen)


def council_of(plan: Plan, settings: Settings) -> Settings:
    """Give the settings with the plan's own organisation for the council's name, where they have none."""
    named = plan.information.loc[plan.information["code"] == "organisation", "value"]
    if settings.council.name != CouncilSettings().name or named.empty or not named.iloc[0]:
        return settings
    council = settings.council.model_copy(update={"name": str(named.iloc[0])})
    return settings.model_copy(update={"council": council})


def _speaks_of_award(pages: Sequence[PlanSheet]) -> bool:
    """Say whether a plan is an award's: it names Investors in People, or no other kind of plan."""
    text = " ".join(cell for page in pages for row in page.sheet.rows for cell in row if cell)
    return bool(_AWARD.search(text)) or not _OTHER_KIND.search(text)


def _ask_about_unread_table(page: PlanSheet, reading: Reading) -> None:
    """Ask about a sheet or table that looks like a list and was not read: three headings or more, and rows below."""
    sheet = page.sheet
    if find_action_header(sheet, own=reading.settings.plan.columns) is not None:
        return
    filled = [(i, [" ".join(cell.split()) for cell in row if cell.strip()]) for i, row in enumerate(sheet.rows)]
    wide = [(i, cells) for i, cells in filled if len(cells) >= _FEWEST_COLUMNS]
    if len(wide) >= 2 and all(len(cell) <= LONGEST_HEADING for cell in wide[0][1]):
        reading.ask(sheet, wide[0][0] + 1, "", "; ".join(wide[0][1]), "table_not_read", n_rows=len(wide) - 1)


def _list_fills(path: Path, pages: Sequence[PlanSheet], reading: Reading) -> list[tuple[PlanSheet, BlankColumn, int]]:
    """List columns of colours or statuses that hold fills and no word."""
    blank: dict[BlankColumn, PlanSheet] = {}
    for page in pages:
        header = find_action_header(page.sheet, own=reading.settings.plan.columns)
        rows = page.sheet.rows
        for name in ("rag", "progress") if header is not None else ():
            column = header.columns.get(name, -1)  # type: ignore[union-attr]
            if column >= 0 and not any(row[column].strip() for row in rows[header.first:]):  # type: ignore[union-attr]
                heading = " ".join(rows[header.at][column].split())  # type: ignore[union-attr]
                found = BlankColumn(page.sheet.name, heading, column, header.first, len(rows))  # type: ignore[union-attr]
                blank[found] = page
    return [(blank[found], found, n_filled) for found, n_filled in find_fills(path, blank)]


def _is_hidden(page: PlanSheet) -> bool:
    return any(code == "hidden_sheet" for code, _ in page.sheet.notes)


def _read_sheet(page: PlanSheet, reading: Reading) -> bool:
    """Read one sheet; says whether it has a table of actions."""
    sheet, rows = page.sheet, page.sheet.rows
    n_before, start, found = len(reading.actions), 0, False
    own = reading.settings.plan.columns
    fates = ["set aside"] * len(rows)
    while (header := find_action_header(sheet, start, own=own)) is not None:
        found, reading.issue = True, ""
        _read_information(rows[start:header.at], reading)
        telling = {heading for j, heading in header.unread.items()
                   if any(says_how_far(row[j], reading.vocabulary) for row in rows[header.first:])}
        for heading in unused_headings(sheet, header, own=own):
            reading.ask(sheet, header.at + 1, heading, heading, "unused_column",
                        part="progress" if heading in telling else _likely_part(heading))
        for heading, part in header.assumed.items():
            reading.ask(sheet, header.at + 1, heading, heading, f"taken_for_{part}")
        for part, places in header.dated.items():
            headings = [" ".join(rows[header.at][j].split()) for j in places]
            if len(headings) > 1:
                reading.ask(sheet, header.at + 1, headings[-1], ", ".join(headings), "latest_column",
                            other=headings[-2], part=part)
        start = _read_table(page, header, fates, reading)
    _read_information(rows[start:], reading)
    reading.sheets.append({
        "file": sheet.file, "sheet": sheet.name, "rows_read": len(rows), "rows_with_actions": fates.count("actions"),
        "rows_refused": fates.count("refused"), "rows_set_aside": fates.count("set aside"),
        "n_actions": len(reading.actions) - n_before})
    return found


_LIKELY = (("revised_timescale", r"\b(?:revis|extend|extension|resched|amend|forecast|new (?:date|deadline|due))"),
           ("completed_on", r"\b(?:actual|closed|completed|achieved|implemented)\b.*\b(?:date|on)\b"),
           ("timescale", r"\b(?:dates?|deadlines?|due|when|timescales?|timeline|by when)\b"),
           ("progress_text", r"\b(?:comments?|updates?|notes?|remarks?|narrative)\b"),
           ("progress", r"\b(?:status|progress|state|stage)\b"))
"""Part of an action that a heading which is not known most likely holds; an owner where none of these words stands."""


def _likely_part(heading: str) -> str:
    return next((part for part, words in _LIKELY if re.search(words, heading, re.I)), "owner")


def _read_table(page: PlanSheet, header: ActionHeader, fates: list[str], reading: Reading) -> int:
    """Read one table up to the next part of the form or other headings; gives the row after it."""
    sheet, rows = page.sheet, page.sheet.rows
    reading.fraction_parts = {name for name in ("percent", "progress") if name in header.columns
                              and is_fraction_column([row[j] for row in rows[header.first:]
                                                      for j in header.dated.get(name, (header.columns[name],))],
                                                     is_plain=name == "percent")}
    reading.section = Title(state_of_title(sheet.name), sheet.name)
    reading.order_in_doubt = {name for name in ("timescale", "revised_timescale", "completed_on")
                              if name in header.columns
                              and doubts_order([header.cells(row)[name] for row in rows[header.first:]],
                                               reading.settings.exports.date_order)}
    heading = rows[header.at][header.columns["progress"]] if "progress" in header.columns else ""
    reading.progress_is_account = plain(heading) in spellings("accounts")["progress"]
    for position in range(header.first, len(rows)):
        if is_header_again(rows[position], header, sheet, position):
            continue
        if is_section(rows[position]) or header_at(
                sheet, position, own=reading.settings.plan.columns, inside=True) is not None:
            return position
        if is_key_row(rows[position], reading.vocabulary):
            continue
        if is_contact(rows[position]):
            _read_information(rows[position:position + 1], reading)
            continue
        fates[position] = read_row(page, position, header, reading)
    return len(rows)


def _finish(reading: Reading, *, is_award: bool) -> Plan:
    """Put the lists into tables."""
    actions = pd.DataFrame(reading.actions, columns=list(ACTION_COLUMNS))
    for column in _DATES:
        actions[column] = pd.to_datetime(actions[column]).astype("datetime64[s]")
    actions = actions.astype({"open_ended": bool, "origin_row": "int64"})
    texts = [c for c in ACTION_COLUMNS if c not in (*_DATES, "open_ended", "origin_row")]
    actions[texts] = actions[texts].fillna("").astype("str")
    information = pd.DataFrame(reading.information, columns=["code", "label", "value", "day"])
    information["day"] = pd.to_datetime(information["day"]).astype("datetime64[s]")
    refusals, questions = (pd.DataFrame(list(dict.fromkeys(rows)), columns=list(REFUSAL_COLUMNS))
                           for rows in (reading.refusals, reading.questions))
    owners = pd.DataFrame(reading.owners, columns=list(OWNER_COLUMNS))
    owners = owners.astype({"action_id": "str", "position": "int64", "owner": "str", "kind": "str"})
    known = reading.settings.plan.bodies
    named = [name for name in reading.people if not is_body(name, bodies=known)]
    people = dict.fromkeys([*named, *(row[2] for row in reading.owners if row[3] == "unclear")])
    return Plan(actions, owners, refusals, questions, information, pd.DataFrame(reading.sheets),
                reading.anchor, reading.n_contact_details, tuple(people), is_award)


def _read_information(rows: list[list[str]], reading: Reading) -> None:
    """Carry the labelled dates and the organisation of the title block; nothing that is not on the list."""
    known = spellings("information")
    for row in rows:
        cells = [cell.strip() for cell in row if cell.strip()]
        if is_contact(row) or (cells and _CONTACT.search(cells[0]) and len(cells[0]) < LONGEST_HEADING):
            answers = [*cells[1:], cells[0].partition(":")[2]]
            reading.people += [name for cell in answers for name in _names_in(cell)]
        pairs = [*pairwise(cells), *(_labelled(cell) for cell in cells if ":" in cell)]
        for label, value in pairs:
            code = next((code for code, usual in known.items() if plain(label) in usual), "")
            taken = {entry[0] for entry in reading.information}
            if code and code not in taken and not any(plain(value) in usual for usual in known.values()):
                reading.information.append((code, label, reading.clean(value), _read_day(value, reading)))


_CONTACT = re.compile(r"\b(?:contact|assessor|adviser|advisor|client|co-?ordinator|prepared by|author|completed by)\b",
                      re.I)
_NAME = re.compile(r"\b(?:[A-Z]\.? ?){1,2}[A-Z][a-z'’]{2,}\b|"
                   r"\b[A-Z][a-z]+(?:[-'’][A-Z]?[a-z]+)* (?:[A-Z]\.? )?[A-Z][a-z'’]+(?:-[A-Z][a-z]+)?\b")


def _names_in(cell: str) -> list[str]:
    return _NAME.findall(without_contacts(cell)[0])


def _labelled(cell: str) -> tuple[str, str]:
    label, value = cell.split(":", 1)
    return label.strip(), value.strip()


def _read_day(value: str, reading: Reading) -> date | None:
    try:
        return parse_anchor(value, date_order=reading.settings.exports.date_order)
    except TimescaleError:
        return None


def _example_headings() -> str:
    return ", ".join(f"'{name}'" for name in ("Business Issue", "Suggested Action(s)", "Suggested Timescale", "Owner"))
