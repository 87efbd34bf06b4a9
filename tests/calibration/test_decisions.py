"""What the meeting wrote down comes back as it was meant, or is refused with the reason and nothing is entered."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest

from my121_analytics.calibration.decision_lines import OUTCOMES, complete_levels, outcome_words
from my121_analytics.calibration.decisions import RefusedDecisionsError, apply_decisions, read_decisions
from my121_analytics.calibration.effect import measure_effect
from my121_analytics.errors import DataUnusableError, UnreadableFileError, UsageError
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import count_placements, select_placements
from my121_analytics.workforce.record import build_workforce

CYCLE = "2024/25 H1"
MEETING = date(2024, 9, 20)
HEADINGS = ("employee_id,name,post_id,cycle,box,performance,potential,outcome,agreed_box,agreed_performance,"
            "agreed_potential,decision_reason,agreed_by")


@pytest.fixture
def record():
    people = [f"{i:04d}" for i in range(1, 8)]
    placements = pd.DataFrame({
        "employee_id": people[:6], "post_id": [f"P{i}" for i in range(1, 7)], "cycle": CYCLE, "source": "manager",
        "placed_on": pd.Timestamp(2024, 6, 3), "rater_id": "0007", "performance": [2, 2, 1, 3, 2, 2],
        "potential": [2, 2, 1, 3, 2, 2], "box": [5, 5, 9, 1, 5, 5]})
    return build_workforce({"employees": pd.DataFrame({"employee_id": people, "name": list("ABCDEFG")}),
                            "placements": placements})


def written(tmp_path, *lines, name="decisions.csv"):
    path = tmp_path / name
    path.write_text("\n".join([HEADINGS, *lines]) + "\n", encoding="utf-8")
    return path


def changed(person="0001", post="P1", before="5,2,2", agreed="4,,", reason="Two projects", by="Panel"):
    return f"{person},,{post},{CYCLE},{before},Changed,{agreed},{reason},{by}"


def test_a_changed_placement_is_entered_beside_the_managers_own(tmp_path, record):
    path = written(tmp_path, f"0001,A,P1,{CYCLE},5 - Solid and Adaptable,2,2,Changed,4 - Pivotal and Flexible,,,"
                             "Two projects,HR")
    after = apply_decisions(record, read_decisions(path, workforce=record), agreed_on=MEETING).workforce
    agreed = select_placements(after, source="calibrated").iloc[0]
    assert (agreed["box"], agreed["performance"], agreed["potential"], agreed["rater_id"]) == (4, 3, 2, "0007")
    assert agreed["agreed_on"] == pd.Timestamp(2024, 9, 20)
    assert agreed["reason"] == "Two projects"
    own = select_placements(after).set_index("employee_id").loc["0001"]
    assert own["box"] == 5
    assert len(record.placements) == 6, "the record given is not changed"
    tally = count_placements(after, source="calibrated").frame.set_index("outcome")["n"]
    assert tally.drop(0).to_dict() == {1: 1, 4: 1, 5: 3, 9: 1}, "box 0: the manager, whom nobody placed"


def test_only_stands_and_changed_enter_the_record(tmp_path, record):
    lines = [f"000{i},,P{i},{CYCLE},{before},{outcome},,,,,Panel" for i, before, outcome in (
        (1, "5,2,2", "Stands"), (2, "5,2,2", "deferred"), (3, "9,1,1", "NOT DISCUSSED"))]
    read = read_decisions(written(tmp_path, *lines, changed("0004", "P4", "1,3,3", "2,,")), workforce=record)
    assert read.counts == {"stands": 1, "changed": 1, "deferred": 1, "not_discussed": 1}
    calibration = apply_decisions(record, read, agreed_on=MEETING)
    assert calibration.n_entered == 2
    entered = select_placements(calibration.workforce, source="calibrated")
    assert dict(zip(entered["employee_id"], entered["box"], strict=True)) == {"0001": 5, "0004": 2}


def test_ratings_alone_give_the_box(tmp_path, record):
    path = written(tmp_path, changed("0003", "P3", "9,1,1", ",Meets,"))
    read = read_decisions(path, workforce=record)
    assert read.agreed[["box_before", "box_after", "performance_after"]].to_numpy().tolist() == [[9, 8, 2]]


def test_somebody_without_a_placement_is_given_a_first_one(tmp_path, record):
    path = written(tmp_path, f"0007,G,,{CYCLE},,,,Changed,5,,,Seen by two managers,Panel")
    calibration = apply_decisions(record, read_decisions(path, workforce=record), agreed_on=date(2024, 11, 4))
    placed = select_placements(calibration.workforce, source="calibrated").iloc[0]
    assert (placed["employee_id"], placed["box"], placed["performance"], placed["potential"]) == ("0007", 5, 2, 2)
    assert placed["placed_on"] == pd.Timestamp(2024, 9, 30), "a meeting after the cycle does not move it into the next"
    assert calibration.audit["box_before"].tolist() == [0]


@pytest.mark.parametrize(("line", "reason"), [
    (f"9999,,P1,{CYCLE},5,2,2,Changed,4,,,Why,Panel", "not_in_record"),
    ("0001,,P1,2019/20 H1,5,2,2,Changed,4,,,Why,Panel", "not_in_record"),
    (f"0001,B,P1,{CYCLE},5,2,2,Changed,4,,,Why,Panel", "name_differs"),
    (f"0001,,P1,{CYCLE},5,2,2,,,,,,", "no_outcome"),
    (f"0001,,P1,{CYCLE},5,2,2,Later,,,,,", "unknown_outcome"),
    (f"0001,,P1,{CYCLE},5,2,2,Stands,4,,,Why,Panel", "outcome_contradicts"),
    (f"0001,,P1,{CYCLE},5,2,2,Deferred,,3,,Why,Panel", "outcome_contradicts"),
    (f"0001,,P1,{CYCLE},5,2,2,Changed,,,,Why,Panel", "nothing_changed"),
    (f"0001,,P1,{CYCLE},5,2,2,Changed,5,,,Why,Panel", "nothing_changed"),
    (f"0007,,,{CYCLE},,,,Stands,,,,,", "nothing_stands"),
    (f"0001,,P1,{CYCLE},5,2,2,Changed,14,,,Why,Panel", "unreadable"),
    (f"0001,,P1,{CYCLE},5,2,2,Changed,,Satisfactory,,Why,Panel", "unreadable"),
    (f"0001,,P1,{CYCLE},4,3,2,Changed,1,,,Why,Panel", "changed_since"),
    (f"0001,,P1,{CYCLE},5,2,2,Changed,4,1,,Why,Panel", "box_disagrees"),
    (f"0001,,P1,{CYCLE},5,2,2,Changed,4,,,,Panel", "no_decision_reason"),
    (f"0001,,P1,{CYCLE},5,2,2,Changed,4,,,Why,", "no_agreed_by"),
])
def test_what_cannot_be_entered_is_refused_with_place_reason_and_remedy(tmp_path, record, line, reason):
    read = read_decisions(written(tmp_path, line), workforce=record)
    assert read.agreed.empty
    refused = read.refused.iloc[0]
    assert (refused["reason"], refused["row"]) == (reason, 2)
    assert refused["message"].endswith(".")
    assert refused["remedy"].endswith(".")


def test_one_refused_line_stops_all_unless_only_the_good_are_asked_for(tmp_path, record):
    path = written(tmp_path, changed(), changed("0002", "P2", reason=""))
    read = read_decisions(path, workforce=record)
    with pytest.raises(RefusedDecisionsError, match="nothing was entered") as problem:
        apply_decisions(record, read, agreed_on=MEETING)
    assert problem.value.exit_code == 3
    assert problem.value.refused["reason"].tolist() == ["no_decision_reason"]
    good = apply_decisions(record, read, agreed_on=MEETING, only_good=True)
    assert good.n_entered == 1
    assert good.left_out["row"].tolist() == [3]


def test_applying_the_same_decisions_twice_is_once(tmp_path, record):
    read = read_decisions(written(tmp_path, changed(), f"0004,,P4,{CYCLE},1,3,3,Stands,,,,,"), workforce=record)
    once = apply_decisions(record, read, agreed_on=MEETING)
    again = apply_decisions(once.workforce, read, agreed_on=MEETING)
    assert (once.n_entered, again.n_entered, len(again.audit)) == (2, 0, 2)
    assert len(again.workforce.placements) == len(once.workforce.placements) == 8


def test_a_record_that_holds_another_decision_refuses_it_unless_it_replaces(tmp_path, record):
    first = apply_decisions(record, read_decisions(written(tmp_path, changed()), workforce=record), agreed_on=MEETING)
    second = read_decisions(written(tmp_path, changed(agreed="1,,")), workforce=first.workforce)
    with pytest.raises(RefusedDecisionsError) as problem:
        apply_decisions(first.workforce, second, agreed_on=MEETING)
    assert problem.value.refused["reason"].tolist() == ["already_decided"]
    replaced = apply_decisions(first.workforce, second, agreed_on=MEETING, replacing=True).workforce
    assert select_placements(replaced, source="calibrated")["box"].tolist() == [1]
    assert len(replaced.placements) == len(first.workforce.placements)


def test_the_same_decision_on_two_sheets_counts_once_and_different_ones_stand_side_by_side(tmp_path, record):
    written(tmp_path, changed(), changed("0002", "P2"), name="council.csv")
    written(tmp_path, changed(), changed("0002", "P2", agreed="1,,"), name="unit.csv")
    read = read_decisions(tmp_path, workforce=record)
    assert read.agreed["employee_id"].tolist() == ["0001"]
    assert read.refused["reason"].tolist() == ["decided_twice"] * 2
    assert read.disagreements[["file", "box_after"]].to_numpy().tolist() == [["council.csv", 4], ["unit.csv", 1]]


def test_a_decision_outweighs_what_another_meeting_deferred(tmp_path, record):
    written(tmp_path, changed(), name="council.csv")
    written(tmp_path, f"0001,,P1,{CYCLE},5,2,2,Deferred,,,,To the senior team,", name="unit.csv")
    read = read_decisions(tmp_path, workforce=record)
    assert read.refused.empty
    assert read.agreed["box_after"].tolist() == [4]


def test_the_meeting_cannot_have_been_before_its_cycle(tmp_path, record):
    read = read_decisions(written(tmp_path, changed()), workforce=record)
    with pytest.raises(UsageError, match="before the cycle"):
        apply_decisions(record, read, agreed_on=date(2024, 3, 31))


def test_the_effect_counts_steps_and_never_subtracts_box_numbers(tmp_path, record):
    path = written(tmp_path, changed(agreed="1,,"), changed("0003", "P3", "9,1,1", "8,,"),
                   f"0004,,P4,{CYCLE},1,3,3,Stands,,,,,")
    calibration = apply_decisions(record, read_decisions(path, workforce=record), agreed_on=MEETING)
    effect = measure_effect(record, calibration)
    assert effect.frame("steps").to_numpy().tolist() == [
        ["performance", 0, 1], ["performance", 1, 2], ["potential", 0, 2], ["potential", 1, 1]]
    assert (effect.facts["n_decided"], effect.facts["n_changed"]) == (3, 2)
    boxes = effect.frame("placements").set_index("box")
    assert boxes.loc[[1, 5, 8, 9], "n_after"].tolist() == [2, 3, 1, 0]
    assert boxes["n_before"].sum() == boxes["n_after"].sum()


def test_a_file_without_a_sheet_for_decisions_or_without_outcomes_says_so(tmp_path, record):
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataUnusableError, match="no sheet for decisions"):
        read_decisions(tmp_path / "other.csv", workforce=record)
    (tmp_path / "old.csv").write_text(HEADINGS.replace("outcome,", "") + "\n", encoding="utf-8")
    with pytest.raises(DataUnusableError, match="no column 'outcome'"):
        read_decisions(tmp_path / "old.csv", workforce=record)
    with pytest.raises(UnreadableFileError):
        read_decisions(tmp_path / "missing.xlsx", workforce=record)


def test_a_scale_without_a_map_is_decided_by_rating(tmp_path, record):
    settings = Settings.model_validate({"framework": {"performance_levels": ["D", "C", "B", "A"],
                                                      "has_potential": False}})
    plain = build_workforce({"placements": record.placements.drop(columns=["potential", "box"])}, settings=settings)
    path = tmp_path / "d.csv"
    path.write_text(f"employee_id,post_id,cycle,performance,outcome,agreed_performance,decision_reason,agreed_by\n"
                    f"0001,P1,{CYCLE},2 - C,Changed,4 - A,Why,Panel\n", encoding="utf-8")
    read = read_decisions(path, workforce=plain)
    assert read.agreed[["performance_before", "performance_after", "box_after"]].to_numpy().tolist() == [[2, 4, 0]]


def test_an_agreed_box_and_agreed_axes_that_say_the_same_are_one_decision():
    framework = build_framework()
    none, before = {"box": 0, "performance": 0, "potential": 0}, {"box": 5, "performance": 2, "potential": 2}
    assert complete_levels(none, before, framework) == before
    assert complete_levels({**none, "box": 4}, before, framework) == complete_levels(
        {"box": 4, "performance": 3, "potential": 2}, before, framework)
    assert complete_levels({**none, "box": 4, "performance": 1}, before, framework) is None
    assert set(outcome_words()) == set(OUTCOMES)


def fill_in(path, unit_rows):
    """Write outcomes into a pack's sheet of decisions, by position of the line; give the lines in all."""
    book = openpyxl.load_workbook(path)
    sheet = book["Decisions"]
    header = next(row for row in sheet.iter_rows() if row[0].value == "employee_id")
    column = {cell.value: cell.column for cell in header}
    rows = range(header[0].row + 1, sheet.max_row + 1)
    for row in rows:
        if sheet.cell(row, column["outcome"]).value is None:
            sheet.cell(row, column["outcome"]).value = "Stands" if sheet.cell(row, column["box"]).value else "Deferred"
    placed = [row for row in rows if sheet.cell(row, column["box"]).value not in (None, "1 - High Potential to Go "
                                                                                       "Further")]
    for row in placed[:unit_rows]:
        for name, value in (("outcome", "Changed"), ("agreed_box", "1 - High Potential to Go Further"),
                            ("decision_reason", "Evidence from two projects"), ("agreed_by", "Directorate panel")):
            sheet.cell(row, column[name]).value = value
    locked = {name: sheet.cell(header[0].row + 1, column[name]).protection.locked for name in column}
    book.save(path)
    return len(rows), locked, sheet.protection.sheet


def test_the_pack_s_own_workbook_comes_back_line_by_line(bare_pack, tmp_path):
    workforce = make_sample(120, seed=5).workforce
    unit = str(workforce.posts_in_cycle(workforce.latest_cycle)["directorate"].dropna().iloc[0])
    pack = build_pack(workforce, out=tmp_path / "pack", unit=unit)
    path = tmp_path / "pack" / next(file for file in pack.files if file.endswith("pack.xlsx"))
    untouched = read_decisions(path, workforce=workforce)
    assert set(untouched.refused["reason"]) == {"no_outcome"}, "whom the meeting had time for needs an outcome"
    n_lines, locked, is_protected = fill_in(path, 1)
    assert is_protected
    assert all(locked[name] for name in ("employee_id", "name", "post_id", "cycle", "box", "performance", "potential"))
    assert not any(locked[name] for name in ("outcome", "agreed_box", "decision_reason", "manager_view",
                                             "employee_view", "agreed_by"))
    read = read_decisions(path, workforce=workforce)
    assert read.refused.empty, read.refused["message"].tolist()
    assert len(read.lines) == n_lines == read.n_rows
    assert read.counts["changed"] == 1
    calibration = apply_decisions(workforce, read, agreed_on=MEETING)
    assert len(calibration.workforce.placements) == len(workforce.placements) + len(read.agreed)
    boxes = select_placements(calibration.workforce, source="calibrated").set_index("employee_id")["box"]
    assert boxes[read.agreed.query("outcome == 'changed'")["employee_id"]].tolist() == [1]


def test_headings_that_a_person_has_written_anew_are_the_same_columns(tmp_path, record):
    path = written(tmp_path, changed())
    path.write_text(path.read_text("utf-8").replace(HEADINGS, HEADINGS.replace("_", " ").title()), encoding="utf-8")
    assert read_decisions(path, workforce=record).agreed["box_after"].tolist() == [4]


def test_two_columns_for_one_thing_are_refused(tmp_path, record):
    path = written(tmp_path, f"{changed()},6")
    path.write_text(path.read_text("utf-8").replace(HEADINGS, f"{HEADINGS},Agreed box"), encoding="utf-8")
    with pytest.raises(DataUnusableError, match="have one heading: agreed_box"):
        read_decisions(path, workforce=record)
