"""A short page about one thing: a title, for whom it is, what must be known to read it, and its tables."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import pandas as pd

from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.errors import UsageError
from my121_analytics.viewing.headings import fields_of, main_columns, put_in_words
from my121_analytics.viewing.released_mark import PASSED
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.tables import NOT_APPLICABLE, NUMERIC, Field, format_value, holds_codes, is_no_code

LONGEST = 12
"""Rows that a notebook shows of a table; all of them are in its frame."""
_STYLE = """<style>
.my121{font:0.95rem/1.45 Arial,Helvetica,sans-serif;max-width:64rem}
.my121 .mark{color:#801650;font-weight:bold;margin:0 0 .2rem}
.my121 h4{margin:.1rem 0 .3rem;font-size:1.1rem}
.my121 dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.3rem 0}
.my121 dt{font-weight:bold}.my121 dd{margin:0}
.my121 .wide{overflow-x:auto}
.my121 table{border-collapse:collapse;margin:.4rem 0}
.my121 caption{text-align:left;font-weight:bold;padding:.2rem 0;caption-side:top}
.my121 th,.my121 td{padding:.2rem .6rem;border-bottom:1px solid #b1b4b6;text-align:left;vertical-align:top}
.my121 th.num,.my121 td.num{text-align:right}
.my121 td.day{white-space:nowrap}
.my121 summary{cursor:pointer;font-weight:bold;padding:.2rem 0}
.my121 ul{margin:.2rem 0 .4rem;padding-left:1.2rem}
</style>"""
_DAY = ' class="day"'


@dataclass(frozen=True, repr=False)
class ShownTable:
    """One table as a reader sees it; ``frame`` is the plain pandas frame.

    Parameters
    ----------
    name
        In the result.
    caption
        What it shows.
    mark
        For whom it is.
    frame
        Its rows.
    counts
        What the result counts.
    is_for_reader
        Whether the gate let it through for the reader at hand.
    columns
        Which to show, in order; empty for those that tell its story.
    kind
        Of the result it is from.
    """

    name: str
    caption: str
    mark: str
    frame: pd.DataFrame
    counts: str = ""
    is_for_reader: bool = True
    columns: tuple[str, ...] = ()
    kind: str = ""

    @property
    def headings(self) -> dict[str, str]:
        """Heading by column of the frame."""
        return {shown.name: shown.heading for shown in fields_of(self.frame, self.counts, self.kind, self.name)}

    def browse(self) -> Any:
        """Show all rows with a search field and sorting, by the extra library itables and without a network.

        Raises
        ------
        UsageError
            itables is not installed.
        """
        if find_spec("itables") is None:
            raise UsageError(say("notebook", "no_itables"), hints=[say("notebook", "no_itables_hint")])
        from IPython.display import HTML
        from itables import to_html_datatable

        worded = put_in_words(self.frame).rename(columns=self.headings).drop(columns=MARKER, errors="ignore")
        return HTML(to_html_datatable(worded, connected=False, caption=f"{self.mark} {self.caption}", showIndex=False))

    def __repr__(self) -> str:
        fields = self._main_fields()
        rows = pd.DataFrame(list(self._cells(fields)), columns=[shown.heading for shown in fields])
        return "\n".join([self.mark, self.caption, rows.to_string(index=False), *self._more()])

    def _repr_html_(self) -> str:
        passed = PASSED if self.is_for_reader else ""
        return f'{passed}<div class="my121">{_STYLE}<p class="mark">{html.escape(self.mark)}</p>{self.element()}</div>'

    def element(self, *, has_caption: bool = True) -> str:
        """Give the table as a ``table`` element and the number of rows left out.

        Parameters
        ----------
        has_caption
            False where a heading right above says the same to those who see it.
        """
        fields = self._main_fields()
        classes = [' class="num"' if shown.kind in NUMERIC else "" for shown in fields]
        head = "".join(f'<th scope="col"{look}>{html.escape(shown.heading)}</th>'
                       for shown, look in zip(fields, classes, strict=True))
        rows = "".join("<tr>" + "".join(f"<td{_DAY if _is_day(cell) else look}>{html.escape(cell)}</td>"
                                        for cell, look in zip(row, classes, strict=True)) + "</tr>"
                       for row in self._cells(fields))
        more = "".join(f"<p>{html.escape(line)}</p>" for line in self._more())
        caption = html.escape(self.caption)
        start = f"<table><caption>{caption}</caption>" if has_caption else f'<table aria-label="{caption}">'
        table = f"{start}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        return f'<div class="wide" role="region" aria-label="{caption}" tabindex="0">{table}</div>{more}'

    def _main_fields(self) -> tuple[Field, ...]:
        """Choose the columns to show: those that group the rows and those that tell the story."""
        fields = fields_of(self.frame, self.counts, self.kind, self.name)
        by_name = {shown.name: shown for shown in fields}
        return tuple(by_name[name] for name in self.columns or main_columns(self.name, [*by_name]))

    def _cells(self, fields: tuple[Field, ...]) -> Iterator[list[str]]:
        rows = put_in_words(self.frame.head(LONGEST))
        markers = rows[MARKER] if MARKER in rows else [""] * len(rows)
        columns = [self._column(shown, rows, markers) for shown in fields]
        yield from (list(row) for row in zip(*columns, strict=True))

    def _column(self, shown: Field, rows: pd.DataFrame, markers: Iterable[object]) -> list[str]:
        """Write the cells of one column, with a marker where a figure was withheld or does not apply."""
        cells = [str(marker) if marker and shown.kind in NUMERIC and pd.isna(value) else format_value(value, shown.kind)
                 for value, marker in zip(rows[shown.name], markers, strict=True)]
        return [NOT_APPLICABLE if none else cell for cell, none in zip(cells, self._has_none(shown, rows), strict=True)]

    def _has_none(self, shown: Field, rows: pd.DataFrame) -> list[bool]:
        """Say for each row whether a code of the map stands for no placement."""
        if shown.kind != "integer" or not holds_codes(shown.name, rows):
            return [False] * len(rows)
        return [bool(none) for none in is_no_code(rows[shown.name])]

    def _more(self) -> list[str]:
        rows, columns = len(self.frame) - LONGEST, len(self.headings) - len(self._main_fields())
        nothing = [say("notebook", "no_rows")] if self.frame.empty else []
        rows_shown = self.frame.head(LONGEST)
        if any(any(self._has_none(shown, rows_shown)) for shown in self._main_fields()):
            nothing.append(say("workbook", "not_applicable"))
        return [*nothing, *(say("notebook", what if n == 1 else f"{what}s", n=f"{n:,}")
                            for what, n in (("more_row", rows), ("more_column", columns)) if n > 0)]


@dataclass(frozen=True)
class Summary:
    """What a notebook shows of a result, a record or an intake.

    Parameters
    ----------
    title
        What it is about.
    mark
        For whom it is.
    lines
        Name and text, in order: period, population, number, rounding ...
    cautions
        What must be known before a figure is used.
    tables
        The first is shown open, the others can be opened.
    also
        What else can be done with it, for the terminal and below the tables.
    is_for_reader
        Whether the gate let it through for the reader at hand.
    """

    title: str
    mark: str
    lines: tuple[tuple[str, str], ...] = ()
    cautions: tuple[str, ...] = ()
    tables: tuple[ShownTable, ...] = ()
    also: tuple[str, ...] = ()
    is_for_reader: bool = False

    def text(self) -> str:
        """Give it as lines for a terminal."""
        listed = [say("notebook", "table_line", name=table.name, rows=f"{len(table.frame):,}",
                      columns=len(table.headings)) for table in self.tables]
        return "\n".join([self.title, self.mark, *(f"  {name}: {text}" for name, text in self.lines),
                          *(f"  {say('notebook', 'caution')}: {caution}" for caution in self.cautions),
                          *(f"  {line}" for line in listed), *(f"  {line}" for line in self.also)])

    def html(self) -> str:
        """Give it as a part of a page: headings, a list of facts, cautions, tables; no script, no address."""
        facts = "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in self.lines)
        cautions = "".join(f"<li>{html.escape(caution)}</li>" for caution in self.cautions)
        parts = [f'<p class="mark">{html.escape(self.mark)}</p><h4>{html.escape(self.title)}</h4><dl>{facts}</dl>',
                 f"<p><strong>{html.escape(say('notebook', 'caution'))}</strong></p><ul>{cautions}</ul>"
                 if cautions else ""]
        for number, table in enumerate(self.tables):
            opened = "" if number else " open"
            parts.append(f"<details{opened}><summary>{html.escape(table.caption)}</summary>"
                         f"{table.element(has_caption=False)}</details>")
        parts += [f"<p>{html.escape(line)}</p>" for line in self.also]
        passed = PASSED if self.is_for_reader else ""
        return f'{passed}<div class="my121">{_STYLE}{"".join(parts)}</div>'


def _is_day(cell: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", cell) is not None
