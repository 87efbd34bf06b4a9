"""Which raters can be compared through people whom both have rated: the movement graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Linkage:
    """How raters hang together.

    Parameters
    ----------
    raters
        Indexed by rater: ``component`` (0 is the largest), ``n_people``, ``n_shared`` (people whom another rater has
        rated too), ``n_linked`` (raters shared with).
    links
        One row per pair of raters who share people: ``first``, ``second``, ``n_people``, ``is_bridge`` (without this
        pair the two sides could not be compared).
    n_components
        Parts between which ratings alone say nothing of the difference.
    """

    raters: pd.DataFrame
    links: pd.DataFrame
    n_components: int


def link_raters(raters: ArrayLike, persons: ArrayLike) -> Linkage:
    """Find the groups of raters that people who moved tie together, and the ties on which that hangs.

    Parameters
    ----------
    raters, persons
        Who rated whom, one entry per rating (any ids).

    Returns
    -------
    Linkage

    Notes
    -----
    Two raters are linked when one person was rated by both. A lenient rater and a strong team can be parted only
    within a component, and the further apart two raters are, the less surely. People with many raters link all pairs.

    References
    ----------
    Abowd, Kramarz & Margolis (1999), Econometrica 67:251.
    """
    rater, rater_ids = pd.factorize(pd.Series(raters), sort=True)
    person, person_ids = pd.factorize(pd.Series(persons))
    shape = len(rater_ids), len(person_ids)
    rater_by_person = sparse.coo_array((np.ones(len(rater)), (rater, person)), shape=shape).tocsr()
    rater_by_person.data[:] = 1.0
    shared = (rater_by_person @ rater_by_person.T).tocsr()
    shared.setdiag(0)
    shared.eliminate_zeros()
    _, component = connected_components(shared, directed=False)
    sizes = np.bincount(component)
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    moved = np.asarray(rater_by_person.sum(axis=0)).ravel() > 1
    table = pd.DataFrame({"component": rank[component], "n_people": np.diff(rater_by_person.indptr),
                          "n_shared": (rater_by_person @ moved.astype(float)).astype(np.int64),
                          "n_linked": np.diff(shared.indptr)}, index=pd.Index(rater_ids, name="rater"))
    upper = sparse.triu(shared, k=1).tocoo()
    bridges = _bridges(shared)
    first, second = upper.coords
    links = pd.DataFrame({"first": np.asarray(rater_ids)[first], "second": np.asarray(rater_ids)[second],
                          "n_people": upper.data.astype(np.int64),
                          "is_bridge": [(int(a), int(b)) in bridges for a, b in zip(first, second, strict=True)]})
    return Linkage(table, links.sort_values(["first", "second"]).reset_index(drop=True), len(sizes))


def _bridges(graph: sparse.csr_array) -> set[tuple[int, int]]:
    """Find links whose loss parts a component (Tarjan 1974), without recursion."""
    n = graph.shape[0]
    found_at, low = np.full(n, -1), np.zeros(n, dtype=np.int64)
    above, next_link = np.full(n, -1), graph.indptr[:-1].copy()
    bridges: set[tuple[int, int]] = set()
    clock = 0
    for root in range(n):
        if found_at[root] >= 0:
            continue
        found_at[root] = low[root] = clock
        clock += 1
        path = [root]
        while path:
            here = path[-1]
            if next_link[here] < graph.indptr[here + 1]:
                there = int(graph.indices[next_link[here]])
                next_link[here] += 1
                if found_at[there] < 0:
                    found_at[there] = low[there] = clock
                    clock += 1
                    above[there] = here
                    path.append(there)
                elif there != above[here]:
                    low[here] = min(low[here], found_at[there])
                continue
            path.pop()
            if path:
                parent = path[-1]
                low[parent] = min(low[parent], low[here])
                if low[here] > found_at[parent]:
                    bridges.add((min(here, parent), max(here, parent)))
    return bridges
