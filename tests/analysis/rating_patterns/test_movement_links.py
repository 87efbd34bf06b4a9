import numpy as np
import pandas as pd

from my121_analytics.analysis.rating_patterns.movement_links import (
    COLUMNS,
    summarise_links,
    tabulate_links,
    tabulate_ties,
)
from my121_analytics.workforce.counts import RatingCounts


def counts(pairs, n_raters=5):
    frame = pd.DataFrame(pairs, columns=["rater", "employee"]).assign(pattern=0, category=1, n=1)
    raters = pd.DataFrame({"rater_id": [f"m{k}" for k in range(n_raters)], "directorate": "D", "service": "S",
                           "team": "T"})
    return RatingCounts("performance", 3, ("2023/24",), frame, raters, pd.DataFrame({"cycle": ["2023/24"]}))


RING = [(0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (0, 3), (3, 3), (4, 9)]
"""Raters 0, 1 and 2 in a ring; 3 shares person 3 with 0 and 2; 4 shares nobody."""


def test_ring_tie_and_loner_are_told_apart():
    table = tabulate_links(counts(RING)).set_index("rater_id")
    assert table["n_comparable"].tolist() == [3, 3, 3, 3, 0]
    assert table.loc["m4", "n_linked"] == 0
    assert "Nobody" in table.loc["m4", "text"]
    assert not table["on_one_tie"].any()


def test_a_manager_who_hangs_on_one_tie_is_told_so():
    table = tabulate_links(counts([(0, 1), (1, 1), (1, 2), (2, 2), (0, 2), (3, 7), (2, 7)], 4)).set_index("rater_id")
    assert table["on_one_tie"].tolist() == [False, False, False, True]
    assert table.loc["m3", "n_shared"] == 1


def test_the_summary_counts_parts_loners_and_bridges():
    found = summarise_links(counts([*RING, (0, 9)]))
    assert (found.n_largest, found.n_alone, found.n_bridges) == (5, 0, 1)
    assert summarise_links(counts(RING)).n_alone == 1


def test_without_known_people_there_are_no_links():
    known = counts(RING)
    unknown = RatingCounts("performance", 3, ("2023/24",), known.frame.drop(columns="employee"), known.raters,
                           known.patterns)
    assert list(tabulate_links(unknown).columns) == COLUMNS
    assert tabulate_links(unknown).empty
    assert summarise_links(unknown) is None


def test_every_manager_is_there_once_whatever_the_order_of_rows():
    pairs = [RING[k] for k in np.random.default_rng(1).permutation(len(RING))]
    assert tabulate_links(counts(pairs)).equals(tabulate_links(counts(RING)))


def test_where_nobody_moved_every_manager_stands_alone():
    table = tabulate_links(counts([(0, 1), (1, 2), (2, 3)], 3))
    assert (table["n_comparable"] == 0).all()
    assert not table["on_one_tie"].any()


def test_the_weakest_ties_come_first_and_say_who_would_be_parted():
    known = counts([*RING, (0, 9)])
    ties = tabulate_ties(known, known.raters["rater_id"].str.upper())
    first = ties.iloc[0]
    assert (first["first_rater_id"], first["second_rater_id"]) == ("m0", "m4")
    assert (first["n_people"], first["n_parted"]) == (1, 1)
    assert first["text"].startswith("M0 and M4 share one person")
    assert "one manager could not" in first["text"]
    assert not ties["is_bridge"].iloc[1:].any()
    assert (ties["text"].iloc[1:] == "").all()


def test_a_bridge_in_the_middle_parts_the_smaller_side():
    chain = counts([(0, 1), (1, 1), (1, 2), (2, 2), (2, 3), (3, 3), (3, 4), (4, 4)])
    ties = tabulate_ties(chain, chain.raters["rater_id"]).set_index(["first_rater_id", "second_rater_id"])
    assert ties["n_parted"].to_dict() == {("m0", "m1"): 1, ("m1", "m2"): 2, ("m2", "m3"): 2, ("m3", "m4"): 1}


def test_without_known_people_there_are_no_ties():
    known = counts(RING)
    unknown = RatingCounts("performance", 3, ("2023/24",), known.frame.drop(columns="employee"), known.raters,
                           known.patterns)
    assert tabulate_ties(unknown, known.raters["rater_id"]).empty
