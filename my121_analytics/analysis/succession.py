"""Talent questions that the record can put numbers to: key posts and their successors, development, time in box 3."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.analysis.grouping import add_total, declare_group
from my121_analytics.errors import DataUnusableError
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import check_grouping, label_missing
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import TOTAL, Count, Fact, Result, Table, describe

READY_NOW = "ready now"

COUNTS = {"n_key_posts": Count("key_posts"), "n_with_successor": Count("key_posts_named"),
          "n_ready_now": Count("key_posts_ready")}
"""Who is counted in each column, for the release gate."""
FACTS = dict.fromkeys(("n", "n_key_posts"), Fact("posts", who=COUNTS["n_key_posts"]))


@dataclass(frozen=True, repr=False)
class SuccessionResult(Result):
    """Key posts, successors and development; made by :func:`measure_succession`."""


def measure_succession(workforce: Workforce, *, by: str = "directorate", cycle: str | None = None) -> SuccessionResult:
    """Say how many key posts have somebody named to follow, and where development stands.

    Parameters
    ----------
    workforce
        The record.
    by
        Column of the organisation to compare groups by.
    cycle
        Default: the latest; posts as in force at its end.

    Returns
    -------
    SuccessionResult
        ``bench``: the grouping column, n_key_posts, n_with_successor, n_ready_now, estimate, lower, upper (share with
        a successor), base; a last row for all. ``development``: purpose, n_actions, n_completed, n_overdue. A table is
        absent where the record holds nothing for it.

    Raises
    ------
    DataUnusableError
        The record names neither key posts nor development actions.

    Notes
    -----
    A key post counts as having a successor when at least one person still in post is named for it. An action is
    overdue when its due day has passed on the day of the record and no day of completion is recorded. Both count what
    was written down: a post without a named successor may have one in mind.

    Examples
    --------
    >>> measure_succession(workforce).table("bench")
    """
    check_grouping(by)
    cycle = workforce.check_cycle(cycle)
    tables = {name: table for name, table in (("bench", _tabulate_bench(workforce, by, cycle)),
                                              ("development", _tabulate_development(workforce))) if table is not None}
    if not tables:
        raise DataUnusableError(say("succession", "nothing"), hints=[say("succession", "nothing_remedy")])
    bench = tables.get("bench")
    n = None if bench is None else int(bench.frame.loc[bench.frame[by].astype("str") == TOTAL, "n_key_posts"].iloc[0])
    about = describe("succession", population="people_in_post", counts="posts", as_of=workforce.as_of, cycle=cycle, n=n,
                     caveats=("written_down",))
    facts: dict[str, float | int | str | None] = {} if n is None else {"n_key_posts": n}
    return SuccessionResult(about, tables, facts, FACTS, workforce.settings)


def _tabulate_bench(workforce: Workforce, by: str, cycle: str) -> Table | None:
    posts = workforce.posts_in_cycle(cycle)
    key = posts[posts["is_key"].astype("bool")].drop_duplicates("post_id")
    if key.empty:
        return None
    here = set(posts["employee_id"].astype("str"))
    named = workforce.successors
    named = named[named["employee_id"].astype("str").isin(here)]
    ready = named[named["readiness"].astype("str").str.casefold() == READY_NOW]
    ids = key["post_id"].astype("str")
    rows = pd.DataFrame({by: label_missing(key[by]).astype("str").to_numpy(), "n_key_posts": 1,
                         "n_with_successor": ids.isin(set(named["post_id"].astype("str"))).to_numpy(int),
                         "n_ready_now": ids.isin(set(ready["post_id"].astype("str"))).to_numpy(int)})
    counts = ["n_key_posts", "n_with_successor", "n_ready_now"]
    frame = add_total(rows.groupby(by, sort=True)[counts].sum().reset_index(), by, [], counts)
    n, base = frame["n_with_successor"].to_numpy(float), frame["n_key_posts"].to_numpy(float)
    lower, upper = wilson_interval(n, base)
    frame = frame.assign(estimate=np.divide(n, base, out=np.full(len(n), np.nan), where=base > 0), lower=lower,
                         upper=upper)
    return Table(frame, keys=(by,), count="n_key_posts", parts=("n_with_successor", "n_ready_now"),
                 follows=("estimate", "lower", "upper"), sums=(by,), counts=COUNTS, **declare_group(by))


def _tabulate_development(workforce: Workforce) -> Table | None:
    actions = workforce.development_actions
    if actions.empty:
        return None
    now = pd.Timestamp(workforce.as_of)
    done = actions["completed_on"].notna() & (actions["completed_on"] <= now)
    rows = pd.DataFrame({"purpose": label_missing(actions["purpose"]).astype("str").to_numpy(), "n_actions": 1,
                         "n_completed": done.to_numpy(int),
                         "n_overdue": (~done & actions["due_on"].notna() & (actions["due_on"] < now)).to_numpy(int)})
    counts = ["n_actions", "n_completed", "n_overdue"]
    frame = add_total(rows.groupby("purpose", sort=True)[counts].sum().reset_index(), "purpose", [], counts)
    return Table(frame, keys=("purpose",), count="n_actions", parts=("n_completed", "n_overdue"), sums=("purpose",),
                 counts={"n_actions": Count("actions"), "n_completed": Count("actions_completed"),
                         "n_overdue": Count("actions_overdue")})
