"""What tokens mean together: lengths, intervals and stretches of the calendar."""

from datetime import date

import pytest

from my121_analytics.improvement.timescale.due_dates import Scene
from my121_analytics.improvement.timescale.durations import Duration
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import scan
from my121_analytics.improvement.timescale.values import RULES, Lengths, apply_rule, reduce_values, resolve

SCENE = Scene(date(2013, 6, 30))


def only_value(phrase, scene=SCENE):
    tokens = reduce_values(scan(phrase), scene)
    assert len(tokens) == 1, tokens
    return tokens[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.example)
def test_each_rule_changes_its_example_once_those_before_it_were_applied(rule):
    tokens = scan(rule.example)
    for before in RULES[:RULES.index(rule)]:
        tokens = apply_rule(before, tokens, SCENE)
    assert apply_rule(rule, tokens, SCENE) != tokens


@pytest.mark.parametrize(("phrase", "length"), [
    ("12 months", Duration(months=12)), ("a year", Duration(months=12)), ("1 year 6 months", Duration(months=18)),
    ("six weeks", Duration(days=42)), ("half a year", Duration(months=6)), ("2.5 years", Duration(months=30)),
    ("48 hours", Duration(days=2)),
])
def test_a_length_is_months_or_days(phrase, length):
    assert only_value(phrase).value == Lengths(length, length)


@pytest.mark.parametrize(("phrase", "low", "high"), [
    ("18-24 months", 18, 24), ("six to nine months", 6, 9), ("18 months - 2 years", 18, 24), ("0-6 months", 0, 6),
])
def test_a_range_of_lengths_has_two_ends(phrase, low, high):
    assert only_value(phrase).value == Lengths(Duration(months=low), Duration(months=high))


@pytest.mark.parametrize(("phrase", "every"), [
    ("quarterly", "P3M"), ("every six months", "P6M"), ("6-weekly", "P6W"), ("four times a year", "P3M"),
    ("every monday", "P1W"), ("last friday of each month", "P1M"), ("every 2 years", "P2Y"),
])
def test_an_interval_is_an_iso_duration(phrase, every):
    assert only_value(phrase).value == every


@pytest.mark.parametrize(("phrase", "start", "end"), [
    ("31 march 2014", "2014-03-31", "2014-03-31"),
    ("march of 2013/14", "2014-03-01", "2014-03-31"),
    ("2013/14 q3/q4", "2013-10-01", "2014-03-31"),
    ("q3/q4 2013/14", "2013-10-01", "2014-03-31"),
    ("april - june 2014", "2014-04-01", "2014-06-30"),
    ("10-14 june 2014", "2014-06-10", "2014-06-14"),
    ("nov-jan", "2013-11-01", "2014-01-31"),
    ("winter 2013/14", "2013-12-01", "2014-02-28"),
    ("w/c 3 march 2014", "2014-03-03", "2014-03-09"),
    ("next financial year", "2014-04-01", "2015-03-31"),
])
def test_a_stretch_of_the_calendar_has_a_first_and_a_last_day(phrase, start, end):
    period = resolve(only_value(phrase), SCENE)
    assert (period.start.isoformat(), period.end.isoformat()) == (start, end)


@pytest.mark.parametrize(("phrase", "code"), [
    ("q3 2014", "which_year"), ("winter 2014", "season_year"), ("2014-2015", "two_years"), ("2011-12", "month_or_year"),
    ("31 february 2014", "impossible_date"), ("q3", "no_year_quarter"), ("june", "no_year"),
    ("march/june 2014", "two_readings"), ("24-18 months", "backwards"), ("999 months", "out_of_range"),
])
def test_a_value_with_two_readings_keeps_the_reason_it_is_refused(phrase, code):
    token = only_value(phrase)
    if token.kind in ("length", "lengths"):
        assert token.value.code == code
        return
    with pytest.raises(TimescaleError) as refused:
        resolve(token, SCENE)
    assert refused.value.code == code


def test_without_an_anchor_no_year_is_supplied():
    for phrase in ("march", "31 march"):
        with pytest.raises(TimescaleError) as refused:
            resolve(only_value(phrase, Scene(None)), Scene(None))
        assert refused.value.code == "no_year"


def test_numeric_dates_follow_the_order_given():
    assert only_value("03/04/2014", Scene(date(2013, 6, 30), "mdy")).value.start == date(2014, 3, 4)
    assert only_value("03/04/2014").value.start == date(2014, 4, 3)
    assert only_value("2014-04-03", Scene(date(2013, 6, 30), "mdy")).value.start == date(2014, 4, 3)
