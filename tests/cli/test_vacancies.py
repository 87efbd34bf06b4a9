"""Vacant posts of a staff list stand by unit in the files of the profile and of the workforce report."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from openpyxl import load_workbook

My121 = Callable[..., "CompletedProcess[str]"]
HEAD = ["Employee no", "Name", "Post no", "Directorate", "Grade", "Job title", "Manager no", "Date started"]
EXPECTED = [["Adults & Health", "2"], ["Place/Planning", "1"], ["All", "3"]]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a staff list of thirty with three vacant posts, one of them twice, and a closed post."""
    folder = tmp_path_factory.mktemp("exports")
    units = ("Adults & Health", "Place/Planning")
    staff = [[f"{100001 + i}", f"Person {i}", f"P{i}", units[i % 2], "Grade 5", "Officer", "" if i == 0 else "100001",
              "06/01/2020"] for i in range(30)]
    vacant = [["", "VACANT", f"V{post}", units[place], "Grade 5", "Officer", "100001", ""]
              for post, place in ((1, 0), (2, 0), (3, 1), (3, 1))]
    ratings = [["Employee no", "Review period", "Date placed", "Manager no", "Performance", "Potential"],
               *([row[0], "2024/25 H1", "10/09/2024", "100001", "Meets", "Moderate"] for row in staff[1:])]
    for name, rows in (("staff.csv", [HEAD, *staff, *vacant]), ("ratings.csv", ratings)):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(rows)
    return folder


@pytest.mark.parametrize("audience", ["analyst", "publish"])
def test_the_profile_counts_vacant_posts_by_directorate(exports: Path, tmp_path: Path, my121: My121,
                                                        audience: str) -> None:
    done = my121("profile", exports, "--out", tmp_path, "--audience", audience)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "vacancies.csv").open(newline="", encoding="utf-8-sig") as file:
        assert list(csv.reader(file)) == [["directorate", "n_vacant"], *EXPECTED]
    assert "Vacant posts on the staff list: 3" in done.stdout


def test_the_report_has_a_sheet_of_vacancies_and_says_how_many(exports: Path, tmp_path: Path, my121: My121) -> None:
    settings = tmp_path / "my121.toml"
    settings.write_text('[reports.workforce]\nsections = ["workforce"]\n', "utf-8")
    done = my121("report", exports, "--settings", settings, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    book = load_workbook(tmp_path / "out" / "workforce.xlsx")
    rows = [[str(cell) for cell in row[:2]] for row in book["Vacancies by directorate"].iter_rows(values_only=True)]
    assert rows[-4:] == [["Directorate", "Vacant posts"], *EXPECTED]
    headcount = [str(cell.value) for cell in book["Headcount by directorate"]["A"]]
    assert any("The exports list 3 vacant posts" in text for text in headcount)
