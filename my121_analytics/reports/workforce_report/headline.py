"""The headline page: the report in a dozen lines, each with its range, what changed, and the priority it speaks to."""

from __future__ import annotations

from collections.abc import Sequence

from my121_analytics.reports.workforce_report.brief import REVISED, Brief, write_figure
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.tables import Kind, format_value
from my121_analytics.writing.workbook import WordSheet


def write_headline(brief: Brief, lines: Sequence[Headline]) -> WordSheet:
    """Set the headline figures out as words.

    Parameters
    ----------
    brief
        The report in hand.
    lines
        As the audience may see them.

    Returns
    -------
    WordSheet
        One row per figure: what, figure, range, the report before, the council's priority.
    """
    marker = brief.settings.disclosure.marker
    columns = ["statistic", "figure", "range", "before"]
    priorities = {code: name for name, wanted in brief.settings.priorities.items() for code in wanted}
    if priorities:
        columns.append("priority")
    rows = []
    for line in lines:
        row = [line.label, write_figure(line, marker), _range(line), _before(brief, line, marker)]
        rows.append(tuple(row + ([priorities.get(line.code, say("report", "no_priority"))] if priorities else [])))
    notes = [say("report", "headline_lead"), say("report", "headline_range")]
    if any(line.value is None for line in lines):
        notes.append(say("workbook", "confidential"))
    if any(REVISED in row[3] for row in rows):
        notes.append(say("report", "revised"))
    if brief.is_provisional:
        notes.append(say("report", "provisional"))
    return WordSheet(say("report_sheet", "headline"), say("report_title", "headline", scope=brief.scope),
                     tuple(say("report_heading", name) for name in columns), tuple(rows), tuple(notes), "headline")


def _range(line: Headline) -> str:
    if line.value is None or line.lower is None or line.upper is None:
        return say("report", "no_range")
    kind: Kind = "share" if line.unit == "share" else "number"
    return say("pack", "range", lower=format_value(line.lower, kind), upper=format_value(line.upper, kind))


def _before(brief: Brief, line: Headline, marker: str) -> str:
    """Write the figure of the report before; marked as revised where it spoke of the same cycle and has changed."""
    earlier = brief.previous.get(line.code)
    if earlier is None:
        return say("report", "no_earlier")
    text = write_figure(earlier, marker)
    if earlier.cycle == line.cycle and earlier.value != line.value:
        return say("report", "before_revised", figure=text, marker=REVISED)
    return say("report", "before", figure=text, cycle=earlier.cycle)
