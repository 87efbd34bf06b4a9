"""Numbers as words: what titles, lines under them and text alternatives are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.errors import DataUnusableError, DisclosureError
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.wording.shares import percent as percent
from my121_analytics.workforce.cycles import UNDATED

FEW = 20
"""Below this many people a share in words would pretend to more than there is; the counts are said instead."""
_TOLERANCE = 0.025
_PLAIN = 0.005
_FRACTIONS = {"tenth": 0.1, "fifth": 0.2, "quarter": 0.25, "third": 1 / 3, "two_fifths": 0.4, "half": 0.5,
              "three_fifths": 0.6, "two_thirds": 2 / 3, "three_quarters": 0.75, "four_fifths": 0.8,
              "nine_tenths": 0.9}


def name_group(column: str) -> str:
    """Name a grouping as a title has it: in the catalogue's words, else the column's own."""
    return say("group", column) if column in codes("group") else column.replace("_", " ")


def counted(released: Released) -> str:
    """Name what is counted: people or posts."""
    known = require_released(released, wanted_by="counted").about.counts_what
    return say("counted", known) if known in codes("counted") else known


def count_things(released: Released) -> str:
    """Write how many the result is about, and of what: ``518 posts``."""
    return f"{count(require_released(released, wanted_by='count_things').about.n)} {counted(released)}"


def take_table(released: Released, name: str, *, wanted_by: str) -> pd.DataFrame:
    """Give one frame of a release, or say why it is not there.

    Raises
    ------
    DisclosureError
        The audience does not see the table.
    DataUnusableError
        The result never had it.
    """
    released = require_released(released, wanted_by=wanted_by)
    if name in released.tables:
        return released.tables[name]
    reasons = released.withheld.loc[released.withheld["table"] == name, "reason"]
    if len(reasons):
        raise DisclosureError(f"{wanted_by}: the table '{name}' is not shown to the audience "
                              f"'{released.audience}'.", hints=[str(reasons.iloc[0])])
    raise DataUnusableError(f"{wanted_by}: {released.kind} has no table '{name}'.",
                            hints=[f"It has: {', '.join(released.tables) or 'none'}."])


def say_share(n: float, of: float) -> str:
    """Say a share as the start of a sentence: "Two in five", "Nearly half of", "41% of", "4 of 11".

    Parameters
    ----------
    n, of
        Counts of people; ``of`` is above 0.

    Returns
    -------
    str
    """
    share = n / of
    if n == of:
        return say("share", "all")
    if of < FEW:
        return say("share", "of", n=f"{n:.0f}", of=f"{of:.0f}")
    code = min(_FRACTIONS, key=lambda c: abs(_FRACTIONS[c] - share))
    distance = share - _FRACTIONS[code]
    if abs(distance) > _TOLERANCE:
        return say("share", "percent", percent=percent(share))
    words = say("share", code)
    if abs(distance) <= _PLAIN:
        return words
    return say("share", "above" if distance > 0 else "below", words=words[0].lower() + words[1:])


def points(change: float) -> str:
    """Print a change of a share in percentage points, with its sign."""
    rounded = round(change * 100, 1)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded):.1f}"


def signed(value: float, decimals: int = 2) -> str:
    """Print a number with its sign, a true minus among them."""
    rounded = round(value, decimals)
    return f"{'+' if rounded > 0 else '−' if rounded < 0 else ''}{abs(rounded):.{decimals}f}"


def count(n: object, marker: str = "[c]") -> str:
    """Print a count, or the marker where it is withheld."""
    return marker if is_blank(n) else f"{float(str(n)):,.0f}"


def is_blank(value: object) -> bool:
    """Say whether a cell holds nothing: withheld, or never known."""
    # only a missing number differs from itself; the question is put for every cell of every picture
    return value is None or value is pd.NA or value is pd.NaT or bool(value != value)


def percent_or_blank(share: object) -> str:
    """Print a share as a whole percentage, or say that it is not shown."""
    return say("figure", "not_shown") if is_blank(share) else percent(float(str(share)))


def day(when: date) -> str:
    """Print a date in words, whatever the computer's language."""
    if when == UNDATED:
        return say("month", "unknown")
    return f"{when.day} {say('month', str(when.month))} {when.year}"


def join_words(words: Sequence[str]) -> str:
    """Join names to "A, B and C"."""
    return say("list", "last", first=", ".join(words[:-1]), last=words[-1]) if len(words) > 1 else "".join(words)


def marker_of(frame: pd.DataFrame) -> str:
    """Give the marker that stands in a frame for what is withheld; empty where nothing is."""
    markers = frame["marker"].astype("str")
    return str(markers[markers != ""].iloc[0]) if (markers != "").any() else ""


def subtitle(released: Released, measure: str, *, n: str, table: str = "") -> str:
    """Write the line under a title: measure with its unit, population, date and n.

    Parameters
    ----------
    released
        Says what it is about.
    measure
        Of this picture.
    n
        The count that the picture rests on, printed.
    table
        The table shown: where it was cut to a unit, the line says so.

    Returns
    -------
    str
    """
    released = require_released(released, wanted_by="subtitle")
    about = released.about
    outside = released.withheld.set_index("table")["rows_outside"].get(table, 0)
    population = about.population.rstrip(".")
    if released.unit and outside:
        population = say("figure", "own_unit", population=population, unit=released.unit)
    code = "subtitle_short" if about.cycle in f"{measure} {population}" else "subtitle"
    return say("figure", code, measure=measure.rstrip("."), population=population, cycle=about.cycle,
               as_of=day(about.as_of), n=n)


def withheld_note(frame: pd.DataFrame, *shown: str) -> tuple[str, ...]:
    """Explain the marker, where one of the columns shown has lost a value."""
    lost = frame[list(shown)].isna().any(axis="columns") & (frame["marker"].astype("str") != "")
    marker = marker_of(frame[lost])
    return (say("figure", "withheld", marker=marker),) if marker else ()
