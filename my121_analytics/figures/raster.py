"""A canvas in dots, for workbooks, which take no drawings: shapes drawn four times as large and reduced, then texts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import singledispatch
from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

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
from my121_analytics.figures.letters import load_font

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_FINER = 4
"""Dots drawn for each dot kept, both ways: edges come out smooth."""
_HATCH = 1.0
"""Width in points of the lines of a hatching, as matplotlib has them."""
_ANCHORS = {"left": "ls", "center": "ms", "right": "rs"}
_CIRCLE = 32


def write_png(canvas: Canvas, *, dpi: int) -> bytes:
    """Write a laid-out picture as PNG; the same picture gives the same bytes.

    Parameters
    ----------
    canvas
        The picture.
    dpi
        Dots an inch.

    Returns
    -------
    bytes
    """
    from PIL import Image, ImageDraw

    shapes = canvas.lay_out()
    wide, high = round(canvas.width * dpi), round(canvas.height * dpi)
    large = Image.new("RGB", (wide * _FINER, high * _FINER), "#ffffff")
    brush = ImageDraw.Draw(large)
    for shape in shapes:
        _paint(shape, brush, dpi * _FINER / INCH)
    drawn = large.reduce(_FINER)
    pen = ImageDraw.Draw(drawn)
    for shape in shapes:
        if isinstance(shape, TextLine):
            _letter(shape, pen, dpi / INCH)
    buffer = io.BytesIO()
    drawn.save(buffer, "PNG", dpi=(dpi, dpi), compress_level=4)
    return buffer.getvalue()


@singledispatch
def _paint(shape: Shape, brush: ImageDraw, scale: float) -> None:
    """Paint one shape; texts come later, since they are not drawn larger and reduced."""


@_paint.register(Rectangle)
def _paint_rectangle(shape: Rectangle, brush: ImageDraw, scale: float) -> None:
    (left, top), (right, bottom) = shape.points
    _fill(brush, [(left, top), (right, top), (right, bottom), (left, bottom)], shape.face, scale)
    for line in split_hatch(shape):
        _stroke(brush, line, shape.edge, _HATCH, scale)
    if shape.edge and shape.line:
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        _stroke(brush, corners, shape.edge, shape.line, scale, beyond=shape.line / 2)


@_paint.register(Polyline)
def _paint_line(shape: Polyline, brush: ImageDraw, scale: float) -> None:
    beyond = shape.line / 2 if shape.is_square else 0.0
    pieces = _dashes(shape.points, [part * shape.line for part in shape.dash]) if shape.dash else [shape.points]
    for piece in pieces:
        _stroke(brush, piece, shape.colour, shape.line, scale, beyond=beyond)


@_paint.register(Marks)
def _paint_marks(shape: Marks, brush: ImageDraw, scale: float) -> None:
    corners = outline_of(shape.marker, shape.size) or [
        (shape.size / 2 * cos(2 * pi * k / _CIRCLE), shape.size / 2 * sin(2 * pi * k / _CIRCLE))
        for k in range(_CIRCLE)]
    for x, y in shape.points:
        around = [(x + across, y + down) for across, down in corners]
        if len(around) > 2:
            _fill(brush, around, shape.face, scale)
        _stroke(brush, [*around, around[0]], shape.edge, shape.line, scale, beyond=shape.line * 0.3)


def _letter(shape: TextLine, pen: ImageDraw, scale: float) -> None:
    (x, y), = shape.points
    pen.text((x * scale, y * scale), shape.text, fill=shape.colour, font=load_font(shape.size * scale, shape.weight),
             anchor=_ANCHORS[shape.anchor])


def _fill(brush: ImageDraw, corners: Sequence[Point], colour: str, scale: float) -> None:
    scaled = [(x * scale, y * scale) for x, y in corners]
    across, down = ({round(value) for value in values} for values in zip(*scaled, strict=True))
    if len(across) <= 2 and len(down) <= 2:  # Pillow paints the far edge too: it is the neighbour's
        brush.rectangle((min(across), min(down), max(max(across) - 1, min(across)), max(max(down) - 1, min(down))),
                        fill=colour)
    else:
        brush.polygon([(x - 0.5, y - 0.5) for x, y in scaled], fill=colour)


def _stroke(brush: ImageDraw, points: Sequence[Point], colour: str, width: float, scale: float, *,
            beyond: float = 0.0) -> None:
    """Draw each straight piece as a narrow rectangle, longer by ``beyond`` at both ends so that corners close."""
    for (x0, y0), (x1, y1) in pairwise(points):
        length = hypot(x1 - x0, y1 - y0)
        if not length:
            continue
        across, down = (x1 - x0) / length, (y1 - y0) / length
        half = width / 2
        x0, y0, x1, y1 = x0 - across * beyond, y0 - down * beyond, x1 + across * beyond, y1 + down * beyond
        _fill(brush, [(x0 - down * half, y0 + across * half), (x1 - down * half, y1 + across * half),
                      (x1 + down * half, y1 - across * half), (x0 + down * half, y0 - across * half)], colour, scale)


def _dashes(points: Sequence[Point], pattern: Sequence[float]) -> Iterator[list[Point]]:
    """Cut a line into dashes, each with all of its corners; the pattern runs on around them."""
    drawing, left, piece = True, pattern[0], [points[0]]
    for start, end in pairwise(points):
        length = hypot(end[0] - start[0], end[1] - start[1])
        done = 0.0
        while length - done >= left:
            done += left
            at = (start[0] + (end[0] - start[0]) * done / length, start[1] + (end[1] - start[1]) * done / length)
            if drawing:
                yield [*piece, at]
            drawing, piece = not drawing, [at]
            left = pattern[0 if drawing else 1]
        left -= length - done
        if done < length:
            piece.append(end)
    if drawing and len(piece) > 1:
        yield piece
