"""Change is of the same people; steps are counted on the axes, never between box numbers."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.movement import track_movement, track_movement_counts
from my121_analytics.errors import DataUnusableError
from my121_analytics.settings import FrameworkSettings, Settings
from my121_analytics.workforce.counts import MoveCounts
from my121_analytics.workforce.record import build_workforce
from my121_analytics.workforce.results import TOTAL

EARLIER, LATER = "2022/23 H2", "2023/24 H1"


def placement(employee, cycle, box):
    return {"employee_id": employee, "post_id": f"P{employee}", "cycle": cycle, "source": "manager", "rater_id": "M",
            "box": box, "performance": 3 - (box - 1) % 3, "potential": 3 - (box - 1) // 3}


def council(pairs, settings=None, directorates=None):
    """One person for each pair of boxes; None: no placement in that cycle."""
    directorates = directorates or ["Adults"] * len(pairs)
    posts = [{"employee_id": f"{k:03d}", "post_id": f"P{k:03d}", "directorate": d, "is_main": True}
             for k, d in enumerate(directorates)]
    placements = [placement(f"{k:03d}", cycle, box) for k, pair in enumerate(pairs)
                  for cycle, box in zip((EARLIER, LATER), pair, strict=True) if box]
    return build_workforce({"posts": pd.DataFrame(posts), "placements": pd.DataFrame(placements)}, settings=settings,
                           as_of=date(2024, 3, 31))


def test_change_is_of_the_people_placed_both_times():
    result = track_movement(council([(5, 5), (5, 4), (5, 4), (9, 5), (None, 1), (8, None)]))
    table = result.frame("change").set_index("box")
    assert list(result.frame("change").columns) == ["box", "box_name", "performance", "potential", "n_before",
                                                    "n_after", "share_before", "share_after", "change", "lower",
                                                    "upper", "base"]
    assert table["n_before"].loc[[5, 9, 8]].tolist() == [3, 1, 0]
    assert table["n_after"].loc[[5, 4, 1]].tolist() == [2, 2, 0]
    assert (table["base"] == 4).all()
    assert table.loc[5, "change"] == -0.25
    assert table["change"].sum() == pytest.approx(0)
    assert ((table["lower"] <= table["change"]) & (table["change"] <= table["upper"])).all()


def test_everybody_placed_in_either_cycle_is_shown_beside_it():
    table = track_movement(council([(5, 5), (None, 1), (8, None), (8, 5)])).frame("change_all").set_index("box")
    assert (table.loc[5, "base_before"], table.loc[5, "base_after"]) == (3, 3)
    assert table["n_before"].loc[[5, 8]].tolist() == [1, 2]
    assert table["n_after"].loc[[5, 1]].tolist() == [2, 1]


def test_moves_list_who_was_in_post_both_times_and_name_the_boxes():
    moves = track_movement(council([(5, 5), (5, 4), (None, 1), (8, None)])).frame("moves")
    assert moves[["before", "after", "n"]].to_numpy().tolist() == [[0, 1, 1], [5, 4, 1], [5, 5, 1], [8, 0, 1]]
    assert moves["after_name"].tolist()[-1] == "No placement"


def test_steps_are_on_the_axes_not_between_box_numbers():
    # box 3 (performance 1, potential 3) to box 4 (3, 2): one apart as numbers, two steps up and one down
    table = track_movement(council([(3, 4), (5, 5), (9, 1)])).frame("steps")
    steps = table.set_index(["performance_step", "potential_step"])
    assert len(table) == 25
    assert steps.loc[(2, -1), "n"] == 1
    assert steps.loc[(0, 0), "n"] == 1
    assert steps.loc[(2, 2), "n"] == 1
    assert steps["n"].sum() == 3
    assert steps.loc[(0, 0), "share"] == pytest.approx(1 / 3)


def test_joiners_and_leavers_are_told_apart_from_people_without_a_placement():
    posts = pd.DataFrame([{"employee_id": e, "post_id": f"P{e}", "valid_from": f, "valid_to": t} for e, f, t in [
        ("1", None, None), ("2", pd.Timestamp("2023-05-01"), None), ("3", None, pd.Timestamp("2023-03-31")),
        ("4", None, None)]])
    rows = [placement("1", EARLIER, 5), placement("1", LATER, 5), placement("2", LATER, 3), placement("3", EARLIER, 8),
            placement("4", EARLIER, 5)]
    result = track_movement(build_workforce({"posts": posts, "placements": pd.DataFrame(rows)}, as_of=date(2024, 1, 1)))
    assert dict(result.facts) == {"cycle_before": EARLIER, "cycle_after": LATER, "n_both": 2, "n_joined": 1,
                                  "n_left": 1, "n_placed_both": 1, "map_columns": "Partially meets; Meets; Exceeds",
                                  "map_rows": "Low; Moderate; High"}


def test_turning_time_round_turns_the_change_round():
    rng = np.random.default_rng(3)
    pairs = [tuple(int(b) or None for b in pair) for pair in rng.integers(0, 10, (60, 2))]
    there = track_movement(council(pairs)).frame("change")
    back = track_movement(council([pair[::-1] for pair in pairs])).frame("change")
    assert there["change"].to_numpy() == pytest.approx(-back["change"].to_numpy())
    assert there["lower"].to_numpy() == pytest.approx(-back["upper"].to_numpy())


def test_groups_add_up_to_the_total():
    pairs = [(5, 4), (5, 5), (9, 8), (1, 1)]
    result = track_movement(council(pairs, directorates=["Adults", "Place", "Place", "Adults"]), by="directorate")
    table = result.frame("change_by_group")
    total = table[table["directorate"] == TOTAL].drop(columns="directorate").reset_index(drop=True)
    pd.testing.assert_frame_equal(total, result.frame("change"))
    assert table[table["directorate"] != TOTAL].groupby("box")["n_after"].sum().tolist() == total["n_after"].tolist()
    assert result.tables["change_by_group"].unit_columns == ("directorate",)


def test_four_levels_without_a_map_move_on_the_rating_alone():
    settings = Settings(framework=FrameworkSettings(performance_levels=["D", "C", "B", "A"]))
    result = track_movement(council([(5, 4), (5, 5)], settings=settings))
    assert set(result.tables) == {"ratings_change", "ratings_change_all", "ratings_moves", "steps"}
    steps = result.frame("steps")
    assert steps["performance_step"].tolist() == [-3, -2, -1, 0, 1, 2, 3]
    assert steps["potential_step"].isna().all()
    assert steps["n"].tolist() == [0, 0, 0, 1, 1, 0, 0]


def test_one_cycle_alone_has_no_change():
    with pytest.raises(DataUnusableError, match="first cycle"):
        track_movement(council([(None, 5)]))


def test_nobody_placed_twice_gives_no_shares_rather_than_a_failure():
    result = track_movement(council([(5, None), (None, 4)]))
    assert result.frame("change")["change"].isna().all()
    assert result.frame("steps")["share"].isna().all()
    assert result.facts["n_placed_both"] == 0


def test_an_empty_unit_gives_empty_tables():
    result = track_movement(council([(5, 4)]), by="directorate", filters={"directorate": "Nowhere"})
    assert result.about.n == 0
    assert result.frame("moves").empty


def test_counts_made_elsewhere_give_the_same_result():
    frame = pd.DataFrame({"before": [5, -1, 5], "after": [4, 3, -1], "n": [2, 1, 1]})
    framework = council([(5, 4)]).framework
    result = track_movement_counts([MoveCounts((), EARLIER, LATER, frame)], framework, as_of=date(2024, 1, 1))
    assert result.frame("change").set_index("box").loc[4, "change"] == 1
    assert result.facts["n_joined"] == 1
    odd = MoveCounts((), EARLIER, LATER, pd.DataFrame({"before": [5], "after": [11], "n": [1]}))
    with pytest.raises(DataUnusableError, match="box 11"):
        track_movement_counts([odd], framework, as_of=date(2024, 1, 1))
    with pytest.raises(DataUnusableError, match="No counts"):
        track_movement_counts([], framework, as_of=date(2024, 1, 1))
