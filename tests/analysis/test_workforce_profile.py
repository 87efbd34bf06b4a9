"""Who works here: counts that a person can check by hand, and laws that hold for any council."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.workforce_profile import MAKE_UP, NOT_RECORDED, describe_workforce, order_naturally
from my121_analytics.disclosure.release import release, release_together
from my121_analytics.sample_council.council import make_sample
from my121_analytics.workforce.record import Workforce, build_workforce
from my121_analytics.workforce.results import TOTAL


@pytest.fixture(scope="module")
def by_hand() -> Workforce:
    """Five people in post: one with two posts, one who started this year; one left this year, one long ago."""
    employees = pd.DataFrame({
        "employee_id": ["1", "2", "3", "4", "5", "6", "7"],
        "name": [f"Person {n}" for n in range(1, 8)],
        "started": pd.to_datetime(["2001-01-01", "2010-01-01", "2022-05-01", "2024-06-01", "2020-01-01", "2015-01-01",
                                   "1999-01-01"]),
        "left_on": pd.to_datetime([None, None, None, None, None, "2024-03-31", "2019-01-01"])})
    posts = pd.DataFrame({
        "employee_id": ["1", "2", "3", "4", "5", "5", "6", "7"],
        "post_id": ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"],
        "is_main": [True, True, True, True, True, False, True, True],
        "directorate": ["Parks", "Parks", "Roads", "Roads", "Roads", "Parks", "Roads", "Parks"],
        "grade": ["Chief Officer", "Grade 10", "Grade 3", "Grade 3", "Grade 3", "Grade 3", "Grade 9", "Grade 1"],
        "manager_id": [None, "1", "2", "2", "2", "1", "2", "1"],
        "fte": [1.0, 0.5, 1.0, 0.6, 0.5, 0.5, 1.0, 1.0],
        "contract": ["Permanent", "Permanent", "Permanent", "Fixed term", "Permanent", "Casual", "Permanent",
                     "Permanent"]})
    placements = pd.DataFrame({"employee_id": ["1"], "post_id": ["P1"], "cycle": ["2024/25 H1"], "rater_id": ["9"],
                               "source": ["manager"], "performance": [2], "potential": [2], "box": [5],
                               "placed_on": pd.to_datetime(["2024-09-01"])})
    return build_workforce({"employees": employees, "posts": posts, "placements": placements}, as_of=date(2024, 9, 30))


def test_headcount_and_hours_are_those_counted_by_hand(by_hand: Workforce) -> None:
    rows = describe_workforce(by_hand).frame("by_group").set_index("directorate")
    assert rows["n_people"].to_dict() == {"Parks": 2, "Roads": 3, TOTAL: 5}
    assert rows["fte"].to_dict() == {"Parks": 1.5, "Roads": 2.6, TOTAL: 4.1}


def test_starters_leavers_and_turnover_are_those_of_the_year(by_hand: Workforce) -> None:
    result = describe_workforce(by_hand)
    service = result.frame("service_band_by_group").set_index(["directorate", "service_band"])["n"]
    assert service.xs("under 1 year", level=1).to_dict() == {"Parks": 0, "Roads": 1, TOTAL: 1}
    leavers = result.frame("leavers").set_index("directorate")
    assert leavers["n_leavers"].to_dict() == {"Parks": 0, "Roads": 1, TOTAL: 1}
    assert leavers.loc[TOTAL, "turnover"] == pytest.approx(1 / 5), "five in post then (1, 2, 3, 5, 6) and five now"
    assert leavers.loc["Roads", "turnover"] == pytest.approx(1 / 3)
    assert (result.facts["year_from"], result.facts["year_to"]) == ("2023-10-01", "2024-09-30")


def test_span_counts_people_by_the_managers_own_group(by_hand: Workforce) -> None:
    rows = describe_workforce(by_hand).frame("span").set_index("directorate")
    assert rows["n_managers"].to_dict() == {"Parks": 2, TOTAL: 2}
    assert rows.loc[TOTAL, "span"] == pytest.approx(2.0), "one manages one person, the other three"


def test_managers_who_are_not_on_the_staff_list_are_counted_without_a_group(by_hand: Workforce) -> None:
    posts = by_hand.posts.assign(manager_id=pd.Categorical(["901", "901", "902", "902", "902", "901", "902", "901"]))
    rows = describe_workforce(by_hand.with_tables(posts=posts)).frame("span")
    assert dict(zip(rows["directorate"], rows["n_managers"], strict=True)) == {NOT_RECORDED: 2, TOTAL: 2}


def test_make_up_is_of_people_and_the_pattern_of_all_their_hours(by_hand: Workforce) -> None:
    result = describe_workforce(by_hand)
    pattern = result.frame("working_pattern").set_index("working_pattern")["n"].to_dict()
    assert pattern == {"Full time": 3, "Part time": 2}, "two half posts make one full-time person"
    service = result.frame("service_band").set_index("service_band")["n"].to_dict()
    assert service == {"under 1 year": 1, "1-2 years": 1, "3-9 years": 1, "10+ years": 2}
    assert result.frame("grade")["grade"].tolist() == ["Grade 3", "Grade 10", "Chief Officer"]
    assert "age_band" not in result.tables, "the record holds no ages"


def test_groups_are_in_the_order_in_which_people_count() -> None:
    given = pd.Series(["Grade 10", "Not recorded", "Grade 2", "Chief Officer", "10+ years", "under 1 year"])
    assert order_naturally(given) == ["under 1 year", "10+ years", "Grade 2", "Grade 10", "Chief Officer",
                                      "Not recorded"]


@pytest.fixture(scope="module")
def council() -> Workforce:
    return make_sample(150, seed=5).workforce


def test_parts_add_up_to_the_headcount_and_agree_with_the_coverage(council: Workforce) -> None:
    result, coverage = describe_workforce(council), measure_coverage(council)
    whole = result.frame("by_group").iloc[-1]
    columns = ["directorate", "n_people"]
    pd.testing.assert_frame_equal(result.frame("by_group")[columns], coverage.frame("by_group")[columns])
    assert result.about.n == whole["n_people"] == result.frame("by_group")["n_people"].iloc[:-1].sum()
    for column in set(MAKE_UP) & set(result.tables):
        frame = result.frame(column)
        assert frame["n"].sum() == whole["n_people"]
        if f"{column}_by_group" in result.tables:
            groups = result.frame(f"{column}_by_group")
            apart = groups[groups["directorate"] != TOTAL].groupby(column)["n"].sum()
            assert apart.to_dict() == dict(zip(frame[column], frame["n"], strict=True))


def test_what_is_published_holds_no_small_number(council: Workforce) -> None:
    released = release(describe_workforce(council), audience="publish")
    for name, frame in released.tables.items():
        for column in frame.columns.intersection(["n", "n_people", "n_leavers", "n_managers"]):
            shown = frame[column].dropna()
            assert not shown.between(1, 4).any(), f"{name}: {column}"


def test_a_headcount_withheld_in_the_coverage_is_not_had_from_here(council: Workforce) -> None:
    posts = council.posts.assign(directorate=council.posts["directorate"].astype("str"))
    held = sorted(posts.loc[posts["valid_to"].isna(), "employee_id"].astype("str").unique())[:3]
    posts.loc[posts["employee_id"].astype("str").isin(held), "directorate"] = "Tiny"
    record = council.with_tables(posts=posts)
    here, there = release_together([describe_workforce(record), measure_coverage(record)], audience="publish")
    hidden = [frame.loc[frame["n_people"].isna(), "directorate"].tolist()
              for frame in (here.tables["by_group"], there.tables["by_group"])]
    assert "Tiny" in hidden[0]
    assert hidden[0] == hidden[1], "what one hides, the other hides"


def test_vacant_posts_are_told_where_the_exports_list_them(by_hand: Workforce) -> None:
    assert describe_workforce(by_hand).facts["n_vacant"] is None
    vacancies = pd.DataFrame({"post_id": ["V1", "", ""], "directorate": ["Care", "Care", ""]})
    released = release(describe_workforce(by_hand, vacancies=vacancies), audience="publish")
    assert released.facts["n_vacant"] == 3
    rows = released.tables["vacancies"]
    assert dict(zip(rows["directorate"], rows["n_vacant"], strict=True)) == {"Care": 2, "Not recorded": 1, "All": 3}
    assert "vacancies" not in describe_workforce(by_hand, vacancies=vacancies.iloc[:0]).tables
