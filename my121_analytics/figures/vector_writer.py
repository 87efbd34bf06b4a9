"""A canvas as an ``svg`` element: rectangles, paths and texts with presentation attributes, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import singledispatch
from html import escape

from my121_analytics.figures.canvas import (
    INCH,
    Canvas,
    Marks,
    Point,
    Polyline,
    Rectangle,
    Shape,
    TextLine,
    outline_of,
    split_hatch,
)
from my121_analytics.figures.vector import FONTS, SVG, printable

_ANCHORS = {"left": "", "center": ' text-anchor="middle"', "right": ' text-anchor="end"'}


def write_svg(canvas: Canvas, *, title: str, description: str) -> str:
    """Write a laid-out picture as one element.

    Parameters
    ----------
    canvas
        The picture.
    title, description
        Its name and its text alternative.

    Returns
    -------
    str
        Without style, script or link; the ids of its title and description come from the content.
    """
    wide, high = canvas.width * INCH, canvas.height * INCH
    body = f'<rect width="{_number(wide)}" height="{_number(high)}" fill="#ffffff"/>'
    body += "".join(_element(shape) for shape in canvas.lay_out())
    prefix = "d" + hashlib.sha256(f"{title}\n{description}\n{body}".encode()).hexdigest()[:14]
    named = f'<title id="{prefix}-title">{escape(printable(title), quote=False)}</title>'
    if description:
        named += f'<desc id="{prefix}-desc">{escape(printable(description), quote=False)}</desc>'
    labels = f"{prefix}-title {prefix}-desc" if description else f"{prefix}-title"
    return (f'<svg xmlns="{SVG}" viewBox="0 0 {_number(wide)} {_number(high)}" width="{wide * 96 / 72:.0f}" '
            f'height="{high * 96 / 72:.0f}" role="img" aria-labelledby="{labels}" font-family="{FONTS}" '
            f'stroke-linejoin="miter">{named}{body}</svg>')


@singledispatch
def _element(shape: Shape) -> str:
    raise TypeError(f"no such shape: {shape!r}")


@_element.register(Rectangle)
def _element_rectangle(shape: Rectangle) -> str:
    (left, top), (right, bottom) = shape.points
    drawn = (f'<rect x="{_number(left)}" y="{_number(top)}" width="{_number(right - left)}" '
             f'height="{_number(bottom - top)}" fill="{shape.face}"{_stroke(shape.edge, shape.line)}/>')
    if not shape.hatch:
        return drawn
    return f'{drawn}<path d="{"".join(_path(line) for line in split_hatch(shape))}" stroke="{shape.edge}"/>'


@_element.register(Polyline)
def _element_line(shape: Polyline) -> str:
    dashes = " ".join(_number(part * shape.line) for part in shape.dash)
    more = f' stroke-dasharray="{dashes}"' if dashes else ' stroke-linecap="square"' if shape.is_square else ""
    return f'<path d="{_path(shape.points)}" fill="none"{_stroke(shape.colour, shape.line)}{more}/>'


@_element.register(Marks)
def _element_marks(shape: Marks) -> str:
    look = f'fill="{shape.face}"{_stroke(shape.edge, shape.line)}'
    corners = outline_of(shape.marker, shape.size)
    if not corners:
        return "".join(f'<circle cx="{_number(x)}" cy="{_number(y)}" r="{_number(shape.size / 2)}" {look}/>'
                       for x, y in shape.points)
    return "".join(f'<path d="{_path([(x + across, y + down) for across, down in corners])}Z" {look}/>'
                   for x, y in shape.points)


@_element.register(TextLine)
def _element_text(shape: TextLine) -> str:
    (x, y), = shape.points
    bold = ' font-weight="700"' if shape.weight == "bold" else ""
    return (f'<text x="{_number(x)}" y="{_number(y)}" font-size="{_number(shape.size)}px"{bold}'
            f'{_ANCHORS[shape.anchor]} fill="{shape.colour}">{escape(shape.text, quote=False)}</text>')


def _stroke(colour: str, width: float) -> str:
    return f' stroke="{colour}" stroke-width="{_number(width)}"' if colour and width else ""


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)


def _number(value: float) -> str:
    """Write a length with two decimals at most: a hundredth of a point cannot be seen."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.005 else "0"
