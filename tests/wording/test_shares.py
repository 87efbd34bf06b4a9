"""Shares are rounded once, and alike wherever they are read."""

from __future__ import annotations

from fractions import Fraction

import pytest

from my121_analytics.cli.run import format_figure
from my121_analytics.figures import phrases
from my121_analytics.wording.shares import percent
from my121_analytics.writing.tables import format_value


@pytest.mark.parametrize("of", [3, 8, 40, 120, 200, 998, 1000])
def test_halves_of_a_per_cent_go_up_and_every_place_says_the_same(of: int) -> None:
    for n in range(of + 1):
        exact = Fraction(n, of)
        said = percent(n / of)
        assert {said} == {format_value(n / of, "share"), format_figure(n / of, "share"), phrases.percent(n / of)}
        if exact in (0, 1) or Fraction(1, 200) <= exact <= Fraction(199, 200):
            assert said == f"{int(exact * 100 + Fraction(1, 2))}%"
        else:
            assert said == ("under 1%" if exact < Fraction(1, 200) else "over 99%")
