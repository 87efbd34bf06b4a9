"""Which directorates an action belongs to, and texts without the names of people."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.improvement.plan.action_groups import (
    directorates_of,
    directorates_with_reports,
    split_names,
    without_names,
)
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.settings import PlanSettings
from my121_analytics.wording.catalogue import say

EVERY = say("plan_group", "every_directorate")


@pytest.fixture
def plan_of(tmp_path):
    def write(*lines):
        path = tmp_path / "plan.csv"
        path.write_text("Ref;Action;Timescale;Owner;Directorate\n" + "\n".join(lines) + "\n", encoding="utf-8")
        return read_plan(path, anchor=date(2014, 1, 1))
    return write


def groups(plan, **rules):
    belongs = directorates_of(plan, PlanSettings(**rules))
    return list(belongs.itertuples(index=False, name=None))


def test_the_actions_own_column_comes_first(plan_of):
    plan = plan_of('1;Coach;12 months;Housing Board;"Finance"', "2;Train;12 months;Housing Board;")
    assert groups(plan, directorates=["Housing"]) == [("1", "Finance"), ("2", "Housing")]


def test_an_owner_that_stands_for_all_belongs_to_every_directorate(plan_of):
    plan = plan_of("1;Coach;12 months;Directorate Boards;", "2;Train;12 months;Media Team;")
    assert groups(plan, every_directorate=["Directorate Boards"]) == [("1", EVERY)]


def test_a_name_within_a_longer_word_is_no_directorate(plan_of):
    assert groups(plan_of("1;Coach;12 months;Planetarium Team;"), directorates=["Plan"]) == []


def test_reports_are_for_the_directorates_named_or_for_all_together():
    belongs = pd.DataFrame({"action_id": ["1", "2"], "directorate": ["Finance", EVERY]})
    assert directorates_with_reports(belongs, PlanSettings(directorates=["Housing"])) == ["Housing", "Finance"]
    assert directorates_with_reports(belongs.iloc[1:], PlanSettings()) == [EVERY]


def test_names_are_parted_at_semicolons_and_lines():
    actions = pd.DataFrame({"action_id": ["1", "2"], "theme": ["Skills;\nHealth ", ""]})
    assert split_names(actions, "theme")["theme"].tolist() == ["Skills", "Health"]


@pytest.mark.parametrize(("text", "held"), [
    ("Ask ADA BYRON first", True), ("Byronic Ada Byrons", False), ("Ask Ada", False)])
def test_a_name_is_taken_out_as_a_whole_and_in_any_letters(text, held):
    mark = say("plan_group", "name_held_back")
    assert (mark in without_names(pd.Series([text]), ["Ada Byron"])[0]) == held


def test_without_names_nothing_is_changed():
    texts = pd.Series(["As it is", "Eve"])
    assert without_names(texts, []).equals(texts)
    assert without_names(texts, ["Eve"]).equals(texts)  # too short to be sure of
