"""Where actions stand on a day."""

from datetime import date

import pandas as pd
import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.status import ACTIONS_CSV, STATUSES, assess_status
from my121_analytics.improvement.timescale.reading import parse_anchor
from my121_analytics.settings_plan import RAG

REVIEW = date(2014, 12, 31)


@pytest.mark.parametrize(("anchor", "overdue", "in_window", "on_track"), [
    # Twelve months end on 30 June 2014, six on 30 December 2013, and 18 months on 30 December 2014.
    ("June 2013", 8, 3, 0),
    # Twelve months end on 9 September 2014, six on 9 March 2014, and 18 months only on 9 March 2015.
    ("9 September 2013", 8, 0, 3),
    # Twelve months end on 30 June 2015; six ended the day before the review; 18 months on 30 December 2015.
    ("30 June 2014", 2, 0, 9),
])
def test_the_same_plan_stands_differently_under_the_three_anchors_it_may_have(form, anchor, overdue, in_window,
                                                                              on_track):
    status = assess_status(read_plan(form, anchor=parse_anchor(anchor)), as_of=REVIEW)
    by_status = status.frame("by_status").set_index("status")["n"]
    assert by_status[["overdue", "due in window", "on track"]].tolist() == [overdue, in_window, on_track]
    assert by_status.sum() == 11
    assert status.facts["n_overdue"] == overdue
    assert status.facts["n_actions"] == 11


def rows_with_status(tmp_path, lines, *, anchor=date(2014, 1, 1), as_of=REVIEW):
    path = tmp_path / "plan.csv"
    path.write_text("Action;Timescale;Status;Date completed;Owner\n" + "\n".join(lines), encoding="utf-8")
    return assess_status(read_plan(path, anchor=anchor), as_of=as_of)


@pytest.mark.parametrize(("line", "status", "rag"), [
    ("A;31/12/2014;;;", "on track", "Amber"),             # its last day is the day of the review: not late yet
    ("A;30/12/2014;;;", "overdue", "Red"),
    ("A;30/12/2014;In progress;;", "overdue", "Red"),
    ("A;30/12/2014;Complete;;", "done", "Green"),
    ("A;30/12/2014;Complete;30/12/2014;", "done", "Green"),
    ("A;30/12/2014;Complete;31/12/2014;", "done late", "Green"),
    ("A;30/12/2014;Complete;01/01/2015;", "overdue", "Red"),  # completed after the review
    ("A;Completed March 2014;;;", "done", "Green"),
    ("A;December 2014;;;", "due in window", "Amber"),
    ("A;January 2015;;;", "on track", "Green"),
    ("A;18 months;;;", "on track", "Green"),
    ("A;18 months;Not started;;", "not started", "Green"),
    ("A;18 months;Delayed;;", "behind", "Amber"),
    ("A;30 January 2015;;;", "on track", "Amber"),
    ("A;31 January 2015;;;", "on track", "Green"),
    ("A;within 6 months;;;", "overdue", "Red"),
    ("A;Immediate;;;", "overdue", "Red"),
    ("A;Ongoing;;;", "open-ended", "Grey"),
    ("A;quarterly;;;", "open-ended", "Grey"),
    ("A;quarterly until March 2014;;;", "open-ended", "Grey"),
    ("A;at least 6 months;;;", "open-ended", "Grey"),
    ("A;TBC;;;", "undated", "Grey"),
    ("A;Q3 2014;;;", "undated", "Grey"),
    ("A;;;;", "undated", "Grey"),
    ("A;TBC;Complete;;", "done", "Green"),
])
def test_the_status_of_one_action_follows_from_its_timescale_and_progress(tmp_path, line, status, rag):
    row = rows_with_status(tmp_path, [line]).frame("actions").iloc[0]
    assert (row["status"], row["rag"]) == (status, rag)


def test_before_the_anchor_nothing_has_started(tmp_path):
    status = rows_with_status(tmp_path, ["A;12 months;;;"], as_of=date(2013, 12, 1))
    assert status.frame("actions")["status"].tolist() == ["not started"]


def test_counts_by_issue_owner_and_status_agree_with_the_actions(form):
    status = assess_status(read_plan(form, anchor=date(2013, 6, 30)), as_of=REVIEW)
    by_issue = status.frame("by_issue")
    assert by_issue["n"].sum() == 11
    assert by_issue["n"].tolist() == [2, 2, 1, 3, 1, 2]
    assert by_issue.set_index("issue").loc["Who comes next", "n_due_in_window"] == 3
    by_owner = status.frame("by_owner").set_index("owner")
    assert by_owner.loc["Leadership Board", "n"] == 6
    assert by_owner.loc["People Service", ["n", "n_overdue", "n_due_in_window"]].tolist() == [5, 2, 3]
    for frame in (by_issue, by_owner):
        states = [c for c in frame.columns if c.startswith("n_")]
        assert len(states) == len(STATUSES)
        assert (frame[states].sum(axis="columns") == frame["n"]).all()


def test_an_action_without_an_owner_is_counted_under_nobody(tmp_path):
    by_owner = rows_with_status(tmp_path, ["A;12 months;;;"]).frame("by_owner")
    assert by_owner["owner"].tolist() == ["No owner named"]


def test_every_status_has_a_colour_and_a_sentence(form):
    status = assess_status(read_plan(form, anchor=date(2013, 6, 30)), as_of=REVIEW)
    assert set(RAG) == set(STATUSES) == set(status.frame("by_status")["status"])
    assert status.frame("by_status")["meaning"].str.endswith(".").all()


def test_the_promised_columns_of_the_csv_are_there(form):
    actions = assess_status(read_plan(form, anchor=date(2013, 6, 30)), as_of=REVIEW).frame("actions")
    assert list(ACTIONS_CSV) == [
        "action_id", "issue", "action", "owner", "timescale", "kind", "due_earliest", "due_latest", "open_ended",
        "priority", "status", "rag", "completed_on"]
    assert set(ACTIONS_CSV) <= set(actions)
    assert actions["due_latest"].notna().all()
    assert actions["completed_on"].isna().all()


def test_a_plan_without_a_single_date_still_gives_its_rows(tmp_path):
    actions = rows_with_status(tmp_path, ["A;Ongoing;;;", "B;TBC;;;"]).frame("actions")
    assert actions["due_latest"].isna().tolist() == [True, True]


def test_what_is_published_names_no_owner(form):
    status = assess_status(read_plan(form, anchor=date(2013, 6, 30)), as_of=REVIEW)
    released = release(status, audience="publish")
    assert not {"actions", "details", "by_owner"} & set(released.tables)
    assert released.tables["published"]["owner"][0] == "Leadership Board; Media Team"  # bodies, not people
    assert released.tables["by_status"]["n"].sum() == 11
    assert set(release(status, audience="analyst").tables) == set(status.tables)


def test_the_plan_is_not_changed_by_assessing_it(form):
    plan = read_plan(form, anchor=date(2013, 6, 30))
    before = plan.actions.copy()
    assess_status(plan, as_of=REVIEW)
    pd.testing.assert_frame_equal(plan.actions, before)
