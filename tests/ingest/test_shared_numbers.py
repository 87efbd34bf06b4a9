"""One number beside two names: one person's spellings are told from two people, on names anybody can judge."""

from __future__ import annotations

from pathlib import Path

import pytest

from my121_analytics.ingest.intake import read_exports
from my121_analytics.ingest.shared_numbers import _differ, _is_like, _words


@pytest.mark.parametrize(("first", "second"), [
    ("Ann Lee", "Lee, Ann"), ("Ann Lee", "Mrs Ann Lee"), ("Jon Smith", "John Smith"), ("Ann ONeil", "Ann O'Neill"),
    ("Ann Lee", "Ann Marie Lee"), ("Ann Lee", "Ann Brown"), ("Sam Lee", "Samantha Lee"), ("Ann Lee", "A Lee"),
    ("Ann Lee", "")])
def test_spellings_of_one_name_and_a_changed_surname_are_one_person(first, second):
    assert not _differ(first, second, set(), set())
    assert not _differ(second, first, set(), set())


@pytest.mark.parametrize(("first", "second"), [("Ann Lee", "Peter Brown"), ("Lee, Ann", "Brown, Peter")])
def test_names_of_which_no_word_is_like_another_are_two_people(first, second):
    assert _differ(first, second, set(), set())


@pytest.mark.parametrize(("started", "other_started", "differ"), [
    ({"2019"}, {"2022"}, True), ({"2019"}, {"2019"}, False), ({"2019"}, set(), False),
    ({"2019", "2022"}, {"2022"}, False)])
def test_one_forename_with_two_surnames_is_two_people_where_they_started_on_different_days(
        started, other_started, differ):
    assert _differ("Ann Lee", "Ann Brown", started, other_started) is differ


def test_one_surname_is_one_person_whatever_the_days():
    assert not _differ("Ann Lee", "Ann Marie Lee", {"2019"}, {"2022"})
    assert not _differ("Ann Lee", "Ann Lee Brown", {"2019"}, {"2022"})
    assert not _differ("Ann Lee Brown", "Ann Lee", {"2019"}, {"2022"})


@pytest.mark.parametrize(("first", "second", "alike"), [
    ("sam", "samantha", True), ("john", "jon", True), ("lee", "brown", False), ("abcde", "abcdx", True),
    ("abcd", "abxy", False)])
def test_words_are_alike_that_begin_alike_or_share_four_letters_of_five(first, second, alike):
    assert _is_like(first, second) is alike
    assert _is_like(second, first) is alike


def test_the_surname_is_the_last_word_and_titles_and_initials_are_none():
    assert _words("Lee, Dr Ann M") == ["ann", "lee"]
    assert _words("Dr Ann M Lee") == ["ann", "lee"]


def read(folder: Path, staff: list[str], reviews: list[str]):
    (folder / "staff.csv").write_text("\n".join(["Employee number,Name,Hire date,Directorate", *staff]) + "\n",
                                      encoding="utf-8")
    (folder / "reviews.csv").write_text("\n".join(["Employee number,Name,Review period,Performance", *reviews]) + "\n",
                                        encoding="utf-8")
    return read_exports(folder)


OTHERS = ["101,Joe Bell,01/04/2019,Care", "102,Eva Hart,01/04/2019,Care", "103,Max Cole,01/04/2019,Care"]


def test_a_number_of_two_people_on_the_staff_list_stops_every_row_about_it(tmp_path):
    intake = read(tmp_path, ["100,Ann Lee,01/04/2019,Care", "100,Peter Brown,01/05/2022,Roads", *OTHERS],
                  ["100,Ann Lee,2024/25,Meets", "101,Joe Bell,2024/25,Meets"])
    stopped = intake.quarantine.groupby("file")["row"].apply(list).to_dict()
    assert stopped == {"staff.csv": [2, 3], "reviews.csv": [2]}
    assert intake.workforce.placements["employee_id"].astype(str).tolist() == ["101"]


def test_another_sheets_name_that_is_another_persons_stops_that_row_alone(tmp_path):
    intake = read(tmp_path, ["100,Ann Lee,01/04/2019,Care", *OTHERS],
                  ["100,Peter Brown,2024/25,Meets", "101,Joe Bell,2024/25,Meets"])
    assert intake.quarantine[["file", "row", "reason"]].to_numpy().tolist() == [["reviews.csv", 2, "two_people"]]
    assert "Ann Lee and Peter Brown" in intake.quarantine["message"].iloc[0]


def test_one_forename_two_surnames_and_two_first_days_on_the_staff_list_are_two_people(tmp_path):
    intake = read(tmp_path, ["100,Ann Lee,01/04/2019,Care", "100,Ann Brown,01/05/2022,Care", *OTHERS],
                  ["101,Joe Bell,2024/25,Meets"])
    assert intake.quarantine["row"].tolist() == [2, 3]


def test_a_changed_surname_stops_nothing(tmp_path):
    intake = read(tmp_path, ["100,Ann Lee,01/04/2019,Care", *OTHERS], ["100,Ann Brown,2024/25,Meets"])
    assert intake.quarantine.empty
