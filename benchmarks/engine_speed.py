"""How long the cumulative-link engine takes: python -m benchmarks.engine_speed [--large]."""

from __future__ import annotations

import argparse
import time
import tracemalloc

import numpy as np
import pandas as pd

from my121_analytics.inference.cumulative_link import CumulativeLinkFit, fit_cumulative_link_counts

CASES = [  # ratings, raters, categories, levels of the three covariates
    (5_000, 1_100, 5, (4, 3)),
    (20_000, 2_500, 5, (4, 3)),
    (73_000, 3_000, 5, (4, 3)),
    (1_000_000, 100_000, 3, (10, 4, 12)),
]


def simulate_counts(n_ratings: int, n_raters: int, n_categories: int, levels: tuple[int, ...],
                    *, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw ratings from the model and count them by rater, pattern and category."""
    rng = np.random.default_rng(seed)
    design = pd.MultiIndex.from_product([range(k) for k in levels]).to_frame(index=False)
    dummies = pd.get_dummies(design.astype("category"), drop_first=True).astype(float)
    dummies.columns = [f"x{k}" for k in range(dummies.shape[1])]
    effects = rng.normal(0, 0.4, dummies.shape[1])
    rater = rng.integers(0, n_raters, n_ratings)
    pattern = rng.integers(0, len(design), n_ratings)
    t = (dummies.to_numpy() @ effects)[pattern] + rng.normal(0, 0.6, n_raters)[rater] + rng.logistic(size=n_ratings)
    category = np.searchsorted(np.linspace(-2, 2, n_categories - 1), t) + 1
    rows = pd.DataFrame({"rater": rater, "pattern": pattern, "category": category})
    return rows.groupby(["rater", "pattern", "category"]).size().rename("n").reset_index(), dummies


def time_one(case: tuple[int, int, int, tuple[int, ...]], repeats: int) -> tuple[CumulativeLinkFit, float, float]:
    counts, design = simulate_counts(*case)
    best = np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        fit = fit_cumulative_link_counts(counts, design)
        best = min(best, time.perf_counter() - start)
    tracemalloc.start()
    fit_cumulative_link_counts(counts, design)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return fit, best, peak / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="also the case of a million ratings")
    chosen = CASES if parser.parse_args().large else CASES[:-1]
    print(f"{'ratings':>10} {'raters':>8} {'K':>2} {'patterns':>8} {'seconds':>8} {'MB':>6} {'sd':>6} converged")
    for case in chosen:
        fit, seconds, megabytes = time_one(case, 3 if case[0] < 100_000 else 1)
        print(f"{case[0]:>10,} {case[1]:>8,} {case[2]:>2} {np.prod(case[3]):>8} {seconds:>8.3f} {megabytes:>6.0f} "
              f"{fit.sd:>6.3f} {fit.converged}")


if __name__ == "__main__":
    main()
