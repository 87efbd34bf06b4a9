"""A slip of the key is put right where one word is meant, and left alone where two could be."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.timescale.spelling import mend_words


@pytest.mark.parametrize(("written", "meant"), [
    ("febuary 2014", "february 2014"), ("3 mnoths", "3 months"), ("mawrth 2014", "march 2014"),
    ("six weeks", "six weeks"), ("match", "match"), ("jun 2014", "jun 2014")])
def test_words_one_slip_from_one_word_of_time_are_put_right(written, meant):
    assert mend_words(written) == meant
