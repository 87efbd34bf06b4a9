"""Coverage: conversations are counted for people, placements for posts, and starters owe in step with their months."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.disclosure.release import release
from my121_analytics.settings import CoverageSettings, FrameworkSettings, Settings
from my121_analytics.workforce.record import build_workforce
from my121_analytics.workforce.results import TOTAL

CYCLE = "2023/24 H1"  # ends 30 September 2023
DAY = pd.Timestamp


def placement(employee, post=None, agreed="2023-09-01", **values):
    return {"employee_id": employee, "post_id": post or f"P{employee}", "cycle": CYCLE, "source": "manager",
            "rater_id": "M", "box": 5, "performance": 2, "agreed_on": agreed and DAY(agreed), **values}


def post(employee, number=None, directorate="Adults", manager="M", **values):
    return {"employee_id": employee, "post_id": number or f"P{employee}", "directorate": directorate,
            "manager_id": manager, "is_main": True, **values}


def talk(employee, day, kind="formal", **parts):
    return {"employee_id": employee, "held_on": DAY(day), "kind": kind, **parts}


def record(placements=(), posts=(), talks=(), employees=(), settings=None):
    tables = {"placements": placements, "posts": posts, "conversations": talks, "employees": employees}
    return build_workforce({name: pd.DataFrame(list(rows)) for name, rows in tables.items()}, settings=settings,
                           as_of=date(2023, 9, 30))


def total(result):
    frame = result.frame("by_group")
    return frame[frame["directorate"] == TOTAL].iloc[0]


def test_a_small_council_is_measured_as_by_hand():
    talks = [talk("1", "2022-10-01"), talk("1", "2023-09-30"), talk("2", "2023-05-01"), talk("2", "2022-09-30"),
             talk("3", "2023-05-01", kind="catch-up")]
    result = measure_coverage(record([placement("1"), placement("2", agreed=None)],
                                     [post("1"), post("2"), post("3", directorate="Place"), post("4")], talks))
    frame = result.frame("by_group")
    assert list(frame.columns) == [
        "directorate", "n_people", "n_posts", "n_with_placement", "n_without_placement", "n_agreed", "n_with_enough",
        "n_too_few", "n_with_any", "estimate", "lower", "upper", "base"]
    assert frame.iloc[:, :9].to_numpy().tolist() == [
        ["Adults", 3, 3, 2, 1, 1, 1, 2, 2], ["Place", 1, 1, 0, 1, 0, 0, 1, 1], [TOTAL, 4, 4, 2, 2, 1, 1, 3, 3]]
    assert total(result)["estimate"] == 0.25
    assert total(result)["lower"] < 0.25 < total(result)["upper"]
    assert result.facts["conversations_from"] == "2022-10-01"


def test_people_and_posts_are_counted_apart():
    posts = [post("1"), post("1", number="Q1", directorate="Place", is_main=False)]
    result = measure_coverage(record([placement("1")], posts, [talk("1", "2023-05-01"), talk("1", "2023-06-01")]))
    frame = result.frame("by_group").set_index("directorate")
    assert frame["n_people"].to_dict() == {"Adults": 1, "Place": 0, TOTAL: 1}
    assert frame["n_posts"].to_dict() == {"Adults": 1, "Place": 1, TOTAL: 2}
    assert frame["n_with_placement"].to_dict() == {"Adults": 1, "Place": 0, TOTAL: 1}
    assert result.about.counts_what == "people (placements: posts)"
    assert frame.loc["Place", ["estimate", "lower"]].isna().all()


@pytest.mark.parametrize(("started", "n_talks", "enough", "base"), [
    ("2023-05-01", 0, 0, 0),  # four months: none owed yet
    ("2023-03-30", 0, 0, 1), ("2023-03-30", 1, 1, 1),  # six months: one
    ("2022-09-30", 1, 0, 1), ("2022-09-30", 2, 1, 1),  # a year: two
    (None, 1, 0, 1),  # not known: the whole year counts
])
def test_starters_owe_conversations_in_step_with_their_months(started, n_talks, enough, base):
    people = [{"employee_id": "1", "started": started and DAY(started)}]
    talks = [talk("1", f"2023-09-0{k + 1}") for k in range(n_talks)] + [talk("9", "2023-09-01")]
    row = total(measure_coverage(record([placement("1")], [post("1")], talks, people)))
    assert (row["n_people"], row["n_with_enough"], row["base"]) == (1, enough, base)


def test_how_many_a_year_is_a_setting():
    talks = [talk("1", f"2023-0{k}-01") for k in (2, 4, 6)]
    for yearly, enough in ((3, 1), (4, 0)):
        settings = Settings(coverage=CoverageSettings(conversations_per_year=yearly))
        row = total(measure_coverage(record([placement("1")], [post("1")], talks, settings=settings)))
        assert row["n_with_enough"] == enough


def test_leavers_and_ended_posts_are_not_asked_for_anything():
    posts = [post("1"), post("2"), post("3", valid_to=DAY("2023-06-30")), post("3", number="N3")]
    people = [{"employee_id": "2", "left_on": DAY("2023-08-01")}]
    result = measure_coverage(record([placement("1"), placement("2")], posts, [talk("1", "2023-05-01")], people))
    assert total(result)[["n_people", "n_posts"]].tolist() == [2, 2]
    assert result.about.unprinted == (("ended", "2023/24 H1", 1),)  # who left had a placement: the gate must know


def test_managers_are_listed_with_what_their_people_are_without():
    posts = [post("1"), post("2"), post("2", number="Q2", is_main=False), post("3", manager="N"),
             post("M", directorate="Place", manager=None), post("4", manager=None)]
    people = [{"employee_id": "M", "name": "Max Sample"}]
    result = measure_coverage(record([placement("1"), placement("2")], posts, [talk("1", "2023-05-01")], people))
    table = result.frame("managers")
    assert list(table.columns) == ["rater_id", "name", "directorate", "service", "team", "n_team",
                                   "n_without_placement", "n_without_conversation"]
    assert table.to_numpy().tolist() == [["M", "Max Sample", "Place", "Not recorded", "Not recorded", 2, 1, 1],
                                         ["N", "N", "Adults", "Not recorded", "Not recorded", 1, 1, 1]]
    assert result.facts["n_without_manager"] == 2
    assert result.tables["managers"].people == ("rater_id", "name")


def test_parts_of_the_record_are_counted_on_formal_conversations():
    talks = [talk("1", "2023-05-01", has_summary=True), talk("1", "2023-06-01", has_summary=True, has_reflections=True),
             talk("2", "2023-06-01"), talk("2", "2023-06-02", kind="catch-up", has_summary=True)]
    table = measure_coverage(record([placement("1")], [post("1"), post("2")], talks)).frame("parts")
    assert list(table.columns) == ["part", "label", "n_filled", "n_formal", "share", "lower", "upper"]
    assert table.set_index("part")["n_filled"].to_dict() == {
        "objectives_review": 0, "new_objectives": 0, "summary": 2, "achievements": 0, "reflections": 1,
        "future_actions": 0}
    assert (table["n_formal"] == 3).all()


def test_what_is_missing_is_listed_for_each_post():
    posts = [post("1"), post("2"), post("3"), post("3", number="Q3", is_main=False)]
    talks = [talk("1", "2023-05-01"), talk("1", "2023-06-01"), talk("2", "2023-05-01")]
    rows = [placement("1"), placement("2", agreed=None), placement("3")]
    table = measure_coverage(record(rows, posts, talks)).frame("missing")
    assert list(table.columns) == ["employee_id", "name", "post_id", "manager_id", "directorate", "service", "team",
                                   "missing"]
    assert table.set_index("post_id")["missing"].to_dict() == {
        "P2": "agreement to the placement; enough formal conversations", "P3": "any conversation",
        "Q3": "placement"}


def test_a_record_without_conversations_says_so_instead_of_zero():
    result = measure_coverage(record([placement("1")], [post("1"), post("2")]))
    assert "no_conversations" in result.about.caveats
    assert total(result)[["n_with_enough", "n_too_few", "n_with_any", "estimate", "base"]].isna().all()
    assert result.frame("managers")["n_without_conversation"].isna().all()
    assert result.frame("missing")["missing"].tolist() == ["placement"]
    assert result.frame("parts")["share"].isna().all()


def test_an_empty_unit_in_a_record_with_conversations_is_just_empty():
    result = measure_coverage(record([placement("1")], [post("1")], [talk("1", "2023-05-01")]),
                              filters={"directorate": "Nowhere"})
    assert result.about.n == 0
    assert "no_conversations" not in result.about.caveats
    assert result.frame("managers").empty
    assert result.frame("missing").empty


def test_a_unit_looked_at_alone_is_its_row_of_the_whole():
    posts = [post(str(k), directorate=["Adults", "Place"][k % 2]) for k in range(9)]
    posts.append(post("0", number="Q0", directorate="Place", is_main=False))
    talks = [talk(str(k), f"2023-0{m}-01") for k in range(5) for m in (4, 5)]
    workforce = record([placement(str(k)) for k in range(7)], posts, talks)
    whole = measure_coverage(workforce).frame("by_group").set_index("directorate").loc["Place"]
    alone = total(measure_coverage(workforce, filters={"directorate": "Place"}))
    assert alone.drop("directorate").tolist() == pytest.approx(whole.tolist())


def test_a_flat_export_without_posts_is_covered():
    rows = [placement("1", post=None) | {"post_id": None}]
    people = [{"employee_id": "1"}, {"employee_id": "2"}]
    row = total(measure_coverage(record(rows, talks=[talk("2", "2023-05-01")], employees=people)))
    assert row[["n_people", "n_posts", "n_with_placement", "n_with_any"]].tolist() == [2, 2, 1, 1]


def test_four_levels_without_a_map_count_the_rating_as_a_placement():
    settings = Settings(framework=FrameworkSettings(performance_levels=["D", "C", "B", "A"]))
    rows = [placement("1") | {"box": None}]
    assert total(measure_coverage(record(rows, [post("1")], settings=settings)))["n_with_placement"] == 1


def test_small_parts_are_hidden_from_the_public_though_the_group_is_large():
    posts = [post(f"{k:02d}") for k in range(20)]
    talks = [talk(f"{k:02d}", f"2023-0{m}-01") for k in range(18) for m in (4, 5)]
    result = measure_coverage(record([placement(f"{k:02d}") for k in range(10)], posts, talks))
    hidden = release(result, audience="publish").tables["by_group"]
    assert hidden["n_people"].tolist() == [20, 20]
    assert hidden[["n_with_enough", "n_too_few", "estimate", "upper"]].isna().all(axis=None)
    assert (hidden["marker"] == "[c]").all()


def test_what_managers_are_asked_for_adds_up_to_what_is_missing():
    """Two posts under two managers, one person nobody manages, one rating missing: each is counted once."""
    posts = [post("1", manager="M"), post("1", number="Q1", manager="N", is_main=False), post("2", manager="N"),
             post("3", manager="N"), post("M", manager=None), post("N", manager="M")]
    workforce = record([placement("1"), placement("2")], posts, [talk("2", "2022-11-01", kind="catch-up")])
    result = measure_coverage(workforce)
    managers, whole = result.frame("managers").set_index("rater_id"), total(result)
    nobody = {"n_without_placement": 1, "n_without_conversation": 1}  # M, whom no manager is asked for
    for column, n in nobody.items():
        missing = {"n_without_placement": whole["n_without_placement"],
                   "n_without_conversation": whole["n_people"] - whole["n_with_any"]}[column]
        assert managers[column].sum() + n == missing
    assert managers.loc["N", ["n_without_placement", "n_without_conversation"]].tolist() == [2, 1]
    listed = result.frame("missing")
    assert listed["missing"].str.contains("any conversation").sum() == whole["n_people"] - whole["n_with_any"]
