"""Headings are compared as plain words, and no spelling means two things in one table."""

from __future__ import annotations

from collections import Counter

import pytest

from my121_analytics.improvement.headings import is_no_cost, is_nothing, plain, spellings

TABLES = ("columns", "information", "contacts", "progress", "accounts", "colours", "legend", "evidence", "results",
          "findings", "finding_kinds")


@pytest.mark.parametrize(("written", "words"), [
    ("Suggested Action(s)", "suggested action s"), ("  By-whom? ", "by whom"), ("% complete", "percent complete"),
    ("RAG / BRAG", "rag brag"), ("", ""), ("–", "")])
def test_case_dashes_and_brackets_do_not_matter(written, words):
    assert plain(written) == words


@pytest.mark.parametrize("table", TABLES)
def test_every_spelling_is_kept_as_plain_words_with_the_usual_one_first(table):
    for name, listed in spellings(table).items():
        assert listed, name
        assert all(plain(spelling) == spelling for spelling in listed)


@pytest.mark.parametrize("table", ["columns", "information", "progress", "evidence", "findings", "finding_kinds"])
def test_no_spelling_means_two_things_in_one_table(table):
    counts = Counter(spelling for listed in spellings(table).values() for spelling in set(listed))
    assert [spelling for spelling, n in counts.items() if n > 1 and spelling] == []


@pytest.mark.parametrize(("cell", "nothing"), [
    ("", True), (" – ", True), ("n/a", True), ("N.A.", True), ("TBC", True), ("nil", True), ("???", True), ("✓", False),
    ("no", False), ("none yet", False), ("0", False), ("%", False)])
def test_a_cell_that_stands_for_nothing_is_told_from_a_tick_a_word_and_a_nought(cell, nothing):
    assert is_nothing(cell) == nothing


@pytest.mark.parametrize(("cell", "free"), [("Nil", True), ("No direct cost", True), ("", False), ("n/a", False),
                                            ("£0", False)])
def test_no_cost_is_said_and_not_left_blank(cell, free):
    assert is_no_cost(cell) == free
