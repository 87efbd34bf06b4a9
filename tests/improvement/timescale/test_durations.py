"""Lengths of time end on the corresponding date, as periods of months do in English law."""

from __future__ import annotations

from datetime import date

import pytest

from my121_analytics.improvement.timescale.durations import Duration, count_units
from my121_analytics.improvement.timescale.refusal import TimescaleError


@pytest.mark.parametrize(("start", "months", "end"), [
    (date(1978, 9, 30), 4, date(1979, 1, 30)),  # Dodds v Walker, 1981
    (date(2013, 8, 31), 6, date(2014, 2, 28)), (date(2011, 8, 31), 6, date(2012, 2, 29)),
    (date(2013, 6, 30), 6, date(2013, 12, 30)), (date(2013, 12, 31), 2, date(2014, 2, 28)),
    (date(2013, 11, 15), 14, date(2015, 1, 15)), (date(2014, 5, 1), 0, date(2014, 5, 1))])
def test_months_end_on_the_corresponding_date_or_on_the_last_of_a_shorter_month(start, months, end):
    assert Duration(months=months).after(start) == end


def test_days_are_counted_after_months():
    assert Duration(months=1, days=14).after(date(2014, 1, 31)) == date(2014, 3, 14)


@pytest.mark.parametrize(("duration", "written"), [
    (Duration(months=3), "P3M"), (Duration(months=24), "P2Y"), (Duration(days=14), "P2W"), (Duration(days=10), "P10D")])
def test_each_is_written_as_an_iso_duration(duration, written):
    assert duration.iso == written


def test_units_are_counted_and_a_length_that_no_plan_means_is_refused():
    assert count_units(2, ("months", 12), "2 years") == Duration(months=24)
    assert count_units(6, ("days", 7), "6 weeks") == Duration(days=42)
    with pytest.raises(TimescaleError):
        count_units(300, ("months", 1), "300 months")
