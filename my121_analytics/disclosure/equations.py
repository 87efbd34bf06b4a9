"""What adds up to what in released tables: the attacker's knowledge, written as equations between counts.

A count is named by the people it counts: a measure and the values of the keys it is cut by. Two cells of one name are
one number, in whatever tables they stand; sums over a key lead to the name without that key, whether a table shows it
or not. A sum that the true counts contradict (units that straddle two others, a total that counts more than the rows
listed) is no law of these tables and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from my121_analytics.disclosure.bounds import Bools, Floats, Ints, System
from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.errors import DisclosureError
from my121_analytics.workforce.results import TOTAL, About, Table
from my121_analytics.workforce.schema import TABLES

Nesting = Mapping[tuple[str, str], Mapping[str, str]]
"""(``service``, ``directorate``) -> service -> the directorate it belongs to."""
Texts = npt.NDArray[np.object_]

WHO = frozenset(column.name for table in ("employees", "posts") for column in TABLES[table]) | {
    "tenure_band", "cycle", "axis"}
"""Keys that say who people are; other keys that are summed over say what they got."""
NONE = "0"
"""The outcome "no placement": everybody counts in its base, in others' bases those who have an outcome."""
CONTAINED = (("n_agreed", "n_with_placement"), ("n_with_enough", "n_with_any"), ("n_people", "n_posts"),
             ("n_with_enough", "base"), ("n_too_few", "base"), ("base", "n_people"))
"""Counts that are part of another by what they mean."""
MOST_JOINT = 4_000
"""Cells of a table by all keys of a ring; more would take minutes, and are left out of what the attacker knows."""
CLOSE = 1e-9
"""Counts are whole numbers: what differs by less is the same."""


@dataclass(frozen=True)
class Shown:
    """One released table.

    Parameters
    ----------
    name
        Of the table.
    frame
        What is shown; hidden counts are missing.
    table
        What it is; its frame holds the true counts, or the frame shown where they are not known.
    context
        The people and the measure: cells of different contexts are different numbers.
    within
        Units that the whole table was cut to.
    reach
        What its sums are taken to lead to: ``all``, its ``own`` margins, or ``none`` (where it is not known of each
        row whom it counts).
    """

    name: str
    frame: pd.DataFrame
    table: Table
    context: str = ""
    within: tuple[str, ...] = ()
    reach: str = "all"


@dataclass(frozen=True)
class Knowledge:
    """Everything the attacker knows.

    Parameters
    ----------
    system
        Equations between the counts.
    cells
        One row per hidden count: table, row, keys, column, variable, given_away.
    truth
        True value of each variable; NaN where it is not known.
    places
        One row per count of a table, hidden or not: table, row, column, variable.
    """

    system: System
    cells: pd.DataFrame
    truth: Floats
    places: pd.DataFrame


def write_equations(shown: Sequence[Shown], numbers: Mapping[str, tuple[str, list[float]]], nesting: Nesting, *,
                    show_zeros: bool = True) -> Knowledge:
    """Write down what the tables say of each other.

    Parameters
    ----------
    shown
        All tables.
    numbers
        Name of a release -> its context and the counts of everybody shown beside its tables.
    nesting
        Which unit belongs to which.
    show_zeros
        True zeros are shown, so that a hidden count is at least 1.

    Returns
    -------
    Knowledge
    """
    draft = _Draft()
    boxes = _find_places(shown)
    values = {key: set(one.table.frame[key].astype("str")) for one in shown for key in one.table.keys}
    grids = [_Grid(one, values) for one in shown]
    for one, grid in zip(shown, grids, strict=True):
        for column in grid.columns:
            grid.positions[column] = draft.add(grid.names(column), grid.truth[column], grid.shown[column], grid, column)
        if one.reach != "none":
            _add_keys(draft, grid)
            _add_bases(draft, grid)
            _add_rows(draft, grid)
            _add_shares(draft, grid)
        if one.reach == "all":
            _add_nesting(draft, grid, nesting)
            _add_links(draft, grid, boxes)
        draft.raise_lower(grid, show_zeros=show_zeros)
    grids = [grid for grid in grids if grid.one.reach == "all"]
    _add_units(draft, [grid for grid in grids if grid.cut_to])
    _add_joint(draft, grids, {"level": "box"} | {parent: child for (child, parent), of in nesting.items() if of})
    return draft.finish(numbers)


def context_of(about: About) -> tuple[str, tuple[str, ...]]:
    """Name the people and the measure that a result is about, and the units it was cut to."""
    population, *within = about.population.split("; ")
    return "/".join([about.cycle, about.as_of.isoformat(), population, about.measure, about.counts_what]), tuple(within)


def numbers_beside(n: int | None, facts: Mapping[str, object]) -> list[float]:
    """Give the counts of everybody that are shown beside the tables."""
    counts = [value for name, value in facts.items() if name.startswith("n_")]
    return [float(value) for value in [n, *counts]
            if isinstance(value, int | float | np.number) and not np.isnan(value)]


class _Grid:
    """One table as the attacker reads it: keys as text, counts as numbers, positions in the draft."""

    def __init__(self, one: Shown, values: Mapping[str, set[str]]) -> None:
        table, frame = one.table, one.frame
        self.one = one
        aligned = len(table.frame) == len(frame)
        source = table.frame if aligned else frame
        self.n = len(frame)
        self.keys: dict[str, Texts] = {key: source[key].astype("str").to_numpy(object) for key in table.keys}
        self.cut_to: list[str] = []
        for number, value in enumerate(one.within):  # a table cut to a unit is about the rows of that unit
            key = next((k for k, known in sorted(values.items()) if value in known and k not in self.keys),
                       f"within{number}")
            self.keys[key] = np.full(self.n, value, dtype=object)
            self.cut_to.append(key)
        self.columns = _count_columns(table)
        self.shown = {c: _numbers(frame[c]) for c in self.columns}
        self.truth = {c: _numbers(source[c]) for c in self.columns}
        self.source = source
        marked = (frame[MARKER].astype("str") != "").to_numpy() if MARKER in frame else np.ones(self.n, dtype=bool)
        self.hidden: dict[str, Bools] = {c: np.isnan(self.shown[c]) & marked for c in self.columns}
        totals = [k for k in table.keys if k not in table.sums and (self.keys[k] == TOTAL).any()]
        self.sums = [k for k in (*table.sums, *totals) if k in self.keys]  # margin rows tell what no table declares
        self.outcomes = [k for k in self.sums if k not in WHO and k not in table.unit_columns
                         and k not in table.protected]
        self.bases = [c for c in self.columns if c == table.base or c.startswith("base")] if self.outcomes else []
        self.positions: dict[str, Ints] = {}
        self.base_kind: dict[str, Texts] = {}
        for base in self.bases:
            self.base_kind[base] = _kind_of_base(self, base)

    def names(self, column: str, *, drop: Sequence[str] = (), add: Mapping[str, Texts] | None = None) -> Texts:
        """Name the count of each row, with some keys left out and others put in."""
        out: Texts = np.full(self.n, f"{self.one.context}|{column}", dtype=object)
        keys = {**self.keys, **(add or {})}
        if column in self.bases:
            drop = [*drop, *self.outcomes] if self.base_kind[column][0:1].any() else drop
            out = out + self.base_kind[column]
        for key in sorted(set(keys).difference(drop)):
            out = out + np.where(keys[key] == TOTAL, "", "|" + key + "=" + keys[key])
        return out

    def parts(self, keys: Sequence[str]) -> Bools:
        """Find the rows that are no margin over these keys."""
        return np.logical_and.reduce([np.ones(self.n, dtype=bool), *(self.keys[k] != TOTAL for k in keys)])

    def groups(self, drop: Sequence[str]) -> Ints:
        """Number the rows by their other keys."""
        text: Texts = np.full(self.n, "", dtype=object)
        for key in sorted(set(self.keys).difference(drop)):
            text = text + "|" + self.keys[key]
        return np.asarray(pd.factorize(text)[0], dtype=np.int64)


@dataclass
class _Draft:
    """Counts and equations while they are gathered; counts are still apart, each by its name."""

    names: list[Texts] = field(default_factory=list)
    truth: list[Floats] = field(default_factory=list)
    shown: list[Floats] = field(default_factory=list)
    laws: list[Ints] = field(default_factory=list)
    cells: list[pd.DataFrame] = field(default_factory=list)
    size: int = 0
    n_laws: int = 1
    rows: list[tuple[Ints, Ints, Floats, Ints]] = field(default_factory=list)
    n_rows: int = 0
    limits: list[tuple[Ints, Ints]] = field(default_factory=list)
    lower: list[Ints] = field(default_factory=list)
    given_away: list[Ints] = field(default_factory=list)
    places: list[pd.DataFrame] = field(default_factory=list)

    def add(self, names: Texts, truth: Floats, shown: Floats, grid: _Grid | None = None, column: str = "",
            law: int = 0) -> Ints:
        """Add counts; give their positions. Those of a law above 0 stand in no table, but follow from it."""
        at = np.arange(self.size, self.size + len(names))
        self.size += len(names)
        self.names.append(names)
        self.truth.append(truth)
        self.shown.append(shown)
        self.laws.append(np.full(len(names), law))
        if grid is not None:
            if _is_reported(column, grid.one.table):
                self.places.append(pd.DataFrame({"table": grid.one.name, "row": np.arange(grid.n), "column": column,
                                                 "at": at}))
            rows = np.flatnonzero(grid.hidden[column] & (_is_reported(column, grid.one.table)))
            keys = [", ".join(f"{k}={v[row]}" for k, v in grid.keys.items()) for row in rows]
            self.cells.append(pd.DataFrame({"table": grid.one.name, "row": rows, "keys": keys, "column": column,
                                            "at": at[rows]}))
        return at

    def law(self) -> int:
        """Give the number of a new law."""
        self.n_laws += 1
        return self.n_laws - 1

    def add_sums(self, grid: _Grid, column: str, rows: Ints, groups: Ints, names: Texts) -> None:
        """Say, as a law of its own, that the counts of some rows add up by group to the counts of a name."""
        self.add_law(grid.positions[column][rows], grid.truth[column][rows], groups, names)

    def add_law(self, at: Ints, truth: Floats, groups: Ints, names: Texts) -> None:
        """Say, as a law of its own, that counts at some positions add up by group to the counts of a name."""
        if not len(at):
            return
        law = self.law()
        codes, first, group = np.unique(groups, return_index=True, return_inverse=True)
        summed = np.bincount(group, weights=truth, minlength=len(codes)).astype(np.float64)
        whole = self.add(names[first], summed, np.full(len(codes), np.nan), law=law)
        self.add_rows(np.concatenate([group, np.arange(len(codes))]), np.concatenate([at, whole]),
                      np.repeat([1.0, -1.0], [len(at), len(codes)]), law)

    def add_rows(self, rows: Ints, at: Ints, weights: Floats, law: int) -> None:
        """Add equations whose terms add up to nothing; rows are numbered from 0."""
        if len(rows):
            self.rows.append((rows + self.n_rows, at, weights, np.full(len(rows), law)))
            self.n_rows += int(rows.max()) + 1

    def raise_lower(self, grid: _Grid, *, show_zeros: bool) -> None:
        """Use the rule that a hidden count is at least 1, where no zero is hidden for another reason."""
        if not show_zeros:
            return
        for column in grid.columns:
            sure = grid.hidden[column] & ~_may_be_zero(grid, column)
            self.lower.append(grid.positions[column][sure])

    def finish(self, numbers: Mapping[str, tuple[str, list[float]]]) -> Knowledge:
        """Make one variable of all counts of one name and value, and matrices of the equations."""
        if not self.size:
            nothing = pd.DataFrame(columns=["table", "row", "column", "variable"])
            no_cells = pd.DataFrame(columns=[*nothing, "keys", "given_away"])
            return Knowledge(_no_system(), no_cells, np.array([]), nothing)
        names, truth = np.concatenate(self.names), np.concatenate(self.truth)
        law, shown = np.concatenate(self.laws), np.concatenate(self.shown)
        truth = _fill_truth(names, truth)
        self._link_bases(names, truth)
        false = _false_laws(names, truth, law)
        self.limits += _limits_of_false_laws(names, truth, law, false)
        names = np.where(np.isin(law, false), names + "#" + law.astype("str").astype(object), names)
        frame = pd.DataFrame({"name": names, "truth": np.round(truth)})
        variable = frame.groupby(["name", "truth"], dropna=False, sort=False).ngroup().to_numpy(np.int64)
        n = int(variable.max()) + 1
        values = np.full(n, np.nan)
        values[variable] = truth
        lower, upper = np.zeros(n), np.full(n, np.inf)
        sure = np.concatenate([np.array([], dtype=np.int64), *self.lower])
        lower[variable[sure]] = 1.0
        known = np.flatnonzero(~np.isnan(shown))
        _fix(lower, upper, variable[known], shown[known])
        everybody = pd.Series(names).str.count(r"\|").to_numpy() == 1
        for context, counts in numbers.values():
            whole = everybody & pd.Series(names).str.startswith(f"{context}|").to_numpy()
            for count in counts:
                same = np.unique(variable[whole & (np.abs(truth - count) < CLOSE)])
                _fix(lower, upper, same, np.full(len(same), count))
        lower = np.where(lower > values, 0.0, lower)  # a true zero is hidden: the rule was not kept there
        system = System(*self._matrix(variable, n, false), *self._limits(variable, n), lower, upper)
        cells = pd.concat(self.cells, ignore_index=True)
        given = np.concatenate([np.array([], dtype=np.int64), *self.given_away])
        cells = cells.assign(variable=variable[cells["at"].to_numpy(np.int64)], given_away=cells["at"].isin(given))
        places = pd.concat(self.places, ignore_index=True)
        places = places.assign(variable=variable[places.pop("at").to_numpy(np.int64)])
        return Knowledge(system, cells, values, places)

    def _link_bases(self, names: Texts, truth: Floats) -> None:
        """Those with a box and those with a rating are the same people where no group has more of the one."""
        found = pd.Series(names).str.extract(r"^(?P<context>.*)/placed:(?P<outcome>[^|]*)(?P<group>.*)$")
        found = found.assign(truth=truth, at=np.arange(len(names))).dropna()
        found = found.drop_duplicates(["context", "outcome", "group"])
        for _, some in found.groupby("context", sort=True):
            for one, other in combinations(sorted(set(some["outcome"])), 2):
                both = some[some["outcome"] == one].merge(some[some["outcome"] == other], on="group")
                if len(both) and _holds(both["truth_x"].to_numpy(), both["truth_y"].to_numpy()):
                    n = np.arange(len(both))
                    self.add_rows(np.tile(n, 2), np.concatenate([both["at_x"], both["at_y"]]),
                                  np.repeat([1.0, -1.0], len(both)), 0)

    def _matrix(self, variable: Ints, n: int, false: Ints) -> tuple[sparse.csr_matrix, Floats]:
        if not self.rows:
            return sparse.csr_matrix((0, n)), np.array([])
        row, at, weight, law = (np.concatenate(part) for part in zip(*self.rows, strict=True))
        keep = ~np.isin(law, false)
        matrix = sparse.csr_matrix((weight[keep], (row[keep], variable[at[keep]])), shape=(self.n_rows, n))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        matrix = _distinct_rows(matrix)
        return matrix, np.zeros(matrix.shape[0])

    def _limits(self, variable: Ints, n: int) -> tuple[sparse.csr_matrix, Floats]:
        """Give the rows ``part - whole <= 0``."""
        if not self.limits:
            return sparse.csr_matrix((0, n)), np.array([])
        part, whole = (variable[np.concatenate(side)] for side in zip(*self.limits, strict=True))
        pairs = np.unique(np.column_stack([part, whole])[part != whole], axis=0)
        rows = np.repeat(np.arange(len(pairs)), 2)
        weights = np.tile([1.0, -1.0], len(pairs))
        return sparse.csr_matrix((weights, (rows, pairs.ravel())), shape=(len(pairs), n)), np.zeros(len(pairs))


def _add_keys(draft: _Draft, grid: _Grid) -> None:
    """Counts add up over a key to the count without it."""
    for key in grid.sums:
        rows = np.flatnonzero(grid.parts([key]))
        groups = grid.groups([key])[rows]
        for column in grid.columns:
            if not (column in grid.bases and key in grid.outcomes):
                draft.add_sums(grid, column, rows, groups, grid.names(column, drop=[key])[rows])


def _add_bases(draft: _Draft, grid: _Grid) -> None:
    """Categories add up to the base that their shares are of."""
    rows = grid.parts(grid.outcomes)
    groups = grid.groups(grid.outcomes)
    for base in grid.bases:
        kinds = grid.base_kind[base]
        for column in (c for c in grid.columns if c not in grid.bases):
            for kind in dict.fromkeys(kinds):
                parts = np.flatnonzero(rows & ((kinds == kind) | (kind == "/everybody")))
                wholes = rows & (kinds == kind)
                total = np.bincount(groups[parts], weights=grid.truth[column][parts], minlength=groups.max() + 1)
                if kind and not (np.abs(total[groups] - grid.truth[base])[wholes] > CLOSE).any():
                    named = grid.names(base)
                    by_group = dict(zip(groups[wholes], named[wholes], strict=True))
                    parts = parts[np.isin(groups[parts], list(by_group))]
                    names = np.array([by_group[g] for g in groups[parts]], dtype=object)
                    draft.add_sums(grid, column, parts, groups[parts], names)


def _add_rows(draft: _Draft, grid: _Grid) -> None:
    """Two counts of a row make a third, in every row; and some are part of others by what they mean."""
    if grid.outcomes:
        return
    for one, other in combinations(grid.columns, 2):
        for whole in grid.columns:
            if whole in (one, other) or not _holds(grid.truth[one] + grid.truth[other], grid.truth[whole]) or not (
                    np.nansum(grid.truth[one]) and np.nansum(grid.truth[other])):
                continue
            n = np.arange(grid.n)
            draft.add_rows(np.tile(n, 3), np.concatenate([grid.positions[c] for c in (one, other, whole)]),
                           np.repeat([1.0, 1.0, -1.0], grid.n), draft.law())
    declared = [(part, str(grid.one.table.count)) for part in grid.one.table.parts]
    for part, outer in (*CONTAINED, *declared):
        if part in grid.positions and outer in grid.positions and part != outer and _holds(
                np.maximum(grid.truth[part], grid.truth[outer]), grid.truth[outer]):
            draft.limits.append((grid.positions[part], grid.positions[outer]))


def _holds(claim: Floats, truth: Floats) -> bool:
    """Say whether two columns are one: counts that a record does not hold prove nothing, for or against."""
    known = np.isfinite(claim) & np.isfinite(truth)
    enough = known.all() or known.sum() > 1  # of a kept release only what was shown is known
    return bool(known.any() and enough and (np.abs(claim - truth)[known] <= CLOSE).all())


def _add_shares(draft: _Draft, grid: _Grid) -> None:
    """A share that is shown gives its count away; so does a range of the share."""
    base = grid.one.table.base
    if base is None or base not in grid.positions:
        return
    counts = [c for c in grid.columns if c != base]
    found: set[str] = set()
    for name, column in grid.source.items():
        if name in grid.positions or name in grid.keys or not pd.api.types.is_float_dtype(column.dtype):
            continue
        share = _numbers(column)
        given = _numbers(grid.one.frame[name])
        for count in counts:
            with np.errstate(divide="ignore", invalid="ignore"):
                of = grid.truth[count] / grid.truth[base]
            use = np.isfinite(share) & np.isfinite(of)
            if not use.any() or not np.allclose(of[use], share[use], rtol=0, atol=CLOSE):
                continue
            found.add(count)
            rows = np.flatnonzero(np.isfinite(given) & (grid.hidden[count] | grid.hidden[base]))
            n = np.arange(len(rows))
            draft.add_rows(np.tile(n, 2), np.concatenate([grid.positions[count][rows], grid.positions[base][rows]]),
                           np.concatenate([np.ones(len(rows)), -given[rows]]), draft.law())
    for name in ("lower", "upper", "change"):
        if name in grid.one.frame and name not in grid.positions:
            is_given = np.isfinite(_numbers(grid.one.frame[name]))
            for count in found:
                draft.given_away.append(grid.positions[count][is_given & grid.hidden[count]])


def _add_nesting(draft: _Draft, grid: _Grid, nesting: Nesting) -> None:
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
                draft.add_sums(grid, column, rows, groups, names[rows])


def _add_units(draft: _Draft, grids: Sequence[_Grid]) -> None:
    """Tables cut to single units add up to the same table of all units, where all of them are there."""
    alike: dict[tuple[str, str, str, str], list[_Grid]] = {}
    for grid in grids:
        for column in grid.columns:
            what = grid.one.context, "|".join(sorted(grid.keys)), grid.cut_to[-1], column
            alike.setdefault(what, []).append(grid)
    for (_, _, key, column), some in alike.items():
        once = {tuple(sorted({k: v[0] for k, v in g.keys.items() if k in g.cut_to}.items())): g for g in some if g.n}
        if not once:
            continue
        names = np.concatenate([g.names(column, drop=[key]) for g in once.values()])
        draft.add_law(np.concatenate([g.positions[column] for g in once.values()]),
                      np.concatenate([g.truth[column] for g in once.values()]),
                      np.asarray(pd.factorize(names)[0], dtype=np.int64), names)


def _add_joint(draft: _Draft, grids: Sequence[_Grid], decided_by: Mapping[str, str]) -> None:
    """Tables that share keys in a ring (A by B, B by C, C by A) are sums of one table by all the keys.

    Tables that share keys in any other way always have such a table behind them: there it tells nothing more.
    """
    alike: dict[tuple[str, str], list[_Grid]] = {}
    for grid in grids:
        for column in (c for c in grid.columns if c not in grid.bases and set(grid.keys) <= set(grid.sums)):
            alike.setdefault((grid.one.context, column), []).append(grid)
    for (context, column), some in alike.items():
        every = {key for grid in some for key in grid.keys}
        decided = {key for key in every if decided_by.get(key) in every}
        plain = [grid for grid in some if not decided & set(grid.keys) and grid.n]
        ring = _ring_of([frozenset(grid.keys) for grid in plain])
        if not ring:
            continue
        inside = [grid for grid in plain if set(grid.keys) <= ring]
        values = {key: sorted({v for grid in inside if key in grid.keys for v in grid.keys[key]} - {TOTAL})
                  for key in sorted(ring)}
        size = int(np.prod([len(known) for known in values.values()], dtype=np.float64))
        sums = [float(grid.truth[column][grid.parts(list(grid.keys))].sum()) for grid in inside]
        if size > MOST_JOINT or max(sums) - min(sums) > CLOSE or np.isnan(sums).any():
            continue
        unknown = np.full(size, np.nan)
        names = np.array([f"{context}|{column}|joint {number}" for number in range(size)], dtype=object)
        at = draft.add(names, unknown, unknown).reshape([len(known) for known in values.values()])
        for grid in inside:
            _add_joint_rows(draft, grid, column, at, values)


def _add_joint_rows(draft: _Draft, grid: _Grid, column: str, at: Ints, values: Mapping[str, list[str]]) -> None:
    places = {key: {value: number for number, value in enumerate(known)} for key, known in values.items()}
    rows, terms, weights = [], [], []
    for row in range(grid.n):
        cell = tuple(slice(None) if key not in grid.keys or grid.keys[key][row] == TOTAL
                     else places[key][grid.keys[key][row]] for key in values)
        parts = np.ravel(at[cell])
        rows += [row] * (len(parts) + 1)
        terms += [*parts.tolist(), int(grid.positions[column][row])]
        weights += [1.0] * len(parts) + [-1.0]
    draft.add_rows(np.array(rows), np.array(terms), np.array(weights), 0)


def _ring_of(edges: Sequence[frozenset[str]]) -> set[str]:
    """Give the keys that sets of keys share in a ring: what is left when every loose end is taken off."""
    left = set(edges)
    while True:
        counts = pd.Series([key for edge in left for key in edge]).value_counts() if left else pd.Series(dtype=int)
        trimmed = {frozenset(key for key in edge if counts[key] > 1) for edge in left} - {frozenset()}
        trimmed = {edge for edge in trimmed if not any(edge < other for other in trimmed)}
        if trimmed == left:
            return {key for edge in left for key in edge} if len(left) > 1 else set()
        left = trimmed


def _add_links(draft: _Draft, grid: _Grid, places: Mapping[str, tuple[str, str]]) -> None:
    """Tables of one subject hold sums of each other: levels of boxes, margins and steps of moves, directions."""
    if "box" in grid.keys and places:
        level = np.array([places.get(value, (NONE, NONE))[0] for value in grid.keys["box"]], dtype=object)
        rows = np.flatnonzero(grid.parts(["box"]))
        for column in (c for c in grid.columns if c not in grid.bases):
            _add_relabelled(draft, grid, column, rows, ["box"], {"level": level})
    if {"before", "after"} <= set(grid.keys):
        _add_moves(draft, grid, places)
    if {"axis", "step"} <= set(grid.keys):
        step = pd.to_numeric(pd.Series(grid.keys["step"]), errors="coerce").to_numpy(np.float64)
        words: Texts = np.select([step > 0, step < 0], ["manager_higher", "self_higher"], "same").astype(object)
        _add_relabelled(draft, grid, "n", np.arange(grid.n), ["step"], {"direction": words})


def _add_moves(draft: _Draft, grid: _Grid, places: Mapping[str, tuple[str, str]]) -> None:
    """Moves of those placed both times add up to the counts before and after, and to the steps."""
    before, after = grid.keys["before"], grid.keys["after"]
    placed = np.flatnonzero((before != NONE) & (after != NONE))
    by_box = not grid.one.name.split(".")[-1].startswith("ratings_")
    key = "box" if by_box else "level"
    known = (set(places) if by_box else {performance for performance, _ in places.values()}) - {NONE, TOTAL}
    for column, when in (("n_before", before), ("n_after", after)):
        _add_relabelled(draft, grid, "n", placed, ["before", "after"], {key: when}, column=column)
        _add_absent(draft, grid, key, sorted(known.difference(when[placed].tolist())), column)
    if by_box and places:
        steps = {name: np.array([_step(places, a, b, axis) for b, a in zip(before, after, strict=True)], dtype=object)
                 for axis, name in enumerate(("performance_step", "potential_step"))}
        _add_relabelled(draft, grid, "n", placed, ["before", "after"], steps)


def _add_absent(draft: _Draft, grid: _Grid, key: str, absent: list[str], column: str) -> None:
    """Moves are listed where they occur: a place that none of them starts from, or leads to, has nobody."""
    others = [k for k in grid.keys if k not in ("before", "after")]
    if not absent or not grid.n or others != [k for k in others if k.startswith("within")
                                              or len(set(grid.keys[k])) == 1]:
        return
    tail = {k: grid.keys[k][0] for k in others}
    for place in absent:
        name = f"{grid.one.context}|{column}" + "".join(
            f"|{k}={v}" for k, v in sorted({**tail, key: place}.items()) if v != TOTAL)
        draft.add(np.array([name], dtype=object), np.zeros(1), np.zeros(1), law=draft.law())


def _step(places: Mapping[str, tuple[str, str]], after: str, before: str, axis: int) -> str:
    if after not in places or before not in places:
        return ""
    return str(int(places[after][axis]) - int(places[before][axis]))


def _add_relabelled(draft: _Draft, grid: _Grid, of: str, rows: Ints, drop: list[str], add: Mapping[str, Texts], *,
                    column: str | None = None) -> None:
    """Sum rows to the counts of another key."""
    names = grid.names(of, drop=drop, add=add)
    if column is not None:
        names = np.array([name.replace(f"|{of}|", f"|{column}|", 1) for name in names], dtype=object)
    groups = np.asarray(pd.factorize(names)[0], dtype=np.int64)
    draft.add_sums(grid, of, rows, groups[rows], names[rows])


def _find_places(shown: Sequence[Shown]) -> dict[str, tuple[str, str]]:
    """Read off the tables which performance and potential each box stands for."""
    for one in shown:
        frame = one.table.frame
        if {"box", "performance", "potential"} <= set(frame.columns):
            rows = frame[["box", "performance", "potential"]].dropna().astype("str").drop_duplicates()
            return {box: (performance, potential) for box, performance, potential in rows.itertuples(index=False)}
    return {}


def _kind_of_base(grid: _Grid, base: str) -> Texts:
    """Say for each row whom its base counts: everybody, those with an outcome, or (empty) it cannot be told."""
    rows, groups = grid.parts(grid.outcomes), grid.groups(grid.outcomes)
    value = grid.truth[base]
    one_key = len(grid.outcomes) == 1
    none = grid.keys[grid.outcomes[0]] == NONE if one_key else np.zeros(grid.n, dtype=bool)
    size = groups.max(initial=-1) + 1
    for column in (c for c in grid.columns if not c.startswith("base")):
        everybody = np.bincount(groups[rows], weights=grid.truth[column][rows], minlength=size)[groups]
        placed = np.bincount(groups[rows & ~none], weights=grid.truth[column][rows & ~none], minlength=size)[groups]
        if none.any() and not (np.abs(np.where(none, everybody, placed) - value) > CLOSE).any():
            return np.where(none, "/everybody", f"/placed:{grid.outcomes[0]}").astype(object)
        if not (np.abs(everybody - value) > CLOSE).any():
            return np.full(grid.n, "/everybody", dtype=object)
    return np.full(grid.n, "", dtype=object)


def _may_be_zero(grid: _Grid, column: str) -> Bools:
    """Find the hidden counts that may be zeros: those of a group or row of which nothing is shown.

    Zeros are hidden together with a group that is wholly in one category, and on a row or a base too small to show.
    """
    table = grid.one.table
    if not grid.outcomes:
        of = [grid.hidden[c] for c in (table.count, table.base) if c is not None and c != column]
        wholes = np.logical_or.reduce([np.zeros(grid.n, dtype=bool), *of])
        zeros = np.logical_or.reduce([grid.shown[c] == 0 for c in grid.columns])
        return np.asarray(wholes & ~zeros, dtype=bool)
    out = np.zeros(grid.n, dtype=bool)
    kinds = grid.base_kind[grid.bases[0]] if grid.bases else np.full(grid.n, "", dtype=object)
    part_of_base = np.asarray(pd.factorize(kinds)[0], dtype=np.int64)
    for key in grid.outcomes:
        parts = grid.parts([key])
        plain = grid.groups([key])
        for groups in (plain, plain * (part_of_base.max(initial=0) + 1) + part_of_base):
            showing = np.bincount(groups[parts], weights=~grid.hidden[column][parts],
                                  minlength=groups.max(initial=-1) + 1)
            out |= parts & (showing[groups] == 0)
    return out & grid.hidden[column]


def _count_columns(table: Table) -> list[str]:
    """List the columns that count people, by what is declared and by name."""
    declared = [c for c in (table.count, *table.parts, table.base) if c is not None]
    named = [str(c) for c in table.frame.columns if str(c).startswith(("n_", "base")) and c not in table.keys
             and pd.api.types.is_numeric_dtype(table.frame[c].dtype)]
    return list(dict.fromkeys([*declared, *named]))


def _is_reported(column: str, table: Table) -> bool:
    """Say whether a column holds hidden counts that need a range, rather than a further base."""
    return column.startswith("n_") or column in (table.count, table.base, *table.parts)


def _fill_truth(names: Texts, truth: Floats) -> Floats:
    """Give a count of unknown value the one that its name has elsewhere."""
    frame = pd.DataFrame({"name": names, "truth": truth})
    if not np.isnan(truth).any():
        return truth
    by_name = frame.groupby("name")["truth"]
    same = by_name.transform("nunique") == 1
    return frame["truth"].fillna(by_name.transform("first").where(same)).to_numpy(np.float64)


def _false_laws(names: Texts, truth: Floats, law: Ints) -> Ints:
    """Find the laws that give a count of a table another value than the true one."""
    real = pd.DataFrame({"name": names[law == 0], "truth": np.round(truth[law == 0])}).dropna().drop_duplicates()
    claimed = pd.DataFrame({"name": names, "claim": np.round(truth), "law": law})[law > 0].dropna()
    both = claimed[claimed["name"].isin(real["name"])].merge(
        real.assign(is_true=True), left_on=["name", "claim"], right_on=["name", "truth"], how="left")
    return np.unique(both.loc[both["is_true"].isna(), "law"].to_numpy(np.int64))


def _limits_of_false_laws(names: Texts, truth: Floats, law: Ints, false: Ints) -> list[tuple[Ints, Ints]]:
    """Keep what is left of a sum that does not hold: parts that never make more than the whole, or never less.

    A person may have a rating and no box, so that the boxes of a level hold part of those at the level.
    """
    frame = pd.DataFrame({"name": names, "truth": truth, "law": law, "at": np.arange(len(names))})
    real = frame[(frame["law"] == 0) & frame["truth"].notna()].drop_duplicates(["name", "truth"])
    real = real.drop_duplicates("name", keep=False).set_index("name")
    claims = frame[np.isin(law, false) & frame["name"].isin(real.index).to_numpy()]
    found = []
    for _, some in claims.groupby("law", sort=True):
        whole = real.loc[some["name"]]
        less = some["truth"].to_numpy() - whole["truth"].to_numpy()
        pair = some["at"].to_numpy(np.int64), whole["at"].to_numpy(np.int64)
        if (less <= CLOSE).all():
            found.append(pair)
        elif (less >= -CLOSE).all():
            found.append(pair[::-1])
    return found


def _fix(lower: Floats, upper: Floats, variables: Ints, values: Floats) -> None:
    """Set what is shown; a count shown as two numbers contradicts itself."""
    lower[variables], upper[variables] = values, values
    if (np.abs(lower[variables] - values) > CLOSE).any():
        raise DisclosureError("One count is shown with two different values.",
                              hints=["Release tables together only when they were made from the same record."])


def _distinct_rows(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """Drop equations that are there already."""
    matrix.sort_indices()
    bounds = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    first: dict[tuple[bytes, bytes], int] = {}
    for row, (start, end) in enumerate(bounds):
        if end > start:
            first.setdefault((matrix.indices[start:end].tobytes(), matrix.data[start:end].tobytes()), row)
    return matrix[list(first.values())]


def _no_system() -> System:
    empty = sparse.csr_matrix((0, 0))
    return System(empty, np.array([]), empty, np.array([]), np.array([]), np.array([]))


def _numbers(values: pd.Series) -> Floats:
    return pd.to_numeric(values).to_numpy("float64", na_value=np.nan, copy=True)
