"""Traits of real exports, each with its right value: which rows, columns and sheets count as they stand.

The remedies that the messages give are carried out here: the next run has to be better.
"""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from my121_analytics.errors import UnreadableFileError
from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.settings import ExportSettings, Settings
from my121_analytics.workforce.counts import outcomes_in_cycle

NAMES = ("Ada Birch", "Bo Cedar", "Cy Dale", "Di Elm", "Ed Fern", "Flo Gorse", "Gil Hazel", "Hal Ivy")
IDS = tuple(str(2001 + i) for i in range(len(NAMES)))
LEVELS = ("Partially meets", "Meets", "Exceeds")
STAFF = [["Employee number", "Employee name", "Directorate", "Grade", "Manager number", "Date started"],
         *([person, name, ("Roads", "Parks")[i % 2], "G5", "" if i == 0 else "2001", "01/04/2019"]
           for i, (person, name) in enumerate(zip(IDS, NAMES, strict=True)))]
RATINGS = [["Employee number", "Review period", "Performance rating"],
           *([person, "2024/25 H2", LEVELS[i % 3]] for i, person in enumerate(IDS))]


def with_column(rows: list[list[str]], heading: str, cells: list[str]) -> list[list[str]]:
    return [[*row, cell] for row, cell in zip(rows, [heading, *cells], strict=True)]


def write(path: Path, rows: list[list[str]], delimiter: str = ",") -> None:
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows), encoding="utf-8")


def write_book(path: Path, sheets: dict[str, list[list[object]]], hidden: tuple[str, ...] = ()) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "veryHidden" if name in hidden else "visible"
        for row in rows:
            sheet.append(row)
    book.save(path)


def read(folder: Path, *, states: dict[str, str] | None = None, **settings: object) -> Intake:
    exports = ExportSettings(states=states or {}, **settings)  # type: ignore[arg-type]
    return read_exports(folder, settings=Settings(exports=exports))


def codes(intake: Intake) -> set[str]:
    return set(intake.findings["code"]) - {"missing_optional"}


def message(intake: Intake, code: str) -> str:
    return str(intake.findings.loc[intake.findings["code"] == code, "message"].iloc[0])


def counts(intake: Intake) -> tuple[int, int]:
    """Posts of the latest cycle, and how many of them have no placement."""
    rows = outcomes_in_cycle(intake.workforce, intake.workforce.latest_cycle)
    return len(rows), int(rows["performance"].isna().sum())


def accounts(intake: Intake, file: str) -> list[int]:
    row = intake.reconciliation[intake.reconciliation["file"] == file].iloc[0]
    return [int(row[c]) for c in ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")]


def levels(intake: Intake) -> dict[str, int]:
    placed = intake.workforce.placements
    return dict(zip(placed["employee_id"].astype("str"), placed["performance"].astype(int), strict=True))


def managers(intake: Intake) -> dict[str, str]:
    posts = intake.workforce.posts.dropna(subset=["manager_id"])
    return dict(zip(posts["employee_id"].astype("str"), posts["manager_id"].astype("str"), strict=True))


# Leavers by their status ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("heading", "word"), [
    ("Employment status", "Terminated"), ("Employee Status", "Leaver"), ("STATUS", "Terminated"), ("Status", "Left"),
    ("Assignment Status", "Resigned - voluntary"), ("stat_x", "Retired"), ("Emp Status", "TUPE transferred out")])
def test_leavers_told_by_their_status_alone_are_no_staff(tmp_path, heading, word):
    write(tmp_path / "staff.csv", with_column(STAFF, heading, ["Active"] * 6 + [word] * 2))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    intake = read(tmp_path)
    assert counts(intake) == (6, 0)
    assert int(intake.workforce.employees["has_left"].sum()) == 2
    assert message(intake, "left_without_day").startswith("2 people have left")


@pytest.mark.parametrize("word", ["On maternity leave", "Suspended", "Career break", "Working notice", "On secondment"])
def test_people_on_leave_suspended_or_away_are_staff(tmp_path, word):
    write(tmp_path / "staff.csv", with_column(STAFF, "Employment status", ["Active"] * 6 + [word] * 2))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    assert counts(read(tmp_path)) == (8, 2)


def test_a_leaver_without_a_day_counts_where_they_were_rated(tmp_path):
    write(tmp_path / "staff.csv", with_column(STAFF, "Employment status", ["Active"] * 7 + ["Left"]))
    write(tmp_path / "ratings.csv", RATINGS)
    assert counts(read(tmp_path)) == (8, 0)


def test_an_unknown_word_of_status_is_asked_about_and_the_answer_is_taken(tmp_path):
    write(tmp_path / "staff.csv", with_column(STAFF, "Employment status", ["Active"] * 6 + ["Code 7"] * 2))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    intake = read(tmp_path)
    assert "'Code 7' in 2 rows" in message(intake, "unknown_state")
    assert counts(intake) == (8, 2)
    mended = read(tmp_path, states={"Code 7": "left"})
    assert counts(mended) == (6, 0)
    assert "unknown_state" not in codes(mended)


def test_the_day_of_leaving_tells_more_than_the_status(tmp_path):
    rows = with_column(STAFF, "Employment status", ["Active"] * 7 + ["Terminated"])
    write(tmp_path / "staff.csv", with_column(rows, "Exit date", [""] * 7 + ["31/12/2030"]))
    write(tmp_path / "ratings.csv", RATINGS[:8])
    intake = read(tmp_path, extract_date=date(2025, 3, 31))
    assert counts(intake) == (8, 1)  # they leave later
    assert "left_without_day" not in codes(intake)


@pytest.mark.parametrize("heading", ["Left", "Leaver", "Exit date", "Separation Date", "Last Day", "LWD"])
def test_the_last_day_is_read_by_any_usual_heading(tmp_path, heading):
    write(tmp_path / "staff.csv", with_column(STAFF, heading, [""] * 6 + ["31/05/2024", "30/06/2024"]))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    intake = read(tmp_path, extract_date=date(2025, 3, 31))
    assert counts(intake) == (6, 0)
    assert intake.workforce.employees["left_on"].notna().sum() == 2


def test_an_ended_post_of_somebody_with_another_ends_nobody_s_employment(tmp_path):
    rows = with_column(STAFF, "Post no", [f"P{i}" for i in range(8)])
    rows = with_column(rows, "Assignment status", ["Active Assignment"] * 8)
    rows.append(["2008", "Hal Ivy", "Parks", "G5", "2001", "01/04/2019", "P9", "Terminate Assignment"])
    write(tmp_path / "staff.csv", rows)
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    assert counts(intake) == (8, 0)
    assert "ended_post_rows" in codes(intake)
    assert accounts(intake, "staff.csv") == [10, 8, 0, 2]


def test_people_yet_to_start_are_set_aside_with_a_warning(tmp_path):
    write(tmp_path / "staff.csv", with_column(STAFF, "Employee status", ["Active"] * 7 + ["Future starter"]))
    write(tmp_path / "ratings.csv", RATINGS[:8])
    intake = read(tmp_path)
    assert counts(intake) == (7, 0)
    assert intake.findings.set_index("code").loc["yet_to_start", "severity"] == "warning"


def test_who_managed_a_leaver_is_no_surprise(tmp_path):
    rows = [row[:] for row in STAFF]
    rows[8][4] = "1900"  # a manager who left before the extract
    write(tmp_path / "staff.csv", with_column(rows, "Employment status", ["Active"] * 7 + ["Left"]))
    write(tmp_path / "ratings.csv", RATINGS[:8])
    assert "manager_not_on_roster" not in codes(read(tmp_path))
    write(tmp_path / "staff.csv", with_column(rows, "Employment status", ["Active"] * 8))
    assert "manager_not_on_roster" in codes(read(tmp_path))


@pytest.mark.parametrize(("heading", "stays", "gone"), [
    ("Leaver?", "No", "Yes"), ("Leaver flag", "N", "Y"), ("Is active", "TRUE", "FALSE"), ("Active", "1", "0"),
    ("Currently employed (Y/N)", "Y", "N")])
def test_leavers_told_by_yes_and_no_are_no_staff(tmp_path, heading, stays, gone):
    write(tmp_path / "staff.csv", with_column(STAFF, heading, [stays] * 6 + [gone] * 2))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    assert counts(read(tmp_path)) == (6, 0)


# Positions without a person ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("heading", "words"), [
    ("Position status", ["Vacant", "Closed", "Future"]), ("Post Status", ["Unfilled", "Deleted", "Proposed"]),
    ("Is vacant", ["Yes"]), ("Status", ["Vacant", "Frozen", "Filled"]),
    ("Vacancy status", ["Being advertised", "Ended", "Pending approval"])])
def test_vacant_closed_and_future_positions_are_set_aside_without_an_error(tmp_path, heading, words):
    held = "Filled" if len(words) > 1 else "No"
    rows = [["Position ID", "Worker ID", "Position title", heading, "Effective start date"],
            *([f"P{i}", person, "Officer", held, "2024-04-01"] for i, person in enumerate(IDS))]
    rows += [[f"V{i}", "", "Officer", word, "2024-04-01"] for i, word in enumerate(w for w in words if w != "Filled")]
    write(tmp_path / "positions.csv", rows)
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    assert counts(intake) == (8, 0)
    assert "error" not in set(intake.findings["severity"])
    assert accounts(intake, "positions.csv")[1:3] == [8, 0]
    vacant = [f"V{i}" for i, word in enumerate(w for w in words if w != "Filled")
              if word in ("Vacant", "Unfilled", "Yes", "Frozen", "Being advertised")]
    assert intake.vacancies["post_id"].tolist() == vacant, "closed posts and posts to come are no vacancies"


# Forms that are not finished --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("heading", "word"), [
    ("Review status", "Cancelled"), ("Review status", "Draft"), ("Form Status", "Withdrawn"), ("Status", "In progress"),
    ("Signed off?", "No"), ("Is complete", "N"),
    ("Workflow step", "Not started"), ("PDR Status", "Overdue"), ("Appraisal status", "Awaiting sign-off"),
    ("stage_txt", "Not completed"), ("Form state", "With manager"), ("Completion status", "Voided - leaver")])
def test_only_finished_forms_count_and_the_others_are_named(tmp_path, word, heading):
    done = {"No": "Yes", "N": "Y"}.get(word, "Completed")
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "forms.csv", with_column(RATINGS, heading, [done] * 5 + [word] * 2 + [done]))
    intake = read(tmp_path)
    assert set(levels(intake)) == set(IDS) - {"2006", "2007"}
    assert counts(intake) == (8, 2)
    named = intake.findings[intake.findings["code"] == "form_not_finished"]
    assert set(named["severity"]) == {"warning"}
    assert named["row"].tolist() == [7, 8]
    assert "2006" in named["message"].iloc[0]
    assert accounts(intake, "forms.csv") == [9, 6, 0, 3]


@pytest.mark.parametrize(("heading", "words"), [
    ("Mandatory training", ["Completed", "Overdue"]), ("Induction status", ["Complete", "Not started"]),
    ("Licence status", ["Active", "Expired"])])
def test_a_status_of_something_else_is_asked_about_and_changes_nothing(tmp_path, heading, words):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "forms.csv", with_column(RATINGS, heading, [words[i % 2] for i in range(8)]))
    intake = read(tmp_path)
    assert counts(intake) == (8, 0)
    assert f"'{heading}' holds '{words[0]}'" in message(intake, "states_asked")
    ignored = read(tmp_path, columns={heading: "ignore"})
    assert "states_asked" not in codes(ignored)
    assert len(read(tmp_path, columns={heading: "form_status"}).workforce.placements) <= 4


def test_people_of_unfinished_forms_stay_on_the_record_where_there_is_no_staff_list(tmp_path):
    rows = with_column(with_column(RATINGS, "Directorate", ["Roads"] * 8), "Form status", ["Done"] * 6 + ["Open"] * 2)
    write(tmp_path / "forms.csv", rows)
    assert counts(read(tmp_path)) == (8, 2)


def test_a_word_that_may_or_may_not_mean_finished_stops_its_rows_until_it_is_settled(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "forms.csv", with_column(RATINGS, "Form status", ["Completed"] * 6 + ["Step 4"] * 2))
    intake = read(tmp_path)
    assert intake.quarantine["reason"].tolist() == ["unknown_form_state"] * 2
    assert counts(intake) == (8, 2)
    assert counts(read(tmp_path, states={"Step 4": "finished"})) == (8, 0)
    assert "form_not_finished" in codes(read(tmp_path, states={"Step 4": "unfinished"}))


# Line managers before others --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("heading", "line", "other"), [
    ("Relationship type", "Line manager", "Matrix manager"), ("Reporting line type", "Solid line", "Dotted line"),
    ("Manager Type", "Primary", "Secondary"), ("rel_cd_text", "Direct", "Functional")])
@pytest.mark.parametrize("other_first", [False, True])
def test_the_line_manager_goes_before_matrix_rows_in_any_words_and_order(tmp_path, heading, line, other, other_first):
    head = ["Employee number", "Employee name", "Directorate", heading, "Manager number"]
    rows = []
    for i, (person, name) in enumerate(zip(IDS, NAMES, strict=True)):
        pair = [[person, name, "Roads", line, "2001" if i else ""], [person, name, "Roads", other, "2002"]]
        rows += pair[::-1] if other_first else pair
    write(tmp_path / "relationships.csv", [head, *rows])
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    assert managers(intake) == dict.fromkeys(IDS[1:], "2001")
    assert not codes(intake) & {"reporting_loop", "two_managers"}
    assert accounts(intake, "relationships.csv") == [17, 8, 0, 9]
    assert message(intake, "matrix_rows").startswith("8 rows are about other than line managers")


def test_somebody_with_a_matrix_row_only_has_no_manager_and_that_is_said(tmp_path):
    rows = [["Employee number", "Employee name", "Directorate", "Relationship type", "Manager number"],
            ["2001", "Ada Birch", "Roads", "Line manager", ""], ["2002", "Bo Cedar", "Roads", "Line manager", "2001"],
            ["2003", "Cy Dale", "Roads", "Matrix manager", "2002"]]
    write(tmp_path / "relationships.csv", rows)
    write(tmp_path / "ratings.csv", RATINGS[:4])
    intake = read(tmp_path)
    assert managers(intake) == {"2002": "2001"}
    assert "matrix_only" in codes(intake)
    assert managers(read(tmp_path, states={"Matrix manager": "line"})) == {"2002": "2001", "2003": "2002"}


# Names and numbers of two people ----------------------------------------------------------------------------------


def by_name(tmp_path: Path, namesake: list[str], managers_of: list[str]) -> Intake:
    """Six people of Roads, managed by one name; the namesake's row follows."""
    head = ["Employee number", "Employee name", "Department", "Job title", "Grade", "Manager", "Performance rating",
            "Review period"]
    rows = [[IDS[i], NAMES[i], "Roads", "Officer", "G5", managers_of[i], "Meets", "2024/25"] for i in range(6)]
    write(tmp_path / "ratings.csv", [head, *rows, [*namesake, "Meets", "2024/25"]])
    return read(tmp_path)


@pytest.mark.parametrize("namesake", [
    ["2050", "Ida Jay", "Parks", "Apprentice", "G5", "Rex Stone"],
    ["2050", "Ida Jay", "Parks", "Officer", "G5", "Rex Stone"],
    ["2050", "Ida Jay", "Roads", "Trainee", "G5", "Rex Stone"],
    ["2050", "Ida Jay", "Roads", "Officer", "G2", "Rex Stone"],
    ["2050", "Ida Jay", "Roads", "Officer", "G5", "Ada Birch"]])
def test_a_lone_namesake_who_can_hardly_be_the_manager_is_asked_about(tmp_path, namesake):
    intake = by_name(tmp_path, namesake, ["Ida Jay"] * 6)
    assert intake.workforce.placements["rater_id"].astype("str").isin(["2050"]).sum() == 0
    assert not managers(intake)
    assert "2050 Ida Jay" in message(intake, "implausible_rater")
    text = (tmp_path / "ratings.csv").read_text("utf-8").replace("G5,Ida Jay", "G5,Ida Jay (2050)")
    (tmp_path / "ratings.csv").write_text(text, "utf-8")  # the remedy: the number beside the name
    assert set(managers(read(tmp_path)).values()) >= {"2050"}


@pytest.mark.parametrize("manager", [
    ["2050", "Ida Jay", "Roads", "Officer", "G5", "Rex Stone"],
    ["2050", "Ida Jay", "Parks", "Head of service", "G5", "Rex Stone"],
    ["2050", "Ida Jay", "Parks", "Officer", "G12", "Rex Stone"], ["2050", "Ida Jay", "Parks", "Officer", "G5", ""]])
def test_a_manager_of_the_unit_a_senior_one_and_the_top_are_joined_by_name(tmp_path, manager):
    assert set(managers(by_name(tmp_path, manager, ["Ida Jay"] * 6)).values()) == {"2050"}


def test_where_most_names_of_managers_are_nobody_s_none_is_joined(tmp_path):
    intake = by_name(tmp_path, ["2050", "Ida Jay", "Roads", "Head", "G9", "Mo Reed"],
                     ["Ida Jay", "Ida Jay", "Al Pine", "Bea Rush", "Cid Sage", "Al Pine"])
    assert not managers(intake)
    assert "5 names, of which 4 are nobody's" in message(intake, "names_off_list")


def test_one_number_of_two_people_stops_everything_about_it(tmp_path):
    rows = [row[:] for row in STAFF] + [["2005", "Xan York", "Parks", "G6", "2001", "01/09/2024"]]
    rows[8][4] = "2005"
    write(tmp_path / "staff.csv", rows)
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    stopped = intake.quarantine[["file", "row", "reason"]].values.tolist()
    assert stopped == [["ratings.csv", 6, "number_of_two"], ["staff.csv", 6, "two_people"],
                       ["staff.csv", 10, "two_people"]]
    assert "Ed Fern and Xan York" in intake.quarantine["message"].iloc[0]
    assert "2005" not in levels(intake)
    assert "2008" not in managers(intake)
    write(tmp_path / "staff.csv", [row for row in rows if row[1] != "Ed Fern"])  # the remedy
    assert levels(read(tmp_path))["2005"] == 2


@pytest.mark.parametrize("other", ["Fern, Ed", "Mr Edward Fern", "Ed Stone", "Fearn, Eddie", "E Fern"])
def test_one_name_in_two_spellings_or_after_a_marriage_is_one_person(tmp_path, other):
    cell = f'"{other}"' if "," in other else other
    write(tmp_path / "staff.csv", [*STAFF, ["2005", cell, "Parks", "G6", "2001", "01/04/2019"]])
    write(tmp_path / "ratings.csv", RATINGS)
    assert not codes(read(tmp_path)) & {"two_people", "number_of_two"}


def test_a_rating_under_another_person_s_name_is_stopped(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    names = [*NAMES[:4], "Xan York", *NAMES[5:]]
    write(tmp_path / "ratings.csv", with_column(RATINGS, "Employee name", names))
    intake = read(tmp_path)
    assert intake.quarantine[["row", "reason"]].values.tolist() == [[6, "two_people"]]
    assert counts(intake) == (8, 1)


# Dates that a spreadsheet program has half converted --------------------------------------------------------------

SWAPPED = [date(2024, 3, 4), "04/25/2024", date(2024, 6, 5), "05/28/2024", date(2024, 7, 6), "06/30/2024",
           date(2024, 1, 8), "09/27/2024"]
TRUTH = ["2024-04-03", "2024-04-25", "2024-05-06", "2024-05-28", "2024-06-07", "2024-06-30", "2024-08-01", "2024-09-27"]


def dated(path: Path, days: list[object]) -> None:
    rows = [["Employee number", "Review date", "Performance rating"],
            *([person, day, "Meets"] for person, day in zip(IDS, days, strict=True))]
    if path.suffix == ".xlsx":
        write_book(path, {"Reviews": rows})
    else:
        write(path, [[cell.isoformat() if isinstance(cell, date) else str(cell) for cell in row] for row in rows])


@pytest.mark.parametrize("name", ["reviews.xlsx", "reviews.csv"])
@pytest.mark.parametrize("order", ["dmy", "mdy"])
def test_a_half_converted_column_is_stopped_whatever_the_order_and_mended_by_one_setting(tmp_path, name, order):
    write(tmp_path / "staff.csv", STAFF)
    dated(tmp_path / name, SWAPPED)
    intake = read(tmp_path, date_order=order)
    assert intake.quarantine["reason"].tolist() == ["half_converted_date"] * 8
    assert "day and month in each other's place" in message(intake, "half_converted_dates")
    mended = read(tmp_path, date_order=order, half_converted_dates="swap")
    assert mended.workforce.placements["placed_on"].dt.strftime("%Y-%m-%d").tolist() == TRUTH
    assert "dates_swapped_back" in codes(mended)
    kept = read(tmp_path, date_order=order, half_converted_dates="keep")
    assert kept.workforce.placements["placed_on"].dt.strftime("%Y-%m-%d").tolist()[0] == "2024-03-04"
    assert "half_converted_kept" in codes(kept)


def test_day_first_text_beside_true_dates_up_to_the_twelfth_is_asked_about_too(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    days = ["25/04/2024", date(2024, 3, 4), "28/05/2024", date(2024, 6, 5), "30/06/2024", date(2024, 7, 6),
            "19/07/2024", date(2024, 1, 8)]
    dated(tmp_path / "reviews.xlsx", days)
    assert "half_converted_dates" in codes(read(tmp_path))
    mended = read(tmp_path, half_converted_dates="swap").workforce.placements["placed_on"]
    assert mended.dt.strftime("%Y-%m-%d").tolist()[:2] == ["2024-04-25", "2024-04-03"]


@pytest.mark.parametrize("days", [
    ["03/04/2024", "25/04/2024", "2024-05-28", "2024-06-05", "30/06/2024", "2024-07-19", "01/08/2024", "22/08/2024"],
    ["2024-04-03", "2024-05-06", "2024-06-07", "2024-07-02", "2024-08-01", "2024-09-05", "2024-04-04", "2024-05-05"],
    ["03/04/2024", "06/05/2024", "07/06/2024", "02/07/2024", "01/08/2024", "05/09/2024", "2024-04-04", "2024-05-05"],
    ["25/04/2024", "28/05/2024", "30/06/2024", "19/07/2024", "22/08/2024", "27/09/2024", "2024-04-14", "2024-05-05"]])
def test_columns_that_nobody_half_converted_are_read(tmp_path, days):
    write(tmp_path / "staff.csv", STAFF)
    dated(tmp_path / "reviews.csv", days)
    intake = read(tmp_path)
    assert not codes(intake) & {"half_converted_dates", "half_converted_date"}
    assert len(intake.workforce.placements) == 8


# Rows wider than the headings, groups, commas ---------------------------------------------------------------------


@pytest.mark.parametrize(("delimiter", "cell"), [(",", "Dale, Cy"), (";", "Dale; Cy"), ("|", "Dale|Cy")])
@pytest.mark.parametrize("last", ["01/04/2019", ""])
def test_a_row_with_a_cell_too_many_is_stopped_and_quotation_marks_mend_it(tmp_path, delimiter, cell, last):
    rows = [row[:] for row in STAFF]
    rows[3][1], rows[3][5] = cell, last
    write(tmp_path / "staff.csv", rows, delimiter)
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    assert intake.quarantine[["file", "row", "reason"]].values.tolist() == [["staff.csv", 4, "row_too_wide"]]
    assert "7 cells under 6 headings" in intake.quarantine["message"].iloc[0]
    assert set(managers(intake).values()) == {"2001"}
    assert set(intake.workforce.posts["directorate"].astype("str").dropna()) == {"Roads", "Parks"}
    rows[3][1] = f'"{cell}"'
    write(tmp_path / "staff.csv", rows, delimiter)
    assert read(tmp_path).quarantine.empty


def test_a_delimiter_at_the_end_of_each_row_shifts_nothing(tmp_path):
    write(tmp_path / "staff.csv", [STAFF[0], *([*row, ""] for row in STAFF[1:])])
    write(tmp_path / "ratings.csv", [[*row, ""] for row in RATINGS])
    intake = read(tmp_path)
    assert intake.quarantine.empty
    assert counts(intake) == (8, 0)


def grouped(directorates: list[str], services: list[str] | None = None) -> list[list[str]]:
    rows = [["Directorate", "Service", "Employee number", "Employee name", "Performance rating", "Review period"]]
    for i, directorate in enumerate(directorates):
        rows.append([directorate, services[i] if services else "", IDS[i], NAMES[i], "Meets", "2024/25"])
    return rows


def units(intake: Intake, column: str = "directorate") -> list[str]:
    posts = intake.workforce.posts.dropna(subset=[column]).set_index("employee_id")[column].astype("str")
    return [str(posts.get(person, "-")) for person in IDS]


@pytest.mark.parametrize("name", ["staff.csv", "staff.xlsx"])
def test_a_directorate_on_the_first_row_of_its_group_is_carried_down(tmp_path, name):
    rows = grouped(["Roads", "", "", "", "Parks", "", "", ""])
    write(tmp_path / name, rows) if name.endswith("csv") else write_book(tmp_path / name, {"Staff": rows})
    intake = read(tmp_path)
    assert units(intake) == ["Roads"] * 4 + ["Parks"] * 4
    assert "6 blank cells" in message(intake, "group_carried")


def test_a_directorate_on_a_line_of_its_own_is_carried_down(tmp_path):
    rows = grouped([""] * 8)
    rows.insert(5, ["Parks", *[""] * 5])
    rows.insert(1, ["Roads", *[""] * 5])
    write(tmp_path / "staff.csv", rows)
    intake = read(tmp_path)
    assert units(intake) == ["Roads"] * 4 + ["Parks"] * 4
    assert accounts(intake, "staff.csv") == [11, 8, 0, 3]


def test_groups_within_groups_end_with_the_outer_one(tmp_path):
    write(tmp_path / "staff.csv", grouped(["Roads", "", "", "", "Parks", "", "", ""],
                                          ["Lights", "", "Management", "", "Management", "", "", ""]))
    intake = read(tmp_path)
    assert units(intake, "service") == ["Lights"] * 2 + ["Management"] * 6
    assert units(intake) == ["Roads"] * 4 + ["Parks"] * 4


def test_a_column_with_gaps_is_not_carried_down(tmp_path):
    write(tmp_path / "staff.csv", grouped(["Roads", "", "Parks", "", "Roads", "", "", ""]))
    assert units(read(tmp_path)) == ["Roads", "-", "Parks", "-", "Roads", "-", "-", "-"]


def test_one_value_above_many_blanks_is_asked_about(tmp_path):
    write(tmp_path / "staff.csv", grouped(["Roads", *[""] * 7]))
    intake = read(tmp_path)
    assert units(intake) == ["Roads", *["-"] * 7]
    assert "1 of 8" in message(intake, "group_asked")


@pytest.mark.parametrize("delimiter", ["\t", "|"])
def test_decimal_commas_are_read_where_the_comma_parts_no_cells(tmp_path, delimiter):
    write(tmp_path / "staff.csv", with_column(STAFF, "FTE", ["1,0", "0,8"] * 4), delimiter)
    assert read(tmp_path).workforce.posts["fte"].tolist() == [1.0, 0.8] * 4


@pytest.mark.parametrize("first", ["sep=;\n", ""])
def test_decimal_commas_are_read_where_the_delimiter_shows_them(tmp_path, first):
    rows = with_column(STAFF, "FTE", ["1,0", "0,8"] * 4)
    rows[1][1] = "Zoë O’Brien"
    text = first + "".join(";".join(row) + "\n" for row in rows)
    (tmp_path / "staff.csv").write_bytes(text.encode("cp1252"))
    write(tmp_path / "ratings.csv", RATINGS, ";")
    intake = read(tmp_path)
    assert intake.workforce.posts["fte"].tolist() == [1.0, 0.8] * 4
    assert str(intake.workforce.employees["name"].iloc[0]) == "Zoë O’Brien"
    assert not codes(intake) - {"encoding", "rater_from_post"}


# One export twice -------------------------------------------------------------------------------------------------

OLD = [RATINGS[0], *([*row[:2], "Exceeds"] for row in RATINGS[1:])]


def test_a_hidden_old_sheet_gives_way_to_the_one_that_is_shown(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    write_book(tmp_path / "ratings.xlsx", {"old": OLD, "Current": RATINGS}, hidden=("old",))
    intake = read(tmp_path)
    assert levels(intake) == {person: 1 + i % 3 for i, person in enumerate(IDS)}
    assert "6 of 8 rows differ" in message(intake, "hidden_version")
    assert accounts(intake, "ratings.xlsx") == [9, 0, 0, 9]
    assert intake.quarantine.empty


@pytest.mark.parametrize("name", ["ratings (1).csv", "Copy of ratings.xlsx", "ratings.txt"])
def test_a_copy_of_a_file_is_set_aside_and_one_placement_stays(tmp_path, name):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "ratings.csv", RATINGS)
    write_book(tmp_path / name, {"R": RATINGS}) if name.endswith("xlsx") else write(tmp_path / name, RATINGS)
    intake = read(tmp_path)
    assert len(intake.workforce.placements) == 8
    assert intake.findings.set_index("code").loc["copied_sheet", "severity"] == "warning"
    assert not codes(intake) & {"earlier_placement", "conflicting_placements"}
    assert int(intake.reconciliation["rows_accepted"].sum()) == 16


def test_a_changed_second_download_is_asked_about_and_taking_one_out_mends_it(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "ratings.csv", RATINGS)
    write(tmp_path / "ratings (1).csv", OLD)
    intake = read(tmp_path)
    assert "6 of 8 rows differ" in message(intake, "versions_apart")
    assert intake.workforce.placements.empty
    assert intake.quarantine.empty
    assert "No rating was read: the exports hold 16" in intake.unread.headlines()[0]
    assert "one export at two times" in intake.unread.headlines()[1]
    (tmp_path / "ratings (1).csv").unlink()
    assert len(read(tmp_path).workforce.placements) == 8


def test_of_three_versions_none_is_taken_in_silence(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    for name, rows in (("ratings", RATINGS), ("ratings (1)", OLD), ("ratings (2)", RATINGS)):
        write(tmp_path / f"{name}.csv", rows)
    intake = read(tmp_path)
    assert intake.workforce.placements.empty
    assert set(intake.findings.loc[intake.findings["code"] == "versions_apart", "file"]) == {
        "ratings.csv", "ratings (1).csv", "ratings (2).csv"}


def test_a_longer_second_download_adds_only_what_is_new(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "ratings.csv", RATINGS[:6])
    write(tmp_path / "ratings (1).csv", RATINGS)
    intake = read(tmp_path)
    assert len(intake.workforce.placements) == 8
    assert int(intake.findings.set_index("code").loc["copied_rows", "n"]) == 5


def test_the_next_period_in_another_file_is_no_second_download(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "ratings.csv", RATINGS)
    write(tmp_path / "ratings (1).csv", [RATINGS[0], *([row[0], "2023/24 H2", "Meets"] for row in RATINGS[1:])])
    intake = read(tmp_path)
    assert len(intake.workforce.placements) == 16
    assert not codes(intake) & {"versions_apart", "copied_sheet", "copied_rows"}


def test_rows_repeated_in_one_file_are_copies(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "ratings.csv", [*RATINGS, *RATINGS[3:6]])
    intake = read(tmp_path)
    assert len(intake.workforce.placements) == 8
    assert accounts(intake, "ratings.csv") == [12, 8, 0, 4]


# Bounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["x" * 2_000_000, '"' + "line\n" * 400_000 + '"'])
def test_a_cell_as_long_as_a_book_is_refused_with_its_row(tmp_path, cell):
    write(tmp_path / "ratings.csv", [*RATINGS[:3], [*RATINGS[3][:2], cell]])
    with pytest.raises(UnreadableFileError, match="row 4"):
        read(tmp_path)


def test_a_comment_of_many_pages_is_read(tmp_path):
    write(tmp_path / "ratings.csv", with_column(RATINGS, "Comments", ["ab " * 15_000, *[""] * 7]))
    assert len(read(tmp_path).workforce.placements) == 8


@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("digits", [400, 5_000])
def test_a_number_of_hundreds_of_digits_is_a_refused_cell(tmp_path, column, digits):
    write(tmp_path / "staff.csv", with_column(STAFF, "FTE", ["1"] * 7 + ["9" * digits]))
    rows = [row[:] for row in RATINGS]
    rows[4][column] = "9" * digits
    write(tmp_path / "ratings.csv", rows)
    intake = read(tmp_path)
    assert ["ratings.csv", 5] in intake.quarantine[["file", "row"]].values.tolist()
    assert "2004" not in levels(intake)
    assert intake.workforce.posts["fte"].isna().sum() == 1


def test_an_ods_that_repeats_a_filled_row_a_million_times_is_refused_at_once(tmp_path):
    def row(cells: list[str], times: int = 1) -> str:
        filled = "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
                         for c in cells)
        return f'<table:table-row table:number-rows-repeated="{times}">{filled}</table:table-row>'

    names = {name: f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0" for name in ("office", "table", "text")}
    spaces = " ".join(f'xmlns:{name}="{address}"' for name, address in names.items())
    with zipfile.ZipFile(tmp_path / "ratings.ods", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", f'<office:document-content {spaces}><office:body><office:spreadsheet>'
                         f'<table:table table:name="S">{row(RATINGS[0])}{row(RATINGS[1], 1_000_000)}</table:table>'
                         "</office:spreadsheet></office:body></office:document-content>")
    with pytest.raises(UnreadableFileError, match="repeats one filled row"):
        read(tmp_path)


# States under headings of other kinds ---------------------------------------------------------------------------


@pytest.mark.parametrize(("heading", "words"), [
    ("Termination Reason", ["Resignation", "Retirement"]), ("Leaving reason", ["Code 4", "Other employer"]),
    ("Leaver code", ["01", "07"]), ("Employment ended", ["Yes", "Yes"]), ("Leaver?", ["x", "X"]),
    ("Leaver?", ["\u2713", "\u2713"]), ("Current?", ["N", "N"]), ("Live or leaver", ["Leaver", "Leaver"])])
def test_any_entry_under_a_heading_about_leaving_tells_a_leaver(tmp_path, heading, words):
    rest = "No" if words == ["Yes", "Yes"] else "Y" if words == ["N", "N"] else "Live" if "Leaver" in words else ""
    write(tmp_path / "staff.csv", with_column(STAFF, heading, [rest] * 6 + words))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    intake = read(tmp_path)
    assert counts(intake) == (6, 0)
    assert message(intake, "left_without_day").startswith("2 people have left")


@pytest.mark.parametrize(("heading", "cells", "shown"), [
    ("Comments", [""] * 6 + ["Left 31/05/2024", "leaver"], "leaver"),
    ("Event", ["Hire"] * 6 + ["Termination"] * 2, "Termination"),
    ("Location", ["Town Hall"] * 6 + ["Leavers"] * 2, "Leavers")])
def test_cells_that_may_tell_leavers_are_the_headline_and_the_proposed_line_reads_them(tmp_path, heading, cells, shown):
    write(tmp_path / "staff.csv", with_column(STAFF, heading, cells))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    intake = read(tmp_path)
    assert "may say who has left" in intake.unread.headlines()[0]
    assert shown in message(intake, "states_asked")
    (tmp_path / "pasted.toml").write_text(intake.unread.settings, encoding="utf-8")
    assert counts(read_exports(tmp_path, settings=tmp_path / "pasted.toml")) == (6, 0)


@pytest.mark.parametrize(("heading", "cells"), [
    ("Comments", ["Leftover leave to take"] * 8), ("Notes", ["On leave until May"] * 8),
    ("Town", ["Leftwich"] * 8),
    ("Licence valid?", ["Y", "N"] * 4), ("Training status", [""] * 8), ("Car user", ["Yes", "No"] * 4)])
def test_columns_of_other_things_are_not_asked_about(tmp_path, heading, cells):
    write(tmp_path / "staff.csv", with_column(STAFF, heading, cells))
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    assert intake.unread.is_whole
    assert counts(intake) == (8, 0)


def test_an_unknown_word_for_who_is_employed_is_the_headline(tmp_path):
    write(tmp_path / "staff.csv", with_column(STAFF, "HR Status", ["Active"] * 6 + ["Inactive"] * 2))
    write(tmp_path / "ratings.csv", RATINGS[:7])
    intake = read(tmp_path)
    assert "Not known: 'Inactive'" in intake.unread.headlines()[0]
    assert '# "Inactive" = "left"' in intake.unread.settings
    (tmp_path / "chosen.toml").write_text(intake.unread.settings.replace("# ", "", 1), encoding="utf-8")
    assert counts(read_exports(tmp_path, settings=tmp_path / "chosen.toml")) == (6, 0)


@pytest.mark.parametrize(("heading", "counts_as", "cancelled"), [
    ("Valid", "Y", "N"), ("Void?", "N", "Y"), ("Is Deleted", "0", "1"), ("Cancelled on", "", "03/02/2025"),
    ("Cancellation reason", "", "Duplicate form"), ("Submitted", "Y", "N"), ("Form % complete", "100%", "40%"),
    ("Performance Document Status", "Completed", "Canceled"), ("Review status", "Authorised", "Rejected")])
def test_forms_that_do_not_count_are_told_by_flags_reasons_days_and_shares(tmp_path, heading, counts_as, cancelled):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "forms.csv", with_column(RATINGS, heading, [counts_as] * 6 + [cancelled] * 2))
    intake = read(tmp_path)
    assert set(levels(intake)) == set(IDS[:6])
    assert intake.findings.loc[intake.findings["code"] == "form_not_finished", "n"].sum() == 2


def test_a_remark_that_a_form_was_cancelled_is_the_headline_and_the_proposed_line_reads_it(tmp_path):
    write(tmp_path / "staff.csv", STAFF)
    write(tmp_path / "forms.csv", with_column(RATINGS, "Comments", [""] * 6 + ["CANCELLED - left"] * 2))
    intake = read(tmp_path)
    assert "which forms are finished or cancelled" in intake.unread.headlines()[0]
    (tmp_path / "pasted.toml").write_text(intake.unread.settings, encoding="utf-8")
    assert set(levels(read_exports(tmp_path, settings=tmp_path / "pasted.toml"))) == set(IDS[:6])


# Two managers and nothing that tells ----------------------------------------------------------------------------


def two_lines(heading: str, first: str, second: str) -> list[list[str]]:
    """A staff list with a second line, and a second manager, for everybody but the top."""
    rows = [[*STAFF[0][:4], heading, "Manager number"]]
    for i, line in enumerate(STAFF[1:]):
        rows += [[*line[:4], first, line[4]], *([[*line[:4], second, "2003" if i != 2 else "2004"]] if i else [])]
    return rows


LINE = dict.fromkeys(IDS[1:], IDS[0])


@pytest.mark.parametrize(("heading", "first", "second"), [
    ("Hierarchy name", "HR hierarchy", "Project hierarchy"), ("Manager order", "1", "2"),
    ("Org assignment type", "Supervisory", "Matrix"), ("Reporting relationship type", "Typ A", "Typ B")])
def test_managers_that_a_list_gives_twice_are_left_empty_and_the_answer_mends_it(tmp_path, heading, first, second):
    write(tmp_path / "staff.csv", two_lines(heading, first, second))
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    assert managers(intake) == {}
    assert f"'{heading}' may tell which of them counts" in message(intake, "managers_contested")
    assert "gives many people two managers" in intake.unread.headlines()[0]
    mended = read(tmp_path, columns={heading: "relationship"}, states={first: "line", second: "other"})
    assert managers(mended) == LINE
    assert mended.unread.is_whole


def test_where_no_column_tells_the_managers_are_left_empty_in_any_order(tmp_path):
    rows = [[*line[:4], line[5]] for line in two_lines("x", "", "")]
    for order in (rows, [rows[0], *reversed(rows[1:])]):
        write(tmp_path / "staff.csv", order)
        write(tmp_path / "ratings.csv", RATINGS)
        assert managers(read(tmp_path)) == {}


def test_a_job_that_few_share_a_history_and_posts_with_numbers_are_no_contest(tmp_path):
    write(tmp_path / "ratings.csv", RATINGS)
    write(tmp_path / "staff.csv", [*STAFF, [*STAFF[5][:4], "2003", STAFF[5][5]]])
    assert "managers_contested" not in codes(read(tmp_path))
    write(tmp_path / "staff.csv", two_lines("Valid from", "01/04/2019", "01/04/2023"))
    assert "managers_contested" not in codes(read(tmp_path))
    write(tmp_path / "staff.csv", two_lines("Post number", "P1", "P2"))
    assert "managers_contested" not in codes(read(tmp_path))


def test_of_lines_without_numbers_of_posts_the_main_one_counts(tmp_path):
    write(tmp_path / "staff.csv", two_lines("Primary?", "Y", "N"))
    write(tmp_path / "ratings.csv", RATINGS)
    intake = read(tmp_path)
    assert managers(intake) == LINE
    assert message(intake, "second_post_rows").startswith("7 rows are about other than the main post")
