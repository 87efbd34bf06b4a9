"""Plans in the layouts that councils and assessors use: nothing is lost, and doubts are asked about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from my121_analytics.improvement.plan.action_rows import find_skills
from my121_analytics.improvement.plan.documents import read_plan_sheets
from my121_analytics.improvement.plan.owners import is_body, may_be_several, name_owners
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.status import assess_status
from my121_analytics.settings import Settings

ANCHOR, REVIEW = date(2013, 6, 30), date(2014, 12, 31)
REAL = Path(__file__).parents[4] / "shared" / "seeds" / "000_db1c431e449316d1.txt"
KNOWN = ["Leadership Board", "People Service", "Directorate Boards", "Managers at all levels"]


def read(path, *, bodies=KNOWN):
    return read_plan(path, anchor=ANCHOR, settings=Settings.model_validate({"plan": {"bodies": bodies}}))


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.skipif(not REAL.exists(), reason="the report is not on this computer")
def test_the_plan_of_a_real_committee_report_goes_through_as_it_is_laid_out():
    plan = read_plan(REAL, anchor=ANCHOR)
    assert plan.actions.groupby("issue", sort=False).size().tolist() == [2, 2, 1, 3, 1, 2]
    assert plan.refusals.empty
    assert plan.questions.empty
    owners = plan.owners.groupby("action_id")["owner"].agg(list)
    assert len(owners["4.2"]) == 3  # three bodies with nothing between them
    assert len(owners["6.1"]) == 1
    assert len(owners["6.2"]) == 4
    by_status = assess_status(plan, as_of=REVIEW).frame("by_status").set_index("status")["n"]
    assert by_status[["overdue", "due in window"]].tolist() == [8, 3]
    carried = "\n".join(frame.to_csv() for frame in (plan.actions, plan.owners, plan.information, plan.refusals))
    assert "@" not in carried
    assert len(plan.people) == 4
    assert not any(name in carried for name in plan.people)


def test_a_markdown_table_with_breaks_in_its_cells(tmp_path):
    path = write(tmp_path / "plan.md", (
        "# Improvement plan\n\nAssessed | June 2013\n\n"
        "| **Business Issue** | **Suggested Action(s)** | Suggested Timescale / Priority | Who |\n"
        "|:--|---|---|---:|\n"
        "| What | How | When | Who |\n"
        "| Aims | - Explain the aims (Listening project)<br>- Use **one** style \\| one voice | 12 months<br>6 months "
        "| Leadership Board |\n\nText below the table: call 01632 960123.\n"))
    actions = read(path).actions
    assert actions["action"].tolist() == ["Explain the aims (Listening project)", "Use one style | one voice"]
    assert actions["timescale"].tolist() == ["12 months", "6 months"]
    assert actions["vehicle"].tolist() == ["Listening project", ""]
    assert actions["origin_row"].tolist() == [8, 8]


def test_a_web_page_with_lists_paragraphs_and_cells_over_several_rows(tmp_path):
    path = write(tmp_path / "plan.html", (
        "<!DOCTYPE html><html><body><h1>Plan</h1><table><tr><td>Organisation</td><td>Northmere</td></tr></table>"
        "<table><tr><th>Issue</th><th>Actions</th><th rowspan=2>Timescale</th><th>Who</th></tr>"
        "<tr><th>What</th><th>How</th><th>Who</th></tr>"
        "<tr><td rowspan=2>Aims</td><td><ul><li>• Explain them</li><li>Live by them</li></ul></td>"
        "<td rowspan='2'>12 months</td><td><p>Leadership Board</p><p>People Service</p></td></tr>"
        "<tr><td>Measure them &amp; tell</td><td>People Service</td></tr></table></body></html>"))
    plan = read(path)
    assert plan.actions["action"].tolist() == ["Explain them", "Live by them", "Measure them & tell"]
    assert plan.actions["issue"].tolist() == ["Aims"] * 3
    assert plan.actions["timescale"].tolist() == ["12 months"] * 3
    assert plan.actions["owner"].tolist() == ["Leadership Board", "People Service", "People Service"]
    assert plan.information["value"].tolist() == ["Northmere"]


@pytest.fixture
def merged(tmp_path):
    def build(rows, merges):
        path = tmp_path / "merged.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet("Plan")
            for r, row in enumerate([["Issue", "Action", "Timescale", "Owner"], *rows]):
                sheet.write_row(r, 0, row)
            for area, value in merges:
                sheet.merge_range(area, value)
        return path
    return build


def test_cells_merged_over_several_rows_hold_for_each_of_them(merged):
    path = merged([["", "One", "", "HR"], ["", "Two", "", "HR"], ["", "Three", "", "HR"]],
                  [("A2:A4", "Aims"), ("C2:C4", "12 months")])
    plan = read(path)
    assert plan.actions["timescale"].tolist() == ["12 months"] * 3
    assert plan.actions["issue"].tolist() == ["Aims"] * 3
    assert plan.refusals.empty


def test_an_action_merged_over_several_rows_is_one_action_with_several_owners(merged):
    plan = read(merged([["Aims", "", "12 months", "Leadership Board"], ["", "", "", "People Service"],
                        ["", "Two", "6 months", "People Service"]], [("B2:B3", "One")]))
    assert plan.actions["action"].tolist() == ["One", "Two"]
    assert plan.actions["owner"].tolist() == ["Leadership Board; People Service", "People Service"]
    assert plan.owners["owner"].tolist() == ["Leadership Board", "People Service", "People Service"]


def test_a_second_timescale_beside_a_merged_action_is_refused(merged):
    plan = read(merged([["Aims", "", "12 months", "HR"], ["", "", "6 months", ""]], [("B2:B3", "One")]))
    assert plan.actions["timescale"].tolist() == ["12 months"]
    assert plan.refusals["reason"].tolist() == ["beside_merged_action"]


def test_a_page_break_repeats_the_header_and_continues_an_issue(form_of):
    plan = read(form_of([
        ("Learning", "• Buy a system", "", "12 months", "People Service"),
        ("Business Issue", "Suggested Action(s)", "Potential Benefits / Impact of Taking No Action",
         "Suggested Timescale / Priority", "Potential Solutions / Support Available"),
        ("What", "How", "Why", "When", "Who"),
        ("Learning (continued)", "• Train everyone", "", "6 months", "People Service"),
        ("", "who asks for it", "", "", "")]))
    assert plan.actions["issue"].tolist() == ["Learning", "Learning"]
    assert plan.actions["action"].tolist() == ["Buy a system", "Train everyone who asks for it"]
    assert plan.questions["reason"].tolist() == ["joined_above"]
    assert plan.refusals.empty


def test_odd_headings_and_the_councils_own_columns_are_read(tmp_path):
    path = write(tmp_path / "plan.csv", (
        "Item no,Improvement area,What will we do,Led by,To be completed by,Revised target date,% complete,"
        "Delivery vehicle,Skills needed,Department,Service plan,Plan reference,Cost (£),Officer days,"
        "Risk if not done,Measured by\n"
        "7,Talent,Name successors,People Service,31/03/2014,30/09/2014,50%,Pay review,Coaching,Adult Care,"
        "hr service plan,Page 9,£400,2,Posts stay empty,\n"
        "8,Talent,Publish vacancies,People Service,31/03/2014,,100%,,,,,,nil,,,\n"))
    actions = read(path).actions.set_index("action_id")
    assert actions.loc["7", ["timescale", "original_timescale", "progress", "vehicle", "skills", "directorate",
                             "carried_into", "carried_evidence", "cost", "officer_time", "risk"]].tolist() == [
        "30/09/2014", "31/03/2014", "started", "Pay review", "Coaching", "Adult Care", "HR service plan", "Page 9",
        "£400", "2", "Posts stay empty"]
    assert actions.loc["8", ["progress", "cost"]].tolist() == ["done", "nil"]


def test_a_theme_column_beside_an_issue_is_the_strategys_theme(tmp_path):
    path = write(tmp_path / "plan.csv", "Issue,Theme,Action,Timescale\n"
                                        "Talent,developing leadership capacity through change,Act,12 months\n")
    actions = read(path).actions
    assert actions["issue"].tolist() == ["Talent"]
    assert actions["theme"].tolist() == ["Developing leadership capacity through change"]


def test_owners_that_could_be_shared_out_in_two_ways_are_asked_about_never_dealt_out(form_of):
    plan = read(form_of([("A", "• One\n• Two", "", "12 months", "Leadership Board\nPeople Service"),
                         ("B", "• Three\n• Four\n• Five", "", "12 months",
                          "Leadership Board\n\nPeople Service")]))
    assert set(plan.actions["owner"]) == {"Leadership Board; People Service"}
    assert plan.questions["reason"].tolist() == ["owners_of_which", "owners_do_not_match"]


def test_one_status_done_for_several_actions_is_asked_about(tmp_path, form_of):
    path = write(tmp_path / "p.csv", 'What,"Suggested\nAction","Time\nscale",Who,Status\n'
                                     'A,"• One\n• Two",12 months,People Service,Complete\n'
                                     'B,"• Three\n• Four",12 months,People Service,"Complete\nIn progress"\n')
    plan = read(path)
    assert plan.actions["progress"].tolist() == ["done", "done", "done", "started"]
    assert plan.questions["reason"].tolist() == ["one_progress"]


@pytest.mark.parametrize(("text", "names"), [
    ("Leadership Board People Service", ["Leadership Board", "People Service"]),
    ("Directorate Boards People Service Managers at all levels",
     ["Directorate Boards", "People Service", "Managers at all levels"]),
    ("Housing Team Parks Group", ["Housing Team", "Parks Group"]),
    ("Housing Team Leaders", ["Housing Team Leaders"]),
    ("Leadership Board members", ["Leadership Board members"]),
    ("HR Business Partners", ["HR Business Partners"]),
])
def test_bodies_with_nothing_between_them_are_parted_where_that_is_certain(text, names):
    assert [owner.name for owner in name_owners(text, bodies=KNOWN)] == names


def test_a_known_name_with_a_comma_of_its_own_stays_whole():
    owners = name_owners("Children, Families and Schools, People Service",
                         bodies=["Children, Families and Schools", "People Service"])
    assert [owner.name for owner in owners] == ["Children, Families and Schools", "People Service"]


@pytest.mark.parametrize(("name", "body"), [
    ("Head of Learning", True), ("HR", True), ("Communications and Marketing Team", True),
    ("Managers at all levels", True), ("Senior Teams", True), ("Jane Smith", False), ("Director Jane Smith", False),
    ("Cllr Head", False), ("J Smith (HR)", False), ("Mr Young", False), ("", False), ("Nimbus", False),
])
def test_a_name_that_might_be_a_persons_is_never_taken_for_a_bodys(name, body):
    assert is_body(name) is body


def test_a_name_that_may_be_several_bodies_is_asked_about():
    assert may_be_several("Strategic Team Director Group")
    assert not may_be_several("Strategic Team Director Group", bodies=["Strategic Team Director Group"])
    assert not may_be_several("Board of Groups")


@pytest.mark.parametrize(("text", "skills"), [
    ("Build skills such as coaching, data and decision making.", ["coaching", "data", "decision making"]),
    ("Grow the skills needed i.e. leadership, innovation etc.", ["leadership", "innovation"]),
    ("Give managers the tools and skills to plan", []),
])
def test_skills_that_an_action_lists_are_named(text, skills):
    assert find_skills(text) == skills


def test_people_named_as_contacts_or_owners_do_not_reach_what_is_published(tmp_path):
    from my121_analytics.disclosure.release import release
    from my121_analytics.improvement.plan.review import review_plan

    path = write(tmp_path / "plan.csv", (
        "Client key contact,Zelda Quill,E,zelda@northmere.example,T,01632 960123\n"
        "Issue,Action,Timescale,Owner\n"
        "Talent,Zelda Quill to ask Ivo Brandt for a list,12 months,Ivo Brandt + People Service\n"))
    plan = read(path)
    assert plan.people == ("Zelda Quill", "Ivo Brandt")
    assert plan.questions["reason"].tolist() == ["unknown_owner"]
    released = release(review_plan(plan, as_of=REVIEW), audience="publish")
    shown = "\n".join(frame.to_csv() for frame in released.tables.values())
    assert "Zelda" not in shown
    assert "Brandt" not in shown
    assert released.tables["published"]["owner"].tolist() == ["Owner not shown; People Service"]
    assert "tracker" not in released.tables


def test_a_plain_table_is_read_as_it_always_was(tmp_path):
    path = write(tmp_path / "plan.txt", "Action;Due date\nAct | think;31/03/2014\n")
    assert read(path).actions["action"].tolist() == ["Act | think"]
    assert len(read_plan_sheets(path)) == 1


def test_contacts_and_signatures_below_the_table_are_no_actions(form_of):
    plan = read(form_of([
        ("Learning", "• Buy a system", "", "12 months", "People Service"),
        ("Signed", "Zelda Quill", "", "March 2014", ""),
        ("B. Key Contacts", "", "", "", ""),
        ("Client Key Contact", "Ivo Brandt", "E", "ivo@northmere.example", "T"),
        ("Proposed next review date", "June 2016", "", "", "")]))
    assert plan.actions["action"].tolist() == ["Buy a system"]
    assert plan.refusals.empty
    assert set(plan.people) == {"Zelda Quill", "Ivo Brandt"}
    assert plan.information.set_index("code").loc["next_review", "value"] == "June 2016"


def test_a_second_table_with_its_columns_in_another_order_is_read_by_its_own_headings(tmp_path):
    path = write(tmp_path / "plan.csv", "Issue,Action,Timescale,Owner\nA,One,12 months,HR\n\n"
                                        "Owner,Timescale,Action,Issue\nPeople Service,6 months,Two,B\n")
    actions = read(path).actions
    assert actions["action"].tolist() == ["One", "Two"]
    assert actions["owner"].tolist() == ["HR", "People Service"]
    assert actions["issue"].tolist() == ["A", "B"]


def test_columns_of_which_nothing_is_taken_are_listed(tmp_path):
    plan = read(write(tmp_path / "plan.csv", "Issue,Action,Timescale,Weather\nA,One,12 months,Rain\n"))
    assert plan.questions[["reason", "value"]].to_numpy().tolist() == [["unused_column", "Weather"]]


def test_a_status_and_words_on_progress_in_columns_of_their_own_are_both_kept(tmp_path):
    actions = read(write(tmp_path / "plan.csv", "Action,Timescale,Status,Progress update\n"
                                                "One,12 months,In progress,Two courses held\n"
                                                "Two,12 months,,Complete\n")).actions
    assert actions["progress"].tolist() == ["started", "done"]
    assert actions["progress_text"].tolist() == ["In progress; Two courses held", "Complete"]


def test_a_hidden_sheet_with_an_earlier_version_is_not_read_twice(tmp_path):
    path = tmp_path / "plan.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for name in ("Plan", "Plan v1"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Issue", "Action", "Timescale"])
            sheet.write_row(1, 0, ["A", "One", "12 months"])
        sheet.hide()
    plan = read(path)
    assert len(plan.actions) == 1
    assert plan.questions["reason"].tolist() == ["hidden_sheet"]
    assert plan.reconciliation["rows_read"].tolist() == [2]


def test_lines_between_the_actions_name_the_issue_and_totals_are_set_aside(tmp_path):
    plan = read(write(tmp_path / "plan.csv", "Ref,Action,By when,Owner\nPriority 1: Leadership,,,\n"
                                             "1.1,Act,12 months,HR\n"
                                             "Priority 2: Talent,,,\n2.1,Act again,12 months,HR\nTotal,2,,\n"))
    assert plan.actions["issue"].tolist() == ["Priority 1: Leadership", "Priority 2: Talent"]
    assert plan.refusals.empty
    assert plan.reconciliation["rows_set_aside"].tolist() == [4]


@pytest.mark.parametrize(("text", "names"), [
    ("Leadership\nBoard", ["Leadership Board"]),
    ("Housing\nTeam", ["Housing Team"]),
    ("Managers\nat all levels", ["Managers at all levels"]),
    ("Leadership Board\nPeople Service", ["Leadership Board", "People Service"]),
    ("Leadership Board and People Service", ["Leadership Board", "People Service"]),
    ("Leadership Board & Directorate Boards", ["Leadership Board", "Directorate Boards"]),
    ("Learning and Development", ["Learning and Development"]),
])
def test_names_wrapped_over_lines_are_joined_and_known_names_joined_by_and_are_parted(text, names):
    assert [owner.name for owner in name_owners(text, bodies=KNOWN)] == names


def test_an_unknown_name_before_a_known_one_is_asked_about():
    assert may_be_several("Service Directors People Service", bodies=KNOWN)
    assert not may_be_several("People Service", bodies=KNOWN)


def test_names_of_contacts_are_known_with_initials_and_after_a_colon(tmp_path):
    plan = read(write(tmp_path / "plan.csv", "Prepared by: Zelda Quill,,\nAssessor,J. Brandt,Z K Moss\n"
                                             "Client key contact,HR Manager,\n"
                                             "Action,Timescale,Owner\nAct,1 month,HR\n"))
    assert set(plan.people) == {"Zelda Quill", "J. Brandt", "Z K Moss"}
