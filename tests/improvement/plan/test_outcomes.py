"""A statistic has moved only where its ranges say so, worked out by hand."""

from __future__ import annotations

import math

import pytest

from my121_analytics.improvement.plan.outcomes import judge_change
from my121_analytics.improvement.plan.statistic_readings import Measurement


def measured(estimate, half_width):
    return Measurement(estimate, estimate - half_width, estimate + half_width, 500)


@pytest.mark.parametrize(("before", "after", "better", "verdict"), [
    (measured(.50, .02), measured(.60, .02), "more", ("improved", "apart")),
    (measured(.60, .02), measured(.50, .02), "more", ("worse", "apart")),
    (measured(.60, .02), measured(.50, .02), "fewer", ("improved", "apart")),
    (measured(.50, .02), measured(.60, .02), "", ("changed", "no_direction")),
    (measured(.50, .01), measured(.505, .01), "more", ("unchanged", "within_margin")),
    (measured(.50, .04), measured(.53, .04), "more", ("cannot tell", "overlap")),
    (None, measured(.5, .1), "more", ("cannot tell", "not_measured")),
    (measured(.5, .1), measured(math.nan, .1), "more", ("cannot tell", "not_measured")),
    (Measurement(.5, math.nan, math.nan, 9), measured(.9, .1), "more", ("cannot tell", "no_range"))])
def test_a_change_is_judged_by_whether_the_ranges_meet(before, after, better, verdict):
    assert judge_change(before, after, better=better, margin=.03) == verdict


def test_ranges_that_touch_are_not_apart():
    assert judge_change(measured(.5, .125), measured(.75, .125), better="more", margin=0)[0] == "cannot tell"


def test_the_margin_is_held_against_the_range_of_the_change():
    # half-ranges of .01 on either side give .01414 for the difference
    assert judge_change(measured(.5, .01), measured(.5, .01), better="more", margin=.0142)[0] == "unchanged"
    assert judge_change(measured(.5, .01), measured(.5, .01), better="more", margin=.0141)[0] == "cannot tell"
