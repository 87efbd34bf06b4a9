"""Who is looking: the analyst at the desk, unless a notebook is printed for somebody else."""

from __future__ import annotations

from typing import cast

from my121_analytics.disclosure.release import Released, release
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import Result

ANALYST = "analyst"
_audience = [ANALYST]


def show_for(audience: str) -> None:
    """Show everything in this session as one audience may see it.

    Parameters
    ----------
    audience
        A name in ``[disclosure] audiences``.
    """
    _audience[:] = [audience]


def let_through(shown: Result | Released) -> Released:
    """Give a result as the reader at hand may see it; what was released already stays as it is.

    Raises
    ------
    DisclosureError
        What is hidden from this reader could be worked out all the same.
    """
    if isinstance(shown, Released):
        return shown
    audience = _audience[0]
    if audience not in shown.shown_to:
        shown.shown_to[audience] = release(shown, audience=audience)
    return cast(Released, shown.shown_to[audience])


def is_for_reader(released: Released) -> bool:
    """Say whether a result was released for the reader at hand."""
    return released.audience == _audience[0]


def mark_of(released: Released) -> str:
    """Say for whom this is, as it stands above a picture or a table."""
    if released.audience == ANALYST:
        return say("notebook", "analyst_only")
    code = "for_unit" if released.unit else "for_audience"
    return say("notebook", code, audience=released.audience, unit=released.unit)
