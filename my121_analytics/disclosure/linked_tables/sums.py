"""What adds up within a table and between tables cut to units: margins, bases, rows, shares, units within units."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from my121_analytics.disclosure.linked_tables.gathered import Gathered
from my121_analytics.disclosure.linked_tables.grids import CLOSE, Grid, Nesting, holds, numbers_of
from my121_analytics.workforce.counted import may_be_part
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.single_counts import are_none, is_base_of


def add_keys(gathered: Gathered, grid: Grid) -> None:
    """Counts add up over a key to the count without it.

    Where no row stands for those without an outcome, all outcomes make up the base, which may be fewer people.
    """
    for key in grid.sums:
        if key in grid.outcomes and _adds_up_to_base(grid, key):
            continue
        rows = np.flatnonzero(grid.parts([key]))
        groups = grid.groups([key])[rows]
        for column in grid.columns:
            if not (column in grid.bases and key in grid.outcomes) and grid.attribute(column, key):
                gathered.add_sums(grid, column, rows, groups, grid.names(column, drop=[key])[rows])
    if len(grid.outcomes) > 1:  # and over all outcomes at once, where no margin row leads from one to the next
        rows = np.flatnonzero(grid.parts(grid.outcomes))
        groups = grid.groups(grid.outcomes)[rows]
        for column in (c for c in grid.columns if c not in grid.bases):
            gathered.add_sums(grid, column, rows, groups, grid.names(column, drop=grid.outcomes)[rows])


def _adds_up_to_base(grid: Grid, key: str) -> bool:
    has_margin = (grid.keys[key] == TOTAL).any() or are_none([key], grid.keys[key]).any()
    return not has_margin and any((grid.base_kind[base] != "").any() for base in grid.bases)


def add_bases(gathered: Gathered, grid: Grid) -> None:
    """Categories add up to the base that their shares are of."""
    rows = grid.parts(grid.outcomes)
    groups = grid.groups(grid.outcomes)
    for base in grid.bases:
        kinds = grid.base_kind[base]
        for column in (c for c in grid.columns if is_base_of(base, c)):
            for kind in dict.fromkeys(kinds):
                parts = np.flatnonzero(rows & ((kinds == kind) | (kind == "/everybody")))
                wholes = rows & (kinds == kind)
                total = np.bincount(groups[parts], weights=grid.truth[column][parts], minlength=groups.max() + 1)
                if kind and not (np.abs(total[groups] - grid.truth[base])[wholes] > CLOSE).any():
                    named = grid.names(base)
                    by_group = dict(zip(groups[wholes], named[wholes], strict=True))
                    parts = parts[np.isin(groups[parts], list(by_group))]
                    names = np.array([by_group[g] for g in groups[parts]], dtype=object)
                    gathered.add_sums(grid, column, parts, groups[parts], names)


def add_rows(gathered: Gathered, grid: Grid) -> None:
    """Two counts of a row make a third, in every row; and some are declared parts of others."""
    if grid.outcomes:
        return
    undeclared = [column for column in grid.columns if not grid.is_declared(column)]
    for first, second in combinations(undeclared, 2):
        for whole in undeclared:
            if whole in (first, second) or not holds(grid.truth[first] + grid.truth[second], grid.truth[whole]) or not (
                    np.nansum(grid.truth[first]) and np.nansum(grid.truth[second])):
                continue
            n = np.arange(grid.n)
            gathered.add_rows(np.tile(n, 3), np.concatenate([grid.positions[c] for c in (first, second, whole)]),
                           np.repeat([1.0, 1.0, -1.0], grid.n))
    for part, outer in ((part, str(grid.as_shown.table.count)) for part in grid.as_shown.table.parts):
        if part in grid.positions and outer in grid.positions and _is_part(grid, part, outer):
            gathered.add_parts(grid.positions[part], grid.positions[outer])


def _is_part(grid: Grid, part: str, outer: str) -> bool:
    """Say whether those counted in one column are some of those in another: by definition, and in every row known.

    The rows that are known do not tell it of a kept release, whose others may show more placements than people.
    """
    declared = grid.as_shown.table.counts
    if part == outer or (part in declared and outer in declared
                         and not may_be_part(declared[part].what, declared[outer].what)):
        return False
    return holds(np.maximum(grid.truth[part], grid.truth[outer]), grid.truth[outer])


def add_shares(gathered: Gathered, grid: Grid) -> None:
    """A share that is shown gives its count away; so does a range of the share."""
    base = grid.as_shown.table.base
    if base is None or base not in grid.positions:
        return
    counts = [c for c in grid.columns if c != base]
    found: set[str] = set()
    for name, column in grid.source.items():
        if name in grid.positions or name in grid.keys or not pd.api.types.is_float_dtype(column.dtype):
            continue
        share = numbers_of(column)
        printed = numbers_of(grid.as_shown.frame[name])
        for count in counts:
            with np.errstate(divide="ignore", invalid="ignore"):
                of = grid.truth[count] / grid.truth[base]
            use = np.isfinite(share) & np.isfinite(of)
            if not use.any() or not np.allclose(of[use], share[use], rtol=0, atol=CLOSE):
                continue
            found.add(count)
            rows = np.flatnonzero(np.isfinite(printed) & (grid.hidden[count] | grid.hidden[base]))
            n = np.arange(len(rows))
            gathered.add_rows(np.tile(n, 2), np.concatenate([grid.positions[count][rows], grid.positions[base][rows]]),
                           np.concatenate([np.ones(len(rows)), -printed[rows]]))
    for name in ("lower", "upper", "change"):
        if name in grid.as_shown.frame and name not in grid.positions:
            is_given = np.isfinite(numbers_of(grid.as_shown.frame[name]))
            for count in found:
                gathered.given_away.append(grid.positions[count][is_given & grid.hidden[count]])


def add_nesting(gathered: Gathered, grid: Grid, nesting: Nesting) -> None:
    """Units that belong to another add up to it."""
    for (child, parent), belongs in nesting.items():
        if child not in grid.sums or parent in grid.keys:
            continue
        above = np.array([belongs.get(value, "") for value in grid.keys[child]], dtype=object)
        for unit in dict.fromkeys(above):
            rows = np.flatnonzero(above == unit) if unit else np.array([], dtype=np.int64)
            groups = grid.groups([child])[rows]
            for column in grid.columns:
                names = grid.names(column, drop=[child], add={parent: above})
                gathered.add_sums(grid, column, rows, groups, names[rows])


def add_units(gathered: Gathered, grids: Sequence[Grid], nesting: Nesting) -> None:
    """Tables cut to single units add up to the same table of all units, where all of them are there.

    Where a unit is missing, the true counts would show that the rest are not the whole; of a release that was kept they
    are not known, so that the units are held against those of the nesting; without one, such units are not added up.
    """
    alike: dict[tuple[str, str, str, str], list[Grid]] = {}
    for grid in grids:
        for column in grid.columns:
            what = grid.prefix(column), "|".join(sorted(grid.keys)), grid.cut_to[-1], column
            alike.setdefault(what, []).append(grid)
    for (_, _, key, column), of_units in alike.items():
        once = {tuple(sorted({k: v[0] for k, v in g.keys.items() if k in g.cut_to}.items())): g
                for g in of_units if g.n}
        units = {dict(unit).get(key) for unit in once}
        known = [set(of.values()) for (_, parent), of in nesting.items() if parent == key and of]
        if not once or any(units < of for of in known):
            continue
        if not known and any(np.isnan(g.truth[column]).any() for g in once.values()):
            continue
        names = [g.names(column, drop=[key]) for g in once.values()]
        rows = [np.unique(of_unit, return_index=True)[1] for of_unit in names]  # a base stands in many rows of a unit
        named = np.concatenate([of_unit[at] for of_unit, at in zip(names, rows, strict=True)])
        at = np.concatenate([g.positions[column][of] for g, of in zip(once.values(), rows, strict=True)])
        truth = np.concatenate([g.truth[column][of] for g, of in zip(once.values(), rows, strict=True)])
        gathered.add_law(at, truth, np.asarray(pd.factorize(named)[0], dtype=np.int64), named)
