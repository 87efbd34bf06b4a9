"""How long the cumulative-link engine takes, beside whatever else is installed that fits the same model.

``python -m benchmarks.engine_speed`` runs the small cases beside R's ordinal, edi-kernels and interlace-lme where they
are present; ``--million`` and ``--ten-million`` run the large ones, alone, and ``--continuous`` those with two
covariates of which no two rows are alike, beside the same rounded to a few bands. Counts are made from single rows, so
that the group-by is in the time. Memory is what the process needed above its inputs, each case in a process of its own.
On a busy machine trust the seconds of processor time (all threads together) and not those of the clock.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from my121_analytics.inference.cumulative_link import CumulativeLinkFit, fit_cumulative_link, fit_cumulative_link_counts


@dataclass(frozen=True)
class Case:
    """A size: ratings, raters, categories, and the levels of the covariates."""

    ratings: int
    raters: int
    categories: int
    levels: tuple[int, ...]


SMALL = [Case(1_000, 220, 5, (4, 3)), Case(5_000, 1_100, 5, (4, 3)), Case(20_000, 2_500, 5, (4, 3)),
         Case(73_000, 3_000, 5, (4, 3))]
MILLION = [Case(1_000_000, 100_000, 3, (10, 4, 12))]
TEN_MILLION = [Case(10_000_000, 100_000, 3, (10, 4, 12)), Case(10_000_000, 1_000_000, 3, (10, 4, 12))]
CONTINUOUS = [Case(5_000, 1_100, 5, ()), Case(73_000, 3_000, 5, ()), Case(1_000_000, 100_000, 5, ())]
CONTINUOUS_MEMORY = 300.0
"""MB above the inputs that a fit of a million ratings with continuous covariates may take."""
CROSSED = [(500, 60, 4), (3_000, 350, 6), (5_000, 2_500, 4), (25_000, 2_000, 4), (250_000, 20_000, 4)]
PEER_LIMITS = {"edi-kernels": 73_000, "interlace-lme": 1_000, "R ordinal::clmm": 1_000}
R_SECONDS = 900


def simulate_rows(case: Case, *, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw single ratings from the model: rater, pattern, category and n = 1, and the design of the patterns."""
    rng = np.random.default_rng(seed)
    design = pd.MultiIndex.from_product([range(k) for k in case.levels]).to_frame(index=False)
    dummies = pd.get_dummies(design.astype("category"), drop_first=True).astype(float)
    dummies.columns = pd.Index([f"x{k}" for k in range(dummies.shape[1])])
    effects = rng.normal(0, 0.4, dummies.shape[1])
    rater = rng.integers(0, case.raters, case.ratings, dtype=np.int32)
    pattern = rng.integers(0, len(design), case.ratings, dtype=np.int16)
    leniency = rng.normal(0, 0.6, case.raters)
    cuts = np.linspace(-2, 2, case.categories - 1)
    category = np.empty(case.ratings, dtype=np.int8)
    for part in np.array_split(np.arange(case.ratings), max(1, case.ratings // 500_000)):
        t = (dummies.to_numpy() @ effects)[pattern[part]] + leniency[rater[part]] + rng.logistic(size=len(part))
        category[part] = np.searchsorted(cuts, t) + 1
    rows = pd.DataFrame({"rater": rater, "pattern": pattern, "category": category}, copy=False)
    return rows.assign(n=np.ones(len(rows), dtype=np.int8)), dummies


def now_and_peak() -> tuple[float, float]:
    """Give the process's memory now and at its highest, MB."""
    found = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return tuple(int(found[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def run_ours(case: Case, repeats: int) -> tuple[float, float, float, CumulativeLinkFit]:
    rows, design = simulate_rows(case)
    inputs, _ = now_and_peak()
    fit_cumulative_link_counts(rows.iloc[:2_000], design)
    best = busy = np.inf
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    for _ in range(repeats):
        start, begun = time.perf_counter(), time.process_time()
        fit = fit_cumulative_link_counts(rows, design)
        best, busy = min(best, time.perf_counter() - start), min(busy, time.process_time() - begun)
    return best, busy, now_and_peak()[1] - inputs, fit


def show_ours(case: Case) -> None:
    seconds, busy, megabytes, fit = run_ours(case, 3 if case.ratings <= 1_000_000 else 1)
    show(case, "this package", f"{seconds:.3f} s ({busy:.3f} s busy), {megabytes:.0f} MB", fit.sd, fit.log_likelihood,
         fit.converged)


def simulate_continuous(case: Case) -> tuple[np.ndarray, np.ndarray, pd.DataFrame]:
    """Draw ratings with two continuous covariates: ratings, raters, covariates."""
    rng = np.random.default_rng(1)
    rater, leniency = rng.integers(0, case.raters, case.ratings), rng.normal(0, 0.6, case.raters)
    covariates = pd.DataFrame(rng.normal(size=(case.ratings, 2)), columns=["x0", "x1"])
    t = covariates.to_numpy() @ np.array([0.4, -0.3]) + leniency[rater] + rng.logistic(size=case.ratings)
    return np.searchsorted(np.linspace(-2, 2, case.categories - 1), t), rater, covariates


def show_continuous(case: Case, band: float | None) -> None:
    ratings, rater, covariates = simulate_continuous(case)
    if band is not None:
        covariates = (covariates / band).round() * band
    fit_cumulative_link(ratings[:2_000], rater[:2_000], covariates[:2_000])
    inputs, _ = now_and_peak()
    best = busy = np.inf
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest so far
    for _ in range(3 if case.ratings < 1_000_000 else 1):
        start, begun = time.perf_counter(), time.process_time()
        fit = fit_cumulative_link(ratings, rater, covariates)
        best, busy = min(best, time.perf_counter() - start), min(busy, time.process_time() - begun)
    megabytes = now_and_peak()[1] - inputs
    over = f" OVER {CONTINUOUS_MEMORY:.0f} MB" if megabytes > CONTINUOUS_MEMORY else ""
    name = "continuous" if band is None else f"bands of {band}"
    show(case, name, f"{best:.3f} s ({busy:.3f} s busy), {megabytes:.0f} MB{over}", fit.sd, fit.log_likelihood,
         fit.converged)


def show(case: Case, name: str, result: str, sd: float, log_likelihood: float, converged: bool) -> None:
    print(f"{case.ratings:>11,} {case.raters:>9,} {case.categories:>2}  {name:<15} {result:<34} sd {sd:.4f}  "
          f"log-likelihood {log_likelihood:.3f}  converged {converged}", flush=True)


def run_edi_kernels(rows: pd.DataFrame, design: pd.DataFrame) -> tuple[float, float, bool]:
    import edi_kernels

    x = np.asfortranarray(design.to_numpy()[rows["pattern"]])
    found = edi_kernels.fast_ordinal_clmm(x, rows["category"].to_numpy(dtype=np.int32),
                                          rows["rater"].to_numpy(dtype=np.int32), int(rows["category"].max()), 0)
    return float(np.exp(found["log_sigma"])), -float(found["neg_loglik"]), bool(found["converged"])


def run_interlace(rows: pd.DataFrame, design: pd.DataFrame) -> tuple[float, float, bool]:
    from interlace.clmm import fit_clmm

    frame = pd.concat([design.iloc[rows["pattern"]].reset_index(drop=True), rows.reset_index(drop=True)], axis=1)
    found = fit_clmm(f"category ~ {' + '.join(design.columns)}", frame.astype({"rater": str}), groups="rater")
    return float(np.sqrt(found.variance_components["rater"])), float(found.llf), bool(found.converged)


def run_r(rows: pd.DataFrame, design: pd.DataFrame) -> tuple[float, float, bool]:
    """R's clmm by Laplace's method; reading the file is not in its time, so the script reports its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        pd.concat([design.iloc[rows["pattern"]].reset_index(drop=True), rows.reset_index(drop=True)],
                  axis=1).to_csv(path, index=False)
        script = (f"suppressMessages(library(ordinal)); d <- read.csv('{path}'); d$category <- ordered(d$category); "
                  f"d$rater <- factor(d$rater); t <- system.time(m <- clmm(category ~ {' + '.join(design.columns)} + "
                  f"(1 | rater), data = d))[['elapsed']]; cat(m$ST[[1]], m$logLik, m$optRes$convergence, t)")
        out = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, timeout=R_SECONDS, check=True)
    sd, log_likelihood, code, _ = (float(value) for value in out.stdout.split()[-4:])
    return sd, log_likelihood, code == 0


def peers() -> dict[str, Callable[[pd.DataFrame, pd.DataFrame], tuple[float, float, bool]]]:
    """Find what else is installed, and say what is not."""
    found = {}
    for name, module, run in (("edi-kernels", "edi_kernels", run_edi_kernels),
                              ("interlace-lme", "interlace", run_interlace)):
        if importlib.util.find_spec(module):
            found[name] = run
        else:
            print(f"{name} is not installed: left out.")
    has_ordinal = shutil.which("Rscript") and subprocess.run(
        ["Rscript", "-e", "library(ordinal)"], capture_output=True, check=False).returncode == 0
    if has_ordinal:
        found["R ordinal::clmm"] = run_r
    else:
        print("R with its package ordinal is not installed: left out.")
    return found


def compare(case: Case, name: str, run: Callable[[pd.DataFrame, pd.DataFrame], tuple[float, float, bool]]) -> None:
    rows, design = simulate_rows(case)
    rows = rows.sort_values("rater", kind="stable").reset_index(drop=True)  # edi-kernels reads groups in runs
    start, begun = time.perf_counter(), time.process_time()
    try:
        sd, log_likelihood, converged = run(rows, design)
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError, ValueError, RuntimeError, MemoryError) as fault:
        print(f"{case.ratings:>11,} {case.raters:>9,} {case.categories:>2}  {name:<14} gave no answer: "
              f"{type(fault).__name__} after {time.perf_counter() - start:.0f} s", flush=True)
        return
    seconds, busy = time.perf_counter() - start, time.process_time() - begun
    busy += sum(os.times()[2:4])  # R runs as a child
    show(case, name, f"{seconds:.3f} s ({busy:.3f} s busy)", sd, log_likelihood, converged)


def simulate_crossed(n_people: int, n_raters: int, n_cycles: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw ratings of people of whom one in ten moves to another rater each cycle."""
    rng = np.random.default_rng(1)
    u, a = rng.normal(0, 0.6, n_raters), rng.normal(0, 1.0, n_people)
    rater = np.empty((n_cycles, n_people), dtype=int)
    rater[0] = rng.integers(0, n_raters, n_people)
    for t in range(1, n_cycles):
        moves = rng.random(n_people) < 0.1
        rater[t] = np.where(moves, rng.integers(0, n_raters, n_people), rater[t - 1])
    person = np.tile(np.arange(n_people), n_cycles)
    t = u[rater.ravel()] + a[person] + rng.logistic(size=len(person))
    return np.searchsorted([-2.0, 0.0, 2.0], t), rater.ravel(), person


def show_crossed(size: tuple[int, int, int]) -> None:
    ratings, rater, person = simulate_crossed(*size)
    inputs, start, begun = now_and_peak()[0], time.perf_counter(), time.process_time()
    fit = fit_cumulative_link(ratings, rater, subjects=person)
    seconds, busy = time.perf_counter() - start, time.process_time() - begun
    megabytes = now_and_peak()[1] - inputs
    print(f"{len(ratings):>11,} {size[1]:>9,}  4  crossed with {size[0]:,} people: {seconds:.1f} s ({busy:.1f} s "
          f"busy), {megabytes:.0f} MB  sd {fit.sd:.4f} and {fit.sd_subject:.4f}  converged {fit.converged}", flush=True)


def apart(work: Callable[..., None], *given: object) -> None:
    """Run in a process of its own, so that memory is this case's alone."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=given)
    process.start()
    process.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--million", action="store_true", help="a million ratings by 100,000 raters")
    parser.add_argument("--ten-million", action="store_true", help="ten million, by 100,000 and 1,000,000 raters")
    parser.add_argument("--continuous", action="store_true", help="covariates of which no two rows are alike")
    parser.add_argument("--crossed", action="store_true", help="raters and the people they rate")
    parser.add_argument("--patience", type=int, default=1, metavar="N",
                        help="let the others try cases N times larger (R takes a minute at 5,000, ten at 73,000)")
    chosen = parser.parse_args()
    if chosen.million or chosen.ten_million or chosen.crossed or chosen.continuous:
        for case in (MILLION if chosen.million else []) + (TEN_MILLION if chosen.ten_million else []):
            apart(show_ours, case)
        for case in CONTINUOUS if chosen.continuous else []:
            for band in (None, 0.5):
                apart(show_continuous, case, band)
        for size in CROSSED if chosen.crossed else []:
            apart(show_crossed, size)
        return
    others = peers()
    for case in SMALL:
        apart(show_ours, case)
        for name, run in others.items():
            if case.ratings <= PEER_LIMITS[name] * chosen.patience:
                apart(compare, case, name, run)


if __name__ == "__main__":
    main()
