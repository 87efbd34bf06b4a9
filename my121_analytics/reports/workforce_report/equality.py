"""Section ``equality``: the ratings of each group by protected characteristic, for the council's due regard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.release import Released
from my121_analytics.errors import DataUnusableError
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    make_sheet,
    report_fields,
)
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import Result
from my121_analytics.workforce.schema import PROTECTED
from my121_analytics.writing.book import AnySheet


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Tabulate the ratings by each characteristic that the record holds."""
    employees = brief.workforce.employees
    held = [column for column in PROTECTED if column in employees and employees[column].notna().any()]
    if not held:
        raise DataUnusableError(say("report", "no_characteristics"))
    return attempt({f"equality_{by}": partial(_tabulate_ratings, brief, by) for by in held})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write one sheet a characteristic."""
    sheets: list[AnySheet] = []
    threshold = brief.settings.disclosure.equality_threshold
    for name, one in results.items():
        by = name.removeprefix("equality_")
        sheets += make_sheet(brief, one, "ratings_by_group", "equality", report_fields(
            [(by, "text"), ("level", "integer"), ("label", "text"), ("n", "integer"), ("share", "share"),
             ("lower", "share"), ("upper", "share"), ("base", "integer")]), words={"by": by.replace("_", " ")},
            lines=(say("report", "due_regard"), say("report", "equality_threshold", n=threshold),
                   *([say("report", "groups_together")] if brief.is_public else [])))
    return Written(tuple(sheets))


def _tabulate_ratings(brief: Brief, by: str) -> Result:
    """Leave the map out: nine boxes by characteristic would be small numbers throughout."""
    result = tabulate_profile(brief.workforce, by=by, cycle=brief.cycle)
    return replace(result, tables={"ratings_by_group": result.tables["ratings_by_group"]})


SECTION = ReportSection("equality", analyse, write)
