"""The profile by any grouping: tables of a council of twelve, worked out by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.group_profile import profile_groups
from my121_analytics.disclosure.release import release
from my121_analytics.errors import UsageError
from my121_analytics.figures.canvas import TextLine, draw_on_canvas
from my121_analytics.figures.map_multiples import describe_map_multiples, plot_map_multiples
from my121_analytics.figures.profile_heatmap import describe_profile_heatmap, plot_profile_heatmap
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.record import Workforce, build_workforce

CYCLE = "2023/24 H1"
# id, directorate, grade, contract, manager, box (0: no placement)
TWELVE = [("01", "Care", "Grade 10", "Permanent", "", 1), ("02", "Care", "Grade 3", "Permanent", "01", 5),
          ("03", "Care", "Grade 3", "Permanent", "01", 5), ("04", "Care", "Grade 3", "Casual", "01", 4),
          ("05", "Care", "Grade 10", "Permanent", "01", 4), ("06", "Care", "Grade 3", "Permanent", "01", 0),
          ("07", "Roads", "Grade 10", "Permanent", "01", 5), ("08", "Roads", "Grade 3", "Permanent", "07", 9),
          ("09", "Roads", "Grade 3", "Casual", "07", 9), ("10", "Roads", "Grade 3", "Permanent", "07", 5),
          ("11", "Roads", "", "Permanent", "07", 0), ("12", "Roads", "Grade 3", "Permanent", "07", 6)]


def twelve(extra_post: bool = False) -> Workforce:
    posts = [{"employee_id": i, "post_id": f"P{i}", "directorate": d, "grade": g or None, "contract": c,
              "manager_id": m or None, "is_main": True} for i, d, g, c, m, _ in TWELVE]
    if extra_post:  # the second job of somebody in Care
        posts.append({"employee_id": "02", "post_id": "P99", "directorate": "Roads", "grade": "Grade 3",
                      "contract": "Casual", "manager_id": "07", "is_main": False})
    placements = [{"employee_id": i, "post_id": f"P{i}", "cycle": CYCLE, "source": "manager", "rater_id": m or "99",
                   "box": b, "performance": 3 - (b - 1) % 3, "potential": 3 - (b - 1) // 3}
                  for i, *_, m, b in TWELVE if b]
    employees = [{"employee_id": i, "name": f"Person {i}"} for i, *_ in TWELVE]
    tables = {"posts": posts, "placements": placements, "employees": employees}
    return build_workforce({name: pd.DataFrame(rows) for name, rows in tables.items()}, as_of=date(2024, 3, 31))


def test_one_grouping_is_as_counted_by_hand() -> None:
    result = profile_groups(twelve(), by=["directorate"])
    groups = result.frame("groups").set_index("directorate")
    assert groups.loc["Care", ["n_people", "n_posts", "n_placed", "n_unplaced"]].tolist() == [6, 6, 5, 1]
    assert groups.loc["All", ["n_people", "n_posts", "n_placed", "n_unplaced"]].tolist() == [12, 12, 10, 2]
    boxes = result.frame("map_by_group").set_index(["directorate", "box"])
    care = {box: int(boxes.loc[("Care", box), "n"]) for box in range(10)}
    assert care == {0: 1, 1: 1, 2: 0, 3: 0, 4: 2, 5: 2, 6: 0, 7: 0, 8: 0, 9: 0}
    # box 4: two of the five placed in Care, two of the ten placed in the council
    row = boxes.loc[("Care", 4)]
    assert (row["share"], row["base"], row["council_share"], row["index"]) == (0.4, 5, 0.2, pytest.approx(200))
    assert row["index_lower"] == pytest.approx(100 * row["lower"] / 0.2)
    # no placement: one of six, against two of twelve
    assert (boxes.loc[("Care", 0), "share"], boxes.loc[("Care", 0), "index"]) == (1 / 6, pytest.approx(100))


def test_two_groupings_hold_both_margins() -> None:
    boxes = profile_groups(twelve(), by=["directorate", "grade"]).frame("map_by_group")
    n = boxes.set_index(["directorate", "grade", "box"])["n"].sort_index()
    assert n["Care", "Grade 3", 5] == 2
    assert n["Roads", "Grade 3", 9] == 2
    assert n["Roads", "Not recorded", 0] == 1
    assert n["All", "Grade 3", 5] == 3
    assert n["Care", "All", 4] == 2
    assert n["All", "All"].to_dict() == {1: 1, 2: 0, 3: 0, 4: 2, 5: 4, 6: 1, 7: 0, 8: 0, 9: 2, 0: 2}
    inner = boxes[(boxes["directorate"] != "All") & (boxes["grade"] != "All")]
    assert inner.groupby("box")["n"].sum().to_dict() == n["All", "All"].to_dict()
    assert ("Care", "Not recorded") not in set(zip(boxes["directorate"], boxes["grade"], strict=True))


def test_rows_stand_in_an_order_that_means_something() -> None:
    grades = profile_groups(twelve(), by=["grade"]).frame("groups")["grade"].tolist()
    assert grades == ["Grade 3", "Grade 10", "Not recorded", "All"]
    # Care: three of five at the highest level, none at the lowest; Roads: none and three of five
    assert profile_groups(twelve(), by=["directorate"]).frame("groups")["directorate"].tolist() == [
        "Care", "Roads", "All"]
    managers = profile_groups(twelve(), by=["manager"])
    assert managers.frame("groups")["name"].tolist() == ["Person 01", "Person 07", "Not recorded", "All"]


def test_people_count_once_and_posts_each() -> None:
    groups = profile_groups(twelve(extra_post=True), by=["directorate"]).frame("groups").set_index("directorate")
    assert groups.loc["Roads", ["n_people", "n_posts"]].tolist() == [6, 7]
    assert groups.loc["All", ["n_people", "n_posts"]].tolist() == [12, 13]


def test_levels_by_contract_are_as_counted_by_hand() -> None:
    levels = profile_groups(twelve(), by=["contract"]).frame("ratings_by_group").set_index(["contract", "level"])
    assert {level: int(levels.loc[("Casual", level), "n"]) for level in range(4)} == {0: 0, 1: 1, 2: 0, 3: 1}
    assert {level: int(levels.loc[("Permanent", level), "n"]) for level in range(4)} == {0: 2, 1: 2, 2: 4, 3: 2}


def test_a_small_group_never_stands_apart() -> None:
    frame = profile_groups(twelve(), by=["directorate"]).frame("map_by_group")
    assert (frame["against"] == "").all()


def test_a_group_whose_range_leaves_out_the_councils_share_is_marked() -> None:
    ids = [f"{k:03d}" for k in range(60)]
    boxes = [1] * 18 + [5] * 2 + [5] * 40
    posts = pd.DataFrame({"employee_id": ids, "post_id": ids, "directorate": ["A"] * 20 + ["B"] * 40})
    placements = pd.DataFrame({"employee_id": ids, "post_id": ids, "cycle": CYCLE, "source": "manager",
                               "rater_id": "M", "box": boxes, "performance": [3] * 18 + [2] * 42,
                               "potential": [3] * 18 + [2] * 42})
    workforce = build_workforce({"posts": posts, "placements": placements}, as_of=date(2024, 3, 31))
    frame = profile_groups(workforce, by=["directorate"]).frame("map_by_group").set_index(["directorate", "box"])
    assert frame.loc[("A", 1), "against"] == "above"
    assert frame.loc[("B", 1), "against"] == "below"
    assert frame.loc[("All", 1), "against"] == ""


@pytest.mark.parametrize("by", [[], ["grade", "grade"], ["grade", "team", "service"], ["employee_id"], ["name"]])
def test_what_is_no_grouping_is_refused(by: list[str]) -> None:
    with pytest.raises(UsageError):
        profile_groups(twelve(), by=by)


def test_managers_are_named_to_nobody_but_those_who_may_see_names() -> None:
    result = profile_groups(twelve(), by=["manager"])
    assert "map_by_group" in release(result, audience="analyst", settings=Settings()).tables
    assert release(result, audience="publish", settings=Settings()).tables == {}
    assert release(result, audience="panel", unit="Care", settings=Settings()).tables == {}


@pytest.fixture(scope="module")
def sample() -> Workforce:
    return make_sample(150, seed=4).workforce


@pytest.mark.parametrize("by", [["directorate"], ["tenure_band", "contract"], ["manager"], ["working_pattern"]])
def test_every_grouping_can_be_drawn_and_put_into_words(sample: Workforce, by: list[str]) -> None:
    released = release(profile_groups(sample, by=by), audience="analyst", settings=sample.settings)
    for plot, put in ((plot_profile_heatmap, describe_profile_heatmap), (plot_map_multiples, describe_map_multiples)):
        title = draw_on_canvas(plot, released).title
        assert title
        assert title in put(released)


def test_groups_add_up_to_the_council_whatever_the_grouping(sample: Workforce) -> None:
    for by in (["service"], ["grade", "sex"], ["manager", "tenure_band"]):
        result = profile_groups(sample, by=by)
        frame, columns = result.frame("groups"), ["manager_id" if c == "manager" else c for c in by]
        inner = frame[~(frame[columns] == "All").any(axis="columns")]
        whole = frame[(frame[columns] == "All").all(axis="columns")].iloc[0]
        for column in ("n_people", "n_posts", "n_placed", "n_unplaced"):
            assert inner[column].sum() == whole[column]
        assert whole["n_posts"] == result.about.n


def test_both_pictures_count_the_groups_alike_and_without_the_council(sample: Workforce) -> None:
    released = release(profile_groups(sample, by=["team"]), audience="analyst", settings=sample.settings)
    n_groups = released.tables["groups"]["team"].nunique() - 1
    titles = [draw_on_canvas(plot, released).title for plot in (plot_profile_heatmap, plot_map_multiples)]
    assert n_groups <= 23, "all find room in both pictures"
    assert len(set(titles)) == 1
    assert f"of {n_groups} groups" in titles[0]
    for plot in (plot_profile_heatmap, plot_map_multiples):
        texts = [shape.text for shape in draw_on_canvas(plot, released).lay_out() if isinstance(shape, TextLine)]
        assert any(f"n = {released.about.n} posts" in text for text in texts), "a bare number leaves open of what"
