"""Numbers in words: a few are not none, and what is withheld is not nought."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.figures.phrases import count, day, is_blank, join_words, percent, points, signed
from my121_analytics.wording.catalogue import say


@pytest.mark.parametrize(("share", "printed"), [
    (0, "0%"), (0.005, "1%"), (0.125, "13%"), (0.995, "100%"), (1, "100%"), (2 / 3, "67%")])
def test_shares_are_whole_percentages_with_halves_going_up(share, printed):
    assert percent(share) == printed


def test_a_few_are_not_none_and_nearly_all_are_not_all():
    assert percent(0.004) == say("share", "under_one")
    assert percent(0.996) == say("share", "nearly_all")


def test_changes_carry_their_sign_and_nought_has_none():
    assert [points(change) for change in (0.0312, -0.0312, 0.0001, 0)] == ["+3.1", "−3.1", "0.0", "0.0"]
    assert [signed(value) for value in (0.456, -0.456, -0.001)] == ["+0.46", "−0.46", "0.00"]


def test_what_is_withheld_is_a_marker_and_nought_is_a_count():
    assert [count(n) for n in (0, 12, 1234, None, pd.NA, float("nan"))] == ["0", "12", "1,234", *["[c]"] * 3]
    assert not is_blank(0)
    assert not is_blank("")


def test_days_and_lists_are_written_out():
    assert day(date(2024, 9, 3)) == "3 September 2024"
    assert join_words(["A", "B", "C"]) == "A, B and C"
    assert join_words(["A"]) == "A"
    assert join_words([]) == ""
