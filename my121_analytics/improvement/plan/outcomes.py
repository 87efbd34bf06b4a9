"""Whether what the actions should move has moved: a statistic when the plan began and now, with its ranges."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.analysis.agreement import compare_self
from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.plan.reading import Plan
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import TOTAL, Result, Table, describe

IMPROVED, UNCHANGED, WORSE, CANNOT_TELL = "improved", "unchanged", "worse", "cannot tell"
HIGHER_IS_BETTER = {"coverage": True, "gap": False, "spread": False}


@dataclass(frozen=True)
class Reading:
    """A statistic in one cycle: its value, its 95 % range and the number it rests on."""

    estimate: float
    lower: float
    upper: float
    n: int


@dataclass(frozen=True, repr=False)
class OutcomeResult(Result):
    """What the statistics did since the plan began; table ``outcomes``."""


def measure_outcomes(workforce: Workforce, plan: Plan, *, as_of: date | None = None,
                     settings: Settings | None = None) -> OutcomeResult:
    """Say for each statistic that an action names what it did since the plan began.

    Parameters
    ----------
    workforce
        The record. The share of staff with enough My 1:1s is always measured; other statistics where an action names
        them.
    plan
        Its anchor tells the cycle in which it began; where that is the cycle reported on, the one before it is taken.
    as_of
        Day of the report, which tells the cycle reported on; None: the latest.
    settings
        ``[plan] outcome_margin``.

    Returns
    -------
    OutcomeResult
        Table ``outcomes``: ``statistic``, ``label``, ``action_ids``, ``then_cycle``, ``then``, ``then_lower``,
        ``then_upper``, ``n_then``, ``now_cycle``, ``now``, ``now_lower``, ``now_upper``, ``n_now``, ``verdict``
        (improved, unchanged, worse, cannot tell) and ``reason``.

    Notes
    -----
    Improved or worse only where the two 95 % ranges do not overlap. Unchanged only where they do and the range of the
    change lies within the margin: many people and hardly a difference. Everything else is "cannot tell". Whatever
    moved, the record cannot say that the plan moved it.
    """
    settings = settings or workforce.settings
    named = _named(plan)
    now = (cycle_at(workforce, as_of) if as_of else None) or workforce.latest_cycle
    then = cycle_at(workforce, plan.anchor)
    then = workforce.previous_cycle(now) if then == now else then
    rows = []
    for code in codes("plan_statistic"):
        if code != "coverage" and code not in named:
            continue
        before = _measure(workforce, code, then) if then else None
        after = _measure(workforce, code, now)
        verdict, reason = judge_change(before, after, higher_is_better=HIGHER_IS_BETTER[code],
                                       margin=settings.plan.outcome_margin)
        reason = reason if then else "no_start"
        actions = ", ".join(named.get(code, []))
        rows.append((code, say("plan_statistic", code), actions, then or "", *_cells(before), now,
                     *_cells(after), verdict, say("outcome_reason", reason)))
    columns = ["statistic", "label", "action_ids", "then_cycle", "then", "then_lower", "then_upper", "n_then",
               "now_cycle", "now", "now_lower", "now_upper", "n_now", "verdict", "reason"]
    frame = pd.DataFrame(rows, columns=columns).astype({"n_then": "Int64", "n_now": "Int64"})
    figures = ("then", "then_lower", "then_upper", "n_then", "now", "now_lower", "now_upper")
    about = describe("plan_outcome", as_of=workforce.as_of, cycle=now, caveats=("outcomes",))
    return OutcomeResult(about, {"outcomes": Table(frame, keys=("statistic",), count="n_now", follows=figures)}, {},
                         settings=settings)


def judge_change(before: Reading | None, after: Reading | None, *, higher_is_better: bool,
                 margin: float) -> tuple[str, str]:
    """Say what a statistic did, and why one may say so.

    Parameters
    ----------
    before, after
        None where the record cannot tell.
    higher_is_better
        Which way is up.
    margin
        Within which a change is none.

    Returns
    -------
    tuple of str
        The verdict, and a code of the wording's ``outcome_reason``.
    """
    if before is None or after is None or not _all_known(before, after):
        return CANNOT_TELL, "not_measured"
    change = after.estimate - before.estimate
    if after.lower > before.upper or after.upper < before.lower:
        return (IMPROVED if (change > 0) == higher_is_better else WORSE), "apart"
    # The range of a difference of two independent figures; each side from the half-ranges that face each other.
    down = math.hypot(after.estimate - after.lower, before.upper - before.estimate)
    up = math.hypot(after.upper - after.estimate, before.estimate - before.lower)
    if change - down >= -margin and change + up <= margin:
        return UNCHANGED, "within_margin"
    return CANNOT_TELL, "overlap"


def cycle_at(workforce: Workforce, day: date) -> str | None:
    """Give the cycle in which a day lies, else the last that ended before it; None where the record begins later."""
    cycles = workforce.cycles.sort_values("start", kind="stable")
    begun = cycles[pd.to_datetime(cycles["start"]) <= pd.Timestamp(day)]
    return None if begun.empty else str(begun["label"].iloc[-1])


def _named(plan: Plan) -> dict[str, list[str]]:
    labels = {say("plan_statistic", code): code for code in codes("plan_statistic")}
    found: dict[str, list[str]] = {}
    for row in plan.actions.itertuples():
        for part in str(row.statistic).split(";"):
            code = labels.get(part.strip()) or (part.strip() if part.strip() in labels.values() else "")
            if code:
                found.setdefault(code, []).append(str(row.action_id))
    return found


def _measure(workforce: Workforce, code: str, cycle: str) -> Reading | None:
    try:
        return _MEASURES[code](workforce, cycle)
    except DataUnusableError:
        return None  # the record of that cycle cannot answer; the verdict says so


def _coverage(workforce: Workforce, cycle: str) -> Reading | None:
    frame = measure_coverage(workforce, cycle=cycle).frame("by_group")
    total = frame[frame[frame.columns[0]].astype("str") == TOTAL].iloc[0]
    return Reading(float(total["estimate"]), float(total["lower"]), float(total["upper"]), int(total["base"])) if (
        pd.notna(total["estimate"])) else None


def _gap(workforce: Workforce, cycle: str) -> Reading | None:
    steps = compare_self(workforce, cycle=cycle, axis="performance", by=None).frame("steps")
    same = steps[steps["step"] == 0].iloc[0]
    return Reading(1 - float(same["share"]), 1 - float(same["upper"]), 1 - float(same["lower"]), int(same["base"]))


def _spread(workforce: Workforce, cycle: str) -> Reading | None:
    facts = estimate_severity(workforce, cycles=[cycle], axes=["performance"]).facts
    known: Sequence[object] = [facts.get(name) for name in ("sd", "sd_lower", "sd_upper", "n_ratings")]
    if any(value is None for value in known):
        return None
    sd, lower, upper, n = (float(str(value)) for value in known)
    return Reading(sd, lower, upper, int(n))


_MEASURES: dict[str, Callable[[Workforce, str], Reading | None]] = {
    "coverage": _coverage, "gap": _gap, "spread": _spread}


def _cells(reading: Reading | None) -> tuple[object, ...]:
    if reading is None:
        return np.nan, np.nan, np.nan, None
    return reading.estimate, reading.lower, reading.upper, reading.n


def _all_known(*readings: Reading) -> bool:
    return all(math.isfinite(value) for one in readings for value in (one.estimate, one.lower, one.upper))
