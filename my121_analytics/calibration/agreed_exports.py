"""Agreed placements in the layout of the export they came from, so that the HR system can take them back."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from my121_analytics.calibration.decision_lines import AXES, KEYS
from my121_analytics.calibration.decisions import Calibration
from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.files.exports import SourceSheet, read_sheets
from my121_analytics.workforce.counts import select_placements
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import CALIBRATED, MANAGER

SOURCE_HEADING, SOURCE_TEXT = "Placement source", "Calibrated"
"""Column and text that say, where the layout has none, that a placement is the meeting's and not the manager's."""
DAY_HEADING = "Agreed on"
_OWN_HEADINGS = {"performance": "Agreed performance", "potential": "Agreed potential", "box": "Agreed box"}
"""For layouts whose headings say whose each rating is."""
_DAY_FORMATS = (("%Y-%m-%d", r"\d{4}-\d\d-\d\d.*"), ("%d/%m/%Y", r"\d\d?/\d\d?/\d{4}.*"),
                ("%d.%m.%Y", r"\d\d?\.\d\d?\.\d{4}.*"), ("%d-%m-%Y", r"\d\d?-\d\d?-\d{4}.*"),
                ("%d-%b-%Y", r"\d\d?-[A-Za-z]{3}-\d{4}.*"), ("%d-%b-%y", r"\d\d?-[A-Za-z]{3}-\d\d"),
                ("%d/%m/%y", r"\d\d?/\d\d?/\d\d"), ("%d %B %Y", r"\d\d? [A-Za-z]{4,} \d{4}"),
                ("%d %b %Y", r"\d\d? [A-Za-z]{3} \d{4}"), ("%Y%m%d", r"\d{8}"))


@dataclass(frozen=True)
class AgreedFile:
    """One file for the HR system.

    Parameters
    ----------
    name
        Of the file.
    content
        Its bytes.
    origin
        File whose layout it has.
    n_rows
        Agreed placements in it.
    n_incomplete
        Of these, those with an agreed axis for which the layout has no column.
    """

    name: str
    content: bytes
    origin: str
    n_rows: int
    n_incomplete: int


@dataclass
class _Layout:
    """One sheet of an export: where its columns are, and which rows of it are placements."""

    path: Path
    sheet: SourceSheet
    header: int
    columns: Mapping[str, int]
    ratings: Mapping[str, int]
    has_own_ratings: bool
    record: pd.DataFrame

    @property
    def headings(self) -> list[str]:
        """Headings as written."""
        return self.sheet.row(self.header)

    def text(self, row: int, column: int) -> str:
        """Give a cell as written; rows are counted from 1."""
        return str(self.sheet.columns[column][row - 1])

    def usual(self, column: int, rows: Iterable[int]) -> str:
        """Give the text that stands most often in some rows of a column."""
        texts = [self.text(row, column) for row in rows]
        found = [text for text in texts if text.strip()]
        return max(sorted(set(found)), key=found.count) if found else ""


def write_agreed(calibration: Calibration, *, paths: Sequence[Path], mapping: pd.DataFrame) -> list[AgreedFile]:
    """Write the agreed placements as the exports write placements: same headings, codes, dates and kind of file.

    Parameters
    ----------
    calibration
        As applied.
    paths
        Files that the record was read from.
    mapping
        ``Intake.mapping``: what each heading was taken for.

    Returns
    -------
    list of AgreedFile
        One for each sheet that placements came from. A person's row is that of the manager's placement with the
        agreed values in it; where the layout has no column for whose a placement is, or for the day it was agreed,
        one is added at the end, so that reading the file beside the exports adds the agreed placements and changes
        no manager's own.

    Notes
    -----
    Workbooks of other kinds than xlsx are written as xlsx. A cell that is not part of the record is left as it was.
    """
    workforce, audit = calibration.workforce, calibration.audit
    own = select_placements(workforce, source=MANAGER)
    layouts = _find_layouts(workforce, own, paths, mapping)
    if audit.empty or not layouts:
        return []
    placed = _place_rows(audit, own, layouts)
    files = []
    for place, rows in placed.groupby("layout", sort=True):
        layout = layouts[int(str(place))]
        grid, n_incomplete = _fill(layout, rows, workforce)
        suffix, content = _write(layout, grid)
        stem = re.sub(r"[^A-Za-z0-9]+", "_", layout.path.stem)
        ending = "" if placed["layout"].nunique() == 1 else f"_{stem}_{place}"
        files.append(AgreedFile(f"agreed_placements{ending}{suffix}", content, layout.path.name, len(rows),
                                n_incomplete))
    return files


# Layouts ----------------------------------------------------------------------------------------------------------


def _find_layouts(workforce: Workforce, own: pd.DataFrame, paths: Sequence[Path],
                  mapping: pd.DataFrame) -> list[_Layout]:
    """List the sheets that managers' placements came from."""
    origins = own[["origin_file", "origin_sheet"]].astype("str").fillna("").drop_duplicates()
    by_name = {path.name: path for path in paths}
    layouts = []
    for file, name in sorted(origins.itertuples(index=False, name=None)):
        if file not in by_name:
            continue
        sheet = next((sheet for sheet in read_sheets(by_name[file]) if sheet.name == name), None)
        if sheet is None:
            continue
        names = mapping["sheet"].astype("str").fillna("")
        columns = mapping[(mapping["file"] == file) & (names == name)]
        layout = _read_layout(by_name[file], sheet, columns, _record_of(workforce, file, name))
        if layout is not None:
            layouts.append(layout)
    return layouts


def _record_of(workforce: Workforce, file: str, sheet: str) -> pd.DataFrame:
    """Give the placements that were read from one sheet, by row of it."""
    table = workforce.placements
    mine = (table["origin_file"].astype("str") == file) & (table["origin_sheet"].astype("str").fillna("") == sheet)
    return table[mine & table["origin_row"].notna()]


def _read_layout(path: Path, sheet: SourceSheet, mapping: pd.DataFrame, record: pd.DataFrame) -> _Layout | None:
    headings = [str(text) for text in mapping["heading"]]
    header = _header_of(sheet, headings, int(record["origin_row"].min()) - 1)
    if header is None:
        return None
    row = sheet.row(header)
    columns: dict[str, int] = {}
    ratings: dict[str, int] = {}
    has_own = False
    for heading, column in zip(headings, mapping["column"].astype("str"), strict=True):
        source, _, axis = column.rpartition(".")
        position = next((at for at, text in enumerate(row) if _same_heading(text, heading)), None)
        if position is None or not column:
            continue
        if axis in AXES and source in ("", MANAGER):
            ratings[axis] = position
            has_own |= source == MANAGER
        elif source == "":
            columns[column] = position
    return _Layout(path, sheet, header, columns, ratings, has_own, record)


def _header_of(sheet: SourceSheet, headings: Sequence[str], first_data: int) -> int | None:
    """Find the row that holds the most of the headings, above the first row of data."""
    best, found = 0, None
    for position in range(min(first_data, sheet.n_rows)):
        row = sheet.row(position)
        n = sum(any(_same_heading(text, heading) for text in row) for heading in headings if heading)
        if n >= best and n:
            best, found = n, position
    return found


def _same_heading(text: str, heading: str) -> bool:
    return " ".join(text.split()).casefold() == " ".join(heading.split()).casefold() != ""


# Rows -------------------------------------------------------------------------------------------------------------


def _place_rows(audit: pd.DataFrame, own: pd.DataFrame, layouts: Sequence[_Layout]) -> pd.DataFrame:
    """Say for each decision whose layout it takes, and the row of the manager's own placement (0: there is none)."""
    where = {(layout.path.name, layout.sheet.name): place for place, layout in enumerate(layouts)}
    origin = {}
    for row in own[[*KEYS, "origin_file", "origin_sheet", "origin_row"]].astype("object").itertuples(index=False):
        key = tuple("" if pd.isna(value) else str(value) for value in row[:3])
        place = where.get((str(row[3]), "" if pd.isna(row[4]) else str(row[4])))
        if place is not None and not pd.isna(row[5]):
            origin[key] = (place, int(row[5]))
    usual = {str(cycle): max(where.values(), key=lambda place: int(
        (layouts[place].record["cycle"].astype("str") == str(cycle)).sum())) for cycle in audit["cycle"].unique()}
    found = [origin.get(key, (usual[str(key[2])], 0)) for key in audit[list(KEYS)].itertuples(index=False, name=None)]
    return audit.assign(layout=[place for place, _ in found], origin=[row for _, row in found])


def _fill(layout: _Layout, rows: pd.DataFrame, workforce: Workforce) -> tuple[list[list[str]], int]:
    """Write the heading and one row a decision, as text; and count the rows that the layout cannot hold whole."""
    axes = [axis for axis in AXES if axis in layout.ratings]
    added = [] if layout.has_own_ratings or "source" in layout.columns else [SOURCE_HEADING]
    added += [_OWN_HEADINGS[axis] for axis in axes] if layout.has_own_ratings else []
    added += [] if "agreed_on" in layout.columns else [DAY_HEADING]
    grid = [[*layout.headings, *added]]
    n_incomplete = 0
    for row in rows.itertuples(index=False):
        decision = row._asdict()
        cells = _start_row(layout, decision, workforce)
        values = {axis: _rating_text(layout, axis, int(decision[f"{axis}_after"]), workforce.framework)
                  for axis in axes}
        extra = dict.fromkeys(added, "")
        for axis, text in values.items():
            if layout.has_own_ratings:
                cells[layout.ratings[axis]] = ""
                extra[_OWN_HEADINGS[axis]] = text
            else:
                cells[layout.ratings[axis]] = text
        day = _day_text(layout, decision["agreed_on"])
        if "agreed_on" in layout.columns:
            cells[layout.columns["agreed_on"]] = day
        extra |= {name: text for name, text in ((SOURCE_HEADING, SOURCE_TEXT), (DAY_HEADING, day)) if name in extra}
        if "source" in layout.columns and not layout.has_own_ratings:
            cells[layout.columns["source"]] = _calibrated_text(layout)
        if "reason" in layout.columns:
            cells[layout.columns["reason"]] = str(decision["reason"])
        grid.append([*cells, *extra.values()])
        n_incomplete += _loses_an_axis(axes, decision, workforce.framework)
    return grid, n_incomplete


def _start_row(layout: _Layout, decision: Mapping[str, object], workforce: Workforce) -> list[str]:
    """Take the manager's own row; for a first placement fill in who, which post, when and by whom."""
    if decision["origin"]:
        cells = layout.sheet.row(int(str(decision["origin"])) - 1)
        return _with_labels(layout, cells, decision)
    cells = [""] * layout.sheet.n_columns
    cycle, rater = str(decision["cycle"]), str(decision["rater_id"])
    record = layout.record
    same_cycle = record.loc[record["cycle"].astype("str") == cycle, "origin_row"].astype(int)
    same_rater = record.loc[record["rater_id"].astype("str") == rater, "origin_row"].astype(int)
    placed_on = select_placements(workforce, source=CALIBRATED, cycles=[cycle])
    placed_on = placed_on.loc[(placed_on["employee_id"].astype("str") == decision["employee_id"])
                              & (placed_on["post_id"].astype("str").fillna("") == decision["post_id"]), "placed_on"]
    texts = {"employee_id": str(decision["employee_id"]), "post_id": str(decision["post_id"]),
             "name": str(workforce.names.get(decision["employee_id"], "")),
             "placed_on": _day_text(layout, placed_on.iloc[0] if len(placed_on) else decision["agreed_on"])}
    for column, text in texts.items():
        if column in layout.columns:
            cells[layout.columns[column]] = text
    if "cycle" in layout.columns:
        cells[layout.columns["cycle"]] = layout.usual(layout.columns["cycle"], same_cycle) or cycle
    for column in ("rater_id", "rater_name", "manager_id", "manager_name"):
        if column in layout.columns:
            fallback = rater if column.endswith("_id") else str(workforce.names.get(rater, ""))
            cells[layout.columns[column]] = layout.usual(layout.columns[column], same_rater) or fallback
    return cells


def _with_labels(layout: _Layout, cells: list[str], decision: Mapping[str, object]) -> list[str]:
    """Change cells that only repeat a rating in other words: they would contradict the agreed one."""
    used = {*layout.columns.values(), *layout.ratings.values()}
    for position in range(layout.sheet.n_columns):
        if position in used:
            continue
        for axis in layout.ratings:
            words = _words_by_level(layout, axis, position)
            if words and int(str(decision[f"{axis}_after"])) in words:
                cells[position] = words[int(str(decision[f"{axis}_after"]))]
    return cells


def _words_by_level(layout: _Layout, axis: str, column: int) -> dict[int, str]:
    """Give the one text that stands beside each level in a column; empty where it is no mere label."""
    pairs = {(int(level), layout.text(int(row), column)) for level, row in zip(
        layout.record[axis].fillna(0), layout.record["origin_row"], strict=True) if level}
    levels, texts = {level for level, _ in pairs}, {text for _, text in pairs}
    return dict(pairs) if len(pairs) == len(levels) == len(texts) > 1 and "" not in texts else {}


def _rating_text(layout: _Layout, axis: str, level: int, framework: Framework) -> str:
    """Write a level as this column writes it: the text that stands for it most often, else in the same style."""
    column = layout.ratings[axis]
    record = layout.record[layout.record["source"].astype("str") == MANAGER]
    rows = record.loc[record[axis].fillna(0).astype("int64") == level, "origin_row"].astype(int)
    found = layout.usual(column, rows)
    if found or not level:
        return found
    label = framework.box(level).name if axis == "box" else framework.label(axis, level)
    sample = layout.usual(column, record["origin_row"].astype(int))
    if re.fullmatch(r"\D*\d+\D{0,2}", sample) and len(re.sub(r"\W|\d", "", sample)) <= 3:
        return re.sub(r"\d+", str(level), sample)  # codes alone, such as 2 or Box 2
    return f"{level} - {label}" if re.search(r"\d", sample) else label


def _calibrated_text(layout: _Layout) -> str:
    record = layout.record
    rows = record.loc[record["source"].astype("str") == CALIBRATED, "origin_row"].astype(int)
    return layout.usual(layout.columns["source"], rows) or SOURCE_TEXT


def _day_text(layout: _Layout, day: object) -> str:
    """Write a day as the layout writes days."""
    moment = pd.Timestamp(str(day))
    for column in ("agreed_on", "placed_on"):
        if column in layout.columns:
            sample = layout.usual(layout.columns[column], layout.record["origin_row"].astype(int))
            for code, pattern in _DAY_FORMATS:
                if re.fullmatch(pattern, sample.strip()):
                    return moment.strftime(code)
    return moment.date().isoformat()


def _loses_an_axis(axes: Sequence[str], decision: Mapping[str, object], framework: Framework) -> bool:
    """Say whether a level that was agreed has no column here and does not follow from the box."""
    if "box" in axes and framework.has_map and int(str(decision["box_after"])):
        return False
    return any(int(str(decision[f"{axis}_after"])) > 0 and axis not in axes for axis in AXES if axis != "box")


# Files ------------------------------------------------------------------------------------------------------------


def _write(layout: _Layout, grid: list[list[str]]) -> tuple[str, bytes]:
    content = layout.path.read_bytes()
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) or layout.path.suffix.lower() not in (
            ".csv", ".txt", ".tsv", ".tab"):
        return ".xlsx", _write_workbook(layout, grid)
    return layout.path.suffix, _write_text(layout, grid, content)


def _write_workbook(layout: _Layout, grid: list[list[str]]) -> bytes:
    """Write text cells, and days as days where the export holds them as days."""
    day_columns = {at for at, heading in enumerate(grid[0]) if heading == DAY_HEADING}
    day_columns |= {layout.columns[c] for c in ("placed_on", "agreed_on") if c in layout.columns}
    as_days = _holds_days(layout)
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as file:
        file.set_properties({"created": datetime(2000, 1, 1)})  # the same decisions give the same bytes
        page = file.add_worksheet(layout.sheet.name[:31] or "Sheet1")
        day_format, text_format = file.add_format({"num_format": "dd/mm/yyyy"}), file.add_format({"num_format": "@"})
        for r, row in enumerate(grid):
            for c, text in enumerate(row):
                moment = pd.to_datetime(text, format="ISO8601", errors="coerce") if r and c in day_columns else pd.NaT
                if as_days and not pd.isna(moment):
                    page.write_datetime(r, c, moment.to_pydatetime(), day_format)
                elif text:
                    page.write_string(r, c, text, text_format if r else None)
    return buffer.getvalue()


def _holds_days(layout: _Layout) -> bool:
    """Say whether the export's days are days and not text: a reader gives those as ISO dates."""
    column = layout.columns.get("placed_on", layout.columns.get("agreed_on"))
    if column is None:
        return False
    sample = layout.usual(column, layout.record["origin_row"].astype(int))
    return re.fullmatch(r"\d{4}-\d\d-\d\d.*", sample.strip()) is not None


def _write_text(layout: _Layout, grid: list[list[str]], content: bytes) -> bytes:
    """Write delimited text with the export's own delimiter, line ends and encoding."""
    encoding, text = _decode(content)
    first = text.splitlines()[0] if text else ""
    lines = text.splitlines()
    header_line = lines[layout.header] if layout.header < len(lines) else first
    delimiter = max(",;\t|", key=header_line.count)
    newline = "\r\n" if "\r\n" in text else "\n"
    buffer = io.StringIO()
    if re.fullmatch(r"sep=.", first.strip()):
        buffer.write(first + newline)
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerows(grid)
    try:
        return buffer.getvalue().encode(encoding)
    except UnicodeEncodeError:  # a name that the old encoding has no letters for
        return buffer.getvalue().encode("utf-8-sig")


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", content.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "utf-8") if content.startswith(codecs.BOM_UTF8) else ("utf-8",):
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return "cp1252", content.decode("cp1252", "replace")


