"""Groups that an action belongs to: directorates, plans it was carried into; and texts without people's names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from my121_analytics.improvement.headings import plain
from my121_analytics.improvement.plan.reading import Plan
from my121_analytics.settings_plan import PlanSettings
from my121_analytics.wording.catalogue import say


def directorates_of(plan: Plan, rules: PlanSettings) -> pd.DataFrame:
    """Say which directorates each action belongs to.

    Parameters
    ----------
    plan
        Its actions' own column comes first; else an owner that stands for every directorate, or whose name holds that
        of a directorate.
    rules
        ``directorates`` and ``every_directorate``.

    Returns
    -------
    pandas.DataFrame
        ``action_id``, ``directorate``: one row for each; an action of no directorate has none.
    """
    every = say("plan_group", "every_directorate")
    for_all = {plain(name) for name in (*rules.every_directorate, every, "all")}
    directorates = split_names(plan.actions, "directorate")
    known = list(dict.fromkeys([*rules.directorates, *directorates["directorate"]]))
    rows = [(row.action_id, every if plain(row.directorate) in for_all else row.directorate)
            for row in directorates.itertuples()]
    settled = {action_id for action_id, _ in rows}
    for owner in plan.owners[~plan.owners["action_id"].isin(settled)].itertuples():
        name = plain(owner.owner)
        if name in for_all:
            rows.append((owner.action_id, every))
            continue
        rows += [(owner.action_id, directorate) for directorate in known if f" {plain(directorate)} " in f" {name} "]
    return pd.DataFrame(rows, columns=["action_id", "directorate"], dtype="str").drop_duplicates(ignore_index=True)


def directorates_with_reports(belongs: pd.DataFrame, rules: PlanSettings) -> list[str]:
    """List the directorates that have a report of their own.

    Parameters
    ----------
    belongs
        ``action_id``, ``directorate``, as from :func:`directorates_of`.
    rules
        ``directorates``.

    Returns
    -------
    list of str
        Those of the settings and those that the plan names; where there are none, one report for all directorates
        together.
    """
    every = say("plan_group", "every_directorate")
    named = [name for name in belongs["directorate"] if name != every]
    return list(dict.fromkeys([*rules.directorates, *named])) or [every]


def split_names(actions: pd.DataFrame, column: str) -> pd.DataFrame:
    """Part a column that may hold several names, one row each.

    Parameters
    ----------
    actions
        One row per action.
    column
        Names joined by a semicolon or on lines of their own.

    Returns
    -------
    pandas.DataFrame
        ``action_id`` and the column; an empty cell gives no row.
    """
    rows = [(action_id, " ".join(part.split())) for action_id, text in zip(actions["action_id"], actions[column],
                                                                          strict=True)
            for part in re.split(r"[;\n]", text) if part.strip()]
    return pd.DataFrame(rows, columns=["action_id", column], dtype="str")


def without_names(texts: pd.Series, people: Sequence[str]) -> pd.Series:
    """Take people's names out of texts.

    Parameters
    ----------
    texts
        Of a plan.
    people
        Names that the plan gives as contacts or owners.

    Returns
    -------
    pandas.Series
        With a mark in place of each name.
    """
    names = sorted({name for name in people if len(name) > 3}, key=len, reverse=True)
    if not names:
        return texts
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)", re.I)
    held = say("plan_group", "name_held_back")
    return texts.map(lambda text: pattern.sub(lambda _: held, text)).astype("str")
