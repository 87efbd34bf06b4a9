"""Improvement plans: the assessor's form and flat tables come out as one row per action, with nothing lost."""

from datetime import date

import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.plan.action_cells import (
    set_brackets_aside,
    split_items,
    split_owners,
    without_contacts,
)
from my121_analytics.improvement.plan.reading import ACTION_COLUMNS, REFUSAL_COLUMNS, read_plan
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes

ANCHOR = date(2013, 6, 30)


def write_csv(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_the_form_gives_eleven_actions_of_six_issues_with_their_timescales(form):
    plan = read_plan(form, anchor=ANCHOR)
    assert tuple(plan.actions.columns) == ACTION_COLUMNS
    assert plan.actions.groupby("issue", sort=False).size().tolist() == [2, 2, 1, 3, 1, 2]
    assert plan.actions["timescale"].value_counts().to_dict() == {"12 months": 6, "18-24 months": 3, "6 months": 2}
    assert plan.actions["action_id"].tolist() == ["1.1", "1.2", "2.1", "2.2", "3.1", "4.1", "4.2", "4.3", "5.1", "6.1",
                                                  "6.2"]
    assert plan.refusals.empty


def test_each_action_has_its_own_timescale_where_the_cell_holds_one_each(form):
    actions = read_plan(form, anchor=ANCHOR).actions.set_index("action_id")
    assert actions.loc["6.1", "due_latest"] == pd.Timestamp("2014-06-30")
    assert actions.loc["6.2", "due_latest"] == pd.Timestamp("2013-12-30")
    assert actions.loc["4.2", ["kind", "due_earliest", "due_latest"]].tolist() == [
        "window", pd.Timestamp("2014-12-30"), pd.Timestamp("2015-06-30")]


def test_owners_are_data_and_one_block_each_belongs_to_one_action_each(form):
    owners = read_plan(form, anchor=ANCHOR).owners.groupby("action_id")["owner"].agg(list)
    assert owners["1.1"] == owners["1.2"] == ["Leadership Board", "Media Team"]
    assert owners["2.1"] == ["Leadership Board", "Media Team"]
    assert owners["2.2"] == ["Leadership Board", "Heads of Service Group"]
    assert owners["3.1"] == ["Directorate Boards"]
    assert owners["4.3"] == ["Directorate Boards", "People Service", "Managers at all levels"]
    assert owners["6.2"] == ["Leadership Board", "Directorate Boards", "Senior Teams", "People Service"]


def test_the_vehicle_in_brackets_is_kept_apart_and_a_remark_is_not_one(form):
    vehicle = read_plan(form, anchor=ANCHOR).actions.set_index("action_id")["vehicle"]
    assert vehicle["1.1"] == "Listening project"
    assert vehicle["1.2"] == "Listening project and My 1:1s"
    assert vehicle["3.1"] == "their own reports of the review"
    assert vehicle["4.2"] == vehicle["6.1"] == ""


def test_a_bullet_that_runs_over_two_lines_is_one_action(form):
    actions = read_plan(form, anchor=ANCHOR).actions.set_index("action_id")
    assert actions.loc["4.2", "action"] == ("Build the skills needed later (both on and off the job) through practice "
                                            "as well as courses")


def test_benefits_go_one_each_where_there_are_as_many_else_all_to_every_action(form):
    benefit = read_plan(form, anchor=ANCHOR).actions.set_index("action_id")["benefit"]
    assert benefit[["2.1", "2.2"]].tolist() == ["Residents know what is done for them", "Staff hear of changes first"]
    assert set(benefit[["4.1", "4.2", "4.3"]]) == {"Good people stay"}


def test_contacts_are_never_carried(form, form_of):
    plan = read_plan(form, anchor=ANCHOR)
    carried = "\n".join(frame.to_csv() for frame in (plan.actions, plan.owners, plan.refusals, plan.information,
                                                     plan.reconciliation))
    assert "@" not in carried
    assert "960123" not in carried
    assert "Lead Assessor" not in carried
    inside = read_plan(form_of([("Issue", "• Ring the office (01632 960999)", "", "by phone 01632 960888",
                                 "People Service, people@northmere.example; ext 4321")]), anchor=ANCHOR)
    carried = "\n".join(frame.to_csv() for frame in (inside.actions, inside.owners, inside.refusals))
    assert "@" not in carried
    assert not any(number in carried for number in ("960999", "960888", "4321"))
    assert inside.n_contact_details == 4
    assert inside.owners["owner"].tolist() == ["People Service"]


def test_the_title_block_gives_its_dates_so_that_the_anchor_can_be_chosen(form):
    information = read_plan(form, anchor=ANCHOR).information.set_index("code")
    assert information.loc["assessed", "day"] == pd.Timestamp("2013-06-30")
    assert information.loc["planned", "day"] == pd.Timestamp("2014-06-30")
    assert information.loc["next_review", "day"] == pd.Timestamp("2016-06-30")
    assert information.loc["review", "value"] == "12-18 months"
    assert pd.isna(information.loc["review", "day"])
    assert information.loc["organisation", "value"] == "Northmere Borough Council"


def test_every_row_of_every_sheet_is_accounted_for(form):
    rows = read_plan(form, anchor=ANCHOR).reconciliation
    assert rows["rows_read"].tolist() == [20]
    assert (rows["rows_with_actions"] + rows["rows_refused"] + rows["rows_set_aside"] == rows["rows_read"]).all()
    assert rows["n_actions"].sum() == 11


def test_an_action_whose_timescale_is_refused_stays_and_the_refusal_says_where(form_of):
    path = form_of([("Learning", "• Buy a system", "", "Q3 2014", "People Service"),
                    ("Leading", "• Write a guide", "", "12 months", "Media Team")])
    plan = read_plan(path, anchor=ANCHOR)
    assert plan.actions["kind"].tolist() == ["refused", "relative"]
    assert tuple(plan.refusals.columns) == REFUSAL_COLUMNS
    refusal = plan.refusals.iloc[0]
    assert refusal[["file", "sheet", "row", "column", "value", "reason"]].tolist() == [
        "form.xlsx", "Improvement plan", 15, "timescale", "Q3 2014", "which_year"]
    assert "2013/14" in refusal["remedy"]


def test_timescales_that_do_not_match_the_number_of_actions_are_refused_not_dealt_out(form_of):
    plan = read_plan(form_of([("Learning", "• One\n• Two\n• Three", "", "12 months\n6 months", "")]), anchor=ANCHOR)
    assert plan.actions["kind"].tolist() == ["refused"] * 3
    assert plan.refusals["reason"].tolist() == ["timescales_do_not_match"]
    assert "2 timescales for 3 actions" in plan.refusals["message"][0]


def test_a_refusal_that_holds_for_several_actions_is_listed_once(form_of):
    plan = read_plan(form_of([("Learning", "• One\n• Two", "", "some day", "")]), anchor=ANCHOR)
    assert plan.actions["kind"].tolist() == ["refused"] * 2
    assert len(plan.refusals) == 1


def test_a_blank_timescale_is_refused_with_the_advice_to_write_tbc(form_of):
    plan = read_plan(form_of([("Learning", "• One", "", "", "Board"), ("", "• Two", "", "TBC", "Board")]),
                     anchor=ANCHOR)
    assert plan.actions["kind"].tolist() == ["refused", "unscheduled"]
    assert plan.actions["issue"].tolist() == ["Learning", "Learning"]
    assert plan.refusals["reason"].tolist() == ["blank"]


def test_a_row_with_a_timescale_but_no_action_is_listed(form_of):
    plan = read_plan(form_of([("Learning", "", "", "12 months", "Board"), ("Leading", "• One", "", "12 months", "")]),
                     anchor=ANCHOR)
    assert plan.actions["issue"].tolist() == ["Leading"]
    assert plan.refusals["reason"].tolist() == ["no_action"]
    assert plan.reconciliation["rows_refused"].tolist() == [1]


def test_a_flat_table_has_an_action_per_row_with_progress_and_its_own_references(tmp_path):
    path = write_csv(tmp_path / "plan.csv", (
        "Plan of Northmere,,,,,,,\n"
        "Ref,Theme,Action required,Lead officer,Target date,Priority,Status,Date completed\n"
        "A1,Learning,Buy a system,Head of Learning,31/03/2014,H,Complete,15/04/2014\n"
        "A2,Learning,Train everyone,Head of Learning / Media Team,Q3 2013/14,Medium,In progress,\n"
        "A2,Leading,Write a guide,n/a,Ongoing (Low),,Not started,\n"))
    plan = read_plan(path, anchor=ANCHOR)
    assert plan.actions["action_id"].tolist() == ["A1", "A2", "A2-2"]
    assert plan.actions["priority"].tolist() == ["High", "Medium", "Low"]
    assert plan.actions["progress"].tolist() == ["done", "started", "not started"]
    assert plan.actions["completed_on"].tolist()[0] == pd.Timestamp("2014-04-15")
    assert plan.actions["owner"].tolist() == ["Head of Learning", "Head of Learning; Media Team", ""]
    assert plan.refusals["reason"].tolist() == ["id_used_twice"]
    assert plan.actions["origin_row"].tolist() == [3, 4, 5]


def test_numeric_dates_follow_the_order_in_the_settings(tmp_path):
    path = write_csv(tmp_path / "plan.csv", "Action,Due date\nBuy a system,03/04/2014\n")
    settings = Settings.model_validate({"exports": {"date_order": "mdy"}})
    assert read_plan(path, anchor=ANCHOR).actions["due_latest"][0] == pd.Timestamp("2014-04-03")
    assert read_plan(path, anchor=ANCHOR, settings=settings).actions["due_latest"][0] == pd.Timestamp("2014-03-04")


def test_two_headings_for_one_thing_are_asked_about(tmp_path):
    path = write_csv(tmp_path / "plan.csv", "Action,Due date,Timescale\nBuy a system,31/03/2014,12 months\n")
    with pytest.raises(DataUnusableError, match="'Due date', 'Timescale'"):
        read_plan(path, anchor=ANCHOR)


def test_a_file_without_a_table_of_actions_says_which_headings_are_known(tmp_path):
    with pytest.raises(DataUnusableError, match="Suggested Action"):
        read_plan(write_csv(tmp_path / "staff.csv", "Employee,Grade\n004711,G7\n"), anchor=ANCHOR)


def test_a_repeated_header_and_blank_rows_are_set_aside(tmp_path):
    path = write_csv(tmp_path / "plan.csv", "Issue,Action,Timescale\nA,One,12 months\n,,\nIssue,Action,Timescale\n"
                                            "B,Two,6 months\nEnd of plan,,\n")
    plan = read_plan(path, anchor=ANCHOR)
    assert plan.actions["issue"].tolist() == ["A", "B"]
    assert plan.reconciliation["rows_set_aside"].tolist() == [4]


def test_reading_does_not_depend_on_which_bullet_is_used():
    lines = ["First", "Second thing"]
    for bullet in ("•", "-", "–", "*", "▪", "o"):
        assert split_items("\n".join(f"{bullet} {line}" for line in lines)) == lines
    assert split_items("1. First\n2. Second thing") == lines
    assert split_items("First\n\nSecond thing") == lines
    assert split_items("First\nSecond thing") == ["First\nSecond thing"]
    assert split_items("First\nSecond thing", by_line=True) == lines
    assert split_items("") == []


@pytest.mark.parametrize(("text", "names"), [
    ("People Service + Media Team", ["People Service", "Media Team"]),
    ("People & Places and Media Team", ["People & Places and Media Team"]),
    ("HR, Finance; Legal/Audit", ["HR", "Finance", "Legal", "Audit"]),
    ("HR\nHR", ["HR"]),
    ("TBC", []),
    ("", []),
])
def test_owners_are_split_at_signs_never_at_and(text, names):
    assert split_owners(text) == names


@pytest.mark.parametrize(("text", "plain", "n"), [
    ("HR (hr@council.example)", "HR", 1),
    ("Call 01632 960123 or ext 4711", "Call or", 2),
    ("+44 (0)1632 960123", "", 1),
    ("Deliver 12 courses in 2014/15 to 1200 people", "Deliver 12 courses in 2014/15 to 1200 people", 0),
    ("By 31/03/2014", "By 31/03/2014", 0),
])
def test_contact_details_are_taken_out_and_figures_stay(text, plain, n):
    assert without_contacts(text) == (plain, n)


def test_brackets_inside_a_word_are_not_set_aside():
    assert set_brackets_aside("Train the manager(s)").inside == ()
    assert set_brackets_aside("Train managers (Pay Review)").text == "Train managers"


def test_priorities_that_are_unknown_or_differ_are_listed_and_free_words_on_progress_are_kept(tmp_path):
    path = write_csv(tmp_path / "plan.csv", (
        "Action,Timescale,Priority,Progress\nOne,12 months (High),Low,Two courses held; ring 01632 960123\n"
        "Two,12 months,Critical,\nThree,12 months (High),H,\n"))
    plan = read_plan(path, anchor=ANCHOR)
    assert plan.actions["priority"].tolist() == ["", "", "High"]
    assert plan.refusals["reason"].tolist() == ["two_priorities", "unknown_priority"]
    assert plan.actions["progress_text"].tolist() == ["Two courses held; ring", "", ""]
    assert plan.actions["progress"].tolist() == ["", "", ""]


def test_every_reason_of_a_refusal_has_a_remedy():
    assert codes("plan_refused") == codes("plan_remedy")
    assert codes("evidence_refused") == codes("evidence_remedy")
