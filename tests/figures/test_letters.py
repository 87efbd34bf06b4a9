"""The width of a text, against the font's own measure."""

from __future__ import annotations

import pytest
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from my121_analytics.figures.letters import measure_ems
from my121_analytics.figures.vector_writer import _number


@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize("text", ["Adult Social Care and Health", "AVAToTy. WAVE", "1,296 placed (45%)", "Žofie Müller",
                                  "i", "◆ pattern to discuss; ○ not on the list."])
def test_a_text_is_as_wide_as_its_letters_and_never_narrower_than_drawn(text, weight):
    font = FontProperties(family=["DejaVu Sans"], size=100, weight=weight)
    drawn = text_to_path.get_text_width_height_descent(text, font, False)[0] / 100
    assert drawn <= measure_ems(text, weight) + 0.001
    assert measure_ems(text, weight) <= drawn * 1.08 + 0.25


def test_no_text_has_no_width():
    assert measure_ems("", "normal") == 0


@pytest.mark.parametrize(("value", "written"), [(0.0, "0"), (-0.001, "0"), (12.0, "12"), (1.236, "1.24"),
                                                (-3.5, "-3.5"), (100.0, "100"), (0.004, "0")])
def test_lengths_are_written_shortly(value, written):
    assert _number(value) == written
