"""A sheet opened: its header found, its columns named, its rows told from titles, totals and footers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import numpy as np

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.findings import Log
from my121_analytics.ingest.reading.carried_down import carry_groups
from my121_analytics.ingest.reading.cells import clean, parse_ids
from my121_analytics.ingest.reading.content import SheetContent
from my121_analytics.ingest.reading.headings import SheetMap, map_headings
from my121_analytics.ingest.reading.ratings import Scale
from my121_analytics.ingest.reading.sheet_rows import SheetRows
from my121_analytics.ingest.reading.split_periods import join_periods
from my121_analytics.ingest.reading.state_columns import find_states
from my121_analytics.ingest.reading.table_header import ASIDE, Header, classify_rows, find_header, is_key_of_codes
from my121_analytics.ingest.reading.vacancies import list_vacancies, set_vacancies_aside
from my121_analytics.ingest.reading.whose_ratings import ask_whose
from my121_analytics.settings import CycleSettings
from my121_analytics.workforce.schema import ORGANISATION, TABLES

_BLANK = ASIDE.index("blank") + 1
_LAST_LINES = 8
"""A footer is among so many of the lines set aside at the end of a sheet."""
_OWN_COUNT = re.compile(
    r"\W*(?:(?:total|overall|grand)\W+)?"
    r"(?:(?P<before>\d[\d,]*) (?:records?|rows?)(?: (?:found|exported|returned|listed|selected|in all|in total))?"
    r"|(?:number of |no\.? of )?(?:records?|rows?)(?: (?:found|exported|returned|count))?\W*(?P<after>\d[\d,]*))\W*",
    re.I)
"""A line that says how many rows an export has."""


def open_sheet(sheet: SourceSheet, overrides: Mapping[str, str], log: Log,
               scales: Mapping[str, Scale] | None = None, rules: CycleSettings | None = None,
               states: Mapping[str, str] | None = None, order: str = "dmy") -> SheetRows:
    """Find a sheet's table and say what its columns and rows are.

    Parameters
    ----------
    sheet
        Text cells.
    overrides
        ``[exports.columns]``.
    log
        Where findings go.
    scales
        What ratings may be written as; settles whether a column headed ``Rating`` holds performance.
    rules
        Lengths of cycles, by which columns of periods are held against each other.
    states
        ``[exports.states]``: words for the state of a position or of somebody's employment.
    order
        Of day and month, as for ``parse_dates``.

    Returns
    -------
    SheetRows
        With all rows set aside where the sheet is no part of the record.
    """
    header = find_header(sheet, overrides) if sheet.n_rows else None
    if header is None:
        if sheet.n_rows:
            log.add("not_record", file=sheet.file, sheet=sheet.name, expected="no row of known headings was found")
        return _all_aside(sheet, SheetMap((), ()), ("",) * sheet.n_columns, log, scales=scales)
    below = header.last + 1
    sheet, joined = join_periods(sheet, header.texts, below, rules, dict(overrides), order)
    overrides = {**overrides, **joined}
    content = SheetContent(sheet, below, scales or {}, rules)
    smap = map_headings(header.texts, overrides, looks_like=content.looks_like, same=content.same, fits=content.fits,
                        paired=content.paired, finest=content.finest, clearest=content.clearest,
                        twice=header.twice)
    smap = ask_whose(sheet, smap, [cell for row in range(header.first) for cell in sheet.row(row) if cell.strip()])
    smap = find_states(sheet, smap, below, log)
    refused = {h.position for h in smap.headings if h.how == "refused"}
    if refused:
        sheet = sheet.without(refused)
        content.hold(sheet)
    if not smap.tables and is_key_of_codes(sheet):
        log.add("not_record", file=sheet.file, sheet=sheet.name, expected="it is a key of codes and what they mean")
        return _all_aside(sheet, SheetMap((), ()), ("",) * sheet.n_columns, log)
    _report_headings(sheet, smap, log)
    _report_twice(sheet, smap, header, log)
    if not smap.tables:
        _report_no_record(sheet, smap, log)
        return _all_aside(sheet, smap, header.texts, log, content, scales or {})
    sheet = _read_serials_of_1904(sheet, smap, below, log)
    key = smap.columns["requirement_id" if "evidence" in smap.tables else "employee_id"]
    ids = parse_ids(sheet.factor(key)[1])
    aside = classify_rows(sheet, header, key, ids)
    vacant = set_vacancies_aside(sheet, smap, key, aside, log, states or {})
    _report_aside(sheet, aside, header.last, log)
    rows = SheetRows(carry_groups(sheet, smap, aside, log), smap, header.texts, aside, log, content=content,
                     scales=scales or {})
    rows.ids[key] = ids
    rows.order = order
    rows.missing = _missing_rows(sheet, aside, header.last, log)
    rows.vacancies = list_vacancies(rows.sheet, smap, vacant)
    rows.group_lines = _find_group_lines(sheet, smap, aside, log)
    _stop_wide_rows(rows, header)
    return rows


def _missing_rows(sheet: SourceSheet, aside: np.ndarray, header: int, log: Log) -> tuple[str, int]:
    """Hold the number of rows that a line below the table gives against the rows that are there.

    Rows of data and those set aside above that line may both have been counted; any other number is told, and rows
    that are lacking are counted.
    """
    n_data = int((aside == 0).sum())
    for row in np.flatnonzero(aside > 0)[:-_LAST_LINES - 1:-1].tolist():
        text = " ".join(cell.strip() for cell in sheet.row(row) if cell.strip())
        found = _OWN_COUNT.fullmatch(text)
        if row <= header or found is None:
            continue
        n_said = int((found["before"] or found["after"]).replace(",", ""))
        if n_data <= n_said <= int((aside[header + 1:row] != _BLANK).sum()):
            return "", 0
        log.add("own_count_differs", file=sheet.file, sheet=sheet.name, values=text, expected=f"{n_data:,}",
                n=abs(n_said - n_data))
        return text, max(n_said - n_data, 0)
    return "", 0


def _find_group_lines(sheet: SourceSheet, smap: SheetMap, aside: np.ndarray, log: Log) -> tuple[str, int]:
    """Give the first of the lines that may name the unit of the people below them, and how many people that is.

    Only of a staff list that has no column for units, and only where such lines stand between its people.
    """
    if smap.tables != ("people",) or any(name in smap.columns for name in ORGANISATION):
        return "", 0
    data = np.flatnonzero(aside == 0)
    noted = np.flatnonzero(aside == ASIDE.index("note") + 1)
    lines = [row for row in noted[:_MOST_LINES].tolist() if row + 1 < len(aside) and aside[row + 1] == 0
             and len([cell for cell in sheet.row(row) if clean(cell)]) == 1]
    shown = [next(clean(cell) for cell in sheet.row(row) if clean(cell)) for row in lines]
    n = int((data > lines[0]).sum()) if lines else 0
    if len(set(shown)) < _FEWEST_LINES or 2 * n < len(data):
        return "", 0
    log.add("group_lines", file=sheet.file, sheet=sheet.name, values=" and ".join(f"'{text}'" for text in shown[:2]),
            n=n)
    return " and ".join(f"'{text}'" for text in shown[:2]), n


_MOST_LINES = 2_000
_FEWEST_LINES = 2


def _empty_refused(rows: SheetRows, where: np.ndarray) -> None:
    """Empty shifted rows from the first column on that must never be loaded: what it holds stands further right."""
    refused = [heading.position for heading in rows.map.headings if heading.how == "refused"]
    if refused:
        rows.sheet = rows.sheet.with_columns({j: rows.sheet.columns[j].written(rows.rows[where], "")
                                              for j in range(min(refused), rows.sheet.n_columns)})
        if rows.content is not None:
            rows.content.hold(rows.sheet)


def _stop_wide_rows(rows: SheetRows, header: Header) -> None:
    """Stop rows of a text file that have more cells than the header: a delimiter within a cell has shifted them."""
    widths = rows.sheet.widths
    if widths is None or header.last >= len(widths):
        return
    n_headings = int(widths[header.last])
    beyond = np.zeros(len(rows), dtype=bool)
    for column in rows.sheet.columns[n_headings:]:
        beyond |= column[rows.rows] != ""
    written = np.full(len(rows), n_headings)
    if len(widths) == rows.sheet.n_rows:
        written = widths[rows.rows]
        usual = Counter(written[~beyond].tolist()).most_common(1)
        # Where most rows end with a delimiter that the header lacks, one more blank cell shifts nothing.
        beyond |= written > max(n_headings, usual[0][0] if usual else 0)
    where = np.flatnonzero(beyond)
    if len(where):
        filled = [max(int(written[i]), max((j + 1 for j, column in enumerate(rows.sheet.columns)
                                            if column[rows.rows[i]] != ""), default=0)) for i in where]
        rows.stops.add("row_too_wide", rows.rows[where], "", np.array([str(n) for n in filled], dtype=object),
                       str(n_headings))
        _empty_refused(rows, where)
        rows.withhold(where, is_lost=True)


def _read_serials_of_1904(sheet: SourceSheet, smap: SheetMap, below: int, log: Log) -> SourceSheet:
    """Write bare numbers under dates' headings as days, where the workbook counts from 1904."""
    dates = {column.name for columns in TABLES.values() for column in columns if column.kind == "date"}
    for name in dates & set(smap.columns) if sheet.epoch_1904 else ():
        sheet, n = sheet.settle_serials(smap.columns[name], below)
        if n:
            log.add("serials_of_1904", file=sheet.file, sheet=sheet.name, column=smap.text(smap.columns[name]), n=n)
    return sheet


def _all_aside(sheet: SourceSheet, smap: SheetMap, headings: tuple[str, ...], log: Log,
               content: SheetContent | None = None, scales: Mapping[str, Scale] | None = None) -> SheetRows:
    aside = np.full(sheet.n_rows, ASIDE.index("not_record") + 1, dtype=np.int8)
    return SheetRows(sheet, smap, headings, aside, log, content=content, scales=scales or {})


def _report_headings(sheet: SourceSheet, smap: SheetMap, log: Log) -> None:
    codes = {"ambiguous": "ambiguous_heading", "dated": "dated_heading", "duplicate": "duplicate_heading",
             "refused": "refused_heading"}
    for heading in smap.headings:
        if heading.how == "assumed":
            log.add("axis_assumed", file=sheet.file, sheet=sheet.name, column=heading.text, values=heading.text)
        code = codes.get(heading.how) or ("near_heading" if heading.suggestion else "")
        if code:
            log.add(code, file=sheet.file, sheet=sheet.name, column=heading.text, values=heading.text,
                    expected=heading.suggestion or " or ".join(heading.meanings))


def _report_twice(sheet: SourceSheet, smap: SheetMap, header: Header, log: Log) -> None:
    """Write down headings that stand more than once, with the names under which the settings know each of them."""
    lost = {h.position: h.text for h in smap.headings if h.how == "twice"}
    for bottom in dict.fromkeys(header.twice[position] for position in lost):
        named = " and ".join(f"'{text}'" for position, text in lost.items() if header.twice[position] == bottom)
        log.add("heading_twice", file=sheet.file, sheet=sheet.name, column=bottom, values=bottom, expected=named)


def _report_no_record(sheet: SourceSheet, smap: SheetMap, log: Log) -> None:
    asked = any(h.how == "ambiguous" and "employee_id" in h.meanings for h in smap.headings)
    if smap.ratings or asked:
        log.add("key_not_found", file=sheet.file, sheet=sheet.name)
    else:
        has_key = "employee_id" in smap.columns
        log.add("not_record", file=sheet.file, sheet=sheet.name,
                expected="nothing but ids was recognised in it" if has_key else "it has no column of employee ids")


def _report_aside(sheet: SourceSheet, aside: np.ndarray, header: int, log: Log) -> None:
    for kind in ("subtotal", "footer", "note", "header"):
        rows = np.flatnonzero(aside == ASIDE.index(kind) + 1)
        rows = rows[rows > header]
        for row in rows[:1]:
            shown = next((c for c in sheet.row(row) if c.strip()), "")
            log.add("rows_set_aside", file=sheet.file, sheet=sheet.name, rows=None, values=shown,
                    expected={"header": "repeated header"}.get(kind, kind), n=len(rows))
