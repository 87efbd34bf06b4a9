"""How long the work takes beside a bound measured in the same run, so that another machine gives the same ratios.

    python -m benchmarks.speed [--csv ROWS] [--repeats N] [--write]

All times are processor seconds, of a whole process with its children where a command is run, the least of a few turns
taken in alternation. ``--write`` puts the table into ``docs/measurements.md``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.ingest_speed import write_export
from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.movement import track_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.release import Released, release
from my121_analytics.figures import theme
from my121_analytics.figures.canvas import draw_on_canvas
from my121_analytics.figures.coverage import plot_coverage
from my121_analytics.figures.nine_box import plot_box_by_group, plot_box_change, plot_nine_box
from my121_analytics.sample_council.council import make_sample

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "measurements.md"
BEGIN, END = "<!-- speed: begin -->", "<!-- speed: end -->"
SAMPLE = "data/sample"
Work = Callable[[], object]

BARE_READ = """
import sys, pandas as pd
from pathlib import Path
from python_calamine import CalamineWorkbook
for path in sorted(Path(sys.argv[1]).iterdir()):
    if path.suffix == ".csv":
        pd.read_csv(path, dtype=str, encoding_errors="replace", on_bad_lines="skip", engine="python", sep=None)
    elif path.suffix == ".xlsx":
        with CalamineWorkbook.from_path(str(path)) as book:
            [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
"""
MODEL_ALONE = """
import sys
from my121_analytics.ingest.intake import read_exports
from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.settings_file import load_settings
settings = load_settings(sys.argv[1] + "/my121.toml")
estimate_severity(read_exports(sys.argv[1], settings=settings).workforce, settings=settings, axes=["performance"])
"""


@dataclass(frozen=True)
class Row:
    """One line of the table: processor seconds of the work and of its bound."""

    what: str
    bound: str
    seconds: float
    bound_seconds: float

    @property
    def ratio(self) -> float:
        """How many times the bound the work takes."""
        return self.seconds / self.bound_seconds


def main() -> None:
    """Measure, print the table, and write it into the page where asked to."""
    parser = argparse.ArgumentParser(description="Speed beside bounds.")
    parser.add_argument("--csv", type=int, default=200_000, help="rows of the csv that is read")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write docs/measurements.md")
    asked = parser.parse_args()
    rows = [*compare_pictures(asked.repeats), *compare_commands(asked.repeats),
            compare_reading(asked.csv, asked.repeats)]
    table = tabulate(rows)
    print(table)
    if asked.write:
        PAGE.write_text(put_into(PAGE.read_text("utf-8"), table), "utf-8")


def compare_pictures(repeats: int) -> list[Row]:
    """Hold a council's pictures against the same drawn by matplotlib, and their dots against their drawing."""
    plots = _pictures()
    drawn = [draw_on_canvas(plot, released) for plot, released in plots]

    def ours() -> None:
        for plot, released in plots:
            theme.render_svg(draw_on_canvas(plot, released))

    def by_matplotlib() -> None:
        for plot, released in plots:
            theme.render_svg(plot(released))

    ours_seconds, matplotlib = least([ours, by_matplotlib], repeats)
    dots, drawing = least([lambda: [theme.render_png(canvas, dpi=110) for canvas in drawn],
                           lambda: [theme.render_svg(canvas) for canvas in drawn]], repeats)
    return [Row("four pictures of a pack as SVG", "the same by matplotlib", ours_seconds, matplotlib),
            Row("the same as PNG, once laid out", "as SVG, once laid out", dots, drawing)]


def compare_commands(repeats: int) -> list[Row]:
    """Hold whole commands against what they cannot do without."""
    with tempfile.TemporaryDirectory() as folder:
        def my121(*words: str) -> Work:
            return lambda: run("-m", "my121_analytics", *words)

        out = ["--out", folder + "/out"]
        helped, bare = least([my121("--help"), lambda: run("-c", "import typer")], repeats, spent_by_children)
        checked, read = least([my121("check", SAMPLE, *out), lambda: run("-c", BARE_READ, SAMPLE)], repeats,
                              spent_by_children)
        packed, one, model = least([my121("pack", SAMPLE, *out), my121("pack", SAMPLE, "--unit", "Adult Care", *out),
                                    lambda: run("-c", MODEL_ALONE, SAMPLE)], repeats, spent_by_children)
    return [Row("`my121 --help`", "loading typer", helped, bare),
            Row("`my121 check data/sample`", "reading its files with pandas and calamine", checked, read),
            Row("`my121 pack data/sample`, 7 packs", "reading and the model of managers alone", packed, model),
            Row("the same, one unit", "reading and the model of managers alone", one, model)]


def compare_reading(n_rows: int, repeats: int) -> Row:
    """Hold reading one large csv against pandas' bare read."""
    from my121_analytics.ingest.intake import read_exports
    from my121_analytics.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        write_export(path, n_rows)
        whole, bare = least([lambda: read_exports(path, settings=Settings()), lambda: pd.read_csv(path, dtype=str)],
                            repeats)
    return Row(f"reading a csv of {n_rows:,} rows and 15 columns", "pandas' `read_csv(dtype=str)`", whole, bare)


def least(turns: list[Work], repeats: int, spent: Callable[[Work], float] | None = None) -> list[float]:
    """Take turns, so that a busy hour weighs on all alike; gives the least seconds of each."""
    spent = spent or spent_here
    times = [[spent(work) for work in turns] for _ in range(repeats)]
    return [min(column) for column in zip(*times, strict=True)]


def spent_here(work: Work) -> float:
    """Give the processor seconds of a piece of work in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def spent_by_children(work: Work) -> float:
    """Give the processor seconds of the processes that a piece of work starts and waits for."""
    start = os.times()
    work()
    end = os.times()
    return end.children_user + end.children_system - start.children_user - start.children_system


def run(*words: str) -> None:
    """Run Python in a process of its own from the project's folder."""
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"})


def tabulate(rows: list[Row]) -> str:
    """Write the table in Markdown."""
    lines = ["| what | bound | seconds | bound's seconds | ratio |", "|---|---|---|---|---|"]
    for row in rows:
        numbers = " | ".join(_short(value) for value in (row.seconds, row.bound_seconds, row.ratio))
        lines.append(f"| {row.what} | {row.bound} | {numbers} |")
    return "\n".join(lines)


def put_into(page: str, table: str) -> str:
    """Put the table between its marks in a page.

    Raises
    ------
    ValueError
        The page has no marks.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no place for the table: {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.1f}" if value >= 2 else f"{value:.2g}"


def _pictures() -> list[tuple[Callable[..., Any], Released]]:
    workforce = make_sample(300, seed=1).workforce
    results: Mapping[str, Released] = {
        "profile": release(tabulate_profile(workforce, by="directorate"), audience="panel"),
        "movement": release(track_movement(workforce), audience="panel"),
        "coverage": release(measure_coverage(workforce, by="directorate"), audience="panel")}
    return [(plot_nine_box, results["profile"]), (plot_box_by_group, results["profile"]),
            (plot_box_change, results["movement"]), (plot_coverage, results["coverage"])]


if __name__ == "__main__":
    main()
