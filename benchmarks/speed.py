"""How long the work takes beside a bound measured in the same run, so that another machine gives the same ratios.

    python -m benchmarks.speed [--csv ROWS] [--xlsx ROWS] [--repeats N] [--small] [--write]

Seconds are of the processor, of a whole process with its children where a command is run; the least of a few turns
taken in alternation, of two at most for the large councils. Beside them stand the seconds by the clock of that turn and
the memory of its largest process. Commands find Python's compiled files, as after an installation. ``--small`` leaves
out the councils of 3,000 and 10,000 and the large files; ``--write`` puts the table into ``docs/measurements.md``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from benchmarks.engine_speed import MILLION, now_and_peak, simulate_rows
from benchmarks.ingest_speed import peak_of, read_bare, write_export, write_workbook
from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.movement import track_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.release import Released, release
from my121_analytics.figures import theme
from my121_analytics.figures.canvas import draw_on_canvas
from my121_analytics.figures.coverage import plot_coverage
from my121_analytics.figures.nine_box import plot_box_by_group, plot_box_change, plot_nine_box
from my121_analytics.inference.cumulative_link import fit_cumulative_link, fit_cumulative_link_counts
from my121_analytics.ingest.intake import read_exports
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import Settings

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
LAUNCH = """
import resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
took = resource.getrusage(resource.RUSAGE_CHILDREN)
print(took.ru_utime + took.ru_stime, time.perf_counter() - begun, took.ru_maxrss / 1024)
raise SystemExit(code)
"""
# A process takes over the peak of the one that starts it; this one is small.
MODEL_ALONE = """
import sys
from my121_analytics.ingest.intake import read_exports
from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.settings_file import find_settings, load_settings
settings = load_settings(find_settings(sys.argv[1], None))
estimate_severity(read_exports(sys.argv[1], settings=settings).workforce, settings=settings, axes=["performance"])
"""


class Cost(NamedTuple):
    """What one turn took: seconds of the processor and by the clock, and the memory of its largest process."""

    seconds: float
    clock: float | None = None
    megabytes: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table: what the work and its bound took."""

    what: str
    bound: str
    cost: Cost
    bound_cost: Cost

    @property
    def ratio(self) -> float:
        """How many times the bound the work takes."""
        return self.cost.seconds / self.bound_cost.seconds


def main() -> None:
    """Measure, print each row as it comes, and write the table into the page where asked to."""
    parser = argparse.ArgumentParser(description="Speed beside bounds.")
    parser.add_argument("--csv", type=int, default=1_000_000, help="rows of the csv that is read")
    parser.add_argument("--xlsx", type=int, default=100_000, help="rows of the xlsx that is read")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--small", action="store_true", help="leave out large councils and files")
    parser.add_argument("--write", action="store_true", help="write docs/measurements.md")
    asked = parser.parse_args()
    rows = []
    for row in measure(asked):
        print(tabulate([row]).splitlines()[-1], flush=True)
        rows.append(row)
    if asked.write:
        PAGE.write_text(put_into(PAGE.read_text("utf-8"), tabulate(rows)), "utf-8")


def measure(asked: argparse.Namespace) -> Iterator[Row]:
    """Measure all that is asked for."""
    with tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        yield from compare_pictures(asked.repeats)
        yield from compare_commands(asked.repeats)
        yield compare_reading_csv(200_000 if asked.small else asked.csv, asked.repeats)
        if not asked.small:
            yield compare_reading_xlsx(asked.xlsx, asked.repeats)
            yield compare_fit(asked.repeats)
            yield from compare_large_councils(min(asked.repeats, 2))


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


def compare_commands(repeats: int) -> Iterator[Row]:
    """Hold whole commands on the sample against what they cannot do without."""
    with tempfile.TemporaryDirectory() as folder:
        out = ["--out", folder + "/out"]
        helped, bare = least([my121("--help"), lambda: run("-c", "import typer")], repeats, spent_by_child)
        yield Row("`my121 --help`", "loading typer", helped, bare)
        checked, profiled, read = least([my121("check", SAMPLE, *out), my121("profile", SAMPLE, *out),
                                         lambda: run("-c", BARE_READ, SAMPLE)], repeats, spent_by_child)
        yield Row("`my121 check data/sample`", "reading its files with pandas and calamine", checked, read)
        yield Row("`my121 profile data/sample`", "the same", profiled, read)
        managers, packed, one, model = least([
            my121("managers", SAMPLE, *out), my121("pack", SAMPLE, *out),
            my121("pack", SAMPLE, "--unit", "Adult Care", *out), lambda: run("-c", MODEL_ALONE, SAMPLE)], repeats,
            spent_by_child)
        bound = "reading and the model of one axis alone"
        yield Row("`my121 managers data/sample`", bound, managers, model)
        yield Row("`my121 pack data/sample`, 7 packs", "the same", packed, model)
        yield Row("the same, one unit", "the same", one, model)


def compare_large_councils(repeats: int) -> Iterator[Row]:
    """Hold the packs of 3,000 and a publication about 10,000 employees against what they cannot do without."""
    with tempfile.TemporaryDirectory() as folder:
        exports, out = folder + "/exports", ["--out", folder + "/out"]
        make_sample(3_000, folder=exports)
        packed, model = least([my121("pack", exports, *out), lambda: run("-c", MODEL_ALONE, exports)], repeats,
                              spent_by_child)
        yield Row("`my121 pack`, 3,000 employees", "reading and the model of one axis alone", packed, model)
    with tempfile.TemporaryDirectory() as folder:
        exports = folder + "/exports"
        make_sample(10_000, folder=exports)
        published, shown = least([
            my121("report", exports, "--out", folder + "/out"),
            my121("report", exports, "--audience", "analyst", "--out", folder + "/shown")], repeats, spent_by_child)
        yield Row("`my121 report`, 10,000 employees, published and proved", "the same for analysts, nothing withheld",
                  published, shown)


def compare_reading_csv(n_rows: int, repeats: int) -> Row:
    """Hold reading one large csv against pandas' bare read."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        write_export(path, n_rows)
        whole, bare = least([lambda: read_exports(path, settings=Settings()), lambda: pd.read_csv(path, dtype=str)],
                            repeats)
        whole = whole._replace(megabytes=1000 * peak_of(path))
    return Row(f"reading a csv of {n_rows:,} rows and 15 columns", "pandas' `read_csv(dtype=str)`", whole, bare)


def compare_reading_xlsx(n_rows: int, repeats: int) -> Row:
    """Hold reading one large workbook against calamine's bare read."""
    with tempfile.TemporaryDirectory() as folder:
        path, book = Path(folder) / "export.csv", Path(folder) / "export.xlsx"
        write_export(path, n_rows)
        write_workbook(book, pd.read_csv(path, dtype=str))
        path.unlink()
        whole, bare = least([lambda: read_exports(book, settings=Settings()), lambda: read_bare(book)], repeats)
        whole = whole._replace(megabytes=1000 * peak_of(book))
    return Row(f"reading an xlsx of {n_rows:,} rows and 15 columns", "calamine alone", whole, bare)


def compare_fit(repeats: int) -> Row:
    """Hold the model of a million single ratings against the same from counts that are gathered already."""
    ratings, design = simulate_rows(MILLION[0])
    counts = ratings.groupby(["rater", "pattern", "category"], as_index=False)["n"].sum()
    category, rater = ratings["category"].to_numpy(), ratings["rater"].to_numpy()
    covariates = design.iloc[ratings["pattern"]].reset_index(drop=True)
    inputs, _ = now_and_peak()
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    fit_cumulative_link(category, rater, covariates)
    megabytes = now_and_peak()[1] - inputs
    rows, gathered = least([lambda: fit_cumulative_link(category, rater, covariates),
                            lambda: fit_cumulative_link_counts(counts, design)], repeats)
    return Row("`fit_cumulative_link`, 1,000,000 ratings by 100,000 raters (memory above the inputs)",
               "the same from counts", rows._replace(megabytes=megabytes), gathered)


def least(turns: list[Work], repeats: int, spent: Callable[[Work], Cost] | None = None) -> list[Cost]:
    """Take turns, so that a busy hour weighs on all alike; gives the least of each, by the processor."""
    spent = spent or spent_here
    times = [[spent(work) for work in turns] for _ in range(repeats)]
    return [min(column) for column in zip(*times, strict=True)]


def spent_here(work: Work) -> Cost:
    """Give what a piece of work takes in this process."""
    clock, start = time.perf_counter(), time.process_time()
    work()
    return Cost(time.process_time() - start, time.perf_counter() - clock)


def spent_by_child(work: Work) -> Cost:
    """Give what the process took that a piece of work ran, as it says itself."""
    cost = work()
    if not isinstance(cost, Cost):
        raise TypeError("the work ran no process")
    return cost


def my121(*words: str) -> Work:
    """Give a command as work."""
    return lambda: run("-m", "my121_analytics", *words)


def run(*words: str) -> Cost:
    """Run Python in a process of its own from the project's folder; gives what it and those it waited for took.

    Raises
    ------
    subprocess.CalledProcessError
        It failed.
    """
    told = subprocess.run([sys.executable, "-I", "-S", "-c", LAUNCH, sys.executable, *words], cwd=ROOT, check=True,
                          capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"})
    return Cost(*map(float, told.stdout.split()))


def tabulate(rows: list[Row]) -> str:
    """Write the table in Markdown."""
    lines = ["| what | bound | seconds | bound's seconds | ratio | by the clock | MB |", f"|{'---|' * 7}"]
    for row in rows:
        numbers = " | ".join("" if value is None else _short(value) for value in (
            row.cost.seconds, row.bound_cost.seconds, row.ratio, row.cost.clock, row.cost.megabytes))
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
