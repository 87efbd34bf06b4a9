"""What else the record holds of people that does not come from their manager's rating: objectives met, own placements.

Such sources, and people rated by more than one manager, are what can part a generous manager from a strong team.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.inference.joint_levels import PersonMeasure
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import SELF

Codes = NDArray[np.int64]

OBJECTIVES, OWN = "objectives", "own_placements"
LEAST_PEOPLE = 40
"""People measured, below which nothing can be learnt of how a measure goes with ratings."""
RATE_BOUNDS = (0.02, 0.98)
"""A share met of 0 or 1 would look free of chance."""


def gather_measures(workforce: Workforce, counts: RatingCounts) -> tuple[PersonMeasure, ...]:
    """Gather what is recorded of the people rated beside their managers' ratings.

    Parameters
    ----------
    workforce
        The record.
    counts
        Ratings with ``employees``; other people and cycles are left out.

    Returns
    -------
    tuple of PersonMeasure
        Objectives met (share met less that of the same cycle and kind), and for the axis of the counts people's own
        placements (level less the mean of the same cycle); only those that at least 40 people have.
    """
    if counts.employees is None:
        return ()
    found = (_objectives_met(workforce, counts), _own_placements(workforce, counts))
    return tuple(measure for measure in found if measure is not None and len(measure.person) >= LEAST_PEOPLE)


def _objectives_met(workforce: Workforce, counts: RatingCounts) -> PersonMeasure | None:
    rows = workforce.objectives[["employee_id", "cycle", "kind", "n_set", "n_met"]]
    rows = rows[rows["cycle"].astype("str").isin(counts.cycles) & (rows["n_set"] > 0) & rows["n_met"].notna()]
    person = _code(rows["employee_id"], counts)
    rows, person = rows[person >= 0], person[person >= 0]
    if rows.empty:
        return None
    n_set, n_met = rows["n_set"].to_numpy(dtype=float), rows["n_met"].to_numpy(dtype=float)
    kind = rows.groupby(["cycle", "kind"], observed=True, dropna=False).ngroup().to_numpy()
    rate = (np.bincount(kind, n_met) / np.bincount(kind, n_set)).clip(*RATE_BOUNDS)[kind]
    people, place = np.unique(person, return_inverse=True)
    total = np.bincount(place, n_set)
    value = np.bincount(place, n_met - n_set * rate) / total
    chance = np.bincount(place, n_set * rate * (1 - rate)) / total**2
    return PersonMeasure(OBJECTIVES, people, value, chance)


def _own_placements(workforce: Workforce, counts: RatingCounts) -> PersonMeasure | None:
    rows = workforce.placements
    rows = rows[(rows["source"] == SELF) & rows[counts.axis].notna() & rows["cycle"].astype("str").isin(counts.cycles)]
    person = _code(rows["employee_id"], counts)
    rows, person = rows[person >= 0], person[person >= 0]
    if rows.empty:
        return None
    level = rows[counts.axis].astype("float64")
    level = (level - level.groupby(rows["cycle"].astype("str")).transform("mean")).to_numpy()
    people, place = np.unique(person, return_inverse=True)
    n = np.bincount(place)
    value = np.bincount(place, level) / n
    spare = len(level) - len(people)
    chance = float(((level - value[place]) ** 2).sum() / spare) if spare >= LEAST_PEOPLE else float(level.var()) / 2
    return PersonMeasure(OWN, people, value, chance / n)


def _code(ids: pd.Series, counts: RatingCounts) -> Codes:
    return pd.Index(counts.employees).get_indexer(ids.astype("str")).astype(np.int64)


def measures_within(measures: Sequence[PersonMeasure], n_people: int) -> list[PersonMeasure]:
    """Leave out people whose code is beyond those rated."""
    kept = []
    for measure in measures:
        inside = measure.person < n_people
        kept.append(PersonMeasure(measure.name, measure.person[inside], measure.value[inside],
                                  measure.sampling_variance[inside]))
    return kept
