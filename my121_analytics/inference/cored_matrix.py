"""Inverses of sparse symmetric matrices that fall into small parts once a core is taken out of them.

With parts ``P``, which do not touch each other, and a core ``C``, the inverse of ``A`` is that of the parts, block by
block, and beside it ``W S^-1 W'`` with ``W = [-P^-1 A_PC; I]`` and the core's complement ``S = A_CC - A_CP P^-1 A_PC``:
``S`` alone is dense, and few entries of the inverse need ever be written out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_solve, cholesky
from scipy.linalg.lapack import dtrtri
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

ALL_CORE = 250
"""Rows up to which one dense matrix takes less time than finding parts."""
WIDEST_PART = 20
"""Entries below the diagonal that eliminating a row may leave: rows that leave more are the core."""
AT_ONCE = 2_000_000
"""Numbers worked on at once (16 MB), so that memory does not grow with what is asked for."""


class CoredPattern:
    """Which rows belong to the core, and which to the same part, for all matrices of one pattern.

    Parameters
    ----------
    pattern
        Symmetric, n x n, with an entry wherever a matrix may have one.
    """

    def __init__(self, pattern: sparse.csr_array) -> None:
        n = pattern.shape[0]
        self.core = np.arange(n) if n <= ALL_CORE else _find_core(pattern)
        in_core = np.zeros(n, dtype=bool)
        in_core[self.core] = True
        self.place_in_core = np.cumsum(in_core) - 1
        outside = np.flatnonzero(~in_core)
        _, label = connected_components(pattern[outside][:, outside], directed=False)
        size = np.bincount(label, minlength=1)[label]
        # Parts of one size stand together, each in one piece, so that they are inverted in one go.
        order = np.lexsort((label, size))
        rows, size = outside[order], size[order]
        self.parts = [part.reshape(-1, size[first]) for first, part in _runs(rows, size)]
        self.size, self.start, self.place = (np.zeros(n, dtype=np.int64) for _ in range(3))
        self.part = np.full(n, -1)
        self.part[outside] = label
        self.n_entries = 0
        for members in self.parts:
            count, width = members.shape
            self.size[members], self.place[members] = width, np.arange(width)
            self.start[members] = self.n_entries + width**2 * np.arange(count)[:, None]
            self.n_entries += count * width**2

    def entry(self, row: Codes, column: Codes) -> Codes:
        """Give the places of pairs of rows of one part among the entries of all parts."""
        return np.asarray(self.start[row] + self.place[row] * self.size[row] + self.place[column])

    def blocks(self, entries: Array) -> Iterator[Array]:
        """Give the entries of all parts as stacks of matrices, one stack for each size; they may be written to."""
        first = 0
        for members in self.parts:
            count, width = members.shape
            yield entries[first:first + count * width**2].reshape(count, width, width)
            first += count * width**2

    @cached_property
    def inside_parts(self) -> tuple[Codes, Codes]:
        """Row and column of every entry of the parts."""
        empty = np.zeros(0, dtype=np.int64)
        rows = [np.repeat(members, members.shape[1], axis=1).ravel() for members in self.parts]
        columns = [np.tile(members, members.shape[1]).ravel() for members in self.parts]
        return np.concatenate([empty, *rows]), np.concatenate([empty, *columns])

    @cached_property
    def nothing(self) -> sparse.csr_array:
        """A matrix of this size without entries."""
        return sparse.csr_array((len(self.part), len(self.part)))


class CoredMatrix:
    """A symmetric matrix of a pattern, to which diagonals are added before it is inverted.

    Parameters
    ----------
    pattern
        Says which rows are the core.
    matrix
        With no entry outside the pattern.
    """

    def __init__(self, pattern: CoredPattern, matrix: sparse.sparray) -> None:
        self.pattern = pattern
        entries = matrix.tocoo()
        row, column = entries.coords
        from_part, to_core = pattern.part[row] >= 0, pattern.part[column] < 0
        within = from_part & ~to_core
        self.inside = np.zeros(pattern.n_entries)
        self.inside[pattern.entry(row[within], column[within])] = entries.data[within]
        n_core = len(pattern.core)
        across = from_part & to_core
        self.across = sparse.csr_array((entries.data[across], (row[across], pattern.place_in_core[column[across]])),
                                       shape=(len(pattern.part), n_core))
        core = ~from_part & to_core
        self.core = np.zeros((n_core, n_core))
        self.core[pattern.place_in_core[row[core]], pattern.place_in_core[column[core]]] = entries.data[core]

    def invert(self, diagonal: Array) -> CoredInverse:
        """Invert the matrix with something added to its diagonal, so that it is positive definite."""
        pattern = self.pattern
        if not pattern.parts:
            return self._invert_core(diagonal)
        inside = self.inside.copy()
        rows = np.flatnonzero(pattern.part >= 0)
        inside[pattern.entry(rows, rows)] += diagonal[rows]
        log_size = 0.0
        for block in pattern.blocks(inside):
            log_size += float(np.linalg.slogdet(block)[1].sum())
            block[:] = np.linalg.inv(block)
        n, n_core = len(diagonal), len(pattern.core)
        parts = sparse.csr_array((inside, pattern.inside_parts), shape=(n, n))
        to_core = sparse.csr_array(-(parts @ self.across))
        complement = self.core + (self.across.T @ to_core).toarray()
        complement[np.diag_indices(n_core)] += diagonal[pattern.core]
        root = cholesky(complement, lower=True, overwrite_a=True, check_finite=False)
        log_size += 2 * float(np.log(np.diag(root)).sum())
        return CoredInverse(pattern, inside, parts, to_core, root, log_size)

    def _invert_core(self, diagonal: Array) -> CoredInverse:
        """Do it where all rows are the core: sparse matrices without entries would take more time than the root."""
        whole = self.core.copy()
        whole[np.diag_indices(len(diagonal))] += diagonal
        root = cholesky(whole, lower=True, overwrite_a=True, check_finite=False)
        nothing = self.pattern.nothing
        return CoredInverse(self.pattern, self.inside, nothing, nothing, root, 2 * float(np.log(np.diag(root)).sum()))


@dataclass(frozen=True)
class CoredInverse:
    """The inverse, of which what is asked for is written out.

    Parameters
    ----------
    pattern
        Says which rows are the core.
    inside
        Entries of the parts' inverses.
    parts
        The same as a matrix, n x n, with nothing in the core's rows.
    to_core
        ``-P^-1 A_PC``, n x core, with nothing in the core's rows.
    root
        Lower triangular root of the core's complement.
    log_determinant
        Of the matrix, not of its inverse.
    """

    pattern: CoredPattern
    inside: Array
    parts: sparse.csr_array
    to_core: sparse.csr_array
    root: Array
    log_determinant: float

    def solve(self, right: Array) -> Array:
        """Multiply the inverse with a vector."""
        core = cho_solve((self.root, True), self._at_core(right), check_finite=False)
        found = self.parts @ right + self.to_core @ core
        found[self.pattern.core] = core
        return np.asarray(found)

    def form(self, right: Array) -> float:
        """Give ``right' A^-1 right``."""
        at_core = self._at_core(right)
        return float(right @ (self.parts @ right) + at_core @ cho_solve((self.root, True), at_core, check_finite=False))

    def variances(self, rows: sparse.csr_array) -> Array:
        """Give the diagonal of ``rows A^-1 rows'``."""
        found = np.asarray((rows @ self.parts).multiply(rows).sum(axis=1))
        step = max(1, AT_ONCE // len(self.root))
        for first in range(0, rows.shape[0], step):
            shared = rows[first:first + step] @ self._shared
            found[first:first + step] += np.einsum("ij,ij->i", shared, shared)
        return found

    def between(self, places: Codes) -> Array:
        """Give the entries between some rows: for stacks x p rows, stacks x p x p entries."""
        if not self.pattern.parts:
            return self._written_out[places[:, :, None], places[:, None, :]]
        row, column = np.broadcast_arrays(places[:, :, None], places[:, None, :])
        part = self.pattern.part[row]
        together = (part >= 0) & (part == self.pattern.part[column])
        found = np.empty(row.shape)
        step = max(1, AT_ONCE // (places.shape[1] * len(self.root)))
        for first in range(0, len(places), step):
            shared = self._shared[places[first:first + step]]
            np.matmul(shared, shared.transpose(0, 2, 1), out=found[first:first + step])
        found[together] += self.inside[self.pattern.entry(row[together], column[together])]
        return found

    def _at_core(self, right: Array) -> Array:
        return np.asarray(right[self.pattern.core] + self.to_core.T @ right)

    @cached_property
    def _written_out(self) -> Array:
        """The inverse itself, where all rows are the core."""
        return np.asarray(self._shared @ self._shared.T)

    @cached_property
    def _shared(self) -> Array:
        """What all rows have of the core, n x core: its rows times each other are the inverse beside the parts."""
        own, _ = dtrtri(self.root, lower=1)
        found = np.asarray(self.to_core @ np.ascontiguousarray(own.T))
        found[self.pattern.core] = own.T
        return found


def _find_core(pattern: sparse.csr_array) -> Codes:
    """Take as core the rows that, in an order which leaves little, are left with the most beside them."""
    n = pattern.shape[0]
    filled = sparse.csc_array((np.ones(pattern.nnz), pattern.indices, pattern.indptr), shape=(n, n))
    factor = splu(filled + sparse.diags_array(np.full(n, float(n))), permc_spec="MMD_AT_PLUS_A",
                  diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    left = np.diff(factor.L.tocsc().indptr)
    wide = np.flatnonzero(left > WIDEST_PART)
    first = wide[0] if len(wide) else n - 1  # one row at least
    return np.sort(np.argsort(factor.perm_c)[first:]).astype(np.int64)


def _runs(values: Codes, keys: Codes) -> Iterator[tuple[int, Codes]]:
    """Cut values where their keys change: the first place of each run, and its values."""
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    yield from zip(starts.tolist(), np.split(values, starts[1:]) if len(values) else [], strict=True)
