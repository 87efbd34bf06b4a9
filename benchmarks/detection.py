"""Who is found, who is named wrongly, and whether ranges cover: python -m benchmarks.detection [--runs N].

Councils are simulated here with known leniency; nothing is read from the package's own sample.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.analysis.severity import estimate_severity_counts
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts

DELTA = np.log(2)
BANDS = ["2-5", "6-10", "11-25", "26+"]


@dataclass(frozen=True)
class Scenario:
    """One kind of council."""

    name: str
    cycles: int
    fresh: bool = True
    mobility: float = 0.0
    people_sd: float = 0.0
    managers: int = 350
    leniency_sd: float = 0.5
    shifted: float = 0.05
    quality_sd: float = 0.3
    scale_use_sd: float = 0.0
    skewed: bool = False
    omitted_sd: float = 0.0


SCENARIOS = [
    Scenario("1 cycle", 1),
    Scenario("4 cycles, fresh staff", 4),
    Scenario("8 cycles, fresh staff", 8),
    Scenario("1 cycle, people differ", 1, people_sd=1.0),
    Scenario("6 cycles, same staff, 5 %", 6, fresh=False, mobility=0.05, people_sd=1.0),
    Scenario("6 cycles, same staff, 15 %", 6, fresh=False, mobility=0.15, people_sd=1.0),
    Scenario("1 cycle, fair council", 1, leniency_sd=0.0, shifted=0.0, quality_sd=0.0),
    Scenario("4 cycles, fair council", 4, leniency_sd=0.0, shifted=0.0, quality_sd=0.0),
    Scenario("40 managers, 4 cycles", 4, managers=40),
    Scenario("6 managers, 1 cycle", 1, managers=6),
    Scenario("4 cycles, scale used differently", 4, scale_use_sd=0.3),
    Scenario("4 cycles, skewed leniency", 4, skewed=True),
    Scenario("4 cycles, omitted case mix", 4, omitted_sd=0.3),
]


def simulate_council(scenario: Scenario, seed: int) -> tuple[RatingCounts, pd.DataFrame]:
    """Draw a council's ratings; also its managers' leniency and team quality."""
    rng = np.random.default_rng(seed)
    n = scenario.managers
    sizes = np.clip(2 + rng.negative_binomial(1.3, 1.3 / (1.3 + 6.8), n), 2, 25)
    leniency = rng.normal(0, scenario.leniency_sd, n)
    if scenario.skewed:
        leniency = scenario.leniency_sd * (rng.exponential(1, n) - 1)
    stretch = np.exp(rng.normal(0, scenario.scale_use_sd, n))
    omitted = rng.normal(0, scenario.omitted_sd, n)
    moved = rng.random(n) < scenario.shifted
    leniency[moved] += rng.choice([-1.5, 1.5], moved.sum())
    quality = rng.normal(0, scenario.quality_sd, n)
    manager = np.repeat(np.arange(n), sizes)
    staff = len(manager)
    grade_effect = np.array([0.0, 0.2, 0.4, -0.2])
    person = np.arange(staff)
    grade = rng.integers(0, 4, staff)
    level = rng.normal(0, scenario.people_sd, staff) + quality[manager]
    parts = []
    for cycle in range(scenario.cycles):
        if cycle and scenario.fresh:
            person = person + staff
            grade = rng.integers(0, 4, staff)
            level = rng.normal(0, scenario.people_sd, staff) + quality[manager]
        elif cycle:
            movers = np.flatnonzero(rng.random(staff) < scenario.mobility)
            manager = manager.copy()
            manager[movers] = manager[rng.permutation(movers)]
        t = leniency[manager] + level + grade_effect[grade] + 0.1 * cycle + rng.logistic(size=staff)
        t += omitted[manager] * (grade == 3)  # one grade is rated differently by each manager: not in the model
        t = -0.2 + (t + 0.2) / stretch[manager]
        parts.append(pd.DataFrame({"rater": manager, "employee": person, "grade": grade, "cycle": cycle,
                                   "category": 1 + (t > -2.0).astype(int) + (t > 1.6)}))
    rows = pd.concat(parts, ignore_index=True)
    return _count(rows, n), pd.DataFrame({"leniency": leniency, "quality": quality})


def _count(rows: pd.DataFrame, n: int) -> RatingCounts:
    rows["pattern"] = rows.groupby(["grade", "cycle"], sort=True).ngroup()
    patterns = rows.drop_duplicates("pattern").sort_values("pattern")[["grade", "cycle"]].astype(str)
    frame = rows.groupby(["rater", "employee", "pattern", "category"]).size().rename("n").reset_index()
    grouped = rows.groupby("rater")
    raters = pd.DataFrame({"rater_id": [f"m{k:03d}" for k in range(n)], "n_ratings": grouped.size(),
                           "n_employees": grouped["employee"].nunique(), "n_cycles": grouped["cycle"].nunique()})
    raters["mean_team_size"] = raters["n_ratings"] / raters["n_cycles"]
    raters = raters.assign(directorate="A", service="B", team="C")
    cycles = tuple(f"c{k}" for k in sorted(rows["cycle"].unique()))
    return RatingCounts("performance", 3, cycles, frame, raters, patterns.reset_index(drop=True))


def judge_run(scenario: Scenario, seed: int) -> pd.DataFrame:
    counts, truth = simulate_council(scenario, seed)
    settings = Settings.model_validate({"managers": {"case_mix": ["grade"]}})
    frame = estimate_severity_counts(counts, settings=settings).frame("managers")
    frame = frame.assign(leniency=truth["leniency"], total=truth["leniency"] + truth["quality"], seed=seed)
    frame["band"] = np.searchsorted([5, 10, 25], counts.raters["mean_team_size"])
    return frame


def tabulate(scenario: Scenario, runs: pd.DataFrame, seconds: float) -> dict[str, object]:
    """Average over runs: flags, share found and share wrong, for leniency and for leniency with the team."""
    row: dict[str, object] = {"scenario": scenario.name, "seconds": round(seconds, 2)}
    flagged = runs["verdict"] == "pattern"
    row["flags"] = flagged.groupby(runs["seed"]).sum().mean()
    for name, truth in (("total", runs["total"]), ("leniency", runs["leniency"])):
        material = truth.abs() > DELTA
        right = material & (np.sign(truth) == np.sign(runs["estimate"]))
        row[f"found {name}"] = (flagged & right).sum() / max(material.sum(), 1)
        row[f"wrong {name}"] = (flagged & ~right).sum() / max(flagged.sum(), 1)
        per_run = (flagged & ~right).groupby(runs["seed"]).sum() / flagged.groupby(runs["seed"]).sum().clip(lower=1)
        row[f"fdr {name}"] = per_run.mean()
        shown = runs["lower"].notna()
        row[f"cover {name}"] = ((runs["lower"] <= truth) & (truth <= runs["upper"]))[shown].mean()
    key = "leniency" if not scenario.fresh else "total"
    material = runs[key].abs() > DELTA
    for band, label in enumerate(BANDS):
        here = flagged & (runs["band"] == band)
        if here.any():
            right = material & (np.sign(runs[key]) == np.sign(runs["estimate"]))
            row[f"wrong {label}"] = (here & ~right).sum() / here.sum()
    return row


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--only", type=str, default="")
    given = parser.parse_args()
    rows = []
    for scenario in SCENARIOS:
        if given.only not in scenario.name:
            continue
        start = time.perf_counter()
        runs = pd.concat([judge_run(scenario, 100 + seed) for seed in range(given.runs)], ignore_index=True)
        rows.append(tabulate(scenario, runs, (time.perf_counter() - start) / given.runs))
    with pd.option_context("display.width", 250, "display.max_columns", 40):
        print(pd.DataFrame(rows).set_index("scenario").round(2).T.to_string())


if __name__ == "__main__":
    main()
