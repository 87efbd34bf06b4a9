"""A cell is one timescale, or parts that agree; parts that do not are two answers, and none is guessed."""

from __future__ import annotations

from datetime import date

import pytest

from my121_analytics.improvement.timescale.cells import is_priority, is_timescale, read_cell, reason_refused, split_at
from my121_analytics.improvement.timescale.due_dates import Scene
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import scan, text_of

SCENE = Scene(date(2013, 6, 30))


def read(text):
    return read_cell(scan(text), SCENE)


@pytest.mark.parametrize("text", ["12 months", "Timescale: 12 months", "(12 months)", "then 12 months", "due 12 months",
                                  "expected completion: 12 months", "i.e. 12 months", "12 (twelve) months"])
def test_what_only_announces_or_encloses_a_timescale_changes_nothing(text):
    assert read(text) == read("12 months")


@pytest.mark.parametrize("text", ["6 months P1", "P1 6 months", "6 months / Priority 1", "Priority 1: 6 months (HR)",
                                  "(P1) 6 months"])
def test_a_priority_may_stand_on_either_side(text):
    reading = read(text)
    assert (reading.latest, reading.priority) == (date(2013, 12, 30), "1")


@pytest.mark.parametrize(("text", "code"), [
    ("6 months; 12 months", "two_readings"), ("High, 6 months (Low)", "two_readings"),
    ("completed (by March 2014)", "done_or_due"), ("12 months, Q3", "no_year_quarter")])
def test_parts_that_do_not_agree_are_refused(text, code):
    with pytest.raises(TimescaleError) as refused:
        read(text)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["extended by 6 months", "March 2014 extended by 6 months", "HR, 6 months"])
def test_what_is_no_timescale_and_comes_first_leaves_the_cell_unread(text):
    assert read(text) is None


def test_a_date_beats_a_length_beside_it_and_says_so():
    reading = read("12 months (by 31 March 2014)")
    assert (reading.latest, reading.note) == (date(2014, 3, 31), "length_set_aside")


def test_a_quarter_beside_the_dates_it_covers_is_a_label_and_beside_others_a_second_answer():
    assert read("Q3 (Oct-Dec 2013)").note == "label_set_aside"
    with pytest.raises(TimescaleError):
        read("Q3 (Apr-Jun 2014)")


def test_a_timescale_replaced_is_kept_by_its_place():
    text = "Sept 2013 revised to Dec 2013"
    start, end = map(int, read(text).original.split(":"))
    assert text[start:end] == "Sept 2013"


@pytest.mark.parametrize(("text", "about_time"), [
    ("12 months", True), ("Q3 2014", True), ("12 months / 6 months", True), ("HR to lead", False),
    ("31 June 2014", False), ("", False)])
def test_words_about_time_are_told_from_others(text, about_time):
    assert is_timescale(scan(text)) == about_time


def test_the_reason_of_a_refusal_is_given_by_its_code():
    codes = [reason_refused(scan(text)) for text in ("12 months", "asap", "HR", "")]
    assert codes == ["", "vague", "unreadable", "blank"]


def test_a_priority_alone_may_stand_in_brackets():
    assert is_priority(scan("(High)"))
    assert not is_priority(scan("High, 6 months"))


def test_parts_lose_the_punctuation_around_them():
    parts = split_at(scan("(a), b - ; c"), lambda token, following: token.kind in ("comma", "semicolon"))
    assert [text_of(part) for part in parts] == ["a", "b", "c"]


@pytest.mark.parametrize("text", ["12 months, now by 6 months", "by 2014 P1 High"])
def test_a_length_from_no_day_and_a_second_priority_are_not_guessed(text):
    with pytest.raises(TimescaleError):
        read(text)
