"""The shape of an extract: how much of everything it held. Kept after each whole run; the next is held to it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from my121_analytics.workforce.record import Workforce, main_posts, table_names
from my121_analytics.workforce.schema import MANAGER, TABLES
from my121_analytics.writing.staging import write_atomic

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

SHAPES = "shapes"
"""Folder of the shapes, beside that of the runs: for the guard alone, never delivered."""
PEOPLE, PLACEMENTS, RATINGS, RECORDED = "people", "placements", "ratings", "recorded"
WHOLE = ""
"""Stands for every cycle, or for the whole council, in a key of the counts."""
_DATED = {"placements": "placed_on", "conversations": "held_on"}
_ORIGIN = ("origin_file", "origin_sheet", "origin_row", "repaired", "derived")


@dataclass(frozen=True)
class FileShape:
    """What came of one export: a sheet of a file, or several files whose names differ in their digits only.

    Parameters
    ----------
    shown
        Name of the last file, and sheet, as people know it.
    n_files
        Files of this name.
    rows, refused
        Rows read, and of these quarantined.
    columns
        Columns of the record that were found in it.
    """

    shown: str
    n_files: int
    rows: int
    refused: int
    columns: tuple[str, ...]


@dataclass(frozen=True)
class ExtractShape:
    """How much of everything an extract held; counts only, no name and no number of a person.

    Parameters
    ----------
    as_of
        Day it speaks of, ISO.
    is_day_set
        Whether the settings name that day.
    rows
        By table of the record.
    counts
        People, placements, ratings, and of these the ones recorded rather than worked out, by (measure, cycle,
        directorate); an empty cycle or directorate is the whole.
    files
        By name without digits.
    filled
        Share of rows with an entry, 0-1, by ``table.column``.
    scales
        Labels in order, by axis.
    levels
        Placements by level, by (axis, cycle).
    newest
        Latest date, ISO, by table.
    """

    as_of: str
    is_day_set: bool = False
    rows: Mapping[str, int] = field(default_factory=dict)
    counts: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    files: Mapping[str, FileShape] = field(default_factory=dict)
    filled: Mapping[str, float] = field(default_factory=dict)
    scales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    levels: Mapping[tuple[str, str], Mapping[int, int]] = field(default_factory=dict)
    newest: Mapping[str, str] = field(default_factory=dict)

    @property
    def cycles(self) -> list[str]:
        """Cycles with placements, in order."""
        return [cycle for measure, cycle, unit in self.counts if (measure, unit) == (PLACEMENTS, WHOLE)]

    def to_json(self) -> bytes:
        """Write it as UTF-8 JSON."""
        content = {**asdict(self), "counts": [[*key, n] for key, n in self.counts.items()],
                   "levels": [[*key, found] for key, found in self.levels.items()]}
        return (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode("utf-8")


def measure_extract(intake: Intake) -> ExtractShape:
    """Measure what was read.

    Parameters
    ----------
    intake
        As read.

    Returns
    -------
    ExtractShape
        People are those in post on the day of the record, by directorate of their main post; placements and ratings
        are the managers' own, by cycle and by directorate of the post rated.
    """
    record = intake.workforce
    placed = record.placements[(record.placements["source"] == MANAGER).to_numpy()]
    return ExtractShape(
        as_of=record.as_of.isoformat(), is_day_set=record.settings.exports.extract_date is not None,
        rows={name: len(getattr(record, name)) for name in table_names()},
        counts={**_count_people(record), **_count_placements(record, placed)}, files=_measure_files(intake),
        filled=_measure_entries(record),
        scales={axis: tuple(level.label for level in record.framework.levels(axis))
                for axis in ("performance", "potential")},
        levels={(axis, str(cycle)): {int(level): int(n) for level, n in part[axis].value_counts().items()}
                for axis in ("performance", "potential", "box")
                for cycle, part in placed.groupby("cycle", observed=True) if part[axis].notna().any()},
        newest={table: latest.date().isoformat() for table, column in _DATED.items()
                if pd.notna(latest := getattr(record, table)[column].max())})


def keep_shape(out: Path, run_id: str, shape: ExtractShape) -> None:
    """Keep the shape of a run's extract, for its owner alone."""
    write_atomic(out / SHAPES / f"{run_id}.json", shape.to_json())


def read_shape(out: Path, run_id: str) -> ExtractShape | None:
    """Read the shape of a run's extract; None where none was kept."""
    try:
        content: dict[str, Any] = json.loads((out / SHAPES / f"{run_id}.json").read_text("utf-8"))
        return ExtractShape(**{
            **content, "counts": {(m, c, u): n for m, c, u, n in content["counts"]},
            "files": {key: FileShape(**{**shape, "columns": tuple(shape["columns"])})
                      for key, shape in content["files"].items()},
            "scales": {axis: tuple(labels) for axis, labels in content["scales"].items()},
            "levels": {(axis, cycle): {int(level): n for level, n in found.items()}
                       for axis, cycle, found in content["levels"]}})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def prune_shapes(out: Path, kept: set[str]) -> None:
    """Remove the shapes of runs that are no longer kept."""
    for path in (out / SHAPES).glob("*.json"):
        if path.stem not in kept:
            path.unlink(missing_ok=True)


def _count_people(record: Workforce) -> dict[tuple[str, str, str], int]:
    day = pd.Timestamp(record.as_of)
    employees = record.employees
    left = (employees["left_on"] < day).to_numpy()
    current = employees.loc[~left, "employee_id"].astype("str")
    counts = {(PEOPLE, WHOLE, WHOLE): int(current.nunique())}
    posts = record.posts
    held = (posts["valid_from"].isna() | (posts["valid_from"] <= day)) & (
        posts["valid_to"].isna() | (posts["valid_to"] >= day))
    main = main_posts(posts[held.to_numpy()].assign(in_force=True))
    main = main[main["employee_id"].astype("str").isin(current).to_numpy()]
    units = main["directorate"].astype("str").value_counts(sort=False)
    return counts | {(PEOPLE, WHOLE, str(unit)): int(n) for unit, n in units.items() if n}


def _count_placements(record: Workforce, placed: pd.DataFrame) -> dict[tuple[str, str, str], int]:
    from my121_analytics.workforce.counts import join_posts

    rows = join_posts(record, placed, ["directorate"])[["cycle", "directorate", "performance", "derived"]]
    rows = rows.assign(directorate=rows["directorate"].astype("str"))
    counts: dict[tuple[str, str, str], int] = {}
    is_rated, is_derived = rows["performance"].notna().to_numpy(), rows["derived"].to_numpy()
    # levels worked out from the box would hide a column of ratings that came empty
    for measure, part in ((PLACEMENTS, rows), (RATINGS, rows[is_rated]), (RECORDED, rows[is_rated & ~is_derived])):
        for label in map(str, record.cycles["label"]):
            of_cycle = part[(part["cycle"].astype("str") == label).to_numpy()]
            counts[measure, label, WHOLE] = len(of_cycle)
            units = of_cycle["directorate"].value_counts(sort=False)
            counts |= {(measure, label, str(unit)): int(n) for unit, n in units.items()}
    return counts


def _measure_files(intake: Intake) -> dict[str, FileShape]:
    mapping = intake.mapping[(intake.mapping["column"] != "").to_numpy()]
    found: dict[str, FileShape] = {}
    for row in intake.reconciliation.itertuples():
        sheet = row.sheet if isinstance(row.sheet, str) else ""
        columns = mapping.loc[((mapping["file"] == row.file) & (mapping["sheet"].fillna("") == sheet)).to_numpy(),
                              "column"]
        if columns.empty:
            continue  # a cover, or a sheet that is not part of the record
        # exports carry the day in their names: those that differ in digits alone are one export of several days
        key = re.sub(r"\d+", "#", f"{row.file}|{sheet}".casefold())
        file = FileShape(f"{row.file}, {sheet}" if sheet else str(row.file), 1, int(row.rows_read),
                        int(row.rows_quarantined), tuple(sorted(set(map(str, columns)))))
        before = found.get(key)
        found[key] = file if before is None else FileShape(
            file.shown, before.n_files + 1, before.rows + file.rows, before.refused + file.refused,
            tuple(sorted({*before.columns, *file.columns})))
    return found


def _measure_entries(record: Workforce) -> dict[str, float]:
    shares = {}
    for name in table_names():
        frame = getattr(record, name)
        for column in TABLES[name]:
            if len(frame) and column.name not in _ORIGIN:
                values = frame[column.name]
                share = values.mean() if column.kind == "flag" else values.notna().mean()
                shares[f"{name}.{column.name}"] = round(float(share), 4)
    return shares
