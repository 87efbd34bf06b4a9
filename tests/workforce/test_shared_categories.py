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
