"""Movement over all cycles: ratings on each axis, steps, cohorts followed, and who left."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from my121_analytics.analysis.people_in_post import list_people_in_post
from my121_analytics.analysis.shares import SHARE, add_share
from my121_analytics.errors import DataUnusableError
from my121_analytics.framework.nine_box import Framework
from my121_analytics.inference.shared_rates import shrink_rates
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import NOT_RECORDED, count_placements, outcomes_in_cycle, select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import LABEL, NO_PLACEMENT, Fact, Result, Table, count_of_things, describe
from my121_analytics.workforce.schema import MANAGER, ORGANISATION

DIRECTIONS = {-1: "lower", 0: "same", 1: "higher"}
FACTS = {"n": Fact("posts"), "first_cycle": LABEL, "last_cycle": LABEL, "n_cycles": count_of_things("cycles"),
         "n_left": Fact("people"), "n_person_cycles": Fact("people"), "share_left": Fact(follows=("n_left",)),
         "sd_managers": Fact(follows=("n_left",))}


@dataclass(frozen=True, repr=False)
class MovementPathsResult(Result):
    """Movement over all cycles; made by :func:`trace_movement`."""


def trace_movement(workforce: Workforce, *, cycle: str | None = None) -> MovementPathsResult:
    """Say how ratings moved over all cycles, where people first rated together stand now, and who left.

    Parameters
    ----------
    workforce
        The record.
    cycle
        The last one; default: the latest.

    Returns
    -------
    MovementPathsResult
        ``axes``: cycle, axis, level, label, n (posts), share, lower, upper, base (placed). ``steps``: cycle_before,
        cycle_after, axis, direction (``lower``, ``same``, ``higher``), label, n, share, lower, upper, base (posts
        placed in both). ``cohorts``: cohort (cycle of the first rating), cycle, n_cohort (posts), n_gone (no longer in
        post), n_unrated, base (rated), n_higher, n_same, n_lower (than the first rating), share, lower, upper (higher).
        ``leaving_by_box`` (with a map; else by level): box, box_name, n (left the council within the following cycle),
        share, lower, upper, base (people in post at the ends of all cycles but the last, once for each).
        ``leaving_by_manager``: manager_id, manager, units, n_people, base, n, share, expected (of all), estimate,
        estimate_lower, estimate_upper (drawn towards all). Facts: first_cycle, last_cycle, n_cycles, n_left,
        n_person_cycles, share_left,
        sd_managers (how far managers differ, in logits).

    Raises
    ------
    UsageError
        No such cycle.
    DataUnusableError
        The record holds one cycle up to it.

    Notes
    -----
    Steps count levels on an axis; box numbers are never subtracted. A cohort is whoever has the first rating on record
    in one cycle; in the first cycle that is everybody. Somebody who left without a day on record counts as there, and
    is missed nowhere. A manager's share of leavers says little in a team of ten: it is drawn towards the share of all
    managers as far as teams may be alike (beta-binomial), and people leave managers for many reasons that are not the
    manager.

    Examples
    --------
    >>> paths = trace_movement(workforce)
    >>> paths.plot_axis_shares()
    """
    cycle = workforce.check_cycle(cycle)
    labels = [str(label) for label in workforce.cycles["label"]]
    cycles = labels[:labels.index(cycle) + 1]
    if len(cycles) < 2:
        raise DataUnusableError(say("movement_paths", "one_cycle", cycle=cycle),
                                hints=[say("movement_paths", "one_cycle_remedy")])
    tables = {"axes": _tabulate_axes(workforce, cycles), "steps": _tabulate_steps(workforce, cycles),
              "cohorts": _follow_cohorts(workforce, cycles)}
    stays = _list_stays(workforce, cycles)
    managers, facts = _tabulate_managers(workforce, stays)
    tables |= {"leaving_by_box": _tabulate_leaving(stays, workforce.framework), "leaving_by_manager": managers}
    facts |= {"first_cycle": cycles[0], "last_cycle": cycle, "n_cycles": len(cycles)}
    about = describe("movement_paths", population="posts_over_cycles", counts="posts", source=MANAGER,
                     as_of=workforce.as_of, cycle=cycle, n=int(tables["axes"].frame.query("cycle == @cycle")[
                         "base"].max()), caveats=("posts_not_people", "leaving_reasons"),
                     first=cycles[0], last=cycle)
    return MovementPathsResult(about, tables, facts, FACTS, workforce.settings)


def _axes_of(framework: Framework) -> list[str]:
    return ["performance", "potential"] if framework.potential else ["performance"]


def _tabulate_axes(workforce: Workforce, cycles: list[str]) -> Table:
    """Count posts by level on each axis, cycle by cycle."""
    parts = []
    for axis in _axes_of(workforce.framework):
        levels = {level.level: level.label for level in workforce.framework.levels(axis)}
        for cycle in cycles:
            counted = count_placements(workforce, cycle=cycle, outcome=axis).frame.set_index("outcome")["n"]
            n = counted.reindex(list(levels), fill_value=0).to_numpy(dtype=np.int64)
            parts.append(pd.DataFrame({"cycle": cycle, "axis": axis, "level": list(levels), "label": levels.values(),
                                       "n": n, "base": n.sum()}))
    return Table(add_share(pd.concat(parts, ignore_index=True)), keys=("cycle", "axis", "level"), count="n",
                 base="base", follows=SHARE, sums=("level",))


def _tabulate_steps(workforce: Workforce, cycles: list[str]) -> Table:
    """Count posts placed in two cycles running by the direction of their step on each axis."""
    keys = ["employee_id", "post_id"]
    rows: list[dict[str, object]] = []
    for before, after in pairwise(cycles):
        first, second = (select_placements(workforce, cycles=[c])[[*keys, "performance", "potential"]]
                         for c in (before, after))
        both = first.merge(second, on=keys, suffixes=("_before", "_after"))
        for axis in _axes_of(workforce.framework):
            step = (both[f"{axis}_after"] - both[f"{axis}_before"]).dropna().astype("int64")
            direction = np.sign(step)
            rows += [{"cycle_before": before, "cycle_after": after, "axis": axis, "direction": code,
                      "label": say("movement_paths", code), "n": int((direction == sign).sum()), "base": len(step)}
                     for sign, code in DIRECTIONS.items()]
    return Table(add_share(pd.DataFrame(rows)), keys=("cycle_before", "cycle_after", "axis", "direction"), count="n",
                 base="base", follows=SHARE, sums=("direction",))


def _follow_cohorts(workforce: Workforce, cycles: list[str]) -> Table:
    """Follow the posts first rated in each cycle through the cycles after it, on the performance axis."""
    order = {cycle: place for place, cycle in enumerate(cycles)}
    rated = select_placements(workforce, cycles=cycles)
    rated = rated[rated["performance"].notna()]
    rated = pd.DataFrame({"who": _pairs(rated), "order": rated["cycle"].astype("str").map(order),
                          "level": rated["performance"].astype("int64")}).drop_duplicates(["who", "order"])
    first = rated.sort_values("order", kind="stable").drop_duplicates("who").set_index("who")
    rows: list[dict[str, object]] = []
    for cycle, place in order.items():
        here = outcomes_in_cycle(workforce, cycle)
        present = set(_pairs(here))
        now = rated[rated["order"] == place].set_index("who")["level"]
        for cohort, members in first[first["order"] <= place].groupby("order"):
            level_now = now.reindex(members.index)
            step = (level_now - members["level"]).dropna()
            gone = ~members.index.isin(present) & level_now.isna().to_numpy()
            rows.append({"cohort": cycles[int(cohort)], "cycle": cycle, "n_cohort": len(members),
                         "n_gone": int(gone.sum()), "n_unrated": int((level_now.isna().to_numpy() & ~gone).sum()),
                         "base": len(step), "n_higher": int((step > 0).sum()), "n_same": int((step == 0).sum()),
                         "n_lower": int((step < 0).sum())})
    frame = pd.DataFrame(rows).sort_values(["cohort", "cycle"], key=lambda c: c.map(order), ignore_index=True)
    return Table(add_share(frame, "n_higher"), keys=("cohort", "cycle"), count="n_cohort", base="base",
                 parts=("n_gone", "n_unrated", "n_higher", "n_same", "n_lower"), follows=SHARE)


def _pairs(rows: pd.DataFrame) -> pd.Series:
    return rows["employee_id"].astype("str") + "\x1f" + rows["post_id"].astype("str").fillna("")


def _list_stays(workforce: Workforce, cycles: list[str]) -> pd.DataFrame:
    """List everyone in post at the end of each cycle but the last, and whether they left within the next one."""
    people = workforce.employees.drop_duplicates("employee_id")
    left_on = people["left_on"].set_axis(people["employee_id"].astype("str"))
    parts = []
    for cycle, following in pairwise(cycles):
        rows = list_people_in_post(workforce, cycle)
        start, end = workforce.cycle_end(cycle), workforce.cycle_end(following)
        left = left_on.reindex(rows["employee_id"]).set_axis(rows.index)
        parts.append(rows.assign(has_left=(left > start) & (left <= end)))
    return pd.concat(parts, ignore_index=True)


def _tabulate_leaving(stays: pd.DataFrame, framework: Framework) -> Table:
    """Say which share of those in each box left within the following cycle."""
    outcome = "box" if framework.has_map else "level"
    names = {b.number: b.name for b in framework.boxes} if framework.has_map else {
        level.level: level.label for level in framework.performance}
    tally = stays.groupby(outcome)["has_left"].agg(["sum", "size"]).reindex([*names, 0], fill_value=0)
    frame = pd.DataFrame({"box": tally.index, "box_name": [*names.values(), NO_PLACEMENT],
                          "n": tally["sum"].to_numpy(dtype=np.int64), "base": tally["size"].to_numpy(dtype=np.int64)})
    return Table(add_share(frame), keys=("box",), count="n", base="base", follows=SHARE, sums=("box",))


def _tabulate_managers(workforce: Workforce, stays: pd.DataFrame) -> tuple[Table, dict[str, float | int | str | None]]:
    """Say which share of each manager's people left, drawn towards the share of all managers."""
    managed = stays[stays["manager_id"] != NOT_RECORDED]
    grouped = managed.groupby("manager_id", sort=True)
    frame = grouped.agg(n_people=("employee_id", "nunique"), base=("has_left", "size"), n=("has_left", "sum"))
    frame = frame.astype("int64").reset_index()
    facts: dict[str, float | int | str | None] = {"n_left": int(stays["has_left"].sum()),
                                                  "n_person_cycles": len(stays),
                                                  "share_left": float(stays["has_left"].mean())}
    if len(frame):
        rates = shrink_rates(frame["n"], frame["base"])
        frame = frame.assign(share=frame["n"] / frame["base"], expected=rates.overall, estimate=rates.estimate,
                             estimate_lower=rates.lower, estimate_upper=rates.upper)
        facts["sd_managers"] = rates.sd
    frame.insert(1, "manager", workforce.names_of(frame["manager_id"]))
    units = managed.groupby("manager_id")[list(ORGANISATION)].agg(lambda values: values.mode().iloc[0])
    frame = frame.merge(units, left_on="manager_id", right_index=True, how="left")
    frame = frame.sort_values([*ORGANISATION, "manager", "manager_id"], ignore_index=True)
    return Table(frame, keys=("manager_id",), people=("manager_id", "manager"), unit_columns=ORGANISATION), facts
