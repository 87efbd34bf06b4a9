"""Section ``equality``: the ratings of each group by protected characteristic, for the council's due regard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd

from my121_analytics.analysis.disparity import FULL_TIME_FTE
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.analysis.workforce_profile import FULL_TIME, PART_TIME
from my121_analytics.disclosure.release import Released
from my121_analytics.errors import DataUnusableError
from my121_analytics.figures.phrases import name_group
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    make_sheet,
    report_fields,
)
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL, Result, Table
from my121_analytics.workforce.schema import PROTECTED
from my121_analytics.workforce.single_counts import PLACED
from my121_analytics.writing.book import AnySheet

FEWEST_GROUPS = 2
"""Groups that must be large enough for a table by them to say anything."""
HOURS = "part_time"
"""Full time or part time by the hours of the post: no protected characteristic itself, and most who work part time are
women, so that it stands beside them and under the same threshold."""


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Tabulate the ratings by each characteristic that the record holds, and by hours."""
    held = _list_held(brief)
    if not held:
        raise DataUnusableError(say("report", "no_characteristics"))
    return attempt({f"equality_{by}": partial(_tabulate, brief, by) for by in held})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write one sheet a characteristic."""
    sheets: list[AnySheet] = []
    threshold = brief.settings.disclosure.equality_threshold
    absent = [name_group(by) for by in _list_held(brief) if f"equality_{by}" not in results]
    for name, result in results.items():
        by = name.removeprefix("equality_")
        lines = [say("report", "due_regard"), say("report", "equality_threshold", n=threshold)]
        if brief.is_public:
            lines += [say("report", "by_hours" if by == HOURS else "groups_together")]
            lines += [say("report", "no_two_groups", names=", ".join(absent))] if absent else []
            if not _names_unplaced(result):
                lines.append(say("report", "placed_only", n=FEWEST_GROUPS * threshold))
        sheets += make_sheet(brief, result, "ratings_by_group", "equality", report_fields(
            [(by, "text"), ("level", "integer"), ("label", "text"), ("n", "integer"), ("share", "share"),
             ("lower", "share"), ("upper", "share"), ("base", "integer")]), words={"by": by.replace("_", " ")},
            lines=lines)
    return Written(tuple(sheets))


def _names_unplaced(released: Released) -> bool:
    """Say whether the table, where it is shown, has rows of posts without a placement."""
    table = released.tables.get("ratings_by_group")
    return table is None or bool(pd.to_numeric(table["level"]).eq(0).any())


def _list_held(brief: Brief) -> list[str]:
    """List the characteristics that the record holds, and hours where no other section is by them."""
    employees, posts = brief.workforce.employees, brief.workforce.posts
    held = [column for column in PROTECTED if column in employees and employees[column].notna().any()]
    has_hours = posts["fte"].notna().any() and "working_pattern" not in brief.report.by
    return [*held, HOURS] if held and has_hours else held


def _tabulate(brief: Brief, by: str) -> Result:
    """Tabulate one characteristic; without the map, since nine boxes by it would be small numbers throughout.

    Raises
    ------
    DataUnusableError
        Anybody may read the report, and no two groups are large enough: small ones alone would be withheld, and could
        take the council's totals with them.
    """
    result = _tabulate_hours(brief) if by == HOURS else tabulate_profile(brief.workforce, by=by, cycle=brief.cycle)
    table = result.tables["ratings_by_group"]
    fewest = brief.settings.disclosure.equality_threshold
    rated = table.frame[(table.frame[by].astype("str") != TOTAL) & (table.frame["level"] != 0)]
    if brief.is_public and (rated[by].nunique() < FEWEST_GROUPS or bool(rated["n"].between(1, fewest - 1).any())):
        raise DataUnusableError(say("report", "no_two_groups", names=name_group(by)))
    table = _leave_unplaced_out(table, fewest) if brief.is_public else table
    return replace(result, tables={"ratings_by_group": table})


def _leave_unplaced_out(table: Table, fewest: int) -> Table:
    """Leave posts without a placement out where they are too few for two groups of them to be shown.

    Every one of those counts would be withheld, and take with it the number of all posts without a placement, and so
    totals of every other table.
    """
    is_unplaced = table.frame["level"].eq(0)
    of_all = table.frame[table.keys[0]].astype("str").eq(TOTAL)
    if not 0 < table.frame.loc[is_unplaced & of_all, "n"].sum() < FEWEST_GROUPS * fewest:
        return table
    base = replace(table.counts["base"], where=((PLACED, "level"),))
    return replace(table, frame=table.frame[~is_unplaced].reset_index(drop=True), counts={**table.counts, "base": base})


def _tabulate_hours(brief: Brief) -> Result:
    """Tabulate the ratings of posts of full and of part time, by their own hours."""
    posts = brief.workforce.posts
    pattern = pd.Series(np.where(posts["fte"] >= FULL_TIME_FTE, FULL_TIME, PART_TIME), index=posts.index)
    by_hours = brief.workforce.with_tables(posts=posts.assign(working_pattern=pattern.where(posts["fte"].notna())))
    result = tabulate_profile(by_hours, by="working_pattern", cycle=brief.cycle)
    table = result.tables["ratings_by_group"]
    renamed = replace(table, frame=table.frame.rename(columns={"working_pattern": HOURS}), keys=(HOURS, "level"),
                      sums=(HOURS, "level"), protected=(HOURS,))
    return replace(result, tables={"ratings_by_group": renamed})


SECTION = ReportSection("equality", analyse, write)
"""The due-regard paper: how outcomes differ by protected characteristic."""
