"""The picture of requirements met against the levels of the award."""

from datetime import date

import pytest

from my121_analytics.disclosure.release import release
from my121_analytics.figures import theme
from my121_analytics.figures.award import can_draw, describe_award, plot_award
from my121_analytics.improvement.evidence.assessment import assess_total


def shown(met, core_met=None):
    return release(assess_total(met, core_met=core_met, as_of=date(2014, 6, 30)), audience="publish")


def test_the_title_names_the_level_reached_and_what_is_to_spare():
    ax = plot_award(shown(185, 39))
    assert ax.get_title(loc="left") == "185 of 196 requirements are met: Gold, with 20 to spare"
    assert "Gold: 185 requirements are met" in describe_award(shown(185, 39))


def test_where_the_core_ones_are_not_known_no_level_is_claimed():
    assert "no level is certain" in plot_award(shown(185)).get_title(loc="left")
    assert can_draw(shown(185))


@pytest.mark.parametrize("met", [0, 40, 185, 196])
def test_no_name_of_a_level_leaves_the_picture_or_touches_another(met):
    ax = plot_award(shown(met, min(met, 39)))
    figure = theme.figure_of(ax)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_gid() == "level"]
    assert len(boxes) == 4
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.width for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1:])
