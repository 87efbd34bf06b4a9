"""The faults planted in the synthetic council's exports: where each is, what is written, what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from my121_analytics.framework.nine_box import build_framework
from my121_analytics.sample_council.design import SampleDesign
from my121_analytics.sample_council.record_tables import OWN, PLACED, RATINGS, REVIEWS

REPAIRED, QUARANTINED, KEPT = "repaired", "quarantined", "kept with finding"
PLACEMENT_FILES = {REVIEWS: ("itrent_reviews.xlsx", "Reviews"), RATINGS: ("resourcelink_ratings.csv", ""),
                   PLACED: ("unit4_my121.xlsx", "My 1-1"), OWN: ("successfactors_self.csv", "")}
FIRST_ROW = {REVIEWS: 5, RATINGS: 2, PLACED: 2, OWN: 2}
"""The spreadsheet row of the first placement in each export."""
_FRAMEWORK = build_framework()


@dataclass(frozen=True)
class _Fault:
    """One kind of faulty cell in one export of placements."""

    file: int
    column: str
    fault: str
    expected: str
    write: Callable[[pd.Series, str], str]
    """From the placement (as numbers) and the employee's id to what is written in the cell."""
    fits: Callable[[pd.DataFrame], pd.Series] = lambda rows: rows["person"] >= 0


def _performance(level: int) -> str:
    return _FRAMEWORK.label("performance", level)


def _misspell(word: str) -> str:
    """Leave out the last letter but one."""
    return word[:-2] + word[-1]


_FAULTS = (
    _Fault(REVIEWS, "My 1-1 map segment", "impossible box", QUARANTINED,
           lambda row, _: f"12 - {_FRAMEWORK.box(row['box']).name}"),
    _Fault(REVIEWS, "Overall performance", "code and label disagree", QUARANTINED,
           lambda row, _: f"{row['performance']} - {_performance(row['performance'] % 3 + 1)} expectations"),
    _Fault(REVIEWS, "Position ref", "unknown post", QUARANTINED, lambda row, _: "P00017"),
    _Fault(REVIEWS, "Personal ref.no", "unknown employee", QUARANTINED, lambda row, number: "9" * len(number)),
    _Fault(RATINGS, "Performance Rating", "misspelt rating", REPAIRED,
           lambda row, _: f"{_misspell(_performance(row['performance']))} – {row['performance']}"),
    _Fault(RATINGS, "Performance Rating", "rating of another scale", QUARANTINED, lambda row, _: "Satisfactory"),
    _Fault(PLACED, "Date placed", "impossible date", QUARANTINED, lambda row, _: "31/02/2024"),
    _Fault(PLACED, "My 1-1 Map", "misspelt box", REPAIRED, lambda row, _: _misspell(_FRAMEWORK.box(row["box"]).name)),
    _Fault(PLACED, "My 1-1 Map", "number and name disagree", QUARANTINED,
           lambda row, _: f"{10 - row['box']} - {_FRAMEWORK.box(row['box']).name}", lambda rows: rows["box"] != 5),
    _Fault(PLACED, "Line manager", "id in scientific notation", QUARANTINED, lambda row, _: "4.711E+03"),
    _Fault(OWN, "User ID", "id as a decimal number", REPAIRED, lambda row, number: f"{int(number)}.0"),
    _Fault(OWN, "Self Rating: Performance", "dash in the wrong encoding", REPAIRED,
           lambda row, _: f"{row['performance']} \u00e2\u20ac\u201c {_performance(row['performance'])} expectations"),
)


def spoil_placements(placements: pd.DataFrame, box3_long: np.ndarray, design: SampleDesign, rng: np.random.Generator,
                     ) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Plant what stays in the record: boxes that do not follow from the ratings, and a date outside its period.

    Parameters
    ----------
    placements
        From ``order_placements``.
    box3_long
        Per person: left alone, since they are planted already.
    design
        Share of disagreements.
    rng
        The source of chance.

    Returns
    -------
    tuple of pandas.DataFrame
        The placements changed in those rows, and the faults (``record_row``, ``column``, ``fault``, ``expected``,
        ``written``). Where the export has no potential column, potential is what the box says.
    """
    table = placements.copy()
    rows = _plain_rows(table, box3_long) & (table["file"] != OWN)
    chosen = rng.permutation(np.flatnonzero(rows))[:max(3, round(design.disagreement_share * len(table)))]
    other = table["performance"].to_numpy()[chosen] % 3 + 1
    box = _FRAMEWORK.box_of(other, table["potential"].to_numpy()[chosen]).astype("int64")
    table.loc[chosen, "box"] = box
    columns = {REVIEWS: "My 1-1 map segment", RATINGS: "Map Placement", PLACED: "My 1-1 Map"}
    faults = pd.DataFrame({"record_row": chosen, "column": table["file"].iloc[chosen].map(columns).to_numpy(),
                           "fault": "box and ratings disagree", "expected": KEPT, "written": [str(b) for b in box]})
    rest = rows & (table["file"] == REVIEWS) & (table["cycle"] == 0)
    rest.iloc[chosen] = False
    moved = rng.permutation(np.flatnonzero(rest))[:1]
    table.loc[moved, "day"] = table.loc[moved, "day"] + 91
    written = [str(np.datetime64(int(day), "D")) for day in table.loc[moved, "day"]]
    late = pd.DataFrame({"record_row": moved, "column": "Review date", "fault": "date outside its review period",
                         "expected": KEPT, "written": written})
    return table, pd.concat([faults, late], ignore_index=True)


def plant_faults(placements: pd.DataFrame, kept: pd.DataFrame, box3_long: np.ndarray, ids: np.ndarray,
                 rng: np.random.Generator) -> tuple[pd.DataFrame, int, int]:
    """Choose the cells of the placement exports that are written wrongly.

    Parameters
    ----------
    placements, kept
        From :func:`spoil_placements`.
    box3_long
        Per person.
    ids
        Per person.
    rng
        The source of chance.

    Returns
    -------
    tuple
        The faults, ``kept`` ones included; and two people who share a name, the first of them the manager whose
        name is written without a number.
    """
    free = _plain_rows(placements, box3_long)
    free.iloc[kept["record_row"]] = False
    listed = []
    for fault in _FAULTS:
        rows = placements[free & (placements["file"] == fault.file)]
        rows = rows[fault.fits(rows)]
        at = int(rows.index[rng.integers(0, len(rows))])
        row = placements.loc[at]
        listed.append((at, fault.column, fault.fault, fault.expected, fault.write(row, ids[row["person"]])))
        free.iloc[at] = False
    rows = placements[free & (placements["file"] == RATINGS)]
    at = int(rows.index[rng.integers(0, len(rows))])
    giver = int(placements["rater"].iloc[at])
    other_raters = np.setdiff1d(np.arange(len(ids)), np.append(placements["rater"].unique(), giver))
    if not len(other_raters):
        other_raters = np.setdiff1d(np.arange(len(ids)), [giver])
    taker = int(other_raters[rng.integers(0, len(other_raters))])
    listed.append((at, "Appraiser", "manager's name borne by two people", QUARANTINED, ""))
    frame = pd.DataFrame(listed, columns=["record_row", "column", "fault", "expected", "written"])
    return pd.concat([frame, kept], ignore_index=True), giver, taker


def locate_faults(faults: pd.DataFrame, placements: pd.DataFrame, ids: np.ndarray, posts: np.ndarray,
                  labels: list[str]) -> pd.DataFrame:
    """Add where each fault stands: file, sheet, row of the spreadsheet, and whose placement it is.

    Parameters
    ----------
    faults
        From :func:`plant_faults`.
    placements
        As the record has them.
    ids, posts, labels
        Names of people, posts and cycles.

    Returns
    -------
    pandas.DataFrame
        ``file, sheet, row, column, fault, expected, written, table, record_row, employee_id, post_id, cycle``.
    """
    at = faults["record_row"].to_numpy()
    file = placements["file"].to_numpy()
    rows = placements.iloc[at]
    return pd.DataFrame({
        "file": [PLACEMENT_FILES[f][0] for f in file[at]], "sheet": [PLACEMENT_FILES[f][1] for f in file[at]],
        "row": sheet_rows(placements)[at], "column": faults["column"], "fault": faults["fault"],
        "expected": faults["expected"], "written": faults["written"], "table": "placements", "record_row": at,
        "employee_id": ids[rows["person"]], "post_id": posts[rows["post"]],
        "cycle": [labels[c] for c in rows["cycle"]]})


def sheet_rows(placements: pd.DataFrame) -> np.ndarray:
    """Give the spreadsheet row of each placement in its export.

    Parameters
    ----------
    placements
        ``file`` and ``block``, in the order of the exports.

    Returns
    -------
    numpy.ndarray
        Rows counted from 1. In the Unit4 export a subtotal and the header again stand between two directorates.
    """
    file, block = placements["file"].to_numpy(), placements["block"].to_numpy()
    position = np.arange(len(file)) - np.searchsorted(file, file)
    first = np.array([FIRST_ROW[f] for f in sorted(FIRST_ROW)])[file]
    new_block = np.r_[False, (block[1:] != block[:-1]) & (file[1:] == file[:-1])]
    blocks_before = np.cumsum(new_block)
    rows: np.ndarray = first + position + 2 * np.where(file == PLACED, blocks_before, 0)
    return rows


def _plain_rows(placements: pd.DataFrame, box3_long: np.ndarray) -> pd.Series:
    """Find rows placed once in their cycle, of people with nothing else planted on them."""
    key = ["person", "post", "cycle", "file"]
    return ~placements.duplicated(key, keep=False) & ~pd.Series(box3_long[placements["person"].to_numpy()])
