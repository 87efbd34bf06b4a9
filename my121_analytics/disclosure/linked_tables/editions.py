"""Releases of a record that has since been corrected: their counts are near to those of today, and a reader knows it.

Between two extracts somebody left, a rating was corrected, a placement came in late. A reader who has both publications
does not know which counts changed, but sees in those that both show how much changed in all, and reckons that the
others changed no more. What both editions say together is written with two numbers for each count, by how much it rose
and by how much it fell; over the parts of any whole these come to no more than is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from my121_analytics.disclosure.linked_tables.gathered import EDITION_OF_COUNT, Gathered
from my121_analytics.disclosure.linked_tables.grids import EDITION, SEPARATOR, Grid, Nesting, Shown, Texts
from my121_analytics.disclosure.linked_tables.sums import add_keys
from my121_analytics.disclosure.linked_tables.system import Floats, Ints
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.single_counts import NONE


def list_values(shown: Sequence[Shown], nesting: Nesting | None = None) -> dict[str, float]:
    """Give the counts of tables that are known, by name, whatever the edition.

    Returns
    -------
    dict
        Counts known with two values in these tables (which no one record has) are left out.
    """
    names, values = [np.array([], dtype=object)], [np.array([])]
    for table in shown:
        if not table.rounded_to:
            grid = Grid(table, nesting)
            names += [grid.names(column) for column in grid.columns]
            values += [grid.truth[column] for column in grid.columns]
    frame = pd.DataFrame({"name": np.concatenate(names), "value": np.concatenate(values)}).dropna().drop_duplicates()
    frame = frame.drop_duplicates("name", keep=False)
    return dict(zip((_plain(name) for name in frame["name"]), frame["value"], strict=True))


def count_changes(then: Sequence[Shown], now: Mapping[str, float], nesting: Nesting | None = None) -> dict[str, float]:
    """Say for each cycle by how much the parts of a whole have changed at most, in what both editions show.

    Parameters
    ----------
    then
        Tables of the earlier edition.
    now
        Counts of today by name.

    Returns
    -------
    dict of str to float
        0 for the cycles that rounded tables count.
    """
    found: dict[str, float] = {}
    for table in then:
        grid = Grid(table, nesting)
        if table.rounded_to:  # what it shows tells of no change; how many fit is found by trying
            found |= {_cycle_of(str(name)): found.get(_cycle_of(str(name)), 0.0)
                      for column in grid.columns for name in grid.names(column)}
            continue
        gathered = Gathered()
        for column in grid.columns:
            grid.positions[column] = gathered.add(grid.names(column), grid.truth[column], grid.shown[column], grid,
                                                  column)
        if not gathered.size:
            continue
        add_keys(gathered, grid)
        names, values = np.concatenate(gathered.names), np.concatenate(gathered.truth)
        today = np.array([now.get(_plain(name), np.nan) for name in names])
        change = np.nan_to_num(np.abs(values - today))
        groups = [(np.arange(len(names)), np.arange(len(names))), *gathered.sums]  # each count by itself as well
        for at, group in groups:
            total = np.bincount(group, weights=change[at])
            for position, code in zip(at, group, strict=True):
                cycle = _cycle_of(str(names[position]))
                found[cycle] = max(found.get(cycle, 0.0), float(total[code]))
    return found


def find_differing(then: Sequence[Shown], now: Sequence[Shown], threshold: float,
                   nesting: Nesting | None = None) -> list[str]:
    """List the tables of earlier editions of which counts by rating or box differ by a few from those shown today.

    Nothing is withheld in such a difference, and nothing can be: it tells whoever knows who joined, or whose rating was
    corrected, which box that person is in.

    Parameters
    ----------
    then
        Tables of the earlier editions.
    now
        Tables of today with what is shown of them.
    threshold
        Differences below it are few people.

    Returns
    -------
    list of str
        Names of tables.
    """
    today = list_values([replace(table, table=replace(table.table, frame=table.frame)) for table in now], nesting)
    return [table.name for table in then if table.edition and any(
        0 < abs(value - today.get(name, value)) < threshold and _is_placed(name)
        for name, value in list_values([table], nesting).items())]


def _is_placed(name: str) -> bool:
    """Say whether a count is of some rating or box."""
    pairs = [part.partition("=") for part in name.split(SEPARATOR)[1:]]
    return any(key.startswith(("box", "level")) and value not in (NONE, TOTAL) for key, _, value in pairs)


def link_editions(gathered: Gathered, changed: Mapping[str, Mapping[str, float]]) -> None:
    """Say that counts of earlier editions are near to those of today.

    Parameters
    ----------
    gathered
        All counts.
    changed
        Edition -> cycle -> by how much the parts of a whole have changed at most.
    """
    first = gathered.first_of_each_name()
    names = np.concatenate(gathered.names)
    for edition, by_cycle in changed.items():
        pairs = {at: (then, first[_plain(name)]) for at, (name, then) in enumerate(first.items())
                 if _edition_of(name) == edition and _plain(name) in first}
        if not pairs:
            continue
        then, now = np.array([*pairs.values()], dtype=np.int64).T
        changes = _add_changes(gathered, names[then], then, now)
        cycles = [_cycle_of(str(name)) for name in names[then]]
        _limit(gathered, [np.array([k]) for k in range(len(then))], changes, [by_cycle.get(c, 0.0) for c in cycles])
        place = {str(name): k for k, name in enumerate(names[then])}
        groups = list(_groups(gathered, names, place, edition))
        _limit(gathered, groups, changes, [by_cycle.get(cycles[int(group[0])], 0.0) for group in groups])
    _note_before(gathered, names, changed)


def _note_before(gathered: Gathered, names: Texts, changed: Mapping[str, Mapping[str, float]]) -> None:
    """Note of each count, of today or an edition, between which values the counts that other editions showed put it."""
    frame = pd.DataFrame({"at": np.arange(len(names)), "name": [_plain(name) for name in names],
                          "edition": [_edition_of(str(name)) for name in names],
                          "shown": np.concatenate(gathered.shown)[:len(names)]})
    frame["most"] = [changed.get(edition, {}).get(_cycle_of(name), 0.0)
                     for edition, name in zip(frame["edition"], frame["name"], strict=True)]
    known = frame[(frame["edition"] != "") & frame["shown"].notna()].drop_duplicates(["name", "edition"])
    both = frame.drop(columns="shown").merge(known[["name", "edition", "shown", "most"]], on="name",
                                             suffixes=("", "_then"))
    both = both[both["edition"] != both["edition_then"]]
    reach = (both["most"] + both["most_then"]).to_numpy(np.float64)
    then = both["shown"].to_numpy(np.float64)
    at = both["at"].to_numpy(np.int64)
    gathered.before.append((at, then - reach, then + reach))
    gathered.noughts.append(at[(then == 0) & (reach > 0)])


def _add_changes(gathered: Gathered, names: Texts, then: Ints, now: Ints) -> Ints:
    """Add by how much each count rose and fell; gives the positions, a row a count."""
    unknown = np.full(len(names), np.nan)
    up, down = (gathered.add(names + f"{SEPARATOR}{way}=", unknown, unknown) for way in ("rose", "fell"))
    gathered.add_matrix(np.column_stack([now, then, up, down]), np.array([1.0, -1.0, -1.0, 1.0]))
    return np.column_stack([up, down])


def _groups(gathered: Gathered, names: Texts, place: Mapping[str, int], edition: str) -> Iterator[Ints]:
    """Give the parts of each whole of an edition that are there today as well."""
    for at, group in gathered.sums:
        if _edition_of(str(names[at[0]])) != edition:
            continue
        where = np.array([place.get(str(name), -1) for name in names[at]])
        for code in np.unique(group):
            members = np.unique(where[group == code])  # each once, in however many rows it stands
            if len(members) > 1 and (members >= 0).all():
                yield members


def _limit(gathered: Gathered, groups: Sequence[Ints], changes: Ints, most: Sequence[float]) -> None:
    """Say that all that rose and fell in a group comes to no more than a number."""
    if not groups:
        return
    rows = np.repeat(np.arange(len(groups)), [2 * len(group) for group in groups])
    at = np.concatenate([changes[group].ravel() for group in groups])
    limits: Floats = np.array(most, dtype=np.float64)
    gathered.limits.append((rows, at, np.ones(len(at)), limits))


def _edition_of(name: str) -> str:
    return name.partition(SEPARATOR)[0].partition(EDITION)[2].partition("/")[0]


def _plain(name: str) -> str:
    """Give the name without its edition; what follows it, such as whom a base counts, stays."""
    return EDITION_OF_COUNT.sub("", str(name))


def _cycle_of(name: str) -> str:
    prefix = name.partition(SEPARATOR)[0].partition(EDITION)[0]
    return prefix.partition("@")[2] or prefix
