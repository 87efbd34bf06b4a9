"""The profile counts everyone once per post, and its shares are of those who have a placement."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.profile import tabulate_profile, tabulate_profile_counts
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import FrameworkSettings, Settings
from my121_analytics.workforce.counts import PlacementCounts
from my121_analytics.workforce.record import build_workforce
from my121_analytics.workforce.results import TOTAL

CYCLE = "2023/24 H1"


def council(boxes, directorates, settings=None, sexes=None, source="manager"):
    """One person for each entry; box None: no placement."""
    ids = [f"{k:03d}" for k in range(len(boxes))]
    posts = [{"employee_id": i, "post_id": f"P{i}", "directorate": d, "is_main": True}
             for i, d in zip(ids, directorates, strict=True)]
    placements = [{"employee_id": i, "post_id": f"P{i}", "cycle": CYCLE, "source": source, "rater_id": "M", "box": b,
                   "performance": 3 - (b - 1) % 3, "potential": 3 - (b - 1) // 3}
                  for i, b in zip(ids, boxes, strict=True) if b]
    employees = [{"employee_id": i, "sex": s} for i, s in zip(ids, sexes or ["F"] * len(ids), strict=True)]
    tables = {"posts": posts, "placements": placements, "employees": employees}
    return build_workforce({name: pd.DataFrame(rows) for name, rows in tables.items()}, settings=settings,
                           as_of=date(2024, 3, 31))


def test_a_profile_of_ten_people_is_as_counted_by_hand():
    result = tabulate_profile(council([5, 5, 5, 5, 1, 9, 9, 4, None, None], ["Adults"] * 10))
    table = result.frame("map").set_index("box")
    assert list(result.frame("map").columns) == ["box", "box_name", "performance", "potential", "n", "share", "lower",
                                                 "upper", "base"]
    assert table["n"].to_dict() == {1: 1, 2: 0, 3: 0, 4: 1, 5: 4, 6: 0, 7: 0, 8: 0, 9: 2, 0: 2}
    assert table.loc[5, "share"] == 0.5
    assert table.loc[5, "base"] == 8
    assert (table.loc[0, "share"], table.loc[0, "base"]) == (0.2, 10)
    # Wilson, 4 of 8: centre 1/2, half width z / (2 sqrt(8 + z^2)) with z = 1.959964
    half = 1.959964 / (2 * np.sqrt(8 + 1.959964**2))
    assert table.loc[5, "upper"] == pytest.approx(0.5 + half, abs=1e-6)
    assert table.loc[5, "lower"] == pytest.approx(0.5 - half, abs=1e-6)
    assert table.loc[7, "lower"] == 0
    assert table.loc[7, "upper"] > 0.2
    assert (result.about.n, result.about.cycle, result.about.counts_what) == (10, CYCLE, "posts")


def test_names_and_places_of_the_boxes_are_the_frameworks():
    table = tabulate_profile(council([1], ["Adults"])).frame("map").set_index("box")
    assert table.loc[3, "box_name"] == "New to Role and/or Needs Support"
    assert table.loc[3, ["performance", "potential"]].tolist() == [1, 3]
    assert table.loc[0, "box_name"] == "No placement"
    assert table.index.tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]


def test_ratings_are_the_same_people_by_level():
    table = tabulate_profile(council([5, 2, 8, 1, None], ["Adults"] * 5)).frame("ratings")
    assert table[["level", "label", "n", "base"]].to_numpy().tolist() == [
        [1, "Partially meets", 0, 4], [2, "Meets", 3, 4], [3, "Exceeds", 1, 4], [0, "No placement", 1, 5]]


def test_groups_hold_every_box_and_add_up_to_the_total():
    rng = np.random.default_rng(2)
    boxes = [int(b) or None for b in rng.integers(0, 10, 80)]
    result = tabulate_profile(council(boxes, list(rng.choice(["Adults", "Place", "Children"], 80))), by="directorate")
    groups, whole = result.frame("map_by_group"), result.frame("map").set_index("box")["n"]
    assert list(groups.columns) == ["directorate", "box", "box_name", "n", "share", "lower", "upper", "base"]
    assert len(groups) == 4 * 10
    total = groups[groups["directorate"] == TOTAL].set_index("box")["n"]
    pd.testing.assert_series_equal(total, whole)
    parts = groups[groups["directorate"] != TOTAL].groupby("box")["n"].sum()
    assert parts.to_dict() == whole.to_dict()
    for _, group in groups.groupby("directorate"):
        placed = group[group["box"] > 0]
        assert placed["share"].sum() == pytest.approx(1)
        assert (placed["base"] == placed["n"].sum()).all()
        assert (group["lower"] <= group["share"]).all()
        assert (group["share"] <= group["upper"]).all()


def test_the_gate_is_told_what_the_tables_count():
    workforce = council([5, 4], ["Adults", "Place"])
    by_unit = tabulate_profile(workforce, by="directorate").tables["map_by_group"]
    assert by_unit.unit_columns == ("directorate",)
    assert by_unit.protected == ()
    assert (by_unit.count, by_unit.base, by_unit.sums) == ("n", "base", ("directorate", "box"))
    by_sex = tabulate_profile(workforce, by="sex").tables["ratings_by_group"]
    assert by_sex.protected == ("sex",)
    assert by_sex.unit_columns == ()


def test_one_unit_can_be_looked_at_alone():
    result = tabulate_profile(council([5, 4, 4], ["Adults", "Place", "Place"]), filters={"directorate": "Place"})
    assert result.about.n == 2
    assert result.about.population.endswith("Place")
    assert result.frame("map").set_index("box").loc[4, "share"] == 1


def test_everyone_in_one_box_has_an_interval_with_width():
    table = tabulate_profile(council([5] * 7, ["Adults"] * 7)).frame("map").set_index("box")
    assert (table.loc[5, "share"], table.loc[5, "upper"]) == (1, 1)
    assert 0 < table.loc[5, "lower"] < 1


def test_one_person_is_a_profile_and_an_empty_unit_has_no_shares():
    assert tabulate_profile(council([5], ["Adults"])).about.n == 1
    empty = tabulate_profile(council([5], ["Adults"]), by="directorate", filters={"directorate": "Nowhere"})
    assert empty.about.n == 0
    assert empty.frame("map")["n"].sum() == 0
    assert empty.frame("map")[["share", "lower", "upper"]].isna().all(axis=None)
    assert set(empty.frame("map_by_group")["directorate"]) == {TOTAL}


def test_four_levels_without_a_map_give_ratings_only():
    settings = Settings(framework=FrameworkSettings(performance_levels=["D", "C", "B", "A"]))
    workforce = council([5, 4], ["Adults", "Place"], settings=settings)
    result = tabulate_profile(workforce, by="directorate")
    assert set(result.tables) == {"ratings", "ratings_by_group"}
    assert result.frame("ratings")["label"].tolist() == ["D", "C", "B", "A", "No placement"]
    assert result.frame("ratings")["n"].tolist() == [0, 1, 1, 0, 0]


def test_a_flat_export_without_posts_has_a_profile():
    placements = [{"employee_id": "1", "cycle": CYCLE, "source": "manager", "box": 5, "performance": 2}]
    workforce = build_workforce({"placements": pd.DataFrame(placements),
                                 "employees": pd.DataFrame({"employee_id": ["1", "2"]})}, as_of=date(2024, 3, 31))
    table = tabulate_profile(workforce, by="directorate").frame("map_by_group")
    assert set(table["directorate"]) == {"Not recorded", TOTAL}
    assert table.set_index(["directorate", "box"]).loc[("Not recorded", 0), "n"] == 1


def test_self_placements_can_be_profiled_instead():
    result = tabulate_profile(council([5, 4], ["Adults"] * 2, source="self"), source="self")
    assert result.frame("map")["n"].sum() == 2
    assert "own placement" in result.about.measure


def test_what_cannot_be_asked_is_refused_with_help():
    workforce = council([5], ["Adults"])
    with pytest.raises(UsageError, match="Did you mean 'directorate'"):
        tabulate_profile(workforce, by="directorates")
    with pytest.raises(UsageError, match="cut to one value of 'sex'"):
        tabulate_profile(workforce, filters={"sex": "F"})
    with pytest.raises(UsageError, match="no cycle '2020'"):
        tabulate_profile(workforce, cycle="2020")


def test_counts_made_elsewhere_give_the_same_tables_and_no_box_drops_out():
    framework = build_framework()
    frame = pd.DataFrame({"directorate": ["A", "A", "B"], "outcome": [5, 0, 9], "n": [3, 1, 2]})
    result = tabulate_profile_counts([PlacementCounts(("directorate",), CYCLE, "box", frame)], framework,
                                     as_of=date(2024, 1, 1))
    assert result.frame("map").set_index("box")["n"].loc[[5, 9, 0]].tolist() == [3, 2, 1]
    odd = PlacementCounts((), CYCLE, "box", pd.DataFrame({"outcome": [12], "n": [1]}))
    with pytest.raises(DataUnusableError, match="box 12"):
        tabulate_profile_counts([odd], framework, as_of=date(2024, 1, 1))
    with pytest.raises(DataUnusableError, match="No counts"):
        tabulate_profile_counts([], framework, as_of=date(2024, 1, 1))
