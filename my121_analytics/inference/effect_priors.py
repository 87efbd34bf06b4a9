"""Shapes that the effects of raters may have: a core, and a small part of the raters shifted to either side.

All shapes are mixtures of a few hundred components on one grid of nodes, so that the fit of several thousand shapes
costs one matrix product for the components and one sum of logarithms for the mixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

SD_GRID = np.array([0.01, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8, 0.9, 1.0,
                    1.2, 1.4, 1.7, 2.0])
SD_SCALE = 1.0
"""Half-normal prior of the core's spread: middling .7 logits, rarely beyond 2. Of six managers the ratings tell so
little of the spread that a prior which held it near .3 would make their ranges too narrow."""
SKEWS = (-0.6, -0.3, 0.3, 0.6)
"""Half the log-ratio of the upper to the lower spread of a lopsided core; .6 has the skewness of a typical waiting
time cut in half."""
PARTED = 0.8
"""Distance of two camps from the middle, in standard deviations of the whole: two humps just visible."""
PLAIN_CORE = 0.5
"""Prior probability that the core is normal; the lopsided and the parted cores share the rest."""
SHIFT_SHARES = (0.0, 0.02, 0.05, 0.1)
FIRST_SHARE = 0.05
SHIFT_SIZES = (1.0, 1.5, 2.0, 2.5)
NO_SHIFT = 0.3
"""Prior probability that nobody is shifted."""
EVEN_SHIFT = 0.5
"""Of the rest, prior probability that as many are shifted up as down."""
RATERS_FOR_SHAPE = 50
"""With fewer raters a shifted part is one or two raters, and a lopsided core cannot be told: only normal cores."""


@dataclass(frozen=True)
class PriorFamily:
    """Candidate shapes on the nodes.

    Parameters
    ----------
    components
        Nodes x components, columns sum to 1.
    core, up, down
        Per candidate: which component is its core, its part shifted up and its part shifted down.
    share_up, share_down
        Per candidate: the parts of the raters that are shifted.
    log_weight
        Per candidate: log prior weight (up to a constant).
    spread
        Per candidate: total standard deviation.
    core_sd
        Per candidate: place in ``SD_GRID``.
    """

    components: Array
    core: Codes
    up: Codes
    down: Codes
    share_up: Array
    share_down: Array
    log_weight: Array
    spread: Array
    core_sd: Codes

    @cached_property
    def first_looks(self) -> Codes:
        """The candidates that are tried first: nobody shifted, or a twentieth to either side."""
        plain = (self.share_up == 0) & (self.share_down == 0)
        shifted = (self.share_up == self.share_down) & (self.share_up == FIRST_SHARE)
        return np.flatnonzero(plain | shifted)

    def marginals(self, by_component: Array, chosen: Codes | None = None) -> Array:
        """Mix what holds for components (rows x components) into candidates (rows x candidates)."""
        at = slice(None) if chosen is None else chosen
        up, down = self.share_up[at], self.share_down[at]
        return ((1 - up - down) * by_component[:, self.core[at]] + up * by_component[:, self.up[at]]
                + down * by_component[:, self.down[at]])

    @cached_property
    def _mixing(self) -> sparse.csr_array:
        """Candidates x components: what each is mixed of."""
        candidates = np.arange(len(self.core))
        parts = ((1 - self.share_up - self.share_down, self.core), (self.share_up, self.up),
                 (self.share_down, self.down))
        places = np.concatenate([component[share > 0] for share, component in parts])
        rows = np.concatenate([candidates[share > 0] for share, _ in parts])
        shares = np.concatenate([share[share > 0] for share, _ in parts])
        return sparse.csr_array((shares, (rows, places)), shape=(len(self.core), self.components.shape[1]))

    @cached_property
    def first_mixing(self) -> sparse.csr_array:
        """What the candidates that are tried first are mixed of."""
        return self.mixing(self.first_looks)

    def mixing(self, chosen: Codes) -> sparse.csr_array:
        """Give what chosen candidates are mixed of, chosen x components: :meth:`marginals` five times as fast."""
        return self._mixing[chosen]

    def densities(self, chosen: Codes) -> Array:
        """Give the chosen candidates on the nodes, nodes x chosen."""
        return self.marginals(self.components, chosen)


def list_priors(nodes: Array, n_raters: int) -> PriorFamily:
    """List the shapes that so many raters can tell apart.

    Parameters
    ----------
    nodes
        Equally spaced effects, symmetric about 0.
    n_raters
        Fewer than 50 get normal cores only.

    Returns
    -------
    PriorFamily
        The first candidate is the narrowest normal core.
    """
    return _list_priors(np.asarray(nodes, dtype=np.float64).tobytes(), n_raters >= RATERS_FOR_SHAPE)


@lru_cache(maxsize=4)
def _list_priors(nodes_as_bytes: bytes, shaped: bool) -> PriorFamily:
    """Do it once for the same nodes: they come in few spacings, and are asked for again for every supposition."""
    nodes = np.frombuffer(nodes_as_bytes, dtype=np.float64)
    columns: list[Array] = []
    rows = []
    log_sd = -((SD_GRID / SD_SCALE) ** 2) / 2 + np.log(np.gradient(SD_GRID))
    shapes: list[float | None] = [0.0]
    if shaped:
        shapes += [*SKEWS, None]
    for place, sd in enumerate(SD_GRID):
        for shape in shapes:
            core = len(columns)
            columns.append(_core(nodes, 0.0, sd, shape))
            log_shape = np.log(PLAIN_CORE if shape == 0.0 else (1 - PLAIN_CORE) / (len(SKEWS) + 1))
            if not shaped:
                rows.append((core, core, core, 0.0, 0.0, log_sd[place], sd, place))
                continue
            rows.append((core, core, core, 0.0, 0.0, log_sd[place] + log_shape + np.log(NO_SHIFT), sd, place))
            for size in SHIFT_SIZES:
                up = len(columns)
                columns += [_core(nodes, size, sd, shape), _core(nodes, -size, sd, shape)]
                for share_up, share_down, weight in _shares():
                    spread = np.sqrt(sd**2 + (share_up + share_down) * size**2
                                     - ((share_up - share_down) * size) ** 2)
                    rows.append((core, up, up + 1, share_up, share_down, log_sd[place] + log_shape
                                 + np.log((1 - NO_SHIFT) * weight / len(SHIFT_SIZES)), spread, place))
    table = np.array(rows, dtype=float)
    codes = table[:, [0, 1, 2, 7]].astype(np.int64)
    return PriorFamily(np.column_stack(columns), codes[:, 0], codes[:, 1], codes[:, 2], table[:, 3], table[:, 4],
                       table[:, 5], table[:, 6], codes[:, 3])


def _shares() -> Iterator[tuple[float, float, float]]:
    """Give shares shifted up and down with their prior weight, which sums to 1."""
    pairs = [pair for pair in product(SHIFT_SHARES, SHIFT_SHARES) if any(pair)]
    n_even = sum(up == down for up, down in pairs)
    for up, down in pairs:
        yield up, down, EVEN_SHIFT / n_even if up == down else (1 - EVEN_SHIFT) / (len(pairs) - n_even)


def _core(nodes: Array, centre: float, sd: float, shape: float | None) -> Array:
    """Normal (0), two-piece normal with mean at the centre, or two camps (None), all of about one spread."""
    if shape is None:
        within = sd * np.sqrt(1 - PARTED**2)
        return (_normal(nodes, centre - PARTED * sd, within) + _normal(nodes, centre + PARTED * sd, within)) / 2
    step = nodes[1] - nodes[0]
    low, high = np.exp(-shape), np.exp(shape)
    lean = np.sqrt(2 / np.pi) * (high - low)
    unit = sd / np.sqrt((1 - 2 / np.pi) * (high - low) ** 2 + high * low)
    # A core narrower than the spacing is widened to it, which the data cannot see.
    left, right = max(unit * low, 0.6 * step), max(unit * high, 0.6 * step)
    away = nodes - centre + lean * unit
    density = np.exp(-((away / np.where(away < 0, left, right)) ** 2) / 2)
    return np.asarray(density / density.sum())


def _normal(nodes: Array, centre: float, sd: float) -> Array:
    density = np.exp(-(((nodes - centre) / max(sd, 0.6 * (nodes[1] - nodes[0]))) ** 2) / 2)
    return np.asarray(density / density.sum())
