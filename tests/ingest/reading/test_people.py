"""Who is meant: ids, names, addresses and positions, and nobody where it is not sure."""

from __future__ import annotations

import pytest

from my121_analytics.ingest.reading.people import Roster, name_key

NAMES = [("001", "Smith, John Andrew"), ("002", "Jane O'Neil"), ("003", "Ann Lee"), ("004", "Lee, Ann"),
         ("005", "José García"), ("006", "B Khan")]
ROSTER = Roster(frozenset(i for i, _ in NAMES), NAMES, {"x@council.gov.uk": "003"},
                {"P1": frozenset({"001"}), "P2": frozenset({"001", "002"})}, True, 3)


@pytest.mark.parametrize(("text", "person"), [
    ("004", "004"), ("4", "004"), ("4.0", "004"), ("John Smith", "001"), ("SMITH, John", "001"), ("Smith, J", "001"),
    ("Mr J A Smith", "001"), ("Dr. Jane ONeil", "002"), ("O'NEIL, Jane (2)", "002"), ("Jose Garcia", "005"),
    ("Bilal Khan", "006"), ("Lee, Ann [3]", "003"), ("002 - Jane O'Neil", "002"), ("Brown, Al (009)", "009"),
    ("jane.oneil@council.gov.uk", "002"), ("Jane O'Neil (acting)", "002"), ("Interim: Jane O'Neil", "002"),
    ("Jane Oâ€™Neil", "002"), ("\u200bJane\u00a0O’Neil ", "002"), ("=\"002\"", "002"), ("00２", "002"),
    ("X@council.gov.uk", "003"), ("P1", "001"), ("777", "777")])
def test_a_sure_reading_gives_the_person(text, person):
    assert ROSTER.find(text).employee_id == person


@pytest.mark.parametrize(("text", "state"), [
    ("Ann Lee", "ambiguous"), ("John B Smith", "unknown"), ("Peter Smith", "unknown"), ("VACANT", "vacant"),
    ("Vacant post", "vacant"), ("Top of tree", "top"), ("1.2E+05", "bad"), ("", ""), ("N/A", ""), ("P2", "ambiguous"),
    ("002/003", "ambiguous"), ("002 & 003", "ambiguous"), ("002; 003", "ambiguous"), ("002, 003", "ambiguous"),
    ("Jane O'Neil / Jose Garcia", "ambiguous"), ("Jane O'Neil and 001", "ambiguous"), ("0002", "bad"), ("00002", "bad"),
    ("Smith", "unknown"), ("TBC", "unknown"), ("see notes", "unknown"), ("Jane", "unknown"), ("12/03/2024", "unknown")])
def test_no_sure_reading_gives_nobody_and_says_why(text, state):
    found = ROSTER.find(text)
    assert found.employee_id is None
    assert found.state == state


def test_two_people_with_one_name_are_both_named():
    assert ROSTER.find("Lee, Ann").could_be == "003, 004"


def test_an_id_beside_a_name_that_nobody_has_is_kept_and_told():
    found = ROSTER.find("002 - Mary Brown")
    assert (found.employee_id, found.state, found.could_be) == ("002", "disagrees", "Jane O'Neil")


def test_an_id_beside_the_name_of_somebody_else_is_nobody_s():
    found = ROSTER.find("002 - John Smith")
    assert (found.employee_id, found.state) == (None, "contradicts")
    assert found.could_be == "002 is Jane O'Neil, John Smith is 001"


def test_the_one_id_beside_a_name_in_the_same_file_is_that_person():
    pairs = {name_key("Moss, Zed"): frozenset({"39"}), name_key("Reed, Kit"): frozenset({"11", "12"})}
    assert ROSTER.find("Zed Moss", pairs).employee_id == "39"
    assert ROSTER.find("Zed Moss", pairs).state == "beside"
    assert ROSTER.find("Kit Reed", pairs).state == "unknown"


def test_names_are_compared_whatever_their_order():
    assert name_key("SMITH, Jo") == name_key("Mr Jo Smith")
