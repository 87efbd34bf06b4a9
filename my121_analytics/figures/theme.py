"""One look for all pictures: colours, sizes, contrast, and files with the same bytes every time.

Nothing here touches matplotlib's global state: figures are made without pyplot, and the settings that saving needs
hold only while a file is written.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from my121_analytics.figures.canvas import Canvas
from my121_analytics.figures.raster import write_png
from my121_analytics.figures.vector import VectorDrawing, standalone
from my121_analytics.figures.vector_writer import write_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DARK_BLUE, TURQUOISE, DARK_PINK, ORANGE = "#12436D", "#28A197", "#801650", "#F46A25"

INK, PAPER = "#0B0C0C", "#FFFFFF"
QUIET = "#505A5F"
"""Second text colour; 7:1 on white."""
RULE = "#C8CDD0"
PALE_BLUE = "#EDF3F8"
WITHHELD = "#F3F2F1"
HATCH = "#8A9297"

TITLE, SUBTITLE, BODY, SMALL = 14.0, 10.0, 10.0, 9.0
"""Text sizes in points."""
MIN_CONTRAST = 4.5
"""Web Content Accessibility Guidelines 2.2, level AA, for text of this size."""

WIDTH = 9.0
"""Inches; the width of a page's text on A4 landscape or a screen."""


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21.

    Parameters
    ----------
    one, other
        Colours as ``#RRGGBB``.

    Returns
    -------
    float

    References
    ----------
    Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative luminance".
    """
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Give a colour's relative luminance, 0 (black) to 1 (white)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def text_on(background: str) -> str:
    """Choose the text colour with the higher contrast; pure black where a middling ground needs the last of it."""
    best = max((INK, PAPER), key=lambda ink: contrast(ink, background))
    return best if contrast(best, background) >= MIN_CONTRAST else "#000000"


def shade(amount: float) -> str:
    """Give the sequential colour of an amount from 0 (pale) to 1 (dark blue)."""
    return mix(PALE_BLUE, DARK_BLUE, amount)


def shade_around_zero(amount: float) -> str:
    """Give the diverging colour of an amount from -1 (orange) over 0 (white) to 1 (dark blue)."""
    return mix(PAPER, ORANGE if amount < 0 else DARK_BLUE, abs(amount))


def mix(one: str, other: str, amount: float) -> str:
    """Mix two colours; 0 gives the first, 1 the second."""
    amount = min(max(amount, 0.0), 1.0)
    mixed = (a + (b - a) * amount for a, b in zip(_channels(one), _channels(other), strict=True))
    return "#" + "".join(f"{round(channel * 255):02X}" for channel in mixed)


def figure(width: float = WIDTH, height: float = 6.0) -> Figure:
    """Make an empty figure that belongs to nobody's global state.

    Parameters
    ----------
    width, height
        Inches.

    Returns
    -------
    matplotlib.figure.Figure
        With an Agg canvas, so that texts can be measured.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    made = Figure(figsize=(width, height), dpi=100, facecolor=PAPER)
    FigureCanvasAgg(made)
    return made


def render_png(ax: Axes | Canvas, *, dpi: int = 150) -> bytes:
    """Draw a canvas, or the whole figure that axes belong to, as PNG; the same picture gives the same bytes.

    Parameters
    ----------
    ax
        Any axes of the figure, or a canvas.
    dpi
        Dots an inch.

    Returns
    -------
    bytes
    """
    if isinstance(ax, Canvas):
        return write_png(ax, dpi=dpi)
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    drawn = figure_of(ax)
    buffer = io.BytesIO()
    with quiet_about_letters(), _dpi(drawn, dpi):
        FigureCanvasAgg(drawn).print_png(buffer, metadata={"Software": None})
    return buffer.getvalue()


def render_svg(ax: Axes | Figure | Canvas, *, title: str = "", description: str = "") -> str:
    """Draw a canvas or a whole figure as an ``<svg>`` element ready to stand in a page.

    Parameters
    ----------
    ax
        A canvas, the figure, or any axes of it.
    title
        Read out as its name; default: the title in the picture.
    description
        Its text alternative with the main figures, as ``describe_...`` gives it.

    Returns
    -------
    str
        With ``role="img"``, ``<title>`` and ``<desc>``, text as text, and only presentation attributes: no style
        element or attribute, script, or link to anywhere, so that the strictest content policy lets it pass. Ids
        come from the content, so that several drawings can stand on one page.
    """
    if isinstance(ax, Canvas):
        return write_svg(ax, title=title or ax.title, description=description)
    return _drawing(ax).inline(title=title or _title_of(ax), description=description)


def render_files(ax: Axes | Canvas) -> tuple[bytes, bytes]:
    """Draw a picture as the two files it is kept in: SVG, and PNG of 150 dots an inch."""
    return standalone(render_svg(ax)), render_png(ax, dpi=150)


def save_svg(ax: Axes | Figure | Canvas, path: Path | str, *, title: str = "", description: str = "") -> None:
    """Write :func:`render_svg`'s element to a file of its own, as UTF-8."""
    Path(path).write_bytes(standalone(render_svg(ax, title=title, description=description)))


def _drawing(ax: Axes | Figure) -> VectorDrawing:
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    drawn = figure_of(ax)
    buffer = io.BytesIO()
    with quiet_about_letters(), _dpi(drawn, 72), mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "my121"}):
        FigureCanvasSVG(drawn).print_svg(buffer, metadata={"Date": None, "Creator": None})
    return VectorDrawing(buffer.getvalue())


def figure_of(ax: Axes | Figure) -> Figure:
    """Give the whole figure that axes belong to."""
    from matplotlib.figure import Figure

    found = ax if isinstance(ax, Figure) else ax.get_figure(root=True)
    if not isinstance(found, Figure):
        raise TypeError("the axes belong to no figure")
    return found


def _title_of(ax: Axes | Figure) -> str:
    from matplotlib.axes import Axes

    axes = [ax] if isinstance(ax, Axes) else list(ax.axes)
    return " ".join(axes[0].get_title(loc="left").split()) if axes else ""


@contextmanager
def quiet_about_letters() -> Iterator[None]:
    """Keep quiet about a letter that the font lacks: a page shows it all the same, and the table has the name."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


@contextmanager
def _dpi(drawn: Figure, dpi: int) -> Iterator[None]:
    """Draw at another resolution and on another canvas, and leave the figure as it was."""
    canvas, before = drawn.canvas, drawn.dpi
    try:
        drawn.dpi = dpi
        yield
    finally:
        drawn.dpi = before
        drawn.set_canvas(canvas)


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue
