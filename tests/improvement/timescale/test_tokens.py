"""Words of timescales as tokens: which kind each is, which figures belong together, and where each stands."""

import pytest

from my121_analytics.improvement.timescale.tokens import UNKNOWN, compile_pattern, kinds_of, scan, text_of, trim


@pytest.mark.parametrize(("phrase", "kinds"), [
    ("12 months", "number unit"),
    ("18-24 months", "number dash number unit"),
    ("31-12-2013", "figures"),
    ("2014-03-31 00:00:00", "figures"),
    ("2013/14", "year slash number"),
    ("03/2014", "month_year"),
    ("13/2014", "number slash year"),
    ("30june2014", "number month year"),
    ("q3 2013/14", "part year slash number"),
    ("3rd quarter 13/14", "part number slash number"),
    ("no later than march '14", "by month short_year"),
    ("by no later than march 2014", "by month year"),
    ("twenty-four months", "number unit"),
    ("by the end of march", "by end of month"),
    ("march the 2014", f"month {UNKNOWN} year"),
    ("12 to18 months", f"number {UNKNOWN} unit"),
    ("6ish months", f"number {UNKNOWN} unit"),
    ("on-going", "open"),
    ("On  going", "open"),
    ("6 m", "number unit"),
    ("am", UNKNOWN),
    ("1½ years", "decimal unit"),
    ("Sept 2013 -> Dec 2013", "month year arrow month year"),
    ("12\u00a0months", "number unit"),
    ("12\u200b months", "number unit"),
    ("≤ 12 months", "at_most number unit"),
    ("12 months*;", "number unit"),
    ("12 months\n6 months", "number unit semicolon number unit"),
])
def test_each_word_is_of_one_kind(phrase, kinds):
    assert kinds_of(scan(phrase)).split() == kinds.split()


@pytest.mark.parametrize(("phrase", "priority"), [
    ("high", "High"), ("m", "Medium"), ("low", "Low"), ("med priority", "Medium"), ("Priority: High", "High"),
    ("priority 1", "1"), ("p2", "2"), ("Pri 4", "4"), ("priority three", "3"), ("Priority level 2", "2")])
def test_a_priority_is_one_token(phrase, priority):
    assert [(token.kind, token.value) for token in scan(phrase)] == [("priority", priority)]


@pytest.mark.parametrize("phrase", ["short term", "3 months", "priority 7", "12 m", "higher", "priority 10"])
def test_what_only_looks_like_a_priority_is_none(phrase):
    assert all(token.kind != "priority" for token in scan(phrase))


def test_a_dash_keeps_the_spaces_beside_it():
    assert [token.text for token in scan("12-month - high") if token.kind == "dash"] == ["-", " - "]


@pytest.mark.parametrize(("text", "number"), [("six", 6), ("24", 24), ("twenty four", 24), ("ninety-nine", 99)])
def test_a_number_is_read_in_words_and_in_figures(text, number):
    assert [token.value for token in scan(text)] == [number]


def test_a_token_knows_its_place_in_the_text_also_where_words_were_put_right():
    text = "Sept\u00a02013 – revised  to Febuary 2014"
    tokens = scan(text, spelling={"febuary": "february"})
    assert text_of(tokens) == "sept 2013 - revised to february 2014"
    assert [text[token.start: token.end] for token in tokens][-2:] == ["Febuary", "2014"]


def test_punctuation_is_left_out_at_both_ends_only():
    assert text_of(trim(scan("12 months, high"), ("number", "priority"))) == "months ,"
    assert kinds_of(scan("; ...")).split() == ["semicolon", "stop", "stop", "stop"]


def test_a_pattern_matches_whole_kinds_only():
    pattern = compile_pattern("by|on? ( end of? | start )? period ... <rest>")
    assert pattern.fullmatch("by end period x ")
    assert pattern.fullmatch("start period a b c ")["rest"] == "a b c "
    assert not pattern.fullmatch("by end of_period x ")
    assert not pattern.fullmatch("by on end period x ")
    assert not pattern.fullmatch("by end period ")
