"""The effect of a meeting: known moves, a spread that closes when it was made to, and nothing seen in noise."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from my121_analytics.calibration.decisions import apply_decisions, read_decisions
from my121_analytics.calibration.effect import measure_effect, measure_gaps
from my121_analytics.disclosure.release import release
from my121_analytics.workforce.record import build_workforce

CYCLE = "2024/25 H1"
N_MANAGERS, TEAM = 12, 10


@pytest.fixture(scope="module")
def council():
    """Twelve managers with ten people each; the first six rate a step higher than the others."""
    rng = np.random.default_rng(3)
    people = [(f"{m:02d}{k:02d}", f"M{m:02d}", m, int(rng.integers(1, 3)) + (m < 6)) for m in range(N_MANAGERS)
              for k in range(TEAM)]
    employees = pd.DataFrame([(p, ["F", "M"][int(p[3:]) % 2]) for p, *_ in people], columns=["employee_id", "sex"])
    posts = pd.DataFrame([(p, f"P{p}", rater, "Care", f"T{m}", True) for p, rater, m, _ in people], columns=[
        "employee_id", "post_id", "manager_id", "directorate", "team", "is_main"])
    placements = pd.DataFrame([(p, f"P{p}", rater, level) for p, rater, _, level in people], columns=[
        "employee_id", "post_id", "rater_id", "performance"]).assign(
        cycle=CYCLE, source="manager", potential=2, placed_on=pd.Timestamp(2024, 6, 1),
        box=lambda rows: 7 - rows["performance"])
    return build_workforce({"employees": employees, "posts": posts, "placements": placements})


def decide(council, path, changed):
    """Write a decision about everybody: the new performance where there is one, else stands."""
    lines = ["employee_id,post_id,cycle,performance,potential,box,outcome,agreed_performance,agreed_potential,"
             "decision_reason,agreed_by"]
    for row in council.placements.itertuples():
        new = changed.get(str(row.employee_id))
        agreed = f"Changed,{new},2,Why,Panel" if new else "Stands,,,,"
        lines.append(f"{row.employee_id},{row.post_id},{CYCLE},{row.performance},2,{row.box},{agreed}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return apply_decisions(council, read_decisions(path, workforce=council), agreed_on=date(2024, 9, 20))


def test_moves_are_counted_by_team_and_direction(council, tmp_path):
    level = dict(zip(council.placements["employee_id"].astype("str"), council.placements["performance"], strict=True))
    down = {person: 1 for person in level if person.startswith("00") and level[person] > 1}
    up = {person: 3 for person in level if person.startswith("11") and level[person] < 3}
    effect = measure_effect(council, decide(council, tmp_path / "d.csv", {**down, **up}))
    teams = effect.frame("teams").set_index("team")
    assert teams.loc["T0", ["n_decided", "performance_down", "performance_up"]].tolist() == [TEAM, len(down), 0]
    assert teams.loc["T11", ["n_decided", "performance_down", "performance_up"]].tolist() == [TEAM, 0, len(up)]
    assert (teams["n_changed"].sum(), effect.facts["n_changed"]) == (len(down) + len(up),) * 2
    assert not teams[["n_first", "potential_up", "potential_down"]].to_numpy().any()


def test_a_spread_that_the_meeting_closed_is_seen_and_one_it_opened_too(council, tmp_path):
    high = {str(p): level for p, rater, level in council.placements[["employee_id", "rater_id", "performance"]]
            .itertuples(index=False) if rater < "M06"}
    closing = {person: level - 1 for person, level in high.items() if level == 3}
    effect = measure_effect(council, decide(council, tmp_path / "a.csv", closing))
    facts = effect.facts
    assert facts["n_managers"] == N_MANAGERS
    assert facts["spread_after"] < facts["spread_before"]
    # everybody rated 3 has a lenient manager: within that level there is nobody else on whom the changes could fall
    assert facts["reading"] in ("closer", "cannot_tell")
    level_two = {str(p): rater for p, rater, level in council.placements[["employee_id", "rater_id", "performance"]]
                 .itertuples(index=False) if level == 2}
    opening = {person: 3 for person, rater in level_two.items() if rater < "M06"}
    opened = measure_effect(council, decide(council, tmp_path / "b.csv", opening)).facts
    assert opened["reading"] == "further"
    assert opened["spread_after"] - opened["spread_before"] > opened["shuffled_upper"]
    level = {person: 3 for person, rater in level_two.items() if rater >= "M06"}
    closed = measure_effect(council, decide(council, tmp_path / "c.csv", level)).facts
    assert closed["reading"] == "closer"
    assert 0 < closed["detectable"] < 1


@pytest.mark.parametrize("seed", range(4))
def test_changes_that_fall_on_anybody_are_not_read_as_an_effect(council, tmp_path, seed):
    rng = np.random.default_rng(seed)
    level_two = council.placements.loc[council.placements["performance"] == 2, "employee_id"].astype("str")
    chosen = rng.choice(level_two.to_numpy(), size=len(level_two) // 4, replace=False)
    facts = measure_effect(council, decide(council, tmp_path / "d.csv", dict.fromkeys(chosen, 3))).facts
    assert facts["reading"] == "cannot_tell"


def test_the_same_decisions_give_the_same_shuffles(council, tmp_path):
    first = council.placements.loc[council.placements["performance"] == 2, "employee_id"].astype("str").head(9)
    calibration = decide(council, tmp_path / "d.csv", dict.fromkeys(first, 3))
    assert measure_effect(council, calibration).facts == measure_effect(council, calibration).facts


def test_groups_are_counted_and_small_ones_withheld_under_the_publish_rules(council, tmp_path):
    women = council.employees.loc[council.employees["sex"] == "F", "employee_id"].astype("str")
    two = council.placements.loc[council.placements["performance"] == 2, "employee_id"].astype("str")
    up = dict.fromkeys(sorted(set(women) & set(two))[:12], 3)
    gaps = measure_gaps(council, decide(council, tmp_path / "d.csv", up))
    table = gaps.frame("gap_sex").set_index("sex")
    assert table["n_up"].to_dict() == {"F": 12, "M": 0, "All": 12}
    assert table["n"].to_dict() == {"F": 60, "M": 60, "All": 120}
    assert gaps.facts["detectable_sex"] > 0
    few = measure_gaps(council, decide(council, tmp_path / "e.csv", dict.fromkeys(list(up)[:3], 3)))
    assert few.tables == {}, "the meeting knows that there were three"
    men = sorted(set(two) - set(women))[:3]
    mixed = measure_gaps(council, decide(council, tmp_path / "f.csv", {**up, **dict.fromkeys(men, 3)}))
    shown = release(mixed, audience="publish").tables["gap_sex"].set_index("sex")
    assert shown.loc[["F", "M"], "n_up"].isna().all(), "one hidden alone could be had from the sum"


def test_without_decisions_nothing_moved(council, tmp_path):
    effect = measure_effect(council, decide(council, tmp_path / "d.csv", {}))
    assert effect.facts["spread_before"] == pytest.approx(effect.facts["spread_after"])
    assert (effect.facts["reading"], effect.facts["detectable"]) == ("cannot_tell", None)
