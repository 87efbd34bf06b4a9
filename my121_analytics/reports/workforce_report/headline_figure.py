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
        ``share``, ``count``, ``number``, ``logits``.
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


def difference_between(now: Headline, before: Headline | None) -> float | None:
    """Give the change of a figure; None where one of the two is missing."""
    if before is None or now.value is None or before.value is None:
        return None
    return now.value - before.value


def read_change(now: Headline, before: Headline | None) -> str:
    """Say whether a figure changed; where it has an interval, only if the two do not overlap.

    Returns
    -------
    str
        ``rose``, ``fell``, ``no_clear_change``, ``cannot_tell`` (one was withheld), ``first`` (there is no other).
    """
    change = difference_between(now, before)
    if change is None or before is None:
        return "first" if before is None else "cannot_tell"
    if now.lower is None or now.upper is None or before.lower is None or before.upper is None:
        is_clear = now.unit in ("count", "number") and change != 0
    else:
        is_clear = now.lower > before.upper or now.upper < before.lower
    if not is_clear:
        return "no_clear_change"
    return "rose" if change > 0 else "fell"
