"""The outsider's attack, held against small publications whose holes are known by hand, and against the product."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.table import Table

from tests.attacker.declarations import Quantity
from tests.attacker.folders import attack_folders
from tests.attacker.programs import Found, ModelError

CYCLE = "2024/25 H1"
SCOPE = f"{CYCLE} [p], as of 30 September 2024"
RATINGS = ("Level", "Rating", "Number", "Share", "Lower end of range", "Upper end of range", "Number the share is of")
COVERAGE = ("Grade", "People", "Posts", "With a placement", "Placement agreed", "Enough conversations",
            "Any conversation", "Share", "Lower end of range", "Upper end of range", "Number the share is of")
LABELS = {1: "Partially meets", 2: "Meets", 3: "Exceeds", 0: "No placement"}


def write_book(folder: Path, sheets: dict[str, tuple[str, tuple[str, ...], list[list[object]]]]) -> Path:
    """Write a workbook as the reports are laid out: a title in A1 and one marked-up table below."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, (name, (title, headings, rows)) in enumerate(sheets.items()):
        sheet = book.create_sheet(name)
        sheet.append([title])
        sheet.append(["This sheet holds 1 table."])
        for row in (headings, *rows):
            sheet.append(list(row))
        last = f"{openpyxl.utils.get_column_letter(len(headings))}{3 + len(rows)}"
        sheet.add_table(Table(displayName=f"t{number}", ref=f"A3:{last}"))
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / "workforce.xlsx")
    return folder


def ratings(counts: dict[int, object], base: object, everybody: object = "[c]") -> tuple:
    rows = [[level, LABELS[level], n, "[c]", "[c]", "[c]", everybody if level == 0 else base]
            for level, n in counts.items()]
    return f"Posts at each rating: {SCOPE}", RATINGS, rows


def ratings_by(group: str, counts: dict[str, dict[int, object]], bases: dict[str, object]) -> tuple:
    rows = [[unit, level, LABELS[level], n, "[c]", "[c]", "[c]", "[c]" if level == 0 else bases[unit]]
            for unit, of in counts.items() for level, n in of.items()]
    return f"Posts at each rating by {group.lower()}: {SCOPE}", (group, *RATINGS), rows


def row_of(found: Found, **of: str) -> tuple[int, int, bool]:
    rows = found.hidden[[dict(quantity.of) == of for quantity in found.hidden["quantity"]]]
    assert len(rows) == 1
    return int(rows["least"].iloc[0]), int(rows["most"].iloc[0]), bool(rows["is_narrow"].iloc[0])


def test_what_a_margin_leaves_open_is_found_to_be_wide(tmp_path):
    folder = write_book(tmp_path, {"Ratings": ratings({1: "[c]", 2: 30, 3: "[c]", 0: "[c]"}, 40)})
    found = attack_folders([folder])
    # The two that are withheld are at least 1 and make up 10.
    assert row_of(found, level="1") == (1, 9, False)
    assert found.n_narrow == 0


def test_a_count_that_a_margin_gives_away_is_found_exactly(tmp_path):
    folder = write_book(tmp_path, {"Ratings": ratings({1: "[c]", 2: 30, 3: 7, 0: "[c]"}, 40)})
    found = attack_folders([folder])
    assert row_of(found, level="1") == (3, 3, True)


def test_two_that_make_up_six_are_known_too_well(tmp_path):
    folder = write_book(tmp_path, {"Ratings": ratings({1: "[c]", 2: 30, 3: "[c]", 0: "[c]"}, 36)})
    found = attack_folders([folder])
    assert row_of(found, level="1") == (1, 5, True)
    assert found.n_narrow == 2


def test_coverage_beside_ratings_gives_the_lowest_rating_away(tmp_path):
    # Grade 3: 9 posts, 9 placed; 7 Meets, 0 Exceeds; so 2 at the lowest rating, though its base is withheld too.
    by_grade = ratings_by("Grade", {"Grade 3": {1: "[c]", 2: 7, 3: 0, 0: 0}, "Grade 4": {1: 6, 2: 20, 3: 9, 0: 0}},
                          {"Grade 3": "[c]", "Grade 4": 35})
    coverage = (f"Conversations (2 a year asked for) and placements by grade: {SCOPE}", COVERAGE,
                [["Grade 3", 9, 9, 9, "[c]", "[c]", "[c]", "[c]", "[c]", "[c]", "[c]"],
                 ["Grade 4", 35, 35, 35, "[c]", "[c]", "[c]", "[c]", "[c]", "[c]", "[c]"]])
    alone = attack_folders([write_book(tmp_path / "one", {"Ratings by grade": by_grade})])
    beside = attack_folders([write_book(tmp_path / "two", {"Ratings by grade": by_grade, "Coverage": coverage})])
    assert row_of(alone, grade="Grade 3", level="1")[2] is False
    assert row_of(beside, grade="Grade 3", level="1") == (2, 2, True)


def test_a_share_on_a_shown_base_is_a_count(tmp_path):
    title, headings, rows = ratings({1: "[c]", 2: "[c]", 3: "[c]", 0: "[c]"}, 40)
    rows[2][3] = 0.1
    found = attack_folders([write_book(tmp_path, {"Ratings": (title, headings, rows)})])
    assert row_of(found, level="3") == (4, 4, True)
    assert row_of(found, level="1")[2] is False


def test_a_range_without_its_share_and_base_is_a_count(tmp_path):
    # 2 of 9: the ends of Wilson's interval, worked out by hand: (2 + 1.921 -+ 1.960 sqrt(1.556 + .960)) / 12.841.
    title, headings, rows = ratings({1: "[c]", 2: "[c]", 3: "[c]", 0: "[c]"}, "[c]")
    rows[0][4:6] = [0.063225107118, 0.547411030893]
    found = attack_folders([write_book(tmp_path, {"Ratings": (title, headings, rows)})])
    assert row_of(found, level="1") == (2, 2, True)
    assert row_of(found, placed="yes") == (9, 9, True)


def test_boxes_give_away_the_rating_of_their_column(tmp_path):
    boxes = ("Box", "Name of the box", "Performance", "Potential", "Number", "Share", "Lower end of range",
             "Upper end of range", "Number the share is of")
    counts = {1: 12, 2: 30, 3: 0, 4: 8, 5: 40, 6: 0, 7: 9, 8: 21, 9: 3}
    rows = [[box, f"Box {box}", 0, 0, n, "[c]", "[c]", "[c]", "[c]"] for box, n in counts.items()]
    folder = write_book(tmp_path, {"Map": (f"Posts in each box of the map: {SCOPE}", boxes, rows),
                                   "Ratings": ratings({1: "[c]", 2: "[c]", 3: "[c]", 0: "[c]"}, "[c]")})
    found = attack_folders([folder])
    assert row_of(found, level="1") == (3, 3, True)
    assert found.small  # box 9 is printed though it is small


def test_groups_of_two_tables_meet_in_the_total(tmp_path):
    by_sex = ratings_by("Sex", {"Female": {1: "[c]", 2: 50, 3: 40, 0: 0}, "Male": {1: 12, 2: 40, 3: 30, 0: 0}},
                        {"Female": "[c]", "Male": 82})
    council = ratings({1: 15, 2: 90, 3: 70, 0: 0}, 175)
    found = attack_folders([write_book(tmp_path, {"Ratings": council, "Ratings by sex": by_sex})])
    assert row_of(found, sex="Female", level="1") == (3, 3, True)


def verdicts(*counts: object) -> tuple:
    names = ("pattern to discuss", "watch", "in line with others", "cannot tell", "All")
    return (f"Managers by what their ratings say: {SCOPE}", ("What the ratings say", "Managers"),
            [list(row) for row in zip(names, counts, strict=True)])


def test_verdicts_that_nobody_has_may_be_withheld_with_the_one_that_all_have(tmp_path):
    all_alike = attack_folders([write_book(tmp_path / "alike", {"Managers": verdicts(0, "[c]", "[c]", "[c]", 19)})])
    assert row_of(all_alike, verdict="watch") == (0, 19, False)
    several = attack_folders([write_book(tmp_path / "several", {"Managers": verdicts(6, 0, "[c]", "[c]", 19)})])
    assert row_of(several, verdict="cannot tell") == (1, 12, False)


def test_completed_and_overdue_actions_are_some_of_all(tmp_path):
    development = (f"Development actions agreed, completed and overdue: {SCOPE}",
                   ("Purpose", "Actions", "Completed", "Overdue"),
                   [["address", 10, 8, "[c]"], ["maintain", 40, 20, 10], ["All", 50, 28, "[c]"]])
    found = attack_folders([write_book(tmp_path, {"Development": development})])
    assert row_of(found, purpose="address", state="overdue") == (1, 2, True)


def test_a_protected_group_needs_a_wider_range(tmp_path):
    by_sex = ratings_by("Sex", {"Female": {1: "[c]", 2: "[c]", 3: 40, 0: 0}, "Male": {1: 12, 2: 40, 3: 30, 0: 0}},
                        {"Female": 49, "Male": 82})
    found = attack_folders([write_book(tmp_path, {"Ratings by sex": by_sex})])
    assert row_of(found, sex="Female", level="1") == (1, 8, True)


def test_the_truth_tells_an_error_of_the_model(tmp_path):
    shown = write_book(tmp_path / "shown", {"Ratings": ratings({1: "[c]", 2: 30, 3: 7, 0: 0}, 40, 40)})
    truth = write_book(tmp_path / "truth", {"Ratings": ratings({1: 9, 2: 30, 3: 7, 0: 0}, 40, 40)})
    found = attack_folders([shown], [truth])
    assert any("parts make up the whole" in line for line in found.broken)


def test_papers_that_cannot_all_be_true_are_refused_aloud(tmp_path):
    folder = write_book(tmp_path, {"Ratings": ratings({1: "[c]", 2: 30, 3: 20, 0: "[c]"}, 40)})
    with pytest.raises(ModelError, match="No numbers fit"):
        attack_folders([folder])


def test_twins_and_pages_are_read_like_workbooks(tmp_path):
    folder = write_book(tmp_path, {"Ratings": ratings({1: "[c]", 2: 30, 3: "[c]", 0: "[c]"}, 40)})
    (folder / "csv").mkdir()
    (folder / "csv" / "ratings.csv").write_text(
        "Level,Rating,Number,Number marker,Number the share is of\r\n1,Partially meets,,[c],40\r\n"
        "2,Meets,30,,40\r\n3,Exceeds,6,,40\r\n0,No placement,,[c],\r\n", "utf-8-sig")
    found = attack_folders([folder])
    assert row_of(found, level="1") == (4, 4, True)
    (folder / "csv" / "ratings.csv").unlink()
    (folder / "pack.html").write_text(
        f"<table><caption>Posts in each box: Whole council, {CYCLE}, as of 30 September 2024</caption><tr><th>Outcome"
        "</th><th>Posts</th></tr><tr><td>1 High Potential to Go Further</td><td>[c]</td></tr></table>"
        "<p>No placement: 3 of 43 posts (7%).</p>", "utf-8")
    found = attack_folders([folder])
    assert Quantity("posts", CYCLE, frozenset({("placed", "no")})) not in set(found.hidden["quantity"])
    assert any("placed no" in line for line in found.small)
