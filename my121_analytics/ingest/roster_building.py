"""Who the exports list, under which ids, names and posts: the roster that other sheets are held against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.cells import parse_flags, parse_ids
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.people import Roster, bare_id, name_key
from my121_analytics.ingest.reading.sheet_rows import SheetRows, categorical
from my121_analytics.settings import Settings
from my121_analytics.workforce.row_keys import coded, first_of_each

MANAGER_COLUMNS = tuple(f"{who}_{how}" for who in ("manager", "rater") for how in ("id", "name", "post"))


def _is_list(rows: SheetRows) -> bool:
    """Say whether a sheet is a staff list: people and posts, and nothing that happened to them."""
    return rows.map.tables == ("people",)


def read_employees(sheets: Sequence[SheetRows], width: int | None) -> None:
    """Read the ids of all sheets, staff lists first: an id with a suffix that is one of theirs is no assignment."""
    listed: set[str] = set()
    keyed = [rows for rows in sheets if "employee_id" in rows.map.columns and rows.map.tables
             and "evidence" not in rows.map.tables]
    for rows in sorted(keyed, key=lambda r: (not _is_list(r), not r.has("post_id"))):
        rows.read_employees(width, frozenset(listed))
        listed |= listed_people([rows])


def lists_people(rows: SheetRows) -> bool:
    """Say whether a staff list says more of its people than one detail that a list of leavers may hold too."""
    return _is_list(rows) and rows.has("name", "surname", "directorate", "service", "manager_id", "post_id")


def listed_people(sheets: Sequence[SheetRows]) -> frozenset[str]:
    """Give the ids on the staff lists."""
    listed: set[str] = set()
    for rows in sheets:
        if lists_people(rows):
            used = pd.unique(rows.employee.codes)
            listed |= set(rows.employee.categories[used[used >= 0]])
    return frozenset(listed)


def refuse_strangers(sheets: Sequence[SheetRows], listed: frozenset[str], roster: Roster) -> None:
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


def build_roster(sheets: Sequence[SheetRows], listed: frozenset[str], context: Context) -> Roster:
    """Collect who is known: the staff lists, or where there is none everyone that rows are about."""
    sources = sources_of_people(sheets, listed)
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


def sources_of_people(sheets: Sequence[SheetRows], listed: frozenset[str]) -> list[SheetRows]:
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


def find_named_ids(sheets: Sequence[SheetRows], settings: Settings) -> list[tuple[str, str, str]]:
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


def pair_names(named: Sequence[tuple[str, str, str]]) -> dict[str, dict[str, frozenset[str]]]:
    """Collect per file the ids that stand beside each manager's or rater's name."""
    found: dict[str, dict[str, set[str]]] = {}
    for file, person, name in named:
        found.setdefault(file, {}).setdefault(name_key(name), set()).add(person)
    return {file: {k: frozenset(v) for k, v in names.items() if k} for file, names in found.items()}


def sole_names(named: Sequence[tuple[str, str, str]]) -> dict[str, str]:
    """Give the name of each id that stands beside one name only."""
    found: dict[str, dict[str, str]] = {}
    for _, person, name in named:
        if name_key(name):
            found.setdefault(person, {})[name_key(name)] = " ".join(name.split())
    return {person: next(iter(names.values())) for person, names in found.items() if len(names) == 1}
