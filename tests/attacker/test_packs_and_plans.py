"""Packs, plans and rounded papers: holes known by hand are found, and safe papers pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacker.declarations import Quantity
from tests.attacker.folders import attack_folders, read_folders
from tests.attacker.packs import BOXES
from tests.attacker.plans import meaning_of
from tests.attacker.printed import Publication
from tests.attacker.rounded import attack_rounded
from tests.attacker.test_attack_on_files import CYCLE, ratings, ratings_by, row_of, write_book

SCOPE = f"Whole council, {CYCLE}, as of 30 September 2024"
OF_PLAN = "statistic,label,action_ids,unit,then_cycle,then,n_then,now_cycle,now,n_now,marker"


def write_pack(folder: Path, cells: dict[str, str], words: str = "") -> Path:
    """Write the first page of a pack: the map, whose cells hold number and share."""
    names = {box: name for name, box in BOXES.items()}
    rows = "".join("<tr><th>High</th>" + "".join(
        f"<td>{box} {names[box]} {cells[box]}</td>" for box in row) + "</tr>" for row in ("321", "654", "987"))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.html").write_text(
        f"<p>{words}</p><table><caption>Posts in each box: {SCOPE}</caption><tr><th>Potential (rows), performance "
        f"(columns)</th><th>Partially meets</th><th>Meets</th><th>Exceeds</th></tr>{rows}</table>", "utf-8")
    return folder


def write_outcomes(folder: Path, *rows: str) -> Path:
    """Write what a plan prints of the record."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "outcomes.csv").write_text("\r\n".join([OF_PLAN, *rows]), "utf-8-sig")
    return folder


def test_the_first_page_of_a_pack_gives_the_box_away_that_a_report_withholds(tmp_path):
    cells = dict.fromkeys("123456789", "8 10% of placed") | {"9": "[c]"}
    pack = write_pack(tmp_path / "pack", cells)
    report = write_book(tmp_path / "report", {"Ratings": ratings({1: "[c]", 2: 24, 3: 24, 0: 0}, 67)})
    assert row_of(attack_folders([pack]), box="9")[2] is False
    assert row_of(attack_folders([pack, report]), box="9") == (3, 3, True)


def test_shares_before_and_now_on_a_first_page_are_read(tmp_path):
    cells = dict.fromkeys("123456789", "8 11% of placed 9% → 12% no clear change")
    known = read_folders([write_pack(tmp_path, cells)])
    assert {count for quantity, count in known.shown.items() if quantity.what == "posts"} == {8}
    assert sum(law.name == "a printed share" and law.terms[0][0].what == "moves" for law in known.laws) == 36


def test_one_person_in_words_is_a_number(tmp_path):
    cells = dict.fromkeys("123456789", "[c]")
    found = attack_folders([write_pack(tmp_path, cells, "Agree who completes the one post without a placement.")])
    assert any("placed no" in line for line in found.small)


def test_a_pack_without_a_hole_passes(tmp_path):
    cells = dict.fromkeys("123456789", "8 10% of placed") | dict.fromkeys("169", "[c]")
    report = write_book(tmp_path / "report", {"Ratings": ratings({1: "[c]", 2: 24, 3: "[c]", 0: 0}, 80, 80)})
    found = attack_folders([write_pack(tmp_path / "pack", cells), report])
    assert found.n_narrow == 0


def test_the_fullest_box_limits_the_others(tmp_path):
    folder = write_pack(tmp_path, dict.fromkeys("123456789", "[c]"),
                        "Table of shares by grade and box. Most are in one. Grade 3: fullest box Good Performer with "
                        "50% (6); Grade 4: no one box can be named as the fullest")
    cells = [["Grade 3", 7, *["[c]"] * 9], ["Grade 4", *["[c]"] * 10]]
    headings = ("Grade", "No placement", *(f"{box} {name}" for name, box in BOXES.items()))
    book = write_book(tmp_path / "book", {"By grade": (f"Posts in each box by grade: {SCOPE}", headings, cells)})
    least, most, _ = row_of(attack_folders([folder, book], threshold=7), grade="Grade 3", box="5")
    assert (least, most) == (0, 6)


def test_a_figure_that_an_action_names_gives_a_withheld_rating_away(tmp_path):
    report = write_book(tmp_path / "report", {"Ratings": ratings({1: "[c]", 2: 30, 3: "[c]", 0: "[c]"}, 40)})
    plan = write_outcomes(tmp_path / "plan", f"lowest_rating,,1.1,share,2023/24 H2,,,{CYCLE},0.1,40,")
    assert attack_folders([report]).n_narrow == 0
    assert row_of(attack_folders([report, plan]), level="1") == (4, 4, True)


def test_a_figure_of_a_directorate_is_one_of_its_parts(tmp_path):
    by = ratings_by("Directorate", {"Adult Care": {1: "[c]", 2: 20, 3: 9, 0: 0}, "Environment": {1: 8, 2: 9, 3: 7,
                                                                                              0: 0}},
                    {"Adult Care": "[c]", "Environment": 24})
    report = write_book(tmp_path / "report", {"Ratings by directorate": by})
    row = f'"profile.ratings_by_group.n[directorate=Adult Care, level=1]",,1.1,integer,,,,{CYCLE},6,35,'
    plan = write_outcomes(tmp_path / "plan", row)
    found = attack_folders([report, plan])
    assert not found.contradictions
    assert Quantity("posts", CYCLE, frozenset({("directorate", "Adult Care"), ("level", "1")})) not in set(
        found.hidden["quantity"])


def test_names_of_moves_tell_which_were_made(tmp_path):
    folder = write_outcomes(tmp_path)
    names = "\r\n".join(f'"movement.ratings_moves.n[before={before}, after={after}]",' for before, after in
                        ((1, 1), (2, 2), (3, 3)))
    (folder / "statistics.csv").write_text(f"statistic,label\r\n{names}\r\n", "utf-8-sig")
    book = write_book(tmp_path / "report", {"Ratings": ratings({1: 9, 2: 30, 3: 9, 0: 0}, 48)})
    known = read_folders([folder, book])
    assert sum(law.name == "somebody made this move" for law in known.laws) == 3
    assert sum(law.name == "a move that is not listed" for law in known.laws) == 13


@pytest.mark.parametrize(("name", "what", "of"), [
    ("profile.map.n[box=9]", "posts", {"box": "9"}),
    ("not_placed", "posts", {"placed": "no"}),
    ("coverage[directorate=Adult Care] more", "people", {"directorate": "Adult Care", "owes": "yes", "enough": "yes"}),
    ("highest_rating[directorate=Adult Care]", "posts", {"directorate": "Adult Care", "level": "3"}),
    ("movement.n_left", "presence", {"which": "gone"}),
    ("workforce.service_band.n[service_band=10+ years]", "people", {"years of service": "10+ years"}),
    ("succession.development.n_overdue[purpose=All]", "actions", {"state": "overdue"})])
def test_the_name_of_a_figure_says_what_it_counts(name, what, of):
    meant = meaning_of(name, CYCLE, Publication("", (), (), ("2023/24 H2", CYCLE)))
    assert (meant.part.what, dict(meant.part.of)) == (what, of)


def test_a_name_that_the_model_does_not_know_is_listed_as_unread():
    publication = Publication("", (), (), (CYCLE,))
    assert meaning_of("patterns.sd", CYCLE, publication) is None
    assert meaning_of("self.kappa_performance", CYCLE, publication) is None


def test_rounded_parts_that_only_one_count_fits_are_found(tmp_path):
    # 5, 5 and 5 printed are 3 to 7 each; a total of 10 printed is 8 to 12: together they must be 9 to 12.
    wide = write_book(tmp_path / "wide", {"Ratings": ratings({1: 5, 2: 5, 3: 5, 0: 0}, 10)})
    narrow = write_book(tmp_path / "narrow", {"Ratings": ratings({1: 5, 2: 5, 3: 5, 0: 0}, 5)})
    for folder, expected in ((wide, 0), (narrow, None)):
        if expected is None:
            with pytest.raises(Exception, match="No numbers fit"):
                attack_rounded([folder], [])
        else:
            found = attack_rounded([folder], [])
            assert row_of(found, level="1")[:2] == (3, 6)
            assert found.n_narrow == expected


def test_a_rounded_count_that_a_true_share_gives_away_is_found(tmp_path):
    title, headings, rows = ratings({1: 5, 2: 30, 3: 10, 0: 0}, 45)
    rows[0][3] = 0.0888888888889  # 4 of 45; of the printed numbers it would be 5 of 45
    found = attack_rounded([write_book(tmp_path, {"Ratings": (title, headings, rows)})], [])
    assert row_of(found, level="1")[2] is True
    rows[0][3] = 0.1111111111111
    found = attack_rounded([write_book(tmp_path, {"Ratings": (title, headings, rows)})], [])
    assert row_of(found, level="1")[2] is False
