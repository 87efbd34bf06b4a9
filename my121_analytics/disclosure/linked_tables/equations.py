"""What adds up to what in released tables: the attacker's knowledge, written as equations between counts.

A count is named by the people it counts: a measure and the values of the keys it is cut by. Two cells of one name are
one number, in whatever tables they stand; sums over a key lead to the name without that key, whether a table shows it
or not. A sum that the true counts contradict (units that straddle two others, a total that counts more than the rows
listed) is no law of these tables and is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from my121_analytics.disclosure.facts import counts_of_people
from my121_analytics.disclosure.linked_tables.editions import link_editions
from my121_analytics.disclosure.linked_tables.gathered import Gathered, Knowledge, Slack
from my121_analytics.disclosure.linked_tables.grids import Grid, Nesting, Shown
from my121_analytics.disclosure.linked_tables.joint_sums import add_joint
from my121_analytics.disclosure.linked_tables.laws import add_declared_laws, say_unprinted
from my121_analytics.disclosure.linked_tables.links import add_flows, add_links, find_places
from my121_analytics.disclosure.linked_tables.sums import (
    add_bases,
    add_keys,
    add_nesting,
    add_rows,
    add_shares,
    add_units,
)
from my121_analytics.workforce.results import About, Fact, Table

__all__ = ["Knowledge", "Nesting", "Shown", "Slack", "context_of", "numbers_beside", "show", "write_equations"]


def write_equations(shown: Sequence[Shown], numbers: Mapping[str, tuple[str, list[float]]], nesting: Nesting, *,
                    show_zeros: bool = True, rounded: Mapping[str, int] | None = None,
                    slack: Slack | None = None) -> Knowledge:
    """Write down what the tables say of each other.

    Parameters
    ----------
    shown
        All tables.
    numbers
        Name of a release -> its context and the counts of everybody shown beside its tables.
    nesting
        Which unit belongs to which.
    show_zeros
        True zeros are shown, so that a hidden count is at least 1.
    rounded
        Name of a release -> base to which its counts of everybody were rounded; ``numbers`` holds the true ones.
    slack
        By how much laws are out at least, where more tables than these tell.

    Returns
    -------
    Knowledge
    """
    gathered = Gathered(slack=dict(slack or {}), unprinted=say_unprinted(shown))
    boxes = find_places(shown)
    grids = [Grid(table, nesting) for table in shown]
    for table, grid in zip(shown, grids, strict=True):
        for column in grid.columns:
            grid.positions[column] = gathered.add(grid.names(column), grid.truth[column], grid.shown[column], grid,
                                                  column)
        if table.reach != "none":
            add_keys(gathered, grid)
            add_bases(gathered, grid)
            add_rows(gathered, grid)
            add_shares(gathered, grid)
        if table.reach == "all":
            add_nesting(gathered, grid, nesting)
            add_links(gathered, grid, boxes)
        gathered.raise_lower(grid, show_zeros=show_zeros)
    grids = [grid for grid in grids if grid.as_shown.reach == "all"]
    add_flows(gathered, grids, boxes)
    add_units(gathered, [grid for grid in grids if grid.cut_to], nesting)
    add_joint(gathered, grids, {"level": "box"} | {parent: child for (child, parent), of in nesting.items() if of})
    if gathered.size:
        add_declared_laws(gathered)  # first: the parts that they name change together, too
        link_editions(gathered, {table.edition: table.changed for table in shown if table.changed})
    return gathered.finish(numbers, rounded)


def context_of(about: About) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Name the people and the measure that a result is about, and the units it was cut to."""
    subject = about.subject
    named = (about.topic, subject.cycle, subject.as_of.isoformat(), subject.source, subject.population, subject.counts)
    return "/".join(part.replace("|", "_") for part in named), subject.within


def show(name: str, frame: pd.DataFrame, table: Table, about: About, **more: Any) -> Shown:
    """Lay out one table of a result; more is as for :class:`Shown`."""
    context, within = context_of(about)
    return Shown(name, frame, table, context, within, subject=about.subject, unprinted=about.unprinted, **more)


def numbers_beside(n: int | None, facts: Mapping[str, object], declared: Mapping[str, Fact]) -> list[float]:
    """Give the counts of everybody that are shown beside the tables and of which no declaration says who is counted."""
    counts = {name: value for name, value in counts_of_people(facts, declared).items() if declared[name].who is None}
    return [*([] if n is None or "n" in declared else [float(n)]), *counts.values()]
