"""A review period is a cycle, the council's own label, or nothing sure; never a guess."""

from __future__ import annotations

from datetime import date

import pytest

from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.settings import CycleSettings
from my121_analytics.workforce.cycles import Cycle

RULES = CycleSettings()
FIRST_HALF = Cycle(date(2017, 4, 1), date(2017, 9, 30), "2017/18 H1")


@pytest.mark.parametrize("text", ["2017/18 H1", "H1 17/18", "April 2017 - September 2017", "01/04/2017 to 30/09/2017"])
def test_one_half_year_in_many_spellings_is_one_cycle(text):
    assert read_period(text, RULES) == FIRST_HALF


def test_a_financial_year_is_a_cycle_of_twelve_months():
    assert read_period("2017-18", RULES) == Cycle(date(2017, 4, 1), date(2018, 3, 31), "2017/18")


@pytest.mark.parametrize(("text", "label"), [
    ("Mid Year 2017/18", "Mid Year 2017/18"), ("2017", "2017"), ("Autumn round", "Autumn round"),
    ("2017/19", ""), ("n/a", None), ("", None)])
def test_other_labels_stay_as_written_and_a_span_that_is_no_year_is_not_guessed(text, label):
    assert read_period(text, RULES) == label
