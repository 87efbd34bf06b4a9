"""Known answers of the checks that every part of the settings shares."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from my121_analytics.settings_section import SettingsSection, check_codes, check_values


class Tea(SettingsSection):
    """For these tests."""

    minutes: int = 4


def test_codes_that_are_not_known_are_all_refused_at_once_each_with_the_nearest() -> None:
    assert check_codes(["profile", "coverage"], ("profile", "coverage"), "section") == ["profile", "coverage"]
    with pytest.raises(ValueError, match="no section") as caught:
        check_codes(["profle", "coverage", "teapot", "profle"], ("profile", "coverage"), "section")
    told = str(caught.value)
    assert told.count("there is no section") == 2, "one that stands twice is told once"
    assert "profile" in told
    assert "teapot" in told


def test_a_value_that_is_none_of_those_known_is_refused_with_all_that_are() -> None:
    assert check_values({"Done": "done"}, ("done", "open"), "a state") == {"Done": "done"}
    with pytest.raises(ValueError, match=r"'dine' \(of 'Done'\) is not a state.*done.*Expected one of done, open"):
        check_values({"Done": "dine"}, ("done", "open"), "a state")


def test_a_section_is_frozen_strips_spaces_and_refuses_keys_it_does_not_know() -> None:
    tea = Tea()
    with pytest.raises(ValidationError, match="frozen"):
        tea.minutes = 5  # type: ignore[misc]
    with pytest.raises(ValidationError, match="extra"):
        Tea.model_validate({"minutes": 3, "sugar": 1})
