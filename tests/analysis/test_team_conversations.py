"""Who is due a conversation and what to ask: worked out by hand for a team of six."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.analysis.team_conversations import prepare_conversations
from my121_analytics.workforce.record import build_workforce

PEOPLE = {  # id: (name, in post since, boxes in the three cycles, own box now, objectives set and met, last formal)
    "2": ("New Starter", "2024-07-01", (0, 0, 3), 0, None, None),
    "3": ("Settling Still", "2023-01-01", (3, 3, 3), 0, None, "2024-08-01"),
    "4": ("Improving Now", "2015-01-01", (5, 9, 9), 6, (4, 1), "2024-02-01"),
    "5": ("Long There", "2015-01-01", (5, 5, 5), 5, (4, 4), "2024-09-01"),
    "6": ("Not Placed", "2015-01-01", (5, 5, 0), 0, (2, 0), "2024-09-01"),
    "7": ("Modest View", "2015-01-01", (1, 5, 1), 5, None, "2024-09-01"),
}
CYCLES = (("2023/24 H1", "2023-09-01"), ("2023/24 H2", "2024-03-01"), ("2024/25 H1", "2024-09-01"))


def axes(box):
    return {"performance": 3 - (box - 1) % 3, "potential": 3 - (box - 1) // 3}


@pytest.fixture(scope="module")
def workforce():
    ids = ["1", *PEOPLE]
    placements = [{"employee_id": one, "post_id": f"P{one}", "cycle": label, "placed_on": pd.Timestamp(day),
                   "rater_id": "1", "source": "manager", "box": box, **axes(box)}
                  for one, (_, _, boxes, *_) in PEOPLE.items() for box, (label, day) in zip(boxes, CYCLES, strict=True)
                  if box]
    placements += [{"employee_id": one, "post_id": f"P{one}", "cycle": "2024/25 H1", "rater_id": one,
                    "source": "self", "box": own, "placed_on": pd.Timestamp("2024-09-02"), **axes(own)}
                   for one, (_, _, _, own, *_) in PEOPLE.items() if own]
    return build_workforce({
        "employees": pd.DataFrame({"employee_id": ids, "name": ["The Manager", *(p[0] for p in PEOPLE.values())],
                                   "started": pd.to_datetime(["2010-01-01", *(p[1] for p in PEOPLE.values())])}),
        "posts": pd.DataFrame({"employee_id": ids, "post_id": [f"P{one}" for one in ids], "is_main": True,
                               "manager_id": [None, *("1" for _ in PEOPLE)], "role": "Officer",
                               "started_in_post": pd.to_datetime(["2010-01-01", *(p[1] for p in PEOPLE.values())])}),
        "placements": pd.DataFrame(placements),
        "objectives": pd.DataFrame([{"employee_id": one, "cycle": "2024/25 H1", "kind": "performance",
                                     "n_set": p[4][0], "n_met": p[4][1]} for one, p in PEOPLE.items() if p[4]]),
        "conversations": pd.DataFrame([{"employee_id": one, "rater_id": "1", "held_on": pd.Timestamp(p[5]),
                                        "kind": "formal"} for one, p in PEOPLE.items() if p[5]]
                                      + [{"employee_id": "2", "rater_id": "1", "kind": "catch-up",
                                          "held_on": pd.Timestamp("2024-09-10")}]),
        "development_actions": pd.DataFrame({
            "employee_id": ["4", "5", "5"], "intervention": ["Coaching", "Mentoring", "Projects"],
            "purpose": ["address", "maintain", "prepare"],
            "agreed_on": pd.to_datetime(["2024-03-01", "2024-03-01", "2021-03-01"]),
            "due_on": pd.to_datetime(["2024-08-01", "2025-03-01", "2021-09-01"]),
            "completed_on": pd.to_datetime([None, None, "2021-08-01"])}),
    }, as_of=pd.Timestamp("2024-09-30").date())


@pytest.fixture(scope="module")
def people(workforce):
    return prepare_conversations(workforce).frame("people").set_index("employee_id")


def test_a_formal_conversation_is_due_half_a_year_after_the_last_or_the_first_day(people):
    due = {one: str(day.date()) for one, day in people["due_on"].items()}
    assert due == {"2": "2025-01-01", "3": "2025-02-01", "4": "2024-08-01", "5": "2025-03-01", "6": "2025-03-01",
                   "7": "2025-03-01"}
    assert people.index[people["is_overdue"]].tolist() == ["4"]


def test_months_in_a_box_run_from_the_first_of_the_unbroken_cycles(people):
    months = people["months_in_box"]
    assert months["3"] == 12   # placed there on 1 September 2023, a year and 29 days before
    assert months["4"] == 6    # since 1 March 2024
    assert months["7"] == 0    # there before, but not in the cycle between
    assert pd.isna(months["6"])


@pytest.mark.parametrize(("employee", "reasons"), [
    ("2", {"first_conversation", "new_to_role"}),
    ("3", {"past_settling"}),
    ("4", {"plan_agreed", "own_view_higher", "objectives_missed"}),
    ("5", {"objectives_met", "actions_open"}),
    ("6", {"no_placement"}),               # two objectives are too few to ask about
    ("7", {"own_view_lower"}),
])
def test_questions_follow_the_record(people, employee, reasons):
    assert set(people.loc[employee, "reasons"].split("; ")) == reasons


def test_two_years_in_one_box_ask_for_a_fresh_look(workforce):
    earlier = pd.DataFrame([{"employee_id": "5", "post_id": "P5", "cycle": label, "placed_on": pd.Timestamp(day),
                             "rater_id": "1", "source": "manager", "box": 5, **axes(5)}
                            for label, day in (("2022/23 H1", "2022-09-01"), ("2022/23 H2", "2023-03-01"))])
    longer = build_workforce({name: getattr(workforce, name) for name in (
        "employees", "posts", "objectives", "conversations", "development_actions")} | {
        "placements": pd.concat([earlier, workforce.placements.astype({"cycle": "str", "employee_id": "str",
                                                                       "post_id": "str", "rater_id": "str"})])},
        as_of=workforce.as_of)
    people = prepare_conversations(longer).frame("people").set_index("employee_id")
    assert people.loc["5", "months_in_box"] == 24
    assert "long_in_box" in people.loc["5", "reasons"].split("; ")


def test_actions_done_long_ago_are_left_out_and_open_ones_kept(workforce):
    actions = prepare_conversations(workforce).frame("actions")
    assert list(zip(actions["employee_id"], actions["intervention"], actions["state"], strict=True)) == [
        ("4", "Coaching", "overdue"), ("5", "Mentoring", "open")]


def test_a_catch_up_is_not_a_formal_conversation(people):
    assert pd.isna(people.loc["2", "last_formal"])


def test_the_record_is_left_as_it_was(workforce):
    before = workforce.placements.copy()
    prepare_conversations(workforce)
    pd.testing.assert_frame_equal(workforce.placements, before)
