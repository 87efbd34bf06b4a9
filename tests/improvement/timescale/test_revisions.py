"""A revised timescale is two timescales, and which of them holds is never guessed."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.timescale.revisions import RULES, find_revisions
from my121_analytics.improvement.timescale.tokens import compile_pattern, kinds_of, scan, text_of


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.example)
def test_each_rule_is_the_first_that_its_example_matches(rule):
    kinds = kinds_of(scan(rule.example))
    assert next(other for other in RULES if compile_pattern(other.pattern).fullmatch(kinds)) is rule


@pytest.mark.parametrize(("phrase", "old", "new"), [
    ("3 months revised to 6 months", "3 months", "6 months"),
    ("was june 2014 now september 2014", "june 2014", "september 2014"),
    ("Original: 30/09/2013; Revised: 31/12/2013", "30/09/2013", "31/12/2013"),
    ("deferred until April 2014", "", "april 2014"),
    ("march 2014 (extended to june 2014)", "march 2014", "june 2014")])
def test_the_old_timescale_and_the_new_one_are_told_apart(phrase, old, new):
    found = find_revisions(scan(phrase))[0]
    assert (text_of(found.old), text_of(found.new)) == (old, new)


def test_a_word_that_may_speak_of_the_plan_is_loose():
    assert [found.is_loose for found in find_revisions(scan("Sept 2013 (revised Dec 2013)"))] == [True]
    assert not find_revisions(scan("Sept 2013 revised to Dec 2013"))[0].is_loose


@pytest.mark.parametrize("phrase", ["3 months", "ongoing", "by march 2014", "", "revised"])
def test_a_plain_timescale_is_no_revision(phrase):
    assert find_revisions(scan(phrase)) == []
