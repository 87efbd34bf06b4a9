"""What else the record holds of people that does not come from their manager's rating.

Objectives met, own placements, and placements that earlier meetings agreed.

Such sources, and people rated by more than one manager, are what can part a generous manager from a strong team.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.inference.agreed_levels import free_agreed_levels
from my121_analytics.inference.joint_levels import PersonMeasure
from my121_analytics.workforce.counts import RatingCounts, select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import CALIBRATED, SELF

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

OBJECTIVES, OWN, AGREED = "objectives", "own_placements", "agreed"
MOVERS, SECOND_RATERS = "movers", "second_raters"
SOURCES = (MOVERS, SECOND_RATERS, OBJECTIVES, AGREED, OWN)
"""All that may be known of people beside one manager's rating, in the order in which it is said."""
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
        placements (level less the mean of the same cycle) and what meetings agreed beyond the manager's own rating;
        only those that at least 40 people have.
    """
    if counts.employees is None:
        return ()
    found = (_objectives_met(workforce, counts), _own_placements(workforce, counts),
             _agreed_placements(workforce, counts))
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


def _agreed_placements(workforce: Workforce, counts: RatingCounts) -> PersonMeasure | None:
    """Give what meetings agreed of people, the part that is the manager's own rating taken off."""
    keys = ["employee_id", "post_id", "cycle"]
    agreed = select_placements(workforce, source=CALIBRATED, cycles=counts.cycles)[[*keys, counts.axis]]
    if agreed[counts.axis].isna().all():
        return None
    own = select_placements(workforce, cycles=counts.cycles)[[*keys, "rater_id", counts.axis]]
    own = own[own[counts.axis].notna() & own["rater_id"].notna()]
    rows = own.astype(dict.fromkeys(keys, "str")).merge(agreed.astype(dict.fromkeys(keys, "str")), on=keys, how="left",
                                                        suffixes=("", "_agreed"))
    return free_of_own_ratings(
        rows[counts.axis].to_numpy(np.float64), pd.factorize(rows["rater_id"])[0].astype(np.int64),
        _code(rows["employee_id"], counts), pd.factorize(rows["cycle"])[0].astype(np.int64),
        rows[f"{counts.axis}_agreed"].astype("float64").to_numpy())


def free_of_own_ratings(rating: Array, rater: Codes, person: Codes, cycle: Codes, agreed: Array) -> PersonMeasure:
    """Make a measure of people from agreed placements, the part that is the manager's own rating taken off.

    Parameters
    ----------
    rating, rater, person, cycle
        Every rating, who gave it, of whom and when; ratings and agreed ones in levels of the scale.
    agreed
        What a meeting made of it; missing (NaN) where none looked at it.

    Returns
    -------
    PersonMeasure
        Not usable, only to be named, where the managers' part cannot be told from the panels'.
    """
    usual = np.bincount(cycle, rating) / np.bincount(cycle)
    freed = free_agreed_levels(rating - usual[cycle], rater, person, agreed - usual[cycle])
    if freed is None:
        people = np.unique(person[np.isfinite(agreed)]).astype(np.int64)
        return PersonMeasure(AGREED, people, np.zeros(len(people)), np.ones(len(people)), kept=0.0, usable=False)
    return PersonMeasure(AGREED, freed.person, freed.value, freed.sampling_variance, kept=freed.kept)


def _code(ids: pd.Series, counts: RatingCounts) -> Codes:
    return pd.Index(counts.employees).get_indexer(ids.astype("str")).astype(np.int64)


def measures_within(measures: Sequence[PersonMeasure], n_people: int) -> list[PersonMeasure]:
    """Leave out people whose code is beyond those rated."""
    kept = []
    for measure in measures:
        inside = measure.person < n_people
        kept.append(replace(measure, person=measure.person[inside], value=measure.value[inside],
                            sampling_variance=measure.sampling_variance[inside]))
    return kept


def find_ties(frame: pd.DataFrame, cycle: Codes, n_people: int) -> dict[str, NDArray[np.bool_]]:
    """Find the people who tie raters together, each of one kind.

    Parameters
    ----------
    frame
        Ratings by ``employee`` and ``rater``.
    cycle
        Of each row.
    n_people
        Number of people.

    Returns
    -------
    dict
        For ``movers`` and ``second_raters`` one flag per person: who was rated by several raters, one after another or
        two and more in one cycle.
    """
    rows = pd.DataFrame({"employee": frame["employee"], "rater": frame["rater"], "cycle": cycle}).drop_duplicates()
    at_once = np.zeros(n_people, dtype=bool)
    at_once[rows["employee"][rows.duplicated(["employee", "cycle"])]] = True
    spells = rows.drop_duplicates(["employee", "rater"])
    several = np.bincount(spells["employee"], minlength=n_people) > 1
    return {MOVERS: several & ~at_once, SECOND_RATERS: at_once}
