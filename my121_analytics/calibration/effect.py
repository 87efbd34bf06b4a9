"""What a meeting changed: how many placements, in which direction, and how far managers are apart before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.calibration.decision_lines import CHANGED
from my121_analytics.calibration.decisions import Calibration
from my121_analytics.workforce.counts import outcomes_in_cycle
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import ESTIMATE, Fact, Result, Table, describe
from my121_analytics.workforce.schema import CALIBRATED

FACTS = {"n_decided": Fact("posts"), "n_changed": Fact("posts"), "spread_before": ESTIMATE, "spread_after": ESTIMATE}
FEWEST_RATINGS = 5
"""Managers with fewer ratings are left out of the spread: their means move by chance."""


@dataclass(frozen=True)
class EffectResult(Result):
    """The effect of a meeting; made by :func:`measure_effect`."""


def measure_effect(before: Workforce, calibration: Calibration) -> EffectResult:
    """Say what the decisions changed, in steps on the two axes (box numbers are never subtracted).

    Parameters
    ----------
    before
        The record before the meeting.
    calibration
        As applied.

    Returns
    -------
    EffectResult
        Tables ``steps`` (axis, step, n), ``placements`` (box, n_before, n_after over the cycle; with a map) and
        ``audit`` (one row per decision, names people). Facts: n_decided, n_changed, spread_before and spread_after
        (standard deviation between managers' mean performance ratings, managers with 5 or more).

    Notes
    -----
    A smaller spread shows that managers rate more alike, not that they rate better.
    """
    audit = calibration.audit
    cycles = list(dict.fromkeys(audit["cycle"].astype("str"))) or [before.latest_cycle]
    steps = [(axis, int(step), int(n)) for axis in ("performance", "potential")
             for step, n in (audit[f"{axis}_after"] - audit[f"{axis}_before"])[
                 (audit[f"{axis}_after"] > 0) & (audit[f"{axis}_before"] > 0)].value_counts().sort_index().items()]
    tables = {"steps": Table(pd.DataFrame(steps, columns=["axis", "step", "n"]), keys=("axis", "step"), count="n"),
              "audit": Table(audit, keys=("row",), people=(
                  "employee_id", "name", "rater_id", "reason", "manager_view", "employee_view", "agreed_by"))}
    earlier = pd.concat([outcomes_in_cycle(before, cycle) for cycle in cycles])
    later = pd.concat([outcomes_in_cycle(calibration.workforce, cycle, source=CALIBRATED) for cycle in cycles])
    if before.framework.has_map:
        numbers = [0, *(box.number for box in before.framework.boxes)]
        tables["placements"] = Table(pd.DataFrame({
            "box": numbers, "n_before": _count_boxes(earlier, numbers), "n_after": _count_boxes(later, numbers)}),
            keys=("box",), count="n_before", parts=("n_after",))
    facts = {"n_decided": len(audit), "n_changed": int((audit["outcome"] == CHANGED).sum()),
             "spread_before": _spread(earlier), "spread_after": _spread(later)}
    named = ", ".join(cycles)
    about = describe("effect", counts="posts", as_of=before.as_of, cycle=named, n=len(audit))
    return EffectResult(about, tables, facts, FACTS)


def _count_boxes(rows: pd.DataFrame, numbers: list[int]) -> np.ndarray:
    return rows["box"].fillna(0).astype("int64").value_counts().reindex(numbers, fill_value=0).to_numpy()


def _spread(rows: pd.DataFrame) -> float | None:
    rated = rows[rows["performance"].notna() & rows["rater_id"].notna()]
    means = rated.groupby(rated["rater_id"].astype("str"))["performance"].agg(["mean", "size"])
    means = means.loc[means["size"] >= FEWEST_RATINGS, "mean"]
    return float(means.std()) if len(means) > 1 else None


