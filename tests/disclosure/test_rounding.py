"""Rounding every count as the alternative to hiding the small ones."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.disclosure.rounding import round_count
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import TOTAL, About, Result, Table

ROUND = Settings(disclosure=DisclosureSettings(method="round"))


def result() -> Result:
    frame = pd.DataFrame({"service": ["A", "B", "C", TOTAL], "n": [3, 12, 38, 53], "base": [61, 77, 92, 230]})
    frame = frame.assign(share=frame["n"] / frame["base"], lower=0.01, upper=0.9, remark=["3 people", "", "", ""])
    about = About("Ratings of 53 people", "People", "All 53", "people", date(2025, 3, 31), "2024/25 H2", 53)
    table = Table(frame, keys=("service",), count="n", base="base", follows=("share", "lower", "upper"),
                  sums=("service",), unit_columns=("service",))
    return Result(about, {"t": table}, {"n_left": 3, "sd": 0.4, "n_cycles": 2, "n_listed": 7, "expected_wrong": 0.7})


@pytest.mark.parametrize(("value", "rounded"), [(0, 0), (1, 0), (2, 0), (3, 5), (7, 5), (8, 10), (12, 10), (13, 15)])
def test_a_count_goes_to_the_nearest_five(value: int, rounded: int) -> None:
    assert round_count(value, 5) == rounded


def test_every_count_is_rounded_by_itself_and_totals_need_not_add_up() -> None:
    released = release(result(), audience="publish", settings=ROUND)
    frame = released.tables["t"]
    assert frame["n"].tolist() == [5, 10, 40, 55]
    assert frame["base"].tolist() == [60, 75, 90, 230]
    assert "rounded" in released.about.caveats
    assert released.method == "round"


def test_a_share_is_that_of_the_rounded_counts_and_what_cannot_be_worked_out_anew_is_missing() -> None:
    frame = release(result(), audience="publish", settings=ROUND).tables["t"]
    np.testing.assert_allclose(frame["share"], [5 / 60, 10 / 75, 40 / 90, 55 / 230])
    assert frame[["lower", "upper", "remark"]].isna().all(axis=None)
    assert (frame["marker"] == "[c]").all()


def test_numbers_beside_the_tables_are_rounded_too() -> None:
    released = release(result(), audience="publish", settings=ROUND)
    assert released.about.n == 55
    assert released.about.title == "Ratings of 55 people"
    assert released.about.population == "All 55"
    assert released.facts == {"n_left": 5, "sd": 0.4, "n_cycles": 2, "n_listed": 5, "expected_wrong": None}


def test_counts_of_things_and_what_named_readers_see_are_left_as_they_are() -> None:
    shown = release(result(), audience="panel", settings=ROUND).tables["t"]
    assert shown["n"].tolist() == [3, 12, 38, 53]
    things = Table(pd.DataFrame({"status": ["late"], "n": [3]}), keys=("status",), count="n", about_people=False)
    frame = release(Result(result().about, {"t": things}), audience="publish", settings=ROUND).tables["t"]
    assert frame["n"].tolist() == [3]


def test_an_outcome_that_tells_what_a_whole_group_got_is_not_named() -> None:
    rows = pd.DataFrame({"before": [4, 5, 5, 6, 6], "after": [4, 4, 5, 5, 6], "n": [12, 20, 30, 8, 9]})
    moves = Table(rows, keys=("before", "after"), count="n", sums=("before", "after"))
    frame = release(Result(result().about, {"moves": moves}), audience="publish", settings=ROUND).tables["moves"]
    assert pd.isna(frame.loc[0, "after"])
