"""How far two ratings go together under each manager, on correlations that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.case_mix import CaseMix
from my121_analytics.analysis.rating_patterns.habit_judgement import NODES
from my121_analytics.analysis.rating_patterns.halo import FEWEST_PAIRS, gather_halo
from my121_analytics.workforce.counts import RatingCounts

ALIKE = [(1, 1)] * 9 + [(2, 2)] * 9 + [(3, 3)] * 9
CROSSED = [(x, y) for x in (1, 2, 3) for y in (1, 2, 3)] * 3
NO_MIX = CaseMix(pd.DataFrame(index=range(2)), ())


def counts(n_raters: int) -> RatingCounts:
    return RatingCounts("performance", 3, ("2024/25",), pd.DataFrame(), pd.DataFrame(index=range(n_raters)),
                        pd.DataFrame(index=range(2)))


def pairs(*teams: list[tuple[int, int]], again: bool = False) -> pd.DataFrame:
    rows = [(rater, at % 2, 100 * rater + (at % 9 if again else at), x, y)
            for rater, team in enumerate(teams) for at, (x, y) in enumerate(team)]
    return pd.DataFrame(rows, columns=["rater", "pattern", "employee", "performance", "potential"])


def best(evidence, rater: int) -> float:
    return float(NODES[evidence.log_likelihood[rater].argmax()])


def test_differences_are_from_the_managers_in_general_on_the_scale_of_fisher():
    """Two managers with correlation 0 and one with 1 (cut off at .98, z = 2.298): the average is .766."""
    evidence = gather_halo(pairs(CROSSED, CROSSED, ALIKE), counts(3), NO_MIX)
    assert evidence is not None
    z = np.arctanh(0.98)
    assert [best(evidence, rater) for rater in range(3)] == pytest.approx([-z / 3, -z / 3, 2 * z / 3], abs=0.051)
    assert evidence.n.tolist() == [27, 27, 27]
    assert evidence.enough.all()


def test_the_standard_error_is_that_of_fisher():
    """Of 27 pairs: 1 / sqrt(24), so that a likelihood of exp(-1/2) lies one of these from the best."""
    evidence = gather_halo(pairs(CROSSED, CROSSED), counts(2), NO_MIX)
    assert evidence is not None
    assert evidence.log_likelihood[0] == pytest.approx(-24 * NODES**2 / 2, abs=1e-6)


def test_ratings_that_are_opposite_lie_below_the_others():
    opposite = [(x, 4 - y) for x, y in ALIKE]
    evidence = gather_halo(pairs(CROSSED, CROSSED, opposite), counts(3), NO_MIX)
    assert evidence is not None
    assert best(evidence, 2) < -1


def test_the_same_people_three_times_with_the_same_ratings_say_a_third_of_what_as_many_people_say():
    alone = gather_halo(pairs(ALIKE, CROSSED), counts(2), NO_MIX)
    again = gather_halo(pairs(ALIKE, CROSSED, again=True), counts(2), NO_MIX)
    assert alone is not None
    assert again is not None
    assert again.log_likelihood == pytest.approx(alone.log_likelihood / 3)


def test_below_the_least_number_of_pairs_a_manager_is_described_and_not_judged():
    evidence = gather_halo(pairs(CROSSED, CROSSED, CROSSED[:FEWEST_PAIRS - 1]), counts(3), NO_MIX)
    assert evidence is not None
    assert evidence.enough.tolist() == [True, True, False]
    assert evidence.n.tolist() == [27, 27, 24]
    assert gather_halo(pairs(CROSSED, CROSSED[:FEWEST_PAIRS - 1]), counts(2), NO_MIX) is None
    assert gather_halo(pairs(CROSSED, CROSSED[:FEWEST_PAIRS]), counts(2), NO_MIX) is not None


def test_of_a_manager_who_gives_nearly_everybody_one_rating_nothing_is_known():
    """Five of 27 are off the usual level; six are enough."""
    five, six = ([(2, 1 + at % 3) for at in range(27 - n)] + [(3, 1 + at % 3) for at in range(n)] for n in (5, 6))
    evidence = gather_halo(pairs(CROSSED, CROSSED, five, six), counts(4), NO_MIX)
    assert evidence is not None
    assert evidence.enough.tolist() == [True, True, False, True]
    assert not evidence.log_likelihood[2].any()
    assert evidence.n[2] == 0


def test_a_manager_of_four_pairs_says_nothing_and_of_five_something():
    evidence = gather_halo(pairs(CROSSED, CROSSED, CROSSED[:4]), counts(3), NO_MIX)
    assert evidence is not None
    assert evidence.n.tolist() == [27, 27, 0]


def test_what_the_case_mix_brings_to_both_ratings_is_no_halo():
    """Everybody in pattern 1 is one level higher on both: within patterns the ratings are crossed."""
    shifted = [(x, y) for x in (1, 2) for y in (1, 2)] * 7 + [(x + 2, y + 2) for x in (1, 2) for y in (1, 2)] * 7
    frame = pairs(shifted, shifted, CROSSED).assign(pattern=([0] * 28 + [1] * 28) * 2 + [0] * 27)
    mix = CaseMix(pd.DataFrame({"grade: G2": [0.0, 1.0]}), ("grade",))
    plain, adjusted = (gather_halo(frame, counts(3), of) for of in (NO_MIX, mix))
    assert plain is not None
    assert adjusted is not None
    # Of the variance 1 lies between the patterns and .25 within.
    assert best(plain, 0) - best(plain, 2) == pytest.approx(np.arctanh(0.8), abs=0.11)
    assert [best(adjusted, rater) for rater in (0, 2)] == pytest.approx([0, 0], abs=0.051)
