"""Rows of a plan: one timescale and one owner for each action, or the same for all, and what is odd is asked about."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.improvement.plan.action_rows import find_skills, match_known
from my121_analytics.improvement.plan.reading import read_plan

ANCHOR = date(2013, 6, 30)


@pytest.fixture
def plan_of(tmp_path):
    def write(*lines, head="Action;Timescale;Owner;Priority"):
        path = tmp_path / "plan.csv"
        path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
        return read_plan(path, anchor=ANCHOR)
    return write


def due(plan):
    return [None if pd.isna(day) else day.date() for day in plan.actions["due_latest"]]


def test_two_actions_in_one_cell_have_a_timescale_each_where_the_cell_holds_two(plan_of):
    plan = plan_of('"• Coach\n• Train";"12 months\n6 months";HR;')
    assert due(plan) == [date(2014, 6, 30), date(2013, 12, 30)]
    assert plan.actions["timescale"].tolist() == ["12 months", "6 months"]


def test_one_timescale_holds_for_all_actions_of_the_row(plan_of):
    assert due(plan_of('"• Coach\n• Train";Q3 2013/14;HR;')) == [date(2013, 12, 31)] * 2


@pytest.mark.parametrize("cell", ["12 months; 6 months", '"12 months\n6 months"'])
def test_two_timescales_for_one_action_are_refused_and_nothing_is_guessed(plan_of, cell):
    plan = plan_of(f'Coach;"{cell.strip(chr(34))}";HR;')
    assert due(plan) == [None]
    assert "timescales_do_not_match" in plan.refusals["reason"].tolist()


@pytest.mark.parametrize(("cell", "original"), [
    ("Sept 2013; revised to Dec 2013", "Sept 2013"), ("Original: 30/09/2013; Revised: 31/12/2013", "30/09/2013"),
    ("Sept 2013\n(extended to 31 December 2013)", "Sept 2013")])
def test_a_revised_timescale_counts_once_and_its_original_is_kept(plan_of, cell, original):
    plan = plan_of(f'Train;"{cell}";HR;')
    assert due(plan) == [date(2013, 12, 31)]
    assert plan.actions["original_timescale"].tolist() == [original]


def test_a_timescale_that_is_not_read_is_refused_with_its_remedy_and_the_action_stays(plan_of):
    plan = plan_of("Coach;Q3 2014;HR;", "Train;31 June 2014;HR;")
    assert due(plan) == [None, None]
    assert set(plan.refusals["reason"]) >= {"which_year", "impossible_date"}
    assert plan.refusals["remedy"].str.len().gt(0).all()


def test_a_priority_beside_the_timescale_and_another_in_its_column_are_asked_about(plan_of):
    assert plan_of("Coach;High - 12 months;HR;High").actions["priority"].tolist() == ["High"]
    assert "two_priorities" in plan_of("Coach;High - 12 months;HR;Low").refusals["reason"].tolist()


def test_skills_named_in_a_text_are_found():
    assert find_skills("Build the skills needed") == find_skills("build the skills needed")
    assert find_skills("") == []


@pytest.mark.parametrize(("text", "name"), [("media  TEAM", "Media Team"), ("Unknown", "")])
def test_a_known_name_is_written_as_it_is_known(text, name):
    assert match_known(text, ["Media Team"]) == name
