"""How long reading exports takes against pandas' bare reading of the same file, in one run.

Run ``python benchmarks/ingest_speed.py [rows]``.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from my121_analytics.ingest.intake import read_exports
from my121_analytics.settings import Settings

REPEATS = 3


def write_export(path: Path, n_rows: int) -> None:
    draw = np.random.default_rng(1)
    person = np.arange(n_rows) // 6
    ids = np.char.zfill(person.astype(str), 6)
    cycles = np.array(["2022/23 H1", "2022/23 H2", "2023/24 H1", "2023/24 H2", "2024/25 H1", "2024/25 H2"])
    starts = np.array(["2022-04-01", "2022-10-01", "2023-04-01", "2023-10-01", "2024-04-01", "2024-10-01"],
                      dtype="datetime64[D]")
    days = pd.Series(starts[np.arange(n_rows) % 6] + draw.integers(0, 180, n_rows).astype("timedelta64[D]"))
    pd.DataFrame({
        "Employee Number": ids, "Employee Name": [f"Surname{p}, Forename{p % 977}" for p in person],
        "Post Number": np.char.add("P", ids),
        "Directorate": draw.choice(["Adults", "Children", "Place"], n_rows // 6 + 1)[person],
        "Service": draw.choice([f"Service {k}" for k in range(40)], n_rows // 6 + 1)[person],
        "Team": draw.choice([f"Team {k}" for k in range(400)], n_rows // 6 + 1)[person],
        "Grade": draw.choice([f"G{k}" for k in range(15)], n_rows // 6 + 1)[person],
        "Job title": draw.choice([f"Officer {k}" for k in range(300)], n_rows // 6 + 1)[person],
        "Review Period": cycles[np.arange(n_rows) % 6], "Review Date": days.dt.strftime("%d/%m/%Y"),
        "Reviewer": ids[person // 8 * 6],
        "Performance": draw.choice(["1 - Partially meets", "2 - Meets expectations", "Exceeds"], n_rows),
        "Potential": draw.choice(["Low", "Moderate", "High"], n_rows), "Agreed on": days.dt.strftime("%Y-%m-%d"),
        "FTE": draw.choice(["1.0", "0.5", "0.81"], n_rows // 6 + 1)[person]}).to_csv(path, index=False)


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Take turns, and the least of each: processor time, so that a busy machine does not blur the ratio."""
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        write_export(path, n_rows)
        turns = [(spent(lambda: pd.read_csv(path, dtype=str)), spent(lambda: read_exports(path, settings=Settings())))
                 for _ in range(REPEATS)]
    bare, whole = (min(times) for times in zip(*turns, strict=True))
    print(f"{n_rows:,} rows x 15 columns: pandas.read_csv(dtype=str) {bare:.2f} s, read_exports {whole:.2f} s, "
          f"ratio {whole / bare:.1f}")


if __name__ == "__main__":
    main()
