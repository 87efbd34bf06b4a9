"""Layers, spans, loops and orphans of the reporting lines."""

from __future__ import annotations

import pandas as pd

from my121_analytics.workforce.hierarchy import build_hierarchy
from my121_analytics.workforce.schema import conform


def posts(*rows):
    table = pd.DataFrame(rows, columns=["employee_id", "post_id", "manager_id", "is_main"])
    return conform(table, "posts")


def layers(hierarchy):
    return dict(zip(hierarchy.people["employee_id"], hierarchy.people["layer"], strict=True))


def test_layers_count_from_the_top_and_spans_count_direct_reports():
    found = build_hierarchy(posts(("C", "1", "B", True), ("B", "2", "A", True), ("A", "3", None, True),
                                  ("D", "4", "A", True)))
    assert layers(found) == {"A": 1, "B": 2, "C": 3, "D": 2}
    assert found.people.set_index("employee_id")["n_direct"].to_dict() == {"A": 2, "B": 1, "C": 0, "D": 0}
    assert found.loops == ()
    assert found.orphans == ()


def test_a_loop_is_found_once_and_those_below_it_have_no_layer():
    found = build_hierarchy(posts(("A", "1", "B", True), ("B", "2", "A", True), ("C", "3", "B", True),
                                  ("T", "4", None, True)))
    assert [set(loop) for loop in found.loops] == [{"A", "B"}]
    assert layers(found) == {"A": 0, "B": 0, "C": 0, "T": 1}


def test_someone_who_manages_themselves_is_a_loop_of_one():
    found = build_hierarchy(posts(("A", "1", "A", True), ("B", "2", "A", True)))
    assert found.loops == (("A",),)


def test_a_named_manager_who_is_not_there_makes_an_orphan():
    found = build_hierarchy(posts(("A", "1", "Z", True), ("B", "2", "A", True)))
    assert found.orphans == ("A",)
    assert layers(found) == {"A": 1, "B": 2}


def test_the_main_post_decides_who_manages():
    rows = [("A", "1", "B", False), ("A", "2", "C", True), ("B", "3", None, True), ("C", "4", None, True)]
    for order in (rows, rows[::-1]):
        found = build_hierarchy(posts(*order)).people.set_index("employee_id")
        assert found.loc["A", "manager_id"] == "C"
        assert len(found) == 3


def test_people_whose_posts_have_ended_are_no_part_of_the_lines():
    table = posts(("A", "1", None, True), ("B", "2", "A", True)).assign(in_force=[True, False])
    found = build_hierarchy(table).people
    assert found["employee_id"].tolist() == ["A"]
    assert found["n_direct"].tolist() == [0]


def test_an_empty_organisation_has_no_lines():
    found = build_hierarchy(conform(pd.DataFrame(), "posts"))
    assert found.people.empty
    assert found.loops == ()
