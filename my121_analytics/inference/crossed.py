"""Raters and the people they rate, crossed: both have lasting effects, and people who move tie raters together.

Laplace's method. Given all else, people's effects depend on each other only through raters: their block of the
curvature is diagonal and is eliminated, which leaves a matrix of raters alone (a Schur complement). Modes follow from
Newton's method with preconditioned conjugate gradients, at any size. Determinants and variances follow from a dense
inverse for thousands of raters, and from random probes beyond (Bekas, Kokiopoulou & Saad 2007; Ubaru, Chen & Saad
2017). Where there are fewer people than raters the two change places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import eigh_tridiagonal, lapack

from my121_analytics.errors import DataUnusableError
from my121_analytics.inference.category_table import CellTable, tabulate_between
from my121_analytics.inference.rating_counts import CellCounts, ladders_rise

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

DENSE_FIT = 1_500
"""Raters (or people, if fewer) up to which every step of the fit uses exact variances: a quarter second each."""
DENSE_VARIANCE = 5_000
"""The same for the last variances only: some seconds and 600 MB at most."""
PROBES, FEW_PROBES = 32, 12
"""Random probes, and where raters are so many that means over them need fewer."""
RATERS_FOR_FEW_PROBES = 10_000
LANCZOS_STEPS = 40
LANCZOS_SETTLED = 1e-6
"""Change of the log-determinant per rater at which more steps would tell less than the probes' own noise."""
_MODE_STEPS = 60
_CHUNK = 4_000_000


@dataclass(frozen=True)
class CrossedCounts:
    """Ratings by rater, person and cell. ``kept`` are those left after the others are eliminated: the fewer.

    Parameters
    ----------
    kept, eliminated
        Codes of each count.
    cell
        Cell of each count.
    n
        Ratings.
    n_kept, n_eliminated
        Sizes.
    is_swapped
        True if people are kept and raters eliminated.
    """

    kept: Codes
    eliminated: Codes
    cell: Codes
    n: Array
    n_kept: int
    n_eliminated: int
    is_swapped: bool

    @classmethod
    def gather(cls, rater: NDArray[np.integer[Any]], subject: Codes, counts: CellCounts,
               n: Array | None) -> CrossedCounts:
        """Add up ratings of one rater, person and cell.

        Raises
        ------
        DataUnusableError
            Nobody was rated more than once, so that lasting levels cannot be told from chance.
        """
        if counts.column is None:
            raise ValueError("the counts were made without the cell of each entry")
        ratings = np.ones(len(rater)) if n is None else n
        n_raters, n_subjects = counts.counts.shape[0], int(subject.max()) + 1
        if np.bincount(subject, ratings).max() <= 1:
            raise DataUnusableError("Nobody was rated more than once, so lasting levels of the people rated cannot be "
                                    "told from chance.", hints=["Leave subjects out, or pool several cycles."])
        n_cells = counts.counts.shape[1]
        code = (rater.astype(np.int64) * n_subjects + subject) * n_cells + counts.column
        found, place = np.unique(code, return_inverse=True)
        pair, cell = np.divmod(found, n_cells)
        of_rater, of_subject = np.divmod(pair, n_subjects)
        total = np.bincount(place, ratings).astype(np.float64)
        if n_subjects < n_raters:
            return cls(of_subject, of_rater, cell, total, n_subjects, n_raters, True)
        return cls(of_rater, of_subject, cell, total, n_raters, n_subjects, False)

    @property
    def of_subjects(self) -> Array:
        """Ratings of each person."""
        return np.bincount(self.kept if self.is_swapped else self.eliminated, self.n).astype(np.float64)

    def order(self, kept: Array, eliminated: Array) -> tuple[Array, Array]:
        """Give what belongs to raters first, then what belongs to people."""
        return (eliminated, kept) if self.is_swapped else (kept, eliminated)


@dataclass
class Modes:
    """Most probable effects, kept from one point to the next as a start."""

    kept: Array
    eliminated: Array


@dataclass(frozen=True)
class Curvature:
    """Minus the second derivatives of the joint log-density in all effects."""

    kept: Array
    eliminated: Array
    cross: sparse.csr_array
    through: sparse.csr_array
    """Eliminated x kept: the transpose of ``cross``, each row divided by its own curvature. Products with rows run
    twice as fast as with the columns of ``cross``."""

    @property
    def schur_diagonal(self) -> Array:
        """Diagonal of the matrix of those kept."""
        squares = self.cross.copy()
        squares.data = squares.data**2
        return self.kept - squares @ (1 / self.eliminated)

    def apply_schur(self, x: Array) -> Array:
        """Multiply by the matrix of those kept; one column per vector."""
        return self.kept[:, None] * x - self.cross @ (self.through @ x)

    def solve(self, kept: Array, eliminated: Array, tolerance: float = 1e-11) -> tuple[Array, Array]:
        """Solve for one right-hand side."""
        right = kept - self.cross @ (eliminated / self.eliminated)
        x = self.solve_schur(right[:, None], tolerance)[:, 0]
        return x, eliminated / self.eliminated - self.through @ x

    def solve_schur(self, right: Array, tolerance: float = 1e-11) -> Array:
        """Preconditioned conjugate gradients, all columns at once."""
        diagonal = self.schur_diagonal[:, None]
        x = right / diagonal
        residual = right - self.apply_schur(x)
        z = residual / diagonal
        direction, rz = z.copy(), (residual * z).sum(axis=0)
        limit = tolerance**2 * np.maximum((right**2 / diagonal).sum(axis=0), 1e-300)
        for _ in range(2_000):
            if (rz <= limit).all():
                break
            along = self.apply_schur(direction)
            step = rz / np.maximum((direction * along).sum(axis=0), 1e-300)
            x += step * direction
            residual -= step * along
            z = residual / diagonal
            before, rz = rz, (residual * z).sum(axis=0)
            direction = z + (rz / np.maximum(before, 1e-300)) * direction
        return x


@dataclass(frozen=True)
class Variances:
    """What the inverse curvature says: variances of effects, of each count's sum of effects, and log-determinant."""

    kept: Array
    eliminated: Array
    of_sums: Array
    log_determinant: float


class CrossedModel:
    """Laplace's approximation to the log-likelihood of a crossed model, with its gradient.

    Parameters
    ----------
    counts
        Ratings by rater, person and cell.
    cell_counts
        The cells and their thresholds.
    design
        Standardised covariates, patterns x p.
    """

    def __init__(self, counts: CrossedCounts, cell_counts: CellCounts, design: Array) -> None:
        self.counts, self.cell_counts = counts, cell_counts
        self.cells = cell_counts.cells.take(counts.cell)
        self.x = design[self.cells.pattern]
        self.n_thresholds = int(cell_counts.ladders[-1])
        self.modes = Modes(np.zeros(counts.n_kept), np.zeros(counts.n_eliminated))
        self.is_exact = counts.n_kept <= DENSE_FIT
        pairs, self._pair = np.unique(counts.kept * counts.n_eliminated + counts.eliminated, return_inverse=True)
        kept, eliminated = np.divmod(pairs, counts.n_eliminated)
        self._indptr = np.searchsorted(kept, np.arange(counts.n_kept + 1))
        self._kept, self._eliminated = kept, eliminated
        self._turned = np.argsort(eliminated, kind="stable")
        self._turned_indptr = np.searchsorted(eliminated[self._turned], np.arange(counts.n_eliminated + 1))
        n_probes = FEW_PROBES if counts.n_kept > RATERS_FOR_FEW_PROBES else PROBES
        self._probes = np.random.default_rng(0).choice([-1.0, 1.0], (counts.n_kept, n_probes))

    def spreads(self, parameters: Array) -> tuple[float, float]:
        """Give the spread of those kept and of those eliminated."""
        rater, subject = np.exp(parameters[-2:])
        return (float(subject), float(rater)) if self.counts.is_swapped else (float(rater), float(subject))

    def rises(self, parameters: Array) -> bool:
        """Say whether each ladder's thresholds rise."""
        return ladders_rise(parameters[:self.n_thresholds], self.cell_counts.ladders)

    def _table(self, parameters: Array, modes: Modes) -> CellTable:
        location = self.x @ parameters[self.n_thresholds:-2] + modes.kept[self.counts.kept]
        location += modes.eliminated[self.counts.eliminated]
        return tabulate_between(self.cells.lower, self.cells.upper, location, parameters[:self.n_thresholds],
                                np.zeros((1, 1)))

    def _sum(self, of_rows: Array) -> tuple[Array, Array]:
        counts = self.counts
        return (np.bincount(counts.kept, of_rows, minlength=counts.n_kept).astype(np.float64),
                np.bincount(counts.eliminated, of_rows, minlength=counts.n_eliminated).astype(np.float64))

    def _curvature(self, table: CellTable, spreads: tuple[float, float]) -> Curvature:
        weight = self.counts.n * table.curvature[:, 0]
        kept, eliminated = self._sum(weight)
        shape = (self.counts.n_kept, self.counts.n_eliminated)
        kept, eliminated = kept + 1 / spreads[0]**2, eliminated + 1 / spreads[1]**2
        of_pairs = np.bincount(self._pair, weight, minlength=len(self._kept))
        cross = sparse.csr_array((of_pairs, self._eliminated, self._indptr), shape=shape)
        turned = self._turned
        through = sparse.csr_array((of_pairs[turned] / eliminated[self._eliminated[turned]], self._kept[turned],
                                    self._turned_indptr), shape=shape[::-1])
        return Curvature(kept, eliminated, cross, through)

    def climb_to_modes(self, parameters: Array) -> tuple[float, CellTable, Curvature]:
        """Find the most probable effects; gives the joint log-density there, slopes and curvature."""
        spreads, counts = self.spreads(parameters), self.counts
        modes = Modes(self.modes.kept.copy(), self.modes.eliminated.copy())

        def height(at: Modes) -> tuple[float, CellTable]:
            table = self._table(parameters, at)
            value = counts.n @ table.log_p[:, 0] - (at.kept @ at.kept) / (2 * spreads[0]**2)
            return float(value - (at.eliminated @ at.eliminated) / (2 * spreads[1]**2)), table

        here, table = height(modes)
        for _ in range(_MODE_STEPS):
            curvature = self._curvature(table, spreads)
            kept, eliminated = self._sum(counts.n * table.slope[:, 0])
            slope = kept - modes.kept / spreads[0]**2, eliminated - modes.eliminated / spreads[1]**2
            step = curvature.solve(*slope)
            gain = float(slope[0] @ step[0] + slope[1] @ step[1])
            length = 1.0
            while length > 1e-6:
                there = Modes(modes.kept + length * step[0], modes.eliminated + length * step[1])
                value, found = height(there)
                if value >= here + 1e-4 * length * gain - 1e-12 * abs(here):
                    modes, here, table = there, value, found
                    break
                length /= 2
            if gain < 1e-18 * max(abs(here), 1.0) or gain < 1e-16 or length <= 1e-6:
                break
        self.modes = modes
        return here, table, self._curvature(table, spreads)

    def variances(self, curvature: Curvature, *, exact: bool) -> Variances:
        """Read variances off the inverse curvature, exactly or by probes."""
        if exact:
            spread = curvature.cross.multiply(1 / np.sqrt(curvature.eliminated)[None, :]).tocsr()
            schur = np.diag(curvature.kept) - (spread @ spread.T).toarray()
            factor, fault = lapack.dpotrf(schur.T, lower=True, clean=True, overwrite_a=True)
            if fault:
                raise ValueError("the curvature of the effects is not positive")
            log_determinant = 2 * np.log(np.diag(factor)).sum()
            inverse, _ = lapack.dpotri(factor, lower=True, overwrite_c=True)
            kept = np.diag(inverse).copy()
            inverse += np.tril(inverse, -1).T
            through = self._pick(curvature, inverse)
        else:
            diagonal = curvature.schur_diagonal
            rest = curvature.solve_schur(self._probes, 1e-6) - self._probes / diagonal[:, None]
            kept = 1 / diagonal + (rest * self._probes).mean(axis=1)
            # An estimate may fall below what is known without the others' help; hold it to that.
            kept = np.maximum(kept, 1 / curvature.kept)
            reached = (curvature.through @ self._probes) * curvature.eliminated[:, None]
            through = curvature.cross.data / diagonal[self._kept]
            n_probes = self._probes.shape[1]
            for probe in range(n_probes):
                through += rest[self._kept, probe] * reached[self._eliminated, probe] / n_probes
            log_determinant = _log_determinant(curvature, self._probes)
        both = -through / curvature.eliminated[self._eliminated]
        eliminated = 1 / curvature.eliminated - np.bincount(
            self._eliminated, curvature.cross.data * both, minlength=self.counts.n_eliminated) / curvature.eliminated
        if not exact:
            eliminated = np.maximum(eliminated, 1 / curvature.eliminated)
        pair = kept[self._kept] + eliminated[self._eliminated] + 2 * both
        return Variances(kept, eliminated, pair[self._pair],
                         float(log_determinant + np.log(curvature.eliminated).sum()))

    def _pick(self, curvature: Curvature, inverse: Array) -> Array:
        """Give the entries of ``inverse @ cross`` where ``cross`` has any."""
        found = np.empty(len(self._kept))
        columns = curvature.cross.tocsc()
        order = np.argsort(self._eliminated, kind="stable")
        step = max(1, _CHUNK // len(inverse))
        bounds = np.searchsorted(self._eliminated[order], np.arange(0, self.counts.n_eliminated + step, step))
        for k, first in enumerate(range(0, self.counts.n_eliminated, step)):
            rows = order[bounds[k]:bounds[k + 1]]
            product = columns[:, first:first + step].T.tocsr() @ inverse
            found[rows] = product[self._eliminated[rows] - first, self._kept[rows]]
        return found

    def evaluate(self, parameters: Array) -> tuple[float, Array, Variances]:
        """Give the log-likelihood by Laplace's method, its gradient, and variances."""
        height, table, curvature = self.climb_to_modes(parameters)
        found = self.variances(curvature, exact=self.is_exact)
        counts, spreads, modes = self.counts, self.spreads(parameters), self.modes
        value = height - found.log_determinant / 2 - counts.n_kept * np.log(spreads[0])
        value -= counts.n_eliminated * np.log(spreads[1])
        above, below = table.above[:, 0], table.below[:, 0]
        up, low = above * (1 - above), below * (1 - below)
        turn_up, turn_low = -up * (1 - 2 * above), low * (1 - 2 * below)
        carried = curvature.solve(*self._sum(-counts.n * (turn_up + turn_low) * found.of_sums))
        moved = carried[0][counts.kept] + carried[1][counts.eliminated]
        by_upper = counts.n * (above + table.ratio - (turn_up * found.of_sums + moved * up) / 2)
        by_lower = counts.n * (-below - table.ratio - (turn_low * found.of_sums + moved * low) / 2)
        places = self.n_thresholds + 1
        thresholds = (np.bincount(self.cells.upper + 1, by_upper, minlength=places)
                      + np.bincount(self.cells.lower + 1, by_lower, minlength=places))[1:]
        # An effect raises all categories as lowering all thresholds would.
        effects = -self.x.T @ (by_upper * (self.cells.upper >= 0) + by_lower * (self.cells.lower >= 0))
        of_spread = [float((mode**2).sum() / sd**2 - len(mode) + variance.sum() / sd**2 - (shift @ mode) / sd**2)
                     for mode, sd, variance, shift in ((modes.kept, spreads[0], found.kept, carried[0]),
                                                       (modes.eliminated, spreads[1], found.eliminated, carried[1]))]
        if counts.is_swapped:
            of_spread.reverse()
        return float(value), np.concatenate([thresholds, effects, of_spread]), found

    def fixed_information(self, parameters: Array) -> Array:
        """Information on thresholds and coefficients with effects profiled out: a metric, not the last word."""
        _, table, curvature = self.climb_to_modes(parameters)
        cut = self.n_thresholds
        n, above, below = self.counts.n, table.above[:, 0], table.below[:, 0]
        up, low, gap = n * above * (1 - above), n * below * (1 - below), n * table.ratio * (1 + table.ratio)
        places = np.arange(cut)
        upper = (self.cells.upper[:, None] == places).astype(float)
        lower = (self.cells.lower[:, None] == places).astype(float)
        joint = upper * up[:, None] + lower * low[:, None]  # slope of the score in each threshold
        across = np.hstack([joint, -self.x * (up + low)[:, None]])
        cross = (upper * gap[:, None]).T @ lower
        information = np.zeros((cut + self.x.shape[1],) * 2)
        information[:cut, :cut] = np.diag(upper.T @ (up + gap) + lower.T @ (low + gap)) - cross - cross.T
        information[:cut, cut:] = -joint.T @ self.x
        information[cut:, :cut] = information[:cut, cut:].T
        information[cut:, cut:] = self.x.T @ (self.x * (up + low)[:, None])
        for k in range(across.shape[1]):
            kept, eliminated = self._sum(across[:, k])
            x, y = curvature.solve(kept, eliminated, 1e-8)
            information[k] -= across.T @ (x[self.counts.kept] + y[self.counts.eliminated])
        return (information + information.T) / 2


def _log_determinant(curvature: Curvature, probes: Array) -> float:
    """Estimate the log-determinant of the matrix of those kept by Lanczos quadrature on scaled probes."""
    root = np.sqrt(curvature.schur_diagonal)[:, None]
    size = len(root)
    steps = min(LANCZOS_STEPS, size)
    v = probes / np.sqrt(size)
    before = np.zeros_like(v)
    beta = np.zeros(v.shape[1])
    alphas: list[Array] = []
    betas: list[Array] = []
    total = np.inf
    for step in range(steps):
        w = curvature.apply_schur(v / root) / root - beta * before
        alpha = (w * v).sum(axis=0)
        w -= alpha * v
        beta = np.sqrt((w**2).sum(axis=0))
        alphas.append(alpha)
        betas.append(beta)
        if step % 4 == 3 or step == steps - 1 or beta.max() < 1e-10:
            earlier, total = total, _quadrature(alphas, betas)
            if abs(total - earlier) < LANCZOS_SETTLED * probes.shape[1] or beta.max() < 1e-10:
                break
        before, v = v, w / np.maximum(beta, 1e-300)
    return size * total / probes.shape[1] + 2 * float(np.log(root).sum())


def _quadrature(alphas: list[Array], betas: list[Array]) -> float:
    """Sum Gauss quadratures of the logarithm, one for each probe's tridiagonal matrix."""
    diagonals, beside = np.array(alphas), np.array(betas)[:-1]
    total = 0.0
    for probe in range(diagonals.shape[1]):
        values, vectors = eigh_tridiagonal(diagonals[:, probe], beside[:, probe])
        total += float(vectors[0]**2 @ np.log(np.maximum(values, 1e-12)))
    return total
