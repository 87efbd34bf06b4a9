"""What stands beside a timescale is set aside only where it cannot change it."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.timescale.comments import is_aside, is_undated
from my121_analytics.improvement.timescale.tokens import scan


@pytest.mark.parametrize(("phrase", "can_go"), [
    ("HR to lead", True), ("linked to PDR cycle", True), ("middle managers", True), ("if funded", False),
    ("subject to funding", False), ("by march", False), ("delayed", False), ("work commenced", False),
    ("pushed back", False), ("formerly agreed", False), ("partly funded", False), ("phase 2", False),
    ("approved?", False), ("", False), ("word " * 15, False)])
def test_words_of_time_conditions_and_figures_are_no_comment(phrase, can_go):
    assert is_aside(phrase) == can_go
    assert is_aside(scan(phrase)) == can_go


@pytest.mark.parametrize(("phrase", "names_no_time"), [
    ("awaiting funding", True), ("to be agreed", True), ("march", False), ("6 months", False), ("next quarter", False)])
def test_a_reason_beside_an_open_date_names_no_time(phrase, names_no_time):
    assert is_undated(scan(phrase)) == names_no_time
