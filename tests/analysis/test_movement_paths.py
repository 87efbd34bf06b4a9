"""Movement over all cycles of a council of twelve, worked out by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.movement_paths import trace_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError
from my121_analytics.figures.movement_paths import (
    describe_axis_shares,
    describe_leaving,
    plot_axis_shares,
    plot_leaving,
)
from my121_analytics.sample_council.council import make_sample
from my121_analytics.workforce.record import Workforce, build_workforce

CYCLES = {"2022/23 H2": "2023-02-01", "2023/24 H1": "2023-08-01", "2023/24 H2": "2024-02-01"}
# performance level in each cycle; 0: not rated. 12 left in August 2023, 11 joined in July 2023.
LEVELS = {"01": (2, 2, 3), "02": (2, 3, 3), "03": (1, 2, 2), "04": (3, 2, 1), "05": (2, 2, 2), "06": (2, 0, 2),
          "07": (0, 1, 1), "08": (3, 3, 3), "09": (2, 2, 2), "10": (2, 1, 2), "11": (0, 2, 3), "12": (1, 0, 0)}
LEFT, JOINED = {"12": "2023-08-15"}, {"11": "2023-07-01"}


def twelve() -> Workforce:
    ids = list(LEVELS)
    days = {i: pd.Timestamp(day) for i, day in LEFT.items()}
    employees = pd.DataFrame({"employee_id": ids, "name": [f"Person {i}" for i in ids],
                              "started": pd.to_datetime([JOINED.get(i, "2015-01-01") for i in ids]),
                              "left_on": pd.to_datetime([days.get(i) for i in ids])})
    posts = pd.DataFrame({"employee_id": ids, "post_id": [f"P{i}" for i in ids], "directorate": "Care",
                          "manager_id": ["08" if i in ("01", "12") else "09" for i in ids],
                          "valid_from": pd.to_datetime([JOINED.get(i, "2015-01-01") for i in ids]),
                          "valid_to": pd.to_datetime([days.get(i) for i in ids])})
    placements = pd.DataFrame([{"employee_id": i, "post_id": f"P{i}", "cycle": cycle, "placed_on": pd.Timestamp(day),
                                "rater_id": "09", "source": "manager", "performance": levels[k], "potential": 2,
                                "box": 7 - levels[k]}
                               for k, (cycle, day) in enumerate(CYCLES.items()) for i, levels in LEVELS.items()
                               if levels[k]])
    return build_workforce({"employees": employees, "posts": posts, "placements": placements}, as_of=date(2024, 3, 31))


@pytest.fixture(scope="module")
def result():
    return trace_movement(twelve())


def test_levels_of_each_cycle_are_as_counted_by_hand(result) -> None:
    rows = result.frame("axes")
    rows = rows[rows["axis"] == "performance"].set_index(["cycle", "level"])["n"]
    assert [int(rows["2022/23 H2", level]) for level in (1, 2, 3)] == [2, 6, 2]
    assert [int(rows["2023/24 H1", level]) for level in (1, 2, 3)] == [2, 6, 2]
    assert [int(rows["2023/24 H2", level]) for level in (1, 2, 3)] == [2, 5, 4]


def test_steps_are_of_posts_placed_in_both(result) -> None:
    rows = result.frame("steps")
    rows = rows[rows["axis"] == "performance"].set_index(["cycle_after", "direction"])
    assert {d: int(rows.loc[("2023/24 H1", d), "n"]) for d in ("lower", "same", "higher")} == {
        "lower": 2, "same": 4, "higher": 2}
    assert int(rows.loc[("2023/24 H2", "higher"), "base"]) == 10
    assert {d: int(rows.loc[("2023/24 H2", d), "n"]) for d in ("lower", "same", "higher")} == {
        "lower": 1, "same": 6, "higher": 3}


def test_a_cohort_is_followed_to_the_end(result) -> None:
    rows = result.frame("cohorts").set_index(["cohort", "cycle"])
    columns = ["n_cohort", "n_gone", "n_unrated", "base", "n_higher", "n_same", "n_lower"]
    assert rows.loc[("2022/23 H2", "2022/23 H2"), columns].tolist() == [10, 0, 0, 10, 0, 10, 0]
    assert rows.loc[("2022/23 H2", "2023/24 H1"), columns].tolist() == [10, 1, 1, 8, 2, 4, 2]
    assert rows.loc[("2022/23 H2", "2023/24 H2"), columns].tolist() == [10, 1, 0, 9, 3, 5, 1]
    assert rows.loc[("2023/24 H1", "2023/24 H2"), columns].tolist() == [2, 0, 0, 2, 1, 1, 0]
    assert len(rows) == 5


def test_leavers_stand_in_the_box_they_left(result) -> None:
    rows = result.frame("leaving_by_box").set_index("box")
    # box 6 (performance 1, potential 2): 03 and 12 in the first cycle, 07 and 10 in the second
    assert rows.loc[6, ["n", "base"]].tolist() == [1, 4]
    assert rows["n"].sum() == 1
    assert rows["base"].sum() == 11 + 11  # everyone in post at the end of the first two cycles
    assert result.facts["n_left"] == 1


def test_a_managers_share_is_drawn_towards_all(result) -> None:
    rows = result.frame("leaving_by_manager").set_index("manager_id")
    assert rows.loc["08", ["n_people", "base", "n"]].tolist() == [2, 3, 1]
    assert rows.loc["08", "expected"] < rows.loc["08", "estimate"] < rows.loc["08", "share"]
    assert rows.loc["09", "estimate"] > 0


def test_the_first_cycle_has_nothing_to_move_from() -> None:
    with pytest.raises(DataUnusableError, match="only cycle"):
        trace_movement(twelve(), cycle="2022/23 H2")


def test_levels_agree_with_each_cycles_profile() -> None:
    workforce = make_sample(120, seed=8).workforce
    rows = trace_movement(workforce).frame("axes")
    for cycle in workforce.cycles["label"]:
        profile = tabulate_profile(workforce, cycle=str(cycle)).frame("ratings").set_index("level")["n"]
        mine = rows[(rows["cycle"] == cycle) & (rows["axis"] == "performance")].set_index("level")["n"]
        assert mine.to_dict() == profile[profile.index > 0].to_dict()


def test_the_pictures_say_what_their_words_say(result) -> None:
    released = release(result, audience="analyst")
    for plot, put in ((plot_axis_shares, describe_axis_shares), (plot_leaving, describe_leaving)):
        assert " ".join(plot(released).get_title(loc="left").split()) in put(released)
