"""Who rated whom, when and how often: spells (one person under one rater), first teams, and people under several."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.sources import SECOND_RATERS, find_ties
from my121_analytics.inference.cumulative_link import CumulativeLinkFit
from my121_analytics.inference.grid_likelihood import PersonCounts, gather_persons
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


def gather_spells(counts: RatingCounts, fit: CumulativeLinkFit) -> PersonCounts:
    """Gather ratings into spells, one for each person under each rater; categories as the fit numbers them."""
    frame = counts.frame
    person = (frame["employee"] if "employee" in frame else frame["rater"]).to_numpy(dtype=np.int64)
    category = np.searchsorted(np.asarray(fit.categories), frame["category"].to_numpy())
    pattern, n = frame["pattern"].to_numpy(dtype=np.int64), frame["n"].to_numpy(dtype=float)
    rater = frame["rater"].to_numpy(dtype=np.int64)
    gathered = gather_persons(rater, person, pattern, category, n, n_raters=len(counts.raters),
                              n_categories=len(fit.categories))
    if "employee" in frame:
        return gathered
    # Unknown people: one spell per rater holds the counts, and nobody is taken to be rated twice.
    return replace(gathered, ratings=np.ones(len(gathered.rater)), person=np.full(len(gathered.rater), -1))


def merge_people(frame: pd.DataFrame) -> pd.DataFrame:
    """Add up the counts of all people with one rater, pattern and category."""
    return frame.groupby(["rater", "pattern", "category"], sort=True)["n"].sum().reset_index()


def place_cycles(counts: RatingCounts) -> Codes:
    """Give the place of each pattern's cycle in time, from 0."""
    cycle = counts.patterns["cycle"].map({label: place for place, label in enumerate(counts.cycles)})
    if cycle.isna().any():
        cycle = pd.Series(pd.factorize(counts.patterns["cycle"], sort=True)[0])
    return cycle.to_numpy(dtype=np.int64)


def find_homes(counts: RatingCounts, n_people: int) -> Codes:
    """Give each person's first rater: of those of the first cycle the one with most ratings then, and then in all."""
    rows = counts.frame[["employee", "rater", "n"]].assign(
        cycle=place_cycles(counts)[counts.frame["pattern"].to_numpy()])
    rows = rows.groupby(["employee", "cycle", "rater"], sort=True)["n"].sum().reset_index()
    rows["in_all"] = rows.groupby(["employee", "rater"])["n"].transform("sum")
    first = rows.sort_values(["employee", "cycle", "n", "in_all"], ascending=[True, True, False, False], kind="stable")
    first = first.drop_duplicates("employee")
    home = np.zeros(n_people, dtype=np.int64)
    home[first["employee"].to_numpy()] = first["rater"].to_numpy()
    return home


def n_movers(persons: PersonCounts) -> int:
    """Count the people rated by more than one rater."""
    return int((np.bincount(persons.person) > 1).sum())


def count_movers(counts: RatingCounts) -> dict[str, float | int | None]:
    """Count the people rated by more than one rater, and their share of those rated more than once."""
    if "employee" not in counts.frame:
        return {"share_movers": None, "n_movers": None}
    by_person = counts.frame.groupby("employee").agg(n=("n", "sum"), raters=("rater", "nunique"))
    again, moved = int((by_person["n"] > 1).sum()), int((by_person["raters"] > 1).sum())
    return {"share_movers": moved / again if again else None, "n_movers": moved}


def count_second_raters(counts: RatingCounts) -> int:
    """Count the people whom more than one rater rated in one cycle."""
    if "employee" not in counts.frame:
        return 0
    return int(flag_ties(counts, int(counts.frame["employee"].max()) + 1)[SECOND_RATERS].sum())


def flag_ties(counts: RatingCounts, n_people: int) -> dict[str, NDArray[np.bool_]]:
    """Flag the people who tie raters together, by kind of tie."""
    return find_ties(counts.frame, place_cycles(counts)[counts.frame["pattern"].to_numpy()], n_people)


def measure_overlap(counts: RatingCounts, persons: PersonCounts) -> Array:
    """Say how far ratings are of one lasting group of people: 0 for new people every cycle, 1 for the same.

    Two shares are multiplied: how often people come again (mean ratings per person, weighted by ratings, between 1
    and the number of cycles), and how alike their origins are (squared shares of the raters they mostly belong to).
    """
    n_raters, n_cycles = len(counts.raters), counts.raters["n_cycles"].to_numpy(dtype=float)
    total = np.bincount(persons.rater, persons.ratings, minlength=n_raters)
    again = np.bincount(persons.rater, persons.ratings**2, minlength=n_raters) / total
    coming_again = np.where(n_cycles > 1, (again - 1) / np.maximum(n_cycles - 1, 1), 0.0).clip(0, 1)
    if "employee" not in counts.frame:
        return np.zeros(n_raters)
    spells = counts.frame.groupby(["employee", "rater"], sort=True)["n"].sum().reset_index()
    home = spells.sort_values("n", ascending=False, kind="stable").drop_duplicates("employee")
    spells["home"] = home.set_index("employee")["rater"].reindex(spells["employee"]).to_numpy()
    origins = spells.groupby(["rater", "home"])["n"].sum().reset_index()
    alike = np.bincount(origins["rater"], origins["n"].to_numpy(dtype=float) ** 2, minlength=n_raters) / total**2
    return np.asarray(coming_again * alike)


def concentrate_cycles(counts: RatingCounts) -> Array:
    """Per rater: sum of the squared shares of cycles, 1 over their number where all are as large."""
    n = with_cycles(counts).groupby(["rater", "cycle"])["n"].sum()
    share = (n / n.groupby("rater").transform("sum")) ** 2
    return np.asarray(share.groupby("rater").sum().reindex(range(len(counts.raters)), fill_value=1.0), dtype=float)


def with_cycles(counts: RatingCounts) -> pd.DataFrame:
    """Give each count with a code of its cycle."""
    return counts.frame.assign(cycle=pd.factorize(counts.patterns["cycle"])[0][counts.frame["pattern"]])
