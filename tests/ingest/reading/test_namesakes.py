"""Whether the only person with a manager's name may be that manager, on posts small enough to see through."""

from __future__ import annotations

import pytest

from my121_analytics.ingest.reading.namesakes import PostDetails, _rank, is_plausible


def details(**columns: dict[str, str] | frozenset[str]) -> PostDetails:
    """Give posts of which these columns are known; the person asked about is P, the team A and B."""
    found = PostDetails()
    for name in ("unit", "role", "grade", "manager", "managers_by_number"):
        found.__dict__[name] = columns.get(name, frozenset() if name == "managers_by_number" else {})
    return found


def plausible(manager_ids: dict[str, str] | None = None, **columns) -> bool:
    return is_plausible(details(**columns), "P", ["A", "B", "P"], manager_ids or {})


def test_where_nothing_is_known_nothing_speaks_against_it():
    assert plausible()


@pytest.mark.parametrize(("role", "expected"), [("Apprentice", False), ("Business support officer", True)])
def test_a_learner_manages_nobody(role, expected):
    assert plausible(role={"P": role}) is expected


def test_nobody_manages_the_person_they_report_to():
    assert not plausible(manager={"P": "A"})
    assert not plausible({"Smith, Ann": "A"}, manager={"P": "Smith, Ann"})
    assert plausible(manager={"P": "Z"})


@pytest.mark.parametrize(("grade", "expected"), [("G4", False), ("G5", True), ("G7", True), ("SM1", True)])
def test_somebody_graded_below_the_whole_team_does_not_manage_it(grade, expected):
    assert plausible(grade={"P": grade, "A": "G5", "B": "G7"}) is expected


ELSEWHERE = {"unit": {"P": "Roads", "A": "Care", "B": "Care"}, "manager": {"P": "Z"}}


def test_somebody_of_another_unit_is_asked_about():
    assert not plausible(**ELSEWHERE)


@pytest.mark.parametrize("more", [
    {"unit": {"P": "CARE", "A": "Care", "B": "Roads"}}, {"unit": {"A": "Care"}}, {"unit": {"P": "Roads"}},
    {"manager": {}}, {"grade": {"P": "G9", "A": "G5", "B": "G8"}}, {"managers_by_number": frozenset({"P"})},
    {"role": {"P": "Head of Care"}}],
    ids=["same unit", "unit not known", "team's not known", "top", "senior", "known as a manager", "leads by title"])
def test_another_unit_is_no_doubt_where_something_else_speaks_for_it(more):
    assert plausible(**{**ELSEWHERE, **more})


def test_a_grade_as_high_as_the_highest_is_not_above_the_team():
    assert not plausible(**ELSEWHERE, grade={"P": "G8", "A": "G5", "B": "G8"})


@pytest.mark.parametrize(("own", "team", "rank"), [
    ("G9", ["G5", "G8"], 1), ("G8", ["G5", "G8"], 0), ("G4", ["G5", "G8"], -1), ("G5", ["G5", "G8"], 0),
    ("G10", ["G9"], 1), ("", ["G9"], 0), ("G9", ["SM1"], 0), ("G9", [], 0), ("G9", ["SM1", "G8"], 1)])
def test_grades_are_ranked_by_their_number_among_those_of_their_kind(own, team, rank):
    assert _rank(own, team) == rank


@pytest.mark.parametrize(("columns", "text"), [
    ({}, "P Ann Lee"), ({"role": {"P": "Officer"}, "unit": {"P": "Care"}, "manager": {"P": "Z"}},
                        "P Ann Lee (Officer, Care, reports to Z)"), ({"unit": {"P": "Care"}}, "P Ann Lee (Care)")])
def test_somebody_is_described_by_what_is_known_of_the_post(columns, text):
    assert details(**columns).describe("P", "Ann Lee") == text
