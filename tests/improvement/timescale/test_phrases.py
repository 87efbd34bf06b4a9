"""Whole phrases: each rule reads its example, and a phrase is read whole or not at all."""

from datetime import date
from pathlib import Path

import pytest

from my121_analytics.improvement.timescale.due_dates import Scene
from my121_analytics.improvement.timescale.phrases import (
    REFUSALS,
    RULES,
    is_label,
    is_progress,
    quarter_named,
    read_phrase,
    refuse_known,
)
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.improvement.timescale.tokens import compile_pattern, kinds_of, scan
from my121_analytics.improvement.timescale.values import reduce_values
from my121_analytics.wording.catalogue import codes

SCENE = Scene(date(2013, 6, 30))
KNOWN = "".join(Path(__file__).with_name(name).read_text("utf-8")
                for name in ("timescales_as_written.txt", "test_reading.py"))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.example)
def test_each_rule_is_the_one_that_reads_its_example_and_the_answer_is_known(rule):
    kinds = kinds_of(reduce_values(scan(rule.example), SCENE))
    assert compile_pattern(rule.pattern).fullmatch(kinds), kinds
    assert next(other for other in RULES if compile_pattern(other.pattern).fullmatch(kinds)) is rule
    assert f"{rule.example} " in KNOWN


@pytest.mark.parametrize("words", ["12 months and a bit", "march 2014 perhaps", "by 31 march 2014 if agreed",
                                   "within within 6 months", "31 12 2013"])
def test_a_phrase_with_a_word_that_no_rule_knows_is_not_read(words):
    assert read_phrase(scan(words), SCENE) is None


@pytest.mark.parametrize(("phrase", "code"), [("completed by march 2014", "done_or_due"), ("by 2014", "by_year"),
                                              ("after 6 months", "during_or_after"), ("end q4", "no_year_quarter"),
                                              ("year end 2014", "which_year"), ("to jun 14", "day_or_year"),
                                              ("bi-annual review", "twice_or_every_two")])
def test_a_phrase_with_two_readings_says_so(phrase, code):
    with pytest.raises(TimescaleError) as refused:
        read_phrase(scan(phrase), SCENE)
    assert refused.value.code == code


@pytest.mark.parametrize(("phrase", "code"), [
    ("as and when required", "vague"), ("c. 12 months", "vague"), ("10 working days", "working_days"),
    ("autumn term", "term"), ("partly done", "status"), ("50% complete", "status"), ("after the AGM", "from_event"),
    ("6 months from approval", "from_event"), ("by the end of the year", "vague")])
def test_known_unsettled_phrases_have_reasons_of_the_wording(phrase, code):
    assert set(REFUSALS) <= set(codes("timescale_refused"))
    with pytest.raises(TimescaleError) as refused:
        refuse_known(scan(phrase))
    assert refused.value.code == code


@pytest.mark.parametrize("phrase", ["march 2014", "6 months", "HR", "months ago", "linked to PDR cycle"])
def test_what_is_not_known_to_be_unsettled_has_no_such_reason(phrase):
    assert refuse_known(scan(phrase)) is None


def test_labels_progress_and_quarters_are_told_apart():
    assert is_label(scan("short term"))
    assert is_label(scan("year 1"))
    assert not is_label(scan("6 months"))
    assert is_progress(scan("not started"))
    assert not is_progress(scan("completed"))
    named = [quarter_named(scan(text)) for text in ("q3", "third quarter", "q3 2014", "march", "h1")]
    assert named == [3, 3, 3, None, None]


def test_no_rule_is_written_twice():
    patterns = [rule.pattern for rule in RULES]
    assert len(patterns) == len(set(patterns))
