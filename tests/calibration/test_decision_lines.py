"""Known answers of one line of a decisions sheet: what it decides, or the first thing that stands in its way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.calibration.decision_lines import (
    Decided,
    Line,
    LineReader,
    Refusal,
    complete_levels,
    find_lines,
    header_row,
    placements_of,
)
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.settings import FrameworkSettings, Settings
from my121_analytics.workforce.record import Workforce, build_workforce

CYCLE = "2023/24 H2"
BOX_5 = {"box": 5, "performance": 2, "potential": 2}
COLUMNS = ["employee_id", "post_id", "cycle", "name", "box", "performance", "potential", "agreed_box",
           "agreed_performance", "agreed_potential", "outcome", "decision_reason", "agreed_by"]
SHOWN = {"employee_id": "1", "post_id": "P1", "cycle": CYCLE, "name": "Ann Able", "box": "5 Solid and Adaptable",
         "performance": "Meets", "potential": "Moderate", "decision_reason": "New evidence", "agreed_by": "Panel"}
NOBODY_PLACED = {**SHOWN, "employee_id": "2", "post_id": "P2", "name": "Bob Best", "box": "", "performance": "",
                 "potential": ""}


@pytest.fixture(scope="module")
def record() -> Workforce:
    posts = pd.DataFrame([{"employee_id": person, "post_id": f"P{person}", "manager_id": "9"} for person in "12"])
    placed = pd.DataFrame([{"employee_id": "1", "post_id": "P1", "cycle": CYCLE, "source": "manager", "rater_id": "9",
                            "performance": 2, "potential": 2, "box": 5}])
    people = pd.DataFrame({"employee_id": ["1", "2", "9"], "name": ["Ann Able", "Bob Best", "Ed Nine"]})
    return build_workforce({"placements": placed, "posts": posts, "employees": people}, as_of=date(2024, 3, 31))


@pytest.fixture(scope="module")
def reader(record: Workforce) -> LineReader:
    return LineReader(record, [CYCLE])


def sheet(rows: list[list[str]]) -> SourceSheet:
    return SourceSheet("pack.xlsx", "Decisions", tuple(np.array(column, dtype=object)
                                                       for column in zip(*rows, strict=True)))


def line(cells: Mapping[str, str], **changes: str) -> Line:
    return Line(sheet([COLUMNS]), 7, {**cells, **changes})


def test_everybody_of_a_cycle_has_a_placement_or_the_manager_who_did_not_make_one(record: Workforce) -> None:
    placements = placements_of(record, [CYCLE])
    assert placements["1", "P1", CYCLE].levels == BOX_5
    assert placements["2", "P2", CYCLE].rater_id == "9"
    assert not placements["2", "P2", CYCLE].is_placed


@pytest.mark.parametrize("outcome", ["Stands", "stands", " STANDS ".strip(), "Deferred", "Not discussed",
                                     "not-discussed"])
def test_a_line_without_new_levels_leaves_the_placement_as_it_is(reader: LineReader, outcome: str) -> None:
    decided = reader.read(line(SHOWN, outcome=outcome))
    assert isinstance(decided, Decided)
    assert decided.after == BOX_5


def test_an_agreed_box_brings_its_ratings_and_agreed_ratings_bring_their_box(reader: LineReader) -> None:
    for changes in ({"agreed_box": "4"}, {"agreed_performance": "Exceeds"},
                    {"agreed_box": "4 Pivotal and Flexible", "agreed_potential": "Moderate"}):
        decided = reader.read(line(SHOWN, outcome="Changed", **changes))
        assert isinstance(decided, Decided), changes
        assert decided.after == {"box": 4, "performance": 3, "potential": 2}


def test_somebody_without_a_placement_can_get_a_first_one(reader: LineReader) -> None:
    decided = reader.read(line(NOBODY_PLACED, outcome="Changed", agreed_box="9"))
    assert isinstance(decided, Decided)
    assert decided.after == {"box": 9, "performance": 1, "potential": 1}


@pytest.mark.parametrize(("cells", "changes", "code", "column"), [
    (SHOWN, {"employee_id": "7", "outcome": "Stands"}, "not_in_record", "employee_id"),
    (SHOWN, {"name": "Bob Best", "outcome": "Stands"}, "name_differs", "name"),
    (SHOWN, {"agreed_box": "Solidd", "outcome": "Changed"}, "unreadable", "agreed_box"),
    (SHOWN, {"performance": "Exceeds", "outcome": "Stands"}, "changed_since", "performance"),
    (SHOWN, {"outcome": ""}, "no_outcome", "outcome"),
    (SHOWN, {"outcome": "Agreed"}, "unknown_outcome", "outcome"),
    (SHOWN, {"agreed_box": "4", "agreed_performance": "Meets", "outcome": "Changed"}, "box_disagrees", "agreed_box"),
    (SHOWN, {"agreed_box": "4", "outcome": "Stands"}, "outcome_contradicts", "outcome"),
    (SHOWN, {"agreed_box": "4", "outcome": "Deferred"}, "outcome_contradicts", "outcome"),
    (NOBODY_PLACED, {"outcome": "Stands"}, "nothing_stands", "outcome"),
    (SHOWN, {"outcome": "Changed"}, "nothing_changed", "outcome"),
    (SHOWN, {"agreed_box": "5", "outcome": "Changed"}, "nothing_changed", "outcome"),
    (SHOWN, {"agreed_box": "4", "outcome": "Changed", "decision_reason": ""}, "no_decision_reason",
     "decision_reason"),
    (SHOWN, {"agreed_box": "4", "outcome": "Changed", "agreed_by": ""}, "no_agreed_by", "agreed_by")])
def test_a_line_that_cannot_be_used_says_why_and_where(reader: LineReader, cells: dict[str, str],
                                                       changes: dict[str, str], code: str, column: str) -> None:
    refused = reader.read(line(cells, **changes))
    assert isinstance(refused, Refusal)
    file, name, row, person, told_column, _, told, message, remedy = refused.row
    assert (file, name, row, told_column, told) == ("pack.xlsx", "Decisions", 7, column, code)
    assert person == {**cells, **changes}["name"]
    assert "{" not in f"{message}{remedy}"


def test_an_apostrophe_before_a_name_and_its_case_make_no_other_person(reader: LineReader) -> None:
    assert isinstance(reader.read(line(SHOWN, name="'ANN  ABLE", outcome="Stands")), Decided)


@pytest.mark.parametrize(("agreed", "after"), [
    ((0, 0, 0), (5, 2, 2)), ((1, 0, 0), (1, 3, 3)), ((0, 3, 0), (4, 3, 2)), ((0, 0, 1), (8, 2, 1)),
    ((0, 1, 3), (3, 1, 3)), ((4, 3, 2), (4, 3, 2)), ((4, 2, 0), None), ((4, 0, 1), None)])
def test_levels_left_blank_are_filled_from_the_map(agreed: tuple[int, int, int],
                                                   after: tuple[int, int, int] | None) -> None:
    axes = ("box", "performance", "potential")
    found = complete_levels(dict(zip(axes, agreed, strict=True)), BOX_5, build_framework(Settings()))
    assert found == (None if after is None else dict(zip(axes, after, strict=True)))


def test_a_scale_without_a_map_has_no_box() -> None:
    five = Settings(framework=FrameworkSettings(performance_levels=["A", "B", "C", "D", "E"]))
    before = {"box": 0, "performance": 2, "potential": 0}
    assert complete_levels({"box": 0, "performance": 5, "potential": 0}, before, build_framework(five)) == {
        "box": 0, "performance": 5, "potential": 0}


def test_lines_are_found_below_their_headings_blank_ones_left_out() -> None:
    blank = [""] * len(COLUMNS)
    filled = ["1", " P1 ", *[""] * (len(COLUMNS) - 2)]
    found = find_lines(sheet([["Decisions", *blank[1:]], blank, COLUMNS, filled, blank, filled]))
    assert [(one.row, one.cell("post_id")) for one in found] == [(4, "P1"), (6, "P1")]
    assert found[0].key == ("1", "P1", "")
    assert header_row(sheet([["employee_id", "box"]])) == -1
    assert find_lines(sheet([["employee_id", "box"]])) == []
