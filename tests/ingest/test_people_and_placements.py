"""People with several posts, two managers, other ids and other names: what counts, and what nobody can tell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.settings import ExportSettings, Settings

STAFF = """Employee no,Name,Post no,Directorate,Manager no,Date started
001,Ann Head,P1,Place,,01/04/2010
002,Bo Smith,P2,Place,001,01/04/2015
003,Cy Jones,P3,Place,002,01/04/2015
003,Cy Jones,P4,Adults,005,01/04/2015
004,Di Brown,P5,Adults,002,01/04/2015
005,Ed Lee,P6,Adults,001,01/04/2015
"""
HEAD = "Employee no,Review period,Review date,Reviewer,Box"
AS_OF = Settings(exports=ExportSettings(extract_date=date(2024, 3, 31)))


def read(folder: Path, **files: str) -> Intake:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_exports(folder, settings=AS_OF)


def ratings(folder: Path, *rows: str, head: str = HEAD, staff: str = STAFF) -> Intake:
    return read(folder, staff=staff, ratings="\n".join([head, *rows]) + "\n")


def found(intake: Intake, code: str) -> list[dict]:
    return intake.findings[intake.findings["code"] == code].to_dict("records")


def stopped(intake: Intake) -> list[tuple[int, str]]:
    return list(intake.quarantine[["row", "reason"]].itertuples(index=False, name=None))


def boxes(intake: Intake) -> list[tuple[str, str, int]]:
    rows = intake.workforce.placements
    return list(zip(rows["employee_id"].astype("str"), rows["post_id"].astype("str").fillna(""),
                    rows["box"].astype("int64").tolist(), strict=True))


# One review per post ----------------------------------------------------------------------------------------------


def test_each_of_two_managers_places_the_post_they_manage(tmp_path):
    intake = ratings(tmp_path, "003,2023/24 H1,01/06/2023,002,5", "003,2023/24 H1,01/06/2023,005,8")
    assert boxes(intake) == [("003", "P3", 5), ("003", "P4", 8)]
    assert found(intake, "post_from_rater")[0]["n"] == 2
    assert intake.quarantine.empty


def test_two_placements_of_one_day_that_differ_are_both_stopped(tmp_path):
    intake = ratings(tmp_path, "004,2023/24 H1,01/06/2023,002,5", "004,2023/24 H1,01/06/2023,002,8",
                     "002,2023/24 H1,01/06/2023,001,4")
    assert stopped(intake) == [(2, "conflicting_placements"), (3, "conflicting_placements")]
    assert "row 3" in intake.quarantine["message"].iloc[0]
    assert boxes(intake) == [("002", "P2", 4)]
    row = intake.reconciliation.set_index("file").loc["ratings.csv"]
    assert (row["rows_read"], row["rows_accepted"], row["rows_quarantined"]) == (4, 1, 2)


def test_undated_placements_that_differ_are_stopped_and_equal_ones_are_not(tmp_path):
    intake = ratings(tmp_path, "004,2023/24 H1,,002,5", "004,2023/24 H1,,002,8", "002,2023/24 H1,,001,4",
                     "002,2023/24 H1,,001,4")
    assert stopped(intake) == [(2, "conflicting_placements"), (3, "conflicting_placements")]
    assert boxes(intake) == [("002", "P2", 4)]  # the copy is set aside
    assert "copied_rows" in set(intake.findings["code"])


def test_of_two_days_the_later_counts_and_the_earlier_is_listed(tmp_path):
    intake = ratings(tmp_path, "004,2023/24 H1,01/06/2023,002,5", "004,2023/24 H1,03/06/2023,002,8")
    assert intake.quarantine.empty
    assert found(intake, "earlier_placement")[0]["value"] == "2023-06-01"


def test_provisional_and_moderated_stand_side_by_side_and_are_never_merged(tmp_path):
    head = f"{HEAD},Rating status"
    intake = ratings(tmp_path, "004,2023/24 H1,01/06/2023,002,5,Provisional", "004,2023/24 H1,01/06/2023,002,8,Final",
                     head=head)
    rows = intake.workforce.placements
    assert list(zip(rows["source"].astype("str"), rows["box"].astype(int), strict=True)) == [("manager", 5),
                                                                                            ("calibrated", 8)]
    assert intake.quarantine.empty
    head = "Employee no,Review period,Provisional performance,Moderated performance"
    intake = read(tmp_path, staff=STAFF, ratings=f"{head}\n004,2023/24 H1,Meets,Exceeds\n")
    rows = intake.workforce.placements
    assert dict(zip(rows["source"].astype("str"), rows["performance"].astype(int), strict=True)) == {
        "manager": 2, "calibrated": 3}


# Ids and names ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("manager", "name", "reason", "rater"), [
    ("002", "Bo Smith", "", "002"), ("002", "Smith, B.", "", "002"), ("002", "Ed Lee", "rater_contradicts", None),
    ("002", "Mary Gone", "", "002"), ("", "Ed Lee", "", "005"), ("002", "", "", "002")])
def test_an_id_and_a_name_of_two_people_are_not_resolved_by_either(tmp_path, manager, name, reason, rater):
    intake = ratings(tmp_path, f'004,2023/24 H1,01/06/2023,{manager},"{name}",5',
                     head="Employee no,Review period,Review date,Reviewer no,Reviewer name,Box")
    assert [r for _, r in stopped(intake)] == ([reason] if reason else [])
    assert intake.workforce.placements["rater_id"].astype("str").tolist() == ([rater] if rater else [])
    assert bool(found(intake, "rater_name_disagrees")) == (name == "Mary Gone")


def test_a_post_s_manager_whose_id_and_name_are_two_people_is_left_empty_and_told(tmp_path):
    staff = "Employee no,Name,Line manager id,Line manager name\n001,Ann Head,,\n002,Bo Smith,001,Ann Head\n" \
            "003,Cy Jones,001,Bo Smith\n"
    intake = read(tmp_path, staff=staff)
    posts = intake.workforce.posts.set_index("employee_id")["manager_id"].astype("str")
    assert posts["002"] == "001"
    assert pd.isna(posts["003"])
    assert "003" in found(intake, "manager_contradicts")[0]["message"] or found(intake, "manager_contradicts")


@pytest.mark.parametrize("written", ["4", "04", "0004"])
def test_an_id_with_other_zeros_than_on_the_staff_list_is_stopped_and_the_remedy_named(tmp_path, written):
    intake = ratings(tmp_path, f"{written},2023/24 H1,01/06/2023,002,5")
    assert stopped(intake) == [(2, "id_of_other_form")]
    assert "004" in intake.quarantine["message"].iloc[0]
    assert "employee_id_width" in intake.quarantine["message"].iloc[0]


def test_a_post_that_two_managers_share_is_told(tmp_path):
    staff = STAFF + "004,Di Brown,P5,Adults,005,01/04/2015\n"
    assert [row["value"] for row in found(read(tmp_path, staff=staff), "two_managers")] == ["004"]
    assert not found(read(tmp_path, staff=STAFF), "two_managers")


def test_rows_of_vacant_posts_are_nobody_and_no_fault(tmp_path):
    intake = read(tmp_path, staff=f"{STAFF},VACANT,P9,Place,001,\n")
    assert intake.quarantine.empty
    assert len(intake.workforce.employees) == 5
    assert found(intake, "vacant_post")[0]["n"] == 1
    assert intake.vacancies[["post_id", "directorate"]].to_numpy().tolist() == [["P9", "Place"]]


def test_a_vacant_post_is_counted_once_and_under_the_records_name_of_its_unit(tmp_path):
    intake = read(tmp_path, staff=f"{STAFF},VACANT,P9,place,001,\n,Vacant,P9,Place,001,\n,VACANT,P10,Elsewhere,001,\n")
    assert intake.vacancies[["post_id", "directorate"]].to_numpy().tolist() == [["P9", "Place"], ["P10", "Elsewhere"]]
    assert read(tmp_path, staff=STAFF).vacancies.empty


def test_a_vacant_rater_is_told(tmp_path):
    intake = ratings(tmp_path, "004,2023/24 H1,01/06/2023,VACANT,5")
    assert intake.workforce.placements["rater_id"].isna().all()
    assert found(intake, "rater_missing")


# Units ------------------------------------------------------------------------------------------------------------


def test_spellings_that_differ_in_case_spaces_and_dashes_are_one_unit_and_said(tmp_path):
    staff = ("Employee no,Name,Directorate,Grade\n1,Ann A,Adult Care,G7\n2,Bo B,Adult care,g7\n3,Cy C,Adult  Care,G 7\n"
             "4,Di D,Adults & Health,G7\n5,Ed E,Adults and Health,G7\n6,Fy F,Adult Cair,G8\n")
    intake = read(tmp_path, staff=staff)
    assert intake.workforce.posts["directorate"].astype("str").tolist() == [
        "Adult Care", "Adult Care", "Adult Care", "Adults & Health", "Adults & Health", "Adult Cair"]
    told = {(row["column"], row["value"], row["n"]) for row in found(intake, "spellings_joined")}
    assert told == {("directorate", "Adult Care", 1), ("directorate", "Adults & Health", 1), ("grade", "G7", 1)}


def test_a_team_that_reports_outside_its_directorate_and_a_renamed_directorate_are_found(tmp_path):
    rows = ["Employee no,Name,Post no,Directorate,Team,Manager no,Valid from,Valid to", "1,Ann A,P1,Place,Head,,,",
            "2,Bo B,P2,Place,Roads,1,,", "3,Cy C,P3,Adults,Homes,1,,"]
    rows += [f"{n},Name {chr(60 + n)}x,P{n},Adults,Day care,2,," for n in range(5, 8)]
    rows += [f"{n},Name {chr(60 + n)}y,P{n},Kids,Play,3,,31/03/2023\n{n},Name {chr(60 + n)}y,P{n},Children,Play,3,"
             "01/04/2023," for n in range(11, 15)]
    intake = read(tmp_path, staff="\n".join(rows) + "\n")
    told = [row["value"] for row in found(intake, "team_outside_directorate")]
    assert "Day care (Adults) -> Place" in told
    assert not any(value.startswith(("Roads", "Homes")) for value in told)
    assert [row["value"] for row in found(intake, "unit_renamed")] == ["Kids -> Children"]


def test_missing_optional_columns_stop_nothing_and_say_what_they_disable(tmp_path):
    intake = read(tmp_path, ratings="Employee no,Review date,Box\n1,01/06/2023,5\n")
    assert len(intake.workforce.placements) == 1
    told = {row["column"]: row["message"] for row in found(intake, "missing_optional")}
    assert {"rater_id", "sex", "started"} <= set(told)
    assert "compared" in told["rater_id"]
    assert "box" not in told
