"""Exports that look usual and mean something else are read as they are meant, or asked about in the first line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

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
