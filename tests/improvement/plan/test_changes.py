"""What changed since the last report: actions are known again by their words, and nothing is told twice."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.plan.changes import CHANGE_COLUMNS, compare_with_last
from my121_analytics.wording.catalogue import say

TODAY = {"action_id": "1", "issue": "Coaching", "action": "Train ten coaches", "status": "on track", "rag": "Amber",
         "timescale": "12 months", "due_latest": pd.Timestamp("2014-06-30"), "owner": "HR", "progress": "started"}


def changes_of(tmp_path, last, *actions):
    path = tmp_path / "last.csv"
    path.write_text("\n".join(last) + "\n", encoding="utf-8")
    return compare_with_last(path, pd.DataFrame([{**TODAY, **action} for action in actions or [{}]]))


def told(changes):
    return [(row.action_id, row.what, row.before, row.after) for row in changes.itertuples()]


HEAD = "action_id,action,status,due_latest,timescale,owner"
SAME = "1,Train ten coaches,on track,2014-06-30,12 months,HR"


def test_where_nothing_changed_nothing_is_told(tmp_path):
    changes = changes_of(tmp_path, [HEAD, SAME])
    assert changes.empty
    assert tuple(changes.columns) == CHANGE_COLUMNS


@pytest.mark.parametrize(("line", "what", "before", "after"), [
    ("1,Train ten coaches,overdue,2014-06-30,12 months,HR", "status", "overdue", "on track"),
    ("1,Train ten coaches,on track,2014-06-30,12 months,Finance", "owner", "Finance", "HR"),
    ("1,Train ten coaches,on track,2013-12-31,12 months,HR", "counted_anew", "2013-12-31", "2014-06-30"),
    ("1,Train 10 coaches,on track,2014-06-30,12 months,HR", "wording", "Train 10 coaches", "Train ten coaches"),
    ("7,Train ten coaches,on track,2014-06-30,12 months,HR", "number", "7", "1")])
def test_one_change_is_told_once_with_both_sides(tmp_path, line, what, before, after):
    assert told(changes_of(tmp_path, [HEAD, line])) == [("1", say("plan_change", what), before, after)]


def test_a_date_that_moved_with_its_timescale_is_two_changes_of_the_plan(tmp_path):
    line = "1,Train ten coaches,on track,2013-12-31,6 months,HR"
    found = {what for _, what, _, _ in told(changes_of(tmp_path, [HEAD, line]))}
    assert found == {say("plan_change", "timescale"), say("plan_change", "due_latest")}


def test_actions_that_are_new_or_gone_are_told(tmp_path):
    changes = changes_of(tmp_path, [HEAD, SAME, "2,Old,overdue,2013-12-31,6 months,HR"], {},
                         {"action_id": "3", "action": "Newly agreed"})
    assert told(changes) == [("3", say("plan_change", "new"), "", "on track"),
                             ("2", say("plan_change", "gone"), "overdue", "")]


def test_a_plan_that_is_numbered_anew_is_matched_by_its_words(tmp_path):
    last = [HEAD, "1,Second,on track,2014-06-30,12 months,HR", "2,First,on track,2014-06-30,12 months,HR"]
    changes = changes_of(tmp_path, last, {"action": "First"}, {"action_id": "2", "action": "Second"})
    assert {(what, before, after) for _, what, before, after in told(changes)} == {
        (say("plan_change", "number"), "2", "1"), (say("plan_change", "number"), "1", "2")}


def test_a_file_without_such_a_table_is_refused(tmp_path):
    with pytest.raises(DataUnusableError):
        changes_of(tmp_path, ["name,price", "1,2"])
