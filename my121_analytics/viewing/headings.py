"""What a column is called for people, and how its values are written."""

from __future__ import annotations

import pandas as pd

from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.tables import Field, Kind

_GROUPS = ("column", "pack_heading", "plan_heading", "report_heading", "check_heading", "compare_heading",
           "tracker_heading")
"""Groups of the wording that name columns; the first that knows a column names it."""
_RANGE = ("lower", "upper")
_CODED = {"verdict": "verdict", "caveat": "caveat"}


def heading_of(column: str, counts: str = "") -> str:
    """Give the heading of a column.

    Parameters
    ----------
    column
        Name in the frame.
    counts
        What the result counts (people, posts, actions ...): the heading of ``n``.
    """
    if column == "n" and counts in codes("counted_heading"):
        return say("counted_heading", counts)
    for group in _GROUPS:
        if column in codes(group):
            return say(group, column)
    words = column.removeprefix("n_").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def is_named(column: str) -> bool:
    """Say whether the catalogue names a column."""
    return any(column in codes(group) for group in _GROUPS)


def fields_of(frame: pd.DataFrame, counts: str = "") -> tuple[Field, ...]:
    """Choose for each column of a frame its heading and how its values are written; the marker has none."""
    fields: list[Field] = []
    taken: dict[str, int] = {}
    for column in frame.columns:
        if column == MARKER:
            continue
        heading = say("column", "share") if column == "estimate" and _is_share(frame) else heading_of(
            str(column), counts)
        taken[heading.casefold()] = taken.get(heading.casefold(), 0) + 1
        if taken[heading.casefold()] > 1:  # two columns may share a name in the papers, where only one of them is shown
            heading = f"{heading} ({str(column).replace('_', ' ')})"
        fields.append(Field(str(column), heading, kind_of(frame, str(column))))
    return tuple(fields)


def kind_of(frame: pd.DataFrame, column: str) -> Kind:
    """Say how a column's values are written: by its name where that tells, else by its type."""
    values = frame[column]
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return "text"
    if column.startswith("share"):
        return "share"
    if column == "change" or (column in _RANGE and "change" in frame):
        return "points"
    if column in _RANGE and ("share" in frame or _is_share(frame)):
        return "share"
    if column == "estimate":
        return "share" if _is_share(frame) else "signed"
    if column in _RANGE:
        return "signed"
    return "integer" if pd.api.types.is_integer_dtype(values) or column.startswith("n_") else "number"


def _is_share(frame: pd.DataFrame) -> bool:
    """An estimate with the number that it is of is a share."""
    return "estimate" in frame and "base" in frame


def put_in_words(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame with its codes as sentences and yes or no for true or false."""
    worded = {}
    for column in frame.columns:
        if column in _CODED:
            group = _CODED[column]
            known = set(codes(group))
            worded[column] = ["; ".join(say(group, part) if part in known else part for part in str(value).split(";"))
                              if pd.notna(value) else "" for value in frame[column]]
        elif pd.api.types.is_bool_dtype(frame[column]):
            worded[column] = [say("notebook", "yes" if value else "no") for value in frame[column]]
    return frame.assign(**worded)
