"""The headline page: the report in a dozen lines, each with its range, what changed, target and priority."""

from __future__ import annotations

from collections.abc import Sequence

from my121_analytics.reports.workforce_report.brief import REVISED, Brief, figure_cell
from my121_analytics.reports.workforce_report.headline_figure import Headline, read_change
from my121_analytics.reports.workforce_report.in_brief import standing_of, target_of
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import NOT_APPLICABLE, NOT_AVAILABLE, Figure, WordSheet
from my121_analytics.writing.tables import Kind

Cell = str | Figure


def write_headline(brief: Brief, lines: Sequence[Headline]) -> WordSheet:
    """Set the headline figures out as numbers.

    Parameters
    ----------
    brief
        The report in hand.
    lines
        As the audience may see them; what is measured in logits is left to the section on rating patterns.

    Returns
    -------
    WordSheet
        One row per figure: what, figure, both ends of its range, the report before, the change; with priorities also
        target, standing and priority.
    """
    shown = [line for line in lines if line.unit != "logits"]
    columns = ["statistic", "figure", "lower", "upper", *(["before", "change_words"] if brief.previous else [])]
    priorities = {code: name for name, wanted in brief.settings.priorities.items() for code in wanted}
    columns += ["target", "standing", "priority"] if priorities else []
    rows = []
    for line in shown:
        row: list[Cell] = [line.label, figure_cell(line, brief.settings.disclosure.marker), *_range(line),
                           *(_before(brief, line) if brief.previous else [])]
        rows.append(tuple(row + (_against_target(brief, line, priorities) if priorities else [])))
    notes = [say("report", "headline_lead"), say("report", "headline_range")]
    notes += [say("report", "change_line")] if brief.previous else []
    if any(REVISED in str(cell) for row in rows for cell in row):
        notes.append(say("report", "revised"))
    if brief.is_provisional:
        notes.append(say("report", "provisional"))
    return WordSheet(say("report_sheet", "headline"), say("report_title", "headline", scope=brief.scope),
                     tuple(say("report_heading", name) for name in columns), tuple(rows), tuple(notes),
                     "headline_figures")


def _range(line: Headline) -> list[Cell]:
    kind: Kind = "share" if line.unit == "share" else "number"
    if line.lower is None and line.upper is None and line.value is not None:
        return [Figure(None, kind, NOT_APPLICABLE)] * 2
    return [Figure(None if line.value is None else end, kind, "[c]" if line.value is None else NOT_AVAILABLE)
            for end in (line.lower, line.upper)]


def _before(brief: Brief, line: Headline) -> list[Cell]:
    """Give the figure of the report before and the change; revised where it spoke of the same cycle and has changed."""
    earlier = brief.previous.get(line.code)
    if earlier is None:
        return [Figure(None), NOT_AVAILABLE]
    figure = figure_cell(earlier, brief.settings.disclosure.marker)
    if earlier.cycle == line.cycle and earlier.value != line.value:
        return [figure, say("report", "revised_figure", marker=REVISED)]
    return [figure, say("report_reading", read_change(line, earlier))]


def _against_target(brief: Brief, line: Headline, priorities: dict[str, str]) -> list[Cell]:
    target = target_of(brief, line.code)
    priority = priorities.get(line.code, NOT_APPLICABLE)
    if target is None:
        return [Figure(None, marker=NOT_APPLICABLE), NOT_APPLICABLE, priority]
    wanted = Headline(line.code, line.label, target, unit=line.unit)
    standing = say("report_standing", standing_of(line, target)) if line.value is not None else "[c]"
    return [figure_cell(wanted, ""), standing, priority]
