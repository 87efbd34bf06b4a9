"""How long the attack on a council's published profiles takes, and how many hidden counts it narrows.

    python -m benchmarks.attack [EMPLOYEES ...] [--by directorate,service,grade,sex]

One line per grouping, released and attacked by itself, and one for all of them attacked together.
"""

from __future__ import annotations

import argparse
import time

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.attacker import attack_release
from my121_analytics.disclosure.release import release
from my121_analytics.workforce.sample import make_sample

SIZES = (600, 5_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--by", default="directorate,service,grade,sex")
    given = parser.parse_args()
    print(f"{'employees':>10} {'tables by':>22} {'rows':>7} {'hidden':>7} {'narrow':>7} {'seconds':>8}")
    for n_employees in given.sizes:
        workforce = make_sample(n_employees).workforce
        results = {by: tabulate_profile(workforce, by=by) for by in given.by.split(",")}
        released = {by: release(result, audience="publish") for by, result in results.items()}
        for names in [*([by] for by in results), list(results)]:
            started = time.perf_counter()
            report = attack_release({by: released[by] for by in names}, {by: results[by] for by in names})
            seconds = time.perf_counter() - started
            rows = sum(len(frame) for by in names for frame in released[by].tables.values())
            print(f"{n_employees:>10,} {names[0] if len(names) == 1 else 'all together':>22} {rows:>7,} "
                  f"{report.n_hidden:>7,} {report.n_narrow:>7,} {seconds:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
