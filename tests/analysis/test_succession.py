"""Key posts and development: known answers."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from my121_analytics.analysis.succession import measure_succession
from my121_analytics.errors import DataUnusableError
from my121_analytics.workforce.record import Workforce, build_workforce

CYCLE = "2024/25 H1"


def council(**tables: pd.DataFrame) -> Workforce:
    posts = pd.DataFrame({"employee_id": ["1", "2", "3", "4", "5"], "post_id": ["P1", "P2", "P3", "P4", "P5"],
                          "directorate": ["Care", "Care", "Roads", "Roads", "Roads"],
                          "is_key": [True, True, True, False, False]})
    placements = pd.DataFrame({"employee_id": ["1", "2"], "post_id": ["P1", "P2"], "cycle": [CYCLE] * 2,
                               "rater_id": ["3", "3"], "source": ["manager"] * 2, "performance": [2, 3]})
    return build_workforce({"posts": posts, "placements": placements, **tables}, as_of=date(2024, 9, 30))


def test_a_key_post_has_a_successor_only_if_one_still_here_is_named() -> None:
    successors = pd.DataFrame({"post_id": ["P1", "P1", "P2", "P3"], "employee_id": ["4", "5", "99", "5"],
                               "readiness": ["ready now", "3+ years", "ready now", "1-2 years"]})
    rows = measure_succession(council(successors=successors)).frame("bench").set_index("directorate")
    assert rows.loc["Care", ["n_key_posts", "n_with_successor", "n_ready_now"]].tolist() == [2, 1, 1]
    assert rows.loc["Roads", ["n_key_posts", "n_with_successor", "n_ready_now"]].tolist() == [1, 1, 0]
    assert rows.loc["All", "estimate"] == pytest.approx(2 / 3)
    assert rows.loc["All", "lower"] < 2 / 3 < rows.loc["All", "upper"]


def test_an_action_is_overdue_after_its_day_and_never_once_done() -> None:
    actions = pd.DataFrame({"employee_id": ["1"] * 5, "purpose": ["maintain", "maintain", "address", "address", None],
                            "due_on": pd.to_datetime(["2024-09-29", "2024-09-30", "2024-01-01", "2024-01-01", None]),
                            "completed_on": pd.to_datetime([None, None, "2024-02-01", "2024-10-01", None])})
    rows = measure_succession(council(development_actions=actions)).frame("development").set_index("purpose")
    assert rows.loc["maintain", ["n_actions", "n_completed", "n_overdue"]].tolist() == [2, 0, 1]
    assert rows.loc["address", ["n_actions", "n_completed", "n_overdue"]].tolist() == [2, 1, 1]
    assert rows.loc["All", "n_actions"] == 5


def test_a_record_without_key_posts_or_actions_says_so() -> None:
    plain = council()
    posts = plain.posts.assign(is_key=False)
    with pytest.raises(DataUnusableError, match="neither key posts nor development"):
        measure_succession(build_workforce({"posts": posts, "placements": plain.placements}, as_of=plain.as_of))
