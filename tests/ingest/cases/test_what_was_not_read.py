"""What was not read is the headline: counted, with its cause, and with lines for the settings that mend it."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path

import openpyxl
import pytest

from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.ingest.intake_tables import describe_intake
from my121_analytics.ingest.reading.mapping import columns_block
from my121_analytics.ingest.reading.synonyms import AXES, column_words
from my121_analytics.ingest.unread import require_ratings

PEOPLE = [f"{1000 + n}" for n in range(1, 13)]
LABELS = ["Partially meets", "Meets", "Exceeds"]
THREE = [1, 2, 3] * 4
WORDS = [LABELS[level - 1] for level in THREE]
FIVE = [3, 3, 4, 5, 2, 1, 3, 3, 4, 2, 3, 3]


def write(folder: Path, name: str = "ratings", key: str = "Employee number", **columns: list) -> Path:
    staff = "".join(f"{person},Ann {chr(65 + n)},Housing,{'' if n == 0 else '1001'}\n"
                    for n, person in enumerate(PEOPLE))
    (folder / "staff.csv").write_text(f"Employee number,Name,Directorate,Manager number\n{staff}", encoding="utf-8")
    head = ",".join([key, *(c.replace("_", " ") for c in columns)])
    rows = "".join(",".join([person, *map(str, cells)]) + "\n"
                   for person, *cells in zip(PEOPLE, *columns.values(), strict=True))
    (folder / f"{name}.csv").write_text(f"{head}\n{rows}", encoding="utf-8")
    return folder


def found(intake: Intake, axis: str = "performance", source: str = "manager") -> list[int]:
    rows = intake.workforce.placements
    mine = rows[(rows["source"] == source).to_numpy()]
    return mine.sort_values("employee_id")[axis].fillna(0).astype(int).tolist()


def codes(intake: Intake) -> set[str]:
    return set(intake.findings["code"]) - {"missing_optional", "rater_from_post"}


def paste(intake: Intake, folder: Path) -> Intake:
    (folder / "pasted.toml").write_text(intake.unread.settings, encoding="utf-8")
    return read_exports(folder, settings=folder / "pasted.toml")


# A rating that does not name its axis -----------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["Overall Rating", "Rating", "Score", "Final rating", "PDR outcome",
                                     "Appraisal score"])
def test_the_only_rating_is_performance_where_its_labels_are_and_that_is_said(tmp_path, heading):
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, **{heading: WORDS}))
    assert found(intake) == THREE
    (line,) = intake.findings[intake.findings["code"] == "axis_assumed"].to_dict("records")
    assert (line["severity"], line["value"]) == ("warning", heading)
    assert intake.unread.is_whole


def test_bare_codes_that_fit_potential_and_boxes_as_well_are_asked_about(tmp_path):
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Overall_Rating=THREE))
    assert intake.workforce.placements.empty
    assert "'Overall Rating' could mean performance, potential or a box" in intake.unread.headlines()[1]
    assert found(paste(intake, tmp_path)) == THREE


def test_beside_boxes_it_is_asked_about_and_the_boxes_stay(tmp_path):
    boxes = [10 - level for level in THREE]
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Overall_Rating=THREE, Box=boxes))
    assert found(intake, "box") == boxes
    assert intake.unread.headlines()[0].startswith("12 ratings of ratings.csv were not read")
    assert paste(intake, tmp_path).unread.is_whole


def test_labels_beside_such_a_rating_settle_it(tmp_path):
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Rating=THREE, Rating_Text=WORDS))
    assert found(intake) == THREE


def test_two_ratings_that_name_no_axis_are_asked_about(tmp_path):
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Rating=WORDS, Score=list(reversed(WORDS))))
    assert intake.workforce.placements.empty
    assert {"'Rating'", "'Score'"} <= set(intake.unread.headlines()[1].replace(",", "").split())


@pytest.mark.parametrize(("own", "managers"), [
    ("SelfRating", "ManagerRating"), ("Self score", "Mgr Score"), ("selfrating", "mgrscore"),
    ("Employee self-assessment rating", "Line manager rating"), ("SELF_RATING", "manager_rating")])
def test_ratings_of_self_and_manager_in_one_word_are_told_apart(tmp_path, own, managers):
    ratings = {own: list(reversed(WORDS)), managers: WORDS}
    intake = read_exports(write(tmp_path, ReviewDate=["01/11/2024"] * 12, **ratings))
    assert found(intake) == THREE
    assert found(intake, source="self") == list(reversed(THREE))
    assert len(intake.workforce.cycles) == 1


def test_asked_in_words_that_can_be_copied(tmp_path):
    intake = read_exports(write(tmp_path, ReviewDate=["01/11/2024"] * 12, SelfRating=list(reversed(THREE)),
                                ManagerRating=THREE))
    assert intake.unread.headlines()[0].startswith("No rating was read")
    assert '"ManagerRating" = "manager performance"' in intake.unread.settings
    assert '"SelfRating" = "self performance"' in intake.unread.settings
    again = paste(intake, tmp_path)
    assert (found(again), found(again, source="self")) == (THREE, list(reversed(THREE)))


def test_an_unknown_scale_and_an_unknown_axis_are_mended_by_one_block(tmp_path):
    intake = read_exports(write(tmp_path, review_year=[2024] * 12, rating=FIVE))
    assert intake.workforce.placements.empty
    (tmp_path / "half.toml").write_text('[exports.columns]\n"rating" = "performance"\n', encoding="utf-8")
    half = read_exports(tmp_path, settings=tmp_path / "half.toml")
    assert half.workforce.placements.empty
    assert "codes_off_scale" in codes(half)
    assert found(paste(intake, tmp_path)) == FIVE


def test_words_of_another_scale_beside_a_score_are_asked_about_with_the_words_that_are_no_levels(tmp_path):
    words = ["PIP", "Below", "Meets", "Exceeds"]
    levels = [4, 2, 3, 1, 3, 3, 2, 3, 4, 3, 1, 3]
    intake = read_exports(write(tmp_path, review_year=[2024] * 12, rating=[words[level - 1] for level in levels],
                                score=[f"{level}.{n % 9 + 1}" for n, level in enumerate(levels)]))
    assert intake.workforce.placements.empty
    first, second, *_ = intake.unread.headlines()
    assert first.startswith("No rating was read")
    assert all(f"'{text}'" in second for text in ("rating", "score", "Below", "PIP"))
    assert found(paste(intake, tmp_path)) == levels


# The headline -----------------------------------------------------------------------------------------------------


def test_figures_are_refused_where_no_rating_was_read_with_the_cause_and_the_lines_to_add(tmp_path):
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Performance_rating=FIVE))
    with pytest.raises(DataUnusableError, match="No rating was read: the exports hold 12") as problem:
        require_ratings(intake.unread)
    assert any("'Performance rating'" in hint for hint in problem.value.hints)
    assert "performance_levels" in problem.value.hints[-1]
    tomllib.loads(problem.value.hints[-1])


def test_figures_are_refused_where_less_than_half_of_the_ratings_was_read(tmp_path):
    write(tmp_path, "one", Review_period=["2023/24"] * 12, Performance_rating=WORDS)
    write(tmp_path, "two", Review_period=["2024/25"] * 12, Performance_rating=FIVE)
    write(tmp_path, "three", Review_period=["2022/23"] * 12, Performance_rating=FIVE)
    intake = read_exports(tmp_path)
    assert intake.unread.n_read <= 12
    assert intake.unread.n_ratings == 36
    with pytest.raises(DataUnusableError):
        require_ratings(intake.unread)


def test_half_of_the_ratings_is_enough_for_figures_but_not_for_silence(tmp_path):
    write(tmp_path, "one", Review_period=["2023/24"] * 12, Performance_rating=WORDS)
    write(tmp_path, "two", Review_period=["2024/25"] * 12, Performance_rating=FIVE)
    intake = read_exports(tmp_path)
    require_ratings(intake.unread)
    assert intake.unread.headlines()[0].startswith("12 ratings of two.csv were not read")


def test_the_first_line_of_a_check_its_last_line_and_the_page_say_it_and_it_leaves_with_3(my121, tmp_path):
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", Review_period=["2024/25"] * 12, Performance_rating=FIVE)
    out = tmp_path / "out"
    check = my121("check", tmp_path / "in", "--out", out)
    lines = check.stdout.splitlines()
    assert check.returncode == 3
    assert lines[0] == "No rating was read: the exports hold 12, and none of them is on the record."
    assert lines[-1].startswith("The record cannot be used yet. No rating was read")
    page = (out / "check.html").read_text("utf-8")
    assert re.split("<h1[^>]*>", page)[1].startswith("No rating was read: the exports hold 12")
    assert "can be used." not in page
    assert "performance_levels = " in page
    assert (out / "suggested.toml").read_text("utf-8") in check.stdout
    profile = my121("profile", tmp_path / "in", "--out", tmp_path / "profile")
    assert profile.returncode == 3
    assert profile.stderr.splitlines()[-1].startswith("my121: No rating was read")
    assert (out / "suggested.toml").read_text("utf-8") in profile.stderr
    assert not list((tmp_path / "profile").glob("*.csv"))
    mended = my121("check", tmp_path / "in", "--out", out, "--settings", out / "suggested.toml")
    assert mended.returncode == 0
    assert "were not read" not in mended.stdout


@pytest.mark.parametrize("command", ["managers", "pack", "report", "profile"])
def test_every_command_that_makes_figures_of_ratings_refuses(tmp_path, command):
    write(tmp_path, Review_period=["2024/25"] * 12, Performance_rating=FIVE)
    run_command = getattr(import_module(f"my121_analytics.cli.{command}"), f"run_{command}")
    with pytest.raises(DataUnusableError, match="No rating was read"):
        run_command(tmp_path, tmp_path / "out", **({"name": ""} if command == "report" else {}))
    assert not (tmp_path / "out").exists()


def test_what_was_left_out_is_in_the_accounts_without_values_of_cells(tmp_path):
    accounts = describe_intake(read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Rating=FIVE)))["unread"]
    assert (accounts["ratings"], accounts["ratings_read"]) == (12, 0)
    assert accounts["columns"] == [{"kind": "ratings", "file": "ratings.csv", "sheet": "", "heading": "Rating", "n": 12,
                                    "cause": "axis_open"}]


def test_a_record_of_which_nothing_was_left_out_can_be_used(tmp_path):
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Performance_rating=WORDS))
    assert intake.unread.headlines() == ()
    assert intake.unread.settings == ""
    assert (intake.unread.n_ratings, intake.unread.n_read) == (12, 12)


def test_columns_that_may_hold_leavers_or_dates_are_part_of_the_headline(tmp_path):
    staff = "".join(f"{person},Housing,31/03/2024\n" for person in PEOPLE)
    (tmp_path / "staff.csv").write_text(f"Employee number,Directorate,End date\n{staff}", encoding="utf-8")
    (line,) = read_exports(tmp_path).unread.headlines()
    assert line == ("12 dates that may be leaving dates of staff.csv were not read: 'End date' could mean left_on or "
                    "valid_to.")


def test_a_heading_that_the_settings_ignore_is_no_headline(tmp_path):
    write(tmp_path, Review_period=["2024/25"] * 12, Performance_rating=WORDS, Rating=FIVE)
    (tmp_path / "s.toml").write_text('[exports.columns]\n"Rating" = "ignore"\n', encoding="utf-8")
    assert read_exports(tmp_path, settings=tmp_path / "s.toml").unread.is_whole


def test_a_sheet_about_our_people_in_another_language_is_listed_with_its_headings_and_what_was_expected(tmp_path):
    write(tmp_path, key="Personalnummer", Zeitraum=["2024/25"] * 12, Beurteilung=THREE)
    intake = read_exports(tmp_path)
    (line,) = intake.findings[intake.findings["code"] == "staff_sheet_unread"].to_dict("records")
    assert "'Personalnummer', 'Zeitraum', 'Beurteilung'" in line["message"]
    assert "'Employee number'" in line["message"]
    assert intake.unread.headlines()[0].startswith("12 rows about your people of ratings.csv were not read")
    (tmp_path / "s.toml").write_text('[exports.columns]\n"Personalnummer" = "employee_id"\n"Zeitraum" = "cycle"\n'
                                     '"Beurteilung" = "performance"\n', encoding="utf-8")
    again = read_exports(tmp_path, settings=tmp_path / "s.toml")
    assert found(again) == THREE
    assert again.unread.is_whole


def test_where_nothing_is_known_the_headings_found_and_expected_are_told(tmp_path):
    (tmp_path / "a.csv").write_text("Matricule,Nom,Note\n1,Ann,3\n2,Bo,2\n", encoding="utf-8")
    with pytest.raises(DataUnusableError) as problem:
        read_exports(tmp_path)
    assert any("'Matricule', 'Nom', 'Note'" in hint and "'Employee number'" in hint for hint in problem.value.hints)


# Headings ---------------------------------------------------------------------------------------------------------


def test_a_year_and_a_cycle_that_agree_row_by_row_are_one_cycle_whatever_the_dates(tmp_path):
    days = ["2024-12-10"] * 6 + ["2026-05-04"] * 6
    intake = read_exports(write(tmp_path, Review_year=[2024] * 12, Review_cycle=["2024 Annual Review"] * 12,
                                Performance_rating=WORDS, Review_completion_date=days))
    assert intake.workforce.cycles["label"].tolist() == ["2024"]
    assert found(intake) == THREE
    assert sorted(intake.workforce.placements["placed_on"].dt.strftime("%Y-%m-%d")) == days


def test_a_year_beside_the_halves_of_it_gives_the_halves(tmp_path):
    intake = read_exports(write(tmp_path, Review_year=["2024/25"] * 12, Review_cycle=["2024/25 H1", "2024/25 H2"] * 6,
                                Performance_rating=WORDS))
    assert intake.workforce.cycles["label"].tolist() == ["2024/25 H1", "2024/25 H2"]


def test_a_year_and_a_cycle_that_contradict_each_other_are_asked_about(tmp_path):
    intake = read_exports(write(tmp_path, Review_year=["2023/24", "2024/25"] * 6, Performance_rating=WORDS,
                                Review_cycle=["2024/25 H1", "2024/25 H2", "2024/25 H1"] * 4))
    assert "ambiguous_heading" in codes(intake)
    assert any("'Review year'" in line for line in intake.unread.headlines())


def test_a_code_and_a_name_of_one_category_do_not_cancel_each_other(tmp_path):
    rows = "".join(f"{person},G{n % 3},Grade {'abc'[n % 3]}\n" for n, person in enumerate(PEOPLE))
    (tmp_path / "staff.csv").write_text(f"Employee number,Grade code,Grade name\n{rows}", encoding="utf-8")
    grades = read_exports(tmp_path).workforce.posts["grade"].astype("str")
    assert set(grades) == {"Grade a", "Grade b", "Grade c"}


@pytest.fixture
def two_halves(tmp_path):
    write(tmp_path)
    (tmp_path / "ratings.csv").unlink()
    book = openpyxl.Workbook()
    book.active.append([None, "Mid-year 2024", None, "Year-end 2024/25", None])
    book.active.append(["Employee number", *["Performance rating", "Potential rating"] * 2])
    for person, word in zip(PEOPLE, WORDS, strict=True):
        book.active.append([person, word, "Moderate", "Meets", "High"])
    for span in ("B1:C1", "D1:E1"):
        book.active.merge_cells(span)
    book.save(tmp_path / "ratings.xlsx")
    return tmp_path


def test_one_heading_in_two_columns_is_refused_with_the_names_that_tell_them_apart(two_halves):
    intake = read_exports(two_halves)
    assert intake.workforce.placements.empty
    lines = intake.findings[intake.findings["code"] == "heading_twice"]
    assert "'Mid-year 2024 Performance rating' and 'Year-end 2024/25 Performance rating'" in lines["message"].iloc[0]
    again = paste(intake, two_halves)
    assert found(again) == [2] * 12
    assert found(again, "potential") == [3] * 12
    assert again.workforce.cycles["label"].tolist() == ["2024/25"]


def test_a_setting_for_a_heading_that_no_file_has_is_told_with_those_that_end_in_it(two_halves):
    (two_halves / "s.toml").write_text('[exports.columns]\n"Performance rating" = "performance"\n', encoding="utf-8")
    intake = read_exports(two_halves, settings=two_halves / "s.toml")
    (line,) = intake.findings[intake.findings["code"] == "setting_without_heading"].to_dict("records")
    assert "'Mid-year 2024 Performance rating' or 'Year-end 2024/25 Performance rating'" in line["message"]


@pytest.mark.parametrize(("heading", "column"), [
    ("Org Level 2 (Directorate)", "directorate"), ("Level 1 - Service", "service"), ("Hierarchy level 3 Team", "team"),
    ("Directorate (Org Level 2)", "directorate"), ("L2 Directorate name", "directorate"), ("Org Level 2", "service"),
    ("Portfolio", "directorate"), ("Strategic directorate", "directorate"), ("Reporting unit", "team"),
    ("Band", "grade"), ("Scale", "grade"), ("Establishment number", "post_id"), ("Occupancy start", "started_in_post"),
    ("Continuous service date", ""), ("Date of continuous service", "")])
def test_headings_mean_what_they_name(tmp_path, heading, column):
    (tmp_path / "staff.csv").write_text(f"Employee number,Name,{heading}\n1001,Ann,P1\n1002,Bo,P2\n", encoding="utf-8")
    mapping = read_exports(tmp_path).mapping.set_index("heading")["column"]
    assert mapping[heading] == column


def test_yes_and_no_under_an_unknown_heading_say_nothing_of_the_form(tmp_path):
    intake = read_exports(write(tmp_path, Review_period=["2024/25"] * 12, Performance_rating=WORDS,
                                Works_at_home=["Yes", "No", "No"] * 4))
    assert found(intake) == THREE
    assert intake.mapping.set_index("heading")["column"]["Works at home"] == ""


def test_columns_toml_offers_every_usable_word(tmp_path):
    intake = read_exports(write(tmp_path, SelfRating=THREE, ManagerRating=THREE))
    block = columns_block(intake.mapping)
    assert '# "SelfRating" = "self performance"  # or "self potential", "self box", "ignore"' in block
    words = " ".join(line.strip("# ") for line in block.splitlines() if line.startswith("#   "))
    assert words.split(", ") == column_words()
    assert {f"self {axis}" for axis in AXES} <= set(column_words())
    tomllib.loads(block)
