"""Who is counted by one cell: held against the names that the gate gives the same cells."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.linked_tables.equations import show
from my121_analytics.disclosure.linked_tables.grids import SEPARATOR, Grid, name_count
from my121_analytics.improvement.plan.named_statistics import ANALYSES
from my121_analytics.improvement.plan.statistic_readings import _carry_out, _tables_of_groups
from my121_analytics.sample_council.council import make_sample
from my121_analytics.workforce.results import Count, Subject, Table
from my121_analytics.workforce.single_counts import are_none, find_count

SUBJECT = Subject("2024/25", date(2025, 3, 31), "posts_in_cycle")
RATINGS = pd.DataFrame({"level": [1, 2, 3, 0], "n": [5, 6, 7, 4], "base": [18, 18, 18, 22]})


@pytest.fixture(scope="module")
def council():
    return make_sample(70, seed=3).workforce


@pytest.mark.parametrize("analysis", [analysis for analysis in ANALYSES if analysis != "patterns"])
def test_every_figure_that_an_action_can_name_counts_whom_the_gate_says(council, analysis):
    result = _carry_out(analysis, council, "directorate", council.latest_cycle)
    n_cells = 0
    for name, table in _tables_of_groups(result).items():
        grid = Grid(show(name, table.frame, table, result.about))
        for column in grid.columns:
            for row, of_gate in enumerate(grid.names(column)):
                count = find_count(table, row, column, result.about.subject)
                where = "".join(f"{SEPARATOR}{key}={value}" for key, value in count.where)
                assert name_count(count, result.about.subject) + where == of_gate
                assert not count.keys
                n_cells += 1
    assert n_cells > 10


def test_the_base_of_those_without_an_outcome_is_everybody_and_that_of_the_others_those_placed():
    table = Table(RATINGS, keys=("level",), count="n", base="base", sums=("level",),
                  counts={"n": Count("posts"), "base": Count("posts")})
    assert find_count(table, 0, "n", SUBJECT) == Count("posts", "2024/25", (("level", "1"),))
    assert find_count(table, 0, "base", SUBJECT) == Count("posts", "2024/25", (("placed", "level"),))
    assert find_count(table, 3, "base", SUBJECT) == Count("posts", "2024/25")


def test_a_base_that_no_sum_of_the_table_explains_and_an_undeclared_column_count_nobody_known():
    table = Table(RATINGS.assign(base=25), keys=("level",), count="n", base="base", sums=("level",),
                  counts={"base": Count("posts"), "n": Count("posts")})
    assert find_count(table, 0, "base", SUBJECT) is None
    assert find_count(Table(RATINGS, keys=("level",), count="n"), 0, "n", SUBJECT) is None


def test_a_step_of_no_size_is_no_missing_placement():
    values = np.array(["-1", "0", "1"], dtype=object)
    assert are_none(["box"], values).tolist() == [False, True, False]
    for outcomes in (["step"], ["performance_step"], ["potential_step"], ["box", "performance"]):
        assert not are_none(outcomes, values).any()
