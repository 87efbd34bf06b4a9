"""What a rating may fairly differ by, on counts small enough for hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.case_mix import OTHER, build_case_mix, merge_alike
from my121_analytics.workforce.counts import RatingCounts


def counts(n_raters: int, **levels: dict[str, tuple[int, int]]) -> RatingCounts:
    """Ratings by one column beside the cycle: level -> raters who gave it, and ratings from each of them."""
    ((column, by_level),) = levels.items()
    patterns = pd.DataFrame({column: list(by_level), "cycle": "2024/25"})
    rows = [(rater, pattern, 2, n) for pattern, (raters, n) in enumerate(by_level.values()) for rater in range(raters)]
    raters = pd.DataFrame({"rater_id": [f"m{at}" for at in range(n_raters)]})
    return RatingCounts("performance", 3, ("2024/25",),
                        pd.DataFrame(rows, columns=["rater", "pattern", "category", "n"]), raters, patterns)


def test_the_level_with_most_ratings_is_the_reference():
    mix = build_case_mix(counts(20, grade={"G1": (10, 2), "G2": (20, 4), "G3": (10, 3)}), ["grade"])
    assert list(mix.design.columns) == ["grade: G1", "grade: G3"]
    assert mix.design.to_numpy().tolist() == [[1, 0], [0, 0], [0, 1]]
    assert mix.columns == ("grade",)


def test_levels_of_few_ratings_or_few_raters_are_put_together_and_with_the_reference_if_still_rare():
    """G1 has 8 ratings of 8 raters, G2 has 12 of 3: together 20 ratings of 8 raters."""
    mix = build_case_mix(counts(40, grade={"G1": (8, 1), "G2": (3, 4), "G3": (40, 4)}), ["grade"])
    assert list(mix.design.columns) == [f"grade: {OTHER}"]
    assert mix.design[f"grade: {OTHER}"].tolist() == [1, 1, 0]
    alone = build_case_mix(counts(40, grade={"G1": (9, 1), "G3": (40, 4)}), ["grade"])
    assert alone.design.shape == (2, 0)
    assert alone.columns == ()


def test_ten_ratings_of_five_raters_are_just_enough():
    assert build_case_mix(counts(40, grade={"G1": (5, 2), "G3": (40, 4)}), ["grade"]).design.shape[1] == 1
    assert build_case_mix(counts(40, grade={"G1": (4, 3), "G3": (40, 4)}), ["grade"]).design.shape[1] == 0
    assert build_case_mix(counts(40, grade={"G1": (9, 1), "G3": (40, 4)}), ["grade"]).design.shape[1] == 0


def test_there_is_room_for_one_dummy_per_five_raters_and_a_column_that_does_not_fit_is_left_out_whole():
    levels = {f"G{at}": (10, 2) for at in range(3)} | {"G9": (10, 8)}
    assert build_case_mix(counts(15, grade=levels), ["grade"]).columns == ("grade",)
    assert build_case_mix(counts(14, grade=levels), ["grade"]).columns == ()


def of_patterns(raters: list[int], n_raters: int = 100, **columns: list[str]) -> RatingCounts:
    """One rating from each of so many raters of its own in each pattern."""
    rows = [(10 * pattern + rater, pattern, 2, 1) for pattern, n in enumerate(raters) for rater in range(n)]
    return RatingCounts("performance", 3, ("2024/25",),
                        pd.DataFrame(rows, columns=["rater", "pattern", "category", "n"]),
                        pd.DataFrame(index=range(n_raters)), pd.DataFrame({"cycle": "2024/25", **columns}))


@pytest.mark.parametrize(("raters", "columns"), [(5, ("grade", "service")), (4, ("grade",))])
def test_there_is_room_for_one_dummy_per_ten_ratings(raters, columns):
    """Three grades in each of three services, two dummies each: 45 ratings have room for four, 36 for three."""
    cells = [(grade, service) for grade in "ABC" for service in "XYZ"]
    found = build_case_mix(of_patterns([raters] * 9, grade=[g for g, _ in cells], service=[s for _, s in cells]),
                           ["grade", "service"])
    assert found.columns == columns


def test_a_column_that_says_what_an_earlier_one_said_adds_nothing():
    same = of_patterns([10, 20, 30, 40], grade=["A", "A", "B", "B"], service=["X", "X", "Y", "Y"],
                       team=["T", "U", "T", "U"])
    mix = build_case_mix(same, ["grade", "service", "team"])
    assert mix.columns == ("grade", "team")
    assert np.linalg.matrix_rank(np.column_stack([np.ones(4), mix.design])) == 3


def test_the_cycle_comes_first_and_is_not_named():
    first = counts(40, grade={"G1": (20, 2), "G2": (40, 4)})
    of_two = RatingCounts(first.axis, 3, ("2023/24", "2024/25"), first.frame, first.raters,
                          first.patterns.assign(cycle=["2023/24", "2024/25"]))
    mix = build_case_mix(of_two, ["grade"])
    assert list(mix.design.columns) == ["cycle: 2023/24"]
    assert mix.columns == ()


def test_patterns_that_differ_only_in_what_is_left_out_are_put_together_and_no_rating_is_lost():
    """Two cycles, two grades and three tenure bands; the tenure band is in no dummy."""
    patterns = pd.DataFrame([(grade, band, cycle) for cycle in ("2023/24", "2024/25") for grade in ("G1", "G2")
                             for band in "abc"], columns=["grade", "band", "cycle"])
    rows = [(rater, pattern, 1 + (rater + pattern) % 3, 2) for rater in range(40) for pattern in range(12)]
    given = RatingCounts("performance", 3, ("2023/24", "2024/25"),
                         pd.DataFrame(rows, columns=["rater", "pattern", "category", "n"]),
                         pd.DataFrame({"rater_id": [f"m{at}" for at in range(40)]}), patterns)
    mix = build_case_mix(given, ["grade"])
    merged, dummies = merge_alike(given, mix)
    assert len(merged.patterns) == 4
    assert given.patterns.equals(patterns)  # what was given is left as it was
    before = pd.concat([patterns[["grade", "cycle"]], mix.design], axis=1).iloc[given.frame["pattern"]]
    after = pd.concat([merged.patterns[["grade", "cycle"]], dummies.design], axis=1).iloc[merged.frame["pattern"]]
    pd.testing.assert_frame_equal(before.reset_index(drop=True), after.reset_index(drop=True))
    pd.testing.assert_frame_equal(given.frame.drop(columns="pattern"), merged.frame.drop(columns="pattern"))


def test_cycles_stay_apart_where_no_dummy_tells_them_apart():
    patterns = pd.DataFrame({"grade": ["G1", "G2", "G1"], "cycle": ["2023/24", "2023/24", "2024/25"]})
    given = RatingCounts("performance", 3, ("2023/24", "2024/25"),
                         pd.DataFrame({"rater": [0, 1, 2], "pattern": [0, 1, 2], "category": [1, 2, 3], "n": 1}),
                         pd.DataFrame({"rater_id": ["a", "b", "c"]}), patterns)
    merged, _ = merge_alike(given, build_case_mix(given, []))
    assert sorted(merged.patterns["cycle"]) == ["2023/24", "2024/25"]
    assert merged.patterns["cycle"].to_numpy()[merged.frame["pattern"]].tolist() == ["2023/24", "2023/24", "2024/25"]
