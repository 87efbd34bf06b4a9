"""Known answers of the settings of the improvement plan."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import ValidationError

from my121_analytics.settings_plan import MILESTONES, PLAN_STATUSES, RAG, MilestoneSettings, PlanSettings


def test_colours_that_are_written_beat_the_defaults_and_the_others_stay() -> None:
    plan = PlanSettings.model_validate({"rag": {"not started": "Grey"}})
    assert plan.rag == {**RAG, "not started": "Grey"}
    assert set(PlanSettings().rag) == set(PLAN_STATUSES)


@pytest.mark.parametrize(("content", "told"), [
    ({"rag": {"not startd": "Grey"}}, "'not startd' is not a status of an action.*not started"),
    ({"rag": {"done": "Blue"}}, "'Red', 'Amber', 'Green' or 'Grey'"),
    ({"rag": "Grey"}, "dict"),
    ({"columns": {"Exec lead": "ownr"}}, "'ownr' .of 'Exec lead'. is not a part of a plan.*owner"),
    ({"status_words": {"In hand": "begun"}}, "'begun' .of 'In hand'. is not a state of an action"),
    ({"milestones": [{"code": "review", "label": label, "months": [6]} for label in "AB"]},
     "two milestones have the same code"),
    ({"at_risk_days": -1}, "greater than or equal to 0")])
def test_what_the_plan_cannot_use_is_refused_with_what_it_can(content: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError) as caught:
        PlanSettings.model_validate(content)
    assert re.search(told, str(caught.value), re.S)


@pytest.mark.parametrize(("months", "is_good"), [([0], True), ([12, 18], True), ([18, 12], False), ([-1], False),
                                                 ([], False), ([1, 2, 3], False)])
def test_a_stage_is_at_a_month_or_between_two(months: list[int], is_good: bool) -> None:
    if is_good:
        assert MilestoneSettings(code="x", label="X", months=months).months == months
    else:
        with pytest.raises(ValidationError):
            MilestoneSettings(code="x", label="X", months=months)


def test_the_stages_of_the_recognition_are_those_of_the_award() -> None:
    assert {stage.code: stage.months for stage in MILESTONES} == {
        "assessment": [0], "directorate_reports": [2], "progress_review": [12, 18], "reassessment": [36]}
