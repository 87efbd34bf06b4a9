"""Section ``patterns``: rating patterns across managers, in aggregate. No manager is named here, whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping

from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.analysis.rating_patterns.verdict_counts import tabulate_verdicts
from my121_analytics.disclosure.release import Released
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    count_line,
    make_sheet,
    report_fields,
)
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL, Result
from my121_analytics.writing.book import AnySheet


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Fit the rating patterns up to the cycle reported on, and count managers by verdict."""
    labels = [str(label) for label in brief.workforce.cycles["label"]]
    cycles = labels[:labels.index(brief.cycle) + 1]
    return attempt({"patterns": lambda: tabulate_verdicts(estimate_severity(
        brief.workforce, settings=brief.settings, cycles=cycles, axes=["performance"], sensitivity=False))})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write how many managers have which verdict, and the spread between managers."""
    released = results["patterns"]
    facts = released.facts
    lines = [say("caveat", "leniency_or_quality")]
    if facts.get("sd") is not None and facts.get("sd_lower") is not None:
        lines.append(say("report", "spread_line", sd=facts["sd"], lower=facts["sd_lower"], upper=facts["sd_upper"]))
    if facts.get("expected_wrong") is not None and facts.get("n_listed"):
        lines.append(say("report", "chance_line", wrong=facts["expected_wrong"]))
    rows = released.tables["verdicts"].assign(
        verdict_words=[TOTAL if v == TOTAL else say("verdict", str(v)) for v in released.tables["verdicts"]["verdict"]])
    sheets: tuple[AnySheet, ...] = make_sheet(brief, released, "verdicts", "patterns", report_fields(
        [("verdict_words", "text"), ("n_managers", "integer")]), rows=rows, lines=lines)
    spread = Headline("spread", say("headline", "spread"), _number(facts.get("sd")), _number(facts.get("sd_lower")),
                      _number(facts.get("sd_upper")), "logits", brief.cycle)
    return Written(sheets, (spread, count_line("patterns", facts.get("n_listed"), brief.cycle)))


def _number(value: float | int | str | None) -> float | None:
    return None if value is None or isinstance(value, str) else float(value)


SECTION = ReportSection("patterns", analyse, write)
