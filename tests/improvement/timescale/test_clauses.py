"""Whole phrases: the rule each one matches, and that a phrase is read whole or not at all."""

from datetime import date

import pytest

from my121_analytics.improvement.timescale.clauses import (
    RULES,
    is_label,
    is_progress,
    quarter_named,
    read_phrase,
    refuse_known,
)
from my121_analytics.improvement.timescale.due_dates import Scene
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import load_table
from my121_analytics.improvement.timescale.values import RULES as VALUE_RULES
from my121_analytics.wording.catalogue import codes

SCENE = Scene(date(2013, 6, 30))


@pytest.mark.parametrize("words", ["12 months and a bit", "march 2014 perhaps", "by 31 march 2014 if agreed",
                                   "within within 6 months", "31 12 2013"])
def test_a_phrase_with_a_word_that_no_rule_knows_is_not_read(words):
    assert read_phrase(words, SCENE) is None


@pytest.mark.parametrize(("phrase", "code"), [("completed by march 2014", "done_or_due"), ("by 2014", "by_year"),
                                              ("after 6 months", "during_or_after"), ("end q4", "no_year_quarter"),
                                              ("year end 2014", "which_year"), ("to jun 14", "day_or_year")])
def test_a_phrase_with_two_readings_says_so(phrase, code):
    with pytest.raises(TimescaleError) as refused:
        read_phrase(phrase, SCENE)
    assert refused.value.code == code


def test_known_unsettled_phrases_have_reasons_of_the_wording():
    assert set(load_table("whole_phrases.toml")["refused"]) <= set(codes("timescale_refused"))
    with pytest.raises(TimescaleError) as refused:
        refuse_known("as and when required")
    assert refused.value.code == "vague"
    refuse_known("march 2014")


def test_labels_progress_and_quarters_are_told_apart():
    assert is_label("short term")
    assert not is_label("6 months")
    assert is_progress("not started")
    assert not is_progress("completed")
    assert [quarter_named(text) for text in ("q3", "third quarter", "q3 2014", "march", "h1")] == [3, 3, 3, None, None]


def test_no_rule_is_written_twice():
    for rules in (RULES, VALUE_RULES):
        patterns = [rule.pattern.pattern for rule in rules]
        assert len(patterns) == len(set(patterns))
