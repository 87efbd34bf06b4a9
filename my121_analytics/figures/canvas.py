"""A picture as rectangles, lines, marks and texts: what our drawings are made of, laid out without matplotlib.

A :class:`Canvas` takes the calls of matplotlib's axes that the pictures make, so that one function draws for a notebook
(on axes) and for a file (on a canvas). Building axes and drawing them took half of the time of a pack; the same shapes
written as text take a hundredth of that.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Point = tuple[float, float]
Weight = Literal["normal", "bold"]
Dashes = str | tuple[int, tuple[float, ...]]
"""A name of matplotlib's, or where to start and the lengths of dash and gap."""

INCH = 72.0
"""Points in an inch; a laid-out picture is in points from its upper left corner."""
_DASHES: dict[str, tuple[float, ...]] = {"-": (), "--": (3.7, 1.6), ":": (1.0, 1.65)}
"""Lengths of dash and gap, in widths of the line, as matplotlib has them."""
_DESCENT = 0.236
"""From the baseline down to the foot of letters such as p, in text sizes."""
_PITCH = 1.138
_FIRST = 0.845
"""From line to line, and from the top of a text down to its first baseline, in text sizes."""


@dataclass(frozen=True)
class Place:
    """How a point is read: in data or as a share of the axes (0-1) on each axis, moved by inches."""

    data: tuple[bool, bool] = (True, True)
    offset: Point = (0.0, 0.0)


@dataclass(frozen=True)
class Rectangle:
    """Two opposite corners; drawn only as far as the axes go."""

    points: tuple[Point, ...]
    place: Place
    order: float
    face: str
    edge: str = ""
    line: float = 0.0
    hatch: int = 0


@dataclass(frozen=True)
class Polyline:
    """Straight pieces through points; ``line`` is its width, ``dash`` lengths of dash and gap in widths of the line."""

    points: tuple[Point, ...]
    place: Place
    order: float
    colour: str
    line: float
    dash: tuple[float, ...] = ()
    is_square: bool = False
    is_clipped: bool = True


@dataclass(frozen=True)
class Marks:
    """One shape at each of some points."""

    points: tuple[Point, ...]
    place: Place
    order: float
    marker: str
    size: float
    face: str
    edge: str
    line: float


@dataclass(frozen=True)
class TextLine:
    """One line of text on its baseline; ``anchor`` says which end of it stands at the point."""

    points: tuple[Point, ...]
    place: Place
    order: float
    text: str
    size: float
    weight: Weight
    colour: str
    anchor: str
    gid: str = ""


Shape = Rectangle | Polyline | Marks | TextLine


class Canvas:
    """A picture being drawn; its methods are those of ``matplotlib.axes.Axes`` with the arguments that we use."""

    def __init__(self) -> None:
        self.width, self.height = 0.0, 0.0
        self.title = ""
        self._box = (0.0, 0.0, 1.0, 1.0)
        self._x, self._y = (0.0, 1.0), (0.0, 1.0)
        self._shapes: list[Shape] = []

    @property
    def is_open(self) -> bool:
        """Whether it has its size."""
        return self.width > 0

    @property
    def size(self) -> Point:
        """Width and height of the axes in inches."""
        return self._box[2], self._box[3]

    def open(self, width: float, height: float, box: tuple[float, float, float, float]) -> None:
        """Set the size of the picture and the axes' left, bottom, width and height, in inches."""
        self.width, self.height, self._box = width, height, box

    def set_xlim(self, left: float, right: float) -> None:
        """Set the data at the left and right ends."""
        self._x = (float(left), float(right))

    def set_ylim(self, bottom: float, top: float) -> None:
        """Set the data at the lower and upper ends."""
        self._y = (float(bottom), float(top))

    def get_xlim(self) -> Point:
        """Give the data at the left and right ends."""
        return self._x

    def get_ylim(self) -> Point:
        """Give the data at the lower and upper ends."""
        return self._y

    def barh(self, y: float, width: float, height: float = 0.8, left: float = 0.0, *, color: str = "",
             facecolor: str = "", edgecolor: str = "", linewidth: float = 1.0, hatch: str | None = None,
             zorder: float = 1) -> None:
        """Draw a bar around ``y``."""
        corners = ((left, y - height / 2), (left + width, y + height / 2))
        self._shapes.append(Rectangle(_plain(corners), Place(), zorder, color or facecolor, edgecolor,
                                      linewidth if edgecolor else 0.0, len(hatch or "")))

    def axvspan(self, xmin: float, xmax: float, *, color: str, linewidth: float = 0.0, zorder: float = 1) -> None:
        """Draw a band from the bottom to the top."""
        self._shapes.append(Rectangle(_plain(((xmin, 0), (xmax, 1))), Place((True, False)), zorder, color,
                                      line=linewidth))

    def axhspan(self, ymin: float, ymax: float, *, color: str, linewidth: float = 0.0, zorder: float = 1) -> None:
        """Draw a band from left to right."""
        self._shapes.append(Rectangle(_plain(((0, ymin), (1, ymax))), Place((False, True)), zorder, color,
                                      line=linewidth))

    def axvline(self, x: float, *, color: str, linewidth: float, linestyle: str = "-", zorder: float = 2) -> None:
        """Draw an upright line."""
        self._shapes.append(Polyline(_plain(((x, 0), (x, 1))), Place((True, False)), zorder, color, linewidth,
                                 _dash(linestyle)))

    def axhline(self, y: float, *, color: str, linewidth: float, linestyle: str = "-", zorder: float = 2) -> None:
        """Draw a level line."""
        self._shapes.append(Polyline(_plain(((0, y), (1, y))), Place((False, True)), zorder, color, linewidth,
                                 _dash(linestyle)))

    def plot(self, x: Iterable[float], y: Iterable[float], *, color: str = "", linewidth: float = 1.5,
             linestyle: Dashes = "-", marker: str = "", markersize: float = 6.0, markerfacecolor: str = "",
             markeredgecolor: str = "", markeredgewidth: float = 1.0, zorder: float = 2,
             solid_capstyle: str = "projecting", clip_on: bool = True, transform: Any = None) -> None:
        """Draw a line through points, or a mark at each."""
        points, where = _plain(zip(x, y, strict=True)), transform or Place()
        if not points:
            return
        if marker:
            self._shapes.append(Marks(points, where, zorder, marker, markersize, markerfacecolor, markeredgecolor,
                                      markeredgewidth))
        else:
            dash = _dash(linestyle)
            self._shapes.append(Polyline(points, where, zorder, color, linewidth, dash,
                                     solid_capstyle != "butt" and not dash and not clip_on, clip_on))

    def write(self, text: str, at: Point, place: Place, *, size: float, weight: Weight, colour: str, ha: str, va: str,
              gid: str, zorder: float = 3) -> None:
        """Write lines of text at a point: from their top downwards, or the one line on its baseline."""
        drop = {"top": _FIRST, "bottom": -_DESCENT}.get(va, 0.0) * size / INCH
        for number, line in enumerate(text.split("\n")):
            down = drop + number * _PITCH * size / INCH
            where = replace(place, offset=(place.offset[0], place.offset[1] - down))
            if line:
                self._shapes.append(TextLine((at,), where, zorder, line, size, weight, colour, ha, gid))

    def lay_out(self) -> list[Shape]:
        """Give the shapes from the lowest to the topmost, in points from the upper left corner."""
        ordered = sorted(self._shapes, key=lambda shape: shape.order)
        return [placed for shape in ordered for placed in self._put(shape)]

    def _put(self, shape: Shape) -> list[Shape]:
        points = tuple(self._to_points(point, shape.place) for point in shape.points)
        if isinstance(shape, Rectangle):
            return self._put_rectangle(shape, points)
        if isinstance(shape, Polyline) and shape.is_clipped:
            return [replace(shape, points=piece) for piece in _clip(points, self._frame())]
        return [replace(shape, points=points)]

    def _put_rectangle(self, shape: Rectangle, points: Sequence[Point]) -> list[Shape]:
        left, top, right, bottom = self._frame()
        (x0, x1), (y0, y1) = (sorted(values) for values in zip(*points, strict=True))
        x0, x1, y0, y1 = max(x0, left), min(x1, right), max(y0, top), min(y1, bottom)
        return [replace(shape, points=((x0, y0), (x1, y1)))] if x0 < x1 and y0 < y1 else []

    def _frame(self) -> tuple[float, float, float, float]:
        """Give left, top, right and bottom of the axes in points."""
        left, bottom, wide, tall = (inches * INCH for inches in self._box)
        return left, self.height * INCH - bottom - tall, left + wide, self.height * INCH - bottom

    def _to_points(self, point: Point, place: Place) -> Point:
        inches = [start + length * (_share(value, limits) if is_data else value) + moved
                  for value, limits, is_data, moved, start, length in zip(
                      point, (self._x, self._y), place.data, place.offset, self._box[:2], self._box[2:], strict=True)]
        return inches[0] * INCH, (self.height - inches[1]) * INCH


def draw_on_canvas(plot: Callable[..., object], *asked: Any, **options: Any) -> Canvas:
    """Draw a picture for a file.

    Parameters
    ----------
    plot
        One of the ``plot_...`` functions.
    asked, options
        Its arguments, without ``ax``.

    Returns
    -------
    Canvas
    """
    canvas = Canvas()
    plot(*asked, **options, ax=cast("Axes", canvas))
    return canvas


def split_hatch(shape: Rectangle) -> list[tuple[Point, Point]]:
    """Give the slanted lines that hatch a rectangle as laid out, 24, 16, 12 ... points apart by density 1, 2, 3 ..."""
    if not shape.hatch:
        return []
    (left, top), (right, bottom) = shape.points
    step = 24.0 / shape.hatch
    first, last = math.ceil((left + top) / step), math.floor((right + bottom) / step)
    lines = []
    for number in range(first, last + 1):
        total = number * step  # x + y is the same all along such a line
        start, end = max(left, total - bottom), min(right, total - top)
        if start < end:
            lines.append(((start, total - start), (end, total - end)))
    return lines


def outline_of(marker: str, size: float) -> list[Point]:
    """Give the corners of a mark around 0, in points, y downwards; a circle has none and is drawn as one."""
    return [(x * size, -y * size) for x, y in _OUTLINES[marker]]


def _plain(points: Iterable[Sequence[float]]) -> tuple[Point, ...]:
    return tuple((float(x), float(y)) for x, y in points)


def _dash(linestyle: Dashes) -> tuple[float, ...]:
    return _DASHES[linestyle] if isinstance(linestyle, str) else linestyle[1]


def _share(value: float, limits: Point) -> float:
    first, last = limits
    return (value - first) / (last - first)


def _clip(points: Sequence[Point], frame: tuple[float, float, float, float]) -> list[tuple[Point, ...]]:
    """Cut a line to a frame; gives its pieces inside."""
    pieces: list[list[Point]] = []
    for start, end in pairwise(points):
        inside = _clip_segment(start, end, frame)
        if inside is None:
            continue
        if pieces and pieces[-1][-1] == inside[0]:
            pieces[-1].append(inside[1])
        else:
            pieces.append(list(inside))
    return [tuple(piece) for piece in pieces]


def _clip_segment(start: Point, end: Point, frame: tuple[float, float, float, float]) -> tuple[Point, Point] | None:
    """Cut one straight piece to a frame (Liang and Barsky's method); None where it lies outside."""
    (x, y), across, down = start, end[0] - start[0], end[1] - start[1]
    left, top, right, bottom = frame
    first, last = 0.0, 1.0
    for move, room in ((-across, x - left), (across, right - x), (-down, y - top), (down, bottom - y)):
        if move == 0:
            if room < 0:
                return None
        elif move < 0:
            first = max(first, room / move)
        else:
            last = min(last, room / move)
    if first > last:
        return None
    begin = start if first == 0 else (x + first * across, y + first * down)
    finish = end if last == 1 else (x + last * across, y + last * down)
    return begin, finish


def _turned(corners: int, radius: float) -> list[Point]:
    return [(-radius * math.sin(2 * math.pi * k / corners), radius * math.cos(2 * math.pi * k / corners))
            for k in range(corners)]


_OUTLINES: dict[str, list[Point]] = {
    "s": [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)], "D": _turned(4, math.sqrt(0.5)), "p": _turned(5, 0.5),
    "^": [(0, 0.5), (-0.5, -0.5), (0.5, -0.5)], "v": [(0, -0.5), (0.5, 0.5), (-0.5, 0.5)],
    "<": [(-0.5, 0), (0.5, -0.5), (0.5, 0.5)], ">": [(0.5, 0), (-0.5, 0.5), (-0.5, -0.5)],
    "_": [(-0.5, 0), (0.5, 0)], "o": [],
    "X": [(-0.25, -0.5), (0, -0.25), (0.25, -0.5), (0.5, -0.25), (0.25, 0), (0.5, 0.25), (0.25, 0.5), (0, 0.25),
          (-0.25, 0.5), (-0.5, 0.25), (-0.25, 0), (-0.5, -0.25)]}
"""Corners of each mark in shares of its size, y upwards, as matplotlib has them."""
