"""What every section of the report knows, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pandas as pd

from my121_analytics.analysis.workforce_profile import order_naturally
from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.errors import DataUnusableError
from my121_analytics.figures.phrases import day
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.settings import ReportSettings, Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import TOTAL, Result
from my121_analytics.workforce.schema import GROUPS
from my121_analytics.writing.book import AnySheet, Chart, Figure, PictureBeside, Sheet
from my121_analytics.writing.tables import Field, Kind, View, begin_large, format_value

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

PROVISIONAL, REVISED, BREAK = "[p]", "[r]", "[b]"
Drawing = tuple[Callable[..., Any], Callable[[Released], str]]
"""Draws a released result, and says in words what the drawing shows."""
_DOTS = 90
"""Dots an inch of a picture beside a table: it is read on a screen."""


@dataclass(frozen=True)
class Brief:
    """The report in hand.

    Parameters
    ----------
    workforce, intake
        The record, and how it was read; None where it was made in memory.
    actions, evidence
        Status of the improvement plan and of the evidence; None where there is none.
    report, settings
        What was asked for.
    cycle
        Reported on.
    previous
        Headline figures of the run before.
    """

    workforce: Workforce
    intake: Intake | None
    actions: Result | None
    evidence: Result | None
    report: ReportSettings
    settings: Settings
    cycle: str
    previous: Mapping[str, Headline] = field(default_factory=dict)

    @property
    def is_public(self) -> bool:
        """Whether anybody may read the report."""
        return self.settings.disclosure.audiences[self.report.audience].is_public

    @property
    def is_provisional(self) -> bool:
        """Whether late placements may still change the cycle's figures."""
        end = self.workforce.cycle_end(self.cycle).date()
        return self.workforce.as_of < end + timedelta(days=self.report.final_after_days)

    @property
    def scope(self) -> str:
        """Cycle and day, for titles; marked where the figures are provisional."""
        mark = f" {PROVISIONAL}" if self.is_provisional else ""
        return say("report", "scope", cycle=self.cycle + mark, as_of=day(self.workforce.as_of))

    def mark_cycle(self, cycle: str) -> str:
        """Write a cycle's label with its markers: provisional, or the first after the framework changed."""
        marks = [PROVISIONAL] if cycle == self.cycle and self.is_provisional else []
        marks += [BREAK] if cycle in self.settings.cycles.breaks else []
        return " ".join([cycle, *marks])


@dataclass(frozen=True)
class Written:
    """What a section adds to the workbook.

    Parameters
    ----------
    sheets
        In order.
    headline
        Figures for the headline page and for the trend from run to run.
    trend
        The same figures of each cycle, the earliest first.
    """

    sheets: tuple[AnySheet, ...] = ()
    headline: tuple[Headline, ...] = ()
    trend: Mapping[str, tuple[Headline, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class ReportSection:
    """One section: what it works out, and how it shows what was let through.

    Parameters
    ----------
    code
        Its name in ``[reports.NAME] sections``.
    analyse
        Gives results by subject. All sections' results pass the gate together. Raises ``DataUnusableError`` where the
        record holds nothing for the section.
    write
        Gives sheets from the released results.
    """

    code: str
    analyse: Callable[[Brief], Mapping[str, Result]]
    write: Callable[[Brief, Mapping[str, Released]], Written]


def attempt(analyses: Mapping[str, Callable[[], Result]]) -> dict[str, Result]:
    """Run the analyses that the record allows.

    Raises
    ------
    DataUnusableError
        It allows none of them.
    """
    found: dict[str, Result] = {}
    reason: DataUnusableError | None = None
    for subject, analyse in analyses.items():
        try:
            found[subject] = analyse()
        except DataUnusableError as problem:
            reason = problem
    if not found and reason is not None:
        raise reason
    return found


def report_fields(columns: Sequence[tuple[str, Kind]], *, notes: Mapping[str, str] | None = None) -> tuple[Field, ...]:
    """Describe columns under the catalogue's headings; groups it has no word for go by their label in the schema."""
    note_of, known = notes or {}, codes("report_heading")
    labels = {column.name: column.label for column in GROUPS if column.name not in known}
    return tuple(Field(name, labels.get(name) or say("report_heading", name), kind, note=note_of.get(name, ""))
                 for name, kind in columns)


def make_sheet(brief: Brief, released: Released, table: str, code: str, fields: Sequence[Field], *,
               rows: pd.DataFrame | None = None, chart: Chart | None = None, draw: Drawing | None = None,
               lines: Sequence[str] = (), words: Mapping[str, object] | None = None, name: str = "", measure: str = "",
               beside: Sequence[Released] = ()) -> tuple[Sheet, ...]:
    """Set out one released table as a sheet; none where the audience may not see it.

    Parameters
    ----------
    brief
        The report in hand.
    released, table
        What was let through.
    code
        Of the sheet, in the catalogue: its name and its title.
    fields
        Columns in order.
    rows
        Released rows put in order or into words.
    chart
        Drawn beside the table of the working profile, unless something was withheld.
    draw
        Draws a picture of the released result and says it in words, for what is published.
    lines
        Further sentences above the table.
    words
        For the title.
    name
        Of the marked-up table; default: the code, and the grouping where there is one.
    measure
        What is counted, where it is not the measure of the whole result.
    beside
        Further released results whose rows stand in ``rows``.
    """
    released = require_released(released, wanted_by="make_sheet")
    if table not in released.tables or released.tables[table].empty:
        return ()
    words = dict(words or {})
    title = say("report_title", code, scope=brief.scope, **words)
    about = released.about
    source = say("report", "source_line", measure=measure or about.measure, population=about.population)
    shown = order_groups(released.tables[table] if rows is None else rows, fields)
    marks = _explain_marks(brief, shown)
    shown, columns = begin_large(shown, fields)
    view = View(released, table, title, columns, shown, tuple(beside))
    table_name = name or "_by_".join(dict.fromkeys([code.removesuffix("_by_group"), *map(str, filter(
        None, [str(words.get("by", "")).replace(" ", "_")]))]))
    picture = None
    if draw is not None and brief.report.profile == "publish":
        picture = draw_beside(draw, released)
    sheet_name = say("report_sheet", code, **words)
    return (Sheet(sheet_name[:1].upper() + sheet_name[1:], view, (source, *lines, *marks), table_name,
                  None if view.has_hidden else chart, notes=tuple(f"caveat {code}" for code in about.caveats),
                  picture=picture),)


def draw_beside(draw: Drawing, released: Released) -> PictureBeside:
    """Draw a released result as a picture beside its table, with the words that stand for it."""
    from my121_analytics.figures.canvas import draw_on_canvas
    from my121_analytics.figures.theme import render_png

    plot, describe = draw
    released = require_released(released, wanted_by="draw_beside")
    return PictureBeside(render_png(draw_on_canvas(plot, released), dpi=_DOTS), describe(released))


def order_groups(rows: pd.DataFrame, fields: Sequence[Field]) -> pd.DataFrame:
    """Put the groups of a table in the same order on every sheet: as people count and spell, all together last.

    Parameters
    ----------
    rows
        Of one table; rows of one group keep their order among themselves.
    fields
        Columns shown; the first one heads its row.
    """
    column = fields[0].name
    if column not in {known.name for known in GROUPS} or column not in rows:
        return rows
    texts = rows[column].astype("str")
    places = {name: place for place, name in enumerate(order_naturally(texts[texts != TOTAL]))}
    order = texts.map(places).fillna(len(places))
    return rows.loc[order.sort_values(kind="stable").index].reset_index(drop=True)


def _explain_marks(brief: Brief, rows: pd.DataFrame) -> list[str]:
    lines = [say("report", "provisional")] if brief.is_provisional else []
    if "cycle_marked" in rows and rows["cycle_marked"].str.contains(BREAK, regex=False).any():
        lines += [say("report", "break", cycle=cycle, why=why) for cycle, why in brief.settings.cycles.breaks.items()]
    return lines


def first_number(rows: pd.DataFrame, column: str) -> float | None:
    """Give one cell of the first row as a number; None where it was withheld or there is none."""
    if not len(rows) or pd.isna(rows[column].iloc[0]):
        return None
    return float(rows[column].iloc[0])


def share_line(code: str, rows: pd.DataFrame, cycle: str, *, value: str = "share") -> Headline:
    """Make a headline of a share and its interval from one released row."""
    return Headline(code, say("headline", code), first_number(rows, value), first_number(rows, "lower"),
                    first_number(rows, "upper"), "share", cycle)


def count_line(code: str, value: float | int | str | None, cycle: str) -> Headline:
    """Make a headline of a count."""
    return Headline(code, say("headline", code), None if value is None else float(value), unit="count", cycle=cycle)


def word_figure(line: Headline, marker: str) -> str:
    """Write a headline's figure as a sentence has it."""
    if line.value is None:
        return marker
    return f"{line.value:,.0f}" if line.unit == "number" else format_value(line.value, _kind_of(line))


def figure_cell(line: Headline | None, marker: str) -> Figure:
    """Give a headline's figure as a cell: a number, the marker where it was withheld."""
    if line is None:
        return Figure(None)
    return Figure(line.value, _kind_of(line), marker)


def _kind_of(line: Headline) -> Kind:
    kinds: dict[str, Kind] = {"share": "share", "count": "integer", "number": "decimal"}
    return kinds.get(line.unit, "number")
