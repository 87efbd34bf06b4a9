"""What a list of each length costs and finds, in a picture."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.disclosure.release import Released, release
from my121_analytics.figures import theme
from my121_analytics.figures.canvas import TextLine, draw_on_canvas
from my121_analytics.figures.layout import measure
from my121_analytics.figures.list_length import describe_list_lengths, plot_list_lengths
from my121_analytics.workforce.results import Fact, Result, Table, describe


def lengths(n: int, chosen: int) -> pd.DataFrame:
    k = pd.Series(range(1, n + 1))
    wrong = 0.02 * k**2
    return pd.DataFrame({"k": k, "expected_wrong": wrong, "expected_right": k - wrong, "share_wrong": wrong / k,
                         "n_differ": 12.0, "share_found": (k - wrong) / 12, "is_chosen": k == chosen})


def released_with(frame: pd.DataFrame) -> Released:
    about = describe("severity", as_of=date(2024, 9, 30), cycle="2023/24", counts="posts", n=400, axis="performance")
    table = Table(frame, keys=("k",), about_people=False)
    return release(Result(about, {"list_length": table}, {"n_raters": 40}, {"n_raters": Fact("managers")}),
                   audience="analyst")


@pytest.mark.parametrize(("n", "chosen", "drawn"), [(8, 5, 8), (30, 6, 15), (30, 20, 16)])
def test_each_length_has_a_bar_of_two_parts_as_long_as_the_list(n, chosen, drawn):
    axes = plot_list_lengths(released_with(lengths(n, chosen)))
    widths = [patch.get_width() for patch in axes.patches if patch.get_height() == pytest.approx(0.74)]
    assert len(widths) == 2 * drawn
    assert sum(widths[-2:]) == pytest.approx(chosen if chosen > 15 else drawn)


def test_the_choice_and_its_price_are_the_message():
    released = released_with(lengths(8, 5))
    axes = plot_list_lengths(released)
    assert "If 5 managers are heard, about 4.5 of them differ" in describe_list_lengths(released)
    assert [t.get_text() for t in axes.texts if t.get_gid() == "label" and "to hear" in t.get_text()] == ["5, to hear"]


def test_nobody_to_hear_is_said():
    assert "No manager is to be heard" in describe_list_lengths(released_with(lengths(8, 0)))


def test_nothing_to_choose_from_is_said():
    assert "Too few ratings" in describe_list_lengths(released_with(lengths(0, 5)))
    plot_list_lengths(released_with(lengths(0, 5)))


def test_the_price_of_a_long_list_is_whole_at_the_edge_of_the_picture():
    drawn = draw_on_canvas(plot_list_lengths, released_with(lengths(30, 20)))
    texts = [shape for shape in drawn.lay_out() if isinstance(shape, TextLine) and "wrongly" in shape.text]
    assert texts
    for text in texts:
        assert text.points[0][0] / 72 + measure(text.text, text.size, text.weight) <= theme.WIDTH
