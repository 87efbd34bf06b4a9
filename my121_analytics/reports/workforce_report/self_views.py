"""Section ``self``: managers' placements beside people's own, for readers inside the council."""

from __future__ import annotations

from collections.abc import Mapping

from my121_analytics.analysis.agreement import compare_self, detail_agreement
from my121_analytics.disclosure.release import Released
from my121_analytics.figures.self_gap import describe_self_gap, plot_self_gap
from my121_analytics.reports.topics.self_views import say_agreement
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

_SHARES: tuple[tuple[str, Kind], ...] = (("share", "share"), ("lower", "share"), ("upper", "share"),
                                         ("base", "integer"))


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Compare the two placements, by the first unit column that the report groups by."""
    by = next((by for by in brief.report.by if by in ORGANISATION), ORGANISATION[0])
    return attempt({"agreement": lambda: compare_self(brief.workforce, cycle=brief.cycle, by=by),
                    "detail": lambda: detail_agreement(brief.workforce, cycle=brief.cycle, by=by)})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write steps, directions by group, and agreement by group."""
    agreement, detail = results["agreement"], results["detail"]
    by = str(detail.tables["agreement"].columns[0])
    sheets: list[AnySheet] = []
    sheets += make_sheet(brief, agreement, "steps", "self_steps", report_fields(
        [("axis", "text"), ("step", "integer"), ("n", "integer"), *_SHARES]), lines=say_agreement(agreement))
    sheets += make_sheet(brief, agreement, "by_group", "self_by_group", report_fields(
        [(by, "text"), ("axis", "text"), ("label", "text"), ("n", "integer"), *_SHARES]), words={"by": by},
        draw=(plot_self_gap, describe_self_gap))
    sheets += make_sheet(brief, detail, "agreement", "self_agreement", report_fields(
        [(by, "text"), ("axis", "text"), ("n_same", "integer"), *_SHARES, ("kappa", "number"),
         ("kappa_lower", "number"), ("kappa_upper", "number")]), words={"by": by},
        chart=Chart("bar", category=by, values=("share",)) if detail.tables["agreement"][by].is_unique else None)
    sheets += make_sheet(brief, detail, "reasons", "self_reasons", report_fields(
        [("label", "text"), ("n_manager", "integer"), ("n_self", "integer"), ("n_both", "integer"),
         ("n_none", "integer"), *_SHARES]))
    return Written(tuple(sheets))


SECTION = ReportSection("self", analyse, write)
