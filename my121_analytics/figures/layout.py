"""Where texts stand: measured, wrapped and placed in inches, so that none overlaps another or leaves the canvas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from my121_analytics.figures import theme
from my121_analytics.figures.canvas import Canvas, Place, Weight
from my121_analytics.figures.letters import FONT, measure_ems
from my121_analytics.figures.vector import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARGIN = 0.25
"""Inches of white around a figure."""
LINE = 1.32
"""Height of a line of text, in text sizes."""
POINT = 1 / 72
_HINTING = 1.035
"""Letters fitted to the dots of a screen run up to this much wider than the font's own measure."""
SMALLER = 8.0
"""Size of a name that takes several lines."""
_HELD = "\x00"
"""Stands for a blank at which no line ends."""
_BASELINE = 0.36
"""From the middle of a line down to its baseline, in text sizes, whatever letters are in it."""


@dataclass(frozen=True)
class Words:
    """What stands above and below a picture: the message, the line under it, and notes."""

    title: str
    subtitle: str
    notes: tuple[str, ...] = ()


_mark: ContextVar[str] = ContextVar("mark", default="")


@contextmanager
def marked(sentence: str) -> Iterator[None]:
    """Put a sentence above the title of whatever is drawn meanwhile: who it is for."""
    token = _mark.set(sentence)
    try:
        yield
    finally:
        _mark.reset(token)


@dataclass(frozen=True)
class Room:
    """Inches for the picture itself and for the labels on its four sides."""

    height: float
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    bottom: float = 0.0


def measure(text: str, size: float, weight: Weight = "normal") -> float:
    """Give the width of one line of text in inches."""
    return measure_ems(text, weight) * size * POINT * _HINTING


def line_height(size: float) -> float:
    """Give the height of one line in inches."""
    return size * LINE * POINT


def wrap(text: str, width: float, size: float, *, weight: Weight = "normal", max_lines: int = 99) -> list[str]:
    """Break a text into lines; what does not fit is cut with an ellipsis.

    Parameters
    ----------
    text
        Any text; marks that cannot be printed are dropped. A line never ends beside an equals sign.
    width
        Inches.
    size, weight
        Of the font.
    max_lines
        At most so many.

    Returns
    -------
    list of str
    """
    words = [word.replace(_HELD, " ") for word in printable(text).replace(" = ", f"{_HELD}={_HELD}").split()]
    lines: list[str] = []
    while words and len(lines) < max_lines:
        taken = 1
        while taken < len(words) and measure(" ".join(words[:taken + 1]), size, weight) <= width:
            taken += 1
        lines.append(" ".join(words[:taken]))
        words = words[taken:]
    if words:
        lines[-1] = " ".join([lines[-1], *words])
    return [elide(line, width, size, weight) for line in lines] or [""]


def write_label(ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], width: float, *,
                data: tuple[bool, bool], size: float = theme.SMALL, max_lines: int = 2, weight: Weight = "normal",
                ha: str = "left", gid: str = "label") -> None:
    """Write a name at a place, a long one over several smaller lines around it, so that it need not be cut.

    Parameters
    ----------
    ax, text, at, offset, data, weight, ha, gid
        As for :func:`write`.
    width
        Inches that there are for it.
    size
        Of a name that fits on one line.
    max_lines
        At most so many.
    """
    lines = wrap(text, width, size, weight=weight, max_lines=1)
    if lines[0] != printable(text):
        size = min(size, SMALLER)
        lines = wrap(text, width, size, weight=weight, max_lines=max_lines)
    for number, line in enumerate(lines):
        rise = ((len(lines) - 1) / 2 - number) * line_height(size)
        write(ax, line, at, (offset[0], offset[1] + rise), data=data, size=size, weight=weight, ha=ha, gid=gid)


def elide(text: str, width: float, size: float, weight: Weight = "normal", *, keep_end: float = 0.0) -> str:
    """Cut a line to a width, marking the cut with an ellipsis.

    Parameters
    ----------
    text
        One line.
    width
        Inches.
    size, weight
        Of the font.
    keep_end
        Share of what is kept that comes from the end: long names often differ there.

    Returns
    -------
    str
    """
    text = printable(text)
    if measure(text, size, weight) <= width:
        return text

    def cut(kept: int) -> str:
        tail = int(kept * keep_end)
        return text[:kept - tail].rstrip() + "…" + (text[-tail:].lstrip() if tail else "")

    shortest, longest = 0, len(text)
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        shortest, longest = (middle, longest) if measure(cut(middle), size, weight) <= width else (shortest, middle - 1)
    return cut(shortest)


def open_axes(ax: Axes | None, words: Words, room: Room) -> Axes:
    """Make axes with the words around them; given axes keep their place and get the words outside it.

    Parameters
    ----------
    ax
        None makes a figure of the size that the picture and its words need.
    words
        Title, line under it, notes.
    room
        Inches for the picture and its labels.

    Returns
    -------
    matplotlib.axes.Axes
        Without ticks and spines, and with the title as its left title.
    """
    chosen = chosen_axes(ax)
    width = theme.WIDTH - 2 * MARGIN if chosen is None else size_of(chosen)[0]
    mark = wrap(_mark.get(), width, theme.SMALL, weight="bold") if _mark.get() else []
    title = wrap(words.title, width, theme.TITLE, weight="bold")
    subtitle = wrap(words.subtitle, width, theme.SUBTITLE)
    notes = [line for note in words.notes for line in wrap(note, width, theme.SMALL)]
    head = len(title) * line_height(theme.TITLE) + 0.06 + len(subtitle) * line_height(theme.SUBTITLE)
    above_head = len(mark) * line_height(theme.SMALL) + 0.06 if mark else 0.0
    foot = 0.1 + len(notes) * line_height(theme.SMALL) if notes else 0.0
    if chosen is None:
        below, above = MARGIN + foot + room.bottom, MARGIN + above_head + head + 0.14 + room.top
        drawn = _open(ax, below + room.height + above, (
            MARGIN + room.left, below, theme.WIDTH - (2 * MARGIN + room.left + room.right), room.height))
    else:
        drawn = chosen
    left = -room.left if chosen is None else 0.0
    top = room.top + 0.14 + head
    if mark:
        write(drawn, "\n".join(mark), (0, 1), (left, top + above_head), size=theme.SMALL, weight="bold",
              colour=theme.DARK_PINK, va="top", gid="mark")
    _set_title(drawn, "\n".join(title), left, top)
    write(drawn, "\n".join(subtitle), (0, 1), (left, top - len(title) * line_height(theme.TITLE) - 0.06),
          size=theme.SUBTITLE, colour=theme.QUIET, va="top", gid="subtitle")
    for number, note in enumerate(notes):
        write(drawn, note, (0, 0), (left, -room.bottom - 0.1 - number * line_height(theme.SMALL)), size=theme.SMALL,
              colour=theme.QUIET, va="top", gid="note")
    return drawn


def chosen_axes(ax: Axes | None) -> Axes | None:
    """Give the axes that somebody chose; None where the picture makes its own size, on a figure or a canvas."""
    return None if isinstance(ax, Canvas) else ax


def _open(ax: Axes | None, height: float, box: tuple[float, float, float, float]) -> Axes:
    """Make a figure, or size a canvas, of a height, with axes at left, bottom, width and height; all in inches."""
    if isinstance(ax, Canvas):
        ax.open(theme.WIDTH, height, box)
        return ax
    return theme.figure(theme.WIDTH, height).add_axes((
        box[0] / theme.WIDTH, box[1] / height, box[2] / theme.WIDTH, box[3] / height))


def _clear(ax: Axes) -> None:
    """Take away ticks and frame: the pictures write their own."""
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(False)


def write(ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float] = (0.0, 0.0), *,
          data: tuple[bool, bool] = (False, False), size: float = theme.BODY, weight: Weight = "normal",
          colour: str = theme.INK, ha: str = "left", va: str = "center", gid: str = "",
          zorder: float = 3) -> None:
    """Write one text at a place of the axes plus inches.

    Parameters
    ----------
    ax
        Where.
    text
        Taken letter by letter: a dollar sign is a dollar sign.
    at
        Place in the axes (0-1), or in data on the axes marked in ``data``.
    offset
        Inches to the right and up.
    data
        Whether x and y are data.
    size, weight, colour, ha, va, gid, zorder
        As matplotlib has them.
    """
    text = "\n".join(printable(line) for line in text.split("\n"))
    if va == "center":  # else labels in one row would stand higher or lower by the letters they happen to have
        offset, va = (offset[0], offset[1] - _BASELINE * size * POINT), "baseline"
    if isinstance(ax, Canvas):
        ax.write(text, at, Place(data, offset), size=size, weight=weight, colour=colour, ha=ha, va=va, gid=gid,
                 zorder=zorder)
        return
    ax.text(*at, text, transform=place(ax, offset, data), fontsize=size, fontweight=weight, color=colour,
            ha=ha, va=va, gid=gid or None, fontfamily=[FONT], parse_math=False, clip_on=False, zorder=zorder,
            linespacing=LINE / 1.16)  # matplotlib's line of this font is 1.16 sizes high


def place(ax: Axes, offset: tuple[float, float], data: tuple[bool, bool] = (False, False)) -> Any:
    """Give the transform of :func:`write`: axes or data coordinates, moved by inches."""
    if isinstance(ax, Canvas):
        return Place(data, offset)
    from matplotlib.transforms import ScaledTranslation, blended_transform_factory

    base = blended_transform_factory(*(ax.transData if is_data else ax.transAxes for is_data in data))
    return base + ScaledTranslation(*offset, theme.figure_of(ax).dpi_scale_trans)


def write_stack(ax: Axes, centre: tuple[float, float], lines: Sequence[tuple[str, float, Weight]], colour: str) -> None:
    """Write lines under each other around a point in data, each a text of its own so that it stays centred."""
    height = sum(line_height(size) for _, size, _ in lines)
    for text, size, weight in lines:
        height -= line_height(size) / 2
        write(ax, text, centre, (0, height - sum(line_height(s) for _, s, _ in lines) / 2), data=(True, True),
              size=size, weight=weight, colour=colour, ha="center", va="center")
        height -= line_height(size) / 2


def size_of(ax: Axes) -> tuple[float, float]:
    """Give the width and height of axes in inches."""
    if isinstance(ax, Canvas):
        return ax.size
    box, dpi = ax.get_window_extent(), theme.figure_of(ax).dpi
    return float(box.width / dpi), float(box.height / dpi)


def _set_title(ax: Axes, text: str, left: float, top: float) -> None:
    if isinstance(ax, Canvas):
        ax.title = " ".join(text.split())
        write(ax, text, (0, 1), (left, top), size=theme.TITLE, weight="bold", va="top", gid="title")
        return
    _clear(ax)
    title = ax.set_title(text, loc="left", x=0.0, y=1.0, fontsize=theme.TITLE, fontweight="bold", color=theme.INK,
                         va="top", fontfamily=[FONT], parse_math=False, linespacing=LINE / 1.16)
    title.set_transform(place(ax, (left, top)))
    title.set_gid("title")
