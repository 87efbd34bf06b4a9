"""Development of a council of twelve, worked out by hand."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.development import measure_development
from my121_analytics.analysis.succession import measure_succession
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError
from my121_analytics.figures.demand import describe_demand, plot_demand
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.record import Workforce, build_workforce

AS_OF = date(2024, 9, 30)
CYCLES = {"2023/24 H2": "2024-02-01", "2024/25 H1": "2024-08-01"}
# employee, intervention, purpose, agreed, due, completed
ACTIONS = [("01", "Coaching", "maintain", "2024-03-01", "2024-05-01", "2024-04-30"),
           ("02", "Coaching", "maintain", "2024-03-01", "2024-05-01", None),
           ("02", "Mentoring", "prepare", "2024-03-01", "2024-12-01", None),
           ("03", "Mentoring", "prepare", "2024-03-01", "2024-12-01", "2024-06-01"),
           ("12", "Coaching", None, "2023-03-01", "2023-05-01", "2023-06-01")]


def twelve(actions: bool = True) -> Workforce:
    """Ten in post (five in Care, five in Roads), one who left, and the head; ratings in two cycles."""
    ids = [f"{k:02d}" for k in range(1, 13)]
    posts = pd.DataFrame({"employee_id": ids, "post_id": [f"P{i}" for i in ids],
                          "directorate": ["Care"] * 6 + ["Roads"] * 6, "manager_id": "11"})
    employees = pd.DataFrame({"employee_id": ids, "name": [f"Person {i}" for i in ids],
                              "left_on": pd.to_datetime([None] * 11 + ["2023-12-31"])})
    before = dict.fromkeys(ids[:10], 2) | {"03": 1}
    after = dict.fromkeys(ids[:10], 2) | {"01": 3, "03": 2, "05": 3}
    placements = pd.DataFrame([{"employee_id": i, "post_id": f"P{i}", "cycle": cycle, "placed_on": day,
                                "rater_id": "11", "source": "manager", "performance": level, "potential": 2,
                                "box": 7 - level}
                               for (cycle, day), ratings in zip(CYCLES.items(), (before, after), strict=True)
                               for i, level in ratings.items()])
    tables = {"posts": posts, "employees": employees,
              "placements": placements.assign(placed_on=pd.to_datetime(placements["placed_on"]))}
    if actions:
        frame = pd.DataFrame(ACTIONS, columns=["employee_id", "intervention", "purpose", "agreed_on", "due_on",
                                               "completed_on"])
        days = {c: pd.to_datetime(frame[c]) for c in frame if c.endswith("_on")}
        tables["development_actions"] = frame.assign(**days)
    return build_workforce(tables, as_of=AS_OF)


def test_demand_by_intervention_is_as_counted_by_hand() -> None:
    rows = measure_development(twelve()).frame("interventions").set_index("intervention")
    columns = ["n_actions", "n_people", "n_completed", "n_open", "n_overdue", "n_due"]
    assert rows.index.tolist() == ["Coaching", "Mentoring", "All"]
    assert rows.loc["Coaching", columns].tolist() == [3, 3, 2, 0, 1, 3]
    assert rows.loc["Mentoring", columns].tolist() == [2, 2, 1, 1, 0, 0]
    assert rows.loc["All", columns].tolist() == [5, 4, 3, 1, 1, 3]
    assert rows.loc["Coaching", "share"] == pytest.approx(2 / 3)
    assert pd.isna(rows.loc["Mentoring", "share"])  # nothing was due yet


def test_purposes_add_up_to_the_reports_table() -> None:
    workforce = twelve()
    mine = measure_development(workforce).frame("purposes").set_index("purpose")
    reports = measure_succession(workforce).frame("development").set_index("purpose")
    columns = ["n_actions", "n_completed", "n_overdue"]
    pd.testing.assert_frame_equal(mine[columns].sort_index(), reports[columns].sort_index(), check_dtype=False)


def test_people_with_development_in_hand_are_counted_where_they_work() -> None:
    rows = measure_development(twelve()).frame("groups").set_index("directorate")
    # 01 and 03 agreed within the year, 02 has one open; 12 has left
    assert rows.loc["Care", ["n_people", "n_with", "n_actions", "n_overdue"]].tolist() == [6, 3, 4, 1]
    assert rows.loc["All", ["n_people", "n_with", "n_actions"]].tolist() == [11, 3, 4]
    demand = measure_development(twelve()).frame("demand_by_group").set_index(["directorate", "intervention"])
    assert demand.loc[("No longer in post", "Coaching"), "n_actions"] == 1


def test_what_followed_stands_beside_people_without_an_action() -> None:
    rows = measure_development(twelve()).frame("followed").set_index(["purpose", "level"])
    row = rows.loc[("maintain", 2)]
    assert row[["base", "n_higher", "n_same", "n_lower"]].tolist() == [1, 1, 0, 0]
    # without any action and rated 2 before: 04 to 10, of whom 05 was rated higher
    assert (row["n_without"], row["share_without"]) == (7, pytest.approx(1 / 7))
    assert (row["caveat"], pd.isna(row["difference"])) == ("followed_few", True)
    assert rows.loc[("prepare", 1), ["base", "n_higher"]].tolist() == [1, 1]
    assert rows.loc[("All", 2), "base"] == 1


def test_overdue_actions_are_listed_with_whom_to_ask() -> None:
    rows = measure_development(twelve()).frame("overdue")
    assert rows[["employee_id", "manager", "intervention", "months_late"]].to_numpy().tolist() == [
        ["02", "Person 11", "Coaching", 5]]


def test_a_record_without_actions_says_so() -> None:
    with pytest.raises(DataUnusableError, match="no development action"):
        measure_development(twelve(actions=False))


def test_the_picture_says_what_its_words_say() -> None:
    released = release(measure_development(twelve()), audience="analyst", settings=Settings())
    title = " ".join(plot_demand(released).get_title(loc="left").split())
    assert title == "Coaching is asked for most, 3 times; 1 of all 5 actions are overdue"
    assert title in describe_demand(released)


def test_followed_rests_on_many_people_in_the_sample() -> None:
    rows = measure_development(make_sample(400, seed=5).workforce).frame("followed")
    assert (rows[["n_higher", "n_same", "n_lower"]].sum(axis="columns") == rows["base"]).all()
    top = rows[rows["level"] == 3]
    assert (top["caveat"] == "followed_top").all()
    assert top["difference"].isna().all()
    compared = rows[rows["caveat"] == ""]
    assert len(compared)
    assert (compared["difference_lower"] <= compared["difference"]).all()
    assert (compared["difference"] <= compared["difference_upper"]).all()
