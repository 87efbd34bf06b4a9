"""What a workbook holds: a cover, sheets of tables, of words and of pictures, and notes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from my121_analytics.writing.tables import Kind, View

Profile = Literal["publish", "working"]
NOT_AVAILABLE, NOT_APPLICABLE = "[x]", "[z]"
FONT = "Arial"
"""Of workbooks, documents and slides; where it is missing, Liberation Sans has the same widths."""
WIDEST_WORDS = 80
"""Width of a column of words, in letters."""


@dataclass(frozen=True)
class Chart:
    """A native chart of a table, in the ``working`` profile.

    Parameters
    ----------
    kind
        ``column``, or ``bar`` where names are long.
    category
        Column whose entries name the bars.
    values
        Columns drawn; at most two.
    """

    kind: Literal["column", "bar"]
    category: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A number in a table of words: written as a number, in its own form.

    Parameters
    ----------
    value
        None where there is none to show.
    kind
        How it is written.
    marker
        Stands where there is no value: ``[c]`` withheld, ``[x]`` not available, ``[z]`` not applicable.
    """

    value: float | None
    kind: Kind = "integer"
    marker: str = NOT_AVAILABLE


@dataclass(frozen=True)
class PictureBeside:
    """A picture to the right of a table, with the words that stand for it."""

    png: bytes
    alt: str


@dataclass(frozen=True)
class Sheet:
    """One table of released rows.

    Parameters
    ----------
    name
        Name of the sheet; shortened and made unique when written.
    view
        Which released table, under which headings.
    lines
        Scope, source and units, one sentence a row above the table.
    table_name
        Name of the marked-up table, telling and without spaces.
    chart
        Drawn to the right of the table in the ``working`` profile; None where a figure was withheld, since a withheld
        bar would look like none.
    frozen
        Columns at the left that stay in sight (``working`` profile).
    protected
        True where only the columns for people can be changed; without a password, so that it guards against slips.
    notes
        Codes of the notes that are about the whole table.
    picture
        Drawn to the right of the table.
    """

    name: str
    view: View
    lines: tuple[str, ...] = ()
    table_name: str = ""
    chart: Chart | None = None
    frozen: int = 1
    protected: bool = False
    notes: tuple[str, ...] = ()
    picture: PictureBeside | None = None


@dataclass(frozen=True)
class WordSheet:
    """A table of words or of file-level figures that is about no person and no group of people (notes, data quality).

    Parameters
    ----------
    name, lines, table_name
        As for :class:`Sheet`.
    title
        Heading of the sheet.
    headings
        Of the columns.
    rows
        Text, whole numbers or figures.
    notes, picture
        As for :class:`Sheet`.
    heat
        Columns, by place, in which larger numbers are shaded darker (``working`` profile).
    widest
        Width beyond which the text of a column wraps.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str | int | Figure, ...], ...]
    lines: tuple[str, ...] = ()
    table_name: str = ""
    notes: tuple[str, ...] = ()
    picture: PictureBeside | None = None
    heat: tuple[int, ...] = ()
    widest: float = WIDEST_WORDS


@dataclass(frozen=True)
class PictureSheet:
    """One picture with its text alternative."""

    name: str
    title: str
    png: bytes
    alt: str
    lines: tuple[str, ...] = ()


AnySheet = Sheet | WordSheet | PictureSheet


@dataclass(frozen=True)
class Book:
    """A whole workbook.

    Parameters
    ----------
    title
        Of the cover and of the document.
    cover
        Label and text: council, period, as of, source, contact, status.
    sheets
        In order.
    notes
        Text by code, for every code that a column refers to.
    as_of
        Stands in for the creation date, so that the same inputs give the same bytes.
    profile
        ``publish`` or ``working``.
    accent
        Colour of titles and links.
    logo, logo_alt
        PNG or JPEG for the cover, and its text alternative.
    subject
        Of the document; default: a calibration pack.
    """

    title: str
    cover: tuple[tuple[str, str], ...]
    sheets: tuple[AnySheet, ...]
    as_of: date
    notes: dict[str, str]
    profile: Profile = "publish"
    language: str = "en-GB"
    accent: str = "#12436D"
    logo: bytes = b""
    logo_alt: str = ""
    subject: str = ""
