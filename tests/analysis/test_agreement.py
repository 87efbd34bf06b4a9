"""Manager and own placements are compared in steps; kappa agrees with published values."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.agreement import compare_self, detail_agreement
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.kappa import weighted_kappa
from my121_analytics.settings import FrameworkSettings, Settings
from my121_analytics.workforce.record import build_workforce
from my121_analytics.workforce.results import TOTAL

CYCLE = "2023/24 H1"


def council(pairs, settings=None, directorates=None):
    """One person for each pair of (performance, potential) by the manager and by the person; None: none made."""
    rows = []
    for k, (theirs, own) in enumerate(pairs):
        key = {"employee_id": f"{k:03d}", "post_id": f"P{k:03d}", "cycle": CYCLE}
        for source, levels in (("manager", theirs), ("self", own)):
            if levels:
                rows.append({**key, "source": source, "performance": levels[0], "potential": levels[1]})
    posts = [{"employee_id": f"{k:03d}", "post_id": f"P{k:03d}", "directorate": d, "is_main": True}
             for k, d in enumerate(directorates or ["Adults"] * len(pairs))]
    return build_workforce({"placements": pd.DataFrame(rows), "posts": pd.DataFrame(posts)}, settings=settings,
                           as_of=date(2024, 3, 31))


def test_kappa_agrees_with_a_published_table():
    # Agresti (1990), 91 couples: R's vcd::Kappa prints 0.2374, standard error 0.07832, for equal-spacing weights
    found = weighted_kappa([[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]])
    assert found.estimate == pytest.approx(0.2374, abs=5e-5)
    assert found.se == pytest.approx(0.07832, abs=5e-6)
    assert (found.lower, found.upper) == pytest.approx((0.0839, 0.3909), abs=1e-4)


def test_kappa_of_two_categories_is_the_plain_one():
    # 20 + 15 of 50 alike, margins 25/25 and 30/20: (0.7 - 0.5) / (1 - 0.5)
    for power in (1, 2):
        assert weighted_kappa([[20, 5], [10, 15]], power=power).estimate == pytest.approx(0.4)


def test_kappa_of_perfect_agreement_is_one_and_has_no_meaning_in_one_category():
    perfect = weighted_kappa(np.diag([5, 6, 7]))
    assert (perfect.estimate, perfect.se) == (1, pytest.approx(0, abs=1e-12))
    assert np.isnan(weighted_kappa([[9, 0], [0, 0]]).estimate)
    assert np.isnan(weighted_kappa(np.zeros((3, 3))).estimate)


def test_steps_are_managers_less_own_on_each_axis():
    result = compare_self(council([((3, 1), (1, 2)), ((2, 2), (2, 2)), ((2, 1), (3, 1)), ((2, 2), None)]))
    table = result.frame("steps")
    assert list(table.columns) == ["axis", "step", "n", "share", "lower", "upper", "base"]
    n = table.set_index(["axis", "step"])["n"]
    assert n["performance"].to_dict() == {-2: 0, -1: 1, 0: 1, 1: 0, 2: 1}
    assert n["potential"].to_dict() == {-2: 0, -1: 1, 0: 2, 1: 0, 2: 0}
    assert (table["base"] == 3).all()
    assert (result.facts["n_placed"], result.facts["n_pairs"]) == (4, 3)
    assert result.facts["share_paired"] == 0.75
    assert result.facts["share_same_potential"] == pytest.approx(2 / 3)


def test_few_pairs_have_no_range_and_say_so():
    result = compare_self(council([((3, 1), (1, 2)), ((2, 2), (2, 2))]))
    assert result.facts["kappa_performance"] is not None
    assert result.facts["kappa_performance_lower"] is None
    assert "few_pairs" in result.about.caveats


def test_everyone_in_one_place_has_no_kappa():
    result = compare_self(council([((2, 2), (2, 2))] * 30))
    assert result.facts["kappa_performance"] is None
    assert result.facts["share_same_performance"] == 1
    assert "one_outcome" in result.about.caveats


def test_planted_generosity_to_oneself_is_found():
    rng = np.random.default_rng(11)
    theirs = rng.integers(1, 4, 400)
    own = np.clip(theirs + (rng.random(400) < 0.4), 1, 3)
    table = compare_self(council([((t, 2), (s, 2)) for t, s in zip(theirs, own, strict=True)])).frame("by_group")
    told = table[table["directorate"] == TOTAL].set_index(["axis", "direction"])["share"]
    # two people in three can move up, two in five of them do
    assert told["performance", "self_higher"] == pytest.approx(0.267, abs=0.06)
    assert told["performance", "manager_higher"] == 0


def test_swapping_the_two_turns_the_steps_round_and_keeps_kappa():
    rng = np.random.default_rng(4)
    pairs = [((int(a), int(b)), (int(c), int(d))) for a, b, c, d in rng.integers(1, 4, (50, 4))]
    one, other = compare_self(council(pairs)), compare_self(council([pair[::-1] for pair in pairs]))
    n = one.frame("steps").set_index(["axis", "step"])["n"]
    turned = other.frame("steps").set_index(["axis", "step"])["n"]
    assert n["performance"].tolist() == turned["performance"].tolist()[::-1]
    assert one.facts["kappa_performance"] == pytest.approx(other.facts["kappa_performance"])


def test_groups_add_up_to_the_total():
    pairs = [((3, 1), (1, 2)), ((2, 2), (2, 2)), ((2, 1), (3, 1))]
    result = compare_self(council(pairs, directorates=["A", "B", "B"]))
    table = result.frame("by_group")
    assert list(table.columns) == ["directorate", "axis", "direction", "label", "n", "share", "lower", "upper", "base"]
    total = table[table["directorate"] == TOTAL]
    parts = table[table["directorate"] != TOTAL].groupby(["axis", "direction"], sort=False)["n"].sum()
    assert total["n"].tolist() == parts.tolist()
    assert len(table) == 3 * 2 * 3
    assert "by_group" not in compare_self(council(pairs), by=None).tables


def test_one_axis_can_be_asked_for_and_an_axis_that_is_not_there_is_refused():
    assert set(compare_self(council([((2, 2), (2, 2))]), axis="potential").frame("steps")["axis"]) == {"potential"}
    flat = Settings(framework=FrameworkSettings(performance_levels=["D", "C", "B", "A"], has_potential=False))
    workforce = council([((4, None), (1, None))], settings=flat)
    assert compare_self(workforce).frame("steps")["step"].tolist() == [-3, -2, -1, 0, 1, 2, 3]
    with pytest.raises(UsageError, match="no axis 'potential'"):
        compare_self(workforce, axis="potential")


def test_without_self_placements_there_is_nothing_to_compare():
    with pytest.raises(DataUnusableError, match="both the manager and the employee"):
        compare_self(council([((2, 2), None)]))


def test_self_placements_without_any_posts_table_are_compared():
    rows = [{"employee_id": "1", "cycle": CYCLE, "source": source, "performance": level}
            for source, level in [("manager", 3), ("self", 2)]]
    result = compare_self(build_workforce({"placements": pd.DataFrame(rows)}, as_of=date(2024, 1, 1)))
    assert result.frame("by_group")["directorate"].unique().tolist() == ["Not recorded", TOTAL]


def test_agreement_by_group_is_as_counted_by_hand():
    pairs = [((2, 2), (2, 2))] * 15 + [((1, 2), (2, 2))] * 5 + [((3, 3), (3, 3))] * 10 + [((2, 2), (3, 2))] * 4
    workforce = council(pairs, directorates=["Adults"] * 30 + ["Place"] * 4)
    rows = detail_agreement(workforce).frame("agreement").set_index(["directorate", "axis"])
    adults = rows.loc[("Adults", "performance")]
    assert (adults["n_same"], adults["base"]) == (25, 30)
    square = np.array([[0, 5, 0], [0, 15, 0], [0, 0, 10]])
    assert adults["kappa"] == pytest.approx(weighted_kappa(square).estimate)
    assert (rows.loc[("Place", "performance"), "n_same"], rows.loc[("All", "performance"), "base"]) == (0, 34)
    assert np.isnan(rows.loc[("Place", "performance"), "kappa"])  # four pairs have no useful range


def test_reasons_are_counted_by_direction_and_by_who_gave_them():
    workforce = council([((2, 2), (2, 2)), ((1, 2), (2, 2)), ((1, 2), (3, 2)), ((3, 3), (2, 2))])
    placements = workforce.placements.copy()
    reasons = {("001", "manager"): "absent", ("001", "self"): "busy", ("002", "self"): "done well"}
    placements["reason"] = [reasons.get((str(e), str(s))) for e, s in zip(
        placements["employee_id"], placements["source"], strict=True)]
    rows = detail_agreement(workforce.with_tables(placements=placements)).frame("reasons").set_index("direction")
    columns = ["base", "n_manager", "n_self", "n_both", "n_none"]
    assert rows.loc["self_higher", columns].tolist() == [2, 0, 1, 1, 0]
    assert rows.loc["manager_higher", columns].tolist() == [1, 0, 0, 0, 1]
    assert rows.loc["same", columns].tolist() == [1, 0, 0, 0, 1]
    assert rows.loc["self_higher", "share"] == 1
