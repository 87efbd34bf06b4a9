"""Exports headed as Oracle, Workday, ESR and the NFI payroll layout head them are read without any settings."""

from __future__ import annotations

import csv
import shutil
import tomllib
from pathlib import Path

import pytest

from my121_analytics.ingest.intake import read_exports
from my121_analytics.settings import Settings

FOLDER = Path(__file__).parent / "systems"
SYSTEMS = tomllib.loads((Path(__file__).parents[2] / "docs" / "systems.toml").read_text("utf-8"))
LEAVER = {"oracle": "300104", "workday": "400104", "esr": "500104", "nfi": "600104"}


@pytest.fixture(scope="module", params=SYSTEMS)
def read(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    for name in SYSTEMS[request.param]["files"]:
        shutil.copy(FOLDER / name, folder)
    return request.param, read_exports(folder, settings=Settings())


def test_each_heading_is_read_as_the_page_says(read):
    system, intake = read
    found = {(row.file, row.heading): "never" if row.how == "refused" else row.column
             for row in intake.mapping.itertuples()}
    assert found == {(file, heading): column for file, headings in SYSTEMS[system]["files"].items()
                     for heading, (column, _) in headings.items()}


def test_every_row_is_accepted_and_nothing_is_left_out(read):
    _, intake = read
    assert len(intake.quarantine) == 0
    assert intake.unread.headlines() == ()
    assert set(intake.findings.loc[intake.findings["severity"] == "warning", "code"]) <= {
        "axis_assumed", "left_without_day"}


def test_people_managers_and_ratings_are_those_of_the_files(read):
    system, intake = read
    head = LEAVER[system][:3]
    people = intake.workforce.employees.set_index(intake.workforce.employees["employee_id"].astype(str))
    assert [*people.index] == [f"{head}10{n}" for n in range(5)]
    gone = people["left_on"].notna() | people["has_left"]
    assert [*people.index[gone]] == [LEAVER[system]]
    assert people.loc[f"{head}101", "started"].date().isoformat() == "2019-06-10"
    placements = intake.workforce.placements
    by_manager = placements[placements["source"] == "manager"].astype({"employee_id": str, "rater_id": str})
    rows = by_manager[["employee_id", "rater_id", "performance", "potential", "box"]].to_numpy().tolist()
    assert rows == [[f"{head}101", f"{head}100", 2, 2, 5], [f"{head}102", f"{head}100", 3, 3, 1],
                    [f"{head}103", f"{head}100", 1, 1, 9]]
    assert [f"{day:%d/%m/%Y}" for day in by_manager["placed_on"]] == ["11/03/2024", "12/03/2024", "14/03/2024"]
    own = placements[placements["source"] == "self"]
    assert len(own) == {"oracle": 1, "workday": 3}.get(system, 0)
    assert (own["performance"] == 2).all()


def test_what_must_not_be_loaded_stands_nowhere_in_the_record(tmp_path):
    for name in ("nfi_payroll.csv", "nfi_ratings.csv"):
        shutil.copy(FOLDER / name, tmp_path)
    text = (tmp_path / "nfi_payroll.csv").read_text("utf-8")
    (tmp_path / "nfi_payroll.csv").write_text(text.replace("600101,1,Adult Care,Mr,M,Birkett,Sol,,,,,,", (
        "600101,1,Adult Care,Mr,M,Birkett,Sol,,9 Example Row,ZZ9 9ZZ,05/06/1985,ZZ999999Z,")), "utf-8")
    workforce = read_exports(tmp_path, settings=Settings()).workforce
    kept = " ".join(frame.astype(str).to_csv() for frame in (workforce.employees, workforce.posts))
    assert "Birkett" in kept
    assert not any(text in kept for text in ("Example Row", "9ZZ", "1985", "ZZ999999Z"))


def test_the_page_lists_the_headings_of_the_files_and_says_how_each_is_known():
    for system in SYSTEMS.values():
        for name, headings in system["files"].items():
            rows = list(csv.reader((FOLDER / name).read_text("utf-8").splitlines()))
            assert [*headings] in rows, name
            assert {known for _, known in headings.values()} <= {"documented", "seen"}
        assert system["source"]


def test_of_two_numbers_the_one_of_the_assignment_is_the_post(tmp_path):
    (tmp_path / "staff.csv").write_text("Employee Number,Position Number,Assignment Number,Job Role,Position Title\n"
                                        "100,P9,100-1,Officer,Planner\n100,P8,100-2,Officer,Clerk\n", "utf-8")
    posts = read_exports(tmp_path, settings=Settings()).workforce.posts
    assert [*posts["post_id"].astype(str)] == ["100-1", "100-2"]
    assert [*posts["role"].astype(str)] == ["Planner", "Clerk"]
    (tmp_path / "staff.csv").write_text("Employee Number,Position Number,Job Role\n100,P9,Officer\n", "utf-8")
    posts = read_exports(tmp_path, settings=Settings()).workforce.posts
    assert [*posts["post_id"].astype(str)] == ["P9"]
    assert [*posts["role"].astype(str)] == ["Officer"]
