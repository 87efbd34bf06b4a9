"""Section ``development``: demand by intervention, development in hand, and what followed, for readers inside."""

from __future__ import annotations

from collections.abc import Mapping

from my121_analytics.analysis.development import measure_development
from my121_analytics.disclosure.release import Released
from my121_analytics.figures.demand import describe_demand, plot_demand
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    make_sheet,
    report_fields,
)
from my121_analytics.workforce.results import Result
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.writing.book import AnySheet, Chart
from my121_analytics.writing.tables import Kind

_SHARES: tuple[tuple[str, Kind], ...] = (("share", "share"), ("lower", "share"), ("upper", "share"))


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Measure development, by the first unit column that the report groups by."""
    by = next((by for by in brief.report.by if by in ORGANISATION), ORGANISATION[0])
    return attempt({"development": lambda: measure_development(brief.workforce, cycle=brief.cycle, by=by)})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write demand by intervention, development in hand by group, and what followed."""
    released = results["development"]
    by = str(released.tables["groups"].columns[0])
    sheets: list[AnySheet] = []
    sheets += make_sheet(brief, released, "interventions", "interventions", report_fields(
        [("intervention", "text"), ("n_actions", "integer"), ("n_people", "integer"), ("n_completed", "integer"),
         ("n_open", "integer"), ("n_overdue", "integer"), ("n_due", "integer"), *_SHARES]),
        chart=Chart("bar", category="intervention", values=("n_actions",)), draw=(plot_demand, describe_demand))
    sheets += make_sheet(brief, released, "groups", "in_hand", report_fields(
        [(by, "text"), ("n_people", "integer"), ("n_with", "integer"), *_SHARES, ("n_actions", "integer"),
         ("n_overdue", "integer")]), words={"by": by}, chart=Chart("bar", category=by, values=("share",)))
    sheets += make_sheet(brief, released, "followed", "followed", report_fields(
        [("purpose", "text"), ("label", "text"), ("base", "integer"), ("n_higher", "integer"), ("n_same", "integer"),
         ("n_lower", "integer"), *_SHARES, ("n_without", "integer"), ("share_without", "share"),
         ("difference", "points"), ("difference_lower", "points"), ("difference_upper", "points")]))
    return Written(tuple(sheets))


SECTION = ReportSection("development", analyse, write)
