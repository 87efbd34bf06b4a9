"""The rows of one sheet: its columns read once each, with every fault, repair and stop written down."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.findings import Log, Stops
from my121_analytics.ingest.reading.carried_down import carry_groups
from my121_analytics.ingest.reading.cells import (
    Parsed,
    Texts,
    clean,
    is_missing,
    parse_ids,
    parse_texts,
    plain_list,
    plain_words,
    split_assignment,
)
from my121_analytics.ingest.reading.content import SheetContent
from my121_analytics.ingest.reading.dates import Dates, parse_dates
from my121_analytics.ingest.reading.headings import SheetMap, map_headings
from my121_analytics.ingest.reading.people import bare_id
from my121_analytics.ingest.reading.ratings import Scale
from my121_analytics.ingest.reading.split_periods import join_periods
from my121_analytics.ingest.reading.state_columns import find_states
from my121_analytics.ingest.reading.states import EMPLOYMENT, POSITION, parse_states, states_of_flag
from my121_analytics.ingest.reading.table_header import ASIDE, Header, classify_rows, find_header, is_key_of_codes
from my121_analytics.ingest.reading.whose_ratings import ask_whose
from my121_analytics.settings import CycleSettings, ExportSettings
from my121_analytics.workforce.schema import ORGANISATION, TABLES

if TYPE_CHECKING:
    from my121_analytics.ingest.reading.contested import Contested

VACANCY_COLUMNS = ("post_id", *ORGANISATION)
"""What is kept of a vacant post."""
_FEW = 8
"""Up to this many distinct texts of titles and headers are searched for one by one among the data."""


_BLANK = ASIDE.index("blank") + 1
_LAST_LINES = 8
"""A footer is among so many of the lines set aside at the end of a sheet."""
_OWN_COUNT = re.compile(
    r"\W*(?:(?:total|overall|grand)\W+)?"
    r"(?:(?P<before>\d[\d,]*) (?:records?|rows?)(?: (?:found|exported|returned|listed|selected|in all|in total))?"
    r"|(?:number of |no\.? of )?(?:records?|rows?)(?: (?:found|exported|returned|count))?\W*(?P<after>\d[\d,]*))\W*",
    re.I)
"""A line that says how many rows an export has."""


def no_vacancies() -> pd.DataFrame:
    """Give the table of vacant posts without any."""
    return pd.DataFrame({name: [] for name in VACANCY_COLUMNS}, dtype="str")


@dataclass(eq=False)
class SheetRows:
    """One sheet while it is read.

    Parameters
    ----------
    sheet
        Text cells; columns that must never be loaded are already empty.
    map
        What its columns are.
    headings
        One per column.
    aside
        Per row of the sheet 0 for data, else why it is set aside (place in ``layout.ASIDE``, from 1).
    log
        Where findings go.
    """

    sheet: SourceSheet
    map: SheetMap
    headings: tuple[str, ...]
    aside: np.ndarray
    log: Log
    stops: Stops = field(default_factory=Stops)
    rows: np.ndarray = field(init=False)
    employee: pd.Categorical = field(init=False)
    """Employee's id per row of data; missing where it cannot be used."""
    assignment: pd.Categorical | None = field(init=False, default=None)
    """Post per row, where it is written as a suffix of the employee's id."""
    id_repaired: np.ndarray = field(init=False)
    """Rows whose employee id was repaired."""
    withheld: np.ndarray = field(init=False)
    """Rows of which nothing is entered: copies of others, matrix reporting lines, rows wider than the headings."""
    passed_over: np.ndarray = field(init=False)
    """Of these, the rows that count elsewhere or by rights not at all: copies, matrix reporting lines."""
    differs_from: str = field(init=False, default="")
    """The other version of the same export, where neither of the two was taken."""
    missing: tuple[str, int] = field(init=False, default=("", 0))
    """What the export says of its own length, and how many rows fewer it holds."""
    vacancies: pd.DataFrame = field(init=False, default_factory=no_vacancies, repr=False)
    """Vacant posts among the rows set aside: ``post_id`` and the columns of the organisation, as text."""
    group_lines: tuple[str, int] = field(init=False, default=("", 0))
    """Lines between people that may name their unit, and how many people stand below them."""
    order: str = field(init=False, default="dmy")
    """Of day and month, as set."""
    contested: Contested | None = field(init=False, default=None)
    """What is said of people to whom the sheet gives two managers at one time; None where it does so to few."""
    unknown_states: dict[str, tuple[tuple[str, ...], int]] = field(init=False, default_factory=dict)
    """Column of states -> its words that are not known, and the rows that hold them."""
    unfinished: np.ndarray = field(init=False)
    """Rows about forms that are not finished: the person is entered, the rating or conversation is not."""
    without_manager: np.ndarray = field(init=False)
    """Rows whose manager is not the line manager."""
    has_left: np.ndarray | None = field(init=False, default=None)
    """1 where the employment status says that the person has left, 0 where not; None where no column says so."""
    ids: dict[int, Parsed] = field(default_factory=dict)
    """Columns of ids read already: column of the sheet -> reading of all its distinct texts, not padded."""
    doubted: dict[int, np.ndarray] = field(init=False, default_factory=dict)
    """Column of ratings -> rows of data in which it may not be read, since its label says something else."""
    content: SheetContent | None = None
    """What stands in its columns; None where no header was found."""
    scales: Mapping[str, Scale] = field(default_factory=dict, repr=False)
    """What its ratings may be written as."""
    _read: dict[str, tuple[Parsed, np.ndarray] | None] = field(init=False, default_factory=dict)
    _texts: dict[int, tuple[np.ndarray, np.ndarray]] = field(init=False, default_factory=dict)
    _dates: dict[str, Dates] = field(init=False, default_factory=dict)
    _noted: set[tuple[str, int]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.rows = np.flatnonzero(self.aside == 0)
        self.employee = pd.Categorical.from_codes(np.full(len(self.rows), -1), categories=pd.Index([], dtype="str"))
        self.id_repaired = np.zeros(len(self.rows), dtype=bool)
        self.withheld, self.passed_over, self.unfinished, self.without_manager = (
            np.zeros(len(self.rows), dtype=bool) for _ in range(4))

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, *columns: str) -> bool:
        """Say whether the sheet has one of the columns."""
        return any(column in self.map.columns for column in columns)

    def texts(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Give a column's code per row of data and its distinct texts; blank for those of titles and the like."""
        if position not in self._texts:
            codes, texts = self.sheet.factor(position)
            mine = codes[self._slice]
            aside = np.unique(codes[self.aside > 0])
            if len(aside) > _FEW:
                aside = aside[np.bincount(mine, minlength=len(texts))[aside] == 0]
            else:
                aside = aside[[not (mine == code).any() for code in aside.tolist()]]
            if len(aside):
                texts = texts.copy()
                texts[aside] = ""
            if self.withheld.any():
                mine, texts = np.where(self.withheld, len(texts), mine), np.append(texts, "")
            self._texts[position] = mine, texts
        return self._texts[position]

    @cached_property
    def _slice(self) -> slice | np.ndarray:
        """The rows of data; as a slice where nothing lies between them, which copies nothing."""
        first, last = (self.rows[0], self.rows[-1] + 1) if len(self.rows) else (0, 0)
        return slice(first, last) if last - first == len(self.rows) else self.rows

    def shown(self, position: int, where: np.ndarray) -> np.ndarray:
        """Give the cells of a column, as written, in some rows of data."""
        return np.array([str(c) for c in self.sheet.columns[position][self.rows[where]]], dtype=object)

    @property
    def n_set_aside(self) -> int:
        """Rows set aside: those that are no data, and those of which nothing, or no rating, is entered."""
        aside = self.rows[self.withheld | self.unfinished]
        return int((self.aside > 0).sum()) + len(np.setdiff1d(aside, self.stops.positions))

    def withhold(self, where: np.ndarray, *, is_lost: bool = False) -> None:
        """Enter nothing of some rows of data (positions among them), and say nothing more about them.

        Rows of which the same is read elsewhere, or that do not count by rights, are not lost.
        """
        if not len(where):
            return
        self.withheld[where] = True
        self._texts.clear()
        if not is_lost:
            self.passed_over[where] = True
        self.forget(where)

    def stop(self, code: str | np.ndarray, where: np.ndarray, position: int | None,
             expected: str | np.ndarray = "") -> None:
        """Stop rows of data (positions among them) for what a column holds."""
        kept = ~self.withheld[where]
        if not kept.all():
            code, expected = (v[kept] if isinstance(v, np.ndarray) else v for v in (code, expected))
            where = where[kept]
        if len(where):
            values = self.shown(position, where) if position is not None else ""
            column = self.headings[position] if position is not None else ""
            self.stops.add(code, self.rows[where], column, values, expected)

    def note(self, code: str, where: np.ndarray, position: int | None, expected: Sequence[str] | np.ndarray | str = "",
             values: Sequence[str] | np.ndarray | None = None) -> None:
        """Write down a finding about rows of data."""
        kept = ~self.withheld[where]
        if not kept.all():
            if not isinstance(expected, str):
                expected = np.asarray(expected, dtype=object)[kept]
            values = None if values is None else np.asarray(values, dtype=object)[kept]
            where = where[kept]
        if len(where):
            if values is None:
                values = self.shown(position, where) if position is not None else np.full(len(where), "", dtype=object)
            self.log.add(code, file=self.sheet.file, sheet=self.sheet.name, rows=self.rows[where] + 1,
                         column=self.headings[position] if position is not None else "", values=values,
                         expected=expected)

    def note_once(self, code: str, position: int, *, n: int, values: str = "", expected: str = "") -> None:
        """Write down a finding about a column as a whole; a column that two tables read is told of once."""
        if (code, position) not in self._noted:
            self._noted.add((code, position))
            self.log.add(code, file=self.sheet.file, sheet=self.sheet.name, column=self.headings[position],
                         values=values, expected=expected, n=n)

    def read(self, position: int, parse: Callable[[Texts], Parsed]) -> tuple[Parsed, np.ndarray]:
        """Read a column's distinct texts; repairs are written down, faults are left to the caller."""
        codes, texts = self.texts(position)
        parsed = parse(texts)
        self._note_repairs(parsed, codes, position)
        return parsed, codes

    def optional(self, column: str, parse: Callable[[Texts], Parsed]) -> tuple[Parsed, np.ndarray] | None:
        """Read a column that rows can do without: a cell that cannot be read is left out, with a warning.

        A column that enters two tables is read, and warned about, once.
        """
        if column not in self._read:
            self._read[column] = self._read_optional(column, parse)
        return self._read[column]

    def _read_optional(self, column: str, parse: Callable[[Texts], Parsed]) -> tuple[Parsed, np.ndarray] | None:
        position = self.map.columns.get(column)
        if position is None:
            return None
        parsed, codes = self.read(position, parse)
        bad = np.flatnonzero(parsed.faults != "")
        if len(bad):
            self.note("cell_left_out", np.flatnonzero(np.isin(codes, bad)), position, parsed.expected)
        return parsed, codes

    def optional_dates(self, column: str, exports: ExportSettings, latest_year: int | None) -> np.ndarray | None:
        """Read a column of dates that rows can do without."""
        found = self.optional(column, lambda texts: self.dates(texts, column, exports, latest_year).parsed)
        return None if found is None else found[0].values[found[1]]

    def dates(self, texts: Texts, column: str, exports: ExportSettings, latest_year: int | None) -> Dates:
        """Read distinct texts as dates and say where the column doubts the order of day and month."""
        if column in self._dates:
            return self._dates[column]
        found = self._dates[column] = parse_dates(texts, exports.date_order, latest_year, exports.half_converted_dates)
        if found.half_converted is not None:
            as_text, as_date = found.half_converted
            self.log.add({"ask": "half_converted_dates", "swap": "dates_swapped_back", "keep": "half_converted_kept"}[
                exports.half_converted_dates], file=self.sheet.file, sheet=self.sheet.name,
                column=self.map.text(self.map.columns[column]), values=as_text, expected=as_date,
                n=int((~np.isnat(found.parsed.values)).sum()) or 1)
        if found.order_doubtful:
            shown = next(str(t) for t, f in zip(texts, found.parsed.faults, strict=True) if f)
            self.log.add("date_order_doubtful", file=self.sheet.file, sheet=self.sheet.name,
                         column=self.map.text(self.map.columns[column]), values=shown, expected=found.parsed.expected)
        return found

    def read_employees(self, width: int | None, known: frozenset[str]) -> None:
        """Read the employee's id of each row; rows without a usable one are stopped.

        Parameters
        ----------
        width
            As for ``parse_ids``.
        known
            Ids of other sheets: an id with a suffix that is one of them is no assignment.
        """
        position = self.map.columns["employee_id"]
        split = not self.has("post_id")
        known_ids = self.ids.get(position) if not self.withheld.any() else None
        parsed, codes = self.read(position, lambda texts: known_ids or parse_ids(texts))
        values, posts = (_split_assignments(parsed.values, width, known) if split else
                         (_pad(parsed.values, width), None))
        self.employee = categorical(values, codes)
        if posts is not None:
            self.assignment = categorical(posts, codes)
        self.id_repaired = (parsed.repairs != "")[codes]
        self.forget(np.flatnonzero(self.withheld))
        bad = np.flatnonzero(parsed.faults != "")
        where = np.flatnonzero(np.isin(codes, bad))
        self.stop(parsed.faults[codes[where]], where, position)
        self.stop("missing_id", np.flatnonzero((self.employee.codes < 0) & ~np.isin(codes, bad)), position)

    def refuse_other_forms(self, listed: frozenset[str], forms: Mapping[str, frozenset[str]]) -> None:
        """Stop rows whose id is not on the staff list but would be with other zeros in front, or in another case.

        Parameters
        ----------
        listed
            Ids on the staff lists.
        forms
            Id without zeros and case, as from :func:`bare_id` -> ids on the staff lists that are so written.
        """
        if not forms:
            return
        known = [forms.get(bare_id(employee), frozenset()) if employee not in listed else frozenset()
                 for employee in self.employee.categories.astype(object).tolist()]
        known = self._join_by_case(known)
        self._note_alike(listed, forms)
        where = np.flatnonzero(np.append(np.array([bool(k) for k in known], dtype=bool), False)[self.employee.codes])
        if len(where):
            shown = [" and ".join(sorted(known[code])) for code in self.employee.codes[where]]
            self.stop("id_of_other_form", where, self.map.columns["employee_id"], np.array(shown, dtype=object))
            self.forget(where)

    def _note_alike(self, listed: frozenset[str], forms: Mapping[str, frozenset[str]]) -> None:
        """Write down rows whose id is that of one of two people told apart by zeros in front, or by case, alone."""
        alike = [forms.get(bare_id(employee), frozenset()) if employee in listed else frozenset()
                 for employee in self.employee.categories.astype(object).tolist()]
        is_alike = np.append(np.array([len(ids) > 1 for ids in alike], dtype=bool), False)
        where = np.flatnonzero(is_alike[self.employee.codes])
        self.note("ids_alike", where, self.map.columns["employee_id"],
                  [" and ".join(sorted(alike[code])) for code in self.employee.codes[where]])

    def _join_by_case(self, known: list[frozenset[str]]) -> list[frozenset[str]]:
        """Take ids that differ from exactly one of the staff list by the case of their letters for that one."""
        old = self.employee.categories.astype(object).tolist()
        new = [next(iter(ids)) if len(ids) == 1 and next(iter(ids)).casefold() == employee.casefold() else employee
               for employee, ids in zip(old, known, strict=True)]
        if new == old or len(set(new)) < len(new):
            return known
        changed = np.append(np.array([a != b for a, b in zip(old, new, strict=True)], dtype=bool), False)
        where = np.flatnonzero(changed[self.employee.codes])
        self.note("id_repaired", where, self.map.columns["employee_id"], [new[c] for c in self.employee.codes[where]])
        self.employee = pd.Categorical.from_codes(self.employee.codes, categories=pd.Index(new, dtype="str"))
        return [frozenset() if a != b else ids for a, b, ids in zip(old, new, known, strict=True)]

    def refuse_strangers(self, listed: frozenset[str], posts: frozenset[str]) -> None:
        """Stop rows about people or posts that are nowhere on a staff list that holds leavers too."""
        where = np.flatnonzero(self.employee.codes >= 0)
        unknown = ~self.employee.categories.isin(list(listed))
        strangers = where[unknown[self.employee.codes[where]]]
        self.stop("unknown_employee", strangers, self.map.columns["employee_id"])
        if posts and self.has("post_id") and "successors" not in self.map.tables:
            position = self.map.columns["post_id"]
            codes, texts = self.texts(position)
            nowhere = np.array([v is not None and v not in posts for v in parse_ids(texts).values], dtype=bool)
            lost = where[nowhere[codes[where]] & ~np.isin(where, strangers)]
            self.stop("unknown_post", lost, position)
            strangers = np.union1d(strangers, lost)
        if len(strangers):
            self.forget(strangers)

    def forget(self, where: np.ndarray) -> None:
        """Enter nothing of some rows of data that are stopped (positions among them)."""
        kept = self.employee.codes.copy()
        kept[where] = -1
        self.employee = pd.Categorical.from_codes(kept, categories=self.employee.categories)

    @cached_property
    def names(self) -> pd.Categorical | None:
        """Each row's name: the full name, else forename and surname; None where the sheet has none."""
        if self.has("name"):
            parsed, codes = self.read(self.map.columns["name"], lambda t: parse_texts(t, names=True))
            return categorical(parsed.values, codes)
        if not self.has("surname"):
            return None
        surname, s_codes = self.read(self.map.columns["surname"], lambda t: parse_texts(t, names=True))
        if not self.has("forename"):
            return categorical(surname.values, s_codes)
        forename, f_codes = self.read(self.map.columns["forename"], lambda t: parse_texts(t, names=True))
        pairs, distinct = pd.factorize(s_codes.astype("int64") * len(forename.values) + f_codes)
        joined = [" ".join(p for p in (forename.values[d % len(forename.values)],
                                       surname.values[d // len(forename.values)]) if p) or None for d in distinct]
        return categorical(np.array(joined, dtype=object), pairs)

    def _note_repairs(self, parsed: Parsed, codes: np.ndarray, position: int) -> None:
        mended = np.flatnonzero(parsed.repairs != "")
        if not len(mended):
            return
        where = np.flatnonzero(np.isin(codes, mended))
        for code in pd.unique(parsed.repairs[codes[where]]):
            chosen = where[parsed.repairs[codes[where]] == code]
            self.note(str(code), chosen, position, [parsed.shown(v) for v in parsed.values[codes[chosen]].tolist()])


def categorical(values: np.ndarray, codes: np.ndarray) -> pd.Categorical:
    """Build a categorical from the value of each distinct text (None where missing) and the text of each row."""
    known = pd.notna(values)
    categories = pd.Index(values[known], dtype="str")
    if categories.is_unique:
        inner = np.where(known, np.cumsum(known, dtype=np.int32) - 1, -1)
    else:
        inner, texts = pd.factorize(values)
        categories = pd.Index(texts, dtype="str")
    return pd.Categorical.from_codes(inner[codes], categories=categories)


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
    vacant = _set_vacancies_aside(sheet, smap, key, aside, log, states or {})
    _report_aside(sheet, aside, header.last, log)
    rows = SheetRows(carry_groups(sheet, smap, aside, log), smap, header.texts, aside, log, content=content,
                     scales=scales or {})
    rows.ids[key] = ids
    rows.order = order
    rows.missing = _missing_rows(sheet, aside, header.last, log)
    rows.vacancies = _list_vacancies(rows.sheet, smap, vacant)
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


_MOST_LINES, _FEWEST_LINES = 2_000, 2


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


_NOBODY = ("vacant", "closed", "future")
"""States of a position that nobody holds."""


def _set_vacancies_aside(sheet: SourceSheet, smap: SheetMap, key: int, aside: np.ndarray, log: Log,
                         states_given: Mapping[str, str]) -> np.ndarray:
    """Set rows of a staff list aside that have no id because nobody holds the post; gives those of vacant posts.

    A closed post, or one that is yet to come, has no holder either, and is no vacancy.
    """
    is_vacant = np.zeros(len(aside), dtype=bool)
    if smap.tables != ("people",):
        return np.flatnonzero(is_vacant)
    codes, texts = sheet.factor(key)
    is_vacant[_set_former_holders_aside(sheet, smap, aside, log, states_given)] = True
    empty = np.array([is_missing(text) or plain_words(clean(text)) in plain_list("vacant") for text in texts],
                     dtype=bool)[codes] & (aside == 0)
    for column in (POSITION, EMPLOYMENT):
        position = smap.columns.get(column)
        if position is None or not empty.any():
            continue
        at, words = sheet.factor(position)
        flags = states_of_flag(column, smap.text(position))
        states = parse_states(words, column, {**flags, **states_given}).values
        held_by_nobody = np.array([state in _NOBODY for state in states], dtype=bool)[at] & empty
        is_vacant |= np.array([state == "vacant" for state in states], dtype=bool)[at] & held_by_nobody
        if held_by_nobody.any():
            shown = ", ".join(dict.fromkeys(str(words[code]) for code in at[held_by_nobody].tolist()))
            log.add("vacant_post", file=sheet.file, sheet=sheet.name, n=int(held_by_nobody.sum()), values=shown)
            aside[held_by_nobody] = ASIDE.index("note") + 1
            empty &= ~held_by_nobody
    for column in ("name", "surname", "employee_id"):
        position = smap.columns.get(column)
        if position is None or not empty.any():
            continue
        at, names = sheet.factor(position)
        vacant = np.array([plain_words(clean(name)) in plain_list("vacant") for name in names], dtype=bool)[at] & empty
        if vacant.any():
            log.add("vacant_post", file=sheet.file, sheet=sheet.name, n=int(vacant.sum()),
                    values=str(sheet.columns[position][np.flatnonzero(vacant)[0]]))
            aside[vacant] = ASIDE.index("note") + 1
            empty &= ~vacant
            is_vacant |= vacant
    return np.flatnonzero(is_vacant)


def _list_vacancies(sheet: SourceSheet, smap: SheetMap, rows: np.ndarray) -> pd.DataFrame:
    """Read post number and units of some rows; empty where the sheet has no such column."""
    held = {name: smap.columns.get(name) for name in VACANCY_COLUMNS}
    return pd.DataFrame({name: ["" if position is None else clean(str(sheet.columns[position][row])) for row in rows]
                         for name, position in held.items()}, dtype="str")


def _set_former_holders_aside(sheet: SourceSheet, smap: SheetMap, aside: np.ndarray, log: Log,
                              states_given: Mapping[str, str]) -> list[int]:
    """Set rows aside that call a position vacant and yet give an id: a stand-in number, or who held it before.

    Gives those rows.
    """
    position = smap.columns.get(POSITION)
    if position is None:
        return []
    at, words = sheet.factor(position)
    states = parse_states(words, POSITION, {**states_of_flag(POSITION, smap.text(position)), **states_given}).values
    vacant = np.array([state == "vacant" for state in states], dtype=bool)[at] & (aside == 0)
    ids = sheet.columns[smap.columns["employee_id"]]
    where = [row for row in np.flatnonzero(vacant).tolist() if not is_missing(ids[row])
             and plain_words(clean(ids[row])) not in plain_list("vacant")]
    if where:
        log.add("vacant_with_id", file=sheet.file, sheet=sheet.name, column=smap.text(position), n=len(where),
                values=", ".join(list(dict.fromkeys(clean(ids[row]) for row in where))[:_FEW]))
        aside[where] = ASIDE.index("note") + 1
    return where


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


def _pad(values: np.ndarray, width: int | None) -> np.ndarray:
    if width is None:
        return values
    return np.array([v.zfill(width) if v is not None and v.isdigit() else v for v in values], dtype=object)


def _split_assignments(values: np.ndarray, width: int | None,
                       known: frozenset[str]) -> tuple[np.ndarray, np.ndarray | None]:
    """Take the post's suffix off ids; pad what remains."""
    people, posts, any_suffix = [], [], False
    for value in values:
        base, has_suffix = split_assignment(value) if value is not None and value not in known else (value, False)
        suffix = value[len(base):] if has_suffix else ""
        if base is not None and width is not None and base.isdigit():
            base = base.zfill(width)
        any_suffix |= has_suffix
        people.append(base)
        posts.append(f"{base}{suffix}" if has_suffix else None)
    return np.array(people, dtype=object), np.array(posts, dtype=object) if any_suffix else None


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
