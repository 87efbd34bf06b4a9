"""What goes with small counts, on tables of which the answer is seen at once; proofs of it are elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.disclosure.protection import Before, Candidate, _Attempt, _Small, hidden_totals, protect
from my121_analytics.disclosure.suppression import Mask
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import TOTAL, Table, describe

RULES = DisclosureSettings(threshold=5)
ABOUT = describe("profile", population="posts_in_cycle", counts="posts", source="manager", cycle="2024/25",
                 as_of=date(2025, 3, 31))


def by_grade(counts: list[int], name: str = "0.grades", *, margin: bool = True, about=ABOUT) -> Candidate:
    grades = [f"G{at}" for at in range(1, len(counts) + 1)]
    frame = pd.DataFrame({"grade": [*grades, TOTAL] if margin else grades,
                          "n": [*counts, sum(counts)] if margin else counts})
    return Candidate(name, Table(frame, keys=("grade",), count="n", sums=("grade",)), about)


def hidden(counts: list[int], **how: bool) -> list[int]:
    found = protect([by_grade(counts, **how)], {}, RULES)
    (mask,) = found.masks.values()
    return np.flatnonzero(mask.cells["n"]).tolist()


def test_nothing_is_hidden_where_nothing_is_small():
    assert hidden([12, 30, 8]) == []


def test_with_one_small_count_goes_another_that_could_make_up_for_it_and_the_total_stays():
    rows = hidden([3, 30, 12, 50])
    assert 0 in rows
    assert len(rows) == 2
    assert 4 not in rows


def test_noughts_cannot_make_up_for_anything_and_are_not_hidden():
    assert 1 not in hidden([3, 0, 12, 50])


def test_two_small_counts_whose_sum_leaves_them_room_protect_each_other():
    """4 and 4 of 8: each is 1 to 7, seven wide."""
    assert hidden([4, 4, 30, 50]) == [0, 1]


def test_two_small_counts_that_leave_each_other_no_room_need_a_third():
    """1 and 1 of 2: both are known to be 1."""
    assert len(hidden([1, 1, 30, 50])) == 3


def test_without_a_margin_the_small_count_goes_alone():
    assert hidden([3, 30, 12], margin=False) == [0]


def test_a_total_beside_the_table_is_as_good_as_a_margin():
    alone = protect([by_grade([3, 30, 12], margin=False)], {}, RULES)
    beside = protect([by_grade([3, 30, 12], margin=False)], {"0": (by_grade([1]).context, [45.0])}, RULES)
    assert [found.masks["0.grades"].cells["n"].tolist() for found in (alone, beside)] == [
        [True, False, False], [True, False, True]]


def test_the_same_count_in_two_tables_is_hidden_in_both_or_in_neither():
    found = protect([by_grade([3, 30, 12, 50], "0.a"), by_grade([3, 30, 12, 50], "1.b")], {}, RULES)
    first, second = (found.masks[name].cells["n"].tolist() for name in ("0.a", "1.b"))
    assert first == second


def test_solutions_that_prove_the_ranges_are_given():
    found = protect([by_grade([3, 30, 12, 50])], {}, RULES)
    assert len(found.points) >= 2


def test_what_was_shown_before_is_known_by_the_name_of_the_table_and_its_people():
    shown = by_grade([12, 30], "first.grades")
    before = Before(tables=(shown.shown(shown.table.frame),))
    assert before.has_shown(by_grade([12, 30], "0.grades"))
    assert not before.left_out(by_grade([12, 30], "0.grades"))
    assert before.left_out(by_grade([12, 30], "0.services"))
    other = describe("profile", population="posts_in_cycle", counts="posts", source="manager", cycle="2023/24",
                     as_of=date(2024, 3, 31))
    assert not before.has_shown(by_grade([12, 30], "0.grades", about=other))
    assert not before.left_out(by_grade([12, 30], "0.services", about=other))


def test_a_count_that_protected_another_in_the_release_before_is_not_shown_in_a_new_table():
    """Of 3, 30, 12, 50 and their total 3 and 12 were hidden; shown by another table the 12 would give the 3 away."""
    frame = by_grade([3, 30, 12, 50]).table.frame
    printed = frame.assign(n=frame["n"].astype("float").where(~frame["grade"].isin(["G1", "G3"])))
    earlier = by_grade([3, 30, 12, 50], "first.grades").shown(printed)
    found = protect([by_grade([3, 30, 12, 50], "0.other", margin=False)], {}, RULES,
                    earlier=Before(tables=(earlier,)))
    assert found.masks["0.other"].cells["n"].tolist() == [True, False, True, False]


def weights(by: str, *, unit: str = "") -> list[float]:
    """Give what hiding each count of two groups and their total costs, before the size of the count."""
    frame = pd.DataFrame({by: ["A", "B", TOTAL], "n": [12, 30, 42]})
    about = ABOUT if not unit else replace(ABOUT, subject=replace(ABOUT.subject, within=(("service", unit),)))
    candidate = Candidate("0.a", Table(frame, keys=(by,), count="n", sums=(by,)), about)
    attempt = _Attempt([candidate], {"0.a": _Small.of(candidate, RULES)}, {}, RULES, {}, Before())
    return attempt._weights(pd.DataFrame({"table": "0.a", "row": [0, 1, 2]})).tolist()


def test_the_councils_total_costs_the_most_to_hide_then_units_totals_then_directorates():
    headline, total, main = RULES.headline_weight, RULES.total_weight, RULES.main_group_weight
    assert headline > total > main > 1
    assert weights("grade") == [1, 1, headline]
    assert weights("directorate") == [main, main, headline]
    assert weights("grade", unit="Homes") == [1, 1, total]


def test_hidden_totals_are_those_of_all_and_every_hidden_base():
    frame = pd.DataFrame({"unit": ["Care", "Roads", TOTAL], "n": [3, 9, 12], "base": [20, 30, 50]})
    n, base = np.array([True, False, True]), np.array([False, True, False])
    mask = Mask({"n": n, "base": base}, np.zeros(3, dtype=bool))
    assert hidden_totals(Table(frame, ("unit",), "n", "base"), mask) == {12.0, 30.0}
    assert hidden_totals(Table(frame, ("unit",), "n", "base"), Mask({"n": base, "base": ~n & ~base}, n)) == set()
