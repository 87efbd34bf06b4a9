"""Slides: a title that says the message, a few lines, one picture or table with its text alternative, and notes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from my121_analytics.cell_text import clean_text
from my121_analytics.errors import UsageError
from my121_analytics.writing.book import FONT
from my121_analytics.writing.page import PageTable
from my121_analytics.writing.picture import Picture

MOST_SLIDES = 10
MOST_ROWS = 11
"""Rows of a table that can be read from the back of a room."""
_BLUE, _INK, _TINT = "12436D", "1A1A1A", "EEF3F7"
_WIDTH, _HEIGHT, _MARGIN = 13.333, 7.5, 0.6
"""Inches, 16 to 9."""
_WIDEST, _NARROWEST, _CELL_MARGINS, _BOLD_WIDER = 60, 6, 3, 1.2
"""Of a column of a table, in letters: most and least, both margins of a cell, and a bold letter against others."""
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Slide:
    """One slide.

    Parameters
    ----------
    title
        The message.
    lines
        Bullets.
    picture, grid
        At most one of them.
    notes
        For whoever speaks: where the figures come from, and what they cannot tell.
    """

    title: str
    lines: tuple[str, ...] = ()
    picture: Picture | None = None
    grid: PageTable | None = None
    notes: str = ""


@dataclass(frozen=True)
class Deck:
    """A whole presentation.

    Parameters
    ----------
    title, subtitle
        Of the first slide.
    protect
        Who may see it, on every slide.
    slides
        After the first one.
    as_of
        Stands in for the creation date, so that the same inputs give the same bytes.
    """

    title: str
    subtitle: tuple[str, ...]
    protect: str
    slides: tuple[Slide, ...]
    as_of: date
    notes: str = ""


def write_slides(deck: Deck) -> bytes:
    """Write a presentation.

    Parameters
    ----------
    deck
        Made from released results.

    Returns
    -------
    bytes
        A pptx file; the same deck gives the same bytes.

    Raises
    ------
    UsageError
        python-pptx is not installed, or there are more than ten slides.
    """
    if len(deck.slides) + 1 > MOST_SLIDES:
        raise UsageError(f"A presentation of {len(deck.slides) + 1} slides is too long: {MOST_SLIDES} at most.")
    file = _open(deck)
    _write_first(file, deck)
    for number, slide in enumerate(deck.slides, start=2):
        _write_slide(file, slide, deck.protect, number)
    buffer = io.BytesIO()
    file.save(buffer)
    return _repeatable(buffer.getvalue())


def _open(deck: Deck) -> Any:
    try:
        from pptx import Presentation
        from pptx.util import Inches
    except ImportError as problem:
        raise UsageError("Slides need python-pptx, which is not installed.",
                         hints=['Install it: pip install "my121_analytics[slides]"', "Or run without --slides."]) \
            from problem
    file = Presentation()
    file.slide_width, file.slide_height = Inches(_WIDTH), Inches(_HEIGHT)
    day = datetime(deck.as_of.year, deck.as_of.month, deck.as_of.day)
    properties = file.core_properties
    properties.title, properties.language, properties.author = clean_text(deck.title), "en-GB", ""
    properties.created = properties.modified = properties.last_printed = day
    return file


def _write_first(file: Any, deck: Deck) -> None:
    page = file.slides.add_slide(file.slide_layouts[5])
    _set_title(page, deck.title, size=36, top=2.2)
    _add_lines(page, deck.subtitle, top=3.6, height=1.6, size=20, bullets=False)
    _add_marking(page, deck.protect, 1)
    page.notes_slide.notes_text_frame.text = clean_text(deck.notes or " ".join(deck.subtitle))


def _write_slide(file: Any, slide: Slide, protect: str, number: int) -> None:
    page = file.slides.add_slide(file.slide_layouts[5])
    _set_title(page, slide.title, size=26, top=0.35)
    beside = slide.picture is not None
    below = slide.grid is not None and bool(slide.lines)
    if slide.lines:
        height = 1.15 if below else 5.2
        _add_lines(page, slide.lines, top=1.45, height=height, size=14 if below else 18,
                   width=4.6 if beside else None)
    if slide.picture is not None:
        _add_picture(page, slide.picture, left=5.4 if slide.lines else _MARGIN)
    elif slide.grid is not None:
        _add_grid(page, slide.grid, top=2.75 if below else 1.5)
    _add_marking(page, protect, number)
    page.notes_slide.notes_text_frame.text = clean_text(slide.notes)


def _set_title(page: Any, text: str, *, size: int, top: float) -> None:
    from pptx.util import Inches

    title = page.shapes.title
    title.left, title.top = Inches(_MARGIN), Inches(top)
    title.width, title.height = Inches(_WIDTH - 2 * _MARGIN), Inches(1.0)
    title.text_frame.text = clean_text(text)
    title.text_frame.word_wrap = True
    _style(title.text_frame.paragraphs[0], size, bold=True, colour=_BLUE)


def _add_lines(page: Any, lines: Sequence[str], *, top: float, height: float, size: int, bullets: bool = True,
               width: float | None = None) -> None:
    from pptx.util import Inches, Pt

    box = page.shapes.add_textbox(Inches(_MARGIN), Inches(top), Inches(width or _WIDTH - 2 * _MARGIN), Inches(height))
    box.name = "Text"
    frame = box.text_frame
    frame.word_wrap = True
    for position, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if position == 0 else frame.add_paragraph()
        paragraph.text = f"• {clean_text(line)}" if bullets else clean_text(line)
        paragraph.space_after = Pt(size * 0.5)
        _style(paragraph, size)


def _add_picture(page: Any, picture: Picture, *, left: float) -> None:
    from pptx.util import Inches

    shape = page.shapes.add_picture(io.BytesIO(picture.png), Inches(left), Inches(1.45))
    room_wide, room_high = Inches(_WIDTH - _MARGIN - left), Inches(5.3)
    scale = min(room_wide / shape.width, room_high / shape.height)
    shape.width, shape.height = int(shape.width * scale), int(shape.height * scale)
    _describe(shape, picture.title, picture.alt)


def _add_grid(page: Any, grid: PageTable, *, top: float) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    rows = grid.rows[:MOST_ROWS]
    shape = page.shapes.add_table(len(rows) + 1, len(grid.headings), Inches(_MARGIN), Inches(top),
                                  Inches(_WIDTH - 2 * _MARGIN), Inches(0.33 * (len(rows) + 1)))
    cells = "; ".join(", ".join(cell for cell in row if cell) for row in rows)
    _describe(shape, grid.caption, f"{grid.caption}. {cells}"[:2000])
    widths = _column_widths(grid.headings, rows)
    for at, width in enumerate(widths):
        shape.table.columns[at].width = int(Inches(_WIDTH - 2 * _MARGIN) * width / sum(widths))
    for row, texts in enumerate((grid.headings, *rows)):
        for column, text in enumerate(texts):
            cell = shape.table.cell(row, column)
            cell.text = clean_text(text)
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor.from_string(_BLUE if row == 0 else _TINT if row % 2 else "FFFFFF")
            _style(cell.text_frame.paragraphs[0], 12, bold=row == 0, colour="FFFFFF" if row == 0 else _INK,
                   to_the_right=bool(grid.numeric) and grid.numeric[column])


def _column_widths(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Give widths in letters that keep every word of a heading on one line, with the margins of a cell."""
    widths = []
    for at, heading in enumerate(headings):
        longest_word = max((len(word) for word in heading.split()), default=0) * _BOLD_WIDER
        longest = max([len(heading) * 0.7, *(len(row[at]) for row in rows)], default=1)
        widths.append(max(longest_word, min(longest, _WIDEST), _NARROWEST) + _CELL_MARGINS)
    return widths


def _add_marking(page: Any, protect: str, number: int) -> None:
    from pptx.util import Inches

    box = page.shapes.add_textbox(Inches(_MARGIN), Inches(_HEIGHT - 0.5), Inches(_WIDTH - 2 * _MARGIN), Inches(0.35))
    box.name = "Marking"
    box.text_frame.word_wrap = True
    paragraph = box.text_frame.paragraphs[0]
    paragraph.text = f"{clean_text(protect)}   {number}"
    _style(paragraph, 11, bold=True)


def _describe(shape: Any, name: str, words: str) -> None:
    """Give a shape its name and its text alternative."""
    element = shape._element.xpath(".//p:cNvPr")[0]
    element.set("name", clean_text(name)[:100])
    element.set("descr", clean_text(words)[:2000])


def _style(paragraph: Any, size: int, *, bold: bool = False, colour: str = _INK, to_the_right: bool = False) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.RIGHT if to_the_right else PP_ALIGN.LEFT
    if not paragraph.runs:  # else an empty cell is as high as the template's large letters
        paragraph._p.get_or_add_endParaRPr().set("sz", str(size * 100))
    for run in paragraph.runs:
        run.font.name, run.font.size, run.font.bold = FONT, Pt(size), bold
        run.font.color.rgb = RGBColor.from_string(colour)
        run._r.get_or_add_rPr().set("lang", "en-GB")


def _repeatable(content: bytes) -> bytes:
    """Write the parts in order of name with one date: the time of writing is not part of what is said."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in ["[Content_Types].xml", *sorted(set(source.namelist()) - {"[Content_Types].xml"})]:
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()
