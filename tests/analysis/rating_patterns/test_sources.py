"""What else the record holds of people: objectives met and own placements, on records small enough for hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.rating_patterns.sources import (
    LEAST_PEOPLE,
    MOVERS,
    OBJECTIVES,
    OWN,
    SECOND_RATERS,
    find_ties,
    gather_measures,
    measures_within,
)
from my121_analytics.inference.joint_levels import PersonMeasure
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts
from my121_analytics.workforce.record import Workforce, build_workforce

PEOPLE = [f"e{at:03}" for at in range(60)]


def counts(people: list[str] | None = PEOPLE) -> RatingCounts:
    return RatingCounts("performance", 3, ("2023/24", "2024/25"), pd.DataFrame(), pd.DataFrame(), pd.DataFrame(),
                        None if people is None else pd.Index(people))


def record(objectives: list[tuple] = (), placements: list[tuple] = ()) -> Workforce:
    placed = pd.DataFrame(placements, columns=["employee_id", "cycle", "source", "performance"])
    placed = placed.assign(post_id=placed["employee_id"], rater_id="m001", placed_on=pd.Timestamp("2025-03-31"))
    return build_workforce(
        {"objectives": pd.DataFrame(objectives, columns=["employee_id", "cycle", "kind", "n_set", "n_met"]),
         "placements": placed}, settings=Settings(), as_of=date(2025, 3, 31))


def test_objectives_are_the_share_met_less_that_of_their_cycle_and_kind():
    """Half of 40 people meet 3 of 4, half 1 of 4: the share of all is .5, so that they lie .25 above and below."""
    rows = [(person, "2024/25", "performance", 4, 3 if at % 2 else 1) for at, person in enumerate(PEOPLE[:40])]
    (measure,) = gather_measures(record(rows), counts())
    assert measure.name == OBJECTIVES
    assert measure.person.tolist() == list(range(40))
    assert measure.value == pytest.approx([0.25 if at % 2 else -0.25 for at in range(40)])
    assert measure.sampling_variance == pytest.approx(np.full(40, 4 * 0.25 / 16))


def test_easy_kinds_and_cycles_are_held_against_their_own_share():
    """All meet 4 of 4 behaviours: 1 counts as .98, and nobody lies more than .02 above it."""
    rows = [(person, "2024/25", "behaviour", 4, 4) for person in PEOPLE[:40]]
    (measure,) = gather_measures(record(rows), counts())
    assert measure.value == pytest.approx(np.full(40, 0.02))
    assert measure.sampling_variance == pytest.approx(np.full(40, 0.98 * 0.02 / 4))
    both = rows + [(person, "2024/25", "performance", 4, 2) for person in PEOPLE[:40]]
    (measure,) = gather_measures(record(both), counts())
    assert measure.value == pytest.approx(np.full(40, 0.01))  # .02 of four, 0 of four


def test_other_people_other_cycles_and_rows_without_a_count_are_left_out():
    rows = [(person, "2024/25", "performance", 4, 2) for person in PEOPLE[:40]]
    more = [("stranger", "2024/25", "performance", 4, 4), (PEOPLE[50], "2019/20", "performance", 4, 4),
            (PEOPLE[51], "2024/25", "performance", 0, 0), (PEOPLE[52], "2024/25", "performance", 4, None)]
    (measure,) = gather_measures(record(rows + more), counts())
    assert measure.person.tolist() == list(range(40))
    assert measure.value == pytest.approx(np.zeros(40))


def test_own_placements_are_levels_less_the_mean_of_their_cycle():
    """In one cycle half place themselves at 1 and half at 3; in the other all at 2."""
    rows = [(person, "2024/25", "self", 3 if at % 2 else 1) for at, person in enumerate(PEOPLE[:40])]
    rows += [(person, "2023/24", "self", 2) for person in PEOPLE[:40]]
    (measure,) = gather_measures(record(placements=rows), counts())
    assert measure.name == OWN
    assert measure.value == pytest.approx([0.5 if at % 2 else -0.5 for at in range(40)])
    # Each has two placements half a level from their own mean: 40 x 2 x .25 over 40 to spare, halved for the mean.
    assert measure.sampling_variance == pytest.approx(np.full(40, 0.5 / 2))


def test_with_few_placed_twice_chance_is_taken_for_half_of_what_differs():
    rows = [(person, "2024/25", "self", 3 if at % 2 else 1) for at, person in enumerate(PEOPLE[:40])]
    (measure,) = gather_measures(record(placements=rows), counts())
    assert measure.sampling_variance == pytest.approx(np.full(40, 0.5))  # a level above or below the mean: variance 1


def test_managers_placements_and_missing_levels_are_no_own_ones():
    rows = [(person, "2024/25", "manager", 3) for person in PEOPLE]
    rows += [(person, "2024/25", "self", None) for person in PEOPLE]
    assert gather_measures(record(placements=rows), counts()) == ()


@pytest.mark.parametrize(("n", "n_measures"), [(LEAST_PEOPLE - 1, 0), (LEAST_PEOPLE, 1)])
def test_of_few_people_nothing_is_learnt(n, n_measures):
    rows = [(person, "2024/25", "performance", 4, 2) for person in PEOPLE[:n]]
    assert len(gather_measures(record(rows), counts())) == n_measures


def test_where_people_are_not_kept_apart_nothing_is_gathered():
    rows = [(person, "2024/25", "performance", 4, 2) for person in PEOPLE]
    assert gather_measures(record(rows), counts(None)) == ()


def test_people_beyond_those_rated_are_left_out():
    measure = PersonMeasure(OWN, np.array([0, 2, 3]), np.array([0.1, 0.2, 0.3]), np.array([1.0, 2.0, 3.0]))
    (kept,) = measures_within([measure], 3)
    assert kept.person.tolist() == [0, 2]
    assert kept.value.tolist() == [0.1, 0.2]
    assert kept.sampling_variance.tolist() == [1.0, 2.0]


def ties(rows: list[tuple[int, int, int]], n_people: int) -> dict[str, list[bool]]:
    employee, rater, cycle = np.array(rows).T
    frame = pd.DataFrame({"employee": employee, "rater": rater})
    return {name: flags.tolist() for name, flags in find_ties(frame, cycle, n_people).items()}


def test_people_with_several_raters_moved_or_had_two_at_once():
    """Person 0 stays; 1 moves; 2 has two raters in cycle 1; 3 has two at once and moves; 4 was rated twice by one."""
    rows = [(0, 0, 0), (0, 0, 1), (1, 0, 0), (1, 1, 1), (2, 0, 0), (2, 0, 1), (2, 1, 1), (3, 0, 0), (3, 1, 0),
            (3, 2, 1), (4, 0, 0), (4, 0, 0)]
    assert ties(rows, 6) == {MOVERS: [False, True, False, False, False, False],
                             SECOND_RATERS: [False, False, True, True, False, False]}
