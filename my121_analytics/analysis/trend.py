"""The profile cycle by cycle: the same shares, side by side, for as long as the record reaches back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from my121_analytics.analysis.grouping import describe_population
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import About, Result, Table

_FOLLOWS = ("share", "lower", "upper")


@dataclass(frozen=True)
class TrendResult(Result):
    """The profile of several cycles; made by :func:`trace_profile`."""


def trace_profile(workforce: Workforce, *, cycles: Sequence[str] | None = None) -> TrendResult:
    """Say how many posts stood at each level and in each box, cycle by cycle.

    Parameters
    ----------
    workforce
        The record.
    cycles
        Default: every cycle, the earliest first.

    Returns
    -------
    TrendResult
        ``ratings_by_cycle`` (cycle, level, label, n, share, lower, upper, base) and, with a map, ``map_by_cycle``
        (cycle, box, box_name and the same).

    Raises
    ------
    UsageError
        No such cycle.
    DataUnusableError
        The record holds no placements.

    Notes
    -----
    Each cycle counts whoever was there: a change between two rows mixes moves of the same people with people who came
    and went. ``track_movement`` parts the two.
    """
    labels = [workforce.check_cycle(cycle) for cycle in cycles] if cycles else [
        workforce.check_cycle(str(label)) for label in workforce.cycles["label"]]
    profiles = {label: tabulate_profile(workforce, cycle=label) for label in labels}
    latest = profiles[labels[-1]]
    tables = {}
    for name, table in latest.tables.items():
        frame = pd.concat([one.frame(name).assign(cycle=label) for label, one in profiles.items()], ignore_index=True)
        frame = frame[["cycle", *table.frame.columns]]
        tables[f"{name}_by_cycle"] = Table(frame, keys=("cycle", *table.keys), count="n", base="base", follows=_FOLLOWS,
                                           sums=table.sums)
    about = About(title=say("title", "trend"), measure=latest.about.measure,
                  population=describe_population("posts_in_cycle", " / ".join((labels[0], labels[-1])), None),
                  counts_what="posts", as_of=workforce.as_of, cycle=labels[-1], n=latest.about.n,
                  caveats=("posts_not_people", "trend_mixes"))
    return TrendResult(about, tables, {"n_cycles": len(labels)})
