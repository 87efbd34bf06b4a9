"""Time the heavy pass on a very large council: 100,000 employees over six cycles.

Run from the project's root: ``python -m benchmarks.counts_speed [employees]``. Prints one line per count, cold
(first call on a fresh record) and warm (second call).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from time import perf_counter

import numpy as np
import pandas as pd

from my121_analytics.workforce import counts
from my121_analytics.workforce.record import Workforce, build_workforce

CYCLES = ["2021/22 H2", "2022/23 H1", "2022/23 H2", "2023/24 H1", "2023/24 H2", "2024/25 H1"]
STARTS = pd.to_datetime(["2021-10-01", "2022-04-01", "2022-10-01", "2023-04-01", "2023-10-01", "2024-04-01"])
SHARE_SECOND_POST = 0.05
SHARE_MOVED = 0.15


def build_large(n_employees: int, seed: int = 1) -> Workforce:
    """Build a record with second posts, mid-way reorganisations, leavers, self placements and conversations."""
    rng = np.random.default_rng(seed)
    people = np.arange(n_employees)
    ids = np.char.zfill(people.astype(str), 6)
    started = pd.Timestamp("2010-01-01") + pd.to_timedelta(rng.integers(0, 5000, n_employees), "D")
    employees = pd.DataFrame({"employee_id": ids, "name": np.char.add("Person ", ids), "started": started,
                              "left_on": pd.NaT, "sex": rng.choice(["Female", "Male"], n_employees)})
    gone = rng.random(n_employees) < 0.08
    employees.loc[gone, "left_on"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(rng.integers(0, 900, gone.sum()), "D")
    posts = _posts(rng, ids)
    held = posts.drop_duplicates(["employee_id", "post_id"])
    placements = _placements(rng, held)
    held_on = np.tile(STARTS + pd.Timedelta(days=60), n_employees)
    conversations = pd.DataFrame({"employee_id": np.repeat(ids, 6), "held_on": held_on,
                                  "kind": "formal", "has_summary": rng.random(6 * n_employees) < 0.8})
    return build_workforce({"employees": employees, "posts": posts, "placements": placements,
                            "conversations": conversations}, as_of=date(2024, 9, 30))


def _posts(rng: np.random.Generator, ids: np.ndarray) -> pd.DataFrame:
    n = len(ids)
    n_teams = max(n // 9, 1)
    team = rng.integers(0, n_teams, n)
    first = pd.DataFrame({"employee_id": ids, "post_id": np.char.add("P", ids), "valid_to": pd.NaT,
                          "valid_from": pd.Timestamp("2019-01-01"), "is_main": True, "team_no": team})
    second = first[rng.random(n) < SHARE_SECOND_POST].assign(is_main=False)
    second["post_id"] = "Q" + second["employee_id"]
    moved = rng.random(n) < SHARE_MOVED
    later = first[moved].assign(valid_from=pd.Timestamp("2023-01-01"), team_no=rng.integers(0, n_teams, moved.sum()))
    first.loc[moved, "valid_to"] = pd.Timestamp("2022-12-31")
    posts = pd.concat([first, later, second], ignore_index=True)
    number = posts.pop("team_no").to_numpy()
    grade = "Grade " + pd.Series(rng.integers(3, 14, len(posts)).astype(str))
    return posts.assign(directorate=[f"Directorate {k % 6}" for k in number],
                        service=[f"Service {k % 60}" for k in number], team=[f"Team {k}" for k in number], grade=grade,
                        manager_id=ids[number % n], started_in_post=posts["valid_from"])


def _placements(rng: np.random.Generator, held: pd.DataFrame) -> pd.DataFrame:
    parts = []
    for label, start in zip(CYCLES, STARTS, strict=True):
        for source, share in (("manager", 0.9), ("self", 0.4)):
            rows = held[rng.random(len(held)) < share]
            performance, potential = rng.integers(1, 4, len(rows)), rng.integers(1, 4, len(rows))
            parts.append(pd.DataFrame({
                "employee_id": rows["employee_id"].to_numpy(), "post_id": rows["post_id"].to_numpy(), "cycle": label,
                "placed_on": start + pd.to_timedelta(rng.integers(0, 180, len(rows)), "D"), "source": source,
                "rater_id": (rows["manager_id"] if source == "manager" else rows["employee_id"]).to_numpy(),
                "performance": performance, "potential": potential, "box": (3 - potential) * 3 + 4 - performance}))
    return pd.concat(parts, ignore_index=True)


def _timed(what: str, run: Callable[[], object]) -> None:
    for state in ("cold", "warm"):
        began = perf_counter()
        run()
        print(f"{what:<52} {state} {perf_counter() - began:7.3f} s")


def main() -> None:
    """Build the record and time each count on it."""
    n_employees = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    began = perf_counter()
    workforce = build_large(n_employees)
    print(f"{workforce!r}: built in {perf_counter() - began:.1f} s, posts included {len(workforce.posts):,}")
    _timed("count_placements(by=directorate)", lambda: counts.count_placements(workforce, by=["directorate"]))
    _timed("count_placements(by=team)", lambda: counts.count_placements(workforce, by=["team"]))
    _timed("count_moves(by=directorate)", lambda: counts.count_moves(workforce, by=["directorate"]))
    _timed("count_ratings(one cycle)", lambda: counts.count_ratings(
        workforce, cycles=[workforce.latest_cycle], case_mix=["grade", "tenure_band", "directorate"]))
    _timed("count_ratings(six cycles)", lambda: counts.count_ratings(
        workforce, case_mix=["grade", "tenure_band", "directorate"]))
    _timed("pair_self", lambda: counts.pair_self(workforce))
    _timed("count_conversations", lambda: counts.count_conversations(
        workforce, start=pd.Timestamp("2023-10-01"), end=pd.Timestamp("2024-09-30")))


if __name__ == "__main__":
    main()
