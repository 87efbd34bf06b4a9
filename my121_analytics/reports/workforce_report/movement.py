"""Section ``movement``: what changed since the cycle before, for the same people's posts and for everybody."""

from __future__ import annotations

from collections.abc import Mapping

from my121_analytics.analysis.movement import track_movement
from my121_analytics.disclosure.release import Released
from my121_analytics.figures.nine_box import describe_box_change, plot_box_change
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    make_sheet,
    report_fields,
)
from my121_analytics.workforce.results import Result
from my121_analytics.writing.book import AnySheet, Chart
from my121_analytics.writing.tables import Kind

_CHANGE: tuple[tuple[str, Kind], ...] = (
    ("n_before", "integer"), ("n_after", "integer"), ("share_before", "share"), ("share_after", "share"),
    ("change", "points"), ("lower", "points"), ("upper", "points"), ("base", "integer"))


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Compare with the cycle before."""
    return attempt({"movement": lambda: track_movement(brief.workforce, cycle=brief.cycle)})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write the change by box and by rating, and the steps on the axes."""
    released = results["movement"]
    words: dict[str, object] = {"before": released.facts["cycle_before"], "after": released.facts["cycle_after"]}
    sheets: list[AnySheet] = []
    sheets += make_sheet(brief, released, "change", "change", report_fields(
        [("box_name", "text"), ("box", "integer"), *_CHANGE]),
        chart=Chart("bar", category="box_name", values=("share_before", "share_after")), words=words,
        draw=(plot_box_change, describe_box_change))
    sheets += make_sheet(brief, released, "ratings_change", "ratings_change", report_fields(
        [("label", "text"), ("level", "integer"), *_CHANGE]),
        chart=Chart("column", category="label", values=("share_before", "share_after")), words=words)
    if "steps" in released.tables:
        steps: list[tuple[str, Kind]] = [("performance_step", "integer")]
        if released.tables["steps"]["potential_step"].notna().any():
            steps.append(("potential_step", "integer"))
        sheets += make_sheet(brief, released, "steps", "steps", report_fields(
            [*steps, ("n", "integer"), ("share", "share"), ("base", "integer")]), words=words)
    return Written(tuple(sheets))


SECTION = ReportSection("movement", analyse, write)
