"""Owners are parted into bodies where that can be done in one way, and a person is never taken for a body."""

from __future__ import annotations

import pytest

from my121_analytics.improvement.plan.owners import is_body, may_be_several, name_owners


def names_of(text, *bodies):
    return [owner.name for owner in name_owners(text, bodies=bodies)]


@pytest.mark.parametrize(("text", "names"), [
    ("Leadership Board + Media Team", ["Leadership Board", "Media Team"]),
    ("Leadership Board Media Team", ["Leadership Board", "Media Team"]),
    ("Team Leaders", ["Team Leaders"]),
    ("Directorate\nBoards", ["Directorate Boards"]),
    ("HR; HR", ["HR"]), ("TBC", []), ("", [])])
def test_bodies_are_parted_after_words_such_as_team_and_board(text, names):
    assert names_of(text) == names


def test_known_names_part_a_row_of_them_and_keep_their_own_separators():
    assert names_of("People Service Leadership Board", "People Service", "Leadership Board") == [
        "People Service", "Leadership Board"]
    assert names_of("Children, Families and Schools; Estates", "Children, Families and Schools") == [
        "Children, Families and Schools", "Estates"]


def test_a_row_that_can_be_parted_in_two_ways_is_left_whole():
    assert names_of("Adult Care Service", "Adult", "Care Service", "Adult Care", "Service") == ["Adult Care Service"]


@pytest.mark.parametrize(("name", "is_one"), [
    ("Leadership Board", True), ("Director's Team", True), ("Ada Byron", False), ("Mrs Board", False),
    ("Cllr Manager", False), ("", False)])
def test_a_name_that_might_be_a_persons_is_no_body(name, is_one):
    assert is_body(name) == is_one


def test_a_name_that_the_council_knows_is_a_body():
    assert is_body("Hive", bodies=["Hive"])
    assert not is_body("Hive")
    assert [owner.kind for owner in name_owners("Hive; Ada Byron", bodies=["Hive"])] == ["body", "unclear"]


@pytest.mark.parametrize(("name", "several"), [
    ("Leadership Board Media Team", True), ("Board of the Media Team", False), ("Media Team", False)])
def test_two_words_of_bodies_in_one_name_may_be_two_bodies(name, several):
    assert may_be_several(name) == several
