"""Cycles are intervals with labels, ordered by their first day."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from my121_analytics.settings import CycleSettings
from my121_analytics.workforce.cycles import cycle_of, label_dates, parse_cycle, tabulate_cycles


@pytest.mark.parametrize(("day", "months", "start_month", "label", "start", "end"), [
    (date(2017, 4, 1), 6, 4, "2017/18 H1", date(2017, 4, 1), date(2017, 9, 30)),
    (date(2018, 3, 31), 6, 4, "2017/18 H2", date(2017, 10, 1), date(2018, 3, 31)),
    (date(2018, 3, 31), 12, 4, "2017/18", date(2017, 4, 1), date(2018, 3, 31)),
    (date(2020, 2, 29), 3, 4, "2019/20 Q4", date(2020, 1, 1), date(2020, 3, 31)),
    (date(2020, 2, 29), 1, 4, "2019/20 M11", date(2020, 2, 1), date(2020, 2, 29)),
    (date(1999, 12, 31), 4, 4, "1999/00 T3", date(1999, 12, 1), date(2000, 3, 31)),
    (date(2021, 6, 1), 6, 1, "2021 H1", date(2021, 1, 1), date(2021, 6, 30)),
])
def test_a_day_falls_into_its_cycle(day, months, start_month, label, start, end):
    cycle = cycle_of(day, CycleSettings(months=months, start_month=start_month))
    assert (cycle.label, cycle.start, cycle.end) == (label, start, end)


@pytest.mark.parametrize("months", [1, 2, 3, 4, 6, 12])
def test_cycles_tile_the_calendar_and_their_labels_read_back(months):
    settings = CycleSettings(months=months)
    day = date(2015, 4, 1)
    for _ in range(30):
        cycle = cycle_of(day, settings)
        assert cycle.start == day
        assert parse_cycle(cycle.label, settings) == cycle
        day = cycle.end + timedelta(days=1)


@pytest.mark.parametrize(("text", "label"), [
    ("2017/18", "2017/18"), ("2017-18 H1", "2017/18 H1"), ("2017/2018 h2", "2017/18 H2"), ("FY 2017/18", "2017/18"),
    ("Q2 2017/18", "2017/18 Q2"), ("  2017/18   H1 ", "2017/18 H1"), ("1999/2000", "1999/00"), ("2017–18", "2017/18"),
])
def test_periods_are_read_in_their_usual_spellings(text, label):
    cycle = parse_cycle(text)
    assert cycle is not None
    assert cycle.label == label


@pytest.mark.parametrize("text", ["", "2017", "2017/19", "2017/1918", "2017/18 H3", "2017/18 Q0", "17/18", "spring"])
def test_what_is_no_period_or_could_be_two_is_not_guessed(text):
    assert parse_cycle(text) is None


def test_a_plain_year_is_a_period_where_years_start_in_january():
    assert parse_cycle("2017", CycleSettings(start_month=1)).end == date(2017, 12, 31)
    assert parse_cycle("2017/18", CycleSettings(start_month=1)) is None


def test_the_list_of_cycles_is_in_order_of_time_whatever_the_order_of_rows():
    labels = pd.Series(["2018/19 H1", "2017/18 H2", "Autumn review", "2018/19 H1", None])
    days = pd.Series(pd.to_datetime(["2018-05-01", "2018-01-09", "2017-05-05", "2018-06-01", "2018-06-02"]))
    table = tabulate_cycles(labels, days.astype("datetime64[s]"))
    assert table["label"].tolist() == ["Autumn review", "2017/18 H2", "2018/19 H1"]
    assert table["start"].iloc[0] == pd.Timestamp("2017-05-05")
    assert table["end"].iloc[2] == pd.Timestamp("2018-09-30")


def test_dates_are_labelled_and_missing_dates_stay_missing():
    days = pd.Series(pd.to_datetime(["2017-04-01", None, "2018-03-31"])).astype("datetime64[s]")
    labels = label_dates(days)
    assert labels.tolist()[::2] == ["2017/18 H1", "2017/18 H2"]
    assert labels.isna().tolist() == [False, True, False]
    assert label_dates(days.iloc[[1]]).isna().all()
