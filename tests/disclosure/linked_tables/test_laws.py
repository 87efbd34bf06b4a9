"""Laws between counts of different tables, put as equations: what a reader works out with them is worked out here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from my121_analytics.disclosure.linked_tables.gathered import Gathered
from my121_analytics.disclosure.linked_tables.grids import EDITION, SEPARATOR
from my121_analytics.disclosure.linked_tables.laws import TOLD, add_declared_laws
from my121_analytics.disclosure.linked_tables.system import propagate

NOW = "2024/25"
HIDDEN = np.nan
NO_CELLS = pd.DataFrame({"table": [], "row": [], "keys": [], "column": [], "at": np.array([], dtype=np.int64),
                         "rounded_to": []})
"""These counts stand in no table: only what follows from them is asked."""


def known(truth: dict[str, float], hidden: set[str] = frozenset(), *, slack: dict | None = None) -> dict:
    """Give the range of every count after what the laws tell; counts are named as tables name them."""
    gathered = Gathered(slack=dict(slack or {}))
    names = np.array(list(truth), dtype=object)
    values = np.array(list(truth.values()), dtype=float)
    shown = np.array([HIDDEN if name in hidden else value for name, value in truth.items()])
    at = gathered.add(names, values, shown)
    gathered.cells.append(NO_CELLS)
    gathered.places.append(NO_CELLS)
    add_declared_laws(gathered)
    found = gathered.finish({})
    lower, upper = propagate(found.system)
    place = {name: int(np.flatnonzero(np.isclose(found.truth, value))[0]) for name, value in truth.items()}
    assert len(set(place.values())) == len(at), "give each count another value"
    return {name: (lower[of], upper[of]) for name, of in place.items()} | {"slack": gathered.slack}


def name(what: str, cycle: str = NOW, **where: str) -> str:
    return f"{what}@{cycle}" + "".join(f"{SEPARATOR}{key}={value}" for key, value in sorted(where.items()))


def test_a_part_that_is_hidden_is_the_whole_less_the_other_part():
    found = known({name("owing"): 80, name("enough"): 50, name("too_few"): 30}, {name("enough")})
    assert found[name("enough")] == (50, 50)


def test_a_count_that_no_table_prints_stands_between_those_that_are_printed():
    """100 posts, of which 10 ended: 90 in force, though nobody prints the ended ones."""
    found = known({name("posts"): 100, name("posts_in_force"): 90}, {name("posts_in_force")})
    assert found[name("posts_in_force")] == (90, 90)
    assert found["slack"][f"{TOLD}ended@{NOW}"] == (10.0, -10.0)


def test_part_of_a_whole_is_at_most_the_whole():
    found = known({name("placed_in_force"): 70, name("agreed_in_force"): 60}, {name("agreed_in_force")})
    assert found[name("agreed_in_force")] == (0, 70)


def test_a_law_holds_of_each_group_by_itself():
    truth = {name("owing", directorate="Care"): 80, name("enough", directorate="Care"): 50,
             name("too_few", directorate="Care"): 30, name("owing", directorate="Roads"): 41,
             name("enough", directorate="Roads"): 27, name("too_few", directorate="Roads"): 14}
    hidden = {name("enough", directorate="Care"), name("too_few", directorate="Roads")}
    found = known(truth, hidden)
    assert found[name("enough", directorate="Care")] == (50, 50)
    assert found[name("too_few", directorate="Roads")] == (14, 14)


def test_of_the_cycle_before_nothing_follows_for_units_of_today():
    """Present and left make up the posts before for the whole council alone."""
    flow = f"{NOW} > 2025/26"
    whole = {name("posts"): 98, name("present", flow): 92, name("left", flow): 6}
    assert known(whole, {name("left", flow)})[name("left", flow)] == (6, 6)
    of_unit = {name("posts", directorate="Care"): 98, name("present", flow, directorate="Care"): 92,
               name("left", flow, directorate="Care"): 6}
    left = name("left", flow, directorate="Care")
    assert known(of_unit, {left})[left] == (0, np.inf)


def test_the_cycle_after_is_split_by_units_of_today():
    flow = f"2023/24 > {NOW}"
    truth = {name("posts", directorate="Care"): 100, name("present", flow, directorate="Care"): 92,
             name("joined", flow, directorate="Care"): 8}
    joined = name("joined", flow, directorate="Care")
    assert known(truth, {joined})[joined] == (8, 8)


def test_a_law_that_the_record_breaks_is_kept_with_the_slack_that_the_record_needs():
    """80 owe conversations, 50 had enough, 33 too few: three are counted twice."""
    truth = {name("owing"): 80, name("enough"): 50, name("too_few"): 33}
    found = known(truth, {name("enough")})
    assert found[name("enough")] == (47, 50)
    assert found["slack"] == {f"enough  + too_few  in owing @{NOW}": (3.0, 0.0)}  # so it is kept, and found again


def test_how_many_had_ended_is_taken_from_what_was_kept_where_it_is_not_known_here():
    """Nine to twelve had ended, says what was kept: of 100 posts 88 to 91 are in force."""
    gathered = Gathered(slack={f"{TOLD}ended@{NOW}": (12.0, -9.0)})
    gathered.cells.append(NO_CELLS)
    gathered.places.append(NO_CELLS)
    gathered.add(np.array([name("posts"), name("posts_in_force")], dtype=object), np.array([100.0, HIDDEN]),
                 np.array([100.0, HIDDEN]))
    add_declared_laws(gathered)
    lower, upper = propagate(gathered.finish({}).system)
    assert (88, 91) in set(zip(lower, upper, strict=True))


def test_counts_of_another_source_or_edition_are_other_counts():
    truth = {name("owing"): 80, f"enough@{NOW}{EDITION}e1": 50, name("too_few"): 30}
    enough = f"enough@{NOW}{EDITION}e1"
    assert known(truth, {enough})[enough] == (0, np.inf)


@pytest.mark.parametrize("key", ["box", "level"])
def test_no_box_is_no_placement(key):
    truth = {name("posts", **{key: "0"}): 20, name("unplaced_in_force"): 19}
    found = known(truth, {name("unplaced_in_force")})
    assert found[name("unplaced_in_force")] == (19, 20)  # one post of those ended: the law is broken by one
