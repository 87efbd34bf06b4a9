"""A priority in the column of timescales is read as what it is, and a length of time is not taken for one."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.timescale.priorities import read_priority, split_priority


@pytest.mark.parametrize(("phrase", "priority"), [
    ("high", "High"), ("m", "Medium"), ("low", "Low"), ("priority 1", "1"), ("p2", "2"), ("priority three", "3"),
    ("short term", ""), ("3 months", ""), ("priority 7", "")])
def test_a_phrase_is_a_priority_or_nothing(phrase, priority):
    assert read_priority(phrase) == priority


@pytest.mark.parametrize(("phrase", "parts"), [
    ("high - 3 months", ("High", "3 months")), ("h: march 2014", ("High", "march 2014")),
    ("3 months / priority 2", ("2", "3 months")), ("12 m", ("", "")), ("3 months", ("", ""))])
def test_a_single_letter_counts_at_the_beginning_only(phrase, parts):
    assert split_priority(phrase) == parts
