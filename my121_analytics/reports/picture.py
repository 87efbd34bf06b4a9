"""Pictures inside a page: drawings as real text and shapes that need neither a script nor a style of their own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from markupsafe import Markup

_SVG = "http://www.w3.org/2000/svg"
_HREF = "{http://www.w3.org/1999/xlink}href"
_ALLOWED = {"svg", "g", "defs", "path", "use", "text", "tspan", "rect", "circle", "line", "polygon", "polyline",
            "clipPath", "pattern", "image", "linearGradient", "stop"}
_FONT = re.compile(r"^(?P<before>.*?)(?P<size>[\d.]+px)\s+(?P<family>.+)$")
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_BARE_FAMILY = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
"""Faces that every system has one of; the widths of the drawing's own face are close enough for labels."""


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
    svg
        The drawing as written to its own file.
    png
        The same in dots, where a workbook needs it; else empty.
    """

    name: str
    title: str
    alt: str
    svg: bytes
    png: bytes = b""

    @property
    def inline(self) -> Markup:
        """The drawing as part of a page."""
        return inline_svg(self.svg, name=self.name, title=self.title, description=self.alt)


def inline_svg(svg: bytes, *, name: str, title: str, description: str) -> Markup:
    """Turn a drawing's file into an element of a page under a policy that forbids style attributes and scripts.

    Parameters
    ----------
    svg
        A drawing as matplotlib writes it, with text as text.
    name
        Prefix of the ids inside, so that two drawings on one page cannot take each other's shapes.
    title, description
        Read out in place of the drawing.

    Returns
    -------
    markupsafe.Markup
        An ``svg`` element with ``role="img"``; only shapes, text and embedded dots are kept.
    """
    root = ET.fromstring(svg)
    _keep_shapes(root, name)
    root.attrib = {key: value for key, value in root.attrib.items() if key == "viewBox"}
    root.attrib |= {"xmlns": _SVG, "role": "img", "aria-labelledby": f"{name}-title", "aria-describedby": f"{name}-desc",
                    "class": "drawing", "stroke-linejoin": "round", "stroke-linecap": "butt"}
    for position, (tag, text) in enumerate((("title", title), ("desc", description))):
        element = ET.Element(tag, {"id": f"{name}-{tag}"})
        element.text = text
        root.insert(position, element)
    return Markup(ET.tostring(root, encoding="unicode"))  # the serialiser has escaped every text


def _keep_shapes(element: ET.Element, name: str) -> None:
    element.tag = element.tag.removeprefix(f"{{{_SVG}}}")
    element.attrib = _plain_attributes(element.attrib, name)
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag.removeprefix(f"{{{_SVG}}}") not in _ALLOWED:
            element.remove(child)
        else:
            _keep_shapes(child, name)


def _plain_attributes(given: dict[str, str], name: str) -> dict[str, str]:
    """Write styles as attributes, give ids the prefix, and drop links that leave the file."""
    plain: dict[str, str] = {}
    for key, value in given.items():
        if key == "style":
            plain |= _style_attributes(value)
        elif key in (_HREF, "href"):
            if value.startswith("#"):
                plain["href"] = f"#{name}-{value[1:]}"
            elif value.startswith("data:image/png;base64,"):
                plain["href"] = value
        elif key == "id":
            plain["id"] = f"{name}-{value}"
        elif not key.startswith(("on", "{")):
            plain[key] = value
    return {key: _REFERENCE.sub(rf"url(#{name}-\1)", value) for key, value in plain.items()}


def _style_attributes(style: str) -> dict[str, str]:
    attributes: dict[str, str] = {}
    for declaration in style.split(";"):
        key, _, value = (part.strip() for part in declaration.partition(":"))
        if key == "font" and (found := _FONT.match(value)):  # older matplotlib writes the short form
            attributes |= {"font-size": found["size"], "font-family": _BARE_FAMILY}
            attributes |= {"font-weight": word for word in found["before"].split() if word in ("bold", "700", "600")}
            attributes |= {"font-style": word for word in found["before"].split() if word == "italic"}
        elif key == "font-family":
            attributes[key] = _BARE_FAMILY
        elif key and value:
            attributes[key] = value
    return attributes
