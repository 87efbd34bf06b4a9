"""Trends over cycles: each headline figure, cycle by cycle, and whether it changed clearly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from my121_analytics.reports.workforce_report.brief import Brief, figure_cell
from my121_analytics.reports.workforce_report.headline_figure import Headline, read_change
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import Figure, WordSheet


def write_trends(brief: Brief, trend: Mapping[str, Sequence[Headline]]) -> WordSheet | None:
    """Set the headline figures of each cycle side by side.

    Parameters
    ----------
    brief
        The report in hand.
    trend
        Figures by cycle, the earliest first.

    Returns
    -------
    WordSheet or None
        One row per statistic, one column per cycle, and the change between the last two in words. None where there is
        one cycle only.
    """
    if len(trend) < 2:
        return None
    by_code = [{line.code: line for line in lines} for lines in trend.values()]
    marker = brief.settings.disclosure.marker
    rows: list[tuple[str | Figure, ...]] = []
    for code, line in by_code[-1].items():
        figures = [found.get(code) for found in by_code]
        cells = [figure_cell(figure, marker) for figure in figures]
        reading = read_change(line, figures[-2])
        rows.append((line.label, *cells, say("report_reading", reading)))
    headings = (say("report_heading", "statistic"), *(brief.mark_cycle(cycle) for cycle in trend),
                say("report_heading", "last_change"))
    lines = [say("report", "trend_mixes"), say("report", "change_line")]
    lines += [say("report", "provisional")] if brief.is_provisional else []
    lines += [say("report", "break", cycle=cycle, why=why) for cycle, why in brief.settings.cycles.breaks.items()
              if cycle in trend]
    return WordSheet(say("report_sheet", "trends"), say("report_title", "trends", scope=brief.scope), headings,
                     tuple(rows), tuple(lines), "trends_by_cycle")
