"""Stretches of the calendar worked out by hand: quarters, days of the week, years that were not written."""

from __future__ import annotations

from datetime import date

import pytest

from my121_analytics.improvement.timescale.periods import (
    consecutive_year,
    full_year,
    next_day,
    next_months,
    part_of_year,
    period_of_day,
    period_of_months,
)
from my121_analytics.improvement.timescale.refusal import TimescaleError

ANCHOR = date(2013, 6, 30)


def ends(period):
    return period.start, period.end


def test_the_fourth_quarter_of_a_financial_year_is_january_to_march_of_the_next():
    assert ends(part_of_year("Q4 2013/14", 4, 3, 2013)) == (date(2014, 1, 1), date(2014, 3, 31))
    assert ends(part_of_year("Q1 2013/14", 1, 3, 2013)) == (date(2013, 4, 1), date(2013, 6, 30))
    assert ends(part_of_year("H2 2013/14", 2, 6, 2013)) == (date(2013, 10, 1), date(2014, 3, 31))
    assert ends(part_of_year("Q4 2014", 4, 3, 2014, starts=1)) == (date(2014, 10, 1), date(2014, 12, 31))


def test_whole_months_end_on_the_last_day_also_in_leap_years():
    assert period_of_months("", 2012, 2, 1, "month").end == date(2012, 2, 29)
    assert period_of_months("", 2013, 11, 3, "season").end == date(2014, 1, 31)
    assert period_of_months("", 2013, 2, 1, "month").day_after == date(2013, 3, 1)


def test_a_day_that_is_not_or_is_another_day_of_the_week_is_refused():
    assert period_of_day("", 2015, 6, 15, weekday=0).start == date(2015, 6, 15)  # a Monday
    for day, month, weekday in ((31, 6, None), (29, 2, None), (1, 13, None), (15, 6, 1)):
        with pytest.raises(TimescaleError):
            period_of_day("", 2015, month, day, weekday)
    with pytest.raises(TimescaleError):
        period_of_day("", 1889, 6, 15)


def test_a_month_without_a_year_is_the_next_one_after_the_anchor_and_says_so():
    march, july = (next_months("", ANCHOR, month, 1, "month") for month in (3, 7))
    assert (march.start, july.start) == (date(2014, 3, 1), date(2013, 7, 1))
    assert march.note == "year_from_anchor"
    assert next_day("", ANCHOR, 1, 31, None).start == date(2014, 1, 31)


def test_a_month_without_a_year_in_the_anchors_own_month_or_without_an_anchor_is_refused():
    for anchor in (ANCHOR, None):
        with pytest.raises(TimescaleError):
            next_months("", anchor, 6, 1, "month")
        with pytest.raises(TimescaleError):
            next_day("", anchor, 6, 15, None)


@pytest.mark.parametrize(("first", "second", "year"), [
    ("2011", "12", 2011), ("11", "12", 2011), ("2014", "2015", 2014), ("99", "00", 2099), ("2011", "13", None),
    ("2015", "2014", None)])
def test_two_years_are_a_financial_year_only_where_they_follow_each_other(first, second, year):
    assert consecutive_year(first, second) == year


def test_two_figures_of_a_year_are_of_this_century():
    assert [full_year(text) for text in ("14", "'14", "2014")] == [2014] * 3
