"""Laws between counts of different tables: each holds of a record counted by hand, and says no more than that."""

from __future__ import annotations

import pytest

from my121_analytics.workforce.counted import LAWS, UNPRINTED, Law, Term, find_rest, may_be_part
from my121_analytics.workforce.verdicts import VERDICTS

COUNTED = {
    # Of one cycle: 100 posts, of which 90 in force at its end; of these 70 placed, of which 60 agreed.
    "posts": 100, "posts_in_force": 90, "ended": 10, "placed_in_force": 70, "unplaced_in_force": 20,
    "agreed_in_force": 60, "posts[box=0]": 20, "posts[level=0]": 20, "posts[placed=box]": 80, "posts[placed=level]": 80,
    # 85 people in these posts; 80 owe conversations, 50 had enough, 60 of all had any; 3 have no manager.
    "people": 85, "owing": 80, "not_owing": 5, "enough": 50, "too_few": 30, "conversed": 60, "without_manager": 3,
    # The cycle before had 98 posts: 92 are there still, 8 joined, 6 left; 65 were placed in both.
    "posts before": 98, "posts after": 100, "present": 92, "joined": 8, "left": 6, "either": 106,
    "stayers_box": 65, "stayers_level": 65, "present_box": 92, "present_level": 92,
    "key_posts": 12, "key_posts_named": 9, "key_posts_ready": 4,
    "actions": 30, "actions_completed": 11, "actions_overdue": 7,
    "managers": 40, **{f"managers[verdict={verdict}]": 10 for verdict in VERDICTS},
}


def counted(term: Term) -> int:
    where = "".join(f"[{key}={value}]" for key, value in term.where)
    return COUNTED.get(f"{term.what}{where} {term.when}", COUNTED.get(f"{term.what}{where}", -1))


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"{'+'.join(t.what for t in law.parts)}~{law.whole.what}")
def test_each_law_holds_of_a_record_counted_by_hand(law: Law):
    parts, whole = [counted(part) for part in law.parts], counted(law.whole)
    assert min(parts) >= 0
    assert sum(parts) == whole if law.exact else sum(parts) <= whole


@pytest.mark.parametrize("law", [law for law in LAWS if not law.exact and len(law.parts) == 1 and law.aside is None
                                 and not law.whole.rename], ids=lambda law: f"{law.parts[0].what} in {law.whole.what}")
def test_a_part_is_never_said_to_be_the_whole_the_other_way_round(law: Law):
    turned = [other for other in LAWS if other.parts == (law.whole,) and other.whole == law.parts[0]]
    assert not turned


def test_the_cycle_before_is_not_split_by_units_of_today():
    for law in LAWS:
        if any(term.when == "before" for term in (law.whole, *law.parts)):
            assert law.aside is not None, law
            assert not set(law.aside) & {"directorate", "service", "team"}, law


def test_of_now_posts_are_those_present_and_those_who_joined_in_every_unit():
    (law,) = [law for law in LAWS if law.whole == Term("posts", "after") and law.exact]
    assert [part.what for part in law.parts] == ["present", "joined"]
    assert law.aside == ("directorate", "service", "team")


def test_moves_are_counted_by_the_box_before_and_after_under_the_name_of_the_box():
    renamed = {law.whole.rename for law in LAWS if law.whole.rename}
    assert renamed == {(("box_before", "box"),), (("box_after", "box"),), (("level_before", "level"),),
                       (("level_after", "level"),)}
    for law in LAWS:
        for of, to in law.whole.rename:
            assert of == f"{to}_{law.whole.when}"


def test_verdicts_make_up_the_managers_each_once():
    (law,) = [law for law in LAWS if law.whole.what == "managers"]
    assert law.exact
    assert [part.where for part in law.parts] == [(("verdict", verdict),) for verdict in VERDICTS]


def test_what_nobody_prints_is_needed_by_a_law():
    used = {term.what for law in LAWS for term in (law.whole, *law.parts)}
    assert set(UNPRINTED) <= used


@pytest.mark.parametrize(("part", "whole", "may_be"), [
    ("placed_in_force", "posts_in_force", True), ("agreed_in_force", "posts_in_force", True),
    ("enough", "people", True), ("people", "people", True), ("a new code", "people", True),
    ("placed_in_force", "people", False), ("posts_in_force", "people", False), ("people", "owing", False)])
def test_a_count_may_be_part_of_another_where_laws_lead_from_the_one_to_the_other(part, whole, may_be):
    assert may_be_part(part, whole) is may_be


@pytest.mark.parametrize(("part", "whole", "rest"), [
    ("placed_in_force", "posts_in_force", "unplaced_in_force"), ("enough", "owing", "too_few"),
    ("agreed_in_force", "placed_in_force", ""), ("conversed", "people", "")])
def test_the_rest_of_a_whole_is_what_an_exact_law_names_beside_the_part(part, whole, rest):
    assert find_rest(part, whole) == rest
