"""Settings that are proposed for what was left out: each line known, and what a person must decide left asleep."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from my121_analytics.ingest.intake import read_exports
from my121_analytics.ingest.settings_proposals import _Lines, _quoted

PEOPLE = [f"{1000 + n}" for n in range(1, 13)]
FIVE = [3, 3, 4, 5, 2, 1, 3, 3, 4, 2, 3, 3]
THREE = [1, 2, 3, 2, 2, 3, 1, 2, 3, 2, 2, 1]
UP = [1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 2, 3]
LABELS = ["", "Partially meets", "Meets", "Exceeds"]


def proposed(folder: Path, key: str = "Employee number", **columns: list) -> tuple[dict, list[str]]:
    """Give what is proposed for an export: the settings as read, and the lines left asleep, without their reasons."""
    staff = "".join(f"{person},Housing,{'' if person == '1001' else '1001'}\n" for person in PEOPLE)
    (folder / "staff.csv").write_text(f"Employee number,Directorate,Manager number\n{staff}", encoding="utf-8")
    head = ",".join([key, "Review period", *(name.replace("_", " ") for name in columns)])
    rows = "".join(",".join([person, "2024/25", *map(str, cells)]) + "\n"
                   for person, *cells in zip(PEOPLE, *columns.values(), strict=True))
    (folder / "reviews.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    text = read_exports(folder).unread.settings
    asleep = [line.removeprefix("# ").partition("  # ")[0] for line in text.splitlines() if line.startswith("#")]
    return tomllib.loads(text), asleep


def test_nothing_is_proposed_where_nothing_was_left_out(tmp_path):
    assert proposed(tmp_path, Performance=THREE) == ({}, [])


def test_codes_without_names_are_levels_whose_direction_is_asked(tmp_path):
    found, asleep = proposed(tmp_path, Performance_rating=FIVE)
    assert found == {"framework": {"performance_levels": [f"Level {n}" for n in range(1, 6)], "has_potential": False}}
    assert asleep == ['performance_codes = ["5", "4", "3", "2", "1"]']


def test_beside_potential_the_levels_get_a_place_on_the_map(tmp_path):
    found, _ = proposed(tmp_path, Performance_rating=FIVE, Potential=UP)
    assert found["framework"]["map_columns"] == [1, 1, 2, 3, 3]
    assert "has_potential" not in found["framework"]


def test_letters_are_levels_with_a_as_the_best_and_the_other_way_round_is_asked(tmp_path):
    found, asleep = proposed(tmp_path, Performance_rating=["ABCD"[n % 4] for n in FIVE])
    assert found["framework"]["performance_levels"] == ["D", "C", "B", "A"]
    assert asleep == ['performance_levels = ["A", "B", "C", "D"]']


def test_turned_codes_beside_the_frameworks_labels_are_codes_of_the_export(tmp_path):
    found, asleep = proposed(tmp_path, Performance_rating=[f"{4 - n} {LABELS[n]}" for n in THREE])
    assert found == {"framework": {"performance_codes": ["3", "2", "1"]}}
    assert asleep == []


def test_a_nought_is_proposed_as_not_rated(tmp_path):
    found, _ = proposed(tmp_path, Performance_rating=[0, *THREE[1:]])
    assert found == {"ratings": {"synonyms": {"performance": {"0": "not rated"}}}}


def test_scores_with_decimals_are_proposed_to_be_left_out_and_asked_about(tmp_path):
    found, asleep = proposed(tmp_path, Performance_rating=[n + 0.5 for n in THREE])
    assert found == {"exports": {"columns": {}}}
    assert asleep == ['"Performance rating" = "ignore"']


def test_of_two_open_ratings_one_is_taken_and_the_other_named(tmp_path):
    found, _ = proposed(tmp_path, Rating=THREE, Score=UP)
    assert found == {"exports": {"columns": {"Rating": "performance", "Score": "ignore"}}}


def test_potential_on_another_scale_is_put_onto_the_rows_of_the_map(tmp_path):
    found, asleep = proposed(tmp_path, Performance=THREE, Potential=FIVE)
    assert found == {"ratings": {"synonyms": {"potential": {
        "1": "Low", "2": "Low", "3": "Moderate", "4": "High", "5": "High"}}}}
    assert asleep == []


def test_boxes_numbered_from_the_other_corner_are_a_numbering_of_the_export(tmp_path):
    across = [1, 2, 3] * 4
    boxes = [(row - 1) * 3 + column for column, row in zip(across, UP, strict=True)]
    found, _ = proposed(tmp_path, Performance=[LABELS[n] for n in across], Potential=UP, Box=boxes)
    assert found == {"framework": {"box_numbering": [9, 8, 7, 6, 5, 4, 3, 2, 1]}}


def test_a_column_of_known_ids_under_an_unknown_heading_is_the_employee(tmp_path):
    found, _ = proposed(tmp_path, key="Reference code", Performance=THREE)
    assert found["exports"]["columns"]["Reference code"] == "employee_id"


@pytest.mark.parametrize(("text", "toml"), [("a", '"a"'), ('a"b', '"a\\"b"'), ("é", '"é"'), ("\x7f", '"\\u007f"')])
def test_what_is_quoted_reads_back_as_it_was(text, toml):
    assert _quoted(text) == toml
    assert tomllib.loads(f"x = {toml}")["x"] == text


def test_each_key_is_written_once_and_the_first_line_stands_while_asleep_lines_add_up():
    lines = _Lines()
    lines.add("exports.columns", '"A"', '"performance"', "or")
    lines.add("exports.columns", '"A"', '"ignore"')
    lines.add("framework", "x", "1", asleep=True)
    lines.add("framework", "x", "2", asleep=True)
    assert lines.text() == '[exports.columns]\n"A" = "performance"  # or\n[framework]\n# x = 1\n# x = 2\n'
    assert _Lines().text() == ""


def test_an_open_rating_with_the_numbers_of_nine_boxes_is_the_box_and_with_five_levels_performance(tmp_path):
    nine, _ = proposed(tmp_path, Rating=[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3], Score=THREE)
    assert nine == {"exports": {"columns": {"Rating": "box", "Score": "ignore"}}}
    five, _ = proposed(tmp_path, Rating=FIVE, Score=[n + 0.5 for n in FIVE])
    assert five["exports"] == {"columns": {"Rating": "performance", "Score": "ignore"}}
    assert five["framework"]["performance_levels"] == [f"Level {n}" for n in range(1, 6)]


def test_of_two_cycles_in_two_headings_nothing_is_chosen_for_the_reader(tmp_path):
    found, asleep = proposed(tmp_path, **{"Performance 2023/24": UP, "Performance 2024/25": THREE})
    assert found == {"exports": {"columns": {}}}
    assert asleep == ['"Performance 2023/24" = "ignore"', '"Performance 2024/25" = "ignore"']


def test_of_two_columns_with_one_heading_nothing_is_proposed_that_would_be_about_both(tmp_path):
    proposed(tmp_path, Performance=THREE)
    (tmp_path / "reviews.csv").write_text("Employee number,Review period,Performance,Performance\n" + "".join(
        f"{person},2024/25,{a},{b}\n" for person, a, b in zip(PEOPLE, THREE, UP, strict=True)), encoding="utf-8")
    text = read_exports(tmp_path).unread.settings
    assert tomllib.loads(text) == {"exports": {"columns": {}}}
    assert "give one of them another heading in the export" in text
