"""Corrected rows take their place in the record; what cannot be placed surely is refused, all of it at once."""

from __future__ import annotations

import csv
import json

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from my121_analytics.cell_text import unguard
from my121_analytics.errors import DataUnusableError, My121Error, UnreadableFileError
from my121_analytics.ingest.corrections import check_code, label_columns
from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.ingest.intake_tables import tabulate_intake
from my121_analytics.sample_council.council import Sample, make_sample

RATINGS = ("Employee no,Review period,Manager no,Performance,Comment,NI number\n"
           "0011,2024/25 H1,0099,Meets,fine,QQ1\n"
           "0012,2024/25 H1,0099,Execeptional,=1+1,QQ2\n"
           "0013,2024/25 H1,0099,Rubbish,kept,QQ3\n"
           "0014,2024/25 H1,0099,Sideways,kept,QQ4\n"
           "0015,2024/25 H1,0099,Exceeds,fine,QQ5\n")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ratings.csv").write_text(RATINGS, encoding="utf-8")
    return tmp_path


def refused(source) -> pd.DataFrame:
    """Give quarantine.csv as it is written."""
    return tabulate_intake(read_exports(source))["quarantine"]


def with_cells(row, **cells):
    return json.dumps({**json.loads(row["record"]), **cells}, ensure_ascii=False)


def bring_back(folder, table, name="corrections.csv", **how) -> Intake:
    path = folder / name
    table.to_csv(path, index=False, **{"encoding": "utf-8-sig", **how})
    return read_exports(folder / "in", corrections=path)


def levels(intake) -> dict[str, int]:
    rows = intake.workforce.placements
    return dict(zip(rows["employee_id"].astype("str"), rows["performance"].astype("Int64"), strict=True))


def outcomes(intake) -> dict[int, str]:
    return dict(zip(intake.corrections["row"], intake.corrections["outcome"], strict=True))


def adds_up(intake) -> bool:
    rows = intake.reconciliation
    return (rows["rows_read"] == rows["rows_accepted"] + rows["rows_quarantined"] + rows["rows_set_aside"]).all()


def test_a_corrected_row_takes_its_place_and_each_cell_is_listed(folder):
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Exceeds")
    intake = bring_back(folder, table)
    assert levels(intake) == {"0011": 2, "0012": 3, "0015": 3}
    placement = intake.workforce.placements.set_index(intake.workforce.placements["employee_id"].astype("str"))
    assert placement.loc["0012", "origin_row"] == 3
    corrected = intake.findings[intake.findings["code"] == "corrected"]
    assert corrected[["file", "row", "column", "value"]].values.tolist() == [
        ["ratings.csv", 3, "Performance", "Execeptional"]]
    assert "'Execeptional' was corrected to 'Exceeds'" in corrected["message"].iloc[0]
    assert outcomes(intake) == {3: "corrected", 4: "pending", 5: "pending"}
    assert adds_up(intake)


def test_leaving_a_row_out_sets_it_aside_with_the_reason(folder):
    table = refused(folder / "in").assign(decision=["", "leave out", " Leave  OUT "])
    intake = bring_back(folder, table)
    assert outcomes(intake) == {3: "pending", 4: "left_out", 5: "left_out"}
    assert intake.reconciliation[["rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside"]].values.tolist(
        ) == [[6, 2, 1, 3]]
    told = intake.findings[intake.findings["code"] == "left_out"]["message"]
    assert told.str.contains("Rubbish|Sideways").all()


def test_a_correction_that_is_still_wrong_is_quarantined_again_and_can_be_corrected_once_more(folder):
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Splendid")
    again = bring_back(folder, table)
    assert outcomes(again)[3] == "quarantined_again"
    assert "Splendid" in again.quarantine["message"].iloc[0]
    second = tabulate_intake(again)["quarantine"]
    second.loc[0, "record"] = with_cells(second.iloc[0], Performance="Meets")
    intake = bring_back(folder, second)
    assert levels(intake)["0012"] == 2
    assert outcomes(intake)[3] == "corrected"


@pytest.mark.parametrize("how", [{"encoding": "cp1252", "sep": ";"}, {"encoding": "utf-16", "sep": "\t"},
                                 {"encoding": "utf-8", "lineterminator": "\r\n"}])
def test_corrections_come_back_in_whatever_form_a_spreadsheet_saves_them(folder, how):
    table = refused(folder / "in")
    table.loc[1, "record"] = with_cells(table.iloc[1], Performance="Meets", Comment="café; \"so\" said, twice")
    assert levels(bring_back(folder, table, **how))["0013"] == 2


def test_a_row_that_changed_in_the_export_is_never_overwritten(folder):
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Exceeds")
    export = folder / "in" / "ratings.csv"
    export.write_text(RATINGS.replace("Execeptional,=1+1", "Execeptional,changed"), encoding="utf-8")
    intake = bring_back(folder, table)
    assert "0012" not in levels(intake)
    assert outcomes(intake)[3] == "refused"
    assert "changed in the export" in intake.corrections["message"].iloc[0]
    assert (intake.findings["code"] == "correction_refused").sum() == 1


def test_a_row_that_only_moved_is_found_again_and_one_of_two_equal_rows_is_not_guessed(folder):
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Exceeds")
    lines = RATINGS.splitlines(keepends=True)
    export = folder / "in" / "ratings.csv"
    export.write_text("".join([lines[0], lines[1], *lines[4:], lines[2], lines[3]]), encoding="utf-8")
    moved = bring_back(folder, table)
    assert levels(moved)["0012"] == 3
    assert outcomes(moved)[5] == "corrected"
    export.write_text("".join([lines[0], lines[1], *lines[3:], lines[2], lines[2]]), encoding="utf-8")
    assert "0012" not in levels(bring_back(folder, table))


def test_a_row_mended_in_the_export_in_the_same_way_needs_no_correction(folder):
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Exceeds")
    (folder / "in" / "ratings.csv").write_text(RATINGS.replace("Execeptional", "Exceeds"), encoding="utf-8")
    intake = bring_back(folder, table.iloc[:1].assign(decision="correct"))
    assert outcomes(intake) == {3: "in_export"}
    assert levels(intake)["0012"] == 3


def test_a_row_that_was_mended_and_moved_needs_no_correction_either(folder):
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Exceeds")
    mended = RATINGS.replace("Execeptional", "Exceeds").splitlines(keepends=True)
    (folder / "in" / "ratings.csv").write_text("".join([mended[0], mended[2], mended[1], *mended[3:]]),
                                               encoding="utf-8")
    intake = bring_back(folder, table)
    assert outcomes(intake)[2] == "in_export"
    assert levels(intake)["0012"] == 3


def test_everything_that_cannot_be_used_is_said_at_once_and_nothing_of_it_is_applied(folder):
    table = refused(folder / "in").assign(decision="")
    good = table.iloc[0].to_dict()
    right = with_cells(good, Performance="Meets")
    lines = [
        {**good, "file": "ratigns.csv", "record": right}, {**good, "row": 77, "record": right},
        {**good, "row": "three"}, {**good, "row": 6, "record": right}, {**good, "decision": "delete"},
        {**good, "record": right[:-1]}, {**good, "record": "[1]"}, {**good, "record": with_cells(good, Rating="Meets")},
        {**good, "decision": "correct"}, {**table.iloc[1], "record": with_cells(table.iloc[1], Performance="Meets")},
        {**table.iloc[1], "record": with_cells(table.iloc[1], Performance="Exceeds")},
        {**table.iloc[2], "record": with_cells(table.iloc[2], **{"NI number": "QQ9"})},
        {**table.iloc[2], "record": with_cells(table.iloc[2], **dict.fromkeys(
            ("Employee no", "Review period", "Manager no", "Performance", "Comment"), ""))}]
    intake = bring_back(folder, pd.DataFrame(lines))
    told = intake.corrections
    assert (told["outcome"] == "refused").sum() == len(lines) - 2  # two lines found the row by its content, and agree
    assert levels(intake) == {"0011": 2, "0012": 2, "0015": 3}
    text = " ".join(told["message"])
    for part in ("Did you mean 'ratings.csv'?", "'three'", "'delete'", "JSON", "'Rating'", "no cell is different",
                 "say different things", "'NI number'", "every cell was emptied"):
        assert part in text
    assert adds_up(intake)


def test_without_a_check_code_only_the_cell_at_fault_may_differ(folder):
    table = read_exports(folder / "in").quarantine
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Meets")
    table.loc[1, "record"] = with_cells(table.iloc[1], Performance="Meets", Comment="other")
    table.loc[2, ["record", "value"]] = with_cells(table.iloc[2], Performance="Meets"), "Upwards"
    intake = bring_back(folder, table)
    assert outcomes(intake) == {3: "corrected", 4: "refused", 5: "refused"}


def test_what_spreadsheets_do_to_text_unasked_is_no_correction(folder):
    (folder / "in" / "ratings.csv").write_text(
        "Employee no,Review period,Manager no,Performance,Ref\n0012,2024/25 H1,0099,Oops,123456789012345678\n",
        encoding="utf-8")
    table = refused(folder / "in")
    cells = {"Employee no": "12", "Manager no": "99.0", "Ref": "1.23457E+17", "Performance": "Meets "}
    table.loc[0, "record"] = with_cells(table.iloc[0], **cells)
    intake = bring_back(folder, table)
    assert intake.findings[intake.findings["code"] == "corrected"]["column"].tolist() == ["Performance"]
    assert levels(intake) == {"0012": 2}


def test_a_guarding_apostrophe_is_taken_off(folder):
    assert [unguard(t) for t in ("'=1+1", "'-3", "'tis", "=1", "", "'")] == ["=1+1", "-3", "'tis", "=1", "", "'"]
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Meets", Comment="'=1+1")
    intake = bring_back(folder, table)
    assert intake.findings[intake.findings["code"] == "corrected"]["column"].tolist() == ["Performance"]


def test_corrections_kept_beside_the_exports_are_no_export(folder):
    table = refused(folder / "in")
    table.loc[0, "record"] = with_cells(table.iloc[0], Performance="Meets")
    path = folder / "in" / "corrections.csv"
    table.to_csv(path, index=False)
    intake = read_exports(folder / "in", corrections=path)
    assert set(intake.reconciliation["file"]) == {"ratings.csv"}
    assert levels(intake)["0012"] == 2


def test_a_correction_cannot_make_a_row_of_data_vanish(folder):
    table = refused(folder / "in")
    nearly_all = dict.fromkeys(("Employee no", "Review period", "Manager no", "Performance"), "")
    table.loc[0, "record"] = with_cells(table.iloc[0], **nearly_all, Comment="Total: 3")
    intake = bring_back(folder, table)
    assert outcomes(intake)[3] == "quarantined_again"
    assert intake.reconciliation["rows_set_aside"].sum() == 1
    assert adds_up(intake)


def test_a_person_on_the_staff_list_is_corrected_like_a_rating(folder):
    (folder / "in" / "staff.csv").write_text(
        "Employee no,Name,Directorate,Manager no\n0099,Iris Vane,Parks,\n1.2E+05,Otto Pell,Parks,0099\n",
        encoding="utf-8")
    table = refused(folder / "in")
    at = table.index[table["file"] == "staff.csv"][0]
    table.loc[at, "record"] = with_cells(table.loc[at], **{"Employee no": "0012"})
    people = bring_back(folder, table).workforce.employees
    assert dict(zip(people["employee_id"].astype("str"), people["name"], strict=True))["0012"] == "Otto Pell"


def test_a_manager_corrected_to_an_unknown_name_is_refused(folder):
    (folder / "in" / "staff.csv").write_text(
        "Employee no,Name,Directorate\n0099,Iris Vane,Parks\n0012,Otto Pell,Parks\n", encoding="utf-8")
    table = refused(folder / "in")
    at = table.index[table["row"] == 3][0]
    manager = next(heading for heading in json.loads(table.loc[at, "record"]) if "anager" in heading)
    table.loc[at, "record"] = with_cells(table.loc[at], Performance="Exceeds", **{manager: "Nobody Atall"})
    intake = bring_back(folder, table)
    assert outcomes(intake)[3] == "refused"
    assert "'Nobody Atall' is not on the staff list" in intake.corrections.set_index("row").loc[3, "message"]
    assert "0012" not in levels(intake), "nothing of the line is applied"
    table.loc[at, "record"] = with_cells(table.loc[at], Performance="Exceeds", **{manager: "Iris Vane"})
    intake = bring_back(folder, table)
    assert outcomes(intake)[3] == "corrected"
    assert levels(intake)["0012"] == 3


def test_a_file_without_corrections_is_refused(folder):
    with pytest.raises(DataUnusableError, match="holds no corrections"):
        read_exports(folder / "in", corrections=folder / "in" / "ratings.csv")
    with pytest.raises(UnreadableFileError):
        read_exports(folder / "in", corrections=folder / "nowhere.xlsx")


def test_no_corrections_give_an_empty_table(folder):
    assert read_exports(folder / "in").corrections.empty


def test_labels_are_unique_in_any_case_and_never_the_sheet_s_own():
    labels = label_columns(["Row", "row", "Grade", "GRADE", "File", "a\nb"])
    assert len({label.casefold() for label in labels}) == len(labels)
    assert not {"row", "file"} & {label.casefold() for label in labels}
    assert labels[-1] == "a b"


def test_a_check_code_is_never_a_number_and_changes_with_any_cell():
    assert check_code('{"a": "1"}') != check_code('{"a": "2"}')
    assert check_code("x").startswith("R-")


RIGHT = {"box": ("My 1-1 map segment", "Map Placement", "My 1-1 Map"),
         "performance": ("Overall performance", "Performance Rating"), "post_id": ("Position ref",),
         "employee_id": ("Personal ref.no",), "rater_id": ("Line manager", "Appraiser"),
         "placed_on": ("Date placed",), "held_on": ("Date held",)}


def right_cell(sample: Sample, fault) -> str:
    """Give what should have been written in a faulty cell."""
    column = next(name for name, headings in RIGHT.items() if fault.column in headings)
    value = getattr(sample.workforce, fault.table)[column].iloc[int(fault.record_row)]
    if column == "performance":
        return sample.workforce.framework.label("performance", int(value))
    return value.date().isoformat() if column.endswith("_on") else str(value)


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    kept = [c for c in frame.columns if not c.startswith("origin_") and c not in ("repaired", "derived")]
    text = frame[kept].apply(lambda column: column.astype("str")).fillna("")
    return text.sort_values(kept, kind="stable").reset_index(drop=True)


def test_a_council_whose_refused_rows_are_corrected_has_its_clean_record(tmp_path):
    sample = make_sample(200, seed=11, folder=tmp_path / "in")
    table = refused(tmp_path / "in")
    faults = sample.truth["faults"]
    faults = faults[faults["expected"] == "quarantined"]
    assert len(table) == len(faults)
    for fault in faults.itertuples():
        at = table.index[(table["file"] == fault.file) & (table["row"] == fault.row)][0]
        table.loc[at, "record"] = with_cells(table.loc[at], **{fault.column: right_cell(sample, fault)})
    intake = bring_back(tmp_path, table)
    assert intake.quarantine.empty
    assert set(intake.corrections["outcome"]) == {"corrected"}
    for name in ("placements", "conversations"):
        ours, theirs = (as_text(getattr(record, name)) for record in (intake.workforce, sample.workforce))
        pd.testing.assert_frame_equal(ours, theirs)


CELLS = st.one_of(st.text(max_size=12), st.sampled_from(
    ["Meets", "Exceeds", "", "correct", "leave out", "3", "99", "-1", "1e9", "{}", "[]", "null", '{"Performance": 3}',
     '{"Performance": "Meets"}', '{"Employee no": "", "Performance": null}', "'=1+1", "\x00", "ratings.csv"]))


EDITS = st.lists(st.tuples(st.sampled_from([0, 1, 2]), st.sampled_from(
    ["file", "sheet", "row", "decision", "record", "column", "value", "message"]), CELLS), max_size=6)


@given(EDITS)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_written_in_a_file_of_corrections_every_row_stays_accounted_for(folder, edits):
    check_accounts(folder, edits)


@pytest.mark.slow
@given(EDITS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_so_it_does_whatever_is_written_in_many_files(folder, edits):
    check_accounts(folder, edits)


def check_accounts(folder, edits):
    table = refused(folder / "in").assign(decision="").astype("str")
    for row, column, text in edits:
        table.loc[row, column] = text.replace("\x00", "") if column != "record" else text
    path = folder / "wild.csv"
    table.to_csv(path, index=False, quoting=csv.QUOTE_ALL)
    try:
        intake = read_exports(folder / "in", corrections=path)
    except My121Error:
        return
    assert adds_up(intake)
    assert len(intake.corrections) == 3
    assert set(intake.corrections["outcome"]) <= {"corrected", "quarantined_again", "left_out", "in_export", "pending",
                                                  "refused"}
    touched = set(intake.corrections[intake.corrections["outcome"] == "corrected"]["row"])
    assert {"0012", "0013", "0014"} & set(levels(intake)) <= {f"00{row + 9}" for row in touched}


@pytest.mark.parametrize(("surplus", "kept"), [("", ["0011", "0012", "0015"]), ("left", ["0011", "0015"])])
def test_a_row_with_a_cell_too_many_is_corrected_by_moving_its_cells_back(folder, surplus, kept):
    without = "".join(line.rpartition(",")[0] + "\n" for line in RATINGS.splitlines())
    text = without.replace("0012,2024/25 H1,0099,Execeptional,=1+1", "0012,2024/25, H1,0099,Exceeds,fine")
    (folder / "in" / "ratings.csv").write_text(text, encoding="utf-8")
    table = refused(folder / "in")
    row = table[table["row"] == 3].iloc[0]
    assert row["reason"] == "row_too_wide"
    cells = {"Review period": "2024/25 H1", "Manager no": "0099", "Performance": "Exceeds", "Comment": "fine",
             "column 6": surplus}
    table.loc[table["row"] == 3, "record"] = with_cells(row, **cells)
    intake = bring_back(folder, table)
    assert list(levels(intake)) == kept
    assert adds_up(intake)
    table.loc[table["row"] == 3, "record"] = row["record"]
    table["decision"] = ["leave out" if n == 3 else "" for n in table["row"]]
    assert adds_up(bring_back(folder, table))


def test_a_shifted_row_gives_nothing_away_of_columns_that_must_not_be_loaded(folder):
    text = RATINGS.replace("0012,2024/25 H1,0099,Execeptional,=1+1,QQ2", "0012,2024/25, H1,0099,Exceeds,fine,QQ2")
    (folder / "in" / "ratings.csv").write_text(text, encoding="utf-8")
    table = refused(folder / "in")
    assert table.loc[table["row"] == 3, "reason"].tolist() == ["row_too_wide"]
    assert not table["record"].str.contains("QQ2").any()
