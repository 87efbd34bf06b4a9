"""Ratings as a table of counts: raters down, cells across. All that a fit needs of the data.

A cell is one covariate pattern on one occasion together with one category, and knows which thresholds are around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Codes = NDArray[np.int64]
Whole = NDArray[np.integer[Any]]

ALIKE_PAYS = 0.7
"""Raters with like ratings are worked on once if that leaves at most this share of them."""


@dataclass(frozen=True)
class Cells:
    """What each cell is.

    Parameters
    ----------
    pattern
        Row of the design.
    lower, upper
        Place among all thresholds of the one below and above the cell's category; -1 for none.
    """

    pattern: Whole
    lower: Whole
    upper: Whole

    def __len__(self) -> int:
        """Give the number of cells."""
        return len(self.pattern)

    def take(self, places: Whole | slice) -> Cells:
        """Give only these cells."""
        return Cells(self.pattern[places], self.lower[places], self.upper[places])


@dataclass(frozen=True)
class CellCounts:
    """Counts of ratings, and the thresholds that they call for.

    Parameters
    ----------
    counts
        Raters x cells.
    cells
        What each cell is.
    ladders
        First threshold of each ladder, and last the number of all thresholds.
    thresholds
        Label of each threshold, such as ``1|2``.
    occasion
        Occasion of each threshold.
    column
        Cell of each rating or count as given; None unless asked for.
    when
        Occasion of each cell.
    """

    counts: sparse.csr_array
    cells: Cells
    ladders: Codes
    thresholds: tuple[str, ...]
    occasion: Codes
    column: NDArray[np.int32] | None
    when: Codes

    @property
    def ratings(self) -> Array:
        """Ratings of each rater."""
        return np.asarray(self.counts.sum(axis=1), dtype=float).ravel()

    @property
    def of_cells(self) -> Array:
        """Ratings in each cell."""
        return np.asarray(self.counts.sum(axis=0), dtype=float).ravel()

    def by_occasion(self, n_patterns: int) -> Array:
        """Ratings by occasion and pattern."""
        n_occasions = len(self.ladders) - 1
        found = np.bincount(self.when * n_patterns + self.cells.pattern, self.of_cells,
                            minlength=n_occasions * n_patterns)
        return found.reshape(n_occasions, n_patterns).astype(float)

    def find_alike(self) -> tuple[Codes, Codes, Array]:
        """Find raters whose counts are the same: they have the same likelihood at every node.

        Returns
        -------
        tuple
            One rater of each kind, the kind of each rater, and the number of raters of each kind.
        """
        counts, n_raters = self.counts, self.counts.shape[0]
        everyone = np.arange(n_raters)
        if counts.nnz == counts.shape[1]:  # nobody shares a cell with anybody
            return everyone, everyone, np.ones(n_raters)
        rng = np.random.default_rng(0)
        columns = rng.integers(0, 2**63, counts.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
        # Sums of 64-bit random keys: two unlike raters among a million meet with a chance of about 1e-8.
        mixed = counts.data.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
        mixed *= columns[counts.indices]
        key = np.zeros(n_raters, dtype=np.uint64)
        filled = np.flatnonzero(np.diff(counts.indptr))
        if len(filled):
            key[filled] = np.add.reduceat(mixed, counts.indptr[filled])
        _, first, kind, alike = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
        if len(first) > ALIKE_PAYS * n_raters:
            return everyone, everyone, np.ones(n_raters)
        return first, kind, alike.astype(float)


def ladders_rise(thresholds: Array, ladders: Codes) -> bool:
    """Say whether the thresholds of each ladder rise."""
    within = np.ones(max(len(thresholds) - 1, 0), dtype=bool)
    ends = ladders[(ladders > 0) & (ladders < len(thresholds))]
    within[ends - 1] = False
    return bool((np.diff(thresholds)[within] > 1e-8).all())


def count_cells(rater: Whole, pattern: Whole, category: Codes, n: Array | None, *, n_raters: int, n_patterns: int,
                labels: Sequence[Any], occasion: Codes | None = None, occasions: Sequence[Any] = (),
                keep_column: bool = False) -> CellCounts:
    """Group ratings by rater and cell.

    Parameters
    ----------
    rater, pattern, category
        Codes from 0 of each rating or count.
    n
        Ratings (may be fractions); None for 1 each.
    n_raters, n_patterns
        Sizes.
    labels
        Of the categories, lowest first.
    occasion
        Code of each one's occasion where occasions have thresholds of their own.
    occasions
        Labels of the occasions.
    keep_column
        Whether the cell of each entry will be needed.

    Returns
    -------
    CellCounts
        A category that nobody gave on an occasion has no threshold there: its neighbours meet.
    """
    n_categories, n_occasions = len(labels), max(len(occasions), 1)
    code = pattern.astype(np.int64)
    if occasion is not None:
        code += n_patterns * occasion
    code *= n_categories
    code += category
    used, column = _compress(code, n_patterns * n_occasions * n_categories)
    del code
    where, grade = np.divmod(used, n_categories)
    when, of_design = np.divmod(where, n_patterns)
    lower, upper, ladders, thresholds = _raise_ladders(when, grade, n_occasions, labels, occasions)
    ratings = np.ones(len(column)) if n is None else n
    table = sparse.coo_array((ratings, (rater.astype(np.int32, copy=False), column)), shape=(n_raters, len(used)))
    table = table.tocsr()
    table.sum_duplicates()
    small = np.int32  # where every rating is a cell of its own, a large part of the memory is here
    cells = Cells(of_design.astype(small), lower.astype(small), upper.astype(small))
    return CellCounts(table, cells, ladders, thresholds,
                      np.repeat(np.arange(n_occasions), np.diff(ladders)), column if keep_column else None, when)


def _compress(code: Codes, size: int) -> tuple[Codes, NDArray[np.int32]]:
    """Number the codes that occur; by a list of all possible ones where that is short."""
    if size <= max(2 * len(code), 1_000_000):
        there = np.zeros(size, dtype=bool)
        there[code] = True
        place = np.cumsum(there, dtype=np.int32) - np.int32(1)
        return np.flatnonzero(there), place[code]
    used, column = np.unique(code, return_inverse=True)
    return used, column.astype(np.int32)


def _raise_ladders(when: Codes, grade: Codes, n_occasions: int, labels: Sequence[Any],
                   occasions: Sequence[Any]) -> tuple[Codes, Codes, Codes, tuple[str, ...]]:
    """Give each occasion its thresholds, one between each two categories that occur there."""
    there = np.zeros((n_occasions, len(labels)), dtype=bool)
    there[when, grade] = True
    lower, upper = np.full(there.shape, -1), np.full(there.shape, -1)
    ladders, names = [0], []
    for t in range(n_occasions):
        present = np.flatnonzero(there[t])
        places = ladders[-1] + np.arange(len(present) - 1)
        upper[t, present[:-1]] = places
        lower[t, present[1:]] = places
        prefix = f"{occasions[t]}: " if len(occasions) else ""
        names += [f"{prefix}{labels[a]}|{labels[b]}" for a, b in pairwise(present.tolist())]
        ladders.append(ladders[-1] + max(len(present) - 1, 0))
    return lower[when, grade], upper[when, grade], np.array(ladders), tuple(names)
