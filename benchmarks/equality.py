"""Is the planted gap of the invented council found, and does its range cover the truth?

``python -m benchmarks.equality --councils 100`` makes councils of 600 from different seeds, each with women's potential
rated .45 logits lower and their performance not, and compares the groups of one cycle.
"""

from __future__ import annotations

import argparse

import numpy as np

from my121_analytics.analysis.disparity import compare_groups
from my121_analytics.sample_council.council import make_sample
from my121_analytics.sample_council.design import SampleDesign

OUTCOMES = {"performance": 0.0, "potential": SampleDesign().potential_gap}


def run(n_councils: int, first_seed: int, n_employees: int) -> list[str]:
    """Give one line for each outcome: how often the range covers the planted gap, and how often it is listed."""
    found: dict[str, list[tuple[float, bool, bool]]] = {name: [] for name in OUTCOMES}
    for seed in range(first_seed, first_seed + n_councils):
        frame = compare_groups(make_sample(n_employees, seed=seed).workforce, by="sex").frame("differences")
        for name, truth in OUTCOMES.items():
            row = frame[(frame["outcome"] == name) & (frame["model"] == "adjusted")].iloc[0]
            sign = 1 if row["sex"] == "Female" else -1
            lower, upper = sorted(sign * np.log([row["odds_lower"], row["odds_upper"]]))
            found[name].append((sign * np.log(row["odds_ratio"]), lower <= truth <= upper,
                                row["verdict"] == "difference"))
    lines = []
    for name, rows in found.items():
        estimate, covered, listed = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
        lines.append(f"{name}: planted {OUTCOMES[name]:+.2f}, mean estimate {estimate.mean():+.2f} (sd "
                     f"{estimate.std():.2f}), range covers it in {covered.mean():.2f}, listed in {listed.mean():.2f} "
                     f"of {n_councils}")
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--councils", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--employees", type=int, default=600)
    given = parser.parse_args()
    print("\n".join(run(given.councils, given.seed, given.employees)))
