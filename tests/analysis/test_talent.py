"""Cover, boxes and silence of a council of twelve, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.succession import measure_succession
from my121_analytics.analysis.talent import review_talent
from my121_analytics.disclosure.release import release
from my121_analytics.reports.topics.papers import render_topic
from my121_analytics.reports.topics.talent import build_talent
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.record import Workforce, build_workforce

AS_OF = date(2024, 9, 30)
BEFORE, NOW = "2023/24 H2", "2024/25 H1"
STARTED = {"05": "2024-03-01", "06": "2010-01-01"}
BOXES = {BEFORE: {"05": 3, "06": 3, "07": 9, "08": 9, "09": 5}, NOW: {"05": 3, "06": 3, "07": 9, "08": 5, "09": 7,
                                                                   "10": 9, "04": 8}}


def twelve() -> Workforce:
    ids = [f"{k:02d}" for k in range(1, 13)]
    posts = pd.DataFrame({
        "employee_id": ids, "post_id": [f"P{i}" for i in ids], "directorate": ["Care"] * 6 + ["Roads"] * 6,
        "role": ["Head"] * 3 + ["Acting Team Manager"] + ["Officer"] * 8,
        "contract": ["Permanent"] * 10 + ["Secondment", "Permanent"], "manager_id": "11",
        "is_key": [i in ("01", "02", "03", "12") for i in ids], "fte": [1.0] * 8 + [0.5] * 4,
        "started_in_post": pd.to_datetime([STARTED.get(i, "2015-01-01") for i in ids])})
    employees = pd.DataFrame({"employee_id": ids, "name": [f"Person {i}" for i in ids], "started": pd.to_datetime(
        [STARTED.get(i, "2015-01-01") for i in ids]), "left_on": pd.to_datetime([None] * 11 + ["2024-06-30"])})
    posts.loc[11, "valid_to"] = pd.Timestamp("2024-06-30")
    successors = pd.DataFrame({"post_id": ["P01", "P02", "P02", "P03", "P12"],
                               "employee_id": ["04", "04", "05", "12", "07"],
                               "readiness": ["ready now", "ready now", "1-2 years", "ready now", "3+ years"]})
    placements = pd.DataFrame([{
        "employee_id": i, "post_id": f"P{i}", "cycle": cycle, "rater_id": "11", "source": "manager", "box": box,
        "placed_on": pd.Timestamp("2024-02-01" if cycle == BEFORE else "2024-08-01"),
        "performance": 3 - (box - 1) % 3, "potential": 3 - (box - 1) // 3}
        for cycle, boxes in BOXES.items() for i, box in boxes.items()])
    conversations = pd.DataFrame({"employee_id": ["04", "07", "08", "09"], "rater_id": "11", "kind": "formal",
                                  "held_on": pd.to_datetime(["2024-09-01", "2024-08-15", "2024-01-15", "2022-05-01"])})
    actions = pd.DataFrame({"employee_id": ["07"], "intervention": ["Coaching"], "purpose": ["address"],
                            "agreed_on": pd.to_datetime(["2024-03-02"]), "due_on": pd.to_datetime(["2024-12-01"])})
    return build_workforce({"posts": posts, "employees": employees, "placements": placements, "successors": successors,
                            "conversations": conversations, "development_actions": actions}, as_of=AS_OF)


@pytest.fixture(scope="module")
def result():
    return review_talent(twelve())


def test_cover_is_as_counted_by_hand(result) -> None:
    rows = result.frame("cover").set_index("directorate")
    columns = ["n_key_posts", "n_vacant", "n_none", "n_one", "n_several", "n_ready", "n_single_points"]
    # P01: 04 ready; P02: 04 ready, 05 later; P03: only 12, who has left; P12: vacant, 07 in years
    assert rows.loc["Care", columns].tolist() == [3, 0, 1, 1, 1, 2, 1]
    assert rows.loc["Roads", columns].tolist() == [1, 1, 0, 1, 0, 0, 1]
    assert rows.loc["All", columns].tolist() == [4, 1, 1, 2, 1, 2, 2]
    assert rows.loc["All", "share"] == 0.5


def test_key_posts_say_on_whom_they_stand(result) -> None:
    rows = result.frame("key_posts").set_index("post_id")
    assert rows["state"].to_dict() == {"P01": "ready", "P02": "ready", "P03": "none", "P12": "coming"}
    assert rows.loc["P12", ["holder", "is_vacant"]].tolist() == ["", True]
    shared = result.frame("shared_successors")
    assert shared[["employee_id", "n_posts", "posts"]].to_numpy().tolist() == [["04", 2, "P01, P02"]]


def test_a_holder_who_left_without_anybody_ready_is_listed(result) -> None:
    rows = result.frame("leavers")
    assert rows[["post_id", "name", "n_ready_now", "is_vacant", "months_vacant"]].to_numpy().tolist() == [
        ["P12", "Person 12", 0, True, 3]]


def test_acting_is_read_from_role_and_contract(result) -> None:
    assert result.frame("acting")["employee_id"].tolist() == ["04", "11"]


def test_box_3_is_split_by_time_in_post(result) -> None:
    rows = result.frame("box3").set_index("tenure_group")
    assert rows["n"].to_dict() == {"new": 1, "established": 1, "not_known": 0}
    assert rows["n_over"].to_dict() == {"new": 0, "established": 0, "not_known": 0}  # since February: seven months
    assert result.facts["n_past_settling"] == 0


def test_box_9_is_followed_with_plan_and_review(result) -> None:
    rows = result.frame("box9_by_cycle").set_index("cycle")
    columns = ["n", "n_new", "n_stayed", "n_moved", "n_gone", "n_with_plan", "n_reviewed"]
    assert rows.loc[BEFORE, columns].tolist() == [2, 2, 0, 0, 0, 1, 1]
    # 07 stayed, with an open action and a talk in August; 10 is new; 08 moved to box 5
    assert rows.loc[NOW, columns].tolist() == [2, 1, 1, 1, 0, 1, 1]
    people = result.frame("box9_people").set_index("employee_id")
    assert people.loc["07", ["has_plan", "n_formal", "months_in_box"]].tolist() == [True, 1, 7]
    assert 25 <= people.loc["07", "days_to_first_action"] <= 60
    assert people.loc["10", "has_plan"] == False  # noqa: E712 - a numpy flag


def test_the_bottom_row_is_described_by_hand(result) -> None:
    rows = result.frame("bottom_row").set_index("trait")
    # placed: 04 (8), 05 and 06 (3), 07 and 10 (9), 08 (5), 09 (7)
    assert rows.loc["everybody", ["n", "base"]].tolist() == [4, 7]
    assert rows.loc["new", ["n", "base"]].tolist() == [0, 1]
    assert rows.loc["part_time", ["n", "base"]].tolist() == [2, 2]
    assert rows.loc["not_met", ["n", "base"]].tolist() == [2, 4]  # 05, 06, 09, 10 in the last twelve months


def test_people_never_talked_with_are_found(result) -> None:
    rows = result.frame("silence").set_index("employee_id")
    assert rows.index.tolist() == ["01", "02", "03", "05", "06", "10", "11"]
    assert result.facts["n_never"] == 7
    assert result.frame("silence_by_group").set_index("directorate").loc["Care", ["n_people", "n_never"]].tolist() == [
        6, 5]


def test_cover_agrees_with_the_bench_of_the_report() -> None:
    workforce = make_sample(150, seed=6).workforce
    cover = review_talent(workforce).frame("cover").set_index("directorate")
    bench = measure_succession(workforce).frame("bench").set_index("directorate")
    assert cover["n_key_posts"].to_dict() == bench["n_key_posts"].to_dict()
    assert (cover["n_one"] + cover["n_several"]).to_dict() == bench["n_with_successor"].to_dict()
    assert cover["n_ready"].to_dict() == bench["n_ready_now"].to_dict()


def test_a_record_without_key_posts_has_the_rest() -> None:
    plain = twelve()
    posts = plain.posts.assign(is_key=False)
    found = review_talent(plain.with_tables(posts=posts))
    assert "cover" not in found.tables
    assert "box3" in found.tables


def test_what_the_record_lacks_is_said_and_never_counted_as_none():
    whole = make_sample(60, seed=5).workforce
    bare = replace(whole, conversations=whole.conversations.iloc[:0],
                   development_actions=whole.development_actions.iloc[:0], successors=whole.successors.iloc[:0])
    result = review_talent(bare)
    assert "n_never" not in result.facts
    assert {"silence", "silence_by_group"}.isdisjoint(result.tables)
    page = render_topic(build_talent(release(result, audience="analyst")), settings=Settings()).decode("utf-8")
    for sentence in ("Everyone employed for six months", "have a plan", "people with a plan",
                     "With development in hand", "Nobody does well"):
        assert sentence not in page
    for sentence in ("The record holds no conversations", "The record holds no development actions",
                     "The record names no successor"):
        assert sentence in page
    said = render_topic(build_talent(release(review_talent(whole), audience="analyst")), settings=Settings())
    assert "The record holds no" not in said.decode("utf-8")
