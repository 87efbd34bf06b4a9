"""The heavy pass: everyone in post is counted once per post, whatever the order and the names of things."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.workforce import counts
from my121_analytics.workforce.record import build_workforce

DAY = pd.Timestamp
EARLIER, LATER = "2022/23 H2", "2023/24 H1"
TABLES = ("placements", "posts", "employees", "conversations")


def placed(employee, box=None, cycle=LATER, post=None, rater="M", **values):
    row = {"employee_id": employee, "post_id": post or f"P{employee}", "cycle": cycle, "rater_id": rater,
           "source": "manager", "box": box, **values}
    if box is not None:
        row = {"performance": 3 - (box - 1) % 3, "potential": 3 - (box - 1) // 3, **row}
    return row


def held(employee, post=None, directorate="Adults", **values):
    return {"employee_id": employee, "post_id": post or f"P{employee}", "directorate": directorate, "is_main": True,
            **values}


def record(placements=(), posts=(), employees=(), conversations=(), as_of=date(2024, 3, 31)):
    given = dict(zip(TABLES, (placements, posts, employees, conversations), strict=True))
    return build_workforce({name: pd.DataFrame(list(rows)) for name, rows in given.items()}, as_of=as_of)


def tally(counted, *by):
    return counted.frame.set_index([*by, "outcome"])["n"].to_dict()


@pytest.fixture(scope="module")
def council():
    """Sixty people, some with two posts, some gone, some unplaced, over two cycles."""
    rng = np.random.default_rng(5)
    ids = [f"{i:03d}" for i in range(60)]
    posts = [held(i, directorate=["Adults", "Place"][k % 2], team=f"T{k % 7}", grade=f"G{k % 4}", manager_id=ids[k % 7])
             for k, i in enumerate(ids)]
    posts += [held(i, post=f"Q{i}", directorate="Place", team="T1", is_main=False, manager_id=ids[1]) for i in ids[:8]]
    placements = [placed(p["employee_id"], int(rng.integers(1, 10)), cycle, p["post_id"], p["manager_id"])
                  for p in posts for cycle in (EARLIER, LATER) if rng.random() < 0.8]
    employees = [{"employee_id": i, "started": DAY("2015-01-01"), "sex": ["F", "M"][k % 2],
                  "left_on": DAY("2023-02-01") if k % 10 == 9 else None} for k, i in enumerate(ids)]
    return {"employees": employees, "posts": posts, "placements": placements}


def build(tables):
    return build_workforce({name: pd.DataFrame(rows) for name, rows in tables.items()}, as_of=date(2024, 3, 31))


def test_a_small_council_is_counted_as_by_hand():
    workforce = record([placed("1", 5), placed("2", 5), placed("3", 9)],
                       [held("1"), held("2", directorate="Place"), held("3"), held("4", directorate="Place"),
                        held("5", directorate=None)])
    found = counts.count_placements(workforce, by=["directorate"])
    assert tally(found, "directorate") == {("Adults", 5): 1, ("Adults", 9): 1, ("Place", 5): 1, ("Place", 0): 1,
                                           ("Not recorded", 0): 1}
    assert tally(counts.count_placements(workforce)) == {0: 2, 5: 2, 9: 1}
    assert tally(counts.count_placements(workforce, outcome="performance")) == {0: 2, 1: 1, 2: 2}
    assert tally(counts.count_placements(workforce, filters={"directorate": "Place"})) == {0: 1, 5: 1}


def test_nobody_is_lost(council):
    workforce = build(council)
    for cycle in (EARLIER, LATER):
        posts = workforce.posts_in_cycle(cycle)
        wanted = {tuple(pair) for pair in posts.loc[posts["in_force"], ["employee_id", "post_id"]].to_numpy()}
        wanted |= {(p["employee_id"], p["post_id"]) for p in council["placements"] if p["cycle"] == cycle}
        rows = counts.outcomes_in_cycle(workforce, cycle)
        assert {tuple(pair) for pair in rows[["employee_id", "post_id"]].to_numpy()} == wanted
        assert len(rows) == len(wanted)
        for by in ([], ["directorate"], ["team", "sex"], ["tenure_band"]):
            assert counts.count_placements(workforce, by=by, cycle=cycle).frame["n"].sum() == len(wanted)


def test_the_order_of_rows_changes_nothing(council):
    expected = all_counts(build(council))
    rng = np.random.default_rng(0)
    shuffled = {name: [rows[k] for k in rng.permutation(len(rows))] for name, rows in council.items()}
    for found, wanted in zip(all_counts(build(shuffled)), expected, strict=True):
        pd.testing.assert_frame_equal(found, wanted)


def test_other_ids_for_the_same_people_change_nothing(council):
    def renamed(value):
        return value if value is None else f"x{999 - int(value[-3:])}{value[:-3]}"
    keys = ("employee_id", "post_id", "manager_id", "rater_id")
    other = {name: [{k: renamed(v) if k in keys else v for k, v in row.items()} for row in rows]
             for name, rows in council.items()}
    for found, wanted in zip(all_counts(build(other))[:3], all_counts(build(council))[:3], strict=True):
        pd.testing.assert_frame_equal(found, wanted)


def all_counts(workforce):
    ratings = counts.count_ratings(workforce, case_mix=["grade"])
    return [counts.count_placements(workforce, by=["directorate", "sex"]).frame,
            counts.count_moves(workforce, by=["team"]).frame,
            ratings.frame.groupby("category")["n"].sum().reset_index(),
            ratings.frame, ratings.raters, ratings.patterns]


def test_counting_leaves_the_record_as_it_was(council):
    workforce = build(council)
    before = {name: getattr(workforce, name).copy(deep=True) for name in ("employees", "posts", "placements")}
    all_counts(workforce)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(workforce, name), frame)


def test_someone_with_two_posts_counts_once_for_each():
    workforce = record([placed("1", 5)], [held("1"), held("1", post="Q1", directorate="Place", is_main=False)])
    found = counts.count_placements(workforce, by=["directorate"])
    assert tally(found, "directorate") == {("Adults", 5): 1, ("Place", 0): 1}


def test_a_placement_without_a_post_is_for_the_main_post_and_speaks_for_the_person():
    posts = [held("1", post="Q1", directorate="Place", is_main=False), held("1")]
    workforce = record([placed("1", 5) | {"post_id": None}], posts)
    rows = counts.outcomes_in_cycle(workforce, LATER, columns=["directorate"])
    assert rows[["post_id", "box", "directorate"]].to_numpy().tolist() == [["P1", 5, "Adults"]]


def test_an_export_without_posts_and_one_with_them_meet_in_the_moves():
    workforce = record([placed("1", 5, EARLIER) | {"post_id": None}, placed("1", 4)], [held("1")])
    assert counts.count_moves(workforce).frame.to_numpy().tolist() == [[5, 4, 1]]


def test_a_self_placement_without_a_post_meets_the_managers():
    own = placed("1", 2, rater="1") | {"source": "self", "post_id": None}
    pairs = counts.pair_self(record([placed("1", 5), own], [held("1")]))
    assert pairs[["box_manager", "box_self"]].to_numpy().tolist() == [[5, 2]]


def test_a_placement_for_a_post_not_held_in_the_cycle_keeps_the_person_in_their_unit():
    workforce = record([placed("1", 5, post="OLD")], [held("1")])
    found = counts.count_placements(workforce, by=["directorate"])
    assert tally(found, "directorate") == {("Adults", 0): 1, ("Adults", 5): 1}


def test_a_leaver_owes_no_placement_but_one_that_was_made_counts():
    gone = {"left_on": DAY("2023-06-30")}
    workforce = record([placed("1", 5)], [held("1"), held("2")], [{"employee_id": e, **gone} for e in "12"])
    rows = counts.outcomes_in_cycle(workforce, LATER)
    assert rows[["employee_id", "box", "in_force"]].to_numpy().tolist() == [["1", 5, False]]


def test_a_post_that_ended_in_the_cycle_owes_no_placement():
    posts = [held("1", post="OLD", valid_to=DAY("2023-06-30")), held("1", valid_from=DAY("2023-07-01"))]
    assert tally(counts.count_placements(record([placed("1", 5)], posts))) == {5: 1}


def test_a_flat_export_without_posts_counts_the_people_who_were_there():
    people = [{"employee_id": "1"}, {"employee_id": "2", "started": DAY("2020-01-01")},
              {"employee_id": "3", "started": DAY("2023-12-01")}, {"employee_id": "4", "left_on": DAY("2022-01-01")}]
    workforce = record([placed("1", 5)], employees=people)
    found = counts.count_placements(workforce, by=["directorate"])
    assert tally(found, "directorate") == {("Not recorded", 0): 1, ("Not recorded", 5): 1}


def test_the_row_of_the_main_post_and_one_without_a_post_stand_for_the_person():
    posts = [held("1", "A"), held("1", "B") | {"is_main": False}, held("2")]
    workforce = record([placed("1", 5, post="A"), placed("1", 4, post="B"), placed("2", 5)], posts)
    rows = workforce.placements.assign(post_id=workforce.placements["post_id"].where(
        workforce.placements["employee_id"].astype("str") == "1"))
    marked = counts.is_main_post(workforce, LATER, rows)
    assert marked.tolist() == [True, False, True]
    assert marked.index.equals(rows.index)


def test_the_latest_of_two_placements_counts():
    first, second = placed("1", 5, placed_on=DAY("2023-05-01")), placed("1", 4, placed_on=DAY("2023-06-01"))
    undated = placed("1", 9)
    for rows in ([first, second, undated], [undated, second, first]):
        assert tally(counts.count_placements(record(rows, [held("1")]))) == {4: 1}


def test_two_placements_of_one_day_are_settled_by_where_they_stand_not_by_the_order_of_reading():
    day = {"placed_on": DAY("2023-05-01"), "origin_file": "a.xlsx"}
    rows = [placed("1", 5, origin_row=7, **day), placed("1", 4, origin_row=9, **day)]
    for order in (rows, rows[::-1]):
        assert tally(counts.count_placements(record(order, [held("1")]))) == {4: 1}


def test_a_calibrated_placement_takes_the_managers_place_where_there_is_one():
    agreed = placed("1", 2) | {"source": "calibrated"}
    workforce = record([placed("1", 5), placed("2", 9), agreed], [held("1"), held("2")])
    assert tally(counts.count_placements(workforce, source="calibrated")) == {2: 1, 9: 1}
    assert tally(counts.count_placements(workforce)) == {5: 1, 9: 1}
    assert tally(counts.count_placements(workforce, source="self")) == {0: 2}


def test_moves_tell_apart_placed_not_placed_and_not_in_post():
    posts = [held("1"), held("2"), held("3", valid_from=DAY("2023-05-01")), held("4", valid_to=DAY("2023-03-31"))]
    workforce = record([placed("1", 5, EARLIER), placed("1", 1), placed("2", 5, EARLIER), placed("3", 3),
                        placed("4", 8, EARLIER)], posts)
    found = counts.count_moves(workforce)
    assert (found.cycle_before, found.cycle_after) == (EARLIER, LATER)
    assert found.frame.to_numpy().tolist() == [[-1, 3, 1], [5, 0, 1], [5, 1, 1], [8, -1, 1]]


def test_moves_are_grouped_as_in_the_later_cycle_and_as_before_for_those_who_left():
    posts = [held("1", directorate="Adults", valid_to=DAY("2023-04-30")),
             held("1", directorate="Place", valid_from=DAY("2023-05-01")),
             held("2", directorate="Adults", valid_to=DAY("2023-03-31"))]
    workforce = record([placed("1", 5, EARLIER), placed("1", 4), placed("2", 8, EARLIER)], posts)
    found = counts.count_moves(workforce, by=["directorate"]).frame
    assert found.to_numpy().tolist() == [["Adults", 8, -1, 1], ["Place", 5, 4, 1]]
    assert counts.count_moves(workforce, filters={"directorate": "Place"}).frame["n"].tolist() == [1]


def test_the_first_cycle_has_no_moves():
    with pytest.raises(DataUnusableError, match="first cycle"):
        counts.count_moves(record([placed("1", 5)], [held("1")]))


def test_ratings_are_tallied_by_rater_pattern_and_category():
    posts = [held("1", grade="G1"), held("2", grade="G2"), held("M", directorate="Place", grade="G9")]
    workforce = record([placed("1", 5, EARLIER), placed("1", 4), placed("2", 6), placed("2", 1, rater=None, post="X")],
                       posts)
    found = counts.count_ratings(workforce, case_mix=["grade"])
    assert found.cycles == (EARLIER, LATER)
    assert found.n_categories == 3
    joined = found.frame.merge(found.patterns, left_on="pattern", right_index=True)
    assert joined[["grade", "cycle", "category", "n"]].to_numpy().tolist() == [
        ["G1", EARLIER, 2, 1], ["G1", LATER, 3, 1], ["G2", LATER, 1, 1]]
    rater = found.raters.iloc[0].to_dict()
    assert rater == {"rater_id": "M", "n_ratings": 3, "n_employees": 2, "n_cycles": 2, "mean_team_size": 1.5,
                     "directorate": "Place", "service": "Not recorded", "team": "Not recorded"}


def test_a_rater_without_a_post_belongs_where_most_of_the_ratings_come_from():
    posts = [held("1", directorate="Adults"), held("2", directorate="Place"), held("3", directorate="Place")]
    workforce = record([placed(e, 5) for e in "123"], posts)
    assert counts.count_ratings(workforce).raters["directorate"].tolist() == ["Place"]


def test_ratings_that_name_no_rater_cannot_be_compared():
    with pytest.raises(DataUnusableError, match="names its rater"):
        counts.count_ratings(record([placed("1", 5, rater=None)], [held("1")]))


def test_every_rating_is_in_the_tally(council):
    workforce = build(council)
    for axis in ("performance", "potential"):
        found = counts.count_ratings(workforce, axis=axis, case_mix=["grade", "tenure_band", "directorate"])
        assert found.frame["n"].sum() == len(workforce.placements) == found.raters["n_ratings"].sum()
        assert set(found.frame["rater"]) == set(range(len(found.raters)))
        assert set(found.frame["pattern"]) == set(range(len(found.patterns)))
        assert found.raters["rater_id"].is_unique


def test_conversations_are_counted_within_the_days_given_and_parts_on_formal_ones_only():
    talks = [{"employee_id": "1", "held_on": DAY(day), "kind": kind, "has_summary": True}
             for day, kind in [("2023-04-01", "formal"), ("2023-09-30", "catch-up"), ("2023-03-31", "formal"),
                               ("2023-10-01", "formal")]]
    workforce = record(posts=[held("1")], conversations=talks)
    found = counts.count_conversations(workforce, start=DAY("2023-04-01"), end=DAY("2023-09-30")).iloc[0]
    assert (found["n_formal"], found["n_catch_up"], found["has_summary"]) == (1, 1, 1)
    assert found["last_held_on"] == DAY("2023-09-30")


def test_a_record_without_conversations_gives_an_empty_table():
    found = counts.count_conversations(record([placed("1", 5)]), start=DAY("2023-04-01"), end=DAY("2023-09-30"))
    assert found.empty
    assert {"employee_id", "n_formal", "has_summary"} <= set(found.columns)


def test_an_empty_team_is_an_empty_count():
    workforce = record([placed("1", 5)], [held("1")])
    assert counts.count_placements(workforce, filters={"directorate": "Nowhere"}).frame.empty


def test_a_column_that_does_not_exist_is_refused_with_help():
    workforce = record([placed("1", 5)], [held("1")])
    with pytest.raises(UsageError, match="Did you mean 'directorate'"):
        counts.count_placements(workforce, by=["directorat"])
    with pytest.raises(UsageError, match="cannot be grouped"):
        counts.check_grouping("manager_id")
    with pytest.raises(UsageError, match="cut to one value of 'sex'"):
        counts.check_grouping("directorate", {"sex": "F"})
    counts.check_grouping("sex", {"team": "T1"})


def test_joining_keeps_the_order_and_the_number_of_rows(council):
    workforce = build(council)
    rows = workforce.placements.sample(frac=1, random_state=1)
    joined = counts.join_posts(workforce, rows, ["team", "sex", "tenure_months"])
    assert joined["employee_id"].tolist() == rows["employee_id"].tolist()
    assert joined["sex"].notna().all()
    assert counts.join_posts(workforce, rows.head(0), ["team", "sex"]).empty
