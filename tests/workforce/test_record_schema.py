"""Tables take the schema's columns and kinds; the record's tables agree with each other."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.settings import ExportSettings, Settings
from my121_analytics.workforce import schema
from my121_analytics.workforce.record import build_workforce, main_posts, table_names

DAY = pd.Timestamp


def placement(employee="1", cycle="2023/24 H1", **values):
    return {"employee_id": employee, "post_id": "P" + employee, "cycle": cycle, "source": "manager", **values}


def record(placements=(), posts=(), employees=(), as_of=date(2024, 3, 31), **tables):
    given = {"placements": placements, "posts": posts, "employees": employees, **tables}
    return build_workforce({name: pd.DataFrame(list(rows)) for name, rows in given.items()}, as_of=as_of)


@pytest.mark.parametrize("table", list(schema.TABLES))
def test_an_empty_table_has_every_column_in_order_and_kind(table):
    frame = schema.empty_table(table)
    assert list(frame.columns) == schema.column_names(table)
    for column in schema.TABLES[table]:
        expected = schema.DTYPES[column.kind]
        found = frame[column.name].dtype
        assert (found == expected) or (expected == "category" and isinstance(found, pd.CategoricalDtype)), column.name


def test_conform_refuses_unknown_columns_and_fills_absent_ones():
    with pytest.raises(KeyError, match="salary"):
        schema.conform(pd.DataFrame({"employee_id": ["1"], "salary": [1]}), "employees")
    frame = schema.conform(pd.DataFrame({"employee_id": ["1", "2"]}, index=[7, 7]), "placements")
    assert frame.index.tolist() == [0, 1]
    assert frame["performance"].isna().all()
    assert not frame["derived"].any()


def test_ids_given_as_number_categories_are_not_lost():
    frame = pd.DataFrame({"employee_id": pd.Categorical([12, 7, 12]), "post_id": ["A", "B", "C"]})
    workforce = build_workforce({"posts": frame}, as_of=date(2024, 1, 1))
    assert workforce.posts["employee_id"].astype("str").tolist() == ["12", "7", "12"]


def test_the_frames_given_stay_as_they_were():
    posts = pd.DataFrame({"employee_id": ["2", "1"], "post_id": ["B", "A"], "is_main": [True, True]})
    before = posts.copy(deep=True)
    workforce = build_workforce({"posts": posts, "placements": pd.DataFrame([placement()])}, as_of=date(2024, 1, 1))
    workforce.posts_in_cycle("2023/24 H1")
    pd.testing.assert_frame_equal(posts, before)


def test_ids_share_categories_over_all_tables():
    workforce = record([placement("1", rater_id="9")], [{"employee_id": "2", "post_id": "X", "manager_id": "8"}])
    people = workforce.placements["rater_id"].cat.categories
    assert list(people) == ["1", "2", "8", "9"]
    assert list(workforce.posts["manager_id"].cat.categories) == list(people)
    assert list(workforce.posts["post_id"].cat.categories) == ["P1", "X"]


def test_the_day_the_record_speaks_of_is_given_or_set_or_the_latest_thing_that_happened():
    tables = {"placements": pd.DataFrame([placement(placed_on=DAY("2023-05-01"))]),
              "posts": pd.DataFrame({"employee_id": ["1"], "post_id": ["P1"], "valid_from": [DAY("2022-01-01")],
                                     "valid_to": [DAY("2030-01-01")]}),
              "development_actions": pd.DataFrame({"employee_id": ["1"], "due_on": [DAY("2029-01-01")]})}
    assert build_workforce(tables).as_of == date(2023, 5, 1)
    settings = Settings(exports=ExportSettings(extract_date=date(2024, 2, 2)))
    assert build_workforce(tables, settings=settings).as_of == date(2024, 2, 2)
    assert build_workforce(tables, settings=settings, as_of=date(2025, 1, 1)).as_of == date(2025, 1, 1)


def test_cycles_are_asked_for_by_label_with_help_for_a_slip():
    workforce = record([placement(cycle="2023/24 H1"), placement(cycle="2022/23 H2")])
    assert workforce.latest_cycle == "2023/24 H1"
    assert workforce.check_cycle(None) == "2023/24 H1"
    assert workforce.previous_cycle("2023/24 H1") == "2022/23 H2"
    assert workforce.previous_cycle("2022/23 H2") is None
    with pytest.raises(UsageError, match="Did you mean '2023/24 H1'"):
        workforce.check_cycle("2023/24H1")
    with pytest.raises(DataUnusableError, match="no placements"):
        _ = record().latest_cycle


def test_a_cycle_still_running_ends_on_the_day_of_the_record():
    workforce = record([placement(cycle="2023/24 H2")], as_of=date(2024, 1, 15))
    assert workforce.cycle_end("2023/24 H2") == DAY("2024-01-15")


def test_of_two_rows_of_one_post_the_one_in_force_at_the_end_counts():
    first = {"employee_id": "1", "post_id": "P1", "valid_from": DAY("2020-01-01"), "team": "Roads"}
    loan = {"employee_id": "1", "post_id": "P1", "valid_from": DAY("2023-05-01"), "valid_to": DAY("2023-07-31"),
            "team": "Parks"}
    for rows in ([first, loan], [loan, first]):
        held = record([placement()], rows).posts_in_cycle("2023/24 H1")
        assert held["team"].tolist() == ["Roads"]
        assert held["in_force"].tolist() == [True]


def test_overlapping_rows_give_the_later_one():
    rows = [{"employee_id": "1", "post_id": "P1", "valid_from": DAY("2020-01-01"), "team": "Old"},
            {"employee_id": "1", "post_id": "P1", "valid_from": DAY("2022-01-01"), "team": "New"}]
    assert record([placement()], rows).posts_in_cycle("2023/24 H1")["team"].tolist() == ["New"]


def test_a_post_that_ended_in_the_cycle_is_there_but_not_in_force():
    rows = [{"employee_id": "1", "post_id": "P1", "valid_from": DAY("2020-01-01"), "valid_to": DAY("2023-06-30")},
            {"employee_id": "1", "post_id": "P2", "valid_from": DAY("2023-07-01")},
            {"employee_id": "2", "post_id": "P3", "valid_from": DAY("2023-10-01")},
            {"employee_id": "3", "post_id": "P4", "valid_to": DAY("2023-03-31")}]
    held = record([placement()], rows).posts_in_cycle("2023/24 H1")
    assert dict(zip(held["post_id"], held["in_force"], strict=True)) == {"P1": False, "P2": True}


def test_leavers_are_in_force_up_to_their_last_day():
    rows = [{"employee_id": e, "post_id": "P" + e} for e in "12"]
    people = [{"employee_id": "1", "left_on": DAY("2023-09-30")}, {"employee_id": "2", "left_on": DAY("2023-09-29")}]
    held = record([placement()], rows, people).posts_in_cycle("2023/24 H1")
    assert held["in_force"].tolist() == [True, False]


def test_a_staff_list_without_first_days_does_not_put_people_in_post_before_they_joined():
    rows = [{"employee_id": "1", "post_id": "P1"}, {"employee_id": "2", "post_id": "P2"},
            {"employee_id": "3", "post_id": "P3", "started_in_post": DAY("2024-02-01")}]
    people = [{"employee_id": "1", "started": DAY("2010-01-01")}, {"employee_id": "2", "started": DAY("2024-01-08")},
              {"employee_id": "3", "started": DAY("2015-01-01")}]
    held = record([placement()], rows, people).posts_in_cycle("2023/24 H1")
    assert held["employee_id"].tolist() == ["1", "3"]
    assert held["tenure_months"].isna().all()  # nothing known, or a post taken up later


@pytest.mark.parametrize(("started", "months", "band"), [
    ("2023-09-30", 0, "under 1 year"), ("2022-10-01", 11, "under 1 year"), ("2022-09-30", 12, "1-2 years"),
    ("2020-09-30", 36, "3-9 years"), ("2013-09-30", 120, "10+ years"),
])
def test_time_in_post_is_whole_months_at_the_end_of_the_cycle(started, months, band):
    held = record([placement()], [{"employee_id": "1", "post_id": "P1", "started_in_post": DAY(started)}])
    row = held.posts_in_cycle("2023/24 H1").iloc[0]
    assert (row["tenure_months"], row["tenure_band"]) == (months, band)


def test_a_regrading_does_not_restart_time_in_post():
    rows = [{"employee_id": "1", "post_id": "P1", "valid_from": DAY("2020-09-30"), "valid_to": DAY("2023-06-30")},
            {"employee_id": "1", "post_id": "P1", "valid_from": DAY("2023-07-01")}]
    assert record([placement()], rows).posts_in_cycle("2023/24 H1")["tenure_months"].tolist() == [36]


def test_the_main_post_does_not_depend_on_the_order_of_rows():
    rows = [{"employee_id": "1", "post_id": "C", "fte": 0.2}, {"employee_id": "1", "post_id": "B", "fte": 0.8},
            {"employee_id": "1", "post_id": "A", "fte": 0.8}, {"employee_id": "2", "post_id": "D"}]
    for order in (rows, rows[::-1], rows[1:] + rows[:1]):
        posts = record([placement()], order).posts_in_cycle("2023/24 H1")
        assert sorted(main_posts(posts)["post_id"].astype("str")) == ["A", "D"]


def test_names_fall_back_to_the_id():
    workforce = record([placement()], employees=[{"employee_id": "1", "name": "Ann Example"}, {"employee_id": "2"}])
    assert workforce.names.to_dict() == {"1": "Ann Example", "2": "2"}
    asked = workforce.names_of(pd.Series(["9", "1", None, "2"], index=[3, 1, 4, 5]))
    assert asked.loc[[3, 1, 5]].tolist() == ["9", "Ann Example", "2"]
    assert asked.isna().tolist() == [False, False, True, False]
    assert record([placement()]).names_of(pd.Series(["1"])).tolist() == ["1"]


def test_replacing_a_table_agrees_everything_again():
    workforce = record([placement("1")])
    wider = workforce.with_tables(placements=pd.DataFrame([placement("1"), placement("7", cycle="2024/25 H1")]))
    assert wider.latest_cycle == "2024/25 H1"
    assert "7" in wider.employees["employee_id"].cat.categories
    assert set(table_names()) == set(schema.TABLES)
    with pytest.raises(KeyError, match="wages"):
        build_workforce({"wages": pd.DataFrame()})


def test_a_cycle_with_no_dates_at_all_still_has_posts():
    workforce = record([placement(cycle="Spring review")],
                       [{"employee_id": "1", "post_id": "P1", "valid_to": DAY("2099-12-31")}])
    assert len(workforce.posts_in_cycle("Spring review")) == 1


def test_a_table_and_the_frame_that_it_was_made_from_do_not_change_each_other():
    frame = pd.DataFrame({"employee_id": pd.Categorical(["a", "b"]), "fte": [0.5, 1.0], "is_main": [True, False],
                          "origin_row": [1, 2], "valid_from": [DAY("2020-01-01"), DAY("2021-01-01")]})
    table = schema.conform(frame, "posts")
    table.loc[0, ["fte", "origin_row"]] = [9.0, 7]
    table["is_main"] = ~table["is_main"]
    assert frame[["fte", "origin_row", "is_main"]].to_numpy().tolist() == [[0.5, 1, True], [1.0, 2, False]]
    frame.loc[1, "fte"] = -1.0
    assert table["fte"].tolist() == [9.0, 1.0]
