"""A revised timescale is two timescales, and which of them holds is never guessed."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.timescale.revisions import find_revisions


@pytest.mark.parametrize(("phrase", "old", "new"), [
    ("3 months revised to 6 months", "3 months", "6 months"),
    ("was june 2014 now september 2014", "june 2014", "september 2014"),
    ("march 2014 (extended to june 2014)", "march 2014", "june 2014")])
def test_the_old_timescale_and_the_new_one_are_told_apart(phrase, old, new):
    assert [(found.old, found.new) for found in find_revisions(phrase)] == [(old, new)]


@pytest.mark.parametrize("phrase", ["3 months", "ongoing", "by march 2014", ""])
def test_a_plain_timescale_is_no_revision(phrase):
    assert find_revisions(phrase) == []
