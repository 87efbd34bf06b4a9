"""The counts laid out for fitting: raters in blocks of like size, so that a fine grid is paid for by few of them.

There are two ways to put nodes under raters. Where many ratings share few cells, all raters of a block stand on one
grid, and what a cell is worth at each node is worked out once for all. Where nearly every rating is a cell of its own,
as with continuous covariates, there is nothing to share: then each rater has fewer nodes, about the mode of its own
posterior. Which is the less work is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from my121_analytics.inference.rating_counts import CellCounts, Cells, ladders_rise

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

REACH = 6.0
"""Nodes cover this many prior standard deviations to either side (2e-9 of the mass lies outside) ..."""
WIDEST_SPACING = 0.75
BLOCK_CELLS = 250_000
BLOCK_RATERS = 12_000
BLOCK_TABLE = 1_500_000
"""Cells times nodes of one block's own table, where cells are too many to share (12 MB for each of its parts)."""
SHARED_CELLS = 20_000
"""Up to so many cells one table serves all blocks of a size, if the block's ratings are not far fewer."""
SAMPLE_RATERS = 2_000
ALONE, MOST_ALONE = 200, 1_000
"""Raters with so many ratings have nodes of their own, around the mode; but so many raters at most."""
OWN_CELLS = 6_000
"""Cells of a block whose raters have nodes of their own: its tables of about 11 nodes stay in the processor's cache."""
OWN_SAMPLE = 500
OWN_NODES = 14
"""Nodes of a rater's own, the search for the mode included, when work is estimated ..."""
TABLE_WORK, SUM_WORK, OWN_WORK = 14.0, 4.0, 20.0
"""... and nanoseconds per node: for a cell of a shared table, for a count summed over it, for a count on own nodes."""
USUAL_SD = 0.6
"""Spread of raters supposed when work is estimated, logits."""


@dataclass
class Block:
    """Raters of like size and the cells that occur among them.

    Parameters
    ----------
    raters
        Positions among the distinct raters.
    counts
        Ratings, raters x cells.
    cells
        What each cell is.
    n_alike
        How many raters each row stands for.
    largest
        Most ratings of one rater in the block's size class; decides the spacing of a grid for all.
    is_shared
        True if the cells are those of the whole problem, so that one table serves many blocks.
    weight
        How many blocks this one stands for when only some are looked at.
    row
        Where raters have nodes of their own: the rater of each cell, since each cell is then one rater's. Else None.
    reach
        Standard deviations covered to either side; grows when a posterior nears the edge.
    centre
        Where raters have nodes of their own: the modes last found, from which the next search starts.
    """

    raters: Codes
    counts: sparse.csr_array
    cells: Cells
    n_alike: Array
    largest: float
    is_shared: bool
    weight: float = 1.0
    row: NDArray[np.int32] | None = None
    reach: tuple[float, float] = (REACH, REACH)
    centre: Array | None = None

    def sum_by_rater(self, table: Array) -> Array:
        """Add up a table of cells x nodes over the ratings of each rater: raters x nodes."""
        return np.asarray(self.counts @ np.ascontiguousarray(table))

    def share_out(self, weights: Array) -> Array:
        """Give the ratings expected in each cell at each node: cells x nodes."""
        if self.row is None:
            return np.asarray(self.counts.T @ weights)
        return (np.take(np.ascontiguousarray(weights.T), self.row, axis=1) * self.counts.data).T

    def halves(self) -> tuple[Block, Block]:
        """Cut a block whose raters have nodes of their own in two."""
        middle = len(self.raters) // 2
        return self._part(slice(0, middle)), self._part(slice(middle, len(self.raters)))

    def _part(self, rows: slice) -> Block:
        counts = self.counts[rows]
        inside = slice(int(self.counts.indptr[rows.start]), int(self.counts.indptr[rows.stop]))
        own = _own_counts(counts.data, counts.indptr)
        centre = None if self.centre is None else self.centre[rows]
        return Block(self.raters[rows], own, self.cells.take(inside), self.n_alike[rows], self.largest, False,
                     self.weight, _rows_of(own), self.reach, centre)


@dataclass(frozen=True)
class Problem:
    """The counts laid out for fitting.

    Parameters
    ----------
    blocks
        All distinct raters, in blocks.
    design
        Covariates, patterns x p.
    ladders
        First threshold of each ladder (one ladder unless occasions have their own), and the number of thresholds.
    n_rows
        Distinct raters: those with the same ratings of the same patterns are worked on once.
    row
        Of each rater among the distinct ones.
    ratings
        Ratings of each rater.
    least_nodes
        Least number of nodes asked for; the spacing follows the narrowest posterior in any case.
    """

    blocks: tuple[Block, ...]
    design: Array
    ladders: Codes
    n_rows: int
    row: Codes
    ratings: Array
    least_nodes: int | None = None

    @property
    def n_counts(self) -> int:
        """Counts of all distinct raters: what the work grows with."""
        return sum(block.counts.nnz for block in self.blocks)

    @property
    def is_own(self) -> bool:
        """Say whether all raters have nodes of their own."""
        return all(block.row is not None for block in self.blocks)

    @property
    def n_raters(self) -> int:
        """Raters, alike or not."""
        return len(self.row)

    @property
    def n_thresholds(self) -> int:
        """Thresholds of all ladders together."""
        return int(self.ladders[-1])

    @property
    def n_parameters(self) -> int:
        """Thresholds, coefficients and the log of the standard deviation."""
        return self.n_thresholds + self.design.shape[1] + 1

    def split(self, parameters: Array) -> tuple[Array, Array, float]:
        """Give thresholds, coefficients and the standard deviation."""
        cut = self.n_thresholds
        return parameters[:cut], parameters[cut:-1], float(np.exp(parameters[-1]))

    def rises(self, parameters: Array) -> bool:
        """Say whether each ladder's thresholds rise."""
        return ladders_rise(parameters[:self.n_thresholds], self.ladders)


def lay_out(cell_counts: CellCounts, design: Array, least_nodes: int | None = None) -> Problem:
    """Sort counts into blocks of raters of like size.

    Parameters
    ----------
    cell_counts
        Ratings by rater and cell.
    design
        Covariates, patterns x p.
    least_nodes
        Least number of nodes under every rater, or None.

    Returns
    -------
    Problem
    """
    first, row, alike = cell_counts.find_alike()
    ratings = cell_counts.ratings
    size = ratings[first]
    size_class = np.ceil(np.log(np.maximum(size, 1) / 8) / np.log(4)).clip(min=0).astype(np.int64)
    entries = np.diff(cell_counts.counts.indptr)[first].astype(np.int64)
    is_own = _own_nodes_pay(size, size_class, entries, len(cell_counts.cells))
    if not is_own:
        alone = np.flatnonzero(size >= ALONE)
        size_class[alone[np.argsort(-size[alone], kind="stable")][:MOST_ALONE]] = -1
    dealt: list[tuple[Codes, float, float]] = []
    for one_class in np.unique(size_class):
        members = np.flatnonzero(size_class == one_class)
        if one_class < 0:
            dealt += [(members[k:k + 1], float(size[members[k]]), 1.0) for k in range(len(members))]
            continue
        largest = float(size[members].max())
        most, sample = BLOCK_CELLS, SAMPLE_RATERS
        if is_own:
            most, sample = OWN_CELLS, OWN_SAMPLE
        elif len(cell_counts.cells) > SHARED_CELLS // 4:  # each rater's cells are few of them and nobody else's
            most = int(min(most, BLOCK_TABLE / (12 * np.sqrt(1 + largest / 2))))
            sample = SAMPLE_RATERS // 4
        dealt += [(chosen, largest, weight) for chosen, weight in _deal(members, entries[members], alike[members],
                                                                       most, sample)]
    order = np.concatenate([chosen for chosen, _, _ in dealt])
    ordered = cell_counts.counts[first[order]]
    blocks, start = [], 0
    for chosen, largest, weight in dealt:
        stop = start + len(chosen)
        cut = _own_block if is_own or (len(chosen) == 1 and largest >= ALONE) else _block
        blocks.append(cut(chosen, ordered, slice(start, stop), cell_counts.cells, alike[chosen], largest, weight))
        start = stop
    return Problem(tuple(blocks), design, cell_counts.ladders, len(first), row, ratings, least_nodes)


def _own_nodes_pay(size: Array, size_class: Codes, entries: Codes, n_cells: int) -> bool:
    """Say whether it is less work to give every rater nodes of its own than to share a grid."""
    shared = 0.0
    for one_class in np.unique(size_class):
        members = size_class == one_class
        counts = float(entries[members].sum())
        nodes = 2 * REACH * max(np.sqrt(1 + float(size[members].max()) * USUAL_SD**2 / 2), 1 / WIDEST_SPACING)
        shared += nodes * (TABLE_WORK * min(n_cells, counts) + SUM_WORK * counts)
    return bool(shared > OWN_NODES * OWN_WORK * float(entries.sum()))


def _deal(members: Codes, entries: Codes, alike: Array, most: int, sample: int) -> Iterator[tuple[Codes, float]]:
    """Deal the raters of a size class into blocks; the first is a small fair sample that stands for them all."""
    if len(members) <= min(BLOCK_RATERS, 6 * sample) and entries.sum() <= most:
        yield members, 1.0
        return
    every = -(-len(members) // sample)
    work = entries * alike
    if every > 1:
        yield members[::every], float(work.sum() / max(work[::every].sum(), 1))
        rest = np.arange(len(members)) % every != 0
        share = 0.0
    else:
        rest, share = np.ones(len(members), dtype=bool), 1.0
    n_blocks = max(-(-int(entries[rest].sum()) // most), -(-int(rest.sum()) // BLOCK_RATERS))
    for part in range(min(n_blocks, int(rest.sum()))):
        yield members[rest][part::n_blocks], share


def _block(chosen: Codes, ordered: sparse.csr_array, rows: slice, cells: Cells, alike: Array, largest: float,
           weight: float) -> Block:
    """Cut a block out of the ordered counts, without copying them where the cells are shared."""
    inside = slice(int(ordered.indptr[rows.start]), int(ordered.indptr[rows.stop]))
    data, column = ordered.data[inside], ordered.indices[inside]
    offsets = ordered.indptr[rows.start:rows.stop + 1] - ordered.indptr[rows.start]
    is_shared = len(cells) <= min(SHARED_CELLS, 4 * len(column))
    if not is_shared:
        used, column = np.unique(column, return_inverse=True)
        cells, column = cells.take(used), column.astype(np.int32)
    counts = sparse.csr_array((data, column, offsets), shape=(len(chosen), len(cells)))
    return Block(chosen, counts, cells, alike, largest, is_shared, weight)


def _own_block(chosen: Codes, ordered: sparse.csr_array, rows: slice, cells: Cells, alike: Array, largest: float,
               weight: float) -> Block:
    """Cut out a block in which every count is a cell of its own."""
    inside = slice(int(ordered.indptr[rows.start]), int(ordered.indptr[rows.stop]))
    counts = _own_counts(ordered.data[inside], ordered.indptr[rows.start:rows.stop + 1] - ordered.indptr[rows.start])
    return Block(chosen, counts, cells.take(ordered.indices[inside]), alike, largest, False, weight, _rows_of(counts))


def _own_counts(data: Array, offsets: NDArray[np.int32]) -> sparse.csr_array:
    column = np.arange(len(data), dtype=np.int32)
    return sparse.csr_array((data, column, offsets), shape=(len(offsets) - 1, len(data)))


def _rows_of(counts: sparse.csr_array) -> NDArray[np.int32]:
    return np.repeat(np.arange(counts.shape[0], dtype=np.int32), np.diff(counts.indptr))
