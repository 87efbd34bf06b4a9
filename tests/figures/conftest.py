"""Results made by hand, in the columns that the analyses give them."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from my121_analytics.analysis.movement import FACTS as MOVEMENT_FACTS
from my121_analytics.analysis.rating_patterns.severity import FACTS as SEVERITY_FACTS
from my121_analytics.disclosure.release import Released, release
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.workforce.results import NO_PLACEMENT, TOTAL, About, Result, Table, describe

BOXES = build_framework().boxes
COUNTS = [84, 210, 96, 190, 812, 140, 71, 260, 87]


def about(n: int, topic: str = "profile", **changes: Any) -> About:
    fields = {"population": "people_in_post", "source": "manager", "as_of": date(2025, 3, 31), "cycle": "2024/25 H2",
              "n": n, **changes}
    return describe(topic, **fields)


def wilson(n: np.ndarray, base: np.ndarray) -> dict[str, np.ndarray]:
    n, base, z = np.asarray(n, float), np.asarray(base, float), 1.96
    safe = np.where(base > 0, base, np.nan)
    share = n / safe
    centre = (share + z * z / 2 / safe) / (1 + z * z / safe)
    half = z / (1 + z * z / safe) * np.sqrt(share * (1 - share) / safe + z * z / 4 / safe**2)
    return {"share": share, "lower": centre - half, "upper": centre + half}


def box_rows(counts: list[int], unplaced: int) -> pd.DataFrame:
    frame = pd.DataFrame({"box": [b.number for b in BOXES] + [0], "box_name": [b.name for b in BOXES] + [NO_PLACEMENT],
                          "performance": [b.performance for b in BOXES] + [0],
                          "potential": [b.potential for b in BOXES] + [0], "n": [*counts, unplaced],
                          "base": [sum(counts)] * 9 + [sum(counts) + unplaced]})
    return frame.assign(**wilson(frame["n"], frame["base"]))


SHARES: dict[str, Any] = {"count": "n", "base": "base", "follows": ("share", "lower", "upper")}


def profile(counts: list[int] | None = None, unplaced: int = 57, audience: str = "panel",
            facts: dict[str, Any] | None = None, **changes: Any) -> Released:
    rows = box_rows(COUNTS if counts is None else counts, unplaced)
    table = Table(rows, keys=("box",), sums=("box",), **SHARES)
    return release(Result(about(int(rows["n"].sum()), **changes), {"map": table}, facts or {}, MOVEMENT_FACTS),
                   audience=audience)


def profile_by_group(groups: dict[str, list[int]], unplaced: dict[str, int] | None = None, audience: str = "panel",
                     by: str = "directorate", **how: Any) -> Released:
    unplaced = unplaced or dict.fromkeys(groups, 6)
    parts = [box_rows(counts, unplaced[g]).assign(**{by: g}) for g, counts in groups.items()]
    if groups:
        whole = np.sum(list(groups.values()), axis=0).tolist()
        parts.append(box_rows(whole, sum(unplaced.values())).assign(**{by: TOTAL}))
    else:
        parts = [box_rows([0] * 9, 0).assign(**{by: ""}).iloc[:0]]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[[by, "box", "box_name", "n", "share", "lower", "upper", "base"]]
    table = Table(rows, keys=(by, "box"), sums=(by, "box"), **SHARES,
                  unit_columns=(by,) if by == "directorate" else (), protected=(by,) if by == "sex" else ())
    return release(Result(about(int(rows["n"].sum()) // 2), {"map_by_group": table}), audience=audience, **how)


def movement(before: list[int], after: list[int], audience: str = "panel") -> Released:
    first, last = box_rows(before, 40), box_rows(after, 25)
    base = sum(after)
    change = last["share"] - first["share"]
    half = 1.96 * np.sqrt((first["share"] * (1 - first["share"]) + last["share"] * (1 - last["share"])) / base)
    rows = pd.DataFrame({"box": first["box"], "box_name": first["box_name"], "n_before": first["n"],
                         "n_after": last["n"], "share_before": first["share"], "share_after": last["share"],
                         "change": change, "lower": change - half, "upper": change + half, "base": last["base"]})
    table = Table(rows, keys=("box",), count="n_after", base="base", sums=("box",),
                  follows=("n_before", "share_before", "share_after", "change", "lower", "upper"))
    facts = {"cycle_before": "2024/25 H1", "cycle_after": "2024/25 H2", "n_both": base}
    return release(Result(about(base), {"change": table}, facts, MOVEMENT_FACTS), audience=audience)


def ratings(levels: list[str], counts: list[int], unplaced: int = 12, audience: str = "panel") -> Released:
    rows = pd.DataFrame({"level": [*range(1, len(levels) + 1), 0], "label": [*levels, NO_PLACEMENT],
                         "n": [*counts, unplaced], "base": [sum(counts)] * len(levels) + [sum(counts) + unplaced]})
    table = Table(rows.assign(**wilson(rows["n"], rows["base"])), keys=("level",), sums=("level",), **SHARES)
    return release(Result(about(int(rows["n"].sum())), {"ratings": table}), audience=audience)


FIRST = ("Ann", "Bola", "Carys", "Dafydd", "Efa", "Farah", "Gwen", "Hari", "Ines", "Jo", "Kofi", "Lena")
LAST = ("Ash", "Birch", "Cedar", "Dogwood", "Elder", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Larch", "Maple")


def manager_rows(n: int, *, seed: int = 5, names: list[str] | None = None) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    ratings = draw.integers(3, 60, n)
    effect = draw.normal(0, 0.5, n) + np.where(draw.random(n) < 0.08, 1.8, 0) * draw.choice([-1, 1], n)
    half = 1.96 / np.sqrt(1 / 0.3 + ratings * 0.5)
    shown = ratings >= 5
    probability = np.where(np.abs(effect) - 0.3 * half > 0.69, 0.97, np.clip(np.abs(effect) / 1.3, 0, 0.9))
    verdict = np.select([~shown, (probability > 0.95) & (ratings >= 8), (probability > 0.5) & (ratings >= 8),
                         probability < 0.2], ["cannot tell", "pattern", "watch", "in line"], "cannot tell")
    given = names or [f"{FIRST[i % 12]} {LAST[(i // 12 + i) % 12]}" for i in range(n)]
    return pd.DataFrame({
        "rater_id": [f"{i:06d}" for i in range(1, n + 1)], "n_ratings": ratings, "n_employees": ratings // 2 + 1,
        "mean_rating": 2 + effect * 0.3 + draw.normal(0, 0.6, n) / np.sqrt(ratings), "expected_rating": 2.0,
        "estimate": np.where(shown, effect, np.nan), "lower": np.where(shown, effect - half, np.nan),
        "upper": np.where(shown, effect + half, np.nan), "probability": probability, "verdict": verdict,
        "detectable": 1.1, "caveat": "leniency_or_quality", "name": given, "directorate": "Adult Care",
        "service": "Home Care", "team": "North"})


def severity(rows: pd.DataFrame, audience: str = "panel", **facts: Any) -> Released:
    table = Table(rows, keys=("rater_id",), count="n_ratings", people=("rater_id", "name"),
                  unit_columns=("directorate", "service", "team"),
                  follows=("mean_rating", "expected_rating", "estimate", "lower", "upper"))
    listed = int((rows["verdict"] == "pattern").sum()) if len(rows) else 0
    facts = {"delta": float(np.log(2)), "sd": 0.5, "n_raters": len(rows), "n_listed": listed,
             "expected_wrong": 0.08 * listed, **facts}
    return release(Result(about(int(rows["n_ratings"].sum()) if len(rows) else 0, "severity",
                                axis="performance"), {"managers": table}, facts, SEVERITY_FACTS), audience=audience)


def coverage(groups: dict[str, tuple[int, int]], audience: str = "panel", **how: Any) -> Released:
    everybody = {**groups, TOTAL: tuple(np.sum(list(groups.values()), axis=0).tolist())} if groups else {}
    rows = pd.DataFrame({"directorate": list(everybody), "n_people": [n for n, _ in everybody.values()],
                         "n_with_enough": [k for _, k in everybody.values()],
                         "base": [n for n, _ in everybody.values()]})
    ends = wilson(rows["n_with_enough"], rows["base"])
    rows = rows.assign(estimate=ends["share"], lower=ends["lower"], upper=ends["upper"])
    table = Table(rows, keys=("directorate",), count="n_people", base="base", parts=("n_with_enough",),
                  follows=("estimate", "lower", "upper"), unit_columns=("directorate",), sums=("directorate",))
    return release(Result(about(sum(n for n, _ in groups.values()), topic="coverage"), {"by_group": table}),
                   audience=audience, **how)


DIRECTORATES = {"Adult Social Care and Health": [12, 30, 11, 25, 160, 22, 9, 41, 15],
                "Children's Services": [14, 28, 9, 31, 120, 18, 12, 35, 11],
                "Corporate Resources": [9, 25, 12, 22, 90, 15, 8, 30, 12],
                "Environment, Highways and Neighbourhood Services": [18, 40, 20, 36, 210, 31, 14, 60, 19],
                "Legal": [2, 3, 0, 5, 9, 1, 0, 2, 0]}


@pytest.fixture
def given() -> SimpleNamespace:
    return SimpleNamespace(profile=profile, by_group=profile_by_group, movement=movement, ratings=ratings,
                           severity=severity, manager_rows=manager_rows, coverage=coverage, counts=COUNTS,
                           directorates=DIRECTORATES)
