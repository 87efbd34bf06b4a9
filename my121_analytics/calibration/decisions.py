"""What the meeting agreed, read back from the sheet it was written on, and entered into the record with its trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from my121_analytics.errors import DataUnusableError
from my121_analytics.ingest.files.exports import Sheet, read_sheets
from my121_analytics.ingest.reading.ratings import Scale, build_scales
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import CALIBRATED

KEYS = ("employee_id", "post_id", "cycle")
AXES = ("box", "performance", "potential")
AGREED_COLUMNS = ("file", "sheet", "row", *KEYS, "rater_id", *(f"{axis}_before" for axis in AXES),
                  *(f"{axis}_after" for axis in AXES), "outcome", "reason", "agreed_by")
REFUSED_COLUMNS = ("file", "sheet", "row", "column", "value", "reason", "message", "remedy")
CHANGED, CONFIRMED = "changed", "confirmed"


@dataclass(frozen=True)
class Decisions:
    """What was read from the sheets of one or more meetings.

    Parameters
    ----------
    agreed
        One row per person and post decided on: where it was written, whose placement, levels before and after
        (0: none), ``outcome`` (changed or confirmed), reason and by whom.
    refused
        One row per line that cannot be entered: where, the value, reason code, message and remedy.
    n_rows
        Lines read; the rest of them were left blank, which decides nothing.
    """

    agreed: pd.DataFrame
    refused: pd.DataFrame
    n_rows: int

    @property
    def n_undecided(self) -> int:
        """Lines on which nothing was entered."""
        return self.n_rows - len(self.agreed) - len(self.refused)


@dataclass(frozen=True)
class Calibration:
    """The record with the agreed placements in it, and how each came about.

    Parameters
    ----------
    workforce
        A new record; agreed placements have the source ``calibrated`` and the manager's own are kept beside them.
    audit
        One row per decision: ``AGREED_COLUMNS`` and ``agreed_on``.
    """

    workforce: Workforce
    audit: pd.DataFrame


@dataclass(frozen=True)
class _Line:
    """One line of a sheet: where it stands and its cells by column."""

    sheet: Sheet
    row: int
    cells: Mapping[str, str]

    def refuse(self, code: str, column: str, value: str = "", expected: str = "") -> tuple[object, ...]:
        message = say("decision_refused", code, value=value, expected=expected)
        return (self.sheet.file, self.sheet.name, self.row, column, value, code, message,
                say("decision_remedy", code))


def read_decisions(source: Path | str | Iterable[Path | str], *, workforce: Workforce) -> Decisions:
    """Read the decisions that a meeting wrote into its pack's workbook.

    Parameters
    ----------
    source
        A workbook (or csv with the same columns), several of them, or a folder of them.
    workforce
        The record that the packs were made from.

    Returns
    -------
    Decisions
        Every line is agreed, refused with the reason, or blank.

    Raises
    ------
    UnreadableFileError
        A file cannot be read.
    DataUnusableError
        No sheet for decisions is in the files.

    Notes
    -----
    Refused are: a person, post or cycle that the record does not hold; a level that cannot be read, or that disagrees
    with the box beside it; a placement that is no longer what the pack showed; a change without a reason or without
    who agreed it; and two lines that decide differently about one placement.
    """
    sheets = [sheet for path in _list_workbooks(source) for sheet in read_sheets(path)]
    lines = [line for sheet in sheets for line in _find_lines(sheet)]
    if not any(_header_row(sheet) >= 0 for sheet in sheets):
        raise DataUnusableError("The file holds no sheet for decisions.", hints=[
            "Give the workbook of a pack; its sheet Decisions has the columns employee_id and agreed_performance."])
    scales = build_scales(workforce.framework, workforce.settings)
    current = _current_placements(workforce)
    agreed: list[tuple[object, ...]] = []
    refused: list[tuple[object, ...]] = []
    for line in lines:
        if not any(line.cells.get(name, "") for name in (*(f"agreed_{axis}" for axis in AXES), "decision_reason")):
            continue
        decided = _decide(line, workforce, scales, current)
        (refused if decided[0] == "refused" else agreed).append(decided[1])
    table = pd.DataFrame(agreed, columns=list(AGREED_COLUMNS))
    table, twice = _settle_doubles(table)
    faults = pd.DataFrame([*refused, *twice], columns=list(REFUSED_COLUMNS))
    n_same = len(agreed) - len(table) - len(twice)  # the same decision written on two sheets counts once
    return Decisions(table, faults, len(lines) - n_same)


def apply_decisions(workforce: Workforce, decisions: Decisions, *, agreed_on: date) -> Calibration:
    """Enter the agreed placements beside the managers' own.

    Parameters
    ----------
    workforce
        The record; not changed.
    decisions
        As read; refused lines are left out.
    agreed_on
        Day of the meeting.

    Returns
    -------
    Calibration
    """
    audit = decisions.agreed.assign(agreed_on=pd.Timestamp(agreed_on))
    rows = pd.DataFrame({
        **{key: _text(audit[key]) for key in (*KEYS, "rater_id")},
        "source": CALIBRATED, "placed_on": audit["agreed_on"].astype("datetime64[s]"),
        "agreed_on": audit["agreed_on"].astype("datetime64[s]"), "reason": _text(audit["reason"]),
        **{axis: audit[f"{axis}_after"].astype("Int32").mask(audit[f"{axis}_after"] == 0) for axis in AXES},
        "origin_file": audit["file"].astype("str"), "origin_sheet": audit["sheet"].astype("str"),
        "origin_row": audit["row"].astype("Int32")})
    before = workforce.placements.astype(dict.fromkeys(
        ("employee_id", "post_id", "cycle", "rater_id", "source", "origin_file", "origin_sheet"), "str"))
    together = pd.concat([before, rows], ignore_index=True) if len(rows) else before
    for flag in ("repaired", "derived"):
        together[flag] = together[flag].astype("boolean").fillna(False).astype(bool)
    return Calibration(workforce.with_tables(placements=together), audit)


def _text(values: pd.Series) -> pd.Series:
    """Give text with blanks as missing."""
    return values.astype("str").where(values != "")


def _list_workbooks(source: Path | str | Iterable[Path | str]) -> list[Path]:
    given = [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    files: list[Path] = []
    for path in given:
        inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in (".xlsx", ".csv")
                        and not p.name.startswith(("~$", "."))) if path.is_dir() else [path]
        files += inside
    if not files:
        raise DataUnusableError(f"{', '.join(p.name for p in given)}: there is no workbook here.",
                                hints=["Give the pack's folder, or its pack.xlsx."])
    return files


def _header_row(sheet: Sheet) -> int:
    """Find the row with the headings, counted from 0; -1 where the sheet is not one for decisions."""
    for position, row in enumerate(sheet.rows[:30]):
        if "employee_id" in row and "agreed_performance" in row:
            return position
    return -1


def _find_lines(sheet: Sheet) -> list[_Line]:
    header = _header_row(sheet)
    if header < 0:
        return []
    names = sheet.rows[header]
    return [_Line(sheet, position + 1, {name: cell.strip() for name, cell in zip(names, row, strict=False) if name})
            for position, row in enumerate(sheet.rows) if position > header and any(cell.strip() for cell in row)]


def _current_placements(workforce: Workforce) -> dict[tuple[str, str, str], tuple[str, dict[str, int]]]:
    """Give rater and levels (0: none) of every placement that counts, by person, post and cycle."""
    rows = select_placements(workforce)
    levels = rows[list(AXES)].fillna(0).astype("int64")
    keys = zip(*(rows[key].astype("str").fillna("") for key in KEYS), strict=True)
    raters = rows["rater_id"].astype("str").fillna("")
    return {key: (rater, dict(zip(AXES, values, strict=True))) for key, rater, values in
            zip(keys, raters, levels.itertuples(index=False, name=None), strict=True)}


def _decide(line: _Line, workforce: Workforce, scales: Mapping[str, Scale],
            current: Mapping[tuple[str, str, str], tuple[str, dict[str, int]]]) -> tuple[str, tuple[object, ...]]:
    """Read one line to its end: either what was agreed, or the first thing that stands in its way."""
    employee, post, cycle = (line.cells.get(key, "") for key in KEYS)
    known = current.get((employee, post, cycle))
    if known is None:
        return "refused", line.refuse("not_in_record", "employee_id", f"{employee}, {post}, {cycle}")
    rater, before = known
    read: dict[str, int] = {}
    for axis in AXES:
        for name, into in ((axis, f"shown_{axis}"), (f"agreed_{axis}", axis)):
            parsed = scales[axis].parse(np.array([line.cells.get(name, "")], dtype=object))
            if parsed.faults[0]:
                return "refused", line.refuse("unreadable", name, line.cells[name], scales[axis].expected)
            read[into] = int(parsed.values[0])
    stale = [axis for axis in AXES if axis in line.cells and read[f"shown_{axis}"] != before[axis]]
    if stale:
        return "refused", line.refuse("changed_since", stale[0], line.cells[stale[0]], str(before[stale[0]] or "none"))
    after = _complete(read, before, workforce)
    if after is None:
        return "refused", line.refuse("box_disagrees", "agreed_box", line.cells.get("agreed_box", ""))
    outcome = CONFIRMED if after == before else CHANGED
    for name in ("decision_reason", "agreed_by"):
        if outcome == CHANGED and not line.cells.get(name, ""):
            return "refused", line.refuse(f"no_{name}", name)
    return "agreed", (line.sheet.file, line.sheet.name, line.row, employee, post, cycle, rater,
                      *(before[axis] for axis in AXES), *(after[axis] for axis in AXES), outcome,
                      line.cells.get("decision_reason", ""), line.cells.get("agreed_by", ""))


def _complete(read: Mapping[str, int], before: Mapping[str, int], workforce: Workforce) -> dict[str, int] | None:
    """Fill what was left blank: axes from an agreed box, the box from agreed axes; None where they disagree."""
    framework = workforce.framework
    agreed = {axis: read[axis] for axis in AXES}
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


def _settle_doubles(agreed: pd.DataFrame) -> tuple[pd.DataFrame, Sequence[tuple[object, ...]]]:
    """Keep one of the same decisions on two sheets; refuse all lines of one placement that differ."""
    after = [f"{axis}_after" for axis in AXES]
    once = agreed.drop_duplicates([*KEYS, *after])
    differ = once.duplicated(list(KEYS), keep=False)
    keys = set(once.loc[differ, list(KEYS)].itertuples(index=False, name=None))
    mine = [key in keys for key in agreed[list(KEYS)].itertuples(index=False, name=None)]
    refused = [(row.file, row.sheet, row.row, "employee_id", row.employee_id, "decided_twice",
                say("decision_refused", "decided_twice", value=row.employee_id, expected=""),
                say("decision_remedy", "decided_twice")) for row in agreed[mine].itertuples()]
    return once[~differ].reset_index(drop=True), refused
