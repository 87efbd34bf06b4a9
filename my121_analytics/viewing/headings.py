"""What a column is called for people, and how its values are written."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from my121_analytics.disclosure.suppression import MARKER
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.tables import Field, Kind

_GROUPS = ("column", "pack_heading", "plan_heading", "report_heading", "check_heading", "compare_heading",
           "tracker_heading")
"""Groups of the wording that name columns; the first that knows a column names it."""
_TOPIC = ("topic_column", "topic_field")
_EVIDENCE = ("evidence_column",)
_OF_KIND = {
    "TalentResult": _TOPIC, "DevelopmentResult": _TOPIC, "CoverageOutlookResult": _TOPIC,
    "AgreementDetailResult": ("agreement_column", *_TOPIC), "MovementPathsResult": ("movement_column", *_TOPIC),
    "EvidenceResult": _EVIDENCE, "FindingsResult": _EVIDENCE, "InterviewSample": _EVIDENCE, "HeardResult": _EVIDENCE,
    "PlanStatus": ("status_column",), "EffectResult": ("meeting_column",), "GapsResult": ("meeting_column",),
    "ExtractComparison": ("extract_column", "compare_heading"), "SeverityResult": ("severity_column",)}
"""Kind of result -> groups that name its columns before the common ones: one name may mean two things."""
_OF_TABLE = {"leaving_by_box": "leaving_column", "leaving_by_manager": "leaving_column"}
"""Table -> group that names its columns before all others."""
_CAPTIONS = {
    **dict.fromkeys(("TalentResult", "DevelopmentResult", "CoverageOutlookResult", "AgreementDetailResult",
                     "MovementPathsResult"), ("topic_sheet",)),
    **dict.fromkeys(("EvidenceResult", "FindingsResult", "InterviewSample"), ("evidence_table",)),
    "HeardResult": ("heard_table", "evidence_table"), "GapsResult": ("meeting_table",),
    "ExtractComparison": ("extract_table",), "SeverityResult": ("severity_table",)}
"""Kind of result -> groups that name its tables before the common one."""
_RANGE = ("lower", "upper")
_POINTS = ("change", "difference", "points")
"""Columns that hold a difference of shares; a range beside one of them is of it, unless it has a range of its own."""
_SHARES_OF = {"MovementPathsResult": ("expected",), "CoverageOutlookResult": ("expected",)}
"""Kind of result -> columns that hold shares and do not say so in their name."""
_NO_POINTS_OF = {"ExtractComparison": ("difference",)}
"""Kind of result -> columns that hold a difference of counts, whatever their name says elsewhere."""
_SAID_BY_LABEL = ("tenure_group", "trait", "direction", "standing")
"""Columns of codes that the column ``label`` beside them puts in words."""
_CODED = {"verdict": ("verdict", "disparity_verdict"), "caveat": ("caveat",), "outcome": ("disparity_outcome",),
          "model": ("disparity_model",), "missing": ("missing",), "reasons": ("agenda_reason",),
          "kinds": ("check_kind",), "change": ("extract_change",)}
"""Columns of codes -> the groups of the wording that say what a code means."""
MAIN = {
    "managers": ("name", "manager", "n_ratings", "estimate", "lower", "upper", "verdict", "caveat", "n_team",
                 "n_overdue", "n_no_formal", "days_longest", "n_without_placement", "n_without_conversation", "minutes",
                 "in_meeting"),
    "leaving_by_manager": ("manager", "n_people", "n", "base", "share", "expected", "estimate", "estimate_lower",
                           "estimate_upper", "directorate"),
    "key_posts": ("role", "directorate", "holder", "state", "n_successors", "n_ready_now", "is_single_point",
                  "is_vacant", "is_acting", "leaves_on"),
    "requirements": ("requirement_id", "indicator", "tier", "result", "at_risk", "people_heard"),
    "audit": ("employee_id", "name", "post_id", "cycle", "performance_before", "performance_after", "potential_before",
              "potential_after", "outcome", "reason", "agreed_by"),
    "people": ("position", "name", "role", "rater_name", "box_name", "question", "minutes", "in_meeting"),
    "differences": ("outcome", "model", "n", "n_reference", "share", "share_reference", "odds_ratio", "odds_lower",
                    "odds_upper", "verdict"),
    "actions": ("action_id", "action", "owner", "timescale", "due_latest", "status", "rag"),
    "levels": ("label", "needed", "n_met", "core_not_met", "sentence"),
    "reasons": ("description", "n"),
    "quarantine": ("file", "sheet", "row", "column", "value", "message")}
"""Table -> the columns that tell its story; a notebook shows these first, and its frame holds them all."""


def heading_of(column: str, counts: str = "", kind: str = "", table: str = "") -> str:
    """Give the heading of a column.

    Parameters
    ----------
    column
        Name in the frame.
    counts
        What the result counts (people, posts, actions ...): the heading of ``n``.
    kind
        Of the result: its own words go first.
    table
        Its name: where it has words of its own, these go before all others.
    """
    if table in _OF_TABLE and column in codes(_OF_TABLE[table]):
        return say(_OF_TABLE[table], column)
    if column == "n" and counts in codes("counted_heading"):
        return say("counted_heading", counts)
    group = _group_of(column, kind)
    return say(group, column) if group else _spell_out(column)


def is_named(column: str, kind: str = "") -> bool:
    """Say whether the catalogue names a column of a kind of result."""
    return bool(_group_of(column, kind))


def caption_of(table: str, kind: str = "") -> str:
    """Say what a table of a kind of result shows."""
    known = (group for group in (*_CAPTIONS.get(kind, ()), "notebook_table") if table in codes(group))
    group = next(known, "")
    return say(group, table) if group else heading_of(table)


def is_captioned(table: str, kind: str = "") -> bool:
    """Say whether the catalogue names a table of a kind of result."""
    return any(table in codes(group) for group in (*_CAPTIONS.get(kind, ()), "notebook_table"))


def _group_of(column: str, kind: str) -> str:
    return next((group for group in (*_OF_KIND.get(kind, ()), *_GROUPS) if column in codes(group)), "")


def _spell_out(name: str) -> str:
    words = name.removeprefix("n_").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def main_columns(table: str, columns: Sequence[str]) -> tuple[str, ...]:
    """Choose the columns of a table that a notebook shows first.

    Parameters
    ----------
    table
        Its name.
    columns
        All its columns, without the marker.

    Returns
    -------
    tuple of str
        Those that tell its story, where that is known; else all but the codes that stand beside their words.
    """
    story = tuple(name for name in MAIN.get(table, ()) if name in columns)
    if story:
        return (*(columns[:1] if table == "differences" else ()), *story)
    return tuple(name for name in columns if not ("label" in columns and name in _SAID_BY_LABEL))


def fields_of(frame: pd.DataFrame, counts: str = "", kind: str = "", table: str = "") -> tuple[Field, ...]:
    """Choose for each column of a frame its heading and how its values are written; the marker has none."""
    fields: list[Field] = []
    taken: dict[str, int] = {}
    for column in frame.columns:
        if column == MARKER:
            continue
        heading = say("column", "share") if column == "estimate" and _is_share(frame) else heading_of(
            str(column), counts, kind, table)
        taken[heading.casefold()] = taken.get(heading.casefold(), 0) + 1
        if taken[heading.casefold()] > 1:  # two columns may share a name in the papers, where only one of them is shown
            heading = f"{heading} ({str(column).replace('_', ' ')})"
        fields.append(Field(str(column), heading, kind_of(frame, str(column), kind)))
    return tuple(fields)


def kind_of(frame: pd.DataFrame, column: str, kind: str = "") -> Kind:
    """Say how a column's values are written: by its name where that tells, else by its type."""
    values = frame[column]
    centre = column.rpartition("_")[0] if column.endswith(("_lower", "_upper")) else ""
    if centre in frame and not pd.api.types.is_integer_dtype(values):
        return kind_of(frame, centre, kind)
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return "text"
    if column.startswith("share") or column.endswith("_share") or column in _SHARES_OF.get(kind, ()):
        return "share"
    if column in _NO_POINTS_OF.get(kind, ()):
        return "integer" if pd.api.types.is_integer_dtype(values) else "number"
    if column in _POINTS or (column in _RANGE and any(
            name in frame and f"{name}_lower" not in frame for name in _POINTS)):
        return "points"
    if column in _RANGE and (_is_share(frame) or any(str(name).startswith("share") for name in frame.columns)):
        return "share"
    if column == "estimate":
        return "share" if _is_share(frame) else "signed"
    if column in _RANGE:
        return "signed"
    is_whole = column.startswith(("n_", "months_", "days_")) or column.endswith("_months")
    return "integer" if is_whole or pd.api.types.is_integer_dtype(values) else "number"


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
