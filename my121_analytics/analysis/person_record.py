"""One person's record: every row that names somebody, for an answer to a request for one's own data."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from my121_analytics.errors import UsageError, suggest
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import ESTIMATE, Fact, Result, Table, describe
from my121_analytics.workforce.schema import TABLES

PERSONAL = tuple(name for name, columns in TABLES.items() if "employee_id" in {column.name for column in columns})
"""Tables of the record whose rows are about a person."""
_PEOPLE = ("employee_id", "name", "post_id", "manager_id", "rater_id", "reason", "role")


@dataclass(frozen=True, repr=False)
class PersonResult(Result):
    """All rows about one person; made by :func:`gather_person`."""


def gather_person(workforce: Workforce, employee_id: str) -> PersonResult:
    """Gather every row of the record that is about one person.

    Parameters
    ----------
    workforce
        The record.
    employee_id
        Employee number, as text.

    Returns
    -------
    PersonResult
        One table for each table of the record that is about people, with its columns as they are; ``placements`` also
        ``rater_name``, ``posts`` also ``manager_name``. Fact: n_given, the number of ratings the person gave to others.

    Raises
    ------
    UsageError
        Nobody has this number.
    """
    known = workforce.employees["employee_id"].astype("str")
    if not (known == employee_id).any():
        raise UsageError(f"Nobody on the record has the number '{employee_id}'.",
                         hints=[suggest(employee_id, known.tolist()), "Numbers are text: leading zeros count."])
    tables = {}
    for name in PERSONAL:
        rows = getattr(workforce, name)
        rows = rows[(rows["employee_id"].astype("str") == employee_id).to_numpy()].reset_index(drop=True)
        for column, shown in (("rater_id", "rater_name"), ("manager_id", "manager_name")):
            if column in rows:
                rows = rows.assign(**{shown: workforce.names_of(rows[column].astype("str"))})
        people = tuple(column for column in (*_PEOPLE, "rater_name", "manager_name") if column in rows)
        tables[name] = Table(rows, keys=("employee_id",), people=people)
    placements = workforce.placements
    placements_made = (placements["rater_id"].astype("str") == employee_id) & (
        placements["employee_id"].astype("str") != employee_id)
    about = describe("person", as_of=workforce.as_of, population="one_person", n=1)
    name = str(workforce.names_of(pd.Series([employee_id])).iloc[0])
    return PersonResult(about, tables, {"n_given": int(placements_made.sum()), "name": name},
                        {"n_given": Fact("ratings"), "name": ESTIMATE}, workforce.settings)
