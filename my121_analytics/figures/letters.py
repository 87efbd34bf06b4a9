"""How wide a text is: the widths of its letters, each asked of the font once."""

from __future__ import annotations

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

Weight = Literal["normal", "bold"]

FONT = "DejaVu Sans"
"""Comes with matplotlib, so that every computer measures and draws the same."""
_FILES = {"normal": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}
_FINE = 1000.0
"""Size at which letters are measured, so that no width is rounded to a dot."""


def measure_ems(text: str, weight: Weight) -> float:
    """Give the width of one line of text in sizes of the text, letter beside letter; pairs set closer count in full."""
    return sum(_width_of(letter, weight) for letter in text)


@lru_cache(maxsize=256)
def load_font(size: float, weight: Weight) -> FreeTypeFont:
    """Open the font at a size in dots, for drawing with Pillow; the letters of every computer are laid out alike."""
    from PIL import ImageFont

    return ImageFont.truetype(_folder() / _FILES[weight], size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _width_of(letter: str, weight: Weight) -> float:
    return float(load_font(_FINE, weight).getlength(letter)) / _FINE


@lru_cache(maxsize=1)
def _folder() -> Path:
    """Find the fonts beside matplotlib without loading it, which takes as long as drawing a pack's pictures."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("matplotlib, whose fonts the pictures use, is not installed")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
