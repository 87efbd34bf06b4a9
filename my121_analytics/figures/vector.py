"""Drawings as part of a page: what matplotlib writes, made into an element that needs no style, script or link."""

from __future__ import annotations

import hashlib
import re
import xml.etree.ElementTree as ET

SVG = "http://www.w3.org/2000/svg"
FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
"""Faces that every system has one of; all are narrower than the one that the texts were measured in."""

_XLINK = "{http://www.w3.org/1999/xlink}href"
_REFERENCE = re.compile(r"url\(#([^)]+)\)")
_DROPPED = {"metadata", "style"}
_WHOLE_ROOT = {"stroke-linejoin": "round", "stroke-linecap": "butt"}
"""What matplotlib's style element says of everything."""


class VectorDrawing:
    """A drawing as matplotlib wrote it.

    Parameters
    ----------
    svg
        The file's bytes.
    """

    def __init__(self, svg: bytes) -> None:
        self._root = ET.fromstring(svg)
        self._prefix = "d" + hashlib.sha256(svg).hexdigest()[:10]

    def inline(self, *, title: str, description: str) -> str:
        """Give the drawing as an ``svg`` element.

        Parameters
        ----------
        title, description
            Its name and its text alternative.

        Returns
        -------
        str
            Ids start with a hash of the drawing and its texts.
        """
        texts = hashlib.sha256(f"{title}\n{description}".encode()).hexdigest()[:4]
        prefix = f"{self._prefix}{texts}"
        root = _copy(self._root, _rename(self._root, prefix))
        width, height = (float(part) for part in self._root.attrib["viewBox"].split()[2:])
        root.attrib = {"xmlns": SVG, "viewBox": self._root.attrib["viewBox"], "width": f"{width * 96 / 72:.0f}",
                       "height": f"{height * 96 / 72:.0f}", "role": "img",
                       "aria-labelledby": f"{prefix}-title {prefix}-desc" if description else f"{prefix}-title",
                       "font-family": FONTS, **_WHOLE_ROOT}
        named = [("title", title), *([("desc", description)] if description else [])]
        for position, (tag, text) in enumerate(named):
            element = ET.Element(tag, {"id": f"{prefix}-{tag}"})
            element.text = printable(text)
            root.insert(position, element)
        return ET.tostring(root, encoding="unicode")


def standalone(element: str) -> bytes:
    """Make a file of an ``svg`` element."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element}\n'.encode()


def printable(text: str) -> str:
    """Take out control and direction marks, which can break XML or turn the text around them."""
    return "".join(c if c.isprintable() else " " for c in text.replace("\u00ad", ""))


def _rename(root: ET.Element, prefix: str) -> dict[str, str]:
    """Give new names to the ids that something refers to; all others go."""
    wanted = {value[1:] for element in root.iter() for key, value in element.attrib.items()
              if key in (_XLINK, "href") and value.startswith("#")}
    wanted |= {found for element in root.iter() for value in element.attrib.values()
               for found in _REFERENCE.findall(value)}
    ids = [element.attrib["id"] for element in root.iter() if element.attrib.get("id") in wanted]
    return {old: f"{prefix}-{number}" for number, old in enumerate(ids, start=1)}


def _copy(element: ET.Element, ids: dict[str, str]) -> ET.Element:
    made = ET.Element(element.tag.removeprefix(f"{{{SVG}}}"), _attributes(element, ids))
    made.text = element.text if element.text and element.text.strip() else None
    for child in element:
        if isinstance(child.tag, str) and child.tag.removeprefix(f"{{{SVG}}}") not in _DROPPED:
            copied = _copy(child, ids)
            if copied.tag != "defs" or len(copied):
                made.append(copied)
    return made


def _attributes(element: ET.Element, ids: dict[str, str]) -> dict[str, str]:
    """Write styles as presentation attributes, links as plain references, and keep only ids that are used."""
    plain: dict[str, str] = {}
    for key, value in element.attrib.items():
        if key == "style":
            plain |= _style(value)
        elif key in (_XLINK, "href"):
            plain["href"] = f"#{ids[value[1:]]}" if value.startswith("#") else value
        elif key == "id":
            plain |= {"id": ids[value]} if value in ids else {}
        elif not (key == "transform" and value.startswith("rotate(-0")):
            plain[key] = value
    return {key: _REFERENCE.sub(lambda found: f"url(#{ids[found[1]]})", value) for key, value in plain.items()}


def _style(declarations: str) -> dict[str, str]:
    pairs = (declaration.partition(":") for declaration in declarations.split(";"))
    found = {key.strip(): value.strip() for key, _, value in pairs if value.strip()}
    if "font" in found:  # matplotlib before 3.11 writes the short form: [weight] size family
        *before, size = found.pop("font").partition("px")[0].split()
        found |= {"font-size": f"{size}px", **({"font-weight": before[0]} if before else {})}
    return {key: value for key, value in found.items() if key != "font-family"}
