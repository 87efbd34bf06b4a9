"""Which pictures a result has, and one of them as a notebook shows it: with its words, and for whom it is."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.errors import DisclosureError
from my121_analytics.figures import theme
from my121_analytics.figures.layout import marked
from my121_analytics.viewing.reader import is_for_reader, mark_of
from my121_analytics.viewing.released_mark import PASSED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

GALLERY: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "ProfileResult": {"plot_map": ("nine_box", "nine_box"), "plot_by_group": ("nine_box", "box_by_group"),
                      "plot_ratings": ("nine_box", "rating_mix")},
    "GroupProfileResult": {"plot_heatmap": ("profile_heatmap", "profile_heatmap"),
                           "plot_maps": ("map_multiples", "map_multiples")},
    "MovementResult": {"plot_change": ("nine_box", "box_change")},
    "SeverityResult": {"plot_managers": ("managers", "caterpillar"), "plot_funnel": ("managers", "funnel"),
                       "plot_list_lengths": ("list_length", "list_lengths"),
                       "plot_rating_mixes": ("rating_mix", "rating_mixes"),
                       "plot_links": ("movement_links", "movement_links")},
    "CoverageResult": {"plot_coverage": ("coverage", "coverage")},
    "CoverageOutlookResult": {"plot_trend": ("coverage_trend", "coverage_trend")},
    "AgreementResult": {"plot_gap": ("self_gap", "self_gap")},
    "MovementPathsResult": {"plot_axis_shares": ("movement_paths", "axis_shares"),
                            "plot_leaving": ("movement_paths", "leaving")},
    "DevelopmentResult": {"plot_demand": ("demand", "demand")},
    "PlanStatus": {"plot_timeline": ("timeline", "timeline")},
    "EvidenceResult": {"plot_award": ("award", "award")},
}
"""Kind of result -> method -> module of ``figures`` and what follows ``plot_`` and ``describe_`` in it."""

_DOTS = 100
"""Dots an inch: sharp on a screen, and a page of ten pictures stays under two megabytes."""


def pictures_of(kind: str) -> tuple[str, ...]:
    """List the pictures that a kind of result has, as names of methods."""
    return tuple(GALLERY.get(kind, ()))


@dataclass(frozen=True, repr=False)
class ShownPicture:
    """A picture in a notebook, with its text alternative.

    Parameters
    ----------
    axes
        The drawing; ``figure`` is all of it.
    alt
        What it shows, in words, with the main figures.
    mark
        For whom it is.
    is_for_reader
        Whether it was released for the reader at hand.
    """

    axes: Axes
    alt: str
    mark: str
    is_for_reader: bool = True

    @property
    def figure(self) -> Figure:
        """The whole drawing, as matplotlib has it."""
        return theme.figure_of(self.axes)

    @cached_property
    def png(self) -> bytes:
        """The drawing in dots."""
        return theme.render_png(self.axes, dpi=_DOTS)

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        dots = base64.b64encode(self.png).decode("ascii")
        passed = PASSED if self.is_for_reader else ""
        return (f'{passed}<figure style="margin:0"><img alt="{html.escape(self.alt)}" '
                f'style="max-width:100%;height:auto" src="data:image/png;base64,{dots}"></figure>')


@dataclass(frozen=True)
class NotShown:
    """What stands where a picture or a table would, for a reader who does not see it."""

    reason: str

    def __repr__(self) -> str:
        return self.reason

    def _repr_html_(self) -> str:
        return f"{PASSED}<p>{html.escape(self.reason)}</p>"


def picture_method(released: Callable[[], Released], kind: str, name: str) -> Callable[..., ShownPicture | NotShown]:
    """Make the method that draws one picture of a result.

    Parameters
    ----------
    released
        Gives the result as the reader at hand may see it; asked when the picture is drawn.
    kind
        Of the result.
    name
        Of the method, one of :func:`pictures_of`.
    """
    module, what = GALLERY[kind][name]
    figures = import_module(f"my121_analytics.figures.{module}")
    plot, describe = getattr(figures, f"plot_{what}"), getattr(figures, f"describe_{what}")

    def draw(**options: Any) -> ShownPicture | NotShown:
        shown = require_released(released(), wanted_by=name)
        also = {option: value for option, value in options.items() if option in ("for_meeting", "page")}
        try:
            with marked(mark_of(shown)):
                axes = plot(shown, **options)
            return ShownPicture(axes, describe(shown, **also), mark_of(shown), is_for_reader(shown))
        except DisclosureError as problem:
            return NotShown(" ".join([problem.headline, *problem.hints]))

    draw.__name__, draw.__doc__ = name, plot.__doc__
    return draw
