"""Who manages whom: layers, spans of control, and the loops and orphans that exports contain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.workforce.record import main_posts


@dataclass(frozen=True)
class Hierarchy:
    """Reporting lines at one moment.

    Parameters
    ----------
    people
        One row per employee with a main post: ``employee_id``, ``manager_id``, ``layer`` (1 at the top; 0 for people
        in or below a loop), ``n_direct`` (span of control).
    loops
        Each loop as a tuple of ids, in the order in which they manage each other.
    orphans
        Employees whose manager is named but not in the record.
    """

    people: pd.DataFrame
    loops: tuple[tuple[str, ...], ...]
    orphans: tuple[str, ...]


def build_hierarchy(posts: pd.DataFrame) -> Hierarchy:
    """Work out the reporting lines of posts in force at one moment.

    Parameters
    ----------
    posts
        One row per employee and post, as from ``Workforce.posts_in_cycle``; the main post decides, and people whose
        posts had all ended (column ``in_force``) are left out.

    Returns
    -------
    Hierarchy
    """
    main = main_posts(posts[posts["in_force"]] if "in_force" in posts else posts)
    ids = main["employee_id"].astype("str").to_numpy()
    managers = main["manager_id"].astype("str").to_numpy(dtype=object)
    position = {person: row for row, person in enumerate(ids)}
    has_manager = main["manager_id"].notna().to_numpy()
    above = np.array([position.get(m, -1) if known else -1 for m, known in zip(managers, has_manager, strict=True)],
                     dtype=np.int64)
    layer = _layers(above)
    span = np.bincount(above[above >= 0], minlength=len(ids))
    people = pd.DataFrame({"employee_id": ids, "manager_id": main["manager_id"].to_numpy(), "layer": layer,
                           "n_direct": span})
    orphans = tuple(str(i) for i in ids[has_manager & (above < 0)])
    return Hierarchy(people, tuple(tuple(str(ids[r]) for r in loop) for loop in _loops(above, layer)), orphans)


def _layers(above: np.ndarray) -> np.ndarray:
    """Count layers from the top; rows whose chain never ends keep 0."""
    layer = np.where(above < 0, 1, 0)
    while True:
        ready = (layer == 0) & (above >= 0)
        ready[ready] = layer[above[ready]] > 0
        if not ready.any():
            return layer
        layer[ready] = layer[above[ready]] + 1


def _loops(above: np.ndarray, layer: np.ndarray) -> list[list[int]]:
    visited: set[int] = set()
    loops = []
    for first in np.flatnonzero(layer == 0):
        trail: list[int] = []
        row = int(first)
        while row not in visited:
            visited.add(row)
            trail.append(row)
            row = int(above[row])
        if row in trail:
            loops.append(trail[trail.index(row):])
    return loops
