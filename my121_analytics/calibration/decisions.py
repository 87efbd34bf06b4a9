"""What the meeting agreed, read back from the sheets it was written on, and entered into the record with its trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd

from my121_analytics.calibration.decision_lines import (
    AXES,
    CHANGED,
    DEFERRED,
    KEYS,
    NOT_DISCUSSED,
    OUTCOMES,
    REFUSED_COLUMNS,
    STANDS,
    VIEWS,
    Decided,
    Line,
    LineReader,
    Refusal,
    find_lines,
    header_row,
    headings_of,
    text_or_missing,
)
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.ingest.files.exports import SourceSheet, read_sheets
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.counts import select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import CALIBRATED

LINE_COLUMNS = ("file", "sheet", "row", *KEYS, "name", "rater_id", *(f"{axis}_before" for axis in AXES),
                *(f"{axis}_after" for axis in AXES), "outcome", "reason", *VIEWS, "agreed_by")
LINE_HEADINGS = (*KEYS, "name", *AXES, *(f"agreed_{axis}" for axis in AXES), "outcome", "decision_reason", "agreed_by")
DISAGREE_COLUMNS = (*KEYS, "name", "file", "sheet", "row", "outcome", *(f"{axis}_after" for axis in AXES), "reason",
                    "agreed_by")
ENTERING = (STANDS, CHANGED)


@dataclass(frozen=True)
class Decisions:
    """What was read from the sheets of one or more meetings.

    Parameters
    ----------
    lines
        One row per person and post that could be read: where it was written, whose placement, levels before and
        after (0: none), ``outcome`` (stands, changed, deferred, not_discussed), reason, views and by whom.
    refused
        One row per line that cannot be used: where, the name, the value, reason code, message and remedy.
    disagreements
        Lines that decide differently about one placement, one below the other; none of them is in ``lines``.
    n_rows
        Lines read; a decision written the same on two sheets counts once.
    """

    lines: pd.DataFrame
    refused: pd.DataFrame
    n_rows: int
    disagreements: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(DISAGREE_COLUMNS)))

    @property
    def agreed(self) -> pd.DataFrame:
        """The lines that enter the record: stands and changed."""
        return self.lines[self.lines["outcome"].isin(ENTERING)].reset_index(drop=True)

    @property
    def counts(self) -> dict[str, int]:
        """Lines by outcome, every outcome included."""
        found = self.lines["outcome"].value_counts()
        return {outcome: int(found.get(outcome, 0)) for outcome in OUTCOMES}


@dataclass(frozen=True)
class Calibration:
    """The record with the agreed placements in it, and how each came about.

    Parameters
    ----------
    workforce
        A new record; agreed placements have the source ``calibrated`` and the manager's own are kept beside them.
    audit
        One row per decision that entered or had entered before: ``LINE_COLUMNS``, ``agreed_on`` and ``entered``
        (false where the record held it already).
    left_out
        Refused lines that were left out; empty unless that was asked for.
    """

    workforce: Workforce
    audit: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def n_entered(self) -> int:
        """Placements entered now."""
        return int(self.audit["entered"].sum())


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
        Every line is read with its outcome, or refused with the reason.

    Raises
    ------
    UnreadableFileError
        A file cannot be read.
    DataUnusableError
        No sheet for decisions is in the files, or it was made before outcomes had a column.

    Notes
    -----
    Refused are: a line without an outcome; a person, post or cycle that the record does not hold; a name that is not
    the one of the id beside it; a level that cannot be read, or that disagrees with the box beside it; an outcome that
    contradicts the levels; a placement that is no longer what the pack showed; a change without a reason or without
    who agreed it; and lines that decide differently about one placement. A decision outweighs "deferred" and "not
    discussed" on another sheet, since a unit's meeting may defer to the senior team's.
    """
    sheets = [sheet for path in list_decision_files(source) for sheet in read_sheets(path)]
    _check_sheets(sheets)
    lines = [line for sheet in sheets for line in find_lines(sheet)]
    reader = LineReader(workforce, [line.cell("cycle") for line in lines])
    rows: list[tuple[object, ...]] = []
    refused: list[tuple[object, ...]] = []
    for line in lines:
        found = reader.read(line)
        if isinstance(found, Refusal):
            refused.append(found.row)
        else:
            rows.append(_row_of(line, found))
    table, differing = _settle_doubles(pd.DataFrame(rows, columns=list(LINE_COLUMNS)))
    faults = pd.DataFrame([*refused, *_refuse_doubles(differing)], columns=list(REFUSED_COLUMNS))
    return Decisions(table, faults, len(table) + len(faults), differing)


def apply_decisions(workforce: Workforce, decisions: Decisions, *, agreed_on: date, only_good: bool = False,
                    replacing: bool = False) -> Calibration:
    """Enter the agreed placements beside the managers' own: all of them, or none.

    Parameters
    ----------
    workforce
        The record; not changed.
    decisions
        As read.
    agreed_on
        Day of the meeting.
    only_good
        Leave out refused lines instead of refusing all.
    replacing
        Agreed placements that the record holds may be replaced by different ones.

    Returns
    -------
    Calibration
        A placement that the record holds already, as agreed, is not entered again.

    Raises
    ------
    DataUnusableError
        A line was refused, or the record holds another agreed placement of a line; nothing is entered.
    UsageError
        The meeting was before the cycle that it decided on.
    """
    _check_day(workforce, decisions.agreed, agreed_on)
    held = _held_already(workforce, decisions.agreed)
    agreed, refused = decisions.agreed, decisions.refused
    if not replacing:
        refused = pd.concat([refused, _refuse_held(agreed, held)], ignore_index=True)
        agreed = agreed[held != "other"]
    if len(refused) and not only_good:
        raise RefusedDecisionsError(refused)
    audit = agreed.assign(agreed_on=pd.Timestamp(agreed_on), entered=held[agreed.index] != "same")
    audit = audit.reset_index(drop=True)
    return Calibration(_with_agreed(workforce, audit[audit["entered"]]), audit, refused)


def list_decision_files(source: Path | str | Iterable[Path | str]) -> list[Path]:
    """List the workbooks and csv files in which decisions may be written.

    Raises
    ------
    DataUnusableError
        There is none.
    """
    sources = [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    files: list[Path] = []
    for path in sources:
        files += _list_folder(path) if path.is_dir() else [path]
    if not files:
        raise DataUnusableError(f"{', '.join(p.name for p in sources)}: there is no workbook here.",
                                hints=["Give the pack's folder, or its pack.xlsx."])
    return files


def _list_folder(folder: Path) -> list[Path]:
    """List what may hold decisions, lock files of open workbooks left out."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".xlsx", ".csv")
                  and not path.name.startswith(("~$", ".")))


class RefusedDecisionsError(DataUnusableError):
    """Some lines cannot be entered, so that none is; ``refused`` says which and why."""

    def __init__(self, refused: pd.DataFrame) -> None:
        n = len(refused)
        lines = "One line was refused" if n == 1 else f"{n:,} lines were refused"
        super().__init__(f"{lines}, so nothing was entered.", hints=[
            "Mend the lines in the workbook and run the command again.",
            "Or add --only-good: the refused lines are left out and listed, and the others are entered."])
        self.refused = refused


def _row_of(line: Line, decided: Decided) -> tuple[object, ...]:
    before, after = decided.placement.levels, decided.after
    return (line.sheet.file, line.sheet.name, line.row, *line.key, line.cell("name"), decided.placement.rater_id,
            *(before[axis] for axis in AXES), *(after[axis] for axis in AXES), decided.outcome,
            line.cell("decision_reason"), *(line.cell(view) for view in VIEWS), line.cell("agreed_by"))


def _check_sheets(sheets: Sequence[SourceSheet]) -> None:
    found = [sheet for sheet in sheets if header_row(sheet) >= 0]
    if not found:
        raise DataUnusableError("The file holds no sheet for decisions.", hints=[
            "Give the workbook of a pack; its sheet Decisions has the columns employee_id and agreed_performance."])
    headings = {id(sheet): headings_of(sheet.rows[header_row(sheet)]) for sheet in found}
    twice = sorted({f"{name} ({sheet.file})" for sheet in found for name in LINE_HEADINGS
                    if headings[id(sheet)].count(name) > 1})
    if twice:
        raise DataUnusableError(f"Two columns of a sheet for decisions have one heading: {', '.join(twice)}.", hints=[
            "Keep the one that the meeting filled in, and take the other out."])
    without = sorted({sheet.file for sheet in found if "outcome" not in headings[id(sheet)]})
    if without:
        raise DataUnusableError(f"The sheet for decisions has no column 'outcome': {', '.join(without)}.", hints=[
            "Make the pack again: its sheet Decisions asks for the outcome of each line.",
            f"Or add a column headed outcome that says one of: "
            f"{', '.join(say('decision_outcome', code) for code in OUTCOMES)}."])


def _settle_doubles(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep one line a placement; give the lines that decide differently, one below the other."""
    if table.empty:
        return table, table[list(DISAGREE_COLUMNS)]
    weight = table["outcome"].map({STANDS: 2, CHANGED: 2, DEFERRED: 1, NOT_DISCUSSED: 0}).astype("int64")
    table = table[weight == weight.groupby([table[key] for key in KEYS]).transform("max")]
    after = [f"{axis}_after" for axis in AXES]
    distinct = table.drop_duplicates([*KEYS, *after, "outcome"])
    differ = distinct.duplicated(list(KEYS), keep=False)
    keys = set(distinct.loc[differ, list(KEYS)].itertuples(index=False, name=None))
    is_differing = [key in keys for key in table[list(KEYS)].itertuples(index=False, name=None)]
    differing = table[is_differing].sort_values([*KEYS, "file", "sheet", "row"], kind="stable")
    return distinct[~differ].reset_index(drop=True), differing[list(DISAGREE_COLUMNS)].reset_index(drop=True)


def _refuse_doubles(differing: pd.DataFrame) -> list[tuple[object, ...]]:
    return [(row.file, row.sheet, row.row, row.name or row.employee_id, "outcome", row.outcome, "decided_twice",
             say("decision_refused", "decided_twice", value=row.employee_id, expected=""),
             say("decision_remedy", "decided_twice")) for row in differing.itertuples(index=False)]


def _check_day(workforce: Workforce, agreed: pd.DataFrame, agreed_on: date) -> None:
    starts = workforce.cycles.set_index(workforce.cycles["label"].astype("str"))["start"]
    first = starts.reindex(agreed["cycle"].astype("str").unique()).min()
    if pd.notna(first) and pd.Timestamp(agreed_on) < first:
        raise UsageError(f"The meeting of {agreed_on.isoformat()} was before the cycle it decided on, which began on "
                         f"{first.date().isoformat()}.", hints=["Give the day of the meeting with --agreed-on."])


def _held_already(workforce: Workforce, agreed: pd.DataFrame) -> pd.Series:
    """Say of each line whether the record holds its agreed placement: same, other, or empty for neither."""
    rows = select_placements(workforce, source=CALIBRATED)
    keys = zip(*(rows[key].astype("str").fillna("") for key in KEYS), strict=True)
    levels = rows[list(AXES)].fillna(0).astype("int64").itertuples(index=False, name=None)
    held = dict(zip(keys, levels, strict=True))
    decided = zip(agreed[list(KEYS)].itertuples(index=False, name=None),
                  agreed[[f"{axis}_after" for axis in AXES]].itertuples(index=False, name=None), strict=True)
    states = ["" if key not in held else "same" if held[key] == after else "other" for key, after in decided]
    return pd.Series(states, index=agreed.index, dtype="str")


def _refuse_held(agreed: pd.DataFrame, held: pd.Series) -> pd.DataFrame:
    rows = [(row.file, row.sheet, row.row, row.name or row.employee_id, "outcome", row.outcome, "already_decided",
             say("decision_refused", "already_decided", value=row.employee_id, expected=""),
             say("decision_remedy", "already_decided")) for row in agreed[held == "other"].itertuples(index=False)]
    return pd.DataFrame(rows, columns=list(REFUSED_COLUMNS))


def _with_agreed(workforce: Workforce, audit: pd.DataFrame) -> Workforce:
    if audit.empty:
        return workforce
    agreed_on = audit["agreed_on"].astype("datetime64[s]")
    rows = pd.DataFrame({
        **{key: text_or_missing(audit[key]) for key in (*KEYS, "rater_id")},
        "source": CALIBRATED, "placed_on": _days_of(workforce, audit), "agreed_on": agreed_on,
        "reason": text_or_missing(audit["reason"]),
        **{axis: audit[f"{axis}_after"].astype("Int32").mask(audit[f"{axis}_after"] == 0) for axis in AXES},
        "origin_file": audit["file"].astype("str"), "origin_sheet": audit["sheet"].astype("str"),
        "origin_row": audit["row"].astype("Int32")})
    held = workforce.placements.astype(dict.fromkeys(
        ("employee_id", "post_id", "cycle", "rater_id", "source", "origin_file", "origin_sheet"), "str"))
    replaced = set(audit[list(KEYS)].itertuples(index=False, name=None))  # agreed anew: the earlier one goes
    keys = zip(*(held[key].fillna("") for key in KEYS), strict=True)
    kept = [source != CALIBRATED or key not in replaced for source, key in zip(held["source"], keys, strict=True)]
    together = pd.concat([held[kept], rows], ignore_index=True)
    for flag in ("repaired", "derived"):
        together[flag] = together[flag].astype("boolean").fillna(False).astype(bool)
    return workforce.with_tables(placements=together)


def _days_of(workforce: Workforce, audit: pd.DataFrame) -> pd.Series:
    """Give the day of each placement: the manager's own, so that it stays in its cycle; else the meeting's, or the
    cycle's last day where the meeting came after it.
    """
    own = select_placements(workforce)
    keys = [own[key].astype("str").fillna("") for key in KEYS]
    days = pd.Series(own["placed_on"].to_numpy(), index=pd.MultiIndex.from_arrays(keys))
    placed_on = days.reindex(pd.MultiIndex.from_frame(audit[list(KEYS)])).to_numpy()
    ends = workforce.cycles.set_index(workforce.cycles["label"].astype("str"))["end"]
    last = ends.reindex(audit["cycle"]).to_numpy()
    meeting = audit["agreed_on"].to_numpy(dtype="datetime64[s]")
    fallback = pd.Series(meeting).where(~(pd.Series(meeting) > pd.Series(last)), pd.Series(last))
    found = pd.Series(placed_on)
    return found.where(found.notna(), fallback).astype("datetime64[s]").set_axis(audit.index)
