"""Section ``workforce``: who works here, who came and went, and how the staff is made up, by directorate."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial

from my121_analytics.analysis.workforce_profile import MAKE_UP, describe_workforce
from my121_analytics.disclosure.release import Released
from my121_analytics.figures.phrases import day
from my121_analytics.reports.workforce_report.brief import (
    Brief,
    ReportSection,
    Written,
    attempt,
    count_line,
    first_number,
    make_sheet,
    report_fields,
)
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import TOTAL, Result
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.writing.book import AnySheet, Chart
from my121_analytics.writing.tables import Kind

_SHARES: tuple[tuple[str, Kind], ...] = (("n", "integer"), ("share", "share"), ("base", "integer"))


def analyse(brief: Brief) -> Mapping[str, Result]:
    """Describe the staff by the first grouping of the report that is of the organisation."""
    by = _grouping(brief)
    return attempt({f"workforce_{by}": partial(describe_workforce, brief.workforce, by=by, cycle=brief.cycle,
                                               vacancies=None if brief.intake is None else brief.intake.vacancies)})


def write(brief: Brief, results: Mapping[str, Released]) -> Written:
    """Write headcount, leavers, span of control and the make-up of staff."""
    (name, released), = results.items()
    by = name.removeprefix("workforce_")
    words: dict[str, object] = {"by": by.replace("_", " ")}
    first, last = (day(date.fromisoformat(str(released.facts[name]))) for name in ("year_from", "year_to"))
    year = say("report", "year_line", first=first, last=last)
    measure = say("measure", "workforce")
    vacant = released.facts.get("n_vacant")
    code = "no_vacancies" if vacant is None else "vacancies_one" if vacant == 1 else "vacancies"
    lines = [say("report", code, n=vacant or 0)]
    group: list[tuple[str, Kind]] = [(by, "text")]
    sheets: list[AnySheet] = []
    sheets += make_sheet(brief, released, "by_group", "headcount", report_fields(
        [*group, ("n_people", "integer"), ("fte", "decimal")]), words=words, measure=measure, lines=lines,
        chart=Chart("bar", category=by, values=("n_people",)))
    sheets += make_sheet(brief, released, "vacancies", "vacancies", report_fields([*group, ("n_vacant", "integer")]),
                         words=words, measure=say("measure", "vacancies"), lines=[say("report", "vacancies_line")])
    sheets += make_sheet(brief, released, "leavers", "leavers", report_fields(
        [*group, ("n_leavers", "integer"), ("turnover", "share")]), words=words, measure=measure,
        lines=[year, say("report", "turnover_line")])
    sheets += make_sheet(brief, released, "span", "span", report_fields(
        [*group, ("n_managers", "integer"), ("span", "decimal")]), words=words, measure=measure,
        lines=[say("report", "span_line")])
    for column in MAKE_UP:
        what: dict[str, object] = {"what": say("report_heading", column).lower(), **words}
        sheets += make_sheet(brief, released, column, "make_up", report_fields([(column, "text"), *_SHARES]),
                             words=what, measure=measure, name=column, lines=_explain(column),
                             chart=Chart("bar", category=column, values=("n",)))
        sheets += make_sheet(brief, released, f"{column}_by_group", "make_up_by_group",
                             report_fields([*group, (column, "text"), *_SHARES]), words=what, measure=measure,
                             name=f"{column}_by_{by}", lines=_explain(column))
    return Written(tuple(sheets), _headline(brief, released, by))


def _headline(brief: Brief, released: Released, by: str) -> tuple[Headline, ...]:
    leavers = released.tables.get("leavers")
    total = None if leavers is None else first_number(leavers[leavers[by].astype("str") == TOTAL], "turnover")
    fte = released.facts.get("fte")
    return (count_line("headcount", released.about.n, brief.cycle),
            Headline("fte", say("headline", "fte"), None if fte is None else round(float(fte), 1), unit="number",
                     cycle=brief.cycle),
            Headline("turnover", say("headline", "turnover"), total, cycle=brief.cycle))


def _explain(column: str) -> list[str]:
    return [say("report", "starters_line")] if column == "service_band" else []


def _grouping(brief: Brief) -> str:
    return next((by for by in brief.report.by if by in ORGANISATION), "directorate")


SECTION = ReportSection("workforce", analyse, write)
