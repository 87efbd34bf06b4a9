"""The workbook of refused rows: people correct it in any spreadsheet program, and the check takes it back."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from my121_analytics.cli.release_files import release_check
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DisclosureError
from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.reports.check.quarantine_workbook import write_quarantine
from my121_analytics.settings import Settings
from my121_analytics.workforce.results import Result, Table, describe

OFFICE = shutil.which("soffice")
STAFF = ("Employee no,Name,Directorate,Manager no\n0099,Iris Vane,Highways,\n0012,Otto Pell,Highways,0099\n"
         "0013,Una Gray,Parks,0099\n0014,=SUM(A1),Parks,0099\n")
RATINGS = ("Yearly reviews;;;;;;;\n"
           "Employee no;Review period;Manager no;Performance;Note;NOTE;Row\n"
           "0012;2024/25 H1;0099;Execeptional;a;;=1+1\n"
           "0013;2024/25 H1;0099;Rubbish;Zoë, \"so\";x;\n"
           "0014;2024/25 H1;4.7E+5;Sideways;c;y;-3\n")


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "in"
    source.mkdir()
    (source / "staff.csv").write_text(STAFF, encoding="utf-8")
    (source / "ratings.csv").write_text(RATINGS, encoding="cp1252")
    return tmp_path


def write(folder: Path, intake: Intake, name: str = "quarantine.xlsx") -> Path:
    write_quarantine(release_check(intake, settings=Settings()), folder / name)
    return folder / name


def table_of(book, name: str):
    """Give a sheet, the row of its headings and their columns."""
    sheet = book[name]
    head = next(row for row in sheet.iter_rows() if row[0].value == "Row")
    return sheet, head[0].row, {cell.value: cell.column for cell in head}


def correct(path: Path, to: Path | None = None) -> Path:
    """Correct the first two rows and leave the third out, as a person would."""
    book = openpyxl.load_workbook(path)
    sheet, head, at = table_of(book, "ratings.csv")
    for row, level in ((head + 1, "Exceeds"), (head + 2, "Meets")):
        sheet.cell(row, at["Performance"]).value = level
        sheet.cell(row, at["Decision"]).value = "correct"
    sheet.cell(head + 3, at["Decision"]).value = "leave out"
    book.save(to or path)
    return to or path


def levels(intake: Intake) -> dict[str, int]:
    rows = intake.workforce.placements
    return dict(zip(rows["employee_id"].astype("str"), rows["performance"].astype("Int64"), strict=True))


def test_every_refused_row_stands_under_its_export_s_own_headings(folder):
    book = openpyxl.load_workbook(write(folder, read_exports(folder / "in")))
    sheet, head, at = table_of(book, "ratings.csv")
    assert list(at) == ["Row", "Decision", "What is wrong, and what to do", "Employee no", "Review period",
                        "Manager no", "Performance", "Note", "NOTE (2)", "Row (2)", "State", "File", "Sheet",
                        "Check code"]
    first = [sheet.cell(head + 1, column).value for column in (at["Row"], at["Employee no"], at["Row (2)"], at["File"])]
    assert first == [3, "0012", "=1+1", "ratings.csv"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_only_the_cells_for_people_are_open_and_those_at_fault_stand_out(folder):
    book = openpyxl.load_workbook(write(folder, read_exports(folder / "in")))
    sheet, head, at = table_of(book, "ratings.csv")
    assert sheet.protection.sheet
    locked = {name: sheet.cell(head + 1, column).protection.locked for name, column in at.items()}
    assert [name for name, is_locked in locked.items() if is_locked] == [
        "Row", "What is wrong, and what to do", "State", "File", "Sheet", "Check code"]
    marked = {name for name, column in at.items() if sheet.cell(head + 3, column).font.bold}
    assert marked == {"Performance", "Manager no"}
    assert sheet.cell(head + 1, at["Employee no"]).number_format == "@"


def test_known_values_are_offered_and_others_may_be_written(folder):
    book = openpyxl.load_workbook(write(folder, read_exports(folder / "in")))
    sheet, head, _ = table_of(book, "ratings.csv")
    choices = book["Choices"]
    offered = {}
    for rule in sheet.data_validations.dataValidation:
        column = openpyxl.utils.cell.range_boundaries(str(rule.sqref))[0]
        cells = choices[rule.formula1.split("!")[1].replace("$", "")]
        offered[sheet.cell(head, column).value] = [cell[0].value for cell in cells], rule.errorStyle
    assert offered["Decision"] == (["correct", "leave out"], None)
    assert offered["Performance"] == (["Partially meets", "Meets", "Exceeds"], "information")
    assert offered["Manager no"] == (["Iris Vane (0099)"], "information")


def test_what_the_lists_offer_can_be_read(folder):
    path = write(folder, read_exports(folder / "in"))
    book = openpyxl.load_workbook(path)
    sheet, head, at = table_of(book, "ratings.csv")
    sheet.cell(head + 3, at["Performance"]).value = "Meets"
    sheet.cell(head + 3, at["Manager no"]).value = "Iris Vane (0099)"
    book.save(path)
    intake = read_exports(folder / "in", corrections=path)
    rows = intake.workforce.placements
    assert levels(intake) == {"0014": 2}
    assert rows["rater_id"].astype("str").tolist() == ["0099"]


def test_a_corrected_workbook_gives_the_record_and_keeps_working_when_it_is_written_again(folder):
    path = correct(write(folder, read_exports(folder / "in")))
    intake = read_exports(folder / "in", corrections=path)
    assert levels(intake) == {"0012": 3, "0013": 2}
    assert set(intake.corrections["outcome"]) == {"corrected", "left_out"}
    write(folder, intake)  # over the file that people filled in
    book = openpyxl.load_workbook(path)
    sheet, head, at = table_of(book, "ratings.csv")
    assert [sheet.cell(row, at["State"]).value for row in range(head + 1, head + 4)] == [
        "Corrected and entered", "Corrected and entered", "Left out"]
    once_more = read_exports(folder / "in", corrections=path)
    assert levels(once_more) == levels(intake)
    assert once_more.reconciliation.equals(intake.reconciliation)


def test_an_untouched_workbook_changes_nothing(folder):
    before = read_exports(folder / "in")
    after = read_exports(folder / "in", corrections=write(folder, before))
    pd.testing.assert_frame_equal(after.quarantine, before.quarantine)
    assert set(after.corrections["outcome"]) == {"pending"}


def test_rows_sorted_columns_moved_and_lines_taken_out_do_no_harm(folder):
    path = write(folder, read_exports(folder / "in"))
    book = openpyxl.load_workbook(path)
    sheet, head, at = table_of(book, "ratings.csv")
    rows = [[sheet.cell(row, column).value for column in at.values()] for row in range(head, head + 3)]
    rows[1][list(at).index("Performance")] = "Exceeds"
    other = openpyxl.Workbook()
    for row in (rows[0], rows[2], rows[1]):
        other.active.append(list(reversed(row)))
    other.save(path)
    assert levels(read_exports(folder / "in", corrections=path)) == {"0012": 3}


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice here")
@pytest.mark.parametrize("form", ["xlsx", *(pytest.param(form, marks=pytest.mark.slow) for form in ("ods", "csv"))])
def test_a_workbook_saved_by_libreoffice_comes_back(folder, form):
    path = correct(write(folder, read_exports(folder / "in")), folder / "corrected.xlsx")
    target = "csv:Text - txt - csv (StarCalc):59,34,1252,1,,0,false,true,false,false,false,3" if form == "csv" else form
    done = subprocess.run([OFFICE, "--headless", f"-env:UserInstallation={(folder / 'office').as_uri()}",
                           "--convert-to", target, "--outdir", str(folder / "saved"), str(path)],
                          capture_output=True, text=True, timeout=120, check=False)
    saved = sorted((folder / "saved").glob(f"*.{form}"))
    assert saved, done.stderr
    intake = read_exports(folder / "in", corrections=saved[0])
    assert levels(intake) == {"0012": 3, "0013": 2}
    assert sorted(intake.corrections["outcome"]) == ["corrected", "corrected", "left_out"]
    assert intake.findings[intake.findings["code"] == "corrected"]["column"].tolist() == ["Performance"] * 2


def test_the_same_refusals_give_the_same_bytes(folder):
    intake = read_exports(folder / "in")
    assert write(folder, intake, "one.xlsx").read_bytes() == write(folder, intake, "two.xlsx").read_bytes()


def test_a_plain_result_is_refused(tmp_path):
    about = describe("check", as_of=date(2025, 3, 31), cycle="2024/25 H2", n=2)
    with pytest.raises(DisclosureError):
        write_quarantine(Result(about, {}), tmp_path / "quarantine.xlsx")
    nobody = Result(about, {"x": Table(pd.DataFrame({"a": [1]}), keys=())})
    with pytest.raises(KeyError):
        write_quarantine(release(nobody, audience="analyst"), tmp_path / "quarantine.xlsx")
