"""Corrections of quarantined rows: read from the file that people filled in, checked, and put in the rows' place."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from my121_analytics.cell_text import clean_text, unguard
from my121_analytics.errors import DataUnusableError, suggest
from my121_analytics.ingest.files.exports import SourceSheet, read_sheets
from my121_analytics.ingest.findings import Log, record_of, unique_names
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.table_header import ASIDE
from my121_analytics.wording.catalogue import say

CHECK_KEY = "_check"
"""Key of the check code within the record of ``quarantine.csv``, beside the headings."""
CORRECT, LEAVE_OUT = "correct", "leave out"
DECISIONS = (CORRECT, LEAVE_OUT)
OWN_HEADINGS = ("decision", "state", "file", "sheet", "row", "why", "check")
"""Columns of a working sheet that are not the export's, by their codes in the catalogue."""
CORRECTION_COLUMNS = ("file", "sheet", "row", "decision", "outcome", "message", "check", "record", "given_in",
                      "given_row")
_LONGEST_LABEL = 200
"""Letters of a heading; a marked-up table takes 255, numbers behind it included."""
_SEARCHED = 60
"""Rows within which a sheet of corrections has its headings."""
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d+", re.I)


@dataclass(frozen=True)
class Correction:
    """What somebody wrote about one quarantined row.

    Parameters
    ----------
    given_in, given_row
        SourceSheet and row of the file of corrections.
    file, sheet, row
        The row of the export; ``row`` as a spreadsheet counts.
    decision
        As written.
    check
        Check code of the row as it was refused; empty where the file holds none.
    cells
        Label or heading of the export's column -> text.
    is_record
        Whether ``cells`` are by the names of the raw record, not by the labels of a working sheet.
    column, value
        The cell that was at fault, as it was read; empty where the file does not say.
    why
        Why the row was refused, in words.
    """

    given_in: str
    given_row: int
    file: str
    sheet: str
    row: int
    decision: str
    check: str
    cells: Mapping[str, str]
    is_record: bool
    column: str = ""
    value: str = ""
    why: str = ""


class _RefusedError(Exception):
    """Why one correction cannot be used: a code of the catalogue and what stands in its sentence."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values


@dataclass
class Corrections:
    """The corrections of one file while exports are read, and what became of each.

    Parameters
    ----------
    name
        Name of the file of corrections; empty where there is none.
    wanted
        What people wrote, in the order of the file.
    strangers
        By sheet and row of the file of corrections: the manager it names, whom the exports do not know.
    changed
        Each correction with the columns of the export that it changes, and the new text.
    """

    name: str = ""
    wanted: list[Correction] = field(default_factory=list)
    strangers: Mapping[tuple[str, int], str] = field(default_factory=dict)
    changed: list[tuple[Correction, int, str]] = field(default_factory=list)
    _outcomes: list[dict[str, object]] = field(default_factory=list)
    _seen: set[tuple[str, str]] = field(default_factory=set)
    _lines: list[tuple[str, str, str, int, str, str, str]] = field(default_factory=list)

    def of_sheet(self, sheet: SourceSheet) -> list[Correction]:
        """Give the corrections of one sheet of the exports."""
        self._seen.add((sheet.file.strip(), sheet.name.strip()))
        return [c for c in self.wanted if (c.file, c.sheet.strip()) == (sheet.file.strip(), sheet.name.strip())]

    def apply(self, rows: SheetRows, sheet: SourceSheet, wanted: Sequence[Correction],
              ) -> tuple[SourceSheet, dict[int, bool]]:
        """Put corrected cells in their place.

        Parameters
        ----------
        rows
            The sheet as opened without corrections.
        sheet
            The same sheet with all its columns.
        wanted
            Its corrections.

        Returns
        -------
        tuple
            The corrected sheet, and the positions (from 0) of the rows that are data because somebody corrected them
            (True) or are to be left out (False).
        """
        target = _Target(rows)
        settled: dict[int, tuple[Correction, dict[int, str]]] = {}
        twice: set[int] = set()
        for correction in wanted:
            try:
                position, changes = target.settle(correction)
                if (stranger := self.strangers.get((correction.given_in, correction.given_row))) is not None:
                    raise _RefusedError("unknown_manager", manager=stranger)
            except _RefusedError as problem:
                self.refuse(correction, problem)
                continue
            if position in settled and _content(settled[position]) != _content((correction, changes)):
                twice.add(position)
                self.refuse(correction, _RefusedError("given_twice", row=correction.row))
            elif position not in settled:
                settled[position] = (correction, changes)
        columns: dict[int, dict[int, str]] = {}
        is_data: dict[int, bool] = {}
        for position, (correction, changes) in settled.items():
            if position in twice:
                self.refuse(correction, _RefusedError("given_twice", row=correction.row))
            elif not _decision(correction) and not changes and position not in target.mended:
                self._note(correction, position, "pending", target)
            elif _decision(correction) == LEAVE_OUT:
                is_data[position] = False
                self._lines.append(("left_out", sheet.file, sheet.name, position + 1, "", "",
                                    correction.why or say("correction", "why_unknown")))
                self._note(correction, position, "left_out", target)
            else:
                for column, text in changes.items():
                    self.changed.append((correction, column, text))
                    self._lines.append(("corrected", sheet.file, sheet.name, position + 1, target.names[column],
                                        str(sheet.columns[column][position]), text))
                    columns.setdefault(column, {})[position] = text
                    is_data[position] = True
                self._note(correction, position, "corrected" if changes else "in_export", target, changes)
        changed = sheet.with_columns({column: sheet.columns[column].written(list(cells), list(cells.values()))
                                      for column, cells in columns.items()})
        widths = _widths_without(changed, [position for position, kept in is_data.items() if kept])
        return replace(changed, widths=widths), is_data

    def refuse(self, correction: Correction, problem: _RefusedError) -> None:
        """Write down a correction that cannot be used."""
        values = {"file": correction.file, "sheet": correction.sheet, "row": correction.row, **problem.values}
        self._outcomes.append(self._row(correction, correction.row, "refused",
                                        say("correction_refused", problem.code, **values)))

    def close(self, log: Log) -> None:
        """Refuse what no sheet was found for, and write down what became of every correction."""
        for correction in self.wanted:
            if (correction.file, correction.sheet) not in self._seen:
                known = [f"{f}, {s}" if s else f for f, s in sorted(self._seen)]
                place = f"{correction.file}, {correction.sheet}" if correction.sheet else correction.file
                self.refuse(correction, _RefusedError("no_such_sheet", given=place, hint=suggest(place, known)))
        for code, file, sheet, row, column, old, new in self._lines:
            log.add_line(code, file, sheet, row, column, old, 1, expected=new)
        for entry in self._outcomes:
            if entry["outcome"] == "refused":
                log.add_line("correction_refused", self.name, str(entry["given_in"]), int(str(entry["given_row"])), "",
                             "", 1, expected=str(entry["message"]))
        pending = sum(entry["outcome"] == "pending" for entry in self._outcomes)
        if pending:
            log.add("correction_pending", file=self.name, n=pending)

    def frame(self, quarantine: pd.DataFrame) -> pd.DataFrame:
        """Tell what became of each correction, once it is known which rows are in quarantine.

        Parameters
        ----------
        quarantine
            Of the intake.

        Returns
        -------
        pandas.DataFrame
            ``CORRECTION_COLUMNS``; ``outcome`` is corrected, quarantined_again, left_out, in_export (the export holds
            the corrected row already), pending (nothing was written yet) or refused, then ``message`` says why.
            ``check`` and ``record`` are of the row as it stands in the export and with its corrections.
        """
        if not self._outcomes:
            return _no_corrections().copy()
        table = pd.DataFrame(self._outcomes, columns=list(CORRECTION_COLUMNS))
        keys = zip(quarantine["file"], quarantine["sheet"], quarantine["row"], strict=True)
        stopped = dict(zip(keys, quarantine["message"], strict=True))
        for row in table[table["outcome"] == "corrected"].itertuples():
            message = stopped.get((row.file, row.sheet, row.row))
            if message is not None:
                table.loc[row.Index, ["outcome", "message"]] = "quarantined_again", message
        return _typed(table)

    def _note(self, correction: Correction, position: int, outcome: str, target: _Target,
              changes: Mapping[int, str] | None = None) -> None:
        row = self._row(correction, position + 1, outcome, "")
        before = target.record(position)
        after = json.dumps(target.cells(position, changes or {}), ensure_ascii=False)
        self._outcomes.append({**row, "check": check_code(before), "record": after})

    def _row(self, correction: Correction, row: int, outcome: str, message: str) -> dict[str, object]:
        return {"file": correction.file, "sheet": correction.sheet, "row": row,
                "decision": _decision(correction) if outcome != "refused" else correction.decision,
                "outcome": outcome, "message": message, "check": correction.check, "record": "",
                "given_in": correction.given_in, "given_row": correction.given_row}


def _widths_without(sheet: SourceSheet, corrected: Sequence[int]) -> np.ndarray | None:
    """Give how many cells each row was written with; corrected rows have those that hold anything."""
    if sheet.widths is None or len(sheet.widths) < sheet.n_rows:
        return sheet.widths
    widths = sheet.widths.copy()
    for position in corrected:
        widths[position] = max((j + 1 for j, column in enumerate(sheet.columns) if column[position]), default=0)
    return widths


class _Target:
    """One sheet of the exports as corrections meet it."""

    def __init__(self, rows: SheetRows) -> None:
        self.rows = rows
        self.names = unique_names(rows.headings, rows.sheet.n_columns)
        self.hidden = {h.position for h in rows.map.headings if h.how == "refused"}
        shown = [j for j in range(len(self.names)) if j not in self.hidden]
        self.by_name = {self.names[j]: j for j in shown}
        self.by_label = dict(zip(label_columns([self.names[j] for j in shown]), shown, strict=True))
        self.mended: set[int] = set()
        self._places: dict[str, list[int]] | None = None

    def record(self, position: int) -> str:
        """Give the raw row as JSON, as the quarantine holds it."""
        return record_of(self.rows.sheet, position, self.rows.headings, self.names, self.hidden)

    def cells(self, position: int, changes: Mapping[int, str]) -> dict[str, str]:
        """Give the row by its columns' names, with some cells changed."""
        raw = json.loads(self.record(position))
        return {**raw, **{self.names[j]: text for j, text in changes.items()}}

    def settle(self, correction: Correction) -> tuple[int, dict[int, str]]:
        """Find the row that a correction is for and the cells that it changes; refuse where either is unsure."""
        if correction.decision and not _decision(correction):
            raise _RefusedError("unknown_decision", given=correction.decision, known=" or ".join(DECISIONS))
        wanted = self._columns(correction)
        position = correction.row - 1
        code = check_code(self.record(position)) if self._is_data(position) else ""
        if correction.check and correction.check != code:
            if code and _decision(correction) != LEAVE_OUT and not self._changes(position, wanted):
                self.mended.add(position)
                return position, {}  # the export was mended in the same way
            found = self._find(correction.check)
            if found is None:
                mended = self._find_mended(wanted) if _decision(correction) != LEAVE_OUT else None
                if mended is None:
                    raise _RefusedError("row_changed" if self._is_data(correction.row - 1) else "no_such_row")
                self.mended.add(mended)
                return mended, {}
            position = found
        elif not code:
            raise _RefusedError("no_such_row")
        changes = self._changes(position, wanted)
        if not correction.check and (changes or _decision(correction) == LEAVE_OUT):
            self._verify(correction, position, changes)
        if _decision(correction) == CORRECT and not changes:
            raise _RefusedError("nothing_changed")
        if changes and not any(self._with(position, changes)) and _decision(correction) != LEAVE_OUT:
            raise _RefusedError("emptied", leave_out=LEAVE_OUT)
        return position, {} if _decision(correction) == LEAVE_OUT else changes

    def _columns(self, correction: Correction) -> dict[int, str]:
        known = self.by_name if correction.is_record else self.by_label
        unknown = [name for name in correction.cells if name not in known and name != CHECK_KEY]
        if unknown:
            raise _RefusedError("unknown_column", column=unknown[0], hint=suggest(unknown[0], list(known)))
        return {known[name]: text for name, text in correction.cells.items() if name != CHECK_KEY}

    def _changes(self, position: int, wanted: Mapping[int, str]) -> dict[int, str]:
        row = self.rows.sheet.row(position)
        return {j: unguard(text) for j, text in wanted.items() if not _is_same(row[j], text)}

    def _with(self, position: int, changes: Mapping[int, str]) -> list[str]:
        return [changes.get(j, cell).strip() for j, cell in enumerate(self.rows.sheet.row(position))]

    def _is_data(self, position: int) -> bool:
        return 0 <= position < len(self.rows.aside) and self.rows.aside[position] == 0

    def _find(self, check: str) -> int | None:
        """Find the one row that is cell by cell what was refused: rows above it may have come or gone since."""
        if self._places is None:
            self._places = {}
            for position in self.rows.rows.tolist():
                self._places.setdefault(check_code(self.record(position)), []).append(position)
        found = self._places.get(check, [])
        return found[0] if len(found) == 1 else None

    def _find_mended(self, wanted: Mapping[int, str]) -> int | None:
        """Find a row that is cell by cell what the correction asks for: the export was mended, and the row moved."""
        is_whole = len(wanted) >= len(self.by_name)
        return next((position for position in self.rows.rows.tolist() if not self._changes(position, wanted)),
                    None) if is_whole else None

    def _verify(self, correction: Correction, position: int, changes: Mapping[int, str]) -> None:
        """Without a check code, take a correction of the one cell that is known to be as it was when refused."""
        at = next((j for j, name in enumerate(self.names) if name == correction.column), None)
        if at is None or not _is_same(self.rows.sheet.row(position)[at], correction.value):
            raise _RefusedError("row_changed" if at is not None else "unverified")
        if set(changes) - {at} or _decision(correction) == LEAVE_OUT:
            raise _RefusedError("unverified")


def read_corrections(path: Path | str) -> Corrections:
    """Read a file of corrections: the workbook of refused rows, one of its sheets as csv, or ``quarantine.csv``.

    Parameters
    ----------
    path
        As saved by any spreadsheet program.

    Returns
    -------
    Corrections
        Lines that cannot be read are refused in it, beside those that can.

    Raises
    ------
    UnreadableFileError
        The file is missing, damaged, protected, or no table.
    DataUnusableError
        It holds no sheet of corrections.
    """
    path = Path(path)
    corrections = Corrections(path.name)
    found = False
    for sheet in read_sheets(path):
        at = _find_headings(sheet)
        if at is not None:
            found = True
            _read_sheet(sheet, at, corrections)
    if not found:
        raise DataUnusableError(f"{path.name}: the file holds no corrections.",
                                hints=[say("correction", "what_is_read")])
    return corrections


def check_code(record: str) -> str:
    """Give a short code that changes when any cell of a raw row changes.

    Parameters
    ----------
    record
        The raw row as JSON.

    Returns
    -------
    str
        Never a number to a spreadsheet.
    """
    return f"R-{hashlib.sha256(record.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def label_columns(names: Sequence[str]) -> list[str]:
    """Give the headings under which a working sheet shows an export's columns.

    Parameters
    ----------
    names
        Of the columns, unique.

    Returns
    -------
    list of str
        Unique in any case, as a marked-up table asks, and none of the working sheet's own.
    """
    used = {say("correction_heading", code).casefold() for code in OWN_HEADINGS}
    labels = []
    for name in names:
        stem = " ".join(clean_text(name).split())[:_LONGEST_LABEL] or "column"
        label, number = stem, 1
        while label.casefold() in used:
            number += 1
            label = f"{stem} ({number})"
        used.add(label.casefold())
        labels.append(label)
    return labels


def settle_rows(rows: SheetRows, is_data: Mapping[int, bool]) -> SheetRows:
    """Keep corrected rows among the data, whatever they look like, and set those aside that are left out.

    Parameters
    ----------
    rows
        The corrected sheet as opened.
    is_data
        From :meth:`Corrections.apply`.
    """
    if not is_data:
        return rows
    aside = rows.aside.copy()
    for position, kept in is_data.items():
        aside[position] = 0 if kept else ASIDE.index("left_out") + 1
    settled = replace(rows, aside=aside)
    settled.stops.drop(np.flatnonzero(aside > 0))
    settled.withhold(np.flatnonzero(np.isin(settled.rows, rows.rows[rows.withheld])), is_lost=True)
    return settled


# Reading the file -------------------------------------------------------------------------------------------------


def _find_headings(sheet: SourceSheet) -> int | None:
    """Find the row of headings of a sheet of corrections; None where the sheet is something else."""
    needed = {_heading("file"), _heading("sheet"), _heading("row")}
    for position in range(min(sheet.n_rows, _SEARCHED)):
        row = {cell.strip().casefold() for cell in sheet.row(position)}
        if needed <= row and row & {_heading("check"), "record"}:
            return position
    return None


def _heading(code: str) -> str:
    return say("correction_heading", code).casefold()


def _read_sheet(sheet: SourceSheet, at: int, corrections: Corrections) -> None:
    headings = [" ".join(cell.split()) for cell in sheet.row(at)]
    places: dict[str, int] = {}
    for j, text in enumerate(headings):
        places.setdefault(text.casefold(), j)
    own: dict[str, int] = {code: places[_heading(code)] for code in OWN_HEADINGS if _heading(code) in places}
    is_record = "check" not in own and "record" in places
    extra = {code: places[code] for code in ("record", "column", "value", "message") if is_record and code in places}
    raw = [] if is_record else [j for j, text in enumerate(headings) if text and j not in own.values()]
    for position in range(at + 1, sheet.n_rows):
        row = sheet.row(position)
        if not any(cell.strip() for cell in row):
            continue
        cells = {code: unguard(row[j].strip()) for places_of in (own, extra) for code, j in places_of.items()}
        correction = Correction(
            sheet.name, position + 1, cells["file"], cells["sheet"], _row_number(cells["row"]),
            " ".join(cells.get("decision", "").split()), cells.get("check", ""), {headings[j]: row[j] for j in raw},
            is_record, cells.get("column", ""), cells.get("value", ""),
            cells.get("why", "") or cells.get("message", ""))
        try:
            corrections.wanted.append(_complete(correction, cells))
        except _RefusedError as problem:
            corrections.refuse(correction, problem)


def _complete(correction: Correction, cells: Mapping[str, str]) -> Correction:
    """Check what can be checked before the exports are read, and open the record of a line of ``quarantine.csv``."""
    if correction.row < 1:
        raise _RefusedError("bad_row_number", given=cells["row"])
    if not correction.is_record:
        return correction
    try:
        record = json.loads(cells["record"])
    except json.JSONDecodeError as problem:
        raise _RefusedError("not_json", problem=problem.msg, at=problem.pos + 1) from problem
    if not isinstance(record, dict):
        raise _RefusedError("not_json", problem="no object", at=1)
    texts = {str(name): "" if cell is None else cell if isinstance(cell, str) else json.dumps(cell)
             for name, cell in record.items()}
    check = correction.check or texts.pop(CHECK_KEY, "")
    return replace(correction, cells=texts, check=check)


def _row_number(text: str) -> int:
    match = re.fullmatch(r"(\d{1,9})(?:\.0+)?", text.replace(",", "").strip())
    return int(match[1]) if match else 0


def _decision(correction: Correction) -> str:
    """Give the decision in its known form; empty where none was written or it is not one of them."""
    decision = correction.decision.casefold()
    return decision if decision in DECISIONS else ""


def _content(settled: tuple[Correction, dict[int, str]]) -> tuple[str, dict[int, str]]:
    correction, changes = settled
    return LEAVE_OUT if _decision(correction) == LEAVE_OUT else "", changes


def _is_same(old: str, new: str) -> bool:
    """Say whether a cell is what it was, but for what spreadsheet programs do to text unasked."""
    if new == old or unguard(new) == old:
        return True
    before, after = (" ".join(clean_text(text).split()) for text in (old, unguard(new)))
    if before == after or (len(after) > 32_000 and after.endswith("…") and before.startswith(after[:-1])):
        return True
    if before.isdigit() and before.isascii():  # zeros in front lost, or a long number cut to its first digits
        if after.removesuffix(".0").isdigit() and len(after.removesuffix(".0")) < len(before):
            return before.startswith("0") and before.lstrip("0") == after.removesuffix(".0").lstrip("0")
        if _SCIENTIFIC.fullmatch(after) and len(before) >= 12:
            digits = len(after.upper().split("E")[0].replace(".", ""))
            return f"{float(before):.{digits - 1}E}" == f"{float(after):.{digits - 1}E}"
    return False


@cache
def _no_corrections() -> pd.DataFrame:
    return _typed(pd.DataFrame(columns=list(CORRECTION_COLUMNS)))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    numbers = ("row", "given_row")
    return table.astype({str(name): "int64" if name in numbers else "str" for name in table.columns})
