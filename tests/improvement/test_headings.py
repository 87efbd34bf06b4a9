"""Headings are compared as plain words, and no spelling means two things in one table."""

from __future__ import annotations

from collections import Counter

import pytest

from my121_analytics.improvement.headings import plain, spellings

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
