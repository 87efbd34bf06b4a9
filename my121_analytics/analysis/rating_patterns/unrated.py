"""People who have no rating, placed under their managers: how far the comparison could change with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from my121_analytics.workforce.counts import RatingCounts


@dataclass(frozen=True)
class Unrated:
    """People and posts without a rating, as counts.

    Parameters
    ----------
    frame
        Codes ``rater`` and ``pattern`` of the counts they belong to, and ``n``.
    """

    frame: pd.DataFrame

    @property
    def n(self) -> int:
        """People and posts that could be placed."""
        return int(self.frame["n"].sum())


def place_unrated(missing: pd.DataFrame, counts: RatingCounts, cycle: str) -> Unrated:
    """Find the manager and the case-mix pattern of everybody without a rating.

    Parameters
    ----------
    missing
        Rows of ``outcomes_in_cycle`` without a rating, with the case-mix columns.
    counts
        The ratings they are missing from.
    cycle
        Their cycle.

    Returns
    -------
    Unrated
        Only those whose manager rated others, in a pattern that was rated: nothing can be said of the rest.
    """
    columns = list(counts.patterns.columns)
    rows = missing.assign(cycle=cycle)[["manager_id", *columns]].astype("str")
    rows["rater"] = pd.Index(counts.raters["rater_id"].astype("str")).get_indexer(rows["manager_id"])
    pattern = counts.patterns.astype("str").assign(pattern=np.arange(len(counts.patterns)))
    rows = rows[rows["rater"] >= 0].merge(pattern, on=columns, how="inner")
    return Unrated(rows.groupby(["rater", "pattern"]).size().rename("n").reset_index())


def with_unrated(counts: RatingCounts, unrated: Unrated, category: int) -> RatingCounts:
    """Give the counts as they would be had all of them received one rating.

    Parameters
    ----------
    counts
        The ratings.
    unrated
        Who has none.
    category
        The rating supposed.

    Returns
    -------
    RatingCounts
        They count as people not seen before; team sizes (and so the bands) stay as they are.
    """
    frame = counts.frame
    added = unrated.frame.loc[unrated.frame.index.repeat(unrated.frame["n"])].assign(category=category, n=1)
    if "employee" in frame:
        first = int(frame["employee"].max()) + 1
        added = added.assign(employee=np.arange(first, first + len(added)))
    keys = [column for column in frame.columns if column != "n"]
    together = pd.concat([frame, added[list(frame.columns)]], ignore_index=True)
    together = together.groupby(keys, sort=True)["n"].sum().reset_index()
    more = np.bincount(added["rater"], minlength=len(counts.raters))
    raters = counts.raters.assign(n_ratings=counts.raters["n_ratings"] + more,
                                  n_employees=counts.raters["n_employees"] + more)
    return replace(counts, frame=together, raters=raters)
