"""Columns for periods, put in order by hand."""

import pytest

from my121_analytics.improvement.plan.action_table import match_heading
from my121_analytics.improvement.plan.dated_columns import find_dated_columns, last_filled


@pytest.mark.parametrize(("row", "found"), [
    (["Action", "RAG Jun", "RAG Sep"], {"rag": (1, 2)}),
    (["RAG Sep", "RAG Jun", "RAG May"], {"rag": (2, 1, 0)}),
    (["RAG Jan 2024", "RAG Dec 2023", "RAG Feb 24"], {"rag": (1, 0, 2)}),
    (["Update Q3", "Update Q4"], {"progress_text": (0, 1)}),
    (["Update Q4 23/24", "Update Q1 24/25"], {"progress_text": (0, 1)}),
    (["1st quarter update", "2nd quarter update"], {"progress_text": (0, 1)}),
    (["Status 1 June", "Status 15 June"], {"progress": (0, 1)}),
    (["Status as at 30 June 2024"], {"progress": (0,)}),
    (["RAG Dec", "RAG Jan"], {"rag": ()}),
    (["RAG Jun", "RAG Jun"], {"rag": ()}),
    (["RAG Jun 2023", "RAG Jul"], {"rag": ()}),
    (["Due June", "Owner Sept"], {}),
    (["RAG"], {}),
])
def test_periods_are_put_in_order_or_left_alone(row: list[str], found: dict[str, tuple[int, ...]]) -> None:
    assert find_dated_columns(row, match_heading, {}) == found


def test_a_heading_without_a_period_keeps_its_part() -> None:
    assert find_dated_columns(["RAG", "RAG Jun", "RAG Sep"], match_heading, {"rag": 0}) == {}
    assert find_dated_columns(["RAG (Jun)", "RAG (Sep)"], match_heading, {"rag": 0}) == {"rag": (0, 1)}


def test_the_latest_that_is_filled_is_taken() -> None:
    assert last_filled(["a", "b", " "], (0, 1, 2)) == "b"
    assert last_filled(["a", "b", "c"], (2, 0)) == "a"
    assert last_filled(["", ""], (0, 1)) == ""
