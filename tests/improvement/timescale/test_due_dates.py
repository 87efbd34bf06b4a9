"""What a timescale is once it is read."""

from __future__ import annotations

from datetime import date

import pytest

from my121_analytics.improvement.timescale.due_dates import Scene, Timescale, is_calendar, is_length, join_notes


def test_notes_are_joined_without_empty_ones():
    assert join_notes("", "revised", "", "spelling") == "revised; spelling"
    assert join_notes("", "") == ""


def test_a_length_from_the_anchor_is_told_from_a_stretch_of_the_calendar():
    length = Timescale("window", date(2014, 1, 1), date(2014, 6, 1), note="spelling; from_anchor")
    month = Timescale("window", date(2014, 3, 1), date(2014, 3, 31))
    assert (is_length(length), is_calendar(length)) == (True, False)
    assert (is_length(month), is_calendar(month)) == (False, True)
    assert not is_calendar(Timescale("open", open_ended=True))


def test_a_phrase_that_counts_from_the_anchor_needs_one():
    assert Scene(date(2013, 6, 30)).start == date(2013, 6, 30)
    with pytest.raises(ValueError, match="without one"):
        _ = Scene(None).start
