"""One headline figure of the workforce report: what a page prints and a later run compares."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Headline:
    """One headline figure as an audience may see it.

    Parameters
    ----------
    code
        Stable name of the statistic.
    label
        In words.
    value, lower, upper
        Figure and 95 % interval; None where withheld or not to be had.
    unit
        ``share``, ``count``, ``logits``.
    cycle
        The review cycle it speaks of.
    report, audience
        Whose page it stands on: a figure made for one audience is never shown to another.
    """

    code: str
    label: str
    value: float | None
    lower: float | None = None
    upper: float | None = None
    unit: str = "share"
    cycle: str = ""
    report: str = ""
    audience: str = ""
