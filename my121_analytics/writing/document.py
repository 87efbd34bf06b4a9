"""A page as a Word document (.docx): the same blocks as the HTML page, with headings, captions and alt text."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from typing import Any

from my121_analytics.cell_text import clean_text
from my121_analytics.errors import UsageError
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import FONT
from my121_analytics.writing.page import Block, Bullets, Drawing, Page, PageTable, Subheading

SIZE = 11
ACCENT = (0x12, 0x43, 0x6D)
WIDE_COLUMNS = 9
"""Columns from which a table needs a page that lies across, however short its words."""
_WIDTHS = {False: 16.0, True: 25.7}
"""Room for a table in centimetres: A4 upright and across, with margins of 2.5 and 2 cm."""
_LEAST_WIDTH = 1.5
_TABLE_SIZE = 9
_CELL_MARGIN = 45
"""Room above and below the text of a cell, in twentieths of a point."""
_CM_A_LETTER = 0.21
"""Width of a letter of the table's 9-point face, so that no word has to be broken."""


def render_document(page: Page, *, as_of: date) -> bytes:
    """Write a page as a Word document.

    Parameters
    ----------
    page
        Its tables come from released results or hold words about files and methods.
    as_of
        Stands in for the day of creation, so that the same page gives the same bytes.

    Returns
    -------
    bytes
        A .docx file: the title and language in its properties, headings by style, the heading row of each table
        repeated on every page, alt text on pictures, and page numbers in the footer. A chapter with a table that
        does not fit an upright page lies across.

    Raises
    ------
    UsageError
        python-docx is not installed.
    """
    try:
        from docx import Document
    except ImportError:
        raise UsageError(say("document", "no_library"), hints=[say("document", "no_library_remedy")]) from None
    writer = _Writer(Document())
    writer.start(page, as_of)
    for block in page.first:
        writer.add(block)
    if page.picture is not None:
        writer.add(page.picture)
    for number, section in enumerate(page.sections, start=1):
        writer.turn(across=any(isinstance(block, PageTable) and _is_wide(block) for block in section.blocks))
        writer.heading(f"{number}. {section.heading}", 1)
        for block in section.blocks:
            writer.add(block)
    buffer = io.BytesIO()
    writer.document.save(buffer)
    return _repeatable(buffer.getvalue(), as_of)


class _Writer:
    """Writes blocks into an open document."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.is_across = False

    def start(self, page: Page, as_of: date) -> None:
        """Set fonts, language, properties and footer, and write the title."""
        self._set_styles(page.language)
        properties, moment = self.document.core_properties, datetime(as_of.year, as_of.month, as_of.day)
        properties.title, properties.language = clean_text(page.title), page.language
        properties.author = properties.last_modified_by = ""
        properties.created = properties.modified = moment
        self._turn(self.document.sections[0], across=False)
        self._write_footer(page.footer)
        self.paragraph(page.protect, bold=True, size=9)
        self.heading(page.title, 0)
        self.paragraph(" · ".join(page.subtitle), size=10)

    def add(self, block: Block) -> None:
        """Write one block."""
        if isinstance(block, Subheading):
            self.heading(block.text, 2)
        elif isinstance(block, Bullets):
            for item in block.items:
                self.document.add_paragraph(clean_text(item), style="List Bullet")
        elif isinstance(block, Drawing):
            self._picture(block)
        elif isinstance(block, PageTable):
            self._table(block)
        else:
            self._text(block)

    def heading(self, text: str, level: int) -> None:
        """Write a heading; the title has level 0."""
        self.document.add_heading(clean_text(text), level)

    def paragraph(self, text: str, *, bold: bool = False, size: float = SIZE) -> Any:
        """Write one paragraph."""
        from docx.shared import Pt

        paragraph = self.document.add_paragraph()
        run = paragraph.add_run(clean_text(text))
        run.bold = bold
        run.font.size = Pt(size)
        return paragraph

    def _text(self, block: Any) -> None:
        look = getattr(block, "look", "")
        paragraph = self.paragraph(block.text, bold=look == "lead", size=9 if look == "source" else SIZE)
        if look in ("blank", "caveat"):
            _frame(paragraph, "dashed" if look == "blank" else "single")

    def _picture(self, block: Drawing) -> None:
        from docx.shared import Cm

        self.document.add_picture(io.BytesIO(block.picture.png), width=Cm(_WIDTHS[False]))
        drawn = self.document.inline_shapes[-1]._inline.docPr
        drawn.set("descr", clean_text(block.picture.alt))
        drawn.set("title", clean_text(block.picture.title))
        self._caption(block.caption)

    def _caption(self, text: str) -> None:
        paragraph = self.document.add_paragraph(clean_text(text), style="Caption")
        paragraph.paragraph_format.keep_with_next = True

    def _table(self, grid: PageTable) -> None:
        """Write a table as one piece of XML: the library's own cells take a second for two thousand."""
        self._caption(grid.caption)
        table = self.document.add_table(rows=0, cols=len(grid.headings), style="Table Grid")
        table.autofit = False
        widths = column_widths(grid, _WIDTHS[self.is_across])
        for column, width in zip(table.columns, widths, strict=True):
            column.width = _twips(width) * 635
        _leave_room(table._tbl.tblPr)
        table._tbl.extend(_rows(grid, widths))
        self.document.add_paragraph()

    def turn(self, *, across: bool) -> None:
        """Go on with pages that lie the other way, where they do."""
        from docx.enum.section import WD_SECTION

        if across == self.is_across:
            return
        self._turn(self.document.add_section(WD_SECTION.NEW_PAGE), across=across)
        self.is_across = across

    @staticmethod
    def _turn(section: Any, *, across: bool) -> None:
        from docx.enum.section import WD_ORIENT
        from docx.shared import Cm

        section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        long, short = Cm(29.7), Cm(21.0)
        section.page_width, section.page_height = (long, short) if across else (short, long)
        section.left_margin = section.right_margin = Cm(2.0 if across else 2.5)
        section.top_margin = section.bottom_margin = Cm(2.0)

    def _set_styles(self, language: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        for name in ("Normal", "Title", "Heading 1", "Heading 2", "Caption", "List Bullet"):
            style = self.document.styles[name]
            style.font.name = FONT
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(script), FONT)
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
                fonts.attrib.pop(qn(theme), None)
            if name != "Normal" and name != "List Bullet":
                style.font.color.rgb = RGBColor(*ACCENT)
        sizes = {"Normal": SIZE, "Title": 20, "Heading 1": 15, "Heading 2": 12.5, "Caption": 10}
        for name, size in sizes.items():
            self.document.styles[name].font.size = Pt(size)
        mark = OxmlElement("w:lang")
        mark.set(qn("w:val"), language)
        self.document.styles["Normal"].element.get_or_add_rPr().append(mark)

    def _write_footer(self, text: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Pt

        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.add_run(clean_text(text) + "  ").font.size = Pt(8)
        run = paragraph.add_run()
        run.font.size = Pt(8)
        for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
            if kind:
                element = OxmlElement("w:fldChar")
                element.set(qn("w:fldCharType"), kind)
            else:
                element = OxmlElement("w:instrText")
                element.text = words
            run._r.append(element)


def _is_wide(grid: PageTable) -> bool:
    """Say whether a table's columns do not fit an upright page without breaking words."""
    return len(grid.headings) >= WIDE_COLUMNS or sum(_least_widths(grid)) > _WIDTHS[False]


def _least_widths(grid: PageTable) -> list[float]:
    """Give the centimetres that each column's longest word needs."""
    texts = [[heading, *(row[j] for row in grid.rows)] for j, heading in enumerate(grid.headings)]
    return [max(max((len(word) for text in column for word in text.split()), default=1) * _CM_A_LETTER + 0.4,
                _LEAST_WIDTH) for column in texts]


def column_widths(grid: PageTable, room: float) -> list[float]:
    """Share the width of a page out among a table's columns.

    Parameters
    ----------
    grid
        The table.
    room
        Width of the page's text in centimetres.

    Returns
    -------
    list of float
        Centimetres; each column holds its longest word, and what is left goes to those with much to say.
    """
    texts = [[heading, *(row[j] for row in grid.rows)] for j, heading in enumerate(grid.headings)]
    least = _least_widths(grid)
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    wanted = [max(sum(len(text) for text in column) / len(column), max(map(len, column)) / 4) for column in texts]
    spare = room - sum(least)
    return [width + spare * want / sum(wanted) for width, want in zip(least, wanted, strict=True)]


def _leave_room(properties: Any) -> None:
    """Keep the text of a table's cells off the lines above and below."""
    margins = _element("tblCellMar", *(_element(side, w=str(_CELL_MARGIN), type="dxa") for side in ("top", "bottom")))
    look = next((child for child in properties if child.tag.endswith("}tblLook")), None)
    properties.append(margins) if look is None else look.addprevious(margins)


def _rows(grid: PageTable, widths: Sequence[float]) -> list[Any]:
    """Give the rows of a table: the heading row is repeated on every page, and no row is parted by a page's end."""
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    numeric = grid.numeric or (False,) * len(widths)
    twips = [_twips(width) for width in widths]
    rows = []
    for i, texts in enumerate((grid.headings, *grid.rows)):
        cells = "".join(_cell(text, width, bold=i == 0, right=is_number)
                        for text, width, is_number in zip(texts, twips, numeric, strict=True))
        rows.append(f"<w:tr><w:trPr><w:cantSplit/>{'' if i else '<w:tblHeader/>'}</w:trPr>{cells}</w:tr>")
    return list(parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(rows)}</w:tbl>"))


def _cell(text: str, width: int, *, bold: bool, right: bool) -> str:
    """Give one cell of a table in the table's own size, as XML; ``width`` in twentieths of a point."""
    lines = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line, quote=False)}</w:t>'
                           for line in clean_text(text).split("\n"))
    look = f'<w:rPr>{"<w:b/>" if bold else ""}<w:sz w:val="{2 * _TABLE_SIZE}"/></w:rPr>'
    place = '<w:pPr><w:jc w:val="right"/></w:pPr>' if right else ""
    return (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr><w:p>{place}<w:r>{look}{lines}</w:r></w:p>'
            "</w:tc>")


def _element(name: str, *children: Any, **attributes: str) -> Any:
    """Make one element of a Word document."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    element.extend(children)
    return element


def _twips(centimetres: float) -> int:
    """Give a length in twentieths of a point."""
    return round(centimetres * 567)


def _frame(paragraph: Any, line: str) -> None:
    """Put a frame round a paragraph."""
    edges = [_element(side, val=line, sz="8", space="4", color="12436D") for side in ("top", "left", "bottom", "right")]
    paragraph._p.get_or_add_pPr().append(_element("pBdr", *edges))


def _repeatable(content: bytes, as_of: date) -> bytes:
    """Give the file with one time for all its parts, so that the same page gives the same bytes."""
    buffer = io.BytesIO()
    moment: Sequence[int] = (max(as_of.year, 1980), as_of.month, as_of.day, 0, 0, 0)
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, tuple(moment))  # type: ignore[arg-type]
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return buffer.getvalue()
