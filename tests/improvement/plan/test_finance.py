"""What a plan costs: amounts as written, sums of what is known, and nothing made of what is not."""

from __future__ import annotations

import pandas as pd
import pytest

from my121_analytics.improvement.plan.finance import parse_days, parse_pounds, tabulate_finance, tabulate_risks
from my121_analytics.settings import PlanSettings


@pytest.mark.parametrize(("text", "pounds"), [
    ("£1,250", 1250), ("1250.50", 1250.5), ("£12k", 12000), ("GBP 300", 300), ("nil", 0), ("No cost", 0), ("", None),
    ("within budgets", None), ("£1-2k", None), ("12,50", None), ("about £300", None)])
def test_an_amount_is_read_whole_or_not_at_all(text, pounds):
    assert parse_pounds(text) == pounds


@pytest.mark.parametrize(("text", "days"), [("3", 3), ("2.5 days", 2.5), ("1 day", 1), ("4d", 4), ("none", 0),
                                            ("a week", None), ("", None), ("3 hours", None)])
def test_officer_time_is_read_in_days(text, days):
    assert parse_days(text) == days


def actions_of(**columns):
    empty = {"cost": "", "officer_time": "", "status": "on track", "risk": "", "benefit": "", "carried_into": "",
             "issue": "Coaching"}
    frame = pd.DataFrame({**columns})
    return frame.assign(**{name: value for name, value in empty.items() if name not in columns})


def test_sums_are_of_what_is_known_and_say_of_how_many():
    actions = actions_of(action_id=["1", "2", "3"], cost=["£1,000", "£500", "within budgets"])
    table = tabulate_finance(actions, PlanSettings(), is_award=False)
    assert table["pounds"].tolist()[0] == 1500
    assert table["n_actions"].tolist() == [2, 0]
    assert pd.isna(table["days"].iloc[1])


def test_only_an_award_has_a_cost_of_the_review():
    actions = actions_of(action_id=["1"])
    assert len(tabulate_finance(actions, PlanSettings())) == 3
    assert len(tabulate_finance(actions, PlanSettings(), is_award=False)) == 2
    assert tabulate_finance(actions, PlanSettings(review_cost=4000))["pounds"].iloc[0] == 4000


def test_risks_are_those_stated_else_the_benefit_that_is_at_stake_and_done_actions_have_none():
    actions = actions_of(action_id=["1", "2", "3", "4"], status=["overdue", "on track", "on track", "done"],
                         risk=["Fines", "", "", "Past"], benefit=["", "Good people stay", "", ""])
    risks = tabulate_risks(actions, [], is_award=False).set_index("about")
    assert list(risks.index[-3:]) == ["1", "2", "3"]
    assert risks.loc["1", "risk"] == "Fines"
    assert "Good people stay" in risks.loc["2", "risk"]
    assert "4" not in risks.index


def test_names_of_people_are_taken_out_of_risks():
    risks = tabulate_risks(actions_of(action_id=["1"], risk=["Only Ada Byron knows how"]), ["Ada Byron"])
    assert not risks["risk"].str.contains("Ada").any()
