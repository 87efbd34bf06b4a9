"""A slip of the key is put right where one word is meant, and left alone where two could be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from my121_analytics.improvement.timescale.spelling import find_slips


@pytest.mark.parametrize(("written", "meant"), [
    ("Febuary 2014", {"febuary": "february"}), ("3 mnoths", {"mnoths": "months"}), ("mawrth 2014", {"mawrth": "march"}),
    ("six weeks", {}), ("match", {}), ("jun 2014", {}), ("match the sprint", {})])
def test_words_one_slip_from_one_word_of_time_are_put_right(written, meant):
    assert find_slips(written) == meant


@given(st.sampled_from(["february", "september", "december", "months", "quarterly", "immediately", "eighteen"]),
       st.data())
def test_two_letters_that_changed_places_are_put_back(word, data):
    position = data.draw(st.integers(1, len(word) - 2))
    slipped = word[:position] + word[position + 1] + word[position] + word[position + 2:]
    assert find_slips(slipped) == ({slipped: word} if slipped != word else {})
