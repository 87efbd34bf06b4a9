"""Actions of a meeting come back with the statistic that caused them, worked out again a cycle later."""

from __future__ import annotations

from datetime import date

import openpyxl
import pandas as pd
import pytest

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.calibration.actions import (
    ACTION_COLUMNS,
    measure_statistic,
    read_actions,
    read_carried,
    statistic_words,
)
from my121_analytics.errors import DataUnusableError
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.sample_council.council import make_sample
from my121_analytics.wording.catalogue import codes

MEETING = date(2024, 4, 8)


@pytest.fixture(scope="module")
def record():
    return make_sample(70, seed=6).workforce


def write(path, *lines):
    path.write_text("\n".join(["unit_column,unit,action,owner,due_on,statistic", *lines]) + "\n", encoding="utf-8")
    return path


def test_each_statistic_has_words_and_a_value_that_coverage_agrees_with(record):
    cycle = record.latest_cycle
    assert set(statistic_words()) == set(codes("action_statistic"))
    values = {code: measure_statistic(record, code, cycle=cycle) for code in statistic_words()}
    total = measure_coverage(record, cycle=cycle).frame("by_group").iloc[-1]
    assert values["without_placement"] == total["n_without_placement"]
    assert values["without_conversation"] == total["n_people"] - total["n_with_any"]
    assert values["share_enough"] == pytest.approx(total["estimate"])
    assert all(value is not None for value in values.values())
    unit = "Adult Care"
    mine = measure_coverage(record, cycle=cycle, filters={"directorate": unit}).frame("by_group").iloc[-1]
    assert measure_statistic(record, "without_placement", cycle=cycle, unit_column="directorate",
                             unit=unit) == mine["n_without_placement"]


def test_an_action_is_read_with_its_value_and_carried_to_the_next_cycle(record, tmp_path):
    first, last = str(record.cycles["label"].iloc[-2]), record.latest_cycle
    path = write(tmp_path / "sheet.csv", "directorate,Adult Care,Hold the conversations,Jo Rao,2024-12-15,"
                 "Posts without a placement", ",,Look at box 3,Al Bee,31/01/2025,")
    actions = read_actions([path], workforce=record, cycle=first, agreed_on=MEETING)
    assert actions.refused.empty
    assert actions.agreed["due_on"].tolist() == ["2024-12-15", "2025-01-31"]
    then = measure_statistic(record, "without_placement", cycle=first, unit_column="directorate", unit="Adult Care")
    assert actions.agreed["value"].iloc[0] == then
    out = tmp_path / "actions.csv"
    actions.agreed.to_csv(out, index=False)
    [carried] = read_carried(out, record, cycle=last, unit_column="directorate", unit="Adult Care")
    now = measure_statistic(record, "without_placement", cycle=last, unit_column="directorate", unit="Adult Care")
    assert (carried.then, carried.now) == (then, now)
    [council] = read_carried(out, record, cycle=last, unit_column="directorate", unit="")
    assert (council.action, council.statistic, council.now) == ("Look at box 3", "", None)
    assert read_carried(out, record, cycle=last, unit_column="directorate", unit="Environment") == []


@pytest.mark.parametrize(("line", "reason"), [
    (",,,Jo Rao,2024-12-15,", "no_action"), (",,Do it,,2024-12-15,", "no_owner"), (",,Do it,Jo Rao,,", "no_due_on"),
    (",,Do it,Jo Rao,soon,", "unreadable_day"), (",,Do it,Jo Rao,2024-12-15,Morale", "unknown_statistic"),
    ("sex,F,Do it,Jo Rao,2024-12-15,", "unknown_unit")])
def test_a_line_that_lacks_something_is_refused_with_its_place_and_remedy(record, tmp_path, line, reason):
    actions = read_actions([write(tmp_path / "a.csv", line)], workforce=record, cycle=record.latest_cycle,
                           agreed_on=MEETING)
    assert actions.agreed.empty
    assert (actions.refused["reason"].tolist(), actions.refused["row"].tolist()) == ([reason], [2])
    assert actions.refused["remedy"].iloc[0].endswith(".")


def test_blank_lines_are_no_actions_and_a_file_without_any_says_so(record, tmp_path):
    path = write(tmp_path / "a.csv", "directorate,Adult Care,,,,", "directorate,Adult Care,,,,")
    actions = read_actions([path], workforce=record, cycle=record.latest_cycle, agreed_on=MEETING)
    assert actions.agreed.empty
    assert list(actions.agreed.columns) == list(ACTION_COLUMNS)
    (tmp_path / "b.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataUnusableError, match="no actions"):
        read_carried(tmp_path / "b.csv", record, cycle=record.latest_cycle, unit_column="directorate", unit="")


def test_the_pack_s_own_sheet_comes_back_and_the_next_first_page_says_what_became_of_it(record, tmp_path, bare_pack):
    first = str(record.cycles["label"].iloc[-2])
    build_pack(record, out=tmp_path / "one", unit="Adult Care", cycle=first)
    path = tmp_path / "one" / "adult-care" / "pack.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Actions"]
    head = next(row for row in sheet.iter_rows() if "action" in [cell.value for cell in row])
    for name, value in (("action", "Complete the placements"), ("owner", "Jo Rao"), ("due_on", "2024-06-30"),
                        ("statistic", "Posts without a placement")):
        column = next(cell.column for cell in head if cell.value == name)
        sheet.cell(head[0].row + 1, column).value = value
    book.save(path)
    actions = read_actions([path], workforce=record, cycle=first, agreed_on=MEETING)
    assert actions.refused.empty, actions.refused.to_dict("records")
    pd.testing.assert_series_equal(actions.agreed["unit"], pd.Series(["Adult Care"], name="unit"), check_dtype=False)
    actions.agreed.to_csv(tmp_path / "actions.csv", index=False)
    build_pack(record, out=tmp_path / "two", unit="Adult Care", actions=tmp_path / "actions.csv")
    html = (tmp_path / "two" / "adult-care" / "pack.html").read_text("utf-8")
    then, now = (int(measure_statistic(record, "without_placement", cycle=cycle, unit_column="directorate",
                                       unit="Adult Care") or 0) for cycle in (first, record.latest_cycle))
    assert "Actions of the last meeting" in html
    assert (f"Complete the placements (Jo Rao, by 2024-06-30). Posts without a placement: {then} then, "
            f"{now} now.") in html
