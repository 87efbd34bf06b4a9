"""Counts and equations while they are gathered, and the system that they make in the end.

A law that single records contradict (a rating that its box does not fit) holds nearly: a reader has it all the same, so
that it is kept with as much slack as the record needs. Other sums that the true counts contradict (units that straddle
two others, a total that counts more than the rows listed) are no laws of these tables.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
import scipy

from my121_analytics.disclosure.linked_tables.grids import (
    CLOSE,
    EDITION,
    SEPARATOR,
    Grid,
    Texts,
    holds,
    is_reported,
    may_be_zero,
    unround,
)
from my121_analytics.disclosure.linked_tables.system import Bools, Floats, Ints, System
from my121_analytics.errors import DisclosureError

Slack = Mapping[str, tuple[float, float]]
"""Law -> by how much what it claims is over the truth at most, and under. A name that begins with ``NO_SUM`` stands for
a sum of tables that does not hold at all, one that begins with ``laws.TOLD`` for a count that nobody prints."""
NO_SUM = "no sum "
EDITION_OF_COUNT = re.compile(f"{re.escape(EDITION)}[^{re.escape(SEPARATOR)}/]*")
"""The edition in a name; behind it may stand whom a base counts."""


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
    rounded
        One row per count of a rounded table, shown or withheld: as ``cells``, with the base ``rounded_to``.
    slack
        By how much laws that single records contradict are out, over and under: see :class:`Gathered`.
    before
        Between which values editions that were kept put each variable, whatever is shown beside them.
    was_nought
        Variables that such an edition showed as 0 and that may have changed since.
    """

    system: System
    cells: pd.DataFrame
    truth: Floats
    places: pd.DataFrame
    rounded: pd.DataFrame
    slack: Slack = field(default_factory=dict)
    before: tuple[Floats, Floats] = field(default_factory=lambda: (np.array([]), np.array([])))
    was_nought: Bools = field(default_factory=lambda: np.array([], dtype=bool))

    def find_needed(self, variables: Ints, thresholds: Floats) -> Floats:
        """Say what range must be left of hidden counts: their threshold, or what editions before this one left.

        A count that one of them showed is known to within what has changed since, and today's publication must tell
        no more of it. Where that says already that it is no small number, there is nothing left to protect.

        Parameters
        ----------
        variables, thresholds
            An entry a count.

        Returns
        -------
        numpy.ndarray
            Width of the range.
        """
        least, most = (ends[variables] for ends in self.before)
        return np.where(least >= thresholds, 0.0, np.minimum(thresholds, most - least))


@dataclass
class Gathered:
    """Counts and equations while they are gathered; counts are still apart, each by its name.

    ``slack`` may be given from more tables than these: of a kept release alone the truth is not known, so that it
    cannot tell by how much the record contradicts a law. ``unprinted`` holds what is told of today's record alone.
    """

    names: list[Texts] = field(default_factory=list)
    truth: list[Floats] = field(default_factory=list)
    shown: list[Floats] = field(default_factory=list)
    laws: list[Ints] = field(default_factory=list)
    cells: list[pd.DataFrame] = field(default_factory=list)
    size: int = 0
    n_laws: int = 1
    rows: list[tuple[Ints, Ints, Floats, Ints]] = field(default_factory=list)
    n_rows: int = 0
    limits: list[tuple[Ints, Ints, Floats, Floats]] = field(default_factory=list)
    sums: list[tuple[Ints, Ints]] = field(default_factory=list)
    kind_of_law: dict[int, str] = field(default_factory=dict)
    lower: list[Ints] = field(default_factory=list)
    given_away: list[Ints] = field(default_factory=list)
    ranges: list[tuple[Ints, Floats, Floats]] = field(default_factory=list)
    lower_beside: list[Ints] = field(default_factory=list)
    before: list[tuple[Ints, Floats, Floats]] = field(default_factory=list)
    noughts: list[Ints] = field(default_factory=list)
    places: list[pd.DataFrame] = field(default_factory=list)
    slack: dict[str, tuple[float, float]] = field(default_factory=dict)
    unprinted: dict[str, tuple[float, float]] = field(default_factory=dict)

    def find_slack(self, law: str, over: Floats) -> tuple[float, float]:
        """Say by how much a law is out, over and under: as far as it is known here, or was given."""
        known = over[np.isfinite(over)]
        before = self.slack.get(law, (0.0, 0.0))
        found = max(float(known.max(initial=0.0)), before[0]), max(float(-known.min(initial=0.0)), before[1])
        if any(found):
            self.slack[law] = found
        return found

    def add(self, names: Texts, truth: Floats, shown: Floats, grid: Grid | None = None, column: str = "",
            law: int = 0) -> Ints:
        """Add counts; give their positions. Those of a law above 0 stand in no table, but follow from it."""
        at = np.arange(self.size, self.size + len(names))
        self.size += len(names)
        self.names.append(names)
        self.truth.append(truth)
        rounded_to = grid.as_shown.rounded_to if grid is not None else 0
        self.shown.append(shown if not rounded_to else np.full(len(shown), np.nan))
        self.laws.append(np.full(len(names), law))
        if grid is not None:
            if is_reported(column, grid.as_shown.table):
                self.places.append(pd.DataFrame({"table": grid.as_shown.name, "row": np.arange(grid.n),
                                                 "column": column, "at": at}))
            rows = np.flatnonzero(grid.hidden[column])
            if rounded_to:
                rows, least, most = grid.rounded(column)
                self.ranges.append((at[rows], least, most))
            rows = rows if is_reported(column, grid.as_shown.table) else rows[:0]
            keys = [", ".join(f"{k}={v[row]}" for k, v in grid.keys.items()) for row in rows]
            self.cells.append(pd.DataFrame({"table": grid.as_shown.name, "row": rows, "keys": keys, "column": column,
                                            "at": at[rows], "rounded_to": rounded_to}))
        return at

    def law(self, kind: str = "") -> int:
        """Give the number of a new law; laws of one kind are broken by single records, and share their slack."""
        self.n_laws += 1
        if kind:
            self.kind_of_law[self.n_laws - 1] = kind
        return self.n_laws - 1

    def add_sums(self, grid: Grid, column: str, rows: Ints, groups: Ints, names: Texts, kind: str = "") -> None:
        """Say, as a law of its own, that the counts of some rows add up by group to the counts of a name."""
        self.add_law(grid.positions[column][rows], grid.truth[column][rows], groups, names, kind)

    def add_law(self, at: Ints, truth: Floats, groups: Ints, names: Texts, kind: str = "") -> None:
        """Say, as a law of its own, that counts at some positions add up by group to the counts of a name."""
        if not len(at):
            return
        law = self.law(kind)
        codes, first, group = np.unique(groups, return_index=True, return_inverse=True)
        summed = np.bincount(group, weights=truth, minlength=len(codes)).astype(np.float64)
        whole = self.add(names[first], summed, np.full(len(codes), np.nan), law=law)
        if not kind:
            self.sums.append((at, group))
        self.add_rows(np.concatenate([group, np.arange(len(codes))]), np.concatenate([at, whole]),
                      np.repeat([1.0, -1.0], [len(at), len(codes)]), law)

    def note_parts(self, parts: Ints) -> None:
        """Note that each row of positions holds the parts of some whole, which a law says elsewhere."""
        self.sums.append((parts.ravel(), np.repeat(np.arange(len(parts)), parts.shape[1])))

    def add_rows(self, rows: Ints, at: Ints, weights: Floats, law: int = 0) -> None:
        """Add equations whose terms add up to nothing; rows are numbered from 0."""
        if len(rows):
            self.rows.append((rows + self.n_rows, at, weights, np.full(len(rows), law)))
            self.n_rows += int(rows.max()) + 1

    def add_matrix(self, terms: Ints, weights: Floats) -> None:
        """Add equations to nothing: one a row of positions, all with the same weights."""
        rows = np.repeat(np.arange(len(terms)), terms.shape[1])
        self.add_rows(rows, terms.ravel(), np.tile(weights, len(terms)))

    def add_limits(self, terms: Ints, weights: Floats, most: float) -> None:
        """Say that the weighted sum of each row of positions is at most a number."""
        if len(terms):
            rows = np.repeat(np.arange(len(terms)), terms.shape[1])
            self.limits.append((rows, terms.ravel(), np.tile(weights, len(terms)), np.full(len(terms), most)))

    def add_parts(self, parts: Ints, wholes: Ints) -> None:
        """Say that some counts are part of others."""
        self.add_limits(np.column_stack([parts, wholes]), np.array([1.0, -1.0]), 0.0)

    def known_truth(self) -> Floats:
        """Give the true value of every position, as far as it is known here or under the same name."""
        return _fill_truth(np.concatenate(self.names), np.concatenate(self.truth), np.concatenate(self.laws))

    def first_of_each_name(self) -> dict[str, int]:
        """Give a position for each name: a count of a table where there is one, else what sums say of it."""
        names, laws = np.concatenate(self.names), np.concatenate(self.laws)
        order = np.argsort(laws > 0, kind="stable")
        first = pd.Series(order).groupby(names[order], sort=False).first()
        return {str(name): int(at) for name, at in first.items()}

    def raise_lower(self, grid: Grid, *, show_zeros: bool) -> None:
        """Use the rule that a hidden count is at least 1, where no zero is hidden for another reason.

        What stands beside tables is hidden as well where an edition before this one showed it as 0: else a mark would
        tell that it is 0 no more.
        """
        if not show_zeros:
            return
        for column in grid.columns:
            sure = grid.hidden[column] & ~may_be_zero(grid, column)
            (self.lower if grid.keys else self.lower_beside).append(grid.positions[column][sure])

    def finish(self, numbers: Mapping[str, tuple[str, list[float]]],
               rounded: Mapping[str, int] | None = None) -> Knowledge:
        """Make one variable of all counts of one name and value, and matrices of the equations."""
        if not self.size:
            nothing = pd.DataFrame(columns=["table", "row", "column", "variable"])
            no_cells = pd.DataFrame(columns=[*nothing, "keys", "given_away", "rounded_to"])
            return Knowledge(_no_system(), no_cells.drop(columns="rounded_to"), np.array([]), nothing, no_cells)
        names, truth = np.concatenate(self.names), np.concatenate(self.truth)
        law, shown = np.concatenate(self.laws), np.concatenate(self.shown)
        added_up = self._add_up(np.where(law == 0, _fill_truth(names, truth, law), truth), law)
        truth = _fill_truth(names, added_up, law)
        self._link_bases(names, truth)
        kinds = self._false_laws(names, truth, law)
        for kind, broken in kinds.items():
            claims, real, out = self._claims(names, truth, added_up, law, broken)
            terms, weights = np.column_stack([claims, real]), np.array([1.0, -1.0])
            over, under = self.find_slack(kind, out)
            self.add_limits(terms, weights, over)
            self.add_limits(terms, -weights, under)
        false = np.array([number for broken in kinds.values() for number in broken], dtype=np.int64)
        names = np.where(np.isin(law, false), names + "#" + law.astype("str").astype(object), names)
        truth = np.where(np.isin(law, false), added_up, truth)  # a claim is what its parts add up to, or not known
        frame = pd.DataFrame({"name": names, "truth": np.round(truth)})
        variable = frame.groupby(["name", "truth"], dropna=False, sort=False).ngroup().to_numpy(np.int64)
        n = int(variable.max()) + 1
        values = np.full(n, np.nan)
        values[variable] = truth
        lower, upper = np.zeros(n), np.full(n, np.inf)
        was_nought = np.zeros(n, dtype=bool)
        was_nought[variable[_join(self.noughts)]] = True
        beside = variable[_join(self.lower_beside)]
        lower[variable[_join(self.lower)]] = 1.0
        lower[beside[~was_nought[beside]]] = 1.0
        known = np.flatnonzero(~np.isnan(shown))
        _fix(lower, upper, variable[known], shown[known])
        for at, least, most in self.ranges:
            _narrow(lower, upper, variable[at], least, most)
        before = np.zeros(n), np.full(n, np.inf)
        for at, least, most in self.before:
            _narrow(*before, variable[at], least, most)
        text = pd.Series(names)
        everybody = ~text.str.contains(SEPARATOR, regex=False).to_numpy()
        for name, (context, counts) in numbers.items():
            whole = everybody & text.str.startswith(f"{context}/").to_numpy()
            for count in counts:
                same = np.unique(variable[whole & (np.abs(truth - count) < CLOSE)])
                if rounded and name in rounded:
                    _narrow(lower, upper, same, *unround(np.floor(np.full(len(same), count) / rounded[name] + 0.5)
                                                         * rounded[name], rounded[name]))
                else:
                    _fix(lower, upper, same, np.full(len(same), count))
        lower = np.where(lower > values, 0.0, lower)  # a true zero is hidden: the rule was not kept there
        system = System(*self._matrix(variable, n, false), *self._limits(variable, n), lower, upper)
        cells = pd.concat(self.cells, ignore_index=True)
        given_away = _join(self.given_away)
        cells = cells.assign(variable=variable[cells["at"].to_numpy(np.int64)], given_away=cells["at"].isin(given_away))
        places = pd.concat(self.places, ignore_index=True)
        places = places.assign(variable=variable[places.pop("at").to_numpy(np.int64)])
        is_rounded = cells["rounded_to"].to_numpy() > 0
        hidden = cells[~is_rounded].drop(columns="rounded_to").reset_index(drop=True)
        slack = {kind: out for kind, out in self.slack.items() if not kind.startswith("law ")}
        return Knowledge(system, hidden, values, places, cells[is_rounded].reset_index(drop=True), slack,
                         before, was_nought)

    def _add_up(self, truth: Floats, law: Ints) -> Floats:
        """Work out the sums of counts that are known under the same name from another table, if not from their own.

        Of a kept release what was hidden is not known any more; today's tables tell whether its sums hold.
        """
        out = truth.copy()
        for rows, at, weights, number in self.rows:
            is_whole = law[at] > 0
            if number[0] and is_whole.any() and np.isnan(out[at[is_whole]]).any():
                parts = np.bincount(rows - rows.min(), weights=np.where(is_whole, 0.0, weights * truth[at]))
                summed = parts[(rows - rows.min())[is_whole]]
                out[at[is_whole]] = np.where(np.isnan(out[at[is_whole]]), summed, out[at[is_whole]])
        return out

    def _false_laws(self, names: Texts, truth: Floats, law: Ints) -> dict[str, Ints]:
        """List the laws that do not hold, those of one kind together, with all others of their kind.

        A sum that did not hold of the tables of a kept release stands among the slack it was kept with: once what was
        hidden is not known any more, nothing else would tell.
        """
        broken = set(_contradicted(names, truth, law).tolist())
        was_false = {number for number, digest in self._digests(names).items() if digest in self.slack} if any(
            name.startswith(NO_SUM) for name in self.slack) else set()
        self.slack |= dict.fromkeys(self._digests(names, broken).values(), (0.0, 0.0))
        broken |= was_false
        kinds = {kind for number, kind in self.kind_of_law.items() if number in broken or kind in self.slack}
        found = {kind: [number for number, other in self.kind_of_law.items() if other == kind]
                 for kind in sorted(kinds)}
        found |= {f"law {number}": [number] for number in sorted(broken) if number not in self.kind_of_law}
        return {kind: np.array(numbers, dtype=np.int64) for kind, numbers in found.items()}

    def _digests(self, names: Texts, numbers: Container[int] | None = None) -> dict[int, str]:
        """Name laws that are of no kind by the counts that they are about, in whatever edition."""
        found = {}
        for _, at, _, law in self.rows:
            number = int(law[0])
            if number and number not in self.kind_of_law and (numbers is None or number in numbers):
                text = "\n".join(sorted(EDITION_OF_COUNT.sub("", str(name)) for name in names[at]))
                found[number] = f"{NO_SUM}{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        return found

    def _claims(self, names: Texts, truth: Floats, added_up: Floats, law: Ints,
                broken: Ints) -> tuple[Ints, Ints, Floats]:
        """Give for each sum of some laws where it is claimed, the true count, and by how much the sum is over it.

        A person may have a rating and no box, so that the boxes of a level hold part of those at the level.
        """
        frame = pd.DataFrame({"name": names, "truth": truth, "law": law, "at": np.arange(len(names))})
        real = frame[frame["law"] == 0].drop_duplicates(["name", "truth"])
        real = real.drop_duplicates("name", keep=False).set_index("name")
        claims = frame[np.isin(law, broken) & frame["name"].isin(real.index).to_numpy()]
        whole = real.loc[claims["name"]]
        at = claims["at"].to_numpy(np.int64)
        over = added_up[at] - whole["truth"].to_numpy()
        return at, whole["at"].to_numpy(np.int64), over

    def _link_bases(self, names: Texts, truth: Floats) -> None:
        """Those with a box and those with a rating are the same people where no group has more of the one."""
        at = np.array([number for number, name in enumerate(names) if "/placed:" in name], dtype=np.int64)
        found = pd.Series(names[at]).str.extract(rf"^(?P<context>.*)/placed:(?P<outcome>[^{SEPARATOR}]*)(?P<group>.*)$")
        found = found.assign(truth=truth[at], at=at).dropna()
        found = found.drop_duplicates(["context", "outcome", "group"])
        for _, in_context in found.groupby("context", sort=True):
            by_outcome = dict(list(in_context.groupby("outcome", sort=True)))
            for first, second in combinations(by_outcome.values(), 2):
                both = first.merge(second, on="group")
                if len(both) and holds(both["truth_x"].to_numpy(), both["truth_y"].to_numpy()):
                    n = np.arange(len(both))
                    self.add_rows(np.tile(n, 2), np.concatenate([both["at_x"], both["at_y"]]),
                                  np.repeat([1.0, -1.0], len(both)))

    def _matrix(self, variable: Ints, n: int, false: Ints) -> tuple[scipy.sparse.csr_matrix, Floats]:
        if not self.rows:
            return scipy.sparse.csr_matrix((0, n)), np.array([])
        row, at, weight, law = (np.concatenate(part) for part in zip(*self.rows, strict=True))
        dropped = [number for number in false.tolist() if number not in self.kind_of_law]
        keep = ~np.isin(law, dropped)
        matrix = scipy.sparse.csr_matrix((weight[keep], (row[keep], variable[at[keep]])), shape=(self.n_rows, n))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        matrix = _distinct_rows(matrix)
        return matrix, np.zeros(matrix.shape[0])

    def _limits(self, variable: Ints, n: int) -> tuple[scipy.sparse.csr_matrix, Floats]:
        """Give the rows of what is at most a number, each once, the tightest of those that are alike."""
        blocks, most = [], []
        for rows, at, weights, limit in self.limits:
            blocks.append(scipy.sparse.csr_matrix((weights, (rows, variable[at])), shape=(len(limit), n)))
            most.append(limit)
        if not blocks:
            return scipy.sparse.csr_matrix((0, n)), np.array([])
        matrix, limits = scipy.sparse.vstack(blocks, format="csr"), np.concatenate(most)
        matrix.eliminate_zeros()
        order = np.argsort(limits, kind="stable")
        kept = order[_first_of_alike(matrix[order])]
        return matrix[kept], limits[kept]


def _join(positions: Sequence[Ints]) -> Ints:
    return np.concatenate([np.array([], dtype=np.int64), *positions])


def _fill_truth(names: Texts, truth: Floats, law: Ints) -> Floats:
    """Give a count of unknown value the one that its name has elsewhere: in a table, else in what sums say of it."""
    for of in (law == 0, law >= 0):
        if not np.isnan(truth).any():
            break
        frame = pd.DataFrame({"name": names, "truth": truth})
        by_name = frame[of].groupby("name")["truth"].agg(["nunique", "first"])
        known = by_name.loc[by_name["nunique"] == 1, "first"]
        truth = frame["truth"].fillna(frame["name"].map(known)).to_numpy(np.float64)
    return truth


def _contradicted(names: Texts, truth: Floats, law: Ints) -> Ints:
    """Find the laws that give a count of a table another value than the true one."""
    real = pd.DataFrame({"name": names[law == 0], "truth": np.round(truth[law == 0])}).dropna().drop_duplicates()
    claimed = pd.DataFrame({"name": names, "claim": np.round(truth), "law": law})[law > 0].dropna()
    both = claimed[claimed["name"].isin(real["name"])].merge(
        real.assign(is_true=True), left_on=["name", "claim"], right_on=["name", "truth"], how="left")
    return np.unique(both.loc[both["is_true"].isna(), "law"].to_numpy(np.int64))


def _fix(lower: Floats, upper: Floats, variables: Ints, values: Floats) -> None:
    """Set what is shown; a count shown as two numbers contradicts itself."""
    lower[variables], upper[variables] = values, values
    if (np.abs(lower[variables] - values) > CLOSE).any():
        raise DisclosureError("One count is shown with two different values.",
                              hints=["Release tables together only when they were made from the same record."])


def _narrow(lower: Floats, upper: Floats, variables: Ints, least: Floats, most: Floats) -> None:
    """Set what rounded counts may have been; one shown in two ways must have been both."""
    np.maximum.at(lower, variables, least)
    np.minimum.at(upper, variables, most)


def _distinct_rows(matrix: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """Drop equations that are there already."""
    return matrix[_first_of_alike(matrix)]


def _first_of_alike(matrix: scipy.sparse.csr_matrix) -> list[int]:
    """List the rows with terms, the first of those that are alike."""
    matrix.sort_indices()
    bounds = zip(matrix.indptr[:-1], matrix.indptr[1:], strict=True)
    first: dict[tuple[bytes, bytes], int] = {}
    for row, (start, end) in enumerate(bounds):
        if end > start:
            first.setdefault((matrix.indices[start:end].tobytes(), matrix.data[start:end].tobytes()), row)
    return list(first.values())


def _no_system() -> System:
    empty = scipy.sparse.csr_matrix((0, 0))
    return System(empty, np.array([]), empty, np.array([]), np.array([]), np.array([]))
