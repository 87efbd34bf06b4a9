"""Ids of several tables share one set of categories, so that codes can be compared."""

from __future__ import annotations

import pandas as pd

from my121_analytics.workforce.schema import unify_categories


def test_codes_of_equal_ids_are_equal_even_where_the_categories_came_in_another_order():
    first = pd.DataFrame({"employee_id": pd.Categorical(["b", "a"], categories=["b", "a"])})
    second = pd.DataFrame({"employee_id": pd.Categorical(["b", "a"], categories=["a", "b"])})
    third = pd.DataFrame({"rater_id": pd.Categorical(["a", None], categories=["a"])})
    unify_categories([(first, "employee_id"), (second, "employee_id"), (third, "rater_id")])
    assert first["employee_id"].cat.codes.tolist() == second["employee_id"].cat.codes.tolist() == [1, 0]
    assert third["rater_id"].cat.codes.tolist() == [0, -1]


def test_frames_that_share_one_set_of_categories_keep_their_ids():
    ids = pd.Categorical(["c", "a", None], categories=["c", "a"])
    first, second = pd.DataFrame({"employee_id": ids}), pd.DataFrame({"employee_id": ids[::-1]})
    third = pd.DataFrame({"manager_id": pd.Categorical(["b"], categories=["b"])})
    unify_categories([(first, "employee_id"), (second, "employee_id"), (third, "manager_id")])
    assert first["employee_id"].tolist()[:2] == ["c", "a"]
    assert second["employee_id"].cat.codes.tolist() == [-1, 0, 2]
    assert all(list(frame.iloc[:, 0].cat.categories) == ["a", "b", "c"] for frame in (first, second, third))
