"""Ids written in two ways, units on lines of their own, vacant positions with ids, headings told apart by a number."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from my121_analytics.ingest.intake import Intake, read_exports

PEOPLE = [f"ab{1001 + n}" for n in range(12)]
WORDS = ["Partially meets", "Meets", "Exceeds"] * 4
THREE = [1, 2, 3] * 4


def write(folder: Path, name: str, head: str, rows: list[list[str]]) -> None:
    folder.mkdir(exist_ok=True)
    text = "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) + "\n" for row in rows)
    (folder / f"{name}.csv").write_text(f"{head}\n{text}", encoding="utf-8")


def write_staff(folder: Path, people: list[str] = PEOPLE) -> None:
    write(folder, "staff", "Employee number,Name,Directorate,Manager number",
          [[person, f"Ann {chr(65 + n)}", "Housing", "" if n == 0 else people[0]] for n, person in enumerate(people)])


def write_ratings(folder: Path, people: list[str] = PEOPLE, heading: str = "Performance rating",
                  words: list[str] = WORDS) -> None:
    write(folder, "ratings", f"Employee number,Review period,{heading}",
          [[person, "2024/25", word] for person, word in zip(people, words, strict=True)])


def found(intake: Intake) -> dict[str, int]:
    rows = intake.workforce.placements
    return dict(zip(rows["employee_id"].astype(str), rows["performance"].fillna(0).astype(int), strict=True))


def message(intake: Intake, code: str) -> str:
    return str(intake.findings.loc[intake.findings["code"] == code, "message"].iloc[0])


def test_ids_in_another_case_are_the_same_people_and_that_is_said(tmp_path):
    write_staff(tmp_path)
    write_ratings(tmp_path, [person.upper() for person in PEOPLE])
    intake = read_exports(tmp_path)
    assert found(intake) == dict(zip(PEOPLE, THREE, strict=True))
    assert len(intake.workforce.employees) == 12
    assert int(intake.findings.loc[intake.findings["code"] == "id_repaired", "n"].sum()) == 12


def test_two_people_whose_ids_differ_by_zeros_alone_are_told(tmp_path):
    people = [*(str(1001 + n) for n in range(11)), "01005"]
    write_staff(tmp_path, people)
    write_ratings(tmp_path, people)
    intake = read_exports(tmp_path)
    assert "holds 01005 and 1005" in message(intake, "ids_alike")
    assert found(intake) == dict(zip(people, THREE, strict=True))


@pytest.mark.parametrize("mark", ['"', "ditto", "as above", "\u3003"])
def test_ditto_marks_stand_for_the_value_above(tmp_path, mark):
    book = openpyxl.Workbook()
    book.active.append(["Employee number", "Name", "Directorate"])
    for n, person in enumerate(PEOPLE):
        book.active.append([person, f"Ann {chr(65 + n)}", {0: "Housing", 6: "Finance"}.get(n, mark)])
    book.save(tmp_path / "staff.xlsx")
    posts = read_exports(tmp_path).workforce.posts.sort_values("employee_id")
    assert posts["directorate"].astype(str).tolist() == ["Housing"] * 6 + ["Finance"] * 6


@pytest.mark.parametrize("lines", [("Housing", "Finance"), ("Directorate: Housing", "Directorate: Finance")])
def test_units_on_lines_between_the_people_are_the_headline(tmp_path, lines):
    rows = [[person, f"Ann {chr(65 + n)}", "G5"] for n, person in enumerate(PEOPLE)]
    both = [[lines[0], "", ""], *rows[:6], [lines[1], "", ""], *rows[6:]]
    write(tmp_path, "staff", "Employee number,Name,Grade", both)
    intake = read_exports(tmp_path)
    assert f"'{lines[0]}' and '{lines[1]}'" in message(intake, "group_lines")
    assert intake.unread.headlines()[0].startswith("12 people's units of staff.csv were not read")


@pytest.mark.parametrize("number", ["V0001", "99999"])
def test_a_vacant_position_with_an_id_is_nobody_and_that_is_said(tmp_path, number):
    rows = [[f"P{n}", person, "Officer", "Filled"] for n, person in enumerate(PEOPLE)]
    vacant = [[f"P9{n}", number, "Officer", "Vacant"] for n in range(3)]
    write(tmp_path, "positions", "Position ID,Worker ID,Position title,Position status", rows + vacant)
    intake = read_exports(tmp_path)
    assert sorted(intake.workforce.employees["employee_id"].astype(str)) == PEOPLE
    assert number in message(intake, "vacant_with_id")


@pytest.mark.parametrize("second", ["Performance rating.1", "Performance rating_2", "Performance rating (2)"])
def test_a_rating_that_a_program_has_numbered_is_asked_about_unless_it_is_the_same(tmp_path, second):
    write_staff(tmp_path)
    for folder, words in (("other", WORDS[::-1]), ("same", WORDS)):
        (tmp_path / folder).mkdir()
        write_staff(tmp_path / folder)
        write(tmp_path / folder, "ratings", f"Employee number,Review period,Performance rating,{second}",
              [[p, "2024/25", a, b] for p, a, b in zip(PEOPLE, WORDS, words, strict=True)])
    assert found(read_exports(tmp_path / "other")) == {}
    assert found(read_exports(tmp_path / "same")) == dict(zip(PEOPLE, THREE, strict=True))


def test_decimal_commas_without_a_fraction_are_levels(tmp_path):
    write_staff(tmp_path)
    write(tmp_path, "ratings", "Employee number,Review period,Performance rating,Potential rating",
          [[person, "2024/25", f"{level},0", f"{level},0"] for person, level in zip(PEOPLE, THREE, strict=True)])
    assert found(read_exports(tmp_path)) == dict(zip(PEOPLE, THREE, strict=True))


def test_errors_in_the_place_of_ratings_are_the_headline(tmp_path):
    write_staff(tmp_path)
    write_ratings(tmp_path, words=["#REF!" if n % 3 == 0 else word for n, word in enumerate(WORDS)])
    intake = read_exports(tmp_path)
    assert len(found(intake)) == 8
    assert intake.unread.headlines()[0].startswith("4 ratings of ratings.csv were not read")


def test_formulas_without_values_propose_no_scale(tmp_path):
    write_staff(tmp_path)
    write_ratings(tmp_path, words=["#FORMULA!"] * 12)
    intake = read_exports(tmp_path)
    assert found(intake) == {}
    assert "performance_levels" not in intake.unread.settings


def test_the_employees_score_beside_the_appraisers_is_their_own(tmp_path):
    write_staff(tmp_path)
    write(tmp_path, "ratings", "Employee number,Review year,Employee Score,Appraiser Score",
          [[p, "2024", str(4 - level), str(level)] for p, level in zip(PEOPLE, THREE, strict=True)])
    intake = read_exports(tmp_path)
    (tmp_path / "pasted.toml").write_text(intake.unread.settings, encoding="utf-8")
    rows = read_exports(tmp_path, settings=tmp_path / "pasted.toml").workforce.placements
    own = rows[(rows["source"] == "self").to_numpy()].sort_values("employee_id")
    assert own["performance"].astype(int).tolist() == [4 - level for level in THREE]


def test_managers_in_two_numbered_columns_are_the_headline(tmp_path):
    write(tmp_path, "staff", "Employee number,Name,Directorate,Manager 1,Manager 2",
          [[p, f"Ann {chr(65 + n)}", "Housing", PEOPLE[0], PEOPLE[1]] for n, p in enumerate(PEOPLE)])
    intake = read_exports(tmp_path)
    assert "'Manager 1'" in intake.unread.headlines()[0]
    assert '# "Manager 1" = "manager_id"' in intake.unread.settings


# Zeros in front that one list of people has lost -----------------------------------------------------------------


LONG = [f"00{1001 + n}" for n in range(12)]
SHORT = [person.lstrip("0") for person in LONG]


@pytest.mark.parametrize("head", ["Employee number,Ethnicity", "Employee number,Name,Team"])
def test_people_of_a_second_list_that_lost_its_zeros_are_not_counted_twice(tmp_path, head):
    write_staff(tmp_path, LONG)
    write(tmp_path, "more", head, [[p, *([f"Ann {chr(65 + n)}", "T1"] if "Name" in head else ["White"])]
                                   for n, p in enumerate(SHORT)])
    intake = read_exports(tmp_path)
    assert sorted(intake.workforce.employees["employee_id"].astype(str)) == LONG
    assert intake.quarantine["reason"].unique().tolist() == ["id_of_other_form"]
    (tmp_path / "wide.toml").write_text("[exports]\nemployee_id_width = 6\n", encoding="utf-8")
    mended = read_exports(tmp_path, settings=tmp_path / "wide.toml")
    assert len(mended.workforce.employees) == 12
    assert mended.quarantine.empty


def test_a_number_that_differs_by_zeros_beside_another_name_is_another_person(tmp_path):
    write_staff(tmp_path, LONG)
    write(tmp_path, "leavers", "Employee number,Name,Directorate,Leaving date",
          [["1005", "Zed Other", "Housing", "31/12/2020"]])
    intake = read_exports(tmp_path)
    assert len(intake.workforce.employees) == 13
    assert intake.quarantine.empty


def test_a_namesake_who_left_before_the_review_did_not_make_it(tmp_path):
    write(tmp_path, "ratings", "Employee number,Name,Directorate,Manager,Leaving date,Performance rating,Review period",
          [[p, f"Ann {chr(65 + n)}", "Housing", "Ann I" if n < 6 else "", "30/06/2019" if n == 8 else "", word,
            "2024/25"] for n, (p, word) in enumerate(zip(PEOPLE, WORDS, strict=True))])
    intake = read_exports(tmp_path)
    assert intake.workforce.posts["manager_id"].isna().all()
    assert "implausible_rater" in intake.findings["code"].tolist()
