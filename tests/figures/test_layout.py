"""Texts in pictures: no line ends within a count, and long names take more lines before they are cut."""

from __future__ import annotations

import pytest

from my121_analytics.figures import theme
from my121_analytics.figures.canvas import Canvas, TextLine
from my121_analytics.figures.layout import SMALLER, measure, wrap, write_label

LONG = "Adult Social Care/Integrated Health & Wellbeing Commissioning"


@pytest.mark.parametrize("width", [1.0, 1.4, 1.8, 2.2, 2.6])
def test_no_line_ends_beside_an_equals_sign(width: float) -> None:
    lines = wrap("As of 30 September 2024. n = 518 posts placed.", width, theme.SUBTITLE)
    assert " ".join(lines) == "As of 30 September 2024. n = 518 posts placed."
    assert any("n = 518" in line for line in lines)


def texts_of(name: str, width: float, max_lines: int) -> list[TextLine]:
    canvas = Canvas()
    canvas.open(9.0, 3.0, (1.0, 0.5, 7.0, 2.0))
    write_label(canvas, name, (0, 0), (0, 0), width, data=(False, False), max_lines=max_lines)  # type: ignore[arg-type]
    return [shape for shape in canvas.lay_out() if isinstance(shape, TextLine)]


def test_a_name_that_fits_stands_on_one_line_in_the_usual_size() -> None:
    line, = texts_of("Adult Care", 1.5, 3)
    assert (line.text, line.size) == ("Adult Care", theme.SMALL)


def test_a_long_name_is_whole_on_smaller_lines_one_below_the_other() -> None:
    lines = texts_of(LONG, 1.9, 3)
    assert " ".join(line.text for line in lines) == LONG
    assert {line.size for line in lines} == {SMALLER}
    assert all(measure(line.text, SMALLER) <= 1.9 for line in lines)
    heights = [line.points[0][1] for line in lines]
    assert heights == sorted(heights), "in points from the upper edge"
    assert heights[1] - heights[0] > SMALLER, "lines do not overlap"


def test_a_name_too_long_for_its_lines_is_cut_with_a_sign() -> None:
    assert texts_of(LONG, 1.0, 2)[-1].text.endswith("…")
