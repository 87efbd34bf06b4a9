"""Section ``talent``: key posts and who could follow, and development agreed and done."""

from __future__ import annotations

from collections.abc import Mapping

from my121_analytics.analysis.succession import measure_succession
from my121_analytics.disclosure.release import Released
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    make_sheet,
    report_fields,
    share_line,
)
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.workforce.results import TOTAL, Result
from my121_analytics.writing.book import AnySheet


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Count key posts, successors and development actions."""
    by = next((by for by in brief.report.by if by in ("directorate", "service", "team")), "directorate")
    return attempt({"succession": lambda: measure_succession(brief.workforce, by=by, cycle=brief.cycle)})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write the bench by group and development by purpose."""
    released = results["succession"]
    sheets: list[AnySheet] = []
    headline: tuple[Headline, ...] = ()
    if "bench" in released.tables:
        rows = released.tables["bench"]
        by = str(rows.columns[0])
        sheets += make_sheet(brief, released, "bench", "bench", report_fields(
            [(by, "text"), ("n_key_posts", "integer"), ("n_with_successor", "integer"), ("n_ready_now", "integer"),
             ("estimate", "share"), ("lower", "share"), ("upper", "share")]), words={"by": by})
        headline = (share_line("successors", rows[rows[by].astype("str") == TOTAL], brief.cycle, value="estimate"),)
    sheets += make_sheet(brief, released, "development", "development", report_fields(
        [("purpose", "text"), ("n_actions", "integer"), ("n_completed", "integer"), ("n_overdue", "integer")]))
    return Written(tuple(sheets), headline)


SECTION = ReportSection("talent", analyse, write)
