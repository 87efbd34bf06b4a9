"""The page of a pack: one HTML file that needs no network, no script and no installed font."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import ClassVar

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from my121_analytics.cell_text import clean_text
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.picture import Picture
from my121_analytics.writing.tables import NUMERIC, View

WIDE = 4
"""Columns from which a table needs more room than a line of text."""
LONGEST_WORD = 26
"""Letters from which a word may break inside: no column can be kept wide enough for it."""


@dataclass(frozen=True)
class Text:
    """One paragraph; ``look`` is empty, ``lead``, ``caveat``, ``source``, or ``blank`` for what people must write."""

    text: str
    look: str = ""
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Subheading:
    """A heading below the chapter's."""

    text: str
    kind: ClassVar[str] = "subheading"


@dataclass(frozen=True)
class Bullets:
    """A short list."""

    items: tuple[str, ...]
    kind: ClassVar[str] = "bullets"


@dataclass(frozen=True)
class Lines:
    """Lines to copy as they stand, such as a block of settings."""

    text: str
    kind: ClassVar[str] = "lines"


@dataclass(frozen=True)
class Drawing:
    """A picture with the sentence under it."""

    picture: Picture
    caption: str
    kind: ClassVar[str] = "drawing"


@dataclass(frozen=True)
class MapBox:
    """One box of the map: what heads it, the figure printed large, lines below, and how dark it is (0 to 5)."""

    heading: str
    figure: str
    lines: tuple[str, ...] = ()
    shade: int = 0


@dataclass(frozen=True)
class BoxMap:
    """The map as a table of nine boxes, which reflows on a narrow screen.

    Parameters
    ----------
    caption
        What it shows, of whom, when.
    rows
        From the top row down; each is its label and its boxes from left to right.
    columns
        Labels below or above the columns.
    corner
        What the row labels and column labels are.
    note
        Below the map; empty for none.
    """

    caption: str
    rows: tuple[tuple[str, tuple[MapBox, ...]], ...]
    columns: tuple[str, ...]
    corner: str
    note: str = ""
    kind: ClassVar[str] = "boxmap"


@dataclass(frozen=True)
class Card:
    """One card of an agenda: who, what is known, a small map, and the questions as bullets.

    Parameters
    ----------
    number
        Place on the agenda.
    title
        Name.
    lines
        Role, team, manager; a line each.
    glyph
        The small map as SVG; empty where there is none.
    places
        What the small map shows, in words.
    facts
        Label and value of what stands beside the placement.
    questions
        In order.
    """

    number: int
    title: str
    lines: tuple[str, ...]
    glyph: Markup | None
    places: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Cards:
    """Cards set side by side where there is room; ``note`` explains the letters of their small maps."""

    cards: tuple[Card, ...]
    note: str = ""
    kind: ClassVar[str] = "cards"


@dataclass(frozen=True)
class PageTable:
    """A table.

    Parameters
    ----------
    caption
        What it shows, of whom, when.
    headings
        Of the columns; the first cell of each row heads the row.
    rows
        Cells as text.
    numeric
        Columns set to the right.
    together
        Columns whose text stays on one line.
    entry
        Columns left empty for people to write in.
    folded
        True where the table opens on request, behind ``summary``.
    has_places
        True where rows are headed by names of files, which should not break where there is room.
    """

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...] = ()
    together: tuple[bool, ...] = ()
    entry: tuple[bool, ...] = ()
    folded: bool = False
    summary: str = ""
    has_places: bool = False
    kind: ClassVar[str] = "grid"

    @property
    def is_wide(self) -> bool:
        """Whether it may need more room than a narrow screen has."""
        return len(self.headings) >= WIDE or any(self.entry)

    def look(self, column: int) -> str:
        """Give the class of a column's cells."""
        if self.entry and self.entry[column]:
            return "entry"
        if self.together and self.together[column]:
            return "range"
        return "number" if self.numeric and self.numeric[column] else ""


Block = Text | Subheading | Bullets | Lines | Drawing | PageTable | BoxMap | Cards


@dataclass(frozen=True)
class Section:
    """One chapter of the page."""

    anchor: str
    heading: str
    blocks: tuple[Block, ...]
    starts_sheet: bool = False
    """Whether it begins a printed sheet, in a page whose chapters follow each other."""
    lies_across: bool = False
    """Whether its printed sheets lie across, for a table that an upright sheet would crowd."""


@dataclass(frozen=True)
class Page:
    """A whole page.

    Parameters
    ----------
    title
        Of the document and of the first page.
    subtitle
        Council, cycle, day and population, one entry each.
    protect
        Who may read it, above the title.
    first
        Blocks of the first page, beside its one picture.
    picture
        The one picture of the first page; None where there is none to show.
    sections
        The chapters after it.
    footer
        Last line.
    skip
        Words of the link that leads past the head of the page; empty: those of a pack.
    """

    title: str
    subtitle: tuple[str, ...]
    protect: str
    first: tuple[Block, ...]
    picture: Drawing | None
    sections: tuple[Section, ...]
    footer: str
    language: str = "en-GB"
    skip: str = ""
    is_paper: bool = False
    """Chapters follow each other on the printed sheets, closely set."""
    is_running: bool = False
    """Chapters follow each other on the printed sheets, set as on the screen."""
    is_easy: bool = False
    """Large letters, black on white, with room to write."""

    @property
    def look(self) -> str:
        """Classes of the page's body."""
        return " ".join(name for name, is_so in (("paper", self.is_paper), ("running", self.is_running),
                                                 ("easy", self.is_easy)) if is_so)


def make_page(papers: Sequence[str], *, council: str, as_of: str, about: Sequence[str], first: Sequence[Block],
              sections: Sequence[Section], title: str = "", protect: str = "", picture: Drawing | None = None,
              is_paper: bool = False, is_running: bool = False, says_day: bool = True) -> Page:
    """Set up a page with what every page says of itself: title, of whom and when, who may read it, who made it.

    Parameters
    ----------
    papers
        Groups of the catalogue in which its ``title``, ``protect``, ``as_of``, ``footer`` and ``skip`` are looked for,
        the first that has the sentence; ``page`` has what all papers share.
    council
        Its name, for the last line.
    as_of
        The day of the record, as it is printed.
    about
        What stands under the title before the day: council, cycle, person. Empty texts are left out.
    first, sections, picture
        Of the first page, and the chapters after it.
    title, protect
        Instead of the paper's own sentence.
    is_paper, is_running
        How the chapters follow each other on printed sheets: see :class:`Page`.
    says_day
        False where ``about`` says the day already.
    """
    def sentence(code: str) -> str:
        group = next(group for group in (*papers, "page") if code in codes(group))
        return say(group, code, council=council, version=__version__, as_of=as_of, day=as_of)

    subtitle = (*about, sentence("as_of") if says_day else "")
    return Page(title=title or sentence("title"), subtitle=tuple(text for text in subtitle if text),
                protect=protect or sentence("protect"), first=tuple(first), picture=picture, sections=tuple(sections),
                footer=sentence("footer"), skip=sentence("skip"), is_paper=is_paper,
                is_running=is_running)


def render_page(page: Page) -> bytes:
    """Write a page as one HTML file.

    Parameters
    ----------
    page
        Its tables come from :func:`page_table` (released results) or hold words about files and methods.

    Returns
    -------
    bytes
        UTF-8; every text of the data is escaped, and the policy in the head refuses scripts and the network.
    """
    css = _css() + _running_words(page)
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    html = _template().render(page=page, css=Markup(css), policy=policy, say=say)
    return clean_text(html).encode("utf-8")


def _running_words(page: Page) -> str:
    """Write what stands on every printed sheet: the protective marking, title, and the number of the sheet."""
    title = clean_text(f"{page.title}. {'. '.join(page.subtitle[:2])}") if page.is_paper else clean_text(page.title)
    return (f"@media print {{ @page {{ @top-left {{ content: {_css_text(page.protect)}; }} "
            f"@bottom-left {{ content: {_css_text(title[:90])}; }} "
            f"@bottom-right {{ content: {_css_text(say('pack', 'sheet_before'))} counter(page) "
            f"{_css_text(say('pack', 'sheet_of'))} counter(pages); }} }} }}\n")


def _css_text(text: str) -> str:
    """Write a text as a string of CSS, with everything but letters, digits and blanks as numbered characters."""
    return '"' + "".join(c if c.isalnum() or c == " " else f"\\{ord(c):06x} " for c in text) + '"'


def has_long_word(text: str) -> bool:
    """Say whether a text holds a word that no column can be kept wide enough for."""
    return any(len(word) > LONGEST_WORD for word in text.split())


def page_table(view: View, *, folded: bool = False, summary: str = "", has_places: bool = False) -> PageTable:
    """Give a released table as a page shows it."""
    return PageTable(caption=view.title, headings=tuple(field.heading for field in view.fields),
                     rows=tuple(tuple(row) for row in view.cells()),
                     numeric=tuple(field.kind in NUMERIC for field in view.fields),
                     together=tuple(field.kind == "range" for field in view.fields),
                     entry=tuple(field.blank for field in view.fields), folded=folded, summary=summary,
                     has_places=has_places)


def isolate(name: str) -> str:
    """Wrap a name whose direction marks could turn the sentence round it; other names come back as they are."""
    name = clean_text(name)
    return f"\u2068{name}\u2069" if re.search("[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069]", name) else name


def running_text(blocks: Sequence[Block]) -> str:
    """Give the running text of some blocks, as a reader meets it."""
    parts: list[str] = []
    for block in blocks:
        if isinstance(block, Text | Subheading):
            parts.append(block.text)
        elif isinstance(block, Bullets):
            parts.extend(block.items)
        elif isinstance(block, Drawing):
            parts.append(block.caption)
    return "\n".join(parts)


@lru_cache(maxsize=1)
def _css() -> str:
    return resources.files("my121_analytics.writing").joinpath("templates", "pack.css").read_text("utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=PackageLoader("my121_analytics.writing"), autoescape=True, trim_blocks=True,
                              lstrip_blocks=True, undefined=StrictUndefined)
    environment.tests["long_worded"] = has_long_word
    return environment.get_template("pack.html.j2")
