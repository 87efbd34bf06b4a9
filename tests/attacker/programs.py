"""Linear programs over what an outsider knows: between which values each withheld number must lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import highspy
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from tests.attacker.declarations import Quantity
from tests.attacker.laws import MOST, Knowledge, Law, threshold_for

_NEAR = 1e-6
N_SPREAD = 24
"""Points that are sought for all numbers at once, before each is asked for by itself."""


@dataclass(frozen=True)
class Found:
    """What an attack found.

    Parameters
    ----------
    hidden
        One row a withheld number: ``quantity``, ``place``, ``threshold``, ``least``, ``most`` (whole numbers; of wide
        ones only as much as was needed to see that they are wide), ``truth`` (missing where it is not known),
        ``is_narrow``, ``is_exact``, ``is_outside``, and ``is_known``: narrow, but no finding, since another publication
        shows the same number and it is at least the threshold.
    broken
        Laws that the truth breaks, which would be errors of this model.
    small
        Numbers below their threshold that are printed in full.
    contradictions
        Quantities that two papers print differently.
    slack
        Of laws that hold nearly: by how much each is out, where it is.
    """

    hidden: pd.DataFrame
    broken: tuple[str, ...]
    small: tuple[str, ...]
    contradictions: tuple[str, ...]
    slack: Mapping[str, float]

    @property
    def n_narrow(self) -> int:
        """How many withheld numbers are known too well."""
        return int(self.hidden["is_narrow"].sum())

    @property
    def n_known(self) -> int:
        """How many large ones another publication shows, so that they are known nearly as well in this one."""
        return int(self.hidden["is_known"].sum())


def attack(known: Knowledge, truth: Mapping[Quantity, int] | None = None, *, threshold: int = 5,
           equality_threshold: int = 10, exact_ranges: bool = False) -> Found:
    """Find the range of every withheld number.

    Parameters
    ----------
    known
        As gathered.
    truth
        The numbers as they are, as far as known; gives the laws that hold nearly their slack, and checks the model.
    threshold, equality_threshold
        Ranges narrower than these are findings.
    exact_ranges
        Find both ends of wide ranges too.
    """
    truth = truth or {}
    system = _System(known, truth)
    rows = []
    for part in system.parts():
        rows += part.ranges(known, threshold, equality_threshold, exact_ranges)
    frame = pd.DataFrame(rows, columns=["quantity", "place", "threshold", "least", "most"])
    frame["truth"] = [truth.get(quantity, np.nan) for quantity in frame["quantity"]]
    is_tight = frame["most"] - frame["least"] < frame["threshold"]
    shown = {replace(quantity, edition="") for quantity in known.shown if quantity.edition}
    is_shown = np.array([replace(quantity, edition="") in shown for quantity in frame["quantity"]], dtype=bool)
    frame["is_known"] = is_tight & is_shown & (frame["least"] >= frame["threshold"])
    frame["is_narrow"] = is_tight & ~frame["is_known"]
    frame["is_exact"] = frame["is_narrow"] & (frame["most"] <= frame["least"])
    frame["is_outside"] = is_tight & ((frame["truth"] < frame["least"]) | (frame["truth"] > frame["most"]))
    small = [f"{quantity}: {value}" for quantity, value in known.shown.items()
             if 0 < value < threshold_for(quantity, threshold, equality_threshold)]
    return Found(frame, tuple(system.broken), tuple(small), tuple(known.contradictions), system.slack)


def _kind_of(law: Law) -> str:
    quantity = law.terms[0][0]
    return f"{law.name}: {quantity.what} {quantity.cycle} {quantity.edition}".rstrip()


def _told_slack(known: Knowledge, truth: Mapping[Quantity, int]) -> dict[str, float]:
    """Say how far out the laws that hold nearly are at most, for each kind of law and cycle.

    An outsider is told how many records contradict a law, not whose they are.
    """
    told: dict[str, float] = {}
    for law in known.laws:
        if law.nearly and len(law.terms) > 1 and all(quantity in truth for quantity, _ in law.terms):
            total = sum(factor * truth[quantity] for quantity, factor in law.terms)
            told[_kind_of(law)] = max(told.get(_kind_of(law), 0.0), law.least - total, total - law.most)
    return {kind: out for kind, out in told.items() if out > _NEAR}


class _System:
    """Laws as a matrix over the unknown quantities, the shown ones moved to the right."""

    def __init__(self, known: Knowledge, truth: Mapping[Quantity, int]) -> None:
        self.unknown = [quantity for quantity in known.quantities() if quantity not in known.shown]
        self.place = {quantity: at for at, quantity in enumerate(self.unknown)}
        self.lower = np.array([known.limits.get(quantity, (0.0, MOST))[0] for quantity in self.unknown])
        self.upper = np.array([known.limits.get(quantity, (0.0, MOST))[1] for quantity in self.unknown])
        self.broken: list[str] = [f"{quantity} is {truth[quantity]}, not within {low:g} to {high:g}"
                                  for quantity, (low, high) in known.limits.items()
                                  if quantity in truth and not low - _NEAR <= truth[quantity] <= high + _NEAR]
        self.slack = _told_slack(known, truth)
        rows, columns, factors, least, most = [], [], [], [], []
        for law in known.laws:
            low, high = self._with_slack(law, truth)
            inside = [(self.place[quantity], factor) for quantity, factor in law.terms if quantity in self.place]
            fixed = sum(factor * known.shown[quantity] for quantity, factor in law.terms if quantity in known.shown)
            if not inside:
                continue
            rows += [len(least)] * len(inside)
            columns += [at for at, _ in inside]
            factors += [factor for _, factor in inside]
            least.append(low - fixed)
            most.append(high - fixed)
        self.matrix = sparse.csr_matrix((factors, (rows, columns)), shape=(len(least), len(self.unknown)))
        self.least, self.most = np.array(least), np.array(most)

    def _with_slack(self, law: Law, truth: Mapping[Quantity, int]) -> tuple[float, float]:
        if not all(quantity in truth for quantity, _ in law.terms):
            return law.least, law.most
        total = sum(factor * truth[quantity] for quantity, factor in law.terms)
        out = max(law.least - total, total - law.most, 0.0)
        if law.nearly:
            told = self.slack.get(_kind_of(law), 0.0)
            return (law.least - told, law.most + told) if len(law.terms) > 1 else (total, total)
        if out > _NEAR:
            self.broken.append(f"{law.name}: " + "; ".join(f"{factor:+g} x {quantity} = {truth[quantity]}"
                                                           for quantity, factor in law.terms[:6]))
        return law.least - out, law.most + out

    def parts(self) -> list[_Part]:
        """Split into parts that share no law."""
        links = (self.matrix != 0).astype(np.int8)
        n, label = connected_components(links.T @ links, directed=False) if links.nnz else (
            len(self.unknown), np.arange(len(self.unknown)))
        rows_of = np.full(self.matrix.shape[0], -1)
        for row in range(self.matrix.shape[0]):
            rows_of[row] = label[self.matrix.indices[self.matrix.indptr[row]]]
        return [_Part([self.unknown[at] for at in np.flatnonzero(label == k)],
                      self.matrix[rows_of == k][:, label == k], self.least[rows_of == k], self.most[rows_of == k],
                      self.lower[label == k], self.upper[label == k]) for k in range(n)]


class _Part:
    """One connected part of the system, and points that fit it."""

    def __init__(self, unknown: list[Quantity], matrix: sparse.csr_matrix, least: np.ndarray, most: np.ndarray,
                 lower: np.ndarray, upper: np.ndarray) -> None:
        self.unknown, self.bounds = unknown, np.column_stack([lower, upper])
        equal = least == most
        at_most, at_least = ~equal & np.isfinite(most), ~equal & np.isfinite(least)
        self.equal, self.right = matrix[equal], most[equal]
        self.limits = sparse.vstack([matrix[at_most], -matrix[at_least]]).tocsr()
        self.most = np.concatenate([most[at_most], -least[at_least]])
        self.rows, self.ends = matrix, (least, most)
        self.low, self.high = np.full(len(unknown), np.inf), np.full(len(unknown), -np.inf)

    @cached_property
    def program(self) -> _Program:
        """The part as a program, once something is asked of it."""
        return _Program(self.rows, *self.ends, *self.bounds.T.copy())

    def ranges(self, known: Knowledge, threshold: int, equality_threshold: int, exact: bool) -> list[tuple]:
        """Give the range of each withheld number of this part."""
        hidden = np.array([at for at, quantity in enumerate(self.unknown) if quantity in known.hidden], dtype=int)
        if not len(hidden):
            return []
        needed = np.array([threshold_for(self.unknown[at], threshold, equality_threshold) for at in hidden])
        self._spread(hidden, needed)
        for at in hidden if exact else self._open(hidden, needed):
            for sign in (1.0, -1.0):
                if exact or len(self._open(np.array([at]), needed[hidden == at])):
                    self._solve({int(at): sign})
        return [(self.unknown[at], known.hidden[self.unknown[at]], wide, *self._ends(at))
                for at, wide in zip(hidden, needed, strict=True)]

    def _ends(self, at: int | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.ceil(self.low[at] - _NEAR), np.floor(self.high[at] + _NEAR)

    def _open(self, at: np.ndarray, needed: np.ndarray) -> np.ndarray:
        """Give those of which no two points that fit are far enough apart yet."""
        low, high = self._ends(at)
        return at[~(high - low >= needed)]

    def _spread(self, hidden: np.ndarray, needed: np.ndarray) -> None:
        """Push everything up and down at random: most ranges turn out wide by a few points that fit."""
        rng = np.random.default_rng(len(self.unknown))
        for _ in range(min(len(hidden), N_SPREAD)):
            at = self._open(hidden, needed)
            if not len(at):
                return
            aims = rng.choice([-1.0, 1.0], len(at)) * rng.random(len(at))
            self._solve(dict(zip(at.tolist(), aims, strict=True)))

    def _solve(self, aims: Mapping[int, float]) -> None:
        aim = np.zeros(len(self.unknown))
        aim[list(aims)] = list(aims.values())
        point = self.program.go_on(aim)
        if point is None:  # that nothing fits is only believed of a search from nothing
            point = self._start_again(aim)
        self.low, self.high = np.minimum(self.low, point), np.maximum(self.high, point)

    def _start_again(self, aim: np.ndarray) -> np.ndarray:
        answer = linprog(aim, A_ub=self.limits if self.limits.shape[0] else None,
                         b_ub=self.most if self.limits.shape[0] else None,
                         A_eq=self.equal if self.equal.shape[0] else None,
                         b_eq=self.right if self.equal.shape[0] else None, bounds=self.bounds, method="highs")
        if answer.status != 0:
            raise ModelError(f"No numbers fit what was read ({answer.message}); e.g. {self.unknown[0]}, "
                             f"{len(self.unknown)} unknown")
        return answer.x


class _Program:
    """Rows and bounds that stay while the aim changes: each search begins where the last one ended."""

    def __init__(self, matrix: sparse.csr_matrix, least: np.ndarray, most: np.ndarray, lower: np.ndarray,
                 upper: np.ndarray) -> None:
        self.highs = highspy.Highs()
        for option, value in (("output_flag", False), ("presolve", "off")):
            self.highs.setOptionValue(option, value)
        asked = highspy.HighsLp()
        asked.num_row_, asked.num_col_ = matrix.shape
        asked.col_cost_, asked.col_lower_, asked.col_upper_ = np.zeros(len(lower)), lower, upper
        asked.row_lower_, asked.row_upper_ = least, most
        asked.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        asked.a_matrix_.start_, asked.a_matrix_.index_ = matrix.indptr, matrix.indices
        asked.a_matrix_.value_ = matrix.data.astype(float)
        self.highs.passModel(asked)

    def go_on(self, aim: np.ndarray) -> np.ndarray | None:
        """Give a point that fits where the aim is least; None where none is found."""
        self.highs.changeColsCost(len(aim), np.arange(len(aim), dtype=np.int32), aim)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            return None
        return np.array(self.highs.getSolution().col_value)


class ModelError(Exception):
    """What the papers say and the model of what they mean contradict one another."""
