"""A paper on one subject: chapters of sentences, pictures and tables, as one page and as a workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.canvas import draw_on_canvas
from my121_analytics.figures.phrases import day
from my121_analytics.figures.theme import render_svg
from my121_analytics.reports.contact import contact_line
from my121_analytics.reports.pack.meeting import range_text
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.book import Book, Sheet
from my121_analytics.writing.page import Block, Bullets, Drawing, Section, Text, make_page, page_table, render_page
from my121_analytics.writing.picture import Picture
from my121_analytics.writing.tables import Field, Kind, View, begin_large
from my121_analytics.writing.workbook import write_workbook

MOST_ROWS = 60
"""Rows of a table that a page shows; the workbook holds all."""
RANGES = (("lower", "upper"), ("difference_lower", "difference_upper"), ("kappa_lower", "kappa_upper"),
          ("estimate_lower", "estimate_upper"))
_SHARES = ("share", "lower", "upper", "share_without", "expected", "estimate", "estimate_lower", "estimate_upper")
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(_SHARES, "share"), **dict.fromkeys(("kappa", "kappa_lower", "kappa_upper"), "number"),
    **dict.fromkeys(("difference", "difference_lower", "difference_upper"), "points"),
    **dict.fromkeys(("base", "box", "n", "step", "months", "needed"), "integer")}
_WHOLE = ("n_", "months_", "days_", "tenure_")


@dataclass(frozen=True)
class TopicTable:
    """One released table of a paper.

    Parameters
    ----------
    released, table
        What the gate let through, and the table's name in it.
    columns
        Shown, in order, with the ends of ranges among them; columns that the audience may not see are left out.
    rows
        Released rows, selected or in another order; None shows them as they are.
    is_folded
        Whether the page opens it on request: lists of people.
    words
        What stands in the braces of its title.
    """

    released: Released
    table: str
    columns: tuple[str, ...]
    rows: pd.DataFrame | None = None
    is_folded: bool = False
    words: dict[str, object] = field(default_factory=dict)

    @property
    def is_there(self) -> bool:
        """Whether the audience may see it and it has rows."""
        frame = self.released.tables.get(self.table) if self.rows is None else self.rows
        return self.table in self.released.tables and frame is not None and len(frame) > 0


@dataclass(frozen=True)
class TopicChapter:
    """One chapter: its code in ``topic_heading`` and ``topic_note``, sentences, pictures and tables."""

    code: str
    tables: tuple[TopicTable, ...]
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True)
class Topic:
    """A whole paper.

    Parameters
    ----------
    code
        Of its title, marking and footer in the group ``topic``.
    first
        The released result that says what the paper is about.
    lead
        What there is to know, in a few sentences, the first of them the headline.
    chapters
        In order.
    """

    code: str
    first: Released
    lead: tuple[str, ...]
    chapters: tuple[TopicChapter, ...]

    def __post_init__(self) -> None:
        require_released(self.first, wanted_by="Topic")


def render_topic(topic: Topic, *, settings: Settings) -> bytes:
    """Write a paper as one HTML page.

    Parameters
    ----------
    topic
        Of released results.
    settings
        Name of the council.

    Returns
    -------
    bytes
        UTF-8.
    """
    about = topic.first.about
    sections = [_section(chapter) for chapter in topic.chapters]
    caveats = [code for table in _tables(topic) for code in table.released.about.caveats]
    limits = [Text(say("caveat", code)) for code in dict.fromkeys([*about.caveats, *caveats])]
    sections.append(Section("limits", say("topic", "limits"), tuple(limits)))
    opening: list[Block] = [Text(topic.lead[0], "lead")]
    opening += [Bullets(topic.lead[1:])] if topic.lead[1:] else []
    return render_page(make_page(
        ["topic"], council=settings.council.name, as_of=day(about.as_of), title=say("topic", f"{topic.code}_title"),
        protect=say("topic", f"{topic.code}_protect"), first=opening,
        about=(settings.council.name, say("pack_first", "cycle", cycle=about.cycle)),
        sections=[section for section in sections if section.blocks], is_running=True))


def write_topic_book(topic: Topic, *, settings: Settings) -> bytes:
    """Write a paper's tables as a workbook, whole, one to a sheet.

    Parameters
    ----------
    topic
        Of released results.
    settings
        Name of the council.

    Returns
    -------
    bytes
        An xlsx file.
    """
    about, title = topic.first.about, say("topic", f"{topic.code}_title")
    sheets = tuple(Sheet(say("topic_sheet", table.table), _view(table, on_page=False),
                         (table.released.about.population + ".",), f"{topic.code}_{table.table}")
                   for table in _tables(topic))
    cover = ((say("pack_cover", "council"), settings.council.name), (say("pack_cover", "cycle"), about.cycle),
             (say("pack_cover", "as_of"), day(about.as_of)),
             contact_line(settings),
             (say("pack_cover", "status"), say("topic", f"{topic.code}_protect")))
    return write_workbook(Book(title=title, cover=cover, sheets=sheets, as_of=about.as_of, notes={}, profile="working",
                               subject=title))


def tables_of(released: Released, words: dict[str, object] | None = None) -> Callable[..., TopicTable]:
    """Give the maker of tables of one released result: called with a table's name, its columns, and ``is_folded``."""
    released = require_released(released, wanted_by="tables_of")

    def table(name: str, *columns: str, is_folded: bool = False) -> TopicTable:
        return TopicTable(released, name, columns, is_folded=is_folded, words=words or {})

    return table


def draw_picture(name: str, plot: Callable[..., Any], describe: Callable[[Released], str], released: Released,
                 ) -> Picture:
    """Draw a released result for a page, with the words that stand for it."""
    released = require_released(released, wanted_by="draw_picture")
    alt = describe(released)
    drawn = draw_on_canvas(plot, released)
    return Picture(name, drawn.title, alt, render_svg(drawn, title=drawn.title, description=alt))


def _tables(topic: Topic) -> list[TopicTable]:
    return [table for chapter in topic.chapters for table in chapter.tables if table.is_there]


def _section(chapter: TopicChapter) -> Section:
    blocks: list[Block] = [Text(sentence) for sentence in chapter.sentences]
    blocks += [Drawing(picture, say("topic", "picture_caption")) for picture in chapter.pictures]
    for table in chapter.tables:
        if not table.is_there:
            blocks.append(Text(say("topic_empty", table.table)) if table.table in codes("topic_empty") else Text(""))
            continue
        view = _view(table, on_page=True)
        blocks.append(page_table(view, folded=table.is_folded, summary=view.title if table.is_folded else ""))
        if len(view.frame) < len(_rows(table)):
            blocks.append(Text(say("topic", "rest", n=len(_rows(table)) - len(view.frame))))
    if chapter.code in codes("topic_note") and any(table.is_there for table in chapter.tables):
        blocks.append(Text(say("topic_note", chapter.code), "caveat"))
    blocks = [block for block in blocks if not isinstance(block, Text) or block.text]
    return Section(chapter.code.replace("_", "-"), say("topic_heading", chapter.code), tuple(blocks))


def _rows(table: TopicTable) -> pd.DataFrame:
    return table.released.tables[table.table] if table.rows is None else table.rows


def _view(table: TopicTable, *, on_page: bool) -> View:
    """Set out one table: on a page the ends of a range stand in one cell."""
    rows = _in_words(_rows(table).reset_index(drop=True))
    rows = rows.head(MOST_ROWS) if on_page else rows
    columns = [c for c in table.columns if c in rows.columns]
    fields: list[Field] = []
    for name in columns:
        pair = next((pair for pair in RANGES if name in pair and set(pair) <= set(columns)), None)
        if f"{name}_words" in rows:
            fields.append(Field(f"{name}_words", _heading(name), "text"))
        elif not on_page or pair is None:
            fields.append(Field(name, _heading(name), _kind_of(name, rows[name])))
        elif name == pair[0]:
            label = f"range_{name}"
            rows = rows.assign(**{label: range_text(rows, _kind_of(name, rows[name]), lower=pair[0], upper=pair[1])})
            fields.append(Field(label, say("topic_field", label), "range"))
    title = say("topic_table", table.table, scope=_scope(table.released), **table.words)
    rows, shown = begin_large(rows, fields)
    return View(table.released, table.table, title, shown, rows)


def _in_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Say flags as yes or nothing, and the code of a caveat as its sentence, in columns beside them."""
    words = {f"{c}_words": rows[c].map({True: say("topic", "yes"), False: ""}).astype("str") for c in rows
             if pd.api.types.is_bool_dtype(rows[c].dtype)}
    if "caveat" in rows:
        known = {code: say("caveat", code) for code in set(rows["caveat"].astype("str")) if code in codes("caveat")}
        words["caveat_words"] = rows["caveat"].astype("str").map(known).fillna("").astype("str")
    return rows.assign(**words)


def _scope(released: Released) -> str:
    return say("topic", "scope", cycle=released.about.cycle, as_of=day(released.about.as_of))


def _heading(name: str) -> str:
    for group in ("topic_field", "report_heading"):
        if name in codes(group):
            return say(group, name)
    return name.removesuffix("_id").replace("_", " ").capitalize()


def _kind_of(name: str, values: pd.Series) -> Kind:
    if name in _KINDS:
        return _KINDS[name]
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return "date"
    if name.startswith(_WHOLE) and pd.api.types.is_numeric_dtype(values.dtype):
        return "integer"
    return "id" if name.endswith("_id") else "text"
