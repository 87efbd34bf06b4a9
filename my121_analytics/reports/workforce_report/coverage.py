"""Section ``coverage``: who has had the conversations and a placement, and which parts of the record are filled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.disclosure.release import Released
from my121_analytics.figures.coverage import describe_coverage, plot_coverage
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
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL, Result
from my121_analytics.writing.book import AnySheet, Chart
from my121_analytics.writing.tables import Kind

_COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("n_people", "integer"), ("n_posts", "integer"), ("n_with_placement", "integer"), ("n_agreed", "integer"),
    ("n_with_enough", "integer"), ("n_with_any", "integer"), ("estimate", "share"), ("lower", "share"),
    ("upper", "share"), ("base", "integer"))


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Measure coverage for each grouping of the organisation."""
    groups = brief.report.by or ["directorate"]
    return attempt({f"coverage_{by}": partial(measure_coverage, brief.workforce, by=by, cycle=brief.cycle)
                    for by in groups})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write coverage by group and the parts of the record."""
    sheets: list[AnySheet] = []
    headline: tuple[Headline, ...] = ()
    for name, released in results.items():
        by = name.removeprefix("coverage_")
        asked: dict[str, object] = {"per_year": released.facts["conversations_per_year"]}
        sheets += make_sheet(brief, released, "by_group", "coverage", report_fields([(by, "text"), *_COLUMNS]),
                             chart=Chart("bar", category=by, values=("estimate",)),
                             draw=(plot_coverage, describe_coverage),
                             words={"by": by.replace("_", " "), **asked}, lines=(say("report", "posts_in_force"),))
        if not headline and "by_group" in released.tables:
            rows = released.tables["by_group"]
            total = rows[rows[by].astype("str") == TOTAL]
            headline = (share_line("conversations", total, brief.cycle, value="estimate"),)
    first = next(iter(results.values()))
    sheets += make_sheet(brief, first, "parts", "parts", report_fields(
        [("record_part", "text"), ("n_filled", "integer"), ("n_formal", "integer"), ("share", "share"),
         ("lower", "share"), ("upper", "share")]),
        rows=first.tables["parts"].assign(record_part=first.tables["parts"]["label"]) if "parts" in first.tables
        else None)
    return Written(tuple(sheets), headline)


SECTION = ReportSection("coverage", analyse, write)
