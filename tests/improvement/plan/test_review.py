"""Milestones, finance, risks, groups and outcomes of a plan."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.errors import SettingsError
from my121_analytics.improvement.plan.finance import parse_days, parse_pounds
from my121_analytics.improvement.plan.outcomes import CANNOT_TELL, CHANGED, IMPROVED, UNCHANGED, WORSE, judge_change
from my121_analytics.improvement.plan.reading import read_plan
from my121_analytics.improvement.plan.review import review_plan
from my121_analytics.improvement.plan.statistic_readings import Measurement
from my121_analytics.settings import Settings
from my121_analytics.settings_file import load_settings

ANCHOR, REVIEW = date(2013, 6, 30), date(2014, 12, 31)


def plan_of(tmp_path, text, *, anchor=ANCHOR, **settings):
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8")
    return read_plan(path, anchor=anchor, settings=Settings.model_validate(settings))


def test_milestones_come_from_the_plans_own_title_block(form):
    rows = review_plan(read_plan(form, anchor=ANCHOR), as_of=date(2014, 3, 31)).frame("milestones")
    dates = rows.set_index("milestone")[["earliest", "latest"]].apply(lambda day: day.dt.date)
    assert dates.loc["assessment"].tolist() == [date(2013, 6, 30)] * 2
    assert dates.loc["directorate_reports", "latest"] == date(2013, 8, 31)
    assert dates.loc["progress_review"].tolist() == [date(2014, 6, 30), date(2014, 12, 31)]
    assert dates.loc["reassessment", "latest"] == date(2016, 6, 30)
    by_code = rows.set_index("milestone")
    assert by_code["state"].tolist() == ["past", "past", "ahead", "ahead"]
    assert by_code.loc["progress_review", "countdown"] == "in 3 months"
    assert by_code.loc["progress_review", "n_due_by"] == 8
    assert by_code.loc["reassessment", "n_due_by"] == 11


def test_milestones_do_not_move_with_the_anchor_where_the_plan_names_its_assessment(form):
    frames = [review_plan(read_plan(form, anchor=anchor), as_of=REVIEW).frame("milestones")["latest"]
              for anchor in (ANCHOR, date(2014, 6, 30))]
    pd.testing.assert_series_equal(*frames)


def test_without_a_title_block_milestones_count_from_the_anchor_and_say_so(tmp_path):
    plan = plan_of(tmp_path, "Action,Timescale\nAct,12 months\n", anchor=date(2020, 2, 10))
    rows = review_plan(plan, as_of=date(2021, 2, 10)).frame("milestones").set_index("milestone")
    assert rows.loc["progress_review", ["earliest", "latest"]].tolist() == [pd.Timestamp("2021-02-10"),
                                                                           pd.Timestamp("2021-08-10")]
    assert rows.loc["progress_review", "state"] == "now"
    assert "anchor" in rows.loc["reassessment", "source"]


def test_the_actions_due_by_the_next_milestone_are_listed_the_earliest_first(form):
    due = review_plan(read_plan(form, anchor=ANCHOR), as_of=date(2014, 3, 31)).frame("due_next")
    assert len(due) == 8
    assert due["due_latest"].is_monotonic_increasing
    assert set(due["milestone"]) == {"Progress review"}


def test_other_anchors_are_shown_beside_the_chosen_one(form):
    plans = [(why, read_plan(form, anchor=day)) for why, day in (("report", date(2013, 9, 9)),
                                                                  ("plan", date(2014, 6, 30)))]
    rows = review_plan(read_plan(form, anchor=ANCHOR), as_of=REVIEW, beside=plans).frame("anchors")
    assert rows[["n_overdue", "n_due_in_window", "n_on_track"]].to_numpy().tolist() == [[8, 3, 0], [8, 0, 3],
                                                                                       [2, 0, 9]]


def test_a_councils_own_colours_and_window_are_used_and_faults_in_them_are_told(tmp_path):
    rules = {"plan": {"rag": {"overdue": "Amber"}, "at_risk_days": 100}}
    plan = plan_of(tmp_path, "Action,Timescale\nA,12 months\nB,31/03/2015\n")
    rows = review_plan(plan, as_of=REVIEW, settings=Settings.model_validate(rules)).frame("actions")
    assert rows["rag"].tolist() == ["Amber", "Amber"]
    assert review_plan(plan, as_of=REVIEW).frame("actions")["rag"].tolist() == ["Red", "Green"]
    path = tmp_path / "my121.toml"
    path.write_text("[plan]\nrag = {overdu = 'Red'}\n[[plan.milestones]]\ncode = 'a'\nlabel = 'A'\nmonths = [3, 1]\n",
                    encoding="utf-8")
    with pytest.raises(SettingsError) as told:
        load_settings(path)
    assert len(told.value.hints) == 2
    assert "Did you mean 'overdue'?" in told.value.hints[0]


def test_an_action_is_counted_for_each_directorate_and_for_all_of_them(tmp_path):
    plan = plan_of(tmp_path, "Action,Timescale,Owner,Directorate\nA,12 months,HR,Adult Care; Environment\n"
                             "B,12 months,Directorate Management Teams,\nC,12 months,Adult Care Management Team,\n"
                             "D,12 months,HR,\n")
    rows = review_plan(plan, as_of=REVIEW).frame("by_directorate").set_index("directorate")["n"]
    assert rows.to_dict() == {"Adult Care": 2, "Environment": 1, "All directorates": 1, "Council-wide": 1}


def test_plans_that_actions_were_carried_into_are_counted_with_and_without_evidence(tmp_path):
    plan = plan_of(tmp_path, "Action,Timescale,Carried into,Evidence of inclusion\n"
                             "A,12 months,HR service plan; team plan,Page 3\n"
                             "B,12 months,HR service plan,\nC,1 month,,\n")
    rows = review_plan(plan, as_of=REVIEW).frame("by_plan").set_index("carried_into")
    assert rows.loc["HR service plan", ["n", "n_with_evidence", "n_without_evidence"]].tolist() == [2, 1, 1]
    assert rows.loc["Not carried into a plan yet", ["n", "n_with_evidence", "n_without_evidence"]].tolist() == [1, 0, 0]


@pytest.mark.parametrize(("text", "pounds"), [
    ("£337", 337.0), ("1,200.50", 1200.5), ("£2k", 2000.0), ("nil", 0.0), ("no direct cost", 0.0), ("", None),
    ("within budget", None), ("£1,20", None), ("£100-200", None)])
def test_costs_are_read_or_left_unknown_never_taken_for_nought(text, pounds):
    assert parse_pounds(text) == pounds


def test_officer_time_is_read_in_days():
    assert [parse_days(text) for text in ("3", "2.5 days", "a lot", "")] == [3.0, 2.5, None, None]


def test_finance_says_of_how_many_actions_a_sum_is(tmp_path):
    plan = plan_of(tmp_path, "Action,Timescale,Cost,Officer time\nA,12 months,£100,2\nB,1 month,nil,\nC,1 month,tbc,\n")
    settings = Settings.model_validate({"plan": {"review_cost": 337}})
    rows = review_plan(plan, as_of=REVIEW, settings=settings).frame("finance")
    assert rows["pounds"].dropna().tolist() == [337.0, 100.0]
    assert rows["n_actions"].dropna().tolist() == [2, 1]
    assert "1 have no figure" in rows["note"][1]


def test_risks_are_of_open_actions_and_say_where_they_come_from(tmp_path):
    plan = plan_of(tmp_path, "Action,Timescale,Risk,Benefit,Status\nA,12 months,Posts stay empty,,\n"
                             "B,12 months,,People stay,\nC,12 months,,,\nD,12 months,x,,Complete\n")
    rows = review_plan(plan, as_of=REVIEW).frame("risks")
    of_actions = rows[rows["status"] != ""]
    assert of_actions["risk"].tolist() == ["Posts stay empty", "At stake: People stay", "Not stated yet"]
    assert "3 actions are open, 3 of them overdue" in rows["risk"][0]


def reading(estimate, half, n=500):
    return Measurement(estimate, estimate - half, estimate + half, n)


@pytest.mark.parametrize(("before", "after", "better", "verdict"), [
    (reading(0.5, 0.05), reading(0.7, 0.05), "more", IMPROVED),
    (reading(0.5, 0.05), reading(0.7, 0.05), "fewer", WORSE),
    (reading(0.7, 0.05), reading(0.5, 0.05), "more", WORSE),
    (reading(0.5, 0.05), reading(0.55, 0.05), "more", CANNOT_TELL),
    (reading(0.5, 0.2), reading(0.5, 0.2), "more", CANNOT_TELL),  # nothing seen in a few people is not "unchanged"
    (reading(0.5, 0.01), reading(0.51, 0.01), "more", UNCHANGED),
    (None, reading(0.5, 0.01), "more", CANNOT_TELL),
    (reading(float("nan"), 0.01), reading(0.5, 0.01), "more", CANNOT_TELL),
    (reading(0.5, 0.01), reading(0.8, 0.01), "", CHANGED),
    (reading(30, float("nan")), reading(35, float("nan")), "more", CANNOT_TELL),  # a count of everybody has no range
])
def test_improved_or_worse_is_said_only_where_the_ranges_are_apart(before, after, better, verdict):
    assert judge_change(before, after, better=better, margin=0.05)[0] == verdict


def test_the_reason_always_belongs_to_the_verdict():
    from my121_analytics.wording.catalogue import codes

    told = {judge_change(reading(0.5, half), reading(now, half), better=better, margin=0.05)[1]
            for half in (0.01, 0.2, float("nan")) for now in (0.5, 0.51, 0.8) for better in ("more", "")}
    assert told | {"no_start", "not_measured", "withheld"} == set(codes("outcome_reason"))


def test_outcomes_of_the_sample_are_measured_for_the_named_statistics_only(tmp_path):
    from pathlib import Path

    from my121_analytics.analysis.coverage import measure_coverage
    from my121_analytics.disclosure.release import release
    from my121_analytics.improvement.plan.outcomes import cycle_at, measure_outcomes
    from my121_analytics.ingest.intake import read_exports

    record = read_exports(Path(__file__).parents[3] / "data" / "sample").workforce
    plan = plan_of(tmp_path, "Action,Timescale,Statistic\nA,12 months,gap\nB,12 months,\n", anchor=date(2024, 6, 30))
    result = measure_outcomes(record, plan)
    rows = result.frame("outcomes").set_index("statistic")
    assert set(rows.index) == {"coverage", "gap"}
    assert rows.loc["gap", "action_ids"] == "1.1"
    then, now = rows.loc["coverage", ["then_cycle", "now_cycle"]]
    assert now == record.latest_cycle
    assert then == record.previous_cycle(now)  # the plan began in the latest cycle
    table = measure_coverage(record, cycle=then).frame("by_group")
    assert rows.loc["coverage", "then"] == table[table["directorate"] == "All"]["estimate"].iloc[0]
    assert cycle_at(record, date(1990, 1, 1)) is None
    early = measure_outcomes(record, plan_of(tmp_path, "Action,Timescale\nA,1 month\n", anchor=date(1999, 1, 1)))
    assert early.frame("outcomes")["verdict"].tolist() == [CANNOT_TELL]
    assert len(release(result, audience="publish").tables["outcomes"]) == 2
