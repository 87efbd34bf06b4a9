"""Which managers people who moved tie together, and how firmly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from my121_analytics.inference.linkage import Linkage, link_raters
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.schema import ORGANISATION

COLUMNS = ["rater_id", "part", "n_comparable", "n_people", "n_shared", "n_linked", "on_one_tie", "text", *ORGANISATION]


@dataclass(frozen=True)
class LinkageSummary:
    """How managers hang together: managers in the largest part, managers tied to nobody, ties that nothing replaces."""

    n_largest: int
    n_alone: int
    n_bridges: int


def tabulate_links(counts: RatingCounts) -> pd.DataFrame:
    """Say of each manager with how many others people who moved tie them, and through how many people.

    Parameters
    ----------
    counts
        Ratings by rater, person and pattern.

    Returns
    -------
    pandas.DataFrame
        One row per rater: ``rater_id``, ``part`` (0 is the largest part of the organisation that hangs together),
        ``n_comparable`` (other managers in it), ``n_people``, ``n_shared`` (people whom another manager rated too),
        ``n_linked`` (managers shared with), ``on_one_tie`` (a single tie holds the manager to the rest), ``text``, and
        the organisation's units. Empty where people are not known from cycle to cycle.
    """
    linkage = _link(counts)
    if linkage is None:
        return pd.DataFrame(columns=COLUMNS)
    table = linkage.raters.reindex(range(len(counts.raters)))
    size = table["component"].map(table["component"].value_counts()).to_numpy(dtype=np.int64)
    bridges = linkage.links[linkage.links["is_bridge"].astype(bool)]
    ends = pd.concat([bridges["first"], bridges["second"]])
    on_one_tie = (table["n_linked"] == 1).to_numpy() & table.index.isin(ends)
    rows = pd.DataFrame({"rater_id": counts.raters["rater_id"].astype("str"), "part": table["component"],
                         "n_comparable": size - 1, "n_people": table["n_people"], "n_shared": table["n_shared"],
                         "n_linked": table["n_linked"], "on_one_tie": on_one_tie})
    rows["text"] = [_words(row, len(rows)) for row in rows.itertuples()]
    return rows.assign(**{column: counts.raters[column].to_numpy() for column in ORGANISATION})[COLUMNS]


def tabulate_ties(counts: RatingCounts, names: pd.Series) -> pd.DataFrame:
    """Say of each tie between two managers through how many people it goes, and what would part without it.

    Parameters
    ----------
    counts
        Ratings by rater, person and pattern.
    names
        Name of each rater, in the order of the counts.

    Returns
    -------
    pandas.DataFrame
        One row per pair of managers who rated the same people: ``first_rater_id``, ``second_rater_id``, ``n_people``,
        ``is_bridge`` (nothing else ties the two sides), ``n_parted`` (managers on the smaller side of a bridge, who
        could not be compared with the rest without it; else 0), ``text`` (of bridges). The weakest come first: bridges
        through fewest people.
    """
    linkage = _link(counts)
    columns = ["first_rater_id", "second_rater_id", "n_people", "is_bridge", "n_parted", "text"]
    if linkage is None or linkage.links.empty:
        return pd.DataFrame(columns=columns)
    links = linkage.links.astype({"first": "int64", "second": "int64", "is_bridge": "bool"})
    links["n_parted"] = _count_parted(links, len(counts.raters))
    ids, named = counts.raters["rater_id"].astype("str").to_numpy(), names.astype("str").to_numpy()
    links["text"] = [say("link", "bridge_one" if row.n_people == 1 else "bridge", people=row.n_people,
                         first=named[row.first], second=named[row.second],
                         managers=say("link", "managers_one" if row.n_parted == 1 else "managers", n=row.n_parted))
                     if row.is_bridge else "" for row in links.itertuples()]
    links = links.assign(weakest=~links["is_bridge"]).sort_values(["weakest", "n_people", "first", "second"])
    links = links.assign(first_rater_id=ids[links["first"]], second_rater_id=ids[links["second"]])
    return links[columns].reset_index(drop=True)


def _count_parted(links: pd.DataFrame, n_raters: int) -> NDArray[np.int64]:
    """Count the managers on the smaller side of each bridge."""
    parted = np.zeros(len(links), dtype=np.int64)
    first, second = links["first"].to_numpy(), links["second"].to_numpy()
    for row in np.flatnonzero(links["is_bridge"]):
        kept = np.arange(len(links)) != row
        graph = sparse.coo_array((np.ones(kept.sum()), (first[kept], second[kept])), shape=(n_raters, n_raters))
        part = connected_components(graph, directed=False)[1]
        parted[row] = min((part == part[first[row]]).sum(), (part == part[second[row]]).sum())
    return parted


def summarise_links(counts: RatingCounts) -> LinkageSummary | None:
    """Say how the managers hang together; None where people are not known from cycle to cycle."""
    linkage = _link(counts)
    if linkage is None:
        return None
    return LinkageSummary(int((linkage.raters["component"] == 0).sum()), int((linkage.raters["n_linked"] == 0).sum()),
                          int(linkage.links["is_bridge"].sum()))


def _link(counts: RatingCounts) -> Linkage | None:
    if "employee" not in counts.frame:
        return None
    pairs = counts.frame[["rater", "employee"]].drop_duplicates()
    return link_raters(pairs["rater"], pairs["employee"])


def _words(row: object, n_raters: int) -> str:
    code = "alone" if not row.n_linked else "one_tie" if row.on_one_tie else "linked"  # type: ignore[attr-defined]
    return say("link", code, n=row.n_comparable, of=n_raters - 1, people=row.n_shared)  # type: ignore[attr-defined]
