"""How much of the published equality section can be read?

``python -m benchmarks.published_equality --employees 600 --councils 10`` publishes profile and equality of councils
from different seeds, and counts for each characteristic the ratings of its groups that are shown, and how often none
of them is withheld.
"""

from __future__ import annotations

import argparse
import io
from collections import defaultdict

import pandas as pd

from my121_analytics.reports.workforce_report.report import build_report
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings

SHEETS = ("sex", "age-band", "ethnicity", "disability", "part-time")


def run(n_employees: int, n_councils: int, first_seed: int) -> list[str]:
    """Give one line for each characteristic."""
    shares: dict[str, list[float]] = defaultdict(list)
    n_absent = 0
    for seed in range(first_seed, first_seed + n_councils):
        made = build_report(make_sample(n_employees, seed=seed).workforce, report=ReportSettings(
            audience="publish", sections=["profile", "equality"], by=["directorate"]))
        n_absent += "equality" in made.absent
        for name in SHEETS:
            path = f"csv/ratings-by-{name}.csv"
            rows = pd.read_csv(io.BytesIO(made.files[path])) if path in made.files else pd.DataFrame()
            groups = rows[(rows.iloc[:, 0] != "All") & (rows["Level"] > 0)] if len(rows) else rows
            shares[name].append(float(groups["Number"].notna().mean()) if len(groups) else 0.0)
    lines = [f"{n_employees} staff, {n_councils} councils; section left out in {n_absent}"]
    return lines + [f"{name}: {pd.Series(found).mean():.2f} of ratings shown, all of them in "
                    f"{int((pd.Series(found) == 1).sum())} of {n_councils}" for name, found in shares.items()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--employees", type=int, default=600)
    parser.add_argument("--councils", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print("\n".join(run(given.employees, given.councils, given.seed)))
