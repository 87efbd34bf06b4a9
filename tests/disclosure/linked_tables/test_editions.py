"""Two editions of a record: by how much it changed, and what that leaves of a count hidden in one of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.linked_tables.editions import count_changes, link_editions, list_values
from my121_analytics.disclosure.linked_tables.gathered import Gathered
from my121_analytics.disclosure.linked_tables.grids import EDITION, SEPARATOR, Shown
from my121_analytics.disclosure.linked_tables.system import propagate
from my121_analytics.workforce.results import TOTAL, Table

NO_CELLS = pd.DataFrame({"table": [], "row": [], "keys": [], "column": [], "at": np.array([], dtype=np.int64),
                         "rounded_to": []})


def by_grade(counts: list[int], *, shown: list[float] | None = None, rounded_to: int = 0, edition: str = "",
             context: str = "profile") -> Shown:
    """Counts of grades G1, G2 ... and a margin row of all."""
    frame = pd.DataFrame({"grade": [*(f"G{at}" for at in range(1, len(counts) + 1)), TOTAL],
                          "n": [*counts, sum(counts)]})
    table = Table(frame, keys=("grade",), count="n", sums=("grade",))
    printed = frame if shown is None else frame.assign(n=[*shown, sum(counts)])
    return Shown("a", printed, table, context, rounded_to=rounded_to, edition=edition)


def plain(values: dict[str, float]) -> dict[str, float]:
    return {name.replace(SEPARATOR, " "): value for name, value in values.items()}


def test_counts_are_listed_by_name_whatever_the_edition():
    now, then = list_values([by_grade([12, 30])]), list_values([by_grade([12, 30], edition="e1")])
    assert plain(now) == {"profile/n grade=G1": 12, "profile/n grade=G2": 30, "profile/n": 42}
    assert now == then


def test_a_count_with_two_values_is_no_count_of_one_record():
    found = plain(list_values([by_grade([12, 30]), by_grade([13, 30])]))
    assert found == {"profile/n grade=G2": 30}


def test_rounded_counts_are_not_known_and_tell_of_no_change():
    """How many changes fit is found by trying, from none on."""
    assert list_values([by_grade([12, 30], rounded_to=5)]) == {}
    assert set(count_changes([by_grade([12, 30], rounded_to=5)], list_values([by_grade([13, 30])])).values()) == {0.0}


@pytest.mark.parametrize(("then", "now", "most"), [
    ([12, 30], [12, 30], 0), ([12, 30], [14, 30], 2), ([12, 30], [14, 27], 5), ([12, 30, 8], [11, 31, 8], 2)])
def test_what_changed_is_added_up_over_the_parts_up_and_down_together(then, now, most):
    found = count_changes([by_grade(then)], list_values([by_grade(now)]))
    assert list(found.values()) == [most]


def test_counts_that_only_one_edition_shows_say_nothing_of_a_change():
    assert set(count_changes([by_grade([12, 30])], {}).values()) == {0.0}


def ranges(changed: float, shown: tuple[float, float] = (np.nan, np.nan)) -> dict[int, tuple[float, float]]:
    """Then 12 + 30 were shown; today there are 13 and 31, and the parts have changed by so much in all at most."""
    gathered = Gathered()
    then = np.array([f"posts@c{EDITION}e1{SEPARATOR}grade={g}" for g in ("G1", "G2")], dtype=object)
    at_then = gathered.add(then, np.array([12.0, 30.0]), np.array([12.0, 30.0]))
    today = np.array([f"posts@c{SEPARATOR}grade={g}" for g in ("G1", "G2")], dtype=object)
    gathered.add(today, np.array([13.0, 31.0]), np.array(shown))
    gathered.cells.append(NO_CELLS)
    gathered.places.append(NO_CELLS)
    gathered.sums.append((at_then, np.zeros(2, dtype=np.int64)))
    link_editions(gathered, {"e1": {"c": changed}})
    found = gathered.finish({})
    lower, upper = propagate(found.system)
    place = {value: int(np.flatnonzero(found.truth == value)[0]) for value in (13, 31)}
    return {value: (lower[at], upper[at]) for value, at in place.items()}


def test_a_count_of_today_is_as_near_to_that_of_then_as_the_record_has_changed():
    assert ranges(3) == {13: (9, 15), 31: (27, 33)}
    assert ranges(0) == {13: (12, 12), 31: (30, 30)}


def test_what_changed_in_one_part_is_left_over_for_the_others():
    """Three changed in all: one in the part that is shown today, so that the other changed by two at most."""
    assert ranges(3, (13, np.nan)) == {13: (13, 13), 31: (28, 32)}
    assert ranges(1, (13, np.nan)) == {13: (13, 13), 31: (30, 30)}


def test_parts_of_another_edition_say_nothing_of_this_one():
    gathered = Gathered()
    then = np.array([f"posts@c{EDITION}e1{SEPARATOR}grade={g}" for g in ("G1", "G2")], dtype=object)
    at_then = gathered.add(then, np.array([12.0, 30.0]), np.array([12.0, 30.0]))
    other = np.array([f"posts@c{EDITION}e2{SEPARATOR}grade={g}" for g in ("G1", "G2")], dtype=object)
    at_other = gathered.add(other, np.array([12.0, 30.0]), np.array([12.0, 30.0]))
    gathered.add(np.array([f"posts@c{SEPARATOR}grade={g}" for g in ("G1", "G2")], dtype=object),
                 np.array([13.0, 31.0]), np.full(2, np.nan))
    gathered.sums += [(at_then, np.zeros(2, dtype=np.int64)), (at_other, np.array([0, 1]))]
    link_editions(gathered, {"e1": {"c": 3.0}})
    sizes = [len(at) // len(limits) for _, at, _, limits in gathered.limits]
    assert sizes == [2, 4]  # each count by itself, and both parts of the one whole together


def test_an_edition_without_a_change_known_of_its_cycle_is_the_same():
    gathered = Gathered()
    names = np.array([f"posts@c{EDITION}e1", "posts@c"], dtype=object)
    gathered.add(names, np.array([12.0, 13.0]), np.array([12.0, np.nan]))
    link_editions(gathered, {"e1": {"another": 9.0}})
    (limit,) = {float(most) for _, _, _, limits in gathered.limits for most in limits}
    assert limit == 0


def test_nothing_is_linked_where_today_counts_nothing_of_then():
    gathered = Gathered()
    gathered.add(np.array([f"posts@c{EDITION}e1"], dtype=object), np.array([12.0]), np.array([12.0]))
    link_editions(gathered, {"e1": {"c": 1.0}})
    assert not gathered.limits
    assert not gathered.rows


@pytest.mark.parametrize(("then", "changes", "needed"), [
    (np.nan, 2, 5),  # withheld then: the threshold
    (51, 2, 0),  # 49 or more, as everybody knows: no small number
    (7, 2, 0),
    (6, 2, 4),  # 4 to 8 is known, and has to be left
    (5, 1, 2),
    (20, 16, 5)])
def test_what_range_is_asked_for_follows_from_what_was_shown_before(then: float, changes: int, needed: int):
    gathered = Gathered()
    gathered.add(np.array([f"posts@c{EDITION}e1{SEPARATOR}grade=G1"], dtype=object), np.array([then]), np.array([then]))
    gathered.add(np.array([f"posts@c{SEPARATOR}grade=G1"], dtype=object), np.array([4.0]), np.array([np.nan]))
    gathered.cells.append(NO_CELLS)
    gathered.places.append(NO_CELLS)
    link_editions(gathered, {"e1": {"c": float(changes)}})
    known = gathered.finish({})
    today = np.flatnonzero(known.truth == 4)
    assert known.find_needed(today, np.array([5.0])) == [needed]


def test_what_a_third_edition_shows_is_known_of_the_second_within_the_changes_of_both():
    gathered = Gathered()
    for edition, value, shown in ((f"{EDITION}e1", 9.0, 9.0), (f"{EDITION}e2", 8.0, np.nan), ("", 7.0, np.nan)):
        gathered.add(np.array([f"posts@c{edition}"], dtype=object), np.array([value]), np.array([shown]))
    gathered.cells.append(NO_CELLS)
    gathered.places.append(NO_CELLS)
    link_editions(gathered, {"e1": {"c": 2.0}, "e2": {"c": 1.0}})
    known = gathered.finish({})
    ends = {value: (known.before[0][at], known.before[1][at]) for at, value in enumerate(known.truth)}
    assert (ends[7], ends[8]) == ((7, 11), (6, 12))
