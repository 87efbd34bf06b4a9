"""The map: where each box stands, on the toolkit's own map and on others."""

from __future__ import annotations

import numpy as np
import pytest

from my121_analytics.errors import SettingsError
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import BoxSettings, FrameworkSettings, Settings


def framework(**given):
    return build_framework(Settings(framework=FrameworkSettings(**given)))


def test_every_box_stands_where_its_number_says():
    found = build_framework()
    for number in range(1, 10):
        box = found.box(number)
        assert box.performance == 3 - (number - 1) % 3
        assert box.potential == 3 - (number - 1) // 3


@pytest.mark.parametrize(("performance", "potential", "box"), [
    (3, 3, 1), (2, 3, 2), (1, 3, 3), (3, 2, 4), (2, 2, 5), (1, 2, 6), (3, 1, 7), (2, 1, 8), (1, 1, 9), (0, 2, 0),
    (2, 0, 0), (0, 0, 0)])
def test_ratings_find_their_box(performance, potential, box):
    assert build_framework().box_of(np.array([performance]), np.array([potential])).tolist() == [box]


def test_boxes_and_ratings_go_both_ways():
    found = build_framework()
    boxes = np.arange(10)
    performance, potential = found.axes_of(boxes)
    assert found.box_of(performance, potential).tolist() == boxes.tolist()
    assert (performance[0], potential[0]) == (0, 0)


def test_names_are_the_toolkits():
    found = build_framework()
    assert found.box(3).name == "New to Role and/or Needs Support"
    assert found.box(7).name == "Achieves and Exceeds"
    assert [level.label for level in found.performance] == ["Partially meets", "Meets", "Exceeds"]
    assert found.label("potential", 3) == "High"
    assert (found.n_performance, found.has_map) == (3, True)


def test_four_levels_on_three_columns():
    found = framework(performance_levels=["D", "C", "B", "A"], map_columns=[1, 2, 2, 3])
    assert found.has_map
    assert found.box_of(np.array([1, 2, 3, 4]), np.array([3, 3, 3, 3])).tolist() == [3, 2, 2, 1]
    performance, potential = found.axes_of(np.array([3, 2, 1]))
    assert performance.tolist() == [1, 0, 4]  # box 2 may be C or B: it cannot tell
    assert potential.tolist() == [3, 3, 3]


def test_four_levels_without_columns_have_no_map():
    found = framework(performance_levels=["D", "C", "B", "A"])
    assert not found.has_map
    assert found.boxes == ()
    assert found.box_of(np.array([4, 1]), np.array([3, 1])).tolist() == [0, 0]
    assert [level.label for level in found.potential] == ["Low", "Moderate", "High"]


def test_without_potential_there_is_one_axis_and_no_map():
    found = framework(has_potential=False)
    assert (found.potential, found.has_map) == ((), False)
    assert found.n_performance == 3


def test_a_council_may_number_its_own_map():
    boxes = [BoxSettings(number=n, name=f"Box {n}", performance=(n - 1) % 3 + 1, potential=(n - 1) // 3 + 1)
             for n in range(1, 10)]
    found = framework(boxes=boxes)
    assert found.box_of(np.array([3]), np.array([3])).tolist() == [9]
    assert found.axes_of(np.array([1]))[1].tolist() == [1]


def test_a_map_with_holes_or_doubles_is_refused():
    boxes = [BoxSettings(number=n, name="x", performance=(n - 1) % 3 + 1, potential=(n - 1) // 3 + 1)
             for n in range(1, 10)]
    with pytest.raises(SettingsError, match="do not fill the map"):
        framework(boxes=boxes[:8])
    with pytest.raises(SettingsError, match="do not fill the map"):
        framework(boxes=[*boxes[:8], boxes[0].model_copy(update={"number": 9})])
    with pytest.raises(SettingsError, match="share a number"):
        framework(boxes=[*boxes[:8], boxes[8].model_copy(update={"number": 1})])


@pytest.mark.parametrize("number", [0, 10, -1])
def test_a_box_that_is_not_on_the_map_is_not_found(number):
    with pytest.raises(KeyError):
        build_framework().box(number)


def test_a_number_beyond_the_map_is_no_placement_by_accident():
    with pytest.raises(IndexError):
        build_framework().axes_of(np.array([10]))


def test_the_names_of_the_maps_columns_and_rows_follow_the_settings():
    assert build_framework().map_labels == {"map_columns": "Partially meets; Meets; Exceeds",
                                            "map_rows": "Low; Moderate; High"}
    four = Settings(framework={"performance_levels": ["Poor", "Fair", "Good", "Top"], "map_columns": [1, 1, 2, 3]})
    assert build_framework(four).map_labels["map_columns"] == "Poor / Fair; Good; Top"
    assert build_framework(Settings(framework={"has_potential": False})).map_labels == {}
