"""How long the packs of a council take, how much memory, and whether the estimates find the planted leniency.

    python benchmarks/pack_speed.py [EMPLOYEES]

The target is 3,000 employees (the council and its directorates) in under 60 seconds and 1 GB on two cores.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time

from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.sample_council.council import make_sample


def main(n_employees: int) -> None:
    sample = make_sample(n_employees)
    started = time.perf_counter()
    last = started

    def tell(done: int, total: int, what: str) -> None:
        nonlocal last
        now = time.perf_counter()
        print(f"{now - started:6.1f} s  (+{now - last:4.1f})  {done}/{total}  {what}")
        last = now

    with tempfile.TemporaryDirectory() as folder:
        report = build_pack(sample.workforce, out=folder, progress=tell)
        size = sum((report.out / name).stat().st_size for name in report.files)
    seconds = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{n_employees:,} employees, {len(report.units) + 1} packs, {len(report.files)} files, {size / 1e6:.1f} MB: "
          f"{seconds:.1f} s, {memory:.0f} MB at most")
    managers = estimate_severity(sample.workforce).frame("managers").set_index("rater_id")
    truth = sample.truth["managers"].set_index("rater_id").reindex(managers.index)
    for planted in ("leniency", "team_quality"):
        enough = managers["n_ratings"] >= 8
        print(f"correlation of the estimate with the planted {planted}: "
              f"{managers.loc[enough, 'estimate'].corr(truth.loc[enough, planted]):.2f} "
              f"({int(enough.sum())} managers with 8 ratings or more)")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
