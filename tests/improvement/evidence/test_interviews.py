"""Interviewees drawn by lot and how like the workforce those heard were: small tables that hand sums settle."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.improvement.evidence.interviews import compare_heard, draw_interviewees
from my121_analytics.workforce.record import build_workforce

DAY = date(2013, 6, 30)


def council(sizes, *, grade="G7", left=0):
    """Make directorates of the sizes given; of the first, the last ``left`` people have left."""
    people, posts = [], []
    for place, size in sizes.items():
        for i in range(size):
            number = f"{place}-{i:04d}"
            gone = place == next(iter(sizes)) and i >= size - left
            people.append({"employee_id": number, "name": f"Person {number}", "started": pd.Timestamp("2010-01-01"),
                           "left_on": pd.Timestamp("2013-01-31") if gone else pd.NaT,
                           "sex": "Female" if i % 2 else "Male"})
            posts.append({"employee_id": number, "post_id": f"P-{number}", "directorate": place, "grade": grade,
                          "service": f"{place} one", "is_main": True})
    return build_workforce({"employees": pd.DataFrame(people), "posts": pd.DataFrame(posts)}, as_of=DAY)


def allocation_of(sizes, n):
    frame = draw_interviewees(council(sizes), n=n, seed=1).frame("allocation")
    return dict(zip(frame["directorate"], frame["n_drawn"], strict=True))


@pytest.mark.parametrize(("sizes", "n", "drawn"), [
    ({"A": 50, "B": 30, "C": 20}, 10, {"A": 5, "B": 3, "C": 2}),
    ({"A": 97, "B": 2, "C": 1}, 10, {"A": 8, "B": 1, "C": 1}),
    ({"A": 10, "B": 10, "C": 10}, 4, {"A": 2, "B": 1, "C": 1}),
    ({"A": 2, "B": 2}, 4, {"A": 2, "B": 2}),
    ({"A": 60, "B": 30, "C": 10}, 3, {"A": 1, "B": 1, "C": 1}),
])
def test_interviews_are_shared_out_in_proportion_and_at_least_one_each(sizes, n, drawn):
    assert allocation_of(sizes, n) == {**drawn, "All": n}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.data())
@settings(max_examples=10, deadline=None)
def test_every_group_is_heard_and_none_beyond_its_people(sizes, data):
    n = data.draw(st.integers(len(sizes), sum(sizes)))
    given_sizes = {f"D{i}": size for i, size in enumerate(sizes)}
    result = draw_interviewees(council(given_sizes), n=n, seed=data.draw(st.integers(0, 99)))
    table = result.frame("allocation").query("directorate != 'All'")
    people = result.frame("interviewees")
    assert table["n_drawn"].sum() == n == len(people) == people["employee_id"].nunique()
    assert (table["n_drawn"] >= 1).all()
    assert (table["n_drawn"] <= table["n_people"]).all()
    drawn = people.groupby("directorate").size()
    assert drawn.to_dict() == dict(zip(table["directorate"], table["n_drawn"], strict=True))
    if (table["quota"] >= 1).all() and (table["quota"] <= table["n_people"]).all():
        assert ((table["n_drawn"] - table["quota"]).abs() < 1).all()


def test_the_same_seed_draws_the_same_people_whatever_the_order_of_the_record():
    workforce = council({"A": 40, "B": 20})
    turned = workforce.with_tables(posts=workforce.posts.iloc[::-1], employees=workforce.employees.iloc[::-1])
    first, again = (draw_interviewees(w, n=12, seed=7).frame("interviewees") for w in (workforce, turned))
    pd.testing.assert_frame_equal(first, again)
    other = draw_interviewees(workforce, n=12, seed=8).frame("interviewees")
    assert set(other["employee_id"]) != set(first["employee_id"])


def test_a_change_in_one_directorate_leaves_the_draw_of_another_alone():
    first = draw_interviewees(council({"A": 40, "B": 40}), n=10, seed=3).frame("interviewees")
    later = draw_interviewees(council({"A": 41, "B": 40}), n=10, seed=3).frame("interviewees")
    of_b = [set(drawn.query("directorate == 'B'")["employee_id"]) for drawn in (first, later)]
    assert of_b[0] == of_b[1]


def test_leavers_are_not_drawn():
    people = draw_interviewees(council({"A": 10, "B": 5}, left=4), n=11, seed=1).frame("interviewees")
    assert len(people.query("directorate == 'A'")) == 6


def test_everyone_is_drawn_equally_often():
    counts = pd.Series(0, index=[f"A-{i:04d}" for i in range(10)])
    workforce = council({"A": 10})
    for seed in range(60):
        counts[draw_interviewees(workforce, n=2, seed=seed).frame("interviewees")["employee_id"]] += 1
    assert counts.sum() == 120
    assert counts.between(1, 24).all()  # 12 expected; nearly four standard deviations (3.1) either side


def test_names_are_for_the_analyst_alone_and_small_groups_are_not_published():
    sample = draw_interviewees(council({"A": 40, "B": 3}), n=8, seed=1)
    shown = release(sample, audience="analyst").tables
    assert set(shown) == {"interviewees", "allocation"}
    published = release(sample, audience="publish").tables
    assert set(published) == {"allocation"}
    row = published["allocation"].set_index("directorate").loc["B"]
    assert row["marker"] == "[c]"
    assert row[["n_people", "n_drawn", "share", "quota", "sentence"]].isna().all()


def test_a_draw_that_cannot_be_made_is_refused():
    workforce = council({"A": 4, "B": 3})
    for n in (1, 8):
        with pytest.raises(UsageError, match="cannot be shared out"):
            draw_interviewees(workforce, n=n, seed=1)
    with pytest.raises(UsageError, match="salary"):
        draw_interviewees(workforce, n=3, by=["salary"], seed=1)
    with pytest.raises(DataUnusableError, match="Nobody"):
        draw_interviewees(build_workforce({}, as_of=DAY), n=3, seed=1)


def ids(place, n):
    return [f"{place}-{i:04d}" for i in range(n)]


def test_those_heard_are_held_beside_a_draw_by_lot():
    workforce = council({"A": 100, "B": 100})
    table = compare_heard(workforce, ids("A", 38) + ids("B", 2), by=["directorate"]).frame("by_directorate")
    rows = table.set_index("directorate")
    assert rows.loc["A", ["n_people", "n_heard", "expected"]].tolist() == [100, 38, 20.0]
    assert rows.loc["A", "verdict"] == "more than by lot"
    assert rows.loc["B", "verdict"] == "fewer than by lot"
    # Half of 200 people, 40 drawn: hypergeometric with standard deviation 2.84, so 20 give or take 7 at 0.05 / 2.
    assert rows.loc["A", ["expected_lower", "expected_upper"]].tolist() == [14, 26]
    even = compare_heard(workforce, ids("A", 21) + ids("B", 19), by=["directorate"])
    assert set(even.frame("by_directorate").query("directorate != 'All'")["verdict"]) == {"in line"}
    assert even.frame("fit")["verdict"].tolist() == ["in line"]


def test_a_few_people_heard_cannot_tell():
    result = compare_heard(council({"A": 100, "B": 100}), ids("A", 3), by=["directorate"])
    assert set(result.frame("by_directorate").query("directorate != 'All'")["verdict"]) == {"cannot tell"}
    assert result.frame("fit")["verdict"].tolist() == ["cannot tell"]


def test_the_chance_of_a_fit_is_that_of_draws_by_lot():
    # Two of two from one of two pairs: of the six pairs that can be drawn, two are as lopsided.
    fit = compare_heard(council({"A": 2, "B": 2}), ids("A", 2), by=["directorate"]).frame("fit").iloc[0]
    assert fit["statistic"] == pytest.approx(2.0)
    assert fit["chance"] == pytest.approx(1 / 3, abs=0.02)  # 4,999 draws: standard deviation 0.007


def test_people_drawn_by_lot_are_rarely_unlike_a_draw_by_lot():
    workforce = council({"A": 60, "B": 30, "C": 10})
    people = workforce.employees["employee_id"].astype("str")
    unlike = sum(compare_heard(workforce, people.sample(20, random_state=seed), by=["directorate"])
                 .frame("fit")["verdict"].iloc[0] == "unlike a draw by lot" for seed in range(20))
    assert unlike <= 5  # 1 expected; six or more happen once in two thousand


def test_people_heard_who_are_not_in_the_record_are_listed_for_the_analyst():
    result = compare_heard(council({"A": 20}), [*ids("A", 6), "X-1", "A-0001"], by=["directorate", "sex"])
    assert result.frame("unknown")["employee_id"].tolist() == ["X-1"]
    assert result.facts == {"n_heard": 6, "n_unknown": 1}
    with pytest.raises(DataUnusableError, match="None of the people heard"):
        compare_heard(council({"A": 20}), ["X-1"])
    with pytest.raises(UsageError, match="shoe_size"):
        compare_heard(council({"A": 20}), ids("A", 6), by=["shoe_size"])


def test_few_people_heard_in_a_group_are_not_published_and_protected_ones_only_to_those_who_may():
    result = compare_heard(council({"A": 40, "B": 40}), ids("A", 12) + ids("B", 2), by=["directorate", "sex"])
    published = release(result, audience="publish").tables
    row = published["by_directorate"].set_index("directorate").loc["B"]
    assert row[["n_heard", "share_heard", "verdict", "sentence"]].isna().all()
    assert "unknown" not in published
    assert "by_sex" not in release(result, audience="panel").tables


def test_the_record_is_not_changed():
    workforce = council({"A": 10, "B": 5})
    before = workforce.posts.copy()
    draw_interviewees(workforce, n=4, seed=1)
    compare_heard(workforce, ids("A", 3))
    pd.testing.assert_frame_equal(workforce.posts, before)
