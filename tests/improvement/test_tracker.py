"""The tracker workbook: written, filled in, saved by other programs, read back; nothing told is ever lost."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date, datetime

import openpyxl
import pandas as pd
import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.plan.changes import compare_with_last
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.improvement.tracker import REVISION_COLUMNS, apply_tracker, headings, read_tracker
from my121_analytics.reports.plan.tracker_workbook import write_tracker

ANCHOR, REVIEW = date(2013, 6, 30), date(2014, 12, 31)


@pytest.fixture
def plan(form):
    return read_plan(form, anchor=ANCHOR)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def write(plan, path, tracker=None, as_of=REVIEW):
    status = review_plan(plan, as_of=as_of, tracker=tracker)
    path.write_bytes(write_tracker(release(status, audience="analyst")))
    return path


def edit(path, changes, *, sheet="Actions"):
    """Fill cells in: (action, field) -> value, as a person does in a spreadsheet."""
    book = openpyxl.load_workbook(path)
    page = book[sheet]
    columns, top = find_columns(page)
    rows = {str(page.cell(r, columns["Action ID"]).value): r for r in range(top + 1, page.max_row + 1)}
    for (action_id, field), value in changes.items():
        page.cell(rows[action_id], columns[headings()[field]]).value = value
    book.save(path)
    return path


def find_columns(page):
    for row in page.iter_rows():
        if row[0].value in ("Action ID", "Revision"):
            return {cell.value: cell.column for cell in row if cell.value}, row[0].row
    raise AssertionError("no table")


def test_an_untouched_tracker_changes_nothing(plan, folder):
    tracker = read_tracker(write(plan, folder / "t.xlsx"), plan, as_of=REVIEW)
    assert tracker.n_new == 0
    assert tracker.revisions.empty
    pd.testing.assert_frame_equal(apply_tracker(plan, tracker).actions, plan.actions)


def test_what_was_filled_in_is_read_with_who_when_and_why(plan, folder):
    path = edit(write(plan, folder / "t.xlsx"), {
        ("1.1", "progress"): "Done", ("1.1", "completed_on"): datetime(2014, 6, 1),
        ("1.1", "changed_by"): "HR Manager", ("1.1", "changed_on"): datetime(2014, 6, 5),
        ("5.1", "timescale"): "31 March 2015", ("5.1", "reason"): "Waiting for the budget",
        ("5.1", "changed_by"): "Leadership Board", ("2.2", "carried_into"): "HR service plan; Team plan",
        ("2.2", "carried_evidence"): "Page 4", ("4.1", "cost"): "£1,200", ("4.1", "officer_time"): 3,
        ("6.2", "owner"): "Learning leads\nPeople Service"})
    tracker = read_tracker(path, plan, as_of=REVIEW)
    told = tracker.revisions.set_index(["action_id", "field"])
    assert tuple(tracker.revisions.columns) == REVISION_COLUMNS
    assert told.loc[("1.1", "progress"), ["before", "after", "changed_by", "changed_on"]].tolist() == [
        "", "Done", "HR Manager", "2014-06-05"]
    assert told.loc[("5.1", "timescale"), ["before", "after", "reason", "changed_on"]].tolist() == [
        "6 months", "31 March 2015", "Waiting for the budget", "2014-12-31"]
    assert any("2.2" in note for note in tracker.notes)  # nobody said who changed it
    now = apply_tracker(plan, tracker)
    actions = now.actions.set_index("action_id")
    assert actions.loc["1.1", "completed_on"] == pd.Timestamp("2014-06-01")
    assert actions.loc["5.1", ["original_timescale", "timescale", "kind"]].tolist() == ["6 months", "31 March 2015",
                                                                                          "date"]
    assert actions.loc["5.1", "due_latest"] == pd.Timestamp("2015-03-31")
    assert actions.loc["2.2", "carried_into"] == "HR service plan; Team plan"
    assert now.owners[now.owners["action_id"] == "6.2"]["owner"].tolist() == ["Learning leads", "People Service"]
    status = review_plan(plan, as_of=REVIEW, tracker=tracker)
    shown = status.frame("actions").set_index("action_id")
    assert shown.loc[["1.1", "5.1"], "status"].tolist() == ["done", "on track"]
    assert shown.loc["5.1", "rag"] == "Red"  # nobody is named who approved the new date
    finance = status.frame("finance").set_index("item")
    assert finance["pounds"].dropna().tolist() == [1200.0]
    assert finance["days"].dropna().tolist() == [3.0]
    by_plan = status.frame("by_plan").set_index("carried_into")
    assert by_plan.loc["HR service plan", ["n", "n_with_evidence"]].tolist() == [1, 1]


def test_revisions_gather_over_several_rounds_and_the_first_timescale_stays(plan, folder):
    path, tracker = folder / "t.xlsx", None
    for turn, text in enumerate(("31 March 2015", "30 June 2015", "30 September 2015"), start=1):
        edit(write(plan, path, tracker), {("5.1", "timescale"): text, ("5.1", "changed_by"): f"Round {turn}"})
        tracker = read_tracker(path, plan, as_of=REVIEW)
        assert tracker.n_new == 1
    assert tracker.revisions["revision"].tolist() == ["1", "2", "3"]
    assert tracker.revisions["before"].tolist() == ["6 months", "31 March 2015", "30 June 2015"]
    action = apply_tracker(plan, tracker).actions.set_index("action_id").loc["5.1"]
    assert action["original_timescale"] == "6 months"
    assert action["due_latest"] == pd.Timestamp("2015-09-30")
    assert action[["revisions", "revision_approved_by"]].tolist() == ["3", ""]
    assert action["original_latest"] == pd.Timestamp("2013-12-30")
    again = read_tracker(write(plan, path, tracker), plan, as_of=REVIEW)
    assert again.n_new == 0
    pd.testing.assert_frame_equal(again.revisions, tracker.revisions)


def test_every_fault_is_told_at_once_and_nothing_is_used(plan, folder):
    path = edit(write(plan, folder / "t.xlsx"), {
        ("1.1", "progress"): "Nearly", ("1.2", "completed_on"): "31/02/2014", ("2.1", "timescale"): "soon",
        ("2.2", "theme"): "Fun", ("3.1", "progress"): "Behind", ("3.1", "completed_on"): datetime(2014, 1, 1),
        ("4.1", "statistic"): "Happiness", ("6.2", "action_id"): "6.3"})
    with pytest.raises(DataUnusableError) as told:
        read_tracker(path, plan, as_of=REVIEW)
    hints = "\n".join(told.value.hints)
    for piece in ("'Nearly'", "31/02/2014", "'soon'", "'Fun'", "'Behind'", "'Happiness'", "'6.3'", "no row for 6.2"):
        assert piece in hints
    assert "In progress" in hints
    assert "row 6" in hints  # of action 1.1, below the title, three lines and the headings
    assert len(told.value.hints) == 8


def test_revisions_that_were_deleted_are_noticed(plan, folder):
    path = edit(write(plan, folder / "t.xlsx"), {("5.1", "timescale"): "31 March 2015"})
    path = write(plan, path, read_tracker(path, plan, as_of=REVIEW))
    book = openpyxl.load_workbook(path)
    del book["Revisions"]
    book.save(path)
    with pytest.raises(DataUnusableError, match="cannot be used") as told:
        read_tracker(path, plan, as_of=REVIEW)
    assert "had 1 revisions" in told.value.hints[0]


def test_rows_may_be_sorted_columns_moved_and_sheets_renamed(plan, folder):
    path = edit(write(plan, folder / "t.xlsx"), {("4.2", "progress"): "Behind", ("4.2", "changed_by"): "HR"})
    book = openpyxl.load_workbook(path)
    page = book["Actions"]
    top = find_columns(page)[1]
    table = [[cell.value for cell in row] for row in page.iter_rows(min_row=top)]
    order = list(reversed(range(len(table[0]))))
    moved = book.create_sheet("Our tracker")
    for row in [table[0], *reversed(table[1:])]:
        moved.append([row[j] for j in order])
    del book["Actions"]
    book.save(path)
    tracker = read_tracker(path, plan, as_of=REVIEW)
    assert tracker.revisions[["action_id", "field", "after"]].to_numpy().tolist() == [["4.2", "progress", "Behind"]]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_a_tracker_saved_by_libreoffice_reads_the_same(tmp_path, folder, kind):
    lines = [f"1.{i},Do thing {i},HR,12 months" for i in (1, 10, 11)] + ["007,Do another,HR,6 months"]
    source = folder / "plan.csv"
    source.write_text("Ref,Action,Owner,Timescale\n" + "\n".join(lines), encoding="utf-8")
    plan = read_plan(source, anchor=ANCHOR)
    path = edit(write(plan, folder / "t.xlsx"), {
        ("1.10", "progress"): "Done", ("1.10", "completed_on"): datetime(2014, 3, 4),
        ("007", "timescale"): "03/04/2015",
        ("1.11", "progress_text"): "=1+1 is how far we are", ("1.11", "officer_time"): 2.5})
    out = folder / "saved"
    subprocess.run(["soffice", f"-env:UserInstallation=file://{tmp_path}/lo", "--headless", "--convert-to", kind,
                    "--outdir", str(out), str(path)], check=True, capture_output=True, timeout=120)
    before = read_tracker(path, plan, as_of=REVIEW)
    after = read_tracker(out / f"t.{kind}", plan, as_of=REVIEW)
    rows = after.revisions.set_index(["action_id", "field"])["after"].to_dict()
    assert rows[("1.10", "completed_on")] == "2014-03-04"
    assert rows[("007", "timescale")] == "03/04/2015"
    assert rows[("1.11", "officer_time")] == "2.5"
    if kind == "xlsx":
        # What looks like a formula is none that either program can work out, and each says so in its own way.
        said = [told.revisions[told.revisions["field"] != "progress_text"].reset_index(drop=True)
                for told in (before, after)]
        pd.testing.assert_frame_equal(*said)


def test_a_tracker_prints_the_action_on_each_of_three_sheets_of_paper(plan, folder):
    page = openpyxl.load_workbook(write(plan, folder / "t.xlsx"))["Actions"]
    assert page.page_setup.fitToWidth == 3
    assert page.print_title_cols == "$A:$B"
    assert "Actions" in page.oddFooter.left.text


def test_references_stay_text_in_the_tracker(folder):
    source = folder / "plan.csv"
    source.write_text("Ref,Action,Timescale\n1.1,One,12 months\n1.10,Ten,12 months\n007,Bond,=6 months\n",
                      encoding="utf-8")
    plan = read_plan(source, anchor=ANCHOR)
    book = openpyxl.load_workbook(write(plan, folder / "t.xlsx"))
    top = find_columns(book["Actions"])[1]
    cells = [book["Actions"].cell(top + i, 1) for i in (1, 2, 3)]
    assert [cell.value for cell in cells] == ["1.1", "1.10", "007"]
    assert {cell.data_type for cell in cells} == {"s"}
    assert {cell.data_type for row in book["Actions"].iter_rows() for cell in row} <= {"s", "n", "d"}


def test_the_lists_of_the_tracker_offer_the_known_choices(plan, folder):
    book = openpyxl.load_workbook(write(plan, folder / "t.xlsx"))
    rules = book["Actions"].data_validations.dataValidation
    assert len(rules) == 4
    choices = [row[1].value for row in book["Choices"].iter_rows() if row[0].value == "Progress"]
    assert choices == ["Not started", "In progress", "Behind", "Done", "Withdrawn"]


def test_names_and_contacts_told_in_the_tracker_are_not_kept(plan, folder):
    path = edit(write(plan, folder / "t.xlsx"), {
        ("1.1", "progress_text"): "Ask a.b@northmere.example or 01632 960123", ("1.1", "changed_by"): "HR"})
    told = read_tracker(path, plan, as_of=REVIEW).revisions
    assert "@" not in told.to_csv()
    assert "960123" not in told.to_csv()


def test_a_workbook_that_is_no_tracker_says_so(plan, form):
    with pytest.raises(DataUnusableError, match="no sheet has the tracker's table"):
        read_tracker(form, plan, as_of=REVIEW)


def test_what_changed_since_the_last_report_is_listed_from_its_tracker(plan, folder, form_of):
    last = write(plan, folder / "last.xlsx", as_of=date(2014, 3, 31))
    actions = review_plan(plan, as_of=REVIEW).frame("actions")
    changes = compare_with_last(last, actions)
    assert set(changes["what"]) == {"Status"}
    assert len(changes) == 9  # six turned overdue, three came into their window; two were overdue before
    assert changes.set_index("action_id").loc["1.1", ["before", "after"]].tolist() == ["on track", "overdue"]


def test_actions_that_came_went_and_were_renumbered_are_told_apart(folder):
    def actions(text):
        path = folder / "p.csv"
        path.write_text("Issue,Action,Timescale\n" + text, encoding="utf-8")
        return review_plan(read_plan(path, anchor=ANCHOR), as_of=date(2013, 12, 31)).frame("actions")

    first = actions("A,Write a guide,12 months\nB,Train everyone,12 months\nB,Buy a system,12 months\n")
    (folder / "actions.csv").write_text(first.assign(due_latest=first["due_latest"].astype("str")).to_csv(index=False),
                                        encoding="utf-8")
    second = actions("N,Start anew,12 months\nA,Write a guide,18 months\nB,Train everybody,12 months\n")
    changes = compare_with_last(folder / "actions.csv", second)
    told = set(zip(changes["what"], changes["action"], strict=True))
    assert ("Timescale", "Write a guide") in told
    assert ("Reference", "Write a guide") in told
    assert ("No longer in the plan", "Buy a system") in told
    assert ("New in the plan", "Start anew") in told


def test_a_last_day_that_moved_with_the_anchor_alone_is_said_to(plan, form, folder):
    last = write(plan, folder / "last.xlsx")
    moved = review_plan(read_plan(form, anchor=date(2013, 9, 9)), as_of=REVIEW).frame("actions")
    days = compare_with_last(last, moved)
    days = days[days["before"].str.match(r"\d{4}-")]
    assert len(days) == 11
    assert set(days["what"]) == {"Last day, with the same timescale: counted from another anchor"}


@pytest.mark.parametrize(("approved_by", "rag"), [("Corporate Management Team", "Green"), ("", "Red"),
                                                  ("not yet", "Red"), ("TBC", "Red"), ("n/a", "Red")])
def test_a_moved_date_turns_nothing_green_until_somebody_is_named_who_approved_it(plan, folder, approved_by, rag):
    path = edit(write(plan, folder / "t.xlsx"), {
        ("5.1", "timescale"): "31 March 2016", ("5.1", "reason"): "Vacancy", ("5.1", "changed_by"): "HR Manager",
        ("5.1", "approved_by"): approved_by or None})
    status = review_plan(plan, as_of=REVIEW, tracker=read_tracker(path, plan, as_of=REVIEW))
    row = status.frame("actions").set_index("action_id").loc["5.1"]
    assert row[["status", "rag"]].tolist() == ["on track", rag]
    kept = status.frame("details").set_index("action_id").loc["5.1"]
    assert kept[["original_timescale", "revisions", "revision_reason"]].tolist() == ["6 months", "1", "Vacancy"]
    assert status.frame("by_colour")["n"].sum() == len(plan.actions)


def test_three_revisions_over_three_trackers_are_all_kept_with_reasons_and_approvals(plan, folder):
    path, tracker = folder / "t.xlsx", None
    rounds = [("31 March 2015", "Vacancy", ""), ("30 June 2015", "Budget", "Leadership Board"),
              ("30 September 2015", "Election", "")]
    for text, reason, approved in rounds:
        edit(write(plan, path, tracker), {("5.1", "timescale"): text, ("5.1", "reason"): reason,
                                          ("5.1", "approved_by"): approved or None, ("5.1", "changed_by"): "HR"})
        tracker = read_tracker(path, plan, as_of=REVIEW)
    told = tracker.revisions
    assert told[["after", "reason", "approved_by"]].to_numpy().tolist() == [list(one) for one in rounds]
    row = review_plan(plan, as_of=REVIEW, tracker=tracker).frame("details").set_index("action_id").loc["5.1"]
    assert row[["revisions", "revision_reason", "revision_approved_by", "rag"]].tolist() == ["3", "Election", "", "Red"]


def test_per_cent_done_is_told_in_the_tracker_and_a_fraction_is_asked_about(plan, folder):
    path = edit(write(plan, folder / "t.xlsx"), {("1.1", "percent"): "40%", ("1.1", "changed_by"): "HR"})
    now = apply_tracker(plan, read_tracker(path, plan, as_of=REVIEW))
    assert now.actions.set_index("action_id").loc["1.1", "percent"] == "40"
    edit(path, {("1.1", "percent"): "0.4"})
    with pytest.raises(DataUnusableError) as told:
        read_tracker(path, plan, as_of=REVIEW)
    assert "0 to 100" in told.value.hints[0]


def test_every_change_since_the_last_report_is_listed(plan, folder):
    before = write(plan, folder / "before.xlsx")
    after = edit(write(plan, folder / "after.xlsx"), {
        ("5.1", "timescale"): "31 March 2016", ("5.1", "changed_by"): "HR", ("1.1", "progress_text"): "Two events held",
        ("1.1", "percent"): "50", ("6.2", "owner"): "Learning leads", ("2.1", "progress"): "Behind",
        ("2.2", "carried_into"): "HR service plan", ("2.2", "risk"): "People leave", ("3.1", "statistic"): "turnover"})
    tracker = read_tracker(after, plan, as_of=REVIEW)
    changes = review_plan(plan, as_of=REVIEW, tracker=tracker, since=before).frame("changes")
    told = {(row.action_id, row.what) for row in changes.itertuples()}
    assert {("5.1", "Timescale"), ("5.1", "Last day"), ("1.1", "Progress in words"), ("1.1", "Per cent done"),
            ("6.2", "Owner"), ("5.1", "Status"), ("2.2", "Carried into plan"), ("2.2", "Risk if not done"),
            ("3.1", "Figure it should move")} <= told
    assert {ids for ids, _ in told} == {"1.1", "2.1", "2.2", "3.1", "5.1", "6.2"}


def test_any_figure_may_be_named_in_the_tracker_and_an_unknown_one_is_refused_with_what_is_near(plan, folder):
    path = edit(write(plan, folder / "t.xlsx"), {
        ("1.1", "statistic"): "not_placed; profile.map.share[box=9] fewer", ("1.2", "statistic"): "Turnover in the 12 "
                                                                                                   "months"})
    rows = read_tracker(path, plan, as_of=REVIEW).revisions.set_index("action_id")["after"]
    assert rows["1.1"] == "Posts without a placement; profile.map.share[box=9] fewer"
    assert rows["1.2"] == "Turnover in the 12 months"
    edit(path, {("1.1", "statistic"): "not placd"})
    with pytest.raises(DataUnusableError) as refused:
        read_tracker(path, plan, as_of=REVIEW)
    assert "not_placed" in " ".join(refused.value.hints)
