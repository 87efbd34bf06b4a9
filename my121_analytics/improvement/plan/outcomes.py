"""Whether what the actions should move has moved: a statistic when the plan began and now, with its ranges."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from my121_analytics.improvement.plan.named_statistics import (
    Better,
    Statistic,
    UnknownStatisticError,
    parse_statistic,
)
from my121_analytics.improvement.plan.reading import Plan
from my121_analytics.improvement.plan.statistic_readings import Measurement, Measurer
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import count_ended
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Count, Fact, Result, Table, describe

IMPROVED, UNCHANGED, WORSE, CHANGED, CANNOT_TELL = "improved", "unchanged", "worse", "changed", "cannot tell"
ALWAYS = "coverage"
"""Measured whether an action names it or not: the conversations are what everything else rests on."""
_NAMES = ("statistic", "label", "action_ids", "unit", "then_cycle", "now_cycle")
"""What a row is about, shown whatever is withheld of it."""
_FIGURES = ("then", "then_lower", "then_upper", "n_then", "now", "now_lower", "now_upper", "n_now", "verdict", "reason")


@dataclass(frozen=True, repr=False)
class OutcomeResult(Result):
    """What the statistics did since the plan began; table ``outcomes``."""


def measure_outcomes(workforce: Workforce, plan: Plan, *, as_of: date | None = None,
                     settings: Settings | None = None) -> OutcomeResult:
    """Say for each statistic that an action names what it did since the plan began.

    Parameters
    ----------
    workforce
        The record. The share of staff with enough My 1:1s is always measured; any other figure of the record where an
        action names it.
    plan
        Its anchor tells the cycle in which it began; where that is the cycle reported on, the one before it is taken.
    as_of
        Day of the report, which tells the cycle reported on; None: the latest.
    settings
        ``[plan] outcome_margin``.

    Returns
    -------
    OutcomeResult
        Table ``outcomes``: ``statistic``, ``label``, ``action_ids``, ``unit``, ``then_cycle``, ``then``,
        ``then_lower``, ``then_upper``, ``n_then``, the same of ``now``, ``verdict`` (improved, unchanged, worse,
        changed, cannot tell), ``reason`` and ``n_least`` (the smallest group that the row could tell the size of).
        Table ``statistics``: every name that an action may use, with its words. Facts: the counts that each row gives
        to whoever reckons, so that the gate proves them together with all that the same readers have.

    Raises
    ------
    UnknownStatisticError
        An action names a table, column or row that the record does not have; the message has the names that are near.

    Notes
    -----
    Improved or worse only where the two 95 % ranges do not overlap. Unchanged only where they do and the range of the
    change lies within the margin: many people and hardly a difference. Everything else is "cannot tell". Whatever
    moved, the record cannot say that the plan moved it.
    """
    settings = settings or workforce.settings
    now = (cycle_at(workforce, as_of) if as_of else None) or workforce.latest_cycle
    then = cycle_at(workforce, plan.anchor)
    then = workforce.previous_cycle(now) if then == now else then
    measurer = Measurer(workforce)
    rows = []
    told: dict[str, dict[str, tuple[int, Count]]] = {}
    for statistic, action_ids, before, after in _measure_named(measurer, plan, then, now):
        verdict, reason = judge_change(before, after, better=statistic.better, margin=settings.plan.outcome_margin)
        reason = reason if then else "no_start"
        told[statistic.code] = _name_counts(statistic, before, after)
        groups = [reading.n_least for reading in (before, after) if reading is not None and reading.n_least > 0]
        rows.append((statistic.code, statistic.label, ", ".join(action_ids), _unit_of(statistic), then or "",
                     *_cells(before), now, *_cells(after), verdict, say("outcome_reason", reason),
                     min(groups, default=0)))
    columns = ["statistic", "label", "action_ids", "unit", "then_cycle", "then", "then_lower", "then_upper", "n_then",
               "now_cycle", "now", "now_lower", "now_upper", "n_now", "verdict", "reason", "n_least"]
    frame = pd.DataFrame(rows, columns=columns).astype({"n_then": "Int64", "n_now": "Int64", "n_least": "Int64"})
    about = replace(describe("plan_outcome", as_of=workforce.as_of, cycle=now, caveats=("outcomes",)),
                    unprinted=tuple(("ended", cycle, count_ended(workforce, cycle))
                                    for cycle in dict.fromkeys(filter(None, (then, now)))))
    table = Table(frame, keys=_NAMES, count="n_least", follows=_FIGURES,
                  tells={code: tuple(counts) for code, counts in told.items()})
    names = Table(measurer.list_names(now), keys=("statistic",), about_people=False)
    counts = {name: count for of_row in told.values() for name, count in of_row.items()}
    return OutcomeResult(about, {"outcomes": table, "statistics": names}, {name: n for name, (n, _) in counts.items()},
                         {name: Fact(who.what, who=who) for name, (_, who) in counts.items()}, settings=settings)


def _name_counts(statistic: Statistic, *readings: Measurement | None) -> dict[str, tuple[int, Count]]:
    """Name the counts that a row tells: then and now."""
    return {f"{statistic.code} {when} {number}": count for when, reading in zip(("then", "now"), readings, strict=True)
            if reading is not None for number, count in enumerate(reading.tells, start=1)}


def judge_change(before: Measurement | None, after: Measurement | None, *, better: Better,
                 margin: float) -> tuple[str, str]:
    """Say what a statistic did, and why one may say so.

    Parameters
    ----------
    before, after
        None where the record cannot tell.
    better
        Whether more or fewer is wanted; empty where it depends.
    margin
        Within which a change is none.

    Returns
    -------
    tuple of str
        The verdict, and a code of the wording's ``outcome_reason``.
    """
    if before is None or after is None or not math.isfinite(before.estimate) or not math.isfinite(after.estimate):
        return CANNOT_TELL, "not_measured"
    if not _all_known(before, after):
        return CANNOT_TELL, "no_range"
    change = after.estimate - before.estimate
    if after.lower > before.upper or after.upper < before.lower:
        if not better:
            return CHANGED, "no_direction"
        return (IMPROVED if (change > 0) == (better == "more") else WORSE), "apart"
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


def _named(plan: Plan) -> list[tuple[Statistic, list[str]]]:
    """Give the statistics that actions name, each with the actions; what is no figure of the record was asked about."""
    found: dict[str, tuple[Statistic, list[str]]] = {ALWAYS: (parse_statistic(ALWAYS), [])}
    for row in plan.actions.itertuples():
        for part in filter(None, map(str.strip, str(row.statistic).split(";"))):
            try:
                statistic = parse_statistic(part)
            except UnknownStatisticError:
                continue
            action_ids = found.setdefault(statistic.code, (statistic, []))[1]
            if str(row.action_id) not in action_ids:
                action_ids.append(str(row.action_id))
    return list(found.values())


def _measure_named(measurer: Measurer, plan: Plan, then: str | None,
                   now: str) -> list[tuple[Statistic, list[str], Measurement | None, Measurement | None]]:
    """Measure every named statistic then and now; names that the record does not have are refused all at once."""
    measured, faults = [], []
    for statistic, action_ids in _named(plan):
        try:
            after = measurer.measure(statistic, now)
        except UnknownStatisticError as problem:
            ids = ", ".join(action_ids)
            faults += [say("statistic_fault", "of_actions", ids=ids, message=problem.headline), *problem.hints]
            continue
        try:
            before = measurer.measure(statistic, then) if then else None
        except UnknownStatisticError:
            before = None  # a unit that did not exist then
        measured.append((statistic, action_ids, before, after))
    if faults:
        raise UnknownStatisticError(say("statistic_fault", "several"), hints=faults)
    return measured


def _unit_of(statistic: Statistic) -> str:
    """Say how the value is written: as a share, a number, or in logits."""
    if statistic.analysis == "patterns" and statistic.column.startswith("sd"):
        return "number"
    return "share" if statistic.column.startswith(("share", "estimate", "turnover", "change")) else (
        "integer" if statistic.column.startswith(("n", "base")) else "number")


def _cells(reading: Measurement | None) -> tuple[object, ...]:
    if reading is None:
        return np.nan, np.nan, np.nan, None
    return reading.estimate, reading.lower, reading.upper, reading.n


def _all_known(*readings: Measurement) -> bool:
    return all(math.isfinite(value) for shown in readings for value in (shown.estimate, shown.lower, shown.upper))
