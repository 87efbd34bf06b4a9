"""The policy of the intake, case by case, on tables small enough to check by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError, SettingsError, UnreadableFileError
from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.ingest.intake_tables import describe_intake, tabulate_intake
from my121_analytics.settings import ExportSettings, FrameworkSettings, Settings
from my121_analytics.workforce.schema import column_names

STAFF = """Employee no,Name,Post no,Directorate,Manager no,Start date in post,Date started,Leaving date
001,Ann Head,P1,Place,,01/04/2010,01/04/2010,
002,Bo Smith,P2,Place,001,01/04/2015,01/04/2015,
003,Cy Jones,P3,Place,002,01/04/2015,01/04/2015,
004,Di Jones,P4,Adults,002,01/04/2015,01/04/2015,
005,Ed Lee,P5,Adults,002,01/04/2015,01/04/2015,
006,Ed Lee,P6,Adults,002,01/04/2015,01/04/2015,30/06/2023
"""
AS_OF = Settings(exports=ExportSettings(extract_date=date(2024, 3, 31)))


def read(folder: Path, settings: Settings = AS_OF, **files: str) -> Intake:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_exports(folder, settings=settings)


def codes(intake: Intake) -> set[str]:
    return set(intake.findings["code"]) - {"missing_optional"}


def placed(intake: Intake) -> pd.DataFrame:
    return intake.workforce.placements


def accounts(intake: Intake, file: str) -> list[int]:
    row = intake.reconciliation.set_index("file").loc[file]
    return [int(row[c]) for c in ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")]


# Rows that are stopped --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cells", "reason", "column"), [
    (",P3,2023/24 H1,01/06/2023,002,2,2,5", "missing_id", "Employee no"),
    ("J Smith,P3,2023/24 H1,01/06/2023,002,2,2,5", "bad_id", "Employee no"),
    ("4.7E+05,P3,2023/24 H1,01/06/2023,002,2,2,5", "scientific_id", "Employee no"),
    ("999,P3,2023/24 H1,01/06/2023,002,2,2,5", "unknown_employee", "Employee no"),
    ("003,P9,2023/24 H1,01/06/2023,002,2,2,5", "unknown_post", "Post no"),
    ("003,P3,2023/25 H1,01/06/2023,002,2,2,5", "unknown_period", "Review period"),
    ("003,P3,,,002,2,2,5", "no_period", "Review period"),
    ("003,P3,2023/24 H1,31/06/2023,002,2,2,5", "impossible_date", "Review date"),
    ("003,P3,2023/24 H1,soon,002,2,2,5", "not_a_date", "Review date"),
    ("003,P3,2023/24 H1,31/12/2099,002,2,2,5", "impossible_date", "Review date"),
    ("003,P3,2023/24 H1,01/06/2023,Ed Lee,2,2,5", "ambiguous_rater", "Reviewer"),
    ("003,P3,2023/24 H1,01/06/2023,4.7E+05,2,2,5", "bad_rater", "Reviewer"),
    ("003,P3,2023/24 H1,01/06/2023,002,Sideways,2,5", "unknown_rating", "Performance"),
    ("003,P3,2023/24 H1,01/06/2023,002,2 - Exceeds,2,5", "rating_code_label_disagree", "Performance"),
    ("003,P3,2023/24 H1,01/06/2023,002,2,Low/High,5", "ambiguous_rating", "Potential"),
    ("003,P3,2023/24 H1,01/06/2023,002,2,2,Nowhere", "unknown_box", "Box"),
    ("003,P3,2023/24 H1,01/06/2023,002,2,2,9 - Good Performer", "box_code_label_disagree", "Box")])
def test_a_bad_key_date_rating_box_or_rater_stops_the_row(tmp_path, cells, reason, column):
    head = "Employee no,Post no,Review period,Review date,Reviewer,Performance,Potential,Box\n"
    intake = read(tmp_path, staff=STAFF, ratings=head + "004,P4,2023/24 H1,02/06/2023,002,2,2,5\n" + cells + "\n")
    (row,) = intake.quarantine.to_dict("records")
    assert (row["file"], row["row"], row["reason"], row["column"]) == ("ratings.csv", 3, reason, column)
    assert json.loads(row["record"])["Employee no"] == cells.split(",")[0]
    assert placed(intake)["employee_id"].tolist() == ["004"]
    assert accounts(intake, "ratings.csv") == [3, 1, 1, 1]
    assert reason in codes(intake)


def test_a_row_with_several_faults_counts_once_and_tells_all(tmp_path):
    text = "Employee no,Review date,Performance,Box\n003,31/06/2023,Sideways,Nowhere\n004,01/06/2023,2,5\n"
    intake = read(tmp_path, staff=STAFF, ratings=text)
    (row,) = intake.quarantine.to_dict("records")
    assert row["message"].count("Also:") == 2
    assert accounts(intake, "ratings.csv") == [3, 1, 1, 1]


def test_in_a_flat_file_the_person_is_entered_and_the_placement_stopped(tmp_path):
    text = "Employee no,Name,Directorate,Line manager,Review date,Box\n003,Cy,Place,002,01/06/2023,12\n"
    intake = read(tmp_path, flat=text)
    assert intake.workforce.employees["name"].tolist() == ["Cy"]
    assert intake.workforce.posts["directorate"].tolist() == ["Place"]
    assert placed(intake).empty
    assert accounts(intake, "flat.csv") == [2, 0, 1, 1]


def test_an_optional_cell_that_cannot_be_read_is_left_out_with_a_warning(tmp_path):
    intake = read(tmp_path, staff=STAFF.replace("01/04/2015,01/04/2015,\n003", "31/04/2015,01/04/2015,\n003"))
    (finding,) = intake.findings[intake.findings["code"] == "cell_left_out"].to_dict("records")
    assert (finding["row"], finding["value"], finding["severity"]) == (3, "31/04/2015", "warning")
    assert len(intake.workforce.employees) == 6
    assert intake.quarantine.empty


def test_a_list_without_leavers_does_not_stop_strangers(tmp_path):
    current = STAFF.replace("30/06/2023", "")
    intake = read(tmp_path, staff=current, ratings="Employee no,Review date,Box\n999,01/06/2023,5\n")
    assert placed(intake)["employee_id"].tolist() == ["999"]
    assert "employee_not_on_roster" in codes(intake)


def test_refused_columns_are_nowhere_in_what_comes_out(tmp_path):
    text = "Employee no,NI number,Review date,Box,Note\n003,QQ123456C,31/06/2023,5,kept\n004,QQ123456D,01/06/2023,5,\n"
    intake = read(tmp_path, staff=STAFF, ratings=text)
    frames = [intake.quarantine, intake.findings, intake.mapping, *tabulate_intake(intake).values()]
    assert not any("QQ1234" in frame.to_csv() for frame in frames)
    assert "QQ1234" not in json.dumps(describe_intake(intake))
    assert json.loads(intake.quarantine["record"][0])["Note"] == "kept"
    assert "refused_heading" in codes(intake)


# Cycles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("period", "day", "cycle"), [
    ("2023/24 H1", "01/06/2023", "2023/24 H1"), ("2023-24 h1", "", "2023/24 H1"), ("H1 2023/24", "", "2023/24 H1"),
    ("23/24", "", "2023/24"), ("", "01/11/2023", "2023/24 H2"), ("Half 2, 2023/24", "", "2023/24 H2"),
    ("Spring round", "01/06/2023", "Spring round")])
def test_the_cycle_comes_from_the_period_else_from_the_date(tmp_path, period, day, cycle):
    text = f'Employee no,Review period,Review date,Box\n003,"{period}",{day},5\n004,2022/23 H1,01/06/2022,5\n'
    intake = read(tmp_path, staff=STAFF, ratings=text)
    assert placed(intake)["cycle"].tolist() == [cycle, "2022/23 H1"]


def test_a_period_beats_the_date_and_the_difference_is_a_finding(tmp_path):
    intake = read(tmp_path, staff=STAFF,
                  ratings="Employee no,Review period,Review date,Box\n003,2023/24 H1,01/11/2023,5\n")
    assert placed(intake)["cycle"].tolist() == ["2023/24 H1"]
    assert "outside_cycle" in codes(intake)


@pytest.mark.parametrize(("settings", "cycle", "code"), [
    (Settings(exports=ExportSettings(cycle="2021-22")), "2021/22", "cycle_assumed"),
    (AS_OF, "2023/24 H2", "cycle_assumed"), (Settings(), "Not dated", "not_dated")])
def test_without_period_and_date_the_settings_give_the_cycle(tmp_path, settings, cycle, code):
    intake = read(tmp_path, settings, ratings="Employee no,Name,Box\n003,Cy,5\n004,Di,6\n")
    assert placed(intake)["cycle"].tolist() == [cycle, cycle]
    assert codes(intake) == {code}


def test_of_two_placements_in_a_cycle_the_earlier_is_kept_and_listed(tmp_path):
    text = "Employee no,Post no,Review date,Box\n003,P3,01/06/2023,5\n003,P3,01/05/2023,6\n003,P3,01/12/2023,6\n"
    intake = read(tmp_path, staff=STAFF, ratings=text)
    assert len(placed(intake)) == 3
    (finding,) = intake.findings[intake.findings["code"] == "earlier_placement"].to_dict("records")
    assert finding["row"] == 3


# Ratings and boxes ------------------------------------------------------------------------------------------------


def test_a_missing_axis_is_derived_from_the_box_and_a_missing_box_from_the_axes(tmp_path):
    text = ("Employee no,Review date,Performance,Potential,Box\n003,01/06/2023,,,7\n004,01/06/2023,2,High,\n"
            "005,01/06/2023,2,2,5\n006,01/06/2023,2,,\n")
    rows = placed(read(tmp_path, staff=STAFF, ratings=text))
    assert rows[["performance", "potential", "box"]].fillna(0).to_numpy().tolist() == [
        [3, 1, 7], [2, 3, 2], [2, 2, 5], [2, 0, 0]]
    assert rows["derived"].tolist() == [True, True, False, False]


def test_a_rating_that_disagrees_with_its_box_is_kept_and_told(tmp_path):
    intake = read(tmp_path, staff=STAFF, ratings="Employee no,Review date,Performance,Box\n003,01/06/2023,1,5\n")
    assert placed(intake)[["performance", "box"]].to_numpy().tolist() == [[1, 5]]
    assert "rating_disagrees_with_box" in codes(intake)


def test_a_repaired_spelling_is_flagged_and_logged(tmp_path):
    intake = read(tmp_path, staff=STAFF, ratings="Employee no,Review date,Performance\n003,01/06/2023,Execeeds\n"
                                                 "004,01/06/2023,Exceeds\n")
    assert placed(intake)["repaired"].tolist() == [True, False]
    (finding,) = intake.findings[intake.findings["code"] == "spelling_repaired"].to_dict("records")
    assert finding["message"] == "Performance: 'Execeeds' was read as '3 Exceeds'."


def test_manager_and_self_side_by_side_are_two_placements(tmp_path):
    text = "Employee no,Review date,Manager,Manager Performance,Self Performance,Calibrated box\n" \
           "003,01/06/2023,002,2,3,4\n004,01/06/2023,002,2,,\n"
    rows = placed(read(tmp_path, staff=STAFF, ratings=text))
    found = sorted(zip(rows["employee_id"], rows["source"], rows["rater_id"], rows["performance"].fillna(0),
                       rows["box"].fillna(0), strict=True))
    assert found == [("003", "calibrated", "002", 3, 4), ("003", "manager", "002", 2, 0),
                     ("003", "self", "003", 3, 0), ("004", "manager", "002", 2, 0)]


def test_a_column_may_say_whose_placement_it_is(tmp_path):
    text = "Employee no,Review date,Assessment type,Reviewer,Box\n003,01/06/2023,Manager,002,5\n" \
           "003,01/06/2023,Self-assessment,,4\n004,01/06/2023,Oracle,002,5\n"
    intake = read(tmp_path, staff=STAFF, ratings=text)
    assert placed(intake)["source"].tolist() == ["manager", "self"]
    assert placed(intake)["rater_id"].tolist() == ["002", "003"]
    assert intake.quarantine["reason"].tolist() == ["unknown_source"]


def test_no_rating_is_no_placement_and_no_fault(tmp_path):
    intake = read(tmp_path, staff=STAFF, ratings="Employee no,Review date,Box\n003,,Not yet rated\n004,01/06/2023,5\n")
    assert placed(intake)["employee_id"].tolist() == ["004"]
    assert intake.quarantine.empty
    assert accounts(intake, "ratings.csv") == [3, 2, 0, 1]


def test_a_scale_of_four_without_potential_has_no_box(tmp_path):
    settings = Settings(framework=FrameworkSettings(performance_levels=["Poor", "Fair", "Good", "Great"],
                                                    has_potential=False), exports=AS_OF.exports)
    text = "Employee no,Name,Review date,Performance,Box\n003,Cy,01/06/2023,Great,5\n"
    intake = read(tmp_path, settings, ratings=text)
    assert placed(intake)["performance"].tolist() == [4]
    assert placed(intake)["box"].isna().all()
    assert "axis_not_in_framework" in codes(intake)


# People -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["002", "2.0", "Bo Smith", "SMITH, Bo", "Smith, B", "Mr Bo Smith (002)", "P2"])
def test_a_rater_is_found_by_id_name_or_position(tmp_path, written):
    settings = Settings(exports=ExportSettings(extract_date=date(2024, 3, 31), employee_id_width=3))
    intake = read(tmp_path, settings, staff=STAFF,
                  ratings=f'Employee no,Review date,Reviewer,Box\n003,01/06/2023,"{written}",5\n')
    assert placed(intake)["rater_id"].tolist() == ["002"]
    assert intake.quarantine.empty


def test_an_unknown_rater_id_is_kept_and_told_once_per_id(tmp_path):
    text = "Employee no,Review date,Reviewer,Box\n003,01/06/2023,777,5\n004,01/06/2023,777,5\n005,01/06/2023,888,5\n"
    intake = read(tmp_path, staff=STAFF, ratings=text)
    assert placed(intake)["rater_id"].tolist() == ["777", "777", "888"]
    found = intake.findings[intake.findings["code"] == "rater_not_on_roster"]
    assert dict(zip(found["value"], found["n"], strict=True)) == {"777": 2, "888": 1}


def test_a_name_that_is_nobody_s_leaves_the_rater_empty_and_the_placement_in(tmp_path):
    text = "Employee no,Review date,Reviewer,Box\n003,01/06/2023,Zed Moss,5\n004,01/06/2023,Zed Moss,5\n"
    intake = read(tmp_path, staff=STAFF, ratings=text)
    assert placed(intake)["rater_id"].isna().all()
    (finding,) = intake.findings[intake.findings["code"] == "rater_unknown"].to_dict("records")
    assert finding["n"] == 2
    assert "cannot enter rating patterns" in finding["message"]


def test_a_name_gets_the_one_id_beside_it_in_the_same_file(tmp_path):
    text = "Employee no,Name,Review date,Manager name,Manager id,Box\n003,Cy,01/06/2023,Zed Moss,39,5\n" \
           "004,Di,01/06/2023,Zed Moss,,5\n"
    intake = read(tmp_path, flat=text)
    assert placed(intake)["rater_id"].tolist() == ["39", "39"]
    assert placed(intake)["repaired"].tolist() == [False, True]
    assert "rater_repaired" in codes(intake)


def test_vacant_posts_and_the_top_of_the_tree_are_no_faults(tmp_path):
    staff = ("Employee no,Name,Directorate,Line manager\n001,Ann,Place,Top of tree\n002,Bo,Place,VACANT\n"
             "003,Cy,Place,003\n")
    intake = read(tmp_path, staff=staff)
    assert intake.workforce.posts["manager_id"].isna().all()
    assert codes(intake) == {"manages_self", "manager_vacant"}


def test_a_sheet_without_raters_takes_the_manager_of_the_post(tmp_path):
    intake = read(tmp_path, staff=STAFF, ratings="Employee no,Post no,Review date,Box\n003,P3,01/06/2023,5\n")
    assert placed(intake)["rater_id"].tolist() == ["002"]
    assert "rater_from_post" in codes(intake)


def test_assignment_suffixes_are_posts_where_there_is_no_post_column(tmp_path):
    text = "Employee no,Name,Review date,Line manager,Box\n0047-1,Cy,01/06/2023,0050,5\n0047-2,Cy,01/06/2023,0050,6\n" \
           "0050,Di,01/06/2023,0060,6\n"
    intake = read(tmp_path, flat=text)
    assert intake.workforce.employees["employee_id"].tolist() == ["0047", "0050"]
    assert placed(intake)["post_id"].tolist() == ["0047-1", "0047-2", "0050"]


def test_cross_table_rules_find_and_stop_nothing(tmp_path):
    staff = STAFF.replace("001,Ann Head,P1,Place,,", "001,Ann Head,P1,Place,002,").replace(
        "005,Ed Lee,P5,Adults,002,01/04/2015,01/04/2015", "005,Ed Lee,P5,Adults,002,01/03/2023,01/03/2023")
    text = ("Employee no,Post no,Review date,Reviewer,Box\n003,P3,01/06/2023,003,3\n004,P4,01/06/2014,002,5\n"
            "006,P6,01/08/2023,002,5\n004,P3,01/06/2024,002,5\n005,P5,01/05/2023,002,9\n")
    intake = read(tmp_path, staff=staff, ratings=text)
    assert codes(intake) == {"self_rated_as_manager", "box3_beyond_limit", "placed_before_start",
                             "placed_after_leaving", "placed_in_future", "post_not_held", "reporting_loop",
                             "new_starter_in_lowest_box"}
    assert len(placed(intake)) == 5
    assert intake.quarantine.empty


# Other tables and files -------------------------------------------------------------------------------------------


def test_one_row_may_feed_people_placement_and_conversation(tmp_path):
    text = "Employee no,Name,Directorate,Line manager,Review date,Box,Date held,Summary\n" \
           "003,Cy,Place,002,01/06/2023,5,15/05/2023,Spoke of the budget.\n004,Di,Place,002,01/06/2023,6,,\n"
    intake = read(tmp_path, flat=text)
    talks = intake.workforce.conversations
    assert talks["employee_id"].tolist() == ["003"]
    assert talks["has_summary"].tolist() == [True]
    assert talks["rater_id"].tolist() == ["002"]
    assert len(placed(intake)) == 2


def test_posts_of_a_flat_file_follow_what_changes_between_cycles(tmp_path):
    text = "Employee no,Name,Directorate,Line manager,Review period,Box\n003,Cy,Place,002,2022/23 H1,5\n" \
           "003,Cy,Place,002,2022/23 H2,5\n003,Cy,Adults,004,2023/24 H1,5\n"
    posts = read(tmp_path, flat=text).workforce.posts
    assert posts["directorate"].tolist() == ["Place", "Adults"]
    assert posts["manager_id"].tolist() == ["002", "004"]
    assert posts["valid_from"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["", "2023-04-01"]
    assert posts["valid_to"].dt.strftime("%Y-%m-%d").fillna("").tolist() == ["2023-03-31", ""]


def test_a_workbook_of_several_sheets_sets_aside_what_is_no_record(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active["A1"] = "Ratings of the year"
    sheet = book.create_sheet("Ratings")
    for row in (["Council ratings"], [], ["Employee no", "Name", "Review date", "Box"],
                [3, "Cy", date(2023, 6, 1), 5], ["Total: 1"], ["Employee no", "Name", "Review date", "Box"],
                [4, "Di", date(2023, 6, 2), "Good Performer"], ["End of report"]):
        sheet.append(row)
    plan = book.create_sheet("Plan")
    plan.append(["Business issue", "Actions", "Timescale", "Owner"])
    plan.append(["Communication", "Talk more", "3 months", "Head of HR"])
    book.save(tmp_path / "all.xlsx")
    intake = read_exports(tmp_path / "all.xlsx", settings=AS_OF)
    assert placed(intake)["box"].tolist() == [5, 8]
    assert placed(intake)["origin_row"].tolist() == [4, 7]
    table = intake.reconciliation.set_index("sheet")
    assert table.loc["Ratings", ["rows_read", "rows_accepted", "rows_set_aside"]].tolist() == [8, 2, 6]
    assert table.loc["Plan", "kind"] == "not_record"
    assert list(intake.findings["code"]).count("not_record") == 2


def test_an_unreadable_file_is_listed_and_the_rest_is_read(tmp_path):
    (tmp_path / "empty.xlsx").write_bytes(b"")
    intake = read(tmp_path, staff=STAFF)
    assert intake.unreadable["reason"].tolist() == ["empty_file"]
    assert len(intake.workforce.employees) == 6
    assert intake.findings["code"].tolist()[0] == "unreadable_file"


def test_if_nothing_can_be_read_that_is_an_error(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"")
    with pytest.raises(UnreadableFileError):
        read_exports(tmp_path, settings=AS_OF)
    (tmp_path / "b.csv").write_bytes(b"")
    with pytest.raises(DataUnusableError):
        read_exports(tmp_path, settings=AS_OF)
    (tmp_path / "b.csv").write_text("Shoe,Size\n1,2\n")
    with pytest.raises(DataUnusableError, match="no sheet"):
        read_exports(tmp_path, settings=AS_OF)


def test_settings_are_found_beside_the_source(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "council").mkdir()
    (tmp_path / "council" / "my121.toml").write_text('[exports]\nemployee_id_width = 6\n'
                                                     'columns = { "Who" = "employee_id" }')
    (tmp_path / "council" / "a.csv").write_text("Who,Name,Directorate\n4711,Ann,Place\n")
    assert read_exports(tmp_path / "council").workforce.employees["employee_id"].tolist() == ["004711"]
    (tmp_path / "council" / "my121.toml").write_text('[exports]\ncolumns = { "Who" = "employe_id" }')
    with pytest.raises(SettingsError, match="do not exist"):
        read_exports(tmp_path / "council")


def test_text_that_our_own_writer_guarded_comes_back_unguarded(tmp_path):
    intake = read(tmp_path, staff="Employee no,Name,Directorate\n003,'=cmd(),'+Place\n")
    assert intake.workforce.employees["name"].tolist() == ["=cmd()"]
    assert intake.workforce.posts["directorate"].tolist() == ["+Place"]


def test_the_tables_of_a_check_have_the_schema_s_columns_and_text_ids(tmp_path):
    intake = read(tmp_path, staff=STAFF, ratings="Employee no,Review date,Reviewer,Box\n003,01/06/2023,002,5\n")
    tables = tabulate_intake(intake)
    assert list(tables["placements"].columns) == column_names("placements")
    assert list(tables["conversations"].columns) == column_names("conversations")
    assert len(tables["employees"]) == 6
    assert tables["employees"].set_index("employee_id").loc["004", ["post_id", "directorate", "manager_id"]].tolist() \
        == ["P4", "Adults", "002"]
    assert tables["placements"].loc[0, ["employee_id", "rater_id"]].tolist() == ["003", "002"]
    about = describe_intake(intake)
    assert about["totals"]["rows_read"] == 9
    assert {f["file"] for f in about["files"]} == {"staff.csv", "ratings.csv"}
    assert json.loads(json.dumps(about)) == about


def test_progress_is_told_file_by_file(tmp_path):
    told: list[tuple[int, int, str]] = []
    (tmp_path / "staff.csv").write_text(STAFF)
    read_exports(tmp_path, settings=AS_OF, progress=lambda *step: told.append(step))
    assert told == [(0, 1, "staff.csv"), (1, 1, "")]


def test_the_same_files_give_the_same_record_whatever_their_order(tmp_path):
    ratings = "Employee no,Review date,Reviewer,Box\n003,01/06/2023,Bo Smith,5\n004,01/06/2023,002,6\n"
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = read(tmp_path / "one", a=STAFF, b=ratings)
    second = read(tmp_path / "two", b=STAFF, a=ratings)
    drop = ["origin_file"]
    pd.testing.assert_frame_equal(placed(first).drop(columns=drop), placed(second).drop(columns=drop))
    pd.testing.assert_frame_equal(first.workforce.employees.drop(columns=drop),
                                  second.workforce.employees.drop(columns=drop))
