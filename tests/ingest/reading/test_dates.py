"""Columns of dates of which a spreadsheet program has turned a part, serials, open ends and two-digit years."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.ingest.reading.dates import parse_dates


def days(*texts: str, **how: object) -> list[str]:
    """Each reading: the day, the fault, or nothing."""
    found = parse_dates(np.array(texts, dtype=object), **how)
    return [fault or ("" if np.isnat(day) else str(day)[:10])
            for day, fault in zip(found.parsed.values, found.parsed.faults, strict=True)]


HALF = ("04/25/2024", "04/17/2024", "2024-03-04", "2024-01-12")
"""Month first in the export: 4 March and 1 December were turned into true dates with day and month exchanged."""


def test_a_half_converted_column_is_asked_about_whole():
    found = parse_dates(np.array(HALF, dtype=object))
    assert days(*HALF) == ["half_converted_date"] * 4
    assert found.half_converted == ("04/25/2024", "2024-03-04")


def test_exchanged_days_are_put_right_where_the_settings_say_so_and_texts_are_read_as_they_stand():
    assert days(*HALF, half_converted="swap") == ["2024-04-25", "2024-04-17", "2024-04-03", "2024-12-01"]
    assert days(*HALF, half_converted="keep") == ["2024-04-25", "2024-04-17", "2024-03-04", "2024-01-12"]


def test_a_true_date_after_the_twelfth_cannot_have_been_exchanged():
    assert parse_dates(np.array([*HALF, "2024-01-13"], dtype=object)).half_converted is None
    assert parse_dates(np.array([*HALF, "2024-01-12"], dtype=object)).half_converted is not None


def test_day_first_texts_beside_few_true_dates_may_be_chance():
    """Of texts with a day after the 12th and true dates up to it: .6 for each text, .4 for each true date."""
    texts = ["13/04/2024", "25/04/2024"]
    true = ["2024-03-04", "2024-01-12"]
    assert parse_dates(np.array(texts + true, dtype=object)).half_converted is None  # .36 x .16 = .058
    assert parse_dates(np.array([*texts, "26/04/2024", *true], dtype=object)).half_converted is not None  # .035


def test_texts_that_fit_both_orders_are_none_that_a_program_would_have_left():
    assert parse_dates(np.array(["13/04/2024", "25/04/2024", "26/04/2024", "03/04/2024", "2024-03-04", "2024-01-12"],
                                dtype=object)).half_converted is None


def test_empty_cells_of_a_half_converted_column_stay_empty():
    assert days(*HALF, "", "N/A")[4:] == ["", ""]


@pytest.mark.parametrize(("serial", "day"), [
    ("7305", "not_a_date"), ("07306", "1920-01-01"), ("45383", "2024-04-01"), ("45383.75", "2024-04-01"),
    ("73050", ""), ("73051", "not_a_date"), ("2958465", ""), ("2958464", "not_a_date")])
def test_serials_are_days_from_1920_to_2099_and_the_last_of_all_is_an_open_end(serial, day):
    assert days(serial) == [day]


@pytest.mark.parametrize(("text", "day", "is_open"), [
    ("31/12/4712", "", True), ("30/12/9999", "", True), ("31/12/2105", "", True), ("01/01/2200", "", True),
    ("30/06/2105", "impossible_date", False), ("31/12/2098", "2098-12-31", False)])
def test_far_years_are_open_ends_on_the_days_that_systems_use_and_slips_on_others(text, day, is_open):
    found = parse_dates(np.array([text], dtype=object))
    assert days(text) == [day]
    assert found.open_end.tolist() == [is_open]


@pytest.mark.parametrize(("text", "latest", "day"), [
    ("01/04/24", 2024, "2024-04-01"), ("01/04/25", 2024, "1925-04-01"), ("01/04/68", None, "2068-04-01"),
    ("01/04/69", None, "1969-04-01"), ("01/04/99", 2024, "1999-04-01"), ("24-04-13", None, "2013-04-24")])
def test_two_digit_years_do_not_lie_after_the_latest(text, latest, day):
    assert days(text, latest_year=latest) == [day]


def test_year_first_is_read_with_two_digits_where_it_is_the_order():
    assert days("24-04-13", "13-04-24", order="ymd") == ["2024-04-13", "2013-04-24"]


@pytest.mark.parametrize(("text", "day"), [
    ("20240401", "2024-04-01"), ("01042024", "2024-04-01"), ("20101020", "2010-10-20"), ("20102010", "2010-10-20"),
    ("13132024", "impossible_date"), ("00000000", "")])
def test_eight_digits_are_read_the_one_way_that_is_a_day(text, day):
    assert days(text) == [day]


def test_eight_digits_take_the_order_of_the_column():
    assert days("04132024", order="mdy") == ["2024-04-13"]
    assert days("04132024") == ["impossible_date"]


@pytest.mark.parametrize(("text", "day"), [
    ("Mon 01/04/2024", "2024-04-01"), ("Tue 01/04/2024", "impossible_date"), ("Monday, 1 April 2024", "2024-04-01"),
    ("01/04/2024 24:00", "2024-04-01"), ("01/04/2024 25:00", "not_a_date"), ("01/04/2024 09:60", "not_a_date"),
    ("2024-04-01T09:30:00Z", "2024-04-01"), ("2024-04-01+01:00", "2024-04-01"), ("1 Apr '24", "2024-04-01"),
    ("Apr 1, 2024", "2024-04-01"), ("31 April 2024", "impossible_date"), ("1 / 4 / 2024", "2024-04-01")])
def test_weekday_time_and_zone_are_taken_off_and_must_be_possible(text, day):
    assert days(text) == [day]


def test_dates_that_fit_both_orders_are_stopped_where_more_fit_the_other_one():
    texts = ("04/25/2024", "04/26/2024", "25/04/2024", "03/04/2024", "05/05/2024")
    assert parse_dates(np.array(texts, dtype=object)).order_doubtful
    assert days(*texts) == ["impossible_date", "impossible_date", "2024-04-25", "date_order_unsettled", "2024-05-05"]
    assert not parse_dates(np.array([*texts, "26/04/2024"], dtype=object)).order_doubtful
