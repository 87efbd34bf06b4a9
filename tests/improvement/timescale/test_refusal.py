"""A refusal says what stood there, why it was not read, and how to write it."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.timescale.refusal import UNREADABLE_CODES, TimescaleError
from my121_analytics.wording.catalogue import codes


@pytest.mark.parametrize("code", codes("timescale_refused"))
def test_each_reason_names_the_text_and_has_a_remedy(code):
    problem = TimescaleError("whenever 2014", code)
    assert problem.remedy in problem.hints
    assert ("whenever 2014" in str(problem)) == (code != "blank")
    assert problem.reason == ("unreadable" if code in UNREADABLE_CODES else "ambiguous")


def test_codes_without_a_reading_are_codes_of_the_wording():
    assert set(UNREADABLE_CODES) < set(codes("timescale_refused"))
