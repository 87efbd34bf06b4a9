"""Section ``plan``: the improvement plan's actions against their timescales, and the evidence for the award."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from my121_analytics.disclosure.release import Released
from my121_analytics.errors import DataUnusableError
from my121_analytics.reports.plan.plan_views import shown_actions
from my121_analytics.reports.workforce_report.brief import Brief, ReportSection, Written, count_line, make_sheet
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import Result
from my121_analytics.writing.book import AnySheet
from my121_analytics.writing.tables import Field, Kind


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Take the status and the evidence as they were worked out."""
    results = {"actions": brief.actions, "evidence": brief.evidence}
    found = {name: result for name, result in results.items() if result is not None}
    if not found:
        raise DataUnusableError(say("report", "no_plan"))
    return found


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write actions by status and by issue, the actions themselves, and the evidence by award level."""
    sheets: list[AnySheet] = []
    headline = []
    if (actions := results.get("actions")) is not None:
        sheets += _plain(brief, actions, "by_status", "plan_status")
        sheets += _plain(brief, actions, "by_issue", "plan_issues")
        sheets += _plain(brief, actions, shown_actions(actions), "plan_actions")
        if "by_status" in actions.tables:
            rows = actions.tables["by_status"]
            overdue = rows.loc[rows["status"].astype("str") == "overdue", "n"]
            headline.append(count_line("overdue", int(overdue.sum()), brief.cycle))
    if (two := results.get("evidence")) is not None:
        sheets += _plain(brief, two, "levels", "evidence_levels")
        sheets += _plain(brief, two, "by_indicator", "evidence_indicators")
    return Written(tuple(sheets), tuple(headline))


def _plain(brief: Brief, released: Released, table: str, code: str) -> tuple[AnySheet, ...]:
    """Set out a table of things as it is, under its columns' own names."""
    if table not in released.tables:
        return ()
    frame = released.tables[table]
    fields = [Field(str(name), str(name).replace("_", " ").capitalize(), _kind_of(frame[name]))
              for name in frame.columns if name != "marker" and frame[name].notna().any()]
    return make_sheet(brief, released, table, code, fields)


def _kind_of(values: pd.Series) -> Kind:
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    if pd.api.types.is_bool_dtype(values):
        return "text"
    if pd.api.types.is_integer_dtype(values):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(values) else "text"


SECTION = ReportSection("plan", analyse, write)
