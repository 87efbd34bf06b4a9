"""Milestones count whole months from the month of the assessment, and say what is left until each of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from my121_analytics.improvement.plan.milestones import list_due_by_next, tabulate_milestones
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.settings import Settings


@pytest.fixture
def plan(form):
    return read_plan(form, anchor=date(2013, 6, 30))


def milestones_of(plan, *, as_of=date(2014, 3, 31), months=(18,), status="on track"):
    stages = [{"code": "halfway", "label": "Halfway", "months": list(months), "needs": "Progress."},
              {"code": "end", "label": "End", "months": [36], "needs": "All."}]
    settings = Settings.model_validate({"plan": {"milestones": stages}})
    actions = pd.DataFrame({"status": status, "due_latest": pd.to_datetime(["2014-06-30", "2016-01-31", None])})
    return tabulate_milestones(plan, actions, as_of=as_of, settings=settings)


@pytest.mark.parametrize(("months", "day"), [(1, date(2013, 7, 31)), (8, date(2014, 2, 28)), (18, date(2014, 12, 31)),
                                             (36, date(2016, 6, 30))])
def test_months_from_the_end_of_a_month_end_with_a_month(plan, months, day):
    milestone = milestones_of(plan, months=(months,)).set_index("milestone").loc["halfway", "latest"]
    assert milestone.date() == day


def test_open_actions_due_by_each_milestone_are_counted_and_done_ones_are_not(plan):
    assert milestones_of(plan)["n_due_by"].tolist() == [1, 2]
    assert milestones_of(plan)["n_undated"].tolist() == [1, 1]
    assert milestones_of(plan, status="done")["n_due_by"].tolist() == [0, 0]


@pytest.mark.parametrize(("as_of", "state", "countdown"), [
    (date(2014, 3, 31), "ahead", "in 3 months"), (date(2014, 6, 30), "now", "now, 6 months left"),
    (date(2014, 12, 31), "now", "now, 0 days left"), (date(2015, 1, 1), "past", "1 day ago")])
def test_a_stretch_is_ahead_before_its_first_day_and_past_after_its_last(plan, as_of, state, countdown):
    row = milestones_of(plan, as_of=as_of, months=(12, 18)).set_index("milestone").loc["halfway"]
    assert (row["state"], row["countdown"]) == (state, countdown)


def test_a_plan_that_is_no_awards_has_no_milestones(plan):
    assert milestones_of(replace(plan, is_award=False)).empty


def test_after_the_last_milestone_nothing_is_due_by_a_next_one(plan):
    columns = ["action_id", "issue", "action", "owner", "timescale", "due_latest", "status", "rag"]
    actions = pd.DataFrame([["1", "", "", "", "", pd.Timestamp("2014-06-30"), "overdue", "Red"]], columns=columns)
    assert list_due_by_next(actions, milestones_of(plan, as_of=date(2020, 1, 1))).empty
    assert list_due_by_next(actions, milestones_of(plan))["milestone"].tolist() == ["Halfway"]
