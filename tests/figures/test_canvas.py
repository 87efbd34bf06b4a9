"""The drawing model: what is drawn stands where matplotlib would put it."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from my121_analytics.figures.canvas import Canvas, Marks, Place, Polyline, Rectangle, TextLine, outline_of, split_hatch
from my121_analytics.figures.managers import _ticks

CALLS = ("set_xlim", "set_ylim", "get_xlim", "get_ylim", "barh", "axvspan", "axhspan", "axvline", "axhline", "plot")


def canvas() -> Canvas:
    """Ten by five inches; axes of eight by four at one inch from the left and half an inch from the bottom."""
    made = Canvas()
    made.open(10, 5, (1, 0.5, 8, 4))
    made.set_xlim(0, 8)
    made.set_ylim(0, 4)
    return made


@pytest.mark.parametrize("name", CALLS)
def test_a_canvas_takes_the_calls_of_axes_by_the_same_names(name):
    ours = list(inspect.signature(getattr(Canvas, name)).parameters)
    theirs = inspect.signature(getattr(Axes, name)).parameters
    known = {"color", "facecolor", "edgecolor", "linewidth", "hatch", "zorder", "linestyle", "marker", "markersize",
             "markerfacecolor", "markeredgecolor", "markeredgewidth", "solid_capstyle", "clip_on", "transform"}
    for place, parameter in enumerate(ours):
        if parameter not in known and name != "plot":
            assert list(theirs)[place] == parameter


def test_a_bar_stands_where_its_data_say_in_points_from_the_upper_left_corner():
    drawn = canvas()
    drawn.barh(1, 2, 1, 3, color="#12436D")
    bar, = drawn.lay_out()
    assert isinstance(bar, Rectangle)
    # x: 1 + 3 inches from the left; y: 5 - 0.5 - 1.5 inches from the top
    assert bar.points == ((4 * 72, 3 * 72), (6 * 72, 4 * 72))


def test_limits_set_last_hold_for_what_was_drawn_before():
    drawn = canvas()
    drawn.axvline(4, color="#000000", linewidth=1)
    drawn.set_xlim(8, 0)
    drawn.set_xlim(0, 16)
    line, = drawn.lay_out()
    assert line.points == ((3 * 72, 4.5 * 72), (3 * 72, 0.5 * 72))


def test_shapes_lie_over_each_other_by_their_order_and_then_as_they_were_drawn():
    drawn = canvas()
    drawn.plot([1], [1], marker="o", zorder=3)
    drawn.write("above", (0.5, 0.5), Place((False, False)), size=10, weight="normal", colour="#000000", ha="left",
                va="baseline", gid="")
    drawn.barh(1, 1, color="#111111")
    drawn.barh(1, 1, color="#222222", zorder=0)
    drawn.barh(1, 1, color="#333333")
    kinds = [(type(shape), getattr(shape, "face", "")) for shape in drawn.lay_out()]
    assert kinds == [(Rectangle, "#222222"), (Rectangle, "#111111"), (Rectangle, "#333333"), (Marks, ""),
                     (TextLine, "")]


def test_what_leaves_the_axes_is_cut_at_their_edge_unless_it_may_leave():
    drawn = canvas()
    drawn.barh(2, 100, 100, -50, color="#111111")
    drawn.barh(20, 1, 1, color="#111111")
    drawn.plot([-8, 16], [2, 2], color="#000000")
    drawn.plot([0, 0, 8], [9, 5, 5], color="#000000")
    drawn.plot([-8, 16], [2, 2], color="#000000", clip_on=False)
    bar, cut, whole = drawn.lay_out()
    assert bar.points == ((72, 36), (9 * 72, 4.5 * 72))
    assert isinstance(cut, Polyline)
    assert cut.points == ((72, 2.5 * 72), (9 * 72, 2.5 * 72))
    assert whole.points == ((-7 * 72, 2.5 * 72), (17 * 72, 2.5 * 72))


def test_a_line_that_leaves_and_comes_back_is_two_pieces():
    drawn = canvas()
    drawn.plot([1, 3, 5], [2, 10, 2], color="#000000")
    first, second = drawn.lay_out()
    np.testing.assert_allclose(first.points, [(2 * 72, 2.5 * 72), (2.5 * 72, 36)])
    np.testing.assert_allclose(second.points, [(5.5 * 72, 36), (6 * 72, 2.5 * 72)])


def test_a_hatching_stays_inside_and_its_lines_are_evenly_apart():
    rectangle = Rectangle(((10.0, 20.0), (50.0, 40.0)), Place(), 1, "#FFFFFF", "#000000", 0, 3)
    lines = split_hatch(rectangle)
    totals = [x + y for (x, y), _ in lines]
    assert np.diff(totals) == pytest.approx(8)
    assert len(lines) == 8
    for start, end in lines:
        assert sum(start) == pytest.approx(sum(end))
        for x, y in (start, end):
            assert 10 <= x <= 50
            assert 20 <= y <= 40
    assert split_hatch(Rectangle(rectangle.points, Place(), 1, "#FFFFFF")) == []


def test_lines_of_a_text_stand_under_each_other_from_its_top():
    drawn = canvas()
    drawn.write("first\nsecond", (0, 1), Place((False, False), (0.25, 0.0)), size=10, weight="bold", colour="#000000",
                ha="right", va="top", gid="note")
    first, second = drawn.lay_out()
    assert (first.text, second.text, first.anchor, first.gid) == ("first", "second", "right", "note")
    assert first.points[0] == pytest.approx((1.25 * 72, 0.5 * 72 + 8.45))
    assert second.points[0][1] - first.points[0][1] == pytest.approx(11.38)


@pytest.mark.parametrize("marker", ["s", "D", "p", "^", "v", ">", "<", "_", "X"])
def test_marks_have_the_outlines_of_matplotlib(marker):
    from matplotlib.markers import MarkerStyle

    style = MarkerStyle(marker)
    theirs = style.get_transform().transform(style.get_path().vertices)
    theirs = theirs[np.isfinite(theirs).all(axis=1)]
    ours = np.array(outline_of(marker, 1.0)) * [1, -1]
    for corner in ours:
        assert np.abs(theirs - corner).sum(axis=1).min() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("reach", [0.31, 0.5, 0.87, 1.0, 1.26, 3.3, 12.0])
def test_ticks_stand_where_matplotlib_puts_them(reach):
    ours = _ticks(-reach, reach, 6, (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10))
    theirs = MaxNLocator(6).tick_values(-reach, reach)
    assert ours == pytest.approx([tick for tick in theirs if abs(tick) <= reach + 1e-9])
    counts = _ticks(0, reach * 40, 8, (1, 2, 5, 10))
    theirs = MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]).tick_values(0, reach * 40)
    assert counts == pytest.approx([tick for tick in theirs if 0 <= tick <= reach * 40])
