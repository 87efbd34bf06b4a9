"""What a result looks like to whoever reads a notebook: results ask, the viewer on the upper floors answers.

Results lie below the gate and the pictures, and import neither. The package's own ``__init__`` names the viewer here,
and it is loaded when something is first shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

_viewers: list[Callable[[], Any]] = []


def set_viewer(load: Callable[[], Any]) -> None:
    """Name the viewer.

    Parameters
    ----------
    load
        Gives the module ``viewing.viewer``.
    """
    _viewers[:] = [load]


def _viewer() -> Any:
    return _viewers[0]()


class Viewable:
    """Something that shows itself in a notebook and in a terminal; pictures and tables are for the reader at hand."""

    def __repr__(self) -> str:
        return str(_viewer().summarise(self).text())

    def _repr_html_(self) -> str:
        return str(_viewer().summarise(self).html())


class Pictured(Viewable):
    """A result with tables and pictures: ``plot_...`` methods by what the result is, and ``table``."""

    def table(self, name: str, *, columns: Sequence[str] = ()) -> Any:
        """Show one table for your own eyes, under human headings; ``.frame`` of it is the plain pandas frame.

        Parameters
        ----------
        name
            Of the table, as the result lists them.
        columns
            Which to show, in order; default: those that tell its story.
        """
        return _viewer().show_table(self, name, columns)

    @cached_property
    def shown_to(self) -> dict[str, Any]:
        """What each audience was shown of this result in this session."""
        return {}

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_viewer().pictures_of(self)})

    if not TYPE_CHECKING:  # a checker must go on finding attributes that are not there

        def __getattr__(self, name: str) -> Any:
            if not name.startswith("plot_") or not _viewers:
                raise AttributeError(f"'{type(self).__name__}' has no attribute '{name}'")
            return _viewer().picture_of(self, name)
