"""One drawing as writers take it: an element of a page, a file, and the words that stand for it."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True)
class Picture:
    """One drawing of a pack.

    Parameters
    ----------
    name
        File name without ending.
    title
        What it shows, in a few words.
    alt
        Text alternative with the main figures.
    element
        The drawing as an ``svg`` element that needs no style, script or link.
    png
        The same in dots, where a workbook needs it; else empty.
    """

    name: str
    title: str
    alt: str
    element: str
    png: bytes = b""

    @property
    def inline(self) -> Markup:
        """The drawing as part of a page; its texts were escaped when it was drawn."""
        return Markup(self.element)
