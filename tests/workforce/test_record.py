"""Known answers of the record in memory: which of several rows of one key counts, and which post is the main one."""

from __future__ import annotations

import pandas as pd

from my121_analytics.workforce.record import keep_latest, main_posts, months_between, of_employee

ORIGIN = {"origin_file": "a.csv", "origin_sheet": ""}


def test_the_last_row_of_a_key_is_kept_and_unknown_days_come_first() -> None:
    rows = pd.DataFrame({"key": ["a", "b", "a", "c", "c"],
                         "day": pd.to_datetime(["2024-02-01", None, "2024-01-01", None, "2023-01-01"]),
                         "origin_row": [1, 2, 3, 4, 5]}, index=[10, 11, 12, 13, 14]).assign(**ORIGIN)
    kept = keep_latest(rows, ["key"], order=["day"])
    assert kept.index.tolist() == [10, 11, 14], "in the order given"


def test_of_rows_of_one_day_the_one_read_last_is_kept_whatever_their_order() -> None:
    rows = pd.DataFrame({"key": "a", "day": pd.Timestamp("2024-02-01"), "origin_row": [7, 9, 8],
                         "box": [1, 2, 3]}).assign(**ORIGIN)
    assert keep_latest(rows, ["key"], order=["day"])["box"].tolist() == [2]
    assert keep_latest(rows.iloc[::-1], ["key"], order=["day"])["box"].tolist() == [2]


def test_rows_of_which_each_key_stands_once_are_given_back_as_they_are() -> None:
    rows = pd.DataFrame({"key": ["b", "a"], "day": pd.Timestamp("2024-02-01"), "origin_row": [1, 2]}).assign(**ORIGIN)
    assert keep_latest(rows, ["key"], order=["day"]) is rows


def post(employee_id: str, post_id: str, *, main: bool, fte: float, in_force: bool = True) -> dict[str, object]:
    return {"employee_id": employee_id, "post_id": post_id, "is_main": main, "fte": fte, "in_force": in_force}


def test_the_main_post_is_in_force_then_flagged_then_the_larger_then_the_lower_number() -> None:
    posts = pd.DataFrame([
        post("ended", "1", main=True, fte=1.0, in_force=False), post("ended", "2", main=False, fte=0.2),
        post("flagged", "3", main=False, fte=0.8), post("flagged", "4", main=True, fte=0.2),
        post("larger", "5", main=False, fte=0.4), post("larger", "6", main=False, fte=0.6),
        post("equal", "8", main=False, fte=0.5), post("equal", "7", main=False, fte=0.5),
        post("alone", "9", main=False, fte=0.1)])
    assert main_posts(posts)["post_id"].tolist() == ["2", "4", "6", "7", "9"]
    assert sorted(main_posts(posts.sample(frac=1, random_state=3))["post_id"]) == ["2", "4", "6", "7", "9"]


def test_of_several_rows_of_one_person_the_first_is_looked_up():
    people = pd.DataFrame({"employee_id": pd.Categorical(["a", "b", "a"]), "sex": ["first", "b's", "second"]})
    asked = pd.Series(pd.Categorical(["a", None, "b"], dtype=people["employee_id"].dtype), index=[7, 8, 9])
    assert of_employee(people, asked, "sex").fillna("nobody").to_dict() == {7: "first", 8: "nobody", 9: "b's"}


def test_a_month_is_whole_on_the_day_that_it_ends():
    days = pd.Series(pd.to_datetime(["2024-08-30", "2024-08-31", "2024-09-30", "2024-10-01", None]))
    assert months_between(days, pd.Timestamp("2024-09-30")).fillna(-9).tolist() == [1, 0, 0, -1, -9]
