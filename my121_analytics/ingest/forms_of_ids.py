"""One person under two forms of an id in several lists of people: zeros in front that one file has lost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from my121_analytics.ingest.reading.people import bare_id, name_key
from my121_analytics.ingest.reading.sheet_rows import SheetRows


def stop_lost_zeros(lists: Sequence[SheetRows]) -> None:
    """Stop rows of lists of people whose id another list holds with more zeros in front.

    Parameters
    ----------
    lists
        Sheets about people and nothing that happened to them: staff lists, lists of leavers, of characteristics. Rows
        are stopped in place; whoever they are about is entered once, by the other list.

    Notes
    -----
    Two forms in one sheet, or beside two names, are two people: those rows stay, and are told elsewhere.
    """
    forms: dict[str, dict[str, set[int]]] = {}
    names: dict[str, set[str]] = {}
    for place, rows in enumerate(lists):
        used = np.unique(rows.employee.codes[rows.employee.codes >= 0])
        for person in rows.employee.categories[used].tolist():
            forms.setdefault(bare_id(person), {}).setdefault(person, set()).add(place)
        _collect_names(rows, names)
    longer = {person: max(group, key=len) for group in forms.values() if len(group) > 1 and _is_one(group, names)
              for person in group if person != max(group, key=len)}
    for rows in lists if longer else ():
        _stop(rows, longer)


def _collect_names(rows: SheetRows, names: dict[str, set[str]]) -> None:
    if rows.names is None:
        return
    both = (rows.employee.codes >= 0) & (rows.names.codes >= 0)
    pairs = {(person, name) for person, name in zip(rows.employee.codes[both].tolist(), rows.names.codes[both].tolist(),
                                                    strict=True)}
    for person, name in pairs:
        names.setdefault(str(rows.employee.categories[person]), set()).add(name_key(str(rows.names.categories[name])))


def _is_one(group: dict[str, set[int]], names: dict[str, set[str]]) -> bool:
    """Say whether all forms of an id are one person: never two in one sheet, never two names, digits alone."""
    if not all(person.isdigit() for person in group):
        return False
    places = [place for where in group.values() for place in where]
    named = [names[person] for person in group if person in names]
    return len(places) == len(set(places)) and all(a & b for a in named for b in named)


def _stop(rows: SheetRows, longer: dict[str, str]) -> None:
    known = [longer.get(person, "") for person in rows.employee.categories.tolist()]
    where = np.flatnonzero(np.append(np.array([bool(form) for form in known], dtype=bool), False)[rows.employee.codes])
    if len(where):
        shown = np.array([known[code] for code in rows.employee.codes[where]], dtype=object)
        rows.stop("id_of_other_form", where, rows.map.columns["employee_id"], shown)
        rows.forget(where)
