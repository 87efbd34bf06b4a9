"""Seconds and peak memory of making a synthetic council, in memory and with its files written."""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

SIZES = (3_000, 30_000, 100_000)


def measure(n_employees: int, with_files: bool, answer: multiprocessing.Queue) -> None:
    """Make one council in a process of its own, so that peaks do not add up."""
    from my121_analytics.sample_council.council import make_sample

    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        sample = make_sample(n_employees, folder=folder if with_files else None)
        seconds = time.perf_counter() - begun
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
    unit = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KiB elsewhere
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    answer.put((seconds, peak, len(sample.workforce.placements), size))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-files", action="store_true", help="only in memory")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    given = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    print(f"{'employees':>10} {'placements':>11} {'files':>6} {'seconds':>8} {'peak MB':>8} {'written MB':>11}")
    for n_employees in given.sizes:
        for with_files in (False,) if given.no_files else (False, True):
            answer = context.Queue()
            process = context.Process(target=measure, args=(n_employees, with_files, answer))
            process.start()
            seconds, peak, n_placements, size = answer.get()
            process.join()
            print(f"{n_employees:>10,} {n_placements:>11,} {'yes' if with_files else 'no':>6} {seconds:>8.1f} "
                  f"{peak / 1e6:>8.0f} {size / 1e6:>11.1f}", flush=True)


if __name__ == "__main__":
    main()
