"""What movers and objectives bring, held against leniency itself: python -m benchmarks.sources [--runs N] [--write].

The same staff stay with the same managers and some move: the usual council, in which ratings show manager and team
together. Each council is judged as the pack would judge it, and each name held against both truths: the manager's
leniency, and leniency with the quality of the team.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.councils import Council, simulate_council
from my121_analytics.analysis.rating_patterns.severity import study_axis
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import Settings

DELTA = Settings().managers.delta
FIRST_SEED = 70_000
"""Not seen while the model was made."""
TRUTHS = ("leniency", "total")
BANDS = ("2-5", "6-10", "11-25")


def staying(name: str, cycles: int, mobility: float, **more: float | str) -> Council:
    """A council of 300 managers whose staff stay: leniency sd .6, team sd .3, people's sd 1."""
    base = {"managers": 300, "fresh": False, "people_sd": 1.0, "leniency_sd": 0.6, "shifted": 0.0}
    return Council(name, cycles, mobility=mobility, **{**base, **more})  # type: ignore[arg-type]


COUNCILS = [
    staying("4 cycles, nobody moves", 4, 0.0),
    *(staying(f"team sd {sd}, {100 * mobility:.0f} % move", 4, mobility, quality_sd=sd)
      for sd in (0.3, 0.5, 0.6) for mobility in (0.05, 0.10, 0.25)),
    *(staying(f"10 % move, objectives of reliability {reliability}", 4, 0.10, objectives=reliability)
      for reliability in (0.3, 0.5, 0.7)),
    *(staying(f"team sd {sd}, 10 % move, objectives .5", 4, 0.10, quality_sd=sd, objectives=0.5) for sd in (0.5, 0.6)),
    staying("8 cycles, 10 % move", 8, 0.10),
    staying("8 cycles, 10 % move, objectives .5", 8, 0.10, objectives=0.5),
    staying("heavy tails, 10 % move, objectives .5", 4, 0.10, shape="heavy", objectives=0.5),
    staying("90 % of ratings in the middle, 10 % move", 4, 0.10, thresholds=(-3.6, 3.4)),  # type: ignore[arg-type]
    staying("teams of 2-4, 10 % move, objectives .5", 4, 0.10, sizes="2-4", objectives=0.5),
    Council("teams of 2-4, new staff", 4, managers=300, sizes="2-4"),
    Council("90 % of ratings in the middle, new staff", 4, managers=300, thresholds=(-3.4, 3.0)),
    Council("thresholds by directorate, in the case mix", 4, managers=300, thresholds_by_directorate=0.4,
            within_directorates=True),
    Council("thresholds by directorate, not in the case mix", 4, managers=300, thresholds_by_directorate=0.4),
    Council("half leave low ratings out, 1 cycle", 1, managers=300, leave_out_low=0.5),
    Council("half leave low ratings out", 4, managers=300, leave_out_low=0.5),
    Council("a fifth leave low ratings out", 4, managers=300, leave_out_low=0.2),
    Council("half keep quotas, 1 cycle", 1, managers=300, quota=0.5),
    Council("half keep quotas", 4, managers=300, quota=0.5),
    Council("a fifth keep quotas", 4, managers=300, quota=0.2),
    staying("half leave low ratings out, 10 % move, objectives .5", 4, 0.10, leave_out_low=0.5, objectives=0.5),
    staying("half keep quotas, 10 % move, objectives .5", 4, 0.10, quota=0.5, objectives=0.5),
]


def judge_council(kind: Council, seed: int) -> pd.DataFrame:
    """Judge one council: one row per manager with both truths."""
    counts, truth, measures = simulate_council(kind, seed)
    counts = dataclasses.replace(counts, patterns=counts.patterns[["grade", "cycle"]])
    settings = Settings()
    rows = study_axis(counts, True, settings.managers, build_framework(settings), measures=measures).raters
    band = np.searchsorted([5, 10, 25], counts.raters["mean_team_size"])
    return rows.reset_index(drop=True).assign(seed=seed, band=band, true_leniency=truth["leniency"].to_numpy(),
                                              true_total=truth["total"].to_numpy())


def tabulate(rows: pd.DataFrame) -> dict[str, object]:
    """Count who is found and named wrongly, and whether ranges hold, against each truth."""
    listed, in_line = rows["verdict"] == "pattern", rows["verdict"] == "in line"
    n_runs = rows["seed"].nunique()
    about = rows.groupby("seed")["about"].first()
    found: dict[str, object] = {
        "runs": int(n_runs), "names": float(listed.sum() / n_runs),
        "about_leniency": float((about == "leniency").mean()),
        "stated": float((1 - rows.loc[listed, "probability"]).mean()) if listed.any() else None}
    for truth in TRUTHS:
        effect = rows[f"true_{truth}"]
        differs = effect.abs() > DELTA
        right = listed & differs & (np.sign(effect) == np.sign(rows["estimate"]))
        inside, ranged = rows["lower"].le(effect) & rows["upper"].ge(effect), rows["lower"].notna()
        found[truth] = {
            "found": _share(right, differs), "wrong": _share(listed & ~right, listed),
            "differ": int(differs.sum()),
            "covered": _share(inside, ranged), "covered_listed": _share(inside, listed),
            "covered_differ": _share(inside, ranged & differs),
            "in_line": [int((in_line & (rows["band"] == band)).sum()) for band in range(3)],
            "in_line_wrong": [_share(differs, in_line & (rows["band"] == band)) for band in range(3)]}
    return found


def _share(what: pd.Series, among: pd.Series) -> float | None:
    return float((what & among).sum() / among.sum()) if among.any() else None


def write_page(kept: Path, page: Path) -> None:
    """Write what was kept as a page."""
    lines = ["# Leniency told from team quality: what was measured", "",
             "Made by `python -m benchmarks.sources --write`; `runs` says how many councils of 300 managers were "
             "simulated of each kind, on seeds not seen while the model was made. Shares found and wrong stand with "
             "their simulation error (one standard error). Leniency has a standard deviation of .6, team quality of .3 "
             "unless said, people's own level of 1; a manager differs beyond ln 2. *About*: share of councils in which "
             "sources "
             "part leniency from the team, so that the list is about leniency; else it is about both together, and "
             "is to be held against the right half of the table. *Stated*: share of names the program expects to be "
             "wrong.", "",
             "| council | runs | names | about | stated | found (leniency) | wrong | found (with team) | wrong |",
             "|---|---|---|---|---|---|---|---|---|"]
    entries = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    for entry in entries:
        one, both = entry["leniency"], entry["total"]
        n_names = entry["names"] * entry["runs"]
        shares = [_with_error(truth[name], n) for truth in (one, both)
                  for name, n in (("found", truth["differ"]), ("wrong", n_names))]
        lines.append(f"| {entry['council']} | {entry['runs']} | {entry['names']:.1f} | {entry['about_leniency']:.1f} | "
                     f"{_two(entry['stated'])} | {' | '.join(shares)} |")
    lines += ["", "Ranges of 95 %, and \"in line\", against what the list of that kind is about. *In line, wrong*: of "
              "all who are told so, the share that lie beyond ln 2, by mean team size (number told so, all runs).", "",
              "| council | covered | among listed | among those who differ | in line, wrong: 2-5 | 6-10 | 11-25 |",
              "|---|---|---|---|---|---|---|"]
    for entry in entries:
        held = entry["leniency" if entry["about_leniency"] > 0.5 else "total"]
        bands = " | ".join(f"{_two(wrong)} ({n})" for wrong, n in zip(held["in_line_wrong"], held["in_line"],
                                                                      strict=True))
        lines.append(f"| {entry['council']} | {_two(held['covered'])} | {_two(held['covered_listed'])} | "
                     f"{_two(held['covered_differ'])} | {bands} |")
    missing = [kind.name for kind in COUNCILS if kind.name not in {entry["council"] for entry in entries}]
    lines += ["", f"Not measured in this state of the program: {'; '.join(missing)}."] if missing else []
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _with_error(share: float | None, n: float) -> str:
    """Write a share with one standard error of its simulation."""
    if share is None or not n:
        return "-"
    return f"{share:.2f} ± {np.sqrt(share * (1 - share) / n):.2f}"


def _two(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--only", default="", help="part of the name of a council")
    parser.add_argument("--keep", type=Path, default=Path("sources.jsonl"))
    parser.add_argument("--write", action="store_true", help="write docs/detection_sources.md")
    asked = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    kept = asked.keep.read_text(encoding="utf-8").splitlines() if asked.keep.exists() else []
    done = {json.loads(line)["council"] for line in kept}
    for kind in COUNCILS:
        if kind.name in done or asked.only not in kind.name:
            continue
        rows = pd.concat([judge_council(kind, FIRST_SEED + run) for run in range(asked.runs)], ignore_index=True)
        with asked.keep.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"council": kind.name, **tabulate(rows)}) + "\n")
    if asked.write:
        write_page(asked.keep, Path("docs/detection_sources.md"))


if __name__ == "__main__":
    main()
