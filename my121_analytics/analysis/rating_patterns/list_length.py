"""The list as long as the meeting: what it costs, and what it finds, to hear so many managers."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.pattern_list import tells_nothing
from my121_analytics.analysis.rating_patterns.study import Study
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]

LONGEST = 30
"""Managers to whose hearing no meeting comes."""
FEWEST = 10
"""Managers with enough ratings below which a list of some length is nearly everybody, and its length tells how few."""


def tabulate_list_lengths(study: Study, counts: RatingCounts, settings: Settings) -> pd.DataFrame:
    """Say for each length of the list how many are expected to be on it wrongly, and how many of those who differ.

    Parameters
    ----------
    study
        The main axis, adjusted.
    counts
        Its ratings.
    settings
        Delta, ratings needed, and the number chosen for the meeting.

    Returns
    -------
    pandas.DataFrame
        One row per length ``k`` from 1: ``expected_wrong`` (of the k, those expected not to differ by delta on the side
        named), ``expected_right``, ``share_wrong``, ``n_differ`` (of all managers, those expected to differ by delta)
        and ``share_found`` (of these, the share expected among the k). ``is_chosen`` marks the number heard.
        Empty where there is nothing to compare, or too few managers to choose from.

    Notes
    -----
    The k are those whose chance of being there wrongly is smallest. All figures are means over what the ratings leave
    open; they hold as far as the chances do, and are about lists of this kind, not about any one name.
    """
    chance = chances_of_wrong(study, counts, settings)
    known = np.sort(chance[np.isfinite(chance)])[:LONGEST]
    known = known if len(known) >= FEWEST else known[:0]
    length = np.arange(1, len(known) + 1)
    wrong = np.cumsum(known)
    n_differ = float(study.raters["probability"].sum()) if len(known) else 0.0
    n_heard = int(choose_to_hear(study, counts, settings).sum())
    right = length - wrong
    return pd.DataFrame({"k": length, "expected_wrong": wrong, "expected_right": right, "share_wrong": wrong / length,
                         "n_differ": n_differ, "share_found": right / max(n_differ, 1e-9),
                         "is_chosen": length == n_heard})


def choose_to_hear(study: Study, counts: RatingCounts, settings: Settings) -> NDArray[np.bool_]:
    """Mark the managers whom the meeting hears.

    Returns
    -------
    numpy.ndarray
        One flag per manager. Where the senior team chose a number ``k``, those who are named with the least doubt;
        ties at the end are all left out. Where it chose none, those on the list at the settings' rate. Nobody where
        managers show no detectable difference, whatever was chosen: such names would be chance alone.
    """
    chance = np.round(chances_of_wrong(study, counts, settings), 7)
    if settings.managers.k is None or study.evidence is None:
        return study.lists["main"].copy()
    known = np.sort(chance[np.isfinite(chance)])
    k = min(settings.managers.k, len(known)) if len(known) >= FEWEST else 0
    if k == 0 or study.evidence.shows_no_difference:
        return np.zeros(len(chance), dtype=bool)
    last = known[k - 1]
    if k < len(known) and known[k] == last:
        return np.asarray(chance < last)
    return np.asarray(chance <= last)


def chances_of_wrong(study: Study, counts: RatingCounts, settings: Settings) -> Array:
    """Give each manager's chance of being named wrongly; missing where the ratings are too few, or all alike."""
    if study.evidence is None:
        return np.full(len(study.raters), np.nan)
    below, above = study.evidence.knowledge.beyond(settings.managers.delta)
    enough = counts.raters["n_ratings"].to_numpy() >= settings.managers.min_ratings_verdict
    return np.where(enough & ~tells_nothing(counts, study.evidence), 1 - np.maximum(below, above), np.nan)
