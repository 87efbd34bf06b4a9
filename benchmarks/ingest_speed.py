"""How long reading exports takes against a bare reading of the same file, in one run, and how much memory it needs.

A csv is held against pandas' ``read_csv(dtype=str)``, an xlsx against calamine alone.
Run ``python benchmarks/ingest_speed.py [rows of the csv] [rows of the xlsx]``.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter
from python_calamine import CalamineWorkbook

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


def write_workbook(path: Path, table: pd.DataFrame) -> None:
    """Write the same export as an ERP's xlsx: ids as numbers whose zeros the format shows, dates as dates."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Ratings")
        ids, days = book.add_format({"num_format": "000000"}), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, list(table.columns))
        for j, name in enumerate(table.columns):
            for i, text in enumerate(table[name].tolist(), start=1):
                if name in ("Employee Number", "Reviewer"):
                    sheet.write_number(i, j, int(text), ids)
                elif name == "Review Date":
                    sheet.write_datetime(i, j, datetime.strptime(text, "%d/%m/%Y"), days)
                elif name == "FTE":
                    sheet.write_number(i, j, float(text))
                else:
                    sheet.write_string(i, j, text)


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def compare(bare: Callable[[], object], whole: Callable[[], object]) -> tuple[float, float]:
    """Take turns, and the least of each: processor time, so that a busy machine does not blur the ratio."""
    turns = [(spent(bare), spent(whole)) for _ in range(REPEATS)]
    first, second = (min(times) for times in zip(*turns, strict=True))
    return first, second


def read_bare(path: Path) -> None:
    with CalamineWorkbook.from_path(str(path)) as workbook:
        workbook.get_sheet_by_index(0).to_python()


def peak_of(path: Path) -> float:
    """Give the most memory that reading a file takes, in GB, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_read_and_measure, (path,))


def _read_and_measure(path: Path) -> float:
    read_exports(path, settings=Settings())
    # Not getrusage: a new process takes over the peak of the one that started it.
    status = Path("/proc/self/status").read_text("ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1e6


def main() -> None:
    """Print one line per kind of file."""
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    n_sheet = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path, book = Path(folder) / "export.csv", Path(folder) / "export.xlsx"
        write_export(path, n_sheet)
        write_workbook(book, pd.read_csv(path, dtype=str))
        write_export(path, n_rows)
        for name, n, file, bare_name, bare_read in (
                ("csv", n_rows, path, "pandas.read_csv(dtype=str)", lambda: pd.read_csv(path, dtype=str)),
                ("xlsx", n_sheet, book, "calamine", lambda: read_bare(book))):
            bare, whole = compare(bare_read, lambda file=file: read_exports(file, settings=Settings()))
            print(f"{name}, {n:,} rows x 15 columns: {bare_name} {bare:.2f} s, read_exports {whole:.2f} s, "
                  f"ratio {whole / bare:.2f}, peak {peak_of(file):.2f} GB")


if __name__ == "__main__":
    main()
