"""Managers that a staff list gives twice: most people with two lines and two managers, and nothing that tells which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.cells import clean, is_missing, parse_flags
from my121_analytics.ingest.reading.sheet_rows import SheetRows

_FEWEST, _SHARE = 3, 0.1
"""People with two managers at one time from whom on it is the list's way and not a job that two people share."""
_TELLS = 0.9
"""A column may tell the lines apart where it differs within this share of the people with two."""
_MOST_WORDS = 12
_TIMES = ("post_id", "valid_from", "valid_to", "started_in_post", "is_main")
"""Columns by which two lines of a person may both be right."""


@dataclass(frozen=True)
class Contested:
    """Lines of a staff list whose manager cannot be told.

    Parameters
    ----------
    position
        Column with the managers.
    n_people
        People with two managers in one post at one time.
    telling
        Columns that may say which line counts, with their words.
    """

    position: int
    n_people: int
    telling: tuple[tuple[int, tuple[str, ...]], ...]


def settle_second_posts(rows: SheetRows) -> np.ndarray:
    """Give the lines that are not about the main post of somebody who has a main one, where posts have no numbers.

    Parameters
    ----------
    rows
        A staff list with its employees read.

    Returns
    -------
    numpy.ndarray
        Positions among the rows of data; none where posts have numbers or no column tells main ones.
    """
    if rows.map.tables != ("people",) or rows.has("post_id") or rows.assignment is not None or not rows.has("is_main"):
        return np.array([], dtype=np.int64)
    codes, texts = rows.texts(rows.map.columns["is_main"])
    flags = np.asarray(parse_flags(texts).values)[codes]
    person = rows.employee.codes
    has_main = np.zeros(len(rows.employee.categories) + 1, dtype=bool)
    has_main[person[(person >= 0) & (flags == 1)]] = True
    return np.flatnonzero((person >= 0) & (flags == 0) & has_main[person])


def find_contested(rows: SheetRows, managers: pd.Categorical) -> tuple[np.ndarray, Contested | None]:
    """Find the lines of people to whom a staff list gives two managers in one post at one time.

    Parameters
    ----------
    rows
        The sheet, its employees read.
    managers
        Manager per row of data, missing where none is known.

    Returns
    -------
    tuple
        Rows of data whose manager cannot be told (all False where only few people have two, as where two share a
        job), and what is said of them.
    """
    none = np.zeros(len(rows), dtype=bool)
    if rows.map.tables != ("people",):
        return none, None
    known = (rows.employee.codes >= 0) & (managers.codes >= 0) & ~rows.withheld
    keys = {"person": rows.employee.codes}
    for name in _TIMES:
        if rows.has(name):
            keys[name] = rows.texts(rows.map.columns[name])[0]
    if rows.assignment is not None:
        keys["assignment"] = rows.assignment.codes
    frame = pd.DataFrame({**keys, "manager": managers.codes})[known]
    n_managers = frame.groupby(list(keys), sort=False)["manager"].transform("nunique")
    two = none.copy()
    two[np.flatnonzero(known)[(n_managers > 1).to_numpy()]] = True
    n_people = len(np.unique(rows.employee.codes[two]))
    if n_people < max(_FEWEST, _SHARE * len(np.unique(rows.employee.codes[known]))):
        return none, None
    position = next(rows.map.columns[c] for c in ("manager_id", "manager_name", "manager_post") if rows.has(c))
    return two, Contested(position, n_people, _telling_columns(rows, two, position))


def _telling_columns(rows: SheetRows, two: np.ndarray, managers: int) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Give the columns that differ between the lines of nearly everybody with two, and hold few words."""
    people = rows.employee.codes[two]
    found = []
    for heading in rows.map.headings:
        if heading.position in (managers, rows.map.columns["employee_id"]) or heading.how == "refused" or (
                heading.column.startswith("manager_")):
            continue
        codes, texts = rows.texts(heading.position)
        words = pd.unique(codes[two])
        differs = pd.Series(codes[two]).groupby(people).nunique() > 1
        if len(words) <= _MOST_WORDS and differs.mean() >= _TELLS:
            shown = tuple(clean(str(texts[code])) for code in words if not is_missing(texts[code]))
            found.append((heading.position, shown))
    return tuple(found)
