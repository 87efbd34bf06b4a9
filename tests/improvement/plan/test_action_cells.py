"""Cells that hold a list: items, owners, brackets and contact details, worked out by hand."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.plan.action_cells import (
    align,
    count_bullets,
    set_brackets_aside,
    split_items,
    split_owners,
    strip_bullet,
    without_contacts,
)


@pytest.mark.parametrize(("cell", "items"), [
    ("• One\n• Two", ["One", "Two"]),
    ("1. One\n2. Two\n   and more", ["One", "Two\nand more"]),
    ("a) One\nb) Two", ["One", "Two"]),
    ("One\ngoes on\n\nTwo", ["One\ngoes on", "Two"]),
    ("- One\n– Two\no Three", ["One", "Two", "Three"]),
    ("One\nTwo", ["One\nTwo"]),
    ("Heading\n• One", ["Heading", "One"]),
    ("One\r\n\r\nTwo_x000D_", ["One", "Two"]),
    ("", []), (" \n ", [])])
def test_a_cell_is_split_at_bullets_or_else_at_blank_lines(cell, items):
    assert split_items(cell) == items


def test_by_line_an_item_starts_with_a_capital_letter():
    assert split_items("Leadership Board\nMedia Team\nand its partners", by_line=True) == [
        "Leadership Board", "Media Team\nand its partners"]


def test_bullets_are_counted_and_taken_off():
    assert count_bullets("• One\nTwo\n2) Three") == 2
    assert strip_bullet("• One • two") == "One • two"
    assert strip_bullet("Well-being") == "Well-being"


@pytest.mark.parametrize(("items", "n", "given"), [
    (["a", "b"], 2, ["a", "b"]), (["a", "b"], 3, ["a b"] * 3), (["a"], 2, ["a", "a"]), ([], 3, []),
    (["a\nb"], 1, ["a b"])])
def test_each_action_has_its_item_or_all_of_them(items, n, given):
    assert align(items, n) == given


def test_items_for_all_keep_their_lines_where_lines_part_names():
    assert align(["Board A", "Board B"], 3, joiner="\n") == ["Board A\nBoard B"] * 3


@pytest.mark.parametrize(("text", "owners"), [
    ("HR; Finance + Legal/IT, Estates", ["HR", "Finance", "Legal", "IT", "Estates"]),
    ("Health and Safety & Wellbeing", ["Health and Safety & Wellbeing"]),
    ("HR\nHR\n• Finance.", ["HR", "Finance"]), ("TBC", []), ("N/A", []), ("n/a ", []), ("", []), ("–", [])])
def test_owners_are_parted_at_signs_and_never_at_and(text, owners):
    assert split_owners(text) == owners


def test_a_bracket_with_a_capital_letter_is_a_name_and_another_is_a_remark():
    found = set_brackets_aside("Tell teams (Listening project) when ready (and not before)")
    assert (found.text, found.inside) == ("Tell teams when ready (and not before)", ("Listening project",))
    assert found.whole == "Tell teams (Listening project) when ready (and not before)"
    assert set_brackets_aside("course(s) (both kinds)", any_text=True).inside == ("both kinds",)


@pytest.mark.parametrize(("text", "plain", "n"), [
    ("Ask hr.lead@northmere.example, 01632 960123", "Ask", 2), ("Tel: 07700 900456", "", 1),
    ("ext 4521 for help", "for help", 1), ("12 months from 2014", "12 months from 2014", 0),
    ("HR (hr@northmere.example) leads", "HR leads", 1), ("+44 1632 960123", "", 1)])
def test_addresses_and_numbers_are_taken_out_and_counted(text, plain, n):
    assert without_contacts(text) == (plain, n)
