"""Who is found, who is named wrongly, and whether ranges cover: python -m benchmarks.detection [--runs N].

Councils of known truth (``councils.py``, ``sources.py``) are simulated and judged by this package, by five usual
methods (``rivals.py``) and, where it can be said what could be found at most, by somebody who knows more
(``ceiling.py``). What each council gave gathers in ``--keep``, some councils of every kind in turn, so that a long run
can be stopped and taken up again. ``--write`` adds up what is there, keeps it in ``benchmarks/detection.jsonl`` beside
what is stored there of other kinds, and makes the page and the picture in ``docs/`` from it.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.ceiling import (
    CEILING,
    SPREADS_KNOWN,
    chances_knowing_spreads,
    is_plain,
    judge_knowing_all,
    judge_knowing_spreads,
)
from benchmarks.councils import Council, simulate_council
from benchmarks.rivals import METHODS, compare_methods
from benchmarks.sources import COUNCILS as SOURCES
from my121_analytics.analysis.rating_patterns.study import study_axis
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.settings import Settings

DELTA = float(np.log(2))
BANDS = ["2-5", "6-10", "11-25", "26+"]
OURS = "this package"
FIRST_SEED = 140_000
"""Not seen while the model and its rules were made."""
STORED = Path("benchmarks/detection.jsonl")
CHUNK = 5
"""Councils judged before the next kind has its turn."""
TRUTHS = ("leniency", "total")

ASSUMED, HARD, DEPARTING, STAYING, RECORDED = "as assumed", "hard", "departing", "staying", "recorded"
COUNCILS: list[tuple[str, Council]] = [
    (ASSUMED, Council("1 cycle", 1)),
    (ASSUMED, Council("4 cycles", 4)),
    (ASSUMED, Council("8 cycles", 8)),
    (HARD, Council("fair, 1 cycle", 1, leniency_sd=0.0, shifted=0.0, quality_sd=0.0)),
    (HARD, Council("fair, 4 cycles", 4, leniency_sd=0.0, shifted=0.0, quality_sd=0.0)),
    (HARD, Council("fair, 8 cycles", 8, leniency_sd=0.0, shifted=0.0, quality_sd=0.0)),
    (HARD, Council("6 cycles, same staff, 5 % move", 6, fresh=False, mobility=0.05, people_sd=1.0)),
    (HARD, Council("6 cycles, same staff, 15 % move", 6, fresh=False, mobility=0.15, people_sd=1.0)),
    (HARD, Council("40 managers, 4 cycles", 4, managers=40)),
    (HARD, Council("6 managers, 4 cycles", 4, managers=6)),
    (HARD, Council("tiny teams, 4 cycles", 4, sizes="tiny")),
    (HARD, Council("100 managers, huge teams, 4 cycles", 4, managers=100, sizes="huge")),
    (HARD, Council("five levels, 4 cycles", 4, thresholds=(-3.2, -1.6, 0.6, 2.4))),
    (HARD, Council("cycles missed, 6 cycles", 6, absent=0.4)),
    (DEPARTING, Council("scale used differently", 4, scale_use_sd=0.3)),
    (DEPARTING, Council("leniency skewed", 4, shape="skewed")),
    (DEPARTING, Council("leniency heavy-tailed", 4, shape="heavy", shifted=0.0)),
    (DEPARTING, Council("leniency in two camps", 4, shape="two groups", shifted=0.0)),
    (DEPARTING, Council("odds not proportional", 4, uneven_grades=0.3)),
    (DEPARTING, Council("one grade seen differently", 4, interaction_sd=0.3)),
    (DEPARTING, Council("case mix omitted, sd .19", 4, unrecorded=0.6)),
    (DEPARTING, Council("case mix omitted, sd .32", 4, unrecorded=1.0)),
    (DEPARTING, Council("leniency by directorate", 4, directorate_sd=0.4, leniency_sd=0.4)),
    (DEPARTING, Council("managers drift, sd .3", 4, drift_sd=0.3)),
    *((RECORDED if kind.leave_out_low or kind.quota or kind.thresholds_by_directorate else
       HARD if kind.fresh else STAYING, kind) for kind in SOURCES),
]


def judge_run(kind: Council, seed: int) -> pd.DataFrame:
    """Judge one council by every method: one row per manager and method, with both truths."""
    counts, truth, measures = simulate_council(kind, seed)
    columns = ["grade", "directorate"] if kind.directorate_sd or kind.within_directorates else ["grade"]
    counts = dataclasses.replace(counts, patterns=counts.patterns[[*columns, "cycle"]])
    levels = [f"level {k + 1}" for k in range(counts.n_categories)]
    settings = Settings.model_validate({"managers": {"case_mix": columns},
                                        **({} if len(levels) == 3 else {"framework": {
                                            "performance_levels": levels, "has_potential": False}})})
    rules = settings.managers
    study = study_axis(counts, True, rules, build_framework(settings), measures=measures)
    ours = study.raters.reset_index(drop=True)
    bands = np.searchsorted(rules.size_bands, counts.raters["mean_team_size"])
    base = pd.DataFrame({"seed": seed, "true_leniency": truth["leniency"], "true_total": truth["total"], "band": bands,
                         "verdict": "", "lower": np.nan, "upper": np.nan, "chance": np.nan, "about": ""})
    parts = [base.assign(method=OURS, named=ours["verdict"] == "pattern", side=np.sign(ours["estimate"]),
                         verdict=ours["verdict"], lower=ours["lower"], upper=ours["upper"],
                         chance=1 - ours["probability"], about=ours["about"])]
    named, side = compare_methods(counts)
    parts += [base.assign(method=name, named=flags, side=side) for name, flags in named.items()]
    enough = counts.raters["n_ratings"].to_numpy() >= rules.min_ratings_verdict
    if is_plain(kind):
        flags, own_side = judge_knowing_all(counts, kind, delta=rules.delta, rate=rules.fdr,
                                            least=rules.min_ratings_verdict, bands=bands)
        parts.append(base.assign(method=CEILING, named=flags, side=own_side))
    elif knows_spreads(kind) and study.evidence is not None and study.evidence.linked is not None:
        flags, own_side = judge_knowing_spreads(study.evidence, kind, delta=rules.delta, rate=rules.fdr,
                                                eligible=enough, bands=bands)
        low, high = chances_knowing_spreads(study.evidence, kind, rules.delta)
        parts[0]["known"] = 1 - np.where(parts[0]["side"] > 0, high, low)
        parts.append(base.assign(method=SPREADS_KNOWN, named=flags, side=own_side))
    return pd.concat(parts, ignore_index=True)


def knows_spreads(kind: Council) -> bool:
    """Whether the spreads of a council whose staff stay are those of a normal distribution, and ratings free."""
    return (not kind.fresh and kind.shape == "normal" and not kind.shifted
            and not (kind.leave_out_low or kind.quota or kind.thresholds_by_directorate))


def tabulate(rows: pd.DataFrame) -> dict[str, object]:
    """Add up one method's rows: names, who is found and named wrongly by each truth, ranges, and who is told what.

    A name is wrong where the true effect is at most delta, or on the other side.
    """
    named, shown, in_line = rows["named"], rows["lower"].notna(), rows["verdict"] == "in line"
    n_runs = int(rows["seed"].nunique())
    out: dict[str, object] = {
        "runs": n_runs, "names": float(named.sum() / n_runs), "n_named": int(named.sum()),
        "stated": float(rows.loc[named, "chance"].mean()) if named.any() else None,
        "about_leniency": float((rows["about"] == "leniency").mean())}
    if ours := bool(rows["about"].ne("").any()):
        out |= {"named_seed": _by_seed(named, rows["seed"]),
                "stated_seed": _by_seed(rows["chance"].where(named, 0.0), rows["seed"])}
    for truth in TRUTHS:
        effect = rows[f"true_{truth}"]
        differs = effect.abs() > DELTA
        right = named & differs & (np.sign(effect) == rows["side"])
        inside = (rows["lower"] <= effect) & (effect <= rows["upper"])
        by_band = [rows["band"] == band for band in range(len(BANDS))]
        out[truth] = {
            "found": _share(right, differs), "wrong": _share(named & ~right, named), "differ": int(differs.sum()),
            "wrong_error": _error(named & ~right, named, rows["seed"]),
            "found_error": _error(right, differs, rows["seed"]),
            "covered": _share(inside, shown), "covered_listed": _share(inside, shown & named),
            "covered_differ": _share(inside, shown & differs),
            "wrong_band": [_share(named & ~right, named & here) for here in by_band],
            "named_band": [int((named & here).sum()) for here in by_band],
            "in_line": [int((in_line & here).sum()) for here in by_band],
            "in_line_wrong": [_share(differs, in_line & here) for here in by_band],
            **({"wrong_seed": _by_seed(named & ~right, rows["seed"])} if ours else {})}
    if ours and "known" in rows and rows["known"].notna().all():
        chance = rows["known"].where(named, 0.0)
        out |= {"known": float(chance.sum() / named.sum()) if named.any() else None,
                "known_error": _error(chance, named, rows["seed"]),
                "above_error": _error(chance - rows["chance"].where(named, 0.0), named, rows["seed"])}
    return out


def _share(what: pd.Series, among: pd.Series) -> float | None:
    return float((what & among).sum() / among.sum()) if among.any() else None


def _by_seed(what: pd.Series, seed: pd.Series) -> dict[str, float]:
    """Sum by council: kinds share their seeds, and with them much of the luck of a draw."""
    return {str(key): float(total) for key, total in what.astype(float).groupby(seed).sum().items()}


def _error(what: pd.Series, among: pd.Series, seed: pd.Series) -> float | None:
    """Standard error of a share over councils, whose managers are not judged independently of each other."""
    by_council = pd.DataFrame({"what": what * among, "among": among}).groupby(seed).sum()
    total, n = by_council["among"].sum(), len(by_council)
    if not total or n < 2:
        return None
    left = by_council["what"] - by_council["what"].sum() / total * by_council["among"]
    return float(np.sqrt(n / (n - 1) * (left**2).sum()) / total)


def run(councils: list[tuple[str, Council]], n_runs: int, keep: Path) -> None:
    """Judge some councils of each kind in turn, leaving out what is kept already."""
    keep.mkdir(parents=True, exist_ok=True)
    for first in range(0, n_runs, CHUNK):
        for _, kind in councils:
            file = keep / f"{_file_name(kind)}-{first:04d}.pkl"
            if file.exists():
                continue
            begun = time.perf_counter()
            seeds = range(FIRST_SEED + first, FIRST_SEED + min(first + CHUNK, n_runs))
            unfinished = file.with_suffix(".part")
            pd.concat([judge_run(kind, seed) for seed in seeds], ignore_index=True).to_pickle(unfinished)
            unfinished.rename(file)
            print(f"{kind.name}, from {first}: {time.perf_counter() - begun:.1f} s", flush=True)


def _file_name(kind: Council) -> str:
    return re.sub(r"[^a-z0-9]+", "-", kind.name.lower()).strip("-")


def add_up(councils: list[tuple[str, Council]], keep: Path) -> list[dict[str, object]]:
    """Add up what is kept: one entry per kind of council and method."""
    entries: list[dict[str, object]] = []
    for group, kind in councils:
        parts = sorted(keep.glob(f"{_file_name(kind)}-[0-9][0-9][0-9][0-9].pkl"))
        if not parts:
            continue
        rows = pd.concat([pd.read_pickle(part) for part in parts], ignore_index=True)
        for method, of_method in rows.groupby("method", sort=False):
            entries.append({"group": group, "council": kind.name, "truth": kind.truth, "method": method,
                            **tabulate(of_method)})
    return entries


def _beside_stored(entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """Put what is stored of kinds that were not measured now beside what was, in the order of the kinds."""
    measured = {entry["council"] for entry in entries}
    known = [entry for entry in read_stored(STORED) if entry["council"] not in measured] if STORED.exists() else []
    place = {kind.name: number for number, (_, kind) in enumerate(COUNCILS)}
    together = [entry for entry in [*known, *entries] if entry["council"] in place]
    return sorted(together, key=lambda entry: place[str(entry["council"])])


def store(entries: list[dict[str, object]], file: Path) -> None:
    """Store entries as lines of JSON, shares to four digits."""
    rounded = json.loads(json.dumps(entries), parse_float=lambda text: round(float(text), 4))
    file.write_text("".join(json.dumps(entry) + "\n" for entry in rounded), encoding="utf-8")


def read_stored(file: Path) -> list[dict[str, object]]:
    """Read stored entries."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--only", default="", help="part of the name of a council, or of a group")
    parser.add_argument("--keep", type=Path, default=Path("detection_kept"), help="folder of what was judged")
    parser.add_argument("--write", action="store_true", help="store the sums, and write docs/detection.md and .svg")
    asked = parser.parse_args()
    # Linear algebra must not start threads of its own.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    councils = [(group, kind) for group, kind in COUNCILS if asked.only in kind.name or asked.only == group]
    run(councils, asked.runs, asked.keep)
    if asked.write:
        from benchmarks.detection_report import write_report
        from benchmarks.insteval import read_lines

        if entries := add_up(COUNCILS, asked.keep):
            store(_beside_stored(entries), STORED)
        write_report(read_stored(STORED), Path("docs"), methods=[OURS, *METHODS],
                     councils=[kind.name for _, kind in COUNCILS], real=read_lines())


if __name__ == "__main__":
    main()
