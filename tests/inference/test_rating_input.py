"""What is given to a fit: the scale is read in its order, and every fault is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference import rating_input
from my121_analytics.inference.rating_input import (
    MAX_CATEGORIES,
    check_counts,
    code_categories,
    code_names,
    distinct_rows,
    read_numbers,
    standardise,
)


def test_numbers_are_put_in_their_order_and_only_those_that_occur_count():
    codes, labels = code_categories([3, 1, 3, 10])
    assert labels == (1, 3, 10)
    assert codes.tolist() == [1, 0, 1, 2]


def test_text_that_is_numbers_is_ordered_by_value_not_by_the_alphabet():
    codes, labels = code_categories(["10", "2", "9"])
    assert labels == ("2", "9", "10")
    assert codes.tolist() == [2, 0, 1]


def test_words_need_an_order_and_keep_the_one_given():
    words = ["Meets", "Exceeds", "Meets", "Partially"]
    with pytest.raises(DataUnusableError, match="order of these ratings is not known: Meets, Exceeds") as refused:
        code_categories(words)
    assert "ordered=True" in refused.value.hints[0]
    scale = pd.Categorical(words, ["Partially", "Meets", "Exceeds", "Never given"], ordered=True)
    codes, labels = code_categories(scale)
    assert labels == ("Partially", "Meets", "Exceeds")
    assert codes.tolist() == [1, 2, 1, 0]


@pytest.mark.parametrize(("ratings", "said"), [
    ([1, None, 2], "1 of 3 ratings are missing"),
    ([2, 2], "two categories or more"),
    ([], "there are none"),
    ([2, "2", 3], "several ways"),
    (range(MAX_CATEGORIES + 1), f"{MAX_CATEGORIES + 1} different values"),
])
def test_what_is_no_scale_is_refused(ratings, said):
    with pytest.raises(DataUnusableError, match=said):
        code_categories(pd.Series(list(ratings), dtype=object))


def test_raters_are_numbered_in_sorted_order_and_none_may_be_missing():
    codes, names = code_names(["b", "a", "b"], "rater")
    assert codes.tolist() == [1, 0, 1]
    assert list(names) == ["a", "b"]
    with pytest.raises(DataUnusableError, match="1 of 2 ratings name no rater"):
        code_names(["a", None], "rater")
    with pytest.raises(DataUnusableError, match="several kinds"):
        code_names(pd.Series([1, pd.Timestamp("2024-01-01")], dtype=object), "rater")


def test_all_faults_of_a_table_of_counts_are_said_at_once():
    counts = pd.DataFrame({"rater": [0, 5], "pattern": [0, -1], "category": [0, 1], "n": [1, -2]})
    with pytest.raises(UsageError) as refused:
        check_counts(counts, n_raters=3, n_patterns=1)
    text = str(refused.value)
    assert "rater 5" in text
    assert "pattern is below 0" in text


def test_covariates_are_numbers_each_with_a_name_of_its_own():
    with pytest.raises(UsageError, match="not numbers: grade"):
        read_numbers(pd.DataFrame({"grade": ["G1", "G2"], "fte": [1.0, 0.5]}))
    with pytest.raises(DataUnusableError, match="missing or infinite values: fte"):
        read_numbers(pd.DataFrame({"fte": [1.0, np.inf]}))
    with pytest.raises(UsageError, match="one name in common: x"):
        read_numbers(pd.DataFrame([[1.0, 2.0]], columns=["x", "x"]))


def test_rows_that_are_alike_are_numbered_once():
    values = np.array([[1.0, 0.0], [0.0, 0.0], [1.0, 0.0], [0.0, 1.0]] * 10)
    pattern, distinct = distinct_rows(values)
    np.testing.assert_array_equal(distinct[pattern], values)
    assert len(distinct) == 3


@pytest.mark.parametrize("largest", [2**62, 50])
def test_alike_rows_are_numbered_in_the_order_of_their_values(monkeypatch, largest):
    monkeypatch.setattr(rating_input, "_LARGEST_KEY", largest)
    rng = np.random.default_rng(5)
    values = np.column_stack([rng.integers(0, 2, 400), rng.integers(-3, 4, 400) / 4, np.full(400, 2.5),
                              rng.integers(0, 3, 400), -rng.integers(0, 2, 400)]).astype(float)
    pattern, distinct = distinct_rows(values)
    expected, numbers = np.unique(values, axis=0, return_inverse=True)
    np.testing.assert_array_equal(pattern, numbers.ravel())
    np.testing.assert_array_equal(distinct, expected)


def test_what_follows_from_other_covariates_is_refused_by_name():
    rng = np.random.default_rng(3)
    design = rng.normal(size=(50, 2))
    weight = np.ones((1, 50))
    scaled, centre, scale = standardise(design, weight, ["a", "b"])
    np.testing.assert_allclose(scaled * scale + centre, design)
    with pytest.raises(DataUnusableError, match="follow from the others: c"):
        standardise(np.column_stack([design, design @ [2.0, -1.0] + 3]), weight, ["a", "b", "c"])
    with pytest.raises(DataUnusableError, match="one value throughout: b"):
        standardise(np.column_stack([design[:, 0], np.full(50, 7.0)]), weight, ["a", "b"])
