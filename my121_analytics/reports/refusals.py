"""The workbook of refused rows: what was refused, where and why, with room for what is right."""

from __future__ import annotations

from pathlib import Path

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.reports.runs import write_atomic
from my121_analytics.reports.tables import Field, Kind, View
from my121_analytics.reports.workbook import Book, Sheet, write_workbook
from my121_analytics.wording.catalogue import say

_REFUSED: tuple[tuple[str, Kind], ...] = (
    ("file", "text"), ("sheet", "text"), ("row", "integer"), ("column", "text"), ("value", "text"),
    ("reason", "text"), ("message", "text"), ("record", "text"))
_FOUND: tuple[tuple[str, Kind], ...] = (
    ("severity", "text"), ("code", "text"), ("file", "text"), ("sheet", "text"), ("row", "integer"),
    ("column", "text"), ("value", "text"), ("message", "text"), ("remedy", "text"), ("n", "integer"))


def write_quarantine(released: Released, path: Path) -> None:
    """Write the refused rows and the findings as a workbook for the people who correct the ERP.

    Parameters
    ----------
    released
        Tables ``quarantine`` and ``findings`` of a check, for an audience that may see names.
    path
        The workbook; replaced as a whole.

    Raises
    ------
    DisclosureError
        ``released`` has not passed the gate.
    """
    released = require_released(released, wanted_by="write_quarantine")
    refused = View(released, "quarantine", say("refusals", "quarantine_title"),
                   (*_fields(_REFUSED), Field("correct_value", say("refusals", "heading_correct_value"), blank=True)))
    found = View(released, "findings", say("refusals", "findings_title"), _fields(_FOUND))
    n = len(released.tables["quarantine"])
    book = Book(
        title=say("refusals", "title"),
        cover=((say("refusals", "as_of"), released.about.as_of.isoformat()),
               (say("refusals", "refused"), f"{n:,}"),
               (say("refusals", "handling"), say("refusals", "handling_text"))),
        sheets=(Sheet("Refused rows", refused, (say("refusals", "quarantine_line"),), "RefusedRows"),
                Sheet("Findings", found, (say("refusals", "findings_line"),), "Findings")),
        as_of=released.about.as_of, notes={}, profile="working")
    write_atomic(path, write_workbook(book))


def _fields(columns: tuple[tuple[str, Kind], ...]) -> tuple[Field, ...]:
    return tuple(Field(name, say("refusals", f"heading_{name}"), kind) for name, kind in columns)
