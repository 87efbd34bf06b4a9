"""One employee number beside the names of two people: a number that was given again, or a column that has slipped."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import pandas as pd

from my121_analytics.ingest.reading.cells import plain_list, plain_words
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.workforce.row_keys import coded, find_repeated, first_of_each

_ALIKE = 0.8
"""Words whose letters agree to this share may be one word in two spellings: ONeil and O'Neill, Jon and John."""


def stop_shared_numbers(sheets: Sequence[SheetRows], lists: Sequence[SheetRows]) -> dict[str, str]:
    """Stop the rows about employee numbers that stand beside names of two people.

    Parameters
    ----------
    sheets
        With their employees read.
    lists
        Those of them that are staff lists.

    Returns
    -------
    dict
        Number -> the names, for numbers that two people have on the staff lists: every row about such a number is
        stopped. Where one name is on the staff list and another one in another sheet, only that sheet's rows are.

    Notes
    -----
    Two names are two people's where no word of one is, or is like, a word of the other; or where the surnames differ
    and so do the days on which the two started. A surname changed on marriage leaves the forename.
    """
    keyed = [rows for rows in sheets if rows.map.tables and "employee_id" in rows.map.columns]
    pairs = _named_people(lists or keyed, only_several=len(keyed) == 1)
    shared = _shared(pairs, lists or keyed)
    for rows in keyed:
        is_list = not lists or any(rows is people for people in lists)
        _stop(rows, shared, "two_people" if is_list else "number_of_two")
        if not is_list:
            _stop_contradicting(rows, pairs)
    return shared


def _named_people(sheets: Sequence[SheetRows], *, only_several: bool = False) -> pd.DataFrame:
    """List the distinct pairs of a number and a name over some sheets; only numbers with several, if so wanted."""
    parts = [pd.DataFrame({"person": [], "name": []}, dtype="str")]
    for rows in sheets:
        if rows.names is None:
            continue
        kept = (rows.employee.codes >= 0) & (rows.names.codes >= 0)
        pairs = first_of_each([coded(rows.employee), coded(rows.names)], kept)
        if only_several:
            pairs = pairs[find_repeated([coded(rows.employee[pairs])])]
        parts.append(pd.DataFrame({"person": rows.employee[pairs].astype("str"),
                                   "name": rows.names[pairs].astype("str")}))
    return pd.concat(parts, ignore_index=True).drop_duplicates()


def _shared(pairs: pd.DataFrame, sheets: Sequence[SheetRows]) -> dict[str, str]:
    """Find the numbers that stand beside names of two people, with the names."""
    several = pairs[pairs["person"].duplicated(keep=False).to_numpy()]
    starts = _starts(sheets, frozenset(several["person"])) if len(several) else {}
    shared: dict[str, str] = {}
    for person, part in several.groupby("person", sort=True):
        names = [str(name) for name in part["name"]]
        days = [starts.get((str(person), name), set()) for name in names]
        if any(_differ(names[i], names[j], days[i], days[j]) for i in range(len(names)) for j in range(i)):
            shared[str(person)] = " and ".join(names)
    return shared


def _differ(a: str, b: str, starts_a: set[str], starts_b: set[str]) -> bool:
    words_a, words_b = _words(a), _words(b)
    if not words_a or not words_b:
        return False
    if not any(_is_like(x, y) for x in words_a for y in words_b):
        return True
    same_surname = any(_is_like(x, words_b[-1]) for x in words_a) or any(_is_like(words_a[-1], y) for y in words_b)
    return not same_surname and bool(starts_a and starts_b) and not starts_a & starts_b


def _is_like(a: str, b: str) -> bool:
    shorter, longer = sorted((a, b), key=len)
    return longer.startswith(shorter) or SequenceMatcher(None, a, b).ratio() >= _ALIKE


def _words(name: str) -> list[str]:
    """Give the words of a name, the surname last: it stands before the comma where there is one."""
    before, comma, after = name.partition(",")
    ordered = f"{after} {before}" if comma else name
    return [word for word in plain_words(ordered).split() if len(word) > 1 and word not in plain_list("titles")]


def _starts(sheets: Sequence[SheetRows], people: frozenset[str]) -> dict[tuple[str, str], set[str]]:
    """Collect the days given for the start of some people, by number and name."""
    found: dict[tuple[str, str], set[str]] = {}
    for rows in sheets:
        if rows.names is None or not rows.has("started"):
            continue
        codes, texts = rows.texts(rows.map.columns["started"])
        wanted = np.array([*(person in people for person in rows.employee.categories), False], dtype=bool)
        for i in np.flatnonzero(wanted[rows.employee.codes] & (rows.names.codes >= 0)).tolist():
            if text := str(texts[codes[i]]).strip():
                found.setdefault((str(rows.employee[i]), str(rows.names[i])), set()).add(text)
    return found


def _stop(rows: SheetRows, shared: dict[str, str], code: str) -> None:
    hit = rows.employee.categories.isin(list(shared))
    where = np.flatnonzero(np.append(hit, False)[rows.employee.codes])
    if len(where):
        names = [shared[person] for person in rows.employee.categories[rows.employee.codes[where]]]
        rows.stop(code, where, rows.map.columns["employee_id"], np.array(names, dtype=object))
        rows.forget(where)


def _stop_contradicting(rows: SheetRows, listed: pd.DataFrame) -> None:
    """Stop rows of another sheet whose name is another person's than the one that the staff list has for the number."""
    if rows.names is None:
        return
    both = _named_people([rows]).merge(listed, on="person", suffixes=("", "_listed"))
    both["agrees"] = [a == b or not _differ(a, b, set(), set()) for a, b in
                      zip(both["name"], both["name_listed"], strict=True)]
    apart = both[~both.groupby(["person", "name"])["agrees"].transform("any").astype(bool)]
    if apart.empty:
        return
    names = {(r.person, r.name): f"{r.name_listed} and {r.name}" for r in apart.itertuples(index=False, name="Pair")}
    people, written_names = rows.employee.astype("object"), rows.names.astype("object")
    where = np.flatnonzero(np.isin(rows.employee.codes, rows.employee.categories.get_indexer(apart["person"])))
    where = np.array([i for i in where if (people[i], written_names[i]) in names], dtype=np.int64)
    rows.stop("two_people", where, rows.map.columns["employee_id"],
              np.array([names[people[i], written_names[i]] for i in where], dtype=object))
    rows.forget(where)
