"""What tables of one kind of count say of each other: levels of boxes, moves between boxes, directions of steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from my121_analytics.disclosure.linked_tables.gathered import Gathered
from my121_analytics.disclosure.linked_tables.grids import EDITION, SEPARATOR, Grid, Shown, Texts
from my121_analytics.disclosure.linked_tables.system import Ints
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.single_counts import NONE

Places = Mapping[str, tuple[str, str]]
"""Box -> its performance and potential."""
WHENS = ("before", "after")


def add_links(gathered: Gathered, grid: Grid, places: Places) -> None:
    """Tables of one kind of count hold sums of each other: levels of boxes, directions of steps."""
    for column in (c for c in grid.columns if c not in grid.bases):
        boxes = {key: name for key in grid.keys if (name := grid.attribute(column, key)) in (
            "box", "box_before", "box_after")}
        if boxes and places:
            _add_levels(gathered, grid, column, boxes, places)
    if {"axis", "step"} <= set(grid.keys):
        step = pd.to_numeric(pd.Series(grid.keys["step"]), errors="coerce").to_numpy(np.float64)
        words: Texts = np.select([step > 0, step < 0], ["manager_higher", "self_higher"], "same").astype(object)
        _add_relabelled(gathered, grid, "n", np.arange(grid.n), ["step"], {"direction": words})


def _add_levels(gathered: Gathered, grid: Grid, column: str, boxes: Mapping[str, str], places: Places) -> None:
    """The box says the rating, but for placements whose rating and box disagree."""
    levels = {name.replace("box", "level"): np.array([places.get(value, (NONE, NONE))[0] for value in grid.keys[key]],
                                                     dtype=object) for key, name in boxes.items()}
    prefix = grid.prefix(column).replace("_box@", "_level@", 1)
    kind = "levels of " + grid.prefix(column).partition(EDITION)[0]
    _add_relabelled(gathered, grid, column, np.flatnonzero(grid.parts(list(boxes))), list(boxes), levels, prefix, kind)


def _add_relabelled(gathered: Gathered, grid: Grid, column: str, rows: Ints, drop: list[str], add: Mapping[str, Texts],
                    prefix: str = "", kind: str = "") -> None:
    """Sum rows to the counts of another key."""
    names = grid.names(column, drop=drop, add=add, prefix=prefix)
    groups = np.asarray(pd.factorize(names)[0], dtype=np.int64)
    gathered.add_sums(grid, column, rows, groups[rows], names[rows], kind)


def add_flows(gathered: Gathered, grids: Sequence[Grid], places: Places) -> None:
    """Add who was in which box or level before and is in which after, as far as tables hold sums of it.

    A table of moves lists what occurs: a move that it does not list, nobody made. Steps on the axes and the counts
    before and after are sums of moves, whether those are shown or not.
    """
    scopes: dict[tuple[str, str, str], dict[str, Grid]] = {}
    for grid in grids:
        kind = _kind_of(grid)
        if kind:
            what, _, cycle = grid.prefix("n").partition("@")
            outcome = what.rpartition("_")[2]
            tail = "".join(f"{SEPARATOR}{key}={grid.keys[key][0]}" for key in sorted(grid.cut_to)) if grid.n else ""
            scopes.setdefault((outcome, cycle, tail), {})[kind] = grid
    for (outcome, cycle, tail), found in scopes.items():
        values = set(places) if outcome == "box" else {level for level, _ in places.values()}
        if not values and "moves" in found:
            values = {value for key in WHENS for value in found["moves"].keys[key]}
        _add_flows_of(gathered, outcome, cycle, tail, found, sorted(values - {NONE, TOTAL}), places)


def _kind_of(grid: Grid) -> str:
    keys = set(grid.as_shown.table.keys)
    if not grid.is_declared("n"):
        return ""
    return "moves" if keys == set(WHENS) else "steps" if keys == {"performance_step", "potential_step"} else ""


def _add_flows_of(gathered: Gathered, outcome: str, cycle: str, tail: str, found: Mapping[str, Grid],
                  values: Sequence[str], places: Places) -> None:
    moves = found.get("moves")
    listed = set() if moves is None else set(zip(moves.keys["before"], moves.keys["after"], strict=True))
    places_of = values if moves is None else [*values, NONE]
    pairs = [(before, after) for before in places_of for after in places_of]
    names = np.array([_name(f"present_{outcome}@{cycle}", tail, {f"{outcome}_before": b, f"{outcome}_after": a})
                      for b, a in pairs], dtype=object)
    is_unlisted = np.array([pair not in listed for pair in pairs])
    truth, shown = (np.where(is_unlisted & lists_all, 0.0, np.nan) for lists_all in _list_all(moves))
    at = gathered.add(names, truth, shown)
    inside = np.array([NONE not in pair for pair in pairs], dtype=bool)
    stayers = f"stayers_{outcome}@{cycle}"
    sums = [[_name(stayers, tail, {f"{outcome}_{when}": pair[place]}) for pair in pairs]
            for place, when in enumerate(WHENS)]
    if "steps" in found:
        sums.append([_name(stayers, tail, _step(outcome, pair, places)) for pair in pairs])
    for wholes in sums:
        _add_sum_to(gathered, at[inside], np.array(wholes, dtype=object)[inside])


def _list_all(moves: Grid | None) -> tuple[bool, bool]:
    """Say whether a table of moves lists all that were made: in truth, and to a reader, who may not see all names."""
    if moves is None:
        return False, False
    shown, table = moves.as_shown.frame, moves.as_shown.table
    names_all = [frame[list(WHENS)].notna().all(axis=None) for frame in (table.frame, shown)]
    return bool(names_all[0] and len(table.frame) == len(shown)), bool(names_all[1])


def _add_sum_to(gathered: Gathered, at: Ints, wholes: Texts) -> None:
    """Say that flows add up to counts of these names; what is not known of the flows proves nothing."""
    code, unique = pd.factorize(wholes)
    unknown = np.full(len(unique), np.nan)
    of_whole = gathered.add(np.asarray(unique, dtype=object), unknown, unknown)
    gathered.add_rows(np.concatenate([code, np.arange(len(unique))]).astype(np.int64),
                      np.concatenate([at, of_whole]), np.repeat([1.0, -1.0], [len(at), len(unique)]))


def _name(prefix: str, tail: str, keys: Mapping[str, str]) -> str:
    pairs = [*tail.split(SEPARATOR)[1:], *(f"{key}={value}" for key, value in keys.items())]
    return prefix + "".join(SEPARATOR + pair for pair in sorted(pairs))


def _step(outcome: str, pair: tuple[str, str], places: Places) -> dict[str, str]:
    before, after = pair
    if outcome != "box":
        is_number = before.isdecimal() and after.isdecimal()
        return {"performance_step": str(int(after) - int(before)) if is_number else "", "potential_step": "<NA>"}
    if before not in places or after not in places:
        return {"performance_step": "", "potential_step": ""}
    return {name: str(int(places[after][axis]) - int(places[before][axis]))
            for axis, name in enumerate(("performance_step", "potential_step"))}


def find_places(shown: Sequence[Shown]) -> dict[str, tuple[str, str]]:
    """Read off the tables which performance and potential each box stands for."""
    for table in shown:
        frame = table.table.frame
        if {"box", "performance", "potential"} <= set(frame.columns):
            rows = frame[["box", "performance", "potential"]].dropna().astype("str").drop_duplicates()
            return {box: (performance, potential) for box, performance, potential in rows.itertuples(index=False)}
    return {}
