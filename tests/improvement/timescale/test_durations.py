"""Lengths of time end on the corresponding date, and from the end of a month at the end of a month."""

from __future__ import annotations

from datetime import date

import pytest

from my121_analytics.improvement.timescale.durations import Duration, count_units
from my121_analytics.improvement.timescale.refusal import TimescaleError


@pytest.mark.parametrize(("start", "months", "end"), [
    (date(2013, 8, 31), 6, date(2014, 2, 28)), (date(2011, 8, 31), 6, date(2012, 2, 29)),
    (date(2013, 12, 31), 2, date(2014, 2, 28)), (date(2014, 1, 30), 1, date(2014, 2, 28)),
    (date(2013, 6, 29), 6, date(2013, 12, 29)), (date(2016, 2, 28), 1, date(2016, 3, 28)),
    (date(2013, 11, 15), 14, date(2015, 1, 15)), (date(2014, 5, 1), 0, date(2014, 5, 1))])
def test_months_end_on_the_corresponding_date_or_on_the_last_of_a_shorter_month(start, months, end):
    assert Duration(months=months).after(start) == end


@pytest.mark.parametrize(("start", "months", "end"), [
    (date(2013, 6, 30), 6, date(2013, 12, 31)), (date(2013, 6, 30), 18, date(2014, 12, 31)),
    (date(1978, 9, 30), 4, date(1979, 1, 31)), (date(2014, 2, 28), 6, date(2014, 8, 31)),
    (date(2016, 2, 29), 12, date(2017, 2, 28)), (date(2015, 2, 28), 12, date(2016, 2, 29)),
    (date(2013, 6, 30), 0, date(2013, 6, 30))])
def test_months_from_the_last_day_of_a_month_end_on_the_last_day_of_a_month(start, months, end):
    assert Duration(months=months).after(start) == end


def test_days_are_counted_after_months():
    assert Duration(months=1, days=14).after(date(2014, 1, 31)) == date(2014, 3, 14)
    assert Duration(days=30).after(date(2013, 6, 30)) == date(2013, 7, 30)


@pytest.mark.parametrize(("duration", "written"), [
    (Duration(months=3), "P3M"), (Duration(months=24), "P2Y"), (Duration(days=14), "P2W"), (Duration(days=10), "P10D")])
def test_each_is_written_as_an_iso_duration(duration, written):
    assert duration.iso == written


def test_units_are_counted_and_a_length_that_no_plan_means_is_refused():
    assert count_units(2, ("months", 12), "2 years") == Duration(months=24)
    assert count_units(6, ("days", 7), "6 weeks") == Duration(days=42)
    with pytest.raises(TimescaleError):
        count_units(300, ("months", 1), "300 months")
