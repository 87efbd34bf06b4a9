"""Each rule has its sentences, and each sentence its rule."""

from __future__ import annotations

import pytest

from my121_analytics.ingest.validation import (
    CORRECTION_RULES,
    CROSS_RULES,
    ROW_RULES,
    RULES,
    SHEET_RULES,
    STANDING_RULES,
)
from my121_analytics.wording.catalogue import codes, say


@pytest.mark.parametrize("group", ["rule_meaning", "rule_message", "rule_remedy"])
def test_sentences_and_rules_are_the_same_set(group):
    assert set(codes(group)) == set(RULES)


def test_no_code_is_declared_twice():
    assert len(RULES) == sum(map(len, (ROW_RULES, SHEET_RULES, STANDING_RULES, CROSS_RULES, CORRECTION_RULES)))


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_message_can_be_filled_in(code):
    message = say("rule_message", code, column="Box", value="12", expected="1 to 9", n=3)
    assert "{" not in message
    assert RULES[code].meaning
    assert RULES[code].remedy


def test_only_rules_about_rows_stop_rows():
    assert not any(rule.stops for rule in (*SHEET_RULES, *CROSS_RULES, *CORRECTION_RULES))
    assert all(rule.severity == "error" for rule in ROW_RULES if rule.stops)


def test_what_is_said_of_unreadable_files_has_a_remedy_each():
    assert set(codes("unreadable")) == set(codes("unreadable_remedy"))
