"""The workbook of refused rows: one working sheet for each sheet of the exports, to be corrected and brought back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.ingest.corrections import DECISIONS, label_columns
from my121_analytics.reports.contact import contact_line
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.book import Book, Sheet
from my121_analytics.writing.staging import write_atomic
from my121_analytics.writing.tables import Field, Kind, View
from my121_analytics.writing.workbook import write_workbook

MOST_ROWS = 10_000
"""Rows of a working sheet. Where more are refused, one setting or one repair of the export mends them, not typing."""
MOST_CHOICES = 2_000
"""Entries of one drop-down list; longer ones are of no help to anybody."""
_FOUND: tuple[tuple[str, Kind], ...] = (
    ("severity", "text"), ("code", "text"), ("file", "text"), ("sheet", "text"), ("row", "integer"),
    ("column", "text"), ("value", "text"), ("message", "text"), ("remedy", "text"), ("n", "integer"))


def write_quarantine(released: Released, path: Path, *, settings: Settings | None = None) -> None:
    """Write the refused rows and the findings as a workbook that people correct and give back to the check.

    Parameters
    ----------
    released
        Tables ``to_correct`` (as from ``tabulate_corrections``), ``findings``, ``mapping`` and ``known_values`` of a
        check, for an audience that may see names.
    path
        The workbook; replaced as a whole.
    settings
        Whom to ask; printed on the cover.

    Raises
    ------
    DisclosureError
        ``released`` has not passed the gate.
    """
    released = require_released(released, wanted_by="write_quarantine")
    rows = released.tables["to_correct"]
    found = View(released, "findings", say("quarantine", "findings_title"),
                 tuple(Field(name, say("quarantine", f"heading_{name}"), kind) for name, kind in _FOUND))
    n_open = int(rows["state"].isin(["to_correct", "wrong_again"]).sum())
    steps = tuple((say("quarantine", "step", n=number), say("quarantine_step", code))
                  for number, code in enumerate(codes("quarantine_step"), start=1))
    book = Book(
        title=say("quarantine", "title"),
        cover=((say("quarantine", "as_of"), released.about.as_of.isoformat()),
               (say("quarantine", "refused"), f"{n_open:,}"),
               (say("quarantine", "handled"), f"{len(rows) - n_open:,}"), *steps,
               (say("quarantine", "handling"), say("quarantine", "handling_text")),
               contact_line(settings or Settings())),
        sheets=(*_working_sheets(released), Sheet(say("quarantine", "findings_sheet"), found,
                                                  (say("quarantine", "findings_line"),), "Findings")),
        as_of=released.about.as_of, notes={}, profile="working")
    write_atomic(path, write_workbook(book))


def _working_sheets(released: Released) -> list[Sheet]:
    released = require_released(released, wanted_by="_working_sheets")
    rows, mapping = released.tables["to_correct"], released.tables["mapping"]
    choices = _choices(released)
    sheets = []
    for (file, sheet), part in rows.groupby(["file", "sheet"], sort=False, observed=True):
        place = f"{file}, {sheet}" if sheet else str(file)
        here = mapping[(mapping["file"] == file) & (mapping["sheet"] == sheet)]
        meaning = dict(zip(here["heading"], here["column"], strict=True))
        lines = [say("quarantine", "sheet_line"), say("quarantine", "marked_line"), say("quarantine", "grey_line")]
        if len(part) > MOST_ROWS:
            lines.append(say("quarantine", "cut_line", n=f"{len(part):,}", shown=f"{MOST_ROWS:,}"))
        frame, fields = _lay_out(part.head(MOST_ROWS).reset_index(drop=True), meaning, choices)
        view = View(released, "to_correct", say("quarantine", "sheet_title", place=place), fields, frame)
        sheets.append(Sheet(place, view, tuple(lines), f"correct_{place}", frozen=2, protected=True))
    return sheets


def _lay_out(part: pd.DataFrame, meaning: Mapping[str, str], choices: Mapping[str, tuple[str, ...]],
             ) -> tuple[pd.DataFrame, tuple[Field, ...]]:
    """Lay the raw rows out under the export's headings, between what to decide and where each row comes from."""
    raw = [json.loads(record) for record in part["record"]]
    names = list(dict.fromkeys(name for row in raw for name in row))
    frame = part[["row", "file", "sheet", "message", "check", "marker"]].assign(
        decided=part["decision"], state_said=[say("quarantine_state", code) for code in part["state"]])
    cells: dict[str, list[str] | list[bool]] = {}
    fields = [_own("row", "row", "integer"), Field("decided", say("correction_heading", "decision"), entry=True,
                                                   choices=DECISIONS), _own("message", "why"), ]
    for at, (name, label) in enumerate(zip(names, label_columns(names), strict=True)):
        column = meaning.get(name, "").rsplit(".", 1)[-1]
        cells[f"cell {at}"] = [str(row.get(name, "")) for row in raw]
        cells[f"fault {at}"] = [_is_at_fault(name, column, message) for column, message in
                                zip(part["column"], part["message"], strict=True)]
        fields.append(Field(f"cell {at}", label, entry=True, marked_by=f"fault {at}", is_open=True,
                            choices=choices.get(column, ())))
    fields += [_own("state_said", "state"), _own("file", "file"), _own("sheet", "sheet"), _own("check", "check")]
    return pd.concat([frame, pd.DataFrame(cells, index=frame.index)], axis="columns"), tuple(fields)


def _own(name: str, code: str, kind: Kind = "text") -> Field:
    return Field(name, say("correction_heading", code), kind)


def _is_at_fault(name: str, column: str, message: str) -> bool:
    """Say whether a cell is one that the row was refused for; a row may have several."""
    return name == column or message.startswith(f"{name} is ") or f" Also: {name} is " in message


def _choices(released: Released) -> dict[str, tuple[str, ...]]:
    """Give the known values by column of the record."""
    released = require_released(released, wanted_by="_choices")
    known = released.tables["known_values"]
    return {str(column): tuple(part["value"].astype("str").head(MOST_CHOICES))
            for column, part in known.groupby("column", sort=False, observed=True)}
