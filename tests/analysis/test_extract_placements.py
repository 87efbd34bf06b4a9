"""Known answers of comparing the placements of two extracts, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pandas as pd

from my121_analytics.analysis.extract_placements import compare_placements
from my121_analytics.workforce.record import Workforce, build_workforce

CLOSED, OPEN = "2023/24 H1", "2023/24 H2"


def placed(employee: str, cycle: str, performance: int, *, box: int = 0, rater: str = "9") -> dict[str, object]:
    return {"employee_id": employee, "post_id": "P" + employee, "cycle": cycle, "source": "manager",
            "rater_id": rater, "performance": performance or None, "box": box or None}


def record(*placements: Mapping[str, object], as_of: date = date(2024, 2, 1)) -> Workforce:
    people = pd.DataFrame({"employee_id": ["1", "2", "3", "8", "9"],
                           "name": ["Ann One", "Bob Two", "Cy Three", "Di Eight", "Ed Nine"]})
    return build_workforce({"placements": pd.DataFrame(list(placements)), "employees": people}, as_of=as_of)


def compare(old: Workforce, new: Workforce, *, lock_days: int = 0,
            renumbered: Mapping[str, str] | None = None) -> tuple[list[tuple[str, str, str]], int]:
    frame, n_same = compare_placements(old, new, lock_days=lock_days, renumbered=renumbered or {})
    return list(frame[["change", "employee_id", "cycle"]].itertuples(index=False, name=None)), n_same


def test_placements_added_taken_out_and_changed_are_told_apart() -> None:
    old = record(placed("1", OPEN, 2), placed("2", OPEN, 2), placed("3", CLOSED, 3))
    new = record(placed("1", OPEN, 3), placed("3", OPEN, 1), placed("3", CLOSED, 3))
    changes, n_same = compare(old, new)
    assert sorted(changes) == [("placement", "1", OPEN), ("placement_added", "3", OPEN),
                               ("placement_removed", "2", OPEN)]
    assert n_same == 1


def test_a_change_after_the_cycle_closed_is_marked_and_days_of_grace_move_the_closing() -> None:
    old, new = record(placed("1", CLOSED, 2)), record(placed("1", CLOSED, 3))
    assert compare(old, new)[0] == [("locked_placement", "1", CLOSED)]  # closed on 30 September, read on 1 February
    assert compare(old, new, lock_days=123)[0] == [("locked_placement", "1", CLOSED)]
    assert compare(old, new, lock_days=124)[0] == [("placement", "1", CLOSED)], "closed on that very day, not before"


def test_another_rater_of_the_same_placement_is_told_by_name() -> None:
    frame, _ = compare_placements(record(placed("1", OPEN, 2, rater="9")), record(placed("1", OPEN, 2, rater="8")),
                                  lock_days=0, renumbered={})
    assert frame[["change", "before", "after"]].values.tolist() == [["rater", "Ed Nine", "Di Eight"]]


def test_a_placement_is_said_in_words_with_its_box() -> None:
    frame, _ = compare_placements(record(placed("1", OPEN, 2, box=5)), record(placed("1", OPEN, 3, box=4)),
                                  lock_days=0, renumbered={})
    before, after = frame.loc[0, ["before", "after"]]
    assert "5 Solid and Adaptable" in before
    assert "4 Pivotal and Flexible" in after
    assert "Exceeds" in after


def test_a_cycle_that_is_gone_altogether_is_told_once_and_a_new_cycle_not_at_all() -> None:
    old = record(placed("1", CLOSED, 2), placed("2", CLOSED, 2), placed("1", OPEN, 2))
    new = record(placed("1", OPEN, 2), placed("1", "2024/25 H1", 3))
    frame, n_same = compare_placements(old, new, lock_days=0, renumbered={})
    assert frame[["change", "cycle"]].values.tolist() == [["cycle_gone", CLOSED]]
    assert "2" in frame["before"].iloc[0]
    assert n_same == 1


def test_somebody_who_was_renumbered_is_the_same_person_as_employee_and_as_rater() -> None:
    old = record(placed("1", OPEN, 2, rater="2"))
    new = record({**placed("1", OPEN, 2, rater="8"), "employee_id": "3", "post_id": "P1"})
    assert compare(old, new, renumbered={"1": "3", "2": "8"}) == ([], 1)
    assert len(compare(old, new)[0]) == 2
