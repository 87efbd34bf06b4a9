"""What the gate leaves to read: shares of cells and of people shown in a published workforce report, and its time.

``python benchmarks/usefulness.py 150 600 5000`` prints one line a size, ``--by directorate,service`` of a report by
these groups. Cells are the counts of people in the tables of the report (profile, movement, coverage, key posts,
equality); people are weighed by the counts themselves. As in the report, the gate knows which unit belongs to which.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence

import pandas as pd

from my121_analytics.disclosure.attacker import find_nesting
from my121_analytics.disclosure.release import Released, release_together
from my121_analytics.disclosure.suppression import count_columns
from my121_analytics.errors import My121Error
from my121_analytics.reports.workforce_report import coverage, equality, movement, profile, talent
from my121_analytics.reports.workforce_report.brief import Brief
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import ReportSettings
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import TOTAL, Result

SECTIONS = (profile, movement, coverage, talent, equality)


def analyse(workforce: Workforce, report: ReportSettings | None = None) -> list[Result]:
    """Work out what a report publishes, without the patterns, which take long and count managers only."""
    brief = Brief(workforce, None, None, None, report or ReportSettings(), workforce.settings,
                  workforce.check_cycle(None), {})
    found: list[Result] = []
    for section in SECTIONS:
        try:
            found += section.analyse(brief).values()
        except My121Error:
            continue
    return found


def measure(results: Sequence[Result], released: Sequence[Released]) -> dict[str, float]:
    """Give the shares shown: of cells above 0, of the people in them, and of totals; and tables kept back."""
    n = dict.fromkeys(("cells", "shown", "people", "people_shown", "totals", "totals_shown", "tables", "kept_back"),
                      0.0)
    for result, shown in zip(results, released, strict=True):
        for name, table in result.tables.items():
            columns = count_columns(table)
            if not table.about_people or table.people or not columns:
                continue
            n["tables"] += 1
            n["kept_back"] += name not in shown.tables
            total = table.frame[list(table.keys)].astype("str").eq(TOTAL).any(axis="columns").to_numpy()
            for column in columns:
                truth = pd.to_numeric(table.frame[column]).to_numpy(float, na_value=0.0)
                is_shown = (pd.to_numeric(shown.tables[name][column]).notna().to_numpy() if name in shown.tables
                        else [False] * len(truth)) & (truth > 0)
                n["cells"] += (truth > 0).sum()
                n["shown"] += is_shown.sum()
                n["people"] += truth.sum()
                n["people_shown"] += truth[is_shown].sum()
                n["totals"] += (total & (truth > 0)).sum()
                n["totals_shown"] += (total & is_shown).sum()
    return {"cells": n["shown"] / n["cells"], "people": n["people_shown"] / n["people"],
            "totals": n["totals_shown"] / max(n["totals"], 1), "tables": n["tables"], "kept_back": n["kept_back"]}


def describe(size: int, figures: Mapping[str, float], seconds: float) -> str:
    """Say one line of the outcome."""
    return (f"{size:>7,} staff: {figures['cells']:.1%} of cells, {figures['people']:.1%} of people, "
            f"{figures['totals']:.1%} of totals shown; {figures['kept_back']:.0f} of {figures['tables']:.0f} tables "
            f"kept back; gate {seconds:.1f} s")


def main() -> None:
    """Measure the sizes given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[150, 600])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--by", default="", help="groups of the report; default: as the report has them")
    asked = parser.parse_args()
    report = ReportSettings(by=asked.by.split(",")) if asked.by else None
    for size in asked.sizes:
        for seed in range(asked.seeds):
            workforce = make_sample(size, seed=seed).workforce
            results = analyse(workforce, report)
            nesting = find_nesting(workforce.posts_in_cycle(workforce.latest_cycle))
            start = time.process_time()
            released = release_together(results, audience="publish", nesting=nesting)
            print(describe(size, measure(results, released), time.process_time() - start), flush=True)


if __name__ == "__main__":
    main()
