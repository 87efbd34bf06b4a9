"""What a column is called for people, and how its values are written."""

from __future__ import annotations

import pandas as pd

from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.tables import Field, Kind

_GROUPS = ("column", "pack_heading", "plan_heading", "report_heading", "check_heading", "compare_heading",
           "topic_heading", "tracker_heading")
"""Groups of the wording that name columns; the first that knows a column names it."""
_RANGE = ("lower", "upper")
_POINTS = ("change", "difference", "points")
"""Columns that hold a difference of shares; a range beside one of them is of it."""
_CODED = {"verdict": ("verdict", "disparity_verdict"), "caveat": ("caveat",), "outcome": ("disparity_outcome",),
          "model": ("disparity_model",), "missing": ("missing",), "reasons": ("agenda_reason",),
          "kinds": ("check_kind",)}
"""Columns of codes -> the groups of the wording that say what a code means."""
MAIN = {
    "managers": ("name", "n_ratings", "estimate", "lower", "upper", "verdict", "caveat", "n_team",
                 "n_without_placement", "n_without_conversation", "minutes", "in_meeting"),
    "people": ("position", "name", "role", "rater_name", "box_name", "question", "minutes", "in_meeting"),
    "differences": ("outcome", "model", "n", "n_reference", "share", "share_reference", "odds_ratio", "odds_lower",
                    "odds_upper", "verdict"),
    "actions": ("action_id", "action", "owner", "timescale", "due_latest", "status", "rag"),
    "levels": ("label", "needed", "n_met", "core_not_met", "sentence"),
    "reasons": ("description", "n"),
    "quarantine": ("file", "sheet", "row", "column", "value", "message")}
"""Table -> the columns that tell its story; a notebook shows these first, and its frame holds them all."""


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
    if column.startswith("share") or column.endswith("_share"):
        return "share"
    if column in _POINTS or (column in _RANGE and any(centre in frame for centre in _POINTS)):
        return "points"
    if column in _RANGE and (_is_share(frame) or any(str(name).startswith("share") for name in frame.columns)):
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
            worded[column] = [_say_codes(_CODED[column], str(value)) if pd.notna(value) else ""
                              for value in frame[column]]
        elif pd.api.types.is_bool_dtype(frame[column]):
            worded[column] = [say("notebook", "yes" if value else "no") for value in frame[column]]
    return frame.assign(**worded)


def _say_codes(groups: tuple[str, ...], text: str) -> str:
    """Put the codes of one cell, parted by semicolons, in words."""
    sentences = []
    for code in (part.strip() for part in text.split(";")):
        group = next((group for group in groups if code in codes(group)), "")
        sentences.append(say(group, code) if group else code)
    return "; ".join(sentences)
