"""Words of timescales as tokens: which kind each is, and which figures belong together."""

import pytest

from my121_analytics.improvement.timescale.tokens import (
    UNKNOWN,
    compile_pattern,
    kinds_of,
    number_of,
    split_tokens,
)


@pytest.mark.parametrize(("phrase", "kinds"), [
    ("12 months", "number unit"),
    ("18-24 months", "pair unit"),
    ("6-9 months", "number dash number unit"),
    ("31-12-2013", "figures"),
    ("2014-03-31 00:00:00", "figures"),
    ("2013/14", "years"),
    ("03/2014", "month_year"),
    ("30june2014", "number month year"),
    ("q3 2013/14", "quarter years"),
    ("no later than march '14", "by month short_year"),
    ("by no later than march 2014", "by month year"),
    ("twenty-four months", "number unit"),
    ("by the end of march", "by end of month"),
    ("march the 2014", f"month {UNKNOWN} year"),
    ("12 to18 months", f"number {UNKNOWN} unit"),
    ("6ish months", f"number {UNKNOWN} unit"),
    ("on-going", "open"),
    ("6 m", "number unit"),
    ("am", UNKNOWN),
])
def test_each_word_is_of_one_kind(phrase, kinds):
    assert kinds_of(split_tokens(phrase)).split() == kinds.split()


def test_a_dash_keeps_the_spaces_beside_it():
    assert [token.text for token in split_tokens("12-month - high") if token.kind == "dash"] == ["-", " - "]


@pytest.mark.parametrize(("text", "number"), [("six", 6), ("24", 24), ("twenty four", 24), ("months", None),
                                              ("six months", None)])
def test_a_number_is_read_in_words_and_in_figures(text, number):
    assert number_of(text) == number


def test_a_pattern_matches_whole_kinds_only():
    pattern = compile_pattern("by|on? end of? period")
    assert pattern.fullmatch("by end period ")
    assert pattern.fullmatch("end of period ")
    assert not pattern.fullmatch("by end of_period ")
    assert not pattern.fullmatch("by on end period ")
