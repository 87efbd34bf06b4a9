"""The synthetic council's record written as its ERPs would export it: three systems, three sets of habits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from my121_analytics.sample_council.invented_people import People
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import RECORD_PARTS, SELF

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EXCEL_EPOCH = np.datetime64("1899-12-30", "D")
_ROWS_PER_SHEET = 1_000_000
"""Below Excel's 1,048,576; a larger table goes on in another sheet."""
_END_OF_TIME = np.datetime64("2099-12-31", "s")
_AMPERSAND = {4: "Pivotal & Flexible", 5: "Solid & Adaptable", 7: "Achieves & Exceeds",
              3: "New to Role and/or Need Support"}
_PART_HEADINGS = ("Objectives reviewed", "New objectives", "Summary", "Achievements", "Reflections", "Future actions")

Kind = Literal["text", "number", "date", "whole"]


@dataclass(frozen=True)
class ExportColumn:
    """One column of a sheet: its heading, its values (None or NaN: empty cell) and how cells are written."""

    heading: str
    values: np.ndarray
    kind: Kind = "text"


def write_exports(folder: Path, workforce: Workforce, people: People, faults: pd.DataFrame, settings_text: str,
                  ) -> list[Path]:
    """Write every export of the synthetic council and its settings.

    Parameters
    ----------
    folder
        Exists; files of the same names are replaced.
    workforce
        The record, its rows in the order of the exports.
    people
        Names in parts; per person as numbered in ``employees`` after sorting by id.
    faults
        As in ``truth/faults.csv``: those not ``in_record`` are written over the right cells.
    settings_text
        my121.toml.

    Returns
    -------
    list of Path
        The files, in the order in which they were written.

    Notes
    -----
    The same record gives the same bytes: the workbooks' created date is the extract date.
    """
    faults = faults[~faults["in_record"]]
    manager = workforce.placements[(workforce.placements["source"] != SELF).to_numpy()]
    cycle = manager["cycle"].cat.codes.to_numpy()
    writers: dict[str, Callable[[Path, Any], None]] = {
        "itrent_people.xlsx": lambda path, spoilt: _write_people(path, workforce, people, spoilt),
        "itrent_reviews.xlsx": lambda path, spoilt: _write_reviews(path, workforce, manager[cycle < 2], spoilt),
        "resourcelink_ratings.csv": lambda path, spoilt: _write_ratings(
            path, workforce, people, manager[(cycle >= 2) & (cycle < 4)], spoilt),
        "unit4_my121.xlsx": lambda path, spoilt: _write_placed(path, workforce, manager[cycle >= 4], spoilt),
        "successfactors_self.csv": lambda path, spoilt: _write_self(path, workforce, spoilt),
        "conversations.csv": lambda path, spoilt: _write_conversations(path, workforce, spoilt),
        "objectives_development_succession.xlsx": lambda path, spoilt: _write_talent(path, workforce),
        "iip_evidence.csv": lambda path, spoilt: _write_evidence(path, workforce),
    }
    for name, write in writers.items():
        write(folder / name, faults[faults["file"] == name])
    (folder / "my121.toml").write_text(settings_text, encoding="utf-8", newline="\n")
    return [*(folder / name for name in writers), folder / "my121.toml"]


def open_workbook(path: Path, title: str, as_of: Any) -> Any:
    """Open a new workbook whose properties hold no time of day."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    book.set_properties({"title": title, "created": datetime(as_of.year, as_of.month, as_of.day)})
    return book


def _write_people(path: Path, workforce: Workforce, people: People, spoilt: pd.DataFrame) -> None:
    """iTrent: a cover, three title rows, one row per person, post and period, some numbers formatted as ids."""
    posts, staff = workforce.posts, workforce.employees
    at = posts["employee_id"].cat.codes.to_numpy()  # employees are in the order of the ids, and so of the codes
    ids = _text(posts["employee_id"])
    until = posts["valid_to"].to_numpy(copy=True)
    until[np.isnat(until) & ~posts["is_main"].to_numpy()] = _END_OF_TIME
    order = np.argsort(people.ids, kind="stable")
    columns = [
        ExportColumn("Personal ref.no", ids),
        ExportColumn("Surname", people.surname[order][at]), ExportColumn("Forename(s)", people.forename[order][at]),
        ExportColumn("Position ref", _text(posts["post_id"])), ExportColumn("Position title", _text(posts["role"])),
        ExportColumn("Main position", _yes_no(posts["is_main"])),
        ExportColumn("Key position", _yes_no(posts["is_key"])),
        *(ExportColumn(name.title(), _text(posts[name])) for name in ("directorate", "service", "team", "grade")),
        ExportColumn("Reporting manager ref", _text(posts["manager_id"])),
        ExportColumn("Start date with organisation", staff["started"].to_numpy()[at], "date"),
        ExportColumn("Start date in position", posts["started_in_post"].to_numpy(), "date"),
        ExportColumn("Valid from", posts["valid_from"].to_numpy(), "date"), ExportColumn("Valid to", until, "date"),
        ExportColumn("FTE", posts["fte"].to_numpy(), "number"), ExportColumn("Contract type", _text(posts["contract"])),
        ExportColumn("Leaving date", staff["left_on"].to_numpy()[at], "date"),
        *(ExportColumn(heading, _text(staff[name])[at]) for heading, name in (
            ("Gender", "sex"), ("Ethnic origin", "ethnicity"), ("Disabled", "disability"), ("Age band", "age_band"),
            ("Religion or belief", "religion"), ("Sexual orientation", "sexual_orientation"))),
    ]
    book = open_workbook(path, "People and posts", workforce.as_of)
    cover = book.add_worksheet("Cover")
    for row, line in enumerate((workforce.settings.council.name, "People and posts",
                                f"Position at {workforce.as_of:%d/%m/%Y}", "OFFICIAL - PERSONAL")):
        cover.write_string(row, 0, line)
    titles = (workforce.settings.council.name, "People and posts, all periods since the system went live",
              f"Effective date: {workforce.as_of:%d/%m/%Y}")
    sheets = _write_sheets(book, "People and posts", titles, columns, spoilt)
    as_number = book.add_format({"num_format": "0" * (workforce.settings.exports.employee_id_width or 6)})
    for sheet, first, last in sheets:
        for row in range(first + 7, last, 41):  # a few ids were typed as numbers and formatted to look like ids
            sheet.write_number(len(titles) + 1 + row - first, 0, int(ids[row]), as_number)
        end = len(titles) + 1 + last - first
        sheet.write_string(end, 0, "End of report")
        sheet.write_string(end, 1, f"Rows: {last - first}")
    book.close()


def _write_reviews(path: Path, workforce: Workforce, rows: pd.DataFrame, spoilt: pd.DataFrame) -> None:
    """iTrent: one review per post, code and label in one cell, no potential."""
    framework = workforce.framework
    levels = _lookup({v.level: f"{v.level} - {v.label} expectations" for v in framework.performance})
    boxes = _lookup({b.number: f"{b.number} - {b.name}" for b in framework.boxes})
    columns = [
        ExportColumn("Personal ref.no", _text(rows["employee_id"])),
        ExportColumn("Position ref", _text(rows["post_id"])),
        ExportColumn("Review period", _text(rows["cycle"])),
        ExportColumn("Review date", rows["placed_on"].to_numpy(), "date"),
        ExportColumn("Reviewer ref", _text(rows["rater_id"])),
        ExportColumn("Overall performance", levels[rows["performance"].to_numpy(dtype="int64")]),
        ExportColumn("My 1-1 map segment", boxes[rows["box"].to_numpy(dtype="int64")])]
    book = open_workbook(path, "Reviews by post", workforce.as_of)
    _write_sheets(book, "Reviews", (workforce.settings.council.name, "My 1-1 reviews by post",
                                    "Manager's placement on the map"), columns, spoilt)
    book.close()


def _write_ratings(path: Path, workforce: Workforce, people: People, rows: pd.DataFrame, spoilt: pd.DataFrame) -> None:
    """ResourceLink: Windows-1252, semicolons, the date instead of a period, managers by name and number."""
    framework = workforce.framework
    levels = _lookup({v.level: f"{v.label} – {v.level}" for v in framework.performance})
    potential = _lookup({v.level: f"{v.label} – {v.level}" for v in framework.potential})
    boxes = _lookup({b.number: b.name for b in framework.boxes})
    order = np.argsort(people.ids, kind="stable")
    called = np.array([f"{s.upper()}, {f} ({i})" for s, f, i in
                       zip(people.surname[order], people.forename[order], people.ids[order], strict=True)], object)
    frame = pd.DataFrame({
        "Employee Number": _text(rows["employee_id"]), "Post Number": _text(rows["post_id"]),
        "Appraisal Date": _written_days(rows["placed_on"], "{d:02d}/{m:02d}/{y}"),
        "Appraiser": called[rows["rater_id"].cat.codes.to_numpy()],
        "Performance Rating": levels[rows["performance"].to_numpy(dtype="int64")],
        "Potential Rating": potential[rows["potential"].to_numpy(dtype="int64")],
        "Map Placement": boxes[rows["box"].to_numpy(dtype="int64")]})
    _write_csv(path, frame, spoilt, sep=";", encoding="cp1252", footer=f"*** {len(rows)} records ***\r\n")


def _write_placed(path: Path, workforce: Workforce, rows: pd.DataFrame, spoilt: pd.DataFrame) -> None:
    """Unit4: blocks by directorate with a subtotal after each and the header again; the map in three spellings."""
    rows = rows.reset_index(drop=True)
    names = workforce.names.reindex(rows["employee_id"].astype("str")).to_numpy()
    potential = _lookup({v.level: v.label for v in workforce.framework.potential})
    named = _lookup({b.number: b.name for b in workforce.framework.boxes})
    box = rows["box"].to_numpy(dtype="int64")
    number = np.arange(len(rows)) % 3
    spelled = np.where(number == 2, named[box], np.where(number == 1, "Box " + box.astype(str).astype(object), None))
    columns = [
        ExportColumn("Resource id", _text(rows["employee_id"])), ExportColumn("Resource name", names),
        ExportColumn("Position", _text(rows["post_id"])), ExportColumn("Period", _part_first(_text(rows["cycle"]))),
        ExportColumn("Date placed", rows["placed_on"].to_numpy(), "date"),
        ExportColumn("Line manager", _text(rows["rater_id"])),
        ExportColumn("Performance", rows["performance"].to_numpy(dtype="float64"), "whole"),
        ExportColumn("Potential", potential[rows["potential"].to_numpy(dtype="int64")]),
        ExportColumn("My 1-1 Map", spelled), ExportColumn("Agreed on", rows["agreed_on"].to_numpy(), "date")]
    unit = _directorates_in_cycle(workforce, rows)
    begin = np.flatnonzero(np.r_[True, unit[1:] != unit[:-1]])
    book = open_workbook(path, "My 1-1 placements", workforce.as_of)
    sheet = book.add_worksheet("My 1-1")
    bold = book.add_format({"bold": True})
    line = np.arange(len(rows)) + 1 + 2 * (np.searchsorted(begin, np.arange(len(rows)), side="right") - 1)
    for place in (0, *(line[begin[1:]] - 1)):
        for position, column in enumerate(columns):
            sheet.write_string(int(place), position, column.heading, bold)
    for first, last in zip(begin, [*begin[1:], len(rows)], strict=True):
        sheet.write_string(int(line[last - 1]) + 1, 0, f"Total {unit[first]}: {last - first}", bold)
    _fill_sheet(book, sheet, columns, line)
    for row in np.flatnonzero(number == 0):
        sheet.write_number(int(line[row]), 8, int(box[row]))
    _spoil_sheet(sheet, columns, spoilt)
    book.close()


def _write_self(path: Path, workforce: Workforce, spoilt: pd.DataFrame) -> None:
    """SuccessFactors: self placements of all cycles, UTF-8 with a byte order mark, ISO dates."""
    framework = workforce.framework
    rows = workforce.placements[(workforce.placements["source"] == SELF).to_numpy()]
    levels = _lookup({v.level: f"{v.label} expectations" for v in framework.performance})
    potential = _lookup({v.level: f"{v.label} potential" for v in framework.potential})
    boxes = _lookup({b.number: _AMPERSAND.get(b.number, b.name) for b in framework.boxes})
    frame = pd.DataFrame({
        "User ID": _text(rows["employee_id"]), "Assignment ID": _text(rows["post_id"]),
        "Review Cycle": _text(rows["cycle"]), "Completed On": _written_days(rows["placed_on"], "{y}-{m:02d}-{d:02d}"),
        "Self Rating: Performance": levels[rows["performance"].to_numpy(dtype="int64")],
        "Self Rating: Potential": potential[rows["potential"].to_numpy(dtype="int64")],
        "Self Rating: Map Box": boxes[rows["box"].to_numpy(dtype="int64")]})
    _write_csv(path, frame, spoilt, encoding="utf-8-sig")


def _write_conversations(path: Path, workforce: Workforce, spoilt: pd.DataFrame) -> None:
    rows = workforce.conversations
    kinds = {"formal": "Formal", "catch-up": "Catch-up"}
    parts = dict(zip(_PART_HEADINGS, RECORD_PARTS, strict=True))
    frame = pd.DataFrame({
        "Employee no": _text(rows["employee_id"]), "Post no": _text(rows["post_id"]),
        "Manager no": _text(rows["rater_id"]), "Date held": _written_days(rows["held_on"], "{d:02d}-{b}-{yy:02d}"),
        "Type": _text(rows["kind"].cat.rename_categories(kinds)),
        **{heading: np.where(rows[part], "Y", "N") for heading, part in parts.items()}})
    _write_csv(path, frame, spoilt, encoding="utf-8")


def _write_talent(path: Path, workforce: Workforce) -> None:
    """One workbook with three sheets: objectives, development actions, successors."""
    objectives, actions, successors = workforce.objectives, workforce.development_actions, workforce.successors
    book = open_workbook(path, "Objectives, development and succession", workforce.as_of)
    nothing = pd.DataFrame({"sheet": []})
    _write_sheets(book, "Objectives", (), [
        ExportColumn("Employee no", _text(objectives["employee_id"])),
        ExportColumn("Review period", _text(objectives["cycle"])),
        ExportColumn("Objective type", _text(objectives["kind"])),
        ExportColumn("Number set", objectives["n_set"].to_numpy(dtype="float64"), "whole"),
        ExportColumn("Number met", objectives["n_met"].to_numpy(dtype="float64"), "whole")], nothing)
    _write_sheets(book, "Development", (), [
        ExportColumn("Employee no", _text(actions["employee_id"])),
        ExportColumn("Intervention", _text(actions["intervention"])),
        ExportColumn("Purpose", _text(actions["purpose"])),
        ExportColumn("Agreed", actions["agreed_on"].to_numpy(), "date"),
        ExportColumn("Due", actions["due_on"].to_numpy(), "date"),
        ExportColumn("Completed", actions["completed_on"].to_numpy(), "date")], nothing)
    _write_sheets(book, "Succession", (), [
        ExportColumn("Post no", _text(successors["post_id"])),
        ExportColumn("Successor no", _text(successors["employee_id"])),
        ExportColumn("Readiness", _text(successors["readiness"]))], nothing)
    book.close()


def _write_evidence(path: Path, workforce: Workforce) -> None:
    rows = workforce.evidence
    frame = pd.DataFrame({"Requirement": _text(rows["requirement_id"]), "Indicator": _text(rows["indicator"]),
                          "Tier": _text(rows["tier"]), "Directorate": _text(rows["directorate"]),
                          "Result": _text(rows["result"]), "People heard": rows["sample_size"].to_numpy(dtype="int64")})
    frame.to_csv(path, index=False, encoding="utf-8", lineterminator="\n")


def _write_sheets(book: Any, name: str, titles: Iterable[str], columns: list[ExportColumn], spoilt: pd.DataFrame,
                  ) -> list[tuple[Any, int, int]]:
    """Write a table below its title rows, in several sheets where it is too long for one; no blank title rows."""
    n = len(columns[0].values)
    titles, bold, sheets = tuple(titles), book.add_format({"bold": True}), []
    for number, first in enumerate(range(0, max(n, 1), _ROWS_PER_SHEET)):
        sheet = book.add_worksheet(name if number == 0 else f"{name} {number + 1}")
        last = min(first + _ROWS_PER_SHEET, n)
        for row, title in enumerate(titles):
            sheet.write_string(row, 0, title)
        for position, column in enumerate(columns):
            sheet.write_string(len(titles), position, column.heading, bold)
        part = [ExportColumn(c.heading, c.values[first:last], c.kind) for c in columns]
        _fill_sheet(book, sheet, part, np.arange(len(titles) + 1, len(titles) + 1 + last - first))
        if number == 0:  # only objectives ever need a second sheet, and no fault is planted there
            _spoil_sheet(sheet, columns, spoilt)
        sheets.append((sheet, first, last))
    return sheets


def _fill_sheet(book: Any, sheet: Any, columns: list[ExportColumn], line: np.ndarray) -> None:
    """Write the cells column by column: one type each, so that nothing has to be guessed per cell."""
    lines = line.tolist()
    as_date = book.add_format({"num_format": "dd/mm/yyyy"})
    for position, column in enumerate(columns):
        if column.kind == "text":
            for row, text in zip(lines, column.values.tolist(), strict=True):
                if text is not None:
                    sheet.write_string(row, position, text)
            continue
        values, style = column.values, None
        if column.kind == "date":
            days = values.astype("datetime64[D]")
            values = np.where(np.isnat(days), np.nan, (days - _EXCEL_EPOCH).astype("float64"))
            style = as_date
        for row in np.flatnonzero(~np.isnan(values)).tolist():
            sheet.write_number(lines[row], position, values[row].item(), style)


def _spoil_sheet(sheet: Any, columns: list[ExportColumn], spoilt: pd.DataFrame) -> None:
    headings = [column.heading for column in columns]
    for fault in spoilt.itertuples():
        sheet.write_string(fault.row - 1, headings.index(fault.column), fault.written)


def _write_csv(path: Path, frame: pd.DataFrame, spoilt: pd.DataFrame, *, encoding: str, sep: str = ",",
               footer: str = "") -> None:
    """Write text with CRLF, as ERPs on Windows do; faults go over the right cells."""
    for fault in spoilt.itertuples():
        values = frame[fault.column].to_numpy(dtype=object, copy=True)
        values[fault.row - 2] = fault.written
        frame = frame.assign(**{fault.column: values})
    with path.open("w", encoding=encoding, newline="") as out:
        frame.to_csv(out, index=False, sep=sep, lineterminator="\r\n")
        out.write(footer)


def _directorates_in_cycle(workforce: Workforce, rows: pd.DataFrame) -> np.ndarray:
    """Find the directorate of each placement's post in its cycle."""
    found = np.empty(len(rows), object)
    for cycle in rows["cycle"].unique():
        here = (rows["cycle"] == cycle).to_numpy()
        posts = workforce.posts_in_cycle(str(cycle))
        key = pd.MultiIndex.from_arrays([posts["employee_id"].cat.codes, posts["post_id"].cat.codes])
        wanted = pd.MultiIndex.from_arrays([rows["employee_id"].cat.codes[here], rows["post_id"].cat.codes[here]])
        found[here] = _text(posts["directorate"])[key.get_indexer(wanted)]
    return found


def _text(values: pd.Series) -> np.ndarray:
    """Give text as objects, None where missing."""
    plain = values.astype(object)
    return plain.where(values.notna(), None).to_numpy(dtype=object)


def _yes_no(values: pd.Series) -> np.ndarray:
    return np.where(values, "Yes", "No").astype(object)


def _lookup(labels: dict[int, str]) -> np.ndarray:
    """Make an array that gives the label at each number."""
    table = np.empty(max(labels) + 1, object)
    for number, label in labels.items():
        table[number] = label
    return table


def _part_first(periods: np.ndarray) -> np.ndarray:
    """Write 2024/25 H1 as H1 2024/25."""
    return np.array([" ".join(reversed(period.split(" "))) for period in periods], object)


def _written_days(days: pd.Series, pattern: str) -> np.ndarray:
    """Write days by a pattern of y, yy, m, b (month's English short name) and d, once per distinct day."""
    codes, distinct = pd.factorize(days)
    written = [pattern.format(y=d.year, yy=d.year % 100, m=d.month, b=_MONTHS[d.month - 1], d=d.day)
               for d in pd.DatetimeIndex(distinct)]
    return np.array(written, object)[codes]
