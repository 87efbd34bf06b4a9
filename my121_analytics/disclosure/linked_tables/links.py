"""What tables of one subject say of each other: levels of boxes, margins and steps of moves, directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from my121_analytics.disclosure.linked_tables.gathered import Gathered
from my121_analytics.disclosure.linked_tables.grids import NONE, Grid, Shown, Texts
from my121_analytics.disclosure.linked_tables.system import Ints
from my121_analytics.workforce.results import TOTAL


def add_links(gathered: Gathered, grid: Grid, places: Mapping[str, tuple[str, str]]) -> None:
    """Tables of one subject hold sums of each other: levels of boxes, margins and steps of moves, directions."""
    if "box" in grid.keys and places:
        level = np.array([places.get(value, (NONE, NONE))[0] for value in grid.keys["box"]], dtype=object)
        rows = np.flatnonzero(grid.parts(["box"]))
        for column in (c for c in grid.columns if c not in grid.bases):
            _add_relabelled(gathered, grid, column, rows, ["box"], {"level": level})
    if {"before", "after"} <= set(grid.keys):
        _add_moves(gathered, grid, places)
    if {"axis", "step"} <= set(grid.keys):
        step = pd.to_numeric(pd.Series(grid.keys["step"]), errors="coerce").to_numpy(np.float64)
        words: Texts = np.select([step > 0, step < 0], ["manager_higher", "self_higher"], "same").astype(object)
        _add_relabelled(gathered, grid, "n", np.arange(grid.n), ["step"], {"direction": words})


def _add_moves(gathered: Gathered, grid: Grid, places: Mapping[str, tuple[str, str]]) -> None:
    """Moves of those placed both times add up to the counts before and after, and to the steps."""
    before, after = grid.keys["before"], grid.keys["after"]
    placed = np.flatnonzero((before != NONE) & (after != NONE))
    by_box = not grid.one.name.split(".")[-1].startswith("ratings_")
    key = "box" if by_box else "level"
    known = (set(places) if by_box else {performance for performance, _ in places.values()}) - {NONE, TOTAL}
    for column, when in (("n_before", before), ("n_after", after)):
        _add_relabelled(gathered, grid, "n", placed, ["before", "after"], {key: when}, column=column)
        _add_absent(gathered, grid, key, sorted(known.difference(when[placed].tolist())), column)
    if by_box and places:
        steps = {name: np.array([_step(places, a, b, axis) for b, a in zip(before, after, strict=True)], dtype=object)
                 for axis, name in enumerate(("performance_step", "potential_step"))}
        _add_relabelled(gathered, grid, "n", placed, ["before", "after"], steps)


def _add_absent(gathered: Gathered, grid: Grid, key: str, absent: list[str], column: str) -> None:
    """Moves are listed where they occur: a place that none of them starts from, or leads to, has nobody."""
    others = [k for k in grid.keys if k not in ("before", "after")]
    if not absent or not grid.n or others != [k for k in others if k in grid.cut_to
                                              or len(set(grid.keys[k])) == 1]:
        return
    tail = {k: grid.keys[k][0] for k in others}
    for place in absent:
        name = f"{grid.one.context}|{column}" + "".join(
            f"|{k}={v}" for k, v in sorted({**tail, key: place}.items()) if v != TOTAL)
        gathered.add(np.array([name], dtype=object), np.zeros(1), np.zeros(1), law=gathered.law())


def _step(places: Mapping[str, tuple[str, str]], after: str, before: str, axis: int) -> str:
    if after not in places or before not in places:
        return ""
    return str(int(places[after][axis]) - int(places[before][axis]))


def _add_relabelled(gathered: Gathered, grid: Grid, of: str, rows: Ints, drop: list[str], add: Mapping[str, Texts], *,
                    column: str | None = None) -> None:
    """Sum rows to the counts of another key."""
    names = grid.names(of, drop=drop, add=add)
    if column is not None:
        names = np.array([name.replace(f"|{of}|", f"|{column}|", 1) for name in names], dtype=object)
    groups = np.asarray(pd.factorize(names)[0], dtype=np.int64)
    gathered.add_sums(grid, of, rows, groups[rows], names[rows])


def find_places(shown: Sequence[Shown]) -> dict[str, tuple[str, str]]:
    """Read off the tables which performance and potential each box stands for."""
    for one in shown:
        frame = one.table.frame
        if {"box", "performance", "potential"} <= set(frame.columns):
            rows = frame[["box", "performance", "potential"]].dropna().astype("str").drop_duplicates()
            return {box: (performance, potential) for box, performance, potential in rows.itertuples(index=False)}
    return {}
