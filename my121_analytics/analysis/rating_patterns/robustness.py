"""How far a list of names would bear that teams differ in something no record holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.pattern_list import list_patterns
from my121_analytics.analysis.rating_patterns.posteriors import Posteriors, suppose_unrecorded
from my121_analytics.inference.multiplicity import DiscoveryList
from my121_analytics.settings import ManagerSettings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.schema import ORGANISATION

Array = NDArray[np.float64]

SHOWN_SDS = (0.2, 0.3)
"""Spreads of unrecorded differences for which the list is shown: odds a fifth or a third higher or lower from team to
team, about what grade and time in post make between teams of one council."""
TRIED_SDS = (0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.8)
"""Spreads tried to find where a name would leave the list; beyond .8 they would be larger than managers themselves."""


@dataclass(frozen=True)
class SupposedList:
    """The list as it would be under one supposed spread of unrecorded differences."""

    sd: float
    evidence: Posteriors
    listing: DiscoveryList


def suppose_differences(counts: RatingCounts, evidence: Posteriors | None,
                        rules: ManagerSettings) -> list[SupposedList]:
    """Draw up the list again for rising spreads of what no record holds.

    Parameters
    ----------
    counts
        Ratings by rater and pattern.
    evidence
        As reported; None where there is nothing to compare.
    rules
        Of the list; spreads up to ``unrecorded_sd`` are allowed for in any case and not tried.

    Returns
    -------
    list of SupposedList
        In rising order, until nobody is listed any more; the spreads that are shown are always among them.
    """
    found: list[SupposedList] = []
    if evidence is None:
        return found
    for sd in TRIED_SDS:
        over = found and not found[-1].listing.listed.any()
        if sd <= rules.unrecorded_sd or (over and sd not in SHOWN_SDS):
            continue
        supposed = suppose_unrecorded(evidence, sd)
        found.append(SupposedList(sd, supposed, list_patterns(counts, supposed, rules, rules.delta)))
    return found


def chance_as_named(evidence: Posteriors, as_reported: Posteriors | None, delta: float) -> Array:
    """Give each rater's chance of not lying beyond delta on the side seen in the report.

    Parameters
    ----------
    evidence
        Under any supposition.
    as_reported
        Tells the side; None takes the side of ``evidence``.
    delta
        The smallest difference that matters, logits.

    Returns
    -------
    numpy.ndarray
        0-1, one per rater.
    """
    below, above = evidence.knowledge.beyond(delta)
    side = (as_reported or evidence).knowledge.mean()
    return 1 - np.where(side < 0, below, above)


def tabulate_robustness(listed: pd.DataFrame, supposed: Sequence[SupposedList]) -> pd.DataFrame:
    """Say of each listed manager how large unrecorded differences would have to be for the name to go.

    Parameters
    ----------
    listed
        Rows of the managers on the list; the index is their place among all raters.
    supposed
        From :func:`suppose_differences`.

    Returns
    -------
    pandas.DataFrame
        ``rater_id, name``, the organisation's units, ``tipping_sd`` (the smallest spread tried at which the name
        leaves the list, logits; missing where it stays throughout) and ``text``.
    """
    place = listed.index.to_numpy()
    tipping = np.full(len(listed), np.nan)
    for scenario in reversed(supposed):
        tipping[~scenario.listing.listed[place]] = scenario.sd
    largest = max((scenario.sd for scenario in supposed), default=np.nan)
    text = [say("sensitivity", "withstands_all", sd=largest, odds=np.exp(largest)) if np.isnan(sd)
            else say("sensitivity", "tips", sd=sd, odds=np.exp(sd)) for sd in tipping]
    frame = listed[["rater_id", "name", *ORGANISATION]].reset_index(drop=True)
    return frame.assign(tipping_sd=tipping, text=pd.Series(text, index=frame.index, dtype="str"))
