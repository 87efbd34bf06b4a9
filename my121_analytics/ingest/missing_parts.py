"""Signs that a part of an export is missing, where its rows are whole and nothing else tells: half of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.roster_building import lists_people
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.record import Workforce, is_employed
from my121_analytics.workforce.schema import MANAGER, SELF

_THIN = 0.6
"""A cycle with less than this share of the ratings per person of a usual one is asked about."""
_FEWEST_RATINGS = 30
_FEWEST_ROWS = 50
_FEWEST_PEOPLE = 20
_BEYOND = 0.15
"""A sorted export that lacks the last 15 % of the people is asked about: drawn by chance, of 20 such people at least
one would nearly always be in it."""
_FEWEST_STRANGERS = 10
_STRANGERS = 0.1
"""A staff list that holds leavers too should hold everybody: it is asked about where this share of the people lacks."""
_STRANGERS_TO_CURRENT = 0.25
"""The same for a list of current staff, from which those have gone who left since the latest cycle."""


@dataclass(frozen=True)
class Doubt:
    """One sign.

    Parameters
    ----------
    code
        Rule: ``thin_cycle``, ``sorted_rows_end`` or ``staff_list_short``.
    file
        Where; empty for the record as a whole.
    value
        The cycle, the last id of the sheet, or how many people are lacking.
    expected
        What a reader needs to judge it.
    n
        Ratings, or people, that may be missing.
    """

    code: str
    file: str
    value: str
    expected: str
    n: int

    @property
    def sentence(self) -> str:
        """The sign in words, with what to do."""
        message = say("rule_message", self.code, column="", value=self.value, expected=self.expected, n=self.n)
        return f"{message} {say('rule_remedy', self.code)}"


def list_doubts(workforce: Workforce, sheets: Sequence[SheetRows], listed: frozenset[str]) -> list[Doubt]:
    """List the signs that rows are missing though each file could be read to its end.

    Parameters
    ----------
    workforce
        The record.
    sheets
        As read.
    listed
        Ids of the people on the staff lists; without them only cycles are compared.
    """
    return [*_staff_list_that_lacks_people(workforce, sheets, listed), *_thin_cycles(workforce),
            *(doubt for rows in sheets for doubt in _sorted_rows_that_end(rows, workforce, listed))]


def _staff_list_that_lacks_people(workforce: Workforce, sheets: Sequence[SheetRows],
                                  listed: frozenset[str]) -> Iterator[Doubt]:
    """Count the people of the other sheets who are on no staff list: half a list, or another month's, lacks many.

    Where the list holds leavers such people were refused; else they were kept, and those of the latest cycle count.
    """
    lists = list(dict.fromkeys(rows.sheet.file for rows in sheets if lists_people(rows)))
    if not lists or not len(workforce.placements):
        return
    refused = {text for rows in sheets for text in rows.stops.values_of("unknown_employee")}
    rows = workforce.placements if refused else workforce.placements[
        (workforce.placements["cycle"] == workforce.latest_cycle).to_numpy()]
    met = set(rows["employee_id"].astype("str"))
    lacking = refused or met - listed
    of = len(lacking | met)
    if len(lacking) >= max(_FEWEST_STRANGERS, (_STRANGERS if refused else _STRANGERS_TO_CURRENT) * of):
        yield Doubt("staff_list_short", lists[0] if len(lists) == 1 else "", f"{len(lacking):,} of {of:,}",
                    " and ".join(f"'{file}'" for file in lists), len(lacking))


def _thin_cycles(workforce: Workforce) -> Iterator[Doubt]:
    """Compare the ratings of each closed cycle, per person employed at its end, with those of the other cycles.

    Cycles before the first that has ratings of a source are left out: the exports may begin there.
    """
    placements, cycles = workforce.placements, workforce.cycles
    closed = cycles[pd.to_datetime(cycles["end"]) < pd.Timestamp(workforce.as_of)]
    labels = closed["label"].astype("str").to_numpy()
    people, ids = workforce.employees, workforce.employees["employee_id"]
    employed = np.array([is_employed(people, ids, pd.Timestamp(end)).sum() for end in closed["end"]], dtype=np.float64)
    of_cycle = placements["cycle"].array
    places = of_cycle.categories.get_indexer(labels)
    for source in (MANAGER, SELF):
        dated = (of_cycle.codes >= 0) & (placements["source"].array == source)
        ratings = np.bincount(of_cycle.codes[dated], minlength=len(of_cycle.categories))[places].astype(np.float64)
        first = np.flatnonzero(ratings)[:1]
        for place in range(int(first[0]), len(labels)) if len(first) else ():
            elsewhere = np.delete(np.divide(ratings, employed, where=employed > 0, out=np.zeros(len(ratings))), place)
            usual = float(np.median(elsewhere[elsewhere > 0])) * employed[place] if (elsewhere > 0).any() else 0.0
            if usual >= _FEWEST_RATINGS and ratings[place] < _THIN * usual:
                yield Doubt("thin_cycle", "", labels[place], say(
                    "missing_parts", source, n=f"{ratings[place]:,.0f}", usual=f"{usual:,.0f}"),
                    int(usual - ratings[place]))


def _sorted_rows_that_end(rows: SheetRows, workforce: Workforce, listed: frozenset[str]) -> Iterator[Doubt]:
    """Find a sheet in the order of employee ids whose last id comes long before the last of those employed then."""
    if not rows.map.tables or "employees" in rows.map.tables or "posts" in rows.map.tables or not listed:
        return
    codes = rows.employee.codes[rows.employee.codes >= 0]
    names = np.asarray(rows.employee.categories, dtype=object)
    if len(codes) < _FEWEST_ROWS or len({len(name) for name in names}) != 1:
        return  # ids of several lengths have no one order
    ids = names[codes].astype("str")
    if (ids[1:] < ids[:-1]).any() or len(np.unique(ids)) < _FEWEST_PEOPLE:
        return
    employed = [person for person in _employed_throughout(workforce, rows) if person in listed]
    beyond = [person for person in employed if len(person) == len(ids[-1]) and person > ids[-1]]
    if len(beyond) >= max(_FEWEST_PEOPLE, _BEYOND * len(employed)):
        yield Doubt("sorted_rows_end", rows.sheet.file, str(ids[-1]), f"{len(beyond):,} of {len(employed):,}",
                    len(beyond))


def _employed_throughout(workforce: Workforce, rows: SheetRows) -> list[str]:
    """Give the ids of the people who were employed on the first and on the last day of what a sheet records."""
    days = [day for table in ("placements", "conversations", "objectives", "development_actions")
            for day in _days(getattr(workforce, table), rows.sheet.file, rows.sheet.name)]
    people = workforce.employees
    if not days:
        return []
    ids = people["employee_id"]
    stayed = (people["started"] <= min(days)).to_numpy() & is_employed(people, ids, max(days)).to_numpy()
    return ids[stayed].astype("str").tolist()


def _days(table: pd.DataFrame, file: str, sheet: str) -> list[pd.Timestamp]:
    own = table[(table["origin_file"] == file).to_numpy() & (table["origin_sheet"] == sheet).to_numpy()]
    columns = [own[c].dropna() for c in own.columns if own[c].dtype.kind == "M"]
    return [day for column in columns if len(column) for day in (column.min(), column.max())]
