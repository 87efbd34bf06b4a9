"""A result as one audience may see it: what writers and pictures take, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field

import pandas as pd

from my121_analytics.disclosure.facts import Value
from my121_analytics.errors import DisclosureError
from my121_analytics.viewable import Pictured
from my121_analytics.workforce.results import About

GATE = object()
"""Passed on by ``disclosure.release`` alone: without it nothing becomes a :class:`Released`."""


@dataclass(frozen=True, repr=False)
class Released(Pictured):
    """A result as one audience may see it. Only :func:`release` makes it.

    Parameters
    ----------
    about
        What it is about; ``n`` is None where it is withheld.
    audience
        Name of the audience.
    unit
        The unit or rater it was cut to; empty for the whole council.
    tables
        Frames by name. Where ``marker`` is not empty something is missing: a count and all that follows from it.
    facts
        Organisation-wide numbers; None where withheld.
    withheld
        One row per table: ``table``, ``rows`` let through, ``rows_hidden`` (of these, with something hidden),
        ``rows_outside`` (another unit's or team's), ``reason``. Nothing is counted of a table that was kept back.
    kind
        Class name of the result.
    method
        How small numbers were protected: ``suppress`` (hidden, and proven to stay so), ``round``, or empty where the
        audience sees them.
    rounded_to
        Base of the rounding; 0 where nothing was rounded.
    earlier
        Release that was kept before -> how this one was proved together with it, in a sentence.
    apart
        Release that was kept before -> ``unlinked`` or ``partly``, for those that could not be proved together with
        this one, or not with all that they add up to.
    """

    about: About
    audience: str
    unit: str
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Value]
    withheld: pd.DataFrame
    kind: str
    method: str = ""
    rounded_to: int = 0
    earlier: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)
    gate: InitVar[object] = None

    def __post_init__(self, gate: object) -> None:
        if gate is not GATE:  # nor does dataclasses.replace pass it on: what is shown is what the gate let through
            raise DisclosureError("A released result is made by disclosure.release only.",
                                  hints=["Call release(result, audience=...) and pass on what it returns."])

    @property
    def n_hidden(self) -> int:
        """Rows whose figures were withheld, over all tables."""
        return int(self.withheld["rows_hidden"].sum())


def require_released(result: object, *, wanted_by: str) -> Released:
    """Refuse anything that has not passed the gate.

    Raises
    ------
    DisclosureError
        The value is not a :class:`Released`.
    """
    if not isinstance(result, Released):
        raise DisclosureError(f"{wanted_by} takes a released result, not {type(result).__name__}.",
                              hints=["Call release(result, audience=...) first."])
    return result
