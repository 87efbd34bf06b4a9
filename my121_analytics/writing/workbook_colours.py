"""The colours of a workbook's cells as they are seen: given outright, by a number of the palette, or by the theme."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.styles.colors import Color

_ORDER = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink",
          "folHlink")
"""Places of a theme's colours, by which cells refer to them."""
_CHROMATIC = 0x30
_SYSTEM = 64
"""Numbers of the palette from here on are the system's own text and background."""


def theme_colours(book: Workbook) -> tuple[str, ...]:
    """Give a workbook's theme colours as six digits, in the order in which cells number them.

    Parameters
    ----------
    book
        As opened.

    Returns
    -------
    tuple of str
        Empty where the workbook has no theme.
    """
    theme = getattr(book, "loaded_theme", None)
    if not theme:
        return ()
    text = theme.decode("utf-8", "replace") if isinstance(theme, bytes) else str(theme)
    found = []
    for name in _ORDER:
        part = re.search(rf"<a:{name}>.*?(?:lastClr|srgbClr val)=\"([0-9A-Fa-f]{{6}})\"", text, re.S)
        found.append(part[1] if part else "000000")
    return tuple(found)


def seen_colour(color: Color | None, theme: tuple[str, ...]) -> str:
    """Give a colour as six hexadecimal digits; empty for the automatic one.

    Parameters
    ----------
    color
        Of a font or fill.
    theme
        As from :func:`theme_colours`.
    """
    from openpyxl.styles.colors import COLOR_INDEX

    if color is None:
        return ""
    if color.type == "rgb" and isinstance(color.rgb, str):
        return color.rgb[-6:]
    if color.type == "indexed" and color.indexed < min(_SYSTEM, len(COLOR_INDEX)):
        return str(COLOR_INDEX[color.indexed])[-6:]
    if color.type == "theme" and color.theme < len(theme):
        return _tinted(theme[color.theme], color.tint or 0.0)
    return ""


def is_chromatic(rgb: str) -> bool:
    """Say whether a colour is more than a shade of grey."""
    channels = _channels(rgb)
    return bool(channels) and max(channels) - min(channels) > _CHROMATIC


def _tinted(rgb: str, tint: float) -> str:
    """Lighten (above nought) or darken a theme's colour by its tint."""
    return "".join(f"{round(c + (255 - c) * tint if tint > 0 else c * (1 + tint)):02X}" for c in _channels(rgb))


def _channels(rgb: str) -> list[int]:
    return [int(rgb[place:place + 2], 16) for place in (0, 2, 4)] if len(rgb) == 6 else []
