"""Whether drift, use of the scale, halo and self gaps are found, and how often names are wrong.

python -m benchmarks.habits [--runs N] [--write]. Each council has 120 managers, of whom four in a hundred are planted
in each family; everybody else is as the model supposes.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.case_mix import build_case_mix
from my121_analytics.analysis.rating_patterns.drift import DRIFT, gather_drift
from my121_analytics.analysis.rating_patterns.habit_judgement import HabitEvidence, judge_habit
from my121_analytics.analysis.rating_patterns.halo import HALO, gather_halo
from my121_analytics.analysis.rating_patterns.posteriors import gather_posteriors
from my121_analytics.analysis.rating_patterns.scale_use import SCALE_USE, gather_scale_use
from my121_analytics.analysis.rating_patterns.self_gap import SELF_GAP, gather_self_gap
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]

FIRST_SEED = 90_000
"""Not seen while the rules were made."""
N_MANAGERS = 120
PLANTED_SHARE = 0.04
STRETCH, FOLLOWS, CHANGE, GENEROSITY = 1.6, 0.85, 1.5, 1.5
"""Planted: thresholds five times as far apart; potential copied from performance; logits from the first cycle to the
last; logits above or below people's own placements."""
FAMILIES = {DRIFT: "drift, 1.5 logits over the period", SCALE_USE: "keeps to the middle", HALO: "one rating copied",
            SELF_GAP: "1.5 logits off people's own placements"}


@dataclass(frozen=True)
class HabitCouncil:
    """Counts of both ratings and of own placements, and who is planted (family -> side per manager, 0 for nobody)."""

    performance: RatingCounts
    pairs: pd.DataFrame
    gaps: RatingCounts
    planted: dict[str, NDArray[np.int64]]


def simulate_habits(cycles: int, seed: int, *, n_managers: int = N_MANAGERS, planted_share: float = PLANTED_SHARE,
                    ) -> HabitCouncil:
    """Draw a council whose staff stay with their managers, a tenth moving each cycle."""
    rng = np.random.default_rng([seed, 345])
    manager = np.repeat(np.arange(n_managers), np.clip(2 + rng.negative_binomial(1.3, 0.16, n_managers), 2, 25))
    planted = _plant(rng, n_managers, max(1, round(planted_share * n_managers)) if planted_share else 0)
    leniency = rng.normal(0, 0.5, n_managers)
    gap = GENEROSITY * planted[SELF_GAP]
    level = rng.normal(0, 1, len(manager)) + rng.normal(0, 0.3, n_managers)[manager]
    promise, modesty = rng.normal(0, 1, len(manager)), rng.normal(-0.35, 0.7, len(manager))
    stretch = np.exp(STRETCH * planted[SCALE_USE])
    parts = []
    for cycle in range(cycles):
        if cycle:
            movers = np.flatnonzero(rng.random(len(manager)) < 0.1)
            manager = manager.copy()
            manager[movers] = manager[rng.permutation(movers)]
        time = cycle / max(cycles - 1, 1) - 0.5
        merit = level + 0.1 * cycle
        effect = (leniency + gap + CHANGE * planted[DRIFT] * time)[manager]
        performance = _rate(rng, merit + effect, stretch[manager])
        potential = _rate(rng, promise + 0.4 * (performance - 2) + 0.5 * effect, stretch[manager])
        copied = (planted[HALO][manager] > 0) & (rng.random(len(manager)) < FOLLOWS)
        own = _rate(rng, merit - modesty, np.ones(len(manager)))
        parts.append(pd.DataFrame({"rater": manager, "employee": np.arange(len(manager)), "pattern": cycle,
                                   "performance": performance, "potential": np.where(copied, performance, potential),
                                   "own": np.where(rng.random(len(manager)) < 0.65, own, 0)}))
    rows = pd.concat(parts, ignore_index=True)
    given = rows[rows["own"] > 0]
    return HabitCouncil(_count(rows.assign(category=rows["performance"]), 3, cycles, n_managers),
                        rows[["rater", "pattern", "employee", "performance", "potential"]],
                        _count(given.assign(category=given["performance"] - given["own"] + 3), 5, cycles, n_managers),
                        planted)


def _plant(rng: np.random.Generator, n_managers: int, n: int) -> dict[str, NDArray[np.int64]]:
    order = rng.permutation(n_managers)
    planted = {}
    for place, family in enumerate(FAMILIES):
        side = np.zeros(n_managers, dtype=np.int64)
        sides = [1] if family in (SCALE_USE, HALO) else [1, -1]
        side[order[place * n:(place + 1) * n]] = np.resize(sides, n)
        planted[family] = side
    return planted


def _rate(rng: np.random.Generator, eta: Array, stretch: Array) -> NDArray[np.int64]:
    latent = eta + rng.logistic(size=len(eta))
    return np.asarray(1 + (latent > -0.2 - 1.8 * stretch) + (latent > -0.2 + 1.8 * stretch), dtype=np.int64)


def _count(rows: pd.DataFrame, n_categories: int, cycles: int, n_managers: int) -> RatingCounts:
    frame = rows.groupby(["rater", "employee", "pattern", "category"]).size().rename("n").reset_index()
    by_rater = rows.groupby("rater").agg(n_ratings=("category", "size"), n_employees=("employee", "nunique"),
                                         n_cycles=("pattern", "nunique")).reindex(range(n_managers), fill_value=0)
    raters = by_rater.assign(rater_id=[f"m{k:04d}" for k in range(n_managers)],
                             mean_team_size=by_rater["n_ratings"] / by_rater["n_cycles"].clip(lower=1),
                             directorate="A", service="B", team="C").reset_index(drop=True)
    patterns = pd.DataFrame({"cycle": [f"c{k}" for k in range(cycles)]})
    return RatingCounts("performance", n_categories, tuple(patterns["cycle"]), frame, raters, patterns)


def gather_habits(council: HabitCouncil) -> list[HabitEvidence]:
    """Gather the evidence of every family that the council's ratings can show."""
    rules, counts = Settings().managers, council.performance
    evidence = gather_posteriors(counts, build_case_mix(counts, []), unrecorded_sd=rules.unrecorded_sd)
    found = [gather_drift(counts, evidence, rules), gather_scale_use(counts, evidence, rules),
             gather_halo(council.pairs, counts, evidence.case_mix),
             gather_self_gap(council.gaps, len(counts.raters), rules)]
    return [one for one in found if one is not None]


def judge_habits(cycles: int, seed: int) -> pd.DataFrame:
    """Judge one council: a row per manager and family, with the side that was planted."""
    council = simulate_habits(cycles, seed)
    parts = []
    for evidence in gather_habits(council):
        rows = judge_habit(evidence, Settings().managers).rows
        truth = council.planted[evidence.family].astype(float)
        if evidence.family == SELF_GAP:  # how generous the manager is in any case is part of the gap
            truth = np.where(truth != 0, truth, np.nan)
        parts.append(rows.assign(family=evidence.family, truth=truth, seed=seed, cycles=cycles))
    return pd.concat(parts, ignore_index=True)


def tabulate(rows: pd.DataFrame) -> pd.DataFrame:
    """Count who is found among those planted with enough ratings, and what share of names is wrong."""
    found = []
    for (cycles, family), part in rows.groupby(["cycles", "family"], sort=False):
        listed = part["verdict"] == "pattern"
        planted, judged = part["truth"].abs() == 1, ~part["thin"]
        right = listed & planted & (np.sign(part["estimate"]) == part["truth"])
        wrong = listed & ~right & part["truth"].notna()
        found.append({"family": FAMILIES[str(family)], "cycles": cycles, "runs": part["seed"].nunique(),
                      "planted": int((planted & judged).sum()), "found": right.sum() / max((planted & judged).sum(), 1),
                      "names": int(listed.sum()), "wrong": wrong.sum() / max(listed.sum(), 1),
                      "stated": (1 - part.loc[listed, "probability"]).mean() if listed.any() else np.nan,
                      "detectable": part["detectable"].median()})
    return pd.DataFrame(found)


def write_page(table: pd.DataFrame, page: Path) -> None:
    """Write the table as a page."""
    lines = ["# Other ways of rating: what was measured", "",
             f"Made by `python -m benchmarks.habits --write`. Councils of {N_MANAGERS} managers in teams of 2 to 25, a "
             "tenth of the staff moving each cycle; four managers in a hundred are planted in each family. *Found*: "
             "share of the planted managers with enough ratings who are listed, on the right side, with the simulation "
             "error of that share. *Wrong*: share of the names that were not planted (for self gaps only of the wrong "
             "side, since every manager's generosity is part of the gap). *Stated*: share that the program expects to "
             "be wrong. *Detectable*: for the typical manager; - where no difference that occurs would be seen. In one "
             "cycle use of the scale is only described, and nobody is judged.", "",
             "| planted | cycles | councils | planted, judged | found | names | wrong | stated | detectable |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row in table.itertuples():
        error = np.sqrt(row.found * (1 - row.found) / max(row.planted, 1))
        share = f"{row.found:.2f} +- {error:.2f}" if row.planted else "-"
        lines.append(f"| {row.family} | {row.cycles} | {row.runs} | {row.planted} | {share} | {row.names} | "
                     + " | ".join("-" if (not row.names and name in ("wrong", "stated")) or getattr(row, name) !=
                                  getattr(row, name) else f"{getattr(row, name):.2f}"
                                  for name in ("wrong", "stated", "detectable")) + " |")
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--cycles", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--write", action="store_true", help="write docs/detection_habits.md")
    asked = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    rows = [judge_habits(cycles, FIRST_SEED + run) for cycles in asked.cycles for run in range(asked.runs)]
    table = tabulate(pd.concat(rows, ignore_index=True))
    print(table.to_string())
    if asked.write:
        write_page(table, Path("docs/detection_habits.md"))


if __name__ == "__main__":
    main()
