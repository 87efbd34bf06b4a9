"""What the meeting wrote down comes back as it was meant, or is refused with the reason."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest

from my121_analytics.calibration.decisions import apply_decisions, read_decisions
from my121_analytics.calibration.effect import measure_effect
from my121_analytics.errors import DataUnusableError, UnreadableFileError
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import count_placements, select_placements
from my121_analytics.workforce.record import build_workforce

CYCLE = "2024/25 H1"
HEADINGS = ("employee_id,post_id,cycle,box,performance,potential,agreed_box,agreed_performance,agreed_potential,"
            "decision_reason,agreed_by")


@pytest.fixture
def record():
    people = [f"{i:04d}" for i in range(1, 8)]
    placements = pd.DataFrame({
        "employee_id": people[:6], "post_id": [f"P{i}" for i in range(1, 7)], "cycle": CYCLE, "source": "manager",
        "placed_on": pd.Timestamp(2024, 6, 3), "rater_id": "0007", "performance": [2, 2, 1, 3, 2, 2],
        "potential": [2, 2, 1, 3, 2, 2], "box": [5, 5, 9, 1, 5, 5]})
    return build_workforce({"employees": pd.DataFrame({"employee_id": people}), "placements": placements})


def written(tmp_path, *lines, name="decisions.csv"):
    path = tmp_path / name
    path.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_changed_placement_is_entered_beside_the_managers_own(tmp_path, record):
    path = written(tmp_path, f"0001,P1,{CYCLE},5 - Solid and Adaptable,2,2,4 - Pivotal and Flexible,,,Two projects,HR")
    read = read_decisions(path, workforce=record)
    after = apply_decisions(record, read, agreed_on=date(2024, 9, 20)).workforce
    agreed = select_placements(after, source="calibrated").iloc[0]
    assert (agreed["box"], agreed["performance"], agreed["potential"], agreed["rater_id"]) == (4, 3, 2, "0007")
    assert agreed["agreed_on"] == pd.Timestamp(2024, 9, 20)
    assert agreed["reason"] == "Two projects"
    own = select_placements(after).set_index("employee_id").loc["0001"]
    assert own["box"] == 5
    assert len(record.placements) == 6, "the record given is not changed"
    tally = count_placements(after, source="calibrated").frame.set_index("outcome")["n"]
    assert tally.drop(0).to_dict() == {1: 1, 4: 1, 5: 3, 9: 1}, "box 0: the manager, whom nobody placed"


def test_ratings_alone_give_the_box_and_blank_lines_decide_nothing(tmp_path, record):
    path = written(tmp_path, f"0003,P3,{CYCLE},9,1,1,,Meets,,Objectives were met,Panel", f"0002,P2,{CYCLE},5,2,2,,,,,")
    read = read_decisions(path, workforce=record)
    assert read.agreed[["box_before", "box_after", "performance_after"]].to_numpy().tolist() == [[9, 8, 2]]
    assert (read.n_rows, read.n_undecided) == (2, 1)


def test_a_confirmed_placement_needs_no_reason(tmp_path, record):
    read = read_decisions(written(tmp_path, f"0004,P4,{CYCLE},1,3,3,1,,,,"), workforce=record)
    assert read.agreed["outcome"].tolist() == ["confirmed"]
    assert read.refused.empty


@pytest.mark.parametrize(("line", "reason"), [
    (f"9999,P1,{CYCLE},5,2,2,4,,,Why,Panel", "not_in_record"),
    ("0001,P1,2019/20 H1,5,2,2,4,,,Why,Panel", "not_in_record"),
    (f"0001,P1,{CYCLE},5,2,2,14,,,Why,Panel", "unreadable"),
    (f"0001,P1,{CYCLE},5,2,2,,Satisfactory,,Why,Panel", "unreadable"),
    (f"0001,P1,{CYCLE},4,3,2,1,,,Why,Panel", "changed_since"),
    (f"0001,P1,{CYCLE},5,2,2,4,1,,Why,Panel", "box_disagrees"),
    (f"0001,P1,{CYCLE},5,2,2,4,,,,Panel", "no_decision_reason"),
    (f"0001,P1,{CYCLE},5,2,2,4,,,Why,", "no_agreed_by"),
])
def test_what_cannot_be_entered_is_refused_with_place_reason_and_remedy(tmp_path, record, line, reason):
    read = read_decisions(written(tmp_path, line), workforce=record)
    assert read.agreed.empty
    refused = read.refused.iloc[0]
    assert (refused["reason"], refused["row"]) == (reason, 2)
    assert refused["message"].endswith(".")
    assert refused["remedy"].endswith(".")
    assert apply_decisions(record, read, agreed_on=date(2024, 9, 20)).workforce.placements["source"].eq("manager").all()


def test_the_same_decision_on_two_sheets_counts_once_and_different_ones_are_both_refused(tmp_path, record):
    same = f"0001,P1,{CYCLE},5,2,2,4,,,Why,Panel"
    written(tmp_path, same, f"0002,P2,{CYCLE},5,2,2,4,,,Why,Panel", name="council.csv")
    written(tmp_path, same, f"0002,P2,{CYCLE},5,2,2,1,,,Why,Panel", name="unit.csv")
    read = read_decisions(tmp_path, workforce=record)
    assert read.agreed["employee_id"].tolist() == ["0001"]
    assert read.refused["reason"].tolist() == ["decided_twice"] * 2
    assert read.n_undecided == 0


def test_the_effect_counts_steps_and_never_subtracts_box_numbers(tmp_path, record):
    path = written(tmp_path, f"0001,P1,{CYCLE},5,2,2,1,,,Why,Panel", f"0003,P3,{CYCLE},9,1,1,8,,,Why,Panel",
                   f"0004,P4,{CYCLE},1,3,3,1,,,,")
    calibration = apply_decisions(record, read_decisions(path, workforce=record), agreed_on=date(2024, 9, 20))
    effect = measure_effect(record, calibration)
    assert effect.frame("steps").to_numpy().tolist() == [
        ["performance", 0, 1], ["performance", 1, 2], ["potential", 0, 2], ["potential", 1, 1]]
    assert (effect.facts["n_decided"], effect.facts["n_changed"]) == (3, 2)
    boxes = effect.frame("placements").set_index("box")
    assert boxes.loc[[1, 5, 8, 9], "n_after"].tolist() == [2, 3, 1, 0]
    assert boxes["n_before"].sum() == boxes["n_after"].sum()


def test_a_file_without_a_sheet_for_decisions_says_so(tmp_path, record):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataUnusableError, match="no sheet for decisions"):
        read_decisions(tmp_path / "other.csv", workforce=record)
    with pytest.raises(UnreadableFileError):
        read_decisions(tmp_path / "missing.xlsx", workforce=record)


def test_a_scale_without_a_map_is_decided_by_rating(tmp_path, record):
    settings = Settings.model_validate({"framework": {"performance_levels": ["D", "C", "B", "A"],
                                                      "has_potential": False}})
    plain = build_workforce({"placements": record.placements.drop(columns=["potential", "box"])}, settings=settings)
    path = tmp_path / "d.csv"
    path.write_text(f"employee_id,post_id,cycle,performance,agreed_performance,decision_reason,agreed_by\n"
                    f"0001,P1,{CYCLE},2 - C,4 - A,Why,Panel\n", encoding="utf-8")
    read = read_decisions(path, workforce=plain)
    assert read.agreed[["performance_before", "performance_after", "box_after"]].to_numpy().tolist() == [[2, 4, 0]]


def test_the_pack_s_own_workbook_comes_back_line_by_line(tmp_path):
    workforce = make_sample(120, seed=5).workforce
    unit = str(workforce.posts_in_cycle(workforce.latest_cycle)["directorate"].dropna().iloc[0])
    pack = build_pack(workforce, out=tmp_path / "pack", unit=unit)
    path = tmp_path / "pack" / next(file for file in pack.files if file.endswith("pack.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book["Decisions"]
    header = next(row for row in sheet.iter_rows() if row[0].value == "employee_id")
    column = {cell.value: cell.column for cell in header}
    rows = range(header[0].row + 1, sheet.max_row + 1)
    placed = [row for row in rows if sheet.cell(row, column["performance"]).value]
    chosen = next(row for row in placed if sheet.cell(row, column["box"]).value != "1 - High Potential to Go Further")
    for name, value in (("agreed_box", "1 - High Potential to Go Further"), ("decision_reason", "Evidence from two "
                        "projects"), ("agreed_by", "Directorate panel")):
        sheet.cell(chosen, column[name]).value = value
    book.save(path)
    read = read_decisions(path, workforce=workforce)
    assert read.refused.empty
    assert len(read.agreed) == 1
    assert read.n_undecided == sheet.max_row - header[0].row - 1
    after = apply_decisions(workforce, read, agreed_on=date(2024, 9, 20)).workforce
    assert len(after.placements) == len(workforce.placements) + 1
    assert select_placements(after, source="calibrated")["box"].tolist() == [1]
