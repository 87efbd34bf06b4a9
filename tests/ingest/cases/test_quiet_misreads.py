"""Exports that look usual and mean something else are read as they are meant, or asked about in the first line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.intake import Intake, read_exports

N = 20
PEOPLE = [str(1001 + n) for n in range(N)]
NAMES = [f"{name} {chr(65 + n)}" for n, name in enumerate(["Ann", "Bob", "Cat", "Dan", "Eve"] * 4)]
MANAGERS = ["", "1001", "1001", *["1002", "1003"] * 9][:N]
LEVELS = [n * 7 % 5 % 3 + 1 for n in range(N)]
WORDS = [["Partially meets", "Meets", "Exceeds"][level - 1] for level in LEVELS]
STAFF = {"Employee number": PEOPLE, "Employee name": NAMES, "Directorate": "Housing", "Manager number": MANAGERS}
FORMS = {"Employee number": PEOPLE, "Review period": "2024/25 H1", "Performance rating": WORDS}
Table = dict[str, object]


def rows_of(table: Table) -> list[list[object]]:
    n = max(len(cells) for cells in table.values() if isinstance(cells, list))
    return [list(table), *map(list, zip(*(c if isinstance(c, list) else [c] * n for c in table.values()),
                                        strict=True))]


def write_csv(path: Path, table: Table, encoding: str = "utf-8", delimiter: str = ",") -> None:
    with path.open("w", encoding=encoding, newline="") as out:
        csv.writer(out, delimiter=delimiter).writerows(rows_of(table))


def write_xlsx(path: Path, table: Table, after: Callable[[Worksheet], object] = lambda _: None,
               sheet: str = "Sheet1") -> None:
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows_of(table):
        book.active.append(row)
    after(book.active)
    book.save(path)


def read(folder: Path, *, staff: Table | None = None, forms: Table | None = None, settings: str = "") -> Intake:
    """Read a staff list and forms, each with further columns or others in their places (None leaves one out)."""
    for name, usual, own in (("staff", STAFF, staff), ("ratings", FORMS, forms)):
        table = {head: cells for head, cells in {**usual, **(own or {})}.items() if cells is not None}
        if not list(folder.glob(f"{name}.*")):
            write_csv(folder / f"{name}.csv", table)
    (folder / "own.toml").write_text(settings, encoding="utf-8")
    return read_exports(folder, settings=folder / "own.toml")


def placed(intake: Intake, source: str = "manager") -> dict[int, int]:
    rows = intake.workforce.placements
    return dict(Counter(rows.loc[(rows["source"] == source).to_numpy(), "performance"].astype(int)))


def again(intake: Intake, folder: Path, **tables: Table) -> Intake:
    """Read once more with the lines that were proposed, those that a person has to decide on among them."""
    lines = [line.removeprefix("# ") for line in intake.unread.settings.splitlines()]
    return read(folder, settings="\n".join(lines), **tables)


def codes(intake: Intake) -> set[str]:
    return set(intake.findings["code"])


# Number formats that show words -----------------------------------------------------------------------------------


def shown_as(code: str, column: int) -> Callable[[Worksheet], object]:
    def change(sheet: Worksheet) -> None:
        for row in range(2, sheet.max_row + 1):
            sheet.cell(row, column).number_format = code
    return change


@pytest.mark.parametrize(("code", "expected"), [
    ('[=1]"Exceeds";[=2]"Meets";"Partially meets"', {3: 8, 2: 8, 1: 4}),
    ('[=1]"Partially meets";[=2]"Meets";"Exceeds"', {1: 8, 2: 8, 3: 4}), ('"Exceeds"', {3: 20})])
def test_a_rating_is_what_its_cell_shows_and_that_is_said(tmp_path, code, expected):
    write_xlsx(tmp_path / "ratings.xlsx", {**FORMS, "Performance rating": LEVELS}, shown_as(code, 3))
    intake = read(tmp_path)
    assert placed(intake) == expected
    (line,) = intake.findings[intake.findings["code"] == "shown_as_words"].to_dict("records")
    assert line["severity"] == "warning"
    assert "'Exceeds'" in line["message"]


def test_words_of_another_scale_shown_by_a_format_stop_the_column(tmp_path):
    code = '[=1]"Poor";[=2]"Good";"Outstanding"'
    write_xlsx(tmp_path / "ratings.xlsx", {**FORMS, "Performance rating": LEVELS}, shown_as(code, 3))
    intake = read(tmp_path)
    assert intake.unread.headlines()[0].startswith("No rating was read")
    assert "labels_off_scale" in codes(intake)


def test_leavers_shown_by_a_format_are_those_that_the_sheet_shows(tmp_path):
    table = {**STAFF, "Leaver": [1] * 17 + [0] * 3}
    write_xlsx(tmp_path / "staff.xlsx", table, shown_as('[=1]"No";[=0]"Yes"', 5))
    assert int(read(tmp_path).workforce.employees["has_left"].sum()) == 3


# Whose rating it is -----------------------------------------------------------------------------------------------


def test_ratings_in_a_file_of_self_assessments_are_asked_about(tmp_path):
    write_csv(tmp_path / "self_assessment.csv", FORMS)
    write_csv(tmp_path / "staff.csv", STAFF)
    (tmp_path / "own.toml").write_text("", encoding="utf-8")
    intake = read_exports(tmp_path, settings=tmp_path / "own.toml")
    assert intake.workforce.placements.empty
    assert "'Performance rating' could be the employee's own rating or the manager's." in intake.unread.headlines()[1]
    (tmp_path / "own.toml").write_text(intake.unread.settings, encoding="utf-8")
    assert placed(read_exports(tmp_path, settings=tmp_path / "own.toml"), "self") == {1: 8, 2: 8, 3: 4}


@pytest.mark.parametrize(("sheet", "title"), [("Self ratings", ""), ("Sheet1", "Employee self-assessments 2024")])
def test_ratings_on_a_sheet_or_below_a_title_about_self_assessment_are_asked_about(tmp_path, sheet, title):
    def put_title(page: Worksheet) -> None:
        page.insert_rows(1, 2)
        page["A1"] = title or "Reviews"

    write_xlsx(tmp_path / "ratings.xlsx", FORMS, put_title, sheet)
    assert placed(read(tmp_path)) == {}


@pytest.mark.parametrize("name", ["Self service extract", "Self and manager ratings", "Self Directed Support",
                                  "Employee ratings 2024", "Employee self service - ratings"])
def test_other_names_with_such_words_ask_nothing(tmp_path, name):
    write_xlsx(tmp_path / "ratings.xlsx", FORMS, sheet=name)
    intake = read(tmp_path)
    assert placed(intake) == {1: 8, 2: 8, 3: 4}
    assert intake.unread.headlines() == ()


def test_no_line_is_proposed_awake_that_would_turn_the_ratings_of_another_file(tmp_path):
    write_csv(tmp_path / "self ratings.csv", FORMS)
    intake = read(tmp_path)
    assert placed(intake) == {1: 8, 2: 8, 3: 4}
    assert intake.unread.settings.splitlines()[1].startswith('# "Performance rating" = "self performance"')


def test_ratings_that_name_the_employee_as_the_reviewer_are_in_doubt(tmp_path):
    intake = read(tmp_path, forms={"Reviewer": PEOPLE})
    assert intake.unread.state == "questioned"
    (line,) = intake.unread.headlines()
    assert line.startswith("20 ratings by managers of ratings.csv were read, but are in doubt: 'Reviewer' names the")
    assert placed(again(intake, tmp_path, forms={"Reviewer": PEOPLE}), "self") == {1: 8, 2: 8, 3: 4}


# Managers ---------------------------------------------------------------------------------------------------------

THEN = ["", "1001", "1001", *["1003", "1002"] * 9][:N]


def raters(intake: Intake) -> dict[str, int]:
    return dict(Counter(intake.workforce.placements["rater_id"].dropna().astype("str")))


@pytest.mark.parametrize(("now", "then"), [("Current line manager", "Line manager at time of review"),
                                           ("Current manager", "Original manager"),
                                           ("Line manager", "Previous line manager")])
def test_a_second_manager_on_forms_that_changed_hands_is_asked_about(tmp_path, now, then):
    forms = {now: MANAGERS, then: THEN}
    intake = read(tmp_path, forms=forms)
    assert f"19 managers of ratings.csv were not read: '{then}' names managers as well" in intake.unread.headlines()[0]
    (tmp_path / "ratings.csv").unlink()
    assert raters(again(intake, tmp_path, forms=forms)) == {"1001": 2, "1003": 9, "1002": 8}


@pytest.mark.parametrize("forms", [
    {"Line manager": MANAGERS, "Manager (copy)": MANAGERS}, {"Reviewer": MANAGERS, "Previous manager": THEN},
    {"Line manager": MANAGERS, "Countersigning manager": THEN}, {"Last modified by": THEN},
    {"HR business partner": THEN}])
def test_other_people_on_forms_ask_nothing(tmp_path, forms):
    assert read(tmp_path, forms=forms).unread.headlines() == ()


@pytest.mark.parametrize(("table", "heading", "meant"), [("staff", "Teamleiter", "manager_id"),
                                                         ("forms", "Form originator", "rater_id")])
def test_ids_of_managers_under_an_unknown_heading_are_asked_about(tmp_path, table, heading, meant):
    tables: dict[str, Table] = {"staff": {"Manager number": None}, "forms": {}}
    tables[table][heading] = THEN
    intake = read(tmp_path, **tables)
    assert f"'{heading}' is no known heading, but holds ids of people" in intake.unread.headlines()[0]
    assert f'"{heading}" = "{meant}"' in intake.unread.settings
    (tmp_path / "ratings.csv").unlink()
    (tmp_path / "staff.csv").unlink()
    assert raters(again(intake, tmp_path, **tables)) == {"1001": 2, "1003": 9, "1002": 8}


# Leavers ----------------------------------------------------------------------------------------------------------

FEW_DAYS = ["31/01/2024", "29/02/2024", *[""] * 18]
PAID = ["31/01/2024", "29/02/2024", *["31/10/2024"] * 18]


@pytest.mark.parametrize(("heading", "days"), [
    ("Date of last pay", FEW_DAYS), ("Date of last pay", PAID), ("Last paid date", PAID), ("P45 issued", FEW_DAYS),
    ("DOL", FEW_DAYS), ("Left service", FEW_DAYS), ("Contract end", FEW_DAYS)])
def test_days_that_may_be_leaving_days_are_asked_about(tmp_path, heading, days):
    intake = read(tmp_path, staff={heading: days})
    assert intake.unread.headlines()[0].startswith(
        f"2 dates that may be leaving dates of staff.csv were not read: '{heading}' holds days")
    assert f'"{heading}" = "left_on"' in intake.unread.settings


@pytest.mark.parametrize(("heading", "days"), [
    ("Date of last pay", ["31/10/2024"] * N), ("Date of last pay", ["30/09/2024", *["31/10/2024"] * 19]),
    ("Probation end date", FEW_DAYS), ("Last promotion date", FEW_DAYS), ("Pension scheme left", FEW_DAYS),
    ("Date joined", FEW_DAYS)])
def test_other_days_on_a_staff_list_ask_nothing(tmp_path, heading, days):
    assert read(tmp_path, staff={heading: days}).unread.headlines() == ()


@pytest.mark.parametrize("told", [{"Leaving date": ""}, {"Employment status": "Active"}])
def test_a_staff_list_that_says_who_has_left_is_not_asked_again(tmp_path, told):
    assert read(tmp_path, staff={**told, "Date of last pay": FEW_DAYS}).unread.headlines() == ()


# Drafts -----------------------------------------------------------------------------------------------------------

SOME = ["12/05/2024"] * 15 + [""] * 5


@pytest.mark.parametrize(("heading", "cells"), [
    ("Manager submitted date", SOME), ("Submitted on", SOME), ("Completed on", SOME), ("Date signed off", SOME),
    ("Manager signature date", SOME), ("Submitted by manager", ["Y"] * 15 + [""] * 5)])
def test_forms_without_the_day_that_others_have_may_be_drafts(tmp_path, heading, cells):
    intake = read(tmp_path, forms={heading: cells})
    assert len(intake.workforce.placements) == 20
    (line,) = intake.unread.headlines()
    assert line.startswith(f"5 ratings of ratings.csv were read, but are in doubt: '{heading}' is blank where")
    (tmp_path / "ratings.csv").unlink()
    mended = again(intake, tmp_path, forms={heading: cells})
    assert len(mended.workforce.placements) == 15
    assert mended.unread.headlines() == ()


@pytest.mark.parametrize("forms", [
    {"Manager submitted date": "12/05/2024"}, {"Manager submitted date": ""}, {"Employee signature date": SOME},
    {"Next review due": SOME}, {"Agreed on": SOME}, {"Form status": "Completed", "Submitted on": SOME},
    {"Submitted on": SOME, "Performance rating": [*WORDS[:15], *[""] * 5]}])
def test_forms_that_are_all_alike_or_without_a_rating_are_not_in_doubt(tmp_path, forms):
    assert read(tmp_path, forms=forms).unread.headlines() == ()


def test_a_column_that_was_named_by_the_settings_is_not_asked_about(tmp_path):
    intake = read(tmp_path, forms={"Submitted on": SOME}, settings='[exports.columns]\n"Submitted on" = "placed_on"\n')
    assert intake.unread.headlines() == ()


# Tables of counts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", [
    "Manager,Partially meets,Meets,Exceeds\n1001,1,2,0\n1002,2,5,1\n",
    "Count of Employee number,Column Labels,,\nRow Labels,Exceeds,Meets,Grand Total\nAnn A,1,2,3\nBob B,2,5,7\n",
    "Team,Poor,Good,Outstanding\nHousing,5%,80%,15%\nFinance,,90.5%,\n",
    "Employee number,Partially meets,Meets,Exceeds\n1001,,X,\n1002,X,,\n1003,,X,\n1004,,,X\n1005,,X,\n1006,X,,\n"])
def test_a_table_whose_columns_are_levels_is_refused_in_words(tmp_path, table):
    write_csv(tmp_path / "staff.csv", STAFF)
    (tmp_path / "pivot.csv").write_text(table, encoding="utf-8")
    (tmp_path / "own.toml").write_text("", encoding="utf-8")
    intake = read_exports(tmp_path, settings=tmp_path / "own.toml")
    (line,) = intake.unread.headlines()
    assert line.startswith("One table of counts of pivot.csv was not read: its columns are levels of ratings ('")
    (tmp_path / "staff.csv").unlink()
    with pytest.raises(DataUnusableError, match="its columns are levels of ratings"):
        read_exports(tmp_path, settings=tmp_path / "own.toml")


def test_tables_with_other_columns_are_no_tables_of_counts(tmp_path):
    (tmp_path / "key.csv").write_text("Level,Good,Poor\nWhat it means,Meets the standard,Does not\n", encoding="utf-8")
    assert read(tmp_path).unread.headlines() == ()


# States under a bare heading --------------------------------------------------------------------------------------


def test_a_status_in_codes_on_forms_is_asked_about_first(tmp_path):
    intake = read(tmp_path, forms={"Status": ["C"] * 15 + ["D"] * 5})
    assert "'Status' could mean form_status" in intake.unread.headlines()[0]


# Welsh ------------------------------------------------------------------------------------------------------------


def test_an_export_in_welsh_is_read_whole(tmp_path):
    write_csv(tmp_path / "staff.csv", {"Rhif gweithiwr": PEOPLE, "Enw": NAMES, "Cyfarwyddiaeth": "Tai",
                                       "Rheolwr llinell": MANAGERS, "Dyddiad gadael": ["3 Ion 2024", *[""] * 19],
                                       "Statws cyflogaeth": ["Wedi gadael", *["Gweithredol"] * 19]})
    write_csv(tmp_path / "ratings.csv", {"Rhif gweithiwr": PEOPLE, "Cyfnod adolygu": "2024/25 H1",
                                         "Sgôr perfformiad": LEVELS,
                                         "Statws ffurflen": ["Drafft", "Canslwyd", *["Cwblhawyd"] * 18]})
    intake = read(tmp_path)
    assert intake.unread.headlines() == ()
    assert intake.workforce.employees["left_on"].dropna().astype(str).tolist() == ["2024-01-03"]
    assert len(intake.workforce.placements) == 18
    assert raters(intake) == {"1001": 1, "1002": 9, "1003": 8}


@pytest.mark.parametrize(("heading", "words", "n_left"), [
    ("Employment status", ["Wedi gadael", "Wedi ymddeol", *["Mewn swydd"] * 18], 2),
    ("Statws cyflogaeth", ["Ddim wedi gadael", "Gadawodd", *["Cyflogedig"] * 18], 1),
    ("Rheswm gadael", ["Ymddiswyddo", *[""] * 19], 1)])
def test_leavers_in_welsh_words_have_left(tmp_path, heading, words, n_left):
    assert int(read(tmp_path, staff={heading: words}).workforce.employees["has_left"].sum()) == n_left


def test_welsh_words_that_are_not_known_are_asked_about(tmp_path):
    intake = read(tmp_path, staff={"Nodiadau": ["Wedi gadael 31/01/2024", *[""] * 19]})
    assert "'Nodiadau' may say who has left." in intake.unread.headlines()[0]
    (tmp_path / "ratings.csv").unlink()
    words = [["Cyflawni'n rhannol", "Cyflawni", "Rhagori"][level - 1] for level in LEVELS]
    intake = read(tmp_path, forms={"Performance rating": None, "Sgôr": words})
    assert intake.unread.headlines()[0].startswith("No rating was read")
    assert "'Rhagori'" in intake.unread.headlines()[1]


@pytest.mark.parametrize(("heading", "is_one"), [
    ("Performance rating / Sgôr perfformiad", True), ("Sgôr perfformiad | Performance rating", True),
    ("Performance rating / Directorate", False)])
def test_a_heading_in_two_languages_is_one(tmp_path, heading, is_one):
    intake = read(tmp_path, forms={"Performance rating": None, heading: WORDS})
    assert (placed(intake) == {1: 8, 2: 8, 3: 4}) is is_one


# The order of day and month -------------------------------------------------------------------------------------


@pytest.mark.parametrize("forms", [
    {"Period start": "04/01/2024", "Period end": "03/31/2025"},
    {"Period start": "04/01/2024", "Period end": "10/12/2024"},
    {"Review period start": "10/01/2024", "Review period end": "03/31/2025"},
    {"Review period": "04/01/2024 - 03/31/2025"}])
def test_periods_with_the_month_first_name_the_order_as_the_cause(tmp_path, forms):
    intake = read(tmp_path, forms={"Review period": None, **forms})
    line = intake.unread.headlines()[-1]
    assert 'fit month/day/year and not day/month/year; set [exports] date_order = "mdy"' in line
    assert '# date_order = "mdy"' in intake.unread.settings


@pytest.mark.parametrize(("forms", "label"), [
    ({"Period start": "04/01/2024", "Period end": "03/31/2025"}, "2024/25"),
    ({"Review period": "10/01/2024 - 03/31/2025"}, "2024/25 H2")])
def test_with_that_order_set_the_periods_are_read(tmp_path, forms, label):
    intake = read(tmp_path, forms={"Review period": None, **forms}, settings='[exports]\ndate_order = "mdy"\n')
    assert intake.workforce.cycles["label"].astype(str).tolist() == [label]
    assert intake.unread.headlines() == ()


# Decimal commas ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_whole_level_with_a_decimal_comma_is_read_and_that_is_said(tmp_path, delimiter):
    table = {**FORMS, "Performance rating": [f"{level},0" for level in LEVELS]}
    write_csv(tmp_path / "ratings.csv", table, delimiter=delimiter)
    intake = read(tmp_path)
    assert placed(intake) == {1: 8, 2: 8, 3: 4}
    assert intake.findings.loc[intake.findings["code"] == "comma_repaired", "n"].sum() == 20


def test_scores_with_decimal_commas_are_no_levels(tmp_path):
    intake = read(tmp_path, forms={"Performance rating": ["2,5", "1,5", *["3,0"] * 18]})
    assert "decimals_for_levels" in codes(intake)
    assert intake.workforce.placements.empty


def test_two_ratings_in_one_cell_stop_their_row_alone(tmp_path):
    intake = read(tmp_path, forms={"Performance rating": ["2,3", *map(str, LEVELS[1:])]})
    assert intake.quarantine["reason"].tolist() == ["ambiguous_rating"]
    assert len(intake.workforce.placements) == 19


def test_ids_with_a_thousands_comma_are_repaired_and_that_is_said(tmp_path):
    intake = read(tmp_path, forms={"Employee number": [f"{int(person):,}" for person in PEOPLE]})
    assert placed(intake) == {1: 8, 2: 8, 3: 4}
    assert "'1,001' was read as '1001'" in intake.findings["message"].str.cat()


# Names that were garbled ------------------------------------------------------------------------------------------

WELSH = ["Siân Llŷr", "Gwŷn Hughes", "Llŵyd Môn", *NAMES[3:]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig"])
def test_names_in_unicode_are_read_as_they_are(tmp_path, encoding):
    write_csv(tmp_path / "staff.csv", {**STAFF, "Employee name": WELSH}, encoding)
    intake = read(tmp_path)
    assert intake.workforce.employees["name"].astype(str).tolist()[:3] == WELSH[:3]
    assert intake.unread.headlines() == ()


@pytest.mark.parametrize("page", ["cp1252", "latin-1"])
def test_names_in_utf_8_that_was_read_by_another_code_page_are_mended(tmp_path, page):
    broken = [name.encode().decode(page) for name in WELSH]
    assert broken[1].startswith("GwÅ·n")
    intake = read(tmp_path, staff={"Employee name": broken})
    assert intake.workforce.employees["name"].astype(str).tolist()[:3] == WELSH[:3]


@pytest.mark.parametrize(("names", "n"), [
    ([name.encode("cp1252", "replace").decode("cp1252") for name in WELSH], 3),
    ([name.encode("iso8859-14").decode("cp1252") for name in WELSH], 3),
    (["Siân A".encode("cp850").decode("cp1252"), *NAMES[1:]], 1), (["Si\ufffdn A", *NAMES[1:]], 1)])
def test_names_with_lost_letters_are_said_first_and_not_printed(tmp_path, names, n):
    intake = read(tmp_path, staff={"Employee name": names})
    (line,) = intake.unread.headlines()
    assert line.startswith(f"{n} names of staff.csv were" if n > 1 else "One name of staff.csv was")
    assert line.endswith("The first is in row 2.")


@pytest.mark.parametrize("names", [["O’Neil, Zoë", "Anne-Marie D'Arcy", "Åsa Öberg", "Jo ‘Bill’ Hay", *NAMES[4:]],
                                   NAMES])
def test_other_signs_in_names_are_no_lost_letters(tmp_path, names):
    assert read(tmp_path, staff={"Employee name": names}).unread.headlines() == ()


# Hidden rows ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_filter", [True, False])
def test_rows_that_a_filter_hides_are_read_and_that_is_said(tmp_path, with_filter):
    def hide(sheet: Worksheet) -> None:
        for row in range(14, 22):
            sheet.row_dimensions[row].hidden = True
        sheet.auto_filter.ref = sheet.dimensions if with_filter else None

    write_xlsx(tmp_path / "ratings.xlsx", FORMS, hide)
    intake = read(tmp_path)
    assert placed(intake) == {1: 8, 2: 8, 3: 4}
    assert "Hidden rows: 14-21." in intake.findings["message"].tolist()


# Odd exports of several systems -----------------------------------------------------------------------------------


def test_the_workers_own_rating_beside_the_managers_is_read_as_theirs(tmp_path):
    own = {"Manager Overall Rating": WORDS, "Worker Overall Rating": list(reversed(WORDS))}
    intake = read(tmp_path, forms={"Performance rating": None, **own})
    assert (placed(intake), placed(intake, "self")) == ({1: 8, 2: 8, 3: 4}, {1: 8, 2: 8, 3: 4})


@pytest.mark.parametrize(("heading", "is_asked"), [("Rating after appeal", True), ("Revised rating", True),
                                                   ("Teamwork rating", False), ("Expected rating", False)])
def test_ratings_that_may_take_the_place_of_others_are_asked_about(tmp_path, heading, is_asked):
    intake = read(tmp_path, forms={heading: ["Exceeds", *[""] * 19]})
    assert ("may take the place of those that were read" in " ".join(intake.unread.headlines())) is is_asked


@pytest.mark.parametrize(("heading", "counts", "is_asked"), [
    ("Count", ["3"] * N, True), ("Number of staff", ["3"] * N, True), ("Count", ["1"] * N, False),
    ("Number of goals", ["3"] * N, False)])
def test_rows_that_count_people_are_in_doubt(tmp_path, heading, counts, is_asked):
    intake = read(tmp_path, forms={heading: counts})
    assert ("each row may sum up several people" in " ".join(intake.unread.headlines())) is is_asked


@pytest.mark.parametrize(("name", "is_asked"), [("Ann A (LEFT)", True), ("Ann A - leaver", True), ("Ann Left", False),
                                                ("Retired, Ann", False), ("Ann Cross-Left", False),
                                                ("Bright, Ava (Avie) [On leave]", False)])
def test_a_name_that_says_that_somebody_left_is_asked_about(tmp_path, name, is_asked):
    intake = read(tmp_path, staff={"Employee name": [name, *NAMES[1:]]})
    assert (intake.unread.headlines() != ()) is is_asked


@pytest.mark.parametrize(("name", "is_asked"), [("Test Employee", True), ("ZZTest Dummy", True), ("Test User 2", True),
                                                ("Tess Tester-Hall", False), ("Ann Teston", False)])
def test_records_made_for_a_test_are_in_doubt(tmp_path, name, is_asked):
    intake = read(tmp_path, staff={"Employee name": [*NAMES[:-1], name]})
    assert (intake.unread.headlines() != ()) is is_asked
    assert not is_asked or intake.unread.headlines()[0].startswith("One person of staff.csv was read, but is in doubt")


# Another scale ----------------------------------------------------------------------------------------------------

FIVE = 'performance_levels = ["Poor", "Below", "Good", "Very good", "Outstanding"]\nhas_potential = false\n'


@pytest.mark.parametrize(("top", "is_asked"), [(3, True), (5, False)])
def test_a_second_export_that_lacks_the_highest_codes_may_be_on_another_scale(tmp_path, top, is_asked):
    earlier = {**FORMS, "Review period": "2023/24 H2", "Performance rating": [n % top + 1 for n in range(N)] * 2}
    write_csv(tmp_path / "earlier.csv", {**earlier, "Employee number": PEOPLE * 2, "Review period": ["2023/24 H1"] * N
                                         + ["2023/24 H2"] * N})
    intake = read(tmp_path, forms={"Performance rating": [n * 3 % 5 + 1 for n in range(N)]},
                  settings=f"[framework]\n{FIVE}")
    assert [line.startswith("40 ratings of earlier.csv were read, but are in doubt: 'Performance rating' holds none")
            for line in intake.unread.headlines()] == [True] * is_asked
