"""Known answers of the guard: each kind of damage is found by itself, growth and corrections are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from my121_analytics.runs.extract_shape import PEOPLE, PLACEMENTS, RATINGS, ExtractShape, FileShape
from my121_analytics.runs.guard import ExtractRefusedError, find_damage, find_older
from my121_analytics.settings_runs import ExpectSettings, GuardSettings

LAST, NEW = "2023/24 H2", "2024/25 H1"
COUNTS = {(PEOPLE, "", ""): 1000, (PEOPLE, "", "Adults"): 600, (PEOPLE, "", "Places"): 400,
          (PLACEMENTS, LAST, ""): 900, (PLACEMENTS, LAST, "Adults"): 540, (PLACEMENTS, LAST, "Places"): 360,
          (RATINGS, LAST, ""): 900}
GOOD = ExtractShape(
    as_of="2024-03-31", rows={"placements": 900, "conversations": 1500}, counts=COUNTS,
    files={"reviews #|": FileShape("reviews 1.csv", 1, 900, 5, ("box", "employee_id"))},
    filled={"posts.grade": 0.98}, scales={"performance": ("Partially meets", "Meets", "Exceeds")},
    levels={("performance", LAST): {1: 90, 2: 630, 3: 180}}, newest={"placements": "2024-03-28"})


def found(after: ExtractShape, before: ExtractShape | None = GOOD, **expected: object) -> list[tuple[str, str]]:
    findings = find_damage(before, after, rules=GuardSettings(), expected=ExpectSettings(**expected))
    assert all("{" not in finding.sentence for finding in findings)
    return [(finding.code, finding.place) for finding in findings]


def counted(**changes: int) -> ExtractShape:
    """Give the good extract with some counts changed: ``people``, ``people_Adults``, ``placements`` ..."""
    counts = dict(COUNTS)
    for name, n in changes.items():
        measure, _, unit = name.partition("_")
        counts[measure, "" if measure == PEOPLE else LAST, unit] = n
    return replace(GOOD, counts=counts)


def test_the_same_extract_and_a_larger_one_pass():
    assert found(GOOD) == []
    assert found(replace(counted(people=1400, placements=1300), rows={"placements": 1300, "conversations": 2400})) == []


@pytest.mark.parametrize(("people", "told"), [(900, []), (899, [("people_fell", "2024-03-31")])])
def test_the_council_may_shrink_by_a_tenth_and_no_more(people, told):
    assert found(counted(people=people)) == told


@pytest.mark.parametrize(("placements", "told"), [(855, []), (854, [("placements_fell", LAST)])])
def test_a_cycles_placements_may_fall_by_a_twentieth_and_no_more(placements, told):
    assert found(counted(placements=placements)) == told


def test_a_directorate_is_named_only_where_the_council_lost_half_of_what_it_lost():
    assert found(counted(people_Adults=300, people=1000)) == [], "reorganised, not lost"
    assert found(counted(people_Adults=300, people=901)) == [], "the council lost 99, a third of the 300"
    assert found(counted(people_Adults=410, people=905)) == [("people_fell", "Adults")], "95 of 190"
    assert found(counted(people_Adults=600 - 180, people=905)) == [], "30 % is allowed"


def test_a_few_fewer_are_corrections_whatever_their_share():
    before = replace(GOOD, counts={(PEOPLE, "", ""): 12, (PLACEMENTS, LAST, ""): 1})
    assert found(replace(GOOD, counts={(PEOPLE, "", ""): 3, (PLACEMENTS, LAST, ""): 1}), before) == []
    assert found(replace(GOOD, counts={(PEOPLE, "", ""): 2, (PLACEMENTS, LAST, ""): 1}), before) == [
        ("people_fell", "2024-03-31")]


def test_a_file_that_is_gone_cut_short_or_lost_a_column_is_named():
    old = GOOD.files["reviews #|"]
    assert found(replace(GOOD, files={})) == [("file_gone", "reviews 1.csv")]
    assert found(replace(GOOD, files={"reviews #|": replace(old, shown="reviews 2.csv", rows=719)})) == [
        ("file_short", "reviews 2.csv")]
    assert found(replace(GOOD, files={"reviews #|": replace(old, columns=("employee_id",))})) == [
        ("heading_gone", "reviews 1.csv")]
    assert found(replace(GOOD, files={"reviews #|": replace(old, refused=51)})) == [("more_refused", "reviews 1.csv")]
    assert found(replace(GOOD, files={"reviews #|": replace(old, refused=50)})) == [], "5 % of 900 more is allowed"


def test_a_file_under_a_new_name_is_the_old_one_where_it_brings_the_same_columns():
    old = GOOD.files["reviews #|"]
    wider = replace(old, shown="ratings.csv", columns=("box", "employee_id", "grade"))
    assert found(replace(GOOD, files={"ratings|": wider})) == []
    assert found(replace(GOOD, files={"ratings|": replace(old, columns=("box",))})) == [("file_gone", "reviews 1.csv")]


def test_rows_of_a_table_and_entries_of_a_column_that_fall_are_named():
    assert found(replace(GOOD, rows={"placements": 900, "conversations": 1199})) == [("rows_fell", "conversations")]
    assert found(replace(GOOD, rows={"placements": 10, "conversations": 1500})) == [], "placements are held to more"
    empty = replace(GOOD, rows={**GOOD.rows, "posts": 1000}, filled={"posts.grade": 0.0})
    assert found(empty) == [("entries_fell", "grade (posts)")]
    assert found(replace(empty, filled={"posts.grade": 0.78})) == []
    assert found(replace(empty, rows={**GOOD.rows, "posts": 9})) == [], "too few rows to tell"


def test_a_scale_with_other_labels_turned_round_or_recoded_is_named():
    assert found(replace(GOOD, scales={"performance": ("Low", "Meets", "High")})) == [("scale_labels", "performance")]
    assert found(replace(GOOD, levels={("performance", LAST): {1: 180, 2: 630, 3: 90}})) == [
        ("scale_mix", f"performance, {LAST}")], "90 of 900 would have to move"
    assert found(replace(GOOD, levels={("performance", LAST): {1: 161, 2: 630, 3: 109}})) == [], "71 of 900: corrected"


def test_a_new_cycle_is_held_to_the_one_before_it():
    def with_new(levels: dict[int, int]) -> ExtractShape:
        return replace(GOOD, counts={**COUNTS, (PLACEMENTS, NEW, ""): 900},
                       levels={**GOOD.levels, ("performance", NEW): levels})

    assert found(with_new({1: 270, 2: 540, 3: 90})) == [], "ratings may really differ"
    assert found(with_new({1: 540, 2: 270, 3: 90})) == [("scale_new_cycle", f"performance, {NEW}")]


def test_a_cycle_in_which_nobody_is_placed_is_named_for_the_first_run_too():
    empty = replace(GOOD, counts={**COUNTS, (PLACEMENTS, NEW, ""): 0})
    assert found(empty, None) == [("no_placements", NEW)]


def test_older_data_is_named_a_day_that_settings_name_may_not_go_back_at_all():
    assert found(replace(GOOD, as_of="2024-03-24")) == []
    assert found(replace(GOOD, as_of="2024-03-23")) == [("older", "2024-03-23")]
    assert found(replace(GOOD, as_of="2024-03-30", is_day_set=True)) == [("older", "2024-03-30")]
    assert found(replace(GOOD, newest={"placements": "2024-03-20"})) == [("older_rows", "placements")]
    assert found(replace(GOOD, newest={})) == []
    assert [finding.code for finding in find_older(GOOD, replace(GOOD, as_of="2023-09-30"), GuardSettings())] == [
        "older"]


def test_what_settings_expect_is_asked_of_the_first_run_too():
    assert found(GOOD, None, people=1111, placements=1000) == []
    assert found(GOOD, None, people=1112) == [("expected_people", LAST)]
    assert found(GOOD, None, placements=1001) == [("expected_placements", LAST)]
    assert found(GOOD, None, directorates=["Adults", "Highways"]) == [("expected_directorate", "Highways")]


def test_a_refusal_names_every_finding_and_the_way_on():
    findings = find_damage(GOOD, counted(people=500, placements=100), rules=GuardSettings(), expected=ExpectSettings())
    problem = ExtractRefusedError(findings, "run-7")
    assert "run-7" in problem.headline
    assert "500 people in post, 1,000 before" in problem.hints[0]
    assert "--accept" in problem.hints[-1]
    assert problem.as_records()[0] == {"code": "people_fell", "place": "2024-03-31", "before": "1,000", "after": "500"}
    assert "lack" in ExtractRefusedError(findings, "").headline
