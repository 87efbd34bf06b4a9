"""The rows of one sheet: its columns read once each, with every fault, repair and stop written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.findings import Log, Stops
from my121_analytics.ingest.reading.cells import Parsed, Texts, parse_ids, parse_texts, split_assignment
from my121_analytics.ingest.reading.content import SheetContent
from my121_analytics.ingest.reading.dates import Dates, parse_dates
from my121_analytics.ingest.reading.headings import SheetMap
from my121_analytics.ingest.reading.people import bare_id
from my121_analytics.ingest.reading.ratings import Scale
from my121_analytics.ingest.reading.vacancies import no_vacancies
from my121_analytics.settings import ExportSettings

if TYPE_CHECKING:
    from my121_analytics.ingest.reading.contested import Contested

_FEW = 8
"""Up to this many distinct texts of titles and headers are searched for one by one among the data."""


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
