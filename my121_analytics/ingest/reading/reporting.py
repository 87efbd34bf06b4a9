"""Who manages a post and who placed somebody, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.contested import find_contested
from my121_analytics.ingest.reading.context import Context
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.namesakes import is_plausible
from my121_analytics.ingest.reading.people import Roster, Who, resolve
from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.standing import leaves
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.cycles import Cycle


def read_manager(rows: SheetRows, context: Context) -> pd.Categorical | None:
    """Read the manager of a post; where the same columns give the rater, only the rater's faults are told."""
    found = resolve_people(rows, context, ("manager_id", "manager_name", "manager_post"))
    if found is None:
        return None
    ids, people = found
    if rows.without_manager.any():
        ids = pd.Categorical.from_codes(np.where(rows.without_manager, -1, ids.codes), categories=ids.categories)
    ids = _leave_out_contested(rows, ids)
    own = np.flatnonzero((ids.codes >= 0) & (_codes_in(rows.employee, ids.categories) == ids.codes))
    if len(own):
        rows.note("manages_self", own, rows.map.columns["employee_id"])
        codes = ids.codes.copy()
        codes[own] = -1
        ids = pd.Categorical.from_codes(codes, categories=ids.categories)
    rater_is_manager = set(rows.map.tables) & {"placements", "conversations"} and not rows.has(
        "rater_id", "rater_name", "rater_post")
    if not rater_is_manager:
        for state, code in (("ambiguous", "ambiguous_manager"), ("unknown", "unknown_manager"),
                            ("bad", "cell_left_out"), ("contradicts", "manager_contradicts"),
                            ("disagrees", "manager_name_disagrees"), ("vacant", "manager_vacant"),
                            ("implausible", "implausible_manager")):
            # Who managed somebody that has left may have left as well: that is no surprise.
            stays = ~leaves(rows, context) if state in ("unknown", "vacant") else None
            people.note(rows, state, code, expected="an id" if state == "bad" else None, only=stays)
    return ids


def _leave_out_contested(rows: SheetRows, ids: pd.Categorical) -> pd.Categorical:
    """Leave managers empty where a list gives two to many people and does not say which of them counts."""
    two, said = find_contested(rows, ids)
    if said is None:
        return ids
    rows.contested = said
    headings = " or ".join(f"'{rows.headings[position]}'" for position, _ in said.telling)
    rows.note_once("managers_contested", said.position, n=said.n_people,
                   expected=say("unread", "telling", headings=headings) if headings else "")
    return pd.Categorical.from_codes(np.where(two, -1, ids.codes), categories=ids.categories)


def _codes_in(values: pd.Categorical, categories: pd.Index) -> np.ndarray:
    """Give each row's code in other categories; -2 where it is missing there."""
    where = categories.get_indexer(values.categories)
    where[where < 0] = -2
    return np.append(where, -2)[values.codes]


_Column = tuple[int, np.ndarray, list[Who]]
"""A column of the sheet, a code per row, and who is meant by each code."""


@dataclass(frozen=True)
class PeopleMeant:
    """Who is meant in each row: the column that decided, and the reading of its cell."""

    columns: tuple[_Column, ...]
    decided: np.ndarray
    """Which of the columns decided each row; -1 where all are empty."""

    def where(self, state: str) -> list[_Column]:
        """Give, per column, the rows in one state and their readings."""
        out = []
        for place, (position, codes, whos) in enumerate(self.columns):
            hits = np.array([who.state == state for who in whos], dtype=bool)
            if hits.any():
                chosen = np.flatnonzero(hits[codes] & (self.decided == place))
                out.append((position, chosen, [whos[c] for c in codes[chosen]]))
        return out

    def note(self, rows: SheetRows, state: str, code: str, *, expected: str | None = None,
             only: np.ndarray | None = None) -> None:
        """Write down the rows in one state."""
        for position, chosen, whos in self.where(state):
            kept = np.ones(len(chosen), dtype=bool) if only is None else only[chosen]
            texts = [expected if expected is not None else who.could_be or who.employee_id or "" for who in whos]
            rows.note(code, chosen[kept], position, [t for t, k in zip(texts, kept, strict=True) if k])


def resolve_people(rows: SheetRows, context: Context,
                    columns: Sequence[str]) -> tuple[pd.Categorical, PeopleMeant] | None:
    """Say who is meant by the first of several columns that says anything: an id, a name, a position number."""
    pairs = context.pairs.get(rows.sheet.file)
    read = []
    for column in columns:
        position = rows.map.columns.get(column)
        if position is not None:
            codes, texts = rows.texts(position)
            kind = "name" if column.endswith("_name") else "post" if column.endswith("_post") else "person"
            whos = resolve(context.roster, texts, pairs=pairs, kind=kind)
            read.append((position, codes, _only_when_sure(rows, context, position, codes, whos)))
    if not read:
        return None
    if len(read) > 1 and columns[1].endswith("_name") and rows.has(columns[0]) and rows.has(columns[1]):
        read.insert(0, _compare_names(read[0], read[1], context.roster))
    decided = np.full(len(rows), -1, dtype=np.int8)
    ids = np.full(len(rows), -1, dtype=np.int64)
    categories: dict[str, int] = {}
    for place, (_, codes, whos) in enumerate(read):
        says = np.array([bool(who.employee_id or who.state) for who in whos], dtype=bool)
        numbers = np.array([categories.setdefault(who.employee_id, len(categories)) if who.employee_id else -1
                            for who in whos], dtype=np.int64)
        takes = (decided < 0) & says[codes]
        decided[takes] = place
        ids[takes] = numbers[codes[takes]]
    found = pd.Categorical.from_codes(ids, categories=pd.Index(list(categories), dtype="str"))
    return found, PeopleMeant(tuple(read), decided)


def _only_when_sure(rows: SheetRows, context: Context, position: int, codes: np.ndarray,
                    whos: list[Who]) -> list[Who]:
    """Join people by a name alone only where most names of the column are on the roster and the person may be meant."""
    by_name = [place for place, who in enumerate(whos) if who.by_name]
    if not by_name:
        return whos
    found = list(whos)
    n_unknown = sum(who.state == "unknown" for who in whos)
    if n_unknown > len(by_name):
        rows.note_once("names_off_list", position, n=n_unknown + len(by_name), expected=str(n_unknown))
        for place in by_name:
            found[place] = replace(whos[place], employee_id=None, state="unknown", by_name=False)
        return found
    manager_ids = {str(text): who.employee_id for text, who in zip(rows.texts(position)[1], whos, strict=True)
                   if who.employee_id}
    for place in by_name:
        person, name = str(whos[place].employee_id), whos[place].name
        team = rows.employee.codes[codes == place]
        members = rows.employee.categories[np.unique(team[team >= 0])]
        if _left_before(rows, context, person, codes == place) or not is_plausible(
                context.details, person, members, manager_ids):
            found[place] = Who(None, "implausible", context.details.describe(person, name), name)
    return found


def _left_before(rows: SheetRows, context: Context, person: str, where: np.ndarray) -> bool:
    """Say whether somebody had left before the first of the reviews that rows are about."""
    left = context.details.left_on(context).get(person)
    if left is None:
        return False
    first = None
    if rows.has("placed_on"):
        codes, texts = rows.texts(rows.map.columns["placed_on"])
        days = parse_dates(texts, context.settings.exports.date_order, context.latest_year).parsed.values[codes][where]
        first = None if np.isnat(days).all() else np.nanmin(days).astype("datetime64[D]").item()
    elif rows.has("cycle"):
        codes, texts = rows.texts(rows.map.columns["cycle"])
        cycles = [read_period(str(texts[code]), context.settings.cycles) for code in np.unique(codes[where])]
        starts = [cycle.start for cycle in cycles if isinstance(cycle, Cycle)]
        first = min(starts, default=None)
    return first is not None and left < first


def _compare_names(by_id: _Column, by_name: _Column, roster: Roster) -> _Column:
    """Hold the id of each row against the name beside it; each distinct pair is compared once."""
    position, id_codes, whos = by_id
    _, name_codes, named = by_name
    pairs, distinct = pd.factorize(id_codes.astype("int64") * len(named) + name_codes)
    compared = []
    for pair in distinct.tolist():
        who, other = whos[pair // len(named)], named[pair % len(named)]
        is_pair = who.employee_id and other.name and not who.state
        compared.append(roster.compare(str(who.employee_id), other.name) if is_pair else who)
    return position, pairs, compared


def read_raters(rows: SheetRows, context: Context,
                 among: np.ndarray) -> tuple[pd.Categorical | None, np.ndarray, np.ndarray]:
    """Say who placed, which rows that stops, and where a name was repaired; an unknown name is left empty and told."""
    stopped, repaired = np.zeros(len(rows), dtype=bool), np.zeros(len(rows), dtype=bool)
    own = ("rater_id", "rater_name", "rater_post")
    columns = own if rows.has(*own) else ("manager_id", "manager_name", "manager_post")
    found = resolve_people(rows, context, columns)
    if found is None:
        return None, stopped, repaired
    ids, people = found
    for state, code in (("ambiguous", "ambiguous_rater"), ("bad", "bad_rater"), ("contradicts", "rater_contradicts")):
        for position, chosen, whos in people.where(state):
            kept = among[chosen]
            rows.stop(code, chosen[kept], position,
                      np.array([w.could_be for w, k in zip(whos, kept, strict=True) if k], dtype=object))
            stopped[chosen[kept]] = True
    people.note(rows, "unknown", "rater_unknown", only=among)
    people.note(rows, "implausible", "implausible_rater", only=among)
    people.note(rows, "disagrees", "rater_name_disagrees", only=among)
    people.note(rows, "beside", "rater_repaired", only=among)
    people.note(rows, "vacant", "rater_missing", only=among)
    for _, chosen, _ in people.where("beside"):
        repaired[chosen] = True
    empty = np.flatnonzero((people.decided < 0) & among)
    rows.note("rater_missing", empty, people.columns[0][0])
    return ids, stopped, repaired


def rater_of(employee: pd.Categorical, rater: pd.Categorical | None, is_self: np.ndarray) -> pd.Categorical:
    """Give the rater of each row: the employee for self placements, else the rater read."""
    if rater is None:
        return pd.Categorical.from_codes(np.where(is_self, employee.codes, -1), categories=employee.categories)
    if not is_self.any():
        return rater
    categories = rater.categories.union(employee.categories, sort=False)
    codes = np.append(categories.get_indexer(rater.categories), -1)[rater.codes]
    own = np.append(categories.get_indexer(employee.categories), -1)[employee.codes]
    return pd.Categorical.from_codes(np.where(is_self, own, codes), categories=categories)
