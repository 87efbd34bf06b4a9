"""The agenda asks questions about the record, in an order that is explained, within the minutes of the meeting."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.calibration.agenda import build_agenda
from my121_analytics.calibration.reasons import REASONS
from my121_analytics.errors import UsageError
from my121_analytics.settings import CoverageSettings, FrameworkSettings, PackSettings, Settings
from my121_analytics.wording.catalogue import codes
from my121_analytics.workforce.record import build_workforce
from my121_analytics.workforce.results import Result, Table, describe

EARLIER, LATER = "2022/23 H2", "2023/24 H1"
DAY = pd.Timestamp


def placement(employee="1", box=5, cycle=LATER, post=None, **values):
    return {"employee_id": employee, "post_id": post or f"P{employee}", "cycle": cycle, "source": "manager",
            "rater_id": "M", "box": box, "performance": 3 - (box - 1) % 3, "potential": 3 - (box - 1) // 3, **values}


def own(employee="1", box=5):
    return placement(employee, box, rater_id=employee) | {"source": "self"}


def post(employee="1", number=None, started="2015-01-01", **values):
    return {"employee_id": employee, "post_id": number or f"P{employee}", "directorate": "Adults", "is_main": True,
            "manager_id": "M", "started_in_post": started and DAY(started), **values}


def record(placements=(), posts=None, settings=None, **tables):
    posts = [post()] if posts is None else posts
    given = {"placements": placements, "posts": posts, **tables}
    return build_workforce({name: pd.DataFrame(list(rows)) for name, rows in given.items()}, settings=settings,
                           as_of=date(2023, 9, 30))


def severity(**verdicts):
    frame = pd.DataFrame({"rater_id": list(verdicts), "verdict": list(verdicts.values())})
    about = describe("severity", as_of=date(2023, 9, 30), cycle=LATER, n=len(frame), axis="performance")
    return Result(about, {"managers": Table(frame, keys=("rater_id",))})


def reasons(workforce, employee="1", **options):
    people = build_agenda(workforce, **options).frame("people").set_index("employee_id")
    return people.loc[employee, "reasons"].split("; ") if employee in people.index else []


def test_someone_about_whom_nothing_stands_out_is_not_on_the_agenda():
    result = build_agenda(record([placement()]))
    assert result.frame("people").empty
    assert result.frame("people").columns.tolist() == [
        "position", "employee_id", "name", "post_id", "rater_id", "rater_name", "directorate", "service", "team",
        "role", "box", "box_name", "performance", "potential", "own_box", "before_box", "agreed_box", "tenure_months",
        "months_in_box", "n_set", "n_met", "last_held_on", "reasons", "n_reasons", "question", "minutes", "in_meeting"]
    assert result.about.n == 1


@pytest.mark.parametrize(("values", "asked"), [
    ({"performance": 3}, True), ({"potential": 1}, True), ({"performance": 3, "derived": True}, False),
    ({"performance": None, "potential": None}, False), ({"performance": None, "potential": 3}, True), ({}, False)])
def test_a_rating_that_contradicts_the_box_is_asked_about(values, asked):
    assert reasons(record([placement(**values)])) == (["rating_and_box"] if asked else [])


@pytest.mark.parametrize(("started", "asked"), [
    ("2023-03-01", False), ("2022-10-01", False), ("2022-09-30", True), ("2015-01-01", True), (None, False)])
def test_box_3_is_asked_about_once_somebody_is_no_longer_new(started, asked):
    workforce = record([placement(box=3)], [post(started=started)])
    assert reasons(workforce) == (["box3_long"] if asked else [])


def test_how_long_box_3_may_last_is_a_setting():
    settings = Settings(coverage=CoverageSettings(box3_months=24))
    assert reasons(record([placement(box=3)], [post(started="2022-01-01")]), settings=settings) == []


@pytest.mark.parametrize(("manager", "employee", "asked"), [
    (5, 5, False), (5, 4, False), (5, 1, False), (9, 7, True), (1, 7, True), (3, 7, True),
    (7, 5, True),  # performance one step up, potential one step down: apart in opposite directions
])
def test_manager_and_employee_far_apart_or_crossed_are_asked_about(manager, employee, asked):
    assert reasons(record([placement(box=manager), own(box=employee)])) == (
        (["self_apart"] if asked else []) + (["box3_long"] if manager == 3 else [])
        + (["box9_plan"] if manager == 9 else []))


@pytest.mark.parametrize(("before", "after", "asked"), [(5, 5, False), (5, 1, False), (9, 8, False), (9, 7, True),
                                                        (7, 1, True), (1, 9, True)])
def test_a_move_of_two_steps_on_an_axis_is_asked_about(before, after, asked):
    workforce = record([placement(box=before, cycle=EARLIER), placement(box=after)])
    assert reasons(workforce) == (["moved_far"] if asked else []) + (["box9_plan"] if after == 9 else [])


def test_a_move_is_told_with_its_axis_and_direction():
    question = build_agenda(record([placement(box=1, cycle=EARLIER), placement(box=7)])).frame("people")["question"][0]
    assert "2022/23 H2" in question
    assert "2 steps down on potential" in question


@pytest.mark.parametrize(("started", "asked"), [("2023-08-01", True), ("2023-03-30", False), (None, False)])
def test_a_new_starter_in_the_lowest_box_is_asked_about(started, asked):
    assert reasons(record([placement(box=9)], [post(started=started)])) == [
        "starter_lowest" if asked else "box9_plan"]


def test_box_9_is_asked_about_with_the_months_held_and_its_plan():
    rows = [placement(box=9, cycle=EARLIER, placed_on=DAY("2023-01-20")), placement(box=9, placed_on=DAY("2023-08-01"))]
    actions = [{"employee_id": "1", "intervention": "Coaching", "agreed_on": DAY("2023-02-01")},
               {"employee_id": "1", "intervention": "Course", "agreed_on": DAY("2023-02-01"),
                "completed_on": DAY("2023-05-01")}]
    people = build_agenda(record(rows, development_actions=actions)).frame("people")
    assert people["months_in_box"].tolist() == [8]
    assert "for 8 months so far. Development actions open on the record: 1." in people["question"][0]
    assert "holds no development actions" in build_agenda(record(rows)).frame("people")["question"][0]


def test_the_months_in_a_box_count_from_the_unbroken_run_only():
    labels = ("2022/23 H1", EARLIER, LATER)
    rows = [placement(box=box, cycle=label, placed_on=DAY(day)) for box, label, day in zip(
        (9, 5, 9), labels, ("2022-08-01", "2023-02-01", "2023-08-20"), strict=True)]
    assert build_agenda(record(rows)).frame("people")["months_in_box"].tolist() == [1]


def test_the_middle_box_is_asked_about_only_where_that_was_wanted():
    labels = [f"{year}/{year % 100 + 1} {half}" for year in (2020, 2021, 2022) for half in ("H1", "H2")] + [LATER]
    rows = [placement(box=5, cycle=label) for label in labels]
    assert reasons(record(rows)) == []
    asked = Settings(pack=PackSettings(ask_centre_box=True))
    assert reasons(record(rows), settings=asked) == ["centre_box"]
    assert reasons(record(rows[-3:]), settings=asked) == []


def test_who_was_never_discussed_is_told_where_meetings_agree_placements():
    labels = [f"{year}/{year % 100 + 1} {half}" for year in (2021, 2022) for half in ("H1", "H2")] + [LATER]
    rows = [placement(employee, cycle=label) for employee in "123" for label in labels]
    posts = [post(employee) for employee in "123"]
    assert reasons(record(rows, posts)) == []
    agreed = [placement("1", cycle=label) | {"source": "calibrated"} for label in labels[:3]]
    now = placement("2", box=4) | {"source": "calibrated"}
    assert reasons(record([*rows, *agreed[:2], now], posts), "3") == [], "three meetings are too few to say never"
    workforce = record([*rows, *agreed, now], posts)
    assert [reasons(workforce, employee) for employee in "123"] == [[], [], ["never_discussed"]]


def test_no_placement_is_asked_about_and_more_urgently_for_a_key_post():
    workforce = record([placement("9")], [post("1"), post("2", is_key=True), post("9")])
    assert reasons(workforce, "1") == ["no_placement"]
    assert reasons(workforce, "2") == ["key_post_unplaced"]


@pytest.mark.parametrize(("box", "n_set", "n_met", "asked"), [
    (6, 3, 3, True), (6, 2, 2, False), (6, 4, 3, False), (4, 4, 1, True), (4, 4, 0, True), (4, 4, 2, False),
    (5, 4, 0, False), (4, 3, 3, False)])
def test_objectives_that_point_another_way_than_the_rating_are_asked_about(box, n_set, n_met, asked):
    objectives = [{"employee_id": "1", "cycle": LATER, "kind": "performance", "n_set": n_set, "n_met": n_met},
                  {"employee_id": "1", "cycle": LATER, "kind": "development", "n_set": 9, "n_met": 5},
                  {"employee_id": "1", "cycle": EARLIER, "kind": "performance", "n_set": 9, "n_met": 5}]
    assert reasons(record([placement(box=box)], objectives=objectives)) == (["objectives_apart"] if asked else [])


def test_a_key_post_without_a_successor_is_asked_about_only_where_successors_are_recorded():
    posts = [post("1", is_key=True), post("2", is_key=True), post("3")]
    placements = [placement(e) for e in "123"]
    assert reasons(record(placements, posts)) == []
    workforce = record(placements, posts, successors=[{"post_id": "P2", "employee_id": "3"}])
    assert reasons(workforce, "1") == ["key_post_no_successor"]
    assert reasons(workforce, "2") == []
    left = [{"employee_id": "3", "left_on": DAY("2023-01-01")}]
    gone = record(placements, posts, successors=[{"post_id": "P2", "employee_id": "3"}], employees=left)
    assert reasons(gone, "2") == ["key_post_no_successor"]


def test_a_managers_pattern_is_asked_about_only_where_it_was_estimated_and_only_as_a_pattern():
    workforce = record([placement("1"), placement("2", rater_id="N")], [post("1"), post("2"), post("3")])
    assert reasons(workforce) == []
    found = {"severity": severity(M="pattern", N="watch")}
    assert reasons(workforce, "1", **found) == ["manager_pattern"]
    assert reasons(workforce, "2", **found) == []
    assert reasons(workforce, "3", **found) == ["no_placement"]
    result = build_agenda(workforce, **found)
    assert "agenda_pattern" in result.about.caveats
    assert "what would another manager have looked for?" in result.frame("people")["question"].str.cat()


def test_a_placement_without_a_conversation_is_asked_about_where_conversations_are_recorded():
    posts = [post("1"), post("2"), post("3")]
    placements = [placement(e) for e in "123"]
    talks = [{"employee_id": "1", "held_on": DAY("2023-09-30"), "kind": "catch-up"},
             {"employee_id": "2", "held_on": DAY("2023-03-31"), "kind": "formal"}]
    workforce = record(placements, posts, conversations=talks)
    assert [reasons(workforce, e) for e in "123"] == [[], [], ["no_conversation"]], "twelve months, as in coverage"
    before_only = record(placements, posts, conversations=[{**talks[1], "held_on": DAY("2022-09-30")}])
    assert reasons(before_only, "3") == []
    assert "no_conversation" in build_agenda(before_only).facts["unchecked"].split("; ")


def test_posts_rated_differently_are_asked_about_once_for_the_person():
    posts = [post(), post(number="Q1", is_main=False)]
    people = build_agenda(record([placement(box=5), placement(box=4, post="Q1")], posts)).frame("people")
    assert people["reasons"].tolist() == ["posts_apart"]
    assert people["post_id"].tolist() == ["P1"]
    assert people["question"].str.count("Is the work different").tolist() == [1]


def test_questions_of_several_posts_stand_in_one_row():
    posts = [post(), post(number="Q1", is_main=False)]
    rows = [placement(box=5, performance=3), placement(box=6, post="Q1", performance=3)]
    people = build_agenda(record(rows, posts)).frame("people")
    assert len(people) == 1
    assert people["n_reasons"].tolist() == [1]
    assert people["question"].str.count("The record says").tolist() == [2]


def test_the_order_is_by_what_a_discussion_can_settle():
    people = [{"employee_id": e, "name": n} for e, n in zip("12345", ["Zed", "Yan", "Xia", "Ann", "Bo"], strict=True)]
    posts = [post("1"), post("2"), post("3", directorate="Place"), post("4"), post("5")]
    rows = [placement("1", performance=3), placement("2", box=9, cycle=EARLIER), placement("2", box=7), own("2", box=9)]
    found = build_agenda(record([*rows, placement("5")], posts, employees=people)).frame("people")
    # 2: the employee's view and the move; 1: one such question; 3 and 4: nothing a discussion settles
    assert found["employee_id"].tolist()[:2] == ["2", "1"]
    assert set(found["employee_id"][2:]) == {"3", "4"}
    assert found["position"].tolist() == [1, 2, 3, 4]
    assert found.loc[0, "reasons"] == "self_apart; moved_far"


def test_ties_are_broken_by_a_lot_that_neither_name_nor_unit_decides():
    posts = [post(str(k), directorate=["Adults", "Place"][k < 20]) for k in range(40)]
    workforce = record([placement("99")], posts)
    result = build_agenda(workforce)
    order = result.frame("people")["employee_id"].tolist()
    assert result.facts["seed"] == LATER
    assert order not in (sorted(order), sorted(order, reverse=True))
    assert 5 < sum(int(person) < 20 for person in order[:20]) < 15
    named = build_agenda(record([placement("99")], posts, employees=[
        {"employee_id": str(k), "name": f"{chr(90 - k % 26)} Name"} for k in range(40)]))
    assert named.frame("people")["employee_id"].tolist() == order
    place = build_agenda(workforce, filters={"directorate": "Place"}).frame("people")["employee_id"].tolist()
    assert place == [person for person in order if int(person) < 20]
    later = record([placement("99", cycle="2023/24 H2")], posts)
    assert build_agenda(later).frame("people")["employee_id"].tolist() != order


def test_managers_to_hear_take_half_of_the_minutes_at_most_and_people_the_rest():
    workforce = record([placement(str(k), performance=3) for k in range(20)], [post(str(k)) for k in range(20)])
    found = {"severity": severity(**{f"M{k}": "pattern" for k in range(7)}, N="watch")}
    result = build_agenda(workforce, **found)
    managers = result.frame("managers")
    assert managers["in_meeting"].sum() == 2
    assert len(managers) == 7
    assert result.facts["n_in_meeting"] == (60 - 10 - 20) // 4
    assert build_agenda(workforce).frame("managers").empty


def test_managers_to_hear_are_those_that_the_senior_team_chose_to_hear_and_take_the_time_they_need():
    workforce = record([placement()])
    verdicts = severity(M0="pattern", M1="watch", M2="watch", M3="watch", M4="in line")
    frame = verdicts.frame("managers").assign(to_hear=[False, True, True, True, False])
    chosen = Settings.model_validate({"managers": {"k": 3}})
    agenda = build_agenda(workforce, severity=verdicts.with_frame("managers", frame), settings=chosen)
    managers = agenda.frame("managers")
    assert sorted(managers["rater_id"]) == ["M1", "M2", "M3"]
    assert managers["in_meeting"].all()


def test_box_3_is_split_into_new_to_the_role_and_longer():
    posts = [post("1", started="2023-06-01"), post("2"), post("3", started=None), post("4")]
    rows = [placement(k, box=3) for k in "123"] + [placement("4", box=9)]
    special = build_agenda(record(rows, posts)).frame("special")["code"].value_counts()
    assert special.to_dict() == {"box3_new": 1, "box3_longer": 1, "box3_unknown": 1, "box9": 1}


def test_a_card_knows_the_four_placements_and_what_stands_beside_them():
    rows = [placement(box=1, cycle=EARLIER), placement(box=7), own(box=4), placement(box=8) | {"source": "calibrated"}]
    objectives = [{"employee_id": "1", "cycle": LATER, "kind": "performance", "n_set": 4, "n_met": 2}]
    talks = [{"employee_id": "1", "held_on": DAY("2023-06-01"), "kind": "formal"}]
    result = build_agenda(record(rows, objectives=objectives, conversations=talks))
    card = result.frame("people").iloc[0]
    assert (card["box"], card["own_box"], card["before_box"], card["agreed_box"]) == (7, 4, 1, 8)
    assert (card["n_set"], card["n_met"], card["last_held_on"]) == (4, 2, DAY("2023-06-01"))
    assert result.frame("questions")["reason"].tolist() == card["reasons"].split("; ")


def test_the_meeting_holds_as_many_people_as_its_minutes():
    posts = [post(str(k)) for k in range(8)]
    workforce = record([placement("7")], posts)
    result = build_agenda(workforce, settings=Settings(pack=PackSettings(minutes=24, minutes_each=4, minutes_rest=10)))
    people = result.frame("people")
    assert people["in_meeting"].tolist() == [True] * 3 + [False] * 4
    assert (people["minutes"] == 4).all()
    assert (result.facts["n_listed"], result.facts["n_in_meeting"]) == (7, 3)


def test_the_table_of_reasons_counts_people_and_lists_only_what_could_be_checked():
    posts = [post("1"), post("2"), post("2", number="Q2", is_main=False)]
    table = build_agenda(record([placement("1")], posts)).frame("reasons").set_index("reason")
    assert table.loc["no_placement", "n"] == 1
    assert table.loc["rating_and_box", "n"] == 0
    assert "manager_pattern" not in table.index
    assert table["description"].is_unique


def test_leavers_are_not_discussed():
    people = [{"employee_id": "1", "left_on": DAY("2023-08-01")}]
    assert build_agenda(record([placement(performance=3)], employees=people)).frame("people").empty


@pytest.fixture(scope="module")
def council():
    """A hundred people with everything random, all kinds of evidence included."""
    rng = np.random.default_rng(8)
    ids = [f"{k:03d}" for k in range(100)]
    posts = [post(i, directorate=["Adults", "Place"][k % 2], is_key=k % 9 == 0, manager_id=ids[k % 9],
                  started=["2015-01-01", "2023-07-01", "2022-12-01"][k % 3]) for k, i in enumerate(ids)]
    posts += [post(i, number=f"Q{i}", is_main=False) for i in ids[:12]]
    rows = [placement(p["employee_id"], int(rng.integers(1, 10)), cycle, p["post_id"], rater_id=p["manager_id"])
            for p in posts for cycle in (EARLIER, LATER) if rng.random() < 0.9]
    rows += [own(i, int(rng.integers(1, 10))) for i in ids[::2]]
    for row in rows[::11]:
        row["performance"] = 4 - row["performance"]
    objectives = [{"employee_id": i, "cycle": LATER, "kind": "performance", "n_set": 4, "n_met": int(n)}
                  for i, n in zip(ids, rng.integers(0, 5, 100), strict=True)]
    talks = [{"employee_id": i, "held_on": DAY("2023-06-01"), "kind": "formal"} for i in ids[:70]]
    employees = [{"employee_id": i, "name": f"Name {i}", "sex": ["F", "M"][k % 2], "ethnicity": f"E{k % 3}",
                  "age_band": f"A{k % 5}"} for k, i in enumerate(ids)]
    return {"placements": rows, "posts": posts, "objectives": objectives, "conversations": talks,
            "employees": employees, "successors": [{"post_id": "P000", "employee_id": "001"}]}


def everything(tables):
    return build_agenda(record(**tables), severity=severity(**{"000": "pattern", "001": "in line"}))


def test_every_reason_is_found_in_a_large_enough_council_and_every_question_asks(council):
    rows = [row | {"cycle": label} for row in council["placements"][-40:-20] for label in (
        "2021/22 H1", "2021/22 H2", "2022/23 H1")]
    agreed = council["placements"][0] | {"source": "calibrated", "cycle": EARLIER}
    tables = {**council, "placements": [*council["placements"], *rows, agreed]}
    asked = Settings(pack=PackSettings(ask_centre_box=True))
    result = build_agenda(record(**tables), settings=asked, severity=severity(**{"000": "pattern", "001": "in line"}))
    assert set(result.frame("reasons")["reason"]) == {reason.code for reason in REASONS}
    rare = ["key_post_unplaced", "centre_box", "never_discussed"]
    assert (result.frame("reasons").set_index("reason")["n"].drop(rare) > 0).all()
    people = result.frame("people")
    assert people["employee_id"].is_unique
    assert people["question"].str.endswith("?").all()
    assert (people["n_reasons"] == people["reasons"].str.count("; ") + 1).all()
    assert not people["question"].str.contains("Name ", regex=False).any()


def test_protected_characteristics_play_no_part(council):
    other = [{**row, "sex": "X", "ethnicity": None, "age_band": "B"} for row in council["employees"]]
    found = everything({**council, "employees": other})
    pd.testing.assert_frame_equal(found.frame("people"), everything(council).frame("people"))


def test_the_order_of_rows_changes_nothing(council):
    rng = np.random.default_rng(1)
    shuffled = {name: [rows[k] for k in rng.permutation(len(rows))] for name, rows in council.items()}
    pd.testing.assert_frame_equal(everything(shuffled).frame("people"), everything(council).frame("people"))


def test_one_unit_has_its_own_agenda_with_its_own_minutes(council):
    workforce = record(**council)
    whole, place = build_agenda(workforce), build_agenda(workforce, filters={"directorate": "Place"})
    assert set(place.frame("people")["directorate"]) == {"Place"}
    assert place.frame("people")["position"].tolist() == list(range(1, len(place.frame("people")) + 1))
    assert place.facts["n_in_meeting"] == (60 - 10) // 4
    assert set(place.frame("people")["employee_id"]) <= set(whole.frame("people")["employee_id"])


def test_every_code_has_its_sentences():
    assert {reason.code for reason in REASONS} == set(codes("agenda_reason"))
    assert {reason.code for reason in REASONS} <= set(codes("agenda_question"))


def test_four_levels_without_a_map_are_asked_what_can_be_asked():
    settings = Settings(framework=FrameworkSettings(performance_levels=["D", "C", "B", "A"]))
    rows = [placement(box=5, performance=4) | {"box": None}, own() | {"box": None, "performance": 1}]
    result = build_agenda(record(rows, [post(), post("2")], settings=settings))
    assert result.frame("people")["reasons"].tolist() == ["self_apart", "no_placement"]
    assert result.frame("people")["box"].tolist() == [0, 0]
    assert "box3_long" in result.facts["unchecked"]


def test_a_councils_own_numbers_for_the_boxes_are_understood():
    boxes = [{"number": n, "name": f"B{n}", "performance": (n - 1) % 3 + 1, "potential": (n - 1) // 3 + 1}
             for n in range(1, 10)]
    settings = Settings.model_validate({"framework": {"boxes": boxes}})
    rows = [placement() | {"box": 7, "performance": 1, "potential": 3}]
    people = build_agenda(record(rows, settings=settings)).frame("people")
    assert people["reasons"].tolist() == ["box3_long"]
    assert "box 7, 'B7'" in people["question"][0]


def test_a_flat_export_without_posts_has_an_agenda():
    rows = [placement(performance=3) | {"post_id": None}]
    result = build_agenda(record(rows, [], employees=[{"employee_id": "1"}, {"employee_id": "2"}]))
    assert result.frame("people")["reasons"].tolist() == ["rating_and_box", "no_placement"]
    assert result.frame("people")["directorate"].unique().tolist() == ["Not recorded"]


def test_an_empty_unit_has_an_empty_agenda_and_a_wrong_column_is_refused():
    workforce = record([placement(performance=3)])
    assert build_agenda(workforce, filters={"directorate": "Nowhere"}).frame("people").empty
    with pytest.raises(UsageError, match="cut to one value of 'sex'"):
        build_agenda(workforce, filters={"sex": "F"})
