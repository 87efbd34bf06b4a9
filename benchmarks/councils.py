"""Councils whose managers' leniency is known: what the bench of detection is measured on.

Nothing is read from the package's own sample; ratings are drawn here and handed over as counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.sources import free_of_own_ratings
from my121_analytics.inference.joint_levels import PersonMeasure
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
GRADE_EFFECTS = np.array([0.0, 0.2, 0.4, -0.2])
N_DIRECTORATES = 8


@dataclass(frozen=True)
class Council:
    """One kind of council; the defaults are what the model assumes, each later field departs from it.

    Effects are in logits. ``fresh`` gives every cycle new staff; else ``mobility`` of them change manager each cycle.
    ``objectives`` is the reliability of a measure of each person that is not the manager's (0: there is none);
    ``leave_out_low`` the share of managers who give no rating instead of the lowest; ``quota`` the share of managers
    who give the top rating to their best fifth and the lowest to their last tenth, whatever they think. With
    ``within_directorates`` the directorate is part of the case mix, as by default in the package. ``calibrated`` is the
    share of people whose rating in one cycle went before a panel, which kept it in ``panel_keeps`` of cases and else
    rated the person afresh, as an average manager would; ``second_raters`` the share of people whom in each cycle a
    second manager rates as well.
    """

    name: str
    cycles: int
    managers: int = 350
    sizes: str = "mixed"
    fresh: bool = True
    mobility: float = 0.0
    people_sd: float = 0.0
    leniency_sd: float = 0.5
    shifted: float = 0.05
    shift: float = 1.5
    quality_sd: float = 0.3
    thresholds: tuple[float, ...] = (-2.0, 1.6)
    shape: str = "normal"
    scale_use_sd: float = 0.0
    interaction_sd: float = 0.0
    unrecorded: float = 0.0
    uneven_grades: float = 0.0
    directorate_sd: float = 0.0
    drift_sd: float = 0.0
    absent: float = 0.0
    objectives: float = 0.0
    thresholds_by_directorate: float = 0.0
    leave_out_low: float = 0.0
    quota: float = 0.0
    within_directorates: bool = False
    calibrated: float = 0.0
    panel_keeps: float = 0.0
    second_raters: float = 0.0

    @property
    def truth(self) -> str:
        """What a name is held against: leniency with the team where staff change, leniency alone where they stay."""
        return "total" if self.fresh else "leniency"


def simulate_council(kind: Council, seed: int) -> tuple[RatingCounts, pd.DataFrame, list[PersonMeasure]]:
    """Draw a council's ratings; also leniency, team quality and their sum for each manager, and measures of people."""
    rng = np.random.default_rng([seed, 121])
    n = kind.managers
    manager = np.repeat(np.arange(n), _draw_sizes(kind, rng))
    staff = len(manager)
    directorate = rng.integers(0, N_DIRECTORATES, n)
    leniency = _draw_leniency(kind, rng) + rng.normal(0, kind.directorate_sd, N_DIRECTORATES)[directorate]
    quality = rng.normal(0, kind.quality_sd, n)
    stretch = np.exp(rng.normal(0, kind.scale_use_sd, n))
    own_view = rng.normal(0, kind.interaction_sd, n)
    prevalence = rng.beta(0.7, 0.7, n)
    person = np.arange(staff)
    grade, level = _draw_people(kind, rng, manager, quality, prevalence)
    middle = float(np.mean(kind.thresholds))
    moved_thresholds = rng.normal(0, kind.thresholds_by_directorate, (N_DIRECTORATES, len(kind.thresholds)))
    leaves_out, has_quota = rng.random(n) < kind.leave_out_low, rng.random(n) < kind.quota
    levels: dict[int, float] = {}
    parts = []
    for cycle in range(kind.cycles):
        if cycle and kind.fresh:
            person = person + staff
            grade, level = _draw_people(kind, rng, manager, quality, prevalence)
        elif cycle:
            movers = np.flatnonzero(rng.random(staff) < kind.mobility)
            manager = manager.copy()
            manager[movers] = manager[rng.permutation(movers)]
        mood = rng.normal(0, kind.drift_sd, n)
        t = leniency[manager] + level + GRADE_EFFECTS[grade] + 0.1 * cycle + mood[manager]
        t += own_view[manager] * (grade == 3) + rng.logistic(size=staff)
        t = middle + (t - middle) / stretch[manager]
        category = np.ones(staff, dtype=np.int64)
        for k, threshold in enumerate(kind.thresholds):
            # Proportional odds would move every threshold alike; here a grade finds the upper ones nearer.
            moved = kind.uneven_grades * (grade - 1.5) * (k - (len(kind.thresholds) - 1) / 2)
            category += t > threshold + moved + moved_thresholds[directorate[manager], k]
        category = _fill_quotas(category, t, manager, has_quota)
        there = rng.random(n)[manager] >= kind.absent * (cycle > 0)
        there &= ~(leaves_out[manager] & (category == 1))
        levels.update(zip(person.tolist(), level.tolist(), strict=True))
        parts.append(pd.DataFrame({"rater": manager, "employee": person, "grade": grade, "cycle": cycle,
                                   "category": np.minimum(category, len(kind.thresholds) + 1),
                                   "level": level})[there])
    rows = pd.concat(parts, ignore_index=True)
    apart = np.random.default_rng([seed, 122])  # so that a source more leaves all else as it was
    panel = _calibrate(kind, rows, apart)
    rows = _rate_again(kind, rows, leniency, apart)
    # A manager who wrote no rating down at all is no rater.
    raters, rows["rater"] = np.unique(rows["rater"], return_inverse=True)
    truth = pd.DataFrame({"leniency": leniency, "quality": quality, "total": leniency + quality}).iloc[raters]
    return (_count(rows, kind, directorate[raters]), truth.reset_index(drop=True),
            [*_measure(kind, levels, rng), *panel])


def _fill_quotas(category: NDArray[np.int64], t: Array, manager: NDArray[np.int64],
                 has_quota: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the top rating to the best fifth and the lowest to the last tenth of each manager with quotas."""
    if not has_quota.any():
        return category
    place = pd.Series(t).groupby(manager).rank(pct=True).to_numpy()
    forced = np.select([place > 0.8, place <= 0.1], [category.max(), 1], 2)
    return np.where(has_quota[manager], forced, category)


def _measure(kind: Council, levels: dict[int, float], rng: np.random.Generator) -> list[PersonMeasure]:
    """Measure each person with noise, in a unit of its own."""
    if not kind.objectives:
        return []
    level = np.array(list(levels.values()))
    noise = rng.normal(0, np.sqrt(level.var() * (1 / kind.objectives - 1)), len(level))
    value = 0.2 * (level + noise)
    return [PersonMeasure("objectives", np.array(list(levels)), value - value.mean(), np.full(len(value), 1e-4))]


def _rate(kind: Council, rows: pd.DataFrame, leniency: Array | float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rate people once more, by managers of this leniency."""
    t = leniency + rows["level"].to_numpy() + GRADE_EFFECTS[rows["grade"]] + 0.1 * rows["cycle"].to_numpy()
    return 1 + np.searchsorted(np.asarray(kind.thresholds), t + rng.logistic(size=len(rows)))


def _calibrate(kind: Council, rows: pd.DataFrame, rng: np.random.Generator) -> list[PersonMeasure]:
    """Let a panel look at one rating of some people, and make of it the measure that the package makes."""
    if not kind.calibrated:
        return []
    chosen = rows.sample(frac=1.0, random_state=rng).drop_duplicates("employee")
    chosen = chosen[rng.random(len(chosen)) < kind.calibrated].sort_index()
    kept = rng.random(len(chosen)) < kind.panel_keeps
    agreed = np.full(len(rows), np.nan)
    agreed[chosen.index] = np.where(kept, chosen["category"], _rate(kind, chosen, 0.0, rng))
    return [free_of_own_ratings(rows["category"].to_numpy(np.float64), rows["rater"].to_numpy(np.int64),
                                rows["employee"].to_numpy(np.int64), rows["cycle"].to_numpy(np.int64), agreed)]


def _rate_again(kind: Council, rows: pd.DataFrame, leniency: Array, rng: np.random.Generator) -> pd.DataFrame:
    """Add ratings of some people in the same cycle by a second manager."""
    if not kind.second_raters:
        return rows
    again = rows[rng.random(len(rows)) < kind.second_raters]
    second = (again["rater"].to_numpy() + rng.integers(1, kind.managers, len(again))) % kind.managers
    again = again.assign(rater=second)
    return pd.concat([rows, again.assign(category=_rate(kind, again, leniency[second], rng))], ignore_index=True)


def _draw_sizes(kind: Council, rng: np.random.Generator) -> NDArray[np.int64]:
    n = kind.managers
    if kind.sizes == "tiny":
        return rng.integers(2, 6, n)
    if kind.sizes == "2-4":
        return rng.integers(2, 5, n)
    if kind.sizes == "huge":
        usual = rng.random(n) < 0.7
        return np.where(usual, rng.integers(8, 26, n), rng.integers(26, 121, n))
    if kind.sizes == "uneven":
        return np.clip(np.round(np.exp(rng.normal(1.8, 1.0, n))), 1, 200).astype(np.int64)
    return np.clip(2 + rng.negative_binomial(1.3, 1.3 / (1.3 + 6.8), n), 2, 25)


def _draw_leniency(kind: Council, rng: np.random.Generator) -> Array:
    n = kind.managers
    if kind.shape == "skewed":
        leniency = kind.leniency_sd * (rng.exponential(1, n) - 1)
    elif kind.shape == "skewed down":
        leniency = kind.leniency_sd * (1 - rng.exponential(1, n))
    elif kind.shape == "heavy":
        leniency = kind.leniency_sd * rng.standard_t(3, n) / np.sqrt(3)
    elif kind.shape == "two groups":
        leniency = kind.leniency_sd * rng.choice([-1.0, 1.0], n) + rng.normal(0, 0.2 * kind.leniency_sd, n)
    else:
        leniency = rng.normal(0, kind.leniency_sd, n)
    moved = rng.random(n) < kind.shifted
    leniency[moved] += kind.shift * rng.choice([-1.0, 1.0], int(moved.sum()))
    return np.asarray(leniency)


def _draw_people(kind: Council, rng: np.random.Generator, manager: NDArray[np.int64], quality: Array,
                 prevalence: Array) -> tuple[NDArray[np.int64], Array]:
    staff = len(manager)
    grade = rng.integers(0, len(GRADE_EFFECTS), staff)
    unrecorded = kind.unrecorded * ((rng.random(staff) < prevalence[manager]) - 0.5)
    return grade, rng.normal(0, kind.people_sd, staff) + quality[manager] + unrecorded


def _count(rows: pd.DataFrame, kind: Council, directorate: NDArray[np.int64]) -> RatingCounts:
    rows["directorate"] = directorate[rows["rater"]]
    rows["pattern"] = rows.groupby(["grade", "directorate", "cycle"], sort=True).ngroup()
    patterns = rows.drop_duplicates("pattern").sort_values("pattern")[["grade", "directorate", "cycle"]].astype(str)
    frame = rows.groupby(["rater", "employee", "pattern", "category"]).size().rename("n").reset_index()
    grouped = rows.groupby("rater")
    raters = pd.DataFrame({"rater_id": [f"m{k:04d}" for k in range(len(directorate))], "n_ratings": grouped.size(),
                           "n_employees": grouped["employee"].nunique(), "n_cycles": grouped["cycle"].nunique()})
    raters["mean_team_size"] = raters["n_ratings"] / raters["n_cycles"]
    raters = raters.assign(directorate=[f"D{k}" for k in directorate], service="B", team="C")
    cycles = tuple(f"c{k}" for k in sorted(rows["cycle"].unique()))
    return RatingCounts("performance", len(kind.thresholds) + 1, cycles, frame, raters,
                        patterns.reset_index(drop=True))
