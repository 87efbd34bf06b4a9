"""Remedies that work: each is done as its message says, and the next run is better."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.ingest.validation import RULES

STAFF = """Employee no,Name,Post no,Directorate,Manager no,Date started,Leaving date
001,Ann Head,P1,Place,,01/04/2010,
002,Bo Smith,P2,Place,001,01/04/2015,
003,Cy Jones,P3,Place,002,01/04/2015,
004,Di Jones,P4,Adults,002,01/04/2015,
005,Ed Lee,P5,Adults,002,01/04/2015,
006,Ed Lee,P6,Adults,002,01/04/2015,30/06/2023
"""
ISO_STAFF = re.sub(r"(\d\d)/(\d\d)/(\d{4})", r"\3-\2-\1", STAFF)
HEAD = "Employee no,Post no,Review period,Review date,Reviewer,Performance,Potential,Box\n"
FIRST = "004,P4,2023/24 H1,02/06/2023,002,2,2,5\n"
ROW = "003,P3,2023/24 H1,01/06/2023,002,2,2,5"
GOOD = HEAD + FIRST + ROW + "\n"
CODES = "Employee no,Review period,Performance rating\n"
FIVE = CODES + "".join(f"00{n},2023/24 H1,{n}\n" for n in range(1, 6))
OF_THREE = "".join(f"00{n},2023/24 H1,{1 + n % 3}\n" for n in range(1, 6))
SAID_FIVE = CODES.replace("rating", "rating (1-5)") + OF_THREE
SAID_TURNED = CODES.replace("rating", "rating (1 = Exceeds; 2 = Meets; 3 = Partially meets)") + OF_THREE
DECIMALS = CODES + "".join(f"00{n},2023/24 H1,{n}.5\n" for n in range(1, 6))
WORDS = CODES + "".join(f"00{n},2023/24 H1,{word}\n" for n, word in enumerate(("Outstanding", "Meets", "Poor"), 1))
TURNED = CODES + "".join(f"00{n},2023/24 H1,{text}\n" for n, text in enumerate(
    ("3 - Partially meets", "2 - Meets", "1 - Exceeds", "1 - Exceeds", "3 - Partially meets"), start=1))
BOXES = "Employee no,Review period,Performance,Potential,Box\n" + "".join(
    f"00{n},2023/24 H1,{p},{q},{b}\n" for n, (p, q, b) in enumerate(
        (("Meets", "Low", 2), ("Exceeds", "Low", 3), ("Exceeds", "High", 9), ("Meets", "High", 8),
         ("Meets", "High", 8)), start=1))
CODED_BOXES = BOXES.replace("Meets", "2").replace("Exceeds", "3").replace("Low", "1").replace("High", "3")
GERMAN = "Personalnummer,Zeitraum,Beurteilung\n" + "".join(f"00{n},2023/24 H1,{1 + n % 3}\n" for n in range(1, 7))
TALKS = "Employee no,Date held,Type (formal / catch-up)\n003,01/06/2023,formal\n004,02/06/2023,catch-up\n"


@dataclass(frozen=True)
class Remedy:
    """What is wrong, and what its remedy says to do: change a text in a file, or add lines to the settings."""

    files: dict[str, str]
    old: str = ""
    new: str = ""
    settings: str = ""
    before: str = ""
    """Settings that are there already."""


def cell(old: str, new: str) -> Remedy:
    """A row of ratings with a fault, and the same cell corrected."""
    return Remedy({"staff": STAFF, "ratings": HEAD + FIRST + ROW.replace(new, old, 1) + "\n"}, old, new)


def ratings(text: str, old: str = "", new: str = "", settings: str = "", before: str = "") -> Remedy:
    return Remedy({"staff": STAFF, "ratings": text}, old, new, settings, before)


def staff(old: str, new: str, **files: str) -> Remedy:
    """A staff list with a fault, and the same cell corrected."""
    return Remedy({"staff": STAFF.replace(new, old, 1), "ratings": GOOD, **files}, old, new)


LEVELS = '[framework]\nhas_potential = false\nperformance_levels = ["1st", "2nd", "3rd", "4th", "5th"]\n'
REMEDIES: dict[str, list[Remedy]] = {
    "missing_id": [cell(",P3", "003,P3"), ratings(HEAD + FIRST + ROW[3:] + "\n", ROW[3:] + "\n", "")],
    "bad_id": [cell("C Jones,P3", "003,P3")],
    "scientific_id": [cell("3.1E+05,P3", "003,P3")],
    "not_a_date": [cell("soon", "01/06/2023")],
    "impossible_date": [cell("31/06/2023", "01/06/2023")],
    "date_order_unsettled": [
        Remedy({"staff": ISO_STAFF, "ratings": HEAD + "".join(f"00{n},P{n},2023/24 H1,06/{day}/2023,002,2,2,5\n"
                for n, day in ((3, "05"), (4, "14"), (5, "15")))}, settings='[exports]\ndate_order = "mdy"\n'),
        Remedy({"staff": ISO_STAFF, "ratings": HEAD + "".join(f"00{n},P{n},2023/24 H1,06/{day}/2023,002,2,2,5\n"
                for n, day in ((3, "05"), (4, "14"), (5, "15")))}, "06/05/2023", "2023-06-05")],
    "missing_date": [Remedy({"staff": STAFF, "ratings": GOOD, "talks": TALKS.replace("01/06/2023", "")},
                            "003,,formal", "003,01/06/2023,formal")],
    "no_period": [ratings(HEAD + FIRST + ROW.replace("2023/24 H1,01/06/2023", ",") + "\n", "003,P3,,",
                          "003,P3,2023/24 H1,"),
                  ratings(HEAD + FIRST + ROW.replace("2023/24 H1,01/06/2023", ",") + "\n",
                          settings='[exports]\ncycle = "2023/24 H1"\n')],
    "unknown_period": [cell("2023/25 H1", "2023/24 H1")],
    "unknown_rating": [cell("Sideways,2,5", "2,2,5"),
                       ratings(HEAD + FIRST + ROW.replace("002,2,2", "002,Sideways,2") + "\n",
                               settings='[ratings.synonyms]\n"Sideways" = "Meets"\n')],
    "ambiguous_rating": [cell("2,Low/High,5", "2,2,5")],
    "rating_code_label_disagree": [cell("002,2 - Exceeds", "002,2")],
    "unknown_rating_code": [cell("002,7 - Meets", "002,2")],
    "unknown_box": [cell("2,2,Nowhere", "2,2,5"),
                    ratings(HEAD + FIRST + ROW.replace("2,2,5", "2,2,Nowhere") + "\n",
                            settings='[ratings.synonyms.box]\n"Nowhere" = 5\n')],
    "ambiguous_box": [cell("2,2,1/5", "2,2,5")],
    "box_code_label_disagree": [cell("2,2,9 - Solid and Adaptable", "2,2,5")],
    "unknown_box_code": [cell("2,2,12 - Solid and Adaptable", "2,2,5")],
    "unknown_source": [ratings(GOOD.replace("Box\n", "Box,Rating source\n").replace("2,2,5\n", "2,2,5,manager\n", 1)
                               .replace("2,2,5\n", "2,2,5,somebody\n"), "somebody", "manager")],
    "ambiguous_rater": [cell("01/06/2023,Ed Lee", "01/06/2023,002")],
    "bad_rater": [cell("01/06/2023,4.7E+05", "01/06/2023,002")],
    "unknown_employee": [cell("999,P3", "003,P3"),
                         Remedy({"staff": STAFF, "ratings": HEAD + FIRST + ROW.replace("003,P3", "999,") + "\n"},
                                "006,Ed", "999,New One,,Place,002,01/04/2015,\n006,Ed")],
    "unknown_post": [cell("003,P9", "003,P3")],
    "id_of_other_form": [cell("3,P3", "003,P3"),
                         ratings(HEAD + FIRST + ROW.replace("003,P3", "3,P3") + "\n",
                                 settings="[exports]\nemployee_id_width = 3\n")],
    "conflicting_placements": [ratings(GOOD + ROW.replace("2,2,5", "3,2,4") + "\n",
                                       ROW.replace("2,2,5", "3,2,4") + "\n", "")],
    "scale_in_doubt": [ratings(FIVE, settings=LEVELS)],
    "stated_range": [ratings(SAID_FIVE, settings=LEVELS), ratings(SAID_FIVE, " (1-5)", "")],
    "stated_labels": [ratings(SAID_TURNED, settings='[framework]\nperformance_codes = ["3", "2", "1"]\n')],
    "codes_off_scale": [ratings(FIVE, settings=LEVELS),
                        ratings(FIVE.replace(",4", ",3").replace(",5", ",9"), ",9", ",3")],
    "decimals_for_levels": [ratings(DECIMALS, settings="[ratings.synonyms]\n" + "".join(
        f'"{n}.5" = {1 + n // 2}\n' for n in range(1, 6))),
        ratings(DECIMALS, settings='[exports.columns]\n"Performance rating" = "ignore"\n')],
    "labels_off_scale": [ratings(WORDS, settings='[framework]\nhas_potential = false\nperformance_levels = '
                                                 '["Poor", "Meets", "Outstanding"]\n')],
    "codes_against_labels": [ratings(TURNED, settings='[framework]\nperformance_codes = ["3", "2", "1"]\n')],
    "scale_of_another": [ratings("Employee no,Review period,Self performance,Manager performance\n" + "".join(
        f"00{n},2023/24 H1,{n},1\n" for n in range(1, 6)), settings=LEVELS)],
    "boxes_against_ratings": [ratings(BOXES, settings="[framework]\nbox_numbering = [9, 8, 7, 6, 5, 4, 3, 2, 1]\n"),
                              ratings(BOXES, settings='[exports.columns]\n"Box" = "ignore"\n')],
    "ratings_against_boxes": [ratings(CODED_BOXES,
                                      settings="[framework]\nbox_numbering = [9, 8, 7, 6, 5, 4, 3, 2, 1]\n"),
                              ratings(CODED_BOXES, settings='[framework]\nperformance_codes = ["3", "2", "1"]\n'
                                                            'potential_codes = ["3", "2", "1"]\n')],
    "cell_left_out": [staff("31/04/2015,\n004", "01/04/2015,\n004")],
    "rater_unknown": [cell("01/06/2023,Zed Nobody", "01/06/2023,002")],
    "rater_missing": [cell("01/06/2023,,", "01/06/2023,002,")],
    "rating_disagrees_with_box": [ratings(GOOD.replace("2,2,5\n", "2,2,4\n", 1)
                                          + "005,P5,2023/24 H1,01/06/2023,002,2,2,5\n", "2,2,4", "2,2,5")],
    "outside_cycle": [cell("01/06/2022", "01/06/2023")],
    "date_order_doubtful": [Remedy({"staff": ISO_STAFF, "ratings": HEAD + "".join(
        f"00{n},P{n},2023/24 H1,06/{12 + n}/2023,002,2,2,5\n" for n in range(1, 6))},
        settings='[exports]\ndate_order = "mdy"\n')],
    "key_not_found": [ratings(GOOD.replace("Employee no", "Who is it"), settings='[exports.columns]\n"Who is it" = '
                                                                               '"employee_id"\n')],
    "heading_twice": [Remedy({"staff": STAFF, "ratings": ",Round 1,Round 2\nEmployee no,Performance,Performance\n"
                              + "".join(f"00{n},Meets,Exceeds\n" for n in range(1, 6))}, settings='[exports]\ncycle = '
                             '"2023/24 H1"\n[exports.columns]\n"Round 1 Performance" = "ignore"\n"Round 2 Performance" '
                             '= "performance"\n')],
    "staff_sheet_unread": [ratings(GERMAN, settings='[exports.columns]\n"Personalnummer" = "employee_id"\n"Zeitraum" = '
                                                    '"cycle"\n"Beurteilung" = "performance"\n')],
    "setting_without_heading": [ratings(GOOD, before='[exports.columns]\n"Performence" = "performance"\n',
                                        settings='[exports.columns]\n"Performance" = "performance"\n')],
    "ambiguous_heading": [Remedy({"staff": STAFF.replace("Date started", "Start date"), "ratings": GOOD},
                                 settings='[exports.columns]\n"Start date" = "started"\n'),
                          Remedy({"staff": STAFF.replace("Date started", "Start date"), "ratings": GOOD},
                                 settings='[exports.columns]\n"Start date" = "ignore"\n')],
    "dated_heading": [ratings(GOOD.replace("Performance", "2023 performance"),
                              settings='[exports.columns]\n"2023 performance" = "performance"\n')],
    "axis_not_in_framework": [ratings(GOOD, before="[framework]\nhas_potential = false\n",
                                      settings="[framework]\nhas_potential = true\n")],
    "not_dated": [ratings("Employee no,Performance\n003,Meets\n004,Exceeds\n",
                          settings='[exports]\ncycle = "2023/24 H1"\n'),
                  ratings("Employee no,Performance\n003,Meets\n004,Exceeds\n",
                          settings="[exports]\nextract_date = 2023-09-30\n")],
    "rater_from_post": [ratings("Employee no,Review period,Performance\n003,2023/24 H1,Meets\n",
                                "Performance\n003,2023/24 H1,Meets", "Performance,Reviewer\n003,2023/24 H1,Meets,002")],
    "kind_assumed": [Remedy({"staff": STAFF, "ratings": GOOD, "talks": "Employee no,Date held\n003,01/06/2023\n"},
                            "Date held\n003,01/06/2023", "Date held,Conversation type\n003,01/06/2023,formal")],
    "cycle_assumed": [ratings("Employee no,Performance\n003,Meets\n", "Employee no,Performance\n003,Meets",
                              "Employee no,Review period,Performance\n003,2023/24 H1,Meets",
                              before='[exports]\ncycle = "2023/24 H1"\n')],
    "near_heading": [Remedy({"staff": STAFF.replace("Directorate", "Directorrate"), "ratings": GOOD},
                            settings='[exports.columns]\n"Directorrate" = "directorate"\n')],
    "refused_heading": [staff("Name,Salary,Post no", "Name,Post no")],
    "employee_not_on_roster": [Remedy({"staff": STAFF.replace("30/06/2023", ""), "ratings":
                                       GOOD.replace("003,P3", "999,")}, "999,", "003,P3")],
    "post_not_held": [cell("003,P4", "003,P3")],
    "rater_not_on_roster": [cell("01/06/2023,0077", "01/06/2023,002")],
    "manager_not_on_roster": [staff("Adults,0088", "Adults,002")],
    "self_rated_as_manager": [cell("01/06/2023,003", "01/06/2023,002")],
    "placed_after_leaving": [ratings(GOOD + "006,P6,2023/24 H1,01/09/2023,002,2,2,5\n", "01/09/2023", "01/06/2023")],
    "placed_before_start": [staff("01/04/2025,\n004", "01/04/2015,\n004")],
    "placed_in_future": [ratings(GOOD, before="[exports]\nextract_date = 2023-05-31\n",
                                 settings="[exports]\nextract_date = 2023-09-30\n")],
    "reporting_loop": [staff("002,Bo Smith,P2,Place,003", "002,Bo Smith,P2,Place,001")],
    "manages_self": [staff("001,Ann Head,P1,Place,001", "001,Ann Head,P1,Place,")],
    "own_count_differs": [ratings(GOOD + "*** 3 records ***\n", "*** 3", ROW.replace("2,2,5", "3,3,1").replace(
        "2023/24 H1,01/06/2023", "2023/24 H2,01/12/2023") + "\n*** 3"), ratings(GOOD + "*** 3 records ***\n",
                                                                               "*** 3 records ***\n", "\n")],
    "missing_optional": [staff("Leaving dote", "Leaving date")],
}
"""By rule: every way out that its remedy names and that a file or a setting can show."""
NOTHING_TO_DO = ("Nothing to do", "Discuss")
TESTED_ELSEWHERE = {
    # What people find out, decide or look at: no file shows whether they did.
    "missing_post", "rater_contradicts", "rater_name_disagrees", "manager_name_disagrees", "manager_contradicts",
    "manager_vacant", "ambiguous_manager", "unknown_manager", "two_names", "two_managers", "team_outside_directorate",
    "unit_renamed", "repeated_conversation", "new_starter_in_lowest_box", "letters_lost", "zero_bytes",
    "mixed_encoding", "stray_quotes", "hidden_sheet", "hidden_columns", "hidden_rows", "error_cells",
    "formula_without_value", "unreadable_file", "thin_cycle", "sorted_rows_end",
    "staff_list_short",
    # The file of corrections has its own tests.
    "correction_refused", "corrected", "left_out", "correction_pending",
}
"""Remedies that other tests follow, or that only people can."""


def read(folder: Path, files: dict[str, str], settings: str) -> Intake:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "settings.toml").write_text(settings, encoding="utf-8")
    return read_exports(folder, settings=folder / "settings.toml")


def times(intake: Intake, code: str) -> int:
    stopped = int((intake.quarantine["reason"] == code).sum())
    return max(stopped, int(intake.findings.loc[intake.findings["code"] == code, "n"].sum()))


def weight(intake: Intake) -> tuple[int, int]:
    """Rows that were lost, and what else a person has to look at."""
    told = intake.findings[intake.findings["severity"] != "info"]
    return len(intake.quarantine) + intake.unread.n_ratings - intake.unread.n_read, int(told["n"].sum())


@pytest.mark.parametrize(("code", "remedy"), [pytest.param(
    code, remedy, id=f"{code}-{n}", marks=[pytest.mark.slow] if n else [])
                                              for code, all_of in REMEDIES.items() for n, remedy in enumerate(all_of)])
def test_a_remedy_that_is_followed_makes_the_next_run_better(tmp_path, code, remedy):
    before = read(tmp_path / "before", remedy.files, remedy.before)
    assert times(before, code) > 0
    mended = {name: text.replace(remedy.old, remedy.new) if remedy.old else text for name, text in remedy.files.items()}
    after = read(tmp_path / "after", mended, remedy.settings or remedy.before)
    assert times(after, code) < times(before, code)
    assert weight(after) <= weight(before)


def test_every_rule_has_a_remedy_that_is_followed_here_or_says_that_nothing_needs_to_be_done():
    here = {code for code, rule in RULES.items() if not rule.remedy.startswith(NOTHING_TO_DO)}
    assert set(REMEDIES) <= set(RULES)
    assert here - set(REMEDIES) - TESTED_ELSEWHERE - OF_STANDING == set()


OF_STANDING = {
    "unknown_form_state", "half_converted_date", "row_too_wide", "two_people", "number_of_two", "states_asked",
    "managers_contested", "group_lines", "ids_alike",
    "half_converted_dates", "versions_apart", "unknown_state", "matrix_only", "left_without_day", "group_asked",
    "names_off_list", "implausible_manager", "implausible_rater"}
"""Remedies of leavers, dates, copies and people, followed where those are tested."""


@pytest.mark.parametrize("group", ["rule_message", "rule_remedy"])
def test_messages_name_no_file_that_no_command_writes(group):
    from my121_analytics.wording.catalogue import codes, say
    written = {"quarantine.xlsx", "quarantine.csv", "my121.toml", "columns.toml", "findings.csv"}
    for code in codes(group):
        text = say(group, code, column="", value="", expected="", n=1)
        named = {word.strip(".,;:()'\"") for word in text.split() if word.strip(".,;:()'\"").endswith(
            (".csv", ".xlsx", ".toml", ".json"))}
        assert named <= written, code


def test_a_pivot_and_hidden_rows_need_nothing_to_be_done_where_they_are_meant(tmp_path):
    book = openpyxl.Workbook()
    for row in GOOD.splitlines():
        book.active.append(row.split(","))
    book.active.row_dimensions[2].hidden = True
    book.save(tmp_path / "ratings.xlsx")
    before = read_exports(tmp_path)
    assert times(before, "hidden_rows") == 1
    book.active.delete_rows(2)
    book.active.row_dimensions[2].hidden = False
    book.save(tmp_path / "ratings.xlsx")
    after = read_exports(tmp_path)
    assert times(after, "hidden_rows") == 0
    assert (len(before.workforce.placements), len(after.workforce.placements)) == (2, 1)
