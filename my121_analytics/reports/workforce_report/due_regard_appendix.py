"""Section ``due_regard``: the paper of ``my121 equality`` as an appendix, with the same counts and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from my121_analytics.analysis.disparity import (
    PART_TIME,
    DisparityResult,
    characteristics_of,
    compare_groups,
    family_of,
    has_count_below,
)
from my121_analytics.disclosure.release import Released
from my121_analytics.errors import DataUnusableError
from my121_analytics.figures.phrases import name_group
from my121_analytics.reports.equality.due_regard import (
    characteristic_of,
    compared_rows,
    in_order,
    say_findings,
)
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
from my121_analytics.writing.tables import format_value
from my121_analytics.writing.workbook import AnySheet, WordSheet


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Compare the groups of each characteristic on record, judged as one family."""
    held = characteristics_of(brief.workforce)
    if not held or held == [PART_TIME]:
        raise DataUnusableError(say("report", "no_characteristics"))
    compared = attempt({f"due_regard_{by}": partial(_compare, brief, by) for by in held})
    family = [result for result in compared.values() if isinstance(result, DisparityResult)]
    return dict(zip(compared, family_of(family, brief.settings), strict=True))


def _compare(brief: Brief, by: str) -> Result:
    """Compare the groups of one characteristic.

    Raises
    ------
    DataUnusableError
        Anybody may read the report, and a count that the comparison rests on is too small to be shown: the gate would
        withhold the comparison, and other tables' counts for its sake.
    """
    result = compare_groups(brief.workforce, by=by, cycle=brief.cycle, settings=brief.settings)
    if brief.is_public and has_count_below(result, brief.settings.disclosure.equality_threshold):
        raise DataUnusableError(say("due_regard", "not_compared", names=name_group(by)))
    return result


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write what the comparisons say, then for each characteristic its groups and its comparisons."""
    shown = [result for result in results.values() if "groups" in result.tables]
    if not shown:
        return Written()
    sheets: list[AnySheet] = [_write_findings(brief, shown)]
    for result in shown:
        by = characteristic_of(result)
        name = name_group(by)
        declared = result.facts.get("share_declared")
        # Published groups hold those who did not declare; who they are is not told by a share of everybody.
        says_declared = isinstance(declared, float) and by != PART_TIME and not brief.is_public
        lines = [say("due_regard", "declared", share=format_value(declared, "share"), name=name)] if (
            says_declared) else []
        sheets += make_sheet(brief, result, "groups", "due_regard_groups", report_fields(
            [(by, "text"), ("n", "integer"), ("n_rated", "integer"), ("share_rated", "share")]), words={"by": name},
            rows=in_order(result.tables["groups"], by), lines=lines, name=f"due_regard_{by}")
        if "differences" in result.tables:
            sheets += make_sheet(brief, result, "differences", "due_regard_compared", report_fields(
                [(by, "text"), ("outcome_words", "text"), ("model_words", "text"), ("n", "integer"),
                 ("n_reference", "integer"), ("difference", "points"), ("odds_ratio", "number"), ("range", "range"),
                 ("detectable", "number"), ("comparison_words", "text")]), rows=compared_rows(result),
                words={"by": name},
                lines=[say("due_regard", "caption", name=name, reference=str(result.facts["reference"]))],
                name=f"due_regard_{by}_compared")
    return Written(tuple(sheets))


def _write_findings(brief: Brief, shown: list[Released]) -> WordSheet:
    """Write the sentences of the paper's first page and of its last."""
    findings = say_findings(shown, brief.settings, mark=str)
    compared = {characteristic_of(result) for result in shown if "differences" in result.tables}
    absent = [name_group(by) for by in characteristics_of(brief.workforce) if by not in compared]
    rows = [(say("due_regard_part", "lead"), findings.lead)]
    rows += [(say("due_regard_part", "difference"), line) for line in findings.differences]
    rows += [(say("due_regard_part", "rate"), findings.rate)]
    rows += [(say("due_regard_part", "absent"), say("due_regard", "not_compared", names=", ".join(absent)))] if (
        absent) else []
    rows += [(say("due_regard_part", "limits"), line) for line in findings.limits]
    return WordSheet(say("report_sheet", "due_regard"), say("report_title", "due_regard", scope=brief.scope),
                     (say("report_heading", "part"), say("report_heading", "finding")), tuple(rows),
                     (say("due_regard", "protect" if not brief.is_public else "published"),), table_name="due_regard")


SECTION = ReportSection("due_regard", analyse, write)
"""Differences between groups with their ranges, for those who answer for equality."""
