"""Action trackers as councils' audit, inspection and programme teams keep them, read to the right answer.

Each test re-creates a small tracker with a trait that was once read wrongly, and tries further spellings of the kind.
"""

from datetime import date

import pytest
import xlsxwriter

from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.status import assess_status
from my121_analytics.settings import Settings

ANCHOR, AS_OF = date(2024, 3, 31), date(2024, 10, 15)


def read(path, *, anchor=ANCHOR, as_of=AS_OF, settings=None):
    plan = read_plan(path, anchor=anchor, settings=settings)
    rows = assess_status(plan, as_of=as_of, settings=settings).frame("actions").set_index("action_id")
    return plan, rows


def write_book(path, sheets):
    book = xlsxwriter.Workbook(path)
    percent, day = book.add_format({"num_format": "0%"}), book.add_format({"num_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(i, j, cell, day)
                else:
                    sheet.write(i, j, cell, percent if isinstance(cell, float) else None)
    book.close()
    return path


def write_lines(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def audit_tracker(tmp_path):
    head = ["Rec No", "Recommendation", "Priority", "Agreed action", "Responsible Officer",
            "Original implementation date", "Revised implementation date", "% Complete", "Update"]
    rows = [
        ["1", "Match the payroll each month", "High", "Start a monthly match", "Head of Payroll", date(2024, 3, 31), "",
         1.0, "Closed"],
        ["2", "Write down how starters are set up", "Medium", "Write it", "HR Manager", date(2024, 6, 30),
         date(2024, 12, 31), .5, "Slipped owing to a vacancy"],
        ["3", "Test right to work", "High", "Test a sample", "HR Manager", date(2024, 9, 30), "", .25, "Behind"],
        ["4", "Look at who has access", "Low", "Look each year", "ICT Manager", date(2025, 3, 31), "", 0.0,
         "Not begun"],
        ["5", "Keep to the retention schedule", "Low", "Renew it", "Information Governance Manager", date(2024, 5, 31),
         date(2025, 1, 31), 1.0, "Done Sept"]]
    return write_book(tmp_path / "tracker.xlsx", {"Recs": [["Audit recommendations, quarter 2"], [], head, *rows]})


def test_an_audit_tracker_has_original_and_revised_dates_shares_done_and_updates(audit_tracker):
    plan, rows = read(audit_tracker)
    assert rows["status"].to_dict() == {"1": "done", "2": "behind", "3": "overdue", "4": "not started", "5": "done"}
    assert [day.date() for day in rows["due_latest"]] == [date(2024, 3, 31), date(2024, 12, 31), date(2024, 9, 30),
                                                         date(2025, 3, 31), date(2025, 1, 31)]
    assert rows["owner"].tolist() == ["Head of Payroll", "HR Manager", "HR Manager", "ICT Manager",
                                      "Information Governance Manager"]
    kept = plan.actions.set_index("action_id")
    assert kept.loc["2", ["original_timescale", "revisions", "percent"]].tolist() == ["2024-06-30", "1", "50"]
    assert plan.questions["reason"].tolist() == ["day_of_completion"]
    assert plan.refusals.empty


COLOURED = [["Ref", "Action", "Lead", "Target date", "RAG"],
            ["1", "Cover the rota", "Head of HR", "30/06/2024", "Blue"],
            ["2", "Train everybody", "Head of HR", "30/06/2024", "Green"],
            ["3", "Write up supervision", "Head of HR", "31/12/2024", "Amber"],
            ["4", "Raise appraisal", "Head of HR", "31/07/2024", "Red"]]
KEY = [["RAG", "Meaning"], ["Blue", "Complete and checked"], ["Green", "Complete"], ["Amber", "On track"],
       ["Red", "Off track"]]
BY_KEY = {"1": "done", "2": "done", "3": "on track", "4": "overdue"}


def test_colours_mean_what_the_plans_own_key_says(tmp_path):
    plan, rows = read(write_book(tmp_path / "plan.xlsx", {"Actions": COLOURED, "Key": KEY}))
    assert rows["status"].to_dict() == BY_KEY
    assert plan.questions.empty


@pytest.mark.parametrize("key", [
    [["Blue", "Completed and verified"], ["Green", "Action completed"], ["Amber", "On target to complete by then"],
     ["Red", "Behind schedule"]],
    [["Key: Blue = complete and checked; Green = complete; Amber = in progress; Red = overdue"]],
    [["BRAG rating", "Definition"], ["B", "Closed"], ["G", "Implemented"], ["A", "In progress"], ["R", "Delayed"]],
])
def test_a_key_counts_wherever_it_stands_and_however_it_is_written(tmp_path, key):
    below = [*COLOURED, [], *key]
    _, rows = read(write_book(tmp_path / "below.xlsx", {"Actions": below}))
    assert rows["status"].to_dict() == BY_KEY
    above = [*key, [], *COLOURED]
    _, rows = read(write_book(tmp_path / "above.xlsx", {"Actions": above}))
    assert rows["status"].to_dict() == BY_KEY


def test_letters_of_colours_are_read_by_the_key(tmp_path):
    lettered = [COLOURED[0], *([*row[:4], row[4][0]] for row in COLOURED[1:])]
    _, rows = read(write_book(tmp_path / "plan.xlsx", {"Actions": lettered, "Key": KEY}))
    assert rows["status"].to_dict() == BY_KEY


def test_a_colour_without_a_key_is_asked_about_and_the_remedy_settles_it(tmp_path):
    path = write_book(tmp_path / "plan.xlsx", {"Actions": COLOURED})
    plan, rows = read(path)
    assert set(plan.questions["reason"]) == {"colour_without_key"}
    assert rows.loc["2", "status"] == "to confirm"
    assert rows.loc["1", "status"] == "done"
    assert rows.loc["4", "status"] == "overdue"
    mended = Settings.model_validate({"plan": {"status_words": {"Green": "done", "Blue": "done", "Amber": "started",
                                                                "Red": "behind"}}})
    plan, rows = read(path, settings=mended)
    assert rows["status"].to_dict() == BY_KEY
    assert plan.questions.empty


def test_numbers_shown_as_per_cent_are_shares_of_one(tmp_path):
    rows = [["Ref", "Action", "Lead officer", "Due date", "% Complete"], ["1", "A", "Head of HR", "31/03/2024", 1.0],
            ["2", "B", "Head of HR", "30/06/2024", .5], ["3", "C", "Head of HR", "30/09/2024", .25],
            ["4", "D", "Head of HR", "31/03/2025", 0.0]]
    plan, rows = read(write_book(tmp_path / "plan.xlsx", {"Recs": rows}))
    assert rows["status"].to_dict() == {"1": "done", "2": "overdue", "3": "overdue", "4": "on track"}
    assert plan.actions["percent"].tolist() == ["100", "50", "25", "0"]


@pytest.mark.parametrize("heading", ["% Complete", "Status", "Progress", "Percentage completion"])
@pytest.mark.parametrize(("cells", "percents"), [
    (("100", "50", "0"), ["100", "50", "0"]), (("100%", "50 %", "0%"), ["100", "50", "0"]),
    (("1", "0.5", "0"), ["100", "50", "0"]), (("100 per cent", "50% complete", "0"), ["100", "50", "0"]),
])
def test_shares_done_are_read_under_any_heading(tmp_path, heading, cells, percents):
    lines = [f"{i},Do {i},Head of HR,30/06/2024,{cell}" for i, cell in enumerate(cells, start=1)]
    plan, rows = read(write_lines(tmp_path / "plan.csv", f"Ref,Action,Lead,Due date,{heading}", *lines))
    assert rows["status"].tolist() == ["done", "overdue", "overdue"]
    assert plan.actions["percent"].tolist()[1:2] == percents[1:2]


def by_status(tmp_path, word, due="30/06/2024"):
    plan, rows = read(write_lines(tmp_path / "plan.csv", "Ref,Action,Lead,Due date,Status",
                                  f'1,Do this,Head of HR,{due},"{word}"'))
    return plan, rows.iloc[0]


@pytest.mark.parametrize(("word", "status", "completed_on"), [
    ("Implemented", "done", None), ("Completed 01/06/2024", "done", date(2024, 6, 1)), ("Delivered", "done", None),
    ("Superseded", "withdrawn", None), ("Withdrawn", "withdrawn", None), ("Superseded by action 12", "withdrawn", None),
    ("Complete - Sept 24", "done", None), ("Yes", "done", None), ("100", "done", None), ("100%", "done", None),
    ("Closed (June 2024)", "done", date(2024, 6, 30)), ("Fully implemented 1.6.24", "done", date(2024, 6, 1)),
    ("Complete – signed off 12/6/24", "done", date(2024, 6, 12)), ("Discharged", "done", None),
    ("Completed July 2024", "done late", date(2024, 7, 31)), ("No longer required", "withdrawn", None),
    ("Partially implemented", "overdue", None), ("In progress - on track", "overdue", None),
    ("Not complete", "overdue", None), ("Outstanding", "overdue", None), ("50%", "overdue", None),
    ("Awaiting approval", "overdue", None), ("In progress, due to complete in March", "overdue", None),
])
def test_status_words_of_trackers_are_understood(tmp_path, word, status, completed_on):
    _, row = by_status(tmp_path, word)
    assert row["status"] == status
    assert (row["completed_on"].date() if completed_on else None) == completed_on


@pytest.mark.parametrize("word", ["Phase 2 signed", "Complete except training", "Completed in part", "With legal",
                                  "Complete - awaiting sign off", "Completed by March 2024", "BAU", "3", "Tranche B"])
def test_an_action_is_never_overdue_because_its_word_was_unknown(tmp_path, word):
    plan, row = by_status(tmp_path, word)
    assert row["status"] in ("to confirm", "overdue" if word == "3" else "to confirm")
    if word != "3":
        assert "status_unknown" in set(plan.questions["reason"])
        remedy = Settings.model_validate({"plan": {"status_words": {word: "done"}}})
        settled = read_plan(tmp_path / "plan.csv", anchor=ANCHOR, settings=remedy)
        assert settled.actions["progress"].tolist() == ["done"]
        assert settled.questions.empty


def test_a_status_that_is_unknown_before_its_day_is_asked_about_and_stands_by_its_date(tmp_path):
    plan, row = by_status(tmp_path, "Phase 2 signed", due="31/12/2025")
    assert row["status"] == "on track"
    assert plan.questions["reason"].tolist() == ["status_unknown"]


def test_cells_that_contradict_each_other_are_asked_about_and_never_late(tmp_path):
    plan, rows = read(write_lines(
        tmp_path / "plan.csv", "Ref,Action,Lead,Due date,Status,% complete,Date completed",
        "1,A,Head of HR,30/06/2024,In progress,100,", "2,B,Head of HR,30/06/2024,Complete,60,",
        "3,C,Head of HR,30/06/2024,In progress,,01/06/2024", "4,D,Head of HR,30/06/2024,Complete,100,01/06/2024"))
    assert rows["status"].tolist() == ["to confirm", "to confirm", "to confirm", "done"]
    assert plan.questions["reason"].tolist() == ["statuses_differ"] * 3


@pytest.mark.parametrize(("text", "status"), [
    ("Policy drafted and out for consultation", "overdue"), ("To be implemented by December", "overdue"),
    ("Completed 3 June 2024", "done"), ("Closed", "done"), ("Procedure was implemented in June", "to confirm"),
    ("Work has been completed and the evidence sent", "to confirm"), ("Slipped owing to a vacancy", "overdue"),
])
def test_an_account_in_sentences_is_a_status_only_where_it_is_one(tmp_path, text, status):
    _, rows = read(write_lines(tmp_path / "plan.csv", "Ref,Action,Lead,Due date,Update",
                               f'1,Do this,Head of HR,30/06/2024,"{text}"'))
    assert rows["status"].tolist() == [status]


def test_the_year_first_pair_of_quarters_ends_with_the_later_one(tmp_path):
    _, rows = read(write_lines(tmp_path / "plan.csv", "Ref,Action,Lead,Timescale,Status",
                               "1,Do this,HR Manager,2024/25 Q3/Q4,", "2,Do that,HR Manager,2025/26 Q1 / Q2,",
                               "3,Do more,HR Manager,Q3/Q4 2024/25,"),
                   anchor=date(2024, 9, 1), as_of=date(2024, 12, 15))
    assert [day.date() for day in rows["due_latest"]] == [date(2025, 3, 31), date(2025, 9, 30), date(2025, 3, 31)]


@pytest.mark.parametrize(("head", "row"), [
    ("Rec No,Recommendation,Management response,Responsible officer,Implementation date,Implementation status",
     "7,Check it,Agreed,Head of HR,30/06/2024,Implemented"),
    ("Ref,Action,Executive lead,Responsible officer,Original date,Revised date,BRAG,Status",
     "7,Check it,Director of People,Head of HR,30/04/2024,30/06/2024,,Closed"),
    ("ID,Must do / should do,Improvement action,Exec lead,Target completion date,Progress update,Status",
     "7,Must do,Check it,Director of People,30/06/2024,All wards done,Complete"),
    ("R no,Recommendation,Lead officer(s),Due for implementation,Complete?",
     "7,Check it,Head of HR,30/06/2024,Yes"),
    ("#,Action,Lead,Completion date,Status", "7,Check it,Head of HR,30/06/2024,Complete"),
])
def test_headings_of_audit_and_inspection_trackers_are_known(tmp_path, head, row):
    plan, rows = read(write_lines(tmp_path / "plan.csv", head, row))
    assert rows.loc["7", "status"] == "done"
    assert plan.actions["due_latest"].dt.date.tolist() == [date(2024, 6, 30)]
    assert plan.actions["action"].str.contains("Check it|Agreed").all()
    assert plan.actions["owner"].iloc[0]
    assert plan.refusals.empty


def test_who_is_accountable_owns_the_action_beside_its_officer(tmp_path):
    plan, _ = read(write_lines(tmp_path / "plan.csv", "Ref,Action,Executive lead,Responsible officer,Due date",
                               "1,Check it,Executive Director of People,Head of HR,30/06/2024"))
    assert plan.owners["owner"].tolist() == ["Head of HR", "Executive Director of People"]


def test_the_last_of_several_revised_dates_counts_and_the_first_date_is_kept(tmp_path):
    plan, _ = read(write_lines(
        tmp_path / "plan.csv", "Ref,Action,Original due date,Revised date,Revised due date,Reason for revision,"
        "Revision approved by,Status", "1,A,30/04/2024,30/06/2024,31/12/2024,Vacancy,Audit Committee,In progress"))
    kept = plan.actions.iloc[0]
    assert kept[["timescale", "original_timescale", "revisions", "revision_reason",
                 "revision_approved_by"]].tolist() == ["31/12/2024", "30/04/2024", "2", "Vacancy", "Audit Committee"]


def test_headings_of_ones_own_are_mapped_by_the_settings(tmp_path):
    path = write_lines(tmp_path / "plan.csv", "Nr,Undertaking,Captain,Finish line,How it goes,Colour of the month",
                       "1,Do this,Head of HR,30/06/2024,Implemented,mauve")
    mapped = Settings.model_validate({"plan": {"columns": {
        "Nr": "action_id", "Undertaking": "action", "Captain": "owner", "Finish line": "timescale",
        "How it goes": "progress", "Colour of the month": "ignore"}}})
    plan, rows = read(path, settings=mapped)
    assert rows.loc["1", ["action", "owner", "status"]].tolist() == ["Do this", "Head of HR", "done"]
    assert plan.questions.empty


def test_a_heading_of_which_nothing_is_taken_is_asked_about_with_the_line_that_maps_it(tmp_path):
    path = write_lines(tmp_path / "plan.csv", "Ref,Action,Due date,Sponsor in chief,Status",
                       "1,Do this,30/06/2024,Head of HR,Complete")
    plan, _ = read(path)
    question = plan.questions.iloc[0]
    assert '[plan.columns] write "Sponsor in chief" = "owner"' in question["remedy"]
    mended = Settings.model_validate({"plan": {"columns": {"Sponsor in chief": "owner"}}})
    plan, _ = read(path, settings=mended)
    assert plan.questions.empty
    assert plan.actions["owner"].tolist() == ["Head of HR"]


@pytest.mark.parametrize(("settings", "words"), [
    ({"columns": {"Lead": "ownr"}}, "Did you mean 'owner'"), ({"status_words": {"OK": "finished"}}, "not a state")])
def test_a_setting_that_names_no_part_or_state_is_refused_with_the_nearest(settings, words):
    with pytest.raises(ValueError, match=words):
        Settings.model_validate({"plan": settings})


def test_a_key_with_a_description_is_no_table_of_actions(tmp_path):
    key = [["BRAG rating", "Description"], ["Blue", "Completed and embedded"], ["Green", "Completed"],
           ["Amber", "On track to complete"], ["Red", "Overdue"]]
    plan, rows = read(write_book(tmp_path / "plan.xlsx", {"Actions": COLOURED, "BRAG": key}))
    assert rows["status"].to_dict() == BY_KEY
    assert plan.questions.empty


def test_codes_of_a_key_are_read_as_it_says(tmp_path):
    rows = [["Ref", "Action", "Lead", "Due date", "Status"], ["1", "A", "HR", "30/06/2024", "C"],
            ["2", "B", "HR", "30/06/2024", "P"], ["3", "C", "HR", "30/06/2024", "Z"]]
    key = [["Code", "Meaning"], ["C", "Completed"], ["P", "In progress"]]
    plan, read_rows = read(write_book(tmp_path / "plan.xlsx", {"Actions": rows, "Legend": key}))
    assert read_rows["status"].tolist() == ["done", "overdue", "to confirm"]
    assert plan.questions["reason"].tolist() == ["status_unknown"]


# Codes, numbers and colours under headings of status ------------------------------------------------------------


@pytest.mark.parametrize(("status", "state"), [
    ("5 - Complete", "done"), ("4. Closed", "done"), ("2) In progress", "started"), ("1: Not started", "not started")])
def test_a_code_before_its_meaning_is_no_share(tmp_path, status, state):
    path = write_lines(tmp_path / "plan.csv", "Ref,Action,Lead,Due date,Status", f"1,Do this,HR,30/06/2024,{status}",
                       "2,Do that,HR,30/06/2024,In progress")
    plan, _ = read(path)
    assert plan.actions["progress"].iloc[0] == state


@pytest.mark.parametrize("status", ["1", "4", "10"])
def test_a_bare_code_beside_words_is_asked_about_and_never_overdue(tmp_path, status):
    path = write_lines(tmp_path / "plan.csv", "Ref,Action,Lead,Due date,Status", f"1,Do this,HR,30/06/2024,{status}",
                       "2,Do that,HR,30/06/2024,In progress")
    plan, rows = read(path)
    assert plan.actions["progress"].iloc[0] == "unclear"
    assert "status_unknown" in plan.questions["reason"].tolist()
    assert rows.loc["1", "status"] not in ("overdue", "done")


def test_shares_with_decimal_commas_are_shares(tmp_path):
    path = write_lines(tmp_path / "plan.csv", "Ref;Action;Lead;Due date;% complete", "1;Do this;HR;30/06/2024;1,0",
                       "2;Do that;HR;30/06/2024;0,5")
    plan, _ = read(path)
    assert plan.actions["progress"].tolist() == ["done", "started"]
    assert plan.actions["percent"].tolist() == ["100", "50"]


@pytest.mark.parametrize("headings", ["1st revised date,2nd revised date", "Revised date 1,Revised date 2",
                                      "First revised date,Latest revised date", "Revised date,Revised date (2)"])
def test_the_last_of_several_revised_dates_counts_however_they_are_numbered(tmp_path, headings):
    path = write_lines(tmp_path / "plan.csv", f"Ref,Action,Lead,Original target date,{headings},Status",
                       "1,Do this,HR,31/03/2024,30/06/2024,31/12/2024,Open", "2,Do that,HR,30/09/2024,,,Open")
    plan, _ = read(path)
    assert [str(day)[:10] for day in plan.actions["due_latest"]] == ["2024-12-31", "2024-09-30"]


def test_colours_that_only_fill_cells_are_asked_about(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "plan.xlsx")
    sheet = book.add_worksheet("Plan")
    for i, row in enumerate((["Ref", "Action", "Lead", "Due date", "RAG"], ["1", "Do this", "HR", "30/06/2024"],
                             ["2", "Do that", "HR", "30/06/2024"])):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    sheet.write_blank(1, 4, None, book.add_format({"bg_color": "#00B050"}))
    book.close()
    plan, _ = read(tmp_path / "plan.xlsx")
    (question,) = plan.questions[plan.questions["reason"] == "colour_fills"].to_dict("records")
    assert (question["value"], "1 of them" in question["message"]) == ("RAG", True)


def test_an_unused_column_is_offered_as_what_it_most_likely_holds(tmp_path):
    path = write_lines(tmp_path / "plan.csv", "Ref,Action,Lead,Due date,Forecast by the board", "1,Do,HR,30/06/2024,x")
    plan, _ = read(path)
    assert '"Forecast by the board" = "revised_timescale"' in plan.questions["remedy"].iloc[0]


STANDING = ["Ref", "Action", "Lead", "Due date"]


@pytest.mark.parametrize(("headings", "first", "second"), [
    (["RAG Jun", "RAG Sep"], ["Red", "Complete"], ["Complete", ""]),
    (["RAG Sep", "RAG Jun"], ["Complete", "Red"], ["", "Complete"]),
    (["Progress Apr", "Progress Jul", "Progress Oct"], ["Started", "50%", "Done"], ["Started", "Done", ""]),
    (["Q1 update", "Q2 update", "Q3 update"], ["Started", "Complete", ""], ["On track", "", "Complete"]),
    (["Q4 2023/24 status", "Q1 2024/25 status"], ["In progress", "Complete"], ["Complete", ""]),
    (["Update 30 June 2024", "Update 30 September 2024"], ["In progress", "Complete"], ["", "Completed"]),
    (["Status (Dec 2023)", "Status (Jan 2024)"], ["Red", "Complete"], ["Delayed", "Closed"]),
    (["% complete Q1", "% complete Q2"], [.5, 1.0], [.2, 1.0]),
])
def test_of_a_column_for_each_period_the_latest_that_is_filled_counts(tmp_path, headings, first, second):
    plan, rows = read(write_book(tmp_path / "periods.xlsx", {"Plan": [
        [*STANDING, *headings], ["1", "Cover the rota", "Head of HR", "30/06/2024", *first],
        ["2", "Train everybody", "Head of HR", "30/06/2024", *second]]}))
    assert rows["status"].tolist() == ["done", "done"]
    assert plan.questions["reason"].tolist() == ["latest_column"]


@pytest.mark.parametrize("headings", [["Status Dec", "Status Jan"], ["Status Mar", "Status Apr"],
                                      ["Status Jun", "Status Q2"],
                                      ["Status (Mar)", "Status (Apr)"], ["Status Sep", "Status Jun", "Status Dec"]])
def test_periods_that_do_not_say_which_is_the_latest_make_nothing_overdue(tmp_path, headings):
    cells = ["In progress", "Complete", ""][:len(headings)]
    plan, rows = read(write_book(tmp_path / "periods.xlsx", {"Plan": [
        [*STANDING, *headings], ["1", "Cover the rota", "Head of HR", "30/06/2024", *cells]]}))
    assert rows["status"].tolist() == ["to confirm"]
    assert {"unused_column", "status_under_unknown_heading"} <= set(plan.questions["reason"])


@pytest.mark.parametrize(("title", "status"), [
    ("Completed actions", "done"), ("Closed", "done"), ("Closed 2023/24", "done"), ("Actions completed", "done"),
    ("Completed items (3)", "done"), ("Withdrawn actions", "withdrawn"), ("Open actions", "overdue"),
    ("Actions", "overdue"), ("Complete the framework", "overdue"), ("Delivered training", "overdue"),
])
@pytest.mark.parametrize("is_sheet", [True, False])
def test_actions_that_stand_under_a_title_are_as_it_says(tmp_path, title, status, is_sheet):
    action = ["1", "Cover the rota", "Head of HR", "30/06/2024", ""]
    head = [*STANDING, "Status"]
    sheets = {title.replace("/", "-"): [head, action]} if is_sheet else {"Plan": [head, [title], action]}
    plan, rows = read(write_book(tmp_path / "titles.xlsx", sheets))
    assert rows["status"].tolist() == [status]
    assert plan.questions["reason"].tolist() == ([] if status == "overdue" else [f"title_says_{status}"])


def test_a_row_that_speaks_against_its_title_is_asked_about(tmp_path):
    plan, rows = read(write_book(tmp_path / "titles.xlsx", {"Closed actions": [
        [*STANDING, "Status"], ["1", "Cover the rota", "Head of HR", "30/06/2024", "In progress"],
        ["2", "Train everybody", "Head of HR", "30/06/2024", "Complete"]]}))
    assert rows["status"].tolist() == ["to confirm", "done"]
    assert plan.questions["reason"].tolist() == ["statuses_differ"]


@pytest.mark.parametrize(("heading", "cell"), [("Outstanding? (Y/N)", "N"), ("Overdue?", "No"),
                                               ("Where we are", "Closed"), ("Direction", "Green"), ("Agreed?", "Yes")])
def test_what_may_say_how_far_an_action_is_makes_nothing_overdue(tmp_path, heading, cell):
    book = write_book(tmp_path / "own.xlsx", {"Plan": [
        [*STANDING, heading], ["1", "Cover the rota", "Head of HR", "30/06/2024", cell]]})
    plan, rows = read(book)
    assert rows["status"].tolist() == ["to confirm"]
    assert plan.questions["reason"].tolist() == ["unused_column", "status_under_unknown_heading"]
    _, rows = read(book, settings=Settings.model_validate({"plan": {"columns": {heading: "ignore"}}}))
    assert rows["status"].tolist() == ["overdue"]


@pytest.mark.parametrize("text", ["This action is now complete and will be removed", "This has now been completed.",
                                  "The recommendation has been implemented; to be closed", "It is now closed"])
def test_a_sentence_that_says_only_that_it_is_done_is_a_status(tmp_path, text):
    def status(*cells):
        return read(write_book(tmp_path / "told.xlsx", {"Plan": [
            [*STANDING, "Update", "Status"],
            ["1", "Cover the rota", "Head of HR", "30/06/2024", *cells]]}))[1]["status"]

    assert status(text, "").tolist() == ["done"]
    assert status(text, "Open").tolist() == ["to confirm"]


@pytest.mark.parametrize("text", ["This action is now complete in part", "This has not been completed",
                                  "The recommendation has been implemented by one of two teams"])
def test_a_sentence_that_takes_it_back_is_none(tmp_path, text):
    _, rows = read(write_book(tmp_path / "told.xlsx", {"Plan": [
        [*STANDING, "Update"], ["1", "Cover the rota", "Head of HR", "30/06/2024", text]]}))
    assert rows["status"].iloc[0] in ("to confirm", "overdue")


def test_days_written_month_first_are_refused_as_a_column(tmp_path):
    due = ["06/30/2024", "12/25/2024", "07/04/2024", "09/09/2024", "July 2024"]
    path = write_lines(tmp_path / "american.csv", "Ref,Action,Lead,Due date,Status",
                       *(f"{i},Do it,Head of HR,{day},Open" for i, day in enumerate(due)))
    plan, rows = read(path)
    assert plan.refusals["reason"].tolist() == ["impossible_date", "impossible_date", "order_in_doubt"]
    assert [day.isoformat()[:10] for day in rows["due_latest"].dropna()] == ["2024-09-09", "2024-07-31"]
    plan, rows = read(path, settings=Settings.model_validate({"exports": {"date_order": "mdy"}}))
    assert plan.refusals.empty
    assert rows["due_latest"].iloc[2].date() == date(2024, 7, 4)


@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_days_that_a_spreadsheet_has_exchanged_are_refused(tmp_path, order):
    """Of an American file opened in Britain the 4th of July became the 7th of April, and 30 June stayed text."""
    plan, rows = read(write_book(tmp_path / "exchanged.xlsx", {"Plan": [
        [*STANDING, "Status"], ["1", "Cover the rota", "Head of HR", "06/30/2024", "Open"],
        ["2", "Train everybody", "Head of HR", date(2024, 4, 7), "Open"]]}),
        settings=Settings.model_validate({"exports": {"date_order": order}}))
    assert rows["status"].iloc[1] == "undated"
    assert "order_in_doubt" in plan.refusals["reason"].tolist()


def test_a_day_of_completion_that_cannot_be_read_leaves_nothing_overdue(tmp_path):
    plan, rows = read(write_book(tmp_path / "done.xlsx", {"Plan": [
        [*STANDING, "Date completed"], ["1", "Cover the rota", "Head of HR", "30 June 2024", "06/30/2024"],
        ["2", "Train everybody", "Head of HR", "July 2024", date(2024, 4, 7)],
        ["3", "Write it up", "Head of HR", "July 2024", ""]]}))
    assert rows["status"].tolist() == ["to confirm", "done", "overdue"]
    assert rows["completed_on"].isna().all()
    assert plan.questions["reason"].tolist() == ["day_of_completion"]


def test_days_in_the_councils_order_are_not_doubted(tmp_path):
    plan, rows = read(write_book(tmp_path / "plain.xlsx", {"Plan": [
        [*STANDING, "Status"], ["1", "Cover the rota", "Head of HR", date(2024, 6, 30), "Open"],
        ["2", "Train everybody", "Head of HR", date(2024, 7, 4), "Open"],
        ["3", "Write it up", "Head of HR", "04/07/2024", "Open"],
        ["4", "Say it", "Head of HR", "30/07/2024", "Open"]]}))
    assert plan.refusals.empty
    assert [day.date() for day in rows["due_latest"]] == [date(2024, 6, 30), date(2024, 7, 4), date(2024, 7, 4),
                                                         date(2024, 7, 30)]


@pytest.mark.parametrize(("heading", "cell", "words", "status"), [
    ("Outstanding? (Y/N)", "N", {"N": "done", "Y": "open"}, "done"),
    ("Overdue?", "No", {"No": "open", "Yes": "behind"}, "overdue"),
    ("Where we are", "Closed", {}, "done"),
])
def test_who_maps_an_unknown_heading_as_asked_gets_the_right_status(tmp_path, heading, cell, words, status):
    book = write_book(tmp_path / "own.xlsx", {"Plan": [
        [*STANDING, heading], ["1", "Cover the rota", "Head of HR", "30/06/2024", cell]]})
    plan, _ = read(book)
    unused, told = plan.questions["remedy"]
    assert f'"{heading}" = "progress"' in unused
    assert f'"{heading}" = "progress"' in told
    assert f'"{cell}" = "done"' in told
    mapped, rows = read(book, settings=Settings.model_validate(
        {"plan": {"columns": {heading: "progress"}, "status_words": words}}))
    assert rows["status"].tolist() == [status]
    assert mapped.questions.empty


@pytest.mark.parametrize(("headings", "cells"), [(["RAG Jun", "RAG Sep"], ["Complete", "Red"]),
                                                 (["Q1 update", "Q2 update"], ["Complete", "Delayed"]),
                                                 (["% complete Q1", "% complete Q2"], [1.0, .5])])
def test_who_names_another_period_as_asked_gets_that_one(tmp_path, headings, cells):
    book = write_book(tmp_path / "periods.xlsx", {"Plan": [
        [*STANDING, *headings], ["1", "Cover the rota", "Head of HR", "30/06/2024", *cells]]})
    plan, rows = read(book)
    assert rows["status"].tolist() == ["overdue"]
    asked = plan.questions.set_index("reason").loc["latest_column", "remedy"]
    part = asked.partition(f'"{headings[0]}" = "')[2].partition('"')[0]
    settings = {"plan": {"columns": {headings[0]: part, headings[1]: "ignore"}}}
    assert read(book, settings=Settings.model_validate(settings))[1]["status"].tolist() == ["done"]
