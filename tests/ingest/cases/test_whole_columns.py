"""A scale is a property of a column: whole columns of ratings on other scales, each with its right value."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.settings_file import load_settings

PEOPLE = [f"{1000 + n}" for n in range(1, 13)]
PERFORMANCE = ["", "Partially meets", "Meets", "Exceeds"]
POTENTIAL = ["", "Low", "Moderate", "High"]
OF_FIVE = ["", "Unsatisfactory", "Needs improvement", "Meets expectations", "Exceeds expectations", "Outstanding"]
FIVE = [3, 3, 4, 5, 2, 1, 3, 3, 4, 2, 3, 3]
THREE = [1, 2, 3, 2, 2, 3, 1, 2, 3, 2, 2, 1]
ACROSS = [1, 2, 3] * 4
UP = [1, 1, 1, 2, 2, 2, 3, 3, 3, 1, 2, 3]
ON_MAP = [10 - ((row - 1) * 3 + column) for column, row in zip(ACROSS, UP, strict=True)]
"""The boxes of ACROSS and UP, counted from the top right as on the My 1-1 map."""


def write(folder: Path, name: str = "reviews", period: str = "2024/25", **columns: list) -> None:
    staff = "".join(f"{person},Housing,{'' if person == '1001' else '1001'}\n" for person in PEOPLE)
    (folder / "staff.csv").write_text(f"Employee number,Directorate,Manager number\n{staff}", encoding="utf-8")
    head = ",".join(["Employee number", "Review period", *(c.replace("_", " ") for c in columns)])
    rows = "".join(",".join([person, period, *map(str, cells)]) + "\n"
                   for person, *cells in zip(PEOPLE, *columns.values(), strict=True))
    (folder / f"{name}.csv").write_text(f"{head}\n{rows}", encoding="utf-8")


def codes(intake: Intake) -> set[str]:
    return set(intake.findings["code"]) - {"missing_optional", "rater_from_post"}


def found(intake: Intake, axis: str = "performance", source: str = "manager") -> list[int]:
    rows = intake.workforce.placements
    mine = rows[(rows["source"] == source).to_numpy()]
    return mine.sort_values("employee_id")[axis].fillna(0).astype(int).tolist()


def accepted(intake: Intake, file: str = "reviews.csv") -> tuple[int, int]:
    row = intake.reconciliation.set_index("file").loc[file]
    return int(row["rows_accepted"]), int(row["rows_quarantined"])


def paste(intake: Intake, folder: Path) -> Intake:
    """Read again with the lines that the check proposes, as they stand."""
    (folder / "pasted.toml").write_text(intake.unread.settings, encoding="utf-8")
    return read_exports(folder, settings=folder / "pasted.toml")


# Codes ------------------------------------------------------------------------------------------------------------


def test_codes_of_five_levels_are_stopped_as_one_column_and_no_cell_of_it_is_accepted(tmp_path):
    write(tmp_path, Performance_rating=FIVE)
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert accepted(intake) == (0, 12)
    assert len(intake.workforce.employees) == 12
    (line,) = intake.findings[intake.findings["severity"] == "error"].to_dict("records")
    assert (line["code"], line["column"], line["n"]) == ("codes_off_scale", "Performance rating", 12)
    assert "1 (1), 2 (2), 3 (6), 4 (2), 5 (1)" in line["message"]
    assert "performance_levels" in line["remedy"]
    assert intake.quarantine["reason"].unique().tolist() == ["scale_in_doubt"]


def test_with_five_levels_in_the_settings_the_column_is_read(tmp_path):
    write(tmp_path, Performance_rating=FIVE)
    (tmp_path / "five.toml").write_text("[framework]\nhas_potential = false\nperformance_levels = [\"Unsatisfactory\", "
                                        "\"Partially meets\", \"Meets\", \"Exceeds\", \"Outstanding\"]\n", "utf-8")
    intake = read_exports(tmp_path, settings=tmp_path / "five.toml")
    assert found(intake) == FIVE
    assert sum(level > 3 for level in found(intake)) == 3
    assert intake.unread.is_whole


def test_the_proposed_levels_let_the_column_be_read_in_one_step(tmp_path):
    write(tmp_path, Performance_rating=FIVE)
    assert found(paste(read_exports(tmp_path), tmp_path)) == FIVE


def test_one_code_outside_the_scale_stops_the_column_and_correcting_that_cell_alone_mends_it(tmp_path):
    write(tmp_path, Performance_rating=[4, *THREE[1:]])
    assert read_exports(tmp_path).workforce.placements.empty
    write(tmp_path, Performance_rating=[2, *THREE[1:]])
    assert found(read_exports(tmp_path)) == [2, *THREE[1:]]


def test_decimals_are_no_levels_even_where_some_of_them_are_whole(tmp_path):
    scores = ["3.6", "2.0", "1.0", "3.0", "2.5", "4.2", "3.0", "2.0", "1.5", "3.0", "5.0", "4.0"]
    write(tmp_path, Performance_rating=scores)
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert "decimals_for_levels" in codes(intake)
    assert intake.unread.n_ratings == 12


def test_codes_from_0_are_read_by_the_codes_that_are_proposed(tmp_path):
    write(tmp_path, Performance_rating=[level - 1 for level in THREE])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert 'performance_codes = ["0", "1", "2"]' in intake.unread.settings
    assert found(paste(intake, tmp_path)) == THREE


def test_a_0_beside_all_codes_of_the_scale_is_asked_about_and_read_as_not_rated_where_that_is_confirmed(tmp_path):
    write(tmp_path, Performance_rating=[0, *THREE[1:]])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert found(paste(intake, tmp_path)) == THREE[1:]


def test_scores_of_a_hundred_are_stopped_and_nothing_is_proposed_that_would_not_help(tmp_path):
    write(tmp_path, Performance_rating=[85, 72, 90, 60, 55, 88, 91, 70, 66, 80, 75, 93])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert all(line.startswith(("#", "[")) for line in intake.unread.settings.splitlines())


def test_letters_are_a_scale_of_their_own(tmp_path):
    write(tmp_path, Performance_rating=["ABCDE"[5 - level] for level in FIVE])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert found(paste(intake, tmp_path)) == FIVE


def test_codes_in_another_order_than_the_settings_were_pasted_for_are_turned_by_their_codes(tmp_path):
    write(tmp_path, Performance_rating=[6 - level for level in FIVE])
    settings = read_exports(tmp_path).unread.settings
    turned = settings.replace('# performance_codes = ["5"', 'performance_codes = ["5"')
    (tmp_path / "turned.toml").write_text(turned, encoding="utf-8")
    assert found(read_exports(tmp_path, settings=tmp_path / "turned.toml")) == FIVE


# Labels -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Rating Label", "Performance rating label", "Rating description", "Rating Text",
                                     "Performance rating name", "Label", "Performance descriptor"])
def test_a_label_beside_a_reversed_code_wins_over_it(tmp_path, heading):
    write(tmp_path, **{"Performance_rating": [4 - level for level in THREE],
                       heading: [PERFORMANCE[level] for level in THREE]})
    intake = read_exports(tmp_path)
    assert found(intake) == THREE
    (line,) = intake.findings[intake.findings["code"] == "labels_read"].to_dict("records")
    assert line["severity"] == "warning"
    assert f"{sum(level != 2 for level in THREE)} of 12 rows" in line["message"]


def test_labels_that_confirm_the_codes_change_nothing(tmp_path):
    write(tmp_path, Performance_rating=THREE, Rating_Label=[PERFORMANCE[level] for level in THREE])
    intake = read_exports(tmp_path)
    assert found(intake) == THREE
    assert "labels_read" not in codes(intake)


def test_a_row_whose_code_and_label_disagree_is_stopped_where_the_others_agree(tmp_path):
    labels = ["Exceeds", *(PERFORMANCE[level] for level in THREE[1:])]
    write(tmp_path, Performance_rating=THREE, Rating_Label=labels)
    intake = read_exports(tmp_path)
    assert intake.quarantine[["row", "reason"]].values.tolist() == [[2, "rating_code_label_disagree"]]
    assert found(intake) == THREE[1:]


def test_codes_and_labels_without_rule_stop_the_column(tmp_path):
    write(tmp_path, Performance_rating=THREE, Rating_Label=[PERFORMANCE[level] for level in (THREE[3:] + THREE[:3])])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert "codes_against_labels" in codes(intake)


def test_labels_of_another_scale_beside_codes_give_the_levels_in_their_order(tmp_path):
    write(tmp_path, Performance_rating=FIVE, Rating_description=[OF_FIVE[level] for level in FIVE])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert f'performance_levels = {OF_FIVE[1:]}'.replace("'", '"') in intake.unread.settings
    again = paste(intake, tmp_path)
    assert found(again) == FIVE
    assert again.workforce.framework.label("performance", 5) == "Outstanding"


def test_one_is_outstanding_and_five_unsatisfactory(tmp_path):
    write(tmp_path, Performance_rating=[f"{6 - level} - {OF_FIVE[level]}" for level in FIVE])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert 'performance_codes = ["5", "4", "3", "2", "1"]' in intake.unread.settings
    assert found(paste(intake, tmp_path)) == FIVE


def test_the_scales_own_labels_behind_turned_codes_stop_the_column(tmp_path):
    write(tmp_path, Performance_rating=[f"{4 - level} - {PERFORMANCE[level]}" for level in THREE])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert "codes_against_labels" in codes(intake)
    assert found(paste(intake, tmp_path)) == THREE


def test_words_of_another_scale_stop_the_column_and_are_proposed_in_order(tmp_path):
    words = ["PIP", "Below", "Meets", "Exceeds"]
    levels = [4, 2, 3, 1, 3, 3, 2, 3, 4, 3, 1, 3]
    write(tmp_path, Performance_rating=[words[level - 1] for level in levels])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert 'performance_levels = ["PIP", "Below", "Meets", "Exceeds"]' in intake.unread.settings
    assert found(paste(intake, tmp_path)) == levels


def test_turned_codes_are_found_where_most_people_are_in_the_middle(tmp_path):
    levels = [2] * 9 + [3, 1, 3]
    write(tmp_path, Performance_rating=[f"{4 - level} - {PERFORMANCE[level]}" for level in levels])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert found(paste(intake, tmp_path)) == levels


def test_one_level_beyond_the_ends_of_the_scale_is_enough(tmp_path):
    write(tmp_path, Performance_rating=["Outstanding", *(PERFORMANCE[level] for level in THREE[1:])])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert '"Partially meets", "Meets", "Exceeds", "Outstanding"' in intake.unread.settings


def test_boxes_with_the_names_of_another_map_are_stopped_and_the_words_listed(tmp_path):
    write(tmp_path, Box=["Star", "Core player", "Risk"] * 4)
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert '# "Core player" = 1' in intake.unread.settings
    (tmp_path / "s.toml").write_text('[ratings.synonyms.box]\n"Star" = 1\n"Core player" = 5\n"Risk" = 9\n', "utf-8")
    assert found(read_exports(tmp_path, settings=tmp_path / "s.toml"), "box") == [1, 5, 9] * 4


def test_a_slip_of_the_pen_in_one_cell_stops_its_row_alone(tmp_path):
    write(tmp_path, Performance_rating=["Sideways", *(PERFORMANCE[level] for level in THREE[1:])])
    intake = read_exports(tmp_path)
    assert found(intake) == THREE[1:]
    assert intake.quarantine["reason"].tolist() == ["unknown_rating"]


# Several columns --------------------------------------------------------------------------------------------------


def test_columns_of_one_sheet_share_a_scale_even_where_one_of_them_never_reaches_its_ends(tmp_path):
    write(tmp_path, Self_performance=FIVE, Manager_performance=THREE)
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert {"codes_off_scale", "scale_of_another"} <= codes(intake)
    again = paste(intake, tmp_path)
    assert (found(again, source="self"), found(again)) == (FIVE, THREE)


def test_a_second_file_of_bare_codes_that_fits_by_chance_is_stopped_with_the_first(tmp_path):
    write(tmp_path, "reviews2023", "2023/24", Performance_rating=THREE)
    write(tmp_path, "reviews2024", "2024/25", Performance_rating=[5, 4, 5, 4, 3, 1, 2, 3, 3, 2, 3, 2])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty or set(intake.workforce.placements["origin_file"]) == {"reviews2023.csv"}
    # One scale for both files, or two: a person decides, and only then the lines are taken.
    assert paste(intake, tmp_path).unread.n_read == 12
    awake = intake.unread.settings.replace("# performance_levels", "performance_levels").replace("# has_", "has_")
    (tmp_path / "chosen.toml").write_text(awake, encoding="utf-8")
    assert read_exports(tmp_path, settings=tmp_path / "chosen.toml").unread.n_read == 24


def test_potential_on_five_levels_is_stopped_and_performance_stays(tmp_path):
    write(tmp_path, Performance_rating=[PERFORMANCE[level] for level in THREE], Potential_rating=FIVE)
    intake = read_exports(tmp_path)
    assert found(intake) == THREE
    assert found(intake, "potential") == [0] * 12
    assert "Potential rating" in intake.unread.headlines()[0]
    assert found(paste(intake, tmp_path), "potential") == [[0, 1, 1, 2, 3, 3][level] for level in FIVE]


def test_in_a_flat_file_the_people_enter_and_the_ratings_do_not(tmp_path):
    rows = "".join(f"{person},Ann {person},Place,{level}\n" for person, level in zip(PEOPLE, FIVE, strict=True))
    (tmp_path / "flat.csv").write_text(f"Employee number,Name,Directorate,Performance rating\n{rows}", encoding="utf-8")
    intake = read_exports(tmp_path)
    assert len(intake.workforce.employees) == 12
    assert intake.workforce.posts["directorate"].unique().tolist() == ["Place"]
    assert intake.workforce.placements.empty


# Boxes ------------------------------------------------------------------------------------------------------------


def test_boxes_counted_from_the_bottom_are_stopped_and_the_axes_count(tmp_path):
    write(tmp_path, Performance_rating=[PERFORMANCE[n] for n in ACROSS], Potential_rating=[POTENTIAL[n] for n in UP],
          **{"9 box": [10 - box for box in ON_MAP]})
    intake = read_exports(tmp_path)
    assert found(intake, "box") == ON_MAP
    assert bool(intake.workforce.placements["derived"].all())
    n_wrong = sum(box != 5 for box in ON_MAP)
    (line,) = intake.findings[intake.findings["code"] == "boxes_against_ratings"].to_dict("records")
    assert f"{n_wrong} of 12 rows" in line["message"]
    assert "box_numbering = [9, 8, 7, 6, 5, 4, 3, 2, 1]" in intake.unread.settings
    again = paste(intake, tmp_path)
    assert found(again, "box") == ON_MAP
    assert not again.workforce.placements["derived"].any()


def test_boxes_numbered_down_the_columns_are_recognised(tmp_path):
    write(tmp_path, Performance_rating=[PERFORMANCE[n] for n in ACROSS], Potential_rating=[POTENTIAL[n] for n in UP],
          Box=[(column - 1) * 3 + row for column, row in zip(ACROSS, UP, strict=True)])
    intake = read_exports(tmp_path)
    assert "box_numbering = [9, 6, 3, 8, 5, 2, 7, 4, 1]" in intake.unread.settings
    assert found(paste(intake, tmp_path), "box") == ON_MAP


def test_boxes_beside_performance_alone_are_held_against_it(tmp_path):
    write(tmp_path, Performance_rating=[PERFORMANCE[n] for n in ACROSS], Box=[10 - box for box in ON_MAP])
    intake = read_exports(tmp_path)
    assert found(intake, "box") == [0] * 12
    assert found(intake) == ACROSS
    # Nothing tells the top of the map from its bottom: the numberings that fit are listed, and none is settled.
    line = "# box_numbering = [9, 8, 7, 6, 5, 4, 3, 2, 1]"
    assert line in intake.unread.settings
    assert "# box_numbering = [3, 2, 1, 6, 5, 4, 9, 8, 7]" in intake.unread.settings
    (tmp_path / "s.toml").write_text(f"[framework]\n{line[2:]}\n", encoding="utf-8")
    assert found(read_exports(tmp_path, settings=tmp_path / "s.toml"), "box") == ON_MAP


def test_numbers_from_the_other_end_beside_the_names_of_boxes_stop_the_column(tmp_path):
    write(tmp_path)
    framework = read_exports(tmp_path / "staff.csv").workforce.framework
    write(tmp_path, Box=[f"{10 - box} - {framework.box(box).name}" for box in ON_MAP])
    intake = read_exports(tmp_path)
    assert intake.workforce.placements.empty
    assert found(paste(intake, tmp_path), "box") == ON_MAP


def test_where_turned_codes_or_turned_boxes_explain_it_neither_is_read_and_nothing_is_settled(tmp_path):
    write(tmp_path, Performance_rating=[4 - n for n in ACROSS], Potential_rating=[POTENTIAL[n] for n in UP], Box=ON_MAP)
    intake = read_exports(tmp_path)
    assert {"boxes_against_ratings", "ratings_against_boxes"} <= codes(intake)
    assert found(intake) == [0] * 12
    assert found(intake, "potential") == UP
    assert '# performance_codes = ["3", "2", "1"]' in intake.unread.settings
    (tmp_path / "codes.toml").write_text('[framework]\nperformance_codes = ["3", "2", "1"]\n', encoding="utf-8")
    again = read_exports(tmp_path, settings=tmp_path / "codes.toml")
    assert (found(again), found(again, "box")) == (ACROSS, ON_MAP)


def test_a_few_boxes_that_disagree_with_their_ratings_stay_findings_to_discuss(tmp_path):
    boxes = [9 if box == 1 else box for box in ON_MAP]
    write(tmp_path, Performance_rating=ACROSS, Potential_rating=UP, Box=boxes)
    intake = read_exports(tmp_path)
    assert found(intake, "box") == boxes
    assert "rating_disagrees_with_box" in codes(intake)
    assert intake.unread.is_whole


# Speed ------------------------------------------------------------------------------------------------------------


def test_distinct_values_are_judged_and_not_cells(tmp_path, monkeypatch):
    from my121_analytics.ingest.reading.ratings import Scale
    sizes: list[int] = []
    parse = Scale.parse
    monkeypatch.setattr(Scale, "parse", lambda self, texts: sizes.append(len(texts)) or parse(self, texts))
    rows = "".join(f"{n},2024/25,{1 + n % 3}\n" for n in range(1, 3000))
    (tmp_path / "reviews.csv").write_text(f"Employee number,Review period,Performance rating\n{rows}", encoding="utf-8")
    assert read_exports(tmp_path, settings=load_settings(None)).unread.n_read == 2999
    assert max(sizes) <= 4
