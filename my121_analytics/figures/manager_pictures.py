"""The pictures of a comparison of managers, by name: one file each, so that several processes can draw them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from my121_analytics.disclosure.released import Released, require_released
from my121_analytics.figures.canvas import draw_on_canvas
from my121_analytics.figures.list_length import plot_list_lengths
from my121_analytics.figures.managers import plot_caterpillar, plot_funnel
from my121_analytics.figures.movement_links import plot_movement_links
from my121_analytics.figures.theme import render_files

PLOTS: Mapping[str, Callable[..., Any]] = {"caterpillar": plot_caterpillar, "funnel": plot_funnel,
                                           "linkage": plot_movement_links, "list_length": plot_list_lengths}


def list_pictures(released: Released) -> list[str]:
    """Name the pictures for which a released comparison holds the tables."""
    tables = set(require_released(released, wanted_by="list_pictures").tables)
    if "managers" not in tables:
        return []
    return [name for name in PLOTS if name != "linkage" or {"linkage", "ties"} <= tables]


def draw_picture(released: Released, name: str) -> tuple[bytes, bytes]:
    """Draw one of them; gives its files as SVG and PNG."""
    return render_files(draw_on_canvas(PLOTS[name], require_released(released, wanted_by="draw_picture")))
