"""Horizontal bars with their ranges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from my121_analytics.figures import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_bar(ax: Axes, y: float, share: float | None, lower: float | None, upper: float | None, *, colour: str,
             height: float = 0.56) -> None:
    """Draw one horizontal bar with its range; a withheld one is hatched from end to end, never drawn as zero."""
    if share is None:
        ax.barh(y, ax.get_xlim()[1], height=height, facecolor=theme.WITHHELD, edgecolor=theme.HATCH, hatch="///",
                linewidth=0)
        return
    ax.barh(y, share, height=height, color=colour, linewidth=0)
    if lower is not None and upper is not None:
        ax.plot([lower, upper], [y, y], color=theme.PAPER, linewidth=4.2, solid_capstyle="butt", clip_on=False)
        ax.plot([lower, upper], [y, y], color=theme.INK, linewidth=1.6, solid_capstyle="butt", clip_on=False)
        for end in (lower, upper):
            ax.plot([end, end], [y - 0.12, y + 0.12], color=theme.INK, linewidth=1.6, clip_on=False)
