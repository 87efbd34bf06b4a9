"""The lines of a decisions sheet: where each stands, and what it says or why it cannot be used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.reading.ratings import Scale, build_scales
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import outcomes_in_cycle, select_placements
from my121_analytics.workforce.record import Workforce

KEYS = ("employee_id", "post_id", "cycle")
AXES = ("box", "performance", "potential")
STANDS, CHANGED, DEFERRED, NOT_DISCUSSED = "stands", "changed", "deferred", "not_discussed"
OUTCOMES = (STANDS, CHANGED, DEFERRED, NOT_DISCUSSED)
"""What can become of a line; the first two enter the record."""
VIEWS = ("manager_view", "employee_view")
"""What each side said, where the meeting chose to write it down."""
REFUSED_COLUMNS = ("file", "sheet", "row", "name", "column", "value", "reason", "message", "remedy")
HEADER_WITHIN = 30
"""Rows of a sheet within which its heading is looked for."""


@dataclass(frozen=True)
class Placement:
    """One placement as the record holds it: who placed, and levels (0: none)."""

    rater_id: str
    levels: Mapping[str, int]

    @property
    def is_placed(self) -> bool:
        """Whether there is a placement at all."""
        return any(self.levels.values())


@dataclass(frozen=True)
class Line:
    """One line of a sheet: where it stands and its cells by column."""

    sheet: SourceSheet
    row: int
    cells: Mapping[str, str]

    def cell(self, column: str) -> str:
        """Give one cell, blank where the sheet has no such column."""
        return self.cells.get(column, "")

    @property
    def key(self) -> tuple[str, str, str]:
        """Person, post and cycle."""
        employee, post, cycle = (self.cell(key) for key in KEYS)
        return employee, post, cycle

    def refuse(self, code: str, column: str, value: str = "", expected: str = "") -> Refusal:
        """Say why this line cannot be used."""
        message = say("decision_refused", code, value=value, expected=expected)
        return Refusal((self.sheet.file, self.sheet.name, self.row, self.cell("name") or self.cell("employee_id"),
                        column, value, code, message, say("decision_remedy", code)))


@dataclass(frozen=True)
class Refusal:
    """A line that cannot be used: its row of ``REFUSED_COLUMNS``."""

    row: tuple[object, ...]


@dataclass(frozen=True)
class Decided:
    """A line that could be read: what became of it and, where it enters the record, the levels agreed."""

    outcome: str
    placement: Placement
    after: Mapping[str, int]


def header_row(sheet: SourceSheet) -> int:
    """Find the row with the headings, counted from 0; -1 where the sheet is not one for decisions."""
    for position, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        if {"employee_id", "agreed_performance"} <= set(headings_of(row)):
            return position
    return -1


def headings_of(row: Sequence[str]) -> list[str]:
    """Give the headings of a decisions sheet whatever their case, blanks or dashes: ``Agreed box`` is agreed_box."""
    return ["_".join(re.findall(r"[^\W_]+", cell.casefold())) for cell in row]


def find_lines(sheet: SourceSheet) -> list[Line]:
    """List the filled lines below the headings of a decisions sheet."""
    header = header_row(sheet)
    if header < 0:
        return []
    names = headings_of(sheet.rows[header])
    return [Line(sheet, position + 1, {name: cell.strip() for name, cell in zip(names, row, strict=False) if name})
            for position, row in enumerate(sheet.rows) if position > header and any(cell.strip() for cell in row)]


def outcome_words() -> dict[str, str]:
    """Give each outcome's words as the sheet offers them."""
    return {code: say("decision_outcome", code) for code in OUTCOMES}


class LineReader:
    """Reads lines against the record they were written about."""

    def __init__(self, workforce: Workforce, cycles: Sequence[str]) -> None:
        self.framework: Framework = workforce.framework
        self.scales: Mapping[str, Scale] = build_scales(workforce.framework, workforce.settings)
        known = [str(label) for label in workforce.cycles["label"]]
        self.placements = placements_of(workforce, [cycle for cycle in known if cycle in set(cycles)])
        self.names = workforce.names
        self.outcomes = {_plain(words): code for code, words in outcome_words().items()}

    def read(self, line: Line) -> Decided | Refusal:
        """Read one line to its end: what was decided, or the first thing that stands in its way."""
        placement = self.placements.get(line.key)
        if placement is None:
            return line.refuse("not_in_record", "employee_id", ", ".join(line.key))
        wrong_name = self._check_name(line)
        if wrong_name is not None:
            return wrong_name
        levels: dict[str, int] = {}
        for axis in AXES:
            for column in (axis, f"agreed_{axis}"):
                parsed = self.scales[axis].parse(np.array([line.cell(column)], dtype=object))
                if parsed.faults[0]:
                    return line.refuse("unreadable", column, line.cell(column), self.scales[axis].expected)
                levels[column] = int(parsed.values[0])
        stale = [axis for axis in AXES if axis in line.cells and levels[axis] != placement.levels[axis]]
        if stale:
            held = placement.levels[stale[0]]
            return line.refuse("changed_since", stale[0], line.cell(stale[0]) or say("decision_word", "none"),
                               str(held) if held else say("decision_word", "none"))
        return self._decide(line, placement, {axis: levels[f"agreed_{axis}"] for axis in AXES})

    def _check_name(self, line: Line) -> Refusal | None:
        """Refuse a line whose name is not the one of its id: sorting a part of the sheet does that."""
        known = str(self.names.get(line.cell("employee_id"), ""))
        if line.cell("name") and known and _plain(line.cell("name")) != _plain(known):
            return line.refuse("name_differs", "name", line.cell("name"), known)
        return None

    def _decide(self, line: Line, placement: Placement, agreed: Mapping[str, int]) -> Decided | Refusal:
        written = line.cell("outcome")
        outcome = self.outcomes.get(_plain(written))
        if outcome is None:
            code = "unknown_outcome" if written else "no_outcome"
            return line.refuse(code, "outcome", written, ", ".join(outcome_words().values()))
        after = complete_levels(agreed, placement.levels, self.framework)
        if after is None:
            return line.refuse("box_disagrees", "agreed_box", line.cell("agreed_box"))
        differs = any(agreed.values()) and dict(after) != dict(placement.levels)
        if outcome != CHANGED and differs:
            return line.refuse("outcome_contradicts", "outcome", written)
        if outcome == STANDS and not placement.is_placed:
            return line.refuse("nothing_stands", "outcome", written)
        if outcome == CHANGED and not differs:
            return line.refuse("nothing_changed", "outcome", written)
        for column in ("decision_reason", "agreed_by"):
            if outcome == CHANGED and not line.cell(column):
                return line.refuse(f"no_{column}", column)
        return Decided(outcome, placement, after)


def placements_of(workforce: Workforce, cycles: Sequence[str]) -> dict[tuple[str, str, str], Placement]:
    """Give the manager's placement of everyone of some cycles, those without one included, by person, post and cycle.

    Parameters
    ----------
    workforce
        The record.
    cycles
        Labels it holds.

    Returns
    -------
    dict
        The rater is the manager where nobody has placed.
    """
    found: dict[tuple[str, str, str], Placement] = {}
    for cycle in cycles:
        expected = outcomes_in_cycle(workforce, cycle)
        placed = select_placements(workforce, cycles=[cycle]).assign(manager_id=None)
        for rows in (expected, placed):
            raters = rows["rater_id"].astype("str").fillna(rows["manager_id"].astype("str")).fillna("")
            ids, posts = (rows[key].astype("str").fillna("") for key in ("employee_id", "post_id"))
            levels = rows[list(AXES)].fillna(0).astype("int64")
            for person, post, rater, values in zip(ids, posts, raters, levels.itertuples(index=False, name=None),
                                                   strict=True):
                found[person, post, cycle] = Placement(rater, dict(zip(AXES, values, strict=True)))
    return found


def complete_levels(agreed: Mapping[str, int], before: Mapping[str, int],
                    framework: Framework) -> Mapping[str, int] | None:
    """Fill what was left blank: axes from an agreed box, the box from agreed axes; None where they disagree.

    Parameters
    ----------
    agreed, before
        Level by axis; 0 where blank.
    framework
        The map.

    Returns
    -------
    mapping or None
    """
    if not any(agreed.values()):
        return dict(before)
    if agreed["box"]:
        performance, potential = (int(axis[0]) for axis in framework.axes_of(np.array([agreed["box"]])))
        wanted = {"performance": performance, "potential": potential}
        if any(agreed[axis] and value and agreed[axis] != value for axis, value in wanted.items()):
            return None
        return {"box": agreed["box"], **{axis: agreed[axis] or value or before[axis] for axis, value in wanted.items()}}
    after = {axis: agreed[axis] or before[axis] for axis in ("performance", "potential")}
    if not framework.has_map:
        return {"box": 0, **after}
    box = int(framework.box_of(np.array([after["performance"]]), np.array([after["potential"]]))[0])
    return {"box": box or before["box"], **after}


def text_or_missing(values: pd.Series) -> pd.Series:
    """Give text with blanks as missing."""
    return values.astype("str").where(values != "")


def _plain(text: str) -> str:
    """Bring a text to what tells it apart: no case, no signs, single blanks."""
    letters = unicodedata.normalize("NFKC", text).casefold().lstrip("'").replace("_", " ").replace("-", " ")
    return " ".join("".join(c for c in letters if c.isprintable()).split())


