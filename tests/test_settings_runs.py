"""Known answers of the settings of unattended runs."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from my121_analytics.settings_runs import RunPlanSettings, RunSettings


def test_the_plan_may_be_named_by_its_file_alone() -> None:
    assert RunSettings.model_validate({"plan": "plan.xlsx"}).plan == RunPlanSettings(file="plan.xlsx")
    assert RunSettings.model_validate({"plan": {"file": "plan.xlsx", "anchor": "June 2013"}}).plan == RunPlanSettings(
        file="plan.xlsx", anchor="June 2013")


@pytest.mark.parametrize(("content", "told"), [
    ({"every": "week", "on": 8}, "1 .Monday. to 7 .Sunday."),
    ({"outputs": ["plan"]}, "does not say which file"),
    ({"outputs": ["notebooks"]}, "notebooks lists none"),
    ({"outputs": ["poster"]}, "report"),
    ({"guard": {"people_fall": 1.0}}, "less than 1"),
    ({"expect": {"tolerance": -0.1}}, "greater than or equal to 0")])
def test_what_does_not_hang_together_is_refused(content: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        RunSettings.model_validate(content)


@pytest.mark.parametrize("content", [{"every": "week", "on": 7}, {"every": "month", "on": 8},
                                     {"outputs": ["plan"], "plan": "plan.xlsx"},
                                     {"outputs": ["notebooks"], "notebooks": ["monthly.ipynb"]}])
def test_what_hangs_together_is_taken(content: dict[str, Any]) -> None:
    RunSettings.model_validate(content)
