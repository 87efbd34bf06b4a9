"""Widths of text are those of the font, and lines are counted as a spreadsheet program sets them."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from my121_analytics.writing.letter_widths import measure, measure_longest_word, wrap_text

DIGIT = 556 / 1000 * 12 / 5.25 * 1.03
"""Width of a digit of 12-point Arial in units of column width, with what the screen adds."""
LIBERATION = Path("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")


def test_widths_are_those_of_the_font():
    assert measure("0") == pytest.approx(DIGIT)
    assert measure("ill") == pytest.approx(3 * 222 / 556 * DIGIT)
    assert measure("WM") == pytest.approx((944 + 833) / 556 * DIGIT)
    assert measure("0", size=24) == pytest.approx(2 * DIGIT)
    assert measure("0", bold=True) == pytest.approx(1.08 * DIGIT)
    assert measure("") == 0


def test_a_letter_with_an_accent_is_as_wide_as_without_and_an_unknown_one_as_wide_as_high():
    assert measure("Siân Ŵyn") == measure("Sian Wyn")
    assert measure("字") == pytest.approx(1000 / 556 * DIGIT)


@pytest.mark.skipif(not LIBERATION.exists(), reason="the font with Arial's widths is not installed")
def test_the_table_agrees_with_a_font_of_the_same_widths():
    from PIL import ImageFont

    font = ImageFont.truetype(str(LIBERATION), 1000, layout_engine=ImageFont.Layout.BASIC)
    for letter in string.ascii_letters + string.digits + string.punctuation + " £–—…’“”":
        assert measure(letter) / DIGIT * 556 == pytest.approx(font.getlength(letter), abs=1.5), letter


def test_capitals_take_more_lines_than_small_letters():
    text = "Senior support worker"
    assert len(wrap_text(text, 24)) == 1
    assert wrap_text(text.upper(), 24) == ["SENIOR SUPPORT", "WORKER"]


def test_lines_are_broken_between_words_and_within_a_word_only_where_it_is_wider_than_a_line():
    assert wrap_text("aaaa bbbb cccc", measure("aaaa bbbb") + 0.01) == ["aaaa bbbb", "cccc"]
    assert wrap_text("one\ntwo", 50) == ["one", "two"]
    assert wrap_text("", 10) == [""]
    broken = wrap_text("a" * 50, measure("a" * 20))
    assert "".join(broken) == "a" * 50
    assert len(broken) == 3


def test_no_line_is_wider_than_its_room_and_no_letter_is_lost():
    text = "What has each of them seen that the other may not have? Nobody is named to follow in this key post."
    for room in (12, 20, 36, 48):
        lines = wrap_text(text, room)
        assert " ".join(lines) == text
        assert max(map(measure, lines)) <= room


def test_a_long_word_may_be_broken_at_its_hyphen():
    assert measure_longest_word(["Delroy Mordale-Abara"]) == measure("Mordale-")
    assert measure_longest_word([]) == 0
